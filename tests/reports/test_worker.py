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
from django.core.management import CommandError, call_command
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from pypdf import PdfReader

from avhopp import services
from avhopp.accounts.models import Municipality
from avhopp.services.processes import wait_until
from avhopp.settings.environment import ROOT
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ANNEX, PUBLIC, render_pdf
from tests.databases import administrator, fresh_database, own_name

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


@dataclass(frozen=True)
class Survival:
    """A report whose worker was killed: as the kill found it, and as the next worker left it."""

    queued: list[dict]
    hit: dict
    parts: list[Path]
    printed: list[str]
    done: dict


def kill_and_take_up(installation: Installation, month: str, kind: str) -> Survival:
    """Ask for a report, kill its worker while it renders, and wait for the report as an operator would."""
    _queue().delete(NAME)
    installation.run("report", "--month", month)
    queued = [json.loads(message) for message in _queue().lrange(NAME, 0, -1)]
    report = installation.report(month)
    victim = installation.worker()
    try:
        assert wait_until(lambda: bool(installation.parts(report, kind)), PATIENCE), "the render never began"
    finally:
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
    hit, parts = installation.report(month), installation.parts(report, kind)
    installation.ask(
        "update app.reports_monthlyreport set lease_until = now() - interval '1 second' where id = %s",
        report["id"], login="migrator",
    )  # fmt: skip
    printed = installation.run("report", "--month", month, "--wait").stdout.splitlines()
    return Survival(queued, hit, parts, printed, installation.report(month))


@pytest.fixture(scope="module")
def december(installation: Installation) -> Survival:
    return kill_and_take_up(installation, "2022-12", "annex")


def assert_nothing_was_lost(installation: Installation, found: Survival) -> None:
    hit, done = found.hit, found.done
    assert hit["status"] == "pagar"  # it did hit: claimed, unfinished, and the unfinished file is there
    assert found.parts
    assert (hit["public_sha256"], hit["annex_sha256"], hit["finished_at"]) == ("", "", None)
    assert done["status"] == "klar"
    assert (done["attempts"], done["fence"]) == (hit["attempts"] + 1, hit["fence"] + 1)
    assert (done["figures_sha256"], done["frozen_at"]) == (hit["figures_sha256"], hit["frozen_at"])
    finished = installation.ask(
        "select count(*) from app.reports_historicalmonthlyreport where id = %s and status = 'klar'",
        done["id"],
    )
    assert finished == [{"count": 1}]
    assert not installation.parts(done)
    assert (done["public_sha256"], done["annex_sha256"]) == undisturbed(done)
    for sha256 in (done["public_sha256"], done["annex_sha256"]):
        content = (installation.folder / f"{sha256}.pdf").read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert PdfReader(BytesIO(content)).pages


def test_a_worker_killed_in_the_middle_of_a_render_loses_nothing(installation, december):
    assert_nothing_was_lost(installation, december)


@pytest.mark.deep
@pytest.mark.parametrize(("month", "kind"), [("2022-11", "public"), ("2022-10", "annex")])
def test_nor_does_another_one(installation, month, kind):
    assert_nothing_was_lost(installation, kill_and_take_up(installation, month, kind))


def test_the_queue_carries_no_arguments(december):
    assert december.queued
    for message in december.queued:
        arguments, named, _ = json.loads(base64.b64decode(message["body"]))
        assert (arguments, named) == ([], {})
        assert message["headers"]["task"] == "reports.tasks.work"


def test_report_waits_and_prints_where_the_files_are(installation, december):
    folder = installation.folder
    public, annex = december.printed
    assert [public, annex] == [
        str(folder / f"{december.done[name]}.pdf") for name in ("public_sha256", "annex_sha256")
    ]
    found = " ".join("\n".join(page.extract_text() for page in PdfReader(annex).pages).split())
    for words in ("1 932", "4 815 350 kr", "15 350 kr"):
        assert words in found
    assert "1 932" not in " ".join(page.extract_text() for page in PdfReader(public).pages)


@pytest.mark.deep
def test_asked_for_again_it_is_the_same_report(installation, december):
    again = installation.run("report", "--month", "2022-12", "--municipality", "0199", "--wait")
    assert again.stdout.splitlines() == december.printed


YEAR = {
    "2022-01": (146, "438000.00", "438000.00", 5), "2022-02": (168, "445200.00", "883200.00", 6),
    "2022-03": (186, "473400.00", "1356600.00", 6), "2022-04": (180, "444000.00", "1800600.00", 6),
    "2022-05": (186, "412300.00", "2212900.00", 6), "2022-06": (180, "399000.00", "2611900.00", 6),
    "2022-07": (198, "452950.00", "3064850.00", 7), "2022-08": (186, "482050.00", "3546900.00", 6),
    "2022-09": (164, "397500.00", "3944400.00", 6), "2022-10": (155, "389050.00", "4333450.00", 5),
    "2022-11": (90, "237000.00", "4570450.00", 3), "2022-12": (93, "244900.00", "4815350.00", 3),
}  # fmt: skip


@pytest.mark.parametrize(
    "month", [pytest.param(name, marks=() if name == "2022-04" else pytest.mark.deep) for name in YEAR]
)
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


WRONG = [
    (("report", "--month", "9998-01"), "Månaden är inte slut"),
    (("figures", "--month", "2022-13"), "Skriv månaden som"),
    (("figures", "--month", "2022-03", "--as-of", "i går"), "Skriv dagen som"),
    (("figures", "--month", "2022-03", "--municipality", "0001"), "ingen kommun med koden 0001"),
]


@pytest.mark.parametrize(
    ("command", "words"), [WRONG[0], *(pytest.param(*wrong, marks=pytest.mark.deep) for wrong in WRONG[1:])]
)
def test_what_cannot_be_is_a_sentence_on_standard_error(installation, command, words):
    done = installation.run(*command, code=1)
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("command", "words"), WRONG)
def test_what_cannot_be_is_told_in_words(cast, command, words):
    """The same commands inside the tests' own process, with the cast's municipality."""
    with pytest.raises(CommandError, match=words):
        call_command(command[0], *command[1:])


DRAW = "import django; django.setup(); from cases.tasks import draw_log_reviews; draw_log_reviews()"
READ = """
    insert into app.audit_readentry
        (id, at, actor_id, role, unit_id, municipality_id, case_id, what, object_type, ground, source)
    select gen_random_uuid(), date_trunc('month', now()) - interval '9 days', u.id, u.role, u.unit_id,
           u.municipality_id, c.id, 'see_case', 'case', 'handlaggare', 'web'
    from app.cases_case c, app.accounts_user u where u.handle = 'asta' limit 5"""


def test_the_log_review_is_drawn_once_by_the_workers_own_login(installation):
    """It may add a draw, and see of it no more than that it is there."""
    with administrator(NAME) as admin:
        admin.execute(READ)
    environment = installation.environment | {"DJANGO_SETTINGS_MODULE": "avhopp.settings.worker"}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", DRAW],
            env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    (drawn,) = installation.ask(
        "select r.item_count, u.role,"
        " (select count(*) from app.cases_logreviewitem i where i.review_id = r.id) as items"
        " from app.cases_logreview r join app.accounts_user u on u.id = r.drawn_by_id"
    )
    assert drawn == {"item_count": 5, "role": "rapportering", "items": 5}
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        installation.ask("select seed from app.cases_logreview", login="worker")
