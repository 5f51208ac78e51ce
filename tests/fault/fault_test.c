/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/executors.h"
#include "support/fault.h"
#include "support/loads.h"
#include "support/rounds.h"

#include <string.h>

/* Every allocation fails once, alone and with all after it: nothing leaks, nothing half done is left, and the same call
 * again gives what it would have given. */

/* Small facts with everything in them that takes another way through the store. */
static const char *const sales = "document,line,version,time,customer,kind,class,product,quantity,price,amount,tax,"
                                 "cost,branch,staff,currency,rate,original,source\n"
                                 "1,1,1,2024-01-01T10:00,a,sale,,p,1,2.5,,0.1,1,x,s1,,,,\n"
                                 "2,1,1,2024-01-02,b,sale,service,q,1,,7,,,y,,USD,0.9,,\n"
                                 "1,2,1,2024-01-01,,sale,tender,,1,1,-2,,,,,,,,\n"
                                 "3,,1,2024-02-03,a,return,,p,1,2.5,,,,x,,,,1,\n"
                                 "4,,1,2024-03-03,7,quote,,p,1,2.5,,,,x,,,,,pos\n"
                                 "5,,1,never,7,sale,,p,1,2.5,,,,x,,,,,\n"
                                 "6,,1,2024-03-03,c,sale,,p,1,2.5,,,,x,,,,,\n"
                                 "6,,1,2024-03-03,d,sale,,p,1,2.5,,,,z,,,,,\n"
                                 "7,,1,2024-03-04,walk-in,sale,,r,1,2.5,,,,x,,,,,\n"
                                 "8,,2,2024-03-05,long customer key that takes room of its own,sale,,r,1,4,,,,,,,,,\n"
                                 "8,,1,2024-03-05,b,sale,,r,1,4,,,,,,,,,\n";

static const char *const replacing =
    "document,version,time,customer,kind,amount,product,branch\n"
    "1,2,2024-01-05,b,sale,3,z,new\n3,2,2024-02-03,a,void,1,,\n8,2,2024-03-05,b,sale,9,,\n2,1,2024-01-02,b,sale,8,,\n"
    "9,1,2024-04-04,e,sale,3,z,\n9,2,2024-04-04,f,sale,3,z,\n";

static const char *const customers = "customer,kind,joined,region,parent,age,credit_limit,reference,version\n"
                                     "a,person,2024-01-01,north,b,41.5,100,yes,1\nb,internal,,,,,,no,\nz,anonymous,,"
                                     "south,,,,,\na,person,,,,,,,0\nq,alien,,,,,,,\n";

static const char *const products =
    "product,category,list_price,unit_cost,weight\np,food,3,1,0.5\nq,,,,\nnew,toys,9,1.005,\n";

static const char *const opportunities =
    "opportunity,customer,created,closed,outcome,amount,owner,product,version\n"
    "1,a,2024-01-01,2024-02-01,won,10,s1,p,1\n"
    "a long key of an opportunity,e,2024-01-05,,,7,s2,,\n1,a,,,,,,,0\n3,,,,maybe,,,,\n";

static const char *const interactions = "time,customer,opportunity,staff,direction,duration,id,source\n"
                                        "2024-01-01,a,1,s1,in,60,,\n2024-01-01,a,1,s1,in,60,,\n"
                                        "2024-01-02,somebody new with a long key,9,s3,out,,17,east\n";

static const char *const figures = "from,to,name,value,branch,version\n2024-01-01,2024-02-01,budget,100,x,\n"
                                   "2024-01-01,2024-02-01,budget,110,x,1\n2024-01-01,2024-02-01,budget,100,,\n";

static const char *const merges = "customer,into,undone,version\na,b,,\ne,a,,\nc,d,,\nd,c,,\n";

static const char *const ownership =
    "customer,owner,from,to\na,s1,2024-01-01,2024-02-01\na,s2,2024-02-15,\nb,s1,2024-01-01,\n";

static const char *const assignments =
    "staff,role,team,branch,from,to\ns1,seller,a team with a long name,x,2024-01-01,\ns1,lead,,x,2024-01-20,\n"
    "s1,lead,,y,2024-01-20,\ns2,seller,b,,2024-01-01,2024-01-15\ns2,seller,b,z,2024-01-01,2023-01-15\n";

static const char *const parents = "customer,parent,from,to\nb,e,2024-01-01,\n";

static const char *const undoing = "customer,into,undone,version\ne,a,true,1\nlong new key of a customer,b,,\n";

static crm_status make_store(const crm_config *config, crm_store **store)
{
  static const char *const anonymous[] = {"walk-in", "nobody in particular"};
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  options.anonymous = anonymous;
  options.anonymous_count = 2;
  options.currency = "EUR";
  return crm_store_create(config, &options, store, NULL);
}

/* A text as a load; a step that failed is not gone on from. */
static crm_status load_text(crm_store *store, const char *table, const char *text, int twice)
{
  crm_load *load = NULL;
  crm_table *rejects = NULL;
  crm_error error = CRM_ERROR_INIT;
  crm_status status = crm_load_begin(store, NULL, &load, &error);
  if (status == CRM_OK) {
    status = read_text(load, table, NULL, text, 0, &error);
  }
  if (status == CRM_OK && twice) {
    status = read_text(load, table, NULL, text, 0, &error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
  }
  if (status == CRM_OK) {
    crm_status report = crm_load_rejects(load, &rejects, &error);
    crm_table_free(rejects);
    rejects = NULL;
    if (report == CRM_OK) {
      report = crm_load_causes(load, &rejects, &error);
      crm_table_free(rejects);
    }
    /* the load is committed, whatever becomes of its reports */
    assert_true(report == CRM_OK || report == CRM_ERROR_MEMORY);
    status = report == CRM_OK ? CRM_OK : -report;
  }
  assert_true(status == CRM_OK || status < 0 || error.status == status);
  crm_load_free(load);
  return status;
}

/* Loads that build on one another. */
#define STEPS 15

typedef struct step {
  const char *table;
  const char *const *text;
  int twice;
} step;

static const step steps[STEPS] = {
    {"sales", &sales, 0},     {"customers", &customers, 0}, {"products", &products, 0},
    {"sales", &replacing, 0}, {"sales", &replacing, 1},
    {"opportunities", &opportunities, 0}, {"interactions", &interactions, 0}, {"figures", &figures, 1},
    {"interactions", &interactions, 1},   {"merges", &merges, 0},             {"merges", &undoing, 0},
    {"sales", &sales, 0},                 {"ownership", &ownership, 0},
    {"assignments", &assignments, 0},
    {"parents", &parents, 0},
};

static crm_status declare(crm_store *store)
{
  crm_status status = crm_store_attribute(store, "customers", "age", CRM_TYPE_DECIMAL, NULL);
  return status != CRM_OK ? status : crm_store_attribute(store, "products", "weight", CRM_TYPE_DECIMAL, NULL);
}

/* The answers after each step, from a run without a fault. */
static text_buffer wanted[STEPS + 1];

static void prepare_wanted(void)
{
  crm_store *store = NULL;
  int i;
  assert_int_equal(make_store(NULL, &store), CRM_OK);
  assert_int_equal(declare(store), CRM_OK);
  for (i = 0; i <= STEPS; i++) {
    text_add_store(&wanted[i], store, 1);
    if (i < STEPS) {
      assert_int_equal(load_text(store, steps[i].table, *steps[i].text, steps[i].twice), CRM_OK);
    }
  }
  crm_store_free(store);
}

static test_fault *fault_of(const crm_config *config)
{
  return config->allocate_context;
}

/* Looks at a store with the fault put aside; the ledger still runs. */
static uint64_t fault_off(test_fault *fault)
{
  uint64_t at = fault->fail_at;
  fault->fail_at = 0;
  return at;
}

static void assert_state(const crm_config *config, const crm_store *store, int after)
{
  test_fault *fault = fault_of(config);
  uint64_t at = fault_off(fault);
  text_buffer now = TEXT_BUFFER_INIT;
  assert_verifies(store);
  text_add_store(&now, store, 1);
  assert_text_same(&wanted[after], &now, "after a fault");
  text_free(&now);
  fault->fail_at = at;
}

/* The steps up to one without a fault, that one with, and if it fails the same again without. */
static int run_step(const crm_config *config, void *user)
{
  test_fault *fault = fault_of(config);
  int last = *(const int *)user;
  crm_store *store = NULL;
  crm_status status;
  uint64_t at = fault_off(fault);
  int i;
  assert_int_equal(make_store(config, &store), CRM_OK);
  assert_int_equal(declare(store), CRM_OK);
  for (i = 0; i < last; i++) {
    assert_int_equal(load_text(store, steps[i].table, *steps[i].text, steps[i].twice), CRM_OK);
  }
  fault->fail_at = at == 0 ? 0 : at + fault->calls;
  status = load_text(store, steps[last].table, *steps[last].text, steps[last].twice);
  (void)fault_off(fault);
  if (status > 0) {
    assert_int_equal(status, CRM_ERROR_MEMORY);
    assert_state(config, store, last);
    assert_int_equal(load_text(store, steps[last].table, *steps[last].text, steps[last].twice), CRM_OK);
  }
  assert_state(config, store, last + 1);
  crm_store_free(store);
  return status < 0 ? -status : status;
}

static void test_loads(void **state)
{
  int i;
  (void)state;
  for (i = 0; i < STEPS; i++) {
    test_fault_drive(run_step, &i);
  }
}

static int run_create(const crm_config *config, void *user)
{
  crm_store *store = NULL;
  crm_context *context = NULL;
  crm_status status = make_store(config, &store);
  (void)user;
  if (status == CRM_OK) {
    status = declare(store);
  }
  if (status == CRM_OK) {
    status = crm_context_create(config, &context, NULL);
  }
  if (store != NULL) {
    uint64_t at = fault_off(fault_of(config));
    assert_verifies(store);
    assert_int_equal(declare(store), CRM_OK);
    assert_int_equal(load_text(store, "customers", customers, 0), CRM_OK);
    fault_of(config)->fail_at = at;
  }
  crm_context_free(context);
  crm_store_free(store);
  return status;
}

static void test_create(void **state)
{
  (void)state;
  test_fault_drive(run_create, NULL);
}

/* Batches of columns, the same ones twice, so that lines of a document are scattered. */
static int run_batches(const crm_config *config, void *user)
{
  test_fault *fault = fault_of(config);
  uint64_t at = fault_off(fault);
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_error error = CRM_ERROR_INIT;
  facts *rows = facts_create("document,time,customer,amount,product,branch,version");
  crm_status status;
  int turn;
  (void)user;
  facts_add(rows, "1,2024-01-01,a,1,p,x,");
  facts_add(rows, "2,2024-01-01,b,2,q,y,1");
  facts_add(rows, "3,2024-01-01,c,3,,,");
  facts_add(rows, "3,2024-01-01,d,3,,,");
  facts_add(rows, "4,2024-01-01,,3,,,5");
  assert_int_equal(make_store(config, &store), CRM_OK);
  fault->fail_at = at == 0 ? 0 : at + fault->calls;
  status = crm_load_begin(store, NULL, &load, &error);
  for (turn = 0; status == CRM_OK && turn < 2; turn++) {
    status = facts_append(rows, load, "sales", &error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
  } else if (load != NULL) {
    /* a load that had no memory can only be freed */
    assert_int_equal(facts_append(rows, load, "sales", &error), CRM_ERROR_STATE);
    assert_int_equal(crm_load_commit(load, &error), CRM_ERROR_STATE);
  }
  crm_load_free(load);
  (void)fault_off(fault);
  assert_verifies(store);
  assert_int_equal(crm_store_documents(store), status == CRM_OK ? 3 : 0);
  if (status != CRM_OK) {
    assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
    assert_int_equal(facts_append(rows, load, "sales", NULL), CRM_OK);
    assert_int_equal(facts_append(rows, load, "sales", NULL), CRM_OK);
    assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
    crm_load_free(load);
  }
  assert_int_equal(crm_store_documents(store), 3);
  assert_int_equal(crm_store_lines(store), 6);
  facts_free(rows);
  crm_store_free(store);
  return status;
}

static void test_batches(void **state)
{
  (void)state;
  test_fault_drive(run_batches, NULL);
}

/* ---- answers ---- */

typedef crm_status (*question)(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error);

static crm_status ask_customer(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_customer(store, "a", table, error);
}

static crm_status ask_documents(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_customer_documents(store, "b", table, error);
}

static crm_status ask_document(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_document(store, "", "1", table, error);
}

static crm_status ask_changed(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_changed(store, 1, table, error);
}

static crm_status ask_totals(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_totals(store, table, error);
}

static crm_status ask_sources(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_sources(store, table, error);
}

static crm_status ask_warnings(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_warnings(store, table, error);
}

static crm_status ask_schema(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_schema(store, table, error);
}

static crm_status ask_loads(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_loads(store, table, error);
}

static crm_status ask_pyramid(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error,
                              crm_status (*part)(const crm_pyramid *, crm_table **, crm_error *))
{
  crm_pyramid *pyramid = NULL;
  crm_status status = crm_pyramid_compute(store, scope, NULL, &pyramid, error);
  if (status == CRM_OK) {
    status = part(pyramid, table, error);
  } else {
    assert_null(pyramid);
  }
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status ask_tiers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_pyramid(store, scope, table, error, crm_pyramid_tiers);
}

static crm_status ask_members(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_pyramid(store, scope, table, error, crm_pyramid_members);
}

static crm_status ask_concentration(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_pyramid(store, scope, table, error, crm_pyramid_concentration);
}

static crm_status ask_rfm(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_rfm_compute(store, scope, NULL, table, error);
}

static crm_status ask_segments(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_rfm_segments(store, scope, NULL, table, error);
}

static crm_status ask_periods(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_periods_compute(store, scope, NULL, table, error);
}

static crm_status ask_cohorts(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_cohorts_compute(store, scope, NULL, NULL, table, error);
}

static crm_status ask_rolling(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_cohorts_options options = CRM_COHORTS_OPTIONS_INIT;
  options.rolling_days = 30;
  return crm_cohorts_compute(store, scope, NULL, &options, table, error);
}

static crm_status ask_products(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_products_compute(store, scope, NULL, table, error);
}

/* A summary, and an analysis that takes from it. */
static crm_status ask_summary(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_scope with = CRM_SCOPE_INIT;
  crm_summary *summary = NULL;
  crm_status status = crm_summary_create(store, scope, NULL, &summary, error);
  if (status == CRM_OK) {
    with = scope == NULL ? with : *scope;
    with.summary = summary;
    status = crm_cohorts_compute(store, &with, NULL, NULL, table, error);
  } else {
    assert_null(summary);
  }
  crm_summary_free(summary);
  return status;
}

static crm_status ask_due(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_due_compute(store, scope, NULL, table, error);
}

static crm_status with_lifecycle(const crm_store *store, const crm_scope *scope,
                                 crm_status (*build)(const crm_lifecycle *, crm_table **, crm_error *),
                                 crm_table **table, crm_error *error)
{
  crm_lifecycle_options options = CRM_LIFECYCLE_OPTIONS_INIT;
  crm_lifecycle *lifecycle = NULL;
  crm_status status;
  options.dormant_days = 2;
  options.lost_days = 5;
  options.natural = "moved, closed";
  status = crm_lifecycle_compute(store, scope, &options, &lifecycle, error);
  if (status == CRM_OK) {
    status = build(lifecycle, table, error);
  }
  crm_lifecycle_free(lifecycle);
  return status;
}

static crm_status ask_funnel(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_funnel_compute(store, scope, NULL, table, error);
}

static crm_status ask_conversion(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_conversion_options options = CRM_CONVERSION_OPTIONS_INIT;
  options.by = "region";
  return crm_conversion_compute(store, scope, &options, table, error);
}

static crm_status ask_journey(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_journey_options options = CRM_JOURNEY_OPTIONS_INIT;
  options.by = "region";
  return crm_journey_stages(store, scope, &options, table, error);
}

static crm_status ask_journeys(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_journey_members(store, scope, NULL, table, error);
}

static crm_status ask_steps(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_journey_history(store, scope, NULL, NULL, table, error);
}

static crm_status ask_view(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_view view = CRM_VIEW_INIT;
  crm_status status = crm_view_compute(store, scope, NULL, "7", &view, error);
  if (status == CRM_OK) {
    *table = view.profile;
    view.profile = NULL;
  }
  crm_view_clear(&view);
  return status;
}

static crm_status ask_progress(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_progress_stages(store, scope, NULL, table, error);
}

static crm_status ask_open_deals(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_progress_opportunities(store, scope, NULL, table, error);
}

static crm_status ask_freshness(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_freshness(store, scope, NULL, table, error);
}

static crm_status ask_dossiers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_dossiers(store, scope, NULL, table, error);
}

static crm_status ask_static(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_static(store, scope, NULL, table, error);
}

static crm_status ask_idle(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_completeness_idle(store, scope, NULL, table, error);
}

static crm_status ask_stages(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, crm_lifecycle_stages, table, error);
}

static crm_status ask_lives(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, crm_lifecycle_members, table, error);
}

static crm_status ask_churn(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, crm_lifecycle_churn, table, error);
}

static crm_status ask_reasons(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, crm_lifecycle_reasons, table, error);
}

static crm_status yearly_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  crm_calendar calendar = CRM_CALENDAR_INIT;
  calendar.period = CRM_PERIOD_YEAR;
  return crm_lifecycle_reasons_by_period(lifecycle, &calendar, table, error);
}

static crm_status ask_leaving(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, yearly_reasons, table, error);
}

static crm_status ask_stays(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, crm_lifecycle_survival, table, error);
}

static crm_status all_histories(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm_lifecycle_history(lifecycle, NULL, table, error);
}

static crm_status ask_histories(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, all_histories, table, error);
}

static crm_status monthly_bucket(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm_lifecycle_bucket(lifecycle, NULL, table, error);
}

static crm_status ask_bucket(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, monthly_bucket, table, error);
}

static crm_status all_moves(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error)
{
  return crm_lifecycle_transitions(lifecycle, INT64_MIN, INT64_MAX, table, error);
}

static crm_status ask_moves(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, scope, all_moves, table, error);
}

static const char *const chosen[] = {"a", "7", "long customer key that takes room of its own"};

/* Two sets by key, their difference, and how they overlap. */
static crm_status ask_overlap(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  static const char *const names[] = {"one", "two", "one without two"};
  crm_segment *sets[3] = {NULL, NULL, NULL};
  const crm_segment *all[3];
  crm_status status = crm_segment_pick(store, chosen, 3, NULL, &sets[0], error);
  int i;
  (void)scope;
  if (status == CRM_OK) {
    status = crm_segment_pick(store, chosen + 1, 1, NULL, &sets[1], error);
  }
  if (status == CRM_OK) {
    status = crm_segment_difference(sets[0], sets[1], &sets[2], error);
  }
  for (i = 0; i < 3; i++) {
    all[i] = sets[i];
  }
  if (status == CRM_OK) {
    status = crm_segment_overlap(all, names, 3, table, error);
  }
  for (i = 0; i < 3; i++) {
    crm_segment_free(sets[i]);
  }
  return status;
}

/* The pyramid of a segment, which it keeps, and the segment's customers. */
static crm_status ask_members_of(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_scope narrow = CRM_SCOPE_INIT;
  crm_segment *segment = NULL;
  crm_pyramid *pyramid = NULL;
  crm_status status = crm_segment_pick(store, chosen, 3, NULL, &segment, error);
  narrow.context = scope == NULL ? NULL : scope->context;
  narrow.segment = segment;
  if (status == CRM_OK) {
    status = crm_pyramid_compute(store, &narrow, NULL, &pyramid, error);
  }
  crm_segment_free(segment);
  if (status == CRM_OK) {
    status = crm_pyramid_members(pyramid, table, error);
  }
  crm_pyramid_free(pyramid);
  return status;
}

static crm_status ask_segment(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment *segment = NULL;
  crm_status status = crm_segment_pick(store, chosen, 3, NULL, &segment, error);
  (void)scope;
  if (status == CRM_OK) {
    status = crm_segment_members(segment, table, error);
  }
  crm_segment_free(segment);
  return status;
}

static crm_status ask_rows(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_rows(store, "interactions", table, error);
}

static crm_status ask_findings(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_findings_compute(store, scope, NULL, table, error);
}

static crm_status ask_reopened(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_store_reopened(store, 0, table, error);
}

static crm_segment_options expression_of(const char *text)
{
  static const crm_segment_definition known = {(uint32_t)sizeof known, 0, "known",
                                               "joined is not null or tier = 'vip'"};
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  options.expression = text;
  options.definitions = &known;
  options.definition_count = 1;
  return options;
}

/* Every source of values, every kind of test. */
static const char *const expression =
  "in segment known and not spend in (1, 3, 2.5) and (r > 2 or rfm_segment = 'lost' or first_ever < as_of - 3 days) or "
  "purchase_days > 1 and region like 'n%' or parent = customer or stage = 'repeat' or region between 'a' and 'z' or "
  "class = 'vip' or owner = 's2' and customers.owner is null or "
  "days_in_stage > 3 and open_opportunities = 0 or days_since_contact < 9";

static crm_status ask_expression(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_options options = expression_of(expression);
  crm_segment *segment = NULL;
  crm_status status = crm_segment_compute(store, scope, &options, &segment, error);
  if (status == CRM_OK) {
    status = crm_segment_members(segment, table, error);
  }
  crm_segment_free(segment);
  return status;
}

static crm_status ask_explain(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_options options = expression_of(expression);
  return crm_segment_explain(store, scope, &options, "7", table, error);
}

static crm_status ask_drift(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_options options = expression_of("in segment known or spend > 2");
  crm_scope before = CRM_SCOPE_INIT;
  before.context = scope == NULL ? NULL : scope->context;
  before.as_of = facts_day(2024, 2, 1);
  return crm_segment_drift(store, &before, scope, &options, table, error);
}

static crm_status ask_composition(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  options.by = "region";
  options.across = "spend";
  options.across_bands = "1, 2.5";
  return crm_composition_compute(store, scope, &options, table, error);
}

static crm_status ask_classes(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_classes_compute(store, scope, NULL, table, error);
}

static crm_status ask_calibration(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_classes_calibration(store, scope, NULL, table, error);
}

static crm_status ask_corporate(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_classes_corporate(store, scope, NULL, table, error);
}

static crm_status ask_hhi(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  options.by = "days_since_last";
  options.across = "rfm_segment";
  return crm_composition_concentration(store, scope, &options, table, error);
}

static crm_status ask_spending(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_composition_options options = CRM_COMPOSITION_OPTIONS_INIT;
  options.by = "days_since_last";
  return crm_composition_spending(store, scope, &options, table, error);
}

static crm_status ask_effect_of(const crm_store *store, const crm_scope *scope, int strata, crm_table **table,
                                crm_error *error)
{
  crm_segment_options half = CRM_SEGMENT_OPTIONS_INIT;
  crm_effect_options options = CRM_EFFECT_OPTIONS_INIT;
  crm_segment *treated = NULL;
  crm_status status;
  half.expression = "orders >= 2";
  status = crm_segment_compute(store, scope, &half, &treated, error);
  options.at = facts_day(2024, 2, 1);
  options.least_cases = 2;
  options.treated = treated;
  if (status == CRM_OK) {
    status = (strata ? crm_effect_strata : crm_effect_compute)(store, scope, &options, table, error);
  }
  crm_segment_free(treated);
  return status;
}

static crm_status ask_extension(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_options half = CRM_SEGMENT_OPTIONS_INIT;
  crm_extension_options options = CRM_EXTENSION_OPTIONS_INIT;
  crm_lifecycle *lives = NULL;
  crm_segment *treated = NULL;
  crm_status status;
  half.expression = "orders >= 2";
  status = crm_segment_compute(store, scope, &half, &treated, error);
  if (status == CRM_OK) {
    status = crm_lifecycle_compute(store, scope, NULL, &lives, error);
  }
  options.at = facts_day(2024, 2, 1);
  options.treated = treated;
  if (status == CRM_OK) {
    status = crm_lifecycle_extension(lives, &options, table, error);
  }
  crm_lifecycle_free(lives);
  crm_segment_free(treated);
  return status;
}

static crm_status ask_effect(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_effect_of(store, scope, 0, table, error);
}

static crm_status ask_strata(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_effect_of(store, scope, 1, table, error);
}

static crm_status ask_target(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_segment_definition lately = CRM_SEGMENT_DEFINITION_INIT;
  crm_target_options options = CRM_TARGET_OPTIONS_INIT;
  lately.name = "lately";
  lately.expression = "days_since_last <= 10";
  options.expression = "spend > 0";
  options.suppressions = &lately;
  options.suppression_count = 1;
  options.household = "region";
  return crm_target_counts(store, scope, &options, table, error);
}

static crm_status ask_cultivation(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_migration_options options = CRM_MIGRATION_OPTIONS_INIT;
  crm_scope before = CRM_SCOPE_INIT;
  before.as_of = facts_day(2024, 2, 1);
  before.context = scope == NULL ? NULL : scope->context;
  options.value_tiers = 2;
  return crm_migration_cultivation(store, &before, scope, &options, table, error);
}

static crm_status ask_migration(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_scope before = CRM_SCOPE_INIT;
  before.as_of = facts_day(2024, 2, 1);
  before.context = scope == NULL ? NULL : scope->context;
  return crm_migration_compute(store, &before, scope, NULL, table, error);
}

static crm_status ask_movers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_migration_members(store, NULL, scope, NULL, table, error);
}

static crm_status ask_fields(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_segment_fields(store, table, error);
}

static crm_status ask_handovers(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_ownership_handovers(store, scope, NULL, table, error);
}

static crm_status ask_teams(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_organisation_groups(store, scope, NULL, table, error);
}

static crm_status ask_bridge(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return crm_bridge_compute(store, scope, NULL, NULL, table, error);
}

static crm_status ask_kpi(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error,
                          int group)
{
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi *kpi = NULL;
  crm_status status;
  options.periods = 2;
  options.running = 1;
  options.group = group;
  options.like_for_like = group == CRM_KPI_BY_BRANCH;
  status = crm_kpi_compute(store, scope, NULL, &options, &kpi, error);
  if (status == CRM_OK) {
    status = crm_kpi_table(kpi, table, error);
  } else {
    assert_null(kpi);
  }
  crm_kpi_free(kpi);
  return status;
}

static crm_status ask_evidence(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  options.kpi = "revenue";
  options.period = "2024-03";
  return crm_kpi_evidence(store, scope, NULL, &options, table, error);
}

static crm_status ask_lapsed(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  options.kpi = "customers_lapsed";
  options.period = "2024-03";
  return crm_kpi_evidence(store, scope, NULL, &options, table, error);
}

static crm_status ask_dormant(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_kpi_evidence_options options = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  options.kpi = "customers_dormant";
  options.period = "2024-03";
  return crm_kpi_evidence(store, scope, NULL, &options, table, error);
}

static crm_status ask_branches(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_kpi(store, scope, table, error, CRM_KPI_BY_BRANCH);
}

static crm_status ask_people(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_kpi(store, scope, table, error, CRM_KPI_BY_STAFF);
}

static crm_status ask_kpi_teams(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  return ask_kpi(store, scope, table, error, CRM_KPI_BY_TEAM);
}

/* The fault of the questions under way. */
static test_fault *watched;

static crm_status read_rules(void *context, void *buffer, size_t size, size_t *got)
{
  const char **from = context;
  *got = strlen(*from) < size ? strlen(*from) : size;
  memcpy(buffer, *from, *got);
  *from += *got;
  return CRM_OK;
}

/* The built-in cockpit of the store's allocator, one of its tables. */
static crm_status ask_snapshot(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_config config = test_fault_config(watched);
  crm_cockpit *cockpit = NULL;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  crm_status status = crm_cockpit_create(&config, &cockpit, error);
  if (status == CRM_OK) {
    status = crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, error);
  }
  if (status == CRM_OK) {
    status = crm_cockpit_builtin(cockpit, CRM_COCKPIT_ALERTS, error);
  }
  if (status == CRM_OK) {
    status = crm_cockpit_evaluate(store, scope, NULL, cockpit, NULL, &snapshot, error);
  }
  if (status == CRM_OK) {
    *table = snapshot.alerts;
    snapshot.alerts = NULL;
  }
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  return status;
}

/* A till that follows a cockpit through a sale, and what its gauges or alerts say. */
static crm_status ask_till(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_config config = test_fault_config(watched);
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope own = CRM_SCOPE_INIT;
  crm_sale sale = CRM_SALE_INIT;
  crm_cockpit *cockpit = NULL;
  crm_till *till = NULL;
  crm_status status = crm_cockpit_create(&config, &cockpit, error);
  if (scope != NULL) {
    own.as_of = scope->as_of;
    own.money = scope->money;
    own.branches = scope->branches;
    own.branch_count = scope->branch_count;
  }
  sale.customer = "somebody";
  sale.document = "R-1";
  sale.amount = 1234;
  options.cockpit = cockpit;
  if (status == CRM_OK) {
    status = crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, error);
  }
  if (status == CRM_OK) {
    status = crm_cockpit_builtin(cockpit, CRM_COCKPIT_ALERTS, error);
  }
  if (status == CRM_OK) {
    status = crm_till_create(store, &own, &options, &till, error);
  }
  if (status == CRM_OK) {
    sale.time = crm_till_as_of(till) - 1;
    status = crm_till_post(till, &sale, NULL, error);
  }
  if (status == CRM_OK) {
    status = crm_till_alerts(till, table, error);
    crm_table_free(*table);
    *table = NULL;
  }
  if (status == CRM_OK) {
    status = crm_till_gauges(till, table, error);
  }
  crm_till_free(till);
  crm_cockpit_free(cockpit);
  return status;
}

/* A table of rules with a row that is wrong, read and told of. */
static crm_status ask_problems(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  static const char text[] = "alert,kpi,when,set\na,revenue,below,1\nb,nothing,below,1\n";
  crm_config config = test_fault_config(watched);
  crm_cockpit *cockpit = NULL;
  crm_source source = CRM_SOURCE_INIT;
  const char *from = text;
  crm_status status = crm_cockpit_create(&config, &cockpit, error);
  (void)store;
  (void)scope;
  source.context = (void *)&from;
  source.read = read_rules;
  if (status == CRM_OK) {
    status = crm_cockpit_read(cockpit, CRM_COCKPIT_ALERTS, NULL, &source, NULL, error);
  }
  if (status == CRM_OK) {
    status = crm_cockpit_problems(cockpit, table, error);
  }
  crm_cockpit_free(cockpit);
  return status;
}

static crm_status ask_accounts(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_scope own = CRM_SCOPE_INIT;
  if (scope != NULL) {
    own = *scope;
  }
  own.accounts = 1;
  return crm_rfm_compute(store, &own, NULL, table, error);
}

typedef struct asked {
  question ask;
} asked;

/* A writer's sink that needs no memory of the library. */
static crm_status drop(void *context, const void *bytes, size_t size)
{
  (void)context;
  (void)bytes;
  (void)size;
  return CRM_OK;
}

static crm_status write_all(const crm_table *table)
{
  crm_sink sink = CRM_SINK_INIT;
  crm_status status;
  sink.write = drop;
  status = crm_table_write_csv(table, &sink, NULL);
  if (status == CRM_OK) {
    status = crm_table_write_json(table, &sink, NULL);
  }
  return status == CRM_OK ? crm_table_write_text(table, NULL, &sink, NULL) : status;
}

static crm_status ask_and_write(const asked *what, const crm_store *store, const crm_scope *scope, crm_table **table)
{
  crm_error error = CRM_ERROR_INIT;
  crm_status status = what->ask(store, scope, table, &error);
  if (status != CRM_OK) {
    assert_null(*table);
    assert_int_equal(error.status, status);
    return status;
  }
  return write_all(*table);
}

/* A question at every point of failure, of one store: what fails must leave nothing; the next is asked of it too. */
static void drive_question(test_fault *fault, const crm_store *store, const asked *what, const crm_scope *scope)
{
  text_buffer first = TEXT_BUFFER_INIT;
  text_buffer again = TEXT_BUFFER_INIT;
  crm_table *table = NULL;
  uint64_t blocks;
  uint64_t point = 0;
  int met = 1;
  assert_int_equal(what->ask(store, scope, &table, NULL), CRM_OK);
  text_add_table(&first, table);
  crm_table_free(table);
  blocks = fault->live_blocks;
  while (met) {
    int once;
    point = next_point(point);
    for (once = 0; once < 2 && met; once++) {
      uint64_t faults = fault->faults;
      crm_status status;
      table = NULL;
      fault->fail_at = fault->calls + point;
      fault->once = once;
      status = ask_and_write(what, store, scope, &table);
      fault->fail_at = 0;
      crm_table_free(table);
      met = fault->faults > faults;
      assert_int_equal(status, met ? CRM_ERROR_MEMORY : CRM_OK);
      assert_true(scope != NULL && scope->context != NULL ? fault->live_blocks >= blocks
                                                          : fault->live_blocks == blocks);
    }
  }
  table = NULL;
  assert_int_equal(what->ask(store, scope, &table, NULL), CRM_OK);
  text_add_table(&again, table);
  crm_table_free(table);
  assert_text_same(&first, &again, "asked again");
  test_fault_check(fault);
  text_free(&first);
  text_free(&again);
}

static crm_status ask_verify(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  crm_status status = crm_store_verify(store, error);
  (void)scope;
  return status == CRM_OK ? crm_store_loads(store, table, error) : status;
}

static crm_status ask_aliases(const crm_store *store, const crm_scope *scope, crm_table **table, crm_error *error)
{
  (void)scope;
  return crm_identity_aliases(store, table, error);
}

static const question questions[] = {
    ask_summary,
    ask_customer, ask_documents, ask_document, ask_changed,  ask_totals,         ask_sources, ask_warnings,
    ask_schema,   ask_loads,     ask_tiers,    ask_members,  ask_concentration,  ask_rfm,     ask_segments,
    ask_periods,  ask_cohorts,   ask_rolling,  ask_products, crm_repeat_compute, ask_verify,
    crm_rhythm_compute, crm_rhythm_summary, ask_rows, ask_aliases, ask_handovers, ask_accounts, crm_accounts_sites,
    crm_ownership_history, crm_ownership_moved, crm_ownership_owners, crm_ownership_summary, ask_due,
    crm_organisation_gaps, crm_organisation_history, crm_organisation_members, ask_teams,
    ask_findings, ask_reopened, ask_snapshot, ask_till, ask_problems, ask_bridge, ask_branches, ask_people,
    ask_kpi_teams,
    ask_evidence,
    ask_lapsed,   ask_dormant,
    crm_completeness_columns, crm_completeness_customers,
    ask_funnel,   ask_conversion, ask_stages,   ask_lives,    ask_stays,    ask_histories, ask_bucket,        ask_moves,
    ask_overlap,  ask_members_of, ask_segment, ask_expression, ask_explain, ask_drift, ask_fields,
    ask_migration, ask_extension, ask_cultivation, ask_movers, ask_spending, ask_effect, ask_strata, ask_target,
    ask_composition, ask_hhi, ask_classes, ask_corporate, ask_calibration, ask_reasons, ask_leaving, ask_churn,
    ask_journey,  ask_journeys, ask_steps, ask_view, ask_freshness, ask_dossiers, ask_static, ask_idle,
    crm_completeness_changes,
    ask_progress, ask_open_deals,
};

static void test_questions(void **state)
{
  static const char *const branches[] = {"x", "y"};
  test_fault fault;
  crm_config config;
  crm_store *store = NULL;
  crm_context *context = NULL;
  size_t i;
  (void)state;
  test_fault_reset(&fault, 0, 0);
  config = test_fault_config(&fault);
  watched = &fault;
  assert_int_equal(make_store(&config, &store), CRM_OK);
  assert_int_equal(declare(store), CRM_OK);
  for (i = 0; i < STEPS; i++) {
    assert_int_equal(load_text(store, steps[i].table, *steps[i].text, steps[i].twice), CRM_OK);
  }
  for (i = 0; i < sizeof questions / sizeof questions[0]; i++) {
    crm_scope scope = CRM_SCOPE_INIT;
    executor_state workers;
    crm_executor executor = executor_of(&workers, EXECUTOR_REVERSED, 2);
    crm_context_options lent = CRM_CONTEXT_OPTIONS_INIT;
    asked what;
    what.ask = questions[i];
    scope.refunds = CRM_REFUNDS_SALE_DAY;
    scope.from = facts_day(2024, 1, 1);
    scope.branches = branches;
    scope.branch_count = 2;
    drive_question(&fault, store, &what, NULL);
    drive_question(&fault, store, &what, &scope);
    assert_int_equal(crm_context_create(&config, &context, NULL), CRM_OK);
    lent.executor = &executor;
    assert_int_equal(crm_context_configure(context, &lent, NULL), CRM_OK);
    scope.context = context;
    drive_question(&fault, store, &what, &scope);
    crm_context_free(context);
  }
  crm_store_free(store);
  assert_int_equal(fault.live_blocks, 0);
}

/* ---- erasing and forgetting ---- */

typedef crm_status (*removal)(crm_store *, const char *const *, int64_t, crm_table **, crm_error *);

typedef struct removing {
  removal remove;
} removing;

/* A removal that fails has changed nothing, and the same again goes through. */
static int run_removal(const crm_config *config, void *user)
{
  static const char *const keys[] = {"a", "long customer key that takes room of its own", "c"};
  const removing *what = user;
  test_fault *fault = fault_of(config);
  uint64_t at = fault_off(fault);
  crm_store *store = NULL;
  crm_table *receipt = NULL;
  crm_status status;
  int i;
  assert_int_equal(make_store(config, &store), CRM_OK);
  assert_int_equal(declare(store), CRM_OK);
  for (i = 0; i < STEPS; i++) {
    assert_int_equal(load_text(store, steps[i].table, *steps[i].text, steps[i].twice), CRM_OK);
  }
  fault->fail_at = at == 0 ? 0 : at + fault->calls;
  status = what->remove(store, keys, 3, &receipt, NULL);
  (void)fault_off(fault);
  if (status != CRM_OK) {
    assert_null(receipt);
    assert_state(config, store, STEPS);
    assert_int_equal(what->remove(store, keys, 3, &receipt, NULL), CRM_OK);
  }
  crm_table_free(receipt);
  assert_verifies(store);
  assert_int_equal(crm_store_customer(store, "a", &receipt, NULL), CRM_ERROR_NOT_FOUND);
  for (i = 0; i < STEPS; i++) {
    assert_int_equal(load_text(store, steps[i].table, *steps[i].text, steps[i].twice), CRM_OK);
  }
  assert_verifies(store);
  crm_store_free(store);
  return status;
}

static void test_removals(void **state)
{
  removing what;
  (void)state;
  what.remove = crm_identity_erase;
  test_fault_drive(run_removal, &what);
  what.remove = crm_identity_forget;
  test_fault_drive(run_removal, &what);
}

static int before_all(void **state)
{
  (void)state;
  prepare_wanted();
  return 0;
}

static int after_all(void **state)
{
  int i;
  (void)state;
  for (i = 0; i <= STEPS; i++) {
    text_free(&wanted[i]);
  }
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_create),
      cmocka_unit_test(test_batches),
      cmocka_unit_test(test_loads),
      cmocka_unit_test(test_questions), cmocka_unit_test(test_removals),
  };
  return cmocka_run_group_tests(tests, before_all, after_all);
}
