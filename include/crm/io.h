/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_IO_H
#define CRM_IO_H

#include <crm/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Files of the host. A store file is read and written through a crm_io alone. What the host's files can promise
 * differs, so an io says what it does, and who opens a store says what it needs: opening fails where the two do not
 * meet. bindings/posix has one with fsync, locks and mapped files. */

/* What an io promises; bits of crm_io.caps. */
#define CRM_IO_SURVIVES_PROCESS 1   /* what sync has answered CRM_OK for is out of the process: its end loses nothing */
#define CRM_IO_SURVIVES_POWER 2     /* and it is on the device: a loss of power loses nothing */
#define CRM_IO_NAMES_SURVIVE 4      /* after sync_names a file made or replaced keeps its name through that */
#define CRM_IO_ATOMIC_REPLACE 8     /* at every moment the name that is replaced is the old file or the new one */
#define CRM_IO_LOCKS 16             /* a lock keeps out every other process and every other holder in this one */

/* What a commit that has answered CRM_OK survives, each more than the one before. */
#define CRM_DURABILITY_NONE 0            /* nothing is promised */
#define CRM_DURABILITY_PROCESS_CRASH 1   /* the end of the process; needs SURVIVES_PROCESS */
#define CRM_DURABILITY_POWER_LOSS 2      /* a loss of power; needs SURVIVES_POWER and NAMES_SURVIVE */

/* How a file is opened. */
#define CRM_IO_READ 0     /* one that is there, to read */
#define CRM_IO_WRITE 1    /* one that is there, to read and write */
#define CRM_IO_CREATE 2   /* a new one, to read and write; one that is there is emptied */

/* Every function answers CRM_OK, or CRM_ERROR_IO, or what stands beside it; the library hands that status on. Paths are
 * what the caller gave, or that with ".new" or ".lock" behind it. A file is used by one thread at a time.
 *
 * Nothing is asked about how writes between two syncs reach the device: in any order, in part, or not at all. */
typedef struct crm_io {
  uint32_t struct_size;
  uint32_t caps;   /* CRM_IO_..., or-ed */
  void *context;   /* the first argument of every function */

  /* NOT_FOUND: there is none (READ, WRITE). STATE: somebody else writes it (WRITE, CREATE). MEMORY. *file is what the
   * other functions are given. */
  crm_status (*open)(void *context, const char *path, int32_t mode, void **file);
  /* The file is gone after it, whatever it answers. */
  crm_status (*close)(void *context, void *file);
  /* Reads up to size bytes from offset on. *got is less than size at the end of the file alone. */
  crm_status (*read_at)(void *context, void *file, uint64_t offset, void *buffer, size_t size, size_t *got);
  /* Writes all bytes or fails; what lies between the file's end and offset becomes zeros. LIMIT: no room is left. */
  crm_status (*write_at)(void *context, void *file, uint64_t offset, const void *bytes, size_t size);
  crm_status (*size)(void *context, void *file, uint64_t *size);
  /* All that was written to this file gets as far as caps say. STATE, of an io that can tell: the name that it was
   * opened by does not lead to it any more. */
  crm_status (*sync)(void *context, void *file);
  /* Gives the file `from` the name `to`, in the place of a file that has it. Neither is open in the caller. STATE:
   * somebody else writes one of them. Where it fails `to` is as it was, or, without CRM_IO_ATOMIC_REPLACE, gone and
   * `from` still there; never are both gone. */
  crm_status (*replace)(void *context, const char *from, const char *to);
  /* Makes the names in the folder of path last. */
  crm_status (*sync_names)(void *context, const char *path);
  /* NOT_FOUND: there is none. STATE: somebody else writes it. */
  crm_status (*remove)(void *context, const char *path);

  /* The right to write, held until unlock or the end of the process. STATE: somebody has it. Both NULL where there is
   * no CRM_IO_LOCKS. The file at path may stay when the lock has gone. A lock that goes by the name alone cannot keep
   * out who comes by another one: the library looks before each commit whether somebody has written, and then writes
   * nothing (STATE), but between that and its writing it cannot look. */
  crm_status (*lock)(void *context, const char *path, void **lock);
  crm_status (*unlock)(void *context, void *lock);

  /* The bytes of a file as memory to be read, until unmap or close; later writes behind them do not change them. Both
   * may be NULL, and map may fail: then the bytes are read. */
  crm_status (*map)(void *context, void *file, uint64_t offset, size_t size, const void **bytes);
  crm_status (*unmap)(void *context, const void *bytes, size_t size);
} crm_io;

#define CRM_IO_INIT \
  { (uint32_t)sizeof(crm_io), 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* The files of the C library (fopen, fread, fwrite, remove, rename). They promise nothing: no durability, no lock, and
 * replacing may take two steps. Files hold at most as many bytes as a long can count. C cannot tell what a name stands
 * for: a path that is a pipe or a device may wait for ever for its other end. Writes at most io->struct_size
 * bytes. Since 0.1. */
CRM_API void crm_io_stdio(crm_io *io);

/* The highest CRM_DURABILITY_... that the caps allow; -1 where io is NULL. Since 0.1. */
CRM_API int32_t crm_io_durability(const crm_io *io);

/* Tries every function of an io on files at path, path.new and path.lock, which must not exist and are removed after:
 * the contract above as far as one process can see it; for whoever writes an io. What the device does when power is
 * lost it cannot see. Errors: ARGUMENT (a function is missing, a cap unknown), STATE (a file is there already), IO
 * (with what the io did wrong in the message), MEMORY. Since 0.1. */
CRM_API crm_status crm_io_selftest(const crm_io *io, const char *path, crm_error *error);

#ifdef __cplusplus
}
#endif

#endif
