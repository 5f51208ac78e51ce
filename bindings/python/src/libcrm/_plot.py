# SPDX-License-Identifier: MIT
"""Pictures of results, by Matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple

from ._table import Table

if TYPE_CHECKING:
    from ._handles import Pyramid

__all__ = ["plot", "plot_pyramid"]

INK = "#222222"
SOFT = "#8a8f98"
BLUE = "#1f5f99"
PALE = "#c9d9e8"
GREEN = "#2e8b57"
RED = "#b5403a"
AMBER = "#d69a2d"


def _axes(ax: Any, size: Tuple[float, float]) -> Any:
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        raise ImportError("pictures need Matplotlib: pip install 'libcrm[plot]'") from None
    if ax is None:
        _, ax = pyplot.subplots(figsize=size, layout="constrained")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.tick_params(colors=INK, labelsize=9)
    return ax


def _title(ax: Any, title: str, note: str = "") -> None:
    ax.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK, pad=24 if note else 10)
    if note:
        ax.text(0, 1.02, note, transform=ax.transAxes, fontsize=9, color=SOFT, va="bottom")


def _floats(table: Table, name: str) -> List[Any]:
    return table[name].to_list("float")


def _percent(share: Optional[float]) -> str:
    return "" if share is None else "%.1f %%" % (100 * share)


def _short(value: float) -> str:
    for limit, unit in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= limit:
            return "%.3g %s" % (value / limit, unit)
    return "{:,.0f}".format(value)


def tiers(table: Table, ax: Any) -> Any:
    """The pyramid: for each tier its share of customers beside its share of money."""
    ax = _axes(ax, (7.5, 3.6))
    rows = [row for row in table.to_dicts("float") if row["nominal"] is not None]
    names = [row["tier"] for row in rows]
    places = range(len(rows))
    for place, row in zip(places, rows):
        customers, spend = row["customer_share"] or 0, row["spend_share"] or 0
        ax.barh(place, -customers, color=PALE, height=0.72)
        ax.barh(place, spend, color=BLUE, height=0.72)
        ax.text(-customers - 0.02, place, "%s  (%s)" % (_percent(customers), "{:,}".format(row["customers"])), ha="right",
                va="center", fontsize=9, color=INK)
        ax.text(spend + 0.02, place, "%s  (%s)" % (_percent(spend), _short(row["spend"] or 0)), ha="left", va="center",
                fontsize=9, color=INK)
    ax.axvline(0, color="white", linewidth=2)
    ax.set_yticks(list(places), names)
    ax.invert_yaxis()
    ax.set_xlim(-1.35, 1.35)
    ax.set_xticks([])
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    ax.text(-0.02, -0.75, "customers", ha="right", fontsize=9, color=SOFT)
    ax.text(0.02, -0.75, "money", ha="left", fontsize=9, color=SOFT)
    _title(ax, "Value pyramid")
    return ax


def lorenz(values: Sequence[float], ax: Any) -> Any:
    """How much of the money the largest customers hold."""
    ax = _axes(ax, (5, 5))
    ordered = sorted((value for value in values if value > 0), reverse=True)
    if not ordered:
        raise ValueError("nobody has spent anything")
    total, held, ys = sum(ordered), 0.0, [0.0]
    for value in ordered:
        held += value
        ys.append(held / total)
    n = len(ordered)
    xs = [place / n for place in range(n + 1)]
    ax.fill_between(xs, xs, ys, color=PALE, alpha=0.6, linewidth=0)
    ax.plot(xs, ys, color=BLUE, linewidth=2)
    ax.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    fifth = ys[-(-n // 5)]
    ax.plot([0.2, 0.2, 0], [0, fifth, fifth], color=INK, linewidth=0.8, linestyle=":")
    ax.annotate("the top 20 %% hold %s" % _percent(fifth), (0.2, fifth), (0.27, fifth - 0.09), fontsize=9, color=INK)
    gini = sum((2 * place - n - 1) * value for place, value in enumerate(reversed(ordered), 1)) / (n * total)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.005)
    ax.set_aspect("equal")
    _shares(ax.xaxis)
    _shares(ax.yaxis)
    ax.set_xlabel("customers, the largest first", fontsize=9, color=SOFT)
    ax.set_ylabel("share of the money", fontsize=9, color=SOFT)
    _title(ax, "Concentration", "Gini coefficient %.2f, %s customers" % (gini, "{:,}".format(n)))
    return ax


def _shares(axis: Any) -> None:
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def months(table: Table, ax: Any) -> Any:
    """Revenue by period as bars, active customers as a line of its own below."""
    ax = _axes(ax, (9, 3.8))
    labels = table["month"].to_list()
    revenue = _floats(table, "revenue")
    complete = table["complete"].to_list()
    places = list(range(len(labels)))
    ax.bar(places, revenue, color=[BLUE if whole else PALE for whole in complete], width=0.8)
    _every(ax, places, labels)
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.yaxis.set_major_formatter(lambda value, _place: _short(value))
    ax.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    ax.set_axisbelow(True)
    note = "" if all(complete) else "pale: not over yet, or not wholly in the scope"
    _title(ax, "Revenue", note)
    return ax


def movement(table: Table, ax: Any) -> Any:
    """Who came and who went, period by period."""
    ax = _axes(ax, (9, 3.8))
    labels = table["month"].to_list()
    places = list(range(len(labels)))
    base = [0] * len(labels)
    for name, color in (("returning", BLUE), ("resurrected", AMBER), ("new", GREEN)):
        values = table[name].to_list()
        ax.bar(places, values, bottom=base, color=color, width=0.8, label=name)
        base = [a + b for a, b in zip(base, values)]
    ax.bar(places, [-value for value in table["lapsed"].to_list()], color=RED, width=0.8, label="lapsed")
    ax.axhline(0, color=INK, linewidth=0.8)
    _every(ax, places, labels)
    ax.set_xlim(-0.6, len(labels) - 0.4)
    ax.yaxis.set_major_formatter(lambda value, _place: "{:,.0f}".format(abs(value)))
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=4, frameon=False, fontsize=9)
    _title(ax, "Customers", "active above the line, lapsed below")
    return ax


def _every(ax: Any, places: Sequence[int], labels: Sequence[str]) -> None:
    step = max(1, -(-len(labels) // 12))
    ax.set_xticks(list(places)[::step], list(labels)[::step])


def cohorts(table: Table, ax: Any) -> Any:
    """A triangle of retention: a row a cohort, a column an age."""
    from matplotlib.colors import LinearSegmentedColormap

    rows = table.to_dicts("float")
    names = list(dict.fromkeys(row["cohort"] for row in rows))
    sizes = {row["cohort"]: row["size"] for row in rows}
    ages = max((row["age"] for row in rows), default=0) + 1
    grid = [[float("nan")] * ages for _ in names]
    place = {name: at for at, name in enumerate(names)}
    for row in rows:
        if row["complete"]:
            grid[place[row["cohort"]]][row["age"]] = row["rate"] if row["rate"] is not None else float("nan")
    ax = _axes(ax, (min(14, 3 + 0.42 * ages), min(12, 1.6 + 0.3 * len(names))))
    later = [rate for line in grid for rate in line[1:] if rate == rate]
    top = max(later, default=1.0) or 1.0
    colors = LinearSegmentedColormap.from_list("crm", ["#f4f7fa", BLUE])
    ax.imshow(grid, cmap=colors, vmin=0, vmax=top, aspect="auto")
    small = 0 < ages <= 24 and len(names) <= 40
    for y, line in enumerate(grid):
        for x, rate in enumerate(line):
            if small and rate == rate:
                ax.text(x, y, "%.0f" % (100 * rate), ha="center", va="center", fontsize=7,
                        color="white" if rate > 0.55 * top else INK)
    ax.set_yticks(range(len(names)), ["%s  (%s)" % (name, "{:,}".format(sizes[name])) for name in names], fontsize=8)
    step = max(1, ages // 12)
    ax.set_xticks(range(0, ages, step))
    ax.set_xlabel("periods since the first purchase", fontsize=9, color=SOFT)
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    _title(ax, "Retention by cohort", "percent of the cohort (its size in brackets) that bought in the period")
    return ax


def segments(table: Table, ax: Any) -> Any:
    """RFM segments: customers and money, best first."""
    ax = _axes(ax, (7.5, 0.6 + 0.36 * max(3, len(table))))
    names = [name.replace("_", " ") for name in table["segment"].to_list()]
    customers, spend = _floats(table, "customer_share"), _floats(table, "spend_share")
    places = range(len(names))
    ax.barh([place + 0.2 for place in places], [value or 0 for value in customers], height=0.38, color=PALE,
            label="customers")
    ax.barh([place - 0.2 for place in places], [value or 0 for value in spend], height=0.38, color=BLUE, label="money")
    ax.set_yticks(list(places), names)
    ax.invert_yaxis()
    _shares(ax.xaxis)
    ax.legend(frameon=False, fontsize=9, loc="lower right")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _title(ax, "RFM segments")
    return ax


def funnel(table: Table, ax: Any) -> Any:
    """The ladder of a customer's life, with the rates of promotion between its steps."""
    ax = _axes(ax, (7, 4.2))
    rows = table.to_dicts("float")
    most = max([row["customers"] for row in rows] + [1])
    for place, row in enumerate(rows):
        width = row["customers"] / most
        aside = row["stage"] in ("reactivated", "dormant", "lost")
        ax.barh(place, width, left=-width / 2, height=0.7, color=PALE if aside else BLUE)
        ax.text(0.62, place, "{:,}".format(row["customers"]), va="center", fontsize=9, color=INK)
        rate = row.get("promotion_rate")
        if rate is not None:
            ax.text(0.82, place, "%s go on" % _percent(rate), va="center", fontsize=9, color=SOFT)
    ax.set_yticks(range(len(rows)), [row["stage"] for row in rows])
    ax.invert_yaxis()
    ax.set_xlim(-0.55, 1.2)
    ax.set_xticks([])
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    _title(ax, "Stages", "pale: beside the ladder")
    return ax


def _bands(text: str) -> Tuple[List[str], List[float]]:
    """Names and edges of "bad -0.05 fair 0.02 good"."""
    words = text.split()
    return words[0::2], [float(edge) for edge in words[1::2]]


def _shown(value: float, unit: str) -> str:
    if unit == "rate":
        return _percent(value)
    return _short(value) if unit in ("money", "count") and abs(value) >= 1000 else "{:,.4g}".format(value)


def gauges(table: Table, ax: Any) -> Any:
    """A line a gauge: its bands as a scale, where it stands as a stroke, and the figure beside it."""
    rows = [row for row in table.to_dicts("float") if row["value"] is not None]
    ax = _axes(ax, (7.5, 0.8 + 0.42 * max(2, len(rows))))
    colors = {"bad": RED, "fair": AMBER, "good": GREEN}
    for place, row in enumerate(rows):
        names, edges = _bands(row.get("bands") or "")
        measure = row.get("measure")
        points = edges + ([] if measure is None else [measure])
        spread = (max(points) - min(points)) or abs(points[0]) or 1.0 if points else 1.0
        low = row["min"] if row.get("min") is not None else min(points, default=0.0) - 0.35 * spread
        high = row["max"] if row.get("max") is not None else max(points, default=1.0) + 0.35 * spread
        cuts = [low] + [min(max(edge, low), high) for edge in edges] + [high]
        for name, left, right in zip(names, cuts, cuts[1:]):
            lit = name == row.get("band")
            ax.barh(place, (right - left) / (high - low), left=(left - low) / (high - low), height=0.34,
                    color=colors.get(name, SOFT), alpha=0.9 if lit else 0.25, linewidth=0)
        if measure is not None and names:
            at = (min(max(measure, low), high) - low) / (high - low)
            ax.plot([at, at], [place - 0.32, place + 0.32], color=INK, linewidth=2.2, solid_capstyle="butt")
        target = "" if row.get("target") is None else "  of %s" % _shown(row["target"], row.get("unit") or "")
        ax.text(1.03, place, _shown(row["value"], row.get("unit") or "") + target, va="center", fontsize=9, color=INK)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    scopes = ["" if not row.get("scope") else "  (%s)" % row["scope"].split(":", 1)[-1] for row in rows]
    ax.set_yticks(range(len(rows)), [(row.get("label") or row["gauge"]) + scope for row, scope in zip(rows, scopes)])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.3)
    ax.set_xticks([])
    for side in ("bottom", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    periods = [row["period"] for row in rows if row.get("period")]
    _title(ax, "Gauges", "%s; the scale is what each gauge is judged by" % periods[0] if periods else "")
    return ax


def concentration(table: Table, ax: Any) -> Any:
    """What the largest customers hold, from the summary alone."""
    ax = _axes(ax, (6, 2.6))
    rows = [row for row in table.to_dicts("float") if row["measure"].startswith("top_") and row["value"] is not None]
    ax.barh([row["measure"].replace("top_", "top ") + " %" for row in rows], [row["value"] for row in rows], color=BLUE,
            height=0.6)
    for place, row in enumerate(rows):
        ax.text(row["value"] + 0.01, place, _percent(row["value"]), va="center", fontsize=9, color=INK)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.08)
    _shares(ax.xaxis)
    _title(ax, "Share of the money")
    return ax


# What a table must have to be drawn so.
KINDS: Dict[str, Tuple[Tuple[str, ...], Callable[[Table, Any], Any]]] = {
    "tiers": (("tier", "customer_share", "spend_share", "nominal"), tiers),
    "months": (("month", "revenue", "complete"), months),
    "movement": (("month", "returning", "lapsed"), movement),
    "cohorts": (("cohort", "age", "rate"), cohorts),
    "segments": (("segment", "customer_share", "spend_share"), segments),
    "funnel": (("stage", "customers", "promotion_rate"), funnel),
    "gauges": (("gauge", "value", "band", "bands", "measure"), gauges),
    "concentration": (("measure", "value", "numerator"), concentration),
}


def plot(table: Table, kind: Optional[str] = None, ax: Any = None) -> Any:
    """Draws a table; `kind` where it can be drawn in more than one way."""
    columns = set(table.columns)
    fitting = [name for name, (needed, _draw) in KINDS.items() if columns.issuperset(needed)]
    if kind is None and not fitting:
        raise ValueError("there is no picture of the table %s" % table.name)
    chosen = fitting[0] if kind is None else kind
    if chosen not in fitting:
        raise ValueError("the table %s can be drawn as %s, not %r" % (table.name, ", ".join(fitting) or "nothing", kind))
    return KINDS[chosen][1](table, ax)


def plot_pyramid(pyramid: "Pyramid", kind: str = "tiers", ax: Any = None) -> Any:
    """The tiers of a pyramid, or its Lorenz curve."""
    if kind == "lorenz":
        spend = pyramid.members()["spend"]
        return lorenz([value / 10**spend.scale for value in spend.minor()], ax)
    return plot(pyramid.tiers(), kind, ax)
