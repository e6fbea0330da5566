"""The month's reads, from the log, as the draw needs them and as the drawn rows keep them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from avhopp.access.roles import GrantKind
from avhopp.kernel.periods import add_months
from cases.log_review.flags import ACTED_WITHIN, Read

STOCKHOLM = ZoneInfo("Europe/Stockholm")
KINDS = set(GrantKind.values)
ASKED = "select * from sec.reads_to_review(%s, %s, %s, %s)"


@dataclass(frozen=True)
class LoggedRead:
    """One entry of the log with what the database knew of it, by column name."""

    columns: dict[str, Any]

    def as_read(self) -> Read:
        """As the rules and the drawing of lots take it."""
        found = self.columns
        return Read(
            id=str(found["id"]),
            at=found["at"],
            actor=str(found["actor_id"]),
            unit=_text(found["unit_id"]),
            what=found["what"],
            source=found["source"],
            ground=frozenset(_grounds(found)),
            cases=tuple(str(case) for case in found["case_ids"]),
            is_list=found["case_id"] is None,
            shown=found["shown"],
            searched_by=found["searched_by"] or "",
            unheld=found["unheld"],
            acted=found["acted"],
            released=found["released"],
            same_name=found["same_name"],
        )


def bounds(month: date) -> tuple[datetime, datetime]:
    """The moments in Sweden at which a month begins and the next one does."""
    return tuple(  # type: ignore[return-value]
        datetime.combine(day, time(), STOCKHOLM).astimezone(UTC) for day in (month, add_months(month, 1))
    )


def reads_of(month: date, known: datetime) -> dict[str, LoggedRead]:
    """Every read about a case in the month, by id, with what was known of it at `known`. One query.

    Whoever acts needs the right to draw; others get nothing.
    """
    begins, ends = bounds(month)
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [begins, ends, known, ACTED_WITHIN])  # type: ignore[list-item]
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {str(row["id"]): LoggedRead(row) for row in rows}


def _grounds(found: dict[str, Any]) -> Iterator[str]:
    """The kinds of grant that the log names; for a list, which names none, those that the cases had then."""
    named = [kind for kind in found["ground"].split(",") if kind in KINDS]
    yield from named or (found["held"] if found["case_id"] is None else ())


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
