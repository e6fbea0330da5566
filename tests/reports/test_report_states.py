"""The table of states, the disclosure rules and the frozen object, without a database."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.refusal import Refused
from reports.disclosure import about_kr, interval, may_show_amounts, rounded_kr, rounded_nights
from reports.frozen import EarlierReport, checksum, controls_hold, freeze, thawed
from reports.states import APPROVED, DONE, FAILED, RUNNING, TRANSITIONS, WAITING, ReportEvent, next_status
from tests.reports.scenario_facts import facts_of

GOLDEN = "tests/scenarios/golden_2022.json"


@pytest.fixture(scope="module")
def facts():
    with open(GOLDEN, encoding="utf-8") as file:
        return facts_of(json.load(file))


@pytest.mark.parametrize("status", [WAITING, RUNNING, DONE, FAILED, APPROVED])
@pytest.mark.parametrize("event", list(ReportEvent))
def test_only_what_the_table_says_can_happen(status, event):
    if (status, event) in TRANSITIONS:
        assert next_status(status, event) == TRANSITIONS[status, event]
    else:
        with pytest.raises(Refused) as refusal:
            next_status(status, event)
        assert refusal.value.code == "not_in_this_state"


def test_nothing_leads_out_of_approved():
    assert not [start for start, _ in TRANSITIONS if start == APPROVED]


@pytest.mark.parametrize(
    ("count", "total", "shown"),
    [
        (0, True, "0"), (1, True, "1–4"), (4, True, "1–4"), (5, True, "5–9"), (9, True, "5–9"),
        (10, True, "10"),
        (0, False, "färre än 5"), (4, False, "färre än 5"), (5, False, "5–9"), (1234, False, "1\u00a0234"),
    ],
)  # fmt: skip
def test_few_are_shown_as_an_interval(count, total, shown):
    assert interval(count, total=total) == shown


@given(st.integers(0, 4), st.integers(0, 4))
def test_outside_the_total_row_none_cannot_be_told_from_four(one, other):
    assert interval(one) == interval(other)


@pytest.mark.parametrize(
    ("amount", "near"), [("4815350", 4_800_000), ("25000", 50_000), ("24999.99", 0), ("-26000", -50_000)]
)
def test_kronor_are_rounded_to_fifty_thousand(amount, near):
    assert rounded_kr(Decimal(amount)) == near


def test_a_small_sum_is_not_shown_as_nothing():
    assert about_kr(Decimal(12_000)) == "under 25\u00a0000\u00a0kr"
    assert about_kr(Decimal(0)) == "0\u00a0kr"


@pytest.mark.parametrize(("nights", "near"), [(1932, 1930), (1935, 1940), (4, 0), (5, 10)])
def test_nights_are_rounded_to_ten(nights, near):
    assert rounded_nights(nights) == near


@pytest.mark.parametrize(("persons", "shown"), [(0, True), (1, False), (4, False), (5, True), (30, True)])
def test_amounts_of_one_to_four_persons_are_held_back(persons, shown):
    assert may_show_amounts(persons) is shown


def test_the_frozen_year_is_the_golden_one(facts):
    frozen = freeze(facts, periods.month(2022, 12), date(2022, 12, 31))
    assert frozen["figures"]["year"]["nights"] == 1932
    assert frozen["figures"]["year"]["cost"] == "4815350.00"
    assert frozen["figures"]["budget"]["variance"] == "-15350.00"
    assert [row["nights"] for row in frozen["months"]] == [
        146,
        168,
        186,
        180,
        186,
        180,
        198,
        186,
        164,
        155,
        90,
        93,
    ]
    assert frozen["months"][-1]["running_cost"] == "4815350.00"
    assert [row["month"] for row in frozen["compared"]] == ["2022-11", "2021-12"]
    assert controls_hold(frozen)


def test_the_checksum_survives_a_database_that_orders_the_keys_anew(facts):
    frozen = freeze(facts, periods.month(2022, 3), date(2022, 3, 31))
    shuffled = json.loads(json.dumps(frozen, sort_keys=True))
    assert checksum(shuffled) == checksum(frozen)
    shuffled["figures"]["year"]["nights"] += 1
    assert checksum(shuffled) != checksum(frozen)


def test_a_changed_earlier_month_is_listed_and_an_unchanged_one_is_not(facts):
    earlier = [
        EarlierReport(date(2022, 1, 1), 140, "420000.00"),
        EarlierReport(date(2022, 2, 1), 168, "445200.00"),
    ]
    frozen = freeze(facts, periods.month(2022, 3), date(2022, 3, 31), earlier)
    assert frozen["adjustments"] == [
        {"month": "2022-01", "nights_was": 140, "nights": 146, "cost_was": "420000.00", "cost": "438000.00"}
    ]


def test_thawed_amounts_are_exact(facts):
    found = thawed(freeze(facts, periods.month(2022, 3), date(2022, 3, 31)))
    assert found.figures.placements.mean_cost_per_night == Decimal("2545.16")
    assert found.months[2].month == date(2022, 3, 1)
    assert found.figures.as_of == date(2022, 3, 31)
