"""The rows a user may see: one subquery on the grant rows, the same for every model of a case."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self
from uuid import UUID, uuid4

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler

from avhopp.access.context import CASES, narrowed_to
from avhopp.access.roles import WORK, Can, GrantKind, kinds_opening, opens, role_can

if TYPE_CHECKING:
    from avhopp.accounts.models import User


#: Whose id stands in a query that is written once for everybody.
SOMEBODY = uuid4()


def in_force() -> Q:
    """Grants that hold at the database's own clock."""
    return Q(valid_from__lte=Now()) & (Q(valid_to=None) | Q(valid_to__gt=Now()))


def granted_cases(user: "User", can: Can) -> models.QuerySet:
    """The ids of the cases on which `user` holds a grant, directly or through a group, that opens `can`."""
    kinds = kinds_opening(user.role, can)
    opening = Q(kind__in=kinds) if len(kinds) < len(GrantKind) else Q()
    if can.writes:
        opening &= Q(permission__codename=WORK)
    by_user, by_group = (grants.filter(opening).values("content_object_id") for grants in grants_of(user))
    return by_user.union(by_group)


def grants_of(user: "User") -> tuple[models.QuerySet, models.QuerySet]:
    """The grants in force that `user` holds directly, and those through a group; in no order."""
    to_user = apps.get_model("cases", "CaseUserGrant").objects.filter(in_force(), user=user)
    groups = user.groups.through.objects.filter(user=user).values("group_id")
    to_groups = apps.get_model("cases", "CaseGroupGrant").objects.filter(in_force(), group_id__in=groups)
    return to_user.order_by(), to_groups.order_by()


#: What a user holds on some cases: of each the kinds of the grants, and whether they are to work.
Held = Mapping[UUID, Collection[tuple[str, bool]]]


@dataclass(frozen=True)
class Looking:
    """A user who looks at a few cases, and the first wall's answer for them, asked once."""

    user: "User"
    held: Held

    def opened(self, can: Can) -> list[UUID]:
        """Those of the cases that `can` is open for."""
        role = self.user.role
        return [
            case_id
            for case_id, grants in self.held.items()
            if any(opens(role, can, kind, works=works) for kind, works in grants)
        ]


_looking: ContextVar[Looking | None] = ContextVar("looking", default=None)


@contextmanager
def looking_at(
    user: "User", case_ids: Iterable[UUID], *, held: Held | None = None, whole_request: bool = False
) -> Iterator[None]:
    """Look, until the end of the block, only at these of the cases that `user` may see; it only reads.

    For pages that know which cases they show. Both walls then weigh those cases, and not every case that the
    user may see, for each of the tables that the page reads. What the user holds on them is asked here, once,
    save for those whose answer the caller has just got (`held`). `whole_request`: nothing follows the block
    in its transaction.
    """
    known = dict(held or {})
    asked = set(case_ids) - known.keys()
    known |= _held_on(user, asked) if asked and user.is_active else {}
    token = _looking.set(Looking(user, known))
    try:
        with narrowed_to(known, whole_request=whole_request):
            yield
    finally:
        _looking.reset(token)


def _held_on(user: "User", case_ids: Collection[UUID]) -> Held:
    rows = (grants.filter(content_object__in=case_ids) for grants in grants_of(user))
    by_user, by_group = (
        grants.values_list("content_object_id", "kind", "permission__codename") for grants in rows
    )
    found: dict[UUID, list[tuple[str, bool]]] = {}
    for case_id, kind, permission in by_user.union(by_group):
        found.setdefault(case_id, []).append((kind, permission == WORK))
    return found


class IsLookedAt(Func):
    """Whether the column is one of the cases that the running block looks at."""

    template = f"(%(expressions)s = any (current_setting('{CASES}')::uuid[]))"
    output_field = models.BooleanField()


class Written(NamedTuple):
    """A query as SQL."""

    sql: str
    values: tuple[Any, ...]


def written(rows: models.QuerySet) -> Written:
    try:
        sql, values = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return Written("select null::uuid where false", ())
    return Written(sql, tuple(values))


@lru_cache
def _written_for(role: str, can: Can) -> Written:
    """`granted_cases` of anybody in this role, for whom `SOMEBODY` stands."""
    return written(granted_cases(get_user_model()(pk=SOMEBODY, role=role), can))


class IsAnyOf(Func):
    """`column = any(array(select ...))`: the subquery runs once and its result becomes an index condition.

    With `in` the planner joins, and its guess of the number of grants decides between milliseconds and a
    second. The subquery refers to nothing outside itself: its SQL is written when this is made, and not anew
    in each of the queries that it becomes a part of.
    """

    arity = 1
    output_field = models.BooleanField()

    def __init__(self, path: str, rows: "models.QuerySet | Written") -> None:
        super().__init__(F(path))
        self.rows = rows if isinstance(rows, Written) else written(rows)

    def as_sql(self, compiler: SQLCompiler, *_: Any, **__: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, values = compiler.compile(self.source_expressions[0])
        return f"{column} = any (array({self.rows.sql}))", [*values, *self.rows.values]


class IsGranted(IsAnyOf):
    """Whether the column is one of `granted_cases(user, can)`, whose SQL is written once for each role."""

    def __init__(self, path: str, user: "User", can: Can) -> None:
        sql, values = _written_for(user.role, can)
        own = tuple(user.pk if value == SOMEBODY else value for value in values)
        super().__init__(path, Written(sql, own))


def opened_to(user: "User", can: Can, case_path: str) -> Q:
    """Rows whose case is open to `user` for the right; of the cases that the running block looks at."""
    looking = _looking.get()
    if looking is None or looking.user != user:
        return Q(IsGranted(case_path, user, can))
    opened = looking.opened(can)
    if len(opened) == len(looking.held):
        return Q(IsLookedAt(case_path))
    return Q(**{f"{case_path}__in": opened})


class CaseScopedQuerySet(models.QuerySet):
    """Rows that lead to a case by `case_path`, readable with the right `see`."""

    case_path: ClassVar[str] = "case_id"
    see: ClassVar[Can]

    def visible_to(self, user: "User") -> Self:
        if not user.is_active:
            return self.none()
        if not kinds_opening(user.role, self.see):
            return self.none()
        return self.filter(opened_to(user, self.see, self.case_path))


class MunicipalityQuerySet(models.QuerySet):
    """Rows of the operation as a whole, readable in the own municipality with the right `see`."""

    see: ClassVar[Can]

    def visible_to(self, user: "User") -> Self:
        if not user.is_active:
            return self.none()
        if not role_can(user.role, self.see):
            return self.none()
        return self.filter(municipality=user.municipality_id)
