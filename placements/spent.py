"""Nights and kronor that stays have used in a period, inside and outside framework agreements. Pure.

The budget page and the monthly figures count with these functions and no others.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, Key, Stay, cost, nights


@dataclass(frozen=True, slots=True)
class Residence:
    """A stay that has begun, whose it is, and whether it is inside a framework agreement."""

    person: Key
    inside: bool
    stay: Stay


class Spent(NamedTuple):
    """What one stay has used of a period."""

    person: Key
    inside: bool
    nights: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """Nights and cost in all, and of the stays inside and outside. The whole is added up by itself."""

    nights: int
    nights_inside: int
    nights_outside: int
    cost: Decimal
    cost_inside: Decimal
    cost_outside: Decimal


def up_to(period: Period, cut: date) -> Period:
    """The part of the period up to and including the night of the cut; empty when the cut lies before it."""
    end = cut + ONE_DAY if period.end is None else min(period.end, cut + ONE_DAY)
    return Period(period.start, max(period.start, end))


def spent_in(lived: Iterable[Residence], period: Period) -> list[Spent]:
    """Nights and cost of each stay that can have either in the period."""
    return [
        Spent(row.person, row.inside, nights(row.stay, period), cost(row.stay, period))
        for row in lived
        if _touches(row.stay, period)
    ]


def sums_of(rows: Iterable[Spent]) -> Sums:
    """The sums of what the stays have used."""
    rows = tuple(rows)
    all_nights, all_cost = _added(rows)
    nights_inside, cost_inside = _added(row for row in rows if row.inside)
    nights_outside, cost_outside = _added(row for row in rows if not row.inside)
    return Sums(all_nights, nights_inside, nights_outside, all_cost, cost_inside, cost_outside)


def _added(rows: Iterable[Spent]) -> tuple[int, Decimal]:
    rows = tuple(rows)
    return sum(row.nights for row in rows), sum((row.cost for row in rows), NOTHING)


def _touches(stay: Stay, period: Period) -> bool:
    """Whether the stay can have a night or a departure in the period."""
    return (period.end is None or stay.start < period.end) and (stay.end is None or period.start <= stay.end)
