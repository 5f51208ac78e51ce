/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#include "store/commit.h"

#include "base/prefetch.h"
#include "base/sizes.h"
#include "store/context.h"
#include "store/profile.h"
#include "store/reopened.h"

#include <string.h>

/* The documents of a large plain load, admitted on threads of the host. A customer's are one part's, in the order of
 * the documents, and whose they are is told by the customer's id: so each customer comes to have what it would have one
 * document after the other, and no part writes what another one does. One more part counts the documents, without a
 * look at customers. */

#define PARTS_MOST 8
#define DOCUMENTS_LEAST CRM__SIZE(65536, 8)
#define TOGETHER_BITS CRM__SIZE(6, 1)       /* customers side by side in memory are one part's */
#define STRIP CRM__SIZE(1024, 3)            /* documents that are looked through before some are admitted */
#define AHEAD CRM__SIZE(16, 2)              /* how many documents ahead measure and profile are asked for */

typedef struct admission_job {
  crm_store *store;
  uint64_t from;
  uint64_t end;
  uint32_t parts;                      /* of customers, a power of two */
  uint8_t done[PARTS_MOST + 1];
} admission_job;

/* Columns of documents of one chunk, from one on. */
typedef struct strip {
  uint64_t first;
  uint32_t count;
  const int64_t *times;
  const int64_t *nets;
  const int64_t *costs;
  const uint32_t *lines;
  const uint32_t *customers;
  const uint8_t *flags;
  uint32_t *next;
} strip;

static void strip_at(const admission_job *job, uint64_t first, strip *s)
{
  const crm__documents *documents = &job->store->documents;
  uint64_t room = CRM__CHUNK - (first & (CRM__CHUNK - 1));
  room = room < STRIP ? room : STRIP;
  s->first = first;
  s->count = (uint32_t)(job->end - first < room ? job->end - first : room);
  s->times = (const int64_t *)(const void *)crm__column_at(&documents->time, first);
  s->nets = (const int64_t *)(const void *)crm__column_at(&documents->net, first);
  s->costs = (const int64_t *)(const void *)crm__column_at(&documents->cost, first);
  s->lines = (const uint32_t *)(const void *)crm__column_at(&documents->lines, first);
  s->customers = (const uint32_t *)(const void *)crm__column_at(&documents->customer, first);
  s->flags = crm__column_at(&documents->flags, first);
  s->next = (uint32_t *)(void *)crm__column_at(&documents->next, first);
}

/* Counts the documents; some are names only. */
static void count_strip(crm_store *store, const strip *s)
{
  uint32_t i;
  for (i = 0; s->lines != NULL && i < s->count; i++) {
    int64_t time = s->times == NULL ? 0 : s->times[i];
    if (s->lines[i] == 0) {
      continue;
    }
    if (time < store->closed_before) {
      crm__reopened_note(store, (uint32_t)(s->first + i), 1);
    }
    store->live_documents++;
    store->live_lines += s->lines[i];
    store->latest = time > store->latest ? time : store->latest;
    store->earliest = time < store->earliest && (s->flags[i] & CRM__DOCUMENT_LINE) ? time : store->earliest;
  }
}

/* Which documents of a strip are those of a part's customers. */
static uint32_t find_own(const strip *s, uint32_t parts, uint32_t part, uint32_t *own)
{
  uint32_t n = 0;
  uint32_t i;
  for (i = 0; s->lines != NULL && s->customers != NULL && i < s->count; i++) {
    uint32_t customer = s->customers[i];
    own[n] = i;   /* unless it is overwritten: whose the next one is cannot be foreseen */
    n += ((customer >> TOGETHER_BITS & (parts - 1)) == part) & (customer != CRM__NONE) & (s->lines[i] != 0);
  }
  return n;
}

static void admit_own(crm_store *store, const strip *s, const uint32_t *own, uint32_t count)
{
  uint32_t k;
  for (k = 0; k < count; k++) {
    uint32_t i = own[k];
    uint32_t customer = s->customers[i];
    crm__profile *profile = &store->profiles[customer];
    crm__admission admission;
    if (k + AHEAD < count) {
      CRM__PREFETCH(&store->measures[s->customers[own[k + AHEAD]]]);
      CRM__PREFETCH(&store->profiles[s->customers[own[k + AHEAD]]]);
    }
    admission.time = s->times == NULL ? 0 : s->times[i];
    admission.net = s->nets == NULL ? 0 : s->nets[i];
    admission.cost = s->costs == NULL ? 0 : s->costs[i];
    admission.lines = s->lines[i];
    admission.flags = s->flags[i];
    crm__profile_join(&store->measures[customer], profile, &admission, store->day_start);
    s->next[i] = profile->head;
    profile->head = (uint32_t)(s->first + i);
    profile->changed = store->version + 1;   /* more have been touched than are listed */
  }
}

static crm_status admit_part(void *context, uint64_t part)
{
  admission_job *job = context;
  uint64_t first = job->from;
  uint32_t own[STRIP];
  strip s;
  while (first < job->end) {
    strip_at(job, first, &s);
    if (part == job->parts) {
      count_strip(job->store, &s);
    } else {
      admit_own(job->store, &s, own, find_own(&s, job->parts, (uint32_t)part, own));
    }
    first += s.count;
  }
  job->done[part] = 1;
  return CRM_OK;
}

/* Any number of parts gives the same. A commit that has begun cannot fail: what an executor has left out is done
 * here. */
int crm__admit_together(crm_load *load, uint64_t from, uint64_t end)
{
  crm_store *store = load->store;
  const crm__team *lent = crm__context_team(load->context);
  uint32_t workers = crm__team_workers(lent);
  admission_job job;
  crm__team team;
  uint32_t part;
  if (workers < 2 || end - from < DOCUMENTS_LEAST || store->touched_since <= store->version) {
    return 0;
  }
  memset(&job, 0, sizeof job);
  job.store = store;
  job.from = from;
  job.end = end;
  job.parts = 2;
  while (job.parts < workers && job.parts < PARTS_MOST) {
    job.parts *= 2;
  }
  team = *lent;
  team.watch = NULL;
  (void)crm__team_run(&team, (uint64_t)job.parts + 1, admit_part, &job, NULL);
  for (part = 0; part <= job.parts; part++) {
    if (!job.done[part]) {
      (void)admit_part(&job, part);
    }
  }
  return 1;
}
