"""Ask for a report: by a person, by the calendar, again after a failure, or as a corrected version."""

import logging
from collections.abc import Iterator
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Min

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.audit.events import record
from avhopp.kernel import periods, swedish
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from cases.models import Case
from placements.models import BudgetLine
from reports.actions.nudge import nudge
from reports.models import MonthlyReport
from reports.states import WAITING, ReportEvent, next_status

log = logging.getLogger(__name__)
CATCH_UP_MONTHS = 24  # older months were reported in other ways, if at all; anybody may still ask for one
MAX_REASON = 300


def request_report(
    *, municipality: Municipality, month: Period, by: User, today: date, at: datetime
) -> MonthlyReport:
    """The month's report, put in the queue; the latest version when there is one already.

    Raises:
        Refused: codes `not_allowed`, `month_not_over`.
    """
    demand_in_general(by, Can.MAKE_REPORT)
    if municipality.pk != by.municipality_id:
        raise Refused("not_allowed", "Du kan bara beställa rapporter för din egen kommun.")
    if today <= periods.last_day(month):
        raise Refused(
            "month_not_over",
            "Månaden är inte slut. Rapporten kan skapas från och med "
            f"{swedish.format_day(month.end or today)}.",
            field="month",
        )
    there = _latest(municipality, month)
    if there is not None:
        return _hurried(there, by)
    try:
        with transaction.atomic():
            report = _add(municipality, month, by=by, at=at)
    except IntegrityError:  # somebody asked in the same moment
        return MonthlyReport.objects.filter(municipality=municipality).of_month(month.start).latest("version")
    record(
        by=by, kind="rapport_bestalld", requires=Can.SEE_REPORT, on=today,
        text=f"Månadsrapporten för {swedish.format_month(month.start)} beställdes.", object_id=report.pk,
    )  # fmt: skip
    nudge()
    return report


def retry_report(*, report: MonthlyReport, by: User) -> MonthlyReport:
    """Put a failed report in the queue again, with its frozen figures if it has any.

    Raises:
        Refused: codes `not_allowed`, `not_in_this_state`.
    """
    demand(by, Can.MAKE_REPORT, report)
    report = _locked(report)
    report.status = next_status(report.status, ReportEvent.RETRY)
    report.attempts, report.error = 0, ""
    report.save(update_fields=["status", "attempts", "error"])
    nudge()
    return report


def correct_report(
    *, report: MonthlyReport, reason: str, by: User, today: date, at: datetime
) -> MonthlyReport:
    """A new version, counted from today's facts as of the same day. The old one stays as it was.

    Raises:
        Refused: codes `not_allowed`, `only_approved_is_corrected`, `already_corrected`, `reason_missing`.
    """
    demand(by, Can.MAKE_REPORT, report)
    report = _locked(report)
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("reason_missing", "Skriv vad som rättas.", field="reason")
    if len(reason) > MAX_REASON:
        raise Refused("reason_too_long", f"Skriv högst {MAX_REASON} tecken.", field="reason")
    if not report.is_approved:
        raise Refused("only_approved_is_corrected", "Bara en godkänd rapport rättas med en ny version.")
    if MonthlyReport.objects.filter(correction_of=report).exists():
        raise Refused("already_corrected", "Rapporten har redan en rättad version.")
    new = _add(
        report.municipality, periods.month(report.month.year, report.month.month), by=by, at=at,
        corrects=report, reason=reason,
    )  # fmt: skip
    record(
        by=by, kind="rapport_rattas", requires=Can.SEE_REPORT, on=today, reason=reason,
        text=f"En rättad version av månadsrapporten för {swedish.format_month(report.month)} beställdes.",
        object_id=new.pk,
    )  # fmt: skip
    nudge()
    return new


def close_months(*, municipality: Municipality, by: User, today: date, at: datetime) -> list[MonthlyReport]:
    """Create the reports that are missing for months that are over, and return the new ones.

    From the month of the first case or the first budget year, at most CATCH_UP_MONTHS back, whatever has been
    down in between. Safe to run at any time and by several at once: a month has one first version.

    Raises:
        Refused: code `not_allowed`.
    """
    demand_in_general(by, Can.MAKE_REPORT)
    begun = _operation_began(municipality)
    if begun is None:
        return []
    there = set(MonthlyReport.objects.filter(municipality=municipality).values_list("month", flat=True))
    missing = [month for month in _closed_months(begun, today) if month.start not in there]
    wanted = [_new(municipality, month, by=None, at=at) for month in missing]
    MonthlyReport.objects.bulk_create(wanted, ignore_conflicts=True)
    if wanted:
        log.info("%d monthly reports were due and have been queued", len(wanted))
        nudge()
    return list(MonthlyReport.objects.filter(pk__in=[report.pk for report in wanted]))


def _operation_began(municipality: Municipality) -> date | None:
    first_case = Case.objects.filter(municipality=municipality).aggregate(first=Min("received"))["first"]
    first_year = BudgetLine.objects.filter(municipality=municipality).aggregate(first=Min("year"))["first"]
    days = [first_case, date(first_year, 1, 1) if first_year else None]
    return min((day for day in days if day), default=None)


def _closed_months(begun: date, today: date) -> Iterator[Period]:
    this_month = today.replace(day=1)
    first = max(begun.replace(day=1), periods.add_months(this_month, -CATCH_UP_MONTHS))
    if first < this_month:
        yield from periods.months_between(first, this_month)


def _latest(municipality: Municipality, month: Period) -> MonthlyReport | None:
    return (
        MonthlyReport.objects.filter(municipality=municipality)
        .of_month(month.start)
        .order_by("-version")
        .first()
    )


def _hurried(report: MonthlyReport, by: User) -> MonthlyReport:
    """A report that the calendar queued goes ahead of the others when somebody asks for it."""
    if report.status != WAITING or report.requested_by_id is not None:
        return report
    report = _locked(report)
    report.requested_by = by
    report.save(update_fields=["requested_by"])
    nudge()
    return report


def _locked(report: MonthlyReport) -> MonthlyReport:
    return MonthlyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)


def _add(municipality: Municipality, month: Period, **details: object) -> MonthlyReport:
    report = _new(municipality, month, **details)  # type: ignore[arg-type]
    report.save(force_insert=True)
    return report


def _new(
    municipality: Municipality,
    month: Period,
    *,
    by: User | None,
    at: datetime,
    corrects: MonthlyReport | None = None,
    reason: str = "",
) -> MonthlyReport:
    """Seen from the month's last day: what was decided later belongs to a later report."""
    return MonthlyReport(
        municipality=municipality,
        month=month.start,
        version=corrects.version + 1 if corrects else 1,
        requested_by=by,
        requested_at=at,
        as_of=periods.last_day(month),
        correction_of=corrects,
        correction_reason=reason,
        registry_no=corrects.registry_no if corrects else "",
        views=corrects.views if corrects else "",
    )
