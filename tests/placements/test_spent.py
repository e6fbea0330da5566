"""What stays have used of a period: the sums that the budget page and the monthly figures share."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.budgeting import months_of
from placements.costs import Absence, PricePeriod, Stay, rate_on
from placements.spent import Residence, spent_in, sums_of, up_to

DAY = timedelta(days=1)


def stay(start: date, end: date | None, rate: int = 1000, **more) -> Stay:
    return Stay("L", start, end, (PricePeriod(start, end, Decimal(rate)),), **more)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (date(2026, 2, 28), Period(date(2026, 3, 1), date(2026, 3, 1))),
        (date(2026, 3, 1), Period(date(2026, 3, 1), date(2026, 3, 2))),
        (date(2026, 3, 31), Period(date(2026, 3, 1), date(2026, 4, 1))),
        (date(2026, 9, 1), Period(date(2026, 3, 1), date(2026, 4, 1))),
    ],
)
def test_the_night_of_the_cut_counts_and_the_next_does_not(cut, expected):
    assert up_to(periods.month(2026, 3), cut) == expected


def test_a_stay_that_only_leaves_in_the_month_costs_its_departure_day():
    leaving = stay(date(2026, 2, 27), date(2026, 3, 1), charges_departure_day=True)
    sums = sums_of(spent_in([Residence("P", True, leaving)], periods.month(2026, 3)))
    assert (sums.nights, sums.cost, sums.cost_inside) == (0, 1000, 1000)


days = st.dates(date(2025, 11, 15), date(2027, 2, 15))


@st.composite
def residences(draw) -> Residence:
    start = draw(days)
    end = draw(st.none() | st.integers(0, 400).map(lambda number: start + timedelta(days=number)))
    last = end or date(2030, 1, 1)
    middle = min(start + timedelta(days=draw(st.integers(1, 200))), last)
    edges = sorted({start, middle, last})
    prices = tuple(
        PricePeriod(a, b, draw(st.decimals(0, 5000, places=2))) for a, b in pairwise([*edges])
    ) or (PricePeriod(start, end, Decimal(100)),)
    away = start + timedelta(days=draw(st.integers(0, 100)))
    absences = (Absence(away, away + 3 * DAY, Decimal(50)),) if away + 3 * DAY <= last else ()
    lived = Stay("L", start, end, prices, absences, draw(st.booleans()))
    return Residence(draw(st.sampled_from("ABC")), draw(st.booleans()), lived)


def night_by_night(row: Residence, first: date, last: date) -> tuple[int, Decimal]:
    """Nights and cost from `first` to `last`, both included, counted one night at a time."""
    slept, amount = 0, Decimal(0)
    day = first
    while day <= last:
        if row.stay.start <= day and (row.stay.end is None or day < row.stay.end):
            slept, amount = slept + 1, amount + rate_on(row.stay, day)
        if row.stay.charges_departure_day and day == row.stay.end:
            amount += row.stay.prices[-1].rate
        day += DAY
    return slept, amount


@given(st.lists(residences(), max_size=4), days)
def test_each_month_of_the_year_is_what_its_nights_say(lived, cut):
    months = months_of(lived, 2026, cut)
    assert [month.period for month in months] == [periods.month(2026, number) for number in range(1, 13)]
    for month in months:
        first, last = month.period.start, min(cut, periods.last_day(month.period))
        counted = [(row.inside, *night_by_night(row, first, last)) for row in lived]
        inside = [row for row in counted if row[0]]
        outside = [row for row in counted if not row[0]]
        spent = month.spent
        assert (spent.nights, spent.cost) == total(counted)
        assert (spent.nights_inside, spent.cost_inside) == total(inside)
        assert (spent.nights_outside, spent.cost_outside) == total(outside)


def total(rows: list[tuple[bool, int, Decimal]]) -> tuple[int, Decimal]:
    return sum(row[1] for row in rows), sum((row[2] for row in rows), Decimal(0))


@given(st.lists(residences(), max_size=4), days)
def test_the_months_add_up_to_the_year_and_so_do_the_persons_own(lived, cut):
    whole = sums_of(spent_in(lived, up_to(periods.year(2026), cut)))
    months = [month.spent for month in months_of(lived, 2026, cut)]
    assert whole.cost == sum(month.cost for month in months)
    assert whole.nights == sum(month.nights for month in months)
    apart = [sums_of(spent_in([row], up_to(periods.year(2026), cut))) for row in lived]
    assert (whole.nights, whole.cost) == (sum(one.nights for one in apart), sum(one.cost for one in apart))


@given(residences(), days)
def test_turning_a_stay_inside_out_moves_the_sum_and_keeps_it(row, cut):
    year = up_to(periods.year(2026), cut)
    one, other = (sums_of(spent_in([replace(row, inside=inside)], year)) for inside in (True, False))
    assert (one.cost, one.cost_inside, one.cost_outside) == (other.cost, other.cost_outside, 0)
    assert (other.cost_inside, one.nights_inside, one.nights_outside) == (0, other.nights_outside, 0)
