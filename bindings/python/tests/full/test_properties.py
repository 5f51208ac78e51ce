# SPDX-License-Identifier: MIT
"""Random frames: whatever the layout, the same facts."""

import decimal
import math

import pyarrow
from hypothesis import given, settings, strategies as st

import libcrm

KEYS = st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
                 st.integers(-(2**63) + 1, 2**63 - 1).map(str))
AMOUNTS = st.decimals(-10**9, 10**9, places=4)
settings.register_profile("crm", max_examples=60, deadline=None)
settings.load_profile("crm")


def members(data, **how):
    store = libcrm.Store()
    store.load("sales", data, **how)
    store.verify()
    return store.pyramid().members().to_csv()


@given(st.lists(st.tuples(KEYS, AMOUNTS), max_size=40), st.integers(0, 9), st.integers(1, 7))
def test_layouts(rows, skipped, chunk):
    plain = {"document": list(range(len(rows))), "time": ["2024-01-01"] * len(rows), "customer": [key for key, _ in rows],
             "amount": [amount for _, amount in rows]}
    expected = members(plain)
    table = pyarrow.table({
        "document": pyarrow.array(plain["document"], pyarrow.int32()),
        "time": pyarrow.array(plain["time"], pyarrow.string()),
        "customer": pyarrow.array(plain["customer"], pyarrow.string()),
        "amount": pyarrow.array(plain["amount"], pyarrow.decimal128(20, 4)),
    })
    padded = pyarrow.concat_tables([table.slice(0, min(skipped, len(rows))), table]).combine_chunks()
    sliced = padded.slice(min(skipped, len(rows)))
    assert members(sliced) == expected
    assert members(pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=chunk))) == expected
    views = sliced.set_column(2, "customer", sliced["customer"].cast(pyarrow.string_view()))
    assert members(views) == expected
    words = sliced.set_column(2, "customer", sliced["customer"].dictionary_encode())
    assert members(words) == expected


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1, max_size=30))
def test_floats_count_as_they_read(values):
    """A float is the shortest decimal that reads as it, as Python writes it, when that has up to nine decimals."""
    store = libcrm.Store(digits=6)
    store.load("sales", {"document": list(range(len(values))), "time": ["2024-01-01"] * len(values), "amount": values})
    for n, value in enumerate(values):
        shortest = decimal.Decimal(repr(value))
        digits = shortest.as_tuple()
        exact = shortest if -digits.exponent <= 9 and len(digits.digits) <= 15 else decimal.Decimal(value)
        wanted = exact.quantize(decimal.Decimal("0.000001"), decimal.ROUND_HALF_UP)
        assert abs(store.document(str(n))["amount"][0]) == abs(wanted), (value, exact)


@given(st.lists(st.one_of(st.none(), st.integers(-10**12, 10**12)), max_size=70), st.integers(1, 30))
def test_columns_come_back(values, start):
    """Nulls and numbers of a table, by lists, views and Arrow."""
    store = libcrm.Store()
    store.attribute("customers", "size", "number")
    store.load("customers", {"customer": list(range(len(values))), "size": values})
    table = store.rows("customers")
    found = table["size"].to_list()
    assert found == [None if value is None else decimal.Decimal(value) for value in values]
    assert pyarrow.table(table)["size"].to_pylist() == found
    assert table["size"][start:] == found[start:]
    assert math.isclose(sum(table["size"].minor()), sum(value or 0 for value in values) * 10**6)
