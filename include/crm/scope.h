/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_SCOPE_H
#define CRM_SCOPE_H

#include <crm/api.h>
#include <crm/context.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which facts count, and how time is cut into periods. */

/* An instant that is not set: as a lower bound, and as an upper bound or as-of. */
#define CRM_TIME_UNSET_FROM INT64_MIN
#define CRM_TIME_UNSET_TO INT64_MAX

/* Microseconds of a day. */
#define CRM_DAY INT64_C(86400000000)

#define CRM_MONEY_NET 0      /* sale lines less returns, after discount, before tax */
#define CRM_MONEY_SALES 1    /* sale lines alone, before returns */
#define CRM_MONEY_TAXED 2    /* net and its tax */

#define CRM_REFUNDS_REFUND_DAY 0   /* a return counts on its own day (accounting) */
#define CRM_REFUNDS_SALE_DAY 1     /* on the day of the sale it names in `original`; on its own where that is unknown */

#define CRM_OCCASIONS_EACH 0  /* every document with a sale line is an occasion */
#define CRM_OCCASIONS_DAY 1   /* those of one customer on one business day are one */

/* A set of customers: crm/segment.h. */
typedef struct crm_segment crm_segment;

/* What analyses of one scope have in common: crm/summary.h. */
typedef struct crm_summary crm_summary;

/* The facts that count. NULL stands for CRM_SCOPE_INIT: all of them, as an accountant counts. */
typedef struct crm_scope {
  uint32_t struct_size;
  int32_t money;                 /* CRM_MONEY_... */
  int64_t from;                  /* facts at or after; CRM_TIME_UNSET_FROM: from the first */
  int64_t to;                    /* facts before; past as_of it is as_of */
  int64_t as_of;                 /* facts at or after it do not exist; unset: the start of the business day after the
                                  * latest event, crm_store_horizon */
  int32_t refunds;               /* CRM_REFUNDS_... */
  int32_t occasions;             /* CRM_OCCASIONS_... */
  const char *const *branches;   /* keys of the branches that count, NULL: all; "ever" and "before" always look at
                                  * all */
  int64_t branch_count;
  crm_context *context;          /* memory, threads and progress that the host lends, or NULL */
  int32_t internal;              /* 1: sales of internal customers count too */
  int32_t accounts;              /* 1: the customers under one parent, up to the topmost, count as one customer: that
                                  * one; parents are those of as_of (table `parents`, else `customers`). Rows of
                                  * customers, opportunities and all else are its; its own row speaks for its
                                  * attributes. Parents that lead in a ring have the lowest key for the topmost */
  const crm_segment *segment;    /* only its customers and their facts, NULL: all; anonymous sales then do not count
                                  * either, and "ever" and "before" are of these customers too */
  const crm_summary *summary;    /* taken where it fits instead of going over the facts again, or NULL */
} crm_scope;

#define CRM_SCOPE_INIT \
  { (uint32_t)sizeof(crm_scope), 0, INT64_MIN, INT64_MAX, INT64_MAX, 0, 0, NULL, 0, NULL, 0, 0, NULL, NULL }

#define CRM_PERIOD_MONTH 0
#define CRM_PERIOD_DAY 1
#define CRM_PERIOD_WEEK 2
#define CRM_PERIOD_QUARTER 3
#define CRM_PERIOD_YEAR 4
#define CRM_PERIOD_TABLE 5     /* the caller's own periods: starts[] */

#define CRM_WEEKDAY_MONDAY 0   /* ... Tuesday 1, up to Sunday 6 */
#define CRM_WEEKDAY_SUNDAY 6

/* How time is cut into periods. NULL stands for CRM_CALENDAR_INIT: calendar months.
 * Labels: 2024-01-31, 2024-W05, 2024-01, 2024-Q1, 2024. Week 1 of a year is the first with four days or more in it
 * (with weeks from Monday that is ISO 8601), and a week's year is the year that holds most of it. A fiscal year is
 * named after the calendar year in which it ends; its quarters are counted from its start. */
typedef struct crm_calendar {
  uint32_t struct_size;
  int32_t period;                /* CRM_PERIOD_... */
  int32_t week_start;            /* CRM_WEEKDAY_... */
  int32_t fiscal_start;          /* month 1 .. 12 in which the fiscal year begins; 0: 1 */
  const int32_t *starts;         /* PERIOD_TABLE: first days (days since 1970-01-01), strictly rising, the last one is
                                  * the end */
  const char *const *labels;     /* PERIOD_TABLE: count - 1 labels, NULL: the first days */
  int64_t count;                 /* PERIOD_TABLE: number of starts, at least 2 */
} crm_calendar;

#define CRM_CALENDAR_INIT { (uint32_t)sizeof(crm_calendar), 0, 0, 0, NULL, NULL, 0 }

#ifdef __cplusplus
}
#endif

#endif
