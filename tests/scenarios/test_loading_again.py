"""Another file on top of what is loaded: it may add, and may not contradict."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from avhopp.access.context import acting
from avhopp.audit.models import Event
from cases.models import Case, Decision, Person
from collaboration.models import PoliceAssessment
from placements.models import Placement, PlacementPrice
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import GOLDEN_FILE, add, as_bytes, golden, put, read
from tests.scenarios.loaded import AT, account, importer, loaded, refused, seen

EVERYTHING = [
    "units", "police_units", "users", "budget_lines", "providers", "agreements", "persons", "cases",
    "assessments", "consents", "decisions", "placements", "applications", "checks",
]  # fmt: skip


def test_twice_changes_nothing_and_says_so(stored):
    assert list(stored.added) == EVERYTHING
    before = history_rows()
    again = loaded()
    assert not again.changed
    assert history_rows() == before
    assert again.gaps == stored.gaps
    out = StringIO()
    call_command("load_scenario", GOLDEN_FILE, stdout=out, stderr=StringIO())
    assert out.getvalue().startswith("Inget nytt")


def history_rows() -> int:
    """The history rows that the importer sees, and the events."""
    with acting(importer()):
        tables = (Case, Person, Placement, PlacementPrice, Decision, PoliceAssessment)
        return sum(model.history.count() for model in tables) + Event.objects.count()


def test_a_rehearsal_beside_what_is_loaded_changes_nothing(stored, tmp_path):
    file = tmp_path / "more.json"
    file.write_bytes(as_bytes(golden(add("budget_lines", 0, ref="extra", amount="1000000"))))
    out = StringIO()
    call_command("load_scenario", file, "--dry-run", "--figures", "2022-12", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue())[0]["budget"]["variance"] == "984650.00"
    assert seen(stored.municipality, "2022-12")["budget"]["variance"] == "-15350.00"


def test_a_later_file_may_lean_on_what_is_stored(stored):
    home = stored.municipality
    more = {
        "municipality": golden()["municipality"],
        "decisions": [{"ref": "B5b", "case": "A5", "kind": "stodboende", "decided": "2022-10-01"}],
        "placements": [
            {
                "ref": "L5",
                "case": "A5",
                "decision": "B5b",
                "provider": "stod-ost",
                "agreement": "ra-ost",
                "planned_start": "2022-12-01",
                "start": "2022-12-01",
                "prices": [{"from": "2022-12-01", "to": None, "rate": 1500}],
            }
        ],
    }
    added = load(scenario=read(more), at=AT)
    assert dict(added.added) == {"decisions": 1, "placements": 1}
    assert seen(home, "2022-12")["year"]["cost"] == f"{4_815_350 + 31 * 1500}.00"
    assert not load(scenario=read(more), at=AT).changed


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (put("municipality.name", "Annan kommun"), "municipality.name"),
        (put("users[0].role", "enhetschef"), "users[0].role"),
        (put("persons[1].children", 3), "persons[1].children"),
        (put("cases[0].source", "skola"), "cases[0].source"),
        (put("decisions[0].end", "2022-06-01"), "decisions[0].end"),
        (put("placements[0].prices[0].rate", "3100"), "placements[0].prices"),
        (put("applications[2].status", "avslagen"), "applications[2].status"),
        (put("checks[17].done", "2022-06-20"), "checks[17].done"),
        (put("consents[0].withdrawn", "2022-06-20"), "consents[0].withdrawn"),
    ],
)
def test_a_known_row_with_other_facts_is_refused(stored, change, path):
    assert refused(change) == [path]


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"cases": [{"ref": "X", "person": "P1", "unit": "ungdom", "received": "2022-05-01",
                     "source": "sis"}]},
         "cases[0].received"),
        ({"placements": [{"ref": "X", "case": "A1", "decision": "B1", "provider": "hvb-syd",
                          "start": "2022-09-14", "end": "2022-09-20",
                          "prices": [{"from": "2022-09-14", "to": "2022-09-20", "rate": 1}]}]},
         "placements[0].start"),
        ({"placements": [{"ref": "X", "case": "A2", "decision": "B1", "provider": "hvb-syd",
                          "planned_start": "2023-09-14"}]}, "placements[0].decision"),
        ({"checks": [{"case": "A1", "planned": "2022-01-15", "done": "2022-01-20"}]}, "checks[0].done"),
    ],
)  # fmt: skip
def test_contradictions_with_what_is_stored_are_refused(stored, row, path):
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read({"municipality": golden()["municipality"], **row}), at=AT)
    assert [fault.path for fault in refusal.value.faults] == [path]


def test_what_only_the_database_knows_is_refused_with_the_row(stored):
    """A case that the importer's team has no grant on stops a second open one all the same."""
    with acting(importer()):
        case = Case.objects.get(ref="A3")
        person = case.person_id
    with connection.cursor() as cursor:
        cursor.execute("savepoint before_hiding")
    more = {
        "municipality": golden()["municipality"],
        "units": [{"ref": "ny", "name": "Ny enhet"}],
        "persons": [{"ref": "P1", "birth_year": 1990}],
        "cases": [{"ref": "A1", "person": "P1", "unit": "ny", "received": "2022-01-01", "source": "sjalv"}],
    }
    hide_from_the_importer()
    with pytest.raises(ScenarioRefused) as refusal, transaction.atomic():
        load(scenario=read(more), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["persons[0].ref"]
    with acting(account("asta")):
        assert Case.objects.filter(person=person).count() == 1


def hide_from_the_importer() -> None:
    """Take the importer out of its team, as a manager of accounts could, into one that has no cases."""
    machine = importer().pk
    with acting(account("eva")), connection.cursor() as cursor:
        cursor.execute("delete from accounts_user_groups where user_id = %s", [machine])
        assert cursor.rowcount == 1
        cursor.execute(
            "with made as (insert into auth_group (name) values ('0199/ingen') returning id) "
            "insert into accounts_user_groups (user_id, group_id) select %s, id from made",
            [machine],
        )
