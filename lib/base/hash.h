/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_HASH_H
#define CRM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 64-bit hashes under a seed, the same on every platform. No order that a caller sees may depend on one. */

/* The seed of a new table; the others are multipliers. */
#define CRM__HASH_SEED UINT64_C(0x2545F4914F6CDD1D)
#define CRM__MULTIPLIER_A UINT64_C(0x9E3779B97F4A7C15)
#define CRM__MULTIPLIER_B UINT64_C(0xD1B54A32D192ED03)
#define CRM__MULTIPLIER_C UINT64_C(0xBEA225F9EB34556D)

/* The halves of the 128-bit product, folded. */
static inline uint64_t crm__multiply_fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 wide;
  return (uint64_t)((wide)a * b >> 64) ^ a * b;
#else
  uint64_t a_low = a & UINT32_MAX;
  uint64_t a_high = a >> 32;
  uint64_t b_low = b & UINT32_MAX;
  uint64_t b_high = b >> 32;
  uint64_t low = a_low * b_low;
  uint64_t cross = a_high * b_low + (low >> 32);
  uint64_t middle = a_low * b_high + (cross & UINT32_MAX);
  uint64_t high = a_high * b_high + (cross >> 32) + (middle >> 32);
  return high ^ (middle << 32 | (low & UINT32_MAX));
#endif
}

/* Spreads every bit to the upper ones. */
static inline uint64_t crm__hash_finish(uint64_t hash)
{
  return (hash ^ hash >> 32) * CRM__MULTIPLIER_C;
}

/* The space only reaches the low half of the multiplier, so that is never 0. */
static inline uint64_t crm__hash_integer(uint64_t seed, uint32_t space, int64_t key)
{
  return crm__hash_finish(crm__multiply_fold((uint64_t)key ^ seed, CRM__MULTIPLIER_A ^ space));
}

static inline uint64_t crm__load64(const void *from)
{
  const unsigned char *b = from;
  return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 |
         (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

static inline uint32_t crm__load32(const void *from)
{
  const unsigned char *b = from;
  return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline void crm__store64(unsigned char *to, uint64_t word)
{
  to[0] = (unsigned char)word;
  to[1] = (unsigned char)(word >> 8);
  to[2] = (unsigned char)(word >> 16);
  to[3] = (unsigned char)(word >> 24);
  to[4] = (unsigned char)(word >> 32);
  to[5] = (unsigned char)(word >> 40);
  to[6] = (unsigned char)(word >> 48);
  to[7] = (unsigned char)(word >> 56);
}

/* Up to 16 bytes, padded with zeros, as two little-endian words; reads nothing outside the text. */
static inline void crm__load_short(const void *text, size_t length, uint64_t words[2])
{
  const unsigned char *bytes = text;

  words[1] = 0;
  if (length > 8) {
    words[0] = crm__load64(bytes);
    words[1] = crm__load64(bytes + length - 8) >> (8 * (16 - length));
  } else if (length >= 4) {
    words[0] = (uint64_t)crm__load32(bytes) | (uint64_t)crm__load32(bytes + length - 4) << (8 * (length - 4));
  } else if (length > 0) {
    words[0] = (uint64_t)bytes[0] | (uint64_t)bytes[length / 2] << (8 * (length / 2)) |
               (uint64_t)bytes[length - 1] << (8 * (length - 1));
  } else {
    words[0] = 0;
  }
}

/* Of the words of a text of up to 16 bytes. */
static inline uint64_t crm__hash_short(uint64_t seed, uint32_t space, const uint64_t words[2], size_t length)
{
  uint64_t hash = crm__multiply_fold(words[0] ^ seed, words[1] ^ seed ^ CRM__MULTIPLIER_B);
  return crm__hash_finish(hash ^ crm__multiply_fold((uint64_t)length << 32 ^ seed, CRM__MULTIPLIER_A ^ space));
}

/* One step over 16 bytes. It keeps the state beside the product: a block that makes the product 0 forgets nothing. */
static inline uint64_t crm__hash_block(uint64_t hash, uint64_t seed, const unsigned char *block)
{
  uint64_t product = crm__multiply_fold(crm__load64(block) ^ seed, crm__load64(block + 8) ^ hash ^ CRM__MULTIPLIER_B);
  return (hash << 23 | hash >> 41) ^ product;
}

/* Of a text of over 16 bytes; the last block may overlap the one before. */
static inline uint64_t crm__hash_long(uint64_t seed, uint32_t space, const void *text, size_t length)
{
  uint64_t hash = crm__multiply_fold((uint64_t)length ^ seed, CRM__MULTIPLIER_A ^ space);
  const unsigned char *bytes = text;
  size_t at;

  for (at = 0; at + 16 < length; at += 16) {
    hash = crm__hash_block(hash, seed, bytes + at);
  }
  return crm__hash_finish(crm__hash_block(hash, seed, bytes + length - 16));
}

#endif
