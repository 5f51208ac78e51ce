/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_TERMINAL_H
#define COCKPIT_TERMINAL_H

/* The few things that the C standard does not say about terminals; elsewhere the answer is "no terminal". */

/* Lets a closed pipe be seen as a failed write, and keeps line ends as they are. */
void terminal_prepare(void);

int terminal_is_output(void);
int terminal_is_error(void);

#endif
