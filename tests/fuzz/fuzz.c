/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

void fuzz_need(int holds, const char *condition, const char *file, int line, const char *why)
{
  if (!holds) {
    (void)fprintf(stderr, "%s:%d: does not hold: %s%s%s\n", file, line, condition, why == NULL ? "" : ": ",
                  why == NULL ? "" : why);
    abort();
  }
}

/* ---- the input ---- */

uint32_t fuzz_byte(fuzz_bytes *bytes)
{
  if (bytes->left == 0) {
    return 0;
  }
  bytes->left--;
  return *bytes->at++;
}

int32_t fuzz_below(fuzz_bytes *bytes, int32_t limit)
{
  return (int32_t)(fuzz_byte(bytes) % (uint32_t)limit);
}

int64_t fuzz_number(fuzz_bytes *bytes)
{
  uint64_t bits = 0;
  int64_t number;
  int i;
  for (i = 0; i < 8; i++) {
    bits |= (uint64_t)fuzz_byte(bytes) << (8 * i);
  }
  memcpy(&number, &bits, sizeof number);
  return number;
}

char *fuzz_rest(fuzz_bytes *bytes)
{
  char *text = fuzz_room(bytes->left + 1);
  if (bytes->left > 0) {
    memcpy(text, bytes->at, bytes->left);
  }
  text[bytes->left] = '\0';
  bytes->at += bytes->left;
  bytes->left = 0;
  return text;
}

void *fuzz_room(size_t size)
{
  void *room = malloc(size == 0 ? 1 : size);
  NEED(room != NULL);
  return room;
}

const crm_config *fuzz_config(void)
{
  static crm_config config = CRM_CONFIG_INIT;
  config.memory_limit = UINT64_C(512) << 20;
  return &config;
}

/* ---- facts ---- */

typedef struct reader {
  fuzz_bytes bytes;
  size_t piece;
} reader;

static crm_status read_piece(void *context, void *buffer, size_t size, size_t *got)
{
  reader *from = context;
  size = from->piece != 0 && size > from->piece ? from->piece : size;
  size = size > from->bytes.left ? from->bytes.left : size;
  if (size > 0) {
    memcpy(buffer, from->bytes.at, size);
    from->bytes.at += size;
    from->bytes.left -= size;
  }
  *got = size;
  return CRM_OK;
}

static crm_status read_bytes(void *context, void *buffer, size_t size, size_t *got)
{
  fuzz_bytes *bytes = context;
  *got = size > bytes->left ? bytes->left : size;
  if (*got > 0) {
    memcpy(buffer, bytes->at, *got);
    bytes->at += *got;
    bytes->left -= *got;
  }
  return CRM_OK;
}

crm_source fuzz_source(fuzz_bytes *bytes)
{
  crm_source source = CRM_SOURCE_INIT;
  source.context = bytes;
  source.read = read_bytes;
  return source;
}

crm_status fuzz_read(crm_load *load, const char *table, const crm_csv *csv, const void *bytes, size_t size,
                     size_t piece, crm_error *error)
{
  crm_source source = CRM_SOURCE_INIT;
  reader from;
  from.bytes.at = bytes;
  from.bytes.left = size;
  from.piece = piece;
  source.context = &from;
  source.read = read_piece;
  return crm_load_csv(load, table, csv, &source, error);
}

void fuzz_put(crm_store *store, const char *table, const char *text)
{
  crm_load_options options = CRM_LOAD_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_load *load = NULL;
  options.all_or_nothing = 1;
  NEED(crm_load_begin(store, &options, &load, NULL) == CRM_OK);
  NEED_WHY(fuzz_read(load, table, NULL, text, strlen(text), 0, &error) == CRM_OK, &error);
  NEED_WHY(crm_load_commit(load, &error) == CRM_OK, &error);
  crm_load_free(load);
}

const crm_store *fuzz_store(void)
{
  static crm_store *store;
  if (store != NULL) {
    return store;
  }
  NEED(crm_store_create(NULL, NULL, &store, NULL) == CRM_OK);
  fuzz_put(store, "customers",
           "customer,kind,joined,parent,region,credit_limit,reference\n1,person,2024-01-02,,East,100,true\n"
           "2,business,2024-01-05T10:00,,West,50.5,no\n3,,,2,East,,\nanna,person,2023-12-31,2,,,\n"
           "own,internal,2024-02-01,,,,\n9,person,2024-03-09,,North,9000,\n");
  fuzz_put(store, "sales",
           "document,time,customer,kind,product,quantity,amount,cost,branch,staff\n"
           "a1,2024-01-03T09:00,1,sale,p,2,20.00,12,x,s1\na2,2024-01-20T17:30,2,sale,q,1,99.90,70,y,s2\n"
           "a3,2024-02-03,1,sale,p,1,10.00,6,x,s1\na4,2024-02-10,3,sale,q,3,150.00,,x,\n"
           "a5,2024-02-11,2,return,q,1,99.90,,y,s2\na6,2024-03-01,anna,sale,p,10,80.00,60,,s1\n"
           "a7,2024-03-02,,sale,p,1,10.00,6,x,s1\na8,2024-03-20,1,sale,r,1,5.00,1,x,s2\n"
           "a9,2024-03-31T23:59:59,own,sale,p,1,1.00,6,x,s1\n");
  fuzz_put(store, "products", "product,category,list_price,launched\np,big,11,2023-01-01\nq,small,100,2024-01-15\n");
  fuzz_put(store, "figures", "from,to,name,value,branch\n2024-03-01,2024-04-01,target,500,\n"
                             "2024-03-01,2024-04-01,budget,300,x\n2024-02-01,2024-03-01,target,400,\n");
  fuzz_put(store, "interactions", "time,customer,direction,channel,duration\n2024-02-01,1,out,phone,60\n"
                                  "2024-03-05,9,in,mail,\n");
  fuzz_put(store, "opportunities", "opportunity,customer,created,closed,outcome,amount\n"
                                   "o1,1,2024-01-10,2024-02-01,won,30\no2,9,2024-03-09,,open,900\n");
  fuzz_put(store, "payments", "document,kind,customer,time,amount,due\ni1,invoice,2,2024-01-20,99.90,2024-02-19\n"
                              "i2,payment,2,2024-03-01,50,\n");
  return store;
}

/* ---- texts ---- */

void fuzz_text_add(fuzz_text *text, const void *bytes, size_t size)
{
  if (text->room - text->length < size) {
    text->room = (text->length + size) * 2;
    text->bytes = realloc(text->bytes, text->room);
    NEED(text->bytes != NULL);
  }
  if (size > 0) {
    memcpy(text->bytes + text->length, bytes, size);
    text->length += size;
  }
}

void fuzz_text_free(fuzz_text *text)
{
  free(text->bytes);
  text->bytes = NULL;
  text->length = 0;
  text->room = 0;
}

static void show(const char *what, const fuzz_text *text, size_t at)
{
  size_t from = at > 400 ? at - 400 : 0;
  size_t size = text->length - from > 800 ? 800 : text->length - from;
  (void)fprintf(stderr, "%s, around byte %zu:\n%.*s\n", what, at, (int)size, size > 0 ? text->bytes + from : "");
}

void fuzz_need_same(const fuzz_text *expected, const fuzz_text *actual)
{
  size_t least = expected->length < actual->length ? expected->length : actual->length;
  size_t at = 0;
  int same;
  while (at < least && expected->bytes[at] == actual->bytes[at]) {
    at++;
  }
  same = at == expected->length && at == actual->length;
  if (!same) {
    show("expected", expected, at);
    show("found", actual, at);
  }
  NEED(same);
}

static crm_status write_text(void *context, const void *bytes, size_t size)
{
  fuzz_text_add(context, bytes, size);
  return CRM_OK;
}

void fuzz_text_table(fuzz_text *text, crm_table *table)
{
  crm_sink sink = CRM_SINK_INIT;
  sink.context = text;
  sink.write = write_text;
  NEED(crm_table_write_csv(table, &sink, NULL) == CRM_OK);
  crm_table_free(table);
}

/* ---- analyses ---- */

static void add_answer(fuzz_text *text, crm_status status, crm_table *table, const crm_error *error)
{
  if (status != CRM_OK) {
    NEED_WHY(status == CRM_ERROR_OVERFLOW || status == CRM_ERROR_LIMIT || status == CRM_ERROR_RANGE, error);
    fuzz_text_add(text, crm_status_name(status), strlen(crm_status_name(status)));
    return;
  }
  NEED(table != NULL);
  fuzz_text_table(text, table);
}

static void add_pyramid(fuzz_text *text, const crm_store *store, const crm_scope *scope)
{
  crm_error error = CRM_ERROR_INIT;
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  crm_status status = crm_pyramid_compute(store, scope, NULL, &pyramid, &error);
  if (status != CRM_OK) {
    add_answer(text, status, NULL, &error);
    return;
  }
  status = crm_pyramid_tiers(pyramid, &table, &error);
  add_answer(text, status, table, &error);
  table = NULL;
  status = crm_pyramid_concentration(pyramid, &table, &error);
  add_answer(text, status, table, &error);
  crm_pyramid_free(pyramid);
}

void fuzz_text_answers(fuzz_text *text, const crm_store *store, int64_t as_of)
{
  crm_scope scope = CRM_SCOPE_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_table *table = NULL;
  crm_status status;
  scope.as_of = as_of;
  add_pyramid(text, store, &scope);
  status = crm_periods_compute(store, &scope, NULL, &table, &error);
  add_answer(text, status, table, &error);
  table = NULL;
  status = crm_rfm_segments(store, &scope, NULL, &table, &error);
  add_answer(text, status, table, &error);
  table = NULL;
  status = crm_repeat_compute(store, &scope, &table, &error);
  add_answer(text, status, table, &error);
  table = NULL;
  status = crm_products_compute(store, &scope, NULL, &table, &error);
  add_answer(text, status, table, &error);
}
