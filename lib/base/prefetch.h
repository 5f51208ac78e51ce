/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_PREFETCH_H
#define CRM_BASE_PREFETCH_H

/* Asks for the cache line of an address ahead of its use; nothing where the compiler offers no such thing.
 * Not for a function that does nothing else: gcc takes its calls for idle and drops them. */
#if defined(__GNUC__) || defined(__clang__)
#  define CRM__PREFETCH(address) __builtin_prefetch(address)
#else
#  define CRM__PREFETCH(address) ((void)(address))
#endif

#endif
