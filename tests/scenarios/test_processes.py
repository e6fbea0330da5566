"""The commands as an operator runs them: processes of their own, real commits, each under its own login."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from avhopp import services
from avhopp.settings.environment import ROOT
from tests.databases import administrator, fresh_database, own_name
from tests.scenarios.files import GOLDEN_FILE, as_bytes, golden, put

DATABASE = own_name("avhopp_test_scenarios")
Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def manage(servers: None) -> Manage:
    """`manage("figures", …)` on a database that is empty at first, also when databases are kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(DATABASE)
    found = services.endpoints()
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {
        "AVHOPP_DATABASE": DATABASE,
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
    }

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_rehearse_load_and_count(manage: Manage, tmp_path: Path):
    before = stored_cases()
    rehearsed = manage("load_scenario", GOLDEN_FILE, "--dry-run", "--figures", "2022-03", "2022-04")
    assert rehearsed.returncode == 0, rehearsed.stderr
    march, april = json.loads(rehearsed.stdout)
    assert april["forecast"]["committed"] == "4320350.00"

    assert stored_cases() == before
    loaded = manage("load_scenario", GOLDEN_FILE)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.startswith("Läste in i Exempelkommun (0199): ")
    assert "Saknas: " in loaded.stderr

    counted = manage("figures", "--month", "2022-03", "--as-of", "2022-03-31", "--municipality", "0199")
    assert json.loads(counted.stdout) == march

    bad = tmp_path / "bad.json"
    bad.write_bytes(as_bytes(golden(put("placements[8].prices[1].from", "2022-07-02"))))
    refused = manage("load_scenario", bad)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "placements[8].prices[1].from: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert stored_cases() == before + 8


def stored_cases() -> int:
    """How many cases are committed, whoever may see them."""
    with administrator(DATABASE) as connection:
        return connection.execute("select count(*) from app.cases_case").fetchone()[0]


@pytest.mark.deep
def test_load_twice(manage: Manage, tmp_path: Path):
    file = tmp_path / "elsewhere.json"
    file.write_bytes(as_bytes(golden(put("municipality.code", "0188"))))
    assert manage("load_scenario", file).stdout.startswith("Läste in")
    again = manage("load_scenario", file)
    assert again.returncode == 0
    assert again.stdout.startswith("Inget nytt")
