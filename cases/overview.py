"""What the case page shows: read in a constant number of queries, and only what the user's role opens."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from avhopp.access.policy import may_in_general, rights_on
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from avhopp.kernel.swedish import sort_key
from cases import steps
from cases.models import Case, CaseGroupGrant, CaseUserGrant, FollowUp, Intake, Investigation, JournalEntry
from cases.models.decision import Decision, DecisionProposal
from cases.panels import Brief, due_everywhere, panels_for, rendered
from cases.states import CaseEvent
from cases.together import Found, Parts, Rows, together
from cases.visibility import in_force

EVENTS_SHOWN, NOTES_SHOWN = 8, 3
FILE = "file"  # the rows of the case itself, beside those of the panels
ICONS = {
    "arende": "folder",
    "kontakt": "phone",
    "journal": "notebook-pen",
    "utredning": "clipboard-pen",
    "beslut": "gavel",
    "definition": "clipboard-check",
    "uppgift": "square-check-big",
    "uppfoljning": "calendar-check",
    "handlaggare": "user-round",
    "person": "user",
    "steg": "route",
    "handling": "file-text",
}


@dataclass(frozen=True)
class Shown:
    """A panel of another part of the system: rendered, or in brief when it has no rows."""

    key: str
    heading: str
    icon: str
    page: str
    page_url: str
    html: SafeString
    brief: Brief | None


@dataclass(frozen=True)
class Holder:
    """Somebody who has access to the case."""

    name: str
    how: str
    since: Any
    reason: str


def overview(case: Case, user: User, today: date, file: Found) -> dict[str, Any]:
    """Everything of the case itself that the page shows `user`. `file`: the rows of `file_of`."""

    rights = rights_on(user, case)
    return {
        "due": [one for one in due_everywhere(user, today) if one.case_id == case.pk],
        "steps": step_links(case, rights, file["intakes"]),
        **file,
        "holders": holders(case, file["people"], file["teams"]),
        "can": {right.value: right in rights for right in Can},
        "can_open": may_in_general(user, Can.OPEN_CASE),
    }


def read_page(case: Case, user: User) -> tuple[Found, dict[str, Found]]:
    """The rows of the case itself, and those of each panel by its key: one query."""
    parts = {panel.key: panel.rows(case, user) for panel in panels_for(user, case)}
    found = together(case, {FILE: file_of(case, user), **parts})
    return found.pop(FILE), found


def file_of(case: Case, user: User) -> Parts:
    """The case's own rows; none of what the role does not open."""

    def rows(model: Any) -> Any:
        return model.objects.visible_to(user).filter(case=case)

    def grants(model: Any) -> Any:
        return model.objects.filter(in_force(), content_object=case)

    notes = rows(JournalEntry).current()[:NOTES_SHOWN]
    name = ("name",)
    parts = {
        "intakes": (Can.SEE_INTAKE, Rows(rows(Intake))),
        "investigations": (Can.SEE_INVESTIGATION, Rows(rows(Investigation))),
        "decisions": (Can.SEE_DECISION, Rows(rows(Decision))),
        "proposals": (Can.SEE_DECISION, Rows(rows(DecisionProposal).waiting(), {"prepared_by": name})),
        "notes": (Can.SEE_JOURNAL, Rows(notes, {"author": name})),
        "follow_ups": (Can.SEE_FOLLOW_UP, Rows(rows(FollowUp))),
        "events": (Can.SEE_CASE, Rows(timeline(case, user)[:EVENTS_SHOWN])),
        "people": (Can.SEE_ACCESS, Rows(grants(CaseUserGrant), {"user": name})),
        "teams": (Can.SEE_ACCESS, Rows(grants(CaseGroupGrant), {"group": name})),
    }
    rights = rights_on(user, case)
    return {
        key: rows if right in rights else Rows(rows.queryset.none()) for key, (right, rows) in parts.items()
    }


def step_links(case: Case, rights: set[Can], intakes: list[Intake]) -> list[dict[str, Any]]:
    """The next steps that these rights allow, with addresses. Without an application none starts at once."""
    applied = any(intake.kind == Intake.Kind.APPLICATION for intake in intakes)
    return [
        {
            "text": step.button,
            "quiet": step.event in steps.AWAY,
            "url": reverse(step.page, args=[case.pk])
            if step.page
            else reverse("step", args=[case.pk, step.event.value]),
        }
        for step in steps.offered(case.state, lambda right: right in rights)
        if applied or step.event != CaseEvent.APPLY
    ]


def timeline(case: Case, user: User) -> Any:
    """The case's events that `user` may read, the newest first, as a queryset."""
    return Event.objects.about(case.pk).readable_by(rights_on(user, case))


def holders(case: Case, people: list[CaseUserGrant], groups: list[CaseGroupGrant]) -> list[Holder]:
    """Who may open the case: persons first, then units and functions."""
    own = [Holder(one.user.name, one.get_kind_display(), one.valid_from, one.reason) for one in people]
    teams = [
        Holder(team_label(one.group.name, case), one.get_kind_display(), one.valid_from, one.reason)
        for one in groups
    ]
    return own + sorted(teams, key=lambda holder: sort_key(holder.name))


def team_label(name: str, case: Case) -> str:
    """`0199/beroende/enhetschef` is 'Enhetschef, Beroendeenheten'."""
    parts = name.split("/")
    try:
        role = Role(parts[-1]).label
    except ValueError:
        return name
    if len(parts) < 3:
        return role
    return f"{role}, {case.unit.name if case.unit.ref == parts[1] else parts[1]}"


def panels_of(case: Case, request: UserRequest, today: date, found: dict[str, Found]) -> list[Shown]:
    """What other parts show about the case, from the rows that `read_page` found for them."""
    shown = []
    for panel in panels_for(request.user, case):
        given = panel.load(case, request.user, today, found[panel.key])
        brief = given.get("brief")
        html = SafeString() if brief else rendered(panel.template, given, request, case=case, today=today)
        words, name = panel.page
        url = reverse(name, args=[case.pk]) if name else ""
        shown.append(Shown(panel.key, panel.heading, panel.icon, words, url, html, brief))
    return shown
