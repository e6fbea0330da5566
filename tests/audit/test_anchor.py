"""The head stands outside the database, signed; the verifier finds what does not fit it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avhopp import services
from avhopp.audit.ledger import FILE, LedgerBroken, anchor
from avhopp.celery import app
from avhopp.settings.environment import ROOT
from tests.audit import ledgers
from tests.audit.ledgers import verifier
from tests.databases import TEST_DATABASE, administrator

KEY = b"en nyckel som bara proven har"
AT = datetime(2026, 11, 21, 5, 20, tzinfo=UTC)


def address(login: str) -> str:
    parts = conninfo_to_dict(services.admin_url())
    parts |= {
        "dbname": TEST_DATABASE,
        "user": f"avhopp_{login}",
        "password": services.read_secret(f"db_{login}"),
    }
    return make_conninfo(**parts)


def run(*options: object) -> subprocess.CompletedProcess[str]:
    """The verifier as a program of its own: no Django, no variable of ours."""
    command = [sys.executable, ROOT / "bin" / "verify_ledger.py", *map(str, options)]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def anchored(cast, tmp_path) -> Path:
    """A folder with two anchors of the committed ledger, and the key beside it."""
    (tmp_path / "key").write_bytes(KEY + b"\n")
    for _ in range(2):
        anchor(tmp_path / "anchors", KEY, AT)
    return tmp_path / "anchors"


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / FILE).read_text().splitlines()]


def rewrite(folder: Path, found: list[dict]) -> None:
    (folder / FILE).write_text("".join(json.dumps(line) + "\n" for line in found))


def test_an_anchor_says_where_the_ledger_ends_and_is_signed(anchored):
    first, second = lines(anchored)
    with administrator(TEST_DATABASE) as server:
        assert f"{first['seq']}:{first['hash']}" == ledgers.head(server)
    assert (first["number"], first["before"], first["entries"]) == (1, "", first["seq"])
    assert (second["number"], second["before"]) == (2, first["mac"])
    assert first["mac"] == verifier.anchor_mac(first, KEY)


@pytest.mark.parametrize("login", ["auditor", "backup"])
def test_the_verifier_runs_alone_and_finds_the_history_whole(anchored, login):
    content = ["--content"] if login == "backup" else []
    done = run("--dsn", address(login), "--anchors", anchored, "--key", anchored.parent / "key", *content)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Historiken är hel." in done.stdout


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda found: [found[0], found[1] | {"seq": found[1]["seq"] + 5}], "slutet är bortklippt"),
        (lambda found: [found[0], found[1] | {"hash": "0" * 64}], "kedjan är omräknad"),
        (lambda found: [found[0], found[1] | {"at": "2020-01-01"}], "är inte signerad med nyckeln"),
        (lambda found: found[1:], "följer inte på den före"),
        (lambda found: [found[0] | {"genesis": "0" * 64}, found[1]], "gäller en annan liggare"),
    ],
)
def test_what_does_not_fit_an_anchor_is_told(anchored, change, told):
    rewrite(anchored, change(lines(anchored)))
    done = run("--dsn", address("auditor"), "--anchors", anchored, "--key", anchored.parent / "key")
    assert done.returncode == 1
    assert told in done.stdout
    assert "Första felet: " in done.stdout


def test_the_head_of_a_report_is_enough(anchored):
    first, _ = lines(anchored)
    assert run("--dsn", address("auditor"), "--head", f"{first['seq']}:{first['hash']}").returncode == 0
    done = run("--dsn", address("auditor"), "--head", f"{first['seq']}:{'0' * 64}")
    assert (done.returncode, "kedjan är omräknad" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    "options",
    [["--dsn", "host=/nowhere"], ["--dump", "/nowhere"], ["--anchors", "/nowhere"], ["--head", "slarv"]],
)
def test_what_cannot_be_checked_is_not_called_whole(options):
    dsn = [] if options[0] in ("--dsn", "--dump") else ["--dsn", address("auditor")]
    done = run(*dsn, *options)
    assert done.returncode == 2
    assert done.stderr
    assert "hel" not in done.stdout


def test_a_copy_made_by_the_printed_commands_is_verified_without_a_database(anchored, tmp_path):
    commands = run("--dsn", address("backup"), "--commands").stdout.splitlines()
    (tmp_path / "rows").mkdir()
    with administrator(TEST_DATABASE) as server, server.transaction():
        for command in commands:
            if command.startswith("\\copy "):
                query, _, name = (
                    command.removeprefix("\\copy ").removesuffix(" (format csv)").rpartition(" to ")
                )
                with server.cursor().copy(f"copy {query} to stdout (format csv)") as stream:
                    (tmp_path / name.strip("'")).write_bytes(b"".join(stream))
            elif command.startswith("set "):
                server.execute(command)
    done = run("--dump", tmp_path, "--anchors", anchored, "--key", anchored.parent / "key")
    assert (done.returncode, done.stderr) == (0, "")
    path = tmp_path / "rows" / "app.accounts_historicaluser.csv"
    path.write_text(path.read_text().replace("Asta", "Anna"))
    done = run("--dump", tmp_path)
    assert done.returncode == 1
    assert "innehållet är ändrat i app.accounts_historicaluser" in done.stdout


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mac": "0" * 64}, "inte signerad"),
        ({"genesis": "0" * 64}, "annan databas"),
        ({"seq": 10**9}, "Poster saknas"),
        ({"hash": "0" * 64}, "omräknad"),
    ],
)
def test_no_anchor_is_added_to_one_that_does_not_fit(anchored, change, told):
    first, second = lines(anchored)
    changed = second | change
    if "mac" not in change:
        changed["mac"] = verifier.anchor_mac(changed, KEY)
    rewrite(anchored, [first, changed])
    with pytest.raises(LedgerBroken, match=told):
        anchor(anchored, KEY, AT)
    assert len(lines(anchored)) == 2


def test_the_commands(cast, tmp_path, capfd, settings):
    call_command("ledger", "anchor", anchors=tmp_path)
    assert len(lines(tmp_path)) == 1
    with pytest.raises(SystemExit) as ended:
        call_command("ledger", "verify", anchors=tmp_path)
    assert ended.value.code == 0
    assert "Historiken är hel." in capfd.readouterr().out
    (tmp_path / FILE).write_text("nonsens\n")
    with pytest.raises(CommandError, match="går inte att läsa"):
        call_command("ledger", "anchor", anchors=tmp_path)


def test_the_scheduler_has_an_anchor_written_several_times_a_day(cast, tmp_path, settings):
    settings.ANCHOR_FOLDER = tmp_path
    schedule = app.conf.beat_schedule["ledger-anchor"]
    app.loader.import_default_modules()  # as a worker does
    app.tasks[schedule["task"]]()
    assert len(lines(tmp_path)) == 1
    assert len(schedule["schedule"].hour) == 4


def test_the_released_functions_are_those_that_the_verifier_knows(cast):
    with administrator(TEST_DATABASE) as server:
        assert dict(server.execute(verifier.SOURCES).fetchall()) == verifier.RELEASED
