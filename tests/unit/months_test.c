/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"
#include "support/loads.h"

#include "store/pass.h"

#include <stdio.h>
#include <string.h>

/* What is kept by month, through small loads of every kind: always what the facts give, by crm_store_verify and by the
 * same question asked so that it cannot serve. */

/* Passes over the facts, counted where they begin: the linker leads these calls here. */
static int passes;
void __real_crm__facts_begin(crm__facts *of);
void __wrap_crm__facts_begin(crm__facts *of);
void __real_crm__facts_begin_part(crm__facts *of, const crm__split *split, uint64_t part);
void __wrap_crm__facts_begin_part(crm__facts *of, const crm__split *split, uint64_t part);
crm_status __real_crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                            int with_cells, crm_error *error);
crm_status __wrap_crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                            int with_cells, crm_error *error);

void __wrap_crm__facts_begin(crm__facts *of)
{
  passes++;
  __real_crm__facts_begin(of);
}

void __wrap_crm__facts_begin_part(crm__facts *of, const crm__split *split, uint64_t part)
{
  passes++;
  __real_crm__facts_begin_part(of, split, part);
}

crm_status __wrap_crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                            int with_cells, crm_error *error)
{
  passes++;
  return __real_crm__pass(scope, scratch, measures, activity, with_cells, error);
}

static const char *const walk_ins[] = {"walk-in"};

static crm_store *base_store(dice *d, int32_t documents)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  facts *rows = facts_create("document,customer,time,amount,kind,version,product,quantity,cost");
  crm_store *store;
  int32_t i;
  options.anonymous = walk_ins;
  options.anonymous_count = 1;
  for (i = 0; i < documents; i++) {
    char line[120];
    (void)snprintf(line, sizeof line, "%d,%d,202%d-%02d-%02d,%d,%s,1,p%d,%d,%d", i, (int)dice_below(d, 40),
                   1 + (int)dice_below(d, 4), 1 + (int)dice_below(d, 12), 1 + (int)dice_below(d, 28),
                   (int)dice_below(d, 100), dice_below(d, 9) == 0 ? "return" : "sale",
                   (int)dice_below(d, 6), 1 + (int)dice_below(d, 4), (int)dice_below(d, 50));
    facts_add(rows, line);
  }
  store = facts_store(&options, NULL);
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

static text_buffer ask(const crm_store *store, const crm_scope *scope, const crm_summary *summary)
{
  crm_products_options without_buyers = CRM_PRODUCTS_OPTIONS_INIT;
  text_buffer text = TEXT_BUFFER_INIT;
  crm_scope with = *scope;
  crm_table *table = NULL;
  with.summary = summary;
  without_buyers.without_buyers = 1;
  add(&text, crm_periods_compute(store, &with, NULL, &table, NULL), &table);
  add(&text, crm_cohorts_compute(store, &with, NULL, NULL, &table, NULL), &table);
  add(&text, crm_products_compute(store, &with, &without_buyers, &table, NULL), &table);
  return text;
}

/* The first of the month of the earliest fact: as a lower bound it changes nothing but the way. */
static int64_t first_of_month(const crm_store *store)
{
  int32_t year;
  int32_t month;
  int32_t day;
  crm__civil_from_days(crm__business_day(store->earliest, store->day_start), &year, &month, &day);
  return facts_day(year, month, 1);
}

static void assert_kept(const crm_store *store)
{
  crm_scope plain = CRM_SCOPE_INIT;
  crm_scope bounded = CRM_SCOPE_INIT;
  crm_error error = CRM_ERROR_INIT;
  text_buffer kept;
  text_buffer made;
  assert_int_equal(crm_store_verify(store, &error), CRM_OK);
  bounded.from = first_of_month(store);
  kept = ask(store, &plain, NULL);
  made = ask(store, &bounded, NULL);
  assert_text_same(&made, &kept, "kept months");
  text_free(&kept);
  text_free(&made);
}

/* Rejected and repeated rows are let pass. */
static void load_rows(const facts *rows, crm_store *store)
{
  crm_load *load = NULL;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(facts_append(rows, load, "sales", NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
}

/* One to three documents: new ones, newer versions, voids, late ones, of new customers and of nobody. */
static void load_little(dice *d, crm_store *store, int32_t round)
{
  facts *rows = facts_create("document,customer,time,amount,kind,version,product,quantity,cost");
  int32_t count = 1 + dice_below(d, 3);
  int32_t i;
  for (i = 0; i < count; i++) {
    static const char *const kinds[] = {"sale", "sale", "sale", "return", "void", "quote"};
    static const char *const products[] = {"", "p1", "p2", "p3", "new one"};
    char line[120];
    char customer[24];
    int32_t old = dice_below(d, 3) == 0;
    int32_t who = dice_below(d, 60);
    (void)snprintf(customer, sizeof customer, "%d", (int)who);
    (void)snprintf(line, sizeof line, "%d,%s,202%d-%02d-%02d,%d,%s,%d,%s,%d,%s",
                   old ? 3 * (int)dice_below(d, 60) + (int)i : 1000 + 10 * (int)round + (int)i,
                   who < 50 ? customer : who < 55 ? "walk-in" : "", 1 + (int)dice_below(d, 5),
                   1 + (int)dice_below(d, 12), 1 + (int)dice_below(d, 28), (int)dice_below(d, 100),
                   kinds[dice_below(d, 6)], old ? 2 + (int)round : 1,
                   products[dice_below(d, 5)], 1 + (int)dice_below(d, 4), dice_below(d, 40) == 0 ? "" : "7");
    facts_add(rows, line);
  }
  if (round == 16) {
    facts_add(rows, "early,7,2020-05-05,10,sale,1,p0,1,1");   /* the first month moves */
  }
  load_rows(rows, store);
  facts_free(rows);
}

static void test_small_loads(void **unused)
{
  uint64_t seed;
  int kept = 0;
  int settled = 0;
  (void)unused;
  for (seed = 1; seed <= 4; seed++) {
    dice d = dice_of(seed);
    crm_store *store = base_store(&d, 200);
    int32_t round;
    assert_int_equal(store->months.periods, 0);   /* much at once */
    for (round = 0; round < 40; round++) {
      if (round == 16 && seed > 1) {
        round++;   /* the early one in one of the stores alone */
      }
      load_little(&d, store, round);
      kept += store->months.periods > 0;
      settled += store->months.periods > 0 && store->months.products.unsettled == 0;
      assert_kept(store);
    }
    crm_store_free(store);
  }
  assert_true(kept > 120);
  assert_true(settled > 20 && settled < kept);
}

/* Document i of a store in which all are of one customer, but the earliest. */
static void add_cash(facts *rows, int32_t i)
{
  char line[120];
  (void)snprintf(line, sizeof line, "%d,%s,202%d-%02d-%02d,%d,%s,1,p%d,1,%d", (int)i, i == 0 ? "other" : "cash",
                 i == 0 ? 1 : 2 + (int)(i % 3), 1 + (int)(i * 7 % 12), 1 + (int)(i * 5 % 28), (int)(i * 13 % 100),
                 i % 9 == 4 ? "return" : "sale", (int)(i % 5), (int)(i % 50));
  facts_add(rows, line);
}

/* A few documents of one customer, and of one who has only brought back: new in any month, the same one sent again,
 * two versions in one load, and now and then a newer version of a stored one. */
static void load_cash(dice *d, crm_store *store, int32_t round)
{
  facts *rows = facts_create("document,customer,time,amount,kind,version,product,quantity,cost");
  int32_t count = 1 + dice_below(d, 6);
  int32_t i;
  add_cash(rows, 1 + dice_below(d, 299));
  for (i = 0; i < count; i++) {
    int32_t what = dice_below(d, 12);
    int32_t versions = 1 + (what == 0);
    for (; versions > 0; versions--) {
      char line[120];
      (void)snprintf(line, sizeof line, "%d,%s,202%d-%02d-%02d,%d,%s,%d,p%d,1,3",
                     what == 1 ? 1 + (int)dice_below(d, 299) : 1000 + 10 * (int)round + (int)i,
                     dice_below(d, 5) == 0 ? "back" : "cash", 1 + (int)dice_below(d, 4),
                     round < 12 ? 12 - (int)round : 1 + (int)dice_below(d, 12), 1 + (int)dice_below(d, 28),
                     (int)dice_below(d, 100), round < 4 || dice_below(d, 4) == 0 ? "return" : "sale",
                     what == 1 ? 10 + (int)round : (int)versions, (int)dice_below(d, 7));
      facts_add(rows, line);
    }
  }
  load_rows(rows, store);
  facts_free(rows);
}

/* What a commit appends to a customer with many documents, without a walk to them. */
static void test_one_customer(void **unused)
{
  uint64_t seed;
  (void)unused;
  for (seed = 21; seed <= 23; seed++) {
    dice d = dice_of(seed);
    facts *rows = facts_create("document,customer,time,amount,kind,version,product,quantity,cost");
    crm_store *store = facts_store(NULL, NULL);
    int32_t round;
    for (round = 0; round < 300; round++) {
      add_cash(rows, round);
    }
    load_rows(rows, store);
    facts_free(rows);
    for (round = 0; round < 40; round++) {
      load_cash(&d, store, round);
      assert_true(store->months.periods > 0);
      assert_kept(store);
    }
    crm_store_free(store);
  }
}

/* Who counts changes: kinds of customers, merges, their undoing. */
static void test_customers_change(void **unused)
{
  dice d = dice_of(9);
  crm_store *store = base_store(&d, 200);
  (void)unused;
  load_little(&d, store, 1);
  assert_true(store->months.periods > 0);
  facts_load_text(store, "customers", "customer,kind\n3,internal\n4,anonymous\n5,business");
  assert_kept(store);
  load_little(&d, store, 2);
  assert_kept(store);
  facts_load_text(store, "merges", "customer,into\n6,7\n8,7\n3,9");
  assert_kept(store);
  load_little(&d, store, 3);
  assert_true(store->months.periods > 0);
  assert_kept(store);
  facts_load_text(store, "merges", "customer,into,undone,version\n6,7,true,1");
  assert_kept(store);
  facts_load_text(store, "customers", "customer,kind,version\n3,person,1\n99,person,1");
  assert_kept(store);
  load_little(&d, store, 4);
  assert_kept(store);
  crm_store_free(store);
}

static text_buffer ask_warm(const crm_store *store)
{
  crm_scope scope = CRM_SCOPE_INIT;
  text_buffer text = ask(store, &scope, NULL);
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
  add(&text, crm_pyramid_tiers(pyramid, &table, NULL), &table);
  add(&text, crm_pyramid_concentration(pyramid, &table, NULL), &table);
  crm_pyramid_free(pyramid);
  add(&text, crm_rfm_compute(store, NULL, NULL, &table, NULL), &table);
  add(&text, crm_rfm_segments(store, NULL, NULL, &table, NULL), &table);
  return text;
}

/* After one more sale, with customers of several kinds, pyramid, scores, months, cohorts and products look at no
 * document: how many there are makes no difference. */
static void test_no_pass(void **unused)
{
  int32_t documents;
  (void)unused;
  for (documents = 200; documents <= 3200; documents *= 4) {
    dice d = dice_of((uint64_t)documents);
    crm_store *store = base_store(&d, documents);
    text_buffer text;
    int32_t sale;
    facts_load_text(store, "customers", "customer,kind\n3,business\n4,anonymous");
    assert_int_equal(crm_store_prepare(store, NULL), CRM_OK);
    for (sale = 0; sale < 5; sale++) {
      char line[96];
      (void)snprintf(line, sizeof line,
                     "document,customer,time,amount,product,quantity,cost\nn%d,7,2025-02-0%d,5,p1,1,2", (int)sale,
                     1 + (int)sale);
      passes = 0;
      facts_load_text(store, "sales", line);
      text = ask_warm(store);
      assert_int_equal(passes, 0);
      text_free(&text);
      assert_kept(store);
      assert_true(passes > 0);   /* of the same question asked so that nothing serves */
    }
    crm_store_free(store);
  }
}

/* Made before a small load has to. */
static void test_prepared(void **unused)
{
  dice d = dice_of(12);
  crm_store *store = base_store(&d, 300);
  crm_store *empty = store_new(NULL);
  crm_load *load = NULL;
  int64_t version = crm_store_version(store);
  (void)unused;
  facts_load_text(store, "customers", "customer,kind\n3,internal\n4,anonymous");
  version = crm_store_version(store);
  assert_int_equal(store->months.periods, 0);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_store_prepare(store, NULL), CRM_ERROR_STATE);
  crm_load_free(load);
  assert_int_equal(crm_store_prepare(NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_prepare(store, NULL), CRM_OK);
  assert_true(store->months.periods > 0);
  assert_int_equal(crm_store_version(store), version);
  assert_kept(store);
  assert_int_equal(crm_store_prepare(store, NULL), CRM_OK);
  load_little(&d, store, 1);
  assert_kept(store);
  assert_int_equal(crm_store_prepare(empty, NULL), CRM_OK);
  assert_int_equal(empty->months.periods, 0);
  crm_store_free(store);
  crm_store_free(empty);
}

static void test_forgetting(void **unused)
{
  static const char *const keys[] = {"7", "9"};
  dice d = dice_of(10);
  crm_store *store = base_store(&d, 200);
  crm_table *receipt = NULL;
  (void)unused;
  load_little(&d, store, 1);
  assert_int_equal(crm_identity_erase(store, keys, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
  assert_kept(store);
  assert_int_equal(crm_identity_forget(store, keys + 1, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
  assert_int_equal(store->months.periods, 0);
  assert_kept(store);
  load_little(&d, store, 2);
  assert_true(store->months.periods > 0);
  assert_kept(store);
  crm_store_free(store);
}

/* A load that is freed, and one that fails, leave what is kept. */
static void test_nothing_committed(void **unused)
{
  dice d = dice_of(11);
  crm_store *store = base_store(&d, 200);
  crm_load *load = NULL;
  facts *rows = facts_create("document,customer,time,amount");
  (void)unused;
  load_little(&d, store, 1);
  facts_add(rows, "x,new customer,2024-05-05,5");
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(facts_append(rows, load, "sales", NULL), CRM_OK);
  assert_true(store->months.periods > 0);
  assert_kept(store);   /* with the load open */
  crm_load_free(load);
  assert_kept(store);
  facts_free(rows);
  crm_store_free(store);
}

/* More than 62 months take a second word of bits, and a scope up to a later month has empty ones. */
static void test_long_history(void **unused)
{
  dice d = dice_of(12);
  crm_store *store = base_store(&d, 200);
  crm_scope later = CRM_SCOPE_INIT;
  crm_scope bounded = CRM_SCOPE_INIT;
  text_buffer kept;
  text_buffer made;
  (void)unused;
  facts_load_text(store, "sales", "document,customer,time,amount,version\nold,5,2012-02-29,7,1");
  assert_true(store->months.words > 1);
  assert_kept(store);
  later.as_of = facts_day(2025, 3, 1);
  bounded.as_of = later.as_of;
  bounded.from = facts_day(2012, 2, 1);
  kept = ask(store, &later, NULL);
  made = ask(store, &bounded, NULL);
  assert_text_same(&made, &kept, "a later month");
  text_free(&kept);
  text_free(&made);
  facts_load_text(store, "sales", "document,customer,time,amount,version\nolder,5,1950-01-01,7,1");
  assert_int_equal(store->months.periods, 0);   /* too many months to keep */
  assert_kept(store);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_small_loads),     cmocka_unit_test(test_customers_change),
    cmocka_unit_test(test_forgetting),      cmocka_unit_test(test_nothing_committed),
    cmocka_unit_test(test_long_history),    cmocka_unit_test(test_prepared),
    cmocka_unit_test(test_one_customer),    cmocka_unit_test(test_no_pass),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
