/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include <crm/io.h>

/* Files in memory that fail when they are told to, and that know what a device would have of them if power were lost.
 *
 * What is written to a file is seen at once, and waits for its sync to reach the device; what is done to names waits
 * for sync_names. When power is lost each waiting write gets there whole, in part (a number of bytes, or any of its
 * sectors of 512) or not at all, in any order. An io that does not claim that its sync lasts (CRM_IO_SURVIVES_POWER)
 * has all writes wait for ever, one without CRM_IO_NAMES_SURVIVE all names. */
typedef struct test_disk test_disk;

#define TEST_DISK_FAIL 1    /* the call does nothing and answers IO; a sync then never makes its writes last */
#define TEST_DISK_SHORT 2   /* half of the bytes are read, or written and then IO; other calls do not count */
#define TEST_DISK_FULL 3    /* half of the bytes are written, then LIMIT; other calls do not count */
#define TEST_DISK_POWER 4   /* power is lost in the call, and all calls after it fail; reads do not count */

#define TEST_DISK_KINDS 4

test_disk *test_disk_create(uint32_t caps);
void test_disk_free(test_disk *disk);

/* The io of a disk, with its caps. The disk must outlive what is made with it. */
void test_disk_io(test_disk *disk, crm_io *io);

/* The disk of an io; NULL: it is of another kind. */
test_disk *test_disk_of(const crm_io *io);
uint32_t test_disk_caps(const test_disk *disk);

/* Gives an io of a disk map and unmap as well; what is mapped stays as it was. One that is told to fail answers IO. */
void test_disk_maps(crm_io *io);

/* The at-th call from here on, counted from 1, fails as told; with `on` all such calls after it too. at 0: none, but
 * calls are counted. */
void test_disk_arm(test_disk *disk, int kind, uint64_t at, int on);
uint64_t test_disk_calls(const test_disk *disk);
uint64_t test_disk_faults(const test_disk *disk);

/* Calls so far that a fault of a kind could have met, whatever is armed; and whether one is armed. */
uint64_t test_disk_counted(const test_disk *disk, int kind);
int test_disk_armed(const test_disk *disk);

/* A trial is a run of its own that arms its disk so, and answers whether it met the fault. */
typedef int (*test_disk_trial)(int kind, uint64_t at, int on, void *user);

/* Tries each kind of fault that is no loss of power at the first, second, third ... call until a trial meets none;
 * where `on` each point once alone and once with all calls after it. Answers the number of trials that met a fault. */
uint64_t test_disk_drive(test_disk_trial trial, int on, void *user);

/* The same for a loss of power in a call, each point in so many ways. */
typedef int (*test_disk_loss)(uint64_t at, uint64_t seed, void *user);
uint64_t test_disk_drive_power(test_disk_loss trial, uint64_t seeds, void *user);

/* What is found after the loss of power; each seed is another way that it may have gone. Open files and locks are gone
 * from it. A power that was not lost by a call is lost now. */
test_disk *test_disk_after_power(const test_disk *disk, uint64_t seed);

/* What is found after the end of the process: all that was written. */
test_disk *test_disk_after_process(const test_disk *disk);

/* The bytes of a file, to be looked at or changed; NULL: there is none. */
unsigned char *test_disk_bytes(test_disk *disk, const char *path, size_t *size);
void test_disk_put(test_disk *disk, const char *path, const void *bytes, size_t size);

/* Handles that have not been closed, locks that have not been given back and maps that are still there. */
int test_disk_open(const test_disk *disk);

#endif
