"""The demonstration: true on any day of the year, with something on every page, loaded once."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.demo import CAST, DEMO_CODE, DEMO_PASSWORD
from avhopp.accounts.models import Municipality
from cases.models import Case, Decision, DelegationRule, FollowUp, Investigation, Task
from cases.states import CaseState
from collaboration.models import Consent, Deviation, PoliceAssessment, RegisterCheck
from placements.models import BudgetLine, GrantApplication, Placement
from reports.scenario.demo import demo_scenario, moved_by
from reports.scenario.demonstration import load_demo, loaded_year
from reports.scenario.reading import read_bytes
from tests.scenarios.demonstration import account, noon
from tests.scenarios.files import as_bytes, golden

DAYS = [date(2026, 1, 1), date(2026, 3, 15), date(2026, 7, 20), date(2028, 2, 29), date(2028, 12, 31)]
MORE_DAYS = [
    date(2026, 1, 9),
    date(2026, 3, 14),
    date(2026, 6, 30),
    date(2026, 12, 31),
    date(2027, 1, 1),
]


@pytest.mark.parametrize(
    "today", [*DAYS, *(pytest.param(day, marks=pytest.mark.deep) for day in MORE_DAYS)], ids=str
)
def test_loads_on_any_day_and_tells_nothing_that_has_not_happened(db, today):
    load_demo(at=noon(today))
    assert loaded_year() == today.year
    with acting(account("inlasning")):
        assert not Case.objects.filter(received__gt=today).exists()
        assert not Case.objects.filter(closed__gt=today).exists()
        assert not Decision.objects.filter(decided__gt=today).exists()
        assert not Decision.objects.filter(enforced__gt=today).exists()
        assert not Placement.objects.filter(start__gt=today).exists()
        assert not GrantApplication.objects.filter(sent__gt=today).exists()
        assert not GrantApplication.objects.filter(decided__gt=today).exists()
        assert not RegisterCheck.objects.filter(done__gt=today).exists()
        assert not Consent.objects.filter(start__gt=today).exists()
        assert not BudgetLine.objects.filter(decided__gt=today).exists()
        assert not Investigation.objects.filter(concluded__gt=today).exists()
        assert {line.year for line in BudgetLine.objects.all()} == {today.year, today.year - 1}
        assert PoliceAssessment.objects.expired(today).exists()
        assert PoliceAssessment.objects.expiring(today, date.fromordinal(today.toordinal() + 14)).exists()
        assert Consent.objects.filter(end__lte=date.fromordinal(today.toordinal() + 30)).exists()
        assert Deviation.objects.unassessed().exists()
        assert Task.objects.overdue(today).exists()
        assert Case.objects.filter(state=CaseState.RECEIVED).exists()
        assert Case.objects.filter(state=CaseState.INVESTIGATION).exists()
        assert FollowUp.objects.filter(with_police=True, held=None, planned__gte=today).exists()
        assert DelegationRule.objects.in_force_on(today).filter(municipality__code=DEMO_CODE).exists()


def test_the_commands_load_today_and_tell_who_is_who(db):
    out = StringIO()
    call_command("demo_cast", stdout=out)
    assert out.getvalue() == "Demonstrationen är inte inläst.\n"
    assert loaded_year() is None
    call_command("load_demo", stdout=out)
    call_command("demo_cast", stdout=out)
    lines = out.getvalue().splitlines()
    assert f"Demonstrationen är inläst, för {timezone.localdate().year}." in lines
    assert all(any(f"{actor.handle}@0099" in line and actor.name in line for line in lines) for actor in CAST)
    assert out.getvalue().count(DEMO_PASSWORD) == 1
    assert Municipality.objects.get(code=DEMO_CODE).is_demo


def test_days_move_by_whole_years_and_29_february_finds_a_place():
    file = golden()
    file["cases"][7]["received"] = "2024-02-29"
    moved = moved_by(read_bytes(as_bytes(file)), 1)
    assert moved.cases[7].received == date(2025, 2, 28)
    assert moved.cases[0].received == date(2022, 2, 15)
    assert (moved.budget_lines[0].ref, moved.budget_lines[0].year) == ("ram-2023", 2023)
    assert moved.budget_lines[0].decision_ref == "Mål och budget 2023"
    assert moved.persons[7].birth_year == 2006
    assert moved.municipality.code == "0199"


@pytest.mark.parametrize(
    ("today", "cases", "begun", "planned"),
    [
        (date(2026, 1, 1), 6, {"L1", "L2", "L3", "L6"}, {"L4", "L4b"}),
        (date(2026, 3, 14), 8, {"L1", "L2", "L3", "L4", "L6", "L7"}, {"L1b", "L4b"}),
        (date(2026, 6, 1), 8, {"L1", "L1b", "L2", "L2b", "L3", "L4", "L4b", "L6", "L7"}, {"L3b", "L8"}),
        (
            date(2026, 12, 31),
            8,
            {"L1", "L1b", "L2", "L2b", "L3", "L3b", "L4", "L4b", "L6", "L7", "L8"},
            set(),
        ),
    ],
)
def test_begun_stays_that_lie_ahead_are_plans(today, cases, begun, planned):
    scenario = demo_scenario(today)
    assert len(scenario.cases) == cases
    assert {row.ref for row in scenario.placements if row.start} == begun
    assert {row.ref for row in scenario.placements if not row.start} == planned
