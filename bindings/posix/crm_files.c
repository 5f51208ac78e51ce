/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _FILE_OFFSET_BITS 64
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE   /* flock */
#define _DARWIN_C_SOURCE  /* F_FULLFSYNC */

#include "crm_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART ((size_t)1 << 30)   /* most bytes in one call; some systems refuse 2 GiB */

typedef struct opened {
  int descriptor;
} opened;

static crm_status status_of(int error)
{
  switch (error) {
  case ENOENT:
  case ENOTDIR:
    return CRM_ERROR_NOT_FOUND;
  case ENOSPC:
  case EFBIG:
#ifdef EDQUOT
  case EDQUOT:
#endif
    return CRM_ERROR_LIMIT;
  case ENOMEM:
    return CRM_ERROR_MEMORY;
  default:
    return CRM_ERROR_IO;
  }
}

static int fits(uint64_t offset, size_t size)
{
  const uint64_t most = sizeof(off_t) < 8 ? (uint64_t)INT32_MAX : (uint64_t)INT64_MAX;
  return offset <= most && size <= most - offset;
}

static int open_retrying(const char *path, int flags)
{
  int descriptor;
  do {
    descriptor = open(path, flags | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

static crm_status open_handle(const char *path, int flags, void **file)
{
  opened *made = malloc(sizeof *made);
  if (made == NULL) {
    return CRM_ERROR_MEMORY;
  }
  made->descriptor = open_retrying(path, flags);
  if (made->descriptor < 0) {
    crm_status status = status_of(errno);
    free(made);
    return status;
  }
  *file = made;
  return CRM_OK;
}

static crm_status files_open(void *context, const char *path, int32_t mode, void **file)
{
  static const int flags[] = { O_RDONLY, O_RDWR, O_RDWR | O_CREAT | O_TRUNC };
  crm_status status = open_handle(path, flags[mode], file);
  (void)context;
  return status == CRM_ERROR_NOT_FOUND && mode == CRM_IO_CREATE ? CRM_ERROR_IO : status;
}

static crm_status files_close(void *context, void *file)
{
  opened *of = file;
  int failed = close(of->descriptor) != 0 && errno != EINTR;
  (void)context;
  free(of);
  return failed ? CRM_ERROR_IO : CRM_OK;
}

static crm_status files_read_at(void *context, void *file, uint64_t offset, void *buffer, size_t size, size_t *got)
{
  const opened *of = file;
  unsigned char *to = buffer;
  size_t done = 0;
  (void)context;
  if (!fits(offset, size)) {
    return CRM_ERROR_LIMIT;
  }
  while (done < size) {
    size_t part = size - done < PART ? size - done : PART;
    ssize_t read_now = pread(of->descriptor, to + done, part, (off_t)(offset + done));
    if (read_now == 0) {
      break;
    }
    if (read_now > 0) {
      done += (size_t)read_now;
    } else if (errno != EINTR) {
      return CRM_ERROR_IO;
    }
  }
  *got = done;
  return CRM_OK;
}

static crm_status files_write_at(void *context, void *file, uint64_t offset, const void *bytes, size_t size)
{
  const opened *of = file;
  const unsigned char *from = bytes;
  size_t done = 0;
  (void)context;
  if (!fits(offset, size)) {
    return CRM_ERROR_LIMIT;
  }
  while (done < size) {
    size_t part = size - done < PART ? size - done : PART;
    ssize_t written = pwrite(of->descriptor, from + done, part, (off_t)(offset + done));
    if (written >= 0) {
      done += (size_t)written;
    } else if (errno != EINTR) {
      return status_of(errno);
    }
  }
  return CRM_OK;
}

static crm_status files_size(void *context, void *file, uint64_t *size)
{
  const opened *of = file;
  struct stat found;
  (void)context;
  if (fstat(of->descriptor, &found) != 0 || found.st_size < 0) {
    return CRM_ERROR_IO;
  }
  *size = (uint64_t)found.st_size;
  return CRM_OK;
}

/* 0: the device has it. After a failure the system may have dropped what it could not write: nothing is tried again. */
static int sync_descriptor(int descriptor)
{
#if defined(F_FULLFSYNC)
  return fcntl(descriptor, F_FULLFSYNC) == 0 ? 0 : fsync(descriptor);
#elif defined(__linux__)
  return fdatasync(descriptor);
#else
  return fsync(descriptor);
#endif
}

static crm_status files_sync(void *context, void *file)
{
  const opened *of = file;
  (void)context;
  return sync_descriptor(of->descriptor) == 0 ? CRM_OK : status_of(errno);
}

static crm_status files_sync_names(void *context, const char *path)
{
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
  char *folder = malloc(length + 2);
  crm_status status = CRM_OK;
  int descriptor;
  (void)context;
  if (folder == NULL) {
    return CRM_ERROR_MEMORY;
  }
  memcpy(folder, length == 0 ? "." : path, length == 0 ? 1 : length);
  folder[length == 0 ? 1 : length] = '\0';
  descriptor = open_retrying(folder, O_RDONLY);
  free(folder);
  if (descriptor < 0 || fsync(descriptor) != 0) {
    status = CRM_ERROR_IO;
  }
  if (descriptor >= 0) {
    (void)close(descriptor);
  }
  return status;
}

static crm_status files_sync_nothing(void *context, void *file)
{
  (void)context;
  (void)file;
  return CRM_OK;
}

static crm_status files_sync_no_names(void *context, const char *path)
{
  (void)context;
  (void)path;
  return CRM_OK;
}

/* Who may read the old file may read the new one, and nobody else. */
static crm_status files_replace(void *context, const char *from, const char *to)
{
  struct stat found;
  (void)context;
  if (stat(to, &found) == 0 && chmod(from, found.st_mode & 07777) != 0) {
    return CRM_ERROR_IO;
  }
  return rename(from, to) == 0 ? CRM_OK : CRM_ERROR_IO;
}

static crm_status files_remove(void *context, const char *path)
{
  (void)context;
  return unlink(path) == 0 ? CRM_OK : status_of(errno);
}

#ifdef LOCK_EX
/* flock, for fcntl's locks are those of the process: closing any descriptor of the file would give them back. */
static crm_status files_lock(void *context, const char *path, void **lock)
{
  void *made = NULL;
  crm_status status = open_handle(path, O_RDWR | O_CREAT, &made);
  int failed;
  (void)context;
  if (status != CRM_OK) {
    return status == CRM_ERROR_NOT_FOUND ? CRM_ERROR_IO : status;
  }
  do {
    failed = flock(((opened *)made)->descriptor, LOCK_EX | LOCK_NB) != 0;
  } while (failed && errno == EINTR);
  if (failed) {
    status = errno == EWOULDBLOCK ? CRM_ERROR_STATE : CRM_ERROR_IO;
    (void)files_close(NULL, made);
    return status;
  }
  *lock = made;
  return CRM_OK;
}

/* A child that has the descriptor too loses the lock with its parent. */
static crm_status files_unlock(void *context, void *lock)
{
  int failed = flock(((opened *)lock)->descriptor, LOCK_UN) != 0;
  crm_status status = files_close(context, lock);
  return failed ? CRM_ERROR_IO : status;
}
#endif

/* A file that is shorter than what is asked for would end the process where it is read. */
static crm_status files_map(void *context, void *file, uint64_t offset, size_t size, const void **bytes)
{
  uint64_t there = 0;
  size_t before = (size_t)(offset % (uint64_t)sysconf(_SC_PAGESIZE));
  char *mapped;
  crm_status status = files_size(context, file, &there);
  if (status != CRM_OK) {
    return status;
  }
  if (size == 0 || size > SIZE_MAX - before || !fits(offset, size) || offset + size > there) {
    return CRM_ERROR_LIMIT;
  }
  mapped = mmap(NULL, size + before, PROT_READ, MAP_SHARED, ((opened *)file)->descriptor, (off_t)(offset - before));
  if (mapped == MAP_FAILED) {
    return status_of(errno);
  }
  *bytes = mapped + before;
  return CRM_OK;
}

static crm_status files_unmap(void *context, const void *bytes, size_t size)
{
  size_t before = (size_t)((uintptr_t)bytes % (uintptr_t)sysconf(_SC_PAGESIZE));
  (void)context;
  return munmap((char *)(uintptr_t)bytes - before, size + before) == 0 ? CRM_OK : CRM_ERROR_IO;
}

void crm_files_lend(uint32_t flags, crm_io *io)
{
  crm_io made = CRM_IO_INIT;
  int syncs = (flags & CRM_FILES_NO_SYNC) == 0;
  made.caps = CRM_IO_SURVIVES_PROCESS | CRM_IO_ATOMIC_REPLACE
              | (syncs ? (uint32_t)(CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE) : 0U);
  made.open = files_open;
  made.close = files_close;
  made.read_at = files_read_at;
  made.write_at = files_write_at;
  made.size = files_size;
  made.sync = syncs ? files_sync : files_sync_nothing;
  made.replace = files_replace;
  made.sync_names = syncs ? files_sync_names : files_sync_no_names;
  made.remove = files_remove;
#ifdef LOCK_EX
  made.caps |= CRM_IO_LOCKS;
  made.lock = files_lock;
  made.unlock = files_unlock;
#endif
  made.map = files_map;
  made.unmap = files_unmap;
  *io = made;
}
