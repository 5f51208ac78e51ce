# SPDX-License-Identifier: MIT
"""Customer analytics over the facts of a business: exact, in process, from whatever frame you have.

>>> import libcrm
>>> store = libcrm.sample()                         # or Store(), then store.load("sales", frame)
>>> store.pyramid(as_of="2026-01-01").tiers()["tier"][:4]
['vip', 'major', 'medium', 'small']
"""

from ._cockpit import Cockpit, Snapshot
from ._errors import (
    ArgumentError,
    CancelledError,
    ConflictError,
    CorruptError,
    Error,
    InputOutputError,
    InvalidValueError,
    LimitError,
    NotFoundError,
    OutOfMemoryError,
    RangeError,
    SchemaError,
    StateError,
    SumOverflowError,
    TypeMismatchError,
    UnsupportedError,
    VersionError,
)
from ._handles import (
    Figure,
    Kpi,
    Lifecycle,
    LifeLimits,
    LifeStanding,
    Moved,
    Pyramid,
    Reach,
    Standing,
    Summary,
    Till,
    TillStanding,
)
from ._hooks import Threads, cancel
from ._library import VERSION as __version__
from ._load import Counts, Load
from ._registry import kpis
from ._segment import Segment
from ._store import Store, sample
from ._table import Column, Table
from ._view import View

__all__ = [
    "ArgumentError",
    "CancelledError",
    "Cockpit",
    "Column",
    "ConflictError",
    "CorruptError",
    "Counts",
    "Error",
    "Figure",
    "InputOutputError",
    "InvalidValueError",
    "Kpi",
    "LifeLimits",
    "LifeStanding",
    "Lifecycle",
    "LimitError",
    "Load",
    "Moved",
    "NotFoundError",
    "OutOfMemoryError",
    "Pyramid",
    "RangeError",
    "Reach",
    "SchemaError",
    "Segment",
    "Snapshot",
    "Standing",
    "StateError",
    "Store",
    "SumOverflowError",
    "Summary",
    "Table",
    "Threads",
    "Till",
    "TillStanding",
    "TypeMismatchError",
    "UnsupportedError",
    "VersionError",
    "View",
    "__version__",
    "cancel",
    "kpis",
    "sample",
]
