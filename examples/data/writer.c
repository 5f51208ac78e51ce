/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "writer.h"

#include <stdlib.h>

static void writer_flush(struct writer *writer)
{
  if (fwrite(writer->buffer, 1, writer->used, writer->file) != writer->used) {
    writer->failed = 1;
  }
  writer->used = 0;
}

void put_char(struct writer *writer, char c)
{
  if (writer->used == sizeof writer->buffer) {
    writer_flush(writer);
  }
  writer->buffer[writer->used++] = c;
}

void put_text(struct writer *writer, const char *text)
{
  while (*text != '\0') {
    put_char(writer, *text++);
  }
}

void put_digits(struct writer *writer, uint64_t value, int digits)
{
  char reversed[20];
  int count = 0;
  while (value > 0 || count < digits) {
    reversed[count++] = (char)('0' + value % 10);
    value /= 10;
  }
  while (count > 0) {
    put_char(writer, reversed[--count]);
  }
}

void put_field(struct writer *writer, uint64_t value)
{
  put_digits(writer, value, 1);
  put_char(writer, ',');
}

void put_text_field(struct writer *writer, const char *text)
{
  put_text(writer, text);
  put_char(writer, ',');
}

void put_money(struct writer *writer, int64_t cents)
{
  put_digits(writer, (uint64_t)cents / 100, 1);
  put_char(writer, '.');
  put_digits(writer, (uint64_t)cents % 100, 2);
}

void put_money_field(struct writer *writer, int64_t cents)
{
  put_money(writer, cents);
  put_char(writer, ',');
}

void put_quantity_field(struct writer *writer, int64_t thousandths)
{
  uint64_t rest = (uint64_t)thousandths % 1000;
  put_digits(writer, (uint64_t)thousandths / 1000, 1);
  if (rest > 0) {
    int digits = 3;
    while (rest % 10 == 0) {
      rest /= 10;
      digits--;
    }
    put_char(writer, '.');
    put_digits(writer, rest, digits);
  }
  put_char(writer, ',');
}

void put_product(struct writer *writer, uint32_t product)
{
  put_char(writer, 'P');
  put_digits(writer, product + 1, 4);
}

/* The Gregorian calendar counted from 1 March, where the leap day is the last of its year. */
struct date date_of(int32_t day)
{
  struct date date;
  int32_t since = FIRST_DAY + day + 719468; /* days since 0000-03-01 */
  int32_t era = since / 146097, in_era = since % 146097;
  int32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  int32_t in_year = in_era - (365 * year + year / 4 - year / 100);
  int32_t from_march = (5 * in_year + 2) / 153;
  date.day = in_year - (153 * from_march + 2) / 5 + 1;
  date.month = from_march < 10 ? from_march + 3 : from_march - 9;
  date.year = era * 400 + year + (date.month <= 2);
  return date;
}

/* The first day was a Sunday. */
uint32_t weekday_of(int32_t day)
{
  return (uint32_t)day % 7;
}

void put_date(struct writer *writer, int32_t day)
{
  struct date date = date_of(day);
  put_digits(writer, (uint64_t)date.year, 4);
  put_char(writer, '-');
  put_digits(writer, (uint64_t)date.month, 2);
  put_char(writer, '-');
  put_digits(writer, (uint64_t)date.day, 2);
}

void put_date_field(struct writer *writer, int32_t day)
{
  put_date(writer, day);
  put_char(writer, ',');
}

int32_t day_of_month(int32_t month)
{
  static const int32_t BEFORE[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  int32_t year = month / 12, at = month % 12;
  /* 2024 and 2028 are the leap years that matter. */
  return year * 365 + (year > 1) + (year > 5) + BEFORE[at] + (year % 4 == 1 && at > 1);
}

void put_time(struct writer *writer, int32_t day, uint32_t minute)
{
  put_date(writer, day);
  put_char(writer, ' ');
  put_digits(writer, minute / 60, 2);
  put_char(writer, ':');
  put_digits(writer, minute % 60, 2);
}

struct writer *writer_open(const char *path)
{
  struct writer *writer = malloc(sizeof *writer);
  if (writer == NULL) {
    fprintf(stderr, "generate: out of memory\n");
    return NULL;
  }
  writer->failed = 0;
  writer->used = 0;
  writer->file = fopen(path, "wb");
  if (writer->file == NULL) {
    fprintf(stderr, "generate: cannot write %s\n", path);
    free(writer);
    return NULL;
  }
  return writer;
}

int writer_close(struct writer *writer, const char *path)
{
  int good;
  writer_flush(writer);
  good = fclose(writer->file) == 0 && !writer->failed;
  if (!good) {
    fprintf(stderr, "generate: cannot write all of %s\n", path);
  }
  free(writer);
  return good;
}
