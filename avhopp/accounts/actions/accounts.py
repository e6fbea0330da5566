"""Change and end accounts. Nobody does it to the own account, and the database holds that too.

What gives an account more power needs a second person: actions/requests.py.
"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import MACHINE_ROLES, Can
from avhopp.accounts.actions.codes import note
from avhopp.accounts.models import PoliceUnit, Session, Unit, User
from avhopp.accounts.powers import POWERS, rises
from avhopp.kernel.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class AccountData:
    """What the system manager states. `username` is the short name; the municipality's code is added."""

    username: str
    name: str
    role: str
    title: str = ""
    phone: str = ""
    email: str = ""
    unit: Unit | None = None
    police_unit: PoliceUnit | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    provider_id: str = ""


def needs_second(*, user: User, data: AccountData) -> bool:
    """Whether the change gives the account more power, so that another person shall approve it.

    Raises:
        Refused: `machine_role`, `provider_id_taken`.
    """
    wanted = User.objects.get(pk=user.pk)
    before = powers_of(wanted)
    stated(wanted, data)
    return rises(before, powers_of(wanted))


def change_account(*, user: User, data: AccountData, by: User) -> User:
    """Change contact, or let the account end sooner. What gives it more power is refused: it is asked for.

    Raises:
        Refused: `not_allowed`, `own_account`, `machine_role`, `provider_id_taken`, `needs_second`.
    """
    demand_other(user, by)
    user = User.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=user.pk)
    before = powers_of(user)
    stated(user, data)
    if rises(before, powers_of(user)):
        raise Refused("needs_second", "En annan person ska godkänna ändringen.")
    user.save()
    note(user, by=by, kind="account_changed", text="Uppgifterna om ett konto ändrades.")
    return user


def end_account(*, user: User, by: User, reason: str) -> None:
    """The account stops working now, in every browser where it is signed in.

    Raises:
        Refused: `not_allowed`, `own_account`.
    """
    demand_other(user, by)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.is_active = False
    user.valid_to = timezone.localdate()
    if user.valid_from and user.valid_from > user.valid_to:
        user.valid_from = user.valid_to
    user.save(update_fields=["is_active", "valid_to", "valid_from"])
    Session.objects.filter(user=user).delete()
    note(user, by=by, kind="account_ended", text="Ett konto avslutades.", reason=reason)


def end_sessions(*, user: User, by: User) -> int:
    """Sign the account out everywhere; how many sign-ins that were.

    Raises:
        Refused: `not_allowed`, `own_account`.
    """
    demand_other(user, by)
    ended, _ = Session.objects.filter(user=user).delete()
    note(user, by=by, kind="sessions_ended", text="Ett konto loggades ut överallt.")
    return ended


def demand_other(user: User, by: User) -> None:
    """Raises Refused: `not_allowed`, `own_account`."""
    demand(by, Can.MANAGE_ACCOUNTS, user)
    if user.pk == by.pk:
        raise Refused("own_account", "Du kan inte ändra ditt eget konto. Be en annan systemförvaltare.")


def powers_of(user: User) -> dict[str, Any]:
    """The columns that decide what the account may do."""
    return {name: getattr(user, name) for name in POWERS}


def stated(user: User, data: AccountData) -> None:
    """Put what was stated on the account; nothing is saved.

    Raises:
        Refused: `machine_role`, `provider_id_taken`.
    """
    for field in fields(data):
        if field.name != "username":
            setattr(user, field.name, getattr(data, field.name))
    check_data(user)


def check_data(user: User) -> None:
    """Raises Refused: `machine_role`, `provider_id_taken`."""
    if user.role in MACHINE_ROLES:
        raise Refused("machine_role", "Den rollen är inte för människor.", field="role")
    taken = User.objects.filter(provider_id=user.provider_id).exclude(pk=user.pk)
    if user.provider_id and taken.exists():
        raise Refused("provider_id_taken", "Id:t hör redan till ett annat konto.", field="provider_id")
