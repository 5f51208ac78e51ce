#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""Store files of every format that there has been are read, and answer what they answered when they were written.

    compat_test.py --cockpit PATH

store-N.base64 is a file whose checkpoint has a head of form N: a checkpoint (loads of sales, customers, merges, opportunities
and interactions, an attribute) and a commit behind it (a higher version and a new document). store-N.txt is what it
answers. Neither is ever written again. Columns that tables have got since stand in the rows as well, and are empty.
store-2-met is one whose profiles do not know all whom opportunities, stages and interactions name.
"""

import argparse
import base64
import csv
import io
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

ASKED = (
    ["load", "--format", "csv"],
    ["tiers", "--format", "csv"],
    ["pyramid", "--format", "csv"],
    ["aliases", "--format", "csv"],
    ["products", "--format", "csv"],
    ["rows", "--table", "customers", "--format", "csv"],
    ["rows", "--table", "opportunities", "--format", "csv"],
    ["rows", "--table", "interactions", "--format", "csv"],
)


def as_then(text, columns):
    """A table without the columns that it did not have then; they hold nothing."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    keep = [place for place, name in enumerate(rows[0]) if name in columns]
    if any(row[place] for row in rows[1:] for place in range(len(row)) if place not in keep):
        return text
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([row[place] for place in keep] for row in rows)
    return out.getvalue()


def answers(cockpit, path, then):
    """`then`: what it answered when it was written."""
    headers = {block.split("\n", 1)[0]: block.split("\n", 2)[1].split(",") for block in then.split("$ ")[1:]}
    told = []
    for words in ASKED:
        done = subprocess.run([cockpit, *words, "--store", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=600, check=False)
        text = as_then(done.stdout, headers[" ".join(words)]) if words[0] == "rows" and not done.returncode else done.stdout
        told.append(f"$ {' '.join(words)}\n{text}{done.stderr if done.returncode else ''}")
    return "".join(told)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cockpit", required=True)
    cockpit = parser.parse_args().cockpit
    passed = failed = 0
    for source in sorted(HERE.glob("store-*.base64")):
        content = base64.b64decode(source.read_text())
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "old.crm")
            path.write_bytes(content)
            then = source.with_suffix(".txt").read_text(encoding="utf-8")
            told = answers(cockpit, str(path), then)
            path.write_bytes(content)
            more = pathlib.Path(folder, "more.csv")
            more.write_text("document,time,customer,amount\n9,2023-06-01,zoe,12.34\n")
            again = subprocess.run([cockpit, "load", "--format", "csv", "--store", path, "--sales", more],
                                   stdout=subprocess.PIPE, encoding="utf-8", timeout=600, check=False)
        good = told == then
        known = again.returncode == 0 and any(line.startswith("sales,8,6,1,1,") for line in again.stdout.splitlines())
        for what, fine in (("answers", good), ("takes loads and knows what it has", known)):
            passed += fine
            failed += not fine
            if not fine:
                print(f"FAILED {source.name} {what}:\n{told if what == 'answers' else again.stdout}")
    if passed + failed == 0:
        failed = 1
        print("FAILED there is no file")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


raise SystemExit(main())
