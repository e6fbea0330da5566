"""The page of the forecast with a range: what it says, what may be tried and saved, and by whom."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.money import format_kr
from placements.actions.budget import LineFacts, add_budget_line
from placements.models import ForecastAssumption
from placements.outlook import counted_twice, year_range
from placements.simulation import Assumptions
from placements.spending import year_money

TWELVE = [Decimal(0)] * 12


def text_of(client, address: str = "", **said: object) -> str:
    answer = client.get(reverse("forecast") + address, said)
    assert answer.status_code == 200
    return answer.content.decode().replace("\u00a0", " ")


def with_budget(cast, today, year: int, amount: int) -> None:
    facts = LineFacts(year, "ramhojande", Decimal(amount), today - timedelta(days=1), "KF § 12")
    with acting(cast.eskil):
        add_budget_line(facts=facts, by=cast.eskil, today=today)


def typed(today, **more: object) -> dict[str, object]:
    """The form as it comes, with what is changed."""
    return {
        "prova": "1", "ar": today.year, "default_months": "18", "ends_hold_percent": "70",
        "step_down_months": "12", "step_down_percent": "50",
    } | more  # fmt: skip


def test_the_page_says_the_range_the_risk_and_what_they_build_on(as_, cast, placed, decision, today):
    placed(decision, days_ago=100)
    with_budget(cast, today, today.year + 1, 10)
    text = text_of(as_("eskil"), f"?ar={today.year + 1}")  # this one has no more to forecast on its last day
    assert "8 av 10 tänkbara utfall" in text
    assert re.search(r"Risken att budgeten på 10 kr inte räcker är 9\d procent\.", text)
    assert "0 avslutade och 1 pågående vistelse;" in text
    assert "18 månader väger 100 procent" in text
    assert "Ärenden som ännu inte finns är inte medräknade." in text
    assert "<svg" in text


def test_without_a_stay_the_page_says_what_to_do(as_):
    assert "Inget att räkna på ännu" in text_of(as_("eskil"))


def test_without_a_budget_there_is_no_risk(as_, placed, decision):
    placed(decision, days_ago=100)
    text = text_of(as_("eskil"))
    assert "Risken" not in text
    assert "Mot budget" not in text


def test_who_sees_some_cases_is_told_that_the_forecast_is_theirs(as_, placed, decision):
    placed(decision, days_ago=100)
    assert "ärenden som du har behörighet till" in text_of(as_("bo"))
    assert "ärenden som du har behörighet till" not in text_of(as_("eskil"))


def test_assumptions_are_tried_without_being_saved(as_, cast, placed, decision, today):
    placed(decision, days_ago=100)
    client, year = as_("siri"), today.year + 1
    text = text_of(client, **typed(today, ar=year, month_5="2"))
    assert "Du provar andra antaganden" in text
    assert "Omkring 2 nya ärenden antas komma" in text
    assert "Spara antagandena" not in text  # the coordinator may ask, and not set
    with acting(cast.siri):
        assert not ForecastAssumption.objects.exists()


def test_what_cannot_be_counted_is_refused_and_nothing_typed_is_lost(as_, today):
    text = text_of(as_("eskil"), **typed(today, ar=today.year + 1, month_5="-3", default_months="abc"))
    assert 'value="abc"' in text
    assert 'value="-3"' in text
    assert "Du provar andra antaganden" not in text


def test_assumptions_are_saved_kept_and_told(as_, cast, placed, decision, today):
    placed(decision, days_ago=100)
    client, year = as_("eskil"), today.year + 1
    assert "Spara antagandena" in text_of(client, **typed(today, ar=year, month_5="0,5"))
    for months in ("18", "14,5"):
        said = typed(today, ar=year, month_5="0,5", default_months=months, rate="2 500")
        answer = client.post(reverse("forecast_assumptions"), said)
        assert answer.status_code == 302, answer.content.decode()
    with acting(cast.eskil):
        row = ForecastAssumption.objects.get()
        assert row.arrivals == [*TWELVE[:4], Decimal("0.5"), *TWELVE[5:]]
        assert (row.rate, row.default_months) == (2500, Decimal("14.5"))
        assert row.history.count() == 2
        assert Event.objects.filter(kind="prognosantagande_andrat", object_id=row.pk).count() == 2
    text = text_of(client, f"?ar={year}")
    assert "Antagandena för prognosen" in text
    assert "14,5 månader väger" in text


def test_a_refused_save_shows_what_was_typed(as_, today):
    said = typed(today, ar=today.year + 1, default_months="999")
    answer = as_("eskil").post(reverse("forecast_assumptions"), said)
    assert answer.status_code == 200
    assert 'value="999"' in answer.content.decode()


def test_more_arrivals_make_the_year_dearer(cast, placed, decision, today):
    placed(decision, days_ago=100)
    with acting(cast.eskil):
        money = year_money(user=cast.eskil, year=today.year + 1, as_of=today)
        few, many = (
            year_range(money=money, assumptions=Assumptions(arrivals=(Decimal(rate),) * 12)).year
            for rate in (0, 2)
        )
    assert many.p10 > few.p90


@pytest.mark.parametrize("arrivals", [TWELVE[:11], [*TWELVE[:11], Decimal(-1)], [*TWELVE[:11], Decimal(51)]])
def test_the_database_holds_twelve_counts(cast, today, arrivals):
    row = ForecastAssumption(municipality=cast.municipality, year=today.year, arrivals=arrivals)
    with acting(cast.eskil), pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    ("handle", "reads", "writes"),
    [
        ("bo", 200, 200), ("eskil", 200, 200), ("siri", 200, 403), ("frida", 200, 403), ("asta", 403, 403),
        ("cleo", 403, 403), ("eva", 403, 403), ("nils", 403, 403),
    ],
)  # fmt: skip
def test_who_may_read_and_set(as_, handle, reads, writes):
    assert as_(handle).get(reverse("forecast")).status_code == reads
    assert as_(handle).get(reverse("forecast_assumptions")).status_code == writes


def test_the_page_costs_the_same_for_more_stays(as_, placed, decision, today):
    client = as_("eskil")
    placed(decision, days_ago=100, end=today - timedelta(days=90))
    with CaptureQueriesContext(connection) as one:
        text_of(client)
    for ago in (80, 60):
        placed(decision, days_ago=ago, end=today - timedelta(days=ago - 10))
    with CaptureQueriesContext(connection) as three:
        text_of(client)
    assert len(three) == len(one) <= 15


def test_the_budget_shows_the_middle_of_the_range_by_line(as_, cast, placed, decision, today):
    """`Troligt` fills the lines in their order with the middle outcome, and the rest is covered by none."""
    placed(decision, days_ago=100)
    with_budget(cast, today, today.year + 1, 100_000)
    with acting(cast.eskil):
        money = year_money(user=cast.eskil, year=today.year + 1, as_of=today)
        likely = year_range(money=money, assumptions=Assumptions()).year.p50
    assert likely not in (money.planned, 0)
    last = last_cells(as_("eskil").get(f"{reverse('budget')}?ar={today.year + 1}").content.decode())
    assert last == {
        "Ramhöjande": kr(Decimal(100_000)),
        "Täcks inte av någon rad": kr(likely - 100_000),
        "Summa": kr(likely),
    }


def last_cells(page: str) -> dict[str, str]:
    """The budget's lines by name, with what the last column says."""
    table = page[page.index("Budgetrader och hur mycket") :].split("</table>")[0].replace("\u00a0", " ")
    found = [re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in table.split("<tr")]
    rows = [cells for cells in found if cells and cells[0] != "Rad"]
    return {row[0].strip(): row[-1].strip() for row in rows}


def kr(amount: Decimal) -> str:
    return format_kr(amount).replace("\u00a0", " ")


def test_nights_that_the_plans_count_twice_are_told(as_, cast, placed, decision, today):
    """Somebody who stays on without an end, and a plan that nobody has said follows on it."""
    stay = placed(decision, days_ago=100, end=today + timedelta(days=1))
    assert "räknas två gånger" not in as_("eskil").get(reverse("budget")).content.decode()
    year, starts = today.year + 1, date(today.year + 1, 3, 1)
    placed(decision, days_ago=-(starts - today).days, planned=True)
    with acting(cast.asta):
        stay.end = stay.planned_end = None
        stay.save(update_fields=["end", "planned_end"])
    with acting(cast.eskil):
        money = year_money(user=cast.eskil, year=year, as_of=today)
    twice = counted_twice(money)
    assert (twice.persons, twice.amount) == (1, (date(year, 12, 31) - starts).days * 3000 + 3000)
    text = as_("eskil").get(f"{reverse('budget')}?ar={year}").content.decode().replace("\u00a0", " ")
    assert "En person har en placering som fortfarande pågår när nästa börjar" in text
    assert kr(twice.amount) in text
