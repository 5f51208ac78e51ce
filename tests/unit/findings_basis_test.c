/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* What findings count under the scope's money and refunds, of exchanges, and short of a bound. As of 2026-01-01. */

#define DAYS 184        /* of a half-year from July on */
#define OTHERS 22       /* sales of other products on each of them */

typedef struct half {
  int32_t year;
  int sold;             /* of p7, spread over the days */
  int tax;              /* of each of these */
  int exchanges;        /* documents that take one of its own sales of p7 back and sell another product */
} half;

/* The n-th day from 1 July on, as month and day. */
static void write_day(char *text, size_t room, int32_t year, int n)
{
  static const int lengths[] = { 31, 31, 30, 31, 30, 31 };
  int month = 0;
  while (n >= lengths[month]) {
    n -= lengths[month++];
  }
  (void)snprintf(text, room, "%04d-%02d-%02d", year, 7 + month, 1 + n);
}

static void add_half(facts *to, const half *of)
{
  char line[160];
  char day[40];
  int i;
  for (i = 0; i < DAYS * OTHERS + of->sold; i++) {
    int sold = i >= DAYS * OTHERS;
    write_day(day, sizeof day, of->year, i % DAYS);
    (void)snprintf(line, sizeof line, "%d-%d,%s,%d,sale,%s%d,10,%d,", of->year, i, day, i % 290, sold ? "p" : "other",
                   sold ? 7 : i % 40, sold ? of->tax : 0);
    facts_add(to, line);
  }
  for (i = 0; i < of->exchanges; i++) {
    (void)snprintf(line, sizeof line, "x%d,%04d-12-31,%d,sale,other%d,1,0,", i, of->year, i, i % 40);
    facts_add(to, line);
    (void)snprintf(line, sizeof line, "x%d,%04d-12-31,%d,return,p7,-10,0,%d-%d", i, of->year, i, of->year,
                   DAYS * OTHERS + i);
    facts_add(to, line);
  }
}

static crm_store *open_halves(const half *before, const half *now)
{
  facts *sales = facts_create("document,time,customer,kind,product,amount,tax,original");
  crm_store *store;
  add_half(sales, before);
  add_half(sales, now);
  store = facts_store(NULL, NULL);
  facts_load(sales, store, "sales");
  facts_load_text(store, "sales", "document,time,amount,product\nfirst,2024-01-01,1,other1\n");
  facts_free(sales);
  return store;
}

static crm_table *find_in(const crm_store *store, int32_t money, int32_t refunds)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  scope.as_of = facts_day(2026, 1, 1);
  scope.money = money;
  scope.refunds = refunds;
  if (crm_findings_compute(store, &scope, NULL, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static int64_t count_of(const crm_store *store, int32_t money, int32_t refunds, const char *finding)
{
  crm_table *table = find_in(store, money, refunds);
  int64_t count = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    count += text_is(table, "finding", row, finding);
  }
  crm_table_free(table);
  return count;
}

/* 420 sales fall to 290, by 31 %, which is too little; of 15 each a year before they fall by 54 % with tax. */
static void money_is_of_the_scope(void **state)
{
  static const half before = { 2024, 420, 5, 0 };
  static const half now = { 2025, 290, 0, 0 };
  crm_store *store = open_halves(&before, &now);
  (void)state;
  assert_int_equal(count_of(store, CRM_MONEY_NET, CRM_REFUNDS_REFUND_DAY, "product_behind"), 0);
  assert_int_equal(count_of(store, CRM_MONEY_TAXED, CRM_REFUNDS_REFUND_DAY, "product_behind"), 1);
  crm_store_free(store);
}

/* 20 of the 290 come back: a fall by 36 %, on whichever day they count. Taken off twice it would be 41 %. */
static void a_return_counts_once(void **state)
{
  static const half before = { 2024, 420, 0, 0 };
  static const half now = { 2025, 290, 0, 20 };
  crm_store *store = open_halves(&before, &now);
  (void)state;
  assert_int_equal(count_of(store, CRM_MONEY_NET, CRM_REFUNDS_REFUND_DAY, "product_behind"), 0);
  assert_int_equal(count_of(store, CRM_MONEY_NET, CRM_REFUNDS_SALE_DAY, "product_behind"), 0);
  assert_int_equal(count_of(store, CRM_MONEY_SALES, CRM_REFUNDS_SALE_DAY, "product_behind"), 0);
  crm_store_free(store);
}

/* Six clerks with 100 documents each. Of s1's 60 hold a return beside a sale, of the others' five: 60 of 100. */
static void an_exchange_is_one_document(void **state)
{
  facts *sales = facts_create("document,time,customer,kind,amount,staff");
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table;
  char line[96];
  int staff;
  int i;
  (void)state;
  for (staff = 1; staff <= 6; staff++) {
    for (i = 0; i < 100; i++) {
      const char *kind = i < (staff == 1 ? 60 : 5) ? "return" : "sale";
      int line_of;
      for (line_of = 0; line_of < 2; line_of++) {
        (void)snprintf(line, sizeof line, "%d-%d,2025-%02d-%02d,%d,%s,1,s%d", staff, i, 1 + i % 12, 1 + i % 28, i,
                       line_of == 0 ? "sale" : kind, staff);
        facts_add(sales, line);
      }
    }
  }
  facts_load(sales, store, "sales");
  facts_free(sales);
  table = find_in(store, CRM_MONEY_NET, CRM_REFUNDS_REFUND_DAY);
  assert_true(text_is(table, "evidence", row_of(table, "finding", "staff_returns"),
                      "rate=0.600000 others=0.050000 returns=60"));
  assert_int_equal(integer_at(table, "n", row_of(table, "finding", "staff_returns")), 100);
  crm_table_free(table);
  crm_store_free(store);
}

/* A hundred customers buy on the first of every month of two years for 10.00. Six more join: 6 points; eight: 8. */
static void members_are_eight_points_apart(void **state)
{
  int round;
  (void)state;
  for (round = 0; round < 2; round++) {
    facts *sales = facts_create("document,time,customer,amount");
    facts *members = facts_create("customer,joined");
    crm_store *store = facts_store(NULL, NULL);
    char line[64];
    int i;
    for (i = 0; i < 2400; i++) {
      (void)snprintf(line, sizeof line, "%d,%d-%02d-01,%d,10", i, 2024 + i / 1200, 1 + i / 100 % 12, i % 100);
      facts_add(sales, line);
    }
    for (i = 0; i < (round == 0 ? 6 : 8); i++) {
      (void)snprintf(line, sizeof line, "%d,2025-06-01", 1000 + i);
      facts_add(members, line);
    }
    facts_load(sales, store, "sales");
    facts_load(members, store, "customers");
    assert_int_equal(count_of(store, CRM_MONEY_NET, CRM_REFUNDS_REFUND_DAY, "members_without_revenue"), round);
    facts_free(sales);
    facts_free(members);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(money_is_of_the_scope),
    cmocka_unit_test(a_return_counts_once),
    cmocka_unit_test(an_exchange_is_one_document),
    cmocka_unit_test(members_are_eight_points_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
