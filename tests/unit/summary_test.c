/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Every analysis gives the same with a summary, whether it fits or not. */

static crm_store *random_store(uint64_t seed)
{
  dice d = dice_of(seed);
  facts *rows = facts_create("document,customer,time,amount,cost,tax,branch,kind,original");
  crm_store *store = facts_store(NULL, NULL);
  int32_t i;
  for (i = 0; i < 400; i++) {
    char line[160];
    int sale = dice_below(&d, 8) > 0;
    char customer[16] = "";
    char cost[16] = "";
    char original[16] = "";
    if (dice_below(&d, 10) > 0) {
      (void)snprintf(customer, sizeof customer, "%d", (int)dice_below(&d, 60));
    }
    if (dice_below(&d, 5) > 0) {
      (void)snprintf(cost, sizeof cost, "%d.50", (int)dice_below(&d, 30));
    }
    if (!sale && i > 0) {
      (void)snprintf(original, sizeof original, "%d", (int)dice_below(&d, i));
    }
    (void)snprintf(line, sizeof line, "%d,%s,20%d-%02d-%02d,%d,%s,%d,%s,%s,%s", i, customer,
                   22 + (int)dice_below(&d, 3), 1 + (int)dice_below(&d, 12), 1 + (int)dice_below(&d, 28),
                   (int)dice_below(&d, 90), cost, (int)dice_below(&d, 9),
                   dice_below(&d, 2) ? "north" : "south", sale ? "sale" : "return", original);
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

static void add(text_buffer *text, crm_status status, crm_table **table)
{
  assert_int_equal(status, CRM_OK);
  text_add_table(text, *table);
  crm_table_free(*table);
}

static text_buffer ask_all(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar)
{
  text_buffer text = TEXT_BUFFER_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  add(&text, crm_pyramid_members(pyramid, &table, NULL), &table);
  add(&text, crm_rfm_compute(store, scope, NULL, &table, NULL), &table);
  add(&text, crm_periods_compute(store, scope, calendar, &table, NULL), &table);
  add(&text, crm_cohorts_compute(store, scope, calendar, NULL, &table, NULL), &table);
  add(&text, crm_repeat_compute(store, scope, &table, NULL), &table);
  add(&text, crm_rhythm_compute(store, scope, &table, NULL), &table);
  crm_pyramid_free(pyramid);
  return text;
}

/* The answers of scope `of` with the summaries of all scopes. */
static void assert_all(const crm_store *store, const crm_scope *scopes, size_t count, const crm_calendar *calendar,
                       const crm_calendar *other)
{
  size_t i;
  size_t k;
  for (i = 0; i < count; i++) {
    text_buffer expected = ask_all(store, &scopes[i], calendar);
    for (k = 0; k < 2 * count; k++) {
      crm_scope with = scopes[i];
      crm_summary *summary = NULL;
      text_buffer got;
      assert_int_equal(crm_summary_create(store, &scopes[k / 2], k % 2 ? other : calendar, &summary, NULL), CRM_OK);
      with.summary = summary;
      got = ask_all(store, &with, calendar);
      assert_text_same(&expected, &got, "with a summary");
      text_free(&got);
      crm_summary_free(summary);
    }
    text_free(&expected);
  }
}

#define SCOPES 9

static void test_same_with_and_without(void **unused)
{
  static const char *const branches[] = {"north"};
  static const char *const keys[] = {"1", "2", "3", "5", "8", "13", "21", "34"};
  crm_calendar weeks = CRM_CALENDAR_INIT;
  crm_store *store = random_store(1);
  crm_segment *segment = NULL;
  crm_scope scopes[SCOPES];
  static const crm_scope all = CRM_SCOPE_INIT;
  size_t i;
  (void)unused;
  weeks.period = CRM_PERIOD_WEEK;
  for (i = 0; i < SCOPES; i++) {
    scopes[i] = all;
  }
  assert_int_equal(crm_segment_pick(store, keys, 8, NULL, &segment, NULL), CRM_OK);
  scopes[1].as_of = facts_day(2024, 3, 9);
  scopes[2].from = facts_day(2022, 6, 15);
  scopes[3].from = facts_day(2023, 1, 1);
  scopes[3].to = facts_day(2024, 1, 1);
  scopes[4].branches = branches;
  scopes[4].branch_count = 1;
  scopes[5].refunds = CRM_REFUNDS_SALE_DAY;
  scopes[6].occasions = CRM_OCCASIONS_DAY;
  scopes[7].money = CRM_MONEY_TAXED;
  scopes[8].segment = segment;
  assert_all(store, scopes, SCOPES, NULL, &weeks);
  assert_all(store, scopes, 3, &weeks, NULL);
  crm_segment_free(segment);
  crm_store_free(store);
}

/* What has been loaded since is seen: a summary of an older store does not fit. */
static void test_store_moves_on(void **unused)
{
  crm_store *store = random_store(2);
  crm_store *twin = random_store(2);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_scope with = CRM_SCOPE_INIT;
  crm_summary *summary = NULL;
  text_buffer expected;
  text_buffer got;
  (void)unused;
  scope.as_of = facts_day(2024, 6, 1);
  with = scope;
  assert_int_equal(crm_summary_create(store, &scope, NULL, &summary, NULL), CRM_OK);
  with.summary = summary;
  facts_load_text(store, "sales", "document,customer,time,amount\nnew,7,2023-05-05,1000");
  expected = ask_all(store, &scope, NULL);
  got = ask_all(store, &with, NULL);
  assert_text_same(&expected, &got, "a later store");
  text_free(&expected);
  text_free(&got);
  expected = ask_all(twin, &scope, NULL);
  got = ask_all(twin, &with, NULL);
  assert_text_same(&expected, &got, "another store");
  text_free(&expected);
  text_free(&got);
  crm_summary_free(summary);
  crm_store_free(store);
  crm_store_free(twin);
}

static void test_empty_store(void **unused)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_summary *summary = NULL;
  text_buffer expected = ask_all(store, &scope, NULL);
  text_buffer got;
  (void)unused;
  assert_int_equal(crm_summary_create(store, NULL, NULL, &summary, NULL), CRM_OK);
  scope.summary = summary;
  got = ask_all(store, &scope, NULL);
  assert_text_same(&expected, &got, "an empty store");
  text_free(&expected);
  text_free(&got);
  crm_summary_free(summary);
  crm_store_free(store);
}

static void test_errors(void **unused)
{
  crm_store *store = random_store(3);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_summary *summary = NULL;
  (void)unused;
  assert_int_equal(crm_summary_create(NULL, NULL, NULL, &summary, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_summary_create(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  scope.money = 9;
  assert_int_equal(crm_summary_create(store, &scope, NULL, &summary, NULL), CRM_ERROR_ARGUMENT);
  calendar.period = 9;
  assert_int_equal(crm_summary_create(store, NULL, &calendar, &summary, NULL), CRM_ERROR_ARGUMENT);
  calendar.period = CRM_PERIOD_DAY;
  scope.money = CRM_MONEY_NET;
  scope.from = facts_day(1950, 1, 1);
  assert_int_equal(crm_summary_create(store, &scope, &calendar, &summary, NULL), CRM_ERROR_LIMIT);
  assert_null(summary);
  crm_summary_free(NULL);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_same_with_and_without),
    cmocka_unit_test(test_store_moves_on),
    cmocka_unit_test(test_empty_store),
    cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
