/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_match.h"

#include "analysis/population.h"

#include "base/error.h"
#include "store/segment.h"
#include "table/build.h"

#include <string.h>

/* What is asked of expressions. */

/* An expression ready to be evaluated; the matcher is for who is explained. */
typedef struct ready {
  crm__fields fields;
  crm__program program;
  crm__matcher matcher;
} ready;

/* Closed in any case by unready. */
static crm_status make_ready(ready *of, const crm_store *store, const crm_scope *scope,
                             const crm_segment_options *options, crm_error *error)
{
  crm_status status = crm__fields_plan(&of->fields, store, scope, options, error);
  if (status == CRM_OK) {
    status = crm__program_compile(&of->program, &of->fields, error);
  }
  return status == CRM_OK ? crm__fields_load(&of->fields, error) : status;
}

static void unready(ready *of)
{
  crm__fields_close(&of->fields);
}

static crm_status select_customers(ready *of, crm_segment **segment, crm_error *error)
{
  const char *text = of->program.expressions[0].text;
  crm_segment *made = NULL;
  crm_status status =
    crm__segment_new(of->fields.store, crm__scope_memory(&of->fields.scope), text, &made, error);
  if (status == CRM_OK) {
    status = crm__matcher_select(&of->program, made->members, error);
  }
  if (status != CRM_OK) {
    crm_segment_free(made);
    return status;
  }
  crm__segment_close(made);
  *segment = made;
  return CRM_OK;
}

crm_status crm_segment_compute(const crm_store *store, const crm_scope *scope, const crm_segment_options *options,
                               crm_segment **segment, crm_error *error)
{
  ready of;
  crm_segment *made = NULL;
  crm_status status;
  if (segment == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "segment is NULL");
  }
  status = make_ready(&of, store, scope, options, error);
  if (status == CRM_OK) {
    status = select_customers(&of, &made, error);
  }
  unready(&of);
  if (status == CRM_OK) {
    *segment = made;
  }
  return status;
}

/* ---- explaining ---- */

enum { EXPLAIN_SEGMENT, EXPLAIN_CONDITION, EXPLAIN_BYTE, EXPLAIN_VALUE, EXPLAIN_RESULT, EXPLAIN_WHOLE,
       EXPLAIN_COLUMNS };

static const char *truth_name(const crm__truth *truth, uint32_t at)
{
  if (truth->yes[at / 64U] >> (at % 64U) & 1U) {
    return "true";
  }
  return truth->no[at / 64U] >> (at % 64U) & 1U ? "false" : "unknown";
}

static void put_condition(ready *of, const crm__condition *condition, uint32_t at, crm_table *table)
{
  const crm__expression *in = &of->program.expressions[condition->expression];
  crm__truth truth;
  crm__matcher_condition(&of->matcher, condition, &truth);
  crm__table_put_name(table, EXPLAIN_SEGMENT, in->name);
  crm__table_put_text(table, EXPLAIN_CONDITION, in->text + condition->start, condition->end - condition->start);
  crm__table_put(table, EXPLAIN_BYTE, (int64_t)condition->start);
  if (condition->field < 0) {
    crm__table_put_null(table, EXPLAIN_VALUE);
  } else {
    crm__field_put(&of->fields, &of->program.used[condition->field],
                   crm__matcher_values(&of->matcher, condition->field)->at[at], table, EXPLAIN_VALUE);
  }
  crm__table_put_name(table, EXPLAIN_RESULT, truth_name(&truth, at));
  crm__table_put(table, EXPLAIN_WHOLE, 0);
}

static void put_whole(const ready *of, int32_t place, uint32_t at, crm_table *table)
{
  const crm__expression *whole = &of->program.expressions[place];
  crm__table_put_name(table, EXPLAIN_SEGMENT, whole->name);
  crm__table_put_name(table, EXPLAIN_CONDITION, whole->text);
  crm__table_put(table, EXPLAIN_BYTE, 0);
  crm__table_put_null(table, EXPLAIN_VALUE);
  crm__table_put_name(table, EXPLAIN_RESULT, truth_name(&of->matcher.wholes[place], at));
  crm__table_put(table, EXPLAIN_WHOLE, 1);
}

static crm_status explain(ready *of, uint32_t id, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[EXPLAIN_COLUMNS] = {
    {"segment", CRM_TYPE_TEXT, 0}, {"condition", CRM_TYPE_TEXT, 0}, {"byte", CRM_TYPE_INTEGER, 0},
    {"value", CRM_TYPE_TEXT, 0},   {"result", CRM_TYPE_TEXT, 0},    {"whole", CRM_TYPE_BOOLEAN, 0}
  };
  const crm__program *program = &of->program;
  uint32_t at = id % CRM__BLOCK;
  int32_t place;
  int32_t i;
  crm_status status =
    crm__table_begin(crm__scope_memory(&of->fields.scope), "explain", columns, EXPLAIN_COLUMNS,
                     (int64_t)program->condition_count + program->expression_count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(&of->fields.scope, *table, "explain", 1);
  of->matcher.exact = 1;
  crm__matcher_block(&of->matcher, id - at);
  for (place = 0; place < program->expression_count; place++) {
    const crm__expression *in = &program->expressions[place];
    for (i = in->first; in->used && i < in->first + in->count; i++) {
      put_condition(of, &program->conditions[i], at, *table);
    }
    if (in->used) {
      put_whole(of, place, at, *table);
    }
  }
  return crm__table_finish(table, error);
}

crm_status crm_segment_explain(const crm_store *store, const crm_scope *scope, const crm_segment_options *options,
                               const char *key, crm_table **table, crm_error *error)
{
  ready of;
  crm_table *made = NULL;
  crm_status status;
  uint32_t id;
  if (store == NULL || key == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store, key or table is NULL");
  }
  status = make_ready(&of, store, scope, options, error);
  id = status == CRM_OK ? crm__scope_find(&of.fields.scope, key) : CRM__NONE;
  if (status == CRM_OK && (id == CRM__NONE || !crm__field_customer(&of.fields, id))) {
    status = crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the scope");
  }
  if (status == CRM_OK) {
    status = crm__matcher_open(&of.matcher, &of.program, error);
  }
  if (status == CRM_OK) {
    status = explain(&of, id, &made, error);
  }
  unready(&of);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- drift ---- */

enum { DRIFT_MOVEMENT, DRIFT_CUSTOMERS, DRIFT_BEFORE, DRIFT_AFTER, DRIFT_CHANGE, DRIFT_COLUMNS };

enum { ENTERED, LEFT, STAYED, BEFORE, AFTER, MOVEMENTS };

typedef struct drift {
  int64_t customers;
  int64_t before;
  int64_t after;
} drift;

static void add_customer(drift *to, int64_t before, int64_t after)
{
  to->customers++;
  to->before += before;
  to->after += after;
}

static void sum_drift(const crm_segment *first, const crm_segment *second, const crm__fields *before,
                      const crm__fields *after, drift *sums)
{
  uint32_t id;
  memset(sums, 0, MOVEMENTS * sizeof *sums);
  for (id = 0; id < first->customers; id++) {
    int was = crm__segment_has(first, id);
    int is = crm__segment_has(second, id);
    if (was || is) {
      int64_t spent = crm__measure_at(&before->measures, id)->money;
      int64_t spends = crm__measure_at(&after->measures, id)->money;
      add_customer(&sums[was && is ? STAYED : was ? LEFT : ENTERED], spent, spends);
      if (was) {
        add_customer(&sums[BEFORE], spent, spends);
      }
      if (is) {
        add_customer(&sums[AFTER], spent, spends);
      }
    }
  }
}

static crm_status make_drift(const drift *sums, const crm__scope *before, const crm__scope *after, const char *text,
                             crm_table **table, crm_error *error)
{
  static const char *const names[MOVEMENTS] = {"entered", "left", "stayed", "before", "after"};
  int32_t digits = crm_store_digits(after->store);
  crm__table_column columns[DRIFT_COLUMNS] = {
    {"movement", CRM_TYPE_TEXT, 0},      {"customers", CRM_TYPE_INTEGER, 0}, {"spend_before", CRM_TYPE_MONEY, 0},
    {"spend_after", CRM_TYPE_MONEY, 0},  {"change", CRM_TYPE_MONEY, 0}
  };
  crm_status status;
  int i;
  columns[DRIFT_BEFORE].scale = digits;
  columns[DRIFT_AFTER].scale = digits;
  columns[DRIFT_CHANGE].scale = digits;
  status = crm__table_begin(crm__scope_memory(after), "drift", columns, DRIFT_COLUMNS, MOVEMENTS, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(after, *table, "drift", 1);
  crm__scope_describe_before(before, *table);
  crm__table_meta_text(*table, "expression", text);
  for (i = 0; i < MOVEMENTS; i++) {
    crm__table_put_name(*table, DRIFT_MOVEMENT, names[i]);
    crm__table_put(*table, DRIFT_CUSTOMERS, sums[i].customers);
    crm__table_put(*table, DRIFT_BEFORE, sums[i].before);
    crm__table_put(*table, DRIFT_AFTER, sums[i].after);
    crm__table_put(*table, DRIFT_CHANGE, sums[i].after - sums[i].before);
  }
  return crm__table_finish(table, error);
}

/* Two scopes at once cannot share a context: the first one gets none. */
static crm_status take_before(crm_scope *own, const crm_scope *given, crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  crm_status status = CRM_OK;
  *own = usual;
  if (given != NULL) {
    status = crm__struct_read(own, sizeof *own, given, "crm_scope", error);
  }
  own->struct_size = (uint32_t)sizeof *own;
  own->context = NULL;
  return status;
}

crm_status crm_segment_drift(const crm_store *store, const crm_scope *before, const crm_scope *after,
                             const crm_segment_options *options, crm_table **table, crm_error *error)
{
  ready first;
  ready second;
  crm_segment *was = NULL;
  crm_segment *is = NULL;
  crm_table *made = NULL;
  crm_scope own;
  drift sums[MOVEMENTS];
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table is NULL");
  }
  memset(&second, 0, sizeof second);
  memset(&first, 0, sizeof first);
  status = take_before(&own, before, error);
  if (status == CRM_OK) {
    status = make_ready(&first, store, &own, options, error);
  }
  if (status == CRM_OK) {
    status = select_customers(&first, &was, error);
  }
  if (status == CRM_OK) {
    status = make_ready(&second, store, after, options, error);
  }
  if (status == CRM_OK) {
    status = select_customers(&second, &is, error);
  }
  if (status == CRM_OK) {
    sum_drift(was, is, &first.fields, &second.fields, sums);
    status = make_drift(sums, &first.fields.scope, &second.fields.scope, first.program.expressions[0].text, &made,
                        error);
  }
  crm_segment_free(was);
  crm_segment_free(is);
  unready(&second);
  unready(&first);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

/* ---- the fields ---- */

enum { FIELD_NAME, FIELD_TYPE, FIELD_WORDS, FIELD_MEANING, FIELD_COLUMNS };

static void put_words(const crm__fields *fields, const crm__segment_field *field, crm_table *table)
{
  crm__field_word words[CRM__FIELD_WORDS];
  int32_t count = field->type == CRM__FIELD_WORD ? crm__field_words(fields, field, words) : 0;
  char text[CRM__FIELD_WORDS * 24];
  size_t length = 0;
  int32_t i;
  for (i = 0; i < count && length + words[i].length + 1U < sizeof text; i++) {
    if (i > 0) {
      text[length++] = ' ';
    }
    memcpy(text + length, words[i].text, words[i].length);
    length += words[i].length;
  }
  if (count == 0) {
    crm__table_put_null(table, FIELD_WORDS);
  } else {
    crm__table_put_text(table, FIELD_WORDS, text, length);
  }
}

static crm_status list_fields(const crm__fields *fields, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[FIELD_COLUMNS] = {
    {"field", CRM_TYPE_TEXT, 0}, {"type", CRM_TYPE_TEXT, 0}, {"words", CRM_TYPE_TEXT, 0}, {"meaning", CRM_TYPE_TEXT, 0}
  };
  int32_t count = crm__field_count(fields);
  int32_t i;
  crm_status status =
    crm__table_begin(crm__scope_memory(&fields->plan), "fields", columns, FIELD_COLUMNS, count, table, error);
  for (i = 0; status == CRM_OK && i < count; i++) {
    crm__segment_field field;
    crm__field_at(fields, i, &field);
    crm__table_put_name(*table, FIELD_NAME, field.name);
    crm__table_put_name(*table, FIELD_TYPE, crm__field_type(&field));
    put_words(fields, &field, *table);
    crm__table_put_name(*table, FIELD_MEANING, field.meaning);
  }
  return status == CRM_OK ? crm__table_finish(table, error) : status;
}

crm_status crm_segment_fields(const crm_store *store, crm_table **table, crm_error *error)
{
  crm__fields fields;
  crm_table *made = NULL;
  crm_status status;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table is NULL");
  }
  status = crm__fields_plan(&fields, store, NULL, NULL, error);
  if (status != CRM_OK) {
    return status;
  }
  status = list_fields(&fields, &made, error);
  crm__fields_close(&fields);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}
