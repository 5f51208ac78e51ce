/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_KPI_H
#define CRM_KPI_H

#include <crm/lifecycle.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Key performance indicators: any of a registry of them, for periods in a row, in one pass over the facts, each beside
 * the period before and the year before. docs/methods/kpis.md has a section for each. */

#define CRM_KPI_MONEY 0    /* whole units of the store's money */
#define CRM_KPI_COUNT 1    /* customers, orders, units */
#define CRM_KPI_RATE 2     /* a share: 0.25 is 25 percent; changes are differences, 0.01 being a point */
#define CRM_KPI_RATIO 3    /* so many of one a one of another */
#define CRM_KPI_DAYS 4
#define CRM_KPI_YEARLY 5   /* times a year */

#define CRM_KPI_UP 0       /* more is better */
#define CRM_KPI_DOWN 1     /* less is better */
#define CRM_KPI_BAND 2     /* neither: it should stay where it is */

#define CRM_KPI_OK 0
#define CRM_KPI_UNDEFINED 1      /* the denominator is 0 (money: at or under 0): no value */
#define CRM_KPI_INSUFFICIENT 2   /* a rate of fewer cases than least_cases, or too short a history: no value */
#define CRM_KPI_NO_FACTS 3       /* what it is made of is not in the store, or begins after the period: no value */
#define CRM_KPI_INCOMPLETE 4     /* the period is not over or not wholly in the scope: the value is that of the part;
                                  * retention and churn have none then */
#define CRM_KPI_OVERFLOW 5       /* the value passes 64 bits at six decimals: none */

/* What one of the registry is. All texts are static. */
typedef struct crm_kpi_info {
  uint32_t struct_size;
  int32_t unit;             /* CRM_KPI_MONEY ... */
  int32_t direction;        /* CRM_KPI_UP ... */
  int32_t level;            /* 1: as things stand at the period's end; 0: of what happens in it */
  int32_t revision;         /* of the definition; a change of what is counted raises it */
  int32_t interval;         /* 1: counts cases, so it has a Wilson interval */
  const char *id;
  const char *name;         /* English */
  const char *name_zh;      /* Chinese */
  const char *numerator;    /* in words */
  const char *denominator;  /* in words, "" where there is none */
  const char *formula;      /* in words */
  const char *inputs;       /* columns of the tables of facts, apart by blanks */
} crm_kpi_info;

#define CRM_KPI_INFO_INIT { (uint32_t)sizeof(crm_kpi_info), 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* The number of KPIs in the registry, and one of them by its place (0 <= index < count) or id.
 * Errors: ARGUMENT (no such place; an unknown id, which the error's column names). Since 0.1. */
CRM_API int64_t crm_kpi_count(void);
CRM_API crm_status crm_kpi_info_at(int64_t index, crm_kpi_info *info, crm_error *error);
CRM_API crm_status crm_kpi_info_find(const char *id, crm_kpi_info *info, crm_error *error);

/* The registry as a table, in its order: kpi, name, name_zh, unit, direction, level, formula, numerator, denominator,
 * inputs, interval, definition (id/revision). config as of crm_store_create, NULL the default.
 * Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_kpi_registry(const crm_config *config, crm_table **table, crm_error *error);

#define CRM_KPI_TOGETHER 0    /* one figure for the whole scope */
#define CRM_KPI_BY_BRANCH 1   /* and one for each branch of it, the same as a scope with that branch alone gives */
#define CRM_KPI_BY_STAFF 2    /* and one for each salesperson: documents by the staff of the first line that has one,
                               * opportunities by owner, contacts and figures by staff */
#define CRM_KPI_BY_TEAM 3     /* and one for each team: likewise, by the team that the person was in at the time
                               * (crm/organisation.h): of a document or contact its time, of an opportunity its closing,
                               * as-of where it is open, of a figure the beginning of its period */
#define CRM_KPI_BY_ROLE 4     /* and one for each role, likewise */

#define CRM_KPI_PERIODS 512   /* most periods */

/* NULL stands for CRM_KPI_OPTIONS_INIT: all KPIs for the last complete period. */
typedef struct crm_kpi_options {
  uint32_t struct_size;
  int32_t periods;             /* so many complete periods, the last one before the scope's end; 0: where the scope has
                                * a from, all from there to its end, else 1 */
  int32_t running;             /* 1: after these the period that is not over at the scope's end too */
  int32_t group;               /* CRM_KPI_TOGETHER, CRM_KPI_BY_BRANCH, ... */
  int32_t like_for_like;       /* 1: only branches with sales in both the first period looked at (that of a year before
                                * too, where there are sales in it) and the last one */
  int32_t least_cases;         /* cases that a rate with an interval needs; 0: 5 */
  const char *const *kpis;     /* ids, in the order wanted; NULL: all */
  int64_t kpi_count;
  const int32_t *feasts;       /* moving feasts: days since 1970-01-01, rising, */
  const int32_t *feasts_before;/* and for each its day a year before. A period with a feast in it is compared with as
                                * many days that have it at the same place, instead of with the same dates */
  int64_t feast_count;
  const crm_lifecycle_options *lifecycle;   /* what dormant and lost mean. NULL: the limits suggested as of the scope's
                                * as-of, with which the figures of past periods move; so a host accepts them once
                                * (crm_lifecycle_limits) and gives them from then on */
} crm_kpi_options;

#define CRM_KPI_OPTIONS_INIT { (uint32_t)sizeof(crm_kpi_options), 0, 0, 0, 0, 0, NULL, 0, NULL, NULL, 0, NULL }

/* KPIs for periods. It belongs to the store and its data version: free it first; after a commit its functions answer
 * STATE. */
typedef struct crm_kpi crm_kpi;

/* Computes KPIs (options) for periods of a calendar (NULL: calendar months) in the scope.
 * The value is in millionths of its unit. Compared are, for what happens in a period: a running period with as many
 * elapsed days of the period before; and with the same dates a year before (29 February with 28, weeks with the one 52
 * weeks before); for levels: the ends. Without facts there (before the first ones) a comparison is empty.
 * Time: one pass over the facts whatever the number of KPIs, periods and branches (one more with like_for_like), with
 * scratch of 48 bytes for each document of a known customer, and for new products of 8 for each of product, group and
 * bound of a period. The figures of customers' lives (customers_dormant, customers_lost, dormant_rate,
 * customers_reactivated, leak_rate) cost a crm_lifecycle_compute besides, once where any of them is asked for; without
 * limits the figures are insufficient.
 * Errors: ARGUMENT (an unknown KPI: the error's column is "kpis", its row the place in the list from 1; limits as of
 * crm_lifecycle_compute), LIMIT (over
 * CRM_KPI_PERIODS periods), MEMORY, what the context's watch answers. Since 0.1. */
CRM_API crm_status crm_kpi_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                   const crm_kpi_options *options, crm_kpi **kpi, crm_error *error);
CRM_API void crm_kpi_free(crm_kpi *kpi);

/* A figure. What is not there is INT64_MIN. */
typedef struct crm_kpi_value {
  uint32_t struct_size;
  int32_t status;           /* CRM_KPI_OK ... */
  int64_t value;            /* millionths of the unit, rounded half away from zero */
  int64_t numerator;        /* money in minor units, units of goods in the store's decimals of quantity */
  int64_t denominator;      /* likewise; none where the value is the numerator */
  int64_t n;                /* cases behind it: orders, customers, ... */
  int64_t low;              /* Wilson interval, 95 percent, in millionths; where the info says so */
  int64_t high;
  int64_t previous;         /* the value of the period before, by the rules above */
  int64_t change;           /* rates: value - previous; else (value - previous) / previous in millionths, none where
                             * previous is at or under 0 */
  int64_t year_before;
  int64_t year_change;
  int32_t complete;         /* 1: the period is over and wholly in the scope */
  int32_t first_day;        /* of the period, days since 1970-01-01 */
} crm_kpi_value;

#define CRM_KPI_VALUE_INIT { (uint32_t)sizeof(crm_kpi_value), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* One figure by the KPI's id, the period's label (NULL: the last one) and the key of its group (NULL: all together).
 * Errors: NOT_FOUND (not among those computed), STATE. Since 0.1. */
CRM_API crm_status crm_kpi_find(const crm_kpi *kpi, const char *id, const char *period, const char *group,
                                crm_kpi_value *value, crm_error *error);

/* All of them, by group (all together first, then by key), KPI in the order asked for, period: kpi, period, value,
 * numerator, denominator, unit, n, low, high, status, previous, change, year_before, year_change, definition
 * (id/revision), complete, first_day, group (empty: all together). Errors: STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_kpi_table(const crm_kpi *kpi, crm_table **table, crm_error *error);

/* Which records stand behind which figure. */
typedef struct crm_kpi_evidence_options {
  uint32_t struct_size;
  int32_t denominator;      /* 1: those of the denominator; 0: of the numerator */
  const char *kpi;          /* its id */
  const char *period;       /* the label of a period, NULL: the last complete one */
  int64_t limit;            /* most rows; 0: 100 */
  const crm_lifecycle_options *lifecycle;   /* as in crm_kpi_options */
} crm_kpi_evidence_options;

#define CRM_KPI_EVIDENCE_OPTIONS_INIT { (uint32_t)sizeof(crm_kpi_evidence_options), 0, NULL, NULL, 0, NULL }

/* The records behind a figure of the whole scope, which add up to its numerator or denominator (but for the rounding of
 * weighted amounts, and to the cases behind a median or a velocity): kind (document,
 * customer, opportunity, contact, entry), key, customer, time, amount (what the record adds, six decimals, money in
 * whole units). Those with the largest amount first, up or down, then by key; the metadata tell how many there are
 * (records) and what all of them add up to (total). A return that counts on the day of its sale is a row of its own.
 * For shares of the top customers and the Gini coefficient: all customers with money above 0. For the steady state: who
 * became active.
 * Errors: ARGUMENT (no such KPI: the error's column is "kpi"), NOT_FOUND (no such period; a KPI whose figures the host
 * gives, or without a denominator), LIMIT, MEMORY. Time: that of crm_kpi_compute and one pass more. Since 0.1. */
CRM_API crm_status crm_kpi_evidence(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                    const crm_kpi_evidence_options *options, crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
