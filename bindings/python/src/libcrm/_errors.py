# SPDX-License-Identifier: MIT
"""What goes wrong, as exceptions: one for each status of the C library."""

from __future__ import annotations

from typing import Dict, Optional, Type

from . import _ffi

__all__ = [
    "ArgumentError",
    "CancelledError",
    "ConflictError",
    "CorruptError",
    "Error",
    "InputOutputError",
    "InvalidValueError",
    "LimitError",
    "NotFoundError",
    "OutOfMemoryError",
    "RangeError",
    "SchemaError",
    "StateError",
    "SumOverflowError",
    "TypeMismatchError",
    "UnsupportedError",
    "VersionError",
]


class Error(Exception):
    """A call of the library that failed. Nothing has changed by it.

    `status` is the C status, `table` and `column` say where (None where that is not known), `row` counts from 1 and
    `byte` from 0.

    >>> import libcrm
    >>> store = libcrm.Store()
    >>> try:
    ...     store.load("sales", {"document": [1], "time": ["2024-01-31"]})
    ... except libcrm.Error as error:
    ...     print(type(error).__name__, error.table, error.column)
    SchemaError sales amount
    """

    status = 0

    def __init__(
        self,
        message: str,
        *,
        table: Optional[str] = None,
        column: Optional[str] = None,
        row: Optional[int] = None,
        byte: Optional[int] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.table = table
        self.column = column
        self.row = row
        self.byte = byte

    def __str__(self) -> str:
        place = ".".join(part for part in (self.table, self.column) if part)
        if self.row is not None:
            place += (", " if place else "") + "row %d" % self.row
        return "%s: %s" % (place, self.message) if place else self.message


class ArgumentError(Error, ValueError):
    """A call that cannot be meant: an unknown word, options that contradict each other."""

    status = _ffi.CRM_ERROR_ARGUMENT


class TypeMismatchError(Error, TypeError):
    """A column of another type than its table's column takes."""

    status = _ffi.CRM_ERROR_TYPE


class SchemaError(Error, LookupError):
    """There is no such table or column, or a required column is missing."""

    status = _ffi.CRM_ERROR_SCHEMA


class InvalidValueError(Error, ValueError):
    """A value that cannot be read."""

    status = _ffi.CRM_ERROR_VALUE


class RangeError(Error, ValueError):
    """A value outside what its column holds."""

    status = _ffi.CRM_ERROR_RANGE


class SumOverflowError(Error, OverflowError):
    """A sum would pass 64 bits; nothing was changed."""

    status = _ffi.CRM_ERROR_OVERFLOW


class OutOfMemoryError(Error, MemoryError):
    """There is no memory, or the memory limit is reached."""

    status = _ffi.CRM_ERROR_MEMORY


class InputOutputError(Error, OSError):
    """Reading or writing failed."""

    status = _ffi.CRM_ERROR_IO


class LimitError(Error):
    """More rows, keys, periods or bytes than the library takes."""

    status = _ffi.CRM_ERROR_LIMIT


class StateError(Error, RuntimeError):
    """Not in this state: closed, changed since, or busy with a load."""

    status = _ffi.CRM_ERROR_STATE


class ConflictError(Error):
    """Rows contradict what the store holds, and all or nothing was asked."""

    status = _ffi.CRM_ERROR_CONFLICT


class NotFoundError(Error, KeyError):
    """There is no such customer or document."""

    status = _ffi.CRM_ERROR_NOT_FOUND


class CancelledError(Error):
    """The call was stopped from outside."""

    status = _ffi.CRM_ERROR_CANCELLED


class CorruptError(Error):
    """What is kept differs from what its facts give, or a file is damaged."""

    status = _ffi.CRM_ERROR_CORRUPT


class UnsupportedError(Error):
    """The files of the host cannot give what was asked for."""

    status = _ffi.CRM_ERROR_UNSUPPORTED


class VersionError(Error):
    """A file of a later library."""

    status = _ffi.CRM_ERROR_VERSION


KINDS: Dict[int, Type[Error]] = {
    kind.status: kind
    for kind in (
        ArgumentError,
        TypeMismatchError,
        SchemaError,
        InvalidValueError,
        RangeError,
        SumOverflowError,
        OutOfMemoryError,
        InputOutputError,
        LimitError,
        StateError,
        ConflictError,
        NotFoundError,
        CancelledError,
        CorruptError,
        UnsupportedError,
        VersionError,
    )
}


def from_native(status: int, error: _ffi.crm_error) -> Error:
    """The exception of a failed call."""
    kind = KINDS.get(status, Error)
    made = kind(
        error.message.decode("utf-8", "replace") or "status %d" % status,
        table=error.table.decode("utf-8", "replace") or None,
        column=error.column.decode("utf-8", "replace") or None,
        row=error.row or None,
        byte=error.byte if error.byte >= 0 else None,
    )
    if kind is Error:
        made.status = status
    return made
