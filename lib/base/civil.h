/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_CIVIL_H
#define CRM_BASE_CIVIL_H

#include <crm/api.h>
#include <crm/scope.h>

/* The proleptic Gregorian calendar in days since 1970-01-01, and instants in microseconds of the wall clock. */

#define CRM__TIME_MIN INT64_C(-2208988800000000)   /* 1900-01-01T00:00 */
#define CRM__TIME_MAX INT64_C(7258118400000000)    /* 2200-01-01T00:00, excluded */

/* month 1 to 12; a day past the month's end counts on into the next. Any year whose days fit int32_t. */
int32_t crm__days_from_civil(int32_t year, int32_t month, int32_t day);
void crm__civil_from_days(int32_t days, int32_t *year, int32_t *month, int32_t *day);
int32_t crm__days_in_month(int32_t year, int32_t month);

/* Reads ISO 8601 and what is near it: 2024-01-31 or 20240131, then optionally T or a blank and hh:mm[:ss[.f...]]
 * (after 20240131 also hhmm[ss[.f...]]), then optionally, after a time of day, Z, +hh:mm, +hhmm or +hh. A comma may
 * stand for the point of a fraction, of which six digits are kept and the rest cut off. The offset does not move the
 * clock. A time of 24:00 is not accepted, nor is a second 60. Blanks around are let pass.
 * 0 good, 1 bad (31 February too), 2 a good date outside 1900 to 2199; *time is written where it is good. */
int crm__time_read_iso(const char *text, size_t length, int64_t *time);

/* Reads by a format of %Y (four digits) %y (69 to 99: 19xx, 0 to 68: 20xx) %m %d %b (English abbreviations, any case)
 * %H %I %M %S %f (1 to 9 digits, six are kept) %p (AM or PM, any case) %z (Z, +hh:mm, +hhmm, +hh; does not move the
 * clock) %%. Other characters stand for themselves, a blank in the format for any run of blanks or none. Numbers but
 * %Y take as many digits as are there up to their width, so leading zeros may be absent where no digit follows. The
 * whole text must match, but for blanks around. What the format does not give is 0. Answers as crm__time_read_iso. The
 * format must have passed crm__time_format_check. */
int crm__time_read(const char *format, const char *text, size_t length, int64_t *time);

/* Whether crm__time_read can go by a format. 0 where it knows every directive, no part of the time is given twice (%Y
 * and %y, %m and %b, %H and %I are the same part), and none that is needed is missing: year, month (%m or %b) and day
 * always, an hour for %M, %M for %S, %S for %f, %p for %I and %I for %p, an hour for %z.
 * Else the byte position of the directive that is wrong + 1, or length + 1 where one is missing. */
size_t crm__time_format_check(const char *format);

/* 2024-01-31; needs 10 bytes; years outside 0 to 9999 are written as the nearest of these days.
 * 2024-01-31T09:05:00, with .ffffff only where not 0; needs up to 26 bytes. Answer the length. */
size_t crm__date_write(int32_t days, char *text);
size_t crm__time_write(int64_t time, char *text);

/* The business day of an instant. */
static inline int32_t crm__business_day(int64_t time, int64_t day_start)
{
  int64_t shifted = time - day_start;
  int64_t day = shifted / CRM_DAY;
  return (int32_t)(day - (shifted % CRM_DAY < 0));
}

/* A calendar ready for use: checked, with defaults filled in. starts and labels stay the caller's. */
typedef struct crm__calendar {
  crm_calendar options;
} crm__calendar;

/* options may be NULL: calendar months. Starts lie in the years 1 to 9999. Errors: ARGUMENT. */
crm_status crm__calendar_open(crm__calendar *calendar, const crm_calendar *options, crm_error *error);

/* The first day of the period that holds a day; of the period after and before the one that begins at start. Periods
 * of a table: INT32_MIN where there is none; the end of the last period, which begins none, is next to the last and
 * has the last before it. */
int32_t crm__period_start(const crm__calendar *calendar, int32_t day);
int32_t crm__period_next(const crm__calendar *calendar, int32_t start);
int32_t crm__period_previous(const crm__calendar *calendar, int32_t start);

/* The label of the period that begins at start; at most 64 bytes are written (a caller's longer label is cut at a
 * character). Answers the length, 0 where a table has no such period. */
size_t crm__period_label(const crm__calendar *calendar, int32_t start, char *text);

#endif
