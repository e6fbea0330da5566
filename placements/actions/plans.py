"""The days of a stay's plans."""

from datetime import date

from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.actions.writing import held
from placements.models import Placement


def set_plans(
    *, placement: Placement, care_plan: date | None, implementation_plan: date | None, by: User, today: date
) -> Placement:
    """The days that the care plan and the implementation plan were signed; None when there is none.

    Raises:
        Refused: not_allowed, case_closed, never_began, in_the_future.
    """
    placement = held(placement, by)
    said = {"care_plan": care_plan, "implementation_plan": implementation_plan}
    for field, day in said.items():
        if day is not None and day > today:
            raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field=field)
    placement.care_plan, placement.implementation_plan = care_plan, implementation_plan
    placement.save(update_fields=list(said))
    record(
        by=by,
        case=placement.case,
        kind="planer_daterade",
        requires=Can.SEE_PLACEMENT,
        on=today,
        text="Datum för vårdplan eller genomförandeplan ändrades.",
        object_id=placement.pk,
    )
    return placement
