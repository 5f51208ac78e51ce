# SPDX-License-Identifier: MIT
"""Stores: their life, options, and what is read back."""

import datetime
import unittest
from decimal import Decimal

import libcrm

from .support import SALES, facts


class Stores(unittest.TestCase):
    def test_life(self):
        store = facts()
        self.assertEqual((len(store), store.documents, store.lines, store.version), (3, 4, 4, 1))
        self.assertIn("ann", store)
        self.assertNotIn("nobody", store)
        self.assertIn("3 customers", repr(store))
        self.assertEqual(store.horizon, datetime.datetime(2024, 3, 2))
        self.assertIsNone(libcrm.Store().horizon)
        store.close()
        store.close()
        self.assertTrue(store.closed)
        self.assertIn("closed", repr(store))
        with self.assertRaises(libcrm.StateError):
            len(store)
        with libcrm.Store() as inner:
            self.assertEqual(len(inner), 0)
            self.assertTrue(inner)
        self.assertTrue(inner.closed)

    def test_options(self):
        store = facts(digits=0, returns="sign", day_start="04:00", anonymous=["eve"], memory_limit=1 << 30)
        self.assertEqual(store.digits, 0)
        self.assertEqual(store.horizon.time(), datetime.time(4))
        self.assertNotIn("eve", store.pyramid().members()["customer"].to_list())
        with self.assertRaisesRegex(ValueError, "returns is one of"):
            libcrm.Store(returns="maybe")
        with self.assertRaises(libcrm.ArgumentError):
            libcrm.Store(digits=9)
        with self.assertRaises(libcrm.OutOfMemoryError):
            libcrm.Store(memory_limit=100)
        with self.assertRaises(TypeError):
            libcrm.Store(anonymous="eve")

    def test_read_back(self):
        store = facts()
        self.assertEqual(store.customer("ann")["net"][0], Decimal("15.75"))
        self.assertEqual(len(store.customer_documents("ann")), 2)
        self.assertEqual(store.document("2")["amount"].to_list(), [Decimal("7.00")])
        self.assertEqual(store.changed(0)["customer"].to_list(), ["ann", "bob", "eve"])
        self.assertEqual(store.totals()["net"].minor().tolist(), [1250, 700, 325, -100])
        self.assertEqual(store.loads().row(0)["accepted"], 4)
        self.assertIn("amount", store.schema()["column"])
        self.assertEqual(len(store.sources()), 1)
        self.assertEqual(len(store.warnings()), 0)
        store.verify()
        with self.assertRaises(KeyError) as caught:
            store.customer("nobody")
        self.assertIsInstance(caught.exception, libcrm.NotFoundError)
        self.assertNotIn("'", str(caught.exception)[:1])

    def test_attributes(self):
        store = facts()
        store.attribute("customers", "age", "number")
        store.load("customers", [{"customer": "ann", "age": 41.5, "region": "north"}])
        self.assertEqual(store.rows("customers")["region"].to_list(), ["north"])
        table = store.customer("ann")
        store.close()
        self.assertEqual(table["age"][0], Decimal("41.5"))   # the table outlives the store and its names
        with self.assertRaises(libcrm.ConflictError):
            again = facts()
            again.attribute("customers", "age", "number")
            again.attribute("customers", "age", "text")

    def test_minor(self):
        store = libcrm.Store()
        self.assertEqual(store.minor("12.5"), 1250)
        self.assertEqual(store.money(-5), Decimal("-0.05"))
        with self.assertRaises(ValueError):
            store.minor("0.001")

    def test_atomicity(self):
        store = facts()
        with self.assertRaises(ZeroDivisionError):
            with store.begin() as load:
                load.append("sales", {"document": [9], "time": ["2024-01-01"], "amount": [1]})
                raise ZeroDivisionError
        self.assertEqual((store.documents, store.version), (4, 1))
        self.assertIn("undone", repr(load))
        with store.begin() as load:
            with self.assertRaises(libcrm.StateError):
                store.begin()
            with self.assertRaises(libcrm.StateError):
                load.rejects
            load.append("sales", {"document": [9], "time": ["2024-01-01"], "amount": [1]})
            self.assertEqual(store.documents, 4)
        self.assertEqual(store.documents, 5)
        self.assertIn("committed", repr(load))
        with self.assertRaises(libcrm.StateError):
            load.append("sales", SALES)
        self.assertEqual(store.load("sales", SALES).duplicate, 4)
        changed = {**SALES, "amount": [1, 1, 1, 1]}
        with self.assertRaises(libcrm.ConflictError):
            store.load("sales", changed, all_or_nothing=True)
        self.assertEqual(store.load("sales", changed, replace=True).accepted, 4)
