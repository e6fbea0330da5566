"""Secrets are files, one per name, in $AVHOPP_SECRETS.

With the embedded servers a missing secret is made, random and mode 0600. With DATABASE_URL set (production)
a missing one stops the start: a secret nobody has written down must not appear by itself.
"""

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path

from avhopp.services.messages import ServiceProblem
from avhopp.services.places import data_folder, make_data_folder, secrets_folder

NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
PRODUCTION = (
    "db_admin",  # the superuser; only setup has it
    "db_migrator",
    "db_web",
    "db_portal",
    "db_worker",
    "db_auditor",  # whoever verifies the history; given out, and in no container
    "db_backup",
    "context_web",
    "context_portal",
    "context_worker",
    "context_migrator",
    "django_secret",  # the web process's; portal and worker get their own under the same name
    "django_secret_portal",
    "django_secret_worker",
    "valkey",
    "valkey_portal",
    "ledger_anchor",  # signs what is said of the history outside the database
    # What seals texts in the database: one line per version, the newest last (avhopp/sealing/keyfiles.py)
    "sealing_identity",
    "sealing_case",
    "sealing_protected",
    "sealing_release",
    "sealing_factors",
    "sealing_officers",
    "index_identity",
)


def read_secret(name: str) -> str:
    """The secret called `name`, made on first use with the embedded servers.

    Raises:
        ServiceProblem: the file is missing or empty and DATABASE_URL is set.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a secret")
    path = secrets_folder() / name
    value = _read(path)
    if value:
        return value
    if os.environ.get("DATABASE_URL"):
        raise ServiceProblem(
            f"The secret file {path} is missing or empty. Write it (mode 0600), or make all of them with "
            f"'python -m avhopp.services make-secrets {path.parent}'; AVHOPP_SECRETS names the folder."
        )
    return _make(path)


def optional_secret(name: str) -> str | None:
    """The secret called `name` when there is such a file; never makes one."""
    return _read(secrets_folder() / name) or None


def add_secret_line(name: str) -> None:
    """One more version of a secret that has several; the earlier ones stay above it."""
    lines = read_secret(name).split()
    _write(secrets_folder() / name, [*lines, secrets.token_urlsafe(48)])


def keep_last_secret_line(name: str) -> bool:
    """Take every version but the newest away; False when there was but one."""
    lines = read_secret(name).split()
    _write(secrets_folder() / name, lines[-1:])
    return len(lines) > 1


def make_secrets(folder: Path) -> list[str]:
    """Makes the files of PRODUCTION that are missing in `folder` and names them."""
    made = []
    for name in PRODUCTION:
        if not _read(folder / name):
            _make(folder / name)
            made.append(name)
    return made


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _write(path: Path, lines: list[str]) -> None:
    """Replace the file in one step: a reader and a power failure find the old lines or the new ones."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        before = path.stat()
        os.chown(temporary, before.st_uid, before.st_gid)  # the containers' group reads it
        temporary.chmod(before.st_mode & 0o777)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make(path: Path) -> str:
    """Two makers at once end with the same secret: the first link wins, both read it."""
    if path.parent.parent == data_folder():
        make_data_folder(data_folder())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        if path.exists() and not _read(path):
            path.unlink()  # left empty by a full disk
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return _read(path)
