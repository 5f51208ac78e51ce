/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "base/intern_table.h"
#include "base/prefetch.h"

/* Batches of keys of both kinds. */

#define AHEAD CRM__INTERN_AHEAD
#define WINDOW_AHEAD CRM__SIZE(16, 2)      /* keys of a batch whose entries in the window are asked for ahead */
#define STRETCH CRM__SIZE(256, 3)          /* keys of a batch that go to the tables before the window is tried again */

/* Makes a key of a batch ready, of an integer its hash alone, and asks for its slot. */
static void prepare(const crm__intern *intern, uint32_t space, const crm__key *key, crm__text_probe *probe)
{
  if (key->text != NULL) {
    crm__text_prepare(probe, intern->text_index.seed, space, key->text, key->length);
    if (intern->text_slots != NULL) {
      CRM__PREFETCH(&intern->text_slots[probe->hash >> intern->text_index.shift]);
    }
  } else {
    probe->hash = crm__hash_integer(intern->integer_index.seed, space, key->integer);
    CRM__PREFETCH(crm__intern_integer_place(intern, space, key->integer, probe->hash));
  }
}

/* How many keys at the begin of a batch are the window's, or none at all; they are done. A key that there is no memory
 * for is not. */
static uint64_t window_keys(crm__intern *intern, crm__memory *memory, const crm__key *keys, uint64_t count,
                            uint32_t *ids)
{
  uint64_t i;

  for (i = 0; i < count && keys[i].text == NULL; i++) {
    if (i + WINDOW_AHEAD < count && crm__window_covers(&intern->window, keys[i + WINDOW_AHEAD].integer)) {
      CRM__PREFETCH(crm__window_at(&intern->window, keys[i + WINDOW_AHEAD].integer));
    }
    ids[i] = CRM__NONE;
    if (keys[i].length == 0) {
      if (!crm__window_covers(&intern->window, keys[i].integer)) {
        return i;
      }
      ids[i] = crm__intern_window_add(intern, memory, keys[i].integer);
      if (ids[i] == CRM__NONE) {
        return i;
      }
    }
  }
  return i;
}

/* Adds a key that has been made ready. */
static uint32_t add(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *key,
                    crm__text_probe *probe)
{
  return key->text != NULL ? crm__text_add(intern, memory, probe)
                           : crm__integer_add(intern, memory, space, key->integer, probe->hash);
}

/* A key's slot is asked for 2 * AHEAD keys ahead, the record that the slot names AHEAD keys ahead. */
static uint64_t table_keys(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *keys,
                           uint64_t count, uint32_t *ids)
{
  crm__text_probe probes[2 * AHEAD];
  uint32_t reseeds = intern->integer_index.reseeds + intern->text_index.reseeds;
  uint64_t i;

  for (i = 0; i < count + 2 * AHEAD; i++) {
    if (i >= 2 * AHEAD) {
      uint64_t done = i - 2 * AHEAD;
      const crm__key *key = &keys[done];
      int none = key->text == NULL && key->length != 0;
      if (none || reseeds != intern->integer_index.reseeds + intern->text_index.reseeds) {
        ids[done] = crm__intern_add(intern, memory, space, *key);
      } else {
        ids[done] = add(intern, memory, space, key, &probes[done % (2 * AHEAD)]);
      }
      if (ids[done] == CRM__NONE && !none) {
        return done;
      }
    }
    if (i < count) {
      prepare(intern, space, &keys[i], &probes[i % (2 * AHEAD)]);
    }
    if (i >= AHEAD && i - AHEAD < count && keys[i - AHEAD].text != NULL) {
      crm__text_foresee(intern, &probes[(i - AHEAD) % (2 * AHEAD)]);
    }
  }
  return count;
}

uint64_t crm__intern_add_keys(crm__intern *intern, crm__memory *memory, uint32_t space, const crm__key *keys,
                              uint64_t count, uint32_t *ids)
{
  uint64_t done = 0;

  while (done < count) {
    uint64_t stretch = count - done;
    uint64_t added;
    if (space == 0 && intern->window.count != 0) {
      done += window_keys(intern, memory, keys + done, stretch, ids + done);
      stretch = count - done < STRETCH ? count - done : STRETCH;
    }
    added = table_keys(intern, memory, space, keys + done, stretch, ids + done);
    done += added;
    if (added < stretch) {
      return done;
    }
  }
  return count;
}
