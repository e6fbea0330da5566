"""What this part adds to a case: its panels and what is due."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
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
from cases.visibility import IsAnyOf
from placements.due_rows import NO, NO_DAY, NO_ID, due_of, is_waiting, waiting_rows
from placements.explained import sum_by_case
from placements.life import night_without_decision
from placements.marks import Watched, chain_starts, latest_cover, marks_of, unenforced_mark
from placements.models import (
    GrantApplication,
    Placement,
    PlacementAbsence,
    PlacementExtension,
    PlacementPrice,
)
from placements.showing import CODED, Sees, asks_for_codes, stay_row, to_show
from placements.waiting import chip_tone, waiting_for

APPLICATION_COLUMNS = (
    Heading("Inskickad"),
    Heading("Läge"),
    Heading("Sökt", True),
    Heading("Beviljat", True),
    Heading("Utbetalt", True),
    Heading("Väntar på"),
)


def stay_rows(case: Case, user: User) -> Parts:
    """The case's stays with their terms and places, and which of its cases has a code in place of a name."""

    def rows(model: Any) -> Any:
        return model.objects.visible_to(user).filter(case=case)

    # Named in the model's own order, which is what they are read back in.
    along = {"decision": ("kind", "decided", "end"), "agreement": ("charges_departure_day",)}
    along |= {"provider": ("code", "name")} if may_in_general(user, Can.SEE_PLACE) else {}
    coded = Case.objects.filter(IsAnyOf("id", CODED), pk=case.pk)
    return {
        **({"coded": Rows(coded.order_by(), only=("id",))} if asks_for_codes(user) else {}),
        "stays": Rows(rows(Placement), along),
        "prices": Rows(rows(PlacementPrice)),
        "absences": Rows(rows(PlacementAbsence)),
        "extensions": Rows(rows(PlacementExtension), {"decision": ("decided", "end")}),
    }


def stays_of(case: Case, found: Found) -> list[Placement]:
    """The stays that were read as `stay_rows`, each with its case and its terms."""
    for stay in found["stays"]:
        stay.case = case
        stay.give_terms(found["prices"], found["absences"], found["extensions"])
    return found["stays"]


def placement_rows(case: Case, user: User) -> Parts:
    """The case's stays, and its decisions."""
    decisions = Decision.objects.visible_to(user).filter(case=case)
    return stay_rows(case, user) | {"decisions": Rows(decisions)}


def load_placements(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The case's stays, newest first, and what they cost."""
    sees = to_show(user, coded=[row.pk for row in found.get("coded", ())])
    stays = stays_of(case, found)
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
        "undecided": _undecided(standing, today),
        "columns": _columns(sees),
        "stays": shown,
        "sees": sees,
        "today": today,
        "writes": writes,
        "sum": sum_by_case(standing, [case.pk], today)[case.pk] if sees.money else None,
        "place_url": place_url,
    }


def _undecided(stays: list[Placement], today: date) -> dict[str, Any] | None:
    """The stay, if any, that lacks a decision for tomorrow night or an earlier one."""
    left = {stay.moved_from_id for stay in stays}
    for stay in stays:
        night = night_without_decision(stay, goes_on=stay.pk in left, today=today)
        if night is not None:
            return {"night": night, "url": reverse("placement", args=[stay.case_id, stay.pk])}
    return None


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
    """A stay or plan; what its decisions cover besides; a decision that grants something; or a task.

    Of a decision `planned` is the day it was made and `start` the day it was carried out. Of a later cover
    `moved_from` is the stay. A task is to carry a decision out, or to make a plan (`flag`). Of a stay `flag`
    says that it was interrupted and may resume.
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
    departed: date | None
    plan: date | None
    flag: bool


def due_placements(user: User, today: date) -> list[Due]:
    """What is due about stays, plans and decisions that wait: one query."""
    open_ones = of_open_cases(user)
    decisions = _decisions(user).filter(open_ones)
    waiting = (rows.filter(open_ones) for rows in waiting_rows(user, today))
    rows = (
        _stays(user)
        .filter(open_ones)
        .union(
            decisions, _tasks(user).filter(open_ones), _covers(user).filter(open_ones), *waiting, all=True
        )
    )  # fmt: skip
    found: dict[str, list[_DueRow]] = {key: [] for key in ("stay", "decision", "task", "cover")}
    waits = []
    for row in rows:
        if is_waiting(row[0]):
            waits.append(due_of(*row[:4]))
        else:
            found[row[0]].append(_DueRow(*row))
    due = _stays_due(found, today) + _decisions_due(
        found["decision"], [row for row in found["task"] if not row.flag], today
    )
    return due + waits


def _stays_due(rows: dict[str, list[_DueRow]], today: date) -> list[Due]:
    stays = rows["stay"]
    starts = chain_starts((row.id, row.moved_from, row.start) for row in stays)
    continued = {row.moved_from for row in stays}
    covered_to = _covered_to(rows)
    planned = {row.case_id for row in rows["task"] if row.flag}
    planned |= {row.case_id for row in stays if row.plan is not None}
    began: dict[UUID, date] = {}
    for row in stays:
        if row.start is not None:
            began[row.case_id] = max(row.start, began.get(row.case_id, row.start))
    found = []
    for row in stays:
        watched = Watched(
            planned_start=row.planned,
            start=row.start,
            end=row.end,
            decision_end=covered_to.get(row.id),
            chain_start=starts[row.id],
            priced_to=row.priced_to,
            goes_on=row.id in continued,
            departed=row.departed,
            may_resume=row.flag and row.end is not None and began[row.case_id] < row.end,
            needs_plan=row.case_id not in planned and row.moved_from is None,
        )
        url = reverse("placement", args=[row.case_id, row.id])
        found += [Due(row.case_id, mark.text, mark.due, url) for mark in marks_of(watched, today)]
    return found


def _covered_to(rows: dict[str, list[_DueRow]]) -> dict[UUID, date | None]:
    """The first night that no decision covers, of each stay whose decision the reader sees."""
    decided_to = {row.id: row.end for row in rows["decision"]}
    later: dict[UUID, list[date | None]] = {}
    for row in rows["cover"]:
        if row.moved_from is not None and (row.decision is None or row.decision in decided_to):
            end = row.end if row.decision is None else decided_to[row.decision]
            later.setdefault(row.moved_from, []).append(end)
    return {
        row.id: latest_cover(decided_to[row.decision], later.get(row.id, ()))
        for row in rows["stay"]
        if row.decision in decided_to
    }


def _decisions_due(decisions: list[_DueRow], tasks: list[_DueRow], today: date) -> list[Due]:
    """Granted and not carried out. A case whose open tasks say so already is left to them."""
    said = {row.case_id for row in tasks}
    found = []
    for row in decisions:
        mark = unenforced_mark(row.planned, today) if row.start is None and row.case_id not in said else None
        if mark is not None:
            found.append(Due(row.case_id, mark.text, mark.due, reverse("case", args=[row.case_id])))
    return found


RESUMES = ExpressionWrapper(
    Q(end_reason=Placement.EndReason.INTERRUPTED) & ~Q(resumption=Placement.Resumption.NO), BooleanField()
)


def _stays(user: User) -> QuerySet:
    """Every stay and plan that stands, with the last day that is priced, for those who may see money."""
    prices = PlacementPrice.objects.visible_to(user).filter(placement=OuterRef("pk"))
    last = prices.order_by(F("end").desc(nulls_first=True)).values("end")[:1]  # without an end: it runs on
    rows = Placement.objects.visible_to(user).standing().order_by()
    return rows.values_list(
        Value("stay", CharField()), "case_id", "id", "planned_start", "start", "end", "decision_id",
        Subquery(last, DateField()), "moved_from_id", "departed", "implementation_plan", RESUMES,
    )  # fmt: skip


def _covers(user: User) -> QuerySet:
    """Decisions that stays were extended by, and nights without one that somebody has let pass."""
    rows = PlacementExtension.objects.visible_to(user).order_by()
    covering = rows.filter(Q(decision__isnull=False) | Q(authorised=True))
    return covering.values_list(
        Value("cover", CharField()), "case_id", "id", "made_on", NO_DAY, "new_end", "decision_id",
        NO_DAY, "placement_id", NO_DAY, NO_DAY, NO,
    )  # fmt: skip


def _decisions(user: User) -> QuerySet:
    rows = Decision.objects.visible_to(user).exclude(outcome=Decision.Outcome.REJECTED).order_by()
    return rows.values_list(
        Value("decision", CharField()), "case_id", "id", "decided", "enforced", "end", NO_ID, NO_DAY,
        NO_ID, NO_DAY, NO_DAY, NO,
    )  # fmt: skip


def _tasks(user: User) -> QuerySet:
    """Open tasks to carry a decision out, and tasks to make a plan, done or not."""
    enforce, plan = Q(kind=Task.Kind.ENFORCE, done_on=None), Q(kind=Task.Kind.PLAN)
    rows = Task.objects.visible_to(user).filter(enforce | plan).order_by()
    return rows.values_list(
        Value("task", CharField()), "case_id", "id", "due", NO_DAY, NO_DAY, NO_ID, NO_DAY, NO_ID,
        NO_DAY, NO_DAY, ExpressionWrapper(plan, BooleanField()),
    )  # fmt: skip
