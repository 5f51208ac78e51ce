/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int first_entry;

void answer_begin(void)
{
  first_entry = 1;
  printf("{");
}

void answer_end(void)
{
  printf("}\n");
}

static void entry(const char *name)
{
  printf("%s\"%s\": ", first_entry ? "" : ", ", name);
  first_entry = 0;
}

void answer_number(const char *name, int64_t value)
{
  entry(name);
  printf("%" PRId64, value);
}

static int64_t cell(const crm_table *table, const char *column, int64_t row)
{
  return crm_table_integer(table, crm_table_find(table, column), row);
}

/* A key that is an integer. */
static int64_t key_number(const crm_table *table, int64_t row)
{
  size_t length;
  const char *text = crm_table_text(table, 0, row, &length);
  int64_t value = 0;
  size_t i;
  for (i = 0; i < length; i++) {
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

void answer_members(const crm_table *members, int integer_keys)
{
  int32_t spend_at = crm_table_find(members, "spend");
  int32_t orders_at = crm_table_find(members, "orders");
  int64_t sums[6] = {0, 0, 0, 0, 0, 0};
  int64_t row;
  for (row = 0; row < crm_table_rows(members); row++) {
    int64_t spend = crm_table_integer(members, spend_at, row);
    int64_t orders = crm_table_integer(members, orders_at, row);
    int64_t key = integer_keys ? key_number(members, row) % 97 : 0;
    sums[0] += 1;
    sums[1] += orders;
    sums[2] += spend;
    sums[3] += spend % 1009 * (orders % 97);
    sums[4] += spend * key;
    sums[5] += orders * key;
  }
  answer_number("customers", sums[0]);
  answer_number("orders", sums[1]);
  answer_number("spend", sums[2]);
  answer_number("mix", sums[3]);
  if (integer_keys) {
    answer_number("by_spend", sums[4]);
    answer_number("by_orders", sums[5]);
  }
}

void answer_tiers(const crm_table *tiers)
{
  int64_t row;
  entry("tiers");
  for (row = 0; row < 4; row++) {
    printf("%s[%" PRId64 ", %" PRId64 "]", row > 0 ? ", " : "[", cell(tiers, "customers", row),
           cell(tiers, "spend", row));
  }
  printf("]");
}

void answer_scores(const crm_table *rfm)
{
  int32_t r = crm_table_find(rfm, "r");
  int32_t f = crm_table_find(rfm, "f");
  int32_t m = crm_table_find(rfm, "m");
  int64_t counts[125];
  int64_t row;
  int i;
  memset(counts, 0, sizeof counts);
  for (row = 0; row < crm_table_rows(rfm); row++) {
    counts[(crm_table_integer(rfm, r, row) - 1) * 25 + (crm_table_integer(rfm, f, row) - 1) * 5 +
           crm_table_integer(rfm, m, row) - 1]++;
  }
  entry("scores");
  for (i = 0; i < 125; i++) {
    printf("%s%" PRId64, i > 0 ? ", " : "[", counts[i]);
  }
  printf("]");
}

/* Months before the first sale or after the last have no rows elsewhere. */
void answer_months(const crm_table *months)
{
  int64_t row;
  const char *before = "[";
  entry("months");
  for (row = 0; row < crm_table_rows(months); row++) {
    if (cell(months, "orders", row) > 0) {
      printf("%s[%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 "]", before, cell(months, "revenue", row),
             cell(months, "orders", row), cell(months, "active", row), cell(months, "new", row));
      before = ", ";
    }
  }
  printf("]");
}

void answer_cells(const crm_table *cohorts)
{
  int32_t customers = crm_table_find(cohorts, "customers");
  int32_t age = crm_table_find(cohorts, "age");
  int64_t cohort = -1;
  const char *before = "[";
  int64_t row;
  entry("cells");
  for (row = 0; row < crm_table_rows(cohorts); row++) {
    cohort += crm_table_integer(cohorts, age, row) == 0;
    if (crm_table_integer(cohorts, customers, row) > 0) {
      printf("%s[%" PRId64 ", %" PRId64 ", %" PRId64 "]", before, cohort, crm_table_integer(cohorts, age, row),
             crm_table_integer(cohorts, customers, row));
      before = ", ";
    }
  }
  printf("]");
}

void answer_products(const crm_table *products)
{
  int64_t sums[5] = {0, 0, 0, 0, 0};
  int64_t row;
  for (row = 0; row < crm_table_rows(products); row++) {
    int64_t revenue = cell(products, "revenue", row);
    if (crm_table_is_null(products, 0, row)) {
      continue;   /* lines without a product: the sale that holds the latest day */
    }
    sums[0] += 1;
    sums[1] += revenue;
    sums[2] += cell(products, "cost", row);
    sums[3] += cell(products, "units", row) / 1000;
    sums[4] += revenue * (key_number(products, row) % 97);
  }
  entry("products");
  printf("[%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 "]", sums[0], sums[1], sums[2], sums[3],
         sums[4]);
  entry("top");
  for (row = 0; row < 10; row++) {
    printf("%s[%" PRId64 ", %" PRId64 "]", row > 0 ? ", " : "[", key_number(products, row),
           cell(products, "revenue", row));
  }
  printf("]");
}

void answer_concentration(const crm_table *concentration)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(concentration); row++) {
    size_t length;
    const char *name = crm_table_text(concentration, 0, row, &length);
    if (length == 6 && memcmp(name, "top_20", 6) == 0) {
      answer_number("top20", cell(concentration, "numerator", row));
    }
  }
}
