"""A plan begins or is withdrawn; a stay ends, is extended, or is away for some nights."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from placements.actions.absence import Away, record_absence
from placements.actions.beginning import begin_placement, withdraw_plan
from placements.actions.ending import end_placement
from placements.costs import Stay, cost, nights
from placements.forecast import planned
from placements.models import Placement, PlacementPrice
from tests.placements.words import count, errors, save


def address(name: str, stay: Placement) -> str:
    return reverse(name, args=[stay.case_id, stay.pk])


def reread(cast, stay: Placement) -> Placement:
    with acting(cast.asta):
        return Placement.objects.with_terms().get(pk=stay.pk)


def stay_of(cast, stay: Placement) -> Stay:
    with acting(cast.asta):
        return Placement.objects.with_terms().get(pk=stay.pk).as_stay()


def days(today: date, **ago: int) -> dict[str, str]:
    """`days(today, start=10)`: ten days ago, as the form wants it."""
    return {name: (today - timedelta(days=number)).isoformat() for name, number in ago.items()}


# Begin


@pytest.mark.parametrize(("planned_ago", "came_ago"), [(20, 10), (10, 20), (10, 10)])
def test_arrival_makes_the_prices_cover_and_carries_the_decision_out(
    as_, cast, placed, decision, today, planned_ago, came_ago
):
    plan = placed(decision, days_ago=planned_ago, planned=True)
    response = save(as_("asta"), address("placement_begin", plan), days(today, start=came_ago) | {"end": ""})
    assert response.status_code == 302
    arrival = today - timedelta(days=came_ago)
    stay = stay_of(cast, plan)
    assert (stay.start, stay.prices[0].start) == (arrival, arrival)
    with acting(cast.asta):
        decision.refresh_from_db()
    assert decision.enforced == arrival


def test_arrival_can_move_the_later_price_as_many_days(as_, cast, placed, decision, today):
    plan = placed(decision, days_ago=20, planned=True)
    with acting(cast.asta):
        first = PlacementPrice.objects.get(placement=plan)
        first.end = today + timedelta(days=10)
        first.save()
        PlacementPrice(
            placement=plan, case_id=plan.case_id, start=first.end, end=None, rate=Decimal(1500)
        ).save(force_insert=True)
    said = days(today, start=15) | {"end": "", "prices": "flytta"}
    assert save(as_("asta"), address("placement_begin", plan), said).status_code == 302
    assert [row.start for row in stay_of(cast, plan).prices] == [
        today - timedelta(days=15),
        today + timedelta(days=15),
    ]


@pytest.mark.parametrize(("ago", "sentence"), [(-1, "efter i dag"), (499 + 1, "Beslutet gäller från")])
def test_an_arrival_that_cannot_be_is_refused(as_, cast, placed, decision, today, ago, sentence):
    plan = placed(decision, days_ago=20, planned=True)
    response = count(as_("asta"), address("placement_begin", plan), days(today, start=ago) | {"end": ""})
    assert sentence in errors(response)
    assert reread(cast, plan).start is None


def test_arriving_twice_is_refused(as_, cast, placed, decision, today):
    stay = placed(decision)
    response = count(as_("asta"), address("placement_begin", stay), days(today, start=5) | {"end": ""})
    assert "redan kommit" in errors(response)


def test_arrival_on_a_night_somewhere_else_is_refused_by_the_database(cast, placed, decision, today):
    plan = placed(decision, days_ago=20, planned=True)
    with acting(cast.asta):
        plan.planned_start = today + timedelta(days=30)
        plan.save(update_fields=["planned_start"])
        PlacementPrice.objects.filter(placement=plan).update(start=plan.planned_start)
    placed(decision, days_ago=100, end=today)
    with acting(cast.asta), pytest.raises(Refused) as refused:
        begin_placement(placement=plan, start=today - timedelta(days=5), end=None, by=cast.asta, today=today)
    assert refused.value.code == "overlapping_stay"
    assert reread(cast, plan).start is None


# Never began


def test_a_withdrawn_plan_costs_nothing_anywhere(as_, cast, placed, decision, today, places):
    with acting(cast.siri):
        places.agreement.charges_departure_day = True
        places.agreement.save()
    plan = placed(decision, days_ago=-10, planned=True)
    response = as_("asta").post(address("placement_withdraw", plan), {"reason": "Personen kom inte"})
    assert response.status_code == 302
    plan = reread(cast, plan)
    year = Period(date(today.year, 1, 1), date(today.year + 2, 1, 1))
    assert (nights(plan.as_stay(), year), cost(plan.as_stay(), year)) == (0, 0)
    assert planned(Decimal(0), [plan.as_placing()], year, today) == 0
    assert plan.never_began
    with acting(cast.asta):
        event = Event.objects.about(plan.case_id).get(kind="placering_blev_inte_av")
        assert PlacementPrice.history.filter(placement_id=plan.pk, history_type="-").count() == 1
    assert event.reason == "Personen kom inte"


def test_after_a_withdrawn_plan_a_new_one_can_be_made(cast, placed, decision, today):
    plan = placed(decision, days_ago=-10, planned=True)
    with acting(cast.asta):
        withdraw_plan(placement=plan, reason="Ändrat", by=cast.asta, today=today)
    assert placed(decision, days_ago=-10, planned=True).pk != plan.pk


def test_what_has_begun_is_not_withdrawn(as_, cast, placed, decision):
    stay = placed(decision)
    response = as_("asta").post(address("placement_withdraw", stay), {"reason": "Fel"})
    assert "Avsluta placeringen i stället" in errors(response)


# End and extend


def test_ending_leaves_the_night_of_departure_uncounted(as_, cast, placed, decision, today):
    stay = placed(decision, days_ago=100)
    said = days(today, end=10) | {
        "reason": "egen_begaran",
        "note": "",
        "destination": "okand",
        "resumption": "",
    }
    counted = count(as_("asta"), address("placement_end", stay), said)
    assert (counted.context["effect"].total_nights, counted.context["effect"].total_cost) == (90, 270_000)
    assert save(as_("asta"), address("placement_end", stay), said).status_code == 302
    stay = reread(cast, stay)
    assert (stay.end, stay.end_reason) == (today - timedelta(days=10), "egen_begaran")


def test_ending_before_the_arrival_is_a_sentence(as_, placed, decision, today):
    stay = placed(decision, days_ago=100)
    said = days(today, end=101) | {
        "reason": "egen_begaran",
        "note": "",
        "destination": "okand",
        "resumption": "",
    }
    assert "före ankomsten" in errors(count(as_("asta"), address("placement_end", stay), said))


def test_ending_cuts_an_absence_that_goes_on_and_removes_one_that_lies_ahead(cast, placed, decision, today):
    stay = placed(decision, days_ago=100)
    with acting(cast.asta):
        for first, back in ((20, 5), (3, 1)):
            away = Away(today - timedelta(days=first), today - timedelta(days=back), Decimal(500))
            record_absence(placement=stay, away=away, by=cast.asta, today=today)
        end_placement(
            placement=stay, end=today - timedelta(days=10), reason="avbrott", by=cast.asta, today=today
        )
    assert [(row.start, row.end) for row in stay_of(cast, stay).absences] == [
        (today - timedelta(days=20), today - timedelta(days=10))
    ]


def test_a_departure_can_be_moved_within_the_decision(as_, cast, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=10))
    said = {"end": (today + timedelta(days=40)).isoformat(), "reason": "Behöver längre tid"}
    counted = count(as_("asta"), address("placement_departure", stay), said)
    assert counted.context["effect"].change_in_all == 30 * 3000
    assert save(as_("asta"), address("placement_departure", stay), said).status_code == 302
    assert reread(cast, stay).end == today + timedelta(days=40)


def test_a_departure_beyond_the_decision_is_refused(as_, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=10))
    said = {"end": (decision.end + timedelta(days=1)).isoformat(), "reason": "Behöver längre tid"}
    assert "Beslutet gäller till" in errors(count(as_("asta"), address("placement_departure", stay), said))


def test_a_stay_that_outlived_its_decision_can_be_ended(as_, cast, placed, decision, today):
    stay = placed(decision, days_ago=100)
    cast.revise(decision, end=today - timedelta(days=30))
    said = days(today, end=1) | {"reason": "annat", "note": "", "destination": "okand", "resumption": ""}
    assert save(as_("asta"), address("placement_end", stay), said).status_code == 302


# Absence


def test_absence_replaces_the_price_for_its_nights(as_, cast, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today)
    said = days(today, start=20, end=10) | {"rate": "500", "reason": "Permission"}
    counted = count(as_("asta"), address("placement_absence", stay), said)
    assert counted.context["effect"].change_in_all == 10 * (500 - 3000)
    assert save(as_("asta"), address("placement_absence", stay), said).status_code == 302
    with acting(cast.asta):
        assert reread(cast, stay).absences.get().reason == "Permission"


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        (101, 90, "utanför placeringens tid"),
        (10, -1, "utanför placeringens tid"),
        (10, 10, "Återkomsten"),
        (35, 25, "samma natt"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(as_, cast, placed, decision, today, start, end, sentence):
    stay = placed(decision, days_ago=100, end=today)
    with acting(cast.asta):
        away = Away(today - timedelta(days=30), today - timedelta(days=20), Decimal(0))
        record_absence(placement=stay, away=away, by=cast.asta, today=today)
    said = days(today, start=start, end=end) | {"rate": "500", "reason": ""}
    assert sentence in errors(count(as_("asta"), address("placement_absence", stay), said))


# Who


PAGES = [
    "placement_begin",
    "placement_withdraw",
    "placement_end",
    "placement_departure",
    "placement_move",
    "placement_price",
    "placement_absence",
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("handle", "status"), [("asta", 200), ("bo", 403), ("eskil", 403), ("cleo", 404)])
def test_only_the_handler_changes_a_stay(as_, placed, decision, name, handle, status):
    stay = placed(decision, planned=name in ("placement_begin", "placement_withdraw"))
    assert as_(handle).get(address(name, stay)).status_code == status


def test_the_address_names_the_right_case(as_, placed, decision):
    stay = placed(decision)
    wrong = reverse("placement_end", args=[stay.pk, stay.pk])
    assert as_("asta").get(wrong).status_code == 404
