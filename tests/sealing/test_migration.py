"""The migrations that seal what is there: back to plain text and forth again, history and frozen rows too."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from avhopp import services
from avhopp.settings.environment import ROOT
from tests.sealing.conftest import DATABASE, Start

BEFORE = {"cases": "0006", "collaboration": "0004", "placements": "0004"}
QUERIES = {
    "person": "select identity from app.cases_person where identity is not null",
    "history": "select identity from app.cases_historicalperson where identity is not null",
    "signed": "select facts from app.cases_journalentry where signed_at is not null",
    "assessed": "select wording from app.collaboration_policeassessment where wording <> ''",
    "released": "select content::text from app.collaboration_releasepackage",
}
Manage = Callable[..., None]


@pytest.fixture
def manage(keys_folder: Path) -> Manage:
    found = services.endpoints()
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {
        "AVHOPP_DATABASE": DATABASE,
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "AVHOPP_SECRETS": str(keys_folder),
    }

    def run(*words: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]

    return run


@pytest.mark.deep
def test_what_is_there_is_opened_and_sealed_again(start: Start, manage: Manage, admin):
    loading = start("canaries.py", "web")
    _, errors = loading.communicate("0", timeout=120)
    assert loading.returncode == 0, errors[-3000:]

    def rows() -> dict[str, list[str]]:
        return {
            name: sorted(row[0] for row in admin.execute(query).fetchall()) for name, query in QUERIES.items()
        }

    def history() -> int:
        return admin.execute("select count(*) from app.cases_historicalperson").fetchone()[0]

    sealed, before = rows(), history()
    assert all(text.startswith("s1.") for texts in sealed.values() for text in texts)
    for app in ("collaboration", "placements", "cases"):
        manage("migrate", app, BEFORE[app])
    plain = rows()
    assert {len(number) for number in plain["person"] + plain["history"]} == {12}
    assert all("påhittat" in text.lower() for text in plain["signed"])
    assert all(json.loads(text)["format"] == 1 for text in plain["released"])
    manage("setup_database")
    again = rows()
    assert [len(texts) for texts in again.values()] == [len(texts) for texts in sealed.values()]
    assert all(text.startswith("s1.") for texts in again.values() for text in texts)
    assert history() == before, "the facts are the same: no history is written for it"
    index = admin.execute(
        "select count(*) from app.cases_person where identity_index is null and identity is not null"
    )
    assert index.fetchone()[0] == 0


SECRETS = """
    select u.role = 'polis', f.data ->> 'secret' from app.mfa_authenticator f
    join app.accounts_user u on u.id = f.user_id order by 1"""
ADD = """
    insert into app.mfa_authenticator (user_id, type, data, created_at)
    select id, 'totp', jsonb_build_object('secret', %s::text), now()
    from app.accounts_user where handle = %s"""


@pytest.mark.deep
def test_the_secrets_of_factors_are_sealed_when_it_is_set_up(start: Start, manage: Manage, admin):
    """As they stood before: in clear, in a database that has no key for them yet."""
    loading = start("canaries.py", "web")
    _, errors = loading.communicate("0", timeout=120)
    assert loading.returncode == 0, errors[-3000:]
    manage("migrate", "accounts", "0004")
    manage("migrate", "sealing", "0001")
    admin.execute("delete from app.sealing_datakey where ring in ('factors', 'officers')")
    for handle, secret in (("asta", "JBSWY3DPEHPK3PXP"), ("dag", "KRSXG5CTMVRXEZLU")):
        admin.execute(ADD, [secret, handle])
    manage("setup_database")
    kept = dict(admin.execute(SECRETS).fetchall())
    assert kept[False].startswith("s1.factors1.")
    assert kept[True].startswith("s1.officers1.")
    manage("setup_database")
    assert dict(admin.execute(SECRETS).fetchall()) == kept
    manage("migrate", "accounts", "0004")
    assert dict(admin.execute(SECRETS).fetchall()) == {False: "JBSWY3DPEHPK3PXP", True: "KRSXG5CTMVRXEZLU"}
