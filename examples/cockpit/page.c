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
  static const char *const codes[] = {"\033[0m", "\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[36m"};
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
