/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_FILES_H
#define CRM_FILES_H

#include <crm/io.h>

/* Files of a POSIX system, to be lent to libcrm: a sync is fdatasync (fsync, F_FULLFSYNC where there is that) and waits
 * for the device; names are made to last by syncing their folder; a file is replaced in one step and keeps its
 * permissions; one writer at a time holds flock on a file NAME.lock, which is given back when its process ends, however
 * it ends; what is read is mapped. All that crm_io can promise is promised, as far as the file system keeps its word:
 * one over a network may not.
 *
 *   crm_io io = CRM_IO_INIT;
 *   crm_files_lend(0, &io);
 */

/* Nothing is synced: a commit outlives its process; a loss of power may take it and more (CRM_IO_SURVIVES_PROCESS). */
#define CRM_FILES_NO_SYNC 1U

#ifdef __cplusplus
extern "C" {
#endif

/* Fills an io; flags: CRM_FILES_..., or-ed. It holds nothing and may be used by any number of objects. After a fork
 * only one of the two processes may go on with an open file. */
void crm_files_lend(uint32_t flags, crm_io *io);

#ifdef __cplusplus
}
#endif

#endif
