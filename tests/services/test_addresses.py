"""Where the servers are, and the secrets that open them."""

import os
import stat
import threading
from pathlib import Path

import pytest

from avhopp.services import ServiceProblem, admin_url, endpoints, make_secrets, read_secret
from avhopp.services.places import places


def test_a_secret_is_made_once_and_is_private(data: Path) -> None:
    value = read_secret("db_web")
    assert len(value) >= 43
    assert read_secret("db_web") == value
    assert read_secret("db_portal") != value
    assert stat.S_IMODE((data / "secrets" / "db_web").stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "secrets").stat().st_mode) == 0o700
    assert sorted(path.name for path in (data / "secrets").iterdir()) == ["db_portal", "db_web"]


def test_many_makers_at_once_get_the_same_secret(data: Path) -> None:
    start, found = threading.Barrier(16), []

    def make() -> None:
        start.wait()
        found.append(read_secret("django_secret"))

    makers = [threading.Thread(target=make) for _ in range(16)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 16
    assert set(found) == {(data / "secrets" / "django_secret").read_text()}


def test_a_secret_left_empty_by_a_full_disk_is_made_anew(data: Path) -> None:
    read_secret("db_web")
    (data / "secrets" / "db_web").write_text("")
    assert len(read_secret("db_web")) >= 43


def test_a_missing_secret_is_refused_in_production(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = read_secret("db_web")
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/avhopp")
    assert read_secret("db_web") == kept
    with pytest.raises(ServiceProblem, match="db_portal is missing or empty"):
        read_secret("db_portal")
    assert not (data / "secrets" / "db_portal").exists()


@pytest.mark.parametrize("name", ["../db_web", "", "DB", "a/b", ".hidden"])
def test_a_secret_is_named_by_a_plain_word(data: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a secret"):
        read_secret(name)


def test_make_secrets_keeps_what_is_there(data: Path) -> None:
    folder = data / "made"
    first = make_secrets(folder)
    assert {"db_admin", "db_web", "valkey"} <= set(first)
    before = {path.name: path.read_text() for path in folder.iterdir()}
    (folder / "db_web").unlink()
    assert make_secrets(folder) == ["db_web"]
    assert {path.name for path in folder.iterdir() if path.read_text() == before[path.name]} == set(first) - {
        "db_web"
    }


@pytest.mark.parametrize(("there", "missing"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_one_address_without_the_other_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch, there: str, missing: str
) -> None:
    monkeypatch.setenv(there, "redis://somewhere")
    with pytest.raises(ServiceProblem, match=f"{there} is set but {missing} is not"):
        endpoints()


def test_both_addresses_are_used_as_they_are(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:word@db.example/avhopp")
    monkeypatch.setenv("REDIS_URL", "redis://queue.example:6379/0")
    found = endpoints()
    assert (found.database_url, found.embedded) == ("postgresql://somebody:word@db.example/avhopp", False)
    assert found.redis_url == found.broker_url == "redis://queue.example:6379/0"
    assert admin_url() == found.database_url
    assert not (data / "servers").exists()


def test_passwords_of_production_come_from_files(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "secrets").mkdir()
    (data / "secrets" / "valkey").write_text("a/b c\n")
    (data / "secrets" / "db_admin").write_text("p@ss\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://db:5432/avhopp")
    monkeypatch.setenv("REDIS_URL", "redis://valkey:6379/0")
    assert endpoints().redis_url == "redis://:a%2Fb%20c@valkey:6379/0"
    assert admin_url() == "postgresql://avhopp_admin:p%40ss@db:5432/avhopp"


def test_root_keeps_the_servers_where_their_user_reaches_them(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("AVHOPP_DATA", str(closed / "data"))
    servers = places().servers
    if os.geteuid() == 0:
        assert servers.parent == Path("/var/tmp")
        assert servers.name.startswith("avhopp-")
    else:
        assert servers == closed / "data" / "servers"
