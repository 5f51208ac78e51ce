/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_SEGMENT_MATCH_H
#define CRM_ANALYSIS_SEGMENT_MATCH_H

#include "analysis/segment_program.h"
#include "base/sizes.h"

/* Programs over blocks of customers, a column at a time. What holds is kept as two sets of bits: for whom it is true,
 * and for whom it is false; it is unknown for those in neither. */

#define CRM__BLOCK CRM__SIZE(1024, 64)
#define CRM__BLOCK_WORDS (CRM__BLOCK / 64)

typedef struct crm__truth {
  uint64_t yes[CRM__BLOCK_WORDS];
  uint64_t no[CRM__BLOCK_WORDS];
} crm__truth;

/* Values of a field in the present block. */
typedef struct crm__values {
  int ready;
  int narrowed;                     /* 1: in narrow; -1: they do not fit; 0: not tried */
  int counted;                      /* `missing` is known */
  int reserved;
  const int64_t *at;                /* own, or where the store keeps them */
  uint64_t missing[CRM__BLOCK_WORDS];
  int64_t own[CRM__BLOCK];
  int32_t narrow[CRM__BLOCK];
} crm__values;

typedef struct crm__matcher {
  const crm__program *program;
  crm__values *values;              /* by field of the program */
  crm__truth *stack;
  crm__truth *wholes;               /* by expression: what it came to in the present block */
  int exact;                        /* unknown and false are told apart everywhere */
  uint32_t first;                   /* the present block */
  uint32_t count;
} crm__matcher;

/* Needs loaded fields; memory is their scope's scratch. Errors: MEMORY. */
crm_status crm__matcher_open(crm__matcher *matcher, const crm__program *program, crm_error *error);

/* Evaluates the program for the block of customers that begins at first, a multiple of CRM__BLOCK. */
void crm__matcher_block(crm__matcher *matcher, uint32_t first);

/* What a condition comes to in the block. */
void crm__matcher_condition(crm__matcher *matcher, const crm__condition *condition, crm__truth *truth);

/* The values of a field in the block. */
const crm__values *crm__matcher_values(crm__matcher *matcher, int32_t field);

/* Sets the bits of the customers for whom the program holds and who are customers of the scope, with the host's threads
 * where it lends some. Needs loaded fields. Errors: MEMORY, what executor and watch answer. */
crm_status crm__matcher_select(const crm__program *program, uint64_t *members, crm_error *error);

#endif
