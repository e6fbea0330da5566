"""The case on one page, its timeline, its person and its handler."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.timeline import as_timeline
from avhopp.pages.paging import page_of
from cases.actions.case_state import take_step
from cases.actions.grants import assign_handler
from cases.actions.person import FIELDS, change_person
from cases.forms.case_work import HandlerForm, StepForm
from cases.forms.intake import PersonForm
from cases.handlers import handlers_of
from cases.models import Case
from cases.overview import ICONS, overview, panels_of, read_page, timeline
from cases.readers import ReadersInBrief, in_brief
from cases.states import CaseEvent
from cases.steps import STEPS
from cases.views.pages import form_page, refusals_in, today, tone_of
from cases.visibility import looking_at


@access(Case, Can.SEE_CASE)
def case(request: UserRequest, case: Case) -> HttpResponse:
    """One page: what is due and what comes next first, then what is known, then what happened."""
    user = request.user
    held = {case.pk: [(grant.kind, grant.works) for grant in case.grants_to(user)]}
    with looking_at(user, case.page_cases, held=held, whole_request=True):
        return render(request, "cases/case.html", case_page(request, case))


def case_page(request: UserRequest, found: Case) -> dict[str, Any]:
    """What the page shows, read anew with all that it names: among few cases, which is quick."""
    user, day = request.user, today()
    rows = Case.objects.visible_to(user).for_page(user)
    case = rows.annotate(readers=ReadersInBrief()).get(pk=found.pk)
    case.hold_same_grants(found)
    file, of_panels = read_page(case, user)
    shown = overview(case, user, day, file)
    return {
        **shown,
        "case": case,
        "today": day,
        "tone": tone_of(case),
        "panels": panels_of(case, request, day, of_panels),
        "timeline": as_timeline(shown["events"], ICONS),
        "readers": in_brief(case.readers),
        "age": case.person.age(day) if shown["can"]["see_person"] else None,
    }


@access(Case, Can.SEE_CASE)
def case_timeline(request: UserRequest, case: Case) -> HttpResponse:
    """Everything that happened in the case, as far as the role may read it."""
    page = page_of(timeline(case, request.user), request)
    context = {"case": case, "page": page, "timeline": as_timeline(page.rows, ICONS)}
    return render(request, "cases/case_timeline.html", context)


@access(Case, Can.SEE_CASE, READ_WRITE)
def step(request: UserRequest, case: Case, event: CaseEvent) -> HttpResponse:
    """Take the case one step on, after a page that says what will happen."""
    chosen = STEPS[event]
    if not may(request.user, chosen.can, case):
        raise PermissionDenied
    if chosen.page:
        return redirect(chosen.page, case.pk)
    form = StepForm(request.POST if request.method == "POST" else None, step=chosen, today=today())
    if form.is_valid():
        with refusals_in(form):
            take_step(case=case, event=chosen.event, by=request.user, today=today(), **form.given)
            messages.success(request, chosen.done)
            return redirect("case", case.pk)
    return form_page(
        request,
        case,
        form,
        heading=chosen.button,
        submit=chosen.button,
        back=case.url,
        lead=chosen.tells,
        danger=chosen.final,
        notice="Det går inte att ångra." if chosen.final else "",
    )


@access(Case, Can.WRITE_CASE, READ_WRITE)
def person(request: UserRequest, case: Case) -> HttpResponse:
    """Correct what is known about the person."""
    initial = {name: getattr(case.person, name) for name in FIELDS}
    if case.person.identity_number:
        initial["identity"] = case.person.identity_number.shown
    form = PersonForm(request.POST or None, today=today(), initial=initial)
    if form.is_valid():
        with refusals_in(form):
            change_person(case=case, facts=form.person, by=request.user, today=today())
            messages.success(request, "Personuppgifterna är sparade.")
            return redirect("case", case.pk)
    return form_page(request, case, form, heading="Ändra personuppgifter", submit="Spara", back=case.url)


@access(Case, Can.ASSIGN, READ_WRITE)
def handler(request: UserRequest, case: Case) -> HttpResponse:
    """Hand the case over. The present handler loses access at once."""
    form = HandlerForm(request.POST or None, handlers=handlers_of(request.user, today()))
    if form.is_valid():
        with refusals_in(form):
            assign_handler(
                case=case,
                handler=form.cleaned_data["handler"],
                reason=form.cleaned_data["reason"],
                by=request.user,
                today=today(),
            )
            messages.success(request, "Ärendet har en ny handläggare.")
            return (
                redirect("case", case.pk) if may(request.user, Can.SEE_CASE, case) else redirect("my_cases")
            )
    return form_page(
        request,
        case,
        form,
        heading="Byt handläggare",
        submit="Byt handläggare",
        back=reverse("case", args=[case.pk]),
        notice="Den som handlägger ärendet nu kan inte öppna det längre när du har bytt.",
    )
