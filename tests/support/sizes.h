/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef TESTS_SUPPORT_SIZES_H
#define TESTS_SUPPORT_SIZES_H

/* At the beginning of a test that is about the usual sizes of buffers and blocks (lib/base/sizes.h). */
#ifdef CRM__SMALL_BUFFERS
#  define NEEDS_USUAL_SIZES() skip()
#else
#  define NEEDS_USUAL_SIZES() ((void)0)
#endif

#endif
