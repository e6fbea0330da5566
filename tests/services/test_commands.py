"""What a person meets: make, manage.py and `python -m avhopp.services`. Sentences, never a traceback."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from avhopp.services import ServiceProblem, machine, manage_hook, ports
from avhopp.services.locks import Lock
from avhopp.services.places import ROOT

USED_IN_CONTAINERS = ("setup", "web", "portal", "worker", "beat")


def command(*arguments: str, environment: dict[str, str], **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "avhopp.services", *arguments],
        cwd=ROOT,
        env=environment | more,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_make_help_lists_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    listed = re.findall(r"^\s+make ([a-z-]+)", shown, re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())
    assert {"run", "test", "test-deep", "check", "bench", "format", "requirements", "clean"} <= set(listed)


def test_a_taken_port_is_a_sentence(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        number, free = taken.getsockname()[1], other.getsockname()[1]
        other.close()
        done = command("run", environment=environment, PORT=str(number), PORTAL_PORT=str(free))
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Port {number} is taken by another program. Choose another: make run PORT="
    )
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("value", ["0", "65536", "abc", "-1", "8e3", "٣"])
def test_a_port_is_a_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ServiceProblem, match="is not a port number"):
        ports.chosen("PORT", 8000)


def test_equal_ports_are_refused(environment: dict[str, str]) -> None:
    done = command("run", environment=environment, PORT="9000", PORTAL_PORT="9000")
    assert (done.returncode, done.stderr) == (1, "PORT and PORTAL_PORT are both 9000. They must differ.\n")


def test_a_second_run_names_the_first(data: Path, environment: dict[str, str]) -> None:
    first = Lock.take(data / "run.lock")
    assert first is not None
    first.note("4711 8000 8001")
    done = command("run", environment=environment)
    first.release()
    assert done.returncode == 1
    assert "is already running" in done.stderr
    assert "process 4711, http://localhost:8000/ and http://localhost:8001/" in done.stderr


def test_half_an_address_is_a_sentence(environment: dict[str, str]) -> None:
    done = command("run", environment=environment, DATABASE_URL="postgresql://x/y")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("DATABASE_URL is set but REDIS_URL is not.")


def test_a_file_in_the_way_is_a_sentence(data: Path, environment: dict[str, str]) -> None:
    (data / "file").write_text("")
    done = command("run", environment=environment, AVHOPP_DATA=str(data / "file"))
    assert done.returncode == 1
    assert "A file is in the way" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["help"],
        ["figures", "--help"],
        ["--version"],
        ["makemigrations", "--check"],
        ["check", "--deploy"],
    ],
)
def test_manage_starts_nothing_for_commands_that_need_nothing(data: Path, argv: list[str]) -> None:
    with manage_hook(["manage.py", *argv]):
        assert not (data / "servers").exists()


def test_manage_gives_set_up_the_servers_only(warm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with manage_hook(["manage.py", "setup_database"]):
        assert (warm / "servers" / "postgres" / "postmaster.pid").exists()
    assert not (warm / "servers" / "postgres" / "postmaster.pid").exists()
    assert not (warm / "prepared").exists()
    assert capsys.readouterr().out == ""


def test_manage_turns_a_problem_into_a_sentence(warm: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="1"), manage_hook(["manage.py", "setup_database"]):
        raise ServiceProblem("Something is missing. Do this.")
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "Something is missing. Do this.\n")


def test_sigterm_to_a_command_stops_the_servers(warm: Path, environment: dict[str, str]) -> None:
    code = (
        "import sys; from avhopp.services import manage_hook\n"
        "with manage_hook(['manage.py', 'setup_database']):\n    print('up', flush=True); sys.stdin.read()"
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
    assert process.stdout.readline() == "up\n"
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert not (warm / "servers" / "postgres" / "postmaster.pid").exists()


def test_an_ordinary_user_is_told_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setitem(machine.PANGO, "libnowhere.so.0", "libnowhere0")
    with pytest.raises(ServiceProblem) as refused:
        machine.provide("run")
    assert "    sudo apt-get update && sudo apt-get install -y libnowhere0\n" in str(refused.value)


def test_this_machine_has_what_the_suite_needs() -> None:
    assert machine.missing("test") == []
    assert machine.chromium()
