# SPDX-License-Identifier: MIT
"""Writes docs/performance.md from what a run measured."""

import datetime
import os
import platform
import statistics

from tasks import FLOORS, SIZES, TASKS

INTRO = """# Performance

Written by `tests/bench/run`, which builds the programs, generates the data (seeded), fetches the peers in pinned
versions, checks that all of them give the same answers, and measures them in alternating rounds. Never compare times
of two runs: compare ratios within one.

**Ratio** is DuckDB's time divided by the engine's, in the same round; the table gives the median of the rounds and in
brackets the least and the greatest. Above 1 means faster than DuckDB. Beside libcrm's stand the ratios that it is to
reach at least, and those that it aims at. Times are medians in milliseconds, least and
greatest in brackets. Every engine uses one thread unless its name says otherwise. Time is that of the task alone, by
a monotonic clock: data are in each engine's own memory format beforehand, results are kept in memory and thrown away
outside the time. An empty cell: the engine takes no part in that task.

What is counted for libcrm, openly:

- Facts in the store are in the store's own format, as DuckDB's tables are in DuckDB's. To that format belong dense
  ids of keys and, a document, the sum of its lines, both made when the facts are committed. The tasks that load pay
  for it, the ones over facts in the store do not.
- "Nothing precomputed" means that no figure a customer or a period is taken from what a commit keeps: the as-of of
  those tasks lies before the last document in the store, so that profiles are made anew from the documents. The row
  of the cockpit after one more sale uses what is kept: profiles, and what is kept by month and by product once little
  is added to much.
- Where several analyses look at one scope they share a `crm_summary`, as the peers share the table of customers and
  months; its making is counted.
- The figures that scores, tiers and pyramid start from are the kept profiles; for the peers they are the result of
  the first task.
- libcrm is lent memory in large pages (`bindings/posix/crm_pages.h`), as the peers bring allocators of their own, and
  by the engine libcrm2 two threads (`crm_threads.h`).
- The bound for 64-bit keys comes from a prototype that interned the keys of all lines and added up. The row that does
  just this has it, and so has the one that loads, which checks every field, finds repeated documents, writes the store's
  columns and keeps a profile a customer besides.
- libcrm validates every field, refuses what it has seen before and rounds by exact arithmetic in the tasks that load;
  the peers take the data as they are. The peers are given a line number, so that orders need no distinct count.
"""


def milliseconds(times):
    times = [t / 1e6 for t in times if t is not None]
    if not times:
        return ""
    digits = 0 if statistics.median(times) >= 100 else 1 if statistics.median(times) >= 1 else 3
    middle = f"{statistics.median(times):.{digits}f}"
    return middle if len(times) == 1 else f"{middle} ({min(times):.{digits}f}-{max(times):.{digits}f})"


def ratio(base, times):
    pairs = [b / t for b, t in zip(base, times) if b is not None and t]
    if not pairs:
        return ""
    digits = 2 if statistics.median(pairs) < 10 else 1
    middle = f"{statistics.median(pairs):.{digits}f}"
    return middle if len(pairs) == 1 else f"{middle} ({min(pairs):.{digits}f}-{max(pairs):.{digits}f})"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def result_tables(size, results):
    engines = list(dict.fromkeys(name for times in results.values() for name in times))
    lines, customers = SIZES[size]
    text = f"\n## {size}: {lines:,} lines, {customers:,} customers\n\nMilliseconds:\n\n"
    text += table(
        ["task"] + engines,
        [[TASKS[task][0]] + [milliseconds(times.get(name, [])) for name in engines] for task, times in results.items()],
    )
    text += ratio_table("Ratio to DuckDB with one thread", results, "duckdb", "libcrm", engines)
    return text + ratio_table("Two threads each: ratio to DuckDB with two", results, "duckdb2", "libcrm2", ["libcrm2"])


def ratio_table(title, results, base, own, engines):
    """Ratios to one engine; beside libcrm's what it is to reach."""
    others = [name for name in engines if name != base and not (name.endswith("2") and own == "libcrm")]
    rows = []
    for task, times in results.items():
        if base in times and any(name in times for name in others):
            row = [TASKS[task][0]]
            for name in others:
                row.append(ratio(times[base], times.get(name, [])))
                if name == own:
                    row += [f"{x}" for x in FLOORS[own].get(task, ("", ""))]
            rows.append(row)
    if not rows:
        return ""
    header = ["task"]
    for name in others:
        header += [name, "at least", "aim"] if name == own else [name]
    return f"\n{title}:\n\n" + table(header, rows)


def memory_table(size, peaks):
    text = (
        f"\n## Memory, {size}\n\nFrom the CSV file to the full cockpit, each engine in a fresh process: peak of the "
        "resident set.\n\n"
    )
    text += table(
        ["engine", "MiB", "bytes a line"],
        [
            [name, f"{reply['peak'] / 1024:.0f}", f"{reply['peak'] * 1024 / SIZES[size][0]:.0f}"]
            for name, reply in peaks.items()
        ],
    )
    own = peaks.get("libcrm")
    if own:
        text += "\nlibcrm, every byte that it asks its allocator for:\n\n" + table(
            ["what", "bytes"],
            [
                ["the store after the load, a line", f"{own['store'] / own['lines']:.1f}"],
                ["the peak of the load, a line", f"{own['load_peak'] / own['lines']:.1f}"],
                [
                    "the full cockpit from kept profiles, beside the store, a customer",
                    f"{own['warm'] / own['customers']:.1f}",
                ],
                [
                    "the full cockpit with nothing precomputed, beside the store, a customer",
                    f"{own['cold'] / own['customers']:.1f}",
                ],
            ],
        )
    return text


def growth_table(growth):
    tasks = {"t1": "figures a customer", "t6": "full cockpit", "load": "columns loaded"}
    sizes = list(next(iter(growth.values())))
    rows = []
    for task, times in growth.items():
        each = {size: statistics.median(ns) / SIZES[size][0] for size, ns in times.items() if ns}
        rows.append([tasks[task]] + [f"{each[size]:.2f} ({each[size] / each[sizes[0]]:.2f})" for size in sizes])
    return (
        "\n## Growth with size\n\nNanoseconds a line, and in brackets how many times those of the smallest size; "
        "1.00 is linear.\n\n" + table(["task"] + sizes, rows)
    )


TILL = {
    "post": "a sale posted, the whole standing before and after it",
    "post_year": "the same, the window being the last 365 days",
    "post_gauges": "the same as the first, the gauges and alerts of a general manager moving with it",
    "preview": "a sale previewed, the same standing",
    "standing": "a standing looked up",
    "sqlite": "SQLite: sale inserted, customer updated, tier, scores and gap by stored limits",
    "redis": "Redis: a sorted set, amount added and exact rank, 100 sales a pipeline",
}


def nanoseconds(times):
    return f"{statistics.median(times):.0f} ({min(times):.0f}-{max(times):.0f})"


def till_text(till):
    text = (
        "\n## At the till\n\nNanoseconds a sale, the median of the rounds, least and greatest in brackets; every engine "
        "rings up the same sales in the end, one after the other, of customers drawn as often as the facts have them; "
        "within a round each call gets other ones than the call before it, which would else have brought the customers "
        "near. The standing is exact: tier, rank, scores, gap, margin, share, before and after. SQLite's answer is as "
        "old as its limits, and its scores compare only; Redis has the exact rank alone. Both are given the kind form: one transaction, "
        "prepared statements, pipelines. In the end all have the same spends, and Redis and libcrm the same ranks as "
        "plain sums. Half of the calls and all but 1 of 100 are under the two figures behind, the clock included.\n"
    )
    for size, result in till.items():
        times = result["times"]
        rows = []
        for name, what in TILL.items():
            if name in times:
                half, most = result["spread"].get(name, ("", ""))
                rows.append(
                    [what, nanoseconds(times[name])]
                    + [
                        ratio(times[peer], times[name]) if peer in times and name not in ("sqlite", "redis") else ""
                        for peer in ("sqlite", "redis")
                    ]
                    + [f"{half} / {most}" if half else ""]
                )
        text += f"\n{result['customers']:,} customers:\n\n"
        text += table(["what", "ns", "SQLite / it", "Redis / it", "half, 99 %"], rows)
        text += (
            f"\nThe floors: Redis 25 times a sale posted, SQLite 15 times; a preview twice as fast as a post (here "
            f"{statistics.median(times['post']) / statistics.median(times['preview']):.1f}). Beside: a till made in "
            f"{result['create'] / 1e6:.0f} ms, {result['bytes']:.0f} bytes a customer; the store prepared for small "
            f"loads in {result['prepare'] / 1e6:.0f} ms (once after a large one); one document loaded in "
            f"{result['load'] / 1e3:.0f} us and the till synced with it in {result['sync'] / 1e3:.1f} us; a day of the "
            f"yearly window in {result['advance'] / 1e6:.2f} ms.\n"
        )
    return text


def expressions_text(result):
    times = {"segment": "`crm_segment_compute` with the expression", "scan": "every column read once and added up"}
    rows = [[what, milliseconds(result[name])] for name, what in times.items()]
    return (
        f"\n## Expressions\n\n{result['customers']:,} customers, {result['conditions']} conditions on "
        f"{result['columns']} columns: measures, attributes, dates and words. Beside the expression the same values as plain "
        "arrays. Milliseconds of one processor, one after the other in each round.\n\n"
        + table(["what", "ms"], rows)
        + f"\nThe expression takes {ratio(result['segment'], result['scan'])} times as long as the scan; the bound is 3.\n"
    )


def limits_table(limits):
    rows = [["sequential read", f"{limits['read']:.1f} GB/s"], ["copy", f"{limits['copy']:.1f} GB/s"]]
    for update in limits["update"]:
        rows.append(
            [
                f"random update of a 64-byte record in {update['mib']} MiB, prefetched (plain)",
                f"{update['prefetched']:.1f} ns ({update['plain']:.1f} ns)",
            ]
        )
    text = "\n## The machine's own limits\n\nMeasured in the same run; one thread, the best of five.\n\n"
    return text + table(["what", "limit"], rows)


def machine():
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), name)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{name}, {os.cpu_count()} processors, {memory:.0f} GiB, {platform.system()}"


def tasks_list(results):
    seen = list(dict.fromkeys(task for tasks in results.values() for task in tasks))
    text = "\n## The tasks\n\n"
    return text + table(
        ["task", "peers", "libcrm"], [[TASKS[task][0], TASKS[task][1], TASKS[task][2]] for task in seen]
    )


def write(path, whole):
    text = INTRO
    text += f"\nMeasured on {datetime.date.today().isoformat()}: {machine()}; {whole['rounds']} round(s).\n"
    text += "Peers: " + (", ".join(sorted(set(whole["versions"].values()))) or "none") + ".\n"
    for note in whole["notes"]:
        text += f"\nNote: {note}.\n"
    for size, results in whole["results"].items():
        text += result_tables(size, results)
    for size, peaks in whole["memory"].items():
        text += memory_table(size, peaks)
    if whole.get("till"):
        text += till_text(whole["till"])
    if whole.get("expressions"):
        text += expressions_text(whole["expressions"])
    if whole["growth"]:
        text += growth_table(whole["growth"])
    text += limits_table(whole["limits"]) + tasks_list(whole["results"])
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
