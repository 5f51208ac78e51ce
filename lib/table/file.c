/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/error.h"
#include "table/csv.h"

#include <stdio.h>

static crm_status read_file(void *context, void *buffer, size_t size, size_t *got)
{
  FILE *file = context;
  *got = fread(buffer, 1, size, file);
  return *got < size && ferror(file) ? CRM_ERROR_IO : CRM_OK;
}

crm_status crm__file_open(crm__file *file, const char *path, crm_source *source, crm_error *error)
{
  file->handle = NULL;
  FILE *opened = fopen(path, "rb");
  if (opened == NULL) {
    return crm__fail(error, CRM_ERROR_IO, "cannot open '%s'", path);
  }
  /* A directory opens where files are files of the system; only reading it fails. */
  int first = fgetc(opened);
  if (first == EOF ? ferror(opened) : ungetc(first, opened) == EOF) {
    fclose(opened);
    return crm__fail(error, CRM_ERROR_IO, "cannot read '%s'", path);
  }
  crm_source made = { (uint32_t)sizeof made, 0, opened, read_file };
  file->handle = opened;
  *source = made;
  return CRM_OK;
}

void crm__file_close(crm__file *file)
{
  if (file->handle != NULL) {
    fclose((FILE *)file->handle);
    file->handle = NULL;
  }
}
