/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PROFILE_H
#define CRM_STORE_PROFILE_H

#include "base/civil.h"
#include "store/store.h"

/* What is kept of documents and customers so that nobody has to go back to the lines. */

typedef struct crm__document_total {
  int64_t net;
  int64_t returned;
  int64_t tax;
  int64_t cost;
  int64_t ledger;      /* sale less return of every class */
  uint32_t flags;      /* CRM__DOCUMENT_LINE, SALE, VALUE, COST_MISSING, ORIGINAL */
} crm__document_total;

/* Sums lines first .. first + count - 1. */
void crm__document_sum(const crm_store *store, uint64_t first, uint32_t count, crm__document_total *total);

/* Adds up; what passes 64 bits on the way to a commit that is refused for it must not trap. */
static inline int64_t crm__sum_of(int64_t a, int64_t b)
{
  return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Adds a line to the total of its document. cost and tax: CRM__NULL where unknown. */
static inline void crm__total_add(crm__document_total *total, uint32_t code, int64_t amount, int64_t cost, int64_t tax,
                                  uint32_t original)
{
  uint32_t kind = code & 3;
  total->flags |= amount != 0 ? CRM__DOCUMENT_VALUE : 0;
  if (kind != CRM__KIND_SALE && kind != CRM__KIND_RETURN) {
    return;
  }
  total->flags |= CRM__DOCUMENT_LINE;
  total->ledger = crm__sum_of(total->ledger, amount);
  if (crm__line_kind(code) == 0) {
    return;
  }
  total->net = crm__sum_of(total->net, amount);
  if (kind == CRM__KIND_RETURN) {
    total->returned = crm__sum_of(total->returned, -amount);
    total->flags |= original != CRM__NONE ? CRM__DOCUMENT_ORIGINAL : 0;
  } else {
    total->flags |= CRM__DOCUMENT_SALE;
  }
  total->flags |= cost == CRM__NULL ? CRM__DOCUMENT_COST_MISSING : 0;
  total->cost = crm__sum_of(total->cost, cost == CRM__NULL ? 0 : cost);
  total->tax = crm__sum_of(total->tax, tax == CRM__NULL ? 0 : tax);
}

/* What stands of a document's total in its columns, which have no ledger. touch: 0 where there is no memory. */
void crm__document_total_get(const crm_store *store, uint32_t document, crm__document_total *total);
int crm__document_total_touch(crm_store *store, uint32_t document, const crm__document_total *total);
void crm__document_total_put(crm_store *store, uint32_t document, const crm__document_total *total);

/* Occasions that a document stands for if it is one: 1, or its lines where it is made of equal rows; else 0. */
uint32_t crm__document_orders(const crm_store *store, uint32_t document);

/* What a customer without documents has. */
void crm__profile_empty(crm__measure *measure, crm__profile *profile);

/* What a profile takes of a document. */
typedef struct crm__admission {
  int64_t time;
  int64_t net;
  int64_t cost;
  uint32_t lines;
  uint32_t flags;      /* CRM__DOCUMENT_... */
} crm__admission;

/* Adds a live document to what its customer has, the chain aside. */
static inline void crm__profile_join(crm__measure *measure, crm__profile *profile, const crm__admission *document,
                                     int64_t day_start)
{
  uint32_t orders = document->flags & CRM__DOCUMENT_ROWS ? document->lines : 1;
  profile->documents++;
  if ((document->flags & CRM__DOCUMENT_LINE) == 0) {
    return;
  }
  measure->money += document->net;
  measure->cost += document->cost;
  measure->flags |= CRM__SEEN_PERIOD | CRM__SEEN_EVER;
  measure->flags |= document->flags & CRM__DOCUMENT_COST_MISSING ? CRM__COST_MISSING : 0;
  if (document->flags & CRM__DOCUMENT_SALE) {
    int32_t day = crm__business_day(document->time, day_start);
    measure->orders += orders;
    measure->first = day < measure->first ? day : measure->first;
    measure->last = day > measure->last ? day : measure->last;
  }
}

void crm__profile_add(const crm_store *store, crm__measure *measure, crm__profile *profile, uint32_t document);

/* The chain of a customer: as many documents as are kept, all of them the customer's and live. */
int crm__chain_good(const crm_store *store, uint32_t customer);

/* Makes measure and profile anew from the chain, from which documents that are no longer the customer's drop out. */
void crm__profile_rebuild(crm_store *store, uint32_t customer);

#endif
