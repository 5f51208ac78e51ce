/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/loads.h"

#include "base/civil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A till through random sales, returns, late sales, new versions, voids, new customers and days, against a pyramid and
 * RFM computed anew. There are two stores: the till's, and a mirror that has everything at once, posted sales too. What
 * the till says has to be what the mirror gives, whether a sale was posted or loaded. */

#define CUSTOMERS 24
#define PENDING 400
#define DOCUMENTS 4000
#define LINE 160

static const char *const columns = "document,version,time,customer,kind,amount,tax,branch,original";

typedef struct world {
  dice of;
  crm_store *store;
  crm_store *mirror;
  crm_till *till;
  crm_scope scope;             /* as of the till's as-of */
  crm_till_options options;
  crm_pyramid_options pyramid;
  crm_rfm_options rfm;
  int32_t begins;              /* day of the first as-of */
  char names[CUSTOMERS][8];
  char pending[PENDING][LINE]; /* posted and not loaded */
  int32_t pending_count;
  int32_t documents;           /* numbers given */
  int32_t versions[DOCUMENTS]; /* the last loaded into both stores, -1: not there */
  int64_t scale;               /* of all amounts */
  test_disk *disk;             /* with the store's file, NULL: it has none */
  int32_t file;
  const char *step;            /* what was done last */
} world;

/* ---- facts ---- */

static void load_line(crm_store *store, const char *header, const char *table, const char *line)
{
  facts *rows = facts_create(header);
  facts_add(rows, line);
  facts_load(rows, store, table);
  facts_free(rows);
}

/* A load of which some rows may be turned away. */
static void load_loosely(crm_store *store, const char *header, const char *table, const char *line)
{
  crm_load *load = NULL;
  facts *rows = facts_create(header);
  facts_add(rows, line);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  assert_int_equal(facts_append(rows, load, table, NULL), CRM_OK);
  assert_int_equal(crm_load_commit(load, NULL), CRM_OK);
  crm_load_free(load);
  facts_free(rows);
}

static void load_both(world *w, const char *header, const char *table, const char *line)
{
  load_line(w->store, header, table, line);
  load_line(w->mirror, header, table, line);
}

/* Days are counted from 2024-01-01 in this file. */
static int64_t instant(int32_t day)
{
  return facts_day(2024, 1, 1) + day * CRM_DAY;
}

static void put_date(char *text, int32_t day)
{
  text[crm__date_write((int32_t)(instant(day) / CRM_DAY), text)] = '\0';
}

static int32_t today(const world *w)
{
  return (int32_t)((w->scope.as_of - instant(0)) / CRM_DAY) - 1;
}

/* A day mostly near the till's, sometimes long ago. */
static int32_t some_day(world *w)
{
  int32_t back = dice_below(&w->of, 3) ? dice_below(&w->of, 3) : dice_below(&w->of, 250);
  int32_t day = today(w) - back;
  return day < 0 ? 0 : day;
}

static int64_t some_amount(world *w)
{
  static const int32_t usual[] = { 100, 500, 999, 999, 2000, 0, 10000 };
  return w->scale * (dice_below(&w->of, 2) ? usual[dice_below(&w->of, 7)] : dice_below(&w->of, 5000));
}

static void make_line(world *w, int32_t document, int32_t version, int32_t day, const char *customer,
                      const char *kind, int64_t amount, const char *branch, int32_t original, char *line)
{
  char date[12];
  char name[16] = "";
  put_date(date, day);
  if (original >= 0) {
    (void)snprintf(name, sizeof name, "d%d", (int)original);
  }
  (void)snprintf(line, LINE, "d%d,%d,%sT%02d:30,%s,%s,%lld.%02d,%lld.%02d,%s,%s", (int)document, (int)version, date,
                 (int)dice_below(&w->of, 24), customer, kind, (long long)(amount / 100), (int)(amount % 100),
                 (long long)(amount / 1000), (int)(amount / 10 % 100), branch, name);
}

static const char *some_branch(world *w)
{
  static const char *const branches[] = { "x", "x", "y", "z" };
  return branches[dice_below(&w->of, 4)];
}

static const char *some_kind(world *w)
{
  static const char *const kinds[] = { "sale", "sale", "sale", "return", "return", "quote" };
  return kinds[dice_below(&w->of, 6)];
}

/* A document that both stores hold, or one that none ever will: what only the mirror holds yet would tell it more. */
static int32_t some_original(world *w)
{
  int32_t document = dice_below(&w->of, w->documents + 3);
  return document >= w->documents || w->versions[document] < 0 ? DOCUMENTS : document;
}

static void load_new(world *w)
{
  char line[LINE];
  int32_t document = w->documents++;
  int32_t day = dice_below(&w->of, 6) ? some_day(w) : today(w) + 1 + dice_below(&w->of, 40);
  w->versions[document] = 0;
  make_line(w, document, 0, day, w->names[dice_below(&w->of, CUSTOMERS)], some_kind(w), some_amount(w),
            some_branch(w), dice_below(&w->of, 3) ? -1 : some_original(w), line);
  load_both(w, columns, "sales", line);
  w->step = "load";
}

static void load_again(world *w)
{
  char line[LINE];
  int32_t document = dice_below(&w->of, w->documents + 1);
  if (document == w->documents || w->versions[document] < 0) {
    return;
  }
  make_line(w, document, ++w->versions[document], some_day(w), w->names[dice_below(&w->of, CUSTOMERS)],
            dice_below(&w->of, 2) ? "void" : some_kind(w), some_amount(w), some_branch(w), -1, line);
  load_both(w, columns, "sales", line);
  w->step = "new version";
}

static void load_person(world *w)
{
  static const char *const kinds[] = { "person", "person", "person", "business", "internal", "anonymous" };
  char line[LINE];
  char date[12];
  static int32_t version;
  put_date(date, dice_below(&w->of, 4) ? dice_below(&w->of, 300) : today(w) + dice_below(&w->of, 30));
  if (dice_below(&w->of, 4) == 0) {
    (void)strcpy(date, "2020-02-29");
  }
  (void)snprintf(line, sizeof line, "%s,%s,%s,%d", w->names[dice_below(&w->of, CUSTOMERS)],
                 kinds[dice_below(&w->of, 6)], dice_below(&w->of, 4) ? date : "", (int)++version);
  load_both(w, "customer,kind,joined,version", "customers", line);
  w->step = "person";
}

static void load_merge(world *w)
{
  char line[LINE];
  static int32_t version;
  (void)snprintf(line, sizeof line, "%s,%s,%s,%d", w->names[dice_below(&w->of, CUSTOMERS)],
                 w->names[dice_below(&w->of, CUSTOMERS)], dice_below(&w->of, 2) ? "true" : "", (int)++version);
  load_loosely(w->store, "customer,into,undone,version", "merges", line);
  load_loosely(w->mirror, "customer,into,undone,version", "merges", line);
  w->step = "merge";
}

static void sync(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_sync(w->till, &error) != CRM_OK) {
    fail_msg("sync: %s", error.message);
  }
}

/* ---- what the mirror gives ---- */

static crm_scope window_scope(const world *w, int32_t from)
{
  crm_scope scope = w->scope;
  scope.from = from == INT32_MIN ? CRM_TIME_UNSET_FROM : instant(from);
  return scope;
}

static int32_t window_from(const world *w)
{
  int32_t year = 0;
  switch (w->options.window) {
  case CRM_WINDOW_DAYS:
    return today(w) + 1 - w->options.days;
  case CRM_WINDOW_YEAR:
    while (facts_day(2024 + year + 1, 1, 1) <= instant(today(w))) {
      year++;
    }
    return (int32_t)((facts_day(2024 + year, 1, 1) - instant(0)) / CRM_DAY);
  default:
    return INT32_MIN;
  }
}

static int32_t limit_tier(const world *w, int64_t value)
{
  int32_t tier = 0;
  while (tier < w->options.limit_count && value < w->options.limits[tier]) {
    tier++;
  }
  return tier;
}

static void complain(const world *w, const char *name, const char *what, int64_t expected, int64_t actual)
{
  fail_msg("after %s, %s: %s is %lld, not %lld (window %d, ties %d %d, scope %d %d %d, documents %d)", w->step, name,
           what, (long long)actual, (long long)expected, (int)w->options.window, (int)w->pyramid.ties, (int)w->rfm.ties,
           (int)w->scope.money, (int)w->scope.refunds, (int)w->scope.occasions, (int)w->documents);
}

#define SAME(what, expected, actual)                                       \
  do {                                                                     \
    if ((int64_t)(expected) != (int64_t)(actual)) {                        \
      complain(w, name, what, (int64_t)(expected), (int64_t)(actual));     \
    }                                                                      \
  } while (0)

static void compare_tier(const world *w, const char *name, const crm_standing *by, const crm_customer_standing *is)
{
  int32_t last = (int32_t)w->options.limit_count;
  SAME("population", by->population, is->population);
  SAME("rank", by->rank, is->rank);
  SAME("spend", by->value, is->spend);
  if (w->options.limit_count == 0) {
    SAME("tier", by->tier, is->tier);
    SAME("gap", by->gap, is->gap);
    SAME("margin", by->margin, is->margin);
    assert_string_equal(by->name, is->name);
  } else if (by->rank > 0) {
    int32_t tier = limit_tier(w, by->value);
    SAME("tier", tier, is->tier);
    SAME("gap", tier == 0 ? 0 : w->options.limits[tier - 1] - by->value, is->gap);
    SAME("margin", by->value - (tier == last ? 1 : w->options.limits[tier]), is->margin);
  } else {
    assert_string_equal(by->name, is->name);
    SAME("gap", by->gap, is->gap);
  }
}

static void compare_scores(const world *w, const char *name, const crm_table *rfm, const crm_customer_standing *is)
{
  int32_t column = crm_table_find(rfm, "customer");
  int64_t row;
  for (row = 0; row < crm_table_rows(rfm); row++) {
    size_t length;
    const char *text = crm_table_text(rfm, column, row, &length);
    if (length == strlen(name) && memcmp(text, name, length) == 0) {
      break;
    }
  }
  SAME("buyers", crm_table_rows(rfm), is->buyers);
  if (row == crm_table_rows(rfm)) {
    SAME("orders", 0, is->orders);
    SAME("r", 0, is->r);
    SAME("recency", -1, is->recency_days);
    return;
  }
  SAME("recency", integer_at(rfm, "recency_days", row), is->recency_days);
  SAME("orders", integer_at(rfm, "frequency", row), is->orders);
  SAME("money", integer_at(rfm, "monetary", row), is->spend);
  SAME("r", integer_at(rfm, "r", row), is->r);
  SAME("f", integer_at(rfm, "f", row), is->f);
  SAME("m", integer_at(rfm, "m", row), is->m);
}

/* The stage by all documents ever, whatever the branch. */
static void compare_stage(const world *w, const char *name, const crm_customer_standing *is)
{
  crm_scope all = w->scope;
  crm_table *rfm = NULL;
  int64_t row;
  int64_t count = 0;
  all.branches = NULL;
  all.branch_count = 0;
  all.occasions = CRM_OCCASIONS_DAY;
  assert_int_equal(crm_rfm_compute(w->mirror, &all, NULL, &rfm, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(rfm); row++) {
    if (text_is(rfm, "customer", row, name)) {
      count = integer_at(rfm, "frequency", row);
    }
  }
  SAME("stage", count < 2 ? count : 2, is->stage);
  crm_table_free(rfm);
}

/* A key that was merged into another has no row of its own in the tables. */
static int is_alias(const crm_table *aliases, const char *name)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(aliases); row++) {
    if (text_is(aliases, "alias", row, name)) {
      return 1;
    }
  }
  return 0;
}

static void compare_with_batch(world *w)
{
  crm_scope scope = window_scope(w, window_from(w));
  crm_pyramid *pyramid = NULL;
  crm_table *rfm = NULL;
  crm_table *aliases = NULL;
  int32_t whose = dice_below(&w->of, CUSTOMERS);
  int32_t i;
  assert_int_equal(crm_identity_aliases(w->mirror, &aliases, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_compute(w->mirror, &scope, &w->pyramid, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_rfm_compute(w->mirror, &scope, &w->rfm, &rfm, NULL), CRM_OK);
  for (i = 0; i < CUSTOMERS; i++) {
    const char *name = w->names[i];
    crm_standing by = CRM_STANDING_INIT;
    crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
    crm_status expected = crm_pyramid_find(pyramid, name, &by, NULL);
    crm_status actual = crm_till_standing(w->till, name, &is, NULL);
    SAME("status", expected, actual);
    if (expected == CRM_OK) {
      compare_tier(w, name, &by, &is);
    }
    if (expected == CRM_OK && !is_alias(aliases, name)) {
      compare_scores(w, name, rfm, &is);
      if (i == whose) {
        compare_stage(w, name, &is);
      }
    }
  }
  crm_table_free(aliases);
  crm_table_free(rfm);
  crm_pyramid_free(pyramid);
}

/* ---- years of membership, customer by customer ---- */

/* The day in a year on which a membership begins anew: that of 29 February is the one before March. */
static int64_t begins_in(int64_t anchor, int32_t year)
{
  int32_t anchor_year;
  int32_t month;
  int32_t day;
  crm__civil_from_days((int32_t)(anchor / CRM_DAY), &anchor_year, &month, &day);
  return month == 2 && day == 29 ? facts_day(year, 3, 1) - CRM_DAY : facts_day(year, month, day);
}

static int64_t year_from(int64_t anchor, int64_t today)
{
  int32_t year = 2030;
  while (begins_in(anchor, year) > today) {
    year--;
  }
  return begins_in(anchor, year);
}

static int64_t instant_at(const crm_table *table, const char *column, int64_t row)
{
  return is_null_at(table, column, row) ? INT64_MAX : integer_at(table, column, row);
}

/* Adds up the customer's documents by hand. */
static void compare_year(const world *w, const char *name)
{
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_table *documents = NULL;
  crm_table *known = NULL;
  int64_t from = w->scope.as_of - CRM_DAY;
  int64_t anchor;
  int64_t spend = 0;
  int64_t orders = 0;
  int64_t last = INT64_MIN;
  int64_t first = INT64_MAX;
  int64_t i;
  if (crm_till_standing(w->till, name, &is, NULL) != CRM_OK) {
    return;
  }
  assert_int_equal(crm_store_customer_documents(w->mirror, name, &documents, NULL), CRM_OK);
  assert_int_equal(crm_store_customer(w->mirror, name, &known, NULL), CRM_OK);
  for (i = 0; i < crm_table_rows(documents); i++) {
    int64_t time = instant_at(documents, "time", i);
    if (time < w->scope.as_of && integer_at(documents, "orders", i) > 0 && time < first) {
      first = time;
    }
  }
  anchor = instant_at(known, "joined", 0);
  anchor = anchor == INT64_MAX ? first : anchor;
  from = anchor == INT64_MAX ? from : year_from(anchor, from);
  for (i = 0; i < crm_table_rows(documents); i++) {
    int64_t time = instant_at(documents, "time", i);
    if (time < w->scope.as_of && time >= from) {
      spend += integer_at(documents, "net", i);
      orders += integer_at(documents, "orders", i);
      last = integer_at(documents, "orders", i) > 0 && time > last ? time : last;
    }
  }
  SAME("spend of the year", spend, is.spend);
  SAME("orders of the year", orders, is.orders);
  SAME("last of the year", last == INT64_MIN ? INT32_MIN : last / CRM_DAY, is.last);
  crm_table_free(documents);
  crm_table_free(known);
}

static void compare_years(const world *w)
{
  int32_t i;
  for (i = 0; w->scope.money == CRM_MONEY_NET && w->scope.refunds == CRM_REFUNDS_REFUND_DAY &&
              w->scope.occasions == CRM_OCCASIONS_EACH && w->scope.branches == NULL && i < CUSTOMERS;
       i++) {
    compare_year(w, w->names[i]);
  }
}

/* ---- a till made anew ---- */

static void same_standings(const world *w, const char *name, const crm_customer_standing *a,
                           const crm_customer_standing *b)
{
  SAME("tier", a->tier, b->tier);
  SAME("rank", a->rank, b->rank);
  SAME("population", a->population, b->population);
  SAME("spend", a->spend, b->spend);
  SAME("gap", a->gap, b->gap);
  SAME("margin", a->margin, b->margin);
  SAME("total", a->total, b->total);
  SAME("share", a->share, b->share);
  SAME("orders", a->orders, b->orders);
  SAME("buyers", a->buyers, b->buyers);
  SAME("r", a->r, b->r);
  SAME("f", a->f, b->f);
  SAME("m", a->m, b->m);
  SAME("recency", a->recency_days, b->recency_days);
  SAME("first", a->first, b->first);
  SAME("last", a->last, b->last);
  SAME("stage", a->stage, b->stage);
}

static void compare_with_new(const world *w)
{
  crm_till *made = NULL;
  crm_error error = CRM_ERROR_INIT;
  int32_t i;
  if (crm_till_create(w->mirror, &w->scope, &w->options, &made, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_true(crm_till_as_of(made) == crm_till_as_of(w->till));
  for (i = 0; i < CUSTOMERS; i++) {
    const char *name = w->names[i];
    crm_customer_standing a = CRM_CUSTOMER_STANDING_INIT;
    crm_customer_standing b = CRM_CUSTOMER_STANDING_INIT;
    SAME("status", crm_till_standing(made, name, &a, NULL), crm_till_standing(w->till, name, &b, NULL));
    same_standings(w, name, &a, &b);
    if (a.name != NULL) {
      int32_t tier = dice_below((dice *)(void *)(uintptr_t)&w->of, 3);
      int64_t when = w->scope.as_of + tier * 20 * CRM_DAY;
      crm_reach x = CRM_REACH_INIT;
      crm_reach y = CRM_REACH_INIT;
      assert_int_equal(crm_till_reach(made, name, tier, when, &x, NULL), CRM_OK);
      assert_int_equal(crm_till_reach(w->till, name, tier, when, &y, NULL), CRM_OK);
      assert_memory_equal(&x, &y, sizeof x);
    }
  }
  crm_till_free(made);
}

/* ---- posting ---- */

/* Without changing anything: the missing amount brings the tier, and one less does not. */
static void try_reach(world *w, const char *name)
{
  int32_t tier = dice_below(&w->of, 3);
  crm_reach reach = CRM_REACH_INIT;
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = CRM_SALE_INIT;
  crm_status status = crm_till_reach(w->till, name, tier, CRM_TIME_UNSET_TO, &reach, NULL);
  sale.customer = name;
  sale.time = instant(today(w));
  if (status != CRM_OK || !reach.attainable) {
    return;
  }
  sale.amount = reach.missing;
  status = crm_till_preview(w->till, &sale, &is, NULL);
  SAME("status", CRM_OK, status);
  SAME("reached", 1, is.tier <= tier);
  SAME("now", reach.missing == 0, is.spend_before >= reach.needed);
  if (reach.missing > 0) {
    sale.amount--;
    assert_int_equal(crm_till_preview(w->till, &sale, &is, NULL), CRM_OK);
    SAME("not reached", 1, is.tier > tier);
  }
}

static void post(world *w)
{
  const char *name = w->names[dice_below(&w->of, CUSTOMERS)];
  char key[16];
  int32_t document = w->documents;
  int64_t amount = some_amount(w);
  int32_t day = some_day(w);
  int taxed = w->scope.money == CRM_MONEY_TAXED;
  crm_sale sale = CRM_SALE_INIT;
  crm_customer_standing before = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing seen = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing told = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing after = CRM_CUSTOMER_STANDING_INIT;
  crm_status known = crm_till_standing(w->till, name, &before, NULL);
  crm_status status;
  (void)snprintf(key, sizeof key, "d%d", (int)document);
  sale.kind = dice_below(&w->of, 4) == 0 ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = name;
  sale.document = key;
  sale.time = instant(day);
  sale.amount = amount + (taxed ? amount / 1000 * 100 + amount / 10 % 100 : 0);
  try_reach(w, name);
  status = crm_till_preview(w->till, &sale, &seen, NULL);
  SAME("status", status, crm_till_post(w->till, &sale, &told, NULL));
  if (status != CRM_OK) {
    SAME("status", CRM_ERROR_NOT_FOUND, status);
    return;
  }
  w->documents++;
  w->versions[document] = -1;
  assert_memory_equal(&seen, &told, sizeof seen);
  assert_int_equal(crm_till_standing(w->till, name, &after, NULL), CRM_OK);
  w->step = "post";
  same_standings(w, name, &told, &after);
  SAME("known before", known == CRM_OK, told.tier_before >= 0);
  if (known == CRM_OK) {
    SAME("rank before", before.rank, told.rank_before);
    SAME("tier before", before.tier, told.tier_before);
    SAME("spend before", before.spend, told.spend_before);
    SAME("orders before", before.orders, told.orders_before);
    SAME("r before", before.r, told.r_before);
    SAME("f before", before.f, told.f_before);
    SAME("m before", before.m, told.m_before);
    SAME("stage before", before.stage, told.stage_before);
  }
  make_line(w, document, 0, day, name, sale.kind == CRM_SALE_RETURN ? "return" : "sale", amount, "x", -1,
            w->pending[w->pending_count]);
  load_line(w->mirror, columns, "sales", w->pending[w->pending_count++]);
}

/* Loads posted documents from the last on back; the till goes on with the others. */
static void load_pending(world *w, int32_t count)
{
  while (count-- > 0 && w->pending_count > 0) {
    const char *line = w->pending[--w->pending_count];
    load_line(w->store, columns, "sales", line);
    w->versions[atoi(line + 1)] = 0;
  }
  sync(w);
  assert_int_equal(crm_till_posted(w->till), w->pending_count);
  w->step = "posted sales loaded";
}

static void advance(world *w)
{
  int32_t days = dice_below(&w->of, 8) ? 1 + dice_below(&w->of, 4) : 60 + dice_below(&w->of, 700);
  crm_error error = CRM_ERROR_INIT;
  /* later than any document is not needed, and would empty the windows */
  days = today(w) > w->begins + 500 ? 1 : days > 100 && w->options.window != CRM_WINDOW_DAYS ? 100 : days;
  if (crm_till_advance(w->till, w->scope.as_of + days * CRM_DAY - 3600, &error) != CRM_OK) {
    fail_msg("advance: %s", error.message);
  }
  w->scope.as_of += days * CRM_DAY;
  w->step = "advance";
}

static int is_there(const crm_store *store, const char *name)
{
  crm_table *table = NULL;
  crm_status status = crm_store_customer(store, name, &table, NULL);
  crm_table_free(table);
  return status == CRM_OK;
}

/* Whose key was erased, or may have been with it, goes on under another name: what is sent for an erased key is known
 * again, but nobody can look it up. */
static void rename_erased(world *w)
{
  static int32_t number;
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    if (!is_there(w->store, w->names[i])) {
      (void)snprintf(w->names[i], sizeof w->names[i], "e%d", (int)(++number % 100000));
    }
  }
}

/* Takes a customer's keys or all its facts out of both stores. */
static void take_out(world *w)
{
  int32_t i;
  const char *keys[1];
  const char *name = w->names[dice_below(&w->of, CUSTOMERS)];
  int erase = dice_below(&w->of, 2);
  crm_table *receipt = NULL;
  crm_status status;
  keys[0] = name;
  if (strcmp(name, "c7") == 0) {
    return;
  }
  if (!erase || dice_below(&w->of, 2) || !is_there(w->store, name)) {
    load_pending(w, PENDING);
  }
  status = (erase ? crm_identity_erase : crm_identity_forget)(w->store, keys, 1, &receipt, NULL);
  crm_table_free(receipt);
  SAME("status", status, (erase ? crm_identity_erase : crm_identity_forget)(w->mirror, keys, 1, &receipt, NULL));
  crm_table_free(status == CRM_OK ? receipt : NULL);
  if (status == CRM_OK && erase) {
    rename_erased(w);
  } else if (status == CRM_OK) {
    for (i = 0; i < w->documents; i++) {
      w->versions[i] = -1;   /* any of them may be gone */
    }
  }
  w->step = erase ? "erase" : "forget";
}

static void make_till(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_create(w->store, &w->scope, &w->options, &w->till, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
}

/* The till's store goes on as one that was written to a file and read from it. */
static void reopen(world *w)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_io io = CRM_IO_INIT;
  crm_error error = CRM_ERROR_INIT;
  test_disk *disk = test_disk_create(0);
  const char *path = w->file++ % 2 ? "a.crm" : "b.crm";   /* not the name of the file that it is read from */
  load_pending(w, PENDING);
  crm_till_free(w->till);
  test_disk_io(disk, &io);
  options.io = &io;
  options.mode = CRM_FILE_WRITE;
  assert_int_equal(crm_store_save(w->store, &options, path, NULL), CRM_OK);
  crm_store_free(w->store);
  if (crm_store_open(NULL, &options, path, &w->store, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  test_disk_free(w->disk);
  w->disk = disk;
  make_till(w);
  w->step = "reopen";
}

/* ---- runs ---- */

static void name_customers(world *w)
{
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    (void)snprintf(w->names[i], sizeof w->names[i], i % 2 ? "c%d" : "%d", (int)(i * 7 % CUSTOMERS));
  }
}

static void begin(world *w, uint64_t seed)
{
  static const char *const anonymous[] = { "c7" };
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  int32_t i;
  options.anonymous = anonymous;
  options.anonymous_count = 1;
  w->of = dice_of(seed);
  w->store = store_new(&options);
  w->mirror = store_new(&options);
  w->pending_count = 0;
  w->documents = 0;
  w->begins = 150 + dice_below(&w->of, 100);
  w->scope.as_of = instant(w->begins);
  name_customers(w);
  for (i = dice_below(&w->of, 60); i > 0; i--) {
    load_new(w);
  }
  make_till(w);
}

static void end(world *w)
{
  load_pending(w, PENDING);
  compare_with_new(w);
  crm_till_free(w->till);
  crm_store_free(w->store);
  crm_store_free(w->mirror);
  test_disk_free(w->disk);
}

static void run(world *w, uint64_t seed, int32_t steps)
{
  int32_t i;
  begin(w, seed);
  for (i = 0; i < steps; i++) {
    int32_t what = dice_below(&w->of, 22);
    if (what < 10 && w->pending_count < PENDING) {
      post(w);
    } else if (what < 14) {
      load_new(w);
    } else if (what < 16) {
      load_again(w);
    } else if (what < 17) {
      load_person(w);
    } else if (what < 18) {
      load_merge(w);
    } else if (what < 19 && dice_below(&w->of, 8) == 0) {
      take_out(w);
    } else if (what < 19 && dice_below(&w->of, 12) == 0) {
      reopen(w);
    } else if (what < 21) {
      load_pending(w, dice_below(&w->of, 5));
    } else {
      advance(w);
    }
    sync(w);
    if (w->options.window != CRM_WINDOW_MEMBERSHIP) {
      compare_with_batch(w);
    } else {
      compare_years(w);
    }
    if (i % 8 == 0 || w->options.window == CRM_WINDOW_MEMBERSHIP) {
      compare_with_new(w);
    }
  }
  end(w);
}

static void prepare(world *w)
{
  static const crm_scope scope = CRM_SCOPE_INIT;
  static const crm_till_options options = CRM_TILL_OPTIONS_INIT;
  static const crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  static const crm_rfm_options rfm = CRM_RFM_OPTIONS_INIT;
  static const int32_t shares[] = { 500, 2000, 5000 };
  memset(w, 0, sizeof *w);
  w->scope = scope;
  w->options = options;
  w->pyramid = pyramid;
  w->rfm = rfm;
  w->pyramid.shares = shares;
  w->pyramid.share_count = 3;
  w->scale = 1;
  w->options.pyramid = &w->pyramid;
  w->options.rfm = &w->rfm;
}

static world everything;

static void test_windows(void **state)
{
  int32_t window;
  (void)state;
  for (window = CRM_WINDOW_ALL; window <= CRM_WINDOW_MEMBERSHIP; window++) {
    uint64_t seed;
    for (seed = 1; seed <= 4; seed++) {
      prepare(&everything);
      everything.options.window = window;
      everything.options.days = seed == 1 ? 1 : seed == 2 ? 30 : 200;
      everything.pyramid.cut = (int32_t)(seed % 3);
      run(&everything, seed * 10 + (uint64_t)window, 250);
    }
  }
}

static void test_ties_split(void **state)
{
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 9; seed++) {
    prepare(&everything);
    everything.pyramid.ties = seed % 3 == 0 ? CRM_TIES_TOGETHER : CRM_TIES_SPLIT;
    everything.rfm.ties = seed % 3 == 1 ? CRM_TIES_TOGETHER : CRM_TIES_SPLIT;
    everything.options.window = seed % 2 ? CRM_WINDOW_ALL : CRM_WINDOW_DAYS;
    everything.options.days = 45;
    run(&everything, seed + 1000, 200);
  }
}

static void test_limits_and_cuts(void **state)
{
  static const int64_t limits[] = { 20000, 5000, 1000 };
  static const int64_t days[] = { 100, 50, 20, 5 };
  static const int64_t counts[] = { 2, 3, 4, 6 };
  static const int64_t amounts[] = { 500, 2000, 5000, 20000 };
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 4; seed++) {
    prepare(&everything);
    everything.options.limits = limits;
    everything.options.limit_count = 3;
    everything.rfm.recency_cuts = seed & 1 ? days : NULL;
    everything.rfm.frequency_cuts = seed & 2 ? counts : NULL;
    everything.rfm.monetary_cuts = seed == 3 ? amounts : NULL;
    everything.options.window = seed == 4 ? CRM_WINDOW_DAYS : CRM_WINDOW_ALL;
    everything.options.days = 60;
    run(&everything, seed + 2000, 200);
  }
}

/* Amounts so large that a few hundred of them come near to the end of 64 bits. */
static void test_large_amounts(void **state)
{
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 4; seed++) {
    prepare(&everything);
    everything.scale = INT64_C(1000000000000);
    everything.options.window = (int32_t)seed - 1;
    everything.options.days = 40;
    run(&everything, seed + 4000, 120);
  }
}

static void test_scopes(void **state)
{
  static const char *const branches[] = { "x", "y" };
  uint64_t seed;
  (void)state;
  for (seed = 0; seed < 24; seed++) {
    prepare(&everything);
    everything.scope.money = (int32_t)(seed % 3);
    everything.scope.occasions = (int32_t)(seed / 3 % 2);
    everything.scope.refunds = seed % 4 == 3 ? CRM_REFUNDS_SALE_DAY : CRM_REFUNDS_REFUND_DAY;
    everything.scope.branches = seed % 5 < 2 ? branches : NULL;
    everything.scope.branch_count = seed % 5 < 2 ? 2 : 0;
    everything.scope.internal = seed % 7 == 0;
    everything.options.window = (int32_t)(seed / 2 % 4);
    everything.options.days = 90;
    run(&everything, seed + 3000, 120);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_windows),
    cmocka_unit_test(test_ties_split),
    cmocka_unit_test(test_limits_and_cuts),
    cmocka_unit_test(test_scopes),
    cmocka_unit_test(test_large_amounts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
