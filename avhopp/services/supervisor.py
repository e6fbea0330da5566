"""`make run`: the servers, the set-up, the demo and the four processes, until Ctrl-C."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from avhopp.services import children, health, ports
from avhopp.services.addresses import is_embedded
from avhopp.services.lifecycle import running
from avhopp.services.locks import Lock
from avhopp.services.messages import ServiceProblem, last_lines
from avhopp.services.places import ROOT, data_folder, make_data_folder
from avhopp.services.preparation import prepare

PARTS = ("web", "portal", "worker", "beat")
END_ORDER = (("beat", 10.0), ("worker", 30.0), ("portal", 15.0), ("web", 15.0))  # seconds each may take
READY = 90.0  # seconds until both addresses answer
HOPELESS = 3  # deaths before the first answer


class Stopped(BaseException):
    """Ctrl-C or SIGTERM while the start was under way."""


class Supervisor:
    """One `make run`."""

    def __init__(self) -> None:
        self.port = ports.chosen("PORT", 8000)
        self.portal_port = ports.chosen("PORTAL_PORT", 8001)
        if self.port == self.portal_port:
            raise ServiceProblem(f"PORT and PORTAL_PORT are both {self.port}. They must differ.")
        self.embedded = is_embedded()
        self.data = data_folder()
        self.record = self.data / "children.json"
        self.environment = {
            key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"
        }
        self.environment |= {"AVHOPP_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}
        self.environment |= {"PORT": str(self.port), "PORTAL_PORT": str(self.portal_port)}
        if self.embedded:  # a demo is never laid into somebody's own database unasked
            self.environment.setdefault("AVHOPP_DEMO", "1")
        self.demo = self.environment.get("AVHOPP_DEMO", "") == "1"
        self.children = {
            name: children.Child(name, self.data / "logs", self.environment, tell) for name in PARTS
        }
        self._serving = False
        self._stop = threading.Event()

    def run(self) -> None:
        """Serves until a signal comes; every way out ends the children and then the servers.

        Raises:
            ServiceProblem, OSError: the start failed; what had been started is ended.
        """
        make_data_folder(self.data)
        lock = Lock.take(self.data / "run.lock", wait=False)
        if lock is None:
            raise ServiceProblem(
                f"'make run' is already running with the data in {self.data}{self._holder()}. Stop it with "
                "Ctrl-C where it runs, or start this one with a folder of its own: AVHOPP_DATA=."
            )
        try:
            lock.note(f"{os.getpid()} {self.port} {self.portal_port}")
            children.end_forgotten(self.record, tell)
            ports.require_free("PORT", self.port)
            ports.require_free("PORTAL_PORT", self.portal_port)
            with self._signals(), contextlib.suppress(Stopped):
                self._serve()
            tell(f"Stopped. The data stay in {self.data}.")
        finally:
            lock.release()

    def _holder(self) -> str:
        words = last_lines(self.data / "run.lock").split()
        if len(words) != 3:
            return ""
        return f" (process {words[0]}, http://localhost:{words[1]}/ and http://localhost:{words[2]}/)"

    def _serve(self) -> None:
        tell("Starting PostgreSQL and Valkey ..." if self.embedded else "Using DATABASE_URL and REDIS_URL.")
        with running():
            self._prepare()
            try:
                self._serving = True
                self._start()
                self._watch()
            finally:
                self._end()

    def _prepare(self) -> None:
        if self.embedded:
            prepare()
        else:
            self._step("setup", [ROOT / "bin" / "setup"], "Setting up the database ...")
        self._collect_static()
        if self.demo:
            self._step("demo", [sys.executable, ROOT / "manage.py", "load_demo"], "Loading the demo ...")

    def _collect_static(self) -> None:
        """Static files with hashed names, again only when one of them or a library has changed."""
        stamp, digest = self.data / "static.stamp", _static_digest()
        if (self.data / "static").is_dir() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
            return
        self._step("static", [ROOT / "bin" / "static"], "Collecting the static files ...")
        stamp.write_text(digest, encoding="utf-8")

    def _step(self, name: str, command: list[str | Path], message: str) -> None:
        tell(message)
        log = self.data / "logs" / f"{name}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            lines = "\n".join(f"    {line}" for line in last_lines(log, 12).splitlines())
            raise ServiceProblem(f"That did not work. The end of {log}:\n{lines}")

    def _start(self) -> None:
        tell("Starting web, portal, worker and beat ...")
        for child in self.children.values():
            child.start()
        children.remember(self.record, list(self.children.values()))
        waited = 0.0
        while not self._stop.is_set():
            if health.answers(self.port) and health.answers(self.portal_port):
                self._welcome()
                return
            self._look_after()
            for name in ("web", "portal"):
                if self.children[name].restarts >= HOPELESS or waited > READY:
                    log = self.children[name].log
                    raise ServiceProblem(f"{name} does not start. The end of {log}:\n{last_lines(log, 12)}")
            self._stop.wait(0.25)
            waited += 0.25

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            self._look_after()

    def _look_after(self) -> None:
        started = [child.watch() for child in self.children.values()]  # every one is looked at
        if any(started):
            children.remember(self.record, list(self.children.values()))

    def _welcome(self) -> None:
        tell("")
        tell(f"  Socialtjänsten   http://localhost:{self.port}/")
        tell(f"  Polisens portal  http://localhost:{self.portal_port}/")
        if self.demo:
            cast = subprocess.run(
                [sys.executable, ROOT / "manage.py", "demo_cast"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
            )
            tell("")
            for line in cast.stdout.splitlines():
                tell(f"  {line}")
        tell("")
        tell(f"Logs are in {self.data / 'logs'}. Ctrl-C stops everything.")

    def _end(self) -> None:
        self._serving = True  # from here on a signal only makes us hurry
        tell("Stopping ...")
        self._stop.clear()  # a second signal sets it again: hurry
        for name, patience in END_ORDER:
            self.children[name].end(1.0 if self._stop.is_set() else patience)
        self.record.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """While preparing, a signal ends the step under way; while serving, it is noted and acted on."""

        def handle(number: int, frame: FrameType | None) -> None:
            self._stop.set()
            if not self._serving:
                self._serving = True
                raise Stopped

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def tell(text: str) -> None:
    """A line on the terminal; a terminal that has gone away stops nothing."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def _static_digest() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for folder in (ROOT / "static", *sorted(ROOT.glob("*/static")), *sorted(ROOT.glob("avhopp/*/static"))):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found = path.stat()
                digest.update(f"{path.relative_to(ROOT)}|{found.st_size}|{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
