"""What a decision can cost at most, before it is made and before anybody knows the place.

Counted are all nights of its period, at the highest rate that it allows. Without such a rate it is the
dearest agreed price of that kind of care today; without agreements nothing can be counted.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from avhopp.accounts.models import User
from avhopp.kernel import periods
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import Period
from avhopp.pages.tables import Heading
from cases.actions.decision import Terms
from cases.models import Case, Decision
from placements.agreement_rules import rate_from
from placements.costs import NOTHING, PricePeriod, Stay, cost, nights, preview
from placements.models import FrameworkAgreement, Placement
from placements.remaining import remaining_budget
from placements.terms import Effect, YearChange

TEMPLATE = "placements/foreseen.html"


def at_most(first: date, end: date | None, rate: Decimal, placed: Sequence[Stay], today: date) -> Effect:
    """What the nights [first, end), None runs on, cost at `rate`, beside those that are placed already. Pure.

    `placed` are the person's stays and plans; of them counts what lies in the period.
    """
    wanted = preview(Stay("decision", first, end, (PricePeriod(first, None, rate),)), today)
    years = [_beside(part.year, part.nights, part.cost, first, end, placed) for part in wanted.by_year]
    nothing = YearChange(today.year, 0, NOTHING, 0, NOTHING)
    return Effect(
        this_year=next((row for row in years if row.year == today.year), nothing),
        years=tuple(years),
        total_nights=wanted.total_nights,
        total_cost=wanted.total_cost,
        total_cost_before=sum((row.cost_before for row in years), NOTHING),
        runs_on_until=years[-1].year if end is None and years else None,
    )


def _beside(
    year: int, number: int, amount: Decimal, first: date, end: date | None, placed: Sequence[Stay]
) -> YearChange:
    part = periods.year(year).intersection(Period(first, end))
    parts = [(nights(stay, part), cost(stay, part)) for stay in placed] if part else []
    return YearChange(year, number, amount, sum(n for n, _ in parts), sum((c for _, c in parts), NOTHING))


def cost_of_decision(case: Case, terms: Terms, user: User, today: date) -> dict[str, Any] | None:
    """For the page where the decision is looked through; None for one that grants nothing."""
    if terms.outcome == Decision.Outcome.REJECTED or terms.start is None:
        return None
    agreed = None if terms.max_rate is not None else dearest_rate(terms.kind, user, today)
    rate = agreed if terms.max_rate is None else terms.max_rate
    told = [_of_rate(terms, agreed)]
    if rate is None:
        return {"effect": None, "told": told}
    rows = Placement.objects.visible_to(user).filter(case=case).standing().with_terms()
    placed = [row.as_stay() for row in rows]
    effect = at_most(terms.start, terms.end, rate, placed, today)
    if effect.compares:
        told.append("Personen är redan placerad i perioden. De dygnen visas som nuvarande kostnad.")
    return {
        "effect": effect,
        "told": told,
        "columns": _columns(effect),
        "remaining": remaining_budget(user=user, today=today, change=effect.change_this_year),
    }


def dearest_rate(kind: str, user: User, today: date) -> Decimal | None:
    """The highest rate, at any level, of the agreements in force today for that kind of care."""
    agreements = FrameworkAgreement.objects.visible_to(user).in_force_on(today).filter(provider__kind=kind)
    lists = [
        row.price_list(level) for row in agreements.with_prices() for level in ("", *row.levels())
    ]  # fmt: skip
    rates = (rate_from(prices, today) for prices in lists)
    return max((rate for rate in rates if rate is not None), default=None)


def _of_rate(terms: Terms, agreed: Decimal | None) -> str:
    if terms.max_rate is not None:
        return f"Räknat på alla dygn i perioden, till den högsta dygnskostnaden {format_kr(terms.max_rate)}."
    if agreed is None:
        return "Utan högsta dygnskostnad går det inte att räkna: insatsen har inget ramavtal att utgå från."
    outside = " En plats utanför ramavtal kan kosta mer." if terms.outside_framework else ""
    return (
        "Ingen högsta dygnskostnad är satt. Räknat på alla dygn i perioden, till det dyraste avtalade "
        f"priset i dag, {format_kr(agreed)} per dygn.{outside}"
    )


def _columns(effect: Effect) -> list[Heading]:
    amounts = ("Högst", "Nuvarande kostnad") if effect.compares else ("Högst",)
    return [Heading("År"), Heading("Dygn", True), *(Heading(text, True) for text in amounts)]
