"""A filled application to the police, as the PDF that is sent: what the reader may see, and nothing more.

The form of the police is theirs and changes: this holds what it asks for (DOMAIN.md 2.9), to be sent as it is
or copied from. It names no provider and no place.
"""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.template.loader import render_to_string

from avhopp.access.policy import may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.files.limits import Confinement
from avhopp.files.opening import run
from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.refusal import Refused
from cases.models import Decision
from placements.costs import cost, nights
from placements.criteria import criteria_of
from placements.models import GrantApplication, Placement

TEMPLATE = "reports/pdf/application.html"
PROGRAM = ("-P", "-m", "reports.pdf.alone")
WITHIN = Confinement(processor_seconds=30, wall_seconds=45.0)


def application_pdf(application: GrantApplication, user: User, today: date) -> bytes:
    """The filled form, made in a process of its own.

    Raises Refused not_made when the process failed or was stopped.
    """
    epoch = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    text = render_to_string(TEMPLATE, context_of(application, user, today))
    made = run(PROGRAM, f"{epoch}\n{text}".encode(), WITHIN)
    if not made.startswith(b"%PDF"):
        raise Refused("not_made", "Blanketten kunde inte skapas. Försök igen om en stund.")
    return made


def context_of(application: GrantApplication, user: User, today: date) -> dict[str, Any]:
    """What the form says to this reader."""
    case, programme = application.case, application.programme
    keys = programme.criteria if programme else ()
    sees_person = may(user, Can.SEE_PERSON, case)
    return {
        "municipality": case.municipality.name,
        "board": case.municipality.board,
        "dated": today,
        "application": application,
        "programme": programme,
        "case_no": case.case_no,
        "person": _person(case.person) if sees_person else None,
        "criteria": criteria_of(case, keys, user, application.sent or today),
        "decisions": _decisions(case, user),
        "stays": _stays(application, user) if may(user, Can.SEE_MONEY, case) else [],
        "requests": application.requests.all(),
        "by": user,
    }


def _person(person: Any) -> SimpleNamespace:
    number = person.identity_number
    return SimpleNamespace(name=person.name, number=number.shown if number else "")


def _decisions(case: Any, user: User) -> list[Decision]:
    if not may(user, Can.SEE_DECISION, case):
        return []
    made = Decision.objects.filter(case=case).exclude(outcome=Decision.Outcome.REJECTED)
    return list(made.order_by("decided", "id"))


def _stays(application: GrantApplication, user: User) -> list[SimpleNamespace]:
    """Nights and kronor of each stay in the time that the application covers, by kind and never by place."""
    rows = Placement.objects.visible_to(user).standing().filter(case=application.case).with_terms()
    found = []
    for row in rows.order_by("planned_start"):
        stay = row.as_stay()
        first = application.period_from or stay.start
        last = application.period_to or (stay.end + ONE_DAY if stay.end else None)
        if last is None or last <= first:
            continue
        period = Period(first, last)
        spent = cost(stay, period)
        if spent or nights(stay, period):
            kind = row.decision.get_kind_display()
            found.append(
                SimpleNamespace(
                    kind=kind, start=stay.start, end=stay.end, nights=nights(stay, period), cost=spent
                )
            )
    return found
