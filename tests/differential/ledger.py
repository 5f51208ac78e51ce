# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""The SQL of docs/methods, run on SQLite over the rows of CSV files.

A block of a page that begins with `sql table=NAME` makes a table, one with `sql twin=VERB` is the answer of a verb of
crm-cockpit, one with `sql kpi=ID` that of a KPI. docs/methods/sql.md says what the SQL may take for given; this file gives it.
"""

import csv
import functools
import math
import pathlib
import re
import sqlite3
from fractions import Fraction

import oracle

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = ROOT / "docs" / "methods"
BLOCK = re.compile(r"^```sql (table|twin|kpi)=([^\n]+)\n(.*?)^```$", flags=re.M | re.S)
TOLERANCE = Fraction(1, 10**12)


# ---- the pages ---------------------------------------------------------------------------------------------

def read_pages():
    """{kind: {name: sql}} of all pages, and {name: page}; sql.md first."""
    found, place = {"table": {}, "twin": {}, "kpi": {}}, {}
    for path in [*sorted(METHODS.glob("*.md"), key=lambda path: (path.name != "sql.md", path.name)), METHODS.parent / "segments.md"]:
        for kind, names, sql in BLOCK.findall(path.read_text(encoding="utf-8")):
            for name in names.split(","):
                if name in found[kind]:
                    raise RuntimeError("%s: a second %s=%s" % (path.name, kind, name))
                found[kind][name] = sql
                place[kind, name] = path.name
    return found, place


def read_schema():
    """{table: {column: type}} as docs/tables.md lists them."""
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    schema = {}
    for table, body in re.findall(r"^## `(\w+)`[^\n]*\n(.*?)(?=^## |\Z)", page, flags=re.M | re.S):
        schema[table] = dict(re.findall(r"^\| `(\w+)` \| (\w+) \| \w+ \|", body, flags=re.M))
    return schema


@functools.lru_cache(maxsize=None)
def words_of(sql):
    """The words of a piece of SQL, without those that it names its own parts by."""
    sql = re.sub(r"--.*|'[^']*'", "", sql)
    own = set(re.findall(r"(\w+)\s*(?:\([^()]*\))?\s+AS\s*\(", sql))
    return [word for word in dict.fromkeys(re.findall(r"\w+", sql)) if word not in own]


# ---- cells -------------------------------------------------------------------------------------------------

def instant_text(micro):
    second = micro // 10**6
    day, second = divmod(second, 86400)
    return "%s %02d:%02d:%02d" % (oracle.to_date(day).isoformat(), second // 3600, second // 60 % 60, second % 60)


PLACES = {"quantity": 3, "rate": 9, "number": 6}


# ---- functions that SQL lacks ------------------------------------------------------------------------------

def logarithm(x):
    return None if x is None or x <= 0 else math.log(x)


def exponential(x):
    return None if x is None else math.inf if x > 700 else math.exp(x)


@functools.lru_cache(maxsize=None)
def student_975(df):
    """The 97.5th percentile of Student's t. With t = sqrt(df) tan(a) the probability between 0 and t is that of the density
    c cos(a)^(df - 1), c = Gamma((df + 1) / 2) / (sqrt(pi) Gamma(df / 2)), between 0 and a: Simpson's rule, solved by Newton's."""
    if df is None:
        return None
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(math.pi)

    def density(angle):
        return scale * math.cos(angle) ** (df - 1)

    angle, steps = math.atan(2 / math.sqrt(df)), 1000
    for _ in range(8):
        width = angle / steps
        inner = math.fsum((4 if place % 2 else 2) * density(place * width) for place in range(1, steps))
        angle -= ((density(0) + inner + density(angle)) * width / 3 - 0.475) / density(angle)
    return math.sqrt(df) * math.tan(angle)


@functools.lru_cache(maxsize=None)
def read_cell(kind, column, text, digits):
    if not text.strip():
        return None
    if kind in ("key", "name"):
        return oracle.read_key(text)
    text = text.strip()
    if kind == "time":
        return instant_text(oracle.read_time(text))
    if kind == "money":
        return oracle.scaled(oracle.read_number(text), 6 if column == "price" else digits)
    if kind in PLACES:
        return oracle.scaled(oracle.read_number(text), PLACES[kind])
    if kind == "integer":
        return int(text)
    if kind == "boolean":
        return int(text.lower() in ("true", "yes", "y", "t", "1"))
    return text.lower()


DEFAULTS = {"source": "", "version": 0, ("sales", "kind"): "sale", ("sales", "class"): "goods"}


PROFILE = ("kind", "joined", "parent", "region", "segment", "owner", "origin", "credit_limit", "reference", "channels")


def expected(texts):
    """The rules of --expect, or those that hold without any."""
    texts = texts or list(PROFILE) + ["events.%s,max=365" % table for table in ("sales", "interactions", "opportunities")]
    rows = []
    for number, text in enumerate(texts, 1):
        field, *parts = text.split(",")
        told = dict(part.split("=") for part in parts)
        section = told.get("section", "events" if field.startswith("events.") else "profile")
        rows.append((number, section, field, int(told.get("weight", "1")), *[int(told[name]) if name in told else None
                                                                            for name in ("max", "half")]))
    return rows


class Ledger:
    """The rows of files in SQLite, and what the SQL of the pages makes of them."""

    ran = set()   # (kind, name) of the blocks that have

    def __init__(self, files, digits, constants=None):
        """files: [(table, path)] in the order in which they are loaded."""
        self.schema, (self.sql, self.place) = read_schema(), read_pages()
        self.digits, self.loads, self.kinds, self.given, self.chosen = digits, 0, False, None, None
        self.fields, self.named = [], {}
        self.told, self.tables = {}, []   # what was given: columns of `given` and tables by name; the names of the tables
        self.made = {}                    # of a table of the pages, what it was made of: {name: what was given}
        self.connect()
        for table, path in files:
            self.read_file(table, path, constants or {})

    def connect(self):
        """An empty data base with the tables of the facts, and the functions that it lacks."""
        self.errors = (sqlite3.Error,)
        self.db = sqlite3.connect(":memory:")
        self.db.create_function("sqrt", 1, lambda x: None if x is None else math.sqrt(x), deterministic=True)
        self.db.create_function("ln", 1, logarithm, deterministic=True)
        self.db.create_function("exp", 1, exponential, deterministic=True)
        self.db.create_function("t_975", 1, student_975, deterministic=True)
        self.db.create_function("power", 2, lambda x, y: None if x is None or y is None else x**y, deterministic=True)
        self.db.create_function("sign", 1, lambda x: None if x is None else (x > 0) - (x < 0), deterministic=True)
        for table, columns in self.schema.items():
            names = ", ".join('"%s"' % column for column in ["load", "row"] + list(columns))
            self.db.execute("CREATE TABLE %s (%s)" % (table, names))
        self.db.execute("CREATE INDEX sales_document ON sales (source, document)")

    def read_file(self, table, path, constants):
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if table == "sales":
                self.kinds = self.kinds or "kind" in reader.fieldnames
            self.insert(table, reader, constants)

    def insert(self, table, rows, constants=()):
        columns = self.schema[table]
        self.loads += 1
        filled = []
        for number, row in enumerate(rows, 1):
            cells = [self.loads, number]
            for column, kind in columns.items():
                cell = read_cell(kind, column, row.get(column) or "", self.digits)
                if cell is None:
                    cell = DEFAULTS.get(column, DEFAULTS.get((table, column)))
                cells.append(cell)
            filled.append(cells)
        self.insert_rows(table, filled)

    def insert_rows(self, table, rows):
        self.db.executemany("INSERT INTO %s VALUES (%s)" % (table, ", ".join("?" * (len(self.schema[table]) + 2))), rows)

    # -- what is given

    def narrow(self, flags, expression):
        """The customers for whom an expression holds, for the next flags that are given."""
        self.chosen = None
        self.give(flags)
        _, rows = self.answer("twin", "segment", where=expression)
        self.chosen = rows

    def give(self, flags):
        """The flags of a command line as the tables that the pages name. What was made of the same ones is kept."""
        chosen, self.chosen = self.chosen, None
        if self.given == (sorted(flags), chosen):
            return
        self.drop(self.tables)
        self.told, self.tables = {}, []
        self.given = sorted(flags), chosen
        first = {}
        for flag, value in flags:
            first[flag] = value
        start = first.get("--day-start", "00:00").split(":")
        minutes = int(start[0]) * 60 + int(start[1])
        returns = first.get("--returns", "auto")

        def integer(flag):
            return int(first[flag]) if flag in first else None

        def instant(flag):
            text = first.get(flag)
            if text is None or len(text) == 10:
                return text
            return instant_text(oracle.read_time(text))

        row = {
            "as_of_given": instant("--as-of"), "from_given": instant("--from"), "to_given": instant("--to"),
            "since_given": instant("--since"), "at_given": instant("--at"), "cases": int(first.get("--cases", "30")),
            "controlled": int("--controlled" in first),
            "to_day": "-%d minutes" % minutes, "to_instant": "+%d minutes" % minutes,
            "money": first.get("--money", "net"), "refunds": first.get("--refunds", "refund-day"),
            "occasions": first.get("--occasions", "each"),
            "returns": returns if returns != "auto" else "kind" if self.kinds else "sign",
            "narrowed": int(chosen is not None), "internal": int("--all" in first), "accounts": int("--accounts" in first),
            "period": first.get("--period", "month"),
            "week_start": oracle.WEEKDAYS.index(first.get("--week-start", "mon")),
            "fiscal_start": int(first.get("--fiscal-start", "1")), "price_unit": 10**(9 - self.digits),
            "cut": first.get("--cut", "ceil"), "ties": first.get("--ties", "together"),
            "measure": first.get("--measure", "spend"), "value_tiers": integer("--value-tiers"),
            "rolling": integer("--rolling"), "top": int(first.get("--top", "10")),
            "ahead": int(first.get("--ahead", "7")), "dormant_given": integer("--dormant"),
            "dormant_days_given": integer("--dormant-days"), "lost_days_given": integer("--lost-days"),
            "horizon": int(first.get("--horizon", "365")), "days": int(first.get("--days", "90")), "idle": int(first.get("--idle", "365")),
            "figure": first.get("--figure", "acquisition"),
            "cost_given": oracle.scaled(oracle.read_number(first["--cost"]), self.digits) if "--cost" in first else None,
            "ticket_percent": int(first.get("--ticket-percent", "300")), "hours_percent": int(first.get("--hours-percent", "80")),
            "variation": int(first.get("--variation", "50")), "least_signs": int(first.get("--least-signs", "3")),
            "household": first.get("--household"), "natural_known": int("--natural" in first),
            "customer_given": oracle.read_key(first["--customer"]) if "--customer" in first else None,
            "by_given": first.get("--by"),
            "group_by": first.get("--by", "tier"), "across": first.get("--across"),
        }
        self.table("given", row, [tuple(row.values())])
        self.told.update(row)
        many = {"given_branches": ("branch", "--branch"), "given_anonymous": ("customer", "--anonymous")}
        for name, (column, flag) in many.items():
            self.table(name, [column], [(oracle.read_key(value),) for of, value in flags if of == flag])
        self.table("given_natural", ["word"], [(oracle.read_key(word.strip()),) for word in first.get("--natural", "").split(",") if word])
        self.table("given_chosen", ["customer"], chosen or [])
        self.table("given_expected", ["rule", "section", "field", "weight", "max_days", "half_life"],
                   expected([value for of, value in flags if of == "--expect"]))
        shares = [oracle.half_away(Fraction(text) * 100) for text in first.get("--shares", "1,5,20").split(",")]
        self.table("given_shares", ["place", "share"], list(enumerate(shares, 1)))
        self.table("given_abc", ["place", "percent"],
                   list(enumerate(map(int, first.get("--abc", "80,95").split(",")), 1)))
        cuts = []
        for axis in "rfm":
            scale = self.digits if axis == "m" else 0
            cuts += [(axis, oracle.scaled(oracle.read_number(text), scale))
                     for text in first.get("--%s-cuts" % axis, "").split(",") if text]
        self.table("given_cuts", ["axis", "cut"], cuts)
        self.forget()

    def give_before(self, flags, name):
        """A table under the scope before, which --since names, kept as NAME_before; then what is given again."""
        told = dict(flags)
        before = [(flag, value) for flag, value in flags if flag not in ("--since", "--from", "--to")]
        if "--from" in told:
            before += [("--from", told["--since"]), ("--to", told["--from"])]
        before = [pair for pair in before if pair[0] != "--as-of"] + [("--as-of", told.get("--from", told["--since"]))]
        self.give(before)
        self.make(name)
        self.db.execute("CREATE TABLE %s_before AS SELECT * FROM %s" % (name, name))
        self.give(flags)
        self.tables.append(name + "_before")
        self.told[name + "_before"] = before

    def give_effect(self, flags, treated, control):
        """The customers of two expressions as of --at, and what they are matched by; control: None, or an expression."""
        told = dict(flags)
        dropped = ("--at", "--to", "--as-of", "--days", "--match", "--cases", "--measure")
        self.give([pair for pair in flags if pair[0] not in dropped] + [("--as-of", told["--at"])])
        chosen = [self.answer("twin", "segment", where=expression)[1] if expression else [] for expression in (treated, control)]
        fields = [field for field in told.get("--match", "" if control else "r,f,m").split(",") if field]
        self.fields = fields
        values = self.db.execute("SELECT customer, %s FROM members" % ", ".join((fields + ["NULL"] * 3)[:3])).fetchall()
        self.give(flags + [("--controlled", "")] * (control is not None))
        self.table("given_treated", ["customer"], chosen[0])
        self.table("given_control", ["customer"], chosen[1])
        self.table("given_values", ["customer", "a", "b", "c"], values)

    def table(self, name, columns, rows):
        """A table that is given."""
        self.create(name, columns, rows)
        self.tables.append(name)
        self.told[name] = rows

    def create(self, name, columns, rows):
        self.db.execute("CREATE TABLE %s (%s)" % (name, ", ".join('"%s"' % column for column in columns)))
        self.db.executemany("INSERT INTO %s VALUES (%s)" % (name, ", ".join("?" * len(columns))), rows)

    def drop(self, names):
        for name in names:
            self.db.execute("DROP TABLE IF EXISTS %s" % name)

    def forget(self):
        """Drops what was made of something that is now given otherwise, or no more."""
        changed = [name for name, of in self.made.items()
                   if any(word not in self.told or self.told[word] != given for word, given in of.items())]
        self.drop(changed)
        for name in changed:
            del self.made[name]

    # -- what the pages say

    def make(self, sql):
        """The tables that a piece of SQL names, first those that they name."""
        for name in words_of(sql):
            if name in self.sql["table"] and name not in self.made:
                self.made[name] = {word: self.told[word] for word in self.words(name) if word in self.told}
                try:
                    self.make(self.sql["table"][name])
                    self.db.execute(self.sql["table"][name])
                    self.ran.add(("table", name))
                    self.index(name)
                except (RuntimeError, *self.errors) as error:
                    del self.made[name]
                    raise error if isinstance(error, RuntimeError) else RuntimeError("table=%s: %s" % (name, error)) from error

    def words(self, name):
        """What stands in the SQL of a table, and in that of all tables that it is made of."""
        if name not in self.named:
            found, left = set(), [name]
            while left:
                new = set(words_of(self.sql["table"][left.pop()])) - found
                found |= new
                left += [word for word in new if word in self.sql["table"]]
            self.named[name] = found
        return self.named[name]

    def index(self, name):
        """Only for speed: by what tables are joined by."""
        columns = {row[1] for row in self.db.execute("PRAGMA table_info(%s)" % name)}
        for keys in (("source", "document"), ("customer",), ("opportunity",)):
            if columns.issuperset(keys):
                self.db.execute("CREATE INDEX %s_%s ON %s (%s)" % (name, keys[0], name, ", ".join(keys)))

    def answer(self, kind, name, **expressions):
        """(columns, rows) of a twin; expressions stand for {where} and the like."""
        sql = re.sub(r"\{(\w+)\}", lambda found: "(%s)" % expressions[found[1]], self.sql[kind][name])
        self.make(sql)
        try:
            cursor = self.db.execute(sql)
        except self.errors as error:
            raise RuntimeError("%s=%s: %s" % (kind, name, error)) from error
        self.ran.add((kind, name))
        return [column[0] for column in cursor.description], cursor.fetchall()


    def kpi_blocks(self):
        """[(KPIs, sql)], a block each."""
        blocks = {}
        for name, sql in self.sql["kpi"].items():
            blocks.setdefault(sql, set()).add(name)
        return [(names, sql) for sql, names in blocks.items()]

    def periods(self):
        """{label: (first day, whether it is over and wholly in the scope)} of the periods asked for."""
        self.make("asked")
        return {label: (day, bool(whole)) for label, day, whole in self.db.execute("SELECT label, first_day, window_to = whole_to FROM asked")}

    def figures(self, sql):
        """{(KPI, label of a period): numerator, denominator, n and the value as text} of a block."""
        names = [name for name, other in self.sql["kpi"].items() if other == sql]
        self.make(sql + " asked")
        labels = dict(self.db.execute("SELECT number, label FROM asked"))
        try:
            cursor = self.db.execute(sql)
        except self.errors as error:
            raise RuntimeError("kpi=%s: %s" % (names[0], error)) from error
        self.ran.update(("kpi", name) for name in names)
        columns = [column[0] for column in cursor.description]
        found = {}
        for cells in cursor:
            row = dict(zip(columns, cells))
            row["value"] = figure_value(row)
            found[row["kpi"], labels[row["number"]]] = row
        return found


# ---- comparison --------------------------------------------------------------------------------------------

def ratio_units(text, scale):
    """A quotient as units of so many decimals, rounded half away from zero; None where it is undefined."""
    numerator, denominator = map(int, text.split("/"))
    return None if denominator == 0 else oracle.half_away(Fraction(numerator * 10**scale, denominator))


def figure_value(row):
    """numerator * times / (denominator * over) with six decimals, or the quotient that the row gives itself."""
    if row.get("value") is not None:
        units = ratio_units(row["value"], 6)
    elif row["numerator"] is None:
        units = None
    else:
        below = row["over"] * (1 if row["denominator"] is None else row["denominator"])
        units = ratio_units("%d/%d" % (row["numerator"] * row["times"], below), 6)
    return "" if units is None else oracle.decimal(units, 6)


def agrees(cell, told, column):
    """Whether a cell of the SQL is the text that the application writes; column: its type of the JSON."""
    kind, scale = column["type"], column.get("scale", 0)
    if cell is None:
        return told == ""
    if isinstance(cell, float):
        if told == "":
            return False
        return abs(Fraction(told) - Fraction(cell)) <= Fraction(1, 2 * 10**scale) + TOLERANCE * max(1, abs(Fraction(cell)))
    if kind in ("money", "decimal") and isinstance(cell, str) and "/" in cell:
        cell = ratio_units(cell, scale if kind == "decimal" else 0)
        if cell is None:
            return told == ""
    return told == written(cell, kind, scale)


def written(cell, kind, scale):
    if kind in ("money", "decimal") and isinstance(cell, int):
        return oracle.decimal(cell, scale)
    if kind == "boolean":
        return "true" if cell else "false"
    if kind in ("time", "instant", "datetime"):
        return str(cell).replace(" ", "T")
    return str(cell)


def differences(columns, rows, types, told):
    """The first difference between the SQL's rows and the application's, a text; None."""
    names = told[0]
    for name in columns:
        if name not in names:
            return "the SQL has a column %s that the verb lacks" % name
    places = [names.index(name) for name in columns]
    for number, (row, other) in enumerate(zip(rows, told[1:]), 1):
        for name, place, cell in zip(columns, places, row):
            if not agrees(cell, other[place], types[name]):
                return "row %d, %s: SQL %r, crm-cockpit %r\n    SQL %s\n    app %s" % (
                    number, name, cell, other[place], row, other)
    if len(rows) != len(told) - 1:
        longer = rows if len(rows) > len(told) - 1 else told[1:]
        return "%d rows by SQL, %d by crm-cockpit; the first of the longer one's: %s" % (
            len(rows), len(told) - 1, longer[min(len(rows), len(told) - 1)],)
    return None
