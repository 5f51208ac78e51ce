/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved.h"

/* Which parts there are. */

crm__intern *crm__part_keys(crm_store *store, uint32_t index)
{
  switch (index) {
  case CRM__KEYS_CUSTOMERS:
    return &store->customers;
  case CRM__KEYS_PRODUCTS:
    return &store->products;
  case CRM__KEYS_BRANCHES:
    return &store->branches;
  case CRM__KEYS_NAMES:
    return &store->names;
  case CRM__KEYS_OPPORTUNITIES:
    return &store->opportunities;
  case CRM__KEYS_REFERENCES:
    return &store->references;
  case CRM__KEYS_ERASED:
    return &store->erased;
  case CRM__KEYS_DOCUMENTS:
    return &store->documents.keys;
  default:
    return NULL;
  }
}

static int column_member(crm__member *member, crm__column *column, int32_t holds, uint64_t below)
{
  member->column = column;
  member->length = column->length;
  member->holds = holds;
  member->below = below;
  return 1;
}

/* What a column of documents or lines holds. */
typedef struct held {
  int32_t holds;
  int32_t of;          /* ids: the keys, CRM__KEYS_..., that they lead to; */
  uint64_t below;      /* small ones: a bound */
} held;

/* In the order of crm__document_columns. */
static const held document_columns[CRM__DOCUMENT_COLUMNS] = {
  {CRM__HOLDS_TIMES, 0, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_CUSTOMERS, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_BRANCHES, 0},
  {CRM__HOLDS_ANY, 0, 0},       /* version */
  {CRM__HOLDS_FIGURES, 0, 0},   /* first line, lines */
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_FIGURES, 0, 0},   /* sums: net, returned, tax, cost */
  {CRM__HOLDS_FIGURES, 0, 0},
  {CRM__HOLDS_FIGURES, 0, 0},
  {CRM__HOLDS_FIGURES, 0, 0},
  {CRM__HOLDS_SMALL, 0, 2 * CRM__DOCUMENT_ROWS},
  {CRM__HOLDS_IDS, CRM__KEYS_DOCUMENTS, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_CUSTOMERS, 0},
};

/* In the order of crm__line_columns. */
static const held line_columns[CRM__LINE_COLUMNS] = {
  {CRM__HOLDS_SMALL, 0, (uint64_t)8 << 2},
  {CRM__HOLDS_FIGURES, 0, 0},   /* amount */
  {CRM__HOLDS_IDS, CRM__KEYS_PRODUCTS, 0},
  {CRM__HOLDS_ANY, 0, 0},   /* quantity, price, discount, tax, cost */
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_NAMES, 0},   /* line, staff, currency */
  {CRM__HOLDS_IDS, CRM__KEYS_NAMES, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_NAMES, 0},
  {CRM__HOLDS_ANY, 0, 0},   /* rate, amount in the line's currency */
  {CRM__HOLDS_ANY, 0, 0},
  {CRM__HOLDS_IDS, CRM__KEYS_DOCUMENTS, 0},
};

static int held_member(crm_store *store, const held *of, crm__column *column, crm__member *member)
{
  uint64_t below = of->below;
  if (of->holds == CRM__HOLDS_IDS) {
    below = of->of == CRM__KEYS_CUSTOMERS   ? store->customer_count
            : of->of == CRM__KEYS_DOCUMENTS ? store->document_count
                                            : crm__part_keys(store, (uint32_t)of->of)->count;
  }
  return column_member(member, column, of->holds, below);
}

static int document_member(crm_store *store, uint32_t index, crm__member *member)
{
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  return index < crm__document_columns(&store->documents, columns) &&
         held_member(store, &document_columns[index], columns[index], member);
}

static int line_member(crm_store *store, uint32_t index, crm__member *member)
{
  crm__column *columns[CRM__LINE_COLUMNS];
  return index < crm__line_columns(&store->lines, columns) &&
         held_member(store, &line_columns[index], columns[index], member);
}

int32_t crm__words_count(const char *words)
{
  int32_t count = 1;
  for (; *words != '\0'; words++) {
    count += *words == ' ';
  }
  return count;
}

static int table_member(crm_store *store, int32_t table, uint32_t index, crm__member *member)
{
  crm__dimension *dimension = &store->dimensions[table];
  const crm__schema_table *schema = crm__schema(table);
  int32_t column;
  int32_t cell;
  if (index == CRM__PART_PRESENT) {
    return column_member(member, &dimension->present, CRM__HOLDS_SMALL, 2);
  }
  if (index == CRM__PART_REPEAT) {
    return column_member(member, &dimension->repeat, CRM__HOLDS_ANY, 0);
  }
  if (index == CRM__PART_PLACES && !crm__table_by_id(table)) {
    member->keys = &dimension->keys;
    return 1;
  }
  column = crm__table_column_numbered(store, table, (int32_t)index);
  if (column < crm__table_by_id(table)) {
    return 0;
  }
  cell = crm__table_column_cell(store, table, column);
  if (cell == CRM__CELL_KEY || cell == CRM__CELL_NAME) {
    return column_member(member, &dimension->values[column], CRM__HOLDS_IDS,
                         crm__column_names(store, table, column)->count);
  }
  if (cell == CRM__CELL_WORD || cell == CRM__CELL_BOOLEAN) {
    return column_member(member, &dimension->values[column], CRM__HOLDS_SMALL,
                         cell == CRM__CELL_BOOLEAN ? 2 : (uint64_t)crm__words_count(schema->columns[column].words));
  }
  return column_member(member, &dimension->values[column],
                       cell == CRM__CELL_TIME ? CRM__HOLDS_TIMES : CRM__HOLDS_ANY, 0);
}

int crm__member_of(crm_store *store, uint32_t part, crm__member *member)
{
  uint32_t subject = part >> 8;
  uint32_t index = part & 0xFF;
  memset(member, 0, sizeof *member);
  switch (subject) {
  case CRM__PART_KEYS:
    member->keys = crm__part_keys(store, index);
    return member->keys != NULL;
  case CRM__PART_DOCUMENTS:
    return document_member(store, index, member);
  case CRM__PART_LINES:
    return line_member(store, index, member);
  case CRM__PART_ERASED:
    return index == 0   ? column_member(member, &store->erased_ids, CRM__HOLDS_IDS, store->customer_count)
           : index == 1 ? column_member(member, &store->anonymous, CRM__HOLDS_SMALL, 2)
                        : 0;
  default:
    return subject >= CRM__PART_TABLE && subject < CRM__PART_SUBJECTS &&
           subject != CRM__PART_TABLE + CRM__TABLE_SALES &&
           table_member(store, (int32_t)subject - CRM__PART_TABLE, index, member);
  }
}

/* The first index behind those of a subject that is no table. */
static uint32_t subject_end(uint32_t subject)
{
  switch (subject) {
  case CRM__PART_KEYS:
    return CRM__KEYS;
  case CRM__PART_DOCUMENTS:
    return CRM__DOCUMENT_COLUMNS;
  case CRM__PART_LINES:
    return CRM__LINE_COLUMNS;
  default:
    return 2;
  }
}

uint32_t crm__member_after(const crm_store *store, uint32_t subject, uint32_t index)
{
  int32_t table = (int32_t)subject - CRM__PART_TABLE;
  uint32_t attributes;
  uint32_t later;
  index++;
  if (table < 0) {
    return index < subject_end(subject) ? index : CRM__PART_PLACES + 1;
  }
  attributes = (uint32_t)crm__schema_first(table);
  later = attributes + CRM__NUMBERS_ATTRIBUTES;
  if (index >= attributes + (uint32_t)store->attribute_count[table] && index < later) {
    index = later;
  }
  if (index >= (uint32_t)crm__schema(table)->count + CRM__NUMBERS_ATTRIBUTES && index < CRM__PART_PRESENT) {
    index = CRM__PART_PRESENT;
  }
  return index;
}

uint32_t crm__record_size(uint32_t part)
{
  switch (part) {
  case CRM__PART(CRM__PART_MEASURES, 0):
    return 32;
  case CRM__PART(CRM__PART_STANDINGS, 0):
    return 1;
  case CRM__PART(CRM__PART_PROFILES, 0):
    return 16;
  case CRM__PART(CRM__PART_REOPENED, 0):
    return 32;
  case CRM__PART(CRM__PART_TURNED_AWAY, 0):
    return 24;
  default:
    return 0;
  }
}
