/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"
#include "analysis/population.h"

#include "base/civil.h"
#include "base/error.h"
#include "base/survival.h"
#include "table/build.h"

#include <math.h>

/* How much longer treated customers stay: the areas under two curves of survival. */

#define USUAL_HORIZON 365
#define MOST_HORIZON 36500
#define USUAL_CASES 30

enum { TREATED, CONTROL, GROUPS };

typedef struct work {
  const crm_lifecycle *lives;
  crm__scope *scope;
  const crm_segment *treated;
  const crm_segment *control;
  int64_t least_cases;
  int32_t first_day;         /* of the action */
  int64_t watched;           /* days from there to as-of */
  int64_t horizon;
  crm__durations stays[GROUPS];
} work;

/* ---- what is asked ---- */

static crm_status fail_option(crm_error *error, crm_status code, const char *option, const char *message)
{
  return crm__fail_at(error, code, NULL, option, 0, -1, "%s", message);
}

static crm_status check_options(const crm_extension_options *options, const crm_store *store, crm_error *error)
{
  crm_status status;
  if (options->treated == NULL) {
    return fail_option(error, CRM_ERROR_ARGUMENT, "treated", "there are no treated customers");
  }
  if (options->at == INT64_MAX) {
    return fail_option(error, CRM_ERROR_ARGUMENT, "at", "there is no date");
  }
  if (options->horizon_days < 0 || options->horizon_days > MOST_HORIZON) {
    return fail_option(error, CRM_ERROR_ARGUMENT, "horizon_days", "horizon_days is 0 to 36500");
  }
  if (options->least_cases != 0 && options->least_cases < 2) {
    return fail_option(error, CRM_ERROR_ARGUMENT, "least_cases", "one case has no variance");
  }
  status = crm__segment_check(options->treated, store, error);
  if (status == CRM_OK && options->control != NULL) {
    status = crm__segment_check(options->control, store, error);
  }
  return status;
}

static crm_status settle(work *all, const crm_extension_options *given, crm_error *error)
{
  crm_extension_options options = CRM_EXTENSION_OPTIONS_INIT;
  crm_status status = CRM_OK;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_extension_options", error);
  }
  if (status == CRM_OK) {
    status = check_options(&options, all->lives->store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (options.at < CRM__TIME_MIN || options.at >= CRM__TIME_MAX) {
    return fail_option(error, CRM_ERROR_RANGE, "at", "the date lies outside 1900 to 2199");
  }
  all->treated = options.treated;
  all->control = options.control;
  all->least_cases = options.least_cases == 0 ? USUAL_CASES : options.least_cases;
  all->first_day = crm__business_day(options.at, all->lives->day_start);
  all->horizon = options.horizon_days == 0 ? USUAL_HORIZON : options.horizon_days;
  all->watched = all->lives->as_of == INT64_MAX ? 0 : (int64_t)all->lives->as_of_day - all->first_day;
  if (all->lives->as_of != INT64_MAX && all->watched < 1) {
    return fail_option(error, CRM_ERROR_RANGE, "at", "no whole day lies between the date and as-of");
  }
  all->horizon = all->horizon > all->watched ? all->watched : all->horizon;
  return CRM_OK;
}

/* ---- who stayed how long ---- */

/* GROUPS: in neither, or in both. */
static int group_of(const work *all, uint32_t id)
{
  int treated = crm__segment_has(all->treated, id);
  int control = all->control == NULL ? !treated : crm__segment_has(all->control, id);
  return treated == control ? GROUPS : treated ? TREATED : CONTROL;
}

/* From the date to the first leaving. */
static void add_stay(work *all, uint32_t id, int64_t instant)
{
  const crm_lifecycle *lives = all->lives;
  const crm__life_event *event = crm__life_at(lives, id, instant);
  const crm__life_event *end;
  int group = group_of(all, id);
  if (group == GROUPS || !crm__life_active(event)) {
    return;
  }
  end = lives->events + lives->starts[id + 1U];
  while (event < end && crm__life_active(event)) {
    event++;
  }
  if (event < end) {
    all->stays[group].ends[crm__life_event_day(lives, event) - all->first_day]++;
  } else {
    all->stays[group].open[all->watched]++;
  }
}

static crm_status gather(work *all, crm_error *error)
{
  int64_t instant = crm__day_instant(all->scope, all->first_day);
  uint64_t days = (uint64_t)all->watched + 1U;
  uint32_t id;
  int group;
  for (group = 0; group < GROUPS; group++) {
    crm__durations *stays = &all->stays[group];
    stays->days = (int64_t)days;
    stays->ends = crm__scope_alloc_zero(all->scope, days, sizeof *stays->ends);
    stays->competing = crm__scope_alloc_zero(all->scope, days, sizeof *stays->competing);
    stays->open = crm__scope_alloc_zero(all->scope, days, sizeof *stays->open);
    if (stays->ends == NULL || stays->competing == NULL || stays->open == NULL) {
      return crm__fail_memory(error);
    }
  }
  for (id = 0; id < all->lives->customers; id++) {
    add_stay(all, id, instant);
  }
  return CRM_OK;
}

/* ---- the table ---- */

enum { GROUP, CUSTOMERS, LEFT, AT_RISK, SURVIVAL, REMAINING, SE, LOW, HIGH, HORIZON, STATUS, COLUMNS };

static void put_real(crm_table *table, int32_t column, double value, double unit)
{
  double scaled = value * unit;
  scaled = scaled < 0.0 ? scaled - 0.5 : scaled + 0.5;
  crm__table_put(table, column, (int64_t)scaled);
}

static void put_interval(crm_table *table, double mean, double variance)
{
  static const double z_95 = 1.959963984540054;
  double error = sqrt(variance);
  double width = error * z_95;
  put_real(table, SE, error, 100.0);
  put_real(table, LOW, mean - width, 100.0);
  put_real(table, HIGH, mean + width, 100.0);
}

static void put_nulls(crm_table *table, int32_t first, int32_t last)
{
  for (; first <= last; first++) {
    crm__table_put_null(table, first);
  }
}

static void put_group(crm_table *table, const crm__restricted_mean *of, int enough)
{
  crm__table_put(table, CUSTOMERS, of->cases);
  crm__table_put(table, LEFT, of->ended);
  crm__table_put(table, AT_RISK, of->at_risk);
  if (of->cases == 0) {
    put_nulls(table, SURVIVAL, HIGH);
    return;
  }
  put_real(table, SURVIVAL, of->survival, 1e6);
  put_real(table, REMAINING, of->mean, 100.0);
  if (enough) {
    put_interval(table, of->mean, of->variance);
  } else {
    put_nulls(table, SE, HIGH);
  }
}

static void put_difference(crm_table *table, const crm__restricted_mean *of, int enough)
{
  crm__table_put(table, CUSTOMERS, of[TREATED].cases);
  put_nulls(table, LEFT, AT_RISK);
  if (enough) {
    double mean = of[TREATED].mean - of[CONTROL].mean;
    put_real(table, SURVIVAL, of[TREATED].survival - of[CONTROL].survival, 1e6);
    put_real(table, REMAINING, mean, 100.0);
    put_interval(table, mean, of[TREATED].variance + of[CONTROL].variance);
  } else {
    put_nulls(table, SURVIVAL, HIGH);
  }
}

static crm_status write(const work *all, crm_table **table, crm_error *error)
{
  static const char *const names[] = { "treated", "control", "difference" };
  static const crm__table_column columns[COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 },       { "customers", CRM_TYPE_INTEGER, 0 },      { "left", CRM_TYPE_INTEGER, 0 },
    { "at_risk", CRM_TYPE_INTEGER, 0 },  { "survival", CRM_TYPE_DECIMAL, 6 },
    { "remaining_days", CRM_TYPE_DECIMAL, 2 }, { "se", CRM_TYPE_DECIMAL, 2 },       { "low", CRM_TYPE_DECIMAL, 2 },
    { "high", CRM_TYPE_DECIMAL, 2 },     { "horizon_days", CRM_TYPE_INTEGER, 0 },   { "status", CRM_TYPE_TEXT, 0 }
  };
  crm__restricted_mean of[GROUPS];
  int64_t fewest;
  int enough;
  int row;
  crm_status status = crm__table_begin(crm__scope_memory(all->scope), "extension", columns, COLUMNS, 3, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__lifecycle_describe(all->lives, all->scope, *table, "lifecycle_extension");
  crm__table_meta(*table, "treated", "%s", crm__segment_text(all->treated));
  crm__table_meta(*table, "control", "%s", all->control == NULL ? "" : crm__segment_text(all->control));
  of[TREATED] = crm__survival_mean(&all->stays[TREATED], all->horizon);
  of[CONTROL] = crm__survival_mean(&all->stays[CONTROL], all->horizon);
  fewest = of[TREATED].cases < of[CONTROL].cases ? of[TREATED].cases : of[CONTROL].cases;
  enough = fewest >= all->least_cases;
  for (row = 0; row <= GROUPS; row++) {
    crm__table_put_name(*table, GROUP, names[row]);
    if (row < GROUPS) {
      put_group(*table, &of[row], enough);
    } else {
      put_difference(*table, of, enough);
    }
    crm__table_put(*table, HORIZON, all->horizon);
    crm__table_put_name(*table, STATUS, fewest == 0 ? "undefined" : enough ? "ok" : "insufficient");
  }
  return crm__table_finish(table, error);
}

static crm_status make_extension(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what,
                                 crm_table **table, crm_error *error)
{
  work all;
  crm_status status;
  all.lives = lifecycle;
  all.scope = scope;
  status = settle(&all, what, error);
  if (status == CRM_OK) {
    status = gather(&all, error);
  }
  return status == CRM_OK ? write(&all, table, error) : status;
}

crm_status crm_lifecycle_extension(const crm_lifecycle *lifecycle, const crm_extension_options *options,
                                   crm_table **table, crm_error *error)
{
  return crm__lifecycle_table(lifecycle, make_extension, options, table, error);
}
