/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_COCKPIT_TILL_FOLLOWED_H
#define CRM_COCKPIT_TILL_FOLLOWED_H

#include "cockpit/cockpit_panel.h"
#include "cockpit/till.h"

/* What a till keeps of its gauges and alerts, for the files that make them, move them and show them. */

/* A gauge, or a rule, as it stands. */
typedef struct crm__followed {
  int64_t value;
  int64_t measure;
  int32_t state;           /* the band, or the state of the alert */
  int32_t since;
  int32_t followed;
} crm__followed;

struct crm__till_gauges {
  crm__memory memory;
  const crm_calendar *given;
  crm__calendar calendar;
  crm_kpi *kpis;                     /* the figures */
  crm__kpi_work work;                /* the sums: those of all together alone, in memory of their own */
  crm__panel panel;
  uint8_t seen[CRM__BASES + 1];      /* whether a posted sale tells what it adds to a base */
  crm__followed *items;                  /* gauges, then rules, as the cockpit has them */
  uint64_t item_count;
  crm_till_moved *moved;             /* room for all */
  uint64_t moved_count;
  int64_t *change;                   /* by window, base: what the sale under way adds */
  uint8_t *touched;                  /* by window: whether it may be another after it, */
  int32_t *windows;                  /* and those that may */
  int32_t window_count;
  uint8_t *dirty;                    /* by KPI computed: its figures are others now; 2: those of complete periods too */
  crm__kpi_deed *deeds;              /* of its customer */
  uint64_t deed_count;
  uint64_t deed_capacity;
  int32_t near;                      /* the segment of the deed before */
  int32_t ever;
  int32_t day;
  uint32_t orders;
};

/* What an item watches, and the gauge that it is, NULL: a rule. */
static inline const crm__watched *crm__followed_watched(const crm__till_gauges *of, uint64_t i)
{
  const crm_cockpit *cockpit = of->panel.cockpit;
  return i < cockpit->gauge_count ? &cockpit->gauges[i].of : &cockpit->rules[i - cockpit->gauge_count].of;
}

static inline const crm__gauge *crm__followed_gauge(const crm__till_gauges *of, uint64_t i)
{
  return i < of->panel.cockpit->gauge_count ? &of->panel.cockpit->gauges[i] : NULL;
}

/* Reads how an item stands now (till_shown.c). */
void crm__followed_read(const crm__till_gauges *of, uint64_t i, crm__followed *item);

/* Reads an item anew and notes where it moved (till_shown.c). */
void crm__followed_refresh(crm__till_gauges *of, uint64_t i);

#endif
