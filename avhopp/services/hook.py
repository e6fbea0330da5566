"""What `manage.py` does around a command, so that every command works on a fresh clone."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from avhopp.services.addresses import endpoints
from avhopp.services.lifecycle import running
from avhopp.services.messages import ServiceProblem, explain, say
from avhopp.services.preparation import prepare

ALONE = {
    "",
    "help",
    "version",
    "makemigrations",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "diffsettings",
}
ALONE |= {"check", "findstatic", "squashmigrations", "startapp", "shell_plus"}
SERVERS_ONLY = {"setup_database"}


@contextlib.contextmanager
def manage_hook(argv: list[str]) -> Iterator[None]:
    """Runs the block with what the command in `argv` needs: nothing, the servers, or a set-up database too.

    A ServiceProblem, or an operating system error on the way in or out, ends the program with a sentence on
    standard error and exit code 1.
    """
    try:
        with _needs(argv):
            yield
    except ServiceProblem as problem:
        say(str(problem))
        sys.exit(1)


@contextlib.contextmanager
def _needs(argv: list[str]) -> Iterator[None]:
    command = argv[1] if len(argv) > 1 else ""
    alone = command in ALONE or command.startswith("-") or bool({"--help", "-h", "--version"} & set(argv))
    if alone and not any(word.startswith("--database") for word in argv):
        yield
        return
    with _told(), contextlib.ExitStack() as stack:
        found = endpoints()
        if found.embedded:
            stack.enter_context(_ended_by_sigterm())
            stack.enter_context(running())
            if command not in SERVERS_ONLY:
                prepare()
        stack = stack.pop_all()
    try:
        yield
    finally:
        with _told():
            stack.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ServiceProblem(explain(error)) from error


@contextlib.contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block like an exception, so that the servers are stopped on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
