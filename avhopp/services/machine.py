"""What the machine must have and pip cannot bring: Pango for the PDFs, a Chromium for browser tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from avhopp.services.messages import ServiceProblem, say

PANGO = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The Chromium for browser tests: $CHROMIUM, else the first one found on this machine."""
    for name in (os.environ.get("CHROMIUM"), "/usr/bin/chromium", *CHROMIUMS):
        found = shutil.which(name) if name else None
        if found and _runs(found):
            return found
    return None


def missing(purpose: str) -> list[str]:
    """The Debian packages that this machine lacks for `run` or `test`."""
    packages = [package for library, package in PANGO.items() if not _loads(library)]
    if purpose == "test" and chromium() is None:
        packages.append("chromium")
    return packages


def provide(purpose: str) -> None:
    """Installs what is missing, as root on Debian and Ubuntu; otherwise names the command that does.

    Raises:
        ServiceProblem: something is missing still.
    """
    packages = missing(purpose)
    if not packages:
        return
    uses = {"chromium": "Chromium (for the browser tests)"}
    names = sorted({uses.get(package, "Pango (for the PDFs)") for package in packages})
    command = _command(packages)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Missing: {' and '.join(names)}. Running: {command}")
        install(packages)
        packages = missing(purpose)
        if not packages:
            return
    hint = ""
    if "chromium" in packages and _is_ubuntu():
        hint = "\nUbuntu's chromium is a snap; where snaps do not run, set CHROMIUM to a Chrome of your own."
    raise ServiceProblem(
        f"Missing on this machine: {' and '.join(names)}. Install with\n\n    {command}\n{hint}"
    )


def install(packages: Iterable[str]) -> None:
    """apt-get update and install; what it says is shown when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-6:])
            raise ServiceProblem(f"apt-get {arguments[0]} failed:\n{lines}")


def _command(packages: list[str]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    listed = " ".join(packages)
    if "chromium" in packages and _is_ubuntu():
        others = " ".join(package for package in packages if package != "chromium")
        snap = f"{sudo}snap install chromium"
        return f"{sudo}apt-get update && {sudo}apt-get install -y {others} && {snap}" if others else snap
    return f"{sudo}apt-get update && {sudo}apt-get install -y {listed}"


def _is_ubuntu() -> bool:
    try:
        return "ID=ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def _loads(library: str) -> bool:
    """In a process of its own: a library that was missing once stays missing in ours after apt-get."""
    load = f"import ctypes; ctypes.CDLL({library!r})"
    return subprocess.run([sys.executable, "-c", load], capture_output=True, check=False).returncode == 0


def _runs(program: str) -> bool:
    try:
        version = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return version.returncode == 0
