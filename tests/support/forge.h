/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_FORGE_H
#define TEST_FORGE_H

#include <crm/io.h>

#include <stddef.h>

/* Store files that lie: the frames of a good one, to be changed and written again with right checksums, so that what
 * the frames hold is all that is wrong with it. */
typedef struct forged_frame {
  uint32_t kind;           /* CRM__FRAME_OWN and less: the end of a commit */
  uint32_t piece;          /* of a part: its number in the list, */
  uint64_t offset;         /* and where it stood */
  unsigned char *bytes;
  size_t size;
  int dropped;             /* it is not written, nor listed */
  uint64_t stray;          /* the list has a piece so many bytes behind where it stands */
} forged_frame;

typedef struct forge {
  forged_frame *frames;
  size_t count;
} forge;

/* Reads a file that has one checkpoint, its first commit. */
forge forge_read(const crm_io *io, const char *path);
void forge_free(forge *of);

/* The n-th frame of a kind, from 0 on; there is one. And the n-th piece of a part. */
forged_frame *forge_frame(const forge *of, uint32_t kind, size_t n);
forged_frame *forge_piece(const forge *of, uint32_t part, size_t n);

/* What stands in a frame, little-endian, and other things in its place; with another length, zeros behind it. */
uint64_t forge_number(const forged_frame *frame, size_t at, size_t width);
void forge_put(forged_frame *frame, size_t at, size_t width, uint64_t value);
void forge_resize(forged_frame *frame, size_t size);

/* A frame more, before the n-th frame of a kind. */
void forge_add(forge *of, uint32_t before, size_t n, uint32_t kind, const void *bytes, size_t size);

/* Writes all of it to a new file. */
void forge_write(const forge *of, const crm_io *io, const char *path);

#endif
