"""Applications to the police for money: over all cases, and one by one."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may, may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.pages.paging import Column, page_of, sorting
from cases.models import Case
from placements.actions import applications as actions
from placements.explained import CaseCost, explained_cost
from placements.forms.money import (
    AccountForm,
    AnswerForm,
    ApplicationFilter,
    DraftForm,
    PaymentForm,
    SendForm,
)
from placements.models import GrantApplication
from placements.spending import grants_of
from placements.views.addressing import of_its_case
from placements.views.counting import simple_page
from placements.waiting import chip_tone, waiting_for

Status = GrantApplication.Status
COLUMNS = (
    Column("Ärende", "arende", ("case__case_no", "-sent")),
    Column("Läge", "lage", ("status", "-sent")),
    Column("Inskickad", "skickad", ("sent", "case__case_no")),
    Column("Sökt", "sokt", ("applied",), numeric=True),
    Column("Beviljat", numeric=True),
    Column("Utbetalt", numeric=True),
    Column("Väntar på"),
)


@access_page(Can.SEE_APPLICATION)
def applications(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    chosen = ApplicationFilter(request.GET or None, statuses=Status.choices)
    status = chosen.cleaned_data["lage"] if chosen.is_valid() else ""
    rows = GrantApplication.objects.visible_to(request.user).select_related("case")
    rows = rows.filter(status=status) if status else rows
    order = sorting(COLUMNS, request, default="-skickad")
    page = page_of(rows.order_by(*order.order_by), request)
    shown = [row.case_id for row in page]
    log_list(request.user, Can.SEE_APPLICATION, shown, of=GrantApplication, shown=len(page))
    context = {
        "columns": order.columns,
        "page": page,
        "filter": chosen,
        "filtered": bool(status),
        "rows": [(row, waiting_for(row, today), chip_tone(row.status)) for row in page],
        "sums": grants_of(user=request.user, cut=today, as_of=today),
    }
    return render(request, "placements/applications.html", context)


@access(Case, Can.WRITE_APPLICATION, READ_WRITE)
def application_new(request: UserRequest, case: Case) -> HttpResponse:
    form, today = DraftForm(request.POST or None), timezone.localdate()

    def save() -> str:
        return _url(actions.draft_application(case=case, by=request.user, today=today, **form.cleaned_data))

    context = {
        "heading": "Ny ansökan om statliga medel",
        "save": "Spara utkastet",
        "case": case,
        "back": reverse("case", args=[case.pk]),
        "crumb": None,
        "cost": _cost(request, case.pk, today),
        "lead": "Pengarna söks för kostnader i ett enskilt ärende. "
        "Utkastet räknas inte förrän det är skickat.",
    }
    return simple_page(request, form, save, "Utkastet är sparat.", context)


@access(GrantApplication, Can.SEE_APPLICATION)
@of_its_case
def application(request: UserRequest, found: GrantApplication) -> HttpResponse:
    today = timezone.localdate()
    can_write = may(request.user, Can.WRITE_APPLICATION, found)
    context = {
        "application": found,
        "case": found.case,
        "case_url": reverse("case", args=[found.case_id]),
        "tone": chip_tone(found.status),
        "waits": waiting_for(found, today),
        "today": today,
        "cost": _cost(request, found.case_id, today),
        "actions": _next(found) if can_write else [],
    }
    return render(request, "placements/application.html", context)


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_change(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = DraftForm(request.POST or None, initial={"applied": found.applied})
    return _step(request, found, form, actions.change_draft, "Ändra beloppet", "Spara", "Beloppet är sparat.")


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_send(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = SendForm(request.POST or None, initial={"sent": timezone.localdate()})
    return _step(
        request,
        found,
        form,
        actions.send_application,
        "Registrera att ansökan är skickad",
        "Spara",
        "Ansökan är skickad.",
    )


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_answer(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = AnswerForm(request.POST or None, initial={"decided": timezone.localdate()})
    return _step(
        request, found, form, actions.record_answer, "Registrera svaret", "Spara svaret", "Svaret är sparat."
    )


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_pay(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = PaymentForm(request.POST or None, initial={"on": timezone.localdate(), "paid": found.granted})
    return _step(
        request,
        found,
        form,
        actions.record_payment,
        "Registrera utbetalning",
        "Spara",
        "Utbetalningen är sparad.",
    )


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_account(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = AccountForm(request.POST or None, initial={"on": timezone.localdate()})
    return _step(
        request,
        found,
        form,
        actions.record_account,
        "Registrera slutredovisning",
        "Spara",
        "Slutredovisningen är sparad.",
    )


def _step(
    request: UserRequest,
    found: GrantApplication,
    form: forms.Form,
    act: Any,
    heading: str,
    label: str,
    done: str,
) -> HttpResponse:
    today = timezone.localdate()

    def save() -> str:
        return _url(act(application=found, by=request.user, today=today, **form.cleaned_data))

    context = {
        "heading": heading,
        "save": label,
        "back": _url(found),
        "crumb": None,
        "case": found.case,
        "cost": _cost(request, found.case_id, today),
        "application": found,
    }
    return simple_page(request, form, save, done, context)


def _next(found: GrantApplication) -> list[dict[str, str]]:
    steps = {
        Status.DRAFT: [
            ("application_send", "Registrera som skickad", "primary"),
            ("application_change", "Ändra beloppet", "secondary"),
        ],
        Status.SENT: [("application_answer", "Registrera svaret", "primary")],
        Status.GRANTED: [("application_pay", "Registrera utbetalning", "primary")],
        Status.PARTLY: [("application_pay", "Registrera utbetalning", "primary")],
        Status.PAID: [
            ("application_account", "Registrera slutredovisning", "primary"),
            ("application_pay", "Ändra utbetalt", "secondary"),
        ],
    }
    return [
        {"text": text, "url": reverse(name, args=[found.case_id, found.pk]), "variant": variant}
        for name, text, variant in steps.get(Status(found.status), [])
    ]


def _cost(request: UserRequest, case_id: UUID, today: date) -> CaseCost | None:
    """What the case costs, for those who may see it."""
    if not may_in_general(request.user, Can.SEE_MONEY):
        return None
    return explained_cost(case_ids=[case_id], today=today)[case_id]


def _url(found: GrantApplication) -> str:
    return reverse("application", args=[found.case_id, found.pk])
