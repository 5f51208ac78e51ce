/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* Arrow arrays and streams made of the input, with every lie that a consumer can notice: lengths, offsets, counts,
 * missing buffers, released structs, indices, formats. Buffers are as long as the lengths say and not a byte longer:
 * that they are is what the interface leaves to the producer. */

#define COLUMNS 8
#define ROWS 24
#define PIECES 64

enum { NUMBERS = 1, BITS, NOTHING, TEXT32, TEXT64, VIEWS };

typedef struct form {
  const char *format;
  int32_t kind;
  int32_t width;
} form;

static const form forms[] = {
  { "l", NUMBERS, 8 },       { "u", TEXT32, 4 },       { "tdD", NUMBERS, 4 },      { "tsu:", NUMBERS, 8 },
  { "i", NUMBERS, 4 },       { "U", TEXT64, 8 },       { "vu", VIEWS, 16 },        { "b", BITS, 0 },
  { "n", NOTHING, 0 },       { "g", NUMBERS, 8 },      { "f", NUMBERS, 4 },        { "d:10,2", NUMBERS, 16 },
  { "d:9,2,32", NUMBERS, 4 }, { "d:18,-3,64", NUMBERS, 8 }, { "d:76,20,256", NUMBERS, 32 }, { "tsn:UTC", NUMBERS, 8 },
  { "tss:Zone/One", NUMBERS, 8 }, { "tsm:+05:30", NUMBERS, 8 }, { "tdm", NUMBERS, 8 }, { "c", NUMBERS, 1 },
  { "C", NUMBERS, 1 },       { "S", NUMBERS, 2 },      { "L", NUMBERS, 8 },        { "z", TEXT32, 4 },
  { "Z", TEXT64, 8 },        { "vz", VIEWS, 16 },      { "s", NUMBERS, 2 },        { "I", NUMBERS, 4 },
  { "e", NUMBERS, 2 },       { "+l", NUMBERS, 4 },     { "", NUMBERS, 8 },         { "raw", NUMBERS, 32 },
};

typedef struct frame {
  fuzz_bytes in;
  struct ArrowSchema schema;
  struct ArrowArray array;
  struct ArrowSchema fields[COLUMNS];
  struct ArrowArray columns[COLUMNS];
  struct ArrowSchema meanings[COLUMNS];      /* of dictionaries */
  struct ArrowArray dictionaries[COLUMNS];
  struct ArrowSchema *field_list[COLUMNS];
  struct ArrowArray *column_list[COLUMNS];
  const void *buffers[2 * COLUMNS][5];
  const void *own[1];
  char formats[COLUMNS][16];
  void *pieces[PIECES];
  int32_t piece_count;
} frame;

static void release_schema(struct ArrowSchema *schema)
{
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array)
{
  array->release = NULL;
}

/* Exactly so many bytes, so that one too far is noticed. */
static uint8_t *piece(frame *f, int64_t size)
{
  uint8_t *room = fuzz_room((size_t)size);
  NEED(f->piece_count < PIECES);
  f->pieces[f->piece_count++] = room;
  memset(room, 0, size > 0 ? (size_t)size : 1);
  return room;
}

static void put_numbers(frame *f, uint8_t *into, int64_t count, int32_t width)
{
  int64_t i;
  int32_t k;
  for (i = 0; i < count; i++) {
    uint32_t first = fuzz_byte(&f->in);
    if (first >= 0xF0) {
      for (k = 0; k < width; k++) {
        into[i * width + k] = (uint8_t)fuzz_byte(&f->in);
      }
    } else if (width >= 4) {
      int32_t value = (int32_t)first * 97;
      memcpy(into + i * width, &value, 4);
    } else {
      into[i * width] = (uint8_t)first;
    }
  }
}

/* Offsets and bytes; `lie` puts one of them elsewhere, inside what is there. */
static const void *put_text(frame *f, uint8_t *into, int64_t count, int32_t width, int lie)
{
  int64_t offsets[2 * ROWS + 2];
  int64_t sum = lie ? 256 : 0;
  uint8_t *bytes;
  int64_t i;
  offsets[0] = 0;
  for (i = 0; i < count; i++) {
    offsets[i + 1] = offsets[i] + fuzz_below(&f->in, 32);
  }
  sum += offsets[count];
  if (lie) {
    offsets[fuzz_below(&f->in, (int32_t)count + 1)] = fuzz_below(&f->in, 256) - 64;
  }
  for (i = 0; i <= count; i++) {
    int32_t narrow = (int32_t)offsets[i];
    memcpy(into + i * width, width == 4 ? (const void *)&narrow : (const void *)&offsets[i], (size_t)width);
  }
  bytes = piece(f, sum);
  for (i = 0; i < offsets[count]; i++) {
    bytes[i] = (uint8_t)fuzz_byte(&f->in);
  }
  return bytes;
}

/* Views of one buffer; `lie` 1: that leave it, 2: and the buffer's size is not aligned. */
static void put_views(frame *f, uint8_t *into, int64_t count, const void **buffers, struct ArrowArray *array, int lie)
{
  int64_t size = 40;
  int outside = 0;
  uint8_t *texts;
  int64_t i;
  int32_t k;
  for (i = 0; i < count; i++) {
    int32_t length = fuzz_below(&f->in, 18);
    int32_t place[2];
    place[0] = lie ? fuzz_below(&f->in, 3) - 1 : 0;
    place[1] = fuzz_below(&f->in, 20 + 20 * lie);
    if (lie && fuzz_below(&f->in, 4) == 0) {
      length = (int32_t)(uint32_t)fuzz_number(&f->in);
    }
    memcpy(into + 16 * i, &length, 4);
    for (k = 4; k < 16; k++) {
      into[16 * i + k] = k < 4 + length ? (uint8_t)fuzz_byte(&f->in) : 0;
    }
    if (length < 0 || length > 12) {
      memcpy(into + 16 * i + 8, place, 8);
      outside = 1;
    }
  }
  texts = piece(f, size);
  for (i = 0; outside && i < size; i++) {
    texts[i] = (uint8_t)fuzz_byte(&f->in);
  }
  buffers[2] = texts;
  buffers[3] = memcpy(piece(f, 9) + lie / 2, &size, 8);
  array->n_buffers = 4;
}

/* The lies that structs tell of themselves. */
static void tell_lie(frame *f, int32_t lie, struct ArrowArray *array)
{
  static const int64_t odd[] = { -1, -2, INT64_MIN, INT64_MAX, INT64_MAX / 32, INT64_MAX - 3 };
  int64_t number = odd[fuzz_below(&f->in, 6)];
  switch (lie) {
  case 1:
    array->length = number < 0 ? number : array->length - 1;
    break;
  case 2:
    array->offset = number;
    break;
  case 3:
    array->null_count = number;
    break;
  case 4:
    array->n_buffers = fuzz_below(&f->in, 3) - 1;
    break;
  case 5:
    array->buffers = NULL;
    break;
  case 6:
    array->buffers[array->n_buffers > 1 ? fuzz_below(&f->in, (int32_t)array->n_buffers) : 0] = NULL;
    break;
  case 7:
    array->release = NULL;
    break;
  case 8:
    array->length = number > 0 ? number : array->length;
    break;
  default:
    break;
  }
}

static void fill_array(frame *f, const form *as, int32_t lie, const void **buffers, struct ArrowArray *array,
                       int64_t length)
{
  int64_t count;
  uint8_t *values;
  array->release = release_array;
  array->buffers = buffers;
  array->length = length;
  array->offset = fuzz_below(&f->in, 9);
  count = array->offset + length;
  array->n_buffers = as->kind == NOTHING ? 0 : 2;
  array->null_count = 0;
  if (as->kind != NOTHING && fuzz_below(&f->in, 3) == 0) {
    values = piece(f, (count + 7) / 8);
    put_numbers(f, values, (count + 7) / 8, 1);
    buffers[0] = values;
    array->null_count = fuzz_below(&f->in, 2) - 1;   /* 0 is a lie that has to be believed */
  }
  if (as->kind == NOTHING) {
    return;
  }
  if (as->kind == BITS) {
    values = piece(f, (count + 7) / 8);
    put_numbers(f, values, (count + 7) / 8, 1);
  } else {
    values = piece(f, (count + (as->kind == TEXT32 || as->kind == TEXT64)) * as->width + (lie == 10));
  }
  if (as->kind == TEXT32 || as->kind == TEXT64) {
    buffers[2] = put_text(f, values, count, as->width, lie == 9);
    array->n_buffers = 3;
  } else if (as->kind == VIEWS) {
    put_views(f, values, count, buffers, array, lie == 9 ? 1 : lie == 13 ? 2 : 0);
  } else if (as->kind == NUMBERS) {
    put_numbers(f, values, count, as->width);
  }
  buffers[1] = lie == 10 && as->kind != BITS ? values + 1 : values;
}

static void add_column(frame *f, int64_t rows)
{
  static const char *const names[] = { "document", "time",   "customer", "amount", "kind",     "quantity",
                                       "version",  "branch", "product",  "joined", "reference", "weather" };
  int64_t i = f->schema.n_children++;
  const form *as;
  int32_t lie;
  f->fields[i].name = names[fuzz_below(&f->in, 12)];
  as = &forms[fuzz_below(&f->in, 32)];
  lie = fuzz_below(&f->in, 48);
  f->fields[i].format = as->format;
  f->fields[i].release = release_schema;
  if (strcmp(as->format, "raw") == 0) {   /* an instant or a decimal of any kind: no wider than what is there */
    size_t k;
    memcpy(f->formats[i], fuzz_below(&f->in, 2) == 0 ? "ts" : "d:", 2);
    for (k = 2; k < 14; k++) {
      f->formats[i][k] = (char)fuzz_byte(&f->in);
    }
    f->fields[i].format = f->formats[i];
  }
  fill_array(f, as, lie, f->buffers[2 * i], &f->columns[i], rows);
  if (lie == 11 || lie >= 40) {
    const form *index = &forms[fuzz_below(&f->in, 32)];
    f->meanings[i] = f->fields[i];
    f->dictionaries[i] = f->columns[i];
    f->fields[i].format = index->kind == NUMBERS && strcmp(index->format, "raw") != 0 ? index->format : "c";
    f->fields[i].dictionary = &f->meanings[i];
    index = strcmp(f->fields[i].format, "c") == 0 ? &forms[19] : index;
    fill_array(f, index, lie, f->buffers[2 * i + 1], &f->columns[i], rows);
    f->columns[i].dictionary = lie == 11 ? NULL : &f->dictionaries[i];
    if (lie == 40) {
      tell_lie(f, 1 + fuzz_below(&f->in, 7), &f->dictionaries[i]);
    }
  }
  f->field_list[i] = &f->fields[i];
  f->column_list[i] = lie == 12 ? NULL : &f->columns[i];
  f->array.n_children++;
  tell_lie(f, lie, &f->columns[i]);
}

static void build_frame(frame *f)
{
  int64_t rows = fuzz_below(&f->in, ROWS);
  int32_t columns = fuzz_below(&f->in, COLUMNS + 1);
  int32_t lie = fuzz_below(&f->in, 24);
  f->schema.format = lie == 10 ? "l" : "+s";
  f->schema.children = f->field_list;
  f->schema.release = lie == 9 ? NULL : release_schema;
  f->array.children = f->column_list;
  f->array.release = release_array;
  f->array.n_buffers = 1;
  f->array.buffers = f->own;
  while (columns-- > 0) {
    add_column(f, rows);
  }
  f->array.offset = fuzz_below(&f->in, 6) == 0 && rows > 2 ? 2 : 0;
  f->array.length = rows - f->array.offset;
  if (lie == 11) {
    f->array.n_children--;
  } else if (lie != 8) {   /* a length that is longer than it is believed where there are no columns */
    tell_lie(f, lie, &f->array);
  }
}

/* ---- the host ---- */

static crm_status ask_zone(void *context, const char *zone, int64_t instant, int64_t *offset, int64_t *from,
                           int64_t *to)
{
  const frame *f = context;
  if (zone[0] != 'Z' || f->array.length % 5 == 4) {
    return CRM_ERROR_NOT_FOUND;
  }
  *offset = INT64_C(3600000000) * (f->array.length % 5 - 2);
  *from = f->array.length % 2 == 0 ? INT64_MIN : instant;
  *to = f->array.length % 2 == 0 || instant == INT64_MAX ? INT64_MAX : instant + 1;
  return CRM_OK;
}

typedef struct river {
  frame *f;
  int32_t left;
  int32_t fails;      /* at its end */
  int32_t lent;
  int32_t released;
} river;

static void release_lent(struct ArrowArray *array)
{
  ((river *)array->private_data)->released++;
  array->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
  *out = ((river *)stream->private_data)->f->schema;
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
  river *r = stream->private_data;
  if (r->left-- <= 0) {
    out->release = NULL;
    return r->fails;
  }
  *out = r->f->array;
  if (out->release != NULL) {
    out->release = release_lent;
    out->private_data = r;
    r->lent++;
  }
  return 0;
}

static void release_stream(struct ArrowArrayStream *stream)
{
  stream->release = NULL;
}

static crm_status load_stream(crm_load *load, const char *table, const crm_arrow *options, frame *f, int32_t how,
                              crm_error *error)
{
  struct ArrowArrayStream stream;
  river r;
  crm_status status;
  memset(&stream, 0, sizeof stream);
  r.f = f;
  r.left = how % 4;
  r.fails = how / 4 % 2;
  r.lent = 0;
  r.released = 0;
  stream.get_schema = get_schema;
  stream.get_next = get_next;
  stream.release = release_stream;
  stream.private_data = &r;
  status = crm_load_arrow_stream(load, table, options, &stream, error);
  NEED(stream.release != NULL && r.lent == r.released);
  return status;
}

static void load_frame(frame *f)
{
  static const crm_pair set[] = { { "time", "2024-02-29" } };
  crm_arrow options = CRM_ARROW_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_load_counts counts = CRM_LOAD_COUNTS_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  int32_t how = fuzz_below(&f->in, 256);
  const char *table = how % 4 == 3 ? "customers" : "sales";
  crm_status status;
  options.document = how % 4 == 3 ? 0 : how / 4 % 3;
  options.minor = how / 16 % 2;
  options.zone = how / 32 % 2 == 0 ? ask_zone : NULL;
  options.zone_context = f;
  options.set = set;
  options.set_count = how % 4 == 2;
  how = fuzz_below(&f->in, 16);
  NEED(crm_store_create(fuzz_config(), NULL, &store, NULL) == CRM_OK);
  NEED(crm_load_begin(store, NULL, &load, NULL) == CRM_OK);
  build_frame(f);
  if (how < 8) {
    status = crm_load_arrow(load, table, &options, &f->schema, &f->array, &error);
  } else {
    status = load_stream(load, table, &options, f, how, &error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
    NEED_WHY(status == CRM_OK || status == CRM_ERROR_OVERFLOW, &error);
  }
  if (status == CRM_OK) {
    NEED(crm_load_count(load, table, &counts, NULL) == CRM_OK);
    NEED(counts.rows == counts.accepted + counts.duplicate + counts.rejected);
  }
  crm_load_free(load);
  NEED(status == CRM_OK || crm_store_version(store) == 0);
  NEED_WHY(crm_store_verify(store, &error) == CRM_OK, &error);
  crm_store_free(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  frame *f = fuzz_room(sizeof *f);
  memset(f, 0, sizeof *f);
  f->in.at = data;
  f->in.left = size;
  load_frame(f);
  while (f->piece_count > 0) {
    free(f->pieces[--f->piece_count]);
  }
  free(f);
  return 0;
}
