/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Random facts, brought in every way: the answers have to be the same bytes. */

#define ROWS 400
#define FIELDS 15

static const char *const names[FIELDS] = {"document", "version", "time",     "customer", "kind",
                                          "class",    "product", "quantity", "price",    "amount",
                                          "tax",      "cost",    "branch",   "original", "staff"};

typedef struct row {
  char field[FIELDS][80];
} row;

typedef struct world {
  row rows[ROWS];
  int32_t count;
} world;

static void set(row *r, int field, const char *format, int value)
{
  (void)snprintf(r->field[field], sizeof r->field[field], format, value);
}

/* A document's customer and branch are fixed by its key and version, so that no document contradicts itself. */
static void make_row(dice *of, row *r, int32_t documents, int32_t versions)
{
  static const char *const kinds[] = {"sale", "sale", "sale", "", "return", "return", "void", "quote"};
  static const char *const classes[] = {"", "", "", "goods", "service", "liability", "tender", "shipping"};
  int32_t document = dice_below(of, documents);
  int32_t version = dice_below(of, versions);
  int32_t who = (document * 7 + version * 3) % 23;
  memset(r, 0, sizeof *r);
  set(r, 0, document % 3 == 0 ? "D%d" : "%d", document);
  if (version > 0) {
    set(r, 1, "%d", version);
  }
  (void)snprintf(r->field[2], sizeof r->field[2], "20%02d-%02d-%02dT%02d:%02d", 20 + dice_below(of, 3),
                 1 + dice_below(of, 12), 1 + dice_below(of, 28), dice_below(of, 24), dice_below(of, 60));
  if (who > 2 && dice_below(of, 4) > 0) {
    set(r, 3, who % 2 == 0 ? "c%d" : "%d", who);
  }
  strcpy(r->field[4], kinds[dice_below(of, 8)]);
  strcpy(r->field[5], classes[dice_below(of, 8)]);
  if (dice_below(of, 5) > 0) {
    set(r, 6, "p%d", dice_below(of, 12));
  }
  set(r, 7, "%d", dice_below(of, 9) - 2);
  (void)snprintf(r->field[8], sizeof r->field[8], "%d.%04d", dice_below(of, 90), dice_below(of, 10000));
  if (dice_below(of, 2)) {
    (void)snprintf(r->field[9], sizeof r->field[9], "%s%d.%02d", dice_below(of, 9) ? "" : "-", dice_below(of, 300),
                   dice_below(of, 100));
  }
  if (dice_below(of, 3) == 0) {
    set(r, 10, "%d", dice_below(of, 9));
  }
  if (dice_below(of, 3) == 0) {
    set(r, 11, "%d.5", dice_below(of, 40));
  }
  if (who % 4 != 0 && dice_below(of, 3) > 0) {
    set(r, 12, "b%d", who % 4);
  }
  if (dice_below(of, 3) == 0) {
    int32_t target = dice_below(of, documents + 5);
    set(r, 13, target % 3 == 0 ? "D%d" : "%d", target);
  }
  if (dice_below(of, 7) == 0) {
    set(r, 14, "s%d", dice_below(of, 4));
  }
}

static void make_world(world *of, uint64_t seed, int32_t versions)
{
  dice made = dice_of(seed);
  int32_t documents = 20 + dice_below(&made, 120);
  int32_t i;
  of->count = 50 + dice_below(&made, ROWS - 50);
  for (i = 0; i < of->count; i++) {
    make_row(&made, &of->rows[i], documents, versions);
  }
}

static void shuffle(int32_t *order, int32_t count, dice *of)
{
  int32_t i;
  for (i = 0; i < count; i++) {
    order[i] = i;
  }
  for (i = count - 1; of != NULL && i > 0; i--) {
    int32_t k = dice_below(of, i + 1);
    int32_t held = order[i];
    order[i] = order[k];
    order[k] = held;
  }
}

/* Appends the rows order[from, to) that `wanted` lets pass, as a batch of text columns. */
static void append_rows(crm_load *load, const world *of, const int32_t *order, int32_t from, int32_t to,
                        const char *wanted)
{
  crm_error error = CRM_ERROR_INIT;
  char header[256] = "";
  facts *rows;
  int32_t i;
  int f;
  for (f = 0; f < FIELDS; f++) {
    strcat(strcat(header, f == 0 ? "" : ","), names[f]);
  }
  rows = facts_create(header);
  for (i = from; i < to; i++) {
    const row *r = &of->rows[order[i]];
    char line[512] = "";
    if (wanted != NULL && !wanted[order[i]]) {
      continue;
    }
    for (f = 0; f < FIELDS; f++) {
      strcat(strcat(line, f == 0 ? "" : ","), r->field[f]);
    }
    facts_add(rows, line);
  }
  if (facts_append(rows, load, "sales", &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  facts_free(rows);
}

static crm_load_counts commit(crm_store *store, crm_load *load)
{
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  if (crm_load_commit(load, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(crm_load_count(load, "sales", &counts, NULL), CRM_OK);
  assert_int_equal(counts.rows, counts.accepted + counts.duplicate + counts.rejected);
  crm_load_free(load);
  assert_verifies(store);
  return counts;
}

static crm_load *begin(crm_store *store)
{
  crm_load *load = NULL;
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  return load;
}

/* All rows in one load, in batches of a size. */
static crm_load_counts load_all(crm_store *store, const world *of, dice *permuted, int32_t size)
{
  int32_t order[ROWS];
  crm_load *load = begin(store);
  int32_t i;
  shuffle(order, of->count, permuted);
  for (i = 0; i < of->count; i += size) {
    append_rows(load, of, order, i, i + size < of->count ? i + size : of->count, NULL);
  }
  return commit(store, load);
}

/* The rows as a CSV, all or nothing said otherwise than in batches. */
static crm_load_counts load_csv(crm_store *store, const world *of, dice *permuted, size_t piece)
{
  int32_t order[ROWS];
  crm_load *load = begin(store);
  text_buffer text = TEXT_BUFFER_INIT;
  crm_error error = CRM_ERROR_INIT;
  int32_t i;
  int f;
  shuffle(order, of->count, permuted);
  for (i = -1; i < of->count; i++) {
    for (f = 0; f < FIELDS; f++) {
      text_add(&text, f == 0 ? "" : ",");
      text_add(&text, i < 0 ? names[f] : of->rows[order[i]].field[f]);
    }
    text_add(&text, "\n");
  }
  if (read_text(load, "sales", NULL, text.bytes, piece, &error) != CRM_OK) {
    fail_msg("%s", error.message);
  }
  text_free(&text);
  return commit(store, load);
}

static const char *const people =
    "customer,kind,joined,region,version\nc4,internal,2020-01-01,north,\n5,anonymous,,,\nc6,person,2021-05-05,south,1\n"
    "7,business,2030-01-01,,\nq1,person,2020-02-02,,\nq2,,,,\nq3,person,2035-01-01,,\n";

static crm_store *settled(void)
{
  static const char *const anonymous[] = {"c8"};
  crm_store_options options = CRM_STORE_OPTIONS_INIT;
  options.anonymous = anonymous;
  options.anonymous_count = 1;
  options.day_start = INT64_C(3) * 3600 * 1000000;
  return store_new(&options);
}

static void compare(const crm_store *store, const text_buffer *expected, int ledger, const char *what, uint64_t seed)
{
  text_buffer now = TEXT_BUFFER_INIT;
  char full[128];
  (void)snprintf(full, sizeof full, "%s, seed %d", what, (int)seed);
  text_add_store(&now, store, ledger);
  assert_text_same(expected, &now, full);
  text_free(&now);
}

/* Rows permuted and cut anywhere, and the same load again. */
static void test_permuted(void **state)
{
  static const int32_t sizes[] = {1, 2, 3, 7, 1000};
  static world of;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 12; seed++) {
    text_buffer expected = TEXT_BUFFER_INIT;
    crm_store *store = settled();
    crm_load_counts first;
    int32_t i;
    make_world(&of, seed, 1 + (int32_t)(seed % 3));
    first = load_all(store, &of, NULL, 1000);
    put(store, "customers", people, "");
    text_add_store(&expected, store, 1);
    crm_store_free(store);
    for (i = 0; i < 6; i++) {
      dice turn = dice_of(seed * 100 + (uint64_t)i);
      crm_load_counts counts;
      int64_t version;
      store = settled();
      if (i % 2) {
        put(store, "customers", people, "");
      }
      counts = i < 5 ? load_all(store, &of, &turn, sizes[i]) : load_csv(store, &of, &turn, 5);
      assert_counts(counts, first.accepted, first.duplicate, first.rejected);
      assert_int_equal(counts.amount_in, first.amount_in);
      assert_int_equal(counts.amount_accepted, first.amount_accepted);
      assert_int_equal(counts.rounded, first.rounded);
      if (i % 2 == 0) {
        put(store, "customers", people, "");
      }
      compare(store, &expected, 1, "permuted", seed);
      version = crm_store_version(store);
      if (first.rejected == 0) {
        counts = load_csv(store, &of, &turn, 0);
        assert_counts(counts, 0, of.count, 0);
        assert_int_equal(crm_store_version(store), version);
        compare(store, &expected, 1, "the same again", seed);
      }
      crm_store_free(store);
    }
    text_free(&expected);
  }
}

/* Which rows belong to the document (and version) of a row. */
static void mark_same(const world *of, int32_t index, int version_too, char *wanted)
{
  int32_t i;
  for (i = 0; i < of->count; i++) {
    wanted[i] = strcmp(of->rows[i].field[0], of->rows[index].field[0]) == 0 &&
                (!version_too || strcmp(of->rows[i].field[1], of->rows[index].field[1]) == 0);
  }
}

/* Every version of every document as a load of its own, in any order, with undone loads between: like one big load. */
static void test_incremental(void **state)
{
  static world of;
  static world other;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 12; seed++) {
    text_buffer expected = TEXT_BUFFER_INIT;
    crm_store *store = settled();
    int turn;
    make_world(&of, seed + 1000, 1 + (int32_t)(seed % 4));
    make_world(&other, seed + 2000, 3);
    load_all(store, &of, NULL, 1000);
    put(store, "customers", people, "");
    text_add_store(&expected, store, 0);
    crm_store_free(store);
    for (turn = 0; turn < 3; turn++) {
      dice random = dice_of(seed * 10 + (uint64_t)turn);
      int32_t order[ROWS];
      char done[ROWS] = {0};
      int32_t i;
      int32_t k;
      store = settled();
      shuffle(order, of.count, &random);
      for (i = 0; i < of.count; i++) {
        char wanted[ROWS];
        crm_load *load;
        if (done[order[i]]) {
          continue;
        }
        mark_same(&of, order[i], 1, wanted);
        for (k = 0; k < of.count; k++) {
          done[k] = (char)(done[k] | wanted[k]);
        }
        if (dice_below(&random, 8) == 0) {
          int32_t plain[ROWS];
          text_buffer before = TEXT_BUFFER_INIT;
          text_add_store(&before, store, 1);
          shuffle(plain, other.count, NULL);
          load = begin(store);
          append_rows(load, &other, plain, 0, dice_below(&random, other.count), NULL);
          if (dice_below(&random, 2)) {
            append_rows(load, &other, plain, 0, other.count, NULL);
          }
          crm_load_free(load);
          assert_verifies(store);
          compare(store, &before, 1, "undone", seed);
          text_free(&before);
        }
        load = begin(store);
        append_rows(load, &of, order, 0, of.count, wanted);
        commit(store, load);
        if (dice_below(&random, 10) == 0) {
          put(store, "customers", people, "");
        }
      }
      put(store, "customers", people, "");
      compare(store, &expected, 0, "load by load", seed);
      crm_store_free(store);
    }
    text_free(&expected);
  }
}

/* What a document's higher version replaces leaves no trace: like a store that has seen the last versions alone. */
static void test_replaced_leave_nothing(void **state)
{
  static world of;
  static world last;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 12; seed++) {
    text_buffer expected = TEXT_BUFFER_INIT;
    crm_store *store = settled();
    int32_t i;
    int32_t k;
    make_world(&of, seed + 3000, 4);
    last.count = 0;
    for (i = 0; i < of.count; i++) {
      int newest = 1;
      for (k = 0; k < of.count; k++) {
        newest &= strcmp(of.rows[k].field[0], of.rows[i].field[0]) != 0 ||
                  atoi(of.rows[k].field[1]) <= atoi(of.rows[i].field[1]);
      }
      if (newest) {
        last.rows[last.count++] = of.rows[i];
      }
    }
    load_all(store, &last, NULL, 1000);
    text_add_store(&expected, store, 1);
    crm_store_free(store);
    store = settled();
    for (k = 0; k < 4; k++) {
      char wanted[ROWS];
      int32_t order[ROWS];
      crm_load *load = begin(store);
      shuffle(order, of.count, NULL);
      for (i = 0; i < of.count; i++) {
        wanted[i] = atoi(of.rows[i].field[1]) == k;
      }
      append_rows(load, &of, order, 0, of.count, wanted);
      commit(store, load);
    }
    compare(store, &expected, 1, "replaced", seed);
    crm_store_free(store);
    text_free(&expected);
  }
}

/* Rows that make their documents by content, permuted and sent again. */
static void test_made_documents(void **state)
{
  static world of;
  uint64_t seed;
  (void)state;
  for (seed = 1; seed <= 10; seed++) {
    text_buffer expected = TEXT_BUFFER_INIT;
    int turn;
    int64_t accepted = 0;
    make_world(&of, seed + 4000, 1);
    for (turn = 0; turn < 3; turn++) {
      dice random = dice_of(seed * 50 + (uint64_t)turn);
      crm_csv csv = CRM_CSV_INIT;
      crm_store *store = settled();
      text_buffer text = TEXT_BUFFER_INIT;
      int32_t order[ROWS];
      int32_t i;
      int f;
      int again;
      csv.document = seed % 2 ? CRM_DOCUMENT_ROW : CRM_DOCUMENT_CUSTOMER_TIME;
      shuffle(order, of.count, turn == 0 ? NULL : &random);
      for (i = -1; i < of.count; i++) {
        const row *r = &of.rows[i < 0 ? 0 : order[i]];
        for (f = 2; f < 12; f++) {
          /* few distinct times, so that visits have several rows and rows repeat */
          text_add(&text, f == 2 ? "" : ",");
          if (f == 2 && i >= 0) {
            text_add_bytes(&text, r->field[2], 8);
            text_add(&text, "01");
          } else {
            text_add(&text, i < 0 ? names[f] : r->field[f]);
          }
        }
        text_add(&text, "\n");
        if (i > 0 && i % 9 == 0 && turn == 0) {
          of.rows[i] = of.rows[i - 1];
        }
      }
      for (again = 0; again < 2; again++) {
        crm_load *load = begin(store);
        crm_load_counts counts;
        assert_int_equal(read_text(load, "sales", &csv, text.bytes, 0, NULL), CRM_OK);
        counts = commit(store, load);
        if (turn > 0) {
          assert_counts(counts, again ? 0 : accepted, again ? accepted : 0, 0);
        }
        accepted = again == 0 ? counts.accepted : accepted;
      }
      if (turn == 1) {
        text_add_store(&expected, store, 1);
      } else if (turn == 2) {
        compare(store, &expected, 1, "made documents", seed);
      }
      text_free(&text);
      crm_store_free(store);
    }
    text_free(&expected);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_permuted),
      cmocka_unit_test(test_incremental),
      cmocka_unit_test(test_replaced_leave_nothing),
      cmocka_unit_test(test_made_documents),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
