/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_VALUES_H
#define COCKPIT_VALUES_H

#include <stddef.h>
#include <stdint.h>

/* Reading the values of flags. Every function answers 1 where the whole text is such a value, else 0. */

int value_integer(const char *text, int64_t low, int64_t high, int64_t *value);

/* A decimal with at most `digits` decimals, as an integer of that scale. */
int value_decimal(const char *text, size_t length, int digits, int64_t *value);

/* Decimals between commas, at most most of them; answers how many, -1 where one is none or there are more. */
int value_list(const char *text, int digits, int64_t *values, int most);

/* HH:MM, as microseconds after midnight. */
int value_clock(const char *text, int64_t *value);

/* 2024-01-31, or with T or a blank and HH:MM, HH:MM:SS or HH:MM:SS.ffffff. *date is 1 where there is no time of day. */
int value_instant(const char *text, int64_t *time, int *date);

/* The place of a word in "one|two|three", -1 where it is none of them. */
int value_word(const char *text, const char *words);

/* 1 where the word stands in a list of words between blanks. */
int value_listed(const char *word, const char *words);

/* Days since 1970-01-01 of a date, and back. */
int64_t date_days(int year, int month, int day);
void date_civil(int64_t days, int *year, int *month, int *day);

#endif
