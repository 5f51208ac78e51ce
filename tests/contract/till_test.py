#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""examples/till on a terminal: what it says is what crm-cockpit says of the same sales and the receipts it took.

    till_test.py --till PROGRAM --cockpit PROGRAM --data examples/data
"""

import argparse
import csv
import datetime
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "abi"))
from common import Count  # noqa: E402

TIERS = ("vip", "major", "medium", "small")
STANDING = re.compile(r"  (\w+), (\d+)\. of (\d+), spent (-?\d+\.\d\d) ")


def say(till, sales, lines):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([till, sales, os.path.join(folder, "receipts.csv")],
                              input="".join(line + "\n" for line in lines), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, encoding="utf-8", timeout=600, check=False)
    if done.returncode or done.stderr:
        raise SystemExit("till: exit status %d\n%s" % (done.returncode, done.stderr))
    return done.stdout


def tiers(cockpit, files, as_of):
    first = as_of - datetime.timedelta(days=365)
    command = [cockpit, "tiers", "--format", "csv", "--from", str(first), "--as-of", str(as_of)]
    for file in files:
        command += ["--sales", file]
    text = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", timeout=600, check=True).stdout
    return {row["customer"]: row for row in csv.DictReader(io.StringIO(text)) if row["tier"] in TIERS}


def standings(text):
    return [match.groups() for match in STANDING.finditer(text)]


def expected(rows, customer):
    row = rows[customer]
    return (row["tier"], row["rank"], str(len(rows)), row["spend"])


def main():
    parser = argparse.ArgumentParser(description="the till on a terminal")
    for name in ("--till", "--cockpit", "--data"):
        parser.add_argument(name, required=True)
    given = parser.parse_args()
    till, cockpit = os.path.abspath(given.till), os.path.abspath(given.cockpit)
    sales = os.path.join(os.path.abspath(given.data), "sales.csv")
    count = Count()
    with open(sales, encoding="utf-8") as file:
        last = max(row["time"][:10] for row in csv.DictReader(file))
    today = datetime.date.fromisoformat(last) + datetime.timedelta(days=1)
    rows = tiers(cockpit, [sales], today + datetime.timedelta(days=1))
    some = sorted(rows, key=lambda key: int(rows[key]["rank"]))[:: max(1, len(rows) // 40)]
    said = standings(say(till, sales, some))
    count.check("looking up tells what the verb tiers tells", [
        "%s: %s, not %s" % (key, got, expected(rows, key)) for key, got in zip(some, said)
        if got != expected(rows, key)] + ([] if len(said) == len(some) else ["%d answers" % len(said)]))

    receipts = [(some[5], "120.50"), ("till-new", "9.99"), (some[9], "-3.00"), (some[5], "10.00"), ("till-new", "1.00")]
    with tempfile.TemporaryDirectory() as folder:
        added = os.path.join(folder, "added.csv")
        with open(added, "w", encoding="utf-8") as file:
            file.write("document,time,customer,kind,amount\n")
            for number, (key, amount) in enumerate(receipts):
                kind = "return" if amount.startswith("-") else "sale"
                file.write("new-%d,%s 12:00,%s,%s,%s\n" % (number, today, key, kind, amount))
        names = sorted({key for key, _ in receipts})
        after = tiers(cockpit, [sales, added], today + datetime.timedelta(days=1))
        rung = ["%s %s" % receipt for receipt in receipts]
        said = standings(say(till, sales, rung + names))
        count.check("what was posted counts at once", [
            "%s: %s" % (key, got) for key, got in zip(names, said[len(rung):]) if got != expected(after, key)])
        count.check("a preview is what comes", [
            str(said[i]) for i, (key, _) in enumerate(receipts)
            if key not in [other for other, _ in receipts[i + 1:]] and said[i][:1] + said[i][3:] !=
            expected(after, key)[:1] + expected(after, key)[3:]])
        tomorrow = tiers(cockpit, [sales, added], today + datetime.timedelta(days=2))
        text = say(till, sales, rung + ["day"] + names)
        said = standings(text)
        count.check("the store has it the day after", [
            "%s: %s" % (key, got) for key, got in zip(names, said[len(rung):]) if got != expected(tomorrow, key)] +
            ([] if "5 receipts in the store, 0 still posted only" in text else [text]))
    count.check("who is not there is said to be so",
                [] if "no such customer" in say(till, sales, ["nobody-at-all"]) else ["nothing said"])
    count.close()


if __name__ == "__main__":
    main()
