# SPDX-License-Identifier: MIT
"""Facts from lists, buffers, rows and CSV files."""

import array
import collections
import ctypes
import dataclasses
import datetime
import io
import pathlib
import tempfile
import unittest
from decimal import Decimal

import libcrm

from .support import SALES


def load(data, **how):
    store = libcrm.Store()
    counts = store.load("sales", data, **how)
    return store, counts


def amounts(values, **how):
    count = len(values)
    store, _ = load({"document": list(range(1, count + 1)), "time": ["2024-01-01"] * count, "amount": values}, **how)
    return [store.document(str(n))["amount"][0] for n in range(1, count + 1)]


class Columns(unittest.TestCase):
    def test_numbers(self):
        for values, how, expected in (
                ([1, 2], {}, ["1", "2"]),
                ([1, 2], {"minor": True}, ["0.01", "0.02"]),
                ([1.005, 0.1 + 0.2], {}, ["1.01", "0.30"]),
                ([Decimal("1.005"), 2], {}, ["1.01", "2"]),
                (["12.50", 7, 3.25], {}, ["12.5", "7", "3.25"]),
                (["1,5", "2"], {"decimal": ","}, ["1.5", "2"]),
                ((1, 2.5), {}, ["1", "2.5"]),
                (array.array("d", [1.5, 2]), {}, ["1.5", "2"]),
                (array.array("f", [0.1, 12.3]), {}, ["0.1", "12.3"]),
                (array.array("h", [1, 2]), {}, ["1", "2"]),
                (memoryview(array.array("i", [1, 9, 2, 9]))[::2], {}, ["1", "2"]),
                (memoryview(bytes([1, 2])), {}, ["1", "2"]),
                ((ctypes.c_double * 2)(1.5, 2), {}, ["1.5", "2"])):
            with self.subTest(values=values):
                self.assertEqual(amounts(values, **how), [Decimal(text) for text in expected])

    def test_times(self):
        zone = datetime.timezone(datetime.timedelta(hours=9))
        day = datetime.datetime(2024, 1, 2)
        for value, expected in (
                (datetime.date(2024, 1, 2), day),
                (datetime.datetime(2024, 1, 2, 3, 4, 5, 6), datetime.datetime(2024, 1, 2, 3, 4, 5, 6)),
                (datetime.datetime(2024, 1, 2, 3, tzinfo=zone), datetime.datetime(2024, 1, 2, 3)),
                ("20240102", day)):
            store, _ = load({"document": [1], "time": [value], "amount": [1]})
            self.assertEqual(store.document("1")["time"][0], expected)
        store, _ = load({"document": [1], "time": ["2/1/24 3 PM"], "amount": [1]}, time_format="%d/%m/%y %I %p")
        self.assertEqual(store.document("1")["time"][0], datetime.datetime(2024, 1, 2, 15))

    def test_nulls_and_keys(self):
        store, counts = load({"document": [1, "two", 3], "time": ["2024-01-01"] * 3, "amount": [1, None, 3],
                              "customer": [None, "x", 2**70], "product": [None] * 3, "quantity": [1.0, float("nan"), None]})
        self.assertEqual((counts.accepted, counts.rejected), (2, 1))
        self.assertEqual(store.pyramid().members()["customer"].to_list(), [str(2**70)])

    def test_mapping(self):
        store, counts = load({"Date": ["2024-01-01"], "Total": [5], "Shop": ["x"]},
                             map={"time": "Date", "amount": "Total"}, set={"branch": "north"}, document="row")
        self.assertEqual(counts.ignored_columns, 1)
        self.assertEqual(store.totals()["branch"][0], "north")
        with self.assertRaises(libcrm.SchemaError) as caught:
            load({"Date": ["2024-01-01"]}, map={"time": "When"})
        self.assertEqual((caught.exception.table, caught.exception.column), ("sales", "time"))

    def test_errors_name_the_column(self):
        for column, values in (("amount", [object()]), ("customer", [1.5]), ("customer", [b"x"]), ("time", [5]),
                               ("amount", memoryview(b"a").cast("c")), ("amount", "12"), ("amount", 5),
                               ("amount", [True, 1.5, "x"]), ("customer", [{}])):
            with self.subTest(column=column, values=values):
                with self.assertRaises(libcrm.TypeMismatchError) as caught:
                    load({"document": [1], "time": ["2024-01-01"], "amount": [1], **{column: values}})
                self.assertEqual(caught.exception.column, column)
        with self.assertRaisesRegex(libcrm.TypeMismatchError, "sales.amount: 2 rows"):
            load({"document": [1], "time": ["2024-01-01"], "amount": [1, 2]})
        with self.assertRaisesRegex(libcrm.SchemaError, "no table"):
            libcrm.Store().load("sails", SALES)
        with self.assertRaises(TypeError):
            load(5)
        with self.assertRaises(ValueError):
            load({"a": [1]}, map={"time": "a\0b"})
        with self.assertRaises(ValueError):
            load({"a": [1]}, document="page")


class Rows(unittest.TestCase):
    def test_kinds(self):
        line = collections.namedtuple("line", "document time amount")

        @dataclasses.dataclass
        class Sale:
            document: int
            time: str
            amount: Decimal

        for rows, how in (
                ([{"document": 1, "time": "2024-01-01", "amount": 2},
                  {"document": 2, "time": "2024-01-01", "amount": 3, "customer": "x"}], {}),
                ([line(1, "2024-01-01", 2), line(2, "2024-01-01", 3)], {}),
                ([Sale(1, "2024-01-01", Decimal(2)), Sale(2, "2024-01-01", Decimal(3))], {}),
                (((n, "2024-01-01", n + 1) for n in (1, 2)), {"columns": ["document", "time", "amount"]})):
            self.assertEqual(load(rows, **how)[1].amount_accepted, Decimal(5))
        self.assertEqual(load([])[1].rows, 0)
        with self.assertRaisesRegex(TypeError, "columns"):
            load([(1, 2, 3)])

    def test_many(self):
        rows = ({"document": n, "time": "2024-01-01", "amount": 1} for n in range(150000))
        self.assertEqual(load(rows)[1].accepted, 150000)


class Files(unittest.TestCase):
    def test_csv(self):
        text = b"document;time;amount\n1;01.02.2024;1,5\n2;nonsense;2\n"
        how = {"delimiter": ";", "decimal": ",", "time_format": "%d.%m.%Y"}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "süd.csv")
            path.write_bytes(text)
            store = libcrm.Store()
            with store.begin() as running:
                running.append_csv("sales", path, **how)
            self.assertEqual(running.counts["sales"].rejected, 1)
            self.assertEqual(running.rejects.row(0),
                             {"table": "sales", "file": "süd.csv", "row": 2, "column": "time", "cause": "time"})
            self.assertEqual(running.causes["rows"].to_list(), [1])
            path.write_bytes(b"1,2024-02-01,7\n")
            counts = libcrm.Store().load_csv("sales", str(path), header=["document", "time", "amount"])
            self.assertEqual(counts.accepted, 1)
            path.write_bytes(b"document,time,amount\n1,2024-02-01,7\n")
            self.assertEqual(libcrm.Store().load("sales", path).accepted, 1)
        self.assertEqual(libcrm.Store().load_csv("sales", io.BytesIO(text), **how).amount_accepted, Decimal("1.5"))
        with self.assertRaises(libcrm.InputOutputError):
            libcrm.Store().load("sales", "/nowhere/sales.csv")
        with self.assertRaisesRegex(TypeError, "binary"):
            libcrm.Store().load_csv("sales", io.StringIO("document,time,amount\n"))
        with self.assertRaises(ValueError):
            libcrm.Store().load_csv("sales", io.BytesIO(text), delimiter=";;")
