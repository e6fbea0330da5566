"""The clocks that the law and the routines set (DOMAIN.md sections 2.2 and 4.9).

A due day is the last day on which the thing is done in time. It is computed, never typed.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, Self

from avhopp.kernel.periods import add_months
from avhopp.kernel.workdays import add_workdays, is_workday, last_workday_before

SOON = timedelta(days=14)

Urgency = Literal["overdue", "today", "soon", "later"]


class DeadlineKind(StrEnum):
    """What is due. The value is stored, the Swedish label is shown."""

    label: str

    POLICE_CONTACT = "police_contact", "Kontakta polisens samordnare"
    CHILD_SAFETY_ASSESSMENT = "child_safety_assessment", "Skyddsbedömning av barn"
    PRELIMINARY_ASSESSMENT = "preliminary_assessment", "Förhandsbedömning"
    INVESTIGATION = "investigation", "Utredning"
    APPEAL = "appeal", "Överklagande"
    UNENFORCED_DECISION = "unenforced_decision", "Beslut som inte är verkställt"
    THREAT_ASSESSMENT = "threat_assessment", "Hotbildsbedömningen går ut"
    PLAN = "plan", "Genomförandeplan"
    FOLLOW_UP = "follow_up", "Uppföljning"
    JOURNAL_DRAFT = "journal_draft", "Journalanteckning att signera"
    DELAY_CLAIM = "delay_claim", "Parten kan begära att ärendet avgörs"

    def __new__(cls, value: str, label: str) -> Self:
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.label = label
        return kind

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of value and label, as a form or a model field wants them."""
        return [(kind.value, kind.label) for kind in cls]


def _workdays(n: int) -> Callable[[date], date]:
    return lambda start: add_workdays(start, n)


def _days(n: int) -> Callable[[date], date]:
    return lambda start: start + timedelta(days=n)


def _months(n: int) -> Callable[[date], date]:
    return lambda start: add_months(start, n)


_LENGTHS: Mapping[DeadlineKind, Callable[[date], date]] = {
    DeadlineKind.POLICE_CONTACT: _workdays(1),  # from the first contact; routine
    DeadlineKind.CHILD_SAFETY_ASSESSMENT: _days(0),  # from the report of concern; at once
    DeadlineKind.PRELIMINARY_ASSESSMENT: _days(14),  # from the report of concern; SoL 20 kap. 2 §
    DeadlineKind.INVESTIGATION: _months(4),  # from its opening; for adults a local limit
    DeadlineKind.APPEAL: _days(21),  # from the day the party got the decision; FL 44 §
    DeadlineKind.UNENFORCED_DECISION: _months(3),  # from the decision; reported to IVO
    DeadlineKind.THREAT_ASSESSMENT: _days(90),  # from the assessment; its own end date goes first
    DeadlineKind.PLAN: _days(30),  # from the start of the measure; routine
    DeadlineKind.FOLLOW_UP: _months(3),  # from the last follow-up; routine
    DeadlineKind.JOURNAL_DRAFT: _days(5),  # from the draft; routine
    DeadlineKind.DELAY_CLAIM: _months(6),  # from the application; FL 12 §
}


def due(kind: DeadlineKind, start: date) -> date:
    """The due day of a clock that started on the day.

    Months are calendar months, clamped to the last day of the month. The due day may be a holiday.
    """
    return _LENGTHS[kind](start)


def warn_on(due: date) -> date:
    """The last working day on which the due day can be kept: the day itself, or the last one before it.

    Lag (1930:173) 2 § lets an act wait for the next working day; we warn before and never rely on that.
    A decision received on 2026-12-03 may be appealed until 2026-12-24, julafton: warn on 2026-12-23.
    """
    return due if is_workday(due) else last_workday_before(due)


def urgency(due: date, today: date) -> Urgency:
    """How near the due day is; 'soon' is within 14 days."""
    if due < today:
        return "overdue"
    if due == today:
        return "today"
    return "soon" if due - today <= SOON else "later"
