/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_CHAIN_H
#define DATA_CHAIN_H

#include "random.h"
#include "writer.h"

#include <stddef.h>

/* A membership supermarket chain: what it sells, its members, and their receipts. */

enum {
  DAYS = 1096,       /* up to and including 2025-12-31 */
  MONTHS = 36,
  FIRST_MEMBER = 1001,
  FIRST_DOCUMENT = 10001,
  SHARED_KEY = 9999, /* the card that the tills use for whoever has none */
  STAFF_PER_BRANCH = 4,
  FIRST_STAFF = 11,
  MAX_LINES = 8,
  BRANCH_COUNT = 5,
  CATEGORY_COUNT = 9
};

enum { NORTH, RIVER, MARKET, STATION, HILL };
enum { WALK_IN = -1, SHARED = -2 };   /* in place of a member */
enum member_class { ORDINARY, VIP, CORPORATE, SILENT };
enum document_kind { SALE, RETURN, VOID };

struct branch {
  const char *name;
  const char *region;
  uint32_t weight;
};

struct category {
  const char *name;
  uint32_t products;
  int32_t low, high;            /* list price, cents */
  uint32_t cost_low, cost_high; /* unit cost, percent of the price */
  uint32_t trade;               /* how much corporate buyers want it */
  int weighed;                  /* sold by the kilogram */
};

extern const struct branch BRANCHES[BRANCH_COUNT];
extern const struct category CATEGORIES[CATEGORY_COUNT];
extern const uint32_t MONTH_VISITS[12];

struct product {
  const struct category *category;
  int32_t price, cost; /* cents */
  int32_t launched;    /* day */
  int32_t stopped;     /* day from which it is sold no more */
};

struct member {
  enum member_class class;
  uint32_t branch, region;
  const char *segment, *origin;
  int32_t joined;
  uint32_t cycle; /* days between visits */
  uint32_t taste; /* size of a basket, percent */
  uint32_t leave_permille;
};

struct line {
  uint32_t product;
  int64_t quantity; /* thousandths */
  int64_t amount, discount, cost;
};

struct document {
  int32_t day;
  uint32_t minute;
  uint32_t sequence; /* the order of making: makes the order of time total */
  int32_t member;    /* or WALK_IN, SHARED */
  enum document_kind kind;
  int is_late;       /* reaches the office after the year's other receipts */
  uint32_t branch, staff;
  uint32_t line_count;
  struct line lines[MAX_LINES];
};

struct chain {
  int plain;            /* without the planted cases */
  struct random random;
  struct random plants; /* of the planted cases, so that they move nothing else */
  struct random farewells;   /* likewise of those who come no more */
  struct product *products;
  uint32_t *popularity; /* of each product, for drawing */
  uint32_t *trade;      /* the same for corporate buyers */
  uint32_t product_count;
  struct member *members;
  uint32_t member_count;
  struct document *documents;
  size_t document_count, document_capacity;
};

/* Products and members. 0: no memory. */
int chain_create(struct chain *chain, int plain);
void chain_destroy(struct chain *chain);
uint32_t random_branch(struct random *random);

/* Fills a receipt with what its customer takes. */
void fill_basket(struct chain *chain, struct document *document);

/* All receipts, in the order of time. 0: no memory. */
int make_visits(struct chain *chain);

/* An empty receipt; NULL: no memory. Others move. */
struct document *new_document(struct chain *chain);

#endif
