/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "load.h"

#include "random.h"
#include "writer.h"

/* A big file. */

enum {
  LOAD_DAYS = 1096,
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

int generate_load(uint64_t lines, uint32_t customers, uint64_t seed, const char *path)
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
    document.day = (int32_t)(written * LOAD_DAYS / lines);
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

