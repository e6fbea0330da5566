"""What every action here begins with: the case, locked, and the day inside it."""

from datetime import date

from avhopp.kernel.refusal import Refused
from cases.models import Case


def locked_case(case: Case) -> Case:
    return Case.objects.locked().get(pk=case.pk)


def demand_within(case: Case, day: date, field: str) -> None:
    """Refuse what happens after the case was closed; what happened before may still be registered."""
    if case.closed is not None and day > case.closed:
        raise Refused(
            "case_closed", "Ärendet är avslutat. Öppna ett nytt ärende för personen först.", field=field
        )


def demand_not_later(day: date, today: date, field: str) -> None:
    if day > today:
        raise Refused("in_the_future", "Datumet kan inte ligga efter i dag.", field=field)
