/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_KEY_LENGTH 13

static const struct {
  const char *file;
  size_t size;
  int32_t type;
  int32_t scale;
} kinds[] = {
  {"document.i64", 8, CRM_TYPE_INTEGER, 0}, {"line.i32", 4, CRM_TYPE_INTEGER, 0},
  {"customer.i32", 4, CRM_TYPE_INTEGER, 0}, {"time.i64", 8, CRM_TYPE_TIME, 0},
  {"product.i32", 4, CRM_TYPE_INTEGER, 0},  {"branch.i32", 4, CRM_TYPE_INTEGER, 0},
  {"quantity.i32", 4, CRM_TYPE_INTEGER, 0}, {"amount.i64", 8, CRM_TYPE_MONEY, 2},
  {"cost.i64", 8, CRM_TYPE_MONEY, 2},       {"key.i64", 8, CRM_TYPE_INTEGER, 0},
  {"key.text13", TEXT_KEY_LENGTH, CRM_TYPE_TEXT, 0},
};

/* A whole file; NULL where it cannot be read. */
static unsigned char *read_file(const bench_columns *columns, const char *name, size_t *size)
{
  char path[4096];
  unsigned char *bytes = NULL;
  FILE *file = NULL;
  long end;
  if (snprintf(path, sizeof path, "%s/%s", columns->directory, name) < (int)sizeof path) {
    file = fopen(path, "rb");
  }
  if (file == NULL) {
    return NULL;
  }
  if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0) {
    *size = (size_t)end;
    bytes = malloc(*size);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
      free(bytes);
      bytes = NULL;
    }
  }
  (void)fclose(file);
  return bytes;
}

/* Little-endian bytes of 4 or 8 as numbers of 8, from the end, so that it can be done in place. */
static void widen(int64_t *numbers, const unsigned char *bytes, size_t size, int64_t rows)
{
  int64_t i;
  for (i = rows - 1; i >= 0; i--) {
    const unsigned char *at = bytes + (size_t)i * size;
    uint64_t value = 0;
    size_t b;
    for (b = 0; b < size; b++) {
      value |= (uint64_t)at[b] << (8 * b);
    }
    numbers[i] = size == 4 ? (int32_t)(uint32_t)value : (int64_t)value;
  }
}

static int read_numbers(bench_columns *columns, int which)
{
  size_t bytes = 0;
  unsigned char *raw = read_file(columns, kinds[which].file, &bytes);
  int64_t *numbers;
  if (raw == NULL) {
    return 0;
  }
  columns->rows = (int64_t)(bytes / kinds[which].size);
  numbers = realloc(raw, (size_t)columns->rows * sizeof *numbers);
  if (numbers == NULL) {
    free(raw);
    return 0;
  }
  widen(numbers, (const unsigned char *)numbers, kinds[which].size, columns->rows);
  columns->numbers[which] = numbers;
  return 1;
}

static int read_texts(bench_columns *columns)
{
  size_t bytes = 0;
  int64_t i;
  columns->texts = (char *)read_file(columns, kinds[BENCH_TEXT_KEY].file, &bytes);
  if (columns->texts == NULL) {
    return 0;
  }
  columns->rows = (int64_t)(bytes / TEXT_KEY_LENGTH);
  columns->offsets = malloc(((size_t)columns->rows + 1) * sizeof *columns->offsets);
  if (columns->offsets == NULL) {
    free(columns->texts);
    columns->texts = NULL;
    return 0;
  }
  for (i = 0; i <= columns->rows; i++) {
    columns->offsets[i] = i * TEXT_KEY_LENGTH;
  }
  return 1;
}

int bench_column(bench_columns *columns, int which, const char *name, crm_column *column)
{
  static const crm_column none = CRM_COLUMN_INIT;
  int text = which == BENCH_TEXT_KEY;
  int there = text ? columns->texts != NULL : columns->numbers[which] != NULL;
  if (!there && !(text ? read_texts(columns) : read_numbers(columns, which))) {
    return 0;
  }
  *column = none;
  column->name = name;
  column->type = kinds[which].type;
  column->scale = kinds[which].scale;
  column->rows = columns->rows;
  column->values = text ? NULL : columns->numbers[which];
  column->offsets = text ? columns->offsets : NULL;
  column->bytes = text ? columns->texts : NULL;
  return 1;
}

void bench_columns_drop(bench_columns *columns)
{
  const char *directory = columns->directory;
  size_t i;
  for (i = 0; i < sizeof columns->numbers / sizeof columns->numbers[0]; i++) {
    free(columns->numbers[i]);
  }
  free(columns->texts);
  free(columns->offsets);
  memset(columns, 0, sizeof *columns);
  columns->directory = directory;
}
