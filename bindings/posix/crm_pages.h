/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_PAGES_H
#define CRM_PAGES_H

#include <crm/api.h>

/* Memory in large pages, to be lent to libcrm on POSIX systems. A load writes memory that it sees for the first time;
 * with pages of 4 KiB the system is asked for each of them, which takes longer than writing it does. Where the system
 * has large pages to give on demand (Linux: "madvise" or "always" in /sys/kernel/mm/transparent_hugepage/enabled)
 * blocks of 32 KiB and more come from those; smaller ones come from malloc. Blocks that are freed wait for the next,
 * of large ones up to 128 MiB, or a quarter of what is in use if that is more; those freed longest ago go back to the
 * system first. Elsewhere it is an allocator like any other.
 *
 *   crm_config config = CRM_CONFIG_INIT;
 *   crm_pages *pages = NULL;
 *   status = crm_pages_create(&pages);
 *   crm_pages_lend(pages, &config);
 *   status = crm_store_create(&config, NULL, &store, &error);
 */
typedef struct crm_pages crm_pages;

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a pool. It may serve any number of objects from any number of threads, and is freed after the last of them.
 * What they free stays in the pool for the next. Errors: MEMORY. */
crm_status crm_pages_create(crm_pages **pages);

/* Sets allocate and allocate_context. */
void crm_pages_lend(crm_pages *pages, crm_config *config);

/* Gives the pool back to the system. NULL is let pass. */
void crm_pages_free(crm_pages *pages);

#ifdef __cplusplus
}
#endif

#endif
