/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/pass_job.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

/* Facts come in the order of documents, records lie in the order of customers: where the records do not fit the
 * processor's cache, every fact would wait for memory. So the facts are first dealt out to drawers, each for a range of
 * customers whose records do fit, and then put away drawer by drawer (pass_drawers.c): what goes through memory does so
 * in order, the time a line hardly grows with the number of customers, and the cells of cohorts come on the way.
 * Everything added up is an integer, and the cuts depend on counts alone.
 *
 * With few customers or documents facts go to their records at once. */

/* Of the records of a drawer, at most: they stay in a processor's second cache. 1 MiB, which does not, took 1.2 to 1.4
 * times as long. */
#define DRAWER_BYTES CRM__SIZE(131072, 256)
/* Of records that are reached without drawers; up to 4 MiB of them, a third cache away, took twice as long. */
#define AT_ONCE_BYTES CRM__SIZE(262144, 64)
#define AT_ONCE_DOCUMENTS CRM__SIZE(65536, 2)
#define PARTS_MOST 16          /* of documents */
#define GROUPS_MOST 16         /* of drawers */
#define DRAWERS_MOST 1024
#define DRAWER_BITS_MOST 16    /* a customer's place in a drawer */
#define CELLS_MOST 128         /* periods whose cells are worth their memory */

/* ---- records ---- */

void crm__records_empty(const crm__pass_job *job, uint32_t from, uint32_t to)
{
  static const crm__measure no_measure = {INT32_MAX, INT32_MIN, 0, 0, 0, 0};
  static const crm__life no_life = {INT32_MAX, CRM__NO_PLACE, 0};
  unsigned char *record = job->records + from * job->stride;
  uint32_t i;
  for (i = from; i < to; i++, record += job->stride) {
    if (job->with_measures) {
      *(crm__measure *)(void *)record = no_measure;
    }
    if (job->with_activity) {
      *crm__record_life(job, record) = no_life;
      memset(record + job->bits, 0, job->activity->words * sizeof(uint64_t));
    }
  }
}

/* Counters of the 64 bits of a word, side by side in bytes. */
typedef struct bit_counts {
  uint64_t bytes[8];         /* byte b of bytes[i] counts bit 8 b + i */
} bit_counts;

#define COUNTED_MOST 255     /* what a byte holds */

static inline void bits_add(bit_counts *counts, uint64_t bits)
{
  const uint64_t lowest = UINT64_C(0x0101010101010101);
  int i;
  for (i = 0; i < 8; i++) {
    counts->bytes[i] += bits >> i & lowest;
  }
}

static inline int64_t bits_counted(const bit_counts *counts, uint32_t bit)
{
  return (int64_t)(counts->bytes[bit % 8] >> (bit / 8 * 8) & 255);
}

/* Moves of up to COUNTED_MOST customers with a word of bits each; 64 counters at a time, a third of the time of
 * crm__moves_count. */
static void count_moves(const crm__pass_job *job, const unsigned char *record, uint32_t count, crm__moves *moves)
{
  static const bit_counts none;
  bit_counts begun = none;
  bit_counts lapsed = none;
  uint32_t last = (uint32_t)job->activity->periods + 1;
  uint32_t i;
  for (i = 0; i < count; i++, record += job->stride) {
    const crm__life *life = (const crm__life *)(const void *)(record + job->life);
    uint64_t bits = *(const uint64_t *)(const void *)(record + job->bits);
    bits_add(&begun, bits & ~(bits << 1));
    bits_add(&lapsed, bits << 1 & ~bits);
    if (life->first != CRM__NO_PLACE) {
      moves[life->first].size++;
      moves[life->first].fresh += (int64_t)(bits >> life->first & 1U);
    }
  }
  for (i = 0; i < 64 && i <= last; i++) {
    moves[i].begun += bits_counted(&begun, i);
    moves[i].lapsed += bits_counted(&lapsed, i);
  }
}

void crm__records_count(const crm__pass_job *job, uint32_t from, uint32_t to, crm__moves *moves, crm__cell *cells)
{
  const crm__activity *activity = job->activity;
  unsigned char *record = job->records + from * job->stride;
  uint32_t i = from;
  while (i < to && activity->words == 1 && cells == NULL) {
    uint32_t count = to - i < COUNTED_MOST ? to - i : COUNTED_MOST;
    count_moves(job, record, count, moves);
    record += count * job->stride;
    i += count;
  }
  for (; i < to; i++, record += job->stride) {
    uint32_t first = crm__record_life(job, record)->first;
    crm__moves_count(crm__record_bits(job, record), activity->words, first == CRM__NO_PLACE ? 0 : first,
                     activity->periods, 1, moves, cells);
  }
}

/* What facts of one day add to the sums. */
static void add_day(const crm__pass_job *job, const crm__facts *facts, uint32_t from, uint32_t to, int64_t *sums)
{
  uint16_t place = crm__activity_place(job->activity, facts->day[from]);
  int64_t revenue = 0;
  int64_t orders = 0;
  uint32_t all = CRM__FACT_PERIOD;
  uint32_t i;
  if (place == CRM__NO_PLACE || place == 0) {
    return;
  }
  for (i = from; i < to; i++) {
    all &= facts->flags[i];
    revenue += facts->money[i];
    orders += facts->orders[i];
  }
  for (i = from; (all & CRM__FACT_PERIOD) == 0 && i < to; i++) {   /* mostly none lies outside */
    revenue -= facts->flags[i] & CRM__FACT_PERIOD ? 0 : facts->money[i];
    orders -= facts->flags[i] & CRM__FACT_PERIOD ? 0 : facts->orders[i];
  }
  for (i = from; !job->each && i < to; i++) {   /* those of customers are days, which are counted at the end */
    orders -= (facts->flags[i] & CRM__FACT_PERIOD) && facts->customer[i] != CRM__NONE ? facts->orders[i] : 0;
  }
  sums[place - 1] += revenue;
  sums[job->activity->periods + place - 1] += orders;
}

void crm__sums_add(const crm__pass_job *job, const crm__facts *facts, int64_t *sums)
{
  uint32_t i = 0;
  while (i < facts->count) {
    uint32_t end = i + 1;
    while (end < facts->count && facts->day[end] == facts->day[i]) {
      end++;
    }
    add_day(job, facts, i, end, sums);
    i = end;
  }
}

/* ---- at once ---- */

static void add_at_once(const crm__pass_job *job, const crm__facts *facts, uint32_t i, crm__pass_tally *tally,
                        int cells_alone)
{
  unsigned char *record = job->records + facts->customer[i] * job->stride;
  crm__act act;
  act.day = facts->day[i];
  act.flags = facts->flags[i];
  act.orders = facts->orders[i];
  act.in_order = 0;
  act.money = facts->money[i];
  act.cost = facts->cost[i];
  if (cells_alone) {
    crm__act_on_cell(job, record, &act, tally->cells);
  } else {
    crm__act_on_record(job, record, &act, tally);
  }
}

static void go_at_once(const crm__pass_job *job, uint64_t part, crm__pass_tally *tally, int cells_alone)
{
  crm__facts *facts = job->facts;
  uint32_t i;
  crm__facts_begin_part(facts, &job->parts, part);
  while (crm__facts_next(facts, job->scope)) {
    for (i = 0; i < facts->count; i++) {
      if (facts->customer[i] != CRM__NONE) {
        add_at_once(job, facts, i, tally, cells_alone);
      }
    }
    if (job->with_activity && !cells_alone) {
      crm__sums_add(job, facts, job->sums);
    }
  }
}

static crm_status pass_at_once(const crm__pass_job *job, crm_error *error)
{
  crm__pass_tally tally = {NULL, 0};
  uint64_t rounds = job->with_cells ? 2 : 1;
  uint64_t all = job->parts.parts * rounds;
  uint64_t k;
  crm_status status = CRM_OK;
  tally.cells = job->with_cells ? job->cells : NULL;
  crm__records_empty(job, 0, job->customers);
  for (k = 0; status == CRM_OK && k < all; k++) {
    if (k == job->parts.parts && tally.late) {
      memset(job->cells, 0, (size_t)(job->activity->periods * job->activity->periods) * sizeof *job->cells);
    }
    if (k < job->parts.parts || tally.late) {
      go_at_once(job, k % job->parts.parts, &tally, k >= job->parts.parts);
    }
    status = crm__team_watch(job->scope->team, k + 1, all, error);
  }
  if (status == CRM_OK && job->with_activity) {
    crm__records_count(job, 0, job->customers, job->moves, tally.late ? tally.cells : NULL);
  }
  return status;
}

/* ---- the whole ---- */

static void lay_out(crm__pass_job *job)
{
  if (job->with_measures) {
    job->stride = sizeof(crm__measure);
  }
  if (job->with_activity) {
    job->life = job->stride;
    job->bits = job->stride + sizeof(crm__life);
    job->stride = job->bits + job->activity->words * sizeof(uint64_t);
  }
  job->words = job->with_measures || job->with_cells ? CRM__ENTRY_PACKED : CRM__ENTRY_BARE;
}

/* Settles how the work is cut: by the numbers of customers and documents alone. */
static void cut(crm__pass_job *job)
{
  uint64_t documents = job->scope->store->document_count;
  job->parts = crm__split_rows(documents, CRM__CHUNK);
  if (documents < AT_ONCE_DOCUMENTS || job->customers * job->stride <= AT_ONCE_BYTES) {
    return;
  }
  while (job->parts.parts > PARTS_MOST) {
    job->parts = crm__split_rows(documents, job->parts.size * 2);
  }
  while (job->drawer_bits < DRAWER_BITS_MOST && ((job->stride << (job->drawer_bits + 1)) <= DRAWER_BYTES ||
                                                 (job->customers >> job->drawer_bits) >= DRAWERS_MOST)) {
    job->drawer_bits++;
  }
  job->drawers = ((job->customers - 1) >> job->drawer_bits) + 1;
  job->group_drawers = (job->drawers + GROUPS_MOST - 1) / GROUPS_MOST;
  job->groups = (job->drawers + job->group_drawers - 1) / job->group_drawers;
}

static crm_status make_room(crm__pass_job *job, crm__scope *scope, crm__scope *scratch, crm_error *error)
{
  uint64_t periods = job->with_activity ? (uint64_t)job->activity->periods : 0;
  uint64_t parts = job->drawers > 0 ? job->parts.parts : 1;
  uint64_t groups = job->drawers > 0 ? job->groups : 1;
  job->records = crm__scope_alloc(scope, job->customers, job->stride);
  job->facts = crm__scope_alloc(scratch, parts, sizeof *job->facts);
  job->sums = crm__scope_alloc_zero(scope, 2 * periods * parts, sizeof *job->sums);
  job->cells = crm__scope_alloc_zero(scope, job->with_cells ? periods * periods * groups : 0, sizeof *job->cells);
  job->moves = crm__scope_alloc_zero(scope, (periods + 2) * groups, sizeof *job->moves);
  if (job->records == NULL || job->facts == NULL || job->sums == NULL || job->cells == NULL || job->moves == NULL) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
}

/* Puts together what parts and groups have, in the place of the first ones. */
static void add_up(const crm__pass_job *job)
{
  uint64_t sums = job->with_activity ? 2 * (uint64_t)job->activity->periods : 0;
  uint64_t cells = job->with_cells ? (uint64_t)job->activity->periods * (uint64_t)job->activity->periods : 0;
  uint64_t moves = job->with_activity ? (uint64_t)job->activity->periods + 2 : 0;
  uint64_t k;
  for (k = sums; job->drawers > 0 && k < sums * job->parts.parts; k++) {
    job->sums[k % sums] += job->sums[k];
  }
  for (k = cells; job->drawers > 0 && k < cells * job->groups; k++) {
    job->cells[k % cells].customers += job->cells[k].customers;
    job->cells[k % cells].revenue += job->cells[k].revenue;
    job->cells[k % cells].orders += job->cells[k].orders;
  }
  for (k = moves; job->drawers > 0 && k < moves * job->groups; k++) {
    job->moves[k % moves].begun += job->moves[k].begun;
    job->moves[k % moves].lapsed += job->moves[k].lapsed;
    job->moves[k % moves].fresh += job->moves[k].fresh;
    job->moves[k % moves].size += job->moves[k].size;
  }
}

/* With occasions a day, orders are days. */
static crm_status count_days(crm__scope *scratch, const crm__pass_job *job, crm_error *error)
{
  uint64_t *visits;
  uint64_t count;
  uint64_t k;
  crm_status status = crm__visits(scratch, &visits, &count, error);
  for (k = 0; status == CRM_OK && job->with_measures && k < job->customers; k++) {
    ((crm__measure *)(void *)(job->records + k * job->stride))->orders = 0;
  }
  for (k = 0; status == CRM_OK && k < count; k++) {
    if (job->with_measures) {
      ((crm__measure *)(void *)(job->records + crm__visit_customer(visits[k]) * job->stride))->orders++;
    }
    if (job->with_activity) {
      uint16_t place = crm__activity_place(job->activity, crm__visit_day(visits[k]));
      if (place != CRM__NO_PLACE && place > 0) {
        job->sums[job->activity->periods + place - 1]++;
      }
    }
  }
  return status;
}

static void give(const crm__pass_job *job, crm__measures *measures, crm__activity *activity)
{
  if (measures != NULL) {
    measures->base = job->records;
    measures->stride = job->stride;
  }
  if (activity != NULL) {
    activity->revenue = job->sums;
    activity->orders = job->sums + activity->periods;
    activity->moves = job->moves;
    activity->cells = job->with_cells ? job->cells : NULL;
    activity->bits_base = job->records + job->bits;
    activity->bits_stride = job->stride;
    activity->ever_base = job->records + job->life;
    activity->ever_stride = job->stride;
  }
}

crm_status crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                     int with_cells, crm_error *error)
{
  crm__pass_job job;
  crm_status status;
  memset(&job, 0, sizeof job);
  job.scope = scope;
  job.activity = activity;
  job.customers = crm__customers(scope->store);
  job.with_measures = measures != NULL;
  job.with_activity = activity != NULL;
  job.each = scope->occasions == CRM_OCCASIONS_EACH;
  job.with_cells = with_cells && job.each && job.with_activity && activity->periods <= CELLS_MOST;
  lay_out(&job);
  cut(&job);
  status = make_room(&job, scope, scratch, error);
  if (status == CRM_OK) {
    status = job.drawers > 0 ? crm__pass_by_drawers(&job, scratch, error) : pass_at_once(&job, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  add_up(&job);
  give(&job, measures, activity);
  return job.each ? CRM_OK : count_days(scratch, &job, error);
}
