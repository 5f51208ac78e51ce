#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Adds up what the test programs themselves counted.

    count.py LABEL=TESTLOG.json ...

Each TESTLOG is a log of `meson test`; LABEL tells the runs apart. A program's own count is what cmocka prints
("[  PASSED  ] 3 test(s).") or a line "3 passed, 0 failed". One that ends without a count, or in another way than its count says,
is itself a failure, and so is a log that is not there. LABEL! says that the run as a whole failed, LABEL? that it was left
out. The last line is the sum: "N passed, N failed", with ", N skipped" where something was.
"""

import json
import os
import re
import sys

CMOCKA = re.compile(r"^\[  (PASSED|FAILED|SKIPPED) +\] +(\d+) test\(s\)", flags=re.M)
ERRORS = re.compile(r"^\[  ERROR {2,}\] ", flags=re.M)
PLAIN = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", flags=re.M)
GOOD, LEFT_OUT = ("OK", "EXPECTEDFAIL"), "SKIP"


def counted(text):
    """What a program counted: passed, failed, skipped; None where it did not."""
    plain = PLAIN.findall(text)
    if plain:
        passed, failed, skipped = plain[-1]
        return [int(passed), int(failed), int(skipped or 0)]
    found = CMOCKA.findall(text)
    if not found:
        return None
    sums = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for word, number in found:
        sums[word] += int(number)
    return [sums["PASSED"], sums["FAILED"], sums["SKIPPED"]]


def entry(test):
    """The count of one program of a log, and a remark."""
    text = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    result, count = test["result"], counted(text)
    if result == LEFT_OUT:
        count = count or [0, 0, 0]
        remark = [line for line in text.splitlines() if "skip" in line.lower()][:1] or ["skipped"]
        return [count[0], count[1], max(1, count[2])], remark[0].strip()
    if result in GOOD:
        return (count, "") if count else ([0, 1, 0], "ended without counting")
    if count is None or count[1] == 0:
        count = count or [0, 0, 0]
        return [count[0], count[1] + 1, count[2]], "ended with %s" % result.lower()
    return count, ""


def line_of(label, name, count, remark):
    text = "%s %s: %d passed, %d failed" % (label, name, count[0], count[1])
    if count[2]:
        text += ", %d skipped" % count[2]
    print(text + (" (%s)" % remark if remark else ""))


def run_of(label, path):
    """The sum of one run."""
    if label.endswith("?"):
        line_of(label[:-1], "run", [0, 0, 1], path)
        return [0, 0, 1]
    broken, label = label.endswith("!"), label.rstrip("!")
    total = [0, 0, 0]
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            for line in file:
                test = json.loads(line)
                count, remark = entry(test)
                line_of(label, test["name"].split(" / ")[-1], count, remark)
                total = [a + b for a, b in zip(total, count)]
    if total == [0, 0, 0] or broken and total[1] == 0:
        line_of(label, "run", [0, 1, 0], "it failed as a whole" if broken else "no test was run")
        total[1] += 1
    return total


def main():
    totals = [0, 0, 0]
    for argument in sys.argv[1:]:
        label, _, path = argument.partition("=")
        totals = [a + b for a, b in zip(totals, run_of(label, path))]
    print("%d passed, %d failed" % (totals[0], totals[1]) + (", %d skipped" % totals[2] if totals[2] else ""))
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
