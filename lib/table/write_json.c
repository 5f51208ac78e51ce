/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/build.h"
#include "table/cell.h"
#include "table/output.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

static void write_escape(crm__output *output, unsigned char byte)
{
  static const char digits[] = "0123456789abcdef";
  char escape[6] = {'\\', 'u', '0', '0', '0', '0'};
  if (byte == '"' || byte == '\\') {
    escape[1] = (char)byte;
    crm__output_write(output, escape, 2);
    return;
  }
  escape[4] = digits[byte >> 4];
  escape[5] = digits[byte & 15];
  crm__output_write(output, escape, 6);
}

/* The bytes from the start that stand for themselves. */
static size_t plain_run(const char *text, size_t length)
{
  size_t i = 0;
  while (i < length) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x80) {
      if (byte < 0x20 || byte == '"' || byte == '\\') {
        break;
      }
      i++;
    } else {
      uint32_t code;
      size_t bytes = crm__utf8_decode(text + i, length - i, &code);
      if (bytes == 1) {
        break;   /* ill-formed */
      }
      i += bytes;
    }
  }
  return i;
}

static void write_string(crm__output *output, const char *text, size_t length)
{
  crm__output_byte(output, '"');
  while (length > 0) {
    size_t run = plain_run(text, length);
    crm__output_write(output, text, run);
    text += run;
    length -= run;
    if (length > 0) {
      if ((unsigned char)*text < 0x80) {
        write_escape(output, (unsigned char)*text);
      } else {
        crm__output_text(output, "\xEF\xBF\xBD");
      }
      text++;
      length--;
    }
  }
  crm__output_byte(output, '"');
}

static void write_name(crm__output *output, const char *text)
{
  write_string(output, text, strlen(text));
}

static void write_cell(crm__output *output, const crm_column *column, int64_t row)
{
  int bare = column->type == CRM_TYPE_INTEGER || column->type == CRM_TYPE_BOOLEAN;
  if (crm__cell_is_null(column, row)) {
    crm__output_write(output, "null", 4);
  } else if (column->type == CRM_TYPE_TEXT) {
    size_t length;
    const char *text = crm__column_text(column, row, &length);
    write_string(output, text, length);
  } else {
    char *start = crm__output_room(output, CRM__CELL_SIZE + 2);
    char *at = start;
    if (!bare) {
      *at++ = '"';
    }
    at += crm__cell_write(column, row, at);
    if (!bare) {
      *at++ = '"';
    }
    output->used += (size_t)(at - start);
  }
}

static void write_head(crm__output *output, const crm_table *table)
{
  int32_t count = crm_table_meta_count(table);
  int32_t columns = crm_table_columns(table);
  char digits[24];
  int32_t i;
  crm__output_text(output, "{\"table\":");
  write_name(output, crm_table_name(table));
  crm__output_text(output, ",\"meta\":{");
  for (i = 0; i < count; i++) {
    crm__output_text(output, i > 0 ? "," : "");
    write_name(output, crm_table_meta_key(table, i));
    crm__output_byte(output, ':');
    write_name(output, crm_table_meta_value(table, i));
  }
  crm__output_text(output, "},\"columns\":[");
  for (i = 0; i < columns; i++) {
    const crm_column *column = crm__table_view(table, i);
    crm__output_text(output, i > 0 ? ",{\"name\":" : "{\"name\":");
    write_name(output, column->name);
    crm__output_text(output, ",\"type\":");
    write_name(output, crm__type_name(column->type));
    if (column->type == CRM_TYPE_DECIMAL || column->type == CRM_TYPE_MONEY) {
      crm__output_text(output, ",\"scale\":");
      crm__output_write(output, digits, crm__integer_write(column->scale, digits));
    }
    crm__output_byte(output, '}');
  }
  crm__output_text(output, "],\"rows\":[");
}

crm_status crm_table_write_json(const crm_table *table, const crm_sink *sink, crm_error *error)
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
  write_head(&output, table);
  for (row = 0; row < rows && output.status == CRM_OK; row++) {
    crm__output_text(&output, row > 0 ? ",\n[" : "\n[");
    for (i = 0; i < columns; i++) {
      if (i > 0) {
        crm__output_byte(&output, ',');
      }
      write_cell(&output, crm__table_view(table, i), row);
    }
    crm__output_byte(&output, ']');
  }
  crm__output_text(&output, "]}\n");
  return crm__output_close(&output, error);
}
