/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "chain.h"

#include <stdlib.h>
#include <string.h>

/* What is sold, and to whom. */

static const uint64_t SEED = 20230145;

/* Members by the time they joined. The later they come, the sooner they leave (chance after each visit). */
struct cohort {
  int32_t from, to; /* days of joining, half-open */
  uint32_t members, vip, corporate, silent;
  uint32_t leave_permille;
};

/* Of a plain chain: nobody spends much at a time, and whoever joins stays. */
static const uint32_t PLAIN_LEAVE_PERMILLE = 7;

static const struct cohort COHORTS[] = {
    {-1400, 0, 290, 16, 7, 1, 7},
    {0, 365, 86, 4, 1, 2, 22},
    {365, 731, 114, 4, 1, 3, 45},
    {731, 1086, 150, 4, 1, 5, 80},
};

const uint32_t MONTH_VISITS[12] = {91, 93, 97, 99, 100, 98, 94, 92, 99, 101, 106, 130};

const struct branch BRANCHES[BRANCH_COUNT] = {
    {"north", "uptown", 28},   {"river", "riverside", 25}, {"market", "centre", 20},
    {"station", "centre", 16}, {"hill", "hillside", 11},
};

struct origin {
  const char *name;
  uint32_t weight;
};

static const struct origin ORIGINS[] = {
    {"counter", 46},
    {"leaflet", 22},
    {"friend", 17},
    {"web", 15},
};

const struct category CATEGORIES[CATEGORY_COUNT] = {
    {"fresh", 28, 160, 1490, 62, 74, 0, 1},     {"bakery", 16, 110, 590, 45, 60, 1, 0},
    {"dairy", 20, 119, 890, 68, 80, 1, 0},      {"pantry", 34, 99, 1290, 66, 80, 4, 0},
    {"drinks", 24, 89, 1890, 64, 80, 6, 0},     {"frozen", 14, 249, 1190, 62, 74, 1, 0},
    {"household", 22, 149, 1990, 58, 74, 5, 0}, {"care", 18, 199, 1790, 52, 68, 0, 0},
    {"office", 8, 299, 2490, 60, 72, 6, 0},
};

enum {
  ORIGIN_COUNT = sizeof ORIGINS / sizeof ORIGINS[0],
  COHORT_COUNT = sizeof COHORTS / sizeof COHORTS[0],
  LATE_LAUNCH_PERMILLE = 85,
  STOPPED_PERMILLE = 50
};

void chain_destroy(struct chain *chain)
{
  free(chain->products);
  free(chain->popularity);
  free(chain->trade);
  free(chain->members);
  free(chain->documents);
}

static int allocate(struct chain *chain)
{
  uint32_t i;
  for (i = 0; i < CATEGORY_COUNT; i++) {
    chain->product_count += CATEGORIES[i].products;
  }
  for (i = 0; i < COHORT_COUNT; i++) {
    chain->member_count += COHORTS[i].members;
  }
  chain->document_capacity = 1 << 15;
  chain->products = calloc(chain->product_count, sizeof *chain->products);
  chain->popularity = calloc(chain->product_count, sizeof *chain->popularity);
  chain->trade = calloc(chain->product_count, sizeof *chain->trade);
  chain->members = calloc(chain->member_count, sizeof *chain->members);
  chain->documents = calloc(chain->document_capacity, sizeof *chain->documents);
  return chain->products != NULL && chain->popularity != NULL && chain->trade != NULL && chain->members != NULL &&
         chain->documents != NULL;
}

static void shuffle(struct random *random, uint32_t *values, uint32_t count)
{
  while (count > 1) {
    uint32_t other = random_below(random, count--);
    uint32_t kept = values[count];
    values[count] = values[other];
    values[other] = kept;
  }
}

/* Prices end in 9; low ones are commoner. */
static void make_product(struct random *random, const struct category *category, struct product *product)
{
  int32_t first = random_between(random, category->low, category->high);
  int32_t second = random_between(random, category->low, category->high);
  int32_t price = first < second ? first : second;
  product->category = category;
  product->price = price - price % 10 + 9;
  product->cost =
      product->price * random_between(random, (int32_t)category->cost_low, (int32_t)category->cost_high) / 100;
  product->launched = -random_between(random, 30, 1500);
  product->stopped = DAYS;
  if (random_chance(random, LATE_LAUNCH_PERMILLE)) {
    product->launched = random_between(random, 40, DAYS - 60);
  } else if (random_chance(random, STOPPED_PERMILLE)) {
    product->stopped = random_between(random, 240, DAYS - 150);
  }
}

/* Popularity by rank as Zipf has it, the ranks dealt at random over all categories. */
static int make_products(struct chain *chain)
{
  uint32_t *ranks = calloc(chain->product_count, sizeof *ranks);
  uint32_t category, i, at = 0;
  if (ranks == NULL) {
    return 0;
  }
  for (i = 0; i < chain->product_count; i++) {
    ranks[i] = i;
  }
  shuffle(&chain->random, ranks, chain->product_count);
  for (category = 0; category < CATEGORY_COUNT; category++) {
    for (i = 0; i < CATEGORIES[category].products; i++, at++) {
      make_product(&chain->random, &CATEGORIES[category], &chain->products[at]);
      chain->popularity[at] = 1000000 / (ranks[at] + 12);
      chain->trade[at] = chain->popularity[at] * CATEGORIES[category].trade;
    }
  }
  free(ranks);
  return 1;
}

uint32_t random_branch(struct random *random)
{
  uint32_t weights[BRANCH_COUNT], i;
  for (i = 0; i < BRANCH_COUNT; i++) {
    weights[i] = BRANCHES[i].weight;
  }
  return random_weighted(random, weights, BRANCH_COUNT);
}

static const char *random_origin(struct random *random)
{
  uint32_t weights[ORIGIN_COUNT], i;
  for (i = 0; i < ORIGIN_COUNT; i++) {
    weights[i] = ORIGINS[i].weight;
  }
  return ORIGINS[random_weighted(random, weights, ORIGIN_COUNT)].name;
}

/* How a member of a class behaves. */
static void make_habits(struct random *random, struct member *member)
{
  static const uint32_t OFFICE_CYCLES[] = {49, 56, 63, 63, 77, 91};
  switch (member->class) {
  case VIP:
    member->segment = random_chance(random, 750) ? "plus" : "standard";
    member->cycle = (uint32_t)random_between(random, 14, 36);
    member->taste = (uint32_t)random_between(random, 75, 135);
    member->leave_permille /= 6;
    break;
  case CORPORATE:
    member->segment = "trade";
    member->cycle = OFFICE_CYCLES[random_below(random, sizeof OFFICE_CYCLES / sizeof OFFICE_CYCLES[0])];
    member->taste = (uint32_t)random_between(random, 65, 150);
    member->leave_permille = 0;
    break;
  case ORDINARY:
  case SILENT:
    member->segment = random_chance(random, 90) ? "plus" : "standard";
    member->cycle = 6 + (uint32_t)((random_lognormal(random, 62) * 23) >> 16);
    member->taste = (uint32_t)((random_lognormal(random, 35) * 100) >> 16);
    break;
  }
}

static void make_member(struct random *random, enum member_class class, int32_t joined, struct member *member)
{
  member->class = class;
  member->joined = joined;
  member->branch = random_branch(random);
  member->region = random_chance(random, 820) ? member->branch : random_branch(random);
  member->origin = random_origin(random);
  if (class == CORPORATE) {
    member->origin = "sales-visit";
  }
  make_habits(random, member);
}

/* Classes are dealt at random within a cohort; joining is spread evenly over its days. */
static int make_members(struct chain *chain)
{
  uint32_t *classes = calloc(chain->member_count, sizeof *classes);
  uint32_t cohort, i, at = 0;
  if (classes == NULL) {
    return 0;
  }
  for (cohort = 0; cohort < COHORT_COUNT; cohort++) {
    const struct cohort *now = &COHORTS[cohort];
    uint32_t days = (uint32_t)(now->to - now->from);
    uint32_t vip = chain->plain ? 0 : now->vip, corporate = chain->plain ? 0 : now->corporate;
    for (i = 0; i < now->members; i++) {
      classes[i] = i < vip                             ? VIP
                   : i < vip + corporate               ? CORPORATE
                   : i < vip + corporate + now->silent ? SILENT
                                                       : ORDINARY;
    }
    shuffle(&chain->random, classes, now->members);
    for (i = 0; i < now->members; i++, at++) {
      chain->members[at].leave_permille = chain->plain ? PLAIN_LEAVE_PERMILLE : now->leave_permille;
      make_member(&chain->random, (enum member_class)classes[i], now->from + (int32_t)(i * days / now->members),
                  &chain->members[at]);
    }
  }
  free(classes);
  return 1;
}

int chain_create(struct chain *chain, int plain)
{
  memset(chain, 0, sizeof *chain);
  chain->plain = plain;
  chain->random.state = SEED;
  chain->plants.state = mix(SEED);
  chain->farewells.state = mix(mix(SEED) + 1);
  return allocate(chain) && make_products(chain) && make_members(chain);
}
