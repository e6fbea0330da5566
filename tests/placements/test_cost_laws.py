"""The arithmetic of a stay, on random stays: what must always hold."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from placements.costs import (
    Absence,
    PricePeriod,
    Stay,
    check_stay,
    cost,
    cost_by_month,
    nights,
    preview,
    priced_runs,
    rate_on,
)
from tests.placements.stays import FOREVER

SOME_DAY = st.dates(date(2019, 12, 1), date(2025, 1, 31))
RATE = st.decimals(0, 5000, places=2)


@st.composite
def stays(draw) -> Stay:
    """A sound stay of up to two years, with prices, absences and departure day at random."""
    start = draw(SOME_DAY)
    end = draw(st.one_of(st.none(), st.integers(0, 700).map(lambda days: start + timedelta(days=days))))
    inner = draw(st.sets(st.integers(1, 690), max_size=3))
    last = end or date(2040, 1, 1)
    changes = sorted(start + timedelta(days=days) for days in inner)
    edges = [start, *(day for day in changes if day < last), last]
    prices = tuple(PricePeriod(first, last, draw(RATE)) for first, last in pairwise(edges))
    marks = sorted(draw(st.sets(st.integers(0, 300), max_size=4)))
    absences = tuple(
        Absence(start + timedelta(days=first), start + timedelta(days=last), draw(RATE))
        for first, last in zip(marks[::2], marks[1::2], strict=False)
        if end is None or start + timedelta(days=last) <= end
    )
    return Stay("L1", start, end, prices, absences, draw(st.booleans()))


@st.composite
def spans(draw) -> Period:
    """A period of up to three years."""
    start = draw(SOME_DAY)
    return Period(start, start + timedelta(days=draw(st.integers(0, 1100))))


@given(stays())
def test_random_stays_are_sound(lived):
    check_stay(lived)


@given(stays(), spans())
def test_the_nights_by_price_are_the_nights_and_cost_as_much(lived, span):
    runs = priced_runs(lived, span)
    assert sum((run.cost for run in runs), Decimal(0)) == cost(lived, span)
    assert sum(run.nights for run in runs) == nights(lived, span)
    for run in runs:
        assert span.contains(run.first)
        assert span.contains(run.last)
        assert (run.last - run.first).days == max(run.nights, 1) - 1
        if run.nights:
            assert {rate_on(lived, day) for day in Period(run.first, run.last).days()} <= {run.rate}
    for earlier, later in pairwise(runs):
        assert earlier.last < later.first
        assert (earlier.rate, earlier.last + timedelta(days=1)) != (
            later.rate,
            later.first,
        ) or not later.nights


@given(stays(), spans(), st.integers(0, 1100))
def test_splitting_a_period_changes_nothing(lived, span, days):
    middle = min(span.start + timedelta(days=days), span.end)
    first, second = Period(span.start, middle), Period(middle, span.end)
    assert nights(lived, first) + nights(lived, second) == nights(lived, span)
    assert cost(lived, first) + cost(lived, second) == cost(lived, span)


@given(stays(), spans())
def test_cost_is_the_sum_of_its_nights_and_the_departure(lived, span):
    slept = [day for day in span.days() if lived.start <= day and (lived.end is None or day < lived.end)]
    assert nights(lived, span) == len(slept)
    expected = sum((rate_on(lived, day) for day in slept), Decimal(0))
    if lived.charges_departure_day and lived.end is not None and lived.end in list(span.days()):
        expected += lived.prices[-1].rate
    assert cost(lived, span) == expected


@given(stays(), st.integers(2019, 2025))
def test_months_add_up_to_the_year(lived, year):
    whole = periods.year(year)
    by_month = cost_by_month(lived, whole)
    assert len(by_month) == 12
    assert sum(by_month.values()) == cost(lived, whole)
    assert sum(nights(lived, month) for month in by_month) == nights(lived, whole)


@given(stays(), SOME_DAY)
def test_preview_adds_up(lived, today):
    shown = preview(lived, today)
    assert shown.this_year_cost == cost(lived, periods.year(today.year))
    if lived.end is not None:
        assert shown.total_nights == (lived.end - lived.start).days
        assert shown.total_cost == cost(lived, FOREVER)


@given(st.data())
def test_a_chain_of_moves_charges_every_night_once(data):
    """One stay cut into a chain at random days costs what it cost in one piece."""
    whole = data.draw(stays().filter(lambda row: row.end is not None and row.start < row.end))
    cuts = data.draw(st.sets(st.dates(whole.start, whole.end - timedelta(days=1)), max_size=4))
    edges = sorted({whole.start, *cuts, whole.end})
    links = [
        Stay(f"L{number}", begins, ends, whole.prices, whole.absences, False)
        for number, (begins, ends) in enumerate(pairwise(edges))
    ]
    uncharged = Stay(whole.key, whole.start, whole.end, whole.prices, whole.absences, False)
    assert sum(cost(link, FOREVER) for link in links) == cost(uncharged, FOREVER)
    charged = Counter(
        day for link in links for day in Period(whole.start, whole.end).days() if nights(link, _night(day))
    )
    assert set(charged.values()) == {1}
    assert len(charged) == nights(whole, FOREVER)


def _night(day: date) -> Period:
    return Period(day, day + timedelta(days=1))


@given(stays(), st.integers(1, 9))
def test_an_absence_beyond_the_stay_is_refused(lived, days):
    last = lived.end or lived.start
    beyond = [Absence(lived.start - timedelta(days=days), lived.start, Decimal(0))]
    if lived.end is not None:
        beyond += [Absence(last, last + timedelta(days=days), Decimal(0)), Absence(last, None, Decimal(0))]
    for absence in beyond:
        with pytest.raises(Refused) as refused:
            check_stay(replace(lived, absences=(absence,)))
        assert refused.value.code == "absence_outside_stay"
