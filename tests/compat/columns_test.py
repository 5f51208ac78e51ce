#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""What becomes of a store file when the schema has got columns: `later` is the program `saved` with a schema that has
three more (later_schema.py), `worded` with one that knows one word more.

    columns_test.py --saved PROGRAM --later PROGRAM --worded PROGRAM
"""

import argparse
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "abi"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format"))
import facts  # noqa: E402
import store  # noqa: E402
from common import Count  # noqa: E402

FILES = {
    "sales.csv": "document,time,customer,amount\n1,2024-01-01,ann,5\n2,2024-01-02,bob,7\n",
    "customers.csv": "customer,kind,region,credit_limit,shoe\nann,person,north,12.50,41.5\nbob,business,,,38\nbad,what,,,\n",
    "talks.csv": "time,customer,channel,source\n2024-02-01,ann,phone,pbx\n2024-02-01,ann,phone,pbx\n2024-02-03,bob,mail,\n",
    "chances.csv": "opportunity,customer,created,outcome\no1,ann,2024-01-05,won\n",
    "paused.csv": "opportunity,customer,created,outcome\no2,ann,2024-01-05,paused\n",
    "more.csv": "customer,kind,language,discount,source,shoe\ncyd,person,da,3.25,shop,39\n",
    "scored.csv": "time,customer,channel,score,source\n2024-02-04,bob,mail,0.5,pbx\n",
}
OLD = ["sales=sales.csv", "customers:shoe", "customers=customers.csv", "interactions=talks.csv", "opportunities=chances.csv"]
AGAIN = ["customers=customers.csv", "interactions=talks.csv"]
ASK = ["verify", "customers?", "interactions?"]
NEW = ["customers=more.csv", "interactions=scored.csv"]


class Trial:
    def __init__(self, folder, count):
        self.folder, self.count = folder, count
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, program, file, steps):
        """(exit code, what it wrote, what it complained of)"""
        done = subprocess.run([program, file] + steps, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=600, check=False)
        return done.returncode, done.stdout, done.stderr

    def same(self, what, found, wanted):
        self.count.check(what, [] if found == wanted else ["%r, not %r" % (found, wanted)])

    def refused(self, what, found, words):
        good = found[0] == 2 and found[2].startswith("version: ") and all(word in found[2] for word in words)
        self.count.check(what, [] if good else [repr(found)])


def without(text, columns):
    """A CSV text without some of its columns."""
    rows = [line.split(",") for line in text.splitlines()]
    keep = [i for i, name in enumerate(rows[0]) if name not in columns]
    return "".join(",".join(row[i] for i in keep) + "\n" for row in rows)


def halves(text):
    """The rows of customers and those of interactions."""
    at = text.index("time,")
    return text[:at], text[at:]


def read_older(trial, saved, later, name, more):
    """A file of before the columns came, in its log or in its checkpoint, as the later library sees it."""
    file = name + ".crm"
    trial.same(name + " is written", trial.run(saved, file, OLD + more)[0], 0)
    before = halves(trial.run(saved, file, ASK)[1])
    code, text, trouble = trial.run(later, file, ASK)
    trial.same(name + " is read by the later library", (code, trouble), (0, ""))
    after = halves(text)
    trial.same(name + " customers", without(after[0], ("language", "discount")), before[0])
    trial.same(name + " interactions", without(after[1], ("score",)), before[1])
    trial.same(name + " has nothing in the later columns",
               {tuple(row.split(",")[11:13]) for row in after[0].splitlines()[1:]}, {("", "")})
    trial.same(name + " knows the rows that it has", trial.run(later, file, AGAIN + ASK)[1], text)
    return file, text


def go_on(trial, saved, later, file, text):
    """The later library writes what only it knows: it reads it again, and the earlier one refuses it."""
    code, written, trouble = trial.run(later, file, NEW + ASK)
    trial.same(file + " takes the later columns", (code, trouble), (0, ""))
    trial.same(file + " has a row more of each", len(written.splitlines()), len(text.splitlines()) + 2)
    trial.same(file + " holds them", [row for row in written.splitlines() if row.startswith("cyd,")],
               ["cyd,person,,,,,,,,,,da,3.25,shop,,39.000000"])
    trial.same(file + " again", trial.run(later, file, ASK)[1], written)
    trial.refused(file + " with the later columns in its log", trial.run(saved, file, ASK), ["later version"])
    trial.same(file + " is compacted", trial.run(later, file, ["compact"])[0], 0)
    trial.same(file + " compacted", trial.run(later, file, ASK)[1], written)
    trial.refused(file + " with the later columns in its checkpoint", trial.run(saved, file, ASK), ["customers", "columns"])


def read_by_description(trial, file):
    """The numbers of columns, as the page of the format says them."""
    with open(os.path.join(trial.folder, file), "rb") as opened:
        data = opened.read()
    saved = facts.Checkpoint(data, store.opened(data).frames[0])
    customers = [key for _, key in saved.keys(facts.CUSTOMERS)]
    names = [key for _, key in saved.keys(facts.NAMES)]
    at, row = facts.TABLES, customers.index("cyd")
    language, discount = (saved.column(at + 13 + 64 + i, form, len(customers)) for i, form in ((0, "I"), (1, "q")))
    shoe = saved.column(at + 13, "q", len(customers))
    trial.same("columns by their numbers", (names[language[row]], discount[row], shoe[row]), ("da", 325, 39000000))
    trial.same("how many columns the head says", [len(table.words) for table in saved.tables],
               [first + {0: 2, 3: 1, 5: 1, 6: 1}.get(i, 0) for i, first in enumerate(facts.FIRST_COLUMNS)])
    trial.same("what words it says", saved.tables[3].words[4], 3)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--saved", "--later", "--worded"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    saved, later, worded = (os.path.abspath(one) for one in (arguments.saved, arguments.later, arguments.worded))
    count = Count()
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(folder, count)
        for name, more in (("log", []), ("checkpoint", ["compact"]), ("both", ["compact"] + AGAIN)):
            file, text = read_older(trial, saved, later, name, more)
            go_on(trial, saved, later, file, text)
        read_by_description(trial, "checkpoint.crm")
        trial.run(saved, "words.crm", OLD + ["compact"])
        trial.same("more words are read", trial.run(worded, "words.crm", ["opportunities=paused.csv", "verify"])[0], 0)
        trial.same("and compacted", trial.run(worded, "words.crm", ["compact", "verify"])[0], 0)
        trial.refused("a file with more words", trial.run(saved, "words.crm", ["verify"]), ["opportunities", "words"])
    count.close()


if __name__ == "__main__":
    main()
