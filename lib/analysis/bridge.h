/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_BRIDGE_H
#define CRM_ANALYSIS_BRIDGE_H

#include "store/facts.h"

#include <crm/bridge.h>

/* What a bridge adds up, for the file that does and the one that makes the table of it. */

/* Both periods. */
typedef struct crm__bridge_pair {
  int64_t before;
  int64_t after;
} crm__bridge_pair;

static inline void crm__bridge_add(crm__bridge_pair *to, const crm__bridge_pair *value)
{
  to->before += value->before;
  to->after += value->after;
}

/* A kind of keys that the change is cut up by; the last place is that of facts without a key. */
typedef struct crm__bridge_kind {
  const char *name;
  const char *rest;
  crm__bridge_pair *money;   /* by id */
  uint32_t count;            /* ids + 1 */
  uint32_t *order;           /* those with money, by size of change, then key */
  uint32_t used;
} crm__bridge_kind;

typedef struct crm__bridge {
  crm__scope *scope;                  /* of the period */
  crm__scope before;                  /* the same facts, of the period before */
  crm__measures old;
  crm__measures now;
  const int32_t *ever;
  int32_t top;
  crm__bridge_pair total;
  crm__bridge_pair active;            /* money of customers with an occasion */
  crm__bridge_pair other;             /* of known ones without */
  crm__bridge_pair customers;         /* with an occasion */
  crm__bridge_pair orders;            /* theirs */
  crm__bridge_kind branches;
  crm__bridge_kind products;
  crm__bridge_kind people;
} crm__bridge;

/* Sorts the kinds and makes the table. */
crm_status crm__bridge_table(crm__bridge *all, crm_table **table, crm_error *error);

#endif
