# SPDX-License-Identifier: MIT
"""Loads: rows of any tables that become facts together."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence

from . import _arrow, _ffi, _input
from ._errors import Error, StateError
from ._hooks import Progress, ProgressOfLoad, Source
from ._input import pairs, word
from ._library import library
from ._native import Handle, Interruptible, Owner, byref, out, path_bytes, texts, utf8
from ._table import Table

if TYPE_CHECKING:
    from ._store import Store

__all__ = ["Counts", "Load"]

ENCODINGS = {"utf-8": _ffi.CRM_ENCODING_UTF8, "latin-1": _ffi.CRM_ENCODING_LATIN1}


class Counts(NamedTuple):
    """What became of the rows of one table: rows = accepted + duplicate + rejected."""

    rows: int
    accepted: int
    duplicate: int
    rejected: int
    rounded: int
    ignored_columns: int
    amount_in: Decimal
    amount_accepted: Decimal


class Load(Owner):
    """A load in progress: rows of any tables that become facts together. As a context manager it commits at the end of
    the block, and is undone where the block raises."""

    def __init__(self, store: "Store", replace: bool, all_or_nothing: bool, progress: Optional[Progress]) -> None:
        super().__init__()
        self.store = store
        #: What became of the rows, by table; after the commit.
        self.counts: Dict[str, Counts] = {}
        self._rejects: Optional[Table] = None
        self._causes: Optional[Table] = None
        self._tables: Dict[str, None] = {}
        self._context = store._borrow()
        self._progress = ProgressOfLoad(progress)
        options = _ffi.new(_ffi.crm_load_options)
        options.replace = int(replace)
        options.all_or_nothing = int(all_or_nothing)
        options.context = self._context.handle.pointer
        self._context.begin(None)
        parent = store._live()
        place = out(_ffi.crm_load)
        with Interruptible():   # a load that is begun and belongs to nobody would never end
            parent.write(library.crm_load_begin, parent.pointer, byref(options), byref(place))
            self._handle = Handle(place, library.crm_load_free, parent)
        library.crm_load_progress(place, self._progress.callback, None)
        store._adopt(self)

    def __enter__(self) -> "Load":
        self._live()
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        with Interruptible(self._progress.lent, self._context.lent):
            try:
                if kind is None and self._handle is not None:
                    self.commit()
            finally:
                self.close()

    def __del__(self) -> None:
        # Undoing a load changes the store, which may be in use just where garbage is collected.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            try:
                self.close()
            except Exception:
                if handle.guard is not None:
                    handle.guard.dropped.append(handle)

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        handle = self._live()
        try:
            with Interruptible(self._progress.lent, self._context.lent):
                handle.write(function, handle.pointer, *arguments)
        except Error:
            own = self._progress.own_exception() or self._context.own_exception()
            if own is not None:
                raise own from None
            raise

    def append(
        self,
        table: str,
        data: Any,
        *,
        map: Optional[Mapping[str, str]] = None,
        set: Optional[Mapping[str, Any]] = None,
        document: str = "column",
        minor: bool = False,
        time_format: Optional[str] = None,
        decimal: str = ".",
        columns: Optional[Sequence[str]] = None,
    ) -> None:
        """Appends rows of a table from whatever holds them: a pandas, Polars or pyarrow frame, a DuckDB relation or
        anything else that speaks Arrow; a dict of columns (NumPy arrays, buffers, lists, series); rows as dicts,
        dataclasses, named tuples or sequences (`columns` names their values); a path of a CSV file.

        `map` gives a table's column the frame's name for it, `set` a constant. `document` makes sales documents where
        the frame has none: "row", or "customer-time". Integers in columns of money are whole units, or with
        `minor=True` smallest ones. `time_format` and `decimal` hold for times and numbers that are text.

        A column that the library can read where it lies is not copied. Others are converted on the way; one that cannot
        be is an error that names it.
        """
        if isinstance(data, (str, os.PathLike)):
            self.append_csv(table, data, map=map, set=set, document=document, time_format=time_format, decimal=decimal)
            return
        options, kept = _input.options_struct(document, map, set, minor, time_format, decimal)
        name = utf8(table)
        self._tables[table] = None
        if hasattr(data, "__arrow_c_stream__"):
            try:
                capsule = data.__arrow_c_stream__()
            except ImportError:   # pandas without pyarrow
                capsule = None
            if capsule is not None:
                stream = _arrow.pointer_of(capsule, _arrow.STREAM)
                self._call(library.crm_load_arrow_stream, name, byref(options), stream)
                return
        elif hasattr(data, "__arrow_c_array__"):
            schema, array = data.__arrow_c_array__()
            self._call(library.crm_load_arrow, name, byref(options), _arrow.pointer_of(schema, _arrow.SCHEMA),
                       _arrow.pointer_of(array, _arrow.ARRAY))
            return
        for frame in _input.frames(table, data, columns):
            self._call(library.crm_load_arrow, name, byref(options), byref(frame.schema), byref(frame.array))
        del kept

    def append_csv(
        self,
        table: str,
        file: Any,
        *,
        map: Optional[Mapping[str, str]] = None,
        set: Optional[Mapping[str, Any]] = None,
        document: str = "column",
        delimiter: str = ",",
        decimal: str = ".",
        encoding: str = "utf-8",
        time_format: Optional[str] = None,
        header: Optional[Sequence[str]] = None,
        record_limit: int = 0,
        name: Optional[str] = None,
    ) -> None:
        """Appends a CSV file (a path, or a file opened in binary mode), read in bounded memory.

        `delimiter` is one character, or "blank" for runs of blanks and tabs; `encoding` "utf-8" or "latin-1"; `header`
        names the columns of a file without a header line; `time_format` knows %Y %y %m %d %b %H %I %M %S %f %p %z and is
        ISO 8601 otherwise; `name` is what reports call the file.
        """
        csv = _ffi.new(_ffi.crm_csv)
        csv.delimiter = _ffi.CRM_DELIMITER_BLANK if delimiter == "blank" else _character(delimiter, "delimiter")
        csv.decimal = _character(decimal, "decimal")
        csv.encoding = word(ENCODINGS, encoding.lower(), "encoding")
        csv.time_format = utf8(time_format)
        csv.document = word(_input.DOCUMENTS, document, "document")
        csv.record_limit = record_limit
        names = texts(header)
        mapped, csv.map_count = pairs(map)
        constants, csv.set_count = pairs(set)
        csv.header, csv.header_count = names, len(header or ())
        if mapped is not None:
            csv.map = mapped
        if constants is not None:
            csv.set = constants
        is_path = isinstance(file, (str, os.PathLike))
        csv.file = utf8(name if name is not None else os.path.basename(os.fspath(file)) if is_path else None)
        self._tables[table] = None
        if is_path:
            self._call(library.crm_load_csv_file, utf8(table), byref(csv), path_bytes(file))
            return
        source = Source(file)
        try:
            self._call(library.crm_load_csv, utf8(table), byref(csv), byref(source.struct))
        except Error:
            own = source.own_exception()
            if own is not None:
                raise own from None
            raise

    def commit(self) -> None:
        """Makes the load's rows the store's facts, all at once, and ends the load; its reports stay."""
        self._call(library.crm_load_commit)
        handle = self._live()
        for table in self._tables:
            self.counts[table] = self._count(table)
        for name, function in (("_rejects", library.crm_load_rejects), ("_causes", library.crm_load_causes)):
            place = out(_ffi.crm_table)
            handle.read(function, handle.pointer, byref(place))
            setattr(self, name, Table(place))
        self.close()

    def _count(self, table: str) -> Counts:
        handle = self._live()
        counts = _ffi.new(_ffi.crm_load_counts)
        handle.read(library.crm_load_count, handle.pointer, utf8(table), byref(counts))
        return Counts(counts.rows, counts.accepted, counts.duplicate, counts.rejected, counts.rounded,
                      counts.ignored_columns, self.store.money(counts.amount_in), self.store.money(counts.amount_accepted))

    @property
    def rejects(self) -> Table:
        """Every rejected row: table, file, row, column, cause; after the commit."""
        if self._rejects is None:
            raise StateError("the load is not committed")
        return self._rejects

    @property
    def causes(self) -> Table:
        """The rejected rows counted: table, cause, rows; after the commit."""
        if self._causes is None:
            raise StateError("the load is not committed")
        return self._causes

    def __repr__(self) -> str:
        state = "in progress" if self._handle is not None else "committed" if self._rejects is not None else "undone"
        return "<libcrm.Load, %s>" % state


def _character(text: str, what: str) -> int:
    if len(text) != 1 or ord(text) > 127:
        raise ValueError("%s is one ASCII character, not %r" % (what, text))
    return ord(text)
