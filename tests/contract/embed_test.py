#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the project shows of C: the embedding example runs, and every whole program in README.md and docs compiles and runs.

    embed_test.py --embed PROGRAM --cc CC --library FILE.a

Programs run in the project's root, with the sample's sales as their argument. A block of documentation is a program
where it defines main.
"""

import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SALES = ROOT / "examples" / "data" / "sales.csv"


def run(command, folder=ROOT):
    """None where all is well, else what was said."""
    done = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", errors="replace", check=False)
    if done.returncode or done.stderr:
        return "exit status %d\n%s" % (done.returncode, done.stderr)
    return None if done.stdout else "it says nothing"


def programs():
    """Place and text of the whole programs of the documentation."""
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for block in re.finditer(r"^```c\n(.*?)^```", text, flags=re.M | re.S):
            if re.search(r"\bmain\s*\(", block.group(1)):
                yield "%s:%d" % (path.relative_to(ROOT), text.count("\n", 0, block.start()) + 2), block.group(1)


def build_and_run(cc, library, text):
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "program.c"), os.path.join(folder, "program")
        pathlib.Path(source).write_text(text, encoding="utf-8")
        built = subprocess.run(cc + ["-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", "-I",
                                     str(ROOT / "include"), source, library, "-lm", "-o", program],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               encoding="utf-8", errors="replace", check=False)
        return built.stdout or "it does not compile" if built.returncode else run([program, SALES], folder)


def main():
    parser = argparse.ArgumentParser(description="the examples in C")
    for name in ("--embed", "--cc"):
        parser.add_argument(name, required=True)
    parser.add_argument("--library", required=True, dest="archive")
    arguments = parser.parse_args()
    cc = shlex.split(arguments.cc)
    troubles = {"embed": run([os.path.abspath(arguments.embed), SALES])}
    for place, text in programs():
        troubles[place] = build_and_run(cc, os.path.abspath(arguments.archive), text)
    failed = {place: trouble for place, trouble in troubles.items() if trouble}
    for place, trouble in failed.items():
        print("FAILED %s: %s" % (place, trouble))
    print("%d passed, %d failed" % (len(troubles) - len(failed), len(failed)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
