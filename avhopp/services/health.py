"""Whether a part of the system is well: for the supervisor, for containers and for a person."""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

from avhopp.services.places import ROOT, data_folder

PATH = "/halsa"
BEAT_SCHEDULE = "beat-schedule"
BEAT_SILENCE = 15 * 60  # seconds; beat saves its schedule every few minutes


def answers(port: int, *, seconds: float = 3.0) -> bool:
    """Whether the web process on this machine's `port` says that it is well."""
    host = next(
        (name for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name.strip(" .*")), "127.0.0.1"
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", PATH, headers={"Host": host.strip(), "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_answers() -> bool:
    """Whether a Celery worker answers on the queue."""
    ping = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "avhopp", "inspect", "ping", "--timeout", "3"],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "avhopp.settings.worker", **os.environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ping.returncode == 0


def beat_is_alive() -> bool:
    """Whether the scheduler has saved its schedule lately."""
    saved = [path.stat().st_mtime for path in _schedule_files()]
    return bool(saved) and time.time() - max(saved) < BEAT_SILENCE


def _schedule_files() -> list[Path]:
    return list((data_folder() / "beat").glob(f"{BEAT_SCHEDULE}*"))


def is_well(part: str) -> bool:
    """The answer for `web`, `portal`, `worker` or `beat`."""
    match part:
        case "web":
            return answers(int(os.environ.get("PORT") or 8000))
        case "portal":
            return answers(int(os.environ.get("PORTAL_PORT") or 8001))
        case "worker":
            return worker_answers()
        case "beat":
            return beat_is_alive()
        case _:
            raise ValueError(f"{part!r} is not web, portal, worker or beat")
