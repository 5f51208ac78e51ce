/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/layout.h"

#include <string.h>

#include "base/hash.h"
#include "file/checksum.h"

/* Like that of PNG: a transfer that takes it for text, or strips its top bits, damages it. */
static const unsigned char slot_magic[8] = { 0x89, 'C', 'R', 'M', '\r', '\n', 0x1A, '\n' };
static const unsigned char frame_magic[4] = { 0xF2, 'f', 'r', 'm' };

static void store32(unsigned char *to, uint32_t value)
{
  to[0] = (unsigned char)value;
  to[1] = (unsigned char)(value >> 8);
  to[2] = (unsigned char)(value >> 16);
  to[3] = (unsigned char)(value >> 24);
}

void crm__root_put(const crm__root *root, unsigned char bytes[CRM__SLOT_SIZE])
{
  memcpy(bytes, slot_magic, sizeof slot_magic);
  store32(bytes + 8, CRM__CONTAINER_FORMAT);
  store32(bytes + 12, 0);
  crm__store64(bytes + 16, root->id);
  crm__store64(bytes + 24, root->generation);
  crm__store64(bytes + 32, root->commit);
  crm__store64(bytes + 40, root->checkpoint);
  crm__store64(bytes + 48, root->tail);
  crm__store64(bytes + 56, root->end);
  crm__store64(bytes + 64, root->chain);
  crm__store64(bytes + 72, crm__checksum(bytes, 72));
}

int crm__root_get(const unsigned char bytes[CRM__SLOT_SIZE], crm__root *root)
{
  if (memcmp(bytes, slot_magic, sizeof slot_magic) != 0 || crm__load64(bytes + 72) != crm__checksum(bytes, 72)) {
    return CRM__ROOT_BAD;
  }
  root->id = crm__load64(bytes + 16);
  root->generation = crm__load64(bytes + 24);
  root->commit = crm__load64(bytes + 32);
  root->checkpoint = crm__load64(bytes + 40);
  root->tail = crm__load64(bytes + 48);
  root->end = crm__load64(bytes + 56);
  root->chain = crm__load64(bytes + 64);
  return crm__load32(bytes + 8) == CRM__CONTAINER_FORMAT && crm__load32(bytes + 12) == 0 ? CRM__ROOT_GOOD
                                                                                         : CRM__ROOT_LATER;
}

void crm__head_put(crm__head *head, unsigned char bytes[CRM__HEAD_SIZE])
{
  memcpy(bytes, frame_magic, sizeof frame_magic);
  store32(bytes + 4, head->kind);
  crm__store64(bytes + 8, head->commit);
  crm__store64(bytes + 16, head->length);
  crm__store64(bytes + 24, head->checksum);
  crm__store64(bytes + 32, head->previous);
  head->self = crm__checksum(bytes, 40);
  crm__store64(bytes + 40, head->self);
}

int crm__head_get(const unsigned char bytes[CRM__HEAD_SIZE], crm__head *head)
{
  if (memcmp(bytes, frame_magic, sizeof frame_magic) != 0 || crm__load64(bytes + 40) != crm__checksum(bytes, 40)) {
    return 0;
  }
  head->kind = crm__load32(bytes + 4);
  head->reserved = 0;
  head->commit = crm__load64(bytes + 8);
  head->length = crm__load64(bytes + 16);
  head->checksum = crm__load64(bytes + 24);
  head->previous = crm__load64(bytes + 32);
  head->self = crm__load64(bytes + 40);
  return 1;
}

void crm__record_put(const crm__record *record, unsigned char bytes[CRM__RECORD_SIZE])
{
  crm__store64(bytes, record->checkpoint);
  crm__store64(bytes + 8, record->base);
  crm__store64(bytes + 16, record->frames);
  crm__store64(bytes + 24, (uint64_t)record->version);
}

void crm__record_get(const unsigned char bytes[CRM__RECORD_SIZE], crm__record *record)
{
  uint64_t version = crm__load64(bytes + 24);
  record->checkpoint = crm__load64(bytes);
  record->base = crm__load64(bytes + 8);
  record->frames = crm__load64(bytes + 16);
  record->version = version <= INT64_MAX ? (int64_t)version : -(int64_t)(UINT64_MAX - version) - 1;
}

uint64_t crm__chain_begin(uint64_t id, uint64_t generation)
{
  unsigned char bytes[16];
  crm__store64(bytes, id);
  crm__store64(bytes + 8, generation);
  return crm__checksum(bytes, sizeof bytes);
}
