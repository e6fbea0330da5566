"""Översikt: what each role sees, numbers that equal their lists, and a constant number of queries."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from avhopp.accounts.models import Municipality, User
from cases.states import CaseState
from reports.dashboard import by_state, economy_of
from reports.scenario.loading import load
from reports.scenario.reading import read_bytes
from tests.cast import BACKEND
from tests.reports.conftest import GOLDEN


def moved_to(year: int) -> bytes:
    """The golden scenario with its year 2022 moved to another."""
    text = GOLDEN.read_text(encoding="utf-8")
    for old in (2023, 2022, 2021, 2020):
        text = re.sub(rf"\b{old}-", f"{old + year - 2022}-", text)
    scenario = json.loads(text)
    for line in scenario["budget_lines"]:
        line["year"] = year
    return json.dumps(scenario).encode()


@pytest.fixture
def place(db, today) -> Municipality:
    return load(scenario=read_bytes(moved_to(today.year)), at=datetime.now(UTC)).municipality


@pytest.fixture
def as_(place):
    def signed_in(handle):
        client = Client()
        client.force_login(User.objects.get(municipality=place, handle=handle), backend=BACKEND)
        return client

    return signed_in


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 200), ("bo", 200), ("asta", 403), ("eskil", 403), ("nils", 403), ("eva", 403)],
)
def test_who_has_a_dashboard(as_, handle, status):
    assert as_(handle).get(reverse("dashboard")).status_code == status


def test_every_number_is_a_link_and_every_link_opens(as_):
    client = as_("siri")
    page = client.get(reverse("dashboard")).content.decode()
    tiles = re.findall(r'<a class="metric" href="([^"]+)"', page)
    assert len(tiles) >= 16
    for address in {*tiles, *re.findall(r'<a href="(/oversikt/[^"]+)"', page)}:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_economy_is_that_of_the_figures(place, as_, today):
    found = economy_of(place, today).figures
    page = as_("bo").get(reverse("dashboard")).content.decode().replace("\u00a0", " ")
    cost = f"{found.year.cost:,.0f}".replace(",", " ")
    assert f"{cost} kr" in page
    assert found.budget.total == 4_800_000
    assert "Visa som tabell" in page


def test_the_forecast_goes_from_the_outcome_to_the_end_of_the_year(place, today):
    economy = economy_of(place, today)
    outcome, forecast = (series.values for series in economy.running.series)
    assert outcome[today.month - 1] == economy.figures.year.cost
    assert forecast[today.month - 1] == economy.figures.year.cost or today.month == 12
    assert forecast[-1] == (
        economy.figures.forecast.planned if today.month < 12 else economy.figures.year.cost
    )


def test_it_says_how_sure_the_forecast_is_as_the_page_of_the_forecast_does(as_):
    sentence = re.compile(r"I (?:minst )?8 av 10 tänkbara utfall[^<]*?\.|Årets kostnad blev[^<]*?\.")
    risk = re.compile(r"Risken att budgeten på [^<]*? är [^<]*?\.")
    client = as_("bo")
    told = [client.get(reverse(name)).content.decode() for name in ("dashboard", "forecast")]
    assert sentence.search(told[0])[0] == sentence.search(told[1])[0]
    assert risk.search(told[0])[0] == risk.search(told[1])[0]


def test_it_asks_a_constant_number_of_queries(
    place, as_, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_("siri")
    address = reverse("dashboard")
    client.get(address)
    # fifteen of its own; inside the test's transaction also a savepoint, the context put back, and a release
    with django_assert_max_num_queries(15 + 3) as first:
        client.get(address)
    for number in range(3):
        extra = json.loads(moved_to(date.today().year))  # noqa: DTZ011 - the day only names the rows
        for person in extra["persons"]:
            person["ref"] = f"{person['ref']}-{number}"
        extra = {
            "municipality": extra["municipality"],
            "units": extra["units"],
            "persons": extra["persons"],
            "cases": [
                {
                    **case,
                    "ref": f"{case['ref']}-{number}",
                    "person": f"{case['person']}-{number}",
                    "handler": "asta",
                }
                for case in extra["cases"]
            ],
            "users": extra["users"],
            "police_units": extra["police_units"],
        }
        load(scenario=read_bytes(json.dumps(extra).encode()), at=datetime.now(UTC))
    with django_assert_num_queries(len(first.captured_queries)):
        assert client.get(address).status_code == 200


def test_states_stand_in_the_order_of_the_process():
    cases = [(1, "a", "uppfoljning"), (2, "b", "aktualiserad"), (3, "c", "uppfoljning")]
    assert by_state(cases) == [(CaseState.RECEIVED, 1), (CaseState.FOLLOW_UP, 2)]
