# SPDX-License-Identifier: MIT
"""What Python lends to long calls: threads, a view of how far they are, and a way to stop them."""

from __future__ import annotations

import concurrent.futures
import ctypes
import itertools
import os
from typing import Any, Callable, List, Optional, Union

from . import _ffi
from ._errors import CancelledError, Error, OutOfMemoryError
from ._library import library, native
from ._native import Handle, Lent, check, out

__all__ = ["Context", "Executor", "Progress", "ProgressOfLoad", "Sink", "Source", "Threads", "cancel"]

Progress = Callable[[int, int], Any]


class Threads:
    """Threads of the system for the library's long calls; they never wait for Python.

    `workers` counts the calling thread too; 0 is one for each processor. One object serves any number of stores. Results
    do not depend on it.

    >>> import libcrm
    >>> store = libcrm.Store(executor=libcrm.Threads(2))
    """

    def __init__(self, workers: int = 0) -> None:
        self.executor = _ffi.new(_ffi.crm_executor)
        self._pointer: Optional[int] = None
        place = ctypes.c_void_p()
        status = native.threads(workers, ctypes.byref(place), ctypes.byref(self.executor))
        if status == _ffi.CRM_ERROR_NOT_FOUND:
            raise NotImplementedError("threads of the library need POSIX; use a concurrent.futures.ThreadPoolExecutor")
        if status == _ffi.CRM_ERROR_ARGUMENT:
            raise ValueError("from 1 to 1024 workers, or 0 for one a processor")
        if status:
            raise OutOfMemoryError("the threads could not be started")
        self._pointer = place.value
        self._owner = os.getpid()

    @property
    def workers(self) -> int:
        """How many tasks run at the same time."""
        return int(self.executor.workers)

    def __repr__(self) -> str:
        return "libcrm.Threads(%d)" % self.workers

    def __del__(self, free: Callable[[Any], None] = native.threads_free) -> None:
        pointer, self._pointer = getattr(self, "_pointer", None), None
        if pointer:
            free(pointer)


Executor = Union[concurrent.futures.ThreadPoolExecutor, Threads]


def _member(kind: Any, name: str) -> Any:
    """The function type of a struct's member."""
    return dict(kind._fields_)[name]


class _PoolExecutor:
    """A ThreadPoolExecutor as the library's executor: each of its threads takes tasks until none is left."""

    def __init__(self, pool: concurrent.futures.ThreadPoolExecutor) -> None:
        workers = max(1, int(getattr(pool, "_max_workers", 1)))
        self.lent = Lent()
        lent = self.lent

        def run(_context: Any, tasks: int, task: Any, job: Any) -> int:
            return _run(pool, workers, lent, tasks, task, job)

        self.executor = _ffi.new(_ffi.crm_executor)
        self.executor.workers = workers
        self._callback = _member(_ffi.crm_executor, "run")(run)
        self.executor.run = self._callback


def _run(pool: concurrent.futures.ThreadPoolExecutor, workers: int, lent: Lent, tasks: int, task: Any, job: Any) -> int:
    numbers = itertools.count()
    left = [True]

    def work() -> None:
        for index in numbers:
            if index >= tasks or not left[0]:
                return
            task(job, index)

    futures: List["concurrent.futures.Future[None]"] = []
    try:
        for _ in range(min(workers, tasks) - 1):
            futures.append(pool.submit(work))
        work()
        for future in futures:
            future.result()
        return _ffi.CRM_OK
    except BaseException as caught:
        left[0] = False
        while True:
            try:
                concurrent.futures.wait([future for future in futures if not future.cancel()])
                break
            except BaseException:  # a second Ctrl-C: the tasks have to end all the same
                continue
        lent.exception = caught
        return _ffi.CRM_ERROR_CANCELLED


def adapt(executor: Optional[Executor]) -> Any:
    """What has an `executor` struct to point to."""
    if executor is None or isinstance(executor, Threads):
        return executor
    if isinstance(executor, concurrent.futures.ThreadPoolExecutor):
        return _PoolExecutor(executor)
    raise TypeError("an executor is a ThreadPoolExecutor or libcrm.Threads, not %s" % type(executor).__name__)


class Context:
    """A crm_context: scratch that calls reuse, and what Python lends to the one that has it."""

    def __init__(self, executor: Any) -> None:
        self.lent = lent = Lent()
        self._executor = executor

        def called(_context: Any, done: int, every: int) -> int:
            try:
                if lent.interrupted:
                    return _ffi.CRM_ERROR_CANCELLED
                if lent.progress is not None:
                    lent.progress(done, every)
                return _ffi.CRM_OK
            except BaseException as caught:
                lent.exception = caught
                return _ffi.CRM_ERROR_CANCELLED

        self._watch = _ffi.crm_watch(called)
        place = out(_ffi.crm_context)
        check(library.crm_context_create, config_with(0), ctypes.byref(place))
        self.handle = Handle(place, library.crm_context_free)
        options = _ffi.new(_ffi.crm_context_options)
        options.watch = self._watch
        if executor is not None:
            options.executor = ctypes.pointer(executor.executor)
        check(library.crm_context_configure, place, ctypes.byref(options))

    def begin(self, progress: Optional[Progress]) -> None:
        self.lent.progress = progress
        self.lent.exception = None
        if isinstance(self._executor, _PoolExecutor):
            self._executor.lent.exception = None

    def own_exception(self) -> Optional[BaseException]:
        """What a callback raised, which is to come back as itself."""
        own, self.lent.exception = self.lent.exception, None
        self.lent.progress = None
        if own is None and isinstance(self._executor, _PoolExecutor):
            own, self._executor.lent.exception = self._executor.lent.exception, None
        return own


def config_with(memory_limit: int) -> Any:
    """A reference to a crm_config: memory in large pages where the system has them."""
    config = _ffi.new(_ffi.crm_config)
    config.memory_limit = memory_limit
    native.pages(ctypes.byref(config))
    return ctypes.byref(config)


class Sink:
    """Collects what the library writes, or hands it to a binary file."""

    def __init__(self, file: Any = None) -> None:
        self._lent = lent = Lent()
        self._parts: List[bytes] = []
        put = self._parts.append if file is None else file.write

        def write(_context: Any, data: int, size: int) -> int:
            try:
                if size:
                    put(ctypes.string_at(data, size))
                return _ffi.CRM_OK
            except BaseException as caught:
                lent.exception = caught
                return _ffi.CRM_ERROR_IO

        self.struct = _ffi.new(_ffi.crm_sink)
        self._callback = _member(_ffi.crm_sink, "write")(write)
        self.struct.write = self._callback

    def run(self, function: Callable[..., int], *arguments: Any) -> bytes:
        """Calls a writer; what its file raised comes back as itself."""
        try:
            check(function, *arguments, ctypes.byref(self.struct))
        except Error:
            if self._lent.exception is not None:
                raise self._lent.exception from None
            raise
        return b"".join(self._parts)


class Source:
    """A binary file as the library's source."""

    def __init__(self, file: Any) -> None:
        self._lent = lent = Lent()

        def read(_context: Any, buffer: int, size: int, got: Any) -> int:
            try:
                chunk = file.read(size)
                if not isinstance(chunk, (bytes, bytearray, memoryview)):
                    raise TypeError("the file must be opened in binary mode")
                chunk = bytes(chunk)
                if len(chunk) > size:
                    raise ValueError("the file gave more bytes than were asked for")
                ctypes.memmove(buffer, chunk, len(chunk))
                got[0] = len(chunk)
                return _ffi.CRM_OK
            except BaseException as caught:
                lent.exception = caught
                return _ffi.CRM_ERROR_IO

        self.struct = _ffi.new(_ffi.crm_source)
        self._callback = _member(_ffi.crm_source, "read")(read)
        self.struct.read = self._callback

    def own_exception(self) -> Optional[BaseException]:
        own, self._lent.exception = self._lent.exception, None
        return own


class ProgressOfLoad:
    """The callback of a load: bytes and rows so far."""

    def __init__(self, progress: Optional[Progress]) -> None:
        self.lent = lent = Lent()

        def called(_context: Any, size: int, rows: int) -> int:
            try:
                if lent.interrupted:
                    return _ffi.CRM_ERROR_CANCELLED
                if progress is not None:
                    progress(size, rows)
                return _ffi.CRM_OK
            except BaseException as caught:
                lent.exception = caught
                return _ffi.CRM_ERROR_CANCELLED

        self.callback = _ffi.crm_progress(called)

    def own_exception(self) -> Optional[BaseException]:
        own, self.lent.exception = self.lent.exception, None
        return own


def cancel() -> None:
    """Stops the call whose progress callback calls this: it raises `libcrm.CancelledError`."""
    raise CancelledError("the host asked to stop")
