/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/population.h"

#include "base/check.h"
#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"
#include "base/sort.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

#include <crm/products.h>

#include <string.h>

#define MILLION 1000000
#define PARTS_MOST 8
#define LINES_A_PART 8     /* for each item */

/* Half a cache line; what is seldom asked for stands elsewhere. */
typedef struct item {
  int64_t revenue;
  int64_t units;
  int64_t cost;
  int32_t last;            /* business day of the last sale line, INT32_MIN: none */
  uint32_t lines;
} item;

/* What the documents of one part sum up to. */
typedef struct sums {
  item *items;
  uint8_t *uncosted;       /* by item: a line has no cost */
  crm__facts *facts;
} sums;

/* Items are numbered as products are, and the lines without a product come after them. */
typedef struct catalogue {
  crm__scope *scope;
  int64_t a_share;
  int64_t b_share;
  int32_t with_buyers;
  uint32_t count;          /* products + 1 */
  crm__split parts;        /* of the documents */
  sums *sums;              /* by part */
  item *items;             /* of all parts, in the first one's place */
  uint8_t *uncosted;
  uint32_t *sold_by;       /* by item: sale lines of identified customers, */
  uint32_t *buyers;        /* and how many these are */
  uint32_t *sold_item;     /* by sale line of an identified customer */
  uint32_t *sold_to;
  uint64_t sold;
  uint32_t *order;         /* items with a line, by revenue descending, then key */
  uint32_t rows;
} catalogue;

/* ---- adding up ---- */

static void add_saturated(int64_t *sum, int64_t value)
{
  if (crm__add_overflows(*sum, value, sum)) {
    *sum = value < 0 ? -INT64_MAX : INT64_MAX;
  }
}

static void note_sale(catalogue *all, uint32_t index, uint32_t customer)
{
  if (customer != CRM__NONE) {
    all->sold_by[index]++;
    all->sold_item[all->sold] = index;
    all->sold_to[all->sold++] = customer;
  }
}

/* Lines side by side that count on one day, for one customer where buyers are counted. */
typedef struct run {
  uint64_t line;
  uint32_t count;
  int32_t day;
  uint32_t customer;
  int32_t redating;        /* lines that count on another day stand among them */
} run;

static int64_t known(const int64_t *values, uint32_t place)
{
  return values == NULL || values[place] == INT64_MIN ? 0 : values[place];
}

/* A line of whatever kind, `at` its place among the columns. */
static void add_line(catalogue *all, const sums *to, const run *of, const crm__lines *lines, uint32_t at)
{
  int kind = lines->code == NULL ? 1 : crm__line_kind(lines->code[at]);
  uint32_t index = lines->product == NULL ? CRM__NONE : lines->product[at];
  item *in;
  if (kind == 0 || (kind == 2 && all->scope->money == CRM_MONEY_SALES) ||
      (of->redating && crm__line_redated(all->scope, of->line))) {
    return;
  }
  index = index == CRM__NONE ? all->count - 1U : index;
  in = &to->items[index];
  in->lines++;
  in->revenue += known(lines->amount, at) + (all->scope->money == CRM_MONEY_TAXED ? known(lines->tax, at) : 0);
  in->units += known(lines->quantity, at);   /* the store keeps the sum of all quantities within 64 bits */
  in->cost += known(lines->cost, at);
  if (lines->cost == NULL || lines->cost[at] == INT64_MIN) {
    to->uncosted[index] = 1;
  }
  if (kind == 1) {
    in->last = of->day > in->last ? of->day : in->last;
    if (all->with_buyers) {
      note_sale(all, index, of->customer);
    }
  }
}

/* How many lines ahead a product's item is asked for. */
#define AHEAD CRM__SIZE(16, 2)

/* Plain lines, as nearly all are: sold goods of a known product with quantity and cost. Answers the place of the first
 * line that is none. Beside add_line this takes half of the time: nothing is asked twice, and what does not change is
 * at hand. */
static uint32_t add_plain(const sums *to, int32_t day, const crm__lines *lines, uint32_t at, uint32_t end)
{
  item *items = to->items;
  const uint8_t *codes = lines->code;
  const uint32_t *products = lines->product;
  const int64_t *amounts = lines->amount;
  const int64_t *quantities = lines->quantity;
  const int64_t *costs = lines->cost;
  uint32_t ahead = lines->count - AHEAD;
  for (; at < end; at++) {
    uint32_t index = products[at];
    int64_t quantity = quantities[at];
    int64_t cost = costs[at];
    item *in = &items[index];
    if (index == CRM__NONE || quantity == INT64_MIN || cost == INT64_MIN || (codes != NULL && codes[at] != 0)) {
      break;
    }
    if (at < ahead && products[at + AHEAD] != CRM__NONE) {
      CRM__PREFETCH(&items[products[at + AHEAD]]);
    }
    in->revenue += amounts[at];
    in->units += quantity;
    in->cost += cost;
    in->lines++;
    in->last = day > in->last ? day : in->last;
  }
  return at;
}

/* The lines of a run that lie in one chunk. */
static void add_run(catalogue *all, const sums *to, run *of, const crm__lines *lines, uint32_t place, uint32_t count)
{
  int plain = lines->product != NULL && lines->amount != NULL && lines->quantity != NULL && lines->cost != NULL &&
              lines->count > AHEAD && all->scope->money != CRM_MONEY_TAXED && !of->redating && !all->with_buyers;
  uint32_t at = place;
  uint32_t end = place + count;
  while (at < end) {
    at = plain ? add_plain(to, of->day, lines, at, end) : at;
    if (at < end) {
      of->line += at - place;
      place = at;
      add_line(all, to, of, lines, at++);
    }
  }
  of->line += end - place;
  of->count -= count;
}

/* The run that begins with a fact; answers the first fact after it. Documents that came together mostly have their
 * lines side by side. */
static uint32_t take_run(const catalogue *all, const crm__facts *facts, uint32_t i, run *of)
{
  const uint32_t wanted = CRM__FACT_LINE | CRM__FACT_PERIOD;
  int sale_day = all->scope->refunds == CRM_REFUNDS_SALE_DAY;
  uint32_t next = i + 1;
  of->line = facts->line[i];
  of->count = (facts->flags[i] & wanted) == wanted ? facts->lines[i] : 0;
  of->day = facts->day[i];
  of->customer = facts->customer[i];
  of->redating = sale_day && !(facts->flags[i] & CRM__FACT_EXTRA);
  if (all->with_buyers || sale_day || of->count == 0) {
    return next;
  }
  while (next < facts->count && (facts->flags[next] & wanted) == wanted && facts->day[next] == of->day &&
         facts->line[next] == of->line + of->count && facts->lines[next] <= UINT32_MAX - of->count) {
    of->count += facts->lines[next++];
  }
  return next;
}

static crm_status add_part(void *job, uint64_t part)
{
  catalogue *all = job;
  const sums *to = &all->sums[part];
  crm__lines lines = CRM__LINES_INIT;
  uint32_t i;
  crm__facts_begin_part(to->facts, &all->parts, part);
  while (crm__facts_next(to->facts, all->scope)) {
    for (i = 0; i < to->facts->count;) {
      run of;
      i = take_run(all, to->facts, i, &of);
      while (of.count > 0) {
        uint32_t count;
        uint32_t place = crm__lines_at(&lines, all->scope, of.line, of.count, &count);
        add_run(all, to, &of, &lines, place, count);
      }
    }
  }
  return CRM_OK;
}

/* Distinct customers of each item: the sale lines are dealt out by item, and a customer remembers the last item that
 * counted it. */
static crm_status count_buyers(catalogue *all, crm_error *error)
{
  uint32_t customers = crm__customers(all->scope->store);
  uint32_t *dealt = crm__scope_alloc(all->scope, all->sold, sizeof *dealt);
  uint64_t *ends = crm__scope_alloc(all->scope, all->count, sizeof *ends);
  uint32_t *counted_by = crm__scope_alloc(all->scope, customers, sizeof *counted_by);
  uint64_t end = 0;
  uint64_t i;
  uint32_t k;
  if (dealt == NULL || ends == NULL || counted_by == NULL) {
    return crm__fail_memory(error);
  }
  for (k = 0; k < all->count; k++) {
    ends[k] = end;
    end += all->sold_by[k];
  }
  for (i = 0; i < all->sold; i++) {
    dealt[ends[all->sold_item[i]]++] = all->sold_to[i];
  }
  for (k = 0; k < customers; k++) {
    counted_by[k] = CRM__NONE;
  }
  for (k = 0, i = 0; k < all->count; k++) {
    for (; i < ends[k]; i++) {
      all->buyers[k] += counted_by[dealt[i]] != k;
      counted_by[dealt[i]] = k;
    }
  }
  return CRM_OK;
}

/* Parts of the documents, each with sums of its own: not where buyers are counted, which takes the lines in one list,
 * nor so many that putting them together would cost more than the lines. */
static crm__split cut(const catalogue *all)
{
  uint64_t lines = (uint64_t)crm_store_lines(all->scope->store);
  uint64_t most = lines / LINES_A_PART / all->count;
  crm__split parts = crm__facts_split(all->scope);
  most = all->with_buyers || most < 1 ? 1 : most < PARTS_MOST ? most : PARTS_MOST;
  while (parts.parts > most) {
    parts = crm__split_rows(parts.rows, parts.size * 2);
  }
  return parts;
}

static crm_status make_room(catalogue *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint64_t lines = all->with_buyers ? (uint64_t)crm_store_lines(scope->store) : 0;
  uint64_t part;
  uint32_t k;
  all->sums = crm__scope_alloc(scope, all->parts.parts, sizeof *all->sums);
  all->buyers = crm__scope_alloc_zero(scope, all->count, sizeof *all->buyers);
  all->sold_by = crm__scope_alloc_zero(scope, all->count, sizeof *all->sold_by);
  all->sold_item = crm__scope_alloc(scope, lines, sizeof *all->sold_item);
  all->sold_to = crm__scope_alloc(scope, lines, sizeof *all->sold_to);
  if (all->sums == NULL || all->buyers == NULL || all->sold_by == NULL || all->sold_item == NULL ||
      all->sold_to == NULL) {
    return crm__fail_memory(error);
  }
  for (part = 0; part < all->parts.parts; part++) {
    sums *of = &all->sums[part];
    of->items = crm__scope_alloc_zero(scope, all->count, sizeof *of->items);
    of->uncosted = crm__scope_alloc_zero(scope, all->count, sizeof *of->uncosted);
    of->facts = crm__scope_alloc(scope, 1, sizeof *of->facts);
    if (of->items == NULL || of->uncosted == NULL || of->facts == NULL) {
      return crm__fail_memory(error);
    }
    for (k = 0; k < all->count; k++) {
      of->items[k].last = INT32_MIN;
    }
  }
  return CRM_OK;
}

static void add_parts(catalogue *all)
{
  uint64_t part;
  uint32_t k;
  all->items = all->sums[0].items;
  all->uncosted = all->sums[0].uncosted;
  for (part = 1; part < all->parts.parts; part++) {
    for (k = 0; k < all->count; k++) {
      const item *from = &all->sums[part].items[k];
      item *to = &all->items[k];
      to->revenue += from->revenue;
      to->units += from->units;
      to->cost += from->cost;
      to->lines += from->lines;
      to->last = from->last > to->last ? from->last : to->last;
      all->uncosted[k] |= all->sums[part].uncosted[k];
    }
  }
}

/* Takes the sums that the store keeps. 0: there are none. */
static int take_kept(catalogue *all)
{
  const crm__product_sum *kept = all->with_buyers ? NULL : crm__kept_product_sums(all->scope);
  uint32_t k;
  if (kept == NULL) {
    return 0;
  }
  all->items = all->sums[0].items;
  all->uncosted = all->sums[0].uncosted;
  for (k = 0; k < all->count; k++) {
    const crm__product_sum *from = &kept[k + 1U < all->count ? k + 1U : 0];
    item *to = &all->items[k];
    to->revenue = from->revenue;
    to->units = from->units;
    to->cost = from->cost;
    to->last = from->last;
    to->lines = from->lines != 0;
    all->uncosted[k] = from->uncosted != 0;
  }
  return 1;
}

static crm_status sum_items(catalogue *all, crm_error *error)
{
  crm_status status;
  all->count = crm__products(all->scope->store) + 1U;
  all->parts = cut(all);
  all->parts.parts += all->parts.parts == 0;   /* a store without documents has one part without any */
  status = make_room(all, error);
  if (status == CRM_OK && take_kept(all)) {
    return CRM_OK;
  }
  if (status == CRM_OK) {
    status = crm__team_run(all->scope->team, all->parts.parts, add_part, all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  add_parts(all);
  return all->with_buyers ? count_buyers(all, error) : CRM_OK;
}

/* ---- the order ---- */

/* By key first, the lines without a product last; then by revenue, which keeps that order among equals. */
static crm_status sort_items(catalogue *all, crm_error *error)
{
  crm__scope *scope = all->scope;
  uint32_t *by_key = crm__scope_alloc(scope, all->count, sizeof *by_key);
  uint64_t *keys = crm__scope_alloc(scope, all->count, sizeof *keys);
  uint64_t *spare_keys = crm__scope_alloc(scope, all->count, sizeof *spare_keys);
  uint32_t *spare = crm__scope_alloc(scope, all->count, sizeof *spare);
  const uint32_t *ranks;
  uint32_t k;
  crm_status status = crm__product_ranks(scope, &ranks, error);
  if (status != CRM_OK) {
    return status;
  }
  all->order = crm__scope_alloc(scope, all->count, sizeof *all->order);
  if (by_key == NULL || keys == NULL || spare_keys == NULL || spare == NULL || all->order == NULL) {
    return crm__fail_memory(error);
  }
  for (k = 0; k + 1U < all->count; k++) {
    by_key[ranks[k]] = k;
  }
  by_key[all->count - 1U] = all->count - 1U;
  for (k = 0; k < all->count; k++) {
    const item *of = &all->items[by_key[k]];
    if (of->lines > 0) {
      keys[all->rows] = ~crm__sortable(of->revenue);
      all->order[all->rows++] = by_key[k];
    }
  }
  crm__radix_sort(keys, all->order, spare_keys, spare, all->rows);
  return CRM_OK;
}

/* ---- the table ---- */

enum { PRODUCT_KEY, PRODUCT_REVENUE, PRODUCT_SHARE, PRODUCT_CUMULATIVE, PRODUCT_CLASS, PRODUCT_UNITS, PRODUCT_MARGIN,
       PRODUCT_BUYERS, PRODUCT_LAST, PRODUCT_RANK, PRODUCT_COST, PRODUCT_COLUMNS };

static void put_figures(const catalogue *all, crm_table *table, uint32_t index)
{
  const item *of = &all->items[index];
  if (index == all->count - 1U) {
    crm__table_put_null(table, PRODUCT_KEY);
  } else {
    crm__table_put_key(table, PRODUCT_KEY, crm__product_key(all->scope->store, index));
  }
  crm__table_put(table, PRODUCT_REVENUE, of->revenue);
  crm__table_put(table, PRODUCT_UNITS, of->units);
  if (all->uncosted[index] || of->revenue == 0) {
    crm__table_put_null(table, PRODUCT_MARGIN);
  } else {
    int64_t gained = of->revenue;
    add_saturated(&gained, -of->cost);
    crm__table_put(table, PRODUCT_MARGIN, crm__ratio(gained, of->revenue));
  }
  if (all->uncosted[index]) {
    crm__table_put_null(table, PRODUCT_COST);
  } else {
    crm__table_put(table, PRODUCT_COST, of->cost);
  }
  if (all->with_buyers) {
    crm__table_put(table, PRODUCT_BUYERS, all->buyers[index]);
  } else {
    crm__table_put_null(table, PRODUCT_BUYERS);
  }
  if (of->last == INT32_MIN) {
    crm__table_put_null(table, PRODUCT_LAST);
  } else {
    crm__table_put(table, PRODUCT_LAST, of->last);
  }
}

/* The class of an item by what the ones before it hold, exactly. */
static const char *class_of(const catalogue *all, int64_t revenue, int64_t before, int64_t total)
{
  crm__wide held = crm__wide_multiply(before, 10000);
  if (revenue <= 0) {
    return "none";
  }
  if (crm__wide_compare(held, crm__wide_multiply(total, all->a_share)) < 0) {
    return "a";
  }
  return crm__wide_compare(held, crm__wide_multiply(total, all->b_share)) < 0 ? "b" : "c";
}

static crm_status put_items(const catalogue *all, crm_table *table, crm_error *error)
{
  int64_t *positive = crm__scope_alloc(all->scope, all->rows, sizeof *positive);
  int64_t *shares = crm__scope_alloc_zero(all->scope, all->rows, sizeof *shares);
  uint64_t *remainders = crm__scope_alloc(all->scope, all->rows, sizeof *remainders);
  int64_t total = 0;
  int64_t before = 0;
  int64_t cumulative = 0;
  int64_t rank = 0;
  uint32_t i;
  if (positive == NULL || shares == NULL || remainders == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all->rows; i++) {
    int64_t revenue = all->items[all->order[i]].revenue;
    positive[i] = revenue > 0 ? revenue : 0;
    total += positive[i];
  }
  if (total > 0) {
    crm__apportion(positive, all->rows, MILLION, shares, remainders);
  }
  for (i = 0; i < all->rows; i++) {
    int64_t revenue = all->items[all->order[i]].revenue;
    if (i == 0 || revenue != all->items[all->order[i - 1U]].revenue) {
      rank = (int64_t)i + 1;
    }
    put_figures(all, table, all->order[i]);
    cumulative += shares[i];
    crm__table_put(table, PRODUCT_SHARE, shares[i]);
    crm__table_put(table, PRODUCT_CUMULATIVE, cumulative);
    crm__table_put_name(table, PRODUCT_CLASS, class_of(all, revenue, before, total));
    crm__table_put(table, PRODUCT_RANK, rank);
    before += positive[i];
  }
  return CRM_OK;
}

static crm_status make(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  catalogue *all = context;
  crm__table_column columns[PRODUCT_COLUMNS] = {
    { "product", CRM_TYPE_TEXT, 0 },   { "revenue", CRM_TYPE_MONEY, 0 },  { "share", CRM_TYPE_DECIMAL, 6 },
    { "cumulative_share", CRM_TYPE_DECIMAL, 6 }, { "class", CRM_TYPE_TEXT, 0 }, { "units", CRM_TYPE_DECIMAL, 0 },
    { "margin", CRM_TYPE_DECIMAL, 6 }, { "buyers", CRM_TYPE_INTEGER, 0 }, { "last", CRM_TYPE_DATE, 0 },
    { "rank", CRM_TYPE_INTEGER, 0 },   { "cost", CRM_TYPE_MONEY, 0 }
  };
  crm_status status;
  all->scope = scope;
  status = sum_items(all, error);
  if (status == CRM_OK) {
    status = sort_items(all, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  columns[PRODUCT_REVENUE].scale = crm_store_digits(all->scope->store);
  columns[PRODUCT_COST].scale = columns[PRODUCT_REVENUE].scale;
  columns[PRODUCT_UNITS].scale = crm__quantity_digits(all->scope->store);
  status = crm__table_begin(crm__scope_memory(all->scope), "products", columns, PRODUCT_COLUMNS, all->rows, table,
                            error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(all->scope, *table, "products", 1);
  crm__table_meta(*table, "a_share", "%lld", (long long)all->a_share);
  crm__table_meta(*table, "b_share", "%lld", (long long)all->b_share);
  status = put_items(all, *table, error);
  if (status != CRM_OK) {
    crm_table_free(*table);
    *table = NULL;
    return status;
  }
  return crm__table_finish(table, error);
}

static crm_status read_options(catalogue *all, const crm_products_options *given, crm_error *error)
{
  crm_products_options options = CRM_PRODUCTS_OPTIONS_INIT;
  if (given != NULL) {
    crm_status status = crm__struct_read(&options, sizeof options, given, "crm_products_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  all->a_share = options.a_share == 0 ? 8000 : options.a_share;
  all->b_share = options.b_share == 0 ? 9500 : options.b_share;
  all->with_buyers = !options.without_buyers;
  if (all->a_share < 0 || all->a_share > 10000) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "a_share", 0, -1, "a share is 1 to 10000 basis points");
  }
  if (all->b_share < all->a_share || all->b_share > 10000) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "b_share", 0, -1,
                        "the share of b is at or above that of a, at most 10000 basis points");
  }
  return CRM_OK;
}

crm_status crm_products_compute(const crm_store *store, const crm_scope *scope, const crm_products_options *options,
                                crm_table **table, crm_error *error)
{
  catalogue all;
  crm_status status;
  memset(&all, 0, sizeof all);
  status = read_options(&all, options, error);
  return status == CRM_OK ? crm__scope_table(store, scope, make, &all, table, error) : status;
}
