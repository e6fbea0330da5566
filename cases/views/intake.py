"""The first contact: search, then register; or add it to a case that is there."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.actions.intake import add_contact, open_case, register_first_contact
from cases.forms.case_list import SearchForm
from cases.forms.intake import ContactForm, IntakeForm, ReopenForm
from cases.handlers import handlers_for_new, units_for_new
from cases.models import Case
from cases.views.case_list import CaseRow, hits
from cases.views.pages import form_page, refusals_in, today

REGISTERED = "Kontakten är registrerad. Nästa steg är att kontakta polisens samordnare."


@access_page(Can.OPEN_CASE, READ_WRITE)
def intake(request: UserRequest) -> HttpResponse:
    """Search before create. The search, and a register form that is refused, come back as they were typed."""
    step = request.POST.get("steg", "")
    search = SearchForm(request.POST if step == "sok" else None)
    form, found = None, []
    if step == "sok":
        found = matches(hits(search, request.user))
        form = intake_form(request, initial=known(search)) if search.is_valid() else None
    elif step == "okand":
        form = intake_form(request)
    elif step == "registrera":
        form = intake_form(request, data=request.POST)
        if form.is_valid():
            with refusals_in(form):
                return opened(
                    request, register_first_contact(**arguments(form, request.user), person=form.person)
                )
    context = {
        "search_form": search,
        "form": form,
        "matches": found,
        "searched": step == "sok" and search.is_valid(),
    }
    return render(request, "cases/intake.html", context)


def arguments(form: ReopenForm, by: User) -> dict[str, Any]:
    return {
        "contact": form.contact,
        "unit": form.unit,
        "handler": form.handler,
        "by": by,
        "at": timezone.localtime(),
    }


def intake_form(request: UserRequest, data: Any = None, initial: dict[str, Any] | None = None) -> IntakeForm:
    user, day = request.user, today()
    return IntakeForm(
        data,
        today=day,
        user=user,
        units=units_for_new(user),
        handlers=handlers_for_new(user, day),
        initial=initial or {},
    )


def known(search: SearchForm) -> dict[str, str]:
    """What was searched for is filled in already, in the field it belongs to."""
    text = search.cleaned_data.get("q", "")
    if text[:4].lower() == "avh-":
        return {}
    return {"identity": text} if text[:1].isdigit() else {"name": text}


def matches(rows: list[CaseRow]) -> list[dict[str, Any]]:
    """Each hit with what can be done: an open case takes the contact, a closed one is opened anew."""
    has_open = {row.case.person_id for row in rows if row.case.is_open}
    return [{"row": row, "can_reopen": row.case.person_id not in has_open} for row in rows]


def opened(request: UserRequest, case: Case) -> HttpResponse:
    """To the new case; back to the list for whoever opened it for somebody else and does not see it."""
    messages.success(request, REGISTERED)
    return redirect("case", case.pk) if may(request.user, Can.SEE_CASE, case) else redirect("my_cases")


@access(Case, Can.WRITE_INTAKE, READ_WRITE)
def contact(request: UserRequest, case: Case) -> HttpResponse:
    """Add a contact to an open case."""
    form = ContactForm(request.POST or None, today=today())
    if form.is_valid():
        with refusals_in(form):
            add_contact(case=case, contact=form.contact, by=request.user, at=timezone.localtime())
            messages.success(request, "Kontakten är tillagd i ärendet.")
            return redirect("case", case.pk)
    return form_page(
        request,
        case,
        form,
        heading="Ny kontakt",
        submit="Lägg till kontakten",
        back=case.url,
        lead="Personen har redan ett öppet ärende. Kontakten läggs där.",
    )


@access(Case, Can.OPEN_CASE, READ_WRITE)
def reopen(request: UserRequest, case: Case) -> HttpResponse:
    """Open a new case for the person of a closed one."""
    user, day = request.user, today()
    form = ReopenForm(
        request.POST or None,
        today=day,
        user=user,
        units=units_for_new(user),
        handlers=handlers_for_new(user, day),
    )
    if form.is_valid():
        with refusals_in(form):
            return opened(request, open_case(**arguments(form, user), person=case.person))
    return form_page(
        request,
        case,
        form,
        heading="Återaktualisera",
        submit="Öppna nytt ärende",
        back=case.url,
        lead="Ett nytt ärende öppnas för samma person. Det tidigare ärendet ligger kvar som det är.",
    )
