"""The keys that seal what is written: how they stand, and how they are changed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from avhopp.sealing import rotation

STEPS = {
    "status": "which versions the secret files have, and how many rows hang on each",
    "new": "add a version to every secret file; then restart every process that has a copy of the files",
    "rotate": "go over to the newest version; can be stopped at any time and run again",
    "retire": "take the old versions out of the files; refuses while anything hangs on them",
}


class Command(BaseCommand):
    help = "Changes the keys of the sealed columns: new, then rotate, then retire. " + "; ".join(
        f"{step}: {what}" for step, what in STEPS.items()
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=list(STEPS))
        parser.add_argument(
            "--batch", type=int, default=rotation.BATCH, help="rows per transaction in rotate"
        )

    def handle(self, *args: Any, step: str, batch: int, **options: Any) -> None:
        if settings.DATABASE_LOGIN != "migrator":
            raise CommandError("keys runs under avhopp.settings.migrator; start it with manage.py.")
        with rotation.alone():
            getattr(self, step)(batch)

    def status(self, batch: int) -> None:
        for state in rotation.states():
            self.stdout.write(state.name)
            for version in [*state.versions, *state.missing]:
                place = "newest" if version == state.versions[-1] else "old"
                place = "MISSING IN THE FILE" if version in state.missing else place
                rows = state.used.get(version)
                used = "not used" if rows is None else f"used by {rows} rows"
                self.stdout.write(f"  {version}  {place}, {used}")

    def new(self, batch: int) -> None:
        rotation.add_versions()
        self.stdout.write("Every secret file has a new version. Restart the processes, then run keys rotate.")

    def rotate(self, batch: int) -> None:
        for done in rotation.rotate(timezone.now(), batch):
            self.stdout.write(done)
        self.stdout.write("Everything hangs on the newest versions.")

    def retire(self, batch: int) -> None:
        try:
            shorter = rotation.retire()
        except rotation.InUse as used:
            raise CommandError(f"Run keys rotate first. Rows that need an old version: {used}") from None
        self.stdout.write(f"Old versions taken out of: {', '.join(shorter) or 'nothing, there were none'}.")
