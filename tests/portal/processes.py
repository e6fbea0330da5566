"""The two programs in this folder as processes, and connections to their database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from avhopp import services
from avhopp.settings.environment import ROOT
from tests.databases import own_name

DATABASE = own_name("avhopp_portal_test")
HERE = Path(__file__).parent


class Process:
    """One of the two programs in this folder, running with its own settings.

    `log` is a file for what it writes to stderr; without one it is shown when a command fails.
    """

    def __init__(
        self, script: str, settings: str, database: str = DATABASE, log: IO[str] | None = None
    ) -> None:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": settings,
            "AVHOPP_DATABASE": database,
            "AVHOPP_DEMO": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, HERE / script],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log or subprocess.PIPE,
        )

    def __call__(self, command: str, **arguments: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([command, arguments], default=str) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            _, errors = self.process.communicate(timeout=20)
            raise AssertionError(f"{command} failed:\n{(errors or '')[-9000:]}")
        return json.loads(line)

    def end(self) -> None:
        self.process.communicate(timeout=20)


def connect(login: str, database: str = DATABASE) -> psycopg.Connection:
    """A connection as `avhopp_<login>`, or as the administrator."""
    parts = conninfo_to_dict(services.admin_url())
    parts["dbname"] = database
    if login != "admin":
        parts |= {"user": f"avhopp_{login}", "password": services.read_secret(f"db_{login}")}
    return psycopg.connect(**parts)
