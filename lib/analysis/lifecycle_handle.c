/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/lifecycle_handle.h"

#include "base/statistics.h"
#include "table/build.h"

#include <string.h>

/* What the tables made from lives share. */

const char *crm__stage_name(int32_t stage)
{
  static const char *const names[CRM_STAGES] = { "suspect", "prospect",    "opportunity", "customer",
                                                 "repeat",  "reactivated", "dormant",     "lost" };
  return stage < 0 || stage >= CRM_STAGES ? "" : names[stage];
}

const char *crm__stage_cause(uint8_t cause)
{
  static const char *const names[] = { "known", "joined", "opportunity", "purchase", "repeat", "idle", "host" };
  return names[cause];
}

void crm__stages_count(const crm_lifecycle *lifecycle, int64_t instant, crm__stage_counts *counts)
{
  uint64_t remainders[CRM_STAGES];
  int64_t all = 0;
  int32_t stage;
  uint32_t id;
  memset(counts, 0, sizeof *counts);
  for (id = 0; id < lifecycle->customers; id++) {
    const crm__life_event *event = crm__life_at(lifecycle, id, instant);
    if (event != NULL) {
      counts->customers[event->stage]++;
      all++;
    }
  }
  for (stage = 0; all == 0 && stage < CRM_STAGES; stage++) {
    counts->shares[stage] = -1;
  }
  if (all > 0) {
    crm__apportion(counts->customers, CRM_STAGES, 1000000, counts->shares, remainders);
  }
}

void crm__lifecycle_describe(const crm_lifecycle *lifecycle, const crm__scope *scope, crm_table *table,
                             const char *definition)
{
  const crm_life_limits *limits = &lifecycle->limits;
  crm__scope_describe(scope, table, definition, 1);
  crm__table_meta(table, "dormant_days", "%d", limits->dormant_days);
  crm__table_meta(table, "lost_days", "%d", limits->lost_days);
  crm__table_meta(table, "suggested_dormant", "%d", limits->suggested_dormant);
  crm__table_meta(table, "suggested_lost", "%d", limits->suggested_lost);
  crm__table_meta(table, "gaps", "%lld", (long long)limits->gaps);
  crm__table_meta(table, "unknown_entries", "%lld", (long long)lifecycle->unknown);
}
