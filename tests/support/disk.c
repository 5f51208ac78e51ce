/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "support/disk.h"

#include "support/rounds.h"

#include <stdlib.h>
#include <string.h>

#define FILES 256
#define LOCKS 4
#define NAMES 16
#define PATH 64
#define SECTOR 512

/* A write that waits for its sync. */
typedef struct wait {
  size_t offset;
  size_t size;
  unsigned char *bytes;
} wait;

typedef struct inode {
  unsigned char *seen;    /* what reads get */
  size_t size;
  size_t capacity;
  unsigned char *kept;    /* what is on the device for certain */
  size_t kept_size;
  wait *waits;
  size_t wait_count;
  size_t wait_capacity;
} inode;

/* A name that leads to a file, -1: to none. */
typedef struct name {
  char path[PATH];
  int file;
} name;

/* What is done to names at once: at most two. */
typedef struct rename_wait {
  name changes[2];
  int count;
} rename_wait;

struct test_disk {
  uint32_t caps;
  inode files[FILES];
  int file_count;
  name names[NAMES];        /* as they are seen */
  int name_count;
  name kept[NAMES];
  int kept_count;
  rename_wait *waits;
  size_t wait_count;
  size_t wait_capacity;
  struct {
    char path[64];          /* "": free */
  } locks[LOCKS];
  int locked;
  int handles;
  int maps;
  int kind;
  int on;
  int dead;                 /* power is lost */
  uint64_t at;
  uint64_t counts[TEST_DISK_KINDS + 1];   /* calls, by the kinds that they count for; 0: all */
  uint64_t faults;
  unsigned char nothing;    /* what an empty file holds */
};

typedef struct handle {
  int file;
} handle;

static void *grow(void *memory, size_t *capacity, size_t needed, size_t size)
{
  if (needed > *capacity) {
    *capacity = needed + *capacity;
    memory = realloc(memory, *capacity * size);
    if (memory == NULL) {
      abort();
    }
  }
  return memory;
}

static name *find(name *names, int count, const char *path)
{
  int i;
  for (i = 0; i < count; i++) {
    if (strcmp(names[i].path, path) == 0) {
      return &names[i];
    }
  }
  return NULL;
}

static void set_name(name *names, int *count, const name *change)
{
  name *found = find(names, *count, change->path);
  if (found == NULL) {
    if (*count == NAMES) {
      abort();
    }
    found = &names[(*count)++];
  }
  *found = *change;
}

/* Seen at once, kept when the names are synced. */
static void change_names(test_disk *disk, const name *changes, int count)
{
  rename_wait *made;
  int i;
  disk->waits = grow(disk->waits, &disk->wait_capacity, disk->wait_count + 1, sizeof *disk->waits);
  made = &disk->waits[disk->wait_count++];
  memset(made, 0, sizeof *made);
  made->count = count;
  for (i = 0; i < count; i++) {
    made->changes[i] = changes[i];
    set_name(disk->names, &disk->name_count, &changes[i]);
  }
}

static name make_name(const char *path, int file)
{
  name made;
  memset(&made, 0, sizeof made);
  if (strlen(path) >= PATH) {
    abort();
  }
  memcpy(made.path, path, strlen(path) + 1);
  made.file = file;
  return made;
}

static int file_of(test_disk *disk, const char *path)
{
  const name *found = find(disk->names, disk->name_count, path);
  return found != NULL ? found->file : -1;
}

static void put_bytes(unsigned char **bytes, size_t *size, size_t *capacity, size_t offset, const void *from, size_t n)
{
  if (n == 0) {
    return;
  }
  *bytes = grow(*bytes, capacity, offset + n, 1);
  if (offset > *size) {
    memset(*bytes + *size, 0, offset - *size);
  }
  memcpy(*bytes + offset, from, n);
  *size = offset + n > *size ? offset + n : *size;
}

static void see_write(inode *file, size_t offset, const void *bytes, size_t size)
{
  wait *made;
  if (size == 0) {
    return;
  }
  put_bytes(&file->seen, &file->size, &file->capacity, offset, bytes, size);
  file->waits = grow(file->waits, &file->wait_capacity, file->wait_count + 1, sizeof *file->waits);
  made = &file->waits[file->wait_count++];
  made->offset = offset;
  made->size = size;
  made->bytes = malloc(size);
  memcpy(made->bytes, bytes, size);
}

static void forget_waits(inode *file)
{
  size_t i;
  for (i = 0; i < file->wait_count; i++) {
    free(file->waits[i].bytes);
  }
  file->wait_count = 0;
}

static int new_file(test_disk *disk)
{
  if (disk->file_count == FILES) {
    abort();
  }
  return disk->file_count++;
}

/* What fails in which way; bits 1 << kind. */
#define FAILS (1U << 0 | 1U << TEST_DISK_FAIL)
#define READS (FAILS | 1U << TEST_DISK_SHORT)
#define CHANGES (FAILS | 1U << TEST_DISK_POWER)
#define WRITES (READS | CHANGES | 1U << TEST_DISK_FULL)

/* Whether a call that counts for some kinds fails: 0 no, else the kind. */
static int meets_fault(test_disk *disk, unsigned kinds)
{
  int hit;
  int kind;
  if (disk->dead) {
    return TEST_DISK_FAIL;
  }
  for (kind = 0; kind <= TEST_DISK_KINDS; kind++) {
    disk->counts[kind] += kinds >> kind & 1U;
  }
  if ((kinds >> disk->kind & 1U) == 0) {
    return 0;
  }
  hit = disk->at != 0 && (disk->counts[disk->kind] == disk->at || (disk->on && disk->counts[disk->kind] > disk->at));
  disk->faults += (uint64_t)hit;
  disk->dead = disk->dead || (hit && disk->kind == TEST_DISK_POWER);
  return hit ? disk->kind : 0;
}

/* A call that neither reads nor writes bytes. */
static int meets_plain_fault(test_disk *disk, int changes)
{
  return meets_fault(disk, changes ? CHANGES : FAILS);
}

static crm_status disk_open(void *context, const char *path, int32_t mode, void **file)
{
  test_disk *disk = context;
  int found = file_of(disk, path);
  handle *made;
  if (meets_plain_fault(disk, mode == CRM_IO_CREATE)) {
    return CRM_ERROR_IO;
  }
  if (found < 0 && mode != CRM_IO_CREATE) {
    return CRM_ERROR_NOT_FOUND;
  }
  if (mode == CRM_IO_CREATE) {   /* a new one stands for an old one that is emptied */
    name change = make_name(path, new_file(disk));
    change_names(disk, &change, 1);
    found = change.file;
  }
  made = malloc(sizeof *made);
  made->file = found;
  disk->handles++;
  *file = made;
  return CRM_OK;
}

static crm_status disk_close(void *context, void *file)
{
  test_disk *disk = context;
  disk->handles--;
  free(file);
  return meets_plain_fault(disk, 0) ? CRM_ERROR_IO : CRM_OK;
}

static crm_status disk_read_at(void *context, void *file, uint64_t offset, void *buffer, size_t size, size_t *got)
{
  test_disk *disk = context;
  const inode *from = &disk->files[((handle *)file)->file];
  int fault = meets_fault(disk, READS);
  size_t there = offset < from->size ? from->size - (size_t)offset : 0;
  if (fault == TEST_DISK_FAIL) {
    return CRM_ERROR_IO;
  }
  there = there < size ? there : size;
  *got = fault == TEST_DISK_SHORT ? there / 2 : there;
  if (*got > 0) {
    memcpy(buffer, from->seen + offset, *got);
  }
  return CRM_OK;
}

static crm_status disk_write_at(void *context, void *file, uint64_t offset, const void *bytes, size_t size)
{
  test_disk *disk = context;
  inode *to = &disk->files[((handle *)file)->file];
  int was_dead = disk->dead;
  int fault = meets_fault(disk, WRITES);
  if (was_dead || fault == TEST_DISK_FAIL) {
    return CRM_ERROR_IO;
  }
  see_write(to, (size_t)offset, bytes, fault == TEST_DISK_SHORT || fault == TEST_DISK_FULL ? size / 2 : size);
  return fault == 0 ? CRM_OK : fault == TEST_DISK_FULL ? CRM_ERROR_LIMIT : CRM_ERROR_IO;
}

static crm_status disk_size(void *context, void *file, uint64_t *size)
{
  test_disk *disk = context;
  if (meets_plain_fault(disk, 0)) {
    return CRM_ERROR_IO;
  }
  *size = disk->files[((handle *)file)->file].size;
  return CRM_OK;
}

static crm_status disk_sync(void *context, void *file)
{
  test_disk *disk = context;
  inode *of = &disk->files[((handle *)file)->file];
  int was_dead = disk->dead;
  int fault = meets_plain_fault(disk, 1);
  if (fault == TEST_DISK_FAIL && !was_dead) {
    forget_waits(of);
  }
  if (fault) {
    return CRM_ERROR_IO;
  }
  if ((disk->caps & CRM_IO_SURVIVES_POWER) != 0) {
    free(of->kept);
    of->kept = malloc(of->size + 1);
    memcpy(of->kept, of->size > 0 ? of->seen : (const unsigned char *)"", of->size);
    of->kept_size = of->size;
    forget_waits(of);
  }
  return CRM_OK;
}

static crm_status disk_replace(void *context, const char *from, const char *to)
{
  test_disk *disk = context;
  name changes[2];
  int found = file_of(disk, from);
  int fault;
  if ((disk->caps & CRM_IO_ATOMIC_REPLACE) == 0 && found >= 0) {
    changes[0] = make_name(to, -1);
    fault = meets_plain_fault(disk, 1);
    if (fault == TEST_DISK_FAIL) {
      return CRM_ERROR_IO;
    }
    change_names(disk, changes, 1);
    if (fault) {
      return CRM_ERROR_IO;
    }
  }
  fault = meets_plain_fault(disk, 1);
  if (fault == TEST_DISK_FAIL || found < 0) {
    return CRM_ERROR_IO;
  }
  changes[0] = make_name(to, found);
  changes[1] = make_name(from, -1);
  change_names(disk, changes, 2);
  return fault ? CRM_ERROR_IO : CRM_OK;
}

static crm_status disk_sync_names(void *context, const char *path)
{
  test_disk *disk = context;
  (void)path;
  if (meets_plain_fault(disk, 1)) {
    return CRM_ERROR_IO;
  }
  if ((disk->caps & CRM_IO_NAMES_SURVIVE) != 0) {
    memcpy(disk->kept, disk->names, sizeof disk->kept);
    disk->kept_count = disk->name_count;
    disk->wait_count = 0;
  }
  return CRM_OK;
}

static crm_status disk_remove(void *context, const char *path)
{
  test_disk *disk = context;
  name change = make_name(path, -1);
  int fault = meets_plain_fault(disk, 1);
  if (fault == TEST_DISK_FAIL) {
    return CRM_ERROR_IO;
  }
  if (file_of(disk, path) < 0) {
    return CRM_ERROR_NOT_FOUND;
  }
  change_names(disk, &change, 1);
  return fault ? CRM_ERROR_IO : CRM_OK;
}

static crm_status disk_lock(void *context, const char *path, void **lock)
{
  test_disk *disk = context;
  int own = -1;
  int i;
  if (meets_plain_fault(disk, 0)) {
    return CRM_ERROR_IO;
  }
  for (i = 0; i < LOCKS; i++) {
    if (strcmp(disk->locks[i].path, path) == 0) {
      return CRM_ERROR_STATE;
    }
    own = disk->locks[i].path[0] == '\0' ? i : own;
  }
  if (own < 0 || strlen(path) >= sizeof disk->locks[own].path) {
    abort();
  }
  strcpy(disk->locks[own].path, path);
  disk->locked++;
  *lock = disk->locks[own].path;
  return CRM_OK;
}

static crm_status disk_unlock(void *context, void *lock)
{
  test_disk *disk = context;
  *(char *)lock = '\0';
  disk->locked--;
  return meets_plain_fault(disk, 0) ? CRM_ERROR_IO : CRM_OK;
}

static crm_status disk_map(void *context, void *file, uint64_t offset, size_t size, const void **bytes)
{
  test_disk *disk = context;
  const inode *from = &disk->files[((handle *)file)->file];
  unsigned char *made;
  if (meets_plain_fault(disk, 0)) {
    return CRM_ERROR_IO;
  }
  if (size == 0 || offset > from->size || size > from->size - (size_t)offset) {
    return CRM_ERROR_LIMIT;
  }
  made = malloc(size);
  memcpy(made, from->seen + offset, size);
  disk->maps++;
  *bytes = made;
  return CRM_OK;
}

static crm_status disk_unmap(void *context, const void *bytes, size_t size)
{
  test_disk *disk = context;
  (void)size;
  disk->maps--;
  free((void *)(uintptr_t)bytes);
  return meets_plain_fault(disk, 0) ? CRM_ERROR_IO : CRM_OK;
}

void test_disk_maps(crm_io *io)
{
  io->map = disk_map;
  io->unmap = disk_unmap;
}

test_disk *test_disk_of(const crm_io *io)
{
  return io->open == disk_open ? io->context : NULL;
}

void test_disk_io(test_disk *disk, crm_io *io)
{
  crm_io made = CRM_IO_INIT;
  made.caps = disk->caps;
  made.context = disk;
  made.open = disk_open;
  made.close = disk_close;
  made.read_at = disk_read_at;
  made.write_at = disk_write_at;
  made.size = disk_size;
  made.sync = disk_sync;
  made.replace = disk_replace;
  made.sync_names = disk_sync_names;
  made.remove = disk_remove;
  if ((disk->caps & CRM_IO_LOCKS) != 0) {
    made.lock = disk_lock;
    made.unlock = disk_unlock;
  }
  *io = made;
}

uint32_t test_disk_caps(const test_disk *disk)
{
  return disk->caps;
}

test_disk *test_disk_create(uint32_t caps)
{
  test_disk *disk = calloc(1, sizeof *disk);
  if (disk == NULL) {
    abort();
  }
  disk->caps = caps;
  return disk;
}

void test_disk_free(test_disk *disk)
{
  int i;
  if (disk == NULL) {
    return;
  }
  for (i = 0; i < disk->file_count; i++) {
    forget_waits(&disk->files[i]);
    free(disk->files[i].waits);
    free(disk->files[i].seen);
    free(disk->files[i].kept);
  }
  free(disk->waits);
  free(disk);
}

void test_disk_arm(test_disk *disk, int kind, uint64_t at, int on)
{
  disk->kind = kind;
  disk->at = at;
  disk->on = on;
  memset(disk->counts, 0, sizeof disk->counts);
  disk->faults = 0;
  disk->dead = 0;
}

uint64_t test_disk_calls(const test_disk *disk)
{
  return disk->counts[disk->kind];
}

uint64_t test_disk_counted(const test_disk *disk, int kind)
{
  return disk->counts[kind];
}

int test_disk_armed(const test_disk *disk)
{
  return disk->at != 0 || disk->dead;
}

uint64_t test_disk_faults(const test_disk *disk)
{
  return disk->faults;
}

static uint64_t next_random(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* One write on its way to the device when the power goes. */
static void land_write(inode *to, const wait *write, uint64_t *random)
{
  uint64_t way = next_random(random) % 4;
  size_t i;
  if (way == 0) {
    return;
  }
  if (way == 1) {
    put_bytes(&to->seen, &to->size, &to->capacity, write->offset, write->bytes, write->size);
  } else if (way == 2) {
    put_bytes(&to->seen, &to->size, &to->capacity, write->offset, write->bytes,
              (size_t)(next_random(random) % (write->size + 1)));
  } else {
    for (i = 0; i < write->size;) {
      size_t part = SECTOR - (write->offset + i) % SECTOR;
      part = part < write->size - i ? part : write->size - i;
      if (next_random(random) % 2 == 0) {
        put_bytes(&to->seen, &to->size, &to->capacity, write->offset + i, write->bytes + i, part);
      }
      i += part;
    }
  }
}

/* What is kept, and what waits in any order. */
static void land_file(inode *to, const inode *from, uint64_t *random)
{
  size_t *order = malloc((from->wait_count + 1) * sizeof *order);
  size_t i;
  put_bytes(&to->seen, &to->size, &to->capacity, 0, from->kept, from->kept_size);
  for (i = 0; i < from->wait_count; i++) {
    size_t other = (size_t)(next_random(random) % (i + 1));
    order[i] = order[other];
    order[other] = i;
  }
  for (i = 0; i < from->wait_count; i++) {
    land_write(to, &from->waits[order[i]], random);
  }
  free(order);
}

static void keep_all(test_disk *disk)
{
  int i;
  for (i = 0; i < disk->file_count; i++) {
    inode *file = &disk->files[i];
    file->kept = malloc(file->size + 1);
    memcpy(file->kept, file->size > 0 ? file->seen : (const unsigned char *)"", file->size);
    file->kept_size = file->size;
  }
  memcpy(disk->kept, disk->names, sizeof disk->kept);
  disk->kept_count = disk->name_count;
}

test_disk *test_disk_after_power(const test_disk *disk, uint64_t seed)
{
  test_disk *made = test_disk_create(disk->caps);
  uint64_t random = seed;
  size_t i;
  int j;
  made->file_count = disk->file_count;
  for (j = 0; j < disk->file_count; j++) {
    land_file(&made->files[j], &disk->files[j], &random);
  }
  memcpy(made->names, disk->kept, sizeof made->names);
  made->name_count = disk->kept_count;
  for (i = 0; i < disk->wait_count; i++) {
    if (next_random(&random) % 2 == 0) {
      for (j = 0; j < disk->waits[i].count; j++) {
        set_name(made->names, &made->name_count, &disk->waits[i].changes[j]);
      }
    }
  }
  keep_all(made);
  return made;
}

test_disk *test_disk_after_process(const test_disk *disk)
{
  test_disk *made = test_disk_create(disk->caps);
  int j;
  made->file_count = disk->file_count;
  for (j = 0; j < disk->file_count; j++) {
    put_bytes(&made->files[j].seen, &made->files[j].size, &made->files[j].capacity, 0, disk->files[j].seen,
              disk->files[j].size);
  }
  memcpy(made->names, disk->names, sizeof made->names);
  made->name_count = disk->name_count;
  keep_all(made);
  return made;
}

unsigned char *test_disk_bytes(test_disk *disk, const char *path, size_t *size)
{
  int found = file_of(disk, path);
  if (found < 0) {
    return NULL;
  }
  *size = disk->files[found].size;
  return disk->files[found].seen != NULL ? disk->files[found].seen : &disk->nothing;
}

void test_disk_put(test_disk *disk, const char *path, const void *bytes, size_t size)
{
  int found = file_of(disk, path);
  inode *file;
  if (found < 0) {
    name change = make_name(path, new_file(disk));
    change_names(disk, &change, 1);
    found = change.file;
  }
  file = &disk->files[found];
  forget_waits(file);
  file->size = 0;
  put_bytes(&file->seen, &file->size, &file->capacity, 0, bytes, size);
}

int test_disk_open(const test_disk *disk)
{
  return disk->handles + disk->locked + disk->maps;
}

uint64_t test_disk_drive(test_disk_trial trial, int on, void *user)
{
  uint64_t points = 0;
  int kind;
  for (kind = TEST_DISK_FAIL; kind < TEST_DISK_POWER; kind++) {
    uint64_t at;
    for (at = 1; trial(kind, at, 0, user); at = next_point(at)) {
      points++;
      points += on && trial(kind, at, 1, user);
    }
  }
  return points;
}

uint64_t test_disk_drive_power(test_disk_loss trial, uint64_t seeds, void *user)
{
  uint64_t points = 0;
  uint64_t at = 1;
  int met = 1;
  for (; met; at = next_point(at)) {
    uint64_t seed;
    for (seed = 0; seed < seeds; seed++) {
      met = trial(at, seed, user);
      points += met != 0;
    }
  }
  return points;
}
