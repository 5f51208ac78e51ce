/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_READING_H
#define COCKPIT_READING_H

#include "arguments.h"

#define READING_TIME_FORMAT 0
#define READING_DELIMITER 1
#define READING_DECIMAL 2
#define READING_ENCODING 3
#define READING_HEADER 4
#define READING_DOCUMENT 5
#define READING_MAP 6
#define READING_SET 7

/* The values of --map, --set, --attribute, --delimiter, --decimal and --header. */
int reading_map(arguments *args, const char *value);
int reading_set(arguments *args, const char *value);
int reading_attribute(arguments *args, const char *value);
int reading_delimiter(arguments *args, const char *value);
int reading_decimal(arguments *args, const char *value);
int reading_header(arguments *args, const char *value);
int reading_time_format(arguments *args, const char *value);
int reading_encoding(arguments *args, const char *value);
int reading_document(arguments *args, const char *value);

/* Gives each file what holds for it. */
int reading_settle(arguments *args);

#endif
