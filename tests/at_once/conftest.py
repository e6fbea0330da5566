"""A committed database of its own, and requests that meet there at the same moment.

Nothing here runs in a test's transaction: each request has a thread, a connection and a commit of its own.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from psycopg import sql

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import User
from avhopp.services.processes import wait_until
from cases.actions.decision import standard_delegation
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Case, Decision
from cases.states import CaseState
from placements.actions.agreements import AgreementFacts, add_agreement
from placements.actions.providers import ProviderFacts, add_provider
from placements.models import FrameworkAgreement
from tests.cast import BACKEND, Cast, make_cast
from tests.databases import administrator, fresh_database, own_name

NAME = own_name("avhopp_at_once_test")
PATIENCE = 60.0
Result = TypeVar("Result")


def in_thread(work: Callable[[], Result]) -> Result:
    """Run in a thread of its own, whose connection is closed afterwards."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_closing, work).result()


def _closing(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connections.close_all()


@dataclass
class Stage:
    """The cast in the committed database."""

    cast: Cast
    agreement: FrameworkAgreement

    def act(self, handle: str, work: Callable[[User], Result]) -> Result:
        """Do something as somebody, and commit it."""
        user = self.cast.people[handle]

        def done() -> Result:
            with transaction.atomic(), acting(user):
                return work(user)

        return in_thread(done)

    def browser(self, handle: str) -> Client:
        client = Client(raise_request_exception=False)
        in_thread(lambda: client.force_login(self.cast.people[handle], backend=BACKEND))
        return client

    def case(self, state: str = CaseState.RECEIVED, received: date | None = None) -> Case:
        """A new case of Asta's, in the state."""
        today = timezone.localdate()

        def opened(asta: User) -> Case:
            case = open_case(
                contact=FirstContact(received=received or today, source="sjalv"),
                person=NewPerson(name="Påhittad Person", birth_year=1999),
                unit=self.cast.beroende, handler=asta, by=asta, at=timezone.localtime(),
            )  # fmt: skip
            case.state = state
            case.definition = Case.Definition.MET
            case.save(update_fields=["state", "definition"])
            return case

        return self.act("asta", opened)

    def granted(self) -> tuple[Case, Decision]:
        """A case with a decision on HVB."""
        today = timezone.localdate()
        case = self.case(CaseState.GRANTED, received=today - timedelta(days=30))
        began = today - timedelta(days=20)
        decision = Decision(case=case, kind="hvb", decided=began, end=today + timedelta(days=300))
        self.act("asta", lambda _: decision.save(force_insert=True))
        return case, decision


@pytest.fixture(scope="module")
def committed(servers: None, django_db_blocker: Any) -> Iterator[None]:
    """Threads connect to the committed database as the web process; the main thread stays where it is."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(NAME)
        patch.setitem(connections.settings["default"], "NAME", NAME)
        yield


@pytest.fixture(scope="module")
def stage(committed: None) -> Stage:
    today = timezone.localdate()

    def made() -> Stage:
        with transaction.atomic():
            cast = make_cast()
            cast.add("bea", Role.UNIT_MANAGER, cast.beroende, password=make_password("bea-hemligt-2026"))
            with acting(cast.inlasare):
                standard_delegation(cast.municipality, today - timedelta(days=400))
            siri = cast.siri
            with acting(siri):
                provider = add_provider(facts=ProviderFacts("Granen", "hvb"), by=siri, today=today)
                facts = AgreementFacts(today - timedelta(days=900), None, Decimal(3000))
                agreement = add_agreement(provider=provider, facts=facts, by=siri, today=today)
        return Stage(cast, agreement)

    return in_thread(made)


def at_once(row: Model, *requests: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """Answer all the requests, each held at `row` until every one of them has come that far.

    The lock on the row proves that they met: without it, one could be over before the next began.
    """
    table = sql.Identifier("app", row._meta.db_table)
    hold = sql.SQL("select from {} where id = %s for update").format(table)
    with (
        administrator(NAME) as gate,
        administrator(NAME) as watch,
        ThreadPoolExecutor(len(requests)) as pool,
    ):
        with gate.transaction():
            gate.execute(hold, [row.pk])
            answers = [pool.submit(_closing, request) for request in requests]
            assert wait_until(lambda: _waiting(watch) == len(requests), PATIENCE), "they never met"
        return [answer.result() for answer in answers]


def _waiting(watch: Any) -> int:
    found = watch.execute(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and wait_event_type = 'Lock' and usename = 'avhopp_web'"
    ).fetchone()
    return found[0]


def post(client: Client, address: str, **said: object) -> Callable[[], HttpResponse]:
    return lambda: client.post(address, said)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()
