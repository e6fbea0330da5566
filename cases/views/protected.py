"""Where the person is: asked for, approved by another, shown once. And what outgoing documents show."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.kernel.refusal import Refused
from avhopp.pages.paging import page_of
from cases.actions.protected import (
    CHANGES,
    answer_reading,
    ask_to_read,
    is_named,
    read_as_handler,
    read_once,
    write_contact,
)
from cases.actions.protection import hide_handlers
from cases.forms.protected import AnswerForm, ContactForm, ReasonForm
from cases.models import Case, ProtectedReading
from cases.views.pages import form_page, refusals_in, today


@access(Case, Can.SEE_ACCESS)
def protection(request: UserRequest, case: Case) -> HttpResponse:
    """What is protected in the case and how; nothing of the contact itself."""
    return protection_page(request, case, ReasonForm())


def protection_page(request: UserRequest, case: Case, form: ReasonForm) -> HttpResponse:
    user, now = request.user, timezone.now()
    readings = ProtectedReading.objects.visible_to(user).filter(case=case).with_names()
    page, waiting = page_of(readings, request), list(readings.waiting(now))
    context = {
        "case": case,
        "form": form,
        "named": is_named(user, case),
        "can_see": may(user, Can.SEE_PROTECTED_CONTACT, case),
        "can_write": may(user, Can.WRITE_PROTECTED_CONTACT, case),
        "can_approve": may(user, Can.APPROVE_PROTECTED_READ, case),
        "can_hide": may(user, Can.WRITE_CASE, case),
        "usable": readings.usable(now).filter(asked_by=user).first(),
        "own_waits": next((one for one in waiting if one.asked_by_id == user.pk), None),
        "waiting": waiting,
        "page": page,
        "rows": [(one, one.state_at(now)) for one in page],
    }
    return render(request, "cases/protection.html", context)


@access(Case, Can.SEE_PROTECTED_CONTACT, WRITE)
def protected_ask(request: UserRequest, case: Case) -> HttpResponse:
    """Ask another to approve one reading."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            reason = form.cleaned_data["reason"]
            ask_to_read(case=case, reason=reason, by=request.user, at=timezone.localtime())
            messages.success(request, "Din begäran är skickad. Den som godkänner ser den i sin lista.")
            return redirect("protection", case.pk)
    return protection_page(request, case, form)


@access(Case, Can.SEE_PROTECTED_CONTACT, WRITE, fresh=True)
def protected_show(request: UserRequest, case: Case) -> HttpResponse:
    """The contact itself, in the answer and nowhere else: there is no address that shows it again."""
    by, at = request.user, timezone.localtime()
    if not is_named(by, case):
        return _shown_once(request, case)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_in(form):
            found = read_as_handler(case=case, reason=form.cleaned_data["reason"], by=by, at=at)
            return render(request, "cases/protected_contact.html", {"case": case, "contact": found})
    return protection_page(request, case, form)


def _shown_once(request: UserRequest, case: Case) -> HttpResponse:
    """By another's approval, which is used up."""
    try:
        found = read_once(case=case, by=request.user, at=timezone.localtime())
    except Refused as refused:
        messages.warning(request, refused.text)
        return redirect("protection", case.pk)
    return render(request, "cases/protected_contact.html", {"case": case, "contact": found})


@access(Case, Can.WRITE_PROTECTED_CONTACT, READ_WRITE, fresh=True)
def protected_write(request: UserRequest, case: Case) -> HttpResponse:
    """Write the contact. The form shows what stands there, so that opening it is a reading too."""
    by, at = request.user, timezone.localtime()
    if request.method == "POST":
        form = ContactForm(request.POST)
        if form.is_valid():
            with refusals_in(form):
                write_contact(case=case, contact=form.contact, by=by, at=at)
                messages.success(request, "Uppgifterna är sparade.")
                return redirect("protection", case.pk)
    else:
        form = ContactForm(
            initial=ContactForm.initial_of(read_as_handler(case=case, reason=CHANGES, by=by, at=at))
        )
    return form_page(
        request, case, form, heading="Skyddade kontaktuppgifter", submit="Spara",
        back=reverse("protection", args=[case.pk]),
        lead="Det här är det enda stället för adress och vistelseort. Skriv dem aldrig i journalen.",
    )  # fmt: skip


@access(ProtectedReading, Can.APPROVE_PROTECTED_READ, READ_WRITE)
def protected_answer(request: UserRequest, reading: ProtectedReading, case_id: UUID) -> HttpResponse:
    """Approve or refuse another's reading, after seeing why it is wanted."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            answer_reading(reading=reading, approve=form.approve, by=request.user, at=timezone.localtime())
            messages.success(request, "Ditt svar är sparat.")
            return redirect("protection", reading.case_id)
    context = {"case": reading.case, "reading": reading, "form": form}
    return render(request, "cases/protected_answer.html", context)


@access(Case, Can.WRITE_CASE, WRITE)
def protection_names(request: UserRequest, case: Case) -> HttpResponse:
    """Hide the handlers' names in outgoing documents, or show them again."""
    hide_handlers(case=case, hidden=request.POST.get("dolj") == "ja", by=request.user, today=today())
    messages.success(request, "Inställningen är sparad. Det som redan har lämnats ut ändras inte.")
    return redirect("protection", case.pk)
