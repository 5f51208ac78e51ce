/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/intern.h"
#include "support/fault.h"
#include "support/rounds.h"
#include "support/sizes.h"

static test_fault fault;
static crm__memory memory;
static crm__intern intern;

static uint64_t random_state;

static uint64_t next_random(void)
{
  uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

static int set_up(void **state)
{
  crm_config config;
  (void)state;
  random_state = 20240131;
  test_fault_reset(&fault, 0, 0);
  config = test_fault_config(&fault);
  crm__intern_open(&intern);
  return crm__memory_open(&memory, &config, NULL);
}

static int tear_down(void **state)
{
  (void)state;
  crm__intern_close(&intern, &memory);
  return fault.live_blocks != 0 || memory.used != 0;
}

static crm__key integer(int64_t value)
{
  crm__key key = { NULL, 0, 0 };
  key.integer = value;
  return key;
}

static crm__key text(const char *bytes)
{
  crm__key key = { NULL, 0, 0 };
  key.text = bytes;
  key.length = strlen(bytes);
  return key;
}

static int same(crm__key a, crm__key b)
{
  if (a.text == NULL || b.text == NULL) {
    return a.text == NULL && b.text == NULL && a.integer == b.integer;
  }
  return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static void texts_of_canonical_integers_are_integers(void **state)
{
  static const struct {
    const char *text;
    int is_integer;
    int64_t value;
  } cases[] = {
    { "0", 1, 0 },        { "7", 1, 7 },
    { "-3", 1, -3 },      { "9223372036854775807", 1, INT64_MAX },
    { "-9223372036854775808", 1, INT64_MIN },
    { "007", 0, 0 },      { "+7", 0, 0 },
    { "-0", 0, 0 },       { "-", 0, 0 },
    { "", 0, 0 },         { " 7", 0, 0 },
    { "7 ", 0, 0 },       { "7.0", 0, 0 },
    { "1e3", 0, 0 },      { "9223372036854775808", 0, 0 },
    { "A-12", 0, 0 },     { "0x10", 0, 0 },
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    crm__key key = crm__key_from(cases[i].text, strlen(cases[i].text));
    assert_int_equal(key.text == NULL, cases[i].is_integer);
    if (cases[i].is_integer) {
      assert_true(key.integer == cases[i].value);
      assert_int_equal(key.length, 0);
    } else {
      assert_ptr_equal(key.text, cases[i].text);
      assert_int_equal(key.length, strlen(cases[i].text));
    }
  }
  assert_non_null(crm__key_from(NULL, 0).text);
}

static void keys_compare_integers_before_texts(void **state)
{
  static const char *const texts[] = { "", "A", "A\x01", "AA", "B", "a", "\xC3\xA4" };
  (void)state;
  assert_int_equal(crm__key_compare(integer(-5), integer(3)), -1);
  assert_int_equal(crm__key_compare(integer(INT64_MAX), integer(INT64_MIN)), 1);
  assert_int_equal(crm__key_compare(integer(3), integer(3)), 0);
  assert_int_equal(crm__key_compare(integer(INT64_MAX), text("")), -1);
  assert_int_equal(crm__key_compare(text(""), integer(INT64_MIN)), 1);
  for (int i = 0; i < 7; i++) {
    for (int j = 0; j < 7; j++) {
      assert_int_equal(crm__key_compare(text(texts[i]), text(texts[j])), (i > j) - (i < j));
    }
  }
}

static void ids_are_dense_in_order_of_first_sight(void **state)
{
  uint32_t space = 99;
  (void)state;
  assert_int_equal(crm__intern_find(&intern, 0, integer(0)), CRM__NONE);
  assert_int_equal(crm__intern_find(&intern, 0, text("")), CRM__NONE);
  assert_int_equal(fault.calls, 0);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(0)), 0);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("")), 1);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("C-1")), 2);
  assert_int_equal(crm__intern_add(&intern, &memory, 5, integer(0)), 3);
  assert_int_equal(crm__intern_add(&intern, &memory, 5, text("C-1")), 4);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(0)), 0);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("")), 1);
  assert_int_equal(crm__intern_find(&intern, 5, text("C-1")), 4);
  assert_int_equal(crm__intern_find(&intern, 4, text("C-1")), CRM__NONE);
  assert_int_equal(crm__intern_find(&intern, 0, crm__key_none()), CRM__NONE);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, crm__key_none()), CRM__NONE);
  assert_int_equal(intern.count, 5);
  assert_true(same(crm__intern_key(&intern, 4, &space), text("C-1")));
  assert_int_equal(space, 5);
  assert_true(same(crm__intern_key(&intern, 0, &space), integer(0)));
  assert_int_equal(space, 0);
}

static void every_length_and_padding_is_told_apart(void **state)
{
  char bytes[300];
  uint32_t next = 0;
  (void)state;
  /* Zeros, which are what short texts are padded with, and one byte that differs at each place. */
  memset(bytes, 0, sizeof bytes);
  for (size_t length = 0; length < 60; length++) {
    crm__key key = { bytes, length, 0 };
    assert_int_equal(crm__intern_add(&intern, &memory, 0, key), next++);
    for (size_t at = 0; at < length; at++) {
      bytes[at] = 'x';
      assert_int_equal(crm__intern_add(&intern, &memory, 0, key), next++);
      bytes[at] = 0;
    }
  }
  next = 0;
  for (size_t length = 0; length < 60; length++) {
    crm__key key = { bytes, length, 0 };
    assert_int_equal(crm__intern_find(&intern, 0, key), next);
    assert_true(same(crm__intern_key(&intern, next++, NULL), key));
    for (size_t at = 0; at < length; at++) {
      bytes[at] = 'x';
      assert_int_equal(crm__intern_find(&intern, 0, key), next);
      assert_true(same(crm__intern_key(&intern, next++, NULL), key));
      bytes[at] = 0;
    }
  }
}

static void every_space_below_2_to_31_is_told_apart(void **state)
{
  static const uint32_t spaces[] = { 0,          1,          2,          0x07FFFFFD, 0x07FFFFFE,
                                     0x07FFFFFF, 0x08000000, 0x08000001, 0x7FFFFFFE, 0x7FFFFFFF };
  static const char long_text[] = "a text that is longer than sixteen bytes";
  uint32_t space;
  (void)state;
  for (uint32_t i = 0; i < 10; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, spaces[i], integer(4)), 3 * i);
    assert_int_equal(crm__intern_add(&intern, &memory, spaces[i], text("short")), 3 * i + 1);
    assert_int_equal(crm__intern_add(&intern, &memory, spaces[i], text(long_text)), 3 * i + 2);
  }
  /* Through a few growths. */
  for (int i = 0; i < 1000; i++) {
    char name[40] = "a name that is long enough  ";
    name[27] = (char)('A' + i % 50);
    name[28] = (char)('A' + i / 50);
    (void)crm__intern_add(&intern, &memory, 3, text(name));
    (void)crm__intern_add(&intern, &memory, 3, text(name + 20));
    (void)crm__intern_add(&intern, &memory, 3, integer(i));
  }
  for (uint32_t i = 0; i < 10; i++) {
    assert_int_equal(crm__intern_find(&intern, spaces[i], integer(4)), 3 * i);
    assert_int_equal(crm__intern_find(&intern, spaces[i], text("short")), 3 * i + 1);
    assert_int_equal(crm__intern_find(&intern, spaces[i], text(long_text)), 3 * i + 2);
    (void)crm__intern_key(&intern, 3 * i + 2, &space);
    assert_int_equal(space, spaces[i]);
  }
  /* So many of one text that their chains run into each other. */
  crm__intern_truncate(&intern, 0);
  for (uint32_t i = 0; i < 2000; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0x10000000 + i, text("short")), i);
  }
  for (uint32_t i = 0; i < 2000; i++) {
    assert_int_equal(crm__intern_find(&intern, 0x10000000 + i, text("short")), i);
  }
  assert_int_equal(crm__intern_add(&intern, &memory, UINT32_C(0x80000000), integer(4)), CRM__NONE);
  assert_int_equal(crm__intern_add(&intern, &memory, UINT32_C(0x80000000), text("short")), CRM__NONE);
}

/* A plain list of what was added, searched from its begin. */
#define MODEL_MOST 3000

typedef struct model_key {
  uint32_t space;
  crm__key key;
  char bytes[48];
} model_key;

static model_key model[MODEL_MOST];
static uint32_t model_count;

static uint32_t model_find(uint32_t space, crm__key key)
{
  for (uint32_t i = 0; i < model_count; i++) {
    if (model[i].space == space && same(model[i].key, key)) {
      return i;
    }
  }
  return CRM__NONE;
}

static uint32_t model_add(uint32_t space, crm__key key)
{
  uint32_t id = model_find(space, key);
  if (id == CRM__NONE) {
    id = model_count++;
    assert_true(id < MODEL_MOST);
    model[id].space = space;
    model[id].key = key;
    if (key.text != NULL) {
      memcpy(model[id].bytes, key.text, key.length);
      model[id].key.text = model[id].bytes;
    }
  }
  return id;
}

/* A key that is likely to be there already, or to look like one. */
static crm__key random_key(char *bytes)
{
  crm__key key = { NULL, 0, 0 };
  uint64_t shape = next_random() % 8;
  if (shape < 3) {
    key.integer = (int64_t)(next_random() % 300) - 150;
    if (shape == 0) {
      key.integer = (int64_t)(next_random() % 40) << (next_random() % 58);
    }
    return key;
  }
  key.text = bytes;
  key.length = shape == 3 ? next_random() % 4 : shape == 4 ? 14 + next_random() % 5 : next_random() % 48;
  for (size_t i = 0; i < key.length; i++) {
    bytes[i] = shape == 5 ? (char)(next_random() % 3) : 'k';
  }
  if (key.length > 0) {
    bytes[next_random() % key.length] = (char)('a' + next_random() % 6);
    bytes[key.length - 1] = (char)('a' + next_random() % 4);
  }
  return key;
}

static void assert_is_model(void)
{
  assert_int_equal(intern.count, model_count);
  for (uint32_t id = 0; id < model_count; id++) {
    uint32_t space;
    crm__key key = crm__intern_key(&intern, id, &space);
    assert_true(same(key, model[id].key));
    assert_int_equal(space, model[id].space);
    assert_int_equal(crm__intern_find(&intern, space, model[id].key), id);
  }
}

static void it_is_what_a_list_is(void **state)
{
  (void)state;
  for (int round = 0; round < 12; round++) {
    crm__intern_truncate(&intern, 0);
    model_count = 0;
    for (int step = 0; step < 2500; step++) {
      char bytes[48];
      crm__key key = random_key(bytes);
      uint32_t space = (uint32_t)(next_random() % 3);
      assert_int_equal(crm__intern_find(&intern, space, key), model_find(space, key));
      assert_int_equal(crm__intern_add(&intern, &memory, space, key), model_add(space, key));
      if (next_random() % 200 == 0) {
        model_count = next_random() % 3 == 0 ? (uint32_t)(next_random() % (model_count + 1))
                                             : model_count - model_count / 10;
        crm__intern_truncate(&intern, model_count);
        assert_is_model();
      }
    }
    assert_is_model();
    test_fault_check(&fault);
  }
}

static void forgetting_leaves_no_trace(void **state)
{
  uint64_t arena;
  (void)state;
  for (int i = 0; i < 500; i++) {
    (void)crm__intern_add(&intern, &memory, 0, integer(i * 1000003));
  }
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("the first of the long texts")), 500);
  arena = intern.arena_used;
  for (int i = 0; i < 3000; i++) {
    char name[48] = "another of the long texts: ";
    name[27] = (char)('a' + i % 60);
    name[28] = (char)('a' + i / 60);
    (void)crm__intern_add(&intern, &memory, 0, text(name));
    (void)crm__intern_add(&intern, &memory, 0, text(name + 15));
  }
  assert_int_equal(intern.count, 6501);
  crm__intern_truncate(&intern, 9999);
  assert_int_equal(intern.count, 6501);
  fault.fail_at = fault.calls + 1;
  crm__intern_truncate(&intern, 501);
  assert_int_equal(intern.count, 501);
  assert_int_equal(intern.arena_used, arena);
  assert_int_equal(intern.text_index.count, 1);
  assert_int_equal(crm__intern_find(&intern, 0, text("the first of the long texts")), 500);
  assert_int_equal(crm__intern_find(&intern, 0, text("another of the long texts: aa")), CRM__NONE);
  /* There is room for as many again without memory. */
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("another of the long texts: ba")), 501);
  crm__intern_truncate(&intern, 0);
  assert_int_equal(intern.arena_used, 0);
  assert_int_equal(crm__intern_add(&intern, &memory, 0, text("x")), 0);
  crm__intern_truncate(&intern, 0);
  assert_int_equal(crm__intern_find(&intern, 0, text("x")), CRM__NONE);
  assert_int_equal(fault.faults, 0);
}

static void batches_give_what_single_calls_give(void **state)
{
  enum { MOST = 3000 };
  static int64_t integers[MOST];
  static crm__key keys[MOST];
  static char bytes[MOST][48];
  static uint32_t ids[MOST];
  (void)state;
  for (int round = 0; round < 60; round++) {
    uint64_t count = round < 50 ? (uint64_t)(round * 2) : next_random() % MOST;
    crm__intern single;
    crm__intern_open(&single);
    crm__intern_truncate(&intern, 0);
    for (uint64_t i = 0; i < count; i++) {
      integers[i] = (int64_t)(next_random() % (count * 2)) * 7919;
      keys[i] = next_random() % 10 == 0 ? crm__key_none() : random_key(bytes[i]);
    }
    assert_int_equal(crm__intern_add_integers(&intern, &memory, 1, integers, count, ids), count);
    for (uint64_t i = 0; i < count; i++) {
      assert_int_equal(ids[i], crm__intern_add(&single, &memory, 1, integer(integers[i])));
    }
    assert_int_equal(crm__intern_add_keys(&intern, &memory, 2, keys, count, ids), count);
    for (uint64_t i = 0; i < count; i++) {
      assert_int_equal(ids[i], crm__intern_add(&single, &memory, 2, keys[i]));
    }
    assert_int_equal(intern.count, single.count);
    crm__intern_close(&single, &memory);
  }
}

static void a_batch_without_memory_says_how_far_it_came(void **state)
{
  enum { MOST = 2000 };
  static int64_t integers[MOST];
  static uint32_t ids[MOST];
  uint64_t done;
  (void)state;
  for (int i = 0; i < MOST; i++) {
    integers[i] = i * INT64_C(7000000001);
  }
  fault.fail_at = 12;
  done = crm__intern_add_integers(&intern, &memory, 0, integers, MOST, ids);
  assert_int_equal(fault.faults, 1);
  assert_true(done > 0 && done < MOST);
  assert_int_equal(intern.count, done);
  for (uint64_t i = 0; i < done; i++) {
    assert_int_equal(ids[i], i);
  }
  crm__intern_truncate(&intern, 0);
  fault.fail_at = 0;
  assert_int_equal(crm__intern_add_integers(&intern, &memory, 0, integers, MOST, ids), MOST);
}

/* Keys in regular patterns must spread as random ones do: no chain that a table of random keys would not have. */
static void regular_keys_spread(void **state)
{
  (void)state;
  for (int pattern = 0; pattern < 72; pattern++) {
    uint32_t places[256] = { 0 };
    for (int64_t i = 0; i < 4096; i++) {
      char name[24] = "CUST-000000000000";
      uint64_t words[2];
      uint64_t hash;
      if (pattern < 52) {
        hash = crm__hash_integer(CRM__HASH_SEED, 0, (int64_t)((uint64_t)i << pattern));
      } else if (pattern < 62) {
        hash = crm__hash_integer(CRM__HASH_SEED, (uint32_t)i << (pattern - 52), 7);
      } else {
        for (int digit = 0; digit < 4; digit++) {
          name[pattern - 59 + digit] = (char)('0' + (i >> (3 * digit) & 7));
        }
        memcpy(words, name, sizeof words);
        hash = crm__hash_short(CRM__HASH_SEED, 0, words, 16);
      }
      places[hash >> 56]++;
    }
    /* 16 are expected in each of 256 places; 45 by chance is less likely than 10^-8 a place. */
    for (int place = 0; place < 256; place++) {
      assert_true(places[place] < 45);
    }
  }
}

/* Keys chosen so that all of them lead to the same slot make the table take another seed. */
static void chosen_keys_do_not_make_chains(void **state)
{
  enum { MOST = 1200 };
  static int64_t integers[MOST];
  static char texts[MOST][24];
  uint64_t found = 0;
  (void)state;
  for (int64_t i = 0; found < MOST; i++) {
    if (crm__hash_integer(intern.integer_index.seed, 0, i) >> 52 == 0) {
      integers[found++] = i;
    }
  }
  for (uint32_t i = 0; i < MOST; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(integers[i])), i);
  }
  assert_int_equal(intern.integer_index.reseeds, 1);
  found = 0;
  for (uint64_t i = 0; found < MOST; i++) {
    char *name = texts[found];
    memcpy(name, "text-0000000000000000", 22);
    for (int digit = 0; digit < 14; digit++) {
      name[6 + digit] = (char)('a' + (i >> (2 * digit) & 3));
    }
    if (crm__hash_long(intern.text_index.seed, 0, name, 21) >> 52 == 0) {
      found++;
    }
  }
  for (uint32_t i = 0; i < MOST; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, text(texts[i])), MOST + i);
  }
  assert_int_equal(intern.text_index.reseeds, 1);
  for (uint32_t i = 0; i < MOST; i++) {
    assert_int_equal(crm__intern_find(&intern, 0, integer(integers[i])), i);
    assert_int_equal(crm__intern_find(&intern, 0, text(texts[i])), MOST + i);
    assert_true(same(crm__intern_key(&intern, MOST + i, NULL), text(texts[i])));
  }
  crm__intern_truncate(&intern, MOST + 100);
  assert_int_equal(crm__intern_find(&intern, 0, text(texts[99])), MOST + 99);
  assert_int_equal(crm__intern_find(&intern, 0, text(texts[100])), CRM__NONE);
}

/* A batch in the middle of which a table takes another seed. */
static void a_batch_goes_on_under_another_seed(void **state)
{
  enum { MOST = 1200 };
  static int64_t integers[MOST];
  static crm__key keys[MOST];
  static uint32_t ids[MOST];
  uint64_t found = 0;
  (void)state;
  for (int64_t i = 0; found < MOST; i++) {
    if (crm__hash_integer(intern.integer_index.seed, 0, i) >> 52 == 0) {
      keys[found] = integer(i);
      integers[found++] = i;
    }
  }
  for (int kind = 0; kind < 2; kind++) {
    crm__intern_close(&intern, &memory);
    assert_int_equal(kind == 0 ? crm__intern_add_integers(&intern, &memory, 0, integers, MOST, ids)
                               : crm__intern_add_keys(&intern, &memory, 0, keys, MOST, ids), MOST);
    assert_int_equal(intern.integer_index.reseeds, 1);
    for (uint32_t i = 0; i < MOST; i++) {
      assert_int_equal(ids[i], i);
      assert_int_equal(crm__intern_find(&intern, 0, integer(integers[i])), i);
    }
  }
}

/* Keys by number, in the patterns that numbers are given in. */
enum { DENSE, NEARLY_DENSE, TWO_CLUSTERS, DOCUMENTS, SPARSE, THIN, STRAYS, HIGHEST, LOWEST, BOTH_ENDS, PATTERNS };

static uint64_t mixed(uint64_t z)
{
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  return z ^ (z >> 27);
}

static int64_t pattern_key(int pattern, uint32_t number)
{
  int64_t n = number;
  int64_t random = (int64_t)(mixed(number + 1) >> 1);
  switch (pattern) {
  case NEARLY_DENSE: return n * 3 + (int64_t)(mixed(number) % 3) - 100000;
  case TWO_CLUSTERS: return n % 3 == 0 ? n : INT64_C(1000000000000) + n;
  case DOCUMENTS: return INT64_C(31625220889) + n;
  case SPARSE: return n % 2 == 0 ? random : -random;
  case THIN: return n * 100;
  case STRAYS: return n % 20 == 7 ? random : n * 2;
  case HIGHEST: return INT64_MAX - n;
  case LOWEST: return INT64_MIN + n;
  case BOTH_ENDS: return n % 2 == 0 ? INT64_MAX - n / 2 : INT64_MIN + n / 2;
  default: return n + 1;
  }
}

static uint64_t bytes_of_hash(uint64_t keys)
{
  uint64_t slots = 64;
  while (slots * 3 < keys * 4) {
    slots *= 2;
  }
  return slots * 16;
}

static void assert_slots_hold_the_rest(void)
{
  uint64_t known = 0;
  for (uint64_t i = 0; i < intern.window.capacity; i++) {
    known += intern.window.ids[i] != CRM__NONE;
  }
  assert_int_equal(known, intern.window.count);
  assert_true(intern.integer_index.count + intern.text_index.count + intern.run_count + known == intern.count);
}

/* What is known of each number: as an integer of space 0, of another, and as a text. */
enum { NUMBERS = 12000, KINDS = 3 };
static uint32_t known_ids[KINDS][NUMBERS];
static uint64_t known_count;

static crm__key numbered_key(int pattern, int kind, uint32_t number, char *bytes)
{
  if (kind < 2) {
    return integer(pattern_key(pattern, number));
  }
  memcpy(bytes, "number of a long text 00000", 28);
  for (int i = 26; i > 21; i--, number /= 10) {
    bytes[i] = (char)('0' + number % 10);
  }
  return text(bytes + (bytes[26] < '5' ? 0 : 15));
}

/* The id that a key must have got, or none, without memory. */
static void note(int kind, uint32_t number, uint32_t id)
{
  if (id != CRM__NONE && known_ids[kind][number] == CRM__NONE) {
    known_ids[kind][number] = (uint32_t)known_count++;
  }
  if (id == CRM__NONE) {
    assert_true(fault.faults > 0);
    assert_int_equal(known_ids[kind][number], CRM__NONE);
  }
  assert_int_equal(id, known_ids[kind][number]);
}

static void truncate_numbers(uint64_t count)
{
  crm__intern_truncate(&intern, count);
  known_count = count < known_count ? count : known_count;
  for (int kind = 0; kind < KINDS; kind++) {
    for (uint32_t i = 0; i < NUMBERS; i++) {
      if (known_ids[kind][i] != CRM__NONE && known_ids[kind][i] >= count) {
        known_ids[kind][i] = CRM__NONE;
      }
    }
  }
}

static void assert_numbers(int pattern)
{
  char bytes[48];
  uint32_t space;
  assert_int_equal(intern.count, known_count);
  assert_slots_hold_the_rest();
  for (int kind = 0; kind < KINDS; kind++) {
    for (uint32_t i = 0; i < NUMBERS; i++) {
      crm__key key = numbered_key(pattern, kind, i, bytes);
      uint32_t id = crm__intern_find(&intern, kind == 1 ? 3 : 0, key);
      assert_int_equal(id, known_ids[kind][i]);
      if (id != CRM__NONE) {
        assert_true(same(crm__intern_key(&intern, id, &space), key));
        assert_int_equal(space, kind == 1 ? 3 : 0);
      }
    }
  }
}

/* A batch of numbers of one space; texts and no keys are among them. */
static void add_batch(int pattern, int kinds, const uint32_t *numbers, uint64_t count)
{
  static crm__key keys[1000];
  static int64_t integers[1000];
  static char bytes[1000][48];
  static int batch_kinds[1000];
  static uint32_t ids[1000];
  uint32_t space = kinds > 1 && next_random() % 3 == 0 ? 3 : 0;
  int of_integers = next_random() % 2 == 0;
  uint64_t done;
  for (uint64_t i = 0; i < count; i++) {
    uint64_t chance = next_random() % 10;
    batch_kinds[i] = kinds > 2 && space == 0 && !of_integers && chance < 2 ? 2 : space == 3;
    keys[i] = numbered_key(pattern, batch_kinds[i], numbers[i], bytes[i]);
    integers[i] = pattern_key(pattern, numbers[i]);
    if (chance == 9 && !of_integers) {
      keys[i] = crm__key_none();
    }
  }
  done = of_integers ? crm__intern_add_integers(&intern, &memory, space, integers, count, ids)
                     : crm__intern_add_keys(&intern, &memory, space, keys, count, ids);
  assert_true(done == count || fault.faults > 0);
  for (uint64_t i = 0; i < done; i++) {
    if (of_integers || keys[i].text != NULL || keys[i].length == 0) {
      note(batch_kinds[i], numbers[i], ids[i]);
    } else {
      assert_int_equal(ids[i], CRM__NONE);
    }
  }
}

/* Adds about as many as there are, in some order, singly and in batches, and forgets now and then. */
static void add_numbers(int pattern, int order, int kinds, int faulty)
{
  uint32_t next = 0;
  while (next < NUMBERS) {
    uint32_t numbers[1000];
    uint32_t count = (uint32_t)(next_random() % 2 == 0 ? 1 : next_random() % 1000);
    for (uint32_t i = 0; i < count; i++, next++) {
      uint32_t place = next < NUMBERS ? next : NUMBERS - 1;
      numbers[i] = order == 0 ? place : order == 1 ? NUMBERS - 1 - place : (uint32_t)(next_random() % NUMBERS);
    }
    fault.faults = 0;
    fault.once = next_random() % 2 == 0;
    fault.fail_at = faulty && next_random() % 2 == 0 ? fault.calls + 1 + next_random() % 4 : 0;
    if (count == 1) {
      char bytes[48];
      int kind = (int)(next_random() % (uint64_t)kinds);
      crm__key key = numbered_key(pattern, kind, numbers[0], bytes);
      note(kind, numbers[0], crm__intern_add(&intern, &memory, kind == 1 ? 3 : 0, key));
    } else {
      add_batch(pattern, kinds, numbers, count);
    }
    fault.fail_at = 0;
    if (next_random() % 40 == 0) {
      truncate_numbers(next_random() % 8 == 0 ? 0 : known_count - next_random() % (known_count / 3 + 1));
      assert_slots_hold_the_rest();
    }
  }
}

static void every_pattern_is_what_a_list_is(void **state)
{
  (void)state;
  for (int round = 0; round < rounds(PATTERNS * 3 * 3 * 2); round++) {
    int pattern = round % PATTERNS;
    int order = round / PATTERNS % 3;
    int kinds = round / PATTERNS / 3 % 3 + 1;
    int faulty = round / PATTERNS / 9;
    known_count = 0;
    memset(known_ids, 0xFF, sizeof known_ids);   /* CRM__NONE */
    add_numbers(pattern, order, kinds, faulty);
    assert_numbers(pattern);
    /* The same table with other keys: its window is in the wrong place. */
    truncate_numbers(next_random() % 2 == 0 ? 0 : known_count / 50);
    if (known_count == 0) {
      pattern = (pattern + 1) % PATTERNS;
    }
    add_numbers(pattern, 2, kinds, faulty);
    add_numbers(pattern, order, kinds, 0);
    assert_numbers(pattern);
    test_fault_check(&fault);
    crm__intern_close(&intern, &memory);
    assert_int_equal(memory.used, 0);
  }
}

static void rising_and_falling_keys_are_all_in_the_window(void **state)
{
  static const int64_t bases[] = { 1, 536365, INT64_C(31625220889), -5000, INT64_MIN, INT64_MAX - 100000 };
  (void)state;
  NEEDS_USUAL_SIZES();
  for (int direction = 0; direction < 2; direction++) {
    for (int b = 0; b < 6; b++) {
      for (int64_t i = 0; i < 100000; i++) {
        int64_t key = bases[b] + (direction == 0 ? i : 99999 - i);
        if (i == 0) {   /* or they would be a run */
          assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(key ^ INT64_C(1) << 50)), 0);
        }
        assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(key)), i + 1);
        if (i % 1000 == 999) {
          assert_true(intern.window.capacity * 4 <= bytes_of_hash((uint64_t)i * 33 / 32));
          assert_true(intern.integer_index.slots == 64);
          assert_true(intern.integer_index.count + intern.window.count == (uint64_t)i + 1);
        }
      }
      assert_int_equal(intern.window.capacity, 131072);
      assert_true(intern.kinds == NULL);
      crm__intern_close(&intern, &memory);
    }
  }
}

/* Keys that begin with the first id and follow one another take no memory; what breaks the run goes elsewhere. */
static void a_run_is_known_by_its_begin(void **state)
{
  static const int64_t bases[] = { 1, -5000, INT64_MIN, INT64_MAX - 20000, INT64_MAX - 5 };
  (void)state;
  for (int b = 0; b < 5; b++) {
    uint64_t base = (uint64_t)bases[b];
    for (uint32_t i = 0; i < 10000; i++) {
      int64_t keys[3];
      uint32_t ids[3];
      keys[0] = (int64_t)(base + i);
      keys[1] = keys[0];
      keys[2] = (int64_t)(base + i / 2);
      assert_int_equal(crm__intern_add_integers(&intern, &memory, 0, keys, 3, ids), 3);
      assert_true(ids[0] == i && ids[1] == i && ids[2] == i / 2);
    }
    assert_int_equal(crm__intern_bytes(&intern), 0);
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer((int64_t)(base + 20000))), 10000);
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer((int64_t)(base + 10000))), 10001);
    assert_int_equal(crm__intern_add(&intern, &memory, 3, integer((int64_t)base)), 10002);
    assert_int_equal(crm__intern_find(&intern, 0, integer((int64_t)(base + 9999))), 9999);
    assert_int_equal(crm__intern_find(&intern, 0, integer((int64_t)(base - 1))), CRM__NONE);
    assert_true(same(crm__intern_key(&intern, 77, NULL), integer((int64_t)(base + 77))));
    assert_true(same(crm__intern_key(&intern, 10001, NULL), integer((int64_t)(base + 10000))));
    crm__intern_truncate(&intern, 500);
    assert_int_equal(crm__intern_find(&intern, 0, integer((int64_t)(base + 500))), CRM__NONE);
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer((int64_t)(base + 500))), 500);
    assert_int_equal(intern.run_count, 500);   /* spaces are kept by id now */
    crm__intern_close(&intern, &memory);
  }
}

static void numbers_in_random_order_come_into_the_window(void **state)
{
  enum { MOST = 50000 };
  static uint32_t first[MOST];
  uint32_t count = 0;
  (void)state;
  memset(first, 0xFF, sizeof first);   /* CRM__NONE */
  for (int i = 0; i < 4 * MOST; i++) {
    uint32_t number = (uint32_t)(next_random() % MOST);
    uint32_t id = crm__intern_add(&intern, &memory, 0, integer(number + 1));
    if (first[number] == CRM__NONE) {
      first[number] = count++;
      /* Far outside, and few. */
      if (count % 1000 == 0) {
        assert_int_equal(crm__intern_add(&intern, &memory, 0, integer((int64_t)count << 40)), count);
        count++;
      }
    }
    assert_int_equal(id, first[number]);
  }
  assert_int_equal(intern.window.capacity, 65536);
  assert_true(intern.window.count + 100 > count);
  assert_true(intern.integer_index.slots <= 128);
}

static void sparse_keys_have_no_window(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 100000; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(pattern_key(SPARSE, i))), i);
  }
  assert_int_equal(intern.window.capacity, 0);
  for (uint32_t i = 0; i < 100000; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer((int64_t)i * 16 - 700000)), 100000 + i);
  }
  assert_int_equal(intern.window.capacity, 0);
  assert_true(crm__intern_bytes(&intern) < 200000 * 12 + 100000 * 4 + bytes_of_hash(200001));
}

/* A window on a few keys goes to where many are. */
static void the_window_moves_to_the_larger_cluster(void **state)
{
  uint32_t id = 1;
  (void)state;
  assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(INT64_MIN)), 0);
  for (int64_t i = 0; i < 1000; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(i)), id++);
  }
  assert_true(crm__window_covers(&intern.window, 0));
  for (int64_t i = 0; i < 20000; i++) {
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(INT64_C(31625220889) + i)), id++);
  }
  assert_false(crm__window_covers(&intern.window, 0));
  assert_true(intern.window.count >= 19000);
  for (uint32_t i = 0; i < 21000; i++) {
    int64_t key = i < 1000 ? (int64_t)i : INT64_C(31625220889) + i - 1000;
    assert_int_equal(crm__intern_find(&intern, 0, integer(key)), i + 1);
  }
  assert_slots_hold_the_rest();
}

/* Without memory for the window the table goes on, and the window comes later. */
static void a_window_may_fail(void **state)
{
  (void)state;
  NEEDS_USUAL_SIZES();
  for (uint64_t call = 1; call <= 2; call++) {
    uint32_t id = 1;
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(INT64_MIN)), 0);
    while (id < 385) {
      assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(id)), id);
      id++;
    }
    assert_true(intern.value_capacity > id && intern.window.capacity == 0);
    fault.faults = 0;
    fault.once = 1;
    fault.fail_at = fault.calls + call;
    assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(id)), id);
    id++;
    assert_int_equal(fault.faults, 1);
    assert_int_equal(intern.window.capacity, 0);
    fault.fail_at = 0;
    while (id < 800) {
      assert_int_equal(crm__intern_add(&intern, &memory, 0, integer(id)), id);
      id++;
    }
    assert_int_equal(intern.window.count + intern.integer_index.count, 799);
    assert_true(intern.window.count >= 700);
    crm__intern_close(&intern, &memory);
  }
}

static void kinds_are_kept_where_they_differ(void **state)
{
  uint32_t space;
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    char name[] = "T0";
    for (uint32_t i = 0; i < 10; i++) {
      name[1] = (char)('0' + i);
      assert_int_equal(crm__intern_add(&intern, &memory, kind == 1 ? 7 : 0, kind == 2 ? text(name) : integer(i)), i);
    }
    assert_true(intern.kinds == NULL);
    assert_int_equal(crm__intern_add(&intern, &memory, 5, text("other")), 10);
    assert_non_null(intern.kinds);
    for (uint32_t i = 0; i < 10; i++) {
      name[1] = (char)('0' + i);
      assert_true(same(crm__intern_key(&intern, i, &space), kind == 2 ? text(name) : integer(i)));
      assert_int_equal(space, kind == 1 ? 7 : 0);
    }
    assert_true(same(crm__intern_key(&intern, 10, &space), text("other")));
    assert_int_equal(space, 5);
    crm__intern_close(&intern, &memory);
  }
}

static uint32_t order[MODEL_MOST];

static int compare_model(const void *a, const void *b)
{
  const model_key *x = &model[*(const uint32_t *)a];
  const model_key *y = &model[*(const uint32_t *)b];
  int result = crm__key_compare(x->key, y->key);
  return result != 0 ? result : (x->space > y->space) - (x->space < y->space);
}

static void ranks_are_places_in_key_order(void **state)
{
  static uint32_t ranks[MODEL_MOST];
  (void)state;
  assert_true(crm__intern_ranks(&intern, &memory, ranks));
  for (int round = 0; round < 10; round++) {
    crm__intern_truncate(&intern, 0);
    model_count = 0;
    for (int step = 0; step < 1 << round; step++) {
      for (int i = 0; i < 3; i++) {
        char bytes[48];
        crm__key key = random_key(bytes);
        uint32_t space = (uint32_t)(next_random() % 4);
        (void)model_add(space, key);
        (void)crm__intern_add(&intern, &memory, space, key);
      }
    }
    for (uint32_t i = 0; i < model_count; i++) {
      order[i] = i;
    }
    qsort(order, model_count, sizeof *order, compare_model);
    assert_true(crm__intern_ranks(&intern, &memory, ranks));
    for (uint32_t i = 0; i < model_count; i++) {
      assert_int_equal(ranks[order[i]], i);
    }
  }
}

static int scenario(const crm_config *config, void *user)
{
  crm__memory scratch;
  crm__intern table;
  uint32_t ranks[600];
  crm_status status = crm__memory_open(&scratch, config, NULL);
  (void)user;
  crm__intern_open(&table);
  for (int i = 0; i < 200 && status == CRM_OK; i++) {
    char name[32] = "a text of the arena    ";
    uint64_t before = table.count;
    name[20] = (char)('a' + i % 26);
    name[21] = (char)('a' + i / 26);
    if (crm__intern_add(&table, &scratch, 0, integer(i)) == CRM__NONE ||
        crm__intern_add(&table, &scratch, 0, text(name)) == CRM__NONE ||
        crm__intern_add(&table, &scratch, 0, text(name + 15)) == CRM__NONE) {
      status = CRM_ERROR_MEMORY;
      crm__intern_truncate(&table, before);
      assert_int_equal(crm__intern_find(&table, 0, integer(i)), CRM__NONE);
      assert_int_equal(crm__intern_find(&table, 0, integer(i - 1)), before != 0 ? before - 3 : CRM__NONE);
    }
  }
  if (status == CRM_OK && !crm__intern_ranks(&table, &scratch, ranks)) {
    status = CRM_ERROR_MEMORY;
  }
  assert_int_equal(scratch.used, crm__intern_bytes(&table));
  crm__intern_close(&table, &scratch);
  return status;
}

static void every_allocation_may_fail(void **state)
{
  (void)state;
  NEEDS_USUAL_SIZES();
  test_fault_drive(scenario, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_of_canonical_integers_are_integers),
    cmocka_unit_test(keys_compare_integers_before_texts),
    cmocka_unit_test_setup_teardown(ids_are_dense_in_order_of_first_sight, set_up, tear_down),
    cmocka_unit_test_setup_teardown(every_length_and_padding_is_told_apart, set_up, tear_down),
    cmocka_unit_test_setup_teardown(every_space_below_2_to_31_is_told_apart, set_up, tear_down),
    cmocka_unit_test_setup_teardown(it_is_what_a_list_is, set_up, tear_down),
    cmocka_unit_test_setup_teardown(forgetting_leaves_no_trace, set_up, tear_down),
    cmocka_unit_test_setup_teardown(batches_give_what_single_calls_give, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_batch_without_memory_says_how_far_it_came, set_up, tear_down),
    cmocka_unit_test(regular_keys_spread),
    cmocka_unit_test_setup_teardown(chosen_keys_do_not_make_chains, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_batch_goes_on_under_another_seed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(every_pattern_is_what_a_list_is, set_up, tear_down),
    cmocka_unit_test_setup_teardown(rising_and_falling_keys_are_all_in_the_window, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_run_is_known_by_its_begin, set_up, tear_down),
    cmocka_unit_test_setup_teardown(numbers_in_random_order_come_into_the_window, set_up, tear_down),
    cmocka_unit_test_setup_teardown(sparse_keys_have_no_window, set_up, tear_down),
    cmocka_unit_test_setup_teardown(the_window_moves_to_the_larger_cluster, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_window_may_fail, set_up, tear_down),
    cmocka_unit_test_setup_teardown(kinds_are_kept_where_they_differ, set_up, tear_down),
    cmocka_unit_test_setup_teardown(ranks_are_places_in_key_order, set_up, tear_down),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
