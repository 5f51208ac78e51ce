/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/build.h"
#include "table/cell.h"
#include "table/output.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* Blanks between columns. */
#define GAP 2

#define REPLACEMENT "\xEF\xBF\xBD"

typedef struct drawing {
  const crm_table *table;
  crm_text_options options;
  crm__output output;
  int64_t *widths;    /* of the columns, in terminal cells */
  int64_t rows;       /* to show */
  int64_t pending;    /* blanks not written yet, so that no line ends in one */
} drawing;

/* Control characters are shown as a blank: they would break lines or command the terminal. */
static int is_control(uint32_t code)
{
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* Printable ASCII characters from the start. */
static size_t ascii_run(const char *text, size_t length)
{
  size_t i = 0;
  while (i < length && (unsigned char)text[i] >= 0x20 && (unsigned char)text[i] < 0x7F) {
    i++;
  }
  return i;
}

/* The display width, a control character taking as many cells as said. */
static int64_t text_width(const char *text, size_t length, int control)
{
  int64_t width = 0;
  size_t i = 0;
  while (i < length) {
    size_t run = ascii_run(text + i, length - i);
    width += (int64_t)run;
    i += run;
    if (i < length) {
      uint32_t code;
      i += crm__utf8_decode(text + i, length - i, &code);
      width += is_control(code) ? control : crm__character_width(code);
    }
  }
  return width;
}

int64_t crm_text_width(const char *text, size_t length)
{
  return text == NULL ? 0 : text_width(text, length, 0);
}

static void draw_blanks(drawing *d)
{
  static const char blanks[] = "                                                                ";
  while (d->pending > 0) {
    size_t count = d->pending < (int64_t)sizeof blanks - 1 ? (size_t)d->pending : sizeof blanks - 1;
    crm__output_write(&d->output, blanks, count);
    d->pending -= (int64_t)count;
  }
}

/* Writes text with its control characters as blanks and ill-formed bytes replaced. */
static void draw_text(drawing *d, const char *text, size_t length)
{
  size_t i = 0;
  while (i < length) {
    size_t run = ascii_run(text + i, length - i);
    uint32_t code;
    size_t bytes;
    crm__output_write(&d->output, text + i, run);
    i += run;
    if (i == length) {
      break;
    }
    bytes = crm__utf8_decode(text + i, length - i, &code);
    if (is_control(code)) {
      crm__output_byte(&d->output, ' ');
    } else if (bytes == 1) {
      crm__output_text(&d->output, REPLACEMENT);
    } else {
      crm__output_write(&d->output, text + i, bytes);
    }
    i += bytes;
  }
}

static void draw_cell(drawing *d, int32_t column, const char *text, size_t length)
{
  int64_t padding = d->widths[column] - text_width(text, length, 1);
  int right = crm__type_is_number(crm__table_view(d->table, column)->type);
  if (length == 0) {
    d->pending += padding;
    return;
  }
  d->pending += right ? padding : 0;
  draw_blanks(d);
  draw_text(d, text, length);
  d->pending += right ? 0 : padding;
}

/* The text of a cell, in scratch where it is not kept as text; nothing for a null. */
static const char *cell_text(const crm_column *column, int64_t row, char *scratch, size_t *length)
{
  *length = 0;
  if (crm__cell_is_null(column, row)) {
    return scratch;
  }
  if (column->type == CRM_TYPE_TEXT) {
    return crm__column_text(column, row, length);
  }
  *length = crm__cell_write(column, row, scratch);
  return scratch;
}

static const char *heading(const drawing *d, int32_t column)
{
  const char *label = d->options.labels == NULL ? NULL : d->options.labels[column];
  return label == NULL ? crm__table_view(d->table, column)->name : label;
}

static void measure(drawing *d)
{
  char scratch[CRM__CELL_SIZE];
  int32_t columns = crm_table_columns(d->table);
  int32_t i;
  for (i = 0; i < columns; i++) {
    const crm_column *column = crm__table_view(d->table, i);
    const char *label = heading(d, i);
    int64_t widest = text_width(label, strlen(label), 1);
    int64_t row;
    for (row = 0; row < d->rows; row++) {
      size_t length;
      const char *text = cell_text(column, row, scratch, &length);
      int64_t width = column->type == CRM_TYPE_TEXT ? text_width(text, length, 1) : (int64_t)length;
      widest = width > widest ? width : widest;
    }
    d->widths[i] = widest;
  }
}

static void draw_head(drawing *d)
{
  int32_t columns = crm_table_columns(d->table);
  int32_t i;
  crm__output_text(&d->output, d->options.color != 0 ? "\x1b[1m" : "");
  for (i = 0; i < columns; i++) {
    const char *label = heading(d, i);
    d->pending += i > 0 ? GAP : 0;
    draw_cell(d, i, label, strlen(label));
  }
  d->pending = 0;
  crm__output_text(&d->output, d->options.color != 0 ? "\x1b[0m\n" : "\n");
}

static void draw_row(drawing *d, int64_t row)
{
  char scratch[CRM__CELL_SIZE];
  int32_t columns = crm_table_columns(d->table);
  int32_t i;
  for (i = 0; i < columns; i++) {
    size_t length;
    const char *text = cell_text(crm__table_view(d->table, i), row, scratch, &length);
    d->pending += i > 0 ? GAP : 0;
    draw_cell(d, i, text, length);
  }
  d->pending = 0;
  crm__output_byte(&d->output, '\n');
}

static void draw_more(drawing *d, int64_t count)
{
  const char *more = d->options.more == NULL ? "... % more rows" : d->options.more;
  char digits[24];
  size_t length = crm__integer_write(count, digits);
  for (; *more != '\0'; more++) {
    if (*more == '%') {
      crm__output_write(&d->output, digits, length);
    } else {
      crm__output_byte(&d->output, *more);
    }
  }
  crm__output_byte(&d->output, '\n');
}

static crm_status read_options(crm_text_options *into, const crm_text_options *options, crm_error *error)
{
  static const crm_text_options standard = CRM_TEXT_OPTIONS_INIT;
  crm_status status;
  if (options == NULL) {
    *into = standard;
    return CRM_OK;
  }
  status = crm__struct_read(into, sizeof *into, options, "crm_text_options", error);
  if (status == CRM_OK && (into->color < 0 || into->color > 1)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "color is 0 or 1");
  }
  if (status == CRM_OK && into->rows < 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "rows must not be negative");
  }
  return status;
}

crm_status crm_table_write_text(const crm_table *table, const crm_text_options *options, const crm_sink *sink,
                                crm_error *error)
{
  drawing d;
  crm_status status;
  uint64_t columns = (uint64_t)crm_table_columns(table);
  int64_t row;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table must not be NULL");
  }
  status = read_options(&d.options, options, error);
  if (status == CRM_OK) {
    status = crm__output_open(&d.output, crm__table_memory(table), sink, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  d.table = table;
  d.pending = 0;
  d.rows = crm_table_rows(table);
  d.rows = d.options.rows > 0 && d.options.rows < d.rows ? d.options.rows : d.rows;
  d.widths = crm__alloc_array(&d.output.memory, columns, sizeof *d.widths);
  if (d.widths == NULL) {
    (void)crm__output_close(&d.output, NULL);
    return crm__fail_memory(error);
  }
  measure(&d);
  draw_head(&d);
  for (row = 0; row < d.rows && d.output.status == CRM_OK; row++) {
    draw_row(&d, row);
  }
  if (d.rows < crm_table_rows(table)) {
    draw_more(&d, crm_table_rows(table) - d.rows);
  }
  crm__free_array(&d.output.memory, d.widths, columns, sizeof *d.widths);
  return crm__output_close(&d.output, error);
}
