"""Place a person: counted before it is saved, within the decision, and never twice on the same night."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.money import NBSP, format_kr
from avhopp.kernel.refusal import Refused
from cases.models import DelegationRule
from placements.actions.placing import Terms, check_terms, place_person, write_placement
from placements.costs import Stay
from placements.models import Placement, PlacementPrice
from placements.terms import agreed_prices
from tests.placements.words import errors, save


@pytest.fixture
def address(old_case):
    return reverse("place", args=[old_case.pk])


@pytest.fixture
def said(decision, places, today):
    """A stay at Granen that began ten days ago and ends twenty days from now."""
    return {
        "decision": str(decision.pk),
        "place": f"ram:{places.agreement.pk}",
        "outside_reason": "",
        "planned_start": (today - timedelta(days=10)).isoformat(),
        "start": (today - timedelta(days=10)).isoformat(),
        "end": (today + timedelta(days=20)).isoformat(),
        "rate": "",
        "later_from": "",
        "later_rate": "",
        "gor": "rakna",
    }


def test_counting_shows_the_cost_and_saves_nothing(as_, cast, address, said):
    response = as_("asta").post(address, said)
    effect = response.context["effect"]
    assert (effect.total_nights, effect.total_cost) == (30, Decimal(90_000))
    assert format_kr(Decimal(90_000)) in response.content.decode()
    assert response.context["form"]["rate"].value() == f"3{NBSP}000"
    with acting(cast.asta):
        assert not Placement.objects.exists()


def test_saving_what_was_counted_places_the_person_and_carries_the_decision_out(
    as_, cast, address, said, decision, today
):
    response = save(as_("asta"), address, said)
    assert response.status_code == 302
    with acting(cast.asta):
        stay = Placement.objects.get()
        assert (stay.start, stay.is_inside_framework) == (today - timedelta(days=10), True)
        assert [(row.start, row.end, row.rate) for row in stay.prices.all()] == [
            (stay.start, None, Decimal(3000))
        ]
        decision.refresh_from_db()
        assert decision.enforced == stay.start
        assert "placerad" in Event.objects.about(stay.case_id).values_list("kind", flat=True)


def test_saving_without_counting_counts_first(as_, cast, address, said):
    response = as_("asta").post(address, {**said, "gor": "spara"})
    assert response.context["changed"]
    with acting(cast.asta):
        assert not Placement.objects.exists()


def test_saving_something_else_than_what_was_counted_counts_again(as_, cast, address, said):
    client = as_("asta")
    counted = client.post(address, said)
    changed = {**said, "rate": "9 000", "gor": "spara", "counted": counted.context["counted"]}
    response = client.post(address, changed)
    assert response.context["changed"]
    assert response.context["effect"].total_cost == Decimal(270_000)
    with acting(cast.asta):
        assert not Placement.objects.exists()


def test_a_later_price_is_agreed_from_the_start(as_, cast, address, said, today):
    said |= {"later_from": (today + timedelta(days=5)).isoformat(), "later_rate": "1 500"}
    counted = as_("asta").post(address, said)
    assert counted.context["effect"].total_cost == 15 * 3000 + 15 * 1500


def test_a_plan_has_no_arrival_and_does_not_carry_the_decision_out(as_, cast, address, said, decision):
    assert save(as_("asta"), address, {**said, "start": ""}).status_code == 302
    with acting(cast.asta):
        decision.refresh_from_db()
        assert (Placement.objects.get().start, decision.enforced) == (None, None)


def test_outside_the_framework_needs_a_reason_and_a_price(as_, address, said, places):
    response = as_("asta").post(address, {**said, "place": f"utan:{places.outside.pk}"})
    assert set(response.context["form"].errors) == {"outside_reason", "rate"}


def test_outside_the_framework_needs_that_it_was_decided(as_, cast, address, said, places, decision, today):
    with acting(cast.inlasare):
        DelegationRule.objects.create(
            municipality=cast.municipality,
            point="3.1.3",
            kind="hvb",
            role="enhetschef",
            outside_framework=True,
            valid_from=today - timedelta(days=1000),
        )
    outside = {
        **said,
        "place": f"utan:{places.outside.pk}",
        "outside_reason": "Ingen plats fanns",
        "rate": "3 400",
    }
    client = as_("asta")
    refused = client.post(address, outside)
    assert "enhetschef enligt delegationspunkt 3.1.3" in errors(refused)
    cast.revise(decision, outside_framework=True)
    assert client.post(address, outside).context["effect"].total_cost == 30 * 3400


@pytest.mark.parametrize(("rate", "allowed"), [("3 400", True), ("3 400,01", False)])
def test_a_highest_price_that_was_decided_is_kept(as_, cast, address, said, places, decision, rate, allowed):
    cast.revise(decision, max_rate=Decimal(3400))
    outside = {
        **said,
        "place": f"utan:{places.outside.pk}",
        "outside_reason": "Ingen plats fanns",
        "rate": rate,
    }
    response = as_("asta").post(address, outside)
    assert (response.context["effect"] is not None) is allowed


CHANGES = {
    "another kind": ("place", lambda p, t: f"ram:{p.cheaper.pk}", "annan insats"),
    "arrival ahead": ("start", lambda p, t: (t + timedelta(days=1)).isoformat(), "efter i dag"),
    "departure before arrival": ("end", lambda p, t: (t - timedelta(days=11)).isoformat(), "före startdagen"),
    "later price without a day": ("later_rate", lambda p, t: "1 500", "Ange både"),
    "before the case": ("start", lambda p, t: (t - timedelta(days=501)).isoformat(), "Ärendet öppnades"),
    "before the decision": (
        "start",
        lambda p, t: (t - timedelta(days=500)).isoformat(),
        "Beslutet gäller från",
    ),
    "beyond the decision": (
        "end",
        lambda p, t: (t + timedelta(days=2000)).isoformat(),
        "Beslutet gäller till",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_hold_is_said_and_nothing_typed_is_lost(
    as_, address, said, places, decide, today, change
):
    decide("stodboende")
    field, value, sentence = CHANGES[change]
    response = as_("asta").post(address, {**said, field: value(places, today)})
    assert sentence in errors(response)
    assert response.context["form"]["planned_start"].value() == said["planned_start"]


def test_the_same_night_twice_is_a_sentence(as_, address, said, placed, decision):
    placed(decision, days_ago=30)
    response = as_("asta").post(address, said)
    assert "redan en placering" in errors(response)


def test_the_database_itself_refuses_the_same_night_twice(cast, old_case, placed, decision, places, today):
    """Past the check that a page makes: what two simultaneous requests would meet."""
    placed(decision, days_ago=30)
    first = today - timedelta(days=10)
    prices = agreed_prices(first, Decimal(3000))
    terms = Terms(decision, places.inside, places.agreement, first, first, None, prices)
    with acting(cast.asta), pytest.raises(Refused) as refused:
        write_placement(case=old_case, terms=terms, stay=terms.as_stay(), by=cast.asta, today=today)
    assert refused.value.code == "overlapping_stay"
    with acting(cast.asta):
        assert Placement.objects.count() == 1


def test_the_database_itself_refuses_nights_without_a_price(cast, old_case, decision, places, today):
    first = today - timedelta(days=10)
    terms = Terms(decision, places.inside, places.agreement, first, first, today, ())
    with acting(cast.asta), pytest.raises(Refused) as refused:
        write_placement(
            case=old_case, terms=terms, stay=Stay("ny", first, today, ()), by=cast.asta, today=today
        )
    assert refused.value.code == "price_gap"
    with acting(cast.asta):
        assert not PlacementPrice.objects.exists()


def test_a_provider_that_is_closed_cannot_be_chosen(as_, cast, address, said, places, today):
    with acting(cast.siri):
        places.inside.no_new_placements_from = today - timedelta(days=20)
        places.inside.save(update_fields=["no_new_placements_from"])
    response = as_("asta").post(address, said)
    assert "place" in response.context["form"].errors


def test_the_agreement_is_in_force_on_the_first_day(cast, old_case, decision, places, today):
    with acting(cast.siri):
        places.agreement.end = today - timedelta(days=10)
        places.agreement.save(update_fields=["end"])
    first = today - timedelta(days=10)
    terms = Terms(
        decision, places.inside, places.agreement, first, first, None, agreed_prices(first, Decimal(3000))
    )
    with acting(cast.asta), pytest.raises(Refused, match="agreement_not_in_force"):
        check_terms(case=old_case, terms=terms, today=today)


def test_without_a_granted_decision_the_page_says_what_to_do(as_, address):
    assert "inget beslut att placera på" in as_("asta").get(address).content.decode()


def test_a_closed_case_takes_no_placement(cast, old_case, decision, places, today):
    with acting(cast.asta):
        old_case.closed, old_case.closing_reason, old_case.state = today, "ovrigt", "avslutad"
        old_case.save(update_fields=["closed", "closing_reason", "state"])
        first = today - timedelta(days=10)
        terms = Terms(
            decision,
            places.inside,
            places.agreement,
            first,
            first,
            today,
            agreed_prices(first, Decimal(3000)),
        )
        with pytest.raises(Refused, match="case_closed"):
            place_person(case=old_case, terms=terms, by=cast.asta, today=today)


@pytest.mark.parametrize(
    ("handle", "status"),
    [
        ("asta", 200),
        ("bo", 403),
        ("siri", 403),
        ("eskil", 403),
        ("frida", 403),
        ("cleo", 404),
        ("eva", 404),
        ("lova", 404),
    ],
)
def test_only_the_handler_places(as_, address, decision, places, handle, status):
    assert as_(handle).get(address).status_code == status
