/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/pyramid_handle.h"

#include "base/check.h"
#include "base/error.h"
#include "base/sort.h"

/* Computing a pyramid and looking customers up in it. The values of the n are sorted, without their customers: a tier
 * is a stretch of them, a rank a search in them, and a customer's tier follows from the values at the cuts. */

const char *crm__tier_name(const crm_pyramid *pyramid, int32_t tier)
{
  static const char *const named[] = { "vip", "major", "medium", "small" };
  static const char *const numbered[] = { "tier1", "tier2", "tier3", "tier4", "tier5", "tier6", "tier7", "tier8",
                                          "tier9", "tier10", "tier11", "tier12", "tier13", "tier14", "tier15",
                                          "tier16", "tier17" };
  static const char *const below[] = { "nonpositive", "inactive", "prospect", "suspect" };
  if (tier >= pyramid->tier_count) {
    return below[tier - pyramid->tier_count];
  }
  return pyramid->tier_count == 4 ? named[tier] : numbered[tier];
}

/* ---- options ---- */

static crm_status fail_option(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status read_shares(crm_pyramid *pyramid, const crm_pyramid_options *options, crm_error *error)
{
  static const int32_t usual[] = { 100, 500, 2000 };
  const int32_t *shares = options->share_count == 0 ? usual : options->shares;
  int64_t count = options->share_count == 0 ? 3 : options->share_count;
  int64_t i;
  if (count < 0 || count > CRM_PYRAMID_SHARES || shares == NULL) {
    return fail_option(error, "shares", "shares are 1 to 16 numbers");
  }
  for (i = 0; i < count; i++) {
    if (shares[i] < 1 || shares[i] > 9999 || (i > 0 && shares[i] <= shares[i - 1])) {
      return fail_option(error, "shares", "shares rise strictly from 1 to 9999 basis points");
    }
    pyramid->shares[i] = shares[i];
  }
  pyramid->tier_count = (int32_t)count + 1;
  return CRM_OK;
}

static crm_status read_options(crm_pyramid *pyramid, const crm_pyramid_options *given, crm_error *error)
{
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  if (given != NULL) {
    crm_status status = crm__struct_read(&options, sizeof options, given, "crm_pyramid_options", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  if (options.cut < CRM_CUT_CEIL || options.cut > CRM_CUT_HALF_UP) {
    return fail_option(error, "cut", "no such cut");
  }
  if (options.ties != CRM_TIES_TOGETHER && options.ties != CRM_TIES_SPLIT) {
    return fail_option(error, "ties", "no such rule for ties");
  }
  if (options.measure < CRM_MEASURE_SPEND || options.measure > CRM_MEASURE_OCCASIONS) {
    return fail_option(error, "measure", "no such measure");
  }
  pyramid->rule = options.cut;
  pyramid->ties = options.ties;
  pyramid->measure = options.measure;
  return read_shares(pyramid, &options, error);
}

/* ---- computing ---- */

int64_t crm__cut_size(int32_t rule, int64_t share, int64_t n)
{
  if (rule == CRM_CUT_CEIL) {
    return (share * n + 9999) / 10000;
  }
  return rule == CRM_CUT_FLOOR ? share * n / 10000 : (share * n + 5000) / 10000;
}

/* How many of the n have at least a value. */
static int64_t count_from(const crm_pyramid *pyramid, uint64_t value)
{
  int64_t low = 0;
  int64_t high = pyramid->n;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if ((uint64_t)crm__pyramid_sorted(pyramid, middle) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return pyramid->n - low;
}

/* The customer at a position (from 1) of the order by value descending, then key. equals: scratch for n ranks. */
static uint32_t customer_at(const crm_pyramid *pyramid, int64_t value, int64_t position, const uint32_t *ranks,
                            int64_t *equals)
{
  uint64_t wanted = (uint64_t)(position - 1 - count_from(pyramid, (uint64_t)value + 1U));
  uint64_t count = 0;
  int64_t rank;
  uint32_t id;
  for (id = 0; id < pyramid->customers; id++) {
    if (pyramid->kinds[id] == CRM__KIND_IN && crm__pyramid_value(pyramid, id) == value) {
      equals[count++] = ranks[id];
    }
  }
  rank = crm__select(equals, count, wanted);
  id = 0;
  while (ranks[id] != (uint32_t)rank) {
    id++;
  }
  return id;
}

static crm__place place_at(const crm_pyramid *pyramid, int64_t position, const uint32_t *ranks, int64_t *equals)
{
  crm__place place;
  place.value = crm__pyramid_sorted(pyramid, pyramid->n - position);
  place.customer = ranks == NULL ? CRM__NONE : customer_at(pyramid, place.value, position, ranks, equals);
  return place;
}

/* ranks and equals are NULL where ties stay together. */
static void find_cuts(crm_pyramid *pyramid, const uint32_t *ranks, int64_t *equals)
{
  int32_t i;
  for (i = 0; i < pyramid->tier_count - 1; i++) {
    crm__cut *cut = &pyramid->cuts[i];
    cut->size = crm__cut_size(pyramid->rule, pyramid->shares[i], pyramid->n);
    cut->reached = cut->size;
    if (cut->size > 0) {
      cut->last = place_at(pyramid, cut->size, ranks, equals);
      if (ranks == NULL) {
        cut->reached = count_from(pyramid, (uint64_t)cut->last.value);
      }
    }
    if (cut->size < pyramid->n) {
      cut->next = place_at(pyramid, cut->size + 1, ranks, equals);
    }
  }
}

/* Adds up the stretches of the sorted values between the cuts. 1 where the sum of all passes 64 bits. */
static int sum_tiers(crm_pyramid *pyramid)
{
  int overflow = 0;
  int64_t taken = 0;
  int32_t tier;
  for (tier = 0; tier < pyramid->tier_count; tier++) {
    crm__tier_sum *sum = &pyramid->sums[tier];
    int64_t end = tier < pyramid->tier_count - 1 ? pyramid->cuts[tier].reached : pyramid->n;
    sum->customers = end - taken;
    if (end > taken) {
      sum->most = crm__pyramid_sorted(pyramid, pyramid->n - 1 - taken);
      sum->least = crm__pyramid_sorted(pyramid, pyramid->n - end);
    }
    for (; taken < end; taken++) {
      overflow |= crm__add_overflows(sum->total, crm__pyramid_sorted(pyramid, pyramid->n - 1 - taken), &sum->total);
    }
    overflow |= crm__add_overflows(pyramid->total, sum->total, &pyramid->total);
  }
  return overflow;
}

static crm_status fill(crm_pyramid *pyramid, crm__scope *scope, crm_error *error)
{
  const uint32_t *ranks = NULL;
  crm__measures measures;
  int64_t *spare;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status == CRM_OK) {
    status = crm__pyramid_gather(pyramid, scope, &measures, error);
  }
  if (status == CRM_OK && pyramid->ties == CRM_TIES_SPLIT) {
    status = crm__customer_ranks(scope, &ranks, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  spare = crm__scope_alloc(scope, (uint64_t)pyramid->n, sizeof *spare);
  if (spare == NULL) {
    return crm__fail_memory(error);
  }
  if (pyramid->wide) {
    crm__radix_sort(pyramid->sorted, NULL, (uint64_t *)spare, NULL, (uint64_t)pyramid->n);
  } else {
    crm__sort_small(pyramid->sorted, (uint32_t *)spare, (uint64_t)pyramid->n);
  }
  find_cuts(pyramid, ranks, spare);
  return sum_tiers(pyramid) ? crm__pyramid_fail_sum(error) : CRM_OK;
}

crm_status crm__pyramid_begin(const crm__scope *open, const crm_scope *scope, const crm_pyramid_options *options,
                              crm_pyramid **pyramid, crm_error *error)
{
  crm__memory memory = crm__memory_fork(crm__scope_memory(open));
  crm_pyramid *made = crm__alloc_zero(&memory, sizeof *made);
  crm_status status;
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  made->memory = memory;
  made->store = open->store;
  made->version = crm_store_version(open->store);
  made->customers = crm__customers(open->store);
  status = read_options(made, options, error);
  if (status == CRM_OK) {
    status = crm__scope_keep(open, scope, &made->memory, &made->kept, error);
  }
  if (status != CRM_OK) {
    crm_pyramid_free(made);
    return status;
  }
  *pyramid = made;
  return CRM_OK;
}

crm_status crm_pyramid_compute(const crm_store *store, const crm_scope *scope, const crm_pyramid_options *options,
                               crm_pyramid **pyramid, crm_error *error)
{
  crm__scope open;
  crm_pyramid *made = NULL;
  crm_status status;
  if (store == NULL || pyramid == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "store or pyramid is NULL");
  }
  status = crm__scope_open_measured(&open, store, scope, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__pyramid_begin(&open, scope, options, &made, error);
  if (status == CRM_OK) {
    status = fill(made, &open, error);
  }
  crm__scope_close(&open);
  if (status != CRM_OK) {
    crm_pyramid_free(made);
    return status;
  }
  *pyramid = made;
  return CRM_OK;
}

void crm_pyramid_free(crm_pyramid *pyramid)
{
  crm__memory memory;
  if (pyramid == NULL) {
    return;
  }
  memory = pyramid->memory;
  crm__pyramid_drop_values(pyramid);
  crm__scope_kept_free(&pyramid->kept, &memory);
  crm__free(&memory, pyramid, sizeof *pyramid);
}

static crm_status check_state(const crm_pyramid *pyramid, crm_error *error)
{
  if (crm_store_version(pyramid->store) != pyramid->version) {
    return crm__fail(error, CRM_ERROR_STATE, "the store has changed since the pyramid was computed");
  }
  return CRM_OK;
}

crm_status crm__pyramid_open(const crm_pyramid *pyramid, crm__scope *scope, crm_error *error)
{
  crm_status status = check_state(pyramid, error);
  return status == CRM_OK ? crm__scope_open(scope, pyramid->store, &pyramid->kept.scope, error) : status;
}

crm_status crm__pyramid_open_measured(const crm_pyramid *pyramid, crm__scope *scope, crm_error *error)
{
  crm_status status = check_state(pyramid, error);
  return status == CRM_OK ? crm__scope_open_measured(scope, pyramid->store, &pyramid->kept.scope, error) : status;
}

/* ---- looking up ---- */

/* 1 where, values being equal, a customer is not ahead of a place: ties are split, and its key comes after. */
static int is_behind(const crm_pyramid *pyramid, uint32_t id, const crm__place *place)
{
  return pyramid->ties == CRM_TIES_SPLIT && crm__key_compare(crm__customer_key(pyramid->store, id),
                                                             crm__customer_key(pyramid->store, place->customer)) > 0;
}

int32_t crm__tier_of(const crm_pyramid *pyramid, uint32_t id)
{
  int64_t value = crm__pyramid_value(pyramid, id);
  int32_t tier = pyramid->tier_count - 1;
  if (pyramid->kinds[id] != CRM__KIND_IN) {
    return pyramid->tier_count + pyramid->kinds[id];
  }
  while (tier > 0) {
    const crm__cut *above = &pyramid->cuts[tier - 1];
    if (above->size == 0 || value < above->last.value ||
        (value == above->last.value && is_behind(pyramid, id, &above->last))) {
      break;
    }
    tier--;
  }
  return tier;
}

/* Within the n: to the last place of the tier above. Outside: to any place in the n at all. */
static int64_t gap_of(const crm_pyramid *pyramid, uint32_t id, int32_t tier)
{
  int64_t value = crm__pyramid_value(pyramid, id);
  const crm__cut *above;
  if (tier >= pyramid->tier_count) {
    return value < -(INT64_MAX - 1) ? INT64_MAX : 1 - value;
  }
  if (tier == 0 || pyramid->cuts[tier - 1].size == 0) {
    return 0;
  }
  above = &pyramid->cuts[tier - 1];
  return above->last.value - value + is_behind(pyramid, id, &above->last);
}

/* Down to where the one behind the tier's cut would pass, but never out of the n. */
static int64_t margin_of(const crm_pyramid *pyramid, uint32_t id, int32_t tier)
{
  int64_t value = crm__pyramid_value(pyramid, id);
  const crm__cut *cut;
  if (tier >= pyramid->tier_count) {
    return 0;
  }
  if (tier == pyramid->tier_count - 1 || pyramid->cuts[tier].size >= pyramid->n) {
    return value - 1;
  }
  cut = &pyramid->cuts[tier];
  return value - cut->next.value - is_behind(pyramid, id, &cut->next);
}

crm_status crm_pyramid_find(const crm_pyramid *pyramid, const char *key, crm_standing *standing, crm_error *error)
{
  crm_standing found = CRM_STANDING_INIT;
  crm_status status;
  uint32_t id;
  if (pyramid == NULL || key == NULL || standing == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "pyramid, key or standing is NULL");
  }
  status = check_state(pyramid, error);
  if (status == CRM_OK) {
    status = crm__store_ready(pyramid->store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  id = crm__scope_kept_customer(&pyramid->kept, crm__customer_find(pyramid->store, key));
  if (id == CRM__NONE || pyramid->kinds[id] == CRM__KIND_ABSENT) {
    return crm__fail(error, CRM_ERROR_NOT_FOUND, "no such customer in the scope");
  }
  found.tier = crm__tier_of(pyramid, id);
  found.name = crm__tier_name(pyramid, found.tier);
  found.population = pyramid->n;
  found.value = crm__pyramid_value(pyramid, id);
  if (found.tier < pyramid->tier_count) {
    found.rank = 1 + count_from(pyramid, (uint64_t)found.value + 1U);
  }
  found.gap = gap_of(pyramid, id, found.tier);
  found.margin = margin_of(pyramid, id, found.tier);
  return crm__struct_write(standing, &found, sizeof found, "crm_standing", error);
}
