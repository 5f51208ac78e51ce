/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"
#include "support/random.h"

#include <string.h>

/* What no analysis can be meant to do: without a store, without a place for the result, with a scope or with options
 * that are none. Each is refused as ARGUMENT, and nothing is handed back. */

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, const void *options, crm_table **to,
                               crm_error *error);

#define ASK(name, arguments)                                                                              \
  static crm_status ask_##name(const crm_store *store, const crm_scope *scope, const void *options,       \
                               crm_table **to, crm_error *error)                                          \
  {                                                                                                       \
    (void)options;                                                                                        \
    return name arguments;                                                                                \
  }

ASK(crm_accounts_sites, (store, scope, to, error))
ASK(crm_bridge_compute, (store, scope, options, options, to, error))
ASK(crm_classes_compute, (store, scope, options, to, error))
ASK(crm_classes_calibration, (store, scope, options, to, error))
ASK(crm_classes_corporate, (store, scope, options, to, error))
ASK(crm_conversion_compute, (store, scope, options, to, error))
ASK(crm_cohorts_compute, (store, scope, options, options, to, error))
ASK(crm_completeness_columns, (store, scope, to, error))
ASK(crm_completeness_customers, (store, scope, to, error))
ASK(crm_completeness_changes, (store, scope, to, error))
ASK(crm_completeness_dossiers, (store, scope, options, to, error))
ASK(crm_completeness_freshness, (store, scope, options, to, error))
ASK(crm_completeness_idle, (store, scope, options, to, error))
ASK(crm_completeness_static, (store, scope, options, to, error))
ASK(crm_composition_compute, (store, scope, options, to, error))
ASK(crm_composition_concentration, (store, scope, options, to, error))
ASK(crm_composition_spending, (store, scope, options, to, error))
ASK(crm_segment_spending, (store, scope, NULL, NULL, 0, to, error))
ASK(crm_due_compute, (store, scope, options, to, error))
ASK(crm_effect_compute, (store, scope, options, to, error))
ASK(crm_effect_coverage, (store, scope, options, to, error))
ASK(crm_effect_strata, (store, scope, options, to, error))
ASK(crm_findings_compute, (store, scope, options, to, error))
ASK(crm_funnel_compute, (store, scope, options, to, error))
ASK(crm_journey_history, (store, scope, options, NULL, to, error))
ASK(crm_journey_members, (store, scope, options, to, error))
ASK(crm_journey_stages, (store, scope, options, to, error))
ASK(crm_migration_compute, (store, scope, NULL, options, to, error))
ASK(crm_migration_cultivation, (store, scope, NULL, options, to, error))
ASK(crm_migration_members, (store, scope, NULL, options, to, error))
ASK(crm_migration_movements, (store, scope, NULL, options, to, error))
ASK(crm_migration_rates, (store, scope, NULL, options, to, error))
ASK(crm_ownership_handovers, (store, scope, options, to, error))
ASK(crm_ownership_history, (store, scope, to, error))
ASK(crm_ownership_moved, (store, scope, to, error))
ASK(crm_ownership_owners, (store, scope, to, error))
ASK(crm_ownership_summary, (store, scope, to, error))
ASK(crm_periods_compute, (store, scope, options, to, error))
ASK(crm_progress_opportunities, (store, scope, options, to, error))
ASK(crm_progress_stages, (store, scope, options, to, error))
ASK(crm_products_compute, (store, scope, options, to, error))
ASK(crm_repeat_compute, (store, scope, to, error))
ASK(crm_rfm_compute, (store, scope, options, to, error))
ASK(crm_rfm_segments, (store, scope, options, to, error))
ASK(crm_rhythm_compute, (store, scope, to, error))
ASK(crm_rhythm_summary, (store, scope, to, error))
ASK(crm_target_counts, (store, scope, options, to, error))
ASK(crm_target_list, (store, scope, options, to, error))
ASK(crm_target_rows, (store, scope, options, to, error))

#define ENTRY(name) {#name, ask_##name}

static const struct {
  const char *name;
  question ask;
} analyses[] = {
  ENTRY(crm_accounts_sites), ENTRY(crm_bridge_compute), ENTRY(crm_classes_compute), ENTRY(crm_classes_calibration),
  ENTRY(crm_classes_corporate), ENTRY(crm_conversion_compute), ENTRY(crm_cohorts_compute),
  ENTRY(crm_completeness_columns), ENTRY(crm_completeness_customers), ENTRY(crm_completeness_changes),
  ENTRY(crm_completeness_dossiers), ENTRY(crm_completeness_freshness), ENTRY(crm_completeness_idle),
  ENTRY(crm_completeness_static), ENTRY(crm_composition_compute), ENTRY(crm_composition_concentration),
  ENTRY(crm_composition_spending), ENTRY(crm_segment_spending), ENTRY(crm_due_compute), ENTRY(crm_effect_compute),
  ENTRY(crm_effect_coverage), ENTRY(crm_effect_strata), ENTRY(crm_findings_compute), ENTRY(crm_funnel_compute),
  ENTRY(crm_journey_history), ENTRY(crm_journey_members), ENTRY(crm_journey_stages), ENTRY(crm_migration_compute),
  ENTRY(crm_migration_cultivation), ENTRY(crm_migration_members), ENTRY(crm_migration_movements),
  ENTRY(crm_migration_rates), ENTRY(crm_ownership_handovers), ENTRY(crm_ownership_history),
  ENTRY(crm_ownership_moved), ENTRY(crm_ownership_owners), ENTRY(crm_ownership_summary), ENTRY(crm_periods_compute),
  ENTRY(crm_progress_opportunities), ENTRY(crm_progress_stages), ENTRY(crm_products_compute),
  ENTRY(crm_repeat_compute), ENTRY(crm_rfm_compute), ENTRY(crm_rfm_segments), ENTRY(crm_rhythm_compute),
  ENTRY(crm_rhythm_summary), ENTRY(crm_target_counts), ENTRY(crm_target_list), ENTRY(crm_target_rows),
};

#define COUNT (sizeof analyses / sizeof analyses[0])

static void refuse(size_t i, const crm_store *store, const crm_scope *scope, const void *options, const char *what)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_status status = analyses[i].ask(store, scope, options, &table, &error);
  if (status != CRM_ERROR_ARGUMENT || table != NULL || error.message[0] == '\0') {
    fail_msg("%s %s: %s: %s", analyses[i].name, what, crm_status_name(status), error.message);
  }
}

static void test_no_store(void **state)
{
  size_t i;
  (void)state;
  for (i = 0; i < COUNT; i++) {
    refuse(i, NULL, NULL, NULL, "without a store");
  }
}

static void test_no_place(void **state)
{
  crm_store *store = random_sales(5, 100);
  size_t i;
  (void)state;
  for (i = 0; i < COUNT; i++) {
    assert_int_equal(analyses[i].ask(store, NULL, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  }
  crm_store_free(store);
}

static void test_bad_scopes(void **state)
{
  crm_store *store = random_sales(5, 100);
  crm_scope scope = CRM_SCOPE_INIT;
  size_t i;
  (void)state;
  for (i = 0; i < COUNT; i++) {
    scope.struct_size = 1;
    refuse(i, store, &scope, NULL, "with a scope that is too short");
    scope.struct_size = (uint32_t)sizeof scope;
    scope.refunds = 7;
    refuse(i, store, &scope, NULL, "with refunds dated in no way");
    scope.refunds = 0;
  }
  crm_store_free(store);
}

static void test_bad_options(void **state)
{
  static const uint32_t options[64] = {1};   /* the first field of any is its size */
  crm_store *store = random_sales(5, 100);
  size_t i;
  (void)state;
  for (i = 0; i < COUNT; i++) {
    crm_table *table = NULL;
    crm_status with = analyses[i].ask(store, NULL, options, &table, NULL);
    crm_status without;
    crm_table_free(table);
    table = NULL;
    without = analyses[i].ask(store, NULL, NULL, &table, NULL);
    crm_table_free(table);
    if (with != CRM_ERROR_ARGUMENT && with != without) {   /* where there are none, nothing is different */
      fail_msg("%s with options that are too short: %s", analyses[i].name, crm_status_name(with));
    }
  }
  crm_store_free(store);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_store),
    cmocka_unit_test(test_no_place),
    cmocka_unit_test(test_bad_scopes),
    cmocka_unit_test(test_bad_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
