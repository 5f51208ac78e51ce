#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The generator makes the committed sample again, byte for byte, and keeps to the number of lines that it is asked for.
The cockpit finds each case that the sample is made to hold, once, and nothing in one that is made without them.

    sample_test.py --generate PROGRAM --cockpit PROGRAM
"""

import argparse
import collections
import csv
import io
import pathlib
import subprocess
import sys
import tempfile

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "data"


def sample(generate, folder):
    """Names of the files that differ from the committed ones, and of all."""
    subprocess.run([generate, str(folder)], check=True, stdin=subprocess.DEVNULL)
    committed = {path.name for path in SAMPLE.glob("*.csv")}
    names = sorted(committed | {path.name for path in folder.glob("*.csv")})
    same = [name for name in names if name in committed and (folder / name).exists()
            and (folder / name).read_bytes() == (SAMPLE / name).read_bytes()]
    return names, [name for name in names if name not in same]


def streamed(generate, path, seed):
    subprocess.run([generate, "--lines", "1000", "--customers", "100", "--seed", seed, str(path)], check=True,
                   stdin=subprocess.DEVNULL)
    return path.read_bytes()


# Each finding, and what it is about.
PLANTED = {
    "members_without_revenue": "", "frequency_ticket_split": "", "concentration_up": "", "branch_behind": "hill",
    "product_behind": "P0152", "staff_returns": "16", "staff_voids": "20", "staff_discounts": "25",
    "shared_customer": "9999", "reopened_month": "2025-10", "dead_stock": "P0022", "data_gap": "station 2025-08-03",
    "unusual_orders": "2025-11", "unusual_revenue": "2025-11", "unusual_day": "2025-12-09",
    "segment_behind": "standard", "value_falling": "", "leak_up": "", "promotion_slowed": "",
}

TABLES = ("customers", "products", "opportunities", "pipelines", "stages", "interactions", "payments", "figures", "staff",
          "ownership", "changes", "assignments", "merges", "parents")


def ask(cockpit, folder, *words):
    """The rows that a verb writes about a whole sample."""
    files = ["--sales=%s" % (folder / "sales.csv"), "--sales=%s" % (folder / "late.csv")]
    files += ["--%s=%s" % (table, folder / (table + ".csv")) for table in TABLES]
    out = subprocess.run([cockpit, *words, "--format", "csv"] + files, check=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8")
    return list(csv.DictReader(io.StringIO(out)))


def findings(cockpit, folder):
    """What is found in a sample, and how often."""
    rows = ask(cockpit, folder, "findings")
    return collections.Counter((row["finding"], " ".join(filter(None, (row["subject"], row["period"])))) for row in rows)


def journeys(cockpit, folder):
    """How customers came into the stages of the pipeline `target` and left them, and how they stand."""
    files = ["--%s=%s" % (table, folder / (table + ".csv")) for table in ("pipelines", "stages")]
    seen = set()
    for verb, columns in (("steps", ("came", "went")), ("journeys", ("state",))):
        out = subprocess.run([cockpit, verb, "--pipeline", "target", "--format", "csv"] + files, check=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.decode("utf-8")
        for row in csv.DictReader(io.StringIO(out)):
            seen |= {"%s %s" % (column, row[column]) for column in columns}
    return seen


def read(folder, name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def identities(cockpit, folder):
    """What the sample tells of who is who, and of who left, beside what its files say: [(what, whether they agree)]."""
    into, bought = {}, set()
    for row in read(folder, "merges.csv"):
        into[row["customer"]] = None if row["undone"] else row["into"]
    into = {key: value for key, value in into.items() if value}

    def stands(key):
        return stands(into[key]) if key in into else key

    sold = read(folder, "sales.csv") + read(folder, "late.csv")
    aliases = {row["alias"]: row["customer"] for row in ask(cockpit, folder, "aliases")}
    checks = [("aliases", bool(into) and aliases == {key: stands(key) for key in into})]
    for row in sold:
        if row["customer"] and row["kind"] == "sale":
            bought.add(stands(row["customer"]))
    tiers = ask(cockpit, folder, "tiers")
    checks.append(("an old card is a customer", not set(into) & {row["customer"] for row in tiers}))
    checks.append(("who bought", bought == {row["customer"] for row in tiers if int(row["orders"])}))
    won = {row["customer"] for row in read(folder, "opportunities.csv") if row["outcome"] == "won"}
    checks.append(("some firm that was won orders", len(won & bought) > 50))
    levels = {int(row["level"]) for row in ask(cockpit, folder, "sites")}
    checks.append(("levels of sites", levels == {0, 1, 2}))
    reasons = {row["reason"]: int(row["customers"]) for row in ask(cockpit, folder, "reasons")}
    told = {row["reason"] for row in read(folder, "stages.csv") if row["stage"] == "lost" and row["customer"] in bought}
    checks.append(("reasons", set(reasons) == told | {""} and sum(reasons.values()) > 2 * reasons["moved"] > 20))
    churn = {row["churn"]: int(row["customers"]) for row in ask(cockpit, folder, "churn", "--natural", "moved,closed,died")}
    natural = sum(reasons[word] for word in ("moved", "closed", "died"))
    checks.append(("churn", churn == {"natural": natural, "other": sum(reasons.values()) - natural - reasons[""],
                                      "silent": reasons[""], "unknown": 0}))
    log = collections.Counter(field for field, _ in {(row["field"], row["customer"]) for row in read(folder, "changes.csv")})
    checks.append(("changes", {row["field"]: int(row["customers"]) for row in ask(cockpit, folder, "changes")} == log))
    return [("%s in the sample" % what, good) for what, good in checks]


# Every way in and out of a stage is in the sample.
WAYS = {"came began", "came next", "came skip", "came back", "came again", "went ", "went on", "went back", "went out",
        "state under_way", "state completed", "state dropped"}


def main():
    parser = argparse.ArgumentParser(description="the sample data")
    parser.add_argument("--generate", required=True)
    parser.add_argument("--cockpit", required=True)
    arguments = parser.parse_args()
    generate = arguments.generate
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "sample").mkdir()
        (folder / "plain").mkdir()
        names, wrong = sample(generate, folder / "sample")
        subprocess.run([generate, "--plain", str(folder / "plain")], check=True, stdin=subprocess.DEVNULL)
        found = findings(arguments.cockpit, folder / "sample")
        plain = findings(arguments.cockpit, folder / "plain")
        checks = [("%s differs from what generate makes" % each, each not in wrong) for each in names]
        checks += [("the sample has %s %s %d times" % (kind, about, found[kind, about]), found[kind, about] == 1)
                   for kind, about in PLANTED.items()]
        checks += [("the sample has more: %s" % (found - collections.Counter(PLANTED.items())),
                    sum(found.values()) == len(PLANTED)), ("a plain one has %s" % plain, not plain)]
        checks.append(("the ways of target customers in the sample", journeys(arguments.cockpit, folder / "sample") == WAYS))
        checks += identities(arguments.cockpit, folder / "sample")
        first, again = streamed(generate, folder / "a", "7"), streamed(generate, folder / "b", "7")
        other = streamed(generate, folder / "c", "8")
        checks += [("the same seed gives other bytes", first == again), ("another seed gives the same bytes", first != other),
                   ("1000 lines and a header are asked for", first.count(b"\n") == 1001)]
    failed = [text for text, good in checks if not good]
    for text in failed:
        print("FAILED %s" % text)
    print("%d passed, %d failed" % (len(checks) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
