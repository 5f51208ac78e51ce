# SPDX-License-Identifier: MIT
"""Threads, progress, Ctrl-C, and exceptions of callbacks."""

import concurrent.futures
import datetime
import io
import random
import signal
import threading
import time
import unittest

import libcrm

from .support import SALES, csv_lines


class Hooks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dice = random.Random(7)
        count = 200000
        cls.rows = {
            "document": list(range(count)),
            "time": [datetime.date(2024, 1, 1 + n % 28) for n in range(count)],
            "customer": [dice.randrange(20000) for _ in range(count)],
            "amount": [dice.randrange(1, 99) for _ in range(count)],
        }

    def test_executors_change_nothing(self):
        expected = None
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            for executor in (None, pool, libcrm.Threads(3)):
                store = libcrm.Store(executor=executor)
                store.load("sales", self.rows)
                found = [table.to_csv() for table in
                         (store.pyramid(from_="2024-01-02").members(), store.rfm(), store.months())]
                expected = expected or found
                self.assertEqual(found, expected)
        with self.assertRaises(TypeError):
            libcrm.Store(executor=5)
        with self.assertRaises(ValueError):
            libcrm.Threads(5000)
        self.assertGreater(libcrm.Threads().workers, 0)

    def test_a_closed_pool_is_an_error_of_its_own(self):
        pool = concurrent.futures.ThreadPoolExecutor(2)
        store = libcrm.Store(executor=pool)
        pool.shutdown()
        try:
            store.load("sales", self.rows)
            store.rfm(from_="2024-01-02")
        except RuntimeError as error:
            self.assertIn("shutdown", str(error))

    def test_exceptions_of_callbacks_come_back(self):
        store = libcrm.Store()
        lines = csv_lines(100000)
        seen = []

        def stop(size, rows):
            seen.append((size, rows))
            raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            store.load_csv("sales", io.BytesIO(lines), progress=stop)
        self.assertEqual((len(seen), store.documents), (1, 0))
        store.load_csv("sales", io.BytesIO(lines), progress=lambda size, rows: seen.append((size, rows)))
        self.assertEqual((seen[-1][1], store.documents), (100000, 100000))
        with self.assertRaises(libcrm.CancelledError):
            libcrm.Store().load_csv("sales", io.BytesIO(lines), progress=lambda *_: libcrm.cancel())

        class Broken(io.BytesIO):
            def read(self, *_):
                raise OSError("broken")

        with self.assertRaisesRegex(OSError, "broken"):
            store.load_csv("sales", Broken())

    def test_progress_of_an_analysis(self):
        store = libcrm.Store()
        store.load("sales", self.rows)
        seen = []
        store.rfm(from_="2024-01-02", progress=lambda done, every: seen.append((done, every)))
        if seen:
            with self.assertRaises(ZeroDivisionError):
                store.rfm(from_="2024-01-02", progress=lambda *_: 1 // 0)
        self.assertGreater(len(store.rfm(from_="2024-01-02")), 0)

    @unittest.skipUnless(hasattr(signal, "raise_signal"), "no signals")
    def test_ctrl_c_leaves_the_store(self):
        store = libcrm.Store()
        seen = []

        def interrupt(size, rows):
            seen.append(rows)
            if len(seen) == 2:
                signal.raise_signal(signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            store.load_csv("sales", io.BytesIO(csv_lines(100000)), progress=interrupt)
        self.assertEqual((len(seen), store.documents), (2, 0))
        store.load("sales", SALES)
        store.verify()
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    @unittest.skipUnless(hasattr(signal, "pthread_kill"), "no signals to threads")
    def test_ctrl_c_at_any_moment(self):
        lines, main, came = csv_lines(60000), threading.main_thread().ident, 0
        for tenths in range(1, 40, 3):
            store = libcrm.Store()
            timer = threading.Timer(tenths / 1e4, signal.pthread_kill, (main, signal.SIGINT))
            try:
                timer.start()
                store.load_csv("sales", io.BytesIO(lines))
                timer.join()
                time.sleep(0.01)
            except KeyboardInterrupt:
                came += 1
            timer.join()
            self.assertIn(store.documents, (0, 60000))
            self.assertEqual(store.load("sales", SALES).rows, 4)   # nobody holds its turn any more
            store.verify()
        self.assertGreater(came, 6)   # Python itself loses one that comes up in a destructor

    def test_calling_back_into_the_store(self):
        store = libcrm.Store()
        with self.assertRaisesRegex(libcrm.StateError, "called back"):
            store.load_csv("sales", io.BytesIO(csv_lines(20000)), progress=lambda *_: store.rfm())
