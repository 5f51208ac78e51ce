/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_words.h"

#include "base/civil.h"

#include <string.h>

static int is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *read_name(const char *text, crm__word *word)
{
  size_t at = word->start;
  while (is_letter(text[at]) || is_digit(text[at])) {
    at++;
  }
  word->kind = CRM__WORD_NAME;
  word->length = at - word->start;
  return NULL;
}

static const char *read_date(const char *text, crm__word *word)
{
  size_t at = word->start;
  int part;
  for (part = 0; part < 3; part++) {
    at += part > 0 && text[at] == '-';
    while (is_digit(text[at])) {
      at++;
    }
  }
  if (text[at] == 'T') {
    do {
      at++;
    } while (is_digit(text[at]) || text[at] == ':' || text[at] == '.');
  }
  word->kind = CRM__WORD_DATE;
  word->length = at - word->start;
  word->date_only = word->length <= 10;
  return is_letter(text[at]) || crm__time_read_iso(text + word->start, word->length, &word->time) != 0
           ? "a date from 1900 to 2199, as 2024-01-31 or 2024-01-31T09:30"
           : NULL;
}

static const char *read_number(const char *text, crm__word *word)
{
  size_t at = word->start;
  while (is_digit(text[at])) {
    at++;
  }
  if (at == word->start + 4 && text[at] == '-' && is_digit(text[at + 1])) {
    return read_date(text, word);
  }
  if (text[at] == '.') {
    at++;
    while (is_digit(text[at])) {
      at++;
    }
  }
  word->kind = CRM__WORD_NUMBER;
  word->length = at - word->start;
  return is_letter(text[at]) || text[at] == '.' ? "a number, as 90 or 12.50" : NULL;
}

static const char *read_text(const char *text, crm__word *word)
{
  size_t at = word->start + 1;
  word->kind = CRM__WORD_TEXT;
  while (text[at] != '\0') {
    if (text[at] == '\'') {
      if (text[at + 1] != '\'') {
        word->length = at + 1 - word->start;
        return NULL;
      }
      at++;
    }
    at++;
  }
  word->length = at - word->start;
  return "the quote that ends the text";
}

static const char *read_symbol(const char *text, crm__word *word)
{
  static const struct {
    char sign[3];
    int32_t kind;
  } symbols[] = {
    {"<=", CRM__WORD_LESS_EQUAL}, {">=", CRM__WORD_GREATER_EQUAL}, {"<>", CRM__WORD_UNEQUAL},
    {"!=", CRM__WORD_UNEQUAL},    {"<", CRM__WORD_LESS},           {">", CRM__WORD_GREATER},
    {"=", CRM__WORD_EQUAL},       {"(", CRM__WORD_OPEN},           {")", CRM__WORD_CLOSE},
    {",", CRM__WORD_COMMA},       {".", CRM__WORD_DOT},            {"+", CRM__WORD_PLUS},
    {"-", CRM__WORD_MINUS}
  };
  size_t i;
  for (i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
    size_t length = strlen(symbols[i].sign);
    if (strncmp(text + word->start, symbols[i].sign, length) == 0) {
      word->kind = symbols[i].kind;
      word->length = length;
      return NULL;
    }
  }
  word->kind = CRM__WORD_END;
  word->length = 1;
  return "a name, a number, a text in quotes or a sign";
}

const char *crm__word_next(const char *text, size_t *at, crm__word *word)
{
  const char *wanted = NULL;
  size_t i = *at;
  char c;
  while (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r') {
    i++;
  }
  c = text[i];
  word->start = i;
  word->length = 0;
  word->kind = CRM__WORD_END;
  word->time = 0;
  word->date_only = 0;
  if (is_letter(c)) {
    wanted = read_name(text, word);
  } else if (is_digit(c) || (c == '.' && is_digit(text[i + 1]))) {
    wanted = read_number(text, word);
  } else if (c == '\'') {
    wanted = read_text(text, word);
  } else if (c != '\0') {
    wanted = read_symbol(text, word);
  }
  *at = i + word->length;
  return wanted;
}

int crm__word_is(const char *text, const crm__word *word, const char *keyword)
{
  size_t i;
  if (word->kind != CRM__WORD_NAME || strlen(keyword) != word->length) {
    return 0;
  }
  for (i = 0; i < word->length; i++) {
    char c = text[word->start + i];
    if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != keyword[i]) {
      return 0;
    }
  }
  return 1;
}

const char *crm__word_describe(const char *text, const crm__word *word, char *into)
{
  size_t length = word->length < 64 ? word->length : 64;
  switch (word->kind) {
  case CRM__WORD_END:
    return text[word->start] == '\0' ? "the end" : "another character";
  case CRM__WORD_NUMBER:
    return "a number";
  case CRM__WORD_TEXT:
    return "a text";
  case CRM__WORD_DATE:
    return "a date";
  default:
    into[0] = '\'';
    memcpy(into + 1, text + word->start, length);
    into[length + 1] = '\'';
    into[length + 2] = '\0';
    return into;
  }
}
