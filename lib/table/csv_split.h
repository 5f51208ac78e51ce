/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_CSV_SPLIT_H
#define CRM_TABLE_CSV_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/* Finding the fields of one record. Up to CRM__SPLIT_PAD bytes past `stop` are loaded, so they must be there; what they
 * hold changes nothing. */

#define CRM__SPLIT_PAD 64

#define CRM__SPLIT_END 0     /* the record ends at `at`, a CR or LF */
#define CRM__SPLIT_STOP 1    /* `stop` was reached first; may be gone on with from `at` */
#define CRM__SPLIT_ERROR 2   /* something other than a delimiter or line end follows a closing quote, at `at` */

/* A field: where it stands after the start of its record. */
typedef struct crm__span {
  uint32_t start;
  uint32_t length;   /* with CRM__SPAN_DOUBLED where it holds doubled quotes */
} crm__span;

#define CRM__SPAN_DOUBLED UINT32_C(0x80000000)

typedef struct crm__splitter {
  const char *text;
  size_t record;        /* start of the record */
  size_t at;            /* next byte to look at */
  size_t field;         /* first byte of the current field; equal to `at` only where the field has just begun */
  crm__span *spans;     /* of the fields seen, as far as there is room */
  uint32_t room;
  uint32_t fields;      /* seen, may be more than room */
  int quoted;           /* `at` is inside a quoted field */
  int doubled;          /* ... in which a doubled quote was seen */
  int special;          /* some byte may not be ASCII, or is NUL, or was not looked at for that */
  int any_doubled;      /* some span has CRM__SPAN_DOUBLED */
  char delimiter;
  int blank;            /* delimiter is ' ', and runs of blanks and tabs delimit */
  size_t chunk;         /* where the 64 bytes begin that the next two speak of */
  uint64_t marks;       /* bits of bytes that may be of interest outside quotes */
  uint64_t tops;        /* not 0: some byte is not ASCII */
} crm__splitter;

/* To be called when the text or its place has changed. */
void crm__split_forget(crm__splitter *split);

/* Places the splitter at the start of a record. text, spans, room, delimiter and blank are the caller's to set. */
void crm__split_begin(crm__splitter *split, size_t record);

/* Splits on until one of the above. */
int crm__split_run(crm__splitter *split, size_t stop);

/* The first CR or LF in [from, stop), else stop. */
size_t crm__split_line(const char *text, size_t from, size_t stop);

/* Makes doubled quotes single, in place; answers the new length. */
uint32_t crm__split_undouble(char *text, uint32_t length);

/* 0, CRM__FIELD_NUL or CRM__FIELD_ENCODING. */
uint32_t crm__split_check(const char *text, uint32_t length);

#endif
