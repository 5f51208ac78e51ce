/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SUMMARY_H
#define CRM_STORE_SUMMARY_H

#include "store/facts.h"

/* What a scope's summary gives. 0: there is none, or it does not fit. activity comes with its calendar. */
int crm__summary_measures(const crm__scope *scope, crm__measures *measures);
int crm__summary_activity(const crm__scope *scope, crm__activity *activity);

#endif
