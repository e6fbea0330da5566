"""Follow-ups: planned and held."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.kernel.deadlines import DeadlineKind, due
from cases.actions.follow_up import hold_follow_up, plan_follow_up
from cases.forms.case_work import FollowUpHeldForm, FollowUpPlanForm
from cases.models import Case, FollowUp
from cases.views.pages import belongs, form_page, refusals_in, today


@access(Case, Can.SEE_FOLLOW_UP)
def follow_ups(request: UserRequest, case: Case) -> HttpResponse:
    """Every follow-up of the case, planned and held."""
    found = FollowUp.objects.visible_to(request.user).filter(case=case)
    can_write = may(request.user, Can.WRITE_FOLLOW_UP, case)
    context = {"case": case, "follow_ups": list(found), "today": today(), "can_write": can_write}
    return render(request, "cases/follow_ups.html", context)


@access(Case, Can.WRITE_FOLLOW_UP, READ_WRITE)
def follow_up_plan(request: UserRequest, case: Case) -> HttpResponse:
    planned = due(DeadlineKind.FOLLOW_UP, today())
    form = FollowUpPlanForm(request.POST or None, today=today(), planned=planned)
    if form.is_valid():
        with refusals_in(form):
            plan_follow_up(case=case, by=request.user, today=today(), **form.cleaned_data)
            messages.success(request, "Uppföljningen är planerad.")
            return redirect("follow_ups", case.pk)
    return form_page(
        request,
        case,
        form,
        heading="Planera uppföljning",
        submit="Planera",
        back=back(case.pk),
        lead="Insatsen följs upp minst var tredje månad.",
    )


@access(FollowUp, Can.WRITE_FOLLOW_UP, READ_WRITE, id="follow_up_id")
def follow_up(request: UserRequest, follow_up: FollowUp, case_id: UUID) -> HttpResponse:
    """Record that the follow-up was held, and what it showed."""
    belongs(follow_up, case_id)
    initial = {"with_police": follow_up.with_police}
    form = FollowUpHeldForm(request.POST or None, today=today(), initial=initial)
    if form.is_valid():
        with refusals_in(form):
            hold_follow_up(follow_up=follow_up, by=request.user, today=today(), **form.cleaned_data)
            messages.success(request, "Uppföljningen är registrerad.")
            return redirect("follow_ups", case_id)
    return form_page(
        request,
        follow_up.case,
        form,
        heading="Registrera uppföljning",
        submit="Spara",
        back=back(case_id),
        lead=f"Planerad till {follow_up.planned}.",
    )


def back(case_id: UUID) -> str:
    return reverse("follow_ups", args=[case_id])
