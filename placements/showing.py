"""Stays as the pages show them: only what the reader's rights open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel import periods
from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.swedish import format_month
from avhopp.pages.charts import Series, StackedBars
from placements.costs import NOTHING, cost, cost_by_month, nights
from placements.models import Placement, Stage


@dataclass(frozen=True)
class Sees:
    """What the reader may see of a stay besides its kind and period."""

    person: bool
    place: bool
    money: bool


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


def to_show(user: User) -> Sees:
    return Sees(
        person=may_in_general(user, Can.SEE_PERSON),
        place=may_in_general(user, Can.SEE_PLACE),
        money=may_in_general(user, Can.SEE_MONEY),
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
        url=reverse("placement", args=[placement.pk]),
        case_no=placement.case.case_no,
        case_url=reverse("case", args=[placement.case_id]),
        person=placement.person.shown_name if sees.person else "",
        kind=placement.decision.get_kind_display(),
        provider=placement.provider.name if sees.place else "",
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


def chart_of(placement: Placement, today: date) -> StackedBars | None:
    """Cost by month, what has been and what is ahead; None for a stay without days."""
    stay = placement.as_stay()
    last = stay.end + timedelta(days=1) if stay.end else max(date(today.year + 1, 1, 1), stay.start + ONE_DAY)
    whole = Period(stay.start, last)
    if not stay.prices or stay.end == stay.start:
        return None
    months = [month for month in periods.months_between(whole.start, last) if _counts(stay, month, whole)]
    spent_until = today + ONE_DAY
    past = cost_by_month(stay, Period(stay.start, max(stay.start, min(last, spent_until))))
    all_of_it = cost_by_month(stay, whole)
    return StackedBars(
        title="Kostnad per månad",
        about="Placeringens kostnad i kronor, månad för månad: hittills och framåt enligt avtalade priser.",
        labels=tuple(format_month(month.start) for month in months),
        series=(
            Series("Hittills", tuple(past.get(month, NOTHING) if placement.start else NOTHING for month in months)),
            Series(
                "Framåt",
                tuple(
                    all_of_it[month] - (past.get(month, NOTHING) if placement.start else NOTHING) for month in months
                ),
            ),
            ),
        unit="kr",
        total=True,
    )


def _counts(stay, month: Period, whole: Period) -> bool:
    part = month.intersection(whole)
    return part is not None and bool(nights(stay, part) or cost(stay, part))
