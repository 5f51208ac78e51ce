/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/fuzz.h"
#include "support/disk.h"

#include "file/journal.h"
#include "store/saved_file.h"

#include <string.h>

/* Store files. Bytes as they are seldom get past the checksums, so most inputs are what the frames hold, which are then
 * written with right ones: the head of a checkpoint, its pieces, and the commits behind it. Whatever is opened answers
 * questions, takes loads, and can be saved; what verifies is the same once it is read again.
 *
 * Input: 0 and the bytes of a file; or 1, then sections, each a tag (1) and a length (2, little-endian) of the rest:
 * 'h' head, 'p' piece (part 2, first element 4, elements 4, data), 'l' a frame behind the checkpoint (kind 1, payload),
 * 'c' the end of a commit, 'x' a place of the file (4) whose byte is changed afterwards: what can then be salvaged is a
 * whole store. */

#define PATH "f.crm"
#define SECTIONS 4096

typedef struct section {
  uint8_t tag;
  const uint8_t *data;
  size_t size;
} section;

static size_t read_sections(fuzz_bytes *in, section *sections)
{
  size_t count = 0;
  while (in->left > 0 && count < SECTIONS) {
    section *s = &sections[count++];
    s->tag = (uint8_t)fuzz_byte(in);
    s->size = fuzz_byte(in);
    s->size |= (size_t)fuzz_byte(in) << 8;
    s->size = s->size < in->left ? s->size : in->left;
    s->data = in->at;
    in->at += s->size;
    in->left -= s->size;
  }
  return count;
}

static uint32_t number(const uint8_t *from, size_t size)
{
  uint32_t value = 0;
  while (size-- > 0) {
    value = value << 8 | from[size];
  }
  return value;
}

static void write_frame(crm__journal *journal, uint32_t kind, const uint8_t *head, size_t head_size,
                        const uint8_t *data, size_t size, crm__frame *frame)
{
  NEED(crm__journal_begin(journal, kind, NULL) == CRM_OK);
  NEED(crm__journal_write(journal, head, head_size, NULL) == CRM_OK);
  NEED(crm__journal_write(journal, data, size, NULL) == CRM_OK);
  NEED(crm__journal_end(journal, frame, NULL) == CRM_OK);
}

static void write_checkpoint(crm__journal *journal, const section *sections, size_t count)
{
  static const uint8_t nothing[8];
  static uint8_t list[32 * SECTIONS];
  const section *head = NULL;
  size_t parts = 0;
  uint8_t size[8];
  crm__frame frame;
  size_t i;
  for (i = 0; i < count; i++) {
    const section *s = &sections[i];
    if (s->tag == 'h' && head == NULL) {
      head = s;
    } else if (s->tag == 'p' && s->size >= 10) {
      uint8_t piece[24];
      uint32_t part = number(s->data, 2);
      memset(piece, 0, sizeof piece);
      crm__store32(piece, number(s->data + 2, 4));
      crm__store32(piece + 8, number(s->data + 6, 4));
      crm__store32(piece + 16, part);
      write_frame(journal, CRM__SAVED_PART | part, piece, sizeof piece, s->data + 10, s->size - 10, &frame);
      memset(list + 32 * parts, 0, 8);
      crm__store32(list + 32 * parts, part);
      crm__store64(list + 32 * parts + 8, frame.offset);
      crm__store64(list + 32 * parts + 16, frame.length);
      crm__store64(list + 32 * parts + 24, frame.checksum);
      parts++;
    }
  }
  crm__store64(size, head == NULL ? 0 : head->size);
  NEED(crm__journal_begin(journal, CRM__SAVED_HEAD, NULL) == CRM_OK);
  NEED(crm__journal_write(journal, size, sizeof size, NULL) == CRM_OK);
  NEED(crm__journal_write(journal, head == NULL ? nothing : head->data, head == NULL ? 0 : head->size, NULL) == CRM_OK);
  NEED(crm__journal_write(journal, list, 32 * parts, NULL) == CRM_OK);
  NEED(crm__journal_end(journal, &frame, NULL) == CRM_OK);
  NEED(crm__journal_commit(journal, frame.offset, 0, NULL) == CRM_OK);
}

static void write_log(crm__journal *journal, const section *sections, size_t count)
{
  int begun = 0;
  size_t i;
  for (i = 0; i < count; i++) {
    const section *s = &sections[i];
    if (s->tag == 'l' && s->size >= 1 && s->data[0] > CRM__FRAME_OWN) {
      write_frame(journal, s->data[0], NULL, 0, s->data + 1, s->size - 1, NULL);
      begun = 1;
    } else if (s->tag == 'c' && begun) {
      NEED(crm__journal_commit(journal, 0, 0, NULL) == CRM_OK);
      begun = 0;
    }
  }
  if (begun) {
    NEED(crm__journal_commit(journal, 0, 0, NULL) == CRM_OK);
  }
}

static void write_file(test_disk *disk, const crm_io *io, fuzz_bytes *in)
{
  static section sections[SECTIONS];
  size_t count = read_sections(in, sections);
  crm__memory memory;
  crm__journal_options options;
  crm__journal *journal = NULL;
  size_t i;
  NEED(crm__memory_open(&memory, NULL, NULL) == CRM_OK);
  memset(&options, 0, sizeof options);
  options.io = io;
  options.path = PATH;
  options.mode = CRM__JOURNAL_CREATE;
  NEED(crm__journal_open(&memory, &options, &journal, NULL) == CRM_OK);
  write_checkpoint(journal, sections, count);
  write_log(journal, sections, count);
  crm__journal_close(journal);
  for (i = 0; i < count; i++) {
    size_t length = 0;
    uint8_t *bytes = test_disk_bytes(disk, PATH, &length);
    if (sections[i].tag == 'x' && sections[i].size >= 4) {
      bytes[number(sections[i].data, 4) % length] ^= 0x55;
    }
  }
}

/* ---- what is opened ---- */

static void drop(crm_table *table)
{
  crm_table_free(table);
}

#define ASK(call)             \
  do {                        \
    crm_table *table = NULL;  \
    (void)(call);             \
    drop(table);              \
  } while (0)

static void ask(const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_kpi *kpi = NULL;
  ASK(crm_store_loads(store, &table, NULL));
  ASK(crm_store_schema(store, &table, NULL));
  ASK(crm_store_totals(store, &table, NULL));
  ASK(crm_store_sources(store, &table, NULL));
  ASK(crm_store_warnings(store, &table, NULL));
  ASK(crm_store_reopened(store, 0, &table, NULL));
  ASK(crm_store_changed(store, 0, &table, NULL));
  ASK(crm_store_rows(store, "customers", &table, NULL));
  ASK(crm_store_rows(store, "interactions", &table, NULL));
  ASK(crm_store_customer(store, "ann", &table, NULL));
  ASK(crm_store_customer_documents(store, "ann", &table, NULL));
  ASK(crm_store_document(store, "", "1", &table, NULL));
  ASK(crm_identity_aliases(store, &table, NULL));
  ASK(crm_products_compute(store, NULL, NULL, &table, NULL));
  ASK(crm_periods_compute(store, NULL, NULL, &table, NULL));
  ASK(crm_cohorts_compute(store, NULL, NULL, NULL, &table, NULL));
  ASK(crm_rfm_compute(store, NULL, NULL, &table, NULL));
  ASK(crm_repeat_compute(store, NULL, &table, NULL));
  ASK(crm_due_compute(store, NULL, NULL, &table, NULL));
  ASK(crm_funnel_compute(store, NULL, NULL, &table, NULL));
  if (crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL) == CRM_OK) {
    ASK(crm_pyramid_tiers(pyramid, &table, NULL));
    ASK(crm_pyramid_members(pyramid, &table, NULL));
  }
  crm_pyramid_free(pyramid);
  (void)crm_kpi_compute(store, NULL, NULL, NULL, &kpi, NULL);
  crm_kpi_free(kpi);
}

static void change(crm_store *store)
{
  static const char *const keys[] = {"ann"};
  crm_load *load = NULL;
  static const char sales[] = "document,time,customer,amount,version\n1,2023-04-05,ann,5,9\nnew,2023-04-06,bob,6,\n";
  static const char merges[] = "customer,into,version\nann,zoe,9\n";
  if (crm_load_begin(store, NULL, &load, NULL) == CRM_OK) {
    (void)fuzz_read(load, "sales", NULL, sales, sizeof sales - 1, 0, NULL);
    (void)fuzz_read(load, "merges", NULL, merges, sizeof merges - 1, 0, NULL);
    (void)crm_load_commit(load, NULL);
  }
  crm_load_free(load);
  ASK(crm_identity_forget(store, keys, 1, &table, NULL));
  (void)crm_store_attribute(store, "customers", "brand_new", CRM_TYPE_TEXT, NULL);
}

static crm_store *open_file(const crm_io *io, int32_t mode, int32_t content, const char *path)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  crm_status status;
  options.io = io;
  options.mode = mode;
  options.content = content;
  status = crm_store_open(fuzz_config(), &options, path, &store, &error);
  NEED((status == CRM_OK) == (store != NULL));
  NEED_WHY(status == CRM_OK || status == CRM_ERROR_CORRUPT || status == CRM_ERROR_VERSION ||
             status == CRM_ERROR_MEMORY || status == CRM_ERROR_NOT_FOUND || status == CRM_ERROR_LIMIT, &error);
  return store;
}

/* What verifies is whole: saved and read again it answers the same. */
static void save_again(const crm_io *io, const crm_store *store)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  fuzz_text expected = FUZZ_TEXT_INIT;
  fuzz_text actual = FUZZ_TEXT_INIT;
  crm_table *table = NULL;
  crm_store *read;
  options.io = io;
  NEED(crm_store_save(store, &options, "again.crm", NULL) == CRM_OK);
  read = open_file(io, CRM_FILE_READ, CRM_CONTENT_ALL, "again.crm");
  NEED(read != NULL);
  NEED(crm_store_verify(read, NULL) == CRM_OK);
  if (crm_store_totals(store, &table, NULL) == CRM_OK) {
    fuzz_text_table(&expected, table);
    NEED(crm_store_totals(read, &table, NULL) == CRM_OK);
    fuzz_text_table(&actual, table);
    fuzz_need_same(&expected, &actual);
  }
  crm_store_free(read);
  fuzz_text_free(&expected);
  fuzz_text_free(&actual);
}

static void salvage(const crm_io *io)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  crm_table *report = NULL;
  crm_store *store;
  options.io = io;
  if (crm_store_salvage(fuzz_config(), &options, PATH, "salvaged.crm", &report, NULL) == CRM_OK) {
    crm_error error = CRM_ERROR_INIT;
    options.mode = CRM_FILE_READ;
    NEED_WHY(crm_store_open(fuzz_config(), &options, "salvaged.crm", &store, &error) == CRM_OK, &error);
    NEED(crm_store_verify(store, NULL) == CRM_OK);
    ask(store);
    crm_store_free(store);
  }
  crm_table_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  fuzz_bytes in = {data, size};
  test_disk *disk = test_disk_create(CRM_IO_LOCKS | CRM_IO_ATOMIC_REPLACE);
  crm_io io = CRM_IO_INIT;
  crm_store *store;
  test_disk_io(disk, &io);
  if (fuzz_byte(&in) == 0) {
    test_disk_put(disk, PATH, in.at, in.left);
  } else {
    write_file(disk, &io, &in);
  }
  salvage(&io);
  store = open_file(&io, CRM_FILE_READ, CRM_CONTENT_PROFILES, PATH);
  if (store != NULL) {
    ask(store);
    (void)crm_store_read(store, NULL);
  }
  crm_store_free(store);
  store = open_file(&io, CRM_FILE_WRITE, CRM_CONTENT_ALL, PATH);
  if (store != NULL) {
    int whole = crm_store_verify(store, NULL) == CRM_OK;
    ask(store);
    if (whole) {
      save_again(&io, store);
    }
    change(store);
    NEED(!whole || crm_store_verify(store, NULL) == CRM_OK);
  }
  crm_store_free(store);
  NEED(test_disk_open(disk) == 0);
  test_disk_free(disk);
  return 0;
}
