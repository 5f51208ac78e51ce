/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "verbs.h"

#include "effects.h"
#include "lives.h"
#include "owners.h"
#include "mixes.h"
#include "moves.h"
#include "panel.h"
#include "sets.h"
#include "view.h"

#include <string.h>

static crm_status with_pyramid(const crm_store *store, const arguments *args,
                               crm_status (*build)(const crm_pyramid *, crm_table **, crm_error *), crm_table **table,
                               crm_error *error)
{
  crm_pyramid *pyramid = NULL;
  crm_status status = crm_pyramid_compute(store, &args->scope, &args->pyramid, &pyramid, error);
  if (status == CRM_OK) {
    status = build(pyramid, table, error);
  }
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status pyramid(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_pyramid(store, args, crm_pyramid_tiers, table, error);
}

static crm_status tiers(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_pyramid(store, args, crm_pyramid_members, table, error);
}

static crm_status concentration(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_pyramid(store, args, crm_pyramid_concentration, table, error);
}

static crm_status rfm(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_rfm_compute(store, &args->scope, &args->rfm, table, error);
}

static crm_status segments(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_rfm_segments(store, &args->scope, &args->rfm, table, error);
}

static crm_status months(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_periods_compute(store, &args->scope, &args->calendar, table, error);
}

static crm_status cohorts(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_cohorts_compute(store, &args->scope, &args->calendar, &args->cohorts, table, error);
}

static crm_status repeat(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_repeat_compute(store, &args->scope, table, error);
}

static crm_status rhythm(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_rhythm_compute(store, &args->scope, table, error);
}

static crm_status frequency(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_rhythm_summary(store, &args->scope, table, error);
}

static crm_funnel_options funnel_options(const arguments *args)
{
  crm_funnel_options options = args->funnel;
  options.horizon_days = args->lifecycle.horizon_days;
  return options;
}

static crm_status funnel(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_funnel_options options = funnel_options(args);
  return crm_funnel_compute(store, &args->scope, &options, table, error);
}

static crm_status progress(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_funnel_options options = funnel_options(args);
  return crm_progress_stages(store, &args->scope, &options, table, error);
}

static crm_status open_deals(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_funnel_options options = funnel_options(args);
  return crm_progress_opportunities(store, &args->scope, &options, table, error);
}

static crm_journey_options journey_options(const arguments *args)
{
  crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
  options.horizon_days = args->lifecycle.horizon_days;
  options.pipeline = args->funnel.pipeline;
  options.by = args->composition.by;
  return options;
}

static crm_status journey(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_journey_options options = journey_options(args);
  return crm_journey_stages(store, &args->scope, &options, table, error);
}

static crm_status journeys(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_journey_options options = journey_options(args);
  return crm_journey_members(store, &args->scope, &options, table, error);
}

static crm_status steps(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_journey_options options = journey_options(args);
  return crm_journey_history(store, &args->scope, &options, args->customer, table, error);
}

static crm_status conversion(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  options.horizon_days = args->lifecycle.horizon_days;
  options.by = args->composition.by;
  return crm_conversion_compute(store, &args->scope, &options, table, error);
}

static crm_status completeness(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_columns(store, &args->scope, table, error);
}

static crm_status knowledge(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_customers(store, &args->scope, table, error);
}

static crm_status freshness(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_freshness(store, &args->scope, &args->completeness, table, error);
}

static crm_status dossiers(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_dossiers(store, &args->scope, &args->completeness, table, error);
}

static crm_status static_only(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_static(store, &args->scope, &args->completeness, table, error);
}

static crm_status idle(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_idle(store, &args->scope, &args->completeness, table, error);
}

static crm_status changes(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_completeness_changes(store, &args->scope, table, error);
}

static crm_status products(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_products_compute(store, &args->scope, &args->products, table, error);
}

static crm_status due(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_due_compute(store, &args->scope, &args->due, table, error);
}

static crm_status findings(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_findings_options options = CRM_FINDINGS_OPTIONS_INIT;
  options.language = panel_language(args);
  options.lifecycle = &args->lifecycle;
  return crm_findings_compute(store, &args->scope, &options, table, error);
}

static crm_status kpi(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_kpi *made = NULL;
  crm_kpi_options options = args->kpi;
  crm_status status;
  options.lifecycle = &args->lifecycle;
  status = crm_kpi_compute(store, &args->scope, &args->calendar, &options, &made, error);
  if (status == CRM_OK) {
    status = crm_kpi_table(made, table, error);
  }
  crm_kpi_free(made);
  return status;
}

static crm_status bridge(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_bridge_compute(store, &args->scope, &args->calendar, &args->bridge, table, error);
}

static crm_status kpis(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)store;
  (void)args;
  return crm_kpi_registry(NULL, table, error);
}

static crm_status load(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_store_loads(store, table, error);
}

static crm_status rows(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_store_rows(store, args->table, table, error);
}

static const verb verbs[] = {
  {"cockpit", panel_gauges, "", "", 0},
  {"alerts", panel_alerts, "state severity since message", "", 0},
  {"causes", panel_causes, "alert scope part key change share before after", "before", 0},
  {"series", panel_series, "gauge scope period value target band status", "status scope", 0},
  {"gauges", panel_gauge_rows, "gauge kpi role scope on target bands", "role", 0},
  {"rules", panel_rule_rows, "alert kpi role scope on when set clear periods severity", "role scope", 0},
  {"pyramid", pyramid, "tier customers customer_share spend spend_share min_spend max_spend status",
   "status min_spend max_spend", 0},
  {"tiers", tiers, "customer tier rank spend orders first last", "first", 50},
  {"concentration", concentration, "measure value status", "", 0},
  {"rfm", rfm, "customer recency_days frequency monetary r f m segment", "", 50},
  {"segments", segments, "segment customers customer_share spend spend_share recency_days frequency monetary",
   "monetary frequency", 0},
  {"months", months, "month revenue orders active new returning resurrected lapsed complete", "complete", 0},
  {"cohorts", cohorts, "", "", 0},
  {"repeat", repeat, "kpi value low high numerator denominator status", "status", 0},
  {"rhythm", rhythm, "customer orders average_order frequency median_gap gap_cv last next_due overdue_days",
   "gap_cv last average_order", 50},
  {"frequency", frequency, "measure value n status", "status", 0},
  {"findings", findings, "strength message", "", 0},
  {"due", due, "customer owner last_contact last due overdue_days value reason", "last_contact owner", 50},
  {"lifecycle", lives_stages, "stage customers share median_days promotion_rate n low high status", "low high", 0},
  {"lives", lives_members, "customer stage entered cause reason days step last idle_days", "step reason cause", 50},
  {"histories", lives_history, "customer stage entered left days cause reason", "reason cause", 50},
  {"transitions", lives_transitions, "from to customers share", "", 0},
  {"bucket", lives_bucket, "period start new reactivated lost end leak_rate steady_state complete",
   "complete steady_state", 0},
  {"refill", lives_refill,
   "period new reactivated lost to_replace acquisition_cost cost_per_new refill_cost refill_spent growth_spent status",
   "status refill_cost reactivated", 0},
  {"stays", lives_survival, "age_days at_risk survival remaining_days status", "", 0},
  {"extension", effects_extension, "group customers left at_risk survival remaining_days se low high status",
   "at_risk left", 0},
  {"reasons", lives_reasons, "reason customers share cumulative_share spend_before spend_share natural",
   "natural", 0},
  {"leaving", lives_leaving, "period reason customers share spend_before spend_share natural complete",
   "natural complete", 0},
  {"churn", lives_churn, "churn customers share spend_before spend_share", "", 0},
  {"funnel", funnel,
   "pipeline stage entered open open_amount median_days promotion_rate low high won_rate stalled status",
   "low high median_days open_amount", 0},
  {"progress", progress, "pipeline stage open open_amount median_days stalled overdue slipped slip_rate quiet",
   "quiet median_days", 0},
  {"open-deals", open_deals,
   "opportunity owner stage amount stage_days next_due step_slips expected_close slips state",
   "amount step_slips next_due", 50},
  {"journey", journey,
   "pipeline group stage entered customers dwell_days pass_rate passed dropped returned skipped", "returned group", 0},
  {"journeys", journeys, "pipeline customer stage entered days highest returned skipped state", "returned skipped", 50},
  {"steps", steps, "pipeline customer stage entered left days came went", "", 50},
  {"conversion", conversion,
   "start by group customers converted median_days low_days high_days rate low high at_risk status",
   "at_risk by low high status", 0},
  {"composition", mixes_groups, "group across customers customer_share spend spend_share spend_index mix_index",
   "spend_index customer_share", 0},
  {"classes", mixes_classes, "customer class reason since spend orders signs", "signs", 50},
  {"corporate", mixes_corporate,
   "customer kind orders average_order median_gap gap_cv hours_share signs known pattern probability",
   "known kind", 50},
  {"calibration", mixes_calibration, "signs customers known businesses probability low high status", "status", 0},
  {"hhi", mixes_concentration, "group customers groups hhi_customers hhi_spend effective", "", 0},
  {"spending", mixes_spending,
   "group customers buyers spend_share mean p25 median p75 mean_index median_index above_share",
   "p25 p75 above_share mean_index customers", 0},
  {"migration", moves_matrix, "from to movement customers share before after change", "movement", 0},
  {"movements", moves_movements, "movement customers share before after change", "", 0},
  {"cultivation", moves_rates, "measure value numerator denominator low high status", "status", 0},
  {"cultivated", moves_cultivation, "from customers cultivated rate low high p25_days median_days p75_days cut",
   "low high p25_days p75_days", 0},
  {"movers", moves_members, "customer from to movement before after change", "", 50},
  {"effect", effects_uplift, "group customers before after change se low high lift total status",
   "se before after customers", 0},
  {"strata", effects_strata, "", "", 50},
  {"coverage", effects_coverage, "group reason customers share before after", "", 0},
  {"view", view_part, "", "", 50},
  {"segment", sets_members, "customer", "", 50},
  {"target", sets_target, "customer spend", "", 50},
  {"suppressed", sets_suppressed, "reason keys share", "", 0},
  {"screened", sets_screened, "key customer reason", "", 50},
  {"overlap", sets_overlap, "a b customers_a customers_b both only_a only_b jaccard share_a share_b",
   "share_b share_a only_b only_a", 0},
  {"drift", sets_drift, "movement customers spend_before spend_after change", "", 0},
  {"explain", sets_explain, "segment condition byte value result", "byte segment", 0},
  {"fields", sets_fields, "field type meaning", "", 0},
  {"completeness", completeness, "column known customers share", "", 0},
  {"knowledge", knowledge, "customer known columns share", "", 50},
  {"freshness", freshness, "section field weight customers known_share fresh_share completeness", "customers", 0},
  {"dossiers", dossiers, "customer section completeness known fields oldest_days", "", 50},
  {"static-only", static_only, "measure value numerator denominator low high", "", 0},
  {"idle", idle, "customer owner last_event event idle_days known columns", "columns", 50},
  {"changes", changes, "field registered customers changed confirmed customers_share last", "", 0},
  {"products", products, "product revenue share cumulative_share class units margin buyers last", "last units", 50},
  {"kpi", kpi, "group kpi period value unit change year_change status", "unit group", 0},
  {"bridge", bridge, "part key change share before after n_before n_after", "n_before n_after share", 0},
  {"kpis", kpis, "kpi name unit direction formula", "direction", 0},
  {"owners", owners_all, "owner left customers orders revenue won won_amount lost open open_amount", "left lost", 0},
  {"ownership", owners_history, "customer owner from to", "", 50},
  {"handovers", owners_handovers,
   "time customer from_owner to_owner open open_amount revenue_before revenue_after complete", "complete open", 50},
  {"moved", owners_moved, "time customer from_owner to_owner opportunity owner stage amount outcome closed",
   "stage owner closed", 50},
  {"looked-after", owners_summary, "measure value numerator denominator", "", 0},
  {"organisation", owners_organisation,
   "staff role team branch region segment since until customers in_scope", "until segment region", 0},
  {"assignments", owners_assignments, "staff role team branch region segment from to", "segment region", 50},
  {"teams", owners_teams, "group staff customers orders revenue won won_amount lost open open_amount", "lost won", 0},
  {"roles", owners_roles, "group staff customers orders revenue won won_amount lost open open_amount", "lost won", 0},
  {"role-gaps", owners_gaps, "finding staff customer branch customers", "", 50},
  {"sites", owners_sites, "account customer level orders revenue share first last orders_below revenue_below",
   "first level orders_below", 50},
  {"aliases", owners_aliases, "alias customer", "", 50},
  {"erase", NULL, "measure before after amount_before amount_after", "", 0},
  {"forget", NULL, "measure before after amount_before amount_after", "", 0},
  {"load", load, "table rows accepted duplicate rejected amount_in amount_accepted", "amount_in", 0},
  {"rows", rows, "", "source version", 50}
};

const verb *verb_find(const char *name)
{
  size_t i;
  for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
    if (strcmp(verbs[i].name, name) == 0) {
      return &verbs[i];
    }
  }
  return NULL;
}
