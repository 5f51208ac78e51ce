/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "chain.h"
#include "planted.h"

#include <stdlib.h>
#include <string.h>

/* Who comes when. */

/* How many days' worth of appetite a visit takes, in percent, at the start of each half-year: members come less
 * often. */
static const int32_t PACE[] = {100, 114, 129, 143, 160, 190, 222};

static const uint32_t WEEKDAY_VISITS[7] = {105, 80, 82, 88, 96, 122, 127}; /* from Sunday */

enum { HOURS = 24 };

static const uint32_t HOURS_WEEKDAY[HOURS] = {0, 0, 0, 0, 0, 0,  0,  0,  3, 5, 6, 7,
                                              8, 6, 5, 6, 9, 14, 15, 10, 6, 2, 0, 0};
static const uint32_t HOURS_WEEKEND[HOURS] = {0,  0, 0, 0,  0,  0, 0, 0, 3, 8, 12, 13,
                                              10, 8, 9, 10, 10, 8, 6, 4, 2, 1, 0,  0};
static const uint32_t HOURS_OFFICE[HOURS] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 8, 2, 3, 8, 7, 4, 0, 0, 0, 0, 0, 0, 0};

enum {
  PACE_COUNT = sizeof PACE / sizeof PACE[0],
  VISIT_UNIT = 100 * 100,       /* appetite of an average day */
  WALK_IN_SLOTS = 6,            /* walk-in documents of a day at most */
  WALK_IN_PERMILLE = 250,       /* the chance of each slot on an average day */
  AWAY_FROM_HOME_PERMILLE = 90, /* visits at another branch than the member's own */
  COME_BACK_PERMILLE = 170,     /* of those who left */
  RETURN_PERMILLE = 23,         /* of lines that can be returned */
  VOID_PERMILLE = 6             /* receipts that are keyed in anew */
};

struct document *new_document(struct chain *chain)
{
  struct document *document;
  if (chain->document_count == chain->document_capacity) {
    size_t capacity = chain->document_capacity * 2;
    struct document *grown = realloc(chain->documents, capacity * sizeof *grown);
    if (grown == NULL) {
      return NULL;
    }
    chain->documents = grown;
    chain->document_capacity = capacity;
  }
  document = &chain->documents[chain->document_count];
  memset(document, 0, sizeof *document);
  document->sequence = (uint32_t)chain->document_count++;
  return document;
}

static uint32_t random_minute(struct random *random, int32_t day, int office)
{
  uint32_t weekday = weekday_of(day);
  const uint32_t *hours = office ? HOURS_OFFICE : weekday == 0 || weekday == 6 ? HOURS_WEEKEND : HOURS_WEEKDAY;
  return random_weighted(random, hours, HOURS) * 60 + random_below(random, 60);
}

/* A line taken back: whole, or in part where there is a lot of it. */
static struct line taken_back(const struct line *sold)
{
  struct line line = *sold;
  if (sold->quantity > 6000) {
    line.quantity = sold->quantity / 3000 * 1000;
    line.amount = (sold->amount * line.quantity + sold->quantity / 2) / sold->quantity;
    line.discount = (sold->discount * line.quantity + sold->quantity / 2) / sold->quantity;
    line.cost = (sold->cost * line.quantity + sold->quantity / 2) / sold->quantity;
  }
  return line;
}

/* A document of one line of a sale, some days later. */
static int add_after(struct chain *chain, struct random *random, size_t sale_at, enum document_kind kind,
                     struct line line, int32_t days)
{
  struct document *after = new_document(chain);
  const struct document *sale;
  if (after == NULL) {
    return 0;
  }
  sale = &chain->documents[sale_at];
  after->day = sale->day + days;
  after->minute = days == 0 ? sale->minute : random_minute(random, after->day, 0);
  after->member = sale->member;
  after->kind = kind;
  after->branch = sale->branch;
  after->staff = days == 0 ? sale->staff : sale->branch * STAFF_PER_BRANCH + random_below(random, STAFF_PER_BRANCH);
  after->line_count = 1;
  after->lines[0] = line;
  if (after->day >= DAYS || planted_gap(chain, after->branch, after->day)) {
    chain->document_count--;
  }
  return 1;
}

static int add_returns(struct chain *chain, size_t sale_at)
{
  uint32_t i;
  for (i = 0; i < chain->documents[sale_at].line_count; i++) {
    struct line sold = chain->documents[sale_at].lines[i];
    if (!chain->products[sold.product].category->weighed && random_chance(&chain->random, RETURN_PERMILLE)) {
      int32_t days = random_between(&chain->random, 1, 12);
      if (!add_after(chain, &chain->random, sale_at, RETURN, taken_back(&sold), days)) {
        return 0;
      }
    }
  }
  return 1;
}

/* What a clerk keys in beside the sale: voids, and returns of goods that nobody brought. */
static int add_keyed(struct chain *chain, size_t sale_at)
{
  struct line first = chain->documents[sale_at].lines[0];
  uint32_t staff = chain->documents[sale_at].staff;
  int32_t day = chain->documents[sale_at].day;
  if (random_chance(&chain->random, VOID_PERMILLE) ||
      random_chance(&chain->plants, planted_voids(chain, staff, day))) {
    if (!add_after(chain, &chain->plants, sale_at, VOID, first, 0)) {
      return 0;
    }
  }
  return !random_chance(&chain->plants, planted_returns(chain, staff, day)) ||
         add_after(chain, &chain->plants, sale_at, RETURN, taken_back(&first), 0);
}

static int add_visit(struct chain *chain, int32_t member, int32_t day)
{
  size_t at = chain->document_count;
  struct document *document = new_document(chain);
  struct random *random = &chain->random;
  if (document == NULL) {
    return 0;
  }
  document->day = day;
  document->member = member;
  document->minute = random_minute(random, day, member >= 0 && chain->members[member].class == CORPORATE);
  document->branch = member >= 0 && !random_chance(random, AWAY_FROM_HOME_PERMILLE) ? chain->members[member].branch
                                                                                    : random_branch(random);
  document->staff = document->branch * STAFF_PER_BRANCH + random_below(random, STAFF_PER_BRANCH);
  document->is_late = planted_late(chain, document->branch, day);
  if (planted_absence(chain, document->branch, day)) {
    chain->document_count = at;
    return 1;
  }
  fill_basket(chain, document);
  document->line_count = planted_lines(chain, day, document->line_count);
  return add_returns(chain, at) && add_keyed(chain, at);
}

/* The chain's average day is VISIT_UNIT. */
static uint32_t visits_of_day(int32_t day)
{
  return MONTH_VISITS[date_of(day).month - 1] * WEEKDAY_VISITS[weekday_of(day)];
}

static uint32_t appetite_of_day(const struct chain *chain, int32_t day)
{
  int32_t at = day * (PACE_COUNT - 1), slot = at / DAYS;
  int32_t pace = PACE[slot] * DAYS + (PACE[slot + 1] - PACE[slot]) * (at % DAYS);
  return (uint32_t)((uint64_t)visits_of_day(day) * 100 * DAYS / (uint32_t)(chain->plain ? 100 * DAYS : pace));
}

/* What has to gather until the next visit. */
static uint32_t next_need(struct random *random, const struct member *member)
{
  return member->cycle * (uint32_t)random_between(random, 20, 180) * (VISIT_UNIT / 100);
}

/* What a member took home on the last visit, if that was in 2024. */
static int64_t spent_on(const struct chain *chain, size_t at, int32_t day)
{
  int64_t sum = 0;
  uint32_t i;
  for (i = 0; day >= 365 && day < 731 && at < chain->document_count && i < chain->documents[at].line_count; i++) {
    sum += chain->documents[at].lines[i].amount;
  }
  return sum;
}

/* Appetite gathers day by day; when it is enough, the member comes. Some then leave, and some of these come back. */
static int visit_as_person(struct chain *chain, uint32_t index)
{
  const struct member *member = &chain->members[index];
  struct random *random = &chain->random;
  uint32_t need = next_need(random, member), gathered = 0;
  int32_t day = member->joined < 0 ? 0 : member->joined;
  uint32_t visits = member->joined < 0;   /* one at least before */
  int64_t spent = 0;
  int gone = 0;
  if (member->joined < 0) {
    gathered = random_below(random, need);
  } else if (random_chance(random, 720)) {
    gathered = need;
  }
  while (day < DAYS) {
    gathered += appetite_of_day(chain, day);
    if (gathered >= need) {
      size_t at = chain->document_count;
      if (!add_visit(chain, (int32_t)index, day)) {
        return 0;
      }
      if (gone) {   /* drawn all the same, so that nobody else's visits are others */
        chain->document_count = at;
      }
      spent += spent_on(chain, at, day);
      gone |= planted_farewell(chain, day, ++visits, spent);
      if (random_chance(random, member->leave_permille)) {
        if (!random_chance(random, COME_BACK_PERMILLE)) {
          break;
        }
        day += random_between(random, 150, 420);
      }
      gathered = 0;
      need = next_need(random, member);
    }
    day++;
  }
  return 1;
}

/* A corporate buyer orders every so many weeks, some days early or late, on a working day. */
static int visit_as_company(struct chain *chain, uint32_t index)
{
  const struct member *member = &chain->members[index];
  struct random *random = &chain->random;
  int32_t cycle = (int32_t)member->cycle;
  int32_t planned = member->joined < 0 ? random_between(random, 3, cycle) : member->joined + 5;
  for (; planned < DAYS; planned += cycle) {
    int32_t day = planned + random_between(random, -3, 4);
    while (weekday_of(day) == 0 || weekday_of(day) == 6) {
      day++;
    }
    if (day < DAYS && !add_visit(chain, (int32_t)index, day)) {
      return 0;
    }
  }
  return 1;
}

static int visit_as_walk_in(struct chain *chain)
{
  int32_t day;
  for (day = 0; day < DAYS; day++) {
    uint32_t chance = WALK_IN_PERMILLE * visits_of_day(day) / VISIT_UNIT, slot;
    for (slot = 0; slot < WALK_IN_SLOTS; slot++) {
      if (random_chance(&chain->random, chance) && !add_visit(chain, planted_customer(chain), day)) {
        return 0;
      }
    }
  }
  return 1;
}

/* A till test: the same article again and again, by one clerk. */
static int add_burst(struct chain *chain)
{
  int32_t day;
  uint32_t i;
  for (day = 0; day < DAYS; day++) {
    uint32_t count = planted_burst(chain, day);
    for (i = 0; i < count; i++) {
      struct document *document = new_document(chain);
      const struct product *product = &chain->products[0];
      if (document == NULL) {
        return 0;
      }
      document->day = day;
      document->minute = 7 * 60 + i / 2;
      document->member = WALK_IN;
      document->branch = NORTH;
      document->line_count = 1;
      document->lines[0].quantity = 1000;
      document->lines[0].amount = product->price;
      document->lines[0].cost = product->cost;
    }
  }
  return 1;
}

static int compare_documents(const void *left, const void *right)
{
  const struct document *a = left, *b = right;
  if (a->day != b->day) {
    return a->day < b->day ? -1 : 1;
  }
  if (a->minute != b->minute) {
    return a->minute < b->minute ? -1 : 1;
  }
  return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

int make_visits(struct chain *chain)
{
  uint32_t i;
  for (i = 0; i < chain->member_count; i++) {
    enum member_class class = chain->members[i].class;
    if (class == SILENT) {
      continue;
    }
    if (!(class == CORPORATE ? visit_as_company(chain, i) : visit_as_person(chain, i))) {
      return 0;
    }
  }
  if (!visit_as_walk_in(chain) || !add_burst(chain)) {
    return 0;
  }
  qsort(chain->documents, chain->document_count, sizeof *chain->documents, compare_documents);
  return 1;
}
