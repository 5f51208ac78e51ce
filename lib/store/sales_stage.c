/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/sales.h"

#include "store/commit.h"

/* From good rows to documents: who owns each staged line. */

uint32_t crm__stage_lines(const crm_load *load, uint32_t owner)
{
  return owner & CRM__OWNER_ENTRY ? load->entries[owner & ~CRM__OWNER_ENTRY].stage.lines
                                  : crm__column_u32(&load->store->documents.lines, owner);
}

void crm__stage_get(const crm_load *load, uint32_t owner, crm__stage *stage)
{
  const crm__documents *documents = &load->store->documents;
  if (owner & CRM__OWNER_ENTRY) {
    *stage = load->entries[owner & ~CRM__OWNER_ENTRY].stage;
    return;
  }
  stage->version = crm__column_i64(&documents->version, owner);
  stage->time = crm__column_i64(&documents->time, owner);
  stage->customer = crm__column_u32(&documents->customer, owner);
  stage->branch = crm__column_u32(&documents->branch, owner);
  stage->lines = crm__column_u32(&documents->lines, owner);
  stage->flags = crm__column_u8(&load->verdicts, owner);
}

void crm__stage_put(crm_load *load, uint32_t owner, const crm__stage *stage)
{
  if (owner & CRM__OWNER_ENTRY) {
    load->entries[owner & ~CRM__OWNER_ENTRY].stage = *stage;
    return;
  }
  crm__document_put(load->store, owner, stage);
  crm__column_put_u8(&load->verdicts, owner, (uint8_t)stage->flags);
}

void crm__document_put(crm_store *store, uint32_t document, const crm__stage *stage)
{
  crm__documents *documents = &store->documents;
  crm__column_put_i64(&documents->version, document, stage->version);
  crm__column_put_i64(&documents->time, document, stage->time);
  crm__column_put_u32(&documents->customer, document, stage->customer);
  crm__column_put_u32(&documents->branch, document, stage->branch);
  crm__column_put_u32(&documents->lines, document, stage->lines);
}

int crm__document_touch(crm_store *store, uint32_t document, const crm__stage *stage)
{
  crm__documents *documents = &store->documents;
  crm__memory *memory = &store->memory;
  return crm__column_touch(&documents->time, memory, document) &&
         crm__column_touch(&documents->first, memory, document) &&
         crm__column_touch(&documents->lines, memory, document) &&
         crm__column_touch(&documents->flags, memory, document) &&
         (stage->customer == CRM__NONE || (crm__column_touch(&documents->customer, memory, document) &&
                                           crm__column_touch(&documents->next, memory, document))) &&
         (stage->branch == CRM__NONE || crm__column_touch(&documents->branch, memory, document)) &&
         (stage->version == 0 || crm__column_touch(&documents->version, memory, document));
}

/* Makes the chunks that a new document's stage is put to. */
static int touch_stage(crm_load *load, uint32_t document, const crm__stage *stage)
{
  return crm__document_touch(load->store, document, stage) &&
         (stage->flags == 0 || crm__column_touch(&load->verdicts, &load->store->memory, document));
}

int crm__keep_owners(crm_load *load)
{
  crm_store *store = load->store;
  crm__memory *memory = &store->memory;
  uint32_t document = (uint32_t)load->documents_before;
  uint64_t i = 0;
  if (!load->plain) {
    return 1;
  }
  if (!crm__column_resize(&load->owner, memory, load->staged)) {
    return 0;
  }
  for (; i < load->staged; document++) {
    uint64_t end = i + crm__column_u32(&store->documents.lines, document);
    for (; i < end && i < load->staged; i++) {   /* the last document may go on in the present slice */
      if (!crm__column_touch(&load->owner, memory, i)) {
        return 0;
      }
      crm__column_put_u32(&load->owner, i, document);
    }
  }
  load->plain = 0;
  return 1;
}

/* What a row says of its document, as the stage of a document of this row alone without its line. */
static void read_stage(const crm_load *load, uint32_t i, crm__stage *stage)
{
  const crm__slice *slice = load->slice;
  int64_t version = crm__sales_value(slice, CRM__SALES_VERSION, i);
  stage->version = version == CRM__NULL ? 0 : version;
  stage->time = slice->cells[CRM__SALES_TIME].values[i];
  stage->customer = slice->ids[CRM__SALES_CUSTOMER][i];
  stage->branch = slice->ids[CRM__SALES_BRANCH][i];
  stage->lines = 0;
  stage->flags = load->document_mode == CRM_DOCUMENT_COLUMN ? 0 : slice->made_flags[i];
}

/* Adds what a row says of its document to the stage. */
static void join(crm__stage *stage, const crm__stage *row)
{
  stage->lines++;
  if (row->time < stage->time) {
    stage->time = row->time;
  }
  if (row->customer != stage->customer && row->customer != CRM__NONE) {
    stage->flags |= stage->customer == CRM__NONE ? 0 : CRM__STAGE_TWO_CUSTOMERS;
    stage->customer = stage->customer == CRM__NONE ? row->customer : stage->customer;
  }
  if (row->branch != stage->branch && row->branch != CRM__NONE) {
    stage->flags |= stage->branch == CRM__NONE ? 0 : CRM__STAGE_TWO_BRANCHES;
    stage->branch = stage->branch == CRM__NONE ? row->branch : stage->branch;
  }
}

static void add_total(const crm_load *load, uint32_t i, crm__document_total *total)
{
  const crm__slice *slice = load->slice;
  const crm__cells *originals = &slice->cells[CRM__SALES_ORIGINAL];
  crm__total_add(total, slice->code[i], slice->amount[i], crm__sales_value(slice, CRM__SALES_COST, i),
                 crm__sales_value(slice, CRM__SALES_TAX, i),
                 originals->present ? slice->ids[CRM__SALES_ORIGINAL][i] : CRM__NONE);
}

/* ---- Fresh documents ---- */

static void begin_fresh(crm_load *load, uint32_t k, uint64_t line, const crm__stage *row)
{
  crm__fresh *fresh = &load->slice->fresh;
  fresh->version[k] = row->version;
  fresh->time[k] = row->time;
  fresh->customer[k] = row->customer;
  fresh->branch[k] = row->branch;
  fresh->lines[k] = 0;
  fresh->line[k] = (int64_t)line;
  fresh->net[k] = 0;
  fresh->returned[k] = 0;
  fresh->tax[k] = 0;
  fresh->cost[k] = 0;
  fresh->flags[k] = (uint8_t)(CRM__DOCUMENT_LIVE | (row->flags & CRM__STAGE_ROWS ? CRM__DOCUMENT_ROWS : 0));
  fresh->verdicts[k] = (uint8_t)row->flags;
  fresh->count = k + 1;
}

static int join_fresh(crm_load *load, uint32_t k, uint32_t i, const crm__stage *row)
{
  crm__fresh *fresh = &load->slice->fresh;
  crm__document_total total;
  if (row->time == fresh->time[k] && row->customer == fresh->customer[k] && row->branch == fresh->branch[k]) {
    fresh->lines[k]++;
  } else {
    crm__stage stage;
    stage.version = row->version;
    stage.time = fresh->time[k];
    stage.customer = fresh->customer[k];
    stage.branch = fresh->branch[k];
    stage.lines = fresh->lines[k];
    stage.flags = fresh->verdicts[k];
    join(&stage, row);
    fresh->time[k] = stage.time;
    fresh->customer[k] = stage.customer;
    fresh->branch[k] = stage.branch;
    fresh->lines[k] = stage.lines;
    fresh->verdicts[k] = (uint8_t)stage.flags;
  }
  if (fresh->verdicts[k] != 0 && !crm__keep_owners(load)) {
    return 0;
  }
  total.net = fresh->net[k];
  total.returned = fresh->returned[k];
  total.tax = fresh->tax[k];
  total.cost = fresh->cost[k];
  total.ledger = load->ledger;
  total.flags = fresh->flags[k];
  add_total(load, i, &total);
  fresh->net[k] = total.net;
  fresh->returned[k] = total.returned;
  fresh->tax[k] = total.tax;
  fresh->cost[k] = total.cost;
  load->ledger = total.ledger;
  fresh->flags[k] = (uint8_t)total.flags;
  return 1;
}

/* ---- Others ---- */

/* The entry of a document's version, made where it is new. CRM__NONE: no memory. */
static uint32_t find_entry(crm_load *load, uint32_t document, uint64_t line, const crm__stage *row)
{
  crm_store *store = load->store;
  crm__key key;
  crm__entry *made;
  uint32_t entry;
  key.text = NULL;
  key.length = 0;
  key.integer = row->version;
  entry = crm__intern_add(&load->entry_keys, &store->memory, document, key);
  if (entry == CRM__NONE || entry < load->entry_count) {
    return entry;
  }
  if (!crm__column_touch(&load->entry_of, &store->memory, document) ||
      !crm__column_touch(&load->verdicts, &store->memory, document) ||
      !crm__grow(&store->memory, &load->entries, &load->entry_capacity, load->entry_count + 1,
                 sizeof *load->entries)) {
    return CRM__NONE;
  }
  made = &load->entries[entry];
  made->stage = *row;
  made->document = document;
  made->next = crm__column_u32(&load->entry_of, document);
  made->first = line;
  made->best = INT64_MIN;
  crm__column_put_u32(&load->entry_of, document, entry);
  load->entry_count++;
  return entry;
}

static uint32_t join_entry(crm_load *load, uint32_t document, uint64_t line, uint32_t i, const crm__stage *row)
{
  uint32_t entry = crm__keep_owners(load) ? find_entry(load, document, line, row) : CRM__NONE;
  if (entry == CRM__NONE) {
    return CRM__NONE;
  }
  load->scattered |= load->entries[entry].stage.lines > 0 && load->last_owner != (entry | CRM__OWNER_ENTRY);
  join(&load->entries[entry].stage, row);
  load->ledger = (int64_t)((uint64_t)load->ledger + (uint64_t)crm__sales_ledger(load->slice, i));
  return entry | CRM__OWNER_ENTRY;
}

/* Joins a row to a new document that is in the document columns already. */
static int join_staged(crm_load *load, uint32_t document, uint64_t line, uint32_t i, const crm__stage *row)
{
  crm_store *store = load->store;
  crm__document_total total;
  crm__stage stage;
  crm__stage_get(load, document, &stage);
  if (stage.lines == 0) {   /* so far the original of a return */
    stage = *row;
  }
  if ((stage.lines == 0 || document != load->last_owner) && !crm__keep_owners(load)) {
    return 0;
  }
  load->scattered |= stage.lines > 0 && document != load->last_owner;
  crm__document_total_get(store, document, &total);
  total.flags |= CRM__DOCUMENT_LIVE | (stage.flags & CRM__STAGE_ROWS ? CRM__DOCUMENT_ROWS : 0);
  total.ledger = load->ledger;
  join(&stage, row);
  add_total(load, i, &total);
  if ((stage.flags != 0 && !crm__keep_owners(load)) || !touch_stage(load, document, &stage) ||
      !crm__document_total_touch(store, document, &total)) {
    return 0;
  }
  if (stage.lines == 1) {
    crm__column_put_i64(&store->documents.first, document, (int64_t)line);
  }
  crm__stage_put(load, document, &stage);
  crm__document_total_put(store, document, &total);
  load->ledger = total.ledger;
  return 1;
}

/* The owner of a row's line. CRM__NONE: no memory. */
static uint32_t stage_row(crm_load *load, uint32_t i)
{
  crm_store *store = load->store;
  crm__fresh *fresh = &load->slice->fresh;
  uint32_t document = load->slice->ids[CRM__SALES_DOCUMENT][i];
  uint64_t line = load->lines_before + load->staged + i;
  crm__stage row;
  read_stage(load, i, &row);
  if (document >= fresh->first) {
    uint32_t k = document - fresh->first;
    if (k >= fresh->count) {
      begin_fresh(load, k, line, &row);
    }
    if (fresh->version[k] == row.version) {
      if (document != load->last_owner && fresh->lines[k] > 0) {
        load->scattered = 1;
        if (!crm__keep_owners(load)) {
          return CRM__NONE;
        }
      }
      return join_fresh(load, k, i, &row) ? document : CRM__NONE;
    }
  } else if (document >= load->documents_before &&
             (crm__column_u32(&store->documents.lines, document) == 0 ||
              crm__column_i64(&store->documents.version, document) == row.version)) {
    return join_staged(load, document, line, i, &row) ? document : CRM__NONE;
  }
  return join_entry(load, document, line, i, &row);
}

/* The commonest rows, from row i on: sales of fresh documents whose rows follow one another and say the same. Answers
 * the first row that is something else. Half the time of stage_row. */
static uint32_t stage_plainly(crm_load *load, uint32_t i)
{
  crm__slice *slice = load->slice;
  crm__fresh *fresh = &slice->fresh;
  const uint32_t *documents = slice->ids[CRM__SALES_DOCUMENT];
  const uint32_t *customers = slice->ids[CRM__SALES_CUSTOMER];
  const uint32_t *branches = slice->ids[CRM__SALES_BRANCH];
  const int64_t *times = slice->cells[CRM__SALES_TIME].values;
  const int64_t *costs = slice->cells[CRM__SALES_COST].present ? slice->cells[CRM__SALES_COST].values : NULL;
  int64_t ledger = load->ledger;
  for (; i < slice->good_count; i++) {
    uint32_t k = documents[i] - fresh->first;
    int64_t amount = slice->amount[i];
    int64_t cost = costs == NULL ? CRM__NULL : costs[i];
    uint32_t flags = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE | CRM__DOCUMENT_SALE |
                     (amount != 0 ? CRM__DOCUMENT_VALUE : 0) | (cost == CRM__NULL ? CRM__DOCUMENT_COST_MISSING : 0);
    cost = cost == CRM__NULL ? 0 : cost;
    if (k == fresh->count && documents[i] >= fresh->first) {
      fresh->version[k] = 0;
      fresh->time[k] = times[i];
      fresh->line[k] = (int64_t)(load->lines_before + load->staged + i);
      fresh->net[k] = amount;
      fresh->returned[k] = 0;
      fresh->tax[k] = 0;
      fresh->cost[k] = cost;
      fresh->customer[k] = customers[i];
      fresh->branch[k] = branches[i];
      fresh->lines[k] = 1;
      fresh->flags[k] = (uint8_t)flags;
      fresh->verdicts[k] = 0;
      fresh->count++;
      load->last_owner = documents[i];
    } else if (documents[i] == load->last_owner && k < fresh->count && times[i] == fresh->time[k] &&
               customers[i] == fresh->customer[k] && branches[i] == fresh->branch[k] && fresh->version[k] == 0) {
      fresh->net[k] = crm__sum_of(fresh->net[k], amount);
      fresh->cost[k] = crm__sum_of(fresh->cost[k], cost);
      fresh->lines[k]++;
      fresh->flags[k] = (uint8_t)(fresh->flags[k] | flags);
    } else {
      break;
    }
    ledger = crm__sum_of(ledger, amount);
    slice->owners[i] = documents[i];
  }
  load->ledger = ledger;
  return i;
}

int crm__sales_stage(crm_load *load)
{
  crm__slice *slice = load->slice;
  int plainly = slice->sales_only && !slice->cells[CRM__SALES_VERSION].present &&
                !slice->cells[CRM__SALES_TAX].present && load->document_mode == CRM_DOCUMENT_COLUMN;
  uint32_t i;
  if (!crm__column_resize(&load->entry_of, &load->store->memory, load->store->documents.keys.count) ||
      !crm__column_resize(&load->verdicts, &load->store->memory, load->store->documents.keys.count)) {
    return 0;
  }
  for (i = 0; i < slice->good_count; i++) {
    i = plainly ? stage_plainly(load, i) : i;
    if (i == slice->good_count) {
      break;
    }
    slice->owners[i] = stage_row(load, i);
    if (slice->owners[i] == CRM__NONE) {
      return 0;
    }
    load->last_owner = slice->owners[i];
  }
  return 1;
}
