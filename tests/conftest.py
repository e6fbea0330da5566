"""The tests' database, the cast, and what every test may rely on."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import hypothesis
import psycopg
import pytest
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.settings.environment import ROOT

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


def fresh_database(name: str) -> None:
    """Make an empty database `name` with roles, tables and walls, as `setup_database` does it anywhere.

    With AVHOPP_REUSE=1 one that is there already is kept and only brought up to date.
    """
    admin = conninfo_to_dict(services.admin_url())
    with psycopg.connect(**{**admin, "dbname": "postgres"}, autocommit=True) as server:
        if not os.environ.get("AVHOPP_REUSE"):
            server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "manage.py", "setup_database"],
        env=environment | {"AVHOPP_DATABASE": name}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, servers: None) -> Iterator[None]:
    """Tests run as the web process's login, on tables that the migrator made."""
    with django_db_blocker.unblock():
        fresh_database("avhopp_test")
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


