/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include "store/rows.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

/* The tables other than sales, customers and products: keys, versions, rows without key, checks, references, and what
 * an analysis reads of them. */

static crm_table *rows_of(const crm_store *store, const char *table)
{
  crm_table *rows = NULL;
  assert_int_equal(crm_store_rows(store, table, &rows, NULL), CRM_OK);
  return rows;
}

#define OPPORTUNITIES "opportunity,customer,created,closed,outcome,stage,amount,owner,version\n"

static void test_key(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load_options replace = CRM_LOAD_OPTIONS_INIT;
  (void)state;
  replace.replace = 1;
  assert_counts(put(store, "opportunities",
                    OPPORTUNITIES "10,a,2024-01-01,,,talk,10.005,ann,\n9,b,2024-01-02,2024-02-01,won,,7,bob,2\n", ""),
                2, 0, 0);
  assert_counts(put(store, "opportunities",
                    OPPORTUNITIES "9,b,2024-01-02,2024-02-01,WON,,7.00,bob,2\n"
                                  "10,a,2024-01-01,,,talk,10.01,ann,0\n", ""),
                0, 2, 0);
  assert_int_equal(crm_store_version(store), 1);
  assert_counts(put(store, "opportunities", OPPORTUNITIES "10,a,2024-01-01,,,offer,10.01,ann,0\n",
                    "1,opportunity,conflict\n"),
                0, 0, 1);
  assert_counts(put(store, "opportunities", OPPORTUNITIES "10,a,2024-01-01,,,offer,12,ann,1\n9,x,,,,,,,1\n", ""), 1, 1,
                0);
  assert_counts(put_with(store, &replace, NULL, "opportunities", OPPORTUNITIES "10,a,2024-01-01,,,won,12,ann,1\n", ""),
                1, 0, 0);
  assert_result(rows_of(store, "opportunities"),
                "opportunity,customer,created,closed,outcome,stage,amount,owner,version\n"
                "9,b,2024-01-02T00:00:00,2024-02-01T00:00:00,won,,7.00,bob,2\n"
                "10,a,2024-01-01T00:00:00,,,won,12.00,ann,1\n");
  crm_store_free(store);
}

/* Of two entries with one number the kind tells which is meant, and the source, and the line. */
static void test_key_of_parts(void **state)
{
  crm_store *store = store_new(NULL);
  const char *head = "document,kind,customer,time,amount,due,line,source\n";
  char text[512];
  (void)state;
  (void)snprintf(text, sizeof text,
                 "%s7,invoice,a,2024-01-01,10,2024-01-31,,\n7,payment,a,2024-01-09,4,,1,\n"
                 "7,payment,a,2024-01-20,6,,2,\n"
                 "7,invoice,b,2024-01-05,3,,,east\n7,credit,a,2024-02-01,-1,,,\n",
                 head);
  assert_counts(put(store, "payments", text, ""), 5, 0, 0);
  assert_counts(put(store, "payments", text, ""), 0, 5, 0);
  (void)snprintf(text, sizeof text, "%s7,payment,a,2024-01-21,6,,2,\n", head);
  put(store, "payments", text, "1,document,conflict\n");
  assert_counts(put(store, "figures",
                    "from,to,name,value,branch,version\n2024-01-01,2024-02-01,budget,100,,\n"
                    "2024-01-01,2024-02-01,budget,60.5,n,\n2024-01-01,2025-01-01,budget,1200,,\n",
                    ""),
                3, 0, 0);
  put(store, "figures", "from,to,name,value\n2024-01-01,2024-02-01,budget,101\n", "1,from,conflict\n");
  assert_counts(put(store, "figures", "from,to,name,value,version\n2024-01-01,2024-02-01,budget,101,1\n", ""), 1, 0, 0);
  assert_result(rows_of(store, "figures"), "to,branch,value,measure,version\n2024-02-01T00:00:00,n,60.500000,,\n"
                                           "2024-02-01T00:00:00,,101.000000,,1\n2025-01-01T00:00:00,,1200.000000,,\n");
  crm_store_free(store);
}

#define CONTACTS "time,customer,staff,id,source,version\n"

/* Equal rows of a load are each real; what a later one has in common with those before is a duplicate. */
static void test_without_key(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "interactions", CONTACTS "2024-01-01T09:00,a,ann,,,\n2024-01-01T09:00,a,ann,,,\n", ""), 2, 0,
                0);
  assert_counts(put(store, "interactions", CONTACTS "2024-01-01T09:00,a,ann,,,\n2024-01-02,b,,,,\n", ""), 1, 1, 0);
  assert_counts(put(store, "interactions",
                    CONTACTS "2024-01-01T09:00,a,ann,,,4\n2024-01-01T09:00,a,ann,,,\n2024-01-01T09:00,a,ann,,,\n", ""),
                1, 2, 0);
  assert_counts(put(store, "interactions", CONTACTS "2024-01-01T09:00,a,ann,,east,\n", ""), 1, 0, 0);
  assert_result(rows_of(store, "interactions"), "time,customer,staff,source,version\n"
                                                "2024-01-01T09:00:00,a,ann,east,\n2024-01-01T09:00:00,a,ann,,\n"
                                                "2024-01-01T09:00:00,a,ann,,\n2024-01-01T09:00:00,a,ann,,\n"
                                                "2024-01-02T00:00:00,b,,,\n");
  crm_store_free(store);
}

/* With an id a row has versions. */
static void test_id(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  assert_counts(put(store, "interactions", CONTACTS "2024-01-01,a,,5,,\n2024-01-01,a,,6,,\n"
                           "2024-01-01,a,,5,east,\n", ""),
                3, 0, 0);
  put(store, "interactions", CONTACTS "2024-01-03,a,,5,,\n", "1,time,conflict\n");
  assert_counts(put(store, "interactions", CONTACTS "2024-01-03,a,,5,,2\n", ""), 1, 0, 0);
  assert_result(rows_of(store, "interactions"), "time,id,source,version\n2024-01-01T00:00:00,5,east,\n"
                                                "2024-01-01T00:00:00,6,,\n2024-01-03T00:00:00,5,,2\n");
  crm_store_free(store);
}

static void test_checks(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "opportunities", "opportunity,probability,outcome\n1,1.0000001,\n2,-0.1,\n3,1,maybe\n,1,\n4,0,\n",
      "2,probability,range\n3,outcome,word\n4,opportunity,missing\n");
  put(store, "stages",
      "opportunity,customer,time,stage,probability\n1,,2024-01-01,talk,0.5\n,a,2024-01-01,talk,\n"
      "1,a,2024-01-01,talk,\n,,"
      "2024-01-01,talk,\n1,,,talk,\n1,,2024-01-01,,\n1,,2024-01-01,talk,1.5\n",
      "3,opportunity,two_subjects\n4,opportunity,missing\n5,time,missing\n6,stage,missing\n7,probability,range\n");
  put(store, "interactions", "time,customer,duration,direction\n2024-01-01,,1,\n2024-01-01,a,-1,\n"
             "2024-01-01,a,1.5,up\n",
      "1,customer,missing\n2,duration,range\n3,direction,word\n");
  put(store, "payments", "document,kind,customer,time,amount\n1,,a,2024-01-01,1\n1,gift,a,2024-01-01,1\n"
             "1,invoice,a,,1\n",
      "1,kind,missing\n2,kind,word\n3,time,missing\n");
  put(store, "figures", "from,to,name,value\n2024-01-01,2024-01-01,x,1\n2024-01-01,2024-01-02,x,\n",
      "1,to,period\n2,value,missing\n");
  put(store, "staff", "staff,joined,left\nann,2024-01-02,2024-01-01\nbob,,2024-01-01\n", "1,left,period\n");
  put(store, "merges", "customer,into\na,a\n7,007\na,b\n", "1,into,self\n");
  put(store, "ownership", "customer,owner,from,to\na,ann,2024-01-01,2024-01-01\na,,2024-01-01,\n",
      "1,to,period\n2,owner,missing\n");
  put(store, "pipelines", "pipeline,stage,position,probability\np,s,1.5,\np,,1,\np,t,1,2\np,u,1,1\n",
      "1,position,number\n2,stage,missing\n3,probability,range\n");
  crm_store_free(store);
}

/* A required column that is not there is an error of the call. */
static void test_required(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "ownership", NULL, "customer,from\na,2024-01-01\n", 0, &error), CRM_ERROR_SCHEMA);
  assert_string_equal(error.column, "owner");
  assert_string_equal(error.table, "ownership");
  crm_load_free(load);
  assert_int_equal(crm_store_rows(store, "sales", NULL, NULL), CRM_ERROR_ARGUMENT);
  crm_store_free(store);
}

/* A sum of absolute values that would pass 64 bits refuses the load,
    whatever the signs; what is replaced makes room. */
static void test_overflow(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  put(store, "payments", "document,kind,customer,time,amount\n1,invoice,a,2024-01-01,60000000000000000\n", "");
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "payments", NULL,
                             "document,kind,customer,time,amount\n2,invoice,a,2024-01-01,-60000000000000000\n", 0,
                                 NULL),
                   CRM_OK);
  assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_OVERFLOW);
  assert_string_equal(error.column, "amount");
  crm_load_free(load);
  assert_verifies(store);
  assert_counts(put(store, "payments",
                    "document,kind,customer,time,amount,version\n1,invoice,a,2024-01-01,90000000000000000,1\n", ""),
                1, 0, 0);
  crm_store_free(store);
}

/* As-of is the end of the latest event's day; plans and promises are none. */
static void test_horizon(void **state)
{
  crm_store *store = store_new(NULL);
  (void)state;
  put(store, "figures", "from,to,name,value\n2030-01-01,2030-02-01,budget,1\n", "");
  put(store, "staff", "staff,joined\nann,2030-01-01\n", "");
  put(store, "ownership", "customer,owner,from\na,ann,2030-01-01\n", "");
  assert_int_equal(crm_store_horizon(store), CRM_TIME_UNSET_TO);
  put(store, "opportunities", "opportunity,created,expected_close,version\n1,2024-01-01,2031-01-01,\n", "");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 1, 2));
  put(store, "payments", "document,kind,customer,time,amount,due\n1,invoice,a,2024-03-01,1,2032-01-01\n", "");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 3, 2));
  put(store, "opportunities", "opportunity,created,closed,version\n1,2024-01-01,2024-05-01,1\n", "");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 5, 2));
  put(store, "opportunities", "opportunity,created,closed,version\n1,2024-01-01,,2\n", "");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 3, 2));
  put(store, "sales", "document,time,amount\n1,2024-04-01,1\n", "");
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 4, 2));
  crm_store_free(store);
}

static const char *text_of(char *into, crm__key key)
{
  if (key.text == NULL) {
    (void)snprintf(into, 32, "%lld", (long long)key.integer);
  } else {
    (void)snprintf(into, 32, "%.*s", (int)key.length, key.text);
  }
  return into;
}

/* Rows in the order of time, those of one time by content, as of an instant. */
static void test_in_time(void **state)
{
  static const char *const expected[] = {"a", "b", "9", "c"};
  crm_store *store = store_new(NULL);
  crm__scope scope;
  crm_scope options = CRM_SCOPE_INIT;
  const uint32_t *rows = NULL;
  uint32_t count = 0;
  uint32_t i;
  char text[32];
  (void)state;
  put(store, "interactions",
      "time,customer\n2024-01-03,c\n2024-01-01,b\n2024-01-04,d\n2024-01-02,9\n2024-01-01,a\n2024-01-05,a\n", "");
  options.as_of = facts_day(2024, 1, 4);
  assert_int_equal(crm__scope_open(&scope, store, &options, NULL), CRM_OK);
  assert_int_equal(crm__rows_in_time(&scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, &rows, &count, NULL),
                   CRM_OK);
  assert_int_equal(count, 4);
  for (i = 0; i < count; i++) {
    uint32_t id = crm__row_id(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, rows[i]);
    assert_string_equal(text_of(text, crm__row_key(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, id)),
                        expected[i]);
  }
  crm__scope_close(&scope);
  crm_store_free(store);
}

/* Rows by what they name, also where that has no row of its own or comes later. */
static void test_by(void **state)
{
  crm_store *store = store_new(NULL);
  crm__scope scope;
  crm__row_index index;
  uint32_t two;
  uint32_t ann;
  uint32_t row;
  (void)state;
  put(store, "stages",
      "opportunity,customer,time,stage,owner\n2,,2024-01-05,offer,ann\n1,,2024-01-01,talk,bob\n"
      "2,,2024-01-01,talk,ann\n,a,"
      "2024-01-02,talk,\n",
      "");
  put(store, "opportunities", "opportunity,customer,closed,outcome\n2,a,2024-02-01,won\n3,b,,lost\n", "");
  put(store, "staff", "staff,team\nann,north\n", "");
  put(store, "pipelines", "pipeline,stage,position\n,talk,1\n", "1,pipeline,missing\n");
  put(store, "pipelines", "pipeline,stage,position\nmain,talk,1\nmain,offer,2\n", "");
  assert_int_equal(crm__scope_open(&scope, store, NULL, NULL), CRM_OK);
  assert_int_equal(
      crm__rows_by(&scope, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, CRM__STAGES_TIME, &index, NULL), CRM_OK);
  two = crm__row_find(store, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, "2");
  assert_true(two != CRM__NONE && two < index.ids);
  assert_int_equal(index.starts[two + 1] - index.starts[two], 2);
  row = index.rows[index.starts[two]];
  assert_int_equal(crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, row), facts_day(2024, 1, 1));
  assert_int_equal(index.starts[index.ids], 3);   /* the customer's is about no opportunity */
  assert_int_equal(crm__rows_live(store, CRM__TABLE_OPPORTUNITIES), 2);
  assert_int_equal(crm__opportunities(store), 3);
  assert_int_equal(crm__opportunity_outcome(store, two, facts_day(2024, 2, 1)), CRM__OUTCOME_OPEN);
  assert_int_equal(crm__opportunity_outcome(store, two, facts_day(2024, 2, 2)), CRM__OUTCOME_WON);
  ann = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_OWNER, row);
  assert_int_equal(crm__staff_row(store, ann), 0);
  assert_int_equal(crm__staff_row(store, ann + 1), CRM__NONE);
  assert_int_equal(crm__pipeline_row(store, crm__row_find(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_PIPELINE, "main"),
                                     crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, row)),
                   0);
  crm__scope_close(&scope);
  crm_store_free(store);
}

/* The same rows in any order and cut into any loads give the same tables. */
#define LINES 60
#define ROUNDS 40

static void shuffle(const char **lines, int32_t count, dice *of)
{
  int32_t i;
  for (i = count - 1; i > 0; i--) {
    int32_t k = dice_below(of, i + 1);
    const char *line = lines[i];
    lines[i] = lines[k];
    lines[k] = line;
  }
}

static void load_lines(crm_store *store, const char *table, const char *head, const char *const *lines, int32_t count,
                       dice *of)
{
  int32_t from = 0;
  while (from < count) {
    int32_t run = 1 + dice_below(of, count - from);
    text_buffer text = TEXT_BUFFER_INIT;
    crm_load *load = NULL;
    int32_t i;
    text_add(&text, head);
    for (i = from; i < from + run; i++) {
      text_add(&text, lines[i]);
    }
    assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
    assert_int_equal(read_text(load, table, NULL, text.bytes, 0, NULL), CRM_OK);
    assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
    crm_load_free(load);
    text_free(&text);
    from += dice_below(of, 3) == 0 && from + run < count ? run - run / 2 : run;   /* files may overlap */
  }
  assert_verifies(store);
}

static void add_rows(text_buffer *into, const crm_store *store, const char *table)
{
  crm_table *rows = rows_of(store, table);
  text_add_table(into, rows);
  crm_table_free(rows);
}

static void check_any_order(const char *table, const char *head, const char **lines, int32_t count, dice *of)
{
  text_buffer expected = TEXT_BUFFER_INIT;
  int round;
  for (round = 0; round < ROUNDS; round++) {
    crm_store *store = store_new(NULL);
    text_buffer actual = TEXT_BUFFER_INIT;
    load_lines(store, table, head, lines, count, of);
    add_rows(round == 0 ? &expected : &actual, store, table);
    if (round > 0) {
      assert_text_same(&expected, &actual, table);
    }
    text_free(&actual);
    crm_store_free(store);
    shuffle(lines, count, of);
  }
  text_free(&expected);
}

static void test_any_order(void **state)
{
  char kept[LINES][96];
  const char *lines[LINES];
  dice of = dice_of(7);
  int32_t i;
  (void)state;
  for (i = 0; i < LINES; i++) {   /* a key's content depends on its version alone, so that nothing contradicts */
    int32_t key = dice_below(&of, 20);
    int32_t version = dice_below(&of, 4);
    (void)snprintf(kept[i], sizeof kept[i], "%d,c%d,2024-01-%02d,%d,%d\n", (int)key, (int)(key * version % 7),
                   (int)(1 + version + key % 9), (int)(key + version), (int)version);
    lines[i] = kept[i];
  }
  check_any_order("opportunities", "opportunity,customer,created,amount,version\n", lines, LINES, &of);
  for (i = 0; i < LINES; i++) {   /* distinct, with and without an id */
    (void)snprintf(kept[i], sizeof kept[i], "2024-01-%02dT10:%02d,c%d,s%d,%s\n", (int)(1 + dice_below(&of, 28)), (int)i,
                   (int)dice_below(&of, 9), (int)dice_below(&of, 3), "");
    if (i % 3 == 0) {
      (void)snprintf(kept[i] + strlen(kept[i]) - 1, 16, "%d\n", (int)i);
    }
    lines[i] = kept[i];
  }
  check_any_order("interactions", "time,customer,staff,id\n", lines, LINES, &of);
}

/* A load that is freed leaves nothing behind, and its keys may come again. */
static void test_rollback(void **state)
{
  crm_store *store = store_new(NULL);
  crm_load *load = NULL;
  (void)state;
  put(store, "payments", "document,kind,customer,time,amount\n1,invoice,a,2024-01-01,1\n", "");
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(read_text(load, "payments", NULL, "document,kind,customer,time,amount\n"
                                   "2,invoice,b,2025-01-01,5\n", 0,
                             NULL),
                   CRM_OK);
  assert_int_equal(read_text(load, "interactions", NULL, "time,customer\n2025-01-01,q\n", 0, NULL), CRM_OK);
  crm_load_free(load);
  assert_verifies(store);
  assert_int_equal(crm_store_horizon(store), facts_day(2024, 1, 2));
  assert_int_equal(crm__rows_live(store, CRM__TABLE_INTERACTIONS), 0);
  assert_counts(put(store, "payments", "document,kind,customer,time,amount\n2,invoice,b,2025-01-01,5\n", ""), 1, 0, 0);
  assert_result(rows_of(store, "payments"), "document,customer,amount\n1,a,1.00\n2,b,5.00\n");
  crm_store_free(store);
}

/* Attributes of any of the tables; a customer that a row names has changed. */
static void test_attributes(void **state)
{
  crm_store *store = store_new(NULL);
  crm_table *changed = NULL;
  (void)state;
  put(store, "sales", "document,time,customer,amount\n1,2024-01-01,a,1\n2,2024-01-01,b,1\n", "");
  assert_int_equal(crm_store_attribute(store, "interactions", "weather", CRM_TYPE_TEXT, NULL), CRM_OK);
  put(store, "interactions", "time,customer,weather\n2024-01-02,b,wet\n", "");
  assert_result(rows_of(store, "interactions"), "customer,weather\nb,wet\n");
  assert_int_equal(crm_store_changed(store, 1, &changed, NULL), CRM_OK);
  assert_result(changed, "customer,version\nb,2\n");
  assert_int_equal(crm_store_attribute(store, "sales", "weather", CRM_TYPE_TEXT, NULL), CRM_ERROR_SCHEMA);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_key),       cmocka_unit_test(test_key_of_parts), cmocka_unit_test(test_without_key),
      cmocka_unit_test(test_id),        cmocka_unit_test(test_checks),       cmocka_unit_test(test_required),
      cmocka_unit_test(test_overflow),  cmocka_unit_test(test_horizon),      cmocka_unit_test(test_in_time),
      cmocka_unit_test(test_by),        cmocka_unit_test(test_any_order),    cmocka_unit_test(test_rollback),
      cmocka_unit_test(test_attributes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
