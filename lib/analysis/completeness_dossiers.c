/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/dossier.h"
#include "analysis/population.h"

#include "base/error.h"
#include "base/statistics.h"
#include "base/wide.h"
#include "table/build.h"

#include <string.h>

/* Completeness by rule and section, and by customer and section. */

#define ONE 1000000
#define HALF 500000

typedef struct question {
  const crm_completeness_options *options;
  crm_status (*make)(crm__dossier *dossier, crm_table **table, crm_error *error);
} question;

static crm_status answer(crm__scope *scope, void *context, crm_table **table, crm_error *error)
{
  const question *asked = context;
  crm__dossier dossier;
  crm_status status = crm__dossier_open(&dossier, scope, asked->options, error);
  return status == CRM_OK ? asked->make(&dossier, table, error) : status;
}

typedef struct rated {
  int32_t *fresh;
  int32_t *ages;
} rated;

static int alloc_rated(const crm__dossier *dossier, rated *room)
{
  room->fresh = crm__scope_alloc(dossier->scope, dossier->customers, sizeof *room->fresh);
  room->ages = crm__scope_alloc(dossier->scope, dossier->customers, sizeof *room->ages);
  return room->fresh != NULL && room->ages != NULL;
}

/* ---- by rule ---- */

enum { F_SECTION, F_FIELD, F_WEIGHT, F_CUSTOMERS, F_KNOWN, F_KNOWN_SHARE, F_FRESH, F_FRESH_SHARE, F_COMPLETENESS,
       F_STATUS, F_COLUMNS };

/* Sums of one rule, or of several with their weights. */
typedef struct sums {
  int64_t weight;
  int64_t cells;       /* looked at */
  int64_t known;
  int64_t fresh;
  crm__wide filled;    /* of weight * freshness */
} sums;

static void add_sums(sums *to, const sums *of)
{
  to->weight += of->weight;
  to->cells += of->cells;
  to->known += of->known;
  to->fresh += of->fresh;
  to->filled = crm__wide_add(to->filled, of->filled);
}

static sums sum_rule(const crm__dossier *dossier, const crm__expectation *rule, const rated *room)
{
  int64_t filled = 0;
  sums found;
  uint32_t id;
  memset(&found, 0, sizeof found);
  found.weight = rule->weight;
  found.cells = dossier->count;
  crm__dossier_rate(dossier, rule, room->fresh, room->ages);
  for (id = 0; id < dossier->customers; id++) {
    if (dossier->there[id] && room->fresh[id] >= 0) {
      found.known++;
      found.fresh += room->fresh[id] >= HALF;
      filled += room->fresh[id];
    }
  }
  found.filled = crm__wide_multiply(filled, rule->weight);
  return found;
}

static void put_share(crm_table *table, int32_t column, int64_t part, int64_t whole)
{
  if (whole > 0) {
    crm__table_put(table, column, crm__ratio(part, whole));
  } else {
    crm__table_put_null(table, column);
  }
}

static void put_sums(crm_table *table, const crm__dossier *dossier, const char *section, const char *field,
                     const sums *of)
{
  int64_t whole = of->weight * dossier->count;
  int64_t value = 0;
  crm__table_put_name(table, F_SECTION, section);
  crm__table_put_name(table, F_FIELD, field);
  crm__table_put(table, F_WEIGHT, of->weight);
  crm__table_put(table, F_CUSTOMERS, dossier->count);
  crm__table_put(table, F_KNOWN, of->known);
  put_share(table, F_KNOWN_SHARE, of->known, of->cells);
  crm__table_put(table, F_FRESH, of->fresh);
  put_share(table, F_FRESH_SHARE, of->fresh, of->cells);
  if (whole > 0) {
    (void)crm__wide_to_int64(crm__wide_divide(of->filled, (uint64_t)whole, NULL), &value);   /* at most ONE */
    crm__table_put(table, F_COMPLETENESS, value);
  } else {
    crm__table_put_null(table, F_COMPLETENESS);
  }
  crm__table_put_name(table, F_STATUS, whole > 0 ? "ok" : "undefined");
}

static crm_status make_freshness(crm__dossier *dossier, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[F_COLUMNS] = {
    { "section", CRM_TYPE_TEXT, 0 },         { "field", CRM_TYPE_TEXT, 0 },
    { "weight", CRM_TYPE_INTEGER, 0 },       { "customers", CRM_TYPE_INTEGER, 0 },
    { "known", CRM_TYPE_INTEGER, 0 },        { "known_share", CRM_TYPE_DECIMAL, 6 },
    { "fresh", CRM_TYPE_INTEGER, 0 },        { "fresh_share", CRM_TYPE_DECIMAL, 6 },
    { "completeness", CRM_TYPE_DECIMAL, 6 }, { "status", CRM_TYPE_TEXT, 0 }
  };
  sums *parts = crm__scope_alloc_zero(dossier->scope, (uint64_t)dossier->section_count + 1U, sizeof *parts);
  rated room;
  int32_t i;
  crm_status status;
  if (parts == NULL || !alloc_rated(dossier, &room)) {
    return crm__fail_memory(error);
  }
  status = crm__table_begin(crm__scope_memory(dossier->scope), "completeness_freshness", columns, F_COLUMNS,
                            dossier->rule_count + dossier->section_count + 1, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(dossier->scope, *table, "completeness_freshness", 1);
  for (i = 0; i < dossier->rule_count; i++) {
    const crm__expectation *rule = &dossier->rules[i];
    sums found = sum_rule(dossier, rule, &room);
    put_sums(*table, dossier, rule->section, rule->field, &found);
    add_sums(&parts[rule->part], &found);
    add_sums(&parts[dossier->section_count], &found);
  }
  for (i = 0; i <= dossier->section_count; i++) {
    put_sums(*table, dossier, i < dossier->section_count ? dossier->sections[i] : NULL, NULL, &parts[i]);
  }
  return crm__table_finish(table, error);
}

/* ---- by customer ---- */

enum { D_CUSTOMER, D_SECTION, D_COMPLETENESS, D_KNOWN, D_FIELDS, D_OLDEST, D_COLUMNS };

/* A customer's part. */
typedef struct part {
  int64_t filled;    /* weight * freshness, at most 256 * 1000 * ONE */
  int32_t known;
  int32_t oldest;    /* -1: nothing is dated */
} part;

static void add_rule(const crm__dossier *dossier, const crm__expectation *rule, const rated *room, part *parts)
{
  uint64_t width = (uint64_t)dossier->section_count + 1U;
  uint32_t id;
  crm__dossier_rate(dossier, rule, room->fresh, room->ages);
  for (id = 0; id < dossier->customers; id++) {
    int32_t fresh = room->fresh[id];
    int k;
    for (k = 0; dossier->there[id] && fresh >= 0 && k < 2; k++) {
      part *of = &parts[id * width + (k == 0 ? 0U : (uint64_t)rule->part + 1U)];
      of->filled += (int64_t)rule->weight * fresh;
      of->known++;
      of->oldest = room->ages[id] > of->oldest ? room->ages[id] : of->oldest;
    }
  }
}

static void put_parts(crm_table *table, const crm__dossier *dossier, uint32_t id, const part *parts,
                      const int64_t *weights, const int64_t *fields)
{
  int32_t i;
  for (i = 0; i <= dossier->section_count; i++) {
    const part *of = &parts[(uint64_t)id * ((uint64_t)dossier->section_count + 1U) + (uint64_t)i];
    crm__table_put_key(table, D_CUSTOMER, crm__customer_key(dossier->scope->store, id));
    crm__table_put_name(table, D_SECTION, i == 0 ? NULL : dossier->sections[i - 1]);
    crm__table_put(table, D_COMPLETENESS, crm__ratio(of->filled, weights[i] * ONE));
    crm__table_put(table, D_KNOWN, of->known);
    crm__table_put(table, D_FIELDS, fields[i]);
    if (of->oldest < 0) {
      crm__table_put_null(table, D_OLDEST);
    } else {
      crm__table_put(table, D_OLDEST, of->oldest);
    }
  }
}

static crm_status fill_dossiers(crm__dossier *dossier, const part *parts, crm_table *table, crm_error *error)
{
  uint64_t width = (uint64_t)dossier->section_count + 1U;
  int64_t *weights = crm__scope_alloc_zero(dossier->scope, width, sizeof *weights);
  int64_t *fields = crm__scope_alloc_zero(dossier->scope, width, sizeof *fields);
  const uint32_t *ids;
  uint32_t i;
  int32_t r;
  crm_status status = crm__customers_by_key(dossier->scope, &ids, error);
  if (status == CRM_OK && (weights == NULL || fields == NULL)) {
    status = crm__fail_memory(error);
  }
  if (status != CRM_OK) {
    return status;
  }
  for (r = 0; r < dossier->rule_count; r++) {
    int32_t part_of = dossier->rules[r].part + 1;
    weights[0] += dossier->rules[r].weight;
    weights[part_of] += dossier->rules[r].weight;
    fields[0]++;
    fields[part_of]++;
  }
  for (i = 0; i < dossier->customers; i++) {
    if (dossier->there[ids[i]]) {
      put_parts(table, dossier, ids[i], parts, weights, fields);
    }
  }
  return CRM_OK;
}

static crm_status make_dossiers(crm__dossier *dossier, crm_table **table, crm_error *error)
{
  static const crm__table_column columns[D_COLUMNS] = {
    { "customer", CRM_TYPE_TEXT, 0 }, { "section", CRM_TYPE_TEXT, 0 },   { "completeness", CRM_TYPE_DECIMAL, 6 },
    { "known", CRM_TYPE_INTEGER, 0 }, { "fields", CRM_TYPE_INTEGER, 0 }, { "oldest_days", CRM_TYPE_INTEGER, 0 }
  };
  uint64_t width = (uint64_t)dossier->section_count + 1U;
  part *parts = crm__scope_alloc_zero(dossier->scope, width * dossier->customers, sizeof *parts);
  rated room;
  uint64_t i;
  int32_t r;
  crm_status status;
  if (parts == NULL || !alloc_rated(dossier, &room)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < width * dossier->customers; i++) {
    parts[i].oldest = -1;
  }
  for (r = 0; r < dossier->rule_count; r++) {
    add_rule(dossier, &dossier->rules[r], &room, parts);
  }
  status = crm__table_begin(crm__scope_memory(dossier->scope), "completeness_dossiers", columns, D_COLUMNS,
                            dossier->count * (int64_t)width, table, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__scope_describe(dossier->scope, *table, "completeness_dossiers", 1);
  status = fill_dossiers(dossier, parts, *table, error);
  if (status != CRM_OK) {
    crm_table_free(*table);
    *table = NULL;
    return status;
  }
  return crm__table_finish(table, error);
}

crm_status crm_completeness_freshness(const crm_store *store, const crm_scope *scope,
                                      const crm_completeness_options *options, crm_table **table, crm_error *error)
{
  question asked;
  asked.options = options;
  asked.make = make_freshness;
  return crm__scope_table(store, scope, answer, &asked, table, error);
}

crm_status crm_completeness_dossiers(const crm_store *store, const crm_scope *scope,
                                     const crm_completeness_options *options, crm_table **table, crm_error *error)
{
  question asked;
  asked.options = options;
  asked.make = make_dossiers;
  return crm__scope_table(store, scope, answer, &asked, table, error);
}
