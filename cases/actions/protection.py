"""How the case is protected in what leaves the organisation."""

from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from cases.models import Case


def hide_handlers(*, case: Case, hidden: bool, by: User, today: date) -> Case:
    """Let outgoing documents show the unit and not who works with the case, or the names again.

    What has left already stays as it was.

    Raises:
        Refused: `not_allowed`.
    """
    demand(by, Can.WRITE_CASE, case)
    case = Case.objects.locked().get(pk=case.pk)
    if case.hide_handler_names == hidden:
        return case
    case.hide_handler_names = hidden
    case.save(update_fields=["hide_handler_names"])
    shown = "visar enheten i stället för handläggarnas namn" if hidden else "visar handläggarnas namn"
    record(
        by=by, case=case, kind="skydd_andrat", requires=Can.SEE_CASE, on=today,
        text=f"Utgående handlingar {shown}.",
    )  # fmt: skip
    return case
