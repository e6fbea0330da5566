"""The persons, the cases and who may open them: what everything else in a scenario hangs on."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models.functions import Now

from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, Unit, User
from cases.actions.grants import team_name, teams_of, work_permission
from cases.actions.intake import flag_numbers, next_number
from cases.models import Case, CaseGroupGrant, CaseUserGrant, GrantKind, Person
from cases.states import CaseState
from reports.scenario.batches import write
from reports.scenario.document import CaseRow, PersonRow
from reports.scenario.telling import REASON

Pairs = list[tuple[Case, CaseRow]]


def new_persons(home: Municipality, rows: Iterable[PersonRow]) -> list[tuple[Person, PersonRow]]:
    """The persons of the file; it has no names, so they are shown as unknown until somebody writes one."""
    return [
        (
            Person(
                municipality=home,
                ref=row.ref,
                identity=row.identity,
                birth_year=row.birth_year,
                sex=row.sex,
                children_count=row.children,
                protection=row.protection,
            ),
            row,
        )
        for row in rows
    ]


def new_cases(
    home: Municipality,
    rows: Iterable[CaseRow],
    persons: Mapping[str, Person],
    units: Mapping[str, Unit],
    known: Iterable[Case],
) -> Pairs:
    """The cases of the file, numbered by the day they came; one that comes back says from which."""
    pairs: Pairs = []
    of_person: dict[UUID, list[Case]] = {}
    for case in known:
        of_person.setdefault(case.person_id, []).append(case)
    for row in sorted(rows, key=lambda one: one.received):
        person = persons[row.person]
        others = of_person.setdefault(person.pk, [])
        earlier = [one for one in others if one.received <= row.received]
        case = Case(
            municipality=home,
            case_no=next_number(municipality_id=home.pk, year=row.received.year),
            state=CaseState.CLOSED if row.closed else CaseState.RECEIVED,
            reopened_from=max(earlier, key=lambda one: one.received, default=None),
            ref=row.ref,
            unit=units[row.unit],
            person=person,
            received=row.received,
            source=row.source,
            closed=row.closed,
            closing_reason=row.closing_reason,
        )
        others.append(case)
        pairs.append((case, row))
    return pairs


def grant(home: Municipality, importer: User, pairs: Pairs, users: Mapping[str, User]) -> None:
    """To the teams that follow the case, to the handler, and to the importer's own team.

    Write these before the cases: that is what lets the importer see what it writes.
    """
    own = team_name(home, Role.IMPORTER)
    wanted = {case: [*teams_of(case), own] for case, _ in pairs}
    groups = _groups({name for names in wanted.values() for name in names})
    given: dict[str, Any] = {
        "permission": work_permission(),
        "reason": REASON,
        "granted_by": importer,
        "valid_from": Now(),
    }
    write(
        [
            (CaseGroupGrant(content_object=case, group=groups[name], kind=GrantKind.UNIT, **given), row)
            for case, row in pairs
            for name in wanted[case]
        ]
    )
    write(
        [
            (
                CaseUserGrant(
                    content_object=case, user=users[row.handler], kind=GrantKind.ASSIGNMENT, **given
                ),
                row,
            )
            for case, row in pairs
            if row.handler
        ]
    )


def flag_duplicates(pairs: Iterable[tuple[Person, PersonRow]]) -> None:
    """Tell the coordinator of each number that two persons have, once: the last one against all others."""
    last = {row.identity: person for person, row in pairs if row.identity}
    flag_numbers((person.pk, number, person.municipality_id) for number, person in last.items())


def _groups(names: set[str]) -> Mapping[str, Group]:
    known = set(Group.objects.filter(name__in=names).values_list("name", flat=True))
    Group.objects.bulk_create([Group(name=name) for name in sorted(names - known)])
    return {group.name: group for group in Group.objects.filter(name__in=names)}
