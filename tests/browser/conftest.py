"""The system as `make run` starts it: real processes, a database of their own and a real Chromium."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page

from avhopp.settings.environment import ROOT, data_folder
from tests.databases import fresh_database, own_name

DATABASE = own_name("avhopp_stack")
READY_SECONDS = 60
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = os.environ.get("CHROMIUM") or next(
        (found for name in CHROMIUM if (found := shutil.which(name))), None
    )
    assert path, "Chromium is missing; `make test` says how to install it."
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": path, "args": quiet}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass(frozen=True)
class Stack:
    """Where the running system answers."""

    web: str
    portal: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack's database; its standard output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


@contextmanager
def process(name: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen]:
    with log.open("ab") as output:
        child = subprocess.Popen(
            [ROOT / "bin" / name], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()


def wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/halsa", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer:\n{log.read_text()[-3000:]}")


def gather_static(environment: dict[str, str]) -> None:
    """Once in a run, however many processes the suite runs in: they share the folder."""
    folder = data_folder()
    gathered = folder / f"static-of-{environment.get('PYTEST_XDIST_TESTRUNUID', 'this-run')}"
    with (folder / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if "PYTEST_XDIST_TESTRUNUID" not in environment or not gathered.exists():
            subprocess.run(
                [ROOT / "bin" / "static"], cwd=ROOT, env=environment, check=True, capture_output=True
            )
            gathered.touch()


@pytest.fixture(scope="session")
def stack(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Web and portal, with the demo loaded and the last month's report done by a worker that is gone again.

    A worker that stayed would go on with two years of earlier months.
    """
    logs = tmp_path_factory.mktemp("stack")
    ports = {"PORT": str(free_port()), "PORTAL_PORT": str(free_port())}
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {"AVHOPP_DATABASE": DATABASE, "AVHOPP_DEMO": "1", "WEB_WORKERS": "1", **ports}
    fresh_database(DATABASE)
    running = Stack(
        f"http://127.0.0.1:{ports['PORT']}", f"http://127.0.0.1:{ports['PORTAL_PORT']}", environment
    )
    running.manage("load_demo")
    last_month = timezone.localdate().replace(day=1) - timedelta(days=1)
    running.manage("report", "--month", f"{last_month:%Y-%m}", "--wait")
    gather_static(environment)
    with ExitStack() as children:
        for name in ("web", "portal"):
            children.enter_context(process(name, environment, logs / f"{name}.log"))
        wait_for(running.web, logs / "web.log")
        wait_for(running.portal, logs / "portal.log")
        yield running


class Visitor:
    """Somebody in a browser, and everything the browser complained of."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._heard(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", lambda request: self._failed(request.url, request.failure))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def _failed(self, url: str, failure: str | None) -> None:
        if failure != "net::ERR_ABORTED":  # a download, or a page left while it loaded
            self.complaints.append(f"failed: {url} {failure}")

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.base + path)
        return self.page


@pytest.fixture
def visit(stack: Stack, browser: Browser) -> Iterator[object]:
    """`visit("asta")` is Asta's browser, signed in with one step; `visit("dag")` is Dag's, in the portal."""
    with ExitStack() as contexts:

        def signed_in(handle: str, **options: object) -> Visitor:
            base = stack.portal if handle in ("dag", "nora") else stack.web
            context = browser.new_context(locale="sv-SE", **options)  # type: ignore[arg-type]
            contexts.callback(context.close)
            visitor = Visitor(context, base)
            page = visitor.open("/logga-in/")
            form = page.locator(f"form:has(input[name=username][value^='{handle}@'])")
            form.locator("button[type=submit]").first.click()
            page.wait_for_load_state()
            assert "/logga-in/" not in page.url, f"{handle} could not sign in"
            return visitor

        yield signed_in
