#!/usr/bin/env python3
"""Random rows of opportunities, stages, interactions, payments, figures, staff, ownership, parents, changes and assignments: what crm-cockpit keeps of
them, counts and rejects, against a second implementation of the rules of docs/tables.md.

    rows.py --cockpit PATH [--rounds N] [--seed S]

Each round makes files, which overlap and contradict each other, loads them in order and compares `load`, the rejected
rows and `rows` of every table; then the files' rows in another order, which must give the same rows.
"""

import argparse
import csv
import io
import pathlib
import random
import subprocess
import sys
import tempfile
from collections import Counter

KEYS = ["1", "2", "10", "-3", "007", "a", "A", "Zo\u00eb", "key with blanks"]
TIMES = ["2024-01-01", "2024-01-01T10:00", "2024-01-02", "2024-02-29T23:59:59", "2024-02-30", "soon", ""]
SHARES = ["", "0", "0.5", "1", "1.1", "-0.1", "x"]
MONEY = ["", "0", "5", "7.00", "7", "-1.5", "much"]
NAMES = ["", "", "ann", "bob", "3"]

# column: what its cells are made of, and what makes them unreadable
TABLES = {
    "opportunities": {"opportunity": ("key", True), "customer": ("key", False), "created": ("time", False),
                      "closed": ("time", False), "outcome": ("open won lost", False), "stage": ("name", False),
                      "amount": ("money", False), "probability": ("share", False), "owner": ("name", False)},
    "stages": {"opportunity": ("key", False), "customer": ("key", False), "time": ("time", True),
               "stage": ("name", True), "amount": ("money", False), "probability": ("share", False),
               "id": ("key", False)},
    "interactions": {"time": ("time", True), "customer": ("key", True), "staff": ("name", False),
                     "direction": ("in out", False), "id": ("key", False)},
    "payments": {"document": ("key", True), "line": ("key", False), "kind": ("invoice payment credit", True),
                 "customer": ("key", True), "time": ("time", True), "amount": ("money", True), "due": ("time", False)},
    "figures": {"from": ("time", True), "to": ("time", True), "name": ("name", True), "value": ("number", True),
                "branch": ("key", False), "staff": ("name", False)},
    "staff": {"staff": ("key", True), "team": ("name", False), "joined": ("time", False), "left": ("time", False)},
    "ownership": {"customer": ("key", True), "owner": ("name", True), "from": ("time", True), "to": ("time", False)},
    "parents": {"customer": ("key", True), "parent": ("key", True), "from": ("time", True), "to": ("time", False)},
    "changes": {"customer": ("key", True), "field": ("name", True), "time": ("time", True), "kind": ("changed confirmed", False),
                "staff": ("name", False), "id": ("key", False)},
    "assignments": {"staff": ("key", True), "role": ("name", True), "team": ("name", False), "branch": ("key", False),
                    "region": ("name", False), "segment": ("name", False), "from": ("time", True), "to": ("time", False)},
}
IDENTITY = {"opportunities": ["opportunity"], "payments": ["document", "line", "kind", "source"],
            "figures": ["from", "to", "name", "branch", "staff"], "staff": ["staff"],
            "ownership": ["customer", "from"], "parents": ["customer", "from"], "stages": ["id", "source"], "interactions": ["id", "source"],
            "changes": ["id", "source"], "assignments": ["staff", "branch", "region", "segment", "from"]}
KEYLESS = ("stages", "interactions", "changes")
PERIODS = {"figures": ("from", "to"), "staff": ("joined", "left"), "ownership": ("from", "to"), "parents": ("from", "to"),
           "assignments": ("from", "to")}
SCALE = {"money": 2, "share": 6, "number": 6}


class Bad(Exception):
    """A cell or row that is rejected: column and cause."""


def read(kind, text):
    """The value of a cell as the application writes it; '' where it is empty."""
    text = text if kind in ("key", "name") else text.strip()
    if text.strip() == "" or kind in ("key", "name"):
        return "" if text.strip() == "" else text
    if kind == "time":
        if text in ("soon", "2024-02-30"):
            raise Bad("time")
        date, _, clock = text.partition("T")
        return "%sT%s" % (date, (clock or "00:00") + ("" if clock.count(":") == 2 else ":00"))
    if kind in SCALE:
        try:
            value = float(text)
        except ValueError:
            raise Bad("number") from None
        return "%.*f" % (SCALE[kind], value)
    if text.lower() not in kind.split():
        raise Bad("word")
    return text.lower()


def read_row(table, row):
    """The row's values; Bad where it is rejected, for the first cause that the application names."""
    values = {}
    for column, (kind, _) in TABLES[table].items():
        try:
            values[column] = read(kind, row[column])
        except Bad as bad:
            raise Bad(column, str(bad)) from None
    values["source"], values["version"] = row["source"], row["version"]
    for column, (kind, required) in TABLES[table].items():
        if required and not values[column]:
            raise Bad(column, "missing")
    for column, (kind, _) in TABLES[table].items():
        if kind == "share" and values[column] and not 0 <= float(values[column]) <= 1:
            raise Bad(column, "range")
    if table == "stages" and bool(values["opportunity"]) == bool(values["customer"]):
        raise Bad("opportunity", "two_subjects" if values["customer"] else "missing")
    if table in PERIODS:
        start, end = (values[column] for column in PERIODS[table])
        if start and end and end <= start:
            raise Bad(PERIODS[table][1], "period")
    return values


class Kept:
    """The rows of one table, file after file."""

    def __init__(self, table):
        self.table, self.rows, self.contents = table, {}, Counter()
        self.count, self.rejects = Counter(), []

    def content(self, values):
        return tuple(sorted((column, value) for column, value in values.items() if column != "version"))

    def load(self, rows):
        groups, repeats = {}, Counter()
        for number, row in enumerate(rows, 1):
            self.count["rows"] += 1
            try:
                values = read_row(self.table, row)
            except Bad as bad:
                self.reject(number, *bad.args)
                continue
            if self.table in KEYLESS and not values["id"]:
                content = self.content(values)
                repeats[content] += 1
                new = repeats[content] > self.contents[content]
                self.contents[content] += new
                self.count["accepted" if new else "duplicate"] += 1
                continue
            identity = tuple(values[column] for column in IDENTITY[self.table])
            groups.setdefault(identity, []).append((number, values))
        for identity, group in groups.items():
            self.settle(identity, group)

    def settle(self, identity, group):
        def version(values):
            return int(values["version"] or 0)
        best = max(version(values) for _, values in group)
        top = [(number, values) for number, values in group if version(values) == best]
        old = self.rows.get(identity)
        self.count["duplicate"] += len(group) - len(top)
        if old is not None and best < version(old):
            self.count["duplicate"] += len(top)
        elif len({self.content(values) for _, values in top}) > 1 or (
                old is not None and best == version(old) and self.content(old) != self.content(top[0][1])):
            first = next(iter(c for c, (_, required) in TABLES[self.table].items()))
            for number, _ in top:
                self.reject(number, first, "conflict")
        elif old is not None and best == version(old):
            self.count["duplicate"] += len(top)
        else:
            self.rows[identity] = top[0][1]
            self.count["accepted"] += 1
            self.count["duplicate"] += len(top) - 1

    def reject(self, number, column, cause):
        self.count["rejected"] += 1
        self.rejects.append((str(number), column, cause))

    def all_rows(self):
        """Every row as a line of its columns. No version and version 0 are the same."""
        columns = list(TABLES[self.table]) + ["source", "version"]
        rows = [dict(row, version="" if row["version"] == "0" else row["version"]) for row in self.rows.values()]
        lines = [tuple(row[column] for column in columns) for row in rows]
        for content, times in self.contents.items():
            row = dict(content, version="")
            lines += [tuple(row[column] for column in columns)] * times
        return columns, sorted(lines)


def cell(rng, kind, loose):
    if kind == "key":
        return rng.choice(KEYS[:4] if not loose else KEYS + ["", " "])
    if kind == "name":
        return rng.choice(NAMES[2:] if not loose else NAMES)
    if kind == "time":
        return rng.choice(TIMES[:4] if not loose else TIMES)
    if kind in ("share", "number"):
        return rng.choice(SHARES[1:4] if not loose else SHARES)
    if kind == "money":
        return rng.choice(MONEY[1:6] if not loose else MONEY)
    return rng.choice(kind.split() + [kind.split()[0].upper()] + (["", "else"] if loose else []))


def make_rows(rng, table, count):
    rows = []
    for _ in range(count):
        if rows and rng.random() < 0.3:
            row = dict(rng.choice(rows))
            if rng.random() < 0.5:
                row["version"] = rng.choice(["", "0", "1", "2"])
        else:
            loose = rng.random() < 0.15
            row = {column: cell(rng, kind, loose) for column, (kind, _) in TABLES[table].items()}
            row["source"] = rng.choice(["", "", "", "east"])
            row["version"] = rng.choice(["", "", "1"])
            if "id" in row and rng.random() < 0.6:
                row["id"] = ""
            if table == "stages" and not loose:
                row[rng.choice(["opportunity", "customer"])] = ""
            if "line" in row and rng.random() < 0.5:
                row["line"] = ""
        rows.append(row)
    return rows


def write(path, table, rows):
    columns = list(TABLES[table]) + ["source", "version"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return ["--" + table, str(path)]


def ask(cockpit, arguments):
    done = subprocess.run([cockpit] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError("exit %d of %s: %s" % (done.returncode, arguments, done.stderr.decode("utf-8", "replace")))
    return list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))


def one_round(cockpit, rng, folder):
    """Yields (what, expected, actual)."""
    table = rng.choice(list(TABLES))
    kept, arguments, files = Kept(table), [], []
    rows = make_rows(rng, table, rng.randint(1, 40))
    for number in range(rng.randint(1, 4)):
        part = rng.sample(rows, rng.randint(0, len(rows))) + make_rows(rng, table, rng.randint(0, 10))
        if number > 0 and rng.random() < 0.3:
            part = files[-1]
        files.append(part)
        kept.load(part)
        arguments += write(folder / ("%d.csv" % number), table, part)
    rejects = folder / "rejects.csv"
    loaded = ask(cockpit, ["load", "--format", "csv", "--rejects", str(rejects)] + arguments)[0]
    names = ["rows", "accepted", "duplicate", "rejected"]
    yield table + ": counts", [kept.count[name] for name in names], [int(loaded[name]) for name in names]
    with open(rejects, newline="", encoding="utf-8") as file:
        refused = [(row["row"], row["column"], row["cause"]) for row in csv.DictReader(file)]
    yield table + ": rejected rows", sorted(kept.rejects), sorted(refused)
    columns, expected = kept.all_rows()
    question = ["rows", "--table", table, "--format", "csv"]
    told = ask(cockpit, question + arguments)
    yield table + ": rows", expected, sorted(tuple(row[column] for column in columns) for row in told)
    shuffled = []
    for number, part in enumerate(files):
        part = rng.sample(part, len(part))
        shuffled += write(folder / ("s%d.csv" % number), table, part)
    yield table + ": rows of shuffled files", told, ask(cockpit, question + shuffled)


def main():
    parser = argparse.ArgumentParser(description="rows of the tables of facts against a second implementation")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="crm-rows-") as folder:
        for number in range(given.rounds):
            rng = random.Random("%d %d" % (given.seed, number))
            for what, expected, actual in one_round(given.cockpit, rng, pathlib.Path(folder)):
                passed += expected == actual
                if expected != actual:
                    failed += 1
                    print("FAIL round %d, %s\n  expected %s\n  actual   %s" % (number, what, expected, actual))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
