# SPDX-License-Identifier: MIT
"""pandas: numpy-backed frames, thresholds by numpy's partition. One thread by its nature."""

import os

import numpy as np
import pandas as pd

from worker import QUINTILES, TIER_SHARES, integers, numpy_columns, place, score_counts, serve, text_keys, top20

NAMES = ["document", "line", "customer", "time", "product", "branch", "quantity", "amount", "cost"]


class Pandas:
    def __init__(self, directory, threads):
        self.directory = directory
        self.version = f"pandas {pd.__version__}"

    def prepare(self):
        columns = numpy_columns(self.directory)
        columns["line"] = columns["line"].astype(np.int8)
        columns["time"] = columns["time"].view("datetime64[us]")
        self.columns = columns
        self.lines = pd.DataFrame(columns)

    def task_t1(self, key="customer", lines=None):
        lines = self.lines if lines is None else lines
        work = pd.DataFrame(
            {
                key: lines[key],
                "time": lines["time"],
                "orders": lines["line"] == 1,
                "spend": lines["amount"],
                "profit": lines["amount"] - lines["cost"],
            }
        )
        groups = work.groupby(key, sort=False)
        self.customers = groups.agg(
            first=("time", "min"),
            last=("time", "max"),
            orders=("orders", "sum"),
            spend=("spend", "sum"),
            profit=("profit", "sum"),
        )

    def task_t1k(self):
        self.task_t1("key")

    def before_t1s(self):
        if "text_key" not in self.lines:
            self.lines["text_key"] = pd.Series(text_keys(self.directory).to_pandas(), dtype="str")

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
            key = c.index.to_numpy(dtype=np.int64) % 97
            answer.update(by_spend=int((c["spend"] * key).sum()), by_orders=int((c["orders"] * key).sum()))
        return answer

    answer_t1k = answer_t1

    def answer_t1s(self):
        return self.answer_t1(keyed=False)

    def before_t2(self):
        self.task_t1()

    def task_t2(self):
        c = self.customers
        n = len(c)
        scored = pd.DataFrame({"spend": c["spend"]})
        for name, values in (
            ("r", c["last"].to_numpy().astype("datetime64[D]").astype(np.int32)),
            ("f", c["orders"].to_numpy()),
            ("m", c["spend"].to_numpy()),
        ):
            places = [place(k, 5, n) - 1 for k in QUINTILES]
            thresholds = np.partition(values, places)[places]
            scored[name] = (1 + sum((values > t).astype(np.int8) for t in thresholds)).astype(np.int8)
        places = [n - place(share, 100, n) for share in TIER_SHARES]
        self.thresholds = np.partition(c["spend"].to_numpy(), places)[places]
        scored["tier"] = (1 + sum((c["spend"].to_numpy() < t).astype(np.int8) for t in self.thresholds)).astype(np.int8)
        self.segments = (
            scored.groupby(["r", "f", "m", "tier"]).agg(n=("spend", "size"), spend=("spend", "sum")).reset_index()
        )

    def task_top(self):
        spend = self.customers["spend"].to_numpy()
        over = spend[spend > self.thresholds[2]]
        self.top = top20(len(spend), int(self.thresholds[2]), len(over), int(over.sum()))

    def answer_t2(self):
        self.task_top()
        s = self.segments
        return {
            "tiers": integers(s.groupby("tier")[["n", "spend"]].sum().to_numpy()),
            "top20": int(self.top),
            "scores": score_counts(s[["r", "f", "m", "n"]].to_numpy()),
        }

    def task_t34(self, lines=None):
        lines = self.lines if lines is None else lines
        work = pd.DataFrame(
            {
                "customer": lines["customer"],
                "month": lines["time"].to_numpy().astype("datetime64[M]").astype(np.int32),
                "revenue": lines["amount"],
                "orders": lines["line"] == 1,
            }
        )
        table = (
            work.groupby(["customer", "month"], sort=False)
            .agg(revenue=("revenue", "sum"), orders=("orders", "sum"))
            .reset_index()
        )
        table["cohort"] = table.groupby("customer", sort=False)["month"].transform("min")
        table["new"] = table["month"] == table["cohort"]
        self.months = table.groupby("month").agg(
            revenue=("revenue", "sum"), orders=("orders", "sum"), active=("new", "size"), new=("new", "sum")
        )
        self.months["repeat_rate"] = 1 - self.months["new"] / self.months["active"]
        self.months["order_value"] = self.months["revenue"] / self.months["orders"]
        table["age"] = table["month"] - table["cohort"]
        self.cells = table.groupby(["cohort", "age"]).size().reset_index(name="n")

    def answer_t34(self):
        cells = self.cells.copy()
        cells["cohort"] -= self.months.index.min()
        return {
            "months": integers(self.months[["revenue", "orders", "active", "new"]].to_numpy()),
            "cells": integers(cells.to_numpy()),
        }

    def task_t5(self, lines=None):
        lines = self.lines if lines is None else lines
        work = pd.DataFrame(
            {
                "product": lines["product"],
                "revenue": lines["amount"],
                "profit": lines["amount"] - lines["cost"],
                "units": lines["quantity"].astype(np.int64),
            }
        )
        p = (
            work.groupby("product")
            .agg(revenue=("revenue", "sum"), profit=("profit", "sum"), units=("units", "sum"), lines=("units", "size"))
            .reset_index()
        )
        p = p.sort_values(["revenue", "product"], ascending=[False, True])
        p["cumulative"] = p["revenue"].cumsum() / p["revenue"].sum()
        self.products = p

    def answer_t5(self):
        p = self.products
        sums = [
            len(p),
            p["revenue"].sum(),
            (p["revenue"] - p["profit"]).sum(),
            p["units"].sum(),
            (p["revenue"] * (p["product"] % 97)).sum(),
        ]
        return {"products": [int(v) for v in sums], "top": integers(p.head(10)[["product", "revenue"]].to_numpy())}

    def task_t6(self, lines=None):
        self.task_t1(lines=lines)
        self.task_t2()
        self.task_top()
        self.task_t34(lines)
        self.task_t5(lines)

    def answer_t6(self):
        return {**self.answer_t2(), **self.answer_t34(), **self.answer_t5()}

    def task_t7(self):
        self.task_t6(pd.DataFrame({name: self.columns[name] for name in NAMES}))

    def task_t7k(self):
        self.task_t6(pd.DataFrame({name: self.columns["key" if name == "customer" else name] for name in NAMES}))

    def task_csvload(self):
        types = {
            "document": np.int64,
            "line": np.int8,
            "customer": np.int32,
            "product": np.int32,
            "branch": np.int32,
            "quantity": np.int32,
            "amount": np.float64,
            "cost": np.float64,
        }
        lines = pd.read_csv(
            os.path.join(self.directory, "sales.csv"),
            dtype=types,
            parse_dates=["time"],
            date_format="%Y-%m-%d %H:%M:%S",
        )
        for name in ("amount", "cost"):
            lines[name] = (lines[name] * 100).round().astype(np.int64)
        return lines

    def task_csv(self):
        self.task_t6(self.task_csvload())

    answer_t7 = answer_t7k = answer_csv = answer_t6


serve(Pandas)
