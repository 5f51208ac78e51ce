# SPDX-License-Identifier: MIT
"""Sets of customers."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, Sequence

from . import _ffi
from ._library import library
from ._native import Handle, Owner, byref, out, texts, utf8
from ._table import Table

if TYPE_CHECKING:
    from ._store import Store

__all__ = ["Segment"]


class Segment(Owner):
    """A set of customers of a store at one data version; made by `Store.segment`, or of two with `|`, `&` and `-`.

    >>> import libcrm
    >>> store = libcrm.Store()
    >>> _ = store.load("customers", {"customer": ["ann", "bob", "eve"]})
    >>> both = store.segment(["ann", "bob"]) & store.segment(["bob", "eve"])
    >>> list(both), "ann" in both, len(both)
    (['bob'], False, 1)
    """

    def __init__(self, store: "Store", pointer: Any, unknown: int = 0) -> None:
        super().__init__()
        self.store = store
        #: Keys of which the store knows no customer.
        self.unknown = unknown
        self._handle = Handle(pointer, library.crm_segment_free, store._live())
        store._adopt(self)

    @classmethod
    def _pick(cls, store: "Store", keys: Sequence[str]) -> "Segment":
        handle = store._live()
        place = out(_ffi.crm_segment)
        unknown = ctypes.c_int64()
        handle.read(library.crm_segment_pick, handle.pointer, texts(keys), len(keys), byref(unknown), byref(place))
        return cls(store, place, unknown.value)

    def __len__(self) -> int:
        return self._ask(library.crm_segment_size)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __contains__(self, customer: object) -> bool:
        handle = self._live()
        found = ctypes.c_int32()
        handle.read(library.crm_segment_contains, handle.pointer, utf8(str(customer)), byref(found))
        return found.value != 0

    def members(self) -> Table:
        """The customers, by key."""
        handle = self._live()
        place = out(_ffi.crm_table)
        handle.read(library.crm_segment_members, handle.pointer, byref(place))
        return Table(place)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members()["customer"])  # type: ignore[arg-type]

    def _with(self, function: Callable[..., int], other: object) -> "Segment":
        if not isinstance(other, Segment):
            return NotImplemented  # type: ignore[no-any-return]
        handle = self._live()
        place = out(_ffi.crm_segment)
        another = other._live()
        handle.read(function, handle.pointer, another.pointer, byref(place), also=[another])
        return Segment(self.store, place)

    def __or__(self, other: object) -> "Segment":
        return self._with(library.crm_segment_union, other)

    def __and__(self, other: object) -> "Segment":
        return self._with(library.crm_segment_intersection, other)

    def __sub__(self, other: object) -> "Segment":
        return self._with(library.crm_segment_difference, other)

    @staticmethod
    def overlap(segments: Mapping[str, "Segment"]) -> Table:
        """How far segments overlap, a row each pair; by name."""
        handles = [segment._live() for segment in segments.values()]
        array = (ctypes.POINTER(_ffi.crm_segment) * len(handles))(*[handle.pointer for handle in handles])
        place = out(_ffi.crm_table)
        if not handles:
            raise ValueError("no segments")
        handles[0].read(library.crm_segment_overlap, array, texts(list(segments)), len(handles), byref(place),
                        also=handles)
        return Table(place)

    def __repr__(self) -> str:
        return "<libcrm.Segment, closed>" if self._handle is None else "<libcrm.Segment: %d customers>" % len(self)
