/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "deals.h"
#include "files.h"
#include "planted.h"

#include <stdlib.h>

/* Firms that were won, and what they order: a little at first, every few weeks, through their representative. Some
 * stop and say why. */

enum {
  FIRM_SEED = 20230147,
  FIRST_ORDER = 70001,
  ORDERS = 12,        /* of a firm at most */
  ORDERS_PER_DEAL = 3,
  LEAVES_OF = 4,      /* one in so many */
  LEAVES_AFTER = 2    /* orders */
};

struct firm {
  int32_t days[ORDERS];   /* of its orders */
  uint32_t orders;
  uint32_t rep;
  int leaves;
};

/* Each deal that is won is good for some orders from its day on. */
static void plan_firm(const struct chain *chain, const struct deal *deals, uint32_t prospect, struct firm *firm)
{
  int32_t next = 0;
  uint32_t i, k;
  firm->orders = 0;
  firm->rep = 0;
  firm->leaves = mix(prospect + 71) % LEAVES_OF == 0;
  for (i = 0; i < DEALS; i++) {
    if (deals[i].prospect != prospect || deals[i].outcome != WON) {
      continue;
    }
    next = (next > deals[i].closed ? next : deals[i].closed) + 4 + (int32_t)(mix(i + 73) % 17);
    firm->rep = deals[i].rep;
    for (k = 0; k < ORDERS_PER_DEAL && next < DAYS; k++) {
      next += planted_pause(chain, next);
      while (weekday_of(next) == 0 || weekday_of(next) == 6) {
        next++;
      }
      if (next < DAYS && firm->orders < (firm->leaves ? LEAVES_AFTER : ORDERS)) {
        firm->days[firm->orders++] = next;
      }
      next += 30 + (int32_t)(mix((uint64_t)i * 16 + k) % 50) + planted_hesitation(chain, next);
    }
  }
}

static int is_new(const uint32_t *taken, uint32_t count, uint32_t product)
{
  while (count > 0) {
    if (taken[--count] == product) {
      return 0;
    }
  }
  return 1;
}

static void put_order_line(struct writer *writer, struct random *random, const struct product *product)
{
  int64_t units = random_between(random, 2, 6);
  put_quantity_field(writer, units * 1000);
  put_money_field(writer, product->price);
  put_money_field(writer, units * product->price);
  put_char(writer, ',');
  put_money_field(writer, units * product->cost);
}

static void put_order(struct writer *writer, const struct chain *chain, const struct order *order, uint32_t number)
{
  struct random random;
  uint32_t taken[3], lines, line;
  random.state = mix(FIRM_SEED + number);
  lines = 1 + random_below(&random, 3);
  for (line = 0; line < lines; line++) {
    do {
      taken[line] = random_weighted(&random, chain->trade, chain->product_count);
    } while (!is_new(taken, line, taken[line]) || chain->products[taken[line]].launched > order->day ||
             chain->products[taken[line]].stopped <= order->day);
    put_field(writer, number);
    put_time(writer, order->day, order->minute);
    put_char(writer, ',');
    put_field(writer, FIRST_PROSPECT + order->firm);
    put_text_field(writer, "sale");
    put_product(writer, taken[line]);
    put_char(writer, ',');
    put_order_line(writer, &random, &chain->products[taken[line]]);
    put_text_field(writer, BRANCHES[order->firm % BRANCH_COUNT].name);
    put_digits(writer, FIRST_REP + order->rep, 1);
    put_char(writer, '\n');
  }
}

void put_orders(struct writer *writer, const struct chain *chain, struct orders *orders, int32_t day, uint32_t minute)
{
  while (orders->written < orders->count) {
    const struct order *next = &orders->list[orders->written];
    if (next->day > day || (next->day == day && next->minute >= minute)) {
      return;
    }
    put_order(writer, chain, next, FIRST_ORDER + orders->written++);
  }
}

static int compare_orders(const void *left, const void *right)
{
  const struct order *a = left, *b = right;
  if (a->day != b->day) {
    return a->day < b->day ? -1 : 1;
  }
  if (a->minute != b->minute) {
    return a->minute < b->minute ? -1 : 1;
  }
  return a->firm < b->firm ? -1 : a->firm > b->firm;
}

void make_orders(struct orders *orders, const struct chain *chain)
{
  struct deal deals[DEALS];
  struct firm firm;
  uint32_t i, k;
  orders->count = orders->written = 0;
  make_deals(deals);
  for (i = 0; i < PROSPECTS; i++) {
    plan_firm(chain, deals, i, &firm);
    for (k = 0; k < firm.orders; k++) {
      struct order *order = &orders->list[orders->count++];
      order->day = firm.days[k];
      order->minute = 9 * 60 + (uint32_t)(mix((uint64_t)order->day * 1000 + i) % 480);
      order->firm = i;
      order->rep = firm.rep;
    }
  }
  qsort(orders->list, orders->count, sizeof orders->list[0], compare_orders);
}

/* ---- why they left ---- */

static void put_farewell(struct writer *writer, uint32_t customer, int32_t day, const char *reason)
{
  put_char(writer, ',');
  put_field(writer, customer);
  put_date_field(writer, day);
  put_text_field(writer, "lost");
  put_text(writer, reason);
  put_text(writer, ",,,\n");
}

static int32_t last_visit(const struct chain *chain, uint32_t member)
{
  size_t at = chain->document_count;
  while (at > 0) {
    const struct document *document = &chain->documents[--at];
    if (document->member == (int32_t)member && document->kind == SALE) {
      return document->day;
    }
  }
  return DAYS;
}

/* Of the members who stay away long enough to be asked, every second says why. */
static void put_member_farewells(struct writer *writer, const struct chain *chain)
{
  static const char *const REASONS[] = {"moved", "price", "moved", "range", "price", "service", "price", "died"};
  uint32_t i;
  for (i = 0; i < chain->member_count; i++) {
    uint64_t hash = mix(i + 83);
    int32_t day = last_visit(chain, i) + 200 + (int32_t)((hash >> 8) % 60);
    if (hash % 2 == 0 && day < DAYS) {
      put_farewell(writer, FIRST_MEMBER + i, day, REASONS[(hash >> 20) % 8]);
    }
  }
}

void put_farewells(struct writer *writer, const struct chain *chain)
{
  static const char *const REASONS[] = {"has a supplier", "price", "closed", "delivery"};
  struct deal deals[DEALS];
  struct firm firm;
  uint32_t i;
  make_deals(deals);
  for (i = 0; i < PROSPECTS; i++) {
    int32_t day;
    plan_firm(chain, deals, i, &firm);
    day = firm.orders == 0 ? DAYS : firm.days[firm.orders - 1] + 60 + (int32_t)(mix(i + 79) % 60);
    if (firm.leaves && day < DAYS) {
      put_farewell(writer, FIRST_PROSPECT + i, day, REASONS[mix(i + 89) % 4]);
    }
  }
  put_member_farewells(writer, chain);
}

/* ---- whose they are ---- */

static void put_parent(struct writer *writer, uint32_t customer, uint32_t parent, const char *from, const char *to)
{
  put_field(writer, customer);
  put_field(writer, parent);
  put_text_field(writer, from);
  put_text(writer, to);
  put_char(writer, '\n');
}

/* Two groups of corporate buyers, one of them in two levels; one site was sold to the other group, one has become a
 * firm of its own. Some firms that were won are sites too. */
void put_parents(struct writer *writer, const struct chain *chain)
{
  uint32_t site[6], count = 0, i;
  put_text(writer, "customer,parent,from,to\n");
  for (i = 0; i < chain->member_count && count < 6; i++) {
    if (chain->members[i].class == CORPORATE) {
      site[count++] = FIRST_MEMBER + i;
    }
  }
  if (count == 6) {
    put_parent(writer, site[2], site[0], "2022-01-01", "");
    put_parent(writer, site[3], site[2], "2022-01-01", "");
    put_parent(writer, site[4], site[0], "2022-01-01", "");
    put_parent(writer, site[4], site[1], "2024-10-01", "");
    put_parent(writer, site[5], site[1], "2022-01-01", "2025-04-01");
  }
  for (i = 0; i < 4; i++) {
    put_parent(writer, FIRST_PROSPECT + 21 + i, FIRST_PROSPECT + 20, "2023-01-01", "");
  }
}
