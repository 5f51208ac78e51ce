/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */

/* Data for the benchmarks:  generate LINES CUSTOMERS SEED DIRECTORY [csv]
 *
 * 36 months of sales lines in the order of time, ids of customers random with regard to it. Customers come over time,
 * buy at a rate of their own (gamma: visits are about negative binomial) and leave; 2.2 lines a document; 20000
 * products by Zipf(1.05); lognormal amounts times a factor of the customer's (Pareto 1.7). Written as raw little-endian
 * columns, a file each, for every engine to read into its own memory format; or, with csv, as one CSV file. */

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_DAY 19358        /* 2023-01-01 in days since 1970-01-01 */
#define DAYS 1096              /* to 2025-12-31 */
#define DAY 86400
#define OPENS (8 * 3600)
#define OPEN (14 * 3600)
#define PRODUCTS 20000
#define BRANCHES 200
#define LINES_A_DOCUMENT 2.2
#define SPARE 1.03             /* documents are drawn beyond the need, and as many left out */
#define SHAPE 0.8              /* of the gamma distribution of rates */
#define LIFE 540.0             /* mean days until a customer leaves */
#define EARLY 0.3              /* of the customers come in the first half-year, the others evenly */
#define BLOCK 65536            /* lines that are written together */

/* ---- Random numbers: splitmix64, a stream for each thing drawn ---- */

static uint64_t mix(uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t stream(uint64_t seed, uint64_t what, uint64_t which)
{
  return mix(seed + mix(what * UINT64_C(0x9e3779b97f4a7c15) + mix(which)));
}

static uint64_t draw_bits(uint64_t *state)
{
  *state += UINT64_C(0x9e3779b97f4a7c15);
  return mix(*state);
}

/* Above 0, at most 1. */
static double draw(uint64_t *state)
{
  return ((double)(draw_bits(state) >> 11) + 1.0) / 9007199254740992.0;
}

static uint32_t draw_below(uint64_t *state, uint32_t bound)
{
  return (uint32_t)(((draw_bits(state) >> 32) * bound) >> 32);
}

static double draw_exponential(uint64_t *state)
{
  return -log(draw(state));
}

static double draw_normal(uint64_t *state)
{
  double radius = sqrt(2.0 * draw_exponential(state));
  return radius * cos(6.283185307179586 * draw(state));
}

/* Marsaglia and Tsang for shape + 1, then brought down to a shape under 1. */
static double draw_gamma(uint64_t *state, double shape)
{
  double d = shape + 1.0 - 1.0 / 3.0;
  double c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    double x = draw_normal(state);
    double v = (1.0 + c * x) * (1.0 + c * x) * (1.0 + c * x);
    if (v > 0.0 && log(draw(state)) < 0.5 * x * x + d - d * v + d * log(v)) {
      return d * v * pow(draw(state), 1.0 / shape);
    }
  }
}

/* ---- The world ---- */

enum { WHAT_CUSTOMER = 1, WHAT_PRODUCT, WHAT_DOCUMENT, WHAT_KEY, WHAT_LEFT_OUT };

typedef struct world {
  uint64_t seed;
  uint64_t lines;
  uint64_t customers;
  double cumulative[PRODUCTS];   /* Zipf by rank */
  uint32_t product_at[PRODUCTS]; /* the id at a rank */
  double price[PRODUCTS];        /* cents */
  double cost[PRODUCTS];         /* of the price */
} world;

typedef struct life {
  double joined;   /* days from the first */
  double stays;    /* days until the customer leaves or the data end */
  double rate;     /* visits a day, before scaling */
  uint64_t state;  /* of the customer's stream from here on */
} life;

static life live(const world *w, uint64_t customer)
{
  life l;
  double left;
  l.state = stream(w->seed, WHAT_CUSTOMER, customer);
  l.joined = draw(&l.state) < EARLY ? 183.0 : DAYS - 1.0;
  l.joined *= draw(&l.state);
  l.rate = draw_gamma(&l.state, SHAPE);
  left = l.joined + LIFE * draw_exponential(&l.state);
  l.stays = (left < DAYS ? left : DAYS) - l.joined;
  return l;
}

static void make_products(world *w)
{
  double sum = 0.0;
  uint32_t i;
  for (i = 0; i < PRODUCTS; i++) {
    uint64_t state = stream(w->seed, WHAT_PRODUCT, i);
    sum += pow((double)i + 1.0, -1.05);
    w->cumulative[i] = sum;
    w->price[i] = 350.0 * exp(0.8 * draw_normal(&state));
    w->cost[i] = 0.55 + 0.3 * draw(&state);
    w->product_at[i] = i;
  }
  for (i = PRODUCTS - 1; i > 0; i--) {
    uint64_t state = stream(w->seed, WHAT_PRODUCT, PRODUCTS + (uint64_t)i);
    uint32_t other = draw_below(&state, i + 1);
    uint32_t moved = w->product_at[i];
    w->product_at[i] = w->product_at[other];
    w->product_at[other] = moved;
  }
  for (i = 0; i < PRODUCTS; i++) {
    w->cumulative[i] /= sum;
  }
}

static uint32_t draw_product(const world *w, uint64_t *state)
{
  double at = draw(state);
  uint32_t low = 0;
  uint32_t high = PRODUCTS - 1;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (w->cumulative[middle] < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return w->product_at[low];
}

/* ---- Documents: second << 32 | customer, sorted ---- */

static uint64_t at_second(double day, uint64_t *state)
{
  uint64_t whole = (uint64_t)day < DAYS ? (uint64_t)day : DAYS - 1;
  return whole * DAY + OPENS + draw_below(state, OPEN);
}

/* Adds a customer's documents; answers the new count, or capacity + 1 where there is no room. */
static uint64_t add_visits(const world *w, uint64_t customer, double scale, uint64_t *documents, uint64_t count,
                           uint64_t capacity)
{
  life l = live(w, customer);
  double day = 0.0;
  do {
    if (count == capacity) {
      return capacity + 1;
    }
    documents[count++] = at_second(l.joined + day, &l.state) << 32 | customer;
    day += draw_exponential(&l.state) / (l.rate * scale + 1e-12);
  } while (day < l.stays);
  return count;
}

static void sort_documents(uint64_t *documents, uint64_t *spare, uint64_t count)
{
  static uint64_t starts[65536];
  int shift;
  for (shift = 32; shift < 64; shift += 16) {
    uint64_t sum = 0;
    uint64_t i;
    memset(starts, 0, sizeof starts);
    for (i = 0; i < count; i++) {
      starts[documents[i] >> shift & 65535]++;
    }
    for (i = 0; i < 65536; i++) {
      uint64_t here = starts[i];
      starts[i] = sum;
      sum += here;
    }
    for (i = 0; i < count; i++) {
      spare[starts[documents[i] >> shift & 65535]++] = documents[i];
    }
    memcpy(documents, spare, (size_t)count * sizeof *documents);
  }
}

/* NULL: no memory. */
static uint64_t *make_documents(const world *w, uint64_t *count)
{
  double wanted = (double)w->lines / LINES_A_DOCUMENT * SPARE;
  uint64_t capacity = (uint64_t)(wanted * 1.2) + w->customers + 1000;
  uint64_t *documents = malloc((size_t)capacity * sizeof *documents);
  uint64_t *spare = malloc((size_t)capacity * sizeof *spare);
  double exposure = 0.0;
  uint64_t i;
  *count = 0;
  for (i = 0; i < w->customers; i++) {
    life l = live(w, i);
    exposure += l.rate * l.stays;
  }
  for (i = 0; documents != NULL && spare != NULL && i < w->customers && *count <= capacity; i++) {
    *count = add_visits(w, i, (wanted - (double)w->customers) / exposure, documents, *count, capacity);
  }
  if (documents == NULL || spare == NULL || *count > capacity) {
    free(documents);
    free(spare);
    return NULL;
  }
  sort_documents(documents, spare, *count);
  free(spare);
  return documents;
}

/* Lines of a document: 1 and a geometric number more. */
static uint32_t lines_of(const world *w, uint64_t drawn)
{
  uint64_t state = stream(w->seed, WHAT_DOCUMENT, drawn);
  uint32_t lines = 1;
  while (lines < 30 && draw(&state) < 1.0 - 1.0 / LINES_A_DOCUMENT) {
    lines++;
  }
  return lines;
}

/* ---- Writing ---- */

enum { DOCUMENT, LINE, CUSTOMER, TIME, PRODUCT, BRANCH, QUANTITY, AMOUNT, COST, KEY, TEXT_KEY, COLUMNS };

#define TEXT_KEY_LENGTH 13

static const struct {
  const char *name;
  uint32_t size;
} columns[COLUMNS] = {{"document.i64", 8}, {"line.i32", 4},     {"customer.i32", 4}, {"time.i64", 8},
                      {"product.i32", 4},  {"branch.i32", 4},   {"quantity.i32", 4}, {"amount.i64", 8},
                      {"cost.i64", 8},     {"key.i64", 8},      {"key.text13", TEXT_KEY_LENGTH}};

typedef struct writer {
  const char *directory;
  FILE *files[COLUMNS];
  unsigned char *blocks[COLUMNS];
  uint32_t used;
  FILE *csv;
  int failed;
} writer;

static FILE *open_file(writer *out, const char *name)
{
  char path[4096];
  FILE *file = NULL;
  int length = snprintf(path, sizeof path, "%s/%s", out->directory, name);
  if (length > 0 && (size_t)length < sizeof path) {
    file = fopen(path, "wb");
  }
  out->failed |= file == NULL;
  return file;
}

static void open_writer(writer *out, const char *directory, int csv)
{
  int c;
  memset(out, 0, sizeof *out);
  out->directory = directory;
  if (csv) {
    out->csv = open_file(out, "sales.csv");
    out->failed |= out->csv == NULL || fputs("document,line,customer,time,product,branch,quantity,amount,cost\n",
                                             out->csv) < 0;
    return;
  }
  for (c = 0; c < COLUMNS; c++) {
    out->files[c] = open_file(out, columns[c].name);
    out->blocks[c] = malloc((size_t)BLOCK * columns[c].size);
    out->failed |= out->blocks[c] == NULL;
  }
}

static void flush(writer *out)
{
  int c;
  for (c = 0; c < COLUMNS && out->used > 0 && !out->failed; c++) {
    out->failed |= fwrite(out->blocks[c], columns[c].size, out->used, out->files[c]) != out->used;
  }
  out->used = 0;
}

static int close_writer(writer *out)
{
  int c;
  if (out->csv == NULL) {
    flush(out);
  } else {
    out->failed |= fclose(out->csv) != 0;
  }
  for (c = 0; c < COLUMNS; c++) {
    out->failed |= out->files[c] != NULL && fclose(out->files[c]) != 0;
    free(out->blocks[c]);
  }
  return !out->failed;
}

static void put_number(unsigned char *bytes, uint32_t size, int64_t value)
{
  uint32_t i;
  for (i = 0; i < size; i++) {
    bytes[i] = (unsigned char)((uint64_t)value >> (8 * i) & 255);
  }
}

static void put_text_key(unsigned char *bytes, int64_t key)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
  uint64_t rest = (uint64_t)key;
  int i;
  bytes[0] = 'C';
  for (i = 1; i < TEXT_KEY_LENGTH; i++) {
    bytes[i] = (unsigned char)digits[rest & 31];
    rest >>= 5;
  }
}

static void put_columns(writer *out, const int64_t *values)
{
  int c;
  for (c = 0; c < COLUMNS; c++) {
    unsigned char *at = out->blocks[c] + (size_t)out->used * columns[c].size;
    if (c == TEXT_KEY) {
      put_text_key(at, values[KEY]);
    } else {
      put_number(at, columns[c].size, values[c]);
    }
  }
  if (++out->used == BLOCK) {
    flush(out);
  }
}

/* Days of 2023 to 2025 as year, month, day. */
static void date_of(int32_t day, int *year, int *month, int *of_month)
{
  static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int32_t rest = day - FIRST_DAY;
  *year = 2023;
  *month = 1;
  for (;;) {
    int length = lengths[*month - 1] + (*month == 2 && *year == 2024);
    if (rest < length) {
      break;
    }
    rest -= length;
    *year += *month == 12;
    *month = *month == 12 ? 1 : *month + 1;
  }
  *of_month = (int)rest + 1;
}

static void put_csv(writer *out, const int64_t *v)
{
  int64_t second = v[TIME] / 1000000;
  int year;
  int month;
  int day;
  date_of((int32_t)(second / DAY), &year, &month, &day);
  second %= DAY;
  out->failed |=
    fprintf(out->csv,
            "%" PRId64 ",%" PRId64 ",%" PRId64 ",%04d-%02d-%02d %02d:%02d:%02d,%" PRId64 ",%" PRId64 ",%" PRId64
            ",%" PRId64 ".%02d,%" PRId64 ".%02d\n",
            v[DOCUMENT], v[LINE], v[CUSTOMER], year, month, day, (int)(second / 3600), (int)(second / 60 % 60),
            (int)(second % 60), v[PRODUCT], v[BRANCH], v[QUANTITY], v[AMOUNT] / 100, (int)(v[AMOUNT] % 100),
            v[COST] / 100, (int)(v[COST] % 100)) < 0;
}

static void put_document(const world *w, writer *out, uint64_t number, uint64_t packed, uint64_t drawn, uint32_t lines)
{
  uint64_t customer = packed & UINT32_MAX;
  uint64_t own = stream(w->seed, WHAT_CUSTOMER, customer) + 1;
  uint64_t state = stream(w->seed, WHAT_DOCUMENT, drawn) + 1;
  double factor = pow(draw(&own), -1.0 / 1.7);
  uint32_t home = draw_below(&own, BRANCHES);
  uint32_t branch = draw(&state) < 0.85 ? home : draw_below(&state, BRANCHES);
  int64_t v[COLUMNS];
  uint32_t i;
  v[DOCUMENT] = (int64_t)number + 1;
  v[CUSTOMER] = (int64_t)customer;
  v[TIME] = ((int64_t)FIRST_DAY * DAY + (int64_t)(packed >> 32)) * 1000000;
  v[BRANCH] = branch;
  v[KEY] = (int64_t)(stream(w->seed, WHAT_KEY, customer) >> 1);
  for (i = 0; i < lines; i++) {
    uint32_t product = draw_product(w, &state);
    double amount;
    v[LINE] = (int64_t)i + 1;
    v[PRODUCT] = product;
    v[QUANTITY] = 1 + (int64_t)(draw_exponential(&state) * 0.8);
    amount = w->price[product] * (double)v[QUANTITY] * factor * exp(0.4 * draw_normal(&state));
    amount = amount < 1.0 ? 1.0 : amount > 1e8 ? 1e8 : amount;
    v[AMOUNT] = (int64_t)(amount + 0.5);
    v[COST] = (int64_t)((double)v[AMOUNT] * w->cost[product] + 0.5);
    if (out->csv != NULL) {
      put_csv(out, v);
    } else {
      put_columns(out, v);
    }
  }
}

/* Leaves out documents at random so that just the wanted lines remain; a document at the end may be cut. */
static int write_lines(const world *w, const uint64_t *documents, uint64_t count, writer *out)
{
  uint64_t state = stream(w->seed, WHAT_LEFT_OUT, 0);
  uint64_t total = 0;
  uint64_t written = 0;
  uint64_t number = 0;
  uint64_t excess;
  uint64_t i;
  double chance;
  for (i = 0; i < count; i++) {
    total += lines_of(w, i);
  }
  if (total < w->lines) {
    return 0;
  }
  excess = total - w->lines;
  chance = (double)excess / (double)total;
  for (i = 0; i < count && written < w->lines && !out->failed; i++) {
    uint32_t lines = lines_of(w, i);
    if (draw(&state) < chance && lines <= excess) {
      excess -= lines;
      continue;
    }
    lines = lines < w->lines - written ? lines : (uint32_t)(w->lines - written);
    put_document(w, out, number++, documents[i], i, lines);
    written += lines;
  }
  return written == w->lines;
}

static int parse(const char *text, uint64_t most, uint64_t *value)
{
  *value = 0;
  for (; *text >= '0' && *text <= '9' && *value <= most; text++) {
    *value = *value * 10 + (uint64_t)(*text - '0');
  }
  return *text == '\0' && *value <= most;
}

int main(int argc, char **argv)
{
  static world w;
  static writer out;
  uint64_t *documents;
  uint64_t count;
  int good;
  if (argc < 5 || argc > 6 || !parse(argv[1], UINT64_C(1) << 31, &w.lines) ||
      !parse(argv[2], UINT64_C(1) << 31, &w.customers) || !parse(argv[3], UINT64_C(1) << 62, &w.seed) ||
      (argc == 6 && strcmp(argv[5], "csv") != 0) || w.customers == 0 || w.lines < 3 * w.customers) {
    fprintf(stderr, "generate LINES CUSTOMERS SEED DIRECTORY [csv]: at least three lines a customer\n");
    return 2;
  }
  make_products(&w);
  documents = make_documents(&w, &count);
  if (documents == NULL) {
    fprintf(stderr, "generate: no memory\n");
    return 1;
  }
  open_writer(&out, argv[4], argc == 6);
  good = !out.failed && write_lines(&w, documents, count, &out);
  good &= close_writer(&out);
  free(documents);
  if (!good) {
    fprintf(stderr, "generate: cannot write %s\n", argv[4]);
  }
  return good ? 0 : 1;
}
