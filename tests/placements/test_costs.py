"""The arithmetic of a stay: the table of DOMAIN.md section 7.2, refusals, and what must always hold."""

from collections import Counter
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
    CostPreview,
    PricePeriod,
    Stay,
    YearCost,
    check_stay,
    cost,
    cost_by_month,
    nights,
    preview,
    rate_on,
)

FOREVER = Period(date(2000, 1, 1), date(2100, 1, 1))
MARCH = periods.month(2022, 3)


def stay(*prices: tuple[date, date | None, int | str], **changes: object) -> Stay:
    """A stay from the first price's first night to the last price's end."""
    rows = tuple(PricePeriod(start, end, Decimal(rate)) for start, end, rate in prices)
    values = {"key": "L1", "start": rows[0].start, "end": rows[-1].end, "prices": rows} | changes
    return Stay(**values)


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


# Refusals

DAY = [date(2022, 3, day) for day in range(1, 32)]


def away(start: int, end: int | None, rate: int = 0) -> Absence:
    return Absence(DAY[start], None if end is None else DAY[end], Decimal(rate))


@pytest.mark.parametrize(
    ("code", "field", "broken"),
    [
        ("end_before_start", "end", stay((DAY[5], None, 1), end=DAY[4])),
        ("end_before_start", "prices", stay((DAY[5], DAY[4], 1), end=DAY[9])),
        ("end_before_start", "absences", stay((DAY[0], DAY[9], 1), absences=(away(5, 4),))),
        ("negative_rate", "prices", stay((DAY[0], DAY[9], "-0.01"))),
        ("negative_rate", "absences", stay((DAY[0], DAY[9], 1), absences=(away(1, 2, -1),))),
        ("price_gap", "prices", stay((DAY[0], DAY[4], 1), (DAY[5], DAY[9], 1))),
        ("price_gap", "prices", stay((DAY[1], DAY[9], 1), start=DAY[0])),
        ("price_gap", "prices", stay((DAY[0], DAY[8], 1), end=DAY[9])),
        ("price_gap", "prices", Stay("L1", DAY[0], DAY[9], ())),
        ("price_gap", "prices", Stay("L1", DAY[0], None, ())),
        ("price_overlap", "prices", stay((DAY[0], DAY[6], 1), (DAY[5], DAY[9], 1))),
        ("price_overlap", "prices", stay((DAY[0], None, 1), (DAY[5], DAY[9], 1))),
        ("price_overlap", "prices", stay((DAY[0], DAY[9], 1), (DAY[0], DAY[9], 2))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(0, 2),))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(8, 10),))),
        ("absence_outside_stay", "absences", stay((DAY[1], DAY[9], 1), absences=(away(8, None),))),
        ("absence_overlap", "absences", stay((DAY[0], DAY[9], 1), absences=(away(4, 6), away(2, 5)))),
        ("absence_overlap", "absences", stay((DAY[0], None, 1), absences=(away(4, None), away(7, 8)))),
    ],
)
def test_a_contradiction_is_refused(code, field, broken):
    with pytest.raises(Refused) as refusal:
        check_stay(broken)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    "sound",
    [
        stay((DAY[5], DAY[9], 1), (DAY[0], DAY[5], 0), start=DAY[0]),
        stay((DAY[0], DAY[9], 1), end=None),
        stay((DAY[0], None, 1), start=DAY[3], end=DAY[6]),
        stay((DAY[0], DAY[9], 1), absences=(away(5, 9), away(0, 5))),
        stay((DAY[0], None, 1), absences=(away(5, None),)),
        Stay("L1", DAY[3], DAY[3], ()),
    ],
)
def test_a_sound_stay_passes(sound):
    check_stay(sound)


def test_a_plan_may_begin_before_its_first_price():
    planned = stay((DAY[4], DAY[9], 100), start=DAY[0])
    check_stay(planned, begun=False)
    assert cost(planned, FOREVER) == 900
    with pytest.raises(Refused, match="price_gap"):
        check_stay(planned)


@pytest.mark.parametrize("code", ["price_gap", "price_overlap"])
def test_cost_refuses_prices_that_do_not_hang_together(code):
    second = DAY[6] if code == "price_gap" else DAY[4]
    broken = stay((DAY[0], DAY[5], 1), (second, DAY[9], 1))
    with pytest.raises(Refused, match=code):
        cost(broken, MARCH)
    with pytest.raises(Refused, match=code):
        rate_on(broken, DAY[0])


@pytest.mark.parametrize("question", [lambda bare: cost(bare, MARCH), lambda bare: rate_on(bare, DAY[0])])
def test_nights_without_any_price_are_refused(question):
    with pytest.raises(Refused, match="price_gap"):
        question(Stay("L1", DAY[0], DAY[9], ()))


# What must always hold

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
