/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_STORE_SCHEMA_H
#define CRM_STORE_SCHEMA_H

#include <stdint.h>

/* The tables of facts as data: readers, stores, documents and tests all go by it. */

#define CRM__TABLE_CUSTOMERS 0
#define CRM__TABLE_PRODUCTS 1
#define CRM__TABLE_SALES 2
#define CRM__TABLES 3

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

/* The table of a name, -1 where there is none. */
int32_t crm__schema_find(const char *name);

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

#endif
