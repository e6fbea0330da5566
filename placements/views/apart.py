"""The coordinator's marks, and the questions of those who were told to ask."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.reading import log_list
from avhopp.kernel.refusal import Refused
from avhopp.pages.paging import page_of
from avhopp.pages.tables import Heading
from cases.models import Case
from placements.actions.apart import answer_place, end_apart, mark_apart
from placements.forms.apart import ApartForm
from placements.models import ApartMark, ApartQuestion
from placements.views.addressing import of_its_case
from placements.views.counting import simple_page

COLUMNS = (
    Heading("Ärende"),
    Heading("Inte på samma plats som"),
    Heading("Från"),
    Heading("Till"),
    Heading("Åtgärd", hidden=True),
)


@access_page(Can.SEE_APART)
def apart_marks(request: UserRequest) -> HttpResponse:
    rows = ApartMark.objects.visible_to(request.user).select_related("first_case", "second_case")
    page = page_of(rows.order_by("ended_on", "-made_on", "id"), request)
    shown = [case for mark in page for case in (mark.first_case_id, mark.second_case_id)]
    log_list(request.user, Can.SEE_APART, shown, of=ApartMark, shown=len(page))
    return render(request, "placements/apart.html", {"columns": COLUMNS, "page": page})


@access_page(Can.MARK_APART, READ_WRITE)
def apart_new(request: UserRequest) -> HttpResponse:
    form = ApartForm(request.POST or None)

    def save() -> str:
        one, other = (_case_called(request.user, form.cleaned_data[name], name) for name in ("one", "other"))
        mark_apart(one=one, other=other, by=request.user, today=timezone.localdate())
        return reverse("apart_marks")

    context = {
        "back": reverse("apart_marks"),
        "top": "Inte på samma plats",
        "heading": "Ny markering",
        "save": "Spara markeringen",
        "lead": "Den som planerar en plats där den andra finns får svaret ”Fråga samordnaren”, inget mer.",
    }
    return simple_page(request, form, save, "Markeringen är sparad.", context)


@access_page(Can.MARK_APART, READ_WRITE)
def apart_end(request: UserRequest) -> HttpResponse:
    """The mark that `?markering=` names. It belongs to two cases, so that no case's address leads to it."""
    mark = _mark_called(request.user, request.GET.get("markering", ""))
    if mark is None:
        messages.error(request, "Markeringen finns inte.")
        return redirect("apart_marks")
    cases = (mark.first_case_id, mark.second_case_id)
    log_list(request.user, Can.SEE_APART, cases, of=ApartMark, shown=1)
    if request.method == "POST":
        return _done(
            request, lambda: end_apart(mark=mark, by=request.user, today=timezone.localdate()), "apart_marks"
        )
    return render(request, "placements/apart_end.html", {"mark": mark, "back": reverse("apart_marks")})


@access(ApartQuestion, Can.MARK_APART, READ_WRITE)
@of_its_case
def apart_question(request: UserRequest, question: ApartQuestion) -> HttpResponse:
    """The planner's case and the place. Whom it is about, the coordinator knows from the own marks."""
    if request.method == "POST":
        allowed = request.POST.get("svar") == "slapp"
        at = timezone.localtime()
        return _done(
            request,
            lambda: answer_place(question=question, allowed=allowed, by=request.user, at=at),
            "case",
            question.case_id,
        )
    marks = ApartMark.objects.visible_to(request.user).in_force().of_case(question.case)
    pairs = [(row.first_case, row.second_case) for row in marks.select_related("first_case", "second_case")]
    others = [case for pair in pairs for case in pair if case.pk != question.case_id]
    log_list(request.user, Can.SEE_APART, [case.pk for case in others], of=ApartMark, shown=len(others))
    context = {"question": question, "case": question.case, "others": others}
    return render(request, "placements/apart_question.html", context)


def _done(request: UserRequest, act: Callable[[], object], name: str, *args: object) -> HttpResponse:
    try:
        with transaction.atomic():
            act()
        messages.success(request, "Sparat.")
    except Refused as refused:
        messages.error(request, refused.text)
    return redirect(name, *args)


def _mark_called(user: User, asked: str) -> ApartMark | None:
    try:
        key = UUID(asked)
    except ValueError:
        return None
    return ApartMark.objects.visible_to(user).filter(pk=key).first()


def _case_called(user: User, number: str, field: str) -> Case:
    """Raises Refused no_such_case: also for one that the coordinator may not see."""
    found = Case.objects.visible_to(user).filter(case_no=number.strip().upper()).first()
    if found is None:
        raise Refused("no_such_case", "Det finns inget sådant ärende som du kan öppna.", field=field)
    return found
