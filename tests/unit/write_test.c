/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/sizes.h"
#include "support/sizes.h"
#include "table/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIP "\xE8\xB4\xB5\xE5\xAE\xBE"            /* two Chinese characters, four cells */
#define TIER "\xE5\xAE\xA2\xE6\x88\xB7\xE7\xBA\xA7\xE5\x88\xAB"   /* four of them */

/* A sink that keeps everything, or answers `status` at call number `refuse` (from 1). */
typedef struct kept {
  char *bytes;
  size_t length;
  int64_t calls;
  int64_t refuse;
  crm_status status;
} kept;

static crm_status keep(void *context, const void *bytes, size_t size)
{
  kept *k = context;
  assert_true(size > 0);
  if (++k->calls == k->refuse) {
    return k->status;
  }
  k->bytes = realloc(k->bytes, k->length + size + 1);
  assert_non_null(k->bytes);
  memcpy(k->bytes + k->length, bytes, size);
  k->length += size;
  k->bytes[k->length] = '\0';
  return CRM_OK;
}

static crm_sink sink_of(kept *k)
{
  crm_sink sink = {(uint32_t)sizeof(crm_sink), 0, NULL, keep};
  sink.context = k;
  return sink;
}

typedef crm_status (*writer)(const crm_table *table, const crm_sink *sink, crm_error *error);

static crm_status write_plain_text(const crm_table *table, const crm_sink *sink, crm_error *error)
{
  return crm_table_write_text(table, NULL, sink, error);
}

static const writer writers[] = {crm_table_write_csv, crm_table_write_json, write_plain_text};
#define WRITERS 3

static void assert_writes(writer write, const crm_table *table, const char *expected)
{
  kept k = {NULL, 0, 0, 0, 0};
  crm_sink sink = sink_of(&k);
  assert_int_equal(write(table, &sink, NULL), CRM_OK);
  assert_string_equal(k.bytes == NULL ? "" : k.bytes, expected);
  assert_int_equal(k.length, strlen(expected));
  free(k.bytes);
}

static void assert_draws(const crm_table *table, const crm_text_options *options, const char *expected)
{
  kept k = {NULL, 0, 0, 0, 0};
  crm_sink sink = sink_of(&k);
  assert_int_equal(crm_table_write_text(table, options, &sink, NULL), CRM_OK);
  assert_string_equal(k.bytes == NULL ? "" : k.bytes, expected);
  free(k.bytes);
}

/* Counts blocks; refuses the allocation numbered `refuse`. */
typedef struct account {
  int64_t calls;
  int64_t refuse;
  int64_t blocks;
} account;

static void *counting(void *context, void *memory, size_t old_size, size_t new_size)
{
  account *a = context;
  (void)old_size;
  if (new_size == 0) {
    a->blocks--;
    free(memory);
    return NULL;
  }
  if (++a->calls == a->refuse) {
    return NULL;
  }
  a->blocks += memory == NULL;
  return realloc(memory, new_size);
}

static crm_table *begin(account *a, const char *name, const crm__table_column *columns, int32_t count, int64_t rows)
{
  crm_config config = CRM_CONFIG_INIT;
  crm__memory memory;
  crm_table *table = NULL;
  if (a != NULL) {
    config.allocate = counting;
    config.allocate_context = a;
  }
  assert_int_equal(crm__memory_open(&memory, &config, NULL), CRM_OK);
  assert_int_equal(crm__table_begin(&memory, name, columns, count, rows, &table, NULL), CRM_OK);
  return table;
}

static void finish(crm_table **table)
{
  assert_int_equal(crm__table_finish(table, NULL), CRM_OK);
}

static const crm__table_column every_type[] = {
  {"n", CRM_TYPE_INTEGER, 0}, {"rate", CRM_TYPE_DECIMAL, 6}, {"spend", CRM_TYPE_MONEY, 2}, {"at", CRM_TYPE_TIME, 0},
  {"day", CRM_TYPE_DATE, 0},  {"who", CRM_TYPE_TEXT, 0},     {"ok", CRM_TYPE_BOOLEAN, 0},
};

/* 2024-01-31 is day 19753. */
static crm_table *every_type_table(account *a)
{
  static const int64_t values[][7] = {
    {-7, 1000000, -5, INT64_C(19753) * 86400000000 + INT64_C(32700000000), 19753, 0, 1},
    {INT64_MAX, 33333, 123456, INT64_C(19753) * 86400000000 + 500000, 0, 0, 0},
  };
  crm_table *table = begin(a, "every", every_type, 7, 3);
  int32_t row;
  int32_t i;
  for (row = 0; row < 2; row++) {
    for (i = 0; i < 7; i++) {
      if (i == 5) {
        crm__table_put_name(table, i, row == 0 ? "vip" : VIP);
      } else {
        crm__table_put(table, i, values[row][i]);
      }
    }
  }
  for (i = 0; i < 7; i++) {
    crm__table_put_null(table, i);
  }
  crm__table_meta(table, "definition", "%s", "every");
  crm__table_meta(table, "data_version", "%d", 3);
  finish(&table);
  return table;
}

static void test_every_type(void **state)
{
  crm_table *table = every_type_table(NULL);
  (void)state;
  assert_writes(crm_table_write_csv, table,
                "n,rate,spend,at,day,who,ok\n"
                "-7,1.000000,-0.05,2024-01-31T09:05:00,2024-01-31,vip,true\n"
                "9223372036854775807,0.033333,1234.56,2024-01-31T00:00:00.500000,1970-01-01," VIP ",false\n"
                ",,,,,,\n");
  assert_writes(crm_table_write_json, table,
                "{\"table\":\"every\",\"meta\":{\"definition\":\"every\",\"data_version\":\"3\"},\"columns\":["
                "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"rate\",\"type\":\"decimal\",\"scale\":6},"
                "{\"name\":\"spend\",\"type\":\"money\",\"scale\":2},{\"name\":\"at\",\"type\":\"time\"},"
                "{\"name\":\"day\",\"type\":\"date\"},{\"name\":\"who\",\"type\":\"text\"},"
                "{\"name\":\"ok\",\"type\":\"boolean\"}],\"rows\":[\n"
                "[-7,\"1.000000\",\"-0.05\",\"2024-01-31T09:05:00\",\"2024-01-31\",\"vip\",true],\n"
                "[9223372036854775807,\"0.033333\",\"1234.56\",\"2024-01-31T00:00:00.500000\",\"1970-01-01\",\"" VIP
                "\",false],\n"
                "[null,null,null,null,null,null,null]]}\n");
  assert_writes(write_plain_text, table,
                "                  n      rate    spend  at                          day         who   ok\n"
                "                 -7  1.000000    -0.05  2024-01-31T09:05:00         2024-01-31  vip   true\n"
                "9223372036854775807  0.033333  1234.56  2024-01-31T00:00:00.500000  1970-01-01  " VIP "  false\n"
                "\n");
  crm_table_free(table);
}

static crm_table *text_table(const char *first, const char *second)
{
  static const crm__table_column columns[] = {{"a", CRM_TYPE_TEXT, 0}, {"b,c", CRM_TYPE_TEXT, 0}};
  crm_table *table = begin(NULL, "texts", columns, 2, 1);
  crm__table_put_name(table, 0, first);
  crm__table_put_name(table, 1, second);
  finish(&table);
  return table;
}

static void test_csv_quotes_where_needed(void **state)
{
  static const char *const cases[][3] = {
    {"plain", " blanks at the ends ", "plain, blanks at the ends "},
    {"a,b", "say \"hi\"", "\"a,b\",\"say \"\"hi\"\"\""},
    {"two\nlines", "two\r\nlines", "\"two\nlines\",\"two\r\nlines\""},
    {"\"", "\"\"", "\"\"\"\",\"\"\"\"\"\""},
    {"", NULL, ","},
    {"=1+1", "tab\there'", "=1+1,tab\there'"},
    {"\r", VIP ",", "\"\r\",\"" VIP ",\""},
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_table *table = text_table(cases[i][0], cases[i][1]);
    char expected[100];
    (void)snprintf(expected, sizeof expected, "a,\"b,c\"\n%s\n", cases[i][2]);
    assert_writes(crm_table_write_csv, table, expected);
    crm_table_free(table);
  }
}

/* A blank line would be no row to a reader. */
static void test_csv_of_one_column_has_no_blank_lines(void **state)
{
  static const crm__table_column text[] = {{"key", CRM_TYPE_TEXT, 0}};
  static const crm__table_column number[] = {{"n", CRM_TYPE_INTEGER, 0}};
  crm_table *table = begin(NULL, "one", text, 1, 3);
  (void)state;
  crm__table_put_name(table, 0, "a");
  crm__table_put_name(table, 0, "");
  crm__table_put_null(table, 0);
  finish(&table);
  assert_writes(crm_table_write_csv, table, "key\na\n\"\"\n\"\"\n");
  crm_table_free(table);
  table = begin(NULL, "one", number, 1, 2);
  crm__table_put_null(table, 0);
  crm__table_put(table, 0, 0);
  finish(&table);
  assert_writes(crm_table_write_csv, table, "n\n\"\"\n0\n");
  crm_table_free(table);
}

static void test_json_escapes(void **state)
{
  static const char *const cases[][2] = {
    {"say \"hi\" \\ /", "say \\\"hi\\\" \\\\ /"},
    {"\x01\x08\t\n\x0B\f\r\x1F", "\\u0001\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u001f"},
    {VIP "\xF0\x9F\x98\x80\x7F", VIP "\xF0\x9F\x98\x80\x7F"},
    {"a\xFF" "b", "a\xEF\xBF\xBD" "b"},
    {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"cut \xE8\xB4", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
    {"\xEF\xBF\xBD", "\xEF\xBF\xBD"},
  };
  static const char head[] = "{\"table\":\"texts\",\"meta\":{},\"columns\":[{\"name\":\"a\",\"type\":\"text\"},"
                             "{\"name\":\"b,c\",\"type\":\"text\"}],\"rows\":[\n";
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_table *table = text_table("", cases[i][0]);
    char expected[300];
    (void)snprintf(expected, sizeof expected, "%s[\"\",\"%s\"]]}\n", head, cases[i][1]);
    assert_writes(crm_table_write_json, table, expected);
    crm_table_free(table);
  }
}

static void test_json_escapes_zero_bytes_and_meta(void **state)
{
  static const crm__table_column text[] = {{"a\"", CRM_TYPE_TEXT, 0}};
  crm_table *table = begin(NULL, "one\n", text, 1, 1);
  (void)state;
  crm__table_put_text(table, 0, "x\0y", 3);
  crm__table_meta_text(table, "k\"", "v\\");
  finish(&table);
  assert_writes(crm_table_write_json, table,
                "{\"table\":\"one\\u000a\",\"meta\":{\"k\\\"\":\"v\\\\\"},\"columns\":["
                "{\"name\":\"a\\\"\",\"type\":\"text\"}],\"rows\":[\n[\"x\\u0000y\"]]}\n");
  crm_table_free(table);
}

static void test_empty_tables(void **state)
{
  crm_table *table = begin(NULL, "every", every_type + 1, 2, 0);
  crm_text_options options = CRM_TEXT_OPTIONS_INIT;
  (void)state;
  finish(&table);
  assert_writes(crm_table_write_csv, table, "rate,spend\n");
  assert_writes(crm_table_write_json, table,
                "{\"table\":\"every\",\"meta\":{},\"columns\":[{\"name\":\"rate\",\"type\":\"decimal\",\"scale\":6},"
                "{\"name\":\"spend\",\"type\":\"money\",\"scale\":2}],\"rows\":[]}\n");
  assert_writes(write_plain_text, table, "rate  spend\n");
  options.rows = 1;
  assert_draws(table, &options, "rate  spend\n");
  crm_table_free(table);
  table = begin(NULL, "nothing", every_type, 0, 0);
  finish(&table);
  assert_writes(crm_table_write_csv, table, "");
  assert_writes(crm_table_write_json, table, "{\"table\":\"nothing\",\"meta\":{},\"columns\":[],\"rows\":[]}\n");
  assert_writes(write_plain_text, table, "\n");
  crm_table_free(table);
}

static crm_table *tier_table(void)
{
  static const crm__table_column columns[] = {
    {"tier", CRM_TYPE_TEXT, 0}, {"customers", CRM_TYPE_INTEGER, 0}, {"note", CRM_TYPE_TEXT, 0}};
  static const char *const names[] = {VIP, "major", "cafe\xCC\x81", "a\tb\x1B[1m\xC2\x9B\xFF"};
  static const char *const notes[] = {NULL, "x", "", NULL};
  crm_table *table = begin(NULL, "tiers", columns, 3, 4);
  int i;
  for (i = 0; i < 4; i++) {
    crm__table_put_name(table, 0, names[i]);
    if (i == 1) {
      crm__table_put_null(table, 1);
    } else {
      crm__table_put(table, 1, i == 0 ? 43 : -100000);
    }
    crm__table_put_name(table, 2, notes[i]);
  }
  finish(&table);
  return table;
}

static void test_text_is_aligned_by_display_width(void **state)
{
  static const char *const labels[] = {TIER, "\xE5\xAE\xA2\xE6\x88\xB7\xE6\x95\xB0", NULL};
  crm_text_options options = CRM_TEXT_OPTIONS_INIT;
  crm_table *table = tier_table();
  (void)state;
  assert_draws(table, NULL,
               "tier       customers  note\n" VIP "              43\n"
               "major                 x\n"
               "cafe\xCC\x81         -100000\n"
               "a b [1m \xEF\xBF\xBD    -100000\n");
  options.color = 1;
  options.labels = labels;
  assert_draws(table, &options,
               "\x1b[1m" TIER "    \xE5\xAE\xA2\xE6\x88\xB7\xE6\x95\xB0  note\x1b[0m\n" VIP "            43\n"
               "major               x\n"
               "cafe\xCC\x81       -100000\n"
               "a b [1m \xEF\xBF\xBD  -100000\n");
  crm_table_free(table);
}

static void test_text_counts_hidden_rows(void **state)
{
  static const char *const labels[] = {"t", "c", "n"};
  crm_text_options options = CRM_TEXT_OPTIONS_INIT;
  crm_table *table = tier_table();
  (void)state;
  options.labels = labels;
  options.rows = 2;
  assert_draws(table, &options, "t       c  n\n" VIP "   43\nmajor      x\n... 2 more rows\n");
  options.rows = 1;
  options.more = "%/%: \xE8\xA1\x8C";
  assert_draws(table, &options, "t      c  n\n" VIP "  43\n3/3: \xE8\xA1\x8C\n");
  options.rows = 4;
  options.color = -1;
  {
    kept k = {NULL, 0, 0, 0, 0};
    crm_sink sink = sink_of(&k);
    assert_int_equal(crm_table_write_text(table, &options, &sink, NULL), CRM_ERROR_ARGUMENT);
    options.color = 0;
    options.rows = -1;
    assert_int_equal(crm_table_write_text(table, &options, &sink, NULL), CRM_ERROR_ARGUMENT);
    options.rows = 4;
    options.struct_size = 3;
    assert_int_equal(crm_table_write_text(table, &options, &sink, NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(k.calls, 0);
  }
  crm_table_free(table);
}

static void test_text_width(void **state)
{
  static const struct {
    const char *text;
    size_t length;
    int64_t width;
  } cases[] = {{"", 0, 0},
               {"plain", 5, 5},
               {VIP, 6, 4},
               {"a" VIP "b", 8, 6},
               {"cafe\xCC\x81", 6, 4},
               {"\xEF\xBD\xB1", 3, 1},         /* half-width katakana */
               {"\xEF\xBC\xA1", 3, 2},         /* full-width A */
               {"\xED\x95\x9C", 3, 2},         /* a Hangul syllable */
               {"\xF0\x9F\x98\x80", 4, 2},     /* an emoji */
               {"\xC3\xA9", 2, 1},
               {"a\nb", 3, 2},
               {"\xFF", 1, 1}};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(crm_text_width(cases[i].text, cases[i].length), cases[i].width);
  }
  assert_int_equal(crm_text_width(NULL, 0), 0);
}

static void test_null_arguments(void **state)
{
  crm_table *table = every_type_table(NULL);
  crm_sink none = {(uint32_t)sizeof(crm_sink), 0, NULL, NULL};
  kept k = {NULL, 0, 0, 0, 0};
  crm_sink sink = sink_of(&k);
  int i;
  (void)state;
  for (i = 0; i < WRITERS; i++) {
    crm_error error = CRM_ERROR_INIT;
    assert_int_equal(writers[i](NULL, &sink, &error), CRM_ERROR_ARGUMENT);
    assert_int_equal(error.status, CRM_ERROR_ARGUMENT);
    assert_int_equal(writers[i](table, NULL, NULL), CRM_ERROR_ARGUMENT);
    assert_int_equal(writers[i](table, &none, NULL), CRM_ERROR_ARGUMENT);
  }
  assert_int_equal(k.calls, 0);
  crm_table_free(table);
}

/* Rows of a table that fills many blocks of the writers. */
#define MANY 30000

static crm_table *big_table(account *a)
{
  static const crm__table_column columns[] = {
    {"key", CRM_TYPE_TEXT, 0}, {"n", CRM_TYPE_INTEGER, 0}, {"spend", CRM_TYPE_MONEY, 3}};
  crm_table *table = begin(a, "big", columns, 3, MANY);
  int64_t row;
  for (row = 0; row < MANY; row++) {
    char key[40];
    (void)snprintf(key, sizeof key, "%.*s,%d", (int)(row % 23), "abcdefghijklmnopqrstuvw", (int)row);
    crm__table_put_name(table, 0, key);
    crm__table_put(table, 1, row * 1000003);
    crm__table_put(table, 2, row * 999);
  }
  finish(&table);
  return table;
}

static void test_many_blocks(void **state)
{
  crm_table *table = big_table(NULL);
  char *csv = malloc((size_t)MANY * 80);
  char *at = csv;
  kept k = {NULL, 0, 0, 0, 0};
  crm_sink sink = sink_of(&k);
  int row;
  (void)state;
  assert_non_null(csv);
  at += sprintf(at, "key,n,spend\n");
  for (row = 0; row < MANY; row++) {
    at += sprintf(at, "\"%.*s,%d\",%lld,%lld.%03lld\n", row % 23, "abcdefghijklmnopqrstuvw", row,
                  (long long)row * 1000003, (long long)row * 999 / 1000, (long long)row * 999 % 1000);
  }
  assert_int_equal(crm_table_write_csv(table, &sink, NULL), CRM_OK);
  assert_int_equal(k.length, at - csv);
  assert_memory_equal(k.bytes, csv, k.length);
  assert_true(k.calls > 10 && k.calls < CRM__SIZE(100, (int64_t)k.length));
  free(k.bytes);
  free(csv);
  crm_table_free(table);
}

/* A text longer than a block, with quotes at every place that a block could end. */
static void test_a_long_text(void **state)
{
  static const crm__table_column columns[] = {{"a", CRM_TYPE_TEXT, 0}, {"b", CRM_TYPE_TEXT, 0}};
  size_t length = 300000;
  char *text = malloc(length);
  kept k = {NULL, 0, 0, 0, 0};
  crm_sink sink = sink_of(&k);
  crm_table *table;
  size_t i;
  (void)state;
  assert_non_null(text);
  memset(text, '"', length / 2);
  memset(text + length / 2, 'x', length - length / 2);
  table = begin(NULL, "long", columns, 2, 1);
  crm__table_put_text(table, 0, text, length);
  crm__table_put_text(table, 1, "end", 3);
  finish(&table);
  assert_int_equal(crm_table_write_csv(table, &sink, NULL), CRM_OK);
  assert_int_equal(k.length, 4 + 2 + length + length / 2 + 5);
  for (i = 0; i < length; i++) {
    assert_int_equal(k.bytes[5 + i], '"');
  }
  assert_memory_equal(k.bytes + 5 + length, text + length / 2, length - length / 2);
  assert_string_equal(k.bytes + k.length - 6, "\",end\n");
  free(k.bytes);
  free(text);
  crm_table_free(table);
}

static void test_a_sink_that_refuses(void **state)
{
  account a = {0, 0, 0};
  crm_table *table = big_table(&a);
  int64_t blocks = a.blocks;
  int i;
  (void)state;
  NEEDS_USUAL_SIZES();   /* so many writes are tried one by one */
  for (i = 0; i < WRITERS; i++) {
    kept all = {NULL, 0, 0, 0, 0};
    crm_sink sink = sink_of(&all);
    int64_t refuse;
    assert_int_equal(writers[i](table, &sink, NULL), CRM_OK);
    for (refuse = 1; refuse <= all.calls; refuse++) {
      kept k = {NULL, 0, 0, 0, 0};
      crm_error error = CRM_ERROR_INIT;
      sink = sink_of(&k);
      k.refuse = refuse;
      k.status = refuse % 2 == 0 ? CRM_ERROR_IO : 777;
      assert_int_equal(writers[i](table, &sink, &error), k.status);
      assert_int_equal(error.status, k.status);
      assert_int_equal(k.calls, refuse);
      assert_true(k.length < all.length);
      assert_memory_equal(k.bytes == NULL ? "" : k.bytes, all.bytes, k.length);
      assert_int_equal(a.blocks, blocks);
      free(k.bytes);
    }
    free(all.bytes);
  }
  crm_table_free(table);
  assert_int_equal(a.blocks, 0);
}

static void test_no_memory_for_writing(void **state)
{
  account a = {0, 0, 0};
  crm_table *table = every_type_table(&a);
  int64_t blocks = a.blocks;
  int i;
  (void)state;
  for (i = 0; i < WRITERS; i++) {
    crm_status status = CRM_ERROR_MEMORY;
    int64_t refuse;
    for (refuse = 1; status != CRM_OK; refuse++) {
      kept k = {NULL, 0, 0, 0, 0};
      crm_sink sink = sink_of(&k);
      crm_error error = CRM_ERROR_INIT;
      a.calls = 0;
      a.refuse = refuse;
      status = writers[i](table, &sink, &error);
      assert_int_equal(a.blocks, blocks);
      if (status != CRM_OK) {
        assert_int_equal(status, CRM_ERROR_MEMORY);
        assert_int_equal(error.status, CRM_ERROR_MEMORY);
        assert_int_equal(k.calls, 0);
      }
      free(k.bytes);
    }
    assert_true(refuse > 2);
  }
  a.refuse = 0;
  crm_table_free(table);
  assert_int_equal(a.blocks, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_every_type),
    cmocka_unit_test(test_csv_quotes_where_needed),
    cmocka_unit_test(test_csv_of_one_column_has_no_blank_lines),
    cmocka_unit_test(test_json_escapes),
    cmocka_unit_test(test_json_escapes_zero_bytes_and_meta),
    cmocka_unit_test(test_empty_tables),
    cmocka_unit_test(test_text_is_aligned_by_display_width),
    cmocka_unit_test(test_text_counts_hidden_rows),
    cmocka_unit_test(test_text_width),
    cmocka_unit_test(test_null_arguments),
    cmocka_unit_test(test_many_blocks),
    cmocka_unit_test(test_a_long_text),
    cmocka_unit_test(test_a_sink_that_refuses),
    cmocka_unit_test(test_no_memory_for_writing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
