/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/questions.h"
#include "fuzz/script.h"

#define ASKED 4

static int nothing_erased(const world *w)
{
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    if (w->facts.erased[i]) {
      return 0;
    }
  }
  return 1;
}

static crm_scope some_scope(world *w)
{
  crm_scope scope = CRM_SCOPE_INIT;
  int32_t form = fuzz_below(&w->in, 64);
  scope.as_of = w->as_of;
  scope.money = form % 4 == 3 ? 0 : form % 4;
  scope.refunds = form / 4 % 2;
  scope.occasions = form / 8 % 2;
  scope.accounts = form / 16 % 2;
  scope.internal = form / 32;
  return scope;
}

/* What was asked for of either, and of a few questions what the input chooses. */
static void compare(world *w, const crm_store *expected, const crm_store *actual, int keys)
{
  fuzz_text a = FUZZ_TEXT_INIT;
  fuzz_text b = FUZZ_TEXT_INIT;
  int32_t i;
  fuzz_text_answers(&a, expected, w->as_of);
  fuzz_text_answers(&b, actual, w->as_of);
  for (i = 0; i < ASKED; i++) {
    crm_scope scope = some_scope(w);
    int32_t which = fuzz_below(&w->in, keys ? FUZZ_QUESTIONS : FUZZ_QUESTIONS_KEYS);
    fuzz_text_question(&a, expected, &scope, which);
    fuzz_text_question(&b, actual, &scope, which);
  }
  if (keys) {
    fuzz_text_rows(&a, expected);
    fuzz_text_rows(&b, actual);
  }
  fuzz_need_same(&a, &b);
  fuzz_text_free(&a);
  fuzz_text_free(&b);
}

void script_same(world *w, const crm_store *expected, const crm_store *actual)
{
  crm_table *table = NULL;
  fuzz_text a = FUZZ_TEXT_INIT;
  fuzz_text b = FUZZ_TEXT_INIT;
  NEED(crm_store_totals(expected, &table, NULL) == CRM_OK);
  fuzz_text_table(&a, table);
  NEED(crm_store_totals(actual, &table, NULL) == CRM_OK);
  fuzz_text_table(&b, table);
  fuzz_need_same(&a, &b);
  fuzz_text_free(&a);
  fuzz_text_free(&b);
  compare(w, expected, actual, 1);
}

/* ---- beside the model ---- */

static int64_t window_start(const world *w)
{
  if (w->window == CRM_WINDOW_DAYS) {
    return w->as_of - w->days * CRM_DAY;
  }
  if (w->window == CRM_WINDOW_YEAR) {   /* that of the day before as-of */
    int64_t start = script_instant(0);
    int32_t year;
    for (year = 2024; start + (year % 4 == 0 ? 366 : 365) * CRM_DAY < w->as_of; year++) {
      start += (year % 4 == 0 ? 366 : 365) * CRM_DAY;
    }
    return start;
  }
  return CRM_TIME_UNSET_FROM;
}

static void check_customer(const world *w, const crm_pyramid *pyramid, const int32_t *group, int32_t customer)
{
  crm_standing by = CRM_STANDING_INIT;
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  const char *name = script_names[customer];
  int64_t money = model_money(&w->facts, group, customer, window_start(w), w->as_of);
  crm_status status = crm_pyramid_find(pyramid, name, &by, NULL);
  crm_status told = crm_till_standing(w->till, name, &is, NULL);
  NEED(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
  NEED(told == CRM_OK || told == CRM_ERROR_NOT_FOUND);
  if (w->facts.erased[customer]) {   /* a till knows an erased key again */
    NEED(status == CRM_ERROR_NOT_FOUND && (told != CRM_OK || is.spend == money));
    return;
  }
  NEED(status == told);
  if (model_certain(&w->facts, group, customer)) {
    NEED(status == CRM_OK ? model_counts(&w->facts, group, customer)
                          : money == 0 || !model_counts(&w->facts, group, customer));
  }
  if (status == CRM_OK) {
    NEED(by.tier == is.tier && by.rank == is.rank && by.value == is.spend && by.gap == is.gap);
    NEED(by.margin == is.margin && by.population == is.population && by.value == money);
  }
}

static void check_customers(const world *w, const int32_t *group)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid *pyramid = NULL;
  crm_error error = CRM_ERROR_INIT;
  int32_t i;
  scope.as_of = w->as_of;
  scope.from = window_start(w);
  options.ties = w->ties;
  NEED_WHY(crm_pyramid_compute(w->store, &scope, &options, &pyramid, &error) == CRM_OK, &error);
  for (i = 0; i < CUSTOMERS; i++) {
    check_customer(w, pyramid, group, i);
  }
  crm_pyramid_free(pyramid);
}

void script_check(world *w)
{
  int32_t group[CUSTOMERS];
  crm_error error = CRM_ERROR_INIT;
  crm_store *fresh;
  int certain = 1;
  int32_t i;
  script_settle(w);
  NEED_WHY(crm_store_verify(w->store, &error) == CRM_OK, &error);
  model_join(&w->facts, group);
  check_customers(w, group);
  for (i = 0; i < CUSTOMERS; i++) {
    certain = certain && model_certain(&w->facts, group, i);
  }
  if (certain) {
    fresh = model_store(&w->facts);
    compare(w, fresh, w->store, nothing_erased(w));
    crm_store_free(fresh);
  }
}
