/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_program.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/text.h"

#include <string.h>

/* What follows a field in a condition. */

#define MAPS 64   /* most conditions that look at every name */

static int is_ordered(const crm__segment_field *field)
{
  return field->type <= CRM__FIELD_TIME;
}

static int is_text(const crm__segment_field *field)
{
  return field->type == CRM__FIELD_TEXT || field->type == CRM__FIELD_KEY;
}

static int is_comparison(const crm__word *word)
{
  return word->kind >= CRM__WORD_EQUAL && word->kind <= CRM__WORD_GREATER_EQUAL;
}

static int by_order(int32_t compare)
{
  return compare != CRM__WORD_EQUAL && compare != CRM__WORD_UNEQUAL;
}

/* ---- ranges ---- */

static void start_ranges(crm__parser *parser, crm__condition *condition)
{
  condition->test = CRM__TEST_RANGES;
  condition->ranges = parser->program->ranges + parser->program->range_count;
  condition->range_count = 0;
}

static void add_range(crm__parser *parser, crm__condition *condition, crm__range range)
{
  if (range.low <= range.high) {
    condition->ranges[condition->range_count++] = range;
    parser->program->range_count++;
  }
}

/* Sorts ranges and joins those that touch. */
static crm_status join_ranges(crm__parser *parser, crm__condition *condition)
{
  crm__scope *scope = &parser->program->fields->plan;
  uint64_t count = (uint64_t)condition->range_count;
  uint64_t *keys = crm__scope_alloc(scope, count * 2U, sizeof *keys);
  uint32_t *order = crm__scope_alloc(scope, count * 2U, sizeof *order);
  crm__range *sorted = crm__scope_alloc(scope, count, sizeof *sorted);
  int64_t last = -1;
  uint64_t i;
  if (keys == NULL || order == NULL || sorted == NULL) {
    return crm__fail_memory(parser->error);
  }
  for (i = 0; i < count; i++) {
    keys[i] = crm__sortable(condition->ranges[i].low);
    order[i] = (uint32_t)i;
    sorted[i] = condition->ranges[i];
  }
  crm__radix_sort(keys, order, keys + count, order + count, count);
  for (i = 0; i < count; i++) {
    crm__range next = sorted[order[i]];
    if (last >= 0 && (condition->ranges[last].high == INT64_MAX || next.low <= condition->ranges[last].high + 1)) {
      if (next.high > condition->ranges[last].high) {
        condition->ranges[last].high = next.high;
      }
    } else {
      condition->ranges[++last] = next;
    }
  }
  condition->range_count = last + 1;
  return CRM_OK;
}

/* ---- every name ---- */

/* Asks of a key whether a test that looks at its text holds. */
typedef struct asked {
  int32_t compare;      /* CRM__WORD_LESS ...; CRM__WORD_NAME: begins with */
  crm__key low;
  crm__key high;        /* of between: compare is CRM__WORD_OPEN */
} asked;

static int begins_with(crm__key key, crm__key start)
{
  char digits[24];
  char wanted[24];
  const char *text = key.text;
  size_t length = key.length;
  if (text == NULL) {
    length = crm__integer_write(key.integer, digits);
    text = digits;
  }
  if (start.text == NULL) {
    start.length = crm__integer_write(start.integer, wanted);
    start.text = wanted;
  }
  return length >= start.length && memcmp(text, start.text, start.length) == 0;
}

static int holds(const asked *of, crm__key key)
{
  int order;
  if (of->compare == CRM__WORD_NAME) {
    return begins_with(key, of->low);
  }
  order = crm__key_compare(key, of->low);
  switch (of->compare) {
  case CRM__WORD_LESS:
    return order < 0;
  case CRM__WORD_LESS_EQUAL:
    return order <= 0;
  case CRM__WORD_GREATER:
    return order > 0;
  case CRM__WORD_GREATER_EQUAL:
    return order >= 0;
  default:
    return order >= 0 && crm__key_compare(key, of->high) <= 0;
  }
}

static crm_status make_map(crm__parser *parser, crm__condition *condition, const crm__segment_field *field,
                           const asked *of)
{
  crm__program *program = parser->program;
  const crm_store *store = program->fields->store;
  int names = field->type == CRM__FIELD_TEXT;
  uint32_t count = names ? crm__names(store) : crm__customers(store);
  uint32_t id;
  if (program->map_count == MAPS) {
    return crm__parse_fail(parser, CRM_ERROR_LIMIT, condition->start,
                           "there are too many conditions on the order or the beginning of texts");
  }
  program->map_count++;
  condition->test = CRM__TEST_MAP;
  condition->map = crm__scope_alloc(&program->fields->plan, count, 1);
  if (condition->map == NULL) {
    return crm__fail_memory(parser->error);
  }
  for (id = 0; id < count; id++) {
    condition->map[id] = (uint8_t)holds(of, names ? crm__name_key(store, id) : crm__customer_key(store, id));
  }
  return CRM_OK;
}

/* ---- the tests ---- */

static int same_kind(const crm__segment_field *a, const crm__segment_field *b)
{
  if (a->type <= CRM__FIELD_INTEGER || b->type <= CRM__FIELD_INTEGER) {
    return a->type <= CRM__FIELD_INTEGER && b->type <= CRM__FIELD_INTEGER;
  }
  if (is_ordered(a) || is_ordered(b)) {
    return is_ordered(a) && is_ordered(b);
  }
  return a->type == b->type && a->type != CRM__FIELD_WORD;
}

/* Whether the present word is a field's name and no literal of the field that it is compared with. */
static int names_field(crm__parser *parser, const crm__segment_field *field)
{
  crm__segment_field found;
  const crm__word *word = &parser->word;
  if (word->kind != CRM__WORD_NAME || crm__word_is(parser->text, word, "true") ||
      crm__word_is(parser->text, word, "false") ||
      ((field->type == CRM__FIELD_DATE || field->type == CRM__FIELD_TIME) &&
       crm__word_is(parser->text, word, "as_of"))) {
    return 0;
  }
  return crm__word_is(parser->text, word, "customers") ||
         crm__field_find(parser->program->fields, parser->text + word->start, word->length, 0, &found);
}

static crm_status parse_fields(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  size_t at = parser->word.start;
  const crm__segment_field *other;
  crm_status status = crm__parse_field(parser, &condition->other);
  if (status != CRM_OK) {
    return status;
  }
  other = &parser->program->used[condition->other];
  condition->test = CRM__TEST_FIELDS;
  if (!same_kind(field, other)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, at, "the two fields hold things that cannot be compared");
  }
  return is_text(field) && by_order(condition->compare)
           ? crm__parse_fail(parser, CRM_ERROR_TYPE, at, "two fields of text are compared by = and <> alone")
           : CRM_OK;
}

static crm_status parse_comparison(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  crm__literal literal;
  crm_status status;
  condition->compare = parser->word.kind;
  condition->negated = condition->compare == CRM__WORD_UNEQUAL;
  if (by_order(condition->compare) && !is_ordered(field) && !is_text(field)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->word.start, "this field is compared by = and <> alone");
  }
  status = crm__parse_advance(parser);
  if (status != CRM_OK) {
    return status;
  }
  if (names_field(parser, field)) {
    return parse_fields(parser, condition, field);
  }
  if (is_text(field) && by_order(condition->compare)) {
    asked of;
    of.compare = condition->compare;
    status = crm__parse_key(parser, field, &of.low);
    of.high = of.low;
    return status == CRM_OK ? make_map(parser, condition, field, &of) : status;
  }
  status = crm__parse_literal(parser, field, &literal);
  if (status == CRM_OK) {
    start_ranges(parser, condition);
    add_range(parser, condition, crm__literal_range(condition->compare, &literal));
  }
  return status;
}

static crm_status parse_in(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  crm_status status;
  if (parser->word.kind != CRM__WORD_OPEN) {
    return crm__parse_expected(parser, "( and a list of values");
  }
  start_ranges(parser, condition);
  do {
    crm__literal literal;
    status = crm__parse_advance(parser);
    if (status == CRM_OK) {
      status = crm__parse_literal(parser, field, &literal);
    }
    if (status == CRM_OK) {
      add_range(parser, condition, crm__literal_range(CRM__WORD_EQUAL, &literal));
    }
  } while (status == CRM_OK && parser->word.kind == CRM__WORD_COMMA);
  if (status == CRM_OK && parser->word.kind != CRM__WORD_CLOSE) {
    status = crm__parse_expected(parser, "a comma or )");
  }
  if (status == CRM_OK && condition->range_count > 1) {
    status = join_ranges(parser, condition);
  }
  return status == CRM_OK ? crm__parse_advance(parser) : status;
}

static crm_status expect_and(crm__parser *parser)
{
  return crm__word_is(parser->text, &parser->word, "and") ? crm__parse_advance(parser)
                                                          : crm__parse_expected(parser, "and");
}

static crm_status parse_between_keys(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  asked of;
  crm_status status = crm__parse_key(parser, field, &of.low);
  of.compare = CRM__WORD_OPEN;
  if (status == CRM_OK) {
    status = expect_and(parser);
  }
  if (status == CRM_OK) {
    status = crm__parse_key(parser, field, &of.high);
  }
  return status == CRM_OK ? make_map(parser, condition, field, &of) : status;
}

static crm_status parse_between(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  crm__literal low;
  crm__literal high;
  crm__range above;
  crm__range below;
  crm_status status;
  if (is_text(field)) {
    return parse_between_keys(parser, condition, field);
  }
  if (!is_ordered(field)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->end, "this field has no order");
  }
  status = crm__parse_literal(parser, field, &low);
  if (status == CRM_OK) {
    status = expect_and(parser);
  }
  if (status == CRM_OK) {
    status = crm__parse_literal(parser, field, &high);
  }
  if (status != CRM_OK) {
    return status;
  }
  above = crm__literal_range(CRM__WORD_GREATER_EQUAL, &low);
  below = crm__literal_range(CRM__WORD_LESS_EQUAL, &high);
  above.high = above.low <= above.high && below.low <= below.high ? below.high : above.low - 1;
  start_ranges(parser, condition);
  add_range(parser, condition, above);
  return CRM_OK;
}

static crm_status parse_like(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  size_t at = parser->word.start;
  asked of;
  crm_status status;
  if (!is_text(field)) {
    return crm__parse_fail(parser, CRM_ERROR_TYPE, parser->end, "this field is no text");
  }
  if (parser->word.kind != CRM__WORD_TEXT || parser->word.length < 4 ||
      memchr(parser->text + at, '%', parser->word.length) != parser->text + at + parser->word.length - 2) {
    return crm__parse_expected(parser, "a text in quotes with one % at its end");
  }
  parser->word.length--;   /* the % stands for the quote that ends the text */
  of.compare = CRM__WORD_NAME;
  status = crm__parse_key(parser, field, &of.low);
  of.high = of.low;
  return status == CRM_OK ? make_map(parser, condition, field, &of) : status;
}

static crm_status parse_null(crm__parser *parser, crm__condition *condition)
{
  crm_status status = CRM_OK;
  condition->test = CRM__TEST_EMPTY;
  if (crm__word_is(parser->text, &parser->word, "not")) {
    condition->negated = 1;
    status = crm__parse_advance(parser);
  }
  if (status != CRM_OK) {
    return status;
  }
  return crm__word_is(parser->text, &parser->word, "null") ? crm__parse_advance(parser)
                                                           : crm__parse_expected(parser, "null or not null");
}

crm_status crm__parse_test(crm__parser *parser, crm__condition *condition, const crm__segment_field *field)
{
  static const struct {
    const char *word;
    crm_status (*parse)(crm__parser *parser, crm__condition *condition, const crm__segment_field *field);
  } tests[] = {{"in", parse_in}, {"between", parse_between}, {"like", parse_like}};
  int negated = crm__word_is(parser->text, &parser->word, "not");
  crm_status status = CRM_OK;
  size_t i;
  if (is_comparison(&parser->word)) {
    return parse_comparison(parser, condition, field);
  }
  if (crm__word_is(parser->text, &parser->word, "is")) {
    status = crm__parse_advance(parser);
    return status == CRM_OK ? parse_null(parser, condition) : status;
  }
  if (negated) {
    status = crm__parse_advance(parser);
  }
  for (i = 0; status == CRM_OK && i < sizeof tests / sizeof tests[0]; i++) {
    if (crm__word_is(parser->text, &parser->word, tests[i].word)) {
      condition->negated = negated;
      status = crm__parse_advance(parser);
      return status == CRM_OK ? tests[i].parse(parser, condition, field) : status;
    }
  }
  if (status == CRM_OK && negated) {
    return crm__parse_expected(parser, "in, between or like");
  }
  if (status == CRM_OK && field->type != CRM__FIELD_YES_NO) {
    return crm__parse_expected(parser, "=, <>, <, <=, >, >=, in, not, between, like or is");
  }
  if (status == CRM_OK) {
    crm__range yes = {1, 1};
    start_ranges(parser, condition);
    add_range(parser, condition, yes);
  }
  return status;
}
