"""Compare the database's walls with the committed list, or write the list anew after a deliberate change."""

from django.core.management.base import BaseCommand, CommandParser

from avhopp.access import catalog


class Command(BaseCommand):
    help = "Shows how roles and privileges differ from avhopp/access/catalog.txt; --write accepts them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the list from this database")

    def handle(self, *args: object, **options: object) -> None:
        if options["write"]:
            catalog.COMMITTED.write_text("\n".join(catalog.actual()) + "\n", encoding="utf-8")
            return
        found = catalog.differences()
        self.stdout.write("\n".join(found) or "The walls are as committed.")
