"""What the case page shows: read in a constant number of queries, and only what the user's role opens."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from avhopp.access.policy import may_in_general
from avhopp.access.roles import ROLES, Can, Role, role_can
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from cases import steps
from cases.models import Case, CaseGroupGrant, CaseUserGrant, FollowUp, Intake, Investigation, JournalEntry
from cases.models.decision import Decision, DecisionProposal
from cases.panels import due_in, panels
from cases.states import CaseEvent
from cases.visibility import in_force

EVENTS_SHOWN, NOTES_SHOWN = 8, 3
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
}


@dataclass(frozen=True)
class Shown:
    """A panel of another part of the system, rendered."""

    key: str
    heading: str
    html: SafeString


@dataclass(frozen=True)
class Holder:
    """Somebody who has access to the case."""

    name: str
    how: str
    since: Any
    reason: str


def overview(case: Case, user: User, today: date) -> dict[str, Any]:
    """Everything of the case itself that the page shows `user`."""

    def can(right: Can) -> bool:
        return role_can(user.role, right)

    def rows(model: Any, right: Can, *related: str) -> list[Any]:
        return (
            list(model.objects.visible_to(user).filter(case=case).select_related(*related))
            if can(right)
            else []
        )

    intakes = rows(Intake, Can.SEE_INTAKE)
    journal = JournalEntry.objects.visible_to(user).filter(case=case).current().readable_by(user)
    return {
        "due": due_in([case.pk], user, today),
        "steps": step_links(case, user, intakes),
        "intakes": intakes,
        "investigations": rows(Investigation, Can.SEE_INVESTIGATION),
        "decisions": rows(Decision, Can.SEE_DECISION, "decided_by"),
        "proposals": [
            p for p in rows(DecisionProposal, Can.SEE_DECISION, "prepared_by") if p.settled_on is None
        ],
        "notes": list(journal.select_related("author")[:NOTES_SHOWN]) if can(Can.SEE_JOURNAL) else [],
        "follow_ups": rows(FollowUp, Can.SEE_FOLLOW_UP),
        "events": timeline(case, user)[:EVENTS_SHOWN],
        "holders": holders(case) if can(Can.SEE_ACCESS) else [],
        "can": {right.value: can(right) for right in Can},
        "can_open": may_in_general(user, Can.OPEN_CASE),
    }


def step_links(case: Case, user: User, intakes: list[Intake]) -> list[dict[str, Any]]:
    """The next steps that the role may take, with addresses. Without an application none starts at once."""
    applied = any(intake.kind == Intake.Kind.APPLICATION for intake in intakes)
    return [
        {
            "text": step.button,
            "quiet": step.event in steps.AWAY,
            "url": reverse(step.page, args=[case.pk])
            if step.page
            else reverse("step", args=[case.pk, step.event.value]),
        }
        for step in steps.offered(case.state, lambda right: role_can(user.role, right))
        if applied or step.event != CaseEvent.APPLY
    ]


def timeline(case: Case, user: User) -> Any:
    """The case's events that the role may read, the newest first, as a queryset."""
    return Event.objects.about(case.pk).readable_by(ROLES[Role(user.role)])


def as_timeline(events: list[Event]) -> list[dict[str, Any]]:
    """Events as the timeline component wants them."""
    return [
        {
            "date": event.occurred_on,
            "heading": event.text,
            "text": f"Skäl: {event.reason}" if event.reason else "",
            "by": event.actor_name,
            "icon": ICONS.get(event.kind.partition("_")[0], "circle-dot"),
        }
        for event in events
    ]


def holders(case: Case) -> list[Holder]:
    """Who may open the case: persons first, then units and functions."""
    people = CaseUserGrant.objects.filter(in_force(), content_object=case).select_related("user")
    groups = CaseGroupGrant.objects.filter(in_force(), content_object=case).select_related("group")
    own = [Holder(one.user.name, one.get_kind_display(), one.valid_from, one.reason) for one in people]
    teams = [
        Holder(team_label(one.group.name, case), one.get_kind_display(), one.valid_from, one.reason)
        for one in groups
    ]
    return own + sorted(teams, key=lambda holder: holder.name)


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


def panels_of(case: Case, request: HttpRequest, today: date) -> list[Shown]:
    """What other parts show about the case. A panel that the role may not see is not even loaded."""
    shown = []
    for panel in panels():
        if role_can(request.user.role, panel.can):
            context = {"case": case, "today": today, **panel.load(case, request.user, today)}
            shown.append(
                Shown(panel.key, panel.heading, render_to_string(panel.template, context, request=request))
            )
    return shown
