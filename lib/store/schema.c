/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/schema.h"

#include <string.h>

#define KEY CRM__ROLE_KEY
#define REQUIRED CRM__ROLE_REQUIRED
#define OPTIONAL CRM__ROLE_OPTIONAL
#define PART CRM__ROLE_PART

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

static const crm__schema_column opportunities[] = {
  {"opportunity", CRM__CELL_KEY, KEY, NULL, NULL, "the opportunity's key"},
  {"customer", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "whom something may be sold to"},
  {"created", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when it was opened; empty: not known, it has always been there"},
  {"closed", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when it was won or lost"},
  {"outcome", CRM__CELL_WORD, OPTIONAL, "open won lost", NULL,
   "how it ended, never inferred; empty: open; open again as of an instant up to closed"},
  {"pipeline", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the pipeline whose stages it goes through"},
  {"stage", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the stage that it is in now"},
  {"amount", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "what it is worth: expected, and once it is won agreed"},
  {"probability", CRM__CELL_NUMBER, OPTIONAL, NULL, "share", "chance to win it, 0 to 1; empty: that of its stage"},
  {"expected_close", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when it is expected to be closed"},
  {"next_step", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when the next step of the stage that it is in is due"},
  {"owner", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who works on it"},
  {"product", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "what may be sold"},
  {"origin", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "how it came"},
  {"competitor", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who else is in it, or took it"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column pipelines[] = {
  {"pipeline", CRM__CELL_KEY, KEY, NULL, NULL, "the pipeline's key"},
  {"stage", CRM__CELL_KEY, KEY, NULL, NULL, "the key of a stage of it"},
  {"position", CRM__CELL_INTEGER, REQUIRED, NULL, NULL, "the stage's place, ascending"},
  {"probability", CRM__CELL_NUMBER, OPTIONAL, NULL, "share", "chance to win what is in the stage, 0 to 1"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column stages[] = {
  {"opportunity", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "the opportunity that entered the stage"},
  {"customer", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "or the customer that did; a row names exactly one of the two"},
  {"time", CRM__CELL_TIME, REQUIRED, NULL, NULL, "when it entered"},
  {"stage", CRM__CELL_NAME, REQUIRED, NULL, NULL, "the stage"},
  {"reason", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "why"},
  {"owner", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "whose it was then"},
  {"amount", CRM__CELL_MONEY, OPTIONAL, NULL, "money", "what it was worth then"},
  {"probability", CRM__CELL_NUMBER, OPTIONAL, NULL, "share", "the chance to win it then, 0 to 1"},
  {"expected_close", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when it was expected to be closed then"},
  {"next_step", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "when the next step in the stage was due, as it was said then"},
  {"id", CRM__CELL_KEY, PART, NULL, NULL, "of the row in its source"},
  {"source", CRM__CELL_NAME, PART, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column interactions[] = {
  {"time", CRM__CELL_TIME, REQUIRED, NULL, NULL, "when the contact began"},
  {"customer", CRM__CELL_KEY, REQUIRED, NULL, NULL, "with whom"},
  {"opportunity", CRM__CELL_KEY, OPTIONAL, NULL, NULL, "what it was about"},
  {"staff", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who had it"},
  {"direction", CRM__CELL_WORD, OPTIONAL, "in out", NULL, "from the customer (in) or to the customer (out)"},
  {"channel", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "visit, phone, mail, ..."},
  {"duration", CRM__CELL_NUMBER, OPTIONAL, NULL, "seconds", "how long it took"},
  {"reason", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "why it was had"},
  {"result", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "how it ended (reached, no answer, ...)"},
  {"effect", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "what it brought about"},
  {"number_type", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the kind of number that was called"},
  {"script", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the script that was followed"},
  {"campaign", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the campaign that it belongs to"},
  {"id", CRM__CELL_KEY, PART, NULL, NULL, "of the row in its source"},
  {"source", CRM__CELL_NAME, PART, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column payments[] = {
  {"document", CRM__CELL_KEY, KEY, NULL, NULL, "the number of the invoice, payment or credit note"},
  {"line", CRM__CELL_KEY, PART, NULL, NULL, "tells several entries of one document apart"},
  {"kind", CRM__CELL_WORD, KEY, "invoice payment credit", NULL,
   "an invoice raises what the customer owes, payments and credits lower it"},
  {"customer", CRM__CELL_KEY, REQUIRED, NULL, NULL, "whose account it is"},
  {"time", CRM__CELL_TIME, REQUIRED, NULL, NULL, "when it was posted"},
  {"amount", CRM__CELL_MONEY, REQUIRED, NULL, "money", "with tax; negative where an entry is taken back"},
  {"due", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "by when an invoice is to be paid"},
  {"source", CRM__CELL_NAME, PART, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column figures[] = {
  {"from", CRM__CELL_TIME, KEY, NULL, NULL, "when the figure's period begins"},
  {"to", CRM__CELL_TIME, KEY, NULL, NULL, "and ends; the instant itself is outside"},
  {"name", CRM__CELL_KEY, KEY, NULL, NULL, "what it is: budget, target, inventory, assets, liabilities, expense, ..."},
  {"value", CRM__CELL_NUMBER, REQUIRED, NULL, NULL, "the figure; money in whole units"},
  {"measure", CRM__CELL_WORD, OPTIONAL, "stock flow", NULL,
   "a stock is what is there at the period's end, a flow adds up over it; empty: flow"},
  {"branch", CRM__CELL_KEY, PART, NULL, NULL, "of this branch alone"},
  {"staff", CRM__CELL_NAME, PART, NULL, NULL, "of this person alone"},
  {"product", CRM__CELL_KEY, PART, NULL, NULL, "of this product alone"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column staff[] = {
  {"staff", CRM__CELL_KEY, KEY, NULL, NULL, "the person's key, as in staff and owner of the other tables"},
  {"team", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the team"},
  {"joined", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "the first day"},
  {"left", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "the day after the last"},
  {"cost", CRM__CELL_MONEY, OPTIONAL, NULL, "money a month", "what the person costs"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column merges[] = {
  {"customer", CRM__CELL_KEY, KEY, NULL, NULL, "the key that is given up"},
  {"into", CRM__CELL_KEY, REQUIRED, NULL, NULL, "the key that stands for both from now on"},
  {"undone", CRM__CELL_BOOLEAN, OPTIONAL, NULL, NULL, "true takes the merge back"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column ownership[] = {
  {"customer", CRM__CELL_KEY, KEY, NULL, NULL, "the customer"},
  {"owner", CRM__CELL_NAME, REQUIRED, NULL, NULL, "who looks after the customer"},
  {"from", CRM__CELL_TIME, KEY, NULL, NULL, "from when on"},
  {"to", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "up to when; a later row's from ends it too"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column parents[] = {
  {"customer", CRM__CELL_KEY, KEY, NULL, NULL, "the customer"},
  {"parent", CRM__CELL_KEY, REQUIRED, NULL, NULL, "the customer that it belongs to"},
  {"from", CRM__CELL_TIME, KEY, NULL, NULL, "from when on"},
  {"to", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "up to when; a later row's from ends it too"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column changes[] = {
  {"customer", CRM__CELL_KEY, REQUIRED, NULL, NULL, "the customer"},
  {"field", CRM__CELL_NAME, REQUIRED, NULL, NULL, "the column or attribute of customers"},
  {"time", CRM__CELL_TIME, REQUIRED, NULL, NULL, "when it was changed or confirmed"},
  {"kind", CRM__CELL_WORD, OPTIONAL, "changed confirmed", NULL, "whether the value is another one now; empty: changed"},
  {"staff", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "who did it"},
  {"id", CRM__CELL_KEY, PART, NULL, NULL, "of the row in its source"},
  {"source", CRM__CELL_NAME, PART, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

static const crm__schema_column assignments[] = {
  {"staff", CRM__CELL_KEY, KEY, NULL, NULL, "the person, as in staff and owner of the other tables"},
  {"role", CRM__CELL_NAME, REQUIRED, NULL, NULL, "the person's role"},
  {"team", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the team in which the person has it"},
  {"branch", CRM__CELL_KEY, PART, NULL, NULL, "for the customers of this branch alone"},
  {"region", CRM__CELL_NAME, PART, NULL, NULL, "for the customers of this region alone"},
  {"segment", CRM__CELL_NAME, PART, NULL, NULL, "for the customers of this segment of the host's own alone"},
  {"from", CRM__CELL_TIME, KEY, NULL, NULL, "from when on"},
  {"to", CRM__CELL_TIME, OPTIONAL, NULL, NULL, "up to when; a later from of the person ends it too"},
  {"source", CRM__CELL_NAME, OPTIONAL, NULL, NULL, "the system that a row comes from"},
  {"version", CRM__CELL_INTEGER, OPTIONAL, NULL, NULL, "a higher one replaces a lower one; 0 where empty"},
};

#define COUNT(columns) (int32_t)(sizeof columns / sizeof columns[0])

static const crm__schema_table tables[CRM__TABLES] = {
  {"customers", "a customer", customers, COUNT(customers)},
  {"products", "a product", products, COUNT(products)},
  {"sales", "a line of a sales document", sales, COUNT(sales)},
  {"opportunities", "a chance to sell", opportunities, COUNT(opportunities)},
  {"pipelines", "a stage of a pipeline", pipelines, COUNT(pipelines)},
  {"stages", "an entry into a stage", stages, COUNT(stages)},
  {"interactions", "a contact with a customer", interactions, COUNT(interactions)},
  {"payments", "an entry of a customer's account", payments, COUNT(payments)},
  {"figures", "a figure of a period that the host gives", figures, COUNT(figures)},
  {"staff", "a person who sells or serves", staff, COUNT(staff)},
  {"merges", "a key that is another customer's", merges, COUNT(merges)},
  {"ownership", "who looks after a customer from when on", ownership, COUNT(ownership)},
  {"parents", "which customer another one belongs to from when on", parents, COUNT(parents)},
  {"changes", "a change of what is known of a customer", changes, COUNT(changes)},
  {"assignments", "a role that a person has from when on", assignments, COUNT(assignments)},
};

/* Columns that came after the first release, in the order in which they came; they may stand anywhere in their table
 * but are no part of its key. The last entry is none. */
static const struct {
  int32_t table;
  const char *column;
} later[] = {
  {CRM__TABLE_OPPORTUNITIES, "next_step"},
  {CRM__TABLE_STAGES, "next_step"},
  {-1, NULL},
};

#define LATER (COUNT(later) - 1)

/* The how-manieth later column of its table a column is, from 0 on; -1: it is of the first release. */
static int32_t later_place(int32_t table, int32_t column)
{
  int32_t place = 0;
  int32_t i;
  for (i = 0; i < LATER; i++) {
    if (later[i].table == table && strcmp(later[i].column, tables[table].columns[column].name) == 0) {
      return place;
    }
    place += later[i].table == table;
  }
  return -1;
}

int32_t crm__schema_first(int32_t table)
{
  int32_t count = tables[table].count;
  int32_t i;
  for (i = 0; i < LATER; i++) {
    count -= later[i].table == table;
  }
  return count;
}

int32_t crm__schema_number(int32_t table, int32_t column)
{
  int32_t first = crm__schema_first(table);
  int32_t place = first < tables[table].count ? later_place(table, column) : -1;
  int32_t number = column;
  int32_t i;
  if (place >= 0) {
    return first + CRM__NUMBERS_ATTRIBUTES + place;
  }
  for (i = 0; i < column && first < tables[table].count; i++) {
    number -= later_place(table, i) >= 0;
  }
  return number;
}

int32_t crm__schema_numbered(int32_t table, int32_t number)
{
  int32_t first = crm__schema_first(table);
  int32_t early = 0;   /* columns of the first release before this one */
  int32_t column;
  if (first == tables[table].count) {
    return number >= 0 && number < first ? number : -1;
  }
  for (column = 0; column < tables[table].count; column++) {
    int32_t place = later_place(table, column);
    if (number == (place < 0 ? early : first + CRM__NUMBERS_ATTRIBUTES + place)) {
      return column;
    }
    early += place < 0;
  }
  return -1;
}

const crm__schema_table *crm__schema(int32_t table)
{
  return &tables[table];
}

int crm__schema_required(const crm__schema_column *column)
{
  return column->role == CRM__ROLE_KEY || column->role == CRM__ROLE_REQUIRED;
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

int32_t crm__schema_names(int32_t table, int32_t column)
{
  static const struct {
    const char *column;
    int32_t names;
  } known[] = {
    {"customer", CRM__NAMES_CUSTOMERS},   {"parent", CRM__NAMES_CUSTOMERS},
    {"into", CRM__NAMES_CUSTOMERS},       {"product", CRM__NAMES_PRODUCTS},
    {"branch", CRM__NAMES_BRANCHES},      {"opportunity", CRM__NAMES_OPPORTUNITIES},
    {"document", CRM__NAMES_REFERENCES},  {"line", CRM__NAMES_REFERENCES},
    {"id", CRM__NAMES_REFERENCES},
  };
  size_t i;
  if (column >= tables[table].count || tables[table].columns[column].cell != CRM__CELL_KEY) {
    return CRM__NAMES_NAMES;
  }
  for (i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(known[i].column, tables[table].columns[column].name) == 0) {
      return known[i].names;
    }
  }
  return CRM__NAMES_NAMES;
}
