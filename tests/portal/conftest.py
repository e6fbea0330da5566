"""A database of the portal's own, filled by the social services' process, and the portal as a process.

Both processes are real: each has its settings, its database login and its keys, and answers one JSON line per
JSON line. The tests' own process reaches the database only as `avhopp_portal`, or as the administrator.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.databases import fresh_database
from tests.portal.processes import DATABASE, Process, connect


@pytest.fixture(scope="session")
def portal_database(servers: None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(DATABASE)


@pytest.fixture(scope="session")
def social(portal_database: None) -> Iterator[Process]:
    """The social services' process: `social("release", unit="lpo")`."""
    process = Process("social.py", "avhopp.settings.web")
    yield process
    process.end()


@pytest.fixture(scope="session")
def seeded(social: Process) -> dict[str, Any]:
    """Police units with accounts, and packages that are open, closed, over and not yet begun."""
    return social("seed")


@pytest.fixture(scope="session")
def police(seeded: dict[str, Any]) -> Iterator[Process]:
    """The portal's process: `police("get", who="dag", path="/")`."""
    process = Process("police.py", "avhopp.settings.portal")
    yield process
    process.end()


@pytest.fixture
def portal_login(seeded: dict[str, Any]) -> Iterator[psycopg.Connection]:
    with connect("portal") as connection:
        yield connection
        connection.rollback()
