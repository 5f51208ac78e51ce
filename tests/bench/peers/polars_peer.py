# SPDX-License-Identifier: MIT
"""Polars: eager frames. The number of threads is set by `run` in the environment."""

import os

import polars as pl

from worker import QUINTILES, TIER_SHARES, arrow_table, integers, place, score_counts, serve, top20

NAMES = ["document", "line", "customer", "time", "product", "branch", "quantity", "amount", "cost"]


def above(column, thresholds):
    score = pl.lit(1, dtype=pl.Int32)
    for threshold in thresholds:
        score = score + (pl.col(column) > threshold).cast(pl.Int32)
    return score


class Polars:
    def __init__(self, directory, threads):
        self.directory = directory
        self.version = f"Polars {pl.__version__}"

    def prepare(self):
        self.arrow = arrow_table(self.directory)
        self.lines = pl.from_arrow(self.arrow)

    def task_t1(self, key="customer", lines=None):
        lines = self.lines if lines is None else lines
        self.customers = (
            lines.group_by(key)
            .agg(
                first=pl.col("time").min(),
                last=pl.col("time").max(),
                orders=(pl.col("line") == 1).sum().cast(pl.Int64),
                spend=pl.col("amount").sum(),
                profit=(pl.col("amount") - pl.col("cost")).sum(),
            )
            .rename({key: "customer"})
        )

    def task_t1k(self):
        self.task_t1("key")

    def task_t1s(self):
        self.task_t1("text_key")

    task_t1m = task_t1

    def answer_t1(self, keyed=True):
        c = self.customers
        answer = {
            "customers": len(c),
            "orders": int(c["orders"].sum()),
            "spend": int(c["spend"].sum()),
            "mix": int((c["spend"] % 1009 * (c["orders"] % 97)).sum()),
        }
        if keyed:
            key = c["customer"].cast(pl.Int64) % 97
            answer.update(by_spend=int((c["spend"] * key).sum()), by_orders=int((c["orders"] * key).sum()))
        return answer

    answer_t1k = answer_t1

    def answer_t1s(self):
        return self.answer_t1(keyed=False)

    def before_t2(self):
        self.task_t1()

    def task_t2(self):
        c = self.customers.with_columns(day=pl.col("last").dt.date())
        n = len(c)
        fifths = {}
        for column in ("day", "orders", "spend"):
            values = c[column].sort()
            fifths[column] = [values[place(k, 5, n) - 1] for k in QUINTILES]
        self.thresholds = [values[n - place(share, 100, n)] for share in TIER_SHARES]
        tier = pl.lit(1, dtype=pl.Int32)
        for threshold in self.thresholds:
            tier = tier + (pl.col("spend") < threshold).cast(pl.Int32)
        self.scored = c.select(
            "customer",
            "spend",
            r=above("day", fifths["day"]),
            f=above("orders", fifths["orders"]),
            m=above("spend", fifths["spend"]),
            tier=tier,
        )
        self.segments = self.scored.group_by("r", "f", "m", "tier").agg(n=pl.len(), spend=pl.col("spend").sum())

    def task_top(self):
        over = self.customers.filter(pl.col("spend") > self.thresholds[2])["spend"]
        self.top = top20(len(self.customers), self.thresholds[2], len(over), over.sum())

    def answer_t2(self):
        self.task_top()
        tiers = self.segments.group_by("tier").agg(pl.col("n").sum(), pl.col("spend").sum()).sort("tier")
        return {
            "tiers": integers(tiers.select("n", "spend").rows()),
            "top20": int(self.top),
            "scores": score_counts(self.segments.select("r", "f", "m", "n").rows()),
        }

    def task_t34(self, lines=None):
        lines = self.lines if lines is None else lines
        month = (pl.col("time").dt.year().cast(pl.Int32) * 12 + pl.col("time").dt.month() - 1).alias("month")
        table = lines.group_by("customer", month).agg(
            revenue=pl.col("amount").sum(), orders=(pl.col("line") == 1).sum().cast(pl.Int64)
        )
        firsts = table.group_by("customer").agg(cohort=pl.col("month").min())
        joined = table.join(firsts, on="customer")
        self.months = (
            joined.group_by("month")
            .agg(
                pl.col("revenue").sum(),
                pl.col("orders").sum(),
                active=pl.len(),
                new=(pl.col("month") == pl.col("cohort")).sum(),
            )
            .sort("month")
            .with_columns(
                repeat_rate=(pl.col("active") - pl.col("new")) / pl.col("active"),
                order_value=pl.col("revenue") / pl.col("orders"),
            )
        )
        self.cells = joined.group_by("cohort", (pl.col("month") - pl.col("cohort")).alias("age")).agg(n=pl.len())

    def answer_t34(self):
        low = self.months["month"].min()
        cells = self.cells.with_columns(cohort=pl.col("cohort") - low).sort("cohort", "age")
        return {
            "months": integers(self.months.select("revenue", "orders", "active", "new").rows()),
            "cells": integers(cells.select("cohort", "age", "n").rows()),
        }

    def task_t5(self, lines=None):
        lines = self.lines if lines is None else lines
        self.products = (
            lines.group_by("product")
            .agg(
                revenue=pl.col("amount").sum(),
                profit=(pl.col("amount") - pl.col("cost")).sum(),
                units=pl.col("quantity").cast(pl.Int64).sum(),
                lines=pl.len(),
            )
            .sort(["revenue", "product"], descending=[True, False])
        )
        self.products = self.products.with_columns(cumulative=pl.col("revenue").cum_sum() / pl.col("revenue").sum())

    def answer_t5(self):
        p = self.products
        sums = [
            len(p),
            p["revenue"].sum(),
            (p["revenue"] - p["profit"]).sum(),
            p["units"].sum(),
            (p["revenue"] * (p["product"].cast(pl.Int64) % 97)).sum(),
        ]
        return {"products": [int(v) for v in sums], "top": integers(p.head(10).select("product", "revenue").rows())}

    def task_t6(self, lines=None):
        self.task_t1(lines=lines)
        self.task_t2()
        self.task_top()
        self.task_t34(lines)
        self.task_t5(lines)

    def answer_t6(self):
        return {**self.answer_t2(), **self.answer_t34(), **self.answer_t5()}

    def task_t7(self):
        self.task_t6(pl.from_arrow(self.arrow.select(NAMES)))

    def task_t7k(self):
        names = ["key" if name == "customer" else name for name in NAMES]
        self.task_t6(pl.from_arrow(self.arrow.select(names).rename_columns(NAMES)))

    def task_csvload(self):
        types = [
            pl.Int64,
            pl.Int8,
            pl.Int32,
            pl.String,
            pl.Int32,
            pl.Int32,
            pl.Int32,
            pl.Decimal(18, 2),
            pl.Decimal(18, 2),
        ]
        lines = pl.read_csv(os.path.join(self.directory, "sales.csv"), schema=dict(zip(NAMES, types)))
        return lines.with_columns(
            pl.col("time").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"),
            (pl.col("amount") * 100).cast(pl.Int64),
            (pl.col("cost") * 100).cast(pl.Int64),
        )

    def task_csv(self):
        self.task_t6(self.task_csvload())

    answer_t7 = answer_t7k = answer_csv = answer_t6


serve(Polars)
