"""The accounts that no person has: the one that counts for the report, and the one that loads scenarios."""

from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from cases.actions.grants import join_team

#: Role, short name, name. The short name is also the first part of the user name: `rapportering@0199`.
MACHINES = (
    (Role.REPORTER, "rapportering", "Rapportering"),
    (Role.IMPORTER, "inlasning", "Inläsning"),
)


def ensure_machine_accounts(municipality: Municipality) -> dict[Role, User]:
    """The municipality's reporter and importer, made when they are missing and put in their teams.

    Nobody signs in as them: the password is unusable, and the sign-in refuses their roles. They carry no name
    of a person. Safe to run again.
    """
    return {role: _ensure(municipality, role, handle, name) for role, handle, name in MACHINES}


def _ensure(municipality: Municipality, role: Role, handle: str, name: str) -> User:
    username = f"{handle}@{municipality.code}"
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, handle=handle, name=name, role=role, municipality=municipality)
        user.set_unusable_password()
        user.save(force_insert=True)
    if not user.groups.exists():
        join_team(user=user)
    return user
