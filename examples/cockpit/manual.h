/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_MANUAL_H
#define COCKPIT_MANUAL_H

/* What --help prints, in pieces; NULL after the last. */
extern const char *const manual[];

#endif
