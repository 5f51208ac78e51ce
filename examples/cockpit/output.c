/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "output.h"

#include <errno.h>
#include <string.h>

#define UNKNOWN (-1)   /* a failure without an errno */

static crm_status write_bytes(void *context, const void *bytes, size_t size)
{
  output *out = context;
  if (!out->failed && size > 0 && fwrite(bytes, 1, size, out->file) != size) {
    out->failed = errno != 0 ? errno : UNKNOWN;
  }
  return out->failed ? CRM_ERROR_IO : CRM_OK;
}

static int refuse(const output *out)
{
  const char *cause = out->failed > 0 ? strerror(out->failed) : "writing failed";
  if (out->path == NULL) {
    return report("standard output: %s", cause);
  }
  return report("%s: %s", out->path, cause);
}

int output_open(output *out, const char *path)
{
  static const crm_sink sink = {(uint32_t)sizeof(crm_sink), 0, NULL, write_bytes};
  out->path = path != NULL && strcmp(path, "-") == 0 ? NULL : path;
  out->failed = 0;
  out->sink = sink;
  out->sink.context = out;
  errno = 0;
  out->file = out->path == NULL ? stdout : fopen(out->path, "wb");
  if (out->file == NULL) {
    out->failed = errno != 0 ? errno : UNKNOWN;
    return refuse(out);
  }
  return EXIT_GOOD;
}

int output_check(const char *path)
{
  output out;
  memset(&out, 0, sizeof out);
  if (path == NULL || strcmp(path, "-") == 0) {
    return EXIT_GOOD;
  }
  out.path = path;
  errno = 0;
  out.file = fopen(path, "ab");
  if (out.file == NULL) {
    out.failed = errno != 0 ? errno : UNKNOWN;
    return refuse(&out);
  }
  (void)fclose(out.file);
  return EXIT_GOOD;
}

int output_bytes(output *out, const void *bytes, size_t size)
{
  errno = 0;
  (void)write_bytes(out, bytes, size);
  return EXIT_GOOD;
}

int output_close(output *out)
{
  errno = 0;
  if ((out->path == NULL ? fflush(out->file) : fclose(out->file)) != 0 && !out->failed) {
    out->failed = errno != 0 ? errno : UNKNOWN;
  }
  out->file = NULL;
  return out->failed ? refuse(out) : EXIT_GOOD;
}

int output_table(output *out, const crm_table *table, int32_t format)
{
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  errno = 0;
  if (format == FORMAT_JSON) {
    status = crm_table_write_json(table, &out->sink, &error);
  } else {
    status = crm_table_write_csv(table, &out->sink, &error);
  }
  if (status != CRM_OK && !out->failed) {
    (void)output_close(out);
    return report_error(out->path, &error);
  }
  return EXIT_GOOD;
}

typedef struct rows_only {
  output *out;
  int begun;
} rows_only;

static crm_status write_rows(void *context, const void *bytes, size_t size)
{
  rows_only *rows = context;
  if (!rows->begun) {
    const char *end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    if (end == NULL) {
      return CRM_OK;
    }
    rows->begun = 1;
    size -= (size_t)(end + 1 - (const char *)bytes);
    bytes = end + 1;
  }
  return write_bytes(rows->out, bytes, size);
}

int output_rows(output *out, const crm_table *table)
{
  crm_error error = CRM_ERROR_INIT;
  crm_sink sink = {(uint32_t)sizeof(crm_sink), 0, NULL, write_rows};
  rows_only rows = {NULL, 0};
  rows.out = out;
  sink.context = &rows;
  errno = 0;
  if (crm_table_write_csv(table, &sink, &error) != CRM_OK && !out->failed) {
    (void)output_close(out);
    return report_error(out->path, &error);
  }
  return EXIT_GOOD;
}
