/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "reading.h"

#include "values.h"

#include <stdio.h>
#include <string.h>

static reading *add(arguments *args, int32_t kind)
{
  reading *items = pool_more(&args->memory, args->readings, args->reading_count, sizeof *items);
  reading *item;
  if (items == NULL) {
    (void)report_memory();
    return NULL;
  }
  args->readings = items;
  item = &items[args->reading_count++];
  memset(item, 0, sizeof *item);
  item->kind = kind;
  item->files = args->file_count;
  return item;
}

static int add_number(arguments *args, int32_t kind, int32_t number)
{
  reading *item = add(args, kind);
  if (item == NULL) {
    return EXIT_UNUSABLE;
  }
  item->number = number;
  return EXIT_GOOD;
}

static int refuse_table(const arguments *args, const char *flag, const char *table)
{
  char names[256] = "";
  size_t length = 0;
  int64_t i;
  for (i = 0; i < args->tables.count && length + strlen(args->tables.items[i]) + 3 < sizeof names; i++) {
    (void)snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "", args->tables.items[i]);
    length += strlen(names + length);
  }
  return report("--%s: no table '%s' (there are %s)", flag, table, names);
}

/* TABLE.COLUMN at the start of a value; *rest is what follows the column, which ends at one of `ends`. */
static int split(arguments *args, const char *flag, const char *value, const char *ends, const char **table,
                 const char **column, const char **rest)
{
  size_t dot = strcspn(value, ".");
  size_t length = value[dot] == '.' ? strcspn(value + dot + 1, ends) : 0;
  char *first = pool_copy(&args->memory, value, dot);
  char *second = length > 0 ? pool_copy(&args->memory, value + dot + 1, length) : NULL;
  if (length == 0) {
    return report("--%s needs TABLE.COLUMN%s, not '%s'", flag, flag[0] == 'a' ? "" : "=TEXT", value);
  }
  if (first == NULL || second == NULL) {
    return report_memory();
  }
  if (table_find(args, first, strlen(first)) == NULL) {
    return refuse_table(args, flag, first);
  }
  *table = first;
  *column = second;
  *rest = value + dot + 1 + length;
  return EXIT_GOOD;
}

static int pair(arguments *args, const char *flag, int32_t kind, const char *value)
{
  const char *table = NULL;
  const char *column = NULL;
  const char *rest = "";
  reading *item;
  if (split(args, flag, value, "=", &table, &column, &rest) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (*rest != '=' || (kind == READING_MAP && rest[1] == '\0')) {
    return report("--%s needs TABLE.COLUMN=%s, not '%s'", flag, kind == READING_MAP ? "HEADER" : "TEXT", value);
  }
  item = add(args, kind);
  if (item == NULL) {
    return EXIT_UNUSABLE;
  }
  item->table = table;
  item->column = column;
  item->text = rest + 1;
  return EXIT_GOOD;
}

int reading_map(arguments *args, const char *value)
{
  return pair(args, "map", READING_MAP, value);
}

int reading_set(arguments *args, const char *value)
{
  return pair(args, "set", READING_SET, value);
}

static int declare(arguments *args, const char *table, const char *name, int32_t type)
{
  attribute *items = pool_more(&args->memory, args->attributes, args->attribute_count, sizeof *items);
  if (items == NULL) {
    return report_memory();
  }
  args->attributes = items;
  items[args->attribute_count].table = table;
  items[args->attribute_count].name = name;
  items[args->attribute_count].type = type;
  args->attribute_count++;
  return EXIT_GOOD;
}

int reading_attribute(arguments *args, const char *value)
{
  static const int32_t types[] = {CRM_TYPE_TEXT, CRM_TYPE_DECIMAL, CRM_TYPE_MONEY, CRM_TYPE_TIME};
  const char *table = NULL;
  const char *name = NULL;
  const char *rest = "";
  int type = 0;
  if (split(args, "attribute", value, ":=", &table, &name, &rest) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (*rest == ':') {
    size_t length = strcspn(rest + 1, "=");
    char *word = pool_copy(&args->memory, rest + 1, length);
    if (word == NULL) {
      return report_memory();
    }
    type = value_word(word, "text|number|money|time");
    if (type < 0) {
      return report("--attribute: '%s' is no type (text, number, money or time)", word);
    }
    rest += 1 + length;
  }
  if (declare(args, table, name, types[type]) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (*rest == '=') {
    reading *item = rest[1] != '\0' ? add(args, READING_MAP) : NULL;
    if (item == NULL) {
      return rest[1] != '\0' ? EXIT_UNUSABLE : report("--attribute: no header after = in '%s'", value);
    }
    item->table = table;
    item->column = name;
    item->text = rest + 1;
  }
  return EXIT_GOOD;
}

int reading_delimiter(arguments *args, const char *value)
{
  if (strcmp(value, "tab") == 0) {
    return add_number(args, READING_DELIMITER, '\t');
  }
  if (strcmp(value, "blank") == 0) {
    return add_number(args, READING_DELIMITER, CRM_DELIMITER_BLANK);
  }
  if (value[0] == '\0' || value[1] != '\0' || value[0] == '"' || (value[0] != '\t' && value[0] < ' ') ||
      (unsigned char)value[0] > 126) {
    return report("--delimiter must be one ASCII character, tab or blank, not '%s'", value);
  }
  return add_number(args, READING_DELIMITER, value[0]);
}

int reading_decimal(arguments *args, const char *value)
{
  if (strcmp(value, ".") != 0 && strcmp(value, ",") != 0) {
    return report("--decimal must be . or , not '%s'", value);
  }
  return add_number(args, READING_DECIMAL, value[0]);
}

int reading_header(arguments *args, const char *value)
{
  reading *item = add(args, READING_HEADER);
  if (item == NULL) {
    return EXIT_UNUSABLE;
  }
  while (*value != '\0') {
    size_t length = strcspn(value, ",");
    char *name = pool_copy(&args->memory, value, length);
    if (name == NULL) {
      return report_memory();
    }
    if (list_add(args, &item->names, name) != EXIT_GOOD) {
      return EXIT_UNUSABLE;
    }
    value += length;
    if (*value == ',') {
      value++;
      if (*value == '\0' && list_add(args, &item->names, "") != EXIT_GOOD) {
        return EXIT_UNUSABLE;
      }
    }
  }
  if (item->names.count == 0) {
    return report("--header needs the names of the columns");
  }
  return EXIT_GOOD;
}

int reading_time_format(arguments *args, const char *value)
{
  reading *item;
  if (*value == '\0') {
    return report("--time-format needs a format");
  }
  item = add(args, READING_TIME_FORMAT);
  if (item == NULL) {
    return EXIT_UNUSABLE;
  }
  item->text = value;
  return EXIT_GOOD;
}

int reading_encoding(arguments *args, const char *value)
{
  int word = value_word(value, "utf-8|latin-1");
  if (word < 0) {
    return report("--encoding must be utf-8 or latin-1, not '%s'", value);
  }
  return add_number(args, READING_ENCODING, word == 0 ? CRM_ENCODING_UTF8 : CRM_ENCODING_LATIN1);
}

int reading_document(arguments *args, const char *value)
{
  static const int32_t modes[] = {CRM_DOCUMENT_COLUMN, CRM_DOCUMENT_ROW, CRM_DOCUMENT_CUSTOMER_TIME};
  int word = value_word(value, "column|row|customer-time");
  if (word < 0) {
    return report("--document must be row or customer-time, not '%s'", value);
  }
  return add_number(args, READING_DOCUMENT, modes[word]);
}

/* 1 where two readings are about the same thing. */
static int same(const reading *one, const reading *other)
{
  if (one->table != NULL && other->table != NULL) {
    return strcmp(one->table, other->table) == 0 && strcmp(one->column, other->column) == 0;
  }
  return one->kind == other->kind;
}

/* 1 where a reading can be about a file. */
static int concerns(const reading *item, const input_file *file)
{
  if (item->kind == READING_DOCUMENT) {
    return strcmp(file->table, "sales") == 0;
  }
  return item->table == NULL || strcmp(item->table, file->table) == 0;
}

/* 1 where no file stands behind a reading for which it could hold: then it is meant for those before it. */
static int is_last(const arguments *args, const reading *item)
{
  int64_t i;
  for (i = item->files; i < args->file_count; i++) {
    if (concerns(item, &args->files[i])) {
      return 0;
    }
  }
  return 1;
}

/* 1 where reading `index` is the one of its kind that holds for a file: the last one before it, or else the last one of
 * the line where it has no file behind it. */
static int holds(const arguments *args, int64_t index, int64_t file)
{
  const reading *item = &args->readings[index];
  int before = item->files <= file;
  int64_t i;
  if (!concerns(item, &args->files[file]) || (!before && !is_last(args, item))) {
    return 0;
  }
  for (i = 0; i < args->reading_count; i++) {
    const reading *other = &args->readings[i];
    if (i == index || !same(item, other)) {
      continue;
    }
    if (before ? i > index && other->files <= file : i > index || other->files <= file) {
      return 0;
    }
  }
  return 1;
}

static int add_pair(arguments *args, const crm_pair **pairs, int64_t *count, const reading *item)
{
  /* The array is the file's own; it is only const for the library. */
  crm_pair *items = pool_more(&args->memory, (void *)(uintptr_t)*pairs, *count, sizeof *items);
  if (items == NULL) {
    return report_memory();
  }
  items[*count].name = item->column;
  items[*count].text = item->text;
  *pairs = items;
  (*count)++;
  return EXIT_GOOD;
}

static int apply(arguments *args, crm_csv *csv, const reading *item)
{
  switch (item->kind) {
  case READING_TIME_FORMAT:
    csv->time_format = item->text;
    break;
  case READING_DELIMITER:
    csv->delimiter = item->number;
    break;
  case READING_DECIMAL:
    csv->decimal = item->number;
    break;
  case READING_ENCODING:
    csv->encoding = item->number;
    break;
  case READING_HEADER:
    csv->header = (const char *const *)item->names.items;
    csv->header_count = item->names.count;
    break;
  case READING_DOCUMENT:
    csv->document = item->number;
    break;
  case READING_MAP:
    return add_pair(args, &csv->map, &csv->map_count, item);
  default:
    return add_pair(args, &csv->set, &csv->set_count, item);
  }
  return EXIT_GOOD;
}

int reading_settle(arguments *args)
{
  int64_t file;
  int64_t i;
  for (file = 0; file < args->file_count; file++) {
    for (i = 0; i < args->reading_count; i++) {
      if (holds(args, i, file) && apply(args, &args->files[file].csv, &args->readings[i]) != EXIT_GOOD) {
        return EXIT_UNUSABLE;
      }
    }
  }
  return EXIT_GOOD;
}
