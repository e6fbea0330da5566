"""Roles, migrations and row-level security are put in place when the code or the database is new."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from avhopp.services.addresses import is_embedded
from avhopp.services.lifecycle import database_identity
from avhopp.services.locks import locked
from avhopp.services.messages import ServiceProblem, last_lines, say
from avhopp.services.places import ROOT, data_folder, make_data_folder, secrets_folder

WALLS = ("avhopp/access", "avhopp/audit", "collaboration/portal")
SKIPPED = {".git", ".venv", ".data", "__pycache__", "node_modules"}


def prepare() -> None:
    """Runs `manage.py setup_database` when its stamp is not that of this code and this database.

    Call while the embedded servers run; with servers of your own it does nothing, `bin/setup` does it.

    Raises:
        ServiceProblem: setup_database failed.
    """
    if not is_embedded() or os.environ.get("AVHOPP_DATABASE"):
        return  # who names a database of their own (tests, benchmarks) sets it up too
    data = data_folder()
    stamp = data / "prepared"
    with locked(data / "prepare.lock"):
        if stamp.exists() and stamp.read_text(encoding="utf-8") == _stamp():
            return
        say("Setting up the database ...")
        set_up()
        stamp.write_text(_stamp(), encoding="utf-8")


def set_up() -> None:
    """Runs bin/setup now; its output goes to logs/setup.log."""
    make_data_folder(data_folder())
    log = data_folder() / "logs" / "setup.log"
    with log.open("wb") as output:
        done = subprocess.run(
            [ROOT / "bin" / "setup"],
            cwd=ROOT,
            env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        lines = "\n".join(f"    {line}" for line in last_lines(log, 12).splitlines())
        raise ServiceProblem(f"The database could not be set up. The end of {log}:\n{lines}")


def _stamp() -> str:
    """The code's migrations and walls, the secrets the roles got, and the database's own identity."""
    digest = hashlib.sha256(database_identity().encode())
    for path in sorted({*_sources()}):
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    for path in sorted(secrets_folder().glob("db_*")) + sorted(secrets_folder().glob("context_*")):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield ROOT / "requirements.txt"  # libraries bring migrations of their own
    for folder in (path for path in ROOT.iterdir() if path.is_dir() and path.name not in SKIPPED):
        yield from folder.rglob("migrations/*.py")
        yield from folder.rglob("management/commands/setup_database.py")
    for wall in WALLS:
        yield from (path for path in (ROOT / wall).rglob("*") if path.is_file() and path.suffix != ".pyc")
