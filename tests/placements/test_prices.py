"""A new price splits the price period; whatever is done, no night is lost, doubled or negative."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.periods import ONE_DAY, Period, overlapping
from avhopp.kernel.refusal import Refused
from placements import terms
from placements.costs import Absence, PricePeriod, Stay, check_stay, cost, nights, rate_on
from placements.models import Placement
from tests.placements.words import count, errors, save

ZERO = date(2024, 1, 1)


def day(number: int) -> date:
    return ZERO + timedelta(days=number)


def stay(*prices: tuple[int, int | None, int], start: int = 0, end: int | None = 100) -> Stay:
    rows = tuple(PricePeriod(day(a), None if b is None else day(b), Decimal(rate)) for a, b, rate in prices)
    return Stay("stay", day(start), None if end is None else day(end), rows)


TWO = ((0, 60, 3000), (60, None, 1500))


@pytest.mark.parametrize(
    ("before", "at", "after"),
    [
        (((0, None, 3000),), 40, ((0, 40, 3000), (40, None, 3150))),
        (TWO, 40, ((0, 40, 3000), (40, 60, 3150), (60, None, 1500))),
        (TWO, 60, ((0, 60, 3000), (60, None, 3150))),
        (TWO, 80, ((0, 60, 3000), (60, 80, 1500), (80, None, 3150))),
        (TWO, 0, ((0, 60, 3150), (60, None, 1500))),
    ],
)
def test_a_new_price_holds_until_the_next_that_is_agreed(before, at, after):
    assert terms.repriced(stay(*before), day(at), Decimal(3150)).prices == stay(*after).prices


def test_a_new_price_after_the_last_one_ended_stretches_the_last_one():
    found = terms.repriced(stay((0, 50, 3000), end=None), day(70), Decimal(3150))
    assert found.prices == stay((0, 70, 3000), (70, None, 3150)).prices


@pytest.mark.parametrize("at", [-1, 100, 101])
def test_a_price_outside_the_stay_is_refused(at):
    with pytest.raises(Refused, match="price_outside_stay"):
        terms.repriced(stay((0, None, 3000)), day(at), Decimal(1))


# Whatever is done


moves = st.one_of(
    st.tuples(st.just("price"), st.integers(-5, 130), st.integers(0, 4000)),
    st.tuples(st.just("end"), st.integers(-5, 130), st.just(0)),
    st.tuples(st.just("open"), st.just(0), st.just(0)),
    st.tuples(st.just("away"), st.integers(-5, 130), st.integers(0, 30)),
    st.tuples(st.just("move"), st.integers(-5, 130), st.integers(0, 4000)),
)


def do(chain: list[Stay], what: str, number: int, amount: int) -> list[Stay]:
    """The chain after one act on its last stay; as it was when the act is refused."""
    *earlier, last = chain
    try:
        if what == "price":
            return [*earlier, terms.repriced(last, day(number), Decimal(amount))]
        if what == "end":
            return [*earlier, terms.ended(last, day(number))]
        if what == "open":
            return [*earlier, terms.ended(last, None)]
        if what == "away":
            absence = Absence(day(number), day(number + amount), Decimal(amount * 10))
            return [*earlier, terms.away(last, absence)]
        if day(number) <= last.start or (last.end is not None and last.end < day(number)):
            return chain
        left = terms.ended(last, day(number))
        return [
            *earlier,
            left,
            Stay("next", day(number), last.end, terms.agreed_prices(day(number), Decimal(amount))),
        ]
    except Refused:
        return chain


@given(
    st.integers(0, 40),
    st.integers(-20, 60),
    st.integers(0, 4000),
    st.one_of(st.none(), st.integers(60, 120)),
    st.booleans(),
    st.lists(moves, max_size=12),
)
def test_no_sequence_of_acts_loses_doubles_or_gives_back_a_night(planned, came, rate, end, shift, acts):
    prices = terms.agreed_prices(day(planned), Decimal(rate), (day(planned + 30), Decimal(rate) / 2))
    plan = Stay("stay", day(planned), None if end is None else day(end), prices)
    chain = [terms.begun(plan, day(came), plan.end, shift_prices=shift)]
    for act in acts:
        chain = do(chain, *act)
    whole = Period(day(-60), day(400))
    for one in chain:
        check_stay(one)
        assert not overlapping(Period(row.start, row.end) for row in one.prices)
        assert not overlapping(Period(row.start, row.end) for row in one.absences)
    assert not overlapping(Period(one.start, one.end) for one in chain)
    every_night = [
        (one, night)
        for one in chain
        for night in Period(one.start, min(one.end or whole.end, whole.end)).days()
    ]
    assert (
        len({night for _, night in every_night})
        == len(every_night)
        == sum(nights(one, whole) for one in chain)
    )
    assert sum(cost(one, whole) for one in chain) == sum(rate_on(one, night) for one, night in every_night)
    assert all(cost(one, whole) >= 0 for one in chain)
    assert all(left.end == came_to.start for left, came_to in pairwise(chain))


@given(st.integers(0, 100), st.integers(0, 4000), st.integers(0, 4000))
def test_a_new_price_changes_no_night_before_it(at, old, new):
    before = stay((0, None, old), end=101)
    after = terms.repriced(before, day(at), Decimal(new))
    earlier = Period(day(0), day(at))
    assert cost(after, earlier) == cost(before, earlier)
    assert cost(after, Period(day(at), day(101))) == (101 - at) * Decimal(new)


def test_the_effect_compares_year_by_year():
    before = stay((0, None, 3000), end=400)
    found = terms.effect([before], [replace(before, end=day(370))], day(10))
    assert [(row.year, row.nights, row.nights_before) for row in found.years] == [
        (2024, 366, 366),
        (2025, 4, 34),
    ]
    assert (found.change_this_year, found.change_in_all) == (0, -30 * 3000)


def test_the_effect_of_a_stay_that_runs_on_has_no_sum():
    found = terms.effect([], [stay((0, None, 3000), end=None)], day(10))
    assert (found.total_cost, found.runs_on_until, found.this_year.cost) == (None, 2024, 366 * 3000)


# The page


def address(placement: Placement) -> str:
    return reverse("placement_price", args=[placement.case_id, placement.pk])


def test_a_new_price_is_counted_and_saved_with_its_reason(as_, cast, placed, decision, today):
    placement = placed(decision, days_ago=100, end=today + timedelta(days=10))
    said = {"day": today.isoformat(), "rate": "3 150", "reason": "Index"}
    assert count(as_("asta"), address(placement), said).context["effect"].change_in_all == 10 * 150
    assert save(as_("asta"), address(placement), said).status_code == 302
    with acting(cast.asta):
        rows = list(placement.prices.values_list("start", "end", "rate"))
        assert rows == [(today - timedelta(days=100), today, Decimal(3000)), (today, None, Decimal(3150))]
        assert Event.objects.about(placement.case_id).get(kind="nytt_pris").reason == "Index"


def test_a_new_price_stays_within_the_decision(as_, cast, placed, decision, today):
    placement = placed(decision, days_ago=100)
    cast.revise(decision, max_rate=Decimal(3100))
    said = {"day": today.isoformat(), "rate": "3 150", "reason": "Index"}
    assert "högst 3\u00a0100\u00a0kr" in errors(count(as_("asta"), address(placement), said))


def test_a_price_from_the_first_night_replaces_it(as_, cast, placed, decision, today):
    placement = placed(decision, days_ago=10)
    said = {"day": (today - timedelta(days=10)).isoformat(), "rate": "2 900", "reason": "Fel pris"}
    assert save(as_("asta"), address(placement), said).status_code == 302
    with acting(cast.asta):
        assert list(placement.prices.values_list("rate", flat=True)) == [Decimal(2900)]
        assert (
            nights(
                Placement.objects.with_terms().get(pk=placement.pk).as_stay(), Period(today, today + ONE_DAY)
            )
            == 1
        )


def test_whoever_counted_before_somebody_elses_change_is_told(as_, cast, placed, decision, today):
    """Two count the same stay; the first one saves, and the second sees the new cost before saving."""
    stay = placed(decision, days_ago=100, end=today + timedelta(days=10))
    page = reverse("placement_price", args=[stay.case_id, stay.pk])
    first = {"day": today.isoformat(), "rate": "3100", "reason": "Index"}
    later = {"day": (today + timedelta(days=5)).isoformat(), "rate": "2900", "reason": "Ny nivå"}
    slow = count(as_("asta"), page, later)
    assert save(as_("asta"), page, first).status_code == 302
    posted = {**later, "gor": "spara", "counted": slow.context["counted"]}
    told = as_("asta").post(page, posted)
    assert told.status_code == 200
    assert told.context["changed"]
    again = as_("asta").post(page, {**posted, "counted": told.context["counted"]})
    assert again.status_code == 302
