# SPDX-License-Identifier: MIT
"""Reads what the frames of a store file hold, as docs/format/store.md describes it ("What the frames hold")."""

import struct
from collections import namedtuple

import store

HEAD = 16
LOADED, LOAD_ENDS, DECLARED, ERASED, FORGOTTEN, TOUCHED, HEAD_COPY = range(17, 24)
PIECES = 65536
NO_ID = 4294967295
NO_NUMBER = -1 << 63

PLAN = 0
MEASURES, STANDINGS, PROFILES, KEYS, DOCUMENTS, LINES = 256, 512, 768, 1024, 1280, 1536
CUSTOMERS, PRODUCTS, BRANCHES, NAMES, OPPORTUNITIES, REFERENCES, ERASED_KEYS, DOCUMENT_KEYS = range(8)
MONTHS, MONTHS_OF, BY_PRODUCT = 2560, 2561, 2562
TABLES = 4096
FIRST_COLUMNS = (13, 8, 20, 16, 6, 12, 16, 9, 10, 7, 5, 6, 6, 8, 10)   # of each table as it was first


class Reader:
    """Little-endian fields one behind the other."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def take(self, form):
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found if len(found) > 1 else found[0]

    def bytes(self, size):
        found = self.data[self.at:self.at + size]
        if len(found) != size:
            raise store.Damaged("a payload is cut off")
        self.at += size
        return found

    def left(self):
        return len(self.data) - self.at


def piece_keys(reader, count):
    form = reader.take("II")[0]
    if form == 0:
        first = reader.take("q")
        return [(0, first + i) for i in range(count)]
    if form == 1:
        return [(0, reader.take("q")) for _ in range(count)]
    found = []
    for _ in range(count):
        kind = reader.take("I")
        found.append((kind >> 1, reader.bytes(reader.take("I")).decode("utf-8") if kind & 1 else reader.take("q")))
    return found


Table = namedtuple("Table", "attributes words keys rows latest sums tally")


def read_table(head, form, first):
    """What the head says of a table; `first`: how many columns it had in the first release."""
    attributes = [(head.bytes(64).rstrip(b"\0").decode("ascii"), head.take("I")) for _ in range(head.take("I"))]
    words = [head.take("B") for _ in range(head.take("I"))] if form > 1 else [None] * first
    keys, rows, latest = head.take("QQq")
    sums = [head.take("Q") for _ in range(len(words) + len(attributes))]
    return Table(attributes, words, keys, rows, latest, sums, head.take("7q2I"))


class Checkpoint:
    """The head of a checkpoint and the pieces that it lists, each checked."""

    def __init__(self, data, frame):
        payload = store.payload(data, frame)
        head = Reader(payload)
        size = head.take("Q")
        one, self.digits, self.quantity_digits, self.returns = head.take("4I")
        if one not in (1, 2, 3):
            raise store.Later("another form of head")
        (self.day_start, self.version, _, self.latest, self.earliest, self.money_sum, _, self.documents, self.lines,
         self.all_lines, self.customers) = head.take("11q")
        self.key_counts = head.take("8Q")
        head.take("3QI")
        tables = head.take("I")
        if one > 1:
            self.columns = head.take("2I")
        self.tables = [read_table(head, one, FIRST_COLUMNS[table]) for table in range(tables)]
        touched = head.take("qI")[1]
        head.bytes(4 * touched)
        if head.at != 8 + size:
            raise store.Damaged("the head is %d bytes long, not %d" % (head.at, 8 + size))
        self.pieces = {}
        listed = Reader(payload, 8 + size)
        while listed.left() > 0:
            part, _, offset, length, checksum = listed.take("IIQQQ")
            piece = store.head(data, offset - store.HEAD)
            if piece is None or piece.kind != PIECES + part or (piece.length, piece.checksum) != (length, checksum):
                raise store.Damaged("a piece of part %d" % part)
            inner = Reader(store.payload(data, piece))
            first, count, named, zero = inner.take("QQII")
            if named != part or zero != 0:
                raise store.Damaged("a piece says that it is of part %d" % named)
            self.pieces.setdefault(part, []).append((first, count, inner))

    def keys(self, which):
        """(space, key) by id."""
        found = []
        for first, count, inner in sorted(self.pieces.get(KEYS + which, ()), key=lambda piece: piece[0]):
            if first != len(found):
                raise store.Damaged("keys are missing")
            found += piece_keys(Reader(inner.data, inner.at), count)
        return found

    def column(self, part, form, length):
        """The elements of a column; None where its piece is left out."""
        found = [None] * length
        size = struct.calcsize("<" + form)
        for first, count, inner in self.pieces.get(part, ()):
            for i in range(count):
                values = struct.unpack_from("<" + form, inner.data, inner.at + i * size)
                found[first + i] = values if len(values) > 1 else values[0]
        return found


def planned(data, frame):
    """What the plan of a checkpoint says: the head's bytes, and (part, first element) of each piece."""
    reader = Reader(store.payload(data, frame))
    if reader.take("QQII") != (0, 1, PLAN, 0):
        raise store.Damaged("a plan is a piece of part 0")
    head = reader.bytes(reader.take("Q"))
    found = []
    while reader.left() > 0:
        part, piece = reader.take("II")
        found.append((part, piece * 65536))
    return head, found


def check_plan(data, frames, head):
    """The frames of a checkpoint's commit begin with a plan, and stand in its order; `head` is the named one."""
    if frames[0].kind != PIECES + PLAN:
        return ["there is no plan"]
    told, pieces = planned(data, frames[0])
    named = Reader(store.payload(data, head))
    if told != named.bytes(named.take("Q")):
        return ["the plan's head is another one"]
    found = []
    for before, frame in zip(frames, frames[1:-2]):
        first = Reader(store.payload(data, frame)).take("Q")
        if frame.previous != before.self:
            return ["a frame does not follow the one before"]
        if frame.kind - PIECES not in (MONTHS, MONTHS_OF, BY_PRODUCT):
            found.append((frame.kind - PIECES, first))
    return [] if found == pieces else ["the pieces are not those of the plan"]


class Months:
    """What a checkpoint has by month and product."""

    def __init__(self, saved):
        (_, one, inner), = saved.pieces[MONTHS]
        frame = Reader(inner.data, inner.at)
        self.first_day, self.months = frame.take("iI")
        count = self.months
        self.revenue, self.orders = frame.take("%dq" % count), frame.take("%dq" % count)
        self.moves = [frame.take("4q") for _ in range(count + 2)]
        self.cells = [frame.take("3q") for _ in range(count * count)]
        if one != 1 or frame.left() != 0:
            raise store.Damaged("sums by month")
        words = (count + 1 + 63) // 64
        bits = saved.column(MONTHS_OF, "%dQ" % words, saved.key_counts[CUSTOMERS])
        self.bits = [sum(word << 64 * i for i, word in enumerate(one if words > 1 else (one,))) for one in bits]
        self.products = saved.column(BY_PRODUCT, "6qiI", saved.key_counts[PRODUCTS] + 1)


def numbers(reader, count):
    """A run of numbers; None for a missing one."""
    width, some, least = reader.take("BBq")
    if width == 0:
        return [None if some else least] * count
    every = (1 << 8 * width) - 1
    found = [int.from_bytes(reader.bytes(width), "little") for _ in range(count)]
    return [None if some and one == every else
            (least + one + (1 << 63)) % (1 << 64) - (1 << 63) for one in found]


def run_keys(reader, count):
    found = []
    for _ in range(count):
        tag = reader.take("B")
        if tag == 0:
            found.append(None)
        elif tag == 1:
            found.append(reader.take("q"))
        elif tag == 2:
            found.append(reader.bytes(reader.take("I")).decode("utf-8"))
        else:
            found.append(found[-1])
    return found


def loaded(data, frames):
    """The blocks of rows of the frames of kind 17: table, rows, causes, columns by number."""
    for frame in frames:
        if frame.kind != LOADED:
            continue
        reader = Reader(store.payload(data, frame))
        reader.take("I")
        while reader.left() > 0:
            record = reader.take("B")
            if record == 1:
                reader.bytes(reader.take("I"))
                continue
            table, _, there = reader.take("BBB")
            rows, _, columns = reader.take("III")
            block = {"table": table, "rows": rows, "causes": [0] * rows, "columns": {}}
            if there & 1:
                block["causes"] = list(reader.bytes(rows))
                reader.bytes(rows)
            if there & 2:
                block["figures"] = numbers(reader, rows)
            if there & 4:
                block["codes"] = list(reader.bytes(rows))
            if there & 8:
                numbers(reader, rows)
            for _ in range(columns):
                number, form = reader.take("BB")
                block["columns"][number] = run_keys(reader, rows) if form == 3 else numbers(reader, rows)
            yield block


class Profiles:
    """What the profiles are at the last commit, of the checkpoint and of the frames of kind 22 behind it; `known` says
    whether they are told."""

    NOTHING = (2147483647, -2147483648, 0, 0, 0, 0)

    def __init__(self, data, commit):
        saved = Checkpoint(data, commit.frames[0])
        count = saved.key_counts[CUSTOMERS]
        self.reached = commit.frames[0].commit
        self.measures = saved.column(MEASURES, "iiqqII", count)
        self.standings = saved.column(STANDINGS, "B", count)
        self.version, self.documents, self.lines, self.customers = saved.version, saved.documents, saved.lines, saved.customers
        self.latest, self.earliest = saved.latest, saved.earliest
        self.rows = {}
        for frame in commit.frames[1:]:
            if frame.kind == DECLARED and frame.commit == self.reached + 1:
                self.reached = frame.commit
            elif frame.kind == TOUCHED:
                self.take(Reader(store.payload(data, frame)), frame.commit)
        self.known = self.reached == commit.root.commit

    def take(self, reader, commit):
        since = reader.take("Q")
        if since > self.reached:
            return
        self.reached = commit
        (self.version, self.latest, self.earliest, self.documents, self.lines, self.customers) = reader.take("6q")
        keys, tables, customers, zero = reader.take("4I")
        new = keys - len(self.measures)
        self.measures += [self.NOTHING] * new
        self.standings += [0] * new
        for _ in range(tables):
            table = reader.take("II")[0]
            reader.take("q")
            self.rows[table] = reader.take("7q2I")[:4]
        for _ in range(customers):
            customer, self.standings[customer] = reader.take("II")
            self.measures[customer] = reader.take("iiqqII")
        if zero != 0 or new < 0 or reader.left() != 0:
            raise store.Damaged("the profiles of commit %d" % commit)
