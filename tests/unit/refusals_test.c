/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"
#include "support/random.h"

#include <stdio.h>
#include <string.h>

/* What no function can be meant to do: an analysis without a store, without a place for the result, with a scope or
 * with options that are none; any function without what it is of. Each is refused as ARGUMENT, and nothing is handed
 * back. */

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
  static const char *const branches[] = {"x", NULL};
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
    scope.branches = branches;
    scope.branch_count = 2;
    refuse(i, store, &scope, NULL, "with a branch without a key");
    scope.branches = NULL;
    scope.branch_count = 0;
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

/* ---- every function ---- */

/* Without anything. */
#define ALL(ONE)                                                                                                 \
  ONE(crm_accounts_sites, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_bridge_compute, (NULL, NULL, NULL, NULL, NULL, error))                                                 \
  ONE(crm_classes_calibration, (NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_classes_compute, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_classes_corporate, (NULL, NULL, NULL, NULL, error))                                                    \
  ONE(crm_cockpit_builtin, (NULL, 0, error))                                                                     \
  ONE(crm_cockpit_create, (NULL, NULL, error))                                                                   \
  ONE(crm_cockpit_evaluate, (NULL, NULL, NULL, NULL, NULL, NULL, error))                                         \
  ONE(crm_cockpit_problems, (NULL, NULL, error))                                                                 \
  ONE(crm_cockpit_read, (NULL, 0, NULL, NULL, NULL, error))                                                      \
  ONE(crm_cockpit_read_file, (NULL, 0, NULL, NULL, NULL, error))                                                 \
  ONE(crm_cockpit_roles, (NULL, NULL, error))                                                                    \
  ONE(crm_cockpit_table, (NULL, 0, NULL, NULL, error))                                                           \
  ONE(crm_cohorts_compute, (NULL, NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_completeness_changes, (NULL, NULL, NULL, error))                                                       \
  ONE(crm_completeness_columns, (NULL, NULL, NULL, error))                                                       \
  ONE(crm_completeness_customers, (NULL, NULL, NULL, error))                                                     \
  ONE(crm_completeness_dossiers, (NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_completeness_freshness, (NULL, NULL, NULL, NULL, error))                                               \
  ONE(crm_completeness_idle, (NULL, NULL, NULL, NULL, error))                                                    \
  ONE(crm_completeness_static, (NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_composition_compute, (NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_composition_concentration, (NULL, NULL, NULL, NULL, error))                                            \
  ONE(crm_composition_spending, (NULL, NULL, NULL, NULL, error))                                                 \
  ONE(crm_context_configure, (NULL, NULL, error))                                                                \
  ONE(crm_context_create, (NULL, NULL, error))                                                                   \
  ONE(crm_conversion_compute, (NULL, NULL, NULL, NULL, error))                                                   \
  ONE(crm_due_compute, (NULL, NULL, NULL, NULL, error))                                                          \
  ONE(crm_effect_compute, (NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_effect_coverage, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_effect_strata, (NULL, NULL, NULL, NULL, error))                                                        \
  ONE(crm_findings_compute, (NULL, NULL, NULL, NULL, error))                                                     \
  ONE(crm_funnel_compute, (NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_identity_aliases, (NULL, NULL, error))                                                                 \
  ONE(crm_identity_erase, (NULL, NULL, 0, NULL, error))                                                          \
  ONE(crm_identity_forget, (NULL, NULL, 0, NULL, error))                                                         \
  ONE(crm_io_selftest, (NULL, NULL, error))                                                                      \
  ONE(crm_journey_history, (NULL, NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_journey_members, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_journey_stages, (NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_kpi_compute, (NULL, NULL, NULL, NULL, NULL, error))                                                    \
  ONE(crm_kpi_evidence, (NULL, NULL, NULL, NULL, NULL, error))                                                   \
  ONE(crm_kpi_find, (NULL, NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_kpi_info_at, (0, NULL, error))                                                                         \
  ONE(crm_kpi_info_find, (NULL, NULL, error))                                                                    \
  ONE(crm_kpi_registry, (NULL, NULL, error))                                                                     \
  ONE(crm_kpi_table, (NULL, NULL, error))                                                                        \
  ONE(crm_lifecycle_bucket, (NULL, NULL, NULL, error))                                                           \
  ONE(crm_lifecycle_churn, (NULL, NULL, error))                                                                  \
  ONE(crm_lifecycle_compute, (NULL, NULL, NULL, NULL, error))                                                    \
  ONE(crm_lifecycle_extension, (NULL, NULL, NULL, error))                                                        \
  ONE(crm_lifecycle_find, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_lifecycle_history, (NULL, NULL, NULL, error))                                                          \
  ONE(crm_lifecycle_limits, (NULL, NULL, error))                                                                 \
  ONE(crm_lifecycle_members, (NULL, NULL, error))                                                                \
  ONE(crm_lifecycle_reasons, (NULL, NULL, error))                                                                \
  ONE(crm_lifecycle_reasons_by_period, (NULL, NULL, NULL, error))                                                \
  ONE(crm_lifecycle_refill, (NULL, NULL, NULL, NULL, error))                                                     \
  ONE(crm_lifecycle_snapshot, (NULL, 0, NULL, error))                                                            \
  ONE(crm_lifecycle_stages, (NULL, NULL, error))                                                                 \
  ONE(crm_lifecycle_survival, (NULL, NULL, error))                                                               \
  ONE(crm_lifecycle_transitions, (NULL, 0, 0, NULL, error))                                                      \
  ONE(crm_load_append, (NULL, NULL, NULL, error))                                                                \
  ONE(crm_load_arrow, (NULL, NULL, NULL, NULL, NULL, error))                                                     \
  ONE(crm_load_arrow_stream, (NULL, NULL, NULL, NULL, error))                                                    \
  ONE(crm_load_begin, (NULL, NULL, NULL, error))                                                                 \
  ONE(crm_load_causes, (NULL, NULL, error))                                                                      \
  ONE(crm_load_commit, (NULL, error))                                                                            \
  ONE(crm_load_count, (NULL, NULL, NULL, error))                                                                 \
  ONE(crm_load_csv, (NULL, NULL, NULL, NULL, error))                                                             \
  ONE(crm_load_csv_file, (NULL, NULL, NULL, NULL, error))                                                        \
  ONE(crm_load_rejects, (NULL, NULL, error))                                                                     \
  ONE(crm_migration_compute, (NULL, NULL, NULL, NULL, NULL, error))                                              \
  ONE(crm_migration_cultivation, (NULL, NULL, NULL, NULL, NULL, error))                                          \
  ONE(crm_migration_members, (NULL, NULL, NULL, NULL, NULL, error))                                              \
  ONE(crm_migration_movements, (NULL, NULL, NULL, NULL, NULL, error))                                            \
  ONE(crm_migration_rates, (NULL, NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_organisation_gaps, (NULL, NULL, NULL, error))                                                          \
  ONE(crm_organisation_groups, (NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_organisation_history, (NULL, NULL, NULL, error))                                                       \
  ONE(crm_organisation_members, (NULL, NULL, NULL, error))                                                       \
  ONE(crm_ownership_handovers, (NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_ownership_history, (NULL, NULL, NULL, error))                                                          \
  ONE(crm_ownership_moved, (NULL, NULL, NULL, error))                                                            \
  ONE(crm_ownership_owners, (NULL, NULL, NULL, error))                                                           \
  ONE(crm_ownership_summary, (NULL, NULL, NULL, error))                                                          \
  ONE(crm_periods_compute, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_products_compute, (NULL, NULL, NULL, NULL, error))                                                     \
  ONE(crm_progress_opportunities, (NULL, NULL, NULL, NULL, error))                                               \
  ONE(crm_progress_stages, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_pyramid_compute, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_pyramid_concentration, (NULL, NULL, error))                                                            \
  ONE(crm_pyramid_find, (NULL, NULL, NULL, error))                                                               \
  ONE(crm_pyramid_members, (NULL, NULL, error))                                                                  \
  ONE(crm_pyramid_tiers, (NULL, NULL, error))                                                                    \
  ONE(crm_repeat_compute, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_rfm_compute, (NULL, NULL, NULL, NULL, error))                                                          \
  ONE(crm_rfm_segments, (NULL, NULL, NULL, NULL, error))                                                         \
  ONE(crm_rhythm_compute, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_rhythm_summary, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_segment_compute, (NULL, NULL, NULL, NULL, error))                                                      \
  ONE(crm_segment_contains, (NULL, NULL, NULL, error))                                                           \
  ONE(crm_segment_difference, (NULL, NULL, NULL, error))                                                         \
  ONE(crm_segment_drift, (NULL, NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_segment_explain, (NULL, NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_segment_fields, (NULL, NULL, error))                                                                   \
  ONE(crm_segment_intersection, (NULL, NULL, NULL, error))                                                       \
  ONE(crm_segment_members, (NULL, NULL, error))                                                                  \
  ONE(crm_segment_overlap, (NULL, NULL, 0, NULL, error))                                                         \
  ONE(crm_segment_pick, (NULL, NULL, 0, NULL, NULL, error))                                                      \
  ONE(crm_segment_spending, (NULL, NULL, NULL, NULL, 0, NULL, error))                                            \
  ONE(crm_segment_union, (NULL, NULL, NULL, error))                                                              \
  ONE(crm_store_attribute, (NULL, NULL, NULL, 0, error))                                                         \
  ONE(crm_store_backup, (NULL, NULL, NULL, error))                                                               \
  ONE(crm_store_changed, (NULL, 0, NULL, error))                                                                 \
  ONE(crm_store_check, (NULL, NULL, NULL, error))                                                                \
  ONE(crm_store_compact, (NULL, error))                                                                          \
  ONE(crm_store_create, (NULL, NULL, NULL, error))                                                               \
  ONE(crm_store_customer, (NULL, NULL, NULL, error))                                                             \
  ONE(crm_store_customer_documents, (NULL, NULL, NULL, error))                                                   \
  ONE(crm_store_document, (NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_store_file, (NULL, NULL, error))                                                                       \
  ONE(crm_store_loads, (NULL, NULL, error))                                                                      \
  ONE(crm_store_open, (NULL, NULL, NULL, NULL, error))                                                           \
  ONE(crm_store_prepare, (NULL, error))                                                                          \
  ONE(crm_store_read, (NULL, error))                                                                             \
  ONE(crm_store_reopened, (NULL, 0, NULL, error))                                                                \
  ONE(crm_store_rows, (NULL, NULL, NULL, error))                                                                 \
  ONE(crm_store_salvage, (NULL, NULL, NULL, NULL, NULL, error))                                                  \
  ONE(crm_store_save, (NULL, NULL, NULL, error))                                                                 \
  ONE(crm_store_schema, (NULL, NULL, error))                                                                     \
  ONE(crm_store_settings, (NULL, NULL, error))                                                                   \
  ONE(crm_store_sources, (NULL, NULL, error))                                                                    \
  ONE(crm_store_totals, (NULL, NULL, error))                                                                     \
  ONE(crm_store_verify, (NULL, error))                                                                           \
  ONE(crm_store_warnings, (NULL, NULL, error))                                                                   \
  ONE(crm_summary_create, (NULL, NULL, NULL, NULL, error))                                                       \
  ONE(crm_table_arrow, (NULL, 0, NULL, NULL, error))                                                             \
  ONE(crm_table_arrow_move, (NULL, 0, NULL, NULL, error))                                                        \
  ONE(crm_table_arrow_schema, (NULL, 0, NULL, error))                                                            \
  ONE(crm_table_arrow_stream, (NULL, 0, NULL, error))                                                            \
  ONE(crm_table_column, (NULL, 0, NULL, error))                                                                  \
  ONE(crm_table_write_csv, (NULL, NULL, error))                                                                  \
  ONE(crm_table_write_json, (NULL, NULL, error))                                                                 \
  ONE(crm_table_write_text, (NULL, NULL, NULL, error))                                                           \
  ONE(crm_target_counts, (NULL, NULL, NULL, NULL, error))                                                        \
  ONE(crm_target_list, (NULL, NULL, NULL, NULL, error))                                                          \
  ONE(crm_target_rows, (NULL, NULL, NULL, NULL, error))                                                          \
  ONE(crm_till_advance, (NULL, 0, error))                                                                        \
  ONE(crm_till_alerts, (NULL, NULL, error))                                                                      \
  ONE(crm_till_create, (NULL, NULL, NULL, NULL, error))                                                          \
  ONE(crm_till_gauges, (NULL, NULL, error))                                                                      \
  ONE(crm_till_move, (NULL, 0, NULL, error))                                                                     \
  ONE(crm_till_post, (NULL, NULL, NULL, error))                                                                  \
  ONE(crm_till_preview, (NULL, NULL, NULL, error))                                                               \
  ONE(crm_till_reach, (NULL, NULL, 0, 0, NULL, error))                                                           \
  ONE(crm_till_standing, (NULL, NULL, NULL, error))                                                              \
  ONE(crm_till_sync, (NULL, error))                                                                              \
  ONE(crm_view_compute, (NULL, NULL, NULL, NULL, NULL, error))

#define WITHOUT(name, arguments)                     \
  static crm_status without_##name(crm_error *error) \
  {                                                  \
    return name arguments;                           \
  }

ALL(WITHOUT)

#define ENTRY_WITHOUT(name, arguments) {#name, without_##name},

static const struct {
  const char *name;
  crm_status (*call)(crm_error *error);
} all[] = {ALL(ENTRY_WITHOUT)};

static void test_without_anything(void **state)
{
  int failures = 0;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof all / sizeof all[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    crm_status status = all[i].call(&error);
    if (status != CRM_ERROR_ARGUMENT || error.status != status || error.message[0] == '\0' ||
        all[i].call(NULL) != CRM_ERROR_ARGUMENT) {
      print_message("%s: %s: %s\n", all[i].name, crm_status_name(status), error.message);
      failures++;
    }
  }
  assert_int_equal(failures, 0);
}

/* The list is complete: it is compared with that of the public functions. */
static void test_every_function(void **state)
{
  static const char returns[] = "crm_status ";
  FILE *symbols = fopen(SYMBOLS, "r");
  char line[1024];
  size_t found = 0;
  (void)state;
  assert_non_null(symbols);
  while (fgets(line, sizeof line, symbols) != NULL) {
    size_t length = strcspn(line + sizeof returns - 1, "(");
    size_t i;
    if (strncmp(line, returns, sizeof returns - 1) != 0) {
      continue;
    }
    for (i = 0; i < sizeof all / sizeof all[0]; i++) {
      if (strlen(all[i].name) == length && strncmp(line + sizeof returns - 1, all[i].name, length) == 0) {
        break;
      }
    }
    if (i == sizeof all / sizeof all[0]) {
      fail_msg("%s is not tried", line);
    }
    found++;
  }
  (void)fclose(symbols);
  assert_int_equal(found, sizeof all / sizeof all[0]);
}

/* What it is of is there, and one of what it needs, or the place for what it gives, is not. */
typedef struct objects {
  crm_store *store;
  crm_cockpit *cockpit;
  crm_kpi *kpi;
  crm_lifecycle *lifecycle;
  crm_pyramid *pyramid;
  crm_segment *segment;
  crm_till *till;
  crm_load *load;
  crm_table *whole;
  const crm_segment *segments[2];
  const char *names[2];
  crm_segment *made;
  crm_table *table;
  crm_kpi_value value;
  crm_life_standing life;
  crm_standing standing;
  crm_customer_standing seen;
  crm_sale sale;
  crm_reach reach;
  crm_view view;
  crm_column column;
  int32_t contains;
} objects;

#define LACKING(ONE)                                                                                             \
  ONE(crm_cockpit_evaluate, (o->store, NULL, NULL, NULL, NULL, NULL, error))                                     \
  ONE(crm_cockpit_problems, (o->cockpit, NULL, error))                                                           \
  ONE(crm_cockpit_read, (o->cockpit, CRM_COCKPIT_GAUGES, NULL, NULL, NULL, error))                               \
  ONE(crm_cockpit_read_file, (o->cockpit, CRM_COCKPIT_GAUGES, NULL, NULL, NULL, error))                          \
  ONE(crm_cockpit_roles, (o->cockpit, NULL, error))                                                              \
  ONE(crm_cockpit_table, (o->cockpit, CRM_COCKPIT_GAUGES, NULL, NULL, error))                                    \
  ONE(crm_identity_aliases, (o->store, NULL, error))                                                             \
  ONE(crm_identity_erase, (o->store, NULL, 1, NULL, error))                                                      \
  ONE(crm_identity_forget, (o->store, NULL, 1, NULL, error))                                                     \
  ONE(crm_kpi_compute, (o->store, NULL, NULL, NULL, NULL, error))                                                \
  ONE(crm_kpi_evidence, (o->store, NULL, NULL, NULL, NULL, error))                                               \
  ONE(crm_kpi_find, (o->kpi, NULL, NULL, NULL, &o->value, error))                                                \
  ONE(crm_kpi_find, (o->kpi, "revenue", NULL, NULL, NULL, error))                                                \
  ONE(crm_kpi_table, (o->kpi, NULL, error))                                                                      \
  ONE(crm_lifecycle_bucket, (o->lifecycle, NULL, NULL, error))                                                   \
  ONE(crm_lifecycle_churn, (o->lifecycle, NULL, error))                                                          \
  ONE(crm_lifecycle_compute, (o->store, NULL, NULL, NULL, error))                                                \
  ONE(crm_lifecycle_extension, (o->lifecycle, NULL, NULL, error))                                                \
  ONE(crm_lifecycle_find, (o->lifecycle, NULL, &o->life, error))                                                 \
  ONE(crm_lifecycle_find, (o->lifecycle, "1", NULL, error))                                                      \
  ONE(crm_lifecycle_history, (o->lifecycle, NULL, NULL, error))                                                  \
  ONE(crm_lifecycle_limits, (o->lifecycle, NULL, error))                                                         \
  ONE(crm_lifecycle_members, (o->lifecycle, NULL, error))                                                        \
  ONE(crm_lifecycle_reasons, (o->lifecycle, NULL, error))                                                        \
  ONE(crm_lifecycle_reasons_by_period, (o->lifecycle, NULL, NULL, error))                                        \
  ONE(crm_lifecycle_refill, (o->lifecycle, NULL, NULL, NULL, error))                                             \
  ONE(crm_lifecycle_snapshot, (o->lifecycle, 0, NULL, error))                                                    \
  ONE(crm_lifecycle_stages, (o->lifecycle, NULL, error))                                                         \
  ONE(crm_lifecycle_survival, (o->lifecycle, NULL, error))                                                       \
  ONE(crm_lifecycle_transitions, (o->lifecycle, 0, 1, NULL, error))                                              \
  ONE(crm_load_append, (o->load, "sales", NULL, error))                                                          \
  ONE(crm_load_arrow, (o->load, "sales", NULL, NULL, NULL, error))                                               \
  ONE(crm_load_arrow_stream, (o->load, "sales", NULL, NULL, error))                                              \
  ONE(crm_load_begin, (o->store, NULL, NULL, error))                                                             \
  ONE(crm_load_causes, (o->load, NULL, error))                                                                   \
  ONE(crm_load_count, (o->load, "sales", NULL, error))                                                           \
  ONE(crm_load_csv, (o->load, "sales", NULL, NULL, error))                                                       \
  ONE(crm_load_csv_file, (o->load, "sales", NULL, NULL, error))                                                  \
  ONE(crm_load_rejects, (o->load, NULL, error))                                                                  \
  ONE(crm_organisation_gaps, (o->store, NULL, NULL, error))                                                      \
  ONE(crm_organisation_groups, (o->store, NULL, NULL, NULL, error))                                              \
  ONE(crm_organisation_history, (o->store, NULL, NULL, error))                                                   \
  ONE(crm_organisation_members, (o->store, NULL, NULL, error))                                                   \
  ONE(crm_pyramid_compute, (o->store, NULL, NULL, NULL, error))                                                  \
  ONE(crm_pyramid_concentration, (o->pyramid, NULL, error))                                                      \
  ONE(crm_pyramid_find, (o->pyramid, NULL, &o->standing, error))                                                 \
  ONE(crm_pyramid_find, (o->pyramid, "1", NULL, error))                                                          \
  ONE(crm_pyramid_members, (o->pyramid, NULL, error))                                                            \
  ONE(crm_pyramid_tiers, (o->pyramid, NULL, error))                                                              \
  ONE(crm_segment_compute, (o->store, NULL, NULL, NULL, error))                                                  \
  ONE(crm_segment_contains, (o->segment, NULL, &o->contains, error))                                             \
  ONE(crm_segment_contains, (o->segment, "1", NULL, error))                                                      \
  ONE(crm_segment_difference, (o->segment, NULL, &o->made, error))                                               \
  ONE(crm_segment_difference, (o->segment, o->segment, NULL, error))                                             \
  ONE(crm_segment_drift, (o->store, NULL, NULL, NULL, NULL, error))                                              \
  ONE(crm_segment_explain, (o->store, NULL, NULL, NULL, NULL, error))                                            \
  ONE(crm_segment_fields, (o->store, NULL, error))                                                               \
  ONE(crm_segment_members, (o->segment, NULL, error))                                                            \
  ONE(crm_segment_overlap, (o->segments, o->names, 2, NULL, error))                                              \
  ONE(crm_segment_overlap, (o->segments, o->names, 2, &o->table, error))                                         \
  ONE(crm_segment_pick, (o->store, NULL, 1, NULL, &o->made, error))                                              \
  ONE(crm_segment_pick, (o->store, NULL, 0, NULL, NULL, error))                                                  \
  ONE(crm_store_attribute, (o->store, NULL, "size", CRM_TYPE_TEXT, error))                                       \
  ONE(crm_store_attribute, (o->store, "customers", NULL, CRM_TYPE_TEXT, error))                                  \
  ONE(crm_store_backup, (o->store, NULL, NULL, error))                                                           \
  ONE(crm_store_changed, (o->store, 0, NULL, error))                                                             \
  ONE(crm_store_customer, (o->store, NULL, &o->table, error))                                                    \
  ONE(crm_store_customer, (o->store, "1", NULL, error))                                                          \
  ONE(crm_store_customer_documents, (o->store, NULL, &o->table, error))                                          \
  ONE(crm_store_customer_documents, (o->store, "1", NULL, error))                                                \
  ONE(crm_store_document, (o->store, NULL, NULL, &o->table, error))                                              \
  ONE(crm_store_document, (o->store, NULL, "1", NULL, error))                                                    \
  ONE(crm_store_file, (o->store, NULL, error))                                                                   \
  ONE(crm_store_loads, (o->store, NULL, error))                                                                  \
  ONE(crm_store_reopened, (o->store, 0, NULL, error))                                                            \
  ONE(crm_store_rows, (o->store, NULL, &o->table, error))                                                        \
  ONE(crm_store_rows, (o->store, "customers", NULL, error))                                                      \
  ONE(crm_store_salvage, (NULL, NULL, "one", NULL, &o->table, error))                                            \
  ONE(crm_store_salvage, (NULL, NULL, "one", "one", &o->table, error))                                           \
  ONE(crm_store_salvage, (NULL, NULL, "one", "other", NULL, error))                                              \
  ONE(crm_store_save, (o->store, NULL, NULL, error))                                                             \
  ONE(crm_store_schema, (o->store, NULL, error))                                                                 \
  ONE(crm_store_settings, (o->store, NULL, error))                                                               \
  ONE(crm_store_sources, (o->store, NULL, error))                                                                \
  ONE(crm_store_totals, (o->store, NULL, error))                                                                 \
  ONE(crm_store_warnings, (o->store, NULL, error))                                                               \
  ONE(crm_summary_create, (o->store, NULL, NULL, NULL, error))                                                   \
  ONE(crm_table_arrow, (o->whole, 0, NULL, NULL, error))                                                         \
  ONE(crm_table_arrow_schema, (o->whole, 0, NULL, error))                                                        \
  ONE(crm_table_arrow_stream, (o->whole, 0, NULL, error))                                                        \
  ONE(crm_table_column, (o->whole, 0, NULL, error))                                                              \
  ONE(crm_table_column, (o->whole, -1, &o->column, error))                                                       \
  ONE(crm_table_column, (o->whole, 1000, &o->column, error))                                                     \
  ONE(crm_table_write_csv, (o->whole, NULL, error))                                                              \
  ONE(crm_table_write_json, (o->whole, NULL, error))                                                             \
  ONE(crm_table_write_text, (o->whole, NULL, NULL, error))                                                       \
  ONE(crm_till_alerts, (o->till, NULL, error))                                                                   \
  ONE(crm_till_create, (o->store, NULL, NULL, NULL, error))                                                      \
  ONE(crm_till_gauges, (o->till, NULL, error))                                                                   \
  ONE(crm_till_move, (o->till, 0, NULL, error))                                                                  \
  ONE(crm_till_post, (o->till, NULL, &o->seen, error))                                                           \
  ONE(crm_till_preview, (o->till, NULL, &o->seen, error))                                                        \
  ONE(crm_till_preview, (o->till, &o->sale, NULL, error))                                                        \
  ONE(crm_till_reach, (o->till, NULL, 0, 0, &o->reach, error))                                                   \
  ONE(crm_till_reach, (o->till, "1", 0, 0, NULL, error))                                                         \
  ONE(crm_till_standing, (o->till, NULL, &o->seen, error))                                                       \
  ONE(crm_till_standing, (o->till, "1", NULL, error))                                                            \
  ONE(crm_view_compute, (o->store, NULL, NULL, NULL, &o->view, error))                                           \
  ONE(crm_view_compute, (o->store, NULL, NULL, "1", NULL, error))

#define LACK(name, arguments)                                             \
  status = name arguments;                                                \
  if (status != CRM_ERROR_ARGUMENT || reported.message[0] == '\0') {      \
    print_message("%s%s: %s\n", #name, #arguments, crm_status_name(status)); \
    failures++;                                                           \
  }                                                                       \
  reported.message[0] = '\0';

static void make_objects(objects *o)
{
  static const objects none = {0};
  static const crm_kpi_value value = CRM_KPI_VALUE_INIT;
  static const crm_life_standing life = CRM_LIFE_STANDING_INIT;
  static const crm_standing standing = CRM_STANDING_INIT;
  static const crm_customer_standing seen = CRM_CUSTOMER_STANDING_INIT;
  static const crm_sale sale = CRM_SALE_INIT;
  static const crm_reach reach = CRM_REACH_INIT;
  static const crm_view view = CRM_VIEW_INIT;
  static const char *const keys[] = {"1"};
  *o = none;
  o->value = value;
  o->life = life;
  o->standing = standing;
  o->seen = seen;
  o->sale = sale;
  o->reach = reach;
  o->view = view;
  o->store = random_sales(5, 100);
  assert_int_equal(crm_cockpit_create(NULL, &o->cockpit, NULL), CRM_OK);
  assert_int_equal(crm_kpi_compute(o->store, NULL, NULL, NULL, &o->kpi, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_compute(o->store, NULL, NULL, &o->lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_compute(o->store, NULL, NULL, &o->pyramid, NULL), CRM_OK);
  assert_int_equal(crm_segment_pick(o->store, keys, 1, NULL, &o->segment, NULL), CRM_OK);
  assert_int_equal(crm_till_create(o->store, NULL, NULL, &o->till, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_tiers(o->pyramid, &o->whole, NULL), CRM_OK);
  assert_int_equal(crm_load_begin(o->store, NULL, &o->load, NULL), CRM_OK);
  o->segments[0] = o->segment;
  o->names[0] = "one";
}

static void test_lacking(void **state)
{
  crm_error reported = CRM_ERROR_INIT;
  crm_error *error = &reported;
  crm_status status;
  objects all_of_them;
  objects *o = &all_of_them;
  int failures = 0;
  (void)state;
  make_objects(o);
  LACKING(LACK)
  assert_int_equal(failures, 0);
  assert_null(o->made);
  assert_null(o->table);
  crm_load_free(o->load);
  crm_table_free(o->whole);
  crm_till_free(o->till);
  crm_segment_free(o->segment);
  crm_pyramid_free(o->pyramid);
  crm_lifecycle_free(o->lifecycle);
  crm_kpi_free(o->kpi);
  crm_cockpit_free(o->cockpit);
  crm_store_free(o->store);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_no_store),
    cmocka_unit_test(test_no_place),
    cmocka_unit_test(test_bad_scopes),
    cmocka_unit_test(test_bad_options),
    cmocka_unit_test(test_without_anything),
    cmocka_unit_test(test_every_function),
    cmocka_unit_test(test_lacking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
