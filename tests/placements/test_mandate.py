"""What is spent keeps to what was decided, and to what whoever decided it may decide."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.models import Decision, DelegationRule
from placements.actions.beginning import begin_placement
from placements.actions.extending import change_departure
from placements.actions.moving import move_person
from placements.actions.placing import Terms, check_terms
from placements.actions.prices import change_price
from placements.models import PlacementPrice
from placements.terms import agreed_prices
from tests.placements.words import count, errors


@pytest.fixture
def point(cast, today):
    """`point(max_rate=…)`: a point of the delegation order about HVB, in force for long."""

    def made(role: str = "socialsekreterare", number: str = "3.1.1", **limits) -> DelegationRule:
        facts = {"municipality": cast.municipality, "kind": "hvb", "valid_from": today - timedelta(days=999)}
        with acting(cast.inlasare):
            return DelegationRule.objects.create(point=number, role=role, **facts, **limits)

    return made


@pytest.fixture
def decided(decide, today):
    """`decided(point)`: a decision made on it, from two hundred days ago to in a hundred days."""

    def made(rule: DelegationRule) -> Decision:
        return decide(
            "hvb", delegation=rule, start=today - timedelta(days=200), end=today + timedelta(days=100)
        )

    return made


@pytest.fixture
def terms(places, today):
    def made(decision: Decision, begins: int, ends: int | None, rate: int = 3000) -> Terms:
        first = today + timedelta(days=begins)
        return Terms(
            decision, places.inside, places.agreement, first, first if begins <= 0 else None,
            None if ends is None else today + timedelta(days=ends), agreed_prices(first, Decimal(rate)),
        )  # fmt: skip

    return made


def codes(cast, action, **about) -> str:
    """The code of the refusal, nothing when it is let through."""
    with acting(cast.asta), transaction.atomic():
        try:
            action(**about)
        except Refused as refused:
            return refused.code
        finally:
            transaction.set_rollback(True)
    return ""


@pytest.mark.parametrize(("rate", "code"), [(3000, ""), (3001, "above_max_rate")])
def test_the_price_keeps_to_the_delegation(cast, old_case, point, decided, terms, today, rate, code):
    wanted = terms(decided(point(max_rate=3000)), -10, 20, rate)
    assert codes(cast, check_terms, case=old_case, terms=wanted, today=today) == code


@pytest.mark.parametrize(("ends", "code"), [(90, ""), (91, "above_max_cost"), (None, "above_max_cost")])
def test_the_whole_cost_keeps_to_the_delegation(cast, old_case, point, decided, terms, today, ends, code):
    """A hundred nights at 3 000. What runs on rests on the decision until that ends."""
    wanted = terms(decided(point(max_cost=300_000)), -10, ends)
    assert codes(cast, check_terms, case=old_case, terms=wanted, today=today) == code


def test_without_an_end_nobody_can_tell_the_cost(cast, old_case, point, decide, terms, today):
    decision = decide("hvb")
    decision.delegation = point(max_cost=300_000)  # the database takes no such decision
    wanted = terms(decision, -10, None)
    assert codes(cast, check_terms, case=old_case, terms=wanted, today=today) == "whole_cost_unknown"


def test_who_may_decide_more_is_said(as_, old_case, point, decided, places, today):
    decision = decided(point(max_cost=300_000))
    point("enhetschef", "3.1.3", max_rate=4000)
    said = {
        "decision": str(decision.pk), "place": f"ram:{places.agreement.pk}", "outside_reason": "",
        "planned_start": (today - timedelta(days=10)).isoformat(),
        "start": (today - timedelta(days=10)).isoformat(),
        "end": (today + timedelta(days=95)).isoformat(), "rate": "", "later_from": "", "later_rate": "",
    }  # fmt: skip
    client, address = as_("asta"), reverse("place", args=[old_case.pk])
    refused = errors(count(client, address, said)).replace("\u00a0", " ")
    assert "skulle kosta 315 000 kr" in refused
    assert "högst 300 000 kr. Det beslutas av enhetschef enligt delegationspunkt 3.1.3." in refused
    dearer = errors(count(client, address, said | {"rate": "4 500"}))
    assert "nämnden eller dess utskott" in dearer


def test_stays_one_after_the_other_share_the_limit(cast, old_case, point, decided, placed, terms, today):
    decision = decided(point(max_cost=300_000))
    placed(decision, days_ago=100, end=today - timedelta(days=60))
    for ends, code in ((60, ""), (61, "above_max_cost")):
        wanted = terms(decision, 0, ends)
        assert codes(cast, check_terms, case=old_case, terms=wanted, today=today) == code


def test_a_move_counts_what_is_left_of_the_old_stay(cast, point, decided, placed, terms, today):
    decision = decided(point(max_cost=300_000))
    stay = placed(decision, days_ago=50, end=today + timedelta(days=50))
    by = {"by": cast.asta, "today": today}
    assert codes(cast, move_person, placement=stay, terms=terms(decision, 0, 50), **by) == ""
    assert codes(cast, move_person, placement=stay, terms=terms(decision, 0, 51), **by) == "above_max_cost"


@pytest.mark.parametrize(("days", "code"), [(50, ""), (51, "above_max_cost")])
def test_an_extension_keeps_to_it_as_well(cast, point, decided, placed, today, days, code):
    stay = placed(decided(point(max_cost=300_000)), days_ago=50, end=today + timedelta(days=40))
    about = {"placement": stay, "end": today + timedelta(days=days), "reason": "X", "today": today}
    assert codes(cast, change_departure, by=cast.asta, **about) == code


@pytest.mark.parametrize(("rate", "code"), [(4000, ""), (4001, "above_max_cost"), (5001, "above_max_rate")])
def test_a_new_price_keeps_to_both(cast, point, decided, placed, today, rate, code):
    """Fifty nights at 3 000 have been, fifty are to come."""
    rule = point(max_cost=350_000, max_rate=5000)
    stay = placed(decided(rule), days_ago=50, end=today + timedelta(days=50))
    about = {"placement": stay, "day": today, "rate": Decimal(rate), "reason": "X", "today": today}
    assert codes(cast, change_price, by=cast.asta, **about) == code


@pytest.mark.parametrize(("days", "code"), [(95, ""), (96, "above_max_cost")])
def test_an_arrival_counts_again(cast, point, decided, placed, today, days, code):
    rule = point(max_cost=300_000)
    stay = placed(decided(rule), days_ago=5, end=today + timedelta(days=10), planned=True)
    about = {"placement": stay, "start": today - timedelta(days=5), "end": today + timedelta(days=days)}
    assert codes(cast, begin_placement, by=cast.asta, today=today, **about) == code


def test_a_new_decision_has_a_limit_of_its_own(cast, point, decide, decided, placed, today):
    first, second = point(max_cost=300_000), point("enhetschef", "3.1.3", max_cost=90_000)
    stay = placed(decided(first), days_ago=0, end=today + timedelta(days=100))
    ends = today + timedelta(days=100)
    later = decide("hvb", delegation=second, start=ends, end=ends + timedelta(days=60))
    about = {"placement": stay, "decision": later, "reason": "X", "by": cast.asta, "today": today}
    for days, code in ((30, ""), (31, "above_max_cost")):
        assert codes(cast, change_departure, end=ends + timedelta(days=days), **about) == code


def test_a_higher_price_under_a_new_decision(cast, point, decide, decided, placed, today):
    """The price of a night is measured against the decision that the night rests on."""
    stay = placed(decided(point(max_rate=3000)), days_ago=0, end=today + timedelta(days=100))
    ends = today + timedelta(days=100)
    later = decide("hvb", delegation=point("enhetschef", "3.1.3", max_rate=4000), start=ends,
                   end=ends + timedelta(days=60))  # fmt: skip
    with acting(cast.asta):
        change_departure(
            placement=stay, end=ends + timedelta(days=30), decision=later, reason="X", by=cast.asta,
            today=today,
        )  # fmt: skip
    about = {"placement": stay, "rate": Decimal(3500), "reason": "X", "by": cast.asta, "today": today}
    assert codes(cast, change_price, day=today, **about) == "above_max_rate"
    assert codes(cast, change_price, day=ends, **about) == ""


@pytest.mark.parametrize("limit", ["own", "delegated"])
def test_the_database_keeps_prices_within_what_is_decided(cast, point, decide, decided, placed, limit):
    """Also where no page or action is asked."""
    decision = decided(point(max_rate=3000)) if limit == "delegated" else decide("hvb", max_rate=3000)
    stay = placed(decision)

    def pay(rate: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            sql = "update placements_placementprice set rate = %s where placement_id = %s"
            cursor.execute(sql, [rate, stay.pk])
            assert cursor.rowcount == 1
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")

    with acting(cast.asta):
        pay(2999)
        with pytest.raises(IntegrityError) as error:
            pay(3001)
    assert error.value.__cause__.diag.constraint_name == "price_within_the_decisions"


@pytest.mark.parametrize(("rate", "broken"), [(3000, ""), (3001, "price_within_the_decisions")])
def test_nor_is_a_price_added_above_what_is_decided(cast, decide, placed, rate, broken):
    stay = placed(decide("hvb", max_rate=3000))

    def replace_price() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            price = PlacementPrice.objects.get(placement=stay)
            PlacementPrice.objects.filter(pk=price.pk).delete()
            price.pk, price.rate = uuid4(), rate
            price.save(force_insert=True)
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")

    with acting(cast.asta):
        if not broken:
            replace_price()
            return
        with pytest.raises(IntegrityError) as error:
            replace_price()
    assert error.value.__cause__.diag.constraint_name == broken
