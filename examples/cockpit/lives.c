/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "lives.h"

typedef crm_status (*builder)(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table,
                              crm_error *error);

static crm_status with_lifecycle(const crm_store *store, const arguments *args, builder build, crm_table **table,
                                 crm_error *error)
{
  crm_lifecycle *lifecycle = NULL;
  crm_status status = crm_lifecycle_compute(store, &args->scope, &args->lifecycle, &lifecycle, error);
  if (status == CRM_OK) {
    status = build(lifecycle, args, table, error);
  }
  crm_lifecycle_free(lifecycle);
  return status;
}

static crm_status stages(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_lifecycle_stages(lifecycle, table, error);
}

static crm_status members(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_lifecycle_members(lifecycle, table, error);
}

static crm_status history(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_lifecycle_history(lifecycle, args->customer, table, error);
}

static crm_status transitions(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table,
                              crm_error *error)
{
  return crm_lifecycle_transitions(lifecycle, args->scope.from, args->scope.to, table, error);
}

static crm_status bucket(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_lifecycle_bucket(lifecycle, &args->calendar, table, error);
}

static crm_status refill(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_lifecycle_refill(lifecycle, &args->calendar, &args->refill, table, error);
}

crm_status lives_refill(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, refill, table, error);
}

static crm_status survival(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_lifecycle_survival(lifecycle, table, error);
}

static crm_status reasons(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_lifecycle_reasons(lifecycle, table, error);
}

crm_status lives_reasons(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, reasons, table, error);
}

static crm_status leaving(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  return crm_lifecycle_reasons_by_period(lifecycle, &args->calendar, table, error);
}

crm_status lives_leaving(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, leaving, table, error);
}

static crm_status churn(const crm_lifecycle *lifecycle, const arguments *args, crm_table **table, crm_error *error)
{
  (void)args;
  return crm_lifecycle_churn(lifecycle, table, error);
}

crm_status lives_churn(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, churn, table, error);
}

crm_status lives_stages(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, stages, table, error);
}

crm_status lives_members(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, members, table, error);
}

crm_status lives_history(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, history, table, error);
}

crm_status lives_transitions(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, transitions, table, error);
}

crm_status lives_bucket(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, bucket, table, error);
}

crm_status lives_survival(const crm_store *store, const arguments *args, crm_table **table, crm_error *error)
{
  return with_lifecycle(store, args, survival, table, error);
}
