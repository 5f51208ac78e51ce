# SPDX-License-Identifier: MIT
"""Handles of the library: who owns them, who may use them when, and how a failed call becomes an exception."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # without the detour by way of enums
import ctypes
import os
import signal
import threading
import weakref
from typing import Any, Callable, Dict, List, Optional, Sequence, Type, Union

from . import _ffi
from ._errors import StateError, from_native
from ._library import library

__all__ = ["Guard", "Handle", "Interruptible", "Lent", "check", "path_bytes", "texts", "utf8"]

byref = ctypes.byref
_ERROR_SIZE = ctypes.sizeof(_ffi.crm_error)
_get_ident = threading.get_ident


def utf8(text: Optional[str]) -> Optional[bytes]:
    """Text as the library takes it; a zero byte would end it early and is refused."""
    if text is None:
        return None
    found = text.encode("utf-8")
    if b"\0" in found:
        raise ValueError("text with a zero character")
    return found


def path_bytes(path: Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]) -> bytes:
    """A path as the library takes it; likewise."""
    found = os.fsencode(path)
    if b"\0" in found:
        raise ValueError("a path with a zero character")
    return found


def texts(values: Optional[Sequence[str]]) -> Any:
    """A C array of texts, or None. It keeps the texts alive."""
    if values is None:
        return None
    return (ctypes.c_char_p * len(values))(*[utf8(value) for value in values])


def check(function: Callable[..., int], *arguments: Any) -> None:
    """Calls a function that takes an error last; a failure is raised."""
    error = _ffi.crm_error()
    error.struct_size = _ERROR_SIZE
    error.byte = -1
    status = function(*arguments, byref(error))
    if status:
        raise from_native(status, error)


class Lent:
    """What a callback and the call that it comes from tell each other."""

    __slots__ = ("progress", "exception", "interrupted")

    def __init__(self) -> None:
        self.progress: Optional[Callable[[int, int], Any]] = None
        self.exception: Optional[BaseException] = None
        self.interrupted = False


class Interruptible:
    """Ctrl-C while the library works, or while a call waits for its turn. Its exception could come up anywhere: in a
    callback, where ctypes would lose it, or between taking a turn and giving it back. So it waits: the next callback
    stops the call, and then the signal is handled as it would have been."""

    __slots__ = ("_lent", "_before", "_signal")

    def __init__(self, *lent: Lent) -> None:
        self._lent = lent
        self._before: Any = None
        self._signal: Any = None

    def _note(self, number: int, frame: Any) -> None:
        self._signal = (number, frame)
        for lent in self._lent:
            lent.interrupted = True

    def __enter__(self) -> None:
        if _get_ident() != _MAIN:
            return
        before = _signal.getsignal(signal.SIGINT)
        if not callable(before) or isinstance(getattr(before, "__self__", None), Interruptible):
            return
        try:
            _signal.signal(signal.SIGINT, self._note)
        except ValueError:  # not the main interpreter
            return
        self._before = before

    def __exit__(self, *_exception: object) -> None:
        if self._before is None:
            return
        _signal.signal(signal.SIGINT, self._before)
        for lent in self._lent:
            lent.interrupted = False
        if self._signal is not None:
            self._before(*self._signal)


_MAIN = threading.main_thread().ident


class Guard:
    """Many readers or one writer of a store, as the library asks of its host.

    A call from inside a callback of a call that is still running, which would wait for itself, is refused.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._readers: Dict[int, int] = {}
        self.dropped: List[Handle] = []   # let go where they could not be freed
        self.writer = 0
        self._waiting = 0
        self.broken = False
        _GUARDS.add(self)

    def read(self) -> None:
        me = _get_ident()
        with self._condition:
            while self.writer or (self._waiting and me not in self._readers):
                if self.writer == me:
                    raise StateError("the store is being changed by the call that called back")
                self._condition.wait()
            if self.broken:
                raise StateError("the process was forked while another thread was changing the store")
            self._readers[me] = self._readers.get(me, 0) + 1

    def read_end(self) -> None:
        me = _get_ident()
        with self._condition:
            left = self._readers[me] - 1
            if left:
                self._readers[me] = left
            else:
                del self._readers[me]
                if not self._readers:
                    self._condition.notify_all()

    def write(self) -> None:
        me = _get_ident()
        with self._condition:
            if self.writer == me or me in self._readers:
                raise StateError("the store is in use by the call that called back")
            self._waiting += 1   # readers to come let it pass
            try:
                while self.writer or self._readers:
                    self._condition.wait()
            finally:
                self._waiting -= 1
            if self.broken:
                raise StateError("the process was forked while another thread was changing the store")
            self.writer = me
        while self.dropped:
            self.dropped.pop().close()

    def write_end(self) -> None:
        with self._condition:
            self.writer = 0
            self._condition.notify_all()

    def after_fork(self) -> None:
        """The child has this thread alone: what others were changing stays half done."""
        if self.writer and self.writer != _get_ident():
            self.broken = True
        me = _get_ident()
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._readers = {me: self._readers[me]} if me in self._readers else {}
        self._waiting = 0
        self.writer = self.writer if self.writer == me else 0


_GUARDS: "weakref.WeakSet[Guard]" = weakref.WeakSet()


def _after_fork() -> None:
    for guard in list(_GUARDS):
        guard.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Handle:
    """A pointer of the library and the right to free it.

    A parent whose children are still alive is freed after the last of them, so any order of garbage collection will do.
    """

    __slots__ = ("pointer", "guard", "_free", "_parent", "_children", "_dead", "__weakref__")

    def __init__(self, pointer: Any, free: Callable[[Any], None], parent: Optional["Handle"] = None,
                 guard: Optional[Guard] = None) -> None:
        self.pointer = pointer
        self.guard: Optional[Guard] = guard if guard is not None else parent.guard if parent is not None else None
        self._free = free
        self._parent = parent
        self._children = 0
        self._dead = False
        if parent is not None:
            parent._children += 1

    @property
    def lent(self) -> bool:
        """Whether other objects use it."""
        return self._children > 0

    def close(self) -> None:
        """Frees the object, or lets its last child do so."""
        if self._dead:
            return
        self._dead = True
        if self._children == 0:
            self._end()

    def _end(self) -> None:
        pointer, self.pointer = self.pointer, None
        parent, self._parent = self._parent, None
        if pointer:
            self._free(pointer)
        if parent is not None:
            parent._children -= 1
            if parent._dead and parent._children == 0:
                parent._end()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # the interpreter may be half gone
            pass

    # ---- calls

    def _check_alive(self, also: Sequence["Handle"]) -> None:
        """Whether it was closed while the call waited for its turn."""
        if self._dead or any(handle._dead for handle in also):
            raise StateError("what the call uses was closed by another thread")

    def read(self, function: Callable[..., int], *arguments: Any, also: Sequence["Handle"] = ()) -> None:
        """A call that only reads the store. also: other handles that it uses."""
        guard = self.guard
        if guard is None:
            check(function, *arguments)
            return
        with Interruptible():
            guard.read()
            try:
                self._check_alive(also)
                check(function, *arguments)
            finally:
                guard.read_end()

    def write(self, function: Callable[..., int], *arguments: Any) -> None:
        """A call that changes the store."""
        guard = self.guard
        if guard is None:
            check(function, *arguments)
            return
        with Interruptible():
            guard.write()
            try:
                self._check_alive(())
                check(function, *arguments)
            finally:
                guard.write_end()


class Owner:
    """What every class over a handle shares: closing, and refusing to be used after."""

    _handle: Optional[Handle]

    def __init__(self) -> None:
        self._handle = None

    def _live(self) -> Handle:
        handle = self._handle
        if handle is None:
            raise StateError("this %s is closed" % type(self).__name__)
        return handle

    def _ask(self, function: Callable[[Any], int], me: Callable[[], int] = _get_ident) -> int:
        """A scalar: quicker than `Handle.read`, since it holds the lock itself for the moment that it takes."""
        handle = self._handle
        if handle is None or handle.guard is None:
            return function(self._live().pointer)
        guard = handle.guard
        with guard.lock:
            if handle is self._handle and (not guard.writer or guard.writer == me()):
                return function(handle.pointer)
        with Interruptible():
            guard.read()   # once the call that changes the store is over
            try:
                return function(self._live().pointer)
            finally:
                guard.read_end()

    @property
    def closed(self) -> bool:
        """Whether `close` was called, here or at the store it belongs to."""
        return self._handle is None

    def close(self) -> None:
        """Frees what the library holds. A second call does nothing."""
        handle = self._handle
        if handle is None:
            return
        if handle.guard is None:
            self._let_go()
            return
        with Interruptible():
            handle.guard.write()   # nobody may be using it
            try:
                self._let_go()
            finally:
                handle.guard.write_end()

    def _let_go(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()

    def __reduce__(self) -> Any:
        raise TypeError("a %s lives in this process alone and cannot be pickled" % type(self).__name__)


def out(kind: Type[ctypes.Structure]) -> Any:
    """A place for a new handle."""
    return ctypes.POINTER(kind)()


def free_table(pointer: Any, free: Callable[[Any], None] = library.crm_table_free) -> None:
    free(pointer)


def keep(*values: Any) -> List[Any]:
    """Holds what a struct points to until the call is over."""
    return list(values)
