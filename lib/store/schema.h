/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SCHEMA_H
#define CRM_STORE_SCHEMA_H

#include <stdint.h>

/* The tables of facts as data: readers, stores, documents and tests all go by it. */

#define CRM__TABLE_CUSTOMERS 0
#define CRM__TABLE_PRODUCTS 1
#define CRM__TABLE_SALES 2
#define CRM__TABLE_OPPORTUNITIES 3
#define CRM__TABLE_PIPELINES 4
#define CRM__TABLE_STAGES 5
#define CRM__TABLE_INTERACTIONS 6
#define CRM__TABLE_PAYMENTS 7
#define CRM__TABLE_FIGURES 8
#define CRM__TABLE_STAFF 9
#define CRM__TABLE_MERGES 10
#define CRM__TABLE_OWNERSHIP 11
#define CRM__TABLE_PARENTS 12
#define CRM__TABLE_CHANGES 13
#define CRM__TABLE_ASSIGNMENTS 14
#define CRM__TABLES 15

/* What a cell holds, and so how it is read and kept. */
#define CRM__CELL_KEY 1        /* integer or text, interned by what it names */
#define CRM__CELL_NAME 2       /* text that is only compared and grouped by, interned among all names */
#define CRM__CELL_WORD 3       /* one of the column's words: its place among them */
#define CRM__CELL_TIME 4
#define CRM__CELL_MONEY 5      /* minor units */
#define CRM__CELL_QUANTITY 6   /* the store's quantity decimals */
#define CRM__CELL_RATE 7       /* nine decimals, above 0 */
#define CRM__CELL_NUMBER 8     /* six decimals */
#define CRM__CELL_INTEGER 9
#define CRM__CELL_BOOLEAN 10

#define CRM__ROLE_OPTIONAL 0
#define CRM__ROLE_KEY 1
#define CRM__ROLE_REQUIRED 2
#define CRM__ROLE_PART 3       /* part of the key that may be empty */

typedef struct crm__schema_column {
  const char *name;
  int32_t cell;
  int32_t role;
  const char *words;     /* "sale return void quote" */
  const char *unit;
  const char *meaning;
} crm__schema_column;

typedef struct crm__schema_table {
  const char *name;
  const char *meaning;
  const crm__schema_column *columns;
  int32_t count;
} crm__schema_table;

const crm__schema_table *crm__schema(int32_t table);

/* Whether a row has to have a value in a column. */
int crm__schema_required(const crm__schema_column *column);

/* The table of a name, -1 where there is none. */
int32_t crm__schema_find(const char *name);

/* What a column is known by in files, whatever its place is in the schema of today: those of the first release by their
 * places in that, declared attributes behind these, and behind room for all of them the columns that came later, in the
 * order in which they came. */
#define CRM__NUMBERS_ATTRIBUTES 64   /* numbers that are kept for attributes */

int32_t crm__schema_number(int32_t table, int32_t column);

/* The column of the schema with a number, -1 where there is none. */
int32_t crm__schema_numbered(int32_t table, int32_t number);

/* How many columns of a table are of the first release. */
int32_t crm__schema_first(int32_t table);

/* What the keys of a column are interned among: what they name. Numbered as rows_key.c lists their tables. */
#define CRM__NAMES_CUSTOMERS 0
#define CRM__NAMES_PRODUCTS 1
#define CRM__NAMES_BRANCHES 2
#define CRM__NAMES_OPPORTUNITIES 3
#define CRM__NAMES_REFERENCES 4   /* documents of accounts, ids of rows: compared and given back, never ordered */
#define CRM__NAMES_NAMES 5        /* all else: staff, owners, stages, sources, ... */

int32_t crm__schema_names(int32_t table, int32_t column);

/* The columns of sales by their places in the schema. */
enum {
  CRM__SALES_DOCUMENT,
  CRM__SALES_LINE,
  CRM__SALES_TIME,
  CRM__SALES_CUSTOMER,
  CRM__SALES_KIND,
  CRM__SALES_CLASS,
  CRM__SALES_PRODUCT,
  CRM__SALES_QUANTITY,
  CRM__SALES_PRICE,
  CRM__SALES_AMOUNT,
  CRM__SALES_DISCOUNT,
  CRM__SALES_TAX,
  CRM__SALES_COST,
  CRM__SALES_BRANCH,
  CRM__SALES_STAFF,
  CRM__SALES_CURRENCY,
  CRM__SALES_RATE,
  CRM__SALES_ORIGINAL,
  CRM__SALES_SOURCE,
  CRM__SALES_VERSION,
  CRM__SALES_COLUMNS
};

enum { CRM__KIND_SALE, CRM__KIND_RETURN, CRM__KIND_VOID, CRM__KIND_QUOTE };
enum {
  CRM__CLASS_GOODS,
  CRM__CLASS_SERVICE,
  CRM__CLASS_SHIPPING,
  CRM__CLASS_FEE,
  CRM__CLASS_TIP,
  CRM__CLASS_ROUNDING,
  CRM__CLASS_LIABILITY,
  CRM__CLASS_TENDER
};

/* Customers; products have the key first. source and version are the last two of each. */
enum {
  CRM__CUSTOMERS_CUSTOMER,
  CRM__CUSTOMERS_KIND,
  CRM__CUSTOMERS_JOINED,
  CRM__CUSTOMERS_PARENT,
  CRM__CUSTOMERS_REGION,
  CRM__CUSTOMERS_SEGMENT,
  CRM__CUSTOMERS_OWNER
};
enum { CRM__CUSTOMER_PERSON, CRM__CUSTOMER_BUSINESS, CRM__CUSTOMER_ANONYMOUS, CRM__CUSTOMER_INTERNAL };

/* In a scope alone: not in its segment. */
#define CRM__CUSTOMER_OUTSIDE 4

/* Of the other tables; source and version are the last two of each. */
enum {
  CRM__OPPORTUNITIES_OPPORTUNITY,
  CRM__OPPORTUNITIES_CUSTOMER,
  CRM__OPPORTUNITIES_CREATED,
  CRM__OPPORTUNITIES_CLOSED,
  CRM__OPPORTUNITIES_OUTCOME,
  CRM__OPPORTUNITIES_PIPELINE,
  CRM__OPPORTUNITIES_STAGE,
  CRM__OPPORTUNITIES_AMOUNT,
  CRM__OPPORTUNITIES_PROBABILITY,
  CRM__OPPORTUNITIES_EXPECTED_CLOSE,
  CRM__OPPORTUNITIES_NEXT_STEP,
  CRM__OPPORTUNITIES_OWNER,
  CRM__OPPORTUNITIES_PRODUCT,
  CRM__OPPORTUNITIES_ORIGIN,
  CRM__OPPORTUNITIES_COMPETITOR
};
enum { CRM__OUTCOME_OPEN, CRM__OUTCOME_WON, CRM__OUTCOME_LOST };

enum { CRM__PIPELINES_PIPELINE, CRM__PIPELINES_STAGE, CRM__PIPELINES_POSITION, CRM__PIPELINES_PROBABILITY };

enum {
  CRM__STAGES_OPPORTUNITY,
  CRM__STAGES_CUSTOMER,
  CRM__STAGES_TIME,
  CRM__STAGES_STAGE,
  CRM__STAGES_REASON,
  CRM__STAGES_OWNER,
  CRM__STAGES_AMOUNT,
  CRM__STAGES_PROBABILITY,
  CRM__STAGES_EXPECTED_CLOSE,
  CRM__STAGES_NEXT_STEP,
  CRM__STAGES_ID
};

enum {
  CRM__INTERACTIONS_TIME,
  CRM__INTERACTIONS_CUSTOMER,
  CRM__INTERACTIONS_OPPORTUNITY,
  CRM__INTERACTIONS_STAFF,
  CRM__INTERACTIONS_DIRECTION,
  CRM__INTERACTIONS_CHANNEL,
  CRM__INTERACTIONS_DURATION,
  CRM__INTERACTIONS_REASON,
  CRM__INTERACTIONS_RESULT,
  CRM__INTERACTIONS_EFFECT,
  CRM__INTERACTIONS_NUMBER_TYPE,
  CRM__INTERACTIONS_SCRIPT,
  CRM__INTERACTIONS_CAMPAIGN,
  CRM__INTERACTIONS_ID
};
enum { CRM__DIRECTION_IN, CRM__DIRECTION_OUT };

enum {
  CRM__PAYMENTS_DOCUMENT,
  CRM__PAYMENTS_LINE,
  CRM__PAYMENTS_KIND,
  CRM__PAYMENTS_CUSTOMER,
  CRM__PAYMENTS_TIME,
  CRM__PAYMENTS_AMOUNT,
  CRM__PAYMENTS_DUE
};
enum { CRM__PAYMENT_INVOICE, CRM__PAYMENT_PAYMENT, CRM__PAYMENT_CREDIT };

enum {
  CRM__FIGURES_FROM,
  CRM__FIGURES_TO,
  CRM__FIGURES_NAME,
  CRM__FIGURES_VALUE,
  CRM__FIGURES_MEASURE,
  CRM__FIGURES_BRANCH,
  CRM__FIGURES_STAFF,
  CRM__FIGURES_PRODUCT
};
enum { CRM__MEASURE_STOCK, CRM__MEASURE_FLOW };

enum { CRM__STAFF_STAFF, CRM__STAFF_TEAM, CRM__STAFF_JOINED, CRM__STAFF_LEFT, CRM__STAFF_COST };
enum { CRM__MERGES_CUSTOMER, CRM__MERGES_INTO, CRM__MERGES_UNDONE };
enum { CRM__OWNERSHIP_CUSTOMER, CRM__OWNERSHIP_OWNER, CRM__OWNERSHIP_FROM, CRM__OWNERSHIP_TO };
enum { CRM__PARENTS_CUSTOMER, CRM__PARENTS_PARENT, CRM__PARENTS_FROM, CRM__PARENTS_TO };
enum {
  CRM__CHANGES_CUSTOMER,
  CRM__CHANGES_FIELD,
  CRM__CHANGES_TIME,
  CRM__CHANGES_KIND,
  CRM__CHANGES_STAFF,
  CRM__CHANGES_ID
};
enum { CRM__CHANGE_CHANGED, CRM__CHANGE_CONFIRMED };

enum {
  CRM__ASSIGNMENTS_STAFF,
  CRM__ASSIGNMENTS_ROLE,
  CRM__ASSIGNMENTS_TEAM,
  CRM__ASSIGNMENTS_BRANCH,
  CRM__ASSIGNMENTS_REGION,
  CRM__ASSIGNMENTS_SEGMENT,
  CRM__ASSIGNMENTS_FROM,
  CRM__ASSIGNMENTS_TO
};

#endif
