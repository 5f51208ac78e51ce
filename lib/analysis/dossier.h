/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_DOSSIER_H
#define CRM_ANALYSIS_DOSSIER_H

#include "store/columns.h"
#include "store/facts.h"

#include <crm/completeness.h>

/* What is expected to be known of customers, whether it is, and how old it is. */

#define CRM__NO_EVENT INT32_MIN

enum { CRM__EVENT_SALES, CRM__EVENT_INTERACTIONS, CRM__EVENT_OPPORTUNITIES, CRM__EVENT_PAYMENTS, CRM__EVENT_STAGES,
       CRM__EVENTS };

/* A rule that has been read. */
typedef struct crm__expectation {
  const char *field;        /* as the caller wrote it */
  const char *section;
  int32_t place;            /* of the column among those of customers, -1: an event */
  int32_t event;
  int32_t part;             /* place of its section */
  int32_t weight;
  int32_t max_days;
  int32_t half_life_days;
} crm__expectation;

typedef struct crm__dossier {
  crm__scope *scope;
  int32_t idle_days;
  uint32_t customers;         /* ids */
  uint8_t *there;             /* by customer: 1 where it counts and is there at as-of */
  int64_t count;              /* of these */
  crm__expectation *rules;
  int32_t rule_count;
  const char **sections;
  int32_t section_count;
  int32_t *days;              /* scratch, by customer */
  int32_t *events[CRM__EVENTS];   /* by customer: business day of the last one, CRM__NO_EVENT */
} crm__dossier;

/* Reads options (NULL: none) and the last events. All lives in the scope's scratch. Errors: ARGUMENT, LIMIT, MEMORY. */
crm_status crm__dossier_open(crm__dossier *dossier, crm__scope *scope, const crm_completeness_options *options,
                             crm_error *error);

/* By customer: how fresh what a rule expects is (millionths, -1: not known), and how old in days (-1: not dated). Both
 * arrays are of as many ids as there are customers. */
void crm__dossier_rate(const crm__dossier *dossier, const crm__expectation *rule, int32_t *fresh, int32_t *ages);

/* The name of an event's table. */
const char *crm__event_name(int32_t event);

/* Whether a column of the customers table counts as knowledge: not the key, source, version. */
int crm__column_is_known_by(const crm__customer_column *column);

#endif
