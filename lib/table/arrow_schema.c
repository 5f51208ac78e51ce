/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "table/arrow_export.h"

#include "base/error.h"
#include "base/text.h"
#include "table/build.h"
#include "table/cell.h"

#include <string.h>

/* Types of tables as Arrow schemas. A node owns one piece of memory that holds its texts, so that it can be copied,
 * moved and released by itself. */

#define FORMAT_SIZE 16

typedef struct node {
  crm__memory memory;
  size_t size;                     /* of all of it */
  size_t metadata;                 /* where they begin; 0: there are none */
  size_t children;                 /* where their structs and pointers begin; 0: there are none */
  char format[FORMAT_SIZE];
  char name[1];                    /* and more */
} node;

static void free_node(node *of)
{
  crm__memory memory = of->memory;
  memory.used = of->size;
  crm__free(&memory, of, of->size);
}

static void release_schema(struct ArrowSchema *schema)
{
  int64_t i;
  for (i = 0; i < schema->n_children; i++) {
    if (schema->children[i]->release != NULL) {
      schema->children[i]->release(schema->children[i]);
    }
  }
  free_node((node *)schema->private_data);
  schema->release = NULL;
}

static size_t aligned(size_t size)
{
  return (size + 15) / 16 * 16;
}

/* Points a schema at a node, whose children are still to be filled. */
static void attach(struct ArrowSchema *schema, node *of, int64_t children)
{
  char *base = (char *)of;
  int64_t i;
  memset(schema, 0, sizeof *schema);
  schema->format = of->format;
  schema->name = of->name;
  schema->metadata = of->metadata == 0 ? NULL : base + of->metadata;
  schema->flags = ARROW_FLAG_NULLABLE;
  schema->n_children = 0;
  schema->release = release_schema;
  schema->private_data = of;
  if (of->children != 0) {
    struct ArrowSchema *own = (struct ArrowSchema *)(void *)(base + of->children);
    schema->children = (struct ArrowSchema **)(void *)(own + children);
    for (i = 0; i < children; i++) {
      schema->children[i] = &own[i];
    }
  }
}

/* A node with room for metadata and children; 0: no memory. */
static int make_node(const crm__memory *memory, const char *name, size_t metadata, int64_t children,
                     struct ArrowSchema *schema)
{
  crm__memory account = crm__memory_fork(memory);
  size_t texts = aligned(offsetof(node, name) + strlen(name) + 1);
  size_t links = aligned(texts + metadata);
  size_t size = links + (size_t)children * (sizeof(struct ArrowSchema) + sizeof(struct ArrowSchema *));
  node *made = crm__alloc_zero(&account, size);
  if (made == NULL) {
    return 0;
  }
  made->memory = *memory;
  made->size = size;
  made->metadata = metadata == 0 ? 0 : texts;
  made->children = children == 0 ? 0 : links;
  memcpy((char *)made + offsetof(node, name), name, strlen(name));
  attach(schema, made, children);
  return 1;
}

/* ---- metadata: a count, then lengths and bytes of keys and values, as the machine has 32-bit integers */

static size_t pair_size(const char *key, const char *value)
{
  return 8 + strlen(key) + strlen(value);
}

static char *put_count(char *into, int32_t count)
{
  memcpy(into, &count, 4);
  return into + 4;
}

static char *put_text(char *into, const char *text)
{
  size_t length = strlen(text);
  into = put_count(into, (int32_t)length);
  memcpy(into, text, length);
  return into + length;
}

static int make_root(const crm_table *table, const crm__memory *memory, struct ArrowSchema *schema)
{
  int32_t count = crm_table_meta_count(table);
  size_t size = 4;
  int32_t i;
  char *into;
  for (i = 0; i < count; i++) {
    size += pair_size(crm_table_meta_key(table, i), crm_table_meta_value(table, i));
  }
  if (size > INT32_MAX || !make_node(memory, crm_table_name(table), size, crm_table_columns(table), schema)) {
    return 0;
  }
  into = put_count((char *)schema->private_data + ((node *)schema->private_data)->metadata, count);
  for (i = 0; i < count; i++) {
    into = put_text(put_text(into, crm_table_meta_key(table, i)), crm_table_meta_value(table, i));
  }
  memcpy(((node *)schema->private_data)->format, "+s", 3);
  schema->flags = 0;
  return 1;
}

static int is_decimal(const crm_column *column)
{
  return column->type == CRM_TYPE_DECIMAL || column->type == CRM_TYPE_MONEY;
}

static void write_format(const crm_column *column, int32_t form, char *format)
{
  static const char *const formats[] = {"l", "l", "l", "tsu:", "tdD", "U", "b"};
  const char *plain = formats[column->type - 1];
  if (is_decimal(column) && form == CRM_ARROW_DECIMAL) {
    memcpy(format, "d:19,", 5);
    format[5 + crm__integer_write(column->scale, format + 5)] = '\0';
  } else {
    memcpy(format, plain, strlen(plain) + 1);
  }
}

static int make_field(const crm_column *column, const crm__memory *memory, int32_t form, struct ArrowSchema *schema)
{
  char scale[24];
  const char *type = crm__type_name(column->type);
  size_t size = 4 + pair_size("crm.type", type);
  node *made;
  char *into;
  scale[crm__integer_write(column->scale, scale)] = '\0';
  size += is_decimal(column) ? pair_size("crm.scale", scale) : 0;
  if (!make_node(memory, column->name, size, 0, schema)) {
    return 0;
  }
  made = (node *)schema->private_data;
  into = put_count((char *)made + made->metadata, is_decimal(column) ? 2 : 1);
  into = put_text(put_text(into, "crm.type"), type);
  if (is_decimal(column)) {
    put_text(put_text(into, "crm.scale"), scale);
  }
  write_format(column, form, made->format);
  return 1;
}

crm_status crm__arrow_schema_make(const crm_table *table, const crm__memory *memory, int32_t form,
                                  struct ArrowSchema *schema, crm_error *error)
{
  struct ArrowSchema made;
  int32_t i;
  if (!make_root(table, memory, &made)) {
    return crm__fail_memory(error);
  }
  for (i = 0; i < crm_table_columns(table); i++) {
    if (!make_field(crm__table_view(table, i), memory, form, made.children[i])) {
      made.release(&made);
      return crm__fail_memory(error);
    }
    made.n_children++;
  }
  *schema = made;
  return CRM_OK;
}

/* A node and what hangs on it once more; 0: no memory. */
static int copy_node(const struct ArrowSchema *from, struct ArrowSchema *into)
{
  const node *old = from->private_data;
  crm__memory account = crm__memory_fork(&old->memory);
  node *made = crm__alloc(&account, old->size);
  int64_t i;
  if (made == NULL) {
    return 0;
  }
  memcpy(made, old, old->size);
  attach(into, made, from->n_children);
  into->flags = from->flags;
  for (i = 0; i < from->n_children; i++) {
    if (!copy_node(from->children[i], into->children[i])) {
      into->release(into);
      return 0;
    }
    into->n_children++;
  }
  return 1;
}

int crm__arrow_schema_copy(const struct ArrowSchema *from, struct ArrowSchema *into)
{
  struct ArrowSchema made;
  if (!copy_node(from, &made)) {
    return 0;
  }
  *into = made;
  return 1;
}
