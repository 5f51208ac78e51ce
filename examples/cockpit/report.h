/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_REPORT_H
#define COCKPIT_REPORT_H

#include <crm/crm.h>

/* Exit statuses. */
#define EXIT_GOOD 0
#define EXIT_REJECTED 1   /* the result stands, some rows were rejected */
#define EXIT_UNUSABLE 2   /* unusable input or arguments; nothing was written */

/* Writes one line "crm-cockpit: ..." to standard error; control characters are made harmless. Answers EXIT_UNUSABLE. */
int report(const char *format, ...);

/* Reports a failed call of the library; subject (a file or verb) may be NULL. Answers EXIT_UNUSABLE. */
int report_error(const char *subject, const crm_error *error);

int report_memory(void);

#endif
