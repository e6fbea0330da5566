"""The worker's tasks. They carry no arguments: what is due stands in the database, and any tick finds it."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.refusal import Refused
from reports import files
from reports.actions import rendering, requests
from reports.actions.nudge import send
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, PUBLIC, render_pdf
from reports.queries import reporter_of

log = logging.getLogger(__name__)


@shared_task(name="reports.tasks.work")
def work() -> None:
    """Create what is missing, render one report, and nudge again until nothing is due. Safe to run twice.

    One report at a time, so that a worker that is asked to stop stops between two.
    """
    close_months()
    places = _reporters()
    if any(_work_for(*place, asked_for=asked_for) for asked_for in (True, False) for place in places):
        send()


@shared_task(name="reports.tasks.close_months")
def close_months() -> None:
    """Create the reports of months that are over, in every municipality. Safe to run at any time."""
    for municipality, reporter in _reporters():
        with transaction.atomic(), acting(reporter, reason="månadsskifte"):
            requests.close_months(
                municipality=municipality, by=reporter, today=timezone.localdate(), at=timezone.now()
            )


def _reporters() -> list[tuple[Municipality, User]]:
    """Every municipality that has an account to count as; police units and empty ones need none."""
    found = []
    for municipality in Municipality.objects.order_by("code"):
        try:
            found.append((municipality, reporter_of(municipality)))
        except Refused as refused:
            log.warning("municipality %s is left out: %s", municipality.code, refused.code)
    return found


def _work_for(municipality: Municipality, reporter: User, *, asked_for: bool) -> bool:
    """Render the municipality's next due report; False when nothing is due.

    What somebody waits for (`asked_for`), in any municipality, goes before what the calendar queued.
    """
    with transaction.atomic(), acting(reporter, reason="rapport"):
        report = rendering.claim(municipality=municipality, by=reporter, asked_for=asked_for)
    if report is None:
        return False
    log.info("report %s, attempt %d", report.pk, report.attempts)
    try:
        _render(report, reporter)
    except Refused as refused:
        log.warning("report %s was refused: %s", report.pk, refused.code)
        if refused.code != "lost_lease":
            _end(report, reporter, refused.text)
    except Exception as error:
        log.error("report %s failed: %s", report.pk, type(error).__name__, exc_info=True)
        _give_back(report, reporter)
        return False  # the next tick tries again, not at once
    return True


def _render(report: MonthlyReport, reporter: User) -> None:
    files.sweep(report.pk)
    with transaction.atomic(), acting(reporter, reason="rapport"):
        report = rendering.freeze_figures(report=report, by=reporter)
    public = files.store(
        files.part_name(report.pk, report.fence, "public"), lambda: render_pdf(PUBLIC, public_context(report))
    )
    with transaction.atomic(), acting(reporter, reason="rapport"):
        rendering.renew(report=report, by=reporter)
    annex = files.store(
        files.part_name(report.pk, report.fence, "annex"), lambda: render_pdf(ANNEX, annex_context(report))
    )
    with transaction.atomic(), acting(reporter, reason="rapport"):
        rendering.finish(report=report, public_sha256=public, annex_sha256=annex, by=reporter)
    log.info("report %s is done", report.pk)


def _end(report: MonthlyReport, reporter: User, reason: str) -> None:
    with transaction.atomic(), acting(reporter, reason="rapport"):
        rendering.fail(report=report, reason=reason, by=reporter)


def _give_back(report: MonthlyReport, reporter: User) -> None:
    try:
        with transaction.atomic(), acting(reporter, reason="rapport"):
            rendering.release(report=report, by=reporter)
    except Refused as refused:
        log.warning("report %s was not given back: %s", report.pk, refused.code)
