# SPDX-License-Identifier: MIT
"""The analyses of a store. One more is a few lines: its options as keywords, and the name of its C function."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, Sequence

from . import _ffi
from ._library import library
from ._native import Handle, byref, texts, utf8
from ._options import (basis_points, calendar_struct, integers, lifecycle_struct, pyramid_struct, rfm_struct, split_calendar,
                       take_words)
from ._input import word
from ._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._cockpit import Cockpit
    from ._handles import Kpi, Lifecycle, Pyramid, Till
    from ._options import CalendarArguments, ScopeArguments

__all__ = ["Analyses"]

DUE = {
    "due": _ffi.CRM_DUE_DUE,
    "overdue": _ffi.CRM_DUE_OVERDUE,
    "losing": _ffi.CRM_DUE_LOSING,
    "dormant": _ffi.CRM_DUE_DORMANT,
}
GROUPS = {None: _ffi.CRM_KPI_TOGETHER, "branch": _ffi.CRM_KPI_BY_BRANCH, "staff": _ffi.CRM_KPI_BY_STAFF,
          "team": _ffi.CRM_KPI_BY_TEAM, "role": _ffi.CRM_KPI_BY_ROLE}
WINDOWS = {
    "all": _ffi.CRM_WINDOW_ALL,
    "days": _ffi.CRM_WINDOW_DAYS,
    "year": _ffi.CRM_WINDOW_YEAR,
    "membership": _ffi.CRM_WINDOW_MEMBERSHIP,
}


def _let_be(_pointer: Any) -> None:
    """Frees nothing: for a handle that only keeps its parent."""


class Analyses:
    """What a store can be asked. All take the keywords of a scope, which says which facts count:

    - `from_`, `to`: the period, half-open; `as_of`: what is at or after it does not exist (default: the store's
      `horizon`). A date (or text like "2024-01-31") is the beginning of that business day, a datetime an instant
    - `money`: "net", "sales" (before returns) or "taxed"; `refunds`: "refund-day" or "sale-day"
    - `occasions`: "each" document, or those of a "day" as one; `branches`: keys of those that count
    - `internal`: whether internal customers count; `accounts`: whether those under one `parent` count as one
    - `segment`: a `Segment` of the only customers that count, or `where`: an expression for them
    - `summary`: a `Summary` of the same scope, which spares going over the facts again
    - `progress(done, all)`: called between pieces of work. What it raises stops the call and comes back
    """

    if TYPE_CHECKING:
        def _run(self, function: Callable[..., int], scope: Any, middle: Sequence[Any], kind: Any) -> Any: ...

    def _result(self, function: Callable[..., int], scope: Any, *middle: Any) -> Table:
        return Table(self._run(function, scope, middle, _ffi.crm_table))

    # ---- handles, in which customers can be looked up

    def pyramid(
        self,
        *,
        shares: Sequence[float] = (1, 5, 20),
        cut: str = "ceil",
        ties: str = "together",
        measure: str = "spend",
        **scope: Unpack[ScopeArguments],
    ) -> "Pyramid":
        """The value pyramid: customers by what they spend, cut after `shares` percent of their number into vip, major,
        medium and small (with other numbers of shares tier1, tier2, ...).

        `cut`: after "ceil", "floor" or "half-up" of share * n; `ties`: equal customers "together" in the higher tier, or
        "split" by key; `measure`: "spend", "profit" or "occasions".

        >>> import libcrm
        >>> store = libcrm.Store()
        >>> _ = store.load("sales", [
        ...     {"document": n, "time": "2024-01-31", "customer": "c%d" % n, "amount": 100 * n} for n in range(1, 11)])
        >>> print(store.pyramid(shares=(10, 30)).tiers().to_text(3))
        tier   customers  customer_share    spend  spend_share  min_spend  max_spend  nominal  status
        tier1          1        0.100000  1000.00     0.181818    1000.00    1000.00        1  ok
        tier2          2        0.200000  1700.00     0.309091     800.00     900.00        2  ok
        tier3          7        0.700000  2800.00     0.509091     100.00     700.00        7  ok
        ... 4 more rows
        <BLANKLINE>
        """
        from ._handles import Pyramid

        options, kept = pyramid_struct(shares, cut, ties, measure)
        place = self._run(library.crm_pyramid_compute, scope, (byref(options),), _ffi.crm_pyramid)
        del kept
        return Pyramid(self, place, measure)

    def lifecycle(self, *, dormant_days: int = 0, lost_days: int = 0, horizon_days: int = 0,
                  natural: Optional[Sequence[str]] = None, **scope: Unpack[ScopeArguments]) -> "Lifecycle":
        """In which stage of its life with the business every customer is. 0: as the data suggest (`horizon_days`: 365);
        `Lifecycle.limits` tells them, and a host keeps and passes them so that stages do not move with the data.
        `natural`: the host's words for reasons of leaving that nobody can do anything about."""
        from ._handles import Lifecycle

        options = lifecycle_struct(dormant_days, lost_days, horizon_days, natural)
        return Lifecycle(self, self._run(library.crm_lifecycle_compute, scope, (byref(options),), _ffi.crm_lifecycle))

    def kpi(
        self,
        kpis: Optional[Sequence[str]] = None,
        *,
        periods: int = 0,
        running: bool = False,
        by: Optional[str] = None,
        like_for_like: bool = False,
        least_cases: int = 0,
        lifecycle: Optional[Mapping[str, Any]] = None,
        **calendar: Unpack[CalendarArguments],
    ) -> "Kpi":
        """Key performance indicators (`libcrm.kpis()` lists them; None: all) for the last so many complete periods.

        `running`: the unfinished period too; `by="branch"`, "staff", "team" or "role": each of them besides; `like_for_like`: only branches that were
        there all the time; `least_cases`: cases that a rate needs (0: 5); `lifecycle`: keywords of `lifecycle`,
        so that what dormant and lost mean does not move with the data.

        >>> import libcrm
        >>> kpi = libcrm.sample().kpi(["revenue"], as_of="2026-01-01")
        >>> kpi["revenue"].status, kpi["revenue"].first_day
        ('ok', datetime.date(2025, 12, 1))
        """
        from ._handles import Kpi

        options = _ffi.new(_ffi.crm_kpi_options)
        options.periods = periods
        options.running = int(running)
        options.group = word(GROUPS, by, "by")   # type: ignore[arg-type]
        options.like_for_like = int(like_for_like)
        options.least_cases = least_cases
        take_words(options, {} if lifecycle is None else {"lifecycle": lifecycle}, int)
        ids = texts(kpis)
        options.kpis = ids
        options.kpi_count = len(kpis or ())
        cut, scope = split_calendar(calendar)
        struct, kept = calendar_struct(cut)
        place = self._run(library.crm_kpi_compute, scope, (byref(struct), byref(options)), _ffi.crm_kpi)
        del kept
        return Kpi(self, place)

    def kpi_evidence(self, kpi: str, *, label: Optional[str] = None, denominator: bool = False, limit: int = 0,
                     **calendar: Unpack[CalendarArguments]) -> Table:
        """The records behind a figure, which add up to its numerator or denominator: the `limit` largest (0: 100) of a
        period by its `label` (None: the last complete one)."""
        options = _ffi.new(_ffi.crm_kpi_evidence_options)
        options.kpi, options.period = utf8(kpi), utf8(label)
        options.denominator, options.limit = int(denominator), limit
        return self._calendar(library.crm_kpi_evidence, calendar, byref(options))

    def till(
        self,
        *,
        window: str = "all",
        days: int = 0,
        limits: Optional[Sequence[Any]] = None,
        shares: Sequence[float] = (1, 5, 20),
        cut: str = "ceil",
        ties: str = "together",
        cockpit: Optional["Cockpit"] = None,
        role: Optional[str] = None,
        periods: int = 0,
        **calendar: Unpack[CalendarArguments],
    ) -> "Till":
        """What a point of sale asks: where a customer stands before and after a sale.

        `window`: spend of "all" time, of the last `days` ("days"), of the calendar "year" or of the "membership" year;
        `limits`: tiers from so much spend on, falling, instead of by shares; `cockpit`: its gauges and alerts, of a
        `role` or all, move with every posted sale, alerts over so many complete `periods` (0: 24).
        """
        from ._handles import Till

        options = _ffi.new(_ffi.crm_till_options)
        options.window = word(WINDOWS, window, "window")
        options.days = days
        pyramid, kept = pyramid_struct(shares, cut, ties, "spend")
        options.pyramid = ctypes.pointer(pyramid)
        amounts = integers(None if limits is None else [self.minor(limit) for limit in limits],  # type: ignore[attr-defined]
                           ctypes.c_int64)
        if amounts is not None:
            options.limits, options.limit_count = amounts, len(amounts)
        cut_of, scope = split_calendar(calendar)
        lent: Any = None
        if cockpit is not None:
            struct, starts = calendar_struct(cut_of)
            lent = (Handle(None, _let_be, cockpit._live()), struct, starts)
            options.cockpit = cockpit._live().pointer
            options.calendar = ctypes.pointer(struct)
            options.role, options.periods = utf8(role), periods
        place = self._run(library.crm_till_create, scope, (byref(options),), _ffi.crm_till)
        del kept
        return Till(self, place, (lent, options))

    # ---- tables

    def rfm(
        self,
        *,
        ties: str = "together",
        recency_cuts: Optional[Sequence[int]] = None,
        frequency_cuts: Optional[Sequence[int]] = None,
        monetary_cuts: Optional[Sequence[Any]] = None,
        segments: Optional[Sequence[str]] = None,
        **scope: Unpack[ScopeArguments],
    ) -> Table:
        """Recency, frequency and money of every customer who bought, scored 1 to 5, and its segment.

        Own cuts: four falling numbers of days, four rising counts, four rising amounts; `segments`: 25 ids by
        (R - 1) * 5 + F - 1.

        >>> import libcrm
        >>> libcrm.sample().rfm(as_of="2026-01-01").columns
        ('customer', 'recency_days', 'frequency', 'monetary', 'r', 'f', 'm', 'segment')
        """
        options, kept = rfm_struct(self.minor, ties, recency_cuts, frequency_cuts, monetary_cuts, segments)  # type: ignore[attr-defined]
        made = self._result(library.crm_rfm_compute, scope, byref(options))
        del kept
        return made

    def rfm_segments(
        self,
        *,
        ties: str = "together",
        recency_cuts: Optional[Sequence[int]] = None,
        frequency_cuts: Optional[Sequence[int]] = None,
        monetary_cuts: Optional[Sequence[Any]] = None,
        segments: Optional[Sequence[str]] = None,
        **scope: Unpack[ScopeArguments],
    ) -> Table:
        """The segments of `rfm`, a row each: customers, spend, their shares, and medians."""
        options, kept = rfm_struct(self.minor, ties, recency_cuts, frequency_cuts, monetary_cuts, segments)  # type: ignore[attr-defined]
        made = self._result(library.crm_rfm_segments, scope, byref(options))
        del kept
        return made

    def periods(self, **calendar: Unpack[CalendarArguments]) -> Table:
        """Periods in a row: revenue, orders, active customers, and how many of them are new, returning, resurrected or
        lapsed. `period`: "day", "week", "month", "quarter", "year", or first days (the last one is the end) with
        `labels`; `week_start`: a weekday; `fiscal_start`: the month in which a year begins.

        >>> import libcrm
        >>> libcrm.sample().periods(from_="2025-10-01", to="2026-01-01", as_of="2026-01-01")["month"][:]
        ['2025-10', '2025-11', '2025-12']
        """
        return self._calendar(library.crm_periods_compute, calendar)

    def months(self, **scope: Unpack[ScopeArguments]) -> Table:
        """`periods` by calendar month."""
        return self._calendar(library.crm_periods_compute, scope)

    def cohorts(self, *, rolling_days: int = 0, **calendar: Unpack[CalendarArguments]) -> Table:
        """Customers by the period of their first purchase, followed through the periods after it. `rolling_days`:
        windows of so many days from each customer's first day instead of calendar periods."""
        options = _ffi.new(_ffi.crm_cohorts_options)
        options.rolling_days = rolling_days
        return self._calendar(library.crm_cohorts_compute, calendar, byref(options))

    def _calendar(self, function: Callable[..., int], given: Mapping[str, Any], *rest: Any) -> Table:
        cut, scope = split_calendar(given)
        struct, kept = calendar_struct(cut)
        made = self._result(function, scope, byref(struct), *rest)
        del kept
        return made

    def repeat(self, **scope: Unpack[ScopeArguments]) -> Table:
        """Repeat purchase rates, each with a Wilson interval."""
        return self._result(library.crm_repeat_compute, scope)

    def rhythm(self, **scope: Unpack[ScopeArguments]) -> Table:
        """How often and for how much every customer buys, and when it is due again."""
        return self._result(library.crm_rhythm_compute, scope)

    def rhythm_summary(self, **scope: Unpack[ScopeArguments]) -> Table:
        """The same of all customers together."""
        return self._result(library.crm_rhythm_summary, scope)

    def products(self, *, a_share: float = 80, b_share: float = 95, buyers: bool = True,
                 **scope: Unpack[ScopeArguments]) -> Table:
        """Products by revenue with ABC classes: class a up to `a_share` percent of revenue, b up to `b_share`. Without
        `buyers` that column is empty, which saves most of the time."""
        options = _ffi.new(_ffi.crm_products_options)
        options.a_share = basis_points(a_share, "a_share")
        options.b_share = basis_points(b_share, "b_share")
        options.without_buyers = int(not buyers)
        return self._result(library.crm_products_compute, scope, byref(options))

    def due(
        self,
        *,
        reasons: Sequence[str] = ("due", "overdue", "losing", "dormant"),
        gaps: int = 3,
        ahead_days: int = 7,
        tolerance: int = 50,
        window_days: int = 364,
        drop: float = 40,
        key_share: float = 5,
        dormant_days: int = 0,
        **scope: Unpack[ScopeArguments],
    ) -> Table:
        """Whom to see to, and why, the most valuable first.

        `gaps`: gaps that make a rhythm; `ahead_days`: due also so many days ahead; `tolerance`: percent of the median gap
        beyond which late is overdue; losing: the last `window_days` at least `drop` percent under those before, among
        the top `key_share` percent; `dormant_days`: idle longer is dormant, 0: the 90th percentile of all gaps.
        """
        options = _ffi.new(_ffi.crm_due_options)
        options.reasons = sum({word(DUE, reason, "reasons") for reason in reasons})
        options.gaps, options.ahead_days, options.tolerance = gaps, ahead_days, tolerance
        options.window_days, options.dormant_days = window_days, dormant_days
        options.drop = basis_points(drop, "drop")
        options.key_share = basis_points(key_share, "key_share")
        return self._result(library.crm_due_compute, scope, byref(options))

