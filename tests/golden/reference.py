#!/usr/bin/env python3
"""Compares crm-cockpit with the reference figures of public data sets.

    reference.py --cockpit PATH [--shared DIR] [--only DATASET] [--verbose]

DIR holds `data` and `reference`; the default is the environment variable LIBCRM_TEST_DATA, else ../shared
beside the project's root. Without the data the suite says SKIP and exits 77. A PATH that ends in .py is run by
this Python (the differential oracle speaks the same contract). Exit status 1 where a figure differs.
"""

import argparse
import csv
import datetime
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parents[2]
HALF_UP = ("--cut", "half-up")
SPLIT = ("--ties", "split")
SALES = ("--money", "sales")
TOP = ("vip", "major", "medium", "small")


# ---- asking the application ------------------------------------------------------------------------------

class Cockpit:
    """Runs the application on the views of one data set and remembers its tables."""

    def __init__(self, path, views, rename=str):
        self.command = [sys.executable, path] if path.endswith(".py") else [path]
        self.views, self.rename, self.known = views, rename, {}

    def rows(self, verb, *flags, view="main"):
        question = (verb, view) + flags
        if question not in self.known:
            command = self.command + [verb, "--format", "csv", *flags, *map(str, self.views[view])]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            if done.returncode != 0:
                raise RuntimeError("exit %d: %s\n%s" % (done.returncode, " ".join(command),
                                                       done.stderr.decode("utf-8", "replace").strip()))
            self.known[question] = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
        return self.known[question]

    def total(self, column, verb, *flags, view="main"):
        """The sum of a column in smallest units."""
        return sum(minor(row[column]) for row in self.rows(verb, *flags, view=view) if row[column])

    def loaded(self, table, column="accepted", view="main"):
        return [minor(row[column]) for row in self.rows("load", view=view) if row["table"] == table][0]

    def tier(self, name, column, *flags, view="main"):
        return [minor(row[column]) for row in self.rows("pyramid", *flags, view=view) if row["tier"] == name][0]


def minor(text):
    """Decimal text without its point: an integer of smallest units. Blank is None."""
    return int(text.replace(".", "")) if text else None


def digest(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def six(numerator, denominator):
    return "%.6f" % (Decimal(numerator) / Decimal(denominator))


# ---- figures that every data set has; each function yields (name, expected, actual) ------------------------

def check_customers(ref, ask):
    rfm = ask.rows("rfm")
    yield "customers", ref["customers"], len(rfm)
    yield "orders", ref["orders"], ask.total("frequency", "rfm")
    yield "orders_day", ref["orders_day"], ask.total("frequency", "rfm", "--occasions", "day")
    for days, count in ref["inactive"].items():
        # the last order day has recency 1
        yield "inactive " + days, count, sum(int(row["recency_days"]) - 1 > int(days) for row in rfm)
    bought = [row for row in ask.rows("tiers") if row["first"]]
    yield "first_day", ref["first_day"], min(row["first"] for row in bought)
    yield "last_day", ref["last_day"], max(row["last"] for row in bought)


def check_repeat(ref, ask):
    def figures(kpi, *flags):
        row = [row for row in ask.rows("repeat", *flags) if row["kpi"] == kpi][0]
        return int(row["numerator"]), int(row["denominator"]), row["value"]

    each = (ref["repeat_customers"], ref["customers"], "%.6f" % ref["repeat_rate"])
    day = (ref["repeat_customers_day"], ref["customers"], "%.6f" % ref["repeat_rate_day"])
    yield "repeat_rate", each, figures("repeat_rate")
    yield "repeat_rate_day", day, figures("repeat_rate_day")
    yield "repeat_rate, occasions by day", day, figures("repeat_rate", "--occasions", "day")


def check_months(ref, ask):
    rows = {row["month"]: row for row in ask.rows("months")}
    yield "months", sorted(ref["monthly"]), list(rows)
    for month, expected in ref["monthly"].items():
        row = {name: int(text) for name, text in rows[month].items()
               if name in ("active", "new", "returning", "resurrected")}
        row["returning"] += row.pop("resurrected")
        yield "monthly " + month, expected, row
    before = None
    for month, row in rows.items():
        if before:
            flow = int(before["active"]) - int(row["lapsed"]) + int(row["new"]) + int(row["resurrected"])
            yield "flow into " + month, int(row["active"]), flow
        before = row


def check_cohorts(ref, ask):
    cohorts = {}
    for row in ask.rows("cohorts"):
        cohorts.setdefault(row["cohort"], []).append(int(row["customers"]))
    yield "cohorts", sorted(ref["cohorts"]), sorted(cohorts)
    for cohort, cells in ref["cohorts"].items():
        yield "cohort " + cohort, cells, cohorts.get(cohort)


def tier_column(rows, column):
    by_name = {row["tier"]: minor(row[column]) for row in rows}
    return [by_name[name] for name in TOP]


def cumulated(counts):
    return [sum(counts[:i + 1]) for i in range(len(counts) - 1)]


def check_pyramid(ref, ask, key="pyramid", flags=()):
    ref, name = ref[key], key + " "
    split = ask.rows("pyramid", *HALF_UP, *SPLIT, *flags)
    spend = tier_column(split, "spend")
    yield name + "members", ref["members"], tier_column(split, "customers")
    yield name + "n", ref["n"], sum(tier_column(split, "customers"))
    yield name + "spend", ref["spend"], spend
    yield name + "total", ref["total"], sum(spend)
    yield name + "share", ["%.6f" % share for share in ref["share"]], \
        [row["spend_share"] for row in split if row["tier"] in TOP]
    yield name + "min_spend", ref["min_spend"], tier_column(split, "min_spend")
    yield name + "top20_share", "%.6f" % ref["top20_share"], six(sum(spend[:3]), ref["total"])
    for figure, cut in (("cuts", "half-up"), ("cuts_floor", "floor"), ("cuts_ceil", "ceil")):
        rows = ask.rows("pyramid", "--cut", cut, *SPLIT, *flags)
        yield name + figure, ref[figure], cumulated(tier_column(rows, "customers"))
    together = cumulated(tier_column(ask.rows("pyramid", *HALF_UP, *flags), "customers"))
    yield name + "tie", ref["tie"], [a != b for a, b in zip(together, ref["cuts"])]
    tiers = ask.rows("tiers", *HALF_UP, *SPLIT, *flags)
    ranked = [ask.rename(row["customer"]) for row in tiers if row["rank"]]
    yield name + "member_sha256", ref["member_sha256"], digest("\n".join(ranked))
    # under the sales basis the reference knows only customers with an order
    yield name + "nonpositive", ref["nonpositive"], sum(
        row["tier"] == "nonpositive" and (not flags or row["orders"] != "0") for row in tiers)


def check_rfm_rule(ref, ask, rule, flags):
    rows, name = ask.rows("rfm", *flags), "rfm %s " % rule
    for r in "54321":
        cells = [sum((row["r"], row["f"], row["m"]) == (r, f, m) for row in rows) for f in "12345" for m in "12345"]
        yield name + "cells R" + r, ref["cells"][r], cells
    for letter, column in (("R", "recency_days"), ("F", "frequency"), ("M", "monetary")):
        values = [[minor(row[column]) for row in rows if row[letter.lower()] == score] for score in "12345"]
        yield name + "ranges " + letter, ref["ranges"][letter], [[min(v), max(v)] if v else None for v in values]
        if "marginals" in ref:
            yield name + "marginals " + letter, ref["marginals"][letter], [len(v) for v in values]
    lines = ["%s:%s%s%s\n" % (ask.rename(row["customer"]), row["r"], row["f"], row["m"]) for row in rows]
    yield name + "sha256", ref["sha256"], digest("".join(lines))


def check_rfm(ref, ask):
    yield "rfm n", ref["rfm"]["n"], len(ask.rows("rfm"))
    yield from check_rfm_rule(ref["rfm"]["A"], ask, "A", SPLIT)
    yield from check_rfm_rule(ref["rfm"]["B"], ask, "B", ())


def kpis(ask, ids, *flags, view="main"):
    """Rows of the verb by KPI and period."""
    rows = ask.rows("kpi", "--kpi", ",".join(ids), *flags, view=view)
    return {(row["kpi"], row["period"]): row for row in rows if not row["group"]}


def check_kpi_months(ref, ask):
    ids = ("customers_active", "customers_new", "customers_returning", "customers_resurrected", "revenue", "orders")
    rows = kpis(ask, ids, "--from", min(ref["monthly"]) + "-01")
    months = {row["month"]: row for row in ask.rows("months")}
    for month, expected in ref["monthly"].items():
        active, new, returning, resurrected = (int(rows[name, month]["numerator"] or 0) for name in ids[:4])
        yield "kpi monthly " + month, expected, {"active": active, "new": new, "returning": returning + resurrected}
        yield "kpi revenue " + month, minor(months[month]["revenue"]), int(rows["revenue", month]["numerator"])
        yield "kpi orders " + month, int(months[month]["orders"]), int(rows["orders", month]["numerator"])
    base = max(sum(int(rows["customers_new", m]["numerator"] or 0) for m in ref["monthly"]), 0)
    yield "kpi new, all months", ref["customers"], base


COMMON = (check_customers, check_repeat, check_months, check_cohorts, check_pyramid, check_rfm, check_kpi_months)


# ---- figures of one data set -------------------------------------------------------------------------------

def revenue(ask, *flags, view="main"):
    return ask.total("revenue", "months", *flags, view=view)


def orders(ask, *flags, view="main"):
    return ask.total("orders", "months", *flags, view=view)


def known(ask, *flags, view="main"):
    """The net of all identified customers."""
    return ask.total("spend", "pyramid", *flags, view=view)


def online_retail(ref, ask):
    totals, invoices = ref["totals"], ref["invoices"]
    # the three adjustments are one of +x and two of -x: by sign one is a sale, two are returns
    raised = -totals["adjust"]
    returned = totals["credit"] + 2 * totals["adjust"]
    yield "counts.lines", ref["counts"]["lines"], ask.loaded("sales")
    yield "totals.all", totals["all"], revenue(ask)
    yield "totals.all, as loaded", totals["all"], ask.loaded("sales", "amount_accepted")
    yield "totals.sale", totals["sale"] + raised, revenue(ask, *SALES)
    yield "totals.credit", returned, revenue(ask) - revenue(ask, *SALES)
    yield "totals.known", totals["known"], known(ask)
    yield "totals.known_sale", totals["known_sale"], known(ask, *SALES)
    yield "totals.known_credit", totals["known_credit"], known(ask) - known(ask, *SALES)
    yield "totals.rounded_all", totals["rounded_all"], revenue(ask, view="cents")
    yield "totals.known_rounded", totals["known_rounded"], known(ask, view="cents")
    yield "totals.guest", totals["guest"], revenue(ask) - known(ask)
    months = {row["month"]: minor(row["revenue"]) for row in ask.rows("months", *SALES)}
    for month, amount in ref["sale_by_month"].items():
        yield "sale_by_month " + month, amount + (raised if month == "2011-08" else 0), months[month]
    tiers = [row for row in ask.rows("tiers") if row["tier"] in TOP + ("nonpositive",)]
    yield "customers_any", ref["customers_any"], len(tiers)
    yield "customers_only_credit", ref["customers_only_credit"], sum(row["orders"] == "0" for row in tiers)
    yield "invoices.sale_known", invoices["sale_known"], ask.total("orders", "tiers")
    yield "mean_order_value_known_sale", ref["mean_order_value_known_sale"], \
        [known(ask, *SALES), ask.total("orders", "tiers")]
    for country, amount in ref["top_countries"]:
        yield "top_countries " + country, amount, known(ask, *SALES, "--branch", country)
    yield "products revenue", totals["all"], ask.total("revenue", "products")
    yield from check_pyramid(ref, ask, "pyramid_gross", SALES)


def cdnow(ref, ask):
    yield "spend", ref["spend"], revenue(ask)
    yield "units", ref["units"], sum(Decimal(row["units"]) for row in ask.rows("products"))
    yield "mean_order_value", ref["mean_order_value"], [revenue(ask), orders(ask)]
    yield "orders, customer and time", ref["orders_day"], orders(ask, view="customer-time")
    yield "spend, customer and time", ref["spend"], revenue(ask, view="customer-time")
    yield "duplicate_customer_days", ref["duplicate_customer_days"], ref["orders"] - orders(ask, "--occasions", "day")


def chinook(ref, ask):
    yield "spend", ref["spend"], revenue(ask)
    yield "lines", ref["lines"], ask.loaded("sales", view="lines")
    yield "units", ref["units"], sum(Decimal(row["units"]) for row in ask.rows("products", view="lines"))
    yield "spend by line", ref["spend"], ask.total("revenue", "products", view="lines")
    yield "orders by line", ref["orders"], orders(ask, view="lines")
    for staff, amount in ref["by_support_rep"].items():
        yield "by_support_rep " + staff, amount, revenue(ask, "--branch", staff, view="lines")
    for country, amount in ref["by_country_top5"]:
        yield "by_country " + country, amount, revenue(ask, "--branch", country)


def completejourney(ref, ask):
    yield "lines", ref["lines"], ask.loaded("sales")
    yield "spend", ref["spend"], revenue(ask)
    for figure in ("retail_disc", "coupon_disc", "coupon_match_disc"):
        yield figure, ref[figure], ask.loaded("sales", "amount_accepted", view=figure)
    yield "demographic_households", ref["demographic_households"], ask.loaded("customers", view="demographics")
    yield from check_kpi_year(ref, ask)


def check_kpi_year(ref, ask):
    """All of the file lies in one year, whose cuts of 1, 5 and 20 percent are the same by each rule."""
    ids = ("revenue", "orders", "average_order", "repeat_rate", "top_1_share", "top_5_share", "top_20_share",
           "customers_total")
    rows = {name: row for (name, _), row in kpis(ask, ids, "--period", "year", "--from", "2017-01-01").items()}
    cut, tiers = ref["pyramid"]["cuts"], ref["pyramid"]["spend"]
    yield "kpi cuts", cut, ref["pyramid"]["cuts_ceil"]
    yield "kpi revenue", ref["spend"], int(rows["revenue"]["numerator"])
    yield "kpi orders", ref["orders"], int(rows["orders"]["numerator"])
    yield "kpi average_order", six(ref["spend"], ref["orders"] * 100), rows["average_order"]["value"]
    yield "kpi repeat_rate", ["%.6f" % ref["repeat_rate"], str(ref["repeat_customers"])], \
        [rows["repeat_rate"]["value"], rows["repeat_rate"]["numerator"]]
    for i, name in enumerate(("top_1_share", "top_5_share", "top_20_share")):
        yield "kpi " + name, [sum(tiers[:i + 1]), ref["pyramid"]["total"]], \
            [int(rows[name]["numerator"]), int(rows[name]["denominator"])]
    yield "kpi customers_total", ref["customers"], int(rows["customers_total"]["numerator"])


def northwind(ref, ask):
    yield "lines", ref["lines"], ask.loaded("sales")
    yield "customers_table", ref["customers_table"], ask.loaded("customers")
    yield "customers without orders", ref["customers_table"] - ref["customers"], ask.tier("suspect", "customers")
    yield "spend_net", ref["spend_net"], revenue(ask)
    yield "spend_net_exact_1e6", ref["spend_net_exact_1e6"], revenue(ask, "--digits", "6")
    yield "spend_gross_1e4", ref["spend_gross_1e4"], revenue(ask, "--digits", "4", view="gross")
    yield "freight_cents", ref["freight_cents"], revenue(ask, view="freight")
    for employee, amount in ref["by_employee"].items():
        yield "by_employee " + employee, amount, revenue(ask, "--branch", employee)


def receivables(ref, ask):
    yield "invoices", ref["invoices"], orders(ask)
    yield "amount_cents", ref["amount_cents"], revenue(ask)
    for country, (count, amount, late) in ref["by_country"].items():
        yield "by_country " + country, [count, amount], \
            [figure(ask, "--branch", country) for figure in (orders, revenue)]
    yield "disputed", [ref["disputed"], ref["disputed_cents"]], \
        [figure(ask, "--branch", "Yes", view="disputed") for figure in (orders, revenue)]


def accounts_kpis(ref, ask):
    ids = ("receivables", "overdue", "overdue_rate", "invoiced", "collected", "days_sales_outstanding")
    rows = kpis(ask, ids, "--period", "quarter", "--from", "2012-01-01", "--as-of", "2014-07-01")
    for day, ages in ref["ageing"].items():
        quarter = "%s-Q%d" % (day[:4], int(day[5:7]) // 3)
        late = sum(cents for name, (_, cents) in ages.items() if name != "not_due")
        owed = late + ages["not_due"][1]
        yield "receivables " + day, owed, int(rows["receivables", quarter]["numerator"])
        yield "overdue " + day, late, int(rows["overdue", quarter]["numerator"])
        yield "overdue_rate " + day, six(late, owed), rows["overdue_rate", quarter]["value"]
        year, number = int(day[:4]), int(quarter[-1])
        days = (datetime.date(year + number // 4, number % 4 * 3 + 1, 1) - datetime.date(year, number * 3 - 2, 1)).days
        yield "days_sales_outstanding " + day, \
            six(owed * days, int(rows["invoiced", quarter]["numerator"])), rows["days_sales_outstanding", quarter]["value"]
    for name in ("invoiced", "collected"):
        total = sum(int(row["numerator"]) for (kpi, _), row in rows.items() if kpi == name)
        yield name + ", all quarters", ref["amount_cents"], total


def pipeline_kpis(ref, ask):
    ids = ("opportunities_won", "opportunities_lost", "opportunities_open", "won_value", "win_rate", "cycle_mean",
           "cycle_median", "velocity", "opportunities_created")
    flags = ("--period", "year", "--from", "2017-01-01", "--as-of", "2018-01-01")
    rows = {name: row for (name, _), row in kpis(ask, ids, *flags).items()}
    yield "won", ref["stages"]["Won"], int(rows["opportunities_won"]["numerator"])
    yield "lost", ref["stages"]["Lost"], int(rows["opportunities_lost"]["numerator"])
    yield "open", ref["stages"]["Engaging"] + ref["stages"]["Prospecting"], int(rows["opportunities_open"]["numerator"])
    yield "won value", ref["won_value_usd"] * 100, int(rows["won_value"]["numerator"])
    yield "win rate", ref["win_rate"], [int(rows["win_rate"]["numerator"]), int(rows["win_rate"]["denominator"]),
                                        float(rows["win_rate"]["value"])]
    cycle = ref["cycle_won"]
    yield "cycle", [cycle["sum_days"], cycle["n"], "%.4f" % cycle["mean"], "%.6f" % cycle["median"]], \
        [int(rows["cycle_mean"]["numerator"]), int(rows["cycle_mean"]["denominator"]),
         "%.4f" % float(rows["cycle_mean"]["value"]), rows["cycle_median"]["value"]]
    yield "velocity", "%.4f" % ref["velocity_usd_per_day"], "%.4f" % float(rows["velocity"]["value"])
    people = {(row["group"], row["kpi"]): row for row in ask.rows("kpi", "--kpi", ",".join(ids), "--group", "staff", *flags)}
    for agent, (won, lost, engaging, prospecting, value, rate) in ref["by_agent"].items():
        yield "by_agent " + agent, [won, lost, engaging + prospecting, value * 100, "%.4f" % rate], \
            [int(people[agent, name]["numerator"]) for name in ids[:4]] + \
            ["%.4f" % float(people[agent, "win_rate"]["value"])]
    months = kpis(ask, ids, "--from", "2017-03-01", "--as-of", "2018-01-01")
    for month, (won, lost, value, rate) in ref["by_close_month"].items():
        if month != "-":
            yield "by_close_month " + month, [won, lost, value * 100, "%.4f" % rate], \
                [int(months[name, month]["numerator"])
                 for name in ("opportunities_won", "opportunities_lost", "won_value")] + \
                ["%.4f" % float(months["win_rate", month]["value"])]


# ---- tables beside sales: what the application makes of real files ------------------------------------------

def summed(rows, column):
    return sum(minor(row[column]) for row in rows if row[column])


def pipeline(ref, ask):
    rows = ask.rows("rows", "--table", "opportunities")
    yield "rows", ref["rows"], ask.loaded("opportunities")
    yield "stages", ref["stages"], dict(Counter(row["stage"] for row in rows))
    yield "outcomes", {"won": ref["stages"]["Won"], "lost": ref["stages"]["Lost"], "open":
                       ref["stages"]["Engaging"] + ref["stages"]["Prospecting"]}, \
        dict(Counter(row["outcome"] or "open" for row in rows))
    yield "won_value", ref["won_value_usd"] * 100, summed([row for row in rows if row["outcome"] == "won"], "amount")
    yield "blank_engage", ref["blank_engage"], sum(not row["created"] for row in rows)
    yield "blank_close", ref["blank_close"], sum(not row["closed"] for row in rows)
    yield "blank_account", sum(ref["blank_account"].values()), sum(not row["customer"] for row in rows)
    yield "agents_in_pipeline", ref["agents_in_pipeline"], len({row["owner"] for row in rows})
    yield "agents_in_teams", ref["agents_in_teams"], len(ask.rows("rows", "--table", "staff"))
    teams = {row["staff"]: row["team"] for row in ask.rows("rows", "--table", "staff")}
    for manager, figures in ref["by_manager"].items():
        own = [row for row in rows if teams[row["owner"]] == manager]
        yield "by_manager " + manager, [figures[0], figures[1], figures[4] * 100], \
            [sum(row["outcome"] == word for row in own) for word in ("won", "lost")] + \
            [summed([row for row in own if row["outcome"] == "won"], "amount")]
    yield "accounts", ref["accounts"], len({row["customer"] for row in rows} - {""})
    as_of = "2018-01-01"
    for days in (15, 45, 90, 120):
        row, = ask.rows("funnel", "--as-of", as_of, "--horizon", str(days))
        yield "won within %d days" % days, incidence(rows, as_of, days), \
            [int(row[column].replace(".", "")) for column in ("promotion_rate", "n", "promoted", "lost", "at_risk")]
    yield from pipeline_kpis(ref, ask)


def incidence(rows, as_of, horizon):
    """Cumulative incidence of winning after so many days, lost competing, open censored: plain, by fractions."""
    as_of = datetime.date.fromisoformat(as_of)
    cases = []
    for row in rows:
        if row["created"]:
            closed = row["closed"][:10] and row["outcome"] in ("won", "lost")
            end = datetime.date.fromisoformat(row["closed"][:10]) if closed else as_of
            days = (end - datetime.date.fromisoformat(row["created"][:10])).days
            cases.append((days, row["outcome"] if closed else "open"))
    left, share = Fraction(1), Fraction(0)
    for day in sorted({day for day, _ in cases if day <= horizon}):
        risk = sum(other >= day for other, _ in cases)
        won, lost = (sum(case == (day, word) for case in cases) for word in ("won", "lost"))
        share += left * Fraction(won, risk)
        left *= 1 - Fraction(won + lost, risk)
    return [int(share * 1000000 + Fraction(1, 2)), len(cases)] + \
        [sum(day <= horizon and became == word for day, became in cases) for word in ("won", "lost")] + \
        [sum(day > horizon for day, _ in cases)]


def accounts(ref, ask):
    rows = ask.rows("rows", "--table", "payments")
    for kind in ("invoice", "payment"):
        own = [row for row in rows if row["kind"] == kind]
        yield kind, [ref["invoices"], ref["amount_cents"]], [len(own), summed(own, "amount")]
    days = {kind: {row["document"]: day_of(row["time"]) for row in rows if row["kind"] == kind}
            for kind in ("invoice", "payment")}
    yield "days_to_settle_sum", ref["days_to_settle_sum"], sum(day - days["invoice"][document]
                                                               for document, day in days["payment"].items())
    due = {row["document"]: day_of(row["due"]) for row in rows if row["kind"] == "invoice"}
    late = [max(0, day - due[document]) for document, day in days["payment"].items()]
    yield "late", [ref["late"], ref["days_late_sum"]], [sum(day > 0 for day in late), sum(late)]
    yield from accounts_kpis(ref, ask)


def shifts(ref, ask):
    rows = ask.rows("rows", "--table", "interactions")
    yield "rows", ref["rows"], len(rows)
    for name, column in (("AverageTimePerIssue", "duration"), ("Calls", "calls")):
        yield name, ref["sums"][name] * 10 ** 6, summed(rows, column)
    by_shift = Counter()
    for row in rows:
        by_shift[row["channel"]] += minor(row["calls"]) // 10 ** 6
    yield "by_shift_calls", ref["by_shift_calls"], dict(by_shift)


def incidents(ref, ask):
    rows = ask.rows("rows", "--table", "stages")
    yield "events", ref["events"], ask.loaded("stages", "rows")
    yield "accepted", ref["events"], ask.loaded("stages")
    yield "state_events", ref["state_events"], dict(Counter(row["stage"] for row in rows))
    yield "cases", ref["cases"], len({row["opportunity"] for row in rows})


def day_of(time):
    return datetime.date.fromisoformat(time[:10]).toordinal()


# ---- the files: each function returns the arguments of every view ------------------------------------------

def maps(table, **columns):
    return [part for column, header in columns.items() for part in ("--map", "%s.%s=%s" % (table, column, header))]


def unpacked(path, temp):
    target = temp / path.stem
    if not target.exists():
        target.write_bytes(gzip.decompress(path.read_bytes()))
    return target


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def online_retail_files(data, temp):
    sales = unpacked(data / "online_retail.csv.gz", temp)
    columns = maps("sales", document="InvoiceNo", customer="CustomerID", time="InvoiceDate", product="StockCode",
                   quantity="Quantity", price="UnitPrice", branch="Country")
    views = {"main": "3", "cents": "2"}
    return {name: ["--returns", "sign", "--digits", digits, *columns, "--sales", sales]
            for name, digits in views.items()}


def cdnow_files(data, temp):
    """The master customer id without its leading zeros: 00004 and 12345 as they stand are a text and an integer,
    and the reference orders equal spends by integer. Blanks, line ends and all else stay as they are."""
    text = (data / "CDNOW_sample.txt").read_bytes().decode("ascii")
    file = temp / "cdnow.txt"
    file.write_bytes(re.sub(r"^( *)0*(?=\d)", r"\1", text, flags=re.MULTILINE).encode("ascii"))
    sales = ["--delimiter", "blank", "--header", "customer,sample,time,quantity,amount", "--time-format", "%Y%m%d",
             "--sales", file]
    return {"main": ["--document", "row", *sales], "customer-time": ["--document", "customer-time", *sales]}


def chinook_files(data, temp):
    """Invoices as documents of one line, and their lines with the customer's support representative as branch."""
    invoices = {row["InvoiceId"]: row for row in read_csv(data / "Invoice.csv")}
    staff = {row["CustomerId"]: row["SupportRepId"] for row in read_csv(data / "Customer.csv")}
    lines = []
    for line in read_csv(data / "InvoiceLine.csv"):
        invoice = invoices[line["InvoiceId"]]
        lines.append({"document": line["InvoiceId"], "time": invoice["InvoiceDate"], "product": line["TrackId"],
                      "customer": invoice["CustomerId"], "quantity": line["Quantity"], "price": line["UnitPrice"],
                      "branch": staff[invoice["CustomerId"]]})
    columns = maps("sales", document="InvoiceId", customer="CustomerId", time="InvoiceDate", amount="Total",
                   branch="BillingCountry")
    return {"main": [*columns, "--sales", data / "Invoice.csv"],
            "lines": ["--sales", write_csv(temp / "chinook-lines.csv", lines)]}


def completejourney_files(data, temp):
    sales = unpacked(data / "transactions_sample.csv.gz", temp)

    def view(amount):
        return [*maps("sales", document="basket_id", customer="household_id", time="transaction_timestamp",
                      product="product_id", amount=amount), "--sales", sales]

    views = {name: view(name) for name in ("retail_disc", "coupon_disc", "coupon_match_disc")}
    views["main"] = view("sales_value")
    views["demographics"] = ["--map", "customers.customer=household_id", "--customers", data / "demographics.csv",
                             *view("sales_value")]
    return views


def northwind_files(data, temp):
    """Order lines joined with their orders; amounts exact, so that the reader does the rounding to cents."""
    head = {row["OrderID"]: row for row in read_csv(data / "Orders.csv")}
    lines = []
    for line in read_csv(data / "Order_Details.csv"):
        order = head[line["OrderID"]]
        gross = Decimal(line["UnitPrice"]) * Decimal(line["Quantity"])
        lines.append({"document": line["OrderID"], "customer": order["CustomerID"], "time": order["OrderDate"],
                      "branch": order["EmployeeID"], "product": line["ProductID"], "quantity": line["Quantity"],
                      "amount": format(gross * (1 - Decimal(line["Discount"])), "f"), "gross": format(gross, "f")})
    sales = ["--time-format", "%m/%d/%Y", "--sales", write_csv(temp / "northwind-lines.csv", lines)]
    freight = maps("sales", document="OrderID", customer="CustomerID", time="OrderDate", amount="Freight")
    return {"main": [*maps("customers", customer="CustomerID"), "--customers", data / "Customers.csv", *sales],
            "gross": [*maps("sales", amount="gross"), *sales],
            "freight": [*freight, "--time-format", "%m/%d/%Y", "--sales", data / "Orders.csv"]}


def receivables_files(data, temp):
    def view(branch):
        return [*maps("sales", document="invoiceNumber", customer="customerID", time="InvoiceDate",
                      amount="InvoiceAmount", branch=branch),
                "--time-format", "%m/%d/%Y", "--sales", data / "accounts_receivable_391_406.csv"]
    return {"main": view("countryCode"), "disputed": view("Disputed")}


def pipeline_files(data, temp):
    closed, still = temp / "closed.csv", temp / "open.csv"
    rows = read_csv(data / "sales_pipeline.csv")
    write_csv(closed, [row for row in rows if row["deal_stage"] in ("Won", "Lost")])
    write_csv(still, [row for row in rows if row["deal_stage"] not in ("Won", "Lost")])
    columns = dict(opportunity="opportunity_id", owner="sales_agent", customer="account", stage="deal_stage",
                   created="engage_date", closed="close_date", amount="close_value")
    return {"main": [*maps("customers", customer="account", parent="subsidiary_of", segment="sector"),
                     "--customers", data / "accounts.csv",
                     *maps("products", category="series", list_price="sales_price"), "--products",
                     data / "products.csv", *maps("staff", staff="sales_agent", team="manager"), "--staff",
                     data / "sales_teams.csv", "--time-format", "%m/%d/%Y",
                     *maps("opportunities", **columns, outcome="deal_stage"), "--opportunities", closed,
                     "--set", "opportunities.outcome=open", "--opportunities", still]}


def accounts_files(data, temp):
    path = data / "accounts_receivable_391_406.csv"
    return {"main": ["--time-format", "%m/%d/%Y", *maps("payments", document="invoiceNumber", customer="customerID",
                                                         amount="InvoiceAmount", time="InvoiceDate", due="DueDate"),
                     "--set", "payments.kind=invoice", "--payments", path,
                     *maps("payments", time="SettledDate"), "--set", "payments.kind=payment", "--payments", path]}


def shifts_files(data, temp):
    return {"main": ["--delimiter", "|", "--header", "id,key,wage,shift,one,two,operators,calls,automatic,orders,issues,"
                     "seconds,grade,date", "--attribute", "interactions.calls:number",
                     *maps("interactions", time="date", channel="shift", duration="seconds", reason="wage"),
                     "--set", "interactions.customer=callers", "--interactions", data / "FactCallCenter.csv"]}


def incidents_files(data, temp):
    return {"main": ["--time-format", "%d/%m/%Y %H:%M",
                     *maps("stages", opportunity="number", time="sys_updated_at", stage="ident_state",
                           owner="assigned_to", reason="closed_code"), "--stages",
                     unpacked(data / "incident_event_log_first5000.csv.gz", temp)]}


def plain_integer(key):
    """Ids of online-retail read 17850.0 and count as 17850."""
    return key[:-2] if key.endswith(".0") else key


DATASETS = {
    # name: the files, the figures of its own, how its customer ids read in the reference
    "online-retail": (online_retail_files, online_retail, plain_integer),
    "cdnow-sample": (cdnow_files, cdnow, str),
    "chinook": (chinook_files, chinook, str),
    "completejourney": (completejourney_files, completejourney, str),
    "northwind": (northwind_files, northwind, str),
    "receivables-slice": (receivables_files, receivables, str),
}

# Of tables beside sales; the figures that every data set of sales has are not asked of them.
LOADS = {
    "crm-pipeline-central": (pipeline_files, pipeline),
    "receivables-slice": (accounts_files, accounts),
    "adventureworks-callcenter": (shifts_files, shifts),
    "incident-slice": (incidents_files, incidents),
}


# ---- running -----------------------------------------------------------------------------------------------

def guarded(check, ref, ask):
    """The check's comparisons; a check that breaks off is one failure."""
    try:
        yield from check(ref, ask)
    except (RuntimeError, KeyError, IndexError, ValueError, TypeError) as error:
        yield "%s broke off" % check.__name__, "an answer", "%s: %s" % (type(error).__name__, error)


def run_dataset(name, shared, cockpit, temp, verbose):
    ref = json.loads((shared / "reference" / (name + ".json")).read_text(encoding="utf-8"))
    passed = failed = 0
    asked = []
    if name in DATASETS:
        files, own, rename = DATASETS[name]
        ask = Cockpit(cockpit, files(shared / "data" / name, temp), rename)
        asked += [(check, ask) for check in COMMON + (own,)]
    if name in LOADS:
        files, own = LOADS[name]
        asked.append((own, Cockpit(cockpit, files(shared / "data" / name, temp))))
    for check, ask in asked:
        for title, expected, actual in guarded(check, ref, ask):
            if expected == actual:
                passed += 1
                if verbose:
                    print("ok   %s: %s" % (name, title))
            else:
                failed += 1
                print("FAIL %s: %s\n     reference %s\n     cockpit   %s" % (name, title, expected, actual))
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description="crm-cockpit against reference figures of public data")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--shared", default=os.environ.get("LIBCRM_TEST_DATA") or str(ROOT.parent / "shared"))
    parser.add_argument("--only", action="append", choices=[*DATASETS, *LOADS])
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    shared = pathlib.Path(given.shared)
    if not os.path.isfile(given.cockpit):
        print("no such program: %s" % given.cockpit, file=sys.stderr)
        return 2
    if not (shared / "data").is_dir() or not (shared / "reference").is_dir():
        print("SKIP: no reference data in %s (--shared or LIBCRM_TEST_DATA names the folder)" % given.shared)
        return 77
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="crm-reference-") as temp:
        for name in given.only or dict.fromkeys([*DATASETS, *LOADS]):
            if not (shared / "data" / name).is_dir() or not (shared / "reference" / (name + ".json")).is_file():
                print("SKIP: %s: no data or no reference figures in the data folder" % name)
                continue
            good, bad = run_dataset(name, shared, os.path.abspath(given.cockpit), pathlib.Path(temp), given.verbose)
            passed, failed = passed + good, failed + bad
    print("%d passed, %d failed" % (passed, failed))
    if passed + failed == 0:
        return 77
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
