/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_SEGMENT_FIELDS_H
#define CRM_ANALYSIS_SEGMENT_FIELDS_H

#include "store/columns.h"
#include "store/facts.h"

#include <crm/segment.h>

/* What expressions may ask about a customer: a table of fields, and the sources that their values come from. A value is
 * an int64_t, INT64_MIN where there is none. */

/* What a field holds; its values are */
enum {
  CRM__FIELD_MONEY,     /* minor units */
  CRM__FIELD_NUMBER,    /* a decimal of the field's scale */
  CRM__FIELD_INTEGER,
  CRM__FIELD_DATE,      /* a day */
  CRM__FIELD_TIME,      /* microseconds */
  CRM__FIELD_TEXT,      /* ids of names */
  CRM__FIELD_KEY,       /* ids of customers */
  CRM__FIELD_WORD,      /* places among the field's words */
  CRM__FIELD_YES_NO     /* 0, 1 */
};

#define CRM__FIELD_WORDS 32   /* most words of a field */

struct crm__fields;
struct crm__segment_field;

/* Values of count customers from a first one on. */
typedef void (*crm__fetch)(const struct crm__fields *fields, const struct crm__segment_field *field, uint32_t first,
                           uint32_t count, int64_t *values);

/* The same in 32 bits, INT32_MIN for none: twice as many fit a comparison. 0: one does not fit, or they are kept wider;
 * what is written then means nothing. */
typedef int (*crm__fetch_narrow)(const struct crm__fields *fields, const struct crm__segment_field *field,
                                 uint32_t first, uint32_t count, int32_t *values);

/* Lists the words of a field; answers their number. They live as long as the fields. */
typedef int32_t (*crm__list_words)(const struct crm__fields *fields, const char **words);

/* A source: what has to be computed before any of its fields can be read. */
typedef crm_status (*crm__source)(struct crm__fields *fields, crm_error *error);

typedef struct crm__segment_field {
  const char *name;
  int32_t type;
  int32_t scale;                 /* decimals */
  int32_t source;                /* CRM__SOURCE_... */
  crm__fetch fetch;
  crm__fetch_narrow narrow;
  crm__list_words list;          /* of a word */
  const char *meaning;
  crm__customer_column column;   /* of CRM__SOURCE_CUSTOMERS */
} crm__segment_field;

enum {
  CRM__SOURCE_CUSTOMERS,
  CRM__SOURCE_MEASURES,
  CRM__SOURCE_EVER,
  CRM__SOURCE_DAYS,
  CRM__SOURCE_PYRAMID,
  CRM__SOURCE_RFM,
  CRM__SOURCE_LIFECYCLE,
  CRM__SOURCE_CLASSES,
  CRM__SOURCE_OWNERS,     /* `owner` and `parent` where tables tell of them with dates; customers.owner and */
  CRM__SOURCE_PARENTS,    /* customers.parent are the columns */
  CRM__SOURCE_DEALS,
  CRM__SOURCE_CONTACTS,
  CRM__SOURCES
};

/* Where the values come from. Zeroed, then opened by crm__fields_plan; closed at the end. */
typedef struct crm__fields {
  const crm_store *store;
  crm_scope given;                   /* the caller's scope */
  crm_segment_options options;
  crm__scope plan;                   /* scratch of what is compiled; its as-of and calendar are the scope's */
  crm__scope scope;                  /* of the values, once loaded */
  int planned;
  int loaded;
  uint32_t needs;                    /* a bit a source */
  crm_pyramid *pyramid;
  crm_table *rfm;
  crm_lifecycle *lifecycle;
  crm_table *classes;
  crm__measures measures;
  const int32_t *ever;
  const uint32_t *days;
  const uint32_t *owners;            /* by customer, just before as-of; CRM__NONE: none */
  const uint32_t *parents;
  uint32_t *open;                    /* by customer: open opportunities at as-of */
  int32_t *contacts;                 /* by customer: business day of the last one before as-of, INT32_MIN: none */
  uint8_t *scores[4];                /* r, f, m and the place of the RFM segment, by customer; UINT8_MAX: none */
  uint8_t *class_of;                 /* place of the class, likewise */
  const char *rfm_names[CRM__FIELD_WORDS];
  int32_t rfm_count;
} crm__fields;

/* Reads scope and options; after it fields can be found and expressions compiled. On failure there is nothing to
 * close. */
crm_status crm__fields_plan(crm__fields *fields, const crm_store *store, const crm_scope *scope,
                            const crm_segment_options *options, crm_error *error);

/* The words of `class`. */
int32_t crm__fields_classes(const crm__fields *fields, const char **words);

/* Sources that lie in rows of other tables, whatever the period and the branches. */
crm_status crm__fields_count_open(crm__fields *fields, crm_error *error);
crm_status crm__fields_find_contacts(crm__fields *fields, crm_error *error);

/* Computes the sources that are needed; after it values can be read. */
crm_status crm__fields_load(crm__fields *fields, crm_error *error);

void crm__fields_close(crm__fields *fields);

/* Finds a field by name: a measure, else a column of the customers table; with `column` 1 the column alone, as its rows
 * have it. `owner` and `parent` are those of as-of. 0: there is none. */
int crm__field_find(const crm__fields *fields, const char *name, size_t length, int column, crm__segment_field *field);

/* All fields by place, up to their number; columns that differ from the field of their name are not among them. */
#define CRM__FIELDS_DATED 2   /* as many are most of those */
int32_t crm__field_count(const crm__fields *fields);
void crm__field_at(const crm__fields *fields, int32_t place, crm__segment_field *field);

/* The words of a field; answers their number. Each has its length, since it may not end by a zero byte. */
typedef struct crm__field_word {
  const char *text;
  size_t length;
} crm__field_word;

int32_t crm__field_words(const crm__fields *fields, const crm__segment_field *field, crm__field_word *words);

/* The type's name in the interface. */
const char *crm__field_type(const crm__segment_field *field);

/* Puts a value into a text column, null where it is none. */
void crm__field_put(const crm__fields *fields, const crm__segment_field *field, int64_t value, crm_table *table,
                    int32_t column);

/* Whether a customer is one that segments are made of: it counts, and it is there at as-of. Needs
 * CRM__SOURCE_MEASURES. */
int crm__field_customer(const crm__fields *fields, uint32_t customer);

#endif
