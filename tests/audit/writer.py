"""A program that changes rows over and over, in transactions of several statements, until it is killed.

It writes as the web process does: Django's ORM, its login, an actor. Arguments: `prepare`, or a seed.
"""

import random
import sys
import uuid
from datetime import date
from importlib import import_module

import django
from django.db import connection, transaction

KIND = "skrivarprov"


def main(task: str) -> None:
    django.setup()
    cast = import_module("tests.cast")
    if task == "prepare":
        with transaction.atomic():
            cast.make_cast()
        return
    write_for_ever(random.Random(int(task)), cast.CODE)


def write_for_ever(chance: random.Random, code: str) -> None:
    acting = import_module("avhopp.access.context").acting
    can = import_module("avhopp.access.roles").Can
    record = import_module("avhopp.audit.events").record
    provider = import_module("placements.models").Provider
    user = import_module("avhopp.accounts.models").User.objects.get(username=f"siri@{code}")
    sys.stdout.write("writing\n")
    sys.stdout.flush()
    while True:
        with transaction.atomic(), acting(user, reason=KIND):
            made = [
                provider(municipality_id=user.municipality_id, ref=uuid.uuid4().hex, name="Hem", kind="hvb")
                for _ in range(chance.randrange(1, 6))
            ]
            provider.objects.bulk_create(made)
            provider.objects.filter(pk__in=[row.pk for row in made]).update(code=chance.randrange(10**6))
            made[0].name = "Hem igen"
            made[0].save(update_fields=["name"])
            with connection.cursor() as cursor:
                cursor.execute(
                    "update placements_provider set kind = 'familjehem' where id = %s", [made[-1].pk]
                )
            record(by=user, kind=KIND, text="Prov", requires=can.SEE_CASE, on=date(2026, 1, 1))


if __name__ == "__main__":
    main(sys.argv[1])
