"""The supervisor's children: started again when they die, ended with all they started, found after a kill."""

import os
import signal
import stat
import time
from pathlib import Path

import pytest

from avhopp.services import children
from avhopp.services.children import Child
from avhopp.services.processes import started_at, wait_until

SCRIPT = """#!/bin/sh
echo "up $$"
sleep 600 &
echo $! > "$CHILD_OF_CHILD"
wait
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    """A child called `web` that has a child of its own."""
    script = tmp_path / "bin" / "web"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(children, "ROOT", tmp_path)
    monkeypatch.setattr(children, "PAUSES", (0.0, 0.0, 300.0))
    told: list[str] = []
    made = Child("web", tmp_path, {**os.environ, "CHILD_OF_CHILD": str(tmp_path / "grandchild")}, told.append)
    made.told = told  # type: ignore[attr-defined]
    return made


def grandchild(tmp_path: Path) -> int:
    path = tmp_path / "grandchild"
    assert wait_until(lambda: path.exists() and path.read_text().endswith("\n"), 10)
    return int(path.read_text())


def test_a_dead_child_starts_again_with_a_message(child: Child, tmp_path: Path) -> None:
    child.start()
    grandchild(tmp_path)
    first = child.pid
    os.killpg(first, signal.SIGKILL)
    assert wait_until(child.watch, 10)
    assert child.pid not in (0, first)
    told = child.told  # type: ignore[attr-defined]
    assert told[0].startswith("web stopped (killed by signal 9); again in 0 s.")
    assert told[1] == f"  web | up {first}"
    child.end(5)
    assert f"web | up {first}\n" in (tmp_path / "web.log").read_text()


def test_a_child_that_keeps_dying_waits_longer(child: Child, tmp_path: Path) -> None:
    (tmp_path / "bin" / "web").write_text("#!/bin/sh\nexit 3\n")
    child.start()
    assert wait_until(lambda: (child.watch(), child.restarts)[1] == 3, 10)
    assert child.reason() == "exit code 3"
    assert not child.watch(), "the third pause is five minutes"
    child.end(1)


def test_ending_a_child_ends_what_it_started(child: Child, tmp_path: Path) -> None:
    child.start()
    inner = grandchild(tmp_path)
    before = time.monotonic()
    child.end(5)
    assert child.pid == 0
    assert wait_until(lambda: not started_at(inner), 5)
    assert time.monotonic() - before < 5


def test_children_of_a_killed_supervisor_are_ended_and_strangers_are_not(
    child: Child, tmp_path: Path
) -> None:
    record, told = tmp_path / "children.json", []
    child.start()
    inner = grandchild(tmp_path)
    children.remember(record, [child])
    text = record.read_text()
    record.write_text(text.replace(started_at(child.pid), "1"))  # the number now belongs to somebody else
    children.end_forgotten(record, told.append)
    assert (told, child.pid != 0) == ([], True)
    record.write_text(text)
    children.end_forgotten(record, told.append)
    assert told == ["Ending web, left behind by a start that was killed."]
    assert wait_until(lambda: child.pid == 0 and not started_at(inner), 5)
    assert not record.exists()
    child.end(1)
