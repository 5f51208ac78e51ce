/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/csv.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/text.h"
#include "table/csv_reader.h"

#include <string.h>

#define BUFFER_FIRST CRM__SIZE((size_t)128 << 10, (size_t)7)
#define BUFFER_SLACK ((size_t)256 << 10)
#define RAW_SIZE CRM__SIZE((size_t)32 << 10, (size_t)5)
#define TOO_MANY_COLUMNS "the header has more than %d columns"
#define LIMIT_DEFAULT ((uint64_t)1 << 20)
#define LIMIT_MOST ((uint64_t)1 << 30)

/* Beside CRM__RECORD_...: what looking for a record may answer. */
#define RECORD_MORE (-1)   /* the buffer ends before the record does */
#define RECORD_NONE (-2)   /* the file is at its end */

/* ---- The buffer ---- */

static crm_status read_some(crm__csv *reader, char *into, size_t size, size_t *got, crm_error *error)
{
  *got = 0;
  crm_status status = reader->source.read(reader->source.context, into, size, got);
  if (status == CRM_OK && *got > size) {
    status = CRM_ERROR_IO;
  }
  if (status != CRM_OK) {
    reader->failed = status;
    return crm__fail(error, status, "reading failed");
  }
  reader->bytes += (int64_t)*got;
  return CRM_OK;
}

/* Fills the buffer, so that records do not depend on how the source cuts its bytes. Latin-1 becomes UTF-8 here. */
static crm_status fill(crm__csv *reader, crm_error *error)
{
  size_t room = reader->capacity - 1 - reader->filled;   /* one byte is kept for the line end below */
  while (!reader->ended && room > 1) {
    size_t got;
    size_t wanted = reader->raw == NULL ? room : room / 2 < RAW_SIZE ? room / 2 : RAW_SIZE;
    char *into = reader->text + reader->filled;
    crm_status status = read_some(reader, reader->raw == NULL ? into : reader->raw, wanted, &got, error);
    if (status != CRM_OK) {
      return status;
    }
    if (got == 0) {
      reader->ended = 1;
      *into = '\n';
      got = 1;
    } else if (reader->raw != NULL) {
      got = crm__latin1_to_utf8(reader->raw, got, into);
    }
    reader->filled += got;
    room -= got;
  }
  memset(reader->text + reader->filled, 0, CRM__SPLIT_PAD);
  crm__split_forget(&reader->split);
  return CRM_OK;
}

static void compact(crm__csv *reader)
{
  size_t start = reader->start;
  memmove(reader->text, reader->text + start, reader->filled - start);
  reader->filled -= start;
  reader->start = 0;
  reader->frontier.at = reader->frontier.at > start ? reader->frontier.at - start : 0;
}

static crm_status enlarge(crm__csv *reader, size_t capacity, crm_error *error)
{
  char *text = crm__resize(reader->memory, reader->text, reader->capacity + CRM__SPLIT_PAD, capacity + CRM__SPLIT_PAD);
  if (text == NULL) {
    reader->failed = CRM_ERROR_MEMORY;
    return crm__fail_memory(error);
  }
  reader->text = text;
  reader->capacity = capacity;
  return CRM_OK;
}

crm_status crm__csv_more(crm__csv *reader, crm_error *error)
{
  size_t left = reader->filled - reader->start;
  crm_status status = CRM_OK;
  compact(reader);
  if (left > reader->capacity / 2 && reader->capacity < reader->most) {
    status = enlarge(reader, reader->capacity < reader->most / 2 ? 2 * reader->capacity : reader->most, error);
  }
  return status == CRM_OK ? fill(reader, error) : status;
}

crm_status crm__csv_fill(crm__csv *reader, size_t wanted, crm_error *error)
{
  crm_status status = CRM_OK;
  if (reader->filled - reader->start >= wanted || reader->ended) {
    return CRM_OK;
  }
  compact(reader);
  if (reader->capacity < wanted + 1) {
    status = enlarge(reader, wanted + 1, error);
  }
  return status == CRM_OK ? fill(reader, error) : status;
}

/* ---- Records ---- */

static void pass_blank_lines(crm__csv *reader)
{
  const char *text = reader->text;
  size_t start = reader->start;
  int blank = reader->split.blank;
  while (start < reader->filled &&
         (text[start] == '\n' || text[start] == '\r' || (blank && (text[start] == ' ' || text[start] == '\t')))) {
    start++;
  }
  reader->start = start;
}

static void pass_long_line(crm__csv *reader)
{
  reader->start = crm__split_line(reader->text, reader->start, reader->filled);
  reader->skipping = reader->start == reader->filled;
}

/* Splits the record at the splitter from where it is up to stop, and keeps the place where it fails. */
static int split_on(crm__csv *reader, size_t stop)
{
  crm__splitter *split = &reader->split;
  int outcome = crm__split_run(split, stop);
  if (outcome != CRM__SPLIT_END) {
    reader->frontier.at = split->at;
    reader->frontier.quoted = split->quoted;
    reader->frontier.at_field = split->field == split->at;
    reader->frontier.error = outcome == CRM__SPLIT_ERROR;
  }
  return outcome;
}

/* Splits the record at start where the frontier is ahead of it. A record that is found good is split a second time,
 * but then it is done with. */
static int split_behind(crm__csv *reader, size_t start, size_t stop)
{
  crm__splitter *split = &reader->split;
  frontier known = reader->frontier;
  size_t line = crm__split_line(reader->text, start, stop);
  if (line >= known.at || line == stop) {
    return split_on(reader, stop);
  }
  int outcome = crm__split_run(split, line + 1);
  if (outcome != CRM__SPLIT_STOP) {
    return outcome;
  }
  if (known.error || known.at >= stop) {
    return known.error ? CRM__SPLIT_ERROR : CRM__SPLIT_STOP;
  }
  split->at = known.at;
  split->quoted = known.quoted;
  split->field = known.at_field ? known.at : start;
  outcome = split_on(reader, stop);
  if (outcome == CRM__SPLIT_END) {
    size_t end = split->at + 1;
    crm__split_begin(split, start);
    outcome = crm__split_run(split, end);
  }
  return outcome;
}

/* The record at start cannot be read: goes on after its first line. */
static int fail_record(crm__csv *reader, size_t start, size_t stop)
{
  size_t line = crm__split_line(reader->text, start, stop);
  if (line < stop) {
    reader->start = line + 1;
    return CRM__RECORD_QUOTE;
  }
  if (stop - start > reader->limit) {
    reader->start = stop;
    reader->skipping = 1;
    return CRM__RECORD_TOO_LONG;
  }
  return RECORD_MORE;
}

/* Finds the next record and splits it; reader->start moves past it unless the answer is RECORD_MORE. */
static int next_record(crm__csv *reader)
{
  crm__splitter *split = &reader->split;
  if (reader->skipping) {
    pass_long_line(reader);
  }
  pass_blank_lines(reader);
  size_t start = reader->start;
  if (start == reader->filled) {
    return reader->ended ? RECORD_NONE : RECORD_MORE;
  }
  size_t left = reader->filled - start;
  size_t stop = left > reader->limit ? start + reader->limit + 1 : reader->filled;
  split->text = reader->text;
  crm__split_begin(split, start);
  int outcome = reader->frontier.at > start ? split_behind(reader, start, stop) : split_on(reader, stop);
  if (outcome == CRM__SPLIT_END) {
    reader->start = split->at + 1;
    return CRM__RECORD_OK;
  }
  if (outcome == CRM__SPLIT_STOP && left <= reader->limit && !reader->ended) {
    return RECORD_MORE;
  }
  return fail_record(reader, start, stop);
}

/* The same, with as much reading as it takes. */
static crm_status find_record(crm__csv *reader, int *record, crm_error *error)
{
  for (*record = next_record(reader); *record == RECORD_MORE; *record = next_record(reader)) {
    crm_status status = crm__csv_more(reader, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  return CRM_OK;
}

/* ---- The header ---- */

static crm_status take_dialect(crm__csv *reader, const crm_csv *csv, crm_error *error)
{
  int32_t delimiter = csv->delimiter == 0 ? ',' : csv->delimiter;
  if (delimiter < 1 || delimiter > 127 || delimiter == '"' || delimiter == '\r' || delimiter == '\n') {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the delimiter is no ASCII character that can delimit");
  }
  if (csv->decimal != 0 && csv->decimal != '.' && csv->decimal != ',') {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the decimal mark is neither a point nor a comma");
  }
  if (csv->encoding != CRM_ENCODING_UTF8 && csv->encoding != CRM_ENCODING_LATIN1) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "unknown encoding %d", (int)csv->encoding);
  }
  if (csv->header != NULL ? csv->header_count < 1 : csv->header_count != 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "the header and its count contradict");
  }
  if (csv->header_count > CRM__CSV_COLUMNS) {
    return crm__fail(error, CRM_ERROR_SCHEMA, TOO_MANY_COLUMNS, CRM__CSV_COLUMNS);
  }
  for (int64_t i = 0; i < csv->header_count; i++) {
    if (csv->header[i] == NULL) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "a name in the header is NULL");
    }
  }
  uint64_t limit = csv->record_limit == 0 ? LIMIT_DEFAULT : csv->record_limit;
  reader->limit = (size_t)(limit < LIMIT_MOST ? limit : LIMIT_MOST);
  reader->split.blank = delimiter == CRM_DELIMITER_BLANK;
  reader->split.delimiter = reader->split.blank ? ' ' : (char)delimiter;
  reader->mark = csv->decimal == ',' ? ',' : '.';
  return CRM_OK;
}

static crm_status open_buffer(crm__csv *reader, int32_t encoding, crm_error *error)
{
  /* A quarter of the limit at least comes free whenever the buffer is moved. */
  size_t slack = reader->limit / 4 > BUFFER_SLACK ? reader->limit / 4 : BUFFER_SLACK;
  reader->most = reader->limit + slack;
  reader->capacity = BUFFER_FIRST;
  reader->text = crm__alloc(reader->memory, reader->capacity + CRM__SPLIT_PAD);
  if (encoding == CRM_ENCODING_LATIN1) {
    reader->raw = crm__alloc(reader->memory, RAW_SIZE);
  }
  if (reader->text == NULL || (encoding == CRM_ENCODING_LATIN1 && reader->raw == NULL)) {
    return crm__fail_memory(error);
  }
  crm_status status = fill(reader, error);
  if (status != CRM_OK) {
    return status;
  }
  const char *mark = reader->raw == NULL ? "\xEF\xBB\xBF" : "\xC3\xAF\xC2\xBB\xC2\xBF";
  size_t size = strlen(mark);
  if (reader->filled >= size && memcmp(reader->text, mark, size) == 0) {
    reader->start = size;
  }
  if (reader->raw == NULL && reader->filled >= 2 &&
      (memcmp(reader->text, "\xFF\xFE", 2) == 0 || memcmp(reader->text, "\xFE\xFF", 2) == 0)) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "the file is UTF-16, which is not read");
  }
  return CRM_OK;
}

/* Room for the names of the header, and for the spans of records from now on. */
static crm_status make_columns(crm__csv *reader, uint64_t columns, size_t names_size, crm_error *error)
{
  if (columns > CRM__CSV_COLUMNS) {
    return crm__fail(error, CRM_ERROR_SCHEMA, TOO_MANY_COLUMNS, CRM__CSV_COLUMNS);
  }
  reader->columns = (uint32_t)columns;
  reader->names_size = names_size;
  reader->names = crm__alloc(reader->memory, names_size);
  reader->name_ends = crm__alloc_array_zero(reader->memory, columns + 1, sizeof(size_t));
  reader->split.spans = crm__alloc_array(reader->memory, columns, sizeof(crm__span));
  if (reader->names == NULL || reader->name_ends == NULL || reader->split.spans == NULL) {
    return crm__fail_memory(error);
  }
  reader->split.room = reader->columns;
  return CRM_OK;
}

static void put_name(crm__csv *reader, uint32_t column, const char *name, size_t length)
{
  size_t from = reader->name_ends[column];
  crm__trim(&name, &length);
  if (length > 0) {
    memcpy(reader->names + from, name, length);
  }
  reader->name_ends[column + 1] = from + length;
}

static crm_status take_header(crm__csv *reader, const crm_csv *csv, crm_error *error)
{
  size_t size = 0;
  for (int64_t i = 0; i < csv->header_count; i++) {
    size += strlen(csv->header[i]);
  }
  crm_status status = make_columns(reader, (uint64_t)csv->header_count, size, error);
  for (uint32_t i = 0; status == CRM_OK && i < reader->columns; i++) {
    put_name(reader, i, csv->header[i], strlen(csv->header[i]));
  }
  return status;
}

static void undouble_fields(crm__csv *reader)
{
  char *record = reader->text + reader->split.record;
  for (uint32_t i = 0; i < reader->columns; i++) {
    crm__span *span = &reader->split.spans[i];
    if (span->length & CRM__SPAN_DOUBLED) {
      span->length = crm__split_undouble(record + span->start, span->length & ~CRM__SPAN_DOUBLED);
    }
  }
}

/* The record is split twice: first to count its fields. */
static crm_status read_header(crm__csv *reader, crm_error *error)
{
  int record;
  crm_status status = find_record(reader, &record, error);
  if (status != CRM_OK) {
    return status;
  }
  if (record == CRM__RECORD_QUOTE) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "a quote in the header has no end");
  }
  if (record == CRM__RECORD_TOO_LONG) {
    return crm__fail(error, CRM_ERROR_SCHEMA, "the header is longer than the record limit");
  }
  crm__splitter *split = &reader->split;
  size_t start = split->record;
  status = make_columns(reader, split->fields, split->at - start, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__split_begin(split, start);
  crm__split_run(split, reader->start);
  undouble_fields(reader);
  for (uint32_t i = 0; i < reader->columns; i++) {
    put_name(reader, i, split->text + start + split->spans[i].start, split->spans[i].length);
  }
  return CRM_OK;
}

/* Whether the file holds anything but blank lines, as one that brings its own header must. */
static crm_status look_for_text(crm__csv *reader, int own_header, crm_error *error)
{
  pass_blank_lines(reader);
  while (reader->start == reader->filled && !reader->ended) {
    crm_status status = crm__csv_more(reader, error);
    if (status != CRM_OK) {
      return status;
    }
    pass_blank_lines(reader);
  }
  return reader->start < reader->filled || !own_header ? CRM_OK
                                                       : crm__fail(error, CRM_ERROR_SCHEMA, "the file is empty");
}

crm_status crm__csv_open(crm__memory *memory, const crm_csv *csv, const crm_source *source, crm__csv **reader,
                         crm_error *error)
{
  crm__csv *made = crm__alloc_zero(memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = memory;
  crm_csv dialect = CRM_CSV_INIT;
  crm_status status = CRM_OK;
  if (csv != NULL) {
    status = crm__struct_read(&dialect, sizeof dialect, csv, "csv", error);
  }
  if (status == CRM_OK) {
    status = crm__struct_read(&made->source, sizeof made->source, source, "source", error);
  }
  if (status == CRM_OK && made->source.read == NULL) {
    status = crm__fail(error, CRM_ERROR_ARGUMENT, "the source has no read");
  }
  if (status == CRM_OK) {
    status = take_dialect(made, &dialect, error);
  }
  if (status == CRM_OK) {
    status = open_buffer(made, dialect.encoding, error);
  }
  if (status == CRM_OK) {
    status = look_for_text(made, dialect.header == NULL, error);
  }
  if (status == CRM_OK) {
    status = dialect.header != NULL ? take_header(made, &dialect, error) : read_header(made, error);
  }
  if (status != CRM_OK) {
    crm__csv_close(made);
    return status;
  }
  *reader = made;
  return CRM_OK;
}

void crm__csv_close(crm__csv *reader)
{
  if (reader == NULL) {
    return;
  }
  crm__memory *memory = reader->memory;
  crm__free(memory, reader->text, reader->capacity + CRM__SPLIT_PAD);
  crm__free(memory, reader->raw, RAW_SIZE);
  crm__free(memory, reader->names, reader->names_size);
  crm__free_array(memory, reader->name_ends, (uint64_t)reader->columns + 1, sizeof(size_t));
  crm__free_array(memory, reader->split.spans, reader->columns, sizeof(crm__span));
  crm__free_array(memory, reader->selected, reader->selected_count, sizeof(uint32_t));
  crm__free_array(memory, reader->fields, reader->selected_count * CRM__CSV_ROWS, sizeof(crm__field));
  crm__csv_values_free(reader);
  crm__free(memory, reader, sizeof *reader);
}

int64_t crm__csv_columns(const crm__csv *reader)
{
  return reader->columns;
}

const char *crm__csv_name(const crm__csv *reader, int64_t column, size_t *length)
{
  size_t from = reader->name_ends[column];
  *length = reader->name_ends[column + 1] - from;
  return reader->names + from;
}

/* ---- Blocks ---- */

crm_status crm__csv_select(crm__csv *reader, const int64_t *columns, int64_t count, crm_error *error)
{
  if (reader->selects || count < 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "columns are selected once");
  }
  for (int64_t i = 0; i < count; i++) {
    if (columns[i] < 0 || columns[i] >= (int64_t)reader->columns) {
      return crm__fail(error, CRM_ERROR_ARGUMENT, "the file has no column %lld", (long long)columns[i]);
    }
  }
  uint64_t fields = (uint64_t)count <= UINT64_MAX / CRM__CSV_ROWS ? (uint64_t)count * CRM__CSV_ROWS : UINT64_MAX;
  uint32_t *selected = crm__alloc_array(reader->memory, (uint64_t)count, sizeof(uint32_t));
  crm__field *made = crm__alloc_array(reader->memory, fields, sizeof(crm__field));
  if (selected == NULL || made == NULL) {
    crm__free_array(reader->memory, selected, (uint64_t)count, sizeof(uint32_t));
    crm__free_array(reader->memory, made, fields, sizeof(crm__field));
    return crm__fail_memory(error);
  }
  for (int64_t i = 0; i < count; i++) {
    selected[i] = (uint32_t)columns[i];
  }
  reader->selected = selected;
  reader->selected_count = (uint64_t)count;
  reader->fields = made;
  reader->selects = 1;
  return CRM_OK;
}

static void put_record(crm__csv *reader, uint64_t row)
{
  crm__splitter *split = &reader->split;
  if (split->any_doubled) {
    undouble_fields(reader);
  }
  const char *record = reader->text + split->record;
  for (uint64_t k = 0; k < reader->selected_count; k++) {
    crm__field *field = &reader->fields[k * CRM__CSV_ROWS + row];
    crm__span span = split->spans[reader->selected[k]];
    field->text = record + span.start;
    field->length = span.length;
    field->bad = split->special ? crm__split_check(field->text, field->length) : 0;
  }
}

static void put_bad_record(crm__csv *reader, uint64_t row)
{
  for (uint64_t k = 0; k < reader->selected_count; k++) {
    crm__field *field = &reader->fields[k * CRM__CSV_ROWS + row];
    field->text = "";
    field->length = 0;
    field->bad = 0;
  }
}

/* Records until there are `most` or the buffer holds no more; answers how many. *last: what the search ended with. */
static int64_t put_records(crm__csv *reader, int64_t most, int *last)
{
  int64_t rows = 0;
  *last = CRM__RECORD_OK;
  while (rows < most) {
    int record = next_record(reader);
    if (record == RECORD_MORE || record == RECORD_NONE) {
      *last = record;
      break;
    }
    if (record == CRM__RECORD_OK && reader->split.fields != reader->columns) {
      record = CRM__RECORD_RAGGED;
    }
    reader->records[rows] = (uint8_t)record;
    if (record == CRM__RECORD_OK) {
      put_record(reader, (uint64_t)rows);
    } else {
      put_bad_record(reader, (uint64_t)rows);
    }
    rows++;
  }
  return rows;
}

crm_status crm__csv_next(crm__csv *reader, crm__block *block, crm_error *error)
{
  if (reader->failed != CRM_OK) {
    return crm__fail(error, reader->failed, "reading has failed before");
  }
  crm_status status = CRM_OK;
  int last = CRM__RECORD_OK;
  crm__block made;
  made.rows = 0;
  made.values = NULL;
  made.records = reader->records;
  made.fields = reader->fields;
  made.stride = CRM__CSV_ROWS;
  if (reader->start > reader->filled / 2 && !reader->ended && reader->part == reader->parts_good) {
    status = crm__csv_more(reader, error);
  }
  while (status == CRM_OK) {
    if (reader->plain.plain.columns != NULL) {
      status = crm__csv_next_plain(reader, &made, error);
      if (status != CRM_OK || made.rows > 0) {
        break;
      }
    }
    made.rows = put_records(reader, reader->plain.plain.columns == NULL ? CRM__CSV_ROWS : reader->patience, &last);
    if (made.rows > 0 || last == RECORD_NONE) {
      break;
    }
    status = crm__csv_more(reader, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  made.first_row = reader->rows + 1;
  made.bytes = reader->bytes;
  reader->rows += made.rows;
  *block = made;
  return CRM_OK;
}
