# SPDX-License-Identifier: MIT
"""SQLite in memory, as Python brings it. It is given the month as a column of its own."""

import sqlite3

from worker import QUINTILES, TIER_SHARES, integers, numpy_columns, place, score_counts, serve, top20

RESULTS = ("customers", "segments", "by_month", "firsts", "months", "cells", "products")


class SQLite:
    def __init__(self, directory, threads):
        self.directory = directory
        self.version = f"SQLite {sqlite3.sqlite_version}"

    def prepare(self):
        import numpy

        columns = numpy_columns(self.directory)
        names = [name for name in columns if name != "branch"]
        month = columns["time"].view("datetime64[us]").astype("datetime64[M]").astype(numpy.int64)
        self.db = sqlite3.connect(":memory:")
        self.db.execute(f"CREATE TABLE lines ({', '.join(name + ' INTEGER' for name in names)}, month INTEGER)")
        marks = ", ".join("?" * (len(names) + 1))
        for at in range(0, len(month), 100000):
            part = [columns[name][at : at + 100000].tolist() for name in names] + [month[at : at + 100000].tolist()]
            self.db.executemany(f"INSERT INTO lines VALUES ({marks})", zip(*part))

    def clear(self):
        for name in RESULTS:
            self.db.execute(f"DROP TABLE IF EXISTS {name}")

    def rows(self, query):
        return integers(self.db.execute(query).fetchall())

    def task_t1(self, key="customer"):
        self.db.execute(
            f"CREATE TEMP TABLE customers AS SELECT {key} AS customer, min(time) AS first, "
            "max(time) AS last, sum(line = 1) AS orders, sum(amount) AS spend, sum(amount - cost) AS profit "
            "FROM lines GROUP BY 1"
        )

    def task_t1k(self):
        self.task_t1("key")

    task_t1m = task_t1
    before_t1 = before_t1m = before_t1k = clear

    def answer_t1(self):
        row = self.rows(
            "SELECT count(*), sum(orders), sum(spend), sum(spend % 1009 * (orders % 97)), "
            "sum(spend * (customer % 97)), sum(orders * (customer % 97)) FROM customers"
        )[0]
        return dict(zip(("customers", "orders", "spend", "mix", "by_spend", "by_orders"), row))

    answer_t1k = answer_t1

    def before_t2(self):
        self.clear()
        self.task_t1()

    def threshold(self, column, at):
        return self.db.execute(f"SELECT {column} FROM customers ORDER BY {column} LIMIT 1 OFFSET {at}").fetchone()[0]

    def task_t2(self):
        n = self.db.execute("SELECT count(*) FROM customers").fetchone()[0]
        scores = []
        for column in ("last / 86400000000", "orders", "spend"):
            limits = [self.threshold(column, place(k, 5, n) - 1) for k in QUINTILES]
            scores.append("1 + " + " + ".join(f"({column} > {limit})" for limit in limits))
        thresholds = [self.threshold("spend", n - place(share, 100, n)) for share in TIER_SHARES]
        tier = "1 + " + " + ".join(f"(spend < {t})" for t in thresholds)
        self.limit = thresholds[2]
        self.db.execute(
            "CREATE TEMP TABLE segments AS SELECT r, f, m, tier, count(*) AS n, sum(spend) AS spend "
            f"FROM (SELECT spend, {scores[0]} AS r, {scores[1]} AS f, {scores[2]} AS m, {tier} AS tier "
            "FROM customers) GROUP BY r, f, m, tier"
        )

    def answer_t2(self):
        n = self.rows("SELECT count(*) FROM customers")[0][0]
        above = self.rows(f"SELECT count(*), sum(spend) FROM customers WHERE spend > {self.limit}")[0]
        return {
            "tiers": self.rows("SELECT sum(n), sum(spend) FROM segments GROUP BY tier ORDER BY tier"),
            "scores": score_counts(self.rows("SELECT r, f, m, sum(n) FROM segments GROUP BY r, f, m")),
            "top20": top20(n, self.limit, *above),
        }

    def task_t34(self):
        for statement in (
            "CREATE TEMP TABLE by_month AS SELECT customer, month, sum(amount) AS revenue, sum(line = 1) AS orders "
            "FROM lines GROUP BY 1, 2",
            "CREATE TEMP TABLE firsts (customer INTEGER PRIMARY KEY, cohort INTEGER)",
            "INSERT INTO firsts SELECT customer, min(month) FROM by_month GROUP BY customer",
            "CREATE TEMP TABLE months AS SELECT month, sum(revenue) AS revenue, sum(orders) AS orders, "
            "count(*) AS active, sum(month = cohort) AS new FROM by_month JOIN firsts USING (customer) GROUP BY month",
            "CREATE TEMP TABLE cells AS SELECT cohort, month - cohort AS age, count(*) AS n "
            "FROM by_month JOIN firsts USING (customer) GROUP BY 1, 2",
        ):
            self.db.execute(statement)

    before_t34 = clear

    def answer_t34(self):
        low = self.rows("SELECT min(month) FROM months")[0][0]
        return {
            "months": self.rows("SELECT revenue, orders, active, new FROM months ORDER BY month"),
            "cells": self.rows(f"SELECT cohort - {low}, age, n FROM cells ORDER BY cohort, age"),
        }

    def task_t5(self):
        self.db.execute(
            "CREATE TEMP TABLE products AS SELECT *, sum(revenue) OVER (ORDER BY revenue DESC, product) * 1.0 / "
            "sum(revenue) OVER () AS cumulative FROM (SELECT product, sum(amount) AS revenue, "
            "sum(amount - cost) AS profit, sum(quantity) AS units, count(*) AS lines "
            "FROM lines GROUP BY product) ORDER BY revenue DESC"
        )

    before_t5 = clear

    def answer_t5(self):
        row = self.rows(
            "SELECT count(*), sum(revenue), sum(revenue - profit), sum(units), sum(revenue * (product % 97)) "
            "FROM products"
        )
        top = self.rows("SELECT product, revenue FROM products ORDER BY revenue DESC, product LIMIT 10")
        return {"products": row[0], "top": top}

    def task_t6(self):
        self.task_t1()
        self.task_t2()
        self.db.execute(f"SELECT count(*), sum(spend) FROM customers WHERE spend > {self.limit}").fetchone()
        self.task_t34()
        self.task_t5()

    before_t6 = clear

    def answer_t6(self):
        return {**self.answer_t2(), **self.answer_t34(), **self.answer_t5()}


serve(SQLite)
