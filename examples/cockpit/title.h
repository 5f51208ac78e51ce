/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_TITLE_H
#define COCKPIT_TITLE_H

#include "arguments.h"
#include "page.h"

/* The as-of that holds: the one given, or the store's; CRM_TIME_UNSET_TO where there is none. */
int64_t title_as_of(const crm_store *store, const arguments *args);

/* The first lines of text output: what it is, the period and the as-of. */
void title_draw(page *out, const crm_store *store, const arguments *args, const char *text);

#endif
