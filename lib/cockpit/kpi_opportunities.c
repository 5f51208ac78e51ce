/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "cockpit/kpi_handle.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/wide.h"
#include "store/rows.h"

/* Opportunities and contacts, window by window. They belong to no branch: where the scope names some, or for the groups
 * of branches, there are none. */

#define NONE INT64_MIN
#define MILLION 1000000

typedef struct deal {
  uint32_t row;
  uint32_t group;
  int64_t created;      /* INT64_MIN: always been there */
  int64_t closed;       /* INT64_MAX: not, or not known when */
  int32_t outcome;      /* as the row says */
} deal;

typedef struct desk {
  crm__kpi_work *work;
  deal *deals;
  uint32_t count;
  uint32_t *place;          /* by row: its deal, CRM__NONE: none that counts */
  crm__row_index stages;    /* by opportunity, in order of time */
  int64_t *cycles;          /* scratch: days of the deals won in a window */
} desk;

static int person_group(crm__kpi_work *work, uint32_t person, int64_t time, uint32_t *group)
{
  *group = crm__kpi_group(work, crm__kpi_person(work, person, time));
  return *group != CRM__NONE;
}

/* Its owner's, when it was closed; of one that is open as of as-of then. */
static int deal_group(crm__kpi_work *work, uint32_t row, uint32_t *group)
{
  const crm_store *store = work->scope->store;
  int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, row);
  int open = closed == NONE || crm__opportunity_outcome(store, row, work->scope->as_of) == CRM__OUTCOME_OPEN;
  return person_group(work, crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OWNER, row),
                      open ? crm__scope_now(work->scope) : closed, group);
}

static int contact_group(crm__kpi_work *work, uint32_t row, uint32_t *group)
{
  const crm_store *store = work->scope->store;
  return person_group(work, crm__row_id(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_STAFF, row),
                      crm__row_value(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, row), group);
}

static int customer_counts(const crm__kpi_work *work, uint32_t customer)
{
  return customer == CRM__NONE ? work->scope->segment == NULL : crm__customer_counts(work->scope, customer);
}

static void note_deal(const crm__kpi_work *work, const deal *of, int64_t time)
{
  crm__kpi_note(work, 0, CRM__NEEDS_OPPORTUNITY, time);
  if (of->group != 0) {
    crm__kpi_note(work, of->group, CRM__NEEDS_OPPORTUNITY, time);
  }
}

/* Facts begin with the first that is dated; where none is, they have always been there. */
static void note_deals(const desk *all)
{
  int64_t none = INT64_MAX;
  uint32_t k;
  for (k = 0; k < all->count; k++) {
    const deal *of = &all->deals[k];
    if (of->created != INT64_MIN || of->closed != INT64_MAX) {
      note_deal(all->work, of, of->created != INT64_MIN ? of->created : of->closed);
    }
  }
  for (k = 0; k < all->count; k++) {
    const deal *of = &all->deals[k];
    if (all->work->firsts[(uint64_t)of->group * CRM__NEEDS + CRM__NEEDS_OPPORTUNITY] == none) {
      crm__kpi_note(all->work, of->group, CRM__NEEDS_OPPORTUNITY, INT64_MIN);
    }
  }
  if (all->count > 0 && all->work->firsts[CRM__NEEDS_OPPORTUNITY] == none) {
    crm__kpi_note(all->work, 0, CRM__NEEDS_OPPORTUNITY, INT64_MIN);
  }
}

static int take_deals(desk *all)
{
  const crm_store *store = all->work->scope->store;
  uint32_t rows = crm__rows_count(store, CRM__TABLE_OPPORTUNITIES);
  uint32_t row;
  for (row = 0; row < rows; row++) {
    deal *of = &all->deals[all->count];
    int64_t created = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CREATED, row);
    int64_t closed = crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CLOSED, row);
    all->place[row] = CRM__NONE;
    if (!crm__row_exists(all->work->scope, CRM__TABLE_OPPORTUNITIES, row) ||
        !customer_counts(all->work, crm__row_customer(all->work->scope, CRM__TABLE_OPPORTUNITIES,
                                                      CRM__OPPORTUNITIES_CUSTOMER, row))) {
      continue;
    }
    of->row = row;
    of->created = created;
    of->closed = closed == NONE ? INT64_MAX : closed;
    of->outcome = crm__row_word(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_OUTCOME, row);
    if (!deal_group(all->work, row, &of->group)) {
      return 0;
    }
    all->place[row] = all->count++;
  }
  note_deals(all);
  return 1;
}

/* ---- as it was at an instant ---- */

/* The stage entry that held at an instant, CRM__NONE where the row itself is the latest to say. */
static uint32_t entry_at(const desk *all, const deal *of, int64_t instant)
{
  const crm_store *store = all->work->scope->store;
  uint32_t found = CRM__NONE;
  uint32_t k;
  if (all->stages.starts == NULL || of->row >= all->stages.ids) {
    return CRM__NONE;
  }
  for (k = all->stages.starts[of->row]; k < all->stages.starts[of->row + 1U]; k++) {
    uint32_t row = all->stages.rows[k];
    if (crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_TIME, row) >= instant) {
      return found;   /* a later entry may have changed the row since */
    }
    found = row;
  }
  return CRM__NONE;
}

static int64_t amount_at(const desk *all, const deal *of, uint32_t entry)
{
  const crm_store *store = all->work->scope->store;
  int64_t amount = entry == CRM__NONE ? NONE : crm__row_value(store, CRM__TABLE_STAGES, CRM__STAGES_AMOUNT, entry);
  return amount != NONE ? amount
                        : crm__row_value(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, of->row);
}

/* What the entry says, else its stage; without an entry the row, else its stage. INT64_MIN: nobody says. */
static int64_t probability_at(const desk *all, const deal *of, uint32_t entry)
{
  const crm_store *store = all->work->scope->store;
  uint32_t pipeline = crm__row_id(store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_PIPELINE, of->row);
  int32_t table = entry == CRM__NONE ? CRM__TABLE_OPPORTUNITIES : CRM__TABLE_STAGES;
  uint32_t row = entry == CRM__NONE ? of->row : entry;
  int64_t said = crm__row_value(store, table,
                                entry == CRM__NONE ? CRM__OPPORTUNITIES_PROBABILITY : CRM__STAGES_PROBABILITY, row);
  uint32_t stage = crm__row_id(store, table, entry == CRM__NONE ? CRM__OPPORTUNITIES_STAGE : CRM__STAGES_STAGE, row);
  uint32_t known = said == NONE && pipeline != CRM__NONE && stage != CRM__NONE
                       ? crm__pipeline_row(store, pipeline, stage)
                       : CRM__NONE;
  return known == CRM__NONE ? said : crm__row_value(store, CRM__TABLE_PIPELINES, CRM__PIPELINES_PROBABILITY, known);
}

/* ---- a window ---- */

/* What adds up, for all together or a group. */
typedef struct tally {
  int64_t *cells;
  crm__wide weighted;     /* amount times millionths */
  int64_t worked;         /* there in the window and not closed before it */
  int64_t cycle_days;
  int64_t cycles;
  int64_t priced_open;    /* with an amount */
  int64_t priced_won;
  int64_t priced_closed;
} tally;

static void add_open(const desk *all, const deal *of, int64_t end, tally *to)
{
  uint32_t entry = entry_at(all, of, end);
  int64_t amount = amount_at(all, of, entry);
  int64_t probability = probability_at(all, of, entry);
  to->cells[CRM__BASE_OPEN]++;
  to->cells[CRM__BASE_PIPELINE] += amount == NONE ? 0 : amount;
  to->priced_open += amount != NONE;
  if (amount != NONE && probability != NONE) {
    to->weighted = crm__wide_add(to->weighted, crm__wide_multiply(amount, probability));
    to->cells[CRM__BASE_WEIGHTED_OPEN]++;
  }
}

static void add_closed(const desk *all, const deal *of, tally *to)
{
  const crm__scope *scope = all->work->scope;
  int64_t amount = crm__row_value(scope->store, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_AMOUNT, of->row);
  int won = of->outcome == CRM__OUTCOME_WON;
  to->priced_won += won && amount != NONE;
  to->priced_closed += amount != NONE;
  amount = amount == NONE ? 0 : amount;
  to->cells[won ? CRM__BASE_WON : CRM__BASE_LOST]++;
  to->cells[CRM__BASE_CLOSED]++;
  to->cells[CRM__BASE_WON_VALUE] += won ? amount : 0;
  to->cells[CRM__BASE_CLOSED_VALUE] += amount;
  if (won && of->created != INT64_MIN) {
    int64_t days = (int64_t)crm__business_day(of->closed, scope->day_start) -
                   crm__business_day(of->created, scope->day_start);
    to->cycle_days += days;
    all->cycles[to->cycles++] = days;
  }
}

static void add_deal(const desk *all, const deal *of, const crm__kpi_window *window, tally *to)
{
  int decided = of->outcome == CRM__OUTCOME_WON || of->outcome == CRM__OUTCOME_LOST;
  int64_t closed = decided ? of->closed : INT64_MAX;
  if (of->created >= window->to) {
    return;
  }
  if (decided && of->closed == INT64_MAX) {
    to->worked++;   /* closed nobody knows when: neither open nor of any window */
    return;
  }
  to->worked += closed >= window->from;
  to->cells[CRM__BASE_CREATED] += of->created >= window->from;
  if (closed >= window->to) {
    add_open(all, of, window->to, to);
  } else if (closed >= window->from) {
    add_closed(all, of, to);
  }
}

/* Deals * value of a won one * win rate / days of a cycle, in millionths of money a day. */
static int64_t velocity(const crm__kpi_work *work, const tally *of)
{
  int32_t overflow = 0;
  int64_t value;
  int64_t scale = 1;
  int32_t digits = crm_store_digits(work->scope->store);
  crm__wide top = crm__wide_multiply(of->cells[CRM__BASE_WON_VALUE], of->worked);
  int over = 0;
  for (; digits < 6; digits++) {
    scale *= 10;
  }
  if (of->cells[CRM__BASE_CLOSED] == 0 || of->cycle_days <= 0) {
    return CRM__KPI_UNDEFINED;
  }
  top = crm__wide_times(top, (uint64_t)of->cycles, &over);
  top = crm__wide_times(top, (uint64_t)scale, &over);
  overflow = over || crm__wide_to_int64(crm__wide_divide(top, (uint64_t)(of->cells[CRM__BASE_CLOSED] * of->cycle_days),
                                                         NULL), &value);
  return overflow ? CRM__KPI_TOO_MUCH : value;
}

static void finish(const desk *all, tally *of)
{
  int64_t *cells = of->cells;
  int64_t weighted;
  cells[CRM__BASE_WEIGHTED] = crm__wide_to_int64(crm__wide_divide(of->weighted, MILLION, NULL), &weighted)
                                  ? CRM__KPI_TOO_MUCH
                                  : weighted;
  cells[CRM__BASE_CYCLE_DAYS] = of->cycle_days;
  cells[CRM__BASE_CYCLES] = of->cycles;
  cells[CRM__BASE_VELOCITY] = velocity(all->work, of);
  if (cells[CRM__BASE_OPEN] > 0 && of->priced_open == 0) {
    cells[CRM__BASE_PIPELINE] = CRM__KPI_ABSENT;
  }
  if (cells[CRM__BASE_OPEN] > 0 && cells[CRM__BASE_WEIGHTED_OPEN] == 0) {
    cells[CRM__BASE_WEIGHTED] = CRM__KPI_ABSENT;
  }
  if (cells[CRM__BASE_WON] > 0 && of->priced_won == 0) {
    cells[CRM__BASE_WON_VALUE] = CRM__KPI_ABSENT;
    cells[CRM__BASE_VELOCITY] = CRM__KPI_UNDEFINED;
  }
  if (cells[CRM__BASE_CLOSED] > 0 && of->priced_closed == 0) {
    cells[CRM__BASE_CLOSED_VALUE] = CRM__KPI_ABSENT;
  }
  if (of->cycles > 0) {
    uint64_t count = (uint64_t)of->cycles;
    int64_t upper = crm__select(all->cycles, count, count / 2U);
    int64_t lower = count % 2U == 1 ? upper : crm__select(all->cycles, count, count / 2U - 1U);
    cells[CRM__BASE_CYCLE_MEDIAN] = (upper + lower) * (MILLION / 2);
  }
}

static int compare_groups(const void *context, uint32_t a, uint32_t b)
{
  const deal *deals = context;
  return deals[a].group < deals[b].group ? -1 : deals[a].group > deals[b].group;
}

/* All deals together, or, sorted by group, those of each. */
static void count_deals(const desk *all, const uint32_t *order, int grouped)
{
  const crm__kpi_windows *windows = &all->work->windows;
  int32_t w;
  for (w = 0; w < windows->count; w++) {
    uint32_t k = 0;
    while (grouped && k < all->count && all->deals[order[k]].group == 0) {
      k++;
    }
    while (k < all->count) {
      uint32_t group = grouped ? all->deals[order[k]].group : 0;
      tally of = {NULL, {0, 0, 0}, 0, 0, 0, 0, 0, 0};
      of.cells = crm__kpi_cell(all->work, group, w, 0);
      for (; k < all->count && (!grouped || all->deals[order[k]].group == group); k++) {
        add_deal(all, &all->deals[order[k]], &windows->windows[w], &of);
      }
      finish(all, &of);
    }
  }
}

/* ---- contacts ---- */

/* The won deal that a contact was about, or NULL. */
static const deal *deal_of(const desk *all, uint32_t row)
{
  uint32_t opportunity = crm__row_id(all->work->scope->store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_OPPORTUNITY,
                                     row);
  uint32_t place = opportunity == CRM__NONE ? CRM__NONE : all->place[opportunity];
  return place == CRM__NONE || all->deals[place].outcome != CRM__OUTCOME_WON ? NULL : &all->deals[place];
}

static void add_contact(const desk *all, uint32_t row, uint32_t group)
{
  int64_t time = crm__row_value(all->work->scope->store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, row);
  const deal *of = deal_of(all, row);
  int won = of != NULL && time <= of->closed;
  int32_t w;
  crm__kpi_note(all->work, 0, CRM__NEEDS_INTERACTION, time);
  if (group != 0) {
    crm__kpi_note(all->work, group, CRM__NEEDS_INTERACTION, time);
  }
  for (w = 0; w < all->work->windows.count; w++) {
    const crm__kpi_window *window = &all->work->windows.windows[w];
    int inside = time >= window->from && time < window->to;
    *crm__kpi_cell(all->work, 0, w, CRM__BASE_CONTACTS) += inside;
    if (group != 0) {
      *crm__kpi_cell(all->work, group, w, CRM__BASE_CONTACTS) += inside;
    }
    if (won && of->closed >= window->from && of->closed < window->to) {
      ++*crm__kpi_cell(all->work, 0, w, CRM__BASE_WON_CONTACTS);
      if (of->group != 0) {
        ++*crm__kpi_cell(all->work, of->group, w, CRM__BASE_WON_CONTACTS);
      }
    }
  }
}

static void count_contacts(const desk *all)
{
  crm__kpi_work *work = all->work;
  uint32_t rows = crm__rows_count(work->scope->store, CRM__TABLE_INTERACTIONS);
  uint32_t row;
  for (row = 0; row < rows; row++) {
    uint32_t customer = crm__row_customer(work->scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, row);
    uint32_t group;
    if (crm__row_exists(work->scope, CRM__TABLE_INTERACTIONS, row) && customer_counts(work, customer) &&
        contact_group(work, row, &group)) {
      add_contact(all, row, group);
    }
  }
}

/* ---- records ---- */

static int64_t deal_amount(const desk *all, const deal *of, const crm__kpi_window *window, int32_t base)
{
  int64_t cells[CRM__BASES] = {0};
  tally to = {NULL, {0, 0, 0}, 0, 0, 0, 0, 0, 0};
  to.cells = cells;
  add_deal(all, of, window, &to);
  if (base == CRM__BASE_VELOCITY) {
    return cells[CRM__BASE_CLOSED];
  }
  if (base == CRM__BASE_CYCLE_DAYS || base == CRM__BASE_CYCLE_MEDIAN) {
    return to.cycle_days;
  }
  if (base == CRM__BASE_WEIGHTED) {
    int64_t weighted;
    return crm__wide_to_int64(crm__wide_divide(to.weighted, MILLION, NULL), &weighted) ? 0 : weighted;
  }
  return base == CRM__BASE_CYCLES ? to.cycles : cells[base];
}

static int list_deals(const desk *all)
{
  const crm__kpi_list *list = all->work->list;
  const crm__kpi_window *window = &all->work->windows.windows[list->window];
  uint32_t k;
  for (k = 0; k < all->count; k++) {
    const deal *of = &all->deals[k];
    uint32_t customer = crm__row_customer(all->work->scope, CRM__TABLE_OPPORTUNITIES, CRM__OPPORTUNITIES_CUSTOMER,
                                          of->row);
    int64_t time = of->closed < window->to ? of->closed : of->created;
    if (!crm__kpi_list_add(all->work, CRM__KPI_OPPORTUNITY, of->row, customer, time,
                           deal_amount(all, of, window, list->base))) {
      return 0;
    }
  }
  return 1;
}

static int list_contacts(const desk *all)
{
  const crm_store *store = all->work->scope->store;
  const crm__kpi_list *list = all->work->list;
  const crm__kpi_window *window = &all->work->windows.windows[list->window];
  uint32_t rows = crm__rows_count(store, CRM__TABLE_INTERACTIONS);
  uint32_t row;
  for (row = 0; row < rows; row++) {
    uint32_t customer =
        crm__row_customer(all->work->scope, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_CUSTOMER, row);
    int64_t time = crm__row_value(store, CRM__TABLE_INTERACTIONS, CRM__INTERACTIONS_TIME, row);
    const deal *of = deal_of(all, row);
    int adds = list->base == CRM__BASE_CONTACTS
                   ? time >= window->from && time < window->to
                   : of != NULL && time <= of->closed && of->closed >= window->from && of->closed < window->to;
    if (crm__row_exists(all->work->scope, CRM__TABLE_INTERACTIONS, row) && customer_counts(all->work, customer) &&
        !crm__kpi_list_add(all->work, CRM__KPI_CONTACT, row, customer, time, adds)) {
      return 0;
    }
  }
  return 1;
}

/* ---- all of it ---- */

int crm__kpi_staff_groups(crm__kpi_work *work)
{
  const crm_store *store = work->scope->store;
  uint32_t group;
  uint32_t row;
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_OPPORTUNITIES); row++) {
    if (crm__row_exists(work->scope, CRM__TABLE_OPPORTUNITIES, row) &&
        !deal_group(work, row, &group)) {
      return 0;
    }
  }
  for (row = 0; row < crm__rows_count(store, CRM__TABLE_INTERACTIONS); row++) {
    if (crm__row_exists(work->scope, CRM__TABLE_INTERACTIONS, row) &&
        !contact_group(work, row, &group)) {
      return 0;
    }
  }
  return 1;
}

static crm_status make_order(desk *all, uint32_t **order, crm_error *error)
{
  uint32_t *made = crm__scope_alloc(all->work->scope, all->count, sizeof *made);
  uint32_t *spare = crm__scope_alloc(all->work->scope, all->count, sizeof *spare);
  uint32_t k;
  if (made == NULL || spare == NULL) {
    return crm__fail_memory(error);
  }
  for (k = 0; k < all->count; k++) {
    made[k] = k;
  }
  crm__merge_sort(made, spare, all->count, compare_groups, all->deals);
  *order = made;
  return CRM_OK;
}

crm_status crm__kpi_count_opportunities(crm__kpi_work *work, crm_error *error)
{
  desk all = {NULL, NULL, 0, NULL, {NULL, NULL, 0}, NULL};
  uint32_t rows = crm__rows_count(work->scope->store, CRM__TABLE_OPPORTUNITIES);
  uint32_t *order = NULL;
  crm__scope ever;
  crm_status status = CRM_OK;
  if (!work->by_opportunity || work->scope->branches != NULL) {
    return CRM_OK;
  }
  all.work = work;
  all.deals = crm__scope_alloc(work->scope, (uint64_t)rows + 1U, sizeof *all.deals);
  all.place = crm__scope_alloc(work->scope, rows, sizeof *all.place);
  all.cycles = crm__scope_alloc(work->scope, rows, sizeof *all.cycles);
  if (all.deals == NULL || all.place == NULL || all.cycles == NULL || !take_deals(&all)) {
    return crm__fail_memory(error);
  }
  /* Entries after as-of do not exist, but they tell that the row is later than as-of. */
  ever = *work->scope;
  ever.as_of = INT64_MAX;
  if (crm__rows_live(work->scope->store, CRM__TABLE_STAGES) > 0) {
    status = crm__rows_by(&ever, CRM__TABLE_STAGES, CRM__STAGES_OPPORTUNITY, CRM__STAGES_TIME, &all.stages, error);
  }
  if (status == CRM_OK) {
    status = make_order(&all, &order, error);
  }
  if (status != CRM_OK) {
    return status;
  }
  count_deals(&all, order, 0);
  if (work->by >= CRM_KPI_BY_STAFF) {
    count_deals(&all, order, 1);
  }
  count_contacts(&all);
  if (work->list != NULL) {
    int contacts = work->list->base == CRM__BASE_CONTACTS || work->list->base == CRM__BASE_WON_CONTACTS;
    return (contacts ? list_contacts(&all) : list_deals(&all)) ? CRM_OK : crm__fail_memory(error);
  }
  return CRM_OK;
}
