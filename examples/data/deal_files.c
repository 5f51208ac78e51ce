/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "deals.h"
#include "files.h"

/* Opportunities, their stages and contacts; who sells, and who looks after whom. */

static const char *const STAGE_NAMES[STAGES] = {"lead", "visit", "offer", "negotiation"};

void put_prospects(struct writer *writer)
{
  static const char *const WAYS[] = {"fair", "web", "call", "reference"};
  struct deal deals[DEALS];
  uint32_t i;
  make_deals(deals);
  for (i = 0; i < PROSPECTS; i++) {
    put_field(writer, FIRST_PROSPECT + i);
    put_text_field(writer, "business");
    put_text_field(writer, BRANCHES[i % BRANCH_COUNT].region);
    put_text_field(writer, "prospect");
    put_text_field(writer, WAYS[mix(i) % 4]);
    put_date_field(writer, deals[i].entered[0]);
    put_digits(writer, FIRST_REP + owner_of(FIRST_PROSPECT + i), 1);
    put_char(writer, '\n');
  }
}

uint32_t owner_of(uint32_t account)
{
  return account % (REPS - 1);
}

void put_pipelines(struct writer *writer, const struct chain *chain)
{
  (void)chain;
  put_text(writer, "pipeline,stage,position,probability\n"
                   "supply,lead,1,0.2\nsupply,visit,2,0.35\nsupply,offer,3,0.5\nsupply,negotiation,4,0.7\n");
  put_target_pipeline(writer);
}

/* When it was expected to be closed as it entered a stage: two months after it began, and put off now and then. */
static int32_t expected_close(uint32_t number, const struct deal *deal, uint32_t stage)
{
  int32_t day = deal->entered[0] + 60;
  uint32_t s;
  for (s = 1; s <= stage; s++) {
    uint64_t hash = mix((uint64_t)number * 16 + s);
    day += hash % 3 == 0 ? 14 + (int32_t)((hash >> 8) % 30) : 0;
  }
  return day;
}

/* When the next step of a stage is due, weeks after it was entered; now and then nobody has said. */
static void put_next_step(struct writer *writer, uint32_t number, const struct deal *deal, uint32_t stage,
                          int32_t put_off)
{
  uint64_t hash = mix((uint64_t)number * 32 + stage + 7);
  if (hash % 6 != 0) {
    put_date(writer, deal->entered[stage] + 5 + (int32_t)((hash >> 8) % 25) + put_off);
  }
}

void put_opportunities(struct writer *writer, const struct chain *chain)
{
  static const char *const RIVALS[] = {"", "", "wholesaler", "cash-and-carry", "web-shop"};
  static const char *const OUTCOMES[] = {"open", "won", "lost"};
  struct deal deals[DEALS];
  uint32_t i;
  (void)chain;
  make_deals(deals);
  put_text(writer, "opportunity,customer,created,closed,outcome,pipeline,stage,amount,expected_close,"
                   "next_step,owner,competitor\n");
  for (i = 0; i < DEALS; i++) {
    const struct deal *deal = &deals[i];
    put_field(writer, 1 + i);
    put_field(writer, FIRST_PROSPECT + deal->prospect);
    put_date_field(writer, deal->entered[0]);
    if (deal->outcome != OPEN) {
      put_date(writer, deal->closed);
    }
    put_char(writer, ',');
    put_text_field(writer, OUTCOMES[deal->outcome]);
    put_text_field(writer, "supply");
    put_text_field(writer, STAGE_NAMES[deal->reached - 1]);
    put_money_field(writer, deal->amount);
    put_date_field(writer, expected_close(i, deal, deal->reached - 1));
    if (deal->outcome == OPEN) {
      put_next_step(writer, i, deal, deal->reached - 1, i % 4 == 0 ? 12 : 0);
    }
    put_char(writer, ',');
    put_field(writer, FIRST_REP + deal->rep);
    put_text(writer, RIVALS[mix(i + 1) % 5]);
    put_char(writer, '\n');
  }
}

void put_stages(struct writer *writer, const struct chain *chain)
{
  struct deal deals[DEALS];
  uint32_t i, stage;
  make_deals(deals);
  put_text(writer, "opportunity,customer,time,stage,reason,amount,expected_close,next_step\n");
  for (i = 0; i < DEALS; i++) {
    for (stage = 0; stage < deals[i].reached; stage++) {
      put_field(writer, 1 + i);
      put_char(writer, ',');
      put_date_field(writer, deals[i].entered[stage]);
      put_text_field(writer, STAGE_NAMES[stage]);
      put_char(writer, ',');
      put_money_field(writer, deals[i].amount * (90 + 5 * (int64_t)stage) / 100);
      put_date_field(writer, expected_close(i, &deals[i], stage));
      put_next_step(writer, i, &deals[i], stage, 0);
      put_char(writer, '\n');
    }
  }
  put_targets(writer);
  put_farewells(writer, chain);
}

/* ---- contacts ---- */

static void put_contact(struct writer *writer, int32_t day, uint32_t customer, uint32_t opportunity, uint32_t rep)
{
  static const char *const CHANNELS[] = {"phone", "phone", "visit", "mail"};
  uint64_t hash = mix((uint64_t)day * 10007 + customer);
  uint32_t channel = (uint32_t)(hash % 4);
  put_time(writer, day, 9 * 60 + (uint32_t)(hash >> 8) % 480);
  put_char(writer, ',');
  put_field(writer, customer);
  if (opportunity > 0) {
    put_digits(writer, opportunity, 1);
  }
  put_char(writer, ',');
  put_field(writer, FIRST_REP + rep);
  put_text_field(writer, (hash >> 20) % 5 == 0 ? "in" : "out");
  put_text_field(writer, CHANNELS[channel]);
  put_field(writer, channel == 3 ? 0 : 120 + (hash >> 24) % 1500);
  put_text(writer, (hash >> 40) % 6 == 0 ? "no answer" : "reached");
  put_char(writer, '\n');
}

/* The contacts of a deal lie evenly in each stage. */
static void put_deal_contacts(struct writer *writer, const struct deal *deal, uint32_t number)
{
  uint32_t stage, k;
  for (stage = 0; stage < deal->reached; stage++) {
    int32_t end = stage + 1 < deal->reached ? deal->entered[stage + 1] : deal->closed;
    for (k = 0; k < deal->contacts[stage]; k++) {
      int32_t day = deal->entered[stage] + (end - deal->entered[stage]) * (int32_t)k / (int32_t)deal->contacts[stage];
      put_contact(writer, day, FIRST_PROSPECT + deal->prospect, number, deal->rep);
    }
  }
}

/* Accounts of the representatives: the best members and the corporate ones. */
static int is_account(const struct member *member)
{
  return member->class == VIP || member->class == CORPORATE;
}

void put_interactions(struct writer *writer, const struct chain *chain)
{
  struct deal deals[DEALS];
  uint32_t i;
  make_deals(deals);
  put_text(writer, "time,customer,opportunity,staff,direction,channel,duration,result\n");
  for (i = 0; i < DEALS; i++) {
    put_deal_contacts(writer, &deals[i], 1 + i);
  }
  for (i = 0; i < chain->member_count; i++) {
    const struct member *member = &chain->members[i];
    int32_t day = (member->joined > 0 ? member->joined : 0) + 20 + (int32_t)(mix(i) % 90);
    for (; is_account(member) && day < DAYS; day += 90 + (int32_t)(mix((uint64_t)day * 31 + i) % 120)) {
      put_contact(writer, day, FIRST_MEMBER + i, 0, owner_of(FIRST_MEMBER + i));
    }
  }
}

void put_staff(struct writer *writer, const struct chain *chain)
{
  uint32_t i;
  (void)chain;
  put_text(writer, "staff,team,joined,left,cost\n");
  for (i = 0; i < BRANCH_COUNT * STAFF_PER_BRANCH; i++) {
    put_field(writer, FIRST_STAFF + i);
    put_text_field(writer, BRANCHES[i / STAFF_PER_BRANCH].name);
    put_date_field(writer, -200 - (int32_t)(mix(i) % 1500));
    put_text(writer, ",2100.00\n");
  }
  for (i = 0; i < REPS; i++) {
    put_field(writer, FIRST_REP + i);
    put_text_field(writer, "business");
    put_date_field(writer, -300 - (int32_t)(100 * i));
    if (i == REPS - 1) {
      put_date(writer, REP_LEFT);
    }
    put_text(writer, ",2900.00\n");
  }
}

/* A third of the accounts changed hands when the fourth representative left. */
static void put_owners(struct writer *writer, uint32_t account, int32_t from)
{
  int changed = account % 3 == 0 && from < REP_LEFT;
  put_field(writer, account);
  put_field(writer, FIRST_REP + (changed ? REPS - 1 : owner_of(account)));
  put_date(writer, from);
  put_char(writer, '\n');
  if (changed) {
    put_field(writer, account);
    put_field(writer, FIRST_REP + owner_of(account));
    put_date(writer, REP_LEFT);
    put_char(writer, '\n');
  }
}

void put_ownership(struct writer *writer, const struct chain *chain)
{
  struct deal deals[DEALS];
  uint32_t i;
  make_deals(deals);
  put_text(writer, "customer,owner,from\n");
  for (i = 0; i < chain->member_count; i++) {
    if (is_account(&chain->members[i])) {
      put_owners(writer, FIRST_MEMBER + i, chain->members[i].joined);
    }
  }
  for (i = 0; i < PROSPECTS; i++) {
    put_owners(writer, FIRST_PROSPECT + i, deals[i].entered[0]);
  }
}

/* A manager a branch, but hill has none any more since June 2025; the representatives' team was split in 2024, and when
 * their lead left another one took over. The role of one of them has run out. */
void put_assignments(struct writer *writer, const struct chain *chain)
{
  (void)chain;
  put_text(writer, "staff,role,team,branch,from,to\n"
                   "11,manager,north,north,2023-01-01,\n15,manager,river,river,2023-01-01,\n"
                   "19,manager,market,market,2023-01-01,\n23,manager,station,station,2023-01-01,\n"
                   "27,manager,hill,hill,2023-01-01,2025-07-01\n"
                   "51,representative,business,,2022-01-01,\n51,representative,key accounts,,2024-07-01,\n"
                   "51,lead,key accounts,,2025-03-31,\n"
                   "52,representative,business,,2022-01-01,\n52,representative,new business,,2024-07-01,\n"
                   "53,representative,business,,2022-01-01,\n53,representative,new business,,2024-07-01,2025-12-01\n"
                   "54,lead,business,,2022-01-01,\n54,lead,key accounts,,2024-07-01,\n");
}
