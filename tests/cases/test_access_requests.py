"""Begär åtkomst: existence never leaks, somebody else answers, the asker sees the outcome."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.actions.requests import grant_request, refuse_request, request_access
from cases.models import AccessRequest, Case
from tests.markup import words

WHY = "Jag har personens syskon i ett annat ärende."
NOWHERE = "AVH-2019-0042"
ASK = "/atkomst/"


@pytest.fixture
def ask(cast, case):
    def asked(number=None, by="cleo", to_work=False, ago=timedelta(0)):
        with acting(cast.people[by]):
            return request_access(
                case_no=number or case.case_no, reason=WHY, to_work=to_work, by=cast.people[by],
                at=timezone.now() - ago,
            )  # fmt: skip

    return asked


def grant(cast, asked, today, by="frida", days=7):
    with acting(cast.people[by]):
        return grant_request(
            request=asked, to_work=False, until=today + timedelta(days=days), by=cast.people[by],
            at=timezone.now(),
        )  # fmt: skip


def refuse(cast, asked, by="frida"):
    with acting(cast.people[by]):
        return refuse_request(request=asked, refusal="behovs_inte", by=cast.people[by], at=timezone.now())


def asks(client, number: str) -> tuple[int, str, str]:
    """The answer, and what the page then says with the number and the times put out."""
    answer = client.post(ASK, {"case_no": number, "how": "lasa", "reason": WHY})
    page = words(client.get(ASK)).replace(number, "NUMMER")
    return (
        answer.status_code,
        answer.headers["Location"],
        re.sub(r"\d{4}-\d\d-\d\d kl\. \d\d\.\d\d", "TID", page),
    )


def test_the_answer_is_the_same_whether_the_case_exists_or_not(as_, cast, case):
    """The same asker asks for a case, and for a number that no case has: word for word the same."""
    with transaction.atomic():
        real = asks(as_("cleo"), case.case_no)
        transaction.set_rollback(True)
    absent = asks(as_("cleo"), NOWHERE)

    assert real[:2] == absent[:2] == (302, ASK)
    assert "Väntar på svar" in real[2]
    assert real[2] == absent[2]


def test_a_request_asks_the_database_the_same_questions_for_any_number(ask, cast, django_assert_num_queries):
    for number in (None, NOWHERE):
        with django_assert_num_queries(4):  # context, what waits, the row, context
            ask(number)


def test_it_reaches_those_who_may_assign_the_case_and_nobody_else(as_, ask):
    asked = ask()
    url = reverse("access_request", args=[asked.pk])
    found = {handle: as_(handle).get(url).status_code for handle in ("frida", "bo", "siri", "asta", "cleo")}
    assert found == {"frida": 200, "bo": 200, "siri": 200, "asta": 404, "cleo": 200}
    assert "Ditt svar" in words(as_("frida").get(url))
    assert "Ditt svar" not in words(as_("cleo").get(url))
    assert "Svara på begäran om åtkomst" in words(as_("frida").get("/arenden/?urval=alla"))
    assert "Svara på begäran om åtkomst" not in words(as_("asta").get("/arenden/"))


def test_granted_it_opens_the_case_and_the_asker_sees_until_when(as_, cast, case, ask, today):
    asked = ask()
    assert as_("cleo").get(reverse("case", args=[case.pk])).status_code == 404
    answer = as_("frida").post(
        reverse("access_request", args=[asked.pk]), {"answer": "ja", "how": "lasa", "until": str(today)}
    )
    assert answer.status_code == 302
    assert as_("cleo").get(reverse("case", args=[case.pk])).status_code == 200
    assert "Beviljad" in words(as_("cleo").get(ASK))
    assert "Svara på begäran" not in words(as_("frida").get("/arenden/?urval=alla"))


def test_refused_it_opens_nothing_and_says_a_reason_that_fits_any_number(as_, cast, case, ask):
    asked = ask()
    url = reverse("access_request", args=[asked.pk])
    assert "Välj varför" in words(as_("bo").post(url, {"answer": "nej"}))
    assert as_("bo").post(url, {"answer": "nej", "refusal": "racker_inte"}).status_code == 302
    assert "Numret eller skälet räcker inte" in words(as_("cleo").get(ASK))
    assert as_("cleo").get(reverse("case", args=[case.pk])).status_code == 404


def test_a_number_without_a_case_reaches_the_coordinator_who_can_only_refuse(as_, cast, ask, today):
    asked = ask(NOWHERE)
    url = reverse("access_request", args=[asked.pk])
    assert [as_(handle).get(url).status_code for handle in ("siri", "frida", "bo")] == [200, 404, 404]
    with pytest.raises(Refused, match="no_case"):
        grant(cast, asked, today, by="siri")
    refuse(cast, asked, by="siri")
    assert "Avslagen" in words(as_("cleo").get(ASK))


def test_nobody_both_asks_and_approves(cast, case, ask, today):
    own = ask(by="frida")
    with pytest.raises(Refused, match="not_allowed"):
        grant(cast, own, today)
    answer = {"answered_by": cast.frida, "answered_at": timezone.now(), "refusal": "behovs_inte"}
    with (
        acting(cast.frida),
        pytest.raises(IntegrityError, match="nobody_answers_the_own_request"),
        transaction.atomic(),
    ):
        AccessRequest.objects.filter(pk=own.pk).update(**answer)
    refuse(cast, own, by="bo")  # the twin


def test_an_answer_in_anothers_name_and_a_second_answer_are_refused(cast, ask):
    asked = ask()
    answer = {"answered_at": timezone.now(), "refusal": "behovs_inte"}
    with acting(cast.frida):
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            AccessRequest.objects.filter(pk=asked.pk).update(answered_by=cast.bo, **answer)
        with pytest.raises(IntegrityError, match="takes one answer"), transaction.atomic():
            AccessRequest.objects.filter(pk=asked.pk).update(
                answered_by=cast.frida, case_no=NOWHERE, **answer
            )
        assert AccessRequest.objects.filter(pk=asked.pk).update(answered_by=cast.frida, **answer) == 1
        with pytest.raises(IntegrityError, match="takes one answer"), transaction.atomic():
            AccessRequest.objects.filter(pk=asked.pk).update(answered_by=cast.frida, **answer)
    with pytest.raises(Refused, match="answered"):
        refuse(cast, asked, by="bo")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"case_no": "Anna"}, "not_a_number"), ({"reason": "Behöver."}, "reason_too_short"),
     ({"by": "nils"}, "not_allowed"), ({"by": "eskil"}, "not_allowed")],
)  # fmt: skip
def test_what_cannot_be_asked(cast, case, given, code):
    by = cast.people[given.pop("by", "cleo")]
    fields = {"case_no": case.case_no, "reason": WHY, "to_work": False, **given}
    with acting(by), pytest.raises(Refused, match=code):
        request_access(**fields, by=by, at=timezone.now())
    with acting(cast.cleo):
        request_access(case_no=case.case_no, reason=WHY, to_work=False, by=cast.cleo, at=timezone.now())


def test_the_same_number_is_asked_for_once_at_a_time_and_ten_in_all(ask):
    ask()
    with pytest.raises(Refused, match="already_asked"):
        ask()
    for number in range(9):
        ask(f"AVH-2018-{number:04d}")
    with pytest.raises(Refused, match="too_many"):
        ask("AVH-2018-0099")


def test_a_request_runs_out_after_fourteen_days(as_, cast, ask, today):
    asked = ask(ago=timedelta(days=14, minutes=1))
    assert "Gick ut utan svar" in words(as_("cleo").get(ASK))
    with pytest.raises(Refused, match="answered"):
        grant(cast, asked, today)
    grant(cast, ask(), today)  # asked anew


def test_requests_are_seen_by_the_asker_and_those_who_answer_at_the_database_alone(cast, case, ask):
    ask()
    for handle, sees in {"cleo": 1, "frida": 1, "bo": 1, "siri": 1, "asta": 0, "eskil": 0, "lova": 0}.items():
        with acting(cast.people[handle]):
            assert AccessRequest.objects.count() == sees, handle
            assert AccessRequest.objects.visible_to(cast.people[handle]).count() == sees, handle
            assert not hasattr(AccessRequest, "case")


def test_a_request_cannot_be_made_in_anothers_name_or_already_answered(cast, case):
    row = {
        "municipality": cast.municipality,
        "case_no": case.case_no,
        "reason": WHY,
        "asked_at": timezone.now(),
    }
    until = timezone.now() + timedelta(days=1)
    with acting(cast.cleo):
        for spoiled in (
            {"asked_by": cast.asta},
            {"asked_by": cast.cleo, "answered_by": cast.asta, "answered_at": until, "granted_until": until},
        ):
            with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                AccessRequest(**row, **spoiled).save(force_insert=True)
        AccessRequest(**row, asked_by=cast.cleo).save(force_insert=True)
        assert Case.objects.count() == 0
