/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILES_H
#define CRM_FILES_H

#include <crm/io.h>

/* Files of a POSIX system, to be lent to libcrm: a sync is fdatasync (fsync, F_FULLFSYNC where there is that) and waits
 * for the device; names are made to last by syncing their folder; a file is replaced in one step; what is read is
 * mapped. All that crm_io can promise is promised, as far as the file system keeps its word: one over a network may
 * not.
 *
 * One writer at a time holds flock on a file NAME.lock and on the store itself, so that a symbolic link, a hard link or
 * a NAME.lock that somebody has removed lets no second one in (STATE). Both are given back when the process ends,
 * however it ends; NAME.lock stays. Over a network such a lock may keep readers of other machines out as well. A sync
 * is STATE, and with it the commit, where the name does not lead to the open file any more: another one was moved
 * there, or it was moved away. A path may be a symbolic link: NAME.new and NAME.lock stand beside the file that it
 * leads to, and that one is replaced, not the link.
 *
 * A new store gets the permissions that the umask leaves, and so does a backup under a new name. NAME.new is made new,
 * never found, and has from its first byte on the permissions, and where the process may give them the group and owner,
 * of the file whose place it takes (no access lists). Files that are no regular ones (a folder, a pipe, a device) are
 * refused (IO).
 *
 *   crm_io io = CRM_IO_INIT;
 *   crm_files_lend(0, &io);
 */

/* Nothing is synced: a commit outlives its process; a loss of power may take it and more (CRM_IO_SURVIVES_PROCESS). */
#define CRM_FILES_NO_SYNC 1U

/* Nothing is mapped: what is read is read into memory. Where a mapped file is cut short by somebody (a copy over it, a
 * file system that loses its device), touching what is gone ends the process by SIGBUS; a file that is read is CORRUPT
 * or IO then. For files that others may write to. It takes memory for what a call looks at, and a little more time. */
#define CRM_FILES_NO_MAP 2U

#ifdef __cplusplus
extern "C" {
#endif

/* Fills an io; flags: CRM_FILES_..., or-ed. It holds nothing and may be used by any number of objects. After a fork
 * only one of the two processes may go on with an open file. A child that closes what its parent has opened leaves the
 * lock to its parent; when the parent closes, the lock is gone for both. */
void crm_files_lend(uint32_t flags, crm_io *io);

#ifdef __cplusplus
}
#endif

#endif
