/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SAVED_FOUND_H
#define CRM_STORE_SAVED_FOUND_H

#include "store/saved_file.h"

/* What is found in a damaged file: its frames that are intact, in the order of the file. */
typedef struct crm__found {
  crm__memory memory;
  crm__scan *scan;
  crm__frame *frames;
  uint64_t *places;        /* one more than that of the frame before, where nothing is lost between */
  uint64_t count;
  uint64_t capacity;
  uint64_t place_capacity;
} crm__found;

/* found: zeros. Whatever comes of it, crm__found_close. Errors: IO, NOT_FOUND, MEMORY. */
crm_status crm__found_open(crm__found *found, const crm__memory *memory, const crm_io *io, const char *path,
                           crm_error *error);
void crm__found_close(crm__found *found);

/* The payload of a frame, checked once more; the caller gives it back. */
crm_status crm__found_payload(crm__found *found, const crm__frame *frame, unsigned char **bytes, crm_error *error);
void crm__found_drop(crm__found *found, const crm__frame *frame, unsigned char *bytes);

/* The head of a checkpoint, one of its copies, or its plan. */
int crm__found_is_head(const crm__frame *frame);

/* What a head says of its pieces. */
typedef struct crm__listing {
  const crm__frame *frame;
  unsigned char *bytes;          /* its payload */
  const unsigned char *head;     /* the head's bytes in it */
  uint64_t size;
  const unsigned char *list;
  uint64_t pieces;               /* 0: it is no head */
  uint64_t lost;
} crm__listing;

typedef struct crm__found_piece {
  uint32_t part;
  uint64_t first;
  const crm__frame *frame;       /* NULL: it is lost */
} crm__found_piece;

crm_status crm__found_listing(crm__found *found, const crm__frame *frame, crm__listing *listing, crm_error *error);
void crm__found_listing_end(crm__found *found, crm__listing *listing);
crm__found_piece crm__found_piece_of(const crm__found *found, const crm__listing *listing, uint64_t i);

/* The newest head of those that have lost least; NULL: there is none. */
crm_status crm__found_choose(crm__found *found, const crm__frame **best, crm_error *error);

#endif
