#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client that was compiled against the first headers (old/) runs with today's library and gets the same answers.

    old_test.py --cc CC --cockpit PATH [--library FILE.so] [--archive FILE.a]
"""

import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from common import Count, ROOT  # noqa: E402

OLD = pathlib.Path(__file__).resolve().parent / "old"
SALES = ROOT / "examples" / "data" / "sales.csv"
CUSTOMER = "1037"


def run(command, **options):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False, **options)


def expected(cockpit):
    """What today's own program says of the same."""
    scope = ["--from", "2024-01-01", "--to", "2025-01-01", "--branch", "north", "--format", "csv", "--sales", SALES]
    pyramid = run([cockpit, "pyramid", *scope])
    tiers = run([cockpit, "tiers", *scope]).stdout.splitlines()
    ranked = [line.split(",") for line in tiers[1:] if line.split(",")[2]]
    mine = next((cells for cells in ranked if cells[0] == CUSTOMER), None)
    if pyramid.returncode or mine is None:
        raise SystemExit("no answer to compare with: " + pyramid.stderr)
    rows = sum(1 for _ in SALES.open(encoding="utf-8")) - 1
    return ["rows %d accepted %d rejected 0" % (rows, rows), *pyramid.stdout.splitlines(),
            "%s %s %s of %d" % (CUSTOMER, mine[1], mine[2], len(ranked)), "argument 1 1",
            "version 1, documents 1, memory asked for: 1"]


def troubles(cc, folder, wanted, name, linked):
    program = folder / name
    built = run([*cc, "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", OLD, OLD / "client.c", *linked, "-lm", "-o", program])
    if built.returncode:
        return built.stderr.splitlines()[:20]
    done = run([program, SALES, CUSTOMER])
    lines = done.stdout.splitlines()
    if done.returncode or lines != wanted:
        return ["exit status %d: %s" % (done.returncode, done.stderr)] + [
            "expected: %s" % line for line in wanted if line not in lines] + ["found: %s" % line for line in lines
                                                                               if line not in wanted]
    return []


def main():
    parser = argparse.ArgumentParser(description="a client of the first headers")
    for name in ("--cc", "--cockpit"):
        parser.add_argument(name, required=True)
    parser.add_argument("--library", dest="shared")
    parser.add_argument("--archive")
    arguments = parser.parse_args()
    count, cc = Count(), shlex.split(arguments.cc)
    wanted = expected(arguments.cockpit)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if arguments.shared and ".so" in arguments.shared:
            library = pathlib.Path(arguments.shared).resolve()
            count.check("the old client with the shared library",
                        troubles(cc, folder, wanted, "shared", [library, "-Wl,-rpath," + str(library.parent)]))
        else:
            count.skip("the old client with the shared library", "there is none")
        if arguments.archive:
            count.check("the old client with the static library",
                        troubles(cc, folder, wanted, "static", [arguments.archive]))
    count.close()


if __name__ == "__main__":
    main()
