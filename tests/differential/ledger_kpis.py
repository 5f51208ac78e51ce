# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""What a row of `kpi` says beside its figure: unit, interval, state, and the comparison with the period before and the year before."""

import calendar
import math
from fractions import Fraction

import oracle

Z = 1.959963984540054


def millionths(text):
    return int(Fraction(text) * 10**6)


def interval(k, n):
    """Wilson's: the p for which |k/n - p| = z sqrt(p (1 - p) / n)."""
    below = 1 + Z * Z / n
    centre = (k / n + Z * Z / (2 * n)) / below
    half = Z * math.sqrt(k * (n - k) / n**3 + Z * Z / (4 * n * n)) / below
    return centre - half, centre + half


def change(row, is_rate):
    """A difference of rates; else a share of what was before, where that is above 0."""
    def of(before):
        if not row["value"] or not before:
            return ""
        value, other = millionths(row["value"]), millionths(before)
        if is_rate:
            return oracle.decimal(value - other, 6)
        return oracle.decimal(oracle.half_away(Fraction((value - other) * 10**6, other)), 6) if other > 0 else ""
    return {"change": of(row["previous"]), "year_change": of(row["year_before"])}


def own_columns(row, told, days):
    """{column: what it has to be} of a row by itself; told: the registry's row, days: {label: first day, whether complete}."""
    first_day, complete = days[row["period"]]
    wanted = {"unit": told["unit"], "definition": told["definition"], "first_day": first_day, "complete": "true" if complete else "false"}
    if row["value"]:
        wanted["status"] = "ok" if complete or told["level"] == "true" else "incomplete"
    wanted.update(change(row, told["unit"] == "rate"))
    return wanted


def interval_trouble(row, told):
    """An interval stands where the registry says so and there is a value; a unit of the last place is let pass."""
    wanted = interval(int(row["numerator"]), int(row["denominator"])) if told["interval"] == "true" and row["value"] else ("", "")
    for column, value in zip(("low", "high"), wanted):
        if (row[column] == "") != (value == "") or value != "" and abs(float(row[column]) - value) > 0.5001e-6:
            return "%s: wanted %s" % (column, value)
    return None


def year_earlier(day):
    return "%04d%s" % (int(day[:4]) - 1, day[4:])


def is_shorter(row):
    """A February of 28 days is compared with as many of a year before that has one of 29."""
    return row["period"].endswith("-02") and len(row["period"]) == 7 and calendar.isleap(int(row["period"][:4]) - 1)


def beside(row, told, rows):
    """{column: what it has to be} by other rows of the same KPI, {first day: row}: what was seen of the periods before."""
    wanted, before = {}, [day for day in rows if day < row["first_day"]]
    level = told["level"] == "true"
    if before and (row["complete"] == "true" or level and row["value"]) and rows[max(before)]["complete"] == "true":
        wanted["previous"] = rows[max(before)]["value"]
    earlier = rows.get(year_earlier(row["first_day"]))
    if earlier and "-W" not in row["period"] and not is_shorter(row) and row["complete"] == "true" and earlier["complete"] == "true":
        wanted["year_before"] = earlier["value"]
    return wanted


def trouble(rows, registry, days):
    """The first thing that is wrong; None. rows: of `kpi`, registry: {KPI: row of `kpis`}."""
    of_kpi = {}
    for row in rows:
        of_kpi.setdefault(row["kpi"], {})[row["first_day"]] = row
    for row in rows:
        told = registry[row["kpi"]]
        wanted = dict(own_columns(row, told, days), **beside(row, told, of_kpi[row["kpi"]]))
        for column, text in wanted.items():
            if row[column] != text:
                return "%s of %s, %s: wanted %r, crm-cockpit %r (%s)" % (row["kpi"], row["period"], column, text, row[column], row)
        wrong = interval_trouble(row, told)
        if wrong:
            return "%s of %s, %s (%s)" % (row["kpi"], row["period"], wrong, row)
    return None
