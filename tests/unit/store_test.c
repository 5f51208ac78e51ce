/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <string.h>

/* A store's options, attributes, business days, who counts as a customer, and refunds on the sale's day. */

static crm_status create(const crm_store_options *options)
{
  crm_store *store = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status = crm_store_create(NULL, options, &store, &error);
  if (status != CRM_OK) {
    assert_null(store);
    assert_int_equal(error.status, status);
    assert_true(error.message[0] != '\0');
  }
  crm_store_free(store);
  return status;
}

static void test_options(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  static const crm_store_options plain = CRM_STORE_OPTIONS_INIT;
  static const char *const names[] = {"walk-in", NULL};
  (void)state;
  assert_int_equal(create(NULL), CRM_OK);
  assert_int_equal(create(&options), CRM_OK);
  options.digits = 7;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options.digits = -1;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options = plain;
  options.quantity_digits = 7;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options = plain;
  options.returns = 3;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options.returns = -1;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options = plain;
  options.day_start = CRM_DAY;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options.day_start = -1;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options = plain;
  options.anonymous_count = 1;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options.anonymous = names;
  assert_int_equal(create(&options), CRM_OK);
  options.anonymous_count = 2;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  options.anonymous_count = -1;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_create(NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(NULL);
}

/* A shorter struct is an older client's: what it does not hold has its default. */
static void test_struct_sizes(void **state)
{
  struct {
    crm_store_options options;
    uint64_t tail;
  } wide;
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  static const crm_store_options plain = CRM_STORE_OPTIONS_INIT;
  crm_store *store = NULL;
  crm_error small = CRM_ERROR_INIT;
  crm_config config = CRM_CONFIG_INIT;
  (void)state;
  options.struct_size = (uint32_t)offsetof(crm_store_options, day_start);
  options.day_start = -77;
  assert_int_equal(create(&options), CRM_OK);
  options.struct_size = 3;
  assert_int_equal(create(&options), CRM_ERROR_ARGUMENT);
  memset(&wide, 0, sizeof wide);
  wide.options = plain;
  wide.options.struct_size = (uint32_t)sizeof wide;
  assert_int_equal(create(&wide.options), CRM_OK);
  wide.tail = 1;
  assert_int_equal(create(&wide.options), CRM_ERROR_ARGUMENT);
  /* of an error only what the caller's struct holds is written */
  small.struct_size = (uint32_t)offsetof(crm_error, row);
  small.row = 4711;
  strcpy(small.message, "untouched");
  options = plain;
  options.digits = 9;
  assert_int_equal(crm_store_create(NULL, &options, &store, &small), CRM_ERROR_ARGUMENT);
  assert_int_equal(small.status, CRM_ERROR_ARGUMENT);
  assert_int_equal(small.row, 4711);
  assert_string_equal(small.message, "untouched");
  config.struct_size = (uint32_t)offsetof(crm_config, memory_limit);
  config.memory_limit = 1;
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  crm_store_free(store);
}

static void test_empty_store(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *table = NULL;
  text_buffer text = TEXT_BUFFER_INIT;
  (void)state;
  assert_int_equal(crm_store_version(store), 0);
  assert_int_equal(crm_store_customers(store), 0);
  assert_int_equal(crm_store_documents(store), 0);
  assert_int_equal(crm_store_lines(store), 0);
  assert_int_equal(crm_store_digits(store), 2);
  assert_int_equal(crm_store_horizon(store), CRM_TIME_UNSET_TO);
  assert_int_equal(crm_store_customer(store, "a", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customer(store, "", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_customer_documents(store, "1", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_store_document(store, "", "1", &table, NULL), CRM_ERROR_NOT_FOUND);
  assert_null(table);
  assert_result(totals_of(store), "day\n");
  assert_int_equal(crm_store_loads(store, &table, NULL), CRM_OK);
  assert_result(table, "table\n");
  text_add_store(&text, store, 1);
  text_free(&text);
  assert_verifies(store);
  crm_store_free(store);
}

static void test_attributes(void **state)
{
  crm_store *store = store_new(NULL);
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, &error), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, &error), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_TEXT, &error), CRM_ERROR_CONFLICT);
  assert_int_equal(crm_store_attribute(store, "customers", "region", CRM_TYPE_TEXT, &error), CRM_ERROR_SCHEMA);
  assert_int_equal(crm_store_attribute(store, "shops", "age", CRM_TYPE_TEXT, &error), CRM_ERROR_SCHEMA);
  assert_int_equal(crm_store_attribute(store, "sales", "age", CRM_TYPE_TEXT, &error), CRM_ERROR_SCHEMA);
  assert_int_equal(crm_store_attribute(store, "customers", "", CRM_TYPE_TEXT, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers", "Age", CRM_TYPE_TEXT, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers", "a-b", CRM_TYPE_TEXT, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers", NULL, CRM_TYPE_TEXT, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers", "flag", CRM_TYPE_BOOLEAN, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(NULL, "customers", "flag", CRM_TYPE_TEXT, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers",
                                       "a234567890123456789012345678901234567890123456789012345678901234",
                                       CRM_TYPE_TEXT, &error),
                   CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_store_attribute(store, "customers",
                                       "a23456789012345678901234567890123456789012345678901234567890123", CRM_TYPE_TEXT,
                                       &error),
                   CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "tier_2", CRM_TYPE_TEXT, &error), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "worth", CRM_TYPE_MONEY, &error), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "met", CRM_TYPE_TIME, &error), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "products", "weight", CRM_TYPE_DECIMAL, &error), CRM_OK);
  put(store, "customers", "customer,age,tier_2,worth,met\na,41.5,gold,12.345,2024-05-01\nb,,,,\nc,old,,,\n",
      "3,age,number\n");
  assert_result(customer_of(store, "a"), "customer,age,tier_2,worth,met\na,41.500000,gold,12.35,2024-05-01T00:00:00\n");
  assert_result(customer_of(store, "b"), "customer,age,tier_2,worth,met\nb,,,,\n");
  crm_store_free(store);
}

/* A fact before the cut-off belongs to the day before. */
static void test_day_start(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  options.day_start = INT64_C(4) * 3600 * 1000000;
  store = store_new(&options);
  put(store, "sales",
      "document,time,customer,amount\n1,2024-02-01T03:59:59.999999,a,1\n2,2024-02-01T04:00,a,2\n3,2024-01-31T23:00,a,"
      "4\n",
      "");
  assert_result(totals_of(store), "day,documents,net\n2024-01-31,2,5.00\n2024-02-01,1,2.00\n");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 2, 2) + options.day_start);
  assert_int_equal(crm_periods_compute(store, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "month,revenue,orders\n2024-01,5.00,2\n2024-02,2.00,1\n");
  scope.occasions = CRM_OCCASIONS_DAY;
  assert_int_equal(crm_periods_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "month,revenue,orders\n2024-01,5.00,1\n2024-02,2.00,1\n");
  crm_store_free(store);
}

/* Before 1970 a day still begins at or before its facts. */
static void test_days_before_1970(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "sales",
      "document,time,customer,amount\n1,1969-12-31T23:59:59,a,1\n2,1969-12-31T00:00,a,2\n3,1900-01-01,a,4\n4,1970-01-"
      "01,a,8\n",
      "");
  assert_result(totals_of(store), "day,documents,net\n1900-01-01,1,4.00\n1969-12-31,2,3.00\n1970-01-01,1,8.00\n");
  crm_store_free(store);
}

static crm_table *members_of(const crm_store *store, const crm_scope *scope)
{
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  return table;
}

static crm_table *periods_of(const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  assert_int_equal(crm_periods_compute(store, scope, NULL, &table, NULL), CRM_OK);
  return table;
}

/* Anonymous sales count in revenue and orders, never in what counts customers. */
static void test_anonymous(void **state)
{
  static const char *const names[] = {"walk-in", "0", "007"};
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  options.anonymous = names;
  options.anonymous_count = 3;
  store = store_new(&options);
  put(store, "sales",
      "document,time,customer,amount\n1,2024-01-01,walk-in,1\n2,2024-01-01,0,2\n3,2024-01-01,007,4\n"
      "4,2024-01-01,,8\n5,2024-01-01,7,16\n6,2024-01-01,walk-in,0\n7,2024-01-01,7,0\n",
      "");
  assert_result(periods_of(store, NULL), "month,revenue,orders,active\n2024-01,31.00,6,1\n");
  assert_result(members_of(store, NULL), "customer,spend,orders\n7,16.00,2\n");
  put(store, "customers", "customer,kind\n7,anonymous\nz,anonymous\n", "");
  assert_result(periods_of(store, NULL), "month,revenue,orders,active\n2024-01,31.00,5,0\n");
  assert_result(members_of(store, NULL), "customer\n");
  put(store, "customers", "customer,kind,version\n7,person,1\n", "");
  assert_result(periods_of(store, NULL), "month,revenue,orders,active\n2024-01,31.00,6,1\n");
  /* a key that was named at creation stays nobody */
  put(store, "customers", "customer,kind,version\nwalk-in,person,1\n", "");
  assert_result(members_of(store, NULL), "customer,spend\n7,16.00\n");
  crm_store_free(store);
}

/* Sales of internal customers are left out of everything, unless asked for. */
static void test_internal(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  put(store, "sales", "document,time,customer,product,amount\n1,2024-01-01,a,p,1\n2,2024-02-01,b,q,2\n", "");
  assert_result(periods_of(store, NULL), "month,revenue,orders,active,new\n2024-01,1.00,1,1,1\n2024-02,2.00,1,1,1\n");
  put(store, "customers", "customer,kind\nb,internal\n", "");
  assert_result(members_of(store, NULL), "customer,spend\na,1.00\n");
  scope.to = facts_day(2024, 3, 1);
  assert_result(periods_of(store, &scope),
                "month,revenue,orders,active,lapsed\n2024-01,1.00,1,1,0\n2024-02,0.00,0,0,1\n");
  scope.internal = 1;
  assert_result(members_of(store, &scope), "customer,spend\nb,2.00\na,1.00\n");
  put(store, "customers", "customer,kind,version\nb,business,2\n", "");
  assert_result(members_of(store, NULL), "customer,spend\nb,2.00\na,1.00\n");
  /* the books keep them */
  assert_result(totals_of(store), "day,net\n2024-01-01,1.00\n2024-02-01,2.00\n");
  crm_store_free(store);
}

/* A return that names its sale counts on the sale's day where asked for, on its own where the sale is unknown. */
static void test_originals(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  (void)state;
  scope.refunds = CRM_REFUNDS_SALE_DAY;
  put(store, "sales",
      "document,time,customer,kind,amount,original\n10,2024-02-10,a,return,5,1\n11,2024-02-11,b,return,2,nowhere\n"
      "12,2024-02-12,b,sale,1,1\n",
      "");
  assert_result(periods_of(store, &scope), "month,revenue\n2024-02,-6.00\n");
  /* the sale arrives later */
  put(store, "sales", "document,time,customer,kind,amount,original\n1,2024-01-05,a,sale,20,\n", "");
  assert_result(periods_of(store, &scope), "month,revenue,orders,active\n2024-01,15.00,1,1\n2024-02,-1.00,1,1\n");
  assert_result(periods_of(store, NULL), "month,revenue,orders,active\n2024-01,20.00,1,1\n2024-02,-6.00,1,1\n");
  /* as of a day before the refund it does not exist */
  scope.as_of = facts_day(2024, 2, 1);
  assert_result(periods_of(store, &scope), "month,revenue\n2024-01,20.00\n");
  scope.as_of = CRM_TIME_UNSET_TO;
  /* the sale moves to another month by a later version, then is voided */
  put(store, "sales", "document,version,time,customer,kind,amount\n1,1,2023-12-31,a,sale,20\n", "");
  assert_result(periods_of(store, &scope), "month,revenue\n2023-12,15.00\n2024-01,0.00\n2024-02,-1.00\n");
  crm_store_free(store);
}

/* Half of a document's lines count on another day. */
static void test_mixed_documents(void **state)
{
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  scope.refunds = CRM_REFUNDS_SALE_DAY;
  put(store, "sales",
      "document,time,customer,kind,amount,original,product,quantity\n1,2024-01-05,a,sale,20,,p,2\n"
      "2,2024-02-10,a,return,5,1,p,1\n2,2024-02-10,a,sale,7,,q,1\n2,2024-02-10,a,return,1,,q,0\n",
      "");
  assert_result(periods_of(store, &scope), "month,revenue,orders\n2024-01,15.00,1\n2024-02,6.00,1\n");
  scope.from = facts_day(2024, 1, 1);
  scope.to = facts_day(2024, 2, 1);
  assert_int_equal(crm_products_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "product,revenue,units\np,15.00,1.000\n");
  scope.from = facts_day(2024, 2, 1);
  scope.to = facts_day(2024, 3, 1);
  assert_int_equal(crm_products_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "product,revenue,units\nq,6.00,1.000\n");
  crm_store_free(store);
}

/* The bounds of a scope are half open, and facts at or after as-of do not exist. */
static void test_bounds(void **state)
{
  static const char *const branches[] = {"x", "nowhere"};
  crm_store *store = store_new(NULL);
  crm_scope scope = CRM_SCOPE_INIT;
  crm_scope branch = CRM_SCOPE_INIT;
  crm_table *table = NULL;
  (void)state;
  put(store, "sales",
      "document,time,customer,branch,amount\n1,2024-01-01,a,x,1\n2,2024-01-02,b,y,2\n3,2024-01-03,c,,4\n", "");
  scope.from = facts_day(2024, 1, 2);
  scope.to = facts_day(2024, 1, 3);
  assert_result(members_of(store, &scope), "customer,tier,orders\nb,vip,1\na,inactive,0\nc,inactive,0\n");
  scope.as_of = facts_day(2024, 1, 2);
  assert_result(members_of(store, &scope), "customer,tier\na,inactive\n");
  branch.branches = branches;
  branch.branch_count = 2;
  assert_result(periods_of(store, &branch), "month,revenue,orders,active\n2024-01,1.00,1,1\n");
  branch.branch_count = 0;
  assert_int_equal(crm_periods_compute(store, &branch, NULL, &table, NULL), CRM_OK);
  crm_table_free(table);
  branch.branches = NULL;
  branch.branch_count = 1;
  assert_int_equal(crm_periods_compute(store, &branch, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  branch.branch_count = 0;
  branch.money = 3;
  assert_int_equal(crm_periods_compute(store, &branch, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  branch.money = 0;
  branch.refunds = 2;
  assert_int_equal(crm_periods_compute(store, &branch, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  branch.refunds = 0;
  branch.occasions = -1;
  assert_int_equal(crm_periods_compute(store, &branch, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* A pyramid of an older data version answers STATE. */
static void test_older_handle(void **state)
{
  crm_store *store = store_new(NULL);
  crm_pyramid *pyramid = NULL;
  crm_standing standing = CRM_STANDING_INIT;
  (void)state;
  put(store, "sales", "document,time,customer,amount\n1,2024-01-01,a,1\n", "");
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
  put(store, "sales", "document,time,customer,amount\n1,2024-01-01,a,1\n", "");
  assert_int_equal(crm_pyramid_find(pyramid, "a", &standing, NULL), CRM_OK);
  assert_int_equal(standing.value, 100);
  assert_int_equal(crm_pyramid_find(pyramid, "b", &standing, NULL), CRM_ERROR_NOT_FOUND);
  put(store, "sales", "document,time,customer,amount\n2,2024-01-01,a,1\n", "");
  assert_int_equal(crm_pyramid_find(pyramid, "a", &standing, NULL), CRM_ERROR_STATE);
  crm_pyramid_free(pyramid);
  crm_store_free(store);
}

/* Instants at the ends of what an integer holds, and customers without an occasion before 1970. */
static void test_far_instants(void **state)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_store *store;
  crm_table *table = NULL;
  (void)state;
  options.day_start = CRM_DAY - 1;
  store = store_new(&options);
  put(store, "sales", "document,time,customer,kind,amount\n1,1950-03-02,a,sale,3\n2,1951-03-02,b,return,1\n", "");
  calendar.period = CRM_PERIOD_YEAR;
  assert_int_equal(crm_periods_compute(store, &scope, &calendar, &table, NULL), CRM_OK);
  assert_result(table, "month,revenue,active\n1950,3.00,1\n1951,-1.00,0\n");
  scope.from = INT64_MIN + 1;
  scope.as_of = INT64_MAX - 1;
  scope.to = INT64_MAX - 1;
  assert_int_equal(crm_repeat_compute(store, &scope, &table, NULL), CRM_OK);
  assert_result(table, "kpi,denominator\nrepeat_rate,1\nrepeat_rate_day,1\nrepeat_rate_90,1\n");
  scope.as_of = INT64_MIN + 2;
  scope.to = INT64_MIN + 2;
  assert_int_equal(crm_rfm_compute(store, &scope, NULL, &table, NULL), CRM_OK);
  assert_result(table, "customer\n");
  assert_int_equal(crm_cohorts_compute(store, &scope, &calendar, NULL, &table, NULL), CRM_OK);
  assert_result(table, "cohort\n");
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_options),     cmocka_unit_test(test_struct_sizes),
      cmocka_unit_test(test_empty_store), cmocka_unit_test(test_attributes),
      cmocka_unit_test(test_day_start),   cmocka_unit_test(test_days_before_1970),
      cmocka_unit_test(test_anonymous),   cmocka_unit_test(test_internal),
      cmocka_unit_test(test_originals),   cmocka_unit_test(test_mixed_documents),
      cmocka_unit_test(test_bounds),      cmocka_unit_test(test_older_handle),
      cmocka_unit_test(test_far_instants),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
