/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Bytes as a sequence of calls: sales, new versions, returns, voids, merges, erased and forgotten customers, sales
 * posted at a till. Beside the store stands the naive model below. In the end the store has to verify, money of each
 * customer has to be the model's, the till has to say what a pyramid says, and a fresh store that gets the model's
 * facts in one load, backwards, has to answer the same. */

#define CUSTOMERS 8
#define DOCUMENTS 24
#define CALLS 200
#define DAY_ONE 19723   /* 2024-01-01 */

typedef struct document {
  int32_t version;      /* -1: not there */
  int32_t customer;
  int32_t day;
  int32_t what;         /* sale, return, void */
  int32_t amount;
} document;

typedef struct world {
  fuzz_bytes in;
  crm_store *store;
  crm_till *till;
  document documents[DOCUMENTS];
  document posted[DOCUMENTS];   /* at the till, and not loaded yet */
  int32_t merges[CUSTOMERS];    /* into which customer, -1: none */
  int32_t erased[CUSTOMERS];
  int32_t merge_version;
  int32_t loose;                /* sales without a document have been posted since the last sync */
} world;

enum { SALE, RETURN, VOID };

static const char *const kinds[] = { "sale", "return", "void" };
static const char *const names[CUSTOMERS] = { "1", "2", "10", "anna", "bob", "-3", "007", "zoe" };

/* ---- the model ---- */

/* Who stands for a customer: the lowest of those that merges join. */
static void join(const world *w, int32_t *group)
{
  int32_t round;
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    group[i] = i;
  }
  for (round = 0; round < CUSTOMERS; round++) {
    for (i = 0; i < CUSTOMERS; i++) {
      int32_t into = w->merges[i];
      if (into >= 0) {
        int32_t low = group[i] < group[into] ? group[i] : group[into];
        group[i] = low;
        group[into] = low;
      }
    }
  }
}

static int64_t money_of(const world *w, const int32_t *group, int32_t customer)
{
  int64_t sum = 0;
  int32_t d;
  for (d = 0; d < DOCUMENTS; d++) {
    const document *of = &w->documents[d];
    if (of->version >= 0 && of->what != VOID && group[of->customer] == group[customer]) {
      sum += of->what == RETURN ? -of->amount : of->amount;
    }
  }
  return sum;
}

/* ---- facts as text ---- */

static int put_sale(char *line, size_t room, int32_t number, const document *of)
{
  return snprintf(line, room, "d%d,%d,2024-%02d-%02d,%s,%s,%d.%02d\n", (int)number, (int)of->version,
                  (int)(of->day / 28 + 1), (int)(of->day % 28 + 1), names[of->customer], kinds[of->what],
                  (int)(of->amount / 100), (int)(of->amount % 100));
}

static int64_t instant_of(int32_t day)
{
  static const int32_t starts[] = { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274 };
  return (INT64_C(19723) + starts[day / 28] + day % 28) * CRM_DAY;
}

static const char sales_header[] = "document,version,time,customer,kind,amount\n";

/* A load of one text; answers the accepted rows. */
static int64_t load_text(crm_store *store, const char *table, const char *text)
{
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  NEED_WHY(crm_load_begin(store, NULL, &load, &error) == CRM_OK, &error);
  NEED_WHY(fuzz_read(load, table, NULL, text, strlen(text), 0, &error) == CRM_OK, &error);
  NEED_WHY(crm_load_commit(load, &error) == CRM_OK, &error);
  NEED(crm_load_count(load, table, &counts, NULL) == CRM_OK);
  crm_load_free(load);
  return counts.accepted;
}

static void load_document(world *w, int32_t number, const document *of)
{
  char text[160];
  document *known = &w->documents[number];
  int64_t accepted;
  memcpy(text, sales_header, sizeof sales_header);
  (void)put_sale(text + sizeof sales_header - 1, sizeof text - sizeof sales_header, number, of);
  accepted = load_text(w->store, "sales", text);
  NEED(accepted == (of->version > known->version));
  if (accepted > 0) {
    *known = *of;
    w->posted[number].version = -1;
  }
}

/* ---- calls ---- */

static document some_sale(world *w)
{
  document of;
  of.version = fuzz_below(&w->in, 4);
  of.customer = fuzz_below(&w->in, CUSTOMERS);
  of.day = fuzz_below(&w->in, 250);
  of.what = fuzz_below(&w->in, 8);
  of.what = of.what == 7 ? VOID : of.what == 6 ? RETURN : SALE;
  of.amount = fuzz_below(&w->in, 256) * 10 + fuzz_below(&w->in, 3);
  return of;
}

static void sync(world *w)
{
  crm_error error = CRM_ERROR_INIT;
  NEED_WHY(crm_till_sync(w->till, &error) == CRM_OK, &error);
  w->loose = 0;
}

static void call_load(world *w)
{
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = some_sale(w);
  load_document(w, number, &of);
  sync(w);
}

static void call_merge(world *w)
{
  char text[96];
  int32_t from = fuzz_below(&w->in, CUSTOMERS);
  int32_t into = fuzz_below(&w->in, CUSTOMERS);
  int32_t undone = fuzz_below(&w->in, 4) == 0;
  int64_t accepted;
  (void)snprintf(text, sizeof text, "customer,into,undone,version\n%s,%s,%s,%d\n", names[from], names[into],
                 undone ? "true" : "", (int)++w->merge_version);
  accepted = load_text(w->store, "merges", text);
  NEED(accepted == (from != into));
  if (accepted > 0) {
    w->merges[from] = undone ? -1 : into;
  }
  sync(w);
}

static void call_post(world *w)
{
  char name[16];
  crm_sale sale = CRM_SALE_INIT;
  crm_customer_standing before = CRM_CUSTOMER_STANDING_INIT;
  crm_customer_standing after = CRM_CUSTOMER_STANDING_INIT;
  crm_error error = CRM_ERROR_INIT;
  int32_t number = fuzz_below(&w->in, DOCUMENTS);
  document of = some_sale(w);
  int known = w->documents[number].version >= 0 || w->posted[number].version >= 0;
  of.version = 0;
  of.what = of.what == VOID ? SALE : of.what;
  (void)snprintf(name, sizeof name, "d%d", (int)number);
  sale.kind = of.what == RETURN ? CRM_SALE_RETURN : CRM_SALE_SALE;
  sale.customer = names[of.customer];
  sale.document = known ? NULL : name;
  sale.time = instant_of(of.day);
  sale.amount = of.amount;
  NEED_WHY(crm_till_preview(w->till, &sale, &before, &error) == CRM_OK, &error);
  NEED_WHY(crm_till_post(w->till, &sale, &after, &error) == CRM_OK, &error);
  NEED(before.tier == after.tier && before.rank == after.rank && before.spend == after.spend &&
       before.gap == after.gap && before.population == after.population);
  if (known) {
    w->loose = 1;
  } else {
    w->posted[number] = of;
  }
}

static void call_settle(world *w)
{
  int32_t d;
  for (d = 0; d < DOCUMENTS; d++) {
    if (w->posted[d].version >= 0) {
      document of = w->posted[d];
      load_document(w, d, &of);
    }
  }
  sync(w);
  NEED(crm_till_posted(w->till) == 0);
}

static void call_forget(world *w)
{
  int32_t group[CUSTOMERS];
  int32_t customer = fuzz_below(&w->in, CUSTOMERS);
  int32_t i;
  crm_table *receipt = NULL;
  crm_status status;
  call_settle(w);
  join(w, group);
  status = crm_identity_forget(w->store, &names[customer], 1, &receipt, NULL);
  NEED(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
  crm_table_free(receipt);
  sync(w);
  if (status != CRM_OK) {
    NEED(w->erased[customer] || money_of(w, group, customer) == 0);
    return;
  }
  for (i = 0; i < DOCUMENTS; i++) {
    if (w->documents[i].version >= 0 && group[w->documents[i].customer] == group[customer]) {
      w->documents[i].version = -1;
    }
  }
  for (i = 0; i < CUSTOMERS; i++) {
    if (group[i] == group[customer]) {
      w->merges[i] = -1;
      w->erased[i] = 0;
    }
  }
}

static void call_erase(world *w)
{
  int32_t group[CUSTOMERS];
  int32_t customer = fuzz_below(&w->in, CUSTOMERS);
  int32_t i;
  crm_table *receipt = NULL;
  crm_status status;
  call_settle(w);
  join(w, group);
  status = crm_identity_erase(w->store, &names[customer], 1, &receipt, NULL);
  NEED(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
  crm_table_free(receipt);
  sync(w);
  for (i = 0; status == CRM_OK && i < CUSTOMERS; i++) {
    w->erased[i] |= group[i] == group[customer];
  }
}

static void step(world *w)
{
  switch (fuzz_below(&w->in, 16)) {
  case 0: case 1: case 2:
    call_merge(w);
    break;
  case 3: case 4: case 5:
    call_post(w);
    break;
  case 6:
    call_settle(w);
    break;
  case 7:
    call_forget(w);
    break;
  case 8:
    call_erase(w);
    break;
  default:
    call_load(w);
    break;
  }
}

/* ---- what has to hold ---- */

static crm_scope whole(void)
{
  crm_scope scope = CRM_SCOPE_INIT;
  scope.as_of = INT64_C(20089) * CRM_DAY;   /* 2025-01-01 */
  return scope;
}

static void check_till(const world *w, const crm_pyramid *pyramid)
{
  int32_t group[CUSTOMERS];
  int32_t i;
  join(w, group);
  for (i = 0; i < CUSTOMERS; i++) {
    crm_standing by = CRM_STANDING_INIT;
    crm_customer_standing is = CRM_CUSTOMER_STANDING_INIT;
    crm_status status = crm_pyramid_find(pyramid, names[i], &by, NULL);
    crm_status told = crm_till_standing(w->till, names[i], &is, NULL);
    if (w->erased[i]) {   /* a till knows an erased key again */
      NEED(told != CRM_OK || is.spend == money_of(w, group, i));
      continue;
    }
    NEED(status == told);
    NEED(status == CRM_OK || status == CRM_ERROR_NOT_FOUND);
    if (status == CRM_OK) {
      NEED(by.tier == is.tier && by.rank == is.rank && by.value == is.spend && by.gap == is.gap);
      NEED(by.margin == is.margin && by.population == is.population);
    }
  }
}

static void check_money(const world *w, const crm_pyramid *pyramid)
{
  int32_t group[CUSTOMERS];
  int32_t i;
  join(w, group);
  for (i = 0; i < CUSTOMERS; i++) {
    crm_standing by = CRM_STANDING_INIT;
    int64_t money = money_of(w, group, i);
    crm_status status = crm_pyramid_find(pyramid, names[i], &by, NULL);
    if (w->erased[i]) {
      NEED(status == CRM_ERROR_NOT_FOUND);
    } else {
      NEED(status == CRM_OK ? by.value == money : money == 0);
    }
  }
}

/* The model's facts in one load, the last document first. */
static crm_store *fresh_store(const world *w)
{
  crm_store *store = NULL;
  fuzz_text merges = FUZZ_TEXT_INIT;
  fuzz_text sales = FUZZ_TEXT_INIT;
  char line[160];
  int32_t i;
  NEED(crm_store_create(NULL, NULL, &store, NULL) == CRM_OK);
  fuzz_text_add(&sales, sales_header, sizeof sales_header - 1);
  for (i = DOCUMENTS - 1; i >= 0; i--) {
    if (w->documents[i].version >= 0) {
      fuzz_text_add(&sales, line, (size_t)put_sale(line, sizeof line, i, &w->documents[i]));
    }
  }
  fuzz_text_add(&sales, "", 1);
  fuzz_text_add(&merges, "customer,into\n", 14);
  for (i = CUSTOMERS - 1; i >= 0; i--) {
    if (w->merges[i] >= 0) {
      fuzz_text_add(&merges, line, (size_t)snprintf(line, sizeof line, "%s,%s\n", names[i], names[w->merges[i]]));
    }
  }
  fuzz_text_add(&merges, "", 1);
  (void)load_text(store, "sales", sales.bytes);
  (void)load_text(store, "merges", merges.bytes);
  fuzz_text_free(&sales);
  fuzz_text_free(&merges);
  return store;
}

static void check_answers(const world *w, int64_t as_of)
{
  fuzz_text expected = FUZZ_TEXT_INIT;
  fuzz_text actual = FUZZ_TEXT_INIT;
  crm_store *fresh = fresh_store(w);
  fuzz_text_answers(&expected, fresh, as_of);
  fuzz_text_answers(&actual, w->store, as_of);
  fuzz_need_same(&expected, &actual);
  fuzz_text_free(&expected);
  fuzz_text_free(&actual);
  crm_store_free(fresh);
}

static void check(world *w)
{
  crm_scope scope = whole();
  crm_pyramid *pyramid = NULL;
  crm_error error = CRM_ERROR_INIT;
  call_settle(w);
  NEED_WHY(crm_store_verify(w->store, &error) == CRM_OK, &error);
  NEED_WHY(crm_pyramid_compute(w->store, &scope, NULL, &pyramid, &error) == CRM_OK, &error);
  check_till(w, pyramid);
  check_money(w, pyramid);
  crm_pyramid_free(pyramid);
  check_answers(w, scope.as_of);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  crm_scope scope = whole();
  crm_error error = CRM_ERROR_INIT;
  world *w = fuzz_room(sizeof *w);
  int32_t calls = 0;
  int32_t i;
  memset(w, 0, sizeof *w);
  w->in.at = data;
  w->in.left = size;
  for (i = 0; i < DOCUMENTS; i++) {
    w->documents[i].version = -1;
    w->posted[i].version = -1;
  }
  for (i = 0; i < CUSTOMERS; i++) {
    w->merges[i] = -1;
  }
  NEED(crm_store_create(fuzz_config(), NULL, &w->store, NULL) == CRM_OK);
  NEED_WHY(crm_till_create(w->store, &scope, NULL, &w->till, &error) == CRM_OK, &error);
  while (w->in.left > 0 && calls++ < CALLS) {
    step(w);
    if (calls % 32 == 0) {
      check(w);
    }
  }
  check(w);
  crm_till_free(w->till);
  crm_store_free(w->store);
  free(w);
  return 0;
}
