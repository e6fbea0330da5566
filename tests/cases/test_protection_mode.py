"""Every case is treated as protected: the marker on each of its pages, and no place where it need not be."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Can, Role, role_can
from avhopp.accounts.models import User
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case, Person
from placements.models import Provider
from tests.access import test_outsiders
from tests.access.test_outsiders import OF_A_CASE, WITHOUT_ARGUMENTS, arguments, client_of
from tests.markup import said

golden = test_outsiders.golden
MARKER = "Skyddade personuppgifter"
PLACE, NAME, NUMBER = "Kanariehemmet i Hemligby", "Kanarie Påhittad", "197010632391"
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
NO_PAGES = {"sign_out", "demo_sign_in", "health"}


@pytest.fixture
def case(golden: Case) -> Case:
    """The golden case, whose person and places have names that are easily found."""
    with acting(ensure_machine_accounts(golden.municipality)[Role.IMPORTER]):
        Provider.objects.filter(municipality=golden.municipality).update(name=PLACE)
        person = Person.objects.get(pk=golden.person_id)
        person.set_name(NAME)
        person.identity = NUMBER
        person.save()
    return golden


def pages(client: Client, case: Case, addresses: list) -> dict[str, object]:
    """Every page that answers with a page, by the name of its address."""
    with acting(ensure_machine_accounts(case.municipality)[Role.IMPORTER]):
        urls = {one.name: reverse(one.name, kwargs=arguments(one, case.pk, case)) for one in addresses}
    answers = {name: client.get(url) for name, url in urls.items() if name not in NO_PAGES}
    return {name: answer for name, answer in answers.items() if answer.status_code == 200}


@pytest.mark.parametrize("handle", ["asta", "siri", "bo", "eskil"])
def test_every_page_of_a_case_carries_the_marker_and_no_title_or_file_name_tells(case, handle):
    found = pages(client_of(case, handle), case, OF_A_CASE)
    assert len(found) > 10
    without = [name for name, answer in found.items() if MARKER not in said(answer)]
    assert without == []
    for name, answer in found.items():
        body = said(answer)
        told = " ".join([*TITLE.findall(body), unquote(answer.headers.get("Content-Disposition", ""))])
        assert not any(word in told for word in (PLACE, NAME, NUMBER, NUMBER[2:], "Demosson")), name


@pytest.mark.parametrize("handle", ["asta", "siri", "bo", "eskil", "nils", "lova", "eva"])
def test_lists_tell_no_place_to_those_who_may_not_see_it_and_no_number_to_anyone(case, handle):
    role = User.objects.get(municipality=case.municipality_id, handle=handle).role
    for name, answer in pages(client_of(case, handle), case, WITHOUT_ARGUMENTS).items():
        body = answer.content.decode(errors="replace")
        assert NUMBER not in body, name
        assert f"{NUMBER[:8]}-{NUMBER[8:]}" not in body, name
        if not role_can(role, Can.SEE_PERSON):
            assert NAME not in body, name
        if not (role_can(role, Can.SEE_PLACE) or role_can(role, Can.SEE_PROVIDERS)):
            assert PLACE not in body, name


@pytest.mark.parametrize("name", ["my_cases", "case_search", "intake"])
def test_the_lists_of_cases_name_no_place_at_all(case, name):
    answer = client_of(case, "asta").get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert PLACE not in answer.content.decode()


def test_the_marker_is_printed_too():
    css = (test_outsiders.ROOT / "static" / "css" / "print.css").read_text()
    hidden = re.findall(r"([^{}]+)\{[^}]*display:\s*none", css)
    assert ".protected" in css
    assert [rule for rule in hidden if ".protected" in rule] == []
