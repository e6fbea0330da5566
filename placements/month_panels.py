"""What other apps add to a month's page in the budget: they register when they start, as stay_panels.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.excel import Sheet
from placements.months import MonthMoney, StayRow

#: A row of the sheet of sums: what it is the sum of, the nights where it has any, the kronor.
SumRow = tuple[str, int | None, Decimal]


@dataclass(frozen=True)
class MonthPart:
    """What a card gives to the month's file: sheets, sums, and the cases of more stays than the month's."""

    sheets: tuple[Sheet, ...]
    sums: tuple[SumRow, ...]
    cases: tuple[UUID, ...]


@dataclass(frozen=True)
class MonthPanel:
    """One card of the month's page. Without the right `can` nothing of it is read.

    `load(money, rows, user, today)` gives what the template shows, in a constant number of queries: `rows`
    are those of the page that is shown, `money` has them all; they are logged by the page, and what the card
    shows besides by itself. None leaves it out. `sheets(money, user, today)`
    gives the same to the month's file, which logs it.
    """

    key: str
    order: int
    heading: str
    can: Can
    template: str
    load: Callable[[MonthMoney, Sequence[StayRow], User, date], dict[str, Any] | None]
    sheets: Callable[[MonthMoney, User, date], MonthPart | None]
    icon: str = "chevron-right"


_panels: dict[str, MonthPanel] = {}


def register_month_panel(panel: MonthPanel) -> None:
    _panels[panel.key] = panel


def loaded_for_month(
    money: MonthMoney, rows: Sequence[StayRow], user: User, today: date
) -> list[dict[str, Any]]:
    """The cards that `user` may see, in order, with what they show."""
    found = []
    for panel in sorted(_panels.values(), key=lambda one: one.order):
        if may_in_general(user, panel.can) and (shown := panel.load(money, rows, user, today)) is not None:
            found.append({"panel": panel, "shown": shown})
    return found


def parts_for_month(money: MonthMoney, user: User, today: date) -> list[MonthPart]:
    """What the same cards give to the month's file."""
    panels = sorted(_panels.values(), key=lambda one: one.order)
    made = (one.sheets(money, user, today) for one in panels if may_in_general(user, one.can))
    return [part for part in made if part is not None]
