# SPDX-License-Identifier: MIT
"""What needs no store."""

from __future__ import annotations

from . import _ffi
from ._hooks import config_with
from ._library import library
from ._native import byref, check, out
from ._table import Table

__all__ = ["kpis"]


def kpis() -> Table:
    """The registry of key performance indicators: kpi, name, unit, direction, formula, numerator, denominator, inputs.

    >>> import libcrm
    >>> "revenue" in libcrm.kpis()["kpi"]
    True
    """
    place = out(_ffi.crm_table)
    check(library.crm_kpi_registry, config_with(0), byref(place))
    return Table(place)
