"""An application to the police, from draft to account: never more granted than asked for."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from placements.actions import applications as actions
from placements.actions.refusals import told
from placements.models import GrantApplication
from placements.waiting import waiting_for
from tests.placements.words import errors


@pytest.fixture
def draft(cast, old_case, today):
    with acting(cast.siri):
        return actions.draft_application(case=old_case, applied=Decimal(100_000), by=cast.siri, today=today)


@pytest.fixture
def sent(cast, draft, placed, decision, today):
    placed(decision, days_ago=100)
    with acting(cast.siri):
        return actions.send_application(
            application=draft, sent=today - timedelta(days=70), by=cast.siri, today=today
        )


def address(name, application):
    return reverse(name, args=[application.case_id, application.pk])


def reread(cast, application):
    with acting(cast.siri):
        return GrantApplication.objects.get(pk=application.pk)


def test_a_draft_is_made_from_the_case_with_its_cost_beside(as_, cast, old_case, placed, decision):
    placed(decision, days_ago=10)
    client, page_of_case = as_("siri"), reverse("application_new", args=[old_case.pk])
    assert "33\u00a0000\u00a0kr" in client.get(page_of_case).content.decode()
    assert client.post(page_of_case, {"applied": "30 000"}).status_code == 302
    with acting(cast.siri):
        assert (GrantApplication.objects.get().status, GrantApplication.objects.get().sent) == (
            "utkast",
            None,
        )


def test_a_draft_counts_nowhere(as_, draft):
    sums = as_("eskil").get(reverse("applications")).context["sums"]
    assert (sums.sent, sums.applied, sums.pending_sum, sums.granted) == (0, 0, 0, 0)


def test_it_is_not_sent_before_a_measure_is_decided(as_, cast, draft, today):
    response = as_("siri").post(
        address("application_send", draft), {"sent": today.isoformat(), "explanation": "x"}
    )
    assert "inget beslut om insats" in errors(response)
    assert reread(cast, draft).sent is None


def test_a_rejection_is_no_measure(as_, draft, decide, today):
    decide("hvb", outcome="avslag")
    response = as_("siri").post(
        address("application_send", draft), {"sent": today.isoformat(), "explanation": "x"}
    )
    assert "inget beslut om insats" in errors(response)


@pytest.mark.parametrize(("explanation", "status"), [("", 200), ("Flyttkostnad enligt offert", 302)])
def test_more_than_the_stays_cost_needs_an_explanation(as_, draft, decision, today, explanation, status):
    said = {"sent": today.isoformat(), "registry_no": "A123", "explanation": explanation}
    assert as_("siri").post(address("application_send", draft), said).status_code == status


def test_it_is_sent_once(as_, sent, today):
    said = {"sent": today.isoformat(), "explanation": "x"}
    assert "redan skickad" in errors(as_("siri").post(address("application_send", sent), said))


@pytest.mark.parametrize(
    ("granted", "status"),
    [
        ("100 000", "beviljad"),
        ("40 000", "delvis"),
        ("0", "avslagen"),
    ],
)
def test_the_answer_gives_the_status(as_, cast, sent, today, granted, status):
    said = {"decided": today.isoformat(), "granted": granted}
    assert as_("eskil").post(address("application_answer", sent), said).status_code == 302
    assert reread(cast, sent).status == status


@pytest.mark.parametrize(
    ("granted", "ago", "sentence"),
    [
        ("100 000,01", 0, "högre än det sökta"),
        ("1", 71, "äldre än ansökan"),
        ("1", -1, "efter i dag"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(as_, cast, sent, today, granted, ago, sentence):
    said = {"decided": (today - timedelta(days=ago)).isoformat(), "granted": granted}
    assert sentence in errors(as_("eskil").post(address("application_answer", sent), said))
    assert reread(cast, sent).decided is None


def test_payment_and_account_end_the_wait(as_, cast, sent, today):
    client = as_("eskil")
    client.post(address("application_answer", sent), {"decided": today.isoformat(), "granted": "40 000"})
    refused = client.post(address("application_pay", sent), {"on": today.isoformat(), "paid": "40 001"})
    assert "högre än det beviljade" in errors(refused)
    client.post(address("application_pay", sent), {"on": today.isoformat(), "paid": "40 000"})
    assert reread(cast, sent).status == "utbetald"
    client.post(address("application_account", sent), {"on": today.isoformat(), "used": "40 000"})
    assert waiting_for(reread(cast, sent), today) is None


def test_a_refused_application_is_not_paid(as_, sent, today):
    client = as_("eskil")
    client.post(address("application_answer", sent), {"decided": today.isoformat(), "granted": "0"})
    response = client.post(address("application_pay", sent), {"on": today.isoformat(), "paid": "0"})
    assert "läget ”avslagen”" in errors(response)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("granted", Decimal(100_001), "granted_above_applied"),
        ("paid", Decimal(40_001), "paid_above_granted"),
    ],
)
def test_the_database_itself_keeps_the_order_of_sums(cast, sent, today, field, value, code):
    with acting(cast.siri):
        sent.decided, sent.granted = today, Decimal(40_000)
        setattr(sent, field, value)
        with pytest.raises(Refused) as refused, told():
            sent.save()
        assert refused.value.code == code


def test_the_list_shows_what_is_waited_for_and_how_long(as_, sent):
    response = as_("eskil").get(reverse("applications"))
    [(_, waits, _)] = response.context["rows"]
    assert (waits.text, waits.days, waits.is_long) == ("Polismyndighetens svar", 70, True)
    assert response.context["sums"].pending_sum == 100_000
    assert response.context["sums"].granted == 0


def test_the_list_can_be_narrowed_to_a_status(as_, sent):
    client = as_("eskil")
    assert len(client.get(reverse("applications"), {"lage": "inskickad"}).context["rows"]) == 1
    assert len(client.get(reverse("applications"), {"lage": "beviljad"}).context["rows"]) == 0


@pytest.mark.parametrize(
    ("handle", "status"),
    [
        ("siri", 200),
        ("eskil", 200),
        ("asta", 403),
        ("bo", 403),
        ("cleo", 404),
        ("eva", 404),
    ],
)
@pytest.mark.parametrize(
    "name", ["application_send", "application_answer", "application_pay", "application_change"]
)
def test_who_may_write(as_, sent, name, handle, status):
    assert as_(handle).get(address(name, sent)).status_code == status


@pytest.mark.parametrize(("handle", "status"), [("asta", 200), ("bo", 200), ("eskil", 200), ("cleo", 404)])
def test_who_may_read(as_, sent, handle, status):
    assert as_(handle).get(address("application", sent)).status_code == status


def test_the_list_costs_the_same_for_more_rows(as_, cast, sent, old_case, today):
    client = as_("eskil")
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("applications"))
    with acting(cast.siri):
        for _ in range(3):
            actions.draft_application(case=old_case, applied=Decimal(1), by=cast.siri, today=today)
    with CaptureQueriesContext(connection) as four:
        assert len(client.get(reverse("applications")).context["rows"]) == 4
    assert len(four) == len(one)
