# SPDX-License-Identifier: MIT
"""Instants and days: microseconds of the wall clock and days since 1970-01-01 on the library's side."""

from __future__ import annotations

import datetime
from typing import Any, Union

__all__ = ["TimeLike", "from_days", "from_microseconds", "to_days", "to_microseconds"]

TimeLike = Union[datetime.date, datetime.datetime, str, "Any"]

_EPOCH = datetime.datetime(1970, 1, 1)
_DAY0 = datetime.date(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)
DAY = 86_400_000_000


def from_microseconds(value: int) -> datetime.datetime:
    return _EPOCH + datetime.timedelta(microseconds=value)


def from_days(value: int) -> datetime.date:
    return _DAY0 + datetime.timedelta(days=value)


def to_days(value: TimeLike) -> int:
    """A day of a date, a datetime, or text like 2024-01-31."""
    if isinstance(value, str):
        value = _parse(value)
    if not isinstance(value, datetime.date) and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime.datetime):
        return (value.date() - _DAY0).days
    if isinstance(value, datetime.date):
        return (value - _DAY0).days
    raise TypeError("a day is a date or text like 2024-01-31, not %s" % type(value).__name__)


def _parse(text: str) -> datetime.date:
    text = text.strip()
    if len(text) == 10:
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def to_microseconds(value: TimeLike, day_start: int = 0) -> int:
    """An instant. A date is the beginning of that business day; of a datetime with a zone its own wall clock counts."""
    if isinstance(value, str):
        value = _parse(value)
    if not isinstance(value, datetime.date) and hasattr(value, "dtype"):   # numpy.datetime64
        kind = str(value.dtype)
        if not kind.startswith("datetime64"):
            raise TypeError("an instant is a date, a datetime or text, not %s" % type(value).__name__)
        micros = int(value.astype("datetime64[us]").astype("int64"))
        return micros + (day_start if kind == "datetime64[D]" else 0)
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    if isinstance(value, datetime.date):
        return (value - _DAY0).days * DAY + day_start
    raise TypeError("an instant is a date, a datetime or text like 2024-01-31, not %s" % type(value).__name__)


def to_day_start(value: Union[None, str, datetime.time, datetime.timedelta]) -> int:
    """When a business day begins, in microseconds after midnight."""
    if value is None:
        return 0
    if isinstance(value, str):
        value = datetime.time.fromisoformat(value if len(value) > 4 else "0" + value)
    if isinstance(value, datetime.time):
        value = datetime.timedelta(hours=value.hour, minutes=value.minute, seconds=value.second,
                                   microseconds=value.microsecond)
    return value // _MICROSECOND
