/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_LIFECYCLE_H
#define CRM_LIFECYCLE_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The life of customers with the business: in which stage each one is, since when and why, and what became of those
 * who entered a stage. Facts move a customer up by themselves, at their own time: being known by name, the first
 * opportunity, the first purchase, a second business day of purchase. Silence makes dormant and then lost, a purchase
 * brings back. The host's own entries (table stages) join in by time and may also move a customer down.
 * docs/methods/lifecycle.md holds the rules and a worked example. */
typedef struct crm_lifecycle crm_lifecycle;

/* Stages; their ids in tables are suspect, prospect, ... The first five are a ladder, the others stand beside it. */
#define CRM_STAGE_NONE (-1)
#define CRM_STAGE_SUSPECT 0       /* to be identified: known, but by nothing of what follows */
#define CRM_STAGE_PROSPECT 1      /* known by name (joined) */
#define CRM_STAGE_OPPORTUNITY 2   /* an opportunity was opened */
#define CRM_STAGE_CUSTOMER 3      /* first purchase */
#define CRM_STAGE_REPEAT 4        /* purchases on two or more business days */
#define CRM_STAGE_REACTIVATED 5   /* the last purchase ended a gap of more than dormant_days */
#define CRM_STAGE_DORMANT 6       /* idle for more than dormant_days */
#define CRM_STAGE_LOST 7          /* idle for lost_days or more */
#define CRM_STAGES 8

/* NULL stands for CRM_LIFECYCLE_OPTIONS_INIT. A host that shows stages to people asks once for the suggested limits
 * (crm_lifecycle_limits), keeps them and passes them from then on, so that the stages do not move with the data. */
typedef struct crm_lifecycle_options {
  uint32_t struct_size;
  int32_t dormant_days;    /* idle for more business days than this is dormant; 0: as suggested */
  int32_t lost_days;       /* idle for this many or more is lost, more than dormant_days; 0: as estimated */
  int32_t horizon_days;    /* promotion is watched for so many days; 0: 365 */
  const char *natural;     /* the host's words for reasons of leaving that nobody can do anything about, with commas
                            * between: "moved, died, closed"; blanks around a word do not count. "": none is;
                            * NULL: not known which are */
} crm_lifecycle_options;

#define CRM_LIFECYCLE_OPTIONS_INIT { (uint32_t)sizeof(crm_lifecycle_options), 0, 0, 0, NULL }

/* Follows every customer's life up to as-of. Of the scope count as_of, internal and segment; from and to choose which
 * entries into a stage promotion is computed of; a life is one with the whole business, whatever the branches. The
 * handle belongs to the store and its data version: free it first; after a commit it answers STATE.
 * Time in proportion to documents. Errors: ARGUMENT, VALUE (natural: a word is empty, with the byte), MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_lifecycle_compute(const crm_store *store, const crm_scope *scope,
                                         const crm_lifecycle_options *options, crm_lifecycle **lifecycle,
                                         crm_error *error);
CRM_API void crm_lifecycle_free(crm_lifecycle *lifecycle);

/* The limits in use, and what the data suggest. */
typedef struct crm_life_limits {
  uint32_t struct_size;
  int32_t dormant_days;          /* in use; 0: nobody is dormant, none was given and the data are too few */
  int32_t lost_days;             /* in use; 0: nobody is lost, likewise */
  int32_t suggested_dormant;     /* 90th percentile of the gaps between a customer's days of purchase; 0: fewer than
                                  * 20 gaps */
  int32_t suggested_lost;        /* first idle time, past dormant_days, at which under 10 % buy within the next
                                  * dormant_days (Kaplan and Meier, 20 customers or more at risk); 0: never seen */
  int32_t reserved;
  int64_t gaps;                  /* gaps that the suggestions stand on */
} crm_life_limits;

#define CRM_LIFE_LIMITS_INIT { (uint32_t)sizeof(crm_life_limits), 0, 0, 0, 0, 0, 0 }

/* Errors: ARGUMENT. Since 0.1. */
CRM_API crm_status crm_lifecycle_limits(const crm_lifecycle *lifecycle, crm_life_limits *limits,
                                        crm_error *error);

/* A row a stage: stage, customers (now), share, median_days (in the stage so far, median of them), promotion_rate (of
 * those who entered it in the period, of each by the first entry in it, the share that was promoted within the
 * horizon: cumulative incidence of Aalen and Johansen, being lost or moved down is a competing end, who is in it at
 * as-of is censored), n (who entered), low, high (95 %), at_risk (still watched at the horizon), promoted, ended
 * (otherwise), horizon_days, promotion_days (first day by which half were promoted; empty where that is past the
 * horizon), status (ok, undefined: nobody entered, immature: nobody has been watched up to the horizon, so that the
 * rate is that of a shorter time; top: there is nothing above). Promotion is reaching a higher step of the ladder;
 * from reactivated it is buying again in time, from dormant and lost it is coming back. Since 0.1. */
CRM_API crm_status crm_lifecycle_stages(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

/* A row a customer, by key: customer, stage, entered (time; empty: not known), cause, days (in the stage), step (of the
 * ladder), first, last (business days of purchase), idle_days, reason (of cause host what the host's row in `stages`
 * says that made the entry; null: nothing, or another cause. Of rows of one instant and stage the first one by reason
 * speaks, those without one last). Causes: known, joined, opportunity, purchase, repeat, idle, host. Since 0.1. */
CRM_API crm_status crm_lifecycle_members(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

/* Every entry into a stage, by customer and time: customer, stage, entered, left (empty: still in it), days, cause,
 * step, reason (as above). key NULL: of all customers. Errors: NOT_FOUND, STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_history(const crm_lifecycle *lifecycle, const char *key, crm_table **table,
                                         crm_error *error);

/* Where everyone stood just before an instant, of what is known at as-of, a row a stage: stage, customers, share.
 * Since 0.1. */
CRM_API crm_status crm_lifecycle_snapshot(const crm_lifecycle *lifecycle, int64_t instant, crm_table **table,
                                          crm_error *error);

/* Who moved from which stage to which between two instants, a row a pair that somebody did: from, to, customers, share
 * (of those in `from`). from is empty for who was not there yet. Errors: ARGUMENT (from is after to), STATE, MEMORY.
 * Since 0.1. */
CRM_API crm_status crm_lifecycle_transitions(const crm_lifecycle *lifecycle, int64_t from, int64_t to,
                                             crm_table **table, crm_error *error);

/* The leaky bucket, a row a period from the first sale or return on, of a scope with a `from` from there on: period,
 * start (active customers: bought and neither dormant nor lost), new (first time), reactivated (came back), lost (fell
 * dormant, were lost or moved down), end (start + new + reactivated - lost, always), leak_rate (lost / start),
 * steady_state (where the stock would settle with this inflow and leak: (new + reactivated) * start / lost, empty
 * without a leak), complete, start_lost (of those at the start who are not active at the end), churn_rate (start_lost /
 * start: with limits that nobody reaches and the host's entries into `lost` that of contracts), retention_rate (of
 * those at the start who are active at the end). Since 0.1. */
CRM_API crm_status crm_lifecycle_bucket(const crm_lifecycle *lifecycle, const crm_calendar *calendar,
                                        crm_table **table, crm_error *error);

/* NULL stands for CRM_REFILL_OPTIONS_INIT. */
typedef struct crm_refill_options {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t cost;            /* of winning a new customer, in the store's smallest unit; INT64_MIN: as the figures say */
  const char *figure;      /* the name in `figures` of what is spent on winning customers, a flow; NULL:
                            * "acquisition" */
} crm_refill_options;

#define CRM_REFILL_OPTIONS_INIT { (uint32_t)sizeof(crm_refill_options), 0, INT64_MIN, NULL }

/* What filling the bucket up again costs, a row a period as above: period, new, reactivated, lost, to_replace (lost
 * that nobody came back for: lost - reactivated, at least 0), refilled (new ones that did no more than take their
 * place), acquisition_cost (spent on winning customers: figures of the period up to as-of, prorated by time, of the
 * coarsest ones that there are; or cost * new), cost_per_new (acquisition_cost / new), refill_cost (that times
 * to_replace: what keeping the stock takes), refill_spent (that times refilled), growth_spent (the rest of
 * acquisition_cost), status (ok; no_cost: there is no figure; undefined: nobody is new), complete. Figures are of
 * the whole business: with a segment in the scope `cost` alone counts. Errors: ARGUMENT (cost is negative), STATE,
 * MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_refill(const crm_lifecycle *lifecycle, const crm_calendar *calendar,
                                        const crm_refill_options *options, crm_table **table, crm_error *error);

/* How long customers stay, from the first purchase to the first time they leave the bucket, still active ones censored,
 * a row every 30 days of age: age_days, at_risk, survival (share still active, Kaplan and Meier), remaining_days
 * (expected days to come of one that has reached the age, counted up to the longest seen: a lower bound), status (ok,
 * insufficient: fewer than 20 at risk; then the two are empty). Since 0.1. */
CRM_API crm_status crm_lifecycle_survival(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

/* Why customers left, a row a reason, those of most customers first, those without one (null) last: reason (text of the
 * host's, of the last entry in `stages` with one since the customer left), customers (who left the bucket in the
 * period and are not back at its end, each once), share, cumulative_share, spend_before (what they had spent in the
 * 365 days before leaving, in the scope's basis of money and refunds), spend_share (null where the sum is not above 0),
 * natural (whether the reason is one of the options' `natural`; null where there is no reason or `natural` is NULL).
 * Errors: STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_reasons(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

/* The trend of these reasons: the same customers, each in the period in which it left, by period, then in the order of
 * the reasons above: period, reason, customers, share (of those who left in the period), spend_before, spend_share (of
 * the period), natural, complete (0: the scope's period begins or ends within it). Over all periods customers and
 * spend_before add up to those above; who left in no period of a calendar's own is in no row. calendar NULL: months.
 * Errors: ARGUMENT (calendar), STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_reasons_by_period(const crm_lifecycle *lifecycle, const crm_calendar *calendar,
                                                   crm_table **table, crm_error *error);

/* How much of the leaving is natural, four rows: churn (natural: for one of the options' `natural` reasons; other: for
 * another one; silent: fell silent, and no reason is told; unknown: the host moved them down without a reason, or
 * there is one and `natural` is NULL), customers, share, spend_before, spend_share. The customers are those of the
 * reasons above, each in one row. Errors: STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_churn(const crm_lifecycle *lifecycle, crm_table **table, crm_error *error);

typedef struct crm_extension_options {
  uint32_t struct_size;
  int32_t horizon_days;         /* days to come are counted up to so many, 1 to 36500; 0: 365. Where fewer business days
                                 * have passed since the date, up to as many as have */
  int64_t at;                   /* the action began on the business day of this instant; has to be set */
  const crm_segment *treated;   /* whom it reached; has to be given. Make it as of the date, so that what came after
                                 * chooses nobody */
  const crm_segment *control;   /* who was kept out; NULL: everybody else */
  int32_t least_cases;          /* fewest customers of either group for a difference, 2 or more; 0: 30 */
  uint32_t reserved;
} crm_extension_options;

#define CRM_EXTENSION_OPTIONS_INIT { (uint32_t)sizeof(crm_extension_options), 0, INT64_MAX, NULL, NULL, 0, 0 }

/* How much longer the treated customers stay after an action: of those who were active (as in the bucket) at the start
 * of its day, the days that they stayed active from there on, up to a horizon. Three rows, group: treated, control,
 * difference (the first less the second): group, customers (active at the date; of difference the treated ones), left
 * (within the horizon, the first time), at_risk (still active at the horizon), survival (share of them, Kaplan and
 * Meier), remaining_days (restricted mean: the area under the curve up to the horizon), se (its standard error, by
 * Greenwood's variance), low, high (95 %, normal), horizon_days, status (ok; insufficient: fewer than least_cases in a
 * group, then there are no difference and no intervals; undefined: nobody is in one). Who is in both sets is left out.
 * Irwin (1949); Klein and Moeschberger, Survival Analysis, 2003, section 4.5.
 *
 * Errors: ARGUMENT (no date, no treated ones, horizon_days, least_cases), RANGE (at: not one whole day has passed
 * since), STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_lifecycle_extension(const crm_lifecycle *lifecycle, const crm_extension_options *options,
                                           crm_table **table, crm_error *error);

/* Where one customer is. */
typedef struct crm_life_standing {
  uint32_t struct_size;
  int32_t stage;         /* CRM_STAGE_... */
  const char *name;      /* the stage's id; static text */
  int64_t entered;       /* INT64_MIN: not known */
  int32_t step;          /* of the ladder */
  int32_t days;          /* in the stage, at as-of; -1: not known */
  int32_t idle_days;     /* since the last purchase; -1: none */
  int32_t dormant_in;    /* days until dormant without a purchase; -1: is already, or cannot become */
  const char *cause;     /* of the entry, as in crm_lifecycle_members; static text. What the host says of one of its
                          * own is `reason` of the last row of crm_lifecycle_history */
} crm_life_standing;

#define CRM_LIFE_STANDING_INIT { (uint32_t)sizeof(crm_life_standing), 0, NULL, 0, 0, 0, 0, 0, NULL }

/* Looks a customer up by key. Errors: NOT_FOUND, STATE. Constant time. Since 0.1. */
CRM_API crm_status crm_lifecycle_find(const crm_lifecycle *lifecycle, const char *key,
                                      crm_life_standing *standing, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
