# SPDX-License-Identifier: MIT
"""DuckDB: its own in-memory tables, results kept as temporary tables."""

import os

import duckdb

from worker import arrow_table, integers, score_counts, serve, top20

AGGREGATE = """SELECT {key} AS customer, min(time) AS first, max(time) AS last,
 count(*) FILTER (WHERE line = 1) AS orders, sum(amount)::BIGINT AS spend, sum(amount - cost)::BIGINT AS profit
 FROM {lines} GROUP BY {key}"""

# Ties together, by thresholds: the fifths of last day, orders and spend; the tiers from above.
SCORED = """WITH q AS (SELECT quantile_disc(last::DATE, [0.2, 0.4, 0.6, 0.8]) AS r,
  quantile_disc(orders, [0.2, 0.4, 0.6, 0.8]) AS f, quantile_disc(spend, [0.2, 0.4, 0.6, 0.8]) AS m,
  quantile_disc(-spend, [0.01, 0.05, 0.2]) AS t FROM customers)
 SELECT customer, spend,
  1 + (last::DATE > r[1])::INT + (last::DATE > r[2])::INT + (last::DATE > r[3])::INT + (last::DATE > r[4])::INT AS r,
  1 + (orders > f[1])::INT + (orders > f[2])::INT + (orders > f[3])::INT + (orders > f[4])::INT AS f,
  1 + (spend > m[1])::INT + (spend > m[2])::INT + (spend > m[3])::INT + (spend > m[4])::INT AS m,
  1 + (-spend > t[1])::INT + (-spend > t[2])::INT + (-spend > t[3])::INT AS tier FROM customers, q"""

SEGMENTS = "SELECT r, f, m, tier, count(*) AS n, sum(spend)::BIGINT AS spend FROM scored GROUP BY r, f, m, tier"

PYRAMID = """WITH c AS (SELECT customer, sum(amount)::BIGINT AS spend FROM lines GROUP BY customer),
  q AS (SELECT quantile_disc(-spend, [0.01, 0.05, 0.2]) AS t FROM c)
 SELECT 1 + (-spend > t[1])::INT + (-spend > t[2])::INT + (-spend > t[3])::INT AS tier, count(*), sum(spend)::BIGINT
  FROM c, q GROUP BY tier ORDER BY tier"""

BY_MONTH = """SELECT customer, (year(time) * 12 + month(time) - 1)::INT AS month, sum(amount)::BIGINT AS revenue,
 count(*) FILTER (WHERE line = 1) AS orders FROM {lines} GROUP BY ALL"""

FIRST = "SELECT customer, min(month) AS cohort FROM by_month GROUP BY customer"

MONTHS = """SELECT month, sum(revenue)::BIGINT AS revenue, sum(orders)::BIGINT AS orders, count(*) AS active,
 count(*) FILTER (WHERE month = cohort) AS new, count(*) FILTER (WHERE month > cohort) AS returning,
 count(*) FILTER (WHERE month > cohort) / count(*) AS repeat_rate, sum(revenue) / sum(orders) AS order_value
 FROM by_month JOIN firsts USING (customer) GROUP BY month ORDER BY month"""

CELLS = "SELECT cohort, month - cohort AS age, count(*) AS n FROM by_month JOIN firsts USING (customer) GROUP BY ALL"

PRODUCTS = """SELECT *, sum(revenue) OVER (ORDER BY revenue DESC, product) / sum(revenue) OVER () AS cumulative FROM
 (SELECT product, sum(amount)::BIGINT AS revenue, sum(amount - cost)::BIGINT AS profit, sum(quantity)::BIGINT AS units,
  count(*) AS lines FROM {lines} GROUP BY product) ORDER BY revenue DESC, product"""

TOP20 = """SELECT count(*) AS n, -quantile_disc(-spend, 0.2) AS threshold FROM customers"""

RESULTS = ("customers", "scored", "segments", "by_month", "firsts", "months", "cells", "products", "fresh")

TYPES = (
    "{'document': 'BIGINT', 'line': 'TINYINT', 'customer': 'INTEGER', 'time': 'TIMESTAMP', 'product': 'INTEGER', "
    "'branch': 'INTEGER', 'quantity': 'INTEGER', 'amount': 'DECIMAL(18,2)', 'cost': 'DECIMAL(18,2)'}"
)


class DuckDB:
    def __init__(self, directory, threads):
        self.directory = directory
        self.db = duckdb.connect()
        self.db.execute(f"SET threads = {threads}")
        self.version = f"DuckDB {duckdb.__version__}"
        self.arrow = None
        self.threads = threads
        self.opened = None

    def prepare(self):
        self.arrow = arrow_table(self.directory)
        self.db.register("arrow", self.arrow)
        self.db.execute("CREATE TABLE lines AS SELECT * FROM arrow")

    def clear(self, *names):
        for name in names or RESULTS:
            self.db.execute(f"DROP TABLE IF EXISTS {name}")

    def keep(self, name, query):
        self.db.execute(f"CREATE TEMP TABLE {name} AS {query}")

    def rows(self, query):
        return integers(self.db.execute(query).fetchall())

    # ---- a customer's figures, by three kinds of key

    def task_t1(self, key="customer", lines="lines"):
        self.keep("customers", AGGREGATE.format(key=key, lines=lines))

    def task_t1k(self):
        self.task_t1("key")

    def task_t1s(self):
        self.task_t1("text_key")

    task_t1ks = task_t1ki = task_t1k
    before_t1 = before_t1k = before_t1ks = before_t1ki = before_t1s = clear
    task_t1m, before_t1m = task_t1, clear

    def answer_t1(self, keyed=True):
        sums = "count(*), sum(orders), sum(spend), sum(spend % 1009 * (orders % 97))"
        row = self.rows(f"SELECT {sums} FROM customers")[0]
        answer = dict(zip(("customers", "orders", "spend", "mix"), row))
        if keyed:
            row = self.rows("SELECT sum(spend * (customer % 97)), sum(orders * (customer % 97)) FROM customers")[0]
            answer.update(by_spend=row[0], by_orders=row[1])
        return answer

    answer_t1k = answer_t1ks = answer_t1ki = answer_t1

    def answer_t1s(self):
        return self.answer_t1(keyed=False)

    # ---- scores and tiers, from the customers' figures

    def before_t2(self):
        self.clear()
        self.task_t1()

    def task_t2(self):
        self.keep("scored", SCORED)
        self.keep("segments", SEGMENTS)

    def answer_t2(self):
        n, threshold = self.rows(TOP20)[0]
        above = self.rows(f"SELECT count(*), sum(spend) FROM customers WHERE spend > {threshold}")[0]
        return {
            "tiers": self.rows("SELECT sum(n), sum(spend) FROM segments GROUP BY tier ORDER BY tier"),
            "scores": score_counts(self.rows("SELECT r, f, m, sum(n) FROM segments GROUP BY r, f, m")),
            "top20": top20(n, threshold, *above),
        }

    # ---- months and cohorts

    def task_t34(self, lines="lines"):
        self.keep("by_month", BY_MONTH.format(lines=lines))
        self.keep("firsts", FIRST)
        self.keep("months", MONTHS)
        self.keep("cells", CELLS)

    before_t34 = clear

    def answer_t34(self):
        low = self.rows("SELECT min(month) FROM months")[0][0]
        return {
            "months": self.rows("SELECT revenue, orders, active, new FROM months ORDER BY month"),
            "cells": self.rows(f"SELECT cohort - {low}, age, n FROM cells ORDER BY cohort, age"),
        }

    # ---- products

    def task_t5(self, lines="lines"):
        self.keep("products", PRODUCTS.format(lines=lines))

    before_t5 = clear

    def answer_t5(self):
        row = self.rows(
            "SELECT count(*), sum(revenue), sum(revenue - profit), sum(units), sum(revenue * (product % 97)) "
            "FROM products"
        )
        top = self.rows("SELECT product, revenue FROM products ORDER BY revenue DESC, product LIMIT 10")
        return {"products": row[0], "top": top}

    # ---- all of it

    def task_t6(self, lines="lines", key="customer"):
        self.task_t1(key, lines)
        self.task_t2()
        n, threshold = self.db.execute(TOP20).fetchone()
        self.db.execute("SELECT count(*), sum(spend) FROM customers WHERE spend > ?", [threshold]).fetchone()
        self.task_t34(lines)
        self.task_t5(lines)

    before_t6 = clear

    def answer_t6(self):
        return {**self.answer_t2(), **self.answer_t34(), **self.answer_t5()}

    def task_load(self, customer="customer"):
        self.db.execute(
            f"CREATE TABLE fresh AS SELECT document, line, {customer} AS customer, time, product, branch, quantity, "
            "amount, cost FROM arrow"
        )

    def task_idem(self):
        self.db.execute(
            "CREATE TABLE fresh (document BIGINT, line TINYINT, customer INTEGER, time TIMESTAMP NOT NULL, "
            "product INTEGER, branch INTEGER, quantity INTEGER, amount BIGINT NOT NULL, cost BIGINT, "
            "PRIMARY KEY (document, line))"
        )
        self.db.execute(
            "INSERT INTO fresh SELECT document, line, customer, time, product, branch, quantity, amount, cost "
            "FROM arrow ON CONFLICT DO NOTHING"
        )

    def answer_idem(self):
        self.task_t1(lines="fresh")
        return self.answer_t1()

    def task_t7(self):
        self.task_load()
        self.task_t6("fresh")

    def task_t7k(self):
        self.task_load("key")
        self.task_t6("fresh")

    before_t7 = before_t7k = before_load = before_idem = clear
    answer_t7 = answer_t7k = answer_t6

    def task_csvload(self):
        path = os.path.join(self.directory, "sales.csv").replace("'", "''")
        self.db.execute(
            "CREATE TABLE fresh AS SELECT * REPLACE ((amount * 100)::BIGINT AS amount, "
            f"(cost * 100)::BIGINT AS cost) FROM read_csv('{path}', header = true, columns = {TYPES})"
        )

    def task_csv(self):
        self.task_csvload()
        self.task_t6("fresh")

    before_csv = before_csvload = clear
    answer_csv = answer_t6

    # ---- one sale more, everything again

    def task_warm(self):
        self.db.execute(
            "INSERT INTO lines (document, line, customer, time, product, branch, quantity, amount, cost) "
            "VALUES (1000000001, 1, 1, '2026-01-01 09:00:00', NULL, NULL, 1, 1999, 0)"
        )
        self.task_t6()

    before_warm = clear

    def after_warm(self):
        self.db.execute("DELETE FROM lines WHERE document > 1000000000")

    # ---- its own file

    def before_open(self):
        self.path = os.path.join(self.directory, "lines.duckdb")
        if not os.path.exists(self.path):
            with duckdb.connect(self.path) as db:
                db.register("arrow", self.arrow)
                db.execute("CREATE TABLE lines AS SELECT * FROM arrow")
        if self.opened is not None:
            self.opened.close()

    def task_open(self):
        self.opened = duckdb.connect(self.path, read_only=True, config={"threads": self.threads})
        self.tiers = self.opened.execute(PYRAMID).fetchall()

    def answer_open(self):
        return {"tiers": [[int(n), int(spend)] for _, n, spend in self.tiers]}


serve(DuckDB)
