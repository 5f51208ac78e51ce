#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Python package beside the same through C, in one run: from a frame to the pyramid, and the price of a call.

    python_bench.py --programs FOLDER --data FOLDER [--library FILE] [--rounds N]

C and each frame take turns, each in a process of its own that does the work five times over, for the first time is mostly
the system's, which hands out the pages: the median of the five is taken. Memory is the peak beyond the frame. Needs
pyarrow, NumPy and Polars; `run --python` gives them. Nothing is judged here.
"""

import argparse
import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys
import timeit

HERE = pathlib.Path(__file__).resolve().parent
FIELDS = ["document", "line", "customer", "time", "product", "branch", "quantity", "amount", "cost"]
RUNS = 5   # as in bench_frame.c
KINDS = ["c", "pyarrow", "polars", "pandas", "numpy"]


def status_kib(name):
    with open("/proc/self/status", encoding="ascii") as file:
        return next((int(line.split()[1]) for line in file if line.startswith(name)), 0)


def frame_of(kind, directory):
    sys.path.insert(0, str(HERE / "peers"))
    import worker

    if kind == "numpy":
        columns = worker.numpy_columns(directory)
        return {**{name: columns[name] for name in FIELDS}, "time": columns["time"].view("M8[us]")}
    table = worker.arrow_table(directory).select(FIELDS)
    if kind == "polars":
        import polars

        return polars.from_arrow(table)
    return table.to_pandas() if kind == "pandas" else table


def once(frame):
    """From the frame to the pyramid: nanoseconds of the clock, of the processor, the pyramid's spend."""
    import time

    import libcrm

    begin, cpu = time.perf_counter_ns(), time.process_time_ns()
    with libcrm.Store() as store:
        store.load("sales", frame, minor=True)
        tiers = store.pyramid().tiers()
        ns, cpu = time.perf_counter_ns() - begin, time.process_time_ns() - cpu
        return ns, cpu, sum(tiers["spend"].minor())


def measure(kind, directory):
    """In a process of its own."""
    frame = frame_of(kind, directory)
    gc.collect()
    before = status_kib("VmRSS:")
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")   # the peak begins anew
    runs = [once(frame)]
    kib = status_kib("VmHWM:") - before
    runs += [once(frame) for _ in range(RUNS - 1)]
    ns, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
    print(json.dumps({"ns": ns, "cpu": cpu, "kib": kib, "spend": runs[0][2]}))


def price_of_a_call():
    """A scalar function beside ctypes' own bare call, in nanoseconds: both, and the difference."""
    import libcrm
    from libcrm._library import library

    store = libcrm.Store()
    bare, pointer = library.crm_store_version, store._handle.pointer

    def best(call):
        return min(timeit.repeat(call, number=100, repeat=300)) / 100 * 1e9

    own, ours = best(lambda: bare(pointer)), best(lambda: store.version)
    return own, ours, ours - own


def ask(command, environment):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, env=environment, check=True)
    return json.loads(done.stdout)


def bench(arguments):
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1] / "bindings" / "python" / "src"),
                   "LIBCRM_LIBRARY": str(arguments.shared)}
    results = {kind: [] for kind in KINDS}
    for _ in range(arguments.rounds):
        for kind in KINDS:
            command = ([arguments.programs / "bench_frame", arguments.data] if kind == "c" else
                       [sys.executable, __file__, "--measure", kind, "--data", arguments.data])
            results[kind].append(ask(command, environment))
            print(kind, results[kind][-1], file=sys.stderr, flush=True)
    spends = {answer["spend"] for answers in results.values() for answer in answers}
    if len(spends) != 1:
        raise SystemExit("the answers differ: %s" % results)
    middle = {kind: {what: statistics.median(answer[what] for answer in answers) for what in ("ns", "cpu", "kib")}
              for kind, answers in results.items()}
    print("from a frame to the pyramid, %d rounds, the same spend everywhere" % arguments.rounds)
    for kind, found in middle.items():
        ratio = {what: found[what] / middle["c"][what] for what in found}
        print("%-8s %6.2f s  %5.2f of C   %6.2f s of the processor  %5.2f of C   %6.0f MiB beyond the frame  %5.2f of C" % (
            kind, found["ns"] / 1e9, ratio["ns"], found["cpu"] / 1e9, ratio["cpu"], found["kib"] / 1024, ratio["kib"]))
    subprocess.run([sys.executable, __file__, "--call"], env=environment, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--library", dest="shared", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", choices=KINDS)
    parser.add_argument("--call", action="store_true")
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure, str(arguments.data))
    elif arguments.call:
        print("a scalar call: ctypes' own %.0f ns, the package's %.0f ns, %.0f ns more" % price_of_a_call())
    else:
        arguments.shared = arguments.shared or arguments.programs.parents[1] / "bindings" / "libcrm_python.so"
        bench(arguments)


if __name__ == "__main__":
    main()
