"""In which units somebody may open a case, and to whom the case may be given.

Whoever opens a case must see it afterwards: a case worker takes it herself, unit leaders their own unit.
"""

from datetime import date

from django.db.models import QuerySet

from avhopp.access.roles import MACHINE_ROLES, Can, Role, kinds_opening
from avhopp.accounts.models import Unit, User
from cases.actions.access import CO_HANDLER_ROLES
from cases.actions.grants import HANDLER_ROLES, UNIT_ROLES


def handlers_of(user: User, today: date) -> QuerySet[User]:
    """Everybody in the municipality who can handle cases, by name."""
    working = User.objects.filter(municipality=user.municipality_id, role__in=HANDLER_ROLES).working_on(today)
    return working.select_related("unit")


def handlers_for_new(user: User, today: date) -> list[User]:
    """To whom `user` may give a case when it is opened."""
    if user.role == Role.CASE_WORKER:
        return [user]
    handlers = handlers_of(user, today)
    return list(handlers.filter(unit=user.unit_id) if user.role in UNIT_ROLES else handlers)


def units_for_new(user: User) -> list[Unit]:
    """The units in which `user` may open a case."""
    if user.unit and user.role in (Role.CASE_WORKER, *UNIT_ROLES):
        return [user.unit]
    return list(Unit.objects.filter(municipality=user.municipality_id))


def receivers_of(user: User, today: date) -> QuerySet[User]:
    """Everybody in the municipality who could be given a temporary grant: the role opens cases."""
    roles = [role for role in Role if role not in MACHINE_ROLES and kinds_opening(role, Can.SEE_CASE)]
    working = User.objects.filter(municipality=user.municipality_id, role__in=roles).working_on(today)
    return working.exclude(pk=user.pk).select_related("unit")


def co_handlers_of(user: User, today: date) -> QuerySet[User]:
    """Everybody in the municipality who can handle a case together with its handler."""
    working = User.objects.filter(municipality=user.municipality_id, role__in=CO_HANDLER_ROLES)
    return working.working_on(today).select_related("unit")


def units_of(user: User) -> list[Unit]:
    return list(Unit.objects.filter(municipality=user.municipality_id))
