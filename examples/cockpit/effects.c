/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "effects.h"

#include "sets.h"
#include "values.h"
#include "verbs.h"

#include <string.h>

typedef crm_status (*analysis)(const crm_store *store, const crm_scope *scope, const crm_effect_options *options,
                               crm_table **table, crm_error *error);

int effects_check(const arguments *args)
{
  if (value_listed(args->verb->name, EFFECT_VERBS " extension") && (args->at == NULL || args->treated == NULL)) {
    return report("%s needs --at, the date that the programme began, and --treated, who was in it", args->verb->name);
  }
  return EXIT_GOOD;
}

void effects_settle(arguments *args)
{
  if (value_listed(args->verb->name, EFFECT_VERBS)) {
    args->effect.measure = args->pyramid.measure;
    args->pyramid.measure = CRM_MEASURE_SPEND;
  }
}

/* The customers of an expression as of the date, so that what came after chooses nobody; NULL: none. An error names
 * the flag. */
static crm_status choose(const crm_store *store, const arguments *args, const char *expression, const char *flag,
                         crm_segment **segment, crm_error *error)
{
  crm_segment_options options = sets_options(args);
  crm_scope before = args->scope;
  crm_status status = CRM_OK;
  if (expression == NULL) {
    return CRM_OK;
  }
  before.to = CRM_TIME_UNSET_TO;
  before.as_of = args->effect.at;
  options.expression = expression;
  status = crm_segment_compute(store, &before, &options, segment, error);
  if (status != CRM_OK && strcmp(error->column, "expression") == 0) {
    strcpy(error->column, flag);
  }
  return status;
}

static crm_status choose_both(const crm_store *store, const arguments *args, crm_segment **treated,
                              crm_segment **control, crm_error *error)
{
  crm_status status = choose(store, args, args->treated, "treated", treated, error);
  return status == CRM_OK ? choose(store, args, args->control, "control", control, error) : status;
}

static crm_status ask(const crm_store *store, const arguments *args, analysis compute, crm_table **table,
                      crm_error *error)
{
  crm_effect_options options = args->effect;
  crm_segment *treated = NULL;
  crm_segment *control = NULL;
  crm_status status = choose_both(store, args, &treated, &control, error);
  options.treated = treated;
  options.control = control;
  options.days = args->handovers.days;
  options.least_cases = args->kpi.least_cases;
  options.pyramid = &args->pyramid;
  options.rfm = &args->rfm;
  options.lifecycle = &args->lifecycle;
  options.classes = &args->classes;
  if (status == CRM_OK) {
    status = compute(store, &args->scope, &options, table, error);
  }
  crm_segment_free(treated);
  crm_segment_free(control);
  return status;
}

crm_status effects_uplift(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return ask(store, args, crm_effect_compute, table, error);
}

crm_status effects_strata(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return ask(store, args, crm_effect_strata, table, error);
}

crm_status effects_coverage(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return ask(store, args, crm_effect_coverage, table, error);
}

crm_status effects_extension(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_extension_options options = CRM_EXTENSION_OPTIONS_INIT;
  crm_segment *treated = NULL;
  crm_segment *control = NULL;
  crm_lifecycle *lives = NULL;
  crm_status status = choose_both(store, args, &treated, &control, error);
  options.at = args->effect.at;
  options.horizon_days = args->lifecycle.horizon_days;
  options.least_cases = args->kpi.least_cases;
  options.treated = treated;
  options.control = control;
  if (status == CRM_OK) {
    status = crm_lifecycle_compute(store, &args->scope, &args->lifecycle, &lives, error);
  }
  if (status == CRM_OK) {
    status = crm_lifecycle_extension(lives, &options, table, error);
  }
  crm_lifecycle_free(lives);
  crm_segment_free(treated);
  crm_segment_free(control);
  return status;
}
