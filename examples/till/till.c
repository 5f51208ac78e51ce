/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A point of sale:  till SALES.csv
 *   1042 59.90   rings up a sale, a negative amount a return: the customer's standing and the gauges that it moved
 *   1042 59.90 ? what that would be
 *   1042         where a customer stands, what the next tier takes, until when this one is kept
 *   day          the receipts go into the store, and tomorrow begins
 * Tiers are those of the last 365 days. */

static crm_error error = CRM_ERROR_INIT;
static crm_store *store;
static crm_till *till;
static int64_t number = 900000001;   /* of the next receipt */
static int64_t loaded = 900000001;   /* of the first one that is not in the store */
static struct { char customer[32]; int64_t time, amount; } receipts[1000];

static const char *money(double cents)
{
  static char texts[4][32];
  static int next;
  next = (next + 1) % 4;
  snprintf(texts[next], sizeof texts[next], "%.2f", cents / 100);   /* to be read alone */
  return texts[next];
}

static void show(const crm_customer_standing *s)
{
  static const char *const stages[] = {"never bought", "bought on one day", "comes back"};
  printf("  %s, %" PRId64 ". of %" PRId64 ", spent %s (%.3f %% of all)\n", s->name, s->rank, s->population,
         money((double)s->spend), (double)s->share / 1e4);
  printf("  %s to the next tier, %s to lose; R%d F%d M%d; %s\n", money((double)s->gap), money((double)s->margin),
         (int)s->r, (int)s->f, (int)s->m, stages[s->stage]);
}

static void show_moves(void)
{
  crm_till_moved moved = CRM_TILL_MOVED_INIT;
  int64_t i;
  for (i = 0; i < crm_till_moves(till) && crm_till_move(till, i, &moved, &error) == CRM_OK; i++) {
    printf("    %s %s: ", moved.what == CRM_COCKPIT_GAUGES ? "gauge" : "alert", moved.id);
    printf(moved.value_before == INT64_MIN ? "nothing" : "%.2f", (double)moved.value_before / 1e6);
    printf(moved.value == INT64_MIN ? " -> nothing" : " -> %.2f", (double)moved.value / 1e6);
    printf(strcmp(moved.state_before, moved.state) == 0 ? " (%s)\n" : " (%s, was %s)\n", moved.state,
           moved.state_before);
  }
}

static crm_status ring_up(const char *customer, int64_t cents, int preview)
{
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = CRM_SALE_INIT;
  char document[32];
  snprintf(document, sizeof document, "%" PRId64, number);
  sale.kind = cents < 0 ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = customer;
  sale.document = document;
  sale.time = crm_till_as_of(till) - CRM_DAY / 2;
  sale.amount = cents;
  if (number - loaded == 1000) {
    return CRM_ERROR_LIMIT;
  }
  if ((preview ? crm_till_preview(till, &sale, &is, &error) : crm_till_post(till, &sale, &is, &error)) != CRM_OK) {
    return error.status;
  }
  printf("  %s for %s: %s -> %s%s\n", money((double)cents), customer, is.tier_before < 0 ? "new" : is.name_before,
         is.name, is.stage_before == CRM_BUYER_NONE && is.stage != CRM_BUYER_NONE ? ", first purchase" : "");
  show(&is);
  if (preview) {
    return CRM_OK;
  }
  show_moves();
  strcpy(receipts[number - loaded].customer, customer);
  receipts[number - loaded].time = sale.time;
  receipts[number++ - loaded].amount = cents;
  return CRM_OK;
}

static crm_status look_up(const char *customer)
{
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_reach up = CRM_REACH_INIT, keep = CRM_REACH_INIT;
  int64_t soon = crm_till_as_of(till) + 90 * CRM_DAY;
  if (crm_till_standing(till, customer, &is, &error) != CRM_OK) {
    return error.status;
  }
  show(&is);
  if (is.rank > 0 && crm_till_reach(till, customer, is.tier, soon, &keep, &error) == CRM_OK) {
    printf("  keeps %s for %d days; to have it in 90 days %s more\n", is.name,
           keep.kept == INT32_MAX ? 9999 : (int)(keep.kept + 1 - crm_till_as_of(till) / CRM_DAY),
           money((double)keep.missing));
  }
  if (is.rank > 0 && is.tier > 0 &&
      crm_till_reach(till, customer, is.tier - 1, CRM_TIME_UNSET_TO, &up, &error) == CRM_OK) {
    printf("  the next tier takes %s more, %" PRId64 " visits\n", money((double)up.missing), up.visits);
  }
  return CRM_OK;
}

/* A receipt as a load of its own; amounts below 0 are returns. */
static crm_status load_receipt(int64_t document, const char *customer, int64_t time, int64_t amount)
{
  const int64_t ends[2] = {0, (int64_t)strlen(customer)};
  crm_column columns[4] = {CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT, CRM_COLUMN_INIT};
  crm_batch batch = CRM_BATCH_INIT;
  crm_load *load = NULL;
  columns[0].name = "document", columns[0].type = CRM_TYPE_INTEGER, columns[0].values = &document;
  columns[1].name = "customer", columns[1].type = CRM_TYPE_TEXT, columns[1].offsets = ends, columns[1].bytes = customer;
  columns[2].name = "time", columns[2].type = CRM_TYPE_TIME, columns[2].values = &time;
  columns[3].name = "amount", columns[3].type = CRM_TYPE_MONEY, columns[3].values = &amount;
  columns[0].rows = columns[1].rows = columns[2].rows = columns[3].rows = batch.rows = 1;
  batch.columns = columns, batch.column_count = 4;
  if (crm_load_begin(store, NULL, &load, &error) == CRM_OK &&
      crm_load_append(load, "sales", &batch, &error) == CRM_OK) {
    (void)crm_load_commit(load, &error);
  }
  crm_load_free(load);
  return error.status;
}

static crm_status close_day(void)
{
  int64_t first = loaded;
  for (; loaded < number && error.status == CRM_OK; loaded++) {
    (void)load_receipt(loaded, receipts[loaded - first].customer, receipts[loaded - first].time,
                       receipts[loaded - first].amount);
  }
  if (error.status == CRM_OK && crm_till_sync(till, &error) == CRM_OK &&
      crm_till_advance(till, crm_till_as_of(till) + CRM_DAY, &error) == CRM_OK) {
    printf("  %d receipts in the store, %d still posted only; a new day\n", (int)(loaded - first),
           (int)crm_till_posted(till));
  }
  return error.status;
}

int main(int argc, char **argv)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_cockpit *cockpit = NULL;
  crm_load *load = NULL;
  char line[128], customer[32], mark[2];
  double amount;
  options.window = CRM_WINDOW_DAYS;
  options.days = 365;
  options.role = "store";
  if (argc == 2 && crm_store_create(NULL, NULL, &store, &error) == CRM_OK &&
      crm_load_begin(store, NULL, &load, &error) == CRM_OK &&
      crm_load_csv_file(load, "sales", NULL, argv[1], &error) == CRM_OK && crm_load_commit(load, &error) == CRM_OK &&
      crm_cockpit_create(NULL, &cockpit, &error) == CRM_OK &&
      crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, &error) == CRM_OK &&
      crm_cockpit_builtin(cockpit, CRM_COCKPIT_ALERTS, &error) == CRM_OK) {
    scope.as_of = crm_store_horizon(store) + CRM_DAY;   /* the day after the last sale */
    options.cockpit = cockpit;
    (void)crm_till_create(store, &scope, &options, &till, &error);
  }
  crm_load_free(load);
  while (till != NULL && fgets(line, sizeof line, stdin) != NULL) {
    int words = sscanf(line, "%31s %lf %1s", customer, &amount, mark);
    int64_t cents = words < 2 ? 0 : (int64_t)(amount * 100 + (amount < 0 ? -0.5 : 0.5));
    crm_status status = words >= 2 ? ring_up(customer, cents, words == 3)
                        : words != 1 ? CRM_OK
                        : strcmp(customer, "day") == 0 ? close_day() : look_up(customer);
    if (status != CRM_OK) {
      printf("  %s\n", error.message);
      error.status = CRM_OK;
    }
  }
  if (till == NULL) {
    fprintf(stderr, "%s\n", argc == 2 ? error.message : "usage: till SALES.csv");
  }
  crm_till_free(till);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
  return till != NULL ? 0 : argc == 2 ? 1 : 2;
}
