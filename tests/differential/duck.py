# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""The SQL of docs/methods on DuckDB: the same blocks, in its dialect.

SQLite and DuckDB read nearly the same SQL. What differs is of three kinds:

- functions of dates, `min` and `max` of several values, `CAST`, `IS` and decimal numbers mean something else or are not
  there: translated() gives them names of MACROS, which say in DuckDB what SQLite means;
- columns have types, and a key may be a number or a text, numbers first: keys are texts that sort as keys do (key_text),
  and answers have them back as they were;
- settings of DuckDB: `/` of integers is integer, NULL is the least, a division by zero is NULL.

Two things DuckDB refuses and says where: a column beside aggregates that is not grouped by, and a truth that is added or
multiplied. mended() names the one in GROUP BY and makes a number of the other.
"""

import decimal
import json
import re

import ledger

try:
    import duckdb
    import numpy   # without it DuckDB calls no function of Python, which t_975 is
except ImportError:
    duckdb = numpy = None

# Blocks that DuckDB cannot run, as "twin=VERB", "table=NAME" or "kpi=ID", and why.
UNRUN = {}

# ---- the dialect -------------------------------------------------------------------------------------------

SETTINGS = """
SET threads = 1;
SET errors_as_json = true;
SET integer_division = true;
SET default_null_order = 'nulls_first_on_asc_last_on_desc';
SET error_on_division_by_zero = false;
SET ieee_floating_point_ops = false;
"""

# A month is added to firsts of months alone: elsewhere SQLite runs over the end of a short one.
MACROS = """
CREATE MACRO sq_step(t, m) AS CASE WHEN m = 'start of month' THEN date_trunc('month', CAST(t AS TIMESTAMP))
                                   ELSE CAST(t AS TIMESTAMP) + TRY_CAST(ltrim(m, '+') AS INTERVAL) END;
CREATE MACRO sq_moment(t) AS CAST(t AS TIMESTAMP),
             (t, a) AS sq_step(t, a),
             (t, a, b) AS sq_step(sq_step(t, a), b),
             (t, a, b, c) AS sq_step(sq_step(sq_step(t, a), b), c);
CREATE MACRO sq_date(t) AS strftime(sq_moment(t), '%Y-%m-%d'),
             (t, a) AS strftime(sq_moment(t, a), '%Y-%m-%d'),
             (t, a, b) AS strftime(sq_moment(t, a, b), '%Y-%m-%d'),
             (t, a, b, c) AS strftime(sq_moment(t, a, b, c), '%Y-%m-%d');
CREATE MACRO sq_datetime(t) AS strftime(sq_moment(t), '%Y-%m-%d %H:%M:%S'),
             (t, a) AS strftime(sq_moment(t, a), '%Y-%m-%d %H:%M:%S'),
             (t, a, b) AS strftime(sq_moment(t, a, b), '%Y-%m-%d %H:%M:%S'),
             (t, a, b, c) AS strftime(sq_moment(t, a, b, c), '%Y-%m-%d %H:%M:%S');
CREATE MACRO sq_julianday(t) AS epoch(CAST(t AS TIMESTAMP)) / 86400e0;
CREATE MACRO sq_seconds(form, t) AS CAST(epoch(CAST(t AS TIMESTAMP)) AS BIGINT);
CREATE MACRO sq_strftime(form, t) AS strftime(CAST(t AS TIMESTAMP), form);
CREATE MACRO sq_number(form, t) AS CAST(sq_strftime(form, t) AS BIGINT);
CREATE MACRO sq_min(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE least(a, b) END,
             (a, b, c) AS CASE WHEN a IS NULL OR b IS NULL OR c IS NULL THEN NULL ELSE least(a, b, c) END;
CREATE MACRO sq_max(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE greatest(a, b) END,
             (a, b, c) AS CASE WHEN a IS NULL OR b IS NULL OR c IS NULL THEN NULL ELSE greatest(a, b, c) END;
CREATE MACRO sq_integer(x) AS CASE WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN CAST(trunc(CAST(x AS DOUBLE)) AS BIGINT)
                                   ELSE CAST(x AS BIGINT) END;
CREATE MACRO sq_ln(x) AS CASE WHEN x > 0 THEN ln(x) END;
"""

RENAMED = {"date": "sq_date", "datetime": "sq_datetime", "julianday": "sq_julianday", "ln": "sq_ln"}
FORMATS = {"'%s'": "sq_seconds", "'%H:%M:%S'": "sq_strftime"}
OF_SEVERAL = {"min": "sq_min", "max": "sq_max"}
NAMED_TYPES = {"INTEGER": "BIGINT", "REAL": "DOUBLE", "TEXT": "VARCHAR"}
RESERVED = ("at", "both")
TOKEN = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"[^"]*"|\d+\.\d*|\w+|\s+|.""", flags=re.S)


def closing(tokens, place):
    """The place of the parenthesis that closes the one at a place, and the commas between them that are not in others."""
    depth, commas = 0, 0
    for at in range(place, len(tokens)):
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        commas += tokens[at] == "," and depth == 1
        if depth == 0:
            return at, commas
    raise ValueError("a parenthesis is open")


def parenthesised(sql):
    """The terms of a recursion, of which DuckDB takes one, as one."""
    tokens = TOKEN.findall(sql)
    if "RECURSIVE" not in tokens:
        return sql
    for place, token in enumerate(tokens):
        if token != "AS" or tokens[place + 1:place + 3] != [" ", "("]:
            continue
        end, _ = closing(tokens, place + 2)
        depth, terms = 0, []
        for at in range(place + 2, end):
            depth += (tokens[at] == "(") - (tokens[at] == ")")
            if depth == 1 and tokens[at] == "UNION":
                terms.append(at)
        name = re.search(r"(\w*)\W*(?:\([^()]*\))?\s*$", "".join(tokens[:place]))[1]
        if len(terms) > 1 and all(name in tokens[at:end] for at in terms):
            first = terms[0] + (4 if tokens[terms[0] + 2] == "ALL" else 2)
            tokens[first] = "(" + tokens[first]
            tokens[end] = "))"
            return "".join(tokens)
    return sql


def translated(sql, constants):
    """A piece of SQL in the dialect of DuckDB. constants: what stands for the columns of `given` that are modifiers, for DuckDB
    wants a column beside an aggregate to be grouped by, though there is but one row of it."""
    tokens = [token for token in TOKEN.findall(sql) if not token.startswith("--")]
    for place, token in enumerate(tokens):
        low = token.lower()
        called = place + 1 < len(tokens) and tokens[place + 1] == "("
        if re.fullmatch(r"\d+\.\d*", token):
            tokens[place] = token + "e0"
        elif token in constants:
            tokens[place] = constants[token]
        elif low in RESERVED:
            tokens[place] = '"%s"' % token
        elif called and low in RENAMED:
            tokens[place] = RENAMED[low]
        elif called and low == "strftime":
            tokens[place] = FORMATS.get(tokens[place + 2], "sq_number")
        elif called and low in OF_SEVERAL and closing(tokens, place + 1)[1]:
            tokens[place] = OF_SEVERAL[low]
        elif called and token == "CAST":
            end, _ = closing(tokens, place + 1)
            kind = tokens[end - 1]
            if kind == "INTEGER":
                tokens[place], tokens[end - 4:end] = "sq_integer", [""] * 4
            else:
                tokens[end - 1] = NAMED_TYPES.get(kind, kind)
    compared = re.sub(r"\bIS (NOT )?(?!NOT\b|NULL\b|DISTINCT\b|TRUE\b|FALSE\b)(?=\w)",
                      lambda found: "IS DISTINCT FROM " if found[1] else "IS NOT DISTINCT FROM ", "".join(tokens))
    return parenthesised(compared)


# ---- what DuckDB complains of ------------------------------------------------------------------------------

MOST_MENDED = 100   # places of a statement
LOOSE = re.compile(r'column "(\w+)" must appear in the GROUP BY clause')
BOOLEAN = re.compile(r"given name and argument types '([-+*/%])\((\w+), (\w+)\)'")


def select_of(tokens, place):
    """The place of the SELECT that a token stands in."""
    depth = 0
    for at in range(place, -1, -1):
        depth += (tokens[at] == ")") - (tokens[at] == "(")
        if depth < 0:
            depth = 0
        elif depth == 0 and tokens[at] == "SELECT":
            return at
    raise ValueError("no SELECT")


def group_of(tokens, place):
    """The place of BY in the GROUP BY of the SELECT at a place; None where it has none."""
    depth = 0
    for at in range(place + 1, len(tokens)):
        depth += (tokens[at] == "(") - (tokens[at] == ")")
        if depth < 0 or (depth == 0 and tokens[at] in ("UNION", ";")):
            return None
        if depth == 0 and tokens[at] == "GROUP":
            return at + 2
    return None


def grouped(tokens, place, length):
    """A column beside aggregates that the group determines is named in GROUP BY; where nothing is grouped by, there is one
    row of its table, and any is meant."""
    column = "".join(tokens[place:place + length])
    by = group_of(tokens, select_of(tokens, place))
    if by is not None:
        tokens[by] += " %s," % column
        return
    before = "".join(tokens[:place]).rstrip()
    after = "".join(tokens[place + length:]).lstrip()
    bare = re.search(r"(,|\bSELECT)$", before) and re.match(r",|FROM\b", after)
    tokens[place:place + length] = ["any_value(%s)%s" % (column, " AS " + column.rpartition(".")[2] if bare else "")]


def anywhere(tokens, name):
    """The same for a column in a query within the one that groups, of which is not said where it is."""
    for place in (at for at, token in enumerate(tokens) if token == name):
        column = "".join(tokens[place - 2:place + 1]) if tokens[place - 1] == "." else name
        at = place
        while at > 0:
            try:
                at = select_of(tokens, at - 1)
            except ValueError:
                break
            by = group_of(tokens, at)
            if by is not None and at < place < by and (" %s," % column) not in "".join(tokens[by:by + 60]):
                tokens[by] += " %s," % column
                return "".join(tokens)
    return None


def primary(tokens, place, step):
    """The first and last place of the operand beside an operator: a name, or what is in parentheses."""
    at = place + step
    while tokens[at].isspace():
        at += step
    if step > 0:
        while at + 1 < len(tokens) and tokens[at + 1] == ".":
            at += 2
        first = place + 1
        end = at + 1 if at + 1 < len(tokens) and tokens[at + 1] == "(" else at
        return first, closing(tokens, end)[0] if tokens[end] == "(" else end
    end = at
    if tokens[at] == ")":
        depth = 0
        while True:
            depth += (tokens[at] == ")") - (tokens[at] == "(")
            if depth == 0:
                break
            at -= 1
        at -= bool(re.match(r"\w", tokens[at - 1]))
    while tokens[at - 1] == ".":
        at -= 2
    return at, end


def counted(tokens, place, length, operator, left):
    """A truth that is counted with is a number."""
    if tokens[place] != operator:
        depth, found = 0, None
        for at in range(place, place + length):
            depth += (tokens[at] == "(") - (tokens[at] == ")")
            found = at if depth == 0 and tokens[at] == operator else found
        place = found
    first, last = primary(tokens, place, -1 if left else 1)
    tokens[first] = " CAST(" + tokens[first]
    tokens[last] += " AS BIGINT)"


def mended(sql, error):
    """A piece of SQL without what an error names; None where that is something else."""
    text = str(error)
    told = json.loads(text[text.index("{"):]) if "{" in text else {}
    message, (begin, length) = told.get("exception_message", ""), json.loads(told.get("location", "[0, 0]"))
    tokens, offsets = TOKEN.findall(sql), [0]
    for token in tokens:
        offsets.append(offsets[-1] + len(token))
    if begin not in offsets[:-1]:
        return None
    place = offsets.index(begin)
    count = offsets.index(begin + length) - place if begin + length in offsets else 0
    wrong, loose = BOOLEAN.search(message), LOOSE.search(message)
    if loose and not count:
        return anywhere(tokens, loose[1])
    if loose:
        grouped(tokens, place, count)
    elif wrong and "BOOLEAN" in (wrong[2], wrong[3]):
        counted(tokens, place, count, wrong[1], wrong[2] == "BOOLEAN")
    else:
        return None
    return "".join(tokens)


# ---- keys and cells ----------------------------------------------------------------------------------------

KEYS = ("customer", "branch", "word", "customer_given")
KEY = re.compile("\x01([0-9]{20})")


def key_text(key):
    return "\x01%020d" % (key + 2**63) if isinstance(key, int) else key


def given_back(cell):
    """A cell of an answer as SQLite would have it."""
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, decimal.Decimal):
        return float(cell)
    if isinstance(cell, str) and "\x01" in cell:
        whole = KEY.fullmatch(cell)
        return int(whole[1]) - 2**63 if whole else KEY.sub(lambda found: str(int(found[1]) - 2**63), cell)
    return cell


def literal(cell):
    if cell is None:
        return "NULL"
    return str(cell) if isinstance(cell, int) else "'%s'" % cell.replace("'", "''")


class Answer:
    """What a cursor of sqlite3 has and the ledger asks for."""

    def __init__(self, description, rows):
        self.description, self.rows = description, rows

    def fetchall(self):
        return self.rows

    def __iter__(self):
        return iter(self.rows)


class Duck:
    """What a connection of sqlite3 has and the ledger asks for."""

    mended = {}

    def __init__(self):
        self.db = duckdb.connect(":memory:")
        self.db.execute(SETTINGS)
        self.db.execute(MACROS)
        self.db.create_function("t_975", ledger.student_975, ["DOUBLE"], "DOUBLE")
        self.constants = {}

    def run(self, sql):
        """Runs a statement, mended by what is complained of, a place at a time. What has been mended is kept."""
        told = sql
        sql = self.mended.get(told, told)
        for left in range(MOST_MENDED, -1, -1):
            try:
                cursor = self.db.execute(sql)
                self.mended[told] = sql
                return cursor
            except duckdb.Error as error:
                better = mended(sql, error) if left else None
                if better is None:
                    raise
                sql = better
        return None

    def execute(self, sql):
        cursor = self.run(translated(sql, self.constants))
        return Answer(cursor.description, [tuple(map(given_back, row)) for row in cursor.fetchall()])


def missing():
    """Why nothing can run here; None where it can."""
    if duckdb is None:
        return "the Python packages duckdb and numpy are not here"
    try:
        duckdb.connect(":memory:").execute(SETTINGS).execute("SELECT max(x), y FROM (SELECT 1 AS x, 2 AS y)")
    except duckdb.Error as error:
        if '"location"' in str(error):
            return None
    return "DuckDB %s does not say where an error is" % duckdb.__version__


# ---- the ledger --------------------------------------------------------------------------------------------

NUMBERS = ("money", "integer", "boolean") + tuple(ledger.PLACES)
NUMBERS_GIVEN = ("value_tiers", "rolling", "dormant_given", "dormant_days_given", "lost_days_given", "cost_given",
                 "cut", "place", "share", "percent", "weight", "max_days", "half_life")


class Ledger(ledger.Ledger):
    """The rows of files in DuckDB, and what the SQL of the pages makes of them."""

    def connect(self):
        self.errors = (duckdb.Error, ValueError)
        self.db = Duck()
        for table, columns in self.schema.items():
            kinds = ["load BIGINT", '"row" BIGINT'] + ['"%s" %s' % (column, "BIGINT" if kind in NUMBERS else "VARCHAR")
                                                      for column, kind in columns.items()]
            self.db.db.execute("CREATE TABLE %s (%s)" % (table, ", ".join(kinds)))

    def index(self, name):
        """It joins by hash."""

    def fill(self, table, rows):
        for first in range(0, len(rows), 1000):
            values = ("(%s)" % ", ".join(map(literal, row)) for row in rows[first:first + 1000])
            self.db.db.execute("INSERT INTO %s VALUES %s" % (table, ", ".join(values)))

    def insert_rows(self, table, rows):
        kinds = ["integer", "integer"] + list(self.schema[table].values())
        self.fill(table, [[key_text(cell) if kind in ("key", "name") else cell for kind, cell in zip(kinds, row)] for row in rows])

    def create(self, name, columns, rows):
        if name == "given":
            row = dict(zip(columns, rows[0]))
            self.db.constants = {column: literal(row[column]) for column in ("to_day", "to_instant")}
        numbers = []
        for place, column in enumerate(columns):
            cells = [row[place] for row in rows if row[place] is not None]
            number = all(isinstance(cell, int) for cell in cells) if cells else column in NUMBERS_GIVEN
            numbers.append(number and column not in KEYS)
        kinds = ('"%s" %s' % (column, "BIGINT" if number else "VARCHAR") for column, number in zip(columns, numbers))
        self.db.db.execute("CREATE TABLE %s (%s)" % (name, ", ".join(kinds)))
        self.fill(name, [[cell if number else key_text(cell) for cell, number in zip(row, numbers)] for row in rows])
