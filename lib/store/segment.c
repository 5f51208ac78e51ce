/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/segment.h"

#include "base/error.h"
#include "store/store.h"

#include <string.h>

crm_status crm__segment_new(const crm_store *store, const crm__memory *memory, const char *text, crm_segment **segment,
                            crm_error *error)
{
  crm__memory own = crm__memory_fork(memory);
  crm_segment *made = crm__alloc_zero(&own, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = own;
  made->store = store;
  made->version = store->version;
  made->customers = store->customer_count;
  made->words = ((uint64_t)made->customers + 63U) / 64U;
  made->members = crm__alloc_array_zero(&made->memory, made->words, sizeof *made->members);
  made->text_size = text == NULL ? 0 : strlen(text) + 1U;
  made->text = text == NULL ? NULL : crm__alloc(&made->memory, made->text_size);
  if (made->members == NULL || (text != NULL && made->text == NULL)) {
    crm_segment_free(made);
    return crm__fail_memory(error);
  }
  if (text != NULL) {
    memcpy(made->text, text, made->text_size);
  }
  *segment = made;
  return CRM_OK;
}

void crm_segment_free(crm_segment *segment)
{
  crm__memory memory;
  if (segment == NULL) {
    return;
  }
  memory = segment->memory;
  crm__free_array(&memory, segment->members, segment->words, sizeof *segment->members);
  crm__free(&memory, segment->text, segment->text_size);
  crm__free(&memory, segment, sizeof *segment);
}

static int64_t ones(uint64_t word)
{
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (int64_t)((word * UINT64_C(0x0101010101010101)) >> 56);
}

int64_t crm__bits_count(const uint64_t *words, uint64_t count)
{
  int64_t sum = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    sum += ones(words[i]);
  }
  return sum;
}

void crm__segment_close(crm_segment *segment)
{
  segment->count = crm__bits_count(segment->members, segment->words);
}

crm_status crm__segment_copy(const crm_segment *from, crm_segment **segment, crm_error *error)
{
  crm_segment *made = NULL;
  crm_status status;
  if (from == NULL) {
    *segment = NULL;
    return CRM_OK;
  }
  status = crm__segment_new(from->store, &from->memory, from->text, &made, error);
  if (status == CRM_OK) {
    memcpy(made->members, from->members, (size_t)from->words * sizeof *from->members);
    made->count = from->count;
    *segment = made;
  }
  return status;
}

crm_status crm__segment_check(const crm_segment *segment, const crm_store *store, crm_error *error)
{
  if (segment->store != store) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "segment", 0, -1, "the segment is of another store");
  }
  if (segment->version != store->version) {
    return crm__fail_at(error, CRM_ERROR_STATE, NULL, "segment", 0, -1,
                        "the store has changed since the segment was computed");
  }
  return CRM_OK;
}

const char *crm__segment_text(const crm_segment *segment)
{
  return segment->text == NULL ? "a set of customers" : segment->text;
}

int64_t crm_segment_size(const crm_segment *segment)
{
  return segment == NULL ? 0 : segment->count;
}
