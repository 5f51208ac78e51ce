/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "mixes.h"

#include "sets.h"

static crm_composition_options options_of(const arguments *args)
{
  crm_composition_options options = args->composition;
  options.pyramid = &args->pyramid;
  options.rfm = &args->rfm;
  options.lifecycle = &args->lifecycle;
  options.classes = &args->classes;
  return options;
}

crm_status mixes_groups(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_composition_options options = options_of(args);
  return crm_composition_compute(store, &args->scope, &options, table, error);
}

crm_status mixes_concentration(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_composition_options options = options_of(args);
  return crm_composition_concentration(store, &args->scope, &options, table, error);
}

crm_status mixes_spending(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_composition_options options = options_of(args);
  if (options.by == NULL && args->definition_count > 0) {
    return sets_spending(store, args, table, error);
  }
  return crm_composition_spending(store, &args->scope, &options, table, error);
}

crm_status mixes_classes(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_classes_options options = args->classes;
  options.pyramid = &args->pyramid;
  return crm_classes_compute(store, &args->scope, &options, table, error);
}

crm_status mixes_calibration(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_classes_calibration(store, &args->scope, &args->classes, table, error);
}

crm_status mixes_corporate(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_classes_corporate(store, &args->scope, &args->classes, table, error);
}
