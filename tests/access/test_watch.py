"""A wall that is taken down while the system runs closes it within five minutes, until it stands again."""

import logging
from collections.abc import Iterator

import psycopg
import pytest
from celery.exceptions import Ignore
from django.db import DatabaseError
from django.test import Client

from avhopp import celery
from avhopp.access import tasks, watch
from avhopp.access.watch import Watch
from avhopp.celery import WATCH, app
from tests.databases import TEST_DATABASE, administrator

EVERY = 300


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(settings, monkeypatch) -> Clock:
    """The walls watched by a clock that the test moves."""
    settings.WALLS_WATCHED_EVERY = EVERY
    moved = Clock()
    watched = Watch(watch.catalog.differences, moved)
    for module in (watch, tasks, celery):
        monkeypatch.setattr(module, "walls", watched)
    return moved


@pytest.fixture
def admin(db) -> Iterator[psycopg.Connection]:
    with administrator(TEST_DATABASE) as connection:
        yield connection


def test_a_wall_taken_down_closes_every_page_until_it_stands_again(clock, admin, as_, caplog):
    asta, stranger = as_("asta"), Client()
    assert asta.get("/arenden/").status_code == stranger.get("/halsa").status_code == 200
    admin.execute("grant usage on schema app to avhopp_portal")
    try:
        assert asta.get("/arenden/").status_code == 200  # looked a moment ago
        clock.now += EVERY
        with caplog.at_level(logging.CRITICAL, logger="avhopp.access.watch"):
            for client, path in ((asta, "/arenden/"), (stranger, "/halsa"), (stranger, "/logga-in/")):
                answer = client.get(path)
                assert answer.status_code == 503
                assert "Systemet är stängt" in answer.content.decode()
                assert answer["Content-Security-Policy"]
        assert "+ schema app avhopp_portal usage" in caplog.text
        clock.now += 1
        assert asta.get("/arenden/").status_code == 503
    finally:
        admin.execute("revoke usage on schema app from avhopp_portal")
    assert asta.get("/arenden/").status_code == 200  # at once, and not in five minutes


def test_the_workers_tasks_wait_meanwhile(clock, monkeypatch):
    done = []

    @app.task(name="tests.access.nothing")
    def task() -> None:
        done.append(1)

    try:
        monkeypatch.setattr(watch.walls, "compare", lambda: ["- something"])
        task()
        clock.now += EVERY
        with pytest.raises(Ignore):
            task()
        assert tasks.watch_walls() == 1  # the watch itself goes on
        assert done == [1]
    finally:
        app.tasks.pop("tests.access.nothing")


def test_the_scheduler_asks_every_five_minutes():
    walls = app.conf.beat_schedule["walls"]
    assert (walls["task"], walls["schedule"]) == (WATCH, EVERY)
    app.loader.import_default_modules()
    assert WATCH in app.tasks


def test_it_compares_once_in_five_minutes_and_not_more(clock):
    asked = []
    watched = Watch(lambda: asked.append(1) or [], clock)
    for _ in range(10):
        watched.differences()
    assert asked == []
    clock.now += EVERY
    for _ in range(10):
        watched.differences()
    assert asked == [1]


def test_a_database_that_does_not_answer_is_no_proof_of_sound_walls(clock):
    answers: list[list[str] | Exception] = [DatabaseError("away"), ["- something"], []]

    def compare() -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watched = Watch(compare, clock)
    clock.now += EVERY
    with pytest.raises(DatabaseError):
        watched.differences()
    assert watched.differences() == ["- something"]  # asked again at once
    assert watched.differences() == []


def test_production_watches():
    from_file = watch.settings.BASE_DIR / "avhopp" / "settings" / "base.py"
    assert "\nWALLS_WATCHED_EVERY = 300\n" in from_file.read_text(encoding="utf-8")
