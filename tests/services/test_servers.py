"""The embedded PostgreSQL and Valkey: start, share, stop, and start again whatever has happened."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.conninfo import conninfo_to_dict

from avhopp.services import ServiceProblem, lifecycle, running
from avhopp.services.locks import Lock
from avhopp.services.places import ROOT, SOCKET_PATH_LIMIT, places
from avhopp.services.postgres import Postgres
from avhopp.services.processes import first_number, wait_until
from avhopp.services.valkey import Valkey

HOLDER = """
import sys
from avhopp.services import running
with running():
    print("up", flush=True)
    sys.stdin.read()
"""


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def holder(environment: dict[str, str]) -> "subprocess.Popen[str]":
    """Another process that uses the servers until its standard input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def both_run() -> bool:
    return Postgres(places()).is_running() and Valkey(places()).is_running()


def neither_runs() -> bool:
    return not Postgres(places()).is_running() and not Valkey(places()).is_running()


def test_servers_run_for_the_block_and_stop_after_it(warm: Path) -> None:
    with running() as found:
        assert both_run()
        assert str(ask(found.database_url, "select version()")).startswith("PostgreSQL 18.")
        assert ask(found.database_url, "select current_user") == "avhopp_admin"
        assert ask(found.database_url, "select current_database()") == "avhopp"
        assert ask(found.database_url, "show listen_addresses") == ""
        locale = "select datlocprovider::text || ' ' || datlocale || ' ' || pg_encoding_to_char(encoding)"
        assert (
            ask(found.database_url, f"{locale} from pg_database where datname = 'avhopp'") == "b C.UTF-8 UTF8"
        )
        with redis.Redis.from_url(found.redis_url) as client:
            assert client.ping()
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("port") == {"port": "0"}
        assert found.broker_url == f"redis+socket://{places().valkey_socket}"
    assert neither_runs()


def test_servers_never_run_as_root_and_keep_their_folders_private(warm: Path) -> None:
    with running():
        server = first_number(warm / "servers" / "postgres" / "postmaster.pid")
        assert os.stat(f"/proc/{server}").st_uid != 0
        assert os.stat(f"/proc/{first_number(warm / 'servers' / 'valkey.pid')}").st_uid != 0
        for folder in (warm / "servers", warm / "servers" / "run", warm / "servers" / "postgres"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_a_wrong_password_is_refused(warm: Path) -> None:
    with running() as found:
        wrong = {**conninfo_to_dict(found.database_url), "password": "wrong"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**wrong)


def test_data_outlive_a_stop_and_a_lost_password_file(warm: Path) -> None:
    with running() as found, psycopg.connect(found.database_url) as connection:
        connection.execute("drop table if exists kept; create table kept (word text)")
        connection.execute("insert into kept values ('Åsa')")
    (warm / "secrets" / "db_admin").unlink()
    with running() as renewed:
        assert renewed.database_url != found.database_url
        assert ask(renewed.database_url, "select word from kept") == "Åsa"


def test_a_second_user_shares_the_servers_and_the_last_one_stops_them(
    warm: Path, environment: dict[str, str]
) -> None:
    with running() as found:
        other = holder(environment)
    assert both_run(), "the other process still uses them"
    assert not lifecycle.stop()
    assert ask(found.database_url, "select 1") == 1
    other.communicate(timeout=30)
    assert other.returncode == 0
    assert neither_runs()


def test_servers_of_a_killed_user_are_found_again(warm: Path, environment: dict[str, str]) -> None:
    victim = holder(environment)
    postmaster = first_number(warm / "servers" / "postgres" / "postmaster.pid")
    victim.send_signal(signal.SIGKILL)
    victim.communicate(timeout=10)
    assert both_run(), "the kill hit a process that used running servers"
    with running() as found:
        assert first_number(warm / "servers" / "postgres" / "postmaster.pid") == postmaster
        assert ask(found.database_url, "select 1") == 1
    assert neither_runs()


def test_killed_servers_start_again(warm: Path, environment: dict[str, str]) -> None:
    victim = holder(environment)
    numbers = [first_number(warm / "servers" / each) for each in ("postgres/postmaster.pid", "valkey.pid")]
    victim.kill()
    victim.communicate(timeout=10)
    for number in numbers:
        os.kill(number, signal.SIGKILL)
    assert wait_until(neither_runs, 10)
    assert (warm / "servers" / "postgres" / "postmaster.pid").exists(), "the kill left the state it should"
    assert (warm / "servers" / "run" / ".s.PGSQL.5432").exists()
    with running() as found:
        assert ask(found.database_url, "select 1") == 1


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(warm: Path) -> None:
    with running():
        left = (warm / "servers" / "postgres" / "postmaster.pid").read_text()
    stranger = subprocess.Popen(
        ["sleep", "60"], **places().user.process()
    )  # the servers' own user, as PostgreSQL asks
    try:
        folder = warm / "servers" / "postgres"
        rest = left.partition("\n")[2]
        places().user.write(folder / "postmaster.pid", f"{stranger.pid}\n{rest}")
        places().user.write(warm / "servers" / "valkey.pid", f"{stranger.pid}\n")
        lock = warm / "servers" / "run" / ".s.PGSQL.5432.lock"
        places().user.write(lock, f"{stranger.pid}\n")
        with running() as found:
            assert ask(found.database_url, "select 1") == 1
        assert stranger.poll() is None, "a stranger's process is left alone"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_cluster_is_thrown_away(data: Path) -> None:
    places().make()
    half = data / "servers" / "postgres.new-half"
    places().user.make_folder(half)
    places().user.write(half / "PG_VERSION", "18\n")
    with running() as found:
        assert ask(found.database_url, "select 1") == 1
    assert not half.exists()


def test_a_folder_that_is_no_cluster_is_refused_and_kept(data: Path) -> None:
    places().make()
    places().user.make_folder(data / "servers" / "postgres")
    places().user.write(data / "servers" / "postgres" / "letter.txt", "mine")
    with pytest.raises(ServiceProblem, match="is not a database folder"), running():
        pass
    assert (data / "servers" / "postgres" / "letter.txt").read_text() == "mine"


def test_a_long_path_moves_the_sockets_to_a_short_private_folder(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = data / ("a" * 60) / ("b c'd\"e" * 8)
    monkeypatch.setenv("AVHOPP_DATA", str(deep))
    site = places()
    assert len(os.fsencode(deep / "servers" / "run" / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT
    assert len(os.fsencode(site.postgres_socket)) <= SOCKET_PATH_LIMIT
    try:
        with running() as found:
            assert ask(found.database_url, "select 1") == 1
            with redis.Redis.from_url(found.redis_url) as client:
                assert client.ping()
            assert stat.S_IMODE(site.sockets.stat().st_mode) == 0o700
            assert site.sockets.stat().st_uid == site.user.uid
    finally:
        site.sockets.rmdir()


def test_a_short_folder_that_belongs_to_somebody_else_is_refused(data: Path) -> None:
    if os.geteuid() != 0:
        foreign, user = Path("/"), places().user
    else:
        foreign, user = data / "foreign", places().user
        foreign.mkdir()
        os.chown(foreign, user.uid - 1, user.gid)
    with pytest.raises((ServiceProblem, FileExistsError), match=r"belongs to|exists"):
        user.make_folder(foreign)


def test_a_lock_is_free_again_when_its_holder_is_killed(data: Path, environment: dict[str, str]) -> None:
    path = data / "some.lock"
    code = (
        "import sys; from pathlib import Path; from avhopp.services.locks import Lock\n"
        f"lock = Lock.take(Path({str(path)!r})); print('held', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert Lock.take(path, wait=False) is None
    process.kill()
    process.communicate(timeout=10)
    lock = Lock.take(path, wait=False)
    assert lock is not None
    lock.release()
