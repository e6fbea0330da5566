"""Queue a month's report; with --wait, see it done and print where the two files are."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality, User
from avhopp.kernel import periods
from avhopp.kernel.refusal import Refused
from avhopp.services import ServiceProblem
from avhopp.services.worker import ensure_worker
from reports.actions.nudge import send
from reports.actions.requests import request_report, retry_report
from reports.files import path_of
from reports.models import MonthlyReport
from reports.municipalities import municipality_of
from reports.queries import reporter_of

PATIENCE = 300.0  # seconds
NUDGE_EVERY = 20.0
LOOK_EVERY = 0.25


class Command(BaseCommand):
    help = "Queues the monthly report. A Celery worker renders the public report and the secret annex."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", required=True, help="the month, as 2022-03")
        parser.add_argument("--municipality", help="the municipality's code; needed when there are several")
        parser.add_argument(
            "--wait", action="store_true", help="wait until it is done and print the paths of the files"
        )

    def handle(self, *args: Any, month: str, municipality: str | None, wait: bool, **options: Any) -> None:
        try:
            place = municipality_of(municipality)
            reporter = reporter_of(place)
            report = _request(place, reporter, month)
            if not wait:
                self.stdout.write(f"Rapporten för {month} står i kö.")
                return
            with ensure_worker():
                done = _wait_for(report, reporter)
        except Refused as refused:
            raise CommandError(refused.text) from None
        except ServiceProblem as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{path_of(done.public_sha256)}\n{path_of(done.annex_sha256)}")


def _request(municipality: Municipality, reporter: User, month: str) -> MonthlyReport:
    with transaction.atomic(), acting(reporter, reason="kommandot report"):
        report = request_report(
            municipality=municipality,
            month=periods.parse_month(month),
            by=reporter,
            today=timezone.localdate(),
            at=timezone.now(),
        )
        if report.status == MonthlyReport.Status.FAILED:
            report = retry_report(report=report, by=reporter)
    return report


def _wait_for(report: MonthlyReport, reporter: User) -> MonthlyReport:
    """The report when both files are there.

    Raises:
        Refused: codes `report_failed`, `took_too_long`.
    """
    begun = nudged = time.monotonic()
    send()
    while time.monotonic() - begun < PATIENCE:
        with transaction.atomic(), acting(reporter):
            found = MonthlyReport.objects.get(pk=report.pk)
        if found.has_files:
            return found
        if found.status == MonthlyReport.Status.FAILED:
            raise Refused("report_failed", found.error or "Rapporten misslyckades.")
        if time.monotonic() - nudged > NUDGE_EVERY:
            nudged = time.monotonic()
            send()
        time.sleep(LOOK_EVERY)
    raise Refused("took_too_long", "Rapporten blev inte klar i tid. Den står kvar i kön; se arbetarens logg.")
