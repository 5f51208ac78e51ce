/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_TRIALS_H
#define TEST_TRIALS_H

#include <crm/crm.h>

#include "support/calls.h"

/* Every call of a unit test that may write to a store's file, with its I/O failing (meson test --setup disk). Stores
 * that a test makes with neither config nor io live in a file on a simulated disk of their own (disk.h) then.
 *
 * Before such a call is made, a process that is forked makes it as it is: that tells the calls of the io, and what the
 * file holds before and after. Then a process for each point makes it with the n-th call of the io failing, short or
 * out of space, or with power lost in it. The call has to answer so and to leave its outputs and its store alone; what
 * is found on the disk, also when power is lost behind it, is the store before the call or after it, whole and
 * verified, and after it where that was acknowledged; what is missing is done again and gives the store that it should.
 * The test sees none of this: its own call is made last.
 *
 * After a commit the same is done with one of compacting, saving, copying, opening, reading and checking its file. The
 * value of LIBCRM_TEST_DISK in the environment says how many points of each call are tried, evenly chosen; with few,
 * some calls are passed over, and ever more the more a program makes. Without it, or where there is no fork, none. */

/* How many; 0: none. */
uint64_t test_trials(void);

/* What a call writes to; NULL: nothing that could be tried. */
typedef struct test_trial_target {
  crm_store *store;
  crm_load *load;     /* that is under way */
} test_trial_target;

test_trial_target test_trial_of_store(crm_store *store);
test_trial_target test_trial_of_load(crm_load *load);

/* Whether this process is to make a trial of the call; what that answers goes to test_trial_end, which does not
 * return. */
int test_trial_again(test_call *call, test_trial_target target);
void test_trial_end(test_call *call, crm_status status);

/* What comes after the test's own call. */
void test_trial_after(crm_status status, test_trial_target target);

/* In the place of crm_store_create. */
crm_status test_trial_store(const crm_config *config, const crm_store_options *options, crm_store **store,
                            crm_error *error);

#endif
