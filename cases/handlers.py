"""In which units somebody may open a case, and to whom the case may be given.

Whoever opens a case must see it afterwards: a case worker takes it herself, unit leaders their own unit.
"""

from datetime import date

from django.db.models import QuerySet

from avhopp.access.roles import Role
from avhopp.accounts.models import Unit, User
from cases.actions.grants import HANDLER_ROLES, UNIT_ROLES


def handlers_of(user: User, today: date) -> QuerySet[User]:
    """Everybody in the municipality who can handle cases, by name."""
    working = User.objects.filter(municipality=user.municipality_id, role__in=HANDLER_ROLES).working_on(today)
    return working.select_related("unit").order_by("name", "id")


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
