/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/script.h"

#include <string.h>

const char *const script_names[CUSTOMERS] = { "1", "2", "10", "anna", "bob", "-3", "007", "zoe" };
const char *const script_tables[TABLES] = { "opportunities", "payments", "interactions", "stages", "ownership",
                                            "products" };
const char script_sales[] = "document,version,time,customer,kind,amount,product,branch\n";
const char script_customers[] = "customer,version,kind,joined\n";
const char script_merges[] = "customer,into,undone,version\n";
const char *const script_headers[TABLES] = {
  "opportunity,version,customer,created,closed,outcome,amount\n", "document,kind,version,customer,time,amount\n",
  "id,version,customer,time,channel\n", "id,version,opportunity,time,stage\n", "customer,owner,from,version\n",
  "product,version,category,list_price\n",
};

/* In the order of keys. */
static const int32_t ranks[CUSTOMERS] = { 1, 2, 3, 5, 6, 0, 4, 7 };

void model_clear(model *facts)
{
  int32_t i;
  int32_t table;
  memset(facts, 0, sizeof *facts);
  for (i = 0; i < DOCUMENTS; i++) {
    facts->documents[i].version = -1;
  }
  for (i = 0; i < CUSTOMERS; i++) {
    facts->people[i].version = -1;
    facts->merges[i].version = -1;
  }
  for (table = 0; table < TABLES; table++) {
    for (i = 0; i < NUMBERS; i++) {
      facts->rows[table][i].version = -1;
    }
  }
}

/* ---- who is who ---- */

/* Into whom a customer was merged; -1: nobody. */
static int32_t into(const model *facts, int32_t customer)
{
  const merge *of = &facts->merges[customer];
  return of->version < 0 || of->undone ? -1 : of->into;
}

void model_join(const model *facts, int32_t *group)
{
  int32_t round;
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    group[i] = i;
  }
  for (round = 0; round < CUSTOMERS; round++) {
    for (i = 0; i < CUSTOMERS; i++) {
      int32_t other = into(facts, i);
      if (other >= 0) {
        int32_t low = group[i] < group[other] ? group[i] : group[other];
        group[i] = low;
        group[other] = low;
      }
    }
  }
}

/* Who stands for a customer: the end of its merges, or the lowest key of the ring that they lead into. */
static int32_t stands(const model *facts, int32_t customer)
{
  int32_t step;
  int32_t low;
  for (step = 0; step < CUSTOMERS; step++) {
    if (into(facts, customer) < 0) {
      return customer;
    }
    customer = into(facts, customer);
  }
  low = customer;
  for (step = 0; step < CUSTOMERS; step++) {
    customer = into(facts, customer);
    low = ranks[customer] < ranks[low] ? customer : low;
  }
  return low;
}

/* Whose row in customers speaks for a customer; -1: there is none. */
static int32_t speaks(const model *facts, const int32_t *group, int32_t customer)
{
  int32_t found = stands(facts, customer);
  int32_t i;
  if (facts->people[found].version >= 0) {
    return found;
  }
  found = -1;
  for (i = 0; i < CUSTOMERS; i++) {
    if (group[i] == group[customer] && facts->people[i].version >= 0 && (found < 0 || ranks[i] < ranks[found])) {
      found = i;
    }
  }
  return found;
}

int model_certain(const model *facts, const int32_t *group, int32_t customer)
{
  int erased = 0;
  int rows = 0;
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    if (group[i] == group[customer]) {
      erased |= facts->erased[i];
      rows += facts->people[i].version >= 0;
    }
  }
  return !erased || rows < 2;
}

int model_counts(const model *facts, const int32_t *group, int32_t customer)
{
  int32_t who = speaks(facts, group, customer);
  return who < 0 || facts->people[who].kind <= BUSINESS;
}

int64_t model_money(const model *facts, const int32_t *group, int32_t customer, int64_t from, int64_t to)
{
  int64_t sum = 0;
  int32_t i;
  for (i = 0; i < DOCUMENTS; i++) {
    const document *of = &facts->documents[i];
    int64_t time = script_instant(of->day);
    if (of->version >= 0 && of->what <= RETURN && of->customer >= 0 && group[of->customer] == group[customer] &&
        time >= from && time < to) {
      sum += of->what == RETURN ? -of->amount : of->amount;
    }
  }
  return sum;
}

int model_known(const model *facts, const int32_t *group, int32_t customer)
{
  int32_t i;
  int known = 0;
  for (i = 0; i < CUSTOMERS; i++) {
    known |= facts->people[i].version >= 0 && group[i] == group[customer];
  }
  for (i = 0; i < DOCUMENTS; i++) {
    const document *of = &facts->documents[i];
    known |= of->version >= 0 && of->customer >= 0 && group[of->customer] == group[customer];
  }
  return known;
}

/* ---- forgetting and erasing ---- */

static int names(const int32_t *group, int32_t customer, int32_t whom)
{
  return whom >= 0 && group[whom] == group[customer];
}

static void forget_rows(model *facts, const int32_t *group, int32_t customer)
{
  int32_t table;
  int32_t i;
  for (i = 0; i < NUMBERS; i++) {
    const row *of = &facts->rows[OPPORTUNITIES][i];
    if (of->version >= 0 && names(group, customer, of->customer)) {
      facts->rows[STAGES][i].version = -1;
    }
  }
  for (table = 0; table < TABLES; table++) {
    for (i = 0; i < NUMBERS; i++) {
      if (names(group, customer, facts->rows[table][i].customer)) {
        facts->rows[table][i].version = -1;
      }
    }
  }
}

void model_forget(model *facts, const int32_t *group, int32_t customer)
{
  int32_t i;
  for (i = 0; i < DOCUMENTS; i++) {
    if (names(group, customer, facts->documents[i].customer)) {
      facts->documents[i].version = -1;
    }
  }
  forget_rows(facts, group, customer);
  for (i = 0; i < CUSTOMERS; i++) {
    if (group[i] == group[customer]) {
      facts->people[i].version = -1;
      facts->erased[i] = 0;
    }
    if (group[i] == group[customer] || names(group, customer, facts->merges[i].into)) {
      facts->merges[i].version = -1;
    }
  }
}

void model_erase(model *facts, const int32_t *group, int32_t customer)
{
  int32_t i;
  for (i = 0; i < CUSTOMERS; i++) {
    facts->erased[i] |= group[i] == group[customer];
  }
}

/* ---- facts as text ---- */

int64_t script_instant(int32_t day)
{
  static const int32_t starts[] = { 0, 31, 60, 91, 121, 152, 182, 213, 244, 274 };
  return (INT64_C(19723) + starts[day / 28] + day % 28) * CRM_DAY;   /* 2024-01-01 */
}

static const char *name_of(int32_t customer)
{
  return customer < 0 ? "" : script_names[customer];
}

static void add_line(fuzz_text *text, const char *line, int length)
{
  NEED(length > 0 && length < 200);
  fuzz_text_add(text, line, (size_t)length);
}

static const char *date(int32_t day, char *into_text)
{
  int month = (int)(day / 28 % 12 + 1);
  NEED(snprintf(into_text, 12, "2024-%02d-%02d", month, (int)(day % 28 + 1)) == 10);
  return into_text;
}

/* A line; every fifth document has two. */
static void put_line(fuzz_text *text, int32_t number, const document *of, int32_t amount)
{
  static const char *const kinds[] = { "sale", "return", "void", "quote" };
  char line[200];
  char day[12];
  add_line(text, line, snprintf(line, sizeof line, "d%d,%d,%s,%s,%s,%d.%02d,p%d,%d\n", (int)number, (int)of->version,
                                date(of->day, day), name_of(of->customer), kinds[of->what], (int)(amount / 100),
                                (int)(amount % 100), (int)(number % NUMBERS), (int)(number % 3)));
}

void script_put_sale(fuzz_text *text, int32_t number, const document *of)
{
  int32_t rest = number % 5 == 0 ? of->amount / 3 : 0;
  put_line(text, number, of, of->amount - rest);
  if (number % 5 == 0) {
    put_line(text, number, of, rest);
  }
}

void script_put_person(fuzz_text *text, int32_t customer, const person *of)
{
  static const char *const kinds[] = { "person", "business", "internal", "anonymous" };
  char line[200];
  char day[12];
  add_line(text, line, snprintf(line, sizeof line, "%s,%d,%s,%s\n", name_of(customer), (int)of->version,
                                kinds[of->kind], of->joined < 0 ? "" : date(of->joined, day)));
}

void script_put_merge(fuzz_text *text, int32_t customer, const merge *of)
{
  char line[200];
  add_line(text, line, snprintf(line, sizeof line, "%s,%s,%s,%d\n", name_of(customer), name_of(of->into),
                                of->undone ? "true" : "", (int)of->version));
}

void script_put_row(fuzz_text *text, int32_t table, int32_t number, const row *of)
{
  static const char *const outcomes[] = { "open", "won", "lost" };
  char line[200];
  char day[12];
  char later[12];
  const char *who = name_of(of->customer);
  int n = (int)number;
  int v = (int)of->version;
  int salt = (int)of->salt;
  int length = 0;
  switch (table) {
  case OPPORTUNITIES:
    length = snprintf(line, sizeof line, "o%d,%d,%s,%s,%s,%s,%d\n", n, v, who, date(of->salt, day),
                      salt % 3 == 0 ? "" : date(of->salt + 30, later), outcomes[salt % 3], salt * 7);
    break;
  case PAYMENTS:
    length = snprintf(line, sizeof line, "i%d,%s,%d,%s,%s,%d\n", n, n % 2 ? "payment" : "invoice", v, who,
                      date(of->salt, day), salt);
    break;
  case INTERACTIONS:
    length = snprintf(line, sizeof line, "t%d,%d,%s,%s,%s\n", n, v, who, date(of->salt, day), salt % 2 ? "mail" : "");
    break;
  case STAGES:
    length = snprintf(line, sizeof line, "s%d,%d,o%d,%s,step%d\n", n, v, n, date(of->salt, day), salt % 3);
    break;
  case OWNERSHIP:
    length = snprintf(line, sizeof line, "%s,staff%d,2024-0%d-01,%d\n", who, salt % 3, n + 1, v);
    break;
  default:
    length = snprintf(line, sizeof line, "p%d,%d,c%d,%d\n", n, v, salt % 3, salt);
    break;
  }
  add_line(text, line, length);
}

/* ---- the same facts at once ---- */

static void load_text(crm_store *store, const char *table, fuzz_text *text)
{
  fuzz_text_add(text, "", 1);
  fuzz_put(store, table, text->bytes);
  fuzz_text_free(text);
}

crm_store *model_store(const model *facts)
{
  crm_store *store = NULL;
  fuzz_text text = FUZZ_TEXT_INIT;
  int32_t table;
  int32_t i;
  NEED(crm_store_create(fuzz_config(), NULL, &store, NULL) == CRM_OK);
  NEED(facts->attribute == 0 ||
       crm_store_attribute(store, "products", SCRIPT_ATTRIBUTE, facts->attribute, NULL) == CRM_OK);
  fuzz_text_add(&text, script_sales, strlen(script_sales));
  for (i = DOCUMENTS - 1; i >= 0; i--) {
    if (facts->documents[i].version >= 0) {
      script_put_sale(&text, i, &facts->documents[i]);
    }
  }
  load_text(store, "sales", &text);
  fuzz_text_add(&text, script_merges, strlen(script_merges));
  for (i = CUSTOMERS - 1; i >= 0; i--) {
    if (facts->merges[i].version >= 0) {
      script_put_merge(&text, i, &facts->merges[i]);
    }
  }
  load_text(store, "merges", &text);
  fuzz_text_add(&text, script_customers, strlen(script_customers));
  for (i = CUSTOMERS - 1; i >= 0; i--) {
    if (facts->people[i].version >= 0) {
      script_put_person(&text, i, &facts->people[i]);
    }
  }
  load_text(store, "customers", &text);
  for (table = TABLES - 1; table >= 0; table--) {
    fuzz_text_add(&text, script_headers[table], strlen(script_headers[table]));
    for (i = NUMBERS - 1; i >= 0; i--) {
      if (facts->rows[table][i].version >= 0) {
        script_put_row(&text, table, i, &facts->rows[table][i]);
      }
    }
    load_text(store, script_tables[table], &text);
  }
  return store;
}
