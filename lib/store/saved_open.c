/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_file.h"

#include "base/error.h"
#include "file/checksum.h"
#include "store/profile.h"

#include <crm/file.h>

/* Opening a store's file, and what else is done with it as a whole. */

/* ---- reading ---- */

static crm_status corrupt(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "%s", what);
}

/* A checkpoint: its head in memory, and the parts that it names. */
typedef struct checkpoint {
  crm__journal *journal;
  crm__view view;
  const unsigned char *list;
  uint64_t parts;
  uint64_t commit;
} checkpoint;

/* Reads a head into an empty store. */
static crm_status open_checkpoint(crm__journal *journal, crm_store *store, crm__expected *expected, checkpoint *from,
                                  crm_error *error)
{
  const crm__frame *frame = crm__journal_frame(journal, 0);
  crm__byte_reader reader;
  uint64_t size;
  crm_status status;
  memset(from, 0, sizeof *from);
  if (crm__journal_frames(journal) == 0 || frame->kind != CRM__SAVED_HEAD) {
    return corrupt(error, "the file holds no store");
  }
  from->journal = journal;
  from->commit = frame->commit;
  status = crm__journal_view(journal, frame, 1, &from->view, error);
  if (status != CRM_OK) {
    return status;
  }
  reader = crm__byte_reader_of(from->view.bytes, from->view.size);
  size = crm__read_u64(&reader);
  from->list = crm__read_bytes(&reader, size);
  if (from->list == NULL || reader.left % CRM__SAVED_ENTRY != 0) {
    status = corrupt(error, "the head of the checkpoint is cut off");
  } else {
    crm__byte_reader head = crm__byte_reader_of(from->list, size);
    from->list = reader.at;
    from->parts = reader.left / CRM__SAVED_ENTRY;
    status = crm__head_read(store, &head, expected, error);
  }
  if (status != CRM_OK) {
    crm__journal_view_end(journal, &from->view);
  }
  return status;
}

static uint32_t part_of(const checkpoint *from, uint64_t i)
{
  return crm__load32(from->list + CRM__SAVED_ENTRY * i);
}

static uint64_t part_length(const checkpoint *from, uint64_t i)
{
  return crm__load64(from->list + CRM__SAVED_ENTRY * i + 16);
}

/* A piece of a part, read and checked. */
static crm_status view_part(const checkpoint *from, uint64_t i, crm__view *view, uint64_t *first, uint64_t *count,
                            crm_error *error)
{
  crm__frame frame;
  crm_status status;
  memset(&frame, 0, sizeof frame);
  frame.commit = from->commit;
  frame.kind = CRM__SAVED_PART | part_of(from, i);
  frame.offset = crm__load64(from->list + CRM__SAVED_ENTRY * i + 8);
  frame.length = part_length(from, i);
  frame.checksum = crm__load64(from->list + CRM__SAVED_ENTRY * i + 24);
  status = crm__journal_view(from->journal, &frame, 1, view, error);
  if (status != CRM_OK) {
    return status;
  }
  if (view->size < CRM__SAVED_PART_HEAD || crm__load32(view->bytes + 16) != part_of(from, i)) {
    crm__journal_view_end(from->journal, view);
    return corrupt(error, "a frame is not of the part that it should be of");
  }
  *first = crm__load64(view->bytes);
  *count = crm__load64(view->bytes + 8);
  return CRM_OK;
}

static crm_status read_part(const checkpoint *from, uint64_t i, crm_store *store, crm__expected *expected,
                            crm_error *error)
{
  crm__view view;
  uint64_t first;
  uint64_t count;
  crm_status status = view_part(from, i, &view, &first, &count, error);
  if (status != CRM_OK) {
    return status;
  }
  status = crm__part_read(store, expected, part_of(from, i), first, count, view.bytes + CRM__SAVED_PART_HEAD,
                          view.size - CRM__SAVED_PART_HEAD, error);
  crm__journal_view_end(from->journal, &view);
  return status;
}

/* Whether the pieces of a part can hold a record a customer: then there may be room made for all of them. */
static int holds_customers(const checkpoint *from, const crm_store *store, uint32_t part)
{
  uint64_t bytes = 0;
  crm__journal_info info;
  uint64_t i;
  for (i = 0; i < from->parts; i++) {
    uint64_t length = part_of(from, i) == part ? part_length(from, i) : 0;
    bytes = length > UINT64_MAX - bytes ? UINT64_MAX : bytes + length;
  }
  crm__journal_info_get(from->journal, &info);
  return bytes <= info.bytes && bytes / crm__record_size(part) >= store->customer_count;
}

static crm_status reserve_measures(const checkpoint *from, crm_store *store, crm_error *error)
{
  if (!holds_customers(from, store, CRM__PART(CRM__PART_MEASURES, 0))) {
    return corrupt(error, "figures of customers are missing");
  }
  return crm__measures_reserve(store, store->customer_count) ? CRM_OK : crm__fail_memory(error);
}

static crm_status read_checkpoint(crm__journal *journal, crm_store *store, crm_error *error)
{
  crm__expected expected;
  checkpoint from;
  uint64_t i;
  crm_status status = open_checkpoint(journal, store, &expected, &from, error);
  if (status != CRM_OK) {
    return status;
  }
  status = reserve_measures(&from, store, error);
  for (i = 0; status == CRM_OK && i < from.parts; i++) {
    status = read_part(&from, i, store, &expected, error);
  }
  crm__journal_view_end(journal, &from.view);
  return status == CRM_OK ? crm__parts_settle(store, &expected, error) : status;
}

static crm_status read_log(crm__saved *saved, crm_store *store, crm_error *error)
{
  crm__journal *journal = saved->journal;
  uint64_t frames = crm__journal_frames(journal);
  uint64_t commit = 0;
  crm__replay replay;
  crm_status status = CRM_OK;
  uint64_t i;
  replay.store = store;
  replay.load = NULL;
  replay.lenient = 0;
  for (i = 1; status == CRM_OK && i < frames; i++) {
    const crm__frame *frame = crm__journal_frame(journal, i);
    crm__view view;
    status = crm__journal_view(journal, frame, 1, &view, error);
    if (status == CRM_OK) {
      status = crm__replay_frame(&replay, frame->kind, view.bytes, view.size, error);
      crm__journal_view_end(journal, &view);
      saved->replayed += frame->commit != commit;
      commit = frame->commit;
    }
  }
  if (status == CRM_OK && replay.load != NULL) {
    status = corrupt(error, "the file ends within a load");
  }
  crm_load_free(replay.load);
  return status;
}

/* Everything into a store of its own, which then takes the place of what is there. */
static crm_status read_all(crm_store *store, crm_error *error)
{
  crm__saved *saved = store->saved;
  crm_store *made = crm__alloc(&store->memory, sizeof *made);
  crm_status status;
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  crm__store_begin(made, &store->memory);
  made->saved = saved;
  saved->replaying = 1;
  saved->replayed = 0;
  status = read_checkpoint(saved->journal, made, error);
  status = status == CRM_OK ? read_log(saved, made, error) : status;
  saved->replaying = 0;
  if (status == CRM_OK) {
    crm__memory memory = made->memory;
    store->memory = memory;
    crm__store_clear(store);
    made->memory = store->memory;
    *store = *made;
    saved->content = CRM_CONTENT_ALL;
  } else {
    crm__store_clear(made);
  }
  crm__free(&store->memory, made, sizeof *made);
  return status;
}

static crm_status reserve_standings(const checkpoint *from, crm_store *store, crm_error *error)
{
  crm__saved *saved = store->saved;
  if (!holds_customers(from, store, CRM__PART(CRM__PART_STANDINGS, 0))) {
    return corrupt(error, "what is known of customers is missing");
  }
  saved->standing_count = store->customer_count;
  saved->kinds = crm__alloc_array(&saved->memory, saved->standing_count, 1);
  saved->acquainted = crm__alloc_array(&saved->memory, saved->standing_count, 1);
  return saved->kinds == NULL || saved->acquainted == NULL ? crm__fail_memory(error) : CRM_OK;
}

static void drop_standings(crm__saved *saved)
{
  crm__free_array(&saved->memory, saved->kinds, saved->standing_count, 1);
  crm__free_array(&saved->memory, saved->acquainted, saved->standing_count, 1);
  saved->kinds = NULL;
  saved->acquainted = NULL;
  saved->standing_count = 0;
  saved->special = 0;
}

/* Parts kinds from acquaintances. 0: one is none. */
static int take_standings(crm__saved *saved, const unsigned char *standings, uint64_t first, uint64_t count)
{
  uint8_t *kinds = saved->kinds + first;
  uint8_t *acquainted = saved->acquainted + first;
  uint32_t bad = 0;
  uint32_t special = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    kinds[i] = (uint8_t)(standings[i] & CRM__STANDING_KIND);
    acquainted[i] = (uint8_t)(standings[i] >> CRM__STANDING_KNOWN);
    special |= kinds[i];
    bad |= (uint32_t)(kinds[i] > CRM__CUSTOMER_INTERNAL) | (uint32_t)(acquainted[i] > CRM__SUSPECT);
  }
  saved->special |= special != 0;   /* CRM__CUSTOMER_PERSON is 0 */
  return bad == 0;
}

static crm_status read_standings(crm__saved *saved, const checkpoint *from, uint64_t i, uint64_t *read,
                                 crm_error *error)
{
  crm__view view;
  uint64_t first;
  uint64_t count;
  crm_status status = view_part(from, i, &view, &first, &count, error);
  if (status != CRM_OK) {
    return status;
  }
  if (first != *read || count > saved->standing_count - first || view.size - CRM__SAVED_PART_HEAD != count) {
    status = corrupt(error, "what is known of customers does not fit them");
  } else if (!take_standings(saved, view.bytes + CRM__SAVED_PART_HEAD, first, count)) {
    status = corrupt(error, "what is known of customers is nothing that can be");
  }
  *read += count;
  crm__journal_view_end(from->journal, &view);
  return status;
}

/* The measures and standings alone. */
static crm_status read_profiles(crm_store *store, crm_error *error)
{
  crm__saved *saved = store->saved;
  checkpoint from;
  uint64_t standings = 0;
  uint64_t i;
  crm_status status = open_checkpoint(saved->journal, store, &saved->expected, &from, error);
  if (status != CRM_OK) {
    return status;
  }
  drop_standings(saved);
  status = reserve_measures(&from, store, error);
  status = status == CRM_OK ? reserve_standings(&from, store, error) : status;
  for (i = 0; status == CRM_OK && i < from.parts; i++) {
    if (part_of(&from, i) == CRM__PART(CRM__PART_MEASURES, 0)) {
      status = read_part(&from, i, store, &saved->expected, error);
    } else if (part_of(&from, i) == CRM__PART(CRM__PART_STANDINGS, 0)) {
      status = read_standings(saved, &from, i, &standings, error);
    }
  }
  crm__journal_view_end(saved->journal, &from.view);
  if (status == CRM_OK &&
      (saved->expected.measures_read != store->customer_count || standings != store->customer_count)) {
    status = corrupt(error, "figures of customers are missing");
  }
  if (status == CRM_OK) {
    saved->content = CRM_CONTENT_PROFILES;
  }
  return status;
}

/* ---- opening ---- */

static crm_status read_options(const crm_file_options *options, crm_file_options *own, crm_error *error)
{
  static const crm_file_options defaults = CRM_FILE_OPTIONS_INIT;
  crm_status status = CRM_OK;
  *own = defaults;
  if (options != NULL) {
    status = crm__struct_read(own, sizeof *own, options, "crm_file_options", error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (own->mode < CRM_FILE_READ || own->mode > CRM_FILE_CREATE) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "mode", 0, -1, "no such mode");
  }
  if (own->content < CRM_CONTENT_ALL || own->content > CRM_CONTENT_PROFILES ||
      (own->content != CRM_CONTENT_ALL && own->mode != CRM_FILE_READ)) {
    return crm__fail_at(error, CRM_ERROR_ARGUMENT, NULL, "content", 0, -1,
                        "no such content, or less than all of a file that is written");
  }
  return CRM_OK;
}

static crm_status open_journal(crm__memory *memory, const crm_file_options *options, const char *path,
                               crm__journal **journal, crm_error *error)
{
  crm__journal_options own;
  memset(&own, 0, sizeof own);
  own.io = options->io;
  own.path = path;
  own.mode = options->mode == CRM_FILE_READ    ? CRM__JOURNAL_READ
             : options->mode == CRM_FILE_WRITE ? CRM__JOURNAL_WRITE
                                               : CRM__JOURNAL_CREATE;
  own.durability = options->durability;
  own.id = crm__checksum(path, strlen(path));
  return crm__journal_open(memory, &own, journal, error);
}

static crm_status read_content(crm_store *store, int32_t content, crm_error *error)
{
  crm__journal *journal = store->saved->journal;
  if (content == CRM_CONTENT_PROFILES && crm__journal_frames(journal) == 1) {
    return read_profiles(store, error);
  }
  return read_all(store, error);
}

/* A damaged file is not shown as an empty store: a commit before there were any facts is none to go back to. */
static crm_status refuse_empty(const crm_store *store, crm_error *error)
{
  crm__journal_info info;
  crm__journal_info_get(store->saved->journal, &info);
  return info.shown > info.commit && store->version == 0
             ? corrupt(error, "all commits of the file that hold facts are damaged")
             : CRM_OK;
}

/* Reads the commit that the journal has opened, or where it is damaged and nobody writes, the newest before it that is
 * whole. */
static crm_status read_newest(crm_store *store, int32_t content, crm_error *error)
{
  crm__saved *saved = store->saved;
  crm_status status = read_content(store, content, error);
  while (status == CRM_ERROR_CORRUPT && saved->mode == CRM_FILE_READ) {
    crm__journal_info info;
    crm__memory memory;
    crm__journal_info_get(saved->journal, &info);
    if (crm__journal_back(saved->journal, info.commit, NULL) != CRM_OK) {
      break;
    }
    crm__store_clear(store);
    memory = store->memory;
    crm__store_begin(store, &memory);
    store->saved = saved;
    status = read_content(store, content, error);
  }
  return status == CRM_OK ? refuse_empty(store, error) : status;
}

static crm_status make_saved(crm_store *store, const crm_file_options *options, const char *path, crm_error *error)
{
  crm__saved *saved = crm__alloc_zero(&store->memory, sizeof *saved);
  crm_status status;
  if (saved == NULL) {
    return crm__fail_memory(error);
  }
  saved->memory = crm__memory_fork(&store->memory);
  saved->mode = options->mode == CRM_FILE_READ ? CRM_FILE_READ : CRM_FILE_WRITE;
  saved->content = CRM_CONTENT_ALL;
  status = open_journal(&saved->memory, options, path, &saved->journal, error);
  if (status != CRM_OK) {
    crm__free(&store->memory, saved, sizeof *saved);
    return status;
  }
  store->saved = saved;
  return CRM_OK;
}

crm_status crm_store_open(const crm_config *config, const crm_file_options *options, const char *path,
                          crm_store **store, crm_error *error)
{
  crm_file_options own;
  crm__journal_info info;
  crm_store *made = NULL;
  crm_status status;
  if (store == NULL || path == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path, or no place for the store");
  }
  *store = NULL;
  status = read_options(options, &own, error);
  if (status == CRM_OK) {   /* of the options given where the file is new; of those in it otherwise */
    status = crm_store_create(config, own.mode == CRM_FILE_CREATE ? own.store : NULL, &made, error);
  }
  if (status == CRM_OK) {
    status = make_saved(made, &own, path, error);
  }
  if (status == CRM_OK) {
    crm__journal_info_get(made->saved->journal, &info);
    if (info.commit == 0) {
      status = crm__saved_checkpoint(made, made->saved->journal, error);
    } else {
      crm__saved *saved = made->saved;
      crm__memory memory;
      crm__store_clear(made);
      memory = made->memory;
      crm__store_begin(made, &memory);
      made->saved = saved;
      status = read_newest(made, own.content, error);
    }
  }
  if (status != CRM_OK) {
    crm_store_free(made);
    return status;
  }
  *store = made;
  return CRM_OK;
}

crm_status crm_store_read(crm_store *store, crm_error *error)
{
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  return store->saved == NULL || store->saved->content == CRM_CONTENT_ALL ? CRM_OK : read_all(store, error);
}

/* ---- whole files ---- */

/* STATE where the store is not at a commit of which everything is known. */
static crm_status check_whole(const crm_store *store, crm_error *error)
{
  if (store->open_load) {
    return crm__fail(error, CRM_ERROR_STATE, "a load is open");
  }
  return crm__store_ready(store, error);
}

crm_status crm_store_save(const crm_store *store, const crm_file_options *options, const char *path, crm_error *error)
{
  crm_file_options own;
  crm__journal *journal = NULL;
  crm__journal_info info;
  crm__memory memory;
  crm_status status;
  if (store == NULL || path == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no path");
  }
  status = read_options(options, &own, error);
  if (status == CRM_OK) {
    status = check_whole(store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  own.mode = CRM_FILE_CREATE;
  memory = crm__memory_fork(&store->memory);
  status = open_journal(&memory, &own, path, &journal, error);
  if (status != CRM_OK) {
    return status;
  }
  crm__journal_info_get(journal, &info);
  if (info.commit != 0) {
    status = crm__journal_renew(journal, error);
  }
  if (status == CRM_OK) {
    status = crm__saved_checkpoint(store, journal, error);
  }
  crm__journal_close(journal);
  return status;
}

static crm_status own_journal(const crm_store *store, crm__journal **journal, crm_error *error)
{
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (store->saved == NULL) {
    return crm__fail(error, CRM_ERROR_STATE, "the store is in memory alone");
  }
  *journal = store->saved->journal;
  return check_whole(store, error);
}

crm_status crm_store_compact(crm_store *store, crm_error *error)
{
  crm__journal *journal = NULL;
  crm_status status = own_journal(store, &journal, error);
  if (status == CRM_OK) {
    status = crm__saved_changeable(store, error);
  }
  if (status == CRM_OK) {
    status = crm__journal_renew(journal, error);
  }
  return status == CRM_OK ? crm__saved_checkpoint(store, journal, error) : status;
}

crm_status crm_store_file(const crm_store *store, crm_file_info *info, crm_error *error)
{
  static const crm_file_info nothing = CRM_FILE_INFO_INIT;
  crm_file_info own = nothing;
  crm__journal_info of;
  if (store == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store");
  }
  if (store->saved != NULL) {
    crm__journal_info_get(store->saved->journal, &of);
    own.mode = store->saved->mode;
    own.content = store->saved->content;
    own.durability = of.durability;
    own.failed = of.state == CRM__JOURNAL_POISONED;
    own.fallback = of.shown > of.commit;
    own.commit = (int64_t)of.commit;
    own.newest = (int64_t)of.shown;
    own.commits_replayed = store->saved->replayed;
    own.bytes = (int64_t)of.bytes;
    own.checkpoint_bytes = (int64_t)(of.live_bytes - of.log_bytes);
  }
  return crm__struct_write(info, &own, sizeof own, "crm_file_info", error);
}

crm_status crm_store_backup(const crm_store *store, const crm_io *io, const char *path, crm_error *error)
{
  if (store == NULL || path == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no store, or no path");
  }
  if (store->saved == NULL) {
    return crm__fail(error, CRM_ERROR_STATE, "the store is in memory alone");
  }
  return crm__journal_copy(store->saved->journal, io, path, error);
}

crm_status crm_store_check(const crm_config *config, const crm_file_options *options, const char *path,
                           crm_error *error)
{
  crm_file_options own;
  crm__journal_info info;
  crm_store *store = NULL;
  crm_status status;
  if (path == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path");
  }
  status = read_options(options, &own, error);
  if (status == CRM_OK) {
    own.mode = CRM_FILE_READ;
    own.content = CRM_CONTENT_ALL;
    status = crm_store_open(config, &own, path, &store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  crm__journal_info_get(store->saved->journal, &info);
  if (info.shown > info.commit) {
    status = crm__fail(error, CRM_ERROR_CORRUPT,
                       "commit %lld, the newest of the file, is damaged; commit %lld is whole",
                       (long long)info.shown, (long long)info.commit);
  }
  status = status == CRM_OK ? crm__journal_check_all(store->saved->journal, error) : status;
  status = status == CRM_OK ? crm_store_verify(store, error) : status;
  crm_store_free(store);
  return status;
}
