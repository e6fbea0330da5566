"""Nights away cost what the agreement's rule says, unless there is a reason for something else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
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
