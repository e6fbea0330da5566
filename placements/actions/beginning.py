"""A plan becomes a stay, or is withdrawn."""

from dataclasses import replace
from datetime import date

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements import terms
from placements.actions.apart import refuse_new_nights
from placements.actions.mandate import check_cost_of
from placements.actions.refusals import told
from placements.actions.writing import enforce, held, write_stay
from placements.costs import Stay
from placements.models import Placement, PlacementPrice
from placements.rules import check_within_decision


def begun_stay(
    *, placement: Placement, start: date, end: date | None, shift_prices: bool, today: date
) -> Stay:
    """The stay if the person came on the day; used to count beforehand as well.

    Raises:
        Refused: already_begun, in_the_future, before_decision, after_decision, above_max_cost,
            whole_cost_unknown, ask_coordinator, and those of check_stay.
    """
    if placement.has_begun:
        raise Refused("already_begun", "Personen har redan kommit dit. Ankomsten kan inte ändras.")
    if start > today:
        raise Refused("in_the_future", "Ankomsten kan inte ligga efter i dag.", field="start")
    decision = placement.decision
    _within(start, end, decision.start or decision.decided, decision.end)
    stay = terms.begun(placement.as_stay(), start, end, shift_prices=shift_prices)
    check_cost_of(decision=decision, stay=stay, placement=placement, today=today)
    refuse_new_nights(placement=placement, stay=stay)
    return stay


def begin_placement(
    *, placement: Placement, start: date, end: date | None, by: User, today: date, shift_prices: bool = False
) -> Placement:
    """The person came on `start`; the prices then cover the stay. The first stay carries the decision out.

    Raises:
        Refused: not_allowed, case_closed, never_began, overlapping_stay, stay_outside_case,
            and those of begun_stay.
    """
    placement = held(placement, by)
    stay = begun_stay(placement=placement, start=start, end=end, shift_prices=shift_prices, today=today)
    refuse_new_nights(placement=placement, stay=stay, uses=True)
    placement.start = start
    if end != placement.end or (end is not None and end <= today):
        placement.set_end(end, today)
    with told():
        write_stay(placement, stay)
    record(
        by=by,
        case=placement.case,
        kind="placerad",
        requires=Can.SEE_PLACEMENT,
        on=start,
        object_id=placement.pk,
        text=f"{placement.decision.get_kind_display()} började {format_day(start)}.",
    )
    enforce(decision=placement.decision, on=start, by=by, today=today)
    return placement


def withdraw_plan(*, placement: Placement, reason: str, by: User, today: date) -> Placement:
    """The person never came. The plan becomes an empty period without prices, so that nothing counts it.

    Its prices are deleted; history keeps what was planned. A chain is broken where the plan was.

    Raises:
        Refused: not_allowed, case_closed, never_began, already_begun, reason_missing, has_continuation.
    """
    placement = held(placement, by)
    if placement.has_begun:
        raise Refused("already_begun", "Personen har kommit dit. Avsluta placeringen i stället.")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför placeringen inte blev av.", field="reason")
    if Placement.objects.filter(moved_from=placement).exists():
        raise Refused("has_continuation", "En annan plan fortsätter på den här. Ta bort den först.")
    planned = format_day(placement.planned_start)
    stay = replace(placement.as_stay(), end=placement.planned_start, prices=(), absences=())
    placement.end_reason = Placement.EndReason.NEVER_BEGAN
    placement.set_end(placement.planned_start, today)
    placement.moved_from = None
    with told():
        PlacementPrice.objects.filter(placement=placement).delete()
        write_stay(placement, stay)
    record(
        by=by,
        case=placement.case,
        kind="placering_blev_inte_av",
        requires=Can.SEE_PLACEMENT,
        on=today,
        text=f"Placeringen som planerades från {planned} blev inte av.",
        reason=reason,
        object_id=placement.pk,
    )
    return placement


def _within(start: date, end: date | None, decided_from: date, decided_to: date | None) -> None:
    try:
        check_within_decision(start, end, decided_from, decided_to)
    except Refused as refused:
        raise Refused(
            refused.code, refused.text, "start" if refused.field == "planned_start" else "end"
        ) from None
