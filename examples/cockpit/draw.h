/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_DRAW_H
#define COCKPIT_DRAW_H

#include "page.h"

#define AXIS 8   /* cells left of a chart */

/* Bars, sparklines and charts of block characters. Values at or under 0 are drawn as nothing. */

/* A heading with a rule to the end of the line, after an empty line. */
void draw_heading(page *out, const char *text, const char *aside);

/* A bar from the left, padded to its cells, in eighths of a cell. */
void draw_bar(page *out, int64_t value, int64_t most, int64_t cells);

/* A bar around the middle of its cells, padded; at least one cell for a value above 0. */
void draw_centred(page *out, int64_t value, int64_t most, int64_t cells);

#define DRAW_MISSING INT64_MIN

/* A cell for each value, from the least to the largest; a dot where one is missing. */
void draw_spark(page *out, const int64_t *values, int64_t count);

/* The scale of a gauge: its bands as shades, where they begin and what they are called, and a mark at the value. */
#define DRAW_ZONES 8
typedef struct zones {
  int count;
  int64_t edges[DRAW_ZONES - 1];
  char names[DRAW_ZONES][24];
  int64_t low;        /* ends of the scale */
  int64_t high;
} zones;

void draw_zones(page *out, const zones *of, int64_t value, int64_t cells);

/* The style of a band's name. */
int draw_band_style(const char *name);

/* How strong a finding is, in five dots; strength has two decimals. */
void draw_strength(page *out, int64_t strength);

/* Columns in `height` lines with the largest value at the axis; text of the axis is `most`. */
void draw_chart(page *out, const int64_t *values, int64_t count, int64_t height, const char *most);

/* The line under a chart: labels (as 2024-01) where there is room, the first one and every January. */
void draw_axis(page *out, const char *const *labels, int64_t count);

#endif
