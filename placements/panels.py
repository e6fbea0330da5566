"""What this part adds to a case: its panels and what is due."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from avhopp.access.policy import may, may_in_general
from avhopp.access.roles import Can, role_can
from avhopp.accounts.models import User
from avhopp.pages.tables import Heading
from cases.models import Case, Decision, Task
from cases.panels import Due, Panel
from placements.explained import sum_by_case
from placements.marks import Watched, chain_starts, marks_of, unenforced_mark
from placements.models import GrantApplication, Placement
from placements.showing import Sees, stay_row, to_show
from placements.waiting import chip_tone, waiting_for

APPLICATION_COLUMNS = (
    Heading("Inskickad"),
    Heading("Läge"),
    Heading("Sökt", True),
    Heading("Beviljat", True),
    Heading("Utbetalt", True),
    Heading("Väntar på"),
)


def load_placements(case: Case, user: User, today: date) -> dict[str, Any]:
    """The case's stays, newest first, and what they cost."""
    sees = to_show(user)
    rows = Placement.objects.visible_to(user).filter(case=case).with_terms()
    stays = list(rows.with_place() if sees.place else rows)
    for stay in stays:
        stay.case = case
    shown = [
        stay_row(stay, sees.without_person(), today)
        for stay in sorted(stays, key=lambda row: row.first_day, reverse=True)
    ]
    standing = [stay for stay in stays if not stay.never_began]
    writes = (
        may_in_general(user, Can.WRITE_PLACEMENT) and case.is_open and may(user, Can.WRITE_PLACEMENT, case)
    )
    granted = writes and any(row.is_granted for row in Decision.objects.visible_to(user).filter(case=case))
    return {
        "columns": _columns(sees),
        "stays": shown,
        "sees": sees,
        "today": today,
        "writes": writes,
        "sum": sum_by_case(standing, [case.pk], today)[case.pk] if sees.money else None,
        "place_url": reverse("place", args=[case.pk]) if granted else "",
    }


def _columns(sees: Sees) -> list[Heading]:
    columns = [Heading("Plats"), Heading("Läge"), Heading("Tid"), Heading("Dygn", True)]
    return columns + ([Heading("Kostnad hittills", True)] if sees.money else [])


def load_applications(case: Case, user: User, today: date) -> dict[str, Any]:
    """The case's grant applications."""
    rows = list(GrantApplication.objects.visible_to(user).filter(case=case))
    writes = (
        may_in_general(user, Can.WRITE_APPLICATION)
        and case.is_open
        and may(user, Can.WRITE_APPLICATION, case)
    )
    return {
        "applications": [
            {
                "row": row,
                "tone": chip_tone(row.status),
                "waits": waiting_for(row, today),
                "url": reverse("application", args=[case.pk, row.pk]),
            }
            for row in rows
        ],
        "columns": APPLICATION_COLUMNS,
        "new_url": reverse("application_new", args=[case.pk]) if writes else "",
    }


PANELS = (
    Panel("placements", 50, "Placeringar", Can.SEE_PLACEMENT, "placements/panel.html", load_placements),
    Panel(
        "applications",
        60,
        "Statliga medel",
        Can.SEE_APPLICATION,
        "placements/applications_panel.html",
        load_applications,
    ),
)


def due_placements(case_ids: Iterable[UUID], user: User, today: date) -> list[Due]:
    """What is due about stays, plans and decisions that wait: at most four queries."""
    ids = list(case_ids)
    stays = list(_stays(ids, user))
    starts = chain_starts((row.pk, row.moved_from_id, row.start) for row in stays)
    continued = {row.moved_from_id for row in stays}
    found = []
    for row in stays:
        watched = Watched(
            planned_start=row.planned_start,
            start=row.start,
            end=row.end,
            decision_end=row.decision.end,
            chain_start=starts[row.pk],
            priced_to=_priced_to(row, user),
            goes_on=row.pk in continued,
        )
        url = reverse("placement", args=[row.case_id, row.pk])
        found += [Due(row.case_id, mark.text, mark.due, url) for mark in marks_of(watched, today)]
    return found + _waiting_decisions(ids, user, today)


def _stays(ids: list[UUID], user: User) -> Any:
    rows = Placement.objects.visible_to(user).standing().filter(case_id__in=ids, case__closed=None)
    return rows.select_related("decision").prefetch_related("prices")


def _priced_to(row: Placement, user: User) -> date | None:
    prices = row.prices.all() if role_can(user.role, Can.SEE_MONEY) else ()
    ends = [price.end for price in prices]
    return None if not ends or None in ends else max(end for end in ends if end is not None)


def _waiting_decisions(ids: list[UUID], user: User, today: date) -> list[Due]:
    """Granted and not carried out. A case whose open tasks say so already is left to them."""
    said = Task.objects.open().filter(case=OuterRef("case"), kind=Task.Kind.ENFORCE)
    waiting = (
        Decision.objects.visible_to(user)
        .filter(case_id__in=ids, case__closed=None, enforced=None)
        .exclude(outcome=Decision.Outcome.REJECTED)
        .exclude(Exists(said))
    )
    found = []
    for row in waiting:
        mark = unenforced_mark(row.decided, today)
        if mark is not None:
            found.append(Due(row.case_id, mark.text, mark.due, reverse("case", args=[row.case_id])))
    return found
