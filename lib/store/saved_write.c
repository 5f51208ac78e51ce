/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

#include "base/error.h"
#include "store/ahead.h"
#include "store/reopened.h"

/* A store's parts, piece by piece, in the order in which they are written: what profiles alone need, then the rest.
 * What is nothing but the fill value is left out, so that a state has one form. */

typedef struct writer {
  crm_store *store;
  const crm__part_sink *sink;
  crm__memory memory;
  crm__bytes bytes;        /* the piece that is being made */
  int64_t horizon;
  int32_t planning;        /* pieces are named, and hold nothing */
} writer;

static crm_status put_bytes(writer *w, uint32_t part, uint64_t first, uint64_t count, crm_error *error)
{
  if (w->bytes.failed) {
    return crm__fail_memory(error);
  }
  return w->sink->put(w->sink->context, part, first, count, w->bytes.data, w->bytes.used, error);
}

static int all_fill(const crm__column *column, const unsigned char *elements, uint64_t count)
{
  uint64_t i;
  if (column->size == 1) {
    for (i = 0; i < count && elements[i] == (uint8_t)column->fill; i++) {
    }
  } else if (column->size == 4) {
    for (i = 0; i < count && ((const uint32_t *)(const void *)elements)[i] == (uint32_t)column->fill; i++) {
    }
  } else {
    for (i = 0; i < count && ((const int64_t *)(const void *)elements)[i] == column->fill; i++) {
    }
  }
  return i == count;
}

static crm_status write_chunk(writer *w, uint32_t part, const crm__column *column, uint64_t first, crm_error *error)
{
  uint64_t count = column->length - first < CRM__CHUNK ? column->length - first : CRM__CHUNK;
  const unsigned char *elements = crm__column_at(column, first);
  unsigned char *to;
  if (elements == NULL || all_fill(column, elements, count)) {
    return CRM_OK;
  }
  w->bytes.used = 0;
  if (w->planning) {
    return put_bytes(w, part, first, count, error);
  }
  if (crm__little_endian()) {
    return w->sink->put(w->sink->context, part, first, count, elements, count * column->size, error);
  }
  to = crm__bytes_room(&w->bytes, &w->memory, count * column->size);
  if (to != NULL) {
    crm__elements_copy(to, elements, count, column->size);
  }
  return put_bytes(w, part, first, count, error);
}

static crm_status write_column(writer *w, uint32_t part, const crm__column *column, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t first;
  for (first = 0; status == CRM_OK && first < column->length; first += CRM__CHUNK) {
    status = write_chunk(w, part, column, first, error);
  }
  return status;
}

/* ---- keys ---- */

/* A piece of keys begins with its form: */
#define FORM_RUN 0U        /* the integer of the first, the others each one more, in space 0 */
#define FORM_INTEGERS 1U   /* integers of space 0 */
#define FORM_MIXED 2U      /* each with its space and kind */

static uint32_t form_of(const crm__intern *keys, uint64_t first, uint64_t count)
{
  uint32_t form = FORM_RUN;
  uint64_t before = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    uint32_t space;
    crm__key key = crm__intern_key(keys, (uint32_t)(first + i), &space);
    if (key.text != NULL || space != 0) {
      return FORM_MIXED;
    }
    form = i > 0 && (uint64_t)key.integer != before + 1 ? FORM_INTEGERS : form;
    before = (uint64_t)key.integer;
  }
  return form;
}

static void add_key(writer *w, const crm__intern *keys, uint64_t id)
{
  uint32_t space;
  crm__key key = crm__intern_key(keys, (uint32_t)id, &space);
  crm__bytes_u32(&w->bytes, &w->memory, space << 1 | (key.text != NULL));
  if (key.text == NULL) {
    crm__bytes_i64(&w->bytes, &w->memory, key.integer);
  } else {
    crm__bytes_u32(&w->bytes, &w->memory, (uint32_t)key.length);
    crm__bytes_add(&w->bytes, &w->memory, key.text, key.length);
  }
}

static void add_keys(writer *w, const crm__intern *keys, uint64_t first, uint64_t count)
{
  uint32_t form = form_of(keys, first, count);
  uint64_t i;
  crm__bytes_u32(&w->bytes, &w->memory, form);
  crm__bytes_u32(&w->bytes, &w->memory, 0);
  for (i = 0; i < (form == FORM_RUN ? 1 : count); i++) {
    if (form == FORM_MIXED) {
      add_key(w, keys, first + i);
    } else {
      crm__bytes_i64(&w->bytes, &w->memory, crm__intern_key(keys, (uint32_t)(first + i), NULL).integer);
    }
  }
}

static crm_status write_keys(writer *w, uint32_t part, const crm__intern *keys, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t first;
  for (first = 0; status == CRM_OK && first < keys->count; first += CRM__CHUNK) {
    uint64_t count = keys->count - first < CRM__CHUNK ? keys->count - first : CRM__CHUNK;
    w->bytes.used = 0;
    if (!w->planning) {
      add_keys(w, keys, first, count);
    }
    status = put_bytes(w, part, first, count, error);
  }
  return status;
}

/* ---- records ---- */

void crm__measure_write(const crm__measure *measure, unsigned char *to)
{
  crm__store32(to, (uint32_t)measure->first);
  crm__store32(to + 4, (uint32_t)measure->last);
  crm__store64(to + 8, (uint64_t)measure->money);
  crm__store64(to + 16, (uint64_t)measure->cost);
  crm__store32(to + 24, measure->orders);
  crm__store32(to + 28, measure->flags);
}

static void put_measure(const writer *w, uint64_t i, unsigned char *to)
{
  crm__measure_write(&w->store->measures[i], to);
}

/* What a customer is to a scope without bounds, beside its measure. */
static void put_standing(const writer *w, uint64_t i, unsigned char *to)
{
  *to = (unsigned char)crm__standing_now(w->store, (uint32_t)i, w->horizon);
}

static void put_profile(const writer *w, uint64_t i, unsigned char *to)
{
  const crm__profile *profile = &w->store->profiles[i];
  crm__store64(to, (uint64_t)profile->changed);
  crm__store32(to + 8, profile->documents);
  crm__store32(to + 12, profile->head);
}

static void put_turned_away(const writer *w, uint64_t i, unsigned char *to)
{
  const crm__turned_away *of = &w->store->turned_away[i];
  crm__store32(to, (uint32_t)of->day);
  crm__store32(to + 4, of->branch);
  crm__store64(to + 8, (uint64_t)of->rows);
  crm__store64(to + 16, (uint64_t)of->amount);
}

/* Records, all of one size. */
static crm_status write_records(writer *w, uint32_t part, uint64_t length,
                                void (*put)(const writer *w, uint64_t i, unsigned char *to), crm_error *error)
{
  uint32_t size = crm__record_size(part);
  crm_status status = CRM_OK;
  uint64_t first;
  uint64_t i;
  for (first = 0; status == CRM_OK && first < length; first += CRM__CHUNK) {
    uint64_t count = length - first < CRM__CHUNK ? length - first : CRM__CHUNK;
    unsigned char *to;
    w->bytes.used = 0;
    to = w->planning ? NULL : crm__bytes_room(&w->bytes, &w->memory, count * size);
    for (i = 0; to != NULL && i < count; i++) {
      put(w, first + i, to + i * size);
    }
    status = put_bytes(w, part, first, count, error);
  }
  return status;
}

static crm_status write_reopened(writer *w, crm_error *error)
{
  const crm_store *store = w->store;
  uint64_t count = 0;
  int32_t month;
  w->bytes.used = 0;
  for (month = 0; store->reopened != NULL && month < CRM__REOPENED_MONTHS; month++) {
    const crm__reopened *of = &store->reopened[month];
    if (of->version > 0) {
      crm__bytes_u64(&w->bytes, &w->memory, (uint64_t)month);
      crm__bytes_i64(&w->bytes, &w->memory, of->documents);
      crm__bytes_i64(&w->bytes, &w->memory, of->amount);
      crm__bytes_i64(&w->bytes, &w->memory, of->version);
      count++;
    }
  }
  return count == 0 ? CRM_OK : put_bytes(w, CRM__PART(CRM__PART_REOPENED, 0), 0, count, error);
}

/* What profiles alone need comes first. */
static crm_status write_all_records(writer *w, crm_error *error)
{
  uint64_t customers = w->store->customer_count;
  crm_status status = write_records(w, CRM__PART(CRM__PART_MEASURES, 0), customers, put_measure, error);
  if (status == CRM_OK) {
    status = write_records(w, CRM__PART(CRM__PART_STANDINGS, 0), customers, put_standing, error);
  }
  if (status == CRM_OK) {
    status = write_records(w, CRM__PART(CRM__PART_PROFILES, 0), customers, put_profile, error);
  }
  status = status == CRM_OK ? write_reopened(w, error) : status;
  return status != CRM_OK ? status
                          : write_records(w, CRM__PART(CRM__PART_TURNED_AWAY, 0), w->store->turned_away_count,
                                          put_turned_away, error);
}

/* ---- all ---- */

static crm_status write_member(writer *w, uint32_t part, crm_error *error)
{
  crm__member member;
  if (!crm__member_of(w->store, part, &member)) {
    return CRM_OK;
  }
  return member.keys != NULL ? write_keys(w, part, member.keys, error) : write_column(w, part, member.column, error);
}

/* Documents and lines, the first chunk of all their columns, then the second. */
static crm_status write_facts(writer *w, crm_error *error)
{
  uint64_t most = w->store->document_count > w->store->line_count ? w->store->document_count : w->store->line_count;
  crm_status status = CRM_OK;
  uint64_t first;
  uint32_t subject;
  uint32_t index;
  crm__member member;
  for (first = 0; status == CRM_OK && first < most; first += CRM__CHUNK) {
    for (subject = CRM__PART_DOCUMENTS; subject <= CRM__PART_LINES; subject++) {
      for (index = 0; status == CRM_OK && crm__member_of(w->store, CRM__PART(subject, index), &member); index++) {
        if (first < member.column->length) {
          status = write_chunk(w, CRM__PART(subject, index), member.column, first, error);
        }
      }
    }
  }
  return status;
}

static crm_status write_all(const crm_store *store, const crm__part_sink *sink, int32_t planning, crm_error *error)
{
  writer w;
  crm_status status;
  uint32_t subject;
  uint32_t index;
  memset(&w, 0, sizeof w);
  w.store = (crm_store *)(uintptr_t)store;   /* to look members up */
  w.sink = sink;
  w.memory = crm__memory_fork(&store->memory);
  w.horizon = crm_store_horizon(store);
  w.planning = planning;
  status = write_all_records(&w, error);
  for (subject = CRM__PART_KEYS; status == CRM_OK && subject < CRM__PART_SUBJECTS; subject++) {
    int facts = subject == CRM__PART_DOCUMENTS || subject == CRM__PART_LINES;
    for (index = 0; status == CRM_OK && !facts && index <= CRM__PART_PLACES;
         index = crm__member_after(store, subject, index)) {
      status = write_member(&w, CRM__PART(subject, index), error);
    }
  }
  status = status == CRM_OK ? write_facts(&w, error) : status;
  crm__bytes_free(&w.bytes, &w.memory);
  return status;
}

crm_status crm__parts_write(const crm_store *store, const crm__part_sink *sink, crm_error *error)
{
  crm_status status = write_all(store, sink, 0, error);
  return status == CRM_OK ? crm__months_write(store, sink, error) : status;
}

crm_status crm__parts_plan(const crm_store *store, const crm__part_sink *sink, crm_error *error)
{
  return write_all(store, sink, 1, error);
}
