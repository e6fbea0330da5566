"""Begär åtkomst: the form and the own requests, and those that wait for the reader's answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.paging import page_of
from cases.actions.requests import grant_request, may_answer, refuse_request, request_access
from cases.forms.access import AnswerForm, RequestForm
from cases.models import AccessRequest, Case
from cases.views.pages import refusals_in, today


@access_page(Can.ASK_ACCESS, READ_WRITE)
def access_requests(request: UserRequest) -> HttpResponse:
    """Ask, see what became of what was asked, and what waits for an answer."""
    user, at = request.user, timezone.now()
    form = RequestForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            request_access(by=user, at=at, **form.given)
            messages.success(request, "Din begäran är skickad. Svaret visas här.")
            return redirect("access_requests")
    visible = AccessRequest.objects.visible_to(user).select_related("asked_by", "answered_by")
    context = {
        "form": form,
        "to_answer": list(visible.to_answer(user, at)[:50]),
        "page": page_of(visible.asked_by(user), request, per_page=20),
        "at": at,
        "can_break_glass": may_in_general(user, Can.BREAK_GLASS),
        "today": today(),
        "columns": ("Ärende", "Svar"),
    }
    return render(request, "cases/access_requests.html", context)


@access(AccessRequest, Can.ASK_ACCESS, READ_WRITE, id="request_id")
def access_request(request: UserRequest, asked: AccessRequest) -> HttpResponse:
    """Answer a request. The one who asked sees only the outcome."""
    user, at = request.user, timezone.now()
    can_answer = not asked.is_answered and asked.answer_by > at and may_answer(asked, user)
    initial = {"how": "arbeta" if asked.to_work else "lasa"}
    form = AnswerForm(request.POST or None, today=today(), initial=initial) if can_answer else None
    if form is not None and form.is_valid():
        with refusals_in(form):
            given = form.cleaned_data
            if form.grants:
                works = given["how"] == "arbeta"
                grant_request(request=asked, to_work=works, until=given["until"], by=user, at=at)
            else:
                refuse_request(request=asked, refusal=given["refusal"], by=user, at=at)
            messages.success(request, "Begäran är besvarad.")
            return redirect("access_requests")
    context = {"asked": asked, "form": form, "at": at, "case": case_of(asked, user) if can_answer else None}
    return render(request, "cases/access_request.html", context)


def case_of(asked: AccessRequest, user: User) -> Case | None:
    """The case with that number, for whoever answers; None when there is none."""
    return Case.objects.visible_to(user).filter(case_no=asked.case_no).first()
