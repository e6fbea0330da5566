"""Who has read a case: what the page shows of each reading, from functions that the second wall answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, JSONField
from django.utils.dateparse import parse_datetime

from avhopp.access.roles import Can, GrantKind, Role
from cases.emergencies import WHAT

#: The right under which something was read, or that it was shown in a list, in words.
WORDS = {
    **{can.value: words for can, words in WHAT.items()},
    Can.SEE_INTAKE.value: "Aktualiseringen",
    Can.SEE_HEALTH.value: "Hälsa och beroende",
    Can.SEE_CHILDREN.value: "Barnens situation",
    Can.SEE_PLACE.value: "Utförare och plats",
    Can.SEE_MONEY.value: "Kostnader",
    Can.SEE_APPLICATION.value: "Ansökan om statliga medel",
    Can.SEE_TASKS.value: "Uppgifter",
    Can.SEE_PROTECTED_CONTACT.value: "Skyddad kontaktuppgift",
    Can.SEE_READERS.value: "Vem som läst ärendet",
}
POLICE = {"see_release": "Utlämnat paket", "list_release": "Att ett paket är utlämnat"}
SEARCHES = {"namn": "namn", "personnummer": "personnummer", "arendenummer": "ärendenummer"}
GROUNDS = {
    **dict(GrantKind.choices), "roll": "Rollen", "behorigheter": "Behörighet till ärendet",
    "utlamnat": "Utlämnat till polisen",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """One reading in words. Of the police the unit is told, never who."""

    at: datetime
    who: str
    role: str
    unit: str
    what: str
    ground: str
    reason: str
    is_police: bool
    is_emergency: bool
    is_list: bool


class Readings(Sequence[Reading]):
    """The readings of a case, the newest first, for page_of. Without the right see_readers there are none."""

    def __init__(
        self, case_id: UUID, kind: str = "", since: datetime | None = None, before: datetime | None = None
    ) -> None:
        self._asked = (case_id, kind, since, before)

    def count(self) -> int:  # type: ignore[override]
        with connection.cursor() as cursor:
            cursor.execute("select sec.count_case_reads(%s, %s, %s, %s)", self._asked)
            return cursor.fetchone()[0]

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Reading]:  # type: ignore[override]
        most = max(0, wanted.stop - wanted.start)
        with connection.cursor() as cursor:
            cursor.execute(
                "select at, who, role, unit, what, ground, source, listed, searched_by, reason"
                " from sec.case_reads(%s, %s, %s, %s, %s, %s)",
                [*self._asked, most, wanted.start],
            )
            return [_reading(*row) for row in cursor.fetchall()]


def _reading(
    at: datetime, who: str, role: str, unit: str, what: str, ground: str, source: str, listed: bool,
    searched_by: str, reason: str,
) -> Reading:  # fmt: skip
    is_police = source == "portal"
    return Reading(
        at=at,
        who="Polisen" if is_police else who or "Borttaget konto",
        role=Role(role).label,
        unit=unit,
        what=POLICE.get(what, "Utlämnat paket") if is_police else _what(what, listed, searched_by),
        ground=", ".join(GROUNDS.get(one, one) for one in ground.split(",")),
        reason=reason,
        is_police=is_police,
        is_emergency=GrantKind.BREAK_GLASS in ground.split(","),
        is_list=listed,
    )


def _what(what: str, listed: bool, searched_by: str) -> str:
    if searched_by:
        return f"Sökning på {SEARCHES.get(searched_by, searched_by)}"
    words = WORDS.get(what, "Annat i ärendet")
    return f"Lista: {words[:1].lower()}{words[1:]}" if listed else words


class ReadersInBrief(Func):
    """Who opened the case during the last thirty days; null without the right see_readers."""

    function = "sec.readers_in_brief"
    output_field = JSONField()

    def __init__(self) -> None:
        super().__init__(F("id"))


@dataclass(frozen=True)
class Reader:
    who: str
    role: str
    unit: str
    at: datetime | None
    reads: int
    is_emergency: bool
    is_police: bool


@dataclass(frozen=True)
class Brief:
    """`reads` and `readers` of the last thirty days, and the latest of them."""

    reads: int
    readers: int
    latest: list[Reader]


def in_brief(found: dict[str, Any] | None) -> Brief | None:
    """What the case page shows of the answer of `ReadersInBrief`."""
    if found is None:
        return None
    latest = [
        Reader(
            who="Polisen" if one["police"] else one["who"] or "Borttaget konto",
            role=Role(one["role"]).label,
            unit=one["unit"],
            at=parse_datetime(one["at"]),
            reads=one["reads"],
            is_emergency=one["glass"],
            is_police=one["police"],
        )
        for one in found["latest"]
    ]
    return Brief(found["reads"], found["readers"], latest)
