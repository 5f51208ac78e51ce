/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"

#include "base/error.h"
#include "store/context.h"
#include "store/customer.h"
#include "store/identity.h"
#include "store/saved_file.h"
#include "store/segment.h"
#include "table/build.h"

#include <string.h>

static crm_status check_scope(const crm_scope *options, crm_error *error)
{
  if (options->money < CRM_MONEY_NET || options->money > CRM_MONEY_TAXED) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "money", 0, -1, "no such basis of money");
  }
  if (options->refunds < CRM_REFUNDS_REFUND_DAY || options->refunds > CRM_REFUNDS_SALE_DAY) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "refunds", 0, -1, "no such basis of refunds");
  }
  if (options->occasions < CRM_OCCASIONS_EACH || options->occasions > CRM_OCCASIONS_DAY) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "occasions", 0, -1, "no such way to count occasions");
  }
  if (options->accounts != 0 && options->accounts != 1) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "accounts", 0, -1, "accounts is 0 or 1");
  }
  if (options->from != CRM_TIME_UNSET_FROM && options->to != CRM_TIME_UNSET_TO && options->from >= options->to) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "from", 0, -1, "the period ends before it begins");
  }
  if (options->branch_count < 0 || (options->branch_count > 0 && options->branches == NULL)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "branches", 0, -1, "the keys of the branches are missing");
  }
  return CRM_OK;
}

static crm_status take_branches(crm__scope *scope, const crm_scope *options, crm_error *error)
{
  const crm_store *store = scope->store;
  uint8_t *counts;
  size_t length = 1;
  size_t at = 0;
  int64_t i;
  if (options->branches == NULL) {
    return CRM_OK;
  }
  for (i = 0; i < options->branch_count; i++) {
    if (options->branches[i] == NULL) {
      return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "branches", i + 1, -1, "a key is missing");
    }
    length += strlen(options->branches[i]) + 1;
  }
  counts = crm__scope_alloc_zero(scope, store->branches.count + 1, 1);
  scope->branch_text = crm__scope_alloc(scope, length, 1);
  if (counts == NULL || scope->branch_text == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < options->branch_count; i++) {
    const char *key = options->branches[i];
    uint32_t id = crm__intern_find(&store->branches, 0, crm__key_from(key, strlen(key)));
    if (id != CRM__NONE) {
      counts[id + 1] = 1;
    }
    if (i > 0) {
      scope->branch_text[at++] = ' ';
    }
    memcpy(scope->branch_text + at, key, strlen(key));
    at += strlen(key);
  }
  scope->branch_text[at] = '\0';
  scope->branches = counts;
  return CRM_OK;
}

/* The kinds of all customers; a chunk at a time where no keys have been merged. */
static void take_kinds(const crm_store *store, uint8_t *kinds)
{
  const crm__column *column = &store->dimensions[CRM__TABLE_CUSTOMERS].values[CRM__CUSTOMERS_KIND];
  uint32_t customers = crm__customers(store);
  int plain = store->identity.count == 0 && crm__column_absent(&store->anonymous);
  uint32_t first;
  uint32_t i;
  for (first = 0; first < customers; first += (uint32_t)CRM__CHUNK) {
    uint32_t count = customers - first < CRM__CHUNK ? customers - first : (uint32_t)CRM__CHUNK;
    const uint8_t *kept = plain ? crm__column_at(column, first) : NULL;
    for (i = 0; i < count; i++) {
      kinds[first + i] = kept != NULL ? (uint8_t)(kept[i] == UINT8_MAX ? CRM__CUSTOMER_PERSON : kept[i])
                         : plain      ? (uint8_t)CRM__CUSTOMER_PERSON
                                      : (uint8_t)crm__customer_kind(store, first + i);
    }
  }
}

/* Notes which customers are anonymous, internal or outside the segment, if any are. */
static crm_status take_special(crm__scope *scope, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint8_t *special;
  uint8_t *kinds;
  uint32_t i;
  if (scope->segment == NULL && scope->accounts == NULL && crm__column_absent(&store->anonymous) &&
      crm__column_absent(&store->dimensions[CRM__TABLE_CUSTOMERS].values[CRM__CUSTOMERS_KIND])) {
    return CRM_OK;
  }
  special = crm__scope_alloc(scope, customers, 1);
  kinds = scope->accounts == NULL ? special : crm__scope_alloc(scope, customers, 1);
  if (special == NULL || kinds == NULL) {
    return crm__fail_memory(error);
  }
  take_kinds(store, kinds);
  for (i = 0; (scope->accounts != NULL || scope->segment != NULL) && i < customers; i++) {
    int inside = crm__scope_customer(scope, i) == i && (scope->segment == NULL || crm__segment_has(scope->segment, i));
    special[i] = inside ? kinds[i] : CRM__CUSTOMER_OUTSIDE;
  }
  scope->kinds = scope->accounts == NULL ? NULL : kinds;
  scope->special = special;
  return CRM_OK;
}

static int acquaintance(const crm__scope *scope, uint32_t customer);

/* What is known of all that count as one. */
static crm_status meet_accounts(crm__scope *scope, crm_error *error)
{
  const crm_store *store = scope->store;
  uint32_t customers = crm__customers(store);
  uint8_t *acquainted = crm__scope_alloc_zero(scope, customers, 1);   /* CRM__ABSENT */
  int64_t *joined = crm__scope_alloc(scope, customers, sizeof *joined);
  uint32_t i;
  if (acquainted == NULL || joined == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < customers; i++) {
    joined[i] = INT64_MAX;
  }
  for (i = 0; i < customers; i++) {
    uint32_t account = scope->accounts[i];
    int own = acquaintance(scope, i);
    int64_t first = joined[account];
    int64_t since;
    if (own == CRM__PROSPECT || acquainted[account] == CRM__ABSENT) {
      acquainted[account] = (uint8_t)own;
    }
    if (crm__customer_row(store, i, &since) &&
        (first == INT64_MAX || first == INT64_MIN || (since != INT64_MIN && since < first))) {
      joined[account] = since;
    }
  }
  scope->acquainted = acquainted;
  scope->joined = joined;
  return CRM_OK;
}

/* Of a store whose facts are not read: kinds and acquaintances as they stood in its file. */
static crm_status take_standings(crm__scope *scope, const crm_scope *options, crm_error *error)
{
  const crm_store *store = scope->store;
  if (options->accounts != 0 || options->segment != NULL || options->branches != NULL || options->summary != NULL ||
      scope->from != INT64_MIN || scope->to < scope->as_of || scope->as_of != crm_store_horizon(store) ||
      options->money != CRM_MONEY_NET || options->refunds != CRM_REFUNDS_REFUND_DAY ||
      options->occasions != CRM_OCCASIONS_EACH) {
    return crm__store_ready(store, error);
  }
  scope->special = store->saved->special ? store->saved->kinds : NULL;
  scope->acquainted = store->saved->acquainted;
  return CRM_OK;
}

static crm_status open_scope(crm__scope *scope, const crm_store *store, const crm_scope *options, int measured,
                             crm_error *error)
{
  static const crm_scope defaults = CRM_SCOPE_INIT;
  crm_scope own = defaults;
  crm_status status = CRM_OK;
  memset(scope, 0, sizeof *scope);
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (options != NULL) {
    status = crm__struct_read(&own, sizeof own, options, "crm_scope", error);
  }
  if (status == CRM_OK) {
    status = check_scope(&own, error);
  }
  if (status == CRM_OK && !measured) {
    status = crm__store_ready(store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  scope->store = store;
  scope->as_of = own.as_of == CRM_TIME_UNSET_TO ? crm_store_horizon(store) : own.as_of;
  scope->from = own.from;
  scope->to = own.to < scope->as_of ? own.to : scope->as_of;
  if (scope->from != INT64_MIN && scope->from < CRM__TIME_MIN) {
    scope->from = INT64_MIN;
  }
  if (scope->to < CRM__TIME_MIN) {
    scope->to = CRM__TIME_MIN;      /* no fact is before it; days of earlier instants would not fit */
  }
  if (scope->as_of < CRM__TIME_MIN) {
    scope->as_of = CRM__TIME_MIN;
  }
  scope->latest = store->latest;
  scope->as_of_day = scope->as_of == INT64_MAX ? 0 : crm__business_day(scope->as_of, store->day_start);
  scope->money = own.money;
  scope->refunds = own.refunds;
  scope->occasions = own.occasions;
  scope->internal = own.internal != 0;
  scope->day_start = store->day_start;
  scope->context = own.context;
  scope->team = crm__context_team(own.context);
  scope->summary = own.summary;
  if (scope->context == NULL) {
    scope->own = crm__context_for(&store->memory);
    scope->context = scope->own;
  }
  if (scope->context == NULL) {
    return crm__fail_memory(error);
  }
  if (crm__store_ready(store, NULL) != CRM_OK) {
    status = take_standings(scope, &own, error);
    if (status != CRM_OK) {
      crm__scope_close(scope);
    }
    return status;
  }
  status = take_branches(scope, &own, error);
  if (status == CRM_OK && own.accounts) {
    status = crm__accounts_find(scope, NULL, &scope->accounts, error);
  }
  if (status == CRM_OK && own.segment != NULL) {
    scope->segment = own.segment;
    status = crm__segment_check(own.segment, store, error);
  }
  if (status == CRM_OK) {
    status = take_special(scope, error);
  }
  if (status == CRM_OK && own.accounts) {
    status = meet_accounts(scope, error);
  }
  if (status != CRM_OK) {
    crm__scope_close(scope);
  }
  return status;
}

crm_status crm__scope_open(crm__scope *scope, const crm_store *store, const crm_scope *options, crm_error *error)
{
  return open_scope(scope, store, options, 0, error);
}

crm_status crm__scope_open_measured(crm__scope *scope, const crm_store *store, const crm_scope *options,
                                    crm_error *error)
{
  return open_scope(scope, store, options, 1, error);
}

void crm__scope_close(crm__scope *scope)
{
  if (scope->own != NULL) {
    crm_context_free(scope->own);
  } else if (scope->context != NULL) {
    crm__context_reset(scope->context);
  }
  scope->own = NULL;
  scope->context = NULL;
}

crm_status crm__scope_table(const crm_store *store, const crm_scope *scope, crm__scope_maker make, void *context,
                            crm_table **table, crm_error *error)
{
  crm_table *made = NULL;
  crm__scope open;
  crm_status status;
  if (store == NULL || table == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or table is NULL");
  }
  status = crm__scope_open(&open, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = make(&open, context, &made, error);
  crm__scope_close(&open);
  if (status == CRM_OK) {
    *table = made;
  }
  return status;
}

void *crm__scope_alloc(crm__scope *scope, uint64_t count, size_t size)
{
  if (count > SIZE_MAX / size) {
    return NULL;
  }
  return crm__context_alloc(scope->context, count == 0 ? size : (size_t)count * size);
}

void *crm__scope_alloc_zero(crm__scope *scope, uint64_t count, size_t size)
{
  void *memory = crm__scope_alloc(scope, count, size);
  if (memory != NULL) {
    memset(memory, 0, (size_t)count * size);
  }
  return memory;
}

const crm__memory *crm__scope_memory(const crm__scope *scope)
{
  return &scope->store->memory;
}

static void put_instant(crm_table *table, const char *key, int64_t time)
{
  char text[32];
  if (time == INT64_MIN || time == INT64_MAX) {
    crm__table_meta_text(table, key, "");
    return;
  }
  text[crm__time_write(time, text)] = '\0';
  crm__table_meta(table, key, "%s", text);
}

void crm__scope_describe_before(const crm__scope *scope, crm_table *table)
{
  put_instant(table, "before_as_of", scope->as_of);
  put_instant(table, "before_from", scope->from);
  put_instant(table, "before_to", scope->to);
}

void crm__scope_describe(const crm__scope *scope, crm_table *table, const char *definition, int32_t revision)
{
  static const char *const money[] = {"net", "sales", "taxed"};
  crm__table_meta(table, "definition", "%s", definition);
  crm__table_meta(table, "revision", "%d", (int)revision);
  put_instant(table, "as_of", scope->as_of);
  put_instant(table, "from", scope->from);
  put_instant(table, "to", scope->to);
  crm__table_meta(table, "money", "%s", money[scope->money]);
  crm__table_meta(table, "refunds", "%s", scope->refunds == CRM_REFUNDS_SALE_DAY ? "sale_day" : "refund_day");
  crm__table_meta(table, "occasions", "%s", scope->occasions == CRM_OCCASIONS_DAY ? "day" : "each");
  crm__table_meta_text(table, "branches", scope->branch_text == NULL ? "all" : scope->branch_text);
  if (scope->accounts != NULL) {
    crm__table_meta(table, "accounts", "together");
  }
  crm__table_meta(table, "internal", "%s", scope->internal ? "counted" : "left_out");
  crm__table_meta(table, "data_version", "%lld", (long long)scope->store->version);
  if (scope->segment != NULL) {
    crm__table_meta_text(table, "segment", crm__segment_text(scope->segment));
    crm__table_meta(table, "segment_customers", "%lld", (long long)crm_segment_size(scope->segment));
  }
}

uint32_t crm__customers(const crm_store *store)
{
  return store->customer_count;
}

crm__key crm__customer_key(const crm_store *store, uint32_t customer)
{
  return crm__intern_key(&store->customers, customer, NULL);
}

crm__key crm__customer_name(const crm_store *store, uint32_t customer, int32_t column)
{
  uint32_t name = crm__column_u32(&store->dimensions[CRM__TABLE_CUSTOMERS].values[column],
                                  crm__customer_speaker(store, customer));
  return name == CRM__NONE ? crm__key_none() : crm__intern_key(&store->names, name, NULL);
}

uint32_t crm__customer_find(const crm_store *store, const char *key)
{
  uint32_t id = key == NULL ? CRM__NONE : crm__intern_find(&store->customers, 0, crm__key_from(key, strlen(key)));
  return id != CRM__NONE && id < store->customer_count ? crm__resolve(store, id) : CRM__NONE;
}

int crm__customer_acquaintance(const crm__scope *scope, uint32_t customer)
{
  return scope->acquainted != NULL ? scope->acquainted[customer] : acquaintance(scope, customer);
}

int crm__scope_row(const crm__scope *scope, uint32_t customer, int64_t *joined)
{
  if (scope->joined == NULL) {
    return crm__customer_row(scope->store, customer, joined);
  }
  *joined = scope->joined[customer] == INT64_MAX ? INT64_MIN : scope->joined[customer];
  return scope->joined[customer] != INT64_MAX;
}

static int acquaintance(const crm__scope *scope, uint32_t customer)
{
  const crm_store *store = scope->store;
  uint32_t document;
  int64_t joined;
  if (crm__customer_row(store, customer, &joined)) {
    if (joined == CRM__NULL) {
      return CRM__SUSPECT;
    }
    if (joined < scope->as_of) {
      return CRM__PROSPECT;
    }
  }
  for (document = store->profiles[customer].head; document != CRM__NONE;
       document = crm__column_u32(&store->documents.next, document)) {
    if (crm__column_i64(&store->documents.time, document) < scope->as_of) {
      return CRM__SUSPECT;
    }
  }
  return crm__customer_met(store, customer) < scope->as_of ? CRM__SUSPECT : CRM__ABSENT;
}

void crm__ranks_close(uint32_t *ranks, uint64_t count, uint64_t known, uint32_t *spare)
{
  uint32_t next = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    spare[ranks[i]] = (uint32_t)i;
  }
  for (i = 0; i < count; i++) {
    if (spare[i] < known) {
      ranks[spare[i]] = next++;
    }
  }
}

/* Of the first `known` ids; the table may hold more while a load is open. */
static crm_status key_ranks(crm__scope *scope, const crm__intern *intern, uint64_t known, const uint32_t **ranks,
                            crm_error *error)
{
  crm__memory memory = crm__memory_fork(&scope->store->memory);
  crm_status status = crm__store_ready(scope->store, error);
  uint32_t *made = status == CRM_OK ? crm__scope_alloc(scope, intern->count, sizeof *made) : NULL;
  if (status != CRM_OK) {
    return status;
  }
  if (made == NULL || !crm__intern_ranks(intern, &memory, made)) {
    return crm__fail_memory(error);
  }
  if (known < intern->count) {
    uint32_t *spare = crm__scope_alloc(scope, intern->count, sizeof *spare);
    if (spare == NULL) {
      return crm__fail_memory(error);
    }
    crm__ranks_close(made, intern->count, known, spare);
  }
  *ranks = made;
  return CRM_OK;
}

crm_status crm__customer_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error)
{
  return key_ranks(scope, &scope->store->customers, scope->store->customer_count, ranks, error);
}

crm_status crm__product_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error)
{
  return key_ranks(scope, &scope->store->products, scope->store->products.count, ranks, error);
}

uint32_t crm__branches(const crm_store *store)
{
  return (uint32_t)store->branches.count;
}

crm__key crm__branch_key(const crm_store *store, uint32_t branch)
{
  return crm__intern_key(&store->branches, branch, NULL);
}

crm_status crm__branch_ranks(crm__scope *scope, const uint32_t **ranks, crm_error *error)
{
  return key_ranks(scope, &scope->store->branches, scope->store->branches.count, ranks, error);
}

uint32_t crm__document_branch(const crm_store *store, uint32_t document)
{
  return crm__column_u32(&store->documents.branch, document);
}

uint32_t crm__products(const crm_store *store)
{
  return (uint32_t)store->products.count;
}

crm__key crm__product_key(const crm_store *store, uint32_t product)
{
  return crm__intern_key(&store->products, product, NULL);
}

int32_t crm__quantity_digits(const crm_store *store)
{
  return store->quantity_digits;
}

int crm__customer_row(const crm_store *store, uint32_t customer, int64_t *joined)
{
  const crm__dimension *dimension = &store->dimensions[CRM__TABLE_CUSTOMERS];
  uint32_t id = crm__resolve(store, customer) == customer ? customer : CRM__NONE;
  int found = 0;
  *joined = CRM__NULL;
  for (; id != CRM__NONE; id = crm__alias_next(store, id)) {
    if (crm__column_u8(&dimension->present, id) != 0) {
      int64_t own = crm__column_i64(&dimension->values[CRM__CUSTOMERS_JOINED], id);
      *joined = *joined == CRM__NULL || (own != CRM__NULL && own < *joined) ? own : *joined;
      found = 1;
    }
  }
  return found;
}
