/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_AHEAD_H
#define CRM_STORE_AHEAD_H

#include "store/load.h"

/* What a change will leave of counts and profiles once it is made, known before: the file has to have it first. */

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
  uint32_t met;             /* 1: rows of stages, opportunities or interactions will name this id, */
  uint32_t doubtful;        /* unless those that did are written over */
  uint32_t moved;           /* its documents are gone through again, for some will be somebody else's */
  uint32_t row;             /* 1: there will be a row of this id, */
  uint32_t kind;            /* this in it, UINT8_MAX: nothing, */
  int64_t joined;           /* and this, or CRM__NULL */
} crm__ahead_customer;

typedef struct crm__ahead {
  crm__memory *memory;
  const crm__identity *identity;    /* who will stand for whom */
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

/* All of these answer 0 where there is no memory; the store is as before, and what has been made is freed all the
 * same. */

/* Of a load. */
int crm__ahead_load(crm_load *load, const crm__decided *decided, crm__ahead *ahead);

/* Of erasing and forgetting chosen customers, by id 1. The keys of those to be erased are in place. */
int crm__ahead_erase(crm_store *store, const uint8_t *chosen, crm__ahead *ahead);
int crm__ahead_forget(crm_store *store, const uint8_t *chosen, crm__ahead *ahead);

/* Adds those who have changed since a version and horizon that the store had. */
int crm__ahead_since(crm__ahead *ahead, const crm_store *store, int64_t version, int64_t horizon);

/* Nothing will be changed, for who goes on from there; and the horizon once the times are known. */
void crm__ahead_begin(crm__ahead *ahead, crm_store *store);
void crm__ahead_end(crm__ahead *ahead, const crm_store *store);

void crm__ahead_free(crm__ahead *ahead);

/* The place of a customer, who is put in as it is now where it is not there yet; NULL: no memory. */
crm__ahead_customer *crm__ahead_customer_of(crm__ahead *ahead, const crm_store *store, uint32_t customer);

/* The same; NULL where it is not there. */
crm__ahead_customer *crm__ahead_find(const crm__ahead *ahead, uint32_t customer);

/* What a customer will be to a scope without bounds, beside its measure: kind and acquaintance in one byte. *known:
 * the store will know it. */
uint32_t crm__ahead_standing(const crm__ahead *ahead, const crm_store *store, const crm__ahead_customer *of,
                             int *known);

/* The same of a customer as it is. */
uint32_t crm__standing_now(const crm_store *store, uint32_t customer, int64_t horizon);

/* Adds to the tally of all loads that of one. */
void crm__tally_add(crm__tally *all, const crm__tally *own);

/* The horizon of such times. */
int64_t crm__horizon(const crm_store *store, int64_t latest, const int64_t *row_latest);

#endif
