/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_profiles.h"

#include "base/error.h"

/* What is done with a store's file as a whole. */

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
  status = crm__file_options_read(options, &own, error);
  if (status == CRM_OK) {
    status = check_whole(store, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  if (store->saved != NULL && crm__journal_leads(store->saved->journal, own.io, path)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "'%s' is the store's own file, or a copy of the commit that it is at",
                     path);
  }
  if (store->saved != NULL) {
    status = crm__journal_apart(store->saved->journal, own.io, path, error);
    if (status != CRM_OK) {
      return status;
    }
  }
  own.mode = CRM_FILE_CREATE;
  memory = crm__memory_fork(&store->memory);
  status = crm__file_journal_open(&memory, &own, path, &journal, error);
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

/* What a reader of profiles alone is shown is what the facts give. */
static crm_status check_profiles(const crm_config *config, const crm_file_options *options, const char *path,
                                 const crm_store *store, crm_error *error)
{
  crm_file_options own = *options;
  crm__journal_info info;
  crm__journal_info at;
  crm_store *alone = NULL;
  crm_status status;
  own.content = CRM_CONTENT_PROFILES;
  status = crm_store_open(config, &own, path, &alone, error);
  if (status == CRM_OK && alone->saved->content == CRM_CONTENT_PROFILES) {
    crm__journal_info_get(store->saved->journal, &info);
    crm__journal_info_get(alone->saved->journal, &at);
    if (at.shown > at.commit) {
      status = crm__fail(error, CRM_ERROR_CORRUPT,
                         "what the newest commit of the file tells of profiles cannot be read");
    } else if (info.commit == at.commit) {   /* a writer may have gone on */
      status = crm__profiles_compare(store, alone, error);
    }
  }
  crm_store_free(alone);
  return status;
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
  status = crm__file_options_read(options, &own, error);
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
  status = status == CRM_OK ? check_profiles(config, &own, path, store, error) : status;
  crm_store_free(store);
  return status;
}
