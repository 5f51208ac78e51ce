/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "sets.h"

#include "title.h"
#include "values.h"
#include "verbs.h"

#include <string.h>

crm_segment_options sets_options(const arguments *args)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  options.expression = args->where;
  options.definitions = args->definitions;
  options.definition_count = args->definition_count;
  options.pyramid = &args->pyramid;
  options.rfm = &args->rfm;
  options.lifecycle = &args->lifecycle;
  options.classes = &args->classes;
  return options;
}

/* These look at the expression itself. */
static int takes_expression(const arguments *args)
{
  return args->verb->compute == sets_drift || args->verb->compute == sets_explain ||
         value_listed(args->verb->name, SETS_TARGETS);
}

int sets_check(const arguments *args)
{
  const char *verb_name = args->verb->name;
  if (value_listed(verb_name, SETS_COMPARED) && args->since == NULL) {
    return report("%s needs --since, the date or the start of the period to compare with", verb_name);
  }
  if (args->verb->compute == sets_explain && (args->customer == NULL || args->where == NULL)) {
    return report("%s needs --customer and --where", verb_name);
  }
  if (args->verb->compute == sets_overlap && args->definition_count == 0) {
    return report("%s needs segments by --define", verb_name);
  }
  return EXIT_GOOD;
}

int sets_report(const arguments *args, const crm_error *error)
{
  static const char *const flags[][2] = {
    {"expression", "--where"}, {"by_bands", "--bands"}, {"across_bands", "--across-bands"},
    {"treated", "--treated"},      {"control", "--control"}, {"match", "--match"},
    {"natural", "--natural"}
  };
  static const char *const fields[] = {"by", "across", "household"};
  size_t i;
  for (i = 0; error->byte < 0 && i < sizeof fields / sizeof fields[0]; i++) {
    if (strcmp(error->column, fields[i]) == 0) {
      (void)report("--%s: %s", fields[i], error->message);
      return 1;
    }
  }
  if (strcmp(error->column, "definitions") == 0 && error->row > 0 && error->row <= args->definition_count) {
    (void)report("--define %s: %s", args->definitions[error->row - 1].name, error->message);
    return 1;
  }
  if (error->byte < 0 || error->column[0] == '\0') {
    return 0;
  }
  for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
    if (strcmp(error->column, flags[i][0]) == 0) {
      (void)report("%s, byte %lld: %s", flags[i][1], (long long)error->byte, error->message);
      return 1;
    }
  }
  for (i = 0; i < (size_t)args->suppression_count; i++) {
    if (strcmp(error->column, args->suppressions[i].name) == 0) {
      (void)report("--suppress %s, byte %lld: %s", error->column, (long long)error->byte, error->message);
      return 1;
    }
  }
  (void)report("--define %s, byte %lld: %s", error->column, (long long)error->byte, error->message);
  return 1;
}

int sets_select(arguments *args, const crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  crm_segment_options options = sets_options(args);
  if (args->since != NULL && args->scope.from == CRM_TIME_UNSET_FROM && args->since_time >= title_as_of(store, args)) {
    return report("--since %s is not before as-of", args->since);
  }
  if (args->where == NULL || takes_expression(args)) {
    return EXIT_GOOD;
  }
  if (crm_segment_compute(store, &args->scope, &options, &args->selected, &error) != CRM_OK) {
    return sets_report(args, &error) ? EXIT_UNUSABLE : report_error("--where", &error);
  }
  args->scope.segment = args->selected;
  return EXIT_GOOD;
}

void sets_free(arguments *args)
{
  crm_segment_free(args->selected);
  args->selected = NULL;
  args->scope.segment = NULL;
}

crm_scope sets_before(const arguments *args)
{
  crm_scope before = args->scope;
  if (args->scope.from == CRM_TIME_UNSET_FROM) {
    before.as_of = args->since_time;
    before.to = CRM_TIME_UNSET_TO;
  } else {
    before.from = args->since_time;
    before.to = args->scope.from;
    before.as_of = args->scope.from;
  }
  return before;
}

crm_status sets_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_segment_options options = sets_options(args);
  crm_segment *segment = NULL;
  crm_status status = CRM_OK;
  if (args->selected != NULL) {
    return crm_segment_members(args->selected, table, error);
  }
  status = crm_segment_compute(store, &args->scope, &options, &segment, error);
  if (status == CRM_OK) {
    status = crm_segment_members(segment, table, error);
  }
  crm_segment_free(segment);
  return status;
}

/* A segment of each definition. */
static crm_status compute_all(const crm_store *store, const arguments *args, crm_segment **segments,
                              const char **names, crm_error *error)
{
  crm_segment_options options = sets_options(args);
  crm_status status = CRM_OK;
  int64_t i;
  for (i = 0; status == CRM_OK && i < args->definition_count; i++) {
    options.expression = args->definitions[i].expression;
    names[i] = args->definitions[i].name;
    status = crm_segment_compute(store, &args->scope, &options, &segments[i], error);
  }
  return status;
}

/* What is asked of the segments of --define all together. */
static crm_status ask_all(const crm_store *store, const arguments *args, int spending, crm_table **table,
                          crm_error *error)
{
  crm_segment *segments[CRM_SEGMENT_NAMED] = {NULL};
  const crm_segment *all[CRM_SEGMENT_NAMED] = {NULL};
  const char *names[CRM_SEGMENT_NAMED] = {NULL};
  crm_status status = compute_all(store, args, segments, names, error);
  int64_t i;
  for (i = 0; i < args->definition_count; i++) {
    all[i] = segments[i];
  }
  if (status == CRM_OK && spending) {
    status = crm_segment_spending(store, &args->scope, all, names, args->definition_count, table, error);
  } else if (status == CRM_OK) {
    status = crm_segment_overlap(all, names, args->definition_count, table, error);
  }
  for (i = 0; i < args->definition_count; i++) {
    crm_segment_free(segments[i]);
  }
  return status;
}

crm_status sets_overlap(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return ask_all(store, args, 0, table, error);
}

crm_status sets_spending(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return ask_all(store, args, 1, table, error);
}

crm_status sets_drift(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_segment_options options = sets_options(args);
  crm_scope before = sets_before(args);
  return crm_segment_drift(store, &before, &args->scope, &options, table, error);
}

crm_status sets_explain(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_segment_options options = sets_options(args);
  return crm_segment_explain(store, &args->scope, &options, args->customer, table, error);
}

typedef crm_status (*screening)(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                                crm_table **table, crm_error *error);

static crm_status screen(const crm_store *store, const arguments *args, screening compute, crm_table **table,
                         crm_error *error)
{
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  options.expression = args->where;
  options.definitions = args->definitions;
  options.definition_count = args->definition_count;
  options.suppressions = args->suppressions;
  options.suppression_count = args->suppression_count;
  options.household = args->household;
  options.pyramid = &args->pyramid;
  options.rfm = &args->rfm;
  options.lifecycle = &args->lifecycle;
  options.classes = &args->classes;
  return compute(store, &args->scope, &options, table, error);
}

crm_status sets_target(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return screen(store, args, crm_target_list, table, error);
}

crm_status sets_suppressed(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return screen(store, args, crm_target_counts, table, error);
}

crm_status sets_screened(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return screen(store, args, crm_target_rows, table, error);
}

crm_status sets_fields(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_segment_fields(store, table, error);
}
