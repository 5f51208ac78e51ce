/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_PASS_H
#define CRM_STORE_PASS_H

#include "store/store.h"

/* One pass over the facts of a scope that leaves a record a customer: its measure, its activity, or both. */

/* measures, activity: what is asked for, not both NULL. activity comes with its calendar (periods above 0, starts,
 * places, words); the rest of it is filled in, its cells where with_cells is not 0 and the pass can make them. They lie
 * in the scope's scratch, what is needed on the way in that of another scope, which may be the same. */
crm_status crm__pass(crm__scope *scope, crm__scope *scratch, crm__measures *measures, crm__activity *activity,
                     int with_cells, crm_error *error);

/* Adds (sign 1) or takes away (-1) what a customer is to moves (periods + 2) and cells (may be NULL): by its bits and
 * the place of its first occasion ever, 0 where that is in none of the periods. */
void crm__moves_count(const uint64_t *bits, uint32_t words, uint32_t first, int32_t periods, int64_t sign,
                      crm__moves *moves, crm__cell *cells);

/* The same for the customers of the cells alone, first being above 0. */
void crm__cells_count(const uint64_t *bits, uint32_t words, uint32_t first, int32_t periods, int64_t sign,
                      crm__cell *cells);

/* Cuts the time of a scope into the periods of a calendar: periods, starts, places and words of an activity. */
crm_status crm__activity_calendar(crm__scope *scope, const crm__calendar *calendar, crm__activity *activity,
                                  crm_error *error);

#endif
