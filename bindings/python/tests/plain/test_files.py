# SPDX-License-Identifier: MIT
"""Stores in files."""

import multiprocessing
import os
import tempfile
import unittest

import libcrm

from .support import SALES, facts

# What the files of this system give.
LEVEL = "none" if os.name == "nt" else "power"


def open_and_wait(path, ready, done):
    """In another process: holds the file to write."""
    with libcrm.Store.open(path, durability=LEVEL):
        ready.set()
        done.wait(60)


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "sh\u00f6p.crm")
        self.other = os.path.join(folder.name, "other.crm")

    def create(self, **how):
        return libcrm.Store.open(self.path, "create", durability=LEVEL, **how)

    def read(self, path=None, **how):
        return libcrm.Store.open(path or self.path, "read", durability="none", **how)

    def test_what_was_loaded_is_there(self):
        with self.create(digits=3, day_start="04:00") as store:
            self.assertEqual(store.load("sales", SALES).rejected, 0)
            store.attribute("customers", "age", "number")
            expected = store.totals().to_dicts()
            horizon = store.horizon
        with self.read() as store:
            self.assertEqual((store.digits, store.horizon), (3, horizon))
            self.assertEqual(store.totals().to_dicts(), expected)
            self.assertEqual(store.minor("1.5"), 1500)
            self.assertIn("age", store.schema()["column"].to_list())
            store.verify()
            with self.assertRaises(libcrm.StateError):
                store.load("sales", SALES)
        with libcrm.Store.open(self.path, durability=LEVEL) as store:
            counts = store.load("sales", SALES)
            self.assertEqual((counts.accepted, counts.duplicate), (0, counts.rows))

    def test_a_path_with_a_zero_character(self):
        """It would end there, and another file be opened."""
        path = self.path + "\0.bak"
        with self.create() as store:
            for act in (lambda: libcrm.Store.open(path, "create", durability="none"), lambda: store.save(path, durability="none"),
                        lambda: store.backup(path), lambda: libcrm.Store.check(path), lambda: store.load("sales", path),
                        lambda: libcrm.Store.salvage(self.path, path, durability="none")):
                with self.assertRaises(ValueError):
                    act()

    def test_file(self):
        self.assertIsNone(libcrm.Store().file)
        with self.create() as store:
            store.load("sales", SALES)
            known = store.file
            self.assertEqual((known["mode"], known["content"], known["durability"]), ("write", "all", LEVEL))
            self.assertEqual((known["failed"], known["fallback"], known["commit"]), (False, False, known["newest"]))
            self.assertEqual(known["bytes"], os.path.getsize(self.path))

    @unittest.skipIf(os.name == "nt", "the files of the C library promise nothing")
    def test_durability(self):
        with libcrm.Store.open(self.path, "create", durability="process", sync=False) as store:
            self.assertEqual(store.file["durability"], "process")
        with self.assertRaises(libcrm.UnsupportedError):
            libcrm.Store.open(self.path, "read", durability="power", sync=False)
        with self.assertRaisesRegex(ValueError, "durability is one of"):
            libcrm.Store.open(self.path, durability="eternal")

    def test_not_there(self):
        for mode in ("read", "write"):
            with self.assertRaises(libcrm.NotFoundError):
                libcrm.Store.open(self.path, mode, durability=LEVEL)
        with open(self.path, "wb"):
            pass
        with self.assertRaises(libcrm.CorruptError):   # never taken for a new one
            self.create()

    def test_profiles(self):
        with self.create() as store:
            store.load("sales", SALES)
            store.compact()
            expected = store.pyramid().tiers().to_dicts()
        with self.read(content="profiles") as store:
            self.assertEqual(store.pyramid().tiers().to_dicts(), expected)
            with self.assertRaises(libcrm.StateError):
                store.document("1")
            store.read_facts()
            self.assertEqual(store.file["content"], "all")
            store.verify()

    def test_copies(self):
        with self.create() as store:
            store.load("sales", SALES)
            expected = store.totals().to_dicts()
            store.backup(self.other)
            with self.read(self.other) as copy:
                self.assertEqual(copy.totals().to_dicts(), expected)
            store.load("sales", {"document": [99], "time": ["2024-03-01"], "amount": [1]})
            store.save(self.other, durability=LEVEL)
            with self.read(self.other) as copy:
                self.assertEqual(copy.totals().to_dicts(), store.totals().to_dicts())
        memory = facts()
        with self.assertRaises(libcrm.StateError):
            memory.backup(self.other)
        memory.save(self.other, durability=LEVEL)
        with self.read(self.other) as copy:
            self.assertEqual(copy.totals().to_dicts(), memory.totals().to_dicts())

    def damage(self, at):
        with open(self.path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)
            file.seek(at)
            file.write(bytes([byte[0] ^ 4]))

    def test_check(self):
        with self.create() as store:
            store.load("sales", SALES)
            store.compact()
            checkpoint = store.file["bytes"]
            store.load("sales", {"document": [99], "time": ["2024-03-01"], "amount": [1]})
            libcrm.Store.check(self.path)   # beside the writer
        libcrm.Store.check(self.path)
        with self.assertRaises(libcrm.NotFoundError):
            libcrm.Store.check(self.other)
        with self.assertRaises(MemoryError):
            libcrm.Store.check(self.path, memory_limit=1000)
        self.damage(checkpoint + 60)   # in the last commit
        with self.assertRaisesRegex(libcrm.CorruptError, "is damaged"):
            libcrm.Store.check(self.path)
        with self.read() as store:
            self.assertTrue(store.file["fallback"])

    def test_salvage(self):
        with self.create() as store:
            store.load("sales", SALES)
            store.compact()
            checkpoint = store.file["bytes"]
            documents, expected = store.documents, store.totals().to_dicts()
            store.load("sales", {"document": [99], "time": ["2024-03-01"], "amount": [1]})
            commit = store.file["commit"]
        self.assertEqual(len(libcrm.Store.salvage(self.path, self.other, durability=LEVEL)), 0)
        with self.read(self.other) as store:
            self.assertEqual(store.documents, documents + 1)
        self.damage(checkpoint + 60)
        losses = libcrm.Store.salvage(self.path, self.other, durability=LEVEL)
        self.assertIn(("commit", commit), [(row["what"], row["commit"]) for row in losses.to_dicts()])
        libcrm.Store.check(self.other)
        with self.read(self.other) as store:
            self.assertEqual((store.documents, store.totals().to_dicts()), (documents, expected))
        with open(self.path, "wb") as file:
            file.write(b"no store")
        with self.assertRaises(libcrm.CorruptError):
            libcrm.Store.salvage(self.path, self.other, durability=LEVEL)
        libcrm.Store.check(self.other)   # is still what it was
        with self.assertRaisesRegex(ValueError, "durability is one of"):
            libcrm.Store.salvage(self.path, self.other, durability="eternal")

    def test_nothing_mapped(self):
        with self.create() as store:
            store.load("sales", SALES)
            expected = store.totals().to_dicts()
        with self.read(mapped=False) as store:
            self.assertEqual(store.totals().to_dicts(), expected)

    @unittest.skipIf(os.name == "nt", "there are no locks")
    def test_one_process_writes(self):
        with self.create() as store:
            store.load("sales", SALES)
            with self.assertRaises(libcrm.StateError):
                libcrm.Store.open(self.path)
        context = multiprocessing.get_context("spawn")
        ready, done = context.Event(), context.Event()
        other = context.Process(target=open_and_wait, args=(self.path, ready, done))
        other.start()
        self.addCleanup(other.join)
        self.addCleanup(done.set)
        self.assertTrue(ready.wait(60))
        with self.assertRaises(libcrm.StateError):
            libcrm.Store.open(self.path)
        with self.read() as store:
            self.assertGreater(store.documents, 0)


if __name__ == "__main__":
    unittest.main()
