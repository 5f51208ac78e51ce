/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/saved_profiles.h"

#include "base/error.h"
#include "store/met.h"
#include "store/profile.h"
#include "store/saved_checkpoint.h"

/* The head of a frame of profiles: the commit that it goes on from, data version, latest and earliest time, documents,
 * lines, customers that are known (8 each); keys of customers, tables, customers (4 each), 0 (4). */
#define FRAME_HEAD 72U
#define FRAME_CUSTOMERS 56U   /* where the keys of customers stand in it */
#define FRAME_TABLE 80U       /* number, 0 (4 each), latest event (8), tally */
#define FRAME_CUSTOMER 40U    /* id, standing (4 each), measure */

static crm_status corrupt(crm_error *error, const char *what)
{
  return crm__fail(error, CRM_ERROR_CORRUPT, "%s", what);
}

/* ---- writing ---- */

void crm__profiled_at(const crm_store *store, uint64_t commit)
{
  crm__profiled *profiled = &store->saved->profiled;
  profiled->commit = commit;
  profiled->version = store->version;
  profiled->horizon = crm_store_horizon(store);
  profiled->known = -1;
}

/* Customers that will be known. Before the first change they are counted. */
static int64_t count_known(const crm_store *store, const crm__ahead *ahead)
{
  int64_t known = store->saved->profiled.known;
  uint64_t i;
  known = known < 0 ? crm_store_customers(store) : known;
  for (i = 0; i < ahead->count; i++) {
    int will_be;
    (void)crm__ahead_standing(ahead, store, &ahead->customers[i], &will_be);
    known += will_be - (int64_t)ahead->customers[i].known;
  }
  return known;
}

/* What loads brought to a table, once the change is made; answers whether that is to be told. load: NULL where it is
 * none. */
static int told_tally(const crm_store *store, const crm_load *load, const crm__ahead *ahead, int32_t table,
                      crm__tally *tally)
{
  int told = ahead->row_latest[table] != store->dimensions[table].latest;
  *tally = store->tallies[table];
  if (load != NULL) {
    const crm__tally *own = &load->tables[table].tally;
    told = told || own->rows > 0 || own->touched || own->ignored > 0;
    crm__tally_add(tally, own);
  }
  return told;
}

/* Answers the number of tables, which are written where there are bytes. */
static uint32_t write_tables(const crm_store *store, const crm_load *load, const crm__ahead *ahead, int all,
                             crm__bytes *bytes)
{
  uint32_t count = 0;
  int32_t table;
  for (table = 0; table < CRM__TABLES; table++) {
    crm__tally tally;
    if (told_tally(store, load, ahead, table, &tally) || all) {
      count++;
      if (bytes != NULL) {
        crm__bytes_u32(bytes, ahead->memory, (uint32_t)table);
        crm__bytes_u32(bytes, ahead->memory, 0);
        crm__bytes_i64(bytes, ahead->memory, ahead->row_latest[table]);
        crm__tally_write(&tally, bytes, ahead->memory);
      }
    }
  }
  return count;
}

static void write_customers(const crm_store *store, const crm__ahead *ahead, crm__bytes *bytes)
{
  unsigned char *to = crm__bytes_room(bytes, ahead->memory, ahead->count * FRAME_CUSTOMER);
  uint64_t i;
  for (i = 0; to != NULL && i < ahead->count; i++, to += FRAME_CUSTOMER) {
    const crm__ahead_customer *of = &ahead->customers[i];
    int known;
    crm__store32(to, of->customer);
    crm__store32(to + 4, crm__ahead_standing(ahead, store, of, &known));
    crm__measure_write(&of->measure, to + 8);
  }
}

static void write_frame(const crm_store *store, const crm_load *load, const crm__ahead *ahead,
                        const crm__profiled *after, crm__bytes *bytes)
{
  crm__memory *memory = ahead->memory;
  int all = store->saved->profiled.commit + 1 != after->commit;
  crm__bytes_u64(bytes, memory, store->saved->profiled.commit);
  crm__bytes_i64(bytes, memory, ahead->version);
  crm__bytes_i64(bytes, memory, ahead->latest);
  crm__bytes_i64(bytes, memory, ahead->earliest);
  crm__bytes_i64(bytes, memory, ahead->documents);
  crm__bytes_i64(bytes, memory, ahead->lines);
  crm__bytes_i64(bytes, memory, after->known);
  crm__bytes_u32(bytes, memory, (uint32_t)store->customers.count);
  crm__bytes_u32(bytes, memory, write_tables(store, load, ahead, all, NULL));
  crm__bytes_u32(bytes, memory, (uint32_t)ahead->count);
  crm__bytes_u32(bytes, memory, 0);
  (void)write_tables(store, load, ahead, all, bytes);
  write_customers(store, ahead, bytes);
}

/* Where the file does not tell profiles up to the commit before, all who have changed since go with it. done 0: what
 * lies ahead could not be made for want of memory. */
static crm_status write_ahead(const crm_store *store, const crm_load *load, crm__ahead *ahead, int done,
                              crm__bytes *bytes, crm__profiled *after, crm_error *error)
{
  const crm__profiled *before = &store->saved->profiled;
  crm__journal_info info;
  done = done && crm__ahead_since(ahead, store, before->version, before->horizon);
  if (done) {
    crm__journal_info_get(store->saved->journal, &info);
    after->commit = info.commit + 1;
    after->version = ahead->version;
    after->horizon = ahead->horizon;
    after->known = count_known(store, ahead);
    write_frame(store, load, ahead, after, bytes);
  }
  crm__ahead_free(ahead);
  return done && !bytes->failed ? CRM_OK : crm__fail_memory(error);
}

crm_status crm__profiles_of_load(crm_load *load, const crm__decided *decided, crm__bytes *bytes, crm__profiled *after,
                                 crm_error *error)
{
  crm__ahead ahead;
  int done = crm__ahead_load(load, decided, &ahead);
  return write_ahead(load->store, load, &ahead, done, bytes, after, error);
}

crm_status crm__profiles_of_removal(crm_store *store, uint32_t kind, const uint8_t *chosen, crm__bytes *bytes,
                                    crm__profiled *after, crm_error *error)
{
  crm__ahead ahead;
  int done = kind == CRM__SAVED_ERASE ? crm__ahead_erase(store, chosen, &ahead)
                                      : crm__ahead_forget(store, chosen, &ahead);
  return write_ahead(store, NULL, &ahead, done, bytes, after, error);
}

/* ---- the checkpoint's ---- */

static void drop_standings(crm__saved *saved)
{
  crm__free_array(&saved->memory, saved->kinds, saved->kind_capacity, 1);
  crm__free_array(&saved->memory, saved->acquainted, saved->acquainted_capacity, 1);
  saved->kinds = NULL;
  saved->acquainted = NULL;
  saved->kind_capacity = 0;
  saved->acquainted_capacity = 0;
  saved->special = 0;
}

static int grow_standings(crm__saved *saved, uint64_t customers)
{
  return crm__grow(&saved->memory, &saved->kinds, &saved->kind_capacity, customers, 1) &&
         crm__grow(&saved->memory, &saved->acquainted, &saved->acquainted_capacity, customers, 1);
}

/* Customers that there are after all commits; no more than the file has bytes for. */
static crm_status last_customers(const crm_store *store, uint64_t *customers, crm_error *error)
{
  crm__journal *journal = store->saved->journal;
  uint64_t i = crm__journal_frames(journal);
  crm_status status = CRM_OK;
  crm__journal_info info;
  crm__view view;
  *customers = store->customer_count;
  while (i > 1 && crm__journal_frame(journal, i - 1)->kind != CRM__SAVED_PROFILES) {
    i--;
  }
  if (i > 1) {
    status = crm__journal_view(journal, crm__journal_frame(journal, i - 1), 1, &view, error);
  }
  if (i > 1 && status == CRM_OK) {
    uint64_t last = view.size < FRAME_HEAD ? 0 : crm__load32(view.bytes + FRAME_CUSTOMERS);
    crm__journal_info_get(journal, &info);
    *customers = last > *customers && last - *customers <= info.bytes ? last : *customers;
    crm__journal_view_end(journal, &view);
  }
  return status;
}

/* Room for all at once: an array that grows is copied. */
static crm_status reserve(const crm__checkpoint *from, crm_store *store, crm_error *error)
{
  uint64_t customers;
  crm_status status = last_customers(store, &customers, error);
  if (status != CRM_OK) {
    return status;
  }
  if (!crm__checkpoint_holds(from, store, CRM__PART(CRM__PART_MEASURES, 0)) ||
      !crm__checkpoint_holds(from, store, CRM__PART(CRM__PART_STANDINGS, 0))) {
    return corrupt(error, "figures of customers, or what is known of them, are missing");
  }
  return crm__measures_reserve(store, customers) && grow_standings(store->saved, customers) ? CRM_OK
                                                                                             : crm__fail_memory(error);
}

/* Parts kinds from acquaintances. 0: one is none. */
static int take_standings(crm__saved *saved, const unsigned char *standings, uint64_t first, uint64_t count)
{
  uint8_t *kinds = saved->kinds + first;
  uint8_t *acquainted = saved->acquainted + first;
  uint32_t bad = 0;
  uint32_t special = 0;
  uint64_t i;
  for (i = 0; i < count; i++) {
    kinds[i] = (uint8_t)(standings[i] & CRM__STANDING_KIND);
    acquainted[i] = (uint8_t)(standings[i] >> CRM__STANDING_KNOWN);
    special |= kinds[i];
    bad |= (uint32_t)(kinds[i] > CRM__CUSTOMER_INTERNAL) | (uint32_t)(acquainted[i] > CRM__SUSPECT);
  }
  saved->special |= special != 0;   /* CRM__CUSTOMER_PERSON is 0 */
  return bad == 0;
}

static crm_status read_standings(crm__saved *saved, const crm__checkpoint *from, uint64_t i, uint64_t customers,
                                 uint64_t *read, crm_error *error)
{
  crm__view view;
  uint64_t first;
  uint64_t count;
  crm_status status = crm__checkpoint_view(from, i, &view, &first, &count, error);
  if (status != CRM_OK) {
    return status;
  }
  if (first != *read || count > customers - first || view.size - CRM__SAVED_PART_HEAD != count) {
    status = corrupt(error, "what is known of customers does not fit them");
  } else if (!take_standings(saved, view.bytes + CRM__SAVED_PART_HEAD, first, count)) {
    status = corrupt(error, "what is known of customers is nothing that can be");
  }
  *read += count;
  crm__journal_view_end(from->journal, &view);
  return status;
}

static crm_status read_checkpoint(crm_store *store, crm_error *error)
{
  crm__saved *saved = store->saved;
  crm__checkpoint from;
  uint64_t standings = 0;
  uint64_t i;
  crm_status status = crm__checkpoint_open(saved->journal, store, &saved->expected, &from, error);
  if (status != CRM_OK) {
    return status;
  }
  drop_standings(saved);
  status = reserve(&from, store, error);
  for (i = 0; status == CRM_OK && i < from.parts; i++) {
    if (crm__checkpoint_names(&from, i) == CRM__PART(CRM__PART_MEASURES, 0)) {
      status = crm__checkpoint_part(&from, i, store, &saved->expected, error);
    } else if (crm__checkpoint_names(&from, i) == CRM__PART(CRM__PART_STANDINGS, 0)) {
      status = read_standings(saved, &from, i, store->customer_count, &standings, error);
    }
  }
  crm__journal_view_end(saved->journal, &from.view);
  if (status == CRM_OK &&
      (saved->expected.measures_read != store->customer_count || standings != store->customer_count)) {
    status = corrupt(error, "figures of customers are missing");
  }
  return status;
}

/* ---- those of the commits behind it ---- */

static int read_head(crm_store *store, crm__byte_reader *reader)
{
  int64_t version = crm__read_i64(reader);
  int good = version >= store->version && crm__count_good(version);
  store->version = version;
  store->latest = crm__read_i64(reader);
  store->earliest = crm__read_i64(reader);
  store->live_documents = crm__read_i64(reader);
  store->live_lines = crm__read_i64(reader);
  store->saved->expected.known = crm__read_i64(reader);
  return good && crm__instant_good(store->latest, INT64_MIN) && crm__instant_good(store->earliest, INT64_MAX) &&
         crm__count_good(store->live_documents) && crm__count_good(store->live_lines) &&
         crm__count_good(store->saved->expected.known);
}

/* New customers have nothing yet. There are no more of them than the file has bytes for. */
static crm_status grow_customers(crm_store *store, uint32_t customers, crm_error *error)
{
  crm__saved *saved = store->saved;
  crm__journal_info info;
  crm__profile none;
  crm__journal_info_get(saved->journal, &info);
  if (customers < store->customer_count || customers - store->customer_count > info.bytes || customers > INT32_MAX) {
    return corrupt(error, "profiles of a commit have lost customers, or too many of them");
  }
  if (!crm__measures_reserve(store, customers) || !grow_standings(saved, customers)) {
    return crm__fail_memory(error);
  }
  for (; store->customer_count < customers; store->customer_count++) {
    crm__profile_empty(&store->measures[store->customer_count], &none);
    saved->kinds[store->customer_count] = CRM__CUSTOMER_PERSON;
    saved->acquainted[store->customer_count] = CRM__ABSENT;
  }
  return CRM_OK;
}

static crm_status read_table(crm_store *store, crm__byte_reader *reader, crm_error *error)
{
  uint32_t table = crm__read_u32(reader);
  int64_t latest;
  (void)crm__read_u32(reader);
  latest = crm__read_i64(reader);
  if (table >= CRM__TABLES) {
    return crm__fail(error, CRM_ERROR_VERSION, "profiles of a commit are of a later version of the library");
  }
  store->dimensions[table].latest = latest;
  return crm__tally_read(&store->tallies[table], reader) && crm__instant_good(latest, INT64_MIN)
             ? CRM_OK
             : corrupt(error, "what profiles of a commit say of a table is nothing that can be");
}

static crm_status read_customer(crm_store *store, const unsigned char *from, crm_error *error)
{
  uint32_t customer = crm__load32(from);
  uint32_t standing = crm__load32(from + 4);
  unsigned char byte = (unsigned char)standing;
  if (customer >= store->customer_count || standing > UINT8_MAX ||
      !take_standings(store->saved, &byte, customer, 1)) {
    return corrupt(error, "a profile of a commit is of nobody, or nothing that can be");
  }
  crm__measure_read(&store->measures[customer], from + 8);
  return CRM_OK;
}

static crm_status read_frame(crm_store *store, const crm__view *view, crm_error *error)
{
  crm__byte_reader reader = crm__byte_reader_of(view->bytes, view->size);
  crm_status status;
  uint32_t customers;
  uint32_t tables;
  uint32_t count;
  (void)crm__read_u64(&reader);
  if (!read_head(store, &reader)) {
    return corrupt(error, "counts that go with profiles of a commit are nothing that can be");
  }
  customers = crm__read_u32(&reader);
  tables = crm__read_u32(&reader);
  count = crm__read_u32(&reader);
  (void)crm__read_u32(&reader);
  if (reader.bad || reader.left != (uint64_t)tables * FRAME_TABLE + (uint64_t)count * FRAME_CUSTOMER) {
    return corrupt(error, "profiles of a commit are cut off");
  }
  status = grow_customers(store, customers, error);
  for (; status == CRM_OK && tables > 0; tables--) {
    status = read_table(store, &reader, error);
  }
  for (; status == CRM_OK && count > 0; count--) {
    status = read_customer(store, crm__read_bytes(&reader, FRAME_CUSTOMER), error);
  }
  return status;
}

uint64_t crm__profiles_reach(uint64_t reached, const crm__frame *frame, const crm__view *view)
{
  switch (frame->kind) {
  case CRM__SAVED_ATTRIBUTE:   /* touches nobody */
    return reached + 1 == frame->commit ? frame->commit : reached;
  case CRM__SAVED_PROFILES:
    return view->size >= FRAME_HEAD && crm__load64(view->bytes) <= reached ? frame->commit : reached;
  default:
    return reached;
  }
}

static crm_status take_frame(crm_store *store, const crm__frame *frame, const crm__view *view, crm_error *error)
{
  crm__replay replay;
  if (frame->kind == CRM__SAVED_PROFILES) {
    return read_frame(store, view, error);
  }
  memset(&replay, 0, sizeof replay);
  replay.store = store;
  return crm__replay_frame(&replay, frame->kind, view->bytes, view->size, error);
}

/* Goes through the frames that tell of profiles, one after the other, and answers how far they reach. */
static crm_status follow(crm_store *store, uint64_t *reached, crm_error *error)
{
  crm__journal *journal = store->saved->journal;
  uint64_t frames = crm__journal_frames(journal);
  crm_status status = CRM_OK;
  uint64_t i;
  *reached = crm__journal_frame(journal, 0)->commit;
  for (i = 1; status == CRM_OK && i < frames; i++) {
    const crm__frame *frame = crm__journal_frame(journal, i);
    uint64_t before = *reached;
    crm__view view;
    if (frame->kind != CRM__SAVED_ATTRIBUTE && frame->kind != CRM__SAVED_PROFILES) {
      continue;
    }
    status = crm__journal_view(journal, frame, 1, &view, error);
    if (status == CRM_OK) {
      *reached = crm__profiles_reach(before, frame, &view);
      if (*reached != before || frame->kind == CRM__SAVED_ATTRIBUTE) {
        status = take_frame(store, frame, &view, error);
      }
      crm__journal_view_end(journal, &view);
    }
  }
  return status;
}

/* A checkpoint of an earlier form knows customers by their own rows and documents alone, which are not all where other
 * tables name some. */
static int knows_less(const crm_store *store)
{
  int32_t table;
  for (table = 0; store->saved->expected.narrow && table < CRM__TABLES; table++) {
    if (crm__met_column(table) >= 0 && store->tallies[table].accepted > 0) {
      return 1;
    }
  }
  return 0;
}

crm_status crm__profiles_read(crm_store *store, int *enough, crm_error *error)
{
  crm__saved *saved = store->saved;
  crm__journal_info info;
  uint64_t reached = 0;
  crm_status status = read_checkpoint(store, error);
  crm__journal_info_get(saved->journal, &info);
  saved->replaying = 1;
  status = status == CRM_OK ? follow(store, &reached, error) : status;
  saved->replaying = 0;
  if (status == CRM_OK && (uint64_t)saved->expected.known > store->customer_count) {
    status = corrupt(error, "profiles of a commit know of more customers than there are");
  }
  *enough = status == CRM_OK && reached == info.commit && !knows_less(store);
  if (*enough) {
    saved->content = CRM_CONTENT_PROFILES;
    saved->replayed = (int64_t)(info.commit - crm__journal_frame(saved->journal, 0)->commit);
  }
  return status;
}

/* ---- comparing ---- */

static int tallies_same(const crm__tally *a, const crm__tally *b)
{
  return a->rows == b->rows && a->accepted == b->accepted && a->duplicate == b->duplicate &&
         a->rejected == b->rejected && a->rounded == b->rounded && a->amount_in == b->amount_in &&
         a->amount_accepted == b->amount_accepted && a->ignored == b->ignored && a->touched == b->touched;
}

static int customers_same(const crm_store *store, const crm_store *alone, uint32_t i, int64_t horizon)
{
  const crm__measure *a = &store->measures[i];
  const crm__measure *b = &alone->measures[i];
  uint32_t standing = crm__standing_now(store, i, horizon);
  return a->first == b->first && a->last == b->last && a->money == b->money && a->cost == b->cost &&
         a->orders == b->orders && a->flags == b->flags && alone->saved->kinds[i] == (standing & CRM__STANDING_KIND) &&
         alone->saved->acquainted[i] == standing >> CRM__STANDING_KNOWN;
}

crm_status crm__profiles_compare(const crm_store *store, const crm_store *alone, crm_error *error)
{
  int64_t horizon = crm_store_horizon(store);
  int32_t table;
  uint32_t i;
  if (store->version != alone->version || store->latest != alone->latest || store->earliest != alone->earliest ||
      store->live_documents != alone->live_documents || store->live_lines != alone->live_lines ||
      store->customer_count != alone->customer_count || crm_store_horizon(alone) != horizon ||
      crm_store_customers(store) != alone->saved->expected.known) {
    return corrupt(error, "counts that go with the profiles differ from what the facts give");
  }
  for (table = 0; table < CRM__TABLES; table++) {
    if (!tallies_same(&store->tallies[table], &alone->tallies[table])) {
      return crm__fail_at(error, CRM_ERROR_CORRUPT, crm__schema(table)->name, NULL, 0, -1,
                          "what loads brought differs in the profiles");
    }
  }
  for (i = 0; i < store->customer_count; i++) {
    if (!customers_same(store, alone, i, horizon)) {
      return crm__fail_at(error, CRM_ERROR_CORRUPT, "customers", NULL, 0, -1,
                          "the profile of customer number %lld differs from what the facts give", (long long)i);
    }
  }
  return CRM_OK;
}
