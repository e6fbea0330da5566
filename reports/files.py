"""The finished PDFs on disk, named by their content: `<sha256>.pdf`. A file is whole or is not there.

A file is written under another name first, forced to the disk and renamed. What a killed worker left behind
is swept when its report is taken up again.
"""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings

SHA256 = re.compile(r"[0-9a-f]{64}")


def path_of(sha256: str) -> Path:
    """Where the file with this content is, or would be.

    Raises ValueError for anything but a checksum.
    """
    if not SHA256.fullmatch(sha256):
        raise ValueError("not a SHA-256 in hex")
    return Path(settings.REPORT_FOLDER) / f"{sha256}.pdf"


def read(sha256: str) -> bytes | None:
    """The file's content when it is there and unchanged, else None."""
    try:
        content = path_of(sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def store(name: str, make: Callable[[], bytes]) -> str:
    """Make the content and put it in place; returns its checksum.

    `name` tells who writes, for `sweep`. The unfinished file stands on disk from before `make` begins.
    Raises OSError, and what `make` raises; nothing is left behind then.
    """
    folder = Path(settings.REPORT_FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{name}.part"
    try:
        with part.open("xb") as file:
            content = make()
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        sha256 = hashlib.sha256(content).hexdigest()
        part.replace(path_of(sha256))
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(folder)
    return sha256


def part_name(report: UUID, fence: int, kind: str) -> str:
    """The name that one attempt at a report writes under."""
    return f"{report}-{fence}-{kind}"


def sweep(report: UUID) -> None:
    """Remove what earlier attempts at the report left unfinished. Only the holder of its claim calls this."""
    for part in Path(settings.REPORT_FOLDER).glob(f"{report}-*.part"):
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
