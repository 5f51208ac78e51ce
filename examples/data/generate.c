/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
/*
 * Makes the sample data of the examples, and big sales files for load tests.
 *
 *   generate DIRECTORY
 *       writes sales.csv, customers.csv and products.csv: three years of a membership supermarket chain with five
 *       branches. They are made to hold the questions that such a chain asks: members grow steadily while revenue
 *       stands still (each new member comes less often and leaves sooner); most members come often and spend little;
 *       a few spend a lot at a time; a few corporate buyers come rarely, at regular intervals, in business hours, with
 *       huge tickets. Beside them: walk-in sales without a member, returns, members who lapse, some who come back,
 *       some who never bought, products launched late and products that stopped selling.
 *
 *   generate --lines N --customers M [--seed S] FILE
 *       writes one sales file of N lines, its documents spread over 36 months in the order of their days, each with a
 *       customer drawn at random. It is streamed: N is limited by the disk alone.
 *
 * Nobody in the data is real. The same arguments give the same bytes on every platform: integers only, an own random
 * generator, no clock, no locale.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The story: tables ---- */

enum {
  FIRST_DAY = 19358, /* 2023-01-01, in days since 1970-01-01; days below are counted from it */
  DAYS = 1096,       /* up to and including 2025-12-31 */
  FIRST_MEMBER = 1001,
  FIRST_DOCUMENT = 10001,
  STAFF_PER_BRANCH = 4,
  MAX_LINES = 8,
  HOURS = 24,
  DAY_MINUTES = 24 * 60
};

static const uint64_t SAMPLE_SEED = 20230145;

enum member_class { ORDINARY, VIP, CORPORATE, SILENT };

/* Members by the time they joined. The later they come, the sooner they leave (chance after each visit). */
struct cohort {
  int32_t from, to; /* days of joining, half-open */
  uint32_t members, vip, corporate, silent;
  uint32_t leave_permille;
};

static const struct cohort COHORTS[] = {
    {-1400, 0, 290, 16, 7, 1, 7},
    {0, 365, 86, 4, 1, 2, 22},
    {365, 731, 114, 4, 1, 3, 45},
    {731, 1086, 150, 4, 1, 5, 80},
};

/* How many days' worth of appetite a visit takes, in percent, at the start of each half-year: members come less
 * often. */
static const int32_t PACE[] = {100, 114, 129, 143, 157, 170, 182};

static const uint32_t MONTH_VISITS[12] = {91, 93, 97, 99, 100, 98, 94, 92, 99, 101, 106, 130};
static const uint32_t MONTH_BASKET[12] = {100, 98, 100, 100, 100, 100, 98, 98, 100, 100, 104, 118};
static const uint32_t WEEKDAY_VISITS[7] = {105, 80, 82, 88, 96, 122, 127}; /* from Sunday */

static const uint32_t HOURS_WEEKDAY[HOURS] = {0, 0, 0, 0, 0, 0,  0,  0,  3, 5, 6, 7,
                                              8, 6, 5, 6, 9, 14, 15, 10, 6, 2, 0, 0};
static const uint32_t HOURS_WEEKEND[HOURS] = {0,  0, 0, 0,  0,  0, 0, 0, 3, 8, 12, 13,
                                              10, 8, 9, 10, 10, 8, 6, 4, 2, 1, 0,  0};
static const uint32_t HOURS_OFFICE[HOURS] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 8, 2, 3, 8, 7, 4, 0, 0, 0, 0, 0, 0, 0};

struct branch {
  const char *name;
  const char *region;
  uint32_t weight;
};

static const struct branch BRANCHES[] = {
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

struct category {
  const char *name;
  uint32_t products;
  int32_t low, high;            /* list price, cents */
  uint32_t cost_low, cost_high; /* unit cost, percent of the price */
  uint32_t trade;               /* how much corporate buyers want it */
  int weighed;                  /* sold by the kilogram */
};

static const struct category CATEGORIES[] = {
    {"fresh", 28, 160, 1490, 62, 74, 0, 1},     {"bakery", 16, 110, 590, 45, 60, 1, 0},
    {"dairy", 20, 119, 890, 68, 80, 1, 0},      {"pantry", 34, 99, 1290, 66, 80, 4, 0},
    {"drinks", 24, 89, 1890, 64, 80, 6, 0},     {"frozen", 14, 249, 1190, 62, 74, 1, 0},
    {"household", 22, 149, 1990, 58, 74, 5, 0}, {"care", 18, 199, 1790, 52, 68, 0, 0},
    {"office", 8, 299, 2490, 60, 72, 6, 0},
};

enum {
  BRANCH_COUNT = sizeof BRANCHES / sizeof BRANCHES[0],
  ORIGIN_COUNT = sizeof ORIGINS / sizeof ORIGINS[0],
  COHORT_COUNT = sizeof COHORTS / sizeof COHORTS[0],
  CATEGORY_COUNT = sizeof CATEGORIES / sizeof CATEGORIES[0],
  PACE_COUNT = sizeof PACE / sizeof PACE[0]
};

enum {
  VISIT_UNIT = 100 * 100,       /* appetite of an average day */
  WALK_IN_SLOTS = 6,            /* walk-in documents of a day at most */
  WALK_IN_PERMILLE = 250,       /* the chance of each slot on an average day */
  AWAY_FROM_HOME_PERMILLE = 90, /* visits at another branch than the member's own */
  COME_BACK_PERMILLE = 170,     /* of those who left */
  SPECIAL_PERMILLE = 55,        /* products on special offer in a week */
  RETURN_PERMILLE = 23,         /* of lines that can be returned */
  LATE_LAUNCH_PERMILLE = 85,
  STOPPED_PERMILLE = 50
};

/* ---- Random numbers: splitmix64 ---- */

struct random {
  uint64_t state;
};

static uint64_t mix(uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t random_bits(struct random *random)
{
  random->state += UINT64_C(0x9e3779b97f4a7c15);
  return mix(random->state);
}

/* 0 to bound - 1. */
static uint32_t random_below(struct random *random, uint32_t bound)
{
  return (uint32_t)(((random_bits(random) >> 32) * bound) >> 32);
}

static int32_t random_between(struct random *random, int32_t low, int32_t high)
{
  return low + (int32_t)random_below(random, (uint32_t)(high - low + 1));
}

static int random_chance(struct random *random, uint32_t permille)
{
  return random_below(random, 1000) < permille;
}

static uint32_t random_weighted(struct random *random, const uint32_t *weights, uint32_t count)
{
  uint32_t total = 0, i, at;
  for (i = 0; i < count; i++) {
    total += weights[i];
  }
  at = random_below(random, total);
  for (i = 0; at >= weights[i]; i++) {
    at -= weights[i];
  }
  return i;
}

/* 2^(exponent / 65536) in units of 1 / 65536, for exponents from -16 to 16 (times 65536); linear between sixteenths. */
static uint64_t power_of_two(int32_t exponent)
{
  static const uint32_t SIXTEENTHS[17] = {65536, 68438,  71468,  74632,  77936,  81386,  84990,  88752, 92682,
                                          96785, 101070, 105545, 110218, 115098, 120194, 125515, 131072};
  uint32_t shifted = (uint32_t)(exponent + 16 * 65536);
  uint32_t slot = (shifted & 0xffff) >> 12, rest = shifted & 0xfff;
  uint64_t low = SIXTEENTHS[slot], high = SIXTEENTHS[slot + 1];
  return ((low + (((high - low) * rest) >> 12)) << (shifted >> 16)) >> 16;
}

/* About lognormal with median 65536; sigma in hundredths, up to 150. A sum of four uniform numbers is nearly normal;
   its deviation is 37837, which a fortieth of it brings to log2(e) hundredths. */
static uint64_t random_lognormal(struct random *random, int32_t sigma)
{
  uint64_t bits = random_bits(random);
  int32_t sum = (int32_t)((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
  return power_of_two((sum - 131070) / 40 * sigma);
}

/* ---- Writing ---- */

struct writer {
  FILE *file;
  int failed;
  size_t used;
  char buffer[1 << 16];
};

static void writer_flush(struct writer *writer)
{
  if (fwrite(writer->buffer, 1, writer->used, writer->file) != writer->used) {
    writer->failed = 1;
  }
  writer->used = 0;
}

static void put_char(struct writer *writer, char c)
{
  if (writer->used == sizeof writer->buffer) {
    writer_flush(writer);
  }
  writer->buffer[writer->used++] = c;
}

static void put_text(struct writer *writer, const char *text)
{
  while (*text != '\0') {
    put_char(writer, *text++);
  }
}

/* A number of at least so many digits. */
static void put_digits(struct writer *writer, uint64_t value, int digits)
{
  char reversed[20];
  int count = 0;
  while (value > 0 || count < digits) {
    reversed[count++] = (char)('0' + value % 10);
    value /= 10;
  }
  while (count > 0) {
    put_char(writer, reversed[--count]);
  }
}

static void put_field(struct writer *writer, uint64_t value)
{
  put_digits(writer, value, 1);
  put_char(writer, ',');
}

static void put_text_field(struct writer *writer, const char *text)
{
  put_text(writer, text);
  put_char(writer, ',');
}

static void put_money(struct writer *writer, int64_t cents)
{
  put_digits(writer, (uint64_t)cents / 100, 1);
  put_char(writer, '.');
  put_digits(writer, (uint64_t)cents % 100, 2);
}

static void put_money_field(struct writer *writer, int64_t cents)
{
  put_money(writer, cents);
  put_char(writer, ',');
}

/* Thousandths, without the zeros that say nothing. */
static void put_quantity_field(struct writer *writer, int64_t thousandths)
{
  uint64_t rest = (uint64_t)thousandths % 1000;
  put_digits(writer, (uint64_t)thousandths / 1000, 1);
  if (rest > 0) {
    int digits = 3;
    while (rest % 10 == 0) {
      rest /= 10;
      digits--;
    }
    put_char(writer, '.');
    put_digits(writer, rest, digits);
  }
  put_char(writer, ',');
}

static void put_product(struct writer *writer, uint32_t product)
{
  put_char(writer, 'P');
  put_digits(writer, product + 1, 4);
}

struct date {
  int32_t year, month, day;
};

/* The Gregorian calendar counted from 1 March, where the leap day is the last of its year. */
static struct date date_of(int32_t day)
{
  struct date date;
  int32_t since = FIRST_DAY + day + 719468; /* days since 0000-03-01 */
  int32_t era = since / 146097, in_era = since % 146097;
  int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
  int32_t from_march = (5 * in_year + 2) / 153;
  date.day = in_year - (153 * from_march + 2) / 5 + 1;
  date.month = from_march < 10 ? from_march + 3 : from_march - 9;
  date.year = era * 400 + year + (date.month <= 2);
  return date;
}

/* 0 is Sunday: the first day was one. */
static uint32_t weekday_of(int32_t day)
{
  return (uint32_t)day % 7;
}

static void put_date(struct writer *writer, int32_t day)
{
  struct date date = date_of(day);
  put_digits(writer, (uint64_t)date.year, 4);
  put_char(writer, '-');
  put_digits(writer, (uint64_t)date.month, 2);
  put_char(writer, '-');
  put_digits(writer, (uint64_t)date.day, 2);
}

static void put_time(struct writer *writer, int32_t day, uint32_t minute)
{
  put_date(writer, day);
  put_char(writer, ' ');
  put_digits(writer, minute / 60, 2);
  put_char(writer, ':');
  put_digits(writer, minute % 60, 2);
}

static struct writer *writer_open(const char *path)
{
  struct writer *writer = malloc(sizeof *writer);
  if (writer == NULL) {
    fprintf(stderr, "generate: out of memory\n");
    return NULL;
  }
  writer->failed = 0;
  writer->used = 0;
  writer->file = fopen(path, "wb");
  if (writer->file == NULL) {
    fprintf(stderr, "generate: cannot write %s\n", path);
    free(writer);
    return NULL;
  }
  return writer;
}

/* 1 when all of it has been written. */
static int writer_close(struct writer *writer, const char *path)
{
  int good;
  writer_flush(writer);
  good = fclose(writer->file) == 0 && !writer->failed;
  if (!good) {
    fprintf(stderr, "generate: cannot write all of %s\n", path);
  }
  free(writer);
  return good;
}

/* ---- The chain: products, members, documents ---- */

struct product {
  const struct category *category;
  int32_t price, cost; /* cents */
  int32_t launched;    /* day */
  int32_t stopped;     /* day from which it is sold no more */
  uint32_t popularity;
};

struct member {
  enum member_class class;
  uint32_t branch, region, origin;
  const char *segment;
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
  int32_t member;    /* -1: walk-in */
  int is_return;
  uint32_t branch, staff;
  uint32_t line_count;
  struct line lines[MAX_LINES];
};

struct chain {
  struct random random;
  struct product *products;
  uint32_t *popularity; /* of each product, for drawing */
  uint32_t *trade;      /* the same for corporate buyers */
  uint32_t product_count;
  struct member *members;
  uint32_t member_count;
  struct document *documents;
  size_t document_count, document_capacity;
};

static void chain_destroy(struct chain *chain)
{
  free(chain->products);
  free(chain->popularity);
  free(chain->trade);
  free(chain->members);
  free(chain->documents);
}

static int chain_create(struct chain *chain)
{
  uint32_t i;
  memset(chain, 0, sizeof *chain);
  chain->random.state = SAMPLE_SEED;
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

static uint32_t random_branch(struct random *random)
{
  uint32_t weights[BRANCH_COUNT], i;
  for (i = 0; i < BRANCH_COUNT; i++) {
    weights[i] = BRANCHES[i].weight;
  }
  return random_weighted(random, weights, BRANCH_COUNT);
}

static uint32_t random_origin(struct random *random)
{
  uint32_t weights[ORIGIN_COUNT], i;
  for (i = 0; i < ORIGIN_COUNT; i++) {
    weights[i] = ORIGINS[i].weight;
  }
  return random_weighted(random, weights, ORIGIN_COUNT);
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
    for (i = 0; i < now->members; i++) {
      classes[i] = i < now->vip                                  ? VIP
                   : i < now->vip + now->corporate               ? CORPORATE
                   : i < now->vip + now->corporate + now->silent ? SILENT
                                                                 : ORDINARY;
    }
    shuffle(&chain->random, classes, now->members);
    for (i = 0; i < now->members; i++, at++) {
      chain->members[at].leave_permille = now->leave_permille;
      make_member(&chain->random, (enum member_class)classes[i], now->from + (int32_t)(i * days / now->members),
                  &chain->members[at]);
    }
  }
  free(classes);
  return 1;
}

/* ---- Baskets ---- */

/* How a basket is filled: the chance of another line and of another unit, and how choosy about price. */
struct basket {
  uint32_t more_lines, more_units; /* per mille */
  int prefers_price;
  int trade;
  uint32_t percent; /* corporate: size of the order */
};

static uint32_t limited(uint32_t value, uint32_t limit)
{
  return value < limit ? value : limit;
}

static struct basket basket_of(const struct member *member, uint32_t month)
{
  struct basket basket = {370, 420, 1, 0, 100};
  uint32_t percent = MONTH_BASKET[month];
  if (member != NULL) {
    percent = percent * member->taste / 100;
    if (member->class == ORDINARY) {
      basket.more_lines = 190;
      basket.more_units = 300;
      basket.prefers_price = 0;
    } else if (member->class == VIP) {
      basket.more_lines = 640;
      basket.more_units = 510;
    } else {
      basket.trade = 1;
    }
  }
  basket.more_lines = limited(basket.more_lines * percent / 100, 800);
  basket.more_units = limited(basket.more_units * percent / 100, 750);
  basket.percent = percent;
  return basket;
}

static int is_sold(const struct product *product, int32_t day)
{
  return product->launched <= day && day < product->stopped;
}

static int holds(const struct document *document, uint32_t product)
{
  uint32_t i;
  for (i = 0; i < document->line_count; i++) {
    if (document->lines[i].product == product) {
      return 1;
    }
  }
  return 0;
}

/* A product that is sold on the day and not yet in the basket. */
static uint32_t draw_product(struct chain *chain, const struct document *document, const uint32_t *weights)
{
  uint32_t product;
  do {
    product = random_weighted(&chain->random, weights, chain->product_count);
  } while (!is_sold(&chain->products[product], document->day) || holds(document, product));
  return product;
}

static uint32_t choose_product(struct chain *chain, const struct document *document, const struct basket *basket)
{
  const uint32_t *weights = basket->trade ? chain->trade : chain->popularity;
  uint32_t first = draw_product(chain, document, weights), second;
  if (!basket->prefers_price) {
    return first;
  }
  second = draw_product(chain, document, weights);
  return chain->products[second].price > chain->products[first].price ? second : first;
}

static int64_t choose_quantity(struct random *random, const struct basket *basket, const struct product *product)
{
  int64_t units = 1;
  if (basket->trade) {
    return (int64_t)((uint32_t)random_between(random, 5, 11) * basket->percent / 100 + 1) * 1000;
  }
  while (units < 12 && random_chance(random, basket->more_units)) {
    units++;
  }
  return product->category->weighed ? units * random_between(random, 50, 240) * 5 : units * 1000;
}

/* Percent off: the week's special offers for all, a trade rate for corporate buyers. */
static int64_t discount_percent(const struct basket *basket, uint32_t product, int32_t day)
{
  uint64_t hash = mix((uint64_t)product * 1009 + (uint64_t)(day / 7) + 1);
  if (basket->trade) {
    return 6;
  }
  return hash % 1000 < SPECIAL_PERMILLE ? 10 + (int64_t)(hash >> 32) % 4 * 5 : 0;
}

/* The shelf price stands still while suppliers ask a little more every year. */
static int64_t cost_permille(int32_t day)
{
  return 970 + 30 * (int64_t)day / DAYS;
}

static int64_t divide_rounded(int64_t value, int64_t by)
{
  return (value + by / 2) / by;
}

static void add_line(struct chain *chain, struct document *document, const struct basket *basket)
{
  struct line *line = &document->lines[document->line_count];
  const struct product *product;
  int64_t gross;
  line->product = choose_product(chain, document, basket);
  product = &chain->products[line->product];
  line->quantity = choose_quantity(&chain->random, basket, product);
  gross = divide_rounded(line->quantity * product->price, 1000);
  line->discount = divide_rounded(gross * discount_percent(basket, line->product, document->day), 100);
  line->amount = gross - line->discount;
  line->cost = divide_rounded(line->quantity * product->cost * cost_permille(document->day), 1000 * 1000);
  document->line_count++;
}

static void fill_basket(struct chain *chain, struct document *document)
{
  const struct member *member = document->member < 0 ? NULL : &chain->members[document->member];
  struct basket basket = basket_of(member, (uint32_t)date_of(document->day).month - 1);
  uint32_t fixed = basket.trade ? 4 + random_below(&chain->random, 4) : 1;
  while (document->line_count < fixed ||
         (!basket.trade && document->line_count < MAX_LINES && random_chance(&chain->random, basket.more_lines))) {
    add_line(chain, document, &basket);
  }
}

/* ---- Visits ---- */

static struct document *new_document(struct chain *chain)
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

/* A later document takes one line back, whole, or in part where there is a lot of it. */
static int add_return(struct chain *chain, size_t sale_at, const struct line *sold)
{
  struct document *back = new_document(chain);
  const struct document *sale;
  struct line *line;
  if (back == NULL) {
    return 0;
  }
  sale = &chain->documents[sale_at];
  back->day = sale->day + random_between(&chain->random, 1, 12);
  back->minute = random_minute(&chain->random, back->day, 0);
  back->member = sale->member;
  back->is_return = 1;
  back->branch = sale->branch;
  back->staff = sale->branch * STAFF_PER_BRANCH;
  back->line_count = 1;
  line = &back->lines[0];
  *line = *sold;
  if (sold->quantity > 6000) {
    line->quantity = sold->quantity / 3000 * 1000;
    line->amount = divide_rounded(sold->amount * line->quantity, sold->quantity);
    line->discount = divide_rounded(sold->discount * line->quantity, sold->quantity);
    line->cost = divide_rounded(sold->cost * line->quantity, sold->quantity);
  }
  if (back->day >= DAYS) {
    chain->document_count--;
  }
  return 1;
}

static int add_returns(struct chain *chain, size_t sale_at)
{
  uint32_t i;
  for (i = 0; i < chain->documents[sale_at].line_count; i++) {
    struct line sold = chain->documents[sale_at].lines[i];
    if (!chain->products[sold.product].category->weighed && random_chance(&chain->random, RETURN_PERMILLE) &&
        !add_return(chain, sale_at, &sold)) {
      return 0;
    }
  }
  return 1;
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
  fill_basket(chain, document);
  return add_returns(chain, at);
}

/* The chain's average day is VISIT_UNIT. */
static uint32_t visits_of_day(int32_t day)
{
  return MONTH_VISITS[date_of(day).month - 1] * WEEKDAY_VISITS[weekday_of(day)];
}

static uint32_t appetite_of_day(int32_t day)
{
  int32_t at = day * (PACE_COUNT - 1), slot = at / DAYS;
  int32_t pace = PACE[slot] * DAYS + (PACE[slot + 1] - PACE[slot]) * (at % DAYS);
  return (uint32_t)((uint64_t)visits_of_day(day) * 100 * DAYS / (uint32_t)pace);
}

/* What has to gather until the next visit. */
static uint32_t next_need(struct random *random, const struct member *member)
{
  return member->cycle * (uint32_t)random_between(random, 20, 180) * (VISIT_UNIT / 100);
}

/* Appetite gathers day by day; when it is enough, the member comes. Some then leave, and some of these come back. */
static int visit_as_person(struct chain *chain, uint32_t index)
{
  const struct member *member = &chain->members[index];
  struct random *random = &chain->random;
  uint32_t need = next_need(random, member), gathered = 0;
  int32_t day = member->joined < 0 ? 0 : member->joined;
  if (member->joined < 0) {
    gathered = random_below(random, need);
  } else if (random_chance(random, 720)) {
    gathered = need;
  }
  while (day < DAYS) {
    gathered += appetite_of_day(day);
    if (gathered >= need) {
      if (!add_visit(chain, (int32_t)index, day)) {
        return 0;
      }
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
      if (random_chance(&chain->random, chance) && !add_visit(chain, -1, day)) {
        return 0;
      }
    }
  }
  return 1;
}

static int make_visits(struct chain *chain)
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
  return visit_as_walk_in(chain);
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

/* ---- The sample's files ---- */

static void put_sales_line(struct writer *writer, const struct chain *chain, size_t at, const struct line *line)
{
  const struct document *document = &chain->documents[at];
  put_field(writer, FIRST_DOCUMENT + at);
  put_time(writer, document->day, document->minute);
  put_char(writer, ',');
  if (document->member >= 0) {
    put_digits(writer, FIRST_MEMBER + (uint64_t)document->member, 1);
  }
  put_char(writer, ',');
  put_text_field(writer, document->is_return ? "return" : "sale");
  put_product(writer, line->product);
  put_char(writer, ',');
  put_quantity_field(writer, line->quantity);
  put_money_field(writer, chain->products[line->product].price);
  put_money_field(writer, line->amount);
  if (line->discount > 0) {
    put_money(writer, line->discount);
  }
  put_char(writer, ',');
  put_money_field(writer, line->cost);
  put_text_field(writer, BRANCHES[document->branch].name);
  put_digits(writer, 11 + document->staff, 1);
  put_char(writer, '\n');
}

static void put_sales(struct writer *writer, const struct chain *chain)
{
  size_t at;
  uint32_t i;
  put_text(writer, "document,time,customer,kind,product,quantity,price,amount,discount,cost,branch,staff\n");
  for (at = 0; at < chain->document_count; at++) {
    for (i = 0; i < chain->documents[at].line_count; i++) {
      put_sales_line(writer, chain, at, &chain->documents[at].lines[i]);
    }
  }
}

static void put_customers(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  put_text(writer, "customer,kind,region,segment,origin,joined\n");
  for (i = 0; i < chain->member_count; i++) {
    const struct member *member = &chain->members[i];
    int business = member->class == CORPORATE;
    put_field(writer, FIRST_MEMBER + i);
    put_text_field(writer, business ? "business" : "person");
    put_text_field(writer, BRANCHES[member->region].region);
    put_text_field(writer, member->segment);
    put_text_field(writer, business ? "sales-visit" : ORIGINS[member->origin].name);
    put_date(writer, member->joined);
    put_char(writer, '\n');
  }
}

static void put_products(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  put_text(writer, "product,category,list_price,unit_cost,launched\n");
  for (i = 0; i < chain->product_count; i++) {
    const struct product *product = &chain->products[i];
    put_product(writer, i);
    put_char(writer, ',');
    put_text_field(writer, product->category->name);
    put_money_field(writer, product->price);
    put_money_field(writer, product->cost);
    put_date(writer, product->launched);
    put_char(writer, '\n');
  }
}

static int write_file(const struct chain *chain, const char *directory, const char *name,
                      void (*put)(struct writer *, const struct chain *))
{
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  struct writer *writer;
  int good = 0;
  if (path == NULL) {
    fprintf(stderr, "generate: out of memory\n");
    return 0;
  }
  snprintf(path, size, "%s/%s", directory, name);
  writer = writer_open(path);
  if (writer != NULL) {
    put(writer, chain);
    good = writer_close(writer, path);
  }
  free(path);
  return good;
}

static int generate_sample(const char *directory)
{
  struct chain chain;
  int good = chain_create(&chain) && make_products(&chain) && make_members(&chain) && make_visits(&chain);
  if (good) {
    qsort(chain.documents, chain.document_count, sizeof *chain.documents, compare_documents);
    good = write_file(&chain, directory, "sales.csv", put_sales) &&
           write_file(&chain, directory, "customers.csv", put_customers) &&
           write_file(&chain, directory, "products.csv", put_products);
  } else {
    fprintf(stderr, "generate: out of memory\n");
  }
  chain_destroy(&chain);
  return good;
}

/* ---- A big file ---- */

enum {
  LOAD_PRODUCTS = 20000,
  LOAD_BRANCHES = 200,
  LOAD_MORE_LINES = 545, /* per mille: 2.2 lines a document */
  LOAD_LINES_LIMIT = 60, /* of a document */
  LOAD_LINE_CENTS = 350,
  LOAD_FIRST_CUSTOMER = 1000001,
  LOAD_FIRST_DOCUMENT = 1
};

/* Zipf-like: each doubling of the rank is as likely as the one before it. */
static uint32_t random_zipf(struct random *random, uint32_t count)
{
  uint32_t rank;
  do {
    uint32_t base = UINT32_C(1) << random_below(random, 15);
    rank = base + random_below(random, base);
  } while (rank > count);
  return rank;
}

/* Heavy-tailed: a Pareto of exponent 1 from 1 to 1000, in thousandths; always the same for a customer. */
static int64_t spending_of(uint32_t customer, uint64_t seed)
{
  uint64_t place = 1000 + mix(mix(seed) ^ customer) % 999001;
  return (int64_t)(UINT64_C(1000000000) / place);
}

struct load_document {
  uint64_t number;
  int32_t day;
  uint32_t minute, customer, branch;
  int64_t line_cents; /* of an average line */
};

static void put_load_line(struct writer *writer, struct random *random, const struct load_document *document,
                          uint32_t line)
{
  int64_t amount = document->line_cents * random_between(random, 40, 160) / 100 + 1;
  put_field(writer, document->number);
  put_field(writer, line);
  put_time(writer, document->day, document->minute);
  put_char(writer, ',');
  put_field(writer, (uint64_t)LOAD_FIRST_CUSTOMER + document->customer);
  put_field(writer, random_zipf(random, LOAD_PRODUCTS));
  put_field(writer, 1 + random_below(random, 1 + random_below(random, 8)));
  put_money_field(writer, amount);
  put_money_field(writer, amount * random_between(random, 55, 85) / 100);
  put_digits(writer, 1 + document->branch, 1);
  put_char(writer, '\n');
}

static int generate_load(uint64_t lines, uint32_t customers, uint64_t seed, const char *path)
{
  struct random random;
  struct load_document document = {LOAD_FIRST_DOCUMENT, 0, 0, 0, 0, 0};
  uint64_t written = 0;
  struct writer *writer = writer_open(path);
  if (writer == NULL) {
    return 0;
  }
  random.state = mix(seed);
  put_text(writer, "document,line,time,customer,product,quantity,amount,cost,branch\n");
  while (written < lines) {
    uint32_t line = 1;
    document.day = (int32_t)(written * DAYS / lines);
    document.minute = 8 * 60 + random_below(&random, 14 * 60);
    document.customer = random_below(&random, customers);
    document.branch = random_below(&random, LOAD_BRANCHES);
    document.line_cents = (int64_t)((random_lognormal(&random, 80) * LOAD_LINE_CENTS) >> 16) *
                          spending_of(document.customer, seed) / 1000;
    do {
      put_load_line(writer, &random, &document, line++);
      written++;
    } while (written < lines && line <= LOAD_LINES_LIMIT && random_chance(&random, LOAD_MORE_LINES));
    document.number++;
  }
  return writer_close(writer, path);
}

/* ---- Arguments ---- */

static int usage(void)
{
  fprintf(stderr, "usage: generate DIRECTORY\n"
                  "       generate --lines N --customers M [--seed S] FILE\n");
  return 2;
}

/* Digits only, at most 18 of them. */
static int parse_number(const char *text, uint64_t *number)
{
  uint64_t value = 0;
  size_t i;
  for (i = 0; text[i] != '\0'; i++) {
    if (text[i] < '0' || text[i] > '9' || i == 18) {
      return 0;
    }
    value = value * 10 + (uint64_t)(text[i] - '0');
  }
  *number = value;
  return i > 0;
}

int main(int argc, char **argv)
{
  uint64_t lines = 0, customers = 0, seed = 1;
  const char *target = NULL;
  int i, good;
  for (i = 1; i < argc; i++) {
    uint64_t *number = strcmp(argv[i], "--lines") == 0       ? &lines
                       : strcmp(argv[i], "--customers") == 0 ? &customers
                       : strcmp(argv[i], "--seed") == 0      ? &seed
                                                             : NULL;
    if (number != NULL) {
      if (i + 1 == argc || !parse_number(argv[++i], number)) {
        return usage();
      }
    } else if (target != NULL || argv[i][0] == '-') {
      return usage();
    } else {
      target = argv[i];
    }
  }
  if (target == NULL || (lines == 0) != (customers == 0) || customers > 1000000000 ||
      lines > UINT64_C(1000000000000000)) {
    return usage();
  }
  good = lines == 0 ? generate_sample(target) : generate_load(lines, (uint32_t)customers, seed, target);
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
