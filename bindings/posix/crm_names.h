/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_NAMES_H
#define CRM_NAMES_H

#include <stddef.h>

/* Names of files, for crm_files.c alone. What is made is freed by free(); NULL with errno where it cannot be. */

#define CRM_NAMES_NEW ".new"
#define CRM_NAMES_LOCK ".lock"

/* The name that a name leads to through symbolic links, whether there is a file of it or not. */
char *crm_names_follow(const char *path);

/* What lies beside a store, NAME.new or NAME.lock, belongs to the file and not to one of its names: it stands beside
 * the file that NAME leads to. A path without that tail is followed itself. */
char *crm_names_beside(const char *path, const char *tail);

/* The length of path without tail; 0: it does not end with it. */
size_t crm_names_base(const char *path, const char *tail);

/* The name from the root on: the process may change its folder while a file is open. */
char *crm_names_from_root(const char *path);

/* The folder that a name stands in. */
char *crm_names_folder(const char *path);

#endif
