"""May this user do this to this object? One question, one answer, asked by the decorators and by the actions.

Every condition stands on a line of its own, so that coverage shows which of them a test has reached.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import Model

from avhopp.access.roles import Can, kinds_opening, opens, role_can
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
    if not user.is_active:
        return False
    case = case_behind(thing)
    if case is not None:
        return bool(grounds_for(user, can, case))
    if not role_can(user.role, can):
        return False
    return getattr(thing, "municipality_id", None) == user.municipality_id


def case_behind(thing: Model) -> Any:
    """The case that `thing` is or belongs to; None for what concerns the operation."""
    if hasattr(thing, "grants_to"):
        return thing
    if getattr(thing, "case_id", None) is not None:
        return thing.case  # type: ignore[attr-defined]
    return None


def grounds_for(user: "User", can: Can, case: Any) -> list[str]:
    """The kinds of the grants in force that give `user` the right on the case; empty when none does."""
    if not kinds_opening(user.role, can):
        return []  # no kind of grant would: the grants need not be asked for
    return [
        grant.kind for grant in case.grants_to(user) if opens(user.role, can, grant.kind, works=grant.works)
    ]


def rights_on(user: "User", case: Any) -> set[Can]:
    """Everything that `user` may see and do in the case, now."""
    if not user.is_active:
        return set()
    grants = case.grants_to(user)
    return {
        can for can in Can if any(opens(user.role, can, grant.kind, works=grant.works) for grant in grants)
    }


def hold_grants(user: "User", thing: Model) -> None:
    """Ask for the grants once for the whole of a page that only reads; whoever writes asks each time anew."""
    case = case_behind(thing)
    if case is not None:
        case.hold_grants(user)


def drop_grants(thing: Model) -> None:
    """From here on the grants are asked for each time: something may be written."""
    case = case_behind(thing)
    if case is not None:
        case.drop_grants()


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
