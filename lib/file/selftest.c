/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/io.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

#define PATHS 3       /* path, path.new, path.lock */
#define PATH_MOST 4096U
#define BLOCK 5000U   /* no multiple of anything that a device likes */

/* The files that a test works on, and the first thing that was wrong. */
typedef struct trial {
  crm_io io;
  char paths[PATHS][PATH_MOST];
  unsigned char bytes[BLOCK];
  unsigned char read[BLOCK];
  const char *wrong;
} trial;

static int expect(trial *t, int holds, const char *wrong)
{
  if (!holds && t->wrong == NULL) {
    t->wrong = wrong;
  }
  return t->wrong == NULL;
}

static int opens(trial *t, int path, int32_t mode, void **file)
{
  *file = NULL;
  return t->wrong == NULL
         && expect(t, t->io.open(t->io.context, t->paths[path], mode, file) == CRM_OK && *file != NULL,
                   "open does not open");
}

static void closes(trial *t, void *file)
{
  if (file != NULL) {
    (void)expect(t, t->io.close(t->io.context, file) == CRM_OK, "close fails");
  }
}

static int missing(trial *t, int path)
{
  void *file = NULL;
  crm_status status = t->io.open(t->io.context, t->paths[path], CRM_IO_READ, &file);
  if (status == CRM_OK) {
    (void)t->io.close(t->io.context, file);
  }
  return status == CRM_ERROR_NOT_FOUND;
}

/* size bytes at offset are those of t->bytes, or zeros, and as many as got are there. */
static void reads(trial *t, void *file, uint64_t offset, size_t size, size_t wanted, int zeros, const char *wrong)
{
  size_t got = 0;
  size_t i;
  memset(t->read, 0xA5, sizeof t->read);
  if (expect(t, t->io.read_at(t->io.context, file, offset, t->read, size, &got) == CRM_OK, "read_at fails")
      && expect(t, got == wanted, "read_at gets another number of bytes than there are")) {
    for (i = 0; i < wanted; i++) {
      (void)expect(t, t->read[i] == (zeros ? 0 : t->bytes[i]), wrong);
    }
  }
}

static void writes(trial *t, void *file, uint64_t offset, size_t size)
{
  if (t->wrong == NULL) {
    (void)expect(t, t->io.write_at(t->io.context, file, offset, t->bytes, size) == CRM_OK, "write_at fails");
  }
}

static void has_size(trial *t, void *file, uint64_t wanted)
{
  uint64_t size = UINT64_MAX;
  if (t->wrong == NULL) {
    (void)expect(t, t->io.size(t->io.context, file, &size) == CRM_OK && size == wanted, "size is not the file's");
  }
}

static void try_bytes(trial *t)
{
  void *file = NULL;
  if (!opens(t, 0, CRM_IO_CREATE, &file)) {
    return;
  }
  has_size(t, file, 0);
  reads(t, file, 0, BLOCK, 0, 0, "");
  writes(t, file, 0, BLOCK);
  reads(t, file, 0, BLOCK, BLOCK, 0, "read_at reads other bytes than were written");
  writes(t, file, 3 * BLOCK, BLOCK);   /* behind the end */
  has_size(t, file, 4 * BLOCK);
  reads(t, file, BLOCK, BLOCK, BLOCK, 1, "what lies between the end and a write behind it is not zeros");
  writes(t, file, 2 * BLOCK - 7, 9);   /* inside */
  reads(t, file, 2 * BLOCK - 7, 9, 9, 0, "a write inside the file is not read back");
  has_size(t, file, 4 * BLOCK);
  closes(t, file);
}

static void try_end(trial *t, void *file)
{
  size_t got = 0;
  if (t->wrong == NULL) {
    (void)expect(t, t->io.read_at(t->io.context, file, 4 * BLOCK - 3, t->read, BLOCK, &got) == CRM_OK && got == 3
                        && memcmp(t->read, t->bytes + BLOCK - 3, 3) == 0,
                 "read_at over the end of the file does not get what is there");
  }
  reads(t, file, 4 * BLOCK, 1, 0, 0, "");
  reads(t, file, 40 * BLOCK, 1, 0, 0, "");
}

/* What one handle has written and synced the other one sees. */
static void try_two(trial *t)
{
  void *writer = NULL;
  void *reader = NULL;
  if (opens(t, 0, CRM_IO_WRITE, &writer) && opens(t, 0, CRM_IO_READ, &reader)) {
    try_end(t, reader);
    reads(t, reader, 0, BLOCK, BLOCK, 0, "a file does not hold what was written before it was closed");
    t->bytes[0] ^= 0xFF;
    writes(t, writer, 0, BLOCK);
    (void)expect(t, t->io.sync(t->io.context, writer) == CRM_OK, "sync fails");
    reads(t, reader, 0, BLOCK, BLOCK, 0, "an open reader does not see what was written and synced");
  }
  closes(t, reader);
  closes(t, writer);
}

static void try_names(trial *t)
{
  void *file = NULL;
  if (opens(t, 1, CRM_IO_CREATE, &file)) {
    writes(t, file, 0, 10);
  }
  closes(t, file);
  if (t->wrong == NULL) {
    (void)expect(t, t->io.replace(t->io.context, t->paths[2], t->paths[0]) != CRM_OK,
                 "replace answers OK where there is nothing to give a name to");
    (void)expect(t, !missing(t, 0), "a replace that failed takes the old file away");
    (void)expect(t, t->io.replace(t->io.context, t->paths[1], t->paths[0]) == CRM_OK, "replace fails over a file");
    (void)expect(t, missing(t, 1), "replace leaves the old name");
    (void)expect(t, t->io.sync_names(t->io.context, t->paths[0]) == CRM_OK, "sync_names fails");
  }
  if (opens(t, 0, CRM_IO_READ, &file)) {
    has_size(t, file, 10);
  }
  closes(t, file);
  if (t->wrong == NULL) {
    (void)expect(t, t->io.replace(t->io.context, t->paths[0], t->paths[1]) == CRM_OK, "replace fails without a file");
    (void)expect(t, t->io.remove(t->io.context, t->paths[1]) == CRM_OK, "remove fails");
    (void)expect(t, t->io.remove(t->io.context, t->paths[1]) == CRM_ERROR_NOT_FOUND,
                 "remove of nothing is no NOT_FOUND");
    (void)expect(t, t->io.open(t->io.context, t->paths[1], CRM_IO_WRITE, &file) == CRM_ERROR_NOT_FOUND,
                 "opening nothing to write is no NOT_FOUND");
    (void)expect(t, missing(t, 0), "opening nothing to read is no NOT_FOUND");
  }
}

static void try_emptying(trial *t)
{
  void *file = NULL;
  if (opens(t, 0, CRM_IO_CREATE, &file)) {
    writes(t, file, 0, 10);
  }
  closes(t, file);
  if (opens(t, 0, CRM_IO_CREATE, &file)) {
    has_size(t, file, 0);
  }
  closes(t, file);
}

static void try_lock(trial *t)
{
  void *one = NULL;
  void *two = NULL;
  if ((t->io.caps & CRM_IO_LOCKS) == 0 || t->wrong != NULL) {
    return;
  }
  if (expect(t, t->io.lock(t->io.context, t->paths[2], &one) == CRM_OK && one != NULL, "lock fails")) {
    (void)expect(t, t->io.lock(t->io.context, t->paths[2], &two) == CRM_ERROR_STATE, "two hold one lock");
    (void)expect(t, t->io.unlock(t->io.context, one) == CRM_OK, "unlock fails");
  }
  if (t->wrong == NULL
      && expect(t, t->io.lock(t->io.context, t->paths[2], &two) == CRM_OK, "a lock is not given back")) {
    (void)expect(t, t->io.unlock(t->io.context, two) == CRM_OK, "unlock fails");
  }
}

static void try_map(trial *t)
{
  void *file = NULL;
  const void *bytes = NULL;
  if (t->io.map == NULL || !opens(t, 0, CRM_IO_CREATE, &file)) {
    return;
  }
  writes(t, file, 0, BLOCK);
  if (t->wrong == NULL && t->io.map(t->io.context, file, 8, BLOCK - 8, &bytes) == CRM_OK) {
    (void)expect(t, memcmp(bytes, t->bytes + 8, BLOCK - 8) == 0, "map shows other bytes than read_at");
    writes(t, file, BLOCK, BLOCK);
    (void)expect(t, memcmp(bytes, t->bytes + 8, BLOCK - 8) == 0, "a write behind mapped bytes changes them");
    (void)expect(t, t->io.unmap(t->io.context, bytes, BLOCK - 8) == CRM_OK, "unmap fails");
  }
  closes(t, file);
}

static crm_status name_files(trial *t, const char *path, crm_error *error)
{
  static const char *const tails[PATHS] = { "", ".new", ".lock" };
  size_t length = strlen(path);
  int i;
  if (length == 0 || length > PATH_MOST - sizeof ".lock") {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no path, or one that is too long");
  }
  for (i = 0; i < PATHS; i++) {
    memcpy(t->paths[i], path, length);
    memcpy(t->paths[i] + length, tails[i], strlen(tails[i]) + 1);
    if (!missing(t, i)) {
      return crm__fail(error, CRM_ERROR_STATE, "there is a file '%s' already, or an io that does not say so",
                       t->paths[i]);
    }
  }
  return CRM_OK;
}

static crm_status run(trial *t, const char *path, crm_error *error)
{
  crm_status status = name_files(t, path, error);
  size_t i;
  if (status != CRM_OK) {
    return status;
  }
  for (i = 0; i < BLOCK; i++) {
    t->bytes[i] = (unsigned char)(1 + i * 7 % 251);
  }
  try_bytes(t);
  try_two(t);
  try_names(t);
  try_emptying(t);
  try_lock(t);
  try_map(t);
  for (i = 0; i < PATHS; i++) {
    (void)t->io.remove(t->io.context, t->paths[i]);
  }
  return t->wrong == NULL ? CRM_OK : crm__fail(error, CRM_ERROR_IO, "%s", t->wrong);
}

crm_status crm_io_selftest(const crm_io *io, const char *path, crm_error *error)
{
  crm__memory memory;
  trial *made;
  crm_status status = crm__memory_open(&memory, NULL, error);
  if (status == CRM_OK && (io == NULL || path == NULL)) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "no io or no path");
  }
  made = crm__alloc_zero(&memory, sizeof *made);
  if (made == NULL) {
    return crm__fail_memory(error);
  }
  status = crm__io_get(&made->io, io, error);
  if (status == CRM_OK) {
    status = run(made, path, error);
  }
  crm__free(&memory, made, sizeof *made);
  return status;
}
