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
 * In a drawer a fact is an entry of 32-bit words. The first one holds the fact's flags and its customer's place in the
 * drawer, and between them its day, counted from the first of all. Money and cost are left out where nobody asks for
 * them (bare), or have a word each (packed). Where one of them or a day passes its room, all entries are wide instead:
 * a word for the day, two for money and cost each. Less memory to pass through is what makes drawers fast: entries of
 * 16 bytes took 1.3 times as long as packed ones. */
#define BARE CRM__ENTRY_BARE
#define PACKED CRM__ENTRY_PACKED
#define WIDE CRM__ENTRY_WIDE
#define FLAG_SHIFT (32 - CRM__FACT_BITS)
/* Words that memory is asked for ahead of writing: so many drawers are too many for a processor to see by itself that
 * each is written in order. */
#define AHEAD CRM__SIZE(32, 2)

/* What the facts of a part were like. */
typedef struct crm__dealt {
  int32_t first;             /* day of the first fact, */
  int32_t last;              /* and of the last */
  uint8_t some;              /* there are facts */
  uint8_t unfit;             /* one does not fit its entry */
  uint8_t falling;           /* a day is before that of the fact before */
} crm__dealt;

/* ---- dealing out ---- */

/* The entries that a document can need beyond the first. */
static uint64_t more_entries(const crm__pass_job *job, uint32_t kept, uint32_t lines)
{
  uint64_t more = kept & CRM__DOCUMENT_ROWS ? lines : 0;
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

/* Whether a value fits 32 bits, as 0, or else some higher bit. */
static inline uint64_t beyond_word(int64_t value)
{
  return ((uint64_t)value + (UINT64_C(1) << 31)) >> 32;
}

static inline void put_entry(uint32_t *entry, const uint32_t words, uint32_t head, int32_t day, int64_t money,
                             int64_t cost)
{
  entry[0] = head;
  if (words == PACKED) {
    entry[1] = (uint32_t)money;
    entry[2] = (uint32_t)cost;
  } else if (words == WIDE) {
    entry[1] = (uint32_t)day;
    memcpy(entry + 2, &money, sizeof money);
    memcpy(entry + 4, &cost, sizeof cost);
  }
}

/* Deals out a block of facts: an entry each, and one more for each further order. 0: one does not fit. */
static inline int deal(const crm__pass_job *job, const crm__facts *facts, uint64_t *ends, const uint32_t words)
{
  const uint32_t *customers = facts->customer;
  const int64_t *moneys = facts->money;
  const int64_t *costs = facts->cost;
  const uint32_t bits = job->drawer_bits;
  const int32_t first_day = job->first_day;
  uint32_t *entries = job->entries;
  uint32_t count = facts->count;
  uint64_t unfit = 0;
  uint32_t i;
  for (i = 0; i < count; i++) {
    uint32_t customer = customers[i];
    int32_t day = facts->day[i];
    uint32_t head = (customer & ((1U << bits) - 1)) | (uint32_t)facts->flags[i] << FLAG_SHIFT;
    uint32_t more = facts->orders[i];
    uint32_t *entry;
    if (customer == CRM__NONE) {
      continue;
    }
    if (words != WIDE) {
      uint32_t days = (uint32_t)(day - first_day);
      unfit |= (uint64_t)days >> (FLAG_SHIFT - bits);
      head |= days << bits;
    }
    unfit |= words == PACKED ? beyond_word(moneys[i]) | beyond_word(costs[i]) : 0;
    for (; more > 1; more--) {
      put_entry(entries + ends[customer >> bits]++ * words, words, head, day, 0, 0);
    }
    entry = entries + ends[customer >> bits]++ * words;
    CRM__PREFETCH(entry + AHEAD);
    put_entry(entry, words, head, day, moneys[i], costs[i]);
  }
  return unfit == 0;
}

/* Whether days fall, within a block or from the one before to it. */
static void follow_days(const crm__facts *facts, crm__dealt *dealt)
{
  const int32_t *days = facts->day;
  uint32_t falling = dealt->some && days[0] < dealt->last;
  uint32_t i;
  for (i = 1; i < facts->count; i++) {
    falling |= days[i] < days[i - 1];
  }
  dealt->falling = (uint8_t)(dealt->falling | falling);
  dealt->first = dealt->some ? dealt->first : days[0];
  dealt->last = days[facts->count - 1];
  dealt->some = 1;
}

static crm_status deal_part(void *context, uint64_t part)
{
  const crm__pass_job *job = context;
  crm__facts *facts = &job->facts[part];
  crm__dealt *dealt = &job->dealt[part];
  uint64_t *ends = job->ends + part * job->drawers;
  int fits = 1;
  memset(dealt, 0, sizeof *dealt);
  crm__facts_begin_part(facts, &job->parts, part);
  while (fits && crm__facts_next(facts, job->scope)) {
    fits = job->words == PACKED ? deal(job, facts, ends, PACKED)
           : job->words == BARE ? deal(job, facts, ends, BARE)
                                : deal(job, facts, ends, WIDE);
    follow_days(facts, dealt);
    if (job->with_activity) {
      crm__sums_add(job, facts, job->sums + part * 2 * (uint64_t)job->activity->periods);
    }
  }
  dealt->unfit = (uint8_t)!fits;
  return CRM_OK;
}

/* ---- putting away ---- */

/* What an entry says. */
static inline crm__act read_entry(const crm__pass_job *job, const uint32_t *entry, const uint32_t words)
{
  crm__act act;
  act.flags = entry[0] >> FLAG_SHIFT;
  act.orders = act.flags & CRM__FACT_OCCASION;
  act.in_order = 0;
  act.day = job->first_day + (int32_t)(entry[0] << CRM__FACT_BITS >> (CRM__FACT_BITS + job->drawer_bits));
  act.money = 0;
  act.cost = 0;
  if (words == PACKED) {
    act.money = (int32_t)entry[1];
    act.cost = (int32_t)entry[2];
  } else if (words == WIDE) {
    act.day = (int32_t)entry[1];
    memcpy(&act.money, entry + 2, sizeof act.money);
    memcpy(&act.cost, entry + 4, sizeof act.cost);
  }
  return act;
}

/* What most facts say beside their day: a sale, in the period. */
#define USUAL (CRM__FACT_OCCASION | CRM__FACT_LINE | CRM__FACT_PERIOD | CRM__FACT_BEFORE)

static inline void put_entry_away(const crm__activity *activity, crm__measure *measure, crm__life *life, uint64_t *bits,
                                  const crm__act *act, crm__pass_tally *tally)
{
  if (measure != NULL) {
    crm__act_on_measure(measure, act);
  }
  if (life != NULL) {
    crm__act_on_life(activity, life, bits, act, tally);
  }
}

/* Copies of what does not change spare the loop from reading it anew after every write. */
static inline void put_entries(const crm__pass_job *given, const uint32_t *entry, const uint32_t *end,
                               unsigned char *first, crm__pass_tally *tally, const uint32_t words, const int measures,
                               const int lives, const int in_order)
{
  static const crm__activity none;
  const crm__activity activity = lives ? *given->activity : none;
  const crm__pass_job job = *given;
  const uint32_t place_mask = (1U << job.drawer_bits) - 1;
  crm__pass_tally own = *tally;
  for (; entry < end; entry += words) {
    unsigned char *record = first + (entry[0] & place_mask) * job.stride;
    crm__measure *measure = measures ? (crm__measure *)(void *)record : NULL;
    crm__life *life = lives ? (crm__life *)(void *)(record + job.life) : NULL;
    uint64_t *bits = (uint64_t *)(void *)(record + job.bits);
    crm__act act = read_entry(&job, entry, words);
    CRM__PREFETCH(entry + 4 * AHEAD);
    act.in_order = in_order;
    if (act.flags == USUAL) {   /* the same with its flags known, which a compiler makes use of */
      act.flags = USUAL;
      act.orders = 1;
      put_entry_away(&activity, measure, life, bits, &act, &own);
    } else {
      put_entry_away(&activity, measure, life, bits, &act, &own);
    }
  }
  tally->late = own.late;
}

/* The usual ways have a loop of their own. Days that never fall spare a third of the work on a life. */
static void put_away(const crm__pass_job *job, const uint32_t *entry, const uint32_t *end, unsigned char *first,
                     crm__pass_tally *tally)
{
  if (job->words == PACKED && job->with_measures && job->with_activity) {
    if (job->in_order) {
      put_entries(job, entry, end, first, tally, PACKED, 1, 1, 1);
    } else {
      put_entries(job, entry, end, first, tally, PACKED, 1, 1, 0);
    }
  } else if (job->words == PACKED && job->with_measures) {
    put_entries(job, entry, end, first, tally, PACKED, 1, 0, 0);
  } else {
    put_entries(job, entry, end, first, tally, job->words, job->with_measures, job->with_activity, 0);
  }
}

static void put_into_cells(const crm__pass_job *job, const uint32_t *entry, const uint32_t *end, unsigned char *first,
                           crm__cell *cells)
{
  const uint32_t place_mask = (1U << job->drawer_bits) - 1;
  for (; entry < end; entry += job->words) {
    crm__act act = read_entry(job, entry, job->words);
    crm__act_on_cell(job, first + (entry[0] & place_mask) * job->stride, &act, cells);
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
  const crm__dealt *before = NULL;   /* the last part with facts */
  uint64_t part;
  crm_status status;
  job->entries = crm__scope_alloc(scratch, most, job->words * sizeof *job->entries);
  if (job->entries == NULL) {
    return crm__fail_memory(error);
  }
  memcpy(job->ends, job->starts, (size_t)(job->drawers * job->parts.parts) * sizeof *job->ends);
  status = crm__team_run(job->scope->team, job->parts.parts, deal_part, job, error);
  *fits = 1;
  job->in_order = 1;
  for (part = 0; status == CRM_OK && part < job->parts.parts; part++) {
    const crm__dealt *dealt = &job->dealt[part];
    *fits &= !dealt->unfit;
    if (dealt->some) {
      job->in_order &= !dealt->falling && (before == NULL || before->last <= dealt->first);
      before = dealt;
    }
  }
  return status;
}

crm_status crm__pass_by_drawers(crm__pass_job *job, crm__scope *scratch, crm_error *error)
{
  uint64_t places = job->drawers * job->parts.parts;
  uint64_t periods = job->with_activity ? (uint64_t)job->activity->periods : 0;
  int64_t earliest = job->scope->store->earliest;
  uint64_t most;
  int fits = 1;
  crm_status status;
  job->starts = crm__scope_alloc(scratch, places, sizeof *job->starts);
  job->ends = crm__scope_alloc_zero(scratch, places, sizeof *job->ends);
  job->dealt = crm__scope_alloc(scratch, job->parts.parts, sizeof *job->dealt);
  job->drawer_cells =
    crm__scope_alloc(scratch, job->with_cells ? periods * periods * job->groups : 0, sizeof *job->drawer_cells);
  if (job->starts == NULL || job->ends == NULL || job->dealt == NULL || job->drawer_cells == NULL) {
    return crm__fail_memory(error);
  }
  job->first_day = earliest == INT64_MAX ? 0 : crm__business_day(earliest, job->scope->day_start);
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
