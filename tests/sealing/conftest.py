"""A database and key files of their own: keys are changed and thrown away here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from avhopp import services
from avhopp.services.places import secrets_folder
from avhopp.settings.environment import ROOT
from tests.databases import administrator, fresh_database, own_name

DATABASE = own_name("avhopp_test_keys")
HERE = Path(__file__).parent
Start = Callable[[str, str], subprocess.Popen[str]]


@pytest.fixture
def keys_folder(servers: None, tmp_path: Path) -> Path:
    """The database is new, and the secrets are a copy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(DATABASE)
    shutil.copytree(secrets_folder(), tmp_path / "secrets")
    return tmp_path / "secrets"


@pytest.fixture
def start(keys_folder: Path) -> Iterator[Start]:
    """`start("rotating.py", "migrator")`: one of this folder's programs, on that database and those keys."""
    found = services.endpoints()
    environment = os.environ | {
        "AVHOPP_DATABASE": DATABASE,
        "DATABASE_URL": found.database_url,
        "REDIS_URL": found.redis_url,
        "AVHOPP_SECRETS": str(keys_folder),
        "PYTHONPATH": str(ROOT),
    }
    started: list[subprocess.Popen[str]] = []

    def one(script: str, login: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, HERE / script],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": f"avhopp.settings.{login}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield one
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def admin(keys_folder: Path) -> Iterator[psycopg.Connection]:
    with administrator(DATABASE) as connection:
        yield connection
