"""The price of a night against the median of comparable stays."""

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.periods import Period
from placements.comparing import Record, compared, nights_by_rate, weighted_median
from placements.costs import Absence, PricePeriod, Stay, cost, nights

DAY = date(2025, 1, 1)
rates = st.integers(0, 5000).map(Decimal)


def stay(rate: int, *, first: int = 0, length: int | None = 100, key: str = "p") -> Stay:
    start = DAY + timedelta(days=first)
    end = None if length is None else start + timedelta(days=length)
    return Stay(key, start, end, (PricePeriod(start, None, Decimal(rate)),))


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    start = DAY + timedelta(days=draw(st.integers(-300, 300)))
    cuts = sorted(draw(st.sets(st.integers(1, 200), max_size=3)))
    edges = [start, *(start + timedelta(days=cut) for cut in cuts)]
    prices = tuple(
        PricePeriod(first, edges[place + 1] if place + 1 < len(edges) else None, draw(rates))
        for place, first in enumerate(edges)
    )
    length = draw(st.none() | st.integers(0, 250))
    return Stay("p", start, None if length is None else start + timedelta(days=length), prices)


@given(st.dictionaries(rates, st.integers(1, 30), min_size=1, max_size=6))
def test_the_median_is_that_of_all_the_nights_in_a_row(nights_at):
    in_a_row = [rate for rate, count in nights_at.items() for _ in range(count)]
    assert weighted_median(nights_at) == median(in_a_row)


def test_no_nights_have_no_median():
    assert weighted_median({}) is None


@given(stays(), st.integers(-100, 200), st.integers(1, 400))
def test_nights_and_kronor_by_rate_add_up_to_those_of_the_stay(one, first, length):
    start = DAY + timedelta(days=first)
    period = Period(start, start + timedelta(days=length))
    found = nights_by_rate(one, period)
    assert sum(found.values()) == nights(one, period)
    assert sum(rate * count for rate, count in found.items()) == cost(one, period)


def test_nights_away_count_at_the_price_of_being_there():
    there = stay(3000)
    away = Stay(
        "p", there.start, there.end, there.prices, (Absence(DAY, DAY + timedelta(days=50), Decimal(0)),)
    )
    assert nights_by_rate(away, Period(DAY, DAY + timedelta(days=100))) == {Decimal(3000): 100}


YEAR = Period(DAY, DAY + timedelta(days=365))


@pytest.mark.parametrize(("others", "usual"), [(2, None), (3, Decimal(2000))])
def test_fewer_than_three_others_say_nothing(others, usual):
    found = compared([stay(3000)], [stay(2000) for _ in range(others)], YEAR)
    assert (found.own, found.median, found.others) == (Decimal(3000), usual, others)
    assert found.difference == (None if usual is None else Decimal("0.5"))


def test_a_stay_without_a_night_in_the_period_is_no_comparison():
    outside = [stay(1, first=-400, length=30) for _ in range(5)]
    assert compared([stay(3000)], outside, YEAR).others == 0


def test_long_stays_weigh_more_than_short_ones():
    others = [stay(1000, length=1), stay(1000, length=1), stay(1000, length=1), stay(4000, length=300)]
    assert compared([], others, YEAR).median == Decimal(4000)


def test_nothing_ended_has_no_mean_and_no_share():
    record = Record(stays=2, nights=10, ended=0, ended_nights=0, ended_by_plan=0)
    assert (record.mean_length, record.share_by_plan) == (None, None)
    record = Record(stays=3, nights=100, ended=2, ended_nights=60, ended_by_plan=1)
    assert (record.mean_length, record.share_by_plan) == (Decimal(30), Decimal("0.5"))
