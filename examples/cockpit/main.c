/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "arguments.h"
#include "cockpit.h"
#include "files.h"
#include "grid.h"
#include "manual.h"
#include "matrix.h"
#include "output.h"
#include "panel.h"
#include "people.h"
#include "sets.h"
#include "terminal.h"
#include "title.h"
#include "values.h"
#include "verbs.h"
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The command line over the library: read the arguments, load the files, compute, and only then write. */

/* What is computed, before anything is written. */
typedef struct result {
  crm_table *table;     /* of a verb, for CSV and JSON */
  page text;            /* of either, for text */
} result;

static int show_text(const char *const *pieces)
{
  output out;
  if (output_open(&out, NULL) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  for (; *pieces != NULL; pieces++) {
    (void)output_bytes(&out, *pieces, strlen(*pieces));
  }
  return output_close(&out);
}

static int show_version(void)
{
  const char *pieces[4] = {"crm-cockpit ", NULL, "\n", NULL};
  pieces[1] = crm_version_text();
  return show_text(pieces);
}

static int wants_color(const arguments *args)
{
  const char *refused = getenv("NO_COLOR");
  if (args->color != COLOR_AUTO) {
    return args->color == COLOR_ALWAYS;
  }
  return args->output == NULL && terminal_is_output() && (refused == NULL || refused[0] == '\0');
}

static const char *period_name(const arguments *args)
{
  static const char *const names[] = {"month", "day", "week", "quarter", "year"};
  return names[args->calendar.period];
}

/* The columns of a table, all of them. Declared attributes behind what fits are left out. */
static const char *all_columns(const crm_table *table, char *names, size_t size)
{
  size_t length = 0;
  int32_t i;
  for (i = 0; i < crm_table_columns(table); i++) {
    crm_column column = CRM_COLUMN_INIT;
    if (crm_table_column(table, i, &column, NULL) != CRM_OK || length + strlen(column.name) + 2 > size) {
      break;
    }
    length += (size_t)snprintf(names + length, size - length, "%s%s", i > 0 ? " " : "", column.name);
  }
  names[length] = '\0';
  return names;
}

static void draw_table(const arguments *args, const loading *loaded, result *made)
{
  static const char *const values[] = {"spend", "profit", "orders"};
  grid how = {NULL, NULL, 0, NULL, NULL, NULL, 0};
  char names[2048];
  title_draw(&made->text, loaded->store, args, page_label(&made->text, "verb", args->verb->name));
  if (strcmp(args->verb->name, "cohorts") == 0) {
    matrix_draw(&made->text, made->table);
    return;
  }
  how.columns = args->verb->columns[0] == '\0' ? all_columns(made->table, names, sizeof names) : args->verb->columns;
  how.spare = args->verb->spare;
  how.rows = args->verb->rows;
  how.period = period_name(args);
  how.value = values[args->pyramid.measure];
  grid_draw(&made->text, made->table, &how);
}

static int64_t page_width(const arguments *args)
{
  int64_t width = args->width > 0 ? args->width : args->output == NULL && terminal_is_output() ? terminal_width() : 0;
  return width < PAGE_NARROWEST ? PAGE_WIDTH : width > PAGE_WIDEST ? PAGE_WIDEST : width;
}

static int compute(const arguments *args, const loading *loaded, result *made)
{
  crm_error error = CRM_ERROR_INIT;
  crm_status status = CRM_OK;
  int is_view = strcmp(args->verb->name, "view") == 0 && args->part == 0;
  int is_page = args->format == FORMAT_TEXT && (is_view || strcmp(args->verb->name, "cockpit") == 0);
  made->text.color = wants_color(args);
  made->text.language = args->language;
  made->text.digits = args->store.digits;
  made->text.width = page_width(args);
  if (is_page) {
    status = is_view ? view_draw(&made->text, args, loaded->store, &error)
                     : cockpit_draw(&made->text, args, loaded, &error);
  } else if (value_listed(args->verb->name, PEOPLE_VERBS)) {
    status = people_remove(loaded->store, args, &made->table, &error);
  } else {
    status = args->verb->compute(loaded->store, args, &made->table, &error);
  }
  if (status == CRM_OK && args->format == FORMAT_TEXT && !is_page) {
    draw_table(args, loaded, made);
  }
  if (status != CRM_OK) {
    return sets_report(args, &error) ? EXIT_UNUSABLE : report_error(args->verb->name, &error);
  }
  return made->text.failed ? report_memory() : EXIT_GOOD;
}

static int write_result(const arguments *args, const result *made)
{
  output out;
  if (output_open(&out, args->output) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (args->format == FORMAT_TEXT) {
    (void)output_bytes(&out, made->text.bytes, made->text.length);
  } else if (output_table(&out, made->table, args->format) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  return output_close(&out);
}

/* Says where the answer is not what one may take it for. */
static void report_scope(const arguments *args, const loading *loaded)
{
  char time[FIGURE];
  crm_scope scope = args->scope;
  crm_calendar calendar = CRM_CALENDAR_INIT;
  crm_table *years = NULL;
  int64_t as_of = title_as_of(loaded->store, args);
  if (value_listed(args->verb->name, "load kpis " PEOPLE_VERBS) || args->table != NULL) {
    return;
  }
  if (crm_store_documents(loaded->store) == 0) {
    (void)report("there are no sales");
  }
  if (as_of == CRM_TIME_UNSET_TO) {
    return;
  }
  if (args->as_of == NULL) {
    if (args->format != FORMAT_TEXT) {
      (void)report("as-of %s, the end of the latest day with facts", figure_time(time, as_of));
    }
    return;
  }
  scope.from = CRM_TIME_UNSET_FROM;
  scope.to = CRM_TIME_UNSET_TO;
  scope.branches = NULL;
  scope.branch_count = 0;
  calendar.period = CRM_PERIOD_YEAR;
  if (crm_store_documents(loaded->store) > 0 &&
      crm_periods_compute(loaded->store, &scope, &calendar, &years, NULL) == CRM_OK && crm_table_rows(years) == 0) {
    (void)report("there are no sales before as-of %s", figure_time(time, as_of));
  }
  crm_table_free(years);
}

/* Profit of lines without cost is too high: they count as if they had cost nothing. */
static void report_costs(const result *made)
{
  const char *customers = made->table == NULL ? NULL : crm_table_meta_find(made->table, "customers_without_cost");
  if (customers != NULL && strcmp(customers, "0") != 0) {
    (void)report("lines without cost count as cost 0; customers whose profit is too high for it: %s", customers);
  }
}

/* A branch that no document names is more likely a slip than a question. */
static void report_branches(const arguments *args, const loading *loaded)
{
  crm_table *totals = NULL;
  int64_t i;
  if (args->branches.count == 0 || crm_store_totals(loaded->store, &totals, NULL) != CRM_OK) {
    return;
  }
  for (i = 0; i < args->branches.count; i++) {
    const char *branch = args->branches.items[i];
    int64_t row = 0;
    for (; row < crm_table_rows(totals); row++) {
      size_t length;
      const char *text = crm_table_text(totals, crm_table_find(totals, "branch"), row, &length);
      if (length == strlen(branch) && memcmp(text, branch, length) == 0) {
        break;
      }
    }
    if (row == crm_table_rows(totals)) {
      (void)report("there are no sales of branch '%s'", branch);
    }
  }
  crm_table_free(totals);
}

/* Figures that a wrong clock or a key for everybody would falsify. */
static void report_warnings(const arguments *args, const loading *loaded)
{
  crm_table *warnings = NULL;
  int64_t row;
  if (crm_store_warnings(loaded->store, &warnings, NULL) != CRM_OK) {
    return;
  }
  for (row = 0; row < crm_table_rows(warnings); row++) {
    size_t length;
    const char *warning = crm_table_text(warnings, 0, row, &length);
    int walk_in = length == 7 && memcmp(warning, "walk_in", 7) == 0;
    int ring = length == 10 && memcmp(warning, "merge_ring", 10) == 0;
    const char *subject = crm_table_text(warnings, 1, row, &length);
    if (walk_in) {
      (void)report("customer '%.*s' holds %d.%d %% of all orders; if it stands for nobody say --anonymous", (int)length,
                   subject, (int)(crm_table_integer(warnings, 3, row) / 10000),
                   (int)(crm_table_integer(warnings, 3, row) / 1000 % 10));
    } else if (ring) {
      (void)report("merges lead from '%.*s' over %lld keys back to it; they count as one customer under that key",
                   (int)length, subject, (long long)crm_table_integer(warnings, 2, row));
    } else if (args->as_of == NULL) {
      (void)report("the last day with sales, %.*s, lies %lld days past the one before; --as-of may be needed",
                   (int)length, subject, (long long)crm_table_integer(warnings, 2, row));
    }
  }
  crm_table_free(warnings);
}

static int run(arguments *args)
{
  loading loaded;
  result made;
  int status = panel_open(args);
  memset(&loaded, 0, sizeof loaded);
  memset(&made, 0, sizeof made);
  if (status == EXIT_GOOD) {
    status = files_load(args, &loaded);
  }
  if (status == EXIT_GOOD) {
    status = sets_select(args, loaded.store);
  }
  if (status == EXIT_GOOD) {
    status = compute(args, &loaded, &made);
  }
  if (status == EXIT_GOOD) {
    status = output_check(args->output);
  }
  if (status == EXIT_GOOD) {
    status = files_write_rejects(args, &loaded);
  }
  if (status == EXIT_GOOD) {
    status = write_result(args, &made);
  }
  if (status == EXIT_GOOD) {
    report_scope(args, &loaded);
    report_warnings(args, &loaded);
    report_costs(&made);
    report_branches(args, &loaded);
    files_report(args, &loaded);
    status = loaded.rejected > 0 || loaded.damaged > 0 ? EXIT_REJECTED : EXIT_GOOD;
  }
  crm_table_free(made.table);
  page_free(&made.text);
  sets_free(args);
  panel_free(args);
  files_free(&loaded);
  return status;
}

int main(int count, char **texts)
{
  arguments args;
  int status;
  terminal_prepare();
  status = arguments_read(&args, count, texts);
  if (status == EXIT_GOOD && args.show == SHOW_HELP) {
    status = show_text(manual);
  } else if (status == EXIT_GOOD && args.show == SHOW_VERSION) {
    status = show_version();
  } else if (status == EXIT_GOOD) {
    status = run(&args);
  }
  arguments_free(&args);
  return status;
}
