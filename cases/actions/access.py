"""Give and end access beside the assignment: a temporary grant, a co-handler. Who grants, answers for it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import READ, WORK, Can, GrantKind, Role, kinds_opening
from avhopp.accounts.models import Unit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from cases.actions.grants import HANDLER_ROLES, TEAM_ROLES, refuse_oneself, team_name
from cases.models import Case, CaseGroupGrant, CaseUserGrant
from cases.models.grants import LONGEST_TEMPORARY, SHORTEST_REASON
from cases.visibility import in_force

#: The last day that can be chosen: a day counts to its end, and no grant lasts longer than ninety days.
LAST_DAY = LONGEST_TEMPORARY - timedelta(days=1)
CO_HANDLER_ROLES = (*HANDLER_ROLES, Role.COORDINATOR)
ENDABLE = (GrantKind.TEMPORARY, GrantKind.CO_HANDLER, GrantKind.BREAK_GLASS)


def give_temporary(
    *, case: Case, to: User | Unit, to_work: bool, until: date, reason: str, by: User, at: datetime
) -> list[CaseUserGrant | CaseGroupGrant]:
    """A grant to a person, or to everybody who works with cases in a unit, to the end of the day `until`.

    It opens what the role opens, and never the right to pass it on.

    Raises:
        Refused: `not_allowed`, `own_access`, `reason_too_short`, `bad_end`, `role_opens_nothing`,
            `already_has_access`.
    """
    demand(by, Can.ASSIGN, case)
    reason = long_enough(reason)
    ends = end_of(until, at)
    case = Case.objects.locked().get(pk=case.pk)
    shared: dict[str, Any] = {
        "content_object": case,
        "permission": permission(WORK if to_work else READ),
        "kind": GrantKind.TEMPORARY,
        "reason": reason,
        "granted_by": by,
        "valid_from": Now(),
        "valid_to": ends,
    }
    grants: list[CaseUserGrant | CaseGroupGrant]
    if isinstance(to, User):
        _may_receive(case, to, to_work, by)
        grants = [CaseUserGrant(user=to, **shared)]
    else:
        grants = [CaseGroupGrant(group=group, **shared) for group in _groups_of(case, to, by)]
    for grant in grants:
        grant.save(force_insert=True)
    what = "arbeta i" if to_work else "läsa"
    record(
        by=by, case=case, kind="behorighet_given", requires=Can.SEE_ACCESS, on=timezone.localdate(at),
        text=f"{to.name} fick tillfällig behörighet att {what} ärendet, till och med {until}.",
        reason=reason, object_id=grants[0].pk,
    )  # fmt: skip
    return grants


def add_co_handler(*, case: Case, handler: User, reason: str, by: User, today: date) -> CaseUserGrant:
    """Somebody handles the case together with its handler, until further notice.

    Raises:
        Refused: `not_allowed`, `own_access`, `not_a_handler`, `already_handler`.
    """
    demand(by, Can.ASSIGN, case)
    refuse_oneself(handler, by)
    if handler.municipality_id != case.municipality_id or handler.role not in CO_HANDLER_ROLES:
        raise Refused(
            "not_a_handler",
            "Bara socialsekreterare och avhopparsamordnare kan vara medhandläggare.",
            field="handler",
        )
    case = Case.objects.locked().get(pk=case.pk)
    kinds = (GrantKind.ASSIGNMENT, GrantKind.CO_HANDLER)
    if CaseUserGrant.objects.filter(in_force(), content_object=case, user=handler, kind__in=kinds).exists():
        raise Refused("already_handler", f"{handler.name} handlägger redan ärendet.", field="handler")
    grant = CaseUserGrant(
        content_object=case,
        user=handler,
        permission=permission(WORK),
        kind=GrantKind.CO_HANDLER,
        reason=reason,
        granted_by=by,
        valid_from=Now(),
    )
    grant.save(force_insert=True)
    record(
        by=by, case=case, kind="handlaggare_tillagd", requires=Can.SEE_CASE, on=today,
        text=f"{handler.name} är medhandläggare.", reason=reason, object_id=grant.pk,
    )  # fmt: skip
    return grant


def end_grant(
    *, case: Case, grant: CaseUserGrant | CaseGroupGrant, reason: str, by: User, today: date
) -> None:
    """End a grant now. The handler is changed, not ended; the unit follows its case.

    Raises:
        Refused: `not_allowed`, `other_case`, `reason_missing`, `not_ended_here`, `already_ended`.
    """
    demand(by, Can.ASSIGN, case)
    if grant.content_object_id != case.pk:
        raise Refused("other_case", "Behörigheten hör till ett annat ärende.")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför behörigheten avslutas.", field="reason")
    if not can_be_ended(grant):
        raise Refused(
            "not_ended_here",
            "Handläggaren byts på sidan Byt handläggare. Enheten och funktionerna följer sitt ärende.",
        )
    model = type(grant)
    row = model.objects.select_for_update(of=("self",)).filter(in_force(), pk=grant.pk).first()
    if row is None:
        raise Refused("already_ended", "Behörigheten är redan avslutad.")
    row.valid_to, row.ended_by, row.ended_because = Now(), by, reason.strip()
    row.save(update_fields=["valid_to", "ended_by", "ended_because"])
    record(
        by=by, case=case, kind="behorighet_avslutad", requires=Can.SEE_ACCESS, on=today,
        text=f"{holder_name(row)} har inte längre åtkomst ({row.get_kind_display().lower()}).",
        reason=reason.strip(), object_id=row.pk,
    )  # fmt: skip


def can_be_ended(grant: CaseUserGrant | CaseGroupGrant) -> bool:
    """Whether the grant is ended by itself: not the handler's, nor a team's that follows the case."""
    return grant.kind in ENDABLE


def holder_name(grant: Model) -> str:
    return grant.user.name if isinstance(grant, CaseUserGrant) else "En enhet eller funktion"


def long_enough(reason: str) -> str:
    """The reason without space around it.

    Raises:
        Refused: `reason_too_short`.
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused("reason_too_short", f"Skriv skälet med minst {SHORTEST_REASON} tecken.", field="reason")
    return reason


def end_of(until: date, at: datetime) -> datetime:
    """The moment at which a grant to the end of the day `until` stops.

    Raises:
        Refused: `bad_end` when the day has passed, or is more than ninety days away.
    """
    today = timezone.localdate(at)
    if not today <= until <= today + LAST_DAY:
        last = today + LAST_DAY
        raise Refused("bad_end", f"Välj en dag från och med i dag till och med {last}.", field="until")
    midnight = timezone.make_aware(datetime.combine(until + timedelta(days=1), datetime.min.time()))
    return min(midnight, at + LONGEST_TEMPORARY)


def permission(codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label="cases", codename=codename)


def _may_receive(case: Case, to: User, to_work: bool, by: User) -> None:
    refuse_oneself(to, by)
    if to.municipality_id != case.municipality_id or not kinds_opening(to.role, Can.SEE_CASE):
        raise Refused("role_opens_nothing", "Personens roll öppnar inga ärenden.", field="to")
    lasting = [grant for grant in case.grants_to(to) if grant.kind != GrantKind.BREAK_GLASS]
    if any(grant.works >= to_work for grant in lasting):
        raise Refused("already_has_access", f"{to.name} har redan den behörigheten.", field="to")


def _groups_of(case: Case, unit: Unit, by: User) -> list[Group]:
    """The groups of everybody in the unit who works with cases, as far as they lack the case.

    Not the group that `by` is in: nobody gives themselves access, nor by way of their team.
    """
    if unit.municipality_id != case.municipality_id:
        raise Refused("role_opens_nothing", "Enheten hör till en annan kommun.", field="to")
    groups = [
        Group.objects.get_or_create(name=team_name(case.municipality, role, unit))[0] for role in TEAM_ROLES
    ]
    held = set(
        CaseGroupGrant.objects.filter(in_force(), content_object=case, group__in=groups).values_list(
            "group_id", flat=True
        )
    )
    held |= set(by.groups.values_list("pk", flat=True))
    lacking = [group for group in groups if group.pk not in held]
    if not lacking:
        raise Refused("already_has_access", f"{unit.name} har redan behörighet.", field="to")
    return lacking
