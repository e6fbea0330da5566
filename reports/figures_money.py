"""The figures of nights and kronor: placements, year, budget, forecast and the months of a year.

Every function takes facts as `seen_from` leaves them, and `cut`, the last day that counts. A night
belongs to the day it begins on. Amounts are exact; they are rounded once, when they are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.periods import ONE_DAY, Period
from placements import forecast as forecasts
from placements.budgeting import Line, charge
from placements.costs import NOTHING, Stay, nights
from placements.forecast import Placing
from placements.spent import Residence, Spent, spent_in, sums_of, up_to
from reports.facts import BudgetLineFact, Facts, PlacementFact


@dataclass(frozen=True, slots=True)
class PlacementFigures:
    """Nights and cost of the month; inside and outside framework agreements."""

    nights: int
    nights_inside: int
    nights_outside: int
    cost: Decimal
    cost_inside: Decimal
    cost_outside: Decimal
    mean_cost_per_night: Decimal | None
    persons: int
    ongoing_last: int

    @property
    def agreements_balance(self) -> bool:
        """Whether inside and outside agreements make up the whole."""
        return (
            self.nights_inside + self.nights_outside == self.nights
            and self.cost_inside + self.cost_outside == self.cost
        )


@dataclass(frozen=True, slots=True)
class YearFigures:
    """Nights and cost from 1 January to the cut."""

    nights: int
    cost: Decimal
    mean_cost_per_night: Decimal | None
    persons_placed: int


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of the year's budget and how much of it the year's cost has used."""

    ref: str
    kind: str
    amount: Decimal
    used: Decimal


@dataclass(frozen=True, slots=True)
class Budget:
    """The year's budget; `variance` is what is left, negative when the cost is over it."""

    total: Decimal
    lines: tuple[BudgetLine, ...]
    variance: Decimal


@dataclass(frozen=True, slots=True)
class Forecast:
    """Three views of the year's cost (placements/forecast.py)."""

    committed: Decimal
    planned: Decimal
    straight_line: Decimal


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month of a year, and the running sums from 1 January."""

    month: Period
    nights: int
    nights_inside: int
    nights_outside: int
    cost: Decimal
    cost_inside: Decimal
    cost_outside: Decimal
    persons: int
    running_nights: int
    running_cost: Decimal


def residences(seen: Facts) -> tuple[Residence, ...]:
    """The stays with an actual start; one that lies ahead has no night up to the cut."""
    person_of = {row.key: row.person for row in seen.cases}
    return tuple(
        Residence(
            person_of[row.case],
            row.agreement,
            Stay(row.key, row.start, row.end, row.prices, row.absences, row.charges_departure_day),
        )
        for row in seen.placements
        if row.start is not None
    )


def figure_placements(lived: Iterable[Residence], month: Period, cut: date) -> PlacementFigures:
    """The month's placements, up to and including the night of the cut."""
    lived = tuple(lived)
    rows = spent_in(lived, up_to(month, cut))
    sums = sums_of(rows)
    return PlacementFigures(
        nights=sums.nights,
        nights_inside=sums.nights_inside,
        nights_outside=sums.nights_outside,
        cost=sums.cost,
        cost_inside=sums.cost_inside,
        cost_outside=sums.cost_outside,
        mean_cost_per_night=_mean(sums.cost, sums.nights),
        persons=_persons(rows),
        ongoing_last=sum(nights(row.stay, Period(cut, cut + ONE_DAY)) for row in lived),
    )


def figure_year(lived: Iterable[Residence], year: Period, cut: date) -> YearFigures:
    """The year's placements, up to and including the night of the cut."""
    rows = spent_in(lived, up_to(year, cut))
    sums = sums_of(rows)
    return YearFigures(
        nights=sums.nights,
        cost=sums.cost,
        mean_cost_per_night=_mean(sums.cost, sums.nights),
        persons_placed=_persons(rows),
    )


def figure_budget(lines: Iterable[BudgetLineFact], year: int, year_cost: Decimal) -> Budget:
    """The year's lines in the order they were entered, and how far the cost has eaten into each.

    What no line covers is overrun and shows in the variance alone.
    """
    charged = charge([Line(row.key, row.kind, row.amount) for row in lines if row.year == year], year_cost)
    return Budget(
        total=charged.total,
        lines=tuple(
            BudgetLine(use.line.key, use.line.kind, use.line.amount, use.used) for use in charged.uses
        ),
        variance=charged.variance,
    )


def figure_forecast(seen: Facts, year: Period, cut: date, as_of: date, so_far: Decimal) -> Forecast:
    """The three forecasts at the cut, with what was known at as_of."""
    placings = tuple(placing_of(row) for row in seen.placements)
    return Forecast(
        committed=forecasts.committed(so_far, placings, year, cut, as_of),
        planned=forecasts.planned(so_far, placings, year, cut, as_of),
        straight_line=forecasts.straight_line(so_far, year, cut),
    )


def placing_of(row: PlacementFact) -> Placing:
    """The placement as the forecasts take it."""
    return Placing(
        key=row.key,
        planned_start=row.planned_start,
        start=row.start,
        end=row.end,
        prices=row.prices,
        absences=row.absences,
        charges_departure_day=row.charges_departure_day,
        moved_from=row.moved_from,
    )


def month_rows(lived: Sequence[Residence], first: Period, last: Period, cut: date) -> tuple[MonthRow, ...]:
    """One row for each month from `first` to `last` that begins by the cut, with running sums.

    Each month is counted by itself: the sums check what `figure_year` counts in one piece.
    """
    rows: list[MonthRow] = []
    running_nights, running_cost = 0, NOTHING
    for month in periods.months_between(first.start, last.end or last.start):
        if month.start > cut:
            break
        spent = spent_in(lived, up_to(month, cut))
        sums = sums_of(spent)
        running_nights += sums.nights
        running_cost += sums.cost
        rows.append(
            MonthRow(
                month=month,
                nights=sums.nights,
                nights_inside=sums.nights_inside,
                nights_outside=sums.nights_outside,
                cost=sums.cost,
                cost_inside=sums.cost_inside,
                cost_outside=sums.cost_outside,
                persons=_persons(spent),
                running_nights=running_nights,
                running_cost=running_cost,
            )
        )
    return tuple(rows)


def _persons(rows: Iterable[Spent]) -> int:
    return len({row.person for row in rows if row.nights})


def _mean(amount: Decimal, night_count: int) -> Decimal | None:
    return amount / night_count if night_count else None
