# SPDX-License-Identifier: MIT
"""Every analysis: keywords, look-ups, and the same bytes as the application's."""

import datetime
import io
import subprocess
import unittest
from decimal import Decimal

import libcrm

from . import support
from .support import facts


class Handles(unittest.TestCase):
    def test_pyramid(self):
        store = facts()
        pyramid = store.pyramid(shares=(50,), ties="split")
        ann = pyramid["ann"]
        self.assertEqual((ann.tier, ann.rank, ann.population, ann.value, ann.gap), ("tier1", 1, 2, Decimal("15.75"), 0))
        self.assertEqual(len(pyramid), 2)
        self.assertIn("bob", pyramid)
        self.assertNotIn("nobody", pyramid)
        self.assertEqual(store.pyramid(measure="occasions")["ann"].value, 2)
        self.assertEqual(len(pyramid.concentration()), 6)
        store.load("sales", {"document": [7], "time": ["2024-03-01"], "amount": [1]})
        with self.assertRaises(libcrm.StateError):
            pyramid["ann"]

    def test_lifecycle(self):
        life = facts().lifecycle(dormant_days=30)
        self.assertEqual(life["ann"].stage, "repeat")
        self.assertEqual(life.limits.dormant_days, 30)
        self.assertGreater(len(life.history("ann")), 0)
        self.assertEqual(len(life.snapshot("2024-02-01")), 8)
        for table in (life.members(), life.bucket(), life.survival(), life.transitions("2024-01-01", "2024-03-01")):
            self.assertGreater(len(table.columns), 2)

    def test_segments(self):
        store = facts()
        some = store.segment(["ann", "eve", "nobody"])
        self.assertEqual((len(some), some.unknown, "ann" in some, "bob" in some), (2, 1, True, False))
        self.assertEqual(list(some | store.segment(["bob"])), ["ann", "bob", "eve"])
        self.assertEqual(list(some - store.segment(["eve"])), ["ann"])
        self.assertEqual(store.pyramid(segment=some).members()["customer"].to_list(), ["ann", "eve"])
        self.assertEqual(libcrm.Segment.overlap({"a": some, "b": some})["both"].to_list(), [2])
        with self.assertRaises(TypeError):
            some | {"ann"}

    def test_kpis(self):
        store = facts()
        kpi = store.kpi(["revenue", "orders"], as_of="2024-03-01", periods=2)
        self.assertEqual(kpi["revenue"].value, Decimal("10.25"))
        self.assertEqual(kpi["revenue", "2024-01"].value, Decimal("12.5"))
        self.assertEqual(len(kpi.table()), 4)
        self.assertEqual(len(store.kpi(["revenue"], by="branch").table()), 3)
        self.assertEqual(sum(store.kpi_evidence("revenue", label="2024-02")["amount"]), Decimal("10.25"))
        with self.assertRaises(libcrm.ArgumentError):
            store.kpi(["happiness"])
        with self.assertRaises(libcrm.NotFoundError):
            kpi["revenue", "1999-01"]

    def test_till(self):
        store = facts()
        till = store.till()
        before = till["bob"]
        after = till.preview("bob", 100, time="2024-03-01")
        self.assertEqual((after.spend - before.spend, after.rank, till["bob"].rank), (Decimal(100), 1, 2))
        till.post("bob", "100", time="2024-03-01", document="100")
        self.assertEqual((till["bob"].rank, till.posted), (1, 1))
        store.load("sales", {"document": [100], "time": ["2024-03-01"], "customer": ["bob"], "amount": [100]})
        till.sync()
        self.assertEqual((till.posted, till["bob"].spend), (0, Decimal(107)))
        self.assertTrue(till.reach("ann").attainable)
        till.advance("2024-03-05")
        self.assertEqual(till.as_of, datetime.datetime(2024, 3, 5))
        self.assertEqual(store.till(limits=[100, 10])["bob"].tier, "tier1")

    def test_a_till_with_a_cockpit(self):
        store = facts()
        cockpit = libcrm.Cockpit()
        till = store.till(as_of="2024-02-20", cockpit=cockpit)
        with self.assertRaises(libcrm.StateError):
            cockpit.read("gauges", "nowhere.csv")
        cockpit.close()   # it lives on for the till
        till.post("bob", "100", time="2024-02-19", document="100")
        moved = {one.id: one for one in till.moved() if one.what == "gauges"}
        self.assertEqual(moved["revenue"].value - moved["revenue"].value_before, 100)
        self.assertEqual(till.gauges().columns[:4], ("gauge", "kpi", "period", "value"))
        self.assertEqual(till.alerts().columns[:3], ("alert", "kpi", "state"))
        followed = [row for row in till.gauges().to_dicts() if row["followed"]]
        store.load("sales", {"document": [100], "time": ["2024-02-19"], "customer": ["bob"], "amount": [100]})
        fresh = libcrm.Cockpit().evaluate(store, running=True, parts=["figures"], as_of="2024-02-20").gauges
        expected = {row["gauge"]: row["value"] for row in fresh.to_dicts()}
        self.assertTrue(followed)
        for row in followed:
            self.assertEqual(row["value"], expected[row["gauge"]], row["gauge"])
        with self.assertRaises(libcrm.ArgumentError):
            store.till().gauges()

    def test_a_till_beside_analyses(self):
        store = facts()
        till = store.till(branches=["n"])
        expected = till["ann"]
        for _ in range(3):
            store.rfm(branches=["s"])
            store.lifecycle(from_="2024-02-01")
            self.assertEqual(till["ann"], expected)


class Relations(unittest.TestCase):
    def test_expressions(self):
        store = facts()
        good = store.where("spend > 5")
        self.assertEqual(list(good), ["ann", "bob"])
        self.assertEqual(list(store.where("in segment rich or customer = 'eve'", named={"rich": "spend > 10"})),
                         ["ann", "eve"])
        self.assertEqual(store.rfm(where="spend > 10")["customer"].to_list(), ["ann"])
        self.assertEqual(store.explain("spend > 5 and orders > 1", "bob")["result"].to_list()[-1], "false")
        self.assertIn("spend", store.segment_fields()["field"])
        drift = store.segment_drift("spend > 5", {"as_of": "2024-02-01"}, {"as_of": "2024-03-01"})
        self.assertIn("entered", drift["movement"])
        with self.assertRaises(libcrm.InvalidValueError) as caught:
            store.where("spend >")
        self.assertIsNotNone(caught.exception.byte)

    def test_identity(self):
        store = facts()
        store.load("merges", [{"customer": "bob", "into": "ann"}])
        self.assertEqual(store.aliases()["alias"].to_list(), ["bob"])
        self.assertEqual(store.customer("bob")["net"][0], Decimal("22.75"))
        receipt = store.erase(["eve"])
        self.assertIn("erased_keys", receipt["measure"])
        self.assertNotIn("eve", store)
        self.assertEqual(store.documents, 4)
        store.forget(["ann"])
        self.assertEqual(store.documents, 1)
        with self.assertRaises(libcrm.NotFoundError):
            store.forget(["ann"])

    def test_a_summary_changes_nothing(self):
        store = libcrm.sample()
        scope = {"from_": "2024-03-01", "as_of": "2025-07-01"}
        with store.summary(**scope) as summary:
            for ask in (store.rfm, store.rhythm, store.months, store.repeat):
                self.assertEqual(ask(summary=summary, **scope).to_csv(), ask(**scope).to_csv())

    def test_tables(self):
        store = libcrm.sample()
        for table in (store.findings(language="zh"), store.funnel(), store.owners(), store.handovers(days=30), store.moved(),
                      store.ownership(), store.completeness(), store.bridge(top=3)):
            self.assertGreater(len(table), 0, table.name)
        self.assertEqual(store.reopened(store.version).columns[:2], ("month", "documents"))
        for wrong in (lambda: store.findings(language="tlh"), lambda: store.migration({}, {}, "all"), lambda: store.organisation("chart"),
                      lambda: store.effect("spend > 0", "2025-07-01", "all")):
            with self.assertRaises(ValueError):
                wrong()


class Cockpits(unittest.TestCase):
    def test_built_in(self):
        cockpit = libcrm.Cockpit()
        store = libcrm.sample()
        snapshot = cockpit.evaluate(store, as_of="2026-01-01", periods=6)
        self.assertTrue(all(table is not None for table in snapshot))
        self.assertGreater(len(snapshot.gauges), 5)
        self.assertEqual(snapshot.findings.to_csv(), store.findings(as_of="2026-01-01").to_csv())
        only = cockpit.evaluate(store, role="finance", parts=["lists"])
        self.assertEqual([table is None for table in only], [True, True, True, True, False, True])
        self.assertIn("gauges", repr(cockpit))
        with self.assertRaises(libcrm.ArgumentError):
            cockpit.evaluate(store, role="captain")
        cockpit.close()
        with self.assertRaises(libcrm.StateError):
            cockpit.roles()

    def test_of_ones_own(self):
        text = libcrm.Cockpit().gauges("finance").to_csv()
        cockpit = libcrm.Cockpit(gauges=io.BytesIO(text.encode()))
        self.assertEqual(cockpit.gauges("finance").to_csv(), text)
        self.assertEqual(len(cockpit.problems()), 0)
        header = text.splitlines()[0]
        wrong = header + "\n" + ",".join("nonsense" for _ in header.split(",")) + "\n"
        self.assertEqual(cockpit.read("gauges", io.BytesIO(wrong.encode())), 1)
        self.assertEqual(len(cockpit.problems()), 1)
        with self.assertRaises(libcrm.SchemaError):
            cockpit.read("alerts", io.BytesIO(b"colour\nred\n"))


class Scopes(unittest.TestCase):
    def test_keywords(self):
        store = facts()
        self.assertEqual(store.months(branches=["s"])["revenue"].to_list()[0], Decimal(7))
        self.assertEqual(len(store.rfm(from_=datetime.date(2024, 2, 1), to="2024-03-01")), 2)
        self.assertEqual(store.months(money="sales", as_of="2024-04-01")["revenue"].to_list()[-1], Decimal(0))
        self.assertEqual(store.periods(period=["2024-01-01", "2024-02-02", "2024-04-01"], labels=["a", "b"])["month"].to_list(),
                         ["a", "b"])
        self.assertEqual(store.periods(period="week", week_start="sunday")["month"][0], "2024-W05")

    def test_wrong_ones(self):
        store = facts()
        for wrong in ({"moneys": "net"}, {"money": "gross"}, {"branches": "s"}, {"as_of": 5}, {"recency_cuts": (1, 2)},
                      {"segments": ["a"]}):
            with self.assertRaises((TypeError, ValueError)):
                store.rfm(**wrong)
        with self.assertRaises(ValueError):
            store.pyramid(shares=(0.001,))
        with self.assertRaises(ValueError):
            store.periods(period=["2024-01-01", "2024-02-01"], labels=["a", "b"])
        with self.assertRaises(libcrm.ArgumentError):
            store.pyramid(shares=(5, 1))


class SameBytes(unittest.TestCase):
    """What Python writes is what crm-cockpit writes of the same files, byte for byte."""

    def cases(self, store):
        pyramid, life = store.pyramid(), store.lifecycle()
        best = pyramid.members()["customer"][0]
        before, after = {"as_of": "2025-01-01"}, {"as_of": "2026-01-01"}
        since = ["--since", "2025-01-01", "--as-of", "2026-01-01"]
        good = "spend >= 1000"
        snapshot = libcrm.Cockpit().evaluate(store, role="general")
        yield "cockpit", [], snapshot.gauges
        yield "alerts", [], snapshot.alerts
        yield "causes", [], snapshot.causes
        yield "series", [], snapshot.series
        yield "pyramid", [], pyramid.tiers()
        yield "tiers", [], pyramid.members()
        yield "concentration", [], pyramid.concentration()
        yield ("pyramid", ["--shares", "2,10", "--cut", "floor", "--ties", "split"],
               store.pyramid(shares=(2, 10), cut="floor", ties="split").tiers())
        yield "rfm", [], store.rfm()
        yield ("rfm", ["--from", "2025-01-01", "--as-of", "2025-07-01"],
               store.rfm(from_="2025-01-01", as_of="2025-07-01"))
        yield "rfm", ["--where", good], store.rfm(where=good)
        yield "segments", [], store.rfm_segments()
        yield "months", [], store.months()
        yield "months", ["--period", "week"], store.periods(period="week")
        yield "cohorts", ["--period", "quarter"], store.cohorts(period="quarter")
        yield "repeat", [], store.repeat()
        yield "rhythm", [], store.rhythm()
        yield "frequency", [], store.rhythm_summary()
        yield "findings", [], store.findings()
        yield "due", [], store.due()
        yield "lifecycle", [], life.stages()
        yield "lives", [], life.members()
        yield "histories", ["--customer", best], life.history(best)
        yield "bucket", [], life.bucket()
        yield "refill", ["--cost", "12.50", "--period", "quarter"], life.refill("12.50", period="quarter")
        yield "refill", ["--figure", "expense"], life.refill(figure="expense")
        yield "stays", [], life.survival()
        yield "transitions", ["--from", "2025-01-01", "--to", "2026-01-01"], life.transitions("2025-01-01", "2026-01-01")
        yield "funnel", [], store.funnel()
        yield "conversion", ["--by", "origin"], store.conversion(by="origin")
        expected = [{"field": "region", "section": "address", "weight": 3, "half_life_days": 365}, {"field": "events.sales", "max_days": 90}]
        flags = ["--expect", "region,section=address,weight=3,half=365", "--expect", "events.sales,max=90"]
        yield "freshness", [], store.freshness()
        yield "freshness", flags, store.freshness(expected)
        yield "dossiers", flags, store.freshness(expected, "dossiers")
        yield "static-only", ["--idle", "90"], store.static_only(90)
        yield "idle", [], store.static_only(what="customers")
        yield "changes", [], store.changes()
        yield "progress", [], store.progress()
        yield "open-deals", ["--pipeline", "supply"], store.progress("opportunities", pipeline="supply")
        yield "journey", ["--by", "region"], store.journey(by="region")
        yield "journeys", [], store.journey("members")
        yield "steps", ["--pipeline", "target"], store.journey("history", pipeline="target")
        view = store.view(1032)
        for part in view._fields:
            yield "view", ["--customer", "1032", "--part", part], getattr(view, part)
        yield "reasons", [], life.reasons()
        yield "leaving", ["--period", "quarter"], life.reasons_by_period(period="quarter")
        yield "churn", [], life.churn()
        yield ("extension", ["--at", "2025-07-01", "--treated", "region = 'centre'"],
               life.extension(store.where("region = 'centre'", as_of="2025-07-01"), "2025-07-01"))
        yield "churn", ["--natural", "moved,price"], store.lifecycle(natural=["moved", "price"]).churn()
        yield "calibration", [], store.calibration()
        yield "bridge", [], store.bridge()
        yield "kpis", [], libcrm.kpis()
        yield "migration", since, store.migration(before, after)
        yield "movements", since, store.migration(before, after, "movements")
        yield "cultivation", since, store.migration(before, after, "rates")
        yield "cultivated", since, store.migration(before, after, "cultivation")
        yield "movers", since, store.migration(before, after, "members")
        began = ["--at", "2025-07-01", "--treated", "region = 'centre'"]
        yield "effect", began, store.effect("region = 'centre'", "2025-07-01")
        yield "strata", began, store.effect("region = 'centre'", "2025-07-01", "strata")
        yield ("coverage", began + ["--control", "region = 'north'", "--days", "30"],
               store.effect(store.where("region = 'centre'", as_of="2025-07-01"), "2025-07-01", "coverage", days=30,
                            control="region = 'north'"))
        yield "segment", ["--where", good], store.where(good).members()
        lately = ["--where", good, "--suppress", "lately=days_since_last <= 60", "--household", "owner"]
        for verb, what in (("target", "list"), ("suppressed", "counts"), ("screened", "rows")):
            yield verb, lately, store.target(good, what, suppress={"lately": "days_since_last <= 60"}, household="owner")
        yield "drift", ["--where", good] + since, store.segment_drift(good, before, after)
        yield "fields", [], store.segment_fields()
        yield "completeness", [], store.completeness()
        yield "knowledge", [], store.completeness_customers()
        yield "composition", ["--by", "region"], store.composition("region")
        yield "spending", ["--by", "region"], store.spending("region")
        yield "spending", ["--define", "good=" + good, "--define", "big=spend > 100"], store.spending(
            segments={"good": store.where(good), "big": store.where("spend > 100")})
        yield "hhi", ["--by", "region"], store.composition_concentration("region")
        yield "classes", [], store.classes()
        yield "corporate", [], store.classes(signs=True)
        yield "sites", [], store.sites()
        yield "tiers", ["--accounts"], store.pyramid(accounts=True).members()
        yield "products", [], store.products()
        yield "owners", [], store.owners()
        yield "ownership", [], store.ownership_history()
        yield "handovers", [], store.handovers()
        yield "moved", [], store.moved()
        yield "looked-after", [], store.ownership()
        for verb, what in (("organisation", "members"), ("assignments", "history"), ("teams", "teams"), ("roles", "roles"),
                           ("role-gaps", "gaps")):
            yield verb, [], store.organisation(what)
        yield "aliases", [], store.aliases()

    def test_csv(self):
        if support.COCKPIT is None:
            self.skipTest("no crm-cockpit was given")
        store = libcrm.sample()
        files = ["--sales", str(support.DATA / "late.csv")]
        for table in dict.fromkeys(store.schema()["table"]):
            if (support.DATA / (table + ".csv")).exists():
                files += ["--" + table, str(support.DATA / (table + ".csv"))]
        for verb, flags, table in self.cases(store):
            with self.subTest(verb=verb, flags=flags):
                done = subprocess.run([support.COCKPIT, verb, "--format", "csv"] + flags + files, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(table.to_csv(), done.stdout.decode())

    def test_kpis(self):
        if support.COCKPIT is None:
            self.skipTest("no crm-cockpit was given")
        files = []
        for table in ("customers", "products", "sales"):
            files += ["--" + table, str(support.DATA / (table + ".csv"))]
        store = libcrm.Store()
        for table in ("customers", "products", "sales"):
            store.load_csv(table, support.DATA / (table + ".csv"))
        done = subprocess.run([support.COCKPIT, "kpi", "--format", "csv"] + files, stdout=subprocess.PIPE, check=False)
        head, *lines = done.stdout.decode().splitlines()
        periods = {line.split(",")[1] for line in lines}
        ours = store.kpi(periods=len(periods)).table().to_csv().splitlines()
        self.assertEqual([head] + sorted(lines), [ours[0]] + sorted(ours[1:]))
