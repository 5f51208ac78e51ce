/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_match.h"

#include "analysis/population.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/wide.h"

#include <string.h>

#define NONE INT64_MIN
#define FEW 8   /* ranges up to which each is looked at */

/* ---- bits ---- */

/* 64 bytes of 0 and 1 to a word: the product moves the lowest bit of each of eight bytes into its top byte. */
static uint64_t pack(const uint8_t *bytes)
{
  uint64_t word = 0;
  int i;
  for (i = 0; i < 8; i++) {
    const uint8_t *b = bytes + (size_t)i * 8U;
    uint64_t eight = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
                     (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
    word |= (eight * UINT64_C(0x0102040810204080)) >> 56 << (i * 8);
  }
  return word;
}

static void add_range_bits(const int64_t *values, crm__range range, uint64_t *bits)
{
  uint8_t bytes[64];
  uint64_t low = (uint64_t)range.low;
  uint64_t span = (uint64_t)range.high - low;
  uint32_t w;
  uint32_t i;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    const int64_t *at = values + (size_t)w * 64U;
    for (i = 0; i < 64; i++) {
      bytes[i] = (uint64_t)at[i] - low <= span;
    }
    bits[w] |= pack(bytes);
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

static void test_ranges(const crm__condition *condition, const crm__values *values, uint64_t *bits)
{
  int64_t k;
  uint32_t i;
  if (condition->range_count <= FEW) {
    for (k = 0; k < condition->range_count; k++) {
      add_range_bits(values->at, condition->ranges[k], bits);
    }
    return;
  }
  for (i = 0; i < CRM__BLOCK; i++) {
    bits[i / 64U] |= (uint64_t)in_ranges(condition->ranges, condition->range_count, values->at[i]) << (i % 64U);
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
static int order_of(const crm__matcher *matcher, const crm__field *a, const crm__field *b, int64_t x, int64_t y)
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
  const crm__field *a = &matcher->program->used[condition->field];
  const crm__field *b = &matcher->program->used[condition->other];
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
  static const crm__range none = {NONE, NONE};
  const crm__field *of = &matcher->program->used[field];
  crm__values *values = &matcher->values[field];
  uint64_t any = 0;
  uint32_t i;
  if (values->ready) {
    return values;
  }
  of->fetch(matcher->program->fields, of, matcher->first, matcher->count, values->at);
  for (i = matcher->count; i < CRM__BLOCK; i++) {
    values->at[i] = NONE;
  }
  memset(values->missing, 0, sizeof values->missing);
  add_range_bits(values->at, none, values->missing);
  for (i = 0; i < CRM__BLOCK_WORDS; i++) {
    any |= values->missing[i];
  }
  values->nulls = any != 0;
  values->ready = 1;
  return values;
}

/* ---- conditions ---- */

static void settle(const crm__values *values, const crm__values *others, const uint64_t *bits, crm__truth *truth)
{
  uint32_t w;
  for (w = 0; w < CRM__BLOCK_WORDS; w++) {
    uint64_t missing = values->missing[w] | (others == NULL ? 0 : others->missing[w]);
    truth->yes[w] = bits[w];
    truth->no[w] = ~(bits[w] | missing);
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

void crm__matcher_condition(crm__matcher *matcher, const crm__condition *condition, crm__truth *truth)
{
  uint64_t bits[CRM__BLOCK_WORDS] = {0};
  const crm__values *values;
  const crm__values *others = NULL;
  if (condition->test == CRM__TEST_SEGMENT) {
    settle_known(matcher->wholes[condition->other].yes, truth);
    return;
  }
  values = crm__matcher_values(matcher, condition->field);
  if (condition->test == CRM__TEST_EMPTY) {
    settle_known(values->missing, truth);
  } else {
    if (condition->test == CRM__TEST_RANGES) {
      test_ranges(condition, values, bits);
    } else if (condition->test == CRM__TEST_MAP) {
      test_map(condition, values, bits);
    } else {
      others = crm__matcher_values(matcher, condition->other);
      test_fields(matcher, condition, values, others, bits);
    }
    settle(values, others, bits, truth);
  }
  if (condition->negated) {
    swap_truth(truth);
  }
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
      crm__matcher_condition(matcher, &matcher->program->conditions[step->operand], ++top);
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
  }
  for (i = 0; i < program->order_count; i++) {
    int32_t place = program->order[i];
    run(matcher, &program->expressions[place], &matcher->wholes[place]);
  }
}

void crm__matcher_run(crm__matcher *matcher, uint64_t *members)
{
  const crm__fields *fields = matcher->program->fields;
  uint32_t customers = crm__customers(fields->store);
  uint32_t first;
  uint32_t i;
  for (first = 0; first < customers; first += CRM__BLOCK) {
    crm__matcher_block(matcher, first);
    for (i = 0; i < matcher->count; i++) {
      uint64_t bit = UINT64_C(1) << (i % 64U);
      if ((matcher->wholes[0].yes[i / 64U] & bit) && crm__field_customer(fields, first + i)) {
        members[(first + i) / 64U] |= bit;
      }
    }
  }
}
