"""Nights away, at a price of their own."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements import terms
from placements.actions.refusals import told
from placements.actions.writing import held, write_stay
from placements.costs import Absence, Stay
from placements.models import Placement


@dataclass(frozen=True)
class Away:
    """The first night away, the day of return, and the kronor per night that are paid meanwhile."""

    start: date
    end: date
    rate: Decimal
    reason: str = ""


def away_stay(*, placement: Placement, away: Away) -> Stay:
    """The stay with the absence; used to count beforehand as well.

    Raises:
        Refused: not_begun, absence_empty, absence_outside_stay, absence_overlap, negative_rate.
    """
    if not placement.has_begun:
        raise Refused("not_begun", "Personen har inte kommit dit än.")
    return terms.away(placement.as_stay(), Absence(away.start, away.end, away.rate))


def record_absence(*, placement: Placement, away: Away, by: User, today: date) -> Placement:
    """The person is away, and the nights cost something else than the price.

    Raises:
        Refused: not_allowed, case_closed, never_began, and those of away_stay.
    """
    placement = held(placement, by)
    stay = away_stay(placement=placement, away=away)
    with told():
        write_stay(placement, stay, reasons={away.start: away.reason.strip()})
    record(
        by=by,
        case=placement.case,
        kind="franvaro",
        requires=Can.SEE_PLACEMENT,
        on=min(away.start, today),
        text=f"Frånvaro från {format_day(away.start)} till {format_day(away.end)}.",
        object_id=placement.pk,
    )
    return placement
