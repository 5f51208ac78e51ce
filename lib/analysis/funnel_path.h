/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_FUNNEL_PATH_H
#define CRM_ANALYSIS_FUNNEL_PATH_H

#include "analysis/pipelines.h"
#include "base/survival.h"
#include "store/facts.h"
#include "store/rows.h"

#include <crm/funnel.h>

/* How opportunities went through the stages of one pipeline. */

/* What came of the opportunities in one stage; the last of a pipeline's is the whole way. */
typedef struct crm__funnel_stage {
  uint32_t name;             /* CRM__NONE: the whole way */
  int64_t position;
  int64_t entered;           /* opportunities; likewise open */
  int64_t open;
  int64_t open_amount;
  int64_t won;               /* of those that entered in the period */
  int64_t lost;
  int64_t returned;
  int64_t skipped;
  int64_t stays;             /* of won ones: how many, */
  int64_t *stay_days;        /* and by days, the last one for all that were longer */
  crm__durations durations;
} crm__funnel_stage;

typedef struct crm__funnel {
  crm__scope *scope;
  int64_t horizon;
  uint32_t pipeline;         /* CRM__NONE: of opportunities without one */
  int32_t count;             /* stages, without the whole way */
  crm__funnel_stage stages[CRM__PIPELINE_STAGES + 1];
  uint8_t *place;            /* by name: 1 + its stage, 0: none of the pipeline */
  uint32_t open_count;       /* those that stand in a stage: where and for how many days, -1: not known */
  uint8_t *open_stage;
  int64_t *open_days;
  uint32_t *open_row;        /* the opportunity; one has an entry for its stage and after it one for the whole way */
  int64_t *open_since;
  int64_t unknown;           /* entries into stages that the pipeline does not have */
  int64_t undated;           /* opportunities without any time to begin at, or won or lost without one to end at */
} crm__funnel;

/* Business days between two instants, at least 0. */
int64_t crm__funnel_days(const crm__funnel *funnel, int64_t from, int64_t to);

/* Follows one opportunity; entries are rows of `stages` by time. */
void crm__funnel_follow(crm__funnel *funnel, uint32_t opportunity, const uint32_t *entries, uint32_t count);

/* The first day by which nine in ten of the won ones had passed a stage, horizon + 1 where that is later; -1: fewer
 * than 20 were won. */
int64_t crm__funnel_limit(const crm__funnel *funnel, int32_t stage);

/* Reads options, NULL: none; horizon_days is what counts then. Errors: ARGUMENT. */
crm_status crm__funnel_options(const crm_funnel_options *given, crm_funnel_options *options, crm_error *error);

/* Calls for every pipeline that is asked for, in key order, once its opportunities have been followed, and for those
 * without one at the end. Options have been read. *funnel is that of all of them. Errors: those of
 * crm_funnel_compute, the callee's. */
typedef crm_status (*crm__funnel_taker)(void *context, crm__funnel *funnel, crm_error *error);

crm_status crm__funnel_each(crm__scope *scope, const crm_funnel_options *options, crm__funnel_taker take,
                            void *context, crm__funnel **funnel, crm_error *error);

#endif
