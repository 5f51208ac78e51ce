/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/cell.h"

#include "base/civil.h"
#include "base/decimal.h"
#include "base/text.h"

#include <string.h>

static size_t write_boolean(const uint8_t *bits, int64_t row, char *text)
{
  if (((bits[row >> 3] >> (row & 7)) & 1) != 0) {
    memcpy(text, "true", 4);
    return 4;
  }
  memcpy(text, "false", 5);
  return 5;
}

size_t crm__cell_write(const crm_column *column, int64_t row, char *text)
{
  switch (column->type) {
    case CRM_TYPE_INTEGER:
      return crm__integer_write(((const int64_t *)column->values)[row], text);
    case CRM_TYPE_DECIMAL:
    case CRM_TYPE_MONEY:
      return crm__decimal_write(((const int64_t *)column->values)[row], column->scale, text);
    case CRM_TYPE_TIME:
      return crm__time_write(((const int64_t *)column->values)[row], text);
    case CRM_TYPE_DATE:
      return crm__date_write(((const int32_t *)column->values)[row], text);
    case CRM_TYPE_BOOLEAN:
      return write_boolean((const uint8_t *)column->values, row, text);
    default:
      return 0;
  }
}

int crm__type_is_number(int32_t type)
{
  return type == CRM_TYPE_INTEGER || type == CRM_TYPE_DECIMAL || type == CRM_TYPE_MONEY;
}

const char *crm__type_name(int32_t type)
{
  switch (type) {
    case CRM_TYPE_INTEGER:
      return "integer";
    case CRM_TYPE_DECIMAL:
      return "decimal";
    case CRM_TYPE_MONEY:
      return "money";
    case CRM_TYPE_TIME:
      return "time";
    case CRM_TYPE_DATE:
      return "date";
    case CRM_TYPE_TEXT:
      return "text";
    case CRM_TYPE_BOOLEAN:
      return "boolean";
    default:
      return "unknown";
  }
}
