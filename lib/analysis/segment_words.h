/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_SEGMENT_WORDS_H
#define CRM_ANALYSIS_SEGMENT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* The words of an expression. */

enum {
  CRM__WORD_END,
  CRM__WORD_NAME,
  CRM__WORD_NUMBER,     /* digits, with a point or without; no sign */
  CRM__WORD_TEXT,       /* in its quotes */
  CRM__WORD_DATE,       /* a date, or a date and time */
  CRM__WORD_OPEN,
  CRM__WORD_CLOSE,
  CRM__WORD_COMMA,
  CRM__WORD_DOT,
  CRM__WORD_PLUS,
  CRM__WORD_MINUS,
  CRM__WORD_EQUAL,
  CRM__WORD_UNEQUAL,
  CRM__WORD_LESS,
  CRM__WORD_LESS_EQUAL,
  CRM__WORD_GREATER,
  CRM__WORD_GREATER_EQUAL
};

typedef struct crm__word {
  int32_t kind;
  size_t start;
  size_t length;
  int64_t time;         /* of a date */
  int date_only;
} crm__word;

/* Reads the word at or after *at and moves *at past it. NULL where it is good, else what was expected at
 * word->start. */
const char *crm__word_next(const char *text, size_t *at, crm__word *word);

/* Whether a word is a keyword, written in any case. */
int crm__word_is(const char *text, const crm__word *word, const char *keyword);

/* What a word is called in a message; into has room for 80 bytes. */
const char *crm__word_describe(const char *text, const crm__word *word, char *into);

#endif
