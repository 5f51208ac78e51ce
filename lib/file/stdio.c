/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/io.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/error.h"
#include "file/io.h"

/* C does not say why a file could not be opened, most systems do. One that is there and cannot be opened is not taken
 * for none, for a new one would take its place. */
static crm_status why_not(int number)
{
#ifdef ENOENT
  int none = number == ENOENT;
#ifdef ENOTDIR
  none = none || number == ENOTDIR;
#endif
  return none || number == 0 ? CRM_ERROR_NOT_FOUND : CRM_ERROR_IO;
#else
  (void)number;
  return CRM_ERROR_NOT_FOUND;
#endif
}

static FILE *open_named(const char *path, const char *mode, crm_status *status)
{
  FILE *opened;
  errno = 0;
  opened = fopen(path, mode);
  *status = opened == NULL ? why_not(errno) : CRM_OK;
  return opened;
}

/* Without a buffer: readers of a file that is written to must not be shown what was there before. */
static crm_status stdio_open(void *context, const char *path, int32_t mode, void **file)
{
  static const char *const modes[] = { "rb", "r+b", "w+b" };
  crm_status status;
  FILE *opened = open_named(path, modes[mode], &status);
  (void)context;
  if (opened == NULL && mode == CRM_IO_WRITE && status == CRM_ERROR_NOT_FOUND) {
    opened = open_named(path, "rb", &status);   /* where nobody says why: what can be read is there */
    if (opened != NULL) {
      (void)fclose(opened);
      return CRM_ERROR_IO;
    }
  }
  if (opened == NULL) {
    return mode == CRM_IO_CREATE ? CRM_ERROR_IO : status;
  }
  if (setvbuf(opened, NULL, _IONBF, 0) != 0) {
    (void)fclose(opened);
    return CRM_ERROR_MEMORY;
  }
  *file = opened;
  return CRM_OK;
}

static crm_status stdio_close(void *context, void *file)
{
  (void)context;
  return fclose(file) == 0 ? CRM_OK : CRM_ERROR_IO;
}

static crm_status seek(FILE *file, uint64_t offset)
{
  if (offset > LONG_MAX) {
    return CRM_ERROR_LIMIT;
  }
  clearerr(file);
  return fseek(file, (long)offset, SEEK_SET) == 0 ? CRM_OK : CRM_ERROR_IO;
}

static crm_status stdio_read_at(void *context, void *file, uint64_t offset, void *buffer, size_t size, size_t *got)
{
  crm_status status = seek(file, offset);
  (void)context;
  if (status == CRM_OK) {
    *got = fread(buffer, 1, size, file);
    status = *got < size && ferror((FILE *)file) ? CRM_ERROR_IO : CRM_OK;
  }
  return status;
}

static crm_status stdio_size(void *context, void *file, uint64_t *size)
{
  long end;
  (void)context;
  clearerr(file);
  if (fseek(file, 0, SEEK_END) != 0) {
    return CRM_ERROR_IO;
  }
  end = ftell(file);
  if (end < 0) {
    return CRM_ERROR_LIMIT;
  }
  *size = (uint64_t)end;
  return CRM_OK;
}

/* Of a write that failed C says no more; where the system does, a device without room is told apart. */
static crm_status why_not_written(int number)
{
#ifdef ENOSPC
  return number == ENOSPC ? CRM_ERROR_LIMIT : CRM_ERROR_IO;
#else
  (void)number;
  return CRM_ERROR_IO;
#endif
}

static crm_status put(FILE *file, const void *bytes, size_t size)
{
  errno = 0;
  return fwrite(bytes, 1, size, file) == size ? CRM_OK : why_not_written(errno);
}

/* What C leaves open where a write begins behind the end. */
static crm_status fill_gap(FILE *file, uint64_t offset)
{
  static const unsigned char zeros[512] = { 0 };
  uint64_t end = 0;
  crm_status status = stdio_size(NULL, file, &end);
  while (status == CRM_OK && end < offset) {
    size_t part = offset - end < sizeof zeros ? (size_t)(offset - end) : sizeof zeros;
    status = put(file, zeros, part);
    end += part;
  }
  return status;
}

static crm_status stdio_write_at(void *context, void *file, uint64_t offset, const void *bytes, size_t size)
{
  crm_status status = offset > LONG_MAX ? CRM_ERROR_LIMIT : fill_gap(file, offset);
  (void)context;
  if (status == CRM_OK) {
    status = seek(file, offset);
  }
  return status == CRM_OK ? put(file, bytes, size) : status;
}

static crm_status stdio_sync(void *context, void *file)
{
  (void)context;
  return fflush(file) == 0 ? CRM_OK : CRM_ERROR_IO;
}

static int can_be_read(const char *path)
{
  FILE *file = fopen(path, "rb");
  int can = file != NULL && (fgetc(file) != EOF || !ferror(file));   /* some systems open a folder */
  if (file != NULL) {
    (void)fclose(file);
  }
  return can;
}

/* C leaves open what rename does with a name that is taken, and does not say why it failed: what is there is given up
 * only where there is something to take its place. */
static crm_status stdio_replace(void *context, const char *from, const char *to)
{
  (void)context;
  if (rename(from, to) == 0) {
    return CRM_OK;
  }
  if (!can_be_read(from)) {
    return CRM_ERROR_IO;
  }
  (void)remove(to);
  return rename(from, to) == 0 ? CRM_OK : CRM_ERROR_IO;
}

static crm_status stdio_sync_names(void *context, const char *path)
{
  (void)context;
  (void)path;
  return CRM_OK;
}

static crm_status stdio_remove(void *context, const char *path)
{
  FILE *file;
  (void)context;
  if (remove(path) == 0) {
    return CRM_OK;
  }
  file = fopen(path, "rb");
  if (file == NULL) {
    return CRM_ERROR_NOT_FOUND;
  }
  (void)fclose(file);
  return CRM_ERROR_IO;
}

void crm__io_stdio(crm_io *io)
{
  crm_io made = CRM_IO_INIT;
  made.open = stdio_open;
  made.close = stdio_close;
  made.read_at = stdio_read_at;
  made.write_at = stdio_write_at;
  made.size = stdio_size;
  made.sync = stdio_sync;
  made.replace = stdio_replace;
  made.sync_names = stdio_sync_names;
  made.remove = stdio_remove;
  *io = made;
}

void crm_io_stdio(crm_io *io)
{
  crm_io made;
  crm__io_stdio(&made);
  (void)crm__struct_write(io, &made, sizeof made, "io", NULL);
}
