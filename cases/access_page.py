"""Who can open a case, why, and who could before: the rows of the page Behörigheter."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.utils.timezone import localtime

from avhopp.accounts.models import User
from avhopp.kernel.swedish_sql import SwedishKey
from cases.actions.access import can_be_ended
from cases.models import Case, CaseGroupGrant, CaseUserGrant
from cases.models.grants import WORK
from cases.overview import team_label

USER_GRANT, GROUP_GRANT = "person", "grupp"


@dataclass(frozen=True)
class GrantRow:
    """One grant in words. `people` are those whom a group's grant lets in."""

    key: str
    name: str
    people: tuple[str, ...]
    how: str
    works: bool
    start: datetime
    end: datetime | None
    until: str
    by: str
    reason: str
    ended: str
    can_end: bool
    grant: Any


def grants_of(case: Case, at: datetime) -> tuple[list[GrantRow], list[GrantRow]]:
    """The grants in force and the earlier ones, the newest first. Three queries."""
    names = ("granted_by", "ended_by", "permission")
    to_users = CaseUserGrant.objects.filter(content_object=case).select_related("user", *names)
    to_groups = CaseGroupGrant.objects.filter(content_object=case).select_related("group", *names)
    groups = list(to_groups)
    people = members([grant.group_id for grant in groups])
    rows = [_row(USER_GRANT, grant, grant.user.name, ()) for grant in to_users]
    for grant in groups:
        label = team_label(grant.group.name, case)
        rows.append(_row(GROUP_GRANT, grant, label, tuple(people[grant.group_id])))
    rows.sort(key=lambda row: (row.start, row.name), reverse=True)
    now = [row for row in rows if row.start <= at and (row.end is None or row.end > at)]
    return now, [row for row in rows if row not in now]


def in_words(end: datetime | None) -> str:
    """When a grant ends; one that ends at midnight lasts to the end of the day before."""
    if end is None:
        return "tills vidare"
    local = localtime(end)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"till och med {local.date() - timedelta(days=1)}"
    return f"{local:%Y-%m-%d kl. %H.%M}"


def members(group_ids: list[int]) -> dict[int, list[str]]:
    """The names of those who belong to the groups and may sign in."""
    found: dict[int, list[str]] = defaultdict(list)
    rows: QuerySet = User.objects.filter(groups__in=group_ids, is_active=True)
    for group, name in rows.order_by(SwedishKey("name"), "id").values_list(F("groups__id"), "name"):
        found[group].append(name)
    return found


def _row(kind: str, grant: CaseUserGrant | CaseGroupGrant, name: str, people: tuple[str, ...]) -> GrantRow:
    return GrantRow(
        key=f"{kind}-{grant.pk}",
        name=name,
        people=people,
        how=grant.get_kind_display(),
        works=grant.permission.codename == WORK,
        start=grant.valid_from,
        end=grant.valid_to,
        until=in_words(grant.valid_to),
        by=grant.granted_by.name if grant.granted_by else "",
        reason=grant.reason,
        ended=f"{grant.ended_by.name}: {grant.ended_because}" if grant.ended_by else "",
        can_end=can_be_ended(grant),
        grant=grant,
    )
