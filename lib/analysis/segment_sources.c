/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_fields.h"

#include "analysis/ownership.h"
#include "analysis/population.h"
#include "analysis/rfm_rules.h"

#include "base/error.h"
#include "base/text.h"

#include <crm/classes.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>

#include <string.h>

/* Where the values of fields come from: made ready, computed, freed. */

/* ---- one by one ---- */

static crm_status load_nothing(crm__fields *fields, crm_error *error)
{
  (void)fields;
  (void)error;
  return CRM_OK;
}

static crm_status load_measures(crm__fields *fields, crm_error *error)
{
  return crm__measures_compute(&fields->scope, &fields->measures, error);
}

static crm_status load_ever(crm__fields *fields, crm_error *error)
{
  return crm__first_ever(&fields->scope, &fields->ever, error);
}

static crm_status load_days(crm__fields *fields, crm_error *error)
{
  return crm__occasion_days(&fields->scope, &fields->days, error);
}

static uint8_t *no_places(crm__fields *fields)
{
  uint32_t customers = crm__customers(fields->store);
  uint8_t *places = crm__scope_alloc(&fields->scope, customers, 1);
  if (places != NULL) {
    memset(places, UINT8_MAX, customers);
  }
  return places;
}

/* What to do with a row of a table that has one for each customer with an occasion, by key. */
typedef void (*row_taker)(crm__fields *fields, int64_t row, uint32_t id);

static crm_status walk_rows(crm__fields *fields, const crm_table *table, row_taker take, crm_error *error)
{
  uint32_t customers = crm__customers(fields->store);
  const uint32_t *by_key;
  int64_t row = 0;
  uint32_t i;
  crm_status status = crm__customers_by_key(&fields->scope, &by_key, error);
  for (i = 0; status == CRM_OK && i < customers && row < crm_table_rows(table); i++) {
    uint32_t id = by_key[i];
    if (crm__customer_counts(&fields->scope, id) && crm__measure_at(&fields->measures, id)->orders > 0) {
      take(fields, row++, id);
    }
  }
  return status;
}

static uint8_t place_among(const char *const *names, int32_t count, const char *text, size_t length)
{
  int32_t i = 0;
  while (i < count && !crm__text_equal(text, length, names[i])) {
    i++;
  }
  return (uint8_t)(i < count ? i : UINT8_MAX);
}

static void take_rfm(crm__fields *fields, int64_t row, uint32_t id)
{
  static const char *const columns[] = {"r", "f", "m"};
  size_t length;
  const char *text = crm_table_text(fields->rfm, crm_table_find(fields->rfm, "segment"), row, &length);
  int k;
  for (k = 0; k < 3; k++) {
    fields->scores[k][id] = (uint8_t)crm_table_integer(fields->rfm, crm_table_find(fields->rfm, columns[k]), row);
  }
  fields->scores[3][id] = place_among(fields->rfm_names, fields->rfm_count, text, length);
}

static crm_status load_rfm(crm__fields *fields, crm_error *error)
{
  int k;
  for (k = 0; k < 4; k++) {
    fields->scores[k] = no_places(fields);
    if (fields->scores[k] == NULL) {
      return crm__fail_memory(error);
    }
  }
  return walk_rows(fields, fields->rfm, take_rfm, error);
}

static void take_class(crm__fields *fields, int64_t row, uint32_t id)
{
  const char *names[CRM__FIELD_WORDS];
  int32_t count = crm__fields_classes(fields, names);
  size_t length;
  const char *text = crm_table_text(fields->classes, crm_table_find(fields->classes, "class"), row, &length);
  fields->class_of[id] = place_among(names, count, text, length);
}

static crm_status load_classes(crm__fields *fields, crm_error *error)
{
  fields->class_of = no_places(fields);
  return fields->class_of == NULL ? crm__fail_memory(error)
                                  : walk_rows(fields, fields->classes, take_class, error);
}

static crm_status load_owners(crm__fields *fields, crm_error *error)
{
  return crm__owners_now(&fields->scope, &fields->owners, error);
}

static crm_status load_parents(crm__fields *fields, crm_error *error)
{
  const uint32_t *accounts;
  return crm__accounts_find(&fields->scope, &fields->parents, &accounts, error);
}

/* In the order in which they are loaded. Pyramid, RFM, lifecycle and classes are computed before, for they take the
 * caller's context. */
static const crm__source sources[CRM__SOURCES] = {
  load_nothing, load_measures, load_ever, load_days, load_nothing, load_rfm, load_nothing, load_classes, load_owners,
  load_parents, crm__fields_count_open, crm__fields_find_contacts
};

/* ---- making ready ---- */

crm_status crm__fields_plan(crm__fields *fields, const crm_store *store, const crm_scope *scope,
                            const crm_segment_options *options, crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  static const crm_segment_options plain = CRM_SEGMENT_OPTIONS_INIT;
  crm_scope own;
  crm_status status = CRM_OK;
  memset(fields, 0, sizeof *fields);
  fields->given = usual;
  fields->options = plain;
  fields->store = store;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (scope != NULL) {
    status = crm__struct_read(&fields->given, sizeof fields->given, scope, "crm_scope", error);
  }
  if (status == CRM_OK && options != NULL) {
    status = crm__struct_read(&fields->options, sizeof fields->options, options, "crm_segment_options", error);
  }
  if (status == CRM_OK) {
    status = crm__rfm_names(fields->options.rfm, fields->rfm_names, &fields->rfm_count, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  own = fields->given;
  own.context = NULL;
  status = crm__scope_open(&fields->plan, store, &own, error);
  fields->planned = status == CRM_OK;
  fields->needs = 1U << CRM__SOURCE_MEASURES;
  return status;
}

static int needed(const crm__fields *fields, int32_t source)
{
  return (fields->needs >> source & 1U) != 0;
}

/* Whatever the tiers are of, classes are of spend. */
static crm_status compute_classes(crm__fields *fields, crm_error *error)
{
  crm_classes_options options = CRM_CLASSES_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_status status = CRM_OK;
  if (fields->options.classes != NULL) {
    status = crm__struct_read(&options, sizeof options, fields->options.classes, "crm_classes_options", error);
  }
  if (status == CRM_OK && options.pyramid == NULL && fields->options.pyramid != NULL) {
    status = crm__struct_read(&pyramid, sizeof pyramid, fields->options.pyramid, "crm_pyramid_options", error);
    pyramid.measure = CRM_MEASURE_SPEND;
    options.pyramid = &pyramid;
  }
  return status == CRM_OK ? crm_classes_compute(fields->store, &fields->given, &options, &fields->classes, error)
                          : status;
}

crm_status crm__fields_load(crm__fields *fields, crm_error *error)
{
  int32_t i;
  crm_status status = CRM_OK;
  if (needed(fields, CRM__SOURCE_PYRAMID)) {
    status = crm_pyramid_compute(fields->store, &fields->given, fields->options.pyramid, &fields->pyramid, error);
  }
  if (status == CRM_OK && needed(fields, CRM__SOURCE_RFM)) {
    status = crm_rfm_compute(fields->store, &fields->given, fields->options.rfm, &fields->rfm, error);
  }
  if (status == CRM_OK && needed(fields, CRM__SOURCE_LIFECYCLE)) {
    status = crm_lifecycle_compute(fields->store, &fields->given, fields->options.lifecycle, &fields->lifecycle, error);
  }
  if (status == CRM_OK && needed(fields, CRM__SOURCE_CLASSES)) {
    status = compute_classes(fields, error);
  }
  if (status == CRM_OK) {
    status = crm__scope_open(&fields->scope, fields->store, &fields->given, error);
    fields->loaded = status == CRM_OK;
  }
  for (i = 0; status == CRM_OK && i < CRM__SOURCES; i++) {
    if (needed(fields, i)) {
      status = sources[i](fields, error);
    }
  }
  return status;
}

void crm__fields_close(crm__fields *fields)
{
  if (fields->loaded) {
    crm__scope_close(&fields->scope);
  }
  if (fields->planned) {
    crm__scope_close(&fields->plan);
  }
  crm_table_free(fields->rfm);
  crm_pyramid_free(fields->pyramid);
  crm_lifecycle_free(fields->lifecycle);
  crm_table_free(fields->classes);
  fields->loaded = 0;
  fields->planned = 0;
  fields->rfm = NULL;
  fields->pyramid = NULL;
  fields->lifecycle = NULL;
  fields->classes = NULL;
}

int crm__field_customer(const crm__fields *fields, uint32_t customer)
{
  return crm__customer_is_there(&fields->scope, &fields->measures, customer);
}
