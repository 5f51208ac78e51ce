/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/pyramid_handle.h"

#include "base/check.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/sizes.h"

#include <string.h>

/* What a pyramid takes from the measures: of every customer its kind and value, and the values of the n. */

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

crm_status crm__pyramid_fail_sum(crm_error *error)
{
  return crm__fail(error, CRM_ERROR_OVERFLOW, "the sum of profits passes 64 bits");
}

void crm__pyramid_drop_values(crm_pyramid *pyramid)
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

crm_status crm__pyramid_gather(crm_pyramid *pyramid, crm__scope *scope, const crm__measures *measures,
                               crm_error *error)
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
    crm__pyramid_drop_values(pyramid);
    memset(pyramid->sums, 0, sizeof pyramid->sums);
    pyramid->cost_missing = 0;
    pyramid->wide = 1;
    status = gather_at(pyramid, &all, &found, error);
  }
  if (found == PROFIT_OVERFLOW) {
    status = crm__fail(error, CRM_ERROR_OVERFLOW, "the profit with a customer passes 64 bits");
  }
  return found == SUM_OVERFLOW ? crm__pyramid_fail_sum(error) : status;
}
