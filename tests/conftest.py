"""The tests' database, the cast, and what every test may rely on."""

import os
import socket
from collections.abc import Iterator

import hypothesis
import pytest
from django.db import connections

from avhopp import services
from tests.databases import TEST_DATABASE, fresh_database

# Playwright keeps an event loop in the tests' thread; the database is not used inside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

hypothesis.settings.register_profile("avhopp", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=1500, print_blob=True)
hypothesis.settings.load_profile("deep" if os.environ.get("AVHOPP_DEEP") else "avhopp")

pytest_plugins = ["tests.cast"]


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


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine: an address elsewhere is a failing test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
