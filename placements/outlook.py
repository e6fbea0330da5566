"""The forecast with a range of the year's money, from rows that the reader may see."""

from dataclasses import dataclass
from decimal import Decimal

from avhopp.accounts.models import User
from avhopp.kernel import periods
from placements import forecast
from placements.costs import NOTHING
from placements.episodes import episodes_of
from placements.models import ForecastAssumption
from placements.simulation import Assumptions, Facts, Range, simulate
from placements.spending import YearMoney


def year_range(*, money: YearMoney, assumptions: Assumptions) -> Range:
    """The range of the year's cost; the seed is the year, so that a page shows the same each time it is read.

    No query beside those of `year_money`.
    """
    facts = Facts(
        known=money.known,
        outcome=tuple(month.spent.cost for month in money.months),
        year=periods.year(money.year),
        cut=money.cut,
        as_of=money.as_of,
        withdrawn=money.withdrawn,
        budget=money.charged.total if money.rows else None,
    )
    return simulate(facts, assumptions, seed=money.year)


@dataclass(frozen=True, slots=True)
class Twice:
    """Persons with a plan beside the stay that goes on, and the kronor of their nights that count twice."""

    persons: int
    amount: Decimal


def counted_twice(money: YearMoney) -> Twice:
    """What `planned` holds of nights on which somebody would be in two places.

    The exact methods take each plan as it is decided; the range knows that a person is in one place at a time
    (placements/episodes.py). No query.
    """
    rows = [row.placing for row in money.known]
    persons = {row.placing.key: row.person for row in money.known}
    year = periods.year(money.year)
    links = [link for row in episodes_of(money.known, money.cut, money.as_of) for link in row.links]
    cut_short = set(links).difference(rows)
    amount = money.planned - forecast.planned(money.charged.cost, links, year, money.cut, money.as_of)
    return Twice(len({persons[link.key] for link in cut_short}), max(amount, NOTHING))


def assumptions_of(user: User, year: int) -> ForecastAssumption:
    """The year's assumptions, or the defaults as a row that is not saved. One query."""
    saved = ForecastAssumption.objects.visible_to(user).of_year(year).first()
    return saved or ForecastAssumption(year=year)
