/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_PAGE_H
#define COCKPIT_PAGE_H

#include <stddef.h>
#include <stdint.h>

/* Text output in the making: a growing text, its styles and its figures. */

#define PAGE_WIDTH 80      /* cells of a line where nothing else is said */
#define PAGE_NARROWEST 80
#define PAGE_WIDEST 400

typedef struct page {
  char *bytes;
  size_t length;
  size_t capacity;
  int failed;        /* memory ran out; all later calls do nothing */
  int color;
  int32_t language;
  int32_t digits;    /* of money */
  int64_t width;     /* cells of a line */
} page;

#define STYLE_PLAIN 0
#define STYLE_BOLD 1
#define STYLE_FAINT 2
#define STYLE_GOOD 3
#define STYLE_BAD 4
#define STYLE_BAR 5
#define STYLE_FAIR 6

void page_free(page *out);

void page_bytes(page *out, const char *text, size_t length);
void page_text(page *out, const char *text);
void page_format(page *out, const char *format, ...);
void page_repeat(page *out, const char *text, int64_t times);

/* Ends a line, without blanks at its end. */
void page_end(page *out);

/* Switches to a style; STYLE_PLAIN ends it. Without colour nothing happens. */
void page_style(page *out, int style);

/* A text in a field of cells; one that is too wide is cut and ends in an ellipsis. */
void page_left(page *out, const char *text, int64_t cells);
void page_right(page *out, const char *text, int64_t cells);

/* A text in lines of at most `cells` cells, the later ones indented. Breaks at blanks, and between wide characters. */
void page_wrapped(page *out, const char *text, int64_t cells, int64_t indent);

/* Two pages side by side, the left one padded to `cells`. */
void page_beside(page *out, const page *left, const page *right, int64_t cells);

/* Cells that NUL-ended text takes. */
int64_t cells_of(const char *text);

/* A label of the page's language. */
const char *page_label(const page *out, const char *group, const char *id);

/* Figures, NUL-ended, at most FIGURE bytes with the end. */
#define FIGURE 64
const char *figure_count(char *text, int64_t value);                               /* 1,234 */
const char *figure_decimal(char *text, int64_t value, int scale, int decimals);    /* 1,234.50, half away from 0 */
const char *figure_percent(char *text, int64_t rate, int decimals);                /* of six decimals: 12.3% */
const char *figure_change(char *text, int64_t rate);                               /* +12.3% */
const char *figure_points(char *text, int64_t rate);                               /* +1.2, of hundredths */
const char *figure_short(char *text, int64_t value, int scale, int32_t language);  /* 1.2M; Chinese: 120万 */
const char *figure_date(char *text, int64_t days);                                 /* 2024-01-31 */
const char *figure_time(char *text, int64_t time);                                 /* 2024-01-31T09:30:00 */

#endif
