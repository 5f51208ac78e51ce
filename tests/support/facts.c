/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 32

typedef struct text_column {
  char name[64];
  char *bytes;
  size_t length;
  size_t room;
  int64_t *offsets;    /* rows + 1 */
  uint8_t *validity;
} text_column;

struct facts {
  text_column columns[COLUMNS];
  int32_t column_count;
  int64_t rows;
  int64_t capacity;
};

static void *grown(void *memory, size_t size)
{
  void *answer = realloc(memory, size);
  assert_non_null(answer);
  return answer;
}

/* Adds bytes to a text whose memory grows by doubling. */
static char *joined(char *text, size_t *length, size_t *room, const void *bytes, size_t size)
{
  if (size > *room - *length) {
    *room = 2U * (*length + size);
    text = grown(text, *room);
  }
  memcpy(text + *length, bytes, size);
  *length += size;
  return text;
}

/* The next cell of a line: its length; *rest is moved behind its comma, to NULL after the last. */
static size_t next_cell(const char **rest, const char **cell)
{
  size_t length = strcspn(*rest, ",\n");
  *cell = *rest;
  *rest = (*rest)[length] == ',' ? *rest + length + 1 : NULL;
  return length;
}

facts *facts_create(const char *columns)
{
  facts *rows = calloc(1, sizeof *rows);
  const char *rest = columns;
  const char *cell;
  assert_non_null(rows);
  while (rest != NULL) {
    size_t length = next_cell(&rest, &cell);
    assert_true(rows->column_count < COLUMNS && length > 0 && length < sizeof rows->columns[0].name);
    memcpy(rows->columns[rows->column_count].name, cell, length);
    rows->columns[rows->column_count].offsets = grown(NULL, sizeof(int64_t));
    rows->columns[rows->column_count].offsets[0] = 0;
    rows->column_count++;
  }
  return rows;
}

static void reserve(facts *rows)
{
  int64_t capacity = rows->capacity == 0 ? 64 : rows->capacity * 2;
  int32_t c;
  if (rows->rows < rows->capacity) {
    return;
  }
  for (c = 0; c < rows->column_count; c++) {
    text_column *column = &rows->columns[c];
    column->offsets = grown(column->offsets, ((size_t)capacity + 1U) * sizeof(int64_t));
    column->validity = grown(column->validity, (size_t)capacity / 8U);
    memset(column->validity + rows->capacity / 8, 0, (size_t)(capacity - rows->capacity) / 8U);
  }
  rows->capacity = capacity;
}

void facts_add(facts *rows, const char *line)
{
  const char *rest = line + strspn(line, " ");
  int32_t c;
  reserve(rows);
  for (c = 0; c < rows->column_count; c++) {
    text_column *column = &rows->columns[c];
    const char *cell;
    size_t length;
    assert_non_null(rest);
    length = next_cell(&rest, &cell);
    if (length > 0) {
      column->bytes = joined(column->bytes, &column->length, &column->room, cell, length);
      column->validity[rows->rows / 8] |= (uint8_t)(1U << (rows->rows % 8));
    }
    column->offsets[rows->rows + 1] = (int64_t)column->length;
  }
  assert_null(rest);
  rows->rows++;
}

void facts_free(facts *rows)
{
  int32_t c;
  for (c = 0; c < rows->column_count; c++) {
    free(rows->columns[c].bytes);
    free(rows->columns[c].offsets);
    free(rows->columns[c].validity);
  }
  free(rows);
}

/* The text alone, without room behind it: whoever reads beyond its end is found out. */
static char *alone(const text_column *column)
{
  char *text = grown(NULL, column->length > 0 ? column->length : 1U);
  if (column->length > 0) {
    memcpy(text, column->bytes, column->length);
  }
  return text;
}

crm_status facts_append(const facts *rows, crm_load *load, const char *table, crm_error *error)
{
  static const crm_column empty = CRM_COLUMN_INIT;
  crm_column columns[COLUMNS];
  char *texts[COLUMNS];
  crm_batch batch = CRM_BATCH_INIT;
  crm_status status;
  int32_t c;
  for (c = 0; c < rows->column_count; c++) {
    columns[c] = empty;
    columns[c].type = CRM_TYPE_TEXT;
    columns[c].name = rows->columns[c].name;
    columns[c].rows = rows->rows;
    columns[c].validity = rows->columns[c].validity;
    columns[c].offsets = rows->columns[c].offsets;
    columns[c].bytes = texts[c] = alone(&rows->columns[c]);
  }
  batch.columns = columns;
  batch.column_count = rows->column_count;
  batch.rows = rows->rows;
  status = crm_load_append(load, table, &batch, error);
  for (c = 0; c < rows->column_count; c++) {
    free(texts[c]);
  }
  return status;
}

static void assert_ok(crm_status status, const crm_error *error)
{
  if (status != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(status), error->message);
  }
}

void facts_load(const facts *rows, crm_store *store, const char *table)
{
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_load *load = NULL;
  assert_ok(crm_load_begin(store, NULL, &load, &error), &error);
  assert_ok(facts_append(rows, load, table, &error), &error);
  assert_ok(crm_load_commit(load, &error), &error);
  assert_ok(crm_load_count(load, table, &counts, &error), &error);
  assert_int_equal(counts.accepted, rows->rows);
  crm_load_free(load);
}

/* Copies a line without its leading blanks, cut at its end; answers the start of the next one, NULL after the last. */
static const char *take_line(const char *text, char *line, size_t size)
{
  size_t length;
  text += strspn(text, " ");
  length = strcspn(text, "\n");
  assert_true(length < size);
  memcpy(line, text, length);
  line[length] = '\0';
  text += length;
  return *text == '\n' && text[1] != '\0' ? text + 1 : NULL;
}

void facts_load_text(crm_store *store, const char *table, const char *lines)
{
  char line[1024];
  const char *rest = take_line(lines, line, sizeof line);
  facts *rows = facts_create(line);
  while (rest != NULL) {
    rest = take_line(rest, line, sizeof line);
    if (line[0] != '\0') {
      facts_add(rows, line);
    }
  }
  facts_load(rows, store, table);
  facts_free(rows);
}

crm_store *facts_store(const crm_store_options *options, const char *sales)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  assert_ok(crm_store_create(NULL, options, &store, &error), &error);
  if (sales != NULL) {
    facts_load_text(store, "sales", sales);
  }
  return store;
}

int64_t facts_day(int32_t year, int32_t month, int32_t day)
{
  /* years begin with March here, so that a leap day comes last */
  int64_t y = month > 2 ? year : year - 1;
  int64_t days_before = (153 * ((month + 9) % 12) + 2) / 5;
  return (365 * y + y / 4 - y / 100 + y / 400 + days_before + day - 1 - 719468) * CRM_DAY;
}

/* ---- results ---- */

typedef struct output {
  char *bytes;
  size_t length;
  size_t room;
} output;

static crm_status keep(void *context, const void *bytes, size_t size)
{
  output *kept = context;
  kept->bytes = joined(kept->bytes, &kept->length, &kept->room, bytes, size);
  return CRM_OK;
}

/* Cell number `index` of a line of CSV without quotes. */
static size_t cell_at(const char *line, int32_t index, const char **cell)
{
  size_t length;
  while (index-- > 0) {
    line += strcspn(line, ",\n");
    assert_true(*line == ',');
    line++;
  }
  *cell = line;
  length = strcspn(line, ",\n");
  return length;
}

static void compare_line(const crm_table *table, const char *header, const char *expected, const char *actual)
{
  const char *names = header;
  const char *rest = expected;
  while (names != NULL) {
    char name[64] = "";
    const char *cell;
    const char *wanted;
    const char *found;
    size_t length = next_cell(&names, &cell);
    size_t wanted_length;
    size_t found_length;
    assert_true(length < sizeof name);
    memcpy(name, cell, length);
    if (crm_table_find(table, name) < 0) {
      fail_msg("no column %s", name);
    }
    assert_non_null(rest);
    wanted_length = next_cell(&rest, &wanted);
    found_length = cell_at(actual, crm_table_find(table, name), &found);
    if (wanted_length != found_length || memcmp(wanted, found, wanted_length) != 0) {
      fail_msg("%s of %s: %.*s instead of %.*s\n%.*s", name, expected, (int)found_length, found, (int)wanted_length,
               wanted, (int)strcspn(actual, "\n"), actual);
    }
  }
  assert_null(rest);
}

void assert_table(const crm_table *table, const char *lines)
{
  output kept = { NULL, 0, 0 };
  crm_sink sink = { (uint32_t)sizeof(crm_sink), 0, NULL, keep };
  char header[1024];
  char line[1024];
  const char *rest = take_line(lines, header, sizeof header);
  const char *actual;
  assert_non_null(table);
  sink.context = &kept;
  assert_int_equal(crm_table_write_csv(table, &sink, NULL), CRM_OK);
  keep(&kept, "", 1);   /* its end */
  actual = strchr(kept.bytes, '\n') + 1;
  while (rest != NULL) {
    rest = take_line(rest, line, sizeof line);
    if (line[0] == '\0') {
      continue;
    }
    if (*actual == '\0') {
      fail_msg("no row for %s in\n%s", line, kept.bytes);
    }
    compare_line(table, header, line, actual);
    actual = strchr(actual, '\n') + 1;
  }
  if (*actual != '\0') {
    fail_msg("more rows: %s", actual);
  }
  free(kept.bytes);
}

void assert_result(crm_table *table, const char *lines)
{
  assert_table(table, lines);
  crm_table_free(table);
}

static int32_t column_of(const crm_table *table, const char *name)
{
  int32_t column = crm_table_find(table, name);
  if (column < 0) {
    fail_msg("no column %s", name);
  }
  return column;
}

int64_t integer_at(const crm_table *table, const char *column, int64_t row)
{
  return crm_table_integer(table, column_of(table, column), row);
}

int is_null_at(const crm_table *table, const char *column, int64_t row)
{
  return crm_table_is_null(table, column_of(table, column), row) != 0;
}

int text_is(const crm_table *table, const char *column, int64_t row, const char *text)
{
  size_t length;
  const char *found = crm_table_text(table, column_of(table, column), row, &length);
  return length == strlen(text) && memcmp(found, text, length) == 0;
}

int64_t row_of(const crm_table *table, const char *column, const char *text)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    if (text_is(table, column, row, text)) {
      return row;
    }
  }
  fail_msg("no row with %s %s", column, text);
  return -1;
}

/* ---- numbers ---- */

dice dice_of(uint64_t seed)
{
  dice made;
  made.state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1U;
  return made;
}

int32_t dice_below(dice *of, int32_t bound)
{
  of->state ^= of->state << 13;
  of->state ^= of->state >> 7;
  of->state ^= of->state << 17;
  return (int32_t)((of->state >> 33) % (uint64_t)bound);
}
