"""The forecast with a range for the annex: counted when the month is frozen, and read from what was. Pure.

It stands beside the figures, which are those of the scenario format and no others. The seed is the month, and
is frozen with what it gave: the report is written from the frozen numbers, never from a new simulation.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from avhopp.kernel import periods
from avhopp.kernel.money import plain
from avhopp.kernel.periods import Period
from placements.costs import NOTHING
from placements.episodes import Known
from placements.nightly import StepDown
from placements.simulation import Assumptions, Basis, MonthRange, Range, months_of, simulate
from placements.simulation import Facts as Standing
from placements.spent import spent_in, sums_of, up_to
from reports.facts import Facts, seen_from
from reports.figures_money import placing_of, residences


def figure_range(facts: Facts, month: Period, as_of: date, seed: int | None = None) -> Range:
    """The range of the month's year, with what was known on the day; the seed is the month unless given."""
    seen = seen_from(facts, as_of)
    year = periods.year(month.start.year)
    cut = min(as_of, periods.last_day(month))
    lived = residences(seen)
    person_of = {row.key: row.person for row in seen.cases}
    lines = [row.amount for row in seen.budget_lines if row.year == year.start.year]
    standing = Standing(
        known=tuple(Known(person_of[row.case], placing_of(row)) for row in seen.placements),
        outcome=tuple(sums_of(spent_in(lived, up_to(each, cut))).cost for each in months_of(year)),
        year=year,
        cut=cut,
        as_of=as_of,
        withdrawn=sum(day <= as_of for day in facts.withdrawn),
        budget=sum(lines, NOTHING) if lines else None,
    )
    return simulate(standing, _assumptions(facts, year.start.year), seed or int(f"{month.start:%Y%m}"))


def frozen_range(found: Range) -> dict[str, Any]:
    """The range as JSON: amounts and shares as text."""
    basis = found.basis
    return {
        "seed": found.seed,
        "runs": found.runs,
        "exceeds": None if found.exceeds is None else str(found.exceeds),
        "budget": None if found.budget is None else plain(found.budget),
        "months": [
            {
                "month": f"{row.month.start:%Y-%m}",
                "known": row.known,
                "p10": plain(row.p10),
                "p50": plain(row.p50),
                "p90": plain(row.p90),
            }
            for row in found.months
        ],
        "basis": {
            "ended": basis.ended,
            "ongoing": basis.ongoing,
            "planned": basis.planned,
            "weight": str(basis.weight),
            "default_months": str(basis.default_months),
            "months": str(basis.months),
            "arrivals": str(basis.arrivals),
        },
    }


def range_of(frozen: Mapping[str, Any]) -> Range:
    """The range that was frozen."""
    basis, exceeds, budget = frozen["basis"], frozen["exceeds"], frozen["budget"]
    return Range(
        months=tuple(
            MonthRange(
                periods.parse_month(row["month"]), row["known"],
                *(Decimal(row[share]) for share in ("p10", "p50", "p90")),
            )
            for row in frozen["months"]
        ),
        exceeds=None if exceeds is None else Decimal(exceeds),
        budget=None if budget is None else Decimal(budget),
        basis=Basis(
            ended=basis["ended"],
            ongoing=basis["ongoing"],
            planned=basis["planned"],
            weight=Decimal(basis["weight"]),
            default_months=Decimal(basis["default_months"]),
            months=Decimal(basis["months"]),
            arrivals=Decimal(basis["arrivals"]),
        ),
        runs=frozen["runs"],
        seed=frozen["seed"],
    )  # fmt: skip


def _assumptions(facts: Facts, year: int) -> Assumptions:
    """The year's assumptions as they stand when the figures are frozen, or the defaults."""
    for row in facts.assumptions:
        if row.year == year:
            return Assumptions(
                default_months=row.default_months,
                step_down=StepDown(row.step_down_months, Decimal(row.step_down_percent) / 100),
                ends_hold=Decimal(row.ends_hold_percent) / 100,
                arrivals=row.arrivals,
                rate=row.rate,
                complete_from=row.complete_from,
            )
    return Assumptions()
