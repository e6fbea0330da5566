"""A month of the economy as a file: what its page shows, the nights behind it and the lines that pay it.

The rows are those that the reader may see. Where somebody is, is told as everywhere (DOMAIN.md 3.2, note 10):
by the provider's code to whoever may not see a protected person. No person is named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from avhopp.accounts.models import User
from avhopp.kernel.swedish import format_month
from avhopp.pages.excel import Field, Kind, Sheet
from placements.booking import Used, total
from placements.costs import priced_runs
from placements.models import BudgetLine, Placement, Provider
from placements.month_panels import MonthPart, SumRow, parts_for_month
from placements.months import MonthMoney, lived
from placements.remaining import payers_between
from placements.showing import Sees, decision_reference, place_of, to_show

STAY = (Field("Ärende", width=16), Field("Ankomst", Kind.DAY))
PLACE = Field("Utförare")
DECISION = (Field("Beslut"), Field("Beslutat", Kind.DAY))
SUMS = (Field("Vad", width=48), Field("Dygn", Kind.NUMBER), Field("Kronor", Kind.MONEY))
STAYS = (
    Field("Insats"), Field("Inom ramavtal", width=14), *DECISION, Field("Avresa", Kind.DAY),
    Field("Dygn", Kind.NUMBER), Field("Kostnad", Kind.MONEY), Field("Bokförda dygn", Kind.NUMBER),
    Field("Bokfört", Kind.MONEY), Field("Skillnad", Kind.MONEY),
)  # fmt: skip
PRICES = (
    *STAY, Field("Från", Kind.DAY), Field("Till och med", Kind.DAY), Field("Vad", width=14),
    Field("Dygn", Kind.NUMBER), Field("Pris per dygn", Kind.MONEY), Field("Kostnad", Kind.MONEY),
)  # fmt: skip
ADJUSTED = (
    *STAY, *DECISION, Field("Gäller", width=18), Field("Dygn", Kind.NUMBER), Field("Belopp", Kind.MONEY),
)  # fmt: skip
LINES = (
    Field("Budgetrad"), Field("Beslut", width=36), Field("Beslutad", Kind.DAY),
    Field("Betalar av månaden", Kind.MONEY),
)  # fmt: skip


@dataclass(frozen=True)
class MonthFile:
    """The sheets, and the cases that they say something about; `names_place`: some of them say where."""

    sheets: tuple[Sheet, ...]
    cases: tuple[UUID, ...]
    names_place: bool


def file_of_month(*, money: MonthMoney, user: User, today: date) -> MonthFile:
    """The month's sheets: sums, stays, their nights by price, each card's own, adjustments, budget lines.

    A sheet without rows is left out, but for the stays. The sums are those of the page. A constant number of
    queries.
    """
    sees = to_show(user)
    known = [row.stay for row in money.stays] + [row.stay for row in money.adjustments]
    if sees.place:
        rows = Provider.objects.visible_to(user)
        prefetch_related_objects(known, Prefetch("provider", queryset=rows))
    parts = parts_for_month(money, user, today)
    further = (
        Sheet("Dygn och pris", PRICES, _prices(money, today)),
        *(sheet for part in parts for sheet in part.sheets),
        Sheet("Justeringar", _with_place(ADJUSTED, sees), _adjusted(money, sees)),
        Sheet("Budgetrader", LINES, _lines(money, user, today)),
    )
    return MonthFile(
        sheets=(
            Sheet("Summor", SUMS, _sums(money, parts)),
            Sheet("Placeringar", _with_place((*STAY, *STAYS), sees), _stays(money, sees)),
            *(sheet for sheet in further if sheet.rows),
        ),
        cases=(*(stay.case_id for stay in known), *(case for part in parts for case in part.cases)),
        names_place=sees.place and bool(known),
    )


def _sums(money: MonthMoney, parts: Iterable[MonthPart]) -> list[SumRow]:
    now, booked, closing = money.row.now, money.row.booked, money.row.closing
    rows: list[SumRow] = [("Utfall", now.nights, now.cost)]
    rows += [row for part in parts for row in part.sums]
    rows += [_sum("Bokfört", booked), _sum("Skillnad mellan utfall och bokfört", now - booked)]
    if closing and closing.brought:
        rows.append(("Ingående, före den första stängda månaden", None, closing.brought))
    if money.adjustments:
        rows.append(_sum("Justeringar av tidigare månader", total(row.used for row in money.adjustments)))
    return rows


def _sum(label: str, used: Used) -> SumRow:
    return label, used.nights, used.cost


def _stays(money: MonthMoney, sees: Sees) -> list[tuple[object, ...]]:
    return [
        (
            *stay_cells(row.stay), *_place(row.stay, sees), row.stay.decision.get_kind_display(),
            "Ja" if row.stay.is_inside_framework else "Nej", *decision_cells(row.stay), row.stay.end,
            row.now.nights, row.now.cost, row.booked.nights, row.booked.cost, row.difference.cost,
        )
        for row in money.stays
    ]  # fmt: skip


def _prices(money: MonthMoney, today: date) -> list[tuple[object, ...]]:
    days = lived(money.row.month, today)
    return [
        (
            *stay_cells(row.stay), run.first, run.last, "Dygn" if run.nights else "Avresedag", run.nights,
            run.rate, run.cost,
        )
        for row in money.stays
        if row.now
        for run in priced_runs(row.stay.as_stay(), days)
    ]  # fmt: skip


def _adjusted(money: MonthMoney, sees: Sees) -> list[tuple[object, ...]]:
    return [
        (
            *stay_cells(row.stay), *_place(row.stay, sees), *decision_cells(row.stay),
            format_month(row.month), row.used.nights, row.used.cost,
        )
        for row in money.adjustments
    ]  # fmt: skip


def _lines(money: MonthMoney, user: User, today: date) -> list[tuple[object, ...]]:
    """Which lines the month's cost is taken from, after what the year had cost before it."""
    rows = BudgetLine.objects.visible_to(user).of_year(money.row.month.start.year).filter(decided__lte=today)
    paid = payers_between(list(rows.with_balance(today)), money.before, money.before + money.row.now.cost)
    return [
        (one.line.get_kind_display(), one.line.decision_ref, one.line.decided, one.amount)
        if one.line
        else ("Ingen rad täcker det", None, None, one.amount)
        for one in paid
    ]


def stay_cells(stay: Placement) -> tuple[str, date]:
    """What tells the month's stays apart on every sheet: the case's number, and the day of arrival."""
    return stay.case.case_no, stay.first_day


def decision_cells(stay: Placement) -> tuple[str, date]:
    """What the stay rests on: which decision, and its day."""
    return decision_reference(stay.decision), stay.decision.decided


def _with_place(fields: Sequence[Field], sees: Sees) -> tuple[Field, ...]:
    return (*fields[: len(STAY)], *([PLACE] if sees.place else []), *fields[len(STAY) :])


def _place(stay: Placement, sees: Sees) -> tuple[str, ...]:
    return (place_of(stay, sees),) if sees.place else ()
