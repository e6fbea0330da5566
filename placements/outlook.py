"""The forecast with a range of the year's money, from rows that the reader may see."""

from datetime import date

from avhopp.accounts.models import User
from avhopp.kernel import periods
from placements.models import ForecastAssumption, Placement
from placements.simulation import Assumptions, Facts, Range, simulate
from placements.spending import YearMoney


def year_range(*, money: YearMoney, user: User, as_of: date, assumptions: Assumptions) -> Range:
    """The range of the year's cost; the seed is the year, so that a page shows the same each time it is read.

    One query, beside those of `year_money`.
    """
    withdrawn = Placement.objects.visible_to(user).filter(
        end_reason=Placement.EndReason.NEVER_BEGAN, planned_start__lte=as_of
    )
    facts = Facts(
        known=money.known,
        outcome=tuple(month.spent.cost for month in money.months),
        year=periods.year(money.year),
        cut=money.cut,
        as_of=as_of,
        withdrawn=withdrawn.count(),
        budget=money.charged.total if money.rows else None,
    )
    return simulate(facts, assumptions, seed=money.year)


def assumptions_of(user: User, year: int) -> ForecastAssumption:
    """The year's assumptions, or the defaults as a row that is not saved. One query."""
    saved = ForecastAssumption.objects.visible_to(user).of_year(year).first()
    return saved or ForecastAssumption(year=year)
