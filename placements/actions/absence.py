"""Nights away, at a price of their own: that of the agreement's rule, or another with a reason."""

from dataclasses import dataclass, replace
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
from placements.agreement_rules import AbsenceRule, away_by_rule
from placements.costs import Absence, Stay
from placements.models import Placement


@dataclass(frozen=True)
class Away:
    """The first night away, the day of return, and the kronor per night that are paid meanwhile.

    `rate` None pays by the rule of the agreement that the stay began under.
    """

    start: date
    end: date
    rate: Decimal | None = None
    reason: str = ""


def absences_of(*, placement: Placement, away: Away) -> tuple[Absence, ...]:
    """The nights away and what they cost: by the agreement's rule, or all at the rate that was given.

    Raises:
        Refused: absence_empty, no_absence_rule, override_without_reason.
    """
    rule = _rule(placement)
    by_rule = away_by_rule(away.start, away.end, placement.as_stay().prices, rule) if rule else ()
    if away.rate is None:
        if rule is None:
            raise Refused(
                "no_absence_rule",
                "Ange priset. Det finns inget ramavtal som säger vad frånvaro kostar.",
                field="rate",
            )
        return by_rule
    said = (Absence(away.start, away.end, away.rate),)
    if rule is not None and said != by_rule and not away.reason.strip():
        raise Refused(
            "override_without_reason",
            f"Ramavtalet säger {rule.in_words}. Skriv skälet till att ni betalar ett annat pris.",
            field="reason",
        )
    return said


def away_stay(*, placement: Placement, away: Away) -> Stay:
    """The stay with the absence; used to count beforehand as well.

    Raises:
        Refused: not_begun, absence_outside_stay, absence_overlap, negative_rate, and those of absences_of.
    """
    if not placement.has_begun:
        raise Refused("not_begun", "Personen har inte kommit dit än.")
    stay = placement.as_stay()
    for absence in absences_of(placement=placement, away=away):
        stay = terms.away(stay, absence)
    return stay


def record_absence(*, placement: Placement, away: Away, by: User, today: date) -> Placement:
    """The person is away, and the nights cost something else than the price.

    Raises:
        Refused: not_allowed, case_closed, never_began, and those of away_stay.
    """
    placement = held(placement, by)
    stay = away_stay(placement=placement, away=away)
    parts = absences_of(placement=placement, away=away)
    with told():
        write_stay(placement, stay, reasons={part.start: away.reason.strip() for part in parts})
    text = f"Frånvaro från {format_day(away.start)} till {format_day(away.end)}"
    if away.rate is None:
        text += ", till priset i ramavtalets regel"
    elif _departs(placement, away, parts):
        text += ", till ett annat pris än ramavtalets regel"
    record(
        by=by,
        case=placement.case,
        kind="franvaro",
        requires=Can.SEE_PLACEMENT,
        on=min(away.start, today),
        text=f"{text}.",
        object_id=placement.pk,
    )
    return placement


def _rule(placement: Placement) -> AbsenceRule | None:
    return placement.agreement.absence_rule if placement.agreement is not None else None


def _departs(placement: Placement, away: Away, parts: tuple[Absence, ...]) -> bool:
    """Whether the nights cost something else than the agreement's rule says."""
    if _rule(placement) is None:
        return False
    return parts != absences_of(placement=placement, away=replace(away, rate=None))
