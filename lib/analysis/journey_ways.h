/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_JOURNEY_WAYS_H
#define CRM_ANALYSIS_JOURNEY_WAYS_H

#include "analysis/grouping.h"
#include "analysis/pipelines.h"
#include "base/survival.h"

#include <crm/journey.h>

/* The ways of customers through one pipeline, as stays in its stages. */

#define CRM__JOURNEY_OPEN INT64_MAX    /* has not left, has not passed, has not dropped out */

enum { CRM__CAME_FIRST, CRM__CAME_NEXT, CRM__CAME_SKIPPING, CRM__CAME_BACK, CRM__CAME_AGAIN };
enum { CRM__WENT_NOT, CRM__WENT_ON, CRM__WENT_BACK, CRM__WENT_OUT };

typedef struct crm__stay {
  uint32_t customer;
  uint8_t place;       /* of the stage */
  uint8_t came;
  uint8_t went;
  uint8_t first;       /* 1: the customer's first in the stage */
  int64_t entered;
  int64_t left;
  int64_t passed;      /* of a first one: when the customer came higher, */
  int64_t dropped;     /* or before that left the pipeline */
} crm__stay;

/* What became of a customer on the whole way. */
typedef struct crm__way {
  uint32_t customer;
  uint32_t first;      /* its stays: from here on, */
  uint32_t count;      /* so many, in time */
  int32_t skipped;     /* stages passed by, */
  uint64_t passed_by;  /* by place */
  int64_t completed;   /* first entry into the last stage */
  int64_t dropped;     /* left for the first time before that */
} crm__way;

typedef struct crm__journey {
  crm__scope *scope;
  crm_journey_options options;
  crm__pipelines pipelines;
  crm__row_index entries;     /* of `stages`, by customer */
  uint32_t lost;              /* the name that takes customers out, CRM__NONE: nobody ever wrote it */
  uint8_t *place;             /* by name: 1 + its stage, 0: none of the pipeline */
  uint32_t name;              /* of the pipeline at hand */
  crm__pipeline pipeline;
  crm__stay *stays;
  crm__way *ways;             /* of those with a stay, in the order of customers asked for */
  uint32_t stay_count;
  uint32_t way_count;
} crm__journey;

/* Options read and rows indexed. Errors: ARGUMENT, MEMORY. */
crm_status crm__journey_open(crm__journey *journey, crm__scope *scope, const crm_journey_options *options,
                             crm_error *error);

/* Calls for every pipeline that is asked for, in key order, once its ways have been followed, those of `customers` in
 * that order. Errors: NOT_FOUND, LIMIT, MEMORY, the callee's. */
typedef crm_status (*crm__journey_taker)(void *context, const crm__journey *journey, crm_error *error);

crm_status crm__journey_each(crm__journey *journey, const uint32_t *customers, uint32_t count,
                             crm__journey_taker take, void *context, crm_error *error);

/* Business days between two instants, the later one at most as-of. */
int64_t crm__journey_days(const crm__journey *journey, int64_t from, int64_t to);

/* The rows of crm_journey_stages for one pipeline; longest: days of the longest stay that there is room for. */
typedef struct crm__journey_board {
  const crm__grouping *grouping;
  crm__durations room;        /* cases of one rate */
  int64_t *days;              /* of those that stand in a stage */
  crm_table *table;
} crm__journey_board;

crm_status crm__journey_board_begin(crm__journey *journey, const crm__grouping *grouping, crm__journey_board *board,
                                    crm_error *error);
crm_status crm__journey_board_put(void *board, const crm__journey *journey, crm_error *error);

#endif
