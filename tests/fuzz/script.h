/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_FUZZ_SCRIPT_H
#define TESTS_FUZZ_SCRIPT_H

#include "fuzz/fuzz.h"
#include "support/disk.h"

/* What the script target is made of: a store in a file on a disk in memory, a till, and beside them a model, which
 * holds the facts that have to be there and adds them up in the plainest way. */

#define CUSTOMERS 8
#define DOCUMENTS 24
#define NUMBERS 4                      /* rows of each of the other tables */

enum { SALE, RETURN, VOID, QUOTE };    /* what a document is */
enum { PERSON, BUSINESS, INTERNAL, ANONYMOUS };
enum { OPPORTUNITIES, PAYMENTS, INTERACTIONS, STAGES, OWNERSHIP, PRODUCTS, TABLES };

/* Where version is -1 there is none. */
typedef struct document {
  int32_t version;
  int32_t customer;     /* -1: nobody */
  int32_t day;          /* 0: 2024-01-01; 28 to a month */
  int32_t what;
  int32_t amount;
} document;

typedef struct person {
  int32_t version;
  int32_t kind;
  int32_t joined;       /* day, -1: not known */
} person;

typedef struct merge {
  int32_t version;
  int32_t into;
  int32_t undone;
} merge;

typedef struct row {
  int32_t version;
  int32_t customer;     /* -1: nobody */
  int32_t salt;         /* what the other columns are made of */
} row;

typedef struct model {
  document documents[DOCUMENTS];
  person people[CUSTOMERS];
  merge merges[CUSTOMERS];
  row rows[TABLES][NUMBERS];
  int32_t erased[CUSTOMERS];
  int32_t attribute;    /* type of the attribute of products that was declared, 0: none */
} model;

typedef struct world {
  fuzz_bytes in;
  test_disk *disk;
  crm_io io;
  crm_store *store;
  crm_till *till;
  int32_t window;                      /* of the till, */
  int32_t days;
  int32_t ties;
  int64_t as_of;                       /* and where it stands */
  model facts;
  document posted[DOCUMENTS];          /* at the till, and not loaded yet */
  int32_t merge_version;
  int32_t files;                       /* that have been made */
  int32_t torn;                        /* a commit has failed: something of it may lie in the file */
} world;

#define SCRIPT_PATH "script.crm"
#define SCRIPT_ATTRIBUTE "shoe"
#define SCRIPT_FILES 60                /* no more than the disk has room for */

extern const char *const script_names[CUSTOMERS];
extern const char *const script_tables[TABLES];

/* ---- the model: script_model.c ---- */

void model_clear(model *facts);

/* The customers that merges join, each by the lowest number among them. */
void model_join(const model *facts, int32_t *group);

/* Whether the model knows who counts: not where the order of keys that were erased decides it. */
int model_certain(const model *facts, const int32_t *group, int32_t customer);

/* Whether a customer counts, which its own sales and those of who is joined with it then do. */
int model_counts(const model *facts, const int32_t *group, int32_t customer);
int64_t model_money(const model *facts, const int32_t *group, int32_t customer, int64_t from, int64_t to);
int model_known(const model *facts, const int32_t *group, int32_t customer);

void model_forget(model *facts, const int32_t *group, int32_t customer);
void model_erase(model *facts, const int32_t *group, int32_t customer);

/* The instant of a day, its date in a text, and a fact as a line of a CSV file with these headers. */
int64_t script_instant(int32_t day);
extern const char script_sales[];
extern const char script_customers[];
extern const char script_merges[];
extern const char *const script_headers[TABLES];
void script_put_sale(fuzz_text *text, int32_t number, const document *of);
void script_put_person(fuzz_text *text, int32_t customer, const person *of);
void script_put_merge(fuzz_text *text, int32_t customer, const merge *of);
void script_put_row(fuzz_text *text, int32_t table, int32_t number, const row *of);

/* A store of the model's facts, a load a table, the last fact first. */
crm_store *model_store(const model *facts);

/* ---- calls: script_calls.c, script_files.c ---- */

void script_open_till(world *w);
void script_sync(world *w);
void script_settle(world *w);          /* loads what was posted */
crm_status script_load(world *w, int32_t number, const document *of, int64_t *accepted, crm_error *error);
document script_document(world *w);

/* Takes a call off the input and makes it. */
void script_fact(world *w);
void script_file(world *w);

crm_store *script_open(const world *w, int32_t mode, int32_t content, const char *path);

/* ---- what has to hold: script_check.c ---- */

/* What two stores of the same facts have in common: questions are taken off the input. */
void script_same(world *w, const crm_store *expected, const crm_store *actual);
void script_check(world *w);

#endif
