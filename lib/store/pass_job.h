/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PASS_JOB_H
#define CRM_STORE_PASS_JOB_H

#include "store/pass.h"

/* What the files of the pass share: its job, and what a fact does to a customer's record. */

typedef struct crm__pass_job {
  const crm__scope *scope;
  const crm__activity *activity;
  int32_t with_measures;
  int32_t with_activity;
  int32_t with_cells;
  int32_t each;                  /* orders of customers are documents, not days */
  uint32_t customers;
  unsigned char *records;
  size_t stride;
  size_t life;                   /* where in a record the life is, */
  size_t bits;                   /* and the bits of the active periods */
  crm__facts *facts;             /* by part */
  int64_t *sums;                 /* by part: revenue by period, then orders by period */
  crm__split parts;
  uint32_t drawers;              /* 0: at once */
  uint32_t drawer_bits;          /* customer >> drawer_bits: its drawer */
  uint32_t groups;
  uint32_t group_drawers;
  crm__moves *moves;             /* by group, then place */
  crm__cell *cells;              /* by group, */
  crm__cell *drawer_cells;       /* and those of the drawer that a group is at */
  uint32_t *entries;
  uint32_t words;                /* of an entry: CRM__ENTRY_... */
  int32_t first_day;             /* that days of entries are counted from */
  int32_t in_order;              /* days of facts never fall, from the first part to the last */
  struct crm__dealt *dealt;      /* by part */
  uint64_t *starts;              /* by part, then drawer: where entries of it begin, */
  uint64_t *ends;                /* and where they end */
} crm__pass_job;

/* Words of 32 bits. */
#define CRM__ENTRY_BARE 1
#define CRM__ENTRY_PACKED 3
#define CRM__ENTRY_WIDE 6

/* What decides a customer's cohort. Places as those of an activity. */
typedef struct crm__life {
  int32_t ever;              /* day of the first occasion ever, INT32_MAX: none yet */
  uint16_t first;            /* its place, CRM__NO_PLACE: none, or in none of the periods */
  uint16_t seen;             /* the last place of any fact of the periods; where facts come in order, of those that are
                              * no occasion */
} crm__life;

/* What the records of a drawer add up to on the way. */
typedef struct crm__pass_tally {
  crm__cell *cells;          /* NULL: none are wanted */
  uint32_t late;             /* 1: the cells are wrong: a first occasion came after facts that belong to its cohort */
} crm__pass_tally;

/* A fact, as it comes to a record. The functions that take one are inlined, so that a compiler makes use of what is
 * known of it. */
typedef struct crm__act {
  int32_t day;
  uint32_t flags;            /* CRM__FACT_... */
  uint32_t orders;
  int32_t in_order;          /* its day is not before that of any fact that came */
  int64_t money;
  int64_t cost;
} crm__act;

static inline void crm__act_on_measure(crm__measure *measure, const crm__act *act)
{
  int32_t day = act->day;
  measure->flags |= CRM__SEEN_EVER;
  if ((act->flags & CRM__FACT_PERIOD) == 0) {
    return;
  }
  measure->flags |= CRM__SEEN_PERIOD | (act->flags & CRM__FACT_COST_MISSING ? CRM__COST_MISSING : 0);
  measure->money += act->money;
  measure->cost += act->cost;
  if (act->flags & CRM__FACT_OCCASION) {
    measure->orders += act->orders;
    measure->first = day < measure->first ? day : measure->first;
    measure->last = act->in_order || day > measure->last ? day : measure->last;
  }
}

/* An occasion of the place; answers 1 where cells were counted for another cohort than is known now. Nobody can
 * foretell which occasion is the first, so there is no branch on it. */
static inline uint32_t crm__life_begin(crm__life *life, const crm__act *act, uint16_t place)
{
  uint32_t earlier = act->day < life->ever;
  uint16_t first = place > 0 ? place : CRM__NO_PLACE;
  uint32_t late = earlier & (first <= life->seen);
  if (!act->in_order) {
    late = earlier & (first != life->first) & ((first <= life->seen) | (life->first <= life->seen));
  }
  life->ever = earlier ? act->day : life->ever;
  life->first = earlier ? first : life->first;
  return late;
}

/* The period before the first one knows no lower bound. Cells are counted on the way, as if the facts of a customer
 * came in order; where they do not in a way that matters, the tally says so. */
static inline void crm__act_on_life(const crm__activity *activity, crm__life *life, uint64_t *bits,
                                    const crm__act *act, crm__pass_tally *tally)
{
  uint16_t place = crm__activity_place(activity, act->day);
  uint32_t inside = act->flags & CRM__FACT_PERIOD;
  uint32_t occasion = act->flags & CRM__FACT_OCCASION;
  uint32_t fresh = 0;
  if (occasion) {
    tally->late |= crm__life_begin(life, act, place == CRM__NO_PLACE ? 0 : place);
  }
  if (place == CRM__NO_PLACE) {
    return;
  }
  if (occasion && (place == 0 ? act->flags & CRM__FACT_BEFORE : inside)) {
    uint64_t *word = &bits[activity->words == 1 ? 0 : place / 64];
    fresh = 1U ^ (uint32_t)(*word >> (place % 64) & 1U);
    *word |= UINT64_C(1) << (place % 64);
  }
  if (inside && place > 0 && !(act->in_order && occasion)) {
    life->seen = place > life->seen ? place : life->seen;
  }
  if (tally->cells != NULL && inside && place >= life->first) {
    crm__cell *cell =
      &tally->cells[(size_t)(life->first - 1) * (size_t)activity->periods + place - 1];
    cell->customers += fresh;
    cell->revenue += act->money;
    cell->orders += act->orders;
  }
}

static inline crm__life *crm__record_life(const crm__pass_job *job, unsigned char *record)
{
  return (crm__life *)(void *)(record + job->life);
}

static inline uint64_t *crm__record_bits(const crm__pass_job *job, unsigned char *record)
{
  return (uint64_t *)(void *)(record + job->bits);
}

static inline void crm__act_on_record(const crm__pass_job *job, unsigned char *record, const crm__act *act,
                                      crm__pass_tally *tally)
{
  if (job->with_measures) {
    crm__act_on_measure((crm__measure *)(void *)record, act);
  }
  if (job->with_activity) {
    crm__act_on_life(job->activity, crm__record_life(job, record), crm__record_bits(job, record), act, tally);
  }
}

/* Once the first occasions ever are known: a fact's cell of its customer's cohort. */
static inline void crm__act_on_cell(const crm__pass_job *job, unsigned char *record, const crm__act *act,
                                    crm__cell *cells)
{
  uint32_t first = crm__record_life(job, record)->first;
  uint16_t place = crm__activity_place(job->activity, act->day);
  if ((act->flags & CRM__FACT_PERIOD) && place != CRM__NO_PLACE && place >= first) {
    crm__cell *cell = &cells[(size_t)(first - 1) * (size_t)job->activity->periods + place - 1];
    cell->revenue += act->money;
    cell->orders += act->orders;
  }
}

/* Empties the records of some customers. */
void crm__records_empty(const crm__pass_job *job, uint32_t from, uint32_t to);

/* What is known of customers once all their facts are put away; cells: those of customers too, NULL: they are
 * counted. */
void crm__records_count(const crm__pass_job *job, uint32_t from, uint32_t to, crm__moves *moves, crm__cell *cells);

/* What facts add to the sums by period, which need no record. */
void crm__sums_add(const crm__pass_job *job, const crm__facts *facts, int64_t *sums);

/* The pass by drawers. What is needed on the way lies in the scratch of another scope. */
crm_status crm__pass_by_drawers(crm__pass_job *job, crm__scope *scratch, crm_error *error);

#endif
