/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_RANDOM_H
#define DATA_RANDOM_H

#include <stdint.h>

/* Random numbers by splitmix64: the same on every platform. */
struct random {
  uint64_t state;
};

/* A number that looks like any other but is always the same for z. */
uint64_t mix(uint64_t z);

uint32_t random_below(struct random *random, uint32_t bound);   /* 0 to bound - 1 */
int32_t random_between(struct random *random, int32_t low, int32_t high);
int random_chance(struct random *random, uint32_t permille);

/* The place of one of `count` weights, which add up to less than 2^32. */
uint32_t random_weighted(struct random *random, const uint32_t *weights, uint32_t count);

/* About lognormal with median 65536; sigma in hundredths, up to 150. */
uint64_t random_lognormal(struct random *random, int32_t sigma);

#endif
