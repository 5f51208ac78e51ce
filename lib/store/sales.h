/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SALES_H
#define CRM_STORE_SALES_H

#include "store/load.h"

/* The steps of a slice of sales rows on their way into the store. Those that answer int answer 0 where there is no
 * memory. */

static inline int64_t crm__sales_value(const crm__slice *slice, int32_t column, int64_t i)
{
  return slice->cells[column].present ? slice->cells[column].values[i] : CRM__NULL;
}

/* Refuses a row, unless it is refused already. */
static inline void crm__sales_refuse(crm__slice *slice, int64_t i, int32_t cause, int32_t column)
{
  crm__refuse(&slice->verdicts, i, cause, column);
}

/* What a row adds to sale less return; quotes and voids add nothing. */
static inline int64_t crm__sales_ledger(const crm__slice *slice, int64_t i)
{
  uint32_t kind = slice->code[i] & 3U;
  return kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN ? slice->amount[i] : 0;
}

/* Reads the figures of every row: amounts in the base currency, sale or return. What cannot be meant is refused. */
void crm__sales_read(crm_load *load, const crm__input *inputs, int64_t at, int64_t count);

/* The ids of the currencies, of all rows. */
int crm__sales_currencies(crm_load *load, int64_t count);

/* The ids of all other keys and names, of the good rows. Fresh documents are numbered, but not yet begun. */
int crm__sales_keys(crm_load *load);

/* What the keys of a column are like. */
#define CRM__KEYS_TOGETHER 0   /* equal ones in a row: those of a document's rows */
#define CRM__KEYS_FEW 1        /* numbers of lines and branches, names */
#define CRM__KEYS_MANY 2       /* another one in every row */

/* The ids of integer keys of a column, none of them missing. */
int crm__sales_integers(crm_load *load, crm__intern *intern, int32_t column, int likeness, const int64_t *keys,
                        int64_t count, uint32_t *ids);

/* The ids of small integers, such as numbers of lines and branches, as they were found before in the column. 0: one is
 * not known yet. */
int crm__sales_recall(const crm_load *load, int32_t column, const int64_t *keys, int64_t count, uint32_t *ids);

/* Adds to what came in. */
void crm__sales_ledger_add(crm__tally *tally, int64_t ledger);

/* Notes the row of each good row, once rows have been refused. */
int crm__sales_ordinals(crm_load *load, uint64_t ordinal);

/* Gives every good row its document: a fresh one, a new one of an earlier slice, or another version of a known one. */
int crm__sales_stage(crm_load *load);

/* Appends the good rows to the line columns, with what is to be known of each staged line, and the fresh documents to
 * theirs. */
int crm__sales_append(crm_load *load, uint64_t ordinal);

/* Makes the owners of the staged lines known, before something happens that they can no longer be told after from the
 * documents. */
int crm__keep_owners(crm_load *load);

#endif
