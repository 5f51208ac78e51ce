/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/bits.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "table/build.h"

#include <crm/cohorts.h>

/* A cell a cohort and age. With calendar periods its customers come from the bitmaps of active periods; with rolling
 * windows, and where the occasions of a day count as one, from the sorted list of visits (customer and day). */

typedef struct cell {
  int64_t customers;
  int64_t revenue;
  int64_t orders;
} cell;

typedef struct cohorts {
  crm__scope *scope;         /* as the caller gave it: chooses cohorts */
  crm__scope wide;           /* to as-of: fills cells */
  crm__calendar calendar;
  crm__activity activity;
  int32_t rolling;           /* days of a window, or 0 */
  int32_t *of;               /* by customer: cohort, -1: none */
  int64_t *sizes;            /* by cohort */
  int64_t *starts;           /* by cohort: its first cell */
  int32_t *ages;             /* by cohort: number of cells */
  cell *cells;
  int64_t rows;
} cohorts;

/* ---- who belongs where ---- */

static crm_status assign(cohorts *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t customers = crm__customers(scope->store);
  uint32_t id;
  all->of = crm__scope_alloc(scope, customers, sizeof *all->of);
  all->sizes = crm__scope_alloc_zero(scope, (uint64_t)all->activity.periods, sizeof *all->sizes);
  if (all->of == NULL || all->sizes == NULL) {
    return crm__fail_memory(error);
  }
  for (id = 0; id < customers; id++) {
    int32_t cohort = crm__activity_first(&all->activity, id);
    int chosen = cohort >= 0 && cohort < all->activity.periods &&
                 crm__day_in_period(scope, crm__activity_ever(&all->activity, id)) && crm__customer_counts(scope, id);
    all->of[id] = chosen ? cohort : -1;
    if (chosen) {
      all->sizes[cohort]++;
    }
  }
  return CRM_OK;
}

/* Cells of a cohort up to the one that the last day before as-of is in, for its earliest possible member. */
static int64_t age_count(const cohorts *all, int32_t cohort)
{
  if (all->rolling == 0) {
    return all->activity.periods - cohort;
  }
  return ((int64_t)crm__day_before(all->scope, all->scope->as_of) - all->activity.starts[cohort]) / all->rolling + 1;
}

static crm_status lay_out(cohorts *all, crm_error *error)
{
  uint64_t periods = (uint64_t)all->activity.periods;
  int32_t c;
  all->starts = crm__scope_alloc(all->scope, periods, sizeof *all->starts);
  all->ages = crm__scope_alloc_zero(all->scope, periods, sizeof *all->ages);
  if (all->starts == NULL || all->ages == NULL) {
    return crm__fail_memory(error);
  }
  for (c = 0; c < all->activity.periods; c++) {
    all->starts[c] = all->rows;
    if (all->sizes[c] > 0) {
      int64_t ages = age_count(all, c);
      if (ages > CRM__PERIODS) {
        return crm__fail(error, CRM_ERROR_LIMIT, "over %d windows", CRM__PERIODS);
      }
      all->ages[c] = (int32_t)ages;
      all->rows += ages;
    }
  }
  all->cells = crm__scope_alloc_zero(all->scope, (uint64_t)all->rows, sizeof *all->cells);
  return all->cells == NULL ? crm__fail_memory(error) : CRM_OK;
}

/* ---- cells ---- */

/* Below 0: before the cohort. */
static int32_t age_of(const cohorts *all, uint32_t id, int32_t day)
{
  int32_t first = crm__activity_ever(&all->activity, id);
  if (all->rolling == 0) {
    uint16_t place = crm__activity_place(&all->activity, day);
    return place == CRM__NO_PLACE ? -1 : (int32_t)place - 1 - all->of[id];
  }
  return day < first ? -1 : (day - first) / all->rolling;
}

/* The cell of a customer's fact, NULL where it is before the cohort begins. */
static cell *cell_of(const cohorts *all, uint32_t id, int32_t day)
{
  int32_t age = age_of(all, id, day);
  if (age < 0 || age >= all->ages[all->of[id]]) {
    return NULL;
  }
  return &all->cells[all->starts[all->of[id]] + age];
}

/* Customers by the bitmaps. */
static void count_active(cohorts *all)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t words = all->activity.words;
  uint32_t id;
  for (id = 0; id < customers; id++) {
    const uint64_t *bits = crm__activity_bits(&all->activity, id);
    int32_t cohort = all->of[id];
    uint32_t place;
    uint32_t w;
    if (cohort < 0) {
      continue;
    }
    place = (uint32_t)cohort + 1U;
    for (w = place / 64U; w < words; w++) {
      uint64_t word = bits[w];   /* nothing in it is before the first occasion ever */
      while (word != 0) {
        all->cells[all->starts[cohort] + w * 64U + crm__lowest_bit(word) - place].customers++;
        word &= word - 1U;
      }
    }
  }
}

/* How many facts ahead a customer's cohort is asked for. */
#define AHEAD CRM__SIZE(24, 2)

/* Money, orders where each document is one, and the visits where visits is not NULL. Answers how many visits. */
static uint64_t add_facts(cohorts *all, crm__facts *facts, uint64_t *visits)
{
  int each = all->scope->occasions == CRM_OCCASIONS_EACH;
  uint64_t count = 0;
  uint32_t i;
  crm__facts_begin(facts);
  while (crm__facts_next(facts, &all->wide)) {
    for (i = 0; i < facts->count; i++) {
      uint32_t flags = facts->flags[i];
      uint32_t id = facts->customer[i];
      int32_t day;
      cell *in;
      if (i + AHEAD < facts->count && facts->customer[i + AHEAD] != CRM__NONE) {
        CRM__PREFETCH(&all->of[facts->customer[i + AHEAD]]);
      }
      if (!(flags & CRM__FACT_PERIOD) || id == CRM__NONE || all->of[id] < 0) {
        continue;
      }
      day = facts->day[i];
      in = cell_of(all, id, day);
      if (in == NULL) {
        continue;
      }
      in->revenue += facts->money[i];
      if (flags & CRM__FACT_OCCASION) {
        in->orders += each ? facts->orders[i] : 0;
        if (visits != NULL) {
          visits[count++] = crm__visit(id, day);
        }
      }
    }
  }
  return count;
}

/* Visits in order: each day once, and each window once where windows are rolling. */
static void add_visits(cohorts *all, const uint64_t *visits, uint64_t count)
{
  const cell *last = NULL;
  uint32_t owner = CRM__NONE;
  uint64_t i;
  for (i = 0; i < count; i++) {
    uint32_t id = crm__visit_customer(visits[i]);
    cell *in;
    if (i > 0 && visits[i] == visits[i - 1U]) {
      continue;
    }
    in = cell_of(all, id, crm__visit_day(visits[i]));
    if (all->rolling > 0 && (in != last || id != owner)) {
      in->customers++;
    }
    in->orders += all->scope->occasions == CRM_OCCASIONS_DAY;
    last = in;
    owner = id;
  }
}

static crm_status fill(cohorts *all, crm_error *error)
{
  crm__facts *facts = crm__scope_alloc(all->scope, 1, sizeof *facts);
  uint64_t documents = (uint64_t)crm_store_documents(all->scope->store);
  uint64_t *visits = NULL;
  uint64_t *spare = NULL;
  uint64_t count;
  crm_status status;
  if (all->rolling > 0 || all->scope->occasions == CRM_OCCASIONS_DAY) {
    visits = crm__scope_alloc(all->scope, documents, sizeof *visits);
    spare = crm__scope_alloc(all->scope, documents, sizeof *spare);
    if (visits == NULL || spare == NULL) {
      return crm__fail_memory(error);
    }
  }
  if (facts == NULL) {
    return crm__fail_memory(error);
  }
  if (all->rolling == 0) {
    count_active(all);
  }
  count = add_facts(all, facts, visits);
  status = crm__facts_end(facts, error);
  if (status == CRM_OK && visits != NULL) {
    crm__radix_sort(visits, NULL, spare, NULL, count);
    add_visits(all, visits, count);
  }
  return status;
}

/* ---- the table ---- */

enum { COHORT_LABEL, COHORT_SIZE, COHORT_PERIOD, COHORT_CUSTOMERS, COHORT_RATE, COHORT_LOW, COHORT_HIGH,
       COHORT_COMPLETE, COHORT_AGE, COHORT_REVENUE, COHORT_ORDERS, COHORT_COLUMNS };

/* Whether a cell is over at as-of, for a window that of the last member the cohort can still have. A cohort that the
 * scope's end cuts short gets none after it. */
static int is_complete(const cohorts *all, int32_t cohort, int32_t age)
{
  const crm__scope *scope = all->scope;
  int64_t end;
  if (all->rolling == 0) {
    end = all->activity.starts[cohort + age + 1];
  } else {
    int64_t member = all->activity.starts[cohort + 1] - 1;
    if (scope->to < scope->as_of && crm__day_before(scope, scope->to) < member) {
      member = crm__day_before(scope, scope->to);
    }
    end = member + ((int64_t)age + 1) * all->rolling;
  }
  return crm__day_instant(scope, end) <= scope->as_of;
}

static void put_cell(const cohorts *all, crm_table *table, int32_t cohort, int32_t age)
{
  const cell *of = &all->cells[all->starts[cohort] + age];
  int64_t size = all->sizes[cohort];
  char label[64];
  size_t length = crm__period_label(&all->calendar, all->activity.starts[cohort], label);
  int64_t low;
  int64_t high;
  crm__table_put_text(table, COHORT_LABEL, label, length);
  crm__table_put(table, COHORT_SIZE, size);
  if (all->rolling > 0) {
    crm__key key = { NULL, 0, age };
    crm__table_put_key(table, COHORT_PERIOD, key);
  } else {
    length = crm__period_label(&all->calendar, all->activity.starts[cohort + age], label);
    crm__table_put_text(table, COHORT_PERIOD, label, length);
  }
  crm__wilson(of->customers, size, &low, &high);
  crm__table_put(table, COHORT_CUSTOMERS, of->customers);
  crm__table_put(table, COHORT_RATE, crm__ratio(of->customers, size));
  crm__table_put(table, COHORT_LOW, low);
  crm__table_put(table, COHORT_HIGH, high);
  crm__table_put(table, COHORT_COMPLETE, is_complete(all, cohort, age));
  crm__table_put(table, COHORT_AGE, age);
  crm__table_put(table, COHORT_REVENUE, of->revenue);
  crm__table_put(table, COHORT_ORDERS, of->orders);
}

static crm_status put_cells(const cohorts *all, crm_table **table, crm_error *error)
{
  crm__table_column columns[COHORT_COLUMNS] = {
    { "cohort", CRM_TYPE_TEXT, 0 },     { "size", CRM_TYPE_INTEGER, 0 },     { "period", CRM_TYPE_TEXT, 0 },
    { "customers", CRM_TYPE_INTEGER, 0 }, { "rate", CRM_TYPE_DECIMAL, 6 },   { "low", CRM_TYPE_DECIMAL, 6 },
    { "high", CRM_TYPE_DECIMAL, 6 },    { "complete", CRM_TYPE_BOOLEAN, 0 }, { "age", CRM_TYPE_INTEGER, 0 },
    { "revenue", CRM_TYPE_MONEY, 0 },   { "orders", CRM_TYPE_INTEGER, 0 }
  };
  int32_t cohort;
  int32_t age;
  crm_status status;
  columns[COHORT_REVENUE].scale = crm_store_digits(all->scope->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "cohorts", columns, COHORT_COLUMNS, all->rows, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(all->scope, *table, "cohorts", 1);
  crm__table_meta(*table, "rolling_days", "%d", all->rolling);
  for (cohort = 0; cohort < all->activity.periods; cohort++) {
    for (age = 0; all->rows > 0 && age < all->ages[cohort]; age++) {
      put_cell(all, *table, cohort, age);
    }
  }
  return crm__table_finish(table, error);
}

/* ---- cells that came with the activity ---- */

/* Whether the cells that came with the activity are those of the cohorts: all that the period holds, of all customers
 * whose first occasion is in one of the periods. */
static int cells_serve(const cohorts *all)
{
  const crm__scope *scope = all->scope;
  return all->rolling == 0 && all->activity.cells != NULL && scope->to == scope->as_of &&
         (scope->from == INT64_MIN ||
          crm__business_day(scope->from, scope->day_start) == all->activity.starts[0]);
}

static crm_status take_sizes(cohorts *all, crm_error *error)
{
  int32_t c;
  all->sizes = crm__scope_alloc(all->scope, (uint64_t)all->activity.periods, sizeof *all->sizes);
  if (all->sizes == NULL) {
    return crm__fail_memory(error);
  }
  for (c = 0; c < all->activity.periods; c++) {
    all->sizes[c] = all->activity.moves[c + 1].size;
  }
  return CRM_OK;
}

static void take_cells(cohorts *all)
{
  int32_t cohort;
  int32_t age;
  for (cohort = 0; cohort < all->activity.periods; cohort++) {
    const crm__cell *from = all->activity.cells + (size_t)cohort * (size_t)(all->activity.periods + 1);
    for (age = 0; age < all->ages[cohort]; age++) {
      cell *to = &all->cells[all->starts[cohort] + age];
      to->customers = from[age].customers;
      to->revenue = from[age].revenue;
      to->orders = from[age].orders;
    }
  }
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  cohorts *all = context;
  crm_status status;
  all->scope = scope;
  all->wide = *scope;
  all->wide.to = scope->as_of;
  status = crm__activity_with_cells(&all->wide, &all->calendar, &all->activity, error);
  if (status == CRM_OK && all->activity.periods > 0) {
    int served = cells_serve(all);
    status = served ? take_sizes(all, error) : assign(all, error);
    if (status == CRM_OK) {
      status = lay_out(all, error);
    }
    if (status == CRM_OK && served) {
      take_cells(all);
    } else if (status == CRM_OK) {
      status = fill(all, error);
    }
  }
  return status == CRM_OK ? put_cells(all, table, error) : status;
}

static crm_status read_options(cohorts *all, const crm_cohorts_options *given, crm_error *error)
{
  crm_cohorts_options options = CRM_COHORTS_OPTIONS_INIT;
  if (given != NULL) {
    crm_status status = crm__struct_read(&options, sizeof options, given, "crm_cohorts_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (options.rolling_days < 0) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "rolling_days", 0, -1, "days are 0 or more");
  }
  all->rolling = options.rolling_days;
  return CRM_OK;
}

crm_status crm_cohorts_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                               const crm_cohorts_options *options, crm_table **table, crm_error *error)
{
  static const cohorts none = { 0 };
  cohorts all = none;
  crm_status status = read_options(&all, options, error);
  if (status == CRM_OK) {
    status = crm__calendar_open(&all.calendar, calendar, error);
  }
  return status == CRM_OK ? crm__scope_table(store, scope, make, &all, table, error) : status;
}
