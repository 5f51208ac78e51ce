/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_FUZZ_QUESTIONS_H
#define TESTS_FUZZ_QUESTIONS_H

#include "fuzz/fuzz.h"

/* What can be asked of a store with a scope alone, a table each; all options are the defaults. */

/* The questions; those from FUZZ_QUESTIONS_KEYS on have keys of customers in their answers, or count the erased. */
#define FUZZ_QUESTIONS 54
#define FUZZ_QUESTIONS_KEYS 28

/* Adds the answer to one of them, or the name of the status that it was given instead. */
void fuzz_text_question(fuzz_text *text, const crm_store *store, const crm_scope *scope, int32_t which);

/* Adds the rows of every table but sales, as they are read back. */
void fuzz_text_rows(fuzz_text *text, const crm_store *store);

#endif
