"""Nödåtkomst: take it, be told of it, review it."""

from datetime import timedelta
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts import drafts
from avhopp.pages.paging import page_of
from cases.actions.emergencies import acknowledge, break_glass, end_break_glass, review_emergency
from cases.emergencies import reads_during
from cases.forms.access import EmergencyForm, ReviewForm
from cases.forms.plain import ConfirmForm
from cases.models import EmergencyAccess, EmergencyNotice
from cases.views.pages import refusals_in

REGISTERED = "Nödåtkomsten är registrerad. Den som är chef har fått veta det."


@access_page(Can.BREAK_GLASS, READ_WRITE, fresh=True)
def emergency(request: UserRequest) -> HttpResponse:
    """Open a case by its number. The answer is the same for a number that no case has."""
    user, at = request.user, timezone.now()
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            given = form.cleaned_data
            break_glass(
                case_no=given["case_no"], reason=given["reason"],
                lasting=timedelta(minutes=given["minutes"]), by=user, at=at,
            )  # fmt: skip
            messages.success(request, REGISTERED)
            return redirect("emergency")
    taken = EmergencyAccess.objects.visible_to(user).taken_by(user)
    page = page_of(taken, request, per_page=20)
    context = {"form": form, "at": at, "page": page, "columns": ("Ärende", "Läge")}
    return render(request, "cases/emergency.html", context)


@access_page(Can.SEE_EMERGENCIES)
def emergencies(request: UserRequest) -> HttpResponse:
    """All of the municipality's, those that wait for a review first."""
    at = timezone.now()
    rows = EmergencyAccess.objects.visible_to(request.user).select_related("taken_by", "reviewed_by")
    waiting = list(rows.unreviewed().order_by("taken_at")[:100])
    context = {
        "at": at,
        "today": timezone.localdate(at),
        "waiting": waiting,
        "columns": ("Ärende", "Vem", "När", "Bedömning", "Granskad av"),
        "page": page_of(rows.exclude(reviewed_at=None), request, per_page=50),
    }
    return render(request, "cases/emergencies.html", context)


@access(EmergencyAccess, Can.SEE_EMERGENCIES, READ_WRITE, id="emergency_id")
def emergency_review(request: UserRequest, emergency: EmergencyAccess) -> HttpResponse:
    """What was read, and the manager's verdict."""
    user = request.user
    reviews = may(user, Can.REVIEW_EMERGENCY, emergency)
    can_review = reviews and not emergency.is_reviewed and emergency.taken_by_id != user.pk
    if can_review and "spara" in request.POST:
        return kept_for_later(request)
    form = ReviewForm(request.POST or None, initial=kept(request)) if can_review else None
    if form is not None and form.is_valid():
        with refusals_in(form):
            review_emergency(emergency=emergency, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Granskningen är undertecknad.")
            return redirect("emergencies")
    context = {
        "emergency": emergency,
        "form": form,
        "reads": reads_during(emergency),
        "is_own": emergency.taken_by_id == user.pk,
        "today": timezone.localdate(),
    }
    return render(request, "cases/emergency_review.html", context)


def kept_for_later(request: UserRequest) -> HttpResponse:
    """Back to the list; what was typed stands in the form when the page is opened again, for seven days."""
    typed = {name: [str(value) for value in request.POST.getlist(name)] for name in ReviewForm.base_fields}
    if drafts.save(by=request.user, path=request.path, fields=typed, at=timezone.now()):
        request.session["drafts"] = True
        messages.success(
            request,
            "Det du skrev är sparat och står kvar när du öppnar nödåtkomsten igen.",
        )
    answer = redirect("emergencies")
    answer.status_code = HTTPStatus.SEE_OTHER  # a draft is forgotten when its form was accepted: 302
    return answer


def kept(request: UserRequest) -> dict[str, str]:
    draft = drafts.find(request.user, request.path, timezone.now()) if request.session.get("drafts") else None
    return {name: values[0] for name, values in draft.fields.items() if values} if draft else {}


@access(EmergencyAccess, Can.BREAK_GLASS, READ_WRITE, id="emergency_id")
def emergency_end(request: UserRequest, emergency: EmergencyAccess) -> HttpResponse:
    """End one's own before its time, after a question."""
    if emergency.taken_by_id != request.user.pk:
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            end_break_glass(emergency=emergency, by=request.user, today=timezone.localdate())
            messages.success(request, "Nödåtkomsten är avslutad.")
            return redirect("emergency")
    return render(request, "cases/emergency_end.html", {"emergency": emergency, "form": form})


@access(EmergencyNotice, Can.SEE_OWN_CASES, READ_WRITE, id="notice_id")
def emergency_notice(request: UserRequest, notice: EmergencyNotice) -> HttpResponse:
    """Who took it, to what and why; acknowledged with a press."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        acknowledge(notice=notice, by=request.user, at=timezone.now())
        messages.success(request, "Beskedet är läst.")
        return redirect("start")
    context = {"notice": notice, "emergency": notice.emergency}
    return render(request, "cases/emergency_notice.html", context)
