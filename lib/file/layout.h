/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_LAYOUT_H
#define CRM_FILE_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the container, as docs/format/store.md describes them. */

#define CRM__CONTAINER_FORMAT 1U

#define CRM__SECTOR 4096U        /* a root slot stands at the head of each of the first two */
#define CRM__FRAMES_BEGIN 8192U
#define CRM__SLOT_SIZE 80U
#define CRM__HEAD_SIZE 48U
#define CRM__RECORD_SIZE 32U     /* payload of the frame that ends a commit */
#define CRM__RECORD_WHOLE (CRM__HEAD_SIZE + CRM__RECORD_SIZE)

#define CRM__KIND_COMMIT 1U

/* Where a commit is. */
typedef struct crm__root {
  uint64_t id;
  uint64_t generation;
  uint64_t commit;
  uint64_t checkpoint;   /* offset of the frame that it starts from */
  uint64_t tail;         /* offset of the frame that ends it */
  uint64_t end;          /* offset behind that */
  uint64_t chain;        /* checksum of that frame's header, and so of all frames before it */
} crm__root;

typedef struct crm__head {
  uint32_t kind;
  uint32_t reserved;
  uint64_t commit;
  uint64_t length;       /* of the payload, without the zeros behind it */
  uint64_t checksum;     /* of the payload */
  uint64_t previous;     /* `self` of the frame before; of the first one: crm__chain_begin */
  uint64_t self;         /* checksum of the header's bytes before this one */
} crm__head;

/* What the frame that ends a commit holds. */
typedef struct crm__record {
  uint64_t checkpoint;   /* offset of the frame that was named last */
  uint64_t base;         /* offset of the first frame of that one's commit */
  uint64_t frames;       /* of this commit, without this one */
  int64_t version;
} crm__record;

#define CRM__ROOT_BAD 0
#define CRM__ROOT_GOOD 1
#define CRM__ROOT_LATER 2   /* good, of a format that is not known here */

void crm__root_put(const crm__root *root, unsigned char bytes[CRM__SLOT_SIZE]);
int crm__root_get(const unsigned char bytes[CRM__SLOT_SIZE], crm__root *root);

/* Sets head->self. */
void crm__head_put(crm__head *head, unsigned char bytes[CRM__HEAD_SIZE]);
/* 0: no header. */
int crm__head_get(const unsigned char bytes[CRM__HEAD_SIZE], crm__head *head);

void crm__record_put(const crm__record *record, unsigned char bytes[CRM__RECORD_SIZE]);
void crm__record_get(const unsigned char bytes[CRM__RECORD_SIZE], crm__record *record);

uint64_t crm__chain_begin(uint64_t id, uint64_t generation);

/* A payload's length up to the next header. */
static inline uint64_t crm__padded(uint64_t length)
{
  return (length + 7U) & ~(uint64_t)7U;
}

#endif
