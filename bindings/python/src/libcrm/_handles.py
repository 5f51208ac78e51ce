# SPDX-License-Identifier: MIT
"""Results that answer questions: pyramid, lifecycle, KPIs and till."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Iterator, List, NamedTuple, Optional, Tuple, Union

from . import _ffi
from ._errors import NotFoundError
from ._library import library
from ._native import Handle, Owner, byref, out, utf8
from ._options import calendar_struct
from ._table import Table
from ._time import TimeLike, from_days, from_microseconds, to_microseconds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import CalendarArguments
    from ._segment import Segment
    from ._store import Store

__all__ = ["Figure", "Kpi", "LifeLimits", "LifeStanding", "Lifecycle", "Moved", "Pyramid", "Reach", "Standing", "Summary",
           "Till", "TillStanding"]

NONE = -(2**63)
STEPS = ("suspect", "prospect", "opportunity", "customer", "repeat")
NEVER = 2**31 - 1


class StoreHandle(Owner):
    """A result that belongs to its store and data version: after a load its look-ups raise `StateError`."""

    _free: Callable[[Any], None]

    def __init__(self, store: Any, pointer: Any) -> None:
        super().__init__()
        self.store: "Store" = store
        self._handle = Handle(pointer, type(self)._free, store._live())
        store._adopt(self)

    def __enter__(self) -> Any:
        self._live()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _table(self, function: Callable[..., int], *arguments: Any) -> Table:
        handle = self._live()
        place = out(_ffi.crm_table)
        handle.read(function, handle.pointer, *arguments, byref(place))
        return Table(place)

    def _fill(self, function: Callable[..., int], kind: Any, *arguments: Any) -> Any:
        handle = self._live()
        struct = _ffi.new(kind)
        handle.read(function, handle.pointer, *arguments, byref(struct))
        return struct

    def __contains__(self, customer: object) -> bool:
        try:
            self[str(customer)]  # type: ignore[index]
        except NotFoundError:
            return False
        return True

    def __repr__(self) -> str:
        name = type(self).__name__
        return "<libcrm.%s, closed>" % name if self._handle is None else "<libcrm.%s of %r>" % (name, self.store)


def _optional_day(value: int) -> Optional[datetime.date]:
    return None if abs(value) >= NEVER else from_days(value)


class Standing(NamedTuple):
    """Where a customer stands in a pyramid."""

    tier: str
    #: 0 is the highest.
    tier_number: int
    #: 1 + customers strictly ahead; None for who is outside the tiers.
    rank: Optional[int]
    #: How many customers are ranked.
    population: int
    value: Union[Decimal, int]
    #: What would lift the customer into a higher tier.
    gap: Union[Decimal, int]
    #: What can be taken away with the tier kept.
    margin: Union[Decimal, int]


class Pyramid(StoreHandle):
    """The value pyramid; made by `Store.pyramid`. `pyramid["C0001"]` tells where a customer stands.

    >>> import libcrm
    >>> pyramid = libcrm.sample().pyramid(as_of="2026-01-01")
    >>> best = pyramid.members()["customer"][0]
    >>> pyramid[best].tier, pyramid[best].rank, "nobody" in pyramid
    ('vip', 1, False)
    """

    _free = library.crm_pyramid_free

    def __init__(self, store: Any, pointer: Any, measure: str) -> None:
        super().__init__(store, pointer)
        self._measure = measure

    def _amount(self, value: int) -> Union[Decimal, int]:
        return value if self._measure == "occasions" else self.store.money(value)

    def __getitem__(self, customer: str) -> Standing:
        """Where a customer stands; `NotFoundError` (a KeyError) for one that is not known."""
        found = self._fill(library.crm_pyramid_find, _ffi.crm_standing, utf8(str(customer)))
        return Standing(found.name.decode(), found.tier, found.rank or None, found.population,
                        self._amount(found.value), self._amount(found.gap), self._amount(found.margin))

    def __len__(self) -> int:
        """The number of ranked customers."""
        tiers = self.tiers()
        return sum(count for count, nominal in zip(tiers["customers"].minor(), tiers["nominal"]) if nominal is not None)

    def tiers(self) -> Table:
        """A row a tier: tier, customers, customer_share, spend, spend_share, min_spend, max_spend, nominal, status."""
        return self._table(library.crm_pyramid_tiers)

    def members(self) -> Table:
        """Every known customer by rank: customer, tier, rank, spend, orders, first, last."""
        return self._table(library.crm_pyramid_members)

    def concentration(self) -> Table:
        """How concentrated value is: the shares of the top 1, 5, 10 and 20 percent, the Gini coefficient."""
        return self._table(library.crm_pyramid_concentration)

    def plot(self, **options: Any) -> Any:
        """Draws the tiers; `kind="lorenz"` draws how value is concentrated. Needs Matplotlib."""
        from ._plot import plot_pyramid

        return plot_pyramid(self, **options)


class Summary(StoreHandle):
    """What several analyses of one scope have in common; made by `Store.summary`.

    >>> import libcrm
    >>> store = libcrm.sample()
    >>> with store.summary(from_="2025-01-01") as summary:
    ...     rfm, rhythm = (ask(from_="2025-01-01", summary=summary) for ask in (store.rfm, store.rhythm))
    >>> rfm.to_csv() == store.rfm(from_="2025-01-01").to_csv()
    True
    """

    _free = library.crm_summary_free


class LifeLimits(NamedTuple):
    """From when on a customer is dormant or lost, in days; None where nobody is."""

    dormant_days: Optional[int]
    lost_days: Optional[int]
    suggested_dormant: Optional[int]
    suggested_lost: Optional[int]
    #: Gaps between purchases that the suggestions stand on.
    gaps: int


class LifeStanding(NamedTuple):
    """In which stage a customer is."""

    stage: str
    entered: Optional[datetime.datetime]
    days: Optional[int]
    idle_days: Optional[int]
    #: Days until dormant without a purchase.
    dormant_in: Optional[int]
    #: The highest stage of the ladder so far, from which only the host lowers.
    step: Optional[str]
    #: Why the stage was entered: known, joined, opportunity, purchase, repeat, idle, host.
    cause: str


class Lifecycle(StoreHandle):
    """The stages of customers' lives; made by `Store.lifecycle`. `lifecycle["C0001"]` tells one customer's.

    >>> import libcrm
    >>> lifecycle = libcrm.sample().lifecycle(as_of="2026-01-01")
    >>> lifecycle.stages()["stage"][:3]
    ['suspect', 'prospect', 'opportunity']
    """

    _free = library.crm_lifecycle_free

    def __getitem__(self, customer: str) -> LifeStanding:
        found = self._fill(library.crm_lifecycle_find, _ffi.crm_life_standing, utf8(str(customer)))
        entered = None if found.entered == NONE else from_microseconds(found.entered)
        days, idle, dormant = (None if value < 0 else value for value in (found.days, found.idle_days, found.dormant_in))
        return LifeStanding(found.name.decode(), entered, days, idle, dormant, None if found.step < 0 else STEPS[found.step],
                            found.cause.decode())

    @property
    def limits(self) -> LifeLimits:
        """The limits in use, and what the data suggest."""
        found = self._fill(library.crm_lifecycle_limits, _ffi.crm_life_limits)
        return LifeLimits(found.dormant_days or None, found.lost_days or None, found.suggested_dormant or None,
                          found.suggested_lost or None, found.gaps)

    def stages(self) -> Table:
        """A row a stage: customers, share, days in it, promotion rate with its interval."""
        return self._table(library.crm_lifecycle_stages)

    def members(self) -> Table:
        """A row a customer: stage, since when and why."""
        return self._table(library.crm_lifecycle_members)

    def history(self, customer: Optional[str] = None) -> Table:
        """Every entry into a stage, of one customer or of all."""
        return self._table(library.crm_lifecycle_history, None if customer is None else utf8(str(customer)))

    def snapshot(self, instant: TimeLike) -> Table:
        """Where everyone stood just before an instant."""
        return self._table(library.crm_lifecycle_snapshot, self._instant(instant))

    def transitions(self, from_: TimeLike, to: TimeLike) -> Table:
        """Who moved from which stage to which between two instants."""
        return self._table(library.crm_lifecycle_transitions, self._instant(from_), self._instant(to))

    def bucket(self, **calendar: "Unpack[CalendarArguments]") -> Table:
        """The leaky bucket: active customers, gained and lost, period by period (`period` and so on as in `periods`)."""
        struct, kept = calendar_struct(calendar)
        made = self._table(library.crm_lifecycle_bucket, byref(struct))
        del kept
        return made

    def refill(self, cost: Any = None, *, figure: Optional[str] = None, **calendar: "Unpack[CalendarArguments]") -> Table:
        """What filling the leaky bucket up again costs, period by period: at a `cost` of winning a new customer, or with
        what the figures of a name ("acquisition") say was spent on that."""
        options = _ffi.new(_ffi.crm_refill_options)
        if cost is not None:
            options.cost = self.store.minor(cost)
        options.figure = utf8(figure)
        struct, kept = calendar_struct(calendar)
        made = self._table(library.crm_lifecycle_refill, byref(struct), byref(options))
        del kept
        return made

    def reasons(self) -> Table:
        """Why customers left in the period, as the host says in the reasons of `stages`; None: nobody said."""
        return self._table(library.crm_lifecycle_reasons)

    def reasons_by_period(self, **calendar: "Unpack[CalendarArguments]") -> Table:
        """The trend of the reasons: the same customers, each in the period in which it left."""
        struct, kept = calendar_struct(calendar)
        made = self._table(library.crm_lifecycle_reasons_by_period, byref(struct))
        del kept
        return made

    def extension(self, treated: "Segment", at: TimeLike, *, control: Optional["Segment"] = None, horizon_days: int = 0,
                  cases: int = 0) -> Table:
        """How much longer `treated` customers stay after an action that began on the day of `at` than a `control` group, or
        than everybody else: restricted means of the days to come up to `horizon_days` (365), with their intervals of
        95 %; `cases`: customers that either group needs (30). Make the segments as of the date."""
        options = _ffi.new(_ffi.crm_extension_options)
        options.at, options.horizon_days, options.least_cases = self._instant(at), horizon_days, cases
        lent = [segment._live() for segment in (treated, control) if segment is not None]
        options.treated = lent[0].pointer
        if control is not None:
            options.control = lent[1].pointer
        made = self._table(library.crm_lifecycle_extension, byref(options))
        del lent
        return made

    def churn(self) -> Table:
        """How much of the leaving is natural: for one of the reasons that `Store.lifecycle` was given as `natural`, for
        another, in silence, or unknown."""
        return self._table(library.crm_lifecycle_churn)

    def survival(self) -> Table:
        """How long customers stay."""
        return self._table(library.crm_lifecycle_survival)

    def _instant(self, value: TimeLike) -> int:
        return to_microseconds(value, self.store._day_start)

    def plot(self, **options: Any) -> Any:
        """Draws the stages as a funnel. Needs Matplotlib."""
        from ._plot import plot

        return plot(self.stages(), **options)


STATUSES = {
    _ffi.CRM_KPI_OK: "ok",
    _ffi.CRM_KPI_UNDEFINED: "undefined",
    _ffi.CRM_KPI_INSUFFICIENT: "insufficient",
    _ffi.CRM_KPI_NO_FACTS: "no_facts",
    _ffi.CRM_KPI_INCOMPLETE: "incomplete",
    _ffi.CRM_KPI_OVERFLOW: "overflow",
}


class Figure(NamedTuple):
    """A KPI's figure for a period. What is not there is None; values are in the KPI's unit, rates as shares."""

    value: Optional[Decimal]
    status: str
    numerator: Optional[int]
    denominator: Optional[int]
    n: Optional[int]
    low: Optional[Decimal]
    high: Optional[Decimal]
    previous: Optional[Decimal]
    change: Optional[Decimal]
    year_before: Optional[Decimal]
    year_change: Optional[Decimal]
    complete: bool
    first_day: datetime.date


def _millionths(value: int) -> Optional[Decimal]:
    return None if value == NONE else Decimal(value).scaleb(-6)


def _whole(value: int) -> Optional[int]:
    return None if value == NONE else value


class Kpi(StoreHandle):
    """Key performance indicators of periods; made by `Store.kpi`. `kpi["revenue"]` is the last period's figure,
    `kpi["revenue", "2025-11"]` that of another one."""

    _free = library.crm_kpi_free

    def __getitem__(self, which: Union[str, Tuple[str, Optional[str]], Tuple[str, Optional[str], Optional[str]]]) -> Figure:
        return self.find(*((which,) if isinstance(which, str) else which))

    def find(self, kpi: str, period: Optional[str] = None, group: Optional[str] = None) -> Figure:
        """One figure by the KPI's id, the period's label (None: the last one) and a branch (None: all together)."""
        found = self._fill(library.crm_kpi_find, _ffi.crm_kpi_value, utf8(kpi), utf8(period), utf8(group))
        return Figure(
            _millionths(found.value), STATUSES.get(found.status, str(found.status)), _whole(found.numerator),
            _whole(found.denominator), _whole(found.n), _millionths(found.low), _millionths(found.high),
            _millionths(found.previous), _millionths(found.change), _millionths(found.year_before),
            _millionths(found.year_change), bool(found.complete), from_days(found.first_day))

    def table(self) -> Table:
        """All figures."""
        return self._table(library.crm_kpi_table)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.table())


class TillStanding(NamedTuple):
    """Where a customer stands at the till, with a sale and, in the fields named before, without it."""

    tier: str
    rank: Optional[int]
    population: int
    spend: Decimal
    gap: Decimal
    margin: Decimal
    total: Decimal
    share: Decimal
    orders: int
    buyers: int
    r: int
    f: int
    m: int
    recency_days: Optional[int]
    first: Optional[datetime.date]
    last: Optional[datetime.date]
    #: "none", "first" (one day of purchase) or "repeat".
    stage: str
    stage_before: str
    tier_before: Optional[str]
    r_before: int
    f_before: int
    m_before: int
    rank_before: Optional[int]
    spend_before: Decimal
    orders_before: int


class Reach(NamedTuple):
    """What it takes a customer to reach or keep a tier."""

    attainable: bool
    needed: Decimal
    spend: Decimal
    missing: Decimal
    visits: Optional[int]
    day: Optional[datetime.date]
    kept: Optional[datetime.date]


class Moved(NamedTuple):
    """A gauge or an alert that a posted sale has moved."""

    #: "gauges" or "alerts".
    what: str
    id: str
    kpi: str
    value_before: Optional[Decimal]
    value: Optional[Decimal]
    #: The band of a gauge, or the state of an alert.
    state_before: str
    state: str


MOVED = {_ffi.CRM_COCKPIT_GAUGES: "gauges", _ffi.CRM_COCKPIT_ALERTS: "alerts"}
BUYERS = {_ffi.CRM_BUYER_NONE: "none", _ffi.CRM_BUYER_FIRST: "first", _ffi.CRM_BUYER_REPEAT: "repeat"}


class Till(StoreHandle):
    """Where customers stand before and after each sale; made by `Store.till`.

    >>> import libcrm
    >>> store = libcrm.sample()
    >>> till = store.till(as_of="2026-01-02")
    >>> best = store.pyramid().members()["customer"][0]
    >>> after = till.preview(best, "100.00", time="2026-01-01")
    >>> after.tier, after.spend - after.spend_before
    ('vip', Decimal('100.00'))

    With a cockpit, its gauges and alerts move too:

    >>> till = store.till(as_of="2025-12-16", cockpit=libcrm.Cockpit())
    >>> after = till.post(best, "100.00", time="2025-12-15")
    >>> [moved.value - moved.value_before for moved in till.moved() if moved.id == "revenue"]
    [Decimal('100.000000')]
    """

    _free = library.crm_till_free

    def __init__(self, store: Any, pointer: Any, lent: Any = None) -> None:
        super().__init__(store, pointer)
        self._lent = lent   # the cockpit and what the library has not copied live as long

    def __getitem__(self, customer: str) -> TillStanding:
        """Where a customer stands now."""
        return self._standing(self._fill(library.crm_till_standing, _ffi.crm_customer_standing, utf8(str(customer))))

    def preview(self, customer: str, amount: Any, *, time: TimeLike, refund: bool = False, document: Optional[str] = None,
                source: Optional[str] = None) -> TillStanding:
        """What would be if a sale of `amount` were posted; nothing changes."""
        sale = self._sale(customer, amount, time, refund, document, source)
        return self._standing(self._fill(library.crm_till_preview, _ffi.crm_customer_standing, byref(sale)))

    def post(self, customer: str, amount: Any, *, time: TimeLike, refund: bool = False, document: Optional[str] = None,
             source: Optional[str] = None) -> TillStanding:
        """Posts a sale, which counts at once; `document` is the key under which it will be loaded."""
        sale = self._sale(customer, amount, time, refund, document, source)
        handle = self._live()
        standing = _ffi.new(_ffi.crm_customer_standing)
        handle.write(library.crm_till_post, handle.pointer, byref(sale), byref(standing))
        return self._standing(standing)

    def reach(self, customer: str, tier: int = 0, instant: Optional[TimeLike] = None) -> Reach:
        """What it takes a customer to stand in a tier (0 the highest) at an instant (None: as-of)."""
        moment = _ffi.CRM_TIME_UNSET_TO if instant is None else to_microseconds(instant, self.store._day_start)
        found = self._fill(library.crm_till_reach, _ffi.crm_reach, utf8(str(customer)), tier, moment)
        money = self.store.money
        return Reach(bool(found.attainable), money(found.needed), money(found.spend), money(found.missing),
                     None if found.visits < 0 else found.visits, _optional_day(found.day), _optional_day(found.kept))

    def gauges(self) -> Table:
        """The cockpit's gauges as they stand, of the period that is not over; `followed` 0: they cannot be told here."""
        return self._table(library.crm_till_gauges)

    def alerts(self) -> Table:
        """The cockpit's alerts as they stand, over complete periods."""
        return self._table(library.crm_till_alerts)

    def moved(self) -> List[Moved]:
        """The gauges, then the alerts, that the sale posted last has moved."""
        found = []
        for place in range(self._ask(library.crm_till_moves)):
            one = self._fill(library.crm_till_move, _ffi.crm_till_moved, place)
            found.append(Moved(MOVED[one.what], one.id.decode(), one.kpi.decode(), _millionths(one.value_before),
                               _millionths(one.value), one.state_before.decode(), one.state.decode()))
        return found

    def advance(self, as_of: TimeLike) -> None:
        """Moves as-of on."""
        handle = self._live()
        handle.write(library.crm_till_advance, handle.pointer, to_microseconds(as_of, self.store._day_start))

    def sync(self) -> None:
        """Takes over what loads have changed."""
        handle = self._live()
        handle.write(library.crm_till_sync, handle.pointer)

    @property
    def as_of(self) -> datetime.datetime:
        """As-of, always the beginning of a business day."""
        return from_microseconds(self._ask(library.crm_till_as_of))

    @property
    def posted(self) -> int:
        """The number of posted sales that the store did not hold at the last sync."""
        return self._ask(library.crm_till_posted)

    def _sale(self, customer: str, amount: Any, time: TimeLike, refund: bool, document: Optional[str],
              source: Optional[str]) -> Any:
        sale = _ffi.new(_ffi.crm_sale)
        sale.kind = _ffi.CRM_SALE_RETURN if refund else _ffi.CRM_SALE_SALE
        sale.customer = utf8(str(customer))
        sale.document = None if document is None else utf8(str(document))
        sale.source = utf8(source)
        sale.time = to_microseconds(time, self.store._day_start)
        sale.amount = self.store.minor(amount)
        return sale

    def _standing(self, found: Any) -> TillStanding:
        money = self.store.money
        return TillStanding(
            found.name.decode(), found.rank or None, found.population, money(found.spend), money(found.gap),
            money(found.margin), money(found.total), Decimal(found.share).scaleb(-6), found.orders, found.buyers, found.r,
            found.f, found.m, None if found.recency_days < 0 else found.recency_days, _optional_day(found.first),
            _optional_day(found.last), BUYERS[found.stage], BUYERS[found.stage_before],
            (found.name_before or b"").decode() or None, found.r_before, found.f_before, found.m_before,
            found.rank_before or None, money(found.spend_before), found.orders_before)
