/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "fuzz/script.h"

#include <stdlib.h>
#include <string.h>

/* Bytes as a sequence of calls: sales, new versions, returns, voids, rows of other tables, loads that are undone or
 * refused, merges, erased and forgotten customers, sales posted at a till that moves on; the store's file is opened
 * again, copied, compacted and salvaged, and its disk fails and loses its power. In between and in the end the store
 * has to verify, money of each customer has to be the model's, the till has to say what a pyramid says, and a fresh
 * store that gets the model's facts at once, backwards, has to answer the same. */

#define CALLS 80
#define CHECKED 20   /* calls between two looks at everything */

static void begin(world *w)
{
  memset(w->posted, 0, sizeof w->posted);
  model_clear(&w->facts);
  w->window = fuzz_below(&w->in, 3);
  w->days = 1 + fuzz_below(&w->in, 200);
  w->ties = fuzz_below(&w->in, 2);
  w->as_of = script_instant(100 + fuzz_below(&w->in, 150));
  w->disk = test_disk_create(CRM_IO_LOCKS | CRM_IO_ATOMIC_REPLACE | CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER |
                             CRM_IO_NAMES_SURVIVE);
  test_disk_io(w->disk, &w->io);
  w->store = script_open(w, CRM_FILE_CREATE, CRM_CONTENT_ALL, SCRIPT_PATH);
  script_open_till(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const crm_io io = CRM_IO_INIT;
  world *w = fuzz_room(sizeof *w);
  int32_t calls = 0;
  memset(w, 0, sizeof *w);
  w->io = io;
  w->in.at = data;
  w->in.left = size;
  begin(w);
  while (w->in.left > 0 && calls++ < CALLS) {
    if (fuzz_below(&w->in, 8) == 0) {
      script_file(w);
    } else {
      script_fact(w);
    }
    if (calls % CHECKED == 0) {
      script_check(w);
    }
  }
  script_check(w);
  crm_till_free(w->till);
  crm_store_free(w->store);
  NEED(test_disk_open(w->disk) == 0);
  test_disk_free(w->disk);
  free(w);
  return 0;
}
