"""Load a scenario file, or rehearse it. The format is described in reports/scenario/FORMAT.md."""

import json
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from reports.figures import as_json, figures
from reports.queries import facts_of
from reports.scenario.document import Scenario, ScenarioRefused
from reports.scenario.loading import Loaded, load
from reports.scenario.reading import MAX_FAULTS, read_file

LABELS = {
    "units": "enheter",
    "police_units": "polisenheter",
    "users": "konton",
    "budget_lines": "budgetrader",
    "providers": "utförare",
    "agreements": "ramavtal",
    "persons": "personer",
    "cases": "ärenden",
    "assessments": "bedömningar",
    "consents": "samtycken",
    "decisions": "beslut",
    "placements": "placeringar",
    "applications": "ansökningar",
    "checks": "slagningar",
    "reallocations": "omfördelningar",
    "account_rules": "konteringsregler",
    "invoices": "fakturor",
    "inquiries": "förfrågningar",
}


def month(text: str) -> Period:
    try:
        return periods.parse_month(text)
    except Refused as refused:
        raise ArgumentTypeError(refused.text) from None


class Command(BaseCommand):
    help = (
        "Loads a scenario file: all of it or nothing. What it does not tell is listed on standard error. "
        "--dry-run rolls everything back; --figures prints the figures of months as a JSON list, each seen "
        "from its last day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.json")
        parser.add_argument("--dry-run", action="store_true", help="load, show, and roll everything back")
        parser.add_argument("--figures", nargs="+", type=month, default=[], metavar="YYYY-MM")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            scenario = read_file(options["file"])
            with transaction.atomic():
                loaded = load(scenario=scenario, at=timezone.now())
                found = self._figures(loaded, options["figures"])
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except OSError as error:
            raise CommandError(f"Filen kan inte läsas: {error.strerror}.") from None
        except ScenarioRefused as refused:
            raise CommandError(_told(refused)) from None
        self._tell(scenario, loaded, options, found)

    def _figures(self, loaded: Loaded, months: list[Period]) -> list[dict[str, object]]:
        if not months:
            return []
        facts = facts_of(loaded.municipality)
        return [as_json(figures(facts, period, periods.last_day(period))) for period in months]

    def _tell(self, scenario: Scenario, loaded: Loaded, options: dict[str, Any], found: list[Any]) -> None:
        for gap in loaded.gaps:
            self.stderr.write(str(gap), str)
        summary = _summary(scenario, loaded, dry_run=options["dry_run"])
        if options["figures"]:
            self.stderr.write(summary, str)
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(summary)


def _summary(scenario: Scenario, loaded: Loaded, *, dry_run: bool) -> str:
    where = f"{scenario.municipality.name} ({scenario.municipality.code})"
    if not loaded.changed:
        return f"Inget nytt: allt i filen finns redan i {where}. Inget ändrades."
    parts = [f"{number} {LABELS[name]}" for name, number in loaded.added.items()] or ["kommunen"]
    if dry_run:
        return f"Provläsning för {where}: {', '.join(parts)} skulle läsas in. Inget sparades."
    return f"Läste in i {where}: {', '.join(parts)}."


def _told(refused: ScenarioRefused) -> str:
    number = len(refused.faults)
    more = " Fler kan finnas." if number >= MAX_FAULTS else ""
    faults = "\n".join(f"  {fault}" for fault in refused.faults)
    return f"Filen lästes inte in: {number} fel.{more} Inget sparades.\n{faults}"
