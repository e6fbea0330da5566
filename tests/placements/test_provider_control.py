"""What is written about a provider: the newest on the card, all of it page by page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from placements.actions import oversight
from placements.actions.agreements import AgreementFacts, NewPrice, add_agreement, add_price
from placements.actions.programmes import ProgrammeFacts, add_programme
from placements.actions.providers import ProviderFacts, add_provider, change_provider, verify_permit
from placements.models import ProviderIncident, ProviderRemark, ProviderVisit
from tests.repository.test_query_budget import MOST, asked

COMPANY = "5560360793"


@pytest.fixture
def full(cast, places, placed, decision, today):
    """Granen with 60 of everything: visits, incidents, remarks, prices; somebody there, and a sister home."""
    placed(decision)
    by = {"by": cast.siri, "today": today}
    with acting(cast.siri):
        facts = ProviderFacts("Granen", "hvb", "G1", organisation_number=COMPANY, permit_number="2024-1")
        change_provider(provider=places.inside, facts=facts, **by)
        add_provider(facts=ProviderFacts("Granen 2", "stodboende", organisation_number=COMPANY), **by)
        verify_permit(provider=places.inside, permit_number="2024-1", on=today, **by)
        oversight.add_contact(provider=places.inside, name="Kim", role="", phone="08-1", email="", **by)
        about = {"municipality": cast.municipality, "provider": places.inside}
        for number in range(60):
            day = today - timedelta(days=number)
            ProviderVisit(made_on=day, made_by=cast.siri, result=f"Besök {number}", **about).save()
            ProviderIncident(happened_on=day, severity="hog", text=f"Händelse {number}", **about).save()
            ProviderRemark(made_on=day, reference=f"R-{number:02}", text="Brist", **about).save()
            price = NewPrice(today + timedelta(days=number), Decimal(3100 + number))
            add_price(agreement=places.agreement, price=price, **by)
    return places.inside


@pytest.mark.parametrize("handle", ["asta", "siri", "bo", "eskil"])
@pytest.mark.parametrize("name", ["provider", "provider_control"])
def test_fifteen_questions_however_much_is_written(as_, full, handle, name):
    client, address = as_(handle), reverse(name, args=[full.pk])
    client.get(address)
    status, questions = asked(client, address)
    assert status == 200
    assert len(questions) <= MOST, questions


def test_the_card_shows_the_newest_and_leads_to_all(as_, full):
    page = as_("siri").get(reverse("provider", args=[full.pk])).content.decode()
    assert page.count("Besök ") == 5
    control = reverse("provider_control", args=[full.pk])
    for part, words in (
        ("uppfoljningar", "Alla 60 uppföljningar"), ("handelser", "Alla 60 händelser"),
        ("anmarkningar", "Alla 60 anmärkningar"), ("priser", "Alla 61 priser"),
    ):  # fmt: skip
        assert f'<a href="{control}?visa={part}">{words}</a>' in page


def test_what_is_open_is_not_pushed_off_the_card(as_, cast, full, today):
    with acting(cast.siri):
        for row in ProviderIncident.objects.exclude(happened_on=today - timedelta(days=59)):
            row.closed_on, row.measure = today, "Åtgärdat"
            row.save()
    page = as_("siri").get(reverse("provider", args=[full.pk])).content.decode()
    assert "Händelse 59" in page


@pytest.mark.parametrize(
    ("part", "order", "first"),
    [
        ("uppfoljningar", "", "Besök 0"), ("uppfoljningar", "dag", "Besök 59"),
        ("handelser", "dag", "Händelse 59"), ("anmarkningar", "-referens", "R-59"),
        ("anmarkningar", "referens", "R-00"), ("priser", "pris", "3 000,00"), ("priser", "-pris", "3 159,00"),
    ],
)  # fmt: skip
def test_all_of_it_is_paged_and_sorted(as_, full, part, order, first):
    response = as_("siri").get(reverse("provider_control", args=[full.pk]), {"visa": part, "ordning": order})
    text = response.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")
    body = text[text.index("<tbody") :]
    assert first in body[: body.index("</tr>")]
    assert len(response.context["page"]) == 50
    assert response.context["page"].pages == 2


PARTS = ("uppfoljningar", "handelser", "anmarkningar", "priser")


@pytest.fixture
def two(cast, places, today):
    """A row of each kind for Granen, and one for Tallen, which has an agreement of its own."""
    by = {"by": cast.siri, "today": today}
    with acting(cast.siri):
        facts = AgreementFacts(today - timedelta(days=900), None, Decimal(4321))
        add_agreement(provider=places.outside, facts=facts, **by)
        for place, severity in ((places.inside, "hog"), (places.outside, "lag")):
            about = {"municipality": cast.municipality, "provider": place}
            ProviderVisit(made_on=today, made_by=cast.siri, result=f"Besök {place.name}", **about).save()
            ProviderIncident(
                happened_on=today, severity=severity, text=f"Händelse {place.name}", **about
            ).save()
            ProviderRemark(made_on=today, reference="R", text=f"Brist {place.name}", **about).save()
    return places


def rows_of(client, provider, part, order=""):
    address = reverse("provider_control", args=[provider.pk])
    return list(client.get(address, {"visa": part, "ordning": order}).context["page"])


@pytest.mark.parametrize("part", PARTS)
def test_only_what_is_written_about_this_one_is_shown(as_, two, part):
    client = as_("siri")
    for place in (two.inside, two.outside):
        (row,) = rows_of(client, place, part)
        owner = row.agreement.provider_id if part == "priser" else row.provider_id
        assert owner == place.pk


@pytest.mark.parametrize(
    ("who", "status"), [("asta", 200), ("eskil", 200), ("nils", 404), ("lova", 404), ("eva", 404)]
)
def test_who_may_read_it(as_, two, who, status):
    assert as_(who).get(reverse("provider_control", args=[two.inside.pk])).status_code == status


def test_the_page_says_whose_it_is(as_, two):
    page = as_("siri").get(reverse("provider_control", args=[two.outside.pk])).content.decode()
    assert "Allt som är skrivet om Tallen." in page


def test_a_part_that_is_not_there_shows_the_first(as_, two):
    response = as_("siri").get(reverse("provider_control", args=[two.inside.pk]), {"visa": "allt"})
    assert response.context["chosen"] == "uppfoljningar"
    assert [tab.label for tab in response.context["tabs"] if tab.current] == ["Uppföljningar"]


@pytest.mark.parametrize("part", ["uppfoljningar", "handelser", "anmarkningar", "priser"])
def test_the_newest_stands_first_when_nothing_is_chosen(as_, full, part):
    name = {"uppfoljningar": "made_on", "handelser": "happened_on", "anmarkningar": "made_on"}
    days = [getattr(row, name.get(part, "start")) for row in rows_of(as_("siri"), full, part)]
    assert days == sorted(days, reverse=True)
    assert len(set(days)) == 50


def test_incidents_are_sorted_by_severity_and_by_what_is_open(as_, cast, two, today):
    with acting(cast.siri):
        about = {"municipality": cast.municipality, "provider": two.inside, "measure": "Gjort", "text": "-"}
        for severity, happened, closed in (("lag", 2, 1), ("medel", 3, 0)):
            days = {"happened_on": today - timedelta(days=happened)}
            days["closed_on"] = today - timedelta(days=closed)
            ProviderIncident(severity=severity, **about, **days).save()
    client = as_("siri")
    worst = [row.severity for row in rows_of(client, two.inside, "handelser", "-allvar")]
    assert worst == ["hog", "medel", "lag"]
    closed = [row.closed_on for row in rows_of(client, two.inside, "handelser", "avslutad")]
    assert closed == [today - timedelta(days=1), today, None]


def test_nothing_written_is_said(as_, places):
    address = reverse("provider_control", args=[places.outside.pk])
    for part in ("uppfoljningar", "handelser", "anmarkningar", "priser"):
        assert "visas här" in as_("siri").get(address, {"visa": part}).content.decode()


def test_programmes_are_paged_and_sorted(as_, cast, today):
    from_year = date(2000, 1, 1)
    with acting(cast.siri):
        for number in range(12):
            add_named(cast, f"Program {number:02}", from_year + timedelta(days=400 * number), today)
    response = as_("siri").get(reverse("programmes"), {"ordning": "namn"})
    assert [row.name for row in response.context["page"]] == [f"Program {n:02}" for n in range(10)]
    newest = as_("siri").get(reverse("programmes"))
    assert next(iter(newest.context["page"])).name == "Program 11"
    assert "1–10 av 12" in newest.content.decode()


def add_named(cast, name, start, today):
    facts = ProgrammeFacts(
        name=name, giver="Polismyndigheten", start=start, end=None, share=Decimal(1), rules="",
        apply_by=None, account_by=None, criteria=(),
    )  # fmt: skip
    return add_programme(facts=facts, by=cast.siri, today=today)
