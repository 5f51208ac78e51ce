/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/composition.h"

#include "analysis/population.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "table/build.h"

#include <string.h>

#define NONE INT64_MIN
#define GROUPS 100000
#define PAIRS 1000000
#define FEW 12        /* values that get a group each */
#define PARTS 5       /* bands without given ones */
#define BLOCK CRM__SIZE(1024, 5)

/* ---- fields and bands ---- */

static crm_status find_field(crm__composition *all, const char *name, const char *option, crm__segment_field *field,
                             crm_error *error)
{
  size_t length = strlen(name);
  int column = length > 10 && memcmp(name, "customers.", 10) == 0;
  if (!crm__field_find(&all->fields, name + (column ? 10 : 0), length - (column ? 10U : 0), column, field)) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, NULL, option, 0, -1, "there is no such field");
  }
  all->fields.needs |= 1U << field->source;
  return CRM_OK;
}

static int is_ordered(const crm__segment_field *field)
{
  return field->type <= CRM__FIELD_TIME;
}

static crm_status read_edges(crm__parser *parser, crm__axis *of)
{
  crm_status status = crm__parse_advance(parser);
  while (status == CRM_OK) {
    size_t at = parser->word.start;
    crm__literal literal;
    if (of->edge_count == CRM__BANDS) {
      return crm__parse_fail(parser, CRM_ERROR_LIMIT, at, "there are too many bands");
    }
    status = crm__parse_literal(parser, &of->field, &literal);
    if (status == CRM_OK &&
        (literal.beyond || (of->edge_count > 0 && literal.low <= of->edges[of->edge_count - 1]))) {
      return crm__parse_fail(parser, CRM_ERROR_VALUE, at, "bands begin at values that rise");
    }
    if (status == CRM_OK) {
      of->edges[of->edge_count++] = literal.low;
      if (parser->word.kind == CRM__WORD_END) {
        return CRM_OK;
      }
      status = parser->word.kind == CRM__WORD_COMMA ? crm__parse_advance(parser)
                                                    : crm__parse_expected(parser, "a comma or the end");
    }
  }
  return status;
}

static crm_status read_bands(crm__composition *all, crm__axis *of, const char *bands, const char *option,
                             crm_error *error)
{
  crm__expression text;
  crm__program program;
  crm__parser parser;
  if (bands == NULL) {
    return CRM_OK;
  }
  if (!is_ordered(&of->field)) {
    return crm__fail_at(error, CRM_ERROR_TYPE, NULL, option, 0, 0, "a field without an order has no bands");
  }
  memset(&text, 0, sizeof text);
  memset(&program, 0, sizeof program);
  memset(&parser, 0, sizeof parser);
  text.name = option;
  text.text = bands;
  program.fields = &all->fields;
  program.expressions = &text;
  parser.program = &program;
  parser.text = bands;
  parser.error = error;
  of->banded = 1;
  return read_edges(&parser, of);
}

static crm_status plan(crm__composition *all, const crm_store *store, const crm_scope *scope,
                       const crm_composition_options *given, crm_error *error)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  crm_segment_options fields = CRM_SEGMENT_OPTIONS_INIT;
  crm_status status = CRM_OK;
  memset(all, 0, sizeof *all);
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_composition_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  fields.pyramid = options.pyramid;
  fields.rfm = options.rfm;
  fields.lifecycle = options.lifecycle;
  fields.classes = options.classes;
  status = crm__fields_plan(&all->fields, store, scope, &fields, error);
  if (status == CRM_OK) {
    status = find_field(all, options.by == NULL ? "tier" : options.by, "by", &all->by.field, error);
  }
  if (status == CRM_OK) {
    status = read_bands(all, &all->by, options.by_bands, "by_bands", error);
  }
  all->crossed = options.across != NULL;
  if (status == CRM_OK && all->crossed) {
    status = find_field(all, options.across, "across", &all->across.field, error);
  }
  if (status == CRM_OK && all->crossed) {
    status = read_bands(all, &all->across, options.across_bands, "across_bands", error);
  }
  return status;
}

/* ---- the values of a field ---- */

/* Calls for each customer's value, in blocks. */
typedef void (*visitor)(void *context, uint32_t id, int64_t value);

static void visit(const crm__composition *all, const crm__segment_field *field, visitor call, void *context)
{
  uint32_t customers = crm__customers(all->fields.store);
  int64_t values[BLOCK];
  uint32_t first;
  uint32_t i;
  for (first = 0; first < customers; first += BLOCK) {
    uint32_t count = customers - first < BLOCK ? customers - first : BLOCK;
    field->fetch(&all->fields, field, first, count, values);
    for (i = 0; i < count; i++) {
      if (all->row[first + i] != CRM__NONE) {
        call(context, first + i, values[i]);
      }
    }
  }
}

typedef struct gathered {
  uint64_t *keys;
  uint64_t count;
} gathered;

static void gather(void *context, uint32_t id, int64_t value)
{
  gathered *to = context;
  (void)id;
  if (value != NONE) {
    to->keys[to->count++] = crm__sortable(value);
  }
}

static int64_t unsorted(uint64_t key)
{
  return (int64_t)(key ^ crm__sortable(0));
}

/* Fifths of the customers, or each of a few values. */
static crm_status suggest_bands(crm__composition *all, crm__axis *of, crm_error *error)
{
  crm__scope *scope = &all->fields.scope;
  uint64_t customers = crm__customers(all->fields.store);
  gathered sorted = { NULL, 0 };
  uint64_t *spare = crm__scope_alloc(scope, customers, sizeof *spare);
  uint64_t distinct = 0;
  uint64_t i;
  sorted.keys = crm__scope_alloc(scope, customers, sizeof *sorted.keys);
  of->values = crm__scope_alloc(scope, FEW, sizeof *of->values);
  if (sorted.keys == NULL || spare == NULL || of->values == NULL) {
    return crm__fail_memory(error);
  }
  visit(all, &of->field, gather, &sorted);
  crm__radix_sort(sorted.keys, NULL, spare, NULL, sorted.count);
  for (i = 0; i < sorted.count && distinct <= FEW; i++) {
    if (i == 0 || sorted.keys[i] != sorted.keys[i - 1]) {
      if (distinct < FEW) {
        of->values[distinct] = unsorted(sorted.keys[i]);
      }
      distinct++;
    }
  }
  of->count = (uint32_t)distinct;
  if (distinct <= FEW) {
    return CRM_OK;
  }
  of->banded = 1;
  for (i = 1; i < PARTS; i++) {
    int64_t edge = unsorted(sorted.keys[i * sorted.count / PARTS]);
    if (edge > unsorted(sorted.keys[0]) && (of->edge_count == 0 || edge > of->edges[of->edge_count - 1])) {
      of->edges[of->edge_count++] = edge;
    }
  }
  return CRM_OK;
}

/* ---- groups of names ---- */

static uint32_t ids_of(const crm__composition *all, const crm__axis *of)
{
  return of->field.type == CRM__FIELD_TEXT ? crm__names(all->fields.store) : crm__customers(all->fields.store);
}

static crm__key key_of(const crm__composition *all, const crm__axis *of, int64_t id)
{
  return of->field.type == CRM__FIELD_TEXT ? crm__name_key(all->fields.store, (uint32_t)id)
                                           : crm__customer_key(all->fields.store, (uint32_t)id);
}

static void mark(void *context, uint32_t id, int64_t value)
{
  crm__axis *of = context;
  (void)id;
  if (value != NONE && of->places[value] == CRM__NONE) {
    of->places[value] = of->count++;
  }
}

typedef struct ordering {
  const crm__composition *all;
  const crm__axis *of;
  const int64_t *ids;
} ordering;

static int compare_names(const void *context, uint32_t a, uint32_t b)
{
  const ordering *by = context;
  return crm__key_compare(key_of(by->all, by->of, by->ids[a]), key_of(by->all, by->of, by->ids[b]));
}

static crm_status sort_names(crm__composition *all, crm__axis *of, crm_error *error)
{
  crm__scope *scope = &all->fields.scope;
  uint32_t ids = ids_of(all, of);
  int64_t *found = crm__scope_alloc(scope, of->count, sizeof *found);
  uint32_t *order = crm__scope_alloc(scope, of->count, sizeof *order);
  uint32_t *spare = crm__scope_alloc(scope, of->count, sizeof *spare);
  ordering by;
  uint32_t i;
  of->values = crm__scope_alloc(scope, of->count, sizeof *of->values);
  if (found == NULL || order == NULL || spare == NULL || of->values == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < ids; i++) {
    if (of->places[i] != CRM__NONE) {
      found[of->places[i]] = i;
    }
  }
  for (i = 0; i < of->count; i++) {
    order[i] = i;
  }
  by.all = all;
  by.of = of;
  by.ids = found;
  crm__merge_sort(order, spare, of->count, compare_names, &by);
  for (i = 0; i < of->count; i++) {
    of->values[i] = found[order[i]];
    of->places[of->values[i]] = i;
  }
  return CRM_OK;
}

static crm_status group_names(crm__composition *all, crm__axis *of, crm_error *error)
{
  uint32_t ids = ids_of(all, of);
  of->places = crm__scope_alloc(&all->fields.scope, ids, sizeof *of->places);
  if (of->places == NULL) {
    return crm__fail_memory(error);
  }
  memset(of->places, 0xFF, (size_t)ids * sizeof *of->places);
  visit(all, &of->field, mark, of);
  if (of->count > GROUPS) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, of == &all->by ? "by" : "across", 0, -1,
                        "the field has more than %d values", GROUPS);
  }
  return sort_names(all, of, error);
}

static crm_status make_groups(crm__composition *all, crm__axis *of, crm_error *error)
{
  crm__field_word words[CRM__FIELD_WORDS];
  crm_status status = CRM_OK;
  switch (of->field.type) {
  case CRM__FIELD_TEXT:
  case CRM__FIELD_KEY:
    return group_names(all, of, error);
  case CRM__FIELD_WORD:
    of->count = (uint32_t)crm__field_words(&all->fields, &of->field, words);
    return CRM_OK;
  case CRM__FIELD_YES_NO:
    of->count = 2;
    return CRM_OK;
  default:
    if (!of->banded) {
      status = suggest_bands(all, of, error);
    }
    of->count = of->banded ? (uint32_t)of->edge_count + 1U : of->count;
    return status;
  }
}

static uint32_t group_of(const crm__axis *of, int64_t value)
{
  uint32_t i = 0;
  if (value == NONE) {
    return of->count;
  }
  if (of->places != NULL) {
    return of->places[value];
  }
  if (!is_ordered(&of->field)) {
    return (uint32_t)value;
  }
  if (of->banded) {
    while (i < (uint32_t)of->edge_count && value >= of->edges[i]) {
      i++;
    }
  } else {
    while (of->values[i] != value) {
      i++;
    }
  }
  return i;
}

/* ---- counting ---- */

typedef struct placing {
  const crm__axis *of;
  uint32_t *into;
} placing;

static void place(void *context, uint32_t id, int64_t value)
{
  placing *to = context;
  to->into[id] = group_of(to->of, value);
}

static crm_status take_customers(crm__composition *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->fields.store);
  uint32_t id;
  all->row = crm__scope_alloc(&all->fields.scope, customers, sizeof *all->row);
  all->column = crm__scope_alloc_zero(&all->fields.scope, customers, sizeof *all->column);
  if (all->row == NULL || all->column == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    all->row[id] = crm__field_customer(&all->fields, id) ? 0 : CRM__NONE;
  }
  return CRM_OK;
}

static crm_status count_cells(crm__composition *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->fields.store);
  uint64_t pairs;
  placing rows;
  placing columns;
  uint32_t id;
  all->width = all->crossed ? all->across.count + 1U : 1U;
  pairs = ((uint64_t)all->by.count + 1U) * all->width;
  if (pairs > PAIRS) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "across", 0, -1, "the fields have more than %d pairs of values",
                        PAIRS);
  }
  all->cells = crm__scope_alloc_zero(&all->fields.scope, pairs, sizeof *all->cells);
  if (all->cells == NULL) {
    return crm__fail_memory(error);
  }
  columns.of = &all->across;
  columns.into = all->column;
  if (all->crossed) {
    visit(all, &all->across.field, place, &columns);
  }
  rows.of = &all->by;
  rows.into = all->row;
  visit(all, &all->by.field, place, &rows);
  for (id = 0; id < customers; id++) {
    if (all->row[id] != CRM__NONE) {
      crm__mix *to = &all->cells[(size_t)all->row[id] * all->width + all->column[id]];
      to->customers++;
      to->spend += crm__measure_at(&all->fields.measures, id)->money;
    }
  }
  return CRM_OK;
}

static crm_status count(crm__composition *all, crm_error *error)
{
  crm_status status = crm__fields_load(&all->fields, error);
  if (status == CRM_OK) {
    status = take_customers(all, error);
  }
  if (status == CRM_OK) {
    status = make_groups(all, &all->by, error);
  }
  if (status == CRM_OK && all->crossed) {
    status = make_groups(all, &all->across, error);
  }
  return status == CRM_OK ? count_cells(all, error) : status;
}

crm_status crm__composition_open(crm__composition *all, const crm_store *store, const crm_scope *scope,
                                 const crm_composition_options *options, crm_error *error)
{
  crm_status status = plan(all, store, scope, options, error);
  return status == CRM_OK ? count(all, error) : status;
}

/* ---- labels ---- */

/* A time that begins a business day is written as that. */
static size_t write_value(const crm__composition *all, const crm__segment_field *field, int64_t value, char *text)
{
  const crm__scope *scope = &all->fields.scope;
  if (field->type == CRM__FIELD_TIME) {
    int32_t day = crm__business_day(value, scope->day_start);
    return crm__day_instant(scope, day) == value ? crm__date_write(day, text) : crm__time_write(value, text);
  }
  return field->type == CRM__FIELD_DATE ? crm__date_write((int32_t)value, text)
                                        : crm__decimal_write(value, field->scale, text);
}

/* "<a", "a..<b", ">=b" */
static void put_band(const crm__composition *all, const crm__axis *of, uint32_t group, crm_table *table, int32_t column)
{
  char text[80];
  size_t length = 0;
  if (of->edge_count == 0) {
    crm__table_put_name(table, column, "all");
    return;
  }
  if (group == (uint32_t)of->edge_count) {
    text[length++] = '>';
    text[length++] = '=';
    length += write_value(all, &of->field, of->edges[group - 1U], text + length);
  } else {
    if (group > 0) {
      length += write_value(all, &of->field, of->edges[group - 1U], text);
      text[length++] = '.';
      text[length++] = '.';
    }
    text[length++] = '<';
    length += write_value(all, &of->field, of->edges[group], text + length);
  }
  crm__table_put_text(table, column, text, length);
}

void crm__composition_put_group(const crm__composition *all, const crm__axis *of, uint32_t group, crm_table *table,
                                int32_t column)
{
  if (group == of->count) {
    crm__table_put_null(table, column);
  } else if (of->banded) {
    put_band(all, of, group, table, column);
  } else {
    crm__field_put(&all->fields, &of->field, of->values == NULL ? (int64_t)group : of->values[group], table, column);
  }
}

void crm__composition_put_index(crm_table *table, int32_t column, int64_t a, int64_t b, int64_t c, int64_t d)
{
  double value;
  if (b <= 0 || c <= 0 || d <= 0) {
    crm__table_put_null(table, column);
    return;
  }
  value = (double)a / (double)b;
  value = value / ((double)c / (double)d);
  value = value * 1e6;
  value = value < 0 ? value - 0.5 : value + 0.5;
  if (value > 9e18 || value < -9e18) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put(table, column, (int64_t)value);
  }
}

void crm__composition_describe(const crm__composition *all, crm_table *table, const char *definition)
{
  crm__scope_describe(&all->fields.scope, table, definition, 1);
  crm__table_meta_text(table, "by", all->by.field.name);
  crm__table_meta_text(table, "across", all->crossed ? all->across.field.name : "");
}
