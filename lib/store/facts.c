/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

void crm__facts_begin(crm__facts *facts)
{
  facts->count = 0;
  facts->next = 0;
  facts->next_line = 0;
  facts->phase = 0;
}

/* The document whose day a return line counts on, or CRM__NONE where it is its own. */
static uint32_t redated(const crm__scope *scope, uint64_t line)
{
  const crm_store *store = scope->store;
  uint32_t original = crm__column_u32(&store->lines.original, line);
  if (scope->refunds != CRM_REFUNDS_SALE_DAY || original == CRM__NONE ||
      (crm__column_u8(&store->documents.flags, original) & CRM__DOCUMENT_LIVE) == 0) {
    return CRM__NONE;
  }
  return original;
}

static int64_t line_money(const crm__scope *scope, uint64_t line, int sale)
{
  const crm__sales_lines *lines = &scope->store->lines;
  int64_t money = crm__column_i64(&lines->amount, line);
  if (scope->money == CRM_MONEY_SALES) {
    return sale ? money : 0;
  }
  if (scope->money == CRM_MONEY_TAXED) {
    int64_t tax = crm__column_i64(&lines->tax, line);
    money += tax == CRM__NULL ? 0 : tax;
  }
  return money;
}

/* Money and cost of a document without the lines that count on another day. Answers whether any line is left. */
static int sum_undated(const crm__scope *scope, crm__facts *facts, uint32_t i)
{
  const crm_store *store = scope->store;
  uint64_t line = (uint64_t)crm__column_i64(&store->documents.first, facts->document[i]);
  uint64_t end = line + crm__column_u32(&store->documents.lines, facts->document[i]);
  int left = 0;
  facts->money[i] = 0;
  facts->cost[i] = 0;
  for (; line < end; line++) {
    uint32_t code = crm__column_u8(&store->lines.code, line);
    uint32_t kind = code & 3;
    int64_t cost = crm__column_i64(&store->lines.cost, line);
    if (redated(scope, line) != CRM__NONE) {
      continue;
    }
    left |= kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN;
    if (crm__line_kind(code) != 0) {
      facts->money[i] += line_money(scope, line, kind == CRM__KIND_SALE);
      facts->cost[i] += cost == CRM__NULL ? 0 : cost;
    }
  }
  return left;
}

/* Whether a time lies in the period, and a document's branch among those that count. */
static int in_period(const crm__scope *scope, int64_t time, uint32_t document)
{
  if (time < scope->from || time >= scope->to) {
    return 0;
  }
  return scope->branches == NULL ||
         scope->branches[crm__column_u32(&scope->store->documents.branch, document) + 1U] != 0;
}

/* Who a document's fact counts for. 0: for nobody at all, internal ones and those outside the segment are left out. */
static int counted_customer(const crm__scope *scope, uint32_t document, uint32_t *customer)
{
  *customer = crm__column_u32(&scope->store->documents.customer, document);
  if (*customer != CRM__NONE && scope->special != NULL) {
    uint8_t kind = scope->special[*customer];
    if (kind == CRM__CUSTOMER_OUTSIDE || (kind == CRM__CUSTOMER_INTERNAL && !scope->internal)) {
      return 0;
    }
    if (kind == CRM__CUSTOMER_ANONYMOUS) {
      *customer = CRM__NONE;
    }
  }
  return *customer != CRM__NONE || scope->segment == NULL;
}

/* The document columns of one chunk, with those of the scope's money; NULL where a column is absent. */
typedef struct chunk {
  const uint8_t *flags;
  const int64_t *time;
  const uint32_t *customer;
  const int64_t *net;
  const int64_t *more;      /* what the basis adds to net */
  const int64_t *cost;
  const int64_t *first;
  const uint32_t *lines;
} chunk;

static void look_up(const crm__scope *scope, uint64_t document, chunk *of)
{
  const crm__documents *documents = &scope->store->documents;
  const crm__column *more = scope->money == CRM_MONEY_SALES   ? &documents->returned
                            : scope->money == CRM_MONEY_TAXED ? &documents->tax
                                                              : NULL;
  of->flags = crm__column_at(&documents->flags, document);
  of->time = (const int64_t *)(const void *)crm__column_at(&documents->time, document);
  of->customer = (const uint32_t *)(const void *)crm__column_at(&documents->customer, document);
  of->net = (const int64_t *)(const void *)crm__column_at(&documents->net, document);
  of->more = more == NULL ? NULL : (const int64_t *)(const void *)crm__column_at(more, document);
  of->cost = (const int64_t *)(const void *)crm__column_at(&documents->cost, document);
  of->first = (const int64_t *)(const void *)crm__column_at(&documents->first, document);
  of->lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, document);
}

static int64_t value_at(const int64_t *values, uint64_t k)
{
  return values == NULL ? 0 : values[k];
}

/* What the flags of a live document with a line say of the fact; its customer is settled. */
static uint32_t fact_flags(const crm__scope *scope, uint32_t kept, uint32_t customer, int64_t time, uint32_t document)
{
  uint32_t flags = CRM__FACT_LINE;
  if ((kept & CRM__DOCUMENT_SALE) && (customer != CRM__NONE || (kept & CRM__DOCUMENT_VALUE))) {
    flags |= CRM__FACT_OCCASION;
  }
  flags |= in_period(scope, time, document) ? CRM__FACT_PERIOD : 0;
  flags |= kept & CRM__DOCUMENT_COST_MISSING ? CRM__FACT_COST_MISSING : 0;
  return flags;
}

/* Takes the facts of count documents of one chunk. Facts that do not count are overwritten by the next. */
static void take_chunk(const crm__scope *scope, crm__facts *facts, uint32_t document, uint64_t count)
{
  const uint32_t wanted = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE;
  uint32_t redating = scope->refunds == CRM_REFUNDS_SALE_DAY ? CRM__DOCUMENT_ORIGINAL : 0;
  uint32_t i = facts->count;
  uint64_t k;
  chunk of;
  look_up(scope, document, &of);
  for (k = 0; of.flags != NULL && k < count; k++) {
    uint32_t kept = of.flags[k];
    uint32_t customer = of.customer == NULL ? CRM__NONE : of.customer[k];
    int64_t time = value_at(of.time, k);
    uint32_t flags;
    if ((kept & wanted) != wanted || time >= scope->as_of ||
        (scope->special != NULL && !counted_customer(scope, document + (uint32_t)k, &customer))) {
      continue;
    }
    flags = fact_flags(scope, kept, customer, time, document + (uint32_t)k);
    facts->flags[i] = flags;
    facts->document[i] = document + (uint32_t)k;
    facts->customer[i] = customer;
    facts->time[i] = time;
    facts->line[i] = (uint64_t)value_at(of.first, k);
    facts->lines[i] = of.lines[k];
    facts->orders[i] = (flags & CRM__FACT_OCCASION) == 0 ? 0 : kept & CRM__DOCUMENT_ROWS ? of.lines[k] : 1;
    facts->money[i] = value_at(of.net, k) + value_at(of.more, k);
    facts->cost[i] = value_at(of.cost, k);
    i += (kept & redating) == 0 || sum_undated(scope, facts, i);
  }
  facts->count = i;
}

static void take_redated(const crm__scope *scope, crm__facts *facts, uint32_t i, uint32_t document, uint64_t line)
{
  const crm_store *store = scope->store;
  int64_t cost = crm__column_i64(&store->lines.cost, line);
  int64_t time = crm__column_i64(&store->documents.time, crm__column_u32(&store->lines.original, line));
  (void)counted_customer(scope, document, &facts->customer[i]);
  facts->flags[i] = CRM__FACT_LINE | CRM__FACT_EXTRA;
  facts->flags[i] |= in_period(scope, time, document) ? CRM__FACT_PERIOD : 0;
  facts->flags[i] |= cost == CRM__NULL ? CRM__FACT_COST_MISSING : 0;
  facts->document[i] = document;
  facts->line[i] = line;
  facts->lines[i] = 1;
  facts->time[i] = time;
  facts->orders[i] = 0;
  facts->money[i] = line_money(scope, line, 0);
  facts->cost[i] = cost == CRM__NULL ? 0 : cost;
}

/* Whether a document may hold lines that count on another day. */
static int may_redate(const crm__scope *scope, uint32_t document)
{
  const crm__documents *documents = &scope->store->documents;
  uint32_t wanted = CRM__DOCUMENT_LIVE | CRM__DOCUMENT_ORIGINAL;
  uint32_t customer;
  return (crm__column_u8(&documents->flags, document) & wanted) == wanted &&
         crm__column_i64(&documents->time, document) < scope->as_of && counted_customer(scope, document, &customer);
}

static void next_redated(crm__facts *facts, const crm__scope *scope)
{
  const crm__documents *documents = &scope->store->documents;
  for (; facts->next < scope->store->document_count; facts->next++, facts->next_line = 0) {
    uint32_t document = (uint32_t)facts->next;
    uint32_t lines = crm__column_u32(&documents->lines, document);
    uint64_t first = (uint64_t)crm__column_i64(&documents->first, document);
    if (!may_redate(scope, document)) {
      continue;
    }
    for (; facts->next_line < lines; facts->next_line++) {
      uint64_t line = first + facts->next_line;
      if (facts->count == CRM__FACTS) {
        return;
      }
      if (crm__line_kind(crm__column_u8(&scope->store->lines.code, line)) != 0 && redated(scope, line) != CRM__NONE) {
        take_redated(scope, facts, facts->count++, document, line);
      }
    }
  }
}

int crm__facts_next(crm__facts *facts, const crm__scope *scope)
{
  uint64_t documents = scope->store->document_count;
  facts->count = 0;
  if (facts->phase == 0) {
    while (facts->next < documents && facts->count < CRM__FACTS) {
      uint64_t run = CRM__CHUNK - (facts->next & (CRM__CHUNK - 1));
      run = run < documents - facts->next ? run : documents - facts->next;
      run = run < CRM__FACTS - facts->count ? run : CRM__FACTS - facts->count;
      take_chunk(scope, facts, (uint32_t)facts->next, run);
      facts->next += run;
    }
    if (facts->count > 0) {
      return 1;
    }
    facts->phase = 1;
    facts->next = scope->refunds == CRM_REFUNDS_SALE_DAY ? 0 : documents;
    facts->next_line = 0;
  }
  next_redated(facts, scope);
  return facts->count > 0;
}

void crm__lines_load(crm__lines *lines, const crm__scope *scope, uint64_t line)
{
  const crm__sales_lines *columns = &scope->store->lines;
  uint64_t first = line & ~(CRM__CHUNK - 1);
  lines->chunk = line >> CRM__CHUNK_BITS;
  lines->count =
      (uint32_t)(scope->store->line_count - first < CRM__CHUNK ? scope->store->line_count - first : CRM__CHUNK);
  lines->code = crm__column_at(&columns->code, first);
  lines->product = (const uint32_t *)(const void *)crm__column_at(&columns->product, first);
  lines->amount = (const int64_t *)(const void *)crm__column_at(&columns->amount, first);
  lines->tax = (const int64_t *)(const void *)crm__column_at(&columns->tax, first);
  lines->quantity = (const int64_t *)(const void *)crm__column_at(&columns->quantity, first);
  lines->cost = (const int64_t *)(const void *)crm__column_at(&columns->cost, first);
  lines->staff = (const uint32_t *)(const void *)crm__column_at(&columns->staff, first);
  lines->discount = (const int64_t *)(const void *)crm__column_at(&columns->discount, first);
}

uint32_t crm__document_ids(const crm_store *store)
{
  return store->document_count;
}

int crm__document_void(const crm__scope *scope, uint32_t document, int64_t *time, uint64_t *line)
{
  const crm_store *store = scope->store;
  uint32_t flags = crm__column_u8(&store->documents.flags, document);
  uint32_t customer;
  if ((flags & (CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE)) != CRM__DOCUMENT_LIVE ||
      crm__column_u32(&store->documents.lines, document) == 0) {
    return 0;
  }
  *line = (uint64_t)crm__column_i64(&store->documents.first, document);
  *time = crm__column_i64(&store->documents.time, document);
  return (crm__column_u8(&store->lines.code, *line) & 3U) == CRM__KIND_VOID && *time < scope->as_of &&
         in_period(scope, *time, document) && counted_customer(scope, document, &customer);
}

int crm__line_redated(const crm__scope *scope, uint64_t line)
{
  return redated(scope, line) != CRM__NONE;
}

int64_t crm__line_money(const crm__scope *scope, uint64_t line, int sale)
{
  return line_money(scope, line, sale);
}
