/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BASE_SIZES_H
#define CRM_BASE_SIZES_H

/* Sizes of buffers and blocks, and counts from which another way is taken, in the form CRM__SIZE(usual, small). They
 * say how fast the library is and how much memory it holds, never what it answers. A build with CRM__SMALL_BUFFERS
 * takes the small ones, so that a test of a few rows meets every seam, every growth and both ways. */
#ifdef CRM__SMALL_BUFFERS
#  define CRM__SIZE(usual, small) (small)
#else
#  define CRM__SIZE(usual, small) (usual)
#endif

#endif
