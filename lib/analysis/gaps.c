/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/gaps.h"

#include "base/error.h"
#include "base/sort.h"

/* Turns visits into the gaps between those of a customer; a gap takes the place of a visit that has been read. */
static crm_status make_gaps(crm__gaps *all, crm__scope *scope, uint64_t *visits, crm_error *error)
{
  uint32_t customers = crm__customers(scope->store);
  uint64_t *starts = crm__scope_alloc(scope, (uint64_t)customers + 1U, sizeof *starts);
  uint32_t reached = 0;
  uint64_t used = 0;
  uint64_t previous = 0;
  uint64_t k;
  if (starts == NULL) {
    return crm__fail_memory(error);
  }
  starts[0] = 0;
  for (k = 0; k < all->visits; k++) {
    uint64_t visit = visits[k];
    uint32_t customer = crm__visit_customer(visit);
    if (k > 0 && customer == crm__visit_customer(previous)) {
      visits[used++] = visit - previous;
    }
    while (reached < customer) {
      starts[++reached] = used;
    }
    previous = visit;
  }
  while (reached < customers) {
    starts[++reached] = used;
  }
  all->starts = starts;
  all->days = (int64_t *)(void *)visits;
  return CRM_OK;
}

crm_status crm__gaps_compute(crm__scope *scope, crm__gaps *gaps, crm_error *error)
{
  uint64_t *visits;
  crm_status status = crm__visits(scope, &visits, &gaps->visits, error);
  return status == CRM_OK ? make_gaps(gaps, scope, visits, error) : status;
}

int64_t crm__twice_median(int64_t *values, uint64_t count)
{
  int64_t upper = crm__select(values, count, count / 2U);
  return upper + (count % 2U == 1 ? upper : crm__select(values, count, count / 2U - 1U));
}
