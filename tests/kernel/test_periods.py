from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused

days = st.dates(date(2019, 1, 1), date(2026, 12, 31))


@st.composite
def period(draw, open_ends=True):
    start = draw(days)
    length = draw(st.none() | st.integers(0, 800) if open_ends else st.integers(0, 800))
    return Period(start, None if length is None else start + timedelta(days=length))


def p(start: str, end: str | None = None) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end) if end else None)


def d(day: str) -> date:
    return date.fromisoformat(day)


def covered(parts, within: Period) -> set[date]:
    return {day for day in within.days() if any(part.contains(day) for part in parts)}


@pytest.mark.parametrize(
    ("start", "end", "nights"),
    [
        ("2022-01-01", "2023-01-01", 365),
        ("2023-09-01", "2024-09-01", 366),
        ("2024-09-01", "2025-03-01", 181),
        ("2022-03-01", "2022-03-17", 16),
        ("2022-03-17", "2022-04-01", 15),
        ("2022-07-20", "2023-01-01", 165),
        ("2022-03-27", "2022-03-28", 1),  # 23 hours, still a night
        ("2022-05-05", "2022-05-05", 0),
    ],
)
def test_counts_nights(start, end, nights):
    assert p(start, end).nights == nights


def test_refuses_an_end_before_the_start():
    with pytest.raises(Refused) as caught:
        p("2022-05-05", "2022-05-04")

    assert (caught.value.code, caught.value.field) == ("period_order", "end")


def test_an_open_period_has_no_number_of_nights_and_no_last_day():
    running = p("2022-05-05")

    for ask in (lambda: running.nights, running.days, lambda: periods.last_day(running)):
        with pytest.raises(ValueError, match="open"):
            ask()


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2022-03-16", False), ("2022-03-17", True), ("2022-03-31", True), ("2022-04-01", False)],
)
def test_the_day_of_departure_does_not_belong(day, inside):
    assert p("2022-03-17", "2022-04-01").contains(d(day)) is inside


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (p("2022-01-01", "2022-02-01"), p("2022-02-01", "2022-03-01"), None),
        (p("2022-01-01", "2022-02-02"), p("2022-02-01", "2022-03-01"), p("2022-02-01", "2022-02-02")),
        (p("2022-01-01"), p("2022-02-01", "2022-03-01"), p("2022-02-01", "2022-03-01")),
        (p("2022-01-01"), p("2022-02-01"), p("2022-02-01")),
        (p("2022-01-01", "2022-02-01"), p("2022-01-10", "2022-01-10"), None),
        (p("2022-01-01"), p("2022-01-01", "2022-01-01"), None),
    ],
)
def test_shared_days(one, other, shared):
    assert one.intersection(other) == other.intersection(one) == shared
    assert one.overlaps(other) is (shared is not None)


@pytest.mark.parametrize(
    ("start", "months", "clamped"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-06-30", 60, "2031-06-30"),
        ("2026-05-31", 0, "2026-05-31"),
    ],
)
def test_months_are_calendar_months_clamped_to_their_end(start, months, clamped):
    assert periods.add_months(d(start), months) == d(clamped)


def test_calendar_periods():
    assert periods.month(2024, 2) == p("2024-02-01", "2024-03-01")
    assert periods.month(2022, 12) == p("2022-12-01", "2023-01-01")
    assert periods.year(2022) == p("2022-01-01", "2023-01-01")
    assert periods.quarter(d("2022-07-05")) == p("2022-07-01", "2022-10-01")
    assert periods.quarter(d("2022-12-31")) == p("2022-10-01", "2023-01-01")
    assert periods.last_day(periods.month(2024, 2)) == d("2024-02-29")


@pytest.mark.parametrize(("year", "length"), [(2022, 365), (2024, 366), (2000, 366), (2100, 365)])
def test_days_in_year(year, length):
    assert periods.days_in_year(year) == periods.year(year).nights == length


def test_an_empty_period_has_no_last_day():
    with pytest.raises(ValueError, match="empty"):
        periods.last_day(p("2022-01-01", "2022-01-01"))


def test_reads_a_month():
    assert periods.parse_month("2022-03") == p("2022-03-01", "2022-04-01")


@pytest.mark.parametrize(
    "text", ["", "2022-3", "2022-13", "2022-00", "0000-01", "9999-12", "2022-03-01", "٢022-03", "mars"]
)
def test_refuses_what_is_no_month(text):
    with pytest.raises(Refused) as caught:
        periods.parse_month(text)

    assert caught.value.code == "month_format"


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2022-11-15", "2023-02-01", ["2022-11", "2022-12", "2023-01"]),
        ("2022-11-15", "2023-02-02", ["2022-11", "2022-12", "2023-01", "2023-02"]),
        ("2022-03-31", "2022-04-01", ["2022-03"]),
        ("2022-03-10", "2022-03-10", []),
    ],
)
def test_months_between(start, end, months):
    assert periods.months_between(d(start), d(end)) == [periods.parse_month(text) for text in months]


@pytest.mark.parametrize(
    ("prices", "stay", "uncovered"),
    [
        ([], p("2022-01-01", "2022-02-01"), [p("2022-01-01", "2022-02-01")]),
        ([], p("2022-01-01"), [p("2022-01-01")]),
        ([p("2022-01-01")], p("2022-01-01"), []),
        ([p("2022-02-01"), p("2022-01-01", "2022-02-01")], p("2022-01-01"), []),
        ([p("2022-01-05", "2022-01-10")], p("2022-01-01"), [p("2022-01-01", "2022-01-05"), p("2022-01-10")]),
        ([p("2021-01-01", "2022-01-03"), p("2022-01-02", "2022-01-09")], p("2022-01-01", "2022-01-10"),
         [p("2022-01-09", "2022-01-10")]),
        ([p("2022-01-03", "2022-01-03")], p("2022-01-01", "2022-01-05"), [p("2022-01-01", "2022-01-05")]),
        ([], p("2022-01-01", "2022-01-01"), []),
    ],
)  # fmt: skip
def test_gaps(prices, stay, uncovered):
    assert periods.gaps(prices, stay) == uncovered


def test_overlapping_names_every_pair_once():
    first, long, inside, last = (
        p("2022-01-01", "2022-02-01"),
        p("2022-01-31"),
        p("2022-03-01", "2022-03-02"),
        p("2022-06-01", "2022-07-01"),
    )

    assert periods.overlapping([last, inside, long, first]) == [(first, long), (long, inside), (long, last)]


def test_stays_that_meet_on_a_day_do_not_overlap():
    assert periods.overlapping([p("2022-03-17", "2023-01-10"), p("2022-01-10", "2022-03-17")]) == []


@given(period(open_ends=False))
def test_nights_are_the_days_it_contains(stay):
    listed = list(stay.days())

    assert len(listed) == stay.nights
    assert all(stay.contains(day) for day in listed)


@given(period(), period(), days)
def test_a_shared_day_is_a_day_of_both(one, other, day):
    shared = one.intersection(other)

    assert (shared is not None and shared.contains(day)) == (one.contains(day) and other.contains(day))


@given(period(open_ends=False))
def test_the_months_of_a_stay_add_up_to_the_stay(stay):
    months = periods.months_between(stay.start, stay.end)

    assert sum(shared.nights for month in months if (shared := month.intersection(stay))) == stay.nights
    assert all(month.overlaps(stay) for month in months)


@given(days, st.integers(-120, 120))
def test_adding_months_reaches_that_month_and_never_jumps_over_it(day, n):
    reached = periods.add_months(day, n)

    assert reached.year * 12 + reached.month == day.year * 12 + day.month + n
    assert reached.day == day.day or (reached.day < day.day and (reached + timedelta(days=1)).day == 1)


@given(days, days, st.integers(0, 60))
def test_adding_months_keeps_the_order_of_days(one, other, n):
    first, second = sorted([one, other])

    assert periods.add_months(first, n) <= periods.add_months(second, n)


@given(st.lists(period(), max_size=6), period(open_ends=False))
def test_gaps_are_exactly_the_days_nobody_covers(parts, within):
    found = periods.gaps(parts, within)

    assert {day for gap in found for day in gap.days()} == set(within.days()) - covered(parts, within)
    assert all(gap.nights > 0 for gap in found)
    assert periods.overlapping(found) == []


@given(st.lists(period(), max_size=6))
def test_overlapping_finds_what_comparing_all_pairs_finds(parts):
    by_hand = sum(one.overlaps(other) for at, one in enumerate(parts) for other in parts[at + 1 :])

    assert len(periods.overlapping(parts)) == by_hand


@given(period(open_ends=False), st.data())
def test_splitting_a_stay_keeps_its_nights(stay, data):
    cut = data.draw(st.dates(stay.start, stay.end))

    assert Period(stay.start, cut).nights + Period(cut, stay.end).nights == stay.nights
