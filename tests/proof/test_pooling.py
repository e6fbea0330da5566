"""A pooler that gives one connection to many people in turn: nobody reads as somebody else (SR-14)."""

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from tests.proof.probes import context
from tests.proof.world import DATABASE

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.roles,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is missing; apt-get install pgbouncer"),
]
SETTINGS = """\
[databases]
{database} = host='{host}' port={port} dbname={database}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = 1
max_db_connections = 1
max_client_conn = 100
server_reset_query =
logfile = {folder}/log
"""
PEOPLE = [
    ("handler", "assigned"), ("handler", "same_unit"), ("senior", "assigned"), ("senior", "expired"),
    ("coordinator", "unit"), ("coordinator", "revoked"), ("manager", "temporary"), ("manager", "future"),
    ("finance", "assigned"), ("auditor", "assigned"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pooled(built: object) -> Iterator[dict[str, str]]:
    """The address of a pooler with one connection, as the web process's login."""
    admin = conninfo_to_dict(services.admin_url())
    password = services.read_secret("db_web")
    folder = Path(tempfile.mkdtemp(prefix="avhopp-pool-"))
    (folder / "users").write_text(f'"avhopp_web" "{password}"\n')
    host, port = admin.get("host", "localhost"), admin.get("port", "5432")
    (folder / "ini").write_text(SETTINGS.format(database=DATABASE, host=host, port=port, folder=folder))
    owner = Path(host).stat() if host.startswith("/") else folder.stat()
    if os.geteuid() == 0:  # pgbouncer refuses to run as root
        uid, gid = (owner.st_uid, owner.st_gid) if owner.st_uid else (65534, 65534)
        for path in (folder, *folder.iterdir()):
            os.chown(path, uid, gid)
        user = {"user": uid, "group": gid, "extra_groups": []}
    else:
        user = {}
    process = subprocess.Popen(
        [str(PGBOUNCER), "-q", str(folder / "ini")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    address = {
        "host": str(folder), "port": "6432", "dbname": DATABASE, "user": "avhopp_web", "password": password,
    }  # fmt: skip
    try:
        _wait_for(address, process, folder)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: dict[str, str], process: subprocess.Popen, folder: Path) -> None:
    tick = threading.Event()
    for _ in range(200):
        try:
            connect(address).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, (folder / "log").read_text()
            tick.wait(0.05)
    raise AssertionError((folder / "log").read_text())


def connect(address: dict[str, str]) -> psycopg.Connection:
    return psycopg.connect(**address, autocommit=True, prepare_threshold=None)


class Person(threading.Thread):
    """One browser's requests: each a transaction of its own, now and then one without a context."""

    def __init__(self, address: dict[str, str], user: object, sees: int, many: int, start: threading.Barrier):
        super().__init__()
        self.address, self.user, self.sees, self.many, self.together = address, user, sees, many, start
        self.wrong: list[str] = []
        self.backends: set[int] = set()
        self.answered = 0

    def run(self) -> None:
        with connect(self.address) as connection:
            self.together.wait(timeout=60)
            for number in range(self.many):
                self._ask(connection, with_context=number % 4 != 3)

    def _ask(self, connection: psycopg.Connection, *, with_context: bool) -> None:
        with connection.transaction():
            if with_context:
                connection.execute("select set_config('avhopp.actor', %s, true)", [context(self.user)])
            found = connection.execute(
                "select sec.actor(), (select count(*) from app.cases_case), pg_backend_pid()"
            ).fetchone()
        should = (self.user.pk, self.sees) if with_context else (None, 0)
        self.answered += 1
        self.backends.add(found[2])
        if found[:2] != should:
            self.wrong.append(f"{self.user}: {found[:2]}, should be {should}")


def interleaved(world, pooled, requests: int) -> None:
    together = threading.Barrier(len(PEOPLE))
    people = [
        Person(
            pooled,
            world.people[who],
            0 if who[1] in ("same_unit", "expired", "revoked", "future") or who[0] == "auditor" else 1,
            requests // len(PEOPLE),
            together,
        )
        for who in PEOPLE
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=300)
    assert [wrong for person in people for wrong in person.wrong] == []
    assert sum(person.answered for person in people) == requests
    assert len(set.union(*(person.backends for person in people))) == 1  # they really shared one connection


def test_people_who_share_one_connection_read_as_themselves(world, pooled):
    interleaved(world, pooled, 100)


@pytest.mark.deep
def test_a_thousand_interleaved_requests_read_as_themselves(world, pooled):
    interleaved(world, pooled, 1000)


def test_a_context_that_outlived_its_transaction_would_be_seen(world, pooled):
    """Planted: the context is set for the session. The next client has it, so the test above can hit."""
    with connect(pooled) as careless, connect(pooled) as next_one:
        value = context(world.people["handler", "assigned"])
        careless.execute("select set_config('avhopp.actor', %s, false)", [value])
        try:
            assert next_one.execute("select count(*) from app.cases_case").fetchone() == (1,)
        finally:
            careless.execute("select set_config('avhopp.actor', '', false)")
        assert next_one.execute("select count(*) from app.cases_case").fetchone() == (0,)
