/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "draw.h"

#include <stdio.h>
#include <string.h>

static const char *const across[] = {"", "\xE2\x96\x8F", "\xE2\x96\x8E", "\xE2\x96\x8D", "\xE2\x96\x8C",
                                     "\xE2\x96\x8B", "\xE2\x96\x8A", "\xE2\x96\x89"};
static const char *const upwards[] = {" ", "\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83", "\xE2\x96\x84",
                                      "\xE2\x96\x85", "\xE2\x96\x86", "\xE2\x96\x87", "\xE2\x96\x88"};
#define FULL "\xE2\x96\x88"
#define LEFT_HALF "\xE2\x96\x8C"
#define RIGHT_HALF "\xE2\x96\x90"
#define RULE "\xE2\x94\x80"

/* value of most on a scale of steps, rounded; at least 1 for a value above 0. */
static int64_t scaled(int64_t value, int64_t most, int64_t steps)
{
  int64_t result;
  if (value <= 0 || most <= 0) {
    return 0;
  }
  result = (int64_t)((double)value / (double)most * (double)steps + 0.5);
  return result < 1 ? 1 : (result > steps ? steps : result);
}

static int64_t largest(const int64_t *values, int64_t count)
{
  int64_t most = 0;
  int64_t i;
  for (i = 0; i < count; i++) {
    most = values[i] > most ? values[i] : most;
  }
  return most;
}

void draw_heading(page *out, const char *text, const char *aside)
{
  int64_t used = cells_of(text) + 1 + (aside[0] != '\0' ? cells_of(aside) + 1 : 0);
  page_text(out, "\n");
  page_style(out, STYLE_BOLD);
  page_text(out, text);
  page_style(out, STYLE_PLAIN);
  page_style(out, STYLE_FAINT);
  page_text(out, " ");
  page_repeat(out, RULE, out->width - used);
  if (aside[0] != '\0') {
    page_format(out, " %s", aside);
  }
  page_style(out, STYLE_PLAIN);
  page_text(out, "\n");
}

void draw_bar(page *out, int64_t value, int64_t most, int64_t cells)
{
  int64_t eighths = scaled(value, most, cells * 8);
  page_style(out, STYLE_BAR);
  page_repeat(out, FULL, eighths / 8);
  page_text(out, across[eighths % 8]);
  page_style(out, STYLE_PLAIN);
  page_repeat(out, " ", cells - (eighths + 7) / 8);
}

void draw_centred(page *out, int64_t value, int64_t most, int64_t cells)
{
  /* An odd number of cells has whole ones on both sides of the middle, an even one a half at either end. */
  int64_t width = scaled(value, most, cells);
  int64_t whole = width % 2 == 1 ? width : width - 1;
  int64_t halves = width > 0 && width % 2 == 0;
  int64_t blank = (cells - (width > 0 ? whole : 0)) / 2 - halves;
  page_repeat(out, " ", blank);
  page_style(out, STYLE_BAR);
  page_text(out, halves ? RIGHT_HALF : "");
  page_repeat(out, FULL, whole);
  page_text(out, halves ? LEFT_HALF : "");
  page_style(out, STYLE_PLAIN);
  page_repeat(out, " ", cells - blank - (width > 0 ? whole : 0) - 2 * halves);
}

void draw_spark(page *out, const int64_t *values, int64_t count)
{
  int64_t least = DRAW_MISSING;
  int64_t most = DRAW_MISSING;
  double range;
  int64_t i;
  for (i = 0; i < count; i++) {
    if (values[i] != DRAW_MISSING) {
      least = least == DRAW_MISSING || values[i] < least ? values[i] : least;
      most = most == DRAW_MISSING || values[i] > most ? values[i] : most;
    }
  }
  range = (double)most - (double)least;
  page_style(out, STYLE_BAR);
  for (i = 0; i < count; i++) {
    if (values[i] == DRAW_MISSING) {
      page_text(out, "\xC2\xB7");
    } else if (most == least) {
      page_text(out, upwards[4]);
    } else {
      page_text(out, upwards[1 + (int)(((double)values[i] - (double)least) / range * 7.0 + 0.5)]);
    }
  }
  page_style(out, STYLE_PLAIN);
}

int draw_band_style(const char *name)
{
  return strcmp(name, "good") == 0   ? STYLE_GOOD
         : strcmp(name, "fair") == 0 ? STYLE_FAIR
         : strcmp(name, "bad") == 0  ? STYLE_BAD
                                     : STYLE_BAR;
}

/* Darker is better; bands of other names take turns. */
static const char *shade(const char *name, int place)
{
  static const char *const shades[] = {"\xE2\x96\x91", "\xE2\x96\x92", "\xE2\x96\x93"};
  return strcmp(name, "bad") == 0    ? shades[0]
         : strcmp(name, "fair") == 0 ? shades[1]
         : strcmp(name, "good") == 0 ? shades[2]
                                     : shades[place % 3];
}

void draw_zones(page *out, const zones *of, int64_t value, int64_t cells)
{
  double width = ((double)of->high - (double)of->low) / (double)cells;
  int64_t mark = value <= of->low ? 0 : (int64_t)(((double)value - (double)of->low) / width);
  int64_t c;
  int band = 0;
  int shown = -1;
  mark = mark >= cells ? cells - 1 : mark;
  for (c = 0; c < cells; c++) {
    double middle = (double)of->low + width * ((double)c + 0.5);
    while (band + 1 < of->count && middle >= (double)of->edges[band]) {
      band++;
    }
    if (c == mark) {
      page_style(out, STYLE_PLAIN);
      page_style(out, STYLE_BOLD);
      page_text(out, "\xE2\x97\x86");
      page_style(out, STYLE_PLAIN);
      shown = -1;
      continue;
    }
    if (band != shown) {
      page_style(out, STYLE_PLAIN);
      page_style(out, draw_band_style(of->names[band]));
      shown = band;
    }
    page_text(out, shade(of->names[band], band));
  }
  page_style(out, STYLE_PLAIN);
}

void draw_strength(page *out, int64_t strength)
{
  static const int64_t steps[] = {100, 150, 200, 300, 400};
  int i;
  for (i = 0; i < 5; i++) {
    page_text(out, strength >= steps[i] ? "\xE2\x97\x8F" : "\xE2\x97\x8B");
  }
}

/* Cells of a column with the gap after it. */
static int64_t column_cells(const page *out, int64_t count)
{
  int64_t cells = count > 0 ? (out->width - AXIS) / count : 1;
  return cells > 6 ? 6 : (cells < 1 ? 1 : cells);
}

void draw_chart(page *out, const int64_t *values, int64_t count, int64_t height, const char *most)
{
  int64_t top = largest(values, count);
  int64_t cells = column_cells(out, count);
  int64_t bar = cells > 2 ? cells - 1 : cells;
  int64_t line;
  int64_t i;
  for (line = height - 1; line >= 0; line--) {
    page_right(out, line == height - 1 ? most : (line == 0 ? "0" : ""), AXIS - 1);
    page_text(out, " ");
    page_style(out, STYLE_BAR);
    for (i = 0; i < count; i++) {
      int64_t eighths = scaled(values[i], top, height * 8) - line * 8;
      page_repeat(out, upwards[eighths < 0 ? 0 : (eighths > 8 ? 8 : eighths)], bar);
      page_repeat(out, " ", i + 1 < count ? cells - bar : 0);
    }
    page_style(out, STYLE_PLAIN);
    page_text(out, "\n");
  }
}

void draw_axis(page *out, const char *const *labels, int64_t count)
{
  int64_t cells = column_cells(out, count);
  int64_t at = AXIS;
  int64_t i;
  page_style(out, STYLE_FAINT);
  page_repeat(out, " ", AXIS);
  for (i = 0; i < count; i++) {
    size_t length = strlen(labels[i]);
    int january = length > 3 && strcmp(labels[i] + length - 3, "-01") == 0;
    int64_t start = AXIS + i * cells;
    char text[16];
    if ((i > 0 && !january) || length > 10) {
      continue;
    }
    (void)snprintf(text, sizeof text, "%s", labels[i]);
    if (i > 0) {
      text[length - 3] = '\0';
    }
    if (start < at || start + (int64_t)strlen(text) > out->width) {
      continue;
    }
    page_repeat(out, " ", start - at + (at > AXIS));
    page_text(out, text);
    at = start + (int64_t)strlen(text) + 1;
  }
  page_style(out, STYLE_PLAIN);
  page_text(out, "\n");
}
