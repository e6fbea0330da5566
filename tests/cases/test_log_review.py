"""Loggkontroll on the database: who draws, who sees what, marks, questions, the signature."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.events import record
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused
from cases.actions.log_review import (
    answer,
    ask_manager,
    draw_missing,
    draw_month,
    mark,
    mark_plain,
    sign_review,
)
from cases.log_review.listing import proof_of
from cases.models import LogReview, LogReviewItem, LogReviewQuestion
from cases.tasks import draw_log_reviews
from collaboration.actions.releases import recall_package
from tests.cases import log_reads
from tests.cases.log_reads import LOGGED
from tests.collaboration import conftest as collaboration

assess, give, wish, own_activity = (
    collaboration.assess, collaboration.give, collaboration.wish, collaboration.own_activity,
)  # fmt: skip
held, logged, drawn, month = log_reads.held, log_reads.logged, log_reads.drawn, log_reads.month


def items(cast, review) -> list[LogReviewItem]:
    with acting(cast.lova):
        return list(LogReviewItem.objects.filter(review=review).order_by("number"))


def mark_all(cast, review, but: tuple[int, ...] = ()) -> None:
    with acting(cast.lova):
        for item in items(cast, review):
            if item.actor_id != cast.lova.pk and item.number not in but:
                mark(item=item, verdict="ingen", reason="", by=cast.lova, at=timezone.now())


def sign(cast, review, today, measures="Inga.") -> LogReview:
    with acting(cast.lova):
        return sign_review(review=review, measures=measures, by=cast.lova, at=timezone.now(), today=today)


def test_the_draw_keeps_what_the_log_said_and_why_it_was_drawn(cast, case, drawn):
    assert drawn.item_count == drawn.read_count == 7
    assert (drawn.everything, drawn.case_count, drawn.state) == (True, 1, "dragen")
    assert re.fullmatch(r"[0-9a-f]{32}", drawn.seed)
    rows = items(cast, drawn)
    assert [row.number for row in rows] == list(range(1, 8))
    assert {tuple(row.case_nos) for row in rows} == {(case.case_no,)}
    assert [row.is_break_glass for row in rows].count(True) == 1
    police = next(row for row in rows if row.is_police)
    assert "efter_stangt" in police.flags  # no package was open for the unit
    night = [row for row in rows if "natt" in row.flags]
    assert [(row.actor_id, row.is_flagged) for row in night] == [(cast.asta.pk, True)]


def test_reads_before_the_grants_began_are_flagged_and_those_after_are_not(cast, case, drawn, today):
    assert all("utan_behorighet" in row.flags for row in items(cast, drawn) if not row.is_police)
    with acting(cast.asta), connection.cursor() as cursor:
        values = {
            "id": uuid4(), "at": timezone.now(), "actor": cast.asta.pk, "role": cast.asta.role, "home":
            cast.municipality.pk, "unit": cast.beroende.pk, "case": case.pk, "what": "see_journal",
            "ground": "handlaggare", "source": "web", "searched": None, "thing": case.pk,
        }  # fmt: skip
        cursor.execute(LOGGED, values)
    later = add_months(today.replace(day=1), 1)
    with acting(cast.lova):
        this = draw_month(
            municipality=cast.municipality, month=today, by=cast.lova, at=timezone.now(), today=later
        )
        row = LogReviewItem.objects.get(review=this, read_id=values["id"])
    assert "utan_behorighet" not in row.flags
    assert (row.held, row.unheld) == (["handlaggare"], 0)


def test_a_shared_surname_is_flagged_and_no_name_is_told(cast, case, logged, month, today):
    with acting(cast.asta):
        person = case.person
        person.set_name("Person Påhittad")
        person.save()
    cast.change(cast.asta, name="Asta påhittad")
    wanted = logged("asta")
    with acting(cast.lova):
        review = draw_month(
            municipality=cast.municipality, month=month, by=cast.lova, at=timezone.now(), today=today
        )
        row = LogReviewItem.objects.get(review=review, read_id=wanted)
    assert "samma_namn" in row.flags
    assert "åhittad" not in str(vars(row))


def test_a_month_is_drawn_once(cast, drawn, logged, month, today):
    logged("asta", day=3)
    with acting(cast.lova):
        again = draw_month(
            municipality=cast.municipality, month=month, by=cast.lova, at=timezone.now(), today=today
        )
    assert again.pk == drawn.pk
    assert len(items(cast, drawn)) == 7


def test_a_month_that_is_not_over_or_without_reads_is_not_drawn(cast, month, today):
    with acting(cast.lova):
        for day, code in ((today, "month_not_over"), (month, "nothing_read")):
            with pytest.raises(Refused) as refused:
                draw_month(
                    municipality=cast.municipality, month=day, by=cast.lova, at=timezone.now(), today=today
                )
            assert refused.value.code == code


def test_the_calendar_draws_what_is_missing_and_nothing_twice(cast, logged, month, today):
    logged("asta")
    with acting(cast.raknare):
        first = draw_missing(municipality=cast.municipality, by=cast.raknare, at=timezone.now(), today=today)
        again = draw_missing(municipality=cast.municipality, by=cast.raknare, at=timezone.now(), today=today)
    assert [(review.month, review.drawn_by_id) for review in first] == [(month, cast.raknare.pk)]
    assert again == []
    draw_log_reviews()
    with acting(cast.lova):
        assert LogReview.objects.filter(month=month).count() == 1


@pytest.mark.parametrize("handle", ["asta", "bo", "siri", "frida", "eskil", "nils", "eva", "dag"])
def test_only_the_auditor_and_the_calendar_draw(cast, logged, month, today, handle):
    logged("asta")
    user = cast.people[handle]
    with acting(user):
        with pytest.raises(Refused) as refused:
            draw_month(municipality=cast.municipality, month=month, by=user, at=timezone.now(), today=today)
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from sec.reads_to_review('2000-01-01', now(), now(), '1 day')")
            assert cursor.fetchone() == (0,)
    assert refused.value.code == "not_allowed"


def test_the_draw_can_be_repeated_and_a_read_more_is_found_out(cast, drawn, logged):
    with acting(cast.lova):
        assert proof_of(drawn).holds
    logged("asta", day=20)
    with acting(cast.lova):
        later = LogReview.objects.get(pk=drawn.pk)
        later.drawn_at += timedelta(days=1)
        assert (proof_of(later).same_reads, proof_of(drawn).holds) == (False, False)


@pytest.mark.parametrize(
    ("verdict", "reason", "code"),
    [
        ("forklaras", " ", "reason_missing"),
        ("anmarkning", "", "reason_missing"),
        ("", "x", "verdict_missing"),
        ("bra", "x", "verdict_missing"),
        ("anmarkning", "x" * 2001, "too_long"),
    ],
)
def test_a_mark_without_its_reason_is_refused(cast, drawn, verdict, reason, code):
    item = items(cast, drawn)[0]
    with acting(cast.lova), pytest.raises(Refused) as refused:
        mark(item=item, verdict=verdict, reason=reason, by=cast.lova, at=timezone.now())
    assert refused.value.code == code


def test_nobody_reviews_the_own_read_in_either_wall(cast, drawn):
    own = next(item for item in items(cast, drawn) if item.actor_id == cast.lova.pk)
    with acting(cast.lova):
        with pytest.raises(Refused) as refused:
            mark(item=own, verdict="ingen", reason="", by=cast.lova, at=timezone.now())
        assert refused.value.code == "own_read"
        rows = LogReviewItem.objects.filter(pk=own.pk)
        with pytest.raises(IntegrityError, match="nobody_reviews_the_own_read"), transaction.atomic():
            rows.update(verdict="ingen", decided_by=cast.lova, decided_at=timezone.now())


def test_many_at_a_time_takes_what_chance_drew_and_leaves_the_rest(cast, held, drawn):
    every = items(cast, drawn)
    plain = [item.number for item in every if item.is_plain]
    assert len(plain) == 2
    with acting(cast.lova):
        assert mark_plain(review=drawn, items=every, by=cast.lova, at=timezone.now()) == 2
    assert [item.number for item in items(cast, drawn) if item.verdict] == plain
    with acting(cast.lova), pytest.raises(Refused) as refused:
        mark_plain(review=drawn, items=every, by=cast.lova, at=timezone.now())
    assert refused.value.code == "nothing_to_mark"


def test_what_is_signed_never_changes(cast, drawn, today):
    first = items(cast, drawn)[0]
    with pytest.raises(Refused) as refused:
        sign(cast, drawn, today)
    assert refused.value.code == "not_all_marked"
    mark_all(cast, drawn)
    with pytest.raises(Refused) as refused:
        sign(cast, drawn, today, measures=" ")
    assert refused.value.code == "measures_missing"
    signed = sign(cast, drawn, today)
    assert signed.result["drawn"] == 7
    assert signed.result["reviewed"] == 6  # Lova's own is left
    with acting(cast.lova):
        for refusing in (
            lambda: mark(item=first, verdict="ingen", reason="", by=cast.lova, at=timezone.now()),
            lambda: sign_review(review=signed, measures="Mer", by=cast.lova, at=timezone.now(), today=today),
        ):
            with pytest.raises(Refused) as refused:
                refusing()
            assert refused.value.code == "review_is_signed"


RAW = {
    "log_review_is_frozen": "update app.cases_logreview set seed = 'annat' where id = %(review)s",
    "log_item_is_kept": "update app.cases_logreviewitem set flags = '{}' where review_id = %(review)s",
    "log_review_is_complete": "update app.cases_logreview set state = 'undertecknad', measures = %(sealed)s, "
    "signed_at = now(), signed_by_id = sec.actor(), result = '{}' where id = %(review)s",
}


@pytest.mark.parametrize("constraint", RAW)
def test_the_database_refuses_what_the_actions_refuse(cast, drawn, constraint):
    with acting(cast.lova):
        first = items(cast, drawn)[0]
        mark(item=first, verdict="anmarkning", reason="Prov", by=cast.lova, at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("select reason from app.cases_logreviewitem where id = %s", [first.pk])
            (sealed,) = cursor.fetchone()
        with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(RAW[constraint], {"review": drawn.pk, "sealed": sealed})
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_a_draw_takes_no_more_reads(cast, drawn):
    with acting(cast.lova):
        row = items(cast, drawn)[0]
        row.pk, row.read_id, row.number = uuid4(), uuid4(), 8
        with pytest.raises(IntegrityError, match="the draw is complete"), transaction.atomic():
            row.save(force_insert=True)


def test_a_signed_review_takes_no_mark_by_any_way(cast, drawn, today):
    mark_all(cast, drawn)
    sign(cast, drawn, today)
    with (
        acting(cast.lova),
        pytest.raises(IntegrityError, match="until the review is signed"),
        transaction.atomic(),
    ):
        LogReviewItem.objects.filter(review=drawn).update(verdict="")
    with acting(cast.lova), pytest.raises(IntegrityError, match="a signature too"), transaction.atomic():
        LogReview.objects.filter(pk=drawn.pk).update(state="granskas", signed_at=None, signed_by=None)


def test_what_each_role_sees_of_a_review(cast, drawn):
    for handle in ("asta", "bo", "siri", "frida", "eskil", "nils", "eva", "cleo"):
        with acting(cast.people[handle]):
            reviews, reads = LogReview.objects.count(), LogReviewItem.objects.count()
            assert (reviews, reads) == (1 if handle == "bo" else 0, 0), handle
            assert LogReviewItem.history.count() == 0
    with acting(cast.bo):
        counts = LogReview.objects.with_counts().get().counts
        assert (counts["drawn"], counts["break_glass_waiting"]) == (7, 1)
    with acting(cast.siri), connection.cursor() as cursor:
        cursor.execute("select sec.log_review_counts(%s) ->> 'drawn'", [drawn.pk])
        assert cursor.fetchone() == ("0",)


def test_a_manager_sees_the_read_that_was_asked_about_and_answers_once(cast, drawn):
    item = next(one for one in items(cast, drawn) if one.actor_id == cast.asta.pk)
    with acting(cast.lova):
        question = ask_manager(item=item, to=cast.bo, text="Varför?", by=cast.lova, at=timezone.now())
        with pytest.raises(Refused) as refused:
            ask_manager(item=item, to=cast.bo, text="Varför?", by=cast.lova, at=timezone.now())
        assert refused.value.code == "already_asked"
    with acting(cast.bo):
        assert [one.pk for one in LogReviewItem.objects.all()] == [item.pk]
        question = LogReviewQuestion.objects.get(pk=question.pk)
        answer(question=question, text="Mötet blev sent.", by=cast.bo, at=timezone.now())
        with pytest.raises(Refused) as refused:
            answer(question=question, text="Nej.", by=cast.bo, at=timezone.now())
        assert refused.value.code == "already_answered"
    with acting(cast.lova):
        assert LogReviewQuestion.objects.get(pk=question.pk).answer == "Mötet blev sent."


def test_nobody_answers_for_the_own_read(cast, drawn):
    own = next(one for one in items(cast, drawn) if one.actor_id == cast.bo.pk)
    with acting(cast.lova):
        for to, code in ((cast.bo, "own_read"), (cast.asta, "not_a_manager")):
            with pytest.raises(Refused) as refused:
                ask_manager(item=own, to=to, text="Varför?", by=cast.lova, at=timezone.now())
            assert refused.value.code == code


def flagged_now(cast, read_id, today) -> list[str]:
    """The flags of a read of today, drawn as if the month were over."""
    later = add_months(today.replace(day=1), 1)
    with acting(cast.lova):
        at = timezone.now() + timedelta(seconds=1)
        review = draw_month(municipality=cast.municipality, month=today, by=cast.lova, at=at, today=later)
        return LogReviewItem.objects.get(review=review, read_id=read_id).flags


@pytest.mark.parametrize("acts", [True, False])
def test_the_units_right_without_an_act_in_the_case_is_read_without_a_task(cast, case, logged, today, acts):
    if acts:
        with acting(cast.frida):
            record(by=cast.frida, case=case, kind="prov", text="Prov.", requires=Can.SEE_CASE, on=today)
    read = logged("frida", at=timezone.now(), ground="enhet", what="see_journal")
    assert ("utan_uppgift" in flagged_now(cast, read, today)) is not acts


@pytest.mark.parametrize("closed", [True, False])
def test_the_police_read_what_is_open_for_their_unit(cast, case, logged, give, today, closed):
    package = give()
    if closed:
        with acting(cast.siri):
            recall_package(package=package, by=cast.siri, at=timezone.now())
    read = logged(
        "dag", at=timezone.now(), ground="utlamnat", source="portal", what="see_release", thing=package.pk
    )
    assert ("efter_stangt" in flagged_now(cast, read, today)) is closed
