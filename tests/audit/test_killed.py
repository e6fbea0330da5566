"""Writers and their database sessions are killed with -9 at any point: a change and its history are one."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from avhopp.services.processes import wait_until
from avhopp.settings.environment import ROOT
from tests.audit.ledgers import breaks
from tests.audit.writer import KIND
from tests.databases import administrator, fresh_database, own_name

DATABASE = own_name("avhopp_killed")
WRITERS = 5
PROGRAM = [sys.executable, "-m", "tests.audit.writer"]
SESSIONS = (
    "select pid, backend_xid is not null from pg_stat_activity"
    " where datname = %s and usename = 'avhopp_web' and backend_type = 'client backend'"
)


def environment() -> dict[str, str]:
    return os.environ | {"DJANGO_SETTINGS_MODULE": "avhopp.settings.web", "AVHOPP_DATABASE": DATABASE}


@pytest.fixture
def database(servers) -> Iterator[str]:
    fresh_database(DATABASE)
    subprocess.run([*PROGRAM, "prepare"], env=environment(), cwd=ROOT, check=True)
    yield DATABASE
    with administrator("postgres") as server:
        server.execute(f"drop database {DATABASE} with (force)")


def sessions() -> dict[int, bool]:
    """The writers' sessions, and whether each is inside a transaction."""
    with administrator("postgres") as server:
        return dict(server.execute(SESSIONS, [DATABASE]).fetchall())


def kill_writers(chance: random.Random) -> int:
    """Five writers at once, each killed at its own time; returns how many were hit inside a transaction."""
    writers = [
        subprocess.Popen(
            [*PROGRAM, str(chance.randrange(10**6))], env=environment(), cwd=ROOT, stdout=subprocess.PIPE
        )
        for _ in range(WRITERS)
    ]
    hits = 0
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == b"writing\n"
    for writer in writers:
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(chance.random() / 4)
        hits += any(sessions().values())
        writer.kill()
        writer.wait()
        writer.stdout.close()  # type: ignore[union-attr]
    assert wait_until(lambda: not sessions(), 20)
    return hits


def kill_a_session(chance: random.Random) -> int:
    """The database's own process is killed inside a transaction; the whole server recovers."""
    with subprocess.Popen(
        [*PROGRAM, str(chance.randrange(10**6))],
        env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as writer:  # fmt: skip
        assert writer.stdout
        assert writer.stdout.readline() == b"writing\n"
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(chance.random() / 4)
        pid, inside = next(iter(sessions().items()))
        os.kill(pid, signal.SIGKILL)
        assert writer.wait(30) != 0
    assert wait_until(answers, 60)
    return inside


def answers() -> bool:
    try:
        sessions()
    except psycopg.OperationalError:
        return False
    return True


def assert_whole() -> int:
    """Each row has the history of its changes and no other, all of it chained; returns the number of rows."""
    with administrator(DATABASE) as server:
        rows, histories, events, waiting = server.execute(
            "select (select count(*) from app.placements_provider),"
            " (select count(*) from app.placements_historicalprovider),"
            " (select count(*) from app.audit_event where kind = %s),"
            " (select count(*) from audit.ledger_waiting)", [KIND],
        ).fetchone()  # fmt: skip
        assert histories == 2 * rows + 2 * events  # created and updated together; one saved, one by raw SQL
        assert waiting == 0
        different = server.execute(
            "select count(*) from app.placements_provider p full join ("
            "  select distinct on (h.id) h.* from app.placements_historicalprovider h"
            "  order by h.id, h.history_date desc) h using (id)"
            " where (p.name, p.code, p.kind, p.ref) is distinct from (h.name, h.code, h.kind, h.ref)"
        ).fetchone()
        assert different == (0,)
        assert breaks(server) == []
        return rows


def test_a_killed_writer_leaves_rows_with_history_and_a_whole_ledger(database):
    assert kill_writers(random.Random(5)) >= WRITERS - 2
    assert assert_whole() > 0


@pytest.mark.deep
def test_a_hundred_kills_leave_rows_with_history_and_a_whole_ledger(database):
    chance = random.Random(30)
    hits = 0
    for _ in range(18):
        hits += kill_writers(chance)
        assert_whole()
    for _ in range(10):
        hits += kill_a_session(chance)
        assert_whole()
    connections.close_all()
    assert hits >= 80, f"{hits} of 100 kills hit a transaction under way"
