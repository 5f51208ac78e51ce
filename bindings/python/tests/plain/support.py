# SPDX-License-Identifier: MIT
"""What the plain tests share."""

import os
import pathlib
import subprocess
import sys

PACKAGE = pathlib.Path(__file__).resolve().parents[2]
ROOT = PACKAGE.parents[1]

# Set by the runner.
LIBRARY = os.environ.get("LIBCRM_LIBRARY")
COCKPIT = None
DATA = ROOT / "examples" / "data"

SALES = {
    "document": [1, 2, 3, 4],
    "time": ["2024-01-31", "2024-02-01T10:00", "2024-02-03", "2024-03-01"],
    "customer": ["ann", "bob", "ann", "eve"],
    "amount": ["12.50", "7", "3.25", "-1"],
    "product": ["p", "q", "p", "p"],
    "branch": ["n", "s", "n", "n"],
}


def facts(**options):
    """A store with the sales above."""
    import libcrm

    store = libcrm.Store(**options)
    store.load("sales", SALES)
    return store


def in_child(code, **environment):
    """A fresh interpreter that runs code: its exit status and its output."""
    settings = {**os.environ, "LIBCRM_LIBRARY": str(LIBRARY), "PYTHONPATH": str(PACKAGE / "src"),
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore", **environment}
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=settings,
                          timeout=600, check=False)
    return done.returncode, done.stdout.decode()


def csv_lines(count):
    """A CSV file of so many documents."""
    return b"document,time,amount\n" + b"".join(b"%d,2024-01-01,1\n" % n for n in range(count))
