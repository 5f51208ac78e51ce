/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_VERBS_H
#define COCKPIT_VERBS_H

#include "arguments.h"

/* A verb: an analysis and how its table is shown as text. */
typedef struct verb {
  const char *name;
  /* NULL: people_remove, which changes the store */
  crm_status (*compute)(const crm_store *store, const arguments *args, crm_table **table, crm_error *error);
  const char *columns;   /* those that text output shows, between blanks */
  const char *spare;     /* those of them that it leaves out first */
  int64_t rows;          /* most rows of text output, 0: all */
} verb;

/* Those that read gauges and alert rules, and those that need no facts. */
#define PANEL_VERBS "cockpit alerts causes series gauges rules"
#define FACTLESS_VERBS "kpis gauges rules"

/* NULL where there is no such verb. */
const verb *verb_find(const char *name);

#endif
