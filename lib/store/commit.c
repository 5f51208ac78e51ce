/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/check.h"
#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "store/ahead.h"
#include "store/identity.h"
#include "store/months_commit.h"
#include "store/reopened.h"
#include "store/saved_file.h"

#include <string.h>

typedef struct commit_plan {
  uint64_t kept;                  /* staged lines that are accepted */
  uint64_t money_added;
  uint64_t quantity_added;
  uint64_t money_removed;         /* with documents that are replaced */
  uint64_t quantity_removed;
  uint32_t *replaced;             /* documents in the store that get a new version */
  uint64_t replaced_count;
  uint64_t replaced_capacity;
  crm__turned_away *turned_away;
  uint64_t turned_away_count;
  uint64_t turned_away_capacity;
  crm__months_plan months;
} commit_plan;

/* Adds up absolute values in halves, which cannot overflow within a chunk and leave the loop free of branches. */
void crm__magnitudes_add(const int64_t *values, uint64_t count, uint64_t *sum)
{
  uint64_t low = 0;
  uint64_t high = 0;
  uint64_t seen = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    seen |= (uint64_t)values[i];
  }
  if (seen >> 40 == 0 && count < (1U << 20)) {   /* as they mostly are: none is negative or missing */
    for (i = 0; i < count; i++) {
      low += (uint64_t)values[i];
    }
    *sum = *sum > UINT64_MAX - low ? UINT64_MAX : *sum + low;
    return;
  }
  for (i = 0; i < count; i++) {
    uint64_t magnitude = values[i] == CRM__NULL ? 0 : crm__magnitude(values[i]);
    low += magnitude & 0xFFFFFFFFU;
    high += magnitude >> 32;
  }
  high += low >> 32;
  low &= 0xFFFFFFFFU;
  if (high > UINT32_MAX || *sum > UINT64_MAX - (high << 32 | low)) {
    *sum = UINT64_MAX;
  } else {
    *sum += high << 32 | low;
  }
}

static void add_column(const crm__column *column, uint64_t first, uint64_t count, uint64_t *sum)
{
  while (count > 0) {
    uint64_t room = CRM__CHUNK - (first & (CRM__CHUNK - 1));
    uint64_t run = count < room ? count : room;
    const unsigned char *values = crm__column_at(column, first);
    if (values != NULL) {
      crm__magnitudes_add((const int64_t *)(const void *)values, run, sum);
    }
    first += run;
    count -= run;
  }
}

void crm__lines_budget(const crm_store *store, uint64_t first, uint64_t count, uint64_t *money, uint64_t *quantity)
{
  const crm__sales_lines *lines = &store->lines;
  add_column(&lines->amount, first, count, money);
  add_column(&lines->discount, first, count, money);
  add_column(&lines->tax, first, count, money);
  add_column(&lines->cost, first, count, money);
  add_column(&lines->quantity, first, count, quantity);
}

static crm_status check_budgets(crm_load *load, commit_plan *plan, crm_error *error)
{
  const crm_store *store = load->store;
  uint64_t money = store->money_budget - plan->money_removed;
  uint64_t quantity = store->quantity_budget - plan->quantity_removed;
  if (plan->kept == load->staged) {
    plan->money_added = load->money;
    plan->quantity_added = load->quantity;
  } else {
    crm__lines_budget(store, load->lines_before, plan->kept, &plan->money_added, &plan->quantity_added);
  }
  if (plan->money_added > (uint64_t)INT64_MAX - money) {
    return crm__fail_at(error, CRM_ERROR_OVERFLOW, "sales", "amount", 0, -1,
                        "the sum of absolute amounts, discounts, taxes and costs would pass 64 bits");
  }
  if (plan->quantity_added > (uint64_t)INT64_MAX - quantity) {
    return crm__fail_at(error, CRM_ERROR_OVERFLOW, "sales", "quantity", 0, -1,
                        "the sum of absolute quantities would pass 64 bits");
  }
  return CRM_OK;
}

/* Prepares the replacement of a document that is in the store. */
static int plan_replacement(crm_load *load, uint32_t document, commit_plan *plan)
{
  crm_store *store = load->store;
  const crm__documents *documents = &store->documents;
  if (document >= load->documents_before ||
      (crm__column_u8(&documents->flags, document) & CRM__DOCUMENT_LIVE) == 0) {
    return 1;
  }
  crm__lines_budget(store, (uint64_t)crm__column_i64(&documents->first, document),
                    crm__column_u32(&documents->lines, document), &plan->money_removed, &plan->quantity_removed);
  if (!crm__grow(&store->memory, (void **)&plan->replaced, &plan->replaced_capacity,
                 plan->replaced_count + 1, sizeof *plan->replaced)) {
    return 0;
  }
  plan->replaced[plan->replaced_count++] = document;
  return 1;
}

void crm__entry_sum(const crm_store *store, const crm__entry *entry, crm__document_total *total)
{
  crm__document_sum(store, entry->first, entry->stage.lines, total);
  total->flags |= CRM__DOCUMENT_LIVE | (entry->stage.flags & CRM__STAGE_ROWS ? CRM__DOCUMENT_ROWS : 0);
}

/* Plans every accepted entry: makes room for it and takes out what it replaces. New documents stand in their columns
 * already: until their customers' chains and the counts know of them, and while a failure cuts them off again, nobody
 * sees them. */
static int plan_entries(crm_load *load, commit_plan *plan)
{
  crm_store *store = load->store;
  uint64_t i;
  for (i = 0; i < load->entry_count; i++) {
    const crm__entry *entry = &load->entries[i];
    crm__document_total total;
    if (entry->stage.flags & (CRM__STAGE_REFUSED | CRM__STAGE_DUPLICATE)) {
      continue;
    }
    crm__entry_sum(store, entry, &total);
    if (!crm__document_touch(store, entry->document, &entry->stage) ||
        !crm__document_total_touch(store, entry->document, &total) ||
        !plan_replacement(load, entry->document, plan)) {
      return 0;
    }
  }
  return 1;
}

/* Writes a version that was staged in an entry. */
static void write_entry(crm_store *store, const crm__entry *entry)
{
  crm__document_total total;
  crm__entry_sum(store, entry, &total);
  crm__document_put(store, entry->document, &entry->stage);
  crm__column_put_i64(&store->documents.first, entry->document, (int64_t)entry->first);
  crm__document_total_put(store, entry->document, &total);
  crm__column_put_u32(&store->documents.next, entry->document, CRM__NONE);
}

/* Makes a document count: for the store, and for its customer. */
static void admit_document(crm_store *store, uint32_t document)
{
  crm__documents *documents = &store->documents;
  int64_t time = crm__column_i64(&documents->time, document);
  uint32_t customer;
  if (store->identity.count > 0) {
    crm__document_resolve(store, document);
  }
  customer = crm__column_u32(&documents->customer, document);
  store->live_documents++;
  store->live_lines += crm__column_u32(&documents->lines, document);
  if (time < store->closed_before) {
    crm__reopened_note(store, document, 1);
  }
  if (time > store->latest) {
    store->latest = time;
  }
  if (time < store->earliest && (crm__column_u8(&documents->flags, document) & CRM__DOCUMENT_LINE)) {
    store->earliest = time;
  }
  if (customer != CRM__NONE) {
    crm__profile *profile = &store->profiles[customer];
    crm__profile_add(store, &store->measures[customer], profile, document);
    crm__column_put_u32(&documents->next, document, profile->head);
    profile->head = document;
    crm__customer_touch(store, customer);
  }
}

/* Takes the documents that are about to be replaced out of counts, chains and profiles. */
static void remove_replaced(crm_load *load, const commit_plan *plan)
{
  crm_store *store = load->store;
  crm__documents *documents = &store->documents;
  uint64_t i;
  int extreme = 0;
  for (i = 0; i < plan->replaced_count; i++) {
    uint32_t document = plan->replaced[i];
    crm__column_put_u8(&documents->flags, document, 0);
    if (crm__column_i64(&documents->time, document) < store->closed_before) {
      crm__reopened_note(store, document, -1);
    }
    store->live_documents--;
    store->live_lines -= crm__column_u32(&documents->lines, document);
    extreme |= crm__column_i64(&documents->time, document) == store->latest ||
               crm__column_i64(&documents->time, document) == store->earliest;
  }
  for (i = 0; i < plan->replaced_count; i++) {
    uint32_t customer = crm__column_u32(&documents->customer, plan->replaced[i]);
    if (customer != CRM__NONE && store->profiles[customer].changed != store->version + 1) {
      crm__profile_rebuild(store, customer);
      crm__customer_touch(store, customer);
    }
  }
  if (extreme) {
    crm__time_span(store, NULL, &store->earliest, &store->latest);
  }
}

void crm__time_span(const crm_store *store, const uint8_t *without, int64_t *earliest, int64_t *latest)
{
  const crm__documents *documents = &store->documents;
  uint64_t i;
  *earliest = INT64_MAX;
  *latest = INT64_MIN;
  for (i = 0; i < store->document_count; i++) {
    uint32_t flags = crm__column_u8(&documents->flags, i);
    int64_t time = crm__column_i64(&documents->time, i);
    uint32_t customer = without == NULL ? CRM__NONE : crm__column_u32(&documents->customer, i);
    if ((flags & CRM__DOCUMENT_LIVE) && (customer == CRM__NONE || !without[customer])) {
      *latest = time > *latest ? time : *latest;
      *earliest = time < *earliest && (flags & CRM__DOCUMENT_LINE) ? time : *earliest;
    }
  }
}

/* Staged values of new documents that came to nothing: only their names stay. */
static void clear_unused(crm_load *load)
{
  static const crm__stage nothing = {0, 0, CRM__NONE, CRM__NONE, 0, 0};
  static const crm__document_total nil = {0, 0, 0, 0, 0, 0};
  uint64_t document;
  for (document = load->documents_before; document < load->verdicts.length; document++) {
    if (crm__column_u8(&load->verdicts, document) & (CRM__STAGE_REFUSED | CRM__STAGE_DUPLICATE)) {
      crm__stage_put(load, (uint32_t)document, &nothing);
      crm__document_total_put(load->store, (uint32_t)document, &nil);
    }
  }
}

/* How many documents ahead the customer's measure and profile are asked for. */
#define AHEAD CRM__SIZE(16, 2)

/* The document of the next owner among the kept lines from *i on, its entry written; *i moves past its lines. */
static uint32_t next_owned(crm_load *load, uint64_t *i)
{
  uint32_t owner = crm__column_u32(&load->owner, *i);
  uint32_t document = crm__owner_document(load, owner);
  if (owner & CRM__OWNER_ENTRY) {
    write_entry(load->store, &load->entries[owner & ~CRM__OWNER_ENTRY]);
  }
  *i += crm__column_u32(&load->store->documents.lines, document);
  return document;
}

/* Admits the documents of kept lines, in the order of the lines. */
static void admit_owned(crm_load *load, uint64_t kept)
{
  crm_store *store = load->store;
  uint32_t queue[AHEAD];
  uint64_t read = 0;
  uint64_t taken = 0;
  uint64_t i = 0;
  while (i < kept || taken < read) {
    if (i < kept) {
      uint32_t document = next_owned(load, &i);
      uint32_t customer = crm__column_u32(&store->documents.customer, document);
      if (customer != CRM__NONE) {
        CRM__PREFETCH(&store->measures[customer]);
        CRM__PREFETCH(&store->profiles[customer]);
      }
      queue[read++ % AHEAD] = document;
    }
    if (read - taken == AHEAD || i >= kept) {
      admit_document(store, queue[taken++ % AHEAD]);
    }
  }
}

static int64_t element(const int64_t *elements, uint64_t i)
{
  return elements == NULL ? 0 : elements[i];
}

/* Admits the new documents of one chunk of a plain load, `count` from document on; some are names only. A third of the
 * time of admit_document for each. */
static void admit_chunk(crm_store *store, uint32_t document, uint64_t count)
{
  const crm__documents *documents = &store->documents;
  const int64_t *times = (const int64_t *)(const void *)crm__column_at(&documents->time, document);
  const int64_t *nets = (const int64_t *)(const void *)crm__column_at(&documents->net, document);
  const int64_t *costs = (const int64_t *)(const void *)crm__column_at(&documents->cost, document);
  const uint32_t *lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, document);
  const uint32_t *customers = (const uint32_t *)(const void *)crm__column_at(&documents->customer, document);
  const uint8_t *flags = crm__column_at(&documents->flags, document);
  uint32_t *next = (uint32_t *)(void *)crm__column_at(&documents->next, document);
  uint64_t i;
  if (lines == NULL) {
    return;   /* names only */
  }
  for (i = 0; i < count; i++) {
    crm__admission admission;
    uint32_t customer = customers == NULL ? CRM__NONE : customers[i];
    if (customers != NULL && i + AHEAD < count && customers[i + AHEAD] != CRM__NONE) {
      CRM__PREFETCH(&store->measures[customers[i + AHEAD]]);
      CRM__PREFETCH(&store->profiles[customers[i + AHEAD]]);
    }
    if (lines[i] == 0) {
      continue;
    }
    admission.time = element(times, i);
    admission.net = element(nets, i);
    admission.cost = element(costs, i);
    admission.lines = lines[i];
    admission.flags = flags[i];
    if (admission.time < store->closed_before) {
      crm__reopened_note(store, document + (uint32_t)i, 1);
    }
    store->live_documents++;
    store->live_lines += lines[i];
    store->latest = admission.time > store->latest ? admission.time : store->latest;
    store->earliest =
        admission.time < store->earliest && (flags[i] & CRM__DOCUMENT_LINE) ? admission.time : store->earliest;
    if (customer != CRM__NONE) {
      crm__profile *profile = &store->profiles[customer];
      crm__profile_join(&store->measures[customer], profile, &admission, store->day_start);
      next[i] = profile->head;
      profile->head = document + (uint32_t)i;
      crm__customer_touch(store, customer);
    }
  }
}

static void admit_documents(crm_load *load, uint64_t kept)
{
  crm_store *store = load->store;
  uint64_t document = load->documents_before;
  uint64_t end = store->documents.keys.count;
  if (!load->plain) {
    admit_owned(load, kept);
    return;
  }
  for (; document < end && store->identity.count > 0; document++) {
    if (crm__column_u32(&store->documents.lines, document) > 0) {
      admit_document(store, (uint32_t)document);
    }
  }
  while (document < end && !crm__admit_together(load, document, end)) {
    uint64_t room = CRM__CHUNK - (document & (CRM__CHUNK - 1));
    uint64_t count = end - document < room ? end - document : room;
    admit_chunk(store, (uint32_t)document, count);
    document += count;
  }
}

static void apply_sales(crm_load *load, const commit_plan *plan)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__LINE_COLUMNS];
  uint32_t c;
  remove_replaced(load, plan);
  admit_documents(load, plan->kept);
  store->money_budget += plan->money_added - plan->money_removed;
  store->quantity_budget += plan->quantity_added - plan->quantity_removed;
  store->line_count = load->lines_before + plan->kept;
  (void)crm__line_columns(&store->lines, columns);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    (void)crm__column_resize(columns[c], &store->memory, store->line_count);
  }
}

/* The base currency is settled by the first load whose lines without rate carry just one. */
static void settle_currency(crm_load *load)
{
  if (load->store->currency == CRM__NONE && load->unrated != CRM__NONE) {
    load->store->currency = load->unrated;
  }
}

void crm__tally_add(crm__tally *all, const crm__tally *own)
{
  all->rows += own->rows;
  all->accepted += own->accepted;
  all->duplicate += own->duplicate;
  all->rejected += own->rejected;
  all->rounded += own->rounded;
  if (crm__add_overflows(all->amount_in, own->amount_in, &all->amount_in)) {
    all->amount_in = own->amount_in > 0 ? INT64_MAX : -INT64_MAX;
  }
  all->amount_accepted = (int64_t)((uint64_t)all->amount_accepted + (uint64_t)own->amount_accepted);
  all->ignored = own->ignored > INT32_MAX - all->ignored ? INT32_MAX : all->ignored + own->ignored;
  all->touched |= own->touched;
}

static void add_tallies(crm_load *load)
{
  int32_t table;
  for (table = 0; table < CRM__TABLES; table++) {
    crm__tally_add(&load->store->tallies[table], &load->tables[table].tally);
  }
}

static void apply(crm_load *load, commit_plan *plan)
{
  crm_store *store = load->store;
  int64_t changed = (int64_t)plan->kept;
  int32_t table;
  crm__months_before(load, &plan->months);
  apply_sales(load, plan);
  store->customer_count = (uint32_t)store->customers.count;
  store->document_count = (uint32_t)store->documents.keys.count;
  for (table = 0; table < CRM__TABLES; table++) {
    changed += crm__apply_dimension(load, table);
  }
  crm__apply_identity(load);
  crm__months_after(load, &plan->months);
  settle_currency(load);
  crm__free_array(&store->memory, store->turned_away, store->turned_away_capacity, sizeof *store->turned_away);
  store->turned_away = plan->turned_away;
  store->turned_away_count = plan->turned_away_count;
  store->turned_away_capacity = plan->turned_away_capacity;
  plan->turned_away = NULL;
  add_tallies(load);
  store->version += changed > 0;
}

/* Decides everything and makes room. */
static crm_status settle(crm_load *load, commit_plan *plan, crm_error *error)
{
  crm_store *store = load->store;
  crm_status status;
  int32_t table;
  if (store->currency == CRM__NONE && load->unrated_many) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, "sales", "currency", 0, -1,
                        "sales without a rate are in several currencies, and no base currency is named");
  }
  if (!crm__profiles_grow(store) || !crm__reopened_prepare(store) || !crm__settle_lines(load, &plan->kept)) {
    return crm__fail_memory(error);
  }
  if (!load->plain) {
    clear_unused(load);
  }
  if (!plan_entries(load, plan)) {
    return crm__fail_memory(error);
  }
  load->tables[CRM__TABLE_SALES].tally.amount_accepted = load->ledger;
  for (table = 0; table < CRM__TABLES; table++) {
    status = crm__settle_dimension(load, table, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (!crm__settle_identity(load)) {
    return crm__fail_memory(error);
  }
  if (load->all_or_nothing && load->reject_count > 0) {
    const crm__reject *first = &load->rejects[0];
    return crm__fail_at(error, first->cause == CRM__CAUSE_CONFLICT ? CRM_ERROR_CONFLICT : CRM_ERROR_VALUE,
                        crm__schema(first->table)->name,
                        first->column == 0 ? NULL : crm__table_column_name(store, first->table, first->column - 1),
                        crm__reject_row(load, first), -1,
                        "%lld rows were rejected, and all or nothing was asked", (long long)load->reject_count);
  }
  if (!crm__settle_turned_away(load, &plan->turned_away, &plan->turned_away_count, &plan->turned_away_capacity)) {
    return crm__fail_memory(error);
  }
  status = check_budgets(load, plan, error);
  return status == CRM_OK && !crm__months_prepare(load, &plan->months) ? crm__fail_memory(error) : status;
}

crm_status crm_load_commit(crm_load *load, crm_error *error)
{
  commit_plan plan;
  crm_status status;
  crm_store *store;
  if (load == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no load");
  }
  if (load->state != CRM__LOAD_OPEN) {
    return crm__fail(error, CRM_ERROR_STATE, "the load is committed or has failed");
  }
  store = load->store;
  memset(&plan, 0, sizeof plan);
  status = settle(load, &plan, error);
  if (status == CRM_OK) {
    crm__decided decided;
    decided.kept = plan.kept;
    decided.replaced = plan.replaced;
    decided.replaced_count = plan.replaced_count;
    status = crm__capture_commit(load, &decided, error);   /* in the file before it is in the store */
  }
  if (status == CRM_OK) {
    apply(load, &plan);
    load->state = CRM__LOAD_COMMITTED;
    crm__load_release(load);
    crm__saved_settle(store);
  } else {
    load->state = CRM__LOAD_BROKEN;
  }
  crm__months_plan_free(&plan.months, &store->memory);
  crm__free_array(&store->memory, plan.replaced, plan.replaced_capacity, sizeof *plan.replaced);
  crm__free_array(&store->memory, plan.turned_away, plan.turned_away_capacity, sizeof *plan.turned_away);
  return status;
}
