"""The process that opens one file, gives the new one back and ends. It holds nothing worth taking.

Started by `opening.py` with an empty environment, no open files but its two pipes, and limits of its own. It
reads the file from standard input and writes a word and the new file to standard output.
"""

import logging
import os
import resource
import sys
from typing import Any, NoReturn

from avhopp.files.cleaning import cleaned
from avhopp.kernel.refusal import Refused

OUT, PROBLEM = "ok", "refused"
#: What Python itself may not do from here on: reach out, start something, write or remove a file.
FORBIDDEN = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "shutil.", "ctypes.",
)  # fmt: skip


def confine(processor_seconds: int, memory_bytes: int) -> None:
    """No more than this from here on, nothing written to disk, no further process."""
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and arguments[2] is not None and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        raise PermissionError(event)


def main() -> NoReturn:
    """Clean standard input within the limits named on the command line."""
    logging.disable()
    confine(int(sys.argv[1]), int(sys.argv[2]))
    try:
        kind, new = cleaned(sys.stdin.buffer.read())
    except Refused as refused:
        _answer(PROBLEM, refused.code)
    except MemoryError:
        _answer(PROBLEM, "not_finished")
    except Exception:  # a parser's own: whatever it is, the file is not as it should be
        _answer(PROBLEM, "broken")
    _answer(OUT, kind.name, new)


def _answer(word: str, about: str, content: bytes = b"") -> NoReturn:
    sys.stdout.buffer.write(f"{word} {about}\n".encode() + content)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
