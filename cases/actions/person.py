"""Correct what is known about the person."""

from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from cases.actions.intake import NewPerson, flag_duplicates
from cases.models import Case, Person

FIELDS = {
    "name": "namn",
    "identity": "identitetsnummer",
    "birth_year": "födelseår",
    "sex": "juridiskt kön",
    "children_count": "antal barn",
    "protection": "skyddade personuppgifter",
}


@dataclass(frozen=True)
class Changed:
    """Which of the person's facts a change touched; never what they were."""

    labels: tuple[str, ...]


def change_person(*, case: Case, facts: NewPerson, by: User, today: date) -> Changed:
    """Write the person's facts anew. The history keeps the old ones; the event names the fields only.

    Raises Refused: `not_allowed`.
    """
    demand(by, Can.WRITE_CASE, case)
    case = Case.objects.locked().get(pk=case.pk)
    person = Person.objects.get(pk=case.person_id)
    before = {name: getattr(person, name) for name in FIELDS}
    person.set_name(facts.name)
    person.identity, person.birth_year, person.sex = facts.identity, facts.birth_year, facts.sex
    person.children_count, person.protection = facts.children_count, facts.protection
    changed = tuple(label for name, label in FIELDS.items() if getattr(person, name) != before[name])
    if changed:
        person.save()
        flag_duplicates(person)
        record(
            by=by,
            case=case,
            kind="person_andrad",
            requires=Can.SEE_PERSON,
            on=today,
            object_id=person.pk,
            text=f"Personuppgifter ändrades: {', '.join(changed)}.",
        )
    return Changed(changed)
