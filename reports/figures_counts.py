"""The counted figures: volumes, applications, unenforced decisions, children and checks.

Every function takes facts as `seen_from` leaves them, and `cut`, the last day that counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import NOTHING
from reports.facts import ApplicationFact, CaseFact, DecisionFact, Facts, LogReviewFact

ADULT_MONTHS = 18 * 12
MONTHS_TO_ENFORCE = 3
DAYS_TO_REVIEW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Volumes:
    """Cases, except where persons are named."""

    open_first: int
    new: int
    reopened: int
    closed: int
    open_last: int
    persons_open_last: int
    persons_year_to_date: int

    @property
    def balances(self) -> bool:
        """Whether the month's movements lead from its first figure to its last."""
        return self.open_first + self.new + self.reopened - self.closed == self.open_last


@dataclass(frozen=True, slots=True)
class Applications:
    """Grant applications, never persons; sums in kronor."""

    sent: int
    granted: int
    partly: int
    refused: int
    pending: int
    applied_sum: Decimal
    granted_sum: Decimal
    paid_sum: Decimal


@dataclass(frozen=True, slots=True)
class Unenforced:
    """Decisions that were not carried out in time, and the longest wait in days."""

    count: int
    longest_days: int


@dataclass(frozen=True, slots=True)
class Children:
    """Children of persons with an open case, and persons under 18 with a case of their own."""

    affected: int
    own_cases: int


@dataclass(frozen=True, slots=True)
class Checks:
    """Police register checks planned in the month."""

    planned: int
    done: int
    deviations: int


@dataclass(frozen=True, slots=True)
class Emergencies:
    """Emergency accesses taken in the month, and how the reviews of those stand."""

    taken: int
    opened: int
    justified: int
    not_justified: int
    waiting: int  # not reviewed yet, within seven days
    late: int  # not reviewed within seven days; also when it was done later

    @property
    def reviewed(self) -> int:
        """Those whose review is done."""
        return self.justified + self.not_justified


def count_volumes(seen: Facts, month: Period, cut: date) -> Volumes:
    """The flow of cases through the month. A case is `reopened` when the person has an earlier one."""
    received = [row for row in seen.cases if month.start <= row.received <= cut]
    first_received = _first_received(seen.cases)
    reopened = sum(first_received[row.person] < row.received for row in received)
    open_last = _open_after(seen.cases, cut)
    january = date(month.start.year, 1, 1)
    return Volumes(
        open_first=sum(
            row.received < month.start and not (row.closed is not None and row.closed < month.start)
            for row in seen.cases
        ),
        new=len(received) - reopened,
        reopened=reopened,
        closed=sum(row.closed is not None and month.start <= row.closed <= cut for row in seen.cases),
        open_last=len(open_last),
        persons_open_last=len({row.person for row in open_last}),
        persons_year_to_date=len(
            {row.person for row in seen.cases if _was_open_on_some_day(row, january, cut)}
        ),
    )


def count_applications(seen: Facts, as_of: date, cut: date) -> Applications:
    """Applications sent by the cut, whatever the year; answers given by as_of count, by their amounts."""
    sent = [row for row in seen.applications if row.sent <= cut]
    answered = [row for row in sent if row.decided is not None and row.decided <= as_of]
    outcomes = [_outcome(row) for row in answered]
    return Applications(
        sent=len(sent),
        granted=outcomes.count("granted"),
        partly=outcomes.count("partly"),
        refused=outcomes.count("refused"),
        pending=len(sent) - len(answered),
        applied_sum=sum((row.applied for row in sent), NOTHING),
        granted_sum=sum((row.granted or NOTHING for row in answered), NOTHING),
        paid_sum=sum((row.paid or NOTHING for row in answered), NOTHING),
    )


def count_unenforced(seen: Facts, month: Period, cut: date) -> Unenforced:
    """Decisions that were three months old and not carried out on some day of the quarter up to the cut.

    Three calendar months after 30 November is 28 or 29 February. A decision carried out on the very day
    is in time (DOMAIN.md section 7.4).
    """
    quarter_starts = periods.quarter(month.start).start
    waits = [
        (min(row.enforced or cut, cut) - row.decided).days
        for row in seen.decisions
        if _is_late(row, quarter_starts, cut)
    ]
    return Unenforced(count=len(waits), longest_days=max(waits, default=0))


def count_interrupted(seen: Facts, month: Period, cut: date) -> Unenforced:
    """Interruptions that were three months old and not resumed on some day of the quarter up to the cut.

    What is interrupted is to be resumed within three months, or told of as a decision that is not carried out
    (DOMAIN.md 2.2 and 4.3). The clock stops when the person stays somewhere again in the same
    case, when the decision ends, and when the case is closed. Beside the figures, which are the scenario
    format's and no others: `unenforced` is of decisions that were never begun.
    """
    quarter_starts = periods.quarter(month.start).start
    decisions = {row.key: row for row in seen.decisions}
    cases = {row.key: row for row in seen.cases}
    waits = []
    for row in seen.interruptions:
        decision, case = decisions.get(row.decision), cases.get(row.case)
        if decision is None or case is None:
            continue
        again = [
            other.start
            for other in seen.placements
            if other.case == row.case and other.key != row.placement and other.start and other.start >= row.on
        ]
        stops = min((day for day in (*again, decision.end, case.closed) if day is not None), default=None)
        first_late_day = max(quarter_starts, periods.add_months(row.on, MONTHS_TO_ENFORCE))
        if first_late_day <= cut and (stops is None or first_late_day < stops):
            waits.append((min(stops or cut, cut) - row.on).days)
    return Unenforced(count=len(waits), longest_days=max(waits, default=0))


def count_children(seen: Facts, cut: date) -> Children:
    """Children of persons with a case open after the cut, and those of the persons who are under 18.

    Whoever is born on 29 February comes of age on 28 February.
    """
    open_persons = {row.person for row in _open_after(seen.cases, cut)}
    persons = [row for row in seen.persons if row.key in open_persons]
    return Children(
        affected=sum(row.children for row in persons),
        own_cases=sum(
            row.birth_date is not None and cut < periods.add_months(row.birth_date, ADULT_MONTHS)
            for row in persons
        ),
    )


def count_checks(seen: Facts, month: Period, cut: date) -> Checks:
    """Checks planned in the month up to the cut; a check made after the cut is not done."""
    planned = [row for row in seen.checks if month.start <= row.planned <= cut]
    done = [row for row in planned if row.done is not None and row.done <= cut]
    return Checks(planned=len(planned), done=len(done), deviations=sum(row.deviation for row in done))


def count_emergencies(facts: Facts, month: Period, as_of: date, cut: date) -> Emergencies:
    """Emergency accesses taken in the month up to the cut, with the reviews that were done by as_of."""
    taken = [row for row in facts.emergencies if month.start <= row.taken <= cut]
    done = [row for row in taken if row.reviewed is not None and row.reviewed <= as_of]
    late = [row for row in taken if min(row.reviewed or as_of, as_of) > row.taken + DAYS_TO_REVIEW]
    return Emergencies(
        taken=len(taken),
        opened=sum(row.opened for row in taken),
        justified=sum(row.justified is True for row in done),
        not_justified=sum(row.justified is False for row in done),
        waiting=sum(row not in done and row not in late for row in taken),
        late=len(late),
    )


def reviews_of_log(facts: Facts, month: Period) -> list[LogReviewFact]:
    """The reviews that the month's report tells of: the month before's, done in this one, and its own."""
    told = (periods.add_months(month.start, -1), month.start)
    return sorted((row for row in facts.log_reviews if row.month in told), key=lambda row: row.month)


def _first_received(cases: Iterable[CaseFact]) -> dict[str, date]:
    first: dict[str, date] = {}
    for row in cases:
        first[row.person] = min(row.received, first.get(row.person, row.received))
    return first


def _open_after(cases: Iterable[CaseFact], cut: date) -> list[CaseFact]:
    return [row for row in cases if row.received <= cut and (row.closed is None or row.closed > cut)]


def _was_open_on_some_day(case: CaseFact, first: date, last: date) -> bool:
    opens = max(case.received, first)
    return opens <= last and (case.closed is None or opens < case.closed)


def _outcome(application: ApplicationFact) -> str:
    if application.granted is None:
        return "refused"
    if application.granted >= application.applied:
        return "granted"
    return "partly" if application.granted > 0 else "refused"


def _is_late(decision: DecisionFact, quarter_starts: date, cut: date) -> bool:
    """Whether there is a day, late and in the quarter up to the cut, with the decision not carried out."""
    first_late_day = max(quarter_starts, periods.add_months(decision.decided, MONTHS_TO_ENFORCE))
    return first_late_day <= cut and (decision.enforced is None or first_late_day < decision.enforced)
