"""The figures of a month, seen from a day: exact, and the same for the page, the report and the files.

`cut` is the earlier of as_of and the month's last day. What was not known at as_of does not count
(`reports.facts.seen_from`); nights and events count up to and including the cut.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.money import plain
from avhopp.kernel.periods import Period
from reports.facts import Facts, seen_from
from reports.figures_counts import (
    Applications,
    Checks,
    Children,
    Unenforced,
    Volumes,
    count_applications,
    count_checks,
    count_children,
    count_unenforced,
    count_volumes,
)
from reports.figures_money import (
    Budget,
    Forecast,
    MonthRow,
    PlacementFigures,
    YearFigures,
    figure_budget,
    figure_forecast,
    figure_placements,
    figure_year,
    month_rows,
    residences,
)


@dataclass(frozen=True, slots=True)
class Controls:
    """Sums that must come out even; a report with a failed one cannot be approved (DOMAIN.md 5.2)."""

    volumes_balance: bool
    agreement_balance: bool
    year_is_sum_of_months: bool

    @property
    def all_hold(self) -> bool:
        """Whether every control holds."""
        return self.volumes_balance and self.agreement_balance and self.year_is_sum_of_months


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one municipality for a month. Amounts are exact kronor; `as_json` rounds them."""

    month: Period
    as_of: date
    volumes: Volumes
    placements: PlacementFigures
    year: YearFigures
    budget: Budget
    forecast: Forecast
    applications: Applications
    unenforced: Unenforced
    children: Children
    checks: Checks
    controls: Controls


def figures(facts: Facts, month: Period, as_of: date) -> Figures:
    """The month's figures as they stood on the day `as_of`, which may lie before, in or after the month.

    `month` is a whole calendar month.
    """
    seen = seen_from(facts, as_of)
    cut = min(as_of, periods.last_day(month))
    year = periods.year(month.start.year)
    lived = residences(seen)
    volumes = count_volumes(seen, month, cut)
    placements = figure_placements(lived, month, cut)
    year_figures = figure_year(lived, year, cut)
    rows = month_rows(lived, periods.month(year.start.year, 1), month, cut)
    return Figures(
        month=month,
        as_of=as_of,
        volumes=volumes,
        placements=placements,
        year=year_figures,
        budget=figure_budget(seen.budget_lines, year.start.year, year_figures.cost),
        forecast=figure_forecast(seen, year, cut, as_of, year_figures.cost),
        applications=count_applications(seen, as_of, cut),
        unenforced=count_unenforced(seen, month, cut),
        children=count_children(seen, cut),
        checks=count_checks(seen, month, cut),
        controls=Controls(
            volumes_balance=volumes.balances,
            agreement_balance=placements.agreements_balance,
            year_is_sum_of_months=_add_up(rows, year_figures),
        ),
    )


def months(facts: Facts, year: int, as_of: date) -> tuple[MonthRow, ...]:
    """The year's months with running sums, January first, as they stood on the day `as_of`.

    The month of as_of counts up to and including that day; later months have no row.
    """
    lived = residences(seen_from(facts, as_of))
    return month_rows(lived, periods.month(year, 1), periods.month(year, 12), as_of)


def as_json(found: Figures) -> dict[str, object]:
    """The figures as the command `figures` prints them.

    Amounts become strings with two decimals, rounded half up once; the month is '2022-03'.
    """
    return {field.name: _plain_value(getattr(found, field.name)) for field in fields(found)}


def _plain_value(value: object) -> object:
    if isinstance(value, Period):
        return f"{value.start:%Y-%m}"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain_value(part) for part in value]
    if is_dataclass(value):
        return {field.name: _plain_value(getattr(value, field.name)) for field in fields(value)}
    return value


def _add_up(rows: tuple[MonthRow, ...], year: YearFigures) -> bool:
    if not rows:
        return year.nights == 0 and year.cost == 0
    return rows[-1].running_nights == year.nights and rows[-1].running_cost == year.cost
