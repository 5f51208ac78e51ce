/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/effect.h"

#include "base/error.h"
#include "base/statistics.h"
#include "base/student.h"
#include "table/build.h"

#include <math.h>
#include <string.h>

#define MILLION 1000000

/* What the strata say of a group, or of the difference of two, a customer. */
typedef struct estimate {
  double before;
  double after;
  double change;
  double variance;   /* of change */
  double spread;     /* the sum of the squares of its parts, each over its degrees of freedom */
} estimate;

typedef struct compared {
  int64_t customers[CRM__EFFECT_GROUPS];
  estimate groups[CRM__EFFECT_GROUPS];
  estimate uplift;
} compared;

/* ---- the estimate ---- */

/* Variance of the mean change of n customers, n above 1: (sum of squares - sum^2 / n) / (n - 1) / n, the integer part
 * of the first without a rounding. */
static double variance_of_mean(const crm__effect_sum *of)
{
  int64_t sum = of->after - of->before;
  uint64_t rest = 0;
  crm__wide mean = crm__wide_quotient(crm__wide_multiply(sum, sum), (uint64_t)of->customers, &rest);
  double n = (double)of->customers;
  double about;
  double part;
  mean.negative = mean.low != 0 || mean.high != 0;
  about = crm__wide_to_double(crm__wide_add(of->squares, mean));
  part = (double)rest / n;
  about = about - part;
  about = about < 0.0 ? 0.0 : about;
  part = n - 1.0;
  about = about / part;
  return about / n;
}

static void add_stratum(estimate *to, const crm__effect_sum *of, double weight)
{
  double n = (double)of->customers;
  double part = (double)of->before * weight;
  double square = weight * weight;
  part = part / n;
  to->before = to->before + part;
  part = (double)of->after * weight;
  part = part / n;
  to->after = to->after + part;
  part = (double)(of->after - of->before) * weight;
  part = part / n;
  to->change = to->change + part;
  square = square * variance_of_mean(of);
  to->variance = to->variance + square;
  square = square * square;
  part = n - 1.0;
  square = square / part;
  to->spread = to->spread + square;
}

static void compare_groups(const crm__effect *all, compared *of)
{
  const crm__effect_sum *used = &all->coverage[CRM__EFFECT_TREATED][CRM__EFFECT_USED];
  uint32_t i;
  int group;
  memset(of, 0, sizeof *of);
  for (group = 0; group < CRM__EFFECT_GROUPS; group++) {
    of->customers[group] = all->coverage[group][CRM__EFFECT_USED].customers;
  }
  for (i = 0; i < all->stratum_count; i++) {
    const crm__effect_stratum *in = &all->strata[i];
    if (in->status == CRM__EFFECT_USED) {
      double weight = (double)in->groups[CRM__EFFECT_TREATED].customers / (double)used->customers;
      add_stratum(&of->groups[CRM__EFFECT_TREATED], &in->groups[CRM__EFFECT_TREATED], weight);
      add_stratum(&of->groups[CRM__EFFECT_CONTROL], &in->groups[CRM__EFFECT_CONTROL], weight);
    }
  }
  of->uplift.before = of->groups[CRM__EFFECT_TREATED].before - of->groups[CRM__EFFECT_CONTROL].before;
  of->uplift.after = of->groups[CRM__EFFECT_TREATED].after - of->groups[CRM__EFFECT_CONTROL].after;
  of->uplift.change = of->groups[CRM__EFFECT_TREATED].change - of->groups[CRM__EFFECT_CONTROL].change;
  of->uplift.variance = of->groups[CRM__EFFECT_TREATED].variance + of->groups[CRM__EFFECT_CONTROL].variance;
  of->uplift.spread = of->groups[CRM__EFFECT_TREATED].spread + of->groups[CRM__EFFECT_CONTROL].spread;
}

/* ---- cells ---- */

/* Rounded half away from zero; null where it passes 64 bits. */
static void put_real(crm_table *table, int32_t column, double value, double unit)
{
  double scaled = value * unit;
  scaled = scaled < 0.0 ? scaled - 0.5 : scaled + 0.5;
  if (scaled > -9.2e18 && scaled < 9.2e18) {
    crm__table_put(table, column, (int64_t)scaled);
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_nulls(crm_table *table, int32_t first, int32_t last)
{
  for (; first <= last; first++) {
    crm__table_put_null(table, first);
  }
}

static double unit_of(const crm__effect *all)
{
  return all->measure == CRM_MEASURE_OCCASIONS ? 1e4 : 1.0;
}

/* Means: money, or occasions with four decimals. */
static void set_means(const crm__effect *all, crm__table_column *columns, int32_t first, int32_t last)
{
  int occasions = all->measure == CRM_MEASURE_OCCASIONS;
  for (; first <= last; first++) {
    columns[first].type = occasions ? CRM_TYPE_DECIMAL : CRM_TYPE_MONEY;
    columns[first].scale = occasions ? 4 : crm_store_digits(all->scope.store);
  }
}

static crm_status begin(const crm__effect *all, const char *name, const crm__table_column *columns, int32_t count,
                        int64_t rows, crm_table **table, crm_error *error)
{
  static const char *const measures[] = {"spend", "profit", "occasions"};
  const crm__scope *scope = &all->scope;
  char text[16];
  size_t length;
  crm_status status = crm__table_begin(crm__scope_memory(scope), name, columns, count, rows, table, error);
  if (status == CRM_OK) {
    crm__scope_describe(scope, *table, name, 1);
    length = crm__date_write(all->first_day, text);
    text[length] = '\0';
    crm__table_meta(*table, "at", "%s", text);
    crm__table_meta(*table, "days", "%d", (int)all->days);
    crm__table_meta(*table, "measure", "%s", measures[all->measure]);
    crm__table_meta_text(*table, "match", all->match_text);
    crm__table_meta(*table, "least_cases", "%d", (int)all->least_cases);
  }
  return status;
}

/* ---- the effect ---- */

enum { EFFECT_GROUP, EFFECT_CUSTOMERS, EFFECT_BEFORE, EFFECT_AFTER, EFFECT_CHANGE, EFFECT_SE, EFFECT_DF, EFFECT_LOW,
       EFFECT_HIGH, EFFECT_LIFT, EFFECT_TOTAL, EFFECT_TOTAL_LOW, EFFECT_TOTAL_HIGH, EFFECT_STATUS, EFFECT_COLUMNS };

static void put_interval(const crm__effect *all, crm_table *table, const estimate *of, double customers)
{
  double unit = unit_of(all);
  double total = of->change * customers;
  double half = sqrt(of->variance);
  double low = of->change;
  double high = of->change;
  put_real(table, EFFECT_SE, half, unit);
  if (of->spread > 0.0) {
    double degrees = of->variance * of->variance;
    degrees = degrees / of->spread;
    put_real(table, EFFECT_DF, degrees, 100.0);
    half = half * crm__student_95(degrees);
    low = low - half;
    high = high + half;
  } else {
    crm__table_put_null(table, EFFECT_DF);
  }
  put_real(table, EFFECT_LOW, low, unit);
  put_real(table, EFFECT_HIGH, high, unit);
  put_real(table, EFFECT_TOTAL, total, unit);
  put_real(table, EFFECT_TOTAL_LOW, low * customers, unit);
  put_real(table, EFFECT_TOTAL_HIGH, high * customers, unit);
}

/* What the treated would have had after without the programme is what they had less the uplift. */
static void put_lift(crm_table *table, const compared *of)
{
  double without = of->groups[CRM__EFFECT_TREATED].after - of->uplift.change;
  if (without > 0.0) {
    put_real(table, EFFECT_LIFT, of->uplift.change / without, 1e6);
  } else {
    crm__table_put_null(table, EFFECT_LIFT);
  }
}

static void put_means(const crm__effect *all, crm_table *table, const estimate *of)
{
  put_real(table, EFFECT_BEFORE, of->before, unit_of(all));
  put_real(table, EFFECT_AFTER, of->after, unit_of(all));
  put_real(table, EFFECT_CHANGE, of->change, unit_of(all));
}

static void put_effect(const crm__effect *all, crm_table *table, const compared *of)
{
  static const char *const names[] = {"treated", "control", "uplift"};
  int64_t treated = of->customers[CRM__EFFECT_TREATED];
  int64_t least = treated < of->customers[CRM__EFFECT_CONTROL] ? treated : of->customers[CRM__EFFECT_CONTROL];
  const char *status = least == 0 ? "undefined" : least < all->least_cases ? "insufficient" : "ok";
  int row;
  for (row = 0; row < 3; row++) {
    const estimate *one = row < CRM__EFFECT_GROUPS ? &of->groups[row] : &of->uplift;
    int enough = least >= all->least_cases;
    crm__table_put_name(table, EFFECT_GROUP, names[row]);
    crm__table_put(table, EFFECT_CUSTOMERS, row < CRM__EFFECT_GROUPS ? of->customers[row] : treated);
    if (enough || (least > 0 && row < CRM__EFFECT_GROUPS)) {
      put_means(all, table, one);
    } else {
      put_nulls(table, EFFECT_BEFORE, EFFECT_CHANGE);
    }
    if (enough) {
      put_interval(all, table, one, (double)treated);
    } else {
      put_nulls(table, EFFECT_SE, EFFECT_HIGH);
      put_nulls(table, EFFECT_TOTAL, EFFECT_TOTAL_HIGH);
    }
    if (enough && row == CRM__EFFECT_GROUPS) {
      put_lift(table, of);
    } else {
      crm__table_put_null(table, EFFECT_LIFT);
    }
    crm__table_put_name(table, EFFECT_STATUS, status);
  }
}

static crm_status make_effect(crm__effect *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[EFFECT_COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 },    { "customers", CRM_TYPE_INTEGER, 0 }, { "before", 0, 0 },
    { "after", 0, 0 },                { "change", 0, 0 },                   { "se", 0, 0 },
    { "df", CRM_TYPE_DECIMAL, 2 },    { "low", 0, 0 },                      { "high", 0, 0 },
    { "lift", CRM_TYPE_DECIMAL, 6 },  { "total", 0, 0 },                    { "total_low", 0, 0 },
    { "total_high", 0, 0 },           { "status", CRM_TYPE_TEXT, 0 }
  };
  compared of;
  crm_status status;
  set_means(all, columns, EFFECT_BEFORE, EFFECT_SE);
  set_means(all, columns, EFFECT_LOW, EFFECT_HIGH);
  set_means(all, columns, EFFECT_TOTAL, EFFECT_TOTAL_HIGH);
  status = begin(all, "effect", columns, EFFECT_COLUMNS, 3, table, error);
  if (status != CRM_OK) {
    return status;
  }
  compare_groups(all, &of);
  put_effect(all, *table, &of);
  return crm__table_finish(table, error);
}

/* ---- the strata ---- */

enum { STRATA_TREATED, STRATA_CONTROL, STRATA_WEIGHT, STRATA_TREATED_CHANGE, STRATA_CONTROL_CHANGE, STRATA_DIFFERENCE,
       STRATA_STATUS, STRATA_COLUMNS };

static const char *const reason_names[] = {"used", "unmatched", "few", "new", "both", "outside", "all"};

static double mean_change(const crm__effect_sum *of)
{
  return (double)(of->after - of->before) / (double)of->customers;
}

static void put_change(const crm__effect *all, crm_table *table, int32_t column, const crm__effect_sum *of)
{
  if (of->customers > 0) {
    put_real(table, column, mean_change(of), unit_of(all));
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_stratum(crm__effect *all, crm_table *table, const crm__effect_stratum *in, int64_t weight)
{
  const crm__effect_sum *treated = &in->groups[CRM__EFFECT_TREATED];
  const crm__effect_sum *control = &in->groups[CRM__EFFECT_CONTROL];
  int32_t first = all->match_count;
  int32_t i;
  for (i = 0; i < first; i++) {
    crm__field_put(&all->fields, &all->match[i], all->values[i][in->customer], table, i);
  }
  crm__table_put(table, first + STRATA_TREATED, treated->customers);
  crm__table_put(table, first + STRATA_CONTROL, control->customers);
  crm__table_put(table, first + STRATA_WEIGHT, weight);
  put_change(all, table, first + STRATA_TREATED_CHANGE, treated);
  put_change(all, table, first + STRATA_CONTROL_CHANGE, control);
  if (treated->customers > 0 && control->customers > 0) {
    put_real(table, first + STRATA_DIFFERENCE, mean_change(treated) - mean_change(control), unit_of(all));
  } else {
    crm__table_put_null(table, first + STRATA_DIFFERENCE);
  }
  crm__table_put_name(table, first + STRATA_STATUS, reason_names[in->status]);
}

/* The treated ones of each stratum that is used, as shares that add up to one. */
static int64_t *weigh(crm__effect *all)
{
  uint32_t count = all->stratum_count;
  int64_t *treated = crm__scope_alloc(&all->scope, count, sizeof *treated);
  int64_t *weights = crm__scope_alloc_zero(&all->scope, count, sizeof *weights);
  uint64_t *spare = crm__scope_alloc(&all->scope, count, sizeof *spare);
  uint32_t i;
  if (treated == NULL || weights == NULL || spare == NULL) {
    return NULL;
  }
  for (i = 0; i < count; i++) {
    int used = all->strata[i].status == CRM__EFFECT_USED;
    treated[i] = used ? all->strata[i].groups[CRM__EFFECT_TREATED].customers : 0;
  }
  if (all->coverage[CRM__EFFECT_TREATED][CRM__EFFECT_USED].customers > 0) {
    crm__apportion(treated, count, MILLION, weights, spare);
  }
  return weights;
}

static crm_status make_strata(crm__effect *all, crm_table **table, crm_error *error)
{
  static const crm__table_column fixed[STRATA_COLUMNS] = {
    { "treated", CRM_TYPE_INTEGER, 0 }, { "control", CRM_TYPE_INTEGER, 0 }, { "weight", CRM_TYPE_DECIMAL, 6 },
    { "treated_change", 0, 0 },         { "control_change", 0, 0 },         { "difference", 0, 0 },
    { "status", CRM_TYPE_TEXT, 0 }
  };
  crm__table_column columns[CRM_EFFECT_FIELDS + STRATA_COLUMNS];
  int64_t *weights = weigh(all);
  crm_status status;
  uint32_t i;
  int32_t field;
  for (field = 0; field < all->match_count; field++) {
    columns[field].name = all->match[field].name;
    columns[field].type = CRM_TYPE_TEXT;
    columns[field].scale = 0;
  }
  memcpy(columns + all->match_count, fixed, sizeof fixed);
  set_means(all, columns, all->match_count + STRATA_TREATED_CHANGE, all->match_count + STRATA_DIFFERENCE);
  if (weights == NULL) {
    return crm__fail_memory(error);
  }
  status = begin(all, "effect_strata", columns, all->match_count + STRATA_COLUMNS, all->stratum_count, table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < all->stratum_count; i++) {
    put_stratum(all, *table, &all->strata[i], weights[i]);
  }
  return crm__table_finish(table, error);
}

/* ---- the coverage ---- */

enum { COVERAGE_GROUP, COVERAGE_REASON, COVERAGE_CUSTOMERS, COVERAGE_SHARE, COVERAGE_BEFORE, COVERAGE_AFTER,
       COVERAGE_COLUMNS };

static void put_reason(crm_table *table, const char *group, const char *reason, const crm__effect_sum *of,
                       int64_t whole)
{
  crm__table_put_name(table, COVERAGE_GROUP, group);
  crm__table_put_name(table, COVERAGE_REASON, reason);
  crm__table_put(table, COVERAGE_CUSTOMERS, of->customers);
  if (whole > 0) {
    crm__table_put(table, COVERAGE_SHARE, crm__ratio(of->customers, whole));
  } else {
    crm__table_put_null(table, COVERAGE_SHARE);
  }
  crm__table_put(table, COVERAGE_BEFORE, of->before);
  crm__table_put(table, COVERAGE_AFTER, of->after);
}

static crm_status make_coverage(crm__effect *all, crm_table **table, crm_error *error)
{
  static const char *const groups[] = {"treated", "control"};
  crm__table_column columns[COVERAGE_COLUMNS] = {
    { "group", CRM_TYPE_TEXT, 0 },       { "reason", CRM_TYPE_TEXT, 0 }, { "customers", CRM_TYPE_INTEGER, 0 },
    { "share", CRM_TYPE_DECIMAL, 6 },    { "before", CRM_TYPE_INTEGER, 0 }, { "after", CRM_TYPE_INTEGER, 0 }
  };
  crm_status status;
  int group;
  int reason;
  if (all->measure != CRM_MEASURE_OCCASIONS) {
    set_means(all, columns, COVERAGE_BEFORE, COVERAGE_AFTER);
  }
  status = begin(all, "effect_coverage", columns, COVERAGE_COLUMNS,
                 CRM__EFFECT_GROUPS * (CRM__EFFECT_REASONS + 1), table, error);
  if (status != CRM_OK) {
    return status;
  }
  for (group = 0; group < CRM__EFFECT_GROUPS; group++) {
    crm__effect_sum whole;
    memset(&whole, 0, sizeof whole);
    for (reason = 0; reason < CRM__EFFECT_REASONS; reason++) {
      whole.customers += all->coverage[group][reason].customers;
      whole.before += all->coverage[group][reason].before;
      whole.after += all->coverage[group][reason].after;
    }
    for (reason = 0; reason < CRM__EFFECT_REASONS; reason++) {
      put_reason(*table, groups[group], reason_names[reason], &all->coverage[group][reason], whole.customers);
    }
    put_reason(*table, groups[group], reason_names[reason], &whole, whole.customers);
  }
  return crm__table_finish(table, error);
}

/* ---- the public ones ---- */

typedef crm_status (*maker)(crm__effect *all, crm_table **table, crm_error *error);

static crm_status compute(const crm_store *store, const crm_scope *scope, const crm_effect_options *options, maker make,
                          crm_table **table, crm_error *error)
{
  crm__effect all;
  crm_table *made = NULL;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__effect_open(&all, store, scope, options, error);
  if (status == CRM_OK) {
    status = make(&all, &made, error);
  }
  crm__effect_close(&all);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

crm_status crm_effect_compute(const crm_store *store, const crm_scope *scope, const crm_effect_options *options,
                              crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_effect, table, error);
}

crm_status crm_effect_strata(const crm_store *store, const crm_scope *scope, const crm_effect_options *options,
                             crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_strata, table, error);
}

crm_status crm_effect_coverage(const crm_store *store, const crm_scope *scope, const crm_effect_options *options,
                               crm_table **table, crm_error *error)
{
  return compute(store, scope, options, make_coverage, table, error);
}
