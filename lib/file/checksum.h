/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_CHECKSUM_H
#define CRM_FILE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* XXH64 with seed 0, as its specification says. A change within one 8-byte word always changes it. */
uint64_t crm__checksum(const void *bytes, size_t size);

/* The same over bytes that come in pieces. */
typedef struct crm__checksum_state {
  uint64_t lanes[4];
  uint64_t total;
  unsigned char rest[32];
} crm__checksum_state;

void crm__checksum_begin(crm__checksum_state *state);
void crm__checksum_add(crm__checksum_state *state, const void *bytes, size_t size);
uint64_t crm__checksum_end(const crm__checksum_state *state);

#endif
