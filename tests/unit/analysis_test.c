/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What holds for every analysis: without memory it answers MEMORY and leaves nothing behind; what an older or a newer
 * client's options mean; the same facts in another order give the same bytes. */

/* An allocator that refuses from a given call on, and counts what is held. */
typedef struct account {
  int64_t left;   /* calls that are still served, below 0: all */
  int64_t held;
} account;

static void *allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
  account *of = context;
  void *made;
  if (new_size == 0) {
    of->held -= memory != NULL;
    free(memory);
    return NULL;
  }
  if (of->left == 0) {
    return NULL;
  }
  of->left -= of->left > 0;
  (void)old_size;
  made = realloc(memory, new_size);
  of->held += made != NULL && memory == NULL;
  return made;
}

typedef crm_status (*analysis)(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error);

static crm_status with_pyramid(const crm_store *store, const crm_scope *scope, int32_t ties,
                               crm_status (*make)(const crm_pyramid *, crm_table **, crm_error *), crm_table **table,
                               crm_error *error)
{
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  crm_status status;
  options.ties = ties;
  status = crm_pyramid_compute(store, scope, &options, &pyramid, error);
  if (status == CRM_OK) {
    status = make(pyramid, table, error);
  }
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status tiers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_pyramid(store, scope, CRM_TIES_TOGETHER, crm_pyramid_tiers, table, error);
}

static crm_status members(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_pyramid(store, scope, CRM_TIES_SPLIT, crm_pyramid_members, table, error);
}

static crm_status concentration(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_pyramid(store, scope, CRM_TIES_TOGETHER, crm_pyramid_concentration, table, error);
}

static crm_status rfm(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_rfm_compute(store, scope, NULL, table, error);
}

static crm_status rfm_split(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  options.ties = CRM_TIES_SPLIT;
  return crm_rfm_compute(store, scope, &options, table, error);
}

static crm_status segments(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_rfm_segments(store, scope, NULL, table, error);
}

static crm_status months(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_periods_compute(store, scope, NULL, table, error);
}

static crm_status cohorts(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_cohorts_compute(store, scope, NULL, NULL, table, error);
}

static crm_status rolling(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_cohorts_options options = CRM_COHORTS_OPTIONS_INIT;
  options.rolling_days = 30;
  return crm_cohorts_compute(store, scope, NULL, &options, table, error);
}

static crm_status products(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_products_compute(store, scope, NULL, table, error);
}

static const analysis analyses[] = { tiers,  members, concentration, rfm,     rfm_split,        segments,
                                     months, cohorts, rolling,       products, crm_repeat_compute,
                                     crm_rhythm_compute, crm_rhythm_summary };

#define ANALYSES (sizeof analyses / sizeof analyses[0])
#define LINES 3000

/* Enough customers and lines for the sorts that small inputs never reach. reverse: the other order of arrival. */
static facts *random_facts(int reverse)
{
  facts *rows = facts_create("document,time,customer,product,quantity,amount,cost,branch");
  char (*lines)[96] = malloc(LINES * sizeof *lines);
  dice random = dice_of(8);
  int i;
  assert_non_null(lines);
  for (i = 0; i < LINES; i++) {
    int who = dice_below(&random, 300);
    (void)snprintf(lines[i], sizeof lines[i], "%d,20%02d-%02d-%02d,%s%d,p%d,%d,%d.%02d,%d,%s", i, 21 + i % 3,
                   1 + dice_below(&random, 12), 1 + dice_below(&random, 28), who % 3 == 0 ? "c" : "", who,
                   dice_below(&random, 40), 1 + dice_below(&random, 5), dice_below(&random, 4000) - 300,
                   dice_below(&random, 100), dice_below(&random, 50), dice_below(&random, 2) == 0 ? "x" : "y");
  }
  for (i = 0; i < LINES; i++) {
    facts_add(rows, lines[reverse ? LINES - 1 - i : i]);
  }
  free(lines);
  return rows;
}

static crm_store *random_store(account *of, int reverse)
{
  crm_config config = CRM_CONFIG_INIT;
  facts *rows = random_facts(reverse);
  crm_store *store = NULL;
  config.allocate = allocate;
  config.allocate_context = of;
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

/* Every call of the allocator fails once, and all after it. */
static void test_without_memory(void **state)
{
  account of = { -1, 0 };
  crm_store *store = random_store(&of, 0);
  int64_t held = of.held;
  size_t i;
  (void)state;
  for (i = 0; i < ANALYSES; i++) {
    crm_scope scope = CRM_SCOPE_INIT;
    crm_status status = CRM_ERROR_MEMORY;
    int64_t served;
    scope.from = facts_day(2021, 3, 1);
    scope.occasions = CRM_OCCASIONS_DAY;
    scope.refunds = CRM_REFUNDS_SALE_DAY;
    for (served = 0; status == CRM_ERROR_MEMORY; served++) {
      crm_error error = CRM_ERROR_INIT;
      crm_table *table = NULL;
      of.left = served;
      status = analyses[i](store, &scope, &table, &error);
      of.left = -1;
      if (status != CRM_OK) {
        assert_int_equal(status, CRM_ERROR_MEMORY);
        assert_null(table);
        assert_int_equal(error.status, CRM_ERROR_MEMORY);
      }
      crm_table_free(table);
      assert_int_equal(of.held, held);
    }
    assert_int_equal(status, CRM_OK);
    assert_true(served > 2);
  }
  crm_store_free(store);
  assert_int_equal(of.held, 0);
}

/* ---- the order of arrival ---- */

typedef struct output {
  char *bytes;
  size_t length;
} output;

static crm_status keep(void *context, const void *bytes, size_t size)
{
  output *kept = context;
  kept->bytes = realloc(kept->bytes, kept->length + size);
  assert_non_null(kept->bytes);
  memcpy(kept->bytes + kept->length, bytes, size);
  kept->length += size;
  return CRM_OK;
}

static output json_of(const crm_store *store, analysis compute, const crm_scope *scope)
{
  output kept = { NULL, 0 };
  crm_sink sink = { (uint32_t)sizeof(crm_sink), 0, NULL, keep };
  crm_table *table = NULL;
  sink.context = &kept;
  assert_int_equal(compute(store, scope, &table, NULL), CRM_OK);
  assert_true(crm_table_rows(table) > 0);
  assert_int_equal(crm_table_write_json(table, &sink, NULL), CRM_OK);
  crm_table_free(table);
  return kept;
}

static void test_order_of_arrival(void **state)
{
  account of = { -1, 0 };
  crm_store *one = random_store(&of, 0);
  crm_store *other = random_store(&of, 1);
  crm_scope scopes[3] = { CRM_SCOPE_INIT, CRM_SCOPE_INIT, CRM_SCOPE_INIT };
  static const char *const branches[] = { "y" };
  size_t i;
  size_t s;
  (void)state;
  scopes[1].from = facts_day(2022, 1, 1);
  scopes[1].occasions = CRM_OCCASIONS_DAY;
  scopes[2].branches = branches;
  scopes[2].branch_count = 1;
  for (i = 0; i < ANALYSES; i++) {
    for (s = 0; s < 3; s++) {
      output a = json_of(one, analyses[i], &scopes[s]);
      output b = json_of(other, analyses[i], &scopes[s]);
      assert_int_equal(a.length, b.length);
      assert_memory_equal(a.bytes, b.bytes, a.length);
      free(a.bytes);
      free(b.bytes);
    }
  }
  crm_store_free(one);
  crm_store_free(other);
}

/* ---- structs of other sizes ---- */

typedef struct longer {
  crm_pyramid_options options;
  int64_t tail;
} longer;

static void test_sizes_of_options(void **state)
{
  account of = { -1, 0 };
  crm_store *store = random_store(&of, 0);
  crm_pyramid_options shorter = CRM_PYRAMID_OPTIONS_INIT;
  longer newer = { CRM_PYRAMID_OPTIONS_INIT, 0 };
  crm_standing part = CRM_STANDING_INIT;
  crm_pyramid *pyramid = NULL;
  (void)state;
  /* an older client knows the size, the cut and the ties alone: what lies behind is not read */
  shorter.struct_size = 12;
  shorter.measure = 99;
  assert_int_equal(crm_pyramid_compute(store, NULL, &shorter, &pyramid, NULL), CRM_OK);
  part.struct_size = (uint32_t)offsetof(crm_standing, population);
  part.population = -7;
  assert_int_equal(crm_pyramid_find(pyramid, "1", &part, NULL), CRM_OK);
  assert_non_null(part.name);
  assert_int_equal(part.population, -7);
  crm_pyramid_free(pyramid);
  pyramid = NULL;
  newer.options.struct_size = (uint32_t)sizeof newer;
  assert_int_equal(crm_pyramid_compute(store, NULL, &newer.options, &pyramid, NULL), CRM_OK);
  crm_pyramid_free(pyramid);
  pyramid = NULL;
  newer.tail = 1;
  assert_int_equal(crm_pyramid_compute(store, NULL, &newer.options, &pyramid, NULL), CRM_ERROR_ARGUMENT);
  assert_null(pyramid);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_without_memory),
    cmocka_unit_test(test_order_of_arrival),
    cmocka_unit_test(test_sizes_of_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
