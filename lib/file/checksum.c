/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "file/checksum.h"

#include <string.h>

#include "base/hash.h"

#define PRIME_1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME_2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME_3 UINT64_C(0x165667B19E3779F9)
#define PRIME_4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME_5 UINT64_C(0x27D4EB2F165667C5)

#define STRIPE 32U

static uint64_t rotate(uint64_t value, int bits)
{
  return value << bits | value >> (64 - bits);
}

static uint64_t mix(uint64_t lane, uint64_t word)
{
  return rotate(lane + word * PRIME_2, 31) * PRIME_1;
}

/* The lanes do not wait for one another. */
static void add_stripes(uint64_t lanes[4], const unsigned char *bytes, size_t stripes)
{
  uint64_t a = lanes[0];
  uint64_t b = lanes[1];
  uint64_t c = lanes[2];
  uint64_t d = lanes[3];
  for (; stripes > 0; stripes--) {
    a = mix(a, crm__load64(bytes));
    b = mix(b, crm__load64(bytes + 8));
    c = mix(c, crm__load64(bytes + 16));
    d = mix(d, crm__load64(bytes + 24));
    bytes += STRIPE;
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
}

void crm__checksum_begin(crm__checksum_state *state)
{
  memset(state, 0, sizeof *state);
  state->lanes[0] = PRIME_1 + PRIME_2;
  state->lanes[1] = PRIME_2;
  state->lanes[3] = UINT64_C(0) - PRIME_1;
}

void crm__checksum_add(crm__checksum_state *state, const void *bytes, size_t size)
{
  const unsigned char *at = bytes;
  size_t held = (size_t)(state->total % STRIPE);
  state->total += size;
  if (held + size < STRIPE) {
    if (size > 0) {
      memcpy(state->rest + held, at, size);
    }
    return;
  }
  if (held > 0) {
    memcpy(state->rest + held, at, STRIPE - held);
    add_stripes(state->lanes, state->rest, 1);
    at += STRIPE - held;
    size -= STRIPE - held;
  }
  add_stripes(state->lanes, at, size / STRIPE);
  if (size % STRIPE > 0) {
    memcpy(state->rest, at + size / STRIPE * STRIPE, size % STRIPE);
  }
}

static uint64_t merge_lanes(const uint64_t lanes[4])
{
  uint64_t hash = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
  int i;
  for (i = 0; i < 4; i++) {
    hash = (hash ^ mix(0, lanes[i])) * PRIME_1 + PRIME_4;
  }
  return hash;
}

uint64_t crm__checksum_end(const crm__checksum_state *state)
{
  size_t left = (size_t)(state->total % STRIPE);
  const unsigned char *at = state->rest;
  uint64_t hash = state->total >= STRIPE ? merge_lanes(state->lanes) : PRIME_5;
  hash += state->total;
  for (; left >= 8; left -= 8) {
    hash = rotate(hash ^ mix(0, crm__load64(at)), 27) * PRIME_1 + PRIME_4;
    at += 8;
  }
  if (left >= 4) {
    hash = rotate(hash ^ (uint64_t)crm__load32(at) * PRIME_1, 23) * PRIME_2 + PRIME_3;
    at += 4;
    left -= 4;
  }
  for (; left > 0; left--) {
    hash = rotate(hash ^ *at++ * PRIME_5, 11) * PRIME_1;
  }
  hash = (hash ^ hash >> 33) * PRIME_2;
  hash = (hash ^ hash >> 29) * PRIME_3;
  return hash ^ hash >> 32;
}

uint64_t crm__checksum(const void *bytes, size_t size)
{
  crm__checksum_state state;
  crm__checksum_begin(&state);
  crm__checksum_add(&state, bytes, size);
  return crm__checksum_end(&state);
}
