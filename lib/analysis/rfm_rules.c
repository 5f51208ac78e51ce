/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/rfm_rules.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

/* The built-in grid, one segment a cell. Down: how recent; across: how often. Among the less recent it parts the
 * frequent, who are worth winning back, from the rest; among the more recent it parts by how far a habit has grown.
 *
 *        F1              F2                  F3                  F4           F5
 *  R5    recent          potential_loyalist  potential_loyalist  champions    champions
 *  R4    promising       potential_loyalist  loyal               loyal        champions
 *  R3    about_to_sleep  needs_attention     needs_attention     loyal        loyal
 *  R2    hibernating     hibernating         at_risk             at_risk      cannot_lose
 *  R1    lost            lost                at_risk             cannot_lose  cannot_lose */
enum { CHAMPIONS, LOYAL, POTENTIAL_LOYALIST, RECENT, PROMISING, NEEDS_ATTENTION, ABOUT_TO_SLEEP, CANNOT_LOSE, AT_RISK,
       HIBERNATING, LOST, BUILT_IN };

static const char *const built_in_names[BUILT_IN] = {
  "champions", "loyal", "potential_loyalist", "recent", "promising", "needs_attention", "about_to_sleep",
  "cannot_lose", "at_risk", "hibernating", "lost"
};

static const uint8_t built_in_grid[CRM__SCORES * CRM__SCORES] = {
  LOST,           LOST,               AT_RISK,            CANNOT_LOSE, CANNOT_LOSE,
  HIBERNATING,    HIBERNATING,        AT_RISK,            AT_RISK,     CANNOT_LOSE,
  ABOUT_TO_SLEEP, NEEDS_ATTENTION,    NEEDS_ATTENTION,    LOYAL,       LOYAL,
  PROMISING,      POTENTIAL_LOYALIST, LOYAL,              LOYAL,       CHAMPIONS,
  RECENT,         POTENTIAL_LOYALIST, POTENTIAL_LOYALIST, CHAMPIONS,   CHAMPIONS
};

static crm_status fail_option(crm_error *error, const char *option, const char *message)
{
  return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, option, 0, -1, "%s", message);
}

static crm_status read_cuts(crm__rfm_rules *rules, int axis, const int64_t *cuts, const char *option, crm_error *error)
{
  int falling = axis == CRM__RECENCY;
  int i;
  if (cuts == NULL) {
    return CRM_OK;
  }
  for (i = 0; i < CRM__EDGES; i++) {
    if (i > 0 && (falling ? cuts[i] > cuts[i - 1] : cuts[i] < cuts[i - 1])) {
      return fail_option(error, option, falling ? "cuts are four falling numbers" : "cuts are four rising numbers");
    }
    if (falling && (cuts[i] > INT32_MAX || cuts[i] < -INT32_MAX)) {
      return fail_option(error, option, "a cut is no number of days");
    }
    rules->edges[axis][i] = falling ? -cuts[i] : cuts[i];
  }
  rules->own[axis] = 1;
  return CRM_OK;
}

static uint8_t grid_index(crm__rfm_grid *grid, const char *name)
{
  int32_t i = 0;
  while (i < grid->count && strcmp(grid->names[i], name) != 0) {
    i++;
  }
  if (i == grid->count) {
    grid->names[grid->count++] = name;
  }
  return (uint8_t)i;
}

/* The order of an own grid: its cells by R + F falling, then R falling, as the names first appear. */
static crm_status read_grid(crm__rfm_grid *grid, const char *const *names, crm_error *error)
{
  int sum;
  int r;
  int i;
  if (names == NULL) {
    memcpy(grid->names, built_in_names, sizeof built_in_names);
    memcpy(grid->cells, built_in_grid, sizeof built_in_grid);
    grid->count = BUILT_IN;
    return CRM_OK;
  }
  for (i = 0; i < CRM__RFM_NAMES; i++) {
    if (names[i] == NULL || names[i][0] == '\0' || !crm__utf8_valid(names[i], strlen(names[i]))) {
      return fail_option(error, "segments", "a grid is 25 names in UTF-8, none of them empty");
    }
  }
  for (sum = 2 * CRM__SCORES; sum >= 2; sum--) {
    for (r = sum - 1 < CRM__SCORES ? sum - 1 : CRM__SCORES; r >= 1 && sum - r <= CRM__SCORES; r--) {
      int cell = (r - 1) * CRM__SCORES + sum - r - 1;
      grid->cells[cell] = grid_index(grid, names[cell]);
    }
  }
  return CRM_OK;
}

crm_status crm__rfm_read(const crm_rfm_options *given, crm__rfm_rules *rules, crm__rfm_grid *grid, crm_error *error)
{
  static const crm__rfm_rules no_rules;
  static const crm__rfm_grid no_grid;
  crm_rfm_options options = CRM_RFM_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *rules = no_rules;
  *grid = no_grid;
  if (given != NULL) {
    status = crm__struct_read(&options, sizeof options, given, "crm_rfm_options", error);
  }
  if (status == CRM_OK && options.ties != CRM_TIES_TOGETHER && options.ties != CRM_TIES_SPLIT) {
    status = fail_option(error, "ties", "no such rule for ties");
  }
  if (status == CRM_OK) {
    status = read_cuts(rules, CRM__RECENCY, options.recency_cuts, "recency_cuts", error);
  }
  if (status == CRM_OK) {
    status = read_cuts(rules, CRM__FREQUENCY, options.frequency_cuts, "frequency_cuts", error);
  }
  if (status == CRM_OK) {
    status = read_cuts(rules, CRM__MONETARY, options.monetary_cuts, "monetary_cuts", error);
  }
  rules->ties = options.ties;
  return status == CRM_OK ? read_grid(grid, options.segments, error) : status;
}

crm_status crm__rfm_rules_read(crm__rfm_rules *rules, const crm_rfm_options *options, crm_error *error)
{
  crm__rfm_grid grid;
  return crm__rfm_read(options, rules, &grid, error);
}

crm_status crm__rfm_names(const crm_rfm_options *options, const char **names, int32_t *count, crm_error *error)
{
  crm__rfm_rules rules;
  crm__rfm_grid grid;
  crm_status status = crm__rfm_read(options, &rules, &grid, error);
  if (status == CRM_OK) {
    memcpy(names, grid.names, (size_t)grid.count * sizeof *names);
    *count = grid.count;
  }
  return status;
}
