/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef DATA_WRITER_H
#define DATA_WRITER_H

#include <stdint.h>
#include <stdio.h>

/* Writing CSV, through a buffer of its own. Days are counted from 2023-01-01. */
enum { FIRST_DAY = 19358 /* 2023-01-01, in days since 1970-01-01 */ };

struct writer {
  FILE *file;
  int failed;
  size_t used;
  char buffer[1 << 16];
};

/* NULL after a line on standard error. */
struct writer *writer_open(const char *path);

/* 1 when all of it has been written. */
int writer_close(struct writer *writer, const char *path);

void put_char(struct writer *writer, char c);
void put_text(struct writer *writer, const char *text);
void put_digits(struct writer *writer, uint64_t value, int digits);   /* at least so many digits */
void put_money(struct writer *writer, int64_t cents);
void put_product(struct writer *writer, uint32_t product);
void put_date(struct writer *writer, int32_t day);
void put_time(struct writer *writer, int32_t day, uint32_t minute);

/* The same with a comma after it. */
void put_field(struct writer *writer, uint64_t value);
void put_text_field(struct writer *writer, const char *text);
void put_money_field(struct writer *writer, int64_t cents);
void put_quantity_field(struct writer *writer, int64_t thousandths);   /* without the zeros that say nothing */
void put_date_field(struct writer *writer, int32_t day);

struct date {
  int32_t year, month, day;
};

struct date date_of(int32_t day);
int32_t day_of_month(int32_t month);   /* the first day of a month, 0 being January 2023 */
uint32_t weekday_of(int32_t day);      /* 0 is Sunday */

#endif
