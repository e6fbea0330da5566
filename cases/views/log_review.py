"""Loggkontroll: the months, the drawn reads and their marks, the signature and the protocol; alarms."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.models import Event, EventQuerySet
from avhopp.audit.volume import ALARMS, LIFTED, WAS_STOPPED
from avhopp.kernel.periods import add_months
from avhopp.kernel.reading_limits import CASES_A_DAY, LOOKUPS_AN_HOUR
from avhopp.pages.paging import page_of
from avhopp.pages.tables import Heading
from cases.actions.log_review import answer, ask_manager, draw_month, lift_stop, mark, mark_plain, sign_review
from cases.forms.log_review import (
    AnswerQuestionForm,
    LiftForm,
    LogFilterForm,
    PlainForm,
    QuestionForm,
    SignForm,
    VerdictForm,
)
from cases.forms.plain import ConfirmForm
from cases.log_review.flags import BY_CODE
from cases.log_review.listing import (
    chosen,
    grounds,
    managers_for,
    names_of,
    next_to_mark,
    proof_of,
    rows_of,
    units_of,
)
from cases.models import LogReview, LogReviewItem, LogReviewQuestion
from cases.views.pages import refusals_in

PER_PAGE = 50
ALARMS_SHOWN = timedelta(days=30)
MONTHS = (
    "Månad", "Läge", Heading("Dragna", numeric=True), Heading("Bedömda", numeric=True),
    Heading("Behöver förklaras", numeric=True), Heading("Anmärkningar", numeric=True), "Klar senast",
)  # fmt: skip
READS = ("Läsning", "Vem", "Vad", "Ärende", "Varför dragen", "Bedömning")


@access_page(Can.SEE_LOG_REVIEW)
def log_reviews(request: UserRequest) -> HttpResponse:
    """The months in numbers, questions that wait for an answer, and the latest alarms."""
    user, today = request.user, timezone.localdate()
    reviews = LogReview.objects.visible_to(user)
    last = add_months(today.replace(day=1), -1)
    draws = may_in_general(user, Can.DRAW_LOG_REVIEW)
    questions = LogReviewQuestion.objects.visible_to(user).filter(answered_at=None)
    return render(request, "cases/log_reviews.html", {
        "today": today,
        "last": last,
        "page": page_of(reviews.with_counts(), request, per_page=24),
        "columns": MONTHS,
        "reviews_log": may_in_general(user, Can.REVIEW_LOG),
        "can_draw": draws and not reviews.filter(month=last).exists(),
        "questions": list(questions.select_related("to", "item")[:20]),
        "alarms": _alarms(user).filter(occurred_on__gt=today - ALARMS_SHOWN).count(),
    })  # fmt: skip


@access_page(Can.DRAW_LOG_REVIEW, READ_WRITE)
def log_review_draw(request: UserRequest) -> HttpResponse:
    """Draw last month, when the calendar has not done it."""
    at = timezone.now()
    today = timezone.localdate(at)
    month = add_months(today.replace(day=1), -1)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_in(form):
            home = request.user.municipality
            review = draw_month(municipality=home, month=month, by=request.user, at=at, today=today)
            messages.success(request, "Månadens läsningar är dragna.")
            return redirect("log_review", review.pk)
    return render(request, "cases/log_review_draw.html", {"form": form, "month": month})


@access(LogReview, Can.REVIEW_LOG)
def log_review(request: UserRequest, review: LogReview) -> HttpResponse:
    """Every drawn read, by the choices above the list."""
    user = request.user
    form = _filter(request, review)
    page = page_of(chosen(review, form.given), request, per_page=PER_PAGE)
    waiting = next_to_mark(review.pk, user) if not review.is_signed else None
    plain = any(item.is_plain and not item.is_marked and item.actor_id != user.pk for item in page)
    kept = urlencode({**form.given, **({"sida": page.number} if page.number > 1 else {})})
    return render(request, "cases/log_review.html", {
        "review": review,
        "counts": _counts(review, user),
        "form": form,
        "page": page,
        "rows": rows_of(page, user),
        "columns": READS,
        "next": waiting,
        "clear_url": f"{reverse('log_review_clear', args=[review.pk])}?{kept}"
        if plain and not review.is_signed else "",
        "today": timezone.localdate(),
    })  # fmt: skip


@access(LogReview, Can.REVIEW_LOG, READ_WRITE)
def log_review_clear(request: UserRequest, review: LogReview) -> HttpResponse:
    """Mark the plain reads of one page of the list without remark: shown once more, then done."""
    user = request.user
    page = page_of(chosen(review, _filter(request, review).given), request, per_page=PER_PAGE)
    rows = {
        str(row.item.pk): row for row in rows_of(page, user)
        if row.item.is_plain and not row.item.is_marked and not row.own
    }  # fmt: skip
    words = [
        (key, f"Läsning {row.item.number}: {row.who}, {row.what}, {row.cases}, "
         f"{timezone.localtime(row.item.read_at):%Y-%m-%d %H.%M}")
        for key, row in rows.items()
    ]  # fmt: skip
    form = PlainForm(request.POST or None, rows=words)
    if form.is_valid():
        with refusals_in(form):
            picked = [rows[key].item for key in form.cleaned_data["items"]]
            count = mark_plain(review=review, items=picked, by=user, at=timezone.now())
            said = "1 läsning är bedömd" if count == 1 else f"{count} läsningar är bedömda"
            messages.success(request, f"{said} utan anmärkning.")
            kept = request.GET.copy()
            kept.pop("sida", None)
            return redirect(f"{reverse('log_review', args=[review.pk])}?{kept.urlencode()}")
    return render(
        request, "cases/log_review_clear.html", {"review": review, "form": form, "count": len(rows)}
    )


@access(LogReviewItem, Can.REVIEW_LOG, READ_WRITE, id="logreviewitem_id")
def log_review_item(request: UserRequest, item: LogReviewItem) -> HttpResponse:
    """One read: what it was, what gave the right then, and the mark."""
    user, review = request.user, item.review
    can_mark = not review.is_signed and item.actor_id != user.pk
    initial = {"verdict": item.verdict, "reason": item.reason}
    form = VerdictForm(request.POST or None, initial=initial) if can_mark else None
    if form is not None and form.is_valid():
        with refusals_in(form):
            mark(item=item, by=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, f"Läsning {item.number} är bedömd.")
            onward = next_to_mark(review.pk, user, after=item.number)
            return redirect("log_review_item", onward.pk) if onward else redirect("log_review", review.pk)
    questions = item.questions.visible_to(user).select_related("to")
    return render(request, "cases/log_review_item.html", {
        "item": item,
        "review": review,
        "row": rows_of([item], user)[0],
        "grounds": grounds(item),
        "flags": [BY_CODE[code] for code in item.flags if code in BY_CODE],
        "form": form,
        "can_ask": not review.is_signed,
        "questions": list(questions),
    })  # fmt: skip


@access(LogReviewItem, Can.REVIEW_LOG, READ_WRITE, id="logreviewitem_id")
def log_review_ask(request: UserRequest, item: LogReviewItem) -> HttpResponse:
    """Ask the reader's manager."""
    form = QuestionForm(request.POST or None, managers=managers_for(item), initial={"text": item.reason})
    if form.is_valid():
        with refusals_in(form):
            ask_manager(item=item, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, "Frågan är skickad. Svaret visas här.")
            return redirect("log_review_item", item.pk)
    context = {"item": item, "row": rows_of([item], request.user)[0], "form": form}
    return render(request, "cases/log_review_ask.html", context)


@access(LogReviewQuestion, Can.SEE_LOG_REVIEW, READ_WRITE, id="logreviewquestion_id")
def log_review_question(request: UserRequest, question: LogReviewQuestion) -> HttpResponse:
    """The question, the read that it is about, and the manager's answer."""
    user = request.user
    mine = question.to_id == user.pk and not question.is_answered
    form = AnswerQuestionForm(request.POST or None) if mine else None
    if form is not None and form.is_valid():
        with refusals_in(form):
            answer(question=question, text=form.cleaned_data["answer"], by=user, at=timezone.now())
            messages.success(request, "Svaret är skickat till logggranskaren.")
            return redirect("log_reviews")
    context = {
        "question": question,
        "row": rows_of([question.item], user)[0],
        "grounds": grounds(question.item),
        "form": form,
    }
    return render(request, "cases/log_review_question.html", context)


@access(LogReview, Can.REVIEW_LOG, READ_WRITE, fresh=True)
def log_review_sign(request: UserRequest, review: LogReview) -> HttpResponse:
    """The summary, and the signature that freezes it."""
    user, at = request.user, timezone.now()
    form = SignForm(request.POST or None) if not review.is_signed else None
    if form is not None and form.is_valid():
        with refusals_in(form):
            sign_review(review=review, by=user, at=at, today=timezone.localdate(at), **form.cleaned_data)
            messages.success(request, "Loggkontrollen är undertecknad.")
            return redirect("log_review_protocol", review.pk)
    waiting = LogReviewItem.objects.visible_to(user).filter(review=review).unmarked()
    return render(request, "cases/log_review_sign.html", {
        "review": review,
        "counts": _counts(review, user),
        "proof": proof_of(review),
        "form": form,
        "waiting": waiting.not_read_by(user).count(),
        "own": waiting.filter(actor_id=user.pk).count(),
    })  # fmt: skip


@access(LogReview, Can.REVIEW_LOG)
def log_review_protocol(request: UserRequest, review: LogReview) -> HttpResponse:
    """The protocol, for print: period, sample, findings, measures, signature."""
    items = LogReviewItem.objects.visible_to(request.user).filter(review=review)
    found = items.filter(verdict__in=["forklaras", "anmarkning"]).order_by("number")
    units = units_of([unit["unit"] for unit in review.units if unit["unit"]])
    named = {str(key): name for key, name in units.items()}
    return render(request, "cases/log_review_protocol.html", {
        "review": review,
        "counts": review.result or _counts(review, request.user),
        "proof": proof_of(review),
        "units": [{**unit, "name": named.get(unit["unit"], "Utan enhet")} for unit in review.units],
        "unit_columns": ("Enhet", Heading("Läsningar", numeric=True), Heading("I urvalet", numeric=True)),
        "rows": rows_of(found, request.user),
    })  # fmt: skip


@access_page(Can.SEE_LOG_REVIEW)
def read_alarms(request: UserRequest) -> HttpResponse:
    """Who has read much or was stopped, and who let them read on."""
    user, today = request.user, timezone.localdate()
    page = page_of(_alarms(user, LIFTED).order_by("-at", "id"), request, per_page=PER_PAGE)
    lifts = may_in_general(user, Can.LIFT_READ_BLOCK)
    rows = [
        (event, lifts and event.kind == WAS_STOPPED and event.occurred_on == today
         and event.object_id != user.pk)
        for event in page
    ]  # fmt: skip
    context = {"page": page, "rows": rows, "columns": ("När", "Vem", "Vad", Heading("Åtgärd", hidden=True))}
    context |= {"cases": CASES_A_DAY, "lookups": LOOKUPS_AN_HOUR}
    return render(request, "cases/log_review_alarms.html", context)


@access(Event, Can.LIFT_READ_BLOCK, READ_WRITE, id="event_id")
def read_alarm_lift(request: UserRequest, alarm: Event) -> HttpResponse:
    """Let somebody who was stopped today read on."""
    form = LiftForm(request.POST or None)
    if form.is_valid():
        with refusals_in(form):
            reason = form.cleaned_data["reason"]
            lift_stop(alarm=alarm, reason=reason, by=request.user, today=timezone.localdate())
            messages.success(request, f"Stoppet för {alarm.actor_name} är släppt till midnatt.")
            return redirect("read_alarms")
    return render(request, "cases/log_review_lift.html", {"alarm": alarm, "form": form})


def _alarms(user: User, *more: str) -> EventQuerySet:
    return Event.objects.visible_to(user).filter(kind__in=[*ALARMS, *more])


def _counts(review: LogReview, user: User) -> dict[str, Any]:
    return LogReview.objects.visible_to(user).with_counts().values_list("counts", flat=True).get(pk=review.pk)


def _filter(request: UserRequest, review: LogReview) -> LogFilterForm:
    """Units and readers that the review has."""
    items = LogReviewItem.objects.visible_to(request.user).filter(review=review).order_by()
    pairs = set(items.values_list("unit_id", "actor_id").distinct())
    return LogFilterForm(
        request.GET,
        units=units_of({unit for unit, _ in pairs if unit}),
        readers=names_of({reader for _, reader in pairs}),
    )
