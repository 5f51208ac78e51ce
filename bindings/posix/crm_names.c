/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _FILE_OFFSET_BITS 64
#define _XOPEN_SOURCE 700

#include "crm_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define LINKS 40   /* most symbolic links on the way to a file */
#define ROOM 4096

static char *join(const char *head, size_t head_length, const char *tail, size_t tail_length)
{
  char *made = malloc(head_length + tail_length + 1);
  if (made != NULL) {
    memcpy(made, head, head_length);
    memcpy(made + head_length, tail, tail_length);
    made[head_length + tail_length] = '\0';
  }
  return made;
}

/* Up to the last slash, with it; 0: there is none. */
static size_t folder_length(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

static char *follow(const char *path, size_t length)
{
  char *at = join(path, length, "", 0);
  int i;
  for (i = 0; at != NULL && i < LINKS; i++) {
    char to[ROOM];
    char *next;
    struct stat found;
    ssize_t size = readlink(at, to, sizeof to);
    if (size < 0) {   /* no link, or nothing */
      return at;
    }
    /* A link that the system would not follow (somebody else's in a folder that all may write to) is not followed. */
    if (size == (ssize_t)sizeof to || (stat(at, &found) != 0 && errno == EACCES)) {
      break;
    }
    next = join(at, size > 0 && to[0] == '/' ? 0 : folder_length(at), to, (size_t)size);
    free(at);
    at = next;
  }
  if (at != NULL) {
    free(at);
    errno = ELOOP;
  }
  return NULL;
}

char *crm_names_follow(const char *path)
{
  return follow(path, strlen(path));
}

size_t crm_names_base(const char *path, const char *tail)
{
  size_t length = strlen(path);
  size_t tail_length = strlen(tail);
  return length > tail_length && strcmp(path + length - tail_length, tail) == 0 ? length - tail_length : 0;
}

char *crm_names_beside(const char *path, const char *tail)
{
  size_t base = crm_names_base(path, tail);
  char *of = follow(path, base > 0 ? base : strlen(path));
  char *made = of != NULL && base > 0 ? join(of, strlen(of), tail, strlen(tail)) : of;
  if (made != of) {
    free(of);
  }
  return made;
}

char *crm_names_from_root(const char *path)
{
  char *folder = path[0] == '/' ? NULL : realpath(".", NULL);
  char *head;
  char *made;
  if (folder == NULL) {
    return strdup(path);
  }
  head = join(folder, strlen(folder), "/", 1);
  made = head != NULL ? join(head, strlen(head), path, strlen(path)) : NULL;
  free(head);
  free(folder);
  return made;
}

char *crm_names_folder(const char *path)
{
  size_t length = folder_length(path);
  return length > 0 ? join(path, length, "", 0) : strdup(".");
}
