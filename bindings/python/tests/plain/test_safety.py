# SPDX-License-Identifier: MIT
"""Use after close, garbage in any order, threads, forks, the end of the interpreter, leaks, the price of a call."""

import array
import gc
import os
import random
import threading
import time
import timeit
import unittest
from decimal import Decimal

import libcrm
from libcrm._library import library

from .support import SALES, facts, in_child

FORK = """
import io, os, threading, libcrm
store = libcrm.Store(executor=libcrm.Threads(2))
store.load('sales', {'document': [1], 'time': ['2024-01-01'], 'customer': ['a'], 'amount': [5]})
broken, held, go = libcrm.Store(), threading.Event(), threading.Event()
def slow(*_):
    held.set()
    go.wait()
lines = b'document,time,amount\\n' + b'1,2024-01-01,1\\n' * 50000
other = threading.Thread(target=lambda: broken.load_csv('sales', io.BytesIO(lines), progress=slow))
other.start()
held.wait()
child = os.fork()
if child == 0:
    code = 0 if store.pyramid()['a'].rank == 1 else 1
    store.load('sales', {'document': [2], 'time': ['2024-01-01'], 'amount': [5]})
    store.rfm(from_='2023-01-01')
    try:
        broken.months()
        code = 2
    except libcrm.StateError:
        pass
    os._exit(code)
_, status = os.waitpid(child, 0)
go.set()
other.join()
print(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 'signal', broken.documents)
"""

END = """
import concurrent.futures, libcrm
pool = concurrent.futures.ThreadPoolExecutor(2)
store = libcrm.sample(executor=pool)
threads = libcrm.Threads(2)
pyramid, load, table = store.pyramid(), store.begin(), store.months()
capsule, view = table.__arrow_c_stream__(), table['revenue'].minor()
circle = [store, pyramid, capsule]
circle.append(circle)
print('ok')
"""


def resident():
    """Bytes of memory in use, as far as the system tells."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class Safety(unittest.TestCase):
    def test_use_after_close(self):
        store = facts()
        pyramid, load, segment = store.pyramid(), store.begin(), store.segment(["ann"])
        store.close()
        for call in (pyramid.tiers, lambda: pyramid["ann"], lambda: load.append("sales", SALES), store.months,
                     lambda: store.version, load.commit, lambda: load.rejects, segment.members, lambda: len(segment)):
            with self.assertRaises(libcrm.StateError):
                call()
        pyramid.close()
        load.close()
        self.assertIn("closed", repr(pyramid))

    def test_any_order_of_garbage(self):
        for _ in range(50):
            store = facts()
            things = [store, store.pyramid(), store.segment(["ann"]), store.lifecycle(), store.till()]
            random.Random(1).shuffle(things)
            things.append(things)
            store.circle = things
            del store, things
        gc.collect()

    def test_no_leak(self):
        def rounds(count):
            for _ in range(count):
                store = facts()
                pyramid = store.pyramid()
                pyramid["ann"]
                pyramid.tiers().__arrow_c_stream__()
                pyramid.tiers()["spend"].minor()
            gc.collect()

        rounds(200)
        before = resident()
        rounds(1500)   # some ten thousand objects
        self.assertLess(resident() - before, 6 << 20)

    def test_readers_and_a_writer(self):
        store = facts()
        stop, failures = threading.Event(), []

        def read():
            while not stop.is_set():
                try:
                    store.pyramid().tiers()
                    store.customer("ann")
                except libcrm.StateError:   # a load has come between a pyramid and its tiers
                    pass
                except Exception as error:
                    failures.append(error)
                    return

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for n in range(60):
            store.load("sales", {"document": [1000 + n], "time": ["2024-03-01"], "customer": ["ann"], "amount": [1]})
        stop.set()
        for reader in readers:
            reader.join()
        self.assertEqual(failures, [])
        store.verify()
        self.assertEqual(store.customer("ann")["net"][0], Decimal("75.75"))

    def test_other_threads_run_meanwhile(self):
        count = 1000000
        rows = {"document": array.array("q", range(count)), "amount": array.array("q", [1]) * count,
                "customer": array.array("q", range(count))}
        ticks, stop = [0], threading.Event()

        def tick():
            while not stop.is_set():
                ticks[0] += 1
                time.sleep(0.001)

        store = libcrm.Store()
        ticker = threading.Thread(target=tick)
        with store.begin() as load:
            load.append("sales", rows, set={"time": "2024-01-01"})
            ticker.start()
            begin, ticks[0] = time.perf_counter(), 0
            load.commit()
            spent, seen = time.perf_counter() - begin, ticks[0]
            stop.set()
        ticker.join()
        self.assertEqual(store.documents, count)
        if spent > 0.05:
            self.assertGreater(seen, 3)

    def test_closing_waits_for_readers(self):
        store = facts()
        started, failures = threading.Event(), []

        def read():
            try:
                while True:
                    store.pyramid().tiers()
                    started.set()
            except libcrm.StateError:
                pass
            except Exception as error:
                failures.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        started.wait()
        store.close()
        for reader in readers:
            reader.join()
        self.assertEqual(failures, [])

    def test_a_forgotten_load_is_undone(self):
        store = facts()
        store.begin().append("sales", {"document": [99], "time": ["2024-01-01"], "amount": [1]})
        gc.collect()
        self.assertEqual(store.load("sales", SALES).duplicate, 4)
        self.assertEqual(store.documents, 4)

    @unittest.skipUnless(hasattr(os, "fork"), "no fork")
    def test_fork(self):
        self.assertEqual(in_child(FORK), (0, "0 1\n"))

    def test_the_end_of_the_interpreter(self):
        self.assertEqual(in_child(END), (0, "ok\n"))

    def test_the_price_of_a_call(self):
        """A scalar call beside ctypes' own; the bench measures it, here only a blunder would fail."""
        store = facts()
        bare, pointer, calls = library.crm_store_version, store._handle.pointer, 20000
        own = min(timeit.repeat(lambda: bare(pointer), number=calls, repeat=7)) / calls
        ours = min(timeit.repeat(lambda: store.version, number=calls, repeat=7)) / calls
        print("a scalar call costs %.3f us more than ctypes' own %.3f us" % ((ours - own) * 1e6, own * 1e6))
        self.assertLess(ours - own, 2e-5)
