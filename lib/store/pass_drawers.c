/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/pass_job.h"

#include "base/error.h"
#include "base/prefetch.h"
#include "base/sizes.h"

#include <string.h>

/* Dealing facts out to drawers and putting them away. Parts of the documents are dealt out, and groups of drawers put
 * away, each by a thread of its own if the host lends any.
 *
 * In a drawer a fact is an entry of one, two or three words of 64 bits. The first one holds the act and, under it, the
 * customer's place in the drawer. Money and cost are left out where nobody asks for them (bare); they share the second
 * word with what is left of the first where all of them are below 2^39 (packed), or have a word each (wide): less
 * memory to pass through is what makes drawers fast. */
#define BARE CRM__ENTRY_BARE
#define PACKED CRM__ENTRY_PACKED
#define WIDE CRM__ENTRY_WIDE
#define PLACE_BITS 16
#define PLACE_MASK ((1U << PLACE_BITS) - 1)
#define PACKED_BITS 40
/* Words that memory is asked for ahead of writing: so many drawers are too many for a processor to see by itself that
 * each is written in order. */
#define AHEAD CRM__SIZE(16, 2)
#define PACKED_MOST ((INT64_C(1) << (PACKED_BITS - 1)) - 1)

/* ---- dealing out ---- */

/* The entries that a document can need beyond the first. */
static uint64_t more_entries(const crm__pass_job *job, uint32_t kept, uint32_t lines)
{
  uint64_t more = kept & CRM__DOCUMENT_ROWS ? lines / CRM__ACT_ORDERS_MOST : 0;
  return more + (kept & CRM__DOCUMENT_ORIGINAL && job->scope->refunds == CRM_REFUNDS_SALE_DAY ? lines : 0);
}

/* Counts the entries of documents of one chunk by the drawer of whom they count for; where one would not count, its
 * place stays empty. */
static void count_run(const crm__pass_job *job, uint64_t from, uint64_t count, uint64_t *counts)
{
  const crm__documents *documents = &job->scope->store->documents;
  const uint32_t *customers = (const uint32_t *)(const void *)crm__column_at(&documents->customer, from);
  const uint8_t *flags = crm__column_at(&documents->flags, from);
  const uint32_t *lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, from);
  const uint32_t *accounts = job->scope->accounts;
  const uint32_t bits = job->drawer_bits;
  uint64_t k;
  for (k = 0; customers != NULL && flags != NULL && lines != NULL && k < count; k++) {
    if (customers[k] != CRM__NONE) {
      uint32_t drawer = (accounts == NULL ? customers[k] : accounts[customers[k]]) >> bits;
      counts[drawer]++;
      if (flags[k] & (CRM__DOCUMENT_ROWS | CRM__DOCUMENT_ORIGINAL)) {
        counts[drawer] += more_entries(job, flags[k], lines[k]);
      }
    }
  }
}

static crm_status count_part(void *context, uint64_t part)
{
  const crm__pass_job *job = context;
  uint64_t *counts = job->ends + part * job->drawers;
  uint64_t end = crm__split_to(&job->parts, part);
  uint64_t i = crm__split_from(&job->parts, part);
  while (i < end) {
    uint64_t run = end - i < CRM__CHUNK ? end - i : CRM__CHUNK;   /* parts begin with chunks */
    count_run(job, i, run, counts);
    i += run;
  }
  return CRM_OK;
}

/* Turns counts into places, those of a drawer side by side; answers how many entries there are at most. */
static uint64_t place_entries(const crm__pass_job *job)
{
  uint64_t place = 0;
  uint64_t part;
  uint32_t drawer;
  for (drawer = 0; drawer < job->drawers; drawer++) {
    for (part = 0; part < job->parts.parts; part++) {
      uint64_t k = part * job->drawers + drawer;
      job->starts[k] = place;
      place += job->ends[k];
    }
  }
  return place;
}

static inline int packs(int64_t value)
{
  return value <= PACKED_MOST && value >= -PACKED_MOST;
}

/* The second word of a packed entry; the lowest bits of the money lie in the first. */
static inline uint64_t packed(int64_t money, int64_t cost)
{
  return ((uint64_t)money >> PLACE_BITS & ((UINT64_C(1) << (PACKED_BITS - PLACE_BITS)) - 1)) |
         (uint64_t)cost << (64 - PACKED_BITS);
}

static inline void put_entry(uint64_t *entry, uint32_t words, uint32_t place, uint32_t act, int64_t money, int64_t cost)
{
  entry[0] = (uint64_t)act << 32 | place;
  if (words == PACKED) {
    entry[0] |= ((uint64_t)money & PLACE_MASK) << PLACE_BITS;
    entry[1] = packed(money, cost);
  } else if (words == WIDE) {
    entry[1] = (uint64_t)money;
    entry[2] = (uint64_t)cost;
  }
}

/* Deals out a block of facts: an entry each, more where one cannot hold the orders. 0: money that does not pack. */
static inline int deal(const crm__pass_job *job, const crm__facts *facts, uint64_t *ends, const uint32_t words)
{
  const uint32_t *customers = facts->customer;
  const int64_t *moneys = facts->money;
  const int64_t *costs = facts->cost;
  const uint32_t bits = job->drawer_bits;
  uint64_t *entries = job->entries;
  uint32_t count = facts->count;
  int fits = 1;
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t customer = customers[i];
    uint32_t act = crm__act_of(facts, i);
    uint32_t left = facts->orders[i];
    uint32_t place = customer & ((1U << bits) - 1);
    int64_t money = moneys[i];
    int64_t cost = costs[i];
    uint64_t *entry;
    if (customer == CRM__NONE) {
      continue;
    }
    fits &= packs(money) & packs(cost);
    for (; left > CRM__ACT_ORDERS_MOST; left -= CRM__ACT_ORDERS_MOST) {
      uint64_t at = ends[customer >> bits]++;
      put_entry(entries + at * words, words, place, act | CRM__ACT_ORDERS_MOST << CRM__ACT_ORDERS, money, cost);
      money = 0;
      cost = 0;
    }
    entry = entries + ends[customer >> bits]++ * words;
    CRM__PREFETCH(entry + AHEAD);
    put_entry(entry, words, place, act | left << CRM__ACT_ORDERS, money, cost);
  }
  return fits || words != PACKED;
}

static crm_status deal_part(void *context, uint64_t part)
{
  const crm__pass_job *job = context;
  crm__facts *facts = &job->facts[part];
  uint64_t *ends = job->ends + part * job->drawers;
  int fits = 1;
  crm__facts_begin_part(facts, &job->parts, part);
  while (fits && crm__facts_next(facts, job->scope)) {
    fits = job->words == PACKED ? deal(job, facts, ends, PACKED) : deal(job, facts, ends, job->words);
    if (job->with_activity) {
      crm__sums_add(job, facts, job->sums + part * 2 * (uint64_t)job->activity->periods);
    }
  }
  job->unfit[part] = (uint8_t)!fits;
  return CRM_OK;
}

/* ---- putting away ---- */

/* Money and cost of an entry. */
static inline void read_entry(const uint64_t *entry, uint32_t words, int64_t *money, int64_t *cost)
{
  *money = 0;
  *cost = 0;
  if (words == PACKED) {
    *money = (int64_t)(entry[1] << PACKED_BITS) >> (64 - PACKED_BITS) | (int64_t)(entry[0] >> PLACE_BITS & PLACE_MASK);
    *cost = (int64_t)entry[1] >> (64 - PACKED_BITS);
  } else if (words == WIDE) {
    *money = (int64_t)entry[1];
    *cost = (int64_t)entry[2];
  }
}

/* What most facts say beside their day: a sale of one occasion, in the period. */
#define USUAL (CRM__FACT_OCCASION | CRM__FACT_LINE | CRM__FACT_PERIOD | CRM__FACT_BEFORE | 1U << CRM__FACT_BITS)
#define DAY_MASK ((1U << CRM__ACT_DAY_BITS) - 1)

static inline void put_entry_away(const crm__activity *activity, crm__measure *measure, crm__life *life, uint64_t *bits,
                                  uint32_t act, int64_t money, int64_t cost, crm__pass_tally *tally)
{
  if (measure != NULL) {
    crm__act_on_measure(measure, act, money, cost);
  }
  if (life != NULL) {
    crm__act_on_life(activity, life, bits, act, money, tally);
  }
}

/* Copies of what does not change spare the loop from reading it anew after every write. */
static inline void put_entries(const crm__pass_job *job, const uint64_t *entry, const uint64_t *end,
                               unsigned char *first, crm__pass_tally *tally, const uint32_t words, const int measures,
                               const int lives)
{
  static const crm__activity none;
  const crm__activity activity = lives ? *job->activity : none;
  const size_t stride = job->stride;
  const size_t life = job->life;
  const size_t bits = job->bits;
  crm__pass_tally own = *tally;
  for (; entry < end; entry += words) {
    uint32_t act = (uint32_t)(entry[0] >> 32);
    unsigned char *record = first + (entry[0] & PLACE_MASK) * stride;
    int64_t money;
    int64_t cost;
    crm__measure *measure = measures ? (crm__measure *)(void *)record : NULL;
    crm__life *alive = lives ? (crm__life *)(void *)(record + life) : NULL;
    uint64_t *active = (uint64_t *)(void *)(record + bits);
    CRM__PREFETCH(entry + 4 * AHEAD);
    read_entry(entry, words, &money, &cost);
    if (act >> CRM__ACT_DAY_BITS == USUAL) {   /* the same with its flags known, which a compiler makes use of */
      act = (act & DAY_MASK) | USUAL << CRM__ACT_DAY_BITS;
      put_entry_away(&activity, measure, alive, active, act, money, cost, &own);
    } else {
      put_entry_away(&activity, measure, alive, active, act, money, cost, &own);
    }
  }
  tally->late = own.late;
}

/* The usual ways have a loop of their own. */
static void put_away(const crm__pass_job *job, const uint64_t *entry, const uint64_t *end, unsigned char *first,
                     crm__pass_tally *tally)
{
  if (job->words == PACKED && job->with_measures && job->with_activity) {
    put_entries(job, entry, end, first, tally, PACKED, 1, 1);
  } else if (job->words == PACKED && job->with_measures) {
    put_entries(job, entry, end, first, tally, PACKED, 1, 0);
  } else {
    put_entries(job, entry, end, first, tally, job->words, job->with_measures, job->with_activity);
  }
}

static void put_into_cells(const crm__pass_job *job, const uint64_t *entry, const uint64_t *end, unsigned char *first,
                           crm__cell *cells)
{
  for (; entry < end; entry += job->words) {
    int64_t money;
    int64_t cost;
    read_entry(entry, job->words, &money, &cost);
    crm__act_on_cell(job, first + (entry[0] & PLACE_MASK) * job->stride, (uint32_t)(entry[0] >> 32), money, cells);
  }
}

static void add_cells(crm__cell *to, const crm__cell *from, uint64_t count)
{
  uint64_t k;
  for (k = 0; k < count; k++) {
    to[k].customers += from[k].customers;
    to[k].revenue += from[k].revenue;
    to[k].orders += from[k].orders;
  }
}

/* A drawer whole. Cells come on the way; where the order of facts did not let them, its entries are gone through again
 * while its records are at hand. own: cells for the drawer at hand. */
static void empty_drawer(const crm__pass_job *job, uint32_t drawer, crm__moves *moves, crm__cell *cells,
                         crm__cell *own)
{
  uint64_t cell_count = job->with_cells ? (uint64_t)job->activity->periods * (uint64_t)job->activity->periods : 0;
  uint64_t from = (uint64_t)drawer << job->drawer_bits;
  uint64_t to = from + (UINT64_C(1) << job->drawer_bits);
  unsigned char *first = job->records + from * job->stride;
  crm__pass_tally tally = {NULL, 0};
  uint64_t part;
  tally.cells = job->with_cells ? own : NULL;
  memset(own, 0, (size_t)cell_count * sizeof *own);
  to = to < job->customers ? to : job->customers;
  crm__records_empty(job, (uint32_t)from, (uint32_t)to);
  for (part = 0; part < job->parts.parts; part++) {
    uint64_t k = part * job->drawers + drawer;
    put_away(job, job->entries + job->starts[k] * job->words, job->entries + job->ends[k] * job->words, first, &tally);
  }
  if (tally.late && job->with_cells) {
    memset(own, 0, (size_t)cell_count * sizeof *own);
    for (part = 0; part < job->parts.parts; part++) {
      uint64_t k = part * job->drawers + drawer;
      put_into_cells(job, job->entries + job->starts[k] * job->words, job->entries + job->ends[k] * job->words, first,
                     own);
    }
  }
  if (job->with_activity) {
    crm__records_count(job, (uint32_t)from, (uint32_t)to, moves, tally.late ? tally.cells : NULL);
  }
  add_cells(cells, own, cell_count);
}

static crm_status empty_group(void *context, uint64_t group)
{
  const crm__pass_job *job = context;
  uint64_t periods = job->with_activity ? (uint64_t)job->activity->periods : 0;
  uint64_t cells = group * periods * periods;
  uint32_t drawer = (uint32_t)group * job->group_drawers;
  uint32_t last = drawer + job->group_drawers < job->drawers ? drawer + job->group_drawers : job->drawers;
  for (; drawer < last; drawer++) {
    empty_drawer(job, drawer, job->moves + group * (periods + 2), job->cells + (job->with_cells ? cells : 0),
                 job->drawer_cells + (job->with_cells ? cells : 0));
  }
  return CRM_OK;
}

/* ---- the whole ---- */

/* Deals out all facts into `most` entries. */
static crm_status deal_all(crm__pass_job *job, crm__scope *scratch, uint64_t most, int *fits, crm_error *error)
{
  uint64_t part;
  crm_status status;
  job->entries = crm__scope_alloc(scratch, most, job->words * sizeof *job->entries);
  if (job->entries == NULL) {
    return crm__fail_memory(error);
  }
  memcpy(job->ends, job->starts, (size_t)(job->drawers * job->parts.parts) * sizeof *job->ends);
  status = crm__team_run(job->scope->team, job->parts.parts, deal_part, job, error);
  *fits = 1;
  for (part = 0; part < job->parts.parts; part++) {
    *fits &= !job->unfit[part];
  }
  return status;
}

crm_status crm__pass_by_drawers(crm__pass_job *job, crm__scope *scratch, crm_error *error)
{
  uint64_t places = job->drawers * job->parts.parts;
  uint64_t periods = job->with_activity ? (uint64_t)job->activity->periods : 0;
  uint64_t most;
  int fits = 1;
  crm_status status;
  job->starts = crm__scope_alloc(scratch, places, sizeof *job->starts);
  job->ends = crm__scope_alloc_zero(scratch, places, sizeof *job->ends);
  job->unfit = crm__scope_alloc(scratch, job->parts.parts, 1);
  job->drawer_cells =
    crm__scope_alloc(scratch, job->with_cells ? periods * periods * job->groups : 0, sizeof *job->drawer_cells);
  if (job->starts == NULL || job->ends == NULL || job->unfit == NULL || job->drawer_cells == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__team_run(job->scope->team, job->parts.parts, count_part, job, error);
  if (status != CRM_OK) {
    return status;
  }
  most = place_entries(job);
  status = deal_all(job, scratch, most, &fits, error);
  if (status == CRM_OK && !fits) {
    memset(job->sums, 0, (size_t)(2 * periods * job->parts.parts) * sizeof *job->sums);
    job->words = WIDE;
    status = deal_all(job, scratch, most, &fits, error);
  }
  return status == CRM_OK ? crm__team_run(job->scope->team, job->groups, empty_group, job, error) : status;
}
