# SPDX-License-Identifier: MIT
"""Keywords as the library's structs: which facts count, and how time is cut into periods."""

from __future__ import annotations

import ctypes
import datetime
from typing import TYPE_CHECKING, Any, List, Mapping, Optional, Sequence, Tuple, Union

from . import _ffi
from ._hooks import Progress
from ._input import word
from ._native import texts
from ._time import TimeLike, to_days, to_microseconds

if TYPE_CHECKING:
    from typing import TypedDict

    from ._handles import Summary
    from ._segment import Segment

    class ScopeArguments(TypedDict, total=False):
        """Which facts count; every analysis takes these keywords."""

        from_: Optional[TimeLike]
        to: Optional[TimeLike]
        as_of: Optional[TimeLike]
        money: str
        refunds: str
        occasions: str
        branches: Optional[Sequence[str]]
        internal: bool
        accounts: bool
        segment: Optional[Segment]
        where: Optional[str]
        summary: Optional[Summary]
        progress: Optional[Progress]

    class CalendarArguments(ScopeArguments, total=False):
        """How time is cut into periods, beside which facts count."""

        period: Union[str, Sequence[TimeLike]]
        week_start: Union[str, int]
        fiscal_start: int
        labels: Optional[Sequence[str]]


__all__ = ["calendar_struct", "scope_struct", "split_calendar"]

MONEY = {"net": _ffi.CRM_MONEY_NET, "sales": _ffi.CRM_MONEY_SALES, "taxed": _ffi.CRM_MONEY_TAXED}
REFUNDS = {"refund-day": _ffi.CRM_REFUNDS_REFUND_DAY, "sale-day": _ffi.CRM_REFUNDS_SALE_DAY}
OCCASIONS = {"each": _ffi.CRM_OCCASIONS_EACH, "day": _ffi.CRM_OCCASIONS_DAY}
PERIODS = {
    "month": _ffi.CRM_PERIOD_MONTH,
    "day": _ffi.CRM_PERIOD_DAY,
    "week": _ffi.CRM_PERIOD_WEEK,
    "quarter": _ffi.CRM_PERIOD_QUARTER,
    "year": _ffi.CRM_PERIOD_YEAR,
}
WEEKDAYS = {name: day for day, name in enumerate(
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}
CUTS = {"ceil": _ffi.CRM_CUT_CEIL, "floor": _ffi.CRM_CUT_FLOOR, "half-up": _ffi.CRM_CUT_HALF_UP}
TIES = {"together": _ffi.CRM_TIES_TOGETHER, "split": _ffi.CRM_TIES_SPLIT}
MEASURES = {"spend": _ffi.CRM_MEASURE_SPEND, "profit": _ffi.CRM_MEASURE_PROFIT, "occasions": _ffi.CRM_MEASURE_OCCASIONS}

_SCOPE = frozenset(
    ("from_", "to", "as_of", "money", "refunds", "occasions", "branches", "internal", "accounts", "segment", "where", "summary",
     "progress"))
_CALENDAR = ("period", "week_start", "fiscal_start", "labels")


def scope_struct(given: Mapping[str, Any], day_start: int) -> Tuple[Any, List[Any]]:
    """A crm_scope without a context, and what it points to."""
    unknown = set(given) - _SCOPE
    if unknown:
        raise TypeError("unknown keyword %s; a scope has %s" % (", ".join(sorted(unknown)), ", ".join(sorted(_SCOPE))))
    scope = _ffi.new(_ffi.crm_scope)
    for name in ("from_", "to", "as_of"):
        value = given.get(name)
        if value is not None:
            setattr(scope, name, to_microseconds(value, day_start))
    scope.money = word(MONEY, given.get("money", "net"), "money")
    scope.refunds = word(REFUNDS, given.get("refunds", "refund-day"), "refunds")
    scope.occasions = word(OCCASIONS, given.get("occasions", "each"), "occasions")
    scope.internal = int(bool(given.get("internal", False)))
    scope.accounts = int(bool(given.get("accounts", False)))
    kept: List[Any] = []
    branches = given.get("branches")
    if branches is not None:
        if isinstance(branches, str):
            raise TypeError("branches is a list of keys, not one text")
        array = texts([str(branch) for branch in branches])
        scope.branches = array
        scope.branch_count = len(branches)
        kept.append(array)
    segment = given.get("segment")
    if segment is not None:
        kept.append(segment._live())
        scope.segment = kept[-1].pointer
    summary = given.get("summary")
    if summary is not None:
        kept.append(summary._live())
        scope.summary = kept[-1].pointer
    return scope, kept


def split_calendar(given: Mapping[str, Any]) -> Tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A calendar's keywords, and those of the scope."""
    return ({name: given[name] for name in _CALENDAR if name in given},
            {name: value for name, value in given.items() if name not in _CALENDAR})


def calendar_struct(given: Mapping[str, Any]) -> Tuple[Any, List[Any]]:
    """A crm_calendar, and what it points to."""
    calendar = _ffi.new(_ffi.crm_calendar)
    kept: List[Any] = []
    period = given.get("period", "month")
    if isinstance(period, str):
        calendar.period = word(PERIODS, period, "period")
    else:
        starts = (ctypes.c_int32 * len(period))(*[to_days(day) for day in period])
        calendar.period = _ffi.CRM_PERIOD_TABLE
        calendar.starts = starts
        calendar.count = len(period)
        kept.append(starts)
        labels = texts(given.get("labels"))
        if labels is not None:
            if len(labels) != len(period) - 1:
                raise ValueError("labels: one for each period, %d, not %d" % (len(period) - 1, len(labels)))
            calendar.labels = labels
            kept.append(labels)
    start = given.get("week_start", 0)
    calendar.week_start = word(WEEKDAYS, start.lower(), "week_start") if isinstance(start, str) else int(start)
    calendar.fiscal_start = int(given.get("fiscal_start", 0))
    return calendar, kept


def integers(values: Optional[Sequence[int]], kind: Any, count: Optional[int] = None, what: str = "") -> Any:
    """A C array of integers, or None."""
    if values is None:
        return None
    if count is not None and len(values) != count:
        raise ValueError("%s: %d numbers, not %d" % (what, count, len(values)))
    return (kind * len(values))(*[int(value) for value in values])


def basis_points(share: Any, what: str) -> int:
    """A share in percent as basis points, exactly."""
    from decimal import Decimal

    points = Decimal(str(share)) * 100
    if points != int(points):
        raise ValueError("%s: %r percent has more than two decimals" % (what, share))
    return int(points)


def days_of(value: Union[None, int, datetime.timedelta]) -> int:
    if value is None:
        return 0
    return value.days if isinstance(value, datetime.timedelta) else int(value)


def pyramid_struct(shares: Sequence[float], cut: str, ties: str, measure: str) -> Any:
    """A crm_pyramid_options, and what it points to."""
    options = _ffi.new(_ffi.crm_pyramid_options)
    options.cut = word(CUTS, cut, "cut")
    options.ties = word(TIES, ties, "ties")
    options.measure = word(MEASURES, measure, "measure")
    points = integers([basis_points(share, "shares") for share in shares], ctypes.c_int32)
    options.shares = points
    options.share_count = len(shares)
    return options, points
