# SPDX-License-Identifier: MIT
"""Tables: cells, views, texts, capsules."""

import datetime
import gc
import io
import pathlib
import pickle
import tempfile
import unittest
from decimal import Decimal
from fractions import Fraction

import libcrm
from libcrm import _arrow

from .support import facts


class Tables(unittest.TestCase):
    def setUp(self):
        self.store = facts()
        self.table = self.store.pyramid().members()

    def test_shape(self):
        table = self.table
        self.assertEqual(table.shape, (3, 7))
        self.assertIn("spend", table)
        self.assertNotIn("colour", table)
        self.assertEqual(table.name, "tiers")
        self.assertEqual(table.meta["money"], "net")
        self.assertTrue(table)
        with self.assertRaisesRegex(KeyError, "colour"):
            table["colour"]

    def test_cells(self):
        table = self.table
        self.assertEqual(next(iter(table)), ("ann", "vip", 1, Decimal("15.75"), 2, datetime.date(2024, 1, 31),
                                             datetime.date(2024, 2, 3)))
        self.assertEqual(table["rank"].to_list(), [1, 2, None])
        self.assertEqual(table["rank"].is_null(), [False, False, True])
        self.assertIsNone(table["rank"][-1])
        self.assertEqual(table["customer"][1:], ["bob", "eve"])
        self.assertEqual(table["customer"][::2], ["ann", "eve"])
        self.assertIn("bob", table["customer"])
        self.assertEqual(self.store.months()["complete"].to_list(), [True, True, False])
        self.assertEqual(self.store.document("2")["time"][0], datetime.datetime(2024, 2, 1, 10))
        with self.assertRaises(IndexError):
            table["rank"][3]

    def test_numbers(self):
        spend = self.table["spend"]
        self.assertEqual(spend.to_list("fraction")[0], Fraction(63, 4))
        self.assertEqual(spend.to_list("float")[0], 15.75)
        self.assertEqual(spend.to_list("minor"), [1575, 700, -100])
        self.assertEqual(spend.minor().tolist(), [1575, 700, -100])
        self.assertEqual(self.table["first"].minor()[0], 19753)
        with self.assertRaises(TypeError):
            self.table["customer"].minor()
        with self.assertRaises(ValueError):
            spend.to_list("guess")

    def test_rows(self):
        self.assertEqual(self.table.to_dicts()[1]["customer"], "bob")
        self.assertEqual(self.table.to_dict("minor")["spend"], [1575, 700, -100])
        self.assertEqual(self.table.row(2)["tier"], "nonpositive")
        self.assertEqual(len(list(libcrm.sample().pyramid().members())), len(libcrm.sample()))

    def test_views_outlive_the_table(self):
        view = self.table["spend"].minor()
        self.table.close()
        self.store.close()
        gc.collect()
        self.assertEqual(view.tolist(), [1575, 700, -100])
        self.assertTrue(view.readonly)
        with self.assertRaises(libcrm.StateError):
            self.table.columns

    def test_texts(self):
        store = libcrm.Store()
        names = ["żółw", "龟" * 300, "a", "", "🐢"]
        store.load("sales", {"document": [1, 2, 3, 4, 5], "time": ["2024-01-01"] * 5, "customer": names,
                             "amount": [5, 4, 3, 2, 1]})
        self.assertEqual(store.pyramid().members()["customer"].to_list(), ["żółw", "龟" * 300, "a", "🐢"])
        self.assertEqual(store.pyramid()["龟" * 300].rank, 2)

    def test_writers(self):
        table = self.table
        self.assertEqual(table.to_csv().splitlines()[:2], ["customer,tier,rank,spend,orders,first,last",
                                                           "ann,vip,1,15.75,2,2024-01-31,2024-02-03"])
        self.assertIn('"ann","vip",1,"15.75"', table.to_json().replace(" ", ""))
        self.assertIn("... 2 more rows", table.to_text(1))
        self.assertIn("Customer", table.to_text(labels={"customer": "Customer"}))
        self.assertIn("tiers: 3 rows", repr(table))
        self.assertIn("spend: money, 3 rows", repr(table["spend"]))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "out.csv")
            self.assertIsNone(table.to_csv(path))
            self.assertEqual(path.read_text(encoding="utf-8"), table.to_csv())
        into = io.BytesIO()
        table.to_json(into)
        self.assertEqual(into.getvalue().decode(), table.to_json())

    def test_html(self):
        self.assertIn('<td style="text-align:right">15.75</td>', self.table._repr_html_())
        store = libcrm.Store()
        store.load("sales", {"document": [1], "time": ["2024-01-01"], "customer": ["<b>&"], "amount": [1]})
        self.assertIn("&lt;b&gt;&amp;", store.pyramid().members()._repr_html_())
        self.assertIn("more rows", libcrm.sample().rfm()._repr_html_())

    def test_a_failing_file_comes_back_as_itself(self):
        class Full(io.RawIOBase):
            def write(self, data):
                raise BlockingIOError("full")

        with self.assertRaisesRegex(BlockingIOError, "full"):
            self.table.to_csv(Full())

    def test_capsules(self):
        schema, block = self.table.__arrow_c_array__()
        self.assertTrue(_arrow._capsule_pointer(schema, b"arrow_schema"))
        self.assertTrue(_arrow._capsule_pointer(block, b"arrow_array"))
        self.assertTrue(_arrow._capsule_pointer(self.table.__arrow_c_schema__(), b"arrow_schema"))
        self.table.close()
        for _ in range(100):   # nobody takes them
            self.store.months().__arrow_c_stream__()
        with self.assertRaises(ValueError):
            self.table.arrow("float")

    def test_a_table_goes_into_a_load(self):
        counts = libcrm.Store().load("sales", self.table, document="row", map={"time": "first", "amount": "spend"})
        self.assertEqual((counts.accepted, counts.amount_accepted), (2, Decimal("22.75")))   # eve has no first
        months = self.store.months().arrow("minor")
        again = libcrm.Store().load("sales", months, document="row", minor=True,
                                    map={"time": "first_day", "amount": "revenue"})
        self.assertEqual(again.amount_accepted, Decimal("21.75"))

    def test_not_to_be_pickled(self):
        for thing in (self.table, self.store):
            with self.assertRaises(TypeError):
                pickle.dumps(thing)
