/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "naive_facts.h"

#include "support/rounds.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- dates: counted one by one ---- */

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

void date_of(int day, int *year, int *month, int *of_month)
{
  *year = 2023;
  *month = 11;
  *of_month = 20;
  for (; day > 0; day--) {
    int last = month_days[*month - 1] + (*month == 2 && *year == 2024);
    *of_month = *of_month + 1;
    if (*of_month > last) {
      *of_month = 1;
      *month = *month + 1;
    }
    if (*month > 12) {
      *month = 1;
      *year = *year + 1;
    }
  }
}

/* 0 for November 2023. */
int month_of(int day)
{
  int year;
  int month;
  int of_month;
  date_of(day, &year, &month, &of_month);
  return (year - 2023) * 12 + month - 11;
}

int64_t instant_of(int day)
{
  int year;
  int month;
  int of_month;
  date_of(day, &year, &month, &of_month);
  return facts_day(year, month, of_month);
}

void write_date(int day, char *text, size_t size)
{
  int year;
  int month;
  int of_month;
  date_of(day, &year, &month, &of_month);
  (void)snprintf(text, size, "%04d-%02d-%02d", year, month, of_month);
}

/* ---- a world ---- */

static void make_document(world *of, dice *random, int document)
{
  line head;
  int lines = 1 + dice_below(random, 3);
  int k;
  memset(&head, 0, sizeof head);
  head.document = document;
  head.customer = dice_below(random, 9) == 0 ? 0 : 1 + dice_below(random, 1 + dice_below(random, CUSTOMERS));
  /* often about 29 February */
  head.day = dice_below(random, 5) == 0 ? 99 + dice_below(random, 4) : dice_below(random, DAYS);
  head.minute = 600 + document;
  head.branch = dice_below(random, 3);
  for (k = 0; k < lines && of->count < LINES; k++) {
    line *made = &of->lines[of->count++];
    *made = head;
    made->sale = dice_below(random, 8) > 0;
    made->counts = dice_below(random, 10) > 0;
    made->money = dice_below(random, 3) == 0 ? 1000 : dice_below(random, 9000) + 1;
    made->money = made->sale ? made->money : -made->money;
    made->no_cost = dice_below(random, 4) == 0;
    made->cost = (made->sale ? 1 : -1) * dice_below(random, 400);
    made->quantity = (made->sale ? 1 : -1) * 500 * (1 + dice_below(random, 6));
    made->product = dice_below(random, PRODUCTS);
  }
}

static void load_lines(const world *of, crm_store *store, int first, int end, int version)
{
  facts *rows = facts_create("document,version,time,customer,kind,class,amount,cost,quantity,product,branch");
  int i;
  for (i = first; i < end; i++) {
    const line *at = &of->lines[i];
    char text[192];
    char date[16];
    char customer[16] = "";
    char product[16] = "";
    char cost[16] = "";
    write_date(at->day, date, sizeof date);
    if (at->customer > 0) {
      (void)snprintf(customer, sizeof customer, "%d", at->customer);
    }
    if (at->product > 0) {
      (void)snprintf(product, sizeof product, "%d", at->product);
    }
    if (!at->no_cost) {
      (void)snprintf(cost, sizeof cost, "%d.%02d", abs(at->cost) / 100, abs(at->cost) % 100);
    }
    (void)snprintf(text, sizeof text, "%d,%d,%sT%02d:%02d,%s,%s,%s,%d.%02d,%s,%d.%03d,%s,b%d", at->document, version,
                   date, at->minute / 60, at->minute % 60, customer, at->sale ? "sale" : "return",
                   at->counts ? "goods" : "liability", abs(at->money) / 100, abs(at->money) % 100, cost,
                   abs(at->quantity) / 1000, abs(at->quantity) % 1000, product, at->branch);
    facts_add(rows, text);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
}

/* Some documents come again in a later version, and some keys turn out to be another customer's. */
static crm_store *make_world(world *of, uint64_t seed)
{
  dice random = dice_of(seed);
  crm_store *store = store_new(NULL);
  int documents = seed <= 2 ? (int)seed - 1 : 1 + dice_below(&random, DOCUMENTS);
  int first;
  int i;
  memset(of, 0, sizeof *of);
  for (i = 0; i < documents && of->count < LINES * 2 / 3; i++) {
    make_document(of, &random, i);
  }
  documents = i;
  if (of->count > 0) {
    load_lines(of, store, 0, of->count, 0);
  }
  first = of->count;
  for (i = dice_below(&random, 9); i < documents && of->count < LINES - 3; i += 1 + dice_below(&random, 20)) {
    int k;
    for (k = 0; k < first; k++) {
      of->lines[k].gone |= of->lines[k].document == i;
    }
    make_document(of, &random, i);
  }
  if (of->count > first) {
    load_lines(of, store, first, of->count, 1);
  }
  for (i = 0; i <= CUSTOMERS; i++) {
    of->stands[i] = i;
  }
  for (i = CUSTOMERS; i > CUSTOMERS - 4; i--) {
    if (dice_below(&random, 2)) {
      char text[64];
      of->stands[i] = 1 + dice_below(&random, CUSTOMERS - 6);
      (void)snprintf(text, sizeof text, "customer,into\n%d,%d\n", i, of->stands[i]);
      put(store, "merges", text, "");
    }
  }
  for (i = 0; i < of->count; i++) {
    of->lines[i].customer = of->stands[of->lines[i].customer];
  }
  of->as_of = 200 + dice_below(&random, DAYS - 150);
  of->from = dice_below(&random, 2) ? -1 : dice_below(&random, 190);
  of->branch = dice_below(&random, 3) ? -1 : dice_below(&random, 3);
  return store;
}

static crm_scope scope_of(const world *of, const char *const *branch)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = instant_of(of->as_of);
  scope.from = of->from < 0 ? CRM_TIME_UNSET_FROM : instant_of(of->from);
  scope.branches = of->branch < 0 ? NULL : branch;
  scope.branch_count = of->branch < 0 ? 0 : 1;
  return scope;
}

/* ---- the tables beside sales ---- */

static const char *const person_kinds[] = {"", "person", "business", "anonymous", "internal"};
static const char *const outcomes[] = {"open", "won", "lost"};
static const char *const life_words[] = {"suspect", "prospect", "opportunity", "customer", "repeat",
                                         "reactivated", "dormant", "lost", "befriended"};

static void write_time(int time, char *text, size_t size)
{
  char date[16];
  write_date(time < 0 ? 0 : time / MINUTES, date, sizeof date);
  (void)snprintf(text, time < 0 ? 1 : size, "%sT%02d:%02d:00", date, time % MINUTES / 60, time % 60);
}

static void write_number(int number, const char *prefix, char *text, size_t size)
{
  (void)snprintf(text, number <= 0 ? 1 : size, "%s%d", prefix, number);
}

/* A time about those of the sales, now and then the very one of a document. */
static int random_time(const world *of, dice *random)
{
  const line *at = of->count > 0 ? &of->lines[dice_below(random, of->count)] : NULL;
  int which = dice_below(random, 4);
  int day = at != NULL && which < 2 ? at->day : dice_below(random, DAYS);
  return day * MINUTES + (at != NULL && which == 0 ? at->minute : which == 1 ? 0 : 600 + dice_below(random, 150));
}

static void make_people(world *of, dice *random)
{
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    person *made = &of->sent_people[c];
    made->row = dice_below(random, 3) > 0;
    made->joined = made->row && dice_below(random, 3) > 0 ? random_time(of, random) : NEVER;
    made->kind = made->row && dice_below(random, 3) == 0 ? 1 + dice_below(random, KINDS - 1) : 0;
    made->owner = made->row ? dice_below(random, OWNERS + 1) : 0;
  }
}

static void make_deals(world *of, dice *random)
{
  int count = dice_below(random, 3) == 0 ? dice_below(random, 4) : dice_below(random, DEALS);
  for (; of->deal_count < count; of->deal_count++) {
    deal *made = &of->deals[of->deal_count];
    made->sent = dice_below(random, CUSTOMERS + 1);
    made->created = dice_below(random, 12) > 0 ? random_time(of, random) : NEVER;
    made->outcome = dice_below(random, 5) < 3 ? 1 : dice_below(random, 3);
    made->closed = made->outcome > 0 && dice_below(random, 15) > 0
                     ? (made->created < 0 ? 0 : made->created) + MINUTES * dice_below(random, 90) +
                         dice_below(random, 9)
                     : NEVER;
    made->pipeline = dice_below(random, 8) == 0 ? dice_below(random, 3) : 1;
    made->stage = dice_below(random, STEPS + 2) - 1;
    made->amount = dice_below(random, 6) > 0 ? dice_below(random, 50000) : NEVER;
    made->expected = dice_below(random, 4) > 0 ? random_time(of, random) : NEVER;
    made->next_step = dice_below(random, 4) == 0 ? random_time(of, random) : NEVER;
    made->owner = dice_below(random, OWNERS + 1);
  }
}

static void make_entries(world *of, dice *random)
{
  int count = dice_below(random, ENTRIES);
  for (; of->entry_count < count; of->entry_count++) {
    entry *made = &of->entries[of->entry_count];
    int life = of->deal_count == 0 || dice_below(random, 4) == 0;
    made->sent = life ? 1 + dice_below(random, CUSTOMERS) : 0;
    made->deal = life ? NEVER : dice_below(random, of->deal_count);
    made->time = random_time(of, random);
    if (!life && of->deals[made->deal].created >= 0) {
      made->time = of->deals[made->deal].created + MINUTES * (dice_below(random, 60) - 2);
    }
    if (!life) {   /* no two at one instant */
      made->time = later(made->time / MINUTES, 0) * MINUTES + 600 + of->entry_count;
    }
    made->stage = life ? dice_below(random, CRM_STAGES + 1) : dice_below(random, STEPS + 1);
    made->stage = life && dice_below(random, 3) == 0 ? CRM_STAGE_LOST : made->stage;
    made->reason = dice_below(random, 4);
    made->owner = dice_below(random, OWNERS + 1);
    made->expected = !life && dice_below(random, 2) ? random_time(of, random) : NEVER;
    made->next_step = !life && dice_below(random, 3) == 0 ? random_time(of, random) : NEVER;
    if (life && of->entry_count > 0 && dice_below(random, 5) == 0 && of->entries[of->entry_count - 1].sent > 0) {
      made->time = of->entries[of->entry_count - 1].time;
      made->sent = of->entries[of->entry_count - 1].sent;
    }
  }
}

static void make_contacts(world *of, dice *random)
{
  int count = dice_below(random, CONTACTS);
  for (; of->contact_count < count; of->contact_count++) {
    contact *made = &of->contacts[of->contact_count];
    made->sent = 1 + dice_below(random, CUSTOMERS);
    made->deal = of->deal_count > 0 ? dice_below(random, of->deal_count + 5) : NEVER;
    made->deal = made->deal < of->deal_count ? made->deal : NEVER;
    made->time = random_time(of, random);
  }
}

/* The rows of a customer begin at different instants, whatever the key that they are sent for. */
static void make_ownings(world *of, dice *random)
{
  int count = dice_below(random, OWNINGS);
  int tries;
  for (tries = 0; tries < count; tries++) {
    owning made;
    int taken = 0;
    int i;
    made.sent = 1 + dice_below(random, CUSTOMERS);
    made.customer = of->stands[made.sent];
    made.owner = 1 + dice_below(random, OWNERS);
    made.from = random_time(of, random);
    made.to = dice_below(random, 3) == 0 ? made.from + 1 + dice_below(random, 90 * MINUTES) : NEVER;
    for (i = 0; i < of->owning_count; i++) {
      taken |= of->ownings[i].customer == made.customer && of->ownings[i].from == made.from;
    }
    if (!taken) {
      of->ownings[of->owning_count++] = made;
    }
  }
}

static void load_people(const world *of, crm_store *store)
{
  facts *rows = facts_create("customer,joined,kind,owner");
  int c;
  for (c = 1; c <= CUSTOMERS; c++) {
    const person *at = &of->sent_people[c];
    char joined[32];
    char owner[16];
    char text[128];
    write_time(at->joined, joined, sizeof joined);
    write_number(at->owner, "o", owner, sizeof owner);
    (void)snprintf(text, sizeof text, "%d,%s,%s,%s", c, joined, person_kinds[at->kind], owner);
    if (at->row) {
      facts_add(rows, text);
    }
  }
  facts_load(rows, store, "customers");
  facts_free(rows);
}

static void load_deals(const world *of, crm_store *store)
{
  facts *rows = facts_create("opportunity,customer,created,closed,outcome,pipeline,stage,amount,expected_close,"
                             "next_step,owner");
  int i;
  for (i = 0; i < of->deal_count; i++) {
    const deal *at = &of->deals[i];
    char customer[16];
    char created[32];
    char closed[32];
    char stage[16];
    char amount[16];
    char expected[32];
    char next[32];
    char owner[16];
    char text[256];
    write_number(at->sent, "", customer, sizeof customer);
    write_time(at->created, created, sizeof created);
    write_time(at->closed, closed, sizeof closed);
    (void)snprintf(stage, at->stage < 0 ? 1 : sizeof stage, "s%d", at->stage);
    (void)snprintf(amount, at->amount < 0 ? 1 : sizeof amount, "%d.%02d", at->amount / 100, at->amount % 100);
    write_time(at->expected, expected, sizeof expected);
    write_time(at->next_step, next, sizeof next);
    write_number(at->owner, "o", owner, sizeof owner);
    (void)snprintf(text, sizeof text, "%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s", i, customer, created, closed,
                   outcomes[at->outcome], at->pipeline == 1 ? "p" : at->pipeline == 2 ? "q" : "", stage, amount,
                   expected, next, owner);
    facts_add(rows, text);
  }
  facts_load(rows, store, "opportunities");
  facts_free(rows);
}

static void load_entries(const world *of, crm_store *store)
{
  facts *rows = facts_create("customer,opportunity,time,stage,reason,owner,expected_close,next_step,id");
  int i;
  for (i = 0; i < of->entry_count; i++) {
    const entry *at = &of->entries[i];
    char subject[24];
    char stage[24];
    char time[32];
    char reason[16];
    char owner[16];
    char expected[32];
    char next[32];
    char text[256];
    (void)snprintf(subject, sizeof subject, at->deal < 0 ? "%d," : ",%d", at->deal < 0 ? at->sent : at->deal);
    (void)snprintf(stage, sizeof stage, "s%d", at->stage);
    write_time(at->time, time, sizeof time);
    write_number(at->reason, "r", reason, sizeof reason);
    write_number(at->owner, "o", owner, sizeof owner);
    write_time(at->expected, expected, sizeof expected);
    write_time(at->next_step, next, sizeof next);
    (void)snprintf(text, sizeof text, "%s,%s,%s,%s,%s,%s,%s,%d", subject, time,
                   at->deal < 0 ? life_words[at->stage] : stage, reason, owner, expected, next, i);
    facts_add(rows, text);
  }
  facts_load(rows, store, "stages");
  facts_free(rows);
}

static void load_contacts(const world *of, crm_store *store)
{
  facts *rows = facts_create("customer,opportunity,time,id");
  int i;
  for (i = 0; i < of->contact_count; i++) {
    char time[32];
    char about[16];
    char text[96];
    write_time(of->contacts[i].time, time, sizeof time);
    (void)snprintf(about, of->contacts[i].deal < 0 ? 1 : sizeof about, "%d", of->contacts[i].deal);
    (void)snprintf(text, sizeof text, "%d,%s,%s,%d", of->contacts[i].sent, about, time, i);
    facts_add(rows, text);
  }
  facts_load(rows, store, "interactions");
  facts_free(rows);
}

static void load_ownings(const world *of, crm_store *store)
{
  facts *rows = facts_create("customer,owner,from,to");
  int i;
  for (i = 0; i < of->owning_count; i++) {
    const owning *at = &of->ownings[i];
    char from[32];
    char to[32];
    char text[128];
    write_time(at->from, from, sizeof from);
    write_time(at->to, to, sizeof to);
    (void)snprintf(text, sizeof text, "%d,o%d,%s,%s", at->sent, at->owner, from, to);
    facts_add(rows, text);
  }
  facts_load(rows, store, "ownership");
  facts_free(rows);
}

static void load_pipelines(crm_store *store)
{
  facts_load_text(store, "pipelines",
                  "pipeline,stage,position\n"
                  "p,s0,1\n"
                  "p,s1,2\n"
                  "p,s2,3\n"
                  "p,s3,4\n"
                  "q,s1,1\n"
                  "q,s0,2\n");
}

/* The row of the key that stands for a customer speaks, else that of the lowest other key; joined is the earliest. */
static void merge_people(world *of)
{
  int c;
  int key;
  for (c = 1; c <= CUSTOMERS; c++) {
    of->people[c] = of->sent_people[c];
  }
  for (c = 1; c <= CUSTOMERS; c++) {
    for (key = 1; key <= CUSTOMERS; key++) {
      const person *other = &of->sent_people[key];
      person *made = &of->people[c];
      if (key != c && of->stands[key] == c && other->row) {
        int joined = made->joined < 0 || (other->joined >= 0 && other->joined < made->joined) ? other->joined
                                                                                              : made->joined;
        *made = made->row ? *made : *other;
        made->joined = joined;
      }
    }
  }
}

/* Sales of who stands for nobody are nobody's, those of internal customers are none. */
static void take_kinds(world *of)
{
  int i;
  for (i = 0; i < of->count; i++) {
    int kind = of->people[of->lines[i].customer].kind;
    if (of->lines[i].customer > 0 && kind == KIND_ANONYMOUS) {
      of->lines[i].customer = 0;
    } else if (of->lines[i].customer > 0 && kind == KIND_INTERNAL) {
      of->lines[i].gone = 1;
    }
  }
}

static void make_relations(world *of, crm_store *store, uint64_t seed)
{
  dice random = dice_of(seed + 1000);
  int i;
  make_people(of, &random);
  if (seed != 1) {
    make_deals(of, &random);
    make_entries(of, &random);
    make_contacts(of, &random);
    make_ownings(of, &random);
  }
  load_pipelines(store);
  load_people(of, store);
  load_deals(of, store);
  load_entries(of, store);
  load_contacts(of, store);
  load_ownings(of, store);
  merge_people(of);
  take_kinds(of);
  for (i = 0; i < of->deal_count; i++) {
    of->deals[i].customer = of->stands[of->deals[i].sent];
  }
  for (i = 0; i < of->entry_count; i++) {
    of->entries[i].customer = of->stands[of->entries[i].sent];
  }
  for (i = 0; i < of->contact_count; i++) {
    of->contacts[i].customer = of->stands[of->contacts[i].sent];
  }
}

/* ---- who is there ---- */

int is_customer(const world *of, int customer)
{
  return customer > 0 && of->stands[customer] == customer && of->people[customer].kind != KIND_ANONYMOUS &&
         of->people[customer].kind != KIND_INTERNAL;
}

int is_known(const world *of, int customer)
{
  int end = of->as_of * MINUTES;
  int known = of->people[customer].row && of->people[customer].joined < end;
  int i;
  for (i = 0; i < of->count; i++) {
    known |= of->lines[i].customer == customer && exists(of, &of->lines[i]);
  }
  for (i = 0; i < of->deal_count; i++) {
    known |= of->deals[i].customer == customer && of->deals[i].created < end;
  }
  for (i = 0; i < of->entry_count; i++) {
    known |= of->entries[i].deal < 0 && of->entries[i].customer == customer && of->entries[i].time < end;
  }
  for (i = 0; i < of->contact_count; i++) {
    known |= of->contacts[i].customer == customer && of->contacts[i].time < end;
  }
  return known;
}

int owner_at(const world *of, int customer, int time)
{
  const owning *last = NULL;
  int rows = 0;
  int i;
  for (i = 0; i < of->owning_count; i++) {
    const owning *at = &of->ownings[i];
    rows += at->customer == customer;
    if (at->customer == customer && at->from <= time && (last == NULL || at->from > last->from)) {
      last = at;
    }
  }
  if (rows == 0) {
    return of->people[customer].owner;
  }
  return last != NULL && (last->to < 0 || time < last->to) ? last->owner : 0;
}

/* ---- looking at all lines ---- */

int exists(const world *of, const line *at)
{
  return !at->gone && at->day < of->as_of;
}

int in_branch(const world *of, const line *at)
{
  return of->branch < 0 || at->branch == of->branch;
}

int in_scope(const world *of, const line *at)
{
  return exists(of, at) && at->day >= of->from && in_branch(of, at);
}

int value_of(const line *at)
{
  return at->counts ? at->money : 0;
}

/* Whether a line is the first counted sale line of its document: one a document is looked at as its order. */
int is_order(const world *of, int i)
{
  int k;
  if (!of->lines[i].sale || !of->lines[i].counts) {
    return 0;
  }
  for (k = 0; k < i; k++) {
    const line *other = &of->lines[k];
    if (!other->gone && other->document == of->lines[i].document && other->sale && other->counts) {
      return 0;
    }
  }
  return 1;
}

/* Orders of a customer (0: of everybody) within days [from, to) and, where asked, in the branches. */
int orders_of(const world *of, int customer, int from, int to, int anywhere)
{
  int count = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    count += exists(of, at) && (customer == 0 || at->customer == customer) && at->day >= from && at->day < to &&
             (anywhere || in_branch(of, at)) && is_order(of, i);
  }
  return count;
}

int money_of(const world *of, int customer, int from, int to)
{
  int sum = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (exists(of, at) && (customer == 0 || at->customer == customer) && at->day >= from && at->day < to &&
        in_branch(of, at)) {
      sum += value_of(at);
    }
  }
  return sum;
}

/* The first or last day of an order, -1: none. */
int order_day(const world *of, int customer, int from, int anywhere, int last)
{
  int found = -1;
  int i;
  for (i = 0; i < of->count; i++) {
    const line *at = &of->lines[i];
    if (exists(of, at) && at->customer == customer && at->day >= from && (anywhere || in_branch(of, at)) &&
        is_order(of, i) && (found < 0 || (last ? at->day > found : at->day < found))) {
      found = at->day;
    }
  }
  return found;
}

int has_line(const world *of, int customer, int scoped)
{
  int i;
  for (i = 0; i < of->count; i++) {
    if (of->lines[i].customer == customer && (scoped ? in_scope(of, &of->lines[i]) : exists(of, &of->lines[i]))) {
      return 1;
    }
  }
  return 0;
}

/* ---- the expected text ---- */

void say(world *of, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  of->length += (size_t)vsnprintf(of->text + of->length, sizeof of->text - of->length, format, arguments);
  va_end(arguments);
  assert_true(of->length < sizeof of->text);
}

void say_money(world *of, int money)
{
  say(of, "%s%d.%02d", money < 0 ? "-" : "", abs(money) / 100, abs(money) % 100);
}

void say_day(world *of, int day)
{
  char date[16];
  write_date(day, date, sizeof date);
  say(of, "%s", day < 0 ? "" : date);
}

void say_time(world *of, int time)
{
  char text[32];
  write_time(time, text, sizeof text);
  say(of, "%s", text);
}

void say_owner(world *of, int owner)
{
  say(of, owner > 0 ? "o%d" : "", owner);
}

void say_month(world *of, int month)
{
  say(of, "%04d-%02d", 2023 + (month + 10) / 12, (month + 10) % 12 + 1);
}

void start(world *of, const char *header)
{
  of->length = 0;
  say(of, "%s\n", header);
}

/* ---- months ---- */

/* The first day of a month, or of the one after the last. */
int month_begins(int month)
{
  int day = 0;
  while (month > 0 && month_of(day) < month) {
    day++;
  }
  return day;
}

int later(int a, int b)
{
  return a > b ? a : b;
}

int earlier(int a, int b)
{
  return a < b ? a : b;
}

/* ---- what is found ---- */

void assert_near(const crm_table *table, const char *column, int64_t row, double wanted)
{
  crm_column seen = CRM_COLUMN_INIT;
  double unit = 1;
  double off;
  int32_t i;
  assert_int_equal(crm_table_column(table, crm_table_find(table, column), &seen, NULL), CRM_OK);
  for (i = 0; i < seen.scale; i++) {
    unit /= 10;
  }
  off = (double)integer_at(table, column, row) * unit - wanted;
  if (is_null_at(table, column, row) || !(off < 0.51 * unit && off > -0.51 * unit)) {
    fail_msg("%s in row %d: %.9f%s instead of %.9f", column, (int)row, off + wanted,
             is_null_at(table, column, row) ? " (null)" : "", wanted);
  }
}

void assert_integer(const crm_table *table, const char *column, int64_t row, int64_t wanted)
{
  int64_t found = is_null_at(table, column, row) ? NEVER : integer_at(table, column, row);
  if (found != wanted) {
    fail_msg("%s in row %d: %lld instead of %lld", column, (int)row, (long long)found, (long long)wanted);
  }
}

void assert_word(const crm_table *table, const char *column, int64_t row, const char *wanted)
{
  if (!text_is(table, column, row, wanted)) {
    fail_msg("%s in row %d is not %s", column, (int)row, wanted);
  }
}

/* ---- rounds ---- */

static void play_all(checker *check, int relations)
{
  static const char *const keys[] = {"b0", "b1", "b2"};
  static world of;
  uint64_t seed;
  for (seed = 1; seed <= (uint64_t)rounds(40); seed++) {
    crm_store *store = make_world(&of, seed);
    crm_scope scope;
    if (relations) {
      make_relations(&of, store, seed);
    }
    scope = scope_of(&of, &keys[of.branch < 0 ? 0 : of.branch]);
    check(&of, store, &scope);
    crm_store_free(store);
  }
}

void play(checker *check)
{
  play_all(check, 0);
}

void play_relations(checker *check)
{
  play_all(check, 1);
}
