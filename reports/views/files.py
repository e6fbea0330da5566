"""The two PDFs, served through the policy. Their address says nothing but which report."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from avhopp.access.decorators import access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from reports import files
from reports.models import MonthlyReport


@access(MonthlyReport, Can.SEE_REPORT, id="report_id")
def public_file(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """The public report; before approval for those who see drafts."""
    return _served(request, report, report.public_sha256, "manadsrapport")


@access(MonthlyReport, Can.SEE_REPORT, id="report_id", fresh=True)
def annex_file(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """The annex marked as secret, under the same rights."""
    return _served(request, report, report.annex_sha256, "bilaga")


def _served(request: UserRequest, report: MonthlyReport, sha256: str, name: str) -> HttpResponse:
    if not report.is_approved and not may(request.user, Can.SEE_DRAFT_REPORT, report):
        raise PermissionDenied
    content = files.read(sha256) if report.has_files else None
    if content is None:
        messages.error(
            request, "Filen finns inte. Vänta tills rapporten är klar, eller kontakta systemförvaltningen."
        )
        return redirect("report", report.pk)
    disposition = f'inline; filename="{name}-{report.month:%Y-%m}-v{report.version}.pdf"'
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )
