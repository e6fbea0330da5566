"""A case with a granted decision and places to choose among."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from avhopp.access.context import acting
from avhopp.kernel.periods import add_months
from cases.models import Case, Decision
from placements.actions.agreements import AgreementFacts, add_agreement
from placements.actions.placing import Terms, place_person
from placements.actions.providers import ProviderFacts, add_provider
from placements.models import FrameworkAgreement, Placement, Provider
from placements.terms import agreed_prices
from tests.placements.invoicing import Desk


@dataclass
class Places:
    """Two HVB, one of them with an agreement at 3 000 kronor, and a supported housing at 1 500."""

    inside: Provider
    agreement: FrameworkAgreement
    outside: Provider
    step_down: Provider
    cheaper: FrameworkAgreement


@pytest.fixture
def received(today: date) -> date:
    """The case is old enough for stays in the past."""
    return today - timedelta(days=500)


@pytest.fixture
def old_case(cast, case: Case, received: date) -> Case:
    with acting(cast.asta):
        case.received = received
        case.save(update_fields=["received"])
    return case


@pytest.fixture
def places(cast, today: date) -> Places:
    on = {"by": cast.siri, "today": today}
    long_ago = today - timedelta(days=1000)
    with acting(cast.siri):
        inside = add_provider(facts=ProviderFacts("Granen", "hvb", "G1"), **on)
        outside = add_provider(facts=ProviderFacts("Tallen", "hvb"), **on)
        step_down = add_provider(facts=ProviderFacts("Björken", "stodboende"), **on)
        agreement = add_agreement(provider=inside, facts=AgreementFacts(long_ago, None, Decimal(3000)), **on)
        cheaper = add_agreement(provider=step_down, facts=AgreementFacts(long_ago, None, Decimal(1500)), **on)
    return Places(inside, agreement, outside, step_down, cheaper)


@pytest.fixture
def decide(cast, old_case: Case, received: date) -> Callable[..., Decision]:
    """`decide("hvb", end=…)`: a granted decision in the case, made the day after it was opened."""

    def made(kind: str = "hvb", **more: object) -> Decision:
        decision = Decision(case=old_case, kind=kind, **{"decided": received + timedelta(days=1), **more})
        with acting(cast.asta):
            decision.save(force_insert=True)
        return decision

    return made


@pytest.fixture
def decision(decide: Callable[..., Decision], received: date) -> Decision:
    return decide("hvb", end=add_months(received, 36))


@pytest.fixture
def placed(cast, old_case: Case, places: Places, today: date) -> Callable[..., Placement]:
    """`placed(decision, days_ago=100)`: a stay at Granen that began then, at 3 000 kronor."""

    def made(
        decision: Decision, days_ago: int = 100, end: date | None = None, *, planned: bool = False
    ) -> Placement:
        first = today - timedelta(days=days_ago)
        terms = Terms(
            decision=decision,
            provider=places.inside,
            agreement=places.agreement,
            planned_start=first,
            start=None if planned else first,
            end=end,
            prices=agreed_prices(first, Decimal(3000)),
        )
        with acting(cast.asta):
            return place_person(case=old_case, terms=terms, by=cast.asta, today=today)

    return made


@pytest.fixture
def desk(cast, placed, decision: Decision, places: Places, today: date) -> Desk:
    """A stay at Granen that began a hundred days ago at 3 000 kronor, and what is done with its invoices."""
    return Desk(cast, places.inside, placed(decision), today)
