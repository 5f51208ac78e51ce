#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every verb of crm-cockpit over the sample data, as bytes that have to be the same on every platform.

    verbs.py COMMAND ...        prints a line a call: what it asks, its exit status, a hash of what it wrote

COMMAND is crm-cockpit, after what runs it where that is needed.
"""

import hashlib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "examples" / "data"

TABLES = ("customers", "products", "opportunities", "pipelines", "stages", "interactions", "payments", "figures",
          "staff", "ownership", "changes", "assignments", "merges", "parents")

SINCE = ["--since", "2025-01-01"]
RICH = ["--where", "spend >= 500.00 and orders > 3"]
EFFECT = ["--at", "2025-01-01", "--treated", "spend >= 500.00"]

# They change a store's file, which not every platform has for them; tests/contract asks them.
LEFT_OUT = ("erase", "forget")

# What a verb needs to be asked at all, and calls beside the plain one.
NEEDED = {
    "transitions": ["--from", "2025-01-01", "--to", "2025-07-01"],
    "migration": SINCE, "movements": SINCE, "cultivation": SINCE, "movers": SINCE,
    "cultivated": SINCE, "view": ["--customer", "1001"],
    "drift": SINCE + RICH, "segment": RICH, "explain": RICH + ["--customer", "1001"],
    "overlap": ["--define", "rich=spend >= 500.00", "--define", "often=orders > 10"],
    "rows": ["--table", "opportunities"],
    "effect": EFFECT, "strata": EFFECT, "coverage": EFFECT, "extension": EFFECT,
}
MORE = [
    ["pyramid", "--measure", "profit", "--ties", "split"],
    ["pyramid", "--branch", "north", "--from", "2024-01-01", "--to", "2025-01-01"],
    ["kpi", "--group", "branch", "--periods", "12"],
    ["months", "--period", "week"],
    ["cohorts", "--rolling", "30"],
    ["series", "--role", "store"],
    ["composition", "--by", "region", "--across", "segment"],
    ["rfm", "--accounts", "--occasions", "day"],
    ["cockpit", "--lang", "zh"],
]


def files(data=DATA):
    found = ["--sales", "%s/sales.csv" % data, "--sales", "%s/late.csv" % data]
    for table in TABLES:
        found += ["--" + table, "%s/%s.csv" % (data, table)]
    return found


def run(command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, **options)


def calls(command, **options):
    """What is asked, one list of arguments each. The verbs are those that its help names."""
    told = run(command + ["--help"], **options)
    text = told.stdout.decode("utf-8", "replace")
    verbs = re.findall(r"^  ([a-z-]+) ", text.split("\nVerbs\n")[-1].split("\n\n")[0], flags=re.M)
    if told.returncode or len(verbs) < 40:
        raise SystemExit("%s --help names %d verbs\n%s" % (" ".join(command), len(verbs),
                                                             told.stderr.decode("utf-8", "replace")))
    for verb in verbs:
        if verb in LEFT_OUT:
            continue
        for form in ("csv", "text"):
            yield [verb, *NEEDED.get(verb, []), "--format", form]
    for words in MORE:
        yield words + ["--format", "json"]


def answers(command, data=DATA, **options):
    """Pairs of what was asked and what came of it: the exit status and the bytes of both outputs."""
    for words in calls(command, **options):
        done = run(command + words + ["--color", "never", "--width", "80"] + files(data), **options)
        yield " ".join(words), (done.returncode, done.stdout, done.stderr)


def differences(found, wanted):
    """Names of the calls whose answers are not those of another platform."""
    troubles = ["%s: not asked" % name for name in wanted if name not in found]
    for name, answer in found.items():
        if answer != wanted.get(name):
            troubles.append("%s: differs" % name)
    return troubles


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    for name, (status, out, error) in answers(sys.argv[1:]):
        print("%s %d %s" % (hashlib.sha256(out + b"\0" + error).hexdigest()[:16], status, name))


if __name__ == "__main__":
    main()
