/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAUGES "gauge,kpi,role,scope,on,target,bands,min,max\n"
#define ALERTS "alert,kpi,scope,on,target,when,set,clear,periods,severity\n"

static crm_cockpit *open_cockpit(void)
{
  crm_cockpit *cockpit = NULL;
  assert_int_equal(crm_cockpit_create(NULL, &cockpit, NULL), CRM_OK);
  return cockpit;
}

typedef struct pieces {
  const char *text;
  size_t left;
} pieces;

static crm_status read_piece(void *context, void *buffer, size_t size, size_t *got)
{
  pieces *from = context;
  *got = size < 7 ? size : 7;
  *got = *got < from->left ? *got : from->left;
  memcpy(buffer, from->text, *got);
  from->text += *got;
  from->left -= *got;
  return CRM_OK;
}

static crm_status read_text(crm_cockpit *cockpit, int32_t what, const char *text, int64_t *bad, crm_error *error)
{
  crm_source source = CRM_SOURCE_INIT;
  pieces from;
  from.text = text;
  from.left = strlen(text);
  source.context = &from;
  source.read = read_piece;
  return crm_cockpit_read(cockpit, what, NULL, &source, bad, error);
}

static void read_good(crm_cockpit *cockpit, int32_t what, const char *text)
{
  crm_error error = CRM_ERROR_INIT;
  int64_t bad = 0;
  if (read_text(cockpit, what, text, &bad, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  if (bad > 0) {
    crm_table *problems = NULL;
    assert_int_equal(crm_cockpit_problems(cockpit, &problems, NULL), CRM_OK);
    assert_result(problems, "table,row,column,message\n");
  }
}

static crm_snapshot evaluate(const crm_store *store, const crm_cockpit *cockpit, int64_t as_of,
                             const crm_cockpit_options *options)
{
  crm_error error = CRM_ERROR_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  scope.as_of = as_of;
  if (crm_cockpit_evaluate(store, &scope, NULL, cockpit, options, &snapshot, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  return snapshot;
}

/* ---- rows that cannot be meant ---- */

static void test_bad_gauges(void **state)
{
  crm_cockpit *cockpit = open_cockpit();
  crm_table *table = NULL;
  int64_t bad = 0;
  (void)state;
  assert_int_equal(read_text(cockpit, CRM_COCKPIT_GAUGES, GAUGES
                             "good,revenue,sales store,,year,100,bad -5% fair 0.02 good,,\n"
                             "nokpi,profit_of_all,,,,,,,\n"
                             "Upper,revenue,,,,,,,\n"
                             "good,orders,,,,,,,\n"
                             "order,revenue,,,,,bad 200 fair 100 good,,\n"
                             "equal,revenue,,,,,bad 200 fair 200 good,,\n"
                             "noname,revenue,,,,,bad 200,,\n"
                             "share,revenue,,,,20%,,,\n"
                             "money,return_rate,,,,5000,,,\n"
                             "half,orders,,,,10.5,,,\n"
                             "word,orders,,,,many,,,\n"
                             "none,orders,,,target,,,,\n"
                             "units,orders,,,,kpi:revenue,,,\n"
                             "year,orders,,,,year*5%,,,\n"
                             "on,orders,,,always,,,,\n"
                             "where,orders,,region:north,,,,,\n"
                             "scale,orders,,,,,,9,9\n"
                             "role,orders,a  b,,,,,,\n"
                             "ragged,orders\n"
                             ",orders,,,,,,,\n"
                             "fine,orders,,branch:*,change,year+5%,,,\n", &bad, NULL), CRM_OK);
  assert_int_equal(bad, 19);
  assert_int_equal(crm_cockpit_problems(cockpit, &table, NULL), CRM_OK);
  assert_result(table, "table,row,column\n"
                       "gauges,2,kpi\ngauges,3,gauge\ngauges,4,gauge\ngauges,5,bands\ngauges,6,bands\n"
                       "gauges,7,bands\ngauges,8,target\ngauges,9,target\ngauges,10,target\ngauges,11,target\n"
                       "gauges,12,target\ngauges,13,target\ngauges,14,target\ngauges,15,on\ngauges,16,scope\n"
                       "gauges,17,max\ngauges,18,role\ngauges,19,\ngauges,20,gauge\n");
  table = NULL;
  assert_int_equal(crm_cockpit_problems(cockpit, &table, NULL), CRM_OK);
  assert_true(text_is(table, "message", 3, "the edges of bands have to rise"));
  assert_true(text_is(table, "message", 6, "a share, but what is measured is in money"));
  assert_true(text_is(table, "message", 7, "what is measured is a share: 25% or 0.25"));
  crm_table_free(table);
  table = NULL;
  assert_int_equal(crm_cockpit_table(cockpit, CRM_COCKPIT_GAUGES, NULL, &table, NULL), CRM_OK);
  assert_result(table, "gauge,kpi,role,scope,on,target,unit,bands\n"
                       "good,revenue,sales store,,year,100,money,bad -0.05 fair 0.02 good\n"
                       "fine,orders,,branch:*,change,year+5%,count,\n");
  crm_cockpit_free(cockpit);
}

/* Texts that are as long as they may be, and by one too long. */
static void test_bounds(void **state)
{
  static const struct {
    const char *before;
    int letters;
    const char *behind;
    const char *column;    /* NULL: it is good */
    const char *message;
  } rows[] = {
    {"", 63, ",revenue,,,,,", NULL, NULL},
    {"", 64, ",revenue,,,,,", "gauge", "the text is too long"},
    {"kpi,", 63, ",,,,,", "kpi", "there is no such KPI"},
    {"longer,", 64, ",,,,,", "kpi", "there is no such KPI"},
    {"role,revenue,", 127, ",,,,", NULL, NULL},
    {"roles,revenue,", 128, ",,,,", "role", "the text is too long"},
    {"scope,revenue,,branch:", 120, ",,,", NULL, NULL},
    {"scopes,revenue,,branch:", 121, ",,,", "scope", "the text is too long"},
    {"label,revenue,,,", 127, ",,", NULL, NULL},
    {"labels,revenue,,,", 128, ",,", "label", "the text is too long"},
    {"utf,revenue,,,\xFF,,", 0, "", "label", "the text is no UTF-8"},
    {"unit,revenue,,,,money,", 0, "", NULL, NULL},
    {"units,revenue,,,,count,", 0, "", "unit", "the KPI is in another unit"},
    {"eight,revenue,,,,,a 1 b 2 c 3 d 4 e 5 f 6 g 7 h", 0, "", NULL, NULL},
    {"nine,revenue,,,,,a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 i", 0, "", "bands", "there are more than eight bands"},
    {"name,revenue,,,,,", 23, " 1 b", NULL, NULL},
    {"names,revenue,,,,,", 24, " 1 b", "bands", "a band's name is 1 to 23 of a-z, 0-9, _ and -"},
    {"blank,revenue,,,,,a 1  b", 0, "", "bands", "a band's name is 1 to 23 of a-z, 0-9, _ and -"},
  };
  crm_cockpit *cockpit = open_cockpit();
  crm_table *table = NULL;
  int64_t problems = 0;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char letters[129];
    char text[512];
    int64_t bad = 0;
    memset(letters, 'x', sizeof letters - 1);
    letters[rows[i].letters] = '\0';
    (void)snprintf(text, sizeof text, "gauge,kpi,role,scope,label,unit,bands\n%s%s%s\n", rows[i].before, letters,
                   rows[i].behind);
    assert_int_equal(read_text(cockpit, CRM_COCKPIT_GAUGES, text, &bad, NULL), CRM_OK);
    if (bad != (rows[i].column != NULL)) {
      fail_msg("%s: %d", text, (int)bad);
    }
    if (bad) {
      assert_int_equal(crm_cockpit_problems(cockpit, &table, NULL), CRM_OK);
      assert_int_equal(crm_table_rows(table), problems + 1);
      if (!text_is(table, "column", problems, rows[i].column) ||
          !text_is(table, "message", problems, rows[i].message)) {
        fail_msg("%s is refused for something else", text);
      }
      crm_table_free(table);
      problems++;
    }
  }
  crm_cockpit_free(cockpit);
}

/* A table of too many is refused whole. */
static void test_too_many_gauges(void **state)
{
  size_t room = 32 * 4200;
  char *text = malloc(room);
  crm_cockpit *cockpit = open_cockpit();
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  int most;
  (void)state;
  assert_non_null(text);
  for (most = 4097; most >= 4096; most--) {
    size_t used = (size_t)sprintf(text, "gauge,kpi\n");
    int i;
    for (i = 0; i < most; i++) {
      used += (size_t)sprintf(text + used, "g%d,revenue\n", i);
    }
    assert_int_equal(read_text(cockpit, CRM_COCKPIT_GAUGES, text, NULL, &error),
                     most > 4096 ? CRM_ERROR_LIMIT : CRM_OK);
    assert_int_equal(crm_cockpit_table(cockpit, CRM_COCKPIT_GAUGES, NULL, &table, NULL), CRM_OK);
    assert_int_equal(crm_table_rows(table), most > 4096 ? 0 : most);
    crm_table_free(table);
  }
  crm_cockpit_free(cockpit);
  free(text);
}

static void test_bad_rules(void **state)
{
  crm_cockpit *cockpit = open_cockpit();
  crm_table *table = NULL;
  int64_t bad = 0;
  (void)state;
  assert_int_equal(read_text(cockpit, CRM_COCKPIT_ALERTS, ALERTS
                             "a,revenue,,year,,below,-10%,-5%,2,critical\n"
                             "b,revenue,,,,under,10,,,\n"
                             "c,revenue,,,,below,,,,\n"
                             "d,revenue,,,,below,100,90,,\n"
                             "e,revenue,,,,above,100,110,,\n"
                             "f,revenue,,,,above,5%,,,\n"
                             "g,revenue,,,,above,5,,0,\n"
                             "h,revenue,,,,above,5,,,urgent\n"
                             "i,revenue,,target,,below,1,,,\n"
                             "j,revenue,,,,above,5,5,1,\n"
                             "k,revenue,,,,above,5,,often,\n"
                             "l,revenue,,,,above,5,,241,\n", &bad, NULL), CRM_OK);
  assert_int_equal(bad, 10);
  assert_int_equal(crm_cockpit_problems(cockpit, &table, NULL), CRM_OK);
  assert_result(table, "table,row,column\nalerts,2,when\nalerts,3,set\nalerts,4,clear\nalerts,5,clear\nalerts,6,set\n"
                       "alerts,7,periods\nalerts,8,severity\nalerts,9,target\nalerts,11,periods\n"
                       "alerts,12,periods\n");
  table = NULL;
  assert_int_equal(crm_cockpit_table(cockpit, CRM_COCKPIT_ALERTS, NULL, &table, NULL), CRM_OK);
  assert_result(table, "alert,kpi,on,when,set,clear,periods,severity\n"
                       "a,revenue,year,below,-0.1,-0.05,2,critical\nj,revenue,value,above,5,5,1,warning\n");
  crm_cockpit_free(cockpit);
}

/* A file that is no such table adds nothing. */
static void test_bad_files(void **state)
{
  static const struct {
    const char *text;
    crm_status status;
    const char *column;
  } cases[] = {
    { "gauge,kpi,colour\na,revenue,red\n", CRM_ERROR_SCHEMA, "" },
    { "gauge,scope\na,\n", CRM_ERROR_SCHEMA, "kpi" },
    { "gauge,kpi,kpi\na,revenue,revenue\n", CRM_ERROR_SCHEMA, "kpi" },
    { "", CRM_ERROR_SCHEMA, "" },
  };
  crm_cockpit *cockpit = open_cockpit();
  crm_table *table = NULL;
  size_t i;
  (void)state;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm_error error = CRM_ERROR_INIT;
    int64_t bad = 77;
    assert_int_equal(read_text(cockpit, CRM_COCKPIT_GAUGES, cases[i].text, &bad, &error), cases[i].status);
    assert_string_equal(error.column, cases[i].column);
    assert_int_equal(bad, 77);
  }
  assert_int_equal(crm_cockpit_read_file(cockpit, CRM_COCKPIT_GAUGES, NULL, "/nowhere", NULL, NULL), CRM_ERROR_IO);
  assert_int_equal(crm_cockpit_table(cockpit, CRM_COCKPIT_GAUGES, NULL, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 0);
  crm_table_free(table);
  crm_cockpit_free(cockpit);
}

/* ---- the built-in ones ---- */

static crm_status keep(void *context, const void *bytes, size_t size)
{
  char *text = context;
  size_t used = strlen(text);
  assert_true(used + size < 65536);
  memcpy(text + used, bytes, size);
  text[used + size] = '\0';
  return CRM_OK;
}

/* Written, read again and written again they are the same; each role has some of both. */
static void test_builtin(void **state)
{
  static const char *const roles[] = { "general", "sales", "marketing", "finance", "store" };
  static char first[65536];
  static char second[65536];
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit *again = open_cockpit();
  crm_table *table = NULL;
  int32_t what;
  size_t i;
  (void)state;
  for (what = CRM_COCKPIT_GAUGES; what <= CRM_COCKPIT_ALERTS; what++) {
    crm_sink sink = CRM_SINK_INIT;
    assert_int_equal(crm_cockpit_builtin(cockpit, what, NULL), CRM_OK);
    assert_int_equal(crm_cockpit_builtin(cockpit, what, NULL), CRM_ERROR_CONFLICT);
    first[0] = '\0';
    second[0] = '\0';
    sink.write = keep;
    sink.context = first;
    assert_int_equal(crm_cockpit_table(cockpit, what, NULL, &table, NULL), CRM_OK);
    assert_int_equal(crm_table_write_csv(table, &sink, NULL), CRM_OK);
    crm_table_free(table);
    read_good(again, what, first);
    sink.context = second;
    assert_int_equal(crm_cockpit_table(again, what, NULL, &table, NULL), CRM_OK);
    assert_int_equal(crm_table_write_csv(table, &sink, NULL), CRM_OK);
    crm_table_free(table);
    assert_string_equal(first, second);
  }
  assert_int_equal(crm_cockpit_roles(cockpit, &table, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(table), 5);
  for (i = 0; i < sizeof roles / sizeof roles[0]; i++) {
    int64_t row = row_of(table, "role", roles[i]);
    assert_true(integer_at(table, "gauges", row) > 5);
    assert_true(integer_at(table, "alerts", row) > 3);
  }
  crm_table_free(table);
  assert_int_equal(crm_cockpit_problems(cockpit, &table, NULL), CRM_OK);
  assert_result(table, "row\n");
  crm_cockpit_free(cockpit);
  crm_cockpit_free(again);
}

/* ---- gauges ---- */

/* Revenue of 2024 by month: x and y. December 2023: 60 and 40. */
static crm_store *two_branches(void)
{
  crm_store *store = facts_store(NULL, "document,time,customer,amount,branch\n"
                                       "1,2023-12-05,a,60,x\n2,2023-12-06,b,40,y\n"
                                       "3,2024-11-05,a,70,x\n4,2024-11-06,b,30,y\n"
                                       "5,2024-12-05,a,90,x\n6,2024-12-06,b,20,y\n7,2024-12-07,c,10,y\n");
  facts_load_text(store, "figures", "from,to,name,value,measure,branch\n"
                                    "2024-12-01,2025-01-01,target,100,flow,x\n"
                                    "2024-12-01,2025-01-01,target,50,flow,y\n");
  return store;
}

static void test_gauges(void **state)
{
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_snapshot snapshot;
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  (void)state;
  read_good(cockpit, CRM_COCKPIT_GAUGES, GAUGES
            "plain,revenue,,,,,low 100 mid 120 high,,\n"
            "edge,revenue,,,,,low 119.99 high,,\n"
            "year,revenue,,,year,year+10%,bad 0% good,-20%,20%\n"
            "change,revenue,,,change,,,,\n"
            "target,revenue,,,target,kpi:target,bad 79% fair 81% good,0,1\n"
            "each,revenue,,branch:*,target,kpi:target,bad 90% good,,\n"
            "one,orders,,branch:y,,3,,,\n"
            "unknown,orders,,branch:z,,3,,,\n"
            "absent,win_rate,,,,20%,bad 10% good,,\n");
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  assert_table(snapshot.gauges,
               "gauge,kpi,period,value,band,target,change_previous,change_year,status,scope,measure,attainment,"
               "position\n"
               "plain,revenue,2024-12,120.000000,high,,0.200000,0.200000,ok,,120.000000,,\n"
               "edge,revenue,2024-12,120.000000,high,,0.200000,0.200000,ok,,120.000000,,\n"
               "year,revenue,2024-12,120.000000,good,110.000000,0.200000,0.200000,ok,,0.200000,1.090909,1.000000\n"
               "change,revenue,2024-12,120.000000,,,0.200000,0.200000,ok,,0.200000,,\n"
               "target,revenue,2024-12,120.000000,fair,150.000000,0.200000,0.200000,ok,,0.800000,0.800000,0.800000\n"
               "each,revenue,2024-12,90.000000,good,100.000000,0.285714,0.500000,ok,branch:x,0.900000,0.900000,\n"
               "each,revenue,2024-12,30.000000,bad,50.000000,0.000000,-0.250000,ok,branch:y,0.600000,0.600000,\n"
               "one,orders,2024-12,2.000000,,3.000000,1.000000,1.000000,ok,branch:y,2.000000,0.666667,\n"
               "unknown,orders,2024-12,,,,,,no_facts,branch:z,,,\n"
               "absent,win_rate,2024-12,,,0.200000,,,no_facts,,,,\n");
  assert_null(snapshot.findings);
  assert_null(snapshot.lists);
  crm_snapshot_clear(&snapshot);
  assert_null(snapshot.gauges);
  /* Three periods, and that which runs. */
  options.periods = 2;
  options.running = 1;
  snapshot = evaluate(store, cockpit, facts_day(2024, 12, 6), &options);
  assert_int_equal(crm_table_rows(snapshot.series), 10 * 3);
  assert_int_equal(integer_at(snapshot.series, "complete", 2), 0);
  assert_true(text_is(snapshot.series, "period", 0, "2024-10"));
  assert_true(text_is(snapshot.series, "band", 0, "low"));
  assert_true(text_is(snapshot.gauges, "status", 0, "incomplete"));
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* Every gauge says what crm_kpi says. */
static void test_as_kpis(void **state)
{
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_scope scope = CRM_SCOPE_INIT;
  crm_snapshot snapshot;
  crm_kpi *kpi = NULL;
  int64_t row;
  (void)state;
  assert_int_equal(crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, NULL), CRM_OK);
  scope.as_of = facts_day(2025, 1, 1);
  snapshot = evaluate(store, cockpit, scope.as_of, NULL);
  options.group = CRM_KPI_BY_BRANCH;
  options.periods = 24;
  assert_int_equal(crm_kpi_compute(store, &scope, NULL, &options, &kpi, NULL), CRM_OK);
  assert_true(crm_table_rows(snapshot.gauges) > 40);
  for (row = 0; row < crm_table_rows(snapshot.gauges); row++) {
    crm_kpi_value value = CRM_KPI_VALUE_INIT;
    char id[64];
    char key[64];
    size_t length;
    size_t scope_length;
    const char *text = crm_table_text(snapshot.gauges, 1, row, &length);
    const char *of = crm_table_text(snapshot.gauges, crm_table_find(snapshot.gauges, "scope"), row, &scope_length);
    (void)snprintf(id, sizeof id, "%.*s", (int)length, text);
    (void)snprintf(key, sizeof key, "%.*s", scope_length > 7 ? (int)scope_length - 7 : 0, of + 7);
    if (scope_length > 0 && memcmp(of, "branch:", 7) != 0) {
      continue;
    }
    assert_int_equal(crm_kpi_find(kpi, id, "2024-12", scope_length > 0 ? key : NULL, &value, NULL), CRM_OK);
    assert_int_equal(is_null_at(snapshot.gauges, "value", row), value.value == INT64_MIN);
    assert_true(value.value == INT64_MIN || value.value == integer_at(snapshot.gauges, "value", row));
  }
  assert_non_null(snapshot.findings);
  assert_non_null(snapshot.lists);
  crm_kpi_free(kpi);
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* ---- alerts ---- */

/* Revenue by month from 2024-01 on; none in 2024-09. */
static crm_store *by_month(void)
{
  static const int amounts[] = { 100, 100, 84, 86, 80, 79, 90, 96, 0, 70, 70, 200 };
  facts *rows = facts_create("document,time,customer,amount");
  crm_store *store = facts_store(NULL, NULL);
  char line[64];
  int m;
  for (m = 0; m < 12; m++) {
    if (amounts[m] > 0) {
      (void)snprintf(line, sizeof line, "%d,2024-%02d-15,a,%d", m, m + 1, amounts[m]);
      facts_add(rows, line);
    }
  }
  facts_load(rows, store, "sales");
  facts_free(rows);
  return store;
}

/* The state of the first alert at the end of a month of 2024. */
static void assert_state(const crm_store *store, const crm_cockpit *cockpit, int month, const char *state,
                         const char *since)
{
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot;
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  snapshot = evaluate(store, cockpit, facts_day(2024 + month / 12, month % 12 + 1, 1), &options);
  if (!text_is(snapshot.alerts, "state", 0, state)) {
    size_t length;
    const char *text = crm_table_text(snapshot.alerts, 2, 0, &length);
    fail_msg("after month %d: %.*s instead of %s", month, (int)length, text, state);
  }
  if (since[0] == '\0') {
    assert_true(is_null_at(snapshot.alerts, "since", 0));
  } else {
    assert_true(text_is(snapshot.alerts, "since", 0, since));
  }
  crm_snapshot_clear(&snapshot);
}

/* Under 85 for two months fires, at 95 it clears. No state is kept: each month is asked anew. */
static void test_replay(void **state)
{
  crm_store *store = by_month();
  crm_cockpit *cockpit = open_cockpit();
  (void)state;
  read_good(cockpit, CRM_COCKPIT_ALERTS, ALERTS "low,average_order,,,,below,85,95,2,critical\n");
  assert_state(store, cockpit, 1, "ok", "");
  assert_state(store, cockpit, 3, "pending", "2024-03");
  assert_state(store, cockpit, 4, "ok", "");             /* 86: the run is broken */
  assert_state(store, cockpit, 5, "pending", "2024-05");
  assert_state(store, cockpit, 6, "firing", "2024-05");
  assert_state(store, cockpit, 7, "firing", "2024-05");  /* 90: not low any more, not cleared */
  assert_state(store, cockpit, 8, "resolved", "2024-08");
  assert_state(store, cockpit, 9, "nodata", "2024-09");  /* no order, no average */
  assert_state(store, cockpit, 10, "pending", "2024-10");
  assert_state(store, cockpit, 11, "firing", "2024-10");
  assert_state(store, cockpit, 12, "resolved", "2024-12");
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* A firing alert waits through a month without data; so does a run. */
static void test_no_data(void **state)
{
  crm_store *store = by_month();
  crm_cockpit *cockpit = open_cockpit();
  (void)state;
  read_good(cockpit, CRM_COCKPIT_ALERTS, ALERTS "low,average_order,,,,below,97,150,2,\n");
  assert_state(store, cockpit, 8, "firing", "2024-03");
  assert_state(store, cockpit, 9, "nodata", "2024-09");
  assert_state(store, cockpit, 10, "firing", "2024-03");
  assert_state(store, cockpit, 12, "resolved", "2024-12");
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

static void test_messages_and_order(void **state)
{
  static const struct {
    const char *alert;
    const char *state;
    const char *scope;
    int64_t value;
    int64_t level;
    int64_t run;
  } wanted[6] = {
    { "hard", "firing", "", 800000, 900000, 1 },
    { "mild", "firing", "", 120000000, 100000000, 1 },
    { "branches", "pending", "branch:y", -250000, -200000, 1 },
    { "nothing", "nodata", "", 0, 100000, 0 },
    { "fine", "ok", "", 200000, -100000, 0 },
    { "branches", "ok", "branch:x", 500000, -200000, 0 },
  };
  int64_t row;
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot;
  (void)state;
  read_good(cockpit, CRM_COCKPIT_ALERTS, ALERTS
            "fine,revenue,,year,,below,-10%,,1,critical\n"
            "mild,revenue,,,,above,110,100,1,info\n"
            "hard,revenue,,target,kpi:target,below,90%,,1,critical\n"
            "branches,revenue,branch:*,year,,below,-20%,,2,warning\n"
            "nothing,win_rate,,,,below,10%,,1,critical\n");
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  assert_int_equal(crm_table_rows(snapshot.alerts), 6);
  for (row = 0; row < 6; row++) {
    assert_true(text_is(snapshot.alerts, "alert", row, wanted[row].alert));
    assert_true(text_is(snapshot.alerts, "state", row, wanted[row].state));
    assert_true(text_is(snapshot.alerts, "scope", row, wanted[row].scope));
    assert_int_equal(integer_at(snapshot.alerts, "level", row), wanted[row].level);
    assert_int_equal(integer_at(snapshot.alerts, "value", row), wanted[row].value);
    assert_int_equal(integer_at(snapshot.alerts, "run", row), wanted[row].run);
  }
  assert_true(text_is(snapshot.alerts, "message", 0, "Revenue: 80.0 % of the target, below 90.0 %, since 2024-12"));
  assert_true(text_is(snapshot.alerts, "message", 1, "Revenue: 120.00, above 110.00, since 2024-12"));
  assert_true(text_is(snapshot.alerts, "message", 2, "Revenue y: -25.0 % against the year before, below -20.0 %, 1 "
                                                      "of 2 periods in a row"));
  assert_true(text_is(snapshot.alerts, "message", 3, "Win rate: no data"));
  assert_true(text_is(snapshot.alerts, "message", 4, "Revenue: +20.0 % against the year before"));
  crm_snapshot_clear(&snapshot);
  options.language = CRM_LANGUAGE_CHINESE;
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  assert_true(text_is(snapshot.alerts, "message", 0, "销售净额：80.0 %（目标达成），低于 90.0 %，自 2024-12"));
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* A figure in the message stands in its own unit. */
static void test_messages_of_all_units(void **state)
{
  static const char *const wanted[] = {
    "Active customers: 1, above 0, since 2024-01",
    "Orders per customer: 1.00, above 0.50, since 2024-01",
    "Return rate: 0.0 %, below 10.0 %, since 2024-01",
    "Purchase cycle: 31.0, above 0.5, since 2024-02",   /* from the second purchase on */
  };
  crm_store *store = by_month();
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot;
  int64_t row;
  (void)state;
  read_good(cockpit, CRM_COCKPIT_ALERTS, ALERTS
            "a,customers_active,,,,above,0,,1,critical\n"
            "b,orders_per_customer,,,,above,0.5,,1,warning\n"
            "c,return_rate,,,,below,10%,,1,info\n"
            "d,purchase_cycle,,,,above,0.5,,1,info\n");
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  snapshot = evaluate(store, cockpit, facts_day(2024, 7, 1), &options);
  assert_int_equal(crm_table_rows(snapshot.alerts), 4);
  for (row = 0; row < 4; row++) {
    assert_true(text_is(snapshot.alerts, "message", row, wanted[row]));
  }
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* Behind an alert stands what moved revenue; behind one of a figure that is not made of sales nothing. */
static void test_causes(void **state)
{
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot;
  int64_t row;
  (void)state;
  read_good(cockpit, CRM_COCKPIT_ALERTS, ALERTS
            "year,revenue,branch:*,year,,below,-20%,,1,critical\n"
            "month,orders,,change,,above,10%,,1,warning\n"
            "quiet,revenue,,year,,below,-20%,,1,critical\n"
            "rate,return_rate,,,,below,10%,,1,info\n");
  options.parts = CRM_COCKPIT_PARTS_CAUSES;
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  /* y fell from 40 to 30: b from 40 to 20, and c is new. All grew from 100 to 120 since November. */
  row = row_of(snapshot.causes, "part", "total");
  assert_int_equal(row, 0);
  assert_true(text_is(snapshot.causes, "alert", row, "year"));
  assert_true(text_is(snapshot.causes, "scope", row, "branch:y"));
  assert_int_equal(integer_at(snapshot.causes, "against", row), facts_day(2023, 12, 1) / CRM_DAY);
  assert_int_equal(integer_at(snapshot.causes, "change", row), -1000);
  row = row_of(snapshot.causes, "part", "kept");
  assert_int_equal(integer_at(snapshot.causes, "change", row), -2000);
  row = row_of(snapshot.causes, "part", "new");
  assert_int_equal(integer_at(snapshot.causes, "change", row), 1000);
  row = row_of(snapshot.causes, "alert", "month");
  assert_true(text_is(snapshot.causes, "part", row, "total"));
  assert_true(is_null_at(snapshot.causes, "scope", row));
  assert_int_equal(integer_at(snapshot.causes, "against", row), facts_day(2024, 11, 1) / CRM_DAY);
  assert_int_equal(integer_at(snapshot.causes, "change", row), 2000);
  for (row = 0; row < crm_table_rows(snapshot.causes); row++) {
    assert_true(text_is(snapshot.causes, "alert", row, "year") || text_is(snapshot.causes, "alert", row, "month"));
  }
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

/* ---- roles, an empty store, bad calls ---- */

static void test_roles(void **state)
{
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  (void)state;
  read_good(cockpit, CRM_COCKPIT_GAUGES, GAUGES "a,revenue,boss,,,,,,\nb,orders,boss shop,,,,,,\nc,orders,,,,,,,\n");
  options.parts = CRM_COCKPIT_PARTS_FIGURES;
  options.role = "shop";
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  assert_table(snapshot.gauges, "gauge\nb\nc\n");
  crm_snapshot_clear(&snapshot);
  options.role = "bos";
  snapshot = evaluate(store, cockpit, facts_day(2025, 1, 1), &options);
  assert_table(snapshot.gauges, "gauge\nc\n");
  crm_snapshot_clear(&snapshot);
  crm_cockpit_free(cockpit);
  cockpit = open_cockpit();
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, &options, &snapshot, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "role");
  assert_null(snapshot.gauges);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

static void test_without_facts(void **state)
{
  crm_store *store = facts_store(NULL, NULL);
  crm_cockpit *cockpit = open_cockpit();
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  (void)state;
  assert_int_equal(crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, NULL), CRM_OK);
  assert_int_equal(crm_cockpit_builtin(cockpit, CRM_COCKPIT_ALERTS, NULL), CRM_OK);
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, NULL, &snapshot, NULL), CRM_OK);
  assert_int_equal(crm_table_rows(snapshot.findings), 0);
  crm_snapshot_clear(&snapshot);
  crm_snapshot_clear(NULL);
  crm_cockpit_free(cockpit);
  crm_cockpit_free(NULL);
  crm_store_free(store);
}

static void test_bad_calls(void **state)
{
  crm_store *store = two_branches();
  crm_cockpit *cockpit = open_cockpit();
  crm_cockpit_options options = CRM_COCKPIT_OPTIONS_INIT;
  crm_snapshot snapshot = CRM_SNAPSHOT_INIT;
  crm_table *table = NULL;
  crm_error error = CRM_ERROR_INIT;
  (void)state;
  assert_int_equal(crm_cockpit_builtin(cockpit, CRM_COCKPIT_GAUGES, NULL), CRM_OK);
  options.periods = 241;
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, &options, &snapshot, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "periods");
  options.periods = 0;
  options.parts = 99;
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, &options, &snapshot, &error), CRM_ERROR_ARGUMENT);
  options.parts = 0;
  options.language = 2;
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, &options, &snapshot, &error), CRM_ERROR_ARGUMENT);
  assert_string_equal(error.column, "language");
  assert_int_equal(crm_cockpit_evaluate(NULL, NULL, NULL, cockpit, NULL, &snapshot, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, NULL, NULL, &snapshot, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_evaluate(store, NULL, NULL, cockpit, NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_table(cockpit, 2, NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_builtin(cockpit, 2, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_create(NULL, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_roles(cockpit, NULL, NULL), CRM_ERROR_ARGUMENT);
  assert_int_equal(crm_cockpit_problems(NULL, &table, NULL), CRM_ERROR_ARGUMENT);
  assert_null(table);
  assert_null(snapshot.gauges);
  crm_cockpit_free(cockpit);
  crm_store_free(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bad_gauges),
    cmocka_unit_test(test_bounds),
    cmocka_unit_test(test_too_many_gauges),
    cmocka_unit_test(test_bad_rules),
    cmocka_unit_test(test_bad_files),
    cmocka_unit_test(test_builtin),
    cmocka_unit_test(test_gauges),
    cmocka_unit_test(test_as_kpis),
    cmocka_unit_test(test_replay),
    cmocka_unit_test(test_no_data),
    cmocka_unit_test(test_messages_and_order),
    cmocka_unit_test(test_messages_of_all_units),
    cmocka_unit_test(test_causes),
    cmocka_unit_test(test_roles),
    cmocka_unit_test(test_without_facts),
    cmocka_unit_test(test_bad_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
