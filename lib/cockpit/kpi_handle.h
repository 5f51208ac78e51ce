/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_KPI_HANDLE_H
#define CRM_COCKPIT_KPI_HANDLE_H

#include "analysis/organisation.h"
#include "base/sizes.h"
#include "cockpit/kpi_registry.h"
#include "cockpit/kpi_windows.h"

/* What a computed list of KPIs holds, and what the files that compute it share. */

typedef struct crm__kpi_period {
  int32_t start;
  int32_t complete;
  char label[68];
} crm__kpi_period;

/* The answer; cells by group, KPI, period. */
struct crm_kpi {
  crm__memory memory;
  const crm_store *store;
  int64_t version;
  crm__kpi_period *periods;
  int32_t period_count;
  int32_t kpi_count;
  int32_t *kpis;              /* places in the registry */
  int32_t groups;             /* 1: all together alone */
  char **group_keys;          /* by group; NULL for the first; ended by a zero byte */
  size_t *group_sizes;        /* bytes of them with that */
  crm_kpi_value *values;
  crm_table *empty;           /* without rows, with what describes the scope */
};

/* A fact of a known customer. */
typedef struct crm__kpi_deed {
  int64_t money;
  uint32_t customer;
  int32_t day;
  uint32_t group;
  uint16_t segment;
  uint16_t orders;      /* 0: a return */
} crm__kpi_deed;

#define CRM__KPI_DEEDS CRM__SIZE(2048, 3)

typedef struct crm__kpi_deeds {
  struct crm__kpi_deeds *next;
  uint32_t count;
  crm__kpi_deed deeds[CRM__KPI_DEEDS];
} crm__kpi_deeds;

/* Money of a product that may be a new one. */
typedef struct crm__kpi_new {
  int64_t money;
  uint32_t product;
  uint32_t group;
  uint32_t segment;
  uint32_t reserved;
} crm__kpi_new;

#define CRM__KPI_NEWS 2048

typedef struct crm__kpi_news {
  struct crm__kpi_news *next;
  uint32_t count;
  crm__kpi_new items[CRM__KPI_NEWS];
} crm__kpi_news;

/* A record that adds to a base. */
#define CRM__KPI_DOCUMENT 0
#define CRM__KPI_CUSTOMER 1
#define CRM__KPI_OPPORTUNITY 2
#define CRM__KPI_CONTACT 3
#define CRM__KPI_ENTRY 4

typedef struct crm__kpi_record {
  int64_t amount;
  int64_t time;          /* INT64_MIN: none */
  uint32_t id;           /* of the kind; of contacts and entries a row */
  uint32_t customer;     /* CRM__NONE: nobody known */
  int32_t kind;
  uint32_t reserved;
} crm__kpi_record;

/* The records that add to one base in one window. */
typedef struct crm__kpi_list {
  int32_t base;
  int32_t window;
  crm__kpi_record *records;
  uint32_t count;
  uint32_t room;
} crm__kpi_list;

/* A computation under way; all of the scope's scratch. */
typedef struct crm__kpi_work {
  crm__scope *scope;
  const crm_scope *asked;     /* the caller's, NULL: none */
  const crm_lifecycle_options *lifecycle;   /* the caller's, likewise */
  crm__scope wide;            /* all before as-of: flags of its facts tell the branches alone */
  crm__kpi_windows windows;
  uint8_t wanted[CRM__BASES + 1];
  int32_t by_lines;           /* a base looks at lines */
  int32_t by_customer;        /* a base is counted customer by customer */
  int32_t by_opportunity;     /* and so on */
  int32_t by_account;
  int32_t by_figure;
  int32_t by_life;
  int32_t dormant_days;       /* the limits of lives, 0: not known */
  int32_t lost_days;
  int32_t by;                 /* CRM_KPI_TOGETHER, ... */
  crm__roles roles;           /* of teams and roles */
  uint32_t groups;            /* 0 all together; then those that facts have named so far */
  uint32_t group_room;
  uint32_t *group_ids;        /* branches or names by group */
  uint32_t *group_of;         /* and back; 0: none yet */
  uint32_t segments;
  int64_t *sums;              /* by group, segment, base of documents */
  int64_t *firsts;            /* by group, CRM__NEEDS_...: the time of the first fact, INT64_MAX: none */
  int64_t *cells;             /* by group, window, base */
  crm__kpi_deeds *deeds;          /* the newest first */
  uint64_t deed_count;
  int32_t *ever;              /* by customer: day of the first occasion ever, INT32_MAX: none */
  int32_t *product_first;     /* by product: day of its first sale ever */
  crm__kpi_news *news;            /* the newest first */
  int32_t *ends;              /* by window: its last day */
  int32_t *first_ends;        /* by segment: the first of those of the windows that hold it, INT32_MAX: none does */
  int32_t *history;           /* day of the first sale of any product ever, INT32_MAX: none */
  crm__kpi_list *list;        /* records are put here, or NULL */
  int32_t dating;             /* CRM__KPI_DATING_...: days of first sales of products */
  int64_t *new_money;         /* by window: of new products, once these days are known; NULL: news are kept */
  int32_t is_part;            /* a thread's share: nothing may be allocated, */
  int32_t is_full;            /* and deeds have found no room */
  crm__kpi_deeds *spare;      /* which is here */
} crm__kpi_work;

#define CRM__KPI_DATING_TOO 0     /* are noted with the rest, */
#define CRM__KPI_DATING_ALONE 1   /* or without it, */
#define CRM__KPI_DATING_DONE 2    /* or before it */

static inline int64_t *crm__kpi_cell(const crm__kpi_work *work, uint32_t group, int32_t window, int32_t base)
{
  return &work->cells[((uint64_t)group * (uint64_t)work->windows.count + (uint64_t)window) * CRM__BASES +
                      (uint64_t)base];
}

/* Groups. open makes the first one; group answers that of a branch or name (0: of CRM__NONE), made now where it is new,
 * CRM__NONE: no memory. */
crm_status crm__kpi_groups_open(crm__kpi_work *work, int32_t by, crm_error *error);
uint32_t crm__kpi_group(crm__kpi_work *work, uint32_t id);
crm__key crm__kpi_group_key(const crm__kpi_work *work, uint32_t group);

/* The id that what a person did at an instant is grouped by: the person, or its team or role then. CRM__NONE: none. */
uint32_t crm__kpi_person(const crm__kpi_work *work, uint32_t person, int64_t time);

static inline void crm__kpi_note(const crm__kpi_work *work, uint32_t group, int32_t need, int64_t time)
{
  int64_t *first = &work->firsts[(uint64_t)group * CRM__NEEDS + (uint64_t)need];
  *first = time < *first ? time : *first;
}

/* The pass over the facts: sums by segment, and deeds; and then, groups being known, the sums by window. */
crm_status crm__kpi_gather(crm__kpi_work *work, crm_error *error);

/* The facts of a pass that has begun; and the same as crm__kpi_gather on threads of the host (kpi_parts.c), once there
 * is room. *done 0: they have nothing to gain, or cannot; nothing is added up. */
crm_status crm__kpi_pass(crm__kpi_work *work, crm__facts *facts, crm_error *error);
crm_status crm__kpi_gather_parts(crm__kpi_work *work, int *done, crm_error *error);
void crm__kpi_sum_documents(crm__kpi_work *work);

/* What is counted customer by customer, from the deeds. */
crm_status crm__kpi_count_customers(crm__kpi_work *work, crm_error *error);

/* What the deeds of one customer, in order of segment and day, add to a window's cells. ever: the day of the first
 * occasion ever. */
void crm__kpi_add_customer(const crm__kpi_work *work, const crm__kpi_deed *deeds, uint32_t count, int32_t ever,
                           int32_t window, int64_t *cells);

/* The other tables of facts: groups that they name (0: no memory), and what they add up to. */
int crm__kpi_staff_groups(crm__kpi_work *work);
int crm__kpi_figure_groups(crm__kpi_work *work);
crm_status crm__kpi_count_opportunities(crm__kpi_work *work, crm_error *error);
crm_status crm__kpi_sum_accounts(crm__kpi_work *work, crm_error *error);
void crm__kpi_sum_figures(crm__kpi_work *work);
void crm__kpi_set_to_go(const crm__kpi_work *work, int64_t *cells);   /* by target and revenue */
crm_status crm__kpi_count_lives(crm__kpi_work *work, crm_error *error);

/* Everything that is added up. */
void crm__kpi_work_open(crm__kpi_work *work, const crm_scope *asked, crm__scope *scope);
void crm__kpi_want(crm__kpi_work *work, const int32_t *kpis, int32_t count);
crm_status crm__kpi_add_up(crm__kpi_work *work, int32_t by, crm_error *error);

/* Puts a record on the list where it adds something. 0: no memory. list_documents goes over the facts once more. */
int crm__kpi_list_add(crm__kpi_work *work, int32_t kind, uint32_t id, uint32_t customer, int64_t time, int64_t amount);
crm_status crm__kpi_list_documents(crm__kpi_work *work, crm_error *error);

/* The decimals of a base. */
int32_t crm__kpi_base_digits(const crm__kpi_work *work, int32_t base);

/* One figure without comparisons. */
void crm__kpi_evaluate(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group, int32_t window,
                       int32_t complete, int64_t least_cases, crm_kpi_value *value);

/* One figure of a period with them. */
void crm__kpi_fill_value(const crm__kpi_work *work, const crm__kpi_entry *entry, uint32_t group,
                         const crm__kpi_windows_of *period, int64_t least_cases, crm_kpi_value *value);

/* Called with all that was added up, before it goes. */
typedef crm_status (*crm__kpi_keep)(void *context, const crm__kpi_work *work, crm_error *error);

/* crm_kpi_compute, of which somebody keeps more than the figures. */
crm_status crm__kpi_compute(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                            const crm_kpi_options *options, crm__kpi_keep keep, void *context, crm_kpi **kpi,
                            crm_error *error);

#endif
