"""A stay gets another expected departure, or goes on without a decision: each time a row of its own."""

from datetime import date, timedelta

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.periods import ONE_DAY
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from cases import rules
from cases.actions.decision import delegation_on
from cases.models import Decision
from placements.actions.apart import refuse_new_nights
from placements.actions.ending import ended_stay, undecided_from
from placements.actions.mandate import check_cost_of, check_mandate_of, decision_for
from placements.actions.refusals import told
from placements.actions.writing import enforce, held, write_stay
from placements.costs import PricePeriod, Stay, rate_on
from placements.marks import latest_cover
from placements.models import Placement, PlacementExtension
from placements.rules import check_kind, check_within_decision

Kind = PlacementExtension.Kind

#: So far ahead nights can be told of that nobody has decided; then a decision is needed.
OVERSTAY_AHEAD = timedelta(days=7)


def extended_stay(
    *, placement: Placement, end: date | None, today: date, decision: Decision | None = None
) -> Stay:
    """As `ended_stay`, for a departure that is expected: it stays within what is decided.

    `decision` is a new decision that the stay rests on from now on. Needs `with_extensions()`.

    Raises:
        Refused: same_end, after_decision, those of ended_stay, and of the new decision decision_not_granted,
            other_kind, decision_gap, above_max_rate, outside_not_decided; above_max_cost,
            whole_cost_unknown, ask_coordinator.
    """
    if end == placement.end and decision is None:
        raise Refused("same_end", "Avresan är redan den dagen.", field="end")
    covered = placement.covered_to
    if decision is not None:
        _check_decision(placement, decision, covered, today)
        covered = latest_cover(covered, [decision.end])
    if placement.end is not None and (end is None or end > placement.end):
        check_within_decision(placement.first_day, end, placement.first_day, covered)
    stay = ended_stay(placement=placement, end=end)
    refuse_new_nights(placement=placement, stay=stay)
    if placement.end is not None and (end is None or end > placement.end):
        rests = decision or decision_for(placement, placement.end)
        check_cost_of(decision=rests, stay=stay, placement=placement, today=today)
    return stay


def change_departure(
    *,
    placement: Placement,
    end: date | None,
    reason: str,
    by: User,
    today: date,
    decision: Decision | None = None,
) -> Placement:
    """Extend or shorten what is planned; None runs on. A departure entered by mistake is undone by it.

    Raises:
        Refused: not_allowed, case_closed, never_began, reason_missing, and those of extended_stay.
    """
    placement = held(placement, by)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför avresan ändras.", field="reason")
    stay = extended_stay(placement=placement, end=end, today=today, decision=decision)
    refuse_new_nights(placement=placement, stay=stay, uses=True)
    before = placement.end
    shorter = end is not None and (before is None or end < before)
    placement.set_end(end, today)
    if not placement.has_left:
        placement.end_reason = placement.destination = placement.resumption = ""
    with told():
        write_stay(placement, stay)
        _write(
            placement,
            kind=Kind.SHORTENED if shorter else Kind.EXTENDED,
            old_end=before,
            new_end=end,
            decision=decision,
            reason=reason,
            by=by,
            today=today,
        )
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
    if decision is not None:
        began = max(decision.start or decision.decided, decision.decided)
        enforce(decision=decision, on=min(began, today), by=by, today=today)
    return placement


def overstayed(*, placement: Placement, until: date, today: date) -> tuple[date, Stay]:
    """The first night without a decision, and the stay with those nights; needs `with_extensions()`.

    Raises:
        Refused: decision_runs_on, overstay_empty, overstay_too_far, left_before, ask_coordinator, and those
            of ended_stay.
    """
    first = undecided_from(placement)
    if first is None:
        raise Refused("decision_runs_on", "Beslutet gäller tills vidare. Alla nätter har ett beslut.")
    if until <= first:
        raise Refused(
            "overstay_empty",
            f"Nätterna till {first.isoformat()} har redan ett beslut eller är registrerade. "
            "Ange en senare dag.",
            field="until",
        )
    if until > today + OVERSTAY_AHEAD:
        raise Refused(
            "overstay_too_far",
            "Dygn utan beslut kan registreras högst en vecka framåt. Fatta ett beslut för fler.",
            field="until",
        )
    if placement.departed is not None and until > placement.departed:
        raise Refused(
            "left_before", f"Personen lämnade platsen {placement.departed.isoformat()}.", field="until"
        )
    end = placement.end
    moves = end is not None and until > end
    stay = ended_stay(placement=placement, end=until if moves else end)
    refuse_new_nights(placement=placement, stay=stay)
    return first, stay


def record_overstay(
    *, placement: Placement, until: date, authorised: bool, reason: str, by: User, today: date
) -> PlacementExtension:
    """Nights up to `until` that no decision covers. To let them pass takes the right to decide as much.

    The expected departure moves along; the departure itself is not told by it.

    Raises:
        Refused: not_allowed, case_closed, never_began, reason_missing, those of overstayed, and of whoever
            lets them pass beyond_delegation, no_delegation.
    """
    placement = held(placement, by)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför personen är kvar utan beslut.", field="reason")
    first, stay = overstayed(placement=placement, until=until, today=today)
    if authorised:
        demand(by, Can.DECIDE, placement.case)
        _check_delegation(placement, until, by, today)
    refuse_new_nights(placement=placement, stay=stay, uses=True)
    if stay.end != placement.end:
        placement.planned_end = placement.end = stay.end
    with told():
        write_stay(placement, stay)
        row = _write(
            placement,
            kind=Kind.OVERSTAY,
            old_end=first,
            new_end=until,
            authorised=authorised,
            reason=reason,
            by=by,
            today=today,
        )
    count = (until - first).days
    record(
        by=by,
        case=placement.case,
        kind="dygn_utan_beslut",
        requires=Can.SEE_PLACEMENT,
        on=min(until, today),
        text=f"{count} dygn utan beslut från {format_day(first)}"
        f"{', godkända' if authorised else ', inte godkända'}.",
        reason=reason,
        object_id=placement.pk,
    )
    return row


def _check_decision(placement: Placement, decision: Decision, covered: date | None, today: date) -> None:
    if decision.case_id != placement.case_id or not decision.is_granted:
        raise Refused(
            "decision_not_granted", "Välj ett beslut om bifall i det här ärendet.", field="decision"
        )
    check_kind(placement.decision.kind, decision.kind)
    begins = decision.start or decision.decided
    if covered is not None and begins > covered:
        raise Refused(
            "decision_gap",
            f"Beslutet gäller från {begins.isoformat()}, men det förra slutade {covered.isoformat()}. "
            "Registrera nätterna däremellan som dygn utan beslut först.",
            field="decision",
        )
    stay = placement.as_stay()
    later = [row for row in stay.prices if covered is None or row.end is None or row.end > covered]
    check_mandate_of(
        decision=decision,
        outside=not placement.is_inside_framework,
        prices=[PricePeriod(row.start, row.end, row.rate) for row in later],
        today=today,
    )


def _check_delegation(placement: Placement, until: date, by: User, today: date) -> None:
    """The whole stay, with these nights, is no longer and no dearer than `by` may decide (DOMAIN.md 2.8)."""
    wanted = rules.Wanted(
        placement.decision.kind,
        (until - placement.first_day).days,
        not placement.is_inside_framework,
        rate_on(placement.as_stay(), until - ONE_DAY),
    )
    municipality_id = placement.case.municipality_id
    rules.allowing_rule(by.role, wanted, delegation_on(municipality_id=municipality_id, day=today))


def _write(
    placement: Placement, *, reason: str, by: User, today: date, **facts: object
) -> PlacementExtension:
    row = PlacementExtension(
        case_id=placement.case_id,
        placement=placement,
        reason=reason.strip(),
        made_on=today,
        made_by=by,
        **facts,
    )
    row.save(force_insert=True)
    return row
