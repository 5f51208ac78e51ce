/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_MONTHS_H
#define CRM_STORE_MONTHS_H

#include "store/product_sums.h"

/* What the default scope gives by calendar month and by product, kept up to date by commits that add little to much,
 * so that months, cohorts and products are there at once however many documents there are. A commit takes the customers
 * that it touches out before it changes anything, and puts them back in after. One that adds much, or forgetting, drops
 * it; the next small commit makes it anew. */
typedef struct crm__months {
  int32_t first_day;        /* of the first month, that of the earliest fact */
  int32_t periods;          /* months that there is room for; 0: nothing is kept */
  int32_t days;             /* of all of them */
  uint32_t words;           /* of bits a customer */
  uint16_t *places;         /* by day since first_day: its month + 1 */
  uint64_t *bits;           /* by customer, as those of an activity; bit 0: taken out by the commit under way */
  uint64_t bits_capacity;
  uint64_t customers;       /* with bits */
  int64_t *sums;            /* revenue, then orders, by month */
  crm__moves *moves;        /* periods + 2 */
  crm__cell *cells;         /* month of the first occasion * periods + month */
  crm__product_sums products;
} crm__months;

/* What a commit is going to do with it, decided while it can still fail. */
typedef struct crm__months_plan {
  int32_t action;           /* CRM__MONTHS_... */
  crm__months made;         /* room for a new one */
  uint64_t *documents;      /* of the store that may get a new version, ascending, each once */
  uint64_t document_count;
  uint64_t document_capacity;
  uint32_t *customers;      /* taken out */
  uint64_t customer_count;
  uint64_t customer_capacity;
} crm__months_plan;

#define CRM__MONTHS_NOTHING 0
#define CRM__MONTHS_CHANGE 1
#define CRM__MONTHS_MAKE 2
#define CRM__MONTHS_DROP 3

void crm__months_free(crm__months *months, crm__memory *memory);

/* Drops what is kept: it is not what the facts give any more. */
void crm__months_drop(crm_store *store);

/* The activity of a scope from what is kept, its calendar being settled; cells too where the periods are not too many
 * for them. 0: it does not serve. 1: it does, or there was no memory (*memory 0). */
int crm__months_activity(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity, int *memory);

/* What would be kept of a store as it is: what is, where no commit has left traces in its form, else *made anew, which
 * whoever asks frees. *kept NULL: nothing can be. 0: no memory. */
int crm__months_now(const crm_store *store, crm__memory *memory, crm__months *made, const crm__months **kept);

/* A frame for so many months from a first day on, without customers and products. 0: no memory; periods stays 0 where
 * there is no such frame. */
int crm__months_frame(crm__months *months, crm__memory *memory, int32_t first_day, int32_t periods);

/* Whether a frame is that of a store, and the bits of all customers such as it can have. */
int crm__months_good(const crm_store *store, const crm__months *months);

/* CORRUPT where what is kept differs from what the facts give. */
crm_status crm__months_verify(const crm_store *store, crm_error *error);

#endif
