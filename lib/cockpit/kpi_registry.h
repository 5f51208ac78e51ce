/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_KPI_REGISTRY_H
#define CRM_COCKPIT_KPI_REGISTRY_H

#include <crm/kpi.h>

/* The registry as the library itself reads it. */

/* What is added up in a window of time, for all together or a group. Those before CRM__BASE_DOCUMENT are sums over
 * documents and lines, which add up over time; the others are counted customer by customer. */
enum {
  CRM__BASE_REVENUE,        /* money of the scope's basis */
  CRM__BASE_GROSS,          /* sale lines before discount */
  CRM__BASE_SOLD,           /* sale lines after it */
  CRM__BASE_DISCOUNT,
  CRM__BASE_RETURNED,
  CRM__BASE_ORDERS,
  CRM__BASE_UNITS,
  CRM__BASE_MEASURED,       /* money of lines with a quantity */
  CRM__BASE_COSTED,         /* money of lines with a cost */
  CRM__BASE_PROFIT,         /* that less the cost */
  CRM__BASE_COST,
  CRM__BASE_UNCOSTED,       /* money of lines without one */
  CRM__BASE_ANONYMOUS,      /* money of nobody known */
  CRM__BASE_NEW_PRODUCT,    /* money of products that are new */
  CRM__BASE_DOCUMENT,       /* none: the number of the above */

  CRM__BASE_CUSTOMERS = CRM__BASE_DOCUMENT,   /* with an occasion before the window's end */
  CRM__BASE_CUSTOMERS_BEFORE,                 /* before its start */
  CRM__BASE_CUSTOMERS_CAME,                   /* the first less the second */
  CRM__BASE_ACTIVE,
  CRM__BASE_NEW,
  CRM__BASE_RETURNING,
  CRM__BASE_RESURRECTED,
  CRM__BASE_LAPSED,
  CRM__BASE_PRIOR,          /* active in the period before */
  CRM__BASE_RETAINED,       /* active in both */
  CRM__BASE_REPEATED,       /* two or more occasions in the window */
  CRM__BASE_MATURE,         /* whose first 90 days are over at its end */
  CRM__BASE_REPEATED_90,    /* of these, who came back in them */
  CRM__BASE_KNOWN_ORDERS,
  CRM__BASE_EXPOSURE,       /* days */
  CRM__BASE_GAP_DAYS,
  CRM__BASE_GAPS,
  CRM__BASE_SPEND,          /* money of the active ones */
  CRM__BASE_NEW_SPEND,      /* of the new ones */
  CRM__BASE_POSITIVE,       /* customers with money above 0 */
  CRM__BASE_POSITIVE_SPEND,
  CRM__BASE_TOP_1,
  CRM__BASE_TOP_5,
  CRM__BASE_TOP_20,
  CRM__BASE_GINI,           /* millionths: its quotient can pass 64 bits */
  CRM__BASE_LESSER,         /* had bought before, and were no value customers in the period before */
  CRM__BASE_CULTIVATED,     /* of these, who are in this one */
  CRM__BASE_VALUED,         /* value customers of the period before, */
  CRM__BASE_VALUE,          /* and their money in it */
  CRM__BASE_VALUE_LOWER,    /* of those of them who stand in a lower tier in this one */
  CRM__BASE_RANKED,         /* customers with money above 0 in the period before, */
  CRM__BASE_ROSE,           /* of these, who stand in a higher tier in this one, */
  CRM__BASE_FELL,           /* and in a lower one or in none */

  CRM__BASE_OPEN,           /* opportunities at the end */
  CRM__BASE_PIPELINE,       /* their amounts */
  CRM__BASE_WEIGHTED_OPEN,  /* those with an amount and a probability */
  CRM__BASE_WEIGHTED,       /* amount times probability */
  CRM__BASE_CREATED,
  CRM__BASE_WON,
  CRM__BASE_LOST,
  CRM__BASE_CLOSED,
  CRM__BASE_WON_VALUE,
  CRM__BASE_CLOSED_VALUE,
  CRM__BASE_CYCLE_DAYS,     /* of those won, from created to closed */
  CRM__BASE_CYCLES,
  CRM__BASE_CYCLE_MEDIAN,   /* millionths */
  CRM__BASE_VELOCITY,       /* millionths of money a day */
  CRM__BASE_CONTACTS,
  CRM__BASE_WON_CONTACTS,   /* about opportunities that are won, before that */

  CRM__BASE_INVOICED,
  CRM__BASE_INVOICES,
  CRM__BASE_COLLECTED,
  CRM__BASE_PAYMENTS,
  CRM__BASE_RECEIVABLE,     /* at the end, as the next two */
  CRM__BASE_OVERDUE,
  CRM__BASE_DEBTORS,        /* customers who owe something */

  CRM__BASE_DORMANT,        /* at the end, as the next three */
  CRM__BASE_GONE,           /* lost */
  CRM__BASE_SILENT,         /* dormant or lost */
  CRM__BASE_LIVES,          /* active, dormant or lost */
  CRM__BASE_BACK,           /* times that somebody came back from these */
  CRM__BASE_LEFT,           /* that an active one became one of these */
  CRM__BASE_STOCK,          /* active ones at the start */
  CRM__BASE_ENTERED,        /* times that somebody became active, for the first time or again */
  CRM__BASE_STEADY,         /* millionths: their product passes the size of a count */

  CRM__BASE_DAYS,           /* of the window */
  CRM__BASE_DAYS_LEFT,      /* from its end to that of the period */
  CRM__BASE_TARGET,         /* of the whole period */
  CRM__BASE_TARGET_DUE,     /* of the window */
  CRM__BASE_TO_GO,          /* target less revenue */
  CRM__BASE_EXPENSE,
  CRM__BASE_BUDGET,
  CRM__BASE_OVER_BUDGET,
  CRM__BASE_INVENTORY,      /* mean of both ends */
  CRM__BASE_ASSETS,
  CRM__BASE_LIABILITIES,

  CRM__BASES,
  CRM__BASE_NONE = CRM__BASES
};

/* Facts that a KPI needs, each with the time of the first. */
enum {
  CRM__NEEDS_SALES,
  CRM__NEEDS_DISCOUNT,
  CRM__NEEDS_QUANTITY,
  CRM__NEEDS_COST,
  CRM__NEEDS_CUSTOMER,
  CRM__NEEDS_PRODUCT,
  CRM__NEEDS_OPPORTUNITY,
  CRM__NEEDS_INTERACTION,
  CRM__NEEDS_PAYMENT,
  CRM__NEEDS_LIFE,          /* the first purchase that a life has */
  CRM__NEEDS_FIGURE,        /* the figures themselves tell */
  CRM__NEEDS
};

/* How a KPI is made of its bases. */
#define CRM__FORM_LEVEL 1U      /* as things stand at the window's end */
#define CRM__FORM_CASES 2U      /* a rate of cases, with an interval */
#define CRM__FORM_WHOLE 4U      /* of complete periods alone */
#define CRM__FORM_RATIO 8U      /* a money denominator at or under 0 is undefined */
#define CRM__FORM_YEARLY 16U    /* times 365 */
#define CRM__FORM_MILLIONTHS 32U  /* the numerator is the value */
#define CRM__FORM_HISTORY 64U   /* needs CRM__KPI_NEW_PRODUCT_DAYS of facts before the window's end */

#define CRM__FORM_BY_DAYS 128U  /* times the days of the window */

/* What a base can be instead of a number. */
#define CRM__KPI_ABSENT INT64_MAX              /* no facts */
#define CRM__KPI_TOO_MUCH INT64_MIN            /* passes 64 bits */
#define CRM__KPI_UNDEFINED (INT64_MAX - 1)     /* millionths without a quotient */

typedef struct crm__kpi_entry {
  const char *id;
  const char *name;
  const char *name_zh;
  int32_t unit;
  int32_t direction;
  uint32_t form;
  int32_t revision;
  int32_t numerator;      /* CRM__BASE_... */
  int32_t denominator;    /* CRM__BASE_NONE: the value is the numerator */
  int32_t cases;          /* the base that n is */
  int32_t needs;
  const char *numerator_words;
  const char *denominator_words;
  const char *formula;
  const char *inputs;
} crm__kpi_entry;

#define CRM__KPI_NEW_PRODUCT_DAYS 90
#define CRM__KPI_REPEAT_DAYS 90

int32_t crm__kpi_count(void);
const crm__kpi_entry *crm__kpi_at(int32_t index);
int32_t crm__kpi_index(const char *id);   /* -1: none */

/* What a base's integers are. */
#define CRM__IN_MONEY 0
#define CRM__IN_QUANTITY 1
#define CRM__IN_CASES 2
#define CRM__IN_FIGURES 3   /* six decimals */
int32_t crm__kpi_base_kind(int32_t base);

const char *crm__kpi_unit_name(int32_t unit);
const char *crm__kpi_status_name(int32_t status);

/* "revenue/1"; answers the length. */
#define CRM__KPI_DEFINITION 64
size_t crm__kpi_definition(const crm__kpi_entry *entry, char *text);

#endif
