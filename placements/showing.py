"""Stays as the pages show them: only what the reader's rights open."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.urls import reverse

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel import periods
from avhopp.kernel.money import NBSP
from avhopp.kernel.money import format_kr as kr
from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.swedish import format_day, format_month
from avhopp.pages.charts import Series, StackedBars
from avhopp.pages.tables import Heading
from cases.models import Decision
from cases.visibility import Written
from placements.costs import NOTHING, Absence, Stay, cost, cost_by_month, nights
from placements.models import Placement, Stage


@dataclass(frozen=True)
class Sees:
    """What the reader may see of a stay besides its kind and period."""

    person: bool
    place: bool
    money: bool
    coded: frozenset[UUID] = frozenset()

    def names_place(self, case_id: UUID) -> bool:
        """Whether the provider may be named, and not its code alone."""
        return self.place and case_id not in self.coded

    def without_person(self) -> "Sees":
        """For places that name the person already."""
        return replace(self, person=False)


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class StayRow:
    """A stay in a list. `nights` and `cost` up to and including today; `in_all` None when it runs on."""

    url: str
    case_no: str
    case_url: str
    person: str
    kind: str
    provider: str
    inside: bool
    stage: Stage
    first_day: date
    begun: bool
    end: date | None
    nights: int
    cost: Decimal | None
    rate: Decimal | None
    in_all: Decimal | None


@dataclass(frozen=True)
class PriceRow:
    start: date
    end: date | None
    rate: Decimal
    nights: int | None
    label: str
    tone: str


def coded_cases() -> frozenset[UUID]:
    """The cases whose person the register protects, for somebody who may not see the person. One query."""
    with connection.cursor() as cursor:
        cursor.execute("select sec.coded_cases()")
        return frozenset(row[0] for row in cursor.fetchall())


def place_of(placement: Placement, sees: Sees) -> str:
    """What the reader is told of where the person is: the provider's name, its code, or nothing.

    A reader who does not see the person gets the code alone of whoever is protected (DOMAIN.md 3.2, note 10).
    """
    if not sees.place:
        return ""
    if placement.case_id in sees.coded:
        return f"Utförare {placement.provider.code}" if placement.provider.code else "Skyddad plats"
    return placement.provider.name


def decision_reference(decision: Decision) -> str:
    """What a decision is found by besides its day: the body's minutes, or a reference of its own."""
    if decision.body:
        return f"{decision.get_body_display()}, {decision.minutes}"
    return decision.ref or "På delegation"


#: The same as a subquery, for rows that are asked for anyway.
CODED = Written("select sec.coded_cases()", ())


def asks_for_codes(user: User) -> bool:
    """Whether the user sees places and not persons, so that some places are codes to them."""
    return may_in_general(user, Can.SEE_PLACE) and not may_in_general(user, Can.SEE_PERSON)


def to_show(user: User, coded: Iterable[UUID] | None = None) -> Sees:
    """`coded` are the coded cases among those that are shown, where the page has asked for them itself."""
    if coded is None:
        coded = coded_cases() if asks_for_codes(user) else ()
    return Sees(
        person=may_in_general(user, Can.SEE_PERSON),
        place=may_in_general(user, Can.SEE_PLACE),
        money=may_in_general(user, Can.SEE_MONEY),
        coded=frozenset(coded),
    )


def stay_row(placement: Placement, sees: Sees, today: date) -> StayRow:
    """Needs `with_terms()` and the case; provider and person only where `sees` opens them."""
    stay = placement.as_stay()
    past = so_far(placement, today)
    amount = in_all = rate = None
    if sees.money:
        amount = NOTHING if past is None else cost(stay, past)
        in_all = None if stay.end is None else cost(stay, Period(stay.start, stay.end + ONE_DAY))
        rate = current_rate(placement, today)
    return StayRow(
        url=reverse("placement", args=[placement.case_id, placement.pk]),
        case_no=placement.case.case_no,
        case_url=reverse("case", args=[placement.case_id]),
        person=placement.person.shown_name if sees.person else "",
        kind=placement.decision.get_kind_display(),
        provider=place_of(placement, sees),
        inside=placement.is_inside_framework,
        stage=placement.stage(today),
        first_day=placement.first_day,
        begun=placement.has_begun,
        end=placement.end,
        nights=0 if past is None else nights(stay, past),
        cost=amount,
        rate=rate,
        in_all=in_all,
    )


def so_far(placement: Placement, today: date) -> Period | None:
    """The stay's days up to and including today; None for what has not begun."""
    if placement.start is None or placement.start > today:
        return None
    return Period(placement.start, today + ONE_DAY)


def current_rate(placement: Placement, today: date) -> Decimal | None:
    """The agreed price today, or the nearest one: the first of a plan, the last of a stay that has ended."""
    prices = sorted(placement.prices.all(), key=lambda row: row.start)
    if not prices:
        return None
    day = max(placement.first_day, today)
    if placement.end is not None:
        day = min(day, max(placement.first_day, placement.end - ONE_DAY))
    return next((row.rate for row in reversed(prices) if row.start <= day), prices[0].rate)


def price_rows(placement: Placement, today: date) -> list[PriceRow]:
    """The price periods in order, with the nights that each covers."""
    rows = []
    for price in sorted(placement.prices.all(), key=lambda row: row.start):
        ends = [day for day in (price.end, placement.end) if day is not None]
        until = min(ends) if ends else None
        covered = None if until is None else max((until - price.start).days, 0)
        if placement.end is not None and price.start >= placement.end:
            label, tone = "Hann inte gälla", "neutral"
        elif price.start > today:
            label, tone = "Avtalat framåt", "info"
        elif until is not None and until <= today:
            label, tone = "Har gällt", "neutral"
        else:
            label, tone = "Gäller nu", "success"
        rows.append(PriceRow(price.start, price.end, price.rate, covered, label, tone))
    return rows


def nights_away(parts: Iterable[Absence]) -> list[str]:
    """What each part of an absence costs, in a sentence for each."""
    return [
        f"{format_day(part.start)} till {format_day(part.end)}: {(part.end - part.start).days} dygn "
        f"för {kr(part.rate, 0 if part.rate == int(part.rate) else 2)} per dygn."
        for part in parts
        if part.end is not None
    ]


def chain_of(stays: Iterable[Placement], key: UUID) -> list[Placement]:
    """The chain that the stay belongs to, the first place first."""
    by_key = {row.pk: row for row in stays}
    followers = {row.moved_from_id: row for row in by_key.values() if row.moved_from_id}
    first = by_key[key]
    while first.moved_from_id in by_key:
        first = by_key[first.moved_from_id]
    chain = [first]
    while chain[-1].pk in followers:
        chain.append(followers[chain[-1].pk])
    return chain


@dataclass(frozen=True)
class MonthRow:
    """One month of a stay: nights and kronor up to and including today, and ahead as agreed."""

    month: date
    nights: int
    cost: Decimal
    nights_ahead: int
    cost_ahead: Decimal


def month_rows(placement: Placement, today: date) -> list[MonthRow]:
    """The stay month by month; what runs on is shown to the end of the year. Nothing for what never began."""
    stay = placement.as_stay()
    if not stay.prices:
        return []
    end = (
        stay.end + ONE_DAY if stay.end is not None else max(date(today.year + 1, 1, 1), stay.start + ONE_DAY)
    )
    turn = stay.start if placement.start is None else max(stay.start, min(end, today + ONE_DAY))
    past, ahead = Period(stay.start, turn), Period(turn, end)
    cost_past, cost_ahead = cost_by_month(stay, past), cost_by_month(stay, ahead)
    rows = []
    for month in periods.months_between(stay.start, end):
        row = MonthRow(
            month.start,
            _nights(stay, month, past),
            cost_past.get(month, NOTHING),
            _nights(stay, month, ahead),
            cost_ahead.get(month, NOTHING),
        )
        if row.nights or row.cost or row.nights_ahead or row.cost_ahead:
            rows.append(row)
    return rows


def chart_of(rows: list[MonthRow]) -> StackedBars:
    """Cost by month, what has been and what is ahead."""
    return StackedBars(
        title="Kostnad per månad",
        about="Placeringens kostnad i kronor, månad för månad: hittills och framåt enligt avtalade priser.",
        labels=tuple(format_month(row.month) for row in rows),
        series=(
            Series("Hittills", tuple(row.cost for row in rows)),
            Series("Framåt", tuple(row.cost_ahead for row in rows)),
        ),
        unit="kr",
        total=True,
    )


def _nights(stay: Stay, month: Period, part: Period) -> int:
    shared = month.intersection(part)
    return 0 if shared is None else nights(stay, shared)


def tables_of(sees: Sees, chain: list[StayRow], months: list[MonthRow]) -> dict[str, list]:
    """Headings and sums of the tables on a stay's page."""
    chain_columns = [
        Heading("Plats"),
        Heading("Läge"),
        Heading("Ankomst"),
        Heading("Avresa"),
        Heading("Dygn", True),
    ]
    chain_foot = ["Hela kedjan", "", "", "", number(sum(row.nights for row in chain))]
    if sees.money:
        chain_columns.append(Heading("Kostnad hittills", True))
        chain_foot.append(kr(sum((row.cost or NOTHING for row in chain), NOTHING)))
    absence_columns = [Heading("Från"), Heading("Åter")]
    absence_columns += [Heading("Skäl")] if sees.person else []
    absence_columns += [Heading("Pris per dygn", True)] if sees.money else []
    return {
        "chain_columns": chain_columns,
        "chain_foot": chain_foot,
        "absence_columns": absence_columns,
        "price_columns": [
            Heading("Från"),
            Heading("Till"),
            Heading("Läge"),
            Heading("Dygn", True),
            Heading("Pris per dygn", True),
        ],
        "month_columns": [
            Heading("Månad"),
            Heading("Dygn hittills", True),
            Heading("Kostnad hittills", True),
            Heading("Dygn framåt", True),
            Heading("Kostnad framåt", True),
        ],
        "month_foot": [
            "Summa",
            number(sum(row.nights for row in months)),
            kr(sum((row.cost for row in months), NOTHING)),
            number(sum(row.nights_ahead for row in months)),
            kr(sum((row.cost_ahead for row in months), NOTHING)),
        ],
    }


def number(value: int) -> str:
    return f"{value:,}".replace(",", NBSP)
