/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "crm_pages.h"
#include "support/facts.h"

#define BLOCKS 40

typedef struct worker {
  const crm_config *config;
  uint64_t random;
  int faults;
} worker;

static uint64_t next_random(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* From a few bytes to several large pages. */
static size_t random_size(uint64_t *state)
{
  size_t top = (size_t)1 << (next_random(state) % 23);
  return 1 + (size_t)(next_random(state) % (2 * top));
}

static int holds(const unsigned char *block, size_t size, unsigned char value)
{
  return block[0] == value && block[size / 2] == value && block[size - 1] == value;
}

/* Blocks that come, change size and go, each full of its own value. */
static void *churn(void *context)
{
  worker *w = context;
  const crm_config *config = w->config;
  unsigned char *blocks[BLOCKS] = {NULL};
  size_t sizes[BLOCKS] = {0};
  int i;
  for (i = 0; i < 1500; i++) {
    size_t k = (size_t)(next_random(&w->random) % BLOCKS);
    size_t size = next_random(&w->random) % 4 == 0 ? 0 : random_size(&w->random);
    size_t kept = size < sizes[k] ? size : sizes[k];
    unsigned char *made;
    if (blocks[k] == NULL && size == 0) {
      continue;
    }
    w->faults += blocks[k] != NULL && !holds(blocks[k], sizes[k], (unsigned char)k);
    made = config->allocate(config->allocate_context, blocks[k], sizes[k], size);
    w->faults += (made == NULL) != (size == 0);
    w->faults += kept > 0 && !holds(made, kept, (unsigned char)k);
    blocks[k] = made;
    sizes[k] = size;
    if (made != NULL) {
      memset(made, (int)k, size);
    }
  }
  for (i = 0; i < BLOCKS; i++) {
    if (blocks[i] != NULL) {
      (void)config->allocate(config->allocate_context, blocks[i], sizes[i], 0);
    }
  }
  return NULL;
}

static void blocks_hold_what_they_are_given(void **state)
{
  crm_config config = CRM_CONFIG_INIT;
  crm_pages *pages = NULL;
  worker workers[2];
  pthread_t thread;
  (void)state;
  assert_int_equal(crm_pages_create(&pages), CRM_OK);
  crm_pages_lend(pages, &config);
  workers[0].config = &config;
  workers[0].random = 1;
  workers[0].faults = 0;
  workers[1] = workers[0];
  workers[1].random = 2;
  assert_int_equal(pthread_create(&thread, NULL, churn, &workers[1]), 0);
  (void)churn(&workers[0]);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(workers[0].faults, 0);
  assert_int_equal(workers[1].faults, 0);
  crm_pages_free(pages);
  crm_pages_free(NULL);
}

#define LARGE_BLOCKS 8
#define MIB ((size_t)1 << 20)

static void mark(unsigned char *block, size_t size, unsigned char value)
{
  block[0] = value;
  block[size / 2] = value;
  block[size - 1] = value;
}

/* More than is kept, so that blocks are cut from larger ones, and the oldest go back. */
static void large_blocks_lie_apart(void **state)
{
  crm_config config = CRM_CONFIG_INIT;
  crm_pages *pages = NULL;
  unsigned char *blocks[LARGE_BLOCKS] = {NULL};
  size_t sizes[LARGE_BLOCKS] = {0};
  uint64_t random = 3;
  int i;
  (void)state;
  assert_int_equal(crm_pages_create(&pages), CRM_OK);
  crm_pages_lend(pages, &config);
  for (i = 0; i < 400; i++) {
    size_t k = (size_t)(next_random(&random) % LARGE_BLOCKS);
    size_t size = next_random(&random) % 3 == 0 ? 0 : (2 + (size_t)(next_random(&random) % 90)) * MIB - k;
    size_t j;
    if (blocks[k] == NULL && size == 0) {
      continue;
    }
    blocks[k] = config.allocate(config.allocate_context, blocks[k], sizes[k], size);
    sizes[k] = size;
    assert_int_equal(blocks[k] == NULL, size == 0);
    if (size > 0) {
      mark(blocks[k], size, (unsigned char)i);
      assert_true(holds(blocks[k], size, (unsigned char)i));
    }
    for (j = 0; j < LARGE_BLOCKS; j++) {
      assert_true(j == k || blocks[j] == NULL || blocks[k] == NULL || blocks[j] + sizes[j] <= blocks[k] ||
                  blocks[k] + sizes[k] <= blocks[j]);
    }
  }
  for (i = 0; i < LARGE_BLOCKS; i++) {
    if (blocks[i] != NULL) {
      (void)config.allocate(config.allocate_context, blocks[i], sizes[i], 0);
    }
  }
  crm_pages_free(pages);
}

static void a_store_lives_in_them(void **state)
{
  static const char sales[] = "document,time,customer,amount\n1,2024-01-05,7,10\n2,2024-02-05,8,20\n";
  crm_config config = CRM_CONFIG_INIT;
  crm_load *load = NULL;
  crm_pages *pages = NULL;
  crm_store *store = NULL;
  (void)state;
  assert_int_equal(crm_pages_create(&pages), CRM_OK);
  crm_pages_lend(pages, &config);
  assert_int_equal(crm_store_create(&config, NULL, &store, NULL), CRM_OK);
  facts_load_text(store, "sales", sales);
  assert_int_equal(crm_load_begin(store, NULL, &load, NULL), CRM_OK);
  crm_load_free(load);
  assert_int_equal(crm_store_verify(store, NULL), CRM_OK);
  assert_int_equal(crm_store_lines(store), 2);
  crm_store_free(store);
  crm_pages_free(pages);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(blocks_hold_what_they_are_given),
    cmocka_unit_test(large_blocks_lie_apart),
    cmocka_unit_test(a_store_lives_in_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
