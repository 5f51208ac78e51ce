/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_TILL_H
#define CRM_COCKPIT_TILL_H

#include "analysis/pyramid_handle.h"
#include "analysis/rfm_rules.h"
#include "base/buckets.h"
#include "base/check.h"
#include "base/fifths.h"
#include "base/ranking.h"
#include "cockpit/till_gauges.h"
#include "store/customer.h"

#include <crm/till.h>

/* A till's own structure. It keeps a record a customer of what its window holds, and the records in order on the three
 * axes of recency, frequency and money. A record is a function of the store's facts of the customer, the sales posted
 * since, and as-of: crm__till_read makes it. A posted sale changes it without going back to the facts. */

/* A customer's record; two fit a cache line. */
typedef struct crm__buyer {
  int64_t money;       /* in the window */
  int32_t first;       /* business day of the first occasion ever, INT32_MAX: none */
  int32_t last;        /* of the last in the window, INT32_MIN: none */
  uint32_t orders;     /* in the window; above 0: on the axes */
  uint32_t posted;     /* the newest of its posted sales, CRM__NONE: none */
  int32_t due;         /* the as-of day from which it may be another without a sale; INT32_MAX: none */
  uint32_t flags;
} crm__buyer;

#define CRM__BUYER_SEEN 1U        /* a sale or return line in the window */
#define CRM__BUYER_EVER 2U        /* before as-of */
#define CRM__BUYER_REPEAT 4U      /* occasions on more than one business day */
#define CRM__BUYER_OUT 8U         /* anonymous, or internal and not counted: on no axis */
#define CRM__BUYER_PROSPECT 16U   /* without EVER: known and joined, */
#define CRM__BUYER_SUSPECT 32U    /* or known otherwise */

/* Those with the same remainder of due in a list. */
#define CRM__TILL_WHEEL 512

typedef struct crm__till_links {
  uint32_t next;
  uint32_t previous;
} crm__till_links;

/* A posted sale. */
typedef struct crm__posted {
  int64_t money;
  int64_t key;         /* where source and document stand in the keys, -1: none */
  int32_t day;
  uint32_t sent;       /* whose key it was posted for, */
  uint32_t customer;   /* and who stands for that one */
  uint32_t next;       /* the customer's posted sale before it */
  uint32_t orders;
  uint32_t placed;     /* both are the place of the record instead, by which nobody had to look up an id so far */
} crm__posted;

/* A cut of the pyramid: the size-th largest value of the n, and the one after it, 1 where there is none; with ties
 * split whose they are. With limits both are the limit. */
typedef struct crm__till_cut {
  int64_t size;
  int64_t values[2];
  uint32_t ids[2];
  int32_t valid;
  int32_t reserved;
} crm__till_cut;

/* Customers that the store does not know have ids from here on. */
#define CRM__TILL_FRESH 0x80000000U

struct crm_till {
  crm__memory memory;
  const crm_store *store;
  int64_t version;                 /* of the store that is followed; -1: nothing stands, a sync has to make all anew */
  crm_pyramid *rules;              /* its options and scope alone */
  crm__rfm_rules scores;
  int64_t limits[CRM_PYRAMID_SHARES];
  int32_t limit_count;             /* 0: by shares */
  int32_t window;
  int32_t days;
  int32_t as_of_day;
  int32_t from;                    /* first day of the window; with a membership year it depends on the customer */
  int32_t open;                    /* whether the scope is open */
  crm__scope scope;                /* as of as_of */
  crm__buyer *buyers;              /* by customer of the store; on cache lines */
  void *buyer_memory;
  /* Integer keys that lie close together have their records in the order of the keys: the record is found while the id
   * is still looked up, one wait for memory less (1M customers: a quarter of the time of a standing). */
  uint32_t *places;                /* by customer: where its record is; NULL: at its id */
  uint64_t place_capacity;
  uint64_t records;                /* with those of keys that nobody has */
  uint64_t direct_from;            /* keys from here on, going round at the ends of 64 bits, */
  uint64_t direct_span;            /* so many of them, have their records first */
  crm__till_links *links;
  uint32_t customers;
  uint32_t heads[CRM__TILL_WHEEL];
  uint64_t buyer_capacity;
  uint64_t link_capacity;
  crm__intern fresh_keys;
  crm__buyer *fresh;
  crm__till_links *fresh_links;
  uint64_t fresh_capacity;
  uint64_t fresh_link_capacity;
  /* The buyers with an occasion in the window by last day, orders and money. Where ties are not split by key only the
   * fifths of days and orders are kept, and money lies in buckets. */
  crm__ranking axes[CRM__AXES];
  crm__fifths fifths[CRM__MONETARY];
  crm__buckets money;
  int64_t n;                       /* those with money above 0, */
  int64_t total;                   /* and their money */
  crm__till_cut cuts[CRM_PYRAMID_SHARES + 1];   /* by tier; of the last one both values are 1 */
  int32_t cuts_valid;              /* all of them */
  int32_t by_key;                  /* whether tiers tell equal values apart by key */
  crm__posted *posted;
  uint64_t posted_count;
  uint64_t posted_capacity;
  uint64_t room;                   /* for absolute amounts: with those of the store and of the posted sales at most what
                                    * 64 bits hold, so that every sum fits, in any order */
  char *keys;
  uint64_t keys_used;
  uint64_t keys_capacity;
  crm__till_gauges *gauges;        /* NULL: no cockpit was given */
  crm__key probe;                  /* in a copy made for a look: the key that nobody has */
};

static inline crm__buyer *crm__till_buyer(const crm_till *till, uint32_t id)
{
  if (id & CRM__TILL_FRESH) {
    return &till->fresh[id & ~CRM__TILL_FRESH];
  }
  return &till->buyers[till->places == NULL ? id : till->places[id]];
}

/* A record of somebody without facts. */
crm__buyer crm__buyer_empty(void);

crm__key crm__till_key(const crm_till *till, uint32_t id);   /* of CRM__NONE the probe */

/* The id of a key, CRM__NONE: nobody has it; and the record. */
uint32_t crm__till_find(const crm_till *till, const char *key, crm__buyer **buyer);

/* The id of a record that has its place by its key. */
uint32_t crm__till_placed(const crm_till *till, uint64_t place);

/* Who stands for an id. */
static inline uint32_t crm__till_stands(const crm_till *till, uint32_t id)
{
  return id & CRM__TILL_FRESH ? id : crm__customer_stands(till->store, id);
}

/* ---- a record (till_record.c) ---- */

/* The first day of the window at an as-of day: of a customer whose first occasion ever is on a day. */
int32_t crm__till_from(const crm_till *till, uint32_t id, int32_t first, int32_t as_of_day);

/* Whether the window begins with the first occasion, for want of another day. */
int crm__till_begins_with_first(const crm_till *till, uint32_t id);

/* Adds a fact to a record. While a record is made, due is the earliest day in the window instead. */
static inline void crm__buyer_add(crm__buyer *buyer, int32_t from, int32_t day, int64_t money, uint32_t orders)
{
  buyer->flags |= CRM__BUYER_EVER;
  if (orders > 0) {
    buyer->flags |= buyer->first != INT32_MAX && day != buyer->first ? CRM__BUYER_REPEAT : 0;
    buyer->first = day < buyer->first ? day : buyer->first;
  }
  if (day < from) {
    return;
  }
  buyer->flags |= CRM__BUYER_SEEN;
  buyer->due = day < buyer->due ? day : buyer->due;
  if (orders > 0) {
    buyer->orders += orders;
    buyer->last = day > buyer->last ? day : buyer->last;
  }
  buyer->money += money;
}

/* Makes a record from the facts in the store and the posted sales, and one more where extra is not NULL. id may be
 * CRM__NONE for nobody who is known. 0: no memory. */
int crm__till_read(const crm_till *till, uint32_t id, const crm__posted *extra, crm__buyer *made);

/* Settles due, which holds the earliest day in the window, and what is known of who has no facts. */
void crm__till_settle(const crm_till *till, uint32_t id, crm__buyer *made);

/* ---- the order of records (till_order.c) ---- */

/* Opens the axes, empty. */
void crm__till_open_axes(crm_till *till);

/* Puts all records on the axes and the wheel. Errors: MEMORY. */
crm_status crm__till_rank_all(crm_till *till, crm_error *error);

/* Makes sure that a crm__till_replace by this record finds what it needs. 0: no memory. */
int crm__till_reserve(crm_till *till, const crm__buyer *made);

/* Whether equal values on an axis are alike: they need no order among them. */
static inline int crm__till_alike(const crm_till *till, int axis)
{
  return till->axes[axis].before == NULL;
}

/* What a record has on an axis. */
static inline int64_t crm__buyer_value(const crm__buyer *buyer, int axis)
{
  return axis == CRM__MONETARY ? buyer->money : axis == CRM__FREQUENCY ? (int64_t)buyer->orders : buyer->last;
}

/* How many are on the axes. */
static inline uint64_t crm__till_buyers(const crm_till *till)
{
  return crm__till_alike(till, CRM__MONETARY) ? till->money.count : till->axes[CRM__MONETARY].count;
}

/* Where the money of two records is. */
typedef struct crm__till_look {
  crm__bucket_spot old;
  crm__bucket_spot made;
  int done;               /* 0: the money is not looked up like this, because of keys */
} crm__till_look;

/* Asks for what a crm__till_tell of two records waits for. */
void crm__till_look_up(const crm_till *till, const crm__buyer *old, const crm__buyer *made, crm__till_look *look);

/* How many on the axis of money, or on one whose values are told apart by key, are below a value, and how many equal
 * it. */
static inline uint64_t crm__till_below(const crm_till *till, int axis, int64_t value, uint64_t *equal)
{
  return crm__till_alike(till, axis) ? crm__buckets_below(&till->money, value, equal)
                                     : crm__ranking_below(&till->axes[axis], value, equal);
}

/* Changes a customer's record and its place on the axes and the wheel; the cuts are to be refreshed after it. id
 * may be CRM__NONE for one that has its place by its key, unless keys order an axis. */
void crm__till_replace(crm_till *till, uint32_t id, crm__buyer *buyer, const crm__buyer *made);

/* What the money of the n adds up to when a record changes. Without a sign, since it may pass 64 bits on the way from
 * one state of the store to another, as money goes from one customer to the next. */
static inline int64_t crm__till_total(const crm_till *till, const crm__buyer *old, const crm__buyer *made)
{
  uint64_t others = (uint64_t)till->total - (old->money > 0 ? (uint64_t)old->money : 0);
  return (int64_t)(others + (made->money > 0 ? (uint64_t)made->money : 0));
}

/* Finds the values at the cuts that may have changed. */
void crm__till_refresh_cuts(crm_till *till);

/* ---- standings (till_standing.c) ---- */

/* A record that a customer has, and one that it would have with all others as they are. `known` 0: nobody has the key
 * yet. */
void crm__till_tell(const crm_till *till, uint32_t id, int known, const crm__buyer *old, const crm__buyer *made,
                    const crm__till_look *look, crm_customer_standing *standing);

/* Least money above 0 with which a customer stands in a tier or above, all others as they are, given the record by
 * which it is on the axes; the tier is not one whose cut takes nobody. */
int64_t crm__till_threshold(const crm_till *till, uint32_t id, const crm__buyer *on_axes, int32_t tier);

/* How many of n a tier and those above it take, by shares. */
int64_t crm__till_cut_size(const crm_till *till, int32_t tier, int64_t n);

/* ---- following the store (till_fill.c, till_follow.c) ---- */

/* Opens the scope at the present as-of. */
crm_status crm__till_reopen(crm_till *till, crm_error *error);

/* Room for the customers that the store knows by now; new records are empty. 0: no memory. */
int crm__till_grow(crm_till *till);

/* Looks up who the posted sales are for, where that has not been asked yet. */
void crm__till_name_posted(crm_till *till);

/* Drops the posted sales that the store holds; the others go to who stands for their customers by now. OVERFLOW where
 * they and what the store holds do not fit together. */
crm_status crm__till_settle_posted(crm_till *till, crm_error *error);

/* Hangs the posted sales on their customers, who have none. */
void crm__till_hang_posted(crm_till *till);

/* Makes everything anew from the store and the posted sales. After a failure nothing stands. Errors: MEMORY,
 * OVERFLOW. */
crm_status crm__till_fill(crm_till *till, crm_error *error);

void crm__till_free_buyers(crm_till *till);

/* STATE where the store has changed or nothing stands. */
crm_status crm__till_check(const crm_till *till, crm_error *error);

#endif
