/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/cockpit_row.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* Reading tables of gauges and alert rules, files and the built-in ones. */

/* Which file column holds each of the table's columns; -1: none. */
static crm_status bind(const crm__csv *reader, int32_t what, int64_t *places, crm_error *error)
{
  const char *const *columns = crm__cockpit_columns(what);
  const char *table = what == CRM_COCKPIT_GAUGES ? "gauges" : "alerts";
  int64_t i;
  int32_t c;
  for (c = 0; c < CRM__COCKPIT_COLUMNS; c++) {
    places[c] = -1;
  }
  for (i = 0; i < crm__csv_columns(reader); i++) {
    size_t length;
    const char *name = crm__csv_name(reader, i, &length);
    for (c = 0; columns[c] != NULL && !crm__text_equal(name, length, columns[c] + (columns[c][0] == '*')); c++) {
    }
    if (columns[c] == NULL) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, table, NULL, 0, -1, "column %lld of the file is none of this table",
                          (long long)(i + 1));
    }
    if (places[c] >= 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, table, columns[c] + (columns[c][0] == '*'), 0, -1,
                          "the column stands twice in the file");
    }
    places[c] = i;
  }
  for (c = 0; columns[c] != NULL; c++) {
    if (columns[c][0] == '*' && places[c] < 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, table, columns[c] + 1, 0, -1, "the column is not in the file");
    }
  }
  return CRM_OK;
}

/* One record; `places` are places among the selected columns. */
static void read_record(crm__row *at, const crm__block *block, int64_t i, const int64_t *places)
{
  static const crm__field nothing = {"", 0, 0};
  const char *const *columns = crm__cockpit_columns(at->what);
  int32_t c;
  at->number = block->first_row + i;
  at->is_bad = 0;
  for (c = 0; c < CRM__COCKPIT_COLUMNS; c++) {
    at->cells[c] = nothing;
  }
  if (block->records[i] != CRM__RECORD_OK) {
    crm__cockpit_unreadable(at);
    return;
  }
  for (c = 0; columns[c] != NULL; c++) {
    if (places[c] >= 0) {
      at->cells[c] = block->fields[places[c] * CRM__CSV_ROWS + i];
    }
  }
  crm__cockpit_row(at);
}

static crm_status read_records(crm__row *at, crm__csv *reader, int64_t *bad, crm_error *error)
{
  int64_t places[CRM__COCKPIT_COLUMNS];
  int64_t selected[CRM__COCKPIT_COLUMNS];
  int64_t count = 0;
  crm__block block;
  int32_t c;
  int64_t i;
  crm_status status = bind(reader, at->what, places, error);
  for (c = 0; status == CRM_OK && c < CRM__COCKPIT_COLUMNS; c++) {
    if (places[c] >= 0) {
      selected[count] = places[c];
      places[c] = count++;
    }
  }
  if (status == CRM_OK) {
    status = crm__csv_select(reader, selected, count, error);
  }
  do {
    block.rows = 0;
    if (status == CRM_OK) {
      status = crm__csv_next(reader, &block, error);
    }
    for (i = 0; status == CRM_OK && i < block.rows; i++) {
      read_record(at, &block, i, places);
      *bad += at->is_bad;
      if (at->failed) {
        status = crm__fail_memory(error);
      } else if (at->cockpit->gauge_count > CRM__COCKPIT_MOST || at->cockpit->rule_count > CRM__COCKPIT_MOST ||
                 at->cockpit->problem_count > CRM__COCKPIT_MOST) {
        status = crm__fail(error, CRM_ERROR_LIMIT, "there are more than %d gauges or rules", CRM__COCKPIT_MOST);
      }
    }
  } while (status == CRM_OK && block.rows > 0);
  return status;
}

crm_status crm_cockpit_read(crm_cockpit *cockpit, int32_t what, const crm_csv *csv, const crm_source *source,
                            int64_t *bad, crm_error *error)
{
  crm_csv own = CRM_CSV_INIT;
  crm__csv *reader = NULL;
  uint64_t before[3];
  int64_t count = 0;
  crm__row at;
  crm_status status = CRM_OK;
  if (cockpit == NULL || source == NULL || (what != CRM_COCKPIT_GAUGES && what != CRM_COCKPIT_ALERTS)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit or source is NULL, or no such table");
  }
  if (csv != NULL) {
    status = crm__struct_read(&own, sizeof own, csv, "crm_csv", error);
  }
  memset(&at, 0, sizeof at);
  at.cockpit = cockpit;
  at.what = what;
  at.mark = own.decimal == ',' ? ',' : '.';
  before[0] = cockpit->gauge_count;
  before[1] = cockpit->rule_count;
  before[2] = cockpit->problem_count;
  if (status == CRM_OK) {
    status = crm__csv_open(&cockpit->memory, &own, source, &reader, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  status = read_records(&at, reader, &count, error);
  crm__csv_close(reader);
  if (status != CRM_OK) {
    cockpit->gauge_count = before[0];
    cockpit->rule_count = before[1];
    cockpit->problem_count = before[2];
    return status;
  }
  if (bad != NULL) {
    *bad = count;
  }
  return CRM_OK;
}

crm_status crm_cockpit_read_file(crm_cockpit *cockpit, int32_t what, const crm_csv *csv, const char *path,
                                 int64_t *bad, crm_error *error)
{
  crm__file file;
  crm_source source;
  crm_status status;
  if (cockpit == NULL || path == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit or path is NULL");
  }
  status = crm__file_open(&file, path, &source, error);
  if (status == CRM_OK) {
    status = crm_cockpit_read(cockpit, what, csv, &source, bad, error);
    crm__file_close(&file);
  }
  return status;
}

/* ---- the built-in ones ---- */

typedef struct memory_text {
  const char *text;
  size_t left;
} memory_text;

static crm_status read_memory(void *context, void *buffer, size_t size, size_t *got)
{
  memory_text *from = context;
  *got = from->left < size ? from->left : size;
  memcpy(buffer, from->text, *got);
  from->text += *got;
  from->left -= *got;
  return CRM_OK;
}

crm_status crm_cockpit_builtin(crm_cockpit *cockpit, int32_t what, crm_error *error)
{
  crm_source source = CRM_SOURCE_INIT;
  memory_text text;
  uint64_t before[3];
  int64_t bad = 0;
  crm_status status;
  if (cockpit == NULL || (what != CRM_COCKPIT_GAUGES && what != CRM_COCKPIT_ALERTS)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "cockpit is NULL, or no such table");
  }
  text.text = crm__cockpit_text(what);
  text.left = strlen(text.text);
  source.context = &text;
  source.read = read_memory;
  before[0] = cockpit->gauge_count;
  before[1] = cockpit->rule_count;
  before[2] = cockpit->problem_count;
  status = crm_cockpit_read(cockpit, what, NULL, &source, &bad, error);
  if (status == CRM_OK && bad > 0) {
    status = crm__fail(error, CRM_ERROR_CONFLICT, "%lld ids of built-in ones are there already", (long long)bad);
    cockpit->gauge_count = before[0];
    cockpit->rule_count = before[1];
    cockpit->problem_count = before[2];
  }
  return status;
}
