"""Applications to the police for money: over all cases, and one by one."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import DateField, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may, may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.exports import exported
from avhopp.audit.reading import log_list
from avhopp.kernel.periods import Period
from avhopp.pages.excel import Field, Kind
from avhopp.pages.paging import Column, page_of, sorting
from cases.models import Case
from placements.actions import applications as actions
from placements.criteria import criteria_of
from placements.explained import CaseCost, explained_cost
from placements.forms.applications import (
    AccountForm,
    CompletedForm,
    CompletionForm,
    DismissForm,
    DraftForm,
    RepayForm,
)
from placements.forms.money import AnswerForm, ApplicationFilter, PaymentForm, SendForm
from placements.models import GrantApplication, GrantProgramme, GrantRequest, Placement
from placements.proposing import proposed_amount
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

FIELDS = (
    Field("Ärende"), Field("Läge"), Field("Program"), Field("Kostnader från", Kind.DAY),
    Field("Kostnader till", Kind.DAY), Field("Inskickad", Kind.DAY), Field("Sökt", Kind.MONEY),
    Field("Beslutad", Kind.DAY), Field("Beviljat", Kind.MONEY), Field("Utbetald", Kind.DAY),
    Field("Utbetalt", Kind.MONEY), Field("Förbrukat", Kind.MONEY), Field("Återbetalt", Kind.MONEY),
    Field("Väntar på", width=40), Field("Dagar", Kind.NUMBER),
)  # fmt: skip


@access_page(Can.SEE_APPLICATION)
def applications(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    chosen, status = _chosen(request)
    order = sorting(COLUMNS, request, default="-skickad")
    page = page_of(_listed(request, status).order_by(*order.order_by), request)
    shown = [row.case_id for row in page]
    log_list(request.user, Can.SEE_APPLICATION, shown, of=GrantApplication, shown=len(page))
    context = {
        "columns": order.columns,
        "page": page,
        "filter": chosen,
        "filtered": bool(status),
        "rows": [(row, waiting_for(row, today, row.completion), chip_tone(row.status)) for row in page],
        "sums": grants_of(user=request.user, cut=today, as_of=today),
        "excel": f"{reverse('applications_excel')}?{request.GET.urlencode()}",
    }
    return render(request, "placements/applications.html", context)


@access_page(Can.SEE_APPLICATION, fresh=True)
def applications_excel(request: UserRequest) -> HttpResponse:
    """The list as the filter has it, all its rows."""
    today = timezone.localdate()
    _, status = _chosen(request)
    found = list(_listed(request, status).select_related("programme").order_by("-sent", "pk"))
    return exported(
        "Ansökningar", FIELDS, [_cells(row, today) for row in found],
        by=request.user, can=Can.SEE_APPLICATION, of=GrantApplication, today=today,
        cases=[row.case_id for row in found],
        chosen=[("Läge", Status(status).label)] if status else [],
    )  # fmt: skip


def _chosen(request: UserRequest) -> tuple[ApplicationFilter, str]:
    chosen = ApplicationFilter(request.GET or None, statuses=Status.choices)
    return chosen, chosen.cleaned_data["lage"] if chosen.is_valid() else ""


def _listed(request: UserRequest, status: str) -> Any:
    """With `completion`: the last day of a request for more that is not answered."""
    asked = GrantRequest.objects.visible_to(request.user).unanswered().filter(application=OuterRef("pk"))
    rows = GrantApplication.objects.visible_to(request.user).select_related("case")
    rows = rows.annotate(completion=Subquery(asked.order_by().values("due")[:1], output_field=DateField()))
    return rows.filter(status=status) if status else rows


def _cells(row: Any, today: date) -> tuple[Any, ...]:
    waits = waiting_for(row, today, row.completion)
    return (
        row.case.case_no, row.get_status_display(), row.programme.name if row.programme else None,
        row.period_from, row.period_to, row.sent, row.applied, row.decided, row.granted, row.paid_on,
        row.paid, row.used, row.repaid, waits.text if waits else None, waits.days if waits else None,
    )  # fmt: skip


@access(Case, Can.WRITE_APPLICATION, READ_WRITE)
def application_new(request: UserRequest, case: Case) -> HttpResponse:
    today = timezone.localdate()
    form = DraftForm(request.POST or None, programmes=_programmes(request, today))

    def save() -> str:
        facts = _drafted(request, form, case)
        return _url(actions.draft_application(case=case, by=request.user, today=today, **facts))

    context = {
        "heading": "Ny ansökan om statliga medel",
        "save": "Spara utkastet",
        "case": case,
        "back": reverse("case", args=[case.pk]),
        "cost": _cost(request, case.pk, today),
        "lead": "Ansökan gäller den här personens kostnader, inte verksamhetens. "
        "Utkastet räknas inte förrän det är skickat.",
    }
    return simple_page(request, form, save, "Utkastet är sparat.", context)


def _programmes(request: UserRequest, today: date, own: GrantProgramme | None = None) -> list[GrantProgramme]:
    rows = list(GrantProgramme.objects.visible_to(request.user).in_force_on(today))
    return rows if own is None or own in rows else [own, *rows]


def _drafted(request: UserRequest, form: DraftForm, case: Case) -> dict[str, Any]:
    """What the form says, with the amount counted when it says none."""
    terms, applied = form.terms(), form.cleaned_data["applied"]
    if applied is None:
        applied = _proposed(request, case.pk, terms.programme, terms.period_from, terms.period_to)
    return {"terms": terms, "applied": applied}


def _proposed(
    request: UserRequest,
    case_id: UUID,
    programme: GrantProgramme | None,
    first: date | None,
    last: date | None,
) -> Decimal | None:
    """The programme's share of what the stays cost in the time; None without one of them, or the right."""
    if programme is None or first is None or last is None:
        return None
    if not may_in_general(request.user, Can.SEE_MONEY):
        return None
    rows = Placement.objects.visible_to(request.user).standing().filter(case_id=case_id).with_terms()
    return proposed_amount((row.as_stay() for row in rows), Period(first, last), programme.share)


@access(GrantApplication, Can.SEE_APPLICATION)
@of_its_case
def application(request: UserRequest, found: GrantApplication) -> HttpResponse:
    today, programme = timezone.localdate(), found.programme
    can_write = may(request.user, Can.WRITE_APPLICATION, found)
    requests = list(found.requests.all())
    open_one = next((row for row in requests if row.answered is None), None)
    criteria = criteria_of(found.case, programme.criteria if programme else (), request.user, today)
    context = {
        "application": found,
        "programme": programme,
        "criteria": criteria,
        "missing": [one for one in criteria if one.met is False],
        "proposed": _proposed(request, found.case_id, programme, found.period_from, found.period_to),
        "requests": requests,
        "can_write": can_write,
        "case": found.case,
        "case_url": reverse("case", args=[found.case_id]),
        "tone": chip_tone(found.status),
        "waits": waiting_for(found, today, open_one.due if open_one else None),
        "today": today,
        "cost": _cost(request, found.case_id, today),
        "actions": _next(found) if can_write else [],
    }
    return render(request, "placements/application.html", context)


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_change(request: UserRequest, found: GrantApplication) -> HttpResponse:
    initial = {
        "applied": found.applied, "programme": found.programme_id, "period_from": found.period_from,
        "period_to": found.period_to,
    }  # fmt: skip
    known = _programmes(request, timezone.localdate(), found.programme)
    form = DraftForm(request.POST or None, initial=initial, programmes=known)

    def act(**on: Any) -> GrantApplication:
        for name in form.fields:
            on.pop(name)
        return actions.change_draft(**on, **_drafted(request, form, found.case))

    return _step(request, found, form, act, "Ändra utkastet", "Spara", "Utkastet är sparat.")


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
    form = AccountForm(request.POST or None, initial={"on": timezone.localdate(), "used": found.paid})
    return _step(
        request,
        found,
        form,
        actions.record_account,
        "Registrera slutredovisning",
        "Spara",
        "Slutredovisningen är sparad.",
    )


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_repay(request: UserRequest, found: GrantApplication) -> HttpResponse:
    left = found.left_to_repay + (found.repaid or Decimal(0))
    form = RepayForm(request.POST or None, initial={"on": timezone.localdate(), "repaid": left})
    return _step(
        request, found, form, actions.record_repayment, "Registrera återbetalning", "Spara",
        "Återbetalningen är sparad.",
    )  # fmt: skip


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_dismiss(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = DismissForm(request.POST or None, initial={"on": timezone.localdate()})
    return _step(
        request, found, form, actions.record_dismissal, "Registrera att ansökan är avskriven", "Spara",
        "Ansökan är avskriven.",
    )  # fmt: skip


@access(GrantApplication, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_request(request: UserRequest, found: GrantApplication) -> HttpResponse:
    form = CompletionForm(request.POST or None, initial={"asked": timezone.localdate()})
    return _step(
        request, found, form, actions.ask_completion, "Registrera begäran om komplettering", "Spara",
        "Begäran är sparad.", to=lambda _: _url(found),
    )  # fmt: skip


@access(GrantRequest, Can.WRITE_APPLICATION, READ_WRITE)
@of_its_case
def application_completed(request: UserRequest, asked: GrantRequest) -> HttpResponse:
    form = CompletedForm(request.POST or None, initial={"answered": timezone.localdate()})
    found = asked.application

    def act(**on: Any) -> GrantRequest:
        on.pop("application")
        return actions.answer_completion(request=asked, **on)

    return _step(
        request, found, form, act, "Kompletteringen är skickad", "Spara", "Kompletteringen är sparad.",
        to=lambda _: _url(found),
    )  # fmt: skip


def _step(
    request: UserRequest,
    found: GrantApplication,
    form: forms.Form,
    act: Any,
    heading: str,
    label: str,
    done: str,
    to: Any = None,
) -> HttpResponse:
    today = timezone.localdate()

    def save() -> str:
        return (to or _url)(act(application=found, by=request.user, today=today, **form.cleaned_data))

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
            ("application_change", "Ändra utkastet", "secondary"),
        ],
        Status.SENT: [
            ("application_answer", "Registrera svaret", "primary"),
            ("application_request", "Komplettering begärd", "secondary"),
            ("application_dismiss", "Avskriven", "tertiary"),
        ],
        Status.GRANTED: [("application_pay", "Registrera utbetalning", "primary")],
        Status.PARTLY: [("application_pay", "Registrera utbetalning", "primary")],
        Status.PAID: [
            ("application_account", "Registrera slutredovisning", "primary"),
            ("application_pay", "Ändra utbetalt", "secondary"),
        ],
        Status.ACCOUNTED: [("application_repay", "Registrera återbetalning", "primary")]
        if found.left_to_repay
        else [],
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
