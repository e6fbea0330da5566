"""Which stays the budget counts: those of cases and decisions known then, and that the reader sees."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from avhopp.access.context import acting
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Decision
from placements.actions.beginning import withdraw_plan
from placements.actions.placing import Terms, place_person
from placements.known import known_stays
from placements.models import Placement
from placements.spending import year_money
from placements.terms import agreed_prices


@pytest.fixture
def elsewhere(cast, places, today):
    """A stay in a case of Cleo's, which Bo's unit does not see."""
    received = today - timedelta(days=100)
    with acting(cast.cleo):
        case = open_case(
            contact=FirstContact(received=received, source="sjalv"),
            person=NewPerson(name="Annan Person"), unit=cast.ungdom, handler=cast.cleo, by=cast.cleo,
            at=timezone.localtime(),
        )  # fmt: skip
        decision = Decision(case=case, kind="hvb", decided=received + timedelta(days=5))
        decision.save(force_insert=True)
        first = received + timedelta(days=10)
        terms = Terms(
            decision, places.inside, places.agreement, first, first, None,
            agreed_prices(first, Decimal(3000)),
        )  # fmt: skip
        return place_person(case=case, terms=terms, by=cast.cleo, today=today)


@pytest.fixture
def stays(cast, decide, placed, elsewhere, received, today):
    """Two stays on decisions of different days, a plan, and a plan that was withdrawn."""
    early = decide("hvb")
    late = decide("hvb", decided=today - timedelta(days=20))
    found = {
        "old": placed(early, days_ago=200, end=today - timedelta(days=150)),
        "new": placed(late, days_ago=15, end=today + timedelta(days=10)),
        "plan": placed(late, days_ago=-30, planned=True),
    }
    gone = placed(early, days_ago=-20, end=today + timedelta(days=25), planned=True)
    with acting(cast.asta):
        withdraw_plan(placement=gone, reason="Kom aldrig.", by=cast.asta, today=today)
    return found | {"elsewhere": elsewhere}


ALL = {"old", "new", "plan", "elsewhere"}


def counted(cast, stays, handle, as_of):
    user = cast.people[handle]
    with acting(user):
        found = {row.pk for row in known_stays(user, as_of)}
    return {name for name, row in stays.items() if row.pk in found}, len(found)


@pytest.mark.parametrize(
    ("handle", "expected"),
    [
        ("siri", ALL), ("eskil", ALL), ("bo", ALL - {"elsewhere"}), ("asta", ALL - {"elsewhere"}),
        ("cleo", {"elsewhere"}), ("nils", set()), ("eva", set()), ("lova", set()),
    ],
)  # fmt: skip
def test_each_counts_what_the_own_grants_open(cast, stays, today, handle, expected):
    assert counted(cast, stays, handle, today) == (expected, len(expected))


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        (19, ALL),
        (20, ALL),  # the day of the later decision
        (21, {"old", "elsewhere"}),
        (95, {"old", "elsewhere"}),  # the day of the decision elsewhere
        (96, {"old"}),
        (499, {"old"}),  # the day of the first decision
        (500, set()),
    ],
)
def test_what_was_decided_or_came_in_later_is_not_known(cast, stays, today, days_ago, expected):
    assert counted(cast, stays, "siri", today - timedelta(days=days_ago))[0] == expected


@pytest.mark.parametrize("handle", ["siri", "bo", "eskil", "asta", "cleo", "nils"])
@pytest.mark.parametrize("days_ago", [0, 20, 21, 96, 300, 600])
def test_they_are_the_rows_of_the_plain_join(cast, stays, today, handle, days_ago):
    """Arrays are for speed; the question is this one."""
    as_of, user = today - timedelta(days=days_ago), cast.people[handle]
    with acting(user):
        plain = Placement.objects.visible_to(user).standing()
        plain = plain.filter(case__received__lte=as_of, decision__decided__lte=as_of)
        assert set(known_stays(user, as_of).values_list("pk")) == set(plain.values_list("pk"))


def test_the_sums_are_of_those_stays(cast, stays, today):
    with acting(cast.siri):
        money = year_money(user=cast.siri, year=today.year, as_of=today)
    with acting(cast.bo):
        own_unit = year_money(user=cast.bo, year=today.year, as_of=today)
    elsewhere = sum(
        (today - timedelta(days=number)).year == today.year for number in range(0, 91)
    )  # its nights so far
    assert money.nights - own_unit.nights == elsewhere
    assert money.charged.cost - own_unit.charged.cost == 3000 * elsewhere
