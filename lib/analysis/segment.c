/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/segment.h"

#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "table/build.h"

#include <string.h>

/* What is done with segments once they are there. */

#define OVERLAPS 256   /* most segments of one table */

static crm_status check(const crm_segment *segment, crm_error *error)
{
  if (segment == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "segment is NULL");
  }
  return crm__segment_check(segment, segment->store, error);
}

/* ---- by key ---- */

static crm_status pick(crm_segment *segment, const crm__scope *scope, const char *const *keys, int64_t count,
                       int64_t *unknown, crm_error *error)
{
  int64_t missing = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    uint32_t id;
    if (keys[i] == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "keys", i + 1, -1, "a key is missing");
    }
    id = crm__customer_find(scope->store, keys[i]);
    if (id == CRM__NONE || !crm__customer_is_there(scope, NULL, id)) {
      missing++;
    } else {
      crm__segment_put(segment, id);
    }
  }
  crm__segment_close(segment);
  if (unknown != NULL) {
    *unknown = missing;
  }
  return CRM_OK;
}

crm_status crm_segment_pick(const crm_store *store, const char *const *keys, int64_t count, int64_t *unknown,
                            crm_segment **segment, crm_error *error)
{
  crm_scope all = CRM_SCOPE_INIT;
  crm__scope scope;
  crm_segment *made = NULL;
  crm_status status;
  if (store == NULL || segment == NULL || count < 0 || (count > 0 && keys == NULL)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store, keys or segment is missing");
  }
  all.internal = 1;
  all.as_of = CRM__TIME_MAX;
  status = crm__scope_open(&scope, store, &all, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__segment_new(store, crm__scope_memory(&scope), NULL, &made, error);
  if (status == CRM_OK) {
    status = pick(made, &scope, keys, count, unknown, error);
  }
  crm__scope_close(&scope);
  if (status != CRM_OK) {
    crm_segment_free(made);
    return status;
  }
  *segment = made;
  return CRM_OK;
}

/* ---- asked ---- */

crm_status crm_segment_contains(const crm_segment *segment, const char *key, int32_t *contains, crm_error *error)
{
  uint32_t id;
  crm_status status;
  if (key == NULL || contains == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "key or contains is NULL");
  }
  status = check(segment, error);
  if (status == CRM_OK) {
    id = crm__customer_find(segment->store, key);
    *contains = id != CRM__NONE && crm__segment_has(segment, id);
  }
  return status;
}

static crm_status make_members(const crm_segment *segment, crm__scope *scope, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {{"customer", CRM_TYPE_TEXT, 0}};
  const uint32_t *by_key;
  uint32_t i;
  crm_status status = crm__customers_by_key(scope, &by_key, error);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "segment", columns, 1, segment->count, table, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__table_meta(*table, "definition", "%s", "segment");
  crm__table_meta(*table, "revision", "%d", 1);
  crm__table_meta_text(*table, "segment", crm__segment_text(segment));
  crm__table_meta(*table, "data_version", "%lld", (long long)segment->version);
  for (i = 0; i < segment->customers; i++) {
    if (crm__segment_has(segment, by_key[i])) {
      crm__table_put_key(*table, 0, crm__customer_key(segment->store, by_key[i]));
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_segment_members(const crm_segment *segment, crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope scope;
  crm_status status = check(segment, error);
  if (status == CRM_OK && table == NULL) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "table is NULL");
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&scope, segment->store, NULL, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = make_members(segment, &scope, &made, error);
  crm__scope_close(&scope);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- sets of two ---- */

#define UNION 0
#define INTERSECTION 1
#define DIFFERENCE 2

static uint64_t combine_words(int how, uint64_t a, uint64_t b)
{
  return how == UNION ? a | b : how == INTERSECTION ? a & b : a & ~b;
}

static crm_status check_two(const crm_segment *a, const crm_segment *b, crm_error *error)
{
  crm_status status = check(a, error);
  if (status == CRM_OK) {
    status = b == NULL ? check(b, error) : crm__segment_check(b, a->store, error);
  }
  return status;
}

static crm_status combine(int how, const crm_segment *a, const crm_segment *b, crm_segment **segment,
                          crm_error *error)
{
  crm_segment *made = NULL;
  uint64_t i;
  crm_status status = check_two(a, b, error);
  if (status == CRM_OK && segment == NULL) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "segment is NULL");
  }
  if (status == CRM_OK) {
    status = crm__segment_new(a->store, &a->memory, NULL, &made, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < made->words; i++) {
    made->members[i] = combine_words(how, a->members[i], b->members[i]);
  }
  crm__segment_close(made);
  *segment = made;
  return CRM_OK;
}

crm_status crm_segment_union(const crm_segment *a, const crm_segment *b, crm_segment **segment, crm_error *error)
{
  return combine(UNION, a, b, segment, error);
}

crm_status crm_segment_intersection(const crm_segment *a, const crm_segment *b, crm_segment **segment,
                                    crm_error *error)
{
  return combine(INTERSECTION, a, b, segment, error);
}

crm_status crm_segment_difference(const crm_segment *a, const crm_segment *b, crm_segment **segment, crm_error *error)
{
  return combine(DIFFERENCE, a, b, segment, error);
}

/* ---- overlap ---- */

enum { OVERLAP_A, OVERLAP_B, OVERLAP_CUSTOMERS_A, OVERLAP_CUSTOMERS_B, OVERLAP_BOTH, OVERLAP_ONLY_A, OVERLAP_ONLY_B,
       OVERLAP_JACCARD, OVERLAP_SHARE_A, OVERLAP_SHARE_B, OVERLAP_COLUMNS };

static void put_share(crm_table *table, int32_t column, int64_t part, int64_t whole)
{
  if (whole == 0) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, crm__ratio(part, whole));
  }
}

static int64_t count_both(const crm_segment *a, const crm_segment *b)
{
  uint64_t words[64];
  int64_t count = 0;
  uint64_t from;
  uint64_t i;
  for (from = 0; from < a->words; from += 64) {
    uint64_t run = a->words - from < 64 ? a->words - from : 64;
    for (i = 0; i < run; i++) {
      words[i] = a->members[from + i] & b->members[from + i];
    }
    count += crm__bits_count(words, run);
  }
  return count;
}

static void put_pair(crm_table *table, const crm_segment *a, const crm_segment *b)
{
  int64_t both = count_both(a, b);
  crm__table_put(table, OVERLAP_CUSTOMERS_A, a->count);
  crm__table_put(table, OVERLAP_CUSTOMERS_B, b->count);
  crm__table_put(table, OVERLAP_BOTH, both);
  crm__table_put(table, OVERLAP_ONLY_A, a->count - both);
  crm__table_put(table, OVERLAP_ONLY_B, b->count - both);
  put_share(table, OVERLAP_JACCARD, both, a->count + b->count - both);
  put_share(table, OVERLAP_SHARE_A, both, a->count);
  put_share(table, OVERLAP_SHARE_B, both, b->count);
}

static crm_status check_overlap(const crm_segment *const *segments, const char *const *names, int64_t count,
                                crm_table **table, crm_error *error)
{
  crm_status status = CRM_OK;
  int64_t i;
  if (segments == NULL || names == NULL || count < 1 || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "segments, their names or table is missing");
  }
  if (count > OVERLAPS) {
    return crm__fail(error, CRM_ERROR_LIMIT, "there are more than %d segments", OVERLAPS);
  }
  for (i = 0; status == CRM_OK && i < count; i++) {
    if (names[i] == NULL) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "a name is missing");
    }
    status = check_two(segments[0], segments[i], error);
  }
  return status;
}

crm_status crm_segment_overlap(const crm_segment *const *segments, const char *const *names, int64_t count,
                               crm_table **table, crm_error *error)
{
  static const crm__table_column columns[OVERLAP_COLUMNS] = {
    {"a", CRM_TYPE_TEXT, 0},            {"b", CRM_TYPE_TEXT, 0},          {"customers_a", CRM_TYPE_INTEGER, 0},
    {"customers_b", CRM_TYPE_INTEGER, 0}, {"both", CRM_TYPE_INTEGER, 0},  {"only_a", CRM_TYPE_INTEGER, 0},
    {"only_b", CRM_TYPE_INTEGER, 0},    {"jaccard", CRM_TYPE_DECIMAL, 6}, {"share_a", CRM_TYPE_DECIMAL, 6},
    {"share_b", CRM_TYPE_DECIMAL, 6}
  };
  crm_table *made = NULL;
  int64_t i;
  int64_t k;
  crm_status status = check_overlap(segments, names, count, table, error);
  if (status == CRM_OK) {
    status = crm__table_begin(&segments[0]->memory, "overlap", columns, OVERLAP_COLUMNS, count * (count - 1) / 2,
                              &made, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__table_meta(made, "definition", "%s", "overlap");
  crm__table_meta(made, "revision", "%d", 1);
  crm__table_meta(made, "data_version", "%lld", (long long)segments[0]->version);
  for (i = 0; i < count; i++) {
    for (k = i + 1; k < count; k++) {
      crm__table_put_name(made, OVERLAP_A, names[i]);
      crm__table_put_name(made, OVERLAP_B, names[k]);
      put_pair(made, segments[i], segments[k]);
    }
  }
  status = crm__table_finish(&made, error);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
