/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_ANALYSIS_SEGMENT_PROGRAM_H
#define CRM_ANALYSIS_SEGMENT_PROGRAM_H

#include "analysis/segment_fields.h"
#include "analysis/segment_words.h"

/* An expression compiled: conditions on fields, and operations that join them on a stack. */

/* A closed range of values; low above high holds nothing. */
typedef struct crm__range {
  int64_t low;
  int64_t high;
} crm__range;

enum {
  CRM__TEST_RANGES,    /* in one of the ranges, which ascend and lie apart */
  CRM__TEST_MAP,       /* map[value] is not 0 */
  CRM__TEST_EMPTY,     /* there is no value */
  CRM__TEST_FIELDS,    /* `compare` holds between the field's value and another field's */
  CRM__TEST_SEGMENT    /* in another segment */
};

typedef struct crm__condition {
  int32_t test;        /* CRM__TEST_... */
  int32_t negated;
  int32_t denied;      /* a `not` stands around it: unknown and false lead to different things */
  int32_t field;       /* place among the program's fields, -1: none */
  int32_t other;       /* of CRM__TEST_FIELDS; of CRM__TEST_SEGMENT the expression */
  int32_t compare;     /* CRM__WORD_EQUAL ... */
  int32_t expression;  /* that it stands in */
  crm__range *ranges;
  int64_t range_count;
  uint8_t *map;
  size_t start;        /* its text */
  size_t end;
} crm__condition;

enum {
  CRM__STEP_CONDITION,   /* pushes */
  CRM__STEP_CONSTANT,    /* pushes true (operand 1) or false */
  CRM__STEP_NOT,
  CRM__STEP_AND,
  CRM__STEP_OR,
  CRM__STEP_IF_FALSE,    /* goes on at the operand where the top is false for all */
  CRM__STEP_IF_TRUE
};

typedef struct crm__step {
  int32_t code;
  int32_t operand;
} crm__step;

typedef struct crm__expression {
  const char *name;      /* of a definition, NULL: the main one */
  const char *text;
  crm__step *steps;
  int32_t step_count;
  int32_t first;         /* its conditions in the program: from here */
  int32_t count;
  int32_t waits;         /* definitions it uses that have no place in the order yet */
  int32_t used;          /* the main expression needs it */
} crm__expression;

typedef struct crm__program {
  crm__fields *fields;
  crm__expression *expressions;   /* 0: the main one */
  int32_t expression_count;
  int32_t *order;                 /* those that are used, each after those it uses; the main one last */
  int32_t order_count;
  crm__condition *conditions;
  int32_t condition_count;
  crm__segment_field *used;               /* fields */
  int32_t used_count;
  crm__range *ranges;             /* room for those of all conditions */
  int64_t range_count;
  int32_t map_count;              /* conditions with a map */
} crm__program;

#define CRM__SEGMENT_STACK (2 * CRM_SEGMENT_DEPTH + 4)

/* Compiles the expression and the definitions of the fields' options. All memory is the plan's scratch. */
crm_status crm__program_compile(crm__program *program, crm__fields *fields, crm_error *error);

/* ---- between the files that compile ---- */

typedef struct crm__parser {
  crm__program *program;
  int32_t expression;     /* the one that is read */
  const char *text;
  size_t at;              /* after the present word */
  crm__word word;
  size_t end;             /* of the word before it */
  int32_t depth;
  crm_error *error;
} crm__parser;

/* Fails at a byte of the expression. */
crm_status crm__parse_fail(const crm__parser *parser, crm_status status, size_t byte, const char *message);

/* Fails because something else was expected at the present word. */
crm_status crm__parse_expected(const crm__parser *parser, const char *wanted);

crm_status crm__parse_advance(crm__parser *parser);

/* What a literal stands for among the values of a field: from low to high. A decimal with more digits than are kept
 * lies between two values: low is the one above, high the one below. beyond: 1 above all values, -1 below. */
typedef struct crm__literal {
  int64_t low;
  int64_t high;
  int32_t beyond;
} crm__literal;

/* Reads a literal of a field's type at the present word. */
crm_status crm__parse_literal(crm__parser *parser, const crm__segment_field *field, crm__literal *literal);

/* A name or key at the present word: a text in quotes without them, of a field of keys also a whole number; kept in
 * scratch. */
crm_status crm__parse_key(crm__parser *parser, const crm__segment_field *field, crm__key *key);

/* The values for which a comparison (CRM__WORD_LESS ...) with a literal holds; unequal counts as equal. */
crm__range crm__literal_range(int32_t compare, const crm__literal *literal);

/* Reads what follows a field: the rest of a condition. */
crm_status crm__parse_test(crm__parser *parser, crm__condition *condition, const crm__segment_field *field);

/* Reads a field's name at the present word. */
crm_status crm__parse_field(crm__parser *parser, int32_t *place);

#endif
