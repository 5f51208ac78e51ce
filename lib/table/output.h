/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_OUTPUT_H
#define CRM_TABLE_OUTPUT_H

#include "base/memory.h"
#include "base/sizes.h"

#include <crm/api.h>

/* Batches small writes into blocks for a sink. After the sink has refused a block all later bytes are dropped: writers
 * look at status where it is cheap (each row) and need not elsewhere. */

#define CRM__OUTPUT_BLOCK CRM__SIZE((size_t)65536, (size_t)128)

typedef struct crm__output {
  crm_sink sink;
  crm__memory memory;
  char *buffer;        /* CRM__OUTPUT_BLOCK bytes */
  size_t used;
  crm_status status;
} crm__output;

/* Errors: ARGUMENT (no sink, or one without write), MEMORY. After a failure there is nothing to close. */
crm_status crm__output_open(crm__output *output, crm__memory memory, const crm_sink *sink, crm_error *error);

/* Hands over what is left, frees the block and answers the first status that was not OK. */
crm_status crm__output_close(crm__output *output, crm_error *error);

void crm__output_flush(crm__output *output);
void crm__output_write(crm__output *output, const char *bytes, size_t length);
void crm__output_text(crm__output *output, const char *text);   /* NUL-ended */

/* Room for length bytes, at most CRM__OUTPUT_BLOCK; what is put there counts once `used` is raised by as much. */
static inline char *crm__output_room(crm__output *output, size_t length)
{
  if (CRM__OUTPUT_BLOCK - output->used < length) {
    crm__output_flush(output);
  }
  return output->buffer + output->used;
}

static inline void crm__output_byte(crm__output *output, char byte)
{
  *crm__output_room(output, 1) = byte;
  output->used++;
}

#endif
