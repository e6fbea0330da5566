"""A number in a case that one may not see behaves as one nobody has: in bytes and in time (SR-03, SR-41)."""

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.models import Event
from avhopp.audit.volume import WAS_STOPPED
from cases.actions.log_review import lift_stop
from cases.models import DuplicateFlag, Person

HIDDEN, ABSENT = "198112189876", "197010632391"
#: What differs between any two answers: tokens, ids, numbers in a series, the typed number itself, moments.
OWN = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|AVH-\d{4}-\d+'
    rf"|{HIDDEN}|{ABSENT}|{HIDDEN[:8]}-{HIDDEN[8:]}|{ABSENT[:8]}-{ABSENT[8:]}|kl\. \d\d\.\d\d"
)
PAIRS, WARM_UP = 2000, 40


@pytest.fixture
def hidden(another) -> None:
    """The number is in a case of Cleo's, in another unit; Asta has no grant on it."""
    another(handler="cleo", identity=HIDDEN)


def form(today, cast, number: str) -> dict[str, str]:
    return {
        "steg": "registrera", "received": today.isoformat(), "source": "sjalv", "kind": "ansokan",
        "channel": "telefon", "informant": "", "text": "", "name": "", "identity": number, "birth_year": "",
        "sex": "okant", "children_count": "0", "protection": "ingen", "unit": str(cast.beroende.pk),
        "handler": str(cast.asta.pk),
    }  # fmt: skip


def answered(response) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers without what differs between any two answers."""
    headers = {
        name: OWN.sub("*", value)
        for name, value in response.headers.items()
        if name not in ("Set-Cookie", "Date")
    }
    return response.status_code, OWN.sub("*", response.content.decode()).encode(), headers


@pytest.fixture
def asked(as_, cast, today, hidden) -> dict[str, Callable[[str], object]]:
    """Each way to ask about a number, by name."""
    asta: Client = as_("asta")

    def search(number: str) -> object:
        return asta.post(reverse("case_search"), {"q": number})

    def search_first(number: str) -> object:
        return asta.post(reverse("intake"), {"steg": "sok", "q": number})

    def register(number: str) -> object:
        return asta.post(reverse("intake"), form(today, cast, number))

    return {"search": search, "search first": search_first, "register": register}


@pytest.mark.parametrize("way", ["search", "search first", "register"])
def test_a_hidden_number_is_answered_byte_for_byte_as_an_absent_one(asked, way):
    first, second = asked[way](ABSENT), asked[way](HIDDEN)
    assert first.status_code in (200, 302)
    assert answered(first) == answered(second)


def test_the_registered_case_looks_the_same_and_the_coordinator_alone_is_told(asked, as_, cast):
    asta = as_("asta")
    pages = [answered(asta.get(asked["register"](number).url)) for number in (ABSENT, HIDDEN)]
    assert pages[0][0] == 200
    normal = [re.sub(rb"\d{4}-\d\d-\d\d|\d+ \xc3\xa5r", b"*", body) for _, body, _ in pages]
    assert normal[0] == normal[1]
    with acting(cast.asta):
        assert DuplicateFlag.objects.count() == 0
    with acting(cast.siri):
        (flag,) = DuplicateFlag.objects.all()
        assert flag.newer_id != flag.older_id


def test_a_changed_number_is_answered_alike_too(as_, cast, case, hidden):
    asta, url = as_("asta"), reverse("person", args=[case.pk])
    facts = {"name": "", "birth_year": "", "sex": "okant", "children_count": "0", "protection": "ingen"}
    answers = [answered(asta.post(url, {**facts, "identity": number})) for number in (ABSENT, HIDDEN)]
    assert answers[0] == answers[1]
    with acting(cast.asta):
        assert Person.objects.get(pk=case.person_id).identity == HIDDEN
    with acting(cast.siri):
        assert DuplicateFlag.objects.count() == 1


def guessing(one: list[float], other: list[float]) -> float:
    """The share of pairs that a guess by time gets right (AUC): one half is blind."""
    ranks = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    total = sum(place for place, (_, which) in enumerate(ranks, 1) if which == 1)
    found = (total - len(other) * (len(other) + 1) / 2) / (len(one) * len(other))
    return max(found, 1 - found)


def timed(ask: Callable[[str], Any], pairs: int, status: int) -> tuple[list[float], list[float]]:
    """Seconds of CPU and waiting for each of both numbers, in turns that change who comes first.

    Each answer has that status: what is refused, as to one who reads too much, tells nothing of the time.
    """
    times: dict[str, list[float]] = {ABSENT: [], HIDDEN: []}
    for turn in range(pairs + WARM_UP):
        for number in (ABSENT, HIDDEN) if turn % 2 else (HIDDEN, ABSENT):
            begun = time.perf_counter()
            answer = ask(number)
            taken = time.perf_counter() - begun
            assert answer.status_code == status
            if turn >= WARM_UP:
                times[number].append(taken)
    return times[ABSENT], times[HIDDEN]


@pytest.fixture
def unstopped(cast, today) -> None:
    """Asta may search on, past what stops her in an hour."""
    stop = Event(
        object_id=cast.asta.pk, actor_id=cast.asta.pk, actor_name="Asta", kind=WAS_STOPPED, occurred_on=today,
        municipality_id=cast.municipality.pk, requires=Can.SEE_LOG_REVIEW.value, text="Stoppad.",
    )  # fmt: skip
    with acting(cast.bo):
        lift_stop(alarm=stop, reason="Många frågor på en gång.", by=cast.bo, today=today)


@pytest.mark.deep
def test_searching_takes_as_long_for_a_hidden_number_as_for_an_absent_one(asked, unstopped):
    absent, hidden = timed(asked["search"], PAIRS, 200)
    ratio = statistics.median(hidden) / statistics.median(absent)
    assert 0.9 < ratio < 1.1, ratio
    assert guessing(absent, hidden) <= 0.55


@pytest.mark.deep
def test_registering_takes_as_long_for_a_hidden_number_as_for_an_absent_one(
    asked, cast, case, hidden, today, as_
):
    """The change of a person's number: it asks for duplicates, as registering does, and makes no new case."""
    asta, url = as_("asta"), reverse("person", args=[case.pk])
    facts = {"birth_year": "", "sex": "okant", "children_count": "0", "protection": "ingen"}
    turns = iter(range(10**6))

    def change(number: str) -> object:
        return asta.post(url, {**facts, "name": f"Namn {next(turns)}", "identity": number})

    absent, known = timed(change, PAIRS // 4, 302)
    ratio = statistics.median(known) / statistics.median(absent)
    assert 0.9 < ratio < 1.1, ratio
    assert guessing(absent, known) <= 0.55
