"""Providers and framework agreements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from placements.actions.providers import ProviderFacts, add_provider
from placements.models import FrameworkAgreement, Provider
from tests.placements.words import errors


def names(response) -> list[str]:
    return [row.name for row, *_ in response.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Björken", "Granen", "Tallen"]),
        ({"namn": "gran"}, ["Granen"]),
        ({"namn": "G1"}, ["Granen"]),
        ({"slag": "stodboende"}, ["Björken"]),
        ({"avtal": "nej"}, ["Tallen"]),
        ({"avtal": "ja", "slag": "hvb"}, ["Granen"]),
    ],
)
def test_the_list_is_narrowed(as_, places, query, found):
    assert names(as_("asta").get(reverse("providers"), query)) == found


def test_another_municipalitys_providers_are_not_there(as_, places, cast):
    other = type(cast.municipality).objects.create(
        code="0197", name="Annan", board="Nämnden", registry_prefix="SN"
    )
    with acting(cast.siri):
        cast.siri.municipality = other
        assert list(Provider.objects.visible_to(cast.siri)) == []
    assert as_("asta").get(reverse("provider", args=[other.pk])).status_code == 404


def test_a_provider_is_added_once(as_, cast):
    client = as_("siri")
    said = {"name": "Linden", "kind": "hvb", "code": ""}
    assert client.post(reverse("provider_new"), said).status_code == 302
    assert "redan en utförare" in errors(client.post(reverse("provider_new"), said | {"name": "linden "}))
    with acting(cast.siri):
        assert Provider.objects.count() == 1


def test_name_and_code_are_corrected_but_not_the_kind_that_is_in_use(as_, cast, places):
    client, address = as_("siri"), reverse("provider_edit", args=[places.inside.pk])
    refused = client.post(address, {"name": "Granen", "kind": "stodboende", "code": "G1"})
    assert "kan inte ändras" in errors(refused)
    assert client.post(address, {"name": "Granen Vård", "kind": "hvb", "code": "G2"}).status_code == 302
    with acting(cast.siri):
        places.inside.refresh_from_db()
    assert (places.inside.name, places.inside.code) == ("Granen Vård", "G2")


def test_closing_stops_new_placements_and_can_be_undone(as_, cast, places, today):
    client = as_("siri")
    said = {"from_day": today.isoformat(), "reason": "Brister i tillsyn"}
    assert client.post(reverse("provider_close", args=[places.inside.pk]), said).status_code == 302
    with acting(cast.siri):
        assert places.inside not in Provider.objects.open_for_placements(today)
    assert (
        client.post(reverse("provider_reopen", args=[places.inside.pk]), {"reason": "Åtgärdat"}).status_code
        == 302
    )
    with acting(cast.siri):
        assert places.inside in Provider.objects.open_for_placements(today)


def test_a_new_rate_is_a_new_agreement_and_the_old_one_keeps_its_rate(as_, cast, places, today):
    client = as_("siri")
    ended = {"end": today.isoformat(), "reason": "Nytt pris"}
    assert client.post(reverse("agreement_end", args=[places.agreement.pk]), ended).status_code == 302
    said = {"start": today.isoformat(), "end": "", "rate": "3 150", "charges_departure_day": "on"}
    assert client.post(reverse("agreement_new", args=[places.inside.pk]), said).status_code == 302
    with acting(cast.siri):
        rows = FrameworkAgreement.objects.filter(provider=places.inside).order_by("start")
        assert [(row.rate, row.end) for row in rows] == [(Decimal(3000), today), (Decimal(3150), None)]


@pytest.mark.parametrize(("start", "end", "sentence"), [(0, 0, "sluta efter"), (0, -1, "sluta efter")])
def test_an_agreement_that_ends_before_it_begins_is_refused(as_, places, today, start, end, sentence):
    said = {
        "start": (today + timedelta(days=start)).isoformat(),
        "end": (today + timedelta(days=end)).isoformat(),
        "rate": "1",
    }
    assert sentence in errors(as_("siri").post(reverse("agreement_new", args=[places.inside.pk]), said))


def test_the_page_counts_the_stays_that_the_reader_may_see(as_, placed, decision, places):
    placed(decision)
    address = reverse("provider", args=[places.inside.pk])
    assert as_("eskil").get(address).context["ongoing"] == 1
    assert as_("cleo").get(address).context["ongoing"] == 0


WRITE = ["provider_edit", "provider_close", "provider_reopen", "agreement_new"]


@pytest.mark.parametrize("name", WRITE)
@pytest.mark.parametrize(
    ("handle", "status"), [("siri", 200), ("bo", 200), ("eskil", 200), ("asta", 403), ("nils", 404)]
)
def test_who_may_write(as_, places, name, handle, status):
    assert as_(handle).get(reverse(name, args=[places.inside.pk])).status_code == status


@pytest.mark.parametrize(
    ("handle", "status"), [("asta", 200), ("eskil", 200), ("nils", 403), ("eva", 403), ("lova", 403)]
)
def test_who_may_see_the_list(as_, handle, status):
    assert as_(handle).get(reverse("providers")).status_code == status


def test_the_list_costs_the_same_for_more_rows(as_, cast, places, today):
    client = as_("asta")
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("providers"))
    with acting(cast.siri):
        for number in range(5):
            add_provider(facts=ProviderFacts(f"Utförare {number}", "hvb"), by=cast.siri, today=today)
    with CaptureQueriesContext(connection) as eight:
        client.get(reverse("providers"))
    assert len(eight) == len(three)
