"""Move a person: one stay ends and the next begins on the same day, as one act and one chain."""

from datetime import date

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements import terms as stays
from placements.actions.placing import Terms, check_terms, write_placement
from placements.actions.refusals import told
from placements.actions.writing import held, write_stay
from placements.costs import Stay
from placements.models import Placement


def moved_stays(*, placement: Placement, terms: Terms, today: date) -> tuple[Stay, Stay]:
    """The stay that ends and the one that follows; used to count beforehand as well.

    The day of the move is the first day of `terms`: the last night there is the one before it.

    Raises:
        Refused: not_begun, already_moved, ended_before_move, move_before_arrival, and those of check_terms.
    """
    day = terms.first_day
    if not placement.has_begun:
        raise Refused("not_begun", "Personen har inte kommit dit än. Ta bort planen och gör en ny placering.")
    if Placement.objects.filter(moved_from=placement).exists():
        raise Refused("already_moved", "Personen har redan flyttat vidare från den här placeringen.")
    if placement.end is not None and placement.end < day:
        raise Refused(
            "ended_before_move",
            "Placeringen är slut före flytten. Gör en ny placering i stället.",
            field="day",
        )
    if day <= placement.first_day:
        raise Refused("move_before_arrival", "Flytten måste ligga efter ankomsten.", field="day")
    leaves = stays.ended(placement.as_stay(), day)
    comes = check_terms(case=placement.case, terms=terms, today=today, leaving=placement)
    return leaves, comes


def move_person(*, placement: Placement, terms: Terms, by: User, today: date) -> Placement:
    """End the placement and begin or plan the next one; returns the next one.

    A move on or before today has happened: `terms.start` is its day. A move that lies ahead is a plan.

    Raises:
        Refused: not_allowed, case_closed, never_began, and those of moved_stays.
    """
    placement = held(placement, by)
    leaves, comes = moved_stays(placement=placement, terms=terms, today=today)
    placement.end_reason = Placement.EndReason.MOVED
    placement.destination = placement.resumption = ""  # the next stay says where the person went
    placement.set_end(terms.first_day, today)
    with told():
        write_stay(placement, leaves)
    day = terms.first_day
    record(
        by=by,
        case=placement.case,
        kind="flyttad",
        requires=Can.SEE_PLACEMENT,
        on=min(day, today),
        text=f"Personen {'flyttade' if day <= today else 'flyttar'} {format_day(day)}.",
        object_id=placement.pk,
    )
    return write_placement(
        case=placement.case, terms=terms, stay=comes, by=by, today=today, moved_from=placement
    )
