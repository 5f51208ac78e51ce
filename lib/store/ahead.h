/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_AHEAD_H
#define CRM_STORE_AHEAD_H

#include "store/load.h"

/* What a load will leave of counts and profiles once it is applied, known before: the file has to have it first. */

/* What is decided about sales: lines that are kept, and documents in the store that get a new version. */
typedef struct crm__decided {
  uint64_t kept;
  const uint32_t *replaced;
  uint64_t replaced_count;
} crm__decided;

/* A customer as it will be. */
typedef struct crm__ahead_customer {
  crm__measure measure;
  crm__profile profile;     /* its documents alone are kept */
  uint32_t customer;
  uint32_t known;           /* the store knows it now */
  uint32_t met;             /* 1: rows of stages, opportunities or interactions will name it */
  uint32_t kind;            /* CRM__CUSTOMER_...; */
  uint32_t row;             /* 1: it will have a row, */
  int64_t joined;           /* and this in it, or CRM__NULL */
} crm__ahead_customer;

typedef struct crm__ahead {
  crm__memory *memory;
  int32_t foreseen;         /* 0: it depends on more than the load; nothing else is set */
  int64_t version;
  int64_t latest;
  int64_t earliest;
  int64_t documents;
  int64_t lines;
  int64_t horizon;
  int64_t row_latest[CRM__TABLES];
  crm__ahead_customer *customers;   /* in the order in which they were met */
  uint64_t count;
  uint64_t capacity;
  uint32_t *slots;          /* place + 1 by a hash of the id */
  uint64_t slot_count;
} crm__ahead;

/* 0: no memory. The store is as before. */
int crm__ahead_make(crm_load *load, const crm__decided *decided, crm__ahead *ahead);

/* Adds those who have changed since a version and horizon that the store had. 0: no memory. */
int crm__ahead_since(crm__ahead *ahead, const crm_store *store, int64_t version, int64_t horizon);

void crm__ahead_free(crm__ahead *ahead);

/* The place of a customer, who is put in as it is now where it is not there yet; NULL: no memory. */
crm__ahead_customer *crm__ahead_customer_of(crm__ahead *ahead, const crm_store *store, uint32_t customer);

/* What a customer is to a scope without bounds, beside its measure: kind and acquaintance in one byte. otherwise: it
 * has documents, or was met; all of that lies before the horizon. */
uint32_t crm__standing(uint32_t kind, int row, int64_t joined, int otherwise, int64_t horizon);
uint32_t crm__standing_now(const crm_store *store, uint32_t customer, int64_t horizon);

/* Adds to the tally of all loads that of one. */
void crm__tally_add(crm__tally *all, const crm__tally *own);

/* The horizon of such times. */
int64_t crm__horizon(const crm_store *store, int64_t latest, const int64_t *row_latest);

#endif
