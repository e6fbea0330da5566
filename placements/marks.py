"""When a stay or a decision needs somebody's attention (DOMAIN.md 4.9). Pure: rows in, days and words out.

Words say nothing about threat, health or gang.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.periods import ONE_DAY, add_months

AHEAD = timedelta(days=30)
#: A mark that nobody can make undone is shown for a while, and then no more.
AFTERWARDS = timedelta(days=30)
UNENFORCED_AFTER = timedelta(days=60)
MARKS = {
    12: "Placeringen når 12 månader: följ upp nivån",
    18: "Placeringen når 18 månader: pröva fortsättningen",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """`due` is the day it concerns."""

    text: str
    due: date


@dataclass(frozen=True, slots=True)
class Watched:
    """A stay as the marks need it. `chain_start` is the arrival at the chain's first place.

    `priced_to` is the day the last agreed price ends; None runs on, or is not for the reader to know.
    `decision_end` is the first night that no decision covers, `departed` the real departure. `may_resume`: it
    was interrupted, is not known to be over, and nothing has begun since. `needs_plan`: nothing tells of an
    implementation plan.
    """

    planned_start: date
    start: date | None
    end: date | None
    decision_end: date | None
    chain_start: date | None
    priced_to: date | None
    goes_on: bool = False
    departed: date | None = None
    may_resume: bool = False
    needs_plan: bool = False


def marks_of(stay: Watched, today: date) -> list[Mark]:
    """What is due about a stay or a plan that still stands."""
    if stay.start is None:
        passed = stay.planned_start < today
        return (
            [Mark("Planerad ankomst har passerat: registrera eller ta bort", stay.planned_start)]
            if passed
            else []
        )
    if stay.end is not None and stay.end <= today:
        return _after(stay, today)
    found = [] if stay.goes_on else _of_the_decision(stay, today)
    if stay.needs_plan and today >= (plan_due := due(DeadlineKind.PLAN, stay.start)) - AHEAD / 2:
        found.append(Mark("Genomförandeplan saknas", plan_due))
    if stay.priced_to is not None and stay.end is None and stay.priced_to <= today + AHEAD:
        found.append(Mark("Det avtalade priset går ut", stay.priced_to))
    return found + [
        Mark(text, day)
        for months, text in MARKS.items()
        if stay.chain_start is not None
        and (day := add_months(stay.chain_start, months)) - AHEAD <= today <= day + AFTERWARDS
        and (stay.end is None or stay.end > day)
    ]


def undecided_night(end: date | None, covered_to: date | None, today: date) -> date | None:
    """The first night without a decision, when it is tonight's, tomorrow's or has been; else None.

    `end` is the departure that counts: a stay that ends by then has no such night.
    """
    if covered_to is None or covered_to > today + ONE_DAY:
        return None
    return covered_to if end is None or end > covered_to else None


def _of_the_decision(stay: Watched, today: date) -> list[Mark]:
    """The last day to decide is the one before the night that no decision covers."""
    night = undecided_night(stay.end, stay.decision_end, today)
    if night is not None:
        return [Mark(f"Beslut saknas för natten från {night.isoformat()}", night - ONE_DAY)]
    if stay.decision_end is not None and stay.decision_end <= today + AHEAD:
        return [Mark("Beslutet om placeringen går ut", stay.decision_end)]
    return []


def _after(stay: Watched, today: date) -> list[Mark]:
    """What is due about a stay whose last night is over."""
    if stay.end is None:
        return []
    if stay.departed is None:
        return [Mark("Bekräfta avresan, eller registrera fler dygn", stay.end)]
    if stay.may_resume and today >= stay.end + UNENFORCED_AFTER:
        return [Mark("Avbruten vård har inte återupptagits", due(DeadlineKind.UNENFORCED_DECISION, stay.end))]
    return []


def latest_cover(own: date | None, later: Iterable[date | None]) -> date | None:
    """How far decisions reach, the stay's own and later ones; None, a decision without an end, reaches on."""
    ends = [own, *later]
    return None if None in ends else max(day for day in ends if day is not None)


def unenforced_mark(decided: date, today: date) -> Mark | None:
    """A decision that has waited 60 days to be carried out; three months is the limit."""
    if today < decided + UNENFORCED_AFTER:
        return None
    return Mark("Beslutet är inte verkställt", due(DeadlineKind.UNENFORCED_DECISION, decided))


def chain_starts(links: Iterable[tuple[object, object, date | None]]) -> dict[object, date | None]:
    """The arrival at the chain's first place, by key. `links`: key, the key moved from or None, arrival."""
    rows = {key: (moved_from, start) for key, moved_from, start in links}

    def first(key: object) -> date | None:
        while rows[key][0] in rows:
            key = rows[key][0]
        return rows[key][1]

    return {key: first(key) for key in rows}
