"""How a year's cost is charged to its budget lines (DOMAIN.md 7.3, scenarios/FORMAT.md). Pure.

First what stays from year to year (ramhojande and ram, in the order they were entered), then what was
directed to the year alone, then the state's money. What no line covers is overrun, shown openly: money from
the police stands beside and is never subtracted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.periods import ONE_DAY, Period
from placements.costs import NOTHING, Stay, cost, nights

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
    """One month of the year: nights and cost, inside and outside framework agreements."""

    period: Period
    nights: int
    cost_inside: Decimal
    cost_outside: Decimal

    @property
    def cost(self) -> Decimal:
        return self.cost_inside + self.cost_outside


def months_of(stays: Iterable[tuple[bool, Stay]], year: int, cut: date) -> tuple[Month, ...]:
    """The year's twelve months with the nights and the cost up to and including the night of the cut.

    `stays` are pairs: whether it is inside a framework agreement, and a stay that has begun.
    """
    pairs = tuple(stays)
    counted = []
    for number in range(1, 13):
        month = periods.month(year, number)
        part = month.intersection(Period(month.start, max(cut + ONE_DAY, month.start)))
        if part is None:
            counted.append(Month(month, 0, NOTHING, NOTHING))
            continue
        inside = sum((cost(stay, part) for within, stay in pairs if within), NOTHING)
        outside = sum((cost(stay, part) for within, stay in pairs if not within), NOTHING)
        counted.append(Month(month, sum(nights(stay, part) for _, stay in pairs), inside, outside))
    return tuple(counted)
