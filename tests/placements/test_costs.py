"""The arithmetic of a stay: the table of DOMAIN.md section 7.2, departures, absences and what is shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import (
    Absence,
    CostPreview,
    Stay,
    YearCost,
    check_stay,
    cost,
    cost_by_month,
    nights,
    preview,
    rate_on,
)
from tests.placements.stays import FOREVER, MARCH, stay


def step_down(start: date) -> Stay:
    """Twelve months at 3 000 kr and six months at 1 500 kr, the price model of DOMAIN.md section 7.2."""
    halved = periods.add_months(start, 12)
    return stay((start, halved, 3000), (halved, periods.add_months(start, 18), 1500))


# The table


@pytest.mark.parametrize(
    ("start", "first_nights", "later_nights", "expected"),
    [
        (date(2022, 1, 1), 365, 181, 1_366_500),
        (date(2020, 3, 1), 365, 184, 1_371_000),
        (date(2020, 6, 10), 365, 183, 1_369_500),
        (date(2021, 9, 1), 365, 181, 1_366_500),
        (date(2023, 9, 1), 366, 181, 1_369_500),
    ],
)
def test_a_year_and_then_half_a_year_at_half_the_price(start, first_nights, later_nights, expected):
    model = step_down(start)
    first, later = (Period(row.start, row.end) for row in model.prices)
    assert nights(model, first) == first_nights
    assert nights(model, later) == later_nights
    assert cost(model, FOREVER) == expected


def test_a_year_and_half_a_year_of_182_nights_is_the_sentence_of_the_seed():
    model = stay((date(2021, 4, 1), date(2022, 4, 1), 3000), (date(2022, 4, 1), date(2022, 9, 30), 1500))
    assert nights(model, FOREVER) == 547
    assert cost(model, FOREVER) == 1_095_000 + 273_000 == 1_368_000


@pytest.mark.parametrize(
    ("start", "end", "night_count", "expected"),
    [
        pytest.param(date(2020, 1, 1), date(2021, 1, 1), 366, 1_098_000, id="leap year"),
        pytest.param(date(2022, 1, 1), date(2023, 1, 1), 365, 1_095_000, id="common year"),
        pytest.param(date(2023, 9, 1), date(2024, 9, 1), 366, 1_098_000, id="across a leap day"),
        pytest.param(
            date(2024, 2, 29),
            periods.add_months(date(2024, 2, 29), 12),
            365,
            1_095_000,
            id="from a leap day, clamped to 28 February",
        ),
        pytest.param(date(2024, 2, 29), date(2025, 3, 1), 366, 1_098_000, id="from a leap day to 1 March"),
        pytest.param(date(2022, 5, 4), date(2022, 5, 4), 0, 0, id="in and out the same day"),
        pytest.param(date(2022, 5, 4), date(2022, 5, 5), 1, 3000, id="one night"),
    ],
)
def test_nights_at_three_thousand(start, end, night_count, expected):
    lived = stay((start, end, 3000))
    assert nights(lived, FOREVER) == night_count
    assert cost(lived, FOREVER) == expected


def test_a_move_in_the_middle_of_march():
    before = stay((date(2022, 1, 10), date(2022, 3, 17), 3000))
    after = stay((date(2022, 3, 17), date(2023, 1, 10), 3400))
    assert (nights(before, MARCH), cost(before, MARCH)) == (16, 48_000)
    assert (nights(after, MARCH), cost(after, MARCH)) == (15, 51_000)
    assert nights(before, MARCH) + nights(after, MARCH) == 31


def test_a_move_with_a_charged_departure_day_bills_32_and_sleeps_31():
    before = stay((date(2022, 1, 10), date(2022, 3, 17), 3000), charges_departure_day=True)
    after = stay((date(2022, 3, 17), date(2023, 1, 10), 3400))
    assert nights(before, MARCH) + nights(after, MARCH) == 31
    assert cost(before, MARCH) == 17 * 3000
    assert cost(before, MARCH) + cost(after, MARCH) == 102_000


def test_a_price_change_in_the_middle_of_the_year():
    lived = stay((date(2022, 1, 1), date(2022, 7, 1), 3000), (date(2022, 7, 1), date(2023, 1, 1), 3150))
    assert cost(lived, periods.year(2022)) == 181 * 3000 + 184 * 3150 == 1_122_600


@pytest.mark.parametrize(("places", "expected"), [(4, 4_380_000), (8, 8_760_000), (80, 87_600_000)])
def test_whole_places_for_a_year(places, expected):
    lived = [stay((date(2022, 1, 1), date(2023, 1, 1), 3000), key=f"L{n}") for n in range(places)]
    assert sum(cost(row, periods.year(2022)) for row in lived) == expected


@pytest.mark.parametrize(("budget", "capacity"), [(4_800_000, 1600), (2_800_000, 933)])
def test_nights_that_a_budget_buys(budget, capacity):
    start = date(2022, 1, 1)
    as_long_as_it_lasts = stay((start, start + timedelta(days=capacity), 3000))
    assert cost(as_long_as_it_lasts, FOREVER) <= budget < cost(as_long_as_it_lasts, FOREVER) + 3000


# Departure, absence, prices that reach outside


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Period(date(2022, 3, 16), date(2022, 3, 17)), 3000),
        (Period(date(2022, 3, 17), date(2022, 3, 18)), 3000),
        (Period(date(2022, 3, 18), date(2022, 4, 1)), 0),
    ],
)
def test_the_departure_day_belongs_to_its_own_date(period, expected):
    lived = stay((date(2022, 1, 10), date(2022, 3, 17), 3000), charges_departure_day=True)
    assert cost(lived, period) == expected
    assert nights(lived, Period(date(2022, 3, 17), None)) == 0


def test_a_departure_on_new_years_day_belongs_to_the_new_year():
    lived = stay((date(2022, 12, 31), date(2023, 1, 1), 3000), charges_departure_day=True)
    assert cost(lived, periods.year(2022)) == 3000
    assert cost(lived, periods.year(2023)) == 3000


def test_the_departure_day_takes_the_last_price_and_not_the_absence():
    lived = stay(
        (date(2022, 3, 1), date(2022, 3, 10), 3000),
        (date(2022, 3, 10), date(2022, 3, 20), 2000),
        charges_departure_day=True,
        absences=(Absence(date(2022, 3, 15), date(2022, 3, 20), Decimal(500)),),
    )
    assert cost(lived, MARCH) == 9 * 3000 + 5 * 2000 + 5 * 500 + 2000


def test_a_price_agreed_for_after_the_departure_never_applies():
    lived = stay(
        (date(2022, 3, 1), date(2022, 3, 20), 3000),
        (date(2022, 3, 20), None, 9000),
        end=date(2022, 3, 20),
        charges_departure_day=True,
    )
    assert cost(lived, FOREVER) == 20 * 3000


def test_in_and_out_the_same_day_costs_a_departure_where_that_is_charged():
    lived = stay((date(2022, 3, 4), date(2022, 3, 4), 3000), charges_departure_day=True)
    check_stay(lived)
    assert nights(lived, MARCH) == 0
    assert cost(lived, MARCH) == 3000


def test_an_absence_replaces_the_price_and_stays_a_night():
    lived = stay(
        (date(2022, 3, 1), date(2022, 3, 11), 3000),
        (date(2022, 3, 11), date(2022, 3, 21), 2000),
        absences=(Absence(date(2022, 3, 9), date(2022, 3, 13), Decimal("500.50")),),
    )
    assert nights(lived, MARCH) == 20
    assert cost(lived, MARCH) == 8 * 3000 + 4 * Decimal("500.50") + 8 * 2000
    assert [rate_on(lived, date(2022, 3, day)) for day in (8, 9, 12, 13)] == [
        3000,
        Decimal("500.50"),
        Decimal("500.50"),
        2000,
    ]


def test_nights_outside_the_prices_have_the_nearest_rate():
    lived = stay(
        (date(2022, 3, 10), date(2022, 3, 15), 1000),
        (date(2022, 3, 15), date(2022, 3, 20), 2000),
        start=date(2022, 3, 1),
        end=None,
    )
    assert cost(lived, MARCH) == 14 * 1000 + 17 * 2000
    assert rate_on(lived, date(2022, 3, 1)) == 1000
    assert rate_on(lived, date(2022, 12, 31)) == 2000


def test_an_endless_stay_in_an_endless_period_has_no_cost():
    lived = stay((date(2022, 3, 1), None, 1000))
    with pytest.raises(ValueError, match="run on"):
        cost(lived, Period(date(2022, 1, 1), None))
    with pytest.raises(ValueError, match="run on"):
        nights(lived, Period(date(2022, 1, 1), None))
    with pytest.raises(ValueError, match="no last month"):
        cost_by_month(lived, Period(date(2022, 1, 1), None))


def test_cost_by_month():
    lived = stay((date(2022, 1, 30), date(2022, 3, 3), 1000), charges_departure_day=True)
    assert cost_by_month(lived, Period(date(2022, 1, 31), date(2022, 5, 1))) == {
        periods.month(2022, 1): 1000,
        periods.month(2022, 2): 28_000,
        periods.month(2022, 3): 3000,
        periods.month(2022, 4): 0,
    }


# What is shown before saving


def test_preview_of_a_stay_over_new_year():
    lived = stay((date(2022, 12, 30), date(2023, 1, 1), 1000), charges_departure_day=True)
    assert preview(lived, today=date(2022, 11, 5)) == CostPreview(
        this_year_nights=2,
        this_year_cost=Decimal(2000),
        total_nights=2,
        total_cost=Decimal(3000),
        by_year=(YearCost(2022, 2, Decimal(2000)), YearCost(2023, 0, Decimal(1000))),
    )


def test_preview_of_a_stay_that_runs_on():
    shown = preview(stay((date(2021, 12, 31), None, 1000)), today=date(2022, 11, 5))
    assert (shown.total_nights, shown.total_cost) == (None, None)
    assert (shown.this_year_nights, shown.this_year_cost) == (365, 365_000)
    assert [row.year for row in shown.by_year] == [2021, 2022]
    ahead = preview(stay((date(2024, 1, 1), None, 1000)), today=date(2022, 11, 5))
    assert (ahead.this_year_nights, ahead.this_year_cost) == (0, 0)
    assert ahead.by_year == (YearCost(2024, 366, Decimal(366_000)),)
