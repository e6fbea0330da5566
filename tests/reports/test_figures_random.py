"""A second opinion: the oracle on the golden year and on random years, and what must always hold."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import parse_month
from reports.figures import figures, months
from tests.reports import oracle
from tests.reports.counting import YEAR_2022, seen
from tests.reports.random_scenarios import MONTHS, scenarios, scenarios_with_views
from tests.reports.scenario_facts import facts_of
from tests.scenarios.files import GOLDEN

FEW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(FEW, max_examples=4000)


def assert_same(scenario: dict, view: tuple[str, date]) -> None:
    month, as_of = view
    found = seen(scenario, month, as_of)
    expected = oracle.figures(scenario, month, as_of)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("late", [-200, -15, 0, 40, 400])
def test_golden_year_equals_the_oracle(late):
    for month in YEAR_2022:
        assert_same(GOLDEN, (month, periods.last_day(parse_month(month)) + timedelta(days=late)))


@FEW
@given(scenarios_with_views())
def test_random_figures_equal_the_oracle(random):
    assert_same(*random)


@FEW
@given(scenarios_with_views())
def test_forecast_is_never_below_the_outcome(random):
    assert_forecast_covers(*random)


@FEW
@given(scenarios(), st.sampled_from([2022, 2023, 2024]), st.integers(0, 60))
def test_at_the_end_of_the_year_the_forecast_is_the_outcome(scenario, year, late):
    assert_nothing_left_to_forecast(scenario, year, late)


@FEW
@given(scenarios(), st.sampled_from(MONTHS))
def test_months_add_up_to_the_year(scenario, month):
    assert_months_add_up(scenario, month)


@pytest.mark.deep
@MANY
@given(scenarios_with_views(), st.integers(0, 60))
def test_all_of_it_on_many_random_years(random, late):
    scenario, (month, _) = random
    assert_same(*random)
    assert_forecast_covers(*random)
    assert_nothing_left_to_forecast(scenario, parse_month(month).start.year, late)
    assert_months_add_up(scenario, month)


def assert_forecast_covers(scenario: dict, view: tuple[str, date]) -> None:
    month, as_of = view
    found = figures(facts_of(scenario), parse_month(month), as_of)
    assert found.year.cost <= found.forecast.committed <= found.forecast.planned
    assert found.controls.all_hold


def assert_nothing_left_to_forecast(scenario: dict, year: int, late: int) -> None:
    as_of = date(year, 12, 31) + timedelta(days=late)
    found = figures(facts_of(scenario), periods.month(year, 12), as_of)
    assert found.forecast.committed == found.forecast.planned == found.year.cost
    assert found.forecast.straight_line == found.year.cost


def assert_months_add_up(scenario: dict, month: str) -> None:
    period = parse_month(month)
    as_of = periods.last_day(period)
    found = figures(facts_of(scenario), period, as_of)
    rows = months(facts_of(scenario), period.start.year, as_of)
    assert len(rows) == period.start.month
    assert sum(row.nights for row in rows) == rows[-1].running_nights == found.year.nights
    assert sum(row.cost for row in rows) == rows[-1].running_cost == found.year.cost
    assert (rows[-1].nights, rows[-1].cost) == (found.placements.nights, found.placements.cost)
