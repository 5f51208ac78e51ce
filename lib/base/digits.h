/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_DIGITS_H
#define CRM_BASE_DIGITS_H

#include "base/hash.h"

/* Short numbers of ASCII digits, eight bytes at once and without a branch a digit. All of them read eight bytes from
 * the text on, whatever its length, so those must be there. */

#define CRM__DIGITS_ZEROS UINT64_C(0x3030303030303030)

/* Whether all eight bytes are digits. */
static inline int crm__digits_only(uint64_t word)
{
  return (word & (word + UINT64_C(0x0606060606060606)) & UINT64_C(0xF0F0F0F0F0F0F0F0)) == CRM__DIGITS_ZEROS;
}

/* Digits in pairs: the number of bytes 0 and 1 in the lowest 16 bits, of 2 and 3 in the next. */
static inline uint64_t crm__digits_pairs(uint64_t word)
{
  return ((word & UINT64_C(0x0F0F0F0F0F0F0F0F)) * 2561 >> 8) & UINT64_C(0x00FF00FF00FF00FF);
}

/* The number that eight digits are, the first byte the highest. */
static inline uint64_t crm__digits_value(uint64_t word)
{
  uint64_t fours = (crm__digits_pairs(word) * 6553601 >> 16) & UINT64_C(0x0000FFFF0000FFFF);
  return fours * UINT64_C(42949672960001) >> 32;
}

/* The first `length` bytes of a text, 1 to 8, behind as many zeros as fill the word. */
static inline uint64_t crm__digits_load(const char *text, uint32_t length)
{
  return crm__load64(text) << (64 - 8 * length) | (CRM__DIGITS_ZEROS >> 4 * length) >> 4 * length;
}

/* A text of 1 to 16 digits. 0: it is something else. */
static inline int crm__digits_read(const char *text, uint32_t length, int64_t *value)
{
  uint64_t word;
  uint64_t high = 0;
  if (length > 8) {
    if (length > 16) {
      return 0;
    }
    word = crm__digits_load(text, length - 8);
    if (!crm__digits_only(word)) {
      return 0;
    }
    high = crm__digits_value(word) * 100000000;
    text += length - 8;
    length = 8;
  }
  if (length == 0) {
    return 0;
  }
  word = crm__digits_load(text, length);
  if (!crm__digits_only(word)) {
    return 0;
  }
  *value = (int64_t)(high + crm__digits_value(word));
  return 1;
}

/* A text of up to 8 bytes, digits with just `scale` decimals, 1 to 6, as a number of that scale. 0: it is something
 * else. */
static inline int crm__digits_decimals(const char *text, uint32_t length, char mark, uint32_t scale, int64_t *value)
{
  uint64_t word;
  uint32_t at = 8 * (7 - scale);   /* of the mark in the word */
  if (length <= scale || length > 8) {
    return 0;
  }
  word = crm__digits_load(text, length);
  if ((char)(word >> at & 0xFF) != mark) {
    return 0;
  }
  word = (word >> at >> 8) << at << 8 | (word & (((uint64_t)1 << at) - 1)) << 8 | (CRM__DIGITS_ZEROS & 0xFF);
  if (!crm__digits_only(word)) {
    return 0;
  }
  *value = (int64_t)crm__digits_value(word);
  return 1;
}

/* "HH:MM:SS" as microseconds. 0: it is something else. */
static inline int crm__digits_clock(const char *text, int64_t *clock)
{
  uint64_t word = crm__load64(text);
  uint64_t digits = (word & 0xFFFF) | (word >> 24 & 0xFFFF) << 16 | (word >> 48) << 32 |
                    (CRM__DIGITS_ZEROS & UINT64_C(0xFFFF000000000000));
  uint64_t pairs = crm__digits_pairs(digits);
  uint64_t hour = pairs & 0xFF;
  uint64_t minute = pairs >> 16 & 0xFF;
  uint64_t second = pairs >> 32 & 0xFF;
  if (text[2] != ':' || text[5] != ':' || !crm__digits_only(digits) || hour > 23 || minute > 59 || second > 59) {
    return 0;
  }
  *clock = (int64_t)((hour * 60 + minute) * 60 + second) * 1000000;
  return 1;
}

#endif
