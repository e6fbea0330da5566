"""May this user do this to this object? One question, one answer, asked by the decorators and by the actions.

Every condition stands on a line of its own, so that coverage shows which of them a test has reached.
"""

from typing import TYPE_CHECKING

from django.db.models import Model

from avhopp.access.roles import Can, role_can
from avhopp.kernel.refusal import Refused

if TYPE_CHECKING:
    from avhopp.accounts.models import User


def may_in_general(user: "User", can: Can) -> bool:
    """Whether the user's role has a right over the operation as a whole."""
    if not user.is_active:
        return False
    return role_can(user.role, can)


def may(user: "User", can: Can, thing: Model) -> bool:
    """Whether `user` may do `can` to `thing`, now.

    `thing` is a case, something that belongs to one (it has `case`), or something of the municipality.
    """
    if not may_in_general(user, can):
        return False
    if hasattr(thing, "grants_to"):
        return _granted(user, can, thing)
    if getattr(thing, "case_id", None) is not None:
        return _granted(user, can, thing.case)  # type: ignore[attr-defined]
    return getattr(thing, "municipality_id", None) == user.municipality_id


def hold_grants(user: "User", thing: Model) -> None:
    """Ask for the grants once for the whole of a page that only reads; whoever writes asks each time anew."""
    if hasattr(thing, "grants_to"):
        thing.hold_grants(user)  # type: ignore[attr-defined]
    elif getattr(thing, "case_id", None) is not None:
        thing.case.hold_grants(user)  # type: ignore[attr-defined]


def _granted(user: "User", can: Can, case: Model) -> bool:
    grants = case.grants_to(user)  # type: ignore[attr-defined]
    if can.writes:
        return any(grant.works for grant in grants)
    return bool(grants)


def demand(user: "User", can: Can, thing: Model) -> None:
    """Refuse unless the user may; every action asks, whoever called it.

    Raises:
        Refused: code `not_allowed`.
    """
    if not may(user, can, thing):
        raise Refused("not_allowed", "Du har inte behörighet att göra det här i ärendet.")


def demand_in_general(user: "User", can: Can) -> None:
    """As `demand`, for what concerns the operation and not one object."""
    if not may_in_general(user, can):
        raise Refused("not_allowed", "Din roll har inte behörighet att göra det här.")
