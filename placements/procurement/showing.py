"""Inquiries as the pages show them, and the trails of a year without persons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import ONE_DAY, Period, add_months
from placements.costs import NOTHING, cost
from placements.models import Placement
from placements.procurement.models import AgeSpan, CountyWish, Inquiry, Need, Offer
from placements.procurement.wording import Asked


class InquiryStage(Enum):
    """How far an inquiry has come: label and tone of its chip."""

    WRITTEN = ("Ingen tillfrågad", "neutral")
    ASKED = ("Väntar på svar", "info")
    OFFERED = ("Svar har kommit", "info")
    TO_APPROVE = ("Väntar på godkännande", "warning")
    CHOSEN = ("Plats vald", "success")
    PLACED = ("Placerad", "neutral")

    def __init__(self, label: str, tone: str) -> None:
        self.label = label
        self.tone = tone


def stage_of(inquiry: Inquiry, offers: Iterable[Offer]) -> InquiryStage:
    """`offers` are all of the inquiry's."""
    offers = list(offers)
    if inquiry.placement_id is not None:
        return InquiryStage.PLACED
    if inquiry.is_chosen:
        chosen = next((row for row in offers if row.pk == inquiry.chosen_id), None)
        waits = chosen is not None and chosen.is_outside and not inquiry.is_approved
        return InquiryStage.TO_APPROVE if waits else InquiryStage.CHOSEN
    if any(row.state != Offer.State.ASKED for row in offers):
        return InquiryStage.OFFERED
    return InquiryStage.ASKED if offers else InquiryStage.WRITTEN


def asked_of(inquiry: Inquiry) -> Asked:
    """What goes out to providers."""
    return Asked(
        kind=inquiry.get_kind_display(),
        age=AgeSpan(inquiry.age_span).label,
        needs=tuple(Need(one).label for one in inquiry.needs),
        start_from=inquiry.start_from,
        start_to=inquiry.start_to,
        months=inquiry.months,
        county=CountyWish(inquiry.county).label,
        text=inquiry.text,
    )


@dataclass(frozen=True)
class Compared:
    """One offer beside the others; `whole` is what the length that was asked for would cost."""

    offer: Offer
    name: str
    where: str
    rate: str
    whole: str
    start: date | None
    fits: str
    distance: str
    note: str
    is_cheapest: bool
    is_chosen: bool


def side_by_side(inquiry: Inquiry, offers: Sequence[Offer]) -> list[Compared]:
    """Offers first, the cheapest of them first; then those that wait and those that declined."""
    rates = [row.rate for row in offers if row.rate is not None]
    order = {Offer.State.OFFERED: 0, Offer.State.ASKED: 1, Offer.State.DECLINED: 2}
    ordered = sorted(
        offers, key=lambda row: (order[Offer.State(row.state)], row.rate or NOTHING, row.asked_on)
    )
    rows = []
    for row in ordered:
        first = row.start or inquiry.start_from
        nights = (add_months(first, inquiry.months) - first).days
        rows.append(
            Compared(
                offer=row,
                name=row.provider.name,
                where="Utanför ramavtal" if row.is_outside else "Inom ramavtal",
                rate="–" if row.rate is None else format_kr(row.rate, 0 if row.rate == int(row.rate) else 2),
                whole="–" if row.rate is None else format_kr(row.rate * nights),
                start=row.start,
                fits="Vet inte" if row.fits is None else "Ja" if row.fits else "Nej",
                distance=row.get_distance_display() or "–",
                note=row.note,
                is_cheapest=row.rate is not None and row.rate == min(rates) and len(rates) > 1,
                is_chosen=row.pk == inquiry.chosen_id,
            )
        )
    return rows


@dataclass(frozen=True)
class MonthOfTrails:
    """Choices of a month, outside the framework and inside; the amount of those outside, in kronor."""

    month: date
    outside: int
    inside: int
    asked: int
    approved: int
    amount: Decimal


def trails_by_month(inquiries: Iterable[Inquiry], offers: Iterable[Offer]) -> list[MonthOfTrails]:
    """The choices by the month they were made, without persons: how many, among how many, for how much.

    The amount is the placement's whole cost as decided where there is one with an end, else the offered
    price for the length that was asked for. `inquiries` are chosen ones with their terms, `offers`
    are theirs.
    """
    asked: dict[object, list[Offer]] = {}
    for row in offers:
        asked.setdefault(row.inquiry_id, []).append(row)
    months: dict[date, list[Inquiry]] = {}
    for inquiry in inquiries:
        if inquiry.chosen_on is not None:
            months.setdefault(inquiry.chosen_on.replace(day=1), []).append(inquiry)
    found = []
    for month, rows in sorted(months.items(), reverse=True):
        chosen = {row.pk: next(o for o in asked[row.pk] if o.pk == row.chosen_id) for row in rows}
        outside = [row for row in rows if chosen[row.pk].is_outside]
        found.append(
            MonthOfTrails(
                month=month,
                outside=len(outside),
                inside=len(rows) - len(outside),
                asked=sum(len(asked[row.pk]) for row in outside),
                approved=sum(row.is_approved for row in outside),
                amount=sum((_amount(row, chosen[row.pk]) for row in outside), NOTHING),
            )
        )
    return found


def _amount(inquiry: Inquiry, chosen: Offer) -> Decimal:
    placement: Placement | None = inquiry.placement
    if placement is not None and placement.end is not None:
        stay = placement.as_stay()
        return cost(stay, Period(stay.start, placement.end + ONE_DAY))
    first = chosen.start or inquiry.start_from
    return (chosen.rate or NOTHING) * (add_months(first, inquiry.months) - first).days
