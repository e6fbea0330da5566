"""Finance closes a month: what is known of it is booked, and never silently changed afterwards."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection
from django.db.models import Sum

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.periods import Period, add_months, month
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_month
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.booking import Place, Used, to_book, total, used_by_month
from placements.known import known_stays
from placements.models import BookedCost, MonthClosing, Placement


def next_to_close(last: date | None, today: date) -> Period | None:
    """The month after the last closed one, or at first the one before today's; None while it is not over."""
    first = add_months(last, 1) if last else add_months(today.replace(day=1), -1)
    wanted = month(first.year, first.month)
    return wanted if wanted.end is not None and wanted.end <= today else None


def booked_so_far(user: User) -> dict[Place, Used]:
    """All that is booked, by stay and month."""
    sums = BookedCost.objects.visible_to(user).order_by().values("placement_id", "month")
    return {
        (row["placement_id"], row["month"]): Used(row["nights_in_all"], row["cost_in_all"])
        for row in sums.annotate(nights_in_all=Sum("nights"), cost_in_all=Sum("cost"))
    }


def used_before(stays: Iterable[Placement], end: date) -> dict[Place, Used]:
    """What the stays that have begun used of each month before `end`. Needs `with_terms()`."""
    return used_by_month((row.as_stay() for row in stays if row.has_begun), end)


def close_month(*, wanted: date, by: User, at: datetime, today: date) -> MonthClosing:
    """Close the month that begins on `wanted`, and book what has become known of months before it.

    Raises:
        Refused: not_allowed, not_next, month_not_over.
    """
    demand_in_general(by, Can.CLOSE_MONTH)
    one_at_a_time(by)
    closed = set(MonthClosing.objects.visible_to(by).values_list("month", flat=True))
    end = add_months(wanted, 1)
    if end > today:
        raise Refused("month_not_over", "Månaden är inte slut. Stäng den när nästa har börjat.")
    if closed and wanted != add_months(max(closed), 1):
        raise Refused("not_next", "Månader stängs i ordning. Ladda om sidan och se vilken som står på tur.")
    stays = list(known_stays(by, today).with_terms())
    rows = to_book(used_before(stays, end), booked_so_far(by))
    case_of = {row.pk: row.case_id for row in stays}
    missing = {key for key, _ in rows} - case_of.keys()  # booked once, and withdrawn or undecided since
    case_of |= dict(Placement.objects.visible_to(by).filter(pk__in=missing).values_list("pk", "case_id"))
    own = total(used for (_, of), used in rows.items() if of == wanted)
    closing = MonthClosing(
        municipality_id=by.municipality_id,
        month=wanted,
        closed_at=at,
        closed_by=by,
        nights=own.nights,
        cost=own.cost,
        brought=total(used for (_, of), used in rows.items() if of != wanted and of not in closed).cost,
        adjusted=total(used for (_, of), used in rows.items() if of in closed).cost,
    )
    with told():
        closing.save(force_insert=True)
        _book(closing, [(case_of[key], key, of, used.nights, used.cost) for (key, of), used in rows.items()])
    record(
        by=by,
        kind="manad_stangd",
        requires=Can.SEE_BUDGET,
        on=today,
        object_id=closing.pk,
        text=f"{format_month(wanted).capitalize()} stängdes i ekonomin.",
    )
    return closing


def _book(closing: MonthClosing, rows: list[tuple[object, ...]]) -> None:
    """All rows in one statement, after which the database sees that they add up to the closing."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into placements_bookedcost (id, closing_id, case_id, placement_id, month, nights, cost) "
            "select gen_random_uuid(), %s, * "
            "from unnest(%s::uuid[], %s::uuid[], %s::date[], %s::int[], %s::numeric[])",
            [closing.pk, *columns],
        )
