/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "view.h"

#include "draw.h"
#include "grid.h"
#include "title.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#define ROWS 10   /* most rows of a section */

static crm_status compute(const crm_store *store, const arguments *args, crm_view *view, crm_error *error)
{
  crm_view_options options = CRM_VIEW_OPTIONS_INIT;
  options.pyramid = &args->pyramid;
  options.rfm = &args->rfm;
  options.lifecycle = &args->lifecycle;
  options.classes = &args->classes;
  options.due = &args->due;
  return crm_view_compute(store, &args->scope, &options, args->customer, view, error);
}

int view_check(const arguments *args)
{
  if (strcmp(args->verb->name, "view") == 0 && args->customer == NULL) {
    return report("view needs --customer");
  }
  return EXIT_GOOD;
}

crm_status view_part(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  crm_view view = CRM_VIEW_INIT;
  crm_table **const parts[] = {&view.profile,       &view.profile, &view.life,         &view.customer,
                               &view.keys,          &view.documents, &view.opportunities, &view.stages,
                               &view.interactions,  &view.payments, &view.ownership, &view.changes};
  crm_status status = compute(store, args, &view, error);
  if (status == CRM_OK) {
    *table = *parts[args->part];
    *parts[args->part] = NULL;
  }
  crm_view_clear(&view);
  return status;
}

/* One without rows is left out. */
static void draw_section(page *out, const crm_table *table, const char *part, const char *columns, const char *spare)
{
  grid how = {NULL, NULL, ROWS, NULL, NULL, NULL, 1};
  char count[FIGURE];
  if (crm_table_rows(table) == 0) {
    return;
  }
  draw_heading(out, page_label(out, "view", part), figure_count(count, crm_table_rows(table)));
  how.columns = columns;
  how.spare = spare;
  grid_draw(out, table, &how);
}

crm_status view_draw(page *out, const arguments *args, const crm_store *store, crm_error *error)
{
  crm_view view = CRM_VIEW_INIT;
  crm_status status = compute(store, args, &view, error);
  if (status != CRM_OK) {
    return status;
  }
  title_draw(out, store, args, page_label(out, "verb", args->verb->name));
  draw_heading(out, page_label(out, "view", "profile"), "");
  grid_lines(out, view.profile);
  draw_heading(out, page_label(out, "view", "customer"), "");
  grid_lines(out, view.customer);
  draw_section(out, view.keys, "keys", "key customer", "");
  draw_section(out, view.life, "life", "stage entered left days cause", "cause");
  draw_section(out, view.documents, "documents", "time document branch net returned lines", "lines returned");
  draw_section(out, view.opportunities, "opportunities",
               "opportunity created closed outcome stage stage_since amount owner", "stage_since owner created");
  draw_section(out, view.stages, "stages", "time opportunity stage reason owner amount", "amount owner");
  draw_section(out, view.interactions, "interactions", "time channel direction staff opportunity reason result",
               "reason opportunity");
  draw_section(out, view.payments, "payments", "time kind document amount due", "");
  draw_section(out, view.ownership, "ownership", "owner from to", "");
  draw_section(out, view.changes, "changes", "time field kind staff", "staff");
  crm_view_clear(&view);
  return CRM_OK;
}
