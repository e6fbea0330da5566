"""From a finished report to the committee's decision: the administration's text, approval, the paragraph."""

import re
from datetime import date, datetime

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel import swedish
from avhopp.kernel.refusal import Refused
from reports.actions.nudge import nudge
from reports.frozen import controls_hold
from reports.models import MonthlyReport
from reports.states import ReportEvent, next_status

MAX_VIEWS = 6000
REGISTRY_NO = re.compile(r"[A-ZÅÄÖ]{1,5}[- ]\d{4}/\d{1,6}(\.\d{1,4})?")  # DOMAIN.md section 6


def write_views(
    *, report: MonthlyReport, views: str, registry_no: str, by: User, today: date
) -> MonthlyReport:
    """The administration's own text and the registry number. Both files are made anew, from the same figures.

    Whoever saves the text prepares the report from then on, and so cannot be the one who approves it.

    Raises:
        Refused: codes `not_allowed`, `not_in_this_state`, `text_too_long`, `registry_format`.
    """
    demand(by, Can.MAKE_REPORT, report)
    demand(by, Can.SEE_DRAFT_REPORT, report)
    report = _locked(report)
    views, registry_no = views.strip(), registry_no.strip()
    if len(views) > MAX_VIEWS:
        raise Refused("text_too_long", f"Texten får vara högst {MAX_VIEWS} tecken.", field="views")
    if registry_no and not REGISTRY_NO.fullmatch(registry_no):
        raise Refused("registry_format", "Skriv diarienumret så här: SN-2026/123.119.", field="registry_no")
    report.status = next_status(report.status, ReportEvent.EDIT)
    report.views, report.registry_no, report.requested_by = views, registry_no, by
    report.public_sha256 = report.annex_sha256 = ""
    report.attempts, report.error, report.lease_until, report.finished_at = 0, "", None, None
    report.fence += 1  # a worker that renders the old text finds its claim gone
    report.save()
    record(
        by=by, kind="rapport_text", requires=Can.SEE_REPORT, on=today,
        text=f"Texten i månadsrapporten för {swedish.format_month(report.month)} ändrades.",
        object_id=report.pk,
    )  # fmt: skip
    nudge()
    return report


def approve(*, report: MonthlyReport, by: User, today: date, at: datetime) -> MonthlyReport:
    """Approve both files; from now on nothing in the report changes but the committee's paragraph.

    Nobody approves what they have prepared themselves (DOMAIN.md 3.1).

    Raises:
        Refused: codes `not_allowed`, `not_in_this_state`, `control_sums`, `own_report`.
    """
    demand(by, Can.APPROVE_REPORT, report)
    report = _locked(report)
    status = next_status(report.status, ReportEvent.APPROVE)
    if not controls_hold(report.figures):
        raise Refused("control_sums", "Kontrollsummorna stämmer inte. Rapporten kan inte godkännas.")
    if report.requested_by_id == by.pk:
        raise Refused(
            "own_report",
            "Du har själv berett rapporten. Låt en kollega godkänna den, eller gå igenom och spara texten.",
        )
    report.status, report.approved_by, report.approved_at = status, by, at
    report.save(update_fields=["status", "approved_by", "approved_at"])
    record(
        by=by, kind="rapport_godkand", requires=Can.SEE_REPORT, on=today,
        text=f"Månadsrapporten för {swedish.format_month(report.month)} godkändes, version {report.version}.",
        object_id=report.pk,
    )  # fmt: skip
    return report


def record_paragraph(
    *, report: MonthlyReport, paragraph: str, paragraph_date: date, by: User, today: date
) -> MonthlyReport:
    """Write back the committee's decision on the report (R-70).

    Raises:
        Refused: codes `not_allowed`, `not_approved`, `paragraph_format`, `in_the_future`,
            `before_the_month_ended`.
    """
    demand(by, Can.RECORD_PARAGRAPH, report)
    report = _locked(report)
    if not report.is_approved:
        raise Refused("not_approved", "Nämnden kan besluta först när rapporten är godkänd.")
    number = paragraph.strip().removeprefix("§").strip()
    if not re.fullmatch(r"[1-9]\d{0,4}", number):
        raise Refused("paragraph_format", "Skriv paragrafens nummer, till exempel 12.", field="paragraph")
    if paragraph_date > today:
        raise Refused("in_the_future", "Sammanträdet kan inte ligga efter i dag.", field="paragraph_date")
    if paragraph_date <= report.as_of:
        raise Refused(
            "before_the_month_ended",
            "Sammanträdet måste ligga efter rapportens månad.",
            field="paragraph_date",
        )
    report.paragraph, report.paragraph_date = f"§ {number}", paragraph_date
    report.save(update_fields=["paragraph", "paragraph_date"])
    record(
        by=by, kind="rapport_paragraf", requires=Can.SEE_REPORT, on=paragraph_date,
        text=f"Nämndens beslut om rapporten för {swedish.format_month(report.month)}: § {number}.",
        object_id=report.pk,
    )  # fmt: skip
    return report


def _locked(report: MonthlyReport) -> MonthlyReport:
    return MonthlyReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
