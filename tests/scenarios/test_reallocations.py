"""Money moved between budget lines comes in by a file, and is counted from the day it was decided."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import as_bytes, golden, read
from tests.scenarios.loaded import AT

MOVE = {
    "ref": "flytt", "source": "rikt-2022", "target": "ram-2022", "amount": "300000",
    "decided": "2022-06-01", "decision_ref": "SN § 9",
}  # fmt: skip


def with_moves(*moves):
    found = golden()
    found["reallocations"] = [MOVE | move for move in moves]
    return found


def amounts(figures):
    return {row["kind"]: row["amount"] for row in figures["budget"]["lines"]}


def test_it_counts_from_the_day_it_was_decided(db, tmp_path):
    file = tmp_path / "moved.json"
    file.write_bytes(as_bytes(with_moves({})))
    out = StringIO()
    call_command(
        "load_scenario", file, "--dry-run", "--figures", "2022-05", "2022-06", stdout=out, stderr=StringIO()
    )
    may, june = json.loads(out.getvalue())
    assert amounts(may) == {"ramhojande": "2800000.00", "riktad": "2000000.00"}
    assert amounts(june) == {"ramhojande": "3100000.00", "riktad": "1700000.00"}
    assert may["budget"]["total"] == june["budget"]["total"] == "4800000.00"


@pytest.mark.parametrize(
    ("move", "key"),
    [
        ({"amount": "2000001"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"source": "ram-2022"}, "target"),
        ({"decided": "2001-01-01"}, "decided"),
        ({"target": "okand"}, "target"),
        ({"decision_ref": ""}, "decision_ref"),
    ],
)
def test_what_contradicts_itself_is_told_with_its_place(db, move, key):
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(with_moves(move)), at=AT)
    assert f"reallocations[0].{key}" in [fault.path for fault in refusal.value.faults]
