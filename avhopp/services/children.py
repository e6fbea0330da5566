"""The supervisor's child processes: started in groups of their own, logged, restarted, ended in order."""

import json
import logging
import logging.handlers
import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from avhopp.services.places import ROOT
from avhopp.services.processes import end_group, started_at

LOG_SIZE, LOG_FILES = 5_000_000, 3
STEADY = 60.0  # seconds after which a child that dies starts again with the shortest pause
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each new try


class Child:
    """One `bin/` script that should be running."""

    def __init__(
        self, name: str, logs: Path, environment: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self.restarts = 0
        self._environment = dict(environment)
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None
        self._since = 0.0
        self._due: float | None = None
        self._tail: deque[str] = deque(maxlen=8)

    @property
    def pid(self) -> int:
        """The process number, which is also its group's; 0 when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def start(self) -> None:
        """Starts it now."""
        self._tail.clear()
        self._due = None
        self._since = time.monotonic()
        self._process = subprocess.Popen(
            [ROOT / "bin" / self.name],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which ends its children in order
        )
        assert self._process.stdout is not None
        self._pump = threading.Thread(target=self._copy, args=(self._process.stdout,), daemon=True)
        self._pump.start()

    def watch(self) -> bool:
        """Plans a new start after a death, and starts when it is due; True when it was started."""
        if self._process is None or self._process.poll() is None:
            return False
        now = time.monotonic()
        if self._due is None:
            self._end_pump()
            if now - self._since > STEADY:
                self.restarts = 0
            pause = PAUSES[min(self.restarts, len(PAUSES) - 1)]
            self._due = now + pause
            self.restarts += 1
            self._tell(
                f"{self.name} stopped ({self.reason()}); again in {pause:.0f} s. Its log is {self.log}:"
            )
            for line in self._tail:
                self._tell(f"  {self.name} | {line[:160]}")
        if now < self._due:
            return False
        self.start()
        return True

    def reason(self) -> str:
        """How the process ended, in words."""
        code = self._process.returncode if self._process else 0
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

    def end(self, seconds: float) -> None:
        """Ends it and everything it started."""
        if self._process is None:
            return
        end_group_of(self._process, seconds)
        self._end_pump()

    def _copy(self, stream: IO[bytes]) -> None:
        handler = logging.handlers.RotatingFileHandler(
            self.log, maxBytes=LOG_SIZE, backupCount=LOG_FILES, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter(f"{self.name} | %(message)s"))
        handler.handleError = lambda record: None  # type: ignore[method-assign]  # a full disk: the child goes on
        with stream:
            for raw in stream:
                line = raw.decode("utf-8", "replace").rstrip()
                self._tail.append(line)
                handler.handle(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))
        handler.close()

    def _end_pump(self) -> None:
        if self._pump:
            self._pump.join(timeout=2.0)


def end_group_of(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ends a child with its group and collects it."""
    reaper = threading.Thread(target=process.wait, daemon=True)
    reaper.start()
    end_group(process.pid, seconds=seconds)
    reaper.join(timeout=5.0)


def remember(path: Path, children: list[Child]) -> None:
    """Writes which processes are ours, for a next start after a kill -9."""
    record = [
        {"name": each.name, "pid": each.pid, "start": started_at(each.pid)} for each in children if each.pid
    ]
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(record), encoding="utf-8")
    os.replace(temporary, path)


def end_forgotten(path: Path, tell: Callable[[str], None]) -> None:
    """Ends the processes that a killed supervisor left behind; a number used by a stranger is not touched."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return
    for each in record:
        if each["start"] and started_at(each["pid"]) == each["start"]:
            tell(f"Ending {each['name']}, left behind by a start that was killed.")
            end_group(each["pid"], seconds=10.0)
    path.unlink(missing_ok=True)
