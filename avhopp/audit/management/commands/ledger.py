"""The history's ledger: anchor its head outside the database, or have all of it verified."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from avhopp import services
from avhopp.audit.ledger import FILE, LedgerBroken, anchor
from avhopp.services.places import secrets_folder

VERIFIER = settings.BASE_DIR / "bin" / "verify_ledger.py"
LOGIN = "auditor"


class Command(BaseCommand):
    help = "anchor: skriver liggarens sista post till en fil. verify: kontrollerar hela historiken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["anchor", "verify"])
        parser.add_argument("--anchors", type=Path, default=settings.ANCHOR_FOLDER, help="mappen")

    def handle(self, *args: Any, what: str, anchors: Path, **options: Any) -> None:
        if what == "verify":
            sys.exit(verify(anchors))
        try:
            made = anchor(anchors, services.read_secret("ledger_anchor").encode(), timezone.now())
        except (LedgerBroken, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Förankring {made.number}: {made.seq}:{made.hash}")


def verify(anchors: Path) -> int:
    """Run the independent verifier as the auditor's login; gives its exit code."""
    place = settings.DATABASES["default"]
    environment = os.environ | {
        "PGHOST": place["HOST"], "PGPORT": str(place["PORT"] or ""), "PGDATABASE": place["NAME"],
        "PGUSER": f"avhopp_{LOGIN}", "PGPASSWORD": services.read_secret(f"db_{LOGIN}"),
    }  # fmt: skip
    outside = []
    if (anchors / FILE).is_file():
        services.read_secret("ledger_anchor")
        outside = ["--anchors", str(anchors), "--key", str(secrets_folder() / "ledger_anchor")]
    return subprocess.run([sys.executable, VERIFIER, *outside], env=environment, check=False).returncode
