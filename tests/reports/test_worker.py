"""A real worker on a real queue and a committed database: killed in the middle of a render."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from pypdf import PdfReader

from avhopp import services
from avhopp.accounts.models import Municipality
from avhopp.services.processes import end_group, wait_until
from avhopp.settings.environment import ROOT
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, PUBLIC, render_pdf
from tests.databases import fresh_database, own_name

pytestmark = pytest.mark.worker
NAME = own_name("avhopp_worker_test")
GOLDEN = "tests/scenarios/golden_2022.json"
PATIENCE = 90.0


@dataclass
class Installation:
    """The commands, the worker and the database of an installation of the test's own."""

    environment: dict[str, str]
    folder: Path

    def run(self, *command: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE * 2,
        )  # fmt: skip
        assert done.returncode == code, done.stderr[-2000:]
        return done

    def worker(self) -> subprocess.Popen[bytes]:
        with (self.folder.parent / "logs" / "worker-test.log").open("ab") as log:
            return subprocess.Popen(
                [ROOT / "bin" / "worker"],
                env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def ask(self, statement: str, *values: object, login: str = "backup") -> list[dict]:
        address = conninfo_to_dict(services.admin_url())
        address |= {
            "dbname": NAME,
            "user": f"avhopp_{login}",
            "password": services.read_secret(f"db_{login}"),
        }
        with psycopg.connect(**address, autocommit=True, row_factory=dict_row) as connection:
            found = connection.execute(statement, values)
            return found.fetchall() if found.description else []

    def report(self, month: str) -> dict:
        (row,) = self.ask("select * from app.reports_monthlyreport where month = %s", f"{month}-01")
        return row

    def parts(self, report: dict, kind: str = "*") -> list[Path]:
        return list(self.folder.glob(f"{report['id']}-*-{kind}.part"))


@pytest.fixture(scope="module")
def installation(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(NAME)
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    made = Installation(
        environment | {"AVHOPP_DATABASE": NAME},
        Path(os.environ.get("AVHOPP_DATA") or ROOT / ".data") / "reports",
    )
    _queue().delete(NAME)
    made.run("load_scenario", GOLDEN)
    yield made
    _queue().delete(NAME)


def _queue() -> redis.Redis:
    return redis.Redis.from_url(services.endpoints().redis_url)


def undisturbed(row: dict) -> tuple[str, str]:
    """The checksums of both files, rendered here from the same frozen row."""
    report = MonthlyReport(**{**row, "municipality_id": None, "requested_by_id": None})
    report.municipality = Municipality(
        code="0199", name="Exempelkommun", board="Socialnämnden", registry_prefix="SN"
    )
    made = ((PUBLIC, public_context), (ANNEX, annex_context))
    return tuple(
        hashlib.sha256(render_pdf(template, context(report))).hexdigest() for template, context in made
    )


@pytest.mark.parametrize(
    ("month", "kind"), [("2022-12", "public"), ("2022-11", "annex"), ("2022-10", "annex")]
)
def test_a_worker_killed_in_the_middle_of_a_render_loses_nothing(installation, month, kind):
    installation.run("report", "--month", month)
    report = installation.report(month)
    victim = installation.worker()
    try:
        assert wait_until(lambda: bool(installation.parts(report, kind)), PATIENCE), "the render never began"
    finally:
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
    hit = installation.report(month)
    assert hit["status"] == "pagar"  # it did hit: claimed, unfinished, and the unfinished file is there
    assert installation.parts(report, kind)
    assert (hit["public_sha256"], hit["annex_sha256"], hit["finished_at"]) == ("", "", None)
    _let_the_lease_run_out(installation, hit)
    second = installation.worker()
    try:
        assert wait_until(lambda: installation.report(month)["status"] == "klar", PATIENCE)
    finally:
        end_group(second.pid, seconds=30)
        second.wait()
    done = installation.report(month)
    assert (done["attempts"], done["fence"]) == (hit["attempts"] + 1, hit["fence"] + 1)
    assert (done["figures_sha256"], done["frozen_at"]) == (hit["figures_sha256"], hit["frozen_at"])
    finished = installation.ask(
        "select count(*) from app.reports_historicalmonthlyreport where id = %s and status = 'klar'",
        report["id"],
    )
    assert finished == [{"count": 1}]
    assert not installation.parts(report)
    assert (done["public_sha256"], done["annex_sha256"]) == undisturbed(done)
    for sha256 in (done["public_sha256"], done["annex_sha256"]):
        content = (installation.folder / f"{sha256}.pdf").read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert PdfReader(BytesIO(content)).pages


def _let_the_lease_run_out(installation: Installation, report: dict) -> None:
    installation.ask(
        "update app.reports_monthlyreport set lease_until = now() - interval '1 second' where id = %s",
        report["id"], login="migrator",
    )  # fmt: skip


def test_the_queue_carries_no_arguments(installation):
    _queue().delete(NAME)
    installation.run("report", "--month", "2022-08")
    messages = [json.loads(message) for message in _queue().lrange(NAME, 0, -1)]
    assert messages
    for message in messages:
        arguments, named, _ = json.loads(base64.b64decode(message["body"]))
        assert (arguments, named) == ([], {})
        assert message["headers"]["task"] == "reports.tasks.work"


def test_report_waits_and_prints_where_the_files_are(installation):
    done = installation.run("report", "--month", "2022-12", "--municipality", "0199", "--wait")
    public, annex = done.stdout.splitlines()
    found = " ".join("\n".join(page.extract_text() for page in PdfReader(annex).pages).split())
    for words in ("1 932", "4 815 350 kr", "15 350 kr"):
        assert words in found
    assert "1 932" not in " ".join(page.extract_text() for page in PdfReader(public).pages)
    again = installation.run("report", "--month", "2022-12", "--wait")
    assert again.stdout == done.stdout


YEAR = {
    "2022-01": (146, "438000.00", "438000.00", 5), "2022-02": (168, "445200.00", "883200.00", 6),
    "2022-03": (186, "473400.00", "1356600.00", 6), "2022-04": (180, "444000.00", "1800600.00", 6),
    "2022-05": (186, "412300.00", "2212900.00", 6), "2022-06": (180, "399000.00", "2611900.00", 6),
    "2022-07": (198, "452950.00", "3064850.00", 7), "2022-08": (186, "482050.00", "3546900.00", 6),
    "2022-09": (164, "397500.00", "3944400.00", 6), "2022-10": (155, "389050.00", "4333450.00", 5),
    "2022-11": (90, "237000.00", "4570450.00", 3), "2022-12": (93, "244900.00", "4815350.00", 3),
}  # fmt: skip


@pytest.mark.parametrize("month", ["2022-01", "2022-04", "2022-12"])
def test_figures_prints_json_alone_and_the_golden_numbers(installation, month):
    done = installation.run("figures", "--month", month)
    found = json.loads(done.stdout)
    placements = found["placements"]
    assert (placements["nights"], placements["cost"], found["year"]["cost"], placements["persons"]) == YEAR[
        month
    ]
    if month == "2022-04":
        assert found["forecast"] == {
            "committed": "4320350.00",
            "planned": "5013350.00",
            "straight_line": "5476825.00",
        }


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("figures", "--month", "2022-13"), "Skriv månaden som"),
        (("figures", "--month", "2022-03", "--as-of", "i går"), "Skriv dagen som"),
        (("figures", "--month", "2022-03", "--municipality", "0001"), "ingen kommun med koden 0001"),
        (("report", "--month", "9998-01"), "Månaden är inte slut"),
    ],
)
def test_what_cannot_be_is_a_sentence_on_standard_error(installation, command, words):
    done = installation.run(*command, code=1)
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr
