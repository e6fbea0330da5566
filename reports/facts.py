"""The facts of one municipality that the figures are counted from, free of database and clock.

Keys are any texts that are unique within their kind; rows stand in the order they were entered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from placements.costs import Absence, PricePeriod


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A person. `birth_date` as `known_birth_date` gives it; `children` is how many they have."""

    key: str
    birth_date: date | None
    children: int = 0


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A case, open on the days received <= day < closed."""

    key: str
    person: str
    received: date
    closed: date | None


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """A decision on a measure; `enforced` is the day it was carried out, None when it has not been."""

    key: str
    case: str
    decided: date
    end: date | None
    enforced: date | None


@dataclass(frozen=True, slots=True)
class PlacementFact:
    """A placement: `agreement` is True inside a framework agreement; `start` None has not begun."""

    key: str
    case: str
    decision: str | None
    agreement: bool
    planned_start: date | None
    start: date | None
    end: date | None
    prices: tuple[PricePeriod, ...]
    absences: tuple[Absence, ...] = ()
    charges_departure_day: bool = False
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class InterruptionFact:
    """A stay that was interrupted on a day, and is to begin again or may: nobody has said that it is not."""

    placement: str
    case: str
    decision: str
    on: date


@dataclass(frozen=True, slots=True)
class BudgetLineFact:
    """A budget line in kronor; `kind` is ramhojande, riktad, ram or statsbidrag.

    The key is what the figures show as its `ref`.
    """

    key: str
    year: int
    kind: str
    amount: Decimal
    decided: date


@dataclass(frozen=True, slots=True)
class ReallocationFact:
    """Kronor moved between two budget lines, by their keys."""

    source: str
    target: str
    amount: Decimal
    decided: date


@dataclass(frozen=True, slots=True)
class ApplicationFact:
    """A grant application to the police, amounts in kronor; `decided` None is not answered yet."""

    key: str
    case: str
    sent: date
    applied: Decimal
    decided: date | None
    granted: Decimal | None
    paid: Decimal | None


@dataclass(frozen=True, slots=True)
class CheckFact:
    """A police register check that was planned for a day; `done` None has not been made."""

    case: str
    planned: date
    done: date | None
    deviation: bool = False


@dataclass(frozen=True, slots=True)
class EmergencyFact:
    """An emergency access (nödåtkomst), by days; `opened` is False when the number had no case to open.

    `reviewed` None has not been reviewed; `justified` is what the review found, None before it.
    """

    taken: date
    opened: bool
    reviewed: date | None = None
    justified: bool | None = None


@dataclass(frozen=True, slots=True)
class LogReviewFact:
    """The review of one month's read log, in numbers as they stand; `signed` None waits for its signature."""

    month: date
    drawn: int
    reviewed: int
    explain: int
    remarks: int
    break_glass: int
    break_glass_waiting: int
    signed: date | None = None


@dataclass(frozen=True, slots=True)
class AssumptionFact:
    """What the forecast with a range takes for granted for a year (placements/simulation.py)."""

    year: int
    default_months: Decimal
    step_down_months: int
    step_down_percent: int
    ends_hold_percent: int
    arrivals: tuple[Decimal, ...]
    rate: Decimal | None
    complete_from: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the figures of one municipality are counted from."""

    persons: tuple[PersonFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    decisions: tuple[DecisionFact, ...] = ()
    placements: tuple[PlacementFact, ...] = ()
    budget_lines: tuple[BudgetLineFact, ...] = ()
    reallocations: tuple[ReallocationFact, ...] = ()
    applications: tuple[ApplicationFact, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    emergencies: tuple[EmergencyFact, ...] = ()
    log_reviews: tuple[LogReviewFact, ...] = ()
    assumptions: tuple[AssumptionFact, ...] = ()
    interruptions: tuple[InterruptionFact, ...] = ()
    withdrawn: tuple[date, ...] = ()  # the planned days of placements that never began


def known_birth_date(identity_birth_date: date | None, birth_year: int | None) -> date | None:
    """The birth date of the identity number, else 31 December of the birth year, else None."""
    if identity_birth_date is not None:
        return identity_birth_date
    return None if birth_year is None else date(birth_year, 12, 31)


def seen_from(facts: Facts, as_of: date) -> Facts:
    """The facts that were known on the day.

    A case received, a decision made or a budget line decided later does not exist, nor does what hangs
    on such a case or decision: its decisions and placements. Budget lines have the amounts that money moved
    between them by then leaves them. A case closed later is open. Ends, prices and
    absences are used as decided, also when they lie ahead. The days on which a placement began, a decision
    was carried out, an application answered, a check made and an emergency reviewed are left: the figures
    compare them themselves.
    """
    cases = tuple(_case_seen_from(row, as_of) for row in facts.cases if row.received <= as_of)
    known_cases = {row.key for row in cases}
    decisions = tuple(row for row in facts.decisions if row.decided <= as_of and row.case in known_cases)
    known_decisions = {None, *(row.key for row in decisions)}
    return replace(
        facts,
        cases=cases,
        decisions=decisions,
        placements=tuple(
            row for row in facts.placements if row.case in known_cases and row.decision in known_decisions
        ),
        budget_lines=tuple(
            replace(row, amount=row.amount + _moved_to(row.key, facts.reallocations, as_of))
            for row in facts.budget_lines
            if row.decided <= as_of
        ),
        reallocations=(),
    )


def _moved_to(key: str, moves: Iterable[ReallocationFact], as_of: date) -> Decimal:
    """What was moved to the line, less what was moved from it, by decisions up to `as_of`."""
    known = [row for row in moves if row.decided <= as_of]
    into = sum((row.amount for row in known if row.target == key), Decimal(0))
    return into - sum((row.amount for row in known if row.source == key), Decimal(0))


def _case_seen_from(case: CaseFact, as_of: date) -> CaseFact:
    if case.closed is not None and case.closed > as_of:
        return replace(case, closed=None)
    return case
