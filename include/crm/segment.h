/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_SEGMENT_H
#define CRM_SEGMENT_H

#include <crm/scope.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Segments: sets of customers. A segment in a scope (crm_scope.segment) leaves all others out of an analysis.
 *
 * A segment belongs to its store and data version: free it before the store; after a commit it answers STATE, also in a
 * scope. Analyses copy what they keep of it. */

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

#ifdef __cplusplus
}
#endif

#endif
