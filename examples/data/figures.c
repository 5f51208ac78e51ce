/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "files.h"

#include <string.h>

/* What the office adds: accounts of the corporate buyers, targets and budgets, stock and the balance, by month. */

enum { STOCK_UNITS = 10, DEAD_STOCK = 120 };

/* ---- accounts ---- */

static void put_entry(struct writer *writer, size_t at, const char *kind, const struct document *document, int32_t day,
                      int64_t amount)
{
  put_field(writer, FIRST_DOCUMENT + at);
  put_text_field(writer, kind);
  put_field(writer, FIRST_MEMBER + (uint64_t)document->member);
  put_date_field(writer, day);
  put_money_field(writer, amount);
  if (strcmp(kind, "invoice") == 0) {
    put_date(writer, document->day + 30);
  }
  put_char(writer, '\n');
}

/* Most pay within the month, some weeks late, a few not at all. */
void put_payments(struct writer *writer, const struct chain *chain)
{
  size_t at;
  uint32_t i;
  put_text(writer, "document,kind,customer,time,amount,due\n");
  for (at = 0; at < chain->document_count; at++) {
    const struct document *document = &chain->documents[at];
    uint64_t hash = mix(at);
    int32_t paid = document->day + 14 + (int32_t)(hash % 24) + (hash % 5 == 0 ? 25 : 0);
    int64_t amount = 0;
    if (document->member < 0 || chain->members[document->member].class != CORPORATE || document->kind == VOID) {
      continue;
    }
    for (i = 0; i < document->line_count; i++) {
      amount += document->lines[i].amount;
    }
    put_entry(writer, at, document->kind == RETURN ? "credit" : "invoice", document, document->day, amount);
    if (document->kind == SALE && paid < DAYS && (hash >> 8) % 17 != 0) {
      put_entry(writer, at, "payment", document, paid, amount);
    }
  }
}

/* ---- figures ---- */

struct months {
  int64_t revenue[MONTHS][BRANCH_COUNT];
  int64_t cost[MONTHS];
};

static void add_up(const struct chain *chain, struct months *months)
{
  size_t at;
  uint32_t i;
  memset(months, 0, sizeof *months);
  for (at = 0; at < chain->document_count; at++) {
    const struct document *document = &chain->documents[at];
    struct date date = date_of(document->day);
    int32_t month = (date.year - 2023) * 12 + date.month - 1;
    int64_t sign = document->kind == SALE ? 1 : document->kind == RETURN ? -1 : 0;
    for (i = 0; i < document->line_count; i++) {
      months->revenue[month][document->branch] += sign * document->lines[i].amount;
      months->cost[month] += sign * document->lines[i].cost;
    }
  }
}

static void put_figure(struct writer *writer, int32_t month, const char *name, int64_t cents, const char *measure,
                       const char *branch)
{
  put_date_field(writer, day_of_month(month));
  put_date_field(writer, day_of_month(month + 1));
  put_text_field(writer, name);
  put_money_field(writer, cents);
  put_text_field(writer, measure);
  put_text_field(writer, branch);
  put_char(writer, '\n');
}

/* Five percent more than the year before; for the first year what came out, give or take. In whole hundreds. */
static int64_t target_of(const struct months *months, int32_t month, uint32_t branch)
{
  int64_t percent = month >= 12 ? 105 : 96 + (int64_t)(mix((uint64_t)month * 7 + branch) % 9);
  int64_t base = months->revenue[month >= 12 ? month - 12 : month][branch] * percent / 100;
  return (base + 5000) / 10000 * 10000;
}

static void put_months(struct writer *writer, const struct months *months)
{
  int64_t assets = 30000000, liabilities = 14000000;
  int32_t month;
  uint32_t branch;
  for (month = 0; month < MONTHS; month++) {
    int64_t revenue = 0, expense;
    for (branch = 0; branch < BRANCH_COUNT; branch++) {
      put_figure(writer, month, "target", target_of(months, month, branch), "flow", BRANCHES[branch].name);
      revenue += months->revenue[month][branch];
    }
    expense = 90000 + revenue / 10 + (int64_t)(mix((uint64_t)month) % 15000);
    assets += revenue - months->cost[month] - expense;
    liabilities += 60000 + (int64_t)(mix((uint64_t)month + 99) % 40000);
    put_figure(writer, month, "expense", expense, "flow", "");
    put_figure(writer, month, "budget", 165000 + month * 1000, "flow", "");
    if (month + 1 < MONTHS) {   /* the last one is told product by product */
      put_figure(writer, month, "inventory", months->cost[month] * 13 / 10, "stock", "");
    }
    put_figure(writer, month, "assets", assets, "stock", "");
    put_figure(writer, month, "liabilities", liabilities, "stock", "");
  }
}

/* Stock by product, in money, at the end. What is sold no more has been cleared, but for one product of the story. */
static void put_stock(struct writer *writer, const struct chain *chain)
{
  int is_dead_left = !chain->plain;
  uint32_t i;
  for (i = 0; i < chain->product_count; i++) {
    const struct product *product = &chain->products[i];
    int64_t units = STOCK_UNITS / 2 + (int64_t)(mix(i + 500) % STOCK_UNITS);
    if (product->stopped < DAYS) {
      units = is_dead_left ? DEAD_STOCK : 0;
      is_dead_left = 0;
    }
    put_date_field(writer, day_of_month(MONTHS - 1));
    put_date_field(writer, day_of_month(MONTHS));
    put_text(writer, "inventory,");
    put_money_field(writer, units * product->cost);
    put_text(writer, "stock,,");
    put_product(writer, i);
    put_char(writer, '\n');
  }
}

void put_figures(struct writer *writer, const struct chain *chain)
{
  struct months months;
  add_up(chain, &months);
  put_text(writer, "from,to,name,value,measure,branch,product\n");
  put_months(writer, &months);
  put_stock(writer, chain);
}
