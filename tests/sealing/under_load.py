"""The web process's side of a rotation: reads, searches and writes until its input ends, then tells of it.

Run with avhopp.settings.web. Prints one line when it has begun, and one with the counts.
"""

import json
import random
import select
import sys
from datetime import UTC, datetime

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from avhopp.access.context import acting  # noqa: E402
from cases.actions.intake import FirstContact, NewPerson, open_case  # noqa: E402
from cases.models import Intake, Person  # noqa: E402
from tests.cast import make_cast  # noqa: E402

PERSONS = 100
dice = random.Random(20261121)
expected: dict[object, tuple[str, str]] = {}  # person: number, text of the intake
seen = {"reads": 0, "searches": 0, "writes": 0, "wrong": 0, "errors": []}


def begin() -> object:
    with transaction.atomic():
        asta = make_cast().asta
    for _ in range(PERSONS):
        write(asta)
    return asta


def number() -> str:
    return str(dice.randrange(190000000000, 202000000000))


def write(asta: object) -> None:
    person, text = NewPerson(identity=number()), f"Text {dice.random()}"
    contact = FirstContact(received=timezone.localdate(), source="polis", text=text)
    with transaction.atomic(), acting(asta):
        case = open_case(
            contact=contact, person=person, unit=asta.unit, handler=asta, by=asta, at=datetime.now(UTC)
        )
        expected[case.person_id] = (person.identity, text)


def read() -> None:
    found = {person.pk: person.identity for person in Person.objects.all()}
    texts = {intake.case.person_id: intake.text for intake in Intake.objects.select_related("case")}
    old = [row.identity for row in Person.history.all()]
    seen["wrong"] += {pk: (found.get(pk), texts.get(pk)) for pk in expected} != expected
    seen["wrong"] += len([one for one in old if one]) < len(expected)
    seen["reads"] += len(found) + len(texts) + len(old)


def search(asta: object) -> None:
    person, (digits, _) = dice.choice(list(expected.items()))
    hits = Person.objects.with_number(digits, asta.municipality_id).values_list("pk", flat=True)
    seen["wrong"] += list(hits) != [person]
    seen["searches"] += 1


def change(asta: object) -> None:
    pk = dice.choice(list(expected))
    person = Person.objects.select_for_update().get(pk=pk)
    person.identity = number()
    person.save()
    seen["writes"] += 1
    expected[pk] = (person.identity, expected[pk][1])


def go_on() -> bool:
    return not select.select([sys.stdin], [], [], 0)[0]


def main() -> None:
    asta = begin()
    print("begun", flush=True)  # noqa: T201
    while go_on():
        for work in (lambda: read(), lambda: search(asta), lambda: change(asta)):
            try:
                with transaction.atomic(), acting(asta):
                    work()
            except Exception as error:
                seen["errors"].append(f"{type(error).__name__}: {error}")
    print(json.dumps(seen), flush=True)  # noqa: T201


main()
