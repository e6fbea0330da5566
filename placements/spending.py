"""The year's money as the budget page shows it, from the rows that the reader may see.

The rules are those of the monthly figures (scenarios/FORMAT.md): a case received, a decision made or a line
decided after `as_of` does not exist; a stay counts from its actual arrival; nights count up to the cut.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from avhopp.accounts.models import User
from avhopp.kernel import periods
from placements import forecast
from placements.budgeting import Charged, Line, Month, charge, months_of
from placements.costs import NOTHING
from placements.episodes import Known
from placements.known import year_stays
from placements.models import BudgetLine, GrantApplication
from placements.spent import Residence


@dataclass(frozen=True)
class Grants:
    """Money from the police, whatever the year it was sent: beside the budget, never in it."""

    sent: int
    pending: int
    applied: Decimal
    pending_sum: Decimal
    granted: Decimal
    paid: Decimal


@dataclass(frozen=True)
class YearMoney:
    """One year: lines with their use, cost by month, and what the year is expected to cost.

    `known`, `lived` and `withdrawn` are what it was counted from (`placements.known.YearStays`).
    """

    year: int
    as_of: date
    cut: date
    charged: Charged
    rows: tuple[BudgetLine, ...]
    months: tuple[Month, ...]
    committed: Decimal
    planned: Decimal
    straight_line: Decimal
    known: tuple[Known, ...]
    lived: tuple[Residence, ...]
    withdrawn: int

    @property
    def nights(self) -> int:
        return sum(month.spent.nights for month in self.months)

    @property
    def expected_variance(self) -> Decimal:
        return self.charged.total - self.planned


def year_money(*, user: User, year: int, as_of: date) -> YearMoney:
    """Four queries, however many stays there are."""
    period = periods.year(year)
    cut = min(as_of, periods.last_day(period))
    stays = year_stays(user=user, year=period, cut=cut, as_of=as_of)
    months = months_of(stays.lived, year, cut)
    so_far = sum((month.spent.cost for month in months), NOTHING)
    rows = tuple(
        BudgetLine.objects.visible_to(user).of_year(year).filter(decided__lte=as_of).with_balance(as_of)
    )
    placings = [row.placing for row in stays.known]
    return YearMoney(
        year=year,
        as_of=as_of,
        cut=cut,
        charged=charge([Line(str(row.pk), row.kind, row.balance) for row in rows], so_far),
        rows=rows,
        months=months,
        committed=forecast.committed(so_far, placings, period, cut, as_of),
        planned=forecast.planned(so_far, placings, period, cut, as_of),
        straight_line=forecast.straight_line(so_far, period, cut),
        known=stays.known,
        lived=stays.lived,
        withdrawn=stays.withdrawn,
    )


def grants_of(*, user: User, cut: date, as_of: date) -> Grants:
    """Applications sent by the cut; granted and paid count what is decided by `as_of`. One query."""
    sent = GrantApplication.objects.visible_to(user).filter(sent__lte=cut)
    decided = Q(decided__lte=as_of)
    sums = sent.aggregate(
        sent_count=Count("pk"),
        answered=Count("pk", filter=decided),
        applied_sum=Sum("applied", default=NOTHING),
        answered_sum=Sum("applied", filter=decided, default=NOTHING),
        granted_sum=Sum("granted", filter=decided, default=NOTHING),
        paid_sum=Sum("paid", filter=decided, default=NOTHING),
    )
    return Grants(
        sent=sums["sent_count"],
        pending=sums["sent_count"] - sums["answered"],
        applied=sums["applied_sum"],
        pending_sum=sums["applied_sum"] - sums["answered_sum"],
        granted=sums["granted_sum"],
        paid=sums["paid_sum"],
    )
