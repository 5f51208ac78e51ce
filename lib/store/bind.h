/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_BIND_H
#define CRM_STORE_BIND_H

#include "store/load.h"

/* Which column of a file or a frame becomes which column of a table. */
typedef struct crm__binding {
  const char *what;                 /* "file", "frame", for messages */
  const crm_pair *map;              /* schema column = header */
  int64_t map_count;
  const crm_pair *set;              /* schema column = constant */
  int64_t set_count;
  int32_t decimal;                  /* '.' or ','; 0: '.' */
  int32_t document;                 /* CRM_DOCUMENT_... */
  const char *time_format;          /* NULL: ISO 8601 */
  const char *(*header)(const void *from, int64_t i, size_t *length);
  const void *from;
  int64_t headers;                  /* how many there are */
} crm__binding;

/* What the binding found. */
typedef struct crm__bound {
  crm__input inputs[CRM__TABLE_COLUMNS];    /* constants are filled in; where a header was found, present alone */
  int32_t selected[CRM__TABLE_COLUMNS];     /* the schema columns that have a header, */
  int64_t headers[CRM__TABLE_COLUMNS];      /* and which */
  int64_t count;
} crm__bound;

/* Checks what the caller asked for: lists, decimal mark, document mode, time format, names, constants.
 * Errors: ARGUMENT, SCHEMA, VALUE, MEMORY. */
crm_status crm__binding_check(const crm_load *load, int32_t table, const crm__binding *binding, crm_error *error);

/* Finds every schema column's header or constant and settles the load's document mode.
 * Errors: SCHEMA (one is mapped and not there, or stands twice; a required column is missing). */
crm_status crm__bind(crm_load *load, int32_t table, const crm__binding *binding, crm__bound *bound, crm_error *error);

#endif
