/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* A segment in a scope gives what a store gives that never saw anybody else. */

#define CUSTOMERS 30
#define DOCUMENTS 300
#define ACCOUNTS 10   /* customers belong to the one of their number modulo this, all in the segment or all out of it */

/* Adds a document's lines to the store of all and, where its customer is chosen, to that of the few. */
static void add_document(dice *of, int32_t document, int32_t who, facts *all, facts *few)
{
  char line[300];
  char time[64];
  int32_t lines = 1 + dice_below(of, 3);
  int32_t kind = dice_below(of, 6);
  int32_t i;
  (void)snprintf(time, sizeof time, "20%02d-%02d-%02dT%02d:%02d", 20 + dice_below(of, 3), 1 + dice_below(of, 12),
                 1 + dice_below(of, 28), dice_below(of, 24), dice_below(of, 60));
  for (i = 0; i < lines; i++) {
    char customer[8] = "";
    char original[16] = "";
    if (who >= 0) {
      (void)snprintf(customer, sizeof customer, who % 2 ? "c%d" : "%d", (int)who);
    }
    /* Documents of a customer are those of the same number modulo CUSTOMERS. */
    if (kind == 0 && document >= CUSTOMERS && who >= 0) {
      (void)snprintf(original, sizeof original, "%d", (int)(document - CUSTOMERS));
    }
    (void)snprintf(line, sizeof line, "%d,%d,%s,%s,%s,%d.%02d,%d,%s,p%d,b%d,%s", (int)document, (int)i, time, customer,
                   kind == 0 ? "return" : "sale", dice_below(of, 200), dice_below(of, 100), dice_below(of, 9),
                   dice_below(of, 3) ? "" : "1.5", dice_below(of, 6), (int)(document % 3), original);
    facts_add(all, line);
    if (few != NULL) {
      facts_add(few, line);
    }
  }
}

static void add_customer(dice *of, int32_t who, facts *all, facts *few)
{
  char line[80];
  char parent[8] = "";
  if (who >= ACCOUNTS && who % ACCOUNTS != 7 && who % 11 != 7) {   /* anonymous ones are never in the segment */
    (void)snprintf(parent, sizeof parent, who % ACCOUNTS % 2 ? "c%d" : "%d", (int)(who % ACCOUNTS));
  }
  (void)snprintf(line, sizeof line, who % 2 ? "c%d,%s,%s,%s,%s,%s" : "%d,%s,%s,%s,%s,%s", (int)who,
                 who % 11 == 4 ? "internal" : who % 11 == 7 ? "anonymous" : "",
                 dice_below(of, 3) ? "" : dice_below(of, 2) ? "2020-05-05" : "2022-12-30",
                 who % 3 ? "north" : "", who % 4 ? "ann" : "", parent);
  facts_add(all, line);
  if (few != NULL) {
    facts_add(few, line);
  }
}

/* ---- what is neither sales nor customers ---- */

enum { OPPORTUNITIES, STAGES, INTERACTIONS, PAYMENTS, OWNERSHIP, CHANGES, OTHERS };

static const struct {
  const char *table;
  const char *columns;
  int32_t rows;
} others[OTHERS] = {
  {"opportunities", "opportunity,customer,created,closed,outcome,pipeline,stage,amount,owner", 60},
  {"stages", "opportunity,customer,time,stage,reason,owner,id", 140},
  {"interactions", "time,customer,opportunity,staff,direction,channel,result,id", 90},
  {"payments", "kind,document,customer,time,amount,due", 60},
  {"ownership", "customer,owner,from,to", 30},
  {"changes", "customer,field,time,kind,id", 40}
};

static void write_key(int32_t who, char *into, size_t size)
{
  (void)snprintf(into, size, who % 2 ? "c%d" : "%d", (int)who);
}

static void write_time(dice *of, char *into, size_t size)
{
  (void)snprintf(into, size, "20%02d-%02d-%02dT%02d:%02d", 20 + dice_below(of, 3), 1 + dice_below(of, 12),
                 1 + dice_below(of, 28), dice_below(of, 24), dice_below(of, 60));
}

/* Opportunities are those of the customers of their numbers modulo CUSTOMERS; some are nobody's. */
static int32_t dealer(int32_t opportunity)
{
  return opportunity % 7 == 3 ? -1 : opportunity % CUSTOMERS;
}

/* Who a row is about is told in *who, -1: nobody. */
static void write_other(dice *of, int32_t table, int32_t i, int32_t *who, char *line, size_t size)
{
  static const char *const people[] = {"ann", "bob", "cat"};
  static const char *const steps[] = {"lead", "offer", "talks"};
  static const char *const ladder[] = {"prospect", "customer", "lost", "fan", "lead", "offer"};
  const char *person = people[dice_below(of, 3)];
  int32_t deal = dice_below(of, others[OPPORTUNITIES].rows);
  char key[8] = "";
  char time[64];
  char later[64];
  write_time(of, time, sizeof time);
  write_time(of, later, sizeof later);
  *who = table == OPPORTUNITIES ? dealer(i) : dice_below(of, CUSTOMERS);
  if (table == STAGES && i % 2) {
    *who = dealer(deal);
    (void)snprintf(line, size, "o%d,,%s,%s,,%s,%d", (int)deal, time, steps[dice_below(of, 3)], person, (int)i);
    return;
  }
  if (*who >= 0) {
    write_key(*who, key, sizeof key);
  }
  switch (table) {
  case OPPORTUNITIES:
    (void)snprintf(line, size, "o%d,%s,%s,%s,%s,p%d,%s,%d,%s", (int)i, key, i % 9 ? time : "",
                   i % 3 && strcmp(time, later) < 0 ? later : "",
                   i % 3 && strcmp(time, later) < 0 ? i % 2 ? "won" : "lost" : "", (int)(i % 2), steps[i % 3],
                   (int)dice_below(of, 900), person);
    break;
  case STAGES:
    (void)snprintf(line, size, ",%s,%s,%s,%s,,%d", key, time, ladder[dice_below(of, 6)],
                   dice_below(of, 2) ? "moved" : "price", (int)i);
    break;
  case INTERACTIONS:
    (void)snprintf(line, size, "%s,%s,,%s,%s,phone,%s,%d", time, key, person, i % 2 ? "in" : "out",
                   i % 3 ? "reached" : "", (int)i);
    break;
  case PAYMENTS:
    (void)snprintf(line, size, "%s,d%d,%s,%s,%d,%s", i % 2 ? "invoice" : "payment", (int)i, key, time,
                   (int)dice_below(of, 300), i % 2 && strcmp(time, later) < 0 ? later : "");
    break;
  case OWNERSHIP:
    (void)snprintf(line, size, "%s,%s,%s,%s", key, person, time, strcmp(time, later) < 0 ? later : "");
    break;
  default:
    (void)snprintf(line, size, "%s,%s,%s,%s,%d", key, i % 2 ? "region" : "owner", time,
                   i % 3 ? "changed" : "confirmed", (int)i);
    break;
  }
}

static void load_both(facts *rows[2], crm_store *all, crm_store *few, const char *table)
{
  facts_load(rows[0], all, table);
  facts_load(rows[1], few, table);
  facts_free(rows[0]);
  facts_free(rows[1]);
}

static void add_others(dice *of, const int *in, crm_store *all, crm_store *few)
{
  static const char *const lines = "pipeline,stage,position,probability\np0,lead,1,0.1\np0,offer,2,0.4\n"
                                   "p0,talks,3,0.7\np1,lead,1,\np1,offer,2,0.5\n";
  char line[300];
  int32_t table;
  int32_t i;
  for (table = 0; table < OTHERS; table++) {
    facts *rows[2];
    rows[0] = facts_create(others[table].columns);
    rows[1] = facts_create(others[table].columns);
    for (i = 0; i < others[table].rows; i++) {
      int32_t who;
      write_other(of, table, i, &who, line, sizeof line);
      facts_add(rows[0], line);
      if (who >= 0 && in[who] && who % 11 != 7) {
        facts_add(rows[1], line);
      }
    }
    load_both(rows, all, few, others[table].table);
  }
  facts_load_text(all, "pipelines", lines);
  facts_load_text(few, "pipelines", lines);
  facts_load_text(all, "staff", "staff,team,left\nann,x,\nbob,y,2022-01-05\n");
  facts_load_text(few, "staff", "staff,team,left\nann,x,\nbob,y,2022-01-05\n");
}

typedef struct pair {
  crm_store *all;
  crm_store *few;
  crm_segment *segment;
  int in[CUSTOMERS];
} pair;

static pair make_pair(uint64_t seed)
{
  dice of = dice_of(seed);
  const char *columns = "document,line,time,customer,kind,amount,tax,cost,product,branch,original";
  facts *all[2];
  facts *few[2];
  char keys[CUSTOMERS][8];
  const char *chosen[CUSTOMERS];
  int *in;
  int64_t count = 0;
  int32_t i;
  pair made;
  in = made.in;
  all[0] = facts_create(columns);
  few[0] = facts_create(columns);
  all[1] = facts_create("customer,kind,joined,region,owner,parent");
  few[1] = facts_create("customer,kind,joined,region,owner,parent");
  for (i = 0; i < CUSTOMERS; i++) {
    in[i] = dice_below(&of, 2);
    in[i] = i < ACCOUNTS ? in[i] : in[i % ACCOUNTS];
    if (in[i] && i % 11 != 7) {
      (void)snprintf(keys[count], sizeof keys[count], i % 2 ? "c%d" : "%d", (int)i);
      chosen[count] = keys[count];
      count++;
    }
    if (dice_below(&of, 2) || i < ACCOUNTS || i % 11 == 4 || i % 11 == 7) {
      add_customer(&of, i, all[1], in[i] && i % 11 != 7 ? few[1] : NULL);
    }
  }
  for (i = 0; i < DOCUMENTS; i++) {
    int32_t who = i % CUSTOMERS;
    int known = who % 5 != 0 && who < CUSTOMERS - 3;
    add_document(&of, i, known ? who : -1, all[0], known && in[who] && who % 11 != 7 ? few[0] : NULL);
  }
  made.all = facts_store(NULL, NULL);
  made.few = facts_store(NULL, NULL);
  made.segment = NULL;
  for (i = 0; i < 2; i++) {
    facts_load(all[i], made.all, i == 0 ? "sales" : "customers");
    facts_load(few[i], made.few, i == 0 ? "sales" : "customers");
    facts_free(all[i]);
    facts_free(few[i]);
  }
  add_others(&of, in, made.all, made.few);
  assert_int_equal(crm_segment_pick(made.all, chosen, count, NULL, &made.segment, NULL), CRM_OK);
  return made;
}

static void add_result(text_buffer *to, crm_status status, crm_table **table)
{
  assert_int_equal(status, CRM_OK);
  text_add_table(to, *table);
  crm_table_free(*table);
  *table = NULL;
}

typedef crm_status (*plain_analysis)(const crm_store *store, const crm_scope *scope, crm_table **table,
                                    crm_error *error);

static void add_plain(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  static const plain_analysis analyses[] = {
    crm_repeat_compute, crm_rhythm_compute, crm_rhythm_summary, crm_completeness_columns, crm_completeness_customers,
    crm_completeness_changes, crm_ownership_history, crm_ownership_owners, crm_ownership_summary, crm_accounts_sites
  };
  crm_table *table = NULL;
  size_t i;
  for (i = 0; i < sizeof analyses / sizeof analyses[0]; i++) {
    add_result(to, analyses[i](store, scope, &table, NULL), &table);
  }
}

static void add_pipelines(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  crm_journey_options journey = CRM_JOURNEY_OPTIONS_INIT;
  crm_conversion_options conversion = CRM_CONVERSION_OPTIONS_INIT;
  crm_table *table = NULL;
  journey.by = "owner";
  conversion.by = "region";
  add_result(to, crm_funnel_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_progress_opportunities(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_progress_stages(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_journey_stages(store, scope, &journey, &table, NULL), &table);
  add_result(to, crm_journey_members(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_conversion_compute(store, scope, &conversion, &table, NULL), &table);
  add_result(to, crm_ownership_handovers(store, scope, NULL, &table, NULL), &table);
}

static void add_dossiers(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  crm_table *table = NULL;
  add_result(to, crm_completeness_freshness(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_completeness_dossiers(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_completeness_static(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_completeness_idle(store, scope, NULL, &table, NULL), &table);
}

static void add_kpis(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  static const int32_t groups[] = {CRM_KPI_TOGETHER, CRM_KPI_BY_BRANCH, CRM_KPI_BY_STAFF};
  size_t i;
  for (i = 0; i < sizeof groups / sizeof groups[0]; i++) {
    crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
    crm_table *table = NULL;
    crm_kpi *kpi = NULL;
    options.periods = 3;
    options.running = 1;
    options.group = groups[i];
    assert_int_equal(crm_kpi_compute(store, scope, NULL, &options, &kpi, NULL), CRM_OK);
    add_result(to, crm_kpi_table(kpi, &table, NULL), &table);
    crm_kpi_free(kpi);
  }
}

/* Sets are made in each store by the same words. */
static crm_segment *chosen_by(const crm_store *store, const crm_scope *scope, const char *expression)
{
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_segment *segment = NULL;
  options.expression = expression;
  assert_int_equal(crm_segment_compute(store, scope, &options, &segment, NULL), CRM_OK);
  return segment;
}

static void add_sets(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  static const char *const expressions[] = {
    "stage in ('dormant', 'lost') or rfm_segment is null", "class = 'ordinary' and owner = 'bob'", "owner is null",
    "tier = 'suspect' or spend > 150"
  };
  crm_target_options target = CRM_TARGET_OPTIONS_INIT;
  crm_composition_options mix = CRM_COMPOSITION_OPTIONS_INIT;
  crm_effect_options effect = CRM_EFFECT_OPTIONS_INIT;
  crm_scope then = *scope;
  crm_table *table = NULL;
  crm_segment *treated;
  size_t i;
  for (i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
    crm_segment *segment = chosen_by(store, scope, expressions[i]);
    add_result(to, crm_segment_members(segment, &table, NULL), &table);
    crm_segment_free(segment);
  }
  target.expression = "spend > 0";
  target.household = "owner";
  add_result(to, crm_target_list(store, scope, &target, &table, NULL), &table);
  mix.by = "stage";
  mix.across = "owner";
  add_result(to, crm_composition_compute(store, scope, &mix, &table, NULL), &table);
  mix.across = NULL;
  add_result(to, crm_composition_spending(store, scope, &mix, &table, NULL), &table);
  add_result(to, crm_composition_concentration(store, scope, &mix, &table, NULL), &table);
  then.as_of = facts_day(2021, 9, 1);
  then.from = CRM_TIME_UNSET_FROM;
  treated = chosen_by(store, &then, "orders > 1");
  effect.at = then.as_of;
  effect.treated = treated;
  effect.least_cases = 2;
  add_result(to, crm_effect_compute(store, scope, &effect, &table, NULL), &table);
  add_result(to, crm_effect_strata(store, scope, &effect, &table, NULL), &table);
  add_result(to, crm_effect_coverage(store, scope, &effect, &table, NULL), &table);
  crm_segment_free(treated);
}

static void add_view(text_buffer *to, const crm_store *store, const crm_scope *scope, const char *key)
{
  crm_view view = CRM_VIEW_INIT;
  crm_status status = crm_view_compute(store, scope, NULL, key, &view, NULL);
  if (status == CRM_ERROR_NOT_FOUND) {
    text_add(to, "nobody\n");
    return;
  }
  assert_int_equal(status, CRM_OK);
  text_add_table(to, view.profile);
  text_add_table(to, view.life);
  text_add_table(to, view.customer);
  text_add_table(to, view.keys);
  text_add_table(to, view.documents);
  text_add_table(to, view.opportunities);
  text_add_table(to, view.stages);
  text_add_table(to, view.interactions);
  text_add_table(to, view.payments);
  text_add_table(to, view.ownership);
  text_add_table(to, view.changes);
  crm_view_clear(&view);
}

static void add_lives(text_buffer *to, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  add_result(to, crm_lifecycle_stages(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_members(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), &table);
  add_result(to, crm_lifecycle_refill(lifecycle, NULL, NULL, &table, NULL), &table);
  add_result(to, crm_lifecycle_survival(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_reasons(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_churn(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_snapshot(lifecycle, facts_day(2021, 3, 4), &table, NULL), &table);
  add_result(to, crm_lifecycle_transitions(lifecycle, facts_day(2020, 3, 4), facts_day(2022, 1, 1), &table, NULL),
             &table);
}

/* Every analysis that takes a scope. */
static void add_answers(text_buffer *to, const crm_store *store, const crm_scope *scope)
{
  crm_cohorts_options rolling = CRM_COHORTS_OPTIONS_INIT;
  crm_pyramid_options split = CRM_PYRAMID_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_scope before = CRM_SCOPE_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  split.ties = CRM_TIES_SPLIT;
  assert_int_equal(crm_pyramid_compute(store, scope, &split, &pyramid, NULL), CRM_OK);
  add_result(to, crm_pyramid_tiers(pyramid, &table, NULL), &table);
  add_result(to, crm_pyramid_members(pyramid, &table, NULL), &table);
  add_result(to, crm_pyramid_concentration(pyramid, &table, NULL), &table);
  crm_pyramid_free(pyramid);
  add_result(to, crm_rfm_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_rfm_segments(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_periods_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_cohorts_compute(store, scope, NULL, NULL, &table, NULL), &table);
  rolling.rolling_days = 45;
  add_result(to, crm_cohorts_compute(store, scope, NULL, &rolling, &table, NULL), &table);
  add_plain(to, store, scope);
  add_pipelines(to, store, scope);
  add_dossiers(to, store, scope);
  add_kpis(to, store, scope);
  add_sets(to, store, scope);
  add_view(to, store, scope, "c1");
  add_view(to, store, scope, "2");
  add_result(to, crm_bridge_compute(store, scope, NULL, NULL, &table, NULL), &table);
  add_result(to, crm_findings_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_products_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_due_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_composition_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_classes_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_classes_corporate(store, scope, NULL, &table, NULL), &table);
  before.as_of = facts_day(2021, 7, 1);
  before.segment = scope->segment;
  add_result(to, crm_migration_compute(store, &before, scope, NULL, &table, NULL), &table);
  assert_int_equal(crm_lifecycle_compute(store, scope, NULL, &lifecycle, NULL), CRM_OK);
  add_lives(to, lifecycle);
  crm_lifecycle_free(lifecycle);
}

static void test_scope_of_a_segment(void **state)
{
  static const char *const branches[] = {"b1", "b2"};
  uint64_t seed;
  int how;
  (void)state;
  for (seed = 1; seed <= 12; seed++) {
    pair both = make_pair(seed);
    for (how = 0; how < 64; how++) {
      text_buffer wanted = TEXT_BUFFER_INIT;
      text_buffer given = TEXT_BUFFER_INIT;
      crm_scope scope = CRM_SCOPE_INIT;
      scope.as_of = how & 1 ? facts_day(2023, 1, 1) : facts_day(2022, 3, 9);
      scope.from = how & 2 ? facts_day(2021, 2, 3) : CRM_TIME_UNSET_FROM;
      scope.refunds = how & 4 ? CRM_REFUNDS_SALE_DAY : CRM_REFUNDS_REFUND_DAY;
      scope.occasions = how & 8 ? CRM_OCCASIONS_DAY : CRM_OCCASIONS_EACH;
      scope.internal = how & 1;
      scope.branches = how & 16 ? branches : NULL;
      scope.branch_count = how & 16 ? 2 : 0;
      scope.accounts = (how & 32) != 0;
      add_answers(&wanted, both.few, &scope);
      scope.segment = both.segment;
      add_answers(&given, both.all, &scope);
      assert_text_same(&wanted, &given, "a segment");
      text_free(&wanted);
      text_free(&given);
    }
    crm_segment_free(both.segment);
    crm_store_free(both.all);
    crm_store_free(both.few);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_scope_of_a_segment)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
