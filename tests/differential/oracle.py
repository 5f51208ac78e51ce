#!/usr/bin/env python3
"""A naive second implementation of the crm-cockpit contract, for comparison.

It reads the same command line and the same CSV files as crm-cockpit and answers with the same table.
Everything is the shortest code that says the definition: whole lists, no incremental state, integers for
money, exact fractions for shares and rates. Speed does not matter here.

    oracle.py VERB --sales FILE [flags as crm-cockpit has them]

Verbs: load pyramid tiers rfm months cohorts repeat rhythm frequency products. A cell that the contract leaves open is a
`Loose`: a text with a rule that says which other texts are as good.
"""

import datetime
import math
import os
import re
import statistics
import sys
from collections import Counter, defaultdict
from fractions import Fraction

DAY = 86400 * 10**6
EPOCH = datetime.date(1970, 1, 1).toordinal()
INT64 = 2**63 - 1
Z95 = 1.959963984540054
QUANTITY_DIGITS = 3
FOREVER = 10**30


# ---- cells ---------------------------------------------------------------------------------------------

class Loose(str):
    """A cell that accepts other texts than its own."""

    def __new__(cls, text, accepts):
        cell = super().__new__(cls, text)
        cell.accepts = accepts
        return cell


def anything(text=""):
    return Loose(text, lambda other: True)


def either(*texts):
    return Loose(texts[0], lambda other: other in texts)


def near(value):
    """A computed double: six decimals, one unit of the last place is forgiven."""
    def accepts(other):
        try:
            return abs(float(other) - value) <= 1.6e-6
        except ValueError:
            return False
    return Loose("%.6f" % abs(value) if abs(value) < 5e-7 else "%.6f" % value, accepts)


def numeric(value, digits):
    """A number whose count of decimals is open: 5, 5.0 and 5.000 are the same."""
    def accepts(other):
        try:
            return Fraction(other) == Fraction(value, 10**digits)
        except ValueError:
            return False
    return Loose(decimal(value, digits), accepts)


def matches(expected, actual):
    return expected == actual or (isinstance(expected, Loose) and expected.accepts(actual))


# ---- numbers, keys, times ------------------------------------------------------------------------------

class Bad(Exception):
    """A value that cannot be read; its argument is the cause's id."""


def half_away(x):
    """A Fraction to the nearest integer, halves away from zero."""
    whole = math.floor(abs(x) + Fraction(1, 2))
    return whole if x >= 0 else -whole


def decimal(value, digits):
    """An integer of minor units as text with exactly `digits` decimals."""
    sign = "-" if value < 0 else ""
    text = str(abs(value)).rjust(digits + 1, "0")
    return sign + (text[:-digits] + "." + text[-digits:] if digits else text)


def ratio(numerator, denominator):
    """A share or rate with six decimals; blank where it is undefined."""
    if denominator == 0:
        return ""
    return decimal(half_away(Fraction(numerator * 10**6, denominator)), 6)


def wilson(k, n):
    if n == 0:
        return "", ""
    p, zz = k / n, Z95 * Z95
    centre = (p + zz / (2 * n)) / (1 + zz / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return near(max(0.0, centre - half)), near(min(1.0, centre + half))


def largest_remainder(parts, whole):
    """Hands out `whole` units in proportion to the nonnegative parts; equal remainders go to the earlier part."""
    total = sum(parts)
    if total == 0:
        return [0] * len(parts)
    units = [part * whole // total for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] * whole % total), i))
    for i in by_remainder[:whole - sum(units)]:
        units[i] += 1
    return units


NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?")


def read_number(text, mark="."):
    """The exact value of a decimal text."""
    if mark != ".":
        if "." in text:
            raise Bad("number")
        text = text.replace(mark, ".")
    found = NUMBER.fullmatch(text)
    if not found or not (found[2] or found[3]):
        raise Bad("number")
    digits = (found[2] or "") + (found[3] or "")
    exponent = int(found[4] or 0) - len(found[3] or "")
    if int(digits) == 0:
        return Fraction(0)
    if exponent > 100:
        raise Bad("range")
    if exponent < -2000:
        return Fraction(0)
    value = Fraction(int(digits)) * Fraction(10) ** exponent
    return -value if found[1] == "-" else value


def scaled(value, digits):
    units = half_away(value * 10**digits)
    if abs(units) > INT64:
        raise Bad("range")
    return units


INTEGER = re.compile(r"0|-?[1-9][0-9]*")


def read_key(text):
    """An int for the canonical decimal integers of 64 bits, else the text; None where blank."""
    if not text.strip():
        return None
    if INTEGER.fullmatch(text) and -2**63 <= int(text) <= INT64:
        return int(text)
    return text


def key_order(key):
    """Integers by value, then texts by bytes; a missing key last."""
    if key is None:
        return (2, 0, b"")
    if isinstance(key, int):
        return (0, key, b"")
    return (1, 0, key.encode("utf-8", "surrogateescape"))


def key_text(key):
    return "" if key is None else str(key)


ISO_TIME = re.compile(r"(?P<Y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
                      r"(?:[T ](?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:\.(?P<f>\d{1,6}))?)?)?"
                      r" ?(?P<z>Z|[+-]\d\d:?\d\d)?")
FIELDS = {"Y": r"\d{4}", "y": r"\d{2}", "m": r"\d{1,2}", "d": r"\d{1,2}", "b": r"[A-Za-z]{3}", "H": r"\d{1,2}",
          "I": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}", "f": r"\d{1,6}", "p": r"[AaPp][Mm]",
          "z": r"Z|[+-]\d\d:?\d\d"}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def time_pattern(fmt):
    if fmt is None:
        return ISO_TIME
    pattern = re.sub(r"%(.)|([^%]+)",
                     lambda m: "(?P<%s>%s)" % (m[1], FIELDS[m[1]]) if m[1] else re.escape(m[2]), fmt)
    # without a separator between them, fields take their full width: 19970101
    if re.fullmatch(r"(%[Ymd])+", fmt):
        pattern = pattern.replace(r"\d{1,2}", r"\d{2}")
    return re.compile(pattern)


def read_time(text, pattern=ISO_TIME):
    """Microseconds since 1970-01-01 of the wall clock that the text shows."""
    found = pattern.fullmatch(text)
    if not found:
        raise Bad("time")
    part = found.groupdict()

    def number(name, default=0):
        return int(part[name]) if part.get(name) else default

    year = number("Y") if part.get("Y") else number("y") + (2000 if number("y") < 69 else 1900)
    month = MONTHS.index(part["b"].lower()) + 1 if part.get("b") and part["b"].lower() in MONTHS else number("m")
    hour, minute, second = number("H"), number("M"), number("S")
    if part.get("I"):
        if not 1 <= number("I") <= 12:
            raise Bad("time")
        hour = number("I") % 12 + (12 if (part.get("p") or "").lower() == "pm" else 0)
    try:
        day = datetime.date(year, month, number("d")).toordinal() - EPOCH
    except ValueError:
        raise Bad("time") from None
    if not 1900 <= year <= 2199 or hour > 23 or minute > 59 or second > 59:
        raise Bad("time")
    micro = int((part.get("f") or "0").ljust(6, "0"))
    return ((day * 24 + hour) * 60 + minute) * 60 * 10**6 + second * 10**6 + micro


def is_date(text):
    return re.fullmatch(r"\d{4}-\d\d?-\d\d?", text) is not None


# ---- periods: a day number to (label, first day, first day of the next) ----------------------------------

def to_day(year, month, day=1):
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime.date(year, month, day).toordinal() - EPOCH


def to_date(day):
    return datetime.date.fromordinal(day + EPOCH)


def period_of(day, kind, week_start=0, fiscal_start=1):
    date = to_date(day)
    if kind == "day":
        return date.isoformat(), day, day + 1
    if kind == "week":
        first = day - (date.weekday() - week_start) % 7
        middle = to_date(first + 3)
        number = (middle - datetime.date(middle.year, 1, 1)).days // 7 + 1
        return "%04d-W%02d" % (middle.year, number), first, first + 7
    if kind == "month":
        return date.isoformat()[:7], to_day(date.year, date.month), to_day(date.year, date.month + 1)
    start = date.year if date.month >= fiscal_start else date.year - 1
    label = start if fiscal_start == 1 else start + 1
    if kind == "year":
        return "%04d" % label, to_day(start, fiscal_start), to_day(start, fiscal_start + 12)
    quarter = (date.month - fiscal_start) % 12 // 3
    first = fiscal_start + 3 * quarter
    return "%04d-Q%d" % (label, quarter + 1), to_day(start, first), to_day(start, first + 3)


# ---- files ---------------------------------------------------------------------------------------------

class Format:
    """How the files after a flag are to be read."""

    def __init__(self):
        self.delimiter, self.decimal, self.encoding = ",", ".", "utf-8"
        self.time_format = self.header = self.document = None
        self.map, self.set = {}, {}

    def copy(self):
        other = Format()
        other.__dict__.update(self.__dict__)
        other.map, other.set = dict(self.map), dict(self.set)
        return other


def split_fields(record, delimiter):
    """The fields of one record, or None where a quote is misplaced."""
    if delimiter == "blank":
        return record.split()
    if '"' not in record:
        return record.split(delimiter)
    fields, at = [], 0
    while True:
        if record[at:at + 1] == '"':
            text, at = "", at + 1
            while True:
                end = record.find('"', at)
                if end < 0:
                    return None
                text += record[at:end]
                at = end + 1
                if record[at:at + 1] != '"':
                    break
                text, at = text + '"', at + 1
        else:
            end = record.find(delimiter, at)
            end = len(record) if end < 0 else end
            text, at = record[at:end], end
        fields.append(text)
        if at == len(record):
            return fields
        if record[at] != delimiter:
            return None
        at += 1


def records(text, delimiter):
    lines, at = text.split("\n"), 0
    while at < len(lines):
        record, at = lines[at], at + 1
        while record.count('"') % 2 and at < len(lines):
            record, at = record + "\n" + lines[at], at + 1
        if record.endswith("\r"):
            record = record[:-1]
        if record:
            yield split_fields(record, delimiter)


def read_file(path, fmt):
    """The header and the rows of a file; a row is a list of texts, or the cause why it is none."""
    with open(path, "rb") as file:
        data = file.read()
    if fmt.encoding == "latin-1":
        text = data.decode("latin-1")
    else:
        text = data.decode("utf-8", "surrogateescape")
        text = text[1:] if text.startswith("\ufeff") else text
    rows = records(text, fmt.delimiter)
    header = fmt.header.split(",") if fmt.header else next(rows)

    def checked(fields):
        if fields is None:
            return "quote"
        if any("\0" in field for field in fields):
            return "nul"
        if any("\udc80" <= c <= "\udcff" for field in fields if not field.isascii() for c in field):
            return "encoding"
        return fields if len(fields) == len(header) else "ragged"

    return header, [checked(fields) for fields in rows]


# ---- loading -------------------------------------------------------------------------------------------

KINDS = ("sale", "return", "void", "quote")
CLASSES = ("goods", "service", "shipping", "fee", "tip", "rounding", "liability", "tender")
OUTSIDE = ("liability", "tender")
CUSTOMER_KINDS = ("person", "business", "anonymous", "internal")


class Row:
    """One line of a sales file, read."""

    def __init__(self):
        self.cause = None
        self.document = self.version = self.contribution = None
        self.source, self.customer, self.branch = "", None, None


class Reader:
    """Reads the columns of a row and remembers the first cause."""

    def __init__(self, table, header, fmt):
        self.mark, self.pattern = fmt.decimal, time_pattern(fmt.time_format)
        self.at, self.constant = {}, {}
        for (of, column), text in fmt.set.items():
            if of == table:
                self.constant[column] = text
        mapped = {column: name for (of, column), name in fmt.map.items() if of == table}
        for position, name in enumerate(header):
            if name not in mapped.values():
                self.at.setdefault(name, position)
        for column, name in mapped.items():
            self.at[column] = header.index(name)
        self.row, self.cause = None, None

    def has(self, column):
        return column in self.constant or column in self.at

    def start(self, row):
        self.row, self.cause = row, None

    def text(self, column):
        if column in self.constant:
            return self.constant[column]
        return self.row[self.at[column]] if column in self.at else ""

    def read(self, column, parse, default=None, required=False):
        """The value of a column; `default` where blank; None and a cause where it cannot be read."""
        text = self.text(column)
        try:
            if not text.strip():
                if required:
                    raise Bad("missing")
                return default
            return parse(text)
        except Bad as bad:
            self.cause = self.cause or bad.args[0]
            return None

    def key(self, column, required=False):
        return self.read(column, read_key, None, required)

    def time(self, column, required=False):
        return self.read(column, lambda text: read_time(text.strip(), self.pattern), None, required)

    def number(self, column):
        return self.read(column, lambda text: read_number(text.strip(), self.mark))

    def money(self, column, digits):
        return self.read(column, lambda text: scaled(read_number(text.strip(), self.mark), digits))

    def integer(self, column, default):
        def parse(text):
            if not INTEGER.fullmatch(text.strip()):
                raise Bad("number")
            return int(text)
        return self.read(column, parse, default)

    def word(self, column, words):
        def parse(text):
            if text.strip() not in words:
                raise Bad("word")
            return text.strip()
        return self.read(column, parse, words[0])


class Tally:
    """The row of the load verb for one table."""

    def __init__(self):
        self.rows = self.accepted = self.duplicate = self.amount_in = self.amount_accepted = 0
        self.causes = Counter()
        self.amount_open = False

    @property
    def rejected(self):
        return sum(self.causes.values())


class Store:
    def __init__(self, options):
        self.options = options
        self.tally = {}
        self.customers = {}
        self.products = {}
        self.documents = {}

    def load(self, table, path, fmt):
        tally = self.tally.setdefault(table, Tally())
        header, rows = read_file(path, fmt)
        reader = Reader(table, header, fmt)
        tally.rows += len(rows)
        good = []
        for row in rows:
            if isinstance(row, str):
                tally.causes[row] += 1
                tally.amount_open |= row != "ragged"
            else:
                good.append(row)
        if table == "sales":
            self.load_sales(reader, good, fmt, tally)
        else:
            self.load_keyed(table, reader, good, tally)

    def load_keyed(self, table, reader, rows, tally):
        """customers and products: a row a key; the same row again is a duplicate, another one a conflict."""
        kept = getattr(self, table)
        digits = self.options.digits
        for row in rows:
            reader.start(row)
            if table == "customers":
                key = reader.key("customer", required=True)
                value = (reader.word("kind", CUSTOMER_KINDS), reader.time("joined"))
            else:
                key = reader.key("product", required=True)
                value = (reader.key("category"), reader.money("list_price", digits),
                         reader.money("unit_cost", digits))
            if reader.cause:
                tally.causes[reader.cause] += 1
            elif key not in kept:
                kept[key] = value
                tally.accepted += 1
            elif kept[key] == value:
                tally.duplicate += 1
            else:
                tally.causes["conflict"] += 1

    def sales_row(self, reader, by_sign, need_document):
        digits = self.options.digits
        row = Row()
        row.document = reader.key("document", required=need_document)
        row.source = reader.text("source")
        row.version = reader.integer("version", 0)
        row.time = reader.time("time", required=True)
        row.customer, row.branch = reader.key("customer"), reader.key("branch")
        row.product, row.original = reader.key("product"), reader.key("original")
        row.kind, row.cls = reader.word("kind", KINDS), reader.word("class", CLASSES)
        row.tax, row.cost = reader.money("tax", digits), reader.money("cost", digits)
        row.quantity = reader.number("quantity")
        price = reader.number("price")
        try:
            row.amount = reader.money("amount", digits)
            if row.amount is None and not reader.text("amount").strip():
                if row.quantity is not None and price is not None:
                    row.amount = scaled(row.quantity * price, digits)
                elif reader.cause is None and row.kind not in ("void", "quote"):
                    raise Bad("missing")
            if row.quantity is not None:
                row.quantity = scaled(row.quantity, QUANTITY_DIGITS)
        except Bad as bad:
            reader.cause = reader.cause or bad.args[0]
        row.cause = reader.cause
        row.extra = (reader.text("line"), reader.text("staff"), reader.text("discount"), price)
        if by_sign and row.kind == "sale" and ((row.amount or 0) < 0 or (row.quantity or 0) < 0):
            row.kind = "return"
        if row.kind == "return":
            row.amount, row.quantity, row.tax, row.cost = (
                None if value is None else -abs(value) for value in (row.amount, row.quantity, row.tax, row.cost))
        if row.amount is not None and row.kind in ("sale", "return"):
            row.contribution = row.amount
        return row

    def load_sales(self, reader, rows, fmt, tally):
        returns = self.options.returns
        by_sign = returns == "sign" or (returns == "auto" and not reader.has("kind"))
        read, copies = [], Counter()
        for fields in rows:
            reader.start(fields)
            row = self.sales_row(reader, by_sign, fmt.document is None)
            tally.amount_in += row.contribution or 0
            if row.cause == "word" and row.kind is None or row.cause in ("number", "range") and by_sign:
                tally.amount_open = True
            if row.cause:
                tally.causes[row.cause] += 1
                continue
            if fmt.document == "customer-time" and row.customer is not None:
                row.document = ("customer-time", row.customer, row.time)
            elif fmt.document:
                copies[content(row)] += 1
                row.document = ("row", content(row), copies[content(row)])
            read.append(row)
        versions = defaultdict(lambda: defaultdict(list))
        for row in read:
            versions[row.source, row.document][row.version].append(row)
        for document, by_version in versions.items():
            self.load_document(document, by_version, tally)

    def load_document(self, document, by_version, tally):
        """All versions of a document that one load brings."""
        good = {}
        for version, rows in by_version.items():
            customers = {row.customer for row in rows} - {None}
            branches = {row.branch for row in rows} - {None}
            if len(customers) > 1 or len(branches) > 1:
                tally.causes["two_customers" if len(customers) > 1 else "two_branches"] += len(rows)
                continue
            for row in rows:
                row.customer = next(iter(customers), None)
                row.branch = next(iter(branches), None)
            good[version] = rows
        for version, rows in sorted(good.items(), reverse=True):
            stored = self.documents.get(document)
            if version < max(good) or (stored and stored[0] > version):
                tally.duplicate += len(rows)
            elif stored and stored[0] == version and same_lines(stored[1], rows):
                tally.duplicate += len(rows)
            elif stored and stored[0] == version and not self.options.replace:
                tally.causes["conflict"] += len(rows)
            else:
                self.documents[document] = (version, rows)
                tally.accepted += len(rows)
                tally.amount_accepted += sum(row.contribution or 0 for row in rows)


def content(row):
    return (row.source, row.customer, row.time, row.kind, row.cls, row.product, row.quantity, row.amount, row.tax,
            row.cost, row.branch, row.original, row.extra)


def same_lines(one, other):
    return Counter(map(content, one)) == Counter(map(content, other))


# ---- the facts that a scope lets through ------------------------------------------------------------------

class Document:
    def __init__(self, rows, anonymous, day_start):
        self.lines = [row for row in rows if row.kind in ("sale", "return")]
        self.time = min(row.time for row in rows)
        self.day = (self.time - day_start) // DAY
        self.branch = rows[0].branch
        self.customer = None if rows[0].customer in anonymous else rows[0].customer
        # a document without a customer and without a value is a stock correction
        self.is_order = (any(row.kind == "sale" and row.cls not in OUTSIDE for row in rows)
                         and not (self.customer is None and not any(row.amount for row in rows)))


class Entry:
    """A sale or return line where and when it counts."""

    def __init__(self, document, row, time, options):
        self.document, self.row, self.time = document, row, time
        self.customer, self.branch = document.customer, document.branch
        self.day = (time - options.day_start) // DAY
        self.revenue_class = row.cls not in OUTSIDE
        self.value = 0
        if self.revenue_class and not (options.money == "sales" and row.kind == "return"):
            self.value = row.amount + ((row.tax or 0) if options.money == "taxed" else 0)


class Book:
    def __init__(self, store, options):
        self.options, start = options, options.day_start
        kinds = {key: kind for key, (kind, joined) in store.customers.items()}
        anonymous = set(options.anonymous) | {None} | {key for key, kind in kinds.items() if kind == "anonymous"}
        internal = {key for key, kind in kinds.items() if kind == "internal" and not options.all}
        everything = {key: Document(rows, anonymous, start) for key, (version, rows) in store.documents.items()}
        last_day = max((document.day for document in everything.values()), default=None)
        self.as_of = options.as_of
        if self.as_of is None:
            self.as_of = -FOREVER if last_day is None else (last_day + 1) * DAY + start
        self.start = -FOREVER if options.start is None else options.start
        self.end = self.as_of if options.end is None else min(options.end, self.as_of)
        self.documents, self.entries = [], []
        for (source, key), document in everything.items():
            if document.customer in internal or document.time >= self.as_of:
                continue
            self.documents.append(document)
            for row in document.lines:
                time = document.time
                sale = everything.get((source, row.original))
                if options.refunds == "sale-day" and row.kind == "return" and sale:
                    time = sale.time
                self.entries.append(Entry(document, row, time, options))
        self.orders = [document for document in self.documents if document.is_order]
        self.joined = {key: joined for key, (kind, joined) in store.customers.items()
                       if key not in anonymous and key not in internal}

    def within(self, fact, history=False):
        """Whether a document or an entry is in the scope; `history` looks past the scope's start."""
        branches = self.options.branches
        return ((history or fact.time >= self.start) and fact.time < self.end
                and (not branches or fact.branch in branches))

    def scoped(self, facts, history=False):
        return [fact for fact in facts if self.within(fact, history)]

    def count(self, orders):
        """The number of occasions."""
        if self.options.occasions == "each":
            return len(orders)
        named = {(order.customer, order.day) for order in orders if order.customer is not None}
        return len(named) + sum(order.customer is None for order in orders)

    def by_customer(self, facts):
        groups = defaultdict(list)
        for fact in facts:
            if fact.customer is not None:
                groups[fact.customer].append(fact)
        return groups

    def money(self, value):
        return decimal(value, self.options.digits)

    def period(self, day):
        return period_of(day, self.options.period, self.options.week_start, self.options.fiscal_start)

    def instant(self, day):
        return day * DAY + self.options.day_start

    @property
    def last_day(self):
        """The business day that holds the last instant of the scope."""
        return (self.end - 1 - self.options.day_start) // DAY


# ---- the verbs: each answers with a header and rows of texts ------------------------------------------------

def verb_load(store, book):
    header = "table,rows,accepted,duplicate,rejected,amount_in,amount_accepted"
    rows = []
    for table in ("customers", "products", "sales"):
        if table in store.tally:
            t = store.tally[table]
            amounts = ["", ""]
            if table == "sales":
                amounts = [book.money(t.amount_in), book.money(t.amount_accepted)]
                amounts[0] = anything(amounts[0]) if t.amount_open else amounts[0]
            rows.append([table, str(t.rows), str(t.accepted), str(t.duplicate), str(t.rejected)] + amounts)
    return header, rows


class Pyramid:
    """Every known customer with a tier; `tiers` maps a name to its customers in order."""

    def __init__(self, book):
        options = book.options
        entries = book.by_customer(book.scoped(book.entries))
        self.orders = book.by_customer(book.scoped(book.orders))
        self.spend = {key: sum(entry.value for entry in group) for key, group in entries.items()}
        self.measure = dict(self.spend)
        if options.measure == "profit":
            for key, group in entries.items():
                self.measure[key] -= sum(entry.row.cost or 0 for entry in group if entry.revenue_class)
        elif options.measure == "occasions":
            self.measure = {key: book.count(self.orders.get(key, [])) for key in entries}
        ranked = sorted((key for key in entries if self.measure[key] > 0),
                        key=lambda key: (-self.measure[key], key_order(key)))
        self.n = len(ranked)
        self.rank = {}
        for i, key in enumerate(ranked):
            tied = i and self.measure[ranked[i - 1]] == self.measure[key]
            self.rank[key] = self.rank[ranked[i - 1]] if tied else i + 1
        cuts = [self.cut(share, ranked, options) for share in options.shares] + [self.n]
        names = ["vip", "major", "medium", "small"] if len(cuts) == 4 else \
            ["tier%d" % (i + 1) for i in range(len(cuts))]
        self.top, self.tiers, before = names, {}, 0
        for name, cut in zip(names, cuts):
            self.tiers[name], before = ranked[before:cut], max(before, cut)
        self.tiers["nonpositive"] = sorted((key for key in entries if self.measure[key] <= 0),
                                           key=lambda key: (-self.measure[key], key_order(key)))
        self.others(book, entries)

    def cut(self, basis_points, ranked, options):
        n = self.n
        k = {"ceil": -(-basis_points * n // 10000), "floor": basis_points * n // 10000,
             "half-up": (2 * basis_points * n + 10000) // 20000}[options.cut]
        if options.ties == "together":
            while 0 < k < n and self.measure[ranked[k]] == self.measure[ranked[k - 1]]:
                k += 1
        return k

    def others(self, book, entries):
        bought = set(book.by_customer(book.entries))
        seen = set(book.by_customer(book.documents))
        inactive, prospect, suspect = [], [], []
        for key in sorted(seen | set(book.joined), key=key_order):
            joined = book.joined.get(key)
            if key in entries:
                continue
            if key in bought:
                inactive.append(key)
            elif joined is not None and joined < book.as_of:
                prospect.append(key)
            elif joined is None or key in seen:
                suspect.append(key)
        self.tiers.update(inactive=inactive, prospect=prospect, suspect=suspect)


def verb_pyramid(store, book):
    pyramid = Pyramid(book)
    measured = book.options.measure == "spend"

    def spend(text):
        return text if measured else anything(text)

    sums = {name: sum(pyramid.spend.get(key, 0) for key in keys) for name, keys in pyramid.tiers.items()}
    counts = [len(pyramid.tiers[name]) for name in pyramid.top]
    customer_share = dict(zip(pyramid.top, largest_remainder(counts, 10**6)))
    spend_share = dict(zip(pyramid.top, largest_remainder([max(0, sums[name]) for name in pyramid.top], 10**6)))
    rows = []
    for name, keys in pyramid.tiers.items():
        shares = ["", ""]
        if name in pyramid.top:
            shares = [decimal(customer_share[name], 6), spend(decimal(spend_share[name], 6))]
            if pyramid.n == 0:
                shares = [either("0.000000", ""), either("0.000000", "")]
        else:
            shares = [either("", "0.000000"), either("", "0.000000")]
        values = [pyramid.spend.get(key, 0) for key in keys]
        edges = [book.money(min(values)), book.money(max(values))] if values else ["", ""]
        if name in ("inactive", "prospect", "suspect") and values:
            edges = [either(edges[0], ""), either(edges[1], "")]
        rows.append([name, str(len(keys)), shares[0], spend(book.money(sums[name])), shares[1],
                     spend(edges[0]), spend(edges[1])])
    if not measured:
        rows = [[anything(cell) if i > 2 else cell for i, cell in enumerate(row)] for row in rows]
    return "tier,customers,customer_share,spend,spend_share,min_spend,max_spend", rows


def verb_tiers(store, book):
    pyramid, rows = Pyramid(book), []
    for name, keys in pyramid.tiers.items():
        for key in keys:
            orders = pyramid.orders.get(key, [])
            days = [order.day for order in orders]
            spend = book.money(pyramid.spend.get(key, 0))
            rows.append([key_text(key), name, str(pyramid.rank.get(key, "")),
                         spend if book.options.measure == "spend" else anything(spend),
                         str(book.count(orders)),
                         to_date(min(days)).isoformat() if days else "",
                         to_date(max(days)).isoformat() if days else ""])
    return "customer,tier,rank,spend,orders,first,last", rows


def scores(goodness, ties):
    """Five scores; `goodness` maps a customer to a number, more is better."""
    n, result = len(goodness), {}
    ranked = sorted(goodness, key=lambda key: (goodness[key], key_order(key)))
    worse = 0
    for rank, key in enumerate(ranked):
        if rank and goodness[ranked[rank - 1]] != goodness[key]:
            worse = rank
        result[key] = 1 + 5 * (rank if ties == "split" else worse) // n
    return result


def verb_rfm(store, book):
    orders = book.by_customer(book.scoped(book.orders))
    entries = book.by_customer(book.scoped(book.entries))
    today = (book.as_of - book.options.day_start) // DAY
    recency = {key: today - max(order.day for order in group) for key, group in orders.items()}
    frequency = {key: book.count(group) for key, group in orders.items()}
    monetary = {key: sum(entry.value for entry in entries.get(key, [])) for key in orders}
    ties = book.options.ties
    r = scores({key: -days for key, days in recency.items()}, ties)
    f, m = scores(frequency, ties), scores(monetary, ties)
    rows = [[key_text(key), str(recency[key]), str(frequency[key]), book.money(monetary[key]),
             str(r[key]), str(f[key]), str(m[key]), anything()] for key in sorted(orders, key=key_order)]
    return "customer,recency_days,frequency,monetary,r,f,m,segment", rows


def first_order_day(book):
    """The business day of each customer's first occasion ever, in all branches."""
    return {key: min(order.day for order in group) for key, group in book.by_customer(book.orders).items()}


def verb_months(store, book):
    header = "month,revenue,orders,active,new,returning,resurrected,lapsed,complete"
    starts = [order.day for order in book.scoped(book.orders)]
    starts += [entry.document.day for entry in book.scoped(book.entries) if entry.row.kind == "return"]
    if book.options.start is not None:
        first_day = (book.start - book.options.day_start) // DAY
    elif starts:
        first_day = min(starts)
    else:
        return header, []
    orders, active, revenue = defaultdict(list), defaultdict(set), Counter()
    for order in book.scoped(book.orders, history=True):
        label = book.period(order.day)[0]
        if order.customer is not None:
            active[label].add(order.customer)
        orders[label].append(order)
    for entry in book.scoped(book.entries):
        revenue[book.period(entry.day)[0]] += entry.value
    first_label = {key: book.period(day)[0] for key, day in first_order_day(book).items()}
    rows, (label, first, after) = [], book.period(first_day)
    before = active[book.period(first - 1)[0]]
    while first <= book.last_day:
        now = active[label]
        new = {key for key in now if first_label[key] == label}
        returning = (now & before) - new
        rows.append([label, book.money(revenue[label]), str(book.count(orders[label])), str(len(now)), str(len(new)),
                     str(len(returning)), str(len(now - new - returning)), str(len(before - now)),
                     "true" if book.instant(after) <= book.end else "false"])
        before = now
        label, first, after = book.period(after)
    return header, rows


def verb_cohorts(store, book):
    header = "cohort,size,period,customers,rate,low,high,complete,age,revenue,orders"
    cohorts = defaultdict(list)
    for key, day in first_order_day(book).items():
        if book.instant(day) < book.end:
            cohorts[book.period(day)[1]].append(key)
    orders = book.by_customer(book.scoped(book.orders))
    entries = book.by_customer(book.scoped(book.entries))
    rows = []
    for start in sorted(cohorts):
        keys = cohorts[start]
        cells, values = defaultdict(list), Counter()
        for key in keys:
            for order in orders.get(key, []):
                cells[book.period(order.day)[1]].append(order)
            for entry in entries.get(key, []):
                values[book.period(entry.day)[1]] += entry.value
        age, (label, first, after) = 0, book.period(start)
        name = label
        while first <= book.last_day:
            count = len({order.customer for order in cells[first]})
            low, high = wilson(count, len(keys))
            rows.append([name, str(len(keys)), label, str(count), ratio(count, len(keys)), low, high,
                         "true" if book.instant(after) <= book.end else "false", str(age),
                         book.money(values[first]), str(book.count(cells[first]))])
            age, (label, first, after) = age + 1, book.period(after)
    return header, rows


def verb_repeat(store, book):
    orders = book.by_customer(book.scoped(book.orders))
    today = (book.as_of - book.options.day_start) // DAY
    first = {key: min(order.day for order in group) for key, group in orders.items()}
    old = [key for key in orders if today - first[key] >= 90]
    counts = {
        "repeat_rate": (sum(book.count(group) >= 2 for group in orders.values()), len(orders)),
        "repeat_rate_day": (sum(len({order.day for order in group}) >= 2 for group in orders.values()), len(orders)),
        "repeat_rate_90": (sum(any(0 < order.day - first[key] < 90 for order in orders[key]) for key in old), len(old)),
    }
    rows = []
    for name, (k, n) in counts.items():
        rows.append([name, ratio(k, n), str(k), str(n), *wilson(k, n), anything()])
    return "kpi,value,numerator,denominator,low,high,status", rows


class Rhythm:
    """The customers with an occasion in the scope: their orders, spend, exposure in days and gaps between days."""

    def __init__(self, book):
        self.orders = book.by_customer(book.scoped(book.orders))
        entries = book.by_customer(book.scoped(book.entries))
        self.spend = {key: sum(entry.value for entry in entries.get(key, [])) for key in self.orders}
        self.days = {key: sorted({order.day for order in group}) for key, group in self.orders.items()}
        self.gaps = {key: [b - a for a, b in zip(days, days[1:])] for key, days in self.days.items()}
        first, self.exposure = first_order_day(book), {}
        for key in self.orders:
            begin = max(first[key], (book.start - book.options.day_start) // DAY)
            self.exposure[key] = max(1, (book.end - book.options.day_start) // DAY - begin)


def verb_rhythm(store, book):
    header = ("customer,orders,spend,average_order,exposure_days,frequency,gaps,median_gap,mean_gap,gap_cv,last,next_due,"
              "overdue_days")
    rhythm, rows = Rhythm(book), []
    today = (book.as_of - book.options.day_start) // DAY
    for key in sorted(rhythm.orders, key=key_order):
        count, gaps, last = book.count(rhythm.orders[key]), rhythm.gaps[key], rhythm.days[key][-1]
        spend = rhythm.spend[key]
        cycle, variation = ["", ""], ""
        due = overdue = ""
        if gaps:
            median = statistics.median(map(Fraction, gaps))
            cycle = [decimal(int(median * 10), 1), ratio(sum(gaps), len(gaps))]
            due = last + math.ceil(median)
            overdue = str(max(0, today - due))
            due = to_date(due).isoformat()
        if len(gaps) > 1:
            variation = near(statistics.pstdev(gaps) / statistics.mean(gaps))
        rows.append([key_text(key), str(count), book.money(spend), book.money(half_away(Fraction(spend, count))),
                     str(rhythm.exposure[key]), ratio(365 * count, rhythm.exposure[key]), str(len(gaps)), *cycle,
                     variation, to_date(last).isoformat(), due, overdue])
    return header, rows


def verb_frequency(store, book):
    rhythm = Rhythm(book)
    customers, unit = len(rhythm.orders), 10**book.options.digits
    orders = sum(book.count(group) for group in rhythm.orders.values())
    everybody = book.count(book.scoped(book.orders))
    gaps = [gap for group in rhythm.gaps.values() for gap in group]
    rows = []

    def add(name, factor, numerator, denominator, n):
        rows.append([name, ratio(factor * numerator, denominator), str(numerator), str(denominator), str(n),
                     "ok" if denominator else "undefined"])

    add("frequency", 365, orders, sum(rhythm.exposure.values()), customers)
    add("average_order", Fraction(1, unit), sum(entry.value for entry in book.scoped(book.entries)), everybody, everybody)
    add("orders_per_customer", 1, orders, customers, customers)
    add("spend_per_customer", Fraction(1, unit), sum(rhythm.spend.values()), customers, customers)
    median = decimal(half_away(statistics.median(map(Fraction, gaps)) * 10**6), 6) if gaps else ""
    rows.append(["median_gap", median, "", "", str(len(gaps)), "ok" if gaps else "undefined"])
    add("mean_gap", 1, sum(gaps), len(gaps), len(gaps))
    today = (book.as_of - book.options.day_start) // DAY
    judged = [key for key, group in rhythm.gaps.items() if len(group) >= 3]
    beyond = [key for key in judged if today - rhythm.days[key][-1] > 3 * statistics.median(map(Fraction, rhythm.gaps[key]))]
    add("beyond_rhythm", 1, len(beyond), len(judged), len(judged))
    return "measure,value,numerator,denominator,n,status", rows


def verb_products(store, book):
    groups = defaultdict(list)
    for entry in book.scoped(book.entries):
        if entry.revenue_class and not (book.options.money == "sales" and entry.row.kind == "return"):
            groups[entry.row.product].append(entry)
    revenue = {key: sum(entry.value for entry in group) for key, group in groups.items()}
    ranked = sorted(groups, key=lambda key: (-revenue[key], key_order(key)))
    positive = [max(0, revenue[key]) for key in ranked]
    shares, total = largest_remainder(positive, 10**6), sum(positive)
    rows, before, cumulative = [], 0, 0
    for key, value, share in zip(ranked, positive, shares):
        entries, cumulative = groups[key], cumulative + share
        letter = "none"
        if value > 0:
            bounds = [Fraction(bound) for bound in book.options.abc]
            letter = "abc"[sum(100 * before >= bound * total for bound in bounds)]
        before += value
        costs = [entry.row.cost for entry in entries]
        margin = ""
        if None not in costs:
            margin = ratio(revenue[key] - sum(costs), revenue[key])
        sales = [entry for entry in entries if entry.row.kind == "sale"]
        rows.append([key_text(key), book.money(revenue[key]), decimal(share, 6), decimal(cumulative, 6), letter,
                     numeric(sum(entry.row.quantity or 0 for entry in entries), QUANTITY_DIGITS),
                     margin if book.options.money == "net" else anything(margin),
                     str(len({entry.customer for entry in sales} - {None})),
                     to_date(max(entry.document.day for entry in sales)).isoformat() if sales else ""])
    return "product,revenue,share,cumulative_share,class,units,margin,buyers,last", rows


VERBS = {"load": verb_load, "pyramid": verb_pyramid, "tiers": verb_tiers, "rfm": verb_rfm, "months": verb_months,
         "cohorts": verb_cohorts, "repeat": verb_repeat, "rhythm": verb_rhythm, "frequency": verb_frequency,
         "products": verb_products}


# ---- the command line ------------------------------------------------------------------------------------

class Options:
    def __init__(self):
        self.digits, self.day_start, self.week_start, self.fiscal_start = 2, 0, 0, 1
        self.returns, self.refunds, self.occasions, self.money = "auto", "refund-day", "each", "net"
        self.measure, self.cut, self.ties, self.period = "spend", "ceil", "together", "month"
        self.shares, self.abc = [100, 500, 2000], ["80", "95"]
        self.anonymous, self.branches = [], []
        self.all = self.replace = False
        self.as_of = self.start = self.end = self.rejects = None


WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORDS = ("--returns", "--refunds", "--occasions", "--money", "--measure", "--cut", "--ties", "--period")
FORMATS = {"--delimiter": "delimiter", "--decimal": "decimal", "--encoding": "encoding", "--header": "header",
           "--time-format": "time_format", "--document": "document"}
TABLES = ("--customers", "--products", "--sales")


def parse_arguments(arguments):
    """The verb, the options and the files, each with its format."""
    verb, options, files, fmt, bounds = arguments[0], Options(), [], Format(), {}
    rest = iter(arguments[1:])
    for flag in rest:
        if flag in ("--all", "--replace"):
            setattr(options, flag[2:], True)
            continue
        value = next(rest)
        if flag in TABLES:
            files.append((flag[2:], value, fmt.copy()))
        elif flag in WORDS:
            setattr(options, flag[2:], value)
        elif flag in FORMATS:
            setattr(fmt, FORMATS[flag], "\t" if (flag, value) == ("--delimiter", "tab") else value)
        elif flag in ("--map", "--set"):
            column, text = value.split("=", 1)
            getattr(fmt, flag[2:])[tuple(column.split(".", 1))] = text
        elif flag in ("--digits", "--fiscal-start"):
            setattr(options, flag[2:].replace("-", "_"), int(value))
        elif flag == "--week-start":
            options.week_start = WEEKDAYS.index(value)
        elif flag == "--day-start":
            hours, minutes = value.split(":")
            options.day_start = (int(hours) * 60 + int(minutes)) * 60 * 10**6
        elif flag == "--anonymous":
            options.anonymous.append(read_key(value))
        elif flag == "--branch":
            options.branches.append(read_key(value))
        elif flag == "--shares":
            options.shares = [half_away(Fraction(text) * 100) for text in value.split(",")]
        elif flag == "--abc":
            options.abc = value.split(",")
        elif flag in ("--as-of", "--from", "--to"):
            bounds[{"--as-of": "as_of", "--from": "start", "--to": "end"}[flag]] = value
        elif flag == "--rejects":
            options.rejects = value
        elif flag not in ("--format", "--color"):
            raise SystemExit("oracle: unknown flag " + flag)
    for name, text in bounds.items():
        setattr(options, name, read_time(text) + (options.day_start if is_date(text) else 0))
    return verb, options, files


class Loaded:
    """The store of the files that were loaded last: verb after verb is asked of the same ones."""

    def __init__(self):
        self.of, self.store = None, None

    def get(self, options, files):
        of = (options.digits, options.returns, options.replace,
              [(table, path, os.stat(path).st_mtime_ns, vars(fmt)) for table, path, fmt in files])
        if of != self.of:
            self.of, self.store = of, Store(options)
            for table, path, fmt in files:
                self.store.load(table, path, fmt)
        return self.store


LAST = Loaded()


def load_all(arguments):
    verb, options, files = parse_arguments(arguments)
    return verb, options, LAST.get(options, files)


def answer(arguments):
    """(rows with the header first, causes of rejection by table) for a command line of crm-cockpit."""
    verb, options, store = load_all(arguments)
    header, rows = VERBS[verb](store, Book(store, options))
    causes = Counter()
    for table, tally in store.tally.items():
        for cause, count in tally.causes.items():
            causes[table, cause] += count
    return [header.split(",")] + rows, causes


def csv_text(rows):
    def cell(text):
        return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else str(text)
    return "".join(",".join(map(cell, row)) + "\n" for row in rows)


def main():
    rows, causes = answer(sys.argv[1:])
    sys.stdout.buffer.write(csv_text(rows).encode("utf-8", "surrogateescape"))
    rejects = parse_arguments(sys.argv[1:])[1].rejects
    if rejects:
        with open(rejects, "w", encoding="utf-8") as file:
            file.write("table,file,row,column,cause\n")
            file.writelines("%s,,,,%s\n" % pair for pair in sorted(causes.elements()))
    for (table, cause), count in sorted(causes.items()):
        print("%s: %d rows rejected: %s" % (table, count, cause), file=sys.stderr)
    return 1 if causes else 0


if __name__ == "__main__":
    sys.exit(main())
