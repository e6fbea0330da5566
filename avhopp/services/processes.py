"""Looking at other processes through /proc, without trusting a process number alone."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def works_in(pid: int, folder: Path) -> bool:
    """Whether a living process `pid` has `folder` as its working directory (both servers go there)."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    except OSError:
        return False


def first_number(path: Path) -> int:
    """The process number on the first line of a pid file; 0 when there is none."""
    try:
        return int(path.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].strip() or 0)
    except (FileNotFoundError, ValueError):
        return 0


def started_at(pid: int) -> str:
    """When a process started, in kernel ticks; with the number it names one process. Empty when gone."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def wait_until(claim: Callable[[], bool], seconds: float, *, pause: float = 0.02) -> bool:
    """Looks again and again until the claim holds; False when the time is out."""
    end = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def end_group(pid: int, *, seconds: float) -> None:
    """Asks a process group to end, and after `seconds` makes it."""
    start = started_at(pid)
    for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        if wait_until(lambda: not start or started_at(pid) != start, patience):
            break
