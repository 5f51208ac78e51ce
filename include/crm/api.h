/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_API_H
#define CRM_API_H

#include <stddef.h>
#include <stdint.h>

/* What every other header uses: visibility, version, status, error, allocator.
 *
 * Conventions that hold for the whole library:
 * - A function that can fail returns crm_status and takes a crm_error last, which may be NULL.
 * - On failure outputs are untouched or NULL, inputs unchanged, and every object can still be freed.
 * - A destructor takes NULL. A public struct begins with its size; start from its _INIT macro.
 *   An input struct that is shorter than today's is read as if extended by zeros; of a longer one the
 *   unknown tail must be zero. Of an output struct at most struct_size bytes are written.
 * - An object may be read by many threads or changed by one; the caller's lock decides.
 * - Text is UTF-8, ended by a zero byte where no length is given. Nothing depends on locale, clock or environment. */

#if defined(_WIN32) && defined(CRM_SHARED)
#  if defined(CRM_BUILDING)
#    define CRM_API __declspec(dllexport)
#  else
#    define CRM_API __declspec(dllimport)
#  endif
#elif defined(__GNUC__) && __GNUC__ >= 4
#  define CRM_API __attribute__((visibility("default")))
#else
#  define CRM_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define CRM_VERSION_MAJOR 0
#define CRM_VERSION_MINOR 1
#define CRM_VERSION_PATCH 0

/* The version of the library that is linked: major * 1000000 + minor * 1000 + patch. Since 0.1. */
CRM_API int32_t crm_version(void);

/* "major.minor.patch"; static text. Since 0.1. */
CRM_API const char *crm_version_text(void);

/* For bindings that mirror structs: the size of a public struct by its name ("crm_error") and where a member of it
 * begins, as this library was compiled; -1 for a name that is none. Since 0.1. */
CRM_API int64_t crm_struct_size(const char *name);
CRM_API int64_t crm_struct_offset(const char *name, const char *member);

/* Outcome of a call. Values are never reused. */
typedef int32_t crm_status;

#define CRM_OK 0
#define CRM_ERROR_ARGUMENT 1    /* a call that cannot be meant: NULL, unknown value, options that contradict */
#define CRM_ERROR_TYPE 2        /* a column has another type than the one asked for */
#define CRM_ERROR_SCHEMA 3      /* unknown table or column, a required column is missing */
#define CRM_ERROR_VALUE 4       /* a value that cannot be read */
#define CRM_ERROR_RANGE 5       /* a value outside what its type or column holds */
#define CRM_ERROR_OVERFLOW 6    /* sums would pass 64 bits; nothing was changed */
#define CRM_ERROR_MEMORY 7      /* the allocator gave none, or the memory limit is reached */
#define CRM_ERROR_IO 8          /* reading or writing failed */
#define CRM_ERROR_LIMIT 9       /* more rows, keys, periods or bytes than the library takes */
#define CRM_ERROR_STATE 10      /* not in this state: a second open load, a handle older than its store */
#define CRM_ERROR_CONFLICT 11   /* rows contradict what the store holds, and all-or-nothing was asked */
#define CRM_ERROR_NOT_FOUND 12  /* no such customer or document */
#define CRM_ERROR_CANCELLED 13  /* the host asked to stop */
#define CRM_ERROR_CORRUPT 14    /* what is kept differs from what its facts give, or a file is damaged */
#define CRM_ERROR_UNSUPPORTED 15 /* the host's io cannot give what was asked for */
#define CRM_ERROR_VERSION 16    /* a file of a later library */

/* A short English name of a status ("overflow"); static text, "unknown" for a value that is none. Since 0.1. */
CRM_API const char *crm_status_name(crm_status status);

/* Where and why a call failed. Written on failure only; holds no customer data, only places. */
typedef struct crm_error {
  uint32_t struct_size;
  crm_status status;
  int64_t row;        /* 1-based data row of a batch or file, 0 where none */
  int64_t byte;       /* 0-based position in a text or file, -1 where none */
  char table[32];     /* schema table, "" where none */
  char column[64];    /* schema column or option, "" where none */
  char message[256];  /* one line, no full stop */
} crm_error;

#define CRM_ERROR_INIT { (uint32_t)sizeof(crm_error), 0, 0, -1, {0}, {0}, {0} }

/* One function that gives, resizes and takes back memory.
 * memory NULL: new memory of new_size bytes. new_size 0: free memory of old_size bytes, answer NULL.
 * Else resize; on failure answer NULL and leave memory as it was. Alignment as of malloc. Must be safe to call
 * from every thread in which objects made with it are used. */
typedef void *(*crm_allocate)(void *context, void *memory, size_t old_size, size_t new_size);

/* What every root object takes; NULL stands for CRM_CONFIG_INIT. Copied at creation. */
typedef struct crm_config {
  uint32_t struct_size;
  uint32_t reserved;
  crm_allocate allocate;   /* NULL: realloc and free of the C library */
  void *allocate_context;
  uint64_t memory_limit;   /* bytes that one object and its scratch may hold; 0: no limit */
} crm_config;

#define CRM_CONFIG_INIT { (uint32_t)sizeof(crm_config), 0, NULL, NULL, 0 }

/* A place that bytes are read from. read fills buffer with up to size bytes and sets *got, 0 at the end. */
typedef struct crm_source {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  crm_status (*read)(void *context, void *buffer, size_t size, size_t *got);
} crm_source;

#define CRM_SOURCE_INIT { (uint32_t)sizeof(crm_source), 0, NULL, NULL }

/* A place that bytes are written to. A status other than CRM_OK stops the writer, which returns it. */
typedef struct crm_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  crm_status (*write)(void *context, const void *bytes, size_t size);
} crm_sink;

#define CRM_SINK_INIT { (uint32_t)sizeof(crm_sink), 0, NULL, NULL }

#ifdef __cplusplus
}
#endif

#endif
