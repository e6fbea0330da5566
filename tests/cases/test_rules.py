"""Delegation and definition, tabled."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.roles import Role
from avhopp.kernel.refusal import Refused
from cases.rules import (
    RANK,
    STANDARD,
    Rule,
    Wanted,
    allowing_rule,
    check_definition,
    covers,
    deciders,
    wanted_by,
)

ASTA, FRIDA, BO = RANK
RULES = [
    Rule(uuid4(), f"3.1.{n}", "hvb", role, days, out, rate)
    for n, (role, days, out, rate) in enumerate(STANDARD, 1)
]


def hvb(days, outside=False, rate=None):
    return Wanted("hvb", days, outside, None if rate is None else Decimal(rate))


@pytest.mark.parametrize(
    ("role", "wanted", "point"),
    [
        (ASTA, hvb(1), "3.1.1"),
        (ASTA, hvb(123), "3.1.1"),
        (ASTA, hvb(124), None),
        (ASTA, hvb(30, outside=True), None),
        (ASTA, hvb(None), None),
        (FRIDA, hvb(30), "3.1.1"),  # what a case worker may, she may, on the same point
        (FRIDA, hvb(124), "3.1.2"),
        (FRIDA, hvb(366), "3.1.2"),
        (FRIDA, hvb(367), None),
        (FRIDA, hvb(30, outside=True), None),
        (BO, hvb(367), "3.1.3"),
        (BO, hvb(None), "3.1.3"),
        (BO, hvb(30, outside=True), "3.1.3"),
        (BO, hvb(30), "3.1.1"),
        (ASTA, hvb(30, rate=4000), "3.1.1"),
        (ASTA, hvb(30, rate="4000.01"), None),
        (FRIDA, hvb(30, rate="4000.01"), "3.1.2"),
        (FRIDA, hvb(30, rate="5000.01"), None),
        (BO, hvb(30, rate=9000), "3.1.3"),
        (BO, Wanted("stodboende", 30), None),  # no rule about that kind
        (Role.COORDINATOR, hvb(1), None),
        (Role.FINANCE_OFFICER, hvb(1), None),
    ],
)
def test_who_may_decide_what(role, wanted, point):
    if point:
        assert allowing_rule(role, wanted, RULES).point == point
    else:
        with pytest.raises(Refused):
            allowing_rule(role, wanted, RULES)


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        (hvb(200), "förste socialsekreterare eller enhetschef"),
        (hvb(30, outside=True), "enhetschef"),
        (hvb(None), "enhetschef"),
        (hvb(30, rate=4500), "förste socialsekreterare eller enhetschef"),
        (hvb(30, rate=5500), "enhetschef"),
    ],
)
def test_a_refusal_names_who_may_decide(wanted, named):
    with pytest.raises(Refused) as refused:
        allowing_rule(ASTA, wanted, RULES)
    assert refused.value.code == "beyond_delegation"
    assert f"fattas av {named}." in refused.value.text


@pytest.mark.parametrize("rules", [[], [Rule(uuid4(), "1", "hvb", Role.POLICE, None, True)]])
def test_without_a_rule_it_is_the_committees(rules):
    with pytest.raises(Refused) as refused:
        allowing_rule(BO, hvb(1), rules)
    assert refused.value.code == "no_delegation"
    assert "nämnden eller dess utskott" in refused.value.text


@pytest.mark.parametrize(
    ("wanted", "covered"),
    [
        (hvb(100, rate=3000), True),
        (hvb(101, rate=3000), False),  # 303 000 kronor
        (hvb(100, rate="3000.01"), False),
        (hvb(None, rate=1), False),  # nobody can tell what it comes to
        (hvb(None), False),
        (hvb(4000), True),  # names no price: the limit is kept where somebody is placed
        (hvb(0), True),
    ],
)
def test_a_limit_for_the_whole_cost(wanted, covered):
    rule = Rule(uuid4(), "1", "hvb", BO, None, False, None, Decimal(300_000))
    assert covers(rule, wanted) is covered


amounts = st.one_of(st.none(), st.integers(0, 9000).map(Decimal))
wholes = st.one_of(st.none(), st.integers(0, 3_000_000).map(Decimal))
orders = st.lists(
    st.builds(
        Rule,
        st.uuids(),
        st.text("123.", min_size=1, max_size=4),
        st.sampled_from(["hvb", "stodboende"]),
        st.sampled_from(list(RANK)),
        st.one_of(st.none(), st.integers(1, 800)),
        st.booleans(),
        amounts,
        wholes,
    ),
    max_size=8,
)


@given(days=st.integers(0, 900), more=st.integers(0, 900), rate=amounts, dearer=amounts, rules=orders)
def test_who_may_not_decide_less_may_not_decide_more(days, more, rate, dearer, rules):
    """Longer, dearer or outside the framework never takes fewer than shorter, cheaper and inside."""
    less = Wanted("hvb", days, False, rate)
    most = None if rate is None else rate + (dearer or 0)
    for wanted in (Wanted("hvb", days + more, False, most), Wanted("hvb", days, True, rate)):
        assert set(deciders(wanted, rules)) <= set(deciders(less, rules))
    for rule in rules:
        if covers(rule, less):
            assert rule.max_rate is None or rate is None or rate <= rule.max_rate
            assert rule.max_cost is None or rate is None or rate * days <= rule.max_cost


@given(
    days=st.one_of(st.none(), st.integers(0, 2000)),
    outside=st.booleans(),
    rate=amounts,
    rules=orders,
)
def test_power_grows_with_rank_and_the_point_always_covers(days, outside, rate, rules):
    wanted = hvb(days, outside, rate)
    able = deciders(wanted, rules)
    for lower, higher in pairwise(RANK):
        assert lower not in able or higher in able
    for role in RANK:
        if role in able:
            rule = allowing_rule(role, wanted, rules)
            assert covers(rule, wanted)
            assert RANK.index(rule.role) <= RANK.index(role)
        else:
            with pytest.raises(Refused):
                allowing_rule(role, wanted, rules)


@pytest.mark.parametrize(
    ("start", "end", "rejected", "days"),
    [
        (date(2026, 7, 1), date(2026, 11, 1), False, 123),
        (date(2026, 7, 1), None, False, None),
        (date(2026, 7, 1), None, True, 0),
        (None, None, True, 0),
    ],
)
def test_what_a_decision_asks_for(start, end, rejected, days):
    wanted = wanted_by(kind="hvb", rejected=rejected, start=start, end=end, outside_framework=True)
    assert wanted.days == days
    assert wanted.outside_framework is not rejected


@pytest.mark.parametrize(
    ("result", "criteria", "agrees"),
    [
        ("uppfyller", (True, True, True), True),
        ("uppfyller", (True, True, None), False),
        ("uppfyller", (True, False, True), False),
        ("uppfyller_inte", (False, True, True), True),
        ("uppfyller_inte", (True, True, True), False),
        ("uppfyller_inte", (None, True, True), False),
        ("preliminart", (None, None, None), True),
        ("preliminart", (True, True, None), True),
    ],
)
def test_the_definition_follows_its_criteria(result, criteria, agrees):
    if agrees:
        check_definition(result, criteria)
    else:
        with pytest.raises(Refused, match="definition_disagrees"):
            check_definition(result, criteria)
