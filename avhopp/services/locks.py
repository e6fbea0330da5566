"""File locks that the kernel frees when their holder dies, however it dies."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class Lock:
    """A held flock on a file. The file stays; only the lock counts."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, path: Path, *, shared: bool = False, wait: bool = True) -> "Lock | None":
        """The lock, or None when `wait` is False and somebody else holds it."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        return cls(handle)

    def note(self, text: str) -> None:
        """Writes who holds it, for the one who is turned away."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text.encode(), 0)

    def release(self) -> None:
        """Frees it; a second call does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits for the exclusive lock and holds it for the block."""
    lock = Lock.take(path)
    try:
        yield
    finally:
        if lock:
            lock.release()
