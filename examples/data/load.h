/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_LOAD_H
#define DATA_LOAD_H

#include <stdint.h>

/* Writes one sales file of so many lines; 1 when all of it has been written. */
int generate_load(uint64_t lines, uint32_t customers, uint64_t seed, const char *path);

#endif
