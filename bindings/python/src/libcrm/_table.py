# SPDX-License-Identifier: MIT
"""Results: immutable tables of typed columns."""

from __future__ import annotations

import ctypes
import datetime
import html
import os
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union, overload

from . import _arrow, _ffi
from ._hooks import Sink
from ._library import library
from ._native import Handle, Owner, check
from ._time import from_days, from_microseconds

if TYPE_CHECKING:
    import numpy
    import pandas
    import polars
    import pyarrow

__all__ = ["Column", "Table"]

Cell = Union[None, int, str, bool, Decimal, datetime.date, datetime.datetime]

TYPES = {
    _ffi.CRM_TYPE_INTEGER: "integer",
    _ffi.CRM_TYPE_DECIMAL: "decimal",
    _ffi.CRM_TYPE_MONEY: "money",
    _ffi.CRM_TYPE_TIME: "time",
    _ffi.CRM_TYPE_DATE: "date",
    _ffi.CRM_TYPE_TEXT: "text",
    _ffi.CRM_TYPE_BOOLEAN: "boolean",
}
_NUMBERS = ("integer", "decimal", "money")
_FORMS = {"decimal": _ffi.CRM_ARROW_DECIMAL, "minor": _ffi.CRM_ARROW_MINOR}
_CHUNK = 8192
_SHOWN = 20


def _view(owner: Any, address: Optional[int], count: int, kind: Any, code: str) -> memoryview:
    """Memory of the library as a read-only view that keeps its owner alive."""
    if not count or not address:
        return memoryview(b"").cast(code)  # type: ignore[call-overload, no-any-return]
    array = (kind * count).from_address(address)
    array.owner = owner
    return memoryview(array).cast("B").cast(code).toreadonly()  # type: ignore[call-overload, no-any-return]


class _Foreign:
    """Memory of the library as NumPy takes it; the arrays made of it keep this, and this keeps the memory."""

    def __init__(self, owner: Any, address: int, count: int, kind: str) -> None:
        self.owner = owner
        self.__array_interface__ = {"shape": (count,), "typestr": kind, "data": (address, True), "version": 3}


class Column(Sequence[Cell]):
    """A column of a table: a read-only sequence of Python values.

    Integers are `int`, money and rates `decimal.Decimal`, times `datetime` (of the local wall clock), dates `date`, texts
    `str`, booleans `bool`; an empty cell is None.

    >>> import libcrm
    >>> store = libcrm.Store()
    >>> _ = store.load("sales", [{"document": 1, "time": "2024-01-31", "customer": "ann", "amount": "12.50"}])
    >>> spend = store.pyramid().members()["spend"]
    >>> spend[0], spend.type, spend.scale
    (Decimal('12.50'), 'money', 2)
    >>> spend.minor()[0]
    1250
    """

    __slots__ = ("_handle", "_struct", "_length")

    def __init__(self, handle: Handle, index: int) -> None:
        self._handle = handle
        self._struct = _ffi.new(_ffi.crm_column)
        check(library.crm_table_column, handle.pointer, index, ctypes.byref(self._struct))
        self._length = int(self._struct.rows)

    # ---- what it is

    @property
    def name(self) -> str:
        """Its name."""
        return self._struct.name.decode()  # type: ignore[no-any-return]

    @property
    def type(self) -> str:
        """integer, decimal, money, time, date, text or boolean."""
        return TYPES[self._struct.type]

    @property
    def scale(self) -> int:
        """Decimals of a decimal or of money, else 0."""
        return int(self._struct.scale)

    @property
    def nulls(self) -> int:
        """How many cells are empty."""
        return int(self._struct.nulls)

    def __repr__(self) -> str:
        shown = ", ".join(str(value) for value in self._values(0, min(6, len(self))))
        return "<libcrm.Column %s: %s, %d rows: %s%s>" % (
            self.name, self.type, len(self), shown, ", ..." if len(self) > 6 else "")

    # ---- the sequence

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Cell: ...

    @overload
    def __getitem__(self, index: slice) -> List[Cell]: ...

    def __getitem__(self, index: Union[int, slice]) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            return [self._values(at, at + 1)[0] for at in range(start, stop, step)] if step != 1 else self._values(start, stop)
        at = index + self._length if index < 0 else index
        if not 0 <= at < self._length:
            raise IndexError("row %d of a column of %d rows" % (index, self._length))
        return self._values(at, at + 1)[0]

    def __iter__(self) -> Iterator[Cell]:
        for start in range(0, self._length, _CHUNK):
            yield from self._values(start, min(start + _CHUNK, self._length))

    def to_list(self, numbers: str = "decimal") -> List[Any]:
        """All values. `numbers` says what money and decimals become: "decimal" (exact, `decimal.Decimal`), "fraction"
        (exact, `fractions.Fraction`), "float", or "minor" (`int`, units of the last decimal)."""
        if numbers not in ("decimal", "fraction", "float", "minor"):
            raise ValueError("numbers is decimal, fraction, float or minor")
        return self._values(0, self._length, numbers)

    def minor(self) -> memoryview:
        """The numbers as they lie in the library, without a copy: 64-bit integers in units of the last decimal, times in
        microseconds since 1970-01-01, dates 32-bit days. Empty cells hold 0. The view keeps the table alive."""
        if self.type in ("text", "boolean"):
            raise TypeError("column %s is %s and has no numbers" % (self.name, self.type))
        if self.type == "date":
            return _view(self._handle, self._struct.values, self._length, ctypes.c_int32, "i")
        return _view(self._handle, self._struct.values, self._length, ctypes.c_int64, "q")

    def is_null(self) -> List[bool]:
        """Which cells are empty."""
        return [not valid for valid in self._bits(self._address("validity"), 0, self._length)]

    def numpy(self) -> "numpy.ndarray[Any, Any]":
        """A NumPy array. Integers, money, decimals (in units of the last decimal) and times are views of the library's
        memory, read-only, that keep it alive; dates, booleans and texts are copies. A column with empty cells is a
        masked array."""
        import numpy

        kind = self.type
        data: Any
        if kind == "text":
            data = numpy.array(self._values(0, self._length), dtype=object)
        elif kind == "boolean":
            data = numpy.array([bool(value) for value in self._values(0, self._length)], dtype=bool)
        elif not self._length:
            data = numpy.empty(0, {"date": "datetime64[D]", "time": "datetime64[us]"}.get(kind, "int64"))
        else:
            code = {"date": "<i4", "time": "<M8[us]"}.get(kind, "<i8")
            data = numpy.asarray(_Foreign(self._handle, self._struct.values, self._length, code))
            if kind == "date":
                data = data.astype("datetime64[D]")
        if self.nulls:
            return numpy.ma.masked_array(data, mask=self.is_null())  # type: ignore
        return data  # type: ignore[no-any-return]

    # ---- from the library's memory

    def _address(self, member: str) -> Optional[int]:
        return ctypes.cast(getattr(self._struct, member), ctypes.c_void_p).value

    def _bits(self, address: Optional[int], start: int, stop: int) -> List[bool]:
        if address is None:
            return [True] * (stop - start)
        first = start // 8
        data = ctypes.string_at(address + first, (stop + 7) // 8 - first)
        number = int.from_bytes(data, "little") >> (start - first * 8)
        return [digit == "1" for digit in bin(number | 1 << (stop - start))[3:][::-1]]

    def _texts(self, start: int, stop: int) -> List[Any]:
        offsets = _view(self._handle, self._address("offsets"), self._length + 1, ctypes.c_int64, "q")[start:stop + 1]
        first, last = offsets[0], offsets[-1]
        data = ctypes.string_at(self._struct.bytes + first, last - first) if last > first else b""
        cuts = [at - first for at in offsets]
        if data.isascii():
            text = data.decode("ascii")
            return [text[a:b] for a, b in zip(cuts, cuts[1:])]
        return [data[a:b].decode() for a, b in zip(cuts, cuts[1:])]

    def _values(self, start: int, stop: int, numbers: str = "decimal") -> List[Any]:
        if stop <= start:
            return []
        kind = self.type
        found: List[Any]
        if kind == "text":
            found = self._texts(start, stop)
        elif kind == "boolean":
            found = list(self._bits(self._struct.values, start, stop))
        else:
            raw = self.minor()[start:stop]
            found = [convert(value) for value in raw] if (convert := self._converter(numbers)) else raw.tolist()
        if self._struct.nulls:
            valid = self._bits(self._address("validity"), start, stop)
            found = [value if there else None for value, there in zip(found, valid)]
        return found

    def _converter(self, numbers: str) -> Optional[Callable[[int], Any]]:
        kind, scale = self.type, self.scale
        if kind == "time":
            return from_microseconds
        if kind == "date":
            return from_days
        if kind == "integer" or numbers == "minor":
            return None
        if numbers == "fraction":
            return lambda value: Fraction(value, 10**scale)
        if numbers == "float":
            return lambda value: value / 10**scale
        return lambda value: Decimal(value).scaleb(-scale)


class Table(Owner):
    """A result of the library: immutable, and independent of the store it came from.

    `len(table)` rows of `table.columns`; iteration gives rows as tuples, `table["spend"]` a `Column`, `"spend" in table`
    tells of one. pandas, Polars, pyarrow, DuckDB and others take it directly (`__arrow_c_stream__`).

    >>> import libcrm
    >>> tiers = libcrm.sample().pyramid().tiers()
    >>> len(tiers), tiers.columns[:3]
    (8, ('tier', 'customers', 'customer_share'))
    >>> [row[0] for row in tiers][:2]
    ['vip', 'major']
    """

    def __init__(self, pointer: Any) -> None:
        super().__init__()
        self._handle = Handle(pointer, library.crm_table_free)
        self._columns: Optional[Tuple[str, ...]] = None

    def close(self) -> None:
        """Lets the table go. Its memory is freed with the last column or view of it."""
        self._handle = None

    # ---- what it is

    @property
    def name(self) -> str:
        """The table's id, like "pyramid"."""
        handle = self._live()   # held while the call runs, as everywhere here
        return (library.crm_table_name(handle.pointer) or b"").decode()

    @property
    def columns(self) -> Tuple[str, ...]:
        """The names of the columns."""
        if self._columns is None:
            handle = self._live()
            self._columns = tuple(
                Column(handle, index).name for index in range(library.crm_table_columns(handle.pointer)))
        return self._columns

    @property
    def meta(self) -> Dict[str, str]:
        """What the result is: definition, revision, scope, options, data version, rows left out by cause."""
        handle = self._live()
        pointer = handle.pointer
        pairs = (
            (library.crm_table_meta_key(pointer, index), library.crm_table_meta_value(pointer, index))
            for index in range(library.crm_table_meta_count(pointer))
        )
        return {(key or b"").decode(): (value or b"").decode() for key, value in pairs}

    @property
    def shape(self) -> Tuple[int, int]:
        """Rows and columns."""
        return len(self), len(self.columns)

    def __len__(self) -> int:
        handle = self._live()
        return library.crm_table_rows(handle.pointer)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def column(self, name: Union[str, int]) -> Column:
        """A column by its name or place."""
        handle = self._live()
        index = library.crm_table_find(handle.pointer, name.encode()) if isinstance(name, str) else name
        if isinstance(name, str) and index < 0:
            raise KeyError("the table %s has no column %s; it has %s" % (self.name, name, ", ".join(self.columns)))
        return Column(handle, index)

    def __getitem__(self, name: str) -> Column:
        return self.column(name)

    # ---- rows

    def __iter__(self) -> Iterator[Tuple[Cell, ...]]:
        handle = self._live()
        columns = [Column(handle, index) for index in range(len(self.columns))]
        rows = len(self)
        for start in range(0, rows, _CHUNK):
            yield from zip(*[column._values(start, min(start + _CHUNK, rows)) for column in columns])

    def row(self, index: int) -> Dict[str, Cell]:
        """One row as a dict."""
        return {name: self.column(name)[index] for name in self.columns}

    def to_dicts(self, numbers: str = "decimal") -> List[Dict[str, Any]]:
        """The rows as dicts; `numbers` as in `Column.to_list`."""
        names = self.columns
        lists = [self.column(name).to_list(numbers) for name in names]
        return [dict(zip(names, values)) for values in zip(*lists)]

    def to_dict(self, numbers: str = "decimal") -> Dict[str, List[Any]]:
        """The columns as lists; `numbers` as in `Column.to_list`."""
        return {name: self.column(name).to_list(numbers) for name in self.columns}

    # ---- other libraries

    def __arrow_c_schema__(self) -> object:
        return _arrow.schema_capsule(self._live(), _ffi.CRM_ARROW_DECIMAL)

    def __arrow_c_array__(self, requested_schema: object = None) -> Tuple[object, object]:
        return _arrow.array_capsules(self._live(), _ffi.CRM_ARROW_DECIMAL)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _arrow.stream_capsule(self._live(), _ffi.CRM_ARROW_DECIMAL)

    def arrow(self, numbers: str = "decimal") -> "ArrowView":
        """The table for whatever takes Arrow, with money and decimals as "decimal" (128 bits, exact) or "minor" (64-bit
        integers in units of the last decimal, not converted)."""
        if numbers not in _FORMS:
            raise ValueError("numbers is decimal or minor")
        return ArrowView(self._live(), _FORMS[numbers])

    def to_arrow(self, numbers: str = "decimal") -> "pyarrow.Table":
        """A pyarrow table; money and decimals are decimal128, or with numbers="minor" int64."""
        import pyarrow

        return pyarrow.table(self.arrow(numbers))

    def to_polars(self, numbers: str = "decimal") -> "polars.DataFrame":
        """A Polars frame; money and decimals are Decimal, or with numbers="minor" Int64."""
        import polars

        return polars.DataFrame(self.arrow(numbers))

    def to_pandas(self, numbers: str = "float") -> "pandas.DataFrame":
        """A pandas frame. pandas has no decimals of its own: money and rates are float64, or with numbers="decimal"
        objects that are exact, or with "minor" Int64 in units of the last decimal."""
        if numbers not in ("float", "decimal", "minor"):
            raise ValueError("numbers is float, decimal or minor")
        import pandas

        return pandas.DataFrame({name: _series(pandas, self.column(name), numbers) for name in self.columns})

    # ---- text

    def to_csv(self, file: Union[None, str, "os.PathLike[str]", Any] = None) -> Optional[str]:
        """CSV as `crm-cockpit` writes it: a header, LF ends, money with all its decimals. To a path or a binary file,
        or without either as text."""
        return self._write(library.crm_table_write_csv, file)

    def to_json(self, file: Union[None, str, "os.PathLike[str]", Any] = None) -> Optional[str]:
        """JSON as `crm-cockpit` writes it: an object with table, meta, columns and rows; money is text."""
        return self._write(library.crm_table_write_json, file)

    def _write(self, function: Callable[..., int], file: Any) -> Optional[str]:
        handle = self._live()
        if file is None:
            return Sink().run(function, handle.pointer).decode()
        if isinstance(file, (str, os.PathLike)):
            with open(file, "wb") as opened:
                Sink(opened).run(function, handle.pointer)
        else:
            Sink(file).run(function, handle.pointer)
        return None

    def to_text(self, rows: int = 0, *, color: bool = False, labels: Optional[Mapping[str, str]] = None) -> str:
        """The table as aligned text; at most so many rows, 0: all. `labels` gives columns other headings."""
        options = _ffi.new(_ffi.crm_text_options)
        options.rows = rows
        options.color = int(color)
        if labels is not None:
            names = self.columns
            options.labels = (ctypes.c_char_p * len(names))(*[labels.get(name, name).encode() for name in names])
        sink = Sink()

        def write(table: Any, struct: Any, error: Any) -> int:
            return library.crm_table_write_text(table, ctypes.byref(options), struct, error)

        handle = self._live()
        return sink.run(write, handle.pointer).decode()

    def __str__(self) -> str:
        return self.to_text(_SHOWN)

    def __repr__(self) -> str:
        if self._handle is None:
            return "<libcrm.Table, closed>"
        return "<libcrm.Table %s: %d rows, %d columns>\n%s" % (self.name, len(self), len(self.columns), self.to_text(_SHOWN))

    def _repr_html_(self) -> str:
        shown = min(len(self), _SHOWN)
        columns = [self.column(name) for name in self.columns]
        sides = ["right" if column.type in _NUMBERS else "left" for column in columns]
        head = "".join('<th style="text-align:%s">%s</th>' % (side, html.escape(column.name))
                       for side, column in zip(sides, columns))
        body = "".join(
            "<tr>%s</tr>" % "".join('<td style="text-align:%s">%s</td>' % (side, "" if cell is None else html.escape(str(cell)))
                                    for side, cell in zip(sides, cells))
            for cells in zip(*[column[:shown] for column in columns])
        )
        more = len(self) - shown
        foot = "<caption style=\"caption-side:bottom\">... %d more rows</caption>" % more if more else ""
        return "<table><thead><tr>%s</tr></thead><tbody>%s</tbody>%s</table>" % (head, body, foot)

    def plot(self, **options: Any) -> Any:
        """Draws the table as an expert would, where there is such a picture (needs Matplotlib): tiers, segments, months,
        cohorts, concentration. Answers the Matplotlib axes; `ax` draws into given ones."""
        from ._plot import plot

        return plot(self, **options)


class ArrowView:
    """A table for whatever takes Arrow, in one form of its numbers."""

    def __init__(self, handle: Handle, form: int) -> None:
        self._handle = handle
        self._form = form

    def __arrow_c_schema__(self) -> object:
        return _arrow.schema_capsule(self._handle, self._form)

    def __arrow_c_array__(self, requested_schema: object = None) -> Tuple[object, object]:
        return _arrow.array_capsules(self._handle, self._form)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _arrow.stream_capsule(self._handle, self._form)


def _series(pandas: Any, column: Column, numbers: str) -> Any:
    """A pandas series of a column."""
    kind = column.type
    if kind == "text":
        return pandas.Series(column.to_list(), dtype="str" if int(pandas.__version__.split(".")[0]) >= 3 else object)
    if kind == "boolean":
        return pandas.Series(column.to_list(), dtype="boolean" if column.nulls else bool)
    if kind in ("decimal", "money") and numbers == "decimal":
        return pandas.Series(column.to_list(), dtype=object)
    data = column.numpy()
    mask = getattr(data, "mask", None) if column.nulls else None
    data = getattr(data, "data", data) if mask is not None else data
    if kind in ("decimal", "money") and numbers == "float":
        real = data / 10**column.scale
        if mask is not None:
            real[mask] = float("nan")
        return pandas.Series(real)
    if kind in ("date", "time"):
        data = data.astype("datetime64[us]" if kind == "time" else "datetime64[s]", copy=True)
        if mask is not None:
            data[mask] = "NaT"
        return pandas.Series(data)
    if mask is not None:
        return pandas.Series(pandas.arrays.IntegerArray(data.copy(), mask.copy()))
    return pandas.Series(data.copy())
