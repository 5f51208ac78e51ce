/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/loads.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ten thousand random expressions over random facts, against a second evaluator that walks a tree for one customer at a
 * time, under scopes with periods, branches, either dating of refunds, and accounts. It takes what customers did from
 * the documents that the test made up itself; tiers, scores, stages and classes from the analyses that define them. */

#define STORES 20
#define EXPRESSIONS 500
#define EACH 100   /* so many under one scope */
#define CUSTOMERS 37
#define DOCUMENTS 160
#define DEALS 50
#define CONTACTS 60
#define FIELDS 31
#define NODES 64
#define LITERALS 4
#define TEXT 8000
#define NANO INT64_C(1000000000)
#define UNKNOWN (-1)

/* ---- facts ---- */

typedef struct document {
  int who;            /* -1: nobody */
  int day;            /* days since 2024-01-01 */
  int returned;
  int cents;
  int cost;           /* cents, -1: none */
  int branch;         /* b0, b1, b2 */
  int original;       /* of a return: the document that it takes back, -1: none */
} document;

typedef struct person {
  char key[12];
  int row;            /* stands in the customers table */
  int kind;           /* -1: none */
  int joined;         /* minutes since 2024-01-01, -1: none */
  int region;         /* -1: none */
  int owner;
  int parent;         /* place, -1: none */
  int credit;         /* cents, -1: none */
  int reference;      /* -1: none */
  int age;            /* millionths in thousands, -1: none */
} person;

typedef struct deal {
  int who;
  int created;        /* day, -1: not told */
  int closed;         /* day, -1: not told */
  int outcome;        /* 0: open */
} deal;

typedef struct contact {
  int who;
  int day;
} contact;

typedef struct world {
  person people[CUSTOMERS];
  deal deals[DEALS];
  contact contacts[CONTACTS];
  document documents[DOCUMENTS];
  crm_store *store;
  int as_of;          /* day */
  int from;           /* day, -1: none */
  int branches;       /* a bit each, 0: all */
  int sale_day;       /* returns count on the day of their sale */
  int accounts;
  int root[CUSTOMERS];             /* who a customer counts as */
  const char *named[CUSTOMERS][3]; /* stage, class, RFM segment; NULL: none */
  int since[CUSTOMERS];            /* day of the stage, INT_MIN: not known */
  int32_t tiers[CUSTOMERS];        /* place among the names, -1: no customer */
  int32_t scores[CUSTOMERS][3];    /* 0: none */
} world;

static const char *const kinds[] = {"person", "business", "anonymous", "internal"};
static const char *const regions[] = {"East", "North", "South", "o'Hara", "12", "Eastend", "\xC3\xA9t\xC3\xA9"};
static const char *const owners[] = {"East", "ann", "bob"};
static const char *const tiers[] = {"vip", "major", "medium", "small", "nonpositive", "inactive",
                                    "prospect", "suspect"};
static const char *const stages[] = {"suspect", "prospect", "opportunity", "customer", "repeat", "reactivated",
                                     "dormant", "lost"};
static const char *const classes[] = {"ordinary", "vip", "corporate"};
static const char *const rfm_segments[] = {"champions", "loyal", "potential_loyalist", "recent", "promising",
                                           "needs_attention", "about_to_sleep", "at_risk", "cannot_lose", "hibernating",
                                           "lost"};
#define STAGES 8
#define CLASSES 3
#define RFM_SEGMENTS 11
#define REGIONS 7
#define OWNERS 3
#define TIERS 8

static int64_t day_one(void)
{
  return facts_day(2024, 1, 1);
}

static void write_day(int day, char *into, size_t size)
{
  static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  while (day >= lengths[month]) {
    day -= lengths[month++];
  }
  (void)snprintf(into, size, "2024-%02d-%02d", month + 1, day + 1);
}

static void make_people(dice *of, world *w)
{
  int i;
  for (i = 0; i < CUSTOMERS; i++) {
    person *p = &w->people[i];
    (void)snprintf(p->key, sizeof p->key, i % 3 == 0 ? "%d" : "k%d", i * 7);
    p->row = dice_below(of, 4) > 0;
    p->kind = dice_below(of, 3) ? dice_below(of, 20) == 0 ? 2 : dice_below(of, 15) == 0 ? 3 : dice_below(of, 2) : -1;
    p->joined = dice_below(of, 3) ? dice_below(of, 300 * 1440) : -1;
    p->region = dice_below(of, REGIONS + 2) - 2;
    p->owner = dice_below(of, OWNERS + 1) - 1;
    p->parent = dice_below(of, 3) ? -1 : dice_below(of, 5) ? dice_below(of, CUSTOMERS) : i;
    p->credit = dice_below(of, 2) ? dice_below(of, 40) * 2500 : -1;
    p->reference = dice_below(of, 3) - 1;
    p->age = dice_below(of, 2) ? dice_below(of, 90000) : -1;
    p->region = p->region < -1 ? -1 : p->region;
    if (!p->row) {
      p->kind = p->joined = p->region = p->owner = p->parent = p->credit = p->reference = p->age = -1;
    }
  }
}

static void load_people(world *w)
{
  facts *rows = facts_create("customer,kind,joined,region,owner,parent,credit_limit,reference,age");
  int i;
  assert_int_equal(crm_store_attribute(w->store, "customers", "age", CRM_TYPE_DECIMAL, NULL), CRM_OK);
  for (i = 0; i < CUSTOMERS; i++) {
    const person *p = &w->people[i];
    char day[64] = "";
    char joined[100] = "";
    char credit[40] = "";
    char age[40] = "";
    char line[400];
    if (!p->row) {
      continue;
    }
    if (p->joined >= 0) {
      write_day(p->joined / 1440, day, sizeof day);
      (void)snprintf(joined, sizeof joined, "%sT%02d:%02d", day, p->joined / 60 % 24, p->joined % 60);
    }
    if (p->credit >= 0) {
      (void)snprintf(credit, sizeof credit, "%d.%02d", p->credit / 100, p->credit % 100);
    }
    if (p->age >= 0) {
      (void)snprintf(age, sizeof age, "%d.%03d", p->age / 1000, p->age % 1000);
    }
    (void)snprintf(line, sizeof line, "%s,%s,%s,%s,%s,%s,%s,%s,%s", p->key, p->kind < 0 ? "" : kinds[p->kind], joined,
                   p->region < 0 ? "" : regions[p->region], p->owner < 0 ? "" : owners[p->owner],
                   p->parent < 0 ? "" : w->people[p->parent].key, credit,
                   p->reference < 0 ? "" : p->reference ? "yes" : "no", age);
    facts_add(rows, line);
  }
  facts_load(rows, w->store, "customers");
  facts_free(rows);
}

static void make_documents(dice *of, world *w)
{
  facts *rows = facts_create("document,time,customer,kind,amount,cost,branch,original");
  int i;
  for (i = 0; i < DOCUMENTS; i++) {
    document *d = &w->documents[i];
    char day[64];
    char cost[40] = "";
    char original[16] = "";
    char line[300];
    d->who = dice_below(of, 9) ? dice_below(of, CUSTOMERS * 3 / 4) : -1;
    d->day = dice_below(of, 340);
    d->returned = dice_below(of, 8) == 0;
    d->cents = 1 + dice_below(of, 30) * 500;
    d->cost = d->who % 5 == 1 && dice_below(of, 3) == 0 ? -1 : dice_below(of, 3000);
    d->branch = dice_below(of, 3);
    d->original = d->returned && dice_below(of, 2) ? dice_below(of, DOCUMENTS) : -1;
    if (d->original >= 0) {
      (void)snprintf(original, sizeof original, "%d", d->original);
    }
    write_day(d->day, day, sizeof day);
    if (d->cost >= 0) {
      (void)snprintf(cost, sizeof cost, "%d.%02d", d->cost / 100, d->cost % 100);
    }
    (void)snprintf(line, sizeof line, "%d,%sT10:00,%s,%s,%d.%02d,%s,b%d,%s", i, day,
                   d->who < 0 ? "" : w->people[d->who].key,
                   d->returned ? "return" : "sale", d->cents / 100, d->cents % 100, cost, d->branch, original);
    facts_add(rows, line);
  }
  facts_load(rows, w->store, "sales");
  facts_free(rows);
}

static void make_deals(dice *of, world *w)
{
  static const char *const outcomes[] = {"open", "won", "lost"};
  facts *rows = facts_create("opportunity,customer,created,closed,outcome");
  int i;
  for (i = 0; i < DEALS; i++) {
    deal *d = &w->deals[i];
    char created[64] = "";
    char closed[64] = "";
    char line[200];
    d->who = dice_below(of, CUSTOMERS);
    d->created = dice_below(of, 5) ? dice_below(of, 340) : -1;
    d->outcome = dice_below(of, 3);
    d->closed = d->outcome > 0 && dice_below(of, 5) ? d->created + 1 + dice_below(of, 25) : -1;
    if (d->created >= 0) {
      write_day(d->created, created, sizeof created);
    }
    if (d->closed >= 0) {
      write_day(d->closed, closed, sizeof closed);
    }
    (void)snprintf(line, sizeof line, "%d,%s,%s,%s,%s", i, w->people[d->who].key, created, closed,
                   outcomes[d->outcome]);
    facts_add(rows, line);
  }
  facts_load(rows, w->store, "opportunities");
  facts_free(rows);
}

static void make_contacts(dice *of, world *w)
{
  facts *rows = facts_create("time,customer");
  int i;
  for (i = 0; i < CONTACTS; i++) {
    contact *c = &w->contacts[i];
    char day[64];
    char line[200];
    c->who = dice_below(of, CUSTOMERS);
    c->day = dice_below(of, 340);
    write_day(c->day, day, sizeof day);
    (void)snprintf(line, sizeof line, "%sT%02d:%02d,%s", day, dice_below(of, 24), dice_below(of, 60),
                   w->people[c->who].key);
    facts_add(rows, line);
  }
  facts_load(rows, w->store, "interactions");
  facts_free(rows);
}

static int place_of(const world *w, const crm_table *table, int64_t row)
{
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, "customer"), row, &length);
  int i = 0;
  while (strlen(w->people[i].key) != length || memcmp(w->people[i].key, text, length) != 0) {
    i++;
  }
  return i;
}

/* One of the words that a table has for a customer. */
static void take_words(world *w, crm_table *table, const char *column, const char *const *words, int count, int which)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(table); row++) {
    int i = 0;
    while (i < count && !text_is(table, column, row, words[i])) {
      i++;
    }
    assert_true(i < count);
    w->named[place_of(w, table, row)][which] = words[i];
  }
  crm_table_free(table);
}

/* The days of stages, of the history of every customer. */
static void take_days(world *w, const crm_lifecycle *lifecycle)
{
  crm_table *table = NULL;
  int64_t row;
  int i;
  for (i = 0; i < CUSTOMERS; i++) {
    w->since[i] = INT_MIN;
  }
  assert_int_equal(crm_lifecycle_history(lifecycle, NULL, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    i = place_of(w, table, row);
    w->since[i] = is_null_at(table, "entered", row)
                      ? INT_MIN
                      : (int)((integer_at(table, "entered", row) - day_one() + 1000 * CRM_DAY) / CRM_DAY - 1000);
  }
  crm_table_free(table);
}

static void take_names(world *w, const crm_scope *scope)
{
  crm_lifecycle *lifecycle = NULL;
  crm_table *table = NULL;
  memset(w->named, 0, sizeof w->named);
  assert_int_equal(crm_lifecycle_compute(w->store, scope, NULL, &lifecycle, NULL), CRM_OK);
  assert_int_equal(crm_lifecycle_members(lifecycle, &table, NULL), CRM_OK);
  take_days(w, lifecycle);
  crm_lifecycle_free(lifecycle);
  take_words(w, table, "stage", stages, STAGES, 0);
  assert_int_equal(crm_classes_compute(w->store, scope, NULL, &table, NULL), CRM_OK);
  take_words(w, table, "class", classes, CLASSES, 1);
  assert_int_equal(crm_rfm_compute(w->store, scope, NULL, &table, NULL), CRM_OK);
  take_words(w, table, "segment", rfm_segments, RFM_SEGMENTS, 2);
}

/* Tiers and scores are asked of the analyses that define them. */
static void take_tiers(world *w, const crm_scope *scope)
{
  static const char *const columns[] = {"r", "f", "m"};
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  int64_t row;
  int i;
  memset(w->tiers, -1, sizeof w->tiers);
  memset(w->scores, 0, sizeof w->scores);
  assert_int_equal(crm_pyramid_compute(w->store, scope, NULL, &pyramid, NULL), CRM_OK);
  assert_int_equal(crm_pyramid_members(pyramid, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    int32_t tier = 0;
    while (!text_is(table, "tier", row, tiers[tier])) {
      tier++;
    }
    w->tiers[place_of(w, table, row)] = tier;
  }
  crm_table_free(table);
  crm_pyramid_free(pyramid);
  assert_int_equal(crm_rfm_compute(w->store, scope, NULL, &table, NULL), CRM_OK);
  for (row = 0; row < crm_table_rows(table); row++) {
    for (i = 0; i < 3; i++) {
      w->scores[place_of(w, table, row)][i] = (int32_t)integer_at(table, columns[i], row);
    }
  }
  crm_table_free(table);
}

/* ---- values ---- */

typedef struct value {
  int null;
  int64_t number;      /* in billionths; days; minutes since 2024-01-01 */
  const char *text;
} value;

enum { OF_NUMBER, OF_DATE, OF_TIME, OF_TEXT, OF_KEY, OF_WORD, OF_YES_NO };

static const struct {
  const char *name;
  int type;
  int decimals;
} fields[FIELDS] = {
  {"spend", OF_NUMBER, 2},         {"cost", OF_NUMBER, 2},          {"profit", OF_NUMBER, 2},
  {"orders", OF_NUMBER, 0},        {"average_order", OF_NUMBER, 2}, {"first", OF_DATE, 0},
  {"last", OF_DATE, 0},            {"days_since_first", OF_NUMBER, 0}, {"days_since_last", OF_NUMBER, 0},
  {"first_ever", OF_DATE, 0},      {"purchase_days", OF_NUMBER, 0}, {"tier", OF_WORD, 0},
  {"r", OF_NUMBER, 0},             {"f", OF_NUMBER, 0},             {"m", OF_NUMBER, 0},
  {"customer", OF_KEY, 0},         {"kind", OF_WORD, 0},            {"joined", OF_TIME, 0},
  {"region", OF_TEXT, 0},          {"owner", OF_TEXT, 0},           {"parent", OF_KEY, 0},
  {"credit_limit", OF_NUMBER, 2},  {"reference", OF_YES_NO, 0},     {"age", OF_NUMBER, 6},
  {"stage", OF_WORD, 0},           {"class", OF_WORD, 0},           {"rfm_segment", OF_WORD, 0},
  {"stage_since", OF_DATE, 0},     {"days_in_stage", OF_NUMBER, 0}, {"open_opportunities", OF_NUMBER, 0},
  {"days_since_contact", OF_NUMBER, 0}
};

#define FIRST_COLUMN 15
#define FIRST_NAMED 24
#define FIRST_LATER 27

static value no_value(void)
{
  value v = {1, 0, NULL};
  return v;
}

static value number_value(int64_t billionths)
{
  value v = {0, 0, NULL};
  v.number = billionths;
  return v;
}

static value text_value(const char *text)
{
  value v = {text == NULL, 0, NULL};
  v.text = text;
  return v;
}

typedef struct done {
  int64_t cents;
  int64_t cost;
  int cost_missing;
  int orders;
  int first;           /* -1: none */
  int last;
  int days;
  int ever;            /* the first of all, -1: none */
} done;

/* A document is its customer's account's; those of anonymous and internal customers are nobody's. */
static int is_of(const world *w, const document *d, int who)
{
  return d->who >= 0 && w->people[d->who].kind < 2 && (w->accounts ? w->root[d->who] : d->who) == who;
}

static int day_of(const world *w, const document *d)
{
  return w->sale_day && d->original >= 0 ? w->documents[d->original].day : d->day;
}

static done sum_documents(const world *w, int who)
{
  done sum = {0, 0, 0, 0, -1, -1, 0, -1};
  unsigned char seen[366] = {0};
  int i;
  for (i = 0; i < DOCUMENTS; i++) {
    const document *d = &w->documents[i];
    int day = day_of(w, d);
    if (!is_of(w, d, who) || d->day >= w->as_of) {
      continue;
    }
    if (!d->returned) {
      sum.ever = sum.ever < 0 || d->day < sum.ever ? d->day : sum.ever;
    }
    if (day >= w->as_of || day < w->from || (w->branches != 0 && (w->branches >> d->branch & 1) == 0)) {
      continue;
    }
    sum.cents += d->returned ? -d->cents : d->cents;
    sum.cost += d->cost < 0 ? 0 : d->returned ? -d->cost : d->cost;
    sum.cost_missing |= d->cost < 0;
    if (!d->returned) {
      sum.orders++;
      sum.first = sum.first < 0 || d->day < sum.first ? d->day : sum.first;
      sum.last = d->day > sum.last ? d->day : sum.last;
      sum.days += !seen[d->day];
      seen[d->day] = 1;
    }
  }
  return sum;
}

static value optional(int64_t number, int64_t factor)
{
  return number < 0 ? no_value() : number_value(number * factor);
}

static value average_of(const done *sum)
{
  int64_t twice;
  if (sum->orders == 0) {
    return no_value();
  }
  twice = 2 * llabs((long long)sum->cents) / sum->orders;   /* half away from zero */
  return number_value((sum->cents < 0 ? -1 : 1) * ((twice + 1) / 2) * (NANO / 100));
}

static int64_t open_deals(const world *w, int who)
{
  int64_t count = 0;
  int i;
  for (i = 0; i < DEALS; i++) {
    const deal *d = &w->deals[i];
    count += (w->accounts ? w->root[d->who] : d->who) == who && d->created < w->as_of &&
             (d->outcome == 0 || d->closed >= w->as_of);
  }
  return count;
}

static int last_contact(const world *w, int who)
{
  int last = -1;
  int i;
  for (i = 0; i < CONTACTS; i++) {
    const contact *c = &w->contacts[i];
    if ((w->accounts ? w->root[c->who] : c->who) == who && c->day < w->as_of && c->day > last) {
      last = c->day;
    }
  }
  return last;
}

static value later_value(const world *w, int who, int field)
{
  int last = last_contact(w, who);
  switch (field - FIRST_LATER) {
  case 0:
    return w->since[who] == INT_MIN ? no_value() : number_value(w->since[who]);
  case 1:
    return w->since[who] == INT_MIN ? no_value() : number_value((w->as_of - w->since[who]) * NANO);
  case 2:
    return number_value(open_deals(w, who) * NANO);
  default:
    return last < 0 ? no_value() : number_value((w->as_of - last) * NANO);
  }
}

static value value_of(const world *w, int who, int field)
{
  const person *p = &w->people[who];
  done sum = sum_documents(w, who);
  switch (field) {
  case 0:
    return number_value(sum.cents * (NANO / 100));
  case 1:
    return sum.cost_missing ? no_value() : number_value(sum.cost * (NANO / 100));
  case 2:
    return sum.cost_missing ? no_value() : number_value((sum.cents - sum.cost) * (NANO / 100));
  case 3:
    return number_value(sum.orders * NANO);
  case 4:
    return average_of(&sum);
  case 5:
    return optional(sum.first, 1);
  case 9:
    return optional(sum.ever, 1);
  case 6:
    return optional(sum.last, 1);
  case 7:
    return sum.first < 0 ? no_value() : number_value((w->as_of - sum.first) * NANO);
  case 8:
    return sum.last < 0 ? no_value() : number_value((w->as_of - sum.last) * NANO);
  case 10:
    return number_value(sum.days * NANO);
  case 11:
    return text_value(tiers[w->tiers[who]]);
  case 12:
  case 13:
  case 14:
    return w->scores[who][field - 12] == 0 ? no_value() : number_value(w->scores[who][field - 12] * NANO);
  case 15:
    return text_value(p->key);
  case 16:
    return text_value(p->kind < 0 ? NULL : kinds[p->kind]);
  case 17:
    return optional(p->joined, 1);
  case 18:
    return text_value(p->region < 0 ? NULL : regions[p->region]);
  case 19:
    return text_value(p->owner < 0 ? NULL : owners[p->owner]);
  case 20:
    return text_value(p->parent < 0 ? NULL : w->people[p->parent].key);
  case 21:
    return optional(p->credit, NANO / 100);
  case 22:
    return optional(p->reference, 1);
  case 23:
    return optional(p->age, NANO / 1000);
  default:
    return field >= FIRST_LATER ? later_value(w, who, field) : text_value(w->named[who][field - FIRST_NAMED]);
  }
}

/* ---- expressions as trees ---- */

enum { AND, OR, NOT, YES, NO, IN_SEGMENT, COMPARE, COMPARE_FIELD, BETWEEN, IN_LIST, LIKE, IS_NULL, ALONE };

typedef struct node {
  int what;
  int negated;
  int left;            /* or the field */
  int right;           /* or another field, or a definition */
  int compare;
  int count;
  value literals[LITERALS];
  int of_day[LITERALS];     /* a date alone */
  char texts[LITERALS][100]; /* as they are written */
} node;

typedef struct tree {
  node nodes[NODES];
  int count;
  char text[TEXT];
} tree;

static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};

/* Integers by value before texts by bytes. */
static int compare_texts(const char *a, const char *b)
{
  char *a_end;
  char *b_end;
  long x = strtol(a, &a_end, 10);
  long y = strtol(b, &b_end, 10);
  if (*a_end == '\0' || *b_end == '\0') {
    return *a_end != '\0' ? 1 : *b_end != '\0' ? -1 : x < y ? -1 : x > y;
  }
  return strcmp(a, b);
}

static int truth_of_order(int compare, int order)
{
  switch (compare) {
  case 0:
    return order == 0;
  case 1:
    return order != 0;
  case 2:
    return order < 0;
  case 3:
    return order <= 0;
  case 4:
    return order > 0;
  default:
    return order >= 0;
  }
}

static int order_of(const value *a, const value *b, int by_day)
{
  int64_t x = by_day ? a->number / 1440 : a->number;
  return a->text != NULL ? compare_texts(a->text, b->text) : x < b->number ? -1 : x > b->number;
}

static int evaluate(const world *w, const tree *trees, int which, int at, int who);

static int evaluate_test(const world *w, const node *n, int who)
{
  value v = value_of(w, who, n->left);
  int time = fields[n->left].type == OF_TIME;
  int truth = 0;
  int i;
  if (n->what == IS_NULL) {
    return v.null;
  }
  if (v.null) {
    return UNKNOWN;
  }
  switch (n->what) {
  case ALONE:
    return v.number != 0;
  case LIKE:
    return strncmp(v.text, n->literals[0].text, strlen(n->literals[0].text)) == 0;
  case COMPARE:
    return truth_of_order(n->compare, order_of(&v, &n->literals[0], time && n->of_day[0]));
  case BETWEEN:
    return order_of(&v, &n->literals[0], time && n->of_day[0]) >= 0 &&
           order_of(&v, &n->literals[1], time && n->of_day[1]) <= 0;
  case IN_LIST:
    for (i = 0; i < n->count; i++) {
      truth |= order_of(&v, &n->literals[i], time && n->of_day[i]) == 0;
    }
    return truth;
  default: {
    value other = value_of(w, who, n->right);
    if (other.null) {
      return UNKNOWN;
    }
    if (fields[n->right].type == OF_TIME && !time) {
      other.number /= 1440;
    }
    return truth_of_order(n->compare, order_of(&v, &other, time && fields[n->right].type != OF_TIME));
  }
  }
}

static int evaluate(const world *w, const tree *trees, int which, int at, int who)
{
  const node *n = &trees[which].nodes[at];
  int left;
  int right;
  int truth;
  switch (n->what) {
  case AND:
  case OR:
    left = evaluate(w, trees, which, n->left, who);
    right = evaluate(w, trees, which, n->right, who);
    if (left == (n->what == OR) || right == (n->what == OR)) {
      return n->what == OR;
    }
    return left == UNKNOWN || right == UNKNOWN ? UNKNOWN : n->what == AND;
  case NOT:
    left = evaluate(w, trees, which, n->left, who);
    return left == UNKNOWN ? UNKNOWN : !left;
  case YES:
    return 1;
  case NO:
    return 0;
  case IN_SEGMENT:
    return evaluate(w, trees, n->right, 0, who) == 1;
  default:
    truth = evaluate_test(w, n, who);
    return truth == UNKNOWN ? UNKNOWN : truth ^ n->negated;
  }
}

/* ---- random trees ---- */

static void quote(const char *text, char *into, size_t size)
{
  size_t used = 0;
  into[used++] = '\'';
  for (; *text != '\0' && used + 4 < size; text++) {
    into[used++] = *text;
    if (*text == '\'') {
      into[used++] = '\'';
    }
  }
  into[used++] = '\'';
  into[used] = '\0';
}

static void make_date(dice *of, const world *w, node *n, int k, int type)
{
  int day = dice_below(of, 340);
  char text[64];
  write_day(day, text, sizeof text);
  n->of_day[k] = 1;
  n->literals[k] = number_value(day);
  if (type == OF_TIME && dice_below(of, 3) == 0) {
    int minutes = dice_below(of, 1440);
    (void)snprintf(n->texts[k], sizeof n->texts[k], dice_below(of, 2) ? "'%s %02d:%02d'" : "%sT%02d:%02d", text,
                   minutes / 60, minutes % 60);
    if (strchr(n->texts[k], ' ') == NULL && n->texts[k][0] == '\'') {
      memmove(n->texts[k], n->texts[k] + 1, strlen(n->texts[k]));
    }
    n->of_day[k] = 0;
    n->literals[k] = number_value(day * 1440 + minutes);
  } else if (dice_below(of, 3) == 0) {
    int back = dice_below(of, 40);
    int weeks = dice_below(of, 4) == 0;
    (void)snprintf(n->texts[k], sizeof n->texts[k], weeks ? "as_of - %d weeks" : "as_of - %d DAYS", back);
    n->literals[k] = number_value(w->as_of - back * (weeks ? 7 : 1));
  } else {
    (void)snprintf(n->texts[k], sizeof n->texts[k], dice_below(of, 2) ? "%s" : "'%s'", text);
  }
}

static void make_number(dice *of, const world *w, node *n, int k)
{
  int decimals = dice_below(of, 10);
  int64_t nano = 0;
  value like = value_of(w, dice_below(of, CUSTOMERS * 3 / 4), n->left);
  char text[64];
  int i;
  if (!like.null && dice_below(of, 2)) {
    nano = like.number;
  } else {
    nano = (int64_t)(dice_below(of, 400) - 40) * NANO;
  }
  if (dice_below(of, 3) == 0) {
    int64_t more = dice_below(of, 1000);
    for (i = 0; i < decimals % 7; i++) {
      more *= 10;
    }
    nano += more;
  }
  (void)snprintf(text, sizeof text, "%s%lld.%09lld", nano < 0 ? "-" : "", llabs((long long)(nano / NANO)),
                 llabs((long long)(nano % NANO)));
  for (i = (int)strlen(text); text[i - 1] == '0' || text[i - 1] == '.'; i--) {
    int point = text[i - 1] == '.';
    text[i - 1] = '\0';
    if (point) {
      break;
    }
  }
  n->literals[k] = number_value(nano);
  (void)snprintf(n->texts[k], sizeof n->texts[k], "%s", text);
}

static const char *word_of(dice *of, int field)
{
  switch (field) {
  case 11:
    return tiers[dice_below(of, TIERS)];
  case FIRST_NAMED:
    return stages[dice_below(of, STAGES)];
  case FIRST_NAMED + 1:
    return classes[dice_below(of, CLASSES)];
  case FIRST_NAMED + 2:
    return rfm_segments[dice_below(of, RFM_SEGMENTS)];
  default:
    return kinds[dice_below(of, 4)];
  }
}

static void make_literal(dice *of, const world *w, node *n, int k)
{
  static const char *const others[] = {"Nowhere", "k", "0", "East", "o'", "-3"};
  const char *text;
  switch (fields[n->left].type) {
  case OF_NUMBER:
    make_number(of, w, n, k);
    return;
  case OF_DATE:
  case OF_TIME:
    make_date(of, w, n, k, fields[n->left].type);
    return;
  case OF_YES_NO:
    n->literals[k] = number_value(dice_below(of, 2));
    (void)snprintf(n->texts[k], sizeof n->texts[k], n->literals[k].number ? "TRUE" : "false");
    return;
  case OF_WORD:
    text = word_of(of, n->left);
    break;
  case OF_KEY:
    text = dice_below(of, 5) ? w->people[dice_below(of, CUSTOMERS)].key : others[dice_below(of, 6)];
    break;
  default:
    text = dice_below(of, 5) ? dice_below(of, 4) ? regions[dice_below(of, REGIONS)] : owners[dice_below(of, OWNERS)]
                             : others[dice_below(of, 6)];
    break;
  }
  n->literals[k] = text_value(text);
  quote(text, n->texts[k], sizeof n->texts[k]);
  if (fields[n->left].type == OF_KEY && text[0] != 'k' && strspn(text, "0123456789") == strlen(text) &&
      dice_below(of, 2)) {
    (void)snprintf(n->texts[k], sizeof n->texts[k], "%s", text);
  }
}

static int is_day(int type)
{
  return type == OF_DATE || type == OF_TIME;
}

/* A field that may be compared with another one, itself too. */
static int make_other(dice *of, int field, int *compare)
{
  int type = fields[field].type;
  int other;
  do {
    other = dice_below(of, FIELDS);
  } while (fields[other].type != type && !(is_day(type) && is_day(fields[other].type)));
  if (type >= OF_TEXT) {
    *compare %= 2;
  }
  return other;
}

static void make_test(dice *of, const world *w, node *n)
{
  int type;
  int k;
  n->left = dice_below(of, FIELDS);
  type = fields[n->left].type;
  n->compare = dice_below(of, type == OF_WORD || type == OF_YES_NO ? 2 : 6);
  n->count = 1;
  switch (dice_below(of, 8)) {
  case 0:
    n->what = IS_NULL;
    n->negated = dice_below(of, 2);
    return;
  case 1:
    n->what = IN_LIST;
    n->negated = dice_below(of, 3) == 0;
    n->count = 1 + dice_below(of, LITERALS);
    break;
  case 2:
    n->what = type == OF_WORD || type == OF_YES_NO ? COMPARE : BETWEEN;
    n->negated = n->what == BETWEEN && dice_below(of, 3) == 0;
    n->count = n->what == BETWEEN ? 2 : 1;
    break;
  case 3:
    n->what = type == OF_WORD ? COMPARE : COMPARE_FIELD;
    if (n->what == COMPARE_FIELD) {
      n->right = make_other(of, n->left, &n->compare);
    }
    break;
  case 4:
    n->what = type == OF_YES_NO ? ALONE : COMPARE;
    if (type == OF_TEXT || type == OF_KEY) {
      static const char *const starts[] = {"E", "East", "k1", "1", "o'", "So", "z"};
      n->what = LIKE;
      n->negated = dice_below(of, 3) == 0;
      n->literals[0] = text_value(starts[dice_below(of, 7)]);
      quote(n->literals[0].text, n->texts[0], sizeof n->texts[0]);
      (void)strcpy(n->texts[0] + strlen(n->texts[0]) - 1, "%'");
      return;
    }
    break;
  default:
    n->what = COMPARE;
    break;
  }
  for (k = 0; k < n->count; k++) {
    make_literal(of, w, n, k);
  }
}

static int make_tree(dice *of, const world *w, tree *t, int depth, int definitions)
{
  int at = t->count++;
  node *n = &t->nodes[at];
  int what = dice_below(of, 10);
  memset(n, 0, sizeof *n);
  if (depth > 0 && what < 6 && t->count + 20 < NODES) {
    int left = make_tree(of, w, t, depth - 1, definitions);
    n->what = what < 3 ? AND : what < 5 ? OR : NOT;
    n->left = left;
    n->right = n->what == NOT ? 0 : make_tree(of, w, t, depth - 1, definitions);
  } else if (what == 6 && dice_below(of, 4) == 0) {
    n->what = dice_below(of, 2) ? YES : NO;
  } else if (what == 7 && definitions > 1) {
    n->what = IN_SEGMENT;
    n->right = 1 + dice_below(of, definitions - 1);
  } else {
    make_test(of, w, n);
  }
  return at;
}

/* ---- and as text ---- */

static void add(tree *t, const char *text)
{
  size_t length = strlen(t->text);
  assert_true(length + strlen(text) + 1 < TEXT);
  (void)strcpy(t->text + length, text);
}

static const char *blank(dice *of)
{
  static const char *const blanks[] = {" ", " ", " ", "  ", "\n", " \t"};
  return blanks[dice_below(of, 6)];
}

static void write_test(dice *of, tree *t, const node *n)
{
  int i;
  if (n->left >= FIRST_COLUMN && n->left < FIRST_NAMED && dice_below(of, 4) == 0) {
    add(t, "customers.");
  }
  add(t, fields[n->left].name);
  add(t, blank(of));
  if (n->negated && n->what != IS_NULL) {
    add(t, "not ");
  }
  switch (n->what) {
  case IS_NULL:
    add(t, n->negated ? "is not null" : "IS NULL");
    break;
  case COMPARE:
  case COMPARE_FIELD:
    add(t, n->compare == 1 && dice_below(of, 2) ? "!=" : signs[n->compare]);
    add(t, n->what == COMPARE ? n->texts[0] : fields[n->right].name);
    break;
  case BETWEEN:
    add(t, "between ");
    add(t, n->texts[0]);
    add(t, " And ");
    add(t, n->texts[1]);
    break;
  case LIKE:
    add(t, "like ");
    add(t, n->texts[0]);
    break;
  case IN_LIST:
    add(t, "in(");
    for (i = 0; i < n->count; i++) {
      add(t, i > 0 ? "," : "");
      add(t, n->texts[i]);
    }
    add(t, ")");
    break;
  default:
    break;
  }
}

/* What binds more loosely than the node it stands in gets parentheses, others now and then. */
static void write_tree(dice *of, tree *t, int at, int outer)
{
  const node *n = &t->nodes[at];
  int binding = n->what == OR ? 0 : n->what == AND ? 1 : n->what == NOT ? 2 : 3;
  int grouped = binding < outer || dice_below(of, 8) == 0;
  char text[64];
  add(t, grouped ? "(" : "");
  switch (n->what) {
  case AND:
  case OR:
    write_tree(of, t, n->left, binding);
    add(t, blank(of));
    add(t, n->what == OR ? "or" : dice_below(of, 2) ? "and" : "AND");
    add(t, blank(of));
    write_tree(of, t, n->right, binding);
    break;
  case NOT:
    add(t, "not ");
    write_tree(of, t, n->left, 2);
    break;
  case YES:
  case NO:
    add(t, n->what == YES ? "true" : "false");
    break;
  case IN_SEGMENT:
    (void)snprintf(text, sizeof text, "in segment s%d", n->right);
    add(t, text);
    break;
  default:
    write_test(of, t, n);
    break;
  }
  add(t, grouped ? ")" : "");
}

/* ---- the comparison ---- */

static void make_world(world *w, uint64_t seed)
{
  dice of = dice_of(seed);
  w->store = facts_store(NULL, NULL);
  make_people(&of, w);
  load_people(w);
  make_documents(&of, w);
  make_deals(&of, w);
  make_contacts(&of, w);
  w->as_of = 200 + dice_below(&of, 150);
}

/* The end of the way up the parents, or the lowest key of the ring that it leads into. */
static int root_of(const world *w, int who)
{
  int at = who;
  int lowest;
  int steps;
  for (steps = 0; steps < CUSTOMERS && w->people[at].parent >= 0; steps++) {
    at = w->people[at].parent;
  }
  if (w->people[at].parent < 0) {
    return at;
  }
  lowest = at;
  for (steps = 0; steps < CUSTOMERS; steps++) {
    at = w->people[at].parent;
    lowest = compare_texts(w->people[at].key, w->people[lowest].key) < 0 ? at : lowest;
  }
  return lowest;
}

/* Another scope each time; the first of a store is the plain one. */
static void choose_scope(dice *of, world *w, int turn, crm_scope *scope)
{
  static const char *const keys[] = {"b0", "b1", "b2"};
  static const char *chosen[3];
  int i;
  w->from = turn > 0 && dice_below(of, 2) ? dice_below(of, w->as_of) : -1;
  w->branches = turn > 0 && dice_below(of, 2) ? 1 + dice_below(of, 7) : 0;
  w->sale_day = turn > 0 && dice_below(of, 2);
  w->accounts = turn > 0 && dice_below(of, 2);
  scope->as_of = day_one() + (int64_t)w->as_of * CRM_DAY;
  scope->from = w->from < 0 ? CRM_TIME_UNSET_FROM : day_one() + (int64_t)w->from * CRM_DAY;
  scope->refunds = w->sale_day ? CRM_REFUNDS_SALE_DAY : CRM_REFUNDS_REFUND_DAY;
  scope->accounts = w->accounts;
  scope->branch_count = 0;
  for (i = 0; i < 3; i++) {
    if (w->branches >> i & 1) {
      chosen[scope->branch_count++] = keys[i];
    }
  }
  scope->branches = w->branches != 0 ? chosen : NULL;
  for (i = 0; i < CUSTOMERS; i++) {
    w->root[i] = root_of(w, i);
  }
  take_tiers(w, scope);
  take_names(w, scope);
}

#define DEFINITIONS 4

static void compare_one(dice *of, const world *w, const crm_scope *scope, tree *trees)
{
  static const char *const names[] = {"", "s1", "s2", "s3"};
  crm_segment_definition definitions[DEFINITIONS - 1];
  crm_segment_options options = CRM_SEGMENT_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_segment *segment = NULL;
  int64_t size = 0;
  int i;
  for (i = DEFINITIONS - 1; i >= 0; i--) {
    trees[i].count = 0;
    trees[i].text[0] = '\0';
  }
  for (i = 1; i <= DEFINITIONS; i++) {
    int which = i % DEFINITIONS;   /* the main one last, it may use all */
    (void)make_tree(of, w, &trees[which], which == 0 ? 4 : 2, i);
    write_tree(of, &trees[which], 0, 0);
  }
  for (i = 1; i < DEFINITIONS; i++) {
    static const crm_segment_definition plain = CRM_SEGMENT_DEFINITION_INIT;
    definitions[i - 1] = plain;
    definitions[i - 1].name = names[i];
    definitions[i - 1].expression = trees[i].text;
  }
  options.expression = trees[0].text;
  options.definitions = definitions;
  options.definition_count = DEFINITIONS - 1;
  if (crm_segment_compute(w->store, scope, &options, &segment, &error) != CRM_OK) {
    fail_msg("%s at %d of %s: %s", error.message, (int)error.byte, error.column, trees[0].text);
  }
  for (i = 0; i < CUSTOMERS; i++) {
    int wanted = w->tiers[i] >= 0 && evaluate(w, trees, 0, 0, i) == 1;
    int32_t given = 0;
    assert_int_equal(crm_segment_contains(segment, w->people[i].key, &given, NULL), CRM_OK);
    if (given != wanted) {
      fail_msg("customer %s is %s: %s\n  s1: %s\n  s2: %s\n  s3: %s", w->people[i].key, given ? "in" : "out",
               trees[0].text, trees[1].text, trees[2].text, trees[3].text);
    }
    size += wanted;
  }
  assert_int_equal(crm_segment_size(segment), size);
  crm_segment_free(segment);
}

static void test_random_expressions(void **state)
{
  tree *trees = calloc(DEFINITIONS, sizeof *trees);
  world *w = calloc(1, sizeof *w);
  uint64_t seed;
  int i;
  (void)state;
  assert_non_null(trees);
  assert_non_null(w);
  for (seed = 1; seed <= STORES; seed++) {
    crm_scope scope = CRM_SCOPE_INIT;
    crm_context *context = NULL;
    dice of = dice_of(seed + 1000);
    make_world(w, seed);
    assert_int_equal(crm_context_create(NULL, &context, NULL), CRM_OK);
    scope.context = seed % 2 ? context : NULL;
    for (i = 0; i < EXPRESSIONS; i++) {
      if (i % EACH == 0) {
        choose_scope(&of, w, i / EACH, &scope);
      }
      compare_one(&of, w, &scope, trees);
    }
    crm_context_free(context);
    crm_store_free(w->store);
  }
  free(trees);
  free(w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_expressions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
