"""What is due between a decision and a place."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from cases.panels import due_in
from placements.actions.beginning import withdraw_plan
from placements.procurement.actions.asking import Answer, Wish, ask_providers, record_offer, write_inquiry
from placements.procurement.actions.choosing import choose_offer
from placements.procurement.models import Offer

SEARCH = "Sök plats: beslutet har ingen placering"
REMIND = "Påminn om förfrågan: en utförare har inte svarat"


@pytest.fixture
def labels(cast, old_case):
    """`labels(day)`: what is due in the case on the day and when, for Asta or somebody else."""

    def seen(day, handle="asta"):
        user = cast.people[handle]
        with acting(user):
            return {row.label: row for row in due_in([old_case.pk], user, day)}

    return seen


@pytest.fixture
def asking(cast, old_case, places):
    def made(day):
        wish = Wish(
            kind="hvb", age_span="25_34", needs=("samtalsstod",), start_from=day,
            start_to=day + timedelta(days=14), months=6, county="utanfor_lanet", text="",
        )  # fmt: skip
        with acting(cast.asta):
            inquiry = write_inquiry(case=old_case, wish=wish, by=cast.asta, today=day)
            ask_providers(
                inquiry=inquiry, providers=[places.inside, places.outside], how="telefon", on=day,
                by=cast.asta, today=day,
            )  # fmt: skip
        return inquiry

    return made


def test_a_decision_that_nobody_looks_for_a_place_for(as_, old_case, labels, decide, today):
    decision = decide("hvb", decided=today)
    assert SEARCH not in labels(today + timedelta(days=6))
    due = labels(today + timedelta(days=7))[SEARCH]
    assert due.due == today + timedelta(days=7)
    assert due.url == f"{reverse('place', args=[old_case.pk])}?beslut={decision.pk}"
    assert as_("asta").get(due.url).status_code == 200
    assert SEARCH in labels(today + timedelta(days=59))
    assert SEARCH not in labels(today + timedelta(days=60))
    assert "Beslutet är inte verkställt" in labels(today + timedelta(days=60))


@pytest.mark.parametrize("handle", ["eskil", "siri"])
def test_it_is_for_those_who_place(labels, decide, today, handle):
    decide("hvb", decided=today)
    assert SEARCH not in labels(today + timedelta(days=7), handle)


def test_a_plan_ends_the_search_until_it_is_withdrawn(cast, labels, decide, placed, today):
    stay = placed(decide("hvb", decided=today), days_ago=0, planned=True)
    later = today + timedelta(days=7)
    assert SEARCH not in labels(later)
    with acting(cast.asta):
        withdraw_plan(placement=stay, reason="X", by=cast.asta, today=today)
    assert SEARCH in labels(later)


@pytest.mark.parametrize("change", [{"outcome": "avslag"}, {"enforced": 1}])
def test_neither_a_rejection_nor_what_has_begun(labels, decide, today, change):
    if "enforced" in change:
        change = {"enforced": today}
    decide("hvb", decided=today, **change)
    assert SEARCH not in labels(today + timedelta(days=7))


def test_an_inquiry_is_a_search_and_waits_for_its_answers(cast, labels, decide, asking, today):
    decide("hvb", decided=today)
    inquiry = asking(today)
    assert SEARCH not in labels(today + timedelta(days=7))
    assert REMIND not in labels(today + timedelta(days=4))
    due = labels(today + timedelta(days=5))[REMIND]
    assert (due.due, due.url) == (
        today + timedelta(days=5), reverse("inquiry", args=[inquiry.case_id, inquiry.pk])
    )  # fmt: skip


def test_who_has_answered_is_not_reminded_and_a_choice_ends_it(cast, labels, decide, asking, today):
    decide("hvb", decided=today)
    inquiry, later = asking(today), today + timedelta(days=5)
    with acting(cast.asta):
        first, second = Offer.objects.filter(inquiry=inquiry)
        declined = Answer(on=today, declined=True)
        record_offer(offer=first, answer=declined, by=cast.asta, today=today)
    assert REMIND in labels(later)
    with acting(cast.asta):
        answer = Answer(on=today, declined=False, rate=Decimal(3000), start=today, fits=True)
        record_offer(offer=second, answer=answer, by=cast.asta, today=today)
    assert REMIND not in labels(later)


def test_what_is_chosen_waits_for_nobody(cast, labels, decide, asking, today):
    decide("hvb", decided=today)
    inquiry = asking(today)
    with acting(cast.asta):
        offer = Offer.objects.filter(inquiry=inquiry).first()
        answer = Answer(on=today, declined=False, rate=Decimal(3000), start=today, fits=True)
        choose_offer(
            offer=record_offer(offer=offer, answer=answer, by=cast.asta, today=today),
            reason="Passar", by=cast.asta, today=today,
        )  # fmt: skip
    assert REMIND not in labels(today + timedelta(days=5))
