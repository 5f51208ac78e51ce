/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/same.h"

#include "store/reopened.h"
#include "store/store.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void same(int64_t a, int64_t b, const char *what, const char *member, uint64_t at)
{
  if (a != b) {
    fail_msg("%s: %s, number %ld: %ld where %ld is expected", what, member, (long)at, (long)b, (long)a);
  }
}

static void same_keys(const crm__intern *a, const crm__intern *b, const char *what, const char *member)
{
  uint32_t i;
  same((int64_t)a->count, (int64_t)b->count, what, member, 0);
  for (i = 0; i < a->count; i++) {
    uint32_t space_a;
    uint32_t space_b;
    crm__key x = crm__intern_key(a, i, &space_a);
    crm__key y = crm__intern_key(b, i, &space_b);
    if (space_a != space_b || crm__key_compare(x, y) != 0 || crm__intern_find(b, space_a, x) != i) {
      fail_msg("%s: key %ld of %s differs", what, (long)i, member);
    }
  }
}

static void same_column(const crm__column *a, const crm__column *b, const char *what, const char *member)
{
  uint64_t i;
  same((int64_t)a->length, (int64_t)b->length, what, member, UINT64_MAX);
  same(a->size, b->size, what, member, UINT64_MAX);
  for (i = 0; i < a->length; i++) {
    same(crm__column_get(a, i), crm__column_get(b, i), what, member, i);
  }
}

static void same_profiles(const crm_store *a, const crm_store *b, const char *what)
{
  uint64_t i;
  same((int64_t)a->profile_count, (int64_t)b->profile_count, what, "profiles", 0);
  for (i = 0; i < a->profile_count; i++) {
    const crm__measure *x = &a->measures[i];
    const crm__measure *y = &b->measures[i];
    same(x->first, y->first, what, "first", i);
    same(x->last, y->last, what, "last", i);
    same(x->money, y->money, what, "money", i);
    same(x->cost, y->cost, what, "cost", i);
    same(x->orders, y->orders, what, "orders", i);
    same(x->flags, y->flags, what, "flags", i);
    same(a->profiles[i].changed, b->profiles[i].changed, what, "changed", i);
    same(a->profiles[i].documents, b->profiles[i].documents, what, "documents", i);
    same(a->profiles[i].head, b->profiles[i].head, what, "head", i);
    same(crm__resolve(a, (uint32_t)i), crm__resolve(b, (uint32_t)i), what, "resolved", i);
  }
}

static void same_table(const crm_store *a, const crm_store *b, int32_t table, const char *what)
{
  const crm__dimension *x = &a->dimensions[table];
  const crm__dimension *y = &b->dimensions[table];
  const crm__tally *s = &a->tallies[table];
  const crm__tally *t = &b->tallies[table];
  const char *name = crm__schema(table)->name;
  int32_t i;
  same(a->attribute_count[table], b->attribute_count[table], what, name, 1000);
  for (i = 0; i < a->attribute_count[table]; i++) {
    assert_string_equal(a->attributes[table][i].name, b->attributes[table][i].name);
    same(a->attributes[table][i].cell, b->attributes[table][i].cell, what, name, 1001);
  }
  same_keys(&x->keys, &y->keys, what, name);
  same_column(&x->present, &y->present, what, name);
  same_column(&x->repeat, &y->repeat, what, name);
  for (i = crm__table_by_id(table); i < crm__table_width(a, table); i++) {
    same_column(&x->values[i], &y->values[i], what, crm__table_column_name(a, table, i));
    same((int64_t)x->budget[i], (int64_t)y->budget[i], what, "budget", (uint64_t)i);
  }
  same((int64_t)x->live, (int64_t)y->live, what, "live", (uint64_t)table);
  same(x->latest, y->latest, what, "latest", (uint64_t)table);
  same(s->rows, t->rows, what, "tally rows", (uint64_t)table);
  same(s->accepted, t->accepted, what, "accepted", (uint64_t)table);
  same(s->duplicate, t->duplicate, what, "duplicate", (uint64_t)table);
  same(s->rejected, t->rejected, what, "rejected", (uint64_t)table);
  same(s->rounded, t->rounded, what, "rounded", (uint64_t)table);
  same(s->amount_in, t->amount_in, what, "amount in", (uint64_t)table);
  same(s->amount_accepted, t->amount_accepted, what, "amount accepted", (uint64_t)table);
  same(s->ignored, t->ignored, what, "ignored", (uint64_t)table);
  same(s->touched, t->touched, what, "touched", (uint64_t)table);
}

static void same_scalars(const crm_store *a, const crm_store *b, const char *what)
{
  same(a->digits, b->digits, what, "digits", 0);
  same(a->quantity_digits, b->quantity_digits, what, "quantity digits", 0);
  same(a->returns, b->returns, what, "returns", 0);
  same(a->day_start, b->day_start, what, "day start", 0);
  same(a->currency, b->currency, what, "currency", 0);
  same(a->version, b->version, what, "version", 0);
  same(a->rekeyed, b->rekeyed, what, "rekeyed", 0);
  same(a->customer_count, b->customer_count, what, "customers", 0);
  same(a->document_count, b->document_count, what, "documents", 0);
  same((int64_t)a->line_count, (int64_t)b->line_count, what, "lines", 0);
  same(a->live_documents, b->live_documents, what, "live documents", 0);
  same(a->live_lines, b->live_lines, what, "live lines", 0);
  same(a->latest, b->latest, what, "latest", 0);
  same(a->earliest, b->earliest, what, "earliest", 0);
  same((int64_t)a->money_budget, (int64_t)b->money_budget, what, "money budget", 0);
  same((int64_t)a->quantity_budget, (int64_t)b->quantity_budget, what, "quantity budget", 0);
}

static void same_history(const crm_store *a, const crm_store *b, const char *what)
{
  uint64_t i;
  same(a->touched_since, b->touched_since, what, "touched since", 0);
  same(a->touched_count, b->touched_count, what, "touched", 0);
  for (i = 0; i < a->touched_count; i++) {
    same(a->touched[i], b->touched[i], what, "touched", i);
  }
  same((int64_t)a->turned_away_count, (int64_t)b->turned_away_count, what, "turned away", 0);
  for (i = 0; i < a->turned_away_count; i++) {
    same(a->turned_away[i].day, b->turned_away[i].day, what, "day turned away", i);
    same(a->turned_away[i].branch, b->turned_away[i].branch, what, "branch turned away", i);
    same(a->turned_away[i].rows, b->turned_away[i].rows, what, "rows turned away", i);
    same(a->turned_away[i].amount, b->turned_away[i].amount, what, "amount turned away", i);
  }
  same((int64_t)crm__reopened_count(a), (int64_t)crm__reopened_count(b), what, "reopened", 0);
  for (i = 0; a->reopened != NULL && b->reopened != NULL && i < CRM__REOPENED_MONTHS; i++) {
    same(a->reopened[i].documents, b->reopened[i].documents, what, "reopened documents", i);
    same(a->reopened[i].amount, b->reopened[i].amount, what, "reopened amount", i);
    same(a->reopened[i].version, b->reopened[i].version, what, "reopened version", i);
  }
}

void assert_store_same(const crm_store *expected, const crm_store *actual, const char *what)
{
  crm_store *a = (crm_store *)(uintptr_t)expected;   /* lists of columns are of what may be changed */
  crm_store *b = (crm_store *)(uintptr_t)actual;
  crm__column *x[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  crm__column *y[CRM__LINE_COLUMNS + CRM__DOCUMENT_COLUMNS];
  uint32_t lines = crm__line_columns(&a->lines, x);
  uint32_t all = lines + crm__document_columns(&a->documents, x + lines);
  uint32_t i;
  int32_t table;
  (void)crm__line_columns(&b->lines, y);
  (void)crm__document_columns(&b->documents, y + lines);
  same_scalars(a, b, what);
  same_keys(&a->customers, &b->customers, what, "customers");
  same_keys(&a->products, &b->products, what, "products");
  same_keys(&a->branches, &b->branches, what, "branches");
  same_keys(&a->names, &b->names, what, "names");
  same_keys(&a->opportunities, &b->opportunities, what, "opportunities");
  same_keys(&a->references, &b->references, what, "references");
  same_keys(&a->erased, &b->erased, what, "erased");
  same_keys(&a->documents.keys, &b->documents.keys, what, "documents");
  same_column(&a->erased_ids, &b->erased_ids, what, "ids of erased keys");
  same_column(&a->anonymous, &b->anonymous, what, "anonymous");
  for (i = 0; i < all; i++) {
    same_column(x[i], y[i], what, i < lines ? "column of lines" : "column of documents");
  }
  same_profiles(a, b, what);
  for (table = 0; table < CRM__TABLES; table++) {
    same_table(a, b, table, what);
  }
  same_history(a, b, what);
}
