"""Keys are changed while people work, the change is killed again and again, and everything stays readable."""

import json
import os
import random
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from avhopp.sealing.keyfiles import INDEX, RINGS, file_of

KILLS = 6
Keys = Callable[..., dict[str, Any]]


@pytest.fixture
def keys(start) -> Keys:
    """`keys("rotate", 2)` kills the command after two lines of its output."""
    process = start("rotating.py", "migrator")

    def run(step: str, lines: int | None = None) -> dict[str, Any]:
        process.stdin.write(json.dumps([step, lines]) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, process.stderr.read()[-3000:]
        return json.loads(line)

    return run


@pytest.fixture
def at_work(start) -> subprocess.Popen[str]:
    process = start("under_load.py", "web")
    line = process.stdout.readline()
    assert line == "begun\n", process.stderr.read()[-3000:]
    return process


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=120)
    assert output, errors[-3000:]
    return json.loads(output)


def wrapped_by(admin) -> set[str]:
    return {row[0] for row in admin.execute("select distinct wrapped_by from app.sealing_datakey").fetchall()}


def index_keys(admin) -> set[str]:
    rows = admin.execute(
        "select distinct split_part(identity_index, '.', 1) from app.cases_person"
    ).fetchall()
    return {row[0] for row in rows}


def rotate_under_load(keys, at_work, admin, keys_folder, kills: int) -> None:
    dice = random.Random(kills)
    before, old_index = wrapped_by(admin), index_keys(admin)
    assert len(old_index) == 1
    assert keys("new")["status"] == 0
    refused = keys("retire")
    assert (refused["status"], "Run keys rotate first" in refused["said"][0]) == (1, True)

    hit, halfway = 0, 0
    for _ in range(kills):
        outcome = keys("rotate", dice.randint(1, 3))
        hit += outcome["status"] == -9
        undone = bool(wrapped_by(admin) & before or index_keys(admin) & old_index)
        assert keys("retire")["status"] == int(undone), "old versions stay while anything hangs on them"
        halfway += undone
    assert hit == kills, "every kill found the rotation at work"
    assert halfway > kills / 2, "and most left it undone"

    done = keys("rotate")
    assert (done["status"], done["said"][-1]) == (0, "Everything hangs on the newest versions.")
    assert not wrapped_by(admin) & before
    assert not index_keys(admin) & old_index
    assert keys("rotate")["said"] == ["Everything hangs on the newest versions."]

    assert keys("retire")["status"] == 0
    for name in (*map(file_of, RINGS), INDEX):
        assert len((keys_folder / name).read_text().split()) == 1
    status = "\n".join(keys("status")["said"])
    assert "MISSING" not in status
    assert " old" not in status

    seen = told(at_work)
    assert seen["errors"] == []
    assert seen["wrong"] == 0
    assert min(seen["reads"], seen["searches"], seen["writes"]) > 0


def test_a_rotation_under_load_is_killed_and_gone_on_with(keys, at_work, admin, keys_folder):
    rotate_under_load(keys, at_work, admin, keys_folder, KILLS)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(5))
def test_many_rotations_are_killed(keys, at_work, admin, keys_folder, seed):
    for _ in range(4):  # more data keys to wrap, each time
        assert keys("new")["status"] == keys("rotate")["status"] == 0
    assert keys("retire")["status"] == 0
    rotate_under_load(keys, at_work, admin, keys_folder, 8)


def test_a_rotation_writes_no_sealed_text_anew_and_tells_of_each_new_index(keys, at_work, admin):
    told(at_work)

    def texts() -> list[tuple]:
        sealed = (
            "select id, identity from app.cases_historicalperson where history_change_reason <> 'nyckelbyte'"
        )
        own = "select id, identity from app.cases_person"
        return [admin.execute(f"{query} order by 1, 2").fetchall() for query in (sealed, own)]

    before = texts()
    assert before[0]
    assert keys("new")["status"] == keys("rotate")["status"] == 0
    assert texts() == before
    reasons = admin.execute(
        "select count(*), count(distinct id) from app.cases_historicalperson"
        " where history_change_reason = 'nyckelbyte' and history_type = '~' and history_user_id is null"
    ).fetchone()
    persons = admin.execute("select count(*) from app.cases_person").fetchone()[0]
    assert reasons == (persons, persons)


def test_without_its_file_nothing_of_a_ring_can_be_read(keys, start, admin, keys_folder):
    """The wrong key, and no key: the database alone is not enough."""
    (keys_folder / "sealing_case").write_text("another-line-of-no-use\n")
    status = "\n".join(keys("status")["said"])
    assert "MISSING IN THE FILE" in status
    process = start("under_load.py", "web")
    output, errors = process.communicate(timeout=60)
    assert output == ""
    assert "The file sealing_case lacks the key" in errors


def test_the_files_keep_their_mode_when_a_version_is_added(keys, keys_folder):
    path = keys_folder / "sealing_case"
    path.chmod(0o440)
    assert keys("new")["status"] == 0
    assert path.stat().st_mode & 0o777 == 0o440
    assert len(path.read_text().split()) == 2
    assert [name for name in os.listdir(keys_folder) if name.startswith(".")] == []
