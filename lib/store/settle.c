/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/identity.h"

#include <string.h>

/* The first half of a commit of sales: everything is decided, nothing that readers see is changed. */

/* Where the lines of a staged owner begin. */
static uint64_t owner_first(const crm_load *load, uint32_t owner)
{
  return owner & CRM__OWNER_ENTRY ? load->entries[owner & ~CRM__OWNER_ENTRY].first
                                  : (uint64_t)crm__column_i64(&load->store->documents.first, owner);
}

static int set_owner_first(crm_load *load, uint32_t owner, uint64_t first)
{
  crm__column *column = &load->store->documents.first;
  if (owner & CRM__OWNER_ENTRY) {
    load->entries[owner & ~CRM__OWNER_ENTRY].first = first;
    return 1;
  }
  if (!crm__column_touch(column, &load->store->memory, owner)) {
    return 0;
  }
  crm__column_put_i64(column, owner, (int64_t)first);
  return 1;
}

uint32_t crm__owner_document(const crm_load *load, uint32_t owner)
{
  return owner & CRM__OWNER_ENTRY ? load->entries[owner & ~CRM__OWNER_ENTRY].document : owner;
}

/* Rejects one staged line by its place among the staged ones. 0: no memory. */
static int reject_line(crm_load *load, uint64_t staged, const crm__stage *stage, int32_t cause, int32_t column)
{
  const crm__sales_lines *lines = &load->store->lines;
  uint64_t line = load->lines_before + staged;
  uint32_t kind = crm__column_u8(&lines->code, line) & 3U;
  int64_t amount = kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN ? crm__column_i64(&lines->amount, line) : 0;
  return crm__load_turn_away(load, crm__business_day(stage->time, load->store->day_start), stage->branch, amount) &&
         crm__load_reject(load, CRM__TABLE_SALES, crm__staged_ordinal(load, staged), cause, column + 1);
}

/* Moves the elements of a column's staged part to new places. */
static void scatter(crm__column *column, uint64_t base, const uint32_t *places, uint64_t count, int64_t *spare)
{
  uint64_t i;
  for (i = 0; i < count; i++) {
    spare[places[i]] = crm__column_get(column, base + i);
  }
  for (i = 0; i < count; i++) {
    crm__column_put(column, base + i, spare[i]);
  }
}

/* Gives every line its place with the others of its owner, owners in order of first sight. cursors: zeros, of new
 * documents first, then of entries. */
static int find_places(crm_load *load, uint32_t *places, uint32_t *cursors)
{
  uint64_t fresh = load->store->documents.keys.count - load->documents_before;
  uint64_t next = 0;
  uint64_t i;
  for (i = 0; i < load->staged; i++) {
    uint32_t owner = crm__column_u32(&load->owner, i);
    uint64_t cursor = owner & CRM__OWNER_ENTRY ? fresh + (owner & ~CRM__OWNER_ENTRY) : owner - load->documents_before;
    uint32_t placed = cursors[cursor]++;
    if (placed == 0) {
      if (!set_owner_first(load, owner, load->lines_before + next)) {
        return 0;
      }
      next += crm__stage_lines(load, owner);
    }
    places[i] = (uint32_t)(owner_first(load, owner) - load->lines_before + placed);
  }
  return 1;
}

/* Makes every chunk of the staged part of the columns that hold anything, since lines are about to change places. */
static int touch_staged(crm_load *load)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS];
  uint64_t end = load->lines_before + load->staged;
  uint32_t c;
  (void)crm__line_columns(&store->lines, columns);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    uint64_t line = crm__column_absent(columns[c]) ? end : load->lines_before;
    for (; line < end; line = (line | (CRM__CHUNK - 1)) + 1) {
      if (!crm__column_touch(columns[c], &store->memory, line)) {
        return 0;
      }
    }
  }
  return 1;
}

static int move_lines(crm_load *load, const uint32_t *places)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS];
  int64_t *spare = crm__alloc_array(&store->memory, load->staged, sizeof *spare);
  uint32_t c;
  if (spare == NULL || !touch_staged(load)) {
    crm__free_array(&store->memory, spare, load->staged, sizeof *spare);
    return 0;
  }
  (void)crm__line_columns(&store->lines, columns);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    if (!crm__column_absent(columns[c])) {
      scatter(columns[c], load->lines_before, places, load->staged, spare);
    }
  }
  scatter(&load->owner, 0, places, load->staged, spare);
  scatter(&load->ordinal, 0, places, load->staged, spare);
  crm__free_array(&store->memory, spare, load->staged, sizeof *spare);
  return 1;
}

/* Brings the lines of each owner together. */
static int group_lines(crm_load *load)
{
  crm__memory *memory = &load->store->memory;
  uint64_t owners = load->store->documents.keys.count - load->documents_before + load->entry_count;
  uint32_t *places = crm__alloc_array(memory, load->staged, sizeof *places);
  uint32_t *cursors = crm__alloc_array_zero(memory, owners, sizeof *cursors);
  int done = places != NULL && cursors != NULL && crm__keep_ordinals(load) && find_places(load, places, cursors) &&
             move_lines(load, places);
  crm__free_array(memory, places, load->staged, sizeof *places);
  crm__free_array(memory, cursors, owners, sizeof *cursors);
  return done;
}

/* Refuses what contradicts itself: two customers, two branches, "equal" rows that are not. */
static void settle_alone(crm_load *load, uint32_t owner, uint64_t first, crm__stage *stage)
{
  uint64_t i;
  if (stage->flags & CRM__STAGE_ROWS) {
    for (i = 1; i < stage->lines; i++) {
      if (crm__line_compare(load->store, first, first + i) != 0) {
        stage->flags |= CRM__STAGE_REFUSED;
      }
    }
  }
  if (stage->flags & (CRM__STAGE_TWO_CUSTOMERS | CRM__STAGE_TWO_BRANCHES)) {
    stage->flags |= CRM__STAGE_REFUSED;
  }
  crm__stage_put(load, owner, stage);
}

/* The version of a new document's own stage, INT64_MIN where it is refused or there is none. */
static int64_t own_version(const crm_load *load, uint32_t document)
{
  crm__stage stage;
  if (document < load->documents_before) {
    return INT64_MIN;
  }
  crm__stage_get(load, document, &stage);
  return (stage.flags & CRM__STAGE_REFUSED) == 0 && stage.lines > 0 ? stage.version : INT64_MIN;
}

/* Finds the highest version of every document with entries; the newest entry of each keeps it. */
static void find_best(crm_load *load)
{
  uint32_t i;
  for (i = 0; i < load->entry_count; i++) {
    crm__entry *newest = &load->entries[i];
    uint32_t entry = i;
    if (crm__column_u32(&load->entry_of, newest->document) != i) {
      continue;
    }
    newest->best = own_version(load, newest->document);
    for (; entry != CRM__NONE; entry = load->entries[entry].next) {
      const crm__stage *stage = &load->entries[entry].stage;
      if ((stage->flags & CRM__STAGE_REFUSED) == 0 && stage->lines > 0 && stage->version > newest->best) {
        newest->best = stage->version;
      }
    }
  }
}

/* The highest version of a document that this load brings and does not refuse; INT64_MIN: none. */
static int64_t best_staged(const crm_load *load, uint32_t document)
{
  uint32_t newest = crm__column_u32(&load->entry_of, document);
  return newest == CRM__NONE ? own_version(load, document) : load->entries[newest].best;
}

/* Whether a document in the store is the same as a staged version of it. 0, 1, or -1: no memory. */
static int same_document(crm_load *load, uint32_t document, uint64_t first, const crm__stage *stage)
{
  const crm__documents *documents = &load->store->documents;
  if (crm__column_u32(&documents->lines, document) != stage->lines ||
      crm__column_i64(&documents->time, document) != stage->time ||
      crm__document_sender(load->store, document) != stage->customer ||
      crm__column_u32(&documents->branch, document) != stage->branch) {
    return 0;
  }
  return crm__lines_equal(load->store, (uint64_t)crm__column_i64(&documents->first, document), first, stage->lines);
}

/* Compares a staged version with the others and with the store's. 0: no memory. */
static int settle_version(crm_load *load, uint32_t owner, uint64_t first, crm__stage *stage)
{
  uint32_t document = crm__owner_document(load, owner);
  const crm__documents *documents = &load->store->documents;
  int live = document < load->documents_before &&
             (crm__column_u8(&documents->flags, document) & CRM__DOCUMENT_LIVE) != 0;
  int64_t kept = live ? crm__column_i64(&documents->version, document) : INT64_MIN;
  if (stage->flags & CRM__STAGE_REFUSED) {
    return 1;
  }
  if (stage->version < best_staged(load, document) || (live && stage->version < kept)) {
    stage->flags |= CRM__STAGE_DUPLICATE;
  } else if (live && stage->version == kept) {
    int same = same_document(load, document, first, stage);
    if (same < 0) {
      return 0;
    }
    if (same) {
      stage->flags |= CRM__STAGE_DUPLICATE;
    } else if (!load->replace) {
      stage->flags |= CRM__STAGE_REFUSED;
    }
  }
  crm__stage_put(load, owner, stage);
  return 1;
}

static int refuse_owner(crm_load *load, uint64_t from, const crm__stage *stage)
{
  int32_t cause = stage->flags & CRM__STAGE_TWO_CUSTOMERS  ? CRM__CAUSE_TWO_CUSTOMERS
                  : stage->flags & CRM__STAGE_TWO_BRANCHES ? CRM__CAUSE_TWO_BRANCHES
                                                           : CRM__CAUSE_CONFLICT;
  int32_t column = cause == CRM__CAUSE_TWO_CUSTOMERS  ? CRM__SALES_CUSTOMER
                   : cause == CRM__CAUSE_TWO_BRANCHES ? CRM__SALES_BRANCH
                                                      : CRM__SALES_DOCUMENT;
  crm__stage named = *stage;
  uint64_t i;
  if (stage->flags & CRM__STAGE_TWO_BRANCHES) {
    named.branch = CRM__NONE;   /* which of them came first must not show in the totals */
  }
  for (i = from; i < from + stage->lines; i++) {
    if (!reject_line(load, i, &named, cause, column)) {
      return 0;
    }
  }
  return 1;
}

/* Closes the gaps that lines which were not accepted leave. */
static void drop_lines(crm_load *load, uint64_t *kept)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS];
  uint64_t to = 0;
  uint64_t from = 0;
  uint32_t c;
  (void)crm__line_columns(&store->lines, columns);
  while (from < load->staged) {
    uint32_t owner = crm__column_u32(&load->owner, from);
    crm__stage stage;
    uint64_t i;
    crm__stage_get(load, owner, &stage);
    if ((stage.flags & (CRM__STAGE_REFUSED | CRM__STAGE_DUPLICATE)) == 0) {
      if (to != from) {
        for (c = 0; c < CRM__LINE_COLUMNS; c++) {
          crm__lines_move(columns[c], load->lines_before + from, load->lines_before + to, stage.lines);
        }
        for (i = 0; i < stage.lines; i++) {
          crm__column_put_u32(&load->owner, to + i, owner);
        }
        (void)set_owner_first(load, owner, load->lines_before + to);
      }
      to += stage.lines;
    }
    from += stage.lines;
  }
  *kept = to;
}

/* Whether a staged version cannot be anything but good: a new document, of one version, that contradicts nothing. */
static int plainly_good(const crm_load *load, uint32_t owner)
{
  return (owner & CRM__OWNER_ENTRY) == 0 && crm__column_u8(&load->verdicts, owner) == 0 &&
         crm__column_u32(&load->entry_of, owner) == CRM__NONE;
}

/* Lines that are not accepted: their ledger is taken back. */
static void disown(crm_load *load, uint64_t from, uint32_t lines)
{
  crm__document_total total;
  crm__document_sum(load->store, load->lines_before + from, lines, &total);
  load->ledger = (int64_t)((uint64_t)load->ledger - (uint64_t)total.ledger);
}

/* Walks the owners twice: first each by itself, then against one another and the store. */
static int settle_owners(crm_load *load, int *dropped)
{
  crm__tally *tally = &load->tables[CRM__TABLE_SALES].tally;
  uint64_t i;
  crm__stage stage;
  for (i = 0; i < load->staged; i += crm__stage_lines(load, crm__column_u32(&load->owner, i))) {
    uint32_t owner = crm__column_u32(&load->owner, i);
    if (!plainly_good(load, owner)) {
      crm__stage_get(load, owner, &stage);
      settle_alone(load, owner, load->lines_before + i, &stage);
    }
  }
  find_best(load);
  for (i = 0; i < load->staged; i += stage.lines) {
    uint32_t owner = crm__column_u32(&load->owner, i);
    if (plainly_good(load, owner)) {
      stage.lines = crm__stage_lines(load, owner);
      tally->accepted += stage.lines;
      continue;
    }
    crm__stage_get(load, owner, &stage);
    if (!settle_version(load, owner, load->lines_before + i, &stage)) {
      return 0;
    }
    if (stage.flags & (CRM__STAGE_REFUSED | CRM__STAGE_DUPLICATE)) {
      *dropped = 1;
      disown(load, i, stage.lines);
    }
    if (stage.flags & CRM__STAGE_REFUSED) {
      if (!refuse_owner(load, i, &stage)) {
        return 0;
      }
    } else if (stage.flags & CRM__STAGE_DUPLICATE) {
      tally->duplicate += stage.lines;
    } else {
      tally->accepted += stage.lines;
    }
  }
  return 1;
}

int crm__settle_lines(crm_load *load, uint64_t *kept)
{
  int dropped = 0;
  *kept = load->staged;
  if (load->plain) {
    load->tables[CRM__TABLE_SALES].tally.accepted += (int64_t)load->staged;
    return 1;
  }
  if ((load->scattered && !group_lines(load)) || !settle_owners(load, &dropped)) {
    return 0;
  }
  if (dropped) {
    if (!touch_staged(load)) {
      return 0;
    }
    drop_lines(load, kept);
  }
  return 1;
}
