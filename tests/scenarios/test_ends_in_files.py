"""How a stay was extended and how it ended: read from a file, kept, and compared when the file says it."""

import pytest

from avhopp.access.context import acting
from placements.models import Placement, PlacementExtension
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import golden, put, read
from tests.scenarios.loaded import AT, importer

LONGER = {"kind": "forlangd", "made": "2022-04-01", "reason": "Behöver längre tid", "from": "2022-05-01",
          "to": "2022-11-01"}  # fmt: skip
UNDECIDED = {"kind": "overliggande", "made": "2022-11-03", "reason": "Beslutet kom sent",
             "from": "2022-10-28", "to": "2022-11-01", "authorised": True}  # fmt: skip


def test_how_a_stay_ended_is_read_and_kept(db):
    file = golden(put("placements[8].end_reason", "avbrott"), put("placements[8].resumption", "ja"),
                  put("placements[8].destination", "hakte_anstalt"))  # fmt: skip
    ref = file["placements"][8]["ref"]
    load(scenario=read(file), at=AT)
    with acting(importer()):
        stay = Placement.objects.get(ref=ref)
        assert (stay.end_reason, stay.resumption, stay.destination) == ("avbrott", "ja", "hakte_anstalt")
    assert not load(scenario=read(file), at=AT).changed
    assert not load(scenario=read(golden()), at=AT).changed
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(golden(put("placements[8].end_reason", "planerat"))), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["placements[8].end_reason"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ([put("placements[8].resumption", "ja")], "placements[8].resumption"),
        ([put("placements[2].end_reason", "avbrott")], "placements[2].end_reason"),
        ([put("placements[10].start", None), put("placements[10].destination", "annat")],
         "placements[10].destination"),
        ([put("placements[8].end_reason", "flyttad")], "placements[8].end_reason"),
    ],
)  # fmt: skip
def test_how_a_stay_ended_contradicts_nothing(db, changes, path):
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(golden(*changes)), at=AT)
    assert path in [fault.path for fault in refusal.value.faults]


def extended(*rows):
    return put("placements[8].extensions", list(rows))


def test_how_a_stay_was_extended_is_read_and_kept(db):
    file = golden(extended(UNDECIDED, LONGER))
    load(scenario=read(file), at=AT)
    with acting(importer()):
        rows = list(PlacementExtension.objects.order_by("made_on"))
        assert [(row.kind, f"{row.new_end}", row.authorised) for row in rows] == [
            ("forlangd", "2022-11-01", None), ("overliggande", "2022-11-01", True)
        ]  # fmt: skip
        assert rows[0].made_by == importer()
    assert not load(scenario=read(file), at=AT).changed
    assert not load(scenario=read(golden()), at=AT).changed
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(golden(extended(LONGER))), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["placements[8].extensions"]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (LONGER | {"reason": ""}, "reason"),
        (LONGER | {"to": "2022-04-30"}, "to"),
        (LONGER | {"kind": "kortad"}, "to"),
        (LONGER | {"authorised": True}, "authorised"),
        (LONGER | {"decision": "okant"}, "decision"),
        (LONGER | {"kind": "flyttad"}, "kind"),
        (LONGER | {"colour": "blue"}, "colour"),
        (UNDECIDED | {"to": None}, "to"),
        (UNDECIDED | {"authorised": None}, "authorised"),
    ],
)
def test_an_extension_that_contradicts_itself_has_its_place(db, row, key):
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(golden(extended(row))), at=AT)
    assert f"placements[8].extensions[0].{key}" in [fault.path for fault in refusal.value.faults]


def test_a_decision_of_another_case_carries_no_extension(db):
    file = golden()
    other = next(row["ref"] for row in file["decisions"] if row["case"] != file["placements"][8]["case"])
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(golden(extended(LONGER | {"decision": other}))), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["placements[8].extensions[0].decision"]
