"""The history of a case from the database: which rows there are, the rows themselves, what they refer to.

A constant number of queries: whatever several tables hold is asked for as one union, or read together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import CharField, Model, OuterRef, QuerySet, Subquery, Value

from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from cases.history.kinds import Kind, kinds_for
from cases.history.wording import Names
from cases.models import Case
from cases.overview import team_label
from cases.together import Found, Parts, Rows, together

#: An event is written in the transaction of the rows it tells of; no transaction takes longer than this.
LONGEST = timedelta(minutes=15)
ADDED, CHANGED, REMOVED = "+", "~", "-"


@dataclass(frozen=True)
class Wanted:
    """What the page asks for. Empty: no limit. `last` is included."""

    area: str = ""
    actor: UUID | None = None
    first: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Head:
    """That a row of history is there, and not what it says."""

    kind: str
    id: UUID
    at: datetime
    actor: UUID | None
    because: str | None


@dataclass
class Material:
    """What was read for one page."""

    rows: dict[UUID, Model] = field(default_factory=dict)
    before: dict[UUID, Model] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    sealed: dict[UUID, datetime] = field(default_factory=dict)
    names: Names = field(default_factory=dict)
    people: dict[UUID, list[Any]] = field(default_factory=dict)

    def who(self, actor: UUID | None, at: datetime) -> tuple[str, str]:
        """Name and role of an account as they were then; the system where nobody acted."""
        known = self.people.get(actor, []) if actor else []  # type: ignore[call-overload]
        then = [one for one in known if one.history_date <= at] or known[:1]
        if not then:
            return "Systemet", ""
        return then[-1].name, Role(then[-1].role).label


class Heads:
    """The rows of history that `user` may read of the case, the newest first, for page_of.

    A slice costs one query, and remembers its neighbours: `newer` and `older` are the rows beside it.
    """

    def __init__(self, case: Case, user: User, kinds: Sequence[Kind], wanted: Wanted) -> None:
        chosen = [kind for kind in kinds if wanted.area in ("", kind.area)]
        self._branches = [self._branch(kind, case, user, wanted) for kind in chosen]
        self.newer: Head | None = None
        self.older: Head | None = None

    @staticmethod
    def _branch(kind: Kind, case: Case, user: User, wanted: Wanted) -> QuerySet:
        rows = kind.history(case, user)
        if wanted.actor:
            rows = rows.filter(history_user_id=wanted.actor)
        if wanted.first:
            rows = rows.filter(history_date__gte=wanted.first)
        if wanted.before:
            rows = rows.filter(history_date__lt=wanted.before)
        columns = ("history_id", "history_date", "history_user_id", "history_change_reason")
        return rows.values_list(Value(kind.key, CharField()), *columns)

    def _all(self) -> QuerySet | None:
        if not self._branches:
            return None
        first, *others = self._branches
        return first.union(*others, all=True)

    def count(self) -> int:
        found = self._all()
        return 0 if found is None else found.count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Head]:
        found = self._all()
        if found is None or wanted.stop <= wanted.start:
            return []
        first = max(0, wanted.start - 1)
        rows = found.order_by("-history_date", "history_id")[first : wanted.stop + 1]
        heads = [Head(*row) for row in rows]
        start = wanted.start - first
        stop = start + wanted.stop - wanted.start
        self.newer = heads[0] if start else None
        self.older = heads[stop] if len(heads) > stop else None
        return heads[start:stop]


def actors_of(case: Case, user: User, kinds: Sequence[Kind]) -> list[tuple[UUID, str]]:
    """Everybody who has changed something that `user` may read, with names: one query."""
    if not kinds:
        return []
    first, *others = (
        kind.history(case, user).exclude(history_user=None).values_list("history_user_id") for kind in kinds
    )
    people = User.objects.filter(pk__in=first.union(*others)) if others else User.objects.filter(pk__in=first)
    return [(one.pk, one.name) for one in people.only("id", "name")]


def find_row(case: Case, user: User, rights: set[Can], change: UUID) -> tuple[Kind, Model] | None:
    """One row of the case's history that `user` may read: two queries."""
    found = kinds_for(rights)
    if not found:
        return None
    first, *others = (
        kind.history(case, user).filter(history_id=change).values_list(Value(kind.key, CharField()))
        for kind in found
    )
    keys = [row[0] for row in first.union(*others, all=True)]
    if not keys:
        return None
    kind = next(kind for kind in found if kind.key == keys[0])
    return kind, kind.history(case, user).get(history_id=change)


def row_before(kind: Kind, case: Case, user: User, row: Any) -> Any:
    """The version that this one took the place of, as far as `user` may read it; None for the first."""
    rows = kind.history(case, user).filter(id=row.id, history_date__lt=row.history_date)
    return rows.order_by("-history_date").first()


def material_for(
    case: Case, user: User, rights: set[Can], heads: Sequence[Head], near: Iterable[Head | None]
) -> Material:
    """All that these rows say and refer to: four queries, none without rows. `near`: their neighbours."""
    if not heads:
        return Material()
    kinds = {kind.key: kind for kind in kinds_for(rights)}
    previous = _previous(case, user, kinds, heads)
    found = together(
        case, {"rows": _rows(case, user, kinds, heads, previous), "": _events(case, rights, heads)}
    )
    by_id = {row.history_id: row for rows in found["rows"].values() for row in rows}
    events: list[Any] = found[""]["events"]
    material = Material(
        rows={head.id: by_id[head.id] for head in heads},
        before={id: by_id[before] for id, before in previous.items()},
        events=events,
        sealed=_sealed_at([*heads, *(head for head in near if head)], kinds, events),
    )
    actors = {head.actor for head in heads if head.actor}
    read = together(case, {"": _named(user, by_id.values()) | _accounts(actors)})[""]
    for account in read.pop("accounts"):
        material.people.setdefault(account.id, []).append(account)
    material.names = _names(case, read)
    return material


def _previous(case: Case, user: User, kinds: dict[str, Kind], heads: Sequence[Head]) -> dict[UUID, UUID]:
    """Of each row the one before it: the same thing's latest earlier row that `user` may read."""
    first, *others = (
        _with_previous(kinds[key].history(case, user), ids) for key, ids in _by_kind(heads).items()
    )
    return {id: before for id, before in first.union(*others, all=True) if before}


def _with_previous(rows: QuerySet, ids: list[UUID]) -> QuerySet:
    earlier = rows.filter(id=OuterRef("id"), history_date__lt=OuterRef("history_date"))
    latest = Subquery(earlier.order_by("-history_date").values("history_id")[:1])
    return rows.filter(history_id__in=ids).values_list("history_id", latest)


def _by_kind(heads: Sequence[Head]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for head in heads:
        found.setdefault(head.kind, []).append(head.id)
    return found


def _rows(
    case: Case, user: User, kinds: dict[str, Kind], heads: Sequence[Head], previous: dict[UUID, UUID]
) -> Parts:
    parts = {}
    for key, ids in _by_kind(heads).items():
        wanted = {*ids, *(previous[id] for id in ids if id in previous)}
        parts[key] = Rows(kinds[key].history(case, user).filter(history_id__in=wanted))
    return parts


def _events(case: Case, rights: set[Can], heads: Sequence[Head]) -> Parts:
    around = (heads[-1].at - LONGEST, heads[0].at + LONGEST)
    events = Event.objects.about(case.pk).readable_by(rights).filter(at__range=around).order_by("at", "id")
    return {"events": Rows(events)}


def _sealed_at(
    heads: Sequence[Head], kinds: dict[str, Kind], events: Sequence[Event]
) -> dict[UUID, datetime]:
    """When each row was sealed in the ledger: what one transaction wrote has one moment."""
    asked = [(_table(kinds[head.kind].model.history.model), head.id) for head in heads]  # type: ignore[attr-defined]
    asked += [(_table(Event), event.pk) for event in events]
    with connection.cursor() as cursor:
        cursor.execute(
            "select row_id, at from audit.sealed_at(%s, %s)",
            [list(part) for part in zip(*asked, strict=True)],
        )
        return dict(cursor.fetchall())


def _table(model: type[Model]) -> str:
    return f"app.{model._meta.db_table}"


def _accounts(actors: set[UUID]) -> Parts:
    """What the accounts were called, and their roles, from one change of theirs to the next."""
    past: Any = User.history.model  # type: ignore[attr-defined]
    rows = past.objects.filter(id__in=actors).order_by("history_date")
    return {"accounts": Rows(rows, only=("history_id", "id", "name", "role", "history_date"))}


def _named(user: User, rows: Iterable[Model]) -> Parts:
    """The rows that these refer to, as far as `user` may see them."""
    wanted: dict[type[Model], set[Any]] = {}
    for model, id in _references(rows):
        wanted.setdefault(model, set()).add(id)
    return {
        model._meta.label: Rows(_visible(model, user).filter(pk__in=ids), only=_telling(model))
        for model, ids in wanted.items()
    }


def _references(rows: Iterable[Model]) -> Iterator[tuple[type[Model], Any]]:
    for row in rows:
        for one in row._meta.concrete_fields:
            value = row.__dict__.get(one.attname)
            if one.is_relation and value is not None and one.name not in OURSELVES:
                yield one.related_model, value  # type: ignore[misc]


#: References that no page names: the case and its person, and who changed the row, who is told of apart.
OURSELVES = {"case", "person", "municipality", "content_object", "history_user", "reopened_from"}


def _visible(model: type[Model], user: User) -> QuerySet:
    """Colleagues' names are no secret: who may manage accounts is another question."""
    rows: Any = model._default_manager
    asks = hasattr(rows, "visible_to") and model is not User
    return (rows.visible_to(user) if asks else rows.all()).order_by()


def _telling(model: type[Model]) -> tuple[str, ...]:
    """Those that are known by their name need nothing but it."""
    names = {one.name for one in model._meta.concrete_fields}
    return ("id", "name") if "name" in names else ()


def _names(case: Case, found: Found) -> dict[tuple[str, Any], str]:
    return {
        (label, row.pk): team_label(row.name, case) if isinstance(row, Group) else _name_of(row)
        for label, rows in found.items()
        for row in rows
    }


def _name_of(row: Any) -> str:
    return row.name if "name" in row.__dict__ else str(row)
