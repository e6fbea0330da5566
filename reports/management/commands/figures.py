"""The exact figures of a month as JSON, for the operator and the tests, never for the portal."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from avhopp.kernel import periods
from avhopp.kernel.refusal import Refused
from reports.figures import as_json, figures
from reports.municipalities import municipality_of
from reports.queries import facts_of


class Command(BaseCommand):
    help = "Prints the figures of a month as one JSON object on standard output, and nothing else there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="the month, as 2022-03")
        parser.add_argument(
            "--as-of", help="the day the figures are seen from, as 2022-03-31 (default: the month's last)"
        )
        parser.add_argument("--municipality", help="the municipality's code; needed when there are several")

    def handle(
        self, *args: Any, month: str, as_of: str | None, municipality: str | None, **options: Any
    ) -> None:
        try:
            wanted = periods.parse_month(month)
            day = periods.last_day(wanted) if as_of is None else _day(as_of)
            found = figures(facts_of(municipality_of(municipality)), wanted, day)
        except Refused as refused:
            raise CommandError(refused.text) from None
        self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=1))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("day_format", "Skriv dagen som år, månad och dag, till exempel 2022-03-31.") from None
