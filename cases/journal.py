"""What the journal's page tells of notes that are not signed yet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection


@dataclass(frozen=True)
class Waiting:
    """That somebody else has a draft, and not what it says."""

    author: str
    written_at: datetime


def drafts_of_others(case_id: UUID) -> list[Waiting]:
    """Whose unsigned notes wait in the case, the oldest first; none without the right see_journal.

    The drafts themselves are their authors' alone, in the database too: it tells this by a function.
    """
    with connection.cursor() as cursor:
        cursor.execute("select author, written_at from sec.drafts_of_others(%s)", [case_id])
        return [Waiting(*row) for row in cursor.fetchall()]
