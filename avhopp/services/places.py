"""Where the files are, and as whom the embedded servers run.

The rule, in full:
- Everything is below $AVHOPP_DATA (default `.data` in the tree): `secrets/`, `logs/`, `reports/` belong to
  the one who starts the system; `servers/` (database, queue, sockets) belongs to the servers' user.
- An ordinary user runs the servers as herself.
- Root runs them as the owner of the existing database folder, else as `nobody`: PostgreSQL refuses root.
- When that user cannot reach $AVHOPP_DATA (a tree under /root, say), root keeps the servers' folder in
  /var/tmp/avhopp-<hash of the data folder's path>. Binaries that it
  cannot reach are copied to /var/tmp/avhopp-programs-<hash>.
- Socket paths may be 107 bytes long: when they would be longer, the sockets go to a private folder,
  mode 0700, /tmp/avhopp-<user>-<same hash>.
"""

import functools
import hashlib
import os
import pwd
import stat
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avhopp.services.messages import ServiceProblem

ROOT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = Path("/var/tmp")
SOCKET_PATH_LIMIT = 107
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


def data_folder() -> Path:
    """$AVHOPP_DATA, or `.data` in the tree."""
    return Path(os.environ.get("AVHOPP_DATA") or ROOT / ".data").resolve()


def secrets_folder() -> Path:
    """$AVHOPP_SECRETS, or `secrets` in the data folder."""
    return Path(os.environ.get("AVHOPP_SECRETS") or data_folder() / "secrets").resolve()


def ephemeral() -> bool:
    """Whether the data may be lost at a power failure (tests)."""
    return os.environ.get("AVHOPP_EPHEMERAL", "") == "1"


@dataclass(frozen=True)
class ServerUser:
    """The ordinary user that the servers run as."""

    uid: int
    gid: int
    switch: bool  # True when we are root and must change to this user

    def process(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child run as this user."""
        options: dict[str, Any] = {"umask": 0o077, "stdin": subprocess.DEVNULL}
        if self.switch:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def can(self, mode: str, path: Path) -> bool:
        """Whether this user may read (`r`) or enter (`x`) a path."""
        if not self.switch:
            return os.access(path, {"r": os.R_OK, "x": os.X_OK}[mode])
        return _allowed(self.uid, self.gid, mode, str(path))

    def make_folder(self, path: Path) -> Path:
        """A private folder of this user's own; an existing one must be theirs."""
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise ServiceProblem(f"{path} must be a folder of our own. Move it away and try again.")
        if self.switch and found.st_uid == 0:
            os.chown(path, self.uid, self.gid)
        elif found.st_uid != self.uid:
            owner = _name(found.st_uid)
            raise ServiceProblem(
                f"{path} belongs to {owner}. Run as {owner}, move the folder away, "
                "or name another one with AVHOPP_DATA=."
            )
        if found.st_mode & 0o077:
            path.chmod(0o700)
        return path

    def write(self, path: Path, text: str) -> None:
        """A private file of this user's, replaced atomically and without following links."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                if self.switch:
                    os.fchown(file.fileno(), self.uid, self.gid)
                file.write(text)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user number {uid}"


@functools.lru_cache(maxsize=256)
def _allowed(uid: int, gid: int, mode: str, path: str) -> bool:
    test = subprocess.run(
        ["/usr/bin/test", f"-{mode}", path], user=uid, group=gid, extra_groups=[], cwd="/", check=False
    )
    return test.returncode == 0


@dataclass(frozen=True)
class Places:
    """The folders of one installation; `servers` and `sockets` are private to the servers' user."""

    data: Path
    servers: Path
    sockets: Path
    user: ServerUser

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / VALKEY_SOCKET

    def make(self) -> None:
        """Makes what is missing; raises ServiceProblem or OSError when it may not."""
        make_data_folder(self.data)
        self.user.make_folder(self.servers)
        self.user.make_folder(self.sockets)


def make_data_folder(path: Path) -> None:
    """The data folder with the folders of the one who starts the system."""
    if not path.exists():
        path.mkdir(parents=True)
        path.chmod(0o755)  # the servers' user passes through; what is inside is private
    for name in ("logs", "reports"):
        (path / name).mkdir(mode=0o700, exist_ok=True)


def places() -> Places:
    """The folders for the present environment and user; nothing is made."""
    if not sys.platform.startswith("linux"):
        raise ServiceProblem(
            "The embedded PostgreSQL and Valkey run on Linux. Elsewhere, set DATABASE_URL and REDIS_URL."
        )
    data = data_folder()
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    servers, user = data / "servers", ServerUser(os.geteuid(), os.getegid(), switch=False)
    if user.uid == 0:
        servers, user = _for_root(data, ELSEWHERE / f"avhopp-{digest}")
    sockets = servers / "run"
    if len(os.fsencode(sockets / POSTGRES_SOCKET)) > SOCKET_PATH_LIMIT:
        sockets = Path("/tmp") / f"avhopp-{user.uid}-{digest}"
    return Places(data, servers, sockets, user)


def _for_root(data: Path, elsewhere: Path) -> tuple[Path, ServerUser]:
    own = data / "servers"
    if own.is_dir() and own.stat().st_uid != 0:
        return own, ServerUser(own.stat().st_uid, own.stat().st_gid, switch=True)
    nobody = pwd.getpwnam("nobody")
    user = ServerUser(nobody.pw_uid, nobody.pw_gid, switch=True)
    if elsewhere.exists():  # make_folder() refuses it when it belongs to anybody else
        return elsewhere, user
    existing = next(folder for folder in (data, *data.parents) if folder.exists())
    return (data / "servers" if user.can("x", existing) else elsewhere), user
