# SPDX-License-Identifier: MIT
# Copyright the libcrm authors
"""Businesses of more than three years, in which something is the matter: files in which crm-cockpit finds what it looks for."""

import oracle

# Findings, in the order of docs/methods/findings.md; a round of this number plants every sixth for certain.
KINDS = ("members_without_revenue", "frequency_ticket_split", "concentration_up", "branch_behind", "product_behind", "segment_behind",
         "value_falling", "leak_up", "promotion_slowed", "staff_returns", "staff_voids", "staff_discounts", "shared_customer",
         "reopened_month", "dead_stock", "data_gap", "unusual_orders", "unusual_revenue", "unusual_day")
ROUNDS = 6

COLUMNS = {
    "sales": "document time customer kind class product quantity amount discount tax branch staff original version",
    "customers": "customer kind joined parent segment",
    "merges": "customer into undone version",
    "figures": "from to name value measure branch product",
}
BRANCHES = ["1", "2", "Nord", "Sued"]
PRODUCTS = [str(n) for n in range(1, 15)] + ["P-1", "p-1", ""]
CLERKS = ["ann", "bob", "eve", "7", "8", "Zo\u00eb", "max"]
OF_WEEKDAY = [7, 6, 6, 6, 7, 8, 5]
PEOPLE, NEWCOMERS = 170, 36


def months_before(day, count):
    """The first day of the month so many months before that of a day."""
    date = oracle.to_date(day)
    index = date.year * 12 + date.month - 1 - count
    return oracle.to_day(index // 12, index % 12 + 1, 1)


class Business:
    """The files of one business: [(table, rows)] in the order in which they are loaded, and what was planted."""

    def __init__(self, rng, number):
        self.rng = rng
        self.as_of = oracle.to_day(2025, rng.choice([2, 5, 7]), 1) + rng.choice([0, 0, 1, 13])
        self.end = months_before(self.as_of, 0)
        self.half, self.year = months_before(self.as_of, 6), months_before(self.as_of, 12)
        self.first = months_before(self.as_of, rng.choice([37, 39, 41])) + rng.choice([0, 0, 5])
        self.planted = {kind for place, kind in enumerate(KINDS) if place % ROUNDS == number % ROUNDS or rng.random() < 0.3}
        self.kinds = "staff_voids" in self.planted or rng.random() < 0.7
        self.refunds = self.kinds and rng.random() < 0.6
        self.documents = 0
        self.sales, self.late = [], []
        self.make_people()
        self.make_sales()
        self.make_newcomers()
        self.plant_rest()
        self.files = [("sales", self.sales[:len(self.sales) // 2]), ("sales", self.sales[len(self.sales) // 2:]),
                      ("customers", self.customers()), ("figures", self.figures())]
        if self.late:
            self.files.append(("sales", self.late))
        if rng.random() < 0.4:
            self.files.append(("merges", [{"customer": a, "into": b} for a, b in zip(rng.sample(self.people, 4), self.people[::40])
                                          if a != b]))

    def has(self, kind):
        return kind in self.planted

    # -- customers

    def make_people(self):
        rng = self.rng
        self.people = [str(n) if n % 5 else "K-%d" % n for n in range(1, PEOPLE + 1)]
        self.segment = {key: rng.choice(["A", "B", "C", ""]) for key in self.people}
        few = set(rng.sample(self.people, PEOPLE // 5))
        self.big = few if self.has("frequency_ticket_split") else set()
        self.valued = [set(rng.sample(self.people, PEOPLE // 5 - rng.randint(0, 3))) for _ in range(2)]
        self.silent = set(rng.sample(self.people, PEOPLE * 2 // 5)) if self.has("leak_up") else set()

    def customers(self):
        rng, rows = self.rng, []
        for key in self.people:
            rows.append({"customer": key, "kind": rng.choices(["", "person", "business", "internal"], [5, 4, 3, 0.2])[0],
                         "segment": self.segment[key], "parent": rng.choice(self.people) if rng.random() < 0.05 else "",
                         "joined": oracle.to_date(rng.randint(self.first - 40, self.first + 90)).isoformat() if rng.random() < 0.3 else ""})
        if self.has("members_without_revenue"):
            rows += [{"customer": "m%d" % n, "joined": oracle.to_date(rng.randint(self.year - 5, self.end + 5)).isoformat()} for n in range(70)]
        return rows

    def buyer(self, day):
        """Who comes on a day."""
        rng = self.rng
        if self.has("shared_customer") and rng.random() < 0.11:
            return "999"
        if rng.random() < 0.04:
            return ""
        while True:
            key = rng.choice(self.people)
            if key in self.big and rng.random() < 0.5 or key in self.silent and day >= self.end - 165:
                continue
            if self.has("segment_behind") and day >= self.half and self.segment[key] == "A" and rng.random() < 0.6:
                continue
            return key

    # -- sales

    def amount(self, customer, day):
        value = self.rng.randint(1500, 5000)
        if customer in self.big:
            value *= 14
        if self.has("concentration_up") and day >= self.year and customer in self.valued[0]:
            value *= 5
        if self.has("value_falling") and customer in self.valued[day >= self.year]:
            value *= 6
        return value * 2 if self.has("unusual_revenue") and self.odd_month <= day < self.after_it else value

    def line(self, head, kind, cents, product=None):
        rng = self.rng
        row = dict(head, kind=kind if self.kinds else "", amount="%d.%02d" % divmod(cents, 100),
                   product=rng.choice(PRODUCTS) if product is None else product, tax="1.50" if rng.random() < 0.3 else "")
        row["class"] = rng.choices(["", "service", "liability", "tender"], [20, 4, 0.3, 0.3])[0]
        share = 0.5 if self.has("staff_discounts") and head["staff"] == "eve" else 0.08
        row["discount"] = "2.00" if kind == "sale" and rng.random() < share else ""
        if kind == "return":
            row["amount"] = "-" + row["amount"]
        return row

    def head(self, day, customer):
        rng = self.rng
        self.documents += 1
        branch = rng.choices(BRANCHES + [""], [4, 4, 4, 4, 1])[0]
        if self.has("branch_behind") and branch == "2" and day >= self.half and rng.random() < 0.6:
            branch = rng.choice(["1", "Nord"])
        minute = rng.choice([0, 239, 240, 600, 720, 1000, 1439])
        return {"document": str(self.documents), "customer": customer, "branch": branch, "staff": rng.choice(CLERKS + [""]),
                "time": "%s %02d:%02d" % (oracle.to_date(day).isoformat(), minute // 60, minute % 60)}

    def sell(self, day, customer):
        """A sale; at times with a return beside it, a return after it, or void."""
        rng = self.rng
        head = self.head(day, customer)
        product = rng.choice(PRODUCTS)
        if self.has("product_behind") and day >= self.half and product == "3" and rng.random() < 0.75:
            product = "4"
        if self.kinds and rng.random() < (0.15 if self.has("staff_voids") and head["staff"] == "7" else 0.015):
            return [self.line(head, "void", 900)]
        rows = [self.line(head, "sale", self.amount(customer, day), product)]
        if rng.random() < 0.15:
            rows.append(self.line(head, "sale", rng.randint(0, 800)))
        share = 0.25 if self.has("staff_returns") and head["staff"] == "bob" else 0.025
        if self.kinds and rng.random() < share:
            if rng.random() < 0.4:
                other = {"original": rng.choice([str(rng.randint(1, self.documents)), ""])} if self.refunds else {}
                rows.append(self.line(dict(head, **other), "return", rng.randint(100, 900)))
            else:
                back = dict(self.head(min(self.as_of, day + rng.randint(0, 30)), customer), staff=head["staff"])
                if self.refunds:
                    back["original"] = head["document"]
                rows += [self.line(back, "return", rng.randint(100, 900)) for _ in range(rng.randint(1, 2))]
        return rows

    def make_sales(self):
        rng = self.rng
        self.odd_month, self.after_it = months_before(self.as_of, 2), months_before(self.as_of, 1)
        for day in range(self.first, self.as_of + rng.choice([0, 3])):
            count = OF_WEEKDAY[day % 7]
            if self.has("unusual_orders") and self.odd_month <= day < self.after_it:
                count = count * 8 // 5
            if self.has("unusual_day") and day == self.as_of - 9:
                count *= 3
            for _ in range(count):
                self.sales += self.sell(day, self.buyer(day))

    def make_newcomers(self):
        """Two half-years of newcomers; they come back within 84 days or much later."""
        rng = self.rng
        for turn, ago in enumerate((21, 9)):
            begin, end = months_before(self.as_of, ago), months_before(self.as_of, ago - 6)
            share = 0.2 if turn and self.has("promotion_slowed") else 0.75
            for number in range(NEWCOMERS + rng.randint(-3, 8)):
                day, key = rng.randint(begin, end - 1), "n%d-%d" % (turn, number)
                self.sales += self.sell(day, key)
                if rng.random() < share:
                    self.sales += self.sell(min(day + rng.choice([1, 20, 60, 84]), self.as_of), key)
                elif rng.random() < 0.3:
                    self.sales += self.sell(min(day + rng.randint(85, 100), self.as_of), key)

    def plant_rest(self):
        """Days without a document; a product that sells no more; documents after a month was over, new versions of old ones."""
        rng = self.rng
        if self.has("data_gap"):
            branch = rng.choice(["1", None])
            gap = {oracle.to_date(self.end - 80 + number).isoformat() for number in range(18 if branch else 4)}
            self.sales = [row for row in self.sales if row["time"][:10] not in gap or branch not in (None, row["branch"])]
        if self.has("dead_stock"):
            head = self.head(self.end - rng.randint(185, 500), "1")
            self.sales.append(self.line(head, "sale", 500, "old"))
        if not self.has("reopened_month"):
            return
        begin = months_before(self.as_of, rng.randint(3, 9))
        for _ in range(rng.randint(2, 9)):
            self.late.append(self.line(self.head(begin + rng.randint(0, 27), rng.choice(self.people)), "sale", rng.randint(3000, 20000)))
        known = {}
        for row in self.sales:
            known.setdefault(row["document"], []).append(row)
        for name in rng.sample(sorted(known), 4):
            if len(known[name]) == 1 and not any(row.get("original") == name for row in self.sales):
                self.late.append(dict(known[name][0], amount="77.00", version="2"))

    def figures(self):
        rng, rows = self.rng, []
        for ago in range(5):
            start, end = (oracle.to_date(months_before(self.as_of, count)).isoformat() for count in (ago + 1, ago))
            for product in ["old", "1", "p-1", "never"]:
                for branch in ("", "1") if rng.random() < 0.4 else ("",):
                    rows.append({"from": start, "to": end, "name": "inventory", "value": rng.choice(["12.5", "0", "99.995", "7"]),
                                 "measure": "stock", "product": product, "branch": branch})
        return rows

    # -- the question

    def question(self):
        """(flags, told and SQL of an expression or None)."""
        rng = self.rng
        words = ["--as-of", oracle.to_date(self.as_of).isoformat(), "--digits", rng.choice(["2", "2", "0", "3"])]
        words += ["--day-start", rng.choice(["04:00", "06:30"])] if rng.random() < 0.4 else []
        words += ["--refunds", "sale-day"] if self.refunds else []
        words += ["--money", rng.choice(["sales", "taxed"])] if rng.random() < 0.5 else []
        words += ["--returns", "kind" if self.kinds else "sign"]
        words += rng.choice([[], [], ["--all"], ["--accounts"], ["--anonymous", "5"], ["--occasions", "day"]])
        if rng.random() < 0.15:
            words += ["--branch", "1", "--branch", "2"]
        narrow = rng.random() < 0.15 and ("orders > 3", "orders > 3")
        return words, narrow or None

