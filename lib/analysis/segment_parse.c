/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_program.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* Expressions to programs: the grammar of docs/segments.md, one function a rule. */

/* ---- where things go wrong ---- */

crm_status crm__parse_fail(const crm__parser *parser, crm_status status, size_t byte, const char *message)
{
  const char *name = parser->program->expressions[parser->expression].name;
  return crm__fail_at(parser->error, status, NULL, name == NULL ? "expression" : name, 0, (int64_t)byte, "%s", message);
}

crm_status crm__parse_expected(const crm__parser *parser, const char *wanted)
{
  const char *name = parser->program->expressions[parser->expression].name;
  char found[80];
  return crm__fail_at(parser->error, CRM_ERROR_VALUE, NULL, name == NULL ? "expression" : name, 0,
                      (int64_t)parser->word.start, "expected %s, found %s", wanted,
                      crm__word_describe(parser->text, &parser->word, found));
}

/* Fails because of a name. */
static crm_status fail_name(const crm__parser *parser, const crm__word *word, const char *what)
{
  const char *name = parser->program->expressions[parser->expression].name;
  char found[80];
  return crm__fail_at(parser->error, CRM_ERROR_SCHEMA, NULL, name == NULL ? "expression" : name, 0,
                      (int64_t)word->start, "there is no %s %s", what,
                      crm__word_describe(parser->text, word, found));
}

crm_status crm__parse_advance(crm__parser *parser)
{
  const char *wanted;
  parser->end = parser->word.start + parser->word.length;
  wanted = crm__word_next(parser->text, &parser->at, &parser->word);
  if (wanted != NULL) {
    const char *name = parser->program->expressions[parser->expression].name;
    return crm__fail_at(parser->error, CRM_ERROR_VALUE, NULL, name == NULL ? "expression" : name, 0,
                        (int64_t)parser->word.start, "expected %s", wanted);
  }
  return CRM_OK;
}

static int is_word(const crm__parser *parser, const char *keyword)
{
  return crm__word_is(parser->text, &parser->word, keyword);
}

/* ---- steps ---- */

static int32_t emit(crm__parser *parser, int32_t code, int32_t operand)
{
  crm__expression *into = &parser->program->expressions[parser->expression];
  into->steps[into->step_count].code = code;
  into->steps[into->step_count].operand = operand;
  return into->step_count++;
}

/* Leads a chain of jumps, each of which names the one before it, to the next step. */
static void land(crm__parser *parser, int32_t chain)
{
  crm__expression *into = &parser->program->expressions[parser->expression];
  while (chain >= 0) {
    int32_t before = into->steps[chain].operand;
    into->steps[chain].operand = into->step_count;
    chain = before;
  }
}

/* ---- conditions ---- */

static crm__condition *begin_condition(crm__parser *parser)
{
  crm__condition *condition = &parser->program->conditions[parser->program->condition_count];
  memset(condition, 0, sizeof *condition);
  condition->field = -1;
  condition->other = -1;
  condition->expression = parser->expression;
  condition->start = parser->word.start;
  return condition;
}

static void end_condition(crm__parser *parser, crm__condition *condition)
{
  condition->end = parser->end;
  parser->program->expressions[parser->expression].count++;
  emit(parser, CRM__STEP_CONDITION, parser->program->condition_count++);
}

static int32_t place_field(crm__program *program, const crm__segment_field *field)
{
  int32_t i = 0;
  while (i < program->used_count && (program->used[i].source != field->source ||
                                     strcmp(program->used[i].name, field->name) != 0)) {
    i++;
  }
  if (i == program->used_count) {
    program->used[program->used_count++] = *field;
    program->fields->needs |= 1U << field->source;
  }
  return i;
}

static crm_status fail_field(const crm__parser *parser, const crm__word *word)
{
  static const char *const reserved[] = {"and", "or", "between", "like", "is", "null", "as_of"};
  size_t i;
  for (i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
    if (crm__word_is(parser->text, word, reserved[i])) {
      return crm__parse_expected(parser, "a condition");
    }
  }
  return fail_name(parser, word, "field");
}

/* Whether a point follows the present word: `customers.region` and not a column called customers. */
static int has_point(const crm__parser *parser)
{
  crm__word next;
  size_t at = parser->at;
  return crm__word_next(parser->text, &at, &next) == NULL && next.kind == CRM__WORD_DOT;
}

crm_status crm__parse_field(crm__parser *parser, int32_t *place)
{
  crm__segment_field field;
  crm__word word = parser->word;
  crm_status status;
  int column = is_word(parser, "customers") && has_point(parser);
  if (column) {
    status = crm__parse_advance(parser);
    if (status == CRM_OK) {
      status = crm__parse_advance(parser);
    }
    if (status != CRM_OK) {
      return status;
    }
    word = parser->word;
    if (word.kind != CRM__WORD_NAME) {
      return crm__parse_expected(parser, "the name of a column");
    }
  }
  if (!crm__field_find(parser->program->fields, parser->text + word.start, word.length, column, &field)) {
    return column ? fail_name(parser, &word, "column") : fail_field(parser, &word);
  }
  *place = place_field(parser->program, &field);
  return crm__parse_advance(parser);
}

static crm_status parse_condition(crm__parser *parser)
{
  crm__condition *condition = begin_condition(parser);
  crm_status status = crm__parse_field(parser, &condition->field);
  if (status == CRM_OK) {
    crm__segment_field field = parser->program->used[condition->field];
    status = crm__parse_test(parser, condition, &field);
  }
  if (status == CRM_OK) {
    end_condition(parser, condition);
  }
  return status;
}

static int32_t find_definition(const crm__program *program, const char *name, size_t length)
{
  int32_t i;
  for (i = 1; i < program->expression_count; i++) {
    if (crm__text_equal(name, length, program->expressions[i].name)) {
      return i;
    }
  }
  return -1;
}

/* `in segment name`; the present word is `in`. */
static crm_status parse_segment(crm__parser *parser)
{
  crm__condition *condition = begin_condition(parser);
  crm_status status = crm__parse_advance(parser);
  if (status != CRM_OK) {
    return status;
  }
  if (!is_word(parser, "segment")) {
    return crm__parse_expected(parser, "segment and its name");
  }
  status = crm__parse_advance(parser);
  if (status != CRM_OK) {
    return status;
  }
  if (parser->word.kind != CRM__WORD_NAME) {
    return crm__parse_expected(parser, "the name of a segment");
  }
  condition->test = CRM__TEST_SEGMENT;
  condition->other = find_definition(parser->program, parser->text + parser->word.start, parser->word.length);
  if (condition->other < 0) {
    return fail_name(parser, &parser->word, "segment");
  }
  status = crm__parse_advance(parser);
  if (status == CRM_OK) {
    end_condition(parser, condition);
  }
  return status;
}

/* ---- the grammar ---- */

static crm_status parse_either(crm__parser *parser);

static crm_status parse_group(crm__parser *parser)
{
  crm_status status;
  if (parser->depth == CRM_SEGMENT_DEPTH) {
    return crm__parse_fail(parser, CRM_ERROR_LIMIT, parser->word.start, "there are too many parentheses in each other");
  }
  parser->depth++;
  status = crm__parse_advance(parser);
  if (status == CRM_OK) {
    status = parse_either(parser);
  }
  parser->depth--;
  if (status == CRM_OK && parser->word.kind != CRM__WORD_CLOSE) {
    status = crm__parse_expected(parser, "and, or or )");
  }
  return status == CRM_OK ? crm__parse_advance(parser) : status;
}

/* Marks the conditions from one on: a `not` stands around them. */
static void deny_from(crm__program *program, int32_t first)
{
  for (; first < program->condition_count; first++) {
    program->conditions[first].denied = 1;
  }
}

static crm_status parse_single(crm__parser *parser)
{
  int32_t first = parser->program->condition_count;
  int negated = 0;
  crm_status status = CRM_OK;
  while (status == CRM_OK && is_word(parser, "not")) {
    negated = !negated;
    status = crm__parse_advance(parser);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (parser->word.kind == CRM__WORD_OPEN) {
    status = parse_group(parser);
  } else if (is_word(parser, "true") || is_word(parser, "false")) {
    emit(parser, CRM__STEP_CONSTANT, is_word(parser, "true"));
    status = crm__parse_advance(parser);
  } else if (is_word(parser, "in")) {
    status = parse_segment(parser);
  } else if (parser->word.kind == CRM__WORD_NAME) {
    status = parse_condition(parser);
  } else {
    status = crm__parse_expected(parser, "a condition");
  }
  if (status == CRM_OK && negated) {
    emit(parser, CRM__STEP_NOT, 0);
    deny_from(parser->program, first);
  }
  return status;
}

/* A row of the next rule with a keyword between; where the left side settles it for all, the rest is jumped over. */
static crm_status parse_row(crm__parser *parser, const char *keyword, int32_t jump, int32_t join,
                            crm_status (*next)(crm__parser *parser))
{
  int32_t chain = -1;
  crm_status status = next(parser);
  while (status == CRM_OK && is_word(parser, keyword)) {
    chain = emit(parser, jump, chain);
    status = crm__parse_advance(parser);
    if (status == CRM_OK) {
      status = next(parser);
    }
    if (status == CRM_OK) {
      emit(parser, join, 0);
    }
  }
  land(parser, chain);
  return status;
}

static crm_status parse_all(crm__parser *parser)
{
  return parse_row(parser, "and", CRM__STEP_IF_FALSE, CRM__STEP_AND, parse_single);
}

static crm_status parse_either(crm__parser *parser)
{
  return parse_row(parser, "or", CRM__STEP_IF_TRUE, CRM__STEP_OR, parse_all);
}

static crm_status parse_expression(crm__program *program, int32_t place, crm_error *error)
{
  crm__expression *into = &program->expressions[place];
  crm__parser parser;
  size_t length = strlen(into->text);
  crm_status status;
  memset(&parser, 0, sizeof parser);
  parser.program = program;
  parser.expression = place;
  parser.text = into->text;
  parser.error = error;
  into->first = program->condition_count;
  if (!crm__utf8_valid(into->text, length)) {
    uint32_t code = 0;
    size_t at = 0;
    size_t bytes = crm__utf8_decode(into->text, length, &code);
    while (code != 0xFFFDU || bytes > 1) {
      at += bytes;
      bytes = crm__utf8_decode(into->text + at, length - at, &code);
    }
    return crm__parse_fail(&parser, CRM_ERROR_VALUE, at, "the expression is not UTF-8");
  }
  status = crm__parse_advance(&parser);
  if (status == CRM_OK && place == 0 && parser.word.kind == CRM__WORD_END) {
    emit(&parser, CRM__STEP_CONSTANT, 1);
    return CRM_OK;
  }
  if (status == CRM_OK) {
    status = parse_either(&parser);
  }
  if (status == CRM_OK && parser.word.kind != CRM__WORD_END) {
    status = crm__parse_expected(&parser, "and, or or the end");
  }
  return status;
}

/* ---- definitions ---- */

static int is_name(const char *name)
{
  size_t i;
  for (i = 0; name[i] != '\0'; i++) {
    if (!((name[i] >= 'a' && name[i] <= 'z') || name[i] == '_' || (i > 0 && name[i] >= '0' && name[i] <= '9'))) {
      return 0;
    }
  }
  return i >= 1 && i <= 63;
}

static crm_status fail_definition(crm_error *error, crm_status status, int64_t i, const char *message)
{
  return crm__fail_at(error, status, NULL, "definitions", i + 1, -1, "%s", message);
}

static crm_status take_definitions(crm__program *program, crm_error *error)
{
  const crm_segment_options *options = &program->fields->options;
  const char *bytes = (const char *)options->definitions;
  int64_t i;
  for (i = 0; i < options->definition_count; i++) {
    crm_segment_definition definition = CRM_SEGMENT_DEFINITION_INIT;
    crm__expression *into = &program->expressions[i + 1];
    crm_status status = crm__struct_read(&definition, sizeof definition,
                                         bytes + (size_t)i * options->definition_size, "crm_segment_definition", error);
    if (status != CRM_OK) {
      return status;
    }
    if (definition.name == NULL || definition.expression == NULL || !is_name(definition.name)) {
      return fail_definition(error, CRM_ERROR_ARGUMENT, i,
                             "a segment has an expression and a name of 1 to 63 of a-z, 0-9 and _");
    }
    program->expression_count = (int32_t)i + 1;
    if (find_definition(program, definition.name, strlen(definition.name)) >= 0) {
      return fail_definition(error, CRM_ERROR_ARGUMENT, i, "two segments have the same name");
    }
    into->name = definition.name;
    into->text = definition.expression;
    program->expression_count = (int32_t)i + 2;
  }
  return CRM_OK;
}

/* Room for what a text can hold at most. */
static crm_status reserve(crm__program *program, crm_error *error)
{
  crm__scope *scope = &program->fields->plan;
  uint64_t all = 0;
  int32_t i;
  for (i = 0; i < program->expression_count; i++) {
    crm__expression *into = &program->expressions[i];
    size_t length = strlen(into->text);
    all += length;
    if (length > CRM_SEGMENT_BYTES || all > 4U * (uint64_t)CRM_SEGMENT_BYTES) {
      return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, into->name == NULL ? "expression" : into->name, 0,
                          CRM_SEGMENT_BYTES, "an expression has at most %d bytes, all together four times as many",
                          CRM_SEGMENT_BYTES);
    }
    into->steps = crm__scope_alloc(scope, length + 4U, sizeof *into->steps);
    if (into->steps == NULL) {
      return crm__fail_memory(error);
    }
  }
  all = all / 2U + (uint64_t)program->expression_count + 2U;
  program->conditions = crm__scope_alloc(scope, all, sizeof *program->conditions);
  program->ranges = crm__scope_alloc(scope, all, sizeof *program->ranges);
  program->used = crm__scope_alloc(scope, (uint64_t)crm__field_count(program->fields) + CRM__FIELDS_DATED,
                                  sizeof *program->used);
  program->order = crm__scope_alloc(scope, (uint64_t)program->expression_count, sizeof *program->order);
  return program->conditions == NULL || program->ranges == NULL || program->used == NULL || program->order == NULL
           ? crm__fail_memory(error)
           : CRM_OK;
}

/* ---- the order of the definitions ---- */

#define PLACED (-1)

/* The first condition of an expression that waits for a definition without a place, NULL: none. */
static const crm__condition *waits_for(const crm__program *program, int32_t place)
{
  const crm__expression *of = &program->expressions[place];
  int32_t i;
  for (i = of->first; i < of->first + of->count; i++) {
    const crm__condition *condition = &program->conditions[i];
    if (condition->test == CRM__TEST_SEGMENT && program->expressions[condition->other].waits != PLACED) {
      return condition;
    }
  }
  return NULL;
}

/* Every definition that has no place leads on to another one: after as many steps as there are, one is in a circle. */
static crm_status fail_circle(const crm__program *program, int32_t place, crm_error *error)
{
  const crm__condition *condition = waits_for(program, place);
  int32_t i;
  for (i = 0; i < program->expression_count; i++) {
    condition = waits_for(program, condition->other);
  }
  return crm__fail_at(error, CRM_ERROR_VALUE, NULL, program->expressions[condition->expression].name, 0,
                      (int64_t)condition->start, "the segments use each other in a circle");
}

static void mark_used(crm__program *program)
{
  int32_t place;
  int32_t i;
  int changed = 1;
  program->expressions[0].used = 1;
  while (changed) {
    changed = 0;
    for (place = 0; place < program->expression_count; place++) {
      const crm__expression *of = &program->expressions[place];
      for (i = of->first; of->used && i < of->first + of->count; i++) {
        const crm__condition *condition = &program->conditions[i];
        if (condition->test == CRM__TEST_SEGMENT && !program->expressions[condition->other].used) {
          program->expressions[condition->other].used = 1;
          changed = 1;
        }
      }
    }
  }
}

static crm_status put_in_order(crm__program *program, crm_error *error)
{
  int32_t placed = 0;
  int32_t place;
  mark_used(program);
  while (placed < program->expression_count) {
    int32_t before = placed;
    int32_t first = -1;
    for (place = program->expression_count - 1; place >= 0; place--) {
      crm__expression *of = &program->expressions[place];
      if (of->waits == PLACED) {
        continue;
      }
      if (waits_for(program, place) != NULL) {
        first = place;
        continue;
      }
      of->waits = PLACED;
      placed++;
      if (of->used) {
        program->order[program->order_count++] = place;
      }
    }
    if (placed == before) {
      return fail_circle(program, first, error);
    }
  }
  return CRM_OK;
}

crm_status crm__program_compile(crm__program *program, crm__fields *fields, crm_error *error)
{
  const crm_segment_options *options = &fields->options;
  crm_status status;
  int32_t i;
  memset(program, 0, sizeof *program);
  program->fields = fields;
  if (options->definition_count < 0 ||
      (options->definition_count > 0 &&
       (options->definitions == NULL || options->definition_size < sizeof(uint32_t)))) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the definitions or their size are missing");
  }
  if (options->definition_count > CRM_SEGMENT_NAMED) {
    return crm__fail_at(error, CRM_ERROR_LIMIT, NULL, "definitions", CRM_SEGMENT_NAMED + 1, -1,
                        "there are more than %d named segments", CRM_SEGMENT_NAMED);
  }
  program->expressions =
    crm__scope_alloc_zero(&fields->plan, (uint64_t)options->definition_count + 1U, sizeof *program->expressions);
  if (program->expressions == NULL) {
    return crm__fail_memory(error);
  }
  program->expression_count = 1;
  program->expressions[0].text = options->expression == NULL ? "" : options->expression;
  status = take_definitions(program, error);
  if (status == CRM_OK) {
    status = reserve(program, error);
  }
  for (i = 0; status == CRM_OK && i < program->expression_count; i++) {
    status = parse_expression(program, i, error);
  }
  return status == CRM_OK ? put_in_order(program, error) : status;
}
