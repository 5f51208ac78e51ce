/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <string.h>

/* a and b share a flat and have spent 750 and 920, b of it 20 as bb; c wants nothing, d said nothing; w stands for
 * nobody, i is internal, l is known from August on, p and q are under the account o, which has bought itself. */
static const char *const sales =
  "document,time,customer,amount\n"
  "1,2024-01-10,a,400\n2,2024-03-02,a,350\n3,2024-01-15,b,900\n4,2024-02-20,c,60\n5,2024-06-20,d,80\n"
  "6,2024-06-29,w,75\n7,2024-06-30,bb,20\n8,2024-06-30,i,9\n9,2024-05-01,p,30\n10,2024-05-02,q,40\n11,2024-05-03,o,1\n";

static const char *const customers = "customer,kind,joined,owner,parent,reference\n"
                                     "a,person,2024-01-01,flat,,yes\nb,person,2024-01-01,flat,,yes\n"
                                     "c,person,2024-01-01,,,no\nd,person,2024-01-01,,,\nw,anonymous,,,,\n"
                                     "i,internal,,,,yes\nl,person,2024-08-01,,,yes\np,,,,o,yes\nq,,,,o,yes\n"
                                     "o,,,,,yes\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  facts_load_text(store, "merges", "customer,into\nbb,b\n");
  return store;
}

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                               crm_table **table, crm_error *error);

static crm_scope july(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = facts_day(2024, 7, 1);
  return scope;
}

static crm_table *ask(question compute, const crm_store *store, const crm_scope *scope,
                      const crm_target_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  if (compute(store, scope, options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

static crm_segment_definition reason(const char *name, const char *expression)
{
  crm_segment_definition made = CRM_SEGMENT_DEFINITION_INIT;
  made.name = name;
  made.expression = expression;
  return made;
}

static void test_reasons(void **state)
{
  crm_segment_definition reasons[2];
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  crm_scope scope = july();
  crm_store *store = example();
  (void)state;
  reasons[0] = reason("no_consent", "not reference or reference is null");
  reasons[1] = reason("small", "spend < 50");
  options.expression = "spend > 0 and customer <> 'o'";
  options.suppressions = reasons;
  options.suppression_count = 2;
  options.household = "owner";
  assert_result(ask(crm_target_list, store, &scope, &options), "customer,spend\nb,920.00\n");
  assert_result(ask(crm_target_counts, store, &scope, &options),
                "reason,keys,share\nunknown,0,0.000000\nerased,0,0.000000\nduplicate,1,0.090909\n"
                "anonymous,1,0.090909\ninternal,1,0.090909\noutside,1,0.090909\nunwanted,1,0.090909\n"
                "no_consent,2,0.181818\nsmall,2,0.181818\nhousehold,1,0.090909\nlisted,1,0.090909\nall,11,1.000000\n");
  assert_result(ask(crm_target_rows, store, &scope, &options),
                "key,customer,reason\na,a,household\nb,b,listed\nbb,b,duplicate\nc,c,no_consent\nd,d,no_consent\n"
                "i,i,internal\nl,l,outside\no,o,unwanted\np,p,small\nq,q,small\nw,w,anonymous\n");
  /* the order of suppressions changes reasons alone */
  reasons[1] = reasons[0];
  reasons[0] = reason("small", "spend < 100");
  assert_result(ask(crm_target_rows, store, &scope, &options),
                "key,reason\na,household\nb,listed\nbb,duplicate\nc,small\nd,small\ni,internal\nl,outside\no,unwanted\n"
                "p,small\nq,small\nw,anonymous\n");
  crm_store_free(store);
}

/* Account o has 71.00 with its two customers. */
static void test_accounts_and_internal(void **state)
{
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  crm_scope scope = july();
  crm_store *store = example();
  (void)state;
  scope.accounts = 1;
  scope.internal = 1;
  options.expression = "spend < 100";
  assert_result(ask(crm_target_rows, store, &scope, &options),
                "key,customer,reason\na,a,unwanted\nb,b,unwanted\nbb,b,duplicate\nc,c,listed\nd,d,listed\ni,i,listed\n"
                "l,l,outside\no,o,listed\np,o,duplicate\nq,o,duplicate\nw,w,anonymous\n");
  assert_result(ask(crm_target_list, store, &scope, &options),
                "customer,spend\nc,60.00\nd,80.00\ni,9.00\no,71.00\n");
  crm_store_free(store);
}

static void test_a_list_of_keys(void **state)
{
  static const char *const keys[] = {"d", "bb", "x", "b", "d", "a", "w"};
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  crm_scope scope = july();
  crm_store *store = example();
  (void)state;
  options.keys = keys;
  options.key_count = 7;
  assert_result(ask(crm_target_rows, store, &scope, &options),
                "key,customer,reason\nd,d,listed\nbb,b,listed\nx,,unknown\nb,b,duplicate\nd,d,duplicate\na,a,listed\n"
                "w,w,anonymous\n");
  assert_result(ask(crm_target_list, store, &scope, &options), "customer,spend\na,750.00\nb,920.00\nd,80.00\n");
  options.key_count = 0;
  assert_result(ask(crm_target_list, store, &scope, &options), "customer\n");
  crm_store_free(store);
}

/* Of a forgotten key nothing is known, of an erased one that it was. */
static void test_erased_and_forgotten(void **state)
{
  static const char *const keys[] = {"a", "c", "d", "bb"};
  static const char *const erased[] = {"a", "b"};
  static const char *const forgotten[] = {"c"};
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  crm_scope scope = july();
  crm_store *store = example();
  crm_table *receipt = NULL;
  crm_table *table;
  (void)state;
  assert_int_equal(crm_identity_erase(store, erased, 2, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
  receipt = NULL;
  assert_int_equal(crm_identity_forget(store, forgotten, 1, &receipt, NULL), CRM_OK);
  crm_table_free(receipt);
  options.keys = keys;
  options.key_count = 4;
  assert_result(ask(crm_target_rows, store, &scope, &options),
                "key,customer,reason\na,,erased\nc,,unknown\nd,d,listed\nbb,,erased\n");
  options.keys = NULL;
  table = ask(crm_target_counts, store, &scope, &options);
  assert_int_equal(integer_at(table, "keys", row_of(table, "reason", "erased")), 3);
  assert_int_equal(integer_at(table, "keys", row_of(table, "reason", "listed")), 4);
  assert_int_equal(integer_at(table, "keys", row_of(table, "reason", "all")), 10);
  crm_table_free(table);
  assert_result(ask(crm_target_list, store, &scope, &options), "customer\nd\no\np\nq\n");
  crm_store_free(store);
}

static void refuse(const crm_store *store, const crm_target_options *options, crm_status wanted, const char *column,
                   int64_t byte)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  assert_int_equal(crm_target_list(store, NULL, options, &table, &error), wanted);
  assert_string_equal(error.column, column);
  assert_int_equal(error.byte, byte);
  assert_null(table);
}

static void test_refusals(void **state)
{
  static const char *const keys[] = {NULL};
  crm_segment_definition reasons[1];
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  crm_store *store = example();
  (void)state;
  options.expression = "spend >";
  refuse(store, &options, CRM_ERROR_VALUE, "expression", 7);
  options.expression = NULL;
  reasons[0] = reason("lately", "spending > 1");
  options.suppressions = reasons;
  options.suppression_count = 1;
  refuse(store, &options, CRM_ERROR_SCHEMA, "lately", 0);
  reasons[0].expression = NULL;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "", -1);
  reasons[0] = reason(NULL, "orders > 1");
  refuse(store, &options, CRM_ERROR_ARGUMENT, "", -1);
  options.suppression_count = CRM_TARGET_SUPPRESSIONS + 1;
  refuse(store, &options, CRM_ERROR_LIMIT, "", -1);
  options.suppression_count = 1;
  options.suppressions = NULL;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "", -1);
  options.suppression_count = 0;
  options.household = "flat";
  refuse(store, &options, CRM_ERROR_SCHEMA, "household", -1);
  options.household = NULL;
  options.keys = keys;
  options.key_count = 1;
  refuse(store, &options, CRM_ERROR_ARGUMENT, "keys", -1);
  refuse(NULL, NULL, CRM_ERROR_ARGUMENT, "", -1);
  assert_int_equal(crm_target_rows(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_reasons),
    cmocka_unit_test(test_accounts_and_internal),
    cmocka_unit_test(test_a_list_of_keys),
    cmocka_unit_test(test_erased_and_forgotten),
    cmocka_unit_test(test_refusals)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
