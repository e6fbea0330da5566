"""Monthly reports: the list, one report, its text, approval, the committee's paragraph, correction."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, WRITE, access, access_page
from avhopp.access.policy import may, may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import events_on
from avhopp.kernel.refusal import Refused
from avhopp.pages.paging import Column, page_of, sorting
from reports.actions import approval, requests
from reports.forms.monthly import (
    ApproveForm,
    CorrectForm,
    MonthForm,
    ParagraphForm,
    ViewsForm,
    initial_views,
    posted,
    refuse,
)
from reports.models import MonthlyReport
from reports.pdf.document import CONTROLS
from reports.states import FAILED

COLUMNS = (
    Column("Månad", "manad", ("month", "version")),
    Column("Version", "version", ("version", "month"), numeric=True),
    Column("Läge", "lage", ("status", "-month")),
    Column("Beställd", "bestalld", ("requested_at",)),
    Column("Godkänd", "godkand", ("approved_at", "-month")),
    Column("Nämndens beslut"),
)
EVENT_ICONS = {"rapport": "file-text"}
CONTROL_COLUMNS = ("Kontroll", "Utfall")
WORK = {"vantar": "waiting", "pagar": "running", "misslyckades": "failed"}
TONES = {
    "vantar": "neutral",
    "pagar": "info",
    "klar": "warning",
    "misslyckades": "danger",
    "godkand": "success",
}


@access_page(Can.SEE_REPORT, READ_WRITE)
def reports(request: UserRequest) -> HttpResponse:
    """The list, and the form that puts a month in the queue."""
    today = timezone.localdate()
    form = MonthForm(posted(request), today=today)
    if request.method == "POST" and form.is_valid():
        try:
            report = requests.request_report(
                municipality=request.user.municipality, month=form.cleaned_data["month"], by=request.user,
                today=today, at=timezone.now(),
            )  # fmt: skip
            return redirect("report", report.pk)
        except Refused as refused:
            refuse(form, refused)
    return _list(request, form)


def _list(request: UserRequest, form: MonthForm) -> HttpResponse:
    order = sorting(COLUMNS, request, default="-manad")
    visible = MonthlyReport.objects.visible_to(request.user).defer("figures", "views")
    in_work = visible.in_work().count()
    return render(request, "reports/list.html", {
        "form": form,
        "may_make": may_in_general(request.user, Can.MAKE_REPORT),
        "columns": order.columns,
        "page": page_of(visible.order_by(*order.order_by), request, per_page=24),
        "in_work": in_work,
        "address": request.get_full_path(),
    })  # fmt: skip


@access(MonthlyReport, Can.SEE_REPORT, id="report_id")
def report(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """One report; while it is in work the page fetches itself anew."""
    return render(request, "reports/report.html", {
        "report": report,
        "tone": TONES[report.status],
        "work": WORK.get(report.status, "done"),
        "controls": _controls(report),
        "control_columns": CONTROL_COLUMNS,
        "newer": MonthlyReport.objects.visible_to(request.user).filter(correction_of=report).first(),
        "events": events_on([report.pk], request.user, EVENT_ICONS),
        **_abilities(request, report),
    })  # fmt: skip


def _controls(report: MonthlyReport) -> list[tuple[str, bool]]:
    if not report.figures:
        return []
    found = report.figures["figures"]["controls"]
    return [(words, found[name]) for name, words in CONTROLS.items()]


def _abilities(request: UserRequest, report: MonthlyReport) -> dict[str, bool]:
    """What this user may do with this report in its present state."""
    makes = may(request.user, Can.MAKE_REPORT, report)
    drafts = may(request.user, Can.SEE_DRAFT_REPORT, report)
    return {
        "sees_files": report.is_approved or (report.has_files and drafts),
        "sees_text": report.is_approved or drafts,
        "may_write": makes and drafts and not report.is_approved,
        "may_approve": may(request.user, Can.APPROVE_REPORT, report)
        and report.status == MonthlyReport.Status.DONE,
        "may_retry": makes and report.status == FAILED,
        "may_record": may(request.user, Can.RECORD_PARAGRAPH, report) and report.is_approved,
        "may_correct": makes and report.is_approved,
    }


@access(MonthlyReport, Can.MAKE_REPORT, WRITE, id="report_id")
def retry(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    try:
        requests.retry_report(report=report, by=request.user)
        messages.success(request, "Rapporten står i kö igen.")
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect("report", report.pk)


@access(MonthlyReport, Can.SEE_DRAFT_REPORT, READ_WRITE, id="report_id")
def text(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """Edit the administration's views; saving makes both files anew."""
    form = ViewsForm(posted(request), initial=initial_views(report))
    if request.method == "POST" and form.is_valid():
        try:
            approval.write_views(
                report=report, views=form.cleaned_data["views"], registry_no=form.cleaned_data["registry_no"],
                by=request.user, today=timezone.localdate(),
            )  # fmt: skip
            messages.success(request, "Texten är sparad. Rapporten skapas på nytt med samma siffror.")
            return redirect("report", report.pk)
        except Refused as refused:
            refuse(form, refused)
    return render(request, "reports/text.html", {"report": report, "form": form})


@access(MonthlyReport, Can.APPROVE_REPORT, READ_WRITE, id="report_id")
def approve(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """Show the control sums and ask; approve on POST."""
    form = ApproveForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            approval.approve(report=report, by=request.user, today=timezone.localdate(), at=timezone.now())
            messages.success(request, "Rapporten är godkänd och kan lämnas till nämnden.")
            return redirect("report", report.pk)
        except Refused as refused:
            refuse(form, refused)
    return render(request, "reports/approve.html", {
        "report": report,
        "form": form,
        "controls": _controls(report),
        "control_columns": CONTROL_COLUMNS,
        "prepared_it": report.requested_by_id == request.user.pk,
    })  # fmt: skip


@access(MonthlyReport, Can.RECORD_PARAGRAPH, READ_WRITE, id="report_id")
def paragraph(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    form = ParagraphForm(posted(request), initial=_paragraph(report))
    if request.method == "POST" and form.is_valid():
        try:
            approval.record_paragraph(
                report=report, **form.cleaned_data, by=request.user, today=timezone.localdate()
            )
            messages.success(request, "Nämndens beslut är noterat på rapporten.")
            return redirect("report", report.pk)
        except Refused as refused:
            refuse(form, refused)
    return render(request, "reports/paragraph.html", {"report": report, "form": form})


def _paragraph(report: MonthlyReport) -> dict[str, Any]:
    return {"paragraph": report.paragraph.removeprefix("§ "), "paragraph_date": report.paragraph_date}


@access(MonthlyReport, Can.MAKE_REPORT, READ_WRITE, id="report_id")
def correct(request: UserRequest, report: MonthlyReport) -> HttpResponse:
    """Ask for a corrected version; the old one stays."""
    form = CorrectForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            new = requests.correct_report(
                report=report, reason=form.cleaned_data["reason"], by=request.user,
                today=timezone.localdate(), at=timezone.now(),
            )  # fmt: skip
            return redirect("report", new.pk)
        except Refused as refused:
            refuse(form, refused)
    return render(request, "reports/correct.html", {"report": report, "form": form})
