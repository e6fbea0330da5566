"""A year's months as finance sees them: what is known now, what is booked, and what lies between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel import periods
from avhopp.kernel.periods import ONE_DAY, Period
from placements.actions.closing import next_to_close, used_before
from placements.booking import Used, total, used_by_month
from placements.costs import NOTHING, Stay
from placements.known import known_stays
from placements.models import BookedCost, MonthClosing, Placement


@dataclass(frozen=True)
class MonthRow:
    """A month up to and including today. `closing` None: it is open. `booked`: all that was booked of it."""

    month: Period
    now: Used
    booked: Used
    closing: MonthClosing | None

    @property
    def is_brought(self) -> bool:
        """Not closed by itself: it lies before the first month that was, and was booked with that one."""
        return self.closing is None and bool(self.booked)

    @property
    def since(self) -> Used:
        """What became known after it was booked, and is booked with the next month that is closed."""
        return self.now - self.booked if self.closing or self.is_brought else Used()


@dataclass(frozen=True)
class StayRow:
    """One stay's part of a month."""

    stay: Placement
    now: Used
    booked: Used

    @property
    def difference(self) -> Used:
        return self.now - self.booked


@dataclass(frozen=True)
class Adjustment:
    """What a closing booked of an earlier month."""

    stay: Placement
    month: date
    used: Used


@dataclass(frozen=True)
class MonthMoney:
    """A month with its stays, and the adjustments of earlier months that were booked with it.

    `last_closed` is the last month that is; `before` what the months of the year before this one cost, as it
    is known now.
    """

    row: MonthRow
    stays: list[StayRow]
    adjustments: list[Adjustment]
    last_closed: date | None
    before: Decimal

    @property
    def adjusted(self) -> Decimal:
        return sum((row.used.cost for row in self.adjustments), NOTHING)


def months_of_year(*, user: User, lived: Iterable[Stay], year: int, today: date) -> list[MonthRow]:
    """The months of the year that have begun, of stays that have, as they are known today: two queries."""
    end = min(periods.year(year).end or today, today + ONE_DAY)
    now: dict[date, Used] = {}
    for (_, month), used in used_by_month(lived, end).items():
        now[month] = now.get(month, Used()) + used
    sums = BookedCost.objects.visible_to(user).filter(month__year=year).order_by().values("month")
    booked = {
        row["month"]: Used(row["nights_in_all"], row["cost_in_all"])
        for row in sums.annotate(nights_in_all=Sum("nights"), cost_in_all=Sum("cost"))
    }
    closings = {row.month: row for row in MonthClosing.objects.visible_to(user).filter(month__year=year)}
    return [
        MonthRow(
            month, now.get(month.start, Used()), booked.get(month.start, Used()), closings.get(month.start)
        )
        for month in (periods.month(year, number) for number in range(1, 13))
        if month.start <= today
    ]


def lived(month: Period, today: date) -> Period:
    """The part of the month up to and including today: empty for one that has not begun."""
    return Period(month.start, max(month.start, min(month.end or today, today + ONE_DAY)))


def month_money(*, user: User, month: Period, today: date) -> MonthMoney:
    """The month stay by stay: those with a night or a cost in it, now or booked; the dearest first.

    Read are the stays that cost something in the year until then, and those that are booked on the month.
    """
    end = min(month.end or today, today + ONE_DAY)
    charged = known_stays(user, today).charged_between(month.start.replace(month=1, day=1), end)
    stays = {row.pk: row for row in charged.with_terms().prefetch_related("case")}
    used_now = used_before(stays.values(), end).items()
    now = {UUID(str(key)): used for (key, of), used in used_now if of == month.start}
    earlier = [used for (_, of), used in used_now if of.year == month.start.year and of < month.start]
    closings = list(MonthClosing.objects.visible_to(user).select_related("closed_by").order_by("month"))
    closing = next((row for row in closings if row.month == month.start), None)
    booked: dict[UUID, Used] = {}
    late_rows: list[BookedCost] = []
    wanted = Q(month=month.start) if closing is None else Q(month=month.start) | Q(closing=closing)
    for one in BookedCost.objects.visible_to(user).filter(wanted).order_by("month", "id"):
        if one.month == month.start:
            booked[one.placement_id] = booked.get(one.placement_id, Used()) + Used(one.nights, one.cost)
        elif closing != closings[0]:  # what the first one brought forward is no adjustment
            late_rows.append(one)
    stays |= _also(user, (booked.keys() | {one.placement_id for one in late_rows}) - stays.keys())
    rows = [
        StayRow(stays[key], now.get(key, Used()), booked.get(key, Used()))
        for key in now.keys() | booked.keys()
        if now.get(key) or booked.get(key)
    ]
    rows.sort(key=lambda row: (-row.now.cost, row.stay.case.case_no, str(row.stay.pk)))
    return MonthMoney(
        row=MonthRow(month, total(now.values()), total(booked.values()), closing),
        stays=rows,
        adjustments=[
            Adjustment(stays[one.placement_id], one.month, Used(one.nights, one.cost)) for one in late_rows
        ],
        last_closed=closings[-1].month if closings else None,
        before=total(earlier).cost,
    )


def first_month(user: User, today: date) -> date | None:
    """The first day of the month of the first arrival, or planned arrival; None without any."""
    day = known_stays(user, today).earliest_day()
    return day and day.replace(day=1)


def may_close(user: User, money: MonthMoney, today: date) -> bool:
    """Whether the month is the next one to close, and the user may close it."""
    return (
        may_in_general(user, Can.CLOSE_MONTH) and next_to_close(money.last_closed, today) == money.row.month
    )


def _also(user: User, keys: Iterable[UUID]) -> dict[UUID, Placement]:
    """Stays that were booked once and are counted no more: withdrawn, or of a decision that is gone."""
    wanted = list(keys)
    rows = Placement.objects.visible_to(user).filter(pk__in=wanted).select_related("case", "decision")
    return {row.pk: row for row in rows}
