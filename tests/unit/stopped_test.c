/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"
#include "support/random.h"
#include "support/rounds.h"

#include <string.h>

/* A host may stop every analysis that goes through the facts, each time that it is asked: it then gets its own status
 * and no result, and the same question again gives what it would have given. */

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, crm_table **table);

#define ASK(name, call)                                                                             \
  static crm_status ask_##name(const crm_store *store, const crm_scope *scope, crm_table **table)   \
  {                                                                                                 \
    return call;                                                                                    \
  }

ASK(bridge, crm_bridge_compute(store, scope, NULL, NULL, table, NULL))
ASK(calibration, crm_classes_calibration(store, scope, NULL, table, NULL))
ASK(classes, crm_classes_compute(store, scope, NULL, table, NULL))
ASK(cohorts, crm_cohorts_compute(store, scope, NULL, NULL, table, NULL))
ASK(composition, crm_composition_compute(store, scope, NULL, table, NULL))
ASK(conversion, crm_conversion_compute(store, scope, NULL, table, NULL))
ASK(corporate, crm_classes_corporate(store, scope, NULL, table, NULL))
ASK(cultivation, crm_migration_cultivation(store, scope, NULL, NULL, table, NULL))
ASK(due, crm_due_compute(store, scope, NULL, table, NULL))
ASK(findings, crm_findings_compute(store, scope, NULL, table, NULL))
ASK(handovers, crm_ownership_handovers(store, scope, NULL, table, NULL))
ASK(migration, crm_migration_compute(store, scope, NULL, NULL, table, NULL))
ASK(owners, crm_ownership_owners(store, scope, table, NULL))
ASK(periods, crm_periods_compute(store, scope, NULL, table, NULL))
ASK(products, crm_products_compute(store, scope, NULL, table, NULL))
ASK(repeat, crm_repeat_compute(store, scope, table, NULL))
ASK(rfm, crm_rfm_compute(store, scope, NULL, table, NULL))
ASK(rhythm, crm_rhythm_compute(store, scope, table, NULL))
ASK(role_gaps, crm_organisation_gaps(store, scope, table, NULL))
ASK(scores, crm_rfm_segments(store, scope, NULL, table, NULL))
ASK(summary, crm_rhythm_summary(store, scope, table, NULL))
ASK(target, crm_target_list(store, scope, NULL, table, NULL))

static crm_status ask_evidence(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  options.kpi = "revenue";
  return crm_kpi_evidence(store, scope, NULL, &options, table, NULL);
}

static crm_status ask_kpis(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_kpi *kpi = NULL;
  crm_status status = crm_kpi_compute(store, scope, NULL, NULL, &kpi, NULL);
  assert_true((status == CRM_OK) == (kpi != NULL));
  status = status == CRM_OK ? crm_kpi_table(kpi, table, NULL) : status;
  crm_kpi_free(kpi);
  return status;
}

static crm_status ask_like(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi = NULL;
  crm_status status;
  options.like_for_like = 1;
  status = crm_kpi_compute(store, scope, NULL, &options, &kpi, NULL);
  status = status == CRM_OK ? crm_kpi_table(kpi, table, NULL) : status;
  crm_kpi_free(kpi);
  return status;
}

static crm_status ask_lifecycle(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_lifecycle *lifecycle = NULL;
  crm_status status = crm_lifecycle_compute(store, scope, NULL, &lifecycle, NULL);
  assert_true((status == CRM_OK) == (lifecycle != NULL));
  status = status == CRM_OK ? crm_lifecycle_stages(lifecycle, table, NULL) : status;
  crm_lifecycle_free(lifecycle);
  return status;
}

static crm_status ask_pyramid(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_pyramid *pyramid = NULL;
  crm_status status = crm_pyramid_compute(store, scope, NULL, &pyramid, NULL);
  assert_true((status == CRM_OK) == (pyramid != NULL));
  status = status == CRM_OK ? crm_pyramid_tiers(pyramid, table, NULL) : status;
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status ask_segment(const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  crm_status status;
  options.expression = "spend > 20 and days_since_first > 10 and r >= 2";
  status = crm_segment_compute(store, scope, &options, &segment, NULL);
  assert_true((status == CRM_OK) == (segment != NULL));
  status = status == CRM_OK ? crm_segment_members(segment, table, NULL) : status;
  crm_segment_free(segment);
  return status;
}

#define ENTRY(name) {#name, ask_##name}

static const struct {
  const char *name;
  question ask;
} questions[] = {
  ENTRY(bridge), ENTRY(calibration), ENTRY(classes), ENTRY(cohorts), ENTRY(composition), ENTRY(conversion),
  ENTRY(corporate), ENTRY(cultivation), ENTRY(due), ENTRY(evidence), ENTRY(findings), ENTRY(handovers), ENTRY(kpis),
  ENTRY(lifecycle), ENTRY(like), ENTRY(migration), ENTRY(owners), ENTRY(periods), ENTRY(products), ENTRY(pyramid),
  ENTRY(repeat), ENTRY(rfm), ENTRY(rhythm), ENTRY(role_gaps), ENTRY(scores), ENTRY(segment), ENTRY(summary),
  ENTRY(target),
};

typedef struct ear {
  int64_t calls;
  int64_t stop_at;   /* 0: never */
} ear;

static crm_status listen(void *context, int64_t done, int64_t all)
{
  ear *of = context;
  assert_true(done >= 0 && done <= all);
  return ++of->calls == of->stop_at ? CRM_ERROR_CANCELLED : CRM_OK;
}

static void assert_answers(const crm_store *store, const crm_scope *scope, question ask, const text_buffer *expected,
                           const char *name)
{
  crm_table *table = NULL;
  text_buffer got = TEXT_BUFFER_INIT;
  assert_int_equal(ask(store, scope, &table), CRM_OK);
  text_add_table(&got, table);
  assert_text_same(expected, &got, name);
  text_free(&got);
  crm_table_free(table);
}

static void stop_everywhere(const crm_store *store, const crm_scope *scope, size_t which, ear *of)
{
  const char *name = questions[which].name;
  question ask = questions[which].ask;
  text_buffer expected = TEXT_BUFFER_INIT;
  crm_scope alone = *scope;
  crm_table *table = NULL;
  int64_t calls;
  int64_t at;
  alone.context = NULL;
  assert_int_equal(ask(store, &alone, &table), CRM_OK);
  text_add_table(&expected, table);
  crm_table_free(table);
  of->calls = 0;
  of->stop_at = 0;
  assert_answers(store, scope, ask, &expected, name);
  calls = of->calls;
  if (calls == 0) {
    fail_msg("%s does not ask the host", name);
  }
  for (at = 1; at <= calls; at += 1 + calls / 40) {
    crm_status status;
    table = NULL;
    of->calls = 0;
    of->stop_at = at;
    status = ask(store, scope, &table);
    if (status != CRM_ERROR_CANCELLED || table != NULL || of->calls != at) {
      fail_msg("%s, stopped at call %d of %d, answers %s after %d calls", name, (int)at, (int)calls,
               crm_status_name(status), (int)of->calls);
    }
  }
  of->stop_at = 0;
  assert_answers(store, scope, ask, &expected, name);
  text_free(&expected);
}

/* As of a day before the last sale, so that nothing that is kept can serve. */
static void test_stopped(void **state)
{
  crm_store *store;
  crm_context_options options = CRM_CONTEXT_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  ear of = {0, 0};
  size_t i;
  int days;
  (void)state;
  if (calls_repeat()) {
    skip();
  }
  store = random_sales(3, 400);
  put(store, "ownership", "customer,owner,from\nc1,ann,2022-03-01\nc1,bob,2023-02-01\n", "");
  put(store, "assignments", "staff,role,branch,from\nann,seller,x,2022-01-05\n", "");
  put(store, "customers", "customer,joined\nc1,2021-05-05\nc2,2022-05-05\n", "");
  scope.as_of = facts_day(2024, 3, 1);
  scope.from = facts_day(2022, 6, 1);
  options.watch = listen;
  options.watch_context = &of;
  assert_int_equal(crm_context_create(NULL, &scope.context, NULL), CRM_OK);
  assert_int_equal(crm_context_configure(scope.context, &options, NULL), CRM_OK);
  for (days = 0; days < 2; days++) {
    scope.occasions = days ? CRM_OCCASIONS_DAY : CRM_OCCASIONS_EACH;
    scope.refunds = days ? CRM_REFUNDS_SALE_DAY : CRM_REFUNDS_REFUND_DAY;
    for (i = 0; i < sizeof questions / sizeof questions[0]; i++) {
      stop_everywhere(store, &scope, i, &of);
    }
  }
  crm_context_free(scope.context);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_stopped) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
