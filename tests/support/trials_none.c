/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/trials.h"

/* Where a process cannot be forked nothing is tried. */

crm_status __real_crm_store_create(const crm_config *config, const crm_store_options *options, crm_store **store,
                                   crm_error *error);

uint64_t test_trials(void)
{
  return 0;
}

test_trial_target test_trial_of_store(crm_store *store)
{
  test_trial_target target = { NULL, NULL };
  target.store = store;
  return target;
}

test_trial_target test_trial_of_load(crm_load *load)
{
  test_trial_target target = { NULL, NULL };
  target.load = load;
  return target;
}

int test_trial_again(test_call *call, test_trial_target target)
{
  (void)call;
  (void)target;
  return 0;
}

void test_trial_end(test_call *call, crm_status status)
{
  (void)call;
  (void)status;
}

void test_trial_after(crm_status status, test_trial_target target)
{
  (void)status;
  (void)target;
}

crm_status test_trial_store(const crm_config *config, const crm_store_options *options, crm_store **store,
                            crm_error *error)
{
  return __real_crm_store_create(config, options, store, error);
}
