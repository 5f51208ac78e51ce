/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As of 2024-07-01. a: 30.00 in two orders, the last on 2024-03-31. b: 10.00 on 2024-06-30. c: returned 5.00. p is
 * known by name, s is not. w stands for nobody, i is internal. */
static const char *const sales = "document,time,customer,kind,amount,cost\n"
                                 "1,2024-01-01T09:00,a,sale,10.01,1\n2,2024-03-31T23:59,a,sale,19.99,\n"
                                 "3,2024-06-30,b,sale,10,3\n4,2024-02-01,c,return,5,\n5,2024-02-01,w,sale,7,\n"
                                 "6,2024-02-01,i,sale,7,\n";

static const char *const customers =
  "customer,kind,joined,region,credit_limit,reference,parent,age,spend\n"
  "a,person,2024-01-31T12:00,East,30,yes,b,41.5,x\nb,business,2023-12-31,12,,no,,,\nc,,,West,5,,c,-1,\n"
  "p,person,2024-05-05,it's,,,,0.000001,\ns,,,,,,,,\nw,anonymous,,,,,,,\ni,internal,,,,,,,\n";

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  assert_int_equal(crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  assert_int_equal(crm_store_attribute(store, "customers", "spend", CRM_TYPE_TEXT, NULL), CRM_OK);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_status compute(const crm_store *store, const char *expression, crm_segment **segment, crm_error *error)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  options.expression = expression;
  return crm_segment_compute(store, NULL, &options, segment, error);
}

/* The keys of who is in, one after the other. */
static void assert_in_scope(const crm_store *store, const crm_scope *scope, const char *expression,
                            const char *wanted)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_segment *segment = NULL;
  crm_table *table = NULL;
  char keys[64] = "";
  int64_t row;
  options.expression = expression;
  if (crm_segment_compute(store, scope, &options, &segment, &error) != CRM_OK) {
    fail_msg("%s: %s at %d", expression, error.message, (int)error.byte);
  }
  assert_int_equal(crm_segment_members(segment, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    size_t length;
    const char *text = crm_table_text(table, 0, row, &length);
    (void)strncat(keys, text, length);
  }
  if (strcmp(keys, wanted) != 0) {
    fail_msg("%s: %s instead of %s", expression, keys, wanted);
  }
  crm_table_free(table);
  crm_segment_free(segment);
}

static void assert_in(const crm_store *store, const char *expression, const char *wanted)
{
  assert_in_scope(store, NULL, expression, wanted);
}

/* a has been dormant since April, the host says; b has one opportunity that is closed after as-of and one without
 * dates, c one that is lost, p one that begins after as-of and was called last. */
static void test_what_lies_in_other_tables(void **state)
{
  static const char *const cases[][2] = {
    {"stage_since = 2024-04-02", "a"}, {"days_in_stage = 90", "a"}, {"stage = 'dormant' and days_in_stage > 30", "a"},
    {"stage_since is null", "s"}, {"open_opportunities = 2", "b"}, {"open_opportunities = 0", "acps"},
    {"open_opportunities > 0 and days_since_contact > 10", "b"}, {"days_since_contact = 1", "p"},
    {"days_since_contact = 21", "b"}, {"days_since_contact is null", "acs"}
  };
  crm_store *store = example();
  crm_scope scope = CRM_SCOPE_INIT;
  size_t i;
  (void)state;
  scope.as_of = facts_day(2024, 7, 1);
  facts_load_text(store, "stages", "customer,time,stage\na,2024-04-02T15:00,dormant\n");
  facts_load_text(store, "opportunities",
                  "opportunity,customer,created,closed,outcome\n1,b,2024-05-01,2024-07-09,won\n2,b,,,\n"
                  "3,c,2024-05-01,2024-06-30,lost\n4,p,2024-07-01,,open\n5,b,2024-05-01,,won\n");
  facts_load_text(store, "interactions",
                  "time,customer\n2024-06-10T09:00,b\n2024-06-01,b\n2024-06-30T23:59,p\n2024-07-01,b\n");
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_in_scope(store, &scope, cases[i][0], cases[i][1]);
  }
  crm_store_free(store);
}

static void test_what_holds(void **state)
{
  static const char *const cases[][2] = {
    {"", "abcps"}, {"  \n", "abcps"}, {"true", "abcps"}, {"false", ""}, {"not not not false", "abcps"},
    /* money and numbers, exactly */
    {"spend = 30", "a"}, {"spend = 30.00000", "a"}, {"spend >= 30", "a"}, {"spend > 30", ""}, {"spend > 29.999", "a"},
    {"spend >= 29.999", "a"}, {"spend < 30.001", "abcps"}, {"spend = 29.999", ""}, {"spend <> 29.999", "abcps"},
    {"spend between 9.999 and 10.001", "b"}, {"spend between 10.001 and 9.999", ""}, {"spend = -5", "c"},
    {"spend < -4.999", "c"}, {"spend > -5.001", "abcps"}, {"spend <= -4.999", "c"}, {"spend = + 10", "b"},
    {"spend < 99999999999999999999", "abcps"}, {"spend > -99999999999999999999", "abcps"},
    {"spend = 99999999999999999999", ""}, {"spend <> 99999999999999999999", "abcps"},
    {"spend > 99999999999999999999", ""}, {"spend between -99999999999999999999 and 99999999999999999999", "abcps"},
    {"spend in (10, 30.00, 11.005)", "ab"}, {"spend not in (10, 30)", "cps"},
    {"spend in (1,2,3,4,5,6,7,8,9,10,-5)", "bc"},
    {"age = 0.000001", "p"}, {"age > 0.0000005", "ap"}, {"age = .000001", "p"},
    {"spend = 30.", "a"}, {"orders = 2", "a"}, {"orders = 2.5", ""},
    {"orders > 1.5", "a"}, {"average_order = 15", "a"}, {"average_order is null", "cps"}, {"cost = 3", "b"},
    {"profit = 7", "b"}, {"cost is null", "ac"},
    /* dates */
    {"last = 2024-03-31", "a"}, {"last = '2024-03-31'", "a"}, {"last >= as_of - 3 months", "b"},
    {"last >= as_of - 1 month - 62 days", "ab"}, {"last >= as_of - 92 days", "ab"}, {"last >= as_of - 13 weeks", "b"},
    {"first = 2024-07-01 - 1 day", "b"}, {"first = 2024-01-31 + 5 month", "b"},
    {"last = 2024-02-29 + 1 month + 2 days", "a"},
    {"first = 2023-01-01 + 1 year", "a"}, {"days_since_last = 1", "b"}, {"days_since_last > 90", "a"},
    {"days_since_first is null", "cps"}, {"last < as_of", "ab"}, {"last in (2024-03-31, 2024-06-30)", "ab"},
    {"joined = 2024-01-31", "a"}, {"joined = 2024-01-31T12:00", "a"}, {"joined = '2024-01-31 12:00:00'", "a"},
    {"joined < 2024-01-31T12:00", "b"}, {"joined <= 2024-01-31", "ab"}, {"joined > 2024-01-31", "p"},
    {"joined >= 2024-01-31", "ap"}, {"joined <> 2024-01-31", "bp"}, {"joined < first", "b"}, {"first < joined", "a"},
    {"joined = ' 2024-01-31 '", "a"}, {"last = '2024-03-31 '", "a"}, {"last >= 2024-07-01-92 days", "ab"},
    {"first_ever = 2024-01-01", "a"}, {"purchase_days = 2", "a"},
    /* texts and keys */
    {"region = 'East'", "a"}, {"region = 'it''s'", "p"}, {"region = '12'", "b"}, {"region <> 'East'", "bcp"},
    {"not region = 'East'", "bcp"}, {"region is null", "s"}, {"region is not null", "abcp"}, {"region like 'E%'", "a"},
    {"region like '1%'", "b"}, {"region not like 'E%'", "bcp"}, {"region < 'F'", "ab"}, {"region > '12'", "acp"},
    {"region between '0' and 'East'", "ab"}, {"region in ('East', 'Nowhere', 'West')", "ac"}, {"customer = 'b'", "b"},
    {"parent = customer", "c"}, {"parent in ('b', 7)", "a"},
    {"region = 'Nowhere'", ""}, {"region <> 'Nowhere'", "abcp"},
    {"customers.spend = 'x'", "a"}, {"customers . spend = 'x'", "a"}, {"customer <= 'b'", "ab"},
    /* words, yes and no */
    {"kind = 'business'", "b"}, {"kind <> 'business'", "ap"}, {"kind in ('person', 'business')", "abp"},
    {"reference", "a"},
    {"not reference", "b"}, {"reference = false", "b"}, {"reference is null", "cps"}, {"reference <> true", "b"},
    {"tier in ('vip')", "a"}, {"tier = 'nonpositive'", "c"}, {"tier in ('prospect', 'suspect')", "ps"}, {"r = 5", ""},
    {"rfm_segment is null", "cps"}, {"stage = 'prospect'", "p"}, {"class = 'corporate'", "b"},
    {"class <> 'corporate'", "a"}, {"class is null", "cps"},
    /* joined by and, or, not; unknown is not true */
    {"spend > 5 and reference", "a"}, {"reference or spend < 0", "ac"}, {"not (reference or spend < 0)", "b"},
    {"spend > 5 or spend < 0 and reference", "ab"}, {"(spend > 5 or spend < 0) and reference", "a"},
    {"credit_limit > 5 or credit_limit <= 5", "ac"}, {"credit_limit = spend", "a"}, {"credit_limit <> spend", "c"},
    {"not spend = credit_limit", "c"}, {"spend > 5 AND reference", "a"}
  };
  crm_store *store = example();
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_in(store, cases[i][0], cases[i][1]);
  }
  crm_store_free(store);
}

typedef struct wrong {
  const char *expression;
  crm_status status;
  int64_t byte;
  const char *message;   /* a part of it */
} wrong;

static void test_what_is_wrong(void **state)
{
  static const wrong cases[] = {
    {"spend >=", CRM_ERROR_VALUE, 8, "expected a number, found the end"},
    {"spend > 5 and", CRM_ERROR_VALUE, 13, "expected a condition, found the end"},
    {"and spend > 5", CRM_ERROR_VALUE, 0, "expected a condition, found 'and'"},
    {"spend > 5 or or spend < 1", CRM_ERROR_VALUE, 13, "expected a condition, found 'or'"},
    {"(spend > 5", CRM_ERROR_VALUE, 10, "expected and, or or ), found the end"},
    {"spend > 5)", CRM_ERROR_VALUE, 9, "expected and, or or the end, found ')'"},
    {"()", CRM_ERROR_VALUE, 1, "expected a condition, found ')'"},
    {"spend", CRM_ERROR_VALUE, 5, "expected =, <>, <, <=, >, >=, in, not, between, like or is, found the end"},
    {"spend 5", CRM_ERROR_VALUE, 6, "found a number"},
    {"spend > 5 5", CRM_ERROR_VALUE, 10, "expected and, or or the end, found a number"},
    {"spend = = 5", CRM_ERROR_VALUE, 8, "expected a number, found '='"},
    {"spend == 5", CRM_ERROR_VALUE, 7, "expected a number, found '='"},
    {"spend => 5", CRM_ERROR_VALUE, 7, "expected a number, found '>'"},
    {"5 < spend", CRM_ERROR_VALUE, 0, "expected a condition, found a number"},
    {"spent > 5", CRM_ERROR_SCHEMA, 0, "there is no field 'spent'"},
    {"Spend > 5", CRM_ERROR_SCHEMA, 0, "there is no field 'Spend'"},
    {"spend > 5 and regoin = 'x'", CRM_ERROR_SCHEMA, 14, "there is no field 'regoin'"},
    {"customers.tier = 'vip'", CRM_ERROR_SCHEMA, 10, "there is no column 'tier'"},
    {"customers. = 1", CRM_ERROR_VALUE, 11, "expected the name of a column, found '='"},
    {"spend > 'a'", CRM_ERROR_TYPE, 8, "compared with a number"},
    {"spend > 2024-01-01", CRM_ERROR_TYPE, 8, "compared with a number"},
    {"spend > - 'a'", CRM_ERROR_TYPE, 10, "compared with a number"},
    {"spend > true", CRM_ERROR_VALUE, 8, "expected a number, found 'true'"},
    {"spend > fish", CRM_ERROR_VALUE, 8, "expected a number, found 'fish'"},
    {"spend = last", CRM_ERROR_TYPE, 8, "cannot be compared"},
    {"region = owner and region = parent", CRM_ERROR_TYPE, 28, "cannot be compared"},
    {"region < owner", CRM_ERROR_TYPE, 9, "by = and <> alone"},
    {"kind = kind", CRM_ERROR_TYPE, 7, "cannot be compared"},
    {"region = 5", CRM_ERROR_TYPE, 9, "compared with a text in quotes"},
    {"region > 5", CRM_ERROR_TYPE, 9, "compared with a text in quotes"},
    {"region = East", CRM_ERROR_VALUE, 9, "expected a text in quotes, found 'East'"},
    {"region = 2024-01-01", CRM_ERROR_TYPE, 9, "compared with a text in quotes"},
    {"parent = 1.5.2", CRM_ERROR_VALUE, 9, "expected a number, as 90 or 12.50"},
    {"parent = 1.5", CRM_ERROR_TYPE, 9, "a key that is no whole number"},
    {"customer = 007", CRM_ERROR_TYPE, 11, "a key that is no whole number"},
    {"customer > 7.0", CRM_ERROR_TYPE, 11, "a key that is no whole number"},
    {"customer in ('a', 01)", CRM_ERROR_TYPE, 18, "a key that is no whole number"},
    {"customer between 0 and 1.", CRM_ERROR_TYPE, 23, "a key that is no whole number"},
    {"customer = -7", CRM_ERROR_VALUE, 11, "expected a key"},
    {"kind = 'persona'", CRM_ERROR_VALUE, 7, "this field is one of person, business, anonymous, internal"},
    {"kind > 'person'", CRM_ERROR_TYPE, 5, "by = and <> alone"},
    {"kind between 'a' and 'b'", CRM_ERROR_TYPE, 12, "has no order"},
    {"kind like 'p%'", CRM_ERROR_TYPE, 9, "is no text"},
    {"tier in ('vip', 'majors')", CRM_ERROR_VALUE, 16, "this field is one of vip, major, medium, small"},
    {"reference = 'yes'", CRM_ERROR_TYPE, 12, "compared with true or false"},
    {"reference = 1", CRM_ERROR_TYPE, 12, "compared with true or false"},
    {"reference > true", CRM_ERROR_TYPE, 10, "by = and <> alone"},
    {"last > 5", CRM_ERROR_TYPE, 7, "compared with a date"},
    {"last > 'soon'", CRM_ERROR_TYPE, 7, "compared with a date"},
    {"last > 2024-02-30", CRM_ERROR_VALUE, 7, "expected a date from 1900 to 2199"},
    {"last > 1800-01-01", CRM_ERROR_VALUE, 7, "expected a date from 1900 to 2199"},
    {"last > 2024-01-01T10:00", CRM_ERROR_TYPE, 7, "no time of day"},
    {"last > as_of - days", CRM_ERROR_VALUE, 15, "expected a number of days, weeks, months or years, found 'days'"},
    {"last > as_of - 3", CRM_ERROR_VALUE, 16, "expected days, weeks, months or years, found the end"},
    {"last > as_of - 3 apples", CRM_ERROR_VALUE, 17, "expected days, weeks, months or years, found 'apples'"},
    {"last > as_of - 1.5 days", CRM_ERROR_RANGE, 15, "no number of days"},
    {"last > as_of - 99999999999999999999 years", CRM_ERROR_RANGE, 15, "no number of days"},
    {"last > as_of - 300 years", CRM_ERROR_RANGE, 15, "outside 1900 to 2199"},
    {"last > as_of + 90000 days", CRM_ERROR_RANGE, 15, "outside 1900 to 2199"},
    {"last > as_of + 110000 years", CRM_ERROR_RANGE, 15, "outside 1900 to 2199"},
    {"spend in 5", CRM_ERROR_VALUE, 9, "expected ( and a list of values, found a number"},
    {"spend in ()", CRM_ERROR_VALUE, 10, "expected a number, found ')'"},
    {"spend in (5,)", CRM_ERROR_VALUE, 12, "expected a number, found ')'"},
    {"spend in (5 6)", CRM_ERROR_VALUE, 12, "expected a comma or ), found a number"},
    {"spend in (5", CRM_ERROR_VALUE, 11, "expected a comma or ), found the end"},
    {"spend in (5, 'a')", CRM_ERROR_TYPE, 13, "compared with a number"},
    {"spend between 1", CRM_ERROR_VALUE, 15, "expected and, found the end"},
    {"spend between 1 or 2", CRM_ERROR_VALUE, 16, "expected and, found 'or'"},
    {"spend between 1 and", CRM_ERROR_VALUE, 19, "expected a number, found the end"},
    {"region between 'a' 'b'", CRM_ERROR_VALUE, 19, "expected and, found a text"},
    {"spend like 'a%'", CRM_ERROR_TYPE, 10, "is no text"},
    {"region like 'a'", CRM_ERROR_VALUE, 12, "expected a text in quotes with one % at its end"},
    {"region like '%a%'", CRM_ERROR_VALUE, 12, "one % at its end"},
    {"region like '%'", CRM_ERROR_VALUE, 12, "one % at its end"},
    {"region like", CRM_ERROR_VALUE, 11, "one % at its end, found the end"},
    {"spend not 5", CRM_ERROR_VALUE, 10, "expected in, between or like, found a number"},
    {"spend not is null", CRM_ERROR_VALUE, 10, "expected in, between or like, found 'is'"},
    {"spend is 5", CRM_ERROR_VALUE, 9, "expected null or not null, found a number"},
    {"spend is not", CRM_ERROR_VALUE, 12, "expected null or not null, found the end"},
    {"spend = null", CRM_ERROR_VALUE, 8, "expected a number, found 'null'"},
    {"in segment", CRM_ERROR_VALUE, 10, "expected the name of a segment, found the end"},
    {"in key_accounts", CRM_ERROR_VALUE, 3, "expected segment and its name, found 'key_accounts'"},
    {"in segment 'x'", CRM_ERROR_VALUE, 11, "expected the name of a segment, found a text"},
    {"in segment nobody", CRM_ERROR_SCHEMA, 11, "there is no segment 'nobody'"},
    {"region = 'East", CRM_ERROR_VALUE, 9, "expected the quote that ends the text"},
    {"region = 'East''", CRM_ERROR_VALUE, 9, "expected the quote that ends the text"},
    {"region = \"East\"", CRM_ERROR_VALUE, 9, "expected a name, a number, a text in quotes or a sign"},
    {"spend > 5 && reference", CRM_ERROR_VALUE, 10, "expected a name, a number, a text in quotes or a sign"},
    {"spend > 5x", CRM_ERROR_VALUE, 8, "expected a number, as 90 or 12.50"},
    {"spend > 5e3", CRM_ERROR_VALUE, 8, "expected a number, as 90 or 12.50"},
    {"region = '\xC3\xA9' or region = '\xFF'", CRM_ERROR_VALUE, 27, "not UTF-8"},
    {"not", CRM_ERROR_VALUE, 3, "expected a condition, found the end"},
    {"spend > 5 not", CRM_ERROR_VALUE, 10, "expected and, or or the end, found 'not'"},
    {"true false", CRM_ERROR_VALUE, 5, "expected and, or or the end, found 'false'"},
    {"as_of > 2024-01-01", CRM_ERROR_VALUE, 0, "expected a condition, found 'as_of'"}
  };
  crm_store *store = example();
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_segment *segment = NULL;
    crm_status status = compute(store, cases[i].expression, &segment, &error);
    if (status != cases[i].status || error.byte != cases[i].byte ||
        strstr(error.message, cases[i].message) == NULL || strcmp(error.column, "expression") != 0) {
      fail_msg("%s: %s at %d of %s: %s", cases[i].expression, crm_status_name(status), (int)error.byte, error.column,
               error.message);
    }
    assert_null(segment);
  }
  crm_store_free(store);
}

/* ---- definitions ---- */

static crm_segment_definition defined(const char *name, const char *expression)
{
  crm_segment_definition definition = CRM_SEGMENT_DEFINITION_INIT;
  definition.name = name;
  definition.expression = expression;
  return definition;
}

static crm_status with_definitions(const crm_store *store, const char *expression,
                                   const crm_segment_definition *definitions, int64_t count, int64_t *size,
                                   crm_error *error)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_status status;
  options.expression = expression;
  options.definitions = definitions;
  options.definition_count = count;
  status = crm_segment_compute(store, NULL, &options, &segment, error);
  *size = crm_segment_size(segment);
  crm_segment_free(segment);
  return status;
}

static void test_definitions(void **state)
{
  crm_store *store = example();
  crm_segment_definition some[4];
  crm_error error = CRM_ERROR_INIT;
  int64_t size;
  (void)state;
  /* in any order, each used several times */
  some[0] = defined("both", "in segment rich and in segment known and in segment rich");
  some[1] = defined("rich", "spend >= 10");
  some[2] = defined("known", "in segment rich or joined is not null");
  some[3] = defined("unused", "in segment both");
  assert_int_equal(with_definitions(store, "in segment both", some, 4, &size, NULL), CRM_OK);
  assert_int_equal(size, 2);
  assert_int_equal(with_definitions(store, "not in segment known", some, 4, &size, NULL), CRM_OK);
  assert_int_equal(size, 2);
  /* being in a segment is never unknown, whatever its expression is */
  some[1] = defined("rich", "credit_limit > 10");
  assert_int_equal(with_definitions(store, "not in segment rich", some, 4, &size, NULL), CRM_OK);
  assert_int_equal(size, 4);
  assert_int_equal(with_definitions(store, "not credit_limit > 10", some, 4, &size, NULL), CRM_OK);
  assert_int_equal(size, 1);
  /* errors are placed in the definition */
  some[3] = defined("unused", "in segment both and spend >");
  assert_int_equal(with_definitions(store, "true", some, 4, &size, &error), CRM_ERROR_VALUE);
  assert_string_equal(error.column, "unused");
  assert_int_equal(error.byte, 27);
  some[3] = defined("unused", " ");
  assert_int_equal(with_definitions(store, "true", some, 4, &size, &error), CRM_ERROR_VALUE);
  crm_store_free(store);
}

static void test_circles(void **state)
{
  crm_store *store = example();
  crm_segment_definition some[4];
  crm_error error = CRM_ERROR_INIT;
  int64_t size;
  (void)state;
  some[0] = defined("a", "in segment b");
  some[1] = defined("b", "spend > 5 and in segment c");
  some[2] = defined("c", "spend > 5 or (in segment d or in segment b)");
  some[3] = defined("d", "true");
  assert_int_equal(with_definitions(store, "in segment a", some, 4, &size, &error), CRM_ERROR_VALUE);
  assert_true(strcmp(error.column, "b") == 0 ? error.byte == 14 : strcmp(error.column, "c") == 0 && error.byte == 30);
  assert_non_null(strstr(error.message, "circle"));
  some[0] = defined("a", "in segment a");
  assert_int_equal(with_definitions(store, "true", some, 1, &size, &error), CRM_ERROR_VALUE);
  assert_string_equal(error.column, "a");
  assert_int_equal(error.byte, 0);
  crm_store_free(store);
}

/* 256 definitions that each use the one before it twice: as work it doubles with each, were they not shared. */
static void test_chain(void **state)
{
  crm_store *store = example();
  crm_segment_definition *many = calloc(CRM_SEGMENT_NAMED + 1, sizeof *many);
  char (*names)[16] = calloc(CRM_SEGMENT_NAMED + 1, sizeof *names);
  char (*texts)[80] = calloc(CRM_SEGMENT_NAMED + 1, sizeof *texts);
  crm_error error = CRM_ERROR_INIT;
  int64_t size;
  int i;
  (void)state;
  assert_non_null(many);
  assert_non_null(names);
  assert_non_null(texts);
  for (i = 0; i <= CRM_SEGMENT_NAMED; i++) {
    (void)snprintf(names[i], sizeof names[i], "s%d", i);
    (void)snprintf(texts[i], sizeof texts[i], "in segment s%d and in segment s%d", i - 1, i - 1);
    many[i] = defined(names[i], i == 0 ? "spend > 0" : texts[i]);
  }
  assert_int_equal(with_definitions(store, "in segment s255", many, CRM_SEGMENT_NAMED, &size, NULL), CRM_OK);
  assert_int_equal(size, 2);
  assert_int_equal(with_definitions(store, "true", many, CRM_SEGMENT_NAMED + 1, &size, &error), CRM_ERROR_LIMIT);
  free(many);
  free(names);
  free(texts);
  crm_store_free(store);
}

static void test_bad_definitions(void **state)
{
  static const char *const names[] = {"", "1a", "A", "a b", "a-b"};
  crm_store *store = example();
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment_definition two[2];
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  char long_name[80];
  int64_t size;
  size_t i;
  (void)state;
  two[0] = defined("a", "true");
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    two[1] = defined(names[i], "true");
    assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_ERROR_ARGUMENT);
    assert_int_equal(error.row, 2);
  }
  memset(long_name, 'a', sizeof long_name);
  long_name[64] = '\0';
  two[1] = defined(long_name, "true");
  assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_ERROR_ARGUMENT);
  long_name[63] = '\0';
  assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_OK);
  two[1] = defined("a", "true");
  assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_ERROR_ARGUMENT);
  two[1] = defined("b", NULL);
  assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_ERROR_ARGUMENT);
  two[1] = defined(NULL, "true");
  assert_int_equal(with_definitions(store, "true", two, 2, &size, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(with_definitions(store, "true", NULL, 2, &size, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(with_definitions(store, "true", two, -1, &size, &error), CRM_ERROR_ARGUMENT);
  options.definitions = two;
  options.definition_count = 1;
  options.definition_size = 0;
  assert_int_equal(crm_segment_compute(store, NULL, &options, &segment, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_compute(NULL, NULL, NULL, &segment, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_compute(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(segment);
  crm_store_free(store);
}

/* ---- hostile input ---- */

static void test_limits(void **state)
{
  crm_store *store = example();
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  static char text[CRM_SEGMENT_BYTES + 100];
  size_t at;
  int i;
  (void)state;
  /* parentheses in each other */
  memset(text, '(', CRM_SEGMENT_DEPTH);
  strcpy(text + CRM_SEGMENT_DEPTH, "spend>0");
  memset(text + CRM_SEGMENT_DEPTH + 7, ')', CRM_SEGMENT_DEPTH);
  text[2 * CRM_SEGMENT_DEPTH + 7] = '\0';
  assert_in(store, text, "ab");
  memmove(text + 1, text, strlen(text) + 1);
  assert_int_equal(compute(store, text, &segment, &error), CRM_ERROR_LIMIT);
  assert_int_equal(error.byte, CRM_SEGMENT_DEPTH);
  /* nothing but openings, and nothing but not */
  memset(text, '(', CRM_SEGMENT_BYTES);
  text[CRM_SEGMENT_BYTES] = '\0';
  assert_int_equal(compute(store, text, &segment, &error), CRM_ERROR_LIMIT);
  for (at = 0; at + 4 <= CRM_SEGMENT_BYTES - 4; at += 4) {
    memcpy(text + at, "not ", 4);
  }
  strcpy(text + at, "true");
  assert_in(store, text, "");
  /* as deep as it goes with something open at each depth */
  for (at = 0, i = 0; i < CRM_SEGMENT_DEPTH; i++) {
    memcpy(text + at, "false or true and (", 19);
    at += 19;
  }
  strcpy(text + at, "spend > 0");
  at += 9;
  memset(text + at, ')', CRM_SEGMENT_DEPTH);
  text[at + CRM_SEGMENT_DEPTH] = '\0';
  assert_in(store, text, "ab");
  /* a long row of conditions, and a long list */
  for (at = 0; at + 13 < CRM_SEGMENT_BYTES - 13; at += 13) {
    memcpy(text + at, "spend > 5 or ", 13);
  }
  strcpy(text + at, "spend > 5");
  assert_in(store, text, "ab");
  strcpy(text, "spend in (30");
  for (at = 12, i = 0; at + 7 < CRM_SEGMENT_BYTES - 2; i++) {
    at += (size_t)snprintf(text + at, 8, ",%d", i * 7919 % 9000);
  }
  strcpy(text + at, ")");
  assert_in(store, text, "abps");
  /* too long */
  memset(text, ' ', CRM_SEGMENT_BYTES + 1);
  text[CRM_SEGMENT_BYTES + 1] = '\0';
  assert_int_equal(compute(store, text, &segment, &error), CRM_ERROR_LIMIT);
  text[CRM_SEGMENT_BYTES] = '\0';
  assert_in(store, text, "abcps");
  /* too many looks at every name */
  for (at = 0, i = 0; i < 65; i++, at += 23) {
    memcpy(text + at, "region like 'East%' or ", 23);
  }
  strcpy(text + at, "spend > 0");
  assert_int_equal(compute(store, text, &segment, &error), CRM_ERROR_LIMIT);
  assert_null(segment);
  crm_store_free(store);
}

/* Words of the language and other bytes in any order: answered or refused, with a place inside the text. */
static void test_noise(void **state)
{
  static const char *const words[] = {
    "spend", "region", "last", "kind", "reference", "joined", "customers", ".", "and", "or", "not", "in", "segment",
    "between", "like", "is", "null", "true", "false", "as_of", "(", ")", ",", "=", "<>", "<", "<=", ">", "-", "+", "5",
    "1.5", "'East'", "'E%'", "2024-01-01", "days", "3", "month", "'", "%", "\xC3", "\xC3\xA9", ";",
    "99999999999999999999",
    "2024-", ".", "''", "\t", "x", "tier", "'vip'", "customer", "parent"
  };
  crm_store *store = example();
  dice of = dice_of(7);
  int turn;
  (void)state;
  for (turn = 0; turn < 20000; turn++) {
    crm_error error = CRM_ERROR_INIT;
    crm_segment *segment = NULL;
    char text[256] = "";
    int count = dice_below(&of, 12);
    crm_status status;
    while (count-- > 0) {
      strcat(text, words[dice_below(&of, (int32_t)(sizeof words / sizeof words[0]))]);
      strcat(text, dice_below(&of, 4) ? " " : "");
    }
    status = compute(store, text, &segment, &error);
    if (status == CRM_OK) {
      assert_non_null(segment);
    } else {
      assert_true(status == CRM_ERROR_VALUE || status == CRM_ERROR_TYPE || status == CRM_ERROR_SCHEMA ||
                  status == CRM_ERROR_RANGE);
      assert_true(error.byte >= 0 && error.byte <= (int64_t)strlen(text));
    }
    crm_segment_free(segment);
  }
  crm_store_free(store);
}

/* ---- explain, drift, fields ---- */

static void test_explain(void **state)
{
  crm_store *store = example();
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment_definition key_accounts = defined("key_accounts", "spend >= 20 and credit_limit > 10");
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  options.expression = "in segment key_accounts and region = 'East' and (last > as_of - 90 days or parent = 'b')";
  options.definitions = &key_accounts;
  options.definition_count = 1;
  assert_int_equal(crm_segment_explain(store, NULL, &options, "a", &table, NULL), CRM_OK);
  assert_result(table, "segment,condition,byte,value,result,whole\n"
                       ",in segment key_accounts,0,,true,false\n"
                       ",region = 'East',28,East,true,false\n"
                       ",last > as_of - 90 days,49,2024-03-31,false,false\n"
                       ",parent = 'b',75,b,true,false\n"
                       ",in segment key_accounts and region = 'East' and (last > as_of - 90 days or parent = 'b'),0,,"
                       "true,true\n"
                       "key_accounts,spend >= 20,0,30.00,true,false\n"
                       "key_accounts,credit_limit > 10,16,30.00,true,false\n"
                       "key_accounts,spend >= 20 and credit_limit > 10,0,,true,true\n");
  options.expression = "joined > 2024-01-01 and kind = 'person' and reference and tier <> 'vip' and age > 1 or 1 < 2";
  assert_int_equal(crm_segment_explain(store, NULL, &options, "p", &table, &error), CRM_ERROR_VALUE);
  options.expression = "joined > 2024-01-01 and kind = 'person' and reference and tier <> 'vip' and age > 1";
  assert_int_equal(crm_segment_explain(store, NULL, &options, "p", &table, NULL), CRM_OK);
  assert_result(table, "condition,value,result\n"
                       "joined > 2024-01-01,2024-05-05T00:00:00,true\nkind = 'person',person,true\n"
                       "reference,,unknown\ntier <> 'vip',prospect,true\nage > 1,0.000001,false\n"
                       "joined > 2024-01-01 and kind = 'person' and reference and tier <> 'vip' and age > 1,,false\n");
  table = NULL;
  assert_int_equal(crm_segment_explain(store, NULL, &options, "w", &table, &error), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_segment_explain(store, NULL, &options, "nobody", &table, &error), CRM_ERROR_NOT_FOUND);
  assert_int_equal(crm_segment_explain(store, NULL, &options, NULL, &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_explain(NULL, NULL, &options, "a", &table, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_explain(store, NULL, &options, "a", NULL, &error), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

static void test_drift(void **state)
{
  crm_store *store = example();
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_scope before = CRM_SCOPE_INIT;
  crm_scope after = CRM_SCOPE_INIT;
  crm_context *context = NULL;
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
  before.context = context;
  after.context = context;
  before.as_of = facts_day(2024, 3, 1);
  options.expression = "spend between -10 and 29 and not spend = 0";
  assert_int_equal(crm_segment_drift(store, &before, &after, &options, &table, NULL), CRM_OK);
  assert_string_equal(crm_table_meta_find(table, "before_as_of"), "2024-03-01T00:00:00");
  assert_string_equal(crm_table_meta_find(table, "expression"), options.expression);
  assert_result(table, "movement,customers,spend_before,spend_after,change\n"
                       "entered,1,0.00,10.00,10.00\nleft,1,10.01,30.00,19.99\nstayed,1,-5.00,-5.00,0.00\n"
                       "before,2,5.01,25.00,19.99\nafter,2,-5.00,5.00,10.00\n");
  table = NULL;
  options.expression = "spend >";
  assert_int_equal(crm_segment_drift(store, &before, &after, &options, &table, NULL), CRM_ERROR_VALUE);
  assert_int_equal(crm_segment_drift(store, &before, &after, &options, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_drift(NULL, &before, &after, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_context_free(context);
  crm_store_free(store);
}

static void test_fields(void **state)
{
  crm_store *store = example();
  crm_table *table = NULL;
  int64_t row;
  (void)state;
  assert_int_equal(crm_segment_fields(store, &table, NULL), CRM_OK);
  row = row_of(table, "field", "tier");
  assert_true(text_is(table, "type", row, "word"));
  assert_true(text_is(table, "words", row, "vip major medium small nonpositive inactive prospect suspect"));
  row = row_of(table, "field", "age");
  assert_true(text_is(table, "type", row, "number"));
  assert_true(text_is(table, "meaning", row, "declared attribute"));
  row = row_of(table, "field", "reference");
  assert_true(text_is(table, "type", row, "yes_no"));
  crm_table_free(table);
  assert_int_equal(crm_segment_fields(NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_segment_fields(store, NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* ---- options and scope ---- */

static int64_t size_of(const crm_store *store, const crm_scope *scope, const crm_segment_options *options)
{
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  int64_t size;
  if (crm_segment_compute(store, scope, options, &segment, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  size = crm_segment_size(segment);
  crm_segment_free(segment);
  return size;
}

static void test_options(void **state)
{
  static const int32_t shares[] = {5000};
  static const int64_t cuts[] = {200, 150, 100, 50};
  crm_store *store = example();
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_rfm_options rfm = CRM_RFM_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_segment *inner = NULL;
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  pyramid.shares = shares;
  pyramid.share_count = 1;
  options.pyramid = &pyramid;
  options.expression = "tier = 'tier1'";
  assert_int_equal(size_of(store, NULL, &options), 1);
  options.expression = "tier = 'vip'";
  assert_int_equal(crm_segment_compute(store, NULL, &options, &segment, &error), CRM_ERROR_VALUE);
  rfm.recency_cuts = cuts;
  options.rfm = &rfm;
  options.expression = "r = 4";
  assert_int_equal(size_of(store, NULL, &options), 1);
  /* a period, and a segment that the segment is taken from */
  options.expression = "spend > 0";
  scope.to = facts_day(2024, 3, 1);
  assert_int_equal(size_of(store, &scope, &options), 1);
  scope.to = CRM_TIME_UNSET_TO;
  scope.internal = 1;
  assert_int_equal(size_of(store, &scope, &options), 3);
  options.expression = "spend > 20";
  assert_int_equal(crm_segment_compute(store, NULL, &options, &inner, NULL), CRM_OK);
  scope.segment = inner;
  options.expression = "spend < 1000";
  assert_int_equal(size_of(store, &scope, &options), 1);
  crm_segment_free(inner);
  crm_store_free(store);
}

static void test_empty_store(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  (void)state;
  options.expression = "spend > 0 or tier = 'vip' or r = 1 or stage = 'lost' or last > as_of - 3 days or region = 'x'";
  assert_int_equal(size_of(store, NULL, &options), 0);
  facts_load_text(store, "customers", "customer,joined\na,2024-01-01\nb,\n");
  assert_int_equal(size_of(store, NULL, &options), 0);
  options.expression = "joined < as_of";
  assert_int_equal(size_of(store, NULL, &options), 1);
  options.expression = "joined > as_of - 3 days";
  assert_int_equal(size_of(store, NULL, &options), 0);
  crm_store_free(store);
}

/* A business day from 04:00: what a time is compared with is the day that it lies in. */
static void test_day_start(void **state)
{
  crm_store_options how = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  (void)state;
  how.day_start = 4 * (CRM_DAY / 24);
  store = facts_store(&how, "document,time,customer,amount\n1,2024-01-02T03:59,a,1\n2,2024-01-02T04:00,b,1\n");
  facts_load_text(store, "customers", "customer,joined\na,2024-01-02T03:59\nb,2024-01-02T04:00\n");
  assert_in(store, "joined = 2024-01-01", "a");
  assert_in(store, "joined >= 2024-01-02", "b");
  assert_in(store, "joined between 2024-01-01 and 2024-01-02", "ab");
  assert_in(store, "joined < 2024-01-02T04:00", "a");
  assert_in(store, "first = 2024-01-01", "a");
  crm_store_free(store);
}

/* y and z are x by another key: x's own row speaks, or where it has none y's; it joined when the first of them did. */
static void test_merged(void **state)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount\n"
                                       "1,2024-01-02,x,1\n2,2024-01-03,y,1\n3,2024-01-04,z,1\n");
  crm_segment *segment = NULL;
  static const char *const keys[] = {"z"};
  (void)state;
  facts_load_text(store, "customers", "customer,joined,region,parent\ny,2024-01-02,East,\nz,2023-01-02,West,\nk,,,z\n");
  facts_load_text(store, "merges", "customer,into\ny,x\nz,x\n");
  assert_in(store, "true", "kx");
  assert_in(store, "spend = 3", "x");
  assert_in(store, "region = 'East'", "x");
  assert_in(store, "region = 'West'", "");
  assert_in(store, "joined = 2023-01-02", "x");
  assert_in(store, "parent = 'z'", "k");
  assert_in(store, "parent = 'x'", "k");
  assert_in(store, "customer = 'y'", "x");
  assert_int_equal(crm_segment_pick(store, keys, 1, NULL, &segment, NULL), CRM_OK);
  assert_int_equal(crm_segment_size(segment), 1);
  crm_segment_free(segment);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_what_holds),
    cmocka_unit_test(test_what_lies_in_other_tables),
    cmocka_unit_test(test_what_is_wrong),   cmocka_unit_test(test_definitions),
    cmocka_unit_test(test_circles),     cmocka_unit_test(test_chain),           cmocka_unit_test(test_bad_definitions),
    cmocka_unit_test(test_limits),      cmocka_unit_test(test_noise),           cmocka_unit_test(test_explain),
    cmocka_unit_test(test_drift),       cmocka_unit_test(test_fields),          cmocka_unit_test(test_options),
    cmocka_unit_test(test_empty_store), cmocka_unit_test(test_day_start),      cmocka_unit_test(test_merged)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
