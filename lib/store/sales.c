/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/load.h"

#include "base/check.h"
#include "base/civil.h"
#include "base/text.h"
#include "base/wide.h"

#include <string.h>

/* Sales rows of a slice become staged lines and documents. */

static int64_t value_at(const crm__slice *slice, int32_t column, int64_t i)
{
  return slice->cells[column].present ? slice->cells[column].values[i] : CRM__NULL;
}

static int key_empty(const crm__slice *slice, int32_t column, int64_t i)
{
  const crm__cells *cells = &slice->cells[column];
  return !cells->present || crm__key_is_none(cells->keys[i]);
}

static void refuse(crm__slice *slice, int64_t i, int32_t cause, int32_t column)
{
  if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
    slice->verdicts.cause[i] = (uint8_t)cause;
    slice->verdicts.column[i] = (uint8_t)(column + 1);
  }
}

/* quantity * price, exact, rounded once; from the cells as they came, since prices may have more decimals than money. */
static void compute_amount(crm_load *load, const crm__input *inputs, int64_t at, int64_t i, crm__sales_row *line)
{
  crm__slice *slice = load->slice;
  int inexact = 0;
  int64_t amount;
  if (line->quantity == CRM__NULL || line->price == CRM__NULL) {
    refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_AMOUNT);
    return;
  }
  if (crm__decimal_multiply(crm__cell_decimal(&inputs[CRM__SALES_QUANTITY], load->store, CRM__CELL_QUANTITY, at),
                            crm__cell_decimal(&inputs[CRM__SALES_PRICE], load->store, CRM__CELL_MONEY, at),
                            load->store->digits, &amount, &inexact)) {
    refuse(slice, i, CRM__CAUSE_RANGE, CRM__SALES_AMOUNT);
    return;
  }
  slice->verdicts.rounded += inexact;
  line->amount = amount;
  line->has_amount = 1;
}

static void convert(crm__slice *slice, int64_t i, int32_t column, int64_t rate, int64_t *money)
{
  if (*money != CRM__NULL && crm__multiply_divide_round(*money, rate, INT64_C(1000000000), money)) {
    refuse(slice, i, CRM__CAUSE_RANGE, column);
  }
}

/* Money of a line in another currency, at the rate that came with it. */
static void convert_money(crm_load *load, int64_t i, crm__sales_row *line)
{
  crm__slice *slice = load->slice;
  line->foreign = line->has_amount ? line->amount : CRM__NULL;
  convert(slice, i, CRM__SALES_AMOUNT, line->rate, &line->amount);
  convert(slice, i, CRM__SALES_PRICE, line->rate, &line->price);
  convert(slice, i, CRM__SALES_DISCOUNT, line->rate, &line->discount);
  convert(slice, i, CRM__SALES_TAX, line->rate, &line->tax);
  convert(slice, i, CRM__SALES_COST, line->rate, &line->cost);
}

static void take_off(int64_t *value)
{
  if (*value != CRM__NULL && *value > 0) {
    *value = -*value;
  }
}

static int is_return(const crm_load *load, const crm__sales_row *line)
{
  int by_kind = load->store->returns == CRM_RETURNS_KIND ||
                (load->store->returns == CRM_RETURNS_AUTO && load->slice->cells[CRM__SALES_KIND].present);
  if (by_kind || line->kind == CRM__KIND_VOID || line->kind == CRM__KIND_QUOTE) {
    return line->kind == CRM__KIND_RETURN;
  }
  return (line->has_amount && line->amount < 0) || (line->quantity != CRM__NULL && line->quantity < 0);
}

/* Reads a row's figures and settles sale or return; faults go to the verdicts. */
static void read_row(crm_load *load, const crm__input *inputs, int64_t at, int64_t i, crm__sales_row *line)
{
  crm__slice *slice = load->slice;
  line->kind = value_at(slice, CRM__SALES_KIND, i);
  line->class_ = value_at(slice, CRM__SALES_CLASS, i);
  line->kind = line->kind == CRM__NULL ? CRM__KIND_SALE : line->kind;
  line->class_ = line->class_ == CRM__NULL ? CRM__CLASS_GOODS : line->class_;
  line->quantity = value_at(slice, CRM__SALES_QUANTITY, i);
  line->price = value_at(slice, CRM__SALES_PRICE, i);
  line->amount = value_at(slice, CRM__SALES_AMOUNT, i);
  line->discount = value_at(slice, CRM__SALES_DISCOUNT, i);
  line->tax = value_at(slice, CRM__SALES_TAX, i);
  line->cost = value_at(slice, CRM__SALES_COST, i);
  line->rate = value_at(slice, CRM__SALES_RATE, i);
  line->foreign = CRM__NULL;
  line->has_amount = line->amount != CRM__NULL;
  if (!line->has_amount) {
    line->amount = 0;
    compute_amount(load, inputs, at, i, line);
  }
  if (line->rate != CRM__NULL) {
    convert_money(load, i, line);
  }
  if (is_return(load, line)) {
    line->kind = CRM__KIND_RETURN;
    take_off(&line->amount);
    take_off(&line->quantity);
    take_off(&line->discount);
    take_off(&line->tax);
    take_off(&line->cost);
    take_off(&line->foreign);
  } else if (line->kind == CRM__KIND_RETURN) {
    line->kind = CRM__KIND_SALE;
  }
}

/* What a line adds to sale less return; quotes and voids add nothing. */
static int64_t ledger_amount(const crm__sales_row *line)
{
  return line->kind == CRM__KIND_SALE || line->kind == CRM__KIND_RETURN ? line->amount : 0;
}

static uint64_t mix(uint64_t state, uint64_t value)
{
  state = (state ^ value) * UINT64_C(0x9E3779B97F4A7C15);
  state ^= state >> 29;
  state *= UINT64_C(0xBF58476D1CE4E5B9);
  return state ^ state >> 32;
}

static uint64_t mix_key(uint64_t state, const crm__key *key)
{
  size_t i;
  if (key->text == NULL) {
    return mix(mix(state, 1), (uint64_t)key->integer);
  }
  state = mix(mix(state, 2), key->length);
  for (i = 0; i < key->length; i++) {
    state = mix(state, (unsigned char)key->text[i]);
  }
  return state;
}

/* Over the content of all columns of a row, so that it depends on no order of arrival. */
static uint64_t hash_row(const crm__slice *slice, int64_t i, const crm__sales_row *line, uint64_t seed)
{
  int32_t column;
  uint64_t state = mix(seed, (uint64_t)line->amount);
  for (column = CRM__SALES_LINE; column < CRM__SALES_COLUMNS; column++) {
    const crm__cells *cells = &slice->cells[column];
    if (!cells->present || column == CRM__SALES_VERSION) {
      continue;
    }
    if (cells->keys != NULL) {
      state = mix_key(mix(state, (uint64_t)column), &cells->keys[i]);
    } else if (cells->values[i] != CRM__NULL) {
      state = mix(mix(state, (uint64_t)column), (uint64_t)cells->values[i]);
    }
  }
  return state;
}

static uint64_t hash_visit(const crm__slice *slice, int64_t i, uint64_t seed)
{
  uint64_t state = mix(seed, (uint64_t)slice->cells[CRM__SALES_TIME].values[i]);
  return mix_key(state, &slice->cells[CRM__SALES_CUSTOMER].keys[i]);
}

/* A document key of 16 printable characters from content: 90 bits, so that no two contents meet by chance. */
static crm__key made_key(const crm_load *load, int64_t i, const crm__sales_row *line, char *text, uint32_t *flags)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const crm__slice *slice = load->slice;
  int rows = load->document_mode == CRM_DOCUMENT_ROW || key_empty(slice, CRM__SALES_CUSTOMER, i);
  uint64_t low = rows ? hash_row(slice, i, line, 3) : hash_visit(slice, i, 5);
  uint64_t high = rows ? hash_row(slice, i, line, 7) : hash_visit(slice, i, 11);
  crm__key key;
  int32_t k;
  text[0] = '~';
  for (k = 1; k < 11; k++) {
    text[k] = digits[low & 63];
    low >>= 6;
  }
  for (; k < 16; k++) {
    text[k] = digits[high & 63];
    high >>= 6;
  }
  *flags = rows ? CRM__STAGE_ROWS : 0;
  key.text = text;
  key.length = 16;
  key.integer = 0;
  return key;
}

/* The ids of a slice's keys of one column; CRM__NONE where a row is refused or the cell empty. 0: no memory. */
static int intern_column(crm_load *load, crm__intern *intern, int32_t column, int64_t count)
{
  crm__slice *slice = load->slice;
  const crm__cells *cells = &slice->cells[column];
  uint32_t *ids = slice->ids[column];
  int64_t i;
  if (!cells->present) {
    for (i = 0; i < count; i++) {
      ids[i] = CRM__NONE;
    }
    return 1;
  }
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] != CRM__CAUSE_NONE) {
      cells->keys[i] = crm__key_none();
    }
  }
  return crm__intern_add_keys(intern, &load->store->memory, 0, cells->keys, (uint64_t)count, ids) == (uint64_t)count;
}

/* Grows the document columns and entry heads to all interned document keys. */
static int grow_documents(crm_load *load)
{
  crm_store *store = load->store;
  crm__column *columns[CRM__DOCUMENT_COLUMNS];
  uint32_t i;
  if (load->entry_of.length == store->documents.keys.count) {
    return 1;
  }
  (void)crm__document_columns(&store->documents, columns);
  for (i = 0; i < CRM__DOCUMENT_COLUMNS; i++) {
    if (!crm__column_resize(columns[i], &store->memory, store->documents.keys.count)) {
      return 0;
    }
  }
  return crm__column_resize(&load->entry_of, &store->memory, store->documents.keys.count);
}

/* The ids of the documents that rows stand on, and of those they take back. */
static int intern_documents(crm_load *load, int64_t count)
{
  crm__slice *slice = load->slice;
  crm__intern *documents = &load->store->documents.keys;
  crm__memory *memory = &load->store->memory;
  int made = load->document_mode != CRM_DOCUMENT_COLUMN;
  int64_t i;
  if (!made && !slice->cells[CRM__SALES_SOURCE].present) {
    if (!intern_column(load, documents, CRM__SALES_DOCUMENT, count)) {
      return 0;
    }
  } else {
    for (i = 0; i < count; i++) {
      uint32_t source = slice->ids[CRM__SALES_SOURCE][i] == CRM__NONE ? 0 : slice->ids[CRM__SALES_SOURCE][i];
      char text[16];
      crm__key key;
      slice->made_flags[i] = 0;
      if (slice->verdicts.cause[i] != CRM__CAUSE_NONE) {
        continue;
      }
      key = made ? made_key(load, i, &slice->rows[i], text, &slice->made_flags[i])
                 : slice->cells[CRM__SALES_DOCUMENT].keys[i];
      slice->ids[CRM__SALES_DOCUMENT][i] = crm__intern_add(documents, memory, made ? source | CRM__MADE : source, key);
      if (slice->ids[CRM__SALES_DOCUMENT][i] == CRM__NONE) {
        return 0;
      }
    }
  }
  for (i = 0; i < count; i++) {
    uint32_t source = slice->ids[CRM__SALES_SOURCE][i] == CRM__NONE ? 0 : slice->ids[CRM__SALES_SOURCE][i];
    slice->ids[CRM__SALES_ORIGINAL][i] = CRM__NONE;
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE && slice->rows[i].kind == CRM__KIND_RETURN &&
        !key_empty(slice, CRM__SALES_ORIGINAL, i)) {
      slice->ids[CRM__SALES_ORIGINAL][i] =
        crm__intern_add(documents, memory, source, slice->cells[CRM__SALES_ORIGINAL].keys[i]);
      if (slice->ids[CRM__SALES_ORIGINAL][i] == CRM__NONE) {
        return 0;
      }
    }
  }
  return grow_documents(load);
}

void crm__stage_get(const crm_load *load, uint32_t owner, crm__stage *stage)
{
  const crm__documents *documents = &load->store->documents;
  if (owner & CRM__OWNER_ENTRY) {
    *stage = load->entries[owner & ~CRM__OWNER_ENTRY].stage;
    return;
  }
  stage->version = crm__column_i64(&documents->version, owner);
  stage->time = crm__column_i64(&documents->time, owner);
  stage->customer = crm__column_u32(&documents->customer, owner);
  stage->branch = crm__column_u32(&documents->branch, owner);
  stage->lines = crm__column_u32(&documents->lines, owner);
  stage->flags = crm__column_u8(&documents->flags, owner);
}

void crm__stage_put(crm_load *load, uint32_t owner, const crm__stage *stage)
{
  crm__documents *documents = &load->store->documents;
  if (owner & CRM__OWNER_ENTRY) {
    load->entries[owner & ~CRM__OWNER_ENTRY].stage = *stage;
    return;
  }
  crm__column_put_i64(&documents->version, owner, stage->version);
  crm__column_put_i64(&documents->time, owner, stage->time);
  crm__column_put_u32(&documents->customer, owner, stage->customer);
  crm__column_put_u32(&documents->branch, owner, stage->branch);
  crm__column_put_u32(&documents->lines, owner, stage->lines);
  crm__column_put_u8(&documents->flags, owner, (uint8_t)stage->flags);
}

/* Makes the chunks that the stage of a new document is written to; those of branch and version only for a value. */
static int touch_stage(crm_load *load, uint32_t document, const crm__stage *stage)
{
  crm__documents *documents = &load->store->documents;
  crm__memory *memory = &load->store->memory;
  return crm__column_touch(&documents->time, memory, document) && crm__column_touch(&documents->lines, memory, document) &&
         crm__column_touch(&documents->flags, memory, document) &&
         (stage->customer == CRM__NONE || crm__column_touch(&documents->customer, memory, document)) &&
         (stage->branch == CRM__NONE || crm__column_touch(&documents->branch, memory, document)) &&
         (stage->version == 0 || crm__column_touch(&documents->version, memory, document));
}

/* The owner of a version of a document, made where it is new. CRM__NONE: no memory. */
static uint32_t find_owner(crm_load *load, uint32_t document, int64_t version, const crm__stage *fresh)
{
  crm_store *store = load->store;
  uint32_t entry;
  if (document >= load->documents_before) {
    if ((crm__column_u8(&store->documents.flags, document) & CRM__STAGE_KNOWN) == 0) {
      if (!touch_stage(load, document, fresh)) {
        return CRM__NONE;
      }
      crm__stage_put(load, document, fresh);
      return document;
    }
    if (crm__column_i64(&store->documents.version, document) == version) {
      return document;
    }
  }
  for (entry = crm__column_u32(&load->entry_of, document); entry != CRM__NONE; entry = load->entries[entry].next) {
    if (load->entries[entry].stage.version == version) {
      return entry | CRM__OWNER_ENTRY;
    }
  }
  if (load->entry_count >= CRM__OWNER_ENTRY - 2 || !crm__column_touch(&load->entry_of, &store->memory, document) ||
      !crm__grow(&store->memory, (void **)&load->entries, &load->entry_capacity, load->entry_count + 1,
                 sizeof *load->entries)) {
    return CRM__NONE;
  }
  load->entries[load->entry_count].stage = *fresh;
  load->entries[load->entry_count].document = document;
  load->entries[load->entry_count].next = crm__column_u32(&load->entry_of, document);
  load->entries[load->entry_count].first = 0;
  crm__column_put_u32(&load->entry_of, document, (uint32_t)load->entry_count);
  return (uint32_t)load->entry_count++ | CRM__OWNER_ENTRY;
}

/* Adds what one row says of its document to the stage. */
static int join_stage(crm_load *load, uint32_t owner, const crm__stage *fresh)
{
  crm__stage *stage = &load->current;
  if (owner != load->current_owner) {
    if (load->current_owner != CRM__NONE) {
      crm__stage_put(load, load->current_owner, stage);
    }
    crm__stage_get(load, owner, stage);
    load->current_owner = owner;
    load->scattered |= stage->lines > 0;
  }
  if (stage->customer == CRM__NONE) {
    stage->customer = fresh->customer;
  } else if (fresh->customer != CRM__NONE && fresh->customer != stage->customer) {
    stage->flags |= CRM__STAGE_TWO_CUSTOMERS;
  }
  if (stage->branch == CRM__NONE) {
    stage->branch = fresh->branch;
  } else if (fresh->branch != CRM__NONE && fresh->branch != stage->branch) {
    stage->flags |= CRM__STAGE_TWO_BRANCHES;
  }
  if (fresh->time < stage->time) {
    stage->time = fresh->time;
  }
  stage->lines++;
  return (owner & CRM__OWNER_ENTRY) != 0 || touch_stage(load, owner, stage);
}

/* The stage owner of a row's document, its part added. CRM__NONE: no memory. */
static uint32_t stage_document(crm_load *load, int64_t i)
{
  crm__slice *slice = load->slice;
  crm__stage fresh;
  uint32_t owner;
  fresh.version = value_at(slice, CRM__SALES_VERSION, i);
  fresh.version = fresh.version == CRM__NULL ? 0 : fresh.version;
  fresh.time = slice->cells[CRM__SALES_TIME].values[i];
  fresh.customer = slice->ids[CRM__SALES_CUSTOMER][i];
  fresh.branch = slice->ids[CRM__SALES_BRANCH][i];
  fresh.lines = 0;
  fresh.flags = CRM__STAGE_KNOWN | (load->document_mode == CRM_DOCUMENT_COLUMN ? 0 : slice->made_flags[i]);
  owner = find_owner(load, slice->ids[CRM__SALES_DOCUMENT][i], fresh.version, &fresh);
  return owner != CRM__NONE && join_stage(load, owner, &fresh) ? owner : CRM__NONE;
}

/* Looks at the currency of rows without a rate: refused where it is not the base, noted while no base is settled. */
static int settle_currencies(crm_load *load, int64_t count)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  int64_t i;
  if (!intern_column(load, &store->names, CRM__SALES_CURRENCY, count)) {
    return 0;
  }
  for (i = 0; slice->cells[CRM__SALES_CURRENCY].present && i < count; i++) {
    uint32_t currency = slice->ids[CRM__SALES_CURRENCY][i];
    if (currency == CRM__NONE || slice->rows[i].rate != CRM__NULL) {
      continue;
    }
    if (store->currency == CRM__NONE) {
      load->unrated_many |= load->unrated != CRM__NONE && load->unrated != currency;
      load->unrated = currency;
    } else if (currency != store->currency) {
      refuse(slice, i, CRM__CAUSE_RATE_MISSING, CRM__SALES_RATE);
    }
  }
  return 1;
}

static void put_line(crm__slice *slice, int64_t i)
{
  const crm__sales_row *line = &slice->rows[i];
  int64_t at = slice->line_count;
  slice->lines[0][at] = line->kind | line->class_ << 2;
  slice->lines[1][at] = line->amount;
  slice->lines[2][at] = slice->ids[CRM__SALES_PRODUCT][i];
  slice->lines[3][at] = line->quantity;
  slice->lines[4][at] = line->price;
  slice->lines[5][at] = line->discount;
  slice->lines[6][at] = line->tax;
  slice->lines[7][at] = line->cost;
  slice->lines[8][at] = slice->ids[CRM__SALES_LINE][i];
  slice->lines[9][at] = slice->ids[CRM__SALES_STAFF][i];
  slice->lines[10][at] = slice->ids[CRM__SALES_CURRENCY][i];
  slice->lines[11][at] = line->rate;
  slice->lines[12][at] = line->foreign;
  slice->lines[13][at] = slice->ids[CRM__SALES_ORIGINAL][i];
}

/* A refused row: counted, named, and its amount kept for the totals. */
static int turn_away(crm_load *load, int64_t i, uint64_t ordinal)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  int64_t time = value_at(slice, CRM__SALES_TIME, i);
  int32_t day = time == CRM__NULL ? INT32_MIN : crm__business_day(time, store->day_start);
  uint32_t branch = CRM__NONE;
  if (!key_empty(slice, CRM__SALES_BRANCH, i)) {
    branch = crm__intern_add(&store->branches, &store->memory, 0, slice->cells[CRM__SALES_BRANCH].keys[i]);
    if (branch == CRM__NONE) {
      return 0;
    }
  }
  return crm__load_turn_away(load, day, branch, ledger_amount(&slice->rows[i])) &&
         crm__load_reject(load, CRM__TABLE_SALES, ordinal, slice->verdicts.cause[i], slice->verdicts.column[i]);
}

/* Copies the slice's lines to the end of the store's line columns; a column without values stays away. */
static int flush_lines(crm_load *load)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  crm__column *columns[CRM__LINE_COLUMNS];
  uint64_t base = load->lines_before + load->staged;
  uint64_t count = (uint64_t)slice->line_count;
  uint32_t c;
  uint64_t i;
  (void)crm__line_columns(&store->lines, columns);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    const int64_t *values = slice->lines[c];
    int64_t fill = columns[c]->fill;
    uint64_t differing = 0;
    if (!crm__column_resize(columns[c], &store->memory, base + count)) {
      return 0;
    }
    for (i = 0; i < count; i++) {
      differing += values[i] != fill;
    }
    if (differing > 0 && (!crm__column_touch(columns[c], &store->memory, base) ||
                          !crm__column_touch(columns[c], &store->memory, base + count - 1))) {
      return 0;
    }
    for (i = 0; differing > 0 && i < count; i++) {
      switch (columns[c]->size) {
      case 1:
        crm__column_put_u8(columns[c], base + i, (uint8_t)values[i]);
        break;
      case 4:
        crm__column_put_u32(columns[c], base + i, (uint32_t)values[i]);
        break;
      default:
        crm__column_put_i64(columns[c], base + i, values[i]);
        break;
      }
    }
  }
  return 1;
}

static int flush_owners(crm_load *load)
{
  crm__slice *slice = load->slice;
  uint64_t count = (uint64_t)slice->line_count;
  uint64_t i;
  if (!crm__column_resize(&load->owner, &load->store->memory, load->staged + count) ||
      !crm__column_resize(&load->ordinal, &load->store->memory, load->staged + count)) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    uint64_t at = load->staged + i;
    if ((i == 0 || (at & (CRM__CHUNK - 1)) == 0) && (!crm__column_touch(&load->owner, &load->store->memory, at) ||
                                                     !crm__column_touch(&load->ordinal, &load->store->memory, at))) {
      return 0;
    }
    crm__column_put_u32(&load->owner, at, slice->owners[i]);
    crm__column_put_u32(&load->ordinal, at, slice->ordinals[i]);
  }
  return 1;
}

/* Reads the figures of every row; what cannot be meant is refused. */
static void read_rows(crm_load *load, const crm__input *inputs, int64_t from, int64_t count)
{
  crm__slice *slice = load->slice;
  crm__tally *tally = &load->tables[CRM__TABLE_SALES].tally;
  int64_t i;
  for (i = 0; i < count; i++) {
    int64_t ledger;
    if (load->document_mode == CRM_DOCUMENT_COLUMN && key_empty(slice, CRM__SALES_DOCUMENT, i)) {
      refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_DOCUMENT);
    }
    if (value_at(slice, CRM__SALES_TIME, i) == CRM__NULL) {
      refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_TIME);
    }
    read_row(load, inputs, from + i, i, &slice->rows[i]);
    ledger = ledger_amount(&slice->rows[i]);
    if (crm__add_overflows(tally->amount_in, ledger, &tally->amount_in)) {
      tally->amount_in = ledger > 0 ? INT64_MAX : -INT64_MAX;
    }
  }
}

/* Column by column, so that look-ups of one table follow one another. */
static int intern_rows(crm_load *load, int64_t count)
{
  crm_store *store = load->store;
  return intern_column(load, &store->names, CRM__SALES_SOURCE, count) &&
         intern_column(load, &store->customers, CRM__SALES_CUSTOMER, count) &&
         intern_column(load, &store->branches, CRM__SALES_BRANCH, count) &&
         intern_column(load, &store->products, CRM__SALES_PRODUCT, count) &&
         intern_column(load, &store->names, CRM__SALES_LINE, count) &&
         intern_column(load, &store->names, CRM__SALES_STAFF, count) && intern_documents(load, count);
}

int crm__load_sales(crm_load *load, const crm__input *inputs, int64_t from, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  int64_t i;
  slice->line_count = 0;
  read_rows(load, inputs, from, count);
  if (!settle_currencies(load, count)) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] != CRM__CAUSE_NONE && !turn_away(load, i, ordinal + (uint64_t)i)) {
      return 0;
    }
  }
  if (!intern_rows(load, count)) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
      uint32_t owner = stage_document(load, i);
      if (owner == CRM__NONE) {
        return 0;
      }
      put_line(slice, i);
      slice->owners[slice->line_count] = owner;
      slice->ordinals[slice->line_count] = (uint32_t)(ordinal + (uint64_t)i);
      slice->line_count++;
    }
  }
  if (slice->line_count > 0 && (!flush_lines(load) || !flush_owners(load))) {
    return 0;
  }
  load->staged += (uint64_t)slice->line_count;
  return 1;
}
