/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file/handle.h"
#include "store/saved_file.h"
#include "support/disk.h"
#include "support/trials.h"

#define DURABLE (CRM_IO_SURVIVES_PROCESS | CRM_IO_SURVIVES_POWER | CRM_IO_NAMES_SURVIVE)
#define ALL_CAPS (DURABLE | CRM_IO_ATOMIC_REPLACE | CRM_IO_LOCKS)
#define PATH "unit.crm"
#define COPY "copy.crm"
#define SCRATCH "scratch.crm"
#define ROOM ((size_t)32 << 20)   /* bytes of a file that what was not made is made again from */
#define SEEDS 2                   /* ways in which power is lost at a point */
#define LARGE ((size_t)128 << 10)   /* bytes of a file that takes long */
#define RENEWALS 100              /* compactions of the file of one store */

crm_status __real_crm_store_create(const crm_config *config, const crm_store_options *options, crm_store **store,
                                   crm_error *error);
void __real_crm_store_free(crm_store *store);
void __wrap_crm_store_free(crm_store *store);
int __real_crm__slice_take(crm_load *load, int32_t table, int64_t count);
int __wrap_crm__slice_take(crm_load *load, int32_t table, int64_t count);
crm_status __real_crm__capture_file(crm_load *load, const char *name, crm_error *error);
crm_status __wrap_crm__capture_file(crm_load *load, const char *name, crm_error *error);

/* What processes tell the one that made them. */
typedef struct told {
  uint64_t counts[TEST_DISK_KINDS + 1];
  uint64_t before;      /* digests of what is in the file */
  uint64_t after;
  crm_status status;    /* without a fault */
  int good;             /* there is something to try */
  size_t size;          /* of the file after it, 0: too long */
  char wrong[1024];
  unsigned char bytes[ROOM];
} told;

/* A store that was made in a file. */
typedef struct made {
  struct made *next;
  crm_store *store;
  test_disk *disk;
  int changes;
  int renewals;
} made;

typedef crm_status (*other_call)(void);

static struct {
  int asked;
  uint64_t wanted;        /* points of each call */
  uint64_t calls;
  uint64_t points;
  uint64_t losses;        /* points at which power was lost */
  told *told;
  made *made;
  int trying;
  uint64_t total;         /* points of the call that is tried */
  uint64_t limit;
  uint64_t next;
  uint64_t others;
  int commits;            /* it is the end of a load */

  /* in a process of its own */
  crm_store *store;
  crm_load *load;
  test_disk *disk;        /* that fails */
  test_disk *image;       /* as it was */
  const char *path;
  const crm_load *named;  /* a load of which the file holds the names of files */
  int kind;               /* 0: none fails */
  uint64_t at;
  int64_t version;
  int handles;
  int again;              /* what a file holds is done again */
  int reads;              /* the call reads the file */
  crm_store *opened;
} state;

/* ---- asked for ---- */

static void say_points(void)
{
  printf("disk points tried: %llu\n", (unsigned long long)state.points);
  printf("power points tried: %llu\n", (unsigned long long)state.losses);
}

uint64_t test_trials(void)
{
  if (!state.asked) {
    const char *text = getenv("LIBCRM_TEST_DISK");
    state.asked = 1;
    state.wanted = text != NULL ? (uint64_t)strtoul(text, NULL, 10) : 0;
    if (state.wanted > 0) {
      void *shared = mmap(NULL, sizeof *state.told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
      if (shared == MAP_FAILED) {
        abort();
      }
      state.told = shared;
      (void)atexit(say_points);
    }
  }
  return state.wanted;
}

/* ---- stores in files ---- */

static made *made_of(const crm_store *store)
{
  made *found = state.made;
  while (found != NULL && found->store != store) {
    found = found->next;
  }
  return found;
}

crm_status test_trial_store(const crm_config *config, const crm_store_options *options, crm_store **store,
                            crm_error *error)
{
  crm_file_options file = CRM_FILE_OPTIONS_INIT;
  crm_io io;
  made *own;
  crm_status status;
  if (test_trials() == 0 || config != NULL || store == NULL) {
    return __real_crm_store_create(config, options, store, error);
  }
  own = calloc(1, sizeof *own);
  if (own == NULL) {
    abort();
  }
  own->disk = test_disk_create(ALL_CAPS);
  test_disk_io(own->disk, &io);
  file.mode = CRM_FILE_CREATE;
  file.durability = CRM_DURABILITY_POWER_LOSS;
  file.io = &io;
  file.store = options;
  status = crm_store_open(NULL, &file, PATH, store, error);
  if (status != CRM_OK) {
    test_disk_free(own->disk);
    free(own);
    return status;
  }
  own->store = *store;
  own->next = state.made;
  state.made = own;
  return CRM_OK;
}

void __wrap_crm_store_free(crm_store *store)
{
  made *own = store != NULL ? made_of(store) : NULL;
  __real_crm_store_free(store);
  if (own != NULL) {
    made **place = &state.made;
    while (*place != own) {
      place = &(*place)->next;
    }
    *place = own->next;
    if (test_disk_open(own->disk) != 0) {
      fail_msg("the file of a store that is freed is still open");
    }
    test_disk_free(own->disk);
    free(own);
  }
}

/* ---- in a process of its own ---- */

static void wrong(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(state.told->wrong, sizeof state.told->wrong, format, arguments);
  va_end(arguments);
  _exit(1);
}

static crm_file_options options_of(const crm_io *io, int32_t mode)
{
  crm_file_options options = CRM_FILE_OPTIONS_INIT;
  options.io = io;
  options.mode = mode;
  return options;
}

/* What a store is, by what saving it writes. */
static uint64_t digest_store(const crm_store *store)
{
  test_disk *disk = test_disk_create(ALL_CAPS);
  crm_error error = CRM_ERROR_INIT;
  crm_file_options options;
  crm__memory memory;
  crm__scan *scan = NULL;
  crm__frame frame;
  crm_io io;
  uint64_t digest = 14695981039346656037U;
  int found = 1;
  int intact = 1;
  test_disk_io(disk, &io);
  options = options_of(&io, CRM_FILE_READ);
  if (crm_store_save(store, &options, SCRATCH, &error) != CRM_OK || crm__memory_open(&memory, NULL, &error) != CRM_OK
      || crm__scan_open(&memory, &io, SCRATCH, &scan, &error) != CRM_OK) {
    wrong("it cannot be saved: %s", error.message);
  }
  while (crm__scan_next(scan, &frame, &found, &intact, NULL) == CRM_OK && found) {
    if (frame.kind > CRM__FRAME_OWN) {
      digest = (digest ^ frame.kind ^ frame.length) * 1099511628211U;
      digest = (digest ^ frame.checksum) * 1099511628211U;
    }
  }
  crm__scan_close(scan);
  test_disk_free(disk);
  return digest;
}

static crm_status open_file(test_disk *disk, const char *path, int32_t mode, crm_store **store, crm_error *error)
{
  crm_io io;
  crm_file_options options;
  test_disk_io(disk, &io);
  options = options_of(&io, mode);
  return crm_store_open(NULL, &options, path, store, error);
}

/* What is in a file. 0: it cannot be opened, or does not verify; the error says why. */
static int digest_file(test_disk *disk, const char *path, uint64_t *digest, crm_error *error)
{
  crm_store *store = NULL;
  int handles = test_disk_open(disk);
  crm_status status = open_file(disk, path, CRM_FILE_READ, &store, error);
  status = status == CRM_OK ? crm_store_verify(store, error) : status;
  if (status == CRM_OK) {
    *digest = digest_store(store);
  }
  crm_store_free(store);
  if (test_disk_open(disk) != handles) {
    wrong("a file stays open");
  }
  return status == CRM_OK;
}

/* What is found on a disk has to be the store before the call or after it. Answers whether it is after it. */
static int find(test_disk *disk, int before, int after, const char *what)
{
  crm_error error = CRM_ERROR_INIT;
  uint64_t digest = 0;
  if (!digest_file(disk, state.path, &digest, &error)) {
    wrong("%s, the file is not whole: %s", what, error.message);
  }
  if (!(before && digest == state.told->before) && !(after && digest == state.told->after)) {
    wrong("%s, the file holds %s", what, digest == state.told->before  ? "what was there before the call"
                                         : digest == state.told->after ? "what the call has not done"
                                                                       : "something else");
  }
  return digest == state.told->after;
}

/* Rows that are done again are written again too: reading a file alone does not. */
int __wrap_crm__slice_take(crm_load *load, int32_t table, int64_t count)
{
  return (!state.again || load->capture == NULL || crm__capture_slice(load, table, count, NULL) == CRM_OK)
         && __real_crm__slice_take(load, table, count);
}

crm_status __wrap_crm__capture_file(crm_load *load, const char *name, crm_error *error)
{
  state.named = load;
  return __real_crm__capture_file(load, name, error);
}

static crm_status repeat_frames(crm_store *store, crm__journal *journal, uint64_t commit, crm_error *error)
{
  crm__replay replay = { NULL, NULL, 1 };   /* lenient: one that compares writes nothing */
  crm_status status = CRM_OK;
  uint64_t i;
  replay.store = store;
  for (i = 1; status == CRM_OK && i < crm__journal_frames(journal); i++) {
    const crm__frame *frame = crm__journal_frame(journal, i);
    crm__view view;
    if (frame->commit > commit) {
      status = crm__journal_view(journal, frame, 1, &view, error);
      status = status == CRM_OK ? crm__replay_frame(&replay, frame->kind, view.bytes, view.size, error) : status;
    }
  }
  return status;
}

/* Does in a store what the file after the call has more than it. 0: that has been put together with the rest. */
static int repeat(crm_store *store)
{
  test_disk *disk = test_disk_create(ALL_CAPS);
  crm__journal_options options;
  crm__journal_info info;
  crm__journal *journal = NULL;
  crm__memory memory;
  crm_error error = CRM_ERROR_INIT;
  crm_status status;
  crm_io io;
  int there;
  test_disk_io(disk, &io);
  test_disk_put(disk, PATH, state.told->bytes, state.told->size);
  memset(&options, 0, sizeof options);
  options.io = &io;
  options.path = PATH;
  options.mode = CRM__JOURNAL_READ;
  status = crm__memory_open(&memory, NULL, &error);
  status = status == CRM_OK ? crm__journal_open(&memory, &options, &journal, &error) : status;
  if (status != CRM_OK) {
    wrong("the file after the call cannot be opened: %s", error.message);
  }
  crm__journal_info_get(store->saved->journal, &info);
  there = crm__journal_frame(journal, 0)->commit <= info.commit;
  state.again = 1;
  status = there ? repeat_frames(store, journal, info.commit, &error) : CRM_OK;
  state.again = 0;
  if (status != CRM_OK) {
    wrong("done again it is refused: %s", error.message);
  }
  crm__journal_close(journal);
  test_disk_free(disk);
  return there;
}

/* Who opens what is left can do what has not been done. */
static void finish(test_disk *left)
{
  crm_error error = CRM_ERROR_INIT;
  crm_store *store = NULL;
  int done;
  if (state.told->status != CRM_OK || state.told->size == 0 || (state.load != NULL && state.load == state.named)) {
    return;
  }
  if (open_file(left, state.path, CRM_FILE_WRITE, &store, &error) != CRM_OK) {
    wrong("what is left cannot be opened to be written: %s", error.message);
  }
  done = repeat(store);
  if (done && digest_store(store) != state.told->after) {
    wrong("done again it gives something else");
  }
  crm_store_free(store);
  if (done) {
    (void)find(left, 0, 1, "done again");
  }
}

/* ---- a call that writes ---- */

test_trial_target test_trial_of_store(crm_store *store)
{
  test_trial_target target = { NULL, NULL };
  target.store = store;
  return target;
}

test_trial_target test_trial_of_load(crm_load *load)
{
  test_trial_target target = { NULL, NULL };
  target.store = load != NULL ? load->store : NULL;
  target.load = load;
  return target;
}

/* The disk of a store that may be written; NULL: there is none, or the test has plans with it. */
static test_disk *disk_of(const crm_store *store)
{
  test_disk *disk = NULL;
  if (store != NULL && store->saved != NULL && store->saved->mode == CRM_FILE_WRITE
      && store->saved->journal->state == CRM__JOURNAL_WRITABLE && test_call_memory(&store->memory)) {
    disk = test_disk_of(&store->saved->journal->io);
  }
  return disk != NULL && !test_disk_armed(disk) ? disk : NULL;
}

/* Answers 1 in a process of its own; here once that has ended, well or by failing the test. */
static int apart(const test_call *call)
{
  static const char *const kinds[] = { "nothing", "failing", "short", "out of space", "losing power" };
  int ended = 0;
  pid_t process;
  state.told->wrong[0] = '\0';
  process = fork();
  if (process == 0) {
    (void)alarm(300);
    return 1;
  }
  if (process < 0 || waitpid(process, &ended, 0) != process) {
    fail_msg("no process for a trial");
  }
  if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
    state.trying = 0;
    test_call_end();
    fail_msg("%s, io call %llu %s: %s", call->name, (unsigned long long)state.at, kinds[state.kind],
             state.told->wrong[0] != '\0' ? state.told->wrong : "the process has ended");
  }
  return 0;
}

/* Makes ready for the call in its own process. */
static void arm(void)
{
  state.image = test_disk_after_process(state.disk);
  state.disk = state.reads ? state.image : state.disk;
  state.version = crm_store_version(state.store);
  state.handles = test_disk_open(state.disk);
  test_disk_arm(state.disk, state.kind, state.at, 0);
}

static uint64_t points_of(int kind)
{
  int survives = (test_disk_caps(disk_of(state.store)) & DURABLE) == DURABLE;
  return kind == TEST_DISK_POWER && !survives ? 0 : state.told->counts[kind];
}

/* The index-th of all points. */
static void choose(uint64_t index)
{
  state.kind = TEST_DISK_FAIL;
  while (index >= points_of(state.kind)) {
    index -= points_of(state.kind++);
  }
  state.at = index + 1;
  state.points++;
  state.losses += state.kind == TEST_DISK_POWER;
}

/* Whether it is this call's turn: of few points a call, not all of many calls, of large files, or of rows that have yet
 * to fill a frame. */
static int turn(const test_trial_target *target)
{
  uint64_t random = ++state.calls * 2654435761U >> 9;
  uint64_t share = 1 + state.calls / (64 * state.wanted);
  size_t size = 0;
  if (test_disk_bytes(state.disk, state.path, &size) != NULL && size > LARGE * state.wanted) {
    share *= 8;
  }
  if (target->load != NULL && target->load->state == CRM__LOAD_OPEN && !state.commits && !target->load->capture->begun
      && state.wanted < 8) {
    share *= 8;
  }
  return random % share == 0;
}

static int begin(const test_call *call, test_trial_target target)
{
  int kind;
  state.store = target.store;
  state.load = target.load;
  state.disk = disk_of(target.store);
  if (test_trials() == 0 || state.disk == NULL) {
    return 0;
  }
  state.path = target.store->saved->journal->path;
  state.commits = strcmp(call->name, "crm_load_commit") == 0;
  if (!turn(&target)) {
    return 0;
  }
  state.trying = 1;
  state.kind = 0;
  state.at = 0;
  state.next = 0;
  state.total = 0;
  state.told->good = 0;
  if (apart(call)) {
    return 1;
  }
  for (kind = TEST_DISK_FAIL; state.told->good && kind <= TEST_DISK_KINDS; kind++) {
    state.total += points_of(kind);
  }
  state.limit = state.wanted < state.total ? state.wanted : state.total;
  return 0;
}

int test_trial_again(test_call *call, test_trial_target target)
{
  if (!state.trying && begin(call, target)) {
    arm();
    return 1;
  }
  while (state.trying && state.next < state.limit) {
    choose(((state.calls * 2654435761U >> 7) + state.next * state.total / state.limit) % state.total);
    state.next++;
    if (apart(call)) {
      arm();
      return 1;
    }
  }
  state.trying = 0;
  return 0;
}

static void count_points(void)
{
  int kind;
  for (kind = 0; kind <= TEST_DISK_KINDS; kind++) {
    state.told->counts[kind] = test_disk_counted(state.disk, kind);
  }
}

/* Without a fault: tells what there is to try, and what to expect. */
static void tell(crm_status status)
{
  crm_error error = CRM_ERROR_INIT;
  test_disk *left = test_disk_after_process(state.disk);
  const unsigned char *bytes;
  crm_file_options options;
  crm_io io;
  state.told->status = status;
  if (state.told->counts[0] == 0 || !digest_file(state.image, state.path, &state.told->before, &error)) {
    if (made_of(state.store) != NULL && state.told->counts[0] > 0) {
      wrong("the file before it is not whole: %s", error.message);
    }
    _exit(0);   /* a test that has damaged it */
  }
  test_disk_io(left, &io);
  options = options_of(&io, CRM_FILE_READ);
  if (crm_store_check(NULL, &options, state.path, &error) != CRM_OK
      || !digest_file(left, state.path, &state.told->after, &error)) {
    wrong("the file after it is not whole: %s", error.message);
  }
  if (!state.store->open_load && digest_store(state.store) != state.told->after) {
    wrong("the file does not hold what the store does");
  }
  bytes = test_disk_bytes(left, state.path, &state.told->size);
  state.told->size = state.told->size <= ROOM ? state.told->size : 0;
  memcpy(state.told->bytes, bytes, state.told->size);
  state.told->good = 1;
  _exit(0);
}

static void look_at_answer(const test_call *call, crm_status status)
{
  crm_status right = state.kind == TEST_DISK_FULL ? CRM_ERROR_LIMIT : CRM_ERROR_IO;
  int short_read = state.reads && state.kind == TEST_DISK_SHORT && status == CRM_ERROR_CORRUPT;
  if (test_disk_faults(state.disk) == 0) {
    wrong("made again it is another call");
  }
  if (status != state.told->status && status != right && !short_read) {
    wrong("it answers %s", crm_status_name(status));
  }
  if (status != CRM_OK && call != NULL && test_call_changed(call) > 0) {
    wrong("output %d is changed", test_call_changed(call));
  }
}

/* A call that has failed leaves its store as it was; where a write did, nobody changes it until it is opened again. */
static void look_at_store(int failed)
{
  crm_error error = CRM_ERROR_INIT;
  if (state.load != NULL) {
    if (crm_load_commit(state.load, NULL) == CRM_OK) {
      wrong("a load that has failed can be committed");
    }
    crm_load_free(state.load);
  }
  if (crm_store_version(state.store) != state.version) {
    wrong("the data version is another one");
  }
  if (crm_store_verify(state.store, &error) != CRM_OK) {
    wrong("the store does not verify: %s", error.message);
  }
  if (digest_store(state.store) != state.told->before) {
    wrong("the store is not what it was");
  }
  if (failed && crm_store_attribute(state.store, "customers", "later", CRM_TYPE_TEXT, NULL) != CRM_ERROR_STATE) {
    wrong("after a write that has failed the store can be changed");
  }
}

static int write_failed(void)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  return crm_store_file(state.store, &info, NULL) == CRM_OK && info.failed;
}

static void look_after_power(crm_status status)
{
  uint64_t seed;
  for (seed = 0; seed < SEEDS; seed++) {
    test_disk *left = test_disk_after_power(state.disk, seed * 7919 + state.at + state.calls);
    if (!find(left, status != CRM_OK, 1, "after power was lost")) {
      finish(left);
    }
    test_disk_free(left);
  }
}

void test_trial_end(test_call *call, crm_status status)
{
  test_disk *left;
  if (state.kind == 0) {
    count_points();
    tell(status);
  }
  look_at_answer(call, status);
  if (state.kind == TEST_DISK_POWER) {
    look_after_power(status);
  } else {
    int failed = write_failed();
    test_disk_arm(state.disk, 0, 0, 0);
    left = test_disk_after_process(state.disk);
    if (!find(left, status != CRM_OK, status == CRM_OK || failed, "after the fault")) {
      finish(left);
    }
    if ((test_disk_caps(state.disk) & DURABLE) == DURABLE) {
      look_after_power(status);
    }
    if (status != CRM_OK) {
      look_at_store(failed);
    }
  }
  _exit(0);
}

/* ---- other calls ---- */

static crm_status save(void)
{
  crm_io io;
  crm_file_options options;
  test_disk_io(state.disk, &io);
  options = options_of(&io, CRM_FILE_READ);
  return crm_store_save(state.store, &options, COPY, NULL);
}

static crm_status back_up(void)
{
  crm_io io;
  test_disk_io(state.disk, &io);
  return crm_store_backup(state.store, &io, COPY, NULL);
}

static crm_status open_all(void)
{
  return open_file(state.disk, state.path, CRM_FILE_READ, &state.opened, NULL);
}

static crm_status open_and_read(void)
{
  crm_io io;
  crm_file_options options;
  crm_status status;
  test_disk_io(state.disk, &io);
  options = options_of(&io, CRM_FILE_READ);
  options.content = CRM_CONTENT_PROFILES;
  status = crm_store_open(NULL, &options, state.path, &state.opened, NULL);
  if (status == CRM_OK) {
    status = crm_store_read(state.opened, NULL);
    if (status != CRM_OK) {
      crm_store_free(state.opened);
      state.opened = NULL;
    }
  }
  return status;
}

static crm_status check(void)
{
  crm_io io;
  crm_file_options options;
  test_disk_io(state.disk, &io);
  options = options_of(&io, CRM_FILE_READ);
  return crm_store_check(NULL, &options, state.path, NULL);
}

/* A copy is there as a whole, or not at all. */
static void look_at_copy(test_disk *disk, int there, const char *what)
{
  crm_error error = CRM_ERROR_INIT;
  uint64_t digest = 0;
  size_t size = 0;
  if (test_disk_bytes(disk, COPY, &size) == NULL) {
    if (there) {
      wrong("%s there is no copy", what);
    }
  } else if (!digest_file(disk, COPY, &digest, &error)) {
    wrong("%s the copy is not whole: %s", what, error.message);
  } else if (digest != state.told->before) {
    wrong("%s the copy is of something else", what);
  }
}

static void look_at_copies(crm_status status)
{
  test_disk *left = state.kind == TEST_DISK_POWER ? test_disk_after_power(state.disk, state.at)
                                                  : test_disk_after_process(state.disk);
  (void)find(left, 1, 0, "after the fault");
  look_at_copy(left, status == CRM_OK, "after the fault");
  test_disk_free(left);
  test_disk_arm(state.disk, 0, 0, 0);
  if (test_disk_open(state.disk) != state.handles) {
    wrong("a file stays open");
  }
}

static void look_at_opened(crm_status status)
{
  crm_file_info info = CRM_FILE_INFO_INIT;
  test_disk_arm(state.disk, 0, 0, 0);
  if (status != CRM_OK && state.opened != NULL) {
    wrong("it gives a store");
  }
  if (state.opened != NULL && crm_store_file(state.opened, &info, NULL) == CRM_OK && !info.fallback
      && digest_store(state.opened) != state.told->before) {
    wrong("what is read is not what is in the file");
  }
  crm_store_free(state.opened);
  state.opened = NULL;
  if (test_disk_open(state.disk) != 0) {
    wrong("a file stays open");
  }
}

static void end_other(other_call made_by, crm_status status)
{
  int copies = made_by == save || made_by == back_up;
  if (state.kind == 0) {
    count_points();
    crm_store_free(state.opened);
    state.image = state.reads ? test_disk_after_process(state.disk) : state.image;
    if (status != CRM_OK) {
      wrong("without a fault it answers %s", crm_status_name(status));
    }
    tell(status);
  }
  look_at_answer(NULL, status);
  if (copies) {
    look_at_copies(status);
  } else {
    look_at_opened(status);
  }
  if (status != CRM_OK || !copies) {
    crm_status again = made_by();
    if (again != CRM_OK) {
      wrong("made again without the fault it answers %s", crm_status_name(again));
    }
  }
  if (copies) {
    look_at_copy(state.disk, 1, "made again");
  } else {
    look_at_opened(CRM_OK);
  }
  _exit(0);
}

/* Before it, the test's own call has changed the store. */
static void try_other(crm_store *store, uint64_t number)
{
  static const struct {
    const char *name;
    other_call made_by;
    int reads;
  } others[] = {
    { "crm_store_compact", NULL, 0 },   { "crm_store_save", save, 0 },
    { "crm_store_backup", back_up, 0 }, { "crm_store_open", open_all, 1 },
    { "crm_store_read", open_and_read, 1 }, { "crm_store_check", check, 1 },
  };
  size_t which = (size_t)(number % (sizeof others / sizeof others[0]));
  test_call call;
  memset(&call, 0, sizeof call);
  call.name = others[which].name;
  state.reads = others[which].reads;
  while (test_trial_again(&call, test_trial_of_store(store))) {
    if (others[which].made_by == NULL) {
      test_trial_end(&call, crm_store_compact(store, NULL));
    } else {
      end_other(others[which].made_by, others[which].made_by());
    }
  }
  state.reads = 0;
}

void test_trial_after(crm_status status, test_trial_target target)
{
  made *own = made_of(target.store);
  if (test_trials() == 0 || status != CRM_OK || disk_of(target.store) == NULL || target.store->open_load) {
    return;
  }
  try_other(target.store, state.others++);
  if (own != NULL && ++own->changes % 8 == 0 && own->renewals++ < RENEWALS
      && crm_store_compact(target.store, NULL) != CRM_OK) {
    fail_msg("the file of a store cannot be compacted");
  }
}
