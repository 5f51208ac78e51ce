/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A point of sale:  till SALES.csv
 *
 *   1042 59.90    rings up a sale; a negative amount is a return
 *   1042          looks a customer up: where it stands, what the next tier takes, until when it keeps this one
 *   day           closes the day: the receipts go into the store, and tomorrow begins
 *
 * Tiers are those of the last 365 days. */

#define MOST 1000            /* receipts of a day */
#define FIRST 900000001      /* their numbers */

typedef struct shop {
  crm_store *store;
  crm_till *till;
  crm_error error;
  int64_t numbers[MOST], times[MOST], amounts[MOST];
  char keys[MOST][32];
  int64_t count, loaded;
} shop;

static const char *stage(int32_t stage)
{
  return stage == CRM_BUYER_NONE ? "never bought" : stage == CRM_BUYER_FIRST ? "bought on one day" : "comes back";
}

static const char *money(int64_t cents, char *text)
{
  sprintf(text, "%s%" PRId64 ".%02d", cents < 0 ? "-" : "", cents / (cents < 0 ? -100 : 100), abs((int)(cents % 100)));
  return text;
}

static void show(const crm_customer_standing *s)
{
  char a[32], b[32], c[32];
  printf("  %s, %" PRId64 ". of %" PRId64 ", spent %s (%.3f %% of all)\n", s->name, s->rank, s->population,
         money(s->spend, a), (double)s->share / 1e4);
  printf("  %s to the next tier, %s to lose; R%d F%d M%d; %s\n", money(s->gap, b), money(s->margin, c), (int)s->r,
         (int)s->f, (int)s->m, stage(s->stage));
}

/* What would be, then what is: the two are the same. */
static crm_status ring_up(shop *s, const char *customer, int64_t cents)
{
  crm_customer_standing would = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = CRM_SALE_INIT;
  char number[32], text[32];
  sprintf(number, "%" PRId64, FIRST + s->loaded + s->count);
  sale.kind = cents < 0 ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = customer;
  sale.document = number;
  sale.time = crm_till_as_of(s->till) - CRM_DAY / 2;
  sale.amount = cents;
  if (crm_till_preview(s->till, &sale, &would, &s->error) != CRM_OK ||
      crm_till_post(s->till, &sale, NULL, &s->error) != CRM_OK) {
    return s->error.status;
  }
  printf("  %s for %s: %s -> %s%s\n", money(cents, text), customer, would.tier_before < 0 ? "new" : would.name_before,
         would.name, would.stage_before == CRM_BUYER_NONE && would.stage != CRM_BUYER_NONE ? ", first purchase" : "");
  show(&would);
  s->numbers[s->count] = FIRST + s->loaded + s->count;
  s->times[s->count] = sale.time;
  s->amounts[s->count] = cents;
  strcpy(s->keys[s->count++], customer);
  return CRM_OK;
}

static crm_status look_up(shop *s, const char *customer)
{
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  crm_reach up = CRM_REACH_INIT, keep = CRM_REACH_INIT;
  int64_t soon = crm_till_as_of(s->till) + 90 * CRM_DAY;
  char text[32];
  crm_status status = crm_till_standing(s->till, customer, &standing, &s->error);
  if (status != CRM_OK) {
    return status;
  }
  show(&standing);
  if (standing.rank > 0 && crm_till_reach(s->till, customer, standing.tier, soon, &keep, &s->error) == CRM_OK) {
    printf("  keeps %s for %d days; to have it in 90 days %s more\n", standing.name,
           keep.kept == INT32_MAX ? 9999 : (int)(keep.kept - (crm_till_as_of(s->till) / CRM_DAY - 1)),
           money(keep.missing, text));
  }
  if (standing.rank > 0 && standing.tier > 0 &&
      crm_till_reach(s->till, customer, standing.tier - 1, CRM_TIME_UNSET_TO, &up, &s->error) == CRM_OK) {
    printf("  the next tier takes %s more, %" PRId64 " visits\n", money(up.missing, text), up.visits);
  }
  return CRM_OK;
}

static crm_column column(const char *name, int32_t type, const void *values, int64_t rows)
{
  crm_column result = CRM_COLUMN_INIT;
  result.name = name;
  result.type = type;
  result.scale = type == CRM_TYPE_MONEY ? 2 : 0;
  result.values = values;
  result.rows = rows;
  return result;
}

/* The receipts of the day become facts; the till takes them from the store from now on. */
static crm_status close_day(shop *s)
{
  static char bytes[MOST * 32];
  static int64_t offsets[MOST + 1];
  crm_column columns[4];
  crm_batch batch = CRM_BATCH_INIT;
  crm_load *load = NULL;
  crm_status status;
  int64_t i;
  for (i = 0; i < s->count; i++) {
    size_t length = strlen(s->keys[i]);
    memcpy(bytes + offsets[i], s->keys[i], length);
    offsets[i + 1] = offsets[i] + (int64_t)length;
  }
  columns[0] = column("document", CRM_TYPE_INTEGER, s->numbers, s->count);
  columns[1] = column("time", CRM_TYPE_TIME, s->times, s->count);
  columns[2] = column("amount", CRM_TYPE_MONEY, s->amounts, s->count);
  columns[3] = column("customer", CRM_TYPE_TEXT, NULL, s->count);
  columns[3].offsets = offsets;
  columns[3].bytes = bytes;
  batch.columns = columns;
  batch.column_count = 4;
  batch.rows = s->count;
  status = crm_load_begin(s->store, NULL, &load, &s->error);
  status = status == CRM_OK ? crm_load_append(load, "sales", &batch, &s->error) : status;
  status = status == CRM_OK ? crm_load_commit(load, &s->error) : status;
  crm_load_free(load);
  status = status == CRM_OK ? crm_till_sync(s->till, &s->error) : status;
  status = status == CRM_OK ? crm_till_advance(s->till, crm_till_as_of(s->till) + CRM_DAY, &s->error) : status;
  printf("  %d receipts in the store, %d still posted only; a new day\n", (int)s->count,
         (int)crm_till_posted(s->till));
  s->loaded += s->count;
  s->count = 0;
  return status;
}

static crm_status open_shop(shop *s, const char *path)
{
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_load *load = NULL;
  crm_status status = crm_store_create(NULL, NULL, &s->store, &s->error);
  options.window = CRM_WINDOW_DAYS;
  options.days = 365;
  status = status == CRM_OK ? crm_load_begin(s->store, NULL, &load, &s->error) : status;
  status = status == CRM_OK ? crm_load_csv_file(load, "sales", NULL, path, &s->error) : status;
  status = status == CRM_OK ? crm_load_commit(load, &s->error) : status;
  crm_load_free(load);
  scope.as_of = status == CRM_OK ? crm_store_horizon(s->store) + CRM_DAY : 0;   /* the day after the last sale */
  return status == CRM_OK ? crm_till_create(s->store, &scope, &options, &s->till, &s->error) : status;
}

int main(int argc, char **argv)
{
  static const crm_error none = CRM_ERROR_INIT;
  static shop s;
  char line[128], customer[32];
  double amount;
  s.error = none;
  if (argc != 2 || open_shop(&s, argv[1]) != CRM_OK) {
    fprintf(stderr, "%s\n", argc != 2 ? "usage: till SALES.csv" : s.error.message);
    return argc != 2 ? 2 : 1;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    int words = sscanf(line, "%31s %lf", customer, &amount);
    crm_status status = CRM_OK;
    if (words == 1) {
      status = strcmp(customer, "day") == 0 ? close_day(&s) : look_up(&s, customer);
    } else if (words == 2) {
      status = s.count < MOST ? ring_up(&s, customer, (int64_t)(amount * 100.0 + (amount < 0 ? -0.5 : 0.5)))
                              : close_day(&s);
    }
    if (status != CRM_OK) {
      printf("  %s\n", s.error.message);
    }
  }
  crm_till_free(s.till);
  crm_store_free(s.store);
  return 0;
}
