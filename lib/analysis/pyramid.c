/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/pyramid_handle.h"

#include "base/check.h"
#include "base/error.h"
#include "base/sizes.h"
#include "base/sort.h"

#include <string.h>

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

/* Copies the branch keys: pointers first, then the texts. */
static crm_status keep_branches(crm_pyramid *pyramid, crm_error *error)
{
  const char *const *keys = pyramid->scope.branches;
  size_t count = (size_t)pyramid->scope.branch_count;
  size_t size = count * sizeof(char *);
  const char **copies;
  char *text;
  size_t i;
  pyramid->scope.branches = NULL;
  if (keys == NULL) {
    return CRM_OK;
  }
  for (i = 0; i < count; i++) {
    size += strlen(keys[i]) + 1U;
  }
  pyramid->branches = crm__alloc(&pyramid->memory, size);
  if (pyramid->branches == NULL) {
    return crm__fail_memory(error);
  }
  pyramid->branches_size = size;
  copies = (const char **)pyramid->branches;
  text = (char *)pyramid->branches + count * sizeof(char *);
  for (i = 0; i < count; i++) {
    size_t length = strlen(keys[i]) + 1U;
    memcpy(text, keys[i], length);
    copies[i] = text;
    text += length;
  }
  pyramid->scope.branches = copies;
  return CRM_OK;
}

static crm_status keep_scope(crm_pyramid *pyramid, const crm_scope *given, crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  crm_status status = CRM_OK;
  pyramid->scope = usual;
  if (given != NULL) {
    status = crm__struct_read(&pyramid->scope, sizeof pyramid->scope, given, "crm_scope", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  pyramid->scope.struct_size = (uint32_t)sizeof pyramid->scope;
  pyramid->scope.context = NULL;
  pyramid->scope.summary = NULL;
  status = crm__segment_copy(pyramid->scope.segment, &pyramid->segment, error);
  pyramid->scope.segment = pyramid->segment;
  return status == CRM_OK ? keep_branches(pyramid, error) : status;
}

/* ---- computing ---- */

/* 1 where the value passes 64 bits. */
static int value_of(const crm_pyramid *pyramid, const crm__measure *measure, int64_t *value)
{
  if (pyramid->measure == CRM_MEASURE_OCCASIONS) {
    *value = measure->orders;
    return 0;
  }
  *value = measure->money;
  if (pyramid->measure == CRM_MEASURE_PROFIT) {
    return measure->cost == INT64_MIN || crm__add_overflows(measure->money, -measure->cost, value);
  }
  return 0;
}

static uint8_t kind_without_facts(const crm__scope *scope, const crm__measure *measure, uint32_t id)
{
  int known;
  if (measure->flags & CRM__SEEN_EVER) {
    return CRM__KIND_INACTIVE;
  }
  known = crm__customer_acquaintance(scope, id);
  if (known == CRM__PROSPECT) {
    return CRM__KIND_PROSPECT;
  }
  return known == CRM__SUSPECT ? CRM__KIND_SUSPECT : CRM__KIND_ABSENT;
}

enum { GATHERED, TOO_WIDE, PROFIT_OVERFLOW, SUM_OVERFLOW };

#define GATHER_PART CRM__SIZE(65536, 4)   /* customers */

/* What a part of the customers comes to. */
typedef struct gathered_part {
  int found;                   /* GATHERED, or what stood in the way */
  uint64_t n;                  /* of the n */
  int64_t cost_missing;
  crm__tier_sum below[CRM__KINDS_BELOW];
} gathered_part;

typedef struct gather_job {
  const crm_pyramid *pyramid;
  const crm__scope *scope;
  crm__measures measures;
  crm__split split;
  gathered_part *parts;
} gather_job;

/* What a customer is, and its value. 1: an overflow. */
static inline int classify(const crm_pyramid *pyramid, const crm__scope *scope, const crm__measure *measure,
                           uint32_t id, gathered_part *part, uint8_t *kind, int64_t *value)
{
  *value = 0;
  *kind = CRM__KIND_ABSENT;
  if (!crm__customer_counts(scope, id)) {
    return 0;
  }
  if ((measure->flags & CRM__SEEN_PERIOD) == 0) {
    *kind = kind_without_facts(scope, measure, id);
    return 0;
  }
  part->cost_missing += (measure->flags & CRM__COST_MISSING) != 0;
  if (value_of(pyramid, measure, value)) {
    return 1;
  }
  *kind = *value > 0 ? CRM__KIND_IN : CRM__KIND_NONPOSITIVE;
  return 0;
}

/* Adds those that are below the n. 1: an overflow. */
static int add_below(crm__tier_sum *sum, const crm__tier_sum *more)
{
  if (more->customers > 0) {
    sum->least = sum->customers == 0 || more->least < sum->least ? more->least : sum->least;
    sum->most = sum->customers == 0 || more->most > sum->most ? more->most : sum->most;
    sum->customers += more->customers;
  }
  return crm__add_overflows(sum->total, more->total, &sum->total);
}

/* What each customer of a part is and its value, and the values of the n from the part's own place on in the order of
 * ids, in one read of the measures. */
static inline int gather(const gather_job *all, uint32_t from, uint32_t to, gathered_part *part, const int wide)
{
  const crm_pyramid *pyramid = all->pyramid;
  const crm__scope *scope = all->scope;
  const crm__measures measures = all->measures;
  int32_t *values = pyramid->values;
  int64_t *wide_values = pyramid->values;
  uint32_t *sorted = pyramid->sorted;
  uint64_t *wide_sorted = pyramid->sorted;
  uint8_t *kinds = pyramid->kinds;
  uint64_t at = from;
  uint32_t id;
  for (id = from; id < to; id++) {
    int64_t value;
    uint8_t kind;
    if (classify(pyramid, scope, crm__measure_at(&measures, id), id, part, &kind, &value)) {
      return PROFIT_OVERFLOW;
    }
    kinds[id] = kind;
    if (wide) {
      wide_values[id] = value;
      wide_sorted[at] = (uint64_t)value;
    } else if (value > INT32_MAX || value < INT32_MIN) {
      return TOO_WIDE;
    } else {
      values[id] = (int32_t)value;
      sorted[at] = (uint32_t)value;
    }
    at += kind == CRM__KIND_IN;
    if (kind < CRM__KINDS_BELOW) {
      crm__tier_sum one = {1, value, value, value};
      if (add_below(&part->below[kind], &one)) {
        return SUM_OVERFLOW;
      }
    }
  }
  part->n = at - from;
  return GATHERED;
}

static crm_status gather_part(void *context, uint64_t index)
{
  const gather_job *all = context;
  gathered_part *part = &all->parts[index];
  uint32_t from = (uint32_t)crm__split_from(&all->split, index);
  uint32_t to = (uint32_t)crm__split_to(&all->split, index);
  memset(part, 0, sizeof *part);
  part->found = all->pyramid->wide ? gather(all, from, to, part, 1) : gather(all, from, to, part, 0);
  return CRM_OK;
}

static size_t width_of(const crm_pyramid *pyramid)
{
  return pyramid->wide ? sizeof(int64_t) : sizeof(int32_t);
}

/* Puts together what the parts have, the values of the n without gaps. */
static int join_parts(crm_pyramid *pyramid, const gather_job *all)
{
  unsigned char *sorted = pyramid->sorted;
  size_t width = width_of(pyramid);
  uint64_t k;
  int32_t kind;
  pyramid->n = 0;
  for (k = 0; k < all->split.parts; k++) {
    const gathered_part *part = &all->parts[k];
    if (part->found != GATHERED) {
      return part->found;
    }
    memmove(sorted + (size_t)pyramid->n * width, sorted + (size_t)crm__split_from(&all->split, k) * width,
            (size_t)part->n * width);
    pyramid->n += (int64_t)part->n;
    pyramid->cost_missing += part->cost_missing;
    for (kind = 0; kind < CRM__KINDS_BELOW; kind++) {
      if (add_below(&pyramid->sums[pyramid->tier_count + kind], &part->below[kind])) {
        return SUM_OVERFLOW;
      }
    }
  }
  return GATHERED;
}

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

static void free_values(crm_pyramid *pyramid)
{
  crm__memory *memory = &pyramid->memory;
  crm__free_array(memory, pyramid->values, pyramid->customers, width_of(pyramid));
  crm__free_array(memory, pyramid->sorted, (uint64_t)pyramid->customers + 1U, width_of(pyramid));
  crm__free_array(memory, pyramid->kinds, pyramid->customers, sizeof *pyramid->kinds);
  pyramid->values = NULL;
  pyramid->sorted = NULL;
  pyramid->kinds = NULL;
}

static crm_status reserve(crm_pyramid *pyramid, crm_error *error)
{
  crm__memory *memory = &pyramid->memory;
  pyramid->values = crm__alloc_array(memory, pyramid->customers, width_of(pyramid));
  pyramid->sorted = crm__alloc_array(memory, (uint64_t)pyramid->customers + 1U, width_of(pyramid));
  pyramid->kinds = crm__alloc_array(memory, pyramid->customers, sizeof *pyramid->kinds);
  if (pyramid->values == NULL || pyramid->kinds == NULL || pyramid->sorted == NULL) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
}

static crm_status fail_sum(crm_error *error)
{
  return crm__fail(error, CRM_ERROR_OVERFLOW, "the sum of profits passes 64 bits");
}

/* Reads the measures into memory of the pyramid's width. */
static crm_status gather_at(crm_pyramid *pyramid, gather_job *all, int *found, crm_error *error)
{
  crm_status status = reserve(pyramid, error);
  *found = GATHERED;
  if (status == CRM_OK) {
    status = crm__team_run(all->scope->team, all->split.parts, gather_part, all, error);
  }
  if (status == CRM_OK) {
    *found = join_parts(pyramid, all);
  }
  return status;
}

static crm_status gather_all(crm_pyramid *pyramid, crm__scope *scope, const crm__measures *measures, crm_error *error)
{
  gather_job all;
  int found;
  crm_status status;
  all.pyramid = pyramid;
  all.scope = scope;
  all.measures = *measures;
  all.split = crm__split_rows(pyramid->customers, GATHER_PART);
  all.parts = crm__scope_alloc(scope, all.split.parts, sizeof *all.parts);
  if (all.parts == NULL) {
    return crm__fail_memory(error);
  }
  status = gather_at(pyramid, &all, &found, error);
  if (found == TOO_WIDE) {
    free_values(pyramid);
    memset(pyramid->sums, 0, sizeof pyramid->sums);
    pyramid->cost_missing = 0;
    pyramid->wide = 1;
    status = gather_at(pyramid, &all, &found, error);
  }
  if (found == PROFIT_OVERFLOW) {
    status = crm__fail(error, CRM_ERROR_OVERFLOW, "the profit with a customer passes 64 bits");
  }
  return found == SUM_OVERFLOW ? fail_sum(error) : status;
}

static crm_status fill(crm_pyramid *pyramid, crm__scope *scope, crm_error *error)
{
  const uint32_t *ranks = NULL;
  crm__measures measures;
  int64_t *spare;
  crm_status status = crm__measures_compute(scope, &measures, error);
  if (status == CRM_OK) {
    status = gather_all(pyramid, scope, &measures, error);
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
  return sum_tiers(pyramid) ? fail_sum(error) : CRM_OK;
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
    status = keep_scope(made, scope, error);
  }
  if (status == CRM_OK && !crm__accounts_keep(open, &made->memory, &made->accounts)) {
    status = crm__fail_memory(error);
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
  free_values(pyramid);
  crm__free(&memory, pyramid->branches, pyramid->branches_size);
  crm_segment_free(pyramid->segment);
  crm__free_array(&memory, pyramid->accounts, pyramid->customers, sizeof *pyramid->accounts);
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
  return status == CRM_OK ? crm__scope_open(scope, pyramid->store, &pyramid->scope, error) : status;
}

crm_status crm__pyramid_open_measured(const crm_pyramid *pyramid, crm__scope *scope, crm_error *error)
{
  crm_status status = check_state(pyramid, error);
  return status == CRM_OK ? crm__scope_open_measured(scope, pyramid->store, &pyramid->scope, error) : status;
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
  id = crm__customer_find(pyramid->store, key);
  id = id == CRM__NONE || pyramid->accounts == NULL ? id : pyramid->accounts[id];
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
