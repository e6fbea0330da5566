"""What is left of the year's budget, for those who may see it: beside a stay, and before it is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from placements.budgeting import Line, charge
from placements.costs import NOTHING
from placements.models import BudgetLine
from placements.spending import YearMoney, year_money

#: Roles whose grants cover every case of the municipality: only theirs is the whole outcome.
WHOLE = (Role.COORDINATOR, Role.FINANCE_OFFICER)


@dataclass(frozen=True)
class Payer:
    """A line of the budget, and what a change would take from it; `line` None is what no line covers."""

    line: BudgetLine | None
    amount: Decimal


@dataclass(frozen=True)
class Remaining:
    """In kronor; negative when over budget. `partial`: counted on the cases that the reader may see."""

    year: int
    budget: Decimal
    left: Decimal
    expected: Decimal
    partial: bool
    payers: tuple[Payer, ...] = ()


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
        payers=payers_of(money, change),
    )


def payers_of(money: YearMoney, change: Decimal) -> tuple[Payer, ...]:
    """Which lines pay `change` kronor on top of what the year is expected to cost; they add up to it."""
    return payers_between(money.rows, money.planned, max(money.planned + change, NOTHING))


def payers_between(rows: Sequence[BudgetLine], first: Decimal, last: Decimal) -> tuple[Payer, ...]:
    """Which of the year's lines pay when its cost goes from `first` to `last` kronor, and how much each.

    `rows` in their order and with their balance. What no line covers has a row of its own, the last.
    """
    lines = [Line(str(row.pk), row.kind, row.balance) for row in rows]  # type: ignore[attr-defined]
    before, after = charge(lines, first), charge(lines, last)
    taken = [
        Payer(row, then.used - now.used) for row, now, then in zip(rows, before.uses, after.uses, strict=True)
    ]
    taken.append(Payer(None, after.overrun - before.overrun))
    return tuple(row for row in taken if row.amount)
