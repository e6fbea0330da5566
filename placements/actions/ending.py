"""A stay ends, or gets another departure."""

from datetime import date

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements import terms
from placements.actions.refusals import told
from placements.actions.writing import held, write_stay
from placements.costs import Stay
from placements.models import Placement
from placements.rules import check_within_decision

#: Reasons that a person can choose; the others are given by what is done.
REASONS = tuple(
    reason
    for reason in Placement.EndReason
    if reason not in (Placement.EndReason.NEVER_BEGAN, Placement.EndReason.MOVED)
)


def ended_stay(*, placement: Placement, end: date | None) -> Stay:
    """The stay with its new departure; used to count beforehand as well.

    Raises:
        Refused: not_begun, has_continuation, end_before_start, and those of check_stay.
    """
    if not placement.has_begun:
        raise Refused(
            "not_begun", "Personen har inte kommit dit än. Ta bort planen om placeringen inte blir av."
        )
    if Placement.objects.filter(moved_from=placement).exists():
        raise Refused(
            "has_continuation",
            "Personen flyttar vidare från den här placeringen, så avresan är given av flytten.",
        )
    return terms.ended(placement.as_stay(), end)


def extended_stay(*, placement: Placement, end: date | None) -> Stay:
    """As `ended_stay`, for a departure that is planned: it stays within the decision.

    Raises:
        Refused: same_end, after_decision, and those of ended_stay.
    """
    if end == placement.end:
        raise Refused("same_end", "Avresan är redan den dagen.", field="end")
    if placement.end is not None and (end is None or end > placement.end):
        check_within_decision(placement.first_day, end, placement.first_day, placement.decision.end)
    return ended_stay(placement=placement, end=end)


def end_placement(
    *, placement: Placement, end: date, reason: str, by: User, today: date, note: str = ""
) -> Placement:
    """The person leaves on `end`, which may lie ahead. The night of departure is not counted.

    Raises:
        Refused: not_allowed, case_closed, never_began, unknown_reason, and those of ended_stay.
    """
    placement = held(placement, by)
    if reason not in REASONS:
        raise Refused("unknown_reason", "Välj varför placeringen avslutas.", field="reason")
    stay = ended_stay(placement=placement, end=end)
    placement.end_reason = reason
    with told():
        write_stay(placement, stay)
    verb = "avslutades" if end <= today else "avslutas"
    record(
        by=by,
        case=placement.case,
        kind="placering_avslutad",
        requires=Can.SEE_PLACEMENT,
        on=min(end, today),
        text=f"Placeringen {verb} {format_day(end)}.",
        reason=note,
        object_id=placement.pk,
    )
    return placement


def change_departure(
    *, placement: Placement, end: date | None, reason: str, by: User, today: date
) -> Placement:
    """Extend or shorten what is planned; None runs on. A departure entered by mistake is undone by it.

    Raises:
        Refused: not_allowed, case_closed, never_began, reason_missing, and those of extended_stay.
    """
    placement = held(placement, by)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför avresan ändras.", field="reason")
    stay = extended_stay(placement=placement, end=end)
    placement.end_reason = ""
    with told():
        write_stay(placement, stay)
    until = "tills vidare" if end is None else f"till {format_day(end)}"
    record(
        by=by,
        case=placement.case,
        kind="avresa_andrad",
        requires=Can.SEE_PLACEMENT,
        on=today,
        text=f"Placeringen gäller nu {until}.",
        reason=reason,
        object_id=placement.pk,
    )
    return placement
