/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Findings of customers' lives, of value customers and of segments: 240 regular customers from 2023 to 2025, and in
 * each month ten who are new. Each test changes one thing; without it nothing is found. */

#define FIRST_YEAR 2023
#define MONTHS 36
#define REGULARS 240
#define NEWCOMERS 10

/* What is the matter. */
enum { NOTHING, GOOD_ONES_SPEND_LESS, HALF_FALL_SILENT, NEWCOMERS_STAY_AWAY, GOLD_FALLS_BEHIND };

typedef struct writing {
  text_buffer sales;
  text_buffer customers;
  dice random;
  int document;
} writing;

static void add_sale(writing *to, int month, int day, int customer, int amount)
{
  char line[96];
  (void)snprintf(line, sizeof line, "%d,%04d-%02d-%02d,%d,%d\n", ++to->document, FIRST_YEAR + month / 12,
                 month % 12 + 1, day, customer, amount);
  text_add(&to->sales, line);
}

/* Regulars come once a month: the good ones, every fifth, for more. */
static void add_regular(writing *to, int customer, int month, int matter)
{
  int amount = 20 + customer % 5 + dice_below(&to->random, 4) + (customer % 5 == 0 ? 20 : 0);
  int day = 1 + dice_below(&to->random, 28);
  int gold = customer % 3 == 0;
  if (matter == GOOD_ONES_SPEND_LESS && month >= 24 && customer % 10 == 0) {
    amount = 10;
  }
  if (matter == HALF_FALL_SILENT && month >= 31 && customer % 2 == 0 && customer % 5 != 0) {
    return;
  }
  if (matter == GOLD_FALLS_BEHIND && month >= 30 && gold && month % 2 == 0) {
    return;
  }
  add_sale(to, month, day, customer, amount);
}

static void add_newcomers(writing *to, int month, int matter)
{
  int i;
  for (i = 0; i < NEWCOMERS; i++) {
    int customer = 1000 + month * NEWCOMERS + i;
    int stays = i < 8 && !(matter == NEWCOMERS_STAY_AWAY && month >= 27 && month < 33 && i < 6);
    add_sale(to, month, 1 + i, customer, 15);
    if (stays && month + 1 < MONTHS) {
      add_sale(to, month + 1, 1 + i, customer, 15);
    }
  }
}

static crm_store *open_store(int matter)
{
  writing to = { TEXT_BUFFER_INIT, TEXT_BUFFER_INIT, dice_of(17), 0 };
  crm_store *store = store_new(NULL);
  char line[32];
  int month;
  int i;
  text_add(&to.sales, "document,time,customer,amount\n");
  text_add(&to.customers, "customer,segment\n");
  for (i = 0; i < REGULARS; i++) {
    (void)snprintf(line, sizeof line, "%d,%s\n", i, i % 3 == 0 ? "gold" : "plain");
    text_add(&to.customers, line);
  }
  for (month = 0; month < MONTHS; month++) {
    for (i = 0; i < REGULARS; i++) {
      add_regular(&to, i, month, matter);
    }
    add_newcomers(&to, month, matter);
  }
  put(store, "sales", to.sales.bytes, "");
  put(store, "customers", to.customers.bytes, "");
  text_free(&to.sales);
  text_free(&to.customers);
  return store;
}

static crm_table *find(const crm_store *store)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  scope.as_of = facts_day(2026, 1, 1);
  assert_int_equal(crm_findings_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  return table;
}

/* The evidence of a finding of these, "" where there is none. */
static void look_for(int matter, const char *finding, const char *subject, const char *evidence)
{
  static const char *const kinds[] = { "segment_behind", "value_falling", "leak_up", "promotion_slowed" };
  crm_store *store = open_store(matter);
  crm_table *table = find(store);
  int64_t row;
  size_t k;
  int seen = 0;
  for (row = 0; row < crm_table_rows(table); row++) {
    for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
      size_t length;
      const char *text = crm_table_text(table, 2, row, &length);
      if (!text_is(table, "finding", row, kinds[k])) {
        continue;
      }
      if (finding == NULL || strcmp(finding, kinds[k]) != 0) {
        fail_msg("%s: %.*s", kinds[k], (int)length, text);
      }
      if (length != strlen(evidence) || memcmp(text, evidence, length) != 0) {
        fail_msg("%.*s", (int)length, text);
      }
      assert_true(subject == NULL || text_is(table, "subject", row, subject));
      seen++;
    }
  }
  assert_int_equal(seen, finding != NULL);
  crm_table_free(table);
  crm_store_free(store);
}

static void nothing_is_found(void **state)
{
  (void)state;
  look_for(NOTHING, NULL, NULL, "");
}

/* Of the 48 good ones 24 spend less than the others in 2025; crm_migration_rates keeps 51 of the 77 of 2024. */
static void value_customers_fall(void **state)
{
  (void)state;
  look_for(GOOD_ONES_SPEND_LESS, "value_falling", NULL, "fallen=0.337662 before=0.160000 money=12613.00");
}

/* What falls is what the pyramid does not keep. */
static void the_pyramid_agrees(void **state)
{
  crm_store *store = open_store(GOOD_ONES_SPEND_LESS);
  crm_scope before = CRM_SCOPE_INIT;
  crm_scope after = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  before.from = facts_day(2024, 1, 1);
  before.to = facts_day(2025, 1, 1);
  before.as_of = before.to;
  after.from = facts_day(2025, 1, 1);
  after.to = facts_day(2026, 1, 1);
  after.as_of = after.to;
  assert_int_equal(crm_migration_rates(store, &before, &after, NULL, &table, NULL), CRM_OK);
  assert_true(text_is(table, "measure", 4, "value_kept_rate"));
  assert_int_equal(integer_at(table, "numerator", 4), 51);
  assert_int_equal(integer_at(table, "denominator", 4), 77);
  crm_table_free(table);
  crm_store_free(store);
}

/* 96 of 240 regulars, no good ones, come no more from August 2025 on; 18 newcomers fall silent in any half-year. */
static void active_ones_fall_silent(void **state)
{
  (void)state;
  look_for(HALF_FALL_SILENT, "leak_up", NULL, "leak=0.441860 before=0.069767 customers=114");
}

/* Of ten newcomers a month eight come back a month later; of those from April to September 2025 two. */
static void newcomers_stay_away(void **state)
{
  (void)state;
  look_for(NEWCOMERS_STAY_AWAY, "promotion_slowed", NULL, "rate=0.200000 before=0.800000 customers=12");
}

/* Gold ones come every other month from July 2025 on. */
static void a_segment_falls_behind(void **state)
{
  (void)state;
  look_for(GOLD_FALLS_BEHIND, "segment_behind", "gold", "change=-0.502341 others=-0.001249 orders=240");
}

/* Less history than a pattern compares with is no finding. */
static void short_history_finds_nothing(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  text_buffer sales = TEXT_BUFFER_INIT;
  int i;
  (void)state;
  text_add(&sales, "document,time,customer,amount\n");
  for (i = 0; i < 400; i++) {
    char line[64];
    (void)snprintf(line, sizeof line, "%d,2025-%02d-%02d,%d,10\n", i, 1 + i % 6, 1 + i % 28, i % 100);
    text_add(&sales, line);
  }
  put(store, "sales", sales.bytes, "");
  scope.as_of = facts_day(2026, 1, 1);
  assert_int_equal(crm_findings_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  for (i = 0; i < crm_table_rows(table); i++) {
    assert_false(text_is(table, "finding", i, "leak_up") || text_is(table, "finding", i, "value_falling") ||
                 text_is(table, "finding", i, "promotion_slowed"));
  }
  crm_table_free(table);
  text_free(&sales);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_found),       cmocka_unit_test(value_customers_fall),
    cmocka_unit_test(the_pyramid_agrees),
    cmocka_unit_test(active_ones_fall_silent), cmocka_unit_test(newcomers_stay_away),
    cmocka_unit_test(a_segment_falls_behind), cmocka_unit_test(short_history_finds_nothing),
  };
  return cmocka_run_group_tests_name("findings_lives", tests, NULL, NULL);
}
