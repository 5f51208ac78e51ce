/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/build.h"

#include "base/error.h"
#include "base/sizes.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>

/* Arrow asks for buffers that begin at and are padded to multiples of this. */
#define ALIGNMENT 64U

/* Rows that a table without a hint has room for. */
#define FIRST_ROOM CRM__SIZE(8, 2)

/* One owned block with the aligned bytes inside it. */
typedef struct buffer {
  void *block;
  size_t block_size;
  unsigned char *data;
  uint64_t capacity;   /* from data on, a multiple of ALIGNMENT */
} buffer;

typedef struct stored_column {
  crm_column view;     /* rows and nulls count while building; pointers are set by finish */
  int64_t room;        /* rows that values and validity have room for */
  uint64_t used;       /* bytes of text */
  buffer values;       /* text: the offsets */
  buffer validity;     /* nothing until the first null */
  buffer bytes;        /* text only */
} stored_column;

typedef struct pair {
  char *key;           /* key and value, each with its end, in one block */
  char *value;
  size_t size;
} pair;

struct crm_table {
  crm__memory memory;
  const char *name;
  int64_t rows;
  int32_t column_count;
  crm_status failed;   /* the first trouble while building */
  char *names;         /* of the columns, one after the other */
  size_t names_size;
  stored_column *columns;
  pair *meta;
  uint64_t meta_count;
  uint64_t meta_capacity;
};

/* Makes room for needed bytes and keeps the first `used`. */
static int buffer_reserve(crm__memory *memory, buffer *into, uint64_t used, uint64_t needed)
{
  buffer fresh;
  uint64_t capacity;
  size_t skip;
  if (needed <= into->capacity && into->block != NULL) {
    return 1;
  }
  if (needed > SIZE_MAX - 2 * ALIGNMENT) {
    return 0;
  }
  capacity = needed == 0 ? ALIGNMENT : (needed + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  fresh.block_size = (size_t)capacity + ALIGNMENT - 1;
  fresh.block = crm__alloc(memory, fresh.block_size);
  if (fresh.block == NULL) {
    return 0;
  }
  skip = (ALIGNMENT - (size_t)((uintptr_t)fresh.block % ALIGNMENT)) % ALIGNMENT;
  fresh.data = (unsigned char *)fresh.block + skip;
  fresh.capacity = capacity;
  if (used > 0) {
    memcpy(fresh.data, into->data, (size_t)used);
  }
  if (into->block != NULL) {
    crm__free(memory, into->block, into->block_size);
  }
  *into = fresh;
  return 1;
}

static void buffer_free(crm__memory *memory, buffer *from)
{
  if (from->block != NULL) {
    crm__free(memory, from->block, from->block_size);
  }
}

/* Zeros what lies between the last used byte and the next multiple of ALIGNMENT. */
static void buffer_pad(buffer *into, uint64_t used)
{
  uint64_t end = (used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (end == 0) {
    end = ALIGNMENT;
  }
  memset(into->data + used, 0, (size_t)(end - used));
}

static uint64_t bitmap_bytes(int64_t rows)
{
  return ((uint64_t)rows + 7) / 8;
}

uint64_t crm__table_value_bytes(int32_t type, int64_t rows)
{
  switch (type) {
    case CRM_TYPE_BOOLEAN:
      return bitmap_bytes(rows);
    case CRM_TYPE_DATE:
      return (uint64_t)rows * 4;
    case CRM_TYPE_TEXT:
      return ((uint64_t)rows + 1) * 8;
    default:
      return (uint64_t)rows * 8;
  }
}

/* Bytes are begun whole at each eighth row, so that a bitmap need not be zeroed first. */
static void bit_append(unsigned char *bits, int64_t row, int set)
{
  unsigned char bit = (unsigned char)((set ? 1U : 0U) << (row & 7));
  if ((row & 7) == 0) {
    bits[row >> 3] = bit;
  } else {
    bits[row >> 3] = (unsigned char)(bits[row >> 3] | bit);
  }
}

static int bit_at(const uint8_t *bits, int64_t row)
{
  return (bits[row >> 3] >> (row & 7)) & 1;
}

/* Room for so many rows in what a column has one of per row. */
static int column_reserve(crm__memory *memory, stored_column *column, int64_t room)
{
  int32_t type = column->view.type;
  int64_t rows = column->view.rows;
  uint64_t used = column->room == 0 ? 0 : crm__table_value_bytes(type, rows);
  if (room > INT64_MAX / 16 || !buffer_reserve(memory, &column->values, used, crm__table_value_bytes(type, room))) {
    return 0;
  }
  if (column->validity.block != NULL
      && !buffer_reserve(memory, &column->validity, bitmap_bytes(rows), bitmap_bytes(room))) {
    return 0;
  }
  column->room = room;
  return 1;
}

/* Copies the columns' names, so that the table outlives whom they belong to. */
static int keep_names(crm_table *table, const crm__table_column *columns)
{
  size_t at = 0;
  int32_t i;
  for (i = 0; i < table->column_count; i++) {
    table->names_size += strlen(columns[i].name) + 1;
  }
  table->names = crm__alloc(&table->memory, table->names_size);
  for (i = 0; table->names != NULL && i < table->column_count; i++) {
    size_t length = strlen(columns[i].name) + 1;
    memcpy(table->names + at, columns[i].name, length);
    table->columns[i].view.name = table->names + at;
    at += length;
  }
  return table->names != NULL;
}

crm_status crm__table_begin(const crm__memory *memory, const char *name, const crm__table_column *columns,
                            int32_t column_count, int64_t rows, crm_table **table, crm_error *error)
{
  crm__memory account = crm__memory_fork(memory);
  crm_table *made = crm__alloc_zero(&account, sizeof *made);
  int32_t i;
  *table = NULL;
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = account;
  made->name = name;
  made->columns = crm__alloc_array_zero(&made->memory, (uint64_t)column_count, sizeof *made->columns);
  if (made->columns == NULL) {
    crm_table_free(made);
    return crm__fail_memory(error);
  }
  made->column_count = column_count;
  if (!keep_names(made, columns)) {
    crm_table_free(made);
    return crm__fail_memory(error);
  }
  for (i = 0; i < column_count; i++) {
    stored_column *column = &made->columns[i];
    column->view.struct_size = (uint32_t)sizeof column->view;
    column->view.type = columns[i].type;
    column->view.scale = columns[i].scale;
    if (!column_reserve(&made->memory, column, rows < FIRST_ROOM ? FIRST_ROOM : rows)) {
      crm_table_free(made);
      return crm__fail_memory(error);
    }
    if (column->view.type == CRM_TYPE_TEXT) {
      ((int64_t *)(void *)column->values.data)[0] = 0;
    }
  }
  *table = made;
  return CRM_OK;
}

/* The column with room for one more row, NULL where the table has failed or does so here.
 * text: 1 where the cell is one, 0 where it is a number, -1 where it is a null. */
static stored_column *cell_begin(crm_table *table, int32_t index, int text)
{
  stored_column *column;
  if (table->failed != CRM_OK) {
    return NULL;
  }
  if (index < 0 || index >= table->column_count
      || (text >= 0 && text != (table->columns[index].view.type == CRM_TYPE_TEXT))) {
    table->failed = CRM_ERROR_CORRUPT;
    return NULL;
  }
  column = &table->columns[index];
  if (column->view.rows == column->room
      && !column_reserve(&table->memory, column, column->room + column->room / 2)) {
    table->failed = CRM_ERROR_MEMORY;
    return NULL;
  }
  return column;
}

static void cell_end(stored_column *column, int valid)
{
  if (column->validity.block != NULL) {
    bit_append(column->validity.data, column->view.rows, valid);
  }
  column->view.nulls += !valid;
  column->view.rows++;
}

static void value_append(crm_table *table, stored_column *column, int64_t value)
{
  int64_t row = column->view.rows;
  switch (column->view.type) {
    case CRM_TYPE_BOOLEAN:
      bit_append(column->values.data, row, value != 0);
      break;
    case CRM_TYPE_DATE:
      if (value < INT32_MIN || value > INT32_MAX) {
        table->failed = CRM_ERROR_CORRUPT;
        return;
      }
      ((int32_t *)(void *)column->values.data)[row] = (int32_t)value;
      break;
    case CRM_TYPE_TEXT:
      ((int64_t *)(void *)column->values.data)[row + 1] = (int64_t)column->used;
      break;
    default:
      ((int64_t *)(void *)column->values.data)[row] = value;
      break;
  }
}

void crm__table_put(crm_table *table, int32_t column, int64_t value)
{
  stored_column *into = cell_begin(table, column, 0);
  if (into != NULL) {
    value_append(table, into, value);
    cell_end(into, 1);
  }
}

void crm__table_put_text(crm_table *table, int32_t column, const char *text, size_t length)
{
  stored_column *into = cell_begin(table, column, 1);
  uint64_t needed;
  if (into == NULL) {
    return;
  }
  if (length > INT64_MAX - into->used) {
    table->failed = CRM_ERROR_MEMORY;
    return;
  }
  needed = into->used + length;
  if (needed > into->bytes.capacity) {
    /* The first time, room for short keys in all rows; then half as much again. */
    uint64_t ample = into->used == 0 ? (uint64_t)into->room * 8 : into->used + into->used / 2;
    if (!buffer_reserve(&table->memory, &into->bytes, into->used, needed > ample ? needed : ample)) {
      table->failed = CRM_ERROR_MEMORY;
      return;
    }
  }
  if (length > 0) {
    memcpy(into->bytes.data + into->used, text, length);
  }
  into->used = needed;
  value_append(table, into, 0);
  cell_end(into, 1);
}

void crm__table_put_name(crm_table *table, int32_t column, const char *text)
{
  if (text == NULL) {
    crm__table_put_null(table, column);
  } else {
    crm__table_put_text(table, column, text, strlen(text));
  }
}

void crm__table_put_key(crm_table *table, int32_t column, crm__key key)
{
  char digits[24];
  if (key.text == NULL) {
    crm__table_put_text(table, column, digits, crm__integer_write(key.integer, digits));
  } else {
    crm__table_put_text(table, column, key.text, key.length);
  }
}

void crm__table_put_null(crm_table *table, int32_t column)
{
  stored_column *into = cell_begin(table, column, -1);
  if (into == NULL) {
    return;
  }
  if (into->validity.block == NULL) {
    int64_t rows = into->view.rows;
    if (!buffer_reserve(&table->memory, &into->validity, 0, bitmap_bytes(into->room))) {
      table->failed = CRM_ERROR_MEMORY;
      return;
    }
    memset(into->validity.data, 0xFF, (size_t)(rows / 8));
    into->validity.data[rows / 8] = (unsigned char)((1U << (rows % 8)) - 1);
  }
  value_append(table, into, 0);
  cell_end(into, 0);
}

/* Pads a full column and lets its view point to it. */
static void column_finish(stored_column *column)
{
  crm_column *view = &column->view;
  buffer_pad(&column->values, crm__table_value_bytes(view->type, view->rows));
  if (column->validity.block != NULL) {
    buffer_pad(&column->validity, bitmap_bytes(view->rows));
    view->validity = column->validity.data;
  }
  if (view->type == CRM_TYPE_TEXT) {
    view->offsets = (const int64_t *)(const void *)column->values.data;
    buffer_pad(&column->bytes, column->used);
    view->bytes = (const char *)column->bytes.data;
  } else {
    view->values = column->values.data;
  }
}

crm_status crm__table_finish(crm_table **table, crm_error *error)
{
  crm_table *made = *table;
  int32_t i;
  for (i = 0; i < made->column_count && made->failed == CRM_OK; i++) {
    stored_column *column = &made->columns[i];
    if (column->view.rows != made->columns[0].view.rows) {
      made->failed = CRM_ERROR_CORRUPT;
    } else if (column->view.type == CRM_TYPE_TEXT && !buffer_reserve(&made->memory, &column->bytes, column->used, 0)) {
      made->failed = CRM_ERROR_MEMORY;
    } else {
      column_finish(column);
    }
  }
  if (made->failed != CRM_OK) {
    crm_status status = made->failed;
    *table = NULL;
    crm_table_free(made);
    return status == CRM_ERROR_MEMORY ? crm__fail_memory(error)
                                      : crm__fail(error, status, "the columns of a result do not fit together");
  }
  made->rows = made->column_count > 0 ? made->columns[0].view.rows : 0;
  return CRM_OK;
}

void crm_table_free(crm_table *table)
{
  crm__memory memory;
  uint64_t m;
  int32_t i;
  if (table == NULL) {
    return;
  }
  memory = table->memory;
  for (i = 0; i < table->column_count; i++) {
    buffer_free(&memory, &table->columns[i].values);
    buffer_free(&memory, &table->columns[i].validity);
    buffer_free(&memory, &table->columns[i].bytes);
  }
  if (table->columns != NULL) {
    crm__free_array(&memory, table->columns, (uint64_t)table->column_count, sizeof *table->columns);
  }
  for (m = 0; m < table->meta_count; m++) {
    crm__free(&memory, table->meta[m].key, table->meta[m].size);
  }
  if (table->meta != NULL) {
    crm__free_array(&memory, table->meta, table->meta_capacity, sizeof *table->meta);
  }
  crm__free(&memory, table->names, table->names_size);
  crm__free(&memory, table, sizeof *table);
}

static const pair *meta_pair(const crm_table *table, const char *key)
{
  uint64_t i;
  for (i = 0; i < table->meta_count; i++) {
    if (strcmp(table->meta[i].key, key) == 0) {
      return &table->meta[i];
    }
  }
  return NULL;
}

/* The pair to fill: the one of this key, or a new one at the end. NULL where there is no memory. */
static pair *meta_place(crm_table *table, const char *key)
{
  const pair *old = meta_pair(table, key);
  if (old != NULL) {
    return &table->meta[old - table->meta];
  }
  if (!crm__grow(&table->memory, &table->meta, &table->meta_capacity, table->meta_count + 1, sizeof *table->meta)) {
    return NULL;
  }
  memset(&table->meta[table->meta_count], 0, sizeof *table->meta);
  return &table->meta[table->meta_count];
}

/* Makes a pair with room for a value of this length; answers where the value goes, ended already. */
static char *meta_make(crm_table *table, const char *key, size_t length)
{
  size_t key_size = strlen(key) + 1;
  pair made = {NULL, NULL, 0};
  pair *place;
  if (table->failed != CRM_OK) {
    return NULL;
  }
  if (length <= SIZE_MAX - key_size - 1) {
    made.size = key_size + length + 1;
    made.key = crm__alloc(&table->memory, made.size);
  }
  place = made.key == NULL ? NULL : meta_place(table, key);
  if (place == NULL) {
    table->failed = CRM_ERROR_MEMORY;
    if (made.key != NULL) {
      crm__free(&table->memory, made.key, made.size);
    }
    return NULL;
  }
  memcpy(made.key, key, key_size);
  made.value = made.key + key_size;
  made.value[length] = '\0';
  if (place->key != NULL) {
    crm__free(&table->memory, place->key, place->size);
  } else {
    table->meta_count++;
  }
  *place = made;
  return made.value;
}

static size_t append(char *into, size_t at, const char *text, size_t length)
{
  if (into != NULL) {
    memcpy(into + at, text, length);
  }
  return at + length;
}

/* Formats with %s %d %lld %%; into NULL only measures. Answers the length. */
static size_t format_text(char *into, const char *format, va_list arguments)
{
  char digits[24];
  size_t at = 0;
  while (*format != '\0') {
    if (strncmp(format, "%s", 2) == 0) {
      const char *text = va_arg(arguments, const char *);
      at = append(into, at, text, strlen(text));
      format += 2;
    } else if (strncmp(format, "%d", 2) == 0) {
      at = append(into, at, digits, crm__integer_write(va_arg(arguments, int), digits));
      format += 2;
    } else if (strncmp(format, "%lld", 4) == 0) {
      at = append(into, at, digits, crm__integer_write(va_arg(arguments, long long), digits));
      format += 4;
    } else {
      at = append(into, at, format, 1);
      format += strncmp(format, "%%", 2) == 0 ? 2 : 1;
    }
  }
  return at;
}

void crm__table_meta(crm_table *table, const char *key, const char *format, ...)
{
  va_list arguments;
  va_list again;
  char *value;
  va_start(arguments, format);
  va_copy(again, arguments);
  value = meta_make(table, key, format_text(NULL, format, arguments));
  if (value != NULL) {
    (void)format_text(value, format, again);
  }
  va_end(again);
  va_end(arguments);
}

void crm__table_meta_text(crm_table *table, const char *key, const char *value)
{
  size_t length = strlen(value);
  char *into = meta_make(table, key, length);
  if (into != NULL) {
    memcpy(into, value, length);
  }
}

const crm_column *crm__table_view(const crm_table *table, int32_t column)
{
  return &table->columns[column].view;
}

static void take_buffer(buffer *from, void **block, size_t *size)
{
  *block = from->block;
  *size = from->block_size;
  from->block = NULL;
}

void crm__table_take(crm_table *table, int32_t column, crm__table_blocks *taken)
{
  stored_column *from = &table->columns[column];
  take_buffer(&from->values, &taken->blocks[0], &taken->sizes[0]);
  take_buffer(&from->validity, &taken->blocks[1], &taken->sizes[1]);
  take_buffer(&from->bytes, &taken->blocks[2], &taken->sizes[2]);
}

crm__memory crm__table_memory(const crm_table *table)
{
  return crm__memory_fork(&table->memory);
}

const char *crm_table_name(const crm_table *table)
{
  return table == NULL ? "" : table->name;
}

int64_t crm_table_rows(const crm_table *table)
{
  return table == NULL ? 0 : table->rows;
}

int32_t crm_table_columns(const crm_table *table)
{
  return table == NULL ? 0 : table->column_count;
}

crm_status crm_table_column(const crm_table *table, int32_t index, crm_column *column, crm_error *error)
{
  if (table == NULL || column == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table and column must not be NULL");
  }
  if (index < 0 || index >= table->column_count) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "column %d of a table of %d columns", index, table->column_count);
  }
  return crm__struct_write(column, &table->columns[index].view, sizeof *column, "crm_column", error);
}

int32_t crm_table_find(const crm_table *table, const char *name)
{
  int32_t i;
  if (table == NULL || name == NULL) {
    return -1;
  }
  for (i = 0; i < table->column_count; i++) {
    if (strcmp(table->columns[i].view.name, name) == 0) {
      return i;
    }
  }
  return -1;
}

/* The column where the cell is inside the table and has a value, else NULL. */
static const crm_column *cell_column(const crm_table *table, int32_t column, int64_t row)
{
  const crm_column *view;
  if (table == NULL || column < 0 || column >= table->column_count || row < 0 || row >= table->rows) {
    return NULL;
  }
  view = &table->columns[column].view;
  return view->validity != NULL && !bit_at(view->validity, row) ? NULL : view;
}

int32_t crm_table_is_null(const crm_table *table, int32_t column, int64_t row)
{
  return cell_column(table, column, row) == NULL;
}

int64_t crm_table_integer(const crm_table *table, int32_t column, int64_t row)
{
  const crm_column *view = cell_column(table, column, row);
  if (view == NULL || view->type == CRM_TYPE_TEXT) {
    return 0;
  }
  if (view->type == CRM_TYPE_BOOLEAN) {
    return bit_at((const uint8_t *)view->values, row);
  }
  return view->type == CRM_TYPE_DATE ? ((const int32_t *)view->values)[row] : ((const int64_t *)view->values)[row];
}

const char *crm_table_text(const crm_table *table, int32_t column, int64_t row, size_t *length)
{
  const crm_column *view = cell_column(table, column, row);
  const char *text = "";
  size_t size = 0;
  if (view != NULL && view->type == CRM_TYPE_TEXT) {
    text = view->bytes + view->offsets[row];
    size = (size_t)(view->offsets[row + 1] - view->offsets[row]);
  }
  if (length != NULL) {
    *length = size;
  }
  return text;
}

int32_t crm_table_meta_count(const crm_table *table)
{
  return table == NULL ? 0 : (int32_t)table->meta_count;
}

const char *crm_table_meta_key(const crm_table *table, int32_t index)
{
  return table == NULL || index < 0 || (uint64_t)index >= table->meta_count ? NULL : table->meta[index].key;
}

const char *crm_table_meta_value(const crm_table *table, int32_t index)
{
  return table == NULL || index < 0 || (uint64_t)index >= table->meta_count ? NULL : table->meta[index].value;
}

const char *crm_table_meta_find(const crm_table *table, const char *key)
{
  const pair *found = table == NULL || key == NULL ? NULL : meta_pair(table, key);
  return found == NULL ? NULL : found->value;
}
