"""The tests' database, the cast, and what every test may rely on."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import hypothesis
import pytest
from django.db import connections, transaction

from avhopp import services
from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.settings.environment import ROOT
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case
from reports.scenario.loading import load
from reports.scenario.reading import read_file
from tests.databases import TEST_DATABASE, fresh_database

# Playwright keeps an event loop in the tests' thread; the database is not used inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

hypothesis.settings.register_profile("avhopp", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=1500, print_blob=True)
hypothesis.settings.load_profile("deep" if os.environ.get("AVHOPP_DEEP") else "avhopp")

pytest_plugins = ["tests.cast"]

GOLDEN = ROOT / "tests" / "scenarios" / "golden_2022.json"
#: The files that take longest go first, so that processes side by side end together. The second needs no
#: database: it runs while the first has the database made.
FIRST = (
    "tests/browser/",
    "tests/reports/test_pdf.py",
    "tests/reports/test_worker.py",
    "tests/scenarios/test_processes.py",
    "tests/portal/",
    "tests/services/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((place for place, start in enumerate(FIRST) if item.nodeid.startswith(start)), len(FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """The embedded PostgreSQL and Valkey of the tests, or those that the environment names."""
    with services.running():
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, servers: None) -> Iterator[None]:
    """Tests run as the web process's login, on tables that the migrator made."""
    with django_db_blocker.unblock():
        fresh_database(TEST_DATABASE)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """What a fixture of this scope writes stands for all tests of the file, and is rolled back after them.

    Each test still has a transaction of its own within it: what it changes is gone when it ends.
    """
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def golden_case(kept: None) -> Case:
    """A case with everything in it, from the golden scenario, once for the tests of a file."""
    home = load(scenario=read_file(GOLDEN), at=datetime.now(UTC)).municipality
    with acting(ensure_machine_accounts(home)[Role.IMPORTER]):
        return Case.objects.select_related("municipality").get(ref="A3")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine: an address elsewhere is a failing test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
