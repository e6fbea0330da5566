"""Load the demonstration into a municipality of its own."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from avhopp.accounts.demo import DEMO_CODE
from reports.scenario.demonstration import load_demo, loaded_year


class Command(BaseCommand):
    help = (
        f"Loads the demonstration into municipality {DEMO_CODE}, which nobody has: invented cases, seen "
        "from today. Once it is loaded, running this again changes nothing."
    )

    def handle(self, *args: object, **options: object) -> None:
        year = loaded_year()
        if year is not None:
            self.stdout.write(f"Demonstrationen är redan inläst, för {year}. Inget ändrades.")
            return
        load_demo(at=timezone.now())
        self.stdout.write(f"Demonstrationen är inläst, för {timezone.localdate().year}.")
