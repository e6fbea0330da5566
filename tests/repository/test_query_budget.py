"""No page asks the database more than fifteen questions, whoever opens it and whatever is in the case."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case
from cases.states import CaseEvent
from tests.access import test_outsiders
from tests.access.test_outsiders import ALL, Address, client_of

golden = test_outsiders.golden

MOST = 15
#: Inside the test's transaction a request is a savepoint and a release, with settings put back before it.
ITS_OWN = slice(1, -1)
NO_PAGES = ("sign_out", "demo_sign_in", "health")


@pytest.fixture
def urls(golden) -> dict[str, str]:
    """Every page's address by name, with things of the golden scenario in it."""
    with acting(ensure_machine_accounts(golden.municipality)[Role.IMPORTER]):
        pages = [address for address in ALL if address.name not in NO_PAGES]
        return {page.name: reverse(page.name, kwargs=arguments(page, golden)) for page in pages}


def arguments(address: Address, case: Case) -> dict[str, object]:
    """The case, or the thing that the page is about and its case; a random id when there is no such thing."""
    thing = a_row(address.model, case)
    found: dict[str, object] = {}
    for name, converter in address.converters.items():
        if name == "case_id":
            found[name] = getattr(thing, "case_id", case.pk)
        elif type(converter).__name__ == "UUIDConverter":
            found[name] = thing.pk if thing else uuid4()
        else:
            found[name] = CaseEvent.COMMUNICATE
    return found


def a_row(model: type[Model] | None, case: Case) -> Model | None:
    if model is None or model is Case:
        return None
    rows = model._default_manager.all()
    mine = rows.filter(case=case) if any(field.name == "case" for field in model._meta.fields) else rows
    return mine.first() or rows.first()


def asked(client: Client, url: str) -> tuple[int, list[str]]:
    """The status and the questions that the page asks by itself."""
    with CaptureQueriesContext(connection) as queries:
        status = client.get(url).status_code
    own = [query["sql"] for query in queries][ITS_OWN]
    while own and "set_config" in own[-1]:
        own.pop()
    return status, own


@pytest.mark.parametrize("handle", ["asta", "siri", "bo", "eskil"])
def test_no_page_asks_more_than_fifteen_questions(golden, urls, handle):
    client = client_of(golden, handle)
    counts = {}
    for name, url in urls.items():
        status, questions = asked(client, url)
        if len(questions) > MOST:  # what only a process's first request asks
            status, questions = asked(client, url)
        if status == 200:
            counts[name] = len(questions)
    assert len(counts) > 20
    assert {name: count for name, count in counts.items() if count > MOST} == {}, counts
