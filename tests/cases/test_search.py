"""What may be searched for, and what somebody finds."""

from datetime import date

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.models import Person
from cases.search import Query

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("AVH-2026-0001", Query(case_no="AVH-2026-0001")),
        (" avh-2026-1 ", Query(case_no="AVH-2026-0001")),
        ("19811218-9876", Query(identity="198112189876")),
        ("811218-9876", Query(identity="198112189876")),
        ("8112189876", Query(identity="198112189876")),
        ("19701063-2391", Query(identity="197010632391")),
        ("  Åsa  ÖSTER ", Query(name="åsa öster")),
        ("André", Query(name="andre")),
        ("person 7", Query(name="person 7")),
    ],
)
def test_what_was_typed_is_read(typed, query):
    assert Query.of(typed, DAY) == query


@pytest.mark.parametrize("typed", ["a", "", "  ", "19811218-9877", "19811318-9876", "123456"])
def test_what_cannot_be_searched_is_refused_and_not_repeated(typed):
    with pytest.raises(Refused) as refused:
        Query.of(typed, DAY)
    assert len(typed) < 6 or typed not in refused.value.text


@pytest.fixture
def known(cast, case):
    """Asta's case, with a person that can be found by all three."""
    with acting(cast.asta):
        person = Person.objects.get(pk=case.person_id)
        person.set_name("Åsa Östergren Påhittad")
        person.identity = "198112189876"
        person.save()
    return case


def search(client, text):
    return client.post(reverse("case_search"), {"q": text})


@pytest.mark.parametrize(
    "text", ["åsa", "Östergren", "påhitt", "19811218-9876", "811218-9876", "{no}", "{no_lower}"]
)
def test_found_by_name_number_or_case_number(as_, known, text):
    text = text.format(no=known.case_no, no_lower=known.case_no.lower())
    for handle in ("asta", "bo", "frida", "siri"):
        assert known.case_no in search(as_(handle), text).content.decode()


@pytest.mark.parametrize("text", ["asa", "gren", "19811218", "1981", "polis"])
def test_parts_of_numbers_parts_of_words_and_other_facts_are_not_searched(as_, known, text):
    assert known.case_no not in search(as_("asta"), text).content.decode()


def plain(response):
    """The page without the token that differs every time."""
    text = response.content.decode()
    mark = 'name="csrfmiddlewaretoken" value="'
    parts = text.split(mark)
    return mark.join([parts[0], *(part[64:] for part in parts[1:])])


@pytest.mark.parametrize(
    ("hidden", "absent"), [("Östergren", "Ostergran"), ("19811218-9876", "19640823-3234")]
)
def test_hidden_and_missing_look_the_same_to_another_unit(as_, known, hidden, absent):
    cleo = as_("cleo")
    seen = plain(search(cleo, hidden)).replace(hidden, "X")
    assert seen == plain(search(cleo, absent)).replace(absent, "X")
    assert "Ingen träff" in seen
    number = plain(search(cleo, known.case_no)).replace(known.case_no, "X")
    assert number == plain(search(cleo, "AVH-2019-9999")).replace("AVH-2019-9999", "X")


def test_finance_finds_by_case_number_alone_and_sees_no_name(as_, known):
    eskil = as_("eskil")
    assert known.case_no not in search(eskil, "Östergren").content.decode()
    assert known.case_no not in search(eskil, "19811218-9876").content.decode()
    page = search(eskil, known.case_no).content.decode()
    assert reverse("case", args=[known.pk]) in page
    assert "Östergren" not in page


@pytest.mark.parametrize("handle", ["eva", "lova", "nils"])
def test_roles_without_cases_may_not_search(as_, known, handle):
    assert search(as_(handle), known.case_no).status_code == 403


def test_a_search_never_stands_in_an_address(as_, known):
    assert as_("asta").get(reverse("case_search"), {"q": "Östergren"}).url == reverse("my_cases")
    response = search(as_("asta"), "Östergren")
    assert response.status_code == 200  # an answer, no redirect that would carry the words
    assert "no-store" in response.headers["Cache-Control"]


def test_an_answer_to_a_search_is_marked_so_that_going_back_sends_nothing_again(as_):
    assert "data-search-answer" in search(as_("asta"), "Östergren").content.decode()
    assert "data-search-answer" not in as_("asta").get(reverse("my_cases")).content.decode()
