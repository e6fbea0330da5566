"""Break-glass ended before its time by whoever took it, and a review that is kept while it is written."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from cases.actions.emergencies import break_glass, end_break_glass, review_emergency
from cases.models import CaseUserGrant, EmergencyAccess, GrantKind
from tests.markup import words

WHY = "Personen ringer och är hotad just nu."
NOWHERE = "AVH-2019-0042"


@pytest.fixture
def take(cast):
    """`take(case_no)` is Bo's emergency access to that number, for an hour."""

    def taken(case_no: str, by: str = "bo") -> EmergencyAccess:
        who = cast.people[by]
        with acting(who):
            hour = timedelta(minutes=60)
            key = break_glass(case_no=case_no, reason=WHY, lasting=hour, by=who, at=timezone.now())
            return EmergencyAccess.objects.get(pk=key)

    return taken


def end_page(emergency) -> str:
    return reverse("emergency_end", args=[emergency.pk])


def test_it_is_asked_for_confirmed_and_closed_at_once(as_, cast, case, take):
    taken, bo, journal = take(case.case_no), as_("bo"), reverse("journal", args=[case.pk])
    assert bo.get(journal).status_code == 200
    assert end_page(taken) in bo.get(reverse("emergency")).content.decode()
    question = words(bo.get(end_page(taken)))
    assert "Det går inte att ångra." in question
    assert bo.get(journal).status_code == 200, "asking ends nothing"
    assert bo.post(end_page(taken)).url == reverse("emergency")
    assert bo.get(journal).status_code == 403
    assert "Gäller nu" not in words(bo.get(reverse("emergency")))
    with acting(cast.bo):
        row = EmergencyAccess.objects.get(pk=taken.pk)
        grant = CaseUserGrant.objects.get(kind=GrantKind.BREAK_GLASS, content_object=case)
    assert row.taken_at <= row.ended_at < row.ends_at
    assert grant.valid_to == row.ended_at
    assert (grant.ended_by, grant.ended_because) == (cast.bo, "Avslutad i förtid av den som tog den")


def test_it_is_told_on_the_case(as_, cast, case, take, today):
    with acting(cast.bo):
        end_break_glass(emergency=take(case.case_no), by=cast.bo, today=today)
    with acting(cast.asta):
        event = Event.objects.about(case.pk).get(text__contains="i förtid")
    assert (event.actor_id, event.requires) == (cast.bo.pk, Can.SEE_ACCESS.value)
    assert "Bo avslutade sin nödåtkomst i förtid." in words(as_("asta").get(case.url))


def test_a_number_without_a_case_answers_alike(as_, cast, case, take):
    real, none, bo = take(case.case_no), take(NOWHERE), as_("bo")
    pages = [words(bo.get(end_page(one))).replace(one.case_no, "NR") for one in (real, none)]
    assert pages[0] == pages[1]
    answers = [bo.post(end_page(one)) for one in (real, none)]
    assert [answer.status_code for answer in answers] == [302, 302]
    with acting(cast.bo):
        assert EmergencyAccess.objects.filter(ended_at=None).count() == 0


def test_it_is_ended_once_and_the_page_says_so(as_, cast, case, take, today):
    taken, bo = take(case.case_no), as_("bo")
    bo.post(end_page(taken))
    again = bo.post(end_page(taken))
    assert again.status_code == 200
    assert "Nödåtkomsten gäller inte längre." in words(again)
    with acting(cast.bo), pytest.raises(Refused, match="already_over"):
        end_break_glass(emergency=taken, by=cast.bo, today=today)


@pytest.mark.parametrize("handle", ["asta", "frida", "cleo"])
def test_nobody_ends_somebody_elses(as_, cast, case, take, today, handle):
    taken = take(case.case_no)
    assert as_(handle).post(end_page(taken)).status_code == 404
    with acting(cast.people[handle]):
        with pytest.raises(Refused, match="not_allowed"):
            end_break_glass(emergency=taken, by=cast.people[handle], today=today)
        with connection.cursor() as cursor:
            cursor.execute("select sec.end_break_glass(%s)", [taken.pk])
            assert cursor.fetchone()[0] is False
    with acting(cast.bo):
        assert EmergencyAccess.objects.get(pk=taken.pk).ended_at is None


def test_nothing_else_changes_with_it_and_it_is_not_taken_back(cast, case, take, today):
    """Not even the functions' own role writes more: the table's triggers stand above it."""
    taken = take(case.case_no)
    with acting(cast.bo):
        end_break_glass(emergency=taken, by=cast.bo, today=today)
        for change in ({"ended_at": None}, {"ended_at": timezone.now(), "reason": "Något helt annat skäl."}):
            with pytest.raises(IntegrityError, match="answered"), transaction.atomic():
                EmergencyAccess.objects.filter(pk=taken.pk).update(**change)


def test_it_can_be_taken_again_and_is_reviewed_all_the_same(cast, case, take, today):
    first = take(case.case_no)
    with acting(cast.bo):
        end_break_glass(emergency=first, by=cast.bo, today=today)
    take(case.case_no)
    reviewer = cast.people["bo"]
    with acting(reviewer), pytest.raises(Refused, match="own_emergency"):
        review_emergency(emergency=first, verdict="befogad", text="x", by=reviewer, at=timezone.now())
    assert first.over_at == first.ends_at


TYPED = {"verdict": "obefogad", "text": "Jag har pratat med Asta och undrar vidare."}


def test_going_back_from_a_review_keeps_what_was_typed(as_, cast, case, take):
    taken, bo = take(NOWHERE, by="frida"), as_("bo")
    page = reverse("emergency_review", args=[taken.pk])
    answer = bo.post(page, {**TYPED, "spara": "ja"})
    assert (answer.status_code, answer.url) == (303, reverse("emergencies"))
    assert "Det du skrev är sparat" in words(bo.get(answer.url))
    opened = bo.get(page).content.decode()
    assert TYPED["text"] in opened
    assert "checked" in opened
    with acting(cast.bo):
        assert not EmergencyAccess.objects.get(pk=taken.pk).is_reviewed
    assert TYPED["text"] not in as_("bo").get(reverse("emergencies")).content.decode()


def test_a_signed_review_keeps_no_draft(as_, cast, case, take):
    taken, bo = take(NOWHERE, by="frida"), as_("bo")
    page = reverse("emergency_review", args=[taken.pk])
    bo.post(page, {**TYPED, "spara": "ja"})
    assert bo.post(page, TYPED).status_code == 302
    with acting(cast.bo):
        assert not cast.bo.drafts.exists()
        assert EmergencyAccess.objects.get(pk=taken.pk).review_text == TYPED["text"]
