"""No order of actions reaches an overlapping stay, a night without a price or with two, or an end that lies.

Actions at random on one case: placing, arriving, withdrawing, ending, extending, staying over, moving,
pricing, being away. What is refused leaves everything as it was; what is done leaves a sound whole.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from avhopp.access.context import acting
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from placements.actions.absence import Away, record_absence
from placements.actions.beginning import begin_placement, withdraw_plan
from placements.actions.ending import REASONS, end_placement
from placements.actions.extending import change_departure, record_overstay
from placements.actions.moving import move_person
from placements.actions.placing import Terms, place_person
from placements.actions.prices import change_price
from placements.costs import cost, nights
from placements.models import Placement
from placements.terms import agreed_prices

DAYS = st.integers(-45, 45)
LENGTH = st.one_of(st.none(), st.integers(0, 40))
RATES = st.sampled_from([Decimal(0), Decimal("1500.50"), Decimal(3000)])
WHICH = st.integers(0, 999)
LATER = st.integers(0, 30)
#: Every action, each of which is to succeed at some time.
DONE = {
    action.__name__
    for action in (
        place_person, begin_placement, withdraw_plan, end_placement, change_departure, record_overstay,
        move_person, change_price, record_absence,
    )
}  # fmt: skip
#: A decision that ends so soon lets nights without one be told of as well.
SOON = timedelta(days=3)
YEARS = Period(date(2000, 1, 1), date(2060, 1, 1))


def machine(cast: Any, case: Any, places: Any, decision: Any, today: date, seen: Counter) -> type:
    """The machine about one case; `seen` counts what was done and what was refused."""

    class Operation(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.point = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.point)

        def has_stays(self) -> bool:
            with acting(cast.asta):
                return Placement.objects.filter(case=case).exists()

        def stays(self) -> list[Placement]:
            return list(Placement.objects.filter(case=case).with_terms().with_extensions().order_by("id"))

        def tried(self, action: Any, which: int | None = None, **more: Any) -> None:
            """Do it to the stay of that number, or for no stay in particular."""
            with acting(cast.asta):
                rows = self.stays()
                if which is not None and not rows:
                    return
                about = {} if which is None else {"placement": self.chosen(rows, which)}
                before = [self.said(row) for row in rows]
                try:
                    with transaction.atomic():
                        action(**about, **more, by=cast.asta, today=today)
                    seen["done", action.__name__] += 1
                except Refused:
                    seen["refused", action.__name__] += 1
                    assert [self.said(row) for row in self.stays()] == before

        def chosen(self, rows: list[Placement], which: int) -> Placement:
            """Every other time one that is not over: in a long walk they are few among many."""
            going_on = [row for row in rows if row.departed is None and row.end_reason == ""]
            among = going_on if going_on and which % 2 else rows
            return among[which // 2 % len(among)]

        def said(self, row: Placement) -> tuple[object, ...]:
            return (
                row.start,
                row.end,
                row.planned_end,
                row.departed,
                row.as_stay(),
                len(row.extensions.all()),
            )

        def terms(self, first: int, length: int | None, rate: Decimal, later: int, came: bool) -> Terms:
            day = today + timedelta(days=first)
            step = (day + timedelta(days=later), rate / 2) if later else (None, None)
            return Terms(
                decision=decision, provider=places.inside, agreement=places.agreement, planned_start=day,
                start=day if came else None, end=None if length is None else day + timedelta(days=length),
                prices=agreed_prices(day, rate, step),
            )  # fmt: skip

        @rule(first=DAYS, length=LENGTH, rate=RATES, later=LATER, came=st.booleans())
        def place(self, first: int, length: int | None, rate: Decimal, later: int, came: bool) -> None:
            self.tried(place_person, case=case, terms=self.terms(first, length, rate, later, came))

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=DAYS, length=LENGTH, shift=st.booleans())
        def begin(self, which: int, day: int, length: int | None, shift: bool) -> None:
            start = today + timedelta(days=day)
            end = None if length is None else start + timedelta(days=length)
            self.tried(begin_placement, which, start=start, end=end, shift_prices=shift)

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH)
        def withdraw(self, which: int) -> None:
            self.tried(withdraw_plan, which, reason="Prov")

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=DAYS, reason=st.sampled_from(REASONS))
        def end(self, which: int, day: int, reason: str) -> None:
            self.tried(end_placement, which, end=today + timedelta(days=day), reason=reason)

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=st.one_of(st.none(), DAYS))
        def extend(self, which: int, day: int | None) -> None:
            end = None if day is None else today + timedelta(days=day)
            self.tried(change_departure, which, end=end, reason="Prov")

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=st.integers(-30, 9), authorised=st.booleans())
        def overstay(self, which: int, day: int, authorised: bool) -> None:
            until = today + timedelta(days=day)
            self.tried(record_overstay, which, until=until, authorised=authorised, reason="Prov")

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=DAYS, length=LENGTH, rate=RATES, later=LATER)
        def move(self, which: int, day: int, length: int | None, rate: Decimal, later: int) -> None:
            self.tried(move_person, which, terms=self.terms(day, length, rate, later, day <= 0))

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=DAYS, rate=RATES)
        def price(self, which: int, day: int, rate: Decimal) -> None:
            self.tried(change_price, which, day=today + timedelta(days=day), rate=rate, reason="Prov")

        @precondition(lambda self: self.has_stays())
        @rule(which=WHICH, day=DAYS, length=st.integers(0, 9), rate=RATES)
        def absence(self, which: int, day: int, length: int, rate: Decimal) -> None:
            first = today + timedelta(days=day)
            self.tried(record_absence, which, away=Away(first, first + timedelta(days=length), rate))

        @invariant()
        def is_sound(self) -> None:
            with acting(cast.asta):
                rows = self.stays()
                with connection.cursor() as cursor:
                    cursor.execute("set constraints all immediate")
                    cursor.execute("set constraints all deferred")
            for row in rows:
                check_row(row)
            slept = [Period(row.start, row.end) for row in rows if row.start]
            assert not [pair for pair in combinations(slept, 2) if pair[0].intersection(pair[1])]

    return Operation


def check_row(row: Placement) -> None:
    """One stay by itself: its end is the right one of the two, and each night has one price."""
    assert row.end == (row.departed if row.departed is not None else row.planned_end)
    assert row.departed is None or row.start is not None
    stay = row.as_stay()
    prices = sorted(stay.prices, key=lambda price: price.start)
    assert all(one.end == other.start for one, other in pairwise(prices))
    if row.end is None or row.end > stay.start:
        assert prices
        assert prices[0].start <= stay.start
        last = prices[-1].end
        assert last is None or (row.end is not None and last >= row.end)
    assert nights(stay, YEARS) >= 0
    assert cost(stay, YEARS) >= 0


def run(machine_class: type, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine_class,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_any_order_of_actions_leaves_a_sound_chain(cast, old_case, places, decide, today):
    decision, seen = decide("hvb", end=today + timedelta(days=30)), Counter()
    run(machine(cast, old_case, places, decision, today, seen), examples=4, steps=15)


STEPS = {
    "place": {"first": DAYS, "length": LENGTH, "rate": RATES, "later": LATER, "came": st.booleans()},
    "begin": {"which": WHICH, "day": DAYS, "length": LENGTH, "shift": st.booleans()},
    "withdraw": {"which": WHICH},
    "end": {"which": WHICH, "day": DAYS, "reason": st.sampled_from(REASONS)},
    "extend": {"which": WHICH, "day": st.one_of(st.none(), DAYS)},
    "overstay": {"which": WHICH, "day": st.integers(-30, 9), "authorised": st.booleans()},
    "move": {"which": WHICH, "day": DAYS, "length": LENGTH, "rate": RATES, "later": LATER},
    "price": {"which": WHICH, "day": DAYS, "rate": RATES},
    "absence": {"which": WHICH, "day": DAYS, "length": st.integers(0, 9), "rate": RATES},
}


@pytest.mark.deep
def test_many_walks_leave_a_sound_chain(cast, old_case, places, decide, today):
    decision, seen = decide("hvb", end=today + SOON), Counter()
    for _ in range(40):
        run(machine(cast, old_case, places, decision, today, seen), examples=30, steps=50)
        if sum(seen.values()) >= 2000 and done_in(seen) == DONE:
            break
    assert sum(seen.values()) >= 2000
    assert done_in(seen) == DONE


@pytest.mark.deep
def test_one_walk_of_two_thousand_steps_leaves_a_sound_chain(cast, old_case, places, decide, today):
    """All in one case, each step on top of all those before it."""
    decision, seen = decide("hvb", end=today + SOON), Counter()
    walk = machine(cast, old_case, places, decision, today, seen)()

    @settings(max_examples=500, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
    @given(st.one_of(st.tuples(st.just(name), st.fixed_dictionaries(said)) for name, said in STEPS.items()))
    def step(wanted: tuple[str, dict[str, Any]]) -> None:
        name, said = wanted
        getattr(walk, name)(**said)
        walk.is_sound()

    while sum(seen.values()) < 2000 or (done_in(seen) != DONE and sum(seen.values()) < 4000):
        step()
    walk.teardown()
    assert done_in(seen) == DONE


def done_in(seen: Counter[tuple[str, str]]) -> set[str]:
    """The acts that were carried out at least once; a walk goes on by chance until each has been."""
    return {name for how, name in seen if how == "done"}
