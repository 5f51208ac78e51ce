# SPDX-License-Identifier: MIT
"""The cockpit as data: gauges with bands and targets, alert rules, roles."""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, Any, Mapping, NamedTuple, Optional, Sequence

from . import _ffi
from ._errors import Error, StateError
from ._hooks import Source, config_with
from ._input import word
from ._library import library
from ._native import Handle, Owner, byref, check, out, path_bytes, utf8
from ._options import calendar_struct, split_calendar, take_words
from ._table import Table

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import CalendarArguments
    from ._store import Store

__all__ = ["Cockpit", "Snapshot"]

TABLES = {"gauges": _ffi.CRM_COCKPIT_GAUGES, "alerts": _ffi.CRM_COCKPIT_ALERTS}
PARTS = {
    "figures": _ffi.CRM_COCKPIT_PARTS_FIGURES,
    "findings": _ffi.CRM_COCKPIT_PARTS_FINDINGS,
    "lists": _ffi.CRM_COCKPIT_PARTS_LISTS,
    "causes": _ffi.CRM_COCKPIT_PARTS_CAUSES,
}
LANGUAGES = {"en": _ffi.CRM_LANGUAGE_ENGLISH, "zh": _ffi.CRM_LANGUAGE_CHINESE}


class Snapshot(NamedTuple):
    """What an evaluation of a cockpit gives; what was not asked for is None."""

    gauges: Optional[Table]
    series: Optional[Table]
    alerts: Optional[Table]
    findings: Optional[Table]
    lists: Optional[Table]
    #: Why figures moved, behind the alerts.
    causes: Optional[Table]


class Cockpit(Owner):
    """Gauges and alert rules for roles; it belongs to no store and can be evaluated over any.

    Without files it has the built-in ones, for the roles general, sales, marketing, finance and store; `gauges` and
    `alerts` are CSV files (paths, or files opened in binary mode) that take their place. `problems` names the rows of
    them that cannot be meant.

    >>> import libcrm
    >>> cockpit = libcrm.Cockpit()
    >>> "sales" in cockpit.roles()["role"]
    True
    >>> snapshot = cockpit.evaluate(libcrm.sample(), role="sales", parts=["figures"], as_of="2026-01-01")
    >>> snapshot.gauges.columns[:4], snapshot.findings
    (('gauge', 'kpi', 'period', 'value'), None)
    """

    def __init__(self, gauges: Any = None, alerts: Any = None) -> None:
        super().__init__()
        place = out(_ffi.crm_cockpit)
        check(library.crm_cockpit_create, config_with(0), byref(place))
        self._handle = Handle(place, library.crm_cockpit_free)
        for what, file in (("gauges", gauges), ("alerts", alerts)):
            if file is None:
                check(library.crm_cockpit_builtin, place, TABLES[what])
            else:
                self.read(what, file)

    def read(self, what: str, file: Any) -> int:
        """Adds the "gauges" or "alerts" of a CSV file; answers how many of its rows were left out.

        While a till moves the cockpit's gauges this is a `StateError`.
        """
        handle = self._live()
        if handle.lent:
            raise StateError("a till moves the gauges of this cockpit")
        bad = ctypes.c_int64()
        table = word(TABLES, what, "what")
        if isinstance(file, (str, os.PathLike)):
            check(library.crm_cockpit_read_file, handle.pointer, table, None, path_bytes(file), byref(bad))
            return bad.value
        source = Source(file)
        try:
            check(library.crm_cockpit_read, handle.pointer, table, None, byref(source.struct), byref(bad))
        except Error:
            own = source.own_exception()
            if own is not None:
                raise own from None
            raise
        return bad.value

    def _table(self, function: Any, *arguments: Any) -> Table:
        place = out(_ffi.crm_table)
        check(function, self._live().pointer, *arguments, byref(place))
        return Table(place)

    def problems(self) -> Table:
        """Rows of files that were left out: table, row, column, message."""
        return self._table(library.crm_cockpit_problems)

    def roles(self) -> Table:
        """The roles: role, gauges, alerts."""
        return self._table(library.crm_cockpit_roles)

    def gauges(self, role: Optional[str] = None) -> Table:
        """The gauges themselves; written as CSV they can be changed and read again."""
        return self._table(library.crm_cockpit_table, _ffi.CRM_COCKPIT_GAUGES, utf8(role))

    def alerts(self, role: Optional[str] = None) -> Table:
        """The alert rules themselves, likewise."""
        return self._table(library.crm_cockpit_table, _ffi.CRM_COCKPIT_ALERTS, utf8(role))

    def evaluate(
        self,
        store: "Store",
        *,
        role: Optional[str] = None,
        language: str = "en",
        periods: int = 0,
        running: bool = False,
        parts: Sequence[str] = ("figures", "findings", "lists", "causes"),
        lifecycle: Optional[Mapping[str, Any]] = None,
        **calendar: Unpack[CalendarArguments],
    ) -> Snapshot:
        """Evaluates the gauges and rules of a role (None: all) over a store, all from the same data version.

        `periods`: complete periods of the series, over which alerts are replayed (0: 24); `running`: gauges show the
        period that is not over; `parts`: what is wanted of "figures" (gauges, series, alerts), "findings", "lists" and "causes";
        `lifecycle`: keywords of `Store.lifecycle`, so that what dormant and lost mean does not move with the data.
        """
        handle = self._live()
        options = _ffi.new(_ffi.crm_cockpit_options)
        options.role = utf8(role)
        options.language = word(LANGUAGES, language, "language")
        options.periods = periods
        options.running = int(running)
        options.parts = sum({word(PARTS, part, "parts") for part in parts})
        take_words(options, {} if lifecycle is None else {"lifecycle": lifecycle}, int)
        snapshot = _ffi.new(_ffi.crm_snapshot)
        cut, scope = split_calendar(calendar)
        struct, kept = calendar_struct(cut)
        store._run(library.crm_cockpit_evaluate, scope, (byref(struct), handle.pointer, byref(options)), None, snapshot)
        del kept
        return Snapshot(*[Table(getattr(snapshot, name)) if getattr(snapshot, name) else None
                          for name in Snapshot._fields])

    def __repr__(self) -> str:
        if self._handle is None:
            return "<libcrm.Cockpit, closed>"
        return "<libcrm.Cockpit: %d gauges, %d alert rules>" % (len(self.gauges()), len(self.alerts()))
