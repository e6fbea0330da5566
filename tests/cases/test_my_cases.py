"""The work list: what is due, what is shown, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from cases.actions.grants import assign_handler
from cases.models import Case
from cases.panels import due_in

from .conftest import text_of


def listed(client, **query):
    return text_of(client.get(reverse("my_cases"), query))


def rows(client, **query):
    """The list alone, without what is due above it."""
    return listed(client, **query).split('aria-label="Ärenden"', 1)[1]


def test_a_case_worker_sees_what_she_handles_first(as_, cast, another, today):
    mine = another()
    frida = another(handler="frida")
    with acting(cast.bo):
        given = another()
        assign_handler(case=given, handler=cast.frida, reason="Semester", by=cast.bo, today=today)
    page = listed(as_("asta"))
    assert mine.case_no in page
    assert frida.case_no not in page
    assert given.case_no not in page
    everything = listed(as_("frida"))
    assert all(case.case_no in everything for case in (mine, frida, given))
    own = listed(as_("frida"), urval="mina")
    assert mine.case_no not in own
    assert frida.case_no in own


def test_filters_by_state_and_unit(as_, cast, another, today):
    one, closed = another(), another()
    with acting(cast.asta):
        Case.objects.filter(pk=closed.pk).update(state="avslutad", closed=today, closing_reason="ovrigt")
    bo = as_("bo")
    shown = {
        "oppna": rows(bo),
        "closed": rows(bo, lage="avslutad"),
        "all": rows(bo, lage="samtliga"),
        "unit": rows(bo, enhet=str(cast.ungdom.pk)),
        "odd": rows(bo, lage="finns inte", enhet="x"),
    }
    assert [one.case_no in page for page in shown.values()] == [True, False, True, False, True]
    assert [closed.case_no in page for page in shown.values()] == [False, True, True, False, False]


@pytest.mark.parametrize("order", ["arende", "-arende", "person", "lage", "handlaggare", "-inkom", "hotniva"])
def test_every_order_works_and_an_unknown_one_is_the_usual(as_, another, order):
    cases = [another(), another()]
    page = listed(as_("asta"), ordning=order)
    assert all(case.case_no in page for case in cases)


def test_names_are_for_those_who_may_see_persons(as_, another):
    case = another(name="Hemlig Påhittad")
    assert "Hemlig Påhittad" in listed(as_("bo"))
    page = listed(as_("eskil"))
    assert case.case_no in page
    assert "Hemlig" not in page
    assert "Person</" not in page


def test_fifty_rows_a_page(as_, another):
    numbers = {another().case_no for _ in range(51)}
    asta = as_("asta")
    first, second = rows(asta), rows(asta, sida="2")
    assert "1–50 av 51" in first
    (last,) = (number for number in numbers if number in second)
    assert {number for number in numbers if number in first} == numbers - {last}


def test_the_list_costs_the_same_for_one_row_and_many(as_, another):
    asta = as_("asta")
    another()
    asta.get(reverse("my_cases"))
    with CaptureQueriesContext(connection) as one:
        asta.get(reverse("my_cases"))
    for _ in range(6):
        another(concerns_child=True)
    with CaptureQueriesContext(connection) as many:
        asta.get(reverse("my_cases"))
    assert len(many) == len(one)


def test_what_is_due_stands_first_and_leads_to_where_it_is_done(as_, cast, another, today):
    late = another(days=20)
    page = listed(as_("asta"))
    assert "Att göra nu" in page
    assert "Kontakta polisens samordnare" in page.split('id="sok"')[0]
    with acting(cast.asta):
        found = due_in([late.pk], cast.asta, today)
    assert [one.label for one in found] == ["Kontakta polisens samordnare"]
    assert found[0].url in page


def test_due_is_asked_with_each_role_s_eyes(cast, another, today):
    case = another()
    for handle, sees in (("asta", True), ("siri", True), ("bo", True), ("eskil", False), ("cleo", False)):
        with acting(cast.people[handle]):
            labels = [one.label for one in due_in([case.pk], cast.people[handle], today)]
        assert ("Kontakta polisens samordnare" in labels) is sees


def test_work_lists_show_no_threat_and_no_gang(as_, another):
    another()
    page = listed(as_("bo")).split("<main")[1].lower()
    assert not [
        word for word in ("hotbild", "hotnivå", "beroendeproblem", "gäng", "kriminalitet") if word in page
    ]


@pytest.mark.parametrize("handle", ["lova", "eva", "nils"])
def test_roles_without_cases_have_no_list(as_, handle):
    assert as_(handle).get(reverse("my_cases")).status_code == 403


def test_an_empty_list_says_what_to_do(as_, cast):
    assert "registrera en första kontakt" in listed(as_("cleo"))
