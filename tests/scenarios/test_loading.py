"""A scenario into an empty database: rehearsed, states and gaps, versions, and what it costs."""

import json
from datetime import date
from io import StringIO
from math import ceil

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality, User
from avhopp.audit.models import Event
from cases.models import Case, CaseGroupGrant, CaseUserGrant, DuplicateFlag, Person
from cases.states import CaseState
from collaboration.models import PoliceAssessment, RegisterCheck
from placements.models import Placement, PlacementPrice
from reports.scenario.batches import BATCH
from reports.scenario.loading import load
from reports.scenario.normal import CLOSING_UNKNOWN, REASON_UNKNOWN
from tests.scenarios.files import GOLDEN_FILE, add, drop, golden, put, read
from tests.scenarios.inquiries import INQUIRY, with_inquiries
from tests.scenarios.loaded import AT, account, importer, loaded, refused


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


LISTS = ["persons", "cases", "assessments", "consents", "decisions", "placements", "applications", "checks",
         "inquiries"]  # fmt: skip
NUMBERS = 3  # statements that draw a case's numbers, one by one; all else is written in batches
MANY = [Event, CaseGroupGrant, CaseUserGrant, RegisterCheck, Case, Person, Placement, PlacementPrice]


@pytest.mark.parametrize(("few", "many"), [(1, 4), pytest.param(1, 32, marks=pytest.mark.deep)])
def test_more_cases_take_no_more_statements_but_for_their_numbers(db, few, many):
    cases = len(golden()["cases"])
    first, some = statements(few, code="0199")
    second, more = statements(many, code="0188")
    assert 0 <= second - first <= NUMBERS * cases * (many - few) + more - some
    assert (more > some) == (many > 4), "the large file is to fill more than one batch"


def statements(times: int, code: str) -> tuple[int, int]:
    """How many statements it takes to load so many copies of the golden cases, and how many batches its rows
    fill. The key of sealed columns is read once in a process, by whichever load is first, and not counted.
    """
    file = with_inquiries(INQUIRY, changes=(put("municipality.code", code),))
    for name in LISTS:
        file[name] = [copied(row, number) for number in range(times) for row in file[name]]
    scenario = read(file)
    with CaptureQueriesContext(connection) as asked:
        load(scenario=scenario, at=AT)
    with acting(importer(code)):
        assert Case.objects.count() == times * len(golden()["cases"])
        batches = sum(ceil(model._base_manager.count() / BATCH) for model in MANY)
    return sum("sealing_datakey" not in query["sql"] for query in asked), batches


def copied(row: dict, number: int) -> dict:
    keys = {"ref", "person", "case", "decision", "moved_from", "placement"}
    return {key: f"{value}-{number}" if key in keys and value else value for key, value in row.items()}
