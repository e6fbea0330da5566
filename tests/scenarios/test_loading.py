"""A scenario through the real database: the golden figures, twice, beside others, with history and walls."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from avhopp.audit.models import Event
from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from cases.models import Case, CaseUserGrant, Decision, DuplicateFlag, Person
from cases.states import CaseState
from collaboration.models import PoliceAssessment
from placements.models import BudgetLine, Placement, PlacementPrice
from reports.figures import as_json, figures, months
from reports.queries import facts_of
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import Loaded, load
from reports.scenario.normal import CLOSING_UNKNOWN, REASON_UNKNOWN, as_stored
from reports.scenario.stored import stored_scenario
from tests.scenarios.files import GOLDEN_FILE, add, as_bytes, drop, golden, put, read

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

# DOMAIN.md section 7.3: nights, cost, running cost, persons.
GOLDEN_MONTHS = [
    (146, 438_000, 438_000, 5),
    (168, 445_200, 883_200, 6),
    (186, 473_400, 1_356_600, 6),
    (180, 444_000, 1_800_600, 6),
    (186, 412_300, 2_212_900, 6),
    (180, 399_000, 2_611_900, 6),
    (198, 452_950, 3_064_850, 7),
    (186, 482_050, 3_546_900, 6),
    (164, 397_500, 3_944_400, 6),
    (155, 389_050, 4_333_450, 5),
    (90, 237_000, 4_570_450, 3),
    (93, 244_900, 4_815_350, 3),
]
EVERYTHING = [
    "units", "police_units", "users", "budget_lines", "providers", "agreements", "persons", "cases",
    "assessments", "consents", "decisions", "placements", "applications", "checks",
]  # fmt: skip


def loaded(*changes) -> Loaded:
    return load(scenario=read(golden(*changes)), at=AT)


def account(handle: str, code: str = "0199") -> User:
    return User.objects.get(username=f"{handle}@{code}")


def importer(code: str = "0199") -> User:
    return User.objects.get(municipality__code=code, role=Role.IMPORTER)


def seen(home: Municipality, month: str) -> dict:
    period = parse_month(month)
    return as_json(figures(facts_of(home), period, periods.last_day(period)))


def refused(*changes) -> list[str]:
    with pytest.raises(ScenarioRefused) as refusal:
        loaded(*changes)
    return [fault.path for fault in refusal.value.faults]


def test_golden_figures_of_every_month(db):
    home = loaded().municipality
    facts = facts_of(home)
    for number, (nights, cost, running, persons) in enumerate(GOLDEN_MONTHS, start=1):
        period = parse_month(f"2022-{number:02d}")
        found = as_json(figures(facts, period, periods.last_day(period)))
        assert found["placements"]["nights"] == nights
        assert found["placements"]["cost"] == f"{cost}.00"
        assert found["placements"]["persons"] == persons
        assert found["year"]["cost"] == f"{running}.00"
        assert all(found["controls"].values())
    assert found["year"]["nights"] == 1932
    assert found["year"]["persons_placed"] == 7
    assert found["year"]["mean_cost_per_night"] == "2492.42"
    assert found["budget"]["variance"] == "-15350.00"
    rows = months(facts, 2022, date(2022, 12, 31))
    assert [sum(row.nights_inside for row in rows), sum(row.nights_outside for row in rows)] == [808, 1124]
    assert sum(row.cost_inside for row in rows) == Decimal(1_786_350)
    assert sum(row.cost_outside for row in rows) == Decimal(3_029_000)


def test_golden_forecasts_at_the_end_of_april(db):
    assert seen(loaded().municipality, "2022-04")["forecast"] == {
        "committed": "4320350.00",
        "planned": "5013350.00",
        "straight_line": "5476825.00",
    }


def test_what_is_stored_reads_back_as_the_file(db):
    scenario = read(golden())
    with acting(None):
        load(scenario=scenario, at=AT)
    with acting(importer()):
        stored = stored_scenario(Municipality.objects.get(code="0199"))
    for name, rows in as_stored(scenario, stored).lists():
        assert set(getattr(stored, name)) == set(rows), name


def test_twice_changes_nothing_and_says_so(db):
    first = loaded()
    assert list(first.added) == EVERYTHING
    before = history_rows()
    again = loaded()
    assert not again.changed
    assert history_rows() == before
    assert again.gaps == first.gaps
    out = StringIO()
    call_command("load_scenario", GOLDEN_FILE, stdout=out, stderr=StringIO())
    assert out.getvalue().startswith("Inget nytt")


def history_rows() -> int:
    """The history rows that the importer sees, and the events."""
    with acting(importer()):
        tables = (Case, Person, Placement, PlacementPrice, Decision, PoliceAssessment)
        return sum(model.history.count() for model in tables) + Event.objects.count()


def test_a_rehearsal_prints_figures_and_leaves_nothing(db):
    out, told = StringIO(), StringIO()
    call_command(
        "load_scenario", GOLDEN_FILE, "--dry-run", "--figures", "2022-03", "2022-04", stdout=out, stderr=told
    )
    found = json.loads(out.getvalue())
    assert [one["month"] for one in found] == ["2022-03", "2022-04"]
    assert found[0]["placements"]["mean_cost_per_night"] == "2545.16"
    assert found[1]["forecast"]["planned"] == "5013350.00"
    assert "Provläsning" in told.getvalue()
    assert "Saknas: cases[0]: utredning (A1)" in told.getvalue()
    assert not Municipality.objects.filter(code="0199").exists()
    assert not User.objects.filter(username__endswith="@0199").exists()


def test_a_rehearsal_beside_what_is_loaded_changes_nothing(db, tmp_path):
    home = loaded().municipality
    file = tmp_path / "more.json"
    file.write_bytes(as_bytes(golden(add("budget_lines", 0, ref="extra", amount="1000000"))))
    out = StringIO()
    call_command("load_scenario", file, "--dry-run", "--figures", "2022-12", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue())[0]["budget"]["variance"] == "984650.00"
    assert seen(home, "2022-12")["budget"]["variance"] == "-15350.00"


def test_every_row_has_one_history_row_with_the_importer(db):
    loaded()
    with acting(importer()):
        for model in (Person, Case, Decision, PlacementPrice, BudgetLine):
            rows = model.history.values_list("id", "history_user_id", "history_change_reason", "history_type")
            created = [row for row in rows if row[3] == "+"]
            assert len(created) == model.objects.count() > 0
            assert {row[1] for row in rows} == {importer().pk}
            assert {row[2] for row in rows} == {"Inläst från fil"}


def test_the_handler_sees_the_cases_and_others_do_not(db):
    loaded()
    load(scenario=read(golden(put("municipality.code", "0188"))), at=AT)
    sees = {"asta": 8, "bo": 8, "siri": 8, "eskil": 8, "cleo": 0, "nils": 0, "lova": 0, "eva": 0, "dag": 0}
    for handle, number in sees.items():
        user = account(handle)
        with acting(user):
            assert Case.objects.count() == number, handle
            assert Case.objects.visible_to(user).count() == number, handle
    with acting(importer("0188")):
        assert {case.municipality.code for case in Case.objects.all()} == {"0188"}
        assert Case.objects.count() == 8


def test_no_account_gets_a_password(db):
    loaded()
    assert not any(user.has_usable_password() for user in User.objects.filter(municipality__code="0199"))


def test_states_follow_from_the_facts(db):
    loaded(
        put("decisions[10].enforced", None),
        put("placements[10].start", None),
        put("cases[4].closed", "2022-02-01"),
        put("cases[4].closing_reason", "gatt_i_mal"),
        add("persons", 0, ref="P9"),
        add("cases", 0, ref="A9", person="P9", received="2022-05-01"),
    )
    with acting(importer()):
        found = dict(Case.objects.values_list("ref", "state"))
    assert found["A1"] == CaseState.ONGOING
    assert found["A8"] == CaseState.GRANTED
    assert found["A5"] == CaseState.CLOSED
    assert found["A9"] == CaseState.RECEIVED


def test_a_later_file_may_lean_on_what_is_stored(db):
    home = loaded().municipality
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
def test_a_known_row_with_other_facts_is_refused(db, change, path):
    loaded()
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
def test_contradictions_with_what_is_stored_are_refused(db, row, path):
    loaded()
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read({"municipality": golden()["municipality"], **row}), at=AT)
    assert [fault.path for fault in refusal.value.faults] == [path]


def test_what_only_the_database_knows_is_refused_with_the_row(db):
    """A case that the importer's team has no grant on stops a second open one all the same."""
    loaded()
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
    """End the importer's grants, as a coordinator could."""
    with acting(account("siri")), connection.cursor() as cursor:
        cursor.execute(
            "update cases_casegroupgrant set valid_to = valid_from where group_id in "
            "(select id from auth_group where name = '0199/inlasning')"
        )
        assert cursor.rowcount == 8


def test_assessments_become_versions_and_the_newest_is_the_current(db):
    loaded(
        add("assessments", 0, received="2021-09-01", threat="ingen_eller_forhojd"),
        add("assessments", 0, received="2020-12-01", valid_to="2021-02-01"),
    )
    with acting(importer()):
        chain = PoliceAssessment.objects.filter(case__ref="A1").order_by("received")
        assert [one.version for one in chain] == [1, 2, 3]
        assert [one.replaces_id for one in chain] == [None, chain[0].pk, chain[1].pk]
        assert PoliceAssessment.objects.current().filter(case__ref="A1").get().received == date(2021, 9, 1)
    loaded(add("assessments", 0, received="2021-11-01"))
    with acting(importer()):
        assert PoliceAssessment.objects.current().filter(case__ref="A1").get().received == date(2021, 11, 1)
        assert PoliceAssessment.objects.filter(case__ref="A1").count() == 4
    assert refused(add("assessments", 0, received="2021-05-01")) == ["assessments[8].received"]


def test_what_may_be_left_out_is_a_gap_and_no_reason_to_refuse(db):
    found = loaded(
        put("assessments", []),
        drop("consents"),
        put("cases[0].handler", None),
        put("cases[1].handler", "bo"),
        put("cases[4].closed", "2022-02-01"),
        put("placements[2].outside_reason", None),
        put("placements[10].start", None),
        put("persons[7].birth_year", None),
        drop("persons[6].sex"),
        add("persons", 0, ref="P9"),
        put("consents", [{**golden()["consents"][0], "categories": ["insats", "boende"]}]),
    )
    told = {str(gap) for gap in found.gaps}
    for line in (
        "Saknas: cases[0].handler: handläggare",
        "Saknas: cases[1].handler: handläggare: användarens roll kan inte handlägga",
        "Saknas: cases[4].closing_reason: avslutsskäl; ärendet får Övrigt",
        "Saknas: cases[2]: polisens bedömning (A3)",
        "Saknas: cases[2]: samtycke (A3)",
        "Saknas: placements[2].outside_reason: skäl för plats utanför ramavtal",
        "Saknas: persons[7]: födelseår",
        "Saknas: persons[8]: ärende i filen; en person utan ärende registreras inte",
        "Kontrollera: consents[0].categories: ”boende” kan inte väljas på sidorna",
    ):
        assert line in told, sorted(told)
    with acting(importer()):
        assert Case.objects.get(ref="A5").closing_reason == CLOSING_UNKNOWN
        assert Placement.objects.get(ref="L2").outside_reason == REASON_UNKNOWN
        assert not CaseUserGrant.objects.filter(content_object__ref__in=["A1", "A2"]).exists()
        assert not Person.objects.filter(ref="P9").exists()
        planned = Placement.objects.get(ref="L8")
        assert planned.prices.get().start == planned.planned_start == date(2022, 5, 15)
        missing = Event.objects.filter(case_id=Case.objects.get(ref="A3").pk, kind="saknas_i_inlasning")
        assert {event.requires for event in missing} >= {"see_assessment", "see_consent"}
    again = loaded(
        put("assessments", []),
        put("cases[0].handler", None),
        put("cases[1].handler", "bo"),
        put("cases[4].closed", "2022-02-01"),
        put("placements[2].outside_reason", None),
        put("placements[10].start", None),
        put("persons[7].birth_year", None),
        drop("persons[6].sex"),
        put("consents", []),
    )
    assert not again.changed


def test_two_persons_with_one_number_are_a_question_to_the_coordinator(db):
    found = loaded(put("persons[0].identity", "198112189876"), put("persons[5].identity", "19811218-9876"))
    assert any(gap.path == "persons[5].identity" for gap in found.gaps)
    assert not any("19811218" in str(gap) for gap in found.gaps)
    with acting(account("siri")):
        assert DuplicateFlag.objects.count() == 1
    with acting(account("asta")):
        assert DuplicateFlag.objects.count() == 0


def test_the_timeline_tells_each_fact_on_its_day(db):
    loaded()
    with acting(account("asta")):
        events = Event.objects.about(Case.objects.get(ref="A1").pk)
        told = set(events.values_list("kind", "occurred_on"))
    assert ("arende_oppnat", date(2021, 2, 15)) in told
    assert ("beslut_fattat", date(2022, 3, 1)) in told
    assert ("placerad", date(2022, 3, 15)) in told
    with acting(account("eskil")):
        assert not Event.objects.filter(requires="see_assessment").exists()


def test_250_cases_take_a_constant_number_of_statements_for_each_kind(db, django_assert_max_num_queries):
    """Numbers are drawn one by one; all else is written in batches."""
    file = golden()
    names = (
        "persons",
        "cases",
        "assessments",
        "consents",
        "decisions",
        "placements",
        "applications",
        "checks",
    )
    lists = {name: file[name] for name in names}
    for name in names:
        file[name] = [copied(row, number) for number in range(32) for row in lists[name]]
    scenario = read(file)
    with django_assert_max_num_queries(256 * 3 + 200):
        load(scenario=scenario, at=AT)
    with acting(importer()):
        assert Case.objects.count() == 256


def copied(row: dict, number: int) -> dict:
    keys = {"ref", "person", "case", "decision", "moved_from"}
    return {key: f"{value}-{number}" if key in keys and value else value for key, value in row.items()}
