/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/bind.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/text.h"

#include <string.h>

static crm_status check_pairs(const crm_load *load, int32_t table, const crm_pair *pairs, int64_t count,
                              const char *what, crm_error *error)
{
  int64_t i;
  for (i = 0; i < count; i++) {
    if (pairs[i].name == NULL || pairs[i].text == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, crm__schema(table)->name, what, i + 1, -1,
                          "a pair needs a name and a text");
    }
    if (crm__table_column_find(load->store, table, pairs[i].name, strlen(pairs[i].name)) < 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(table)->name, pairs[i].name, 0, -1,
                          "the table has no column of this name");
    }
  }
  return CRM_OK;
}

/* A constant that is no value of its column is an error of the call, not of every row. */
static crm_status check_constants(const crm_load *load, int32_t table, const crm__binding *binding, crm_error *error)
{
  crm_store *store = load->store;
  int64_t i;
  for (i = 0; i < binding->set_count; i++) {
    const char *text = binding->set[i].text;
    int32_t column = crm__table_column_find(store, table, binding->set[i].name, strlen(binding->set[i].name));
    crm__verdicts *verdicts = crm__alloc_zero(&store->memory, sizeof *verdicts);
    crm__input input;
    crm__cells cells;
    crm__key key;
    int64_t value;
    int bad;
    if (verdicts == NULL) {
      return crm__fail_memory(error);
    }
    memset(&input, 0, sizeof input);
    input.constant.text = text;
    input.constant.length = (uint32_t)strlen(text);
    input.constant.bad = crm__utf8_valid(text, strlen(text)) ? 0 : CRM__FIELD_ENCODING;
    input.mark = '.';
    input.present = 1;
    cells.keys = &key;
    cells.values = &value;
    crm__cells_decode(&input, store, table, column, 0, 1, &cells, verdicts);
    bad = verdicts->cause[0] != CRM__CAUSE_NONE;
    crm__free(&store->memory, verdicts, sizeof *verdicts);
    if (bad) {
      return crm__fail_at(error, CRM_ERROR_VALUE, crm__schema(table)->name, binding->set[i].name, 0, -1,
                          "the constant is no value of the column");
    }
  }
  return CRM_OK;
}

crm_status crm__binding_check(const crm_load *load, int32_t table, const crm__binding *binding, crm_error *error)
{
  crm_status status;
  if (binding->map_count < 0 || binding->set_count < 0 || (binding->map_count > 0 && binding->map == NULL) ||
      (binding->set_count > 0 && binding->set == NULL)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a list of the %s's options is missing", binding->what);
  }
  if (binding->decimal != 0 && binding->decimal != '.' && binding->decimal != ',') {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "decimal", 0, -1, "a decimal mark is a point or a comma");
  }
  if (binding->document < CRM_DOCUMENT_COLUMN || binding->document > CRM_DOCUMENT_CUSTOMER_TIME) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "document", 0, -1, "no such way to make documents");
  }
  if (binding->time_format != NULL && crm__time_format_check(binding->time_format) != 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "time_format", 0,
                        (int64_t)crm__time_format_check(binding->time_format) - 1,
                        "a time format gives year, month and day by the directives it may hold");
  }
  status = check_pairs(load, table, binding->map, binding->map_count, "map", error);
  if (status == CRM_OK) {
    status = check_pairs(load, table, binding->set, binding->set_count, "set", error);
  }
  return status == CRM_OK ? check_constants(load, table, binding, error) : status;
}

/* The header that a schema column is read from: mapped (the last pair counts), or its own name. */
static const char *header_of(const crm__binding *binding, const char *name, int *mapped)
{
  int64_t i;
  *mapped = 0;
  for (i = binding->map_count - 1; i >= 0; i--) {
    if (strcmp(binding->map[i].name, name) == 0) {
      *mapped = 1;
      return binding->map[i].text;
    }
  }
  return name;
}

static const char *constant_of(const crm__binding *binding, const char *name)
{
  int64_t i;
  for (i = binding->set_count - 1; i >= 0; i--) {
    if (strcmp(binding->set[i].name, name) == 0) {
      return binding->set[i].text;
    }
  }
  return NULL;
}

/* Whether another column is mapped to a header, which then no longer stands for the column of its own name. */
static int header_taken(const crm__binding *binding, const char *header)
{
  int64_t i;
  for (i = 0; i < binding->map_count; i++) {
    if (strcmp(binding->map[i].text, header) == 0) {
      return 1;
    }
  }
  return 0;
}

/* The place of a schema column's header, -1 where there is none. */
static crm_status find_header(const crm__binding *binding, int32_t table, const char *name, int64_t *found,
                              crm_error *error)
{
  int mapped;
  const char *header = header_of(binding, name, &mapped);
  int64_t i;
  *found = -1;
  if (!mapped && header_taken(binding, header)) {
    return CRM_OK;
  }
  for (i = 0; i < binding->headers; i++) {
    size_t length;
    const char *text = binding->header(binding->from, i, &length);
    if (!crm__text_equal(text, length, header)) {
      continue;
    }
    if (*found >= 0) {
      return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(table)->name, name, 0, -1,
                          "the header of column %s stands twice in the %s", name, binding->what);
    }
    *found = i;
  }
  if (*found < 0 && mapped) {
    return crm__fail_at(error, CRM_ERROR_SCHEMA, crm__schema(table)->name, name, 0, -1,
                        "the %s has no column \"%s\" for %s", binding->what, header, name);
  }
  return CRM_OK;
}

crm_status crm__bind(crm_load *load, int32_t table, const crm__binding *binding, crm__bound *bound, crm_error *error)
{
  int32_t width = crm__table_width(load->store, table);
  int32_t column;
  memset(bound, 0, sizeof *bound);
  for (column = 0; column < width; column++) {
    crm__input *input = &bound->inputs[column];
    const char *name = crm__table_column_name(load->store, table, column);
    const char *constant = constant_of(binding, name);
    int64_t found = -1;
    crm_status status;
    input->mark = binding->decimal == ',' ? ',' : '.';
    input->time_format = binding->time_format;
    if (constant != NULL) {
      input->present = 1;
      input->constant.text = constant;
      input->constant.length = (uint32_t)strlen(constant);
      input->mark = '.';
      input->time_format = NULL;
      continue;
    }
    status = find_header(binding, table, name, &found, error);
    if (status != CRM_OK) {
      return status;
    }
    if (found >= 0) {
      input->present = 1;
      bound->headers[bound->count] = found;
      bound->selected[bound->count++] = column;
    }
  }
  load->document_mode = table == CRM__TABLE_SALES ? binding->document : CRM_DOCUMENT_COLUMN;
  return crm__load_required(load, table, bound->inputs, error);
}
