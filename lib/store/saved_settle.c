/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/met.h"
#include "store/saved.h"

#include "base/check.h"
#include "base/error.h"
#include "store/commit.h"
#include "store/identity.h"
#include "store/profile.h"

/* A store whose parts have been read: whether they belong together, before anything is made of them. */

/* ---- elements ---- */

static int ids_good(const uint32_t *ids, uint64_t count, uint64_t below)
{
  uint32_t bad = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    bad |= (uint32_t)(ids[i] >= below) & (uint32_t)(ids[i] != CRM__NONE);
  }
  return bad == 0;
}

static int small_good(const uint8_t *values, uint64_t count, uint64_t below, uint8_t fill)
{
  uint32_t bad = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    bad |= (uint32_t)(values[i] >= below) & (uint32_t)(values[i] != fill);
  }
  return bad == 0;
}

static int range_good(const int64_t *values, uint64_t count, int64_t least, int64_t most)
{
  uint32_t bad = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    bad |= ((uint32_t)(values[i] < least) | (uint32_t)(values[i] > most)) & (uint32_t)(values[i] != CRM__NULL);
  }
  return bad == 0;
}

static int figures_good(const int64_t *values, uint64_t count)
{
  uint32_t bad = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    bad |= (uint32_t)(values[i] == CRM__NULL);
  }
  return bad == 0;
}

static int elements_good(const crm__member *member, const unsigned char *elements, uint64_t count)
{
  switch (member->holds) {
  case CRM__HOLDS_IDS:
    return ids_good((const uint32_t *)(const void *)elements, count, member->below);
  case CRM__HOLDS_SMALL:
    return small_good(elements, count, member->below, (uint8_t)member->column->fill);
  case CRM__HOLDS_FIGURES:
    return figures_good((const int64_t *)(const void *)elements, count);
  case CRM__HOLDS_TIMES:
    return range_good((const int64_t *)(const void *)elements, count, CRM__TIME_MIN, CRM__TIME_MAX - 1);
  default:
    return 1;
  }
}

static crm_status check_member(crm_store *store, uint32_t part, crm_error *error)
{
  crm__member member;
  uint64_t first;
  if (!crm__member_of(store, part, &member) || member.column == NULL) {
    return CRM_OK;
  }
  for (first = 0; first < member.length; first += CRM__CHUNK) {
    uint64_t count = member.length - first < CRM__CHUNK ? member.length - first : CRM__CHUNK;
    const unsigned char *elements = crm__column_at(member.column, first);
    if (elements != NULL && !elements_good(&member, elements, count)) {
      return crm__part_fail(error, part, first, "a value that its column cannot hold");
    }
  }
  return CRM_OK;
}

/* ---- counts ---- */

static crm_status check_counts(crm_store *store, const crm__expected *expected, crm_error *error)
{
  crm__member member;
  uint32_t i;
  int32_t table;
  for (i = 0; i < CRM__KEYS; i++) {
    (void)crm__member_of(store, CRM__PART(CRM__PART_KEYS, i), &member);
    if (member.keys->count != expected->keys[i]) {
      return crm__part_fail(error, CRM__PART(CRM__PART_KEYS, i), member.keys->count, "keys are missing");
    }
  }
  for (table = 0; table < CRM__TABLES; table++) {
    if (store->dimensions[table].keys.count != expected->places[table]) {
      return crm__part_fail(error, CRM__PART(CRM__PART_TABLE + table, CRM__PART_PLACES),
                            store->dimensions[table].keys.count, "keys are missing");
    }
  }
  if (expected->measures_read != store->customer_count || expected->profiles_read != store->customer_count ||
      expected->turned_away != store->turned_away_count || expected->reopened != expected->reopened_read) {
    return crm__part_fail(error, CRM__PART(CRM__PART_MEASURES, 0), expected->measures_read, "records are missing");
  }
  if (store->names.count == 0 || crm__intern_key(&store->names, 0, NULL).text == NULL ||
      crm__intern_key(&store->names, 0, NULL).length != 0) {
    return crm__part_fail(error, CRM__PART(CRM__PART_KEYS, CRM__KEYS_NAMES), 0, "the empty name is missing");
  }
  return CRM_OK;
}

/* ---- documents ---- */

typedef struct document_counts {
  uint64_t live;
  uint64_t lines;
  uint64_t named;      /* with a customer */
  int64_t earliest;
  int64_t latest;
} document_counts;

static crm_status check_document(const crm_store *store, uint64_t i, document_counts *counts, crm_error *error)
{
  const crm__documents *documents = &store->documents;
  uint64_t first = (uint64_t)crm__column_i64(&documents->first, i);
  uint32_t lines = crm__column_u32(&documents->lines, i);
  uint32_t flags = crm__column_u8(&documents->flags, i);
  int64_t time = crm__column_i64(&documents->time, i);
  if (lines > 0 && (first > store->line_count || lines > store->line_count - first)) {
    return crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", "document", 0, -1,
                        "document number %lld has lines that are not there", (long long)i);
  }
  if ((flags & CRM__DOCUMENT_LIVE) == 0) {
    return CRM_OK;
  }
  if (lines == 0 || time == CRM__NULL) {
    return crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", "document", 0, -1,
                        "document number %lld has no line or no time", (long long)i);
  }
  counts->live++;
  counts->lines += lines;
  counts->named += crm__column_u32(&documents->customer, i) != CRM__NONE;
  counts->latest = time > counts->latest ? time : counts->latest;
  counts->earliest = time < counts->earliest && (flags & CRM__DOCUMENT_LINE) ? time : counts->earliest;
  return CRM_OK;
}

static crm_status check_documents(const crm_store *store, crm_error *error)
{
  document_counts counts = {0, 0, 0, INT64_MAX, INT64_MIN};
  uint64_t chained = 0;
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < store->document_count; i++) {
    status = check_document(store, i, &counts, error);
  }
  for (i = 0; i < store->customer_count; i++) {
    chained += store->profiles[i].documents;
  }
  if (status == CRM_OK &&
      (counts.live != (uint64_t)store->live_documents || counts.lines != (uint64_t)store->live_lines ||
       counts.latest != store->latest || counts.earliest != store->earliest || chained != counts.named)) {
    status = crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", NULL, 0, -1,
                          "the counts of documents and lines, or their times, differ from what is there");
  }
  return status;
}

/* ---- chains ---- */

/* Whether the chain of every customer leads from one of its documents to the one before it by id, as it does until
 * versions and merges come: then one pass over the documents knows them all. last, counts: a number a customer. */
static int chains_ascend(const crm_store *store, uint32_t *last, uint32_t *counts)
{
  const crm__documents *documents = &store->documents;
  uint64_t i;
  for (i = 0; i < store->document_count; i++) {
    uint32_t customer = crm__column_u32(&documents->customer, i);
    if (customer == CRM__NONE || (crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) == 0) {
      continue;
    }
    if (crm__column_u32(&documents->next, i) != last[customer]) {
      return 0;
    }
    last[customer] = (uint32_t)i;
    counts[customer]++;
  }
  for (i = 0; i < store->customer_count; i++) {
    if (store->profiles[i].head != last[i] || store->profiles[i].documents != counts[i]) {
      return 0;
    }
  }
  return 1;
}

/* Every live document is in the chain of its customer, once, and nothing else. All walks together have no more steps
 * than there are documents. */
static crm_status check_chains(const crm_store *store, crm_error *error)
{
  crm__memory memory = crm__memory_fork(&store->memory);
  uint32_t *last = crm__alloc_array(&memory, store->customer_count, sizeof *last);
  uint32_t *counts = crm__alloc_array_zero(&memory, store->customer_count, sizeof *counts);
  crm_status status = last == NULL || counts == NULL ? crm__fail_memory(error) : CRM_OK;
  int ascend = 0;
  uint64_t i;
  if (status == CRM_OK) {
    memset(last, 0xFF, (size_t)store->customer_count * sizeof *last);   /* CRM__NONE */
    ascend = chains_ascend(store, last, counts);
  }
  for (i = 0; status == CRM_OK && !ascend && i < store->customer_count; i++) {
    if (!crm__chain_good(store, (uint32_t)i)) {
      status = crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", "customer", 0, -1,
                            "the chain of customer number %lld is not that of its documents", (long long)i);
    }
  }
  crm__free_array(&memory, last, store->customer_count, sizeof *last);
  crm__free_array(&memory, counts, store->customer_count, sizeof *counts);
  return status;
}

/* ---- sums ---- */

static void add_column(const crm__column *column, uint64_t *sum)
{
  uint64_t first;
  for (first = 0; first < column->length; first += CRM__CHUNK) {
    uint64_t count = column->length - first < CRM__CHUNK ? column->length - first : CRM__CHUNK;
    const unsigned char *values = crm__column_at(column, first);
    if (values != NULL) {
      crm__magnitudes_add((const int64_t *)(const void *)values, count, sum);
    }
  }
}

static int measures_add_up(const crm_store *store)
{
  uint64_t money = 0;
  uint64_t cost = 0;
  uint64_t i;
  for (i = 0; i < store->customer_count && (money | cost) <= (uint64_t)INT64_MAX; i++) {
    money += crm__magnitude(store->measures[i].money);
    cost += crm__magnitude(store->measures[i].cost);
  }
  return (money | cost) <= (uint64_t)INT64_MAX;
}

/* Whether sums of whatever is there stay within 64 bits, as loading sees to. Lines of replaced documents count only
 * where without them it would be too much. */
static crm_status check_sums(const crm_store *store, crm_error *error)
{
  const crm__documents *documents = &store->documents;
  const crm__sales_lines *lines = &store->lines;
  uint64_t sums[6] = {0, 0, 0, 0, 0, 0};
  uint64_t i;
  int good = 1;
  add_column(&documents->net, &sums[0]);
  add_column(&documents->returned, &sums[1]);
  add_column(&documents->tax, &sums[2]);
  add_column(&documents->cost, &sums[3]);
  add_column(&lines->amount, &sums[4]);
  add_column(&lines->discount, &sums[4]);
  add_column(&lines->tax, &sums[4]);
  add_column(&lines->cost, &sums[4]);
  add_column(&lines->quantity, &sums[5]);
  if (sums[4] > (uint64_t)INT64_MAX || sums[5] > (uint64_t)INT64_MAX) {
    sums[4] = 0;
    sums[5] = 0;
    for (i = 0; i < store->document_count; i++) {
      if (crm__column_u8(&documents->flags, i) & CRM__DOCUMENT_LIVE) {
        crm__lines_budget(store, (uint64_t)crm__column_i64(&documents->first, i),
                          crm__column_u32(&documents->lines, i), &sums[4], &sums[5]);
      }
    }
  }
  for (i = 0; i < 6; i++) {
    good &= sums[i] <= (uint64_t)INT64_MAX;
  }
  return good && measures_add_up(store) ? CRM_OK
                                        : crm__fail_at(error, CRM_ERROR_CORRUPT, "sales", NULL, 0, -1,
                                                       "the sums of the facts would pass 64 bits");
}

/* Chunks that a commit writes to without asking: those of a document that is there exist, whatever they hold. */
static int touch_documents(crm_store *store)
{
  crm__documents *documents = &store->documents;
  crm__memory *memory = &store->memory;
  uint64_t i;
  for (i = 0; i < store->document_count; i += CRM__CHUNK) {
    if (crm__column_at(&documents->flags, i) != NULL &&
        (!crm__column_touch(&documents->time, memory, i) || !crm__column_touch(&documents->first, memory, i) ||
         !crm__column_touch(&documents->lines, memory, i))) {
      return 0;
    }
    if (crm__column_at(&documents->customer, i) != NULL && !crm__column_touch(&documents->next, memory, i)) {
      return 0;
    }
  }
  return 1;
}

/* ---- rows ---- */

#define ONE 1000000   /* a share */

static int share_column(const crm__schema_column *column)
{
  return column->cell == CRM__CELL_NUMBER && column->unit != NULL && strcmp(column->unit, "share") == 0;
}

static crm_status bad_row(crm_error *error, int32_t table, int32_t column, uint64_t row)
{
  return crm__fail_at(error, CRM_ERROR_CORRUPT, crm__schema(table)->name, crm__schema(table)->columns[column].name, 0,
                      -1, "row number %lld holds what no row may", (long long)row);
}

/* What loading refuses is in no row: a key or required cell that is empty, a share outside 0 to 1. */
static crm_status check_rows(const crm_store *store, int32_t table, crm_error *error)
{
  const crm__dimension *dimension = &store->dimensions[table];
  const crm__schema_table *schema = crm__schema(table);
  int32_t column;
  uint64_t row;
  for (column = crm__table_by_id(table); column < schema->count; column++) {
    const crm__column *values = &dimension->values[column];
    int required = crm__schema_required(&schema->columns[column]);
    int share = share_column(&schema->columns[column]);
    for (row = 0; (required || share) && row < dimension->present.length; row++) {
      int64_t value = crm__column_get(values, row);
      if (crm__column_u8(&dimension->present, row) != 0 &&
          ((required && value == values->fill) ||
           (share && value != CRM__NULL && (value < 0 || value > ONE)))) {
        return bad_row(error, table, column, row);
      }
    }
  }
  return CRM_OK;
}

/* ---- all ---- */

crm_status crm__parts_check(crm_store *store, crm_error *error)
{
  crm_status status = CRM_OK;
  uint32_t subject;
  uint32_t index;
  for (subject = CRM__PART_KEYS; status == CRM_OK && subject < CRM__PART_SUBJECTS; subject++) {
    for (index = 0; status == CRM_OK && index <= CRM__PART_PLACES; index = crm__member_after(store, subject, index)) {
      status = check_member(store, CRM__PART(subject, index), error);
    }
  }
  return status;
}

static crm_status check_erased(const crm_store *store, crm_error *error)
{
  uint64_t i;
  for (i = 0; i < store->erased.count; i++) {
    if (crm__column_u32(&store->erased_ids, i) == CRM__NONE) {
      return crm__part_fail(error, CRM__PART(CRM__PART_ERASED, 0), i, "an erased key is no customer's");
    }
  }
  for (i = 0; i < store->turned_away_count; i++) {
    if (store->turned_away[i].branch != CRM__NONE && store->turned_away[i].branch >= store->branches.count) {
      return crm__part_fail(error, CRM__PART(CRM__PART_TURNED_AWAY, 0), i, "there is no such branch");
    }
  }
  return CRM_OK;
}

crm_status crm__parts_inspect(crm_store *store, crm_error *error)
{
  crm_status status = crm__parts_check(store, error);
  int32_t table;
  status = status == CRM_OK ? check_erased(store, error) : status;
  status = status == CRM_OK ? check_documents(store, error) : status;
  for (table = 0; status == CRM_OK && table < CRM__TABLES; table++) {
    status = table == CRM__TABLE_SALES ? CRM_OK : check_rows(store, table, error);
  }
  status = status == CRM_OK ? check_chains(store, error) : status;
  status = status == CRM_OK ? check_sums(store, error) : status;
  status = status == CRM_OK ? crm__verify_documents(store, error) : status;
  status = status == CRM_OK ? crm__verify_measures(store, error) : status;
  return status == CRM_OK ? crm__verify_rows(store, error) : status;
}

crm_status crm__parts_settle(crm_store *store, const crm__expected *expected, crm_error *error)
{
  crm_status status = check_counts(store, expected, error);
  store->profile_count = store->customer_count;
  status = status == CRM_OK ? crm__parts_inspect(store, error) : status;
  if (status == CRM_OK && store->months.periods > 0 && !crm__months_good(store, &store->months)) {
    status = crm__part_fail(error, CRM__PART(CRM__PART_MONTHS, 0), 0, "the sums by month are of another store");
  }
  return status == CRM_OK && (!touch_documents(store) || !crm__identity_make(store) || !crm__met_make(store))
           ? crm__fail_memory(error)
           : status;
}
