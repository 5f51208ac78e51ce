/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_COCKPIT_PANEL_H
#define CRM_COCKPIT_COCKPIT_PANEL_H

#include "cockpit/cockpit.h"
#include "cockpit/kpi_handle.h"
#include "store/facts.h"

#include <crm/table.h>

/* What gauges and alerts are read from: the KPIs that they name, for all together and for the groups they ask for. */

#define CRM__KPI_GROUPINGS 3     /* CRM_KPI_TOGETHER, CRM_KPI_BY_BRANCH, CRM_KPI_BY_STAFF */
#define CRM__NO_GROUP (-1)

typedef struct crm__panel {
  const crm_store *store;
  const crm_cockpit *cockpit;
  crm_cockpit_options options;
  const crm__calendar *calendar;
  crm_kpi *kpis[CRM__KPI_GROUPINGS];
  int32_t *places;               /* by KPI of the registry: its place among those computed, -1: none */
  int32_t periods;
} crm__panel;

/* Any of those computed, NULL: none. */
const crm_kpi *crm__panel_any(const crm__panel *panel);

/* The KPIs that a gauge or rule is read from. */
const crm_kpi *crm__panel_kpis(const crm__panel *panel, const crm__watched *of);

/* The groups that a gauge or rule is for: from *first below *end; where its key is unknown *first is CRM__NO_GROUP and
 * there is one. */
void crm__panel_groups(const crm__panel *panel, const crm__watched *of, int32_t *first, int32_t *end);

/* The key of a group, or for CRM__NO_GROUP what was asked for; NULL: all together. */
const char *crm__panel_key(const crm__panel *panel, const crm__watched *of, int32_t group);

/* A figure in a period; NULL for CRM__NO_GROUP. */
const crm_kpi_value *crm__panel_value(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period);

/* Its target, and what is measured of it; CRM__UNKNOWN: not there. */
int64_t crm__panel_target(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period);
int64_t crm__panel_measure(const crm__panel *panel, const crm__watched *of, int32_t group, int32_t period);

/* value / target in millionths. */
int64_t crm__attainment(int64_t value, int64_t target);

/* A rule, or that of one branch or person, as it stands at the last complete period. */
enum { CRM__FIRING, CRM__PENDING, CRM__RESOLVED, CRM__NODATA, CRM__FINE };

typedef struct crm__alert {
  const crm__rule *rule;
  int32_t group;
  int32_t state;
  int32_t since;       /* period, -1: none */
  int32_t last;        /* the last complete period, -1: none */
  int32_t run;         /* periods in a row beyond the level that sets */
  int64_t measure;     /* of the last one */
} crm__alert;

typedef struct crm__alerts {
  crm__alert *items;   /* as they are told: firing ones first, of them the severe ones */
  uint64_t count;
} crm__alerts;

/* Replays the rule of one, whose rule and group are set. */
void crm__alert_play(const crm__panel *panel, crm__alert *alert);
const char *crm__alert_state_name(int32_t state);

/* Replays all rules; freed by the second function. */
crm_status crm__alerts_play(const crm__panel *panel, crm__memory *memory, crm__alerts *alerts, crm_error *error);
void crm__alerts_free(crm__memory *memory, crm__alerts *alerts);

/* The tables. */
crm_status crm__panel_gauges(const crm__panel *panel, crm_table **table, crm_error *error);
crm_status crm__panel_series(const crm__panel *panel, crm_table **table, crm_error *error);
crm_status crm__panel_alerts(const crm__panel *panel, const crm__alerts *alerts, crm_table **table, crm_error *error);
crm_status crm__panel_causes(const crm__panel *panel, const crm__alerts *alerts, const crm_scope *scope,
                             crm_table **table, crm_error *error);

/* Puts what stands in several tables. */
void crm__put_known(crm_table *table, int32_t column, int64_t value);
void crm__put_scope(crm_table *table, int32_t column, const crm__watched *of, const char *key);
const char *crm__label(const crm__watched *of, int32_t language);
const char *crm__on_name(int32_t on);

/* The band of a measure, -1: none. */
int32_t crm__band_of(const crm__gauge *gauge, int64_t measure);

#endif
