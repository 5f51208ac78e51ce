/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/facts.h"

#include "base/error.h"
#include "store/segment.h"

#include <string.h>

/* The scope that a handle keeps. */

/* Copies the branch keys: pointers first, then the texts. */
static int keep_branches(crm__scope_kept *kept, crm__memory *memory)
{
  const char *const *keys = kept->scope.branches;
  size_t count = (size_t)kept->scope.branch_count;
  size_t size = count * sizeof(char *);
  const char **copies;
  char *text;
  size_t i;
  kept->scope.branches = NULL;
  if (keys == NULL) {
    return 1;
  }
  for (i = 0; i < count; i++) {
    size += strlen(keys[i]) + 1U;
  }
  kept->branches = crm__alloc(memory, size);
  if (kept->branches == NULL) {
    return 0;
  }
  kept->branches_size = size;
  copies = (const char **)kept->branches;
  text = (char *)kept->branches + count * sizeof(char *);
  for (i = 0; i < count; i++) {
    size_t length = strlen(keys[i]) + 1U;
    memcpy(text, keys[i], length);
    copies[i] = text;
    text += length;
  }
  kept->scope.branches = copies;
  return 1;
}

static int keep_accounts(crm__scope_kept *kept, const crm__scope *open, crm__memory *memory)
{
  if (open->accounts == NULL) {
    return 1;
  }
  kept->accounts = crm__alloc_array(memory, kept->customers, sizeof *kept->accounts);
  if (kept->accounts != NULL) {
    memcpy(kept->accounts, open->accounts, (size_t)kept->customers * sizeof *kept->accounts);
  }
  return kept->accounts != NULL;
}

crm_status crm__scope_keep(const crm__scope *open, const crm_scope *given, crm__memory *memory, crm__scope_kept *kept,
                           crm_error *error)
{
  static const crm_scope usual = CRM_SCOPE_INIT;
  crm_status status = CRM_OK;
  memset(kept, 0, sizeof *kept);
  kept->scope = usual;
  kept->customers = crm__customers(open->store);
  if (given != NULL) {
    status = crm__struct_read(&kept->scope, sizeof kept->scope, given, "crm_scope", error);
    if (status != CRM_OK) {
      return status;
    }
  }
  kept->scope.struct_size = (uint32_t)sizeof kept->scope;
  kept->scope.context = NULL;
  kept->scope.summary = NULL;
  status = crm__segment_copy(kept->scope.segment, &kept->segment, error);
  kept->scope.segment = kept->segment;
  if (status == CRM_OK && (!keep_branches(kept, memory) || !keep_accounts(kept, open, memory))) {
    status = crm__fail_memory(error);
  }
  return status;
}

void crm__scope_kept_free(crm__scope_kept *kept, crm__memory *memory)
{
  crm_segment_free(kept->segment);
  crm__free(memory, kept->branches, kept->branches_size);
  crm__free_array(memory, kept->accounts, kept->customers, sizeof *kept->accounts);
}
