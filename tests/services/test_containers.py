"""docker-compose.yml and the Dockerfile: no container engine is needed to find these faults."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry

from avhopp.services import machine
from avhopp.services.binaries import binaries
from avhopp.services.places import ROOT, places
from avhopp.services.processes import wait_until
from avhopp.services.secrets import PRODUCTION
from avhopp.services.supervisor import PARTS

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("setup", *PARTS)


def secrets_of(name: str) -> set[str]:
    return {each if isinstance(each, str) else each["source"] for each in SERVICES[name].get("secrets", [])}


def test_compose_file_follows_the_specification() -> None:
    schema = json.loads((ROOT / "deploy" / "compose-spec.json").read_text())
    validator = jsonschema.Draft201909Validator(schema)
    faults = [f"{list(fault.path)}: {fault.message}" for fault in validator.iter_errors(COMPOSE)]
    assert faults == []
    broken = {**COMPOSE, "services": {"web": {**SERVICES["web"], "readonly": True}}}
    assert list(validator.iter_errors(broken)), "the schema refuses an unknown key"


@pytest.mark.parametrize("name", OURS)
def test_each_container_starts_a_script_that_make_run_uses(name: str) -> None:
    assert SERVICES[name]["command"] == [f"bin/{name}"]
    script = ROOT / "bin" / name
    assert os.access(script, os.X_OK)
    user = "preparation.py" if name == "setup" else "supervisor.py"
    source = (ROOT / "avhopp" / "services" / user).read_text()
    assert re.search(rf'"{name}"', source)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_container_is_guarded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert not service.get("privileged")
    assert name == "setup" or service["healthcheck"]["test"]
    for volume in service.get("volumes", []):
        assert volume.startswith(("./deploy/", *(f"{known}:" for known in COMPOSE["volumes"])))


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_secret_stands_in_the_environment(name: str) -> None:
    for key, value in (SERVICES[name].get("environment") or {}).items():
        assert not re.search("PASSWORD|SECRET|KEY|TOKEN", key) or str(value).startswith("/run/secrets")
        assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), key


def test_only_the_proxy_has_a_way_out() -> None:
    outside = {name for name, network in COMPOSE["networks"].items() if not (network or {}).get("internal")}
    assert outside == {"edge"}
    assert [name for name, service in SERVICES.items() if "edge" in service["networks"]] == ["proxy"]
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]


def test_the_portal_reaches_the_database_the_queue_and_the_proxy_only() -> None:
    reachable = {
        other
        for other, service in SERVICES.items()
        if other != "portal" and set(service["networks"]) & set(SERVICES["portal"]["networks"])
    }
    assert reachable == {"db", "valkey", "proxy"}


def test_each_process_has_its_own_secrets_only() -> None:
    seals = {f"sealing_{ring}" for ring in ("identity", "case", "protected", "release", "factors")}
    seals.add("index_identity")
    assert secrets_of("web") == {"db_web", "context_web", "django_secret", "valkey"} | seals
    portal = {"db_portal", "context_portal", "django_secret_portal", "valkey_portal"}
    assert secrets_of("portal") == portal | {"sealing_release", "sealing_officers"}
    worker = {"db_worker", "context_worker", "django_secret_worker", "valkey", "ledger_anchor"}
    assert secrets_of("worker") == worker | {"sealing_identity"}
    assert secrets_of("db") & seals == set(), "the database has no key to what it keeps"
    assert secrets_of("beat") == secrets_of("worker") - {"ledger_anchor"}
    assert [name for name in SERVICES if "db_admin" in secrets_of(name)] == ["db", "setup"]
    assert {name for name in COMPOSE["secrets"] if not name.startswith("tls_")} == set(PRODUCTION)


def test_reports_are_written_by_the_worker_and_read_by_web() -> None:
    assert "reports:/var/lib/avhopp/reports" in SERVICES["worker"]["volumes"]
    assert "reports:/var/lib/avhopp/reports:ro" in SERVICES["web"]["volumes"]
    assert "volumes" not in SERVICES["portal"]


def test_the_image_has_what_the_reports_need_and_is_not_root() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert all(package in text for package in machine.PANGO.values())
    assert "--require-hashes --requirement /tmp/requirements.txt" in text
    assert re.findall(r"^USER (.*)$", text, re.MULTILINE) == ["10001:10001"]
    copied = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {path for path in copied if not (ROOT / path).exists()} == set()
    assert {"manage.py", "requirements.txt", "bin", "avhopp"} <= copied


@pytest.fixture
def queue(data: Path, environment: dict[str, str]) -> Iterator[str]:
    """Valkey as the container starts it, on a socket."""
    programs = binaries(places())
    (data / "secrets").mkdir()
    (data / "secrets" / "valkey").write_text("hemligt ord med #\n")
    (data / "secrets" / "valkey_portal").write_text("polisens ord\n")
    (data / "queue").mkdir()
    address = data / "queue.sock"
    environment = environment | {
        "PATH": f"{programs.valkey.parent}:{environment['PATH']}",
        "AVHOPP_SECRETS": str(data / "secrets"),
        "VALKEY_CONFIGURATION": str(data / "valkey.conf"),
        "VALKEY_FOLDER": str(data / "queue"),
        "VALKEY_PORT": f"0\nunixsocket {address}",
    }
    server = subprocess.Popen(
        [ROOT / "deploy" / "valkey-start"], env=environment, stdout=subprocess.DEVNULL, cwd=data
    )
    try:
        assert wait_until(address.exists, 10)
        yield str(address)
    finally:
        server.terminate()
        assert server.wait(timeout=10) == 0


def client(address: str, **login: str) -> "redis.Redis[bytes]":
    return redis.Redis(unix_socket_path=address, protocol=2, retry=Retry(NoBackoff(), 0), **login)


def test_the_queue_of_production_asks_for_its_password(queue: str) -> None:
    with client(queue, password="hemligt ord med #") as worker:
        assert worker.ping()
        assert worker.config_get("appendonly") == {"appendonly": "yes"}
    for login in ({}, {"password": "polisens ord"}, {"username": "portal", "password": "hemligt ord med #"}):
        with client(queue, **login) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_the_portal_reaches_its_sessions_and_nothing_of_the_queue(queue: str) -> None:
    with client(queue, password="hemligt ord med #") as worker:
        worker.lpush("celery", "nudge")
    with client(queue, username="portal", password="polisens ord") as portal:
        portal.set("portal:1:session", "id", ex=900)
        assert portal.get("portal:1:session") == b"id"
        assert portal.delete("portal:1:session") == 1
        for refused in (("LPUSH", "celery", "forged"), ("LRANGE", "celery", "0", "-1"), ("KEYS", "*")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                portal.execute_command(*refused)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("setup", "migrator"), ("web", "web"), ("portal", "portal"), ("worker", "worker"), ("beat", "worker")],
)
def test_each_process_starts_with_exactly_its_secrets(
    data: Path, environment: dict[str, str], name: str, settings: str
) -> None:
    folder = data / "given"
    folder.mkdir()
    for each in SERVICES[name]["secrets"]:
        target = each if isinstance(each, str) else each["target"]
        (folder / target).write_text("x" * 64)
    production = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    production |= {"AVHOPP_SECRETS": str(folder), "AVHOPP_DATA": str(data), "ALLOWED_HOSTS": "avhopp.example"}
    production |= {"DJANGO_SETTINGS_MODULE": f"avhopp.settings.{settings}"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env=environment | production,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-600:]
