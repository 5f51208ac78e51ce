/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_TEXT_H
#define CRM_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* 1 where the bytes are well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF). Fast for ASCII. */
int crm__utf8_valid(const char *text, size_t length);

/* Decodes one character, length above 0; answers its bytes (an ill-formed byte counts as U+FFFD and 1). */
size_t crm__utf8_decode(const char *text, size_t length, uint32_t *code);

/* Latin-1 to UTF-8; into needs 2 * length bytes. Answers the bytes written. */
size_t crm__latin1_to_utf8(const char *text, size_t length, char *into);

/* 1 where the text is a canonical decimal integer of 64 bits ("0", "-7"; not "007", "+7", "-0"); sets *value only
 * then. */
int crm__canonical_integer(const char *text, size_t length, int64_t *value);

/* Text of an integer, no end; needs up to 20 bytes. Answers the length. */
size_t crm__integer_write(int64_t value, char *text);

/* Strips ASCII blanks and tabs at both ends. */
void crm__trim(const char **text, size_t *length);

/* Cells of a terminal that a character takes: 0 (combining, format, control), 1 or 2 (East Asian wide, emoji). */
int crm__character_width(uint32_t code);

int crm__text_equal(const char *text, size_t length, const char *ended);   /* against NUL-ended text */

#endif
