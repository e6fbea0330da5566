"""A version of the delegation order: its points, its dates and what it changes. Without a database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.roles import ROLES, Can, Role
from avhopp.kernel.periods import Period, add_months
from avhopp.kernel.refusal import Refused
from cases.delegation import (
    changes,
    check_dates,
    check_points,
    in_words,
    order_of,
    undecided_kinds,
    vacant_points,
)
from cases.rules import RANK, STANDARD, Rule, length_in_words, longest_days, whole_months

ONE = Rule(uuid4(), "3.1.1", "hvb", "socialsekreterare", 123, False, Decimal(4000), None)
TODAY = date(2026, 11, 22)


def code(check, *args, **kwargs) -> str:
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({}, ""),
        ({"max_rate": None, "max_days": None, "max_cost": None}, ""),
        ({"max_rate": Decimal(1), "max_days": 1}, ""),
        ({"role": "samordnare"}, "nobody_decides"),
        ({"role": "namndsekreterare"}, "nobody_decides"),
        ({"max_days": 0}, "nobody_decides"),
        ({"max_rate": Decimal(0)}, "nobody_decides"),
        ({"max_cost": Decimal(0)}, "nobody_decides"),
        ({"max_rate": Decimal(-1)}, "amount_negative"),
        ({"max_cost": Decimal(-1)}, "amount_negative"),
        ({"max_rate": Decimal("1.50")}, "ore"),
    ],
)
def test_somebody_decides_on_every_point(change, refused):
    assert code(check_points, [replace(ONE, **change)]) == refused


def test_a_version_has_points_and_each_number_once():
    assert code(check_points, []) == "no_points"
    assert code(check_points, [ONE, replace(ONE, kind="stodboende")]) == "point_twice"
    assert code(check_points, [ONE, replace(ONE, point="3.1.2")]) == ""


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("decided", "valid_from", "held", "refused"),
    [
        (TODAY, TODAY, [], ""),
        (TODAY - 99 * DAY, TODAY - 99 * DAY, [], ""),  # the first one may say how it has been
        (TODAY + DAY, TODAY + DAY, [], "decided_later"),
        (TODAY, TODAY - DAY, [], "before_decided"),
        (TODAY - 9 * DAY, TODAY, [(TODAY - 9 * DAY, None)], ""),
        (TODAY - 9 * DAY, TODAY - DAY, [(TODAY - 9 * DAY, None)], "already_past"),
        (TODAY - 9 * DAY, TODAY - 9 * DAY, [(TODAY - 8 * DAY, None)], "before_newest"),
        (TODAY, TODAY + 4 * DAY, [(TODAY - DAY, TODAY + 5 * DAY), (TODAY + 5 * DAY, None)], "before_newest"),
        (TODAY, TODAY + 5 * DAY, [(TODAY - DAY, TODAY + 5 * DAY), (TODAY + 5 * DAY, None)], ""),
        (TODAY, TODAY + 6 * DAY, [(TODAY - DAY, TODAY + 5 * DAY)], "gap"),
        (TODAY, TODAY + 5 * DAY, [(TODAY - DAY, TODAY + 5 * DAY)], ""),
        (TODAY, TODAY + DAY, [(TODAY - 9 * DAY, TODAY - 5 * DAY)], "gap"),  # no longer than it has to be
        (TODAY, TODAY, [(TODAY - 9 * DAY, TODAY - 5 * DAY)], ""),
        (TODAY, TODAY + 6 * DAY, [(TODAY - DAY, TODAY + 5 * DAY), (TODAY - DAY, None)], ""),
        (TODAY, TODAY, [(TODAY + 5 * DAY, TODAY + 5 * DAY)], ""),  # what never held stands in nobody's way
    ],
)
def test_a_version_follows_on_the_one_before(decided, valid_from, held, refused):
    periods = [Period(*days) for days in held]
    assert code(check_dates, decided=decided, valid_from=valid_from, held=periods, today=TODAY) == refused


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 9)), min_size=1, max_size=12))
def test_whatever_is_registered_every_day_has_one_order_and_past_ones_keep_theirs(steps):
    """Days go by, versions come; those that are taken end the one before on the day they begin."""
    today, held = TODAY, [Period(TODAY - 30 * DAY, None)]

    def on(day: date) -> list[int]:
        return [at for at, period in enumerate(held) if period.contains(day)]

    for passed, ahead in steps:
        today += passed * DAY
        begins = today + ahead * DAY
        past = {day: on(day) for day in (TODAY + at * DAY for at in range(-30, (today - TODAY).days))}
        if code(check_dates, decided=min(begins, today), valid_from=begins, held=held, today=today):
            continue
        held = [Period(one.start, begins) if one.end is None or one.end > begins else one for one in held] + [
            Period(begins, None)
        ]
        assert {day: on(day) for day in past} == past
        assert all(len(on(TODAY + at * DAY)) == 1 for at in range(-30, 60))


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_the_days_of_months_hold_any_months(start, months):
    assert (add_months(start, months) - start).days <= longest_days(months)
    assert whole_months(longest_days(months)) == months


def test_the_standard_order_is_in_months():
    assert [length_in_words(days) for _, days, _, _ in STANDARD] == [
        "högst 4 månader (123 dygn)", "högst 12 månader (366 dygn)", "utan gräns i tid",
    ]  # fmt: skip
    assert [length_in_words(days) for days in (31, 30, 100)] == [
        "högst 1 månad (31 dygn)", "högst 30 dygn", "högst 100 dygn",
    ]  # fmt: skip


def test_the_difference_tells_what_is_new_gone_and_changed():
    stays, goes = replace(ONE, point="3.2"), replace(ONE, point="3.3")
    raised, comes = replace(ONE, max_rate=Decimal(5000)), replace(ONE, point="3.10", kind="familjehem")
    found = changes([ONE, stays, goes], [comes, raised, replace(stays, id=uuid4())])
    assert [(one.point, one.what) for one in found] == [
        ("3.1.1", "Ändras"), ("3.3", "Tas bort"), ("3.10", "Ny"),
    ]  # fmt: skip
    assert "4\u00a0000\u00a0kr per dygn" in found[0].before
    assert "5\u00a0000\u00a0kr per dygn" in found[0].after
    assert found[1].before == in_words(goes)
    assert changes([ONE, ONE], [ONE]) != []


def test_numbers_are_ordered_as_people_count():
    assert sorted(["3.10", "3.2", "A:7.10", "A:7.9"], key=order_of) == ["A:7.9", "A:7.10", "3.2", "3.10"]


def test_what_nobody_could_decide_is_told():
    assert undecided_kinds([ONE], [replace(ONE, kind="familjehem")]) == ["HVB"]
    manager = replace(ONE, point="3.1.3", role="enhetschef")
    assert vacant_points([ONE, manager], ["forste_socialsekreterare", "ekonom"]) == ["3.1.3"]
    assert vacant_points([ONE, manager], ["enhetschef"]) == []
    assert vacant_points([ONE, manager], []) == ["3.1.1", "3.1.3"]


def test_nobody_to_whom_the_order_gives_power_registers_it():
    able = {role for role in Role if Can.WRITE_DELEGATION in ROLES.get(role, set())}
    assert able == {Role.BOARD_SECRETARY}
    assert not able & set(RANK)
    assert not {role for role in able if Can.DECIDE in ROLES[role] or Can.MANAGE_ACCOUNTS in ROLES[role]}
