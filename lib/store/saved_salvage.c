/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"
#include "store/saved_rebuild.h"

#include "base/error.h"
#include "file/layout.h"
#include "table/build.h"

#include <crm/file.h>

/* Reading what is left of a damaged file: the newest checkpoint of which least is lost, and every commit behind it that
 * is whole. */

#define END_FRAME 1U   /* of a commit; the container's own */

typedef struct salvage {
  crm__memory memory;
  crm__scan *scan;
  crm__frame *frames;      /* that are intact, in the order of the file */
  uint64_t count;
  uint64_t capacity;
  crm_store *store;
  crm_table *report;
  crm__expected expected;
} salvage;

/* ---- the report ---- */

enum { REPORT_WHAT, REPORT_COMMIT, REPORT_PART, REPORT_FIRST, REPORT_COUNT, REPORT_COLUMNS };

static crm_status begin_report(salvage *s, crm_error *error)
{
  static const crm__table_column columns[REPORT_COLUMNS] = {
    {"what", CRM_TYPE_TEXT, 0},    {"commit", CRM_TYPE_INTEGER, 0}, {"part", CRM_TYPE_INTEGER, 0},
    {"first", CRM_TYPE_INTEGER, 0}, {"count", CRM_TYPE_INTEGER, 0},
  };
  return crm__table_begin(&s->memory, "salvage", columns, REPORT_COLUMNS, 16, &s->report, error);
}

static void tell(salvage *s, const char *what, uint64_t commit, int64_t part, int64_t first, int64_t count)
{
  const int64_t cells[REPORT_COLUMNS] = {0, (int64_t)commit, part, first, count};
  int32_t i;
  crm__table_put_name(s->report, REPORT_WHAT, what);
  for (i = 1; i < REPORT_COLUMNS; i++) {
    if (cells[i] < 0) {
      crm__table_put_null(s->report, i);
    } else {
      crm__table_put(s->report, i, cells[i]);
    }
  }
}

/* ---- frames ---- */

static crm_status collect(salvage *s, const crm_io *io, const char *path, crm_error *error)
{
  crm_status status = crm__scan_open(&s->memory, io, path, &s->scan, error);
  int found = 1;
  while (status == CRM_OK && found) {
    crm__frame frame;
    int intact = 0;
    status = crm__scan_next(s->scan, &frame, &found, &intact, error);
    if (status == CRM_OK && found && intact) {
      if (!crm__grow(&s->memory, (void **)&s->frames, &s->capacity, s->count + 1, sizeof *s->frames)) {
        return crm__fail_memory(error);
      }
      s->frames[s->count++] = frame;
    }
  }
  return status;
}

/* The intact frame whose payload begins at an offset; NULL: there is none. */
static const crm__frame *frame_at(const salvage *s, uint64_t offset)
{
  uint64_t low = 0;
  uint64_t high = s->count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (s->frames[middle].offset < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < s->count && s->frames[low].offset == offset ? &s->frames[low] : NULL;
}

static crm_status payload(salvage *s, const crm__frame *frame, unsigned char **bytes, crm_error *error)
{
  crm_status status;
  *bytes = crm__alloc_array(&s->memory, frame->length + 1, 1);
  if (*bytes == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__scan_payload(s->scan, frame, *bytes, error);
  if (status != CRM_OK) {
    crm__free_array(&s->memory, *bytes, frame->length + 1, 1);
    *bytes = NULL;
  }
  return status;
}

static void drop_payload(salvage *s, const crm__frame *frame, unsigned char *bytes)
{
  crm__free_array(&s->memory, bytes, frame->length + 1, 1);
}

/* ---- checkpoints ---- */

typedef struct piece {
  uint32_t part;
  uint64_t first;
  const crm__frame *frame;   /* NULL: it is lost */
} piece;

static piece piece_of(const salvage *s, const unsigned char *entry)
{
  piece found;
  found.part = crm__load32(entry);
  found.first = (uint64_t)crm__load32(entry + 4) * CRM__CHUNK;
  found.frame = frame_at(s, crm__load64(entry + 8));
  if (found.frame != NULL && (found.frame->kind != (CRM__SAVED_PART | found.part) ||
                              found.frame->length != crm__load64(entry + 16) ||
                              found.frame->checksum != crm__load64(entry + 24))) {
    found.frame = NULL;
  }
  return found;
}

/* Where the list of a head begins, and how many pieces it names; 0: it is no head. */
static uint64_t list_of(const crm__frame *head, const unsigned char *bytes, const unsigned char **list)
{
  uint64_t size = head->length < 8 ? UINT64_MAX : crm__load64(bytes);
  if (size > head->length - 8) {
    return 0;
  }
  *list = bytes + 8 + size;
  return (head->length - 8 - size) / CRM__SAVED_ENTRY;
}

/* *lost: pieces of a head that are lost; UINT64_MAX: it is none. */
static crm_status count_lost(salvage *s, const crm__frame *head, uint64_t *lost, crm_error *error)
{
  unsigned char *bytes = NULL;
  const unsigned char *list = NULL;
  uint64_t pieces;
  uint64_t i;
  crm_status status = payload(s, head, &bytes, error);
  if (status != CRM_OK) {
    return status;
  }
  pieces = list_of(head, bytes, &list);
  *lost = pieces == 0 ? UINT64_MAX : 0;
  for (i = 0; i < pieces; i++) {
    *lost += piece_of(s, list + CRM__SAVED_ENTRY * i).frame == NULL;
  }
  drop_payload(s, head, bytes);
  return CRM_OK;
}

/* A head, or the copy that stands before it. */
static int is_head(const crm__frame *frame)
{
  return frame->kind == CRM__SAVED_HEAD || frame->kind == CRM__SAVED_COPY;
}

/* The newest of those that have lost least, and how many pieces that are. */
static crm_status choose_head(salvage *s, const crm__frame **best, uint64_t *least, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t i;
  *best = NULL;
  *least = UINT64_MAX;
  for (i = s->count; status == CRM_OK && i-- > 0;) {
    uint64_t lost = UINT64_MAX;
    if (is_head(&s->frames[i])) {
      status = count_lost(s, &s->frames[i], &lost, error);
    }
    if (status == CRM_OK && lost < *least) {
      *least = lost;
      *best = &s->frames[i];
    }
  }
  return status;
}

static crm_status take_piece(salvage *s, const piece *of, crm_error *error)
{
  unsigned char *bytes = NULL;
  crm_status status = payload(s, of->frame, &bytes, error);
  if (status != CRM_OK) {
    return status;
  }
  if (of->frame->length < CRM__SAVED_PART_HEAD) {
    status = crm__part_fail(error, of->part, of->first, "it is cut off");
  } else {
    status = crm__rebuild_keys(s->store, &s->expected, of->part, crm__load64(bytes), error);
    status = status == CRM_OK
                 ? crm__part_read(s->store, &s->expected, of->part, crm__load64(bytes), crm__load64(bytes + 8),
                                  bytes + CRM__SAVED_PART_HEAD, of->frame->length - CRM__SAVED_PART_HEAD, error)
                 : status;
  }
  drop_payload(s, of->frame, bytes);
  return status;
}

/* Parts that are made anew in any case, or whose loss touches nothing else. */
static int needs_reading(uint32_t part)
{
  uint32_t subject = part >> 8;
  return subject != CRM__PART_MEASURES && subject != CRM__PART_STANDINGS && subject != CRM__PART_PROFILES &&
         subject != CRM__PART_MONTHS;
}

static crm_status take_pieces(salvage *s, const unsigned char *list, uint64_t pieces, uint64_t lost, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < pieces; i++) {
    piece of = piece_of(s, list + CRM__SAVED_ENTRY * i);
    if (of.frame != NULL && (lost == 0 || needs_reading(of.part))) {
      status = take_piece(s, &of, error);
    }
  }
  return status;
}

/* Keys that are lost at the end of a part. */
static crm_status fill_all_keys(salvage *s, crm_error *error)
{
  crm_status status = CRM_OK;
  uint32_t i;
  for (i = 0; status == CRM_OK && i < CRM__KEYS; i++) {
    status = crm__rebuild_keys(s->store, &s->expected, CRM__PART(CRM__PART_KEYS, i), UINT64_MAX, error);
  }
  for (i = 0; status == CRM_OK && i < CRM__TABLES; i++) {
    status = crm__rebuild_keys(s->store, &s->expected, CRM__PART(CRM__PART_TABLE + i, CRM__PART_PLACES), UINT64_MAX,
                               error);
  }
  return status;
}

/* Leaves out what needs the pieces that are lost, and makes the rest anew. */
static crm_status mend(salvage *s, const unsigned char *list, uint64_t pieces, uint64_t commit, crm_error *error)
{
  int64_t rows = 0;
  crm_status status = fill_all_keys(s, error);
  uint64_t i;
  for (i = 0; status == CRM_OK && i < pieces; i++) {
    piece of = piece_of(s, list + CRM__SAVED_ENTRY * i);
    if (of.frame == NULL && needs_reading(of.part)) {
      tell(s, "piece", commit, of.part, (int64_t)of.first,
           crm__rebuild_drop(s->store, of.part, of.first, CRM__CHUNK));
    }
  }
  status = status == CRM_OK ? crm__parts_check(s->store, error) : status;
  status = status == CRM_OK ? crm__rebuild(s->store, &rows, error) : status;
  if (status == CRM_OK && rows > 0) {
    tell(s, "rows", commit, -1, -1, rows);
  }
  return status;
}

static crm_status read_base(salvage *s, const crm__frame *head, uint64_t lost, crm_error *error)
{
  unsigned char *bytes = NULL;
  const unsigned char *list = NULL;
  uint64_t pieces;
  crm_status status = payload(s, head, &bytes, error);
  if (status != CRM_OK) {
    return status;
  }
  pieces = list_of(head, bytes, &list);
  {
    crm__byte_reader reader = crm__byte_reader_of(bytes + 8, (uint64_t)(list - bytes) - 8);
    status = crm__head_read(s->store, &reader, &s->expected, error);
  }
  status = status == CRM_OK ? take_pieces(s, list, pieces, lost, error) : status;
  if (status == CRM_OK) {
    status = lost == 0 ? crm__parts_settle(s->store, &s->expected, error) : mend(s, list, pieces, head->commit, error);
  }
  drop_payload(s, head, bytes);
  return status;
}

/* ---- commits ---- */

/* *wanted: frames of a commit that its end names; 0: its end is lost. *end: its place among the frames. */
static crm_status frames_of(salvage *s, uint64_t from, uint64_t *end, uint64_t *wanted, crm_error *error)
{
  uint64_t commit = s->frames[from].commit;
  unsigned char *bytes = NULL;
  crm_status status = CRM_OK;
  uint64_t i;
  *wanted = 0;
  for (i = from; i < s->count && s->frames[i].commit == commit; i++) {
    if (s->frames[i].kind == END_FRAME && s->frames[i].length == CRM__RECORD_SIZE) {
      status = payload(s, &s->frames[i], &bytes, error);
      if (status == CRM_OK) {
        *wanted = crm__load64(bytes + 16);
        drop_payload(s, &s->frames[i], bytes);
      }
      i++;
      break;
    }
  }
  *end = i;
  return status;
}

/* The frame before that of the profiles, which doing the commit again makes anew. */
static int is_before_profiles(const crm__frame *frame)
{
  return frame->kind == CRM__SAVED_LOAD || frame->kind == CRM__SAVED_ERASE || frame->kind == CRM__SAVED_FORGET;
}

/* Whether of a commit's frames, of which its end names so many, none is lost but that of the profiles. */
static int is_whole(const salvage *s, uint64_t from, uint64_t end, uint64_t wanted)
{
  const crm__frame *last = end - from < 2 ? NULL : &s->frames[end - 2];
  if (wanted == 0 || wanted == end - from - 1) {
    return wanted != 0;
  }
  return wanted == end - from && last != NULL && is_before_profiles(last) &&
         last->offset + crm__padded(last->length) < s->frames[end - 1].offset - CRM__HEAD_SIZE;
}

static crm_status replay_commit(salvage *s, uint64_t from, uint64_t end, crm_error *error)
{
  crm__replay replay;
  crm_status status = CRM_OK;
  uint64_t i;
  replay.store = s->store;
  replay.load = NULL;
  replay.lenient = 1;
  for (i = from; status == CRM_OK && i < end; i++) {
    const crm__frame *frame = &s->frames[i];
    unsigned char *bytes = NULL;
    if (frame->kind <= CRM__FRAME_OWN) {
      continue;
    }
    status = payload(s, frame, &bytes, error);
    if (status == CRM_OK) {
      status = crm__replay_frame(&replay, frame->kind, bytes, frame->length, error);
      drop_payload(s, frame, bytes);
    }
  }
  crm_load_free(replay.load);
  return status;
}

/* Commits behind a checkpoint. A commit number that is missing between others is lost too. */
static crm_status replay_all(salvage *s, uint64_t commit, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t from;
  uint64_t end;
  for (from = 0; status == CRM_OK && from < s->count; from = end) {
    uint64_t of = s->frames[from].commit;
    uint64_t wanted;
    status = frames_of(s, from, &end, &wanted, error);
    if (status != CRM_OK) {
      return status;
    }
    if (of <= commit) {
      continue;
    }
    for (commit++; commit < of; commit++) {
      tell(s, "commit", commit, -1, -1, -1);
    }
    if (s->frames[from].kind & CRM__SAVED_PART || is_head(&s->frames[from])) {
      continue;   /* a checkpoint changes nothing */
    }
    if (!is_whole(s, from, end, wanted)) {
      tell(s, "commit", of, -1, -1, -1);
      continue;
    }
    status = replay_commit(s, from, end, error);
    if (status != CRM_OK && status != CRM_ERROR_MEMORY && status != CRM_ERROR_IO) {
      tell(s, "commit", of, -1, -1, -1);
      status = CRM_OK;
    }
  }
  return status;
}

/* ---- all ---- */

static crm_status run(salvage *s, const crm_file_options *options, const char *path, const char *to, crm_error *error)
{
  const crm__frame *head = NULL;
  uint64_t lost = 0;
  crm_status status = collect(s, options->io, path, error);
  status = status == CRM_OK ? choose_head(s, &head, &lost, error) : status;
  if (status != CRM_OK) {
    return status;
  }
  if (head == NULL) {
    return crm__fail(error, CRM_ERROR_CORRUPT, "neither a head of a checkpoint nor its copy can be read");
  }
  status = read_base(s, head, lost, error);
  status = status == CRM_OK ? replay_all(s, head->commit, error) : status;
  if (status == CRM_OK && crm__scan_lost(s->scan) > 0) {
    tell(s, "bytes", 0, -1, -1, (int64_t)crm__scan_lost(s->scan));
  }
  status = status == CRM_OK ? crm__parts_inspect(s->store, error) : status;   /* as opening the new file will */
  status = status == CRM_OK ? crm_store_verify(s->store, error) : status;
  return status == CRM_OK ? crm_store_save(s->store, options, to, error) : status;
}

crm_status crm_store_salvage(const crm_config *config, const crm_file_options *options, const char *path,
                             const char *to, crm_table **report, crm_error *error)
{
  static const crm_file_options defaults = CRM_FILE_OPTIONS_INIT;
  crm_file_options own = defaults;
  crm__memory memory;
  salvage s;
  crm_status status;
  if (path == NULL || to == NULL || report == NULL || strcmp(path, to) == 0) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path, the same path twice, or no place for the report");
  }
  *report = NULL;
  memset(&s, 0, sizeof s);
  status = options == NULL ? CRM_OK
                           : crm__struct_read(&own, sizeof own, options, "crm_file_options", error);
  own.content = CRM_CONTENT_ALL;
  if (status == CRM_OK) {
    status = crm_store_create(config, NULL, &s.store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__store_clear(s.store);
  memory = s.store->memory;
  crm__store_begin(s.store, &memory);
  s.memory = crm__memory_fork(&memory);
  status = begin_report(&s, error);
  status = status == CRM_OK ? run(&s, &own, path, to, error) : status;
  if (status == CRM_OK) {
    status = crm__table_finish(&s.report, error);
  }
  if (status == CRM_OK) {
    *report = s.report;
  } else {
    crm_table_free(s.report);
  }
  crm__scan_close(s.scan);
  crm__free_array(&s.memory, s.frames, s.capacity, sizeof *s.frames);
  crm_store_free(s.store);
  return status;
}
