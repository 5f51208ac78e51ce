/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_LIFECYCLE_HANDLE_H
#define CRM_ANALYSIS_LIFECYCLE_HANDLE_H

#include "store/facts.h"
#include "store/segment.h"

#include <crm/lifecycle.h>

/* What a lifecycle holds, for the files that follow lives and those that make tables of them. */

/* Why a stage was entered. */
enum { CRM__CAUSE_KNOWN, CRM__CAUSE_JOINED, CRM__CAUSE_OPPORTUNITY, CRM__CAUSE_PURCHASE, CRM__CAUSE_REPEAT,
       CRM__CAUSE_IDLE, CRM__CAUSE_HOST };

/* An entry into a stage, or onto another step of the ladder while the stage beside it stays. */
typedef struct crm__life_event {
  int64_t time;       /* INT64_MIN: not known */
  int8_t stage;       /* CRM_STAGE_... */
  int8_t step;        /* of the ladder; CRM_STAGE_NONE where the host put somebody beside it first */
  uint8_t cause;      /* CRM__CAUSE_... */
  uint8_t spare;
  uint32_t reason;    /* name id of the host's; CRM__NONE: none is told */
} crm__life_event;

struct crm_lifecycle {
  crm__memory memory;
  const crm_store *store;
  int64_t version;
  crm__scope_kept kept;       /* the scope, of all branches */
  int64_t from;               /* what it became */
  int64_t to;
  int64_t as_of;
  int32_t as_of_day;
  int64_t day_start;
  crm_life_limits limits;
  int32_t horizon;
  uint32_t customers;         /* ids of the store */
  uint64_t *starts;           /* by id, and one more: where the events begin; none where nobody counts or is there */
  crm__life_event *events;
  uint64_t event_count;
  uint64_t event_capacity;
  int32_t *first;             /* by id: business day of the first purchase, INT32_MAX: none */
  int32_t *last;              /* of the last, INT32_MIN: none */
  uint32_t *natural;          /* names of the reasons that are natural, CRM__NONE: a word that is no name; */
  uint32_t natural_count;     /* so many */
  int32_t natural_known;      /* the host has said which are */
  int64_t unknown;            /* entries of the host into stages that the ladder does not know */
};

/* What the lives are made of; all in the scope's scratch. */
typedef struct crm__life_facts {
  const uint64_t *starts;     /* by customer, and one more: where the times of the purchases begin */
  const int64_t *times;       /* ascending within a customer */
  const int64_t *opened;      /* by customer: when the first opportunity was, INT64_MAX: none; NULL: there are none */
  const uint64_t *entry_starts;   /* by customer, and one more: the host's entries; NULL: there are none */
  const int64_t *entry_times;     /* ascending within a customer */
  const int8_t *entry_stages;
  const uint32_t *entry_reasons;  /* name ids, CRM__NONE: none */
} crm__life_facts;

/* Reads the host's words for natural reasons; NULL: not known. Errors: VALUE (a word is empty, with the byte),
 * MEMORY. */
crm_status crm__life_name_natural(crm_lifecycle *lifecycle, crm__scope *scope, const char *words, crm_error *error);

crm_status crm__life_gather(crm_lifecycle *lifecycle, crm__scope *scope, crm__life_facts *facts, crm_error *error);

/* Fills in the limits that the options leave to the data. */
crm_status crm__life_suggest(crm_lifecycle *lifecycle, crm__scope *scope, const crm__life_facts *facts,
                             crm_error *error);

/* Follows every life through its facts: events, starts, first and last. */
crm_status crm__life_follow(crm_lifecycle *lifecycle, crm__scope *scope, const crm__life_facts *facts,
                            crm_error *error);

/* Makes a table in the lifecycle's scope by `make`, which gets `what`. Errors: its own, ARGUMENT (lifecycle or table is
 * NULL), STATE (the store has changed since). */
typedef crm_status (*crm__life_table)(const crm_lifecycle *lifecycle, crm__scope *scope, const void *what,
                                      crm_table **table, crm_error *error);
crm_status crm__lifecycle_table(const crm_lifecycle *lifecycle, crm__life_table make, const void *what,
                                crm_table **table, crm_error *error);

const char *crm__stage_name(int32_t stage);
const char *crm__stage_cause(uint8_t cause);

/* Whether something that happened at a time, by a cause, is past at an instant: silence makes an event at the start of
 * the business day that it is seen on, which counts for that instant already. */
static inline int crm__life_past(int64_t time, uint8_t cause, int64_t instant)
{
  return time < instant || (time == instant && cause == CRM__CAUSE_IDLE);
}

/* The last event of a customer that is past at an instant, NULL: none. */
const crm__life_event *crm__life_at(const crm_lifecycle *lifecycle, uint32_t id, int64_t instant);

/* Whole business days from an event to an instant, -1 where one of them is not known. */
int32_t crm__life_days(const crm_lifecycle *lifecycle, const crm__life_event *event, int64_t instant);

/* The business day that an event falls on, so that all of a day are past at the start of the next: what silence brings
 * is seen at the start of a day and belongs to the one before. */
int32_t crm__life_event_day(const crm_lifecycle *lifecycle, const crm__life_event *event);

/* What a period did to the stock of active customers. */
typedef struct crm__life_flow {
  int64_t entered;       /* for the first time */
  int64_t came_back;
  int64_t left;
  int64_t gone;          /* active before the period and not at its end */
} crm__life_flow;

/* The flows of the activity's periods, in the scope's scratch; *stock: active customers before the first of them. */
crm_status crm__life_flows(const crm_lifecycle *lifecycle, crm__scope *scope, const crm__calendar *calendar,
                           crm__activity *activity, crm__life_flow **flows, int64_t *stock, crm_error *error);

/* How many customers are in each stage at an instant, and their shares in millionths, -1 where nobody is there. */
typedef struct crm__stage_counts {
  int64_t customers[CRM_STAGES];
  int64_t shares[CRM_STAGES];
} crm__stage_counts;

void crm__stages_count(const crm_lifecycle *lifecycle, int64_t instant, crm__stage_counts *counts);

/* What a table of the lifecycle is, in its metadata. */
void crm__lifecycle_describe(const crm_lifecycle *lifecycle, const crm__scope *scope, crm_table *table,
                             const char *definition);

/* Active: has bought and is neither dormant nor lost. */
static inline int crm__life_active(const crm__life_event *event)
{
  return event != NULL && event->step >= CRM_STAGE_CUSTOMER && event->stage <= CRM_STAGE_REACTIVATED;
}

#endif
