"""The worker's steps: claim, freeze, finish, fail, release. Each is one short transaction.

A claim holds a lease and a fence: whoever lost the lease finds its fence outdated and changes nothing.
The database's clock decides, never the worker's (SECURITY.md 5, pattern D).
"""

from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.audit.ledger import head
from avhopp.kernel import periods
from avhopp.kernel.refusal import Refused
from reports.frozen import EarlierReport, checksum, freeze
from reports.models import MonthlyReport
from reports.queries import facts_of
from reports.states import RUNNING, ReportEvent, next_status

LEASE = timedelta(minutes=3)  # longer than any one step; each step renews it
MAX_ATTEMPTS = 5
GAVE_UP = (
    f"Rapporten kunde inte skapas på {MAX_ATTEMPTS} försök. Försök igen, eller kontakta systemförvaltningen."
)


def claim(*, municipality: Municipality, by: User, asked_for: bool = False) -> MonthlyReport | None:
    """Take the municipality's next due report, or one whose worker went silent; None when nothing is due.

    What somebody asked for goes first (`asked_for`: nothing else), then the oldest month. One that has used
    up its attempts fails here.

    Raises:
        Refused: code `not_allowed`.
    """
    demand_in_general(by, Can.MAKE_REPORT)
    due = MonthlyReport.objects.filter(municipality=municipality).due()
    if asked_for:
        due = due.exclude(requested_by=None)
    while True:
        report = (
            due.select_for_update(of=("self",), skip_locked=True)
            .order_by(IsNull(F("requested_by"), True), "month", "version", "id")
            .first()
        )
        if report is None:
            return None
        report.fence += 1
        if report.attempts >= MAX_ATTEMPTS:
            _end_in_failure(report, GAVE_UP)
            continue
        report.status = next_status(report.status, ReportEvent.CLAIM)
        report.attempts += 1
        report.lease_until = Now() + LEASE
        report.error = ""
        report.save(update_fields=["status", "fence", "attempts", "lease_until", "error"])
        return report


def freeze_figures(*, report: MonthlyReport, by: User) -> MonthlyReport:
    """Count the month's figures and freeze them, the first time only; renews the lease.

    Raises:
        Refused: codes `not_allowed`, `lost_lease`, `no_reporter`, and what the costs refuse.
    """
    held = _held(report, by)
    if held.figures is None:
        month = periods.month(held.month.year, held.month.month)
        last = head()
        held.figures = freeze(
            facts_of(held.municipality), month, held.as_of, _earlier(held), (last.seq, last.hash)
        )
        held.figures_sha256 = checksum(held.figures)
        held.frozen_at = Now()
    elif checksum(held.figures) != held.figures_sha256:
        raise Refused("figures_changed", "De frysta siffrorna stämmer inte med sin kontrollsumma.")
    held.lease_until = Now() + LEASE
    held.save(update_fields=["figures", "figures_sha256", "frozen_at", "lease_until"])
    held.refresh_from_db(fields=["frozen_at", "lease_until", "figures"])
    return held


def renew(*, report: MonthlyReport, by: User) -> None:
    """Hold the lease for another while.

    Raises:
        Refused: codes `not_allowed`, `lost_lease`.
    """
    held = _held(report, by)
    held.lease_until = Now() + LEASE
    held.save(update_fields=["lease_until"])


def finish(*, report: MonthlyReport, public_sha256: str, annex_sha256: str, by: User) -> MonthlyReport:
    """Both files are on disk: the report is done.

    Raises:
        Refused: codes `not_allowed`, `lost_lease`: another worker has it now, or the text was changed.
    """
    held = _held(report, by)
    held.status = next_status(held.status, ReportEvent.FINISH)
    held.public_sha256, held.annex_sha256 = public_sha256, annex_sha256
    held.finished_at, held.lease_until, held.error = Now(), None, ""
    held.save(
        update_fields=["status", "public_sha256", "annex_sha256", "finished_at", "lease_until", "error"]
    )
    return held


def fail(*, report: MonthlyReport, reason: str, by: User) -> MonthlyReport:
    """Stop trying. `reason` is a Swedish sentence for the one who asked, without personal data.

    Raises:
        Refused: codes `not_allowed`, `lost_lease`.
    """
    held = _held(report, by)
    _end_in_failure(held, reason)
    return held


def release(*, report: MonthlyReport, by: User) -> MonthlyReport:
    """Something unexpected happened: give the report back for the next tick, or fail it for good.

    Raises:
        Refused: codes `not_allowed`, `lost_lease`.
    """
    held = _held(report, by)
    if held.attempts >= MAX_ATTEMPTS:
        _end_in_failure(held, GAVE_UP)
        return held
    held.status, held.lease_until = next_status(held.status, ReportEvent.RELEASE), None
    held.save(update_fields=["status", "lease_until"])
    return held


def _end_in_failure(report: MonthlyReport, reason: str) -> None:
    report.status = next_status(RUNNING, ReportEvent.FAIL)
    report.error, report.lease_until = reason[:300], None
    report.save(update_fields=["status", "error", "lease_until", "fence"])


def _held(report: MonthlyReport, by: User) -> MonthlyReport:
    """The row, locked, if the claim still holds it."""
    demand_in_general(by, Can.MAKE_REPORT)
    held = (
        MonthlyReport.objects.select_for_update(of=("self",))
        .filter(pk=report.pk, fence=report.fence, status=MonthlyReport.Status.RUNNING)
        .first()
    )
    if held is None:
        raise Refused("lost_lease", "Rapporten har tagits över av någon annan.")
    return held


def _earlier(report: MonthlyReport) -> list[EarlierReport]:
    """What the year's earlier reports said of their own months, each in its latest frozen version."""
    rows = (
        MonthlyReport.objects.filter(
            municipality=report.municipality, month__year=report.month.year, figures__isnull=False
        )
        .filter(month__lt=report.month)
        .order_by("month", "-version")
        .distinct("month")
        .values_list("month", "figures__figures__placements")
    )
    return [EarlierReport(month, found["nights"], found["cost"]) for month, found in rows]
