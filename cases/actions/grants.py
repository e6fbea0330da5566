"""Give and end access to a case. Everything about who may open a case happens here.

Grants begin and end by the database's clock, which is the one that row-level security asks.
"""

from datetime import date

from django.contrib.auth.models import Group, Permission
from django.db.models.functions import Now

from avhopp.access.policy import demand
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import Municipality, Unit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.models import Case, CaseGroupGrant, CaseUserGrant, GrantKind
from cases.models.grants import WORK
from cases.visibility import in_force

#: Roles that follow every case of their unit, that handle cases, and that follow the municipality's cases.
UNIT_ROLES = (Role.SENIOR_CASE_WORKER, Role.UNIT_MANAGER)
HANDLER_ROLES = (Role.CASE_WORKER, Role.SENIOR_CASE_WORKER)
#: The roles of a unit that work with cases: each has a group, which a unit's temporary grant goes to.
TEAM_ROLES = (Role.CASE_WORKER, *UNIT_ROLES)
MUNICIPALITY_ROLES = (Role.COORDINATOR, Role.FINANCE_OFFICER, Role.REPORTER)


def team_name(municipality: Municipality, role: Role, unit: Unit | None = None) -> str:
    """The group's name: `0199/samordnare`, or `0199/beroende/enhetschef` for a unit's own."""
    parts = [municipality.code, *([unit.ref] if unit else []), role.value]
    return "/".join(parts)


def teams_of(case: Case) -> list[str]:
    """The groups that follow a case from its first day."""
    return [
        *(team_name(case.municipality, role, case.unit) for role in UNIT_ROLES),
        *(team_name(case.municipality, role) for role in MUNICIPALITY_ROLES),
    ]


def team_for(user: User) -> str | None:
    """The group that an account belongs to by its role; None for roles that follow no cases by themselves."""
    role = Role(user.role)
    if role in TEAM_ROLES and user.unit:
        return team_name(user.municipality, role, user.unit)
    if role in (*MUNICIPALITY_ROLES, Role.IMPORTER):
        return team_name(user.municipality, role)
    return None


def join_team(*, user: User) -> None:
    """Put the account in the group of its role, and in no other."""
    name = team_for(user)
    user.groups.set([Group.objects.get_or_create(name=name)[0]] if name else [])


def work_permission() -> Permission:
    return Permission.objects.get(content_type__app_label="cases", codename=WORK)


def grant_teams(*, case: Case, by: User, teams: list[str], reason: str) -> None:
    """Grant whole groups the case; used when it is opened, before the case row itself is written."""
    permission = work_permission()
    for name in teams:
        group, _ = Group.objects.get_or_create(name=name)
        CaseGroupGrant(
            content_object=case,
            group=group,
            permission=permission,
            kind=GrantKind.UNIT,
            reason=reason,
            granted_by=by,
            valid_from=Now(),
        ).save(force_insert=True)


def grant_handler(*, case: Case, handler: User, by: User, reason: str) -> CaseUserGrant:
    """Make `handler` the case's handler.

    Raises:
        Refused: code `not_a_handler` when the role cannot handle cases.
    """
    if handler.role not in HANDLER_ROLES:
        raise Refused("not_a_handler", "Bara socialsekreterare kan handlägga ärenden.", field="handler")
    grant = CaseUserGrant(
        content_object=case,
        user=handler,
        permission=work_permission(),
        kind=GrantKind.ASSIGNMENT,
        reason=reason,
        granted_by=by,
        valid_from=Now(),
    )
    grant.save(force_insert=True)
    return grant


def refuse_oneself(to: User, by: User) -> None:
    """Nobody both asks and approves: `own_access`, at no field, since pages call it `to` or `handler`."""
    if to.pk == by.pk:
        raise Refused("own_access", "Du kan inte ge dig själv behörighet. Be en kollega som får göra det.")


def assign_handler(*, case: Case, handler: User, reason: str, by: User, today: date) -> CaseUserGrant:
    """Hand the case over: the present handler's access ends now, the new one's begins.

    Raises:
        Refused: codes `not_allowed`, `own_access`, `not_a_handler`, `already_handler`.
    """
    demand(by, Can.ASSIGN, case)
    refuse_oneself(handler, by)
    if handler.municipality_id != case.municipality_id:
        raise Refused("not_a_handler", "Handläggaren måste arbeta i samma kommun.", field="handler")
    current = list(
        CaseUserGrant.objects.select_for_update(of=("self",)).filter(
            in_force(), content_object=case, kind=GrantKind.ASSIGNMENT
        )
    )
    if any(grant.user_id == handler.pk for grant in current):
        raise Refused("already_handler", f"{handler.name} handlägger redan ärendet.", field="handler")
    for grant in current:
        grant.valid_to, grant.ended_by, grant.ended_because = Now(), by, f"Ny handläggare: {reason}"[:300]
        grant.save(update_fields=["valid_to", "ended_by", "ended_because"])
    given = grant_handler(case=case, handler=handler, by=by, reason=reason)
    record(
        by=by, case=case, kind="handlaggare_bytt", requires=Can.SEE_CASE, on=today,
        text=f"{handler.name} handlägger ärendet.", reason=reason, object_id=given.pk,
    )  # fmt: skip
    return given
