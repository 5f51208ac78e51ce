#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""Every analysis beside its SQL twin: crm-cockpit against the SQL that stands in docs/methods, run on SQLite.

    twins.py --cockpit PATH [--rounds N] [--seed S] [--round K] [--verb VERB] [--keep DIR]
    twins.py --cockpit PATH --public [--shared DIR]
    twins.py --cockpit PATH --engine duckdb [--rounds N] [--log FILE] ...

A round makes random files of all tables and asks every verb with random options; the answers must be equal cell by
cell, as text (docs/methods/sql.md says how, and what is given to the SQL). Public data follow where a folder of them is
given or named by LIBCRM_TEST_DATA. A verb of crm-cockpit without a twin, and a twin that no verb has, fail.

With --engine duckdb the same blocks run on DuckDB (duck.py): one round, with --rounds N so many and all that follows
them. A block that cannot run there stands in duck.UNRUN with a reason; one that is not there and does not run fails, and
so does one that is there and runs. Without the Python packages duckdb and numpy all is skipped.
"""

import argparse
import csv
import io
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import duck
import ledger
import ledger_data
import ledger_findings
import ledger_kpis
import oracle

SPARSE = int(os.environ.get("LIBCRM_TEST_FEWER", "1")) > 1   # under a sanitizer: the SQL is the same, and slow programs start often

# What has no twin, and why.
WITHOUT = {
    "erase": "a receipt: identity_test", "forget": "a receipt: identity_test",
    "load": "what became of the rows as they were read: oracle.py and rows.py",
    "rows": "the rows as they are kept: rows.py",
    "cockpit": "figures of kpi beside targets and bands", "alerts": "replays kpi", "series": "kpi in a row",
    "causes": "bridge behind an alert",
    "gauges": "definitions", "rules": "definitions", "kpis": "definitions", "fields": "definitions",
    "kpi": "has a twin for each KPI",
    "explain": "a condition of segment, each by itself",
}

# Whose scope may be narrowed to a segment.
NARROWED = ("pyramid", "tiers", "concentration", "rfm", "segments", "months", "cohorts", "repeat", "rhythm", "frequency",
            "products", "bridge", "due", "funnel", "progress", "open-deals", "journey", "journeys", "lives", "bucket", "refill", "composition", "classes", "owners", "handovers", "moved", "organisation", "teams", "roles", "role-gaps", "completeness", "view",
            "freshness", "dossiers", "static-only", "idle", "changes", "findings")

# What a programme has changed.
EFFECT = ("effect", "strata", "coverage", "extension")

# Lists to write to.
TARGETS = ("target", "suppressed", "screened")

# Columns that the SQL leaves out, and why.
UNCOMPARED = {
    "findings": {"message": "words around what evidence holds"},
}


class Asker:
    """crm-cockpit, and the types of its columns."""

    def __init__(self, cockpit):
        self.cockpit, self.types = os.path.abspath(cockpit), {}

    def run(self, arguments):
        done = subprocess.run([self.cockpit] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError("exit %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace").strip()))
        return done.stdout.decode("utf-8")

    def table(self, verb, arguments):
        text = self.run([verb] + arguments + ["--format", "csv"])
        return list(csv.reader(io.StringIO(text, newline="")))

    def columns(self, verb, digits, arguments):
        # what is measured makes money or a count of a column, and fields to match by are columns
        told = {flag: arguments[arguments.index(flag) + 1] for flag in ("--measure", "--match") if flag in arguments}
        key = verb, digits, told.get("--measure"), told.get("--match"), "--control" in arguments
        if key not in self.types:
            answer = json.loads(self.run([verb] + arguments + ["--format", "json"]))
            self.types[key] = {column["name"]: column for column in answer["columns"]}
        return self.types[key]


def flag_pairs(words):
    """[(flag, value)], value "" where the flag has none."""
    pairs, rest = [], list(words)
    while rest:
        flag = rest.pop(0)
        pairs.append((flag, "" if flag in ("--all", "--accounts") else rest.pop(0)))
    return pairs


# ---- questions ---------------------------------------------------------------------------------------------

class Questions:
    """Random options for every verb."""

    def __init__(self, rng, data):
        self.rng, self.data = rng, data

    def pick(self, flag, *values):
        value = self.rng.choice((None,) + values)
        return [flag, value] if value else []

    def common(self):
        """What holds for all verbs of a scenario."""
        rng = self.rng
        words = ["--digits", rng.choice(["2", "2", "2", "0", "3"])]
        words += self.pick("--occasions", "day") if rng.random() < 0.6 else []
        words += self.pick("--day-start", "04:00", "06:30") if rng.random() < 0.6 else []
        words += self.pick("--refunds", "sale-day") if self.data.refunds else []
        words += ["--all"] if rng.random() < 0.15 else []
        words += ["--accounts"] if rng.random() < (0.5 if self.data.sites else 0.15) else []
        words += ["--anonymous", rng.choice(ledger_data.KEYS)] if rng.random() < 0.2 else []
        words += self.pick("--returns", "kind") if self.data.kinds else self.pick("--returns", "sign")
        return words

    def as_of(self):
        middle = (ledger_data.FIRST + ledger_data.LAST) // 2
        day = oracle.to_date(self.rng.randint(middle, ledger_data.LAST + 40)).isoformat()
        # without facts there is no default
        asked = self.rng.random() < 0.6 or self.data.size == 0
        return ["--as-of", self.rng.choice([day, day, day + "T12:30:00"])] if asked else []

    def window(self):
        rng, middle = self.rng, (ledger_data.FIRST + ledger_data.LAST) // 2
        words = self.as_of()
        if rng.random() < 0.5:
            words += ["--from", oracle.to_date(rng.randint(ledger_data.FIRST, middle - 60)).isoformat()]
        if rng.random() < 0.4:
            words += ["--to", oracle.to_date(rng.randint(middle - 30, ledger_data.LAST + 60)).isoformat()]
        return words

    def branch(self):
        if not self.data.branches or self.rng.random() < 0.6:
            return []
        return [word for key in self.rng.sample(ledger_data.BRANCHES, 2)[:self.rng.randint(1, 2)] for word in ("--branch", key)]

    def scope(self):
        return self.window() + self.branch() + self.pick("--money", "net", "sales", "taxed")

    def shares(self):
        measures = ["spend", "occasions"] + (["profit"] if self.data.full_cost else [])
        return (self.pick("--cut", "ceil", "floor", "half-up") + self.pick("--ties", "together", "split")
                + self.pick("--shares", "10,30,60", "50", "12.5,25,50,75") + self.pick("--measure", *measures))

    def groups(self):
        by = self.rng.choice(["tier", "region", "owner", "origin"])
        across = self.pick("--across", *[field for field in ("tier", "region", "owner") if field != by])
        return ["--by", by] + across + self.scope()

    def compared(self, tiers=True):
        """Two dates, or two periods of which the second begins where the first ends."""
        rng, middle = self.rng, (ledger_data.FIRST + ledger_data.LAST) // 2
        words = ["--as-of", oracle.to_date(rng.randint(middle + 60, ledger_data.LAST + 40)).isoformat()]
        words += ["--since", oracle.to_date(rng.randint(ledger_data.FIRST, middle - 100)).isoformat()]
        if rng.random() < 0.5:
            words += ["--from", oracle.to_date(rng.randint(middle - 99, middle)).isoformat()]
        words += self.pick("--value-tiers", "1") if tiers and rng.random() < 0.4 else []
        words += self.shares() if tiers else []
        return words + self.branch() + self.pick("--money", "net", "sales", "taxed")

    def effect(self):
        """A date with some days after it."""
        rng, middle = self.rng, (ledger_data.FIRST + ledger_data.LAST) // 2
        words = ["--at", oracle.to_date(rng.randint(middle - 60, middle + 40)).isoformat(), "--cases", "2"]
        words += ["--as-of", oracle.to_date(rng.randint(middle + 45, ledger_data.LAST + 40)).isoformat()]
        words += ["--from", oracle.to_date(rng.randint(ledger_data.FIRST, middle - 100)).isoformat()] if rng.random() < 0.3 else []
        measures = ["occasions"] + ["profit"] * self.data.full_cost
        words += self.pick("--days", "7", "40", "150") + self.pick("--match", "region", "f", "origin,m", "owner,r,region")
        return words + self.pick("--measure", *measures) + self.branch() + self.pick("--money", "net", "sales", "taxed")

    def extension(self):
        """A date in the middle, and limits of silence."""
        rng, middle = self.rng, (ledger_data.FIRST + ledger_data.LAST) // 2
        words = ["--at", oracle.to_date(rng.randint(middle - 60, middle + 40)).isoformat(), "--cases", "2"]
        words += ["--as-of", oracle.to_date(rng.randint(middle + 45, ledger_data.LAST + 40)).isoformat()]
        return words + self.limits() + self.pick("--horizon", "10", "45", "90")

    def period(self):
        return (self.pick("--period", "day", "week", "month", "quarter", "year") + self.pick("--week-start", "sun", "wed")
                + self.pick("--fiscal-start", "4", "10"))

    def condition(self, unit, plain):
        """The same condition in the language of segments and in SQL; plain: none that an option of a verb changes."""
        rng = self.rng
        amount, number = rng.choice([0, 5, 10, 25, 60]), rng.choice([1, 2, 3, 30, 90, 200])
        compare = rng.choice(["<", "<=", ">", ">=", "=", "<>"])
        date = oracle.to_date(rng.randint(ledger_data.FIRST, ledger_data.LAST)).isoformat()
        money = rng.choice(["spend", "cost", "profit", "average_order", "credit_limit"])
        count = rng.choice(["orders", "days_since_first", "days_since_last", "purchase_days", "open_opportunities", "days_since_contact"]
                           + ["r", "f", "m", "days_in_stage"] * (not plain))
        day = rng.choice(["first", "last", "first_ever", "joined"] + ["stage_since"] * (not plain))
        measured = [] if plain else [
            ("tier %s ('vip', 'major', 'inactive')" % rng.choice(["in", "not in"]),) * 2,
            ("rfm_segment %s 'lost'" % rng.choice(["=", "<>"]),) * 2, ("stage in ('customer', 'repeat')",) * 2,
            ("class %s 'ordinary'" % rng.choice(["=", "<>"]),) * 2]
        return rng.choice(measured + [
            ("%s %s %d" % (money, compare, amount), "%s %s %d" % (money, compare, amount * unit)),
            ("spend between 5 and %d" % amount, "spend between %d and %d" % (5 * unit, amount * unit)),
            ("%s %s %d" % (count, compare, number),) * 2,
            ("%s %s %s" % (day, compare, date), "%s %s '%s'" % (day, compare, date)),
            ("spend > credit_limit",) * 2, ("joined < first",) * 2, ("credit_limit is null",) * 2, ("reference",) * 2,
            ("region %s 'East'" % compare,) * 2, ("owner is not null",) * 2, ("parent is %s" % rng.choice(["null", "not null"]),) * 2, ("origin in ('web', 'fair')",) * 2,
            ("kind = 'business'",) * 2,
        ])

    def expression(self, unit, plain=False):
        one = self.condition(unit, plain)
        for _ in range(self.rng.randint(0, 3)):
            word, other = self.rng.choice(["and", "or"]), self.condition(unit, plain)
            no = self.rng.choice(["", "", "not "])
            one = tuple("(%s) %s %s(%s)" % (a, word, no, b) for a, b in zip(one, other))
        return one

    def expressions(self, verb, digits):
        """Flags with expressions, and what stands in the SQL for them."""
        if verb in ("segment", "drift"):
            told, sql = self.expression(10**digits)
            return ["--where", told], {"where": sql}
        if verb in TARGETS:
            told, sql = self.expression(10**digits)
            late, late_sql = self.expression(10**digits)
            return ["--where", told, "--suppress", "lately=" + late], {"where": sql, "lately": late_sql}
        if verb in EFFECT:
            treated = self.expression(10**digits)
            control = self.expression(10**digits) if self.rng.random() < 0.4 else (None, None)
            flags = ["--treated", treated[0]] + (["--control", control[0]] if control[0] else [])
            return flags, {"treated": treated[1], "control": control[1]}
        if verb == "overlap":
            a, b = self.expression(10**digits), self.expression(10**digits)
            return ["--define", "a=" + a[0], "--define", "b=" + b[0]], {"a": a[1], "b": b[1]}
        if verb in NARROWED and self.rng.random() < 0.3:
            told, sql = self.expression(10**digits, True)
            return ["--where", told], {"narrow": sql}
        return [], None

    def limits(self):
        """Limits of silence; without them they are estimated."""
        return self.rng.choice([[], ["--dormant-days", "30"], ["--dormant-days", "20", "--lost-days", "60"],
                                ["--dormant-days", "45", "--lost-days", "46"]])

    def signs(self):
        """When buying looks like a business's."""
        return (self.pick("--ticket-percent", "100", "150", "700") + self.pick("--hours-percent", "30", "100")
                + self.pick("--variation", "10", "90") + self.pick("--least-signs", "1", "2", "4"))

    def kpi(self):
        """Periods in a row from the beginning of one on; the last may be running."""
        rng, words = self.rng, self.period()
        parsed = oracle.parse_arguments(["months"] + words)[1]
        first = rng.randint(ledger_data.FIRST, ledger_data.LAST - 150)
        first = oracle.period_of(first, parsed.period, parsed.week_start, parsed.fiscal_start)[1]
        last = rng.randint(first + 1, min(ledger_data.LAST + 30, first + 40 * {"day": 1, "week": 7}.get(parsed.period, 30)))
        words += ["--from", oracle.to_date(first).isoformat(), "--as-of", oracle.to_date(last + rng.randint(0, 30)).isoformat(),
                  "--cases", "1"]
        words += ["--to", oracle.to_date(last).isoformat()] if rng.random() < 0.4 else []
        return words + self.branch() + self.pick("--money", "net", "sales", "taxed")

    def expected(self):
        """Rules of what is to be known, none in a third of the rounds."""
        words = []
        for field in self.rng.sample(ledger.PROFILE + ("events.sales", "events.interactions", "events.opportunities",
                                                       "events.payments", "events.stages"), self.rng.choice([0, 2, 6])):
            parts = [field] + [name + self.rng.choice(values) for name, values in
                               (("section=", "abc"), ("weight=", ("2", "7", "1000")), ("max=", ("5", "90")), ("half=", ("10", "365")))
                               if self.rng.random() < 0.5]
            words += ["--expect", ",".join(parts)]
        return words

    def cuts(self):
        words = self.pick("--r-cuts", "180,90,30,7") + self.pick("--f-cuts", "2,3,4,8") + self.pick("--m-cuts", "5,10,20,50")
        return words if self.rng.random() < 0.4 else []

    def of(self, verb):
        """The options of a verb; None where this scenario cannot ask it."""
        makers = {
            "pyramid": lambda: self.shares() + self.scope(), "tiers": lambda: self.shares() + self.scope(),
            "concentration": lambda: self.pick("--measure", "spend", "occasions") + self.scope(),
            "rfm": lambda: self.pick("--ties", "split") + self.cuts() + self.scope(),
            "segments": lambda: self.pick("--ties", "split") + self.cuts() + self.scope(),
            "months": lambda: self.period() + self.scope(),
            "cohorts": lambda: self.period() + self.pick("--rolling", "7", "30", "90") + self.scope(),
            "repeat": self.scope, "rhythm": self.scope, "frequency": self.scope,
            "migration": self.compared, "movements": self.compared, "cultivation": self.compared,
            "cultivated": self.compared, "movers": self.compared,
            "lifecycle": lambda: self.limits() + self.pick("--horizon", "30", "90") + self.scope(),
            "lives": lambda: self.limits() + self.as_of(), "histories": lambda: self.limits() + self.as_of(),
            "stays": lambda: self.limits() + self.as_of(), "transitions": lambda: self.limits() + self.window(),
            "bucket": lambda: self.limits() + self.period() + self.window(),
            "conversion": lambda: self.pick("--horizon", "10", "30") + self.pick("--by", "region", "owner", "origin") + self.window(),
            **dict.fromkeys(("reasons", "churn"), lambda: self.limits() + self.pick("--natural", "moved", "7, price", "nothing", "") + self.window()),
            "leaving": lambda: self.limits() + self.pick("--natural", "moved", "7, price") + self.period() + self.window(),
            "refill": lambda: (self.limits() + self.period() + self.window()
                               + self.rng.choice([["--cost", "7"], ["--figure", "expense"], ["--figure", "target"], ["--figure", "budget"]])),
            "funnel": lambda: self.pick("--horizon", "10", "30") + self.window(),
            **dict.fromkeys(TARGETS, lambda: self.pick("--household", "region", "owner", "origin") + self.signs() + self.scope()),
            "view": lambda: (["--customer", self.rng.choice(ledger_data.KEYS)] + self.pick("--ties", "split") + self.cuts() + self.limits()
                             + self.pick("--dormant", "20", "90") + self.pick("--ahead", "0", "30") + self.scope()),
            "progress": self.as_of, "open-deals": self.as_of,
            "journey": lambda: self.pick("--horizon", "10", "30") + self.pick("--by", "owner", "region", "origin") + self.window(),
            "journeys": self.as_of, "steps": self.as_of,
            "overlap": self.scope, "drift": lambda: self.compared(False),
            "composition": self.groups, "hhi": self.groups,
            "spending": lambda: ["--by", self.rng.choice(["tier", "region", "owner", "origin"])] + self.scope(),
            "extension": self.extension,
            "effect": self.effect, "strata": self.effect, "coverage": self.effect,
            "freshness": lambda: self.expected() + self.as_of(), "dossiers": lambda: self.expected() + self.as_of(),
            "static-only": lambda: self.pick("--idle", "10", "60") + self.as_of(),
            "idle": lambda: self.pick("--idle", "10", "60") + self.as_of(), "changes": self.window,
            "completeness": self.as_of, "knowledge": self.as_of, "aliases": lambda: [],
            "ownership": self.as_of, "looked-after": self.as_of,
            "organisation": self.as_of, "assignments": self.as_of, "role-gaps": self.as_of,
            "handovers": lambda: self.pick("--days", "7", "30") + self.scope(),
            "moved": self.scope,
            **dict.fromkeys(("classes", "corporate", "calibration", "segment"), lambda: self.signs() + self.scope()),
            "due": lambda: self.pick("--dormant", "20", "90") + self.pick("--ahead", "0", "30") + self.scope(),
            "bridge": lambda: self.pick("--top", "1", "3") + self.period() + self.scope(),
            "products": lambda: self.pick("--abc", "50,90") + self.scope(),
        }
        return makers.get(verb, self.scope)()


def named_fields(fields, columns, rows):
    """Columns a, b and c under the names of the fields that they stand for; those that stand for none are left out."""
    places = list(range(len(fields))) + list(range(3, len(columns)))
    return [(fields + list(columns[len(fields):]))[place] for place in places], [[row[place] for place in places] for row in rows]


def left_out(verb, columns, names):
    """What is wrong with the columns of a verb that the SQL does not have."""
    missing = [name for name in names if name not in columns and name not in UNCOMPARED.get(verb, ())]
    return "the SQL lacks " + ", ".join(missing) if missing else None


# ---- rounds ------------------------------------------------------------------------------------------------

class Runner:
    def __init__(self, asker, pages, made):
        """made: the class of the ledgers."""
        self.asker, self.passed, self.failed, self.ledger = asker, 0, 0, made
        self.pages, self.kpis_seen, self.findings_seen, self.known_kpis = pages, set(), set(), {}
        self.unrun = duck.UNRUN if made is duck.Ledger else {}

    def check(self, context, book, verb, arguments, flags, digits, expressions=None):
        try:
            told = self.asker.table(verb, arguments)
            types = self.asker.columns(verb, digits, arguments)
        except RuntimeError as error:
            if "ends before it begins" in str(error):   # few facts, which end before --from
                return True
            if verb != "view" or "no such customer" not in str(error):
                raise
            told, types = None, {}
        try:
            # sites are customers one by one, whatever the scope says
            flags = [pair for pair in flags if pair != ("--accounts", "") or verb != "sites"]
            if verb in EFFECT:
                book.give_effect(flags, expressions["treated"], expressions["control"])
            elif expressions and "narrow" in expressions:
                book.narrow(flags, expressions["narrow"])
            if verb not in EFFECT:
                book.give(flags)
            if "--since" in dict(flags):
                book.give_before(flags, "members" if verb == "drift" else "placed")
            columns, rows = book.answer("twin", verb, **(expressions or {}))
            if verb == "strata":
                columns, rows = named_fields(book.fields, columns, rows)
            if told is None:
                trouble = "SQL %r, crm-cockpit knows no such customer" % (rows,) if rows else None
            else:
                trouble = ledger.differences(columns, rows, types, told) or left_out(verb, columns, told[0])
        except (RuntimeError, ValueError) as error:
            trouble = str(error)
            if trouble.partition(":")[0] in self.unrun:
                return True
        self.passed += trouble is None
        self.findings_seen |= {row[0] for row in told[1:]} if verb == "findings" else set()
        if trouble is not None:
            self.failed += 1
            print("FAIL %s, %s\n  %s\n  %s" % (context, verb, shlex.join(["crm-cockpit", verb] + arguments), trouble))
        return trouble is None

    def check_kpis(self, context, book, arguments, flags):
        """Every KPI of every period: numerator, denominator, cases and value by SQL, what stands beside them by themselves."""
        told = self.asker.table("kpi", arguments)
        rows = [dict(zip(told[0], row)) for row in told[1:]]
        if [row for row in rows if row["status"] == "overflow"]:
            return True
        book.give(flags)
        good = self.note(context, arguments, ledger_kpis.trouble(rows, self.registry(), book.periods()))
        for kpis, sql in book.kpi_blocks():
            try:
                found = book.figures(sql)
                trouble = next(filter(None, (self.figure_trouble(found, row) for row in rows if row["kpi"] in kpis)), None)
            except (RuntimeError, ValueError) as error:
                trouble = str(error)
                if trouble.partition(":")[0] in self.unrun:
                    continue
            good &= self.note(context, arguments, trouble)
        return good

    def note(self, context, arguments, trouble):
        self.passed += trouble is None
        if trouble is not None:
            self.failed += 1
            print("FAIL %s, kpi\n  %s\n  %s" % (context, shlex.join(["crm-cockpit", "kpi"] + arguments), trouble))
        return trouble is None

    def registry(self):
        """{KPI: its row of `kpis`}."""
        if not self.known_kpis:
            told = self.asker.table("kpis", [])
            self.known_kpis = {row[0]: dict(zip(told[0], row)) for row in told[1:]}
        return self.known_kpis

    def figure_trouble(self, found, row):
        """What is wrong with one figure; nothing where the application says that there are no facts for it."""
        if row["status"] == "no_facts" or (row["status"] == "insufficient" and row["n"] == ""):
            return None
        figure = found.get((row["kpi"], row["period"]))
        if figure is None and row["status"] == "undefined":
            return None
        if figure is None:
            return "%s of %s: no row by SQL, crm-cockpit %s" % (row["kpi"], row["period"], row)
        for column in ("numerator", "denominator", "n"):
            wanted = "" if figure[column] is None else str(figure[column])
            if row[column] != wanted:
                return "%s of %s, %s: SQL %s, crm-cockpit %s (%s)" % (row["kpi"], row["period"], column, wanted, row[column], row)
        if row["value"] and row["value"] != figure["value"]:
            return "%s of %s: SQL %s, crm-cockpit %s" % (row["kpi"], row["period"], figure["value"], row["value"])
        if row["value"]:
            self.kpis_seen.add(row["kpi"])
        return None

    def round(self, seed, number, verbs, keep):
        rng = random.Random(seed * 1000003 + number)
        data = ledger_data.Data(rng, number % 5 == 4)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-twins-%d-%d-" % (seed, number), dir=keep))
        files = ledger_data.write_files(data.files, folder)
        questions = Questions(rng, data)
        common = questions.common()
        digits = int(common[1])
        book = self.ledger(files, digits)
        named = [word for table, path in files for word in ("--" + table, str(path))]
        good = True
        for verb in verbs:
            if verb == "kpi":
                continue
            state = random.Random("%d %d %s" % (seed, number, verb))
            questions.rng = state
            words = questions.of(verb)
            if words is not None:
                more, expressions = questions.expressions(verb, digits)
                good &= self.check("seed %d round %d" % (seed, number), book, verb, more + words + common + named,
                                   flag_pairs(words + common), digits, expressions)
        questions.rng = random.Random("%d %d kpi" % (seed, number))
        words = questions.kpi() if "kpi" in verbs else None
        if words is not None:
            good &= self.check_kpis("seed %d round %d" % (seed, number), book, words + common + named, flag_pairs(words + common))
        if good:
            shutil.rmtree(folder)
        else:
            print("  files kept in %s" % folder)


    def business(self, seed, number, keep):
        """A business of some years in which there is something to find."""
        rng = random.Random(seed * 1000003 + number)
        made = ledger_findings.Business(rng, number)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-twins-found-%d-%d-" % (seed, number), dir=keep))
        files = ledger_data.write_files(made.files, folder, ledger_findings.COLUMNS)
        words, narrow = made.question()
        digits = int(words[words.index("--digits") + 1])
        named = [word for table, path in files for word in ("--" + table, str(path))]
        more = ["--where", narrow[0]] if narrow else []
        if self.check("seed %d business %d" % (seed, number), self.ledger(files, digits), "findings", more + words + named,
                      flag_pairs(words), digits, {"narrow": narrow[1]} if narrow else None):
            shutil.rmtree(folder)
        else:
            print("  files kept in %s" % folder)

    def sample(self, verbs):
        """A slice of the committed sample, each verb with its defaults."""
        with tempfile.TemporaryDirectory(prefix="crm-twins-") as name:
            files = ledger_data.sample_files(ledger.ROOT / "examples" / "data", pathlib.Path(name))
            self.ask_all("sample", files, verbs, 2024)

    def public(self, shared, verbs):
        """Public data where they are; answers how many."""
        with tempfile.TemporaryDirectory(prefix="crm-twins-") as name:
            found = ledger_data.public_files(shared / "data", pathlib.Path(name))
            for title, files in found.items():
                self.ask_all(title, files, verbs, {"cdnow-sample": 1998, "chinook": 2023, "northwind": 1997}[title])
            return len(found)

    def first_customer(self, named):
        """Of the highest rank, by key."""
        return self.asker.table("tiers", named)[1][0]

    def ask_all(self, title, files, verbs, year):
        book = self.ledger(files, 2)
        named = [word for table, path in files for word in ("--" + table, str(path))]
        compared = ["--since", "%d-06-01" % (year - 1), "--from", "%d-01-01" % year]
        needed = {"migration": compared, "movements": compared, "cultivation": compared, "cultivated": compared, "movers": compared,
                  "drift": ["--since", "%d-06-01" % (year - 1), "--where", "tier = 'vip'"], "segment": ["--where", "tier = 'vip'"],
                  "overlap": ["--define", "a=r >= 4", "--define", "b=spend > 50"], "transitions": ["--from", "%d-01-01" % year],
                  **dict.fromkeys(TARGETS, ["--where", "tier = 'vip'", "--suppress", "lately=r >= 4"]),
                  "view": ["--customer", self.first_customer(named)],
                  **dict.fromkeys(EFFECT, ["--at", "%d-03-01" % year, "--treated", "r >= 4"])}
        for verb in verbs:
            words, expressions = needed.get(verb, []), {"where": "tier = 'vip'", "a": "r >= 4", "b": "spend > 5000",
                                                             "treated": "r >= 4", "control": None, "lately": "r >= 4"}
            if verb == "kpi":
                words = ["--from", "%d-01-01" % year, "--cases", "1"]
                self.check_kpis(title, book, words + named, flag_pairs(words))
                continue
            flags = [pair for pair in flag_pairs(words) if pair[0] not in ("--where", "--define", "--treated", "--suppress")]
            self.check(title, book, verb, words + named, flags, 2, expressions)


def verbs_of(cockpit_page):
    """The verbs that docs/cockpit.md lists."""
    section = re.search(r"^## Verbs\n(.*?)(?=^## )", cockpit_page, flags=re.M | re.S).group(1)
    return re.findall(r"^\| `([\w-]+)` \|", section, flags=re.M)


def check_kpi_pages(runner, registry, pages):
    """Each KPI has a twin, each twin is of a KPI."""
    for kpi in sorted(set(registry) | set(pages["kpi"])):
        good = kpi in pages["kpi"] and kpi in registry
        runner.passed += good
        if not good:
            runner.failed += 1
            print("FAIL the KPI %s: %s" % (kpi, "no such KPI" if kpi in pages["kpi"] else "no twin in docs/methods/kpis.md"))


def check_pages(runner, verbs, pages):
    """Each verb has a twin or stands in WITHOUT; each twin has a verb."""
    for verb in verbs:
        good = (verb in pages["twin"]) != (verb in WITHOUT)
        runner.passed += good
        if not good:
            runner.failed += 1
            print("FAIL the verb %s: %s" % (verb, "no twin in docs/methods" if verb not in WITHOUT else "has a twin now"))
    for twin in pages["twin"]:
        if twin not in verbs:
            runner.failed += 1
            print("FAIL the twin of %s: no such verb" % twin)


def blocks_told(runner):
    """How many blocks have run on DuckDB, and which cannot."""
    ran = runner.ledger.ran
    for name, why in sorted(runner.unrun.items()):
        if tuple(name.split("=")) in ran:
            runner.failed += 1
            print("FAIL %s runs on DuckDB, and duck.UNRUN says that it cannot" % name)
        else:
            print("not on DuckDB: %s (%s)" % (name, why))
    total = {(kind, name) for kind in runner.pages for name in runner.pages[kind]}
    print("%d of %d blocks of SQL ran on DuckDB %s, %d cannot, %d were not asked for" % (
        len(ran), len(total), duck.duckdb.__version__, len(runner.unrun), len(total - ran) - len(runner.unrun)))


def public_only(runner, given, verbs):
    """The public data sets; exit status 77 where there are none."""
    if not runner.public(pathlib.Path(given.shared), verbs):
        print("SKIP: no public data in %s (--shared or LIBCRM_TEST_DATA names the folder)" % given.shared)
        return 77
    print("%d passed, %d failed" % (runner.passed, runner.failed))
    return 1 if runner.failed else 0


def logged(path):
    """Runs this program without --log, and writes what it said to a file for tests/count.py."""
    words = [word for place, word in enumerate(sys.argv[1:], 1) if "--log" not in (word, sys.argv[place - 1])]
    done = subprocess.run([sys.executable, __file__] + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = done.stdout.decode("utf-8", "replace")
    print(text, end="")
    result = {0: "OK", 77: "SKIP"}.get(done.returncode, "FAIL")
    pathlib.Path(path).write_text(json.dumps({"name": "twins", "stdout": text, "stderr": "", "result": result}) + "\n", encoding="utf-8")
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description="crm-cockpit against the SQL of docs/methods")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--rounds", type=int, help="6 by default, 1 on DuckDB, 2 under a sanitizer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--round", type=int, help="this round only")
    parser.add_argument("--verb", help="this verb only")
    parser.add_argument("--keep", help="folder for the files of failing rounds")
    parser.add_argument("--engine", choices=("sqlite", "duckdb"), default="sqlite", help="what runs the SQL")
    parser.add_argument("--public", action="store_true", help="public data sets, and nothing else")
    parser.add_argument("--shared", default=os.environ.get("LIBCRM_TEST_DATA") or str(ledger.ROOT.parent / "shared"),
                        help="folder whose `data` holds public data sets")
    parser.add_argument("--log", help="a file for the outcome in the form of a log of meson test")
    given = parser.parse_args()
    if given.log:
        return logged(given.log)
    why = duck.missing() if given.engine == "duckdb" else None
    if why:
        print("SKIP: " + why)
        return 77
    little = given.engine == "duckdb" and given.rounds is None
    given.rounds = given.rounds or (1 if little else 2 if SPARSE else 6)
    asker = Asker(given.cockpit)
    pages, _ = ledger.read_pages()
    runner = Runner(asker, pages, duck.Ledger if given.engine == "duckdb" else ledger.Ledger)
    verbs = verbs_of((ledger.ROOT / "docs" / "cockpit.md").read_text(encoding="utf-8"))
    if given.public:
        return public_only(runner, given, [verb for verb in verbs if verb in pages["twin"] or verb == "kpi"])
    if not given.verb:
        check_pages(runner, verbs, pages)
        check_kpi_pages(runner, [row[0] for row in asker.table("kpis", [])[1:]], pages)
    asked = [verb for verb in verbs if (verb in pages["twin"] or verb == "kpi") and given.verb in (None, verb)]
    for number in range(given.rounds) if given.round is None else [given.round]:
        runner.round(given.seed, number, asked, given.keep)
    if given.round is None and not little:
        runner.sample(asked)
    if given.verb in (None, "findings") and not little:
        for number in range(1 if SPARSE else ledger_findings.ROUNDS) if given.round is None else [given.round]:
            runner.business(given.seed, number, given.keep)
        whole = given.round is None and given.seed == 1 and not SPARSE
        for finding in sorted(set(ledger_findings.KINDS) - runner.findings_seen) if whole else []:
            runner.failed += 1
            print("FAIL the finding %s: no business had it" % finding)
    unseen = set(pages["kpi"]) - runner.kpis_seen
    if given.verb in (None, "kpi") and given.round is None and given.rounds >= 6 and unseen:
        runner.failed += 1
        print("FAIL KPIs that no round had a value of: " + ", ".join(sorted(unseen)))
    if given.engine == "duckdb":
        blocks_told(runner)
    print("%d passed, %d failed" % (runner.passed, runner.failed))
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main())
