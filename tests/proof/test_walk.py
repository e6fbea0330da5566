"""A random walk over many cases, both walls together and each alone: no leak, and nobody refused wrongly.

SR-04, SR-09, SR-10. The seed is printed; `AVHOPP_SEED=…` walks that way again.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from avhopp.access import decorators
from cases.visibility import CaseScopedQuerySet
from tests.databases import administrator
from tests.proof import crowd as people
from tests.proof.crowd import (
    OPEN,
    SUBJECTS,
    WALKED,
    Crowd,
    copy_database,
    gather,
    login,
    tear_down_second_wall,
)
from tests.proof.walk import Step, plan, shrunk
from tests.proof.world import DATABASE, on_database

SEED = int(os.environ.get("AVHOPP_SEED", "20261121"))
DEEP = bool(os.environ.get("AVHOPP_DEEP"))
FEW, MANY = 40, 500
pytestmark = pytest.mark.roles


@pytest.fixture(scope="module")
def crowd(built: Any, request: pytest.FixtureRequest, django_db_blocker: Any) -> Crowd:
    """The walk's database, and the same once more without the second wall."""
    deep = any(item.get_closest_marker("deep") for item in request.session.items)
    copy_database(DATABASE, WALKED)
    with django_db_blocker.unblock(), on_database(WALKED):
        made = gather(built, MANY if deep else FEW, SEED)
    copy_database(WALKED, OPEN)
    assert tear_down_second_wall(OPEN) > 50
    return made


@pytest.fixture
def walled(crowd: Crowd, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), on_database(WALKED):
        yield crowd


@pytest.fixture
def without_second_wall(crowd: Crowd, django_db_blocker: Any) -> Iterator[Crowd]:
    with django_db_blocker.unblock(), on_database(OPEN):
        yield replace(crowd, world=replace(crowd.world, database=OPEN, browsers={}))


def steps(crowd: Crowd, requests: int, ways: list[str], seed: int = SEED) -> list[Step]:
    return plan(seed, requests, ways, len(crowd.staff), len(crowd.copies), SUBJECTS)


def walk(crowd: Crowd, ways: dict[str, Any], requests: int, both_answers: list[str]) -> None:
    """Walk; a wrong answer is shown with the shortest walk that leads to it."""
    planned = steps(crowd, requests, [*ways, *[way for way in ways if way == "page"]])
    with crowd.walking(ways) as walker:
        wrong = walker.run(planned)
        answers = walker.answers
    print(f"\nseed {SEED}: {requests} requests over {len(crowd.copies)} cases, answers {answers}")  # noqa: T201
    if wrong:
        short = shrunk(planned[: wrong[0] + 1], people.fails(crowd, ways))
        pytest.fail(f"seed {SEED}, step {wrong[0]}: {wrong[1]}\nthe shortest walk found:\n{short}")
    assert set(both_answers) <= set(answers), "the walk never met some kind of answer"


def through_both(crowd: Crowd, requests: int) -> None:
    with login("portal", WALKED) as portal:
        ways = {
            "page": people.page(crowd),
            "search": people.search(crowd),
            "released": people.released(crowd, portal),
        }
        walk(crowd, ways, requests, ["in", "no", "hidden", "hit", "no hit", "released"])


def through_the_database(crowd: Crowd, requests: int) -> None:
    with login("web", WALKED) as web, login("portal", WALKED) as portal:
        ways = {"rows": people.rows(crowd, web), "released": people.released(crowd, portal)}
        walk(crowd, ways, requests, ["rows", "no rows", "released"])


def through_the_application(crowd: Crowd, requests: int) -> None:
    ways = {"page": people.page(crowd), "search": people.search(crowd)}
    walk(crowd, ways, requests, ["in", "no", "hidden", "hit", "no hit"])


def test_both_walls_answer_as_the_policy_says(walled):
    through_both(walled, 150)


def test_the_database_alone_answers_as_the_policy_says(walled):
    through_the_database(walled, 400)


def test_the_application_alone_answers_as_the_policy_says(without_second_wall):
    through_the_application(without_second_wall, 100)


@pytest.mark.deep
def test_ten_thousand_requests_through_both_walls(walled):
    through_both(walled, 10_000)


@pytest.mark.deep
def test_ten_thousand_questions_to_the_database_alone(walled):
    through_the_database(walled, 10_000)


@pytest.mark.deep
def test_ten_thousand_requests_to_the_application_alone(without_second_wall):
    through_the_application(without_second_wall, 10_000)


def test_a_hole_in_the_database_is_found_and_shown_shortly(walled):
    """Planted: one table's rows are there for everybody."""
    with login("web", WALKED) as web, administrator(WALKED) as admin:
        ways = {"rows": people.rows(walled, web)}
        planned = steps(walled, 300, ["rows"])
        admin.execute("create policy hole on app.cases_task for select to avhopp_web using (true)")
        try:
            with walled.walking(ways) as walker:
                wrong = walker.run(planned)
            assert wrong
            assert "cases_task" in wrong[1]
            short = shrunk(planned[: wrong[0] + 1], people.fails(walled, ways))
        finally:
            admin.execute("drop policy hole on app.cases_task")
        assert [kind for kind, _ in short] == ["rows"]  # no grant is needed to see it


def test_a_hole_in_the_application_is_found(without_second_wall, monkeypatch):
    """Planted: the visible rows are all rows. With the second wall down it shows at once."""
    monkeypatch.setattr(CaseScopedQuerySet, "visible_to", lambda rows, user: rows.all())
    ways = {"page": people.page(without_second_wall)}
    with without_second_wall.walking(ways) as walker:
        wrong = walker.run(steps(without_second_wall, 60, ["page"]))
    assert wrong
    assert "should be 'hidden', is 'no'" in wrong[1]


def test_a_right_given_to_all_is_found(without_second_wall, monkeypatch):
    """Planted: the policy says yes to everybody who sees the case."""
    monkeypatch.setattr(decorators, "may", lambda user, can, thing: True)
    ways = {"page": people.page(without_second_wall)}
    with without_second_wall.walking(ways) as walker:
        wrong = walker.run(steps(without_second_wall, 150, ["page"]))
    assert wrong
    assert "should be 'no', is 'in'" in wrong[1]
