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

/* quantity * price, exact, rounded once; from the cells as they came, since prices may have more decimals than
 * money. */
static void compute_amount(crm_load *load, const crm__input *inputs, int64_t at, int64_t i)
{
  crm__slice *slice = load->slice;
  int inexact = 0;
  if (value_at(slice, CRM__SALES_QUANTITY, i) == CRM__NULL || value_at(slice, CRM__SALES_PRICE, i) == CRM__NULL) {
    refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_AMOUNT);
    return;
  }
  if (crm__decimal_multiply(crm__cell_decimal(&inputs[CRM__SALES_QUANTITY], load->store, CRM__CELL_QUANTITY, at),
                            crm__cell_decimal(&inputs[CRM__SALES_PRICE], load->store, CRM__CELL_MONEY, at),
                            load->store->digits, &slice->amount[i], &inexact)) {
    slice->amount[i] = 0;
    refuse(slice, i, CRM__CAUSE_RANGE, CRM__SALES_AMOUNT);
    return;
  }
  slice->verdicts.rounded += inexact;
  slice->has_amount[i] = 1;
}

/* The columns of money beside the amount. */
static const int32_t monies[] = {CRM__SALES_PRICE, CRM__SALES_DISCOUNT, CRM__SALES_TAX, CRM__SALES_COST};

#define MONIES (sizeof monies / sizeof monies[0])

static void convert(crm__slice *slice, int64_t i, int32_t column, int64_t rate, int64_t *money)
{
  if (*money != CRM__NULL && crm__multiply_divide_round(*money, rate, INT64_C(1000000000), money)) {
    refuse(slice, i, CRM__CAUSE_RANGE, column);
  }
}

/* Money of a line in another currency, at the rate that came with it. */
static void convert_money(crm__slice *slice, int64_t i, int64_t rate)
{
  size_t k;
  slice->has_foreign = 1;
  slice->foreign[i] = slice->has_amount[i] ? slice->amount[i] : CRM__NULL;
  convert(slice, i, CRM__SALES_AMOUNT, rate, &slice->amount[i]);
  for (k = 0; k < MONIES; k++) {
    if (slice->cells[monies[k]].present) {
      convert(slice, i, monies[k], rate, &slice->cells[monies[k]].values[i]);
    }
  }
}

static void take_off(int64_t *value)
{
  if (*value != CRM__NULL && *value > 0) {
    *value = -*value;
  }
}

/* Quantities and money of a return count against those of sales, however they were signed; the price stays a price. */
static void turn_back(crm__slice *slice, int64_t i)
{
  static const int32_t columns[] = {CRM__SALES_QUANTITY, CRM__SALES_DISCOUNT, CRM__SALES_TAX, CRM__SALES_COST};
  size_t k;
  take_off(&slice->amount[i]);
  take_off(&slice->foreign[i]);
  for (k = 0; k < sizeof columns / sizeof columns[0]; k++) {
    if (slice->cells[columns[k]].present) {
      take_off(&slice->cells[columns[k]].values[i]);
    }
  }
}

static int is_return(const crm_load *load, int64_t i, int64_t kind)
{
  const crm__slice *slice = load->slice;
  int64_t quantity = value_at(slice, CRM__SALES_QUANTITY, i);
  int by_kind = load->store->returns == CRM_RETURNS_KIND ||
                (load->store->returns == CRM_RETURNS_AUTO && slice->cells[CRM__SALES_KIND].present);
  if (by_kind || kind == CRM__KIND_VOID || kind == CRM__KIND_QUOTE) {
    return kind == CRM__KIND_RETURN;
  }
  return (slice->has_amount[i] && slice->amount[i] < 0) || (quantity != CRM__NULL && quantity < 0);
}

/* Reads a row's figures and settles sale or return; faults go to the verdicts. */
static void read_row(crm_load *load, const crm__input *inputs, int64_t at, int64_t i)
{
  crm__slice *slice = load->slice;
  int64_t kind = value_at(slice, CRM__SALES_KIND, i);
  int64_t class_of = value_at(slice, CRM__SALES_CLASS, i);
  int64_t rate = value_at(slice, CRM__SALES_RATE, i);
  kind = kind == CRM__NULL ? CRM__KIND_SALE : kind;
  class_of = class_of == CRM__NULL ? CRM__CLASS_GOODS : class_of;
  slice->amount[i] = value_at(slice, CRM__SALES_AMOUNT, i);
  slice->has_amount[i] = slice->amount[i] != CRM__NULL;
  slice->foreign[i] = CRM__NULL;
  if (!slice->has_amount[i]) {
    slice->amount[i] = 0;
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE || crm__cell_empty(&inputs[CRM__SALES_AMOUNT], at)) {
      compute_amount(load, inputs, at, i);
    }
  }
  if (rate != CRM__NULL) {
    convert_money(slice, i, rate);
  }
  if (is_return(load, i, kind)) {
    kind = CRM__KIND_RETURN;
    turn_back(slice, i);
  } else if (kind == CRM__KIND_RETURN) {
    kind = CRM__KIND_SALE;
  }
  slice->code[i] = (uint8_t)(kind | class_of << 2);
}

/* What a row adds to sale less return; quotes and voids add nothing. */
static int64_t ledger_amount(const crm__slice *slice, int64_t i)
{
  uint32_t kind = slice->code[i] & 3U;
  return kind == CRM__KIND_SALE || kind == CRM__KIND_RETURN ? slice->amount[i] : 0;
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
static uint64_t hash_row(const crm__slice *slice, int64_t i, uint64_t seed)
{
  int32_t column;
  uint64_t state = mix(mix(seed, (uint64_t)slice->amount[i]), slice->code[i]);
  for (column = CRM__SALES_LINE; column < CRM__SALES_COLUMNS; column++) {
    const crm__cells *cells = &slice->cells[column];
    if (!cells->present || column == CRM__SALES_VERSION) {
      continue;
    }
    if (cells->keys != NULL) {
      if (!crm__key_is_none(cells->keys[i])) {   /* an empty cell says as much as an absent column */
        state = mix_key(mix(state, (uint64_t)column), &cells->keys[i]);
      }
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
static crm__key made_key(const crm_load *load, int64_t i, char *text, uint32_t *flags)
{
  static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  const crm__slice *slice = load->slice;
  int rows = load->document_mode == CRM_DOCUMENT_ROW || key_empty(slice, CRM__SALES_CUSTOMER, i);
  uint64_t low = rows ? hash_row(slice, i, 3) : hash_visit(slice, i, 5);
  uint64_t high = rows ? hash_row(slice, i, 7) : hash_visit(slice, i, 11);
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

static int same_key(const crm__key *a, const crm__key *b)
{
  if (a->integer != b->integer || a->length != b->length || (a->text == NULL) != (b->text == NULL)) {
    return 0;
  }
  return a->text == NULL || memcmp(a->text, b->text, a->length) == 0;
}

/* The ids of a slice's keys of one column; CRM__NONE where a row is refused or the cell empty. 0: no memory.
 * Equal keys in a row are looked up once, as documents, customers and branches mostly are. */
static int intern_column(crm_load *load, crm__intern *intern, int32_t column, int64_t count)
{
  crm__slice *slice = load->slice;
  const crm__cells *cells = &slice->cells[column];
  uint32_t *ids = slice->ids[column];
  crm__key *runs = slice->runs;
  uint32_t *run_ids = slice->run_ids;
  uint32_t run = 0;
  int64_t i;
  if (!cells->present) {
    memset(ids, 0xFF, (size_t)count * sizeof *ids);   /* CRM__NONE */
    return 1;
  }
  for (i = 0; i < count; i++) {
    crm__key key = slice->verdicts.cause[i] == CRM__CAUSE_NONE ? cells->keys[i] : crm__key_none();
    if (run == 0 || !same_key(&key, &runs[run - 1])) {
      runs[run++] = key;
    }
    ids[i] = run - 1;
  }
  if (crm__intern_add_keys(intern, &load->store->memory, 0, runs, run, run_ids) != run) {
    return 0;
  }
  for (i = 0; i < count; i++) {
    ids[i] = run_ids[ids[i]];
  }
  return 1;
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

static uint32_t source_of(const crm__slice *slice, uint32_t i)
{
  uint32_t source = slice->ids[CRM__SALES_SOURCE][i];
  return source == CRM__NONE ? 0 : source;
}

/* The ids of the documents that good rows stand on. */
static int intern_documents(crm_load *load, int64_t count)
{
  crm__slice *slice = load->slice;
  crm__intern *documents = &load->store->documents.keys;
  int made = load->document_mode != CRM_DOCUMENT_COLUMN;
  uint32_t k;
  if (!made && !slice->cells[CRM__SALES_SOURCE].present) {
    return intern_column(load, documents, CRM__SALES_DOCUMENT, count);
  }
  for (k = 0; k < slice->good_count; k++) {
    uint32_t i = slice->good[k];
    uint32_t space = source_of(slice, i);
    crm__key key;
    char text[16];
    if (made) {
      key = made_key(load, i, text, &slice->made_flags[i]);
      space |= CRM__MADE;
    } else {
      key = slice->cells[CRM__SALES_DOCUMENT].keys[i];
    }
    slice->ids[CRM__SALES_DOCUMENT][i] = crm__intern_add(documents, &load->store->memory, space, key);
    if (slice->ids[CRM__SALES_DOCUMENT][i] == CRM__NONE) {
      return 0;
    }
  }
  return 1;
}

/* The ids of the documents that returns take back. */
static int intern_originals(crm_load *load)
{
  crm__slice *slice = load->slice;
  const crm__cells *cells = &slice->cells[CRM__SALES_ORIGINAL];
  uint32_t k;
  for (k = 0; cells->present && k < slice->good_count; k++) {
    uint32_t i = slice->good[k];
    uint32_t *id = &slice->ids[CRM__SALES_ORIGINAL][i];
    *id = CRM__NONE;
    if ((slice->code[i] & 3U) == CRM__KIND_RETURN && !crm__key_is_none(cells->keys[i])) {
      *id = crm__intern_add(&load->store->documents.keys, &load->store->memory, source_of(slice, i), cells->keys[i]);
      if (*id == CRM__NONE) {
        return 0;
      }
    }
  }
  return 1;
}

uint32_t crm__stage_lines(const crm_load *load, uint32_t owner)
{
  return owner & CRM__OWNER_ENTRY ? load->entries[owner & ~CRM__OWNER_ENTRY].stage.lines
                                  : crm__column_u32(&load->store->documents.lines, owner);
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
  return crm__column_touch(&documents->time, memory, document) &&
         crm__column_touch(&documents->lines, memory, document) &&
         crm__column_touch(&documents->flags, memory, document) &&
         (stage->customer == CRM__NONE || crm__column_touch(&documents->customer, memory, document)) &&
         (stage->branch == CRM__NONE || crm__column_touch(&documents->branch, memory, document)) &&
         (stage->version == 0 || crm__column_touch(&documents->version, memory, document));
}

/* The owner of a version of a document, made where it is new. CRM__NONE: no memory. */
static uint32_t find_owner(crm_load *load, uint32_t document, int64_t version, const crm__stage *fresh)
{
  crm_store *store = load->store;
  crm__key key;
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
  key.text = NULL;
  key.length = 0;
  key.integer = version;
  entry = crm__intern_add(&load->entry_keys, &store->memory, document, key);
  if (entry == CRM__NONE || entry < load->entry_count) {
    return entry == CRM__NONE ? CRM__NONE : entry | CRM__OWNER_ENTRY;
  }
  if (!crm__column_touch(&load->entry_of, &store->memory, document) ||
      !crm__grow(&store->memory, &load->entries, &load->entry_capacity, load->entry_count + 1,
                 sizeof *load->entries)) {
    return CRM__NONE;
  }
  load->entries[entry].stage = *fresh;
  load->entries[entry].document = document;
  load->entries[entry].next = crm__column_u32(&load->entry_of, document);
  load->entries[entry].first = 0;
  load->entries[entry].best = INT64_MIN;
  crm__column_put_u32(&load->entry_of, document, entry);
  load->entry_count++;
  return entry | CRM__OWNER_ENTRY;
}

/* Makes another owner the current one, whose stage is at hand. */
static void change_owner(crm_load *load, uint32_t owner, uint32_t document)
{
  if (owner == load->current_owner) {
    return;
  }
  if (load->current_owner != CRM__NONE) {
    crm__stage_put(load, load->current_owner, &load->current);
  }
  crm__stage_get(load, owner, &load->current);
  load->current_owner = owner;
  load->current_document = document;
  load->scattered |= load->current.lines > 0;
}

/* Adds what one row says of its document to the current stage. 0: no memory. */
static int join_stage(crm_load *load, int64_t time, uint32_t customer, uint32_t branch)
{
  crm__stage *stage = &load->current;
  int settled = 0;
  stage->lines++;
  if (time < stage->time) {
    stage->time = time;
  }
  if (customer != stage->customer && customer != CRM__NONE) {
    settled = stage->customer == CRM__NONE;
    stage->flags |= settled ? 0 : CRM__STAGE_TWO_CUSTOMERS;
    stage->customer = settled ? customer : stage->customer;
  }
  if (branch != stage->branch && branch != CRM__NONE) {
    stage->flags |= stage->branch == CRM__NONE ? 0 : CRM__STAGE_TWO_BRANCHES;
    settled |= stage->branch == CRM__NONE;
    stage->branch = stage->branch == CRM__NONE ? branch : stage->branch;
  }
  return !settled || (load->current_owner & CRM__OWNER_ENTRY) != 0 || touch_stage(load, load->current_owner, stage);
}

/* The owner of a row's document, its part added. CRM__NONE: no memory. */
static uint32_t stage_document(crm_load *load, uint32_t i)
{
  crm__slice *slice = load->slice;
  uint32_t document = slice->ids[CRM__SALES_DOCUMENT][i];
  int64_t version = value_at(slice, CRM__SALES_VERSION, i);
  int64_t time = slice->cells[CRM__SALES_TIME].values[i];
  uint32_t customer = slice->ids[CRM__SALES_CUSTOMER][i];
  uint32_t branch = slice->ids[CRM__SALES_BRANCH][i];
  version = version == CRM__NULL ? 0 : version;
  if (load->current_owner == CRM__NONE || document != load->current_document || version != load->current.version) {
    crm__stage fresh;
    uint32_t owner;
    fresh.version = version;
    fresh.time = time;
    fresh.customer = customer;
    fresh.branch = branch;
    fresh.lines = 0;
    fresh.flags = CRM__STAGE_KNOWN | (load->document_mode == CRM_DOCUMENT_COLUMN ? 0 : slice->made_flags[i]);
    owner = find_owner(load, document, version, &fresh);
    if (owner == CRM__NONE) {
      return CRM__NONE;
    }
    change_owner(load, owner, document);
  }
  return join_stage(load, time, customer, branch) ? load->current_owner : CRM__NONE;
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
    if (currency == CRM__NONE || value_at(slice, CRM__SALES_RATE, i) != CRM__NULL) {
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
  return crm__keep_ordinals(load) && crm__load_turn_away(load, day, branch, ledger_amount(slice, i)) &&
         crm__load_reject(load, CRM__TABLE_SALES, ordinal, slice->verdicts.cause[i], slice->verdicts.column[i]);
}

/* What a line column is made from: decoded cells, ids, or nothing that was sent. */
typedef struct from {
  const int64_t *values;
  const uint32_t *ids;
  const uint8_t *bytes;
} from;

static void cells_from(const crm__slice *slice, int32_t column, from *source)
{
  if (!slice->cells[column].present) {
    return;
  }
  if (slice->cells[column].keys != NULL) {
    source->ids = slice->ids[column];
  } else {
    source->values = slice->cells[column].values;
  }
}

/* The sources of all line columns, in the order of crm__line_columns. */
static void find_sources(const crm__slice *slice, from *sources)
{
  static const int32_t columns[CRM__LINE_COLUMNS] = {
    -1, -1, CRM__SALES_PRODUCT, CRM__SALES_QUANTITY, CRM__SALES_PRICE, CRM__SALES_DISCOUNT, CRM__SALES_TAX,
    CRM__SALES_COST, CRM__SALES_LINE, CRM__SALES_STAFF, CRM__SALES_CURRENCY, CRM__SALES_RATE, -1, CRM__SALES_ORIGINAL,
  };
  uint32_t c;
  memset(sources, 0, CRM__LINE_COLUMNS * sizeof *sources);
  sources[0].bytes = slice->code;
  sources[1].values = slice->amount;
  sources[12].values = slice->has_foreign ? slice->foreign : NULL;
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    if (columns[c] >= 0) {
      cells_from(slice, columns[c], &sources[c]);
    }
  }
}

static int any_value(const from *source, const uint32_t *rows, uint64_t count, int64_t fill)
{
  int64_t differing = 0;
  uint64_t k;
  for (k = 0; k < count; k++) {
    int64_t value = source->values != NULL ? source->values[rows[k]]
                    : source->ids != NULL  ? (int64_t)source->ids[rows[k]]
                                           : (int64_t)source->bytes[rows[k]];
    differing |= value ^ fill;
  }
  return differing != 0;
}

static void copy_rows(unsigned char *to, const from *source, const uint32_t *rows, uint64_t count)
{
  uint64_t k;
  if (source->values != NULL) {
    int64_t *into = (int64_t *)(void *)to;
    for (k = 0; k < count; k++) {
      into[k] = source->values[rows[k]];
    }
  } else if (source->ids != NULL) {
    uint32_t *into = (uint32_t *)(void *)to;
    for (k = 0; k < count; k++) {
      into[k] = source->ids[rows[k]];
    }
  } else {
    for (k = 0; k < count; k++) {
      to[k] = source->bytes[rows[k]];
    }
  }
}

/* Copies the good rows of a slice to the end of a column, chunk by chunk; a chunk without values stays away. */
static int append_rows(crm__column *column, crm__memory *memory, uint64_t base, const from *source,
                       const uint32_t *rows, uint64_t count)
{
  uint64_t done = 0;
  if (!crm__column_resize(column, memory, base + count)) {
    return 0;
  }
  if (source->values == NULL && source->ids == NULL && source->bytes == NULL) {
    return 1;
  }
  while (done < count) {
    uint64_t room = CRM__CHUNK - ((base + done) & (CRM__CHUNK - 1));
    uint64_t run = count - done < room ? count - done : room;
    if (crm__column_at(column, base + done) == NULL && any_value(source, rows + done, run, column->fill) &&
        !crm__column_touch(column, memory, base + done)) {
      return 0;
    }
    if (crm__column_at(column, base + done) != NULL) {
      copy_rows(crm__column_at(column, base + done), source, rows + done, run);
    }
    done += run;
  }
  return 1;
}

/* Appends the good rows to the store's line columns, beyond its line count. */
static int flush_lines(crm_load *load)
{
  crm_store *store = load->store;
  crm__slice *slice = load->slice;
  crm__column *columns[CRM__LINE_COLUMNS];
  from sources[CRM__LINE_COLUMNS];
  uint64_t base = load->lines_before + load->staged;
  uint32_t c;
  (void)crm__line_columns(&store->lines, columns);
  find_sources(slice, sources);
  for (c = 0; c < CRM__LINE_COLUMNS; c++) {
    if (!append_rows(columns[c], &store->memory, base, &sources[c], slice->good, slice->good_count)) {
      return 0;
    }
  }
  return 1;
}

uint32_t crm__staged_ordinal(const crm_load *load, uint64_t staged)
{
  return staged < load->ordinal.length ? crm__column_u32(&load->ordinal, staged) : (uint32_t)staged;
}

int crm__keep_ordinals(crm_load *load)
{
  crm__memory *memory = &load->store->memory;
  uint64_t i = load->ordinal.length;
  if (i == load->staged) {
    return 1;
  }
  if (!crm__column_resize(&load->ordinal, memory, load->staged)) {
    return 0;
  }
  for (; i < load->staged; i++) {
    if (!crm__column_touch(&load->ordinal, memory, i)) {
      return 0;
    }
    crm__column_put_u32(&load->ordinal, i, (uint32_t)i);
  }
  return 1;
}

/* Notes the owner of each good row and, once rows have been refused, its row. */
static int flush_owners(crm_load *load, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  crm__memory *memory = &load->store->memory;
  from owners = {NULL, NULL, NULL};
  uint32_t places[CRM__SLICE];
  uint32_t k;
  owners.ids = slice->owners;
  for (k = 0; k < slice->good_count; k++) {
    places[k] = k;
  }
  if (!append_rows(&load->owner, memory, load->staged, &owners, places, slice->good_count)) {
    return 0;
  }
  if (load->tables[CRM__TABLE_SALES].tally.rejected > 0) {
    from ordinals = {NULL, NULL, NULL};
    for (k = 0; k < slice->good_count; k++) {
      places[k] = (uint32_t)(ordinal + slice->good[k]);
      slice->good[k] = k;
    }
    ordinals.ids = places;
    return append_rows(&load->ordinal, memory, load->staged, &ordinals, slice->good, slice->good_count);
  }
  return 1;
}

/* Reads the figures of every row; what cannot be meant is refused. */
static void read_rows(crm_load *load, const crm__input *inputs, int64_t at, int64_t count)
{
  crm__slice *slice = load->slice;
  crm__tally *tally = &load->tables[CRM__TABLE_SALES].tally;
  int64_t i;
  slice->has_foreign = 0;
  for (i = 0; i < count; i++) {
    int64_t ledger;
    if (load->document_mode == CRM_DOCUMENT_COLUMN && key_empty(slice, CRM__SALES_DOCUMENT, i)) {
      refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_DOCUMENT);
    }
    if (value_at(slice, CRM__SALES_TIME, i) == CRM__NULL) {
      refuse(slice, i, CRM__CAUSE_MISSING, CRM__SALES_TIME);
    }
    read_row(load, inputs, at + i, i);
    ledger = ledger_amount(slice, i);
    if (crm__add_overflows(tally->amount_in, ledger, &tally->amount_in)) {
      tally->amount_in = ledger > 0 ? INT64_MAX : -INT64_MAX;
    }
  }
}

/* Parts the rows that are good from those that are turned away. */
static int sort_out(crm_load *load, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  int64_t i;
  slice->good_count = 0;
  for (i = 0; i < count; i++) {
    if (slice->verdicts.cause[i] == CRM__CAUSE_NONE) {
      slice->good[slice->good_count++] = (uint32_t)i;
    } else if (!turn_away(load, i, ordinal + (uint64_t)i)) {
      return 0;
    }
  }
  return 1;
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
         intern_column(load, &store->names, CRM__SALES_STAFF, count) && intern_documents(load, count) &&
         intern_originals(load) && grow_documents(load);
}

int crm__load_sales(crm_load *load, const crm__input *inputs, int64_t at, int64_t count, uint64_t ordinal)
{
  crm__slice *slice = load->slice;
  uint32_t k;
  read_rows(load, inputs, at, count);
  if (!settle_currencies(load, count) || !sort_out(load, count, ordinal)) {
    return 0;
  }
  if (slice->good_count == 0) {
    return 1;
  }
  if (!intern_rows(load, count)) {
    return 0;
  }
  for (k = 0; k < slice->good_count; k++) {
    slice->owners[k] = stage_document(load, slice->good[k]);
    if (slice->owners[k] == CRM__NONE) {
      return 0;
    }
  }
  if (!flush_lines(load) || !flush_owners(load, ordinal)) {
    return 0;
  }
  load->staged += slice->good_count;
  return 1;
}
