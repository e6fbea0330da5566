"""The first two system managers of a municipality: everybody else's account is opened by them, on the pages.

What they ask for needs a second person. A municipality that has one manager left gets another here.
"""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from avhopp.access.roles import Role
from avhopp.accounts.actions.codes import VALID, digest, new_code
from avhopp.accounts.models import Municipality, OneTimeCode, User
from avhopp.accounts.teams import prepare_municipality

#: With fewer nobody could approve what the other asks for.
NEEDED = 2


class Command(BaseCommand):
    help = (
        "Opens the account of one of a municipality's first two system managers and prints a one-time code, "
        "once. Two are needed: what gives an account more power is asked for by one and approved by another."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the municipality's code, four digits")
        parser.add_argument("handle", help="short name of the person, for example eva")
        parser.add_argument("name", help="the person's name")
        parser.add_argument("--municipality", default="", help="its name, when it is not there yet")
        parser.add_argument("--board", default="Socialnämnden")
        parser.add_argument("--prefix", default="SN", help="of its registry numbers")

    @transaction.atomic
    def handle(self, *args: object, **options: str) -> None:
        home = self._municipality(options)
        managers = User.objects.of(home).working_on(timezone.localdate()).filter(role=Role.SYSTEM_MANAGER)
        if managers.count() >= NEEDED:
            raise CommandError("There are two system managers already, who open accounts for each other.")
        if User.objects.of(home).filter(handle=options["handle"].lower()).exists():
            raise CommandError("There is an account with that short name already.")
        prepare_municipality(home)
        handle, code, now = options["handle"].lower(), new_code(), timezone.now()
        user = User(username=f"{handle}@{home.code}", handle=handle, name=options["name"], municipality=home)
        user.role = Role.SYSTEM_MANAGER
        user.set_unusable_password()
        user.save(force_insert=True)
        OneTimeCode(user=user, digest=digest(code), ordered_at=now, valid_to=now + VALID).save(
            force_insert=True
        )
        self.stdout.write(f"User name: {user.username}\nOne-time code, three days: {code}")

    def _municipality(self, options: dict[str, str]) -> Municipality:
        found = Municipality.objects.filter(code=options["code"]).first()
        if found is None and not options["municipality"]:
            raise CommandError("There is no such municipality; --municipality gives it a name.")
        return found or Municipality.objects.create(
            code=options["code"],
            name=options["municipality"],
            board=options["board"],
            registry_prefix=options["prefix"],
        )
