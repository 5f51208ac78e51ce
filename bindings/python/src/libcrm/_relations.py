# SPDX-License-Identifier: MIT
"""Analyses of change and of relations: what moved, who looks after whom, what is known, what stands out."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Sequence, Union

from . import _ffi
from ._input import word
from ._library import library
from ._native import byref, texts, utf8
from ._options import (MEASURES, calendar_struct, classes_struct, pyramid_struct, split_calendar, split_words,
                       take_words)
from ._table import Table
from ._time import TimeLike, to_microseconds
from ._view import View

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._handles import Summary
    from ._options import CalendarArguments, ScopeArguments, WordArguments
    from ._segment import Segment

__all__ = ["Relations"]

LANGUAGES = {"en": _ffi.CRM_LANGUAGE_ENGLISH, "zh": _ffi.CRM_LANGUAGE_CHINESE}
PARTS = {"figures": _ffi.CRM_VIEW_PARTS_FIGURES, "facts": _ffi.CRM_VIEW_PARTS_FACTS}
Scope = Mapping[str, Any]


class Relations:
    """Part of `Store`."""

    if TYPE_CHECKING:
        _day_start: int

        def minor(self, amount: Any) -> int: ...

        def _run(self, function: Callable[..., int], scope: Any, middle: Sequence[Any], kind: Any, place: Any = None,
                 also: Sequence[Any] = ()) -> Any: ...

        def _result(self, function: Callable[..., int], scope: Any, *middle: Any) -> Table: ...

        def _table_of(self, function: Callable[..., int], *arguments: Any) -> Table: ...

        def _changed_table(self, function: Callable[..., int], *arguments: Any) -> Table: ...

    # ---- segments by expression

    def _words(self, options: Any, given: Mapping[str, Any]) -> Any:
        """The keywords of the scope, and what options that mean words of expressions otherwise point to."""
        words, scope = split_words(given)
        return scope, take_words(options, words, self.minor)

    def where(self, expression: str, *, named: Optional[Mapping[str, str]] = None,
              **scope: Unpack[WordArguments]) -> "Segment":
        """The customers for whom an expression holds, as a set; `named` gives expressions that `in segment NAME` may use.
        Every analysis also takes an expression itself, as `where`.

        What tier, r, f, m, stage and class mean is said by `pyramid`, `rfm`, `lifecycle` and `classes`, each the keywords
        of the method of that name; so do all methods that take expressions or fields.

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> good = store.where("tier in ('vip', 'major') and orders >= 2")
        >>> len(good) == len(store.pyramid(segment=good)) > 0
        True
        >>> asleep = store.where("stage = 'dormant'", lifecycle={"dormant_days": 60, "lost_days": 400})
        >>> len(asleep) > len(store.where("stage = 'dormant'", lifecycle={"dormant_days": 300, "lost_days": 400}))
        True
        """
        from ._segment import Segment

        options, kept = segment_options(expression, named)
        of, words = self._words(options, scope)
        place = self._run(library.crm_segment_compute, of, (byref(options),), _ffi.crm_segment)
        del kept, words
        return Segment(self, place)  # type: ignore[arg-type]

    def explain(self, expression: str, customer: str, *, named: Optional[Mapping[str, str]] = None,
                **scope: Unpack[WordArguments]) -> Table:
        """Why an expression holds for a customer or not, a row a condition."""
        options, kept = segment_options(expression, named)
        of, words = self._words(options, scope)
        made = self._result(library.crm_segment_explain, of, byref(options), utf8(str(customer)))
        del kept, words
        return made

    def segment_fields(self) -> Table:
        """The fields that expressions may ask about."""
        return self._table_of(library.crm_segment_fields)

    def segment_drift(self, expression: str, before: Scope, after: Scope, *,
                      named: Optional[Mapping[str, str]] = None, pyramid: Optional[Mapping[str, Any]] = None,
                      rfm: Optional[Mapping[str, Any]] = None, lifecycle: Optional[Mapping[str, Any]] = None,
                      classes: Optional[Mapping[str, Any]] = None) -> Table:
        """How the customers of an expression have changed between two scopes (dicts of a scope's keywords)."""
        options, kept = segment_options(expression, named)
        _, words = self._words(options, {"pyramid": pyramid, "rfm": rfm, "lifecycle": lifecycle, "classes": classes})
        made = self._result(library.crm_segment_drift, [before, after], byref(options))
        del kept, words
        return made

    def target(self, expression: Optional[str] = None, what: str = "list", *, suppress: Optional[Mapping[str, str]] = None,
               household: Optional[str] = None, keys: Optional[Sequence[object]] = None,
               named: Optional[Mapping[str, str]] = None, **scope: Unpack[WordArguments]) -> Table:
        """A list of customers to write to: for whom `expression` holds, less those of `suppress` (reason: expression, in
        order), duplicates, and who counts for nobody; of those with the same value of the field `household` the one who
        spent most. `keys`: a list of yours to screen in place of all keys. `what`: "list", "counts" (how many keys, by
        reason) or "rows" (each key and its reason).

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> table = store.target("orders >= 2", "counts", suppress={"lately": "days_since_last <= 30"})
        >>> table["reason"][-4:]
        ['lately', 'household', 'listed', 'all']
        """
        functions: Dict[str, Callable[..., int]] = {
            "list": library.crm_target_list,
            "counts": library.crm_target_counts,
            "rows": library.crm_target_rows,
        }
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        segment, kept = segment_options(expression or "", named)
        out, also = segment_options("", suppress)
        options = _ffi.new(_ffi.crm_target_options)
        options.expression = utf8(expression)
        options.definitions, options.definition_count = segment.definitions, segment.definition_count
        options.suppressions, options.suppression_count = out.definitions, out.definition_count
        options.household = utf8(household)
        if keys is not None:
            given = [str(key) for key in keys]
            options.keys, options.key_count = texts(given), len(given)
        of, words = self._words(options, scope)
        made = self._result(functions[what], of, byref(options))
        del kept, also, words
        return made

    # ---- one customer

    def view(self, key: object, *, parts: Sequence[str] = ("figures", "facts"), shares: Sequence[float] = (1, 5, 20),
             cut: str = "ceil", ties: str = "together", measure: str = "spend", dormant_days: int = 0, lost_days: int = 0,
             rfm: Optional[Mapping[str, Any]] = None, classes: Optional[Mapping[str, Any]] = None,
             **scope: Unpack[ScopeArguments]) -> View:
        """Everything about one customer at as-of, found by any of its keys. `parts`: what is wanted of "figures" (profile,
        life) and "facts" (the other tables); `rfm`, `classes`: keywords of these methods.

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> key = store.pyramid(as_of="2026-01-01").members()["customer"][0]
        >>> view = store.view(key, as_of="2026-01-01")
        >>> view.profile["tier"][0], view.profile["rank"][0], len(view.documents) >= view.profile["orders"][0]
        ('vip', 1, True)
        """
        options = _ffi.new(_ffi.crm_view_options)
        options.parts = sum({word(PARTS, part, "parts") for part in parts})
        pyramid, kept = pyramid_struct(shares, cut, ties, measure)
        lifecycle = _ffi.new(_ffi.crm_lifecycle_options)
        lifecycle.dormant_days, lifecycle.lost_days = dormant_days, lost_days
        options.pyramid, options.lifecycle = ctypes.pointer(pyramid), ctypes.pointer(lifecycle)
        _, words = self._words(options, {"rfm": rfm, "classes": classes})
        view = _ffi.new(_ffi.crm_view)
        self._run(library.crm_view_compute, scope, (byref(options), utf8(str(key))), None, view)
        del kept, words
        return View(*[Table(getattr(view, name)) if getattr(view, name) else None for name in View._fields])

    # ---- change

    def migration(self, before: Scope, after: Scope, what: str = "matrix", *, value_tiers: int = 0,
                  shares: Sequence[float] = (1, 5, 20), cut: str = "ceil", ties: str = "together",
                  measure: str = "spend") -> Table:
        """Who stood in which layer of the pyramid before and stands in which one after, between two scopes (dicts of a
        scope's keywords). `what`: "matrix", "movements", "rates", "cultivation" (how long it took) or "members".

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> table = store.migration({"as_of": "2025-01-01"}, {"as_of": "2026-01-01"}, "movements")
        >>> table["movement"][:3]
        ['up', 'down', 'stay']
        """
        functions: Dict[str, Callable[..., int]] = {
            "matrix": library.crm_migration_compute,
            "movements": library.crm_migration_movements,
            "rates": library.crm_migration_rates,
            "cultivation": library.crm_migration_cultivation,
            "members": library.crm_migration_members,
        }
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        options = _ffi.new(_ffi.crm_migration_options)
        options.value_tiers = value_tiers
        pyramid, kept = pyramid_struct(shares, cut, ties, measure)
        options.pyramid = ctypes.pointer(pyramid)
        made = self._result(functions[what], [before, after], byref(options))
        del kept
        return made

    def effect(self, treated: Union[str, "Segment"], at: TimeLike, what: str = "uplift", *, days: int = 0,
               control: Union[None, str, "Segment"] = None, match: Optional[str] = None, measure: str = "spend",
               cases: int = 0, **scope: Unpack[WordArguments]) -> Table:
        """What a programme that began on the day of `at` has changed: `treated` customers beside a `control` group, or
        without one beside everybody else who has the same values of the fields in `match` (default "r, f, m"). The two are
        segments, or expressions, which are then asked as of the date. `what`: "uplift" (the difference in differences,
        with its interval of 95 %), "strata" or "coverage"; windows of `days` (90) before and after; `cases`: customers
        that either group needs (30).

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> table = store.effect("region = 'centre'", "2025-07-01", days=60)
        >>> table["group"][:]
        ['treated', 'control', 'uplift']
        """
        functions: Dict[str, Callable[..., int]] = {
            "uplift": library.crm_effect_compute,
            "strata": library.crm_effect_strata,
            "coverage": library.crm_effect_coverage,
        }
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        options = _ffi.new(_ffi.crm_effect_options)
        options.at = to_microseconds(at, self._day_start)
        options.days, options.least_cases = days, cases
        options.measure = word(MEASURES, measure, "measure")
        if match is not None:
            options.match = utf8(match)
        before = {name: value for name, value in scope.items() if name not in ("to", "progress", "summary")}
        before["as_of"] = at
        of_scope, words = self._words(options, scope)
        lent = []
        for name, of in (("treated", treated), ("control", control)):
            if of is not None:
                lent.append((self.where(of, **before) if isinstance(of, str) else of)._live())  # type: ignore[arg-type]
                setattr(options, name, lent[-1].pointer)
        made = Table(self._run(functions[what], of_scope, (byref(options),), _ffi.crm_table, also=lent))
        del words
        return made

    def bridge(self, *, top: int = 10, before_from: Optional[TimeLike] = None, before_to: Optional[TimeLike] = None,
               **calendar: Unpack[CalendarArguments]) -> Table:
        """Why revenue moved from the period before to that of the scope (without a `from_`: the last complete one of the
        calendar): by its factors, by customers gained, kept and lost, by branch, product and customer."""
        options = _ffi.new(_ffi.crm_bridge_options)
        options.top = top
        for name, value in (("before_from", before_from), ("before_to", before_to)):
            if value is not None:
                setattr(options, name, to_microseconds(value, self._day_start))
        cut, scope = split_calendar(calendar)
        struct, kept = calendar_struct(cut)
        made = self._result(library.crm_bridge_compute, scope, byref(struct), byref(options))
        del kept
        return made

    def findings(self, *, language: str = "en", lifecycle: Optional[Mapping[str, Any]] = None,
                 **scope: Unpack[ScopeArguments]) -> Table:
        """What a good analyst would point out, the strongest first, each with its evidence. `language`: "en" or "zh";
        `lifecycle`: keywords of `lifecycle`, so that what dormant and lost mean does not move with the data."""
        options = _ffi.new(_ffi.crm_findings_options)
        self._words(options, {"lifecycle": lifecycle})
        options.language = word(LANGUAGES, language, "language")
        return self._result(library.crm_findings_compute, scope, byref(options))

    # ---- relations

    def funnel(self, *, pipeline: Optional[str] = None, horizon_days: int = 0, **scope: Unpack[ScopeArguments]) -> Table:
        """Opportunities on their way through the stages of a pipeline (None: each)."""
        options = _ffi.new(_ffi.crm_funnel_options)
        options.horizon_days = horizon_days
        options.pipeline = utf8(pipeline)
        return self._result(library.crm_funnel_compute, scope, byref(options))

    def progress(self, what: str = "stages", *, pipeline: Optional[str] = None, horizon_days: int = 0,
                 **scope: Unpack[ScopeArguments]) -> Table:
        """How open opportunities come along: age, stalled, overdue, put off. `what`: "stages", or "opportunities", a row
        each with the day on which the next step is due."""
        functions = {"stages": library.crm_progress_stages, "opportunities": library.crm_progress_opportunities}
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        options = _ffi.new(_ffi.crm_funnel_options)
        options.horizon_days = horizon_days
        options.pipeline = utf8(pipeline)
        return self._result(functions[what], scope, byref(options))

    def journey(self, what: str = "stages", *, pipeline: Optional[str] = None, by: Optional[str] = None,
                horizon_days: int = 0, customer: Optional[str] = None, **scope: Unpack[ScopeArguments]) -> Table:
        """Customers through pipelines of the host's own stages (None: each that one has an entry in). `what`: "stages",
        with `by` told apart too by a column of names of customers ("owner", "region", ...); "members", where each of
        them is; or "history", every stay in a stage, of one `customer` or of all."""
        if what not in ("stages", "members", "history"):
            raise ValueError("what is one of stages, members, history, not %r" % (what,))
        options = _ffi.new(_ffi.crm_journey_options)
        options.horizon_days = horizon_days
        options.pipeline = utf8(pipeline)
        options.by = utf8(by)
        if what == "history":
            return self._result(library.crm_journey_history, scope, byref(options), utf8(customer))
        function = library.crm_journey_stages if what == "stages" else library.crm_journey_members
        return self._result(function, scope, byref(options))

    def conversion(self, *, by: Optional[str] = None, horizon_days: int = 0, **scope: Unpack[ScopeArguments]) -> Table:
        """How long from being known, the first contact and the first opportunity to the first order, those who have not
        bought yet censored; `by`: told apart too by a column of names of customers ("origin", "region", ...)."""
        options = _ffi.new(_ffi.crm_conversion_options)
        options.horizon_days = horizon_days
        options.by = utf8(by)
        return self._result(library.crm_conversion_compute, scope, byref(options))

    def owners(self, **scope: Unpack[ScopeArguments]) -> Table:
        """What each owner of customers has and has done."""
        return self._result(library.crm_ownership_owners, scope)

    def ownership(self, **scope: Unpack[ScopeArguments]) -> Table:
        """How well customers are looked after: owned, orphaned, known to several."""
        return self._result(library.crm_ownership_summary, scope)

    def ownership_history(self, **scope: Unpack[ScopeArguments]) -> Table:
        """Who owned whom, from when to when."""
        return self._result(library.crm_ownership_history, scope)

    def handovers(self, *, days: int = 0, **scope: Unpack[ScopeArguments]) -> Table:
        """Every change of a customer's owner, with what was bought in so many `days` before and after (0: 90)."""
        options = _ffi.new(_ffi.crm_handovers_options)
        options.days = days
        return self._result(library.crm_ownership_handovers, scope, byref(options))

    def moved(self, **scope: Unpack[ScopeArguments]) -> Table:
        """The opportunities that were open at these changes and went along: whose and in which stage they were then, and
        what has become of them since."""
        return self._result(library.crm_ownership_moved, scope)

    def organisation(self, what: str = "members", **scope: Unpack[ScopeArguments]) -> Table:
        """Who has which role in looking after customers, in which team and for whom. `what`: "members" at as-of, "history"
        with every time of a role, "teams" or "roles" with what each has and has done, credited to the team or role that
        the owner had at the time, or "gaps": owners without a role, customers outside of their owner's scope, branches
        for which nobody has a role."""
        functions = {"members": library.crm_organisation_members, "history": library.crm_organisation_history,
                     "gaps": library.crm_organisation_gaps}
        by = {"teams": _ffi.CRM_ORGANISATION_BY_TEAM, "roles": _ffi.CRM_ORGANISATION_BY_ROLE}
        if what in functions:
            return self._result(functions[what], scope)
        if what not in by:
            raise ValueError("what is one of %s, not %r" % (", ".join([*functions, *by]), what))
        options = _ffi.new(_ffi.crm_organisation_options)
        options.by = by[what]
        return self._result(library.crm_organisation_groups, scope, byref(options))

    def completeness(self, **scope: Unpack[ScopeArguments]) -> Table:
        """How much is known of the customers, column by column."""
        return self._result(library.crm_completeness_columns, scope)

    def freshness(self, expected: Optional[Sequence[Mapping[str, Any]]] = None, what: str = "rules",
                  **scope: Unpack[ScopeArguments]) -> Table:
        """Completeness by what is expected to be known, weighed, and no older than it should be. `expected`: a mapping a
        rule with `field` and as wanted `section`, `weight`, `max_days`, `half_life_days`; None: every column, and events
        of the last year. `what`: "rules", or "dossiers" for every customer and section."""
        functions = {"rules": library.crm_completeness_freshness, "dossiers": library.crm_completeness_dossiers}
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        options, kept = completeness_options(expected)
        made = self._result(functions[what], scope, byref(options))
        del kept
        return made

    def static_only(self, idle_days: int = 0, what: str = "shares", **scope: Unpack[ScopeArguments]) -> Table:
        """Customers of whom something static is known and with whom nothing has happened for more than `idle_days` (0:
        365). `what`: "shares", or "customers", the longest idle first."""
        functions = {"shares": library.crm_completeness_static, "customers": library.crm_completeness_idle}
        if what not in functions:
            raise ValueError("what is one of %s, not %r" % (", ".join(functions), what))
        options, kept = completeness_options(None)
        options.idle_days = idle_days
        made = self._result(functions[what], scope, byref(options))
        del kept
        return made

    def changes(self, **scope: Unpack[ScopeArguments]) -> Table:
        """The change log of the customer file, a row a field."""
        return self._result(library.crm_completeness_changes, scope)

    def completeness_customers(self, **scope: Unpack[ScopeArguments]) -> Table:
        """How much is known of each customer."""
        return self._result(library.crm_completeness_customers, scope)

    def composition(self, by: Optional[str] = None, across: Optional[str] = None, *, by_bands: Optional[str] = None,
                    across_bands: Optional[str] = None, **scope: Unpack[WordArguments]) -> Table:
        """What the customers are made up of: by a field of segment expressions (None: tier), and by a second one across.
        Bands of a field with an order begin at rising values with commas between, as "100, 500, 1000".

        >>> import libcrm
        >>> libcrm.sample().composition("region").columns[:3]
        ('group', 'across', 'customers')
        """
        return self._composed(library.crm_composition_compute, composition_options(by, across, by_bands, across_bands), scope)

    def _composed(self, function: Callable[..., int], options: Any, given: Mapping[str, Any]) -> Table:
        scope, words = self._words(options, given)
        made = self._result(function, scope, byref(options))
        del words
        return made

    def composition_concentration(self, by: Optional[str] = None, across: Optional[str] = None, *,
                                  by_bands: Optional[str] = None, across_bands: Optional[str] = None,
                                  **scope: Unpack[WordArguments]) -> Table:
        """How concentrated a `composition` is (Herfindahl and Hirschman)."""
        return self._composed(library.crm_composition_concentration, composition_options(by, across, by_bands, across_bands), scope)

    def spending(self, by: Optional[str] = None, *, bands: Optional[str] = None,
                 segments: Optional[Mapping[str, "Segment"]] = None, **scope: Unpack[WordArguments]) -> Table:
        """How much the buyers of each group spend, beside all buyers: mean, percentiles, indices. Groups are those of a
        field (None: tier) as in `composition`, or `segments` by name, which may overlap.

        >>> import libcrm
        >>> store = libcrm.sample()
        >>> table = store.spending(segments={"often": store.where("orders >= 3"), "centre": store.where("region = 'centre'")})
        >>> table["group"][:]
        ['often', 'centre', None]
        """
        if segments is None:
            return self._composed(library.crm_composition_spending, composition_options(by, None, bands, None), scope)
        handles = [segment._live() for segment in segments.values()]
        array = (ctypes.POINTER(_ffi.crm_segment) * len(handles))(*[handle.pointer for handle in handles])
        return Table(self._run(library.crm_segment_spending, scope, (array, texts(list(segments)), len(handles)), _ffi.crm_table,
                               also=handles))

    def classes(self, *, signs: bool = False, ticket_percent: int = 0, hours_percent: int = 0, variation: int = 0,
                least_signs: int = 0, shares: Sequence[float] = (1, 5, 20), cut: str = "ceil", ties: str = "together",
                **scope: Unpack[ScopeArguments]) -> Table:
        """Every customer who bought as corporate, vip or ordinary, and why; or, with `signs`, what speaks for a corporate
        buyer. 0 stands for the defaults: a large ticket is 300 percent of the median, business hours hold 80 percent of
        the orders, gaps vary by at most 50 percent, three signs make a corporate buyer."""
        options, kept = classes_struct(ticket_percent, hours_percent, variation, least_signs, shares=shares, cut=cut, ties=ties)
        made = self._result(library.crm_classes_corporate if signs else library.crm_classes_compute, scope, byref(options))
        del kept
        return made

    def calibration(self, *, ticket_percent: int = 0, hours_percent: int = 0, variation: int = 0,
                    **scope: Unpack[ScopeArguments]) -> Table:
        """How often customers with so many signs of a corporate buyer are businesses, among those whose kind is known."""
        options = _ffi.new(_ffi.crm_classes_options)
        options.ticket_percent, options.hours_percent, options.variation = ticket_percent, hours_percent, variation
        return self._result(library.crm_classes_calibration, scope, byref(options))

    def sites(self, **scope: Unpack[ScopeArguments]) -> Table:
        """What accounts of several customers are made of: who stands under whom, and what each of them bought."""
        return self._result(library.crm_accounts_sites, scope)

    # ---- identity

    def aliases(self) -> Table:
        """Every key that another one stands for."""
        return self._table_of(library.crm_identity_aliases)

    def erase(self, customers: Sequence[str]) -> Table:
        """Erases the identity of customers and keeps the books: every fact and total stays, the keys are gone. Answers
        a receipt."""
        keys = [str(key) for key in customers]
        return self._changed_table(library.crm_identity_erase, texts(keys), len(keys))

    def forget(self, customers: Sequence[str]) -> Table:
        """Forgets customers with all their facts. Answers a receipt.

        >>> import libcrm
        >>> store = libcrm.Store()
        >>> _ = store.load("sales", {"document": [1], "time": ["2024-01-31"], "customer": ["ann"], "amount": [5]})
        >>> _ = store.forget(["ann"])
        >>> store.documents, "ann" in store
        (0, False)
        """
        keys = [str(key) for key in customers]
        return self._changed_table(library.crm_identity_forget, texts(keys), len(keys))

    # ---- several analyses of one scope

    def summary(self, **calendar: Unpack[CalendarArguments]) -> "Summary":
        """What several analyses of one scope have in common, computed once: give it to them as `summary`, with the same
        keywords. Results are the same with and without."""
        from ._handles import Summary

        cut, scope = split_calendar(calendar)
        struct, kept = calendar_struct(cut)
        made = Summary(self, self._run(library.crm_summary_create, scope, (byref(struct),), _ffi.crm_summary))
        del kept
        return made


def segment_options(expression: str, named: Optional[Mapping[str, str]]) -> Any:
    """A crm_segment_options, and what it points to."""
    options = _ffi.new(_ffi.crm_segment_options)
    options.expression = utf8(expression)
    kept = None
    if named:
        kept = (_ffi.crm_segment_definition * len(named))()
        for place, (name, text) in zip(kept, named.items()):
            ctypes.memmove(ctypes.byref(place), ctypes.byref(_ffi.new(_ffi.crm_segment_definition)), ctypes.sizeof(place))
            place.name, place.expression = utf8(name), utf8(text)
        options.definitions, options.definition_count = kept, len(named)
    return options, kept


def completeness_options(expected: Optional[Sequence[Mapping[str, Any]]]) -> Any:
    """A crm_completeness_options, and what it points to."""
    options = _ffi.new(_ffi.crm_completeness_options)
    kept = None
    if expected:
        kept = (_ffi.crm_completeness_rule * len(expected))()
        for place, rule in zip(kept, expected):
            unknown = set(rule) - {"field", "section", "weight", "max_days", "half_life_days"}
            if unknown or "field" not in rule:
                raise ValueError("a rule has a field and may have section, weight, max_days, half_life_days, not %r" % (rule,))
            ctypes.memmove(ctypes.byref(place), ctypes.byref(_ffi.new(_ffi.crm_completeness_rule)), ctypes.sizeof(place))
            for name, value in rule.items():
                setattr(place, name, utf8(value) if name in ("field", "section") else value)
        options.rules, options.rule_count = kept, len(expected)
    return options, kept


def composition_options(by: Optional[str], across: Optional[str], by_bands: Optional[str],
                        across_bands: Optional[str]) -> Any:
    """A crm_composition_options."""
    options = _ffi.new(_ffi.crm_composition_options)
    options.by, options.across = utf8(by), utf8(across)
    options.by_bands, options.across_bands = utf8(by_bands), utf8(across_bands)
    return options
