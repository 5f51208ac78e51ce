# SPDX-License-Identifier: MIT
"""The Arrow PyCapsule interface: tables out as capsules, whatever speaks it in as pointers."""

from __future__ import annotations

import ctypes
from typing import Any, Callable, Tuple

from . import _ffi
from ._library import library, native
from ._native import Handle, check

__all__ = ["array_capsules", "pointer_of", "schema_capsule", "stream_capsule"]

SCHEMA, ARRAY, STREAM = 0, 1, 2
_NAMES = {SCHEMA: b"arrow_schema", ARRAY: b"arrow_array", STREAM: b"arrow_array_stream"}
_KINDS: Any = {SCHEMA: _ffi.ArrowSchema, ARRAY: _ffi.ArrowArray, STREAM: _ffi.ArrowArrayStream}

_capsule_new = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)
_capsule_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


class _Place:
    """A struct of the C file, until a capsule owns it."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.address = native.new(kind)
        if not self.address:
            raise MemoryError("no memory for an Arrow struct")
        self.pointer = ctypes.cast(self.address, ctypes.POINTER(_KINDS[kind]))

    def capsule(self) -> Any:
        made = _capsule_new(self.address, native.name(self.kind), native.destructor(self.kind))
        self.address = None
        return made

    def __del__(self, drop: Callable[[int, Any], None] = native.drop) -> None:
        if self.address:
            drop(self.kind, self.address)


def schema_capsule(table: Handle, form: int) -> Any:
    place = _Place(SCHEMA)
    check(library.crm_table_arrow_schema, table.pointer, form, place.pointer)
    return place.capsule()


def array_capsules(table: Handle, form: int) -> Tuple[Any, Any]:
    schema, array = _Place(SCHEMA), _Place(ARRAY)
    check(library.crm_table_arrow, table.pointer, form, schema.pointer, array.pointer)
    return schema.capsule(), array.capsule()


def stream_capsule(table: Handle, form: int) -> Any:
    place = _Place(STREAM)
    check(library.crm_table_arrow_stream, table.pointer, form, place.pointer)
    return place.capsule()


def pointer_of(capsule: Any, kind: int) -> Any:
    """What a capsule holds; the capsule keeps it."""
    return ctypes.cast(_capsule_pointer(capsule, _NAMES[kind]), ctypes.POINTER(_KINDS[kind]))
