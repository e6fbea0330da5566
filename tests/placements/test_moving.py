"""A move ends one stay and begins the next on the same day: no night twice, none lost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from placements.actions.ending import end_placement, ended_stay
from placements.costs import cost, nights
from placements.models import Placement
from placements.showing import chain_of
from tests.placements.words import count, errors, save


@pytest.fixture
def said(decide, places, today):
    """To supported housing at half the price, ten days ago."""
    decision = decide("stodboende")
    return {
        "decision": str(decision.pk),
        "place": f"ram:{places.cheaper.pk}",
        "outside_reason": "",
        "day": (today - timedelta(days=10)).isoformat(),
        "end": (today + timedelta(days=20)).isoformat(),
        "rate": "",
        "later_from": "",
        "later_rate": "",
    }


def address(stay: Placement) -> str:
    return reverse("placement_move", args=[stay.case_id, stay.pk])


def test_a_move_makes_a_chain_that_costs_what_its_parts_cost(as_, cast, placed, decision, said, today):
    stay = placed(decision, days_ago=100)
    counted = count(as_("asta"), address(stay), said)
    assert counted.context["effect"].total_nights == 120
    assert counted.context["effect"].total_cost == 90 * 3000 + 30 * 1500
    assert save(as_("asta"), address(stay), said).status_code == 302
    with acting(cast.asta):
        first, second = chain_of(Placement.objects.with_terms(), stay.pk)
        stays = [first.as_stay(), second.as_stay()]
    assert (first.end, first.end_reason) == (second.start, "flyttad")
    whole = Period(stays[0].start, stays[1].end)
    assert sum(nights(row, whole) for row in stays) == 120
    assert sum(cost(row, whole) for row in stays) == counted.context["effect"].total_cost


def test_what_was_interrupted_can_be_moved_instead(as_, cast, placed, decision, said, today):
    stay = placed(decision, days_ago=100)
    told = {
        "reason": "avbrott", "resumption": "ja", "destination": "anhorig",
        "end": today, "by": cast.asta, "today": today,
    }  # fmt: skip
    with acting(cast.asta):
        end_placement(placement=stay, **told)
    assert save(as_("asta"), address(stay), said).status_code == 302
    with acting(cast.asta):
        stay = Placement.objects.get(pk=stay.pk)
    assert (stay.end_reason, stay.resumption, stay.destination) == ("flyttad", "", "")


def test_a_move_that_lies_ahead_is_a_plan(as_, cast, placed, decision, said, today):
    stay = placed(decision, days_ago=100)
    ahead = today + timedelta(days=5)
    assert save(as_("asta"), address(stay), said | {"day": ahead.isoformat()}).status_code == 302
    with acting(cast.asta):
        first, second = chain_of(Placement.objects.all(), stay.pk)
    assert (first.end, second.start, second.planned_start) == (ahead, None, ahead)


@pytest.mark.parametrize(("ago", "sentence"), [(100, "efter ankomsten"), (200, "efter ankomsten")])
def test_a_move_before_the_first_night_is_refused(as_, placed, decision, said, today, ago, sentence):
    stay = placed(decision, days_ago=100)
    day = (today - timedelta(days=ago)).isoformat()
    assert sentence in errors(count(as_("asta"), address(stay), said | {"day": day}))


def test_a_move_after_the_departure_is_refused(as_, placed, decision, said, today):
    stay = placed(decision, days_ago=100, end=today - timedelta(days=20))
    assert "slut före flytten" in errors(count(as_("asta"), address(stay), said))


def test_a_person_moves_once_from_a_place_and_its_departure_is_then_given(
    as_, cast, placed, decision, said, today
):
    stay = placed(decision, days_ago=100)
    save(as_("asta"), address(stay), said)
    again = said | {"day": (today - timedelta(days=20)).isoformat()}
    assert "redan flyttat" in errors(count(as_("asta"), address(stay), again))
    with acting(cast.asta), pytest.raises(Refused, match="has_continuation"):
        ended_stay(placement=Placement.objects.with_terms().get(pk=stay.pk), end=today)


def test_a_refused_next_place_leaves_the_first_stay_as_it_was(
    as_, cast, placed, decision, said, places, today
):
    stay = placed(decision, days_ago=100)
    outside = said | {
        "place": f"utan:{places.step_down.pk}",
        "outside_reason": "Ingen plats",
        "rate": "1 500",
    }
    assert "utanför ramavtal" in errors(count(as_("asta"), address(stay), outside))
    with acting(cast.asta):
        stay.refresh_from_db()
        assert (stay.end, Placement.objects.count()) == (None, 1)
