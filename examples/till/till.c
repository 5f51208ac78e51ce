/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A point of sale:  till SALES.csv RECEIPTS.csv   (the second file is written)
 *   1042 59.90   rings up a sale, a negative amount a return: the customer's standing and the gauges that it moved
 *   1042 59.90 ? what that would be
 *   1042         where a customer stands, what the next tier takes, until when this one is kept
 *   day          the receipts go into the store, and tomorrow begins
 * Tiers are those of the last 365 days. */

static crm_error error = CRM_ERROR_INIT;
static crm_store *store;
static crm_till *till;
static FILE *receipts;

static void show(const crm_customer_standing *s)
{
  static const char *const stages[] = {"never bought", "bought on one day", "comes back"};
  char last[32] = "";
  if (s->recency_days >= 0) {
    sprintf(last, ", %d days ago", (int)s->recency_days);
  }
  printf("  %s, %d. of %d, spent %.2f (%.3f %% of all)\n", s->name, (int)s->rank, (int)s->population,
         (double)s->spend / 100, (double)s->share / 1e4);
  printf("  %.2f to the next tier, %.2f to lose; R%d F%d M%d; %s%s\n", (double)s->gap / 100, (double)s->margin / 100,
         (int)s->r, (int)s->f, (int)s->m, stages[s->stage], last);
}

static void ring_up(const char *customer, double amount, int preview)
{
  static int number = 900000001;
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_till_moved m = CRM_TILL_MOVED_INIT;
  crm_sale sale = CRM_SALE_INIT;
  char document[24], day[16];
  int64_t i;
  time_t noon = (time_t)((crm_till_as_of(till) - CRM_DAY / 2) / 1000000);   /* of the last day before as-of */
  sprintf(document, "%d", number);
  sale.kind = amount < 0 ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = customer;
  sale.document = document;
  sale.time = (int64_t)noon * 1000000;
  sale.amount = (int64_t)(amount * 100 + (amount < 0 ? -0.5 : 0.5));
  if ((preview ? crm_till_preview(till, &sale, &is, &error) : crm_till_post(till, &sale, &is, &error)) != CRM_OK) {
    return;
  }
  printf("  %.2f for %s: %s -> %s%s\n", amount, customer, is.tier_before < 0 ? "new" : is.name_before, is.name,
         is.stage_before == CRM_BUYER_NONE && is.stage != CRM_BUYER_NONE ? ", first purchase" : "");
  show(&is);
  for (i = 0; !preview && i < crm_till_moves(till) && crm_till_move(till, i, &m, &error) == CRM_OK; i++) {
    printf("    %s: %.2f %s -> %.2f %s\n", m.id,
           m.value_before == INT64_MIN ? (double)NAN : (double)m.value_before / 1e6, m.state_before,
           m.value == INT64_MIN ? (double)NAN : (double)m.value / 1e6, m.state);
  }
  if (!preview) {
    strftime(day, sizeof day, "%Y-%m-%d", gmtime(&noon));
    fprintf(receipts, "%d,%s,%s,%.2f\n", number++, day, customer, amount);
  }
}

static void look_up(const char *customer)
{
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_reach reach = CRM_REACH_INIT;
  int64_t today = crm_till_as_of(till), soon = today + 90 * CRM_DAY;
  if (crm_till_standing(till, customer, &is, &error) != CRM_OK) {
    return;
  }
  show(&is);
  if (is.rank > 0 && crm_till_reach(till, customer, is.tier, soon, &reach, &error) == CRM_OK) {
    printf("  keeps %s for %d days; to have it in 90 days %.2f more\n", is.name,
           reach.kept == INT32_MAX ? 9999 : (int)(reach.kept + 1 - today / CRM_DAY), (double)reach.missing / 100);
  }
  if (is.rank > 0 && is.tier > 0 && crm_till_reach(till, customer, is.tier - 1, today, &reach, &error) == CRM_OK) {
    printf("  the next tier takes %.2f more, %d visits, %d days at this pace\n", (double)reach.missing / 100,
           (int)reach.visits, reach.day == INT32_MAX ? 9999 : (int)(reach.day + 1 - today / CRM_DAY));
  }
}

static crm_status load(const char *path)
{
  crm_load *begun = NULL;
  if (crm_load_begin(store, NULL, &begun, &error) == CRM_OK &&
      crm_load_csv_file(begun, "sales", NULL, path, &error) == CRM_OK) {
    (void)crm_load_commit(begun, &error);
  }
  crm_load_free(begun);
  return error.status;
}

/* What is in the store already stays as it is. */
static void close_day(const char *path)
{
  int64_t posted = crm_till_posted(till);
  fflush(receipts);
  if (load(path) == CRM_OK && crm_till_sync(till, &error) == CRM_OK &&
      crm_till_advance(till, crm_till_as_of(till) + CRM_DAY, &error) == CRM_OK) {
    printf("  %d receipts in the store, %d still posted only; a new day\n", (int)(posted - crm_till_posted(till)),
           (int)crm_till_posted(till));
  }
}

int main(int argc, char **argv)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_cockpit *cockpit = NULL;
  char line[128], customer[32], mark[2];
  double amount;
  receipts = argc == 3 ? fopen(argv[2], "w") : NULL;
  if (receipts == NULL) {
    fprintf(stderr, "usage: till SALES.csv RECEIPTS.csv\n");
    return 2;
  }
  fprintf(receipts, "document,time,customer,amount\n");
  if (crm_store_create(NULL, NULL, &store, &error) == CRM_OK && load(argv[1]) == CRM_OK &&
      crm_cockpit_create(NULL, &cockpit, &error) == CRM_OK &&
      crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, &error) == CRM_OK &&
      crm_cockpit_builtin(cockpit, CRM_COCKPIT_ALERTS, &error) == CRM_OK) {
    scope.as_of = crm_store_horizon(store) + CRM_DAY;   /* the day after the last sale */
    options.window = CRM_WINDOW_DAYS, options.days = 365;
    options.cockpit = cockpit, options.role = "store";
    (void)crm_till_create(store, &scope, &options, &till, &error);
  }
  while (till != NULL && fgets(line, sizeof line, stdin) != NULL) {
    int words = sscanf(line, "%31s %lf %1s", customer, &amount, mark);
    if (words >= 2) {
      ring_up(customer, amount, words == 3);
    } else if (words == 1 && strcmp(customer, "day") == 0) {
      close_day(argv[2]);
    } else if (words == 1) {
      look_up(customer);
    }
    if (error.status != CRM_OK) {
      printf("  %s\n", error.message);
      error.status = CRM_OK;
    }
  }
  fprintf(stderr, "%s", till == NULL ? error.message : "");
  crm_till_free(till);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
  fclose(receipts);
  return till == NULL;
}
