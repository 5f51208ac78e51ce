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

#include "crm_names.h"

#define PART ((size_t)1 << 30)   /* most bytes in one call; some systems refuse 2 GiB */

typedef struct opened {
  int descriptor;
  char *name;    /* under which it must still be found when it is synced; NULL: it is read, or a lock */
  dev_t device;  /* what is found there then */
  ino_t inode;
  pid_t process; /* whose lock it is */
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
  case EWOULDBLOCK:
    return CRM_ERROR_STATE;
  default:
    return CRM_ERROR_IO;
  }
}

static int fits(uint64_t offset, size_t size)
{
  const uint64_t most = sizeof(off_t) < 8 ? (uint64_t)INT32_MAX : (uint64_t)INT64_MAX;
  return offset <= most && size <= most - offset;
}

static int open_retrying(const char *path, int flags, mode_t mode)
{
  int descriptor;
  do {
    descriptor = open(path, flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

/* flock, for fcntl's locks are those of the process: closing any descriptor of the file would give them back. The file
 * itself is locked beside NAME.lock, which may have been removed, and which a hard link has of its own. */
static int lock_descriptor(int descriptor)
{
#ifdef LOCK_EX
  int failed;
  do {
    failed = flock(descriptor, LOCK_EX | LOCK_NB) != 0;
  } while (failed && errno == EINTR);
  return failed ? -1 : 0;
#else
  (void)descriptor;
  return 0;
#endif
}

/* A child that has the descriptor too loses the lock with its parent; one that closes what it has of its parent leaves
 * the lock to that. */
static void unlock_descriptor(int descriptor)
{
#ifdef LOCK_EX
  (void)flock(descriptor, LOCK_UN);
#else
  (void)descriptor;
#endif
}

/* A regular file, which neither waits for somebody at its other end nor is a device; -1 with errno. */
static int open_regular(const char *path, int flags, mode_t mode)
{
  struct stat found;
  int descriptor = open_retrying(path, flags | O_NONBLOCK | O_NOCTTY, mode);
  if (descriptor >= 0 && (fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode))) {
    (void)close(descriptor);
    errno = EINVAL;
    return -1;
  }
  return descriptor;
}

static void unlock_own(const opened *of)
{
  if (of->process == getpid()) {
    unlock_descriptor(of->descriptor);
  }
}

/* Takes over the descriptor, -1: after errno, and name (may be NULL). With lock nobody else may have it. */
static crm_status make_handle(int descriptor, char *name, int lock, void **file)
{
  struct stat found;
  crm_status status = descriptor < 0 || fstat(descriptor, &found) != 0 ? status_of(errno) : CRM_OK;
  opened *made = malloc(sizeof *made);
  if (status == CRM_OK && made == NULL) {
    status = CRM_ERROR_MEMORY;
  }
  if (status == CRM_OK && lock && lock_descriptor(descriptor) != 0) {
    status = status_of(errno);
    status = status == CRM_ERROR_STATE ? status : CRM_ERROR_IO;
  }
  if (status != CRM_OK) {
    if (descriptor >= 0) {
      (void)close(descriptor);
    }
    free(name);
    free(made);
    return status;
  }
  made->descriptor = descriptor;
  made->name = name;
  made->device = found.st_dev;
  made->inode = found.st_ino;
  made->process = getpid();
  *file = made;
  return CRM_OK;
}

/* Opens what stands under a name and locks it, for a moment. STATE: somebody else has it. */
static crm_status hold(const char *name, int *descriptor)
{
  *descriptor = open_regular(name, O_RDONLY | O_NOFOLLOW, 0);
  if (*descriptor < 0) {
    return status_of(errno);
  }
  if (lock_descriptor(*descriptor) != 0 && errno == EWOULDBLOCK) {
    (void)close(*descriptor);
    *descriptor = -1;
    return CRM_ERROR_STATE;
  }
  return CRM_OK;
}

static void let_go(int descriptor)
{
  if (descriptor >= 0) {
    unlock_descriptor(descriptor);
    (void)close(descriptor);
  }
}

/* Takes away what stands under a name, a link itself and not what it leads to. STATE: somebody else has it. */
static crm_status clear_name(const char *name)
{
  struct stat found;
  int descriptor = -1;
  crm_status status;
  if (lstat(name, &found) != 0) {
    return status_of(errno);
  }
  status = S_ISREG(found.st_mode) ? hold(name, &descriptor) : CRM_OK;
  if (status != CRM_ERROR_STATE) {
    status = unlink(name) == 0 ? CRM_OK : status_of(errno);
  }
  let_go(descriptor);
  return status;
}

/* Who may read the old file may read the new one, and nobody else: where its group cannot be kept, the group that the
 * new one has gets what others have. */
static int keep_access(int descriptor, const struct stat *old)
{
  mode_t mode = old->st_mode & 07777;
  struct stat now;
  if (fstat(descriptor, &now) != 0) {
    return -1;
  }
  if (now.st_uid != old->st_uid && fchown(descriptor, old->st_uid, old->st_gid) == 0) {
    now.st_gid = old->st_gid;
  }
  if (now.st_gid != old->st_gid && fchown(descriptor, (uid_t)-1, old->st_gid) != 0) {
    mode = (mode & ~(mode_t)02070) | (mode_t)((mode & 07) << 3);
  }
  return fchmod(descriptor, mode);
}

/* The file whose place NAME.new is to take; of another name the one that has it. */
static int stat_old(const char *name, struct stat *old)
{
  size_t base = crm_names_base(name, CRM_NAMES_NEW);
  char *of = strdup(name);
  int found;
  if (of != NULL && base > 0) {
    of[base] = '\0';
  }
  found = of != NULL && stat(of, old) == 0 && S_ISREG(old->st_mode);
  free(of);
  return found;
}

/* Empty and locked; where it is to replace another file it is never open to more people than that. */
static crm_status create_file(const char *name, int *descriptor)
{
  struct stat old;
  int replaces = stat_old(name, &old);
  crm_status status = clear_name(name);
  if (status != CRM_OK && status != CRM_ERROR_NOT_FOUND) {
    return status;
  }
  *descriptor = open_regular(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, replaces ? 0600 : 0666);
  if (*descriptor < 0) {
    return errno == EEXIST ? CRM_ERROR_STATE : status_of(errno);
  }
  if (replaces && keep_access(*descriptor, &old) != 0) {
    (void)close(*descriptor);
    (void)unlink(name);
    return CRM_ERROR_IO;
  }
  return CRM_OK;
}

static crm_status files_create(const char *path, void **file)
{
  char *name = crm_names_beside(path, CRM_NAMES_NEW);
  char *whole = name != NULL ? crm_names_from_root(name) : NULL;
  int descriptor = -1;
  crm_status status = whole != NULL ? create_file(name, &descriptor) : status_of(errno);
  if (status == CRM_OK) {
    status = make_handle(descriptor, whole, 1, file);
    if (status != CRM_OK && status != CRM_ERROR_STATE) {
      (void)unlink(name);
    }
  } else {
    free(whole);
  }
  free(name);
  return status == CRM_ERROR_NOT_FOUND ? CRM_ERROR_IO : status;
}

static crm_status files_open(void *context, const char *path, int32_t mode, void **file)
{
  char *name;
  (void)context;
  if (mode == CRM_IO_CREATE) {
    return files_create(path, file);
  }
  if (mode == CRM_IO_READ) {
    return make_handle(open_regular(path, O_RDONLY, 0), NULL, 0, file);
  }
  name = crm_names_from_root(path);
  return name != NULL ? make_handle(open_regular(path, O_RDWR, 0), name, 1, file) : status_of(errno);
}

static crm_status files_close(void *context, void *file)
{
  opened *of = file;
  int failed;
  (void)context;
  if (of->name != NULL) {
    unlock_own(of);
  }
  failed = close(of->descriptor) != 0 && errno != EINTR;
  free(of->name);
  free(of);
  return failed ? CRM_ERROR_IO : CRM_OK;
}

/* ---- bytes ---- */

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

/* Whoever has put another file under the name, or taken it away, has taken what is written here with it. */
static crm_status files_name_kept(void *context, void *file)
{
  const opened *of = file;
  struct stat found;
  (void)context;
  return of->name == NULL
                 || (stat(of->name, &found) == 0 && found.st_dev == of->device && found.st_ino == of->inode)
             ? CRM_OK : CRM_ERROR_STATE;
}

static crm_status files_sync(void *context, void *file)
{
  const opened *of = file;
  return sync_descriptor(of->descriptor) == 0 ? files_name_kept(context, file) : status_of(errno);
}

static crm_status files_sync_names(void *context, const char *path)
{
  char *name = crm_names_follow(path);
  char *folder = name != NULL ? crm_names_folder(name) : NULL;
  int descriptor = folder != NULL ? open_retrying(folder, O_RDONLY, 0) : -1;
  crm_status status = folder == NULL ? status_of(errno) : CRM_OK;
  (void)context;
  free(name);
  free(folder);
  if (status == CRM_OK && (descriptor < 0 || fsync(descriptor) != 0)) {
    status = CRM_ERROR_IO;
  }
  if (descriptor >= 0) {
    (void)close(descriptor);
  }
  return status;
}

static crm_status files_sync_no_names(void *context, const char *path)
{
  (void)context;
  (void)path;
  return CRM_OK;
}

/* Both are held, so that nobody makes NAME.new anew, or opens NAME to write, between the look and the deed. */
static crm_status replace_named(const char *from, const char *to)
{
  struct stat old;
  struct stat named;
  struct stat found;
  int source = -1;
  int target = -1;
  crm_status status = hold(from, &source);
  if (status == CRM_OK && hold(to, &target) == CRM_ERROR_STATE) {
    status = CRM_ERROR_STATE;
  }
  if (status == CRM_OK && (stat(from, &named) != 0 || fstat(source, &found) != 0 || named.st_dev != found.st_dev
                           || named.st_ino != found.st_ino)) {
    status = CRM_ERROR_STATE;
  }
  if (status == CRM_OK && stat(to, &old) == 0 && keep_access(source, &old) != 0) {
    status = CRM_ERROR_IO;
  }
  if (status == CRM_OK && rename(from, to) != 0) {
    status = CRM_ERROR_IO;
  }
  let_go(target);
  let_go(source);
  return status == CRM_OK || status == CRM_ERROR_STATE ? status : CRM_ERROR_IO;
}

static crm_status files_replace(void *context, const char *from, const char *to)
{
  char *source = crm_names_beside(from, CRM_NAMES_NEW);
  char *target = crm_names_follow(to);
  crm_status status = source != NULL && target != NULL ? replace_named(source, target) : CRM_ERROR_IO;
  (void)context;
  free(source);
  free(target);
  return status;
}

static crm_status files_remove(void *context, const char *path)
{
  int is_new = crm_names_base(path, CRM_NAMES_NEW) > 0;
  char *name = is_new ? crm_names_beside(path, CRM_NAMES_NEW) : strdup(path);
  crm_status status = name != NULL ? clear_name(name) : status_of(errno);
  (void)context;
  free(name);
  return status;
}

#ifdef LOCK_EX
static crm_status files_lock(void *context, const char *path, void **lock)
{
  static const int flags = O_RDWR | O_CREAT | O_NOFOLLOW;
  char *name = crm_names_beside(path, CRM_NAMES_LOCK);
  crm_status status = name != NULL ? make_handle(open_regular(name, flags, 0666), NULL, 1, lock) : status_of(errno);
  (void)context;
  free(name);
  return status == CRM_ERROR_NOT_FOUND ? CRM_ERROR_IO : status;
}

static crm_status files_unlock(void *context, void *lock)
{
  unlock_own(lock);
  return files_close(context, lock);
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
  made.sync = syncs ? files_sync : files_name_kept;
  made.replace = files_replace;
  made.sync_names = syncs ? files_sync_names : files_sync_no_names;
  made.remove = files_remove;
#ifdef LOCK_EX
  made.caps |= CRM_IO_LOCKS;
  made.lock = files_lock;
  made.unlock = files_unlock;
#endif
  if ((flags & CRM_FILES_NO_MAP) == 0) {
    made.map = files_map;
    made.unmap = files_unmap;
  }
  *io = made;
}
