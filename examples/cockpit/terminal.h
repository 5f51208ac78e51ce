/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_TERMINAL_H
#define COCKPIT_TERMINAL_H

#include <stdint.h>

/* The few things that the C standard does not say about terminals; elsewhere the answer is "no terminal". */

/* Lets a closed pipe be seen as a failed write, and keeps line ends as they are. */
void terminal_prepare(void);

int terminal_is_output(void);
int terminal_is_error(void);

/* Cells of a line, 0 where that is not known. */
int64_t terminal_width(void);

#endif
