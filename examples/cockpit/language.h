/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_LANGUAGE_H
#define COCKPIT_LANGUAGE_H

#include <stdint.h>

/* What text output calls things. group is "column", "tier", "segment", "kpi", "text" ...; an id without a label stands
 * for itself. */
const char *label(int32_t language, const char *group, const char *id);

/* NULL where there is no label. */
const char *label_find(int32_t language, const char *group, const char *id);

#endif
