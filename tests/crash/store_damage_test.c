/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/store.h"
#include "support/disk.h"
#include "support/loads.h"
#include "support/random.h"
#include "support/same.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Store files with a history of every kind of change, of which bytes are changed, blocks zeroed or moved, or the end is
 * cut: whoever opens one, to read, to write or for the profiles alone, gets a commit as it was, or a refusal.
 *
 *   store_damage_test [STRIDE]   tries every so manieth byte (default 97; 1: all of them) */

#define PATH "shop.crm"
#define COMMITS 32

static size_t stride = 97;

/* ---- the history ---- */

enum { LOAD, DECLARE, ERASE, FORGET };

typedef struct change {
  int kind;
  const char *what;   /* table, attribute or key */
  const char *text;
} change;

static const change changes[] = {
  {LOAD, "sales",
   "document,line,version,time,customer,kind,product,quantity,amount,cost,branch,original\n"
   "1,1,1,2024-01-01T10:00,ann,sale,p,1,2.5,1,x,\n1,2,1,2024-01-01T10:00,ann,sale,q,2,4,1,x,\n"
   "2,1,1,2024-01-02,bob,sale,q,1,7,,y,\n3,,1,2024-02-03,ann,return,p,1,2.5,,x,1\n"
   "4,,1,2024-02-09,cyd,sale,r,1,9,,x,\n"},
  {DECLARE, "age", NULL},
  {LOAD, "customers",
   "customer,kind,joined,parent,age\nann,person,2024-01-01,,41.5\nzoe,internal,,,\ncyd,business,,ann,\n"},
  {LOAD, "merges", "customer,into\ncyd,ann\n"},
  {LOAD, "sales", "document,version,time,customer,kind,amount\n2,2,2024-01-05,bob,sale,8\n3,2,2024-02-03,ann,void,1\n"},
  {ERASE, "bob", NULL},
  {LOAD, "sales", "document,time,customer,amount,product\n9,2024-04-04,eve,3,q\n10,2024-05-01,zoe,5,p\n"},
  {FORGET, "eve", NULL},
  {LOAD, "merges", "customer,into,undone,version\ncyd,ann,true,1\n"},
  {LOAD, "opportunities", "opportunity,customer,created,outcome,amount\no1,ann,2024-01-01,open,100\n"},
};
#define CHANGES (int)(sizeof changes / sizeof *changes)

static void apply(crm_store *store, const change *of)
{
  crm_table *receipt = NULL;
  if (of->kind == LOAD) {
    put(store, of->what, of->text, "");
  } else if (of->kind == DECLARE) {
    assert_int_equal(crm_store_attribute(store, "customers", of->what, CRM_TYPE_DECIMAL, NULL), CRM_OK);
  } else {
    assert_int_equal(of->kind == FORGET ? crm_identity_forget(store, &of->what, 1, &receipt, NULL)
                                        : crm_identity_erase(store, &of->what, 1, &receipt, NULL),
                     CRM_OK);
  }
  crm_table_free(receipt);
}

/* ---- what there was ---- */

typedef struct history {
  test_disk *disk;
  crm_io io;
  crm_file_options options;
  unsigned char *bytes;             /* of the good file */
  size_t size;
  int64_t newest;
  crm_store *stores[COMMITS];       /* by commit, made without a file */
  text_buffer pyramids[COMMITS];
  long opened, refused, older, profiles;
} history;

static void add_pyramid(text_buffer *to, const crm_store *store)
{
  crm_pyramid *pyramid = NULL;
  crm_table *table = NULL;
  if (crm_pyramid_compute(store, NULL, NULL, &pyramid, NULL) != CRM_OK) {
    text_add(to, "none");
    return;
  }
  assert_int_equal(crm_pyramid_tiers(pyramid, &table, NULL), CRM_OK);
  text_add_table(to, table);
  crm_table_free(table);
  assert_int_equal(crm_pyramid_concentration(pyramid, &table, NULL), CRM_OK);
  text_add_table(to, table);
  crm_table_free(table);
  crm_pyramid_free(pyramid);
}

/* The store after so many changes is that of the file's newest commit. */
static void note(history *h, const crm_store *saved, int done)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  int k;
  assert_int_equal(crm_store_file(saved, &info, NULL), CRM_OK);
  assert_true(info.commit > h->newest && info.commit < COMMITS);
  h->newest = info.commit;
  h->stores[h->newest] = store_new(NULL);
  for (k = 0; k < done; k++) {
    apply(h->stores[h->newest], &changes[k]);
  }
  add_pyramid(&h->pyramids[h->newest], h->stores[h->newest]);
}

/* A file that is compacted before the change of a number, or at the end. */
static history begin(int compacted)
{
  static const crm_io none = CRM_IO_INIT;
  static const crm_file_options options = CRM_FILE_OPTIONS_INIT;
  static const history empty;
  history h = empty;
  crm_store *store = NULL;
  int k;
  h.disk = test_disk_create(CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS);
  h.io = none;
  test_disk_io(h.disk, &h.io);
  h.options = options;
  h.options.io = &h.io;
  h.options.mode = CRM_FILE_CREATE;
  assert_int_equal(crm_store_open(NULL, &h.options, PATH, &store, NULL), CRM_OK);
  note(&h, store, 0);
  for (k = 0; k <= CHANGES; k++) {
    if (k == compacted) {
      assert_int_equal(crm_store_compact(store, NULL), CRM_OK);
      note(&h, store, k);
    }
    if (k < CHANGES) {
      apply(store, &changes[k]);
      note(&h, store, k + 1);
    }
  }
  crm_store_free(store);
  {
    const unsigned char *bytes = test_disk_bytes(h.disk, PATH, &h.size);
    h.bytes = malloc(h.size);
    assert_non_null(h.bytes);
    memcpy(h.bytes, bytes, h.size);
  }
  return h;
}

static void end(history *h, const char *what)
{
  int64_t k;
  print_message("%s: %ld opened (%ld at an older commit), %ld refused, %ld profiles\n", what, h->opened, h->older,
                h->refused, h->profiles);
  assert_true(h->opened > 0 && h->refused > 0 && h->profiles > 0);
  for (k = 0; k <= h->newest; k++) {
    crm_store_free(h->stores[k]);
    text_free(&h->pyramids[k]);
  }
  free(h->bytes);
  assert_int_equal(test_disk_open(h->disk), 0);
  test_disk_free(h->disk);
}

/* ---- what is opened ---- */

/* The commit that a store was opened at, which has to be one that was. */
static int64_t commit_of(const history *h, const crm_store *store, int32_t mode)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  assert_int_equal(crm_store_file(store, &info, NULL), CRM_OK);
  assert_true(info.commit >= 1 && info.commit <= h->newest && h->stores[info.commit] != NULL);
  assert_true(info.newest >= info.commit && info.fallback == (info.newest > info.commit));
  assert_true(mode == CRM_FILE_READ || !info.fallback);
  return info.commit;
}

static crm_store *open_damaged(history *h, int32_t mode, int32_t content)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  h->options.mode = mode;
  h->options.content = content;
  if (crm_store_open(NULL, &h->options, PATH, &store, &error) != CRM_OK) {
    assert_true(error.status == CRM_ERROR_CORRUPT || error.status == CRM_ERROR_VERSION);
    assert_true(error.message[0] != '\0');
    assert_null(store);
    h->refused++;
  }
  return store;
}

static void look(history *h, const char *what)
{
  int32_t mode;
  crm_store *store;
  for (mode = CRM_FILE_READ; mode <= CRM_FILE_WRITE; mode++) {
    store = open_damaged(h, mode, CRM_CONTENT_ALL);
    if (store != NULL) {
      int64_t commit = commit_of(h, store, mode);
      assert_store_same(h->stores[commit], store, what);
      h->opened++;
      h->older += commit < h->newest;
    }
    crm_store_free(store);
  }
  store = open_damaged(h, CRM_FILE_READ, CRM_CONTENT_PROFILES);
  if (store != NULL) {
    text_buffer told = TEXT_BUFFER_INIT;
    int64_t commit = commit_of(h, store, CRM_FILE_READ);
    add_pyramid(&told, store);
    assert_text_same(&h->pyramids[commit], &told, what);
    text_free(&told);
    h->profiles++;
    if (crm_store_read(store, NULL) == CRM_OK) {
      assert_store_same(h->stores[commit], store, what);
    }
  }
  crm_store_free(store);
}

/* ---- damage ---- */

static unsigned char *fresh(history *h, size_t size)
{
  size_t now;
  test_disk_put(h->disk, PATH, h->bytes, size);
  return test_disk_bytes(h->disk, PATH, &now);
}

/* Behind the bytes of a root slot stand zeros that mean nothing: a few of them are enough. */
static int dull(size_t at)
{
  return at < 8192 && at % 4096 >= 80 && at % 509 != 0;
}

static void change_bytes(history *h)
{
  size_t i;
  for (i = 0; i < h->size; i += i < 8192 && stride > 7 ? 7 : stride) {
    if (!dull(i)) {
      fresh(h, h->size)[i] ^= (unsigned char)(1U << i * 5 % 8);
      look(h, "a bit");
      fresh(h, h->size)[i] ^= 0xFF;
      look(h, "a byte");
    }
  }
}

static void cut(history *h)
{
  size_t size;
  for (size = 0; size < h->size; size += stride) {
    if (!dull(size)) {
      (void)fresh(h, size);
      look(h, "a cut");
    }
  }
}

static void one_block(history *h, dice *random, unsigned char *bytes)
{
  size_t to = (size_t)dice_below(random, (int32_t)h->size);
  size_t from = (size_t)dice_below(random, (int32_t)h->size);
  size_t size = dice_below(random, 2) ? 512 : 1 + (size_t)dice_below(random, 600);
  size = to + size > h->size ? h->size - to : size;
  size = from + size > h->size ? h->size - from : size;
  if (dice_below(random, 2)) {
    memset(bytes + to, 0, size);
  } else {
    memcpy(bytes + to, h->bytes + from, size);
  }
}

static void blocks(history *h)
{
  dice random = dice_of(7);
  size_t rounds = 40 + 4000 / stride;
  for (; rounds > 0; rounds--) {
    unsigned char *bytes = fresh(h, h->size);
    int32_t count = 1 + dice_below(&random, 4);
    for (; count > 0; count--) {
      one_block(h, &random, bytes);
    }
    look(h, "blocks");
  }
}

static void damage_all(int compacted, const char *what)
{
  history h = begin(compacted);
  h.options.io = &h.io;
  look(&h, "undamaged");
  assert_true(h.opened == 2 && h.older == 0 && h.profiles == 1);
  change_bytes(&h);
  cut(&h);
  blocks(&h);
  end(&h, what);
}

static void test_log(void **state)
{
  (void)state;
  damage_all(-1, "never compacted");
}

static void test_midway(void **state)
{
  (void)state;
  damage_all(5, "compacted midway");
}

static void test_compacted(void **state)
{
  (void)state;
  damage_all(CHANGES, "compacted");
}

int main(int argc, char **argv)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_log),
    cmocka_unit_test(test_midway),
    cmocka_unit_test(test_compacted),
  };
  stride = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : stride;
  stride = stride > 0 ? stride : 1;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
