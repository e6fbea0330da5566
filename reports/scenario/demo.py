"""The demonstration's scenario: the golden year moved to this year, as far as it has come. Pure.

Everything is seen from `today`: what has not happened yet does not exist, or is a plan. So the demonstration
is true on any day of the year that it is loaded on.
"""

from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from avhopp.accounts.demo import DEMO_CODE
from avhopp.kernel.periods import add_months
from reports.scenario.document import (
    ApplicationRow,
    BudgetLineRow,
    CaseRow,
    CheckRow,
    DecisionRow,
    MunicipalityRow,
    PlacementRow,
    Scenario,
)
from reports.scenario.reading import read_file

GOLDEN = Path(__file__).with_name("golden_2022.json")
GOLDEN_YEAR = 2022

#: Numbers that the tax agency has published for tests; the year of birth follows the number.
TEST_NUMBERS = {"P1": "198112189876", "P2": "197010632391", "P6": "196408233234"}

EXPIRES_SOON, HAS_EXPIRED, CONSENT_ENDS = "A1", "A6", "A5"


def demo_scenario(today: date) -> Scenario:
    """What is loaded on this day."""
    moved = moved_by(read_file(GOLDEN), today.year - GOLDEN_YEAR)
    home = MunicipalityRow(code=DEMO_CODE, name="Demokommun", board="Socialnämnden", registry_prefix="SN")
    return known_on(_enriched(replace(moved, municipality=home), today), today)


def moved_by(part: Any, years: int) -> Any:
    """The same a number of years later: days, years of birth and budgets, and years named in budget lines.

    29 February becomes 28 February where there is none.
    """
    if isinstance(part, date):
        return add_months(part, 12 * years)
    if isinstance(part, tuple):
        return tuple(moved_by(one, years) for one in part)
    if not is_dataclass(part) or isinstance(part, type):
        return part
    changed = {one.name: moved_by(getattr(part, one.name), years) for one in fields(part)}
    for name in ("year", "birth_year"):
        if changed.get(name) is not None:
            changed[name] += years
    moved = replace(part, **changed)  # type: ignore[type-var]
    if isinstance(moved, BudgetLineRow):
        then, now = str(GOLDEN_YEAR), str(GOLDEN_YEAR + years)
        moved = replace(
            moved,
            ref=moved.ref.replace(then, now),
            decision_ref=(moved.decision_ref or "").replace(then, now) or None,
        )
    return moved


def known_on(scenario: Scenario, today: date) -> Scenario:
    """What was known on the day: later rows are gone with what hangs on them, later steps are not taken."""
    cases = {row.ref for row in scenario.cases if row.received <= today}
    decisions = tuple(row for row in scenario.decisions if row.case in cases and row.decided <= today)
    decided = {row.ref for row in decisions}
    return replace(
        scenario,
        budget_lines=tuple(row for row in scenario.budget_lines if row.decided <= today),
        persons=tuple(row for row in scenario.persons if row.ref in _persons(scenario, cases)),
        cases=tuple(_case(row, today) for row in scenario.cases if row.ref in cases),
        assessments=tuple(row for row in scenario.assessments if row.case in cases and row.received <= today),
        consents=tuple(row for row in scenario.consents if row.case in cases and row.start <= today),
        decisions=tuple(_decision(row, today) for row in decisions),
        placements=tuple(_placement(row, today) for row in scenario.placements if row.decision in decided),
        applications=tuple(
            _application(row, today)
            for row in scenario.applications
            if row.case in cases and row.sent <= today
        ),
        checks=tuple(_check(row, today) for row in scenario.checks if row.case in cases),
    )


def _persons(scenario: Scenario, cases: set[str]) -> set[str]:
    return {row.person for row in scenario.cases if row.ref in cases}


def _case(row: CaseRow, today: date) -> CaseRow:
    if row.closed is None or row.closed <= today:
        return row
    return replace(row, closed=None, closing_reason=None)


def _decision(row: DecisionRow, today: date) -> DecisionRow:
    return replace(row, enforced=None) if row.enforced is not None and row.enforced > today else row


def _placement(row: PlacementRow, today: date) -> PlacementRow:
    return replace(row, start=None) if row.start is not None and row.start > today else row


def _application(row: ApplicationRow, today: date) -> ApplicationRow:
    if row.decided is None or row.decided <= today:
        return row
    return replace(row, status="inskickad", decided=None, granted=None, paid=None)


def _check(row: CheckRow, today: date) -> CheckRow:
    if row.done is None or row.done <= today:
        return row
    return replace(row, done=None, deviation=False)


def _enriched(scenario: Scenario, today: date) -> Scenario:
    """Last year's budget, more applications, test numbers, and validities that end about now."""
    year = today.year
    return replace(
        scenario,
        budget_lines=(
            BudgetLineRow(
                ref=f"ram-{year - 1}",
                year=year - 1,
                kind="ramhojande",
                amount=Decimal(2_800_000),
                decided=date(year - 2, 11, 25),
                decision_ref=f"Mål och budget {year - 1}",
            ),
            *scenario.budget_lines,
        ),
        persons=tuple(
            replace(row, identity=TEST_NUMBERS[row.ref], birth_year=int(TEST_NUMBERS[row.ref][:4]))
            if row.ref in TEST_NUMBERS
            else row
            for row in scenario.persons
        ),
        assessments=tuple(
            replace(row, valid_to=_ends(row.case, row.valid_to, row.received, today))
            for row in scenario.assessments
        ),
        consents=tuple(
            replace(row, end=today + timedelta(days=20 if row.case == CONSENT_ENDS else 200))
            for row in scenario.consents
        ),
        applications=(*scenario.applications, *_applications(year)),
    )


def _ends(case: str, planned: date, received: date, today: date) -> date:
    if case == EXPIRES_SOON:
        return today + timedelta(days=9)
    if case == HAS_EXPIRED:
        return max(received, today - timedelta(days=6))
    return max(planned, today + timedelta(days=60))


def _applications(year: int) -> tuple[ApplicationRow, ...]:
    """A refusal and one that is accounted for, so that every outcome is there to see."""
    return (
        ApplicationRow(
            ref="N6",
            case="A5",
            sent=date(year - 1, 6, 15),
            applied=Decimal(150_000),
            status="avslagen",
            decided=date(year - 1, 11, 20),
            granted=Decimal(0),
        ),
        ApplicationRow(
            ref="N7",
            case="A1",
            sent=date(year - 1, 4, 10),
            applied=Decimal(80_000),
            status="slutredovisad",
            decided=date(year - 1, 8, 20),
            granted=Decimal(80_000),
            paid=Decimal(80_000),
        ),
    )
