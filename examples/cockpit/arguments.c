/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "arguments.h"

#include "effects.h"
#include "people.h"
#include "reading.h"
#include "sets.h"
#include "store.h"
#include "values.h"
#include "verbs.h"
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_BYTES 1048576   /* most bytes of a file of arguments */
#define FILE_DEPTH 8         /* most files of arguments in each other */

int list_add(arguments *args, text_list *list, const char *text)
{
  const char **items = pool_more(&args->memory, list->items, list->count, sizeof *items);
  if (items == NULL) {
    return report_memory();
  }
  list->items = items;
  items[list->count++] = text;
  return EXIT_GOOD;
}

static void set_defaults(arguments *args)
{
  static const crm_store_options store = CRM_STORE_OPTIONS_INIT;
  static const crm_load_options load = CRM_LOAD_OPTIONS_INIT;
  static const crm_scope scope = CRM_SCOPE_INIT;
  static const crm_calendar calendar = CRM_CALENDAR_INIT;
  static const crm_pyramid_options pyramid = CRM_PYRAMID_OPTIONS_INIT;
  static const crm_rfm_options rfm = CRM_RFM_OPTIONS_INIT;
  static const crm_cohorts_options cohorts = CRM_COHORTS_OPTIONS_INIT;
  static const crm_composition_options composition = CRM_COMPOSITION_OPTIONS_INIT;
  static const crm_effect_options effect = CRM_EFFECT_OPTIONS_INIT;
  static const crm_refill_options refill = CRM_REFILL_OPTIONS_INIT;
  static const crm_products_options products = CRM_PRODUCTS_OPTIONS_INIT;
  static const crm_handovers_options handovers = CRM_HANDOVERS_OPTIONS_INIT;
  static const crm_due_options due = CRM_DUE_OPTIONS_INIT;
  static const crm_funnel_options funnel = CRM_FUNNEL_OPTIONS_INIT;
  static const crm_kpi_options kpi = CRM_KPI_OPTIONS_INIT;
  static const crm_bridge_options bridge = CRM_BRIDGE_OPTIONS_INIT;
  static const crm_completeness_options completeness = CRM_COMPLETENESS_OPTIONS_INIT;
  static const crm_lifecycle_options lifecycle = CRM_LIFECYCLE_OPTIONS_INIT;
  static const crm_classes_options classes = CRM_CLASSES_OPTIONS_INIT;
  memset(args, 0, sizeof *args);
  args->store = store;
  args->load = load;
  args->scope = scope;
  args->calendar = calendar;
  args->pyramid = pyramid;
  args->rfm = rfm;
  args->cohorts = cohorts;
  args->composition = composition;
  args->effect = effect;
  args->refill = refill;
  args->products = products;
  args->handovers = handovers;
  args->due = due;
  args->funnel = funnel;
  args->kpi = kpi;
  args->bridge = bridge;
  args->completeness = completeness;
  args->lifecycle = lifecycle;
  args->classes = classes;
}

/* The names of the tables of facts, from the library's schema. */
static int read_schema(arguments *args, const crm_table *schema)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(schema); row++) {
    size_t length;
    const char *name = crm_table_text(schema, crm_table_find(schema, "table"), row, &length);
    if (table_find(args, name, length) == NULL) {
      char *copy = pool_copy(&args->memory, name, length);
      if (copy == NULL) {
        return report_memory();
      }
      if (list_add(args, &args->tables, copy) != EXIT_GOOD) {
        return EXIT_UNUSABLE;
      }
    }
  }
  return EXIT_GOOD;
}

static int find_tables(arguments *args)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_table *schema = NULL;
  crm_status status = crm_store_create(NULL, NULL, &store, &error);
  int result;
  if (status == CRM_OK) {
    status = crm_store_schema(store, &schema, &error);
  }
  result = status == CRM_OK ? read_schema(args, schema) : report_error(NULL, &error);
  crm_table_free(schema);
  crm_store_free(store);
  return result;
}

const char *table_find(const arguments *args, const char *name, size_t length)
{
  int64_t i;
  for (i = 0; i < args->tables.count; i++) {
    if (strlen(args->tables.items[i]) == length && memcmp(args->tables.items[i], name, length) == 0) {
      return args->tables.items[i];
    }
  }
  return NULL;
}

static int read_texts(arguments *args, const char *const *texts, int64_t count, int depth);

/* The text of a file of arguments, without a byte order mark. */
static int read_file(arguments *args, const char *path, char **text)
{
  FILE *file = fopen(path, "rb");
  size_t length;
  char *bytes;
  if (file == NULL) {
    return report("@%s: %s", path, strerror(errno));
  }
  bytes = pool_take(&args->memory, FILE_BYTES + 1);
  length = bytes != NULL ? fread(bytes, 1, FILE_BYTES + 1, file) : 0;
  if (bytes == NULL || ferror(file)) {
    int status = bytes == NULL ? report_memory() : report("@%s: %s", path, strerror(errno));
    (void)fclose(file);
    return status;
  }
  (void)fclose(file);
  if (length > FILE_BYTES) {
    return report("@%s: more than %d bytes", path, FILE_BYTES);
  }
  if (memchr(bytes, '\0', length) != NULL) {
    return report("@%s: not a text", path);
  }
  *text = memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? bytes + 3 : bytes;
  return EXIT_GOOD;
}

/* Further arguments from a file, one a line; empty lines are let pass. */
static int expand(arguments *args, const char *path, int depth)
{
  text_list lines = {NULL, 0};
  char *text = NULL;
  if (depth == FILE_DEPTH) {
    return report("@%s: more than %d files of arguments in each other", path, FILE_DEPTH);
  }
  if (read_file(args, path, &text) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  while (*text != '\0') {
    size_t length = strcspn(text, "\r\n");
    int more = text[length] != '\0';
    text[length] = '\0';
    if (length > 0 && list_add(args, &lines, text) != EXIT_GOOD) {
      return EXIT_UNUSABLE;
    }
    text += length + (size_t)more;
  }
  return read_texts(args, lines.items, lines.count, depth + 1);
}

static int read_verb(arguments *args, const char *text)
{
  if (text[0] == '-' && text[1] != '\0') {
    return report("unknown option %s (see --help)", text);
  }
  if (args->verb_name != NULL) {
    return report("'%s' stands beside the verb '%s'; only one is taken", text, args->verb_name);
  }
  args->verb_name = text;
  args->verb = verb_find(text);
  if (args->verb == NULL) {
    return report("unknown verb '%s' (see --help)", text);
  }
  return EXIT_GOOD;
}

static int read_texts(arguments *args, const char *const *texts, int64_t count, int depth)
{
  int64_t i;
  for (i = 0; i < count && args->show == SHOW_RESULT; i++) {
    const char *text = texts[i];
    int status;
    if (text[0] == '@' && text[1] != '\0') {
      status = expand(args, text + 1, depth);
    } else if (strcmp(text, "-h") == 0) {
      args->show = SHOW_HELP;
      status = EXIT_GOOD;
    } else if (text[0] == '-' && text[1] == '-' && text[2] != '\0') {
      size_t length = strcspn(text + 2, "=");
      const char *value = text[2 + length] == '=' ? text + 3 + length : NULL;
      int taken;
      status = flag_apply(args, text + 2, length, value, i + 1 < count ? texts[i + 1] : NULL, &taken);
      i += taken;
    } else {
      status = read_verb(args, text);
    }
    if (status != EXIT_GOOD) {
      return status;
    }
  }
  return EXIT_GOOD;
}

static int settle_time(const arguments *args, const char *flag, const char *text, int64_t *into)
{
  int64_t time;
  int date;
  if (text == NULL) {
    return EXIT_GOOD;
  }
  if (!value_instant(text, &time, &date)) {
    return report("--%s must be a date or a date and time, as 2024-01-31 or 2024-01-31T09:30, not '%s'", flag, text);
  }
  *into = date ? time + args->store.day_start : time;
  return EXIT_GOOD;
}

int arguments_settle_scope(arguments *args)
{
  crm_scope *scope = &args->scope;
  if (settle_time(args, "as-of", args->as_of, &scope->as_of) != EXIT_GOOD ||
      settle_time(args, "from", args->from, &scope->from) != EXIT_GOOD ||
      settle_time(args, "to", args->to, &scope->to) != EXIT_GOOD ||
      settle_time(args, "since", args->since, &args->since_time) != EXIT_GOOD ||
      settle_time(args, "at", args->at, &args->effect.at) != EXIT_GOOD ||
      settle_time(args, "before-from", args->before_from, &args->bridge.before_from) != EXIT_GOOD ||
      settle_time(args, "before-to", args->before_to, &args->bridge.before_to) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (args->from != NULL && args->to != NULL && scope->from >= scope->to) {
    return report("--from %s is not before --to %s", args->from, args->to);
  }
  if (args->since != NULL && args->from != NULL && args->since_time >= scope->from) {
    return report("--since %s is not before --from %s", args->since, args->from);
  }
  scope->branches = (const char *const *)args->branches.items;
  scope->branch_count = args->branches.count;
  args->store.anonymous = (const char *const *)args->anonymous.items;
  args->store.anonymous_count = args->anonymous.count;
  return EXIT_GOOD;
}

static int settle_cuts(const char *flag, const char *text, int digits, int sign, int64_t *cuts, const int64_t **into)
{
  int i;
  if (text == NULL) {
    return EXIT_GOOD;
  }
  if (value_list(text, digits, cuts, CUTS) != CUTS) {
    return report("--%s needs four numbers, not '%s'", flag, text);
  }
  for (i = 1; i < CUTS; i++) {
    if (sign > 0 ? cuts[i] <= cuts[i - 1] : cuts[i] >= cuts[i - 1]) {
      return report("--%s must %s, not '%s'", flag, sign > 0 ? "grow" : "fall", text);
    }
  }
  *into = cuts;
  return EXIT_GOOD;
}

static int settle_cost(arguments *args)
{
  if (args->cost != NULL && (value_list(args->cost, args->store.digits, &args->refill.cost, 1) != 1 ||
                             args->refill.cost < 0)) {
    return report("--cost needs an amount that is not below 0, not '%s'", args->cost);
  }
  return EXIT_GOOD;
}

static int settle(arguments *args)
{
  if (args->verb == NULL) {
    args->verb = verb_find("cockpit");
  }
  if (flag_check(args) != EXIT_GOOD || people_check(args) != EXIT_GOOD || store_open(args) != EXIT_GOOD ||
      sets_check(args) != EXIT_GOOD ||
      view_check(args) != EXIT_GOOD || effects_check(args) != EXIT_GOOD ||
      arguments_settle_scope(args) != EXIT_GOOD ||
      settle_cost(args) != EXIT_GOOD ||
      settle_cuts("r-cuts", args->recency_cuts, 0, -1, args->cuts[0], &args->rfm.recency_cuts) != EXIT_GOOD ||
      settle_cuts("f-cuts", args->frequency_cuts, 0, 1, args->cuts[1], &args->rfm.frequency_cuts) != EXIT_GOOD ||
      settle_cuts("m-cuts", args->monetary_cuts, args->store.digits, 1, args->cuts[2], &args->rfm.monetary_cuts) !=
        EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  if (args->table == NULL && strcmp(args->verb->name, "rows") == 0) {
    return report("rows needs a table: --table customers, for one");
  }
  args->pyramid.ties = args->ties;
  args->rfm.ties = args->ties;
  effects_settle(args);
  if (args->file_count == 0 && args->file == NULL && !value_listed(args->verb->name, FACTLESS_VERBS)) {
    return report("no input: name a file by --sales, --customers or another table's flag, or --store (see --help)");
  }
  return reading_settle(args);
}

int arguments_read(arguments *args, int count, char **texts)
{
  set_defaults(args);
  if (find_tables(args) != EXIT_GOOD ||
      read_texts(args, (const char *const *)texts + (count > 0), count > 0 ? count - 1 : 0, 0) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  return args->show == SHOW_RESULT ? settle(args) : EXIT_GOOD;
}

void arguments_free(arguments *args)
{
  crm_store_free(args->opened);
  pool_free(&args->memory);
}
