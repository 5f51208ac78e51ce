/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TILL_H
#define CRM_TILL_H

#include <crm/cockpit.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The till: where a customer stands, before and after a sale is rung up. Tier, exact rank, scores and what is missing
 * to the next tier, at every moment equal to what crm_pyramid_compute and crm_rfm_compute would say of the same facts.
 *
 * The store is the truth. A till follows it: crm_till_sync takes over what commits have changed. Between two commits a
 * sale may be posted, which counts at once and is remembered by its document; a sync takes it from the store instead
 * as soon as the store holds that document. So: preview, post, load the document when it suits, sync. Who loads every
 * sale at once needs no post. After a commit the functions of a till answer STATE until crm_till_sync. The till
 * belongs to its store: free it first. docs/till.md holds a worked example. */
typedef struct crm_till crm_till;

#define CRM_WINDOW_ALL 0          /* all time before as-of */
#define CRM_WINDOW_DAYS 1         /* the last `days` business days before as-of */
#define CRM_WINDOW_YEAR 2         /* the calendar year of the last business day before as-of, up to as-of */
#define CRM_WINDOW_MEMBERSHIP 3   /* likewise the customer's own year: from the day and month of `joined`, without it of
                                   * the first occasion; who joined on 29 February begins on the 28th in common years */

/* NULL stands for CRM_TILL_OPTIONS_INIT. */
typedef struct crm_till_options {
  uint32_t struct_size;
  int32_t window;                       /* CRM_WINDOW_... */
  int32_t days;                         /* WINDOW_DAYS: 1 to 73000 */
  int32_t periods;                      /* of a cockpit: complete periods over which alerts are replayed, 1 to 240;
                                         * 0: 24 */
  const crm_pyramid_options *pyramid;   /* shares, cut and ties; NULL: 1, 5 and 20 percent. The measure is spend */
  const int64_t *limits;                /* tiers by fixed limits instead of shares: up to 16 falling amounts above 0;
                                         * a tier holds who has at least its limit, the last one the rest */
  int64_t limit_count;                  /* 0: by shares */
  const crm_rfm_options *rfm;           /* ties and own cuts; its segments must be NULL */
  const crm_cockpit *cockpit;           /* its gauges and alerts move with every posted sale (crm_till_gauges); NULL:
                                         * none. This and the next two are not copied: they outlive the till */
  const crm_calendar *calendar;         /* of its periods; NULL: calendar months */
  const char *role;                     /* the gauges and rules of a role; NULL: all */
} crm_till_options;

#define CRM_TILL_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_till_options), 0, 0, 0, NULL, NULL, 0, NULL, NULL, NULL, NULL }

/* Makes a till of a store. The scope's basis, refunds, occasions, branches and internal say what counts; from and to
 * must be unset, since the window says them. As-of is rounded up to the start of a business day, so that what is sold
 * today counts today; an empty store needs one. Time: that of a pyramid and RFM; with occasions by day that of reading
 * each customer's documents. Memory: about 80 bytes a customer. With a cockpit it costs a
 * crm_kpi_compute besides, as does every sync that finds a commit, and every advance. Errors: ARGUMENT (as of
 * crm_cockpit_evaluate too), LIMIT, OVERFLOW, MEMORY. Since 0.1. */
CRM_API crm_status crm_till_create(const crm_store *store, const crm_scope *scope, const crm_till_options *options,
                                   crm_till **till, crm_error *error);
CRM_API void crm_till_free(crm_till *till);

/* As-of, always the start of a business day. Since 0.1. */
CRM_API int64_t crm_till_as_of(const crm_till *till);

/* The number of posted sales that the store did not hold at the last sync. Since 0.1. */
CRM_API int64_t crm_till_posted(const crm_till *till);

#define CRM_SALE_SALE 0     /* one occasion */
#define CRM_SALE_RETURN 1   /* the magnitude of the amount is taken away; no occasion */

/* A document as the till rings it up. It is taken to be of a branch that counts. */
typedef struct crm_sale {
  uint32_t struct_size;
  int32_t kind;             /* CRM_SALE_... */
  const char *customer;     /* key; one that the store does not know yet is a new customer */
  const char *document;     /* key under which it will be loaded, or NULL: it counts until the next sync only */
  const char *source;       /* likewise; NULL: the default source */
  int64_t time;             /* the day that it counts on: before as-of, but it may be late */
  int64_t amount;           /* what it adds in the scope's basis of money, minor units */
} crm_sale;

#define CRM_SALE_INIT { (uint32_t)sizeof(crm_sale), 0, NULL, NULL, NULL, 0, 0 }

#define CRM_BUYER_NONE 0     /* no occasion yet */
#define CRM_BUYER_FIRST 1    /* occasions on one business day alone */
#define CRM_BUYER_REPEAT 2   /* on two or more */

/* Where a customer stands. The fields named before tell the same without the sale; where there is none they are equal
 * to the others. */
typedef struct crm_customer_standing {
  uint32_t struct_size;
  int32_t tier;             /* 0 the highest; after the tiers nonpositive, inactive, prospect, suspect; -1: unknown
                             * before the sale */
  const char *name;         /* the tier's id, static text; "" for -1 */
  int64_t rank;             /* 1 + customers with strictly more spend; 0 where spend is not above 0 */
  int64_t population;       /* n, the customers with spend above 0 in the window */
  int64_t spend;            /* in the window, minor units */
  int64_t gap;              /* least addition that lifts the tier; from outside n, into it; 0 at the top, and where the
                             * cut above takes nobody */
  int64_t margin;           /* most that can be taken away with the tier kept; 0 outside n */
  int64_t total;            /* spend of the n together */
  int64_t share;            /* spend / total in millionths, 0 outside n */
  int64_t orders;           /* occasions in the window */
  int64_t buyers;           /* customers with an occasion in the window, among whom the scores are given */
  int32_t r;                /* scores 1 to 5, 0 without an occasion in the window */
  int32_t f;
  int32_t m;
  int32_t recency_days;     /* business days from the last occasion in the window to as-of, -1: none */
  int32_t first;            /* business day of the first occasion ever (days since 1970-01-01), INT32_MAX: none */
  int32_t last;             /* of the last in the window, INT32_MIN: none */
  int32_t stage;            /* CRM_BUYER_..., of all time */
  int32_t stage_before;
  const char *name_before;
  int32_t tier_before;
  int32_t r_before;
  int32_t f_before;
  int32_t m_before;
  int64_t rank_before;
  int64_t spend_before;
  int64_t orders_before;
  int32_t gauges_moved;     /* with a cockpit, by crm_till_post alone: gauges, */
  int32_t alerts_moved;     /* and alerts that are not what they were; crm_till_move tells which */
} crm_customer_standing;

#define CRM_CUSTOMER_STANDING_INIT \
  { (uint32_t)sizeof(crm_customer_standing), 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, \
    0, 0, 0, 0, 0, 0, 0 }

/* What would be if a sale were posted; nothing changes. Time: a search among the customers. Errors: RANGE
 * (at or after as-of: advance first; or no time at all), NOT_FOUND (a key that stands for nobody, or an internal
 * customer that does not count), OVERFLOW (with the absolute amounts of the store and of all posted sales it passes 64
 * bits), STATE, ARGUMENT; MEMORY only where a late sale needs the customer's documents read. Since 0.1. */
CRM_API crm_status crm_till_preview(const crm_till *till, const crm_sale *sale, crm_customer_standing *standing,
                                    crm_error *error);

/* Posts a sale and tells what crm_till_preview would have told. standing may be NULL. On failure nothing has changed.
 * No allocation but the growth of what is kept, 40 bytes and the document's key until the sync that finds it in
 * the store. With a cockpit the customer's documents are read too, for gauges that count customers. Errors: as
 * crm_till_preview, and MEMORY. Since 0.1. */
CRM_API crm_status crm_till_post(crm_till *till, const crm_sale *sale, crm_customer_standing *standing,
                                 crm_error *error);

/* Where a customer stands now. Errors: NOT_FOUND (unknown, nobody, not counted, or not there at as-of), STATE,
 * ARGUMENT. Since 0.1. */
CRM_API crm_status crm_till_standing(const crm_till *till, const char *customer, crm_customer_standing *standing,
                                     crm_error *error);

/* The gauges and alerts of the cockpit that the till was given: what crm_cockpit_evaluate gives with `running` 1 as of
 * the till's as-of, if the store held every posted sale as a document of one line. A posted sale has a customer, a day
 * and an amount. What needs more to be known is not followed, never guessed: discounts, units, prices, costs and
 * products; shares of the top customers and the Gini coefficient; dormant, lost and reactivated customers; gauges of a
 * branch or person; returns, where the scope's money is another than net. Such rows say `followed` 0 and have no value
 * (docs/till.md lists the KPIs).
 *
 * gauges, in the cockpit's order: gauge, kpi, period (the one that is not over), value, band, target, change_previous,
 * change_year, status, measure, scope, followed.
 * alerts, in the cockpit's order: alert, kpi, state, since, value, scope, severity, followed. They look at complete
 * periods, so a late sale moves them, or the day that ends a period.
 * Errors: STATE, ARGUMENT (the till has no cockpit), MEMORY. Since 0.1. */
CRM_API crm_status crm_till_gauges(const crm_till *till, crm_table **table, crm_error *error);
CRM_API crm_status crm_till_alerts(const crm_till *till, crm_table **table, crm_error *error);

/* A gauge or an alert that the sale posted last has moved. What is not there is INT64_MIN, of a text "". The texts live
 * until the cockpit changes. */
typedef struct crm_till_moved {
  uint32_t struct_size;
  int32_t what;               /* CRM_COCKPIT_GAUGES, CRM_COCKPIT_ALERTS */
  const char *id;             /* of the gauge or rule */
  const char *kpi;
  int64_t value_before;       /* of the gauge, or what the rule measures; millionths */
  int64_t value;
  const char *state_before;   /* the band, or the state of the alert */
  const char *state;
} crm_till_moved;

#define CRM_TILL_MOVED_INIT { (uint32_t)sizeof(crm_till_moved), 0, NULL, NULL, 0, 0, NULL, NULL }

/* How many the sale posted last has moved, the gauges before the alerts, and one of them (0 <= index < count). A sync
 * and an advance forget them. Errors: ARGUMENT. Constant time. Since 0.1. */
CRM_API int64_t crm_till_moves(const crm_till *till);
CRM_API crm_status crm_till_move(const crm_till *till, int64_t index, crm_till_moved *moved, crm_error *error);

/* What it takes a customer to reach or keep a tier, all others staying as they are. */
typedef struct crm_reach {
  uint32_t struct_size;
  int32_t attainable;   /* 0: the tier takes nobody, and needed, missing and visits are 0 */
  int64_t needed;       /* least spend in the window */
  int64_t spend;        /* what the window of the instant asked for holds, without another sale */
  int64_t missing;      /* what has to be sold for that, 0: nothing */
  int64_t visits;       /* occasions of the customer's average spend in the present window that bring it, rounded up;
                         * -1: there is no average above 0 */
  int32_t day;          /* business day by whose end the missing comes in at the pace of the present window (spend a day
                         * since its first occasion), leaving out what leaves; INT32_MAX: never */
  int32_t kept;         /* last business day at whose end the tier is still held without another sale; INT32_MAX: no
                         * end is known; INT32_MIN: it is not held now */
} crm_reach;

#define CRM_REACH_INIT { (uint32_t)sizeof(crm_reach), 0, 0, 0, 0, 0, 0, 0 }

/* The least spend, visits or date with which a customer stands in a tier (0 the highest) or above it at an instant,
 * which is as-of or later; CRM_TIME_UNSET_TO: as-of. Errors: ARGUMENT (no such tier; an instant before as-of),
 * NOT_FOUND, STATE, MEMORY. Time: the customer's documents. Since 0.1. */
CRM_API crm_status crm_till_reach(const crm_till *till, const char *customer, int32_t tier, int64_t instant,
                                  crm_reach *reach, crm_error *error);

/* Moves as-of on, rounded up to the start of a business day: what has become too old leaves the window, what the store
 * holds of later days joins. Time: the documents of the customers concerned; at the turn of a calendar year those of
 * all. Errors: ARGUMENT (back in time), STATE, MEMORY; then only crm_till_sync and crm_till_free work. Since 0.1. */
CRM_API crm_status crm_till_advance(crm_till *till, int64_t as_of, crm_error *error);

/* Takes over what commits have changed since the till was made or last synced, and forgets the posted sales that the
 * store holds now, and those without a document. Time: the documents of the customers that were touched; with refunds
 * on the sale's day, and after commits that touched many customers, that of crm_till_create. Errors: MEMORY, OVERFLOW
 * (the posted sales that are left do not fit beside what the store has come to hold); then only another sync and
 * crm_till_free work. Since 0.1. */
CRM_API crm_status crm_till_sync(crm_till *till, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
