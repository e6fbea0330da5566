"""The terms that are read are all that a year's money needs: without the others every figure is the same."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from placements import forecast
from placements.booking import used_by_month
from placements.budgeting import months_of
from placements.costs import NOTHING, Absence, PricePeriod
from placements.episodes import Known, episodes_of
from placements.forecast import Placing
from placements.needed import need_terms
from placements.simulation import RATES_SHOWN, Assumptions, Facts, simulate
from placements.spent import Residence

YEAR = 2026
DAY = timedelta(days=1)
#: Where a day more or less decides what belongs to the year.
BORDERS = [date(YEAR - 1, 1, 1), date(YEAR, 1, 1), date(YEAR, 6, 15), date(YEAR + 1, 1, 1)]
RUNS = 50


@st.composite
def days(draw) -> date:
    if draw(st.booleans()):
        return draw(st.sampled_from(BORDERS)) + draw(st.integers(-2, 2)) * DAY
    return date(YEAR, 1, 1) + draw(st.integers(-900, 500)) * DAY


@st.composite
def placings(draw, key: str, earlier: list[str]) -> Placing:
    """A stay or a plan, priced as the database wants it: each night has a price, no night may have none."""
    planned = draw(days())
    start = draw(st.sampled_from([None, planned, planned + DAY, draw(days())]))
    first = start or planned
    end = draw(st.sampled_from([None, first, first + DAY, first + draw(st.integers(0, 700)) * DAY]))
    later = [first + draw(st.integers(1, 300)) * DAY for _ in range(draw(st.integers(0, 2)))]
    steps = [first, *sorted({day for day in later if end is None or day < end})]
    prices = tuple(
        PricePeriod(begins, ends, Decimal(draw(st.integers(1, 5000))))
        for begins, ends in pairwise([*steps, end])
    )
    is_empty = end is not None and end <= min(first, planned)
    away = first + draw(st.integers(0, 40)) * DAY
    absences = () if end is None or end <= away else (Absence(away, end, Decimal(draw(st.integers(0, 99)))),)
    return Placing(
        key, planned, start, end, () if is_empty and draw(st.booleans()) else prices, absences,
        draw(st.booleans()), draw(st.sampled_from([None, *earlier])),
    )  # fmt: skip


@st.composite
def operations(draw) -> list[Known]:
    """Some persons with up to four stays each, now and then behind many that came and left long ago."""
    found: list[Known] = []
    for number in range(draw(st.integers(1, 5))):
        keys = [f"p{number}-{place}" for place in range(draw(st.integers(1, 4)))]
        found += [Known(f"p{number}", draw(placings(key, keys[:place]))) for place, key in enumerate(keys)]
    return found + [long_ago(number) for number in range(draw(st.sampled_from([0, 2 * RATES_SHOWN])))]


def long_ago(number: int, nights: int = 30) -> Known:
    """A stay that ended years before, at a price of its own."""
    start = date(YEAR - 4, 1, 1) + number * 7 * DAY
    end = start + nights * DAY
    prices = (PricePeriod(start, end, Decimal(1000 + number)),) if nights else ()
    return Known(f"old{number}", Placing(f"old{number}", start, start, end, prices))


def narrowed(known: list[Known], cut: date, as_of: date) -> list[Known]:
    """The same, with the terms of those alone that the year needs; they are told by their dates."""
    dated = [Known(row.person, replace(row.placing, prices=(), absences=())) for row in known]
    needed = need_terms(dated, periods.year(YEAR), cut, as_of)
    return [row if row.placing.key in needed else bare for row, bare in zip(known, dated, strict=True)]


def told(known: list[Known], cut: date, as_of: date) -> list[object]:
    """All figures of the year that are counted from stays."""
    year = periods.year(YEAR)
    placed = [row.placing for row in known]
    begun = [row for row in known if row.placing.start is not None]
    lived = [
        Residence(row.person, len(str(row.placing.key)) % 2 == 0, row.placing.stay_from(row.placing.start))
        for row in begun
    ]
    months = months_of(lived, YEAR, cut)
    by_month = used_by_month((row.stay for row in lived if row.stay.prices), min(year.end, cut + DAY))
    links = [link for row in episodes_of(known, cut, as_of) for link in row.links]
    outcome = tuple(month.spent.cost for month in months)
    facts = Facts(tuple(known), outcome, year, cut, as_of, 3, Decimal(500_000))
    return [
        months,
        {place: used for place, used in by_month.items() if place[1].year == YEAR},
        forecast.committed(NOTHING, placed, year, cut, as_of),
        forecast.planned(NOTHING, placed, year, cut, as_of),
        forecast.planned(NOTHING, links, year, cut, as_of),
        simulate(facts, Assumptions(arrivals=(Decimal(1),) * 12), YEAR, RUNS),
    ]


@given(operations(), days())
def test_every_figure_is_that_of_all_terms(known, as_of):
    cut = min(as_of, date(YEAR, 12, 31))
    assert told(narrowed(known, cut, as_of), cut, as_of) == told(known, cut, as_of)


def bounds(start: date, end: date | None, **more: object) -> bool:
    """Whether terms are read of the only stay there is, at the year's end, when nothing lies ahead."""
    last = date(YEAR, 12, 31)
    placing = Placing("a", more.get("planned", start), start, end, ())
    return need_terms([Known("p", placing)], periods.year(YEAR), last, last) == {"a"}


@pytest.mark.parametrize(
    ("start", "end", "needed"),
    [
        (date(YEAR - 1, 3, 1), date(YEAR - 1, 12, 31), False),
        (date(YEAR - 1, 3, 1), date(YEAR, 1, 1), True),  # leaves on the first day, which may be charged
        (date(YEAR - 1, 3, 1), None, True),
        (date(YEAR, 12, 31), None, True),
        (date(YEAR + 1, 1, 1), None, False),
    ],
)
def test_the_year_s_first_and_last_day_belong_to_it(start, end, needed):
    assert bounds(start, end) is needed


def test_the_day_that_was_planned_counts_as_the_real_one_does():
    assert bounds(date(YEAR + 1, 1, 5), None, planned=date(YEAR, 12, 30))


def test_earlier_stays_of_somebody_who_is_still_there_are_needed_and_others_are_not():
    """The price ahead follows from the first price of the episode, however long ago that was."""
    first = replace(long_ago(0, 1200).placing, key="first")
    second = Placing("second", first.end, first.end, None, (), moved_from="first")
    known = [Known("p", first), Known("p", second), *(long_ago(n) for n in range(1, 60))]
    cut = date(YEAR, 5, 1)
    needed = need_terms(known, periods.year(YEAR), cut, cut)
    assert {"first", "second"} <= needed
    assert len(needed) == 2 + RATES_SHOWN  # and those whose prices an arrival may have


def test_a_stay_without_a_night_is_looked_past():
    known = [*(long_ago(n) for n in range(40)), *(long_ago(n, nights=0) for n in range(40, 50))]
    cut = date(YEAR, 5, 1)
    needed = need_terms(known, periods.year(YEAR), cut, cut)
    assert needed == {f"old{number}" for number in range(40 - RATES_SHOWN, 50)}
