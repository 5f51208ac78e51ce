/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* The worked example. Spend in 2024: anna 100, bert 80, carl 60, dora 60, emil 50, fred 40, 7 30, gina 20, hugo 10,
 * ines 5: n = 10, total 455. Below them jane (20 - 25) and karl (10 - 10); lena bought in 2023 only, mara has joined,
 * nora is known by name alone, otto joins later, the till and staff are no customers. */
static const char *const example_customers =
  "customer,kind,joined\n"
  "mara,person,2024-01-05\n"
  "nora,,\n"
  "otto,,2030-01-01\n"
  "till,anonymous,\n"
  "staff,internal,2020-01-01\n";

static const char *const example_sales =
  "document,time,customer,amount\n"
  "1,2024-01-02,ines,5\n"
  "2,2024-01-02,hugo,4.50\n"
  "3,2024-01-03,hugo,5.50\n"
  "4,2024-01-04,gina,20\n"
  "5,2024-01-05,7,30\n"
  "6,2024-01-06,fred,40\n"
  "7,2024-01-06,emil,50\n"
  "8,2024-01-07,dora,60\n"
  "9,2024-01-08,carl,70\n"
  "10,2024-01-09,carl,-10\n"
  "11,2024-01-10,bert,80\n"
  "12,2024-01-11,anna,100\n"
  "13,2024-01-12,jane,20\n"
  "14,2024-01-13,jane,-25\n"
  "15,2024-01-12,karl,10\n"
  "16,2024-01-14,karl,-10\n"
  "17,2023-12-31,lena,999\n"
  "18,2023-12-31,anna,999\n"
  "19,2024-01-12,till,500\n"
  "20,2024-01-12,,500\n"
  "21,2024-01-12,staff,500\n";

static const int32_t example_shares[] = { 1000, 3000, 6000 };

static crm_store *example_store(void)
{
  crm_store *store = facts_store(NULL, example_sales);
  facts_load_text(store, "customers", example_customers);
  return store;
}

static crm_scope example_scope(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.from = facts_day(2024, 1, 1);
  return scope;
}

static crm_pyramid *compute(const crm_store *store, const crm_scope *scope, const crm_pyramid_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_pyramid *pyramid = NULL;
  if (crm_pyramid_compute(store, scope, options, &pyramid, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return pyramid;
}

static crm_table *tiers_of(const crm_pyramid *pyramid)
{
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_tiers(pyramid, &table, NULL), CRM_OK);
  return table;
}

static crm_table *members_of(const crm_pyramid *pyramid)
{
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  return table;
}

static void assert_standing(const crm_pyramid *pyramid, const char *key, const char *tier, int64_t rank, int64_t value,
                            int64_t gap, int64_t margin)
{
  crm_standing standing = CRM_STANDING_INIT;
  assert_int_equal(crm_pyramid_find(pyramid, key, &standing, NULL), CRM_OK);
  assert_string_equal(standing.name, tier);
  assert_int_equal(standing.rank, rank);
  assert_int_equal(standing.value, value);
  assert_int_equal(standing.gap, gap);
  assert_int_equal(standing.margin, margin);
  assert_int_equal(standing.population, 10);
}

/* Cuts after 1, 3 and 6 customers. The third and the fourth have spent the same, so four are major or better. */
static void test_worked_example(void **state)
{
  crm_store *store = example_store();
  crm_scope scope = example_scope();
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid;
  (void)state;
  options.shares = example_shares;
  options.share_count = 3;
  pyramid = compute(store, &scope, &options);
  assert_result(tiers_of(pyramid),
                "tier,customers,customer_share,spend,spend_share,min_spend,max_spend,nominal,status\n"
                "vip,1,0.100000,100.00,0.219780,100.00,100.00,1,ok\n"
                "major,3,0.300000,200.00,0.439561,60.00,80.00,2,ok\n"
                "medium,2,0.200000,90.00,0.197802,40.00,50.00,3,ok\n"
                "small,4,0.400000,65.00,0.142857,5.00,30.00,4,ok\n"
                "nonpositive,2,,-5.00,,-5.00,0.00,,ok\n"
                "inactive,1,,0.00,,0.00,0.00,,ok\n"
                "prospect,1,,0.00,,0.00,0.00,,ok\n"
                "suspect,1,,0.00,,0.00,0.00,,ok\n");
  assert_result(members_of(pyramid),
                "customer,tier,rank,spend,orders,first,last\n"
                "anna,vip,1,100.00,1,2024-01-11,2024-01-11\n"
                "bert,major,2,80.00,1,2024-01-10,2024-01-10\n"
                "carl,major,3,60.00,1,2024-01-08,2024-01-08\n"
                "dora,major,3,60.00,1,2024-01-07,2024-01-07\n"
                "emil,medium,5,50.00,1,2024-01-06,2024-01-06\n"
                "fred,medium,6,40.00,1,2024-01-06,2024-01-06\n"
                "7,small,7,30.00,1,2024-01-05,2024-01-05\n"
                "gina,small,8,20.00,1,2024-01-04,2024-01-04\n"
                "hugo,small,9,10.00,2,2024-01-02,2024-01-03\n"
                "ines,small,10,5.00,1,2024-01-02,2024-01-02\n"
                "karl,nonpositive,,0.00,1,2024-01-12,2024-01-12\n"
                "jane,nonpositive,,-5.00,1,2024-01-12,2024-01-12\n"
                "lena,inactive,,0.00,0,,\n"
                "mara,prospect,,0.00,0,,\n"
                "nora,suspect,,0.00,0,,\n");
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_standings_together(void **state)
{
  crm_store *store = example_store();
  crm_scope scope = example_scope();
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_standing standing = CRM_STANDING_INIT;
  crm_pyramid *pyramid;
  (void)state;
  options.shares = example_shares;
  options.share_count = 3;
  pyramid = compute(store, &scope, &options);
  assert_standing(pyramid, "anna", "vip", 1, 10000, 0, 2000);
  assert_standing(pyramid, "bert", "major", 2, 8000, 2000, 2000);
  assert_standing(pyramid, "carl", "major", 3, 6000, 4000, 0);
  assert_standing(pyramid, "emil", "medium", 5, 5000, 1000, 2000);
  assert_standing(pyramid, "7", "small", 7, 3000, 1000, 2999);
  assert_standing(pyramid, "ines", "small", 10, 500, 3500, 499);
  assert_standing(pyramid, "karl", "nonpositive", 0, 0, 1, 0);
  assert_standing(pyramid, "jane", "nonpositive", 0, -500, 501, 0);
  assert_standing(pyramid, "lena", "inactive", 0, 0, 1, 0);
  assert_int_equal(crm_pyramid_find(pyramid, "otto", &standing, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_pyramid_find(pyramid, "till", &standing, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_pyramid_find(pyramid, "staff", &standing, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_pyramid_find(pyramid, "nobody", &standing, NULL), CRM_ERROR_NOT_FOUND);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* Now dora, whose key comes after carl's, is medium; and an integer key comes before every text. */
static void test_standings_split(void **state)
{
  crm_store *store = example_store();
  crm_scope scope = example_scope();
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid;
  (void)state;
  options.shares = example_shares;
  options.share_count = 3;
  options.ties = CRM_TIES_SPLIT;
  pyramid = compute(store, &scope, &options);
  assert_result(tiers_of(pyramid), "tier,customers,spend\n"
                                   "vip,1,100.00\nmajor,2,140.00\nmedium,3,150.00\nsmall,4,65.00\n"
                                   "nonpositive,2,-5.00\ninactive,1,0.00\nprospect,1,0.00\nsuspect,1,0.00\n");
  assert_standing(pyramid, "bert", "major", 2, 8000, 2001, 2000);
  assert_standing(pyramid, "carl", "major", 3, 6000, 4001, 0);
  assert_standing(pyramid, "dora", "medium", 3, 6000, 1, 3000 - 1);
  assert_standing(pyramid, "emil", "medium", 5, 5000, 1001, 2000 - 1);
  assert_standing(pyramid, "7", "small", 7, 3000, 1000, 2999);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* Ascending 5 10 20 30 40 50 60 60 80 100: sum of (2i - 11) x = 1645, over 10 * 455; 100 + 80 + 60 + 60 + 50 = 350 is
 * under 364, 390 is not. */
static void test_concentration(void **state)
{
  crm_store *store = example_store();
  crm_scope scope = example_scope();
  crm_pyramid *pyramid = compute(store, &scope, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  assert_result(table, "measure,value,numerator,denominator,status\n"
                       "top_1,0.219780,10000,45500,ok\n"
                       "top_5,0.219780,10000,45500,ok\n"
                       "top_10,0.219780,10000,45500,ok\n"
                       "top_20,0.395604,18000,45500,ok\n"
                       "gini,0.361538,164500,455000,ok\n"
                       "customers_for_80,0.600000,6,10,ok\n");
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* Gini of (INT64_MAX / 4) twice and 1 twice: (3 - 1) / 4 of nearly all: 0.5; its parts pass 64 bits. */
static void test_concentration_of_huge_values(void **state)
{
  crm_store_options settings = CRM_STORE_OPTIONS_INIT;
  crm_pyramid *pyramid;
  crm_table *table = NULL;
  crm_store *store;
  (void)state;
  settings.digits = 0;
  store = facts_store(&settings, "document,time,customer,amount\n"
                                 "1,2024-01-01,1,2305843009213693951\n2,2024-01-01,2,2305843009213693951\n"
                                 "3,2024-01-01,3,1\n4,2024-01-01,4,1\n");
  pyramid = compute(store, NULL, NULL);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  assert_true(text_is(table, "measure", 4, "gini"));
  assert_int_equal(integer_at(table, "value", 4), 500000);
  assert_true(is_null_at(table, "denominator", 4));
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* 13 customers with the same value: the one place of a vip goes to all of them, and 13 is over twice 1. */
static void test_tied(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  facts *rows = facts_create("document,time,customer,amount");
  crm_pyramid *pyramid;
  char line[64];
  int i;
  (void)state;
  for (i = 0; i < 13; i++) {
    (void)snprintf(line, sizeof line, "%d,2024-01-01,%d,10", i, i);
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  pyramid = compute(store, NULL, NULL);
  assert_result(tiers_of(pyramid), "tier,customers,nominal,status\n"
                                   "vip,13,1,tied\nmajor,0,0,ok\nmedium,0,2,ok\nsmall,0,10,ok\nnonpositive,0,,ok\n"
                                   "inactive,0,,ok\nprospect,0,,ok\nsuspect,0,,ok\n");
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_profit_and_occasions(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount,cost\n"
                                       "1,2024-01-01,a,10,4\n"
                                       "2,2024-01-02,a,10,\n"
                                       "3,2024-01-03,b,30,29\n"
                                       "4,2024-01-03,c,30,31\n");
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid;
  crm_table *table;
  (void)state;
  options.measure = CRM_MEASURE_PROFIT;
  pyramid = compute(store, NULL, &options);
  table = members_of(pyramid);
  assert_table(table, "customer,tier,rank,spend\na,vip,1,16.00\nb,small,2,1.00\nc,nonpositive,,-1.00\n");
  assert_string_equal(crm_table_meta_find(table, "customers_without_cost"), "1");
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  options.measure = CRM_MEASURE_OCCASIONS;
  pyramid = compute(store, NULL, &options);
  assert_result(members_of(pyramid), "customer,tier,rank,spend\na,vip,1,2\nb,small,2,1\nc,small,2,1\n");
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_empty_store(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_pyramid *pyramid = compute(store, NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_result(tiers_of(pyramid),
                "tier,customers,customer_share,spend,spend_share,min_spend,max_spend\n"
                "vip,0,,0.00,,,\nmajor,0,,0.00,,,\nmedium,0,,0.00,,,\nsmall,0,,0.00,,,\n"
                "nonpositive,0,,0.00,,,\ninactive,0,,0.00,,,\nprospect,0,,0.00,,,\nsuspect,0,,0.00,,,\n");
  assert_result(members_of(pyramid), "customer,tier\n");
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 6);
  assert_true(is_null_at(table, "value", 4) && text_is(table, "status", 4, "undefined"));
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_state_after_a_commit(void **state)
{
  crm_store *store = example_store();
  crm_pyramid *pyramid = compute(store, NULL, NULL);
  crm_standing standing = CRM_STANDING_INIT;
  crm_table *table = NULL;
  (void)state;
  facts_load_text(store, "sales", "document,time,customer,amount\n99,2024-02-01,anna,1\n");
  assert_int_equal(crm_pyramid_find(pyramid, "anna", &standing, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_pyramid_tiers(pyramid, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_ERROR_STATE);
  assert_null(table);
  crm_pyramid_free(pyramid);
  crm_pyramid_free(NULL);
  crm_store_free(store);
}

/* The handle keeps the branches of its scope, and needs nothing of the caller's. */
static void test_scope_is_kept(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount,branch\n"
                                       "1,2024-01-01,a,10,north\n2,2024-01-01,b,20,south\n3,2024-01-02,a,5,west\n");
  char key[] = "north";
  char other[] = "west";
  const char *branches[2];
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid;
  (void)state;
  branches[0] = key;
  branches[1] = other;
  scope.branches = branches;
  scope.branch_count = 2;
  assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
  pyramid = compute(store, &scope, NULL);
  crm_context_free(scope.context);
  memset(key, 'x', sizeof key - 1);
  memset(other, 'x', sizeof other - 1);
  branches[0] = NULL;
  assert_result(members_of(pyramid), "customer,tier,rank,spend,orders\na,vip,1,15.00,2\nb,inactive,,0.00,0\n");
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void assert_refused(const crm_store *store, const crm_pyramid_options *options, const char *column)
{
  crm_error error = CRM_ERROR_INIT;
  crm_pyramid *pyramid = NULL;
  assert_int_equal(crm_pyramid_compute(store, NULL, options, &pyramid, &error), CRM_ERROR_ARGUMENT);
  assert_null(pyramid);
  assert_string_equal(error.column, column);
}

static void test_options_are_checked(void **state)
{
  static const int32_t bad[][2] = { { 0, 100 }, { 100, 100 }, { 200, 100 }, { 100, 10000 }, { -1, 5 } };
  crm_store *store = example_store();
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  size_t i;
  (void)state;
  options.share_count = 2;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    options.shares = bad[i];
    assert_refused(store, &options, "shares");
  }
  options.shares = NULL;
  assert_refused(store, &options, "shares");
  options.shares = bad[0];
  options.share_count = 17;
  assert_refused(store, &options, "shares");
  options.share_count = -1;
  assert_refused(store, &options, "shares");
  options.share_count = 0;
  options.cut = 3;
  assert_refused(store, &options, "cut");
  options.cut = 0;
  options.ties = 2;
  assert_refused(store, &options, "ties");
  options.ties = 0;
  options.measure = -1;
  assert_refused(store, &options, "measure");
  assert_int_equal(crm_pyramid_compute(NULL, NULL, NULL, &pyramid, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- against the definitions, said once more and naively ---- */

#define MOST 40
#define HUGE_LOSS INT64_C(-5000000000)   /* beyond 32 bits, which then hold nobody's value */

typedef struct world {
  int count;                 /* customers, in key order */
  int64_t values[MOST];      /* net spend, any sign */
  const int32_t *shares;
  int share_count;
  int32_t cut;
  int32_t ties;
} world;

static int64_t population(const world *of)
{
  int64_t n = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    n += of->values[i] > 0;
  }
  return n;
}

/* Customers ahead of one: with more value, and of equal value those of a lower key where ties are split. */
static int64_t ahead_of(const world *of, int who, int split)
{
  int64_t ahead = 0;
  int i;
  for (i = 0; i < of->count; i++) {
    ahead += of->values[i] > of->values[who] || (split && i < who && of->values[i] == of->values[who]);
  }
  return ahead;
}

/* The first tier whose cut takes more customers than are ahead; share_count + 1 for those outside n. */
static int tier_in(const world *of, int who)
{
  int64_t n = population(of);
  int t;
  if (of->values[who] <= 0) {
    return of->share_count + 1;
  }
  for (t = 0; t < of->share_count; t++) {
    int64_t size = of->shares[t] * n / 10000;
    int64_t rest = of->shares[t] * n % 10000;
    size += of->cut == CRM_CUT_CEIL ? rest > 0 : of->cut == CRM_CUT_HALF_UP ? rest >= 5000 : 0;
    if (ahead_of(of, who, of->ties == CRM_TIES_SPLIT) < size) {
      return t;
    }
  }
  return of->share_count;
}

/* The least addition with which the tier is a higher one, 0 where none up to the greatest value and one more is. */
static int64_t gap_in(world *of, int who)
{
  int64_t own = of->values[who];
  int tier = tier_in(of, who);
  int64_t gap;
  int64_t found = 0;
  for (gap = 1; gap <= 120 && found == 0; gap++) {
    of->values[who] = own + gap;
    found = tier_in(of, who) < tier ? gap : 0;
  }
  of->values[who] = own;
  return found;
}

static int64_t margin_in(world *of, int who)
{
  int64_t own = of->values[who];
  int tier = tier_in(of, who);
  int64_t margin = 0;
  if (own <= 0) {
    return 0;
  }
  for (of->values[who] = own - 1; tier_in(of, who) == tier; of->values[who]--) {
    margin++;
  }
  of->values[who] = own;
  return margin;
}

/* Keys in order: integers, then texts. */
static void key_of(int who, int count, char *key, size_t size)
{
  (void)snprintf(key, size, who < count / 2 ? "%d" : "k%03d", who);
}

static crm_store *store_of(const world *of, dice *random)
{
  crm_store_options settings = CRM_STORE_OPTIONS_INIT;
  facts *rows = facts_create("document,time,customer,amount");
  int order[MOST];
  crm_store *store;
  int i;
  settings.digits = 0;
  store = facts_store(&settings, NULL);
  for (i = 0; i < of->count; i++) {
    int j = dice_below(random, i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  for (i = 0; i < of->count; i++) {
    char key[16];
    char line[80];
    key_of(order[i], of->count, key, sizeof key);
    (void)snprintf(line, sizeof line, "%d,2024-01-01,%s,7", 2 * i, key);
    facts_add(rows, line);
    (void)snprintf(line, sizeof line, "%d,2024-01-02,%s,%lld", 2 * i + 1, key, (long long)of->values[order[i]] - 7);
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

static void compare_world(world *of, dice *random)
{
  crm_store *store = store_of(of, random);
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  int64_t counts[24] = { 0 };
  crm_pyramid *pyramid;
  crm_table *tiers;
  int i;
  options.shares = of->shares;
  options.share_count = of->share_count;
  options.cut = of->cut;
  options.ties = of->ties;
  pyramid = compute(store, NULL, &options);
  for (i = 0; i < of->count; i++) {
    crm_standing standing = CRM_STANDING_INIT;
    char key[16];
    key_of(i, of->count, key, sizeof key);
    assert_int_equal(crm_pyramid_find(pyramid, key, &standing, NULL), CRM_OK);
    assert_int_equal(standing.value, of->values[i]);
    assert_int_equal(standing.tier, tier_in(of, i));
    assert_int_equal(standing.rank, of->values[i] > 0 ? 1 + ahead_of(of, i, 0) : 0);
    if (of->values[i] > HUGE_LOSS) {
      assert_int_equal(standing.gap, gap_in(of, i));
    } else {
      assert_int_equal(standing.gap, 1 - of->values[i]);
    }
    assert_int_equal(standing.margin, margin_in(of, i));
    counts[standing.tier]++;
  }
  tiers = tiers_of(pyramid);
  for (i = 0; i <= of->share_count + 1; i++) {
    assert_int_equal(integer_at(tiers, "customers", i), counts[i]);
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

static void test_against_definition(void **state)
{
  static const int32_t shares[][4] = { { 100, 500, 2000, 0 }, { 1000, 3000, 6000, 0 }, { 1, 5001, 0, 0 },
                                       { 2500, 2600, 5000, 9999 } };
  static const int counts[] = { 3, 3, 2, 4 };
  dice random = dice_of(20240101);
  int round;
  (void)state;
  for (round = 0; round < 240; round++) {
    world of;
    int which = round % 4;
    int spread = round % 5 == 0 ? 4 : 60;
    int i;
    of.count = round % 10 == 0 ? 1 : 1 + dice_below(&random, MOST);
    for (i = 0; i < of.count; i++) {
      of.values[i] = dice_below(&random, spread) - spread / 6;
    }
    if (round % 3 == 0) {
      of.values[of.count - 1] = HUGE_LOSS;
    }
    of.shares = shares[which];
    of.share_count = counts[which];
    of.cut = round / 4 % 3;
    of.ties = round / 12 % 2;
    compare_world(&of, &random);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example),
    cmocka_unit_test(test_standings_together),
    cmocka_unit_test(test_standings_split),
    cmocka_unit_test(test_concentration),
    cmocka_unit_test(test_concentration_of_huge_values),
    cmocka_unit_test(test_tied),
    cmocka_unit_test(test_profit_and_occasions),
    cmocka_unit_test(test_empty_store),
    cmocka_unit_test(test_state_after_a_commit),
    cmocka_unit_test(test_scope_is_kept),
    cmocka_unit_test(test_options_are_checked),
    cmocka_unit_test(test_against_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
