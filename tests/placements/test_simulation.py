"""The range: ordered, never below the outcome, exact at the year's end, and the same each time."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avhopp.kernel import periods
from placements.costs import PricePeriod, Stay, cost
from placements.episodes import Known
from placements.forecast import Placing, committed, planned
from placements.nightly import StepDown
from placements.simulation import Assumptions, Facts, months_of, simulate
from placements.spent import up_to

YEAR = periods.year(2026)
RUNS = 200
NONE = (Decimal(0),) * 12
#: Nothing but what is decided: ends hold, prices go on.
AS_DECIDED = Assumptions(step_down=None, ends_hold=Decimal(1))

cuts = st.integers(-60, 364).map(lambda number: YEAR.start + timedelta(days=number))
counts = st.lists(st.integers(0, 30), min_size=12, max_size=12).map(
    lambda tenths: tuple(Decimal(number) / 10 for number in tenths)
)


@st.composite
def operations(draw, *, ends: bool = False, plans: bool = True) -> tuple[tuple[Known, ...], date]:
    """Stays of some persons, ended, ongoing and planned, and the day they are seen from."""
    cut = draw(cuts)
    known = []
    for number in range(draw(st.integers(0, 6))):
        start = cut + timedelta(days=draw(st.integers(-900, 60 if plans else 0)))
        nights = draw(st.integers(1, 900))
        end = start + timedelta(days=nights) if ends or draw(st.booleans()) else None
        raised = start + timedelta(days=draw(st.integers(1, 400)))
        if end is not None:
            raised = min(raised, end)
        rates = [Decimal(draw(st.integers(0, 400_000))) / 100 for _ in range(2)]
        known.append(Known(f"p{number}", Placing(
            key=f"k{number}", planned_start=start - timedelta(days=draw(st.integers(0, 30))),
            start=start if start <= cut else None, end=end,
            prices=(PricePeriod(start, raised, rates[0]), PricePeriod(raised, end, rates[1])),
            charges_departure_day=draw(st.booleans()),
        )))  # fmt: skip
    return tuple(known), cut


def facts_of(known: tuple[Known, ...], cut: date, **more: object) -> Facts:
    """The facts with the outcome by month, counted by the exact method."""
    stays = [
        Stay(row.key, row.start, row.end, row.prices, row.absences, row.charges_departure_day)
        for row in (each.placing for each in known)
        if row.start is not None and row.start <= cut
    ]
    outcome = tuple(
        sum((cost(stay, up_to(month, cut)) for stay in stays), Decimal(0)) for month in months_of(YEAR)
    )
    return Facts(known, outcome, YEAR, cut, cut, **more)


@given(operations(), counts, st.integers(0, 5))
@settings(max_examples=40)
def test_quantiles_are_ordered_grow_and_are_never_below_the_outcome(operation, arrivals, seed):
    known, cut = operation
    facts = facts_of(known, cut)
    found = simulate(facts, Assumptions(arrivals=arrivals), seed, RUNS)
    before = (Decimal(0),) * 3
    so_far = Decimal(0)
    for month, outcome in zip(found.months, facts.outcome, strict=True):
        so_far += outcome
        assert so_far <= month.p10 <= month.p50 <= month.p90
        assert before <= (month.p10, month.p50, month.p90)
        assert all(a <= b for a, b in zip(before, (month.p10, month.p50, month.p90), strict=True))
        assert month.p10 == month.p90 == so_far or not month.known
        before = (month.p10, month.p50, month.p90)


@given(operations(), counts)
@settings(max_examples=30)
def test_on_the_years_last_day_every_forecast_is_the_outcome(operation, arrivals):
    known, _ = operation
    last = periods.last_day(YEAR)
    facts = facts_of(known, last, budget=Decimal(1000))
    found = simulate(facts, Assumptions(arrivals=arrivals), 1, RUNS)
    outcome = sum(facts.outcome, Decimal(0))
    placings = [row.placing for row in known]
    assert found.year.p10 == found.year.p50 == found.year.p90 == outcome
    assert committed(outcome, placings, YEAR, last) == planned(outcome, placings, YEAR, last) == outcome
    assert found.exceeds == (1 if outcome > 1000 else 0)


@given(operations(ends=True, plans=False), st.integers(0, 5))
@settings(max_examples=40)
def test_when_everything_holds_as_decided_the_range_is_the_committed_cost(operation, seed):
    known, cut = operation
    facts = facts_of(known, cut)
    found = simulate(facts, AS_DECIDED, seed, RUNS).year
    exact = committed(sum(facts.outcome, Decimal(0)), [row.placing for row in known], YEAR, cut)
    assert found.p10 == found.p50 == found.p90 == exact


@given(operations(), counts, st.integers(0, 5))
@settings(max_examples=20)
def test_the_same_facts_assumptions_and_seed_give_the_same_range(operation, arrivals, seed):
    known, cut = operation
    facts, assumptions = facts_of(known, cut, budget=Decimal(500_000)), Assumptions(arrivals=arrivals)
    again = replace(facts, known=tuple(reversed(known)))
    assert simulate(facts, assumptions, seed, RUNS) == simulate(again, assumptions, seed, RUNS)


@given(operations(), counts, counts, st.integers(0, 5))
@settings(max_examples=30)
def test_more_arrivals_never_lower_a_quantile(operation, some, more, seed):
    known, cut = operation
    facts = facts_of(known, cut, budget=Decimal(500_000))
    few = simulate(facts, Assumptions(arrivals=some), seed, RUNS)
    both = tuple(a + b for a, b in zip(some, more, strict=True))
    many = simulate(facts, Assumptions(arrivals=both), seed, RUNS)
    for month, month_with_more in zip(few.months, many.months, strict=True):
        assert month.p10 <= month_with_more.p10
        assert month.p50 <= month_with_more.p50
        assert month.p90 <= month_with_more.p90
    assert few.exceeds <= many.exceeds


CUT = date(2026, 4, 30)


def ongoing(count: int, **changes: object) -> Facts:
    start = CUT - timedelta(days=120)
    prices = (PricePeriod(start, None, Decimal(3000)),)
    known = tuple(
        Known(f"p{number}", Placing(f"k{number}", start, start, None, prices, **changes))
        for number in range(count)
    )
    return facts_of(known, CUT)


def test_a_higher_price_for_arrivals_costs_more():
    cheap, dear = (
        simulate(ongoing(1), Assumptions(arrivals=(Decimal(1),) * 12, rate=Decimal(rate)), 1, RUNS).year
        for rate in (1000, 2000)
    )
    assert cheap.p50 < dear.p50


def test_a_longer_default_lengthens_what_nobody_knows():
    short, long = (
        simulate(ongoing(5), Assumptions(default_months=Decimal(m)), 1, RUNS).year for m in (6, 40)
    )
    assert short.p50 < long.p50


def test_a_step_down_that_is_assumed_lowers_the_year():
    facts = ongoing(5)
    with_it = Assumptions(step_down=StepDown(6, Decimal("0.5")))
    assert simulate(facts, with_it, 1, RUNS).year.p90 < simulate(facts, AS_DECIDED, 1, RUNS).year.p90


def test_plans_that_were_withdrawn_before_make_others_doubtful():
    start = CUT + timedelta(days=10)
    plan = Known("p", Placing("k", start, None, None, (PricePeriod(start, None, Decimal(3000)),)))
    few, many = (
        simulate(facts_of((plan,), CUT, withdrawn=number), Assumptions(), 1, 1000).year for number in (0, 60)
    )
    assert few.p50 > 0
    assert (few.p10, many.p50) == (0, 0)


def test_a_plan_that_is_overdue_costs_less_than_one_that_is_to_come():
    """It has slipped already, and has become likelier never to begin."""

    def middle(days: int) -> Decimal:
        start = CUT + timedelta(days=days)
        plan = Known("p", Placing("k", start, None, None, (PricePeriod(start, None, Decimal(3000)),)))
        return simulate(facts_of((plan,), CUT), Assumptions(), 1, 1000).year.p50

    assert middle(-90) < middle(1)


def test_a_decided_end_that_may_not_hold_gives_a_range():
    facts = facts_of(
        tuple(
            Known(f"p{n}", Placing(
                f"k{n}", date(2026, 1, 1), date(2026, 1, 1), date(2026, 8, 1),
                (PricePeriod(date(2026, 1, 1), date(2026, 8, 1), Decimal(3000)),),
            ))
            for n in range(10)
        ),
        CUT,
    )  # fmt: skip
    sure, doubtful = (
        simulate(facts, replace(AS_DECIDED, ends_hold=Decimal(q)), 1, RUNS).year for q in (1, "0.5")
    )
    assert sure.p10 == sure.p90
    assert doubtful.p10 < doubtful.p90


def test_the_runs_are_shared_alike_among_the_curves():
    with pytest.raises(ValueError, match="same number"):
        simulate(ongoing(1), Assumptions(), 1, 1500)
