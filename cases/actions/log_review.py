"""Loggkontroll: draw the month, mark what was drawn, ask the manager, sign (SR-24)."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import Municipality, User
from avhopp.audit.events import record
from avhopp.audit.models import Event
from avhopp.audit.volume import LIFTED, WAS_STOPPED
from avhopp.kernel import swedish
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused
from cases.log_review.flags import DRAWING, as_data
from cases.log_review.reads import LoggedRead, reads_of
from cases.log_review.sampling import METHOD, Draw, Drawn, draw
from cases.log_review.states import ReviewEvent, next_state
from cases.models import LogReview, LogReviewItem, LogReviewQuestion

CATCH_UP_MONTHS = 12  # months without a draw that the calendar still draws
LONGEST = 2000
Verdict = LogReviewItem.Verdict


def draw_month(*, municipality: Municipality, month: date, by: User, at: datetime, today: date) -> LogReview:
    """The month's draw; the one that is there when it has been drawn already.

    Raises:
        Refused: `not_allowed`, `month_not_over`, `nothing_read`.
    """
    demand_in_general(by, Can.DRAW_LOG_REVIEW)
    if municipality.pk != by.municipality_id:
        raise Refused("not_allowed", "Du kan bara dra läsningar i din egen kommun.")
    month = month.replace(day=1)
    if today < add_months(month, 1):
        raise Refused("month_not_over", "Månaden är inte slut. Den kan dras när nästa månad har börjat.")
    there = _drawn(municipality, month)
    if there is not None:
        return there
    reads = reads_of(month, at)
    if not reads:
        raise Refused("nothing_read", f"Ingen läste i något ärende i {swedish.format_month(month)}.")
    found = draw([read.as_read() for read in reads.values()], secrets.token_hex(16))
    try:
        with transaction.atomic():
            review = _freeze(found, municipality, month, by, at)
    except IntegrityError:  # the calendar and the button in the same moment
        return LogReview.objects.only("id", "month", "state").get(municipality=municipality, month=month)
    items = [
        _item(review, number, one, reads[one.read.id]) for number, one in enumerate(found.items, start=1)
    ]
    LogReviewItem.objects.bulk_create(items, batch_size=500)
    record(
        by=by, kind="loggkontroll_dragen", requires=Can.SEE_LOG_REVIEW, on=today, object_id=review.pk,
        text=f"Loggkontrollen för {swedish.format_month(month)} drogs: "
        f"{len(items)} av {found.reads} läsningar.",
    )  # fmt: skip
    return review


def draw_missing(*, municipality: Municipality, by: User, at: datetime, today: date) -> list[LogReview]:
    """Draw the months that are over, have reads and no draw: at most a year back. Safe to run at any time.

    Raises:
        Refused: `not_allowed`.
    """
    demand_in_general(by, Can.DRAW_LOG_REVIEW)
    months = [add_months(today.replace(day=1), -back) for back in range(CATCH_UP_MONTHS, 0, -1)]
    there = set(
        LogReview.objects.filter(municipality=municipality, month__in=months).values_list("month", flat=True)
    )
    found = []
    for month in months:
        if month in there:
            continue
        try:
            found.append(draw_month(municipality=municipality, month=month, by=by, at=at, today=today))
        except Refused as refused:
            if refused.code != "nothing_read":
                raise
    return found


def mark(*, item: LogReviewItem, verdict: str, reason: str, by: User, at: datetime) -> LogReviewItem:
    """Put the auditor's mark on one read; it may be changed until the review is signed.

    Raises:
        Refused: `not_allowed`, `own_read`, `verdict_missing`, `reason_missing`, `too_long`,
            `review_is_signed`.
    """
    demand(by, Can.REVIEW_LOG, item)
    reason = reason.strip()
    if item.actor_id == by.pk:
        raise Refused("own_read", "Läsningen är din egen. En annan logggranskare bedömer den.")
    if verdict not in Verdict.values:
        raise Refused("verdict_missing", "Välj en bedömning.", field="verdict")
    if verdict != Verdict.NONE and not reason:
        raise Refused("reason_missing", "Skriv varför, så att den som läser förstår.", field="reason")
    if len(reason) > LONGEST:
        raise Refused("too_long", f"Skriv högst {LONGEST} tecken.", field="reason")
    _take(item.review_id, ReviewEvent.MARK)
    row = LogReviewItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
    row.verdict, row.reason = verdict, reason
    row.decided_by, row.decided_at = by, at
    row.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
    return row


def mark_plain(*, review: LogReview, items: Iterable[LogReviewItem], by: User, at: datetime) -> int:
    """Mark these reads without remark, those of them that chance alone drew and nobody has marked.

    Gives how many. What is flagged, break-glass, the police's or the auditor's own is left as it is.

    Raises:
        Refused: `not_allowed`, `nothing_to_mark`, `review_is_signed`.
    """
    demand(by, Can.REVIEW_LOG, review)
    wanted = LogReviewItem.objects.filter(review=review, pk__in=[item.pk for item in items])
    rows = wanted.plain().unmarked().not_read_by(by)
    _take(review.pk, ReviewEvent.MARK)
    count = rows.update(verdict=Verdict.NONE, decided_by=by, decided_at=at)
    if not count:
        raise Refused("nothing_to_mark", "Inget av det du valde väntar på bedömning.")
    return count


def ask_manager(*, item: LogReviewItem, to: User, text: str, by: User, at: datetime) -> LogReviewQuestion:
    """Ask a manager about a read that needs explaining, or tell of a deviation; once each.

    Raises:
        Refused: `not_allowed`, `not_a_manager`, `own_read`, `text_missing`, `too_long`, `already_asked`,
            `review_is_signed`.
    """
    demand(by, Can.REVIEW_LOG, item)
    text = text.strip()
    if item.review.is_signed:
        next_state(item.review.state, ReviewEvent.MARK)
    if to.role != Role.UNIT_MANAGER or to.municipality_id != by.municipality_id:
        raise Refused("not_a_manager", "Välj en enhetschef.", field="to")
    if to.pk == item.actor_id:
        raise Refused("own_read", "Läsningen är chefens egen. Välj en annan chef.", field="to")
    if not text:
        raise Refused("text_missing", "Skriv vad chefen ska svara på.", field="text")
    if len(text) > LONGEST:
        raise Refused("too_long", f"Skriv högst {LONGEST} tecken.", field="text")
    if LogReviewQuestion.objects.filter(item=item, to=to).exists():
        raise Refused("already_asked", "Den chefen har redan fått frågan.", field="to")
    question = LogReviewQuestion(
        municipality_id=by.municipality_id, item=item, to=to, text=text, asked_by=by, asked_at=at
    )
    question.save(force_insert=True)
    return question


def answer(*, question: LogReviewQuestion, text: str, by: User, at: datetime) -> LogReviewQuestion:
    """The manager's answer. It is given once.

    Raises:
        Refused: `not_allowed`, `already_answered`, `text_missing`, `too_long`.
    """
    if question.to_id != by.pk:
        raise Refused("not_allowed", "Frågan är till någon annan.")
    row = LogReviewQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
    if row.is_answered:
        raise Refused("already_answered", "Frågan är redan besvarad.")
    if not text.strip():
        raise Refused("text_missing", "Skriv ett svar.", field="answer")
    if len(text) > LONGEST:
        raise Refused("too_long", f"Skriv högst {LONGEST} tecken.", field="answer")
    row.answer, row.answered_at = text.strip(), at
    row.save(update_fields=["answer", "answered_at"])
    return row


def sign_review(*, review: LogReview, measures: str, by: User, at: datetime, today: date) -> LogReview:
    """Freeze the review with what was found and done. The signer's own reads are left to somebody else.

    Raises:
        Refused: `not_allowed`, `review_is_signed`, `not_all_marked`, `measures_missing`, `too_long`.
    """
    demand(by, Can.REVIEW_LOG, review)
    measures = measures.strip()
    row = LogReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    state = next_state(row.state, ReviewEvent.SIGN)
    waiting = LogReviewItem.objects.filter(review=row).unmarked().not_read_by(by).count()
    if waiting:
        said = "1 läsning" if waiting == 1 else f"{waiting} läsningar"
        raise Refused("not_all_marked", f"{said} väntar på bedömning.")
    if not measures:
        raise Refused(
            "measures_missing", "Skriv vad granskningen visade och vad som görs, eller ”Inga”.",
            field="measures",
        )  # fmt: skip
    if len(measures) > LONGEST:
        raise Refused("too_long", f"Skriv högst {LONGEST} tecken.", field="measures")
    row.result = LogReview.objects.with_counts().values_list("counts", flat=True).get(pk=row.pk)
    row.state, row.measures, row.signed_at, row.signed_by = state, measures, at, by
    row.save(update_fields=["state", "measures", "signed_at", "signed_by", "result"])
    record(
        by=by, kind="loggkontroll_undertecknad", requires=Can.SEE_LOG_REVIEW, on=today, object_id=row.pk,
        text=f"Loggkontrollen för {swedish.format_month(row.month)} undertecknades.",
    )  # fmt: skip
    return row


def lift_stop(*, alarm: Event, reason: str, by: User, today: date) -> None:
    """Let somebody who was stopped today read on, until midnight.

    Raises:
        Refused: `not_allowed`, `own_stop`, `not_stopped_today`, `reason_missing`.
    """
    demand(by, Can.LIFT_READ_BLOCK, alarm)
    if alarm.object_id == by.pk:
        raise Refused("own_stop", "En annan chef släpper ditt stopp.")
    if alarm.kind != WAS_STOPPED or alarm.occurred_on != today:
        raise Refused("not_stopped_today", "Stoppet gäller inte längre.")
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför fler behöver läsas.", field="reason")
    record(
        by=by, kind=LIFTED, requires=Can.SEE_LOG_REVIEW, on=today, reason=reason.strip(),
        text=f"{by.name} släppte stoppet för {alarm.actor_name} till midnatt.", object_id=alarm.object_id,
    )  # fmt: skip


def _drawn(municipality: Municipality, month: date) -> LogReview | None:
    rows = LogReview.objects.filter(municipality=municipality, month=month)
    return rows.only("id", "municipality_id", "month", "state").first()  # what the worker may read


def _take(review_id: object, event: ReviewEvent) -> None:
    """Lock the review and let `event` lead it on, or refuse."""
    row = LogReview.objects.select_for_update(of=("self",)).get(pk=review_id)
    state = next_state(row.state, event)
    if state != row.state:
        row.state = state
        row.save(update_fields=["state"])


def _freeze(found: Draw, municipality: Municipality, month: date, by: User, at: datetime) -> LogReview:
    review = LogReview(
        municipality=municipality,
        month=month,
        drawn_at=at,
        drawn_by=by,
        seed=found.seed,
        method=asdict(METHOD),
        rules=as_data(),
        units=[asdict(unit) for unit in found.units],
        everything=found.everything,
        read_count=found.reads,
        case_count=found.cases,
        reads_sha256=found.sha256,
        item_count=len(found.items),
    )
    review.save(force_insert=True)
    return review


def _item(review: LogReview, number: int, one: Drawn, logged: LoggedRead) -> LogReviewItem:
    row = logged.columns
    return LogReviewItem(
        review=review,
        municipality_id=review.municipality_id,
        number=number,
        read_id=row["id"],
        by_chance=one.by_chance,
        is_break_glass=one.read.is_break_glass,
        is_police=one.read.is_police,
        is_flagged=bool(DRAWING & set(one.flags)),
        flags=list(one.flags),
        read_at=row["at"],
        actor_id=row["actor_id"],
        role=row["role"],
        unit_id=row["unit_id"],
        what=row["what"],
        object_type=row["object_type"],
        source=row["source"],
        ground=row["ground"],
        held=row["held"],
        unheld=row["unheld"],
        case_nos=row["case_nos"],
        shown=row["shown"],
        searched_by=row["searched_by"] or "",
    )
