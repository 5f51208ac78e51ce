/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "files.h"

#include "output.h"
#include "page.h"
#include "reading.h"
#include "store.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct input {
  FILE *file;
  int failed;   /* errno */
} input;

static crm_status read_bytes(void *context, void *buffer, size_t size, size_t *got)
{
  input *in = context;
  errno = 0;
  *got = fread(buffer, 1, size, in->file);
  if (*got < size && ferror(in->file)) {
    in->failed = errno != 0 ? errno : -1;
    return CRM_ERROR_IO;
  }
  return CRM_OK;
}

/* The line on a terminal that says how far a long load has come. */
typedef struct progress {
  const char *path;
  time_t begun;
  time_t shown;
} progress;

static crm_status show_progress(void *context, int64_t bytes, int64_t rows)
{
  progress *state = context;
  time_t now = time(NULL);
  char megabytes[FIGURE];
  char count[FIGURE];
  /* The clock counts whole seconds: two ticks are more than one second. */
  if (difftime(now, state->begun) >= 2 && now != state->shown) {
    state->shown = now;
    fprintf(stderr, "\r\033[K%.40s: %s MB, %s rows", state->path, figure_count(megabytes, bytes / 1000000),
            figure_count(count, rows));
    (void)fflush(stderr);
  }
  return CRM_OK;
}

static void end_progress(const progress *state)
{
  if (state->shown != state->begun) {
    fprintf(stderr, "\r\033[K");
  }
}

static void text_cell(const crm_table *table, const char *column, int64_t row, char *into, size_t size)
{
  size_t length;
  const char *text = crm_table_text(table, crm_table_find(table, column), row, &length);
  length = length < size ? length : size - 1;
  memcpy(into, text, length);
  into[length] = '\0';
}

/* Fills in the first rejected row of a cause. */
static void find_first(cause *item, const crm_table *rejects, const char *file)
{
  int64_t rows = crm_table_rows(rejects);
  int64_t row;
  char text[64];
  for (row = 0; row < rows; row++) {
    text_cell(rejects, "cause", row, text, sizeof text);
    if (strcmp(text, item->name) == 0) {
      item->file = file;
      item->row = crm_table_integer(rejects, crm_table_find(rejects, "row"), row);
      text_cell(rejects, "column", row, item->column, sizeof item->column);
      return;
    }
  }
}

static void add_causes(loading *loaded, const crm_table *causes, const crm_table *rejects, const char *file)
{
  int64_t row;
  for (row = 0; row < crm_table_rows(causes); row++) {
    cause found;
    int i = 0;
    memset(&found, 0, sizeof found);
    text_cell(causes, "table", row, found.table, sizeof found.table);
    text_cell(causes, "cause", row, found.name, sizeof found.name);
    while (i < loaded->cause_count && (strcmp(loaded->causes[i].table, found.table) != 0 ||
                                       strcmp(loaded->causes[i].name, found.name) != 0)) {
      i++;
    }
    if (i == CAUSES) {
      return;
    }
    if (i == loaded->cause_count) {
      find_first(&found, rejects, file);
      loaded->causes[i] = found;
      loaded->cause_count++;
    }
    loaded->causes[i].rows += crm_table_integer(causes, crm_table_find(causes, "rows"), row);
  }
}

/* Keeps what is to be said about a committed load. */
static int keep(const arguments *args, loading *loaded, const input_file *file, crm_load *load)
{
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *causes = NULL;
  crm_table *rejects = NULL;
  if (crm_load_count(load, file->table, &counts, &error) != CRM_OK) {
    return report_error(file->path, &error);
  }
  loaded->rows += counts.rows;
  loaded->accepted += counts.accepted;
  loaded->duplicate += counts.duplicate;
  loaded->rejected += counts.rejected;
  loaded->rounded += counts.rounded;
  loaded->ignored_columns += counts.ignored_columns;
  if (counts.rejected == 0) {
    return EXIT_GOOD;
  }
  if (crm_load_causes(load, &causes, &error) != CRM_OK || crm_load_rejects(load, &rejects, &error) != CRM_OK) {
    crm_table_free(causes);
    return report_error(file->path, &error);
  }
  add_causes(loaded, causes, rejects, file->path);
  crm_table_free(causes);
  if (args->rejects != NULL) {
    loaded->rejects[loaded->reject_count++] = rejects;
  } else {
    crm_table_free(rejects);
  }
  return EXIT_GOOD;
}

static int load_open(const arguments *args, loading *loaded, const input_file *file, FILE *stream)
{
  crm_error error = CRM_ERROR_INIT;
  crm_source source = {(uint32_t)sizeof(crm_source), 0, NULL, read_bytes};
  input in = {NULL, 0};
  progress state = {NULL, 0, 0};
  crm_load *load = NULL;
  crm_status status = crm_load_begin(loaded->store, &args->load, &load, &error);
  int result;
  in.file = stream;
  source.context = &in;
  state.path = file->path;
  state.begun = time(NULL);
  state.shown = state.begun;
  if (status == CRM_OK) {
    if (terminal_is_error()) {
      crm_load_progress(load, show_progress, &state);
    }
    status = crm_load_csv(load, file->table, &file->csv, &source, &error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
  }
  end_progress(&state);
  if (status == CRM_OK) {
    result = keep(args, loaded, file, load);
  } else if (in.failed > 0) {
    result = report("%s: %s", file->path, strerror(in.failed));
  } else {
    result = report_error(file->path, &error);
  }
  crm_load_free(load);
  return result;
}

static int load_file(const arguments *args, loading *loaded, const input_file *file)
{
  FILE *stream;
  int result;
  if (strcmp(file->path, "-") == 0) {
    return load_open(args, loaded, file, stdin);
  }
  stream = fopen(file->path, "rb");
  if (stream == NULL) {
    return report("%s: %s", file->path, strerror(errno));
  }
  result = load_open(args, loaded, file, stream);
  (void)fclose(stream);
  return result;
}

/* 1 where the schema has a column. */
static int has_column(const crm_table *schema, const char *table, const char *column)
{
  int64_t row;
  char text[64];
  for (row = 0; row < crm_table_rows(schema); row++) {
    text_cell(schema, "table", row, text, sizeof text);
    if (strcmp(text, table) != 0) {
      continue;
    }
    text_cell(schema, "column", row, text, sizeof text);
    if (strcmp(text, column) == 0) {
      return 1;
    }
  }
  return 0;
}

/* Declares the attributes, then makes sure that every column of a map or constant exists. */
static int prepare(const arguments *args, crm_store *store)
{
  crm_error error = CRM_ERROR_INIT;
  crm_table *schema = NULL;
  int64_t i;
  for (i = 0; i < args->attribute_count; i++) {
    const attribute *item = &args->attributes[i];
    if (crm_store_attribute(store, item->table, item->name, item->type, &error) != CRM_OK) {
      return report_error("--attribute", &error);
    }
  }
  if (crm_store_schema(store, &schema, &error) != CRM_OK) {
    return report_error(NULL, &error);
  }
  for (i = 0; i < args->reading_count; i++) {
    const reading *item = &args->readings[i];
    if (item->table != NULL && !has_column(schema, item->table, item->column)) {
      crm_table_free(schema);
      return report("--%s: table %s has no column '%s'", item->kind == READING_MAP ? "map" : "set", item->table,
                    item->column);
    }
  }
  crm_table_free(schema);
  return EXIT_GOOD;
}

int files_load(arguments *args, loading *loaded)
{
  crm_error error = CRM_ERROR_INIT;
  int64_t i;
  memset(loaded, 0, sizeof *loaded);
  loaded->rejects = pool_take(&args->memory, (size_t)args->file_count * sizeof *loaded->rejects);
  if (loaded->rejects == NULL) {
    return report_memory();
  }
  if (args->opened != NULL) {
    loaded->store = args->opened;
    args->opened = NULL;
    loaded->damaged = store_damaged(loaded->store);
  } else if (crm_store_create(NULL, &args->store, &loaded->store, &error) != CRM_OK) {
    return report_error(NULL, &error);
  }
  if (prepare(args, loaded->store) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  for (i = 0; i < args->file_count; i++) {
    if (load_file(args, loaded, &args->files[i]) != EXIT_GOOD) {
      return EXIT_UNUSABLE;
    }
  }
  return EXIT_GOOD;
}

int files_write_rejects(const arguments *args, const loading *loaded)
{
  static const char header[] = "table,file,row,column,cause\n";
  output out;
  int64_t i;
  if (args->rejects == NULL) {
    return EXIT_GOOD;
  }
  if (output_open(&out, args->rejects) != EXIT_GOOD || output_bytes(&out, header, sizeof header - 1) != EXIT_GOOD) {
    return EXIT_UNUSABLE;
  }
  for (i = 0; i < loaded->reject_count; i++) {
    if (output_rows(&out, loaded->rejects[i]) != EXIT_GOOD) {
      return EXIT_UNUSABLE;
    }
  }
  return output_close(&out);
}

/* The flag that says how such a field is to be read, where there is one. */
static const char *remedy(const char *name)
{
  static const char *const remedies[][2] = {
    {"time", "; --time-format FORMAT tells how times are written"},
    {"number", "; --decimal , reads a decimal comma"},
    {"encoding", "; --encoding latin-1 reads what is not UTF-8"},
    {"ragged", "; --delimiter C tells what stands between fields"},
  };
  size_t i;
  for (i = 0; i < sizeof remedies / sizeof *remedies; i++) {
    if (strcmp(name, remedies[i][0]) == 0) {
      return remedies[i][1];
    }
  }
  return "";
}

void files_report(const arguments *args, const loading *loaded)
{
  char count[FIGURE];
  int i;
  for (i = 0; i < loaded->cause_count; i++) {
    const cause *item = &loaded->causes[i];
    char place[96] = "";
    if (item->column[0] != '\0') {
      (void)snprintf(place, sizeof place, ", column %s", item->column);
    }
    (void)report("%s: %s %s rejected: %s (first: %s row %lld%s)%s", item->table, figure_count(count, item->rows),
                 item->rows == 1 ? "row" : "rows", item->name, item->file != NULL ? item->file : "?",
                 (long long)item->row, place, remedy(item->name));
  }
  if (loaded->damaged > 0) {
    (void)report("%s: its newest commit, %lld, is damaged; what is shown is the last one before it that is whole",
                 args->file, (long long)loaded->damaged);
  }
  if (loaded->rounded > 0) {
    (void)report("%s %s more decimals than are kept and %s rounded (--digits %d)",
                 figure_count(count, loaded->rounded), loaded->rounded == 1 ? "value has" : "values have",
                 loaded->rounded == 1 ? "was" : "were", (int)args->store.digits);
  }
}

void files_free(loading *loaded)
{
  int64_t i;
  for (i = 0; i < loaded->reject_count; i++) {
    crm_table_free(loaded->rejects[i]);
  }
  crm_store_free(loaded->store);
}
