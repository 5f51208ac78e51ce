# SPDX-License-Identifier: MIT
"""The store of facts, loads into it, and the analyses over it."""

from __future__ import annotations

import ctypes
import datetime
import os
import weakref
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Union

from . import _ffi
from ._analyses import Analyses
from ._errors import Error
from ._hooks import Context, Executor, Progress, adapt, config_with
from ._input import word
from ._library import library, native
from ._load import Counts, Load
from ._native import Guard, Handle, Interruptible, Owner, byref, check, out, path_bytes, texts, utf8
from ._options import scope_struct
from ._relations import Relations
from ._table import Table
from ._time import from_microseconds, to_day_start

if TYPE_CHECKING:
    from ._segment import Segment

__all__ = ["Store", "sample"]

RETURNS = {"auto": _ffi.CRM_RETURNS_AUTO, "kind": _ffi.CRM_RETURNS_KIND, "sign": _ffi.CRM_RETURNS_SIGN}
ATTRIBUTES = {
    "text": _ffi.CRM_TYPE_TEXT,
    "number": _ffi.CRM_TYPE_DECIMAL,
    "money": _ffi.CRM_TYPE_MONEY,
    "time": _ffi.CRM_TYPE_TIME,
}


MODES = {"read": _ffi.CRM_FILE_READ, "write": _ffi.CRM_FILE_WRITE, "create": _ffi.CRM_FILE_CREATE}
CONTENTS = {"all": _ffi.CRM_CONTENT_ALL, "profiles": _ffi.CRM_CONTENT_PROFILES}
DURABILITIES = {
    "none": _ffi.CRM_DURABILITY_NONE,
    "process": _ffi.CRM_DURABILITY_PROCESS_CRASH,
    "power": _ffi.CRM_DURABILITY_POWER_LOSS,
}


def name_of(words: Mapping[str, int], value: int) -> str:
    return next(name for name, own in words.items() if own == value)


def settings(digits: int, quantity_digits: int, returns: str, day_start: Any, currency: Optional[str],
             anonymous: Sequence[str]) -> Any:
    """What is settled when a store is made."""
    options = _ffi.new(_ffi.crm_store_options)
    options.digits = digits
    options.quantity_digits = quantity_digits
    options.returns = word(RETURNS, returns, "returns")
    options.day_start = to_day_start(day_start)
    options.currency = utf8(currency)
    if isinstance(anonymous, str):
        raise TypeError("anonymous is a list of keys, not one text")
    keys = texts([str(key) for key in anonymous])
    options.anonymous = keys
    options.anonymous_count = len(anonymous)
    return options


def files(sync: bool, mapped: bool = True) -> Any:
    """The files of the system: with fsync and locks where there are some, else those of the C library."""
    io = _ffi.new(_ffi.crm_io)
    native.files((0 if sync else 1) | (0 if mapped else 2), byref(io))
    return io


class Store(Analyses, Relations, Owner):
    """The facts of one business, in memory: customers, products, sales and what else the schema holds.

    It holds keys and figures, never names or addresses. Money is exact, with `digits` decimals.

    - `digits`, `quantity_digits`: decimals of money (0 to 6) and of quantities, settled for all time
    - `returns`: "auto" (by kind where there is such a column, else by sign), "kind" or "sign"
    - `day_start`: when a business day begins, "04:00" or a `datetime.time`
    - `currency`: the base currency; None: the one that sales without a rate carry
    - `anonymous`: customer keys that stand for nobody, as "walk-in"
    - `memory_limit`: bytes that the store, a result or a computation may take each; 0: no limit
    - `executor`: threads to lend to long calls: a `concurrent.futures.ThreadPoolExecutor` or `libcrm.Threads`

    A store may be read by many threads at once; a call that changes it waits for them and they for it. Long calls let
    other threads of Python run. After `close`, or at the end of a `with`, it and what belongs to it cannot be used.

    >>> import libcrm
    >>> with libcrm.Store() as store:
    ...     counts = store.load("sales", {
    ...         "document": [1, 2, 3],
    ...         "time": ["2024-01-31", "2024-02-01", "2024-02-03"],
    ...         "customer": ["ann", "bob", "ann"],
    ...         "amount": ["12.50", 7, 3.25],
    ...     })
    ...     print(counts.accepted, len(store), store.pyramid()["ann"].rank)
    3 2 1
    """

    def __init__(
        self,
        *,
        digits: int = 2,
        quantity_digits: int = 3,
        returns: str = "auto",
        day_start: Union[None, str, datetime.time, datetime.timedelta] = None,
        currency: Optional[str] = None,
        anonymous: Sequence[str] = (),
        memory_limit: int = 0,
        executor: Optional[Executor] = None,
    ) -> None:
        options = settings(digits, quantity_digits, returns, day_start, currency, anonymous)
        place = out(_ffi.crm_store)
        check(library.crm_store_create, config_with(memory_limit), byref(options), byref(place))
        self._begin(place, executor)

    def _begin(self, place: Any, executor: Optional[Executor]) -> None:
        super().__init__()
        self._guard = Guard()
        self._handle = Handle(place, library.crm_store_free, guard=self._guard)
        settled = _ffi.new(_ffi.crm_store_options)
        check(library.crm_store_settings, place, byref(settled))
        self._day_start = int(settled.day_start)
        self._digits = int(settled.digits)
        self._executor = adapt(executor)
        self._contexts: List[Context] = []
        self._children: "weakref.WeakSet[Owner]" = weakref.WeakSet()

    @classmethod
    def open(
        cls,
        path: Union[str, "os.PathLike[str]"],
        mode: str = "write",
        *,
        content: str = "all",
        durability: str = "power",
        sync: bool = True,
        mapped: bool = True,
        digits: int = 2,
        quantity_digits: int = 3,
        returns: str = "auto",
        day_start: Union[None, str, datetime.time, datetime.timedelta] = None,
        currency: Optional[str] = None,
        anonymous: Sequence[str] = (),
        memory_limit: int = 0,
        executor: Optional[Executor] = None,
    ) -> "Store":
        """A store in a file: whatever changes it is in the file when the call comes back, or has changed nothing.

        - `mode`: "read"; "write", one that is there; "create", to write, and made where it is not there with the settings
          that follow, which a file that is there has of its own
        - `content`: "profiles" reads only what the pyramid needs; `read_facts` reads the rest
        - `durability`: what a change must survive at least, "power" (a loss of power), "process" (the end of the
          process) or "none"; `UnsupportedError` where the system's files do not give it
        - `sync`: False waits for no device, so that changes survive the process and not more
        - `mapped`: False reads the file into memory and maps nothing, for one that others may cut short: touching what is
          gone from a mapped file ends the process

        >>> import libcrm, os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = os.path.join(folder.name, "shop.crm")
        >>> with libcrm.Store.open(path, "create", durability="none") as store:
        ...     counts = store.load("sales", {"document": [1], "time": ["2024-01-31"], "customer": ["ann"], "amount": [5]})
        >>> with libcrm.Store.open(path, "read", durability="none") as store:
        ...     print(store.documents, "ann" in store)
        1 True
        >>> folder.cleanup()
        """
        options = _ffi.new(_ffi.crm_file_options)
        made = settings(digits, quantity_digits, returns, day_start, currency, anonymous)
        io = files(sync, mapped)
        options.mode = word(MODES, mode, "mode")
        options.content = word(CONTENTS, content, "content")
        options.durability = word(DURABILITIES, durability, "durability")
        options.io = ctypes.pointer(io)
        options.store = ctypes.pointer(made)
        place = out(_ffi.crm_store)
        check(library.crm_store_open, config_with(memory_limit), byref(options), path_bytes(path), byref(place))
        store = cls.__new__(cls)
        store._begin(place, executor)
        return store

    # ---- files

    def save(self, path: Union[str, "os.PathLike[str]"], *, durability: str = "power", sync: bool = True) -> None:
        """Writes the store to a new file; one at `path` is replaced. The store stays what it was."""
        options = _ffi.new(_ffi.crm_file_options)
        io = files(sync)
        options.durability = word(DURABILITIES, durability, "durability")
        options.io = ctypes.pointer(io)
        handle = self._live()
        with Interruptible():
            handle.read(library.crm_store_save, handle.pointer, byref(options), path_bytes(path))

    def backup(self, path: Union[str, "os.PathLike[str]"], *, sync: bool = True) -> None:
        """Copies the store's file, as it is after the last change, to a new one; one at `path` is replaced."""
        io = files(sync)
        handle = self._live()
        with Interruptible():
            handle.read(library.crm_store_backup, handle.pointer, byref(io), path_bytes(path))

    @staticmethod
    def check(path: Union[str, "os.PathLike[str]"], *, memory_limit: int = 0) -> None:
        """Reads the whole store file at `path`, every checksum of it, and compares all that it keeps beside the facts with
        what the facts give; `CorruptError` with the first trouble. A newest commit that is damaged is one, though the
        file opens without it.

        >>> import libcrm, os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path = os.path.join(folder.name, "shop.crm")
        >>> libcrm.sample().save(path, durability="none")
        >>> libcrm.Store.check(path)
        >>> folder.cleanup()
        """
        options = _ffi.new(_ffi.crm_file_options)
        io = files(False)
        options.io = ctypes.pointer(io)
        with Interruptible():
            check(library.crm_store_check, config_with(memory_limit), byref(options), path_bytes(path))

    @staticmethod
    def salvage(path: Union[str, "os.PathLike[str]"], to: Union[str, "os.PathLike[str]"], *, durability: str = "power",
                sync: bool = True, memory_limit: int = 0) -> Table:
        """Reads what is left of the damaged store file at `path` and writes it to a new one, `to`, which is replaced where
        it is there; `CorruptError` where no store can be made of it. The table has a row for each loss: what (piece,
        rows, commit or bytes), commit, part, first, count.

        >>> import libcrm, os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> path, to = os.path.join(folder.name, "shop.crm"), os.path.join(folder.name, "saved.crm")
        >>> libcrm.sample().save(path, durability="none")
        >>> losses = libcrm.Store.salvage(path, to, durability="none")
        >>> libcrm.Store.check(to)
        >>> len(losses)
        0
        >>> folder.cleanup()
        """
        options = _ffi.new(_ffi.crm_file_options)
        io = files(sync)
        options.durability = word(DURABILITIES, durability, "durability")
        options.io = ctypes.pointer(io)
        place = out(_ffi.crm_table)
        with Interruptible():
            check(library.crm_store_salvage, config_with(memory_limit), byref(options), path_bytes(path),
                  path_bytes(to), byref(place))
        return Table(place)

    def compact(self) -> None:
        """Writes the store's file anew, without what is no longer needed, erased keys among it."""
        handle = self._live()
        with Interruptible():
            handle.write(library.crm_store_compact, handle.pointer)

    def read_facts(self) -> None:
        """Reads the rest of a store that was opened with `content="profiles"`."""
        handle = self._live()
        with Interruptible():
            handle.write(library.crm_store_read, handle.pointer)

    @property
    def file(self) -> Optional[Dict[str, Any]]:
        """What is known of the store's file, None for one in memory alone: mode, content, durability, failed (a write has
        failed: nothing can be changed until it is opened again), fallback (the file shows a newer commit, which is
        damaged), commit, newest, commits_replayed, bytes, checkpoint_bytes."""
        info = _ffi.new(_ffi.crm_file_info)
        handle = self._live()
        handle.read(library.crm_store_file, handle.pointer, byref(info))
        if info.mode < 0:
            return None
        known: Dict[str, Any] = {"mode": name_of(MODES, info.mode), "content": name_of(CONTENTS, info.content),
                                 "durability": name_of(DURABILITIES, info.durability), "failed": bool(info.failed),
                                 "fallback": bool(info.fallback)}
        for name in ("commit", "newest", "commits_replayed", "bytes", "checkpoint_bytes"):
            known[name] = int(getattr(info, name))
        return known

    # ---- life

    def __enter__(self) -> "Store":
        self._live()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the facts, and closes what belongs to the store: loads, pyramids and the like. Tables stay."""
        if self._handle is not None:
            with Interruptible():
                self._guard.write()   # nobody may be using it
                try:
                    for child in list(self._children):
                        child._let_go()
                    self._contexts.clear()
                    self._let_go()
                finally:
                    self._guard.write_end()

    def __repr__(self) -> str:
        if self._handle is None:
            return "<libcrm.Store, closed>"
        return "<libcrm.Store: %d customers, %d documents, %d lines, version %d>" % (
            len(self), self.documents, self.lines, self.version)

    # ---- what it holds

    def __len__(self) -> int:
        """The number of customers."""
        return self._ask(library.crm_store_customers)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, customer: object) -> bool:
        try:
            self.customer(str(customer)).close()
        except Error as error:
            if error.status == _ffi.CRM_ERROR_NOT_FOUND:
                return False
            raise
        return True

    @property
    def version(self) -> int:
        """The data version: the number of loads that changed something."""
        return self._ask(library.crm_store_version)

    @property
    def digits(self) -> int:
        """Decimals of money."""
        return self._ask(library.crm_store_digits)

    @property
    def documents(self) -> int:
        """The number of sales documents."""
        return self._ask(library.crm_store_documents)

    @property
    def lines(self) -> int:
        """The number of sales lines."""
        return self._ask(library.crm_store_lines)

    @property
    def horizon(self) -> Optional[datetime.datetime]:
        """The as-of that an analysis without one gets; None where there are no facts."""
        value = self._ask(library.crm_store_horizon)
        return None if value == _ffi.CRM_TIME_UNSET_TO else from_microseconds(value)

    def minor(self, amount: Union[int, str, float, Decimal]) -> int:
        """An amount in the store's smallest unit; one that is none of it is an error.

        >>> import libcrm
        >>> libcrm.Store().minor("12.50")
        1250
        """
        scaled = Decimal(str(amount)).scaleb(self._digits)
        if scaled != int(scaled):
            raise ValueError("%s has more than %d decimals" % (amount, self._digits))
        return int(scaled)

    def money(self, minor: int) -> Decimal:
        """An amount from the store's smallest unit."""
        return Decimal(minor).scaleb(-self._digits)

    # ---- loads

    def attribute(self, table: str, name: str, type: str = "text") -> None:
        """Declares an attribute of a table, read like any column from then on; type: text, number, money or time."""
        self._live().write(library.crm_store_attribute, self._live().pointer, utf8(table), utf8(name),
                           word(ATTRIBUTES, type, "type"))

    def begin(self, *, replace: bool = False, all_or_nothing: bool = False,
              progress: Optional[Progress] = None) -> "Load":
        """Begins a load: several tables or files that become facts together, or not at all.

        `replace`: under the same version the later load replaces instead of conflicting; `all_or_nothing`: any rejected
        row makes the commit fail; `progress(bytes, rows)` is called on the way (bytes of CSV files).

        >>> import libcrm
        >>> store = libcrm.Store()
        >>> with store.begin() as load:
        ...     load.append("sales", [{"document": 1, "time": "2024-01-31", "customer": "ann", "amount": 5}])
        ...     load.append("customers", [{"customer": "ann", "region": "north"}])
        >>> load.counts["customers"].accepted
        1
        """
        return Load(self, replace, all_or_nothing, progress)

    def load(self, table: str, data: Any, *, replace: bool = False, all_or_nothing: bool = False,
             progress: Optional[Progress] = None, **how: Any) -> Counts:
        """Loads rows of one table, as a load of its own; `data` and `how` as in `Load.append`.

        >>> import libcrm
        >>> store = libcrm.Store()
        >>> store.load("sales", {"Invoice": [1], "Date": ["2024-01-31"], "Total": [9.5]},
        ...            map={"document": "Invoice", "time": "Date", "amount": "Total"}).amount_accepted
        Decimal('9.50')
        """
        with self.begin(replace=replace, all_or_nothing=all_or_nothing, progress=progress) as load:
            load.append(table, data, **how)
        return load.counts[table]

    def load_csv(self, table: str, file: Any, *, replace: bool = False, all_or_nothing: bool = False,
                 progress: Optional[Progress] = None, **how: Any) -> Counts:
        """Loads a CSV file of one table, as a load of its own; `file` and `how` as in `Load.append_csv`."""
        with self.begin(replace=replace, all_or_nothing=all_or_nothing, progress=progress) as load:
            load.append_csv(table, file, **how)
        return load.counts[table]

    # ---- read back

    def _table_of(self, function: Callable[..., int], *arguments: Any) -> Table:
        handle = self._live()
        place = out(_ffi.crm_table)
        handle.read(function, handle.pointer, *arguments, byref(place))
        return Table(place)

    def schema(self) -> Table:
        """The tables that can be loaded: table, column, type, role, unit, meaning."""
        return self._table_of(library.crm_store_schema)

    def customer(self, key: str) -> Table:
        """Everything about one customer, a table of one row."""
        return self._table_of(library.crm_store_customer, utf8(str(key)))

    def customer_documents(self, key: str) -> Table:
        """The documents of a customer by time."""
        return self._table_of(library.crm_store_customer_documents, utf8(str(key)))

    def document(self, document: str, source: str = "") -> Table:
        """One sales document read back, a row a line."""
        return self._table_of(library.crm_store_document, utf8(source), utf8(str(document)))

    def rows(self, table: str) -> Table:
        """The rows of a table other than sales, read back."""
        return self._table_of(library.crm_store_rows, utf8(table))

    def changed(self, since: int) -> Table:
        """The customers that a load after data version `since` touched: customer, version."""
        return self._table_of(library.crm_store_changed, since)

    def reopened(self, since: int) -> Table:
        """Months that loads after data version `since` changed although they were over."""
        return self._table_of(library.crm_store_reopened, since)

    def totals(self) -> Table:
        """Totals by business day and branch, to reconcile with a ledger."""
        return self._table_of(library.crm_store_totals)

    def sources(self) -> Table:
        """What each source has delivered, to watch the feeds."""
        return self._table_of(library.crm_store_sources)

    def warnings(self) -> Table:
        """What looks wrong in the facts themselves."""
        return self._table_of(library.crm_store_warnings)

    def loads(self) -> Table:
        """What became of the rows of all loads, by table."""
        return self._table_of(library.crm_store_loads)

    def prepare(self) -> None:
        """Makes what small loads keep by month and by product now, rather than in the first of them."""
        handle = self._live()
        handle.write(library.crm_store_prepare, handle.pointer)

    def verify(self) -> None:
        """Computes anew all that is kept from the facts; raises `CorruptError` at the first difference."""
        handle = self._live()
        handle.read(library.crm_store_verify, handle.pointer)

    def segment(self, customers: Iterable[object]) -> "Segment":
        """The customers of given keys as a set; every analysis takes one as `segment`.

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> best = store.segment(row["customer"] for row in store.pyramid().members().to_dicts()[:10])
        >>> len(best), len(store.rfm(segment=best))
        (10, 10)
        """
        from ._segment import Segment

        return Segment._pick(self, [str(key) for key in customers])

    # ---- for the analyses

    def _borrow(self) -> Context:
        try:
            return self._contexts.pop()
        except IndexError:
            return Context(self._executor)

    def _run(self, function: Callable[..., int], scope: Any, middle: Sequence[Any], kind: Any, place: Any = None,
             also: Sequence[Handle] = ()) -> Any:
        """Calls an analysis of the form function(store, scope, ..., &result, error); some take two scopes. The result is
        a new handle of a kind, or written to a struct that is given as `place`. also: other handles that it uses."""
        handle = self._live()
        given = [scope] if isinstance(scope, Mapping) else list(scope)
        given = [self._with_segment(one) for one in given]
        structs = [scope_struct(one, self._day_start) for one in given]
        context = self._borrow()
        structs[0][0].context = context.handle.pointer
        place = out(kind) if place is None else place
        context.begin(given[0].get("progress"))
        try:
            with Interruptible(context.lent):
                handle.read(function, handle.pointer, *[byref(struct) for struct, _kept in structs], *middle, byref(place),
                            also=[*also, *(one for _struct, kept in structs for one in kept if isinstance(one, Handle))])
        except Error:
            own = context.own_exception()
            if own is not None:
                raise own from None
            raise
        finally:
            context.begin(None)
            if self._handle is not None:
                self._contexts.append(context)
        return place

    def _with_segment(self, scope: Mapping[str, Any]) -> Mapping[str, Any]:
        """A scope with a segment in the place of an expression."""
        expression = scope.get("where")
        if expression is None:
            return scope
        rest = {name: value for name, value in scope.items() if name != "where"}
        return {**rest, "segment": self.where(expression, **rest)}

    def _changed_table(self, function: Callable[..., int], *arguments: Any) -> Table:
        """A call that changes the store and answers a table."""
        handle = self._live()
        place = out(_ffi.crm_table)
        handle.write(function, handle.pointer, *arguments, byref(place))
        return Table(place)

    def _adopt(self, child: Owner) -> None:
        self._children.add(child)


def _sample_folder() -> str:
    here = os.path.dirname(os.path.abspath(__file__))
    for folder in (os.path.join(here, "sample"), os.path.join(here, "..", "..", "..", "..", "examples", "data")):
        if os.path.exists(os.path.join(folder, "sales.csv")):
            return folder
    raise FileNotFoundError("the sample is not installed with this package")


def sample(executor: Optional[Executor] = None) -> Store:
    """A store with three years of a synthetic membership supermarket, to try things with: sales, members, products, and
    the opportunities and contacts of its representatives.

    >>> import libcrm
    >>> libcrm.sample().lines > 10000
    True
    """
    folder = _sample_folder()
    store = Store(executor=executor)
    known = dict.fromkeys(store.schema()["table"])
    for table, name in [("sales", "late")] + [(str(table), str(table)) for table in known]:
        path = os.path.join(folder, name + ".csv")
        if os.path.exists(path):
            store.load_csv(table, path)
    return store
