/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Segment expressions on a small store. Each line of the input that begins with "name:" defines a segment, the last
 * line is the expression. An error has its place inside the text that it is in; what can be read means the same in
 * parentheses, and nobody is in it and in its opposite. */

#define DEFINITIONS 8

typedef struct question {
  crm_segment_options options;
  crm_segment_definition definitions[DEFINITIONS];
} question;

static void split(char *text, question *q)
{
  static const crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  static const crm_segment_definition definition = CRM_SEGMENT_DEFINITION_INIT;
  q->options = options;
  q->options.definitions = q->definitions;
  for (;;) {
    char *end = strchr(text, '\n');
    char *colon = end == NULL ? NULL : memchr(text, ':', (size_t)(end - text));
    if (colon == NULL || q->options.definition_count == DEFINITIONS) {
      q->options.expression = text;
      return;
    }
    *end = '\0';
    *colon = '\0';
    q->definitions[q->options.definition_count] = definition;
    q->definitions[q->options.definition_count].name = text;
    q->definitions[q->options.definition_count++].expression = colon + 1;
    text = end + 1;
  }
}

static void check_place(const question *q, crm_status status, const crm_error *error)
{
  const char *text = NULL;
  int64_t i;
  NEED(status == error->status);
  if (status == CRM_ERROR_ARGUMENT) {
    return;   /* a name of a definition that is none, or one twice */
  }
  NEED(status == CRM_ERROR_VALUE || status == CRM_ERROR_SCHEMA || status == CRM_ERROR_TYPE ||
       status == CRM_ERROR_RANGE || status == CRM_ERROR_LIMIT);
  if (strcmp(error->column, "expression") == 0) {
    text = q->options.expression;
  }
  for (i = 0; i < q->options.definition_count; i++) {
    if (strcmp(error->column, q->definitions[i].name) == 0) {
      text = text == NULL ? q->definitions[i].expression : text;
    }
  }
  NEED(text != NULL && error->byte >= 0 && error->byte <= (int64_t)strlen(text));
}

static void add_members(fuzz_text *text, const crm_segment *segment)
{
  crm_table *members = NULL;
  int64_t row;
  NEED(crm_segment_members(segment, &members, NULL) == CRM_OK);
  NEED(crm_table_rows(members) == crm_segment_size(segment));
  for (row = 0; row < crm_table_rows(members); row++) {
    char key[64];
    size_t length = 0;
    int32_t in = 0;
    const char *name = crm_table_text(members, 0, row, &length);
    NEED(length < sizeof key);
    memcpy(key, name, length);
    key[length] = '\0';
    NEED(crm_segment_contains(segment, key, &in, NULL) == CRM_OK && in == 1);
  }
  fuzz_text_table(text, members);
}

/* The expression between two texts, where that is not too much; NULL else. */
static crm_segment *wrapped(const question *q, const char *before, const char *after)
{
  question other = *q;
  crm_segment *segment = NULL;
  crm_error error = CRM_ERROR_INIT;
  size_t length = strlen(q->options.expression);
  char *text = fuzz_room(strlen(before) + length + strlen(after) + 1);
  crm_status status;
  memcpy(text, before, strlen(before));
  memcpy(text + strlen(before), q->options.expression, length);
  memcpy(text + strlen(before) + length, after, strlen(after) + 1);
  other.options.definitions = other.definitions;
  other.options.expression = text;
  status = crm_segment_compute(fuzz_store(), NULL, &other.options, &segment, &error);
  NEED_WHY(status == CRM_OK || status == CRM_ERROR_LIMIT, &error);
  free(text);
  return segment;
}

static void check_meaning(const question *q, const crm_segment *segment)
{
  crm_segment *same = wrapped(q, "(", ")");
  crm_segment *opposite = wrapped(q, "not(", ")");
  crm_segment *both = NULL;
  if (same != NULL) {
    fuzz_text expected = FUZZ_TEXT_INIT;
    fuzz_text actual = FUZZ_TEXT_INIT;
    add_members(&expected, segment);
    add_members(&actual, same);
    fuzz_need_same(&expected, &actual);
    fuzz_text_free(&expected);
    fuzz_text_free(&actual);
  }
  if (opposite != NULL) {
    NEED(crm_segment_intersection(segment, opposite, &both, NULL) == CRM_OK);
    NEED(crm_segment_size(both) == 0);
  }
  crm_segment_free(both);
  crm_segment_free(same);
  crm_segment_free(opposite);
}

static int is_blank(const char *text)
{
  return text[strspn(text, " \t\r\n\v\f")] == '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_bytes bytes = { data, size };
  char *text = fuzz_rest(&bytes);
  question q;
  crm_segment *segment = NULL;
  crm_table *why = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  split(text, &q);
  status = crm_segment_compute(fuzz_store(), NULL, &q.options, &segment, &error);
  if (status != CRM_OK) {
    NEED(segment == NULL);
    check_place(&q, status, &error);
  } else {
    if (!is_blank(q.options.expression)) {
      check_meaning(&q, segment);
    }
    NEED(crm_segment_explain(fuzz_store(), NULL, &q.options, "1", &why, NULL) == CRM_OK);
    crm_table_free(why);
    crm_segment_free(segment);
  }
  free(text);
  return 0;
}
