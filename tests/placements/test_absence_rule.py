"""Nights away cost what the agreement's rule says, unless there is a reason for something else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import format_day
from placements.actions.absence import Away, record_absence
from placements.actions.agreements import AgreementFacts, change_agreement
from placements.models import Placement
from tests.placements.words import count, errors, save


@pytest.fixture
def ruled(cast, places, today):
    """Full price three nights, then half of it."""
    facts = replace(AgreementFacts.of(places.agreement), absence_full_nights=3, absence_share=Decimal("0.5"))
    with acting(cast.siri):
        return change_agreement(
            agreement=places.agreement, facts=facts, reason="Tillägg", by=cast.siri, today=today
        )


@pytest.fixture
def address(ruled, placed, decision):
    stay = placed(decision)
    return reverse("placement_absence", args=[stay.case_id, stay.pk])


@pytest.fixture
def said(today):
    """Ten nights, without a price."""
    return {
        "start": (today - timedelta(days=20)).isoformat(), "end": (today - timedelta(days=10)).isoformat(),
        "rate": "", "reason": "",
    }  # fmt: skip


def away(cast) -> list[tuple]:
    with acting(cast.asta):
        rows = Placement.objects.get().absences.order_by("start")
        return [((row.end - row.start).days, row.rate, row.reason) for row in rows]


def told(cast) -> str:
    with acting(cast.asta):
        return Event.objects.get(kind="franvaro").text


def test_the_form_says_which_rule(as_, ruled, address):
    page = as_("asta").get(address).content.decode()
    assert f"ramavtalet från {ruled.start.isoformat()}: fullt pris de första 3 dygnen" in page


def test_without_a_price_the_rule_is_followed(as_, cast, address, said):
    counted = count(as_("asta"), address, said)
    assert counted.context["effect"].change_this_year + 7 * 1500 == 0
    assert [sentence.split(": ")[1][:7] for sentence in counted.context["told"]] == ["3 dygn ", "7 dygn "]
    assert save(as_("asta"), address, said).status_code == 302
    assert away(cast) == [(3, 3000, ""), (7, 1500, "")]
    assert "till priset i ramavtalets regel" in told(cast)


def test_another_price_needs_a_reason(as_, cast, address, said):
    client = as_("asta")
    refused = count(client, address, said | {"rate": "1 000"})
    assert "Skriv skälet" in " ".join(refused.context["form"].errors["reason"])
    reason = {"rate": "1 000", "reason": "Överenskommet med utföraren"}
    assert save(client, address, said | reason).status_code == 302
    assert away(cast) == [(10, 1000, "Överenskommet med utföraren")]
    assert "ett annat pris än ramavtalets regel" in told(cast)


def test_the_price_of_the_rule_needs_none(as_, cast, address, said, today):
    three = said | {"end": (today - timedelta(days=17)).isoformat(), "rate": "3 000"}
    assert save(as_("asta"), address, three).status_code == 302
    assert away(cast) == [(3, 3000, "")]
    assert "ramavtalets regel" not in told(cast)


def test_without_a_rule_a_price_is_asked_for(as_, placed, decision, said):
    stay = placed(decision)
    response = count(as_("asta"), reverse("placement_absence", args=[stay.case_id, stay.pk]), said)
    assert "Ange ett belopp" in errors(response)


# The action by itself


@pytest.fixture
def stay(ruled, placed, decision):
    """At Granen since a hundred days, at 3 000 kronor, under the rule."""
    return placed(decision)


@pytest.fixture
def record(cast, today):
    """`record(stay, first, back, rate=…, reason=…, who=…)`: nights away, in days from today."""

    def made(stay, first, back, rate=None, reason="", who="asta"):
        on = {"by": cast.people[who], "today": today}
        nights = Away(today + timedelta(days=first), today + timedelta(days=back), rate, reason)
        with acting(on["by"]):
            return record_absence(placement=stay, away=nights, **on)

    return made


@pytest.mark.parametrize("who", ["eskil", "siri", "bo", "cleo"])
def test_only_whoever_places_records_it(as_, cast, stay, record, said, who):
    address = reverse("placement_absence", args=[stay.case_id, stay.pk])
    assert as_(who).post(address, said).status_code == (404 if who == "cleo" else 403)
    with pytest.raises(Refused) as refused:
        record(stay, -20, -10, who=who)
    assert refused.value.code == "not_allowed"
    assert away(cast) == []


@pytest.mark.parametrize(
    ("days_ago", "end", "first", "back", "code"),
    [
        (100, -30, -40, -29, "absence_outside_stay"), (100, None, -101, -90, "absence_outside_stay"),
        (100, None, -10, -10, "absence_empty"), (100, None, -16, -14, "absence_overlap"),
    ],
)  # fmt: skip
def test_nights_that_cannot_be_are_refused(
    cast, ruled, placed, decision, today, record, days_ago, end, first, back, code
):
    lived = placed(decision, days_ago, None if end is None else today + timedelta(days=end))
    if code == "absence_overlap":
        record(lived, -15, -10)
    before = away(cast)
    with pytest.raises(Refused) as refused:
        record(lived, first, back)
    assert refused.value.code == code
    assert away(cast) == before


def test_up_to_the_day_of_departure_and_from_the_day_of_arrival(cast, ruled, placed, decision, today, record):
    lived = placed(decision, 100, today - timedelta(days=30))
    record(lived, -100, -98)
    record(lived, -98, -96)
    record(lived, -40, -30)
    assert [nights for nights, _, _ in away(cast)] == [2, 2, 3, 7]


def test_whoever_has_not_come_is_not_away(cast, ruled, placed, decision, record):
    planned = placed(decision, -5, planned=True)
    with pytest.raises(Refused) as refused:
        record(planned, 6, 8)
    assert refused.value.code == "not_begun"


def test_spaces_are_no_reason(cast, stay, record):
    with pytest.raises(Refused) as refused:
        record(stay, -20, -10, Decimal(1000), "  ")
    assert (refused.value.code, refused.value.field) == ("override_without_reason", "reason")
    assert away(cast) == []


@pytest.mark.parametrize("reason", ["", "Hemma"])
def test_without_a_rule_a_reason_is_no_price(cast, placed, decision, record, reason):
    with pytest.raises(Refused) as refused:
        record(placed(decision), -20, -10, None, reason)
    assert (refused.value.code, refused.value.field) == ("no_absence_rule", "rate")


def test_the_reason_is_kept_for_every_part(cast, stay, record):
    record(stay, -20, -10, None, " Hos familjen ")
    assert away(cast) == [(3, 3000, "Hos familjen"), (7, 1500, "Hos familjen")]


@pytest.mark.parametrize(("first", "on"), [(-20, -20), (0, 0), (5, 0)])
def test_it_is_told_on_its_first_day_and_no_later_than_today(cast, stay, record, today, first, on):
    record(stay, first, first + 2)
    with acting(cast.asta):
        event = Event.objects.get(kind="franvaro")
    assert (event.occurred_on, event.case_id, event.object_id) == (
        today + timedelta(days=on),
        stay.case_id,
        stay.pk,
    )
    assert (event.actor_id, event.requires) == (cast.asta.pk, "see_placement")
    left, back = (today + timedelta(days=days) for days in (first, first + 2))
    assert event.text.startswith(f"Frånvaro från {format_day(left)} till {format_day(back)}")
