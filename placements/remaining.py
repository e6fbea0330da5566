"""What is left of the year's budget, for those who may see it: beside a stay, and before it is changed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from placements.costs import NOTHING
from placements.spending import year_money

#: Roles whose grants cover every case of the municipality: only theirs is the whole outcome.
WHOLE = (Role.COORDINATOR, Role.FINANCE_OFFICER)


@dataclass(frozen=True)
class Remaining:
    """In kronor; negative when over budget. `partial`: counted on the cases that the reader may see."""

    year: int
    budget: Decimal
    left: Decimal
    expected: Decimal
    partial: bool


def remaining_budget(*, user: User, today: date, change: Decimal = NOTHING) -> Remaining | None:
    """What is left of this year's budget: up to today, and when the year is over with `change` kronor more.

    None for those who may not see the budget, and in a year without one.
    """
    if not may_in_general(user, Can.SEE_BUDGET):
        return None
    money = year_money(user=user, year=today.year, as_of=today)
    if not money.rows:
        return None
    return Remaining(
        year=money.year,
        budget=money.charged.total,
        left=money.charged.variance,
        expected=money.expected_variance - change,
        partial=user.role not in WHOLE,
    )
