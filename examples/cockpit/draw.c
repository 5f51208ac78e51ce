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
  page_repeat(out, RULE, PAGE_WIDTH - used);
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
  int64_t most = largest(values, count);
  int64_t i;
  page_style(out, STYLE_BAR);
  for (i = 0; i < count; i++) {
    page_text(out, upwards[scaled(values[i], most, 8)]);
  }
  page_style(out, STYLE_PLAIN);
}

/* Cells of a column with the gap after it. */
static int64_t column_cells(int64_t count)
{
  int64_t cells = count > 0 ? (PAGE_WIDTH - AXIS) / count : 1;
  return cells > 6 ? 6 : (cells < 1 ? 1 : cells);
}

void draw_chart(page *out, const int64_t *values, int64_t count, int64_t height, const char *most)
{
  int64_t top = largest(values, count);
  int64_t cells = column_cells(count);
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
  int64_t cells = column_cells(count);
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
    if (start < at || start + (int64_t)strlen(text) > PAGE_WIDTH) {
      continue;
    }
    page_repeat(out, " ", start - at + (at > AXIS));
    page_text(out, text);
    at = start + (int64_t)strlen(text) + 1;
  }
  page_style(out, STYLE_PLAIN);
  page_text(out, "\n");
}
