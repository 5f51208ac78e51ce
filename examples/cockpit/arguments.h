/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef COCKPIT_ARGUMENTS_H
#define COCKPIT_ARGUMENTS_H

#include "pool.h"
#include "report.h"

#include <crm/crm.h>

/* The command line, read into what the library takes. */

#define FORMAT_TEXT 0
#define FORMAT_CSV 1
#define FORMAT_JSON 2

#define LANGUAGE_ENGLISH 0
#define LANGUAGE_CHINESE 1

#define COLOR_AUTO 0
#define COLOR_ALWAYS 1
#define COLOR_NEVER 2

#define SHOW_RESULT 0
#define SHOW_HELP 1
#define SHOW_VERSION 2

#define CUTS 4
#define FLAGS_MOST 160

struct verb;

typedef struct text_list {
  const char **items;
  int64_t count;
} text_list;

/* A file to load, and how it is read (settled when all arguments are known). */
typedef struct input_file {
  const char *table;
  const char *path;
  crm_csv csv;
} input_file;

typedef struct attribute {
  const char *table;
  const char *name;
  int32_t type;
} attribute;

/* Something that says how files are read. It holds for the files after it. */
typedef struct reading {
  int32_t kind;          /* READING_... of reading.h */
  int32_t number;
  const char *table;     /* of a map or constant */
  const char *column;
  const char *text;
  text_list names;       /* of a header */
  int64_t files;         /* files that stood before it */
} reading;

typedef struct arguments {
  pool memory;
  int32_t show;
  uint8_t given[FLAGS_MOST];   /* by place in the table of flags */
  const struct verb *verb;
  const char *verb_name;

  text_list tables;      /* names of the tables of facts, in the schema's order */
  const char *table;     /* of the verb rows */
  input_file *files;
  int64_t file_count;
  attribute *attributes;
  int64_t attribute_count;
  reading *readings;
  int64_t reading_count;

  crm_store_options store;
  const char *file;        /* the store's file, NULL: it is in memory alone */
  crm_store *opened;       /* from it, until the files are loaded */
  crm_load_options load;
  crm_scope scope;
  text_list anonymous;
  text_list branches;
  const char *from;
  const char *to;
  const char *as_of;
  const char *since;
  int64_t since_time;
  int32_t value_tiers;
  crm_composition_options composition;
  crm_effect_options effect;
  const char *at;
  const char *treated;     /* expressions */
  const char *control;
  const char *where;
  crm_segment_definition *definitions;
  int64_t definition_count;
  crm_segment_definition *suppressions;
  int64_t suppression_count;
  const char *household;
  crm_segment *selected;   /* the customers of --where */

  crm_calendar calendar;
  crm_pyramid_options pyramid;
  crm_rfm_options rfm;
  crm_cohorts_options cohorts;
  crm_products_options products;
  crm_handovers_options handovers;
  crm_due_options due;
  crm_kpi_options kpi;
  crm_bridge_options bridge;
  crm_completeness_options completeness;
  crm_completeness_rule *expected;   /* its rules */
  const char *before_from;
  const char *before_to;
  text_list kpis;        /* ids */
  int32_t *feasts;
  int32_t *feasts_before;
  crm_lifecycle_options lifecycle;
  crm_classes_options classes;
  crm_refill_options refill;
  const char *cost;
  crm_funnel_options funnel;
  const char *customer;    /* the last of */
  text_list customers;     /* --customer */
  int32_t part;            /* of the verb view, a place in VIEW_PARTS */
  const char *role;
  const char *gauges;      /* files of gauges and alert rules, NULL: the built-in ones */
  const char *rules;
  crm_cockpit *panel;
  int32_t ties;
  int32_t shares[CRM_PYRAMID_SHARES];
  const char *recency_cuts;
  const char *frequency_cuts;
  const char *monetary_cuts;
  int64_t cuts[3][CUTS];

  int32_t format;
  int32_t language;
  int32_t color;
  int32_t width;           /* of text, 0: that of the terminal */
  const char *output;
  const char *rejects;
} arguments;

/* Reads the arguments. Answers EXIT_GOOD, or EXIT_UNUSABLE after one line on standard error. */
int arguments_read(arguments *args, int count, char **texts);

void arguments_free(arguments *args);

/* Reads dates once more, after a store file has said when its business day begins. */
int arguments_settle_scope(arguments *args);

/* 1 where a flag was given. */
int flag_given(const arguments *args, const char *name);

/* A flag and its value (NULL where none was given with =). next is the argument after it, taken for a value in need;
 * *taken says whether it was. */
int flag_apply(arguments *args, const char *flag, size_t length, const char *value, const char *next, int *taken);

/* The name of a table of facts, as args holds it; NULL where there is none of it. */
const char *table_find(const arguments *args, const char *name, size_t length);

/* Refuses flags that belong to another verb. */
int flag_check(const arguments *args);

/* Adds to a list. */
int list_add(arguments *args, text_list *list, const char *text);

#endif
