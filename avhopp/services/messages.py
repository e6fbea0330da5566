"""What this package says to the person at the terminal: sentences, on standard error, never a traceback."""

import errno
import sys
from pathlib import Path


class ServiceProblem(Exception):
    """Something outside the code stops us; the text is a full sentence that says what to do."""


def say(text: str) -> None:
    """One message on standard error; standard output belongs to the commands (some print JSON)."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def explain(error: OSError) -> str:
    """An operating system error as a sentence with its path and a remedy."""
    where = f" ({error.filename})" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk is full{where}. Free some space and try again; nothing has been lost."
        case errno.EACCES | errno.EPERM:
            return (
                f"No permission{where}. The folder probably belongs to another user: run as that user, "
                "give it to yourself with 'sudo chown -R $USER', or name another folder with AVHOPP_DATA=."
            )
        case errno.EROFS:
            return f"The file system cannot be written to{where}. Name another folder with AVHOPP_DATA=."
        case errno.ENOTDIR | errno.EEXIST:
            return f"A file is in the way where a folder is needed{where}. Move it and try again."
        case _:
            return f"The operating system refused{where}: {error.strerror or error}."


def last_lines(path: Path, count: int = 8, *, start: int = 0) -> str:
    """The end of a log file, from byte `start` on; empty when there is none."""
    try:
        with path.open("rb") as log:
            log.seek(start)
            text = log.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-count:])


def server_problem(name: str, log: Path, *, start: int = 0, hint: str = "") -> ServiceProblem:
    """Why a server did not start, read from its own log."""
    tail = last_lines(log, 12, start=start)
    if "No space left on device" in tail:
        return ServiceProblem(
            f"{name} could not start: the disk is full. Free some space and try again; nothing has been lost."
        )
    lines = "\n".join(f"    {line}" for line in tail.splitlines()[-6:])
    return ServiceProblem(
        f"{name} did not start.{f' {hint}' if hint else ''} Its log ({log}) ends with:\n{lines}"
    )
