"""The process that opens a file holds nothing, reaches nothing, and is stopped when it takes too much."""

import json
import zlib

import pytest

from avhopp.files import opening
from avhopp.files.limits import MEGABYTE, Confinement
from avhopp.files.opening import clean, run
from avhopp.kernel.refusal import Refused
from tests.files.made import pdf, png_claiming

BEGIN = "import sys\nfrom avhopp.files.confined import confine\nconfine(int(sys.argv[1]), int(sys.argv[2]))\n"
SMALL = Confinement(processor_seconds=1, wall_seconds=20, memory_bytes=400 * MEGABYTE)


def confined(program: str, within: Confinement = SMALL) -> bytes:
    """What a program answers that runs as the opening process does."""
    return run(("-P", "-c", BEGIN + program), b"", within)


def test_a_program_within_the_limits_answers():
    """Without this the next tests would not know why nothing is answered."""
    assert confined("x = bytearray(10**7); print('klart')") == b"klart\n"


@pytest.mark.parametrize(
    "program",
    [
        "x = bytearray(10**9); print('klart')",
        "x = []\nwhile True: x.append(bytearray(10**6))",
        "while True: pass",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.abort()",
        "raise SystemExit(3)",
    ],
    ids=["memory", "much memory", "time", "killed", "aborted", "failed"],
)
def test_whoever_takes_too_much_is_stopped_and_answers_nothing(program):
    assert confined(program) == b""


def test_the_limits_are_those_that_were_asked_for():
    told = confined(
        "import resource\n"
        "for name in ('CPU', 'AS', 'FSIZE', 'CORE', 'NOFILE'):\n"
        "    print(name, *resource.getrlimit(getattr(resource, 'RLIMIT_' + name)))"
    )
    memory = 400 * MEGABYTE
    expected = ["CPU 1 1", f"AS {memory} {memory}", "FSIZE 0 0", "CORE 0 0", "NOFILE 32 32"]
    assert told.decode().split("\n")[:-1] == expected


def test_whoever_only_waits_is_stopped():
    waits = Confinement(processor_seconds=5, wall_seconds=1.0)
    assert confined("import signal; print('klart', flush=True); signal.pause()", waits) == b""


ATTEMPTS = {
    "socket": "socket.socket().connect(('127.0.0.1', 9))",
    "name": "socket.getaddrinfo('localhost', 80)",
    "process": "subprocess.run(['true'])",
    "shell": "os.system('true')",
    "fork": "os.fork()",
    "exec": "os.execv('/bin/true', ['true'])",
    "file": "open('/tmp/avhopp-prov', 'wb')",
    "removal": "os.remove('/tmp/avhopp-prov')",
    "folder": "os.mkdir('/tmp/avhopp-prov')",
    "library": "import ctypes; ctypes.CDLL(None)",
}


def test_it_reaches_nothing():
    """All attempts in one process, each answered with its name and what came of it."""
    program = "import os, socket, subprocess\n" + "".join(
        f"try:\n    {attempt}\n    print({name!r}, 'gick')\n"
        f"except PermissionError as error:\n    print({name!r}, 'nekad')\n"
        for name, attempt in ATTEMPTS.items()
    )
    said = confined(program).decode().split("\n")[:-1]
    assert said == [f"{name} nekad" for name in ATTEMPTS]


def test_it_holds_nothing_of_ours(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://hemligt")
    monkeypatch.setenv("AVHOPP_SECRETS", "/hemligt")
    told = json.loads(
        confined(
            "import json, os, sys\n"
            "ours = [name for name in sys.modules if name.startswith(('django', 'cases', 'psycopg'))]\n"
            "print(json.dumps([dict(os.environ), ours, sorted(os.listdir('/proc/self/fd'))]))"
        )
    )
    environment, modules, files = told
    assert set(environment) <= {"PYTHONPATH", "LANG", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    assert modules == []
    assert len(files) == 4, "the three pipes, and the list of them"


def test_a_good_file_that_needs_more_than_it_gets_is_refused_in_plain_words():
    rows = zlib.compress((b"\0" + bytes(3000 * 3)) * 3000, 1)
    large = png_claiming(3000, 3000, rows)
    with pytest.raises(Refused) as refused:
        clean(large, Confinement(memory_bytes=170 * MEGABYTE))
    assert refused.value.code == "not_finished"
    assert "inom gränserna för tid och minne" in refused.value.text
    assert clean(large).kind.name == "PNG"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"ok PDF\n",
        b"ok PDF\n<html><script>",
        b"ok PNG\n\x89PNG\r\n\x1a\n",
        b"ok PDF\n%PDF-1.7 <html>",
        b"refused <script>\n",
        b"refused\n",
        b"hej",
        b"ok PDF PDF\n%PDF-1.7",
    ],
)
def test_what_the_process_says_is_not_believed(monkeypatch, answer):
    """A file that took the process over could answer anything: it gets no text and no other kind past."""
    monkeypatch.setattr(opening, "run", lambda *given: answer)
    with pytest.raises(Refused) as refused:
        clean(pdf())
    assert refused.value.code == "not_finished"


def test_too_large_is_said_before_anything_is_started(monkeypatch):
    monkeypatch.setattr(opening, "run", lambda *given: pytest.fail("it was opened"))
    with pytest.raises(Refused) as refused:
        clean(b"%PDF-1.7" + bytes(20 * MEGABYTE))
    assert refused.value.code == "too_large"
