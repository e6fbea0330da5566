"""How long an answer takes does not tell whether a case exists (SR-41)."""

import random
import statistics
import time
import uuid

import pytest

from tests.proof.test_matrix import send

PAIRS, WITHIN, SEED = 2000, 0.10, 41
pytestmark = pytest.mark.deep


@pytest.fixture(autouse=True)
def signed_in_now(world):
    """What ran before may have left the browsers idle for so long that their sessions ended."""
    world.browsers.clear()


def medians(hidden, missing) -> tuple[float, float]:
    """The median seconds of two kinds of request, asked in pairs in random order."""
    chance = random.Random(SEED)
    taken: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(PAIRS):
        order = [0, 1] if chance.random() < 0.5 else [1, 0]
        for which in order:
            begun = time.perf_counter()
            (hidden, missing)[which]()
            taken[which].append(time.perf_counter() - begun)
    return statistics.median(taken[0]), statistics.median(taken[1])


def compare(name: str, hidden, missing) -> None:
    one, other = medians(hidden, missing)
    print(f"\n{name}: hidden {one * 1000:.2f} ms, missing {other * 1000:.2f} ms")  # noqa: T201
    assert abs(one - other) / other < WITHIN


@pytest.mark.parametrize("role", ["handler", "manager"])
def test_a_hidden_case_takes_as_long_as_a_missing_one(world, role):
    browser = world.browser(world.people[role, "same_unit"])

    def ask(case: uuid.UUID) -> None:
        assert send(browser, "GET", f"/arenden/{case}/")[0] == "hidden"

    compare(f"case page as {role}", lambda: ask(world.case), lambda: ask(uuid.uuid4()))


def test_a_hidden_cases_object_takes_as_long_as_a_missing_one(world):
    browser = world.browser(world.people["handler", "same_unit"])
    placement = world.things["placement_id"]

    def ask(case: uuid.UUID, thing: uuid.UUID) -> None:
        assert send(browser, "GET", f"/arenden/{case}/placering/{thing}/")[0] == "hidden"

    compare("placement", lambda: ask(world.case, placement), lambda: ask(uuid.uuid4(), uuid.uuid4()))


def test_a_search_for_a_hidden_number_takes_as_long_as_for_none(world):
    browser = world.browser(world.people["handler", "same_unit"])

    def ask(number: str) -> None:
        assert browser.post("/arenden/sok/", {"q": number}).status_code == 200

    hidden = world.things["case number"]
    compare("search", lambda: ask(hidden), lambda: ask(hidden[:-4] + "9999"))
