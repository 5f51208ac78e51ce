/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_TABLE_CSV_READER_H
#define CRM_TABLE_CSV_READER_H

#include "table/csv_plain.h"
#include "table/csv_split.h"

/* The reader's own structure, seen by the files that it is made of. */

/* Plain records that are read in one go, and where they go. */
typedef struct crm__plain_part {
  crm__plain plain;
  int64_t *values;          /* by selected column, `room` each */
  crm__field *fields;       /* likewise; the reader's own, or NULL */
  int64_t room;             /* rows */
  int64_t rows;             /* read */
  size_t start;             /* in the text: the first record, */
  size_t stop;              /* where another part begins, */
  size_t end;               /* and what follows the last record, blank lines passed */
} crm__plain_part;

/* How far a record that failed was split. It was inside quotes at the end of every line that it passed, or it would
 * have ended there. The lines after its first one are split anew, each as the start of a record. One that is inside
 * quotes too at its end is in the same place and state as the failed record was there, so it goes on from here. Without
 * that, each of many lines that open a quote would be read up to the limit; with it bytes are split a few times. */
typedef struct frontier {
  size_t at;
  int quoted;
  int at_field;   /* a field has just begun */
  int error;      /* going on is of no use: the quote ended badly here */
} frontier;

struct crm__csv {
  crm__memory *memory;
  crm_source source;
  crm__splitter split;
  struct frontier frontier;

  char *text;               /* capacity + CRM__SPLIT_PAD bytes */
  size_t capacity;
  size_t most;              /* that capacity may grow to */
  size_t limit;             /* of a record */
  size_t start;             /* next byte that is no record yet */
  size_t filled;
  char *raw;                /* Latin-1 as it was read; NULL for UTF-8 */
  int64_t bytes;
  int ended;                /* the source is at its end, and a line end was added to the text */
  int skipping;             /* the rest of a line that was too long */
  crm_status failed;

  char *names;
  size_t names_size;
  size_t *name_ends;        /* columns + 1, from 0 */
  uint32_t columns;

  uint32_t *selected;
  uint64_t selected_count;
  int selects;
  crm__field *fields;
  crm__plain_part plain;    /* what is read at once in the calling thread; columns NULL: nothing */
  int64_t patience;         /* records of the next block that is not read at once */
  const crm__team *team;    /* of the host, or NULL */
  crm__plain_part *parts;   /* what was read at once by the team, */
  uint32_t parts_most;      /* in so many parts */
  uint32_t part;            /* the next one that is to be handed out, */
  uint32_t parts_good;      /* of so many */
  int64_t rest;             /* blocks until the team is tried again, */
  int64_t rest_next;        /* and how many it will be the next time that it was in vain */
  const int64_t **lists;    /* by selected column, for a block */
  char mark;
  uint8_t records[CRM__CSV_ROWS];
  int64_t rows;             /* of all blocks so far */
};

/* Moves what is left to the front, and reads more. Grows where little would come free, so that moves are few. */
crm_status crm__csv_more(crm__csv *reader, crm_error *error);

/* The same until so many bytes are there, or the source is at its end. */
crm_status crm__csv_fill(crm__csv *reader, size_t wanted, crm_error *error);

/* Fills a block with plain records. rows 0: there are none here; fields will do. */
crm_status crm__csv_next_plain(crm__csv *reader, crm__block *block, crm_error *error);

void crm__csv_values_free(crm__csv *reader);

#endif
