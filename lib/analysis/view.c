/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/view.h"

#include "base/error.h"
#include "base/sort.h"
#include "store/rows.h"
#include "store/segment.h"
#include "table/build.h"

#include <crm/rhythm.h>

#include <stddef.h>
#include <string.h>

/* Everything about one customer: what it is made of, and the facts. */

static void put_number(crm_table *table, int32_t column, int64_t value, int64_t none)
{
  if (value == none) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, value);
  }
}

/* ---- who it is ---- */

static crm__segment_field column_at(const crm__fields *fields, int32_t place)
{
  crm__customer_column column;
  crm__segment_field field;
  crm__customer_column_at(fields->store, place, &column);
  (void)crm__field_find(fields, column.name, strlen(column.name), 1, &field);
  return field;
}

static crm_status make_customer(crm__viewed *viewed, crm_table **table, crm_error *error)
{
  crm__fields *fields = &viewed->fields;
  int32_t count = crm__customer_columns(fields->store);
  crm__table_column *columns = crm__scope_alloc(&fields->scope, (uint64_t)count, sizeof *columns);
  int32_t i;
  crm_status status;
  if (columns == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < count; i++) {
    crm__segment_field field = column_at(fields, i);
    columns[i] = crm__view_column(&field);
  }
  status = crm__table_begin(crm__scope_memory(&fields->scope), "view_customer", columns, count, 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < count; i++) {
    crm__segment_field field = column_at(fields, i);
    crm__view_put(viewed, &field, *table, i);
  }
  return crm__table_finish(table, error);
}

/* Whether a key is one of the customer's: it stands for itself, or another one stands for it. */
static int is_own_key(const crm__viewed *viewed, uint32_t id)
{
  const crm__scope *scope = &viewed->fields.scope;
  uint32_t stands = crm__row_id(scope->store, CRM__TABLE_CUSTOMERS, CRM__CUSTOMERS_CUSTOMER, id);
  return crm__scope_customer(scope, stands) == viewed->customer &&
         (stands != id || crm__customer_known(scope->store, id));
}

static int compare_keys(const void *context, uint32_t a, uint32_t b)
{
  return crm__key_compare(crm__customer_key(context, a), crm__customer_key(context, b));
}

static crm_status make_keys(crm__viewed *viewed, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {{"key", CRM_TYPE_TEXT, 0}, {"customer", CRM_TYPE_TEXT, 0}};
  crm__scope *scope = &viewed->fields.scope;
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint32_t count = 0;
  uint32_t used = 0;
  uint32_t *ids;
  uint32_t i;
  crm_status status;
  for (i = 0; i < customers; i++) {
    count += (uint32_t)is_own_key(viewed, i);
  }
  ids = crm__scope_alloc(scope, (uint64_t)count * 2, sizeof *ids);
  if (ids == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers && used < count; i++) {
    if (is_own_key(viewed, i)) {
      ids[used++] = i;
    }
  }
  crm__merge_sort(ids, ids + count, count, compare_keys, store);
  status = crm__table_begin(crm__scope_memory(scope), "view_keys", columns, 2, count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < count; i++) {
    uint32_t stands = crm__row_id(store, CRM__TABLE_CUSTOMERS, CRM__CUSTOMERS_CUSTOMER, ids[i]);
    crm__table_put_key(*table, 0, crm__customer_key(store, ids[i]));
    crm__table_put_key(*table, 1, crm__customer_key(store, stands));
  }
  return crm__table_finish(table, error);
}

static crm_status make_ownership(const crm__viewed *viewed, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[] = {
    {"owner", CRM_TYPE_TEXT, 0}, {"from", CRM_TYPE_TIME, 0}, {"to", CRM_TYPE_TIME, 0}
  };
  const crm__scope *scope = &viewed->fields.scope;
  uint32_t i = viewed->owners.starts[viewed->customer];
  uint32_t end = viewed->owners.starts[viewed->customer + 1U];
  crm_status status = crm__table_begin(crm__scope_memory(scope), "view_ownership", columns, 3, end - i, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (; i < end; i++) {
    const crm__owner_span *span = &viewed->owners.spans[i];
    crm__table_put_key(*table, 0, crm__name_key(scope->store, span->owner));
    put_number(*table, 1, span->from, INT64_MIN);
    put_number(*table, 2, span->to, INT64_MAX);
  }
  return crm__table_finish(table, error);
}

/* ---- rows of tables ---- */

/* A table whose rows are a customer's. */
typedef struct listed {
  const crm__viewed *viewed;
  int32_t table;
  int32_t customer;      /* its column of customers, */
  int32_t time;          /* and of times */
  uint32_t *rows;        /* by time, then content; of the scope's scratch */
  uint32_t count;
} listed;

/* Whether an entry is one of the customer's opportunities. */
static int is_of_opportunity(const crm__scope *scope, uint32_t row, uint32_t customer)
{
  uint32_t of = crm__row_id(scope->store, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, row);
  return of != CRM__NONE && crm__row_live(scope->store, CRM__TABLE_OPPORTUNITIES, of) &&
         crm__row_customer(scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER, of) == customer;
}

static int is_listed(const listed *of, uint32_t row)
{
  const crm__scope *scope = &of->viewed->fields.scope;
  uint32_t customer = of->viewed->customer;
  return crm__row_exists(scope, of->table, row) &&
         (crm__row_customer(scope, of->table, of->customer, row) == customer ||
          (of->table == CRM__TABLE_STAGES && is_of_opportunity(scope, row, customer)));
}

static int compare_listed(const void *context, uint32_t a, uint32_t b)
{
  const listed *of = context;
  const crm_store *store = of->viewed->fields.store;
  int64_t x = crm__row_value(store, of->table, of->time, a);
  int64_t y = crm__row_value(store, of->table, of->time, b);
  return x != y ? (x < y ? -1 : 1) : crm__row_compare(store, of->table, a, b);
}

static crm_status find_listed(crm__viewed *viewed, int32_t table, int32_t customer, int32_t time, listed *of,
                              crm_error *error)
{
  uint32_t rows = crm__rows_count(viewed->fields.store, table);
  uint32_t count = 0;
  uint32_t i;
  of->viewed = viewed;
  of->table = table;
  of->customer = customer;
  of->time = time;
  for (i = 0; i < rows; i++) {
    count += (uint32_t)is_listed(of, i);
  }
  of->rows = crm__scope_alloc(&viewed->fields.scope, (uint64_t)count * 2, sizeof *of->rows);
  of->count = 0;
  if (of->rows == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < rows && of->count < count; i++) {
    if (is_listed(of, i)) {
      of->rows[of->count++] = i;
    }
  }
  crm__merge_sort(of->rows, of->rows + count, count, compare_listed, of);
  return CRM_OK;
}

static crm_status make_rows(crm__viewed *viewed, int32_t table, int32_t customer, int32_t time, crm_table **made,
                            crm_error *error)
{
  listed of;
  crm_status status = find_listed(viewed, table, customer, time, &of, error);
  return status == CRM_OK ? crm__rows_table(&viewed->fields.scope, table, of.rows, of.count, made, error) : status;
}

/* ---- opportunities ---- */

enum { O_OPPORTUNITY, O_CUSTOMER, O_CREATED, O_CLOSED, O_OUTCOME, O_PIPELINE, O_STAGE, O_SINCE, O_AMOUNT,
       O_PROBABILITY, O_EXPECTED, O_OWNER, O_PRODUCT, O_ORIGIN, O_COMPETITOR, O_NEXT_STEP, O_COLUMNS };

typedef struct opportunity {
  uint32_t row;
  int32_t outcome;       /* CRM__OUTCOME_..., as of as-of */
  uint32_t stage;        /* a name, CRM__NONE: not known */
  int64_t since;         /* INT64_MIN: not known */
} opportunity;

/* Whether there is an entry at any time. */
static int has_entry(const crm_store *store, uint32_t row)
{
  uint32_t rows = crm__rows_count(store, CRM__TABLE_STAGES);
  uint32_t i = 0;
  while (i < rows && !(crm__row_live(store, CRM__TABLE_STAGES, i) &&
                       crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, i) == row)) {
    i++;
  }
  return i < rows;
}

/* Where an opportunity stood. Its row names the stage of today, which is later than as-of where the log says so. */
static opportunity stand(const listed *entries, uint32_t row)
{
  const crm__scope *scope = &entries->viewed->fields.scope;
  const crm_store *store = scope->store;
  uint32_t i = entries->count;
  opportunity of;
  of.row = row;
  of.outcome = crm__opportunity_outcome(store, row, scope->as_of);
  of.stage = CRM__NONE;
  of.since = INT64_MIN;
  while (i > 0 && crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, entries->rows[i - 1U]) != row) {
    i--;
  }
  if (i > 0) {
    of.stage = crm__row_id(store, CRM__TABLE_STAGES, CRM__STAGES_STAGE, entries->rows[i - 1U]);
    of.since = crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, entries->rows[i - 1U]);
  } else if (!has_entry(store, row)) {
    of.stage = crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_STAGE, row);
  }
  return of;
}

static void put_id(crm_table *table, int32_t at, const crm_store *store, int32_t column, uint32_t id)
{
  if (id == CRM__NONE) {
    crm__table_put_null(table, at);
  } else {
    crm__table_put_key(table, at, crm__row_key(store, CRM__TABLE_OPPORTUNITIES, column, id));
  }
}

static void put_opportunity(crm_table *table, const crm_store *store, const opportunity *of)
{
  static const char *const outcomes[] = {"open", "won", "lost"};
  static const int32_t values[][2] = {
    {O_CREATED, CRM__OPPORTUNITIES_CREATED},
    {O_AMOUNT, CRM__OPPORTUNITIES_AMOUNT},
    {O_PROBABILITY, CRM__OPPORTUNITIES_PROBABILITY},
    {O_EXPECTED, CRM__OPPORTUNITIES_EXPECTED_CLOSE},
    {O_NEXT_STEP, CRM__OPPORTUNITIES_NEXT_STEP}
  };
  static const int32_t ids[][2] = {
    {O_OPPORTUNITY, CRM__OPPORTUNITIES_OPPORTUNITY}, {O_CUSTOMER, CRM__OPPORTUNITIES_CUSTOMER},
    {O_PIPELINE, CRM__OPPORTUNITIES_PIPELINE},       {O_OWNER, CRM__OPPORTUNITIES_OWNER},
    {O_PRODUCT, CRM__OPPORTUNITIES_PRODUCT},         {O_ORIGIN, CRM__OPPORTUNITIES_ORIGIN},
    {O_COMPETITOR, CRM__OPPORTUNITIES_COMPETITOR}
  };
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, of->row);
  size_t i;
  for (i = 0; i < sizeof values / sizeof values[0]; i++) {
    put_number(table, values[i][0], crm__row_value(store, CRM__TABLE_OPPORTUNITIES, values[i][1], of->row), INT64_MIN);
  }
  for (i = 0; i < sizeof ids / sizeof ids[0]; i++) {
    put_id(table, ids[i][0], store, ids[i][1], crm__row_sent(store, CRM__TABLE_OPPORTUNITIES, ids[i][1], of->row));
  }
  put_number(table, O_CLOSED, of->outcome == CRM__OUTCOME_OPEN ? INT64_MIN : closed, INT64_MIN);
  crm__table_put_name(table, O_OUTCOME, outcomes[of->outcome]);
  put_id(table, O_STAGE, store, CRM__OPPORTUNITIES_STAGE, of->stage);
  put_number(table, O_SINCE, of->since, INT64_MIN);
}

static crm_status make_opportunities(crm__viewed *viewed, const listed *entries, crm_table **table, crm_error *error)
{
  crm__table_column columns[O_COLUMNS] = {
    {"opportunity", CRM_TYPE_TEXT, 0}, {"customer", CRM_TYPE_TEXT, 0},       {"created", CRM_TYPE_TIME, 0},
    {"closed", CRM_TYPE_TIME, 0},      {"outcome", CRM_TYPE_TEXT, 0},        {"pipeline", CRM_TYPE_TEXT, 0},
    {"stage", CRM_TYPE_TEXT, 0},       {"stage_since", CRM_TYPE_TIME, 0},    {"amount", CRM_TYPE_MONEY, 0},
    {"probability", CRM_TYPE_DECIMAL, 6}, {"expected_close", CRM_TYPE_TIME, 0}, {"owner", CRM_TYPE_TEXT, 0},
    {"product", CRM_TYPE_TEXT, 0},     {"origin", CRM_TYPE_TEXT, 0},         {"competitor", CRM_TYPE_TEXT, 0},
    {"next_step", CRM_TYPE_TIME, 0}
  };
  const crm__scope *scope = &viewed->fields.scope;
  listed of;
  uint32_t i;
  crm_status status = find_listed(viewed, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER,
                                  CRM__OPPORTUNITIES_CREATED, &of, error);
  columns[O_AMOUNT].scale = crm_store_digits(scope->store);
  if (status == CRM_OK) {
    status = crm__table_begin(crm__scope_memory(scope), "view_opportunities", columns, O_COLUMNS, of.count, table,
                              error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < of.count; i++) {
    opportunity one = stand(entries, of.rows[i]);
    put_opportunity(*table, scope->store, &one);
  }
  return crm__table_finish(table, error);
}

/* ---- all of it ---- */

static crm_status make_deals(crm__viewed *viewed, crm_view *view, crm_error *error)
{
  listed entries;
  crm_status status =
      find_listed(viewed, CRM__TABLE_STAGES, CRM__STAGES_CUSTOMER, CRM__STAGES_TIME, &entries, error);
  if (status == CRM_OK) {
    status = crm__rows_table(&viewed->fields.scope, CRM__TABLE_STAGES, entries.rows, entries.count, &view->stages,
                             error);
  }
  return status == CRM_OK ? make_opportunities(viewed, &entries, &view->opportunities, error) : status;
}

static crm_status make_facts(crm__viewed *viewed, crm_view *view, crm_error *error)
{
  crm_status status = make_customer(viewed, &view->customer, error);
  if (status == CRM_OK) {
    status = make_keys(viewed, &view->keys, error);
  }
  if (status == CRM_OK) {
    status = crm__documents_table(&viewed->fields.scope, viewed->customer, &view->documents, error);
  }
  if (status == CRM_OK) {
    status = make_deals(viewed, view, error);
  }
  if (status == CRM_OK) {
    status = make_rows(viewed, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, CRM__INTERACTIONS_TIME,
                       &view->interactions, error);
  }
  if (status == CRM_OK) {
    status = make_rows(viewed, CRM__TABLE_PAYMENTS, CRM__PAYMENTS_CUSTOMER, CRM__PAYMENTS_TIME, &view->payments,
                       error);
  }
  if (status == CRM_OK) {
    status = make_rows(viewed, CRM__TABLE_CHANGES, CRM__CHANGES_CUSTOMER, CRM__CHANGES_TIME, &view->changes, error);
  }
  return status == CRM_OK ? make_ownership(viewed, &view->ownership, error) : status;
}

static crm_status read_options(crm_view_options *options, const crm_view_options *given, crm_error *error)
{
  static const crm_view_options usual = CRM_VIEW_OPTIONS_INIT;
  const int32_t all = CRM_VIEW_PARTS_FIGURES | CRM_VIEW_PARTS_FACTS;
  crm_status status = CRM_OK;
  *options = usual;
  if (given != NULL) {
    status = crm__struct_read(options, sizeof *options, given, "crm_view_options", error);
  }
  if (status == CRM_OK && (options->parts < 0 || options->parts > all)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "parts are CRM_VIEW_PARTS_... added up");
  }
  options->parts = options->parts == 0 ? all : options->parts;
  return status;
}

static int has_figures(const crm__viewed *viewed)
{
  return (viewed->options.parts & CRM_VIEW_PARTS_FIGURES) != 0;
}

static crm_status fail_unknown(crm_error *error)
{
  return crm__fail_at(error, CRM_ERROR_NOT_FOUND, "customers", "customer", 0, -1, "no such customer in the scope");
}

/* A rhythm is a customer's own: of this one alone it is the same, and costs a fraction. */
static crm_status find_rhythm(crm__viewed *viewed, crm_error *error)
{
  crm_scope scope = viewed->fields.given;
  crm_segment *one = NULL;
  crm_status status =
      crm__segment_new(viewed->fields.store, crm__scope_memory(&viewed->fields.plan), NULL, &one, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__segment_put(one, viewed->customer);
  crm__segment_close(one);
  scope.segment = one;
  status = crm_rhythm_compute(viewed->fields.store, &scope, &viewed->rhythm, error);
  crm_segment_free(one);
  return status;
}

/* What the figures are looked up in. The analyses come before the fields, whose scope then holds the context. */
static crm_status open_view(crm__viewed *viewed, const crm_store *store, const crm_scope *scope, crm_error *error)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_status status;
  options.pyramid = viewed->options.pyramid;
  options.rfm = viewed->options.rfm;
  options.lifecycle = viewed->options.lifecycle;
  options.classes = viewed->options.classes;
  status = crm__fields_plan(&viewed->fields, store, scope, &options, error);
  if (status != CRM_OK) {
    return status;
  }
  viewed->customer = crm__scope_find(&viewed->fields.plan, viewed->key);
  if (viewed->customer == CRM__NONE) {
    return fail_unknown(error);
  }
  if (has_figures(viewed)) {
    crm__view_needs(&viewed->fields);
    status = find_rhythm(viewed, error);
    if (status == CRM_OK) {
      status = crm_due_compute(store, &viewed->fields.given, viewed->options.due, &viewed->due, error);
    }
  }
  return status == CRM_OK ? crm__fields_load(&viewed->fields, error) : status;
}

static crm_status make_view(crm__viewed *viewed, crm_view *view, crm_error *error)
{
  crm_status status;
  if (!crm__field_customer(&viewed->fields, viewed->customer)) {
    return fail_unknown(error);
  }
  status = crm__owners_find(&viewed->fields.scope, &viewed->owners, error);
  if (status == CRM_OK && has_figures(viewed)) {
    status = crm__view_figures(viewed, view, error);
  }
  if (status == CRM_OK && (viewed->options.parts & CRM_VIEW_PARTS_FACTS) != 0) {
    status = make_facts(viewed, view, error);
  }
  return status;
}

/* A client of before `changes` has no place for it. */
static int takes_changes(const crm_view *view)
{
  return view->struct_size >= offsetof(crm_view, changes) + sizeof view->changes;
}

crm_status crm_view_compute(const crm_store *store, const crm_scope *scope, const crm_view_options *options,
                            const char *key, crm_view *view, crm_error *error)
{
  crm_view made = CRM_VIEW_INIT;
  crm__viewed viewed;
  crm_status status;
  if (store == NULL || key == NULL || view == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store, key or view is NULL");
  }
  memset(&viewed, 0, sizeof viewed);
  viewed.key = key;
  status = read_options(&viewed.options, options, error);
  if (status == CRM_OK) {
    status = open_view(&viewed, store, scope, error);
  }
  if (status == CRM_OK) {
    status = make_view(&viewed, &made, error);
  }
  crm__fields_close(&viewed.fields);
  crm_table_free(viewed.rhythm);
  crm_table_free(viewed.due);
  if (status == CRM_OK) {
    status = crm__struct_write(view, &made, sizeof made, "crm_view", error);
  }
  if (status != CRM_OK) {
    crm_view_clear(&made);
  } else if (!takes_changes(view)) {
    crm_table_free(made.changes);
  }
  return status;
}

void crm_view_clear(crm_view *view)
{
  if (view == NULL) {
    return;
  }
  crm_table_free(view->profile);
  crm_table_free(view->life);
  crm_table_free(view->customer);
  crm_table_free(view->keys);
  crm_table_free(view->documents);
  crm_table_free(view->opportunities);
  crm_table_free(view->stages);
  crm_table_free(view->interactions);
  crm_table_free(view->payments);
  crm_table_free(view->ownership);
  if (takes_changes(view)) {
    crm_table_free(view->changes);
    view->changes = NULL;
  }
  view->profile = view->life = view->customer = view->keys = view->documents = NULL;
  view->opportunities = view->stages = view->interactions = view->payments = view->ownership = NULL;
}
