"""What this part adds to a case: its panels and what is due."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    DateField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.urls import reverse

from avhopp.access.policy import may, may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.tables import Heading
from cases.due import of_open_cases
from cases.models import Case, Decision, Task
from cases.panels import Brief, Due, Panel
from cases.together import Found, Parts, Rows
from placements.explained import sum_by_case
from placements.marks import Watched, chain_starts, marks_of, unenforced_mark
from placements.models import GrantApplication, Placement, PlacementAbsence, PlacementPrice
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


def placement_rows(case: Case, user: User) -> Parts:
    """The case's stays with their terms, and its decisions."""

    def rows(model: Any) -> Any:
        return model.objects.visible_to(user).filter(case=case)

    along = {"decision": ("kind",), "agreement": ("charges_departure_day",)}
    return {
        "stays": Rows(rows(Placement), along | ({"provider": ("name",)} if to_show(user).place else {})),
        "prices": Rows(rows(PlacementPrice)),
        "absences": Rows(rows(PlacementAbsence)),
        "decisions": Rows(rows(Decision)),
    }


def load_placements(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The case's stays, newest first, and what they cost."""
    sees = to_show(user)
    stays = found["stays"]
    for stay in stays:
        stay.case = case
        stay.give_terms(found["prices"], found["absences"])
    shown = [
        stay_row(stay, sees.without_person(), today)
        for stay in sorted(stays, key=lambda row: row.first_day, reverse=True)
    ]
    standing = [stay for stay in stays if not stay.never_began]
    writes = (
        may_in_general(user, Can.WRITE_PLACEMENT) and case.is_open and may(user, Can.WRITE_PLACEMENT, case)
    )
    granted = writes and any(row.is_granted for row in found["decisions"])
    place_url = reverse("place", args=[case.pk]) if granted else ""
    return {
        "brief": None if stays else _nobody_placed(writes, place_url),
        "columns": _columns(sees),
        "stays": shown,
        "sees": sees,
        "today": today,
        "writes": writes,
        "sum": sum_by_case(standing, [case.pk], today)[case.pk] if sees.money else None,
        "place_url": place_url,
    }


def _nobody_placed(writes: bool, place_url: str) -> Brief:
    if writes and not place_url:
        return Brief("Ingen placering ännu. Fatta ett beslut om insats först.")
    return Brief("Ingen placering ännu.", (("Ny placering", place_url),) if place_url else ())


def _columns(sees: Sees) -> list[Heading]:
    columns = [Heading("Plats"), Heading("Läge"), Heading("Tid"), Heading("Dygn", True)]
    return columns + ([Heading("Kostnad hittills", True)] if sees.money else [])


def application_rows(case: Case, user: User) -> Parts:
    return {"applications": Rows(GrantApplication.objects.visible_to(user).filter(case=case))}


def load_applications(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The case's grant applications."""
    writes = (
        may_in_general(user, Can.WRITE_APPLICATION)
        and case.is_open
        and may(user, Can.WRITE_APPLICATION, case)
    )
    new_url = reverse("application_new", args=[case.pk]) if writes else ""
    none_yet = Brief("Ingen ansökan ännu.", (("Ny ansökan", new_url),) if new_url else ())
    return {
        "brief": None if found["applications"] else none_yet,
        "applications": [
            {
                "row": row,
                "tone": chip_tone(row.status),
                "waits": waiting_for(row, today),
                "url": reverse("application", args=[case.pk, row.pk]),
            }
            for row in found["applications"]
        ],
        "columns": APPLICATION_COLUMNS,
        "new_url": new_url,
    }


PANELS = (
    Panel(
        "placements",
        50,
        "Placeringar",
        Can.SEE_PLACEMENT,
        "placements/panel.html",
        placement_rows,
        load_placements,
        "bed",
    ),
    Panel(
        "applications",
        60,
        "Statliga medel",
        Can.SEE_APPLICATION,
        "placements/applications_panel.html",
        application_rows,
        load_applications,
        "landmark",
    ),
)


class _DueRow(NamedTuple):
    """A stay or plan; a decision that grants something; or a task to carry one out.

    Of a decision `planned` is the day it was made and `start` the day it was carried out.
    """

    what: str
    case_id: UUID
    id: UUID
    planned: date
    start: date | None
    end: date | None
    decision: UUID | None
    priced_to: date | None
    moved_from: UUID | None


def due_placements(user: User, today: date) -> list[Due]:
    """What is due about stays, plans and decisions that wait: one query."""
    open_ones = of_open_cases(user)
    decisions = _decisions(user).filter(open_ones)
    rows = _stays(user).filter(open_ones).union(decisions, _tasks(user).filter(open_ones), all=True)
    found: dict[str, list[_DueRow]] = {"stay": [], "decision": [], "task": []}
    for row in rows:
        found[row[0]].append(_DueRow(*row))
    return _stays_due(found["stay"], found["decision"], today) + _decisions_due(
        found["decision"], found["task"], today
    )


def _stays_due(stays: list[_DueRow], decisions: list[_DueRow], today: date) -> list[Due]:
    starts = chain_starts((row.id, row.moved_from, row.start) for row in stays)
    continued = {row.moved_from for row in stays}
    decided_to = {row.id: row.end for row in decisions}
    found = []
    for row in stays:
        watched = Watched(
            planned_start=row.planned,
            start=row.start,
            end=row.end,
            decision_end=decided_to.get(row.decision) if row.decision else None,
            chain_start=starts[row.id],
            priced_to=row.priced_to,
            goes_on=row.id in continued,
        )
        url = reverse("placement", args=[row.case_id, row.id])
        found += [Due(row.case_id, mark.text, mark.due, url) for mark in marks_of(watched, today)]
    return found


def _decisions_due(decisions: list[_DueRow], tasks: list[_DueRow], today: date) -> list[Due]:
    """Granted and not carried out. A case whose open tasks say so already is left to them."""
    said = {row.case_id for row in tasks}
    found = []
    for row in decisions:
        mark = unenforced_mark(row.planned, today) if row.start is None and row.case_id not in said else None
        if mark is not None:
            found.append(Due(row.case_id, mark.text, mark.due, reverse("case", args=[row.case_id])))
    return found


NO_DAY, NO_ID = Value(None, DateField()), Value(None, UUIDField())


def _stays(user: User) -> QuerySet:
    """Every stay and plan that stands, with the last day that is priced, for those who may see money."""
    prices = PlacementPrice.objects.visible_to(user).filter(placement=OuterRef("pk"))
    last = prices.order_by(F("end").desc(nulls_first=True)).values("end")[:1]  # without an end: it runs on
    rows = Placement.objects.visible_to(user).standing().order_by()
    return rows.values_list(
        Value("stay", CharField()), "case_id", "id", "planned_start", "start", "end", "decision_id",
        Subquery(last, DateField()), "moved_from_id",
    )  # fmt: skip


def _decisions(user: User) -> QuerySet:
    rows = Decision.objects.visible_to(user).exclude(outcome=Decision.Outcome.REJECTED).order_by()
    return rows.values_list(
        Value("decision", CharField()), "case_id", "id", "decided", "enforced", "end", NO_ID, NO_DAY, NO_ID
    )


def _tasks(user: User) -> QuerySet:
    rows = Task.objects.visible_to(user).open().filter(kind=Task.Kind.ENFORCE).order_by()
    return rows.values_list(
        Value("task", CharField()), "case_id", "id", "due", NO_DAY, NO_DAY, NO_ID, NO_DAY, NO_ID
    )
