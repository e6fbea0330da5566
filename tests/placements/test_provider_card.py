"""The card of a provider: what its control lacks, how it has been used, what it costs against others."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from placements.actions import oversight
from placements.actions.providers import ProviderFacts, activate_provider, add_provider, deactivate_provider
from placements.models import Provider, ProviderContact, ProviderIncident, ProviderRemark, ProviderVisit
from placements.provider_card import lacking, lacks_of, with_signs
from tests.placements.words import errors

UNCONTROLLED = {"Tillstånd hos IVO är inte registrerat.", "Kommunen har inte följt upp utföraren."}


def lacks(cast, provider, today) -> set[str]:
    """The list's filter and the card's words agree."""
    with acting(cast.siri):
        rows = with_signs(Provider.objects.filter(pk=provider.pk), cast.siri, today)
        found = {lack.text for lack in lacks_of(rows[0], today)}
        assert lacking(rows, today).exists() == bool(found)
    return found


def post(client, url, thing, /, **said):
    return client.post(reverse(url, args=[thing.pk]), said)


@pytest.fixture
def controlled(as_, places, today) -> Provider:
    client = as_("siri")
    on = today.isoformat()
    post(client, "provider_permit", places.inside, permit_number="2024-1", on=on)
    post(client, "provider_visit", places.inside, made_on=on, result="Bra", next_on="")
    return places.inside


def test_what_was_never_controlled_is_said(cast, places, today):
    assert lacks(cast, places.inside, today) == UNCONTROLLED


def test_a_controlled_provider_lacks_nothing_until_a_year_has_passed(cast, controlled, today):
    assert lacks(cast, controlled, today) == set()
    later = today + timedelta(days=367)
    assert len(lacks(cast, controlled, later)) == 2
    with acting(cast.siri):
        controlled.refresh_from_db()
    assert controlled.permit_verified_by_id == cast.siri.pk


def test_another_permit_number_is_not_verified(as_, cast, controlled, today):
    said = {"name": "Granen", "kind": "hvb", "permit_number": "2025-9"}
    assert post(as_("siri"), "provider_edit", controlled, **said).status_code == 302
    assert lacks(cast, controlled, today) == {"Tillståndet är inte kontrollerat hos IVO."}


def test_an_open_incident_and_a_remark_are_lacks_until_they_are_settled(as_, cast, controlled, today):
    client, on = as_("siri"), today.isoformat()
    post(client, "provider_incident", controlled, happened_on=on, severity="hog", text="Brand")
    post(client, "provider_remark", controlled, made_on=on, reference="IVO 1", text="Bemanning")
    assert lacks(cast, controlled, today) == {
        "En händelse är inte avslutad.", "En anmärkning från IVO är inte åtgärdad.",
    }  # fmt: skip
    with acting(cast.siri):
        incident, remark = ProviderIncident.objects.get(), ProviderRemark.objects.get()
    page = client.get(reverse("provider", args=[controlled.pk])).content.decode()
    assert "Brand" in page
    assert "Bemanning" in page
    assert post(client, "incident_close", incident, closed_on=on, measure="Övning").status_code == 302
    assert post(client, "remark_resolve", remark, resolved_on=on).status_code == 302
    assert lacks(cast, controlled, today) == set()
    assert "redan avslutad" in errors(post(client, "incident_close", incident, closed_on=on, measure="x"))


@pytest.mark.parametrize(
    ("name", "said", "sentence"),
    [
        ("provider_contact", {"name": "Kim"}, "Ange telefon eller e-post"),
        ("provider_visit", {"made_on": 1, "result": "x"}, "inte ligga efter i dag"),
        ("provider_visit", {"made_on": 0, "result": "x", "next_on": 0}, "måste ligga efter den här"),
        ("provider_incident", {"happened_on": 1, "severity": "lag", "text": "x"}, "inte ligga efter i dag"),
        ("provider_remark", {"made_on": 1, "reference": "x", "text": "x"}, "inte ligga efter i dag"),
        ("provider_permit", {"permit_number": "x", "on": 1}, "inte ligga efter i dag"),
        ("provider_edit", {"name": "x", "kind": "hvb", "age_from": 21, "age_to": 18}, "lägre än den lägsta"),
        ("provider_edit", {"name": "x", "kind": "hvb", "organisation_number": "5560360794"}, "sista siffran"),
    ],
)
def test_what_is_wrong_is_told_and_kept_in_the_form(as_, places, today, name, said, sentence):
    days = {"made_on", "next_on", "happened_on", "on"}
    typed = {
        key: (today + timedelta(days=value)).isoformat() if key in days else value
        for key, value in said.items()
    }  # fmt: skip
    page = post(as_("siri"), name, places.inside, **typed)
    assert sentence in errors(page)
    assert all(str(value) in page.content.decode() for value in typed.values())


def test_a_contact_is_taken_away_and_kept_in_history(as_, cast, places):
    client = as_("siri")
    assert post(client, "provider_contact", places.inside, name="Kim", phone="08-1").status_code == 302
    with acting(cast.siri):
        contact = ProviderContact.objects.get()
    assert post(client, "contact_end", contact).status_code == 302
    assert list(client.get(reverse("provider", args=[places.inside.pk])).context["contacts"]) == []
    with acting(cast.siri):
        assert ProviderContact.objects.get().ended is not None


def test_a_deactivated_provider_leaves_the_list_and_stays_in_the_database(as_, cast, places, today):
    client = as_("siri")
    assert post(client, "provider_deactivate", places.inside, reason="Konkurs").status_code == 302
    names = [row.name for row, *_ in client.get(reverse("providers")).context["rows"]]
    assert names == ["Björken", "Tallen"]
    hidden = client.get(reverse("providers"), {"visa": "avaktiverade"}).context["rows"]
    assert [(row.name, takes_new, lacked) for row, takes_new, lacked in hidden] == [("Granen", False, [])]
    refused = post(client, "provider_reopen", places.inside, reason="Ändå")
    assert "Aktivera den först" in errors(refused)
    assert post(client, "provider_activate", places.inside, reason="Fel").status_code == 302
    with acting(cast.siri):
        assert Provider.objects.get(pk=places.inside.pk).deactivated is None
        assert (
            Event.objects.visible_to(cast.siri).filter(kind="utforare_avaktiverad", reason="Konkurs").exists()
        )
        with pytest.raises(Refused, match="inte avaktiverad"):
            activate_provider(provider=places.inside, reason="x", by=cast.siri, today=today)
        deactivate_provider(provider=places.inside, reason="x", by=cast.siri, today=today)
        with pytest.raises(Refused, match="redan avaktiverad"):
            deactivate_provider(provider=places.inside, reason="x", by=cast.siri, today=today)


def test_homes_of_one_company_lead_to_each_other(as_, cast, today):
    with acting(cast.siri):
        rows = [
            add_provider(
                facts=ProviderFacts(name, kind, organisation_number="556036-0793"), by=cast.siri, today=today
            )
            for name, kind in (("Ek HVB", "hvb"), ("Ek stöd", "stodboende"))
        ]
    page = as_("asta").get(reverse("provider", args=[rows[0].pk]))
    assert list(page.context["siblings"]) == [rows[1]]
    assert "556036-0793" in page.content.decode()


def test_the_target_groups_are_the_municipalitys_own(as_, cast, places):
    said = {"name": "Granen", "kind": "hvb", "target_groups": ["Beroende"], "more_groups": "Unga, Beroende, "}
    assert post(as_("siri"), "provider_edit", places.inside, **said).status_code == 302
    with acting(cast.siri):
        assert Provider.objects.get(pk=places.inside.pk).target_groups == ["Beroende", "Unga"]
    offered = as_("siri").get(reverse("provider_new")).context["form"].fields["target_groups"].choices
    assert "Unga" in dict(offered)


def test_stays_and_price_are_those_the_reader_may_see(as_, cast, placed, decision, places, today):
    placed(decision, days_ago=100)
    use = as_("eskil").get(reverse("provider", args=[places.inside.pk])).context["use"]
    assert (use.ongoing, use.record.stays, use.record.nights) == (1, 1, 101)
    assert (use.comparison.own, use.comparison.median, use.comparison.others) == (Decimal(3000), None, 0)
    assert as_("cleo").get(reverse("provider", args=[places.inside.pk])).context["use"].record.stays == 0


def test_the_visit_names_who_made_it_and_no_case(as_, cast, places, today):
    with acting(cast.siri):
        oversight.record_visit(
            provider=places.inside, made_on=today, result="Lugnt", next_on=None, by=cast.siri, today=today
        )
        assert "case" not in {field.name for field in ProviderVisit._meta.fields}
    assert "Lugnt" in as_("asta").get(reverse("provider", args=[places.inside.pk])).content.decode()


def test_the_list_goes_to_excel_as_it_is_filtered(as_, cast, places):
    response = as_("eskil").get(reverse("providers_excel"), {"slag": "hvb"})
    assert response["Content-Type"].endswith("sheet")
    with acting(cast.siri):
        event = Event.objects.visible_to(cast.siri).get(kind="uttag_excel")
    assert event.text == "Listan Utförare hämtades som Excelfil: 2 rader."


def test_the_card_costs_the_same_however_much_there_is(as_, cast, places, placed, decision, today):
    client, address = as_("siri"), reverse("provider", args=[places.inside.pk])
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    placed(decision, days_ago=100)
    for number in range(4):
        on = today.isoformat()
        post(client, "provider_contact", places.inside, name=f"Kim {number}", phone="1")
        post(client, "provider_visit", places.inside, made_on=on, result="x")
        post(client, "provider_incident", places.inside, happened_on=on, severity="lag", text="x")
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(after) <= len(before) + 2, "terms of stays, when there are any"
