# SPDX-License-Identifier: MIT
"""The same answers by plain Python, slowly and obviously: what the smoke test compares with."""

import array
import datetime
import os
import sys

COLUMNS = (
    ("document", "q"),
    ("line", "i"),
    ("customer", "i"),
    ("time", "q"),
    ("product", "i"),
    ("quantity", "i"),
    ("amount", "q"),
    ("cost", "q"),
    ("key", "q"),
)


def read(directory):
    columns = {}
    for name, code in COLUMNS:
        values = array.array(code)
        with open(os.path.join(directory, f"{name}.i{values.itemsize * 8}"), "rb") as file:
            values.frombytes(file.read())
        if sys.byteorder == "big":
            values.byteswap()
        columns[name] = values
    with open(os.path.join(directory, "key.text13"), "rb") as file:
        text = file.read()
    columns["text_key"] = [text[i : i + 13] for i in range(0, len(text), 13)]
    return columns


def aggregate(c, key):
    """By customer: last day, orders, spend."""
    made = {}
    for i, customer in enumerate(c[key]):
        last, orders, spend = made.get(customer, (0, 0, 0))
        made[customer] = (max(last, c["time"][i] // 86400000000), orders + (c["line"][i] == 1), spend + c["amount"][i])
    return made


def members(made):
    answer = {
        "customers": len(made),
        "orders": sum(v[1] for v in made.values()),
        "spend": sum(v[2] for v in made.values()),
        "mix": sum(v[2] % 1009 * (v[1] % 97) for v in made.values()),
    }
    if all(isinstance(key, int) for key in made):
        answer["by_spend"] = sum(v[2] * (key % 97) for key, v in made.items())
        answer["by_orders"] = sum(v[1] * (key % 97) for key, v in made.items())
    return answer


def worse_share(values):
    """By value: 1 + floor(5 * strictly worse / n)."""
    places = {}
    for at, value in enumerate(sorted(values)):
        places.setdefault(value, at)
    return {value: 1 + 5 * at // len(values) for value, at in places.items()}


def pyramid(made):
    spends = sorted((v[2] for v in made.values()), reverse=True)
    n = len(spends)
    limits = [spends[-(-share * n // 100) - 1] for share in (1, 5, 20)]
    tiers = [[0, 0] for _ in range(4)]
    for _, _, spend in made.values():
        tier = sum(spend < limit for limit in limits)
        tiers[tier][0] += 1
        tiers[tier][1] += spend
    scores = [worse_share([v[axis] for v in made.values()]) for axis in range(3)]
    counts = [0] * 125
    for v in made.values():
        r, f, m = (scores[axis][v[axis]] - 1 for axis in range(3))
        counts[r * 25 + f * 5 + m] += 1
    return {"tiers": tiers, "scores": counts, "top20": sum(spends[: -(-n // 5)])}


def months(c):
    table = {}
    for i, time in enumerate(c["time"]):
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=time // 86400000000)
        entry = table.setdefault((c["customer"][i], day.year * 12 + day.month - 1), [0, 0])
        entry[0] += c["amount"][i]
        entry[1] += c["line"][i] == 1
    first = {}
    for customer, month in table:
        first[customer] = min(month, first.get(customer, month))
    low = min(first.values())
    rows = {}
    cells = {}
    for (customer, month), (revenue, orders) in table.items():
        row = rows.setdefault(month, [0, 0, 0, 0])
        row[0] += revenue
        row[1] += orders
        row[2] += 1
        row[3] += first[customer] == month
        cell = (first[customer] - low, month - first[customer])
        cells[cell] = cells.get(cell, 0) + 1
    return {
        "months": [rows[month] for month in sorted(rows)],
        "cells": [[*cell, cells[cell]] for cell in sorted(cells)],
    }


def products(c):
    made = {}
    for i, product in enumerate(c["product"]):
        entry = made.setdefault(product, [0, 0, 0])
        entry[0] += c["amount"][i]
        entry[1] += c["cost"][i]
        entry[2] += c["quantity"][i]
    order = sorted(made, key=lambda product: (-made[product][0], product))
    return {
        "products": [
            len(made),
            *(sum(v[k] for v in made.values()) for k in range(3)),
            sum(v[0] * (product % 97) for product, v in made.items()),
        ],
        "top": [[product, made[product][0]] for product in order[:10]],
    }


def answers(directory):
    """The answer of every task."""
    c = read(directory)
    made = aggregate(c, "customer")
    cockpit = {**pyramid(made), **months(c), **products(c)}
    return {
        "t1": members(made),
        "t1k": members(aggregate(c, "key")),
        "t1ki": members(aggregate(c, "key")),
        "t1s": members(aggregate(c, "text_key")),
        "t2": pyramid(made),
        "t34": months(c),
        "t5": products(c),
        "t6": cockpit,
        "t7": cockpit,
        "t7k": cockpit,
        "csv": cockpit,
    }
