/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <crm/crm.h>

#include <stdio.h>

/* Fuzz targets: tests/fuzz/<name>_fuzz.c each, a function over bytes that looks for what must never be: a crash, a
 * leak, undefined behaviour, and answers that contradict each other, which end the process.
 *
 *   tests/fuzz/run NAME SECONDS   libFuzzer from the committed inputs on (clang with its runtime libraries); with
 *                                 --seeds FOLDER from pieces of the real files in a folder too
 *   <name>_fuzz FILE ...          the plain driver, tests/fuzz/replay.c: every test run does it with tests/fuzz/corpus
 *
 * AFL++ takes the same function by its afl-clang-fast -fsanitize=fuzzer: tests/fuzz/afl. An input that has found
 * something goes to tests/fuzz/corpus/<name>, made as small as it can be, and into the list in
 * tests/fuzz/meson.build. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold; says where and ends the process if not. */
#define NEED(condition) fuzz_need((condition) != 0, #condition, __FILE__, __LINE__, NULL)
#define NEED_WHY(condition, error) fuzz_need((condition) != 0, #condition, __FILE__, __LINE__, (error)->message)
void fuzz_need(int holds, const char *condition, const char *file, int line, const char *why);

/* The input, taken from its beginning; after its end come zeros. */
typedef struct fuzz_bytes {
  const uint8_t *at;
  size_t left;
} fuzz_bytes;

uint32_t fuzz_byte(fuzz_bytes *bytes);
int32_t fuzz_below(fuzz_bytes *bytes, int32_t limit);   /* limit 1 to 256 */
int64_t fuzz_number(fuzz_bytes *bytes);                 /* any, of eight bytes */
char *fuzz_rest(fuzz_bytes *bytes);                     /* what is left, NUL-ended; free it */

/* Memory for a test; ends the process where there is none. */
void *fuzz_room(size_t size);

/* A memory limit that no honest input of this size needs. */
const crm_config *fuzz_config(void);

/* Reads CSV bytes into an open load in pieces of `piece` bytes, 0: all at once. */
crm_status fuzz_read(crm_load *load, const char *table, const crm_csv *csv, const void *bytes, size_t size,
                     size_t piece, crm_error *error);
crm_source fuzz_source(fuzz_bytes *bytes);

/* A CSV text as a load of its own that has to go in. */
void fuzz_put(crm_store *store, const char *table, const char *text);

/* A store of a few facts of every table, made at the first call and kept. */
const crm_store *fuzz_store(void);

/* A growing text. */
typedef struct fuzz_text {
  char *bytes;
  size_t length;
  size_t room;
} fuzz_text;

#define FUZZ_TEXT_INIT { NULL, 0, 0 }

void fuzz_text_add(fuzz_text *text, const void *bytes, size_t size);
void fuzz_text_free(fuzz_text *text);
void fuzz_need_same(const fuzz_text *expected, const fuzz_text *actual);

/* Adds a table as CSV and frees it. */
void fuzz_text_table(fuzz_text *text, crm_table *table);

/* What analyses say of a store, those in which no customer's key stands; a call may fail only for amounts that do not
 * fit. */
void fuzz_text_answers(fuzz_text *text, const crm_store *store, int64_t as_of);

#endif
