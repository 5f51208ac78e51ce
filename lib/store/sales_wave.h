/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SALES_WAVE_H
#define CRM_STORE_SALES_WAVE_H

#include "base/parallel.h"
#include "store/sales_plain.h"

/* What the files of the wave share: slices of plain rows that threads of the host work on (sales_wave.c). */

#define CRM__WAVE_SLICES CRM__SIZE(64, 6)   /* 6 MiB */

/* The columns whose keys are those of lines. */
enum { CRM__WAVE_PRODUCT, CRM__WAVE_LINE, CRM__WAVE_STAFF, CRM__WAVE_KEYS };

extern const int32_t crm__wave_columns[CRM__WAVE_KEYS];

typedef struct crm__wave_slice {
  int64_t from;                    /* its first row, */
  int64_t rows;                    /* those that it takes, */
  int64_t read;                    /* and those that are read to see whether it can */
  uint32_t documents;              /* 0: the rows are not plain */
  uint32_t first;                  /* id of the first document */
  uint32_t branches_known;         /* 1: reading has found all ids, */
  uint32_t known[CRM__WAVE_KEYS];  /* likewise those of the lines */
  crm__plain_sums sums;
  uint32_t starts[CRM__SLICE + 1];
  uint32_t ids[CRM__WAVE_KEYS][CRM__SLICE];
  int64_t keys[CRM__SLICE];        /* by document, from here on */
  int64_t customers[CRM__SLICE];
  int64_t branches[CRM__SLICE];
  int64_t time[CRM__SLICE];
  int64_t line[CRM__SLICE];
  int64_t net[CRM__SLICE];
  int64_t tax[CRM__SLICE];
  int64_t cost[CRM__SLICE];
  uint32_t customer[CRM__SLICE];
  uint32_t branch[CRM__SLICE];
  uint32_t lines[CRM__SLICE];
  uint8_t flags[CRM__SLICE];
} crm__wave_slice;

typedef struct crm__wave {
  crm_load *load;
  const crm__plain_rows *rows;
  int64_t from;                    /* its first row, */
  uint64_t line;                   /* and the line that becomes of it */
  crm__split parts;                /* of slices */
  uint64_t most;                   /* slices of the next wave */
  int32_t alone;                   /* slices that are taken one by one before it */
  crm__key (*texts)[CRM__SLICE];   /* by slice, where keys of customers are texts, else NULL */
  crm__wave_slice slices[CRM__WAVE_SLICES];
} crm__wave;

/* Reads the slices of a part of a wave (a crm__part). */
crm_status crm__wave_read(void *job, uint64_t part);

#endif
