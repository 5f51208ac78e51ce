# SPDX-License-Identifier: MIT
"""Facts in: whatever holds columns or rows becomes Arrow arrays that the library reads where they lie."""

from __future__ import annotations

import ctypes
import dataclasses
import datetime
import itertools
from decimal import Decimal
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NoReturn, Optional, Sequence, Tuple

from . import _arrow, _ffi
from ._errors import TypeMismatchError
from ._native import utf8
from ._zones import ASK_ZONE

__all__ = ["Frame", "frames", "is_arrow", "options_struct", "pairs"]

DOCUMENTS = {
    "column": _ffi.CRM_DOCUMENT_COLUMN,
    "row": _ffi.CRM_DOCUMENT_ROW,
    "customer-time": _ffi.CRM_DOCUMENT_CUSTOMER_TIME,
}
ROWS = 65536   # rows of Python objects that become columns at a time

_EPOCH = datetime.datetime(1970, 1, 1)
_DAY0 = datetime.date(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)

# The library borrows arrays and never releases them, but wants to see that they are not released.
_NEVER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _pointer: None)
_NEVER_ADDRESS = ctypes.cast(_NEVER, ctypes.c_void_p).value


def word(words: Mapping[str, int], value: str, what: str) -> int:
    """A constant by its word."""
    try:
        return words[value]
    except (KeyError, TypeError):
        raise ValueError("%s is one of %s, not %r" % (what, ", ".join(map(repr, words)), value)) from None


def pairs(given: Optional[Mapping[str, Any]]) -> Tuple[Any, int]:
    """A C array of pairs of text."""
    if not given:
        return None, 0
    made = (_ffi.crm_pair * len(given))()
    for place, (name, text) in zip(made, given.items()):
        place.name = utf8(name)
        place.text = utf8(text if isinstance(text, str) else _constant(text))
    return made, len(given)


def _constant(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value)


def options_struct(document: str, map: Optional[Mapping[str, str]], set: Optional[Mapping[str, Any]], minor: bool,
                   time_format: Optional[str], decimal: str) -> Tuple[Any, Any]:
    """A crm_arrow, and what it points to."""
    options = _ffi.new(_ffi.crm_arrow)
    options.document = word(DOCUMENTS, document, "document")
    mapped, options.map_count = pairs(map)
    constants, options.set_count = pairs(set)
    if mapped is not None:
        options.map = mapped
    if constants is not None:
        options.set = constants
    options.minor = int(minor)
    options.time_format = utf8(time_format)
    if decimal not in (".", ","):
        raise ValueError("decimal is '.' or ','")
    options.decimal = ord(decimal)
    options.zone = ASK_ZONE
    return options, (mapped, constants)


# ---- columns


class Chunk:
    """Some rows of a column: an ArrowArray whose memory `owner` keeps."""

    __slots__ = ("array", "length", "owner")

    def __init__(self, array: Any, length: int, owner: Any) -> None:
        self.array = array
        self.length = length
        self.owner = owner


class Built:
    """A column: its format, a dictionary's schema, and chunks."""

    __slots__ = ("name", "schema", "chunks")

    def __init__(self, name: str, schema: Any, chunks: List[Chunk]) -> None:
        self.name = name
        self.schema = schema
        self.chunks = chunks

    @property
    def length(self) -> int:
        return sum(chunk.length for chunk in self.chunks)


def _schema(name: str, form: str) -> Any:
    made = _ffi.ArrowSchema()
    made.format = form.encode()
    made.name = name.encode()
    made.release = _NEVER_ADDRESS
    return made


def _address(buffer: Any) -> Tuple[Optional[int], Any]:
    """Where a buffer lies, and what keeps it there."""
    if buffer is None:
        return None, None
    if isinstance(buffer, int):
        return buffer, None
    view = memoryview(buffer)
    if view.nbytes == 0:
        return ctypes.addressof(_EMPTY), _EMPTY
    if view.readonly:
        view = memoryview(bytearray(view))
    holder = (ctypes.c_char * view.nbytes).from_buffer(view.cast("B") if view.ndim == 1 else view)
    return ctypes.addressof(holder), holder


_EMPTY = (ctypes.c_char * 64)()


def plain(name: str, form: str, length: int, buffers: Sequence[Any], nulls: int = 0, owner: Any = None) -> Built:
    """A column of one chunk over buffers (objects with the buffer protocol, addresses, None)."""
    array = _ffi.ArrowArray()
    places = (ctypes.c_void_p * len(buffers))()
    held = []
    for i, buffer in enumerate(buffers):
        places[i], keeper = _address(buffer)
        held.append(keeper)
    array.length = length
    array.null_count = nulls
    array.n_buffers = len(buffers)
    array.buffers = places
    array.release = _NEVER_ADDRESS
    return Built(name, _schema(name, form), [Chunk(array, length, (places, held, owner))])


def _bitmap(valid: Sequence[bool]) -> bytearray:
    """A validity bitmap, least significant bit first."""
    text = "".join("1" if there else "0" for there in valid)
    padded = text + "0" * (-len(text) % 8)
    return bytearray(int(padded[at:at + 8][::-1], 2) for at in range(0, len(padded), 8))


def refuse(table: str, name: str, why: str) -> NoReturn:
    raise TypeMismatchError(why, table=table, column=name)


def _texts(name: str, values: Sequence[Optional[str]], valid: Optional[Sequence[bool]]) -> Built:
    parts = [value.encode("utf-8", "surrogatepass") if value else b"" for value in values]
    offsets = (ctypes.c_int64 * (len(parts) + 1))(0, *itertools.accumulate(map(len, parts)))
    data = bytearray(b"".join(parts))
    return plain(name, "U", len(parts), [None if valid is None else _bitmap(valid), offsets, data],
                 0 if valid is None else -1)


def _is_none(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, (str, int)):
        return False
    try:
        return bool(value != value)   # NaN, NaT
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def _wall_clock(value: Any) -> int:
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND
    return int((value - _DAY0).days) * 86_400_000_000


def from_list(table: str, name: str, values: Sequence[Any]) -> Built:
    """A column of Python objects."""
    values = [value.item() if type(value).__module__ == "numpy" else value for value in values]
    valid: Optional[List[bool]] = [not _is_none(value) for value in values]
    kinds = {type(value) for value, there in zip(values, valid or ()) if there}
    if valid is not None and all(valid):
        valid = None
    nulls = 0 if valid is None else -1
    bitmap = None if valid is None else _bitmap(valid)

    def filled(empty: Any) -> List[Any]:
        return values if valid is None else [value if there else empty for value, there in zip(values, valid)]

    if not kinds:
        return plain(name, "n", len(values), [])
    if all(issubclass(kind, str) for kind in kinds):
        return _texts(name, filled(None), valid)
    if kinds == {bool}:
        return plain(name, "C", len(values), [bitmap, bytearray(filled(False))], nulls)
    if all(issubclass(kind, int) for kind in kinds):
        found = filled(0)
        if all(-(2**63) < value < 2**63 for value in found):
            return plain(name, "l", len(found), [bitmap, (ctypes.c_int64 * len(found))(*found)], nulls)
        return _texts(name, [str(value) for value in filled("")], valid)
    if all(issubclass(kind, (int, float)) for kind in kinds):
        return plain(name, "g", len(values), [bitmap, (ctypes.c_double * len(values))(*filled(0.0))], nulls)
    if all(issubclass(kind, (str, int, float, Decimal)) and kind is not bool for kind in kinds):
        return _texts(name, [_text(value) for value in filled("")], valid)
    if all(issubclass(kind, datetime.date) for kind in kinds):
        if any(issubclass(kind, datetime.datetime) for kind in kinds):
            micros = (ctypes.c_int64 * len(values))(*[_wall_clock(value) for value in filled(_DAY0)])
            return plain(name, "tsu:", len(values), [bitmap, micros], nulls)
        days = (ctypes.c_int32 * len(values))(*[(value - _DAY0).days for value in filled(_DAY0)])
        return plain(name, "tdD", len(values), [bitmap, days], nulls)
    refuse(table, name, "values of %s cannot be read" % " and ".join(sorted(kind.__name__ for kind in kinds)))


def _text(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else value if isinstance(value, str) else repr(value)


_BUFFER_FORMS = {
    ("b", 1): "c", ("h", 2): "s", ("i", 4): "i", ("l", 4): "i", ("l", 8): "l", ("q", 8): "l",
    ("B", 1): "C", ("H", 2): "S", ("I", 4): "I", ("L", 4): "I", ("L", 8): "L", ("Q", 8): "L",
    ("f", 4): "f", ("d", 8): "g", ("?", 1): "C",
}


def from_buffer(table: str, name: str, value: Any) -> Built:
    """A column of anything with the buffer protocol."""
    view = memoryview(value)
    letter = view.format.lstrip("@=<") if view.format else "B"
    form = _BUFFER_FORMS.get((letter, view.itemsize))
    if view.ndim != 1 or form is None:
        refuse(table, name, "a buffer of %d dimensions and format %s cannot be read" % (view.ndim, view.format))
    if not view.contiguous or view.readonly:
        return plain(name, form, len(view), [None, bytearray(view.tobytes())])
    return plain(name, form, len(view), [None, view.cast("B")], owner=value)


_NUMPY_FORMS = {"i1": "c", "i2": "s", "i4": "i", "i8": "l", "u1": "C", "u2": "S", "u4": "I", "u8": "L", "f4": "f", "f8": "g",
                "b1": "C"}


def from_numpy(table: str, name: str, array: Any) -> Built:
    """A column of a NumPy array, masked or not."""
    import numpy

    mask = None
    if isinstance(array, numpy.ma.MaskedArray):
        mask = numpy.ma.getmaskarray(array) 
        array = array.data
    if array.ndim != 1:
        refuse(table, name, "an array of %d dimensions is no column" % array.ndim)
    kind = array.dtype.kind
    if kind in "OUTS":
        values = array.tolist()
        if kind == "S":
            values = [value.decode("utf-8", "replace") for value in values]
        if mask is not None:
            values = [None if hidden else value for value, hidden in zip(values, mask)]
        return from_list(table, name, values)
    if array.dtype.str[1:] == "f2" or not array.dtype.isnative:
        array = array.astype("f4" if kind == "f" and array.itemsize == 2 else array.dtype.newbyteorder("="))
    array = numpy.ascontiguousarray(array)
    if kind == "M":
        return _from_datetime64(table, name, array, mask)
    form = _NUMPY_FORMS.get(array.dtype.str[1:])
    if form is None:
        refuse(table, name, "a NumPy array of %s cannot be read" % array.dtype)
    return _over_numpy(name, form, array, mask)


def _over_numpy(name: str, form: str, array: Any, mask: Any) -> Built:
    import numpy

    bits = None if mask is None else numpy.packbits(~mask, bitorder="little")
    address = int(array.ctypes.data) if len(array) else ctypes.addressof(_EMPTY)
    return plain(name, form, len(array), [None if bits is None else int(bits.ctypes.data), address],
                 0 if bits is None else -1, owner=(array, bits))


def _from_datetime64(table: str, name: str, array: Any, mask: Any) -> Built:
    import numpy

    unit = numpy.datetime_data(array.dtype)
    missing = numpy.isnat(array)
    if missing.any():
        mask = missing if mask is None else mask | missing
    if unit[1] != 1 or unit[0] not in ("D", "h", "m", "s", "ms", "us", "ns"):
        array = array.astype("datetime64[us]")
        unit = ("us", 1)
    if unit[0] in ("D", "h", "m"):
        array = array.astype("datetime64[s]")
    letter = {"D": "s", "h": "s", "m": "s", "s": "s", "ms": "m", "us": "u", "ns": "n"}[unit[0]]
    return _over_numpy(name, "ts%s:" % letter, array.view("i8"), mask)


# ---- Arrow


def is_arrow(value: Any) -> bool:
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


_GET_SCHEMA = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_LAST_ERROR = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)


class _Released:
    """A struct that is released when nobody needs it any more."""

    def __init__(self, kind: Any) -> None:
        self.struct = kind()

    def __del__(self) -> None:
        if self.struct.release:
            _RELEASE(self.struct.release)(ctypes.addressof(self.struct))


def _stream_error(stream: Any, table: str, name: str) -> NoReturn:
    text = _LAST_ERROR(stream.contents.get_last_error)(ctypes.addressof(stream.contents)) or b"nothing"
    refuse(table, name, "the stream says: %s" % text.decode("utf-8", "replace"))


def from_arrow(table: str, name: str, value: Any) -> Built:
    """A column of an Arrow array or of a stream of them: a pyarrow array, a Polars or pandas series."""
    if hasattr(value, "__arrow_c_array__"):
        schema_capsule, array_capsule = value.__arrow_c_array__()
        schema = _arrow.pointer_of(schema_capsule, _arrow.SCHEMA).contents
        array = _arrow.pointer_of(array_capsule, _arrow.ARRAY).contents
        return _named(name, schema, (schema_capsule,), [Chunk(array, array.length, (array_capsule, value))])
    capsule = value.__arrow_c_stream__()
    stream = _arrow.pointer_of(capsule, _arrow.STREAM)
    address = ctypes.addressof(stream.contents)
    schema_owner = _Released(_ffi.ArrowSchema)
    if _GET_SCHEMA(stream.contents.get_schema)(address, ctypes.addressof(schema_owner.struct)):
        _stream_error(stream, table, name)
    chunks = []
    while True:
        owner = _Released(_ffi.ArrowArray)
        if _GET_SCHEMA(stream.contents.get_next)(address, ctypes.addressof(owner.struct)):
            _stream_error(stream, table, name)
        if not owner.struct.release:
            break
        chunks.append(Chunk(owner.struct, owner.struct.length, (owner, capsule)))
    return _named(name, schema_owner.struct, (schema_owner, capsule), chunks)


def _named(name: str, schema: Any, owner: Any, chunks: List[Chunk]) -> Built:
    """A column under the name that it has here."""
    own = _ffi.ArrowSchema()
    ctypes.memmove(ctypes.byref(own), ctypes.byref(schema), ctypes.sizeof(own))
    own.name = name.encode()
    own.owner = owner
    return Built(name, own, chunks)


def column(table: str, name: str, value: Any) -> Built:
    """A column of whatever it is."""
    module = type(value).__module__.partition(".")[0]
    if module == "pandas":
        return from_pandas(table, name, value)
    if module == "numpy" and hasattr(value, "dtype"):
        return from_numpy(table, name, value)
    if is_arrow(value):
        return from_arrow(table, name, value)
    if isinstance(value, (str, bytes)):
        refuse(table, name, "a column is a sequence of values, not one text; `set` takes constants")
    if isinstance(value, (list, tuple)):
        return from_list(table, name, value)
    try:
        memoryview(value)
    except TypeError:
        pass
    else:
        return from_buffer(table, name, value)
    if hasattr(value, "__array__"):
        import numpy

        return from_numpy(table, name, numpy.asarray(value))
    try:
        return from_list(table, name, list(value))
    except TypeError:
        refuse(table, name, "%s is no column" % type(value).__name__)


def from_pandas(table: str, name: str, series: Any) -> Built:
    """A column of a pandas series, without pyarrow."""
    dtype = series.dtype
    kind = getattr(dtype, "kind", "O")
    if type(dtype).__module__.startswith("numpy"):
        return from_numpy(table, name, series.to_numpy())
    if kind == "M":   # with a zone: its own wall clock
        return from_numpy(table, name, series.dt.tz_localize(None).to_numpy())
    if hasattr(series, "cat") and str(dtype) == "category":
        words = series.cat.categories.tolist()
        return from_list(table, name, [None if code < 0 else words[code] for code in series.cat.codes.tolist()])
    missing = series.isna().to_numpy()
    if kind in "iuf" and hasattr(series, "to_numpy"):
        import numpy

        data = series.to_numpy(dtype=dtype.numpy_dtype if hasattr(dtype, "numpy_dtype") else "f8", na_value=0)
        return from_numpy(table, name, numpy.ma.masked_array(data, missing) if missing.any() else data)
    return from_list(table, name, [None if gone else value for value, gone in zip(series.tolist(), missing)])


# ---- frames


class Frame:
    """A struct array of columns that are there at the same time, and its schema."""

    def __init__(self, columns: Sequence[Built], chunks: Sequence[Tuple[Chunk, int]], rows: int) -> None:
        count = len(columns)
        self._kept = (list(columns), list(chunks))
        self.schema = _schema("", "+s")
        self._fields = (ctypes.POINTER(_ffi.ArrowSchema) * count)(*[ctypes.pointer(column.schema) for column in columns])
        self.schema.n_children = count
        self.schema.children = self._fields
        self.array = _ffi.ArrowArray()
        self._arrays = (_ffi.ArrowArray * count)()
        for place, (chunk, skipped) in zip(self._arrays, chunks):
            ctypes.memmove(ctypes.byref(place), ctypes.byref(chunk.array), ctypes.sizeof(place))
            place.offset += skipped
            place.length = rows
            if place.null_count > 0:
                place.null_count = -1
        self._children = (ctypes.POINTER(_ffi.ArrowArray) * count)(*[ctypes.pointer(array) for array in self._arrays])
        self._none = (ctypes.c_void_p * 1)()
        self.array.length = rows
        self.array.n_buffers = 1
        self.array.buffers = self._none
        self.array.n_children = count
        self.array.children = self._children
        self.array.release = _NEVER_ADDRESS


def _aligned(table: str, columns: Sequence[Built]) -> Iterator[Frame]:
    """Frames of rows that no column's chunk breaks."""
    lengths = {column.length for column in columns}
    if len(lengths) > 1:
        first = columns[0]
        other = next(column for column in columns if column.length != first.length)
        refuse(table, other.name, "%d rows, but column %s has %d" % (other.length, first.name, first.length))
    places = [[0, 0] for _ in columns]
    left = lengths.pop() if lengths else 0
    if left == 0 and columns and all(column.chunks for column in columns):
        yield Frame(columns, [(column.chunks[0], 0) for column in columns], 0)
    while left:
        for column, place in zip(columns, places):
            while place[1] == column.chunks[place[0]].length:
                place[0], place[1] = place[0] + 1, 0
        rows = min(column.chunks[place[0]].length - place[1] for column, place in zip(columns, places))
        yield Frame(columns, [(column.chunks[place[0]], place[1]) for column, place in zip(columns, places)], rows)
        for place in places:
            place[1] += rows
        left -= rows


def _is_pandas(data: Any) -> bool:
    return type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns")


def _row_of(row: Any, names: Optional[Sequence[str]]) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    fields = names or getattr(row, "_fields", None)
    if fields is None:
        raise TypeError("rows that are no dicts, dataclasses or named tuples need `columns`, the names of their values")
    return dict(zip(fields, row))


def _from_rows(table: str, rows: Iterable[Any], names: Optional[Sequence[str]]) -> Iterator[Frame]:
    left = iter(rows)
    while True:
        taken = list(itertools.islice(left, ROWS))
        if not taken:
            return
        read = [_row_of(row, names) for row in taken]
        heads: Dict[str, None] = {}
        for row in read:
            heads.update(dict.fromkeys(row))
        yield from _aligned(table, [from_list(table, name, [row.get(name) for row in read]) for name in heads])


def frames(table: str, data: Any, columns: Optional[Sequence[str]]) -> Iterator[Frame]:
    """Frames of whatever holds columns or rows, but for what is a stream of Arrow arrays itself."""
    if isinstance(data, Mapping):
        yield from _aligned(table, [column(table, str(name), value) for name, value in data.items()])
    elif _is_pandas(data):
        yield from _aligned(table, [from_pandas(table, str(name), data[name]) for name in data.columns])
    elif type(data).__module__.partition(".")[0] == "numpy" and getattr(data, "dtype", None) is not None:
        names = data.dtype.names
        if names is None:
            raise TypeError("a NumPy array without named fields is no table; give a dict of arrays")
        yield from _aligned(table, [from_numpy(table, name, data[name]) for name in names])
    elif hasattr(data, "__iter__") and not isinstance(data, (str, bytes)):
        yield from _from_rows(table, data, columns)
    else:
        raise TypeError("%s holds no rows or columns" % type(data).__name__)
