/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TARGET_H
#define CRM_TARGET_H

#include <crm/classes.h>
#include <crm/lifecycle.h>
#include <crm/pyramid.h>
#include <crm/rfm.h>
#include <crm/scope.h>
#include <crm/segment.h>
#include <crm/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A list of customers to write to or to call: who is wanted, less who must not or need not be, each one once, and for
 * everybody who is left out the reason. docs/methods/target.md holds the rules and a worked example. */

#define CRM_TARGET_SUPPRESSIONS 64   /* most reasons of the host's own */

/* NULL stands for CRM_TARGET_OPTIONS_INIT. */
typedef struct crm_target_options {
  uint32_t struct_size;
  uint32_t definition_size;                     /* sizeof(crm_segment_definition), of both lists */
  const char *expression;                       /* who is wanted; NULL or blank: every customer */
  const crm_segment_definition *definitions;    /* what `in segment NAME` may name */
  int64_t definition_count;
  const crm_segment_definition *suppressions;   /* a reason's name, and the expression for whom it holds, as
                                                 * "no_consent" and "not consent or consent is null"; the first that
                                                 * holds is the reason */
  int64_t suppression_count;
  const char *household;                        /* a field of expressions: of those with the same value the one with
                                                 * the largest spend stays (then orders, then the lower key); NULL:
                                                 * everybody stays */
  const char *const *keys;                      /* a list of the host's to go through, in its order; NULL: every key
                                                 * that the store has */
  int64_t key_count;
  const crm_pyramid_options *pyramid;           /* what tier, */
  const crm_rfm_options *rfm;                   /* r, f, m and rfm_segment, */
  const crm_lifecycle_options *lifecycle;       /* stage, */
  const crm_classes_options *classes;           /* and class mean, as in crm_segment_options; NULL: the defaults */
} crm_target_options;

#define CRM_TARGET_OPTIONS_INIT \
  { (uint32_t)sizeof(crm_target_options), (uint32_t)sizeof(crm_segment_definition), NULL, NULL, 0, NULL, 0, NULL, \
    NULL, 0, NULL, NULL, NULL, NULL }

/* The list, by key: customer, spend (of the scope). With `accounts` in the scope customers under one parent are one.
 * A pass for each expression. Errors: those of crm_segment_compute, where `column` names the suppression that an error
 * is in; SCHEMA (household: no such field), LIMIT (over CRM_TARGET_SUPPRESSIONS), ARGUMENT, MEMORY. Since 0.1. */
CRM_API crm_status crm_target_list(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                                   crm_table **table, crm_error *error);

/* How the list came about, a row a reason in the order in which they are looked at: reason, keys, share. unknown (the
 * store has no such key, or it was forgotten), erased (nobody knows any more who that is), duplicate (the key, another
 * one that the same customer has, or the account that it counts as, is there already), anonymous, internal (unless
 * the scope counts them), outside (not there at as-of, or not in the scope's segment), unwanted (the expression does
 * not hold), the suppressions by name, household, listed, all. The rows before the last add up to it. Errors as above.
 * Since 0.1. */
CRM_API crm_status crm_target_counts(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                                     crm_table **table, crm_error *error);

/* What became of each key, a row each in the list's order, without a list by key: key, customer (who it stands for;
 * null: unknown), reason. Errors as above. Since 0.1. */
CRM_API crm_status crm_target_rows(const crm_store *store, const crm_scope *scope, const crm_target_options *options,
                                   crm_table **table, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
