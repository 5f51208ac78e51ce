/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

#include "base/error.h"
#include "base/text.h"
#include "store/profile.h"
#include "store/reopened.h"

/* Pieces of parts on their way into a store. Nothing is believed but what is checked here or by crm__parts_settle. */

crm_status crm__part_fail(crm_error *error, uint32_t part, uint64_t first, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "part %lld.%lld of the checkpoint, from element %lld: %s",
                   (long long)(part >> 8), (long long)(part & 0xFF), (long long)first, what);
}

static crm_status read_column(crm_store *store, const crm__member *member, uint32_t part, uint64_t first,
                              uint64_t count, const unsigned char *data, uint64_t size, crm_error *error)
{
  crm__column *column = member->column;
  uint64_t length = member->length;
  uint64_t room = first < length ? length - first : 0;
  if (first % CRM__CHUNK != 0 || count == 0 || count != (room < CRM__CHUNK ? room : CRM__CHUNK) ||
      size != count * column->size) {
    return crm__part_fail(error, part, first, "its length is not that of the column");
  }
  if (!crm__column_touch(column, &store->memory, first)) {
    return crm__fail_memory(error);
  }
  crm__elements_copy(crm__column_at(column, first), data, count, column->size);
  return CRM_OK;
}

/* ---- keys ---- */

#define FORM_RUN 0U
#define FORM_INTEGERS 1U
#define FORM_MIXED 2U

#define BATCH 512   /* integers that are added at once */

/* Adds integers; ids have to follow one another, or a key is there twice. */
static crm_status add_integers(crm_store *store, crm__intern *keys, uint32_t part, const int64_t *integers,
                               uint64_t count, crm_error *error)
{
  uint32_t ids[BATCH];
  uint64_t before = keys->count;
  uint64_t i;
  if (crm__intern_add_integers(keys, &store->memory, 0, integers, count, ids) != count) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    if (ids[i] != before + i) {
      return crm__part_fail(error, part, before + i, "a key is there twice");
    }
  }
  return CRM_OK;
}

static crm_status read_integers(crm_store *store, crm__intern *keys, uint32_t part, uint32_t form, uint64_t count,
                                crm__byte_reader *reader, crm_error *error)
{
  int64_t integers[BATCH];
  uint64_t done = 0;
  uint64_t run = form == FORM_RUN ? crm__read_u64(reader) : 0;
  crm_status status = CRM_OK;
  if (reader->bad || reader->left != (form == FORM_RUN ? 0 : count * 8)) {
    return crm__part_fail(error, part, keys->count, "its length is not that of the keys");
  }
  while (status == CRM_OK && done < count) {
    uint64_t batch = count - done < BATCH ? count - done : BATCH;
    uint64_t i;
    for (i = 0; i < batch; i++) {
      integers[i] = form == FORM_RUN ? crm__signed64(run + done + i) : crm__read_i64(reader);
    }
    status = add_integers(store, keys, part, integers, batch, error);
    done += batch;
  }
  return status;
}

/* Spaces of documents are names of sources, those of rows what kind of key it is; other keys have none. */
static int space_good(const crm_store *store, const crm__expected *expected, const crm__intern *keys, uint32_t space)
{
  if (keys == &store->documents.keys) {
    return (space & ~CRM__MADE) < expected->keys[CRM__KEYS_NAMES];
  }
  return space == 0 || (keys >= &store->dimensions[0].keys && keys <= &store->dimensions[CRM__TABLES - 1].keys &&
                        space <= 2);
}

static crm_status read_mixed(crm_store *store, const crm__expected *expected, crm__intern *keys, uint32_t part,
                             uint64_t count, crm__byte_reader *reader, crm_error *error)
{
  /* digests are bytes, and among names are those of files, which may be any */
  int words = keys != &store->erased && keys != &store->names && part >> 8 == CRM__PART_KEYS;
  uint64_t i;
  for (i = 0; i < count; i++) {
    uint32_t kind = crm__read_u32(reader);
    uint64_t before = keys->count;
    uint32_t id;
    crm__key key = {NULL, 0, 0};
    if (kind & 1) {
      key.length = crm__read_u32(reader);
      key.text = (const char *)crm__read_bytes(reader, key.length);
      if (key.text != NULL && words && !crm__utf8_valid(key.text, key.length)) {
        return crm__part_fail(error, part, before, "a key is no text");
      }
    } else {
      key.integer = crm__read_i64(reader);
    }
    if (reader->bad || !space_good(store, expected, keys, kind >> 1)) {
      return crm__part_fail(error, part, before, "a key is cut off, or in no space that there is");
    }
    id = crm__intern_add(keys, &store->memory, kind >> 1, key);
    if (id == CRM__NONE) {
      return crm__fail_memory(error);
    }
    if (id != before) {
      return crm__part_fail(error, part, before, "a key is there twice");
    }
  }
  return reader->left == 0 ? CRM_OK : crm__part_fail(error, part, keys->count, "there is more than its keys");
}

static crm_status read_keys(crm_store *store, const crm__expected *expected, crm__intern *keys, uint32_t part,
                            uint64_t first, uint64_t count, const unsigned char *data, uint64_t size, crm_error *error)
{
  crm__byte_reader reader = crm__byte_reader_of(data, size);
  uint32_t form = crm__read_u32(&reader);
  (void)crm__read_u32(&reader);
  if (first != keys->count || count == 0 || count > CRM__CHUNK || form > FORM_MIXED) {
    return crm__part_fail(error, part, first, "its keys do not follow those before");
  }
  return form == FORM_MIXED ? read_mixed(store, expected, keys, part, count, &reader, error)
                            : read_integers(store, keys, part, form, count, &reader, error);
}

/* ---- records ---- */

int crm__measures_reserve(crm_store *store, uint64_t customers)
{
  return crm__grow(&store->memory, (void **)&store->measures, &store->measure_capacity, customers,
                   sizeof *store->measures);
}

void crm__measure_read(crm__measure *measure, const unsigned char *from)
{
  measure->first = (int32_t)crm__load32(from);
  measure->last = (int32_t)crm__load32(from + 4);
  measure->money = crm__signed64(crm__load64(from + 8));
  measure->cost = crm__signed64(crm__load64(from + 16));
  measure->orders = crm__load32(from + 24);
  measure->flags = crm__load32(from + 28);
}

static crm_status read_measures(crm_store *store, crm__expected *expected, uint64_t first, uint64_t count,
                                const unsigned char *data, crm_error *error)
{
  uint64_t i;
  if (first != expected->measures_read || count > store->customer_count - first) {
    return crm__part_fail(error, CRM__PART(CRM__PART_MEASURES, 0), first, "it does not follow the one before");
  }
  if (!crm__measures_reserve(store, first + count)) {
    return crm__fail_memory(error);
  }
  if (crm__little_endian() && sizeof *store->measures == 32) {   /* then the bytes are the memory's */
    memcpy(store->measures + first, data, (size_t)count * 32);
  } else {
    for (i = 0; i < count; i++) {
      crm__measure_read(&store->measures[first + i], data + CRM__MEASURE_BYTES * i);
    }
  }
  expected->measures_read += count;
  return CRM_OK;
}

static crm_status read_profiles(crm_store *store, crm__expected *expected, uint64_t first, uint64_t count,
                                const unsigned char *data, crm_error *error)
{
  uint32_t part = CRM__PART(CRM__PART_PROFILES, 0);
  uint64_t i;
  if (first != expected->profiles_read || count > store->customer_count - first) {
    return crm__part_fail(error, part, first, "it does not follow the one before");
  }
  if (!crm__grow(&store->memory, (void **)&store->profiles, &store->profile_capacity, first + count,
                 sizeof *store->profiles)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    crm__profile *profile = &store->profiles[first + i];
    profile->changed = crm__signed64(crm__load64(data + 16 * i));
    profile->documents = crm__load32(data + 16 * i + 8);
    profile->head = crm__load32(data + 16 * i + 12);
    if (profile->changed < 0 || profile->changed > store->version ||
        (profile->head != CRM__NONE && profile->head >= store->document_count)) {
      return crm__part_fail(error, part, first + i, "a profile leads to no document, or to a version to come");
    }
  }
  expected->profiles_read += count;
  return CRM_OK;
}

static crm_status read_reopened(crm_store *store, crm__expected *expected, uint64_t count,
                                const unsigned char *data, crm_error *error)
{
  uint64_t i;
  if (expected->reopened_read != 0 || count != expected->reopened) {
    return crm__part_fail(error, CRM__PART(CRM__PART_REOPENED, 0), 0, "there are other months than the head says");
  }
  if (!crm__reopened_reserve(store)) {
    return crm__fail_memory(error);
  }
  expected->reopened_read = count;
  for (i = 0; i < count; i++) {
    uint64_t month = crm__load64(data + 32 * i);
    crm__reopened *of;
    if (month >= CRM__REOPENED_MONTHS) {
      return crm__part_fail(error, CRM__PART(CRM__PART_REOPENED, 0), i, "there is no such month");
    }
    of = &store->reopened[month];
    of->documents = crm__signed64(crm__load64(data + 32 * i + 8));
    of->amount = crm__signed64(crm__load64(data + 32 * i + 16));
    of->version = crm__signed64(crm__load64(data + 32 * i + 24));
    if (of->version < 1 || of->version > store->version || of->documents < 0 ||
        of->documents > INT64_C(1) << 62) {
      return crm__part_fail(error, CRM__PART(CRM__PART_REOPENED, 0), i, "a month is changed by a version to come");
    }
  }
  return CRM_OK;
}

static crm_status read_turned_away(crm_store *store, crm__expected *expected, uint64_t first, uint64_t count,
                                   const unsigned char *data, crm_error *error)
{
  uint32_t part = CRM__PART(CRM__PART_TURNED_AWAY, 0);
  uint64_t i;
  if (first != store->turned_away_count || count > expected->turned_away - first) {
    return crm__part_fail(error, part, first, "it does not follow the one before");
  }
  if (!crm__grow(&store->memory, (void **)&store->turned_away, &store->turned_away_capacity, first + count,
                 sizeof *store->turned_away)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    crm__turned_away *of = &store->turned_away[first + i];
    of->day = (int32_t)crm__load32(data + 24 * i);
    of->branch = crm__load32(data + 24 * i + 4);
    of->rows = crm__signed64(crm__load64(data + 24 * i + 8));
    of->amount = crm__signed64(crm__load64(data + 24 * i + 16));
    expected->turned_away_rows += (uint64_t)of->rows;
    if (of->rows < 1 || of->rows > INT64_C(1) << 62 || expected->turned_away_rows > UINT64_C(1) << 62 ||
        (of->day != INT32_MIN && (of->day < CRM__TIME_MIN / CRM_DAY - 1 || of->day > CRM__TIME_MAX / CRM_DAY))) {
      return crm__part_fail(error, part, first + i, "rows of no day");
    }
  }
  store->turned_away_count += count;
  return CRM_OK;
}

crm_status crm__part_read(crm_store *store, crm__expected *expected, uint32_t part, uint64_t first, uint64_t count,
                          const unsigned char *data, uint64_t size, crm_error *error)
{
  uint32_t record = crm__record_size(part);
  uint64_t most = part == CRM__PART(CRM__PART_REOPENED, 0) ? CRM__REOPENED_MONTHS : CRM__CHUNK;   /* all in one piece */
  crm__member member;
  if (record != 0 && (count > most || count == 0 || size != count * record)) {
    return crm__part_fail(error, part, first, "its length is not that of its records");
  }
  if (part >> 8 == CRM__PART_MONTHS) {
    return crm__months_read(store, part & 0xFF, first, count, data, size, error);
  }
  switch (part) {
  case CRM__PART(CRM__PART_MEASURES, 0):
    return read_measures(store, expected, first, count, data, error);
  case CRM__PART(CRM__PART_STANDINGS, 0):
    return CRM_OK;
  case CRM__PART(CRM__PART_PROFILES, 0):
    return read_profiles(store, expected, first, count, data, error);
  case CRM__PART(CRM__PART_REOPENED, 0):
    return read_reopened(store, expected, count, data, error);
  case CRM__PART(CRM__PART_TURNED_AWAY, 0):
    return read_turned_away(store, expected, first, count, data, error);
  default:
    if (!crm__member_of(store, part, &member)) {
      return crm__part_fail(error, part, first, "there is no such part");
    }
    return member.keys != NULL ? read_keys(store, expected, member.keys, part, first, count, data, size, error)
                               : read_column(store, &member, part, first, count, data, size, error);
  }
}
