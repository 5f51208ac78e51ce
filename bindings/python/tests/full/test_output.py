# SPDX-License-Identifier: MIT
"""Tables as frames of other libraries, as arrays and as pictures."""

import datetime
import decimal
import gc
import io

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import libcrm


@pytest.fixture(scope="module")
def store():
    return libcrm.sample()


@pytest.fixture
def table(store):
    return store.pyramid().members()


def test_pyarrow(table):
    frame = table.to_arrow()
    frame.validate(full=True)
    assert frame.to_pydict() == table.to_dict()
    assert frame.schema.field("spend").type == pyarrow.decimal128(19, 2)
    assert frame.schema.metadata[b"definition"] == table.meta["definition"].encode()
    minor = table.to_arrow("minor")
    assert minor["spend"].to_pylist() == table["spend"].to_list("minor")
    assert minor.schema.field("spend").metadata == {b"crm.type": b"money", b"crm.scale": b"2"}
    assert pyarrow.schema(table) == frame.schema
    batch = pyarrow.record_batch(table)
    batch.validate(full=True)
    reader = pyarrow.RecordBatchReader.from_stream(table)
    del table
    gc.collect()
    assert reader.read_all().num_rows == batch.num_rows


def test_polars(table, store):
    frame = table.to_polars()
    assert frame.to_dicts() == table.to_dicts()
    assert frame["spend"].sum() == sum(table["spend"])
    assert polars.DataFrame(table).equals(frame)
    months = polars.DataFrame(store.months())
    assert months["complete"].dtype == polars.Boolean and months["first_day"].dtype == polars.Date


def test_pandas(table, store):
    frame = table.to_pandas()
    assert list(frame.columns) == list(table.columns)
    assert frame["spend"].dtype == "float64"
    assert frame["spend"].tolist() == table["spend"].to_list("float")
    assert frame["rank"].isna().sum() == table["rank"].nulls
    assert frame["first"].max() == pandas.Timestamp(max(day for day in table["first"] if day))
    assert table.to_pandas("decimal")["spend"].tolist() == table["spend"].to_list()
    assert table.to_pandas("minor")["spend"].tolist() == table["spend"].to_list("minor")
    assert store.months().to_pandas()["complete"].dtype == bool
    assert store.document("1" if "1" in store else store.customer_documents(table["customer"][0])["document"][0]) is not None
    assert len(libcrm.kpis().to_pandas()) == len(libcrm.kpis())


def test_duckdb(table):
    frame = table.to_arrow()
    assert duckdb.sql("select sum(spend) from frame").fetchall()[0][0] == sum(table["spend"])


def test_numpy_views(table):
    spend = table["spend"].numpy()
    assert spend.dtype == numpy.int64 and not spend.flags.owndata and not spend.flags.writeable
    assert spend.tolist() == table["spend"].to_list("minor")
    rank = table["rank"].numpy()
    assert isinstance(rank, numpy.ma.MaskedArray) and rank.mask.sum() == table["rank"].nulls
    first = table["first"].numpy()
    assert first.dtype == numpy.dtype("M8[D]") and first[0].astype(object) == table["first"][0]
    assert table["customer"].numpy().tolist() == table["customer"].to_list()
    name = table["customer"][0]
    table.close()
    del table
    gc.collect()
    assert spend.sum() > 0 and name


def test_times_and_booleans(store):
    document = store.customer_documents(store.pyramid().members()["customer"][0])
    moments = document["time"].numpy()
    assert moments.dtype == numpy.dtype("M8[us]")
    assert moments[0].astype(object) == document["time"][0]
    assert store.months()["complete"].numpy().dtype == bool
    assert store.months(from_="2030-01-01", as_of="2030-01-01")["revenue"].numpy().tolist() == []


def test_round_trip(table, store):
    """What goes out comes in again, by every road."""
    how = {"document": "row", "map": {"time": "last", "amount": "spend"}}
    for frame in (table, table.to_polars(), table.to_arrow(), table.to_pandas(), table.to_dicts()):
        again = libcrm.Store()
        counts = again.load("sales", frame, **how)
        assert counts.amount_accepted == sum(row["spend"] for row in table.to_dicts() if row["last"])
        best = again.pyramid().members()
        assert best["customer"][0] == table["customer"][0] and best["spend"][0] == table["spend"][0]


def test_released_everywhere(store):
    """No array or schema is left behind, whoever took it."""
    before = pyarrow.total_allocated_bytes()
    for _ in range(200):
        pyarrow.table(store.months())
        polars.DataFrame(store.months())
        store.months().__arrow_c_array__()
    gc.collect()
    assert pyarrow.total_allocated_bytes() == before


@pytest.mark.parametrize("draw", [
    lambda store: store.pyramid().plot(),
    lambda store: store.pyramid().plot(kind="lorenz"),
    lambda store: store.pyramid().tiers().plot(),
    lambda store: store.pyramid().concentration().plot(),
    lambda store: store.months().plot(),
    lambda store: store.months().plot(kind="movement"),
    lambda store: store.cohorts(from_="2024-07-01").plot(),
    lambda store: store.rfm_segments().plot(),
    lambda store: store.lifecycle().plot(),
    lambda store: libcrm.Cockpit().evaluate(store, role="general", parts=["figures"]).gauges.plot(),
])
def test_pictures(store, draw):
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot

    ax = draw(store)
    into = io.BytesIO()
    ax.figure.savefig(into, format="png", dpi=40)
    assert len(into.getvalue()) > 2000
    assert ax.get_title(loc="left")
    pyplot.close(ax.figure)
    with pytest.raises(ValueError):
        store.rfm().plot()
    with pytest.raises(ValueError):
        store.months().plot(kind="tiers")


def test_a_notebook(store):
    """What an analyst does in the first hour."""
    pyramid = store.pyramid(as_of="2026-01-01")
    tiers = pyramid.tiers()
    assert "<table>" in tiers._repr_html_() and "vip" in repr(tiers)
    members = pyramid.members().to_pandas()
    vips = members[members["tier"] == "vip"]
    assert len(vips) == tiers["customers"][0]
    best = store.segment(vips["customer"])
    months = store.months(segment=best).to_pandas()
    assert months["active"].max() <= len(best)
    rfm = polars.DataFrame(store.rfm(as_of=datetime.date(2026, 1, 1)))
    assert rfm.group_by("segment").len()["len"].sum() == len(rfm)
    kpi = store.kpi(["revenue", "orders"], periods=12, as_of="2026-01-01").table().to_pandas()
    assert len(kpi) == 24
    exact = sum(pyramid.members()["spend"])
    assert isinstance(exact, decimal.Decimal)
