/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <string.h>

/* A segment in a scope gives what a store gives that never saw anybody else. */

#define CUSTOMERS 30
#define DOCUMENTS 300

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
  (void)snprintf(line, sizeof line, who % 2 ? "c%d,%s,%s" : "%d,%s,%s", (int)who,
                 who % 11 == 4 ? "internal" : who % 11 == 7 ? "anonymous" : "",
                 dice_below(of, 3) ? "" : dice_below(of, 2) ? "2020-05-05" : "2022-12-30");
  facts_add(all, line);
  if (few != NULL) {
    facts_add(few, line);
  }
}

typedef struct pair {
  crm_store *all;
  crm_store *few;
  crm_segment *segment;
} pair;

static pair make_pair(uint64_t seed)
{
  dice of = dice_of(seed);
  const char *columns = "document,line,time,customer,kind,amount,tax,cost,product,branch,original";
  facts *all[2];
  facts *few[2];
  char keys[CUSTOMERS][8];
  const char *chosen[CUSTOMERS];
  int in[CUSTOMERS];
  int64_t count = 0;
  int32_t i;
  pair made;
  all[0] = facts_create(columns);
  few[0] = facts_create(columns);
  all[1] = facts_create("customer,kind,joined");
  few[1] = facts_create("customer,kind,joined");
  for (i = 0; i < CUSTOMERS; i++) {
    in[i] = dice_below(&of, 2);
    if (in[i] && i % 11 != 7) {
      (void)snprintf(keys[count], sizeof keys[count], i % 2 ? "c%d" : "%d", (int)i);
      chosen[count] = keys[count];
      count++;
    }
    if (dice_below(&of, 2) || i % 11 == 4 || i % 11 == 7) {
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
  add_result(to, crm_repeat_compute(store, scope, &table, NULL), &table);
  add_result(to, crm_rhythm_compute(store, scope, &table, NULL), &table);
  add_result(to, crm_rhythm_summary(store, scope, &table, NULL), &table);
  add_result(to, crm_products_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_due_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_composition_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_classes_compute(store, scope, NULL, &table, NULL), &table);
  add_result(to, crm_classes_corporate(store, scope, NULL, &table, NULL), &table);
  before.as_of = facts_day(2021, 7, 1);
  before.segment = scope->segment;
  add_result(to, crm_migration_compute(store, &before, scope, NULL, &table, NULL), &table);
  assert_int_equal(crm_lifecycle_compute(store, scope, NULL, &lifecycle, NULL), CRM_OK);
  add_result(to, crm_lifecycle_stages(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_members(lifecycle, &table, NULL), &table);
  add_result(to, crm_lifecycle_bucket(lifecycle, NULL, &table, NULL), &table);
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
    for (how = 0; how < 32; how++) {
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
