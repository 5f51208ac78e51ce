/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_COCKPIT_H
#define CRM_COCKPIT_COCKPIT_H

#include "base/memory.h"
#include "cockpit/kpi_registry.h"

#include <crm/cockpit.h>

/* Gauges and alert rules as they are kept: fixed in size, so that a cockpit is two arrays. */

#define CRM__COCKPIT_ID 64        /* bytes with the end, of an id */
#define CRM__COCKPIT_TEXT 128     /* of a label, a key, a list of roles */
#define CRM__COCKPIT_MOST 4096    /* gauges, and rules */
#define CRM__BANDS 8
#define CRM__BAND_NAME 24
#define CRM__UNKNOWN INT64_MIN    /* a figure that is not there */

/* What is measured of a figure. */
#define CRM__ON_VALUE 0
#define CRM__ON_CHANGE 1          /* its change to the period before, */
#define CRM__ON_YEAR 2            /* and to the year before */
#define CRM__ON_TARGET 3          /* value / target */

#define CRM__TARGET_NONE 0
#define CRM__TARGET_NUMBER 1
#define CRM__TARGET_KPI 2
#define CRM__TARGET_YEAR 3        /* the value of the year before, times 1 + target */

/* What gauges and rules have in common: which figure, of what, and for whom. Levels are in millionths. */
typedef struct crm__watched {
  char id[CRM__COCKPIT_ID];
  char roles[CRM__COCKPIT_TEXT];    /* between blanks; "": all */
  char key[CRM__COCKPIT_TEXT];      /* of the branch or person, "*": each of them */
  char label[CRM__COCKPIT_TEXT];    /* "": the KPI's name */
  char label_zh[CRM__COCKPIT_TEXT];
  int32_t kpi;                      /* its place in the registry */
  int32_t by;                       /* CRM_KPI_TOGETHER, ... */
  int32_t on;
  int32_t target_kind;
  int32_t target_kpi;
  int64_t target;
} crm__watched;

typedef struct crm__gauge {
  crm__watched of;
  int32_t bands;                    /* 0: none; else one more than edges */
  int64_t edges[CRM__BANDS - 1];
  char names[CRM__BANDS][CRM__BAND_NAME];
  int64_t min;                      /* of the scale it is drawn on, CRM__UNKNOWN: none */
  int64_t max;
} crm__gauge;

#define CRM__BELOW 0
#define CRM__ABOVE 1

typedef struct crm__rule {
  crm__watched of;
  int32_t when;                     /* CRM__BELOW, CRM__ABOVE */
  int32_t severity;                 /* 0 info, 1 warning, 2 critical */
  int32_t periods;                  /* in a row */
  int64_t set;
  int64_t clear;
} crm__rule;

/* A row that was left out. */
typedef struct crm__problem {
  int32_t what;
  int64_t row;
  char column[CRM__COCKPIT_ID];
  char message[CRM__COCKPIT_TEXT];
} crm__problem;

struct crm_cockpit {
  crm__memory memory;
  crm__gauge *gauges;
  uint64_t gauge_count;
  uint64_t gauge_capacity;
  crm__rule *rules;
  uint64_t rule_count;
  uint64_t rule_capacity;
  crm__problem *problems;
  uint64_t problem_count;
  uint64_t problem_capacity;
};

/* The columns of a table, in order; ends with NULL. Required ones begin with '*', which is no part of the name. */
const char *const *crm__cockpit_columns(int32_t what);

/* The built-in tables as CSV, NUL-ended. */
const char *crm__cockpit_text(int32_t what);

const char *crm__severity_name(int32_t severity);

/* Whether a gauge or rule belongs to a role; NULL: to any. */
int crm__watched_by(const crm__watched *of, const char *role);

/* The bands as they are written, or null. */
void crm__put_bands(crm_table *table, int32_t column, const crm__gauge *of);

/* The unit of what is measured, CRM_KPI_... */
int32_t crm__measure_unit(const crm__watched *of);

#endif
