/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "random.h"

uint64_t mix(uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static uint64_t random_bits(struct random *random)
{
  random->state += UINT64_C(0x9e3779b97f4a7c15);
  return mix(random->state);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
  return (uint32_t)(((random_bits(random) >> 32) * bound) >> 32);
}

int32_t random_between(struct random *random, int32_t low, int32_t high)
{
  return low + (int32_t)random_below(random, (uint32_t)(high - low + 1));
}

int random_chance(struct random *random, uint32_t permille)
{
  return random_below(random, 1000) < permille;
}

uint32_t random_weighted(struct random *random, const uint32_t *weights, uint32_t count)
{
  uint32_t total = 0, i, at;
  for (i = 0; i < count; i++) {
    total += weights[i];
  }
  at = random_below(random, total);
  for (i = 0; at >= weights[i]; i++) {
    at -= weights[i];
  }
  return i;
}

/* 2^(exponent / 65536) in units of 1 / 65536, for exponents from -16 to 16 (times 65536); linear between sixteenths. */
static uint64_t power_of_two(int32_t exponent)
{
  static const uint32_t SIXTEENTHS[17] = {65536, 68438,  71468,  74632,  77936,  81386,  84990,  88752, 92682,
                                          96785, 101070, 105545, 110218, 115098, 120194, 125515, 131072};
  uint32_t shifted = (uint32_t)(exponent + 16 * 65536);
  uint32_t slot = (shifted & 0xffff) >> 12, rest = shifted & 0xfff;
  uint64_t low = SIXTEENTHS[slot], high = SIXTEENTHS[slot + 1];
  return ((low + (((high - low) * rest) >> 12)) << (shifted >> 16)) >> 16;
}

/* A sum of four uniform numbers is nearly normal; its deviation is 37837, which a fortieth of it brings to log2(e)
   hundredths. */
uint64_t random_lognormal(struct random *random, int32_t sigma)
{
  uint64_t bits = random_bits(random);
  int32_t sum = (int32_t)((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48));
  return power_of_two((sum - 131070) / 40 * sigma);
}
