/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/script.h"

#include <string.h>

/* Calls that bring facts, take them back, and post sales at the till. */

/* ---- loads ---- */

/* A load of one text of a table. *accepted: its rows that were. With `end` the load is freed before its commit. */
static crm_status load_text(crm_store *store, const crm_load_options *options, const char *table, const char *header,
                            fuzz_text *rows, int end, int64_t *accepted, crm_error *error)
{
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_load *load = NULL;
  fuzz_text text = FUZZ_TEXT_INIT;
  crm_status status = crm_load_begin(store, options, &load, error);
  *accepted = 0;
  fuzz_text_add(&text, header, strlen(header));
  fuzz_text_add(&text, rows->bytes, rows->length);
  if (status == CRM_OK) {
    status = fuzz_read(load, table, NULL, text.bytes, text.length, 0, error);
  }
  if (status == CRM_OK && !end) {
    status = crm_load_commit(load, error);
    NEED(crm_load_count(load, table, &counts, NULL) == CRM_OK);
    *accepted = counts.accepted;
  }
  crm_load_free(load);
  fuzz_text_free(&text);
  fuzz_text_free(rows);
  return status;
}

static int64_t put_text(world *w, const char *table, const char *header, fuzz_text *rows)
{
  crm_error error = CRM_ERROR_INIT;
  int64_t accepted = 0;
  crm_status status = load_text(w->store, NULL, table, header, rows, 0, &accepted, &error);
  NEED_WHY(status == CRM_OK, &error);
  return accepted;
}

crm_status script_load(world *w, int32_t number, const document *of, int64_t *accepted, crm_error *error)
{
  fuzz_text rows = FUZZ_TEXT_INIT;
  script_put_sale(&rows, number, of);
  return load_text(w->store, NULL, "sales", script_sales, &rows, 0, accepted, error);
}

document script_document(world *w)
{
  document of;
  of.version = fuzz_below(&w->in, 4);
  of.customer = fuzz_below(&w->in, CUSTOMERS);
  of.day = fuzz_below(&w->in, 250);
  of.what = fuzz_below(&w->in, 16);
  of.customer = of.what == 15 ? -1 : of.customer;
  of.what = of.what >= 14 ? VOID : of.what == 13 ? QUOTE : of.what >= 11 ? RETURN : SALE;
  of.amount = fuzz_below(&w->in, 256) * 10 + fuzz_below(&w->in, 3);
  return of;
}

static void take_document(world *w, int32_t number, const document *of)
{
  w->facts.documents[number] = *of;
  w->posted[number].version = -1;
}

static void put_document(world *w, int32_t number, const document *of)
{
  crm_error error = CRM_ERROR_INIT;
  int64_t accepted = 0;
  int32_t lines = number % 5 == 0 ? 2 : 1;
  crm_status status = script_load(w, number, of, &accepted, &error);
  NEED_WHY(status == CRM_OK, &error);
  NEED(accepted == (of->version > w->facts.documents[number].version ? lines : 0));
  if (accepted > 0) {
    take_document(w, number, of);
  }
}

static void call_load(world *w)
{
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = script_document(w);
  put_document(w, number, &of);
}

/* Two documents in one load, which replaces what is there under the same version. */
static void call_replace(world *w)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  fuzz_text rows = FUZZ_TEXT_INIT;
  int64_t accepted = 0;
  int32_t number = fuzz_below(&w->in, DOCUMENTS - 1);
  document two[2];
  crm_status status;
  int32_t i;
  for (i = 0; i < 2; i++) {
    two[i] = script_document(w);
    script_put_sale(&rows, number + i, &two[i]);
  }
  options.replace = 1;
  status = load_text(w->store, &options, "sales", script_sales, &rows, 0, &accepted, &error);
  NEED_WHY(status == CRM_OK, &error);
  for (i = 0; i < 2; i++) {
    if (two[i].version >= w->facts.documents[number + i].version) {
      take_document(w, number + i, &two[i]);
    }
  }
}

/* A load that is never committed, or refused as a whole: nothing has happened. */
static void call_undone(world *w)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  fuzz_text rows = FUZZ_TEXT_INIT;
  int64_t accepted = 0;
  int64_t version = crm_store_version(w->store);
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = script_document(w);
  int refused = fuzz_below(&w->in, 2);
  crm_status status;
  script_put_sale(&rows, number, &of);
  if (refused) {
    fuzz_text_add(&rows, "x,0,never,1,sale,1,,\n", 21);
    options.all_or_nothing = 1;
  }
  status = load_text(w->store, &options, "sales", script_sales, &rows, !refused, &accepted, &error);
  NEED(status == (refused ? CRM_ERROR_VALUE : CRM_OK) || (refused && status == CRM_ERROR_CONFLICT));
  NEED(crm_store_version(w->store) == version);
}

static void call_person(world *w)
{
  fuzz_text rows = FUZZ_TEXT_INIT;
  int32_t customer = fuzz_below(&w->in, CUSTOMERS);
  person of;
  int64_t accepted;
  of.version = fuzz_below(&w->in, 6);
  of.kind = fuzz_below(&w->in, 8) % 5;
  of.kind = of.kind == 4 ? PERSON : of.kind;
  of.joined = fuzz_below(&w->in, 4) == 0 ? -1 : fuzz_below(&w->in, 250);
  script_put_person(&rows, customer, &of);
  accepted = put_text(w, "customers", script_customers, &rows);
  NEED(accepted == (of.version > w->facts.people[customer].version));
  if (accepted > 0) {
    w->facts.people[customer] = of;
  }
}

static void call_merge(world *w)
{
  fuzz_text rows = FUZZ_TEXT_INIT;
  int32_t from = fuzz_below(&w->in, CUSTOMERS);
  merge of;
  int64_t accepted;
  of.into = fuzz_below(&w->in, CUSTOMERS);
  of.undone = fuzz_below(&w->in, 4) == 0;
  of.version = ++w->merge_version;
  script_put_merge(&rows, from, &of);
  accepted = put_text(w, "merges", script_merges, &rows);
  NEED(accepted == (from != of.into));
  if (accepted > 0) {
    w->facts.merges[from] = of;
  }
}

static void call_row(world *w)
{
  fuzz_text rows = FUZZ_TEXT_INIT;
  int32_t table = fuzz_below(&w->in, TABLES);
  int32_t number = fuzz_below(&w->in, NUMBERS);
  row of;
  row *known = &w->facts.rows[table][number];
  int64_t accepted;
  of.version = fuzz_below(&w->in, 6);
  of.customer = table == OWNERSHIP ? 2 * number : fuzz_below(&w->in, CUSTOMERS);
  of.customer = table == STAGES || table == PRODUCTS ? -1 : of.customer;
  of.salt = fuzz_below(&w->in, 250);
  script_put_row(&rows, table, number, &of);
  accepted = put_text(w, script_tables[table], script_headers[table], &rows);
  NEED(accepted == (of.version > known->version));
  if (accepted > 0) {
    *known = of;
  }
}

static void call_attribute(world *w)
{
  int32_t type = fuzz_below(&w->in, 2) == 0 ? CRM_TYPE_TEXT : CRM_TYPE_DECIMAL;
  crm_status status = crm_store_attribute(w->store, "products", SCRIPT_ATTRIBUTE, type, NULL);
  int other = w->facts.attribute != 0 && w->facts.attribute != type;
  NEED(status == (other ? CRM_ERROR_CONFLICT : CRM_OK));
  w->facts.attribute = other ? w->facts.attribute : type;
}

/* ---- the till ---- */

void script_open_till(world *w)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_till_options options = CRM_TILL_OPTIONS_INIT;
  crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  int32_t i;
  scope.as_of = w->as_of;
  options.window = w->window;
  options.days = w->days;
  pyramid.ties = w->ties;
  options.pyramid = &pyramid;
  NEED_WHY(crm_till_create(w->store, &scope, &options, &w->till, &error) == CRM_OK, &error);
  for (i = 0; i < DOCUMENTS; i++) {
    w->posted[i].version = -1;
  }
}

void script_sync(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  NEED_WHY(crm_till_sync(w->till, &error) == CRM_OK, &error);
}

static void call_post(world *w)
{
  char name[16];
  crm_sale sale = CRM_SALE_INIT;
  crm_customer_standing before = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing after = CRM_CUSTOMER_STANDING_INIT;
  crm_status status;
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = script_document(w);
  int known = w->facts.documents[number].version >= 0 || w->posted[number].version >= 0;
  of.version = 0;
  of.what = of.what == RETURN ? RETURN : SALE;
  of.customer = of.customer < 0 ? 0 : of.customer;
  (void)snprintf(name, sizeof name, "d%d", (int)number);
  sale.kind = of.what == RETURN ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = script_names[of.customer];
  sale.document = known ? NULL : name;
  sale.time = script_instant(of.day);
  sale.amount = of.amount;
  status = crm_till_preview(w->till, &sale, &before, NULL);
  NEED(status == crm_till_post(w->till, &sale, &after, NULL));
  NEED(status == CRM_OK || status == (sale.time >= w->as_of ? CRM_ERROR_RANGE : CRM_ERROR_NOT_FOUND));
  if (status != CRM_OK) {
    return;
  }
  NEED(before.tier == after.tier && before.rank == after.rank && before.spend == after.spend &&
       before.gap == after.gap && before.population == after.population);
  if (!known) {
    w->posted[number] = of;
  }
}

void script_settle(world *w)
{
  int32_t i;
  for (i = 0; i < DOCUMENTS; i++) {
    if (w->posted[i].version >= 0) {
      document of = w->posted[i];
      put_document(w, i, &of);
    }
  }
  script_sync(w);
  NEED(crm_till_posted(w->till) == 0);
}

static void call_advance(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  w->as_of += (1 + fuzz_below(&w->in, 60)) * CRM_DAY;
  NEED_WHY(crm_till_advance(w->till, w->as_of - 1, &error) == CRM_OK, &error);
  NEED(crm_till_as_of(w->till) == w->as_of);
}

/* The missing amount brings the tier, and one less does not. */
static void call_reach(world *w)
{
  crm_reach reach = CRM_REACH_INIT;
  crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
  crm_sale sale = CRM_SALE_INIT;
  int32_t tier = fuzz_below(&w->in, 4);
  sale.customer = script_names[fuzz_below(&w->in, CUSTOMERS)];
  sale.time = w->as_of - CRM_DAY;
  if (crm_till_reach(w->till, sale.customer, tier, CRM_TIME_UNSET_TO, &reach, NULL) != CRM_OK || !reach.attainable) {
    return;
  }
  sale.amount = reach.missing;
  NEED(crm_till_preview(w->till, &sale, &is, NULL) == CRM_OK && is.tier <= tier);
  if (reach.missing > 0) {
    sale.amount--;
    NEED(crm_till_preview(w->till, &sale, &is, NULL) == CRM_OK && is.tier > tier);
  }
}

/* ---- erasing and forgetting ---- */

static void call_remove(world *w, int forget)
{
  int32_t group[CUSTOMERS];
  int32_t customer = fuzz_below(&w->in, CUSTOMERS);
  crm_table *receipt = NULL;
  crm_status status;
  script_settle(w);
  model_join(&w->facts, group);
  status = forget ? crm_identity_forget(w->store, &script_names[customer], 1, &receipt, NULL)
                  : crm_identity_erase(w->store, &script_names[customer], 1, &receipt, NULL);
  NEED(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
  crm_table_free(receipt);
  if (status != CRM_OK) {
    NEED(w->facts.erased[customer] || !model_known(&w->facts, group, customer));
  } else if (forget) {
    model_forget(&w->facts, group, customer);
  } else {
    model_erase(&w->facts, group, customer);
  }
}

void script_fact(world *w)
{
  switch (fuzz_below(&w->in, 24)) {
  case 0: case 1: case 2:
    call_merge(w);
    break;
  case 3: case 4: case 5:
    call_post(w);
    return;   /* no commit: what has no document would be forgotten */
  case 6:
    script_settle(w);
    return;
  case 7:
    call_remove(w, 1);
    break;
  case 8:
    call_remove(w, 0);
    break;
  case 9: case 10:
    call_person(w);
    break;
  case 11: case 12: case 13:
    call_row(w);
    break;
  case 14:
    call_replace(w);
    break;
  case 15:
    call_undone(w);
    break;
  case 16:
    call_attribute(w);
    break;
  case 17:
    call_advance(w);
    return;
  case 18:
    call_reach(w);
    return;
  default:
    call_load(w);
    break;
  }
  script_sync(w);
}
