#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Installs the package and its extra `test` into an environment of their own and runs tests/full and mypy there.

    full_test.py --work FOLDER --log FILE.json

The log has the form of one of `meson test`, for tests/count.py. Where there is no pip or no index to fetch from, the run
is left out and says so.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

PACKAGE = pathlib.Path(__file__).resolve().parents[1]


class LeftOut(Exception):
    """What is needed cannot be had here."""


def run(command, **options):
    return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace", check=False, **options)


def extra():
    """The requirements of the extra `test`."""
    text = (PACKAGE / "pyproject.toml").read_text(encoding="utf-8")
    inside = text.split("\ntest = [", 1)[1].split("\n]", 1)[0]
    return [line.strip().strip(",").strip('"') for line in inside.splitlines() if line.strip()]


def environment(work):
    """A Python of its own with everything in it."""
    place = work / "venv"
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        made = run([sys.executable, "-m", "venv", place])
        if made.returncode:
            raise LeftOut("no virtual environment can be made: python3-venv is not here")
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    fetched = run(pip + ["--retries", "1"] + extra())
    if fetched.returncode:
        raise LeftOut("the libraries it works with cannot be fetched: %s" % fetched.stdout.strip().splitlines()[-1])
    return python, pip


def outcome(counts, output):
    passed, failed, skipped = counts
    line = "%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else "")
    return output + "\n" + line, "FAIL" if failed or not passed else "OK"


def full(work):
    python, pip = environment(work)
    built = run(pip + ["--no-deps", "--force-reinstall", PACKAGE])
    if built.returncode:
        return outcome((0, 1, 0), built.stdout + "\nthe package cannot be built")
    settings = {name: value for name, value in os.environ.items() if name not in ("LIBCRM_LIBRARY", "PYTHONPATH")}
    settings["PYTHONDONTWRITEBYTECODE"] = "1"
    report = work / "junit.xml"
    report.unlink(missing_ok=True)
    tests = run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", report, PACKAGE / "tests" / "full"],
                cwd=work, env=settings)
    counts = [0, 0, 0]
    if report.exists():
        for suite in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
            every, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            counts = [counts[0] + every - failed - skipped, counts[1] + failed, counts[2] + skipped]
    if tests.returncode and not counts[1]:
        counts[1] += 1
    types = run([python, "-m", "mypy", "--cache-dir", work / "mypy"], cwd=PACKAGE, env=settings)
    counts[types.returncode != 0] += 1
    return outcome(counts, tests.stdout + "\n" + types.stdout)


def main():
    parser = argparse.ArgumentParser(description="the Python package beside the libraries it works with")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--log", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    try:
        text, result = full(work)
    except LeftOut as why:
        text, result = "skipped: %s" % why, "SKIP"
    print(text)
    arguments.log.write_text(json.dumps({"name": "full", "stdout": text, "stderr": "", "result": result}) + "\n",
                             encoding="utf-8")
    return 1 if result == "FAIL" else 0


if __name__ == "__main__":
    sys.exit(main())
