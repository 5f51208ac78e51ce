/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With shares of 25 and 50 percent: tier1, tier2, tier3.
 * 2023: a 100, b 90, c 50, d 40; e returned more than it bought, f is known by name.
 * 2024: b 100, c 80, a 60, g 50, f 10; d and e bought nothing. */
static const char *const sales =
  "document,time,customer,kind,amount\n"
  "1,2023-01-01,a,sale,100\n2,2023-02-01,b,sale,90\n3,2023-03-01,c,sale,50\n4,2023-04-01,d,sale,40\n"
  "5,2023-04-01,e,sale,4\n6,2023-04-02,e,return,5\n"
  "7,2024-01-01,b,sale,100\n8,2024-02-01,c,sale,80\n9,2024-03-01,a,sale,60\n10,2024-03-02,g,sale,50\n"
  "11,2024-04-01,f,sale,10\n12,2024-05-01,,sale,500\n";

static const char *const customers = "customer,joined\nf,2022-12-01\nh,2024-06-01\n";

typedef crm_status (*question)(const crm_store *store, const crm_scope *before, const crm_scope *after,
                               const crm_migration_options *options, crm_table **table, crm_error *error);

static crm_store *example(void)
{
  crm_store *store = facts_store(NULL, sales);
  facts_load_text(store, "customers", customers);
  return store;
}

static crm_scope year(int32_t of)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.from = facts_day(of, 1, 1);
  scope.to = facts_day(of + 1, 1, 1);
  scope.as_of = scope.to;
  return scope;
}

static crm_pyramid_options thirds(void)
{
  static const int32_t shares[] = {2500, 5000};
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  pyramid.shares = shares;
  pyramid.share_count = 2;
  return pyramid;
}

static crm_table *ask(question compute, const crm_store *store, int32_t measure)
{
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_pyramid_options pyramid = thirds();
  crm_scope before = year(2023);
  crm_scope after = year(2024);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  pyramid.measure = measure;
  options.pyramid = &pyramid;
  if (compute(store, &before, &after, &options, &table, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return table;
}

/* 2023: n = 4, cuts after 1 and 2: a | b | c d. 2024: n = 5, cuts after 2 and 3: b c | a | g f. */
static void test_worked_example(void **state)
{
  crm_store *store = example();
  crm_table *table = ask(crm_migration_compute, store, CRM_MEASURE_SPEND);
  (void)state;
  assert_string_equal(crm_table_meta_find(table, "before_from"), "2023-01-01T00:00:00");
  assert_string_equal(crm_table_meta_find(table, "value_tiers"), "2");
  assert_string_equal(crm_table_meta_find(table, "n_before"), "4");
  assert_result(table, "from,to,movement,customers,share,before,after,change\n"
                       "tier1,tier2,down,1,1.000000,100.00,60.00,-40.00\n"
                       "tier2,tier1,up,1,1.000000,90.00,100.00,10.00\n"
                       "tier3,tier1,up,1,0.500000,50.00,80.00,30.00\n"
                       "tier3,inactive,gone,1,0.500000,40.00,0.00,-40.00\n"
                       "nonpositive,inactive,outside,1,1.000000,-1.00,0.00,1.00\n"
                       "prospect,tier3,new,1,1.000000,0.00,10.00,10.00\n"
                       "absent,tier3,new,1,0.500000,0.00,50.00,50.00\n"
                       "absent,prospect,outside,1,0.500000,0.00,0.00,0.00\n");
  assert_result(ask(crm_migration_movements, store, CRM_MEASURE_SPEND),
                "movement,customers,share,before,after,change\n"
                "up,2,0.500000,140.00,180.00,40.00\ndown,1,0.250000,100.00,60.00,-40.00\n"
                "stay,0,0.000000,0.00,0.00,0.00\n"
                "gone,1,0.250000,40.00,0.00,-40.00\nnew,2,0.400000,0.00,60.00,60.00\noutside,2,,-1.00,0.00,1.00\n"
                "all_before,4,,280.00,240.00,-40.00\nall_after,5,,240.00,300.00,60.00\n");
  assert_result(ask(crm_migration_members, store, CRM_MEASURE_SPEND),
                "customer,from,to,movement,before,after,change\n"
                "a,tier1,tier2,down,100.00,60.00,-40.00\nb,tier2,tier1,up,90.00,100.00,10.00\n"
                "c,tier3,tier1,up,50.00,80.00,30.00\nd,tier3,inactive,gone,40.00,0.00,-40.00\n"
                "f,prospect,tier3,new,0.00,10.00,10.00\ng,absent,tier3,new,0.00,50.00,50.00\n");
  crm_store_free(store);
}

/* Not value customers before, and had bought: c, d, e; of them c is one after. Value customers before: a, b, and both
 * are after, but a stands lower: 100 of 190. Wilson for 2 of 2: 0.342380 to 1. */
static void test_rates(void **state)
{
  crm_store *store = example();
  crm_table *table = ask(crm_migration_rates, store, CRM_MEASURE_SPEND);
  (void)state;
  assert_int_equal(integer_at(table, "low", row_of(table, "measure", "value_kept_rate")), 342380);
  assert_result(table, "measure,value,numerator,denominator,status\n"
                       "up_rate,0.500000,2,4,ok\ndown_rate,0.250000,1,4,ok\ngone_rate,0.250000,1,4,ok\n"
                       "cultivation_rate,0.333333,1,3,ok\nvalue_kept_rate,1.000000,2,2,ok\n"
                       "value_at_risk,0.526316,10000,19000,ok\n");
  crm_store_free(store);
}

static void test_options(void **state)
{
  crm_store *store = example();
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_pyramid_options pyramid = thirds();
  crm_scope before = year(2023);
  crm_scope after = year(2024);
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  (void)state;
  options.pyramid = &pyramid;
  options.value_tiers = 1;
  assert_int_equal(crm_migration_rates(store, &before, &after, &options, &table, NULL), CRM_OK);
  assert_result(table, "measure,numerator,denominator\nup_rate,2,4\ndown_rate,1,4\ngone_rate,1,4\n"
                       "cultivation_rate,2,4\nvalue_kept_rate,0,1\nvalue_at_risk,10000,10000\n");
  /* occasions are no money; everybody has one, so all are tied in the highest tier */
  table = ask(crm_migration_movements, store, CRM_MEASURE_OCCASIONS);
  assert_int_equal(integer_at(table, "after", row_of(table, "movement", "all_after")), 5);
  crm_table_free(table);
  table = NULL;
  options.value_tiers = 4;
  assert_int_equal(crm_migration_compute(store, &before, &after, &options, &table, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "value_tiers");
  options.value_tiers = -1;
  assert_int_equal(crm_migration_compute(store, &before, &after, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  options.value_tiers = 0;
  pyramid.measure = 9;
  assert_int_equal(crm_migration_compute(store, &before, &after, &options, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_migration_compute(NULL, &before, &after, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_migration_compute(store, &before, &after, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  crm_store_free(store);
}

static void test_nothing(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_table *table = NULL;
  (void)state;
  assert_int_equal(crm_migration_compute(store, NULL, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "from,to,customers\n");
  assert_int_equal(crm_migration_rates(store, NULL, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "measure,value,low,status\nup_rate,,,undefined\ndown_rate,,,undefined\ngone_rate,,,undefined\n"
                       "cultivation_rate,,,undefined\nvalue_kept_rate,,,undefined\nvalue_at_risk,,,undefined\n");
  crm_store_free(store);
}

/* Not value customers before: c and d of tier3, e; value customers after: b 100, c 80, a 60, so that the cut is 60. c
 * had 80 on 1 February, 31 days after the first day of the year. */
static void test_how_long_cultivation_took(void **state)
{
  static const char *const known =
    "from,customers,cultivated,rate,p25_days,median_days,p75_days,cut\n"
    "tier3,2,1,0.500000,31,31,31,60.00\nnonpositive,1,0,0.000000,,,,60.00\ninactive,0,0,,,,,60.00\n"
    "all,3,1,0.333333,31,31,31,60.00\n";
  crm_store *store = example();
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_pyramid_options pyramid = thirds();
  crm_scope before = year(2023);
  crm_scope after = year(2024);
  crm_table *table = ask(crm_migration_cultivation, store, CRM_MEASURE_SPEND);
  (void)state;
  assert_string_equal(crm_table_meta_find(table, "definition"), "migration_cultivation");
  assert_result(table, known);
  /* of the top tier alone: b in 0 days, c in 31, of those who were not in it */
  options.pyramid = &pyramid;
  options.value_tiers = 1;
  assert_int_equal(crm_migration_cultivation(store, &before, &after, &options, &table, NULL), CRM_OK);
  assert_result(table, "from,customers,cultivated,p25_days,median_days,p75_days,cut\n"
                       "tier2,1,1,0,0,0,80.00\ntier3,2,1,31,31,31,80.00\nnonpositive,1,0,,,,80.00\n"
                       "inactive,0,0,,,,80.00\nall,4,2,0,0,31,80.00\n");
  /* of all history the cut is what c has then: 50 of 2023, and 80 on the same day as before */
  before.from = CRM_TIME_UNSET_FROM;
  after.from = CRM_TIME_UNSET_FROM;
  options.value_tiers = 0;
  assert_int_equal(crm_migration_cultivation(store, &before, &after, &options, &table, NULL), CRM_OK);
  assert_result(table, "from,customers,cultivated,median_days,cut\ntier3,2,1,31,130.00\nnonpositive,1,0,,130.00\n"
                       "inactive,0,0,,130.00\nall,3,1,31,130.00\n");
  crm_store_free(store);
  store = facts_store(NULL, NULL);
  assert_int_equal(crm_migration_cultivation(store, NULL, NULL, NULL, &table, NULL), CRM_OK);
  assert_result(table, "from,customers,cultivated,rate,low,median_days,cut\nsmall,0,0,,,,\nnonpositive,0,0,,,,\n"
                       "inactive,0,0,,,,\nall,0,0,,,,\n");
  crm_store_free(store);
}

/* ---- on random facts ---- */

static crm_store *random_store(uint64_t seed)
{
  static const char *const kinds[] = {"sale", "sale", "sale", "sale", "return"};
  dice of = dice_of(seed);
  facts *rows = facts_create("document,time,customer,kind,amount");
  crm_store *store = facts_store(NULL, NULL);
  char line[200];
  int i;
  for (i = 0; i < 200; i++) {
    (void)snprintf(line, sizeof line, "%d,20%d-%02d-%02d,c%d,%s,%d", i, 22 + dice_below(&of, 3),
                   1 + dice_below(&of, 12), 1 + dice_below(&of, 28), dice_below(&of, 60),
                   kinds[dice_below(&of, 5)], 1 + dice_below(&of, 90));
    facts_add(rows, line);
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

/* What the rows of a matrix come to by one of its two columns of layers, for each row of a pyramid. */
static void assert_layers(const crm_table *matrix, const char *layer, const char *value, const crm_store *store,
                          const crm_scope *scope)
{
  crm_pyramid *pyramid = NULL;
  crm_table *tiers = NULL;
  int64_t row;
  int64_t k;
  assert_int_equal(crm_pyramid_compute(store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_tiers(pyramid, &tiers, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(tiers); row++) {
    char name[32];
    size_t length;
    int64_t count = 0;
    int64_t money = 0;
    const char *text = crm_table_text(tiers, crm_table_find(tiers, "tier"), row, &length);
    memcpy(name, text, length);
    name[length] = '\0';
    for (k = 0; k < crm_table_rows(matrix); k++) {
      if (text_is(matrix, layer, k, name)) {
        count += integer_at(matrix, "customers", k);
        money += integer_at(matrix, value, k);
      }
    }
    assert_int_equal(count, integer_at(tiers, "customers", row));
    assert_int_equal(money, integer_at(tiers, "spend", row));
  }
  crm_table_free(tiers);
  crm_pyramid_free(pyramid);
}

static void assert_movements(const crm_table *matrix, const crm_table *movements, const crm_table *members)
{
  int64_t row;
  int64_t k;
  for (row = 0; row < 6; row++) {
    int64_t sums[2] = {0, 0};
    int64_t listed = 0;
    char name[16];
    size_t length;
    const char *text = crm_table_text(movements, 0, row, &length);
    memcpy(name, text, length);
    name[length] = '\0';
    for (k = 0; k < crm_table_rows(matrix); k++) {
      if (text_is(matrix, "movement", k, name)) {
        sums[0] += integer_at(matrix, "customers", k);
        sums[1] += integer_at(matrix, "change", k);
      }
    }
    for (k = 0; k < crm_table_rows(members); k++) {
      listed += text_is(members, "movement", k, name);
    }
    assert_int_equal(sums[0], integer_at(movements, "customers", row));
    assert_int_equal(sums[1], integer_at(movements, "change", row));
    assert_int_equal(listed, strcmp(name, "outside") == 0 ? 0 : sums[0]);
  }
}

static void test_identities(void **state)
{
  uint64_t seed;
  int how;
  (void)state;
  for (seed = 1; seed <= 10; seed++) {
    crm_store *store = random_store(seed);
    for (how = 0; how < 3; how++) {
      crm_scope before = year(how == 0 ? 2022 : 2023);
      crm_scope after = year(how == 2 ? 2023 : 2024);
      crm_table *tables[3] = {NULL, NULL, NULL};
      int i;
      if (how == 1) {
        before.from = CRM_TIME_UNSET_FROM;
        after.from = CRM_TIME_UNSET_FROM;
      }
      assert_int_equal(crm_migration_compute(store, &before, &after, NULL, &tables[0], NULL), CRM_OK);
      assert_int_equal(crm_migration_movements(store, &before, &after, NULL, &tables[1], NULL), CRM_OK);
      assert_int_equal(crm_migration_members(store, &before, &after, NULL, &tables[2], NULL), CRM_OK);
      assert_layers(tables[0], "from", "before", store, &before);
      assert_layers(tables[0], "to", "after", store, &after);
      assert_movements(tables[0], tables[1], tables[2]);
      for (i = 0; i < 3; i++) {
        crm_table_free(tables[i]);
      }
    }
    crm_store_free(store);
  }
}

static int is_lesser(const crm_table *members, const char *column, int64_t row)
{
  return text_is(members, column, row, "small") || text_is(members, column, row, "inactive") ||
         text_is(members, column, row, "nonpositive");
}

static int has_tier(const crm_table *members, const char *column, int64_t row)
{
  return text_is(members, column, row, "vip") || text_is(members, column, row, "major") ||
         text_is(members, column, row, "medium");
}

/* The first day at whose end a pyramid up to then has a customer at the cut. */
static int64_t days_until(const crm_store *store, const char *key, int64_t cut, int32_t measure)
{
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_standing standing = CRM_STANDING_INIT;
  int64_t day = -1;
  standing.value = INT64_MIN;
  options.measure = measure;
  while (standing.value < cut) {
    crm_scope scope = year(2024);
    crm_pyramid *pyramid = NULL;
    day++;
    assert_true(day < 366);
    scope.to = scope.from + (day + 1) * CRM_DAY;
    assert_int_equal(crm_pyramid_compute(store, &scope, &options, &pyramid, NULL), CRM_OK);
    assert_int_equal(crm_pyramid_find(pyramid, key, &standing, NULL), CRM_OK);
    crm_pyramid_free(pyramid);
  }
  return day;
}

static int compare_days(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

static void assert_days(const crm_store *store, int32_t measure)
{
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_scope before = year(2023);
  crm_scope after = year(2024);
  crm_table *table = NULL;
  crm_table *members = NULL;
  int64_t days[64];
  int64_t count = 0;
  int64_t cut = INT64_MAX;
  int64_t row;
  pyramid.measure = measure;
  options.pyramid = &pyramid;
  assert_int_equal(crm_migration_cultivation(store, &before, &after, &options, &table, NULL), CRM_OK);
  assert_int_equal(crm_migration_members(store, &before, &after, &options, &members, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(members); row++) {
    if (has_tier(members, "to", row) && integer_at(members, "after", row) < cut) {
      cut = integer_at(members, "after", row);
    }
  }
  for (row = 0; row < crm_table_rows(members); row++) {
    if (has_tier(members, "to", row) && is_lesser(members, "from", row)) {
      char key[16];
      size_t length;
      const char *text = crm_table_text(members, 0, row, &length);
      memcpy(key, text, length);
      key[length] = '\0';
      days[count++] = days_until(store, key, cut, measure);
    }
  }
  row = crm_table_rows(table) - 1;
  assert_true(count > 0);
  qsort(days, (size_t)count, sizeof days[0], compare_days);
  assert_int_equal(integer_at(table, "cultivated", row), count);
  assert_int_equal(integer_at(table, "cut", row), cut);
  assert_int_equal(integer_at(table, "p25_days", row), days[(count + 3) / 4 - 1]);
  assert_int_equal(integer_at(table, "median_days", row), days[(count + 1) / 2 - 1]);
  assert_int_equal(integer_at(table, "p75_days", row), days[(3 * count + 3) / 4 - 1]);
  crm_table_free(members);
  crm_table_free(table);
}

static void test_days_are_those_of_pyramids_day_by_day(void **state)
{
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 5; seed++) {
    crm_store *store = random_store(seed);
    assert_days(store, CRM_MEASURE_SPEND);
    assert_days(store, CRM_MEASURE_OCCASIONS);
    crm_store_free(store);
  }
}

/* Customers of the tiers before who moved as one of two words says. */
static int64_t moved_from_tiers(const crm_table *matrix, const char *movement, const char *other)
{
  static const char *const tiers[] = {"vip", "major", "medium", "small"};
  int64_t sum = 0;
  int64_t row;
  int i;
  for (row = 0; row < crm_table_rows(matrix); row++) {
    for (i = 0; i < 4; i++) {
      if (text_is(matrix, "from", row, tiers[i]) &&
          (text_is(matrix, "movement", row, movement) || text_is(matrix, "movement", row, other))) {
        sum += integer_at(matrix, "customers", row);
      }
    }
  }
  return sum;
}

/* Who moved up or down the pyramid from a year to the next, as the matrix has it. */
static void test_pyramid_kpis(void **state)
{
  static const char *const ids[] = {"pyramid_up", "pyramid_down"};
  int64_t moved = 0;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 10; seed++) {
    crm_store *store = random_store(seed);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_scope before = year(2023);
    crm_scope after = year(2024);
    crm_calendar calendar = CRM_CALENDAR_INIT;
    crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
    crm_kpi_value up = CRM_KPI_VALUE_INIT;
    crm_kpi_value down = CRM_KPI_VALUE_INIT;
    crm_table *matrix = NULL;
    crm_kpi *kpi = NULL;
    scope.as_of = facts_day(2025, 1, 1);
    calendar.period = CRM_PERIOD_YEAR;
    options.kpis = ids;
    options.kpi_count = 2;
    options.least_cases = 1;
    assert_int_equal(crm_migration_compute(store, &before, &after, NULL, &matrix, NULL), CRM_OK);
    assert_int_equal(crm_kpi_compute(store, &scope, &calendar, &options, &kpi, NULL), CRM_OK);
    assert_int_equal(crm_kpi_find(kpi, ids[0], "2024", NULL, &up, NULL), CRM_OK);
    assert_int_equal(crm_kpi_find(kpi, ids[1], "2024", NULL, &down, NULL), CRM_OK);
    assert_int_equal(up.numerator, moved_from_tiers(matrix, "up", "up"));
    assert_int_equal(down.numerator, moved_from_tiers(matrix, "down", "gone"));
    assert_int_equal(up.denominator, up.numerator + down.numerator + moved_from_tiers(matrix, "stay", "stay"));
    assert_int_equal(down.denominator, up.denominator);
    moved += up.numerator > 0 && down.numerator > 0;
    crm_kpi_free(kpi);
    crm_table_free(matrix);
    crm_store_free(store);
  }
  assert_true(moved > 5);
}

/* The KPIs of a year are the rates of that year and the one before. */
static void test_kpis(void **state)
{
  static const char *const ids[] = {"cultivation_rate", "value_at_risk"};
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 10; seed++) {
    crm_store *store = random_store(seed);
    crm_scope scope = CRM_SCOPE_INIT;
    crm_scope before = year(2023);
    crm_scope after = year(2024);
    crm_calendar calendar = CRM_CALENDAR_INIT;
    crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
    crm_kpi_value value = CRM_KPI_VALUE_INIT;
    crm_table *rates = NULL;
    crm_kpi *kpi = NULL;
    int i;
    scope.as_of = facts_day(2025, 1, 1);
    calendar.period = CRM_PERIOD_YEAR;
    options.kpis = ids;
    options.kpi_count = 2;
    options.least_cases = 1;
    assert_int_equal(crm_migration_rates(store, &before, &after, NULL, &rates, NULL), CRM_OK);
    assert_int_equal(crm_kpi_compute(store, &scope, &calendar, &options, &kpi, NULL), CRM_OK);
    for (i = 0; i < 2; i++) {
      int64_t row = i == 0 ? 3 : 5;
      assert_true(text_is(rates, "measure", row, ids[i]));
      assert_int_equal(crm_kpi_find(kpi, ids[i], "2024", NULL, &value, NULL), CRM_OK);
      assert_int_equal(value.numerator, integer_at(rates, "numerator", row));
      assert_int_equal(value.denominator, integer_at(rates, "denominator", row));
      assert_int_equal(value.value, integer_at(rates, "value", row));
      assert_true(value.denominator > 0);
    }
    crm_kpi_free(kpi);
    crm_table_free(rates);
    crm_store_free(store);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_worked_example), cmocka_unit_test(test_rates),   cmocka_unit_test(test_options),
    cmocka_unit_test(test_nothing),        cmocka_unit_test(test_identities),
    cmocka_unit_test(test_pyramid_kpis),
    cmocka_unit_test(test_kpis),           cmocka_unit_test(test_how_long_cultivation_took),
    cmocka_unit_test(test_days_are_those_of_pyramids_day_by_day)
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
