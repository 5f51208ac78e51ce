/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/pass.h"

#include "base/error.h"

#include <string.h>

/* Facts come in the order of documents, records lie in the order of customers: where the records do not fit the
 * processor's cache, every fact would wait for memory. So the facts are first dealt out to drawers, each for a range of
 * customers whose records do fit, and then put away drawer by drawer: what goes through memory does so in order, the
 * time a line hardly grows with the number of customers, and the cells of cohorts come on the way. Parts of the
 * documents are dealt out, and groups of drawers put away, each by a thread of its own if the host lends any;
 * everything added up is an integer, and the cuts depend on counts alone.
 *
 * With few customers or documents facts go to their records at once. */

#define DRAWER_BYTES 1048576   /* of the records of a drawer, at most */
#define AT_ONCE_BYTES 4194304  /* of records that are reached without drawers */
#define AT_ONCE_DOCUMENTS 65536
#define PARTS_MOST 16          /* of documents */
#define GROUPS_MOST 16         /* of drawers */
#define DRAWERS_MOST 4096
#define CELLS_MOST 128         /* periods whose cells are worth their memory */

/* What a fact does to a record, in 32 bits: the day, flags (CRM__FACT_...) and orders. */
#define DAY_BITS 17
#define DAY_MASK ((1U << DAY_BITS) - 1)
#define DAY_LEAST (-25600)     /* before 1900 */
#define ACT(flag) ((flag) << DAY_BITS)
#define ORDERS_SHIFT (DAY_BITS + CRM__FACT_BITS)
#define ORDERS_MOST 511U       /* more of one document go into further entries */

/* In a drawer a fact is an entry of one, two or three words of 64 bits. The first one holds the act and, under it, the
 * customer's place in the drawer. Money and cost are left out where nobody asks for them (BARE); they share the second
 * word with what is left of the first where all of them are below 2^39 (PACKED), or have a word each (WIDE): less
 * memory to pass through is what makes drawers fast. */
#define BARE 1
#define PACKED 2
#define WIDE 3
#define PLACE_BITS 16
#define PLACE_MASK ((1U << PLACE_BITS) - 1)
#define PACKED_BITS 40
#define PACKED_MOST ((INT64_C(1) << (PACKED_BITS - 1)) - 1)

typedef struct pass {
  const crm__scope *scope;
  const crm__activity *activity;
  int32_t with_measures;
  int32_t with_activity;
  int32_t with_cells;
  int32_t each;                  /* orders of customers are documents, not days */
  uint32_t customers;
  unsigned char *records;
  size_t stride;
  size_t ever;                   /* where in a record the day of the first occasion ever is, */
  size_t bits;                   /* and the bits of the active periods */
  crm__facts *facts;             /* by part */
  int64_t *sums;                 /* by part: revenue by period, then orders by period */
  crm__split parts;
  uint32_t drawers;              /* 0: at once */
  uint32_t drawer_bits;          /* customer >> drawer_bits: its drawer */
  uint32_t groups;
  uint32_t group_drawers;
  crm__moves *moves;             /* by group, then place */
  crm__cell *cells;              /* by group */
  uint64_t *entries;
  uint32_t words;                /* of an entry */
  uint8_t *unfit;                /* by part: money that cannot be packed was met */
  uint64_t *starts;              /* by part, then drawer: where entries of it begin, */
  uint64_t *ends;                /* and where they end */
} pass;

/* ---- what a fact does to a record ---- */

static inline int32_t act_day(uint32_t act)
{
  return (int32_t)(act & DAY_MASK) + DAY_LEAST;
}

static inline void add_measure(crm__measure *measure, uint32_t act, int64_t money, int64_t cost)
{
  measure->flags |= CRM__SEEN_EVER;
  if ((act & ACT(CRM__FACT_PERIOD)) == 0) {
    return;
  }
  measure->flags |= CRM__SEEN_PERIOD | (act & ACT(CRM__FACT_COST_MISSING) ? CRM__COST_MISSING : 0);
  measure->money += money;
  measure->cost += cost;
  if (act & ACT(CRM__FACT_OCCASION)) {
    int32_t day = act_day(act);
    measure->orders += act >> ORDERS_SHIFT;
    measure->first = day < measure->first ? day : measure->first;
    measure->last = day > measure->last ? day : measure->last;
  }
}

/* The period before the first one knows no lower bound. */
static inline void add_activity(const pass *p, unsigned char *record, uint32_t act)
{
  int32_t *ever = (int32_t *)(void *)(record + p->ever);
  uint64_t *bits = (uint64_t *)(void *)(record + p->bits);
  int32_t day = act_day(act);
  uint16_t place;
  if ((act & ACT(CRM__FACT_OCCASION)) == 0) {
    return;
  }
  *ever = day < *ever ? day : *ever;
  place = crm__activity_place(p->activity, day);
  if (place != CRM__NO_PLACE && (act & (place == 0 ? ACT(CRM__FACT_BEFORE) : ACT(CRM__FACT_PERIOD)))) {
    bits[place / 64] |= UINT64_C(1) << (place % 64);
  }
}

static inline void add_record(const pass *p, unsigned char *record, uint32_t act, int64_t money, int64_t cost)
{
  if (p->with_measures) {
    add_measure((crm__measure *)(void *)record, act, money, cost);
  }
  if (p->with_activity) {
    add_activity(p, record, act);
  }
}

/* Once the first occasions ever are known: a fact's cell of its customer's cohort. */
static inline void add_cell(const pass *p, const unsigned char *record, uint32_t act, int64_t money, crm__cell *cells)
{
  const crm__activity *activity = p->activity;
  uint16_t first = crm__activity_place(activity, *(const int32_t *)(const void *)(record + p->ever));
  uint16_t place = crm__activity_place(activity, act_day(act));
  if ((act & ACT(CRM__FACT_PERIOD)) && place != CRM__NO_PLACE && first != CRM__NO_PLACE && first > 0 &&
      place >= first) {
    crm__cell *cell = &cells[(first - 1) * activity->periods + place - 1];
    cell->revenue += money;
    cell->orders += act & ACT(CRM__FACT_OCCASION) ? act >> ORDERS_SHIFT : 0;
  }
}

/* What the customers of some records are to moves and cells. */
static void count_records(const pass *p, uint32_t from, uint32_t to, crm__moves *moves, crm__cell *cells)
{
  const unsigned char *record = p->records + from * p->stride;
  uint32_t i;
  for (i = from; i < to; i++, record += p->stride) {
    const uint64_t *bits = (const uint64_t *)(const void *)(record + p->bits);
    uint16_t first = crm__activity_place(p->activity, *(const int32_t *)(const void *)(record + p->ever));
    crm__moves_count(bits, p->activity->words, first == CRM__NO_PLACE ? 0 : first, p->activity->periods, 1, moves,
                     cells);
  }
}

static void empty_records(const pass *p, uint32_t from, uint32_t to)
{
  static const crm__measure empty = {INT32_MAX, INT32_MIN, 0, 0, 0, 0};
  unsigned char *record = p->records + from * p->stride;
  uint32_t i;
  for (i = from; i < to; i++, record += p->stride) {
    if (p->with_measures) {
      *(crm__measure *)(void *)record = empty;
    }
    if (p->with_activity) {
      *(int32_t *)(void *)(record + p->ever) = INT32_MAX;
      memset(record + p->bits, 0, p->activity->words * sizeof(uint64_t));
    }
  }
}

/* What a fact says, without its orders. */
static inline uint32_t act_of(const crm__facts *facts, uint32_t i)
{
  return (uint32_t)(facts->day[i] - DAY_LEAST) | ACT((uint32_t)facts->flags[i]);
}

/* What facts of one day add to the sums by period, which need no record. */
static void add_day(const pass *p, const crm__facts *facts, uint32_t i, uint32_t end, int64_t *sums)
{
  uint16_t place = crm__activity_place(p->activity, facts->day[i]);
  int64_t revenue = 0;
  int64_t orders = 0;
  for (; i < end; i++) {
    if (facts->flags[i] & CRM__FACT_PERIOD) {
      revenue += facts->money[i];
      orders += p->each || facts->customer[i] == CRM__NONE ? facts->orders[i] : 0;
    }
  }
  if (place != CRM__NO_PLACE && place > 0) {
    sums[place - 1] += revenue;
    sums[p->activity->periods + place - 1] += orders;
  }
}

static void add_sums(const pass *p, const crm__facts *facts, int64_t *sums)
{
  uint32_t i = 0;
  while (i < facts->count) {
    uint32_t end = i + 1;
    while (end < facts->count && facts->day[end] == facts->day[i]) {
      end++;
    }
    add_day(p, facts, i, end, sums);
    i = end;
  }
}

/* ---- at once ---- */

static void add_at_once(const pass *p, const crm__facts *facts, uint32_t i, uint32_t act, int cells)
{
  unsigned char *record = p->records + facts->customer[i] * p->stride;
  uint32_t left = facts->orders[i];
  int64_t money = facts->money[i];
  int64_t cost = facts->cost[i];
  do {
    uint32_t orders = left < ORDERS_MOST ? left : ORDERS_MOST;
    if (cells) {
      add_cell(p, record, act | orders << ORDERS_SHIFT, money, p->cells);
    } else {
      add_record(p, record, act | orders << ORDERS_SHIFT, money, cost);
    }
    left -= orders;
    money = 0;
    cost = 0;
  } while (left > 0);
}

/* The facts of a part; or, cells being 1, what they are to the cells. */
static void go_at_once(const pass *p, uint64_t part, int cells)
{
  crm__facts *facts = p->facts;
  uint32_t i;
  crm__facts_begin_part(facts, &p->parts, part);
  while (crm__facts_next(facts, p->scope)) {
    for (i = 0; i < facts->count; i++) {
      if (facts->customer[i] != CRM__NONE) {
        add_at_once(p, facts, i, act_of(facts, i), cells);
      }
    }
    if (p->with_activity && !cells) {
      add_sums(p, facts, p->sums);
    }
  }
}

static crm_status pass_at_once(const pass *p, crm_error *error)
{
  uint64_t rounds = p->with_cells ? 2 : 1;
  uint64_t all = p->parts.parts * rounds;
  uint64_t k;
  crm_status status = CRM_OK;
  empty_records(p, 0, p->customers);
  for (k = 0; status == CRM_OK && k < all; k++) {
    go_at_once(p, k % p->parts.parts, k >= p->parts.parts);
    status = crm__team_watch(p->scope->team, k + 1, all, error);
  }
  if (status == CRM_OK && p->with_activity) {
    count_records(p, 0, p->customers, p->moves, p->with_cells ? p->cells : NULL);
  }
  return status;
}

/* ---- by drawers ---- */

/* The entries that a document can need beyond the first. */
static uint64_t more_entries(const pass *p, uint32_t kept, uint32_t lines)
{
  uint64_t more = kept & CRM__DOCUMENT_ROWS ? lines / ORDERS_MOST : 0;
  return more + (kept & CRM__DOCUMENT_ORIGINAL && p->scope->refunds == CRM_REFUNDS_SALE_DAY ? lines : 0);
}

/* Counts the entries of documents of one chunk by drawer; where one would not count, its place stays empty. */
static void count_run(const pass *p, uint64_t from, uint64_t count, uint64_t *counts)
{
  const crm__documents *documents = &p->scope->store->documents;
  const uint32_t *customers = (const uint32_t *)(const void *)crm__column_at(&documents->customer, from);
  const uint8_t *flags = crm__column_at(&documents->flags, from);
  const uint32_t *lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, from);
  uint64_t k;
  for (k = 0; customers != NULL && flags != NULL && lines != NULL && k < count; k++) {
    if (customers[k] != CRM__NONE) {
      counts[customers[k] >> p->drawer_bits]++;
      if (flags[k] & (CRM__DOCUMENT_ROWS | CRM__DOCUMENT_ORIGINAL)) {
        counts[customers[k] >> p->drawer_bits] += more_entries(p, flags[k], lines[k]);
      }
    }
  }
}

static crm_status count_part(void *job, uint64_t part)
{
  const pass *p = job;
  uint64_t *counts = p->ends + part * p->drawers;
  uint64_t end = crm__split_to(&p->parts, part);
  uint64_t i = crm__split_from(&p->parts, part);
  while (i < end) {
    uint64_t run = end - i < CRM__CHUNK ? end - i : CRM__CHUNK;   /* parts begin with chunks */
    count_run(p, i, run, counts);
    i += run;
  }
  return CRM_OK;
}

/* Turns counts into places, those of a drawer side by side; answers how many entries there are at most. */
static uint64_t place_entries(const pass *p)
{
  uint64_t place = 0;
  uint64_t part;
  uint32_t drawer;
  for (drawer = 0; drawer < p->drawers; drawer++) {
    for (part = 0; part < p->parts.parts; part++) {
      uint64_t k = part * p->drawers + drawer;
      p->starts[k] = place;
      place += p->ends[k];
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

/* A value of PACKED_BITS bits with its sign. */
static inline int64_t unpacked(uint64_t bits)
{
  const uint64_t sign = UINT64_C(1) << (PACKED_BITS - 1);
  return (int64_t)(((bits & (2 * sign - 1)) ^ sign) - sign);
}

static inline uint64_t *put_entry(const pass *p, uint64_t *entry, uint32_t customer, uint32_t act, int64_t money,
                                  int64_t cost)
{
  uint64_t place = customer & ((1U << p->drawer_bits) - 1);
  entry[0] = (uint64_t)act << 32 | place;
  if (p->words == PACKED) {
    entry[0] |= ((uint64_t)money & PLACE_MASK) << PLACE_BITS;
    entry[1] = packed(money, cost);
  } else if (p->words == WIDE) {
    entry[1] = (uint64_t)money;
    entry[2] = (uint64_t)cost;
  }
  return entry + p->words;
}

/* Deals out a fact: one entry, or more where one cannot hold the orders. */
static inline void deal(const pass *p, const crm__facts *facts, uint32_t i, uint64_t *ends)
{
  uint32_t customer = facts->customer[i];
  uint32_t act = act_of(facts, i);
  uint64_t *end = &ends[customer >> p->drawer_bits];
  uint64_t *entry = p->entries + *end * p->words;
  uint32_t left = facts->orders[i];
  uint32_t orders = left < ORDERS_MOST ? left : ORDERS_MOST;
  entry = put_entry(p, entry, customer, act | orders << ORDERS_SHIFT, facts->money[i], facts->cost[i]);
  ++*end;
  for (left -= orders; left > 0; left -= orders) {
    orders = left < ORDERS_MOST ? left : ORDERS_MOST;
    entry = put_entry(p, entry, customer, act | orders << ORDERS_SHIFT, 0, 0);
    ++*end;
  }
}

static crm_status deal_part(void *job, uint64_t part)
{
  const pass *p = job;
  crm__facts *facts = &p->facts[part];
  uint64_t *ends = p->ends + part * p->drawers;
  int fits = 1;
  uint32_t i;
  crm__facts_begin_part(facts, &p->parts, part);
  while (fits && crm__facts_next(facts, p->scope)) {
    for (i = 0; i < facts->count; i++) {
      if (facts->customer[i] != CRM__NONE) {
        fits &= packs(facts->money[i]) & packs(facts->cost[i]);
        deal(p, facts, i, ends);
      }
    }
    if (p->with_activity) {
      add_sums(p, facts, p->sums + part * 2 * (uint64_t)p->activity->periods);
    }
    fits |= p->words != PACKED;
  }
  p->unfit[part] = (uint8_t)!fits;
  return CRM_OK;
}

/* The next of entries: its record, act, money and cost. */
static inline const uint64_t *take_entry(const pass *p, const uint64_t *entry, unsigned char *first,
                                         unsigned char **record, int64_t *money, int64_t *cost)
{
  *record = first + (entry[0] & PLACE_MASK) * p->stride;
  *money = 0;
  *cost = 0;
  if (p->words == PACKED) {
    *money = unpacked((entry[0] >> PLACE_BITS & PLACE_MASK) | entry[1] << PLACE_BITS);
    *cost = (int64_t)entry[1] >> (64 - PACKED_BITS);
  } else if (p->words == WIDE) {
    *money = (int64_t)entry[1];
    *cost = (int64_t)entry[2];
  }
  return entry + p->words;
}

static void put_away(const pass *p, const uint64_t *entry, const uint64_t *end, unsigned char *first)
{
  while (entry < end) {
    uint32_t act = (uint32_t)(entry[0] >> 32);
    unsigned char *record;
    int64_t money;
    int64_t cost;
    entry = take_entry(p, entry, first, &record, &money, &cost);
    add_record(p, record, act, money, cost);
  }
}

static void put_into_cells(const pass *p, const uint64_t *entry, const uint64_t *end, unsigned char *first,
                           crm__cell *cells)
{
  while (entry < end) {
    uint32_t act = (uint32_t)(entry[0] >> 32);
    unsigned char *record;
    int64_t money;
    int64_t cost;
    entry = take_entry(p, entry, first, &record, &money, &cost);
    add_cell(p, record, act, money, cells);
  }
}

/* A drawer whole: its records, then, while they are at hand, its cells and moves. */
static crm_status empty_group(void *job, uint64_t group)
{
  const pass *p = job;
  uint64_t cells = p->with_cells ? (uint64_t)p->activity->periods * (uint64_t)p->activity->periods : 0;
  uint32_t drawer = (uint32_t)group * p->group_drawers;
  uint32_t last = drawer + p->group_drawers < p->drawers ? drawer + p->group_drawers : p->drawers;
  uint64_t part;
  for (; drawer < last; drawer++) {
    uint64_t from = (uint64_t)drawer << p->drawer_bits;
    uint64_t to = from + (UINT64_C(1) << p->drawer_bits);
    unsigned char *first = p->records + from * p->stride;
    to = to < p->customers ? to : p->customers;
    empty_records(p, (uint32_t)from, (uint32_t)to);
    for (part = 0; part < p->parts.parts; part++) {
      uint64_t k = part * p->drawers + drawer;
      put_away(p, p->entries + p->starts[k] * p->words, p->entries + p->ends[k] * p->words, first);
    }
    for (part = 0; p->with_cells && part < p->parts.parts; part++) {
      uint64_t k = part * p->drawers + drawer;
      put_into_cells(p, p->entries + p->starts[k] * p->words, p->entries + p->ends[k] * p->words, first,
                     p->cells + group * cells);
    }
    if (p->with_activity) {
      count_records(p, (uint32_t)from, (uint32_t)to, p->moves + group * ((uint64_t)p->activity->periods + 2),
                    p->with_cells ? p->cells + group * cells : NULL);
    }
  }
  return CRM_OK;
}

/* Deals out all facts into `most` entries. */
static crm_status deal_all(pass *p, crm__scope *scratch, uint64_t most, int *fits, crm_error *error)
{
  uint64_t part;
  crm_status status;
  p->entries = crm__scope_alloc(scratch, most, p->words * sizeof *p->entries);
  if (p->entries == NULL) {
    return crm__fail_memory(error);
  }
  memcpy(p->ends, p->starts, (size_t)(p->drawers * p->parts.parts) * sizeof *p->ends);
  status = crm__team_run(p->scope->team, p->parts.parts, deal_part, p, error);
  *fits = 1;
  for (part = 0; part < p->parts.parts; part++) {
    *fits &= !p->unfit[part];
  }
  return status;
}

static crm_status pass_by_drawers(pass *p, crm__scope *scratch, crm_error *error)
{
  uint64_t cells = p->drawers * p->parts.parts;
  uint64_t most;
  int fits = 1;
  crm_status status;
  p->starts = crm__scope_alloc(scratch, cells, sizeof *p->starts);
  p->ends = crm__scope_alloc_zero(scratch, cells, sizeof *p->ends);
  p->unfit = crm__scope_alloc(scratch, p->parts.parts, 1);
  if (p->starts == NULL || p->ends == NULL || p->unfit == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__team_run(p->scope->team, p->parts.parts, count_part, p, error);
  if (status != CRM_OK) {
    return status;
  }
  most = place_entries(p);
  status = deal_all(p, scratch, most, &fits, error);
  if (status == CRM_OK && !fits) {
    memset(p->sums, 0, (size_t)(p->with_activity ? 2 * (uint64_t)p->activity->periods * p->parts.parts : 0) *
                           sizeof *p->sums);
    p->words = WIDE;
    status = deal_all(p, scratch, most, &fits, error);
  }
  return status == CRM_OK ? crm__team_run(p->scope->team, p->groups, empty_group, p, error) : status;
}

/* ---- the whole ---- */

static void lay_out(pass *p)
{
  if (p->with_measures) {
    p->stride = sizeof(crm__measure);
  }
  if (p->with_activity) {
    p->ever = p->stride;
    p->bits = p->stride + sizeof(int64_t);
    p->stride = p->bits + p->activity->words * sizeof(uint64_t);
  }
  p->words = p->with_measures || p->with_cells ? PACKED : BARE;
}

/* Settles how the work is cut: by the numbers of customers and documents alone. */
static void cut(pass *p)
{
  uint64_t documents = p->scope->store->document_count;
  p->parts = crm__split_rows(documents, CRM__CHUNK);
  if (documents < AT_ONCE_DOCUMENTS || p->customers * p->stride <= AT_ONCE_BYTES) {
    return;
  }
  while (p->parts.parts > PARTS_MOST) {
    p->parts = crm__split_rows(documents, p->parts.size * 2);
  }
  while (p->drawer_bits < PLACE_BITS && ((p->stride << (p->drawer_bits + 1)) <= DRAWER_BYTES ||
                                         (p->customers >> p->drawer_bits) >= DRAWERS_MOST)) {
    p->drawer_bits++;
  }
  p->drawers = ((p->customers - 1) >> p->drawer_bits) + 1;
  p->group_drawers = (p->drawers + GROUPS_MOST - 1) / GROUPS_MOST;
  p->groups = (p->drawers + p->group_drawers - 1) / p->group_drawers;
}

static crm_status make_room(pass *p, crm__scope *scope, crm__scope *scratch, crm_error *error)
{
  uint64_t periods = p->with_activity ? (uint64_t)p->activity->periods : 0;
  uint64_t parts = p->drawers > 0 ? p->parts.parts : 1;
  uint64_t groups = p->drawers > 0 ? p->groups : 1;
  p->records = crm__scope_alloc(scope, p->customers, p->stride);
  p->facts = crm__scope_alloc(scratch, parts, sizeof *p->facts);
  p->sums = crm__scope_alloc_zero(scope, 2 * periods * parts, sizeof *p->sums);
  p->cells = crm__scope_alloc_zero(scope, p->with_cells ? periods * periods * groups : 0, sizeof *p->cells);
  p->moves = crm__scope_alloc_zero(scope, (periods + 2) * groups, sizeof *p->moves);
  if (p->records == NULL || p->facts == NULL || p->sums == NULL || p->cells == NULL || p->moves == NULL) {
    return crm__fail_memory(error);
  }
  return CRM_OK;
}

/* Puts together what parts and groups have, in the place of the first ones. */
static void add_up(const pass *p)
{
  uint64_t sums = p->with_activity ? 2 * (uint64_t)p->activity->periods : 0;
  uint64_t cells = p->with_cells ? (uint64_t)p->activity->periods * (uint64_t)p->activity->periods : 0;
  uint64_t moves = p->with_activity ? (uint64_t)p->activity->periods + 2 : 0;
  uint64_t k;
  for (k = sums; p->drawers > 0 && k < sums * p->parts.parts; k++) {
    p->sums[k % sums] += p->sums[k];
  }
  for (k = cells; p->drawers > 0 && k < cells * p->groups; k++) {
    p->cells[k % cells].customers += p->cells[k].customers;
    p->cells[k % cells].revenue += p->cells[k].revenue;
    p->cells[k % cells].orders += p->cells[k].orders;
  }
  for (k = moves; p->drawers > 0 && k < moves * p->groups; k++) {
    p->moves[k % moves].begun += p->moves[k].begun;
    p->moves[k % moves].lapsed += p->moves[k].lapsed;
    p->moves[k % moves].fresh += p->moves[k].fresh;
    p->moves[k % moves].size += p->moves[k].size;
  }
}

/* With occasions a day, orders are days. */
static crm_status count_days(crm__scope *scratch, const pass *p, crm_error *error)
{
  uint64_t *visits;
  uint64_t count;
  uint64_t k;
  crm_status status = crm__visits(scratch, &visits, &count, error);
  for (k = 0; status == CRM_OK && p->with_measures && k < p->customers; k++) {
    ((crm__measure *)(void *)(p->records + k * p->stride))->orders = 0;
  }
  for (k = 0; status == CRM_OK && k < count; k++) {
    if (p->with_measures) {
      ((crm__measure *)(void *)(p->records + crm__visit_customer(visits[k]) * p->stride))->orders++;
    }
    if (p->with_activity) {
      uint16_t place = crm__activity_place(p->activity, crm__visit_day(visits[k]));
      if (place != CRM__NO_PLACE && place > 0) {
        p->sums[p->activity->periods + place - 1]++;
      }
    }
  }
  return status;
}

static void give(const pass *p, crm__measures *measures, crm__activity *activity)
{
  if (measures != NULL) {
    measures->base = p->records;
    measures->stride = p->stride;
  }
  if (activity != NULL) {
    activity->revenue = p->sums;
    activity->orders = p->sums + activity->periods;
    activity->moves = p->moves;
    activity->cells = p->with_cells ? p->cells : NULL;
    activity->bits_base = p->records + p->bits;
    activity->bits_stride = p->stride;
    activity->ever_base = p->records + p->ever;
    activity->ever_stride = p->stride;
  }
}

crm_status crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                     int with_cells, crm_error *error)
{
  pass p;
  crm_status status;
  memset(&p, 0, sizeof p);
  p.scope = scope;
  p.activity = activity;
  p.customers = crm__customers(scope->store);
  p.with_measures = measures != NULL;
  p.with_activity = activity != NULL;
  p.each = scope->occasions == CRM_OCCASIONS_EACH;
  p.with_cells = with_cells && p.each && p.with_activity && activity->periods <= CELLS_MOST;
  lay_out(&p);
  cut(&p);
  status = make_room(&p, scope, scratch, error);
  if (status == CRM_OK) {
    status = p.drawers > 0 ? pass_by_drawers(&p, scratch, error) : pass_at_once(&p, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  add_up(&p);
  give(&p, measures, activity);
  return p.each ? CRM_OK : count_days(scratch, &p, error);
}
