/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/rounds.h"

#include <stdio.h>
#include <string.h>

/* The worked example as of 2024-05-21: ann and cat begin in January, bob in February, dan in April. */
static const char *const example =
  "document,time,customer,amount\n"
  "1,2024-01-10,ann,10\n"
  "2,2024-01-31T23:59:59,cat,20\n"
  "3,2024-02-01,bob,5\n"
  "4,2024-02-02,ann,5\n"
  "5,2024-02-02,ann,1\n"
  "6,2024-03-15,,7\n"
  "7,2024-04-01,ann,1\n"
  "8,2024-04-02,cat,2\n"
  "9,2024-04-03,dan,3\n"
  "10,2024-05-20,ann,-5\n"
  "11,2024-01-01,dan,-4\n";

static crm_table *compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                          int32_t rolling_days)
{
  crm_error error = CRM_ERROR_INIT;
  crm_cohorts_options options = CRM_COHORTS_OPTIONS_INIT;
  crm_table *table = NULL;
  options.rolling_days = rolling_days;
  if (crm_cohorts_compute(store, scope, calendar, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* dan's refund of January is before there was a dan: it is in no cell. */
static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, example);
  (void)state;
  assert_result(compute(store, NULL, NULL, 0),
                "cohort,size,period,customers,rate,low,high,complete,age,revenue,orders\n"
                "2024-01,2,2024-01,2,1.000000,0.342380,1.000000,true,0,30.00,2\n"
                "2024-01,2,2024-02,1,0.500000,0.094531,0.905469,true,1,6.00,2\n"
                "2024-01,2,2024-03,0,0.000000,0.000000,0.657620,true,2,0.00,0\n"
                "2024-01,2,2024-04,2,1.000000,0.342380,1.000000,true,3,3.00,2\n"
                "2024-01,2,2024-05,0,0.000000,0.000000,0.657620,false,4,-5.00,0\n"
                "2024-02,1,2024-02,1,1.000000,0.206549,1.000000,true,0,5.00,1\n"
                "2024-02,1,2024-03,0,0.000000,0.000000,0.793451,true,1,0.00,0\n"
                "2024-02,1,2024-04,0,0.000000,0.000000,0.793451,true,2,0.00,0\n"
                "2024-02,1,2024-05,0,0.000000,0.000000,0.793451,false,3,0.00,0\n"
                "2024-04,1,2024-04,1,1.000000,0.206549,1.000000,true,0,3.00,1\n"
                "2024-04,1,2024-05,0,0.000000,0.000000,0.793451,false,1,0.00,0\n");
  crm_store_free(store);
}

/* ann: 10 January, 23, 82 and 131 days on; cat: 31 January, 62 days on. A customer of January may begin on the 31st,
 * 111 days before as-of: three windows of 30 days are over. */
static void test_rolling(void **state)
{
  crm_store *store = facts_store(NULL, example);
  (void)state;
  assert_result(compute(store, NULL, NULL, 30), "cohort,size,period,customers,complete,age,revenue,orders\n"
                                                "2024-01,2,0,2,true,0,36.00,4\n"
                                                "2024-01,2,1,0,true,1,0.00,0\n"
                                                "2024-01,2,2,2,true,2,3.00,2\n"
                                                "2024-01,2,3,0,false,3,0.00,0\n"
                                                "2024-01,2,4,0,false,4,-5.00,0\n"
                                                "2024-02,1,0,1,true,0,5.00,1\n"
                                                "2024-02,1,1,0,true,1,0.00,0\n"
                                                "2024-02,1,2,0,false,2,0.00,0\n"
                                                "2024-02,1,3,0,false,3,0.00,0\n"
                                                "2024-04,1,0,1,false,0,3.00,1\n"
                                                "2024-04,1,1,0,false,1,0.00,0\n");
  crm_store_free(store);
}

/* The period chooses bob's cohort, which is followed up to as-of. */
static void test_period_chooses_cohorts(void **state)
{
  crm_store *store = facts_store(NULL, example);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.from = facts_day(2024, 2, 1);
  scope.to = facts_day(2024, 3, 1);
  assert_result(compute(store, &scope, NULL, 0),
                "cohort,size,period,customers\n2024-02,1,2024-02,1\n2024-02,1,2024-03,0\n2024-02,1,2024-04,0\n"
                "2024-02,1,2024-05,0\n");
  scope.from = CRM_TIME_UNSET_FROM;
  scope.to = facts_day(2024, 1, 31);
  assert_result(compute(store, &scope, NULL, 90), "cohort,size,period,customers,complete\n"
                                                  "2024-01,1,0,1,true\n2024-01,1,1,0,false\n");
  /* up to the 30th the last to join could do so on the 29th, whose 110 days end with 17 May; the 110 days from the 31st
   * end with 19 May, which has just begun */
  scope.as_of = facts_day(2024, 5, 19);
  scope.to = facts_day(2024, 1, 30);
  assert_result(compute(store, &scope, NULL, 110), "cohort,size,period,customers,complete\n"
                                                   "2024-01,1,0,1,true\n2024-01,1,1,0,false\n");
  scope.to = facts_day(2024, 2, 1);
  assert_result(compute(store, &scope, NULL, 110), "cohort,size,period,customers,complete\n"
                                                   "2024-01,2,0,2,false\n2024-01,2,1,0,false\n");
  crm_store_free(store);
}

static void test_empty_and_arguments(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_cohorts_options options = CRM_COHORTS_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  assert_result(compute(store, NULL, NULL, 0), "cohort,size\n");
  assert_result(compute(store, NULL, NULL, 7), "cohort,size\n");
  options.rolling_days = -1;
  assert_int_equal(crm_cohorts_compute(store, NULL, NULL, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "rolling_days");
  assert_int_equal(crm_cohorts_compute(NULL, NULL, NULL, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cohorts_compute(store, NULL, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  facts_load_text(store, "sales", "document,time,customer,amount\n1,2000-01-01,a,1\n2,2024-01-01,a,1\n");
  options.rolling_days = 1;
  assert_int_equal(crm_cohorts_compute(store, NULL, NULL, &options, &table, NULL), CRM_ERROR_LIMIT);
  assert_result(compute(store, NULL, NULL, INT32_MAX), "cohort,size,period,customers,complete\n2000-01,1,0,1,false\n");
  crm_store_free(store);
}

/* ---- against the definitions ---- */

#define CUSTOMERS 30
#define DOCUMENTS 200
#define MONTHS 70

typedef struct document {
  int who;
  int month;
  int64_t day;       /* since 1970-01-01 */
  int64_t amount;    /* below 0: a return */
} document;

typedef struct world {
  document documents[DOCUMENTS];
  int64_t first[CUSTOMERS];   /* day, INT64_MAX: none */
  int cohort[CUSTOMERS];      /* month */
} world;

static crm_store *random_store(dice *random, world *of)
{
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  int i;
  for (i = 0; i < CUSTOMERS; i++) {
    of->first[i] = INT64_MAX;
  }
  for (i = 0; i < DOCUMENTS; i++) {
    document *made = &of->documents[i];
    int day = 1 + dice_below(random, 28);
    char line[80];
    made->who = i % CUSTOMERS;
    made->month = dice_below(random, 3) == 0 ? dice_below(random, MONTHS) : made->who + dice_below(random, 8);
    made->day = facts_day(2001 + made->month / 12, made->month % 12 + 1, day) / CRM_DAY;
    made->amount = (1 + dice_below(random, 90)) * (dice_below(random, 6) == 0 ? -1 : 1);
    (void)snprintf(line, sizeof line, "%d,%04d-%02d-%02d,k%d,%s0.%02d", i, 2001 + made->month / 12,
                   made->month % 12 + 1, day, made->who, made->amount < 0 ? "-" : "",
                   (int)(made->amount < 0 ? -made->amount : made->amount));
    facts_add(rows, line);
    if (made->amount > 0 && made->day < of->first[made->who]) {
      of->first[made->who] = made->day;
      of->cohort[made->who] = made->month;
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

static int64_t age_of(const world *of, const document *at, int rolling)
{
  int64_t days = at->day - of->first[at->who];
  if (rolling == 0) {
    return at->month - of->cohort[at->who];
  }
  return days < 0 ? -1 : days / rolling;
}

static int same_visit(const document *a, const document *b)
{
  return a->who == b->who && a->day == b->day && a->amount > 0 && b->amount > 0;
}

static void compare_cell(const world *of, const crm_table *table, int64_t row, int rolling, int by_day)
{
  int64_t age = integer_at(table, "age", row);
  int seen[CUSTOMERS] = { 0 };
  int64_t size = 0;
  int64_t customers = 0;
  int64_t revenue = 0;
  int64_t orders = 0;
  int i;
  char label[16];
  for (i = 0; i < CUSTOMERS; i++) {
    (void)snprintf(label, sizeof label, "%04d-%02d", 2001 + of->cohort[i] / 12, of->cohort[i] % 12 + 1);
    seen[i] = of->first[i] == INT64_MAX || !text_is(table, "cohort", row, label) ? -1 : 0;
    size += seen[i] == 0;
  }
  for (i = 0; i < DOCUMENTS; i++) {
    const document *at = &of->documents[i];
    int again = 0;
    int j;
    if (seen[at->who] < 0 || age_of(of, at, rolling) != age) {
      continue;
    }
    revenue += at->amount;
    for (j = 0; j < i && by_day; j++) {
      again |= same_visit(&of->documents[j], at);
    }
    if (at->amount > 0) {
      orders += !again;
      customers += seen[at->who] == 0;
      seen[at->who] = 1;
    }
  }
  assert_int_equal(integer_at(table, "size", row), size);
  assert_int_equal(integer_at(table, "customers", row), customers);
  assert_int_equal(integer_at(table, "revenue", row), revenue);
  assert_int_equal(integer_at(table, "orders", row), orders);
}

static void test_against_definition(void **state)
{
  static const int windows[] = { 0, 1, 7, 30, 365 };
  dice random = dice_of(3);
  int round;
  (void)state;
  for (round = 0; round < rounds(30); round++) {
    world of;
    crm_store *store = random_store(&random, &of);
    crm_scope scope = CRM_SCOPE_INIT;
    int rolling = windows[round % 5];
    int64_t rows = 0;
    crm_table *table;
    int64_t row;
    scope.occasions = round / 5 % 2;
    table = compute(store, &scope, NULL, rolling);
    for (row = 0; row < crm_table_rows(table); row++) {
      if (rolling != 1 || row % 97 == 0) {
        compare_cell(&of, table, row, rolling, scope.occasions);
      }
      rows += integer_at(table, "age", row) == 0;
    }
    assert_true(rows > 0);
    crm_table_free(table);
    crm_store_free(store);
  }
}

/* A branch that opened in March: eve began elsewhere in January and is of that cohort here too. */
static void test_branches_and_first_elsewhere(void **state)
{
  static const char *const north[] = {"north"};
  crm_store *store = facts_store(NULL,
                                 "document,time,customer,amount,branch\n1,2024-01-10,eve,1,south\n"
                                 "2,2024-03-05,eve,2,north\n3,2024-03-06,fay,4,north\n");
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.branches = north;
  scope.branch_count = 1;
  assert_result(compute(store, &scope, NULL, 0),
                "cohort,size,period,customers,age,revenue\n2024-01,1,2024-01,0,0,0.00\n2024-01,1,2024-02,0,1,0.00\n"
                "2024-01,1,2024-03,1,2,2.00\n2024-03,1,2024-03,1,0,4.00\n");
  assert_result(compute(store, &scope, NULL, 30),
                "cohort,size,period,customers,age,revenue\n2024-01,1,0,0,0,0.00\n2024-01,1,1,1,1,2.00\n"
                "2024-01,1,2,0,2,0.00\n2024-03,1,0,1,0,4.00\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_rolling),
    cmocka_unit_test(test_period_chooses_cohorts),
    cmocka_unit_test(test_empty_and_arguments),
    cmocka_unit_test(test_against_definition),
    cmocka_unit_test(test_branches_and_first_elsewhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
