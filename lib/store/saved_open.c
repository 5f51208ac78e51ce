/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_checkpoint.h"

#include "base/error.h"
#include "file/checksum.h"
#include "store/saved_profiles.h"

/* Opening a store's file. */

static crm_status corrupt(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "%s", what);
}

/* ---- reading ---- */

/* Notes up to where the file tells profiles, for who goes on writing. */
static void follow_profiles(crm_store *store, const crm__frame *frame, const crm__view *view)
{
  uint64_t reached = store->saved->profiled.commit;
  uint64_t now = crm__profiles_reach(reached, frame, view);
  if (now != reached) {
    crm__profiled_at(store, now);
  }
}

static crm_status read_log(crm__saved *saved, crm_store *store, crm_error *error)
{
  crm__journal *journal = saved->journal;
  uint64_t frames = crm__journal_frames(journal);
  uint64_t commit = crm__journal_frame(journal, 0)->commit;
  crm__replay replay;
  crm_status status = CRM_OK;
  uint64_t i;
  replay.store = store;
  replay.load = NULL;
  replay.lenient = 0;
  crm__profiled_at(store, commit);
  for (i = 1; status == CRM_OK && i < frames; i++) {
    const crm__frame *frame = crm__journal_frame(journal, i);
    crm__view view;
    status = crm__journal_view(journal, frame, 1, &view, error);
    if (status == CRM_OK) {
      status = crm__replay_frame(&replay, frame->kind, view.bytes, view.size, error);
      follow_profiles(store, frame, &view);
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
  status = crm__checkpoint_read(saved->journal, made, error);
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

/* ---- opening ---- */

crm_status crm__file_options_read(const crm_file_options *options, crm_file_options *own, crm_error *error)
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

crm_status crm__file_journal_open(crm__memory *memory, const crm_file_options *options, const char *path,
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
  crm_status status = CRM_OK;
  int enough = 0;
  if (content == CRM_CONTENT_PROFILES) {
    status = crm__profiles_read(store, &enough, error);
  }
  return status != CRM_OK || enough ? status : read_all(store, error);
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
  status = crm__file_journal_open(&saved->memory, options, path, &saved->journal, error);
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
  status = crm__file_options_read(options, &own, error);
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
