/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/csv_reader.h"

#include "base/error.h"
#include "base/sizes.h"

#include <string.h>

/* Blocks of values: plain records read at once, by the calling thread or, several thousand at a time, by the host's
 * threads. How the text is cut into parts shows in nothing but the sizes of blocks. */

#define PARTS_MOST CRM__SIZE(8, 3)
#define PARTS_LEAST CRM__SIZE(4, 3)
/* Of a part, which is handed out as a block; half of it is too little for sales to be taken by threads too (10M rows
 * with two threads: 1.1 to 1.2 times the time). */
#define PART_ROWS CRM__SIZE(16384, 7)
#define ROWS_FIRST CRM__SIZE(8192, 7)                       /* that show that a file is worth it */
#define PART_MOST CRM__SIZE((size_t)2 << 20, (size_t)128)   /* bytes */
#define REST_MOST CRM__SIZE(64, 2)

static int part_open(crm__csv *reader, crm__plain_part *part, int64_t room, crm__field *fields)
{
  crm__plain *plain = &part->plain;
  uint64_t cells = reader->selected_count * (uint64_t)room;
  part->room = room;
  part->values = crm__alloc_array(reader->memory, cells, sizeof(int64_t));
  part->fields = fields != NULL ? NULL : crm__alloc_array(reader->memory, cells, sizeof(crm__field));
  plain->columns = crm__alloc_array(reader->memory, reader->columns, sizeof(crm__plain_column));
  if (part->values == NULL || plain->columns == NULL || (fields == NULL && part->fields == NULL)) {
    return 0;
  }
  plain->count = reader->columns;
  plain->delimiter = reader->split.delimiter;
  plain->mark = reader->mark;
  plain->time_length = 0;
  for (uint32_t c = 0; c < reader->columns; c++) {
    crm__plain_column_open(&plain->columns[c], CRM__PLAIN_SKIP, 0);
  }
  for (uint64_t k = 0; k < reader->selected_count; k++) {
    crm__plain_column *column = &plain->columns[reader->selected[k]];
    column->values = part->values + k * (uint64_t)room;
    column->fields = (fields != NULL ? fields : part->fields) + k * (uint64_t)room;
  }
  return 1;
}

static void part_close(crm__csv *reader, crm__plain_part *part)
{
  uint64_t cells = reader->selected_count * (uint64_t)part->room;
  crm__free_array(reader->memory, part->values, cells, sizeof(int64_t));
  crm__free_array(reader->memory, part->fields, cells, sizeof(crm__field));
  crm__free_array(reader->memory, part->plain.columns, reader->columns, sizeof(crm__plain_column));
}

static void close_parts(crm__csv *reader)
{
  for (uint32_t i = 0; reader->parts != NULL && i < reader->parts_most; i++) {
    part_close(reader, &reader->parts[i]);
  }
  crm__free_array(reader->memory, reader->parts, reader->parts_most, sizeof *reader->parts);
  reader->parts = NULL;
}

void crm__csv_values_free(crm__csv *reader)
{
  part_close(reader, &reader->plain);
  close_parts(reader);
  crm__free_array(reader->memory, reader->lists, reader->selected_count, sizeof *reader->lists);
}

/* Whether each file column is selected once at most, so that it has one place for its values. */
static int selected_once(const crm__csv *reader)
{
  for (uint64_t k = 1; k < reader->selected_count; k++) {
    for (uint64_t j = 0; j < k; j++) {
      if (reader->selected[j] == reader->selected[k]) {
        return 0;
      }
    }
  }
  return 1;
}

crm_status crm__csv_read_at_once(crm__csv *reader, const crm__csv_type *types, const crm__team *team, crm_error *error)
{
  if (reader->split.blank || !crm__plain_delimits(reader->split.delimiter) || reader->mark == reader->split.delimiter ||
      !selected_once(reader)) {
    return CRM_OK;
  }
  reader->lists = crm__alloc_array(reader->memory, reader->selected_count, sizeof *reader->lists);
  if (reader->lists == NULL || !part_open(reader, &reader->plain, CRM__CSV_ROWS, reader->fields)) {
    reader->failed = CRM_ERROR_MEMORY;
    return crm__fail_memory(error);
  }
  for (uint64_t k = 0; k < reader->selected_count; k++) {
    crm__plain_column_open(&reader->plain.plain.columns[reader->selected[k]], types[k].kind, types[k].scale);
  }
  reader->team = crm__team_workers(team) > 1 ? team : NULL;
  reader->patience = 1;
  reader->rest_next = 1;
  return CRM_OK;
}

/* The parts of the team, once the file has shown to be worth it. Where there is no memory for them it goes without. */
static int open_parts(crm__csv *reader)
{
  uint32_t workers = crm__team_workers(reader->team);
  int good;
  if (reader->parts != NULL || reader->team == NULL || reader->rows < ROWS_FIRST) {
    return reader->parts != NULL;
  }
  reader->parts_most = workers < PARTS_LEAST / 2 ? PARTS_LEAST : workers > PARTS_MOST / 2 ? PARTS_MOST : 2 * workers;
  reader->parts = crm__alloc_array_zero(reader->memory, reader->parts_most, sizeof *reader->parts);
  good = reader->parts != NULL;
  for (uint32_t i = 0; good && i < reader->parts_most; i++) {
    good = part_open(reader, &reader->parts[i], PART_ROWS, NULL);
  }
  if (!good) {
    close_parts(reader);
    reader->team = NULL;
  }
  return good;
}

static size_t pass_line_ends(const char *text, size_t at)
{
  while (text[at] == '\n' || text[at] == '\r') {
    at++;
  }
  return at;
}

/* Reads plain records up to the place where another part begins. */
static void read_part(const char *text, size_t limit, crm__plain_part *part)
{
  size_t at = pass_line_ends(text, part->start);
  part->rows = 0;
  while (part->rows < part->room && at < part->stop) {
    const char *end = crm__plain_read(&part->plain, text + at, part->rows);
    if (end == NULL || (size_t)(end - text) - at > limit) {
      break;
    }
    part->rows++;
    at = pass_line_ends(text, (size_t)(end - text));
  }
  part->end = at;
}

static void hand_out(crm__csv *reader, crm__plain_part *part, crm__block *block)
{
  static const uint8_t all_good[PART_ROWS] = {CRM__RECORD_OK};
  for (uint64_t k = 0; k < reader->selected_count; k++) {
    const crm__plain_column *column = &part->plain.columns[reader->selected[k]];
    reader->lists[k] = column->kind == CRM__CSV_FIELD ? NULL : column->values;
  }
  block->rows = part->rows;
  block->records = all_good;
  block->fields = part->fields != NULL ? part->fields : reader->fields;
  block->values = reader->lists;
  block->stride = part->room;
  reader->start = part->end;
}

/* ---- The calling thread ---- */

static void read_here(crm__csv *reader, crm__block *block)
{
  crm__plain_part *part = &reader->plain;
  crm__plain *plain = &part->plain;
  part->start = reader->start;
  part->stop = reader->filled;
  read_part(reader->text, reader->limit, part);
  if (part->rows == 0 && plain->columns[plain->stopped].kind == CRM__CSV_INTEGER && part->end < reader->filled &&
      plain->stopped_by >= ' ') {
    plain->columns[plain->stopped].kind = CRM__CSV_FIELD;   /* keys that are texts */
  }
  /* Each time that there are few, the blocks that are read the long way between become longer. */
  if (part->rows >= CRM__CSV_ROWS / 16) {
    reader->patience = 1;
  } else if (reader->patience < CRM__CSV_ROWS) {
    reader->patience *= 2;
  }
  if (part->rows > 0) {
    hand_out(reader, part, block);
  }
}

/* ---- The team ---- */

static crm_status run_part(void *job, uint64_t index)
{
  crm__csv *reader = job;
  read_part(reader->text, reader->limit, &reader->parts[index]);
  return CRM_OK;
}

/* Cuts the text into parts that begin after a line end; answers how many. */
static uint32_t cut_parts(crm__csv *reader, size_t size)
{
  uint32_t count = 0;
  size_t at = reader->start;
  while (count < reader->parts_most && at < reader->filled) {
    crm__plain_part *part = &reader->parts[count++];
    const char *line = NULL;
    part->start = pass_line_ends(reader->text, at);
    if (reader->filled - at > size) {
      line = memchr(reader->text + at + size, '\n', reader->filled - at - size);
    }
    at = line == NULL ? reader->filled : pass_line_ends(reader->text, (size_t)(line - reader->text));
    part->stop = at;
    part->plain.time_length = 0;
    for (uint32_t c = 0; c < reader->columns; c++) {
      crm__plain_column_open(&part->plain.columns[c], reader->plain.plain.columns[c].kind,
                             reader->plain.plain.columns[c].scale);
    }
  }
  return count;
}

/* Has the team read the next parts. Those are good that end where the next one begins: then that one's begin was the
 * begin of a record. */
static crm_status read_by_team(crm__csv *reader, crm_error *error)
{
  int64_t read = reader->bytes - (int64_t)(reader->filled - reader->start);
  size_t record = reader->rows > 0 ? (size_t)(read / reader->rows) + 1 : 64;
  size_t size = record < PART_MOST / PART_ROWS ? record * (PART_ROWS - PART_ROWS / 8) : PART_MOST;
  crm_status status = crm__csv_fill(reader, reader->parts_most * size, error);
  uint32_t count = status == CRM_OK ? cut_parts(reader, size) : 0;
  if (status == CRM_OK) {
    status = crm__team_run(reader->team, count, run_part, reader, error);
  }
  if (status != CRM_OK) {
    reader->failed = status;
    return status;
  }
  reader->part = 0;
  reader->parts_good = 0;
  while (reader->parts_good < count) {
    crm__plain_part *part = &reader->parts[reader->parts_good];
    reader->parts_good += part->rows > 0;
    if (part->rows == 0 || part->end != part->stop) {
      break;
    }
  }
  if (reader->parts_good > count / 2) {
    reader->rest_next = 1;
  } else {
    reader->rest = reader->rest_next;
    reader->rest_next = reader->rest_next < REST_MOST ? reader->rest_next * 2 : REST_MOST;
  }
  return CRM_OK;
}

crm_status crm__csv_next_plain(crm__csv *reader, crm__block *block, crm_error *error)
{
  if (reader->skipping || reader->frontier.at > reader->start) {
    return CRM_OK;   /* a record that failed is still being gone through */
  }
  if (reader->part == reader->parts_good && reader->rest == 0 && open_parts(reader)) {
    crm_status status = read_by_team(reader, error);
    if (status != CRM_OK) {
      return status;
    }
  } else if (reader->part == reader->parts_good && reader->rest > 0) {
    reader->rest--;
  }
  if (reader->part < reader->parts_good) {
    hand_out(reader, &reader->parts[reader->part++], block);
    return CRM_OK;
  }
  read_here(reader, block);
  return CRM_OK;
}
