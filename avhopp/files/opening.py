"""The door for files from outside: each is opened in a process of its own, that can be spared."""

import hashlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from avhopp.files import limits
from avhopp.files.kinds import Kind, kind_of
from avhopp.files.limits import USUAL, Confinement
from avhopp.files.refusals import refusal
from avhopp.kernel.refusal import Refused
from avhopp.settings.environment import ROOT

PROGRAM = ("-P", "-m", "avhopp.files.confined")
NOTHING_OF_OURS = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
ANSWER_BYTES = 100  # of the line before the content
AT_ONCE = threading.BoundedSemaphore(2)  # files that one web process has opened at a time; the others wait


@dataclass(frozen=True)
class CleanFile:
    """A file that this program has written itself: its kind, bytes and digest."""

    kind: Kind
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def clean(content: bytes, within: Confinement = USUAL) -> CleanFile:
    """The same document, made anew in a process that has no keys, no database and no network.

    What the file is, is asked of its content alone. Cleaning what was cleaned gives the same kind again.

    Raises:
        Refused: a code of `refusals.TEXTS`, with the field `file`; `not_finished` when the process was
            stopped by its limits or failed.
    """
    if len(content) > limits.MAX_BYTES:
        raise refusal("too_large")
    kind = kind_of(content)
    word, about, new = _answer(run(PROGRAM, content, within))
    if word != "ok":
        raise refusal(about)
    if about != kind.name or not _may_leave(kind, new):
        raise refusal("not_finished")
    return CleanFile(kind, new)


def _may_leave(kind: Kind, new: bytes) -> bool:
    """Whether what the process gave is a file of this kind, by the same measure as what comes in."""
    try:
        return len(new) <= limits.MAX_BYTES and kind_of(new) is kind
    except Refused:
        return False


def run(program: Sequence[str], content: bytes, within: Confinement) -> bytes:
    """What a confined Python answers; nothing when it was stopped.

    `program` is what stands behind `python` on the command line; the limits are told as its arguments.
    """
    command = [sys.executable, *program, str(within.processor_seconds), str(within.memory_bytes)]
    try:
        with AT_ONCE:
            done = subprocess.run(
                command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
                env=NOTHING_OF_OURS, timeout=within.wall_seconds, check=False, start_new_session=True,
            )  # fmt: skip
    except subprocess.TimeoutExpired:
        return b""  # it was killed
    return done.stdout if done.returncode == 0 else b""


def _answer(said: bytes) -> tuple[str, str, bytes]:
    line, _, new = said.partition(b"\n")
    words = line[:ANSWER_BYTES].decode("ascii", "replace").split()
    return (words[0], words[1], new) if len(words) == 2 else ("refused", "not_finished", b"")
