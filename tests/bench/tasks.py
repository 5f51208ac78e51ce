# SPDX-License-Identifier: MIT
"""What is measured: the tasks, in the order in which they run, and what each means for libcrm and for the peers."""

TASKS = {
    "t1": (
        "Figures a customer, dense ids",
        "first and last time, orders, spend and profit of every customer",
        "`crm_pyramid_compute` as of an instant before the last document, so that no kept profile can serve; "
        "it ranks and tiers the customers too",
    ),
    "t1m": (
        "The same without ranks and tiers",
        "as above",
        "the pass over the documents alone, called by its internal name",
    ),
    "t1ks": (
        "Figures a customer, 64-bit keys, facts in the store",
        "the same by random 64-bit keys",
        "`crm_pyramid_compute` as in the first task, over a store whose customers have these keys",
    ),
    "t1ki": (
        "Figures a customer, 64-bit keys interned and added up",
        "the same by random 64-bit keys",
        "the key of every line to its dense id, by its internal name, then `crm_pyramid_compute` over the store of the "
        "row above: what an aggregate needs, without what a load does besides",
    ),
    "t1k": (
        "Figures a customer, 64-bit keys, loaded",
        "the same by random 64-bit keys",
        "a load of the columns document, customer, time, amount and cost: validated, documents checked for "
        "repeats, keys interned, a profile a customer kept",
    ),
    "t1s": ("Figures a customer, 13-character keys, loaded", "the same by text keys", "the same load with text keys"),
    "t1i": ("64-bit keys to dense ids alone", "", "interning, called by its internal name"),
    "t2": (
        "Scores, tiers and pyramid",
        "from the figures a customer: fifths of recency, frequency and money and tiers of 1, 5 and 20 percent, "
        "ties together, with a table of segments",
        "`crm_pyramid_compute`, `_tiers`, `_concentration` and `crm_rfm_segments` from the kept profiles, "
        "which are those figures",
    ),
    "t34": (
        "Months and cohorts",
        "customers by month, each month's revenue, orders, active and new; cohorts by age",
        "`crm_summary_create`, and from it `crm_periods_compute` and `crm_cohorts_compute`, which give returning, "
        "resurrected, lapsed, intervals and the revenue of every cell too; nothing that is kept can serve",
    ),
    "t5": (
        "Products",
        "revenue, profit, units of each product, sorted, cumulative share",
        "`crm_products_compute` without buyers, with exact shares and classes",
    ),
    "t6": (
        "The full cockpit over facts in the store",
        "all of the above together, the table of customers and months made once",
        "a summary, and all of the above from it or from the lines, nothing that is kept used",
    ),
    "warm": (
        "The full cockpit after one more sale",
        "one row inserted, then all of it again",
        "one sale loaded, then all of it from what commits keep",
    ),
    "load": (
        "Columns in memory, loaded",
        "Arrow columns into a table, nothing checked",
        "validated, idempotent, keys interned, profiles made",
    ),
    "idem": (
        "Columns in memory, loaded so that a repeat changes nothing",
        "into a table with the primary key (document, line), rows that are there let pass",
        "the same load",
    ),
    "t7": ("Columns in memory, loaded, and the full cockpit", "both together", "both together"),
    "t7k": ("The same with 64-bit customer keys", "both together", "both together"),
    "open": (
        "A file opened, its pyramid shown",
        "its own database file opened; tiers of 1, 5 and 20 percent of the customers by spend, ties together",
        "`crm_store_open` of a file that `crm_store_save` has written, for its profiles; `crm_pyramid_compute`, `_tiers`, "
        "`_concentration`",
    ),
    "read": ("A file opened, all facts read", "", "`crm_store_open`, for everything; each piece is checked"),
    "save": ("The facts written to a new file", "", "`crm_store_save`"),
    "csvload": ("CSV file, loaded", "types given", "every field validated, idempotent"),
    "csv": ("CSV file to the full cockpit", "both together", "both together"),
}

# What libcrm is to reach against DuckDB with as many threads: at least, and as an aim.
FLOORS = {
    "libcrm": {
        "t1": (10, 16),
        "t1ki": (4, 6),
        "t1k": (4, 6),
        "t1s": (2, 4),
        "t2": (12, 20),
        "t34": (20, 35),
        "t5": (4, 6),
        "t6": (14, 20),
        "warm": (50, 150),
        "open": (10, 10),
        "t7": (6, 10),
        "t7k": (6, 10),
        "csv": (6, 10),
    },
    "libcrm2": {"t6": (10, 18), "csv": (6, 10)},
}

# Where the answers of a task are not compared: they are those of another one, or there are none.
UNCHECKED = ("t1m", "t1i", "warm", "load", "read", "save", "csvload")

SIZES = {
    "20k": (20_000, 2_000),
    "1m": (1_000_000, 100_000),
    "3m": (3_000_000, 300_000),
    "10m": (10_000_000, 1_000_000),
    "30m": (30_000_000, 3_000_000),
    "50m": (50_000_000, 5_000_000),
}
