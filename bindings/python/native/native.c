/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include <crm/crm.h>

#include <stdlib.h>

#ifdef CRM_PYTHON_POSIX
#  include "crm_files.h"
#  include "crm_pages.h"
#  include "crm_threads.h"
#endif

/* Arrow structs in Python capsules. A capsule's destructor and its name may be needed after the last line of Python has
 * run, so both live here; the one function of the interpreter that they need is handed over at import, which spares its
 * header. */

#if defined(_WIN32)
#  define EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#  define EXPORT __attribute__((visibility("default")))
#else
#  define EXPORT
#endif

#define SCHEMA 0
#define ARRAY 1
#define STREAM 2
#define KINDS 3

typedef void *(*get_pointer)(void *capsule, const char *name);
typedef void (*destructor)(void *capsule);

static const char *const names[KINDS] = {"arrow_schema", "arrow_array", "arrow_array_stream"};

/* The interpreter's PyCapsule_GetPointer. */
static get_pointer pointer_of;

EXPORT void crm_python_setup(void *get);
EXPORT void *crm_python_new(int32_t kind);
EXPORT void crm_python_drop(int32_t kind, void *pointer);
EXPORT const void *crm_python_name(int32_t kind);
EXPORT void *crm_python_destructor(int32_t kind);

/* A function's address that came as one of data: the standard gives no way but through their bytes. */
typedef union address {
  void *data;
  get_pointer function;
  destructor destroy;
} address;

void crm_python_setup(void *get)
{
  address from;
  from.data = get;
  pointer_of = from.function;
}

void *crm_python_new(int32_t kind)
{
  static const size_t sizes[KINDS] = {sizeof(struct ArrowSchema), sizeof(struct ArrowArray),
                                      sizeof(struct ArrowArrayStream)};
  return kind < 0 || kind >= KINDS ? NULL : calloc(1, sizes[kind]);
}

/* Releases what a consumer has not taken. */
void crm_python_drop(int32_t kind, void *pointer)
{
  if (pointer == NULL) {
    return;
  }
  if (kind == SCHEMA && ((struct ArrowSchema *)pointer)->release != NULL) {
    ((struct ArrowSchema *)pointer)->release(pointer);
  } else if (kind == ARRAY && ((struct ArrowArray *)pointer)->release != NULL) {
    ((struct ArrowArray *)pointer)->release(pointer);
  } else if (kind == STREAM && ((struct ArrowArrayStream *)pointer)->release != NULL) {
    ((struct ArrowArrayStream *)pointer)->release(pointer);
  }
  free(pointer);
}

const void *crm_python_name(int32_t kind)
{
  return names[kind];
}

static void destroy_schema(void *capsule)
{
  crm_python_drop(SCHEMA, pointer_of(capsule, names[SCHEMA]));
}

static void destroy_array(void *capsule)
{
  crm_python_drop(ARRAY, pointer_of(capsule, names[ARRAY]));
}

static void destroy_stream(void *capsule)
{
  crm_python_drop(STREAM, pointer_of(capsule, names[STREAM]));
}

void *crm_python_destructor(int32_t kind)
{
  address to;
  to.destroy = kind == SCHEMA ? destroy_schema : kind == ARRAY ? destroy_array : destroy_stream;
  return to.data;
}

/* ---- what the host's system lends; where it lends nothing these answer so */

EXPORT crm_status crm_python_files(uint32_t flags, crm_io *io);
EXPORT crm_status crm_python_pages(crm_config *config);
EXPORT crm_status crm_python_threads(uint32_t workers, void **threads, crm_executor *executor);
EXPORT void crm_python_threads_free(void *threads);

#ifdef CRM_PYTHON_POSIX

crm_status crm_python_files(uint32_t flags, crm_io *io)
{
  crm_files_lend(((flags & 1U) != 0 ? CRM_FILES_NO_SYNC : 0U) | ((flags & 2U) != 0 ? CRM_FILES_NO_MAP : 0U), io);
  return CRM_OK;
}

/* One pool for the whole process: tables go back to it whenever Python lets them go, so it is never freed. Called with
 * the interpreter's lock held. */
crm_status crm_python_pages(crm_config *config)
{
  static crm_pages *pages;
  crm_status status = pages == NULL ? crm_pages_create(&pages) : CRM_OK;
  if (status == CRM_OK) {
    crm_pages_lend(pages, config);
  }
  return status;
}

crm_status crm_python_threads(uint32_t workers, void **threads, crm_executor *executor)
{
  crm_threads *made = NULL;
  crm_status status = crm_threads_create(workers, &made);
  if (status == CRM_OK) {
    crm_threads_lend(made, executor);
    *threads = made;
  }
  return status;
}

void crm_python_threads_free(void *threads)
{
  crm_threads_free(threads);
}

#else

/* Those of the C library. */
crm_status crm_python_files(uint32_t flags, crm_io *io)
{
  (void)flags;
  crm_io_stdio(io);
  return CRM_OK;
}

crm_status crm_python_pages(crm_config *config)
{
  (void)config;
  return CRM_ERROR_NOT_FOUND;
}

crm_status crm_python_threads(uint32_t workers, void **threads, crm_executor *executor)
{
  (void)workers;
  (void)threads;
  (void)executor;
  return CRM_ERROR_NOT_FOUND;
}

void crm_python_threads_free(void *threads)
{
  (void)threads;
}

#endif
