/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <string.h>

/* What customers are and do never gets into an error, nor into what is said of rejected rows: values carry a mark, the
 * ways in which a load can complain are gone through, and the mark is looked for. */

#define MARK "Zq7Vx"          /* in keys and words */
#define NUMBER "770913"       /* in figures */

typedef struct complaint {
  const char *table;
  const char *csv;
  const char *cause;   /* a cause that the rejects have to name, or NULL: the call has to fail */
} complaint;

static const complaint complaints[] = {
  {"sales", "document,time,customer,amount\n" NUMBER ",2024-01-01," MARK ",1,00\n", "ragged"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK ",\"" NUMBER ".00\n", "quote"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01,\"" MARK "\"x,1.00\n", "quote"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK "\xff,1.00\n", "encoding"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK ",\n", "missing"},
  {"sales", "document,time,customer,amount\n,2024-01-01," MARK "," NUMBER "\n", "missing"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK "," MARK "\n", "number"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK "," NUMBER "." NUMBER ".\n", "number"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-01-01," MARK "," NUMBER NUMBER NUMBER NUMBER "\n", "range"},
  {"sales", "document,time,customer,amount\n" MARK ",2024-02-31 " MARK "," MARK ",1\n", "time"},
  {"sales", "document,time,customer,kind,amount\n" MARK ",2024-01-01," MARK "," MARK ",1\n", "word"},
  {"sales",
   "document,time,customer,amount\n" MARK ",2024-01-01," MARK "1,1.00\n" MARK ",2024-01-01," MARK "2,1.00\n",
   "two_customers"},
  {"sales",
   "document,time,customer,branch,amount\n" MARK ",2024-01-01," MARK ",a,1\n" MARK ",2024-01-01," MARK "," MARK ",1\n",
   "two_branches"},
  {"sales", "document,time,customer,amount\nkept,2024-01-01," MARK "," NUMBER "\n", "conflict"},
  {"sales", "document,time,customer,currency,amount\n" MARK ",2024-01-01," MARK "," MARK "," NUMBER "\n",
   "rate_missing"},
  {"customers", "customer,joined\n" MARK "," MARK "\n", "time"},
  {"customers", "customer,kind\n" MARK "," MARK "\n", "word"},
  {"opportunities", "opportunity,customer,created,probability\n" MARK "," MARK ",2024-01-01," NUMBER "\n", "range"},
  {"stages", "opportunity,customer,stage,time\n" MARK "," MARK "," MARK ",2024-01-01\n", "two_subjects"},
  {"stages", "opportunity,stage,time\n," MARK ",2024-01-01\n", "missing"},
  {"ownership", "customer,owner,from,to\n" MARK "," MARK ",2024-01-02,2024-01-01\n", "period"},
  {"merges", "customer,into\n" MARK "," MARK "\n", "self"},
  /* A file without a header line: its first record is data. */
  {"sales", MARK ",2024-01-01," MARK "," NUMBER ".00\n" MARK ",2024-01-02," MARK "," NUMBER ".00\n", NULL},
  {"sales", "document,time,customer," MARK "," MARK "\n1,2024-01-01," MARK "," NUMBER ",1\n", NULL},
  {"sales", "document,time,customer,\"" MARK, NULL},
  {"customers", MARK "," MARK "\xff\n" MARK "\n", NULL},
  {"customers", "", NULL},
  {"sales",
   "document,time,customer,amount\n" MARK ",2024-01-01," MARK ",90000000000000000.00\n" MARK "2,2024-01-01," MARK
   ",90000000000000000.00\n", NULL},
};

#define COMPLAINTS (sizeof complaints / sizeof complaints[0])

static void assert_unmarked(const char *text, const char *where)
{
  if (strstr(text, MARK) != NULL || strstr(text, NUMBER) != NULL) {
    print_error("%s says: %s\n", where, text);
    fail();
  }
}

static void assert_quiet(const crm_error *error, const char *where)
{
  assert_unmarked(error->message, where);
  assert_unmarked(error->column, where);
  assert_unmarked(error->table, where);
}

static void assert_failed(crm_status status, const crm_error *error, const char *where)
{
  assert_int_not_equal(status, CRM_OK);
  assert_int_equal(error->status, status);
  assert_true(error->message[0] != '\0');
  assert_quiet(error, where);
}

/* A store in euros with one document that later rows contradict. */
static crm_store *store_before(void)
{
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  crm_store *store;
  options.currency = "EUR";
  store = store_new(&options);
  (void)put(store, "sales", "document,time,customer,amount\nkept,2024-01-01,other,1.00\n", "");
  return store;
}

static void look_at(crm_table *table, const char *cause, const char *where)
{
  text_buffer text = TEXT_BUFFER_INIT;
  text_add_table(&text, table);
  text_add(&text, "\n");
  assert_unmarked(text.bytes, where);
  if (cause != NULL && strstr(text.bytes, cause) == NULL) {
    print_error("no %s in %s: %s\n", cause, where, text.bytes);
    fail();
  }
  text_free(&text);
  crm_table_free(table);
}

static void complain(const complaint *of, int32_t all_or_nothing, size_t piece)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = store_before();
  crm_load *load = NULL;
  crm_table *rejects = NULL;
  crm_table *causes = NULL;
  crm_status status;
  options.all_or_nothing = all_or_nothing;
  assert_int_equal(crm_load_begin(store, &options, &load, NULL), CRM_OK);
  status = read_text(load, of->table, NULL, of->csv, piece, &error);
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
  }
  if (of->cause == NULL || all_or_nothing) {
    assert_failed(status, &error, of->csv);
  } else if (status != CRM_OK) {
    print_error("%s: %s, column %s: %s", error.table, error.message, error.column, of->csv);
    fail();
  }
  if (of->cause != NULL) {
    assert_int_equal(crm_load_rejects(load, &rejects, NULL), CRM_OK);
    look_at(rejects, of->cause, "the list of rejected rows");
    assert_int_equal(crm_load_causes(load, &causes, NULL), CRM_OK);
    look_at(causes, of->cause, "the list of causes");
  }
  crm_load_free(load);
  crm_store_free(store);
}

static void test_loads(void **state)
{
  size_t i;
  (void)state;
  for (i = 0; i < COMPLAINTS; i++) {
    complain(&complaints[i], 0, 0);
    complain(&complaints[i], 1, 1);
  }
}

/* Batches: a column of another type, and text where figures are due. */
static void test_batches(void **state)
{
  static const char bytes[] = MARK MARK;
  static const int64_t offsets[] = {0, 5};
  static const int64_t broken[] = {770913};
  crm_column columns[4] = {CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT};
  static const char *const names[] = {"document", "time", "customer", "amount"};
  crm_batch batch = CRM_BATCH_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = store_before();
  crm_load *load = NULL;
  crm_table *rejects = NULL;
  int32_t i;
  (void)state;
  for (i = 0; i < 4; i++) {
    columns[i].name = names[i];
    columns[i].type = CRM_TYPE_TEXT;
    columns[i].rows = 1;
    columns[i].offsets = offsets;
    columns[i].bytes = bytes;
  }
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = 1;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(crm_load_append(load, "sales", &batch, &error), CRM_OK);
  columns[3].type = CRM_TYPE_MONEY;
  columns[3].values = broken;
  columns[2].type = 99;
  assert_failed(crm_load_append(load, "sales", &batch, &error), &error, "a type that is none");
  columns[2].type = CRM_TYPE_TEXT;
  columns[2].name = MARK;
  columns[0].name = MARK "2";
  assert_failed(crm_load_append(load, "sales", &batch, &error), &error, "columns without their names");
  assert_int_equal(crm_load_rejects(load, &rejects, NULL), CRM_OK);
  look_at(rejects, "time", "the list of rejected rows");
  crm_load_free(load);
  crm_store_free(store);
}

/* Keys and expressions of a caller are a person's too. */
static void test_questions(void **state)
{
  static const char *const keys[] = {"other", MARK};
  static const char *const wrong[] = {"shoe_size = '" MARK "'", "spend > '" MARK "'", "customer = '" MARK,
                                      "tier in ('vip', '" MARK "')", "spend > " NUMBER " and"};
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  size_t i;
  crm_segment *segment = NULL;
  crm_pyramid *pyramid = NULL;
  crm_standing standing = CRM_STANDING_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_store *store = store_before();
  (void)state;
  assert_failed(crm_store_customer(store, MARK, &table, &error), &error, "crm_store_customer");
  assert_failed(crm_store_customer_documents(store, MARK, &table, &error), &error, "crm_store_customer_documents");
  assert_failed(crm_store_document(store, MARK, MARK, &table, &error), &error, "crm_store_document");
  assert_failed(crm_identity_erase(store, keys, 2, &table, &error), &error, "crm_identity_erase");
  assert_failed(crm_identity_forget(store, keys, 2, &table, &error), &error, "crm_identity_forget");
  assert_int_equal(error.row, 2);
  assert_int_equal(crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL), CRM_OK);
  assert_failed(crm_pyramid_find(pyramid, MARK, &standing, &error), &error, "crm_pyramid_find");
  crm_pyramid_free(pyramid);
  for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    options.expression = wrong[i];
    assert_failed(crm_segment_compute(store, NULL, &options, &segment, &error), &error, wrong[i]);
  }
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_loads),
    cmocka_unit_test(test_batches),
    cmocka_unit_test(test_questions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
