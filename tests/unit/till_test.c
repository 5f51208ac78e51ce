/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/fault.h"
#include "support/sizes.h"

#include "store/customer.h"

#include <stdio.h>
#include <string.h>

/* Tills followed by hand. That they equal a batch computation, whatever happens, is tried in
 * tests/property/till_property_test.c. */

/* The ten customers of docs/methods/pyramid.md, and one each of those below them. */
static const char *const ten = "document,time,customer,kind,amount\n"
                               "1,2024-02-01,101,sale,500\n2,2024-02-01,102,sale,200\n3,2024-02-02,103,sale,120\n"
                               "4,2024-02-09,103,sale,80\n5,2024-02-02,104,sale,200\n6,2024-02-02,105,sale,80\n"
                               "7,2024-02-03,106,sale,60\n8,2024-02-03,107,sale,40\n9,2024-02-04,108,sale,40\n"
                               "10,2024-02-04,109,sale,30\n11,2024-02-05,110,sale,20\n12,2024-02-05,111,sale,50\n"
                               "13,2024-02-06,111,return,50\n15,2024-02-06,,sale,75\n";

static const int32_t shares[] = { 1000, 2000, 5000 };

static crm_till *make_till(const crm_store *store, const crm_scope *scope, const crm_till_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_till *till = NULL;
  if (crm_till_create(store, scope, options, &till, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return till;
}

static crm_customer_standing standing_of(const crm_till *till, const char *customer)
{
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_standing(till, customer, &standing, &error) != CRM_OK) {
    fail_msg("%s: %s", customer, error.message);
  }
  return standing;
}

static crm_sale sale_of(const char *customer, int64_t time, int64_t amount)
{
  crm_sale sale = CRM_SALE_INIT;
  sale.customer = customer;
  sale.time = time;
  sale.amount = amount;
  return sale;
}

static crm_customer_standing post(crm_till *till, const crm_sale *sale)
{
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_post(till, sale, &standing, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return standing;
}

static crm_reach reach_of(const crm_till *till, const char *customer, int32_t tier, int64_t instant)
{
  crm_reach reach = CRM_REACH_INIT;
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_reach(till, customer, tier, instant, &reach, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return reach;
}

static int32_t day_of(int32_t year, int32_t month, int32_t day)
{
  return (int32_t)(facts_day(year, month, day) / CRM_DAY);
}

static void test_worked_example(void **state)
{
  crm_store *store = facts_store(NULL, ten);
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_customer_standing s;
  crm_reach reach;
  crm_sale sale;
  crm_till *till;
  (void)state;
  pyramid.shares = shares;
  pyramid.share_count = 3;
  options.pyramid = &pyramid;
  scope.as_of = facts_day(2024, 3, 1);
  till = make_till(store, &scope, &options);
  assert_string_equal(standing_of(till, "111").name, "nonpositive");
  sale = sale_of("106", facts_day(2024, 2, 29), 3000);
  s = post(till, &sale);
  assert_string_equal(s.name_before, "small");
  assert_int_equal(s.rank_before, 6);
  assert_int_equal(s.spend_before, 6000);
  assert_string_equal(s.name, "medium");
  assert_int_equal(s.rank, 5);
  assert_int_equal(s.population, 10);
  assert_int_equal(s.spend, 9000);
  assert_int_equal(s.gap, 11000);
  assert_int_equal(s.margin, 1000);
  assert_int_equal(s.total, 140000);
  assert_int_equal(s.share, 64286);
  assert_int_equal(s.orders, 2);
  assert_int_equal(s.recency_days, 1);
  assert_int_equal(s.stage, CRM_BUYER_REPEAT);
  assert_int_equal(s.stage_before, CRM_BUYER_FIRST);
  /* 11 with an occasion: one alone bought today, all others longer ago; one other twice, as often */
  assert_int_equal(s.buyers, 11);
  assert_int_equal(s.r, 5);
  assert_int_equal(s.f, 1 + 5 * 9 / 11);
  assert_int_equal(s.m, 1 + 5 * 6 / 11);
  assert_int_equal(s.f_before, 1);
  reach = reach_of(till, "107", 2, CRM_TIME_UNSET_TO);
  assert_int_equal(reach.attainable, 1);
  assert_int_equal(reach.needed, 9000);
  assert_int_equal(reach.missing, 5000);
  assert_int_equal(reach.visits, 2);
  /* 40 in the 27 days since 3 February; 50 more take 33.75 of them */
  assert_int_equal(reach.day, day_of(2024, 2, 29) + 34);
  assert_int_equal(reach.kept, INT32_MIN);
  crm_till_free(till);
  crm_store_free(store);
}

static void test_limits(void **state)
{
  static const int64_t limits[] = { 50000, 8000 };
  crm_store *store = facts_store(NULL, ten);
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_customer_standing s;
  crm_sale sale;
  crm_till *till;
  (void)state;
  options.limits = limits;
  options.limit_count = 2;
  till = make_till(store, NULL, &options);
  assert_true(crm_till_as_of(till) == facts_day(2024, 2, 10));
  assert_string_equal(standing_of(till, "101").name, "tier1");
  assert_int_equal(standing_of(till, "101").margin, 0);
  s = standing_of(till, "105");
  assert_string_equal(s.name, "tier2");
  assert_int_equal(s.gap, 42000);
  assert_int_equal(s.margin, 0);
  sale = sale_of("105", facts_day(2024, 2, 6), 1);
  sale.kind = CRM_SALE_RETURN;
  s = post(till, &sale);
  assert_string_equal(s.name, "tier3");
  assert_int_equal(s.gap, 1);
  assert_int_equal(s.margin, 7998);
  assert_int_equal(s.orders, 1);
  sale = sale_of("105", facts_day(2024, 2, 6), -8000);
  sale.kind = CRM_SALE_RETURN;
  s = post(till, &sale);
  assert_string_equal(s.name, "nonpositive");
  assert_int_equal(s.spend, -1);
  assert_int_equal(s.rank, 0);
  assert_int_equal(s.gap, 2);
  assert_int_equal(s.margin, 0);
  assert_int_equal(s.share, 0);
  assert_int_equal(s.population, 9);
  crm_till_free(till);
  crm_store_free(store);
}

/* What nobody knows yet, what stands for nobody, and what is only known. */
static void test_strangers(void **state)
{
  static const char *const anonymous[] = { "0" };
  crm_store_options settled = CRM_STORE_OPTIONS_INIT;
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = sale_of("new", facts_day(2024, 2, 6), 999);
  crm_till *till;
  crm_store *store;
  (void)state;
  settled.anonymous = anonymous;
  settled.anonymous_count = 1;
  store = facts_store(&settled, ten);
  facts_load_text(store, "customers", "customer,kind,joined\n7,internal,\n8,person,2024-01-01\n9,person,\n"
                                      "10,person,2024-02-20\n");
  till = make_till(store, NULL, NULL);
  assert_int_equal(crm_till_standing(till, "new", &s, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_OK);
  assert_int_equal(s.tier_before, -1);
  assert_string_equal(s.name_before, "");
  assert_int_equal(s.stage_before, CRM_BUYER_NONE);
  assert_int_equal(s.stage, CRM_BUYER_FIRST);
  assert_int_equal(s.rank, 11);
  assert_int_equal(crm_till_standing(till, "new", &s, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(post(till, &sale).rank, 11);
  assert_int_equal(standing_of(till, "new").orders, 1);
  assert_string_equal(standing_of(till, "8").name, "prospect");
  assert_string_equal(standing_of(till, "9").name, "suspect");
  assert_int_equal(standing_of(till, "9").r, 0);
  assert_int_equal(standing_of(till, "9").recency_days, -1);
  assert_int_equal(crm_till_standing(till, "10", &s, NULL), CRM_ERROR_NOT_FOUND);
  sale.customer = "0";
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_NOT_FOUND);
  sale.customer = "7";
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_NOT_FOUND);
  sale.customer = "";
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_NOT_FOUND);
  /* 10 joins on 20 February */
  assert_int_equal(crm_till_advance(till, facts_day(2024, 2, 20), NULL), CRM_OK);
  assert_int_equal(crm_till_standing(till, "10", &s, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 2, 20) + 1, NULL), CRM_OK);
  assert_string_equal(standing_of(till, "10").name, "prospect");
  crm_till_free(till);
  crm_store_free(store);
}

/* What posting means for the store's commits. */
static void test_following(void **state)
{
  crm_store *store = facts_store(NULL, ten);
  crm_till *till = make_till(store, NULL, NULL);
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_reach reach = CRM_REACH_INIT;
  crm_sale sale = sale_of("107", facts_day(2024, 2, 6), 100);
  (void)state;
  sale.document = "20";
  post(till, &sale);
  sale.document = "21";
  sale.source = "south";
  post(till, &sale);
  sale.document = NULL;
  post(till, &sale);
  assert_int_equal(standing_of(till, "107").spend, 4300);
  assert_int_equal(crm_till_posted(till), 3);
  facts_load_text(store, "sales", "document,time,customer,amount\n20,2024-02-06,107,1\n21,2024-02-06,108,5\n");
  assert_int_equal(crm_till_standing(till, "107", &s, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_till_reach(till, "107", 0, CRM_TIME_UNSET_TO, &reach, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 2, 9), NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  /* 20 is in the store, 21 of the default source is another document, the one without a key is forgotten */
  assert_int_equal(crm_till_posted(till), 1);
  assert_int_equal(standing_of(till, "107").spend, 4200);
  assert_int_equal(standing_of(till, "107").orders, 3);
  assert_int_equal(standing_of(till, "108").spend, 4500);
  facts_load_text(store, "sales", "document,version,time,customer,kind,amount\n20,1,2024-02-06,107,void,1\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(standing_of(till, "107").spend, 4100);
  facts_load_text(store, "sales", "source,document,time,customer,amount\nsouth,21,2024-02-06,107,1\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(crm_till_posted(till), 0);
  assert_int_equal(standing_of(till, "107").spend, 4100);
  crm_till_free(till);
  crm_store_free(store);
}

/* Money that fits in the store and in the till, and not in both together: the till says so until there is less. */
static void test_money_of_both(void **state)
{
  static const char *const buyers[] = {"107", "110"};   /* the one of the posted sale; another one */
  int i;
  (void)state;
  for (i = 0; i < 2; i++) {
    crm_store *store = facts_store(NULL, ten);
    crm_till *till = make_till(store, NULL, NULL);
    crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
    crm_sale sale = sale_of("107", facts_day(2024, 2, 6), INT64_C(5000000000000000000));
    crm_error error = CRM_ERROR_INIT;
    char line[128];
    sale.document = "20";
    post(till, &sale);
    (void)snprintf(line, sizeof line, "document,time,customer,amount\n21,2024-02-06,%s,50000000000000000\n", buyers[i]);
    facts_load_text(store, "sales", line);
    assert_int_equal(crm_till_sync(till, &error), CRM_ERROR_OVERFLOW);
    assert_non_null(strstr(error.message, "together pass 64 bits"));
    assert_int_equal(crm_till_standing(till, "101", &s, NULL), CRM_ERROR_STATE);
    facts_load_text(store, "sales", "document,version,time,customer,kind,amount\n21,1,2024-02-06,110,void,1\n");
    assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
    assert_true(standing_of(till, "107").spend == INT64_C(5000000000000000000) + 4000);
    crm_till_free(till);
    crm_store_free(store);
  }
}

/* Sales of 10 on the first of each month but the first one, 25. */
static const char *const monthly =
    "document,time,customer,amount\n1,2024-01-01,a,25\n2,2024-02-01,a,10\n3,2024-03-01,a,10\n4,2024-04-01,a,10\n"
    "5,2024-04-01,b,30\n";

static void test_rolling_window(void **state)
{
  crm_store *store = facts_store(NULL, monthly);
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  static const int32_t half[] = { 5000 };
  crm_scope scope = CRM_SCOPE_INIT;
  crm_reach reach;
  crm_till *till;
  (void)state;
  pyramid.shares = half;
  pyramid.share_count = 1;
  options.pyramid = &pyramid;
  options.window = CRM_WINDOW_DAYS;
  options.days = 92;
  scope.as_of = facts_day(2024, 4, 2);
  till = make_till(store, &scope, &options);
  /* 92 days up to 1 April begin on 1 January */
  assert_int_equal(standing_of(till, "a").spend, 5500);
  reach = reach_of(till, "a", 0, CRM_TIME_UNSET_TO);
  assert_int_equal(reach.needed, 3000);
  assert_int_equal(reach.missing, 0);
  /* with the 25 of 1 January gone there are 30, level with b; below that when February's leave, after 92 days */
  assert_int_equal(reach.kept, day_of(2024, 2, 1) + 91);
  reach = reach_of(till, "a", 0, facts_day(2024, 5, 4));
  assert_int_equal(reach.spend, 2000);
  assert_int_equal(reach.missing, 1000);
  assert_int_equal(reach.visits, 1);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 4, 3), NULL), CRM_OK);
  assert_int_equal(standing_of(till, "a").spend, 3000);
  assert_int_equal(standing_of(till, "a").orders, 3);
  assert_int_equal(standing_of(till, "a").first, day_of(2024, 1, 1));
  assert_int_equal(crm_till_advance(till, facts_day(2024, 8, 1), NULL), CRM_OK);
  assert_string_equal(standing_of(till, "a").name, "inactive");
  assert_int_equal(crm_till_advance(till, facts_day(2024, 7, 1), NULL), CRM_ERROR_ARGUMENT);
  crm_till_free(till);
  crm_store_free(store);
}

static void test_years(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2023-12-31,a,1\n2,2024-01-01,a,2\n"
                                       "3,2024-02-28,c,4\n4,2024-02-29,c,8\n5,2025-02-27,c,16\n6,2025-02-28,c,32\n");
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_till *till;
  (void)state;
  facts_load_text(store, "customers", "customer,joined\nc,2020-02-29\n");
  options.window = CRM_WINDOW_YEAR;
  scope.as_of = facts_day(2024, 1, 1);
  till = make_till(store, &scope, &options);
  assert_int_equal(standing_of(till, "a").spend, 100);
  assert_int_equal(reach_of(till, "a", 0, CRM_TIME_UNSET_TO).kept, day_of(2023, 12, 31));
  assert_int_equal(crm_till_advance(till, facts_day(2024, 1, 1) + 1, NULL), CRM_OK);
  assert_true(crm_till_as_of(till) == facts_day(2024, 1, 2));
  assert_int_equal(standing_of(till, "a").spend, 200);
  crm_till_free(till);

  options.window = CRM_WINDOW_MEMBERSHIP;
  scope.as_of = facts_day(2024, 3, 1);
  till = make_till(store, &scope, &options);
  /* c's year begins on 29 February 2024, and the one after on the 28th; a's on 31 December, its first purchase */
  assert_int_equal(standing_of(till, "c").spend, 800);
  assert_int_equal(standing_of(till, "a").spend, 300);
  assert_int_equal(reach_of(till, "c", 0, CRM_TIME_UNSET_TO).kept, day_of(2025, 2, 27));
  assert_int_equal(crm_till_advance(till, facts_day(2025, 2, 28), NULL), CRM_OK);
  assert_int_equal(standing_of(till, "c").spend, 2400);
  assert_string_equal(standing_of(till, "a").name, "inactive");
  assert_int_equal(crm_till_advance(till, facts_day(2025, 3, 1), NULL), CRM_OK);
  assert_int_equal(standing_of(till, "c").spend, 3200);
  crm_till_free(till);
  crm_store_free(store);
}

/* A day that begins at four: what is sold at three still belongs to yesterday. */
static void test_day_start(void **state)
{
  crm_store_options settled = CRM_STORE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale;
  crm_till *till;
  crm_store *store;
  (void)state;
  settled.day_start = 4 * (CRM_DAY / 24);
  store = facts_store(&settled, "document,time,customer,amount\n1,2024-01-02T05:00,7,1\n");
  scope.as_of = facts_day(2024, 1, 3);
  till = make_till(store, &scope, NULL);
  assert_true(crm_till_as_of(till) == facts_day(2024, 1, 3) + settled.day_start);
  sale = sale_of("7", facts_day(2024, 1, 3) + settled.day_start - 1, 1);
  assert_int_equal(post(till, &sale).recency_days, 1);
  sale.time++;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_RANGE);
  crm_till_free(till);
  crm_store_free(store);
}

static void refuse(const crm_store *store, const crm_scope *scope, const crm_till_options *options, const char *what)
{
  crm_error error = CRM_ERROR_INIT;
  crm_till *till = NULL;
  assert_int_equal(crm_till_create(store, scope, options, &till, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, what);
  assert_null(till);
}

static void test_options(void **state)
{
  static const int64_t rising[] = { 1, 2 };
  static const int64_t zero[] = { 1, 0 };
  static const char *const segments[25] = { "x" };
  static const char *const names[25] = { "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x",
                                         "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x", "x" };
  static const char *const buyers[] = { "101" };
  crm_store *store = facts_store(NULL, ten);
  crm_store *empty = facts_store(NULL, NULL);
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_rfm_options rfm = CRM_RFM_OPTIONS_INIT;
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_till_options usual = options;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_till *till = NULL;
  crm_segment *segment = NULL;
  crm_cockpit *cockpit = NULL;
  (void)state;
  assert_int_equal(crm_cockpit_create(NULL, &cockpit, NULL), CRM_OK);
  options.window = 4;
  refuse(store, NULL, &options, "window");
  options.window = CRM_WINDOW_DAYS;
  refuse(store, NULL, &options, "days");
  options = usual;
  options.limits = rising;
  options.limit_count = 2;
  refuse(store, NULL, &options, "limits");
  options.limits = zero;
  refuse(store, NULL, &options, "limits");
  options.limits = NULL;
  refuse(store, NULL, &options, "limits");
  options = usual;
  pyramid.measure = CRM_MEASURE_PROFIT;
  options.pyramid = &pyramid;
  refuse(store, NULL, &options, "measure");
  options = usual;
  rfm.segments = segments;
  options.rfm = &rfm;
  assert_int_equal(crm_till_create(store, NULL, &options, &till, NULL), CRM_ERROR_ARGUMENT);
  rfm.segments = names;
  refuse(store, NULL, &options, "segments");
  scope.from = facts_day(2024, 1, 1);
  refuse(store, &scope, NULL, "from");
  scope.from = CRM_TIME_UNSET_FROM;
  scope.accounts = 1;
  refuse(store, &scope, NULL, "accounts");
  scope.accounts = 0;
  assert_int_equal(crm_segment_pick(store, buyers, 1, NULL, &segment, NULL), CRM_OK);
  scope.segment = segment;
  refuse(store, &scope, NULL, "segment");
  crm_segment_free(segment);
  options = usual;
  options.cockpit = cockpit;
  options.periods = -1;
  refuse(store, NULL, &options, "periods");
  options.periods = 1000;
  refuse(store, NULL, &options, "periods");
  crm_cockpit_free(cockpit);
  refuse(empty, NULL, NULL, "as_of");
  assert_int_equal(crm_till_create(NULL, NULL, NULL, &till, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_create(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_till_free(NULL);
  crm_store_free(store);
  crm_store_free(empty);
}

static void test_empty_store(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_customer_standing s;
  crm_sale sale;
  crm_till *till;
  (void)state;
  scope.as_of = facts_day(2024, 1, 2);
  till = make_till(store, &scope, NULL);
  sale = sale_of("first", facts_day(2024, 1, 1), 5);
  s = post(till, &sale);
  assert_string_equal(s.name, "vip");
  assert_int_equal(s.rank, 1);
  assert_int_equal(s.gap, 0);
  assert_int_equal(s.margin, 4);
  assert_int_equal(s.share, 1000000);
  assert_int_equal(s.r, 1);
  crm_till_free(till);
  crm_store_free(store);
}

/* Calls that cannot be meant, amounts that do not fit, and structs of other sizes: nothing changes. */
/* Amounts that 64 bits do not hold together are refused when they are posted, so that no sum of some of them, in
 * whatever order they are read again, is one that cannot be told. */
static void test_large_posts(void **state)
{
  const int64_t huge = INT64_C(9000000000000000000);
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-02-01,a,1\n2,2024-02-02,b,2\n");
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_till *till;
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = sale_of("a", facts_day(2024, 2, 2), huge);
  (void)state;
  options.window = CRM_WINDOW_DAYS;
  options.days = 30;
  till = make_till(store, NULL, &options);
  sale.document = "x";
  assert_int_equal(post(till, &sale).spend, huge + 100);
  sale.kind = CRM_SALE_RETURN;
  sale.document = "y";
  sale.time = facts_day(2024, 2, 1);
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_OVERFLOW);
  assert_int_equal(crm_till_post(till, &sale, NULL, NULL), CRM_ERROR_OVERFLOW);
  sale.customer = "b";
  assert_int_equal(crm_till_post(till, &sale, NULL, NULL), CRM_ERROR_OVERFLOW);
  sale.amount = INT64_MAX - huge - 300;   /* to the last cent */
  assert_int_equal(post(till, &sale).spend, 200 - sale.amount);
  sale.amount = 1;
  assert_int_equal(crm_till_post(till, &sale, NULL, NULL), CRM_ERROR_OVERFLOW);
  assert_int_equal(reach_of(till, "a", 0, facts_day(2024, 3, 3)).spend, huge);
  /* what does not fit any more by what the store has come to hold can be told again when it is gone from there */
  facts_load_text(store, "sales", "document,time,customer,amount\n3,2024-02-02,b,2\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_ERROR_OVERFLOW);
  assert_int_equal(crm_till_sync(till, NULL), CRM_ERROR_OVERFLOW);
  facts_load_text(store, "sales", "document,version,time,customer,amount,kind\n3,1,2024-02-02,b,0,void\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(crm_till_posted(till), 2);
  assert_int_equal(standing_of(till, "a").spend, huge + 100);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 3, 3), NULL), CRM_OK);
  assert_int_equal(standing_of(till, "a").spend, huge);
  crm_till_free(till);
  crm_store_free(store);
}

/* A commit that takes a large amount from one customer to another: both at once would pass 64 bits. */
static void test_large_move(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n1,2024-02-01,a,90000000000000000\n"
                                       "2,2024-02-02,b,2\n");
  crm_till *till = make_till(store, NULL, NULL);
  (void)state;
  facts_load_text(store, "sales", "document,version,time,customer,amount\n1,1,2024-02-01,b,90000000000000000\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(standing_of(till, "b").total, INT64_C(9000000000000000200));
  facts_load_text(store, "sales", "document,version,time,customer,amount\n1,2,2024-02-01,a,90000000000000000\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(standing_of(till, "a").total, INT64_C(9000000000000000200));
  assert_int_equal(standing_of(till, "b").rank, 2);
  crm_till_free(till);
  crm_store_free(store);
}

static void test_refused(void **state)
{
  crm_store *store = facts_store(NULL, ten);
  crm_till *till = make_till(store, NULL, NULL);
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing before = standing_of(till, "101");
  crm_customer_standing after;
  crm_reach reach = CRM_REACH_INIT;
  crm_sale sale = sale_of("101", facts_day(2024, 2, 6), INT64_MAX);
  struct {
    crm_sale sale;
    int64_t more;
  } longer;
  (void)state;
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_OVERFLOW);
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_OVERFLOW);
  sale.customer = "new one";
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_OVERFLOW);
  sale.amount = INT64_MIN;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_ARGUMENT);
  sale = sale_of("101", facts_day(2024, 2, 10), 1);
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_RANGE);
  sale.time = INT64_MIN;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_RANGE);
  sale.time = facts_day(2024, 2, 6);
  sale.kind = 2;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_ARGUMENT);
  sale.kind = CRM_SALE_SALE;
  sale.customer = NULL;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_ARGUMENT);
  sale.customer = "101";
  s.struct_size = 2;
  assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_ERROR_ARGUMENT);
  memset(&longer, 0, sizeof longer);
  longer.sale = sale;
  longer.sale.struct_size = (uint32_t)sizeof longer;
  longer.more = 1;
  assert_int_equal(crm_till_post(till, &longer.sale, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_reach(till, "101", 4, CRM_TIME_UNSET_TO, &reach, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_reach(till, "101", -1, CRM_TIME_UNSET_TO, &reach, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_reach(till, "101", 0, facts_day(2024, 2, 5), &reach, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_reach(till, "nobody", 0, CRM_TIME_UNSET_TO, &reach, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_till_post(NULL, &sale, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_post(till, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_sync(NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_advance(NULL, 0, NULL), CRM_ERROR_ARGUMENT);
  after = standing_of(till, "101");
  assert_memory_equal(&before, &after, sizeof before);
  assert_int_equal(crm_till_posted(till), 0);
  s.struct_size = 32;
  s.gap = 77;
  assert_int_equal(crm_till_standing(till, "101", &s, NULL), CRM_OK);
  assert_int_equal(s.population, 10);
  assert_int_equal(s.gap, 77);
  crm_till_free(till);
  crm_store_free(store);
}

/* ---- keys that are numbers given one after the other, whose records lie in their order ---- */

#define DENSE 4000
#define HOLE 1234      /* nobody's, until somebody comes */

static void same_as_pyramid(const crm_till *till, const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  int i;
  scope.as_of = crm_till_as_of(till);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  for (i = -5; i < DENSE + 100; i += 1 + (i > 20) * 6) {
    crm_standing by = CRM_STANDING_INIT;
    crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
    char key[16];
    (void)snprintf(key, sizeof key, "%d", i);
    assert_int_equal(crm_pyramid_find(pyramid, key, &by, NULL), crm_till_standing(till, key, &is, NULL));
    assert_true(by.rank == is.rank && by.value == is.spend && by.gap == is.gap && by.margin == is.margin &&
                by.tier == is.tier && by.population == is.population);
  }
  crm_pyramid_free(pyramid);
}

static void add_sale(facts *rows, const char *document, const char *customer, int32_t cents)
{
  char line[96];
  (void)snprintf(line, sizeof line, "%s,2024-02-%02d,%s,%d.%02d", document, 1 + (int)(cents % 28), customer,
                 (int)(cents / 100), (int)(cents % 100));
  facts_add(rows, line);
}

static void test_dense_keys(void **state)
{
  static const char *const others[] = { "text", "-3", "999999999" };
  crm_store *store = facts_store(NULL, NULL);
  crm_store *mirror = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,amount");
  facts *later = facts_create("document,time,customer,amount");
  dice of = dice_of(3);
  crm_till *till;
  uint64_t from;
  int i;
  (void)state;
  for (i = 0; i < DENSE + 3; i++) {
    char key[16];
    char document[16];
    (void)snprintf(key, sizeof key, "%d", i);
    (void)snprintf(document, sizeof document, "%d", i);
    if (i != HOLE) {
      add_sale(rows, document, i < DENSE ? key : others[i - DENSE], 1 + dice_below(&of, 3000));
    }
  }
  facts_load(rows, store, "sales");
  facts_load(rows, mirror, "sales");
  assert_true(crm__customers_window(store, &from) >= DENSE && from <= HOLE);
  till = make_till(store, NULL, NULL);
  same_as_pyramid(till, mirror);
  for (i = 0; i < 400; i++) {
    char key[16];
    char document[16];
    int32_t cents = 1 + dice_below(&of, 3000);
    crm_sale sale;
    (void)snprintf(key, sizeof key, "%d", i % 40 == 0 ? HOLE : i % 41 == 0 ? -3 : i % 43 == 0 ? DENSE + i / 43 :
                                          dice_below(&of, DENSE));
    (void)snprintf(document, sizeof document, "p%d", i);
    sale = sale_of(key, facts_day(2024, 2, 1) + (cents % 28) * CRM_DAY, cents);
    sale.document = document;
    post(till, &sale);
    add_sale(later, document, key, cents);
  }
  facts_load(later, mirror, "sales");
  same_as_pyramid(till, mirror);
  facts_load(later, store, "sales");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_int_equal(crm_till_posted(till), 0);
  same_as_pyramid(till, mirror);
  facts_load_text(store, "merges", "customer,into\n17,18\n19,text\n-3,20\n");
  facts_load_text(mirror, "merges", "customer,into\n17,18\n19,text\n-3,20\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  same_as_pyramid(till, mirror);
  assert_true(standing_of(till, "17").rank == standing_of(till, "18").rank);
  crm_till_free(till);
  facts_free(rows);
  facts_free(later);
  crm_store_free(store);
  crm_store_free(mirror);
}

/* Memory is asked for when what is kept grows, by half each time, and not for a sale. */
static void test_no_allocation_per_sale(void **state)
{
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  test_fault fault;
  crm_config config;
  crm_store *store = NULL;
  crm_till *till;
  uint64_t calls;
  int i;
  (void)state;
  NEEDS_USUAL_SIZES();
  test_fault_reset(&fault, 0, 0);
  config = test_fault_config(&fault);
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  facts_load_text(store, "sales", ten);
  till = make_till(store, NULL, NULL);
  calls = fault.calls;
  for (i = 0; i < 4000; i++) {
    char document[16];
    char key[16];
    crm_sale sale;
    (void)snprintf(document, sizeof document, "%d", i);
    (void)snprintf(key, sizeof key, "%d", 101 + i % 10);
    sale = sale_of(key, facts_day(2024, 2, 9), i % 700);
    sale.document = document;
    assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_OK);
    assert_int_equal(crm_till_post(till, &sale, &s, NULL), CRM_OK);
  }
  assert_in_range(fault.calls - calls, 0, 60);
  calls = fault.calls;
  for (i = 0; i < 1000; i++) {
    crm_sale sale = sale_of("104", facts_day(2024, 2, 9), i);
    assert_int_equal(crm_till_preview(till, &sale, &s, NULL), CRM_OK);
    assert_int_equal(crm_till_standing(till, "105", &s, NULL), CRM_OK);
  }
  assert_true(fault.calls == calls);
  crm_till_free(till);
  crm_store_free(store);
  assert_int_equal(fault.live_blocks, 0);
}

/* Loads without a fault, wherever the count of allocations is. */
static void load_safely(test_fault *fault, crm_store *store, const char *sales)
{
  uint64_t fail_at = fault->fail_at;
  uint64_t calls = fault->calls;
  fault->fail_at = 0;
  facts_load_text(store, "sales", sales);
  fault->fail_at = fail_at == 0 ? 0 : fail_at + (fault->calls - calls);
}

/* Everything a till does, each allocation failing in turn. */
static crm_status use(test_fault *fault, crm_till *till, crm_store *store)
{
  crm_customer_standing s = CRM_CUSTOMER_STANDING_INIT;
  crm_reach reach = CRM_REACH_INIT;
  crm_sale sale = sale_of("106", facts_day(2024, 2, 5), 100);
  crm_status status;
  int i;
  sale.document = "30";
  status = crm_till_post(till, &sale, &s, NULL);
  for (i = 0; i < 60 && status == CRM_OK; i++) {
    char key[16];
    char document[16];
    (void)snprintf(key, sizeof key, "fresh %d", i);
    (void)snprintf(document, sizeof document, "%d", 100 + i);
    sale = sale_of(key, facts_day(2023, 10, 1) + i * 2 * CRM_DAY, 100 + i * 37);
    sale.document = document;
    status = crm_till_post(till, &sale, &s, NULL);
  }
  sale = sale_of("103", facts_day(2024, 2, 4), 5);
  status = status == CRM_OK ? crm_till_preview(till, &sale, &s, NULL) : status;
  status = status == CRM_OK ? crm_till_reach(till, "103", 1, CRM_TIME_UNSET_TO, &reach, NULL) : status;
  load_safely(fault, store, "document,time,customer,amount\n30,2024-02-05,106,1\n31,2024-02-06,fresh 1,1\n");
  status = status == CRM_OK ? crm_till_sync(till, NULL) : status;
  status = status == CRM_OK ? crm_till_advance(till, facts_day(2024, 3, 20), NULL) : status;
  status = status == CRM_OK ? crm_till_standing(till, "fresh 1", &s, NULL) : status;
  assert_true(status != CRM_OK || s.spend == 237);
  return status;
}

typedef struct variant {
  const crm_scope *scope;
  const crm_till_options *options;
} variant;

static int scenario(const crm_config *config, void *user)
{
  const variant *with = user;
  test_fault *fault = config->allocate_context;
  uint64_t fail_at = fault->fail_at;
  crm_store *store = NULL;
  crm_till *till = NULL;
  crm_status status;
  fault->fail_at = 0;
  assert_int_equal(crm_store_create(config, NULL, &store, NULL), CRM_OK);
  facts_load_text(store, "sales", ten);
  fault->fail_at = fail_at == 0 ? 0 : fault->calls + fail_at;
  status = crm_till_create(store, with->scope, with->options, &till, NULL);
  status = status == CRM_OK ? use(fault, till, store) : status;
  fault->fail_at = 0;
  if (status != CRM_OK && till != NULL) {
    /* whatever failed, a sync makes it whole again */
    assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
    assert_int_equal(standing_of(till, "101").spend, 50000);
  }
  crm_till_free(till);
  crm_store_free(store);
  return status;
}

/* ---- gauges ---- */

static crm_status read_rules(void *context, void *buffer, size_t size, size_t *got)
{
  const char **from = context;
  *got = strlen(*from) < size ? strlen(*from) : size;
  memcpy(buffer, *from, *got);
  *from += *got;
  return CRM_OK;
}

static void add_rows(crm_cockpit *cockpit, int32_t what, const char *text)
{
  crm_source source = CRM_SOURCE_INIT;
  int64_t bad = 1;
  source.context = (void *)&text;
  source.read = read_rules;
  assert_int_equal(crm_cockpit_read(cockpit, what, NULL, &source, &bad, NULL), CRM_OK);
  assert_int_equal(bad, 0);
}

static void expect_move(const crm_till *till, int64_t index, const char *id, int64_t before, int64_t value,
                        const char *state_before, const char *state)
{
  crm_till_moved moved = CRM_TILL_MOVED_INIT;
  assert_int_equal(crm_till_move(till, index, &moved, NULL), CRM_OK);
  assert_string_equal(moved.id, id);
  assert_int_equal(moved.value_before, before);
  assert_int_equal(moved.value, value);
  assert_string_equal(moved.state_before, state_before);
  assert_string_equal(moved.state, state);
}

/* February has sales of 1495 less a return of 50. A sale today, in March, moves March alone, and no alert; one that
 * comes in late for February lifts that month above its alert. */
static void test_gauges(void **state)
{
  crm_store *store = facts_store(NULL, ten);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_cockpit *cockpit = NULL;
  crm_till_moved none = CRM_TILL_MOVED_INIT;
  crm_customer_standing told;
  crm_table *table = NULL;
  crm_till *till;
  crm_sale sale;
  (void)state;
  assert_int_equal(crm_cockpit_create(NULL, &cockpit, NULL), CRM_OK);
  add_rows(cockpit, CRM_COCKPIT_GAUGES, "gauge,kpi,role,bands\nmoney,revenue,boss,low 100 high\n"
                                        "new,customers_new,boss,\nmargin,gross_margin,boss,\nother,orders,clerk,\n");
  add_rows(cockpit, CRM_COCKPIT_ALERTS, "alert,kpi,role,when,set,clear\npoor,revenue,boss,below,1500,1500\n");
  scope.as_of = facts_day(2024, 3, 6);
  options.cockpit = cockpit;
  options.role = "nobody";
  assert_int_equal(crm_till_create(store, &scope, &options, &till, NULL), CRM_ERROR_ARGUMENT);
  options.role = "boss";
  till = make_till(store, &scope, &options);
  sale = sale_of("115", facts_day(2024, 3, 5), 12000);
  told = post(till, &sale);
  assert_int_equal(told.gauges_moved, 2);
  assert_int_equal(told.alerts_moved, 0);
  assert_int_equal(crm_till_moves(till), 2);
  expect_move(till, 0, "money", 0, 120000000, "low", "high");
  expect_move(till, 1, "new", 0, 1000000, "", "");
  assert_int_equal(crm_till_move(till, 2, &none, NULL), CRM_ERROR_ARGUMENT);
  sale = sale_of("101", facts_day(2024, 2, 20), 30000);
  told = post(till, &sale);
  assert_int_equal(told.gauges_moved, 0);
  assert_int_equal(told.alerts_moved, 1);
  expect_move(till, 0, "poor", INT64_C(1445000000), INT64_C(1745000000), "firing", "ok");
  assert_int_equal(crm_till_gauges(till, &table, NULL), CRM_OK);
  assert_result(table, "gauge,period,value,band,followed\nmoney,2024-03,120.000000,high,true\n"
                       "new,2024-03,1.000000,,true\nmargin,2024-03,,,false\n");
  assert_int_equal(crm_till_alerts(till, &table, NULL), CRM_OK);
  assert_result(table, "alert,state,value,followed\npoor,ok,1745.000000,true\n");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);   /* neither has a document: both are forgotten */
  assert_int_equal(crm_till_moves(till), 0);
  assert_int_equal(crm_till_alerts(till, &table, NULL), CRM_OK);
  assert_result(table, "alert,state,value,followed\npoor,firing,1445.000000,true\n");
  crm_till_free(till);
  options.cockpit = NULL;
  till = make_till(store, &scope, &options);
  assert_int_equal(crm_till_gauges(till, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_till_moves(till), 0);
  crm_till_free(till);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

static void test_memory(void **state)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_rfm_options rfm = CRM_RFM_OPTIONS_INIT;
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  variant with;
  (void)state;
  scope.as_of = facts_day(2024, 2, 7);
  with.scope = &scope;
  with.options = NULL;
  test_fault_drive(scenario, &with);
  rfm.ties = CRM_TIES_SPLIT;
  options.rfm = &rfm;
  options.window = CRM_WINDOW_DAYS;
  options.days = 365;
  scope.occasions = CRM_OCCASIONS_DAY;
  with.options = &options;
  test_fault_drive(scenario, &with);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example), cmocka_unit_test(test_limits),
    cmocka_unit_test(test_strangers),      cmocka_unit_test(test_following),
    cmocka_unit_test(test_money_of_both),
    cmocka_unit_test(test_rolling_window), cmocka_unit_test(test_years),
    cmocka_unit_test(test_day_start),      cmocka_unit_test(test_options),
    cmocka_unit_test(test_empty_store),    cmocka_unit_test(test_large_posts),
    cmocka_unit_test(test_large_move),     cmocka_unit_test(test_refused),
    cmocka_unit_test(test_dense_keys),     cmocka_unit_test(test_no_allocation_per_sale),
    cmocka_unit_test(test_gauges),         cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
