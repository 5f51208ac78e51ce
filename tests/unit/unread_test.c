/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/loads.h"
#include "support/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A store of which nothing but the profiles is read answers no question that needs more: every public function that
 * takes a store is tried, and refuses or gives what the whole store gives. */

#define PATH "shop.crm"

typedef struct asked {
  crm_store *store;
  crm_error error;
  int freed;         /* what was made, so that it can be told from nothing */
} asked;

typedef crm_status (*question)(asked *of);

static crm_status end_table(asked *of, crm_status status, crm_table *table)
{
  assert_true((status == CRM_OK) == (table != NULL));
  of->freed = 1;
  crm_table_free(table);
  return status;
}

#define TABLE(name, call)                       \
  static crm_status ask_##name(asked *of)       \
  {                                             \
    crm_table *table = NULL;                    \
    crm_error *error = &of->error;              \
    crm_status status = call;                   \
    return end_table(of, status, table);        \
  }

#define PLAIN(name, call)                       \
  static crm_status ask_##name(asked *of)       \
  {                                             \
    crm_error *error = &of->error;              \
    return call;                                \
  }

static crm_status view_profile(const crm_store *store, crm_table **table, crm_error *error)
{
  crm_view view = CRM_VIEW_INIT;
  crm_status status = crm_view_compute(store, NULL, NULL, "c1", &view, error);
  *table = view.profile;
  view.profile = NULL;
  crm_view_clear(&view);
  return status;
}

TABLE(crm_accounts_sites, crm_accounts_sites(of->store, NULL, &table, error))
TABLE(crm_bridge_compute, crm_bridge_compute(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_classes_compute, crm_classes_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_classes_calibration, crm_classes_calibration(of->store, NULL, NULL, &table, error))
TABLE(crm_classes_corporate, crm_classes_corporate(of->store, NULL, NULL, &table, error))
TABLE(crm_conversion_compute, crm_conversion_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_cohorts_compute, crm_cohorts_compute(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_completeness_columns, crm_completeness_columns(of->store, NULL, &table, error))
TABLE(crm_completeness_customers, crm_completeness_customers(of->store, NULL, &table, error))
TABLE(crm_completeness_changes, crm_completeness_changes(of->store, NULL, &table, error))
TABLE(crm_completeness_dossiers, crm_completeness_dossiers(of->store, NULL, NULL, &table, error))
TABLE(crm_completeness_freshness, crm_completeness_freshness(of->store, NULL, NULL, &table, error))
TABLE(crm_completeness_idle, crm_completeness_idle(of->store, NULL, NULL, &table, error))
TABLE(crm_completeness_static, crm_completeness_static(of->store, NULL, NULL, &table, error))
TABLE(crm_composition_compute, crm_composition_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_composition_concentration, crm_composition_concentration(of->store, NULL, NULL, &table, error))
TABLE(crm_composition_spending, crm_composition_spending(of->store, NULL, NULL, &table, error))
TABLE(crm_segment_spending, crm_segment_spending(of->store, NULL, NULL, NULL, 0, &table, error))
TABLE(crm_due_compute, crm_due_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_effect_compute, crm_effect_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_effect_coverage, crm_effect_coverage(of->store, NULL, NULL, &table, error))
TABLE(crm_effect_strata, crm_effect_strata(of->store, NULL, NULL, &table, error))
TABLE(crm_findings_compute, crm_findings_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_funnel_compute, crm_funnel_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_identity_aliases, crm_identity_aliases(of->store, &table, error))
TABLE(crm_journey_history, crm_journey_history(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_journey_members, crm_journey_members(of->store, NULL, NULL, &table, error))
TABLE(crm_journey_stages, crm_journey_stages(of->store, NULL, NULL, &table, error))
TABLE(crm_migration_compute, crm_migration_compute(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_migration_cultivation, crm_migration_cultivation(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_migration_members, crm_migration_members(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_migration_movements, crm_migration_movements(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_migration_rates, crm_migration_rates(of->store, NULL, NULL, NULL, &table, error))
TABLE(crm_organisation_gaps, crm_organisation_gaps(of->store, NULL, &table, error))
TABLE(crm_organisation_groups, crm_organisation_groups(of->store, NULL, NULL, &table, error))
TABLE(crm_organisation_history, crm_organisation_history(of->store, NULL, &table, error))
TABLE(crm_organisation_members, crm_organisation_members(of->store, NULL, &table, error))
TABLE(crm_ownership_handovers, crm_ownership_handovers(of->store, NULL, NULL, &table, error))
TABLE(crm_ownership_history, crm_ownership_history(of->store, NULL, &table, error))
TABLE(crm_ownership_moved, crm_ownership_moved(of->store, NULL, &table, error))
TABLE(crm_ownership_owners, crm_ownership_owners(of->store, NULL, &table, error))
TABLE(crm_ownership_summary, crm_ownership_summary(of->store, NULL, &table, error))
TABLE(crm_periods_compute, crm_periods_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_progress_opportunities, crm_progress_opportunities(of->store, NULL, NULL, &table, error))
TABLE(crm_progress_stages, crm_progress_stages(of->store, NULL, NULL, &table, error))
TABLE(crm_products_compute, crm_products_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_repeat_compute, crm_repeat_compute(of->store, NULL, &table, error))
TABLE(crm_rfm_compute, crm_rfm_compute(of->store, NULL, NULL, &table, error))
TABLE(crm_rfm_segments, crm_rfm_segments(of->store, NULL, NULL, &table, error))
TABLE(crm_rhythm_compute, crm_rhythm_compute(of->store, NULL, &table, error))
TABLE(crm_rhythm_summary, crm_rhythm_summary(of->store, NULL, &table, error))
TABLE(crm_segment_fields, crm_segment_fields(of->store, &table, error))
TABLE(crm_target_counts, crm_target_counts(of->store, NULL, NULL, &table, error))
TABLE(crm_target_list, crm_target_list(of->store, NULL, NULL, &table, error))
TABLE(crm_target_rows, crm_target_rows(of->store, NULL, NULL, &table, error))
TABLE(crm_view_compute, view_profile(of->store, &table, error))
TABLE(crm_store_changed, crm_store_changed(of->store, 0, &table, error))
TABLE(crm_store_customer, crm_store_customer(of->store, "c1", &table, error))
TABLE(crm_store_customer_documents, crm_store_customer_documents(of->store, "c1", &table, error))
TABLE(crm_store_document, crm_store_document(of->store, "", "d1", &table, error))
TABLE(crm_store_reopened, crm_store_reopened(of->store, 0, &table, error))
TABLE(crm_store_rows, crm_store_rows(of->store, "customers", &table, error))
TABLE(crm_store_sources, crm_store_sources(of->store, &table, error))
TABLE(crm_store_totals, crm_store_totals(of->store, &table, error))
TABLE(crm_store_warnings, crm_store_warnings(of->store, &table, error))
PLAIN(crm_store_prepare, crm_store_prepare(of->store, error))
PLAIN(crm_store_verify, crm_store_verify(of->store, error))
PLAIN(crm_store_attribute, crm_store_attribute(of->store, "customers", "size", CRM_TYPE_TEXT, error))
PLAIN(crm_store_compact, crm_store_compact(of->store, error))

static const char *const keys[] = {"c1"};

TABLE(crm_identity_erase, crm_identity_erase(of->store, keys, 1, &table, error))
TABLE(crm_identity_forget, crm_identity_forget(of->store, keys, 1, &table, error))

static crm_segment_options grouped(void)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  options.expression = "orders >= 0";
  return options;
}

static crm_status ask_crm_segment_drift(asked *of)
{
  crm_segment_options options = grouped();
  crm_table *table = NULL;
  crm_status status = crm_segment_drift(of->store, NULL, NULL, &options, &table, &of->error);
  return end_table(of, status, table);
}

static crm_status ask_crm_segment_explain(asked *of)
{
  crm_segment_options options = grouped();
  crm_table *table = NULL;
  crm_status status = crm_segment_explain(of->store, NULL, &options, "c1", &table, &of->error);
  return end_table(of, status, table);
}

static crm_status ask_crm_segment_compute(asked *of)
{
  crm_segment_options options = grouped();
  crm_segment *segment = NULL;
  crm_status status = crm_segment_compute(of->store, NULL, &options, &segment, &of->error);
  crm_segment_free(segment);
  return status;
}

static crm_status ask_crm_segment_pick(asked *of)
{
  crm_segment *segment = NULL;
  int64_t unknown = 0;
  crm_status status = crm_segment_pick(of->store, keys, 1, &unknown, &segment, &of->error);
  crm_segment_free(segment);
  return status;
}

static crm_status ask_crm_kpi_compute(asked *of)
{
  crm_kpi *kpi = NULL;
  crm_status status = crm_kpi_compute(of->store, NULL, NULL, NULL, &kpi, &of->error);
  crm_kpi_free(kpi);
  return status;
}

static crm_status ask_crm_kpi_evidence(asked *of)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  crm_table *table = NULL;
  crm_status status;
  options.kpi = "revenue";
  status = crm_kpi_evidence(of->store, NULL, NULL, &options, &table, &of->error);
  return end_table(of, status, table);
}

static crm_status ask_crm_lifecycle_compute(asked *of)
{
  crm_lifecycle *lifecycle = NULL;
  crm_status status = crm_lifecycle_compute(of->store, NULL, NULL, &lifecycle, &of->error);
  crm_lifecycle_free(lifecycle);
  return status;
}

static crm_status ask_crm_load_begin(asked *of)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(of->store, NULL, &load, &of->error);
  crm_load_free(load);
  return status;
}

static crm_status ask_crm_summary_create(asked *of)
{
  crm_summary *summary = NULL;
  crm_status status = crm_summary_create(of->store, NULL, NULL, &summary, &of->error);
  crm_summary_free(summary);
  return status;
}

static crm_status ask_crm_till_create(asked *of)
{
  crm_till *till = NULL;
  crm_status status = crm_till_create(of->store, NULL, NULL, &till, &of->error);
  crm_till_free(till);
  return status;
}

static crm_status ask_crm_cockpit_evaluate(asked *of)
{
  crm_cockpit *cockpit = NULL;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  crm_status status;
  assert_int_equal(crm_cockpit_create(NULL, &cockpit, NULL), CRM_OK);
  status = crm_cockpit_evaluate(of->store, NULL, NULL, cockpit, NULL, &snapshot, &of->error);
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  return status;
}

/* In the default scope the pyramid is what profiles are for; in any other it is refused. */
static crm_status ask_crm_pyramid_compute(asked *of)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_status status;
  scope.from = facts_day(2023, 1, 1);
  status = crm_pyramid_compute(of->store, &scope, NULL, &pyramid, &of->error);
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status ask_crm_store_save(asked *of)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_io io = CRM_IO_INIT;
  test_disk *disk = test_disk_create(0);
  crm_status status;
  test_disk_io(disk, &io);
  options.io = &io;
  status = crm_store_save(of->store, &options, "other.crm", &of->error);
  test_disk_free(disk);
  return status;
}

#define ENTRY(name) {#name, ask_##name}

static const struct {
  const char *name;
  question ask;
} refused[] = {
  ENTRY(crm_accounts_sites), ENTRY(crm_bridge_compute), ENTRY(crm_classes_compute), ENTRY(crm_classes_corporate),
  ENTRY(crm_classes_calibration), ENTRY(crm_conversion_compute),
  ENTRY(crm_cockpit_evaluate), ENTRY(crm_cohorts_compute), ENTRY(crm_completeness_columns),
  ENTRY(crm_completeness_changes), ENTRY(crm_completeness_dossiers), ENTRY(crm_completeness_freshness),
  ENTRY(crm_completeness_idle), ENTRY(crm_completeness_static),
  ENTRY(crm_completeness_customers), ENTRY(crm_composition_compute), ENTRY(crm_composition_concentration),
  ENTRY(crm_composition_spending),
  ENTRY(crm_segment_spending),
  ENTRY(crm_view_compute), ENTRY(crm_due_compute),
  ENTRY(crm_effect_compute), ENTRY(crm_effect_coverage), ENTRY(crm_effect_strata),
  ENTRY(crm_findings_compute), ENTRY(crm_funnel_compute), ENTRY(crm_identity_aliases),
  ENTRY(crm_identity_erase), ENTRY(crm_identity_forget), ENTRY(crm_journey_history),
  ENTRY(crm_journey_members), ENTRY(crm_journey_stages), ENTRY(crm_kpi_compute), ENTRY(crm_kpi_evidence),
  ENTRY(crm_lifecycle_compute), ENTRY(crm_load_begin), ENTRY(crm_migration_compute), ENTRY(crm_migration_cultivation),
  ENTRY(crm_migration_members),
  ENTRY(crm_migration_movements), ENTRY(crm_migration_rates), ENTRY(crm_ownership_handovers),
  ENTRY(crm_organisation_gaps), ENTRY(crm_organisation_groups), ENTRY(crm_organisation_history),
  ENTRY(crm_organisation_members),
  ENTRY(crm_progress_opportunities), ENTRY(crm_progress_stages),
  ENTRY(crm_ownership_history), ENTRY(crm_ownership_moved), ENTRY(crm_ownership_owners), ENTRY(crm_ownership_summary),
  ENTRY(crm_periods_compute),
  ENTRY(crm_products_compute), ENTRY(crm_pyramid_compute), ENTRY(crm_repeat_compute), ENTRY(crm_rfm_compute),
  ENTRY(crm_rfm_segments), ENTRY(crm_rhythm_compute), ENTRY(crm_rhythm_summary), ENTRY(crm_segment_compute),
  ENTRY(crm_segment_drift), ENTRY(crm_segment_explain), ENTRY(crm_segment_fields), ENTRY(crm_segment_pick),
  ENTRY(crm_target_counts), ENTRY(crm_target_list), ENTRY(crm_target_rows),
  ENTRY(crm_store_attribute), ENTRY(crm_store_changed), ENTRY(crm_store_compact), ENTRY(crm_store_customer),
  ENTRY(crm_store_customer_documents), ENTRY(crm_store_document), ENTRY(crm_store_reopened), ENTRY(crm_store_rows),
  ENTRY(crm_store_prepare), ENTRY(crm_store_save), ENTRY(crm_store_sources), ENTRY(crm_store_totals),
  ENTRY(crm_store_verify), ENTRY(crm_store_warnings), ENTRY(crm_summary_create), ENTRY(crm_till_create),
};

/* What the head of a file is enough for, or what is no question. */
static const char *const answered[] = {
  "crm_store_backup", "crm_store_customers", "crm_store_digits", "crm_store_documents", "crm_store_file",
  "crm_store_free",
  "crm_store_horizon", "crm_store_lines", "crm_store_loads", "crm_store_open", "crm_store_read", "crm_store_schema",
  "crm_store_settings",
  "crm_store_version", "crm_store_create",
};

#define COUNT(list) (sizeof list / sizeof list[0])

typedef struct setting {
  test_disk *disk;
  crm_store *whole;
  asked of;
} setting;

static void open_it(setting *at)
{
  static const crm_error no_error = CRM_ERROR_INIT;
  static crm_io io;
  static const crm_io no_io = CRM_IO_INIT;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  at->disk = test_disk_create(CRM_IO_LOCKS);
  io = no_io;
  test_disk_io(at->disk, &io);
  options.io = &io;
  at->whole = random_sales(5, 400);
  put(at->whole, "customers", "customer,kind,joined\nc1,person,2020-01-01\nx1,internal,\nx2,,2020-01-01\nx3,,\n", "");
  assert_int_equal(crm_store_save(at->whole, &options, PATH, NULL), CRM_OK);
  options.content = CRM_CONTENT_PROFILES;
  at->of.error = no_error;
  if (crm_store_open(NULL, &options, PATH, &at->of.store, &at->of.error) != CRM_OK) {
    fail_msg("%s", at->of.error.message);
  }
}

static void close_it(setting *at)
{
  crm_store_free(at->of.store);
  crm_store_free(at->whole);
  test_disk_free(at->disk);
}

static void test_refused(void **state)
{
  setting at;
  size_t i;
  (void)state;
  open_it(&at);
  for (i = 0; i < COUNT(refused); i++) {
    crm_status status = refused[i].ask(&at.of);
    if (status != CRM_ERROR_STATE || strstr(at.of.error.message, "crm_store_read") == NULL) {
      if (status != CRM_ERROR_STATE || strstr(at.of.error.message, "to be read alone") == NULL) {
        fail_msg("%s answered %s: %s", refused[i].name, crm_status_name(status), at.of.error.message);
      }
    }
    at.of.error.message[0] = '\0';
  }
  assert_int_equal(crm_store_read(at.of.store, NULL), CRM_OK);
  for (i = 0; i < COUNT(refused); i++) {
    crm_status status = refused[i].ask(&at.of);
    asked whole = at.of;
    whole.store = at.whole;
    if (status == CRM_ERROR_STATE && strstr(at.of.error.message, "to be read alone") == NULL) {
      fail_msg("%s still answers %s", refused[i].name, at.of.error.message);
    }
    if (status != CRM_ERROR_STATE && status != refused[i].ask(&whole)) {
      fail_msg("%s answers %s, another thing than the store that was saved", refused[i].name, crm_status_name(status));
    }
  }
  close_it(&at);
}

/* The list is complete: it is compared with that of the public functions. */
static void test_every_function(void **state)
{
  FILE *symbols = fopen(SYMBOLS, "r");
  char line[1024];
  int functions = 0;
  (void)state;
  assert_non_null(symbols);
  while (fgets(line, sizeof line, symbols) != NULL) {
    char *end = strchr(line, '(');
    char *name;
    int found = 0;
    size_t i;
    if (end == NULL || strstr(end, "crm_store *") == NULL) {
      continue;
    }
    *end = '\0';
    name = strstr(line, "crm_");
    name = strstr(line, " crm_") != NULL ? strstr(line, " crm_") + 1 : name;
    for (i = 0; i < COUNT(refused); i++) {
      found |= strcmp(name, refused[i].name) == 0;
    }
    for (i = 0; i < COUNT(answered); i++) {
      found |= strcmp(name, answered[i]) == 0;
    }
    if (!found) {
      fail_msg("%s takes a store and is not tried", name);
    }
    functions++;
  }
  (void)fclose(symbols);
  assert_true(functions > 60);
}

static void text_of(text_buffer *to, crm_status status, crm_table *table)
{
  assert_int_equal(status, CRM_OK);
  text_add_table(to, table);
  crm_table_free(table);
}

static void show(const crm_store *store, int32_t measure, text_buffer *to)
{
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  crm_status status;
  options.measure = measure;
  assert_int_equal(crm_pyramid_compute(store, NULL, &options, &pyramid, NULL), CRM_OK);
  status = crm_pyramid_tiers(pyramid, &table, NULL);
  text_of(to, status, table);
  status = crm_pyramid_concentration(pyramid, &table, NULL);
  text_of(to, status, table);
  crm_pyramid_free(pyramid);
  status = crm_store_loads(store, &table, NULL);
  text_of(to, status, table);
  status = crm_store_schema(store, &table, NULL);
  text_of(to, status, table);
}

static void test_answered(void **state)
{
  crm_pyramid_options split = CRM_PYRAMID_OPTIONS_INIT;
  crm_standing standing = CRM_STANDING_INIT;
  crm_pyramid *pyramid = NULL;
  setting at;
  int32_t measure;
  (void)state;
  open_it(&at);
  assert_int_equal(crm_store_customers(at.of.store), crm_store_customers(at.whole));
  assert_int_equal(crm_store_documents(at.of.store), crm_store_documents(at.whole));
  assert_int_equal(crm_store_lines(at.of.store), crm_store_lines(at.whole));
  assert_int_equal(crm_store_version(at.of.store), crm_store_version(at.whole));
  assert_int_equal(crm_store_horizon(at.of.store), crm_store_horizon(at.whole));
  for (measure = CRM_MEASURE_SPEND; measure <= CRM_MEASURE_OCCASIONS; measure++) {
    text_buffer expected = TEXT_BUFFER_INIT;
    text_buffer now = TEXT_BUFFER_INIT;
    show(at.whole, measure, &expected);
    show(at.of.store, measure, &now);
    assert_text_same(&expected, &now, "shown of profiles");
    text_free(&expected);
    text_free(&now);
  }
  split.ties = CRM_TIES_SPLIT;
  assert_int_equal(crm_pyramid_compute(at.of.store, NULL, &split, &pyramid, NULL), CRM_ERROR_STATE);
  assert_int_equal(crm_pyramid_compute(at.of.store, NULL, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_find(pyramid, "c1", &standing, NULL), CRM_ERROR_STATE);
  crm_pyramid_free(pyramid);
  close_it(&at);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_every_function),
    cmocka_unit_test(test_answered),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
