/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_H
#define CRM_COCKPIT_H

#include <crm/bridge.h>
#include <crm/findings.h>
#include <crm/kpi.h>
#include <crm/lifecycle.h>
#include <crm/load.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A cockpit is data: a table of gauges and one of alert rules, each for some roles. There are built-in ones for the
 * roles general, sales, marketing, finance and store; a host reads its own from CSV. docs/cockpit-tables.md describes
 * the columns, docs/methods/alerts.md how alerts are raised and cleared. */
typedef struct crm_cockpit crm_cockpit;

/* Makes a cockpit without gauges and rules. config NULL: the default. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_cockpit_create(const crm_config *config, crm_cockpit **cockpit, crm_error *error);
CRM_API void crm_cockpit_free(crm_cockpit *cockpit);

#define CRM_COCKPIT_GAUGES 0
#define CRM_COCKPIT_ALERTS 1

/* Adds the built-in gauges, or the built-in alert rules (what: CRM_COCKPIT_...), of all roles.
 * Errors: ARGUMENT, MEMORY, CONFLICT (an id is there already; nothing was added). Since 0.1. */
CRM_API crm_status crm_cockpit_builtin(crm_cockpit *cockpit, int32_t what, crm_error *error);

/* Adds the gauges or rules of a CSV table. csv is as for crm_load_csv, without map, set and document; NULL:
 * CRM_CSV_INIT. A row that cannot be meant (an unknown KPI, bands out of order, a target of another unit ...) is left
 * out and named by crm_cockpit_problems; *bad (may be NULL) gets the number of these rows. Errors: SCHEMA (a column is
 * required or unknown), LIMIT (over 4096 gauges or rules), ARGUMENT, MEMORY, IO and what the source answers; nothing
 * was added then.
 * The second form opens a path by the C library. Since 0.1. */
CRM_API crm_status crm_cockpit_read(crm_cockpit *cockpit, int32_t what, const crm_csv *csv, const crm_source *source,
                                    int64_t *bad, crm_error *error);
CRM_API crm_status crm_cockpit_read_file(crm_cockpit *cockpit, int32_t what, const crm_csv *csv, const char *path,
                                         int64_t *bad, crm_error *error);

/* Rows that were left out, in the order of reading: table (gauges, alerts), row, column, message. Since 0.1. */
CRM_API crm_status crm_cockpit_problems(const crm_cockpit *cockpit, crm_table **table, crm_error *error);

/* The gauges or rules themselves, with the columns that crm_cockpit_read takes: written as CSV they can be changed and
 * read again. role NULL: of all roles. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_cockpit_table(const crm_cockpit *cockpit, int32_t what, const char *role, crm_table **table,
                                     crm_error *error);

/* The roles of the gauges and rules, in the order of first mention: role, gauges, alerts. Since 0.1. */
CRM_API crm_status crm_cockpit_roles(const crm_cockpit *cockpit, crm_table **table, crm_error *error);

#define CRM_COCKPIT_PARTS_FIGURES 1    /* gauges, series, alerts */
#define CRM_COCKPIT_PARTS_FINDINGS 2
#define CRM_COCKPIT_PARTS_LISTS 4
#define CRM_COCKPIT_PARTS_CAUSES 8     /* with gauges, series and alerts */

/* NULL stands for CRM_COCKPIT_OPTIONS_INIT. */
typedef struct crm_cockpit_options {
  uint32_t struct_size;
  int32_t language;       /* of messages, CRM_LANGUAGE_... */
  const char *role;       /* its gauges and rules; NULL: all */
  int32_t periods;        /* complete periods of the series, over which alerts are replayed, 1 to 240; 0: 24 */
  int32_t running;        /* 1: gauges show the period that is not over; series have it too, alerts not */
  int32_t parts;          /* CRM_COCKPIT_PARTS_... added up; 0: all */
  uint32_t reserved;
  const crm_lifecycle_options *lifecycle;   /* of figures and findings, as in crm_kpi_options */
} crm_cockpit_options;

#define CRM_COCKPIT_OPTIONS_INIT { (uint32_t)sizeof(crm_cockpit_options), 0, NULL, 0, 0, 0, 0, NULL }

/* What an evaluation gives; what was not asked for is NULL. The tables are the caller's. */
typedef struct crm_snapshot {
  uint32_t struct_size;
  uint32_t reserved;
  crm_table *gauges;
  crm_table *series;
  crm_table *alerts;
  crm_table *findings;    /* as crm_findings_compute makes it */
  crm_table *lists;       /* as crm_due_compute makes it */
  crm_table *causes;      /* why figures moved, behind the alerts */
} crm_snapshot;

#define CRM_SNAPSHOT_INIT { (uint32_t)sizeof(crm_snapshot), 0, NULL, NULL, NULL, NULL, NULL, NULL }

/* Evaluates a cockpit, all from the same data version. The scope's from does not bound the series.
 *
 * gauges, in the order of the cockpit, those for each branch or person by key: gauge, kpi, period (the last one),
 * value, band, target, change_previous, change_year (rates: differences; else shares), status (as of the KPI); scope
 * (branch:KEY, staff:KEY, null: all), label, label_zh, unit, direction, previous, year_before, attainment (value /
 * target), on (what bands measure), measure (that), band_low, band_high (edges of the band, null at an open end),
 * position (place of the measure between the gauge's min and max, 0 to 1), n, low, high, complete, first_day,
 * bands (as they are written), min, max.
 * series, a row a gauge and period: gauge, kpi, scope, period, value, status, band, target, first_day, complete,
 * unit.
 * alerts, the firing ones first: alert, kpi, state (firing, pending, resolved, nodata, ok), since (a period's label,
 * null for ok), value (what the rule measures), level (that counts now: set, of a firing one clear), message; scope,
 * severity, on, period, run (periods in a row beyond the level), label, label_zh.
 * causes, of the first 16 firing and pending alerts of figures that are made of sales, for all together or a branch:
 * what moved revenue from the period that the rule compares with (the one before where it is on change, else the year
 * before) to the last complete one, the three greatest of each kind: alert, scope, against (first day of the other
 * period), part, key, change, share, before, after, n_before, n_after. Parts are those of crm_bridge_compute; money is
 * money, in minor units.
 * Values are in whole units with six decimals.
 *
 * Gauges and rules cost one crm_kpi_compute, however many they are: one pass over the facts (one more where rules or
 * gauges of branches and of persons stand side by side). Findings, lists and causes cost their own.
 * *snapshot is written on success alone. Errors: ARGUMENT (no such role), LIMIT, MEMORY. Since 0.1. */
CRM_API crm_status crm_cockpit_evaluate(const crm_store *store, const crm_scope *scope, const crm_calendar *calendar,
                                        const crm_cockpit *cockpit, const crm_cockpit_options *options,
                                        crm_snapshot *snapshot, crm_error *error);

/* Frees the tables of a snapshot and leaves it empty. Since 0.1. */
CRM_API void crm_snapshot_clear(crm_snapshot *snapshot);

#ifdef __cplusplus
}
#endif

#endif
