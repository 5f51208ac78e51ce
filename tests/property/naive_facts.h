/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef NAIVE_FACTS_H
#define NAIVE_FACTS_H

#include "support/loads.h"

/* Random facts in plain arrays, and a store of the same. What a naive second implementation asks of them is a loop over
 * all of them. */

#define LINES 360
#define DOCUMENTS 150
#define CUSTOMERS 24
#define PRODUCTS 8
#define DAYS 520
#define MONTHS 20
#define DEALS 70
#define ENTRIES 240
#define CONTACTS 60
#define OWNINGS 40
#define OWNERS 4
#define STEPS 4

#define MINUTES 1440   /* of a day */
#define NEVER (-1)

typedef struct line {
  int document;
  int customer;   /* after merges; 0: nobody */
  int day;        /* since 2023-11-20 */
  int minute;
  int sale;       /* 1 sale, 0 return */
  int counts;     /* 0: a gift card */
  int money;      /* in cents, a return's below 0 */
  int cost;       /* likewise */
  int no_cost;
  int quantity;   /* in thousandths */
  int product;    /* 0: none */
  int branch;
  int gone;       /* of a version that another has replaced */
} line;

/* What the tables other than sales say. Times are minutes since 2023-11-20, NEVER: none. Customers are those after
 * merges; `sent` is the key of the row. */

typedef struct person {
  int row;        /* whether `customers` has one */
  int joined;
  int kind;       /* 0: none, else a place in person_kinds */
  int owner;      /* 0: none, else 1 to OWNERS */
} person;

typedef struct deal {
  int sent;       /* 0: nobody */
  int customer;
  int created;
  int closed;
  int outcome;    /* 0 open, 1 won, 2 lost */
  int pipeline;   /* 0: none named, 1 p, 2 q */
  int stage;      /* NEVER: none named */
  int amount;     /* in cents; NEVER: none */
  int expected;
  int next_step;
  int owner;
} deal;

typedef struct entry {
  int sent;       /* of a customer; 0: of an opportunity */
  int customer;
  int deal;       /* NEVER: of a customer */
  int time;
  int stage;      /* of a customer: of life_names, CRM_STAGES a word that is none; of an opportunity: s0, s1, ... */
  int reason;     /* 0: none */
  int owner;
  int expected;
  int next_step;
} entry;

typedef struct contact {
  int sent;
  int customer;
  int deal;
  int time;
} contact;

typedef struct owning {
  int sent;
  int customer;
  int owner;
  int from;
  int to;
} owning;

typedef struct world {
  line lines[LINES];
  int count;
  int documents;
  int stands[CUSTOMERS + 1];
  person sent_people[CUSTOMERS + 1];   /* by the row's key */
  person people[CUSTOMERS + 1];        /* after merges */
  deal deals[DEALS];
  int deal_count;
  entry entries[ENTRIES];
  int entry_count;
  contact contacts[CONTACTS];
  int contact_count;
  owning ownings[OWNINGS];
  int owning_count;
  int from;       /* the scope, in days; -1: none */
  int as_of;
  int branch;     /* -1: all */
  char text[262144];
  size_t length;
} world;

enum { KIND_NONE, KIND_PERSON, KIND_BUSINESS, KIND_ANONYMOUS, KIND_INTERNAL, KINDS };

/* ---- dates: counted one by one ---- */

void date_of(int day, int *year, int *month, int *of_month);
int month_of(int day);        /* 0 for November 2023 */
int month_begins(int month);  /* the first day of a month, or of the one after the last */
int64_t instant_of(int day);
void write_date(int day, char *text, size_t size);

/* ---- looking at all lines ---- */

int exists(const world *of, const line *at);
int in_branch(const world *of, const line *at);
int in_scope(const world *of, const line *at);
int value_of(const line *at);

/* Whether a line is the first counted sale line of its document: one a document is looked at as its order. */
int is_order(const world *of, int i);

/* Orders of a customer (0: of everybody) within days [from, to) and, where asked, in the branches. */
int orders_of(const world *of, int customer, int from, int to, int anywhere);
int money_of(const world *of, int customer, int from, int to);

/* The first or last day of an order, -1: none. */
int order_day(const world *of, int customer, int from, int anywhere, int last);
int has_line(const world *of, int customer, int scoped);

/* ---- who is there ---- */

/* Whether a customer is one: not anonymous, not internal, not given up for another. */
int is_customer(const world *of, int customer);

/* Whether something of before as-of makes the customer known. */
int is_known(const world *of, int customer);

/* Who looks after a customer at an instant, 0: nobody. */
int owner_at(const world *of, int customer, int time);

/* ---- the expected text ---- */

void start(world *of, const char *header);
void say(world *of, const char *format, ...);
void say_money(world *of, int money);
void say_day(world *of, int day);     /* below 0: nothing */
void say_time(world *of, int time);   /* NEVER: nothing */
void say_month(world *of, int month);
void say_owner(world *of, int owner);

/* ---- what is found ---- */

/* Fails unless a cell is a value, rounded. */
void assert_near(const crm_table *table, const char *column, int64_t row, double wanted);
void assert_integer(const crm_table *table, const char *column, int64_t row, int64_t wanted);   /* below 0: null */
void assert_word(const crm_table *table, const char *column, int64_t row, const char *wanted);

int later(int a, int b);
int earlier(int a, int b);

/* ---- rounds ---- */

typedef void checker(world *of, const crm_store *store, const crm_scope *scope);

/* Has a check look at stores of sales alone, or of all tables: of nothing, of one document, of many. */
void play(checker *check);
void play_relations(checker *check);

#endif
