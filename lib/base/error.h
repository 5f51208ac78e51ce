/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_ERROR_H
#define CRM_BASE_ERROR_H

#include <crm/api.h>

/* Lets compilers that can compare the arguments with the format. */
#if defined(__GNUC__)
#  define CRM__FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#  define CRM__FORMAT(text, first)
#endif

/* Fills an error and answers its status. The format knows %s %d %% and %lld, nothing else. error may be NULL;
 * at most its struct_size bytes are written. A message is one line: control characters become '?', and what is too long
 * is cut at a character. */
crm_status crm__fail(crm_error *error, crm_status status, const char *format, ...) CRM__FORMAT(3, 4);

/* The same with a place: table and column may be NULL, row 0, byte -1. */
crm_status crm__fail_at(crm_error *error, crm_status status, const char *table, const char *column, int64_t row,
                        int64_t byte, const char *format, ...) CRM__FORMAT(7, 8);

crm_status crm__fail_memory(crm_error *error);

/* Reads an input struct of today's size `size` from a caller's struct: copies min(theirs, size), zeros the rest,
 * sets its struct_size to `size`, and answers ARGUMENT where theirs is NULL, under 4, absurd (over 4096), or longer
 * with a tail that is not zero; `into` is untouched then. */
crm_status crm__struct_read(void *into, size_t size, const void *from, const char *name, crm_error *error);

/* Writes an output struct: at most as many bytes as the caller's struct_size says; keeps that size. ARGUMENT where
 * `into` is NULL or its size is under 4 or absurd. */
crm_status crm__struct_write(void *into, const void *from, size_t size, const char *name, crm_error *error);

#endif
