/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "analysis/segment_fields.h"

#include "analysis/lifecycle_handle.h"
#include "analysis/pyramid_handle.h"

#include "base/decimal.h"
#include "base/error.h"
#include "base/text.h"
#include "store/rows.h"
#include "table/build.h"

#include <string.h>

/* What fields there are, and how their values are read. */

#define NONE INT64_MIN

/* ---- measures ---- */

static int64_t spend_of(const crm__measure *measure)
{
  return measure->money;
}

static int64_t cost_of(const crm__measure *measure)
{
  return measure->flags & CRM__COST_MISSING ? NONE : measure->cost;
}

static int64_t profit_of(const crm__measure *measure)
{
  return measure->flags & CRM__COST_MISSING ? NONE : measure->money - measure->cost;
}

static int64_t orders_of(const crm__measure *measure)
{
  return measure->orders;
}

static int64_t average_of(const crm__measure *measure)
{
  uint64_t amount = measure->money < 0 ? 0U - (uint64_t)measure->money : (uint64_t)measure->money;
  uint32_t orders = measure->orders;
  uint64_t value;
  uint64_t rest;
  if (orders == 0) {
    return NONE;
  }
  if (amount <= UINT32_MAX) {   /* divides several times faster */
    value = (uint32_t)amount / orders;
    rest = (uint32_t)amount % orders;
  } else {
    value = amount / orders;
    rest = amount % orders;
  }
  value += 2 * rest >= orders;
  return measure->money < 0 ? -(int64_t)value : (int64_t)value;
}

static int64_t first_of(const crm__measure *measure)
{
  return measure->first == INT32_MAX ? NONE : measure->first;
}

static int64_t last_of(const crm__measure *measure)
{
  return measure->last == INT32_MIN ? NONE : measure->last;
}

/* Whether a value is none or has its own number in 32 bits, whose least one stands for none. */
static int is_narrow(int64_t value)
{
  return (uint64_t)value + INT32_MAX < UINT32_MAX || value == NONE;
}

/* Loops over measures, in 64 and in 32 bits; one a field, so that each is a plain walk. */
#define FETCH(name, value)                                                                                       \
  static void name(const crm__fields *fields, const crm__segment_field *field, uint32_t first, uint32_t count,   \
                   int64_t *values)                                                                              \
  {                                                                                                              \
    const size_t stride = fields->measures.stride;                                                               \
    const unsigned char *at = fields->measures.base + stride * first;                                            \
    const int32_t today = fields->scope.as_of_day;                                                               \
    uint32_t i;                                                                                                  \
    (void)field;                                                                                                 \
    (void)today;                                                                                                 \
    for (i = 0; i < count; i++, at += stride) {                                                                  \
      const uint32_t id = first + i;                                                                             \
      (void)id;                                                                                                  \
      values[i] = (value);                                                                                       \
    }                                                                                                            \
  }                                                                                                              \
                                                                                                                 \
  static int name##_narrow(const crm__fields *fields, const crm__segment_field *field, uint32_t first,           \
                           uint32_t count, int32_t *values)                                                      \
  {                                                                                                              \
    const size_t stride = fields->measures.stride;                                                               \
    const unsigned char *at = fields->measures.base + stride * first;                                            \
    const int32_t today = fields->scope.as_of_day;                                                               \
    int fits = 1;                                                                                                \
    uint32_t i;                                                                                                  \
    (void)field;                                                                                                 \
    (void)today;                                                                                                 \
    for (i = 0; i < count; i++, at += stride) {                                                                  \
      const uint32_t id = first + i;                                                                             \
      const int64_t found = (value);                                                                             \
      (void)id;                                                                                                  \
      fits &= is_narrow(found);                                                                                  \
      values[i] = found == NONE ? INT32_MIN : (int32_t)found;                                                    \
    }                                                                                                            \
    return fits;                                                                                                 \
  }

#define MEASURE ((const crm__measure *)(const void *)at)
#define AGE(day) ((day) == NONE ? NONE : today - (day))

FETCH(fetch_spend, spend_of(MEASURE))
FETCH(fetch_cost, cost_of(MEASURE))
FETCH(fetch_profit, profit_of(MEASURE))
FETCH(fetch_orders, orders_of(MEASURE))
FETCH(fetch_average, average_of(MEASURE))
FETCH(fetch_first, first_of(MEASURE))
FETCH(fetch_last, last_of(MEASURE))
FETCH(fetch_since_first, AGE(first_of(MEASURE)))
FETCH(fetch_since_last, AGE(last_of(MEASURE)))
FETCH(fetch_ever, fields->ever[id] == INT32_MAX ? NONE : fields->ever[id])
FETCH(fetch_days, fields->days[id])
FETCH(fetch_r, fields->scores[0][id] == UINT8_MAX ? NONE : fields->scores[0][id])
FETCH(fetch_f, fields->scores[1][id] == UINT8_MAX ? NONE : fields->scores[1][id])
FETCH(fetch_m, fields->scores[2][id] == UINT8_MAX ? NONE : fields->scores[2][id])
FETCH(fetch_rfm_segment, fields->scores[3][id] == UINT8_MAX ? NONE : fields->scores[3][id])
FETCH(fetch_tier, fields->pyramid->kinds[id] == CRM__KIND_ABSENT ? NONE : crm__tier_of(fields->pyramid, id))

static int64_t stage_of(const crm__fields *fields, uint32_t id)
{
  const crm__life_event *event = crm__life_at(fields->lifecycle, id, fields->lifecycle->as_of);
  return event == NULL || event->stage == CRM_STAGE_NONE ? NONE : event->stage;
}

static int64_t stage_since(const crm__fields *fields, uint32_t id)
{
  const crm__life_event *event = crm__life_at(fields->lifecycle, id, fields->lifecycle->as_of);
  if (event == NULL || event->stage == CRM_STAGE_NONE || event->time == INT64_MIN) {
    return NONE;
  }
  return crm__business_day(event->time, fields->lifecycle->day_start);
}

static int64_t days_in_stage(const crm__fields *fields, uint32_t id)
{
  int64_t since = stage_since(fields, id);
  return since == NONE ? NONE : fields->lifecycle->as_of_day - since;
}

#define CLASSES 3

static const char *const class_names[CLASSES] = {"ordinary", "vip", "corporate"};

FETCH(fetch_class, fields->class_of[id] == UINT8_MAX ? NONE : fields->class_of[id])
FETCH(fetch_stage, stage_of(fields, id))
FETCH(fetch_stage_since, stage_since(fields, id))
FETCH(fetch_stage_days, days_in_stage(fields, id))
FETCH(fetch_open, fields->open[id])
FETCH(fetch_contact, fields->contacts[id] == INT32_MIN ? NONE : (int64_t)today - fields->contacts[id])
FETCH(fetch_owner, fields->owners[id] == CRM__NONE ? NONE : fields->owners[id])
FETCH(fetch_parent, fields->parents[id] == CRM__NONE ? NONE : fields->parents[id])

static void fetch_column(const crm__fields *fields, const crm__segment_field *field, uint32_t first, uint32_t count,
                         int64_t *values)
{
  (void)fields;
  crm__customer_cells(&field->column, first, count, values);
}

static int fetch_column_narrow(const crm__fields *fields, const crm__segment_field *field, uint32_t first,
                               uint32_t count, int32_t *values)
{
  (void)fields;
  return crm__customer_narrow(&field->column, first, count, values);
}

/* ---- words ---- */

static int32_t list_tiers(const crm__fields *fields, const char **words)
{
  crm_pyramid_options options = CRM_PYRAMID_OPTIONS_INIT;
  crm_pyramid named;
  int32_t tier = 0;
  memset(&named, 0, sizeof named);
  if (fields->options.pyramid != NULL &&
      crm__struct_read(&options, sizeof options, fields->options.pyramid, "crm_pyramid_options", NULL) != CRM_OK) {
    return 0;
  }
  named.tier_count = options.share_count < 1                    ? 4
                     : options.share_count > CRM_PYRAMID_SHARES ? CRM_PYRAMID_SHARES + 1
                                                                : (int32_t)options.share_count + 1;
  for (; tier < named.tier_count + CRM__KINDS_BELOW; tier++) {
    words[tier] = crm__tier_name(&named, tier);
  }
  return tier;
}

static int32_t list_rfm(const crm__fields *fields, const char **words)
{
  memcpy(words, fields->rfm_names, (size_t)fields->rfm_count * sizeof *words);
  return fields->rfm_count;
}

static int32_t list_stages(const crm__fields *fields, const char **words)
{
  int32_t stage;
  (void)fields;
  for (stage = 0; stage < CRM_STAGES; stage++) {
    words[stage] = crm__stage_name(stage);
  }
  return CRM_STAGES;
}

int32_t crm__fields_classes(const crm__fields *fields, const char **words)
{
  (void)fields;
  memcpy(words, class_names, sizeof class_names);
  return CLASSES;
}

/* ---- the table of fields ---- */

#define FIELD(name, type, source, fetch, list, meaning)                                                          \
  {                                                                                                              \
    name, CRM__FIELD_##type, 0, CRM__SOURCE_##source, fetch, fetch##_narrow, list, meaning,                      \
    {                                                                                                            \
      NULL, 0, NULL, 0, 0, NULL, NULL, NULL                                                                      \
    }                                                                                                            \
  }

static const crm__segment_field built_in[] = {
  FIELD("spend", MONEY, MEASURES, fetch_spend, NULL, "money of the period"),
  FIELD("cost", MONEY, MEASURES, fetch_cost, NULL, "cost of it; empty where a line has none"),
  FIELD("profit", MONEY, MEASURES, fetch_profit, NULL, "spend less cost; empty where a line has no cost"),
  FIELD("orders", INTEGER, MEASURES, fetch_orders, NULL, "occasions of the period"),
  FIELD("average_order", MONEY, MEASURES, fetch_average, NULL, "spend / orders, rounded; empty without orders"),
  FIELD("first", DATE, MEASURES, fetch_first, NULL, "business day of the first occasion of the period"),
  FIELD("last", DATE, MEASURES, fetch_last, NULL, "business day of the last occasion of the period"),
  FIELD("days_since_first", INTEGER, MEASURES, fetch_since_first, NULL, "as-of's business day less first"),
  FIELD("days_since_last", INTEGER, MEASURES, fetch_since_last, NULL, "as-of's business day less last"),
  FIELD("first_ever", DATE, EVER, fetch_ever, NULL, "business day of the first occasion before as-of"),
  FIELD("purchase_days", INTEGER, DAYS, fetch_days, NULL, "business days with an occasion in the period"),
  FIELD("tier", WORD, PYRAMID, fetch_tier, list_tiers, "tier of the value pyramid"),
  FIELD("r", INTEGER, RFM, fetch_r, NULL, "RFM score of recency, 1 to 5; empty without orders"),
  FIELD("f", INTEGER, RFM, fetch_f, NULL, "RFM score of frequency"),
  FIELD("m", INTEGER, RFM, fetch_m, NULL, "RFM score of money"),
  FIELD("rfm_segment", WORD, RFM, fetch_rfm_segment, list_rfm, "RFM segment; empty without orders"),
  FIELD("stage", WORD, LIFECYCLE, fetch_stage, list_stages, "stage of the customer's life, whatever the branches"),
  FIELD("class", WORD, CLASSES, fetch_class, crm__fields_classes, "ordinary, vip or corporate; empty without orders"),
  FIELD("stage_since", DATE, LIFECYCLE, fetch_stage_since, NULL, "business day on which the stage was entered"),
  FIELD("days_in_stage", INTEGER, LIFECYCLE, fetch_stage_days, NULL, "as-of's business day less stage_since"),
  FIELD("open_opportunities", INTEGER, DEALS, fetch_open, NULL, "opportunities that are open at as-of"),
  FIELD("days_since_contact", INTEGER, CONTACTS, fetch_contact, NULL,
        "as-of's business day less that of the last interaction before it")
};

#define BUILT_IN ((int32_t)(sizeof built_in / sizeof built_in[0]))

static void settle(const crm__fields *fields, crm__segment_field *field)
{
  if (field->type == CRM__FIELD_MONEY) {
    field->scale = crm_store_digits(fields->store);
  }
}

/* Who owns and to whom one belongs are facts with dates, where there are any. */
static void date_column(const crm__fields *fields, int32_t place, crm__segment_field *field)
{
  if (place == CRM__CUSTOMERS_OWNER && crm__rows_live(fields->store, CRM__TABLE_OWNERSHIP) > 0) {
    field->source = CRM__SOURCE_OWNERS;
    field->fetch = fetch_owner;
    field->narrow = fetch_owner_narrow;
    field->meaning = "who owned the customer just before as-of";
  } else if (place == CRM__CUSTOMERS_PARENT && crm__rows_live(fields->store, CRM__TABLE_PARENTS) > 0) {
    field->source = CRM__SOURCE_PARENTS;
    field->fetch = fetch_parent;
    field->narrow = fetch_parent_narrow;
    field->meaning = "the customer that it belonged to just before as-of";
  }
}

static void take_column(const crm__fields *fields, int32_t place, crm__segment_field *field)
{
  memset(field, 0, sizeof *field);
  crm__customer_column_at(fields->store, place, &field->column);
  field->name = field->column.name;
  field->source = CRM__SOURCE_CUSTOMERS;
  field->fetch = fetch_column;
  field->narrow = fetch_column_narrow;
  field->meaning = field->column.meaning == NULL ? "declared attribute" : field->column.meaning;
  switch (field->column.cell) {
  case CRM__CELL_KEY:
    field->type = CRM__FIELD_KEY;
    break;
  case CRM__CELL_NAME:
    field->type = CRM__FIELD_TEXT;
    break;
  case CRM__CELL_WORD:
    field->type = CRM__FIELD_WORD;
    break;
  case CRM__CELL_TIME:
    field->type = CRM__FIELD_TIME;
    break;
  case CRM__CELL_MONEY:
    field->type = CRM__FIELD_MONEY;
    break;
  case CRM__CELL_BOOLEAN:
    field->type = CRM__FIELD_YES_NO;
    break;
  case CRM__CELL_INTEGER:
    field->type = CRM__FIELD_INTEGER;
    break;
  default:
    field->type = CRM__FIELD_NUMBER;
    field->scale = 6;
    break;
  }
  settle(fields, field);
}

int crm__field_find(const crm__fields *fields, const char *name, size_t length, int column, crm__segment_field *field)
{
  int32_t i;
  for (i = 0; !column && i < BUILT_IN; i++) {
    if (crm__text_equal(name, length, built_in[i].name)) {
      *field = built_in[i];
      settle(fields, field);
      return 1;
    }
  }
  i = crm__customer_column_find(fields->store, name, length);
  if (i >= 0) {
    take_column(fields, i, field);
    if (!column) {
      date_column(fields, i, field);
    }
  }
  return i >= 0;
}

int32_t crm__field_count(const crm__fields *fields)
{
  return BUILT_IN + crm__customer_columns(fields->store);
}

void crm__field_at(const crm__fields *fields, int32_t place, crm__segment_field *field)
{
  if (place < BUILT_IN) {
    *field = built_in[place];
    settle(fields, field);
  } else {
    take_column(fields, place - BUILT_IN, field);
    date_column(fields, place - BUILT_IN, field);
  }
}

int32_t crm__field_words(const crm__fields *fields, const crm__segment_field *field, crm__field_word *words)
{
  const char *listed[CRM__FIELD_WORDS];
  const char *text = field->column.words;
  int32_t count = 0;
  if (field->list != NULL) {
    int32_t all = field->list(fields, listed);
    for (; count < all; count++) {
      words[count].text = listed[count];
      words[count].length = strlen(listed[count]);
    }
    return count;
  }
  while (text != NULL && *text != '\0' && count < CRM__FIELD_WORDS) {
    words[count].text = text;
    words[count].length = strcspn(text, " ");
    text += words[count].length;
    text += *text == ' ';
    count++;
  }
  return count;
}

const char *crm__field_type(const crm__segment_field *field)
{
  static const char *const names[] = {"money", "number", "integer", "date", "time", "text", "key", "word", "yes_no"};
  return names[field->type];
}

static void put_word(const crm__fields *fields, const crm__segment_field *field, int64_t value, crm_table *table,
                     int32_t column)
{
  crm__field_word words[CRM__FIELD_WORDS];
  int32_t count = crm__field_words(fields, field, words);
  if (value < count) {
    crm__table_put_text(table, column, words[value].text, words[value].length);
  } else {
    crm__table_put_null(table, column);
  }
}

void crm__field_put(const crm__fields *fields, const crm__segment_field *field, int64_t value, crm_table *table,
                    int32_t column)
{
  char text[64];
  size_t length;
  if (value == NONE) {
    crm__table_put_null(table, column);
    return;
  }
  switch (field->type) {
  case CRM__FIELD_TEXT:
    crm__table_put_key(table, column, crm__name_key(fields->store, (uint32_t)value));
    return;
  case CRM__FIELD_KEY:
    crm__table_put_key(table, column, crm__customer_key(fields->store, (uint32_t)value));
    return;
  case CRM__FIELD_WORD:
    put_word(fields, field, value, table, column);
    return;
  case CRM__FIELD_YES_NO:
    crm__table_put_name(table, column, value ? "true" : "false");
    return;
  case CRM__FIELD_DATE:
    length = crm__date_write((int32_t)value, text);
    break;
  case CRM__FIELD_TIME:
    length = crm__time_write(value, text);
    break;
  default:
    length = crm__decimal_write(value, field->scale, text);
    break;
  }
  crm__table_put_text(table, column, text, length);
}
