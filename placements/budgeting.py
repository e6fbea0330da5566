"""A year's cost by month, and how its budget lines are charged (DOMAIN.md 7.3, scenarios/FORMAT.md). Pure.

First what stays from year to year (ramhojande and ram, in the order they were entered), then what was
directed to the year alone, then the state's money. What no line covers is overrun, shown openly: money from
the police stands beside and is never subtracted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import NOTHING
from placements.spent import Residence, Sums, spent_in, sums_of, up_to

ORDER_OF_USE = {"ramhojande": 0, "ram": 0, "riktad": 1, "statsbidrag": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the year: key, kind and amount in kronor."""

    key: str
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Use:
    """How far the cost has eaten into a line."""

    line: Line
    used: Decimal

    @property
    def left(self) -> Decimal:
        return self.line.amount - self.used


@dataclass(frozen=True, slots=True)
class Charged:
    """The year's lines in the order they were entered; `variance` is negative when over budget."""

    uses: tuple[Use, ...]
    total: Decimal
    cost: Decimal

    @property
    def variance(self) -> Decimal:
        return self.total - self.cost

    @property
    def overrun(self) -> Decimal:
        return max(-self.variance, NOTHING)


def charge(lines: Iterable[Line], year_cost: Decimal) -> Charged:
    """Charge the cost to the lines, in order of use."""
    entered = tuple(lines)
    used: dict[str, Decimal] = {}
    left = year_cost
    for line in sorted(entered, key=lambda row: ORDER_OF_USE[row.kind]):
        used[line.key] = min(line.amount, left)
        left -= used[line.key]
    return Charged(
        uses=tuple(Use(line, used[line.key]) for line in entered),
        total=sum((line.amount for line in entered), NOTHING),
        cost=year_cost,
    )


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the year, and what the stays have used of it."""

    period: Period
    spent: Sums


def months_of(lived: Iterable[Residence], year: int, cut: date) -> tuple[Month, ...]:
    """The year's twelve months with the nights and the cost up to and including the night of the cut."""
    lived = tuple(lived)
    months = [periods.month(year, number) for number in range(1, 13)]
    return tuple(Month(month, sums_of(spent_in(lived, up_to(month, cut)))) for month in months)
