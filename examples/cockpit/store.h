/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_STORE_H
#define COCKPIT_STORE_H

#include "arguments.h"

/* Opens the store file of --store, where there is one: to write where files are to be loaded into it, and made where it
 * is not there yet; else to read. What was settled when it was made holds. Answers EXIT_GOOD, or EXIT_UNUSABLE after a
 * line. */
int store_open(arguments *args);

/* The newest commit that the store's file shows, where it is damaged and an older one was opened; else 0. */
int64_t store_damaged(const crm_store *store);

#endif
