/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "page.h"

#include "language.h"

#include <crm/crm.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void page_free(page *out)
{
  free(out->bytes);
  out->bytes = NULL;
}

void page_bytes(page *out, const char *text, size_t length)
{
  if (out->failed) {
    return;
  }
  if (length > out->capacity - out->length) {
    size_t capacity = (out->capacity + length) * 2 + 4096;
    char *larger = realloc(out->bytes, capacity);
    if (larger == NULL) {
      out->failed = 1;
      return;
    }
    out->bytes = larger;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->length, text, length);
  out->length += length;
}

void page_text(page *out, const char *text)
{
  page_bytes(out, text, strlen(text));
}

void page_format(page *out, const char *format, ...)
{
  char text[512];
  va_list values;
  va_start(values, format);
  (void)vsnprintf(text, sizeof text, format, values);
  va_end(values);
  page_text(out, text);
}

void page_repeat(page *out, const char *text, int64_t times)
{
  for (; times > 0; times--) {
    page_text(out, text);
  }
}

void page_end(page *out)
{
  while (out->length > 0 && out->bytes[out->length - 1] == ' ') {
    out->length--;
  }
  page_text(out, "\n");
}

void page_style(page *out, int style)
{
  static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[36m", "\033[33m"};
  if (out->color) {
    page_text(out, codes[style]);
  }
}

int64_t cells_of(const char *text)
{
  return crm_text_width(text, strlen(text));
}

const char *page_label(const page *out, const char *group, const char *id)
{
  return label(out->language, group, id);
}

/* The longest start of a text that takes at most `cells` cells. */
static size_t fitting(const char *text, int64_t cells)
{
  size_t fits = 0;
  size_t at = 0;
  while (text[at] != '\0') {
    do {
      at++;
    } while (((unsigned char)text[at] & 0xC0U) == 0x80U);
    if (crm_text_width(text, at) > cells) {
      break;
    }
    fits = at;
  }
  return fits;
}

static void field(page *out, const char *text, int64_t cells, int right)
{
  int64_t width = cells_of(text);
  size_t length = strlen(text);
  int cut = width > cells;
  if (cut) {
    length = fitting(text, cells - 1);
    width = crm_text_width(text, length) + 1;
  }
  page_repeat(out, " ", right ? cells - width : 0);
  page_bytes(out, text, length);
  page_text(out, cut ? "\xE2\x80\xA6" : "");
  page_repeat(out, " ", right ? 0 : cells - width);
}

void page_left(page *out, const char *text, int64_t cells)
{
  field(out, text, cells, 0);
}

void page_right(page *out, const char *text, int64_t cells)
{
  field(out, text, cells, 1);
}

/* ---- lines ---- */

/* Whether a line may end before the character at `at`: at a blank (but not before a percent sign), and before a wide
 * one. */
static int may_break(const char *text, size_t at, size_t next)
{
  return (text[at] == ' ' && text[next] != '%') || (next - at > 2 && crm_text_width(text + at, next - at) == 2);
}

static size_t next_character(const char *text, size_t at)
{
  do {
    at++;
  } while (((unsigned char)text[at] & 0xC0U) == 0x80U);
  return at;
}

/* Bytes of the first line of a text, and those to go on after. */
static size_t first_line(const char *text, int64_t cells, size_t *after)
{
  size_t at = 0;
  size_t fits = 0;
  *after = strlen(text);
  if (crm_text_width(text, *after) <= cells) {
    return *after;
  }
  while (text[at] != '\0') {
    size_t next = next_character(text, at);
    if (at > 0 && may_break(text, at, next)) {
      fits = at;
    }
    if (crm_text_width(text, next) > cells) {
      break;
    }
    at = next;
  }
  fits = fits > 0 ? fits : at;
  *after = fits + (text[fits] == ' ');
  return fits;
}

void page_wrapped(page *out, const char *text, int64_t cells, int64_t indent)
{
  int first = 1;
  do {
    size_t after;
    size_t length = first_line(text, cells, &after);
    page_repeat(out, " ", first ? 0 : indent);
    page_bytes(out, text, length);
    page_text(out, "\n");
    text += after;
    first = 0;
  } while (*text != '\0');
}

/* Cells of a line, codes of styles let pass. */
static int64_t line_cells(const char *text, size_t length)
{
  int64_t cells = 0;
  size_t at = 0;
  while (at < length) {
    size_t end = at;
    while (end < length && text[end] != '\033') {
      end++;
    }
    cells += crm_text_width(text + at, end - at);
    while (end < length && text[end] != 'm') {
      end++;
    }
    at = end + 1;
  }
  return cells;
}

static size_t line_length(const page *of, size_t at)
{
  size_t length = 0;
  while (at + length < of->length && of->bytes[at + length] != '\n') {
    length++;
  }
  return length;
}

void page_beside(page *out, const page *left, const page *right, int64_t cells)
{
  size_t l = 0;
  size_t r = 0;
  out->failed |= left->failed | right->failed;
  while (l < left->length || r < right->length) {
    size_t left_length = line_length(left, l);
    size_t right_length = line_length(right, r);
    page_bytes(out, left->bytes + l, left_length);
    if (right_length > 0) {
      page_repeat(out, " ", cells - line_cells(left->bytes + l, left_length));
      page_bytes(out, right->bytes + r, right_length);
    }
    page_text(out, "\n");
    l += left_length + (l + left_length < left->length);
    r += right_length + (r + right_length < right->length);
  }
}
