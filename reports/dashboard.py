"""What the dashboard shows: counts from the rows that the user may see, and the operation's economy.

Counts follow the user's own sight, so that each equals the list it leads to. Nights and money are those of
the whole operation, counted as for the report, for those who follow the budget (DOMAIN.md 3.2).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import CharField, Count, QuerySet, Value

from avhopp.accounts.models import Municipality, User
from avhopp.audit.models import Event
from avhopp.audit.volume import ALARMS
from avhopp.kernel import periods
from avhopp.pages.charts import Budget, Lines, Series
from cases.models import Case, EmergencyAccess, EmergencyNotice, LogReview, LogReviewQuestion
from cases.panels import Due, due_everywhere
from cases.states import OPEN_STATES, CaseState
from collaboration.models import PoliceAssessment, ReleasePackage
from collaboration.rules import ASSESSMENT_WARNING
from placements.models import Placement
from placements.range_words import outcome_sentence, risk_sentence
from reports.facts import Facts
from reports.figures import Figures, figures, months
from reports.figures_money import MonthRow
from reports.figures_range import figure_range
from reports.pdf.document import SHORT_MONTHS
from reports.queries import facts_of

SOON = timedelta(days=14)
ALARMS_SHOWN = timedelta(days=7)
SHOWN = 8  # things that are due on the dashboard itself


@dataclass(frozen=True)
class DueGroup:
    """Things of one kind that are due, most urgent first in the list."""

    label: str
    overdue: int
    soon: int
    first: date


@dataclass(frozen=True)
class DueThing:
    """One thing that is due, with the number of its case."""

    due: Due
    case_no: str


@dataclass(frozen=True)
class Economy:
    """The figures of the running month and year, their charts, and how sure the forecast is, in sentences."""

    figures: Figures
    running: Lines
    budget: Budget | None
    outcome: str
    risk: str

    @property
    def granted(self) -> int:
        """Applications granted in full or in part."""
        return self.figures.applications.granted + self.figures.applications.partly


def open_cases(user: User) -> list[tuple[UUID, str, str]]:
    """Id, number and state of every open case that the user may see."""
    return list(
        Case.objects.visible_to(user).open().order_by("case_no").values_list("id", "case_no", "state")
    )


def by_state(cases: Iterable[tuple[UUID, str, str]]) -> list[tuple[CaseState, int]]:
    """How many open cases there are in each state, in the order of the process; empty states left out."""
    counted = Counter(state for _, _, state in cases)
    return [(state, counted[state]) for state in OPEN_STATES if counted[state]]


def due_things(cases: Iterable[tuple[UUID, str, str]], user: User, today: date) -> list[DueThing]:
    """Everything overdue or due within fourteen days, the most urgent first."""
    numbers = {key: number for key, number, _ in cases}
    near = [one for one in due_everywhere(user, today) if one.due <= today + SOON]
    return [DueThing(one, numbers[one.case_id]) for one in near if one.case_id in numbers]


def grouped(things: Iterable[DueThing], today: date) -> list[DueGroup]:
    """By what there is to do, those with most overdue first."""
    found: dict[str, list[date]] = {}
    for thing in things:
        found.setdefault(thing.due.label, []).append(thing.due.due)
    groups = [
        DueGroup(label, sum(day < today for day in days), sum(day >= today for day in days), min(days))
        for label, days in found.items()
    ]
    return sorted(groups, key=lambda group: (-group.overdue, group.first, group.label))


def list_counts(user: User, today: date) -> dict[str, int]:
    """How long the lists are that the dashboard leads to, in one query."""
    assessments = PoliceAssessment.objects.visible_to(user).filter(case__closed=None)
    placements = Placement.objects.visible_to(user)
    parts = {
        "expiring": assessments.expiring(today, today + ASSESSMENT_WARNING),
        "expired": assessments.expired(today),
        "taken_back": assessments.taken_back(),
        "notices": EmergencyNotice.objects.visible_to(user).unread(),
        "emergencies": EmergencyAccess.objects.followed_by(user).unreviewed(),
        "emergencies_late": EmergencyAccess.objects.followed_by(user).late(),
        "log_questions": LogReviewQuestion.objects.waiting_for(user),
        "log_reviews": LogReview.objects.visible_to(user).unsigned(),
        "log_reviews_late": LogReview.objects.visible_to(user).late(today),
        "read_alarms": Event.objects.visible_to(user).filter(
            kind__in=ALARMS, occurred_on__gt=today - ALARMS_SHOWN
        ),
        "releases": ReleasePackage.objects.visible_to(user).open(),
        "ongoing": placements.ongoing_on(today),
        "planned": placements.planned_on(today),
    }
    first, *others = (_counted(name, rows) for name, rows in parts.items())
    return dict.fromkeys(parts, 0) | dict(first.union(*others, all=True))


def _counted(name: str, rows: QuerySet) -> QuerySet:
    named = rows.order_by().annotate(list_name=Value(name, CharField()))
    return (
        named.values("list_name")
        .annotate(length=Count("pk", distinct=True))
        .values_list("list_name", "length")
    )


def economy_of(municipality: Municipality, today: date) -> Economy:
    """The operation's nights and money, as they stand today."""
    facts = facts_of(municipality)
    month = periods.month(today.year, today.month)
    found = figures(facts, month, today)
    # The year as seed, as on the page of the forecast, so that both say the same.
    forecast = figure_range(facts, month, today, seed=today.year)
    return Economy(
        found,
        _running(facts, found, today),
        _budget(found, today.year),
        outcome_sentence(forecast),
        risk_sentence(forecast),
    )


def _running(facts: Facts, found: Figures, today: date) -> Lines:
    rows: tuple[MonthRow, ...] = months(facts, today.year, today)
    rest = 12 - len(rows)
    forecast = (
        (None,) * (len(rows) - 1)
        + (found.year.cost,)
        + (None,) * (rest - 1)
        + (found.forecast.planned,) * (rest > 0)
    )
    return Lines(
        title=f"Kostnad {today.year} mot budget",
        about="Årets ackumulerade kostnad per månad, prognosen för helåret och budgeten.",
        labels=SHORT_MONTHS,
        series=(
            Series("Utfall", tuple(row.running_cost for row in rows) + (None,) * rest),
            Series("Prognos", forecast if rows else (None,) * 12),
        ),
        limit=found.budget.total or None,
        limit_label="Budget",
        unit="kr",
    )


def _budget(found: Figures, year: int) -> Budget | None:
    if not found.budget.lines:
        return None
    return Budget(
        title=f"Budget och prognos {year}",
        about="Kostnad hittills, det som redan är beslutat för resten av året, och prognosen.",
        budget=found.budget.total,
        spent=found.year.cost,
        committed=found.forecast.committed - found.year.cost,
        forecast=found.forecast.planned,
    )
