/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_checkpoint.h"

#include "base/error.h"

/* Reading a checkpoint. */

static crm_status corrupt(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "%s", what);
}

/* Reads a head into an empty store. */
crm_status crm__checkpoint_open(crm__journal *journal, crm_store *store, crm__expected *expected, crm__checkpoint *from,
                                crm_error *error)
{
  const crm__frame *frame = crm__journal_frame(journal, 0);
  crm__byte_reader reader;
  uint64_t size;
  crm_status status;
  memset(from, 0, sizeof *from);
  if (crm__journal_frames(journal) == 0 || frame->kind != CRM__SAVED_HEAD) {
    return corrupt(error, "the file holds no store");
  }
  from->journal = journal;
  from->commit = frame->commit;
  status = crm__journal_view(journal, frame, 1, &from->view, error);
  if (status != CRM_OK) {
    return status;
  }
  reader = crm__byte_reader_of(from->view.bytes, from->view.size);
  size = crm__read_u64(&reader);
  from->list = crm__read_bytes(&reader, size);
  if (from->list == NULL || reader.left % CRM__SAVED_ENTRY != 0) {
    status = corrupt(error, "the head of the checkpoint is cut off");
  } else {
    crm__byte_reader head = crm__byte_reader_of(from->list, size);
    from->list = reader.at;
    from->parts = reader.left / CRM__SAVED_ENTRY;
    status = crm__head_read(store, &head, expected, error);
  }
  if (status != CRM_OK) {
    crm__journal_view_end(journal, &from->view);
  }
  return status;
}

uint32_t crm__checkpoint_names(const crm__checkpoint *from, uint64_t i)
{
  return crm__load32(from->list + CRM__SAVED_ENTRY * i);
}

static uint64_t part_length(const crm__checkpoint *from, uint64_t i)
{
  return crm__load64(from->list + CRM__SAVED_ENTRY * i + 16);
}

/* A piece of a part, read and checked. */
crm_status crm__checkpoint_view(const crm__checkpoint *from, uint64_t i, crm__view *view, uint64_t *first,
                                uint64_t *count, crm_error *error)
{
  crm__frame frame;
  crm_status status;
  memset(&frame, 0, sizeof frame);
  frame.commit = from->commit;
  frame.kind = CRM__SAVED_PART | crm__checkpoint_names(from, i);
  frame.offset = crm__load64(from->list + CRM__SAVED_ENTRY * i + 8);
  frame.length = part_length(from, i);
  frame.checksum = crm__load64(from->list + CRM__SAVED_ENTRY * i + 24);
  status = crm__journal_view(from->journal, &frame, 1, view, error);
  if (status != CRM_OK) {
    return status;
  }
  if (view->size < CRM__SAVED_PART_HEAD || crm__load32(view->bytes + 16) != crm__checkpoint_names(from, i)) {
    crm__journal_view_end(from->journal, view);
    return corrupt(error, "a frame is not of the part that it should be of");
  }
  *first = crm__load64(view->bytes);
  *count = crm__load64(view->bytes + 8);
  return CRM_OK;
}

crm_status crm__checkpoint_part(const crm__checkpoint *from, uint64_t i, crm_store *store, crm__expected *expected,
                            crm_error *error)
{
  crm__view view;
  uint64_t first;
  uint64_t count;
  crm_status status = crm__checkpoint_view(from, i, &view, &first, &count, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__part_read(store, expected, crm__checkpoint_names(from, i), first, count,
                          view.bytes + CRM__SAVED_PART_HEAD, view.size - CRM__SAVED_PART_HEAD, error);
  crm__journal_view_end(from->journal, &view);
  return status;
}

/* Whether the pieces of a part can hold a record a customer: then there may be room made for all of them. */
int crm__checkpoint_holds(const crm__checkpoint *from, const crm_store *store, uint32_t part)
{
  uint64_t bytes = 0;
  crm__journal_info info;
  uint64_t i;
  for (i = 0; i < from->parts; i++) {
    uint64_t length = crm__checkpoint_names(from, i) == part ? part_length(from, i) : 0;
    bytes = length > UINT64_MAX - bytes ? UINT64_MAX : bytes + length;
  }
  crm__journal_info_get(from->journal, &info);
  return bytes <= info.bytes && bytes / crm__record_size(part) >= store->customer_count;
}

static crm_status reserve_measures(const crm__checkpoint *from, crm_store *store, crm_error *error)
{
  if (!crm__checkpoint_holds(from, store, CRM__PART(CRM__PART_MEASURES, 0))) {
    return corrupt(error, "figures of customers are missing");
  }
  return crm__measures_reserve(store, store->customer_count) ? CRM_OK : crm__fail_memory(error);
}

crm_status crm__checkpoint_read(crm__journal *journal, crm_store *store, crm_error *error)
{
  crm__expected expected;
  crm__checkpoint from;
  uint64_t i;
  crm_status status = crm__checkpoint_open(journal, store, &expected, &from, error);
  if (status != CRM_OK) {
    return status;
  }
  status = reserve_measures(&from, store, error);
  for (i = 0; status == CRM_OK && i < from.parts; i++) {
    status = crm__checkpoint_part(&from, i, store, &expected, error);
  }
  crm__journal_view_end(journal, &from.view);
  return status == CRM_OK ? crm__parts_settle(store, &expected, error) : status;
}
