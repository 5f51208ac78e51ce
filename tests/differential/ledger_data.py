# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""Random files of all tables, with what is rare in real ones: ties, gaps, returns, merged keys, late versions, voids, nobody."""

import csv
import datetime

import oracle

FIRST, LAST = oracle.to_day(2023, 10, 20), oracle.to_day(2025, 3, 9)
NOTABLE = [oracle.to_day(*date) for date in ((2023, 12, 31), (2024, 1, 1), (2024, 2, 28), (2024, 2, 29), (2024, 3, 1),
                                             (2024, 3, 31), (2024, 10, 27), (2024, 12, 30), (2025, 1, 1), (2025, 2, 28))]
KEYS = [str(n) for n in range(1, 21)] + ["-3", "007", "A-7", "a-7", "Zo\u00eb", "tea, green", "9223372036854775807"]
PRODUCTS = ["1", "2", "10", "P-1", "p-1", ""]
BRANCHES = ["1", "2", "Nord"]
PEOPLE = ["ann", "bob", "eve", "7"]
STAGES = ["contact", "offer", "deal"]
STEPS = ["chosen", "judged", "planned", "settled", "prospect"]
LIVES = ["suspect", "prospect", "opportunity", "customer", "repeat", "reactivated", "dormant", "lost"]

COLUMNS = {
    "sales": "document time customer kind class product quantity price amount discount tax cost branch staff original "
             "source version",
    "customers": "customer kind joined parent region segment owner credit_limit reference origin version",
    "merges": "customer into undone version",
    "opportunities": "opportunity customer created closed outcome pipeline stage amount probability expected_close next_step owner version",
    "pipelines": "pipeline stage position probability",
    "stages": "opportunity customer time stage reason owner amount probability expected_close next_step id",
    "interactions": "time customer opportunity staff direction id",
    "payments": "document line kind customer time amount due version",
    "figures": "from to name value measure branch staff",
    "staff": "staff team left",
    "ownership": "customer owner from to version",
    "parents": "customer parent from to version",
    "changes": "customer field time kind id",
    "assignments": "staff role team branch region segment from to version",
}


class Data:
    """The files of one scenario: [(table, rows)], in the order in which they are loaded."""

    def __init__(self, rng, steady):
        self.rng = rng
        self.size = rng.choice([0, 1, 8, 40, 90, 150])
        self.keys = rng.sample(KEYS, rng.randint(2, len(KEYS)))
        self.kinds = rng.random() < 0.7
        self.branches = rng.random() < 0.5 and not steady
        self.returns = rng.random() < 0.8
        self.refunds = self.kinds and self.returns and rng.random() < 0.4
        self.ties = rng.random() < 0.5
        self.full_cost = rng.random() < 0.5
        self.regular = rng.random() < 0.3
        self.steady = steady   # everybody comes weekly for a while and then no more
        if self.steady:
            self.size, self.keys = 150, list(KEYS)
        self.times = rng.random() < 0.7
        self.files, self.fixed = [], set()
        self.make_sales()
        if rng.random() < 0.8:
            self.files.append(("customers", self.customers()))
        if rng.random() < 0.6:
            self.files.append(("merges", self.merges()))
        if rng.random() < 0.7:
            self.make_deals()
        if rng.random() < 0.5:
            self.files.append(("payments", self.payments()))
        if rng.random() < 0.5:
            self.files.append(("ownership", self.ownership()))
            self.files.append(("staff", [{"staff": name, "left": self.date() if rng.random() < 0.4 else ""}
                                         for name in PEOPLE]))
        if rng.random() < 0.5:
            self.files.append(("figures", self.figures()))
        if rng.random() < 0.5:
            log = self.changes()
            self.files += [("changes", log), ("changes", log[len(log) // 2:])]
        if rng.random() < 0.6:
            self.files.append(("assignments", self.assignments()))
        self.sites = rng.random() < 0.4
        if self.sites:
            self.files.append(("parents", self.parents()))
        rng.shuffle(self.files)
        order = {"sales": 0}
        self.files.sort(key=lambda file: order.get(file[0], 1))

    # -- pieces

    def chance(self, share):
        return self.rng.random() < share

    def day(self):
        return self.rng.choice(NOTABLE) if self.chance(0.25) else self.rng.randint(FIRST, LAST)

    def date(self):
        return oracle.to_date(self.day()).isoformat()

    def instant(self, day=None):
        """With the clock moved now and then: an offset is read and does not move the wall clock."""
        day = self.day() if day is None else day
        date = oracle.to_date(day).isoformat()
        if not self.times:
            return date
        minute = self.rng.choice([0, 180, 239, 240, 241, 480, 599, 720, 900, 1080, 1081, 1439])
        tail = self.rng.choice(["", ":00", ":30", ":00Z", ":00+01:00", ":00+02:00", ":00-05:00"])
        return "%s%s%02d:%02d%s" % (date, self.rng.choice(" T"), minute // 60, minute % 60, tail)

    def money(self, most=300):
        if self.ties:
            return self.rng.choice(["5", "10.00", "10", "20", "0"])
        return "%d.%02d" % (self.rng.randint(0, most), self.rng.randint(0, 99))

    def maybe(self, value, share=0.6):
        return value if self.chance(share) else ""

    # -- sales

    def line(self, document, kind):
        rng = self.rng
        row = dict(document, kind=kind, amount=self.money(), product=rng.choice(PRODUCTS),
                   quantity=self.maybe(rng.choice(["1", "2", "3", "0.5", "1.125"])),
                   cost=rng.choice(["1", "2.25", "7"]) if self.full_cost else self.maybe("2.25"),
                   tax=self.maybe(rng.choice(["0.5", "1.9"]), 0.4), discount=self.maybe("1.50", 0.3),
                   staff=self.maybe(rng.choice(PEOPLE), 0.5))
        row["class"] = rng.choice(["", "", "goods", "service", "shipping", "tip", "liability", "tender"])
        if row["quantity"] and self.chance(0.3):
            row["amount"], row["price"] = "", rng.choice(["1.5", "2.555", "9.99", "0.333"])
        if kind == "return" and (not self.kinds or self.chance(0.5)):
            if row["amount"]:
                row["amount"] = "-" + row["amount"] if float(row["amount"]) else "-1"
            else:
                row["quantity"] = "-" + row["quantity"]
        elif kind == "sale" and self.kinds and row["amount"] and self.chance(0.05):
            row["amount"] = "-0.50"
        return row

    def document(self, number):
        rng = self.rng
        customer = self.maybe(rng.choice(self.keys), 0.93)
        if self.regular and self.chance(0.5):
            day = FIRST + 14 * rng.randint(0, (LAST - FIRST) // 14)
        else:
            day = self.day()
        if self.steady:
            customer = KEYS[number % len(KEYS)]
            day = FIRST + 30 + number % len(KEYS) + 7 * (number // len(KEYS)) + rng.randint(0, 2)
        head = {"document": str(number) if number % 3 else "D%03d" % number, "customer": customer,
                "time": self.instant(day), "branch": self.maybe(rng.choice(BRANCHES)) if self.branches else "",
                "source": self.source}
        kind = rng.choices(["sale", "return", "mixed", "void", "quote"],
                           [85, 8 if self.returns else 0, 5 if self.returns else 0, 2 * self.kinds, 2 * self.kinds])[0]
        rows = [self.line(head, rng.choice(["sale", "return"]) if kind == "mixed" else kind)
                for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        if self.chance(0.1):
            rows.append(dict(rng.choice(rows)))
        if kind == "sale" and self.refunds and self.chance(0.3):
            back = self.line(dict(head, document="R%03d" % number,
                                  time=self.instant(min(LAST, day + rng.randint(0, 90)))), "return")
            back["original"] = rng.choice([head["document"], head["document"], "unknown"])
            rows.append(back)
            self.fixed.add(head["document"])
        return rows

    def make_sales(self):
        rng = self.rng
        self.source = ""
        documents = []
        for number in range(self.size):
            self.source = rng.choice(["", "", "A"]) if self.refunds or self.size % 3 == 0 else ""
            documents.append(self.document(number))
        rows = [row for document in documents for row in document]
        rng.shuffle(rows)
        self.files.append(("sales", self.strip(rows)))
        if self.chance(0.6):
            again = []
            for document in documents:
                names = {row["document"] for row in document}
                if not self.chance(0.3):
                    continue
                choice = rng.choice(["same", "conflict", "higher", "void", "lower"])
                copies = [dict(row) for row in document]
                if names & self.fixed or len(names) > 1:
                    choice = "same"
                for row in copies:
                    row["version"] = {"higher": "5", "void": "6", "lower": "-1"}.get(choice, "")
                    if choice != "same":
                        row["amount"] = "3.21"
                    if choice == "void" and self.kinds:
                        row["kind"] = "void"
                again += copies
            rng.shuffle(again)
            self.files.append(("sales", self.strip(again)))

    def strip(self, rows):
        for row in rows:
            if not self.kinds:
                row["kind"] = ""
        return rows

    # -- the other tables

    def customers(self):
        rng, rows = self.rng, []
        for key in rng.sample(KEYS, rng.randint(1, len(KEYS))):
            rows.append({"customer": key, "kind": rng.choices(["", "person", "business", "internal", "anonymous"],
                                                              [5, 4, 3, 1, 0.4])[0],
                         "joined": self.maybe(self.date(), 0.5),
                         "region": rng.choice(["East", "West", "", "3"]), "segment": rng.choice(["gold", "tin", ""]), "owner": self.maybe(rng.choice(PEOPLE)),
                         "credit_limit": self.maybe(self.money(), 0.3),
                         "reference": rng.choice(["", "true", "false"]), "origin": rng.choice(["", "web", "fair"]),
                         "parent": self.maybe(rng.choice(KEYS), 0.25)})
            if self.chance(0.15):
                rows.append(dict(rows[-1], version="2", region="North"))
        return rows

    def merges(self):
        rng, rows = self.rng, []
        for key in rng.sample(KEYS, rng.randint(1, 6)):
            into = rng.choice([other for other in KEYS if other != key])
            rows.append({"customer": key, "into": into})
            if self.chance(0.2):
                rows.append({"customer": key, "into": into, "undone": "true", "version": "1"})
        return rows

    def make_deals(self):
        rng, deals, entries, contacts = self.rng, [], [], []
        for number in range(rng.choice([1, 5, 30, 60, 160])):
            created = self.day()
            closed = created + rng.randint(0, 120)
            outcome = rng.choice(["won", "lost", "open", ""])
            row = {"opportunity": "o%d" % number, "customer": self.maybe(rng.choice(self.keys), 0.9),
                   "created": self.maybe(self.instant(created), 0.95),
                   "closed": self.instant(closed) if outcome in ("won", "lost") else "", "outcome": outcome,
                   "pipeline": rng.choice(["P", "P", "P", ""]), "stage": self.maybe(rng.choice(STAGES)), "amount": self.maybe(self.money(9000), 0.9),
                   "probability": self.maybe("0.%d" % rng.randint(1, 9), 0.4), "owner": self.maybe(rng.choice(PEOPLE)),
                   "expected_close": self.maybe(self.instant(created + rng.randint(10, 200)), 0.7),
                   "next_step": self.maybe(self.instant(created + rng.randint(0, 150)), 0.4)}
            deals.append(row)
            day = created
            for _ in range(rng.choice([0, 1, 2, 3, 4])):
                day += rng.randint(1, 25)
                entries.append({"opportunity": row["opportunity"], "time": self.instant(day),
                                "stage": rng.choice(STAGES + ["elsewhere"] * self.chance(0.1)),
                                "amount": self.maybe(self.money(9000), 0.2), "owner": self.maybe(rng.choice(PEOPLE), 0.3),
                                "probability": self.maybe("0.5", 0.2),
                                "expected_close": self.maybe(self.instant(created + rng.randint(10, 150)), 0.5),
                                "next_step": self.maybe(self.instant(day + rng.randint(0, 40)), 0.6)})
                if self.chance(0.3):   # a further word on the same stage
                    day += 1
                    entries.append(dict(entries[-1], time=self.instant(day), next_step=self.maybe(self.instant(day + rng.randint(0, 40)), 0.9)))
            for _ in range(rng.choice([0, 0, 1, 4])):
                contacts.append({"time": self.instant(created + rng.randint(-5, 60)), "customer": rng.choice(self.keys),
                                 "opportunity": self.maybe(row["opportunity"], 0.7),
                                 "staff": self.maybe(rng.choice(PEOPLE))})
        for _ in range(rng.choice([0, 0, 3, 8])):
            entries.append({"customer": rng.choice(self.keys), "time": self.instant(), "stage": rng.choice(LIVES)})
        for _ in range(rng.choice([0, 20, 60])):
            entries.append({"customer": rng.choice(self.keys[:12]), "time": self.instant(),
                            "stage": rng.choice(STEPS + ["lost"] + STAGES * self.chance(0.02))})
        self.files.append(("opportunities", deals))
        self.files.append(("pipelines", [{"pipeline": "P", "stage": stage, "position": place,
                                          "probability": "0.%d" % (2 * place)} for place, stage in enumerate(STAGES, 1)]
                           + [{"pipeline": "T", "stage": stage, "position": place} for place, stage in enumerate(STEPS)]))
        self.files.append(("stages", [dict(row, reason=("price", "", "moved", "7", "price", "")[place % 6])
                                      for place, row in enumerate(entries)]))
        self.files.append(("interactions", contacts))
        if self.chance(0.3):
            self.files.append(("interactions", contacts[len(contacts) // 2:]))

    def changes(self):
        rng = self.rng
        return [{"customer": rng.choice(self.keys), "field": rng.choice(["region", "origin", "channels", "owner", "shoe_size"]),
                 "time": self.instant(), "kind": rng.choice(["", "changed", "confirmed"]), "id": self.maybe("c%d" % number, 0.5)}
                for number in range(rng.choice([1, 10, 40]))]

    def payments(self):
        rng, rows = self.rng, []
        for number in range(rng.choice([1, 6, 40])):
            posted = self.day()
            customer = rng.choice(self.keys)
            rows.append({"document": "n%d" % number, "kind": "invoice", "customer": customer, "time": self.instant(posted),
                         "amount": self.money(), "due": self.maybe(self.instant(posted + rng.randint(0, 60)), 0.9)})
            if self.chance(0.7):
                rows.append({"document": rng.choice("np") + str(number), "kind": rng.choice(["payment", "payment", "credit"]),
                             "customer": customer, "time": self.instant(posted + rng.randint(0, 90)), "amount": self.money()})
        return rows

    def ownership(self):
        rows, seen = [], set()
        for _ in range(self.rng.randint(1, 25)):
            start = self.day()
            row = {"customer": self.rng.choice(self.keys), "owner": self.rng.choice(PEOPLE), "from": self.instant(start),
                   "to": self.maybe(self.instant(start + self.rng.randint(2, 200)), 0.3)}
            identity = (row["customer"], row["from"][:16].replace("T", " "))
            if identity not in seen:
                seen.add(identity)
                rows.append(row)
        return rows

    def parents(self):
        """Sites that go from one account to another, or stand alone for a while; rings and keys that were merged among them."""
        rows, seen = [], set()
        for _ in range(self.rng.randint(1, 20)):
            start = self.day()
            row = {"customer": self.rng.choice(KEYS), "parent": self.rng.choice(KEYS[:6] + self.keys), "from": self.instant(start),
                   "to": self.maybe(self.instant(start + self.rng.randint(2, 300)), 0.3)}
            identity = (row["customer"], row["from"][:16].replace("T", " "))
            if identity not in seen:
                seen.add(identity)
                rows.append(row)
                if self.chance(0.1):
                    rows.append(dict(row, parent=self.rng.choice(self.keys), version="1"))
        return rows

    def assignments(self):
        rng, rows, seen = self.rng, [], set()
        for _ in range(rng.randint(1, 16)):
            staff, start = rng.choice(PEOPLE + ["zed"]), self.date()
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                begins = datetime.date.fromisoformat(start)
                row = {"staff": staff, "role": rng.choice(["seller", "lead", "7"]), "team": rng.choice(["North", "South", "3", ""]),
                       "branch": self.maybe(rng.choice(BRANCHES), 0.4), "region": self.maybe(rng.choice(["East", "West", "3"]), 0.3),
                       "segment": self.maybe(rng.choice(["gold", "tin"]), 0.2), "from": start,
                       "to": self.maybe((begins + datetime.timedelta(days=rng.randint(1, 200))).isoformat(), 0.3)}
                identity = tuple(row[column] for column in ("staff", "branch", "region", "segment", "from"))
                if identity not in seen:
                    seen.add(identity)
                    rows.append(row)
                    if self.chance(0.1):
                        rows.append(dict(row, role="lead", team="South", version="2"))
        return rows

    def figures(self):
        rows = []
        for month in range(1, 13):
            bounds = {"from": "2024-%02d-01" % month,
                      "to": "2024-%02d-01" % (month + 1) if month < 12 else "2025-01-01"}
            for name in ("target", "budget", "expense"):
                if self.chance(0.8):
                    rows.append(dict(bounds, name=name, value=self.money(5000)))
            for name in ("inventory", "assets", "liabilities"):
                if self.chance(0.7):
                    rows.append(dict(bounds, name=name, value=self.money(5000), measure="stock"))
            for name, branch in (("target", "1"), ("target", "2"), ("inventory", "1"), ("expense", "Nord")):
                if self.chance(0.3):
                    rows.append(dict(bounds, name=name, value=self.money(900), branch=branch,
                                     measure="stock" if name == "inventory" else "flow"))
            if self.chance(0.1):
                rows.append(dict(bounds, name="budget", value=self.money(900), branch="1", staff="ann", measure="flow"))
        return rows


def write_sales(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["document", "time", "customer", "amount", "quantity", "price", "product", "branch"],
                                lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return [("sales", path)]


def read_rows(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def public_files(data, folder):
    """{name: files} of public data that are there, with the library's own names of columns; of CDNOW every fourth customer."""
    found = {}
    path = data / "cdnow-sample" / "CDNOW_sample.txt"
    if path.exists():
        cells = [line.split() for line in path.read_text().splitlines() if line.strip()]
        found["cdnow-sample"] = write_sales(folder / "cdnow.csv", [
            {"document": number, "customer": int(customer), "time": "%s-%s-%s" % (day[:4], day[4:6], day[6:]), "amount": amount,
             "quantity": quantity} for number, (customer, _, day, quantity, amount) in enumerate(cells) if int(customer) % 4 == 0])
    if (data / "chinook" / "Invoice.csv").exists():
        heads = {row["InvoiceId"]: row for row in read_rows(data / "chinook" / "Invoice.csv")}
        found["chinook"] = write_sales(folder / "chinook.csv", [
            {"document": row["InvoiceId"], "customer": heads[row["InvoiceId"]]["CustomerId"], "time": heads[row["InvoiceId"]]["InvoiceDate"],
             "quantity": row["Quantity"], "price": row["UnitPrice"], "product": row["TrackId"],
             "branch": heads[row["InvoiceId"]]["BillingCountry"]} for row in read_rows(data / "chinook" / "InvoiceLine.csv")])
    if (data / "northwind" / "Orders.csv").exists():
        heads = {row["OrderID"]: row for row in read_rows(data / "northwind" / "Orders.csv")}

        def day(text):
            month, of_month, year = text.split("/")
            return "%s-%02d-%02d" % (year, int(month), int(of_month))

        found["northwind"] = write_sales(folder / "northwind.csv", [
            {"document": row["OrderID"], "customer": heads[row["OrderID"]]["CustomerID"], "time": day(heads[row["OrderID"]]["OrderDate"]),
             "quantity": row["Quantity"], "price": row["UnitPrice"], "product": row["ProductID"],
             "branch": heads[row["OrderID"]]["ShipCountry"]} for row in read_rows(data / "northwind" / "Order_Details.csv")])
    return found


def sample_files(source, folder):
    """A slice of the sample in examples/data: every twelfth customer, and every twentieth sale to nobody."""
    written = []

    def kept(table, row):
        if table == "sales":
            return int(row["customer"]) % 12 == 5 if row["customer"] else int(row["document"]) % 20 == 0
        if table in ("customers", "payments", "interactions", "ownership", "changes", "parents"):
            return int(row["customer"]) % 12 == 5
        if table == "opportunities":
            return int(row["customer"]) % 4 == 1
        return True

    for table in ("customers", "sales", "opportunities", "pipelines", "stages", "interactions", "payments", "ownership", "staff",
                  "figures", "changes", "assignments", "merges", "parents"):
        with open(source / (table + ".csv"), newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = [row for row in reader if kept(table, row)]
        path = folder / (table + ".csv")
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        written.append((table, path))
    return written


def write_files(files, folder, names=None):
    """Writes the files, with columns by table; answers [(table, path)]."""
    written = []
    for number, (table, rows) in enumerate(files):
        path = folder / ("%d-%s.csv" % (number, table))
        columns = (names or COLUMNS)[table].split()
        if table == "sales" and not any(row.get("kind") for row in rows):
            columns.remove("kind")
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        written.append((table, path))
    return written
