/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* Who is there, of whom more tables tell than customers and sales: every analysis has the same. Worked out by hand. */

static crm_store *example(void)
{
  crm_store *store = store_new(NULL);
  put(store, "customers",
      "customer,kind,joined\ngus,,2024-05-01\nnobody,anonymous,\nown,internal,\n", "");
  put(store, "opportunities", "opportunity,customer,created\no1,ann,2024-01-10\no2,ben,\no3,,2024-01-01\n", "");
  put(store, "stages",
      "opportunity,customer,time,stage\no1,,2024-01-11,first\n,cat,2024-02-01,prospect\n,dan,2024-03-01,fan\n", "");
  put(store, "interactions",
      "time,customer,id\n2024-04-01,eve,1\n2024-01-02,fay,2\n2024-02-15,gus,3\n2024-01-01,nobody,4\n2024-01-01,own,5\n",
      "");
  put(store, "merges", "customer,into\nfay,ann\n", "");
  put(store, "sales", "document,time,customer,kind,amount\n1,2024-01-20,hal,quote,5\n", "");
  put(store, "payments", "kind,document,customer,time,amount\ninvoice,1,ivy,2024-01-01,5\n", "");
  put(store, "ownership", "customer,owner,from\njan,ann,2024-01-01\n", "");
  return store;
}

/* The column of a table of customers, sorted by key, with blanks between. */
static void read_customers(crm_table *table, char *text, size_t size)
{
  int64_t row;
  size_t used = 0;
  text[0] = '\0';
  for (row = 0; row < crm_table_rows(table); row++) {
    size_t length;
    const char *key = crm_table_text(table, crm_table_find(table, "customer"), row, &length);
    assert_true(used + length + 2 < size);
    used += (size_t)snprintf(text + used, size - used, "%s%.*s", row > 0 ? " " : "", (int)length, key);
  }
  crm_table_free(table);
}

static int64_t in_all(crm_table *table, const char *column)
{
  int64_t sum = 0;
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    sum += integer_at(table, column, row);
  }
  crm_table_free(table);
  return sum;
}

static int64_t count_words(const char *text)
{
  int64_t count = *text != '\0';
  for (; *text != '\0'; text++) {
    count += *text == ' ';
  }
  return count;
}

static void assert_viewed(const crm_store *store, const crm_scope *scope, const char *wanted)
{
  static const char *const keys[] = {"ann", "ben", "cat", "dan", "eve", "gus", "hal", "ivy", "jan", "nobody", "zed"};
  size_t i;
  for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    crm_view view = CRM_VIEW_INIT;
    crm_status status = crm_view_compute(store, scope, NULL, keys[i], &view, NULL);
    if (!scope->accounts) {
      assert_int_equal(status, strstr(wanted, keys[i]) != NULL ? CRM_OK : CRM_ERROR_NOT_FOUND);
    }
    crm_view_clear(&view);
  }
}

/* Asks all who have an opinion. */
static void assert_there(const crm_store *store, int64_t as_of, int32_t accounts, const char *wanted)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_segment *segment = NULL;
  crm_lifecycle *lifecycle = NULL;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  char found[200];
  int64_t row;
  scope.as_of = as_of;
  scope.accounts = accounts;
  assert_int_equal(crm_segment_compute(store, &scope, NULL, &segment, NULL), CRM_OK);
  assert_int_equal(crm_segment_members(segment, &table, NULL), CRM_OK);
  crm_segment_free(segment);
  read_customers(table, found, sizeof found);
  assert_string_equal(found, wanted);
  assert_int_equal(crm_completeness_customers(store, &scope, &table, NULL), CRM_OK);
  read_customers(table, found, sizeof found);
  assert_string_equal(found, wanted);
  assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  crm_lifecycle_free(lifecycle);
  read_customers(table, found, sizeof found);
  assert_string_equal(found, wanted);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_tiers(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  assert_int_equal(in_all(table, "customers"), count_words(wanted));
  assert_int_equal(crm_composition_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_int_equal(in_all(table, "customers"), count_words(wanted));
  assert_int_equal(crm_ownership_owners(store, &scope, &table, NULL), CRM_OK);
  assert_int_equal(in_all(table, "customers"), count_words(wanted));
  assert_int_equal(crm_ownership_summary(store, &scope, &table, NULL), CRM_OK);
  row = row_of(table, "measure", "owned");
  assert_int_equal(integer_at(table, "denominator", row), count_words(wanted));
  crm_table_free(table);
  assert_viewed(store, &scope, wanted);
}

static void test_everybody_agrees(void **state)
{
  crm_store *store = example();
  (void)state;
  assert_there(store, facts_day(2024, 1, 2), 0, "ben");
  assert_there(store, facts_day(2024, 1, 2) + 1, 0, "ann ben");
  assert_there(store, facts_day(2024, 2, 16), 0, "ann ben cat gus hal");
  assert_there(store, facts_day(2024, 12, 31), 0, "ann ben cat dan eve gus hal");
  assert_int_equal(crm_store_customers(store), 9);   /* nobody and own too */
  crm_store_free(store);
}

static void test_what_they_are(void **state)
{
  crm_store *store = example();
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  (void)state;
  scope.as_of = facts_day(2024, 2, 16);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  assert_result(table, "customer,tier\nann,suspect\nben,suspect\ncat,suspect\ngus,suspect\nhal,suspect\n");
  scope.as_of = facts_day(2024, 5, 2);
  assert_int_equal(crm_pyramid_compute(store, &scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  assert_result(table, "customer,tier\ngus,prospect\nann,suspect\nben,suspect\ncat,suspect\ndan,suspect\n"
                       "eve,suspect\nhal,suspect\n");
  assert_int_equal(crm_lifecycle_compute(store, &scope, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  crm_lifecycle_free(lifecycle);
  assert_result(table, "customer,stage\nann,opportunity\nben,suspect\ncat,prospect\ndan,suspect\neve,suspect\n"
                       "gus,prospect\nhal,suspect\n");
  crm_store_free(store);
}

/* The account is there when one of its customers is, whoever has a row. */
static void test_accounts(void **state)
{
  crm_store *store = example();
  (void)state;
  put(store, "parents", "customer,parent,from\neve,zed,2024-01-01\nben,ann,2023-01-01\n", "");
  assert_there(store, facts_day(2024, 3, 2), 1, "ann cat dan gus hal");
  assert_there(store, facts_day(2024, 4, 2), 1, "ann cat dan gus hal zed");
  crm_store_free(store);
}

/* A row that is written over tells of nobody any more; who is forgotten is gone. */
static void test_rows_that_go(void **state)
{
  static const char *const keys[] = {"lou"};
  crm_store *store = store_new(NULL);
  crm_table *receipt = NULL;
  (void)state;
  put(store, "interactions",
      "time,customer,id,version\n2024-01-01,kim,1,1\n2024-02-01,kim,2,1\n2024-03-01,pat,3,1\n", "");
  assert_there(store, facts_day(2024, 1, 10), 0, "kim");
  put(store, "interactions", "time,customer,id,version\n2024-01-01,lou,1,2\n", "");
  assert_there(store, facts_day(2024, 1, 10), 0, "lou");
  assert_there(store, facts_day(2024, 2, 10), 0, "kim lou");
  put(store, "interactions", "time,customer,id,version\n2024-02-01,lou,2,2\n", "");
  assert_there(store, facts_day(2024, 4, 1), 0, "lou pat");
  put(store, "interactions", "time,customer,id,version\n2024-01-20,lou,1,3\n", "");
  assert_there(store, facts_day(2024, 1, 10), 0, "");
  assert_int_equal(crm_identity_forget(store, keys, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
  assert_verifies(store);
  assert_there(store, facts_day(2024, 4, 1), 0, "pat");
  assert_int_equal(crm_store_customers(store), 1);
  crm_store_free(store);
}

static int renewals;

void __real_crm__met_renew(crm_store *store);
void __wrap_crm__met_renew(crm_store *store);

void __wrap_crm__met_renew(crm_store *store)
{
  renewals++;
  __real_crm__met_renew(store);
}

static int renewals_of(crm_store *store, const char *rows)
{
  renewals = 0;
  put(store, "interactions", rows, "");
  assert_verifies(store);
  return renewals;
}

/* All rows are gone through only where the one that is written over is the first that its customer is known by. */
static void test_rows_that_stay(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "interactions",
      "time,customer,id,version\n2024-01-01,kim,1,1\n2024-02-01,kim,2,1\n2024-03-01,pat,3,1\n", "");
  assert_int_equal(renewals_of(store, "time,customer,id,version\n2024-02-02,kim,2,2\n"), 0);
  assert_int_equal(renewals_of(store, "time,customer,id,version\n2024-02-02,lou,2,3\n"), 0);
  assert_int_equal(renewals_of(store, "time,customer,id,version\n2023-12-01,kim,1,2\n2024-03-01,pat,3,2\n"), 0);
  assert_there(store, facts_day(2023, 12, 2), 0, "kim");
  assert_int_equal(renewals_of(store, "time,customer,id,version\n2024-01-01,kim,1,3\n"), 1);
  assert_there(store, facts_day(2023, 12, 2), 0, "");
  assert_int_equal(renewals_of(store, "time,customer,id,version\n2024-01-01,lou,1,4\n"), 1);
  assert_there(store, facts_day(2024, 12, 2), 0, "lou pat");
  crm_store_free(store);
}

static void assert_stands(const crm_till *till, const char *key, const char *wanted)
{
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  crm_status status = crm_till_standing(till, key, &standing, NULL);
  assert_int_equal(status, wanted != NULL ? CRM_OK : CRM_ERROR_NOT_FOUND);
  assert_string_equal(status == CRM_OK ? standing.name : "", wanted != NULL ? wanted : "");
}

/* The till has them too, on the day on which they come. */
static void test_till(void **state)
{
  crm_store *store = example();
  crm_till *till = NULL;
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.as_of = facts_day(2024, 2, 16);
  assert_int_equal(crm_till_create(store, &scope, NULL, &till, NULL), CRM_OK);
  assert_stands(till, "cat", "suspect");
  assert_stands(till, "eve", NULL);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 4, 1), NULL), CRM_OK);
  assert_stands(till, "dan", "suspect");
  assert_stands(till, "eve", NULL);
  assert_int_equal(crm_till_advance(till, facts_day(2024, 4, 2), NULL), CRM_OK);
  assert_stands(till, "eve", "suspect");
  put(store, "interactions", "time,customer,id\n2024-03-31,new,7\n", "");
  assert_int_equal(crm_till_sync(till, NULL), CRM_OK);
  assert_stands(till, "new", "suspect");
  crm_till_free(till);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_everybody_agrees), cmocka_unit_test(test_what_they_are), cmocka_unit_test(test_accounts),
    cmocka_unit_test(test_rows_that_go),     cmocka_unit_test(test_rows_that_stay),
    cmocka_unit_test(test_till),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
