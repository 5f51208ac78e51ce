/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include "base/civil.h"

#include <stdio.h>
#include <string.h>

/* The gauges and alerts of a till through random sales, returns, late ones, loads, voids and days, against a cockpit
 * evaluated anew over a mirror that holds every posted sale; and what each sale is said to have moved against what is
 * another than before it. */

#define CUSTOMERS 15
#define PENDING 200
#define LINE 160
#define TOLD 400          /* gauges and alerts, with the columns below */

static const char *const columns = "document,version,time,customer,kind,amount,discount,quantity,cost,tax";

typedef struct world {
  dice of;
  crm_store *store;
  crm_store *mirror;
  crm_till *till;
  crm_cockpit *cockpit;
  crm_calendar calendar;
  crm_scope scope;
  crm_till_options options;
  char pending[PENDING][LINE];
  int32_t pending_count;
  int32_t documents;
  int64_t followed;            /* comparisons made */
  int64_t moved;
} world;

static void load_line(crm_store *store, const char *header, const char *table, const char *line)
{
  facts *rows = facts_create(header);
  facts_add(rows, line);
  facts_load(rows, store, table);
  facts_free(rows);
}

static int64_t instant(int32_t day)
{
  return facts_day(2023, 1, 1) + day * CRM_DAY;
}

static int32_t today(const world *w)
{
  return (int32_t)((w->scope.as_of - instant(0)) / CRM_DAY) - 1;
}

/* Mostly this month, sometimes long ago. */
static int32_t some_day(world *w)
{
  int32_t back = dice_below(&w->of, 3) ? dice_below(&w->of, 12) : dice_below(&w->of, 500);
  int32_t day = today(w) - back;
  return day < 0 ? 0 : day;
}

/* whole: with what the till is not told of. */
static void make_line(world *w, int32_t document, int32_t version, int32_t day, const char *customer,
                      const char *kind, int32_t amount, int whole, char *line)
{
  char date[12];
  date[crm__date_write((int32_t)(instant(day) / CRM_DAY), date)] = '\0';
  (void)snprintf(line, LINE, "d%d,%d,%s,%s,%s,%d.%02d,%s,%s,%s,%s", (int)document, (int)version, date, customer, kind,
                 (int)(amount / 100), (int)(amount % 100), whole ? "0.50" : "", whole ? "2" : "", whole ? "3.10" : "",
                 whole && w->scope.money == CRM_MONEY_TAXED ? "0.70" : "");
}

static void some_name(world *w, char *name)
{
  (void)snprintf(name, 16, "c%d", (int)dice_below(&w->of, CUSTOMERS));
}

static void load_new(world *w)
{
  char line[LINE];
  char name[16] = "";
  if (dice_below(&w->of, 6)) {
    some_name(w, name);
  }
  make_line(w, w->documents++, 0, some_day(w), name, dice_below(&w->of, 5) ? "sale" : "return",
            1 + dice_below(&w->of, 9000), dice_below(&w->of, 2), line);
  load_line(w->store, columns, "sales", line);
  load_line(w->mirror, columns, "sales", line);
}

/* ---- what is told ---- */

typedef struct told {
  text_buffer lines[TOLD];
  int32_t count;
} told;

static void free_told(told *of)
{
  int32_t i;
  for (i = 0; i < of->count; i++) {
    text_free(&of->lines[i]);
  }
}

static void put_cell(text_buffer *line, const crm_table *table, const char *column, int64_t row)
{
  crm_column of = CRM_COLUMN_INIT;
  int32_t c = crm_table_find(table, column);
  char number[32];
  size_t length;
  assert_int_equal(crm_table_column(table, c, &of, NULL), CRM_OK);
  if (is_null_at(table, column, row)) {
    text_add(line, "-");
  } else if (of.type == CRM_TYPE_TEXT) {
    const char *text = crm_table_text(table, c, row, &length);
    text_add_bytes(line, text, length);
  } else {
    (void)snprintf(number, sizeof number, "%lld", (long long)integer_at(table, column, row));
    text_add(line, number);
  }
  text_add(line, "|");
}

static const char *const gauge_columns[] = {"gauge", "kpi", "period", "value", "band", "target", "change_previous",
                                            "change_year", "status", "measure", NULL};
static const char *const alert_columns[] = {"alert", "kpi", "state", "since", "value", NULL};

/* Rows for all together as lines; only where they are followed. */
static void tell(const crm_table *table, const char *const *names, told *into)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    text_buffer line = TEXT_BUFFER_INIT;
    int32_t k;
    if (!is_null_at(table, "scope", row)) {
      continue;
    }
    if (crm_table_find(table, "followed") >= 0 && integer_at(table, "followed", row) == 0) {
      text_add(&line, "not followed ");
    }
    for (k = 0; names[k] != NULL; k++) {
      put_cell(&line, table, names[k], row);
    }
    assert_true(into->count < TOLD);
    into->lines[into->count++] = line;
  }
}

static void tell_till(const world *w, told *into)
{
  crm_table *table = NULL;
  into->count = 0;
  assert_int_equal(crm_till_gauges(w->till, &table, NULL), CRM_OK);
  tell(table, gauge_columns, into);
  crm_table_free(table);
  assert_int_equal(crm_till_alerts(w->till, &table, NULL), CRM_OK);
  tell(table, alert_columns, into);
  crm_table_free(table);
}

static int has_line(const told *in, const char *line)
{
  int32_t i;
  for (i = 0; i < in->count; i++) {
    if (strcmp(in->lines[i].bytes, line) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Every followed row of the till is one of the cockpit's. */
static void compare(world *w, const char *step)
{
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  crm_error error = CRM_ERROR_INIT;
  told fresh = {{TEXT_BUFFER_INIT}, 0};
  told is = {{TEXT_BUFFER_INIT}, 0};
  int32_t i;
  options.running = 1;
  options.periods = w->options.periods;
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  if (crm_cockpit_evaluate(w->mirror, &w->scope, w->options.calendar, w->cockpit, &options, &snapshot, &error) !=
      CRM_OK) {
    fail_msg("%s", error.message);
  }
  tell(snapshot.gauges, gauge_columns, &fresh);
  tell(snapshot.alerts, alert_columns, &fresh);
  tell_till(w, &is);
  assert_int_equal(fresh.count, is.count);
  for (i = 0; i < is.count; i++) {
    if (strncmp(is.lines[i].bytes, "not followed", 12) != 0) {
      w->followed++;
      if (!has_line(&fresh, is.lines[i].bytes)) {
        int32_t k;
        for (k = 0; k < fresh.count && strncmp(fresh.lines[k].bytes, is.lines[i].bytes,
                                              strcspn(is.lines[i].bytes, "|") + 1) != 0; k++) {
        }
        fail_msg("after %s: the till says\n%s\nand the cockpit\n%s", step, is.lines[i].bytes,
                 k < fresh.count ? fresh.lines[k].bytes : "nothing");
      }
    }
  }
  free_told(&fresh);
  free_told(&is);
  crm_snapshot_clear(&snapshot);
}

/* ---- steps ---- */

/* Whether a line is of a gauge or alert. */
static int begins_with(const char *line, const char *id)
{
  return strncmp(line, id, strlen(id)) == 0 && line[strlen(id)] == '|';
}

/* Whether two lines agree in their first five cells: id, KPI, and of a gauge period, value and band, of an alert state,
 * since and value. */
static int same_figures(const char *a, const char *b)
{
  int cells = 0;
  size_t i;
  for (i = 0; a[i] != '\0' && cells < 5; i++) {
    if (a[i] != b[i]) {
      return 0;
    }
    cells += a[i] == '|';
  }
  return 1;
}

/* What is said to have moved is another than before, and the rest has its value and state. */
static void compare_moves(world *w, const told *before, const crm_customer_standing *standing)
{
  told after = {{TEXT_BUFFER_INIT}, 0};
  int64_t m;
  int32_t i;
  tell_till(w, &after);
  assert_int_equal(crm_till_moves(w->till), standing->gauges_moved + standing->alerts_moved);
  for (m = 0; m < crm_till_moves(w->till); m++) {
    crm_till_moved moved = CRM_TILL_MOVED_INIT;
    int seen = 0;
    assert_int_equal(crm_till_move(w->till, m, &moved, NULL), CRM_OK);
    assert_int_equal(moved.what, m < standing->gauges_moved ? CRM_COCKPIT_GAUGES : CRM_COCKPIT_ALERTS);
    for (i = 0; i < after.count; i++) {
      seen |= begins_with(after.lines[i].bytes, moved.id) &&
              strcmp(after.lines[i].bytes, before->lines[i].bytes) != 0;
    }
    assert_true(seen);
    w->moved++;
  }
  /* and nothing else: what is not told of has its value and state as before */
  for (i = 0; i < after.count; i++) {
    int told_of = 0;
    for (m = 0; m < crm_till_moves(w->till); m++) {
      crm_till_moved moved = CRM_TILL_MOVED_INIT;
      assert_int_equal(crm_till_move(w->till, m, &moved, NULL), CRM_OK);
      told_of |= begins_with(after.lines[i].bytes, moved.id);
    }
    if (!told_of) {
      assert_true(same_figures(after.lines[i].bytes, before->lines[i].bytes));
    }
  }
  free_told(&after);
}

static void post(world *w)
{
  char name[16];
  char key[16];
  told before = {{TEXT_BUFFER_INIT}, 0};
  int32_t day = some_day(w);
  crm_sale sale = CRM_SALE_INIT;
  crm_customer_standing standing = CRM_CUSTOMER_STANDING_INIT;
  some_name(w, name);
  (void)snprintf(key, sizeof key, "d%d", (int)w->documents);
  sale.kind = dice_below(&w->of, 5) ? CRM_SALE_SALE : CRM_SALE_RETURN;
  sale.customer = name;
  sale.document = key;
  sale.time = instant(day);
  sale.amount = 1 + dice_below(&w->of, 9000);
  tell_till(w, &before);
  if (crm_till_post(w->till, &sale, &standing, NULL) == CRM_OK) {
    make_line(w, w->documents++, 0, day, name, sale.kind == CRM_SALE_SALE ? "sale" : "return", (int32_t)sale.amount, 0,
              w->pending[w->pending_count]);
    load_line(w->mirror, columns, "sales", w->pending[w->pending_count++]);
    compare_moves(w, &before, &standing);
  }
  free_told(&before);
}

static void sync(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  if (crm_till_sync(w->till, &error) != CRM_OK) {
    fail_msg("sync: %s", error.message);
  }
}

static void load_pending(world *w, int32_t count)
{
  while (count-- > 0 && w->pending_count > 0) {
    load_line(w->store, columns, "sales", w->pending[--w->pending_count]);
  }
  sync(w);
}

static void advance(world *w)
{
  int32_t days = 1 + dice_below(&w->of, 20);
  assert_int_equal(crm_till_advance(w->till, w->scope.as_of + days * CRM_DAY, NULL), CRM_OK);
  w->scope.as_of += days * CRM_DAY;
}

/* ---- worlds ---- */

typedef struct text_source {
  const char *text;
  size_t left;
} text_source;

static crm_status read_some(void *context, void *bytes, size_t size, size_t *read)
{
  text_source *from = context;
  size_t some = size < from->left ? size : from->left;
  memcpy(bytes, from->text, some);
  from->text += some;
  from->left -= some;
  *read = some;
  return CRM_OK;
}

static void add_rows(crm_cockpit *cockpit, int32_t what, const char *text)
{
  crm_source source = CRM_SOURCE_INIT;
  text_source from;
  int64_t bad = -1;
  from.text = text;
  from.left = strlen(text);
  source.read = read_some;
  source.context = &from;
  assert_int_equal(crm_cockpit_read(cockpit, what, NULL, &source, &bad, NULL), CRM_OK);
  assert_true(bad < 8);   /* some figures take no such target */
}

/* A gauge of every KPI with bands, and rules. */
static crm_cockpit *make_cockpit(void)
{
  static const char *const rules =
      "alert,kpi,on,target,when,set,clear,periods,severity\n"
      "few,orders,value,,below,4,6,2,warning\n"
      "down,revenue,change,,below,-20%,-10%,1,critical\n"
      "short,revenue,target,500,below,90%,95%,1,critical\n"
      "nobody_new,customers_new,value,,below,1,2,1,info\n"
      "back,return_rate,value,,above,10%,5%,1,warning\n"
      "lost,customers_dormant,value,,above,5,4,1,info\n";
  crm_cockpit *made = NULL;
  text_buffer gauges = TEXT_BUFFER_INIT;
  int64_t i;
  text_add(&gauges, "gauge,kpi,on,target,bands\n");
  for (i = 0; i < crm_kpi_count(); i++) {
    crm_kpi_info info = CRM_KPI_INFO_INIT;
    char line[200];
    assert_int_equal(crm_kpi_info_at(i, &info, NULL), CRM_OK);
    (void)snprintf(line, sizeof line, "own_%s,%s,%s,%s,bad 0.5 fair 3 good\n", info.id, info.id,
                   i % 3 == 0 ? "value" : i % 3 == 1 ? "change" : "year", i % 4 == 0 ? "year+5%" : "");
    text_add(&gauges, line);
  }
  assert_int_equal(crm_cockpit_create(NULL, &made, NULL), CRM_OK);
  assert_int_equal(crm_cockpit_builtin(made, CRM_COCKPIT_GAUGES, NULL), CRM_OK);
  assert_int_equal(crm_cockpit_builtin(made, CRM_COCKPIT_ALERTS, NULL), CRM_OK);
  add_rows(made, CRM_COCKPIT_GAUGES, gauges.bytes);
  add_rows(made, CRM_COCKPIT_ALERTS, rules);
  text_free(&gauges);
  return made;
}

static void load_figures(crm_store *store)
{
  static const char *const lines[] = {"2023-01-01,2024-01-01,target,6000", "2024-01-01,2025-07-01,target,9000",
                                      "2023-01-01,2024-01-01,expense,100", "2023-01-01,2023-12-31,inventory,50"};
  size_t i;
  for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    load_line(store, "from,to,name,value", "figures", lines[i]);
  }
}

static void begin(world *w, uint64_t seed)
{
  static const crm_scope scope = CRM_SCOPE_INIT;
  static const crm_till_options options = CRM_TILL_OPTIONS_INIT;
  static const crm_calendar months = CRM_CALENDAR_INIT;
  static const int32_t moneys[] = {CRM_MONEY_NET, CRM_MONEY_NET, CRM_MONEY_SALES, CRM_MONEY_TAXED};
  static const int32_t periods[] = {CRM_PERIOD_MONTH, CRM_PERIOD_WEEK, CRM_PERIOD_QUARTER};
  crm_error error = CRM_ERROR_INIT;
  int32_t i;
  memset(w, 0, sizeof *w);
  w->of = dice_of(seed);
  w->scope = scope;
  w->scope.money = moneys[dice_below(&w->of, 4)];
  w->scope.occasions = dice_below(&w->of, 3) ? CRM_OCCASIONS_EACH : CRM_OCCASIONS_DAY;
  w->scope.refunds = dice_below(&w->of, 4) ? CRM_REFUNDS_REFUND_DAY : CRM_REFUNDS_SALE_DAY;
  w->scope.as_of = instant(200 + dice_below(&w->of, 500));
  w->options = options;
  w->calendar = months;
  w->calendar.period = periods[dice_below(&w->of, 3)];
  w->cockpit = make_cockpit();
  w->options.cockpit = w->cockpit;
  w->options.calendar = dice_below(&w->of, 3) ? &w->calendar : NULL;
  w->options.periods = 1 + dice_below(&w->of, 30);
  w->options.window = dice_below(&w->of, 4);
  w->options.days = 100;
  w->store = store_new(NULL);
  w->mirror = store_new(NULL);
  if (dice_below(&w->of, 2)) {
    load_figures(w->store);
    load_figures(w->mirror);
  }
  for (i = dice_below(&w->of, 90); i > 0; i--) {
    load_new(w);
  }
  if (crm_till_create(w->store, &w->scope, &w->options, &w->till, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  compare(w, "create");
}

static void end(world *w)
{
  load_pending(w, PENDING);
  compare(w, "the last loads");
  crm_till_free(w->till);
  crm_cockpit_free(w->cockpit);
  crm_store_free(w->store);
  crm_store_free(w->mirror);
}

static void run(uint64_t seed, int32_t steps, int64_t *followed, int64_t *moved)
{
  static world w;
  int32_t i;
  begin(&w, seed);
  for (i = 0; i < steps; i++) {
    int32_t what = dice_below(&w.of, 16);
    if (what < 11 && w.pending_count < PENDING) {
      post(&w);
      compare(&w, "post");
    } else if (what < 13) {
      load_new(&w);
      sync(&w);
      compare(&w, "load");
    } else if (what < 15) {
      load_pending(&w, dice_below(&w.of, 4));
      compare(&w, "posted sales loaded");
    } else {
      advance(&w);
      compare(&w, "advance");
    }
  }
  end(&w);
  *followed += w.followed;
  *moved += w.moved;
}

static void test_gauges_follow(void **state)
{
  int64_t followed = 0;
  int64_t moved = 0;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 40; seed++) {
    run(seed, 40, &followed, &moved);
  }
  assert_true(followed > 50000 && moved > 5000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gauges_follow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
