/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_FINDINGS_FOUND_H
#define CRM_ANALYSIS_FINDINGS_FOUND_H

#include "store/facts.h"

/* What was found, and how it is told. */

/* Kinds, in the order in which equally strong ones stand. */
enum {
  CRM__FOUND_MEMBERS_WITHOUT_REVENUE,
  CRM__FOUND_FREQUENCY_TICKET_SPLIT,
  CRM__FOUND_CONCENTRATION_UP,
  CRM__FOUND_BRANCH_BEHIND,
  CRM__FOUND_PRODUCT_BEHIND,
  CRM__FOUND_SEGMENT_BEHIND,
  CRM__FOUND_VALUE_FALLING,
  CRM__FOUND_LEAK_UP,
  CRM__FOUND_PROMOTION_SLOWED,
  CRM__FOUND_STAFF_RETURNS,
  CRM__FOUND_STAFF_VOIDS,
  CRM__FOUND_STAFF_DISCOUNTS,
  CRM__FOUND_SHARED_CUSTOMER,
  CRM__FOUND_REOPENED_MONTH,
  CRM__FOUND_DEAD_STOCK,
  CRM__FOUND_DATA_GAP,
  CRM__FOUND_UNUSUAL_ORDERS,
  CRM__FOUND_UNUSUAL_REVENUE,
  CRM__FOUND_UNUSUAL_DAY,
  CRM__FOUND_KINDS
};

#define CRM__FOUND_VALUES 3

typedef struct crm__finding {
  int32_t kind;
  int32_t day;                /* first day of the period it is about, INT32_MIN: none */
  crm__key subject;           /* crm__key_none(): none */
  int64_t strength;           /* in hundredths; a finding begins at 100 */
  int64_t n;                  /* cases looked at */
  int64_t values[CRM__FOUND_VALUES];
} crm__finding;

/* A list that grows in the scope's scratch. */
typedef struct crm__found {
  crm__scope *scope;
  crm__finding *items;
  uint64_t count;
  uint64_t capacity;
  int failed;                 /* there was no memory; later ones are dropped */
} crm__found;

void crm__found_add(crm__found *found, const crm__finding *item);

/* How a kind is told: its id, and its evidence and message. text has room for CRM__FOUND_TEXT bytes; answers the
 * length. language is 0 or 1 as CRM_LANGUAGE_... */
#define CRM__FOUND_TEXT 512
const char *crm__found_name(int32_t kind);
size_t crm__found_period(const crm__finding *finding, char *text);   /* 0: none */
size_t crm__found_evidence(const crm__finding *finding, int32_t digits, char *text);
size_t crm__found_message(const crm__finding *finding, int32_t digits, int32_t language, char *text);

#endif
