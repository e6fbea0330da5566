"""The rows a user may see: one subquery on the grant rows, the same for every model of a case."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now

from avhopp.access.roles import Can, role_can

if TYPE_CHECKING:
    from avhopp.accounts.models import User


def in_force() -> Q:
    """Grants that hold at the database's own clock."""
    return Q(valid_from__lte=Now()) & (Q(valid_to=None) | Q(valid_to__gt=Now()))


def granted_cases(user: "User") -> models.QuerySet:
    """The ids of the cases that `user` holds a grant on, directly or through a group."""
    to_user = apps.get_model("cases", "CaseUserGrant").objects.filter(in_force(), user=user)
    groups = user.groups.through.objects.filter(user=user).values("group_id")
    to_groups = apps.get_model("cases", "CaseGroupGrant").objects.filter(in_force(), group_id__in=groups)
    by_user, by_group = (grants.order_by().values("content_object_id") for grants in (to_user, to_groups))
    return by_user.union(by_group)


class IsAnyOf(Func):
    """`column = any(array(select ...))`: the subquery runs once and its result becomes an index condition.

    With `in` the planner joins, and its guess of the number of grants decides between milliseconds and a
    second.
    """

    template = "%(expressions)s"
    arg_joiner = " = any "
    output_field = models.BooleanField()

    def __init__(self, path: str, rows: models.QuerySet) -> None:
        super().__init__(F(path), Parenthesised(ArraySubquery(rows)))


class Parenthesised(Func):
    template = "(%(expressions)s)"


class CaseScopedQuerySet(models.QuerySet):
    """Rows that lead to a case by `case_path`, readable with the right `see`."""

    case_path: ClassVar[str] = "case_id"
    see: ClassVar[Can]

    def visible_to(self, user: "User") -> Self:
        if not user.is_active:
            return self.none()
        if not role_can(user.role, self.see):
            return self.none()
        return self.filter(IsAnyOf(self.case_path, granted_cases(user)))


class MunicipalityQuerySet(models.QuerySet):
    """Rows of the operation as a whole, readable in the own municipality with the right `see`."""

    see: ClassVar[Can]

    def visible_to(self, user: "User") -> Self:
        if not user.is_active:
            return self.none()
        if not role_can(user.role, self.see):
            return self.none()
        return self.filter(municipality=user.municipality_id)
