/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/decimal.h"
#include "base/intern.h"
#include "base/memory.h"
#include "support/executors.h"
#include "support/rounds.h"
#include "support/sizes.h"
#include "table/csv.h"

/* What a reader gives is written down as text: [names], then (field|field) for a record, with #nul or #encoding after a
 * bad field, and !ragged, !quote, !long for a bad record. A failure is =status. */
typedef struct dump {
  char *text;
  size_t length;
  size_t capacity;
} dump;

static void dump_bytes(dump *into, const char *bytes, size_t length)
{
  if (into->length + length + 1 > into->capacity) {
    into->capacity = 2 * (into->length + length + 1);
    into->text = realloc(into->text, into->capacity);
    assert_non_null(into->text);
  }
  if (length > 0) {
    memcpy(into->text + into->length, bytes, length);
  }
  into->length += length;
  into->text[into->length] = '\0';
}

static void dump_text(dump *into, const char *text)
{
  dump_bytes(into, text, strlen(text));
}

static void dump_status(dump *into, crm_status status)
{
  dump_text(into, "=");
  dump_text(into, crm_status_name(status));
}

static void dump_record(dump *into, int record)
{
  static const char *const names[] = { "", "!ragged", "!quote", "!long" };
  dump_text(into, names[record]);
}

static void assert_same(const dump *is, const dump *should_be)
{
  if (is->length != should_be->length || memcmp(is->text, should_be->text, is->length) != 0) {
    size_t at = 0;
    while (at < is->length && at < should_be->length && is->text[at] == should_be->text[at]) {
      at++;
    }
    size_t from = at < 60 ? 0 : at - 60;
    print_error("differ at %lu:\n  is     %.150s\n  should %.150s\n", (unsigned long)at, is->text + from,
                should_be->text + from);
    fail();
  }
}

/* A source over bytes that answers at most `piece` of them at once, and fails after `fails_after`. */
typedef struct bytes_source {
  const char *bytes;
  size_t size;
  size_t at;
  size_t piece;
  size_t fails_after;
  crm_status failure;
  int reads_after_end;
} bytes_source;

static crm_status read_bytes(void *context, void *buffer, size_t size, size_t *got)
{
  bytes_source *source = context;
  size_t left = source->size - source->at;
  size_t count = left < size ? left : size;
  if (source->failure != CRM_OK && source->at >= source->fails_after) {
    return source->failure;
  }
  count = count < source->piece ? count : source->piece;
  memcpy(buffer, source->bytes + source->at, count);
  source->at += count;
  source->reads_after_end += count == 0;
  *got = count;
  return CRM_OK;
}

static crm_source source_of(bytes_source *bytes)
{
  crm_source source = { (uint32_t)sizeof source, 0, bytes, read_bytes };
  return source;
}

static void dump_block(dump *into, const crm__block *block, int64_t columns)
{
  for (int64_t i = 0; i < block->rows; i++) {
    dump_record(into, block->records[i]);
    for (int64_t k = 0; k < columns; k++) {
      const crm__field *field = &block->fields[k * CRM__CSV_ROWS + i];
      if (block->records[i] != CRM__RECORD_OK) {
        assert_non_null(field->text);
        assert_int_equal(field->length, 0);
        assert_int_equal(field->bad, 0);
        continue;
      }
      dump_text(into, k == 0 ? "(" : "|");
      dump_bytes(into, field->text, field->length);
      dump_text(into, field->bad == 0 ? "" : field->bad == CRM__FIELD_NUL ? "#nul" : "#encoding");
    }
    dump_text(into, block->records[i] == CRM__RECORD_OK ? ")" : "");
  }
}

static crm_status dump_blocks(dump *into, crm__csv *reader, crm_error *error)
{
  int64_t columns = crm__csv_columns(reader);
  int64_t rows = 0;
  crm__block block;
  do {
    crm_status status = crm__csv_next(reader, &block, error);
    if (status != CRM_OK) {
      return status;
    }
    assert_in_range(block.rows, 0, CRM__CSV_ROWS);
    assert_int_equal(block.first_row, rows + 1);
    dump_block(into, &block, columns);
    rows += block.rows;
  } while (block.rows > 0);
  return CRM_OK;
}

/* Reads all of a source, every column selected. Nothing may stay allocated. */
static dump read_all(crm__memory *memory, const crm_csv *csv, const crm_source *source, crm_error *error)
{
  dump made = { NULL, 0, 0 };
  crm__csv *reader = NULL;
  dump_text(&made, "");
  crm_status status = crm__csv_open(memory, csv, source, &reader, error);
  if (status == CRM_OK) {
    int64_t columns = crm__csv_columns(reader);
    int64_t *selected = calloc((size_t)columns, sizeof(int64_t));
    assert_non_null(selected);
    for (int64_t i = 0; i < columns; i++) {
      size_t length;
      const char *name = crm__csv_name(reader, i, &length);
      dump_text(&made, i == 0 ? "[" : "|");
      dump_bytes(&made, name, length);
      selected[i] = i;
    }
    dump_text(&made, "]");
    status = crm__csv_select(reader, selected, columns, error);
    free(selected);
  }
  if (status == CRM_OK) {
    status = dump_blocks(&made, reader, error);
  }
  if (status != CRM_OK) {
    dump_status(&made, status);
  }
  crm__csv_close(reader);
  assert_int_equal(memory->used, 0);
  return made;
}

static crm__memory plain_memory(void)
{
  crm__memory memory;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  return memory;
}

static dump read_pieces(const crm_csv *csv, const char *bytes, size_t size, size_t piece)
{
  crm__memory memory = plain_memory();
  crm_error error = CRM_ERROR_INIT;
  bytes_source from = { bytes, size, 0, piece, 0, CRM_OK, 0 };
  crm_source source = source_of(&from);
  dump made = read_all(&memory, csv, &source, &error);
  assert_in_range(from.reads_after_end, 0, 1);
  return made;
}

/* The same records however the source cuts its bytes. */
static void expect_bytes(const crm_csv *csv, const char *bytes, size_t size, const char *records)
{
  static const size_t pieces[] = { 1, 2, 3, 7, 4096 };
  dump should_be = { NULL, 0, 0 };
  dump_text(&should_be, records);
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
    dump is = read_pieces(csv, bytes, size, pieces[i]);
    assert_same(&is, &should_be);
    free(is.text);
  }
  free(should_be.text);
}

static void expect(const crm_csv *csv, const char *text, const char *records)
{
  expect_bytes(csv, text, strlen(text), records);
}

static void test_plain(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  expect(&csv, "a,b\n1,2\n3,4\n", "[a|b](1|2)(3|4)");
  expect(NULL, "a,b\n1,2\n", "[a|b](1|2)");
  expect(&csv, "a,b\n1,2", "[a|b](1|2)");
  expect(&csv, "a,b", "[a|b]");
  expect(&csv, "a\n\n\n1\n", "[a](1)");
  expect(&csv, "\n\r\n\r a , \tb\t\n\n,\n\n x, y \n", "[a|b](|)( x| y )");
  expect(&csv, "a,,a\n,,\n", "[a||a](||)");
  expect(&csv, "\xEF\xBB\xBF" "a,b\n1,2\n", "[a|b](1|2)");
  expect(&csv, "\xEF\xBB\xBF\"a,\",b\n1,2\n", "[a,|b](1|2)");
  expect(&csv, "a\n\xEF\xBB\xBF" "1\n", "[a](\xEF\xBB\xBF" "1)");
}

static void test_line_ends(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  expect(&csv, "a,b\r\n1,2\r\n3,4\r\n", "[a|b](1|2)(3|4)");
  expect(&csv, "a,b\r1,2\r3,4\r", "[a|b](1|2)(3|4)");
  expect(&csv, "a,b\r1,2\n\r3,\r\n\"5\"\r,6\r\n7,\"8\"\r\n", "[a|b](1|2)(3|)!ragged(|6)(7|8)");
}

static void test_quotes(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  expect(&csv, "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "[a|b](x,y|say \"hi\")");
  expect(&csv, "a,b\n\"1\r\n2\r3\n\n4\",\"\"\n\"\"\"\",\"\"\"\"\"\"\n", "[a|b](1\r\n2\r3\n\n4|)(\"|\"\")");
  expect(&csv, "a,b\n5\" nail,x\"\"y\n \"1\",2\n", "[a|b](5\" nail|x\"\"y)( \"1\"|2)");
  expect(&csv, "\"a\"\"b\",\" c \"\n1,\"2\"", "[a\"b|c](1|2)");
  expect(&csv, "a,b\n\"1\"x,2\n3,4\n", "[a|b]!quote(3|4)");
  expect(&csv, "a,b\n\"1\" ,2\n3,4\n", "[a|b]!quote(3|4)");
  expect(&csv, "a,b\n\"1,2\n3,4\n5,6\n", "[a|b]!quote(3|4)(5|6)");
  expect(&csv, "a,b\n\"1,2\n3,4\n5,\"6\"\n7,8", "[a|b]!quote(3|4)(5|6)(7|8)");
  expect(&csv, "a,b\n1,\"2", "[a|b]!quote");
  expect(&csv, "a,b\n1,\"", "[a|b]!quote");
  expect(&csv, "a,b\n1,\"2\"\"", "[a|b]!quote");
  expect(&csv, "a,b\n1,\"2\"\n", "[a|b](1|2)");
  expect(&csv, "a,b\n\"x\n\"y\"\n1,2\n", "[a|b]!quote!ragged(1|2)");
}

static void test_ragged(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  expect(&csv, "a,b\n1\n1,2\n1,2,3\n1,2,\n\"1\",2\n", "[a|b]!ragged(1|2)!ragged!ragged(1|2)");
}

static void test_delimiters(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  csv.delimiter = ';';
  csv.decimal = ',';
  expect(&csv, "a;b\n1,5;\"2;3\"\n", "[a|b](1,5|2;3)");
  csv.delimiter = '\t';
  expect(&csv, "a\tb\n\t\n1 \t 2\n", "[a|b](|)(1 | 2)");
  csv.delimiter = '|';
  expect(&csv, "a|b\n\"1\"|2\n", "[a|b](1|2)");
  csv.delimiter = ' ';
  expect(&csv, "a b\n1 2\n \n1  2\n", "[a|b](1|2)(|)!ragged");
  csv.delimiter = 0x1F;
  expect(&csv, "a\x1f" "b\n1\x1f\x1e\n", "[a|b](1|\x1e)");
}

static void test_blank_delimiter(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  csv.delimiter = CRM_DELIMITER_BLANK;
  expect(&csv, "  a \tb  \n  1   2\n \t \n3\t4 \t\r\n5 6", "[a|b](1|2)(3|4)(5|6)");
  expect(&csv, "a b\n1 \"2 \"\"x\"\" 3\"  \n1\n1 2 3\n\"\" x\"y", "[a|b](1|2 \"x\" 3)!ragged!ragged(|x\"y)");
  expect(&csv, "a b\n\"1\",2\n\"1 2\n3 4\n", "[a|b]!quote!quote(3|4)");
}

static void test_header(void **state)
{
  static const char *const names[] = { "id", " day ", "" };
  static const char *const broken[] = { "id", NULL };
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  csv.header = names;
  csv.header_count = 3;
  expect(&csv, "1,2,3\n4,5\n", "[id|day|](1|2|3)!ragged");
  expect(&csv, "\xEF\xBB\xBF\n\"1\",2,3", "[id|day|](1|2|3)");
  expect(&csv, "\"1,2,3\n1,2,3", "[id|day|]!quote(1|2|3)");
  expect(&csv, "", "[id|day|]");
  expect(&csv, "\n", "[id|day|]");
  csv.header_count = 0;
  expect(&csv, "1\n", "=argument");
  csv.header_count = CRM__CSV_COLUMNS + 1;
  expect(&csv, "1\n", "=schema");
  csv.header = broken;
  csv.header_count = 2;
  expect(&csv, "1,2\n", "=argument");
  csv.header = NULL;
  expect(&csv, "1,2\n", "=argument");
}

static void expect_failure(const crm_csv *csv, const char *bytes, size_t size, crm_status status, const char *message)
{
  crm__memory memory = plain_memory();
  crm_error error = CRM_ERROR_INIT;
  bytes_source from = { bytes, size, 0, 5, 0, CRM_OK, 0 };
  crm_source source = source_of(&from);
  crm__csv *reader = NULL;
  assert_int_equal(crm__csv_open(&memory, csv, &source, &reader, &error), status);
  assert_null(reader);
  assert_int_equal(error.status, status);
  assert_string_equal(error.message, message);
  assert_int_equal(memory.used, 0);
}

static void test_no_header(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  expect_failure(&csv, "", 0, CRM_ERROR_SCHEMA, "the file is empty");
  expect_failure(&csv, "\xEF\xBB\xBF", 3, CRM_ERROR_SCHEMA, "the file is empty");
  expect_failure(&csv, "\xEF\xBB\xBF\r\n\n\r", 6, CRM_ERROR_SCHEMA, "the file is empty");
  expect_failure(&csv, "a,\"b\n1,2\n", 9, CRM_ERROR_SCHEMA, "a quote in the header has no end");
  expect_failure(&csv, "\"a\"b\n1,2\n", 9, CRM_ERROR_SCHEMA, "a quote in the header has no end");
  expect_failure(&csv, "\xFF\xFE" "a\0,\0b\0", 8, CRM_ERROR_SCHEMA, "the file is UTF-16, which is not read");
  csv.delimiter = CRM_DELIMITER_BLANK;
  expect_failure(&csv, "  \t\n \r", 6, CRM_ERROR_SCHEMA, "the file is empty");
  csv.delimiter = 0;
  csv.record_limit = 3;
  expect_failure(&csv, "a,bc\n", 5, CRM_ERROR_SCHEMA, "the header is longer than the record limit");
  expect_failure(&csv, "a,bc", 4, CRM_ERROR_SCHEMA, "the header is longer than the record limit");
  expect(&csv, "a,b\n1,2\n12,3\n4,5\n", "[a|b](1|2)!long(4|5)");
}

static void test_many_columns(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  size_t size = 2 * CRM__CSV_COLUMNS;
  char *text = malloc(size + 2);
  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < size; i += 2) {
    memcpy(text + i, "a,", 2);
  }
  expect_failure(&csv, text, size, CRM_ERROR_SCHEMA, "the header has more than 16384 columns");
  text[size - 1] = '\n';

  crm__memory memory = plain_memory();
  bytes_source from = { text, size, 0, 4096, 0, CRM_OK, 0 };
  crm_source source = source_of(&from);
  crm__csv *reader = NULL;
  assert_int_equal(crm__csv_open(&memory, &csv, &source, &reader, NULL), CRM_OK);
  assert_int_equal(crm__csv_columns(reader), CRM__CSV_COLUMNS);
  crm__csv_close(reader);
  assert_int_equal(memory.used, 0);
  free(text);
}

static void test_arguments(void **state)
{
  static const int32_t delimiters[] = { '"', '\n', '\r', -1, 128, 300 };
  (void)state;
  for (size_t i = 0; i < sizeof delimiters / sizeof delimiters[0]; i++) {
    crm_csv csv = CRM_CSV_INIT;
    csv.delimiter = delimiters[i];
    expect(&csv, "a\n1\n", "=argument");
  }
  crm_csv decimal = CRM_CSV_INIT;
  decimal.decimal = ';';
  expect(&decimal, "a\n1\n", "=argument");
  crm_csv encoding = CRM_CSV_INIT;
  encoding.encoding = 2;
  expect(&encoding, "a\n1\n", "=argument");
  crm_csv size = CRM_CSV_INIT;
  size.struct_size = 2;
  expect(&size, "a\n1\n", "=argument");
  crm_csv older = CRM_CSV_INIT;   /* a client that knows no encoding: comma and UTF-8 */
  older.encoding = 2;
  older.struct_size = (uint32_t)offsetof(crm_csv, encoding);
  expect(&older, "a\n1\n", "[a](1)");
}

/* dump_bytes may hold NUL, so what holds one is compared by length. */
static void expect_exact(const crm_csv *csv, const char *bytes, size_t size, const char *records, size_t length)
{
  for (size_t piece = 1; piece < 5; piece++) {
    dump is = read_pieces(csv, bytes, size, piece);
    dump should_be = { NULL, 0, 0 };
    dump_bytes(&should_be, records, length);
    assert_same(&is, &should_be);
    free(is.text);
    free(should_be.text);
  }
}

#define EXACT(csv, bytes, records) expect_exact(csv, bytes, sizeof(bytes) - 1, records, sizeof(records) - 1)

static void test_bytes(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  EXACT(&csv, "a,b\nx\0y,\xC3\xA9\n", "[a|b](x\0y#nul|\xC3\xA9)");
  EXACT(&csv, "a,b\n\"\0\",\"\xC3\"\n\"\"\"\xE9\",\xE4\xBD\xA0\n",
        "[a|b](\0#nul|\xC3#encoding)(\"\xE9#encoding|\xE4\xBD\xA0)");
  EXACT(&csv, "a,b\n\xED\xA0\x80,\xC0\x80\n1,2\n", "[a|b](\xED\xA0\x80#encoding|\xC0\x80#encoding)(1|2)");
  EXACT(&csv, "a,b\n\xE4\xBD,\xA0\n", "[a|b](\xE4\xBD#encoding|\xA0#encoding)");
  csv.encoding = CRM_ENCODING_LATIN1;
  EXACT(&csv, "a\xE9,b\n\"\xFF\"\"\x80\",\xC3\xA9\n", "[a\xC3\xA9|b](\xC3\xBF\"\xC2\x80|\xC3\x83\xC2\xA9)");
  EXACT(&csv, "\xEF\xBB\xBF" "a,b\n\0,2\n", "[a|b](\0#nul|2)");
}

static void test_select(void **state)
{
  static const char text[] = "a,b,c\n\"x\"\"y\",\xFF,\0\n1,2,3\n4\n";
  static const int64_t columns[] = { 2, 0, 0 };
  static const int64_t unknown[] = { 0, 3 };
  crm__memory memory = plain_memory();
  crm_error error = CRM_ERROR_INIT;
  bytes_source from = { text, sizeof text - 1, 0, 3, 0, CRM_OK, 0 };
  crm_source source = source_of(&from);
  crm__csv *reader = NULL;
  crm__block block;
  (void)state;
  NEEDS_USUAL_SIZES();
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, &error), CRM_OK);
  assert_int_equal(crm__csv_select(reader, unknown, 2, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__csv_select(reader, columns, -1, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__csv_select(reader, columns, 3, &error), CRM_OK);
  assert_int_equal(crm__csv_select(reader, columns, 3, &error), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__csv_next(reader, &block, &error), CRM_OK);
  assert_int_equal(block.rows, 3);
  assert_int_equal(block.bytes, (int64_t)sizeof text - 1);
  assert_int_equal(block.fields[0].bad, CRM__FIELD_NUL);
  for (int64_t k = 1; k < 3; k++) {
    const crm__field *field = &block.fields[k * CRM__CSV_ROWS];
    assert_int_equal(field[0].length, 3);
    assert_memory_equal(field[0].text, "x\"y", 3);
    assert_int_equal(field[0].bad, 0);
    assert_int_equal(field[1].length, 1);
    assert_memory_equal(field[1].text, "1", 1);
  }
  assert_int_equal(block.records[2], CRM__RECORD_RAGGED);
  assert_int_equal(crm__csv_next(reader, &block, &error), CRM_OK);
  assert_int_equal(block.rows, 0);
  assert_int_equal(crm__csv_next(reader, &block, &error), CRM_OK);
  assert_int_equal(block.rows, 0);
  assert_int_equal(block.first_row, 4);
  crm__csv_close(reader);
  assert_int_equal(memory.used, 0);
  crm__csv_close(NULL);
}

/* Nothing selected: records are counted all the same. */
static void test_select_none(void **state)
{
  crm__memory memory = plain_memory();
  bytes_source from = { "a\n1\n2,3\n", 8, 0, 3, 0, CRM_OK, 0 };
  crm_source source = source_of(&from);
  crm__csv *reader = NULL;
  crm__block block;
  (void)state;
  NEEDS_USUAL_SIZES();
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, NULL), CRM_OK);
  assert_int_equal(crm__csv_select(reader, NULL, 0, NULL), CRM_OK);
  assert_int_equal(crm__csv_next(reader, &block, NULL), CRM_OK);
  assert_int_equal(block.rows, 2);
  assert_int_equal(block.records[0], CRM__RECORD_OK);
  assert_int_equal(block.records[1], CRM__RECORD_RAGGED);
  crm__csv_close(reader);
  assert_int_equal(memory.used, 0);
}

static void test_limit(void **state)
{
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  csv.record_limit = 8;
  expect(&csv, "a,b\n1234,567\n12345,678\n1,2\n", "[a|b](1234|567)!long(1|2)");
  expect(&csv, "a,b\n1234,567\n12345,678", "[a|b](1234|567)!long");
  expect(&csv, "a,b\n12345,678\r\n\r\n1,2\r\n", "[a|b]!long(1|2)");
  expect(&csv, "a,b\n\"1\n2\",34\n\"1\n2\",345\n6,7\n", "[a|b](1\n2|34)!quote(2\"|345)(6|7)");
  expect(&csv, "a,b\n\"123456789,1\n1,2\n", "[a|b]!long(1|2)");
  expect(&csv, "a,b\n\"1\"2345678\n\"1\"23456\n1,2\n", "[a|b]!long!quote(1|2)");
  expect(&csv, "a,b\n1,\"2\n3,4\n5,6\n7,8\n9,\"0\"\n", "[a|b]!quote(3|4)(5|6)(7|8)(9|0)");
}

/* ---- An independent reading of the same rules, one character at a time over the whole text ---- */

typedef struct model {
  const char *text;
  size_t size;
  size_t limit;
  char delimiter;   /* 0: blanks */
} model;

static int model_delimits(const model *m, char c)
{
  return m->delimiter == 0 ? c == ' ' || c == '\t' : c == m->delimiter;
}

static int is_line_end(char c)
{
  return c == '\n' || c == '\r';
}

static int model_utf8(const unsigned char *t, size_t n)
{
  for (size_t i = 0; i < n;) {
    uint32_t code = t[i];
    size_t more = code < 0x80 ? 0 : code < 0xC0 ? 9 : code < 0xE0 ? 1 : code < 0xF0 ? 2 : code < 0xF8 ? 3 : 9;
    if (more == 9 || i + more >= n) {
      return 0;
    }
    code &= more == 0 ? 0x7FU : 0x3FU >> more;
    for (size_t k = 1; k <= more; k++) {
      if (t[i + k] < 0x80 || t[i + k] > 0xBF) {
        return 0;
      }
      code = code << 6 | (t[i + k] & 0x3FU);
    }
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return 0;
    }
    i += more + 1;
  }
  return 1;
}

static void model_field(dump *into, const dump *field, int64_t count, int header)
{
  const char *text = field->text;
  size_t length = field->length;
  while (header && length > 0 && (text[0] == ' ' || text[0] == '\t')) {
    text++;
    length--;
  }
  while (header && length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
    length--;
  }
  dump_text(into, count > 0 ? "|" : header ? "[" : "(");
  dump_bytes(into, text, length);
  if (!header && memchr(text, 0, length) != NULL) {
    dump_text(into, "#nul");
  } else if (!header && !model_utf8((const unsigned char *)text, length)) {
    dump_text(into, "#encoding");
  }
}

/* Reads one field from *at into field; answers 0 where its quotes are wrong. *at is its delimiter or line end then. */
static int model_read_field(const model *m, size_t *at, size_t bound, dump *field)
{
  size_t i = *at;
  field->length = 0;
  dump_text(field, "");
  if (i < m->size && m->text[i] == '"') {
    for (i++;; i++) {
      if (i >= m->size || i > bound) {
        return 0;
      }
      if (m->text[i] == '"') {
        if (i + 1 < m->size && m->text[i + 1] == '"') {
          i++;
        } else {
          i++;
          break;
        }
      }
      dump_bytes(field, m->text + i, 1);
    }
    *at = i;
    return i == m->size || model_delimits(m, m->text[i]) || is_line_end(m->text[i]);
  }
  while (i < m->size && !model_delimits(m, m->text[i]) && !is_line_end(m->text[i])) {
    dump_bytes(field, m->text + i, 1);
    i++;
  }
  *at = i;
  return 1;
}

/* The record at start into `into`; answers where it ends, or SIZE_MAX. */
static size_t model_read_record(const model *m, size_t start, dump *into, int64_t *count, int header)
{
  dump field = { NULL, 0, 0 };
  size_t at = start;
  int good = 1;
  for (*count = 0; good; at++) {
    while (m->delimiter == 0 && at < m->size && model_delimits(m, m->text[at])) {
      at++;
    }
    if (m->delimiter == 0 && (at == m->size || is_line_end(m->text[at]))) {
      break;
    }
    good = model_read_field(m, &at, start + m->limit, &field);
    if (good) {
      model_field(into, &field, (*count)++, header);
      if (at == m->size || is_line_end(m->text[at])) {
        break;
      }
    }
  }
  free(field.text);
  return good && at - start <= m->limit ? at : SIZE_MAX;
}

static size_t model_line(const model *m, size_t at)
{
  while (at < m->size && !is_line_end(m->text[at])) {
    at++;
  }
  return at;
}

static dump model_read(const model *m)
{
  dump made = { NULL, 0, 0 };
  int64_t columns = -1;
  size_t at = m->size >= 3 && memcmp(m->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  dump_text(&made, "");
  for (;;) {
    while (at < m->size && (is_line_end(m->text[at]) || (m->delimiter == 0 && model_delimits(m, m->text[at])))) {
      at++;
    }
    if (at == m->size) {
      break;
    }
    size_t line = model_line(m, at);
    size_t before = made.length;
    int64_t count = 0;
    size_t end = line - at > m->limit ? SIZE_MAX : model_read_record(m, at, &made, &count, columns < 0);
    int record = end != SIZE_MAX ? CRM__RECORD_OK : line - at > m->limit ? CRM__RECORD_TOO_LONG : CRM__RECORD_QUOTE;
    if (columns < 0 && record != CRM__RECORD_OK) {
      made.length = before;
      break;
    }
    if (record == CRM__RECORD_OK && columns >= 0 && count != columns) {
      record = CRM__RECORD_RAGGED;
    }
    if (record == CRM__RECORD_OK) {
      dump_text(&made, columns < 0 ? "]" : ")");
    } else {
      made.length = before;
      dump_record(&made, record);
    }
    columns = columns < 0 ? count : columns;
    at = end != SIZE_MAX ? end : line;
  }
  if (columns < 0) {
    dump_status(&made, CRM_ERROR_SCHEMA);
  }
  return made;
}

static uint64_t random_next(uint64_t *seed)
{
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed >> 11;
}

static void compare(const crm_csv *csv, const char *text, size_t size, size_t piece)
{
  model m = { text, size, (size_t)(csv->record_limit == 0 ? 1048576 : csv->record_limit), ',' };
  char *widened = NULL;
  if (csv->delimiter != 0) {
    m.delimiter = csv->delimiter == CRM_DELIMITER_BLANK ? '\0' : (char)csv->delimiter;
  }
  if (csv->encoding == CRM_ENCODING_LATIN1) {
    widened = malloc(2 * size + 1);
    assert_non_null(widened);
    m.size = 0;
    for (size_t i = 0; i < size; i++) {
      unsigned char byte = (unsigned char)text[i];
      if (byte >= 0x80) {
        widened[m.size++] = (char)(byte < 0xC0 ? 0xC2 : 0xC3);
        byte &= 0xBF;
      }
      widened[m.size++] = (char)byte;
    }
    m.text = widened;
  }
  dump should_be = model_read(&m);
  dump is = read_pieces(csv, text, size, piece);
  assert_same(&is, &should_be);
  free(is.text);
  free(should_be.text);
  free(widened);
}

/* A text of tokens, with more or less of quotes. */
static size_t random_text(uint64_t *seed, char *text, size_t size, int quotes)
{
  static const char *const tokens[] = { "a", ",", "\n", "bc", "\r\n", "\r", " ", "\t", "\xC3\xA9", "\xFF",
                                       "12345678", ";", "\"\"" };
  size_t length = 0;
  while (length + 8 < size) {
    uint64_t pick = random_next(seed);
    const char *token = tokens[pick % 13];
    if ((int)(pick / 16 % 100) < quotes) {
      token = pick / 2048 % 4 == 0 ? ",\"" : pick / 2048 % 4 == 1 ? "\"," : pick / 2048 % 4 == 2 ? "\n\"" : "\"";
    } else if (pick / 16 % 300 == 299) {
      text[length++] = '\0';
      continue;
    }
    memcpy(text + length, token, strlen(token));
    length += strlen(token);
  }
  return length;
}

static void test_against_model(void **state)
{
  static const uint64_t limits[] = { 1, 3, 10, 30, 100, 0 };
  static const int32_t delimiters[] = { 0, CRM_DELIMITER_BLANK, ';', '\t', ' ' };
  static const int quotes[] = { 1, 10, 40, 80 };
  uint64_t seed = 20240229;
  char text[512];
  (void)state;
  for (int i = 0; i < rounds(6000); i++) {
    crm_csv csv = CRM_CSV_INIT;
    uint64_t pick = random_next(&seed);
    csv.record_limit = limits[pick % 6];
    csv.delimiter = delimiters[pick / 6 % 5];
    csv.encoding = pick / 64 % 4 == 0;
    size_t start = pick / 256 % 2 == 0 ? 0 : 4;   /* half of the files have a good header */
    memcpy(text, csv.delimiter == 0 ? "a,b\n" : "a;b\n", 4);
    size_t size = start + random_text(&seed, text + start, 20 + (size_t)(pick / 1024 % 480), quotes[pick / 32 % 4]);
    compare(&csv, text, size, 1 + (size_t)(pick / 4096 % 9));
  }
}

/* Files that pass the buffer several times, with records around its size. */
static void test_long_against_model(void **state)
{
  static const uint64_t limits[] = { 50, 3000, 200000, 0 };
  size_t room = 900000;
  char *text = malloc(room + 16);
  uint64_t seed = 77;
  (void)state;
  assert_non_null(text);
  for (int i = 0; i < rounds(24); i++) {
    crm_csv csv = CRM_CSV_INIT;
    csv.record_limit = limits[i % 4];
    csv.delimiter = i % 5 == 4 ? CRM_DELIMITER_BLANK : 0;
    csv.encoding = i % 3 == 0;
    memcpy(text, "a,b\n", 4);
    size_t size = 4 + random_text(&seed, text + 4, room, i % 2 == 0 ? 12 : 0);
    for (int k = 0; k < 12; k++) {   /* some lines, and some quoted fields, that are long */
      size_t from = (size_t)(random_next(&seed) % (size - 300000));
      size_t length = (size_t)(random_next(&seed) % (k % 3 == 0 ? 290000 : 3000));
      for (size_t j = from; j < from + length; j++) {
        text[j] = k % 2 == 0 ? 'x' : j % 7 == 0 ? '\n' : 'y';
      }
      memcpy(text + from, k % 2 == 0 ? "\n" : "\n1,\"", k % 2 == 0 ? 1 : 4);
      memcpy(text + from + length, "\"\n2,2\n", 6);
    }
    compare(&csv, text, size, i % 2 == 0 ? 4093 : 1 << 20);
  }
  free(text);
}

/* Records at every place around the end of the buffer, which is a power of two less a few bytes. */
static void test_buffer_end(void **state)
{
  static const char tail[] = "\"1\n2\",34\n\"1\n2\",345\n1234,567\r\n12345,678\r"
                             "\"\"\"\"\n,\"\"\n\xC3\xA9,\n\"1\n\n23456\n7,8";
  size_t room = 131072;
  char *text = malloc(room + sizeof tail);
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  assert_non_null(text);
  csv.record_limit = 8;
  for (size_t before = 0; before < sizeof tail + 8; before++) {
    memset(text, '\n', room);
    memcpy(text, "a,b\n", 4);
    memcpy(text + room - before, tail, sizeof tail - 1);
    compare(&csv, text, room - before + sizeof tail - 1, 1 << 20);
    text[room - before - 1] = ',';   /* a line of its own in front */
    compare(&csv, text, room - before + sizeof tail - 1, 4096);
  }
  free(text);
}

/* Lines that open a quote both for who reads them as a record and for who is inside a quote before them. */
static void test_hostile_against_model(void **state)
{
  static const char *const lines[] = { "\",x\",\"b\n", "1,2\n", "\"\"\"\n", "1,\"2\n3\"\n", "\"x\n",
                                      "a\"b\"\"c,\"\"\n" };
  size_t room = (size_t)rounds(300000);
  char *text = malloc(room + 16);
  uint64_t seed = 4711;
  (void)state;
  assert_non_null(text);
  for (int i = 0; i < 12; i++) {
    crm_csv csv = CRM_CSV_INIT;
    size_t size = 4;
    memcpy(text, "a,b\n", 4);
    while (size < room) {
      uint64_t pick = random_next(&seed);
      const char *line = lines[pick % 64 < 60 - (unsigned)(i / 4 * 20) ? 0 : pick / 64 % (i % 2 == 0 ? 2 : 6)];
      memcpy(text + size, line, strlen(line));
      size += strlen(line);
    }
    csv.record_limit = i % 3 == 0 ? 4000 : i % 3 == 1 ? 400 : 40;
    compare(&csv, text, size, i % 2 == 0 ? 4096 : 1 << 20);
  }
  free(text);
}

/* ---- Size ---- */

/* A source that makes its text: a header, then `count` times a line, each `every`-th of them "good,1". */
typedef struct lines_source {
  const char *line;
  size_t length;
  int64_t count;
  int64_t every;
  int64_t at;
  size_t within;
} lines_source;

static crm_status read_lines(void *context, void *buffer, size_t size, size_t *got)
{
  lines_source *from = context;
  char *into = buffer;
  *got = 0;
  while (*got < size && from->at <= from->count) {
    int good = from->every > 0 && from->at % from->every == 0;
    const char *line = from->at == 0 ? "a,b\n" : good ? "good,1\n" : from->line;
    size_t length = from->at == 0 ? 4 : good ? 7 : from->length;
    size_t count = length - from->within < size - *got ? length - from->within : size - *got;
    memcpy(into + *got, line + from->within, count);
    *got += count;
    from->within += count;
    if (from->within == length) {
      from->within = 0;
      from->at++;
    }
  }
  return CRM_OK;
}

static void count_records(crm__memory *memory, const crm_csv *csv, lines_source *from, int64_t counts[4])
{
  static const int64_t columns[] = { 0, 1 };
  crm_source source = { (uint32_t)sizeof source, 0, from, read_lines };
  crm__csv *reader = NULL;
  crm__block block;
  assert_int_equal(crm__csv_open(memory, csv, &source, &reader, NULL), CRM_OK);
  assert_int_equal(crm__csv_select(reader, columns, 2, NULL), CRM_OK);
  memset(counts, 0, 4 * sizeof counts[0]);
  do {
    assert_int_equal(crm__csv_next(reader, &block, NULL), CRM_OK);
    for (int64_t i = 0; i < block.rows; i++) {
      counts[block.records[i]]++;
      if (block.records[i] == CRM__RECORD_OK) {
        assert_int_equal(block.fields[i].length, 4);
        assert_memory_equal(block.fields[i].text, "good", 4);
        assert_memory_equal(block.fields[CRM__CSV_ROWS + i].text, "1", 1);
      }
    }
  } while (block.rows > 0);
  crm__csv_close(reader);
  assert_int_equal(memory->used, 0);
}

/* A reader that went back over all that an open quote took in would not come to the end of this. */
static void test_million_open_quotes(void **state)
{
  static const char *const lines[] = { "\",x\",\"b\n", "1,\"x\n" };
  int count = rounds(1000000);
  (void)state;
  for (int i = 0; i < 2; i++) {
    crm__memory memory = plain_memory();
    lines_source from = { lines[i], strlen(lines[i]), count, 1000, 0, 0 };
    int64_t counts[4];
    count_records(&memory, NULL, &from, counts);
    assert_int_equal(counts[CRM__RECORD_OK], count / 1000);
    assert_int_equal(counts[CRM__RECORD_QUOTE], count - count / 1000);
    assert_int_equal(counts[CRM__RECORD_RAGGED] + counts[CRM__RECORD_TOO_LONG], 0);
  }
}

static void test_open_quote_before_good_lines(void **state)
{
  crm__memory memory = plain_memory();
  int count = rounds(1000000);
  lines_source from = { "1,\"2\n", 5, count, 1, 0, 0 };
  int64_t counts[4];
  crm_csv csv = CRM_CSV_INIT;
  (void)state;
  count_records(&memory, &csv, &from, counts);
  assert_int_equal(counts[CRM__RECORD_OK], count);
  from.at = 0;
  from.every = 2;   /* the open quotes close each other's fields with something after them */
  count_records(&memory, &csv, &from, counts);
  assert_int_equal(counts[CRM__RECORD_OK], count / 2);
  assert_int_equal(counts[CRM__RECORD_QUOTE], count / 2);
}

/* Lines of 100 MB (10 MB in brief), one quoted, in the memory of the record limit. */
static void test_endless_line(void **state)
{
  crm__memory memory = plain_memory();
  size_t size = (size_t)rounds(100 << 20);
  char *line = malloc(size);
  int64_t counts[4];
  (void)state;
  assert_non_null(line);
  memset(line, 'x', size);
  line[size - 1] = '\n';
  for (int quoted = 0; quoted < 2; quoted++) {
    lines_source from = { line, size, 3, 2, 0, 0 };
    line[0] = quoted ? '"' : 'x';
    count_records(&memory, NULL, &from, counts);
    assert_int_equal(counts[CRM__RECORD_OK], 1);
    assert_int_equal(counts[CRM__RECORD_TOO_LONG], 2);
    uint64_t fields = 2 * CRM__CSV_ROWS * sizeof(crm__field);
    assert_true(memory.peak <= 1048576 + 262144 + fields + 16384);
  }
  free(line);
}

static void test_blocks(void **state)
{
  crm__memory memory = plain_memory();
  lines_source from = { "", 0, 20000, 1, 0, 0 };
  int64_t counts[4];
  (void)state;
  count_records(&memory, NULL, &from, counts);
  assert_int_equal(counts[CRM__RECORD_OK], 20000);
  assert_true(memory.peak < 400000);
}

/* ---- What fails ---- */

/* ---- Values read at once ---- */

typedef struct plain_row {
  uint8_t record;
  char texts[5][48];
  int64_t values[5];
  int at_once[5];    /* the value was given, not the text */
} plain_row;

#define PLAIN_ROWS 30000

static uint64_t plain_seed = 5;

/* Cells that are plain, almost plain, and not plain at all. */
static void random_cell(char *cell, int column, int quiet)
{
  static const char *const odd[] = {
    "", " ", "x", "007", "-5", "+5", "1e3", ".5", "5.", "1.2.3", "\"q\"", "\"a,b\"", "\xC3\xA9", "\xFF",
    "1234567890123456789", "0", "00", "-0.5", "1.2345", "12 ", "-", "999999999999.99", "2024-02-30", "20240229",
    "2024-02-29T10:00:00", "2024-02-29 25:00:00", "2024-02-29 10:00:00.5", "a\"b", "T\tb", "1234567", "12345678",
    "123456789", "-1234567", "1234.56", "12345.6", "123456.7", "1234567.8", "-123456.78", ".55", "-.5", "1.\xB0",
    "1\xB0", "12\xFF.5"
  };
  unsigned number = (unsigned)(random_next(&plain_seed) % 100000);
  if (!quiet && random_next(&plain_seed) % 40 == 0) {
    (void)snprintf(cell, 48, "%s", odd[random_next(&plain_seed) % (sizeof odd / sizeof odd[0])]);
  } else if (column == 1) {
    (void)snprintf(cell, 48, "%s%u.%02u", number % 7 == 0 ? "-" : "", number, number % 100);
  } else if (column == 2) {
    (void)snprintf(cell, 48, "2024-02-%02u%c%02u:%02u:%02u", 1 + number / 30000, number % 50 == 0 ? 'T' : ' ',
                   number % 24, number / 3 % 60, number / 7 % 60);
  } else if (column == 4) {
    (void)snprintf(cell, 48, "sku-%u", number);
  } else {
    (void)snprintf(cell, 48, "%u", number);
  }
}

static int64_t read_plain_rows(const char *text, size_t size, size_t piece, const crm__csv_type *types,
                               const crm__team *team, plain_row *rows)
{
  static const int64_t columns[] = { 0, 1, 2, 3, 4 };
  crm__memory memory;
  crm__csv *reader = NULL;
  bytes_source bytes = { text, size, 0, piece, 0, CRM_OK, 0 };
  crm_source source = source_of(&bytes);
  crm__block block;
  int64_t count = 0;
  assert_int_equal(crm__memory_open(&memory, NULL, NULL), CRM_OK);
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, NULL), CRM_OK);
  assert_int_equal(crm__csv_select(reader, columns, 5, NULL), CRM_OK);
  if (types != NULL) {
    assert_int_equal(crm__csv_read_at_once(reader, types, team, NULL), CRM_OK);
  }
  for (;;) {
    assert_int_equal(crm__csv_next(reader, &block, NULL), CRM_OK);
    if (block.rows == 0) {
      break;
    }
    for (int64_t i = 0; i < block.rows; i++, count++) {
      assert_true(count < PLAIN_ROWS + 100);
      rows[count].record = block.records[i];
      for (int64_t k = 0; k < 5; k++) {
        const crm__field *field = &block.fields[k * block.stride + i];
        rows[count].at_once[k] = block.values != NULL && block.values[k] != NULL;
        if (rows[count].at_once[k]) {
          rows[count].values[k] = block.values[k][i];
        } else {
          memcpy(rows[count].texts[k], field->text, field->length);
          rows[count].texts[k][field->length] = '\0';
          rows[count].values[k] = field->bad;
        }
      }
    }
  }
  crm__csv_close(reader);
  assert_int_equal(memory.used, 0);
  return count;
}

static void check_value(int column, const char *text, int64_t value)
{
  int64_t exact = INT64_MIN;
  int inexact = 0;
  if (text[0] == '\0') {
    assert_true(value == INT64_MIN);
    return;
  }
  if (column == 1) {
    assert_int_equal(crm__decimal_read_scaled(text, strlen(text), '.', 3, &exact, &inexact), CRM__DECIMAL_OK);
    assert_false(inexact);
  } else if (column == 2) {
    assert_int_equal(crm__time_read_iso(text, strlen(text), &exact), 0);
  } else {
    crm__key key = crm__key_from(text, strlen(text));
    assert_null(key.text);
    exact = key.integer;
  }
  assert_true(exact == value);
}

static void assert_values(const plain_row *fields, const plain_row *values, int64_t count, int64_t least)
{
  int64_t at_once = 0;
  for (int64_t i = 0; i < count; i++) {
    assert_int_equal(values[i].record, fields[i].record);
    for (int k = 0; k < 5; k++) {
      if (values[i].at_once[k]) {
        assert_int_equal(fields[i].values[k], 0);
        check_value(k, fields[i].texts[k], values[i].values[k]);
        at_once++;
      } else {
        assert_string_equal(values[i].texts[k], fields[i].texts[k]);
        assert_int_equal(values[i].values[k], fields[i].values[k]);
      }
    }
  }
  assert_true(at_once > least);
}

/* Whatever is read at once is what the fields say, whatever stands between. */
static void test_values_at_once(void **state)
{
  static const crm__csv_type types[] = { { CRM__CSV_INTEGER, 0 }, { CRM__CSV_DECIMAL, 3 }, { CRM__CSV_TIME, 0 },
                                         { CRM__CSV_FIELD, 0 }, { CRM__CSV_INTEGER, 0 } };
  size_t room = (size_t)PLAIN_ROWS * 300;
  char *text = malloc(room);
  plain_row *fields = malloc((PLAIN_ROWS + 100) * sizeof *fields);
  plain_row *values = malloc((PLAIN_ROWS + 100) * sizeof *values);
  (void)state;
  assert_true(text != NULL && fields != NULL && values != NULL);
  for (int round = 0; round < 4; round++) {
    size_t size = (size_t)snprintf(text, room, "a,b,c,d,e\n");
    int64_t count;
    for (int i = 0; i < PLAIN_ROWS; i++) {
      int quiet = round == 0 || (i / 2000) % 2 == 0;   /* stretches without anything odd */
      for (int column = 0; column < 5; column++) {
        char cell[48];
        random_cell(cell, column, quiet);
        size += (size_t)snprintf(text + size, room - size, "%s%s", column == 0 ? "" : ",", cell);
      }
      size += (size_t)snprintf(text + size, room - size, "%s",
                               !quiet && i % 97 == 5 ? ",more\n" : round == 2 ? "\r\n" : "\n");
    }
    count = read_plain_rows(text, size, (size_t)-1, NULL, NULL, fields);
    for (int way = 0; way < 1 + rounds(EXECUTOR_KINDS); way++) {
      executor_state lent;
      crm__team team;
      memset(&team, 0, sizeof team);
      team.executor = executor_of(&lent, way == 0 ? 0 : way - 1, way % 2 == 0 ? 2 : 7);
      assert_int_equal(
          read_plain_rows(text, size, round == 3 ? 1001 : (size_t)-1, types, way == 0 ? NULL : &team, values), count);
      assert_true(way == 0 || lent.tasks > 1);
      assert_values(fields, values, count, round == 0 ? 2 * count : count / 3);
    }
  }
  free(text);
  free(fields);
  free(values);
}

static void test_source_fails(void **state)
{
  static const crm_status statuses[] = { CRM_ERROR_IO, CRM_ERROR_CANCELLED, 77 };
  static const char text[] = "a,b\n1,2\n";
  (void)state;
  NEEDS_USUAL_SIZES();
  for (size_t i = 0; i < 3; i++) {
    for (size_t after = 0; after <= sizeof text - 1; after++) {
      crm__memory memory = plain_memory();
      crm_error error = CRM_ERROR_INIT;
      bytes_source from = { text, sizeof text - 1, 0, 1, after, statuses[i], 0 };
      crm_source source = source_of(&from);
      crm__csv *reader = NULL;
      assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, &error), statuses[i]);
      assert_null(reader);
      assert_string_equal(error.message, "reading failed");
      assert_int_equal(memory.used, 0);
    }
  }
}

static void test_source_fails_later(void **state)
{
  size_t size = 500000;
  char *text = malloc(size);
  crm__memory memory = plain_memory();
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  crm__block block;
  (void)state;
  assert_non_null(text);
  memset(text, 'x', size);
  for (size_t i = 99; i < size; i += 100) {
    text[i] = '\n';
  }
  bytes_source from = { text, size, 0, 1000, 400000, CRM_ERROR_CANCELLED, 0 };
  crm_source source = source_of(&from);
  crm__csv *reader = NULL;
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, &error), CRM_OK);
  int64_t rows = 0;
  while ((status = crm__csv_next(reader, &block, &error)) == CRM_OK) {
    assert_true(block.rows > 0);
    rows += block.rows;
    block.rows = -1;
  }
  assert_true(rows > 0 && rows < 4000);
  assert_int_equal(block.rows, -1);
  assert_int_equal(status, CRM_ERROR_CANCELLED);
  assert_int_equal(crm__csv_next(reader, &block, &error), CRM_ERROR_CANCELLED);
  crm__csv_close(reader);
  assert_int_equal(memory.used, 0);
  free(text);
}

static crm_status read_too_much(void *context, void *buffer, size_t size, size_t *got)
{
  (void)context;
  (void)buffer;
  *got = size + 1;
  return CRM_OK;
}

static void test_bad_sources(void **state)
{
  crm__memory memory = plain_memory();
  crm_source source = { (uint32_t)sizeof source, 0, NULL, read_too_much };
  crm__csv *reader = NULL;
  (void)state;
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, NULL), CRM_ERROR_IO);
  source.read = NULL;
  assert_int_equal(crm__csv_open(&memory, NULL, &source, &reader, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm__csv_open(&memory, NULL, NULL, &reader, NULL), CRM_ERROR_ARGUMENT);
  assert_null(reader);
  assert_int_equal(memory.used, 0);
}

static void *allocate_counted(void *context, void *memory, size_t old_size, size_t new_size)
{
  int *left = context;
  (void)old_size;
  if (new_size == 0) {
    free(memory);
    return NULL;
  }
  return (*left)-- > 0 ? realloc(memory, new_size) : NULL;
}

static void test_memory(void **state)
{
  size_t size = 700000;
  char *text = malloc(size);
  int done = 0;
  (void)state;
  assert_non_null(text);
  memset(text, 'x', size);
  memcpy(text, "a,b\n1,\"", 7);   /* makes the buffer grow */
  for (int allowed = 0; !done; allowed++) {
    int left = allowed;
    crm_config config = CRM_CONFIG_INIT;
    crm__memory memory;
    crm_error error = CRM_ERROR_INIT;
    crm_csv csv = CRM_CSV_INIT;
    config.allocate = allocate_counted;
    config.allocate_context = &left;
    assert_int_equal(crm__memory_open(&memory, &config, NULL), CRM_OK);
    csv.encoding = CRM_ENCODING_LATIN1;
    bytes_source from = { text, size, 0, size, 0, CRM_OK, 0 };
    crm_source source = source_of(&from);
    dump is = read_all(&memory, &csv, &source, &error);
    done = left >= 0;
    if (done) {
      assert_string_equal(is.text, "[a|b]!quote");
      assert_true(allowed > 9);
    } else {
      assert_int_equal(error.status, CRM_ERROR_MEMORY);
      assert_string_equal(strchr(is.text, '='), "=memory");
    }
    free(is.text);
  }
  free(text);
}

static void test_file(void **state)
{
  static const char path[] = "csv_test.tmp";
  crm__memory memory = plain_memory();
  crm_error error = CRM_ERROR_INIT;
  crm_source source;
  crm__file file;
  FILE *out = fopen(path, "wb");
  (void)state;
  assert_non_null(out);
  assert_true(fputs("a,b\r\n1,2\r\n", out) >= 0);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(crm__file_open(&file, path, &source, &error), CRM_OK);
  dump is = read_all(&memory, NULL, &source, &error);
  assert_string_equal(is.text, "[a|b](1|2)");
  free(is.text);
  crm__file_close(&file);
  crm__file_close(&file);

  out = fopen(path, "wb");
  assert_non_null(out);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(crm__file_open(&file, path, &source, &error), CRM_OK);
  is = read_all(&memory, NULL, &source, &error);
  assert_string_equal(is.text, "=schema");
  free(is.text);
  crm__file_close(&file);
  assert_int_equal(remove(path), 0);

  assert_int_equal(crm__file_open(&file, path, &source, &error), CRM_ERROR_IO);
  crm__file_close(&file);
  assert_int_equal(crm__file_open(&file, ".", &source, &error), CRM_ERROR_IO);
  crm__file_close(&file);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_plain),
    cmocka_unit_test(test_line_ends),
    cmocka_unit_test(test_quotes),
    cmocka_unit_test(test_ragged),
    cmocka_unit_test(test_delimiters),
    cmocka_unit_test(test_blank_delimiter),
    cmocka_unit_test(test_header),
    cmocka_unit_test(test_no_header),
    cmocka_unit_test(test_many_columns),
    cmocka_unit_test(test_arguments),
    cmocka_unit_test(test_bytes),
    cmocka_unit_test(test_select),
    cmocka_unit_test(test_select_none),
    cmocka_unit_test(test_limit),
    cmocka_unit_test(test_against_model),
    cmocka_unit_test(test_long_against_model),
    cmocka_unit_test(test_buffer_end),
    cmocka_unit_test(test_hostile_against_model),
    cmocka_unit_test(test_million_open_quotes),
    cmocka_unit_test(test_open_quote_before_good_lines),
    cmocka_unit_test(test_endless_line),
    cmocka_unit_test(test_blocks),
    cmocka_unit_test(test_values_at_once),
    cmocka_unit_test(test_source_fails),
    cmocka_unit_test(test_source_fails_later),
    cmocka_unit_test(test_bad_sources),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
