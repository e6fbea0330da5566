"""The proof's database, filled once, and Django put on it while a proof runs."""

import logging
from collections.abc import Iterator

import pytest

from tests.databases import fresh_database
from tests.proof.world import DATABASE, World, build, on_database


@pytest.fixture(scope="session")
def built(servers: None, django_db_blocker: pytest.FixtureRequest) -> World:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(DATABASE)
        with on_database(DATABASE):
            return build(DATABASE)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of refusals on purpose: not one line of log for each."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    yield
    logging.disable(before)


@pytest.fixture
def world(built: World, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """The case with everything in it, and somebody in every relation to it."""
    with django_db_blocker.unblock(), on_database(DATABASE):
        yield built
