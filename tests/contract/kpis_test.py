#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""docs/methods/kpis.md is made of the registry of KPIs, and its numbers by a second, plain computation.

    kpis_test.py --cockpit PROGRAM [--update] [--rounds N]

The page has a section for each KPI that `crm-cockpit kpis` lists. Its worked example is worked out here, from the page's
own small files, in Python's fractions; tests/contract/docs_test.py then runs the commands of the page. Without --update
the page in the project is compared with what comes out, and crm-cockpit with what is worked out; then the same on
N rounds of random files.
"""

import argparse
import csv
import datetime
import io
import os
import pathlib
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "methods" / "kpis.md"
PERIOD = "2024-05"
FROM, TO = datetime.date(2024, 5, 1), datetime.date(2024, 6, 1)
BEFORE = datetime.date(2024, 4, 1)

FILES = {
    "sales": """document,time,customer,kind,product,quantity,amount,discount,cost,branch,staff
1,2024-01-05,1,sale,tea,2,20.00,,12.00,north,ann
2,2024-01-20,2,sale,tea,1,10.00,,6.00,south,bob
3,2024-02-02,1,sale,tea,1,10.00,,6.00,north,ann
4,2024-04-03,1,sale,cup,1,15.00,1.00,9.00,north,ann
5,2024-04-04,2,sale,tea,3,28.00,2.00,18.00,south,bob
6,2024-04-10,3,sale,tea,1,10.00,,6.00,north,ann
7,2024-04-11,4,sale,cup,1,16.00,,9.00,south,bob
8,2024-04-12,5,sale,tea,2,20.00,,12.00,north,ann
9,2024-04-20,6,sale,tea,1,10.00,,6.00,north,ann
10,2024-05-02,1,sale,cup,2,30.00,2.00,18.00,north,ann
11,2024-05-03,2,sale,tea,4,36.00,4.00,24.00,south,bob
12,2024-05-10,3,sale,pot,1,40.00,,25.00,north,ann
13,2024-05-11,7,sale,pot,1,38.00,2.00,25.00,south,bob
14,2024-05-12,1,sale,tea,1,10.00,,6.00,north,ann
15,2024-05-14,7,return,pot,1,38.00,,25.00,south,bob
16,2024-05-20,,sale,tea,2,20.00,,12.00,north,ann
17,2024-05-25,5,sale,wrap,1,4.00,,,north,ann
18,2024-05-28,3,sale,tea,1,10.00,,6.00,north,ann
101,2023-08-01,8,sale,tea,1,5.00,,3.00,north,ann
102,2023-08-08,8,sale,tea,1,5.00,,3.00,north,ann
103,2023-08-15,8,sale,tea,1,5.00,,3.00,north,ann
104,2023-08-22,8,sale,tea,1,5.00,,3.00,north,ann
105,2023-08-29,8,sale,tea,1,5.00,,3.00,north,ann
106,2023-09-05,8,sale,tea,1,5.00,,3.00,north,ann
107,2023-09-12,8,sale,tea,1,5.00,,3.00,north,ann
108,2023-09-19,8,sale,tea,1,5.00,,3.00,north,ann
109,2023-09-26,8,sale,tea,1,5.00,,3.00,north,ann
110,2023-10-03,8,sale,tea,1,5.00,,3.00,north,ann
111,2023-10-10,8,sale,tea,1,5.00,,3.00,north,ann
112,2023-10-17,8,sale,tea,1,5.00,,3.00,north,ann
113,2023-10-24,8,sale,tea,1,5.00,,3.00,north,ann
114,2023-10-31,8,sale,tea,1,5.00,,3.00,north,ann
115,2023-11-07,8,sale,tea,1,5.00,,3.00,north,ann
116,2023-11-14,8,sale,tea,1,5.00,,3.00,north,ann
117,2023-11-21,8,sale,tea,1,5.00,,3.00,north,ann
118,2023-11-28,8,sale,tea,1,5.00,,3.00,north,ann
119,2023-12-05,8,sale,tea,1,5.00,,3.00,north,ann
120,2023-12-12,8,sale,tea,1,5.00,,3.00,north,ann
121,2023-12-19,8,sale,tea,1,5.00,,3.00,north,ann
122,2023-12-26,8,sale,tea,1,5.00,,3.00,north,ann
""",
    "opportunities": """opportunity,customer,created,closed,outcome,amount,probability,owner
A,1,2024-03-01,2024-05-10,won,900.00,,ann
B,2,2024-04-01,2024-05-16,won,300.00,,bob
C,3,2024-04-15,2024-05-20,lost,600.00,,bob
D,4,2024-05-02,2024-05-30,won,150.00,,ann
E,5,2024-05-05,2024-05-25,lost,450.00,,ann
F,6,2024-05-20,,open,800.00,0.25,bob
G,7,2024-04-20,,open,400.00,0.5,ann
""",
    "interactions": """time,customer,opportunity,staff
2024-03-05,1,A,ann
2024-05-03,1,A,ann
2024-05-08,1,A,ann
2024-05-06,2,B,bob
2024-05-28,4,D,ann
2024-05-18,3,C,bob
2024-05-31,1,A,ann
""",
    "payments": """document,customer,kind,time,amount,due
I1,1,invoice,2024-04-10,500.00,2024-05-10
I2,2,invoice,2024-05-05,310.00,2024-06-04
I3,3,invoice,2024-04-20,200.00,2024-05-20
I1,1,payment,2024-05-08,350.00,
P7,3,payment,2024-05-22,120.00,
""",
    "figures": """from,to,name,value,measure
2024-05-01,2024-06-01,target,200,flow
2024-05-01,2024-06-01,budget,50,flow
2024-05-01,2024-05-16,expense,30,flow
2024-05-16,2024-06-01,expense,25,flow
2024-04-01,2024-05-01,inventory,240,stock
2024-05-01,2024-06-01,inventory,200,stock
2024-04-01,2024-05-01,assets,4000,stock
2024-05-01,2024-06-01,assets,4200,stock
2024-05-01,2024-06-01,liabilities,1470,stock
""",
}

INTRO = """# Key performance indicators

<!-- Made by tests/contract/kpis_test.py from the registry of KPIs; change it there or in lib/cockpit/kpi_registry.c. -->

Any of the figures below, for periods in a row, each beside the period before and the year before, in one pass over the facts. In C
`crm/kpi.h`; in the application the verbs `kpi` (figures) and `kpis` (what they are).

## What every figure says

| column | is |
|---|---|
| `value` | numerator / denominator in the KPI's unit, rounded once to six decimals, half away from zero; money in whole units |
| `numerator`, `denominator` | what it is made of: money in minor units, quantities in the store's decimals, figures of the host with six |
| `n` | the cases behind it |
| `low`, `high` | Wilson's interval of 95 % for rates that count cases; shares of money have none |
| `status` | `ok`; `undefined` (the denominator is 0, or money at or under 0); `insufficient` (fewer than `--cases` cases, or too short a history); `no_facts` (what it is made of is not there, or begins after the period: never 0); `incomplete` (the period is not over or not wholly in the scope: the value of the part; retention and churn have none); `overflow` |
| `previous`, `change` | the period before |
| `year_before`, `year_change` | a year before |
| `definition` | id and revision; what is counted never changes under the same revision |

**Periods.** `--periods N` asks for the last N complete ones, `--running` for the one after them too; with `--from` alone all from there to
the end; else the last complete one. Calendars are those of [periods in a row](periods.md).

**Fair comparison.** A running period is compared with as many elapsed days of the period before, and with the same dates a year before: 29
February with the 28th, a February of 28 days with as many of one that has 29, weeks with the one 52 weeks before. Levels compare ends. Changes
of rates are differences (0.01 is a point), all others are shares of what was before; no share is formed of something at or under 0. What lies
before the first facts is no comparison.

**Moving feasts.** `--feast 2024-03-31=2023-04-09` tells where a feast was a year before. A period that holds one is compared with as many
days around it, the feast at the same place.

**Like for like.** `--like-for-like` counts only branches with sales in both the first period looked at (that of a year before too, where there
are sales in it) and the last one.

**Groups.** `--group branch` and `--group staff` give each branch or person beside all together: a branch's figures are those of `--branch`
with it alone. A document is the person's that its first line with one names; opportunities go by owner, contacts and figures by staff.
`--group team` and `--group role` go by the [team or role](organisation.md) that the person had at the time: of a document or contact its own, of
an opportunity its closing, as-of where it is open, of a figure the beginning of its period.
Opportunities, contacts, accounts and customers' lives belong to no branch, accounts and lives to no person.

**Customers' lives** are those of [lifecycle](lifecycle.md) with the limits that it suggests as of `--as-of`, whatever the period: dormant,
lost, dormancy, reactivated, leak. With fewer than 20 gaps between days of purchase no limit is known and they are `insufficient`; so is the
number of the lost where nothing tells when a customer is lost. They cost a computation of all lives, made only where one of them is asked for.

**The records behind a figure** come from `crm_kpi_evidence`: documents, customers, opportunities, contacts or entries, the largest first, up
to a limit; they add up to the numerator or denominator.

**Figures of the host** are read by their names: `target` (of revenue), `budget` and `expense` add up over time and are prorated where a
period has a part of theirs; `inventory`, `assets` and `liabilities` are what is there at the end of theirs. Of rows for the whole, by branch,
by staff and by product the coarsest there are for what is asked are taken. No row is of a [segment](../segments.md) alone, so with one in the
scope these are `no_facts`: the revenue of some customers is not held against the target of all.

## In C

```c
#include <crm/crm.h>

#include <stdio.h>

/* Revenue and retention of the last complete month, and the documents that made most of the revenue. */
int main(int argc, char **argv)
{
  static const char *const ids[] = {"revenue", "retention_rate"};
  crm_error error = CRM_ERROR_INIT;
  crm_kpi_options options = CRM_KPI_OPTIONS_INIT;
  crm_kpi_evidence_options behind = CRM_KPI_EVIDENCE_OPTIONS_INIT;
  crm_kpi_value value = CRM_KPI_VALUE_INIT;
  crm_store *store = NULL;
  crm_load *load = NULL;
  crm_kpi *kpi = NULL;
  crm_table *documents = NULL;
  crm_csv csv = CRM_CSV_INIT;
  crm_status status = argc < 2 ? CRM_ERROR_ARGUMENT : crm_store_create(NULL, NULL, &store, &error);
  if (status == CRM_OK) {
    status = crm_load_begin(store, NULL, &load, &error);
  }
  if (status == CRM_OK) {
    status = crm_load_csv_file(load, "sales", &csv, argv[1], &error);
  }
  if (status == CRM_OK) {
    status = crm_load_commit(load, &error);
  }
  crm_load_free(load);
  options.kpis = ids;
  options.kpi_count = 2;
  behind.kpi = "revenue";
  behind.limit = 5;
  if (status == CRM_OK) {
    status = crm_kpi_compute(store, NULL, NULL, &options, &kpi, &error);
  }
  if (status == CRM_OK) {
    status = crm_kpi_find(kpi, "retention_rate", NULL, NULL, &value, &error);
  }
  if (status == CRM_OK) {
    status = crm_kpi_evidence(store, NULL, NULL, &behind, &documents, &error);
  }
  if (status == CRM_OK && value.status == CRM_KPI_OK) {
    printf("retention %lld of %lld, %lld documents\\n", (long long)value.numerator, (long long)value.denominator,
           (long long)crm_table_rows(documents));
  } else {
    fprintf(stderr, "%s\\n", error.message);
  }
  crm_table_free(documents);
  crm_kpi_free(kpi);
  crm_store_free(store);
  return status == CRM_OK ? 0 : 1;
}
```

## The files of the examples

Each example below is May 2024 of these files, worked out by a second program from their rows.
"""


def whole(text):
    return Fraction(text) if text else None


def rows(name):
    return list(csv.DictReader(io.StringIO(FILES[name])))


def day(text):
    return datetime.date.fromisoformat(text) if text else None


def inside(date, start=FROM, end=TO):
    return date is not None and start <= date < end


class Sales:
    """The lines; each document of the files has one."""

    def __init__(self):
        self.lines = []
        for row in (row for row in rows("sales") if day(row["time"]) < TO):
            sign = -1 if row["kind"] == "return" else 1
            cost, discount = whole(row["cost"]), whole(row["discount"])
            self.lines.append({"day": day(row["time"]), "customer": row["customer"], "sale": sign > 0,
                               "money": sign * whole(row["amount"]),
                               "units": sign * whole(row["quantity"]) if row["quantity"] else None,
                               "discount": discount, "cost": None if cost is None else sign * cost,
                               "product": row["product"]})

    def of(self, start=FROM, end=TO):
        return [line for line in self.lines if inside(line["day"], start, end)]

    def days(self, customer, start=datetime.date.min, end=TO):
        return sorted({line["day"] for line in self.lines
                       if line["customer"] == customer and line["sale"] and inside(line["day"], start, end)})

    def customers(self, start=datetime.date.min, end=TO):
        return sorted({line["customer"] for line in self.lines
                       if line["customer"] and line["sale"] and inside(line["day"], start, end)})

    def first(self, customer):
        return self.days(customer)[0]

    def spend(self, customers, start=FROM, end=TO):
        return {c: sum(line["money"] for line in self.of(start, end) if line["customer"] == c) for c in customers}


def plain(value):
    """A fraction as people write it."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    return ("%.2f" if (value * 100).denominator == 1 else "%.6f") % float(value)


def added(terms):
    terms = list(terms)
    text = " ".join(("- " if term < 0 else "+ ") + plain(abs(term)) for term in terms)
    text = text[2:] if text.startswith("+ ") else text.replace("- ", "-", 1)
    return "%s = %s" % (text, plain(sum(terms))) if len(terms) > 1 else text or "0"


def listed(names):
    names = list(names)
    return "%s (%d)" % (", ".join(names), len(names)) if names else "none (0)"


def millionths(value):
    scaled = abs(value) * 1000000
    rounded = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return -rounded if value < 0 else rounded


def six(value):
    number = millionths(value)
    return "%s%d.%06d" % ("-" if number < 0 else "", abs(number) // 1000000, abs(number) % 1000000)


def sales_figures(figures):
    sales = Sales()
    may = sales.of()
    sold = [line for line in may if line["sale"]]
    revenue = [line["money"] for line in may]
    gross = [line["money"] + (line["discount"] or 0) for line in sold]
    discounts = [line["discount"] for line in sold if line["discount"]]
    returned = [-line["money"] for line in may if not line["sale"]]
    costed = [line for line in may if line["cost"] is not None]
    first = {}
    for line in sales.lines:
        if line["sale"] and line["product"]:
            first[line["product"]] = min(first.get(line["product"], line["day"]), line["day"])
    fresh = [p for p, start in first.items() if (TO - datetime.timedelta(days=1) - start).days < 90]
    new_products = [line["money"] for line in may if line["product"] in fresh]
    orders = len(sold)
    counted = [line for line in may if line["units"] is not None]
    units = [line["units"] for line in counted]

    def put(name, numerator, words, denominator=None, below=None, value=None):
        figures[name] = (numerator, words, denominator, below, value)

    total, profit = sum(revenue), sum(line["money"] - line["cost"] for line in costed)
    put("revenue", total, added(revenue))
    put("revenue_gross", sum(gross), added(gross))
    put("discounts", sum(discounts), added(discounts))
    put("discount_rate", sum(discounts), added(discounts), sum(gross), "gross revenue of " + plain(sum(gross)))
    put("returns", sum(returned), added(returned))
    put("return_rate", sum(returned), plain(sum(returned)), sum(line["money"] for line in sold),
        added(line["money"] for line in sold))
    put("orders", orders, "documents 10 to 14 and 16 to 18 (%d); 15 is a return" % orders)
    put("average_order", total, plain(total), orders, "%d orders" % orders)
    put("units", sum(units), added(units))
    put("units_per_order", sum(units), plain(sum(units)), orders, "%d orders" % orders)
    put("average_price", sum(line["money"] for line in counted), plain(total) + ", as each line has a quantity", sum(units),
        "%s units" % plain(sum(units)))
    put("gross_profit", profit, added(line["money"] - line["cost"] for line in costed))
    put("gross_margin", profit, plain(profit), sum(line["money"] for line in costed),
        "revenue with a cost, %s less the wrap's 4 = %s" % (plain(total), plain(sum(line["money"] for line in costed))))
    put("missing_cost_share", total - sum(line["money"] for line in costed), "4, the wrap", total, plain(total))
    anonymous = [line["money"] for line in may if not line["customer"]]
    put("anonymous_share", sum(anonymous), "20, document 16", total, plain(total))
    put("new_product_revenue", sum(new_products), "cup, pot and wrap, first sold in the 90 days up to 31 May: "
        + added(new_products))
    put("new_product_share", sum(new_products), plain(sum(new_products)), total, plain(total))
    put("run_rate", total, plain(total), 31, "31 days")
    customer_figures(put, sales, total)
    life_figures(put, sales)
    if (TO - min((line["day"] for line in sales.lines if line["product"] and line["sale"]), default=TO)).days < 90:
        del figures["new_product_revenue"], figures["new_product_share"]
    return total, sum(line["cost"] for line in costed)


def customer_figures(put, sales, total):
    active, prior = sales.customers(FROM), sales.customers(BEFORE, FROM)
    ever, before = sales.customers(), sales.customers(end=FROM)
    new = [c for c in active if sales.first(c) >= FROM]
    put("customers_total", len(ever), listed(ever))
    put("customers_active", len(active), listed(active))
    put("customers_new", len(new), listed(new))
    put("customers_returning", len([c for c in active if c in prior and c not in new]),
        listed(c for c in active if c in prior and c not in new))
    put("customers_resurrected", len([c for c in active if c not in prior and c not in new]),
        listed(c for c in active if c not in prior and c not in new))
    lapsed = [c for c in prior if c not in active]
    kept = [c for c in prior if c in active]
    put("customers_lapsed", len(lapsed), listed(lapsed))
    put("customer_growth", len(ever) - len(before), "%d - %d" % (len(ever), len(before)), len(before),
        "customers at the start: " + listed(before))
    put("retention_rate", len(kept), listed(kept), len(prior), "bought in April: " + listed(prior))
    put("churn_rate", len(lapsed), listed(lapsed), len(prior), "bought in April: " + listed(prior))
    orders = {c: sum(line["sale"] for line in sales.of() if line["customer"] == c) for c in active}
    twice = [c for c in active if orders[c] >= 2]
    put("repeat_rate", len(twice), listed(twice), len(active), listed(active))
    mature = [c for c in ever if (TO - sales.first(c)).days >= 90]
    again = [c for c in mature if len(sales.days(c)) > 1 and (sales.days(c)[1] - sales.first(c)).days < 90]
    put("repeat_rate_90", len(again), listed(again), len(mature), "first bought up to 3 March: " + listed(mature))
    exposure = {c: (TO - max(sales.first(c), FROM)).days for c in active}
    known = sum(orders.values())
    put("frequency", 365 * known, "365 * %d occasions" % known, sum(exposure.values()),
        added(Fraction(exposure[c]) for c in active) + " days")
    gaps = [(b - a).days for c in active for a, b in zip(sales.days(c), sales.days(c)[1:]) if b >= FROM]
    put("purchase_cycle", sum(gaps), "by customer " + added(Fraction(gap) for gap in gaps), len(gaps), "%d gaps" % len(gaps))
    put("orders_per_customer", known, "%d occasions" % known, len(active), "customers " + listed(active))
    spend = sales.spend(active)
    put("spend_per_customer", sum(spend.values()), "by customer " + added(spend[c] for c in active), len(active),
        "customers " + listed(active))
    fresh = sum(spend[c] for c in new)
    put("new_customer_revenue", fresh, "customer 7 bought for 38 and brought it back: " + plain(fresh))
    put("new_customer_share", fresh, plain(fresh), total, plain(total))
    positive = sorted((value for value in spend.values() if value > 0), reverse=True)
    for percent in (1, 5, 20):
        top = -(-percent * len(positive) // 100)
        put("top_%d_share" % percent, sum(positive[:top]), "the first %d of %s" % (top, ", ".join(map(plain, positive))),
            sum(positive), added(positive))
    value_figures(put, sales)
    n, rising = len(positive), positive[::-1]
    weighted = sum((2 * i - n - 1) * x for i, x in enumerate(rising, 1))
    if not positive:
        put("gini", None, "", None, None, None)
        return
    put("gini", None, "x rising: %s; the sum of (2 i - %d) x(i) is %s"
        % (", ".join(map(plain, rising)), n + 1, plain(weighted)), None,
        "%d * %s" % (n, plain(sum(rising))), Fraction(weighted, n * sum(rising)))


def value_tiers(spend):
    """The tier of everybody with money above 0, cut after 1, 5 and 20 % of them, rounded up, equals together."""
    positive = sorted((value for value in spend.values() if value > 0), reverse=True)
    sizes = [-(-percent * len(positive) // 100) for percent in (1, 5, 20)]
    return {c: sum(sum(other > value for other in positive) >= size for size in sizes)
            for c, value in spend.items() if value > 0}


def value_figures(put, sales):
    known = sorted({line["customer"] for line in sales.lines if line["customer"] and line["day"] < FROM})
    spent = sales.spend(known, BEFORE, FROM)
    before = value_tiers(spent)
    after = value_tiers(sales.spend(sorted({line["customer"] for line in sales.lines if line["customer"]})))
    lesser = [c for c in known if before.get(c, 4) > 2]
    risen = [c for c in lesser if after.get(c, 4) < 3]
    fallen = [c for c in known if before.get(c, 4) < 3 and after.get(c, 4) > before[c]]
    value = [c for c in known if before.get(c, 4) < 3]
    put("cultivation_rate", len(risen), "among the first fifth of May: " + listed(risen), len(lesser),
        "not among that of April: " + listed(lesser))
    ranked = [c for c in known if c in before]
    up, down = [c for c in ranked if after.get(c, 4) < before[c]], [c for c in ranked if after.get(c, 4) > before[c]]
    put("pyramid_up", len(up), "in a higher tier in May: " + listed(up), len(ranked), "bought in April: " + listed(ranked))
    put("pyramid_down", len(down), "in a lower one, or none: " + listed(down), len(ranked), "bought in April: " + listed(ranked))
    put("value_at_risk", sum(spent[c] for c in fallen), "fell: %s, %s" % (listed(fallen), plain(sum(spent[c] for c in fallen))),
        sum(spent[c] for c in value), "first fifth of April: %s, %s" % (listed(value), added(spent[c] for c in value)))


def suggested_limits(sales, customers):
    """Dormant and lost days, None where they are not known: gaps counted one by one, Kaplan and Meier in fractions."""
    gaps = [(b - a).days for c in customers for a, b in zip(sales.days(c), sales.days(c)[1:])]
    spans = gaps + [(TO - sales.days(c)[-1]).days for c in customers]
    if len(gaps) < 20:
        return None, None, gaps
    dormant = min(n for n in gaps if 10 * sum(gap <= n for gap in gaps) >= 9 * len(gaps))
    share, survival = Fraction(1), []
    for number in range(max(spans) + 1):
        ended = gaps.count(number)
        share = share * (1 - Fraction(ended, sum(span >= number for span in spans))) if ended else share
        survival.append(share)
    for idle in range(dormant + 1, max(spans) + 1 - dormant):
        if sum(span >= idle + dormant for span in spans) < 20:
            break
        if survival[idle + dormant] > survival[idle] * Fraction(9, 10):
            return dormant, idle, gaps
    return dormant, None, gaps


def life_figures(put, sales):
    customers = sales.customers()
    dormant, lost, gaps = suggested_limits(sales, customers)
    unknown = "%d gaps, fewer than 20: insufficient" % len(gaps)
    if dormant is None:
        for name in ("customers_dormant", "customers_lost", "dormant_rate", "customers_reactivated", "leak_rate",
                     "steady_state"):
            put(name, None, unknown)
        return
    idle = {c: (TO - sales.days(c)[-1]).days for c in customers}
    silent = [c for c in customers if idle[c] > dormant]
    gone = [c for c in silent if lost is not None and idle[c] >= lost]
    limit = "idle on 1 June for more than %d days, the 90th percentile of the %d gaps: " % (dormant, len(gaps))
    put("customers_dormant", len(silent) - len(gone), limit + listed(c for c in silent if c not in gone))
    put("customers_lost", None if lost is None else len(gone),
        "fewer than 20 at risk so late, so that no limit is known: insufficient" if lost is None else listed(gone))
    put("dormant_rate", len(silent), listed(silent), len(customers), "all that ever bought: " + listed(customers))
    left, back = [], []
    for c in customers:
        days = sales.days(c)
        for first, second in zip(days, days[1:] + [None]):
            falls = first + datetime.timedelta(days=dormant + 1)
            if (second is None or falls <= second) and FROM < falls <= TO:
                left.append(c)
            if second is not None and falls <= second and inside(second):
                back.append(c)
    before = [c for c in sales.customers(end=FROM) if (FROM - sales.days(c, end=FROM)[-1]).days <= dormant]
    put("customers_reactivated", len(back), "silent for more than %d days, then back in May: %s" % (dormant, listed(back)))
    put("leak_rate", len(left), "dormant on a day from 2 May to 1 June: " + listed(left), len(before),
        "active on 1 May: " + listed(before))
    came = [c for c in customers if inside(sales.days(c)[0])]
    steady = Fraction((2 * (len(came) + len(back)) * len(before) + len(left)) // (2 * len(left))) if left and before else None
    put("steady_state", None, "came: %s, and %d back; %d times %d" % (listed(came), len(back), len(came) + len(back), len(before)),
        None, "left: " + listed(left), steady)


def opportunity_figures(figures):
    deals = [dict(row, created=day(row["created"]), closed=day(row["closed"]), amount=whole(row["amount"]))
             for row in rows("opportunities")]
    closed = [d for d in deals if inside(d["closed"])]
    won, lost = ([d for d in closed if d["outcome"] == outcome] for outcome in ("won", "lost"))
    still = [d for d in deals if d["created"] < TO and (d["closed"] is None or d["closed"] >= TO)]
    worked = [d for d in deals if d["created"] < TO and (d["closed"] is None or d["closed"] >= FROM)]

    def put(name, numerator, words, denominator=None, below=None, value=None):
        figures[name] = (numerator, words, denominator, below, value)

    def names(some):
        return listed(d["opportunity"] for d in some)

    def money(some):
        return sum(d["amount"] for d in some)

    cycles = [(d["closed"] - d["created"]).days for d in won]
    put("opportunities_open", len(still), names(still))
    put("opportunities_created", len([d for d in deals if inside(d["created"])]),
        names(d for d in deals if inside(d["created"])))
    put("opportunities_won", len(won), names(won))
    put("opportunities_lost", len(lost), names(lost))
    put("win_rate", len(won), names(won), len(closed), names(closed))
    put("win_rate_value", money(won), added(d["amount"] for d in won), money(closed), added(d["amount"] for d in closed))
    put("won_value", money(won), added(d["amount"] for d in won))
    put("average_deal", money(won), plain(money(won)), len(won), "%d won" % len(won))
    put("pipeline", money(still), added(d["amount"] for d in still))
    weighted = [d["amount"] * whole(d["probability"]) for d in still if d["probability"]]
    terms = " + ".join("%s * %s" % (plain(d["amount"]), d["probability"]) for d in still)
    put("weighted_pipeline", Fraction(millionths(Fraction(sum(weighted)) / 10000), 100),
        "%s = %s" % (terms, plain(sum(weighted))))
    put("cycle_mean", sum(cycles), added(map(Fraction, cycles)) + " days", len(cycles), "%d won" % len(cycles))
    if won:
        deal_speed(put, won, closed, worked, sorted(cycles), money(won))
    contacts = [dict(row, time=day(row["time"])) for row in rows("interactions")]
    here = [c for c in contacts if inside(c["time"])]
    put("contacts", len(here), "all but the one of March (%d)" % len(here))
    about = [c for c in contacts for d in won if c["opportunity"] == d["opportunity"] and c["time"] <= d["closed"]]
    put("contacts_per_win", len(about), "3 about A before it was won, 1 about B, 1 about D", len(won), "%d won" % len(won))


def deal_speed(put, won, closed, worked, cycles, value):
    middle = Fraction(cycles[(len(cycles) - 1) // 2] + cycles[len(cycles) // 2], 2)
    put("cycle_median", None, "of %s days the one in the middle" % ", ".join(map(str, cycles)), None, None, middle)
    speed = Fraction(len(worked) * value, len(closed)) / Fraction(sum(cycles), len(cycles)) if sum(cycles) else None
    put("velocity", None, "%s; average deal %s; win rate %d / %d"
        % (listed(d["opportunity"] for d in worked), plain(Fraction(value, len(won))), len(won), len(closed)), None,
        "%d / %d days" % (sum(cycles), len(cycles)), speed)


def account_figures(figures):
    entries = [dict(row, time=day(row["time"]), due=day(row["due"]), amount=whole(row["amount"]))
               for row in rows("payments") if day(row["time"]) < TO]
    invoices = [e for e in entries if e["kind"] == "invoice"]
    paid = [e for e in entries if e["kind"] == "payment"]
    invoiced = sum(e["amount"] for e in invoices if inside(e["time"]))
    owed = sum(e["amount"] for e in invoices) - sum(e["amount"] for e in paid)
    figures["invoiced"] = (invoiced, "I2: " + plain(invoiced), None, None, None)
    here = [e["amount"] for e in paid if inside(e["time"])]
    figures["collected"] = (sum(here), added(here), None, None, None)
    figures["receivables"] = (owed, added([e["amount"] for e in invoices] + [-e["amount"] for e in paid]), None, None, None)
    late = {}
    for customer in sorted({e["customer"] for e in invoices}):
        own = [e for e in entries if e["customer"] == customer]
        numbers = {e["document"] for e in own}
        late[customer], pool = Fraction(0), Fraction(0)
        for number in numbers:
            asked = [e for e in own if e["document"] == number and e["kind"] == "invoice"]
            given = sum(e["amount"] for e in own if e["document"] == number and e["kind"] == "payment")
            due = sum(e["amount"] for e in asked if e["due"] < TO - datetime.timedelta(days=1))
            late[customer] += max(due - given, 0)
            pool += max(given - sum(e["amount"] for e in asked), 0)
        late[customer] = max(late[customer] - pool, 0)
    overdue = sum(late.values())
    words = "I1 500 - 350, which bears its number; I3 200 - 120, which customer 3 paid at large: " + added(v for v in late.values() if v)
    figures["overdue"] = (overdue, words, None, None, None)
    figures["overdue_rate"] = (overdue, plain(overdue), owed, plain(owed), None)
    figures["days_sales_outstanding"] = (owed * 31, "%s * 31 days" % plain(owed), invoiced, plain(invoiced), None)


def host_figures(figures, revenue, cost):
    given = {}
    for row in rows("figures"):
        given.setdefault(row["name"], []).append(whole(row["value"]))
    stock = sum(given["inventory"]) / 2
    expense, budget, target = sum(given["expense"]), sum(given["budget"]), sum(given["target"])
    figures["debt_to_assets"] = (given["liabilities"][-1], plain(given["liabilities"][-1]), given["assets"][-1],
                                 plain(given["assets"][-1]), None)
    figures["inventory_turnover"] = (cost, "cost of the lines of May, the return's taken off: " + plain(cost), stock,
                                     "(240 + 200) / 2 = " + plain(stock), None)
    figures["inventory_days"] = (stock * 31, "%s * 31 days" % plain(stock), cost, plain(cost), None)
    figures["expense"] = (expense, added(given["expense"]), None, None, None)
    figures["budget_variance"] = (expense - budget, "%s - %s" % (plain(expense), plain(budget)), None, None, None)
    figures["budget_variance_rate"] = (expense - budget, plain(expense - budget), budget, plain(budget), None)
    figures["target"] = (target, plain(target), None, None, None)
    figures["target_attainment"] = (revenue, plain(revenue), target, plain(target), None)
    figures["target_pace"] = (revenue, plain(revenue), target, plain(target) + ", as May is over", None)
    figures["required_run_rate"] = (target - revenue, "%s - %s" % (plain(target), plain(revenue)), 0,
                                    "no days left: undefined", None)


def worked_out():
    figures = {}
    revenue, cost = sales_figures(figures)
    opportunity_figures(figures)
    account_figures(figures)
    host_figures(figures, revenue, cost)
    return figures


def value_of(figure):
    numerator, _, denominator, _, value = figure
    if value is not None:
        return six(value)
    if denominator is None:
        return six(Fraction(numerator)) if numerator is not None else ""
    return six(Fraction(numerator) / denominator) if denominator > 0 else ""


COMMAND = ["kpi"] + [word for name in FILES for word in ("--" + name, name + ".csv")] + \
    ["--as-of", "2024-06-01", "--cases", "1", "--format", "csv"]


def ask(cockpit, folder, *words):
    done = subprocess.run([cockpit, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          check=False)
    if done.returncode != 0:
        raise RuntimeError("%s: %s" % (" ".join(words), done.stderr))
    return done.stdout


UNITS = {"money": "money", "count": "a number", "rate": "a share", "ratio": "a ratio", "days": "days",
         "yearly": "times a year"}
DIRECTIONS = {"up": "more is better", "down": "less is better", "band": "it should stay in its band"}


def section(entry, figure):
    numerator, words, denominator, below, _ = figure
    lines = ["### %s\n" % entry["kpi"],
             "%s (%s): %s, %s%s; definition `%s`.\n" % (
                 entry["name"], entry["name_zh"], UNITS[entry["unit"]], DIRECTIONS[entry["direction"]],
                 ", a level at the period's end" if entry["level"] == "true" else "", entry["definition"])]
    formula = "- Formula: %s." % entry["formula"]
    lines.append(formula)
    lines.append("- Numerator: %s." % entry["numerator"])
    if entry["denominator"]:
        lines.append("- Denominator: %s." % entry["denominator"])
    lines.append("- Made of: %s." % ", ".join("`%s`" % name for name in entry["inputs"].split()))
    if entry["interval"] == "true":
        lines.append("- Counts cases: it has an interval of 95 %.")
    value = value_of(figure)
    text = words if not below else "%s / %s" % (words, below) if denominator is None else "%s; out of %s" % (words, below)
    lines.append("- May 2024: %s%s.\n" % (text, ". The value is **%s**" % value if value else ""))
    return "\n".join(lines)


def kept_part():
    """What follows the figures is written by hand: tests/differential/twins.py runs it."""
    heading = "## In SQL\n"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return heading + page.partition("\n" + heading)[2] if "\n" + heading in page else ""


def page_of(cockpit, folder):
    registry = list(csv.DictReader(io.StringIO(ask(cockpit, folder, "kpis", "--format", "csv"))))
    figures = worked_out()
    missing = [entry["kpi"] for entry in registry if entry["kpi"] not in figures]
    if missing:
        raise RuntimeError("no worked example of " + ", ".join(missing))
    answers = ask(cockpit, folder, *COMMAND)
    parts = [INTRO]
    parts += ["```csv file=%s.csv\n%s```\n" % (name, text) for name, text in FILES.items()]
    shown = "$ crm-cockpit " + " ".join(COMMAND[:7]) + " \\\n    " + " ".join(COMMAND[7:])
    parts.append("```console\n%s\n%s```\n" % (shown, answers))
    parts.append("## The figures\n")
    parts += [section(entry, figures[entry["kpi"]]) for entry in registry]
    parts.append(kept_part())
    return "\n".join(parts), registry, figures, list(csv.DictReader(io.StringIO(answers)))


def random_files(seed):
    """Files of the same columns, with what is rare in real ones: ties, gaps, returns, nobody, nothing at all."""
    dice = random.Random(seed)

    def date(first=datetime.date(2023, 11, 1), last=datetime.date(2024, 6, 20)):
        return first + datetime.timedelta(days=dice.randrange((last - first).days))

    def maybe(value, share=0.7):
        return value if dice.random() < share else ""

    def money(most=9000):
        return "%.2f" % (dice.randrange(most) / 100)

    files = {name: [text.split("\n", 1)[0]] for name, text in FILES.items()}
    for number in range(dice.choice((3, 30, 120))):
        files["sales"].append(",".join(map(str, (
            number, date(), maybe(dice.randrange(1, 12), 0.9), dice.choice(("sale",) * 7 + ("return",)),
            maybe("p%d" % dice.randrange(7), 0.9), maybe(dice.randrange(1, 5)), money(), maybe(money(500), 0.4),
            maybe(money(5000)), maybe("x"), maybe("s")))))
    for number in range(dice.choice((0, 5, 40))):
        created = date()
        closed = maybe(created + datetime.timedelta(days=dice.randrange(60)))
        files["opportunities"].append(",".join(map(str, (
            "o%d" % number, dice.randrange(1, 12), created, closed, dice.choice(("won", "lost")) if closed else "",
            money(90000), maybe(dice.randrange(101) / 100), "s"))))
    for number in range(dice.choice((0, 60))):
        files["interactions"].append("%s,%d,%s,s" % (date(), dice.randrange(1, 12), maybe("o%d" % dice.randrange(40))))
    for number in range(dice.choice((0, 4, 50))):
        posted = date()
        customer = dice.randrange(1, 6)
        files["payments"].append("n%d,%d,invoice,%s,%s,%s" % (number, customer, posted, money(),
                                                              posted + datetime.timedelta(days=dice.randrange(60))))
        if dice.random() < 0.7:
            files["payments"].append("%s%d,%d,payment,%s,%s," % (
                dice.choice("np"), number, customer, posted + datetime.timedelta(days=dice.randrange(60)), money()))
    for name in ("target", "budget", "expense", "assets", "liabilities"):
        files["figures"].append("2024-05-01,2024-06-01,%s,%s,flow" % (name, money()))
    for month in (4, 5):
        files["figures"].append("2024-%02d-01,2024-%02d-01,inventory,%s,stock" % (month, month + 1, money()))
    return {name: "\n".join(lines) + "\n" for name, lines in files.items()}


def play(cockpit, folder, rounds):
    """Random files, each round's figures by both programs."""
    troubles = []
    kept = dict(FILES)
    for seed in range(rounds):
        FILES.update(random_files(seed))
        write_files(folder)
        answers = {row["kpi"]: row for row in csv.DictReader(io.StringIO(ask(cockpit, folder, *COMMAND)))}
        for name, figure in worked_out().items():
            row, wanted = answers[name], value_of(figure)
            if row["value"] != wanted and not (row["status"] == "no_facts" and wanted in ("", "0.000000", "1.000000")):
                troubles.append("round %d, %s: crm-cockpit says %s (%s), by hand %s"
                                % (seed, name, row["value"], row["status"], wanted))
        FILES.update(kept)
    return troubles


def write_files(folder):
    for name, text in FILES.items():
        (pathlib.Path(folder) / (name + ".csv")).write_text(text, encoding="utf-8")


def compare(registry, figures, answers):
    troubles = []
    found = {row["kpi"]: row for row in answers}
    for entry in registry:
        row, wanted = found[entry["kpi"]], value_of(figures[entry["kpi"]])
        if row["value"] != wanted or row["period"] != PERIOD:
            troubles.append("%s: crm-cockpit says %s, by hand %s" % (entry["kpi"], row["value"], wanted))
    return troubles


def main():
    parser = argparse.ArgumentParser(description="the page of KPIs against their registry and a second computation")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--rounds", type=int, default=-(-40 // int(os.environ.get("LIBCRM_TEST_FEWER", "1"))))
    given = parser.parse_args()
    cockpit = str(pathlib.Path(given.cockpit).resolve())
    with tempfile.TemporaryDirectory(prefix="crm-kpis-") as folder:
        write_files(folder)
        page, registry, figures, answers = page_of(cockpit, folder)
        troubles = compare(registry, figures, answers) + play(cockpit, folder, given.rounds)
    if given.update:
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        troubles.append("docs/methods/kpis.md differs from the registry; see --update")
    for trouble in troubles:
        print("FAILED " + trouble)
    print("%d passed, %d failed" % (len(registry) + 1 + given.rounds - len(troubles), len(troubles)))
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
