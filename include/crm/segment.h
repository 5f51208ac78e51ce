/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_SEGMENT_H
#define CRM_SEGMENT_H

#include <crm/classes.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Segments: sets of customers, by an expression over what is known of them, by key, or made from others. A segment in a
 * scope (crm_scope.segment) leaves all others out of an analysis.
 *
 * A segment belongs to its store and data version: free it before the store; after a commit it answers STATE, also in a
 * scope. Analyses copy what they keep of it. */

/* A segment that an expression may name. Names have 1 to 63 of a-z, 0-9 and _ and begin with no digit. */
typedef struct crm_segment_definition {
  uint32_t struct_size;
  uint32_t reserved;
  const char *name;
  const char *expression;
} crm_segment_definition;

#define CRM_SEGMENT_DEFINITION_INIT { (uint32_t)sizeof(crm_segment_definition), 0, NULL, NULL }

#define CRM_SEGMENT_BYTES 65536    /* most bytes of an expression; of all together four times as many */
#define CRM_SEGMENT_DEPTH 64       /* most parentheses in each other */
#define CRM_SEGMENT_NAMED 256      /* most named segments */

typedef struct crm_segment_options {
  uint32_t struct_size;
  uint32_t definition_size;                     /* sizeof(crm_segment_definition) */
  const char *expression;                       /* NULL or blank: every customer */
  const crm_segment_definition *definitions;    /* what `in segment NAME` may name; they may use each other, in any
                                                 * order but in no circle */
  int64_t definition_count;
  const crm_pyramid_options *pyramid;           /* what `tier` and `class` mean; NULL: the defaults */
  const crm_rfm_options *rfm;                   /* what `r`, `f`, `m` and `rfm_segment` mean; NULL: the defaults */
  const crm_lifecycle_options *lifecycle;       /* what `stage` means; NULL: the defaults */
  const crm_classes_options *classes;           /* what `class` means beside that; NULL: the defaults. Its own pyramid
                                                 * comes before the one above, which stands for it where it is NULL,
                                                 * by spend whatever it measures */
} crm_segment_options;

#define CRM_SEGMENT_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_segment_options), (uint32_t)sizeof(crm_segment_definition), NULL, NULL, 0, NULL, NULL, NULL, \
    NULL }

/* The customers for whom an expression holds: "spend >= 10000 and region = 'East' and tier in ('vip', 'major')".
 * docs/segments.md has the grammar, the fields and what an empty value means. Measures are those of the scope: its
 * period, as-of, branches and bases; who is no customer there at as-of (docs/conventions.md, "Who is there"; anonymous,
 * internal, unknown yet, outside the scope's own segment) is in no segment. `owner` and `parent` are those of as-of.
 * Errors: VALUE (it cannot be read, or definitions form a circle), SCHEMA (no such field or segment), TYPE (text is
 * compared with a number, say), RANGE (a date outside 1900 to 2199), LIMIT (see above), all with the byte in the
 * expression and in `column` the name of the definition that it is in ("expression" for the main one); ARGUMENT,
 * MEMORY.
 * Compiled once; then one pass over the customers in blocks, beside what its measures take. Since 0.1. */
CRM_API crm_status crm_segment_compute(const crm_store *store, const crm_scope *scope,
                                       const crm_segment_options *options, crm_segment **segment, crm_error *error);

/* Why a customer is in a segment or not, a row a condition in the order of the text, those of the main expression
 * first, then those of each definition it uses; after the conditions of each a row for the whole: segment (the
 * definition's name, empty for the main expression), condition (its text), byte (where it begins), value (of the field
 * it asks about, empty where there is none), result (true, false, unknown), whole (true for the row of a whole
 * expression). Errors as above, and NOT_FOUND (no such customer in the scope). Since 0.1. */
CRM_API crm_status crm_segment_explain(const crm_store *store, const crm_scope *scope,
                                       const crm_segment_options *options, const char *key, crm_table **table,
                                       crm_error *error);

/* How a segment has changed between two scopes, of two dates or two periods: movement (entered, left, stayed, before,
 * after), customers, spend_before, spend_after (their money in the two scopes), change. before = left + stayed,
 * after = entered + stayed. Errors as above. Since 0.1. */
CRM_API crm_status crm_segment_drift(const crm_store *store, const crm_scope *before, const crm_scope *after,
                                     const crm_segment_options *options, crm_table **table, crm_error *error);

/* The fields that expressions may ask about, those of the store's customers table among them: field, type (money,
 * number, integer, date, time, text, key, word, yes_no), words (of a word: those it may be), meaning. Errors:
 * ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_fields(const crm_store *store, crm_table **table, crm_error *error);

/* The customers of given keys; a key twice is one customer. *unknown (may be NULL) gets the number of keys of which the
 * store knows no customer. Errors: ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_pick(const crm_store *store, const char *const *keys, int64_t count, int64_t *unknown,
                                    crm_segment **segment, crm_error *error);
CRM_API void crm_segment_free(crm_segment *segment);

/* Customers in a segment. Since 0.1. */
CRM_API int64_t crm_segment_size(const crm_segment *segment);

/* *contains: 1 where the customer of a key is in the segment, else (also for a key that is none) 0. Constant time.
 * Errors: ARGUMENT, STATE. Since 0.1. */
CRM_API crm_status crm_segment_contains(const crm_segment *segment, const char *key, int32_t *contains,
                                        crm_error *error);

/* The customers, by key: customer. Errors: STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_members(const crm_segment *segment, crm_table **table, crm_error *error);

/* Sets made of two: in either; in both; in the first and not in the second. The two may be the same, and stay as they
 * are. Errors: ARGUMENT (they belong to different stores), STATE, MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_union(const crm_segment *a, const crm_segment *b, crm_segment **segment,
                                     crm_error *error);
CRM_API crm_status crm_segment_intersection(const crm_segment *a, const crm_segment *b, crm_segment **segment,
                                            crm_error *error);
CRM_API crm_status crm_segment_difference(const crm_segment *a, const crm_segment *b, crm_segment **segment,
                                          crm_error *error);

/* How far segments overlap, a row each pair in the order given: a, b (their names), customers_a, customers_b, both,
 * only_a, only_b, jaccard (both / in either), share_a (both / customers_a), share_b; a share of nothing is null.
 * Errors: ARGUMENT, STATE, LIMIT (over 256 segments), MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_overlap(const crm_segment *const *segments, const char *const *names, int64_t count,
                                       crm_table **table, crm_error *error);

/* How much the buyers of each segment spend, a row each in the order given and one for all customers of the scope at
 * the end: the columns of crm_composition_spending, group being the name; segments may overlap, a share is of all.
 * Errors: ARGUMENT, STATE, LIMIT (over 256 segments), MEMORY. Since 0.1. */
CRM_API crm_status crm_segment_spending(const crm_store *store, const crm_scope *scope,
                                        const crm_segment *const *segments, const char *const *names, int64_t count,
                                        crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
