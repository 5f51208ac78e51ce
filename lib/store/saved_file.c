/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_profiles.h"

#include "base/error.h"

/* What goes into a store's file beside the rows of loads. */

#define LOG_LEAST (UINT64_C(16) << 20)   /* bytes behind a checkpoint that are always let be */

crm_status crm__store_ready(const crm_store *store, crm_error *error)
{
  if (store->saved != NULL && !store->saved->replaying && store->saved->content != CRM_CONTENT_ALL) {
    return crm__fail(error, CRM_ERROR_STATE,
                     "the store was opened for its profiles alone: read the facts first (crm_store_read)");
  }
  return CRM_OK;
}

crm_status crm__saved_changeable(const crm_store *store, crm_error *error)
{
  const crm__saved *saved = store->saved;
  crm__journal_info info;
  if (saved == NULL || saved->replaying) {
    return CRM_OK;
  }
  if (saved->mode == CRM_FILE_READ) {
    return crm__fail(error, CRM_ERROR_STATE, "the store's file was opened to be read alone");
  }
  crm__journal_info_get(saved->journal, &info);
  if (info.state != CRM__JOURNAL_WRITABLE) {
    return crm__fail(error, CRM_ERROR_STATE, "a write to the store's file has failed: open the file again");
  }
  return crm__store_ready(store, error);
}

/* ---- changes ---- */

static crm_status write_frame(crm_store *store, uint32_t kind, const crm__bytes *bytes, crm_error *error)
{
  crm__journal *journal = store->saved->journal;
  crm_status status = bytes->failed ? crm__fail_memory(error) : crm__journal_begin(journal, kind, error);
  status = status == CRM_OK ? crm__journal_write(journal, bytes->data, (size_t)bytes->used, error) : status;
  return status == CRM_OK ? crm__journal_end(journal, NULL, error) : status;
}

/* The frames of a change as a commit, if they have been written. */
static crm_status end_change(crm_store *store, crm_status status, crm_error *error)
{
  crm__journal *journal = store->saved->journal;
  status = status == CRM_OK ? crm__journal_commit(journal, 0, store->version, error) : status;
  if (status != CRM_OK) {
    crm__journal_rollback(journal);
  }
  return status;
}

static int writes(const crm_store *store)
{
  return store->saved != NULL && !store->saved->replaying;
}

crm_status crm__saved_attribute(crm_store *store, int32_t table, const char *name, int32_t type, crm_error *error)
{
  crm__journal_info before;
  crm__bytes bytes;
  char padded[64];
  crm_status status;
  if (!writes(store)) {
    return CRM_OK;
  }
  memset(&bytes, 0, sizeof bytes);
  memset(padded, 0, sizeof padded);
  memcpy(padded, name, strlen(name));
  crm__bytes_u32(&bytes, &store->memory, (uint32_t)table);
  crm__bytes_u32(&bytes, &store->memory, (uint32_t)type);
  crm__bytes_add(&bytes, &store->memory, padded, sizeof padded);
  crm__journal_info_get(store->saved->journal, &before);
  status = end_change(store, write_frame(store, CRM__SAVED_ATTRIBUTE, &bytes, error), error);
  if (status == CRM_OK && store->saved->profiled.commit == before.commit) {   /* it touches nobody */
    store->saved->profiled.commit++;
  }
  crm__bytes_free(&bytes, &store->memory);
  return status;
}

static crm_status write_keys(crm_store *store, uint32_t kind, const char *const *keys, int64_t count,
                             const uint8_t *chosen, crm_error *error)
{
  crm__profiled after;
  crm__bytes bytes;
  crm_status status;
  int64_t i;
  if (!writes(store)) {
    return CRM_OK;
  }
  memset(&bytes, 0, sizeof bytes);
  crm__bytes_u64(&bytes, &store->memory, (uint64_t)count);
  for (i = 0; i < count; i++) {
    size_t length = strlen(keys[i]);
    crm__bytes_u32(&bytes, &store->memory, (uint32_t)length);
    crm__bytes_add(&bytes, &store->memory, keys[i], length + 1);
  }
  status = write_frame(store, kind, &bytes, error);
  bytes.used = 0;
  status = status == CRM_OK ? crm__profiles_of_removal(store, kind, chosen, &bytes, &after, error) : status;
  status = status == CRM_OK ? write_frame(store, CRM__SAVED_PROFILES, &bytes, error) : status;
  status = end_change(store, status, error);
  if (status == CRM_OK) {
    store->saved->profiled = after;
  }
  crm__bytes_free(&bytes, &store->memory);
  return status;
}

crm_status crm__saved_erase(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen,
                            crm_error *error)
{
  return write_keys(store, CRM__SAVED_ERASE, keys, count, chosen, error);
}

crm_status crm__saved_forget(crm_store *store, const char *const *keys, int64_t count, const uint8_t *chosen,
                             crm_error *error)
{
  return write_keys(store, CRM__SAVED_FORGET, keys, count, chosen, error);
}

/* ---- checkpoints ---- */

typedef struct checkpoint {
  crm__journal *journal;
  crm__memory memory;
  crm__bytes head;
  crm__bytes plan;         /* which parts there will be, */
  crm__bytes list;         /* and where they stand */
} checkpoint;

static crm_status write_piece(const checkpoint *to, uint32_t part, uint64_t first, uint64_t count, const void *data,
                              uint64_t size, crm__frame *frame, crm_error *error)
{
  unsigned char head[CRM__SAVED_PART_HEAD];
  crm_status status = crm__journal_begin(to->journal, CRM__SAVED_PART | part, error);
  crm__store64(head, first);
  crm__store64(head + 8, count);
  crm__store32(head + 16, part);
  crm__store32(head + 20, 0);
  status = status == CRM_OK ? crm__journal_write(to->journal, head, sizeof head, error) : status;
  status = status == CRM_OK ? crm__journal_write(to->journal, data, (size_t)size, error) : status;
  return status == CRM_OK ? crm__journal_end(to->journal, frame, error) : status;
}

static crm_status put_part(void *context, uint32_t part, uint64_t first, uint64_t count, const void *data,
                           uint64_t size, crm_error *error)
{
  checkpoint *to = context;
  crm__frame frame;
  crm_status status = write_piece(to, part, first, count, data, size, &frame, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__bytes_u32(&to->list, &to->memory, part);
  crm__bytes_u32(&to->list, &to->memory, (uint32_t)(first / CRM__CHUNK));
  crm__bytes_u64(&to->list, &to->memory, frame.offset);
  crm__bytes_u64(&to->list, &to->memory, frame.length);
  crm__bytes_u64(&to->list, &to->memory, frame.checksum);
  return to->list.failed ? crm__fail_memory(error) : CRM_OK;
}

static crm_status plan_part(void *context, uint32_t part, uint64_t first, uint64_t count, const void *data,
                            uint64_t size, crm_error *error)
{
  checkpoint *to = context;
  (void)count;
  (void)data;
  (void)size;
  crm__bytes_u32(&to->plan, &to->memory, part);
  crm__bytes_u32(&to->plan, &to->memory, (uint32_t)(first / CRM__CHUNK));
  return to->plan.failed ? crm__fail_memory(error) : CRM_OK;
}

/* The head and which parts follow: who finds a file that was cut behind it knows by that what is missing. */
static crm_status put_plan(const crm_store *store, checkpoint *to, crm_error *error)
{
  crm__part_sink sink;
  crm_status status;
  crm__head_write(store, &to->head, &to->memory);
  crm__bytes_u64(&to->plan, &to->memory, to->head.used);
  if (!to->head.failed) {
    crm__bytes_add(&to->plan, &to->memory, to->head.data, to->head.used);
  }
  if (to->head.failed || to->plan.failed) {
    return crm__fail_memory(error);
  }
  sink.context = to;
  sink.put = plan_part;
  status = crm__parts_plan(store, &sink, error);
  return status == CRM_OK ? write_piece(to, CRM__PART(CRM__PART_PLAN, 0), 0, 1, to->plan.data, to->plan.used, NULL,
                                        error)
                          : status;
}

static crm_status put_head(const checkpoint *to, uint32_t kind, crm__frame *frame, crm_error *error)
{
  unsigned char size[8];
  crm_status status = crm__journal_begin(to->journal, kind, error);
  crm__store64(size, to->head.used);
  status = status == CRM_OK ? crm__journal_write(to->journal, size, sizeof size, error) : status;
  status = status == CRM_OK ? crm__journal_write(to->journal, to->head.data, (size_t)to->head.used, error) : status;
  status = status == CRM_OK ? crm__journal_write(to->journal, to->list.data, (size_t)to->list.used, error) : status;
  return status == CRM_OK ? crm__journal_end(to->journal, frame, error) : status;
}

/* The plan, all parts, and the head, which says where they stand; before that a copy of it. */
static crm_status put_all(const crm_store *store, checkpoint *to, crm__frame *head, crm_error *error)
{
  crm__part_sink sink;
  crm_status status = put_plan(store, to, error);
  sink.context = to;
  sink.put = put_part;
  status = status == CRM_OK ? crm__parts_write(store, &sink, error) : status;
  status = status == CRM_OK ? put_head(to, CRM__SAVED_COPY, NULL, error) : status;
  return status == CRM_OK ? put_head(to, CRM__SAVED_HEAD, head, error) : status;
}

crm_status crm__saved_checkpoint(const crm_store *store, crm__journal *journal, crm_error *error)
{
  crm__journal_info info;
  checkpoint to;
  crm__frame head;
  crm_status status;
  memset(&to, 0, sizeof to);
  to.journal = journal;
  to.memory = crm__memory_fork(&store->memory);
  status = put_all(store, &to, &head, error);
  status = status == CRM_OK ? crm__journal_commit(journal, head.offset, store->version, error) : status;
  if (status != CRM_OK) {
    crm__journal_rollback(journal);
  } else if (store->saved != NULL && store->saved->journal == journal) {
    crm__journal_info_get(journal, &info);
    crm__profiled_at(store, info.commit);
  }
  crm__bytes_free(&to.head, &to.memory);
  crm__bytes_free(&to.plan, &to.memory);
  crm__bytes_free(&to.list, &to.memory);
  return status;
}

void crm__saved_settle(crm_store *store)
{
  crm__journal_info info;
  uint64_t bound;
  if (!writes(store)) {
    return;
  }
  crm__journal_info_get(store->saved->journal, &info);
  bound = info.live_bytes - info.log_bytes;
  bound = bound < LOG_LEAST ? LOG_LEAST : bound;
  if (info.state == CRM__JOURNAL_WRITABLE && info.log_bytes > bound) {
    (void)crm__saved_checkpoint(store, store->saved->journal, NULL);
  }
}

void crm__saved_close(crm_store *store)
{
  crm__saved *saved = store->saved;
  crm__memory memory;
  if (saved == NULL) {
    return;
  }
  memory = saved->memory;
  crm__free_array(&memory, saved->kinds, saved->kind_capacity, 1);
  crm__free_array(&memory, saved->acquainted, saved->acquainted_capacity, 1);
  crm__journal_close(saved->journal);
  crm__free(&store->memory, saved, sizeof *saved);
  store->saved = NULL;
}
