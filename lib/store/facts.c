/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"

void crm__facts_begin(crm__facts *facts)
{
  facts->count = 0;
  facts->own.begin = 0;
  facts->own.next = 0;
  facts->own.end = UINT64_MAX;
  facts->own.next_line = 0;
  facts->own.phase = 0;
  facts->own.asks = 1;
  facts->own.status = CRM_OK;
}

crm__split crm__facts_split(const crm__scope *scope)
{
  return crm__split_rows(scope->store->document_count, CRM__CHUNK);
}

void crm__facts_begin_part(crm__facts *facts, const crm__split *split, uint64_t part)
{
  crm__facts_begin(facts);
  facts->own.begin = crm__split_from(split, part);
  facts->own.next = facts->own.begin;
  facts->own.end = crm__split_to(split, part);
  facts->own.asks = 0;   /* a task calls nothing of the host */
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
  facts->own.money[i] = 0;
  facts->own.cost[i] = 0;
  for (; line < end; line++) {
    uint32_t code = crm__column_u8(&store->lines.code, line);
    uint32_t kind = code & 3;
    int64_t cost = crm__column_i64(&store->lines.cost, line);
    if (redated(scope, line) != CRM__NONE) {
      continue;
    }
    left |= kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN;
    if (crm__line_kind(code) != 0) {
      facts->own.money[i] += line_money(scope, line, kind == CRM__KIND_SALE);
      facts->own.cost[i] += cost == CRM__NULL ? 0 : cost;
    }
  }
  return left;
}

static int in_branches(const crm__scope *scope, uint32_t document)
{
  return scope->branches[crm__column_u32(&scope->store->documents.branch, document) + 1U] != 0;
}

/* Goes from a customer to the account that it counts as. 0: for nobody at all. */
static int go_up(const crm__scope *scope, uint32_t *customer)
{
  uint8_t kind = scope->kinds[*customer];
  *customer = kind == CRM__CUSTOMER_ANONYMOUS ? CRM__NONE : scope->accounts[*customer];
  return kind != CRM__CUSTOMER_INTERNAL || scope->internal;
}

/* Who a document's fact counts for. 0: for nobody at all, internal ones and those outside the segment are left out. */
static int counted_customer(const crm__scope *scope, uint32_t document, uint32_t *customer)
{
  *customer = crm__column_u32(&scope->store->documents.customer, document);
  if (*customer != CRM__NONE && scope->accounts != NULL && !go_up(scope, customer)) {
    return 0;
  }
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

#define WANTED (CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE)

/* Zeros for what is absent. */
static const int64_t nothing[CRM__FACTS] = { 0 };

typedef struct span {
  int64_t least;
  int64_t most;
} span;

/* Two at a time, which do not wait for each other. */
static span span_of(const int64_t *times, uint64_t count)
{
  span found = {INT64_MAX, INT64_MIN};
  span other = {INT64_MAX, INT64_MIN};
  uint64_t k;
  for (k = 0; k + 2 <= count; k += 2) {
    found.least = times[k] < found.least ? times[k] : found.least;
    found.most = times[k] > found.most ? times[k] : found.most;
    other.least = times[k + 1] < other.least ? times[k + 1] : other.least;
    other.most = times[k + 1] > other.most ? times[k + 1] : other.most;
  }
  if (k < count) {
    found.least = times[k] < found.least ? times[k] : found.least;
    found.most = times[k] > found.most ? times[k] : found.most;
  }
  found.least = other.least < found.least ? other.least : found.least;
  found.most = other.most > found.most ? other.most : found.most;
  return found;
}

/* Whether count documents of a chunk all count, for the customer that they name. */
static int all_count(const crm__scope *scope, const chunk *of, uint64_t count, const span *times)
{
  uint32_t kept = WANTED;
  uint32_t special = 0;
  uint64_t k;
  for (k = 0; k < count; k++) {
    kept &= of->flags[k];
  }
  if (kept != WANTED || scope->accounts != NULL || times->most >= scope->as_of) {
    return 0;
  }
  for (k = 0; (scope->special != NULL || scope->segment != NULL) && k < count; k++) {
    special |= of->customer[k] == CRM__NONE ? scope->segment != NULL
                                            : scope->special != NULL &&
                                                  scope->special[of->customer[k]] >= CRM__CUSTOMER_ANONYMOUS;
  }
  return special == 0;
}

/* Takes count documents of a chunk as they stand. */
static void take_all(crm__facts *facts, const chunk *of, uint64_t count)
{
  uint64_t k;
  facts->customer = of->customer;
  facts->time = of->time;
  facts->money = of->net == NULL ? nothing : of->net;
  facts->cost = of->cost == NULL ? nothing : of->cost;
  facts->line = (const uint64_t *)(const void *)(of->first == NULL ? nothing : of->first);
  facts->lines = of->lines;
  if (of->more != NULL) {
    for (k = 0; k < count; k++) {
      facts->own.money[k] = facts->money[k] + of->more[k];
    }
    facts->money = facts->own.money;
  }
  for (k = 0; k < count; k++) {
    facts->document[k] = (uint32_t)(facts->own.next + k);
  }
  facts->count = (uint32_t)count;
}

/* Takes those of count documents of a chunk that count. A place is written over where they do not. */
static void take_some(const crm__scope *scope, crm__facts *facts, const chunk *of, uint64_t count)
{
  uint32_t redating = scope->refunds == CRM_REFUNDS_SALE_DAY ? CRM__DOCUMENT_ORIGINAL : 0;
  uint32_t i = 0;
  uint64_t k;
  for (k = 0; of->flags != NULL && k < count; k++) {
    uint32_t document = (uint32_t)(facts->own.next + k);
    uint32_t kept = of->flags[k];
    int64_t time = value_at(of->time, k);
    if ((kept & WANTED) != WANTED || time >= scope->as_of ||
        !counted_customer(scope, document, &facts->own.customer[i])) {
      continue;
    }
    facts->document[i] = document;
    facts->own.kept[i] = (uint8_t)kept;
    facts->own.time[i] = time;
    facts->own.line[i] = (uint64_t)value_at(of->first, k);
    facts->own.lines[i] = of->lines[k];
    facts->own.money[i] = value_at(of->net, k) + value_at(of->more, k);
    facts->own.cost[i] = value_at(of->cost, k);
    i += (kept & redating) == 0 || sum_undated(scope, facts, i);
  }
  facts->count = i;
}

static void own_columns(crm__facts *facts)
{
  facts->customer = facts->own.customer;
  facts->time = facts->own.time;
  facts->money = facts->own.money;
  facts->cost = facts->own.cost;
  facts->line = facts->own.line;
  facts->lines = facts->own.lines;
}

/* Days of facts that come in the order of their time mostly are the day of the one before, and often all the same. */
static void find_days(const crm__scope *scope, crm__facts *facts, const span *times)
{
  int32_t day = crm__business_day(times->least, scope->day_start);
  int64_t begin = day * CRM_DAY + scope->day_start;
  uint32_t i;
  if (times->most < begin + CRM_DAY) {
    for (i = 0; i < facts->count; i++) {
      facts->day[i] = day;
    }
    return;
  }
  for (i = 0; i < facts->count; i++) {
    int64_t time = facts->time[i];
    if (time < begin || time >= begin + CRM_DAY) {
      day = crm__business_day(time, scope->day_start);
      begin = day * CRM_DAY + scope->day_start;
    }
    facts->day[i] = day;
  }
}

/* Where facts lie in time: for all alike, or one by one. */
static void find_periods(const crm__scope *scope, crm__facts *facts, const span *times)
{
  uint32_t inside = CRM__FACT_PERIOD | CRM__FACT_BEFORE;
  uint32_t i;
  if (times->least >= scope->from && times->most < scope->to) {
    for (i = 0; i < facts->count; i++) {
      facts->flags[i] = (uint8_t)(facts->flags[i] | inside);
    }
  } else if (times->least < scope->to) {
    for (i = 0; i < facts->count; i++) {
      int64_t time = facts->time[i];
      uint32_t flags = time >= scope->to ? 0U : time >= scope->from ? inside : CRM__FACT_BEFORE;
      facts->flags[i] = (uint8_t)(facts->flags[i] | flags);
    }
  }
  for (i = 0; scope->branches != NULL && i < facts->count; i++) {
    if (!in_branches(scope, facts->document[i])) {
      facts->flags[i] = (uint8_t)(facts->flags[i] & ~inside);
    }
  }
}

/* What the flags of live documents with a line say of the facts; their customers and times are settled. The loops are
 * such that a compiler makes vectors of them; what is rare is mended after. */
static void find_flags(crm__facts *facts, const uint8_t *kept)
{
  uint32_t any = 0;
  uint32_t all = CRM__DOCUMENT_VALUE;
  uint32_t i;
  for (i = 0; i < facts->count; i++) {
    uint8_t k = kept[i];
    any |= k;
    all &= k;
    facts->flags[i] = (uint8_t)(CRM__FACT_LINE | (k & CRM__DOCUMENT_SALE) >> 2 | (k & CRM__DOCUMENT_COST_MISSING) >> 1);
  }
  for (i = 0; all == 0 && i < facts->count; i++) {
    if ((kept[i] & CRM__DOCUMENT_VALUE) == 0 && facts->customer[i] == CRM__NONE) {
      facts->flags[i] = (uint8_t)(facts->flags[i] & ~CRM__FACT_OCCASION);
    }
  }
  for (i = 0; i < facts->count; i++) {
    facts->orders[i] = facts->flags[i] & CRM__FACT_OCCASION;
  }
  for (i = 0; (any & CRM__DOCUMENT_ROWS) && i < facts->count; i++) {
    if ((kept[i] & CRM__DOCUMENT_ROWS) && facts->orders[i] != 0) {
      facts->orders[i] = facts->lines[i];
    }
  }
}

static void place_in_time(const crm__scope *scope, crm__facts *facts, const span *times)
{
  if (facts->count > 0) {
    find_days(scope, facts, times);
    find_periods(scope, facts, times);
  }
}

/* A block of up to count documents of one chunk, from the next one on. */
static void take_chunk(const crm__scope *scope, crm__facts *facts, uint64_t count)
{
  const uint8_t *kept = facts->own.kept;
  chunk of;
  span times;
  look_up(scope, facts->own.next, &of);
  times = span_of(of.time, of.time == NULL ? 0 : count);
  if (of.flags != NULL && of.time != NULL && of.customer != NULL && scope->refunds == CRM_REFUNDS_REFUND_DAY &&
      all_count(scope, &of, count, &times)) {
    take_all(facts, &of, count);
    kept = of.flags;
  } else {
    own_columns(facts);
    take_some(scope, facts, &of, count);
    times = span_of(facts->time, facts->count);
  }
  find_flags(facts, kept);
  place_in_time(scope, facts, &times);
}

static void take_redated(const crm__scope *scope, crm__facts *facts, uint32_t i, uint32_t document, uint64_t line)
{
  const crm_store *store = scope->store;
  int64_t cost = crm__column_i64(&store->lines.cost, line);
  int64_t time = crm__column_i64(&store->documents.time, crm__column_u32(&store->lines.original, line));
  uint32_t flags = CRM__FACT_LINE | CRM__FACT_EXTRA;
  (void)counted_customer(scope, document, &facts->own.customer[i]);
  flags |= cost == CRM__NULL ? CRM__FACT_COST_MISSING : 0U;
  facts->flags[i] = (uint8_t)flags;
  facts->document[i] = document;
  facts->own.line[i] = line;
  facts->own.lines[i] = 1;
  facts->own.time[i] = time;
  facts->orders[i] = 0;
  facts->own.money[i] = line_money(scope, line, 0);
  facts->own.cost[i] = cost == CRM__NULL ? 0 : cost;
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

static void next_redated(crm__facts *facts, const crm__scope *scope, uint64_t end)
{
  const crm__documents *documents = &scope->store->documents;
  own_columns(facts);
  for (; facts->own.next < end; facts->own.next++, facts->own.next_line = 0) {
    uint32_t document = (uint32_t)facts->own.next;
    uint32_t lines = crm__column_u32(&documents->lines, document);
    uint64_t first = (uint64_t)crm__column_i64(&documents->first, document);
    if (!may_redate(scope, document)) {
      continue;
    }
    for (; facts->own.next_line < lines; facts->own.next_line++) {
      uint64_t line = first + facts->own.next_line;
      if (facts->count == CRM__FACTS) {
        return;
      }
      if (crm__line_kind(crm__column_u8(&scope->store->lines.code, line)) != 0 && redated(scope, line) != CRM__NONE) {
        take_redated(scope, facts, facts->count++, document, line);
      }
    }
  }
}

/* Asks the host, before each chunk, whether to go on. */
static int goes_on(crm__facts *facts, const crm__scope *scope)
{
  if (facts->own.asks && (facts->own.next & (CRM__CHUNK - 1)) == 0) {
    facts->own.status = crm__team_watch(scope->team, facts->own.next, scope->store->document_count, NULL);
  }
  return facts->own.status == CRM_OK;
}

crm_status crm__facts_end(const crm__facts *facts, crm_error *error)
{
  return facts->own.status == CRM_OK ? CRM_OK : crm__fail(error, facts->own.status, "stopped by the host");
}

int crm__facts_next(crm__facts *facts, const crm__scope *scope)
{
  uint64_t documents = scope->store->document_count;
  uint64_t end = facts->own.end < documents ? facts->own.end : documents;
  span times;
  facts->count = 0;
  while (facts->own.phase == 0 && facts->own.next < end) {
    uint64_t run;
    if (!goes_on(facts, scope)) {
      return 0;
    }
    run = CRM__CHUNK - (facts->own.next & (CRM__CHUNK - 1));
    run = run < end - facts->own.next ? run : end - facts->own.next;
    run = run < CRM__FACTS ? run : CRM__FACTS;
    take_chunk(scope, facts, run);
    facts->own.next += run;
    if (facts->count > 0) {
      return 1;
    }
  }
  if (facts->own.phase == 0) {
    facts->own.phase = 1;
    facts->own.next = scope->refunds == CRM_REFUNDS_SALE_DAY ? facts->own.begin : end;
    facts->own.next_line = 0;
  }
  next_redated(facts, scope, end);
  times = span_of(facts->time, facts->count);
  place_in_time(scope, facts, &times);
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
         *time >= scope->from && *time < scope->to &&
         (scope->branches == NULL || in_branches(scope, document)) && counted_customer(scope, document, &customer);
}

int crm__line_redated(const crm__scope *scope, uint64_t line)
{
  return redated(scope, line) != CRM__NONE;
}

int64_t crm__line_money(const crm__scope *scope, uint64_t line, int sale)
{
  return line_money(scope, line, sale);
}
