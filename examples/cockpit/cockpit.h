/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_COCKPIT_H
#define COCKPIT_COCKPIT_H

#include "arguments.h"
#include "files.h"
#include "page.h"

/* Draws the whole cockpit as text. */
crm_status cockpit_draw(page *out, const arguments *args, const loading *loaded, crm_error *error);

#endif
