"""The golden scenario in the real database: its figures, what reads back, its history and who sees it."""

from datetime import date
from decimal import Decimal

from avhopp.access.context import acting
from avhopp.accounts.models import User
from avhopp.audit.models import Event
from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from cases.models import Case, Decision, Person
from placements.models import BudgetLine, PlacementPrice
from reports.figures import as_json, figures, months
from reports.queries import facts_of
from reports.scenario.loading import load
from reports.scenario.normal import as_stored
from reports.scenario.stored import stored_scenario
from tests.scenarios.files import GOLDEN_MONTHS, golden, put, read
from tests.scenarios.loaded import AT, account, importer, seen


def test_golden_figures_of_every_month(stored):
    facts = facts_of(stored.municipality)
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


def test_golden_forecasts_at_the_end_of_april(stored):
    assert seen(stored.municipality, "2022-04")["forecast"] == {
        "committed": "4320350.00",
        "planned": "5013350.00",
        "straight_line": "5476825.00",
    }


def test_what_is_stored_reads_back_as_the_file(stored):
    with acting(importer()):
        found = stored_scenario(stored.municipality)
    for name, rows in as_stored(read(golden()), found).lists():
        assert set(getattr(found, name)) == set(rows), name


def test_every_row_has_one_history_row_with_the_importer(stored):
    with acting(importer()):
        for model in (Person, Case, Decision, PlacementPrice, BudgetLine):
            rows = model.history.values_list("id", "history_user_id", "history_change_reason", "history_type")
            created = [row for row in rows if row[3] == "+"]
            assert len(created) == model.objects.count() > 0
            assert {row[1] for row in rows} == {importer().pk}
            assert {row[2] for row in rows} == {"Inläst från fil"}


def test_no_account_gets_a_password(stored):
    assert not any(user.has_usable_password() for user in User.objects.filter(municipality__code="0199"))


def test_the_timeline_tells_each_fact_on_its_day(stored):
    with acting(account("asta")):
        events = Event.objects.about(Case.objects.get(ref="A1").pk)
        told = set(events.values_list("kind", "occurred_on"))
    assert ("arende_oppnat", date(2021, 2, 15)) in told
    assert ("beslut_fattat", date(2022, 3, 1)) in told
    assert ("placerad", date(2022, 3, 15)) in told
    with acting(account("eskil")):
        assert not Event.objects.filter(requires="see_assessment").exists()


def test_the_handler_sees_the_cases_and_others_do_not(stored):
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
