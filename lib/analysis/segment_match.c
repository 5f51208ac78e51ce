/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_match.h"

#include "analysis/population.h"

#include "base/hash.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/sizes.h"
#include "base/wide.h"

#include <string.h>

#define NONE INT64_MIN
#define FEW CRM__SIZE(8, 1)   /* ranges up to which each is looked at */

/* ---- bits ---- */

/* Comparisons make bytes first, then bits of them, so that compilers do several at a time. */

/* The lowest bits of eight bytes that are 0 or 1. */
static uint64_t low_bits(const unsigned char *bytes)
{
  return crm__load64(bytes) * UINT64_C(0x0102040810204080) >> 56;
}

static uint64_t word_of(const unsigned char *bytes)
{
  uint64_t word = 0;
  int i;
  for (i = 0; i < 64; i += 8) {
    word |= low_bits(bytes + i) << i;
  }
  return word;
}

/* The top bit of what is left after the limit is taken off, or of what is not above the half, tells which is less. */
static uint64_t range_word(const int64_t *at, uint64_t low, uint64_t limit)
{
  unsigned char in[64];
  int i;
  if (limit >> 63) {
    for (i = 0; i < 64; i++) {
      uint64_t over = (uint64_t)at[i] - low;
      in[i] = (unsigned char)(((over - limit) | ~over) >> 63);
    }
  } else {
    for (i = 0; i < 64; i++) {
      uint64_t over = (uint64_t)at[i] - low;
      in[i] = (unsigned char)(((over - limit) & ~over) >> 63);
    }
  }
  return word_of(in);
}

static void add_range_bits(const int64_t *values, crm__range range, uint64_t *bits)
{
  uint64_t low = (uint64_t)range.low;
  uint64_t limit = (uint64_t)range.high - low + 1U;   /* the range is never all of 64 bits */
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    bits[w] |= range_word(values + (size_t)w * 64U, low, limit);
  }
}

static uint64_t narrow_word(const int32_t *at, uint32_t bias, int32_t limit)
{
  unsigned char in[64];
  int i;
  for (i = 0; i < 64; i++) {
    in[i] = (unsigned char)((int32_t)((uint32_t)at[i] - bias) <= limit);
  }
  return word_of(in);
}

static void add_narrow_bits(const int32_t *values, int32_t low, int32_t high, uint64_t *bits)
{
  uint32_t bias = (uint32_t)low + UINT32_C(0x80000000);   /* what is low becomes the least number there is */
  int32_t limit = (int32_t)((uint32_t)high - bias);
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    bits[w] |= narrow_word(values + (size_t)w * 64U, bias, limit);
  }
}

/* Whether one of the ranges, which ascend, holds a value. */
static int in_ranges(const crm__range *ranges, int64_t count, int64_t value)
{
  int64_t low = 0;
  int64_t high = count;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (ranges[middle].high < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count && ranges[low].low <= value;
}

/* ---- the tests ---- */

static void test_ranges(const crm__condition *condition, const int64_t *values, uint64_t *bits)
{
  int64_t k;
  uint32_t i;
  if (condition->range_count <= FEW) {
    for (k = 0; k < condition->range_count; k++) {
      add_range_bits(values, condition->ranges[k], bits);
    }
    return;
  }
  for (i = 0; i < CRM__BLOCK; i++) {
    bits[i / 64U] |= (uint64_t)in_ranges(condition->ranges, condition->range_count, values[i]) << (i % 64U);
  }
}

static void test_narrow(const crm__condition *condition, const int32_t *values, uint64_t *bits)
{
  int64_t k;
  for (k = 0; k < condition->range_count; k++) {
    crm__range range = condition->ranges[k];
    if (range.low <= INT32_MAX && range.high >= -INT32_MAX) {
      add_narrow_bits(values, range.low < -INT32_MAX ? -INT32_MAX : (int32_t)range.low,
                      range.high > INT32_MAX ? INT32_MAX : (int32_t)range.high, bits);
    }
  }
}

static void test_map(const crm__condition *condition, const crm__values *values, uint64_t *bits)
{
  uint32_t i;
  for (i = 0; i < CRM__BLOCK; i++) {
    int64_t value = values->at[i];
    bits[i / 64U] |= (uint64_t)(value != NONE && condition->map[value]) << (i % 64U);
  }
}

/* -1, 0, 1 as the first field's value is below, at or above the second's. */
static int order_of(const crm__matcher *matcher, const crm__segment_field *a, const crm__segment_field *b, int64_t x,
                    int64_t y)
{
  const crm__scope *scope = &matcher->program->fields->scope;
  if (a->type != b->type && a->type == CRM__FIELD_TIME && b->type == CRM__FIELD_DATE) {
    x = crm__business_day(x, scope->day_start);
  } else if (a->type != b->type && b->type == CRM__FIELD_TIME) {
    y = crm__business_day(y, scope->day_start);
  } else if (a->scale != b->scale) {
    return crm__wide_compare(crm__wide_multiply(x, crm__power10(b->scale)),
                             crm__wide_multiply(y, crm__power10(a->scale)));
  }
  return x < y ? -1 : x > y;
}

static int compares(int32_t compare, int order)
{
  switch (compare) {
  case CRM__WORD_LESS:
    return order < 0;
  case CRM__WORD_LESS_EQUAL:
    return order <= 0;
  case CRM__WORD_GREATER:
    return order > 0;
  case CRM__WORD_GREATER_EQUAL:
    return order >= 0;
  default:
    return order == 0;
  }
}

static void test_fields(const crm__matcher *matcher, const crm__condition *condition, const crm__values *values,
                        const crm__values *others, uint64_t *bits)
{
  const crm__segment_field *a = &matcher->program->used[condition->field];
  const crm__segment_field *b = &matcher->program->used[condition->other];
  uint32_t i;
  for (i = 0; i < CRM__BLOCK; i++) {
    int64_t x = values->at[i];
    int64_t y = others->at[i];
    if (x != NONE && y != NONE) {
      bits[i / 64U] |= (uint64_t)compares(condition->compare, order_of(matcher, a, b, x, y)) << (i % 64U);
    }
  }
}

/* ---- fields ---- */

const crm__values *crm__matcher_values(crm__matcher *matcher, int32_t field)
{
  const crm__segment_field *of = &matcher->program->used[field];
  crm__values *values = &matcher->values[field];
  uint32_t i;
  if (values->ready) {
    return values;
  }
  values->at = values->own;
  if (of->source == CRM__SOURCE_CUSTOMERS && matcher->count == CRM__BLOCK) {
    const int64_t *kept = crm__customer_wide(&of->column, matcher->first, matcher->count);
    values->at = kept == NULL ? values->own : kept;
  }
  if (values->at == values->own) {
    of->fetch(matcher->program->fields, of, matcher->first, matcher->count, values->own);
  }
  for (i = matcher->count; i < CRM__BLOCK; i++) {
    values->own[i] = NONE;
  }
  values->ready = 1;
  return values;
}

/* The values of a field in 32 bits, NULL where one needs more. */
static const int32_t *narrow_of(crm__matcher *matcher, int32_t field)
{
  const crm__segment_field *of = &matcher->program->used[field];
  crm__values *values = &matcher->values[field];
  uint32_t i;
  if (values->narrowed == 0) {
    int fits = of->narrow(matcher->program->fields, of, matcher->first, matcher->count, values->narrow);
    for (i = matcher->count; i < CRM__BLOCK; i++) {
      values->narrow[i] = INT32_MIN;
    }
    values->narrowed = fits ? 1 : -1;
  }
  return values->narrowed > 0 ? values->narrow : NULL;
}

/* For whom a field has no value; found when first asked for. */
static const uint64_t *missing_of(crm__matcher *matcher, int32_t field)
{
  static const crm__range none = {NONE, NONE};
  crm__values *values = &matcher->values[field];
  if (!values->counted) {
    const int32_t *narrow = values->ready ? NULL : narrow_of(matcher, field);
    memset(values->missing, 0, sizeof values->missing);
    if (narrow != NULL) {
      add_narrow_bits(narrow, INT32_MIN, INT32_MIN, values->missing);
    } else {
      add_range_bits(crm__matcher_values(matcher, field)->at, none, values->missing);
    }
    values->counted = 1;
  }
  return values->missing;
}

/* ---- conditions ---- */

static void settle(crm__matcher *matcher, const crm__condition *condition, const uint64_t *bits, crm__truth *truth)
{
  const uint64_t *missing = missing_of(matcher, condition->field);
  const uint64_t *others = condition->test == CRM__TEST_FIELDS ? missing_of(matcher, condition->other) : missing;
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    truth->yes[w] = bits[w];
    truth->no[w] = ~(bits[w] | missing[w] | others[w]);
  }
}

static void swap_truth(crm__truth *truth)
{
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    uint64_t yes = truth->yes[w];
    truth->yes[w] = truth->no[w];
    truth->no[w] = yes;
  }
}

/* Being in a segment, or having no value, is never unknown. */
static void settle_known(const uint64_t *bits, crm__truth *truth)
{
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    truth->yes[w] = bits[w];
    truth->no[w] = ~bits[w];
  }
}

static void find_in_ranges(crm__matcher *matcher, const crm__condition *condition, uint64_t *bits)
{
  const int32_t *narrow = condition->range_count <= FEW ? narrow_of(matcher, condition->field) : NULL;
  if (narrow != NULL) {
    test_narrow(condition, narrow, bits);
  } else {
    test_ranges(condition, crm__matcher_values(matcher, condition->field)->at, bits);
  }
}

/* Without `not` around it, unknown may stand for false: neither makes anything true. */
static void find_truth(crm__matcher *matcher, const crm__condition *condition, int exact, crm__truth *truth)
{
  uint64_t bits[CRM__BLOCK_WORDS] = {0};
  if (condition->test == CRM__TEST_SEGMENT) {
    settle_known(matcher->wholes[condition->other].yes, truth);
    return;
  }
  if (condition->test == CRM__TEST_EMPTY) {
    settle_known(missing_of(matcher, condition->field), truth);
  } else {
    if (condition->test == CRM__TEST_RANGES) {
      find_in_ranges(matcher, condition, bits);
    } else if (condition->test == CRM__TEST_MAP) {
      test_map(condition, crm__matcher_values(matcher, condition->field), bits);
    } else {
      test_fields(matcher, condition, crm__matcher_values(matcher, condition->field),
                  crm__matcher_values(matcher, condition->other), bits);
    }
    if (exact || condition->denied || condition->negated) {
      settle(matcher, condition, bits, truth);
    } else {
      settle_known(bits, truth);
    }
  }
  if (condition->negated) {
    swap_truth(truth);
  }
}

void crm__matcher_condition(crm__matcher *matcher, const crm__condition *condition, crm__truth *truth)
{
  find_truth(matcher, condition, 1, truth);
}

/* ---- programs ---- */

static void join(crm__truth *a, const crm__truth *b, int both)
{
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    a->yes[w] = both ? a->yes[w] & b->yes[w] : a->yes[w] | b->yes[w];
    a->no[w] = both ? a->no[w] | b->no[w] : a->no[w] & b->no[w];
  }
}

static int covers(const uint64_t *bits)
{
  uint64_t all = UINT64_MAX;
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    all &= bits[w];
  }
  return all == UINT64_MAX;
}

static void run(crm__matcher *matcher, const crm__expression *of, crm__truth *whole)
{
  crm__truth *top = matcher->stack - 1;
  int32_t i = 0;
  while (i < of->step_count) {
    const crm__step *step = &of->steps[i++];
    switch (step->code) {
    case CRM__STEP_CONDITION:
      find_truth(matcher, &matcher->program->conditions[step->operand], matcher->exact, ++top);
      break;
    case CRM__STEP_CONSTANT:
      top++;
      memset(top->yes, step->operand ? 0xFF : 0, sizeof top->yes);
      memset(top->no, step->operand ? 0 : 0xFF, sizeof top->no);
      break;
    case CRM__STEP_NOT:
      swap_truth(top);
      break;
    case CRM__STEP_IF_FALSE:
      i = covers(top->no) ? step->operand : i;
      break;
    case CRM__STEP_IF_TRUE:
      i = covers(top->yes) ? step->operand : i;
      break;
    default:
      top--;
      join(top, top + 1, step->code == CRM__STEP_AND);
      break;
    }
  }
  *whole = *top;
}

crm_status crm__matcher_open(crm__matcher *matcher, const crm__program *program, crm_error *error)
{
  crm__scope *scope = &program->fields->scope;
  memset(matcher, 0, sizeof *matcher);
  matcher->program = program;
  matcher->values = crm__scope_alloc_zero(scope, (uint64_t)program->used_count, sizeof *matcher->values);
  matcher->stack = crm__scope_alloc(scope, CRM__SEGMENT_STACK, sizeof *matcher->stack);
  matcher->wholes = crm__scope_alloc(scope, (uint64_t)program->expression_count, sizeof *matcher->wholes);
  return matcher->values == NULL || matcher->stack == NULL || matcher->wholes == NULL ? crm__fail_memory(error)
                                                                                      : CRM_OK;
}

void crm__matcher_block(crm__matcher *matcher, uint32_t first)
{
  const crm__program *program = matcher->program;
  uint32_t left = crm__customers(program->fields->store) - first;
  int32_t i;
  matcher->first = first;
  matcher->count = left < CRM__BLOCK ? left : CRM__BLOCK;
  for (i = 0; i < program->used_count; i++) {
    matcher->values[i].ready = 0;
    matcher->values[i].narrowed = 0;
    matcher->values[i].counted = 0;
  }
  for (i = 0; i < program->order_count; i++) {
    int32_t place = program->order[i];
    run(matcher, &program->expressions[place], &matcher->wholes[place]);
  }
}

/* Of up to 64 customers those that have facts and nothing special about them: most, and without a guess for each. */
static uint64_t plain_customers(const crm__fields *fields, uint32_t first, uint32_t count)
{
  const size_t stride = fields->measures.stride;
  const unsigned char *at = fields->measures.base + stride * first;
  const uint8_t *special = fields->scope.special;
  uint64_t plain = 0;
  uint32_t i;
  for (i = 0; i < count; i++, at += stride) {
    uint32_t flags = ((const crm__measure *)(const void *)at)->flags;
    plain |= (uint64_t)((flags & (CRM__SEEN_PERIOD | CRM__SEEN_EVER)) != 0) << i;
  }
  for (i = 0; special != NULL && i < count; i++) {
    plain &= ~((uint64_t)(special[first + i] > CRM__CUSTOMER_BUSINESS) << i);
  }
  return plain;
}

/* Of 64 customers at most the ones that are customers of the scope. */
static uint64_t customers_of(const crm__fields *fields, uint32_t first, uint32_t count, uint64_t chosen)
{
  uint64_t found = chosen & plain_customers(fields, first, count);
  uint32_t i;
  for (i = 0; chosen != found && i < count; i++) {
    if ((chosen & ~found) >> i & 1U && !crm__field_customer(fields, first + i)) {
      chosen &= ~((uint64_t)1 << i);
    }
  }
  return chosen;
}

/* Members among the customers from one on. */
static void select_from(crm__matcher *matcher, uint32_t first, uint32_t end, uint64_t *members)
{
  const crm__fields *fields = matcher->program->fields;
  uint32_t at;
  for (; first < end; first += CRM__BLOCK) {
    crm__matcher_block(matcher, first);
    for (at = 0; at < matcher->count; at += 64) {
      uint32_t left = matcher->count - at;
      uint64_t chosen = matcher->wholes[0].yes[at / 64U];
      chosen &= left < 64 ? ((uint64_t)1 << left) - 1U : UINT64_MAX;
      if (chosen != 0) {
        members[(first + at) / 64U] |= customers_of(fields, first + at, left < 64 ? left : 64, chosen);
      }
    }
  }
}

/* ---- in parts ---- */

#define PART_LEAST CRM__SIZE(65536, 64)   /* customers: whole blocks */
#define PARTS_MOST 16                     /* each has values of all fields in a block, some 13 KiB a field */

typedef struct selection {
  crm__split split;
  crm__matcher *matchers;   /* by part */
  uint64_t *members;
} selection;

static crm_status select_part(void *job, uint64_t part)
{
  const selection *all = job;
  select_from(&all->matchers[part], (uint32_t)crm__split_from(&all->split, part),
              (uint32_t)crm__split_to(&all->split, part), all->members);
  return CRM_OK;
}

crm_status crm__matcher_select(const crm__program *program, uint64_t *members, crm_error *error)
{
  crm__scope *scope = &program->fields->scope;
  crm_status status = CRM_OK;
  selection all;
  uint64_t i;
  all.split = crm__split_few(scope->team, crm__customers(scope->store), PART_LEAST, PARTS_MOST);
  all.matchers = crm__scope_alloc(scope, all.split.parts, sizeof *all.matchers);
  all.members = members;
  if (all.matchers == NULL) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < all.split.parts && status == CRM_OK; i++) {
    status = crm__matcher_open(&all.matchers[i], program, error);
  }
  return status == CRM_OK ? crm__team_run(scope->team, all.split.parts, select_part, &all, error) : status;
}
