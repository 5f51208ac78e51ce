#!/usr/bin/env python3
"""Random sales, customers and products: crm-cockpit against the naive oracle, and against itself.

    run.py --cockpit PATH [--rounds N] [--seed S] [--round K] [--keep DIR]

A round makes one scenario and asks every verb with random options. Oracle checks compare the tables cell by cell,
the exit status, and the causes of rejected rows. Metamorphic checks ask the binary alone: rows permuted, a file
given twice, a file cut on document boundaries and files in another order must give the same bytes.
A failing check prints its round, command line and first difference; the round's files are kept.
"""

import argparse
import csv
import io
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter

import oracle

FIRST, LAST = oracle.to_day(2023, 11, 20), oracle.to_day(2025, 3, 9)
NOTABLE_DAYS = [oracle.to_day(*date) for date in ((2023, 12, 31), (2024, 1, 1), (2024, 2, 29), (2024, 3, 1),
                                                  (2024, 12, 29), (2024, 12, 30), (2025, 1, 1), (2024, 6, 30))]
KEYS = [str(n) for n in range(1, 16)] + ["-3", "007", "+7", "-0", "A-7", "a-7", "Zo\u00eb", 'O"Neil, Bob', "10.0",
                                         "9223372036854775807", "9223372036854775808", "semi;colon"]
BRANCHES = ["1", "2", "Nord"]
PRODUCTS = ["1", "2", "10", "P-1", "p-1", "tea, green", ""]
AMOUNTS = ["0", "0.00", "5", "5.00", "10", "10.00", "19.99", "2.5", "1.005", "4.44e-16", "1e2", "100", "0.125"]


# ---- one scenario ----------------------------------------------------------------------------------------

class Raw(str):
    """A field that goes into the file as it is, without quoting."""


class Scenario:
    """The rows of the files, the options for all verbs, and how the files are written."""

    def __init__(self, rng):
        self.rng = rng

        def chance(p):
            return rng.random() < p

        self.document = rng.choices([None, "row", "customer-time"], [70, 15, 15])[0]
        by_document = self.document is None
        self.kinds = chance(0.6)
        self.refunds = self.kinds and by_document and chance(0.3)
        self.branches = self.document != "customer-time" and chance(0.5)
        self.versions, self.sources = by_document and chance(0.5), by_document and chance(0.3)
        self.base_version = rng.choice(["", "3"])
        self.has = {"class": chance(0.5), "product": chance(0.7), "quantity": chance(0.7), "tax": chance(0.4),
                    "cost": chance(0.5), "note": chance(0.4), "staff": chance(0.3)}
        self.full_cost = chance(0.5)
        self.hostile = chance(0.7)
        self.day_start = rng.choice([None, None, "04:00", "06:30", "00:00"])
        self.walk_in = rng.sample(KEYS[8:], 2) if chance(0.3) else []
        self.kind_of = {}
        self.customers = self.make_customers() if chance(0.6) else None
        self.nobody = set(self.walk_in) | {key for key, kind in self.kind_of.items() if kind == "anonymous"}
        self.delimiter = rng.choice([",", ",", ";", "tab"])
        self.comma = chance(0.2)
        self.time_format = rng.choice([None, None, "%d/%m/%Y %H:%M:%S", "%m/%d/%y %I:%M %p"])
        self.encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "latin-1"])
        self.line_end, self.quote_all = rng.choice(["\n", "\n", "\r\n"]), chance(0.15)
        self.headerless = chance(0.15)
        self.plain_documents = []
        self.sales = self.make_sales()
        self.columns = self.make_columns()
        self.renamed = {column: column.upper() + " x" for column in self.columns
                        if not self.headerless and column != "note" and chance(0.2)}
        self.options = self.make_options()

    # -- rows

    def make_customers(self):
        rows = []
        for key in self.rng.sample(KEYS, self.rng.randint(3, len(KEYS))) + ["nobody-%d" % n for n in range(4)]:
            kind = self.rng.choices(["", "person", "business", "internal", "anonymous"], [4, 4, 2, 1, 1])[0]
            if key == "1":
                kind = "person"
            self.kind_of[key] = kind
            joined = oracle.to_date(self.rng.randint(FIRST - 60, LAST + 60)).isoformat()
            rows.append({"customer": key, "kind": kind, "joined": self.rng.choice([joined, joined, ""])})
        if self.rng.random() < 0.3:
            rows.append({"customer": " ", "kind": "person", "joined": ""})
            rows.append({"customer": "bad-1", "kind": "alien", "joined": ""})
            rows.append({"customer": "bad-2", "kind": "", "joined": "2023-02-29"})
        return rows

    def moment(self, day=None):
        rng = self.rng
        if day is None:
            day = rng.choice(NOTABLE_DAYS) if rng.random() < 0.3 else rng.randint(FIRST + 1, LAST - 1)
        return day, rng.choice([0, 180, 239, 240, 241, 389, 390, 720, 720, 900, 1439])

    def time_text(self, moment):
        day, minute = moment
        date = oracle.to_date(day)
        hour, minute = divmod(minute, 60)
        if self.time_format is None:
            if (hour, minute) == (0, 0) and day % 2:
                return date.isoformat()
            tail = ["", ":00", "Z", ":00+02:00"][day % 4]
            return "%s%s%02d:%02d%s" % (date.isoformat(), " T"[day % 2], hour, minute, tail)
        if "%I" in self.time_format:
            return "%d/%d/%02d %d:%02d %s" % (date.month, date.day, date.year % 100, hour % 12 or 12, minute,
                                              "PM" if hour > 11 else "AM")
        return "%02d/%02d/%04d %02d:%02d:00" % (date.day, date.month, date.year, hour, minute)

    def number(self, text):
        return text.replace(".", ",") if self.comma else text

    def amount(self, customer):
        text = self.rng.choice(AMOUNTS)
        if self.rng.random() < 0.4:
            text = "%d.%02d" % (self.rng.randint(1, 300), self.rng.randint(0, 99))
        return "5" if float(text) < 0.5 and customer in self.nobody else text

    def line(self, document, customer, moment, kind, branch):
        rng = self.rng
        row = {"document": document, "customer": customer, "time": self.time_text(moment), "kind": kind,
               "branch": branch, "class": rng.choice(["", "goods", "service", "shipping", "tip", "rounding"]),
               "product": rng.choice(PRODUCTS), "version": self.base_version or rng.choice(["", "0"]),
               "source": "", "original": "",
               "staff": rng.choice(["", "s1", "Anna, B"]), "note": rng.choice(["", "two\nlines", 'a "b"', "x,y;z"])}
        text, quantity = self.amount(customer), rng.choice(["1", "2", "3", "0.5", "1.125"])
        row["amount"], row["quantity"], row["price"] = text, quantity, ""
        if self.has["quantity"] and rng.random() < 0.4:
            row["amount"], row["price"] = "", rng.choice(["1.5", "2.555", "9.99", "0.333", "4"])
        if kind == "return" and (not self.kinds or rng.random() < 0.5):
            if self.has["quantity"] and rng.random() < 0.7:
                row["quantity"] = "-" + row["quantity"]
            if row["amount"] and (not row["quantity"].startswith("-") or rng.random() < 0.5):
                row["amount"] = "-" + row["amount"]
        elif kind == "sale" and self.kinds and row["amount"] and rng.random() < 0.05:
            row["amount"] = "-0.50"  # a discount line
        if not self.kinds:
            row["kind"] = ""
        row["tax"] = rng.choice(["", "0.5", "1.9"])
        row["cost"] = rng.choice(["1", "2.25", "7"]) if self.full_cost else rng.choice(["", "1", "2.25"])
        for column in ("amount", "quantity", "price", "tax", "cost"):
            row[column] = self.number(row[column])
        return row

    def beside(self, row):
        """A gift card or a tender line beside a line of the same document and kind."""
        other = dict(row)
        other["class"] = self.rng.choice(["liability", "tender"])
        other["amount"], other["price"] = self.number("25"), ""
        if row["kind"] == "" and row["quantity"].startswith("-"):
            other["amount"] = self.number("-25")
        return other

    def make_document(self, number, source=""):
        rng = self.rng
        customer = rng.choice(KEYS) if rng.random() < 0.92 else ""
        moment, branch = self.moment(), rng.choice(BRANCHES + [""])
        kind = rng.choices(["sale", "return", "mixed", "void", "quote"],
                           [80, 8, 6, 3 if self.kinds else 0, 3 if self.kinds else 0])[0]
        rows = []
        for _ in range(rng.choice([1, 1, 1, 2, 3]) if self.document is None else 1):
            one = rng.choice(["sale", "return"]) if kind == "mixed" else kind
            row = self.line("D%03d" % number if number % 3 else str(number), customer, moment, one, branch)
            row["source"] = source
            rows.append(row)
            if customer and self.has["class"] and self.document is None and one in ("sale", "return") \
                    and rng.random() < 0.1:
                rows.append(self.beside(row))
        if kind == "sale" and customer and self.document is None:
            self.plain_documents.append((rows[0]["document"], customer, branch, source, moment))
        if len(rows) > 1 and rng.random() < 0.3:
            rows[-1]["customer"] = rows[-1]["branch"] = ""
        if len(rows) > 1 and rng.random() < 0.2:
            rows[-1]["time"] = self.time_text((moment[0] + rng.choice([0, 1]), 1400))
        return rows

    def refund(self, number):
        """A return that names its sale, or one that nobody knows."""
        document, customer, branch, source, moment = self.rng.choice(self.plain_documents)
        later = (min(LAST - 1, moment[0] + self.rng.randint(0, 90)), 1439)
        row = self.line("R%03d" % number, customer, later, "return", branch)
        row["source"], row["original"] = source, self.rng.choice([document, document, "unknown"])
        return [row]

    def make_sales(self):
        rng, rows = self.rng, []
        for n, branch in enumerate(BRANCHES if self.branches else [""]):
            for name, day in (("first", FIRST), ("last", LAST)):
                row = self.line("%s-%d" % (name, n), "1", (day, 720), "sale", branch)
                row.update({"amount": "10", "class": "goods", "price": ""})
                rows.append(row)
        for number in range(rng.choice([0, 5, 40, 80, 120])):
            document = self.make_document(number, rng.choice(["", "A", "B"]) if self.sources else "")
            if self.refunds and self.plain_documents and rng.random() < 0.2:
                document += self.refund(number)
            rows += document
            if self.versions and rng.random() < 0.15 and not self.known_original(document[0], rows):
                rows += self.another_version(document)
            if self.document and rng.random() < 0.1:
                rows += [dict(row) for row in document]
        if self.hostile:
            rows += self.bad_rows(rows)
        rng.shuffle(rows)
        return rows

    def known_original(self, first, rows):
        """Sales that a refund names keep one version; later refunds do not see them any more."""
        name = first["document"]
        self.plain_documents = [plain for plain in self.plain_documents if plain[0] != name]
        return any(row["original"] == name for row in rows)

    def another_version(self, document, version="5"):
        copies = [dict(row, version=version) for row in document if row["original"] == ""]
        void = self.kinds and self.rng.random() < 0.4
        for row in copies:
            if void:
                row["kind"] = "void"
            elif row["amount"]:
                row["amount"] = self.number("77.7")
        return copies

    def bad_rows(self, rows):
        """Copies of good rows with exactly one thing wrong each."""
        wrong_time = {None: ["2023-02-31", "2023-13-01", "31/12/2023", "1899-12-31", "2200-01-01", "2024-01-01 24:00"],
                      "%d/%m/%Y %H:%M:%S": ["31/02/2024 10:00:00", "2024-01-01"],
                      "%m/%d/%y %I:%M %p": ["02/31/24 10:00 AM", "01/02/24 13:00 PM"]}[self.time_format]
        wrong = [("time", text) for text in wrong_time] + [("time", ""), ("amount", "abc"), ("amount", "1.2.3"),
                                                           ("amount", "--5"), ("amount", "1e30"), ("ragged", "more"),
                                                           ("ragged", "less"), ("customer", Raw('"ab"c'))]
        if self.document is None:
            wrong += [("document", ""), ("document", " ")]
            wrong += [("two", "customer")] + ([("two", "branch")] if self.branches else [])
        if self.kinds:
            wrong.append(("kind", "refund"))
        if self.has["class"]:
            wrong.append(("class", "gift"))
        if self.versions:
            wrong.append(("version", "v1"))
        if self.encoding != "latin-1":
            wrong += [("customer", "a\udcff"), ("customer", "a\0b")]
        bad = []
        for number, (column, text) in enumerate(self.rng.sample(wrong, self.rng.randint(1, 6))):
            row = dict(self.rng.choice(rows))
            row["document"] = "bad-%d" % number
            row["version"] = row["original"] = ""
            if column == "ragged":
                row["ragged"] = text
            elif column == "two":
                values = ["1", "2"]
                bad.append(dict(row, **{text: values[0]}))
                row[text] = values[1]
            else:
                row[column] = text
            if isinstance(text, Raw):  # reading goes on at the next line, so this record has one
                row = {name: cell.replace("\n", " ") if name != column else cell for name, cell in row.items()}
            bad.append(row)
        return bad

    # -- flags

    def make_columns(self):
        columns = ["customer", "time", "amount"]
        columns += [] if self.document else ["document"]
        columns += ["kind"] if self.kinds else []
        columns += ["branch"] if self.branches else []
        columns += ["version"] if self.versions else []
        columns += ["source"] if self.sources else []
        columns += ["original"] if self.refunds else []
        columns += [column for column, has in self.has.items() if has]
        columns += ["price"] if self.has["quantity"] else []
        self.rng.shuffle(columns)
        return columns

    def make_options(self):
        rng = self.rng
        options = ["--digits", rng.choice(["2", "2", "2", "0", "3"])]
        returns = rng.choice([None, "kind"] if self.kinds else [None, "sign", "sign"])
        options += ["--returns", returns] if returns else []
        options += ["--refunds", "sale-day"] if self.refunds and rng.random() < 0.7 else []
        options += ["--occasions", "day"] if rng.random() < 0.3 else []
        options += ["--day-start", self.day_start] if self.day_start else []
        options += ["--all"] if self.customers and rng.random() < 0.2 else []
        for key in self.walk_in:
            options += ["--anonymous", key]
        return options

    def file_flags(self):
        flags = [] if self.delimiter == "," else ["--delimiter", self.delimiter]
        flags += ["--decimal", ","] if self.comma else []
        flags += ["--time-format", self.time_format] if self.time_format else []
        flags += ["--encoding", "latin-1"] if self.encoding == "latin-1" else []
        flags += ["--header", ",".join(self.columns)] if self.headerless else []
        flags += ["--document", self.document] if self.document else []
        for column, header in self.renamed.items():
            flags += ["--map", "sales.%s=%s" % (column, header)]
        return flags

    # -- files

    def write_sales(self, path, rows):
        delimiter = "\t" if self.delimiter == "tab" else self.delimiter

        def field(text):
            if isinstance(text, Raw):
                return text
            if self.quote_all or any(c in text for c in (delimiter, '"', "\n", "\r")):
                return '"' + text.replace('"', '""') + '"'
            return text

        lines = [] if self.headerless else [[self.renamed.get(column, column) for column in self.columns]]
        for row in rows:
            fields = [row[column] for column in self.columns]
            lines.append(fields + [""] if row.get("ragged") == "more" else
                         fields[:-1] if row.get("ragged") == "less" else fields)
        text = "".join(delimiter.join(map(field, fields)) + self.line_end for fields in lines)
        encoding = self.encoding
        errors = "strict" if encoding == "latin-1" else "surrogateescape"
        path.write_bytes(text.encode(encoding, errors))
        return ["--sales", str(path)]

    def write_customers(self, path, rows):
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["customer", "kind", "joined"], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return ["--customers", str(path)]

    def group(self, row):
        """Rows of one group stay in one file when a file is cut."""
        return row["document"] if self.document is None else (row["customer"], row["time"])


# ---- more files of a scenario ----------------------------------------------------------------------------------

def more_files(scenario):
    """(rows of further sales files, whether their order matters)."""
    rng, files, ordered = scenario.rng, [], False
    plain = [row for row in scenario.sales if not row["document"].startswith("bad-")]
    for choice in rng.sample(["same", "part", "conflict", "version", "old", "none"], rng.randint(0, 3)):
        # whole documents, with all their versions
        chosen = {scenario.group(row) for row in plain if rng.random() < 0.3}
        part = [dict(row) for row in plain if scenario.group(row) in chosen]
        if choice == "same":
            files.append(list(scenario.sales))
        elif choice == "part":
            files.append(part)
        elif choice == "none":
            files.append([])
        elif choice == "conflict":
            if scenario.document or not part:
                continue
            for row in part:
                row["amount"] = scenario.number("3.21")
            files.append(part)
            ordered = True
        elif (choice == "version" or scenario.base_version) and scenario.versions and part:
            for row in part:
                row["version"] = "9" if choice == "version" else "1"
                if row["amount"]:
                    row["amount"] = scenario.number("12.34")
            # one version of a document a file
            files.append(once(part))
    return files, ordered


def once(rows):
    """The rows without repeats that differing versions of a document leave."""
    seen, kept = set(), []
    for row in rows:
        key = tuple(sorted(row.items()))
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


# ---- the verbs' options -------------------------------------------------------------------------------------------

def pick(rng, flag, *values):
    value = rng.choice((None,) + values)
    return [flag, value] if value else []


def some_date(rng, first, last):
    day = rng.choice([day for day in NOTABLE_DAYS if first <= day <= last] + [rng.randint(first, last)] * 3)
    return oracle.to_date(day).isoformat()


def verb_questions(scenario):
    """Every verb with random options of its own."""
    rng = scenario.rng
    middle = (FIRST + LAST) // 2
    period = pick(rng, "--period", "day", "week", "month", "quarter", "year")
    period += pick(rng, "--week-start", "sun", "sat", "wed") + pick(rng, "--fiscal-start", "4", "10", "12")
    parsed = oracle.parse_arguments(["months"] + period)[1]

    def as_of():
        if rng.random() < 0.6:
            return []
        text = some_date(rng, middle + 20, LAST + 40)
        return ["--as-of", rng.choice([text, text, text + "T12:30:00", "2001-01-01"])]

    def window(aligned=False):
        flags = as_of()
        if "2001-01-01" in flags:
            return flags
        if rng.random() < 0.4:
            day = rng.randint(FIRST, middle)
            if aligned:
                day = oracle.period_of(day, parsed.period, parsed.week_start, parsed.fiscal_start)[1]
            flags += ["--from", oracle.to_date(day).isoformat()]
        if rng.random() < 0.4:
            flags += ["--to", some_date(rng, middle + 1, LAST + 60)]
        return flags

    def branch():
        if not scenario.branches or rng.random() < 0.6:
            return []
        return [part for key in rng.sample(BRANCHES, rng.randint(1, 2)) for part in ("--branch", key)]

    def money():
        return pick(rng, "--money", "net", "sales", "taxed")

    def tiers():
        measures = ["spend", "occasions"] + (["profit"] if scenario.full_cost and scenario.has["cost"] else [])
        return (pick(rng, "--cut", "ceil", "floor", "half-up") + pick(rng, "--ties", "together", "split")
                + pick(rng, "--shares", "1,5,20", "10,30,60", "50", "12.5,25,50,75")
                + pick(rng, "--measure", *measures))

    ties = pick(rng, "--ties", "together", "split")
    return [
        ["load"],
        ["pyramid"] + tiers() + window() + branch() + money(),
        ["tiers"] + tiers() + window() + branch() + money(),
        ["rfm"] + ties + window() + branch() + money(),
        ["months"] + period + window(aligned=True) + branch() + money(),
        ["cohorts"] + period + as_of() + money(),
        ["repeat"] + as_of(),
        ["rhythm"] + window() + branch() + money(),
        ["frequency"] + window() + branch() + money(),
        ["products"] + pick(rng, "--abc", "80,95", "50,90") + window() + branch() + money(),
    ]


# ---- checks -------------------------------------------------------------------------------------------------------

class Failure(Exception):
    pass


class Checker:
    def __init__(self, cockpit):
        self.command = [sys.executable, cockpit] if cockpit.endswith(".py") else [cockpit]
        self.passed = self.failed = 0
        self.context, self.told = "", ([], b"")   # the last arguments whose answer others have to give, and that

    def run(self, arguments, expected_status=None):
        command = self.command + arguments
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600, check=False)
        except subprocess.TimeoutExpired:
            raise Failure("no answer within ten minutes") from None
        if done.returncode not in (0, 1) or expected_status not in (None, done.returncode):
            raise Failure("exit status %d, expected %s\n%s" % (
                done.returncode, "0 or 1" if expected_status is None else expected_status,
                done.stderr.decode("utf-8", "replace").strip()))
        return done.stdout

    def check(self, title, arguments, test, *more):
        try:
            test(arguments, *more)
            self.passed += 1
        except Failure as failure:
            self.failed += 1
            print("FAIL %s, %s\n  %s\n  %s" % (self.context, title, shlex.join(self.command + arguments),
                                              str(failure).replace("\n", "\n  ")))

    def against_oracle(self, arguments):
        expected, causes = oracle.answer(arguments)
        output = self.run(arguments, 1 if causes else 0)
        if b"\r" in output:
            raise Failure("line ends are not LF alone")
        actual = list(csv.reader(io.StringIO(output.decode("utf-8", "surrogateescape"), newline="")))
        compare(expected, actual)

    def causes(self, arguments, path):
        _, expected = oracle.answer(arguments)
        self.run(arguments + ["--rejects", str(path)])
        actual = Counter()
        if expected or path.exists():
            try:
                with open(path, newline="", encoding="utf-8", errors="surrogateescape") as file:
                    actual.update((row["table"], row["cause"]) for row in csv.DictReader(file))
            except (OSError, KeyError) as error:
                raise Failure("no usable file of rejects: %r" % error) from None
        if actual != expected:
            raise Failure("rejected rows by table and cause\n  oracle  %s\n  cockpit %s" % (
                sorted((expected - actual).items()), sorted((actual - expected).items())))

    def same_bytes(self, arguments, others):
        if self.told[0] != arguments:
            self.told = arguments, self.run(arguments)
        one, other = self.told[1], self.run(others)
        if one != other:
            lines = zip(one.split(b"\n") + [b""], other.split(b"\n") + [b""])
            number, pair = next((n, pair) for n, pair in enumerate(lines, 1) if pair[0] != pair[1])
            raise Failure("other bytes from %s\n  line %d: %r\n  becomes %r" % (shlex.join(others), number, *pair))


def compare(expected, actual):
    """Cell by cell; the application may append columns after those of the contract."""
    width = len(expected[0]) if expected else 0
    if actual and len(actual[0]) > width:
        actual = [row[:width] for row in actual]
    for number, (row, other) in enumerate(zip(expected, actual)):
        if len(row) != len(other):
            raise Failure("row %d has %d cells, expected %d\n  oracle  %s\n  cockpit %s" % (
                number, len(other), len(row), list(map(str, row)), other))
        for column, one, two in zip(expected[0], row, other):
            if not oracle.matches(one, two):
                raise Failure("row %d, column %s: oracle %r, cockpit %r\n  oracle  %s\n  cockpit %s" % (
                    number, column, str(one), two, list(map(str, row)), other))
    if len(expected) != len(actual):
        longer = max(expected, actual, key=len)[min(len(expected), len(actual))]
        raise Failure("%d rows, expected %d; the first that one side lacks: %s" % (
            len(actual) - 1, len(expected) - 1, list(map(str, longer))))


def against_oracle(checker, scenario, folder, questions):
    before = scenario.options + customer_flags(scenario, folder)
    files, ordered = more_files(scenario)
    names = scenario.write_sales(folder / "sales.csv", scenario.sales)
    sales = scenario.file_flags() + names
    extra = [scenario.write_sales(folder / ("sales-%d.csv" % n), rows) for n, rows in enumerate(files, 2)]
    if ordered and scenario.rng.random() < 0.4:
        before += ["--replace"]
    together = [part for flags in extra for part in flags]
    for verb in questions:
        arguments = verb + ["--format", "csv"] + before + sales + together
        checker.check("oracle, " + verb[0], arguments, checker.against_oracle)
        if extra and not ordered and verb[0] != "load":
            turned = [part for flags in reversed(extra) for part in flags]
            others = verb + ["--format", "csv"] + before + scenario.file_flags() + turned + names
            checker.check("files in another order, " + verb[0], arguments, checker.same_bytes, others)
    load = ["load", "--format", "csv"] + before + sales + together
    checker.check("causes of rejected rows", load, checker.causes, folder / "rejects.csv")


def customer_flags(scenario, folder, rows=None, name="customers.csv"):
    if scenario.customers is None:
        return []
    return scenario.write_customers(folder / name, scenario.customers if rows is None else rows)


def metamorphic(checker, scenario, folder, questions):
    rng, rows, flags = scenario.rng, list(scenario.sales), scenario.file_flags()
    customers = customer_flags(scenario, folder)
    sales = ["--sales", str(folder / "sales.csv")]
    rng.shuffle(rows)
    turned_customers = customer_flags(scenario, folder, (scenario.customers or [])[::-1], "customers-turned.csv")
    permuted = turned_customers + flags + scenario.write_sales(folder / "permuted.csv", rows)
    twice = customers + flags + sales + sales
    first = {scenario.group(row) for row in rows if rng.random() < 0.5}
    cut = customers + flags
    for n in (1, 2):
        part = [row for row in scenario.sales if (scenario.group(row) in first) == (n == 1)]
        cut += scenario.write_sales(folder / ("cut-%d.csv" % n), part)
    for verb in questions:
        common = verb + ["--format", "csv"] + scenario.options
        base = common + customers + flags + sales
        checker.check("rows permuted, " + verb[0], base, checker.same_bytes, common + permuted)
        checker.check("file cut in two, " + verb[0], base, checker.same_bytes, common + cut)
        if verb[0] != "load":
            checker.check("file given twice, " + verb[0], base, checker.same_bytes, common + twice)


def one_round(checker, seed, number, keep):
    failed = checker.failed
    folder = pathlib.Path(tempfile.mkdtemp(prefix="crm-differential-%d-%d-" % (seed, number), dir=keep))
    checker.context = "seed %d round %d" % (seed, number)
    scenario = Scenario(random.Random(seed * 1000003 + number))
    questions = verb_questions(scenario)
    against_oracle(checker, scenario, folder, questions)
    metamorphic(checker, scenario, folder, questions)
    if checker.failed == failed:
        shutil.rmtree(folder)
    else:
        print("  files kept in %s" % folder)


def main():
    parser = argparse.ArgumentParser(description="crm-cockpit against a naive oracle on random files")
    parser.add_argument("--cockpit", required=True)
    parser.add_argument("--rounds", type=int, default=-(-40 // int(os.environ.get("LIBCRM_TEST_FEWER", "1"))))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--round", type=int, help="this round only")
    parser.add_argument("--keep", help="folder for the files of failing rounds")
    given = parser.parse_args()
    if not os.path.isfile(given.cockpit):
        print("no such program: %s" % given.cockpit, file=sys.stderr)
        return 2
    checker = Checker(os.path.abspath(given.cockpit))
    for number in range(given.rounds) if given.round is None else [given.round]:
        one_round(checker, given.seed, number, given.keep)
    print("%d passed, %d failed" % (checker.passed, checker.failed))
    return 1 if checker.failed else 0


if __name__ == "__main__":
    sys.exit(main())
