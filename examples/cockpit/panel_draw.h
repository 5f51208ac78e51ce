/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_PANEL_DRAW_H
#define COCKPIT_PANEL_DRAW_H

#include "page.h"

#include <crm/crm.h>

/* Drawing what an evaluation of the cockpit gave. */

void panel_draw_alerts(page *out, const crm_snapshot *snapshot);
void panel_draw_gauges(page *out, const crm_snapshot *snapshot);
void panel_draw_findings(page *out, const crm_snapshot *snapshot);
void panel_draw_list(page *out, const crm_snapshot *snapshot);

#endif
