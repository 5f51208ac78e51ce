# SPDX-License-Identifier: MIT
"""Everything about one customer."""

from __future__ import annotations

from typing import NamedTuple, Optional

from ._table import Table

__all__ = ["View"]


class View(NamedTuple):
    """What `Store.view` gives; what was not asked for is None."""

    #: One row: spend, tier, rank, scores, stage, class, owner, when due.
    profile: Optional[Table]
    #: Every entry into a stage.
    life: Optional[Table]
    #: One row: columns and attributes of `customers`.
    customer: Optional[Table]
    #: The keys that count as this customer.
    keys: Optional[Table]
    documents: Optional[Table]
    opportunities: Optional[Table]
    stages: Optional[Table]
    interactions: Optional[Table]
    payments: Optional[Table]
    ownership: Optional[Table]
    #: When which column of `customers` was changed or confirmed.
    changes: Optional[Table]
