"""`make test` and `make bench`: a command with embedded servers of its own, in a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from avhopp.services.lifecycle import running, stop
from avhopp.services.locks import Lock
from avhopp.services.messages import ServiceProblem
from avhopp.services.places import ROOT, make_data_folder, places


def run_alone(name: str, command: list[str], *, durable: bool) -> int:
    """Runs a command with fresh servers in `.data/<name>` and gives its exit code.

    DATABASE_URL, REDIS_URL and AVHOPP_SECRETS are put aside: tests never touch anybody's own servers.
    With `durable` False the database may lose data at a power failure, and is faster.

    Raises:
        ServiceProblem: the same is running in this tree already.
    """
    folder = ROOT / ".data" / name
    make_data_folder(folder.parent)
    lock = Lock.take(folder.with_suffix(".lock"), wait=False)
    if lock is None:
        raise ServiceProblem(f"Another 'make {name}' is running in this tree. Wait for it, or stop it.")
    try:
        for key in ("DATABASE_URL", "REDIS_URL", "AVHOPP_SECRETS", "DJANGO_SETTINGS_MODULE"):
            os.environ.pop(key, None)
        os.environ["AVHOPP_DATA"] = str(folder)
        os.environ["AVHOPP_EPHEMERAL"] = "0" if durable else "1"
        _clear(folder)
        with running():
            return _foreground(command)
    finally:
        lock.release()


def _clear(folder: Path) -> None:
    if folder.exists():
        if not stop():
            raise ServiceProblem(f"The servers in {folder} are in use. Stop what uses them and try again.")
        servers = places().servers
        shutil.rmtree(folder)
        shutil.rmtree(servers, ignore_errors=True)  # elsewhere, when the tree is out of the servers' reach


def _foreground(command: list[str]) -> int:
    """Waits for the command, which gets the terminal's Ctrl-C itself; SIGTERM is handed on."""
    process = subprocess.Popen(command, cwd=ROOT)
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda number, frame: process.terminate()),
    }
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def python(*arguments: str) -> list[str]:
    """A command line for this Python."""
    return [sys.executable, *arguments]
