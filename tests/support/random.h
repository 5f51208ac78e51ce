/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_RANDOM_H
#define TESTS_SUPPORT_RANDOM_H

#include "support/facts.h"

/* A store with two and a half years from 2022-01-01 on: sales, returns, quotes and sales to nobody, of up to 60
 * customers, in the branches x, y, 7 and none, of products that come up from time to time. */
crm_store *random_sales(uint64_t seed, int documents);

#endif
