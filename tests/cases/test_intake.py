"""The first contact: search first, register once, and never two open cases for one person."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.actions.intake import FirstContact, open_case
from cases.models import Case, DuplicateFlag, Intake, Person, Task

from .conftest import said, text_of

IDENTITY = "19811218-9876"


@pytest.fixture
def filled(cast, today):
    return {
        "steg": "registrera",
        "received": str(today),
        "source": "polis",
        "kind": "anmalan",
        "channel": "telefon",
        "informant": "Polisens samordnare",
        "text": "Vill lämna.",
        "name": "Ny Påhittad",
        "identity": IDENTITY,
        "birth_year": "",
        "sex": "man",
        "children_count": "2",
        "protection": "ingen",
        "unit": str(cast.beroende.pk),
        "handler": str(cast.asta.pk),
    }


def test_the_form_comes_after_the_search(as_):
    asta = as_("asta")
    assert 'name="children_count"' not in text_of(asta.get(reverse("intake")))
    page = text_of(asta.post(reverse("intake"), {"steg": "sok", "q": "Okänd Figur"}))
    assert "Ingen träff" in page
    assert 'value="Okänd Figur"' in page  # what was searched for is filled in
    assert IDENTITY in text_of(asta.post(reverse("intake"), {"steg": "sok", "q": IDENTITY}))
    assert 'name="children_count"' in text_of(asta.post(reverse("intake"), {"steg": "okand"}))


def test_a_first_contact_becomes_a_case_with_its_first_task(as_, cast, filled, today):
    asta = as_("asta")
    response = asta.post(reverse("intake"), filled)
    assert "Nästa steg är att kontakta polisens samordnare" in said(asta, response)
    with acting(cast.asta):
        case = Case.objects.with_handler().get()
        assert (case.handler_name, case.state, case.source) == ("Asta", "aktualiserad", "polis")
        assert (case.person.identity, case.person.children_count) == ("198112189876", 2)
        assert [task.kind for task in Task.objects.filter(case=case)] == [Task.Kind.CONTACT_POLICE]
        assert Intake.objects.get(case=case).text == "Vill lämna."
    assert IDENTITY not in response.url
    assert "198112189876" not in response.url


def test_a_child_starts_two_more_clocks(as_, cast, filled, today):
    as_("asta").post(reverse("intake"), {**filled, "concerns_child": "on"})
    with acting(cast.asta):
        due = {task.kind: task.due for task in Task.objects.all()}
    assert due[Task.Kind.CHILD_SAFETY] == today
    assert due[Task.Kind.PRELIMINARY] == today + timedelta(days=14)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("identity", "19811218-9877", "Den sista siffran stämmer inte"),
        ("identity", "hej", "12 siffror"),
        ("received", "2999-01-01", "efter"),
        ("source", "", "måste fyllas i"),
        ("children_count", "-1", "0"),
        ("birth_year", "1700", "1900"),
    ],
)
def test_a_refusal_says_what_and_loses_nothing(as_, cast, filled, field, value, says):
    response = as_("asta").post(reverse("intake"), {**filled, field: value})
    page = text_of(response)
    assert response.status_code == 200
    assert says in page
    assert "Vill lämna." in page
    assert "Ny Påhittad" in page
    with acting(cast.asta):
        assert not Case.objects.exists()
        assert not Person.objects.exists()


def test_the_identity_number_reaches_no_message_and_no_title(as_, filled):
    asta = as_("asta")
    page = said(asta, asta.post(reverse("intake"), filled))
    title = page.split("<title>")[1].split("</title>")[0]
    message = page.split('role="status"')[1].split("</div>\n")[0]
    assert all(word not in title + message for word in ("9876", "1981", "Påhittad"))


def test_a_known_person_is_not_registered_again(as_, cast, another, filled):
    another(identity="198112189876")
    page = text_of(as_("asta").post(reverse("intake"), filled))
    assert "Personen finns redan i ett ärende som du får se" in page
    with acting(cast.asta):
        assert Case.objects.count() == 1


def test_somebody_of_another_unit_learns_nothing_and_the_coordinator_does(as_, cast, another, filled):
    another(identity="198112189876")
    cleo = as_("cleo")
    own = {**filled, "unit": str(cast.ungdom.pk), "handler": str(cast.cleo.pk)}
    assert cleo.post(reverse("intake"), own).status_code == 302
    with acting(cast.cleo):
        assert Case.objects.count() == 1
        assert not DuplicateFlag.objects.exists()
    with acting(cast.siri):
        assert DuplicateFlag.objects.count() == 1


def test_matches_offer_what_can_be_done(as_, cast, another, today):
    open_one = another(name="Träff Öppen")
    closed = another(name="Träff Stängd")
    with acting(cast.asta):
        Case.objects.filter(pk=closed.pk).update(state="avslutad", closed=today, closing_reason="ovrigt")
    page = text_of(as_("asta").post(reverse("intake"), {"steg": "sok", "q": "träff"}))
    assert reverse("contact", args=[open_one.pk]) in page
    assert reverse("reopen", args=[closed.pk]) in page
    assert reverse("reopen", args=[open_one.pk]) not in page
    assert reverse("contact", args=[closed.pk]) not in page


def test_a_contact_is_added_to_the_open_case(as_, cast, case, filled):
    asta = as_("asta")
    assert "Kontakten är tillagd" in said(asta, asta.post(reverse("contact", args=[case.pk]), filled))
    with acting(cast.asta):
        assert Intake.objects.filter(case=case).count() == 2
        assert Case.objects.count() == 1


def test_a_closed_case_is_reopened_as_a_new_one(as_, cast, case, filled, today):
    with acting(cast.asta):
        Case.objects.filter(pk=case.pk).update(state="avslutad", closed=today, closing_reason="ovrigt")
    asta = as_("asta")
    assert "avslutat" in text_of(asta.post(reverse("contact", args=[case.pk]), filled))
    assert asta.post(reverse("reopen", args=[case.pk]), filled).status_code == 302
    with acting(cast.asta):
        new = Case.objects.open().get()
    assert new.person_id == case.person_id
    assert new.reopened_from_id == case.pk


def test_an_open_case_is_not_reopened(as_, cast, case, filled):
    page = text_of(as_("asta").post(reverse("reopen", args=[case.pk]), filled))
    assert "Personen har redan ett öppet ärende" in page
    with acting(cast.asta):
        assert Case.objects.count() == 1


def test_the_database_refuses_a_second_open_case_by_itself(cast, case, today):
    with acting(cast.asta), pytest.raises(Refused) as refused, transaction.atomic():
        open_case(
            contact=FirstContact(received=today, source="polis"),
            person=Person.objects.get(pk=case.person_id),
            unit=cast.beroende,
            handler=cast.asta,
            by=cast.asta,
            at=timezone.localtime(),
        )
    assert refused.value.code == "one_open_case"


@pytest.mark.parametrize("handle", ["siri", "bo", "frida"])
def test_those_who_lead_may_register_for_a_handler(as_, cast, filled, handle):
    assert as_(handle).post(reverse("intake"), filled).status_code == 302
    with acting(cast.asta):
        assert Case.objects.assigned_to(cast.asta).count() == 1


def test_a_case_worker_registers_for_herself_in_her_own_unit(as_, cast, filled):
    for wrong in ({"unit": str(cast.ungdom.pk)}, {"handler": str(cast.cleo.pk)}):
        assert as_("asta").post(reverse("intake"), {**filled, **wrong}).status_code == 200
    with acting(cast.asta):
        assert not Case.objects.exists()


@pytest.mark.parametrize("handle", ["eskil", "nils", "lova", "eva"])
def test_others_may_not_register(as_, filled, handle):
    assert as_(handle).get(reverse("intake")).status_code == 403
    assert as_(handle).post(reverse("intake"), filled).status_code == 403
