/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/error.h"

#include <stdarg.h>
#include <string.h>

#define STRUCT_SIZE_MAX 4096

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

int32_t crm_version(void)
{
  return CRM_VERSION_MAJOR * 1000000 + CRM_VERSION_MINOR * 1000 + CRM_VERSION_PATCH;
}

const char *crm_version_text(void)
{
  return VERSION_TEXT(CRM_VERSION_MAJOR, CRM_VERSION_MINOR, CRM_VERSION_PATCH);
}

const char *crm_status_name(crm_status status)
{
  static const char *const names[] = { "ok",     "argument", "type",  "schema", "value", "range",    "overflow",
                                       "memory", "io",       "limit", "state",  "conflict", "not_found",
                                       "cancelled", "corrupt", "unsupported", "version" };

  if (status < 0 || (size_t)status >= sizeof names / sizeof names[0]) {
    return "unknown";
  }
  return names[status];
}

/* Text that is being written into a field of fixed size. */
typedef struct text_field {
  char *text;
  size_t capacity;   /* with the zero at the end */
  size_t length;
  int full;
} text_field;

static void put_bytes(text_field *field, const char *text, size_t length)
{
  size_t i;

  for (i = 0; i < length && !field->full; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (field->length + 1 == field->capacity) {
      field->full = 1;
      /* A character that does not fit whole goes altogether: when this byte continues one, drop what stands of it. */
      if ((byte & 0xC0) == 0x80) {
        while (field->length > 0 && ((unsigned char)field->text[field->length - 1] & 0xC0) == 0x80) {
          field->length--;
        }
        field->length -= field->length > 0;
      }
    } else {
      field->text[field->length++] = byte < 0x20 || byte == 0x7F ? '?' : (char)byte;
    }
  }
  field->text[field->length] = '\0';
}

static void put_number(text_field *field, long long value)
{
  char digits[24];
  size_t at = sizeof digits;
  unsigned long long rest = value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;

  do {
    digits[--at] = (char)('0' + (int)(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (value < 0) {
    digits[--at] = '-';
  }
  put_bytes(field, digits + at, sizeof digits - at);
}

static void put_text(text_field *field, const char *text)
{
  if (text != NULL) {
    put_bytes(field, text, strlen(text));
  }
}

static void put_format(text_field *field, const char *format, va_list arguments)
{
  const char *at = format;

  while (*at != '\0') {
    size_t plain = strcspn(at, "%");
    put_bytes(field, at, plain);
    at += plain;
    if (strncmp(at, "%s", 2) == 0) {
      put_text(field, va_arg(arguments, const char *));
      at += 2;
    } else if (strncmp(at, "%d", 2) == 0) {
      put_number(field, va_arg(arguments, int));
      at += 2;
    } else if (strncmp(at, "%lld", 4) == 0) {
      put_number(field, va_arg(arguments, long long));
      at += 4;
    } else if (*at == '%') {
      put_bytes(field, "%", 1);
      at += at[1] == '%' ? 2 : 1;
    }
  }
}

/* Copies as much of an error as the caller's struct holds; a text cut by that still ends. */
static void error_write(crm_error *error, const crm_error *full)
{
  size_t size = error->struct_size < sizeof *full ? error->struct_size : sizeof *full;
  uint32_t theirs = error->struct_size;

  if (size < offsetof(crm_error, status) + sizeof full->status) {
    return;
  }
  memcpy(error, full, size);
  if (size < sizeof *full && size > offsetof(crm_error, table)) {
    ((char *)error)[size - 1] = '\0';
  }
  error->struct_size = theirs;
}

static void fail_write(crm_error *error, crm_status status, const char *table, const char *column, int64_t row,
                       int64_t byte, const char *format, va_list arguments)
{
  crm_error full = CRM_ERROR_INIT;
  text_field field = { NULL, 0, 0, 0 };

  full.status = status;
  full.row = row;
  full.byte = byte;
  field.text = full.table;
  field.capacity = sizeof full.table;
  put_text(&field, table);
  field.text = full.column;
  field.capacity = sizeof full.column;
  field.length = 0;
  field.full = 0;
  put_text(&field, column);
  field.text = full.message;
  field.capacity = sizeof full.message;
  field.length = 0;
  field.full = 0;
  put_format(&field, format, arguments);
  error_write(error, &full);
}

crm_status crm__fail(crm_error *error, crm_status status, const char *format, ...)
{
  va_list arguments;

  if (error != NULL) {
    va_start(arguments, format);
    fail_write(error, status, NULL, NULL, 0, -1, format, arguments);
    va_end(arguments);
  }
  return status;
}

crm_status crm__fail_at(crm_error *error, crm_status status, const char *table, const char *column, int64_t row,
                        int64_t byte, const char *format, ...)
{
  va_list arguments;

  if (error != NULL) {
    va_start(arguments, format);
    fail_write(error, status, table, column, row, byte, format, arguments);
    va_end(arguments);
  }
  return status;
}

crm_status crm__fail_memory(crm_error *error)
{
  return crm__fail(error, CRM_ERROR_MEMORY, "no memory, or the memory limit is reached");
}

/* The size that a caller's struct says it has. */
static crm_status struct_size_read(const void *theirs, const char *name, uint32_t *size, crm_error *error)
{
  if (theirs == NULL) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, name, 0, -1, "%s is NULL", name);
  }
  memcpy(size, theirs, sizeof *size);
  if (*size < sizeof *size || *size > STRUCT_SIZE_MAX) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, name, 0, -1,
                        "the struct_size of %s is %lld; start from its _INIT", name, (long long)*size);
  }
  return CRM_OK;
}

crm_status crm__struct_read(void *into, size_t size, const void *from, const char *name, crm_error *error)
{
  const unsigned char *bytes = from;
  uint32_t theirs = 0;
  uint32_t ours = (uint32_t)size;
  size_t i;
  crm_status status = struct_size_read(from, name, &theirs, error);

  if (status != CRM_OK) {
    return status;
  }
  for (i = size; i < theirs; i++) {
    if (bytes[i] != 0) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, name, 0, -1,
                          "%s sets a field that this version does not know", name);
    }
  }
  memset(into, 0, size);
  memcpy(into, from, theirs < size ? theirs : size);
  memcpy(into, &ours, sizeof ours);
  return CRM_OK;
}

crm_status crm__struct_write(void *into, const void *from, size_t size, const char *name, crm_error *error)
{
  uint32_t theirs = 0;
  crm_status status = struct_size_read(into, name, &theirs, error);

  if (status != CRM_OK) {
    return status;
  }
  memcpy(into, from, theirs < size ? theirs : size);
  memcpy(into, &theirs, sizeof theirs);
  return CRM_OK;
}
