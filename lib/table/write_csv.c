/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/build.h"
#include "table/cell.h"
#include "table/output.h"

#include "base/error.h"

#include <string.h>

/* Bytes for which a text is quoted (RFC 4180). */
static int is_special(char byte)
{
  return byte == ',' || byte == '"' || byte == '\r' || byte == '\n';
}

static int needs_quotes(const char *text, size_t length)
{
  size_t i;
  for (i = 0; i < length; i++) {
    if (is_special(text[i])) {
      return 1;
    }
  }
  return 0;
}

static void write_text(crm__output *output, const char *text, size_t length)
{
  if (!needs_quotes(text, length)) {
    crm__output_write(output, text, length);
    return;
  }
  crm__output_byte(output, '"');
  while (length > 0) {
    const char *quote = memchr(text, '"', length);
    size_t run = quote == NULL ? length : (size_t)(quote - text) + 1;
    crm__output_write(output, text, run);
    if (quote != NULL) {
      crm__output_byte(output, '"');
    }
    text += run;
    length -= run;
  }
  crm__output_byte(output, '"');
}

static void write_cell(crm__output *output, const crm_column *column, int64_t row)
{
  if (crm__cell_is_null(column, row)) {
    return;
  }
  if (column->type == CRM_TYPE_TEXT) {
    size_t length;
    const char *text = crm__column_text(column, row, &length);
    write_text(output, text, length);
  } else {
    output->used += crm__cell_write(column, row, crm__output_room(output, CRM__CELL_SIZE));
  }
}

/* A row of one empty cell would be a blank line, which readers take for no row at all. */
static int is_blank_line(const crm_column *column, int64_t row)
{
  return crm__cell_is_null(column, row)
      || (column->type == CRM_TYPE_TEXT && column->offsets[row] == column->offsets[row + 1]);
}

crm_status crm_table_write_csv(const crm_table *table, const crm_sink *sink, crm_error *error)
{
  crm__output output;
  crm_status status;
  int64_t rows = crm_table_rows(table);
  int32_t columns = crm_table_columns(table);
  int64_t row;
  int32_t i;
  if (table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "table must not be NULL");
  }
  status = crm__output_open(&output, crm__table_memory(table), sink, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < columns; i++) {
    const char *name = crm__table_view(table, i)->name;
    write_text(&output, name, strlen(name));
    crm__output_byte(&output, i + 1 < columns ? ',' : '\n');
  }
  for (row = 0; row < rows && output.status == CRM_OK; row++) {
    if (columns == 1 && is_blank_line(crm__table_view(table, 0), row)) {
      crm__output_text(&output, "\"\"\n");
      continue;
    }
    for (i = 0; i < columns; i++) {
      write_cell(&output, crm__table_view(table, i), row);
      crm__output_byte(&output, i + 1 < columns ? ',' : '\n');
    }
  }
  return crm__output_close(&output, error);
}
