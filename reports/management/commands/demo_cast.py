"""Who can sign in to the demonstration, for `make run` to show."""

from django.core.management.base import BaseCommand

from avhopp.accounts.demo import CAST, DEMO_CODE, DEMO_PASSWORD
from avhopp.accounts.models import User


class Command(BaseCommand):
    help = "Prints who can sign in to the demonstration, in which role, and the password."

    def handle(self, *args: object, **options: object) -> None:
        accounts = User.objects.filter(
            municipality__code=DEMO_CODE, municipality__is_demo=True, is_active=True
        )
        people = {user.handle: user for user in accounts}
        shown = [(actor, people[actor.handle]) for actor in CAST if actor.handle in people]
        if not shown:
            self.stdout.write("Demonstrationen är inte inläst.")
            return
        width = max(len(user.username) for _, user in shown)
        for police, heading in ((False, "Socialtjänsten"), (True, "Polisens portal")):
            self.stdout.write(f"{heading}:")
            for actor, user in shown:
                if user.is_police == police:
                    self.stdout.write(
                        f"  {user.username:<{width}}  {actor.name}, {_inside(actor.title)}: {actor.does}"
                    )
        self.stdout.write(f"Lösenord för alla: {DEMO_PASSWORD}")


def _inside(title: str) -> str:
    """The title inside a sentence; its abbreviations keep their capitals."""
    return title[:1].lower() + title[1:]
