/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILE_JOURNAL_H
#define CRM_FILE_JOURNAL_H

#include <crm/io.h>

#include "base/memory.h"

/* A file of frames and commits (docs/format/store.md, "The container"). It knows nothing of what the frames hold.
 *
 * A commit is frames that are appended, closed by one of the journal's own; two root slots at the head of the file say
 * where the newest ones end. A commit may name one of its frames as a checkpoint: with what that one refers to (frames
 * of the same commit) it stands for all that is before. What stands from the last checkpoint's named frame on up to the
 * end of the commit that is open is listed; the frames before it are found by their offsets alone.
 *
 * After a write or sync that failed the journal is read-only until it is opened again (CRM__JOURNAL_POISONED): begin
 * and commit then answer STATE. */
typedef struct crm__journal crm__journal;

#define CRM__JOURNAL_READ 0     /* takes no lock; a commit that cannot be read is stepped over, and info says so */
#define CRM__JOURNAL_WRITE 1    /* a file that is there */
#define CRM__JOURNAL_CREATE 2   /* the same, or where none is a new one, which gets its name with its first commit */

/* Kinds up to here are the journal's own. */
#define CRM__FRAME_OWN 15U

#define CRM__JOURNAL_WRITABLE 0
#define CRM__JOURNAL_READ_ONLY 1   /* opened so */
#define CRM__JOURNAL_POISONED 2

typedef struct crm__journal_options {
  const crm_io *io;     /* NULL: stdio; copied */
  const char *path;     /* copied */
  int32_t mode;         /* CRM__JOURNAL_... */
  int32_t durability;   /* least one, CRM_DURABILITY_... */
  uint64_t id;          /* of a new file: any number; frames of another id are foreign */
} crm__journal_options;

typedef struct crm__journal_info {
  uint64_t commit;       /* that is open; counted from 1; 0: a new file without one */
  uint64_t shown;        /* the newest that the file shows; more than commit where that one cannot be read */
  int64_t version;       /* what was given to the commit that is open */
  uint64_t generation;   /* 1, and one more with each renewal */
  uint64_t id;
  uint64_t bytes;        /* of the file up to the end of the commit */
  uint64_t live_bytes;   /* of these from the first frame of the last checkpoint's commit on */
  uint64_t log_bytes;    /* of these behind the end of the last checkpoint's commit */
  int32_t durability;    /* obtained */
  int32_t state;         /* CRM__JOURNAL_WRITABLE, _READ_ONLY or _POISONED */
} crm__journal_info;

typedef struct crm__frame {
  uint64_t commit;
  uint64_t offset;     /* of its payload in the file, a multiple of 8; a frame is named by it */
  uint64_t length;     /* of its payload; no more than the file has */
  uint64_t checksum;   /* XXH64 of its payload */
  uint32_t kind;
  uint32_t reserved;
} crm__frame;

/* Opens the newest commit. All listed frames are checked; those before the checkpoint's named frame only when they are
 * read. memory must outlive the journal.
 * Errors: ARGUMENT; UNSUPPORTED (the io cannot give the durability); NOT_FOUND (no file); STATE (somebody else writes);
 * VERSION (a format of a later library); CORRUPT (no commit can be read; or WRITE, and the newest one that is shown
 * cannot be); LIMIT; IO; MEMORY. */
crm_status crm__journal_open(crm__memory *memory, const crm__journal_options *options, crm__journal **journal,
                             crm_error *error);

/* NULL is let pass. What was not committed is dropped. */
void crm__journal_close(crm__journal *journal);

void crm__journal_info_get(const crm__journal *journal, crm__journal_info *info);

/* The frames from the checkpoint's named one on, in order, without the journal's own. Pointers hold until the next
 * commit, step back or close. */
uint64_t crm__journal_frames(const crm__journal *journal);
const crm__frame *crm__journal_frame(const crm__journal *journal, uint64_t index);

/* Any other frame of the commit that is open, by its offset; its header is checked. CORRUPT: there is none. */
crm_status crm__journal_frame_at(crm__journal *journal, uint64_t offset, crm__frame *frame, crm_error *error);

/* For READ: opens the newest readable commit before `commit` instead, when a payload turned out to be damaged (then
 * commit is that frame's). CORRUPT: there is none; nothing changed. */
crm_status crm__journal_back(crm__journal *journal, uint64_t commit, crm_error *error);

/* Bytes of the file, unchecked. CORRUPT where it ends before them. */
crm_status crm__journal_read(crm__journal *journal, uint64_t offset, void *to, size_t length, crm_error *error);

/* A payload in memory: mapped where the io can (the file as a whole, once), else read. With check: CORRUPT where it is
 * not what was written; without, compare crm__checksum(bytes, size) with frame->checksum (on any thread). */
typedef struct crm__view {
  const unsigned char *bytes;   /* at a multiple of 8 */
  size_t size;
  void *read;                   /* memory of its own; NULL: mapped */
} crm__view;

crm_status crm__journal_view(crm__journal *journal, const crm__frame *frame, int check, crm__view *view,
                             crm_error *error);
/* Before the journal is closed or renewed. A view of zeros is let pass; leaves zeros. */
void crm__journal_view_end(crm__journal *journal, crm__view *view);

/* The payload read into memory of the caller, frame->length bytes, and checked. CORRUPT, IO. */
crm_status crm__journal_payload(crm__journal *journal, const crm__frame *frame, void *to, crm_error *error);

/* Reads every header and payload from the first frame of the checkpoint's commit on, piece by piece and checks.
 * CORRUPT, IO. */
crm_status crm__journal_check_all(crm__journal *journal, crm_error *error);

/* Writing: begin, write any number of times, end: a frame; any number of frames, then commit. Whatever fails before
 * commit: call rollback, and only the frames since the last commit are gone. STATE: read-only or poisoned. MEMORY
 * leaves the journal writable; IO and LIMIT (no room) poison it, but for a new or renewed file, whose failure leaves
 * the old one as it was and writable. */
crm_status crm__journal_begin(crm__journal *journal, uint32_t kind, crm_error *error);
crm_status crm__journal_write(crm__journal *journal, const void *bytes, size_t size, crm_error *error);
/* frame NULL, or what was written. */
crm_status crm__journal_end(crm__journal *journal, crm__frame *frame, crm_error *error);

/* Ends the commit. checkpoint: the offset of a frame of this commit that is one, 0: none; the first commit of a new or
 * renewed file needs one. version is kept with it. CRM_OK: it is as durable as the journal's level says. Otherwise the
 * commit before is open; where the journal is poisoned, the file may hold the new one all the same, which the next
 * opening then shows. */
crm_status crm__journal_commit(crm__journal *journal, uint64_t checkpoint, int64_t version, crm_error *error);
void crm__journal_rollback(crm__journal *journal);

/* What is written from here to the next commit goes to a new file, which takes the place of this one at the commit
 * (compaction). Live frames of the old one can be read until then. No frame may have been begun since the last
 * commit. */
crm_status crm__journal_renew(crm__journal *journal, crm_error *error);

/* Whether path is that of the journal, or leads to a file that shows the very commit that is open: the file itself by
 * another name, or a copy of it. 0 too where that cannot be read. io NULL: stdio. */
int crm__journal_leads(const crm__journal *journal, const crm_io *io, const char *path);

/* CRM_OK where what replaces the file at path leaves the one at `other` where it is: the two are not one name, however
 * each is written. Where there is a file at path, path.new is made, under the lock, and removed. io NULL: stdio.
 * Otherwise ARGUMENT; STATE (somebody writes path), IO, LIMIT, MEMORY. */
crm_status crm__paths_apart(crm__memory *memory, const crm_io *io, const char *path, const crm_io *other_io,
                            const char *other, crm_error *error);

/* The same with the path of a journal that is read: a writer is kept from it by its lock, or by what its file shows. */
crm_status crm__journal_apart(crm__journal *journal, const crm_io *io, const char *path, crm_error *error);

/* Writes what is live to a new file, in its place, that opens as the same commit; one at path is replaced. Checks each
 * frame on the way. io NULL: stdio. CORRUPT, IO, LIMIT (no room), MEMORY, STATE (somebody
 * writes the one at path), ARGUMENT (path is that of the journal, by another name too where it is read; or where io has
 * no locks, crm__journal_leads). */
crm_status crm__journal_copy(crm__journal *journal, const crm_io *io, const char *path, crm_error *error);

/* Salvage: every frame that stands anywhere in a file, commit or no commit, in the order of the file. */
typedef struct crm__scan crm__scan;

crm_status crm__scan_open(crm__memory *memory, const crm_io *io, const char *path, crm__scan **scan, crm_error *error);
/* *found 0: no further one. *intact 0: its header is good, its payload is not. The journal's own frames are among
 * them. */
crm_status crm__scan_next(crm__scan *scan, crm__frame *frame, int *found, int *intact, crm_error *error);
/* Whether the header of the frame found last goes on from that of the frame found before it: none is lost between. */
int crm__scan_follows(const crm__scan *scan);
crm_status crm__scan_payload(crm__scan *scan, const crm__frame *frame, void *to, crm_error *error);
/* The newest commit that a root slot shows, whether or not it is there; 0: none does. */
uint64_t crm__scan_shown(const crm__scan *scan);
/* Bytes of the file so far that belong to no intact frame (nor to the root slots). */
uint64_t crm__scan_lost(const crm__scan *scan);
void crm__scan_close(crm__scan *scan);

#endif
