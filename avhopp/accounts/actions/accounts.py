"""Open, change and end accounts. Nobody does it to the own account, and the database holds that too."""

from dataclasses import dataclass, fields
from datetime import date

from django.utils import timezone

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import MACHINE_ROLES, Can, Role
from avhopp.accounts.actions.codes import note
from avhopp.accounts.models import PoliceUnit, Session, Unit, User
from avhopp.accounts.teams import place_in_teams
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


def open_account(*, data: AccountData, by: User) -> User:
    """An account without a password: its person sets one with a one-time code.

    Raises:
        Refused: `not_allowed`, `machine_role`, `name_taken`, `provider_id_taken`.
    """
    demand_in_general(by, Can.MANAGE_ACCOUNTS)
    handle = data.username.lower()
    user = User(municipality=by.municipality, handle=handle, username=f"{handle}@{by.municipality.code}")
    if User.objects.filter(username=user.username).exists():
        raise Refused("name_taken", "Kortnamnet används redan. Välj ett annat.", field="username")
    _state(user, data)
    user.set_unusable_password()
    user.save(force_insert=True)
    place_in_teams(user)
    note(user, by=by, kind="account_opened", text=f"Ett konto öppnades med rollen {Role(user.role).label}.")
    return user


def change_account(*, user: User, data: AccountData, by: User) -> User:
    """Change role, unit, days or contact. A new role or unit ends the account's sessions at the next request.

    Raises:
        Refused: `not_allowed`, `own_account`, `machine_role`, `provider_id_taken`.
    """
    _demand_other(user, by)
    user = User.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=user.pk)
    before = (user.role, user.unit_id, user.police_unit_id)
    _state(user, data)
    user.save()
    if before != (user.role, user.unit_id, user.police_unit_id):
        place_in_teams(user)
        note(user, by=by, kind="role_changed", text=f"Rollen är nu {Role(user.role).label}.")
    else:
        note(user, by=by, kind="account_changed", text="Uppgifterna om ett konto ändrades.")
    return user


def end_account(*, user: User, by: User, reason: str) -> None:
    """The account stops working now, in every browser where it is signed in.

    Raises:
        Refused: `not_allowed`, `own_account`.
    """
    _demand_other(user, by)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    user.is_active = False
    user.valid_to = timezone.localdate()
    if user.valid_from and user.valid_from > user.valid_to:
        user.valid_from = user.valid_to
    user.save(update_fields=["is_active", "valid_to", "valid_from"])
    Session.objects.filter(user=user).delete()
    note(user, by=by, kind="account_ended", text="Ett konto avslutades.", reason=reason)


def reopen_account(*, user: User, by: User) -> None:
    """An account that was ended works again, without an end date. Password and factors are as they were.

    Raises:
        Refused: `not_allowed`, `own_account`.
    """
    _demand_other(user, by)
    User.objects.filter(pk=user.pk).update(is_active=True, valid_to=None)
    note(user, by=by, kind="account_reopened", text="Ett avslutat konto öppnades igen.")


def end_sessions(*, user: User, by: User) -> int:
    """Sign the account out everywhere; how many sign-ins that were.

    Raises:
        Refused: `not_allowed`, `own_account`.
    """
    _demand_other(user, by)
    ended, _ = Session.objects.filter(user=user).delete()
    note(user, by=by, kind="sessions_ended", text="Ett konto loggades ut överallt.")
    return ended


def _demand_other(user: User, by: User) -> None:
    demand(by, Can.MANAGE_ACCOUNTS, user)
    if user.pk == by.pk:
        raise Refused("own_account", "Du kan inte ändra ditt eget konto. Be en annan systemförvaltare.")


def _state(user: User, data: AccountData) -> None:
    if data.role in MACHINE_ROLES:
        raise Refused("machine_role", "Den rollen är inte för människor.", field="role")
    taken = User.objects.filter(provider_id=data.provider_id).exclude(pk=user.pk)
    if data.provider_id and taken.exists():
        raise Refused("provider_id_taken", "Id:t hör redan till ett annat konto.", field="provider_id")
    for field in fields(data):
        if field.name != "username":
            setattr(user, field.name, getattr(data, field.name))
