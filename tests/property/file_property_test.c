/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"
#include "support/loads.h"
#include "support/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Random histories of a store: loads of all tables in all ways, versions, voids, merges, attributes, erasing,
 * forgetting, loads that are undone or refused. A store in a file that is opened again, compacted, read from a copy or
 * for its profiles first at any moment holds what one holds that never was, member by member; and a store that was in
 * memory all the time answers the same. */

#define HISTORIES 40
#define STEPS 24
#define PATH "h.crm"

typedef struct world {
  dice dice;
  test_disk *disk;
  test_disk *other;
  crm_io io;
  crm_io other_io;
  crm_store *memory;     /* in memory alone */
  crm_store *straight;   /* in a file, never opened again */
  crm_store *file;       /* in a file, opened again and again */
  int32_t customers;
  int32_t documents;
  uint64_t seed;
  int steps;
} world;

static int32_t roll(world *w, int32_t bound)
{
  return dice_below(&w->dice, bound);
}

static crm_store *open_at(const crm_io *io, int32_t mode, int32_t content, const char *path)
{
  static const char *const anonymous[] = {"c3", "walk-in"};
  crm_store_options settled = CRM_STORE_OPTIONS_INIT;
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  settled.anonymous = anonymous;
  settled.anonymous_count = 2;
  settled.day_start = INT64_C(2) * 3600 * 1000000;
  options.io = io;
  options.mode = mode;
  options.content = content;
  options.store = &settled;
  if (io == NULL) {
    assert_int_equal(crm_store_create(NULL, &settled, &store, NULL), CRM_OK);
  } else if (crm_store_open(NULL, &options, path, &store, &error) != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(error.status), error.message);
  }
  return store;
}

static void customer_key(world *w, char *key)
{
  int32_t who = roll(w, w->customers);
  if (who % 5 == 4) {
    key[0] = '\0';
  } else {
    (void)snprintf(key, 40, who % 3 == 0 ? "%d" : who % 3 == 1 ? "c%d" : "a customer with a long key %d", who);
  }
}

static void add_cell(text_buffer *text, const char *format, int32_t value)
{
  char cell[64];
  (void)snprintf(cell, sizeof cell, format, value);
  text_add(text, cell);
}

static void add_day(world *w, text_buffer *text)
{
  char cell[80];
  (void)snprintf(cell, sizeof cell, "202%d-%02d-%02dT%02d:%02d", roll(w, 4), 1 + roll(w, 12), 1 + roll(w, 28),
                 roll(w, 24), roll(w, 60));
  text_add(text, roll(w, 40) == 0 ? "never" : cell);
}

/* Sales: `form` says which columns there are. */
static void make_sales(world *w, text_buffer *text, int form)
{
  static const char *const kinds[] = {"", "sale", "sale", "return", "void", "quote", "gift"};
  static const char *const classes[] = {"", "goods", "service", "liability", "tender"};
  int32_t rows = 1 + roll(w, roll(w, 8) == 0 ? 1500 : 40);
  int32_t i;
  text_add(text, form == 0   ? "document,line,time,customer,amount,product,quantity,cost,branch,staff\n"
                 : form == 1 ? "document,time,customer,kind,class,quantity,price,amount,tax,original,source,version\n"
                 : form == 2 ? "time,customer,amount,currency,rate,discount,nonsense\n"
                             : "document,time,customer,amount,version\n");
  for (i = 0; i < rows; i++) {
    char key[48];
    int32_t document = roll(w, w->documents);
    customer_key(w, key);
    if (form != 2) {
      add_cell(text, form != 0 && document % 4 == 0 ? "D%d" : "%d", document);
      text_add(text, ",");
    }
    if (form == 0) {
      add_cell(text, "%d", 1 + roll(w, 3));
      text_add(text, ",");
    }
    add_day(w, text);
    text_add(text, ",");
    text_add(text, key);
    text_add(text, ",");
    if (form == 0) {
      add_cell(text, "%d.55", roll(w, 90));
      add_cell(text, ",%d", roll(w, 9));
      add_cell(text, ",%d", 1 + roll(w, 5));
      add_cell(text, ",%d", roll(w, 40));
      add_cell(text, ",%d", roll(w, 4));
      add_cell(text, ",%d\n", roll(w, 3));
    } else if (form == 1) {
      text_add(text, kinds[roll(w, 7)]);
      text_add(text, ",");
      text_add(text, classes[roll(w, 5)]);
      add_cell(text, ",%d", roll(w, 7) - 2);
      add_cell(text, roll(w, 5) == 0 ? "," : ",%d.125", roll(w, 50));
      add_cell(text, roll(w, 3) == 0 ? "," : ",%d.5", roll(w, 70) - 5);
      add_cell(text, ",%d", roll(w, 9));
      add_cell(text, roll(w, 3) == 0 ? ",%d" : ",", roll(w, w->documents));
      text_add(text, roll(w, 3) == 0 ? ",web," : ",,");
      add_cell(text, roll(w, 2) ? "%d\n" : "\n", roll(w, 4));
    } else if (form == 2) {
      add_cell(text, "%d.25,", roll(w, 30));
      text_add(text, roll(w, 4) == 0 ? "USD,0.9," : "EUR,,");
      add_cell(text, "%d,x\n", roll(w, 3));
    } else {
      add_cell(text, "%d,", roll(w, 100));
      add_cell(text, "%d\n", roll(w, 5));
    }
  }
}

static const char *make_rows(world *w, text_buffer *text)
{
  static const char *const tables[] = {"customers", "merges", "opportunities", "stages", "interactions", "payments",
                                       "figures", "staff", "ownership", "pipelines", "products"};
  static const char *const headers[] = {
    "customer,kind,joined,parent,region,credit_limit,version\n", "customer,into,undone,version\n",
    "opportunity,customer,created,outcome,stage,amount,probability,version\n", "opportunity,customer,time,stage,id\n",
    "time,customer,channel,duration,id\n", "document,kind,customer,time,amount,due\n", "from,to,name,value\n",
    "staff,team,joined,cost\n", "customer,owner,from\n", "pipeline,stage,position,probability\n",
    "product,category,list_price,version\n"};
  static const char *const kinds[] = {"person", "business", "anonymous", "internal", "", "cat"};
  int table = roll(w, 3) == 0 ? roll(w, 2) : roll(w, 11);
  int32_t rows = 1 + roll(w, 12);
  text_add(text, headers[table]);
  for (; rows > 0; rows--) {
    char a[48];
    char b[48];
    char line[256];
    customer_key(w, a);
    customer_key(w, b);
    switch (table) {
    case 0:
      (void)snprintf(line, sizeof line, "%s,%s,202%d-01-0%d,%s,r%d,%d.5,%d\n", a, kinds[roll(w, 6)], roll(w, 4),
                     1 + roll(w, 9), roll(w, 3) ? "" : b, roll(w, 3), roll(w, 500), roll(w, 3));
      break;
    case 1:
      (void)snprintf(line, sizeof line, "%s,%s,%s,%d\n", a, b, roll(w, 4) == 0 ? "true" : "", roll(w, 4));
      break;
    case 2:
      (void)snprintf(line, sizeof line, "o%d,%s,2021-0%d-01,%s,s%d,%d,0.%d,%d\n", roll(w, 12), a, 1 + roll(w, 9),
                     roll(w, 2) ? "open" : "won", roll(w, 3), roll(w, 900), roll(w, 12), roll(w, 3));
      break;
    case 3:
      (void)snprintf(line, sizeof line, "o%d,,2021-0%d-11,s%d,%s\n", roll(w, 12), 1 + roll(w, 9), roll(w, 3),
                     roll(w, 2) ? "" : "x7");
      break;
    case 4:
      (void)snprintf(line, sizeof line, "2022-0%d-11,%s,phone,%d,%s\n", 1 + roll(w, 9), a, roll(w, 90),
                     roll(w, 2) ? "" : "i3");
      break;
    case 5:
      (void)snprintf(line, sizeof line, "%d,invoice,%s,2022-0%d-11,%d,2022-12-01\n", roll(w, 20), a, 1 + roll(w, 9),
                     roll(w, 900));
      break;
    case 6:
      (void)snprintf(line, sizeof line, "2022-0%d-01,2023-01-01,budget,%d\n", 1 + roll(w, 9), roll(w, 9000));
      break;
    case 7:
      (void)snprintf(line, sizeof line, "s%d,red,2020-01-01,%d\n", roll(w, 5), roll(w, 3000));
      break;
    case 8:
      (void)snprintf(line, sizeof line, "%s,s%d,202%d-01-01\n", a, roll(w, 5), roll(w, 4));
      break;
    case 9:
      (void)snprintf(line, sizeof line, "main,s%d,%d,0.%d\n", roll(w, 3), roll(w, 5), roll(w, 9));
      break;
    default:
      (void)snprintf(line, sizeof line, "%d,toys,%d.5,%d\n", roll(w, 9), roll(w, 50), roll(w, 3));
      break;
    }
    text_add(text, line);
  }
  return tables[table];
}

/* One load of one or two texts. Answers what the commit answered. */
static crm_status run_load(crm_store *store, const crm_load_options *options, const crm_csv *csv,
                           const char *const *tables, const text_buffer *texts, int count, int undone)
{
  crm_load *load = NULL;
  crm_status status = crm_load_begin(store, options, &load, NULL);
  int i;
  for (i = 0; status == CRM_OK && i < count; i++) {
    status = read_text(load, tables[i], csv, texts[i].bytes, 977, NULL);
  }
  if (status == CRM_OK && !undone) {
    status = crm_load_commit(load, NULL);
  }
  crm_load_free(load);
  return status;
}

static void step_load(world *w)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_csv csv = CRM_CSV_INIT;
  text_buffer texts[2] = {TEXT_BUFFER_INIT, TEXT_BUFFER_INIT};
  const char *tables[2];
  int count = 1 + (roll(w, 4) == 0);
  int undone = roll(w, 9) == 0;
  int form = roll(w, 4);
  crm_status status;
  int i;
  options.replace = roll(w, 4) == 0;
  options.all_or_nothing = roll(w, 12) == 0;
  csv.file = roll(w, 2) ? "a file" : NULL;
  csv.document = form == 2 ? 1 + roll(w, 2) : CRM_DOCUMENT_COLUMN;
  for (i = 0; i < count; i++) {
    tables[i] = "sales";
    if (form == 2 ? i > 0 : roll(w, 2)) {
      crm_csv plain = CRM_CSV_INIT;
      plain.file = csv.file;
      tables[i] = make_rows(w, &texts[i]);
      csv = form == 2 ? csv : plain;
    } else {
      make_sales(w, &texts[i], form);
    }
  }
  if (csv.document != CRM_DOCUMENT_COLUMN) {
    count = 1;   /* such a way of making documents is of sales alone */
  }
  status = run_load(w->memory, &options, &csv, tables, texts, count, undone);
  assert_int_equal(run_load(w->straight, &options, &csv, tables, texts, count, undone), status);
  assert_int_equal(run_load(w->file, &options, &csv, tables, texts, count, undone), status);
  text_free(&texts[0]);
  text_free(&texts[1]);
}

/* The three stores do the same. */
#define EACH(call)                              \
  do {                                          \
    crm_store *store = w->memory;               \
    crm_status first = call;                    \
    store = w->straight;                        \
    assert_int_equal(call, first);              \
    store = w->file;                            \
    assert_int_equal(call, first);              \
  } while (0)

static crm_status erase(crm_store *store, const char *const *keys, int64_t count, int forget)
{
  crm_table *receipt = NULL;
  crm_status status = forget ? crm_identity_forget(store, keys, count, &receipt, NULL)
                             : crm_identity_erase(store, keys, count, &receipt, NULL);
  crm_table_free(receipt);
  return status;
}

static void step_other(world *w)
{
  static const int32_t types[] = {CRM_TYPE_TEXT, CRM_TYPE_DECIMAL, CRM_TYPE_MONEY, CRM_TYPE_TIME};
  static const char *const tables[] = {"customers", "products", "figures", "interactions"};
  char keys[2][48];
  const char *list[2];
  char name[16];
  int32_t table = roll(w, 4);
  int32_t type = types[roll(w, 4)];
  int forget = roll(w, 2);
  customer_key(w, keys[0]);
  customer_key(w, keys[1]);
  list[0] = keys[0];
  list[1] = keys[1];
  (void)snprintf(name, sizeof name, "extra%d", roll(w, 4));
  if (roll(w, 3) == 0) {
    EACH(crm_store_attribute(store, tables[table], name, type, NULL));
  } else {
    EACH(erase(store, list, 1 + forget, forget));
  }
}

/* What may happen to a file at any moment. */
static void step_file(world *w)
{
  crm_store *read;
  switch (roll(w, 6)) {
  case 0:
  case 1:
    crm_store_free(w->file);
    w->file = open_at(&w->io, CRM_FILE_WRITE, CRM_CONTENT_ALL, PATH);
    break;
  case 2:
    assert_int_equal(crm_store_compact(w->file, NULL), CRM_OK);
    break;
  case 3:
    read = open_at(&w->io, CRM_FILE_READ, CRM_CONTENT_PROFILES, PATH);
    assert_int_equal(crm_store_read(read, NULL), CRM_OK);
    assert_store_same(w->straight, read, "profiles, then the rest");
    crm_store_free(read);
    break;
  case 4:
    assert_int_equal(crm_store_backup(w->file, &w->io, "copy.crm", NULL), CRM_OK);
    read = open_at(&w->io, CRM_FILE_READ, CRM_CONTENT_ALL, "copy.crm");
    assert_store_same(w->straight, read, "a copy");
    crm_store_free(read);
    break;
  default:
    read = open_at(&w->io, CRM_FILE_READ, CRM_CONTENT_ALL, PATH);
    assert_store_same(w->straight, read, "a reader");
    crm_store_free(read);
    break;
  }
}

/* Profiles alone are told at every commit, and are those of the facts. */
static void check_file(const crm_io *io)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_file_info info = CRM_FILE_INFO_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *alone = open_at(io, CRM_FILE_READ, CRM_CONTENT_PROFILES, PATH);
  options.io = io;
  if (crm_store_check(NULL, &options, PATH, &error) != CRM_OK) {
    fail_msg("%s: %s", crm_status_name(error.status), error.message);
  }
  assert_int_equal(crm_store_file(alone, &info, NULL), CRM_OK);
  crm_store_free(alone);
  assert_int_equal(info.content, CRM_CONTENT_PROFILES);
}

static void compare(world *w)
{
  text_buffer expected = TEXT_BUFFER_INIT;
  text_buffer now = TEXT_BUFFER_INIT;
  char what[64];
  (void)snprintf(what, sizeof what, "history %d, step %d", (int)w->seed, w->steps);
  assert_store_same(w->straight, w->file, what);
  assert_verifies(w->file);
  check_file(&w->io);
  if (w->steps % 4 == 0) {
    check_file(&w->other_io);
  }
  if (w->steps % 6 == 0) {
    text_add_store(&expected, w->memory, 1);
    text_add_store(&now, w->file, 1);
    assert_text_same(&expected, &now, what);
  }
  text_free(&expected);
  text_free(&now);
}

static void test_histories(void **state)
{
  static const crm_io none = CRM_IO_INIT;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= HISTORIES; seed++) {
    world w;
    memset(&w, 0, sizeof w);
    w.seed = seed;
    w.dice = dice_of(seed);
    w.customers = 6 + roll(&w, 40);
    w.documents = 10 + roll(&w, 300);
    w.disk = test_disk_create(CRM_IO_LOCKS | CRM_IO_ATOMIC_REPLACE);
    w.other = test_disk_create(0);
    w.io = none;
    w.other_io = none;
    test_disk_io(w.disk, &w.io);
    test_disk_io(w.other, &w.other_io);
    w.memory = open_at(NULL, 0, 0, NULL);
    w.straight = open_at(&w.other_io, CRM_FILE_CREATE, CRM_CONTENT_ALL, PATH);
    w.file = open_at(&w.io, CRM_FILE_CREATE, CRM_CONTENT_ALL, PATH);
    for (w.steps = 1; w.steps <= STEPS; w.steps++) {
      if (roll(&w, 6) == 0) {
        step_other(&w);
      } else {
        step_load(&w);
      }
      if (roll(&w, 2)) {
        step_file(&w);
      }
      compare(&w);
    }
    crm_store_free(w.memory);
    crm_store_free(w.straight);
    crm_store_free(w.file);
    assert_int_equal(test_disk_open(w.disk), 0);
    test_disk_free(w.disk);
    test_disk_free(w.other);
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_histories),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
