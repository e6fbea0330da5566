"""A stay ends."""

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
from placements.models import Placement, PlacementExtension

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


def end_placement(
    *,
    placement: Placement,
    end: date,
    reason: str,
    by: User,
    today: date,
    note: str = "",
    destination: str = "",
    resumption: str = "",
) -> Placement:
    """The person left on `end`, or leaves then when it lies ahead. The night of departure is not counted.

    `destination` empty: nobody said. An interruption resumes, does not, or is not known to (`resumption`).
    Nights after the last decided one become a row of their own, as nobody has let them pass.

    Raises:
        Refused: not_allowed, case_closed, never_began, unknown_reason, and those of ended_stay.
    """
    placement = held(placement, by)
    if reason not in REASONS:
        raise Refused("unknown_reason", "Välj varför placeringen avslutas.", field="reason")
    stay = ended_stay(placement=placement, end=end)
    interrupted = reason == Placement.EndReason.INTERRUPTED
    placement.end_reason, placement.destination = reason, destination
    placement.resumption = (resumption or Placement.Resumption.UNKNOWN) if interrupted else ""
    placement.set_end(end, today)
    with told():
        write_stay(placement, stay)
        if placement.has_left:
            _note_overstay(placement, note, by, today)
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


def undecided_from(placement: Placement) -> date | None:
    """The first night that neither a decision covers nor a row tells of; None when there is none."""
    covered = placement.covered_to
    if covered is None:
        return None
    told_of = [row.new_end for row in placement.extensions.all() if row.authorised is not None]
    return max([covered, *(day for day in told_of if day is not None)])


def _note_overstay(placement: Placement, note: str, by: User, today: date) -> None:
    first = undecided_from(placement)
    if first is None or placement.end is None or placement.end <= first:
        return
    PlacementExtension(
        case_id=placement.case_id,
        placement=placement,
        kind=PlacementExtension.Kind.OVERSTAY,
        old_end=first,
        new_end=placement.end,
        authorised=False,
        reason=note.strip() or "Personen lämnade platsen senare än beslutet gällde.",
        made_on=today,
        made_by=by,
    ).save(force_insert=True)
