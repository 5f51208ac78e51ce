# SPDX-License-Identifier: MIT
"""Keywords as the library's structs: which facts count, and how time is cut into periods."""

from __future__ import annotations

import ctypes
import datetime
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from . import _ffi
from ._hooks import Progress
from ._input import word
from ._native import texts, utf8
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

    class WordArguments(ScopeArguments, total=False):
        """What tier, r, f, m, stage and class mean in expressions: keywords of the methods of these names."""

        pyramid: Optional[Mapping[str, Any]]
        rfm: Optional[Mapping[str, Any]]
        lifecycle: Optional[Mapping[str, Any]]
        classes: Optional[Mapping[str, Any]]

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


Minor = Callable[[Any], int]


def rfm_struct(minor: Minor, ties: str = "together", recency_cuts: Optional[Sequence[int]] = None,
               frequency_cuts: Optional[Sequence[int]] = None, monetary_cuts: Optional[Sequence[Any]] = None,
               segments: Optional[Sequence[str]] = None) -> Any:
    """A crm_rfm_options, and what it points to."""
    options = _ffi.new(_ffi.crm_rfm_options)
    options.ties = word(TIES, ties, "ties")
    amounts = None if monetary_cuts is None else [minor(amount) for amount in monetary_cuts]
    kept = []
    for name, values in (("recency_cuts", recency_cuts), ("frequency_cuts", frequency_cuts), ("monetary_cuts", amounts)):
        array = integers(values, ctypes.c_int64, 4, name)
        if array is not None:
            setattr(options, name, array)
            kept.append(array)
    if segments is not None:
        if len(segments) != 25:
            raise ValueError("segments: 25 ids, not %d" % len(segments))
        options.segments = ids = texts(segments)
        kept.append(ids)
    return options, kept


def lifecycle_struct(dormant_days: int = 0, lost_days: int = 0, horizon_days: int = 0,
                     natural: Optional[Sequence[str]] = None) -> Any:
    """A crm_lifecycle_options."""
    options = _ffi.new(_ffi.crm_lifecycle_options)
    options.dormant_days, options.lost_days, options.horizon_days = dormant_days, lost_days, horizon_days
    options.natural = None if natural is None else utf8(",".join(natural))
    return options


def classes_struct(ticket_percent: int = 0, hours_percent: int = 0, variation: int = 0, least_signs: int = 0,
                   **pyramid: Any) -> Any:
    """A crm_classes_options, and what it points to; a pyramid of its own where one of its keywords is given."""
    options = _ffi.new(_ffi.crm_classes_options)
    options.ticket_percent, options.hours_percent = ticket_percent, hours_percent
    options.variation, options.least_signs = variation, least_signs
    kept = None
    if pyramid:
        struct, kept = pyramid_of(**pyramid)
        options.pyramid = ctypes.pointer(struct)
    return options, kept


def pyramid_of(shares: Sequence[float] = (1, 5, 20), cut: str = "ceil", ties: str = "together", measure: str = "spend") -> Any:
    """`pyramid_struct` with the defaults of `Store.pyramid`."""
    return pyramid_struct(shares, cut, ties, measure)


WORDS: Dict[str, Callable[..., Any]] = {
    "pyramid": lambda minor, **given: pyramid_of(**given),
    "rfm": rfm_struct,
    "lifecycle": lambda minor, **given: (lifecycle_struct(**given), None),
    "classes": lambda minor, **given: classes_struct(**given),
}


def split_words(given: Mapping[str, Any]) -> Tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What says what the words of expressions mean, and the keywords of the scope."""
    return ({name: given[name] for name in WORDS if given.get(name) is not None},
            {name: value for name, value in given.items() if name not in WORDS})


def take_words(options: Any, given: Mapping[str, Any], minor: Minor) -> List[Any]:
    """Puts them into a struct of options; answers what it points to."""
    kept = []
    for name, keywords in given.items():
        made, also = WORDS[name](minor, **keywords)
        setattr(options, name, ctypes.pointer(made))
        kept += [made, also]
    return kept
