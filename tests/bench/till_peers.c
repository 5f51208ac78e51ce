/* SPDX-License-Identifier: MIT
 * Copyright the libcrm authors */
#define _XOPEN_SOURCE 700

#include "till_peers.h"

#include "timing.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef BENCH_SQLITE
#  include <sqlite3.h>
#endif

const char *const till_peer_names[TILL_PEERS] = {"sqlite", "redis"};

#define PIPELINE 100
#define ROOM 65536

struct till_peers {
#ifdef BENCH_SQLITE
  sqlite3 *sqlite;
  sqlite3_stmt *insert;
  sqlite3_stmt *upsert;
  sqlite3_stmt *judge;
#endif
  int have[TILL_PEERS];
  int redis;               /* a socket */
  char out[ROOM];
  size_t out_used;
  char in[ROOM];
  size_t in_used;
  size_t in_read;
  char versions[128];
};

/* ---- SQLite ---- */

#ifdef BENCH_SQLITE

static int sqlite_do(till_peers *p, const char *text)
{
  return sqlite3_exec(p->sqlite, text, NULL, NULL, NULL) == SQLITE_OK;
}

static int by_value(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* One row of limits: the tiers at 1, 5 and 20 percent, the fifths of spend. Those of orders and days are made up; only
 * the comparisons cost. */
static int sqlite_limits(till_peers *p, const int64_t *spend, int64_t customers)
{
  static const int64_t places[] = {99, 95, 80, 20, 40, 60, 80};
  int64_t *sorted = malloc((size_t)customers * sizeof *sorted);
  char text[1024];
  size_t used;
  int i;
  if (sorted == NULL) {
    return 0;
  }
  memcpy(sorted, spend, (size_t)customers * sizeof *sorted);
  qsort(sorted, (size_t)customers, sizeof *sorted, by_value);
  used = (size_t)snprintf(text, sizeof text, "INSERT INTO limits VALUES(");
  for (i = 0; i < 7; i++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%" PRId64 ", ",
                             sorted[(size_t)(customers * places[i] / 100)]);
  }
  (void)snprintf(text + used, sizeof text - used, "2, 3, 5, 9, 20000, 20100, 20200, 20300)");
  free(sorted);
  return sqlite_do(p, text);
}

static int sqlite_fill(till_peers *p, const int64_t *spend, int64_t customers)
{
  sqlite3_stmt *fill = NULL;
  int good = sqlite_do(p, "BEGIN") &&
             sqlite3_prepare_v2(p->sqlite, "INSERT INTO customer VALUES(?, ?, 3, 20000)", -1, &fill, NULL) == SQLITE_OK;
  int64_t i;
  for (i = 0; i < customers && good; i++) {
    sqlite3_bind_int64(fill, 1, i);
    sqlite3_bind_int64(fill, 2, spend[i]);
    good = sqlite3_step(fill) == SQLITE_DONE;
    sqlite3_reset(fill);
  }
  sqlite3_finalize(fill);
  return sqlite_do(p, "COMMIT") && good;
}

static int sqlite_open(till_peers *p, const int64_t *spend, int64_t customers)
{
  static const char upsert[] =
      "INSERT INTO customer VALUES(?, ?, 1, ?) ON CONFLICT(id) DO UPDATE SET spend = spend + excluded.spend, "
      "orders = orders + 1, last = max(last, excluded.last) RETURNING spend, orders, last";
  static const char judge[] =
      "SELECT (?1 < t1) + (?1 < t2) + (?1 < t3), 1 + (?1 >= m1) + (?1 >= m2) + (?1 >= m3) + (?1 >= m4), "
      "1 + (?2 >= f1) + (?2 >= f2) + (?2 >= f3) + (?2 >= f4), 1 + (?3 >= r1) + (?3 >= r2) + (?3 >= r3) + (?3 >= r4), "
      "CASE WHEN ?1 < t3 THEN t3 - ?1 WHEN ?1 < t2 THEN t2 - ?1 WHEN ?1 < t1 THEN t1 - ?1 ELSE 0 END FROM limits";
  return sqlite3_open(":memory:", &p->sqlite) == SQLITE_OK &&
         sqlite_do(p, "CREATE TABLE customer(id INTEGER PRIMARY KEY, spend INTEGER, orders INTEGER, last INTEGER);"
                      "CREATE TABLE sale(document TEXT, customer INTEGER, day INTEGER, amount INTEGER);"
                      "CREATE TABLE limits(t1, t2, t3, m1, m2, m3, m4, f1, f2, f3, f4, r1, r2, r3, r4)") &&
         sqlite_limits(p, spend, customers) && sqlite_fill(p, spend, customers) &&
         sqlite3_prepare_v2(p->sqlite, "INSERT INTO sale VALUES(?, ?, ?, ?)", -1, &p->insert, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(p->sqlite, upsert, -1, &p->upsert, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(p->sqlite, judge, -1, &p->judge, NULL) == SQLITE_OK;
}

static int64_t sqlite_ring_up(till_peers *p, const till_sale *sale)
{
  int64_t answer;
  int i;
  sqlite3_bind_text(p->insert, 1, sale->document, -1, SQLITE_STATIC);
  sqlite3_bind_int64(p->insert, 2, sale->customer);
  sqlite3_bind_int64(p->insert, 3, 20450);
  sqlite3_bind_int64(p->insert, 4, sale->amount);
  (void)sqlite3_step(p->insert);
  sqlite3_reset(p->insert);
  sqlite3_bind_int64(p->upsert, 1, sale->customer);
  sqlite3_bind_int64(p->upsert, 2, sale->amount);
  sqlite3_bind_int64(p->upsert, 3, 20450);
  (void)sqlite3_step(p->upsert);
  for (i = 0; i < 3; i++) {
    sqlite3_bind_int64(p->judge, i + 1, sqlite3_column_int64(p->upsert, i));
  }
  sqlite3_reset(p->upsert);
  (void)sqlite3_step(p->judge);
  answer = sqlite3_column_int64(p->judge, 0) + sqlite3_column_int64(p->judge, 4);
  sqlite3_reset(p->judge);
  return answer;
}

static int64_t sqlite_run(till_peers *p, const till_sale *sales, int64_t count)
{
  int64_t sum = 0;
  int64_t i;
  (void)sqlite_do(p, "BEGIN");   /* one transaction for all: the kind form */
  for (i = 0; i < count; i++) {
    sum += sqlite_ring_up(p, &sales[i]);
  }
  (void)sqlite_do(p, "COMMIT");
  return sum;
}

static int64_t sqlite_spend(till_peers *p, int64_t customer)
{
  sqlite3_stmt *ask = NULL;
  int64_t spend = -1;
  (void)sqlite3_prepare_v2(p->sqlite, "SELECT spend FROM customer WHERE id = ?", -1, &ask, NULL);
  sqlite3_bind_int64(ask, 1, customer);
  if (sqlite3_step(ask) == SQLITE_ROW) {
    spend = sqlite3_column_int64(ask, 0);
  }
  sqlite3_finalize(ask);
  return spend;
}

#endif

/* ---- Redis ---- */

static int send_out(till_peers *p)
{
  size_t sent = 0;
  while (sent < p->out_used) {
    ssize_t n = write(p->redis, p->out + sent, p->out_used - sent);
    if (n <= 0) {
      return 0;
    }
    sent += (size_t)n;
  }
  p->out_used = 0;
  return 1;
}

/* One line of what Redis says, without its end; NULL: it says nothing more. */
static const char *read_line(till_peers *p)
{
  for (;;) {
    char *end = memchr(p->in + p->in_read, '\n', p->in_used - p->in_read);
    const char *line = p->in + p->in_read;
    ssize_t n;
    if (end != NULL) {
      *end = '\0';
      p->in_read = (size_t)(end - p->in) + 1;
      return line;
    }
    memmove(p->in, p->in + p->in_read, p->in_used - p->in_read);
    p->in_used -= p->in_read;
    p->in_read = 0;
    n = p->in_used < ROOM ? read(p->redis, p->in + p->in_used, ROOM - p->in_used) : 0;
    if (n <= 0) {
      return NULL;
    }
    p->in_used += (size_t)n;
  }
}

/* The number in an answer, an integer or a bulk of one. */
static int64_t read_number(till_peers *p)
{
  const char *line = read_line(p);
  if (line != NULL && line[0] == '$') {
    line = read_line(p);
    return line == NULL ? -1 : strtoll(line, NULL, 10);
  }
  return line == NULL ? -1 : strtoll(line + 1, NULL, 10);
}

static void say(till_peers *p, const char *verb, const char *key, const char *argument)
{
  p->out_used += (size_t)snprintf(p->out + p->out_used, ROOM - p->out_used, "%s till %s%s%s\r\n", verb, key,
                                  argument[0] == '\0' ? "" : " ", argument);
}

static int redis_fill(till_peers *p, const int64_t *spend, int64_t customers)
{
  int64_t i;
  int64_t waiting = 0;
  for (i = 0; i < customers; i++) {
    char amount[24];
    char key[24];
    (void)snprintf(amount, sizeof amount, "%" PRId64, spend[i]);
    (void)snprintf(key, sizeof key, "%" PRId64, i);
    say(p, "ZADD", amount, key);
    waiting++;
    if (waiting == PIPELINE || i + 1 == customers) {
      if (!send_out(p)) {
        return 0;
      }
      for (; waiting > 0; waiting--) {
        if (read_number(p) < 0) {
          return 0;
        }
      }
    }
  }
  return 1;
}

static int redis_open(till_peers *p, int port, const int64_t *spend, int64_t customers)
{
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  p->redis = socket(AF_INET, SOCK_STREAM, 0);
  return p->redis >= 0 && connect(p->redis, (const struct sockaddr *)&address, sizeof address) == 0 &&
         redis_fill(p, spend, customers);
}

static int64_t redis_run(till_peers *p, const till_sale *sales, int64_t count)
{
  int64_t sum = 0;
  int64_t i;
  int64_t k;
  for (i = 0; i < count; i += PIPELINE) {
    int64_t some = count - i < PIPELINE ? count - i : PIPELINE;
    for (k = 0; k < some; k++) {
      char amount[24];
      (void)snprintf(amount, sizeof amount, "%" PRId64, sales[i + k].amount);
      say(p, "ZINCRBY", amount, sales[i + k].key);
      say(p, "ZREVRANK", sales[i + k].key, "");
    }
    if (!send_out(p)) {
      return -1;
    }
    for (k = 0; k < some; k++) {
      (void)read_number(p);
      sum += read_number(p);
    }
  }
  return sum;
}

static int64_t redis_ask(till_peers *p, const char *verb, const char *key, const char *argument)
{
  say(p, verb, key, argument);
  return send_out(p) ? read_number(p) : -1;
}

/* ---- Both ---- */

till_peers *till_peers_open(const int64_t *spend, int64_t customers, int redis_port)
{
  till_peers *p = calloc(1, sizeof *p);
  if (p == NULL) {
    return NULL;
  }
  p->redis = -1;
#ifdef BENCH_SQLITE
  p->have[TILL_SQLITE] = sqlite_open(p, spend, customers);
  (void)snprintf(p->versions, sizeof p->versions, "\"sqlite\": \"SQLite %s\"", sqlite3_libversion());
#endif
  p->have[TILL_REDIS] = redis_port > 0 && redis_open(p, redis_port, spend, customers);
  return p;
}

void till_peers_close(till_peers *p)
{
  if (p == NULL) {
    return;
  }
#ifdef BENCH_SQLITE
  sqlite3_finalize(p->insert);
  sqlite3_finalize(p->upsert);
  sqlite3_finalize(p->judge);
  sqlite3_close(p->sqlite);
#endif
  if (p->redis >= 0) {
    close(p->redis);
  }
  free(p);
}

int till_peers_have(const till_peers *p, size_t peer)
{
  return p->have[peer];
}

double till_peers_ring_up(till_peers *p, size_t peer, const till_sale *sales, int64_t count)
{
  int64_t start = now_ns();
  if (!p->have[peer]) {
    return 0.0;
  }
#ifdef BENCH_SQLITE
  if (peer == TILL_SQLITE) {
    (void)sqlite_run(p, sales, count);
  }
#endif
  if (peer == TILL_REDIS) {
    (void)redis_run(p, sales, count);
  }
  return (double)(now_ns() - start) / (double)count;
}

int till_peers_agree(till_peers *p, const till_sale *sale, int64_t spend, int64_t ahead)
{
#ifdef BENCH_SQLITE
  if (p->have[TILL_SQLITE] && sqlite_spend(p, sale->customer) != spend) {
    fprintf(stderr, "bench_till: SQLite has another spend for %s\n", sale->key);
    return 0;
  }
#endif
  if (p->have[TILL_REDIS]) {
    char above[32];
    (void)snprintf(above, sizeof above, "(%" PRId64, spend);
    if (redis_ask(p, "ZSCORE", sale->key, "") != spend || redis_ask(p, "ZCOUNT", above, "+inf") != ahead) {
      fprintf(stderr, "bench_till: Redis has another spend or rank for %s\n", sale->key);
      return 0;
    }
  }
  return 1;
}

const char *till_peers_versions(const till_peers *p)
{
  return p->versions;
}
