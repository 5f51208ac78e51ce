# SPDX-License-Identifier: MIT
"""The clocks of time zones, which the library asks its host for."""

from __future__ import annotations

import datetime
from typing import Any, Dict, List, Tuple

from . import _ffi

__all__ = ["ASK_ZONE"]

_EPOCH = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)


class _Zone:
    """The spans of a zone in which its clock stays the same distance from UTC, looked for decade by decade."""

    def __init__(self, name: str) -> None:
        from zoneinfo import ZoneInfo

        self._zone = ZoneInfo(name)
        self._decades: Dict[int, List[Tuple[int, int, int]]] = {}

    def _offset(self, utc: datetime.datetime) -> int:
        moved = self._zone.fromutc(utc.replace(tzinfo=self._zone))
        return (moved.utcoffset() or datetime.timedelta(0)) // _MICROSECOND

    def _look(self, decade: int) -> List[Tuple[int, int, int]]:
        """Spans of the ten years: where they begin and end, and the offset."""
        at, last = datetime.datetime(decade * 10, 1, 1), datetime.datetime(decade * 10 + 10, 1, 1)
        start, before = at, self._offset(at)
        found = []
        while at < last:
            following = at + datetime.timedelta(days=1)
            after = self._offset(following)
            while after != before and following - at > datetime.timedelta(seconds=1):
                middle = (at + (following - at) // 2).replace(microsecond=0)
                if self._offset(middle) == before:
                    at = middle
                else:
                    following, after = middle, self._offset(middle)
            if after != before:
                found.append((_micros(start), _micros(following), before))
                start, before = following, after
            at = following
        found.append((_micros(start), _micros(last), before))
        return found

    def span(self, instant: int) -> Tuple[int, int, int]:
        year = min(2209, max(1890, (_EPOCH + datetime.timedelta(microseconds=instant)).year))
        spans = self._decades.get(year // 10)
        if spans is None:
            spans = self._decades[year // 10] = self._look(year // 10)
        for start, end, offset in spans:
            if start <= instant < end:
                return offset, start, end
        return 0, instant, instant + 1   # so far out that its row is rejected


def _micros(moment: datetime.datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


_zones: Dict[str, _Zone] = {}


def zone_of(name: str) -> _Zone:
    found = _zones.get(name)
    if found is None:
        found = _zones[name] = _Zone(name)
    return found


def _ask_zone(_context: Any, name: bytes, instant: int, offset: Any, start: Any, end: Any) -> int:
    try:
        offset[0], start[0], end[0] = zone_of(name.decode()).span(instant)
        return _ffi.CRM_OK
    except OverflowError:   # beyond the years that datetime knows: the row will be rejected
        offset[0], start[0], end[0] = 0, instant, instant
        return _ffi.CRM_OK
    except Exception:   # no such zone, or no data of zones on this machine
        return _ffi.CRM_ERROR_NOT_FOUND


ASK_ZONE = _ffi.crm_zone(_ask_zone)
