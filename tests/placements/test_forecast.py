"""What the year will cost: the readings of placements/forecast.py, one by one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel import periods
from placements.costs import Absence, PricePeriod
from placements.forecast import Placing, committed, planned, straight_line

YEAR = periods.year(2022)
APRIL_30 = date(2022, 4, 30)
NEW_YEAR = date(2023, 1, 1)
ZERO = Decimal(0)


def placing(key: str, begins: date, end: date | None, **changes: object) -> Placing:
    """A placement at 1 000 kr a night that began when it was planned to."""
    values = {
        "key": key,
        "planned_start": begins,
        "start": begins,
        "end": end,
        "prices": (PricePeriod(begins, end, Decimal(1000)),),
    } | changes
    return Placing(**values)


def both(*placings: Placing, cut: date = APRIL_30, as_of: date | None = None) -> tuple[Decimal, Decimal]:
    """The remaining cost, committed and planned."""
    return committed(ZERO, placings, YEAR, cut, as_of), planned(ZERO, placings, YEAR, cut, as_of)


BEGUN = placing("L1", date(2022, 4, 1), date(2022, 5, 11))
PLAN = placing("L2", date(2022, 6, 1), date(2022, 6, 21), start=None)


def test_what_has_begun_is_committed_to_its_end():
    assert both(BEGUN) == (10_000, 10_000)


def test_the_cost_so_far_is_added():
    assert committed(Decimal("30000.50"), (BEGUN,), YEAR, APRIL_30) == Decimal("40000.50")
    assert planned(Decimal("30000.50"), (PLAN,), YEAR, APRIL_30) == Decimal("50000.50")


def test_what_runs_on_is_committed_to_the_end_of_the_year():
    assert both(replace(BEGUN, end=None)) == (245_000, 245_000)
    assert both(replace(BEGUN, end=date(2024, 1, 1))) == (245_000, 245_000)


def test_a_stay_that_runs_on_keeps_its_last_rate():
    prices = (
        PricePeriod(date(2022, 4, 1), date(2022, 5, 1), Decimal(3000)),
        PricePeriod(date(2022, 5, 1), date(2022, 6, 1), Decimal(100)),
    )
    assert both(replace(BEGUN, end=None, prices=prices)) == (24_500, 24_500)


def test_a_decided_price_and_absence_that_lie_ahead_count():
    prices = (
        PricePeriod(date(2022, 4, 1), date(2022, 5, 6), Decimal(1000)),
        PricePeriod(date(2022, 5, 6), date(2022, 5, 11), Decimal(2000)),
    )
    away = (Absence(date(2022, 5, 10), date(2022, 5, 11), Decimal(0)),)
    assert both(replace(BEGUN, prices=prices, absences=away)) == (5 * 1000 + 4 * 2000, 13_000)


def test_a_plan_is_planned_and_not_committed():
    assert both(PLAN) == (0, 20_000)


def test_a_plan_that_should_have_begun_counts_from_the_day_after_the_cut():
    assert both(replace(PLAN, planned_start=date(2022, 4, 1))) == (0, 51_000)


def test_a_plan_whose_end_has_passed_costs_nothing():
    past = placing("L1", date(2022, 2, 1), date(2022, 4, 1), start=None, charges_departure_day=True)
    assert both(past) == (0, 0)
    assert both(replace(past, end=date(2022, 4, 30))) == (0, 0)
    assert both(replace(past, end=date(2022, 5, 1))) == (0, 1000)


def test_a_plan_that_would_begin_after_its_end_costs_nothing():
    """The end was decided for a stay that began earlier than planned; that start is not known yet."""
    reversed_plan = replace(PLAN, end=date(2022, 5, 20), charges_departure_day=True)
    assert both(reversed_plan) == (0, 0)
    same_day = replace(PLAN, end=PLAN.planned_start, charges_departure_day=True)
    assert both(same_day) == (0, 1000)


def test_a_plan_before_its_first_price_has_the_first_rate():
    early = replace(PLAN, prices=(PricePeriod(date(2022, 6, 11), date(2022, 6, 21), Decimal(700)),))
    assert both(early) == (0, 14_000)


def test_a_start_after_the_view_is_a_plan_with_its_planned_start():
    slipped = replace(PLAN, start=date(2022, 6, 11))
    assert both(slipped) == (0, 20_000)
    assert both(slipped, as_of=date(2022, 6, 10)) == (0, 20_000)


def test_a_start_that_is_known_but_lies_after_the_cut_replaces_the_planned_start():
    slipped = replace(PLAN, start=date(2022, 6, 11))
    assert both(slipped, as_of=date(2022, 6, 11)) == (0, 10_000)
    early = replace(PLAN, start=date(2022, 5, 22))
    assert both(early, as_of=date(2022, 6, 11)) == (0, 30_000)


def test_a_start_on_the_cut_has_begun():
    assert both(replace(PLAN, start=APRIL_30)) == (51_000, 51_000)
    assert both(replace(PLAN, start=APRIL_30 + timedelta(days=1)), as_of=APRIL_30) == (0, 20_000)


def test_without_a_planned_start_the_start_that_lies_ahead_is_the_plan():
    assert both(replace(PLAN, planned_start=None, start=date(2022, 6, 11))) == (0, 10_000)
    assert both(replace(PLAN, planned_start=None)) == (0, 51_000)


def test_a_continuation_of_what_has_begun_is_committed():
    assert both(BEGUN, replace(PLAN, moved_from="L1")) == (30_000, 30_000)


def test_a_continuation_counts_from_its_planned_start_or_the_day_after_the_cut():
    late = replace(PLAN, planned_start=date(2022, 4, 20), moved_from="L1")
    assert both(BEGUN, late) == (10_000 + 51_000, 61_000)


def test_a_continuation_whose_start_is_known_counts_from_it():
    later = replace(PLAN, moved_from="L1", start=date(2022, 6, 11))
    assert both(BEGUN, later, as_of=date(2022, 7, 1)) == (20_000, 20_000)
    assert both(BEGUN, later, as_of=date(2022, 6, 1)) == (30_000, 30_000)


def test_continuations_are_committed_over_several_links_in_any_order():
    third = placing("L3", date(2022, 7, 1), date(2022, 7, 6), start=None, moved_from="L2")
    fourth = placing("L4", date(2022, 7, 6), date(2022, 7, 8), start=None, moved_from="L3")
    chain = (fourth, third, replace(PLAN, moved_from="L1"), BEGUN)
    assert both(*chain) == (10_000 + 20_000 + 5000 + 2000, 37_000)


def test_a_continuation_of_a_stay_that_has_ended_is_committed():
    ended = placing("L1", date(2021, 4, 1), date(2021, 5, 1))
    assert both(ended, replace(PLAN, moved_from="L1")) == (20_000, 20_000)


def test_a_continuation_of_a_plan_is_planned():
    second = placing("L3", date(2022, 7, 1), date(2022, 7, 6), start=None, moved_from="L2")
    assert both(PLAN, second) == (0, 25_000)


def test_a_link_that_does_not_exist_breaks_the_chain():
    third = placing("L3", date(2022, 7, 1), date(2022, 7, 6), start=None, moved_from="L2")
    assert both(BEGUN, third) == (10_000, 15_000)


def test_placements_that_point_at_each_other_do_not_hang():
    first = placing("L1", date(2022, 7, 1), date(2022, 7, 6), start=None, moved_from="L2")
    assert both(first, replace(PLAN, moved_from="L1")) == (0, 25_000)
    assert both(replace(first, moved_from="L1")) == (0, 5000)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (date(2022, 4, 30), 0),
        (date(2022, 5, 1), 1000),
        (date(2022, 5, 2), 2000),
        (date(2022, 12, 31), 245_000),
        (date(2023, 1, 1), 245_000),
    ],
)
def test_a_charged_departure_after_the_cut_is_part_of_the_rest(end, expected):
    """The last row departs on New Year's Day, which is next year's cost."""
    charging = replace(BEGUN, end=end, charges_departure_day=True)
    assert both(charging) == (expected, expected)


def test_seen_from_the_year_before_only_the_nights_of_the_year_count():
    runs = placing("L1", date(2021, 10, 1), date(2022, 1, 11))
    assert both(runs, cut=date(2021, 11, 30)) == (10_000, 10_000)
    plan = placing("L1", date(2021, 12, 1), date(2022, 1, 11), start=None)
    assert both(plan, cut=date(2021, 11, 30)) == (0, 10_000)


def test_nothing_remains_at_the_end_of_the_year():
    assert both(replace(BEGUN, end=None), replace(PLAN, end=None), cut=date(2022, 12, 31)) == (0, 0)


def test_straight_line():
    assert straight_line(Decimal(1_800_600), YEAR, APRIL_30) == 5_476_825
    assert straight_line(Decimal(100), YEAR, date(2022, 12, 31)) == 100
    assert straight_line(Decimal(10), YEAR, date(2022, 1, 1)) == 3650
    assert straight_line(Decimal(10), periods.year(2024), date(2024, 1, 1)) == 3660
    assert straight_line(ZERO, YEAR, date(2021, 12, 31)) == 0
    assert straight_line(ZERO, YEAR, date(2021, 6, 1)) == 0


DAYS = st.dates(date(2021, 1, 1), date(2023, 12, 31))


@st.composite
def placings(draw) -> list[Placing]:
    """Placements at one rate each, begun or not, chained at random."""
    found = []
    for number in range(draw(st.integers(0, 5))):
        begins = draw(DAYS)
        end = draw(st.one_of(st.none(), st.integers(0, 500).map(lambda days, b=begins: b + timedelta(days))))
        found.append(
            placing(
                f"L{number}",
                begins,
                end,
                start=draw(st.sampled_from([None, begins])),
                planned_start=draw(st.one_of(st.just(begins), DAYS)),
                charges_departure_day=draw(st.booleans()),
                moved_from=draw(st.sampled_from([None, "L0", "L1", "L2", "L3"])),
            )
        )
    return found


@given(placings(), DAYS, st.integers(0, 300))
def test_planned_is_never_below_committed_and_committed_never_below_the_outcome(found, cut, late):
    least, most = both(*found, cut=cut, as_of=cut + timedelta(days=late))
    assert 0 <= least <= most


@given(placings(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_the_placements_does_not_matter(found, cut, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert both(*found, cut=cut) == both(*shuffled, cut=cut)


@given(placings(), st.dates(date(2022, 1, 1), date(2022, 12, 30)))
def test_a_day_that_goes_as_committed_does_not_change_the_committed_year(found, cut):
    """When everything begins as planned, each day moves its cost from the rest to the outcome."""
    begun = [
        replace(row, start=row.planned_start)
        for row in found
        if row.planned_start <= cut and (row.end is None or row.planned_start <= row.end)
    ]
    tomorrow = cut + timedelta(days=1)
    rest_today, _ = both(*begun, cut=cut)
    rest_tomorrow, _ = both(*begun, cut=tomorrow)
    sleeping = [row for row in begun if row.end is None or tomorrow < row.end]
    leaving = [row for row in begun if row.end == tomorrow and row.charges_departure_day]
    assert rest_today - rest_tomorrow == 1000 * len(sleeping + leaving)
