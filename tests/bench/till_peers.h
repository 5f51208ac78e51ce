/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#ifndef CRM_BENCH_TILL_PEERS_H
#define CRM_BENCH_TILL_PEERS_H

#include <stddef.h>
#include <stdint.h>

/* What is used at tills elsewhere: SQLite in the process, with tiers and scores by stored limits, which are as old as
 * their last refresh; Redis on the loopback, with a sorted set and its exact rank, a hundred sales a pipeline. */

typedef struct till_sale {
  int64_t customer;
  int64_t amount;
  char key[24];
  char document[24];
} till_sale;

enum { TILL_SQLITE, TILL_REDIS, TILL_PEERS };

extern const char *const till_peer_names[TILL_PEERS];

typedef struct till_peers till_peers;

/* Gives each peer that is there what the customers have spent so far. redis_port 0: no Redis. NULL: no memory. */
till_peers *till_peers_open(const int64_t *spend, int64_t customers, int redis_port);
void till_peers_close(till_peers *peers);

int till_peers_have(const till_peers *peers, size_t peer);

/* Nanoseconds a sale; 0 where the peer is not there. */
double till_peers_ring_up(till_peers *peers, size_t peer, const till_sale *sales, int64_t count);

/* Whether each peer has the spend of a customer, and Redis so many ahead of it; complains where not. */
int till_peers_agree(till_peers *peers, const till_sale *sale, int64_t spend, int64_t ahead);

/* As members of a JSON object. */
const char *till_peers_versions(const till_peers *peers);

#endif
