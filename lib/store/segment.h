/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SEGMENT_H
#define CRM_STORE_SEGMENT_H

#include "base/memory.h"

#include <crm/segment.h>

/* A set of customers as scopes and analyses see it. */

struct crm_segment {
  crm__memory memory;
  const crm_store *store;
  int64_t version;
  uint32_t customers;     /* ids of the store */
  uint64_t words;
  uint64_t *members;      /* a bit an id; none beyond the ids */
  int64_t count;
  char *text;             /* the expression it was made by, NULL: none */
  size_t text_size;
};

/* An empty set. text, which may be NULL, is copied; memory is forked. */
crm_status crm__segment_new(const crm_store *store, const crm__memory *memory, const char *text, crm_segment **segment,
                            crm_error *error);

/* How many bits are set. */
int64_t crm__bits_count(const uint64_t *words, uint64_t count);

/* Counts the bits; they are set by then. */
void crm__segment_close(crm_segment *segment);

/* Another of the same; NULL gives NULL. */
crm_status crm__segment_copy(const crm_segment *from, crm_segment **segment, crm_error *error);

/* ARGUMENT where a segment is of another store, STATE where the store has changed since. */
crm_status crm__segment_check(const crm_segment *segment, const crm_store *store, crm_error *error);

/* What metadata say of it. */
const char *crm__segment_text(const crm_segment *segment);

static inline int crm__segment_has(const crm_segment *segment, uint32_t customer)
{
  return (int)(segment->members[customer / 64U] >> (customer % 64U) & 1U);
}

static inline void crm__segment_put(crm_segment *segment, uint32_t customer)
{
  segment->members[customer / 64U] |= UINT64_C(1) << (customer % 64U);
}

#endif
