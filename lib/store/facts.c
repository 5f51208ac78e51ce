/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "store/profile.h"

#include <string.h>

void crm__facts_begin(crm__facts *facts)
{
  facts->count = 0;
  facts->next = 0;
  facts->next_line = 0;
  facts->phase = 0;
}

static int revenue_code(uint32_t code)
{
  uint32_t kind = code & 3;
  uint32_t class_of = code >> 2;
  return (kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN) && class_of != CRM__CLASS_LIABILITY &&
         class_of != CRM__CLASS_TENDER;
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
    if (revenue_code(code)) {
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

/* Who a document's fact counts for. 0: for nobody at all, internal ones are left out. */
static int counted_customer(const crm__scope *scope, uint32_t document, uint32_t *customer)
{
  *customer = crm__column_u32(&scope->store->documents.customer, document);
  if (*customer != CRM__NONE && scope->special != NULL) {
    uint8_t kind = scope->special[*customer];
    if (kind == CRM__CUSTOMER_INTERNAL && !scope->internal) {
      return 0;
    }
    if (kind == CRM__CUSTOMER_ANONYMOUS) {
      *customer = CRM__NONE;
    }
  }
  return 1;
}

static int64_t document_money(const crm__scope *scope, uint32_t document)
{
  const crm__documents *documents = &scope->store->documents;
  int64_t money = crm__column_i64(&documents->net, document);
  if (scope->money == CRM_MONEY_SALES) {
    money += crm__column_i64(&documents->returned, document);
  } else if (scope->money == CRM_MONEY_TAXED) {
    money += crm__column_i64(&documents->tax, document);
  }
  return money;
}

/* Fills place i with a document, or answers 0 where it does not count. */
static int take_document(const crm__scope *scope, crm__facts *facts, uint32_t i, uint32_t document)
{
  const crm__documents *documents = &scope->store->documents;
  uint32_t kept = crm__column_u8(&documents->flags, document);
  int64_t time = crm__column_i64(&documents->time, document);
  uint32_t flags = CRM__FACT_LINE;
  if ((kept & (CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE)) != (CRM__DOCUMENT_LIVE | CRM__DOCUMENT_LINE) ||
      time >= scope->as_of || !counted_customer(scope, document, &facts->customer[i])) {
    return 0;
  }
  if ((kept & CRM__DOCUMENT_SALE) && (facts->customer[i] != CRM__NONE || (kept & CRM__DOCUMENT_VALUE))) {
    flags |= CRM__FACT_OCCASION;
  }
  flags |= in_period(scope, time, document) ? CRM__FACT_PERIOD : 0;
  flags |= kept & CRM__DOCUMENT_COST_MISSING ? CRM__FACT_COST_MISSING : 0;
  facts->flags[i] = flags;
  facts->document[i] = document;
  facts->time[i] = time;
  facts->orders[i] = flags & CRM__FACT_OCCASION ? crm__document_orders(scope->store, document) : 0;
  facts->money[i] = document_money(scope, document);
  facts->cost[i] = crm__column_i64(&documents->cost, document);
  if ((kept & CRM__DOCUMENT_ORIGINAL) && scope->refunds == CRM_REFUNDS_SALE_DAY) {
    return sum_undated(scope, facts, i);
  }
  return 1;
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
  for (; facts->next < documents->flags.length; facts->next++, facts->next_line = 0) {
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
      if (revenue_code(crm__column_u8(&scope->store->lines.code, line)) && redated(scope, line) != CRM__NONE) {
        take_redated(scope, facts, facts->count++, document, line);
      }
    }
  }
}

int crm__facts_next(crm__facts *facts, const crm__scope *scope)
{
  uint64_t documents = scope->store->documents.flags.length;
  facts->count = 0;
  if (facts->phase == 0) {
    while (facts->next < documents && facts->count < CRM__FACTS) {
      facts->count += (uint32_t)take_document(scope, facts, facts->count, (uint32_t)facts->next);
      facts->next++;
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

void crm__lines_begin(crm__lines *lines, const crm__scope *scope, const crm__facts *facts, uint32_t index)
{
  const crm__documents *documents = &scope->store->documents;
  uint32_t document = facts->document[index];
  lines->redated = (facts->flags[index] & CRM__FACT_EXTRA) != 0;
  if (lines->redated) {
    lines->at = facts->line[index];
    lines->end = lines->at + 1;
  } else {
    lines->at = (uint64_t)crm__column_i64(&documents->first, document);
    lines->end = lines->at + crm__column_u32(&documents->lines, document);
  }
}

int crm__lines_next(crm__lines *lines, const crm__scope *scope, crm__line *line)
{
  const crm__sales_lines *columns = &scope->store->lines;
  while (lines->at < lines->end) {
    uint64_t at = lines->at++;
    uint32_t code = crm__column_u8(&columns->code, at);
    if (!revenue_code(code) || (!lines->redated && redated(scope, at) != CRM__NONE)) {
      continue;
    }
    line->product = crm__column_u32(&columns->product, at);
    line->sale = (code & 3) == CRM__KIND_SALE;
    line->money = line_money(scope, at, line->sale);
    line->quantity = crm__column_i64(&columns->quantity, at);
    line->cost = crm__column_i64(&columns->cost, at);
    return 1;
  }
  return 0;
}
