# SPDX-License-Identifier: MIT
"""Every kind of frame gives the same facts as plain columns."""

import datetime
import decimal

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import libcrm


def answers(store):
    return [table.to_csv() for table in (store.pyramid().members(), store.rfm(), store.months(), store.products())]


def loaded(data, **how):
    store = libcrm.Store()
    counts = store.load("sales", data, **how)
    assert counts.rejected == 0
    return answers(store)


@pytest.fixture
def plain(facts):
    facts["customer"] = ["c%02d" % (n // 2 % 40) if (n // 2) % 11 else None for n in range(300)]
    return facts


@pytest.fixture
def expected(plain):
    return loaded(plain)


def times(plain):
    return [datetime.datetime.fromisoformat(text) for text in plain["time"]]


def as_pandas(plain):
    return pandas.DataFrame({**plain, "time": pandas.to_datetime(pandas.Series(plain["time"]))})


def as_pandas_categories(plain):
    frame = as_pandas(plain)
    frame["customer"] = frame["customer"].astype("category")
    frame["product"] = frame["product"].astype("category")
    frame["document"] = frame["document"].astype("Int32")
    return frame


def as_pandas_arrow(plain):
    return as_pandas(plain).convert_dtypes(dtype_backend="pyarrow")


def as_pandas_slice(plain):
    frame = as_pandas(plain)
    return pandas.concat([frame.iloc[:5], frame, frame.iloc[:9]])[5:305]


def as_polars(plain):
    return polars.DataFrame({**plain, "time": times(plain)})


def as_polars_pieces(plain):
    frame = as_polars(plain)
    whole = polars.concat([frame[:100], frame[100:101], frame[101:]], rechunk=False)
    return whole.with_columns(polars.col("customer").cast(polars.Categorical), polars.col("product").cast(polars.Enum(
        ["p%d" % n for n in range(7)])), polars.col("time").cast(polars.Datetime("ns")))


def as_polars_decimal(plain):
    return as_polars(plain).with_columns(polars.col("amount").cast(polars.Decimal(20, 4)))


def as_arrow(plain):
    return pyarrow.table({**plain, "time": times(plain)})


def as_arrow_odd(plain):
    table = as_arrow(plain)
    types = {"document": pyarrow.uint16(), "time": pyarrow.timestamp("ms"), "customer": pyarrow.large_string(),
             "amount": pyarrow.decimal128(38, 9), "product": pyarrow.dictionary(pyarrow.int8(), pyarrow.string())}
    table = table.set_column(4, "product", table["product"].dictionary_encode().cast(types["product"]))
    return table.cast(pyarrow.schema(list(types.items())))


def as_arrow_views(plain):
    table = as_arrow(plain)
    table = table.set_column(2, "customer", table["customer"].cast(pyarrow.string_view()))
    return pyarrow.concat_tables([table.slice(0, 3), table.slice(3)])


def as_arrow_batch(plain):
    batch = as_arrow(plain).combine_chunks().to_batches()[0]
    long = pyarrow.concat_batches([batch.slice(290), batch, batch.slice(0, 3)])
    return long.slice(10, 300)   # an offset that is no multiple of 8


def as_reader(plain):
    table = as_arrow(plain)
    return pyarrow.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=7))


def as_duckdb(plain):
    frame = as_arrow(plain)
    return duckdb.sql("select document::hugeint as document, time, customer, amount::decimal(18, 2) as amount, product from frame")


def as_numpy(plain):
    return {
        "document": numpy.array(plain["document"], "u4"),
        "time": numpy.array(plain["time"], "M8[m]"),
        "customer": numpy.array(plain["customer"], object),
        "amount": numpy.ma.masked_array(numpy.repeat(numpy.array(plain["amount"]), 2), mask=False)[::2],
        "product": numpy.array(plain["product"]),
    }


def as_structured(plain):
    rows = [(d, t, c or "", a, p) for d, t, c, a, p in zip(*plain.values())]
    return numpy.array(rows, [("document", ">i8"), ("time", "M8[ns]"), ("customer", "U8"), ("amount", "f8"), ("product", "U4")])


def as_series(plain):
    return {
        "document": polars.Series(plain["document"]),
        "time": pyarrow.chunked_array([times(plain)[:7], times(plain)[7:]]),
        "customer": pandas.Series(plain["customer"]),
        "amount": pyarrow.array(plain["amount"], pyarrow.float64()),
        "product": plain["product"],
    }


def as_rows(plain):
    return as_polars(plain).iter_rows(named=True)


@pytest.mark.parametrize("make", [
    as_pandas, as_pandas_categories, as_pandas_arrow, as_pandas_slice, as_polars, as_polars_pieces, as_polars_decimal,
    as_arrow, as_arrow_odd, as_arrow_views, as_arrow_batch, as_reader, as_duckdb, as_numpy, as_structured, as_series, as_rows])
def test_frames(make, plain, expected):
    assert loaded(make(plain)) == expected


@pytest.mark.parametrize("make", [as_pandas, as_pandas_categories, as_pandas_slice])
def test_pandas_without_pyarrow(make, plain, expected, monkeypatch):
    def absent(*_arguments, **_keywords):
        raise ImportError("pyarrow is not there")

    monkeypatch.setattr(pandas.DataFrame, "__arrow_c_stream__", absent)
    monkeypatch.setattr(pandas.Series, "__arrow_c_stream__", absent, raising=False)
    assert loaded(make(plain)) == expected


def instants(values, column, **how):
    store = libcrm.Store()
    store.load("sales", {"document": list(range(len(values))), "time": column, "amount": [1] * len(values)}, **how)
    return [store.document(str(n))["time"][0] for n in range(len(values))]


def test_zones():
    utc = [datetime.datetime(2024, 3, 31, 0, 59, 59), datetime.datetime(2024, 3, 31, 1), datetime.datetime(2024, 10, 27, 0, 30),
           datetime.datetime(2024, 10, 27, 1, 30), datetime.datetime(1900, 1, 2), datetime.datetime(2199, 12, 30, 12)] * 50
    for zone in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "+05:30"):
        column = pyarrow.array(utc, pyarrow.timestamp("us", "UTC")).cast(pyarrow.timestamp("ns" if zone != "UTC" else "s", zone)) \
            if zone != "UTC" else pyarrow.array(utc, pyarrow.timestamp("us", "UTC"))
        naive = pyarrow.compute.local_timestamp(column).to_pylist()
        assert instants(utc, column) == [moment.replace(microsecond=0) for moment in naive], zone
    series = polars.Series(utc).dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Shanghai")
    assert instants(utc, series) == series.dt.replace_time_zone(None).to_list()
    frame = pandas.Series(pandas.to_datetime(utc[:4]).tz_localize("UTC").tz_convert("Europe/Berlin"))
    assert instants(utc[:4], frame) == [moment.to_pydatetime() for moment in frame.dt.tz_localize(None)]
    unknown = pyarrow.array(utc[:1], pyarrow.timestamp("us", "Mars/Olympus"))
    with pytest.raises(libcrm.TypeMismatchError, match="Mars/Olympus"):
        instants(utc[:1], unknown)


def test_nanoseconds_are_cut():
    moment = numpy.array(["2024-01-01T00:00:00.123456789"], "M8[ns]")
    assert instants([0], moment) == [datetime.datetime(2024, 1, 1, 0, 0, 0, 123456)]
    assert instants([0], polars.Series(moment)) == [datetime.datetime(2024, 1, 1, 0, 0, 0, 123456)]


def test_missing_times():
    counts = libcrm.Store().load("sales", {"document": [1, 2], "time": numpy.array(["NaT", "2024-01-01"], "M8[us]"), "amount": [1, 1]})
    assert (counts.accepted, counts.rejected) == (1, 1)


def amounts(column):
    store = libcrm.Store()
    counts = store.load("sales", {"document": list(range(len(column))), "time": ["2024-01-01"] * len(column), "amount": column})
    return counts, [store.document(str(n))["amount"][0] for n in range(counts.accepted)]


def test_decimals():
    exact = decimal.Decimal
    values = [exact("1.005"), exact("-1.005"), exact("123456789012.345"), exact("0.0049999999999")]
    _, found = amounts(pyarrow.array(values, pyarrow.decimal128(38, 18)))
    assert found == [exact("1.01"), exact("-1.01"), exact("123456789012.35"), exact("0.00")]
    _, found = amounts(pyarrow.array(values, pyarrow.decimal256(70, 20)))
    assert found == [exact("1.01"), exact("-1.01"), exact("123456789012.35"), exact("0.00")]
    counts, _ = amounts(pyarrow.array([exact(10) ** 20], pyarrow.decimal128(38, 2)))
    assert counts.rejected == 1


def test_what_cannot_be_read_is_named():
    base = {"document": [1, 2], "time": ["2024-01-01"] * 2, "amount": [1, 2]}
    for column, values in (("customer", pyarrow.array([[1], [2]])), ("time", pyarrow.array([1, 2], pyarrow.time64("us"))),
                           ("amount", pyarrow.array([1, 2], pyarrow.float16())), ("customer", pyarrow.array([1.5, 2.0])),
                           ("customer", numpy.array([1j, 2])), ("amount", numpy.zeros((2, 2))),
                           ("customer", pyarrow.array([2**63, 1], pyarrow.uint64()))):
        with pytest.raises(libcrm.TypeMismatchError) as caught:
            libcrm.Store().load("sales", {**base, column: values})
        assert caught.value.column == column, values
    with pytest.raises(libcrm.SchemaError, match="amount"):
        libcrm.Store().load("sales", pyarrow.table({"document": [1], "time": ["2024-01-01"]}))
    # columns that the table does not know are of no concern
    libcrm.Store().load("sales", pyarrow.table({**base, "nested": [[1], [2]]}))


def test_a_stream_that_fails_says_why():
    def batches():
        yield pyarrow.record_batch({"document": [1], "time": ["2024-01-01"], "amount": [1.0]})
        raise RuntimeError("the network is gone")

    schema = pyarrow.schema([("document", pyarrow.int64()), ("time", pyarrow.string()), ("amount", pyarrow.float64())])
    store = libcrm.Store()
    with pytest.raises(libcrm.InputOutputError, match="the network is gone"):
        store.load("sales", pyarrow.RecordBatchReader.from_batches(schema, batches()))
    assert store.documents == 0
