"""Cases in the states that the tests need, made by the same actions as the pages use."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from avhopp.access.context import acting
from cases.actions.case_state import take_step
from cases.actions.decision import Terms, decide, standard_delegation
from cases.actions.delegation import OrderFacts, newest_number, register_order
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.actions.investigation import (
    Definition,
    conclude_investigation,
    try_definition,
    write_investigation,
)
from cases.models import Case, Decision, DelegationOrder, Investigation, LegalProvision
from cases.rules import Rule
from cases.states import CaseEvent


@pytest.fixture(autouse=True)
def _delegation(cast, today: date) -> None:
    with acting(cast.inlasare):
        standard_delegation(cast.municipality, today - timedelta(days=400))


@pytest.fixture
def delegate(cast, today: date) -> Callable[..., DelegationOrder]:
    """`delegate(point, …)`: a version with these points, from today or `begins` days ahead, by Nils."""

    def made(*points: Rule, begins: int = 0, by: str = "nils") -> DelegationOrder:
        user = cast.people[by]
        facts = OrderFacts(today - timedelta(days=10), "§ 143", today + timedelta(days=begins))
        with acting(user):
            newest = newest_number(user.municipality_id)
            return register_order(facts=facts, points=points, after=newest, by=user, today=today)

    return made


@pytest.fixture
def another(cast, today: date) -> Callable[..., Case]:
    """`another(name="…")` is a new case of Asta's."""

    def make(
        handler: str = "asta", concerns_child: bool = False, kind: str = "ansokan", days: int = 20, **person
    ) -> Case:
        received = today - timedelta(days=days)
        contact = FirstContact(received=received, source="sjalv", kind=kind, concerns_child=concerns_child)
        by = cast.people[handler]
        unit = by.unit
        with acting(by):
            return open_case(
                contact=contact,
                person=NewPerson(**{"name": "Påhittad Person", "birth_year": 1999, **person}),
                unit=unit,
                handler=by,
                by=by,
                at=timezone.localtime(),
            )

    return make


@pytest.fixture
def investigated(cast, another, today: date) -> Case:
    """A case of Asta's that waits for a decision."""
    case = another()
    with acting(cast.asta):
        take_step(case=case, event=CaseEvent.APPLY, on=today, by=cast.asta, today=today)
        found = Investigation.objects.get(case=case)
        write_investigation(
            investigation=found, parts={"conclusion": "Behöver stöd."}, by=cast.asta, today=today
        )
        definition = Definition(True, True, True, "uppfyller")
        try_definition(case=case, definition=definition, by=cast.asta, today=today)
        conclude_investigation(investigation=found, by=cast.asta, today=today)
        return take_step(case=case, event=CaseEvent.PREPARE_DECISION, on=today, by=cast.asta, today=today)


@pytest.fixture
def provision(today: date) -> LegalProvision:
    return LegalProvision.objects.in_force_on(today).get(code="9 kap. 4 § SoL (2025:400)")


@pytest.fixture
def terms(provision, today: date) -> Terms:
    return Terms(
        "hvb", "bifall", "Behovet är stort.", today, today + timedelta(days=100), provision=provision
    )


@pytest.fixture
def granted(cast, investigated, terms, today: date) -> Decision:
    with acting(cast.asta):
        return decide(case=investigated, terms=terms, decided=today, by=cast.asta, today=today)


@pytest.fixture
def fresh(cast) -> Callable[..., object]:
    """The row as the database has it now, seen by Asta."""

    def again(row, by: str = "asta"):
        with acting(cast.people[by]):
            return type(row).objects.get(pk=row.pk)

    return again


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def said(client: Client, response: HttpResponse) -> str:
    """The page that a redirect leads to."""
    assert response.status_code == 302, text_of(response)
    return text_of(client.get(response.url))
