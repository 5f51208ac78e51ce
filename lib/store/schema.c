/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/schema.h"

#include <string.h>

#define KEY CRM__ROLE_KEY
#define REQUIRED CRM__ROLE_REQUIRED
#define OPTIONAL CRM__ROLE_OPTIONAL

static const crm__schema_column customers[] = {
  {"customer", CRM__CELL_KEY, KEY, NULL, NULL, "the customer's key"},
  {"kind", CRM__CELL_WORD, OPTIONAL, "person business anonymous internal", NULL,
   "person, business; anonymous stands for nobody; internal (own staff, tests) is left out of sales by default"},
  {"joined", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when the customer became known by name"},
  {"parent", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "the customer that this one belongs to"},
  {"region", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "where the customer is"},
  {"segment", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the host's own grouping"},
  {"owner", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who looks after the customer"},
  {"origin", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "how the customer came"},
  {"credit_limit", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "how much the customer may owe"},
  {"reference", CRM__CELL_BOOLEAN, OPTIONAL, NULL, NULL, "whether the customer may be named as a reference"},
  {"channels", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "channels by which the customer may be addressed"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column products[] = {
  {"product", CRM__CELL_KEY, KEY, NULL, NULL, "the product's key"},
  {"category", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the group it is counted in"},
  {"list_price", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "price of one unit before discount and tax"},
  {"unit_cost", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "cost of one unit today"},
  {"launched", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when it was first offered"},
  {"standardisation", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "how far it is standardised (high, middle, low, ...)"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column sales[] = {
  {"document", CRM__CELL_KEY, KEY, NULL, NULL, "the receipt, invoice or credit note that the line stands on"},
  {"line", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "the line's number on the document"},
  {"time", CRM__CELL_TIME, REQUIRED, NULL, NULL, "local wall-clock time; a document has its earliest line's"},
  {"customer", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "who bought; empty: nobody known"},
  {"kind", CRM__CELL_WORD, OPTIONAL, "sale return void quote", NULL, "what the line is; empty: sale"},
  {"class", CRM__CELL_WORD, OPTIONAL, "goods service shipping fee tip rounding liability tender", NULL,
   "what is sold; liability (gift cards, deposits) and tender (means of payment) are outside net; empty: goods"},
  {"product", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "what was bought"},
  {"quantity", CRM__CELL_QUANTITY, OPTIONAL, NULL, "units", "how much of it"},
  {"price", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "of one unit"},
  {"amount", CRM__CELL_MONEY, OPTIONAL, NULL, "money",
   "of the line, after discount, before tax; empty: quantity * price"},
  {"discount", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "already taken off the amount"},
  {"tax", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "that comes on top of the amount"},
  {"cost", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "of the line, at the time of sale"},
  {"branch", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "where it was sold"},
  {"staff", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who sold it"},
  {"currency", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "of the line's money; empty: the base currency"},
  {"rate", CRM__CELL_RATE, OPTIONAL, NULL, "base per unit", "base currency for one unit of the line's, on the day"},
  {"original", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "the document that a return takes back"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that the document comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_table tables[CRM__TABLES] = {
  {"customers", "a customer", customers, (int32_t)(sizeof customers / sizeof customers[0])},
  {"products", "a product", products, (int32_t)(sizeof products / sizeof products[0])},
  {"sales", "a line of a sales document", sales, (int32_t)(sizeof sales / sizeof sales[0])},
};

const crm__schema_table *crm__schema(int32_t table)
{
  return &tables[table];
}

int32_t crm__schema_find(const char *name)
{
  int32_t i;
  for (i = 0; name != NULL && i < CRM__TABLES; i++) {
    if (strcmp(tables[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}
