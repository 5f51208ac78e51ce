/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_SAME_H
#define TEST_SAME_H

#include <crm/store.h>

/* Whether two stores hold the same, member by member: counts, keys with their ids, every element of every column,
 * profiles, chains, who stands for whom, tallies, reopened months, attributes. What is made of these and may be made
 * again at any time (hash slots, sums by month, room) is not looked at. Fails the running test with the first
 * difference; `what` says where in it. */
void assert_store_same(const crm_store *expected, const crm_store *actual, const char *what);

#endif
