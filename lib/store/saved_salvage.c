/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_found.h"
#include "store/saved_rebuild.h"

#include "base/error.h"
#include "file/layout.h"
#include "table/build.h"

#include <crm/file.h>

/* Reading what is left of a damaged file: the newest checkpoint of which least is lost, and every commit behind it that
 * is whole. */

#define MISSING 1000U   /* commits in a row that are told one by one */
#define END_FRAME 1U   /* of a commit; the container's own */

typedef struct salvage {
  crm__memory memory;
  crm__found found;
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

/* ---- checkpoints ---- */

static crm_status take_piece(salvage *s, const crm__found_piece *of, crm_error *error)
{
  unsigned char *bytes = NULL;
  crm_status status = crm__found_payload(&s->found, of->frame, &bytes, error);
  if (status != CRM_OK) {
    return status;
  }
  if (of->frame->length < CRM__SAVED_PART_HEAD || crm__load32(bytes + 16) != of->part ||
      crm__load64(bytes) / CRM__CHUNK != of->first / CRM__CHUNK) {
    status = crm__part_fail(error, of->part, of->first, "it is cut off, or another one");
  } else {
    status = crm__rebuild_keys(s->store, &s->expected, of->part, crm__load64(bytes), error);
    status = status == CRM_OK
                 ? crm__part_read(s->store, &s->expected, of->part, crm__load64(bytes), crm__load64(bytes + 8),
                                  bytes + CRM__SAVED_PART_HEAD, of->frame->length - CRM__SAVED_PART_HEAD, error)
                 : status;
  }
  crm__found_drop(&s->found, of->frame, bytes);
  return status;
}

/* Parts that are made anew in any case, or whose loss touches nothing else. */
static int needs_reading(uint32_t part)
{
  uint32_t subject = part >> 8;
  return subject != CRM__PART_MEASURES && subject != CRM__PART_STANDINGS && subject != CRM__PART_PROFILES &&
         subject != CRM__PART_MONTHS;
}

static crm_status take_pieces(salvage *s, const crm__listing *listing, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t i;
  for (i = 0; status == CRM_OK && i < listing->pieces; i++) {
    crm__found_piece of = crm__found_piece_of(&s->found, listing, i);
    if (of.frame != NULL && (listing->lost == 0 || needs_reading(of.part))) {
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

/* What of each table there was, and of documents: to tell how much is gone. */
typedef struct counted {
  int64_t documents;
  uint64_t rows[CRM__TABLES];
} counted;

static counted count_all(const crm_store *store)
{
  counted found;
  int32_t table;
  found.documents = store->live_documents;
  for (table = 0; table < CRM__TABLES; table++) {
    found.rows[table] = store->dimensions[table].live;
  }
  return found;
}

/* CORRUPT where nothing is left of what there was: that is not shown as an empty store. */
static crm_status tell_gone(salvage *s, const counted *was, uint64_t commit, crm_error *error)
{
  counted now = count_all(s->store);
  uint64_t before = (uint64_t)was->documents;
  uint64_t left = (uint64_t)now.documents;
  int32_t table;
  if (now.documents < was->documents) {
    tell(s, "documents", commit, -1, -1, was->documents - now.documents);
  }
  for (table = 0; table < CRM__TABLES; table++) {
    before |= was->rows[table];
    left |= now.rows[table];
    if (now.rows[table] < was->rows[table]) {
      tell(s, "rows", commit, (int64_t)CRM__PART(CRM__PART_TABLE + table, 0), -1,
           (int64_t)(was->rows[table] - now.rows[table]));
    }
  }
  return before > 0 && left == 0
             ? crm__fail(error, CRM_ERROR_CORRUPT, "of the checkpoint neither a document nor a row is whole")
             : CRM_OK;
}

/* Leaves out what needs the pieces that are lost, and makes the rest anew. */
static crm_status mend(salvage *s, const crm__listing *listing, crm_error *error)
{
  uint64_t commit = listing->frame->commit;
  counted was = count_all(s->store);
  int64_t customers = 0;
  crm_status status = fill_all_keys(s, error);
  uint64_t i;
  for (i = 0; status == CRM_OK && i < listing->pieces; i++) {
    crm__found_piece of = crm__found_piece_of(&s->found, listing, i);
    if (of.frame == NULL && needs_reading(of.part)) {
      int64_t dropped = crm__rebuild_drop(s->store, of.part, of.first, CRM__CHUNK);
      tell(s, "piece", commit, of.part, (int64_t)of.first, dropped);
      customers += of.part == CRM__PART(CRM__PART_KEYS, CRM__KEYS_CUSTOMERS) ? dropped : 0;
    }
  }
  status = status == CRM_OK ? crm__parts_check(s->store, error) : status;
  status = status == CRM_OK ? crm__rebuild(s->store, error) : status;
  if (status == CRM_OK && customers > 0) {
    tell(s, "customers", commit, -1, -1, customers);
  }
  return status == CRM_OK ? tell_gone(s, &was, commit, error) : status;
}

static crm_status read_base(salvage *s, const crm__frame *head, crm_error *error)
{
  crm__listing listing;
  crm_status status = crm__found_listing(&s->found, head, &listing, error);
  if (status == CRM_OK) {
    crm__byte_reader reader = crm__byte_reader_of(listing.head, listing.size);
    status = crm__head_read(s->store, &reader, &s->expected, error);
  }
  status = status == CRM_OK ? take_pieces(s, &listing, error) : status;
  if (status == CRM_OK) {
    status = listing.lost == 0 ? crm__parts_settle(s->store, &s->expected, error) : mend(s, &listing, error);
  }
  crm__found_listing_end(&s->found, &listing);
  return status;
}

/* ---- commits ---- */

/* *wanted: frames of a commit that its end names; 0: its end is lost. *end: its place among the frames. */
static crm_status frames_of(salvage *s, uint64_t from, uint64_t *end, uint64_t *wanted, crm_error *error)
{
  uint64_t commit = s->found.frames[from].commit;
  unsigned char *bytes = NULL;
  crm_status status = CRM_OK;
  uint64_t i;
  *wanted = 0;
  for (i = from; i < s->found.count && s->found.frames[i].commit == commit; i++) {
    if (s->found.frames[i].kind == END_FRAME && s->found.frames[i].length == CRM__RECORD_SIZE) {
      status = crm__found_payload(&s->found, &s->found.frames[i], &bytes, error);
      if (status == CRM_OK) {
        *wanted = crm__load64(bytes + 16);
        crm__found_drop(&s->found, &s->found.frames[i], bytes);
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
  const crm__frame *last = end - from < 2 ? NULL : &s->found.frames[end - 2];
  if (wanted == 0 || wanted == end - from - 1) {
    return wanted != 0;
  }
  return wanted == end - from && last != NULL && is_before_profiles(last) &&
         last->offset + crm__padded(last->length) < s->found.frames[end - 1].offset - CRM__HEAD_SIZE;
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
    const crm__frame *frame = &s->found.frames[i];
    unsigned char *bytes = NULL;
    if (frame->kind <= CRM__FRAME_OWN) {
      continue;
    }
    status = crm__found_payload(&s->found, frame, &bytes, error);
    if (status == CRM_OK) {
      status = crm__replay_frame(&replay, frame->kind, bytes, frame->length, error);
      crm__found_drop(&s->found, frame, bytes);
    }
  }
  crm_load_free(replay.load);
  return status;
}

/* Commits that are missing, from one to the one before another. So many that nobody would read them are told at
 * once. */
static void tell_missing(salvage *s, uint64_t from, uint64_t before)
{
  if (before > from && before - from > MISSING) {
    tell(s, "commit", from, -1, -1, (int64_t)((before - from) & (uint64_t)INT64_MAX));
    return;
  }
  for (; from < before; from++) {
    tell(s, "commit", from, -1, -1, -1);
  }
}

/* Commits behind a checkpoint. A commit number that is missing between others, or that only a root slot knows, is
 * lost too. */
static crm_status replay_all(salvage *s, uint64_t commit, crm_error *error)
{
  crm_status status = CRM_OK;
  uint64_t from;
  uint64_t end;
  for (from = 0; status == CRM_OK && from < s->found.count; from = end) {
    uint64_t of = s->found.frames[from].commit;
    uint64_t wanted;
    status = frames_of(s, from, &end, &wanted, error);
    if (status != CRM_OK) {
      return status;
    }
    if (of <= commit) {
      continue;
    }
    tell_missing(s, commit + 1, of);
    commit = of;
    if (s->found.frames[from].kind & CRM__SAVED_PART || crm__found_is_head(&s->found.frames[from])) {
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
  if (status == CRM_OK) {
    tell_missing(s, commit + 1, crm__scan_shown(s->found.scan) + 1);
  }
  return status;
}

/* ---- all ---- */

static crm_status run(salvage *s, const crm_file_options *options, const char *path, const char *to, crm_error *error)
{
  const crm__frame *head = NULL;
  crm_status status = crm__paths_apart(&s->memory, options->io, to, options->io, path, error);
  status = status == CRM_OK ? crm__found_open(&s->found, &s->memory, options->io, path, error) : status;
  status = status == CRM_OK ? crm__found_choose(&s->found, &head, error) : status;
  if (status != CRM_OK) {
    return status;
  }
  if (head == NULL) {
    return crm__fail(error, CRM_ERROR_CORRUPT, "neither a head of a checkpoint nor a copy of one can be read");
  }
  status = read_base(s, head, error);
  status = status == CRM_OK ? replay_all(s, head->commit, error) : status;
  if (status == CRM_OK && crm__scan_lost(s->found.scan) > 0) {
    tell(s, "bytes", 0, -1, -1, (int64_t)crm__scan_lost(s->found.scan));
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
  crm__found_close(&s.found);
  crm_store_free(s.store);
  return status;
}
