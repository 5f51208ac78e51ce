/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/output.h"

#include "base/error.h"

#include <string.h>

crm_status crm__output_open(crm__output *output, crm__memory memory, const crm_sink *sink, crm_error *error)
{
  crm_status status;
  if (sink == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "sink must not be NULL");
  }
  status = crm__struct_read(&output->sink, sizeof output->sink, sink, "crm_sink", error);
  if (status != CRM_OK) {
    return status;
  }
  if (output->sink.write == NULL) {
    return crm__fail(error, CRM_ERROR_ARGUMENT, "a sink needs a write function");
  }
  output->memory = memory;
  output->used = 0;
  output->status = CRM_OK;
  output->buffer = crm__alloc(&output->memory, CRM__OUTPUT_BLOCK);
  return output->buffer == NULL ? crm__fail_memory(error) : CRM_OK;
}

crm_status crm__output_close(crm__output *output, crm_error *error)
{
  crm__output_flush(output);
  crm__free(&output->memory, output->buffer, CRM__OUTPUT_BLOCK);
  output->buffer = NULL;
  return output->status == CRM_OK ? CRM_OK : crm__fail(error, output->status, "the sink did not take what was written");
}

static void hand_over(crm__output *output, const char *bytes, size_t length)
{
  if (length > 0 && output->status == CRM_OK) {
    output->status = output->sink.write(output->sink.context, bytes, length);
  }
}

void crm__output_flush(crm__output *output)
{
  hand_over(output, output->buffer, output->used);
  output->used = 0;
}

void crm__output_write(crm__output *output, const char *bytes, size_t length)
{
  if (CRM__OUTPUT_BLOCK - output->used < length) {
    crm__output_flush(output);
    if (length >= CRM__OUTPUT_BLOCK) {
      hand_over(output, bytes, length);
      return;
    }
  }
  if (length > 0) {
    memcpy(output->buffer + output->used, bytes, length);
    output->used += length;
  }
}

void crm__output_text(crm__output *output, const char *text)
{
  crm__output_write(output, text, strlen(text));
}
