#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store file says what was loaded: random sales, customers and interactions, written by the library, read by store.py and facts.py.

    facts_test.py --saved PROGRAM [--rounds N] [--seed N]
"""

import argparse
import datetime
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "abi"))
import facts  # noqa: E402
import store  # noqa: E402
from common import Count  # noqa: E402

EPOCH = datetime.date(1970, 1, 1)
SALES, CUSTOMERS = 2, 0                            # tables, in the order of the schema
DOCUMENT, CUSTOMER, KIND, AMOUNT = 0, 3, 4, 9      # columns of sales
REGION, CREDIT_LIMIT, AGE = 4, 8, 13               # of customers; the attribute stands behind the table's own


def key_of(text):
    """A text that is an integer is that integer."""
    return int(text) if text.isdigit() else text


def money(text):
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


class World:
    """Facts, and what they add up to."""

    def __init__(self, draw):
        self.customers = ["%d" % (i * 7 + 3) for i in range(draw.randrange(1, 30))] + \
                         ["k\u00fcnde %d" % i for i in range(draw.randrange(1, 20))]
        self.lines, self.people = [], []
        self.contacts = [(datetime.date(2020, 1, 1) + datetime.timedelta(days=draw.randrange(1000)),
                          draw.choice(self.customers + ["visitor %d" % i for i in range(20)]))
                         for _ in range(draw.randrange(0, 30))]
        for document in range(draw.randrange(1, 200)):
            customer = draw.choice(self.customers)
            day = datetime.date(2020, 1, 1) + datetime.timedelta(days=draw.randrange(1200))
            back, branch = draw.random() < 0.1, draw.choice(("north", "south", "7"))
            for _ in range(draw.randrange(1, 4)):
                self.lines.append(("d%d" % document if document % 3 else "%d" % document, day, customer,
                                   "return" if back else "sale", "%d.%02d" % (draw.randrange(500), draw.randrange(100)),
                                   branch))
        for customer in draw.sample(self.customers, draw.randrange(0, len(self.customers))):
            self.people.append((customer, draw.choice(("", "north", "far east")),
                                draw.choice(("", "%d.5" % draw.randrange(1000))), draw.choice(("", "41.5", "7"))))

    def write(self, folder, cut):
        """The sales in two files, the customers, and the interactions."""
        paths = [os.path.join(folder, name) for name in ("a.csv", "b.csv", "c.csv", "d.csv")]
        cut = next((i for i in range(cut, len(self.lines)) if i == 0 or self.lines[i][0] != self.lines[i - 1][0]),
                   len(self.lines))
        for path, lines in zip(paths, (self.lines[:cut], self.lines[cut:])):
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write("document,time,customer,kind,amount,branch\n" + "".join(",".join(map(str, one)) + "\n" for one in lines))
        with open(paths[2], "w", encoding="utf-8", newline="\n") as file:
            file.write("customer,region,credit_limit,age\n" + "".join(",".join(one) + "\n" for one in self.people))
        with open(paths[3], "w", encoding="utf-8", newline="\n") as file:
            file.write("time,customer\n" + "".join("%s,%s\n" % one for one in self.contacts))
        return paths

    def documents(self):
        """key to (day, customer, kind, amounts)."""
        found = {}
        for key, day, customer, kind, amount, _ in self.lines:
            found.setdefault(key_of(key), (day, key_of(customer), kind, []))[3].append(money(amount))
        return found


class Changed:
    """What becomes of a world whose customers are merged, apart again in part, erased and forgotten."""

    def __init__(self, draw, world):
        keys = list(world.customers)
        draw.shuffle(keys)
        self.world, self.into = world, {}
        for alias in keys[:len(keys) // 3]:   # chains and trees, no rings
            self.into[alias] = draw.choice(keys[keys.index(alias) + 1:])
        self.apart = set(draw.sample(sorted(self.into), len(self.into) // 3))
        bought = sorted({line[2] for line in world.lines})
        self.erased = draw.choice(bought)
        others = [one for one in bought if self.root(one, 2) != self.root(self.erased, 2)]   # who still have their keys
        self.forgotten = draw.choice(others) if others else None

    def steps(self, folder):
        """What the program does after the world has been loaded, step by step."""
        paths = [os.path.join(folder, name) for name in ("merged.csv", "apart.csv")]
        for path, undone, version, aliases in zip(paths, ("", "true"), (1, 2), (sorted(self.into), sorted(self.apart))):
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write("customer,into,undone,version\n" +
                           "".join("%s,%s,%s,%d\n" % (one, self.into[one], undone, version) for one in aliases))
        return ["merges=" + paths[0], "-" + self.erased, "merges=" + paths[1],
                "!" + self.forgotten if self.forgotten else "verify"]

    def root(self, key, done):
        """Who stands for a customer after so many steps."""
        while key in self.into and done > 0 and not (done > 2 and key in self.apart):
            key = self.into[key]
        return key

    def nets(self, done):
        """What those who have bought have spent, but for the forgotten one; and how many documents there are."""
        gone = self.root(self.forgotten, 3) if done > 3 and self.forgotten else None
        found, documents = {}, 0
        for _, who, kind, parts in self.world.documents().values():
            root = self.root(str(who), done)
            if self.root(str(who), 3) != gone:
                found[root] = found.get(root, 0) + sum(parts) * (-1 if kind == "return" else 1)
                documents += 1
        return sorted(found.values()), documents


def check_changed(changed, done, told, saved):
    troubles = [] if told.known else ["the profiles are not told up to the last commit"]
    count = saved.key_counts[facts.CUSTOMERS]
    nets, documents = changed.nets(done)
    found = sorted(net for first, last, net, cost, orders, flags in told.measures if flags & 1)
    if found != nets or told.documents != documents:
        troubles.append("spend: %s, not %s" % ((found, told.documents), (nets, documents)))
    if told.measures != saved.column(facts.MEASURES, "iiqqII", count) or \
            told.standings != saved.column(facts.STANDINGS, "B", count):
        troubles.append("the profiles are not those of a checkpoint")
    wanted = (saved.version, saved.documents, saved.lines, saved.customers, saved.latest, saved.earliest)
    counts = (told.version, told.documents, told.lines, told.customers, told.latest, told.earliest)
    if counts != wanted:
        troubles.append("counts: %s, not %s" % (counts, wanted))
    return troubles


def check_log(world, data, commit):
    """The rows that were loaded, as the log of the file has them."""
    troubles, rows = [], []
    for block in facts.loaded(data, commit.frames):
        if block["table"] == SALES:
            kinds = [code & 15 for code in block.get("codes", [0] * block["rows"])]
            rows += list(zip(block["columns"][DOCUMENT], block["columns"][CUSTOMER], kinds, block["figures"]))
    wanted = [(key_of(line[0]), key_of(line[2]), 1 if line[3] == "return" else 0,
               money(line[4]) * (-1 if line[3] == "return" else 1)) for line in world.lines]
    if rows != wanted:
        bad = next((i for i, (a, b) in enumerate(zip(rows, wanted)) if a != b), min(len(rows), len(wanted)))
        troubles.append("row %d of %d: %s, not %s" % (bad, len(wanted), rows[bad:bad + 1], wanted[bad:bad + 1]))
    return troubles


def check_documents(world, saved):
    troubles, wanted = [], world.documents()
    keys = [key for _, key in saved.keys(facts.DOCUMENT_KEYS)]
    customers = [key for _, key in saved.keys(facts.CUSTOMERS)]
    count = len(keys)
    times = saved.column(facts.DOCUMENTS, "q", count)
    buyers = saved.column(facts.DOCUMENTS + 1, "I", count)
    firsts = saved.column(facts.DOCUMENTS + 4, "Q", count)
    lengths = saved.column(facts.DOCUMENTS + 5, "I", count)
    net = saved.column(facts.DOCUMENTS + 6, "q", count)
    returned = saved.column(facts.DOCUMENTS + 7, "q", count)
    amounts = saved.column(facts.LINES + 1, "q", saved.all_lines)
    if sorted(map(str, keys)) != sorted(map(str, wanted)) or saved.documents != len(wanted):
        troubles.append("the documents are others")
    for i, key in enumerate(keys):
        day, customer, kind, parts = wanted[key]
        total = sum(parts)
        found = (times[i], customers[buyers[i]], net[i], returned[i] if returned[i] is not None else 0,
                 sorted(abs(one) for one in amounts[firsts[i] or 0:(firsts[i] or 0) + lengths[i]]))
        expected = ((day - EPOCH).days * 86400 * 1000000, customer, -total if kind == "return" else total,
                    total if kind == "return" else 0, sorted(parts))
        if found != expected:
            troubles.append("document %s: %s, not %s" % (key, found, expected))
    return troubles[:3]


def check_customers(world, saved):
    troubles = []
    customers = [key for _, key in saved.keys(facts.CUSTOMERS)]
    measures = saved.column(facts.MEASURES, "iiqqII", len(customers))
    for i, key in enumerate(customers):
        bought = [(day, sum(parts)) for day, who, kind, parts in world.documents().values() if who == key and kind == "sale"]
        back = sum(sum(parts) for _, who, kind, parts in world.documents().values() if who == key and kind == "return")
        days = [(day - EPOCH).days for day, _ in bought]
        expected = (min(days, default=2147483647), max(days, default=-2147483648),
                    sum(total for _, total in bought) - back, len(bought))
        first, last, net, _, orders, _ = measures[i]
        if (first, last, net, orders) != expected:
            troubles.append("customer %s: %s, not %s" % (key, (first, last, net, orders), expected))
    return troubles[:3]


def check_standings(world, saved):
    """Nobody has joined or is of a kind: who has a row, has bought or was met is a suspect."""
    keys = [key for _, key in saved.keys(facts.CUSTOMERS)]
    known = {key_of(one) for one in [line[2] for line in world.lines] + [one[0] for one in world.people] +
             [who for _, who in world.contacts]}
    standings = saved.column(facts.STANDINGS, "B", len(keys))
    troubles = [] if saved.customers == len(known) else ["%d are known, not %d" % (saved.customers, len(known))]
    return troubles + ["standing of %s: %s" % (key, standings[i]) for i, key in enumerate(keys)
                       if standings[i] != (32 if key in known else 0)][:3]


def check_told(world, told, saved):
    """What the log tells of profiles is what the checkpoint of the same store holds."""
    troubles = [] if told.known else ["the profiles are not told up to the last commit"]
    count = saved.key_counts[facts.CUSTOMERS]
    wanted = (saved.version, saved.documents, saved.lines, saved.customers, saved.latest, saved.earliest)
    found = (told.version, told.documents, told.lines, told.customers, told.latest, told.earliest)
    if found != wanted:
        troubles.append("counts: %s, not %s" % (found, wanted))
    if told.measures != saved.column(facts.MEASURES, "iiqqII", count):
        troubles.append("the measures are others")
    if told.standings != saved.column(facts.STANDINGS, "B", count):
        troubles.append("the standings are others")
    if told.rows.get(SALES, (0, 0))[:2] != (len(world.lines), len(world.lines)):
        troubles.append("rows of sales: %s" % (told.rows.get(SALES),))
    return troubles


def month_of(day):
    return day.year * 12 + day.month - 1


def check_months(world, saved):
    """Revenue and orders by month, the months of customers, what was sold without a product: as the facts give them."""
    months, troubles = facts.Months(saved), []
    documents = world.documents().values()
    first = min(month_of(day) for day, _, _, _ in documents)
    count = max(month_of(day) for day, _, _, _ in documents) - first + 1 + 12
    revenue, orders, bits = [0] * count, [0] * count, {}
    for day, who, kind, parts in documents:
        month = month_of(day) - first
        revenue[month] += sum(parts) * (-1 if kind == "return" else 1)
        orders[month] += kind == "sale"
        bits[who] = bits.get(who, 0) | (2 << month if kind == "sale" else 0)
    begin = (datetime.date(first // 12, first % 12 + 1, 1) - EPOCH).days
    if (months.first_day, months.months) != (begin, count):
        troubles.append("months: %s, not %s" % ((months.first_day, months.months), (begin, count)))
    if [list(months.revenue), list(months.orders)] != [revenue, orders]:
        troubles.append("revenue and orders by month")
    for (_, customer), found in zip(saved.keys(facts.CUSTOMERS), months.bits):
        if found != bits.get(customer, 0):
            troubles.append("months of %s: %x, not %x" % (customer, found, bits.get(customer, 0)))
    active = [found for found in months.bits if found]
    if sum(size for _, _, _, size in months.moves) != len(active) or \
            sum(cell[0] for cell in months.cells) != sum(bin(found).count("1") for found in active):
        troubles.append("customers by their first month")
    sold = months.products[0]
    if (sold[0], sold[3]) != (sum(revenue), len(world.lines)):
        troubles.append("without a product: %s" % (sold,))
    return troubles[:3]


def check_people(world, saved):
    troubles = []
    customers = [key for _, key in saved.keys(facts.CUSTOMERS)]
    names = [key for _, key in saved.keys(facts.NAMES)]
    at = facts.TABLES + 256 * CUSTOMERS
    columns = [saved.column(at + column, form, len(customers)) for column, form in
               ((252, "B"), (REGION, "I"), (CREDIT_LIMIT, "q"), (AGE, "q"))]
    people = {key_of(one[0]): one for one in world.people}
    for i, key in enumerate(customers):
        there, region, limit, age = (column[i] for column in columns)
        if bool(there) != (key in people):
            troubles.append("customer %s: a row, or none" % key)
        if key in people:
            _, where, most, years = people[key]
            found = ("" if region in (None, facts.NO_ID) else names[region],
                     None if limit in (None, facts.NO_NUMBER) else limit, None if age in (None, facts.NO_NUMBER) else age)
            expected = (where, money(most) if most else None, int(float(years) * 1000000) if years else None)
            if found != expected:
                troubles.append("customer %s: %s, not %s" % (key, found, expected))
    return troubles[:3]


def check_steps(count, number, program, folder, steps, changed):
    """After each change of who is who, what the log tells and what a checkpoint holds."""
    steps = steps + changed.steps(folder)
    for done in range(1, 5):
        files = []
        for name, more in (("log%d.crm" % done, []), ("compact%d.crm" % done, ["compact"])):
            path = os.path.join(folder, name)
            subprocess.run([os.path.abspath(program), path] + steps[:len(steps) - 4 + done] + more, check=True)
            with open(path, "rb") as file:
                files.append(file.read())
        log, compact = (store.opened(data) for data in files)
        told, saved = facts.Profiles(files[0], log), facts.Checkpoint(files[1], compact.frames[0])
        count.check("%d: profiles behind %s" % (number, ("a merge", "an erasure", "a merge taken back", "a forgetting")[done - 1]),
                    check_changed(changed, done, told, saved))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--saved", required=True)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=5)
    arguments = parser.parse_args()
    count, draw = Count(), random.Random(arguments.seed)
    for number in range(arguments.rounds):
        world = World(draw)
        with tempfile.TemporaryDirectory() as folder:
            first, second, people, met = world.write(folder, draw.randrange(len(world.lines)))
            steps = ["sales=" + first, "customers:age", "customers=" + people, "interactions=" + met, "sales=" + second]
            for name, more in (("log.crm", []), ("compact.crm", ["compact"])):
                subprocess.run([os.path.abspath(arguments.saved), os.path.join(folder, name)] + steps + more, check=True)
            with open(os.path.join(folder, "log.crm"), "rb") as file:
                log = file.read()
            with open(os.path.join(folder, "compact.crm"), "rb") as file:
                compact = file.read()
            changed = Changed(draw, world)
            check_steps(count, number, arguments.saved, folder, steps, changed)
        commit = store.opened(log)
        kinds = [frame.kind for frame in commit.frames]
        count.check("%d: the log holds five changes" % number,
                    [] if kinds.count(facts.LOAD_ENDS) == kinds.count(facts.TOUCHED) == 4 and kinds.count(facts.DECLARED) == 1 else [str(kinds)])
        count.check("%d: the log holds the rows" % number, check_log(world, log, commit))
        told = facts.Profiles(log, commit)
        commit = store.opened(compact)
        count.check("%d: a compacted file is one checkpoint" % number,
                    [] if [frame.kind for frame in commit.frames] == [facts.HEAD] and
                    store.live(compact, commit)[-1] == commit.frames[0] else ["more frames"])
        saved = facts.Checkpoint(compact, commit.frames[0])
        count.check("%d: profiles behind the checkpoint" % number, check_told(world, told, saved))
        count.check("%d: the head stands twice" % number,
                    [] if [store.payload(compact, frame) for frame in store.live(compact, commit)[-2:]
                           if frame.kind in (facts.HEAD, facts.HEAD_COPY)] ==
                    [store.payload(compact, commit.frames[0])] * 2 else ["it does not"])
        count.check("%d: a plan comes first" % number, facts.check_plan(compact, store.live(compact, commit), commit.frames[0]))
        count.check("%d: documents and lines" % number, check_documents(world, saved))
        count.check("%d: measures of customers" % number, check_customers(world, saved))
        count.check("%d: who is known" % number, check_standings(world, saved))
        count.check("%d: sums by month and product" % number, check_months(world, saved))
        count.check("%d: rows of customers" % number, check_people(world, saved))
    count.close()


if __name__ == "__main__":
    main()
