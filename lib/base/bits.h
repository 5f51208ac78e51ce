/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_BITS_H
#define CRM_BASE_BITS_H

#include <stdint.h>

/* The place of the lowest bit that is set; word is not 0. A de Bruijn sequence holds each run of six bits once, so the
 * product with a single bit names it by its top six. */
static inline uint32_t crm__lowest_bit(uint64_t word)
{
#if defined(__GNUC__) || defined(__clang__)
  return (uint32_t)__builtin_ctzll(word);
#else
  static const uint8_t places[64] = {
    0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28, 62, 5,  39, 46, 44, 42,
    22, 9,  24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
    23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12
  };
  return places[((word & (0U - word)) * UINT64_C(0x022fdd63cc95386d)) >> 58];
#endif
}

/* The place of the highest bit that is set; word is not 0. */
static inline uint32_t crm__highest_bit(uint64_t word)
{
#if defined(__GNUC__) || defined(__clang__)
  return 63U - (uint32_t)__builtin_clzll(word);
#else
  uint32_t place = 0;
  uint32_t step;
  for (step = 32; step > 0; step /= 2) {
    if (word >> step != 0) {
      word >>= step;
      place += step;
    }
  }
  return place;
#endif
}

#endif
