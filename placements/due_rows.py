"""What waits for somebody about a place: rows of the one query that panels.due_placements asks.

Each kind has a word, its rows with the day that it waits since, and what is due because of it. Other apps
register theirs when they start, so that a page asks no more the more there is to wait for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, DateField, QuerySet, UUIDField, Value

from avhopp.accounts.models import User
from cases.panels import Due

NO_DAY, NO_ID = Value(None, DateField()), Value(None, UUIDField())
NO = Value(False, BooleanField())


@dataclass(frozen=True)
class Waiting:
    """`rows` gives unordered rows and the name or expression of their day; None: nothing for this user."""

    word: str
    rows: Callable[[User, date], tuple[QuerySet, Any] | None]
    due: Callable[[UUID, UUID, date], Due]


_KINDS: dict[str, Waiting] = {}


def register_waiting(kind: Waiting) -> None:
    _KINDS[kind.word] = kind


def is_waiting(word: str) -> bool:
    return word in _KINDS


def waiting_rows(user: User, today: date) -> Iterator[QuerySet]:
    """In the columns of panels.due_placements; only the first four say anything."""
    for kind in _KINDS.values():
        found = kind.rows(user, today)
        if found is not None:
            rows, day = found
            yield rows.values_list(
                Value(kind.word, CharField()), "case_id", "id", day, NO_DAY, NO_DAY, NO_ID, NO_DAY, NO_ID,
                NO_DAY, NO_DAY, NO,
            )  # fmt: skip


def due_of(word: str, case_id: UUID, key: UUID, since: date) -> Due:
    return _KINDS[word].due(case_id, key, since)
