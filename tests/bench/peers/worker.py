# SPDX-License-Identifier: MIT
"""What the peers share: the conversation with `run`, reading columns, and the form of the answers.

A peer is a class with `version`, `prepare()` (data into the engine's own format, not timed) and methods `task_<id>`
(timed), each with an `answer_<id>` that turns what the task left into the common form (not timed)."""

import json
import os
import resource
import sys
import time

NUMBERS = (
    ("document", "i64"),
    ("line", "i32"),
    ("customer", "i32"),
    ("time", "i64"),
    ("product", "i32"),
    ("branch", "i32"),
    ("quantity", "i32"),
    ("amount", "i64"),
    ("cost", "i64"),
    ("key", "i64"),
)

QUINTILES = (1, 2, 3, 4)  # fifths of the customers
TIER_SHARES = (1, 5, 20)  # percent


def place(share, whole, n):
    """The 1-based place that share / whole of n reaches, rounded up, exactly."""
    return -(-share * n // whole)


def numpy_columns(directory):
    import numpy

    kinds = {"i64": numpy.int64, "i32": numpy.int32}
    return {
        name: numpy.fromfile(os.path.join(directory, f"{name}.{kind}"), dtype=kinds[kind]) for name, kind in NUMBERS
    }


def text_keys(directory):
    """The 13-character keys as an Arrow array."""
    import numpy
    import pyarrow

    raw = numpy.fromfile(os.path.join(directory, "key.text13"), dtype=numpy.uint8)
    offsets = numpy.arange(0, len(raw) + 1, 13, dtype=numpy.int64)
    return pyarrow.LargeStringArray.from_buffers(len(offsets) - 1, pyarrow.py_buffer(offsets), pyarrow.py_buffer(raw))


def arrow_table(directory):
    """All columns as an Arrow table: what a task that loads begins with. The narrow types are a careful user's."""
    import pyarrow

    made = {name: pyarrow.array(values) for name, values in numpy_columns(directory).items()}
    made["line"] = made["line"].cast(pyarrow.int8())
    made["time"] = made["time"].cast(pyarrow.timestamp("us"))
    made["text_key"] = text_keys(directory)
    return pyarrow.table(made)


def top20(n, threshold, above_count, above_sum):
    """Money of the first fifth of n customers, from those strictly above the threshold and ties filled up."""
    return above_sum + (place(1, 5, n) - above_count) * threshold


def serve(make):
    """make(directory, threads) gives the peer. Reads commands from standard input until it ends."""
    engine = make(sys.argv[1], int(sys.argv[2]))
    print(json.dumps({"version": engine.version}), flush=True)
    prepared = False
    for line in sys.stdin:
        verb, _, task = line.strip().partition(" ")
        if verb == "quit":
            break
        step = getattr(engine, "task_" + task, None)
        if step is None:
            print(json.dumps({"skip": "no such task for this peer"}), flush=True)
            continue
        try:
            if not prepared and not task.startswith("csv"):
                engine.prepare()
                prepared = True
            if hasattr(engine, "before_" + task):
                getattr(engine, "before_" + task)()
            start = time.perf_counter_ns()
            step()
            ns = time.perf_counter_ns() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            reply = {"ns": ns, "peak": peak} if verb == "run" else getattr(engine, "answer_" + task, dict)()
            if hasattr(engine, "after_" + task):
                getattr(engine, "after_" + task)()
        except Exception as error:  # a peer that fails is a line in the report, not the end of the run
            reply = {"error": f"{type(error).__name__}: {error}"[:200].replace("\n", " ")}
        print(json.dumps(reply), flush=True)


def score_counts(rows):
    """rows: (r, f, m, customers)."""
    counts = [0] * 125
    for r, f, m, n in rows:
        counts[(int(r) - 1) * 25 + (int(f) - 1) * 5 + int(m) - 1] += int(n)
    return counts


def integers(rows):
    return [[int(value) for value in row] for row in rows]
