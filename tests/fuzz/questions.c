/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/questions.h"

#include <string.h>

#define QUESTION(name, call)                                                                                    \
  static crm_status name(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)   \
  {                                                                                                             \
    return call;                                                                                                \
  }

/* ---- in two steps ---- */

#define PYRAMID(name, call)                                                                                     \
  static crm_status name(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)   \
  {                                                                                                             \
    crm_pyramid *pyramid = NULL;                                                                                \
    crm_status status = crm_pyramid_compute(store, scope, NULL, &pyramid, error);                               \
    status = status == CRM_OK ? call : status;                                                                  \
    crm_pyramid_free(pyramid);                                                                                  \
    return status;                                                                                              \
  }

PYRAMID(pyramid_tiers, crm_pyramid_tiers(pyramid, table, error))
PYRAMID(pyramid_concentration, crm_pyramid_concentration(pyramid, table, error))
PYRAMID(pyramid_members, crm_pyramid_members(pyramid, table, error))

#define LIFECYCLE(name, call)                                                                                   \
  static crm_status name(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)   \
  {                                                                                                             \
    crm_lifecycle *lives = NULL;                                                                                \
    crm_status status = crm_lifecycle_compute(store, scope, NULL, &lives, error);                               \
    status = status == CRM_OK ? call : status;                                                                  \
    crm_lifecycle_free(lives);                                                                                  \
    return status;                                                                                              \
  }

LIFECYCLE(lifecycle_stages, crm_lifecycle_stages(lives, table, error))
LIFECYCLE(lifecycle_snapshot, crm_lifecycle_snapshot(lives, scope->as_of, table, error))
LIFECYCLE(lifecycle_bucket, crm_lifecycle_bucket(lives, NULL, table, error))
LIFECYCLE(lifecycle_refill, crm_lifecycle_refill(lives, NULL, NULL, table, error))
LIFECYCLE(lifecycle_survival, crm_lifecycle_survival(lives, table, error))
LIFECYCLE(lifecycle_reasons, crm_lifecycle_reasons(lives, table, error))
LIFECYCLE(lifecycle_churn, crm_lifecycle_churn(lives, table, error))
LIFECYCLE(lifecycle_members, crm_lifecycle_members(lives, table, error))

static crm_status kpis(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_kpi *kpi = NULL;
  crm_status status = crm_kpi_compute(store, scope, NULL, NULL, &kpi, error);
  status = status == CRM_OK ? crm_kpi_table(kpi, table, error) : status;
  crm_kpi_free(kpi);
  return status;
}

static crm_status segment(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *made = NULL;
  crm_status status;
  options.expression = "spend >= 100 and (orders > 1 or days_since_last < 90) or kind = 'business'";
  status = crm_segment_compute(store, scope, &options, &made, error);
  status = status == CRM_OK ? crm_segment_members(made, table, error) : status;
  crm_segment_free(made);
  return status;
}

/* ---- between two dates ---- */

static crm_scope before(const crm_scope *scope)
{
  crm_scope earlier = *scope;
  earlier.as_of -= 60 * CRM_DAY;
  return earlier;
}

#define MIGRATION(name, function)                                                                               \
  static crm_status name(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)   \
  {                                                                                                             \
    crm_scope earlier = before(scope);                                                                          \
    return function(store, &earlier, scope, NULL, table, error);                                                \
  }

MIGRATION(migration, crm_migration_compute)
MIGRATION(migration_movements, crm_migration_movements)
MIGRATION(migration_rates, crm_migration_rates)
MIGRATION(migration_cultivation, crm_migration_cultivation)
MIGRATION(migration_members, crm_migration_members)

/* ---- in one ---- */

QUESTION(periods, crm_periods_compute(store, scope, NULL, table, error))
QUESTION(cohorts, crm_cohorts_compute(store, scope, NULL, NULL, table, error))
QUESTION(rfm_segments, crm_rfm_segments(store, scope, NULL, table, error))
QUESTION(products, crm_products_compute(store, scope, NULL, table, error))
QUESTION(funnel, crm_funnel_compute(store, scope, NULL, table, error))
QUESTION(progress_stages, crm_progress_stages(store, scope, NULL, table, error))
QUESTION(bridge, crm_bridge_compute(store, scope, NULL, NULL, table, error))
QUESTION(calibration, crm_classes_calibration(store, scope, NULL, table, error))
QUESTION(freshness, crm_completeness_freshness(store, scope, NULL, table, error))
QUESTION(conversion, crm_conversion_compute(store, scope, NULL, table, error))
QUESTION(target_counts, crm_target_counts(store, scope, NULL, table, error))
QUESTION(groups, crm_organisation_groups(store, scope, NULL, table, error))

QUESTION(rfm, crm_rfm_compute(store, scope, NULL, table, error))
QUESTION(due, crm_due_compute(store, scope, NULL, table, error))
QUESTION(classes, crm_classes_compute(store, scope, NULL, table, error))
QUESTION(corporate, crm_classes_corporate(store, scope, NULL, table, error))
QUESTION(dossiers, crm_completeness_dossiers(store, scope, NULL, table, error))
QUESTION(idle, crm_completeness_idle(store, scope, NULL, table, error))
QUESTION(progress, crm_progress_opportunities(store, scope, NULL, table, error))
QUESTION(target_list, crm_target_list(store, scope, NULL, table, error))
QUESTION(handovers, crm_ownership_handovers(store, scope, NULL, table, error))
QUESTION(journey, crm_journey_stages(store, scope, NULL, table, error))
QUESTION(findings, crm_findings_compute(store, scope, NULL, table, error))
QUESTION(aliases, scope == NULL ? CRM_ERROR_ARGUMENT : crm_identity_aliases(store, table, error))
QUESTION(warnings, scope == NULL ? CRM_ERROR_ARGUMENT : crm_store_warnings(store, table, error))

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error);

static const question questions[FUZZ_QUESTIONS] = {
  pyramid_tiers, pyramid_concentration, periods, cohorts, rfm_segments, products, crm_repeat_compute,
  crm_rhythm_summary, funnel, progress_stages, calibration, crm_completeness_columns,
  crm_completeness_changes, freshness, conversion, groups, crm_ownership_summary, kpis,
  lifecycle_stages, lifecycle_snapshot, lifecycle_bucket, lifecycle_refill, lifecycle_survival, lifecycle_reasons,
  migration, migration_movements, migration_rates, migration_cultivation,
  /* with keys */
  pyramid_members, target_counts, bridge, rfm, due, classes, corporate, dossiers, idle, progress, target_list,
  handovers, journey, findings,
  aliases, warnings, segment, lifecycle_churn, lifecycle_members, migration_members, crm_rhythm_compute,
  crm_accounts_sites, crm_ownership_history, crm_ownership_owners, crm_ownership_moved, crm_completeness_customers,
};

void fuzz_text_question(fuzz_text *text, const crm_store *store, const crm_scope *scope, int32_t which)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_status status = questions[which](store, scope, &table, &error);
  if (status == CRM_OK) {
    fuzz_text_table(text, table);
    return;
  }
  NEED_WHY(status == CRM_ERROR_ARGUMENT || status == CRM_ERROR_OVERFLOW || status == CRM_ERROR_LIMIT ||
             status == CRM_ERROR_RANGE,
           &error);
  fuzz_text_add(text, crm_status_name(status), strlen(crm_status_name(status)));
}

void fuzz_text_rows(fuzz_text *text, const crm_store *store)
{
  static const char *const tables[] = { "customers", "products", "opportunities", "pipelines", "stages",
                                        "interactions", "payments", "figures", "staff", "merges", "ownership",
                                        "parents", "changes", "assignments" };
  size_t i;
  for (i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    crm_table *rows = NULL;
    NEED(crm_store_rows(store, tables[i], &rows, NULL) == CRM_OK);
    fuzz_text_table(text, rows);
  }
}
