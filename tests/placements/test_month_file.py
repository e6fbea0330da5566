"""The month as a file: its sums are the page's, and it tells of places what the page may tell."""

import os
import re
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.audit.models import Event, ReadEntry
from avhopp.kernel import periods
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import Period, add_months
from avhopp.kernel.refusal import Refused
from cases.models import Person
from placements.actions.absence import Away, record_absence
from placements.actions.budget import LineFacts, add_budget_line
from placements.actions.ending import end_placement
from placements.actions.placing import Terms, place_person
from placements.actions.prices import change_price
from placements.terms import agreed_prices
from tests.markup import said
from tests.placements.invoicing import nights
from tests.placements.test_closing import close
from tests.placements.test_invoice_pages import asked

EXAMPLES = 80 if os.environ.get("AVHOPP_DEEP") else 8
ORE = Decimal("0.01")


@pytest.fixture
def month(today) -> Period:
    """The month before this one: the stay of the desk was there all of it."""
    first = add_months(today.replace(day=1), -1)
    return periods.month(first.year, first.month)


@pytest.fixture
def first(month):
    return month.start


@pytest.fixture
def lines(cast, month, today):
    """Two budget lines that the year's nights use up, and a third that they begin on."""
    with acting(cast.eskil):
        for kind, kronor in (("ram", 60_000), ("riktad", 50_000), ("ram", 100_000)):
            facts = LineFacts(month.start.year, kind, Decimal(kronor), today, f"KF § {kronor}")
            add_budget_line(facts=facts, by=cast.eskil, today=today)


def address(name: str, month: Period) -> str:
    return reverse(name, args=[f"{month.start:%Y-%m}"])


def book(client, month) -> dict[str, list[dict]]:
    """The file's sheets by name, each row by its headings."""
    answer = client.get(address("budget_month_excel", month))
    assert answer.status_code == 200
    found = {}
    for sheet in openpyxl.load_workbook(BytesIO(answer.content)):
        heading, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(heading, row, strict=True)) for row in rows]
    return found


def kronor(rows: list[dict], column: str) -> Decimal:
    return sum((Decimal(repr(row[column])).quantize(ORE) for row in rows), Decimal(0))


def sums(found) -> dict[str, tuple[int | None, Decimal]]:
    return {row["Vad"]: (row["Dygn"], kronor([row], "Kronor")) for row in found["Summor"]}


def feet(client, month) -> dict[int, list[str]]:
    """The sum rows of the page's tables in words, by how many cells they have."""
    text = client.get(address("budget_month", month)).content.decode()
    found = {}
    for foot in re.findall(r"<tfoot.*?</tfoot>", text, re.DOTALL):
        cells = re.findall(r"<t[dh][ >].*?</t[dh]>", foot, re.DOTALL)
        found[len(cells)] = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
    return found


def written(like: str, amount: Decimal) -> str:
    """The kronor as the page writes them beside `like`: with öre or without."""
    return format_kr(amount, 2 if "," in like else 0)


def check_sums(found, page: dict[int, list[str]]) -> None:
    """Each sum of the page is the sum of the file's rows, to the last digit that the page writes."""
    stays, of_month, whole = found["Placeringar"], page.get(6), sums(found)
    cost = kronor(stays, "Kostnad")
    for sheet, column in (
        ("Dygn och pris", "Kostnad"), ("Från utfall till faktura", "Utfall"),
        ("Budgetrader", "Betalar av månaden"),
    ):  # fmt: skip
        assert kronor(found.get(sheet, []), column) == cost, sheet
    assert whole["Utfall"] == (sum(row["Dygn"] for row in stays), cost)
    assert sum(row["Dygn"] for row in found.get("Dygn och pris", [])) == whole["Utfall"][0]
    if of_month:
        amounts = [cost, kronor(stays, "Bokfört"), kronor(stays, "Skillnad")]
        assert of_month[2:] == [str(whole["Utfall"][0]), *(written(of_month[3], one) for one in amounts)]
        assert whole["Bokfört"][1] == amounts[1]
    if covered := page.get(8):
        parts = [kronor(found.get("Från utfall till faktura", []), name)
                 for name in ("Attesterat", "Väntar på attest", "Inte fakturerat", "Utfall")]  # fmt: skip
        assert covered[1:5] == [written(covered[1], one) for one in parts]
        assert [whole[f"– {name}"][1] for name in ("attesterat", "väntar på attest", "inte fakturerat")] == (
            parts[:3]
        )
        rows = [*found.get("Från utfall till faktura", []), *found.get("Fakturerat utan utfall", [])]
        for word, column in (("Attesterat", "Attesterat mot avtalet"), ("Väntar", "Väntar mot avtalet")):
            beyond = kronor(rows, column)
            assert whole[column] == (None, beyond)
            sign = "+" if beyond > 0 else ""
            told = f"{word} {sign}{written(covered[1], beyond)}"
            assert (told in covered[5]) is bool(beyond)
        other = kronor(rows, "Annat än dygn")
        assert covered[6] in (written(covered[1], other), "–")
        assert covered[6] != "–" or not other
    adjusted = page.get(4)
    assert bool(adjusted) is ("Justeringar" in found)
    if adjusted:
        assert adjusted[3] == written(adjusted[3], kronor(found["Justeringar"], "Belopp"))
        assert whole["Justeringar av tidigare månader"][1] == kronor(found["Justeringar"], "Belopp")


LINE = st.tuples(
    st.integers(-3, 25), st.integers(1, 5), st.sampled_from([3000, 3000, 3250, Decimal("2999.50")]),
    st.sampled_from(["", "approve", "attest"]), st.booleans(),
)  # fmt: skip
MONTH = {
    "charged": st.lists(LINE, max_size=5), "left": st.integers(-20, 40), "back": st.booleans(),
    "away": st.integers(-10, 25), "gone": st.integers(1, 6), "closes": st.sampled_from(["", "one", "both"]),
    "rate": st.sampled_from([None, Decimal("3100.50"), Decimal(2800)]),
}  # fmt: skip


class Lived:
    """A month that was lived and paid for in some way."""

    def __init__(self, desk, first, places) -> None:
        self.desk, self.first, self.places, self.asta = desk, first, places, desk.cast.asta

    def live(self, charged, left, back, away, gone, rate, closes) -> None:
        if closes:
            close(self.desk.cast, add_months(self.first, -1), self.desk.today)
        if closes == "both":
            self.pay(charged)
            self.stay(left, back, away, gone, rate)
            close(self.desk.cast, self.first, self.desk.today)
        else:
            self.stay(left, back, away, gone, rate)
            self.pay(charged)

    def stay(self, left, back, away, gone, rate) -> None:
        on = {"by": self.asta, "today": self.desk.today}
        start, stay = self.first + timedelta(days=away), self.desk.stay
        with acting(self.asta):
            absent = Away(start, start + timedelta(days=gone), Decimal("750.50"), "Hemma")
            record_absence(placement=stay, away=absent, **on)
            if rate:
                change_price(placement=stay, day=start, rate=rate, reason="Nytt", **on)
            leaves = self.first + timedelta(days=left)
            if left < 28:
                end_placement(placement=stay, end=leaves, reason="planerat", **on)
            if left < 28 and back:
                terms = Terms(
                    decision=stay.decision, provider=self.places.inside, agreement=self.places.agreement,
                    planned_start=leaves, start=leaves, end=None,
                    prices=agreed_prices(leaves, Decimal("2750.25")),
                )  # fmt: skip
                place_person(case=stay.case, terms=terms, **on)

    def pay(self, charged) -> None:
        for number, (offset, count, price, done, by_night) in enumerate(charged):
            day = self.first + timedelta(days=offset)
            unit = "dygn" if by_night else "annat"
            invoice = self.desk.register(f"F-{number}", nights(day, count, price, unit=unit))
            self.desk.match(invoice)
            with suppress(Refused), transaction.atomic():  # some nights are paid already
                if done:
                    self.desk.approve(invoice, "Förklarat", not_nights="Resor")
                if done == "attest":
                    self.desk.attest(invoice, seen=True)


def test_the_sums_of_the_file_are_those_of_the_page(desk, month, first, lines, places, as_):
    """Whatever was lived: departures, returns, absences, prices, invoices in every state, closings."""
    desk.rule()
    client, seen = as_("eskil"), Counter()

    @given(**MONTH)
    @example([(0, 5, 3250, "approve", True)], -15, True, 2, 3, "both", None)
    @settings(max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.generate))
    def check(charged, left, back, away, gone, closes, rate):
        with transaction.atomic():
            Lived(desk, first, places).live(charged, left, back, away, gone, rate, closes)
            found = book(client, month)
            check_sums(found, feet(client, month))
            seen.update(found.keys())
            transaction.set_rollback(True)

    check()
    assert {"Dygn och pris", "Från utfall till faktura", "Justeringar", "Budgetrader"} <= seen.keys()


def test_each_night_leads_to_its_price_its_invoice_and_its_decision(desk, month, first, lines, as_):
    desk.rule()
    desk.attest(desk.approved("=F-1", nights(first, 10)))
    desk.match(desk.register("G-2", nights(first + timedelta(days=10), 5, 3200)))
    with acting(desk.cast.asta):
        absent = Away(first + timedelta(days=20), first + timedelta(days=22), Decimal(700))
        record_absence(placement=desk.stay, away=absent, by=desk.cast.asta, today=desk.today)
    found = book(as_("eskil"), month)
    (stay,), (covered,) = found["Placeringar"], found["Från utfall till faktura"]
    assert (stay["Ärende"], stay["Utförare"], stay["Inom ramavtal"]) == (
        desk.stay.case.case_no, "Granen", "Ja",
    )  # fmt: skip
    assert (stay["Beslut"], stay["Beslutat"].date()) == ("På delegation", desk.stay.decision.decided)
    assert covered["Fakturor"] == "=F-1 (attesterad), G-2 (mottagen)"
    assert (covered["Attesterade dygn"], covered["Attesterat"], covered["Väntande dygn"]) == (10, 30_000, 5)
    assert covered["Väntar mot avtalet"] == 1000
    away = first + timedelta(days=20)
    assert [(row["Från"].date(), row["Dygn"], row["Pris per dygn"]) for row in found["Dygn och pris"]] == [
        (first, 20, 3000), (away, 2, 700), (away + timedelta(days=2), month.nights - 22, 3000),
    ]  # fmt: skip
    assert found["Budgetrader"][0]["Beslut"].startswith("KF §")


def test_a_text_that_begins_like_a_formula_stays_a_text(desk, month, first, as_):
    desk.approved("=1+1", nights(first, 3))
    answer = as_("eskil").get(address("budget_month_excel", month))
    sheet = openpyxl.load_workbook(BytesIO(answer.content))["Från utfall till faktura"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    (marked,) = [cell for cell in cells if str(cell.value).startswith("=1+1")]
    assert (marked.data_type, marked.quotePrefix) == ("s", True)


def test_what_was_booked_and_has_changed_since_is_an_adjustment(desk, month, first, as_, cast, today):
    before = add_months(first, -1)
    close(cast, before, today)
    left = before + timedelta(days=10)
    with acting(cast.asta):
        end_placement(placement=desk.stay, end=left, reason="planerat", by=cast.asta, today=today)
    close(cast, first, today)
    found = book(as_("eskil"), month)
    (row,) = found["Justeringar"]
    lost = (first - left).days
    assert (row["Dygn"], row["Belopp"], row["Utförare"]) == (-lost, -3000 * lost, "Granen")
    assert sums(found)["Justeringar av tidigare månader"] == (-lost, -3000 * lost)
    as_("siri").get(address("budget_month", month))
    with acting(cast.lova):
        (entry,) = ReadEntry.objects.filter(actor_id=cast.siri.pk, source="web")
    assert entry.case_ids == [desk.stay.case_id]  # nobody stayed in the month: the adjustment names the case
    assert "Stängd" in dict(row.values() for row in found["Om filen"])["Läge"]


@pytest.mark.parametrize(("who", "place"), [("eskil", "Utförare G1"), ("siri", "Granen"), ("bo", "Granen")])
def test_finance_is_told_a_code_where_the_person_is_protected(desk, month, first, as_, cast, who, place):
    desk.approved("F-1", nights(first, 3))
    with acting(cast.asta):
        rows = Person.objects.filter(pk=desk.stay.person_id)
        rows.update(protection="sekretessmarkering")
        person = rows.get()
    answer = as_(who).get(address("budget_month_excel", month))
    text = said(answer)
    assert place in text
    assert ("Granen" in text) is (place == "Granen")
    assert desk.stay.case.case_no in text
    assert not [part for part in (person.name, person.shown_name, "Påhittad") if part in text]


def test_that_it_was_taken_is_written_down(desk, month, as_, cast):
    assert as_("eskil").get(address("budget_month_excel", month)).status_code == 200
    with acting(cast.lova):
        (entry,) = ReadEntry.objects.filter(actor_id=cast.eskil.pk, source="export")
        assert (entry.what, entry.case_ids) == ("see_place", [desk.stay.case_id])
    with acting(cast.siri):
        event = Event.objects.visible_to(cast.siri).get(kind="uttag_excel")
    assert event.text.startswith(f"Listan Ekonomi {month.start:%Y-%m} hämtades som Excelfil")


def test_it_asks_who_it_is(desk, month, as_):
    stale = as_("eskil")
    session = stale.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    answer = stale.get(address("budget_month_excel", month))
    assert answer.status_code == 302
    assert reverse("confirm_identity") in answer.url


@pytest.mark.parametrize("who", ["asta", "nils", "lova", "eva"])
def test_whoever_does_not_see_the_budget_gets_no_file(desk, month, as_, who):
    assert as_(who).get(address("budget_month_excel", month)).status_code == 403


def test_a_month_that_is_none_has_no_file(as_, today):
    for name in ("2026-13", "nov", f"{today.year + 1}-01"):
        assert as_("eskil").get(reverse("budget_month_excel", args=[name])).status_code == 404


def test_the_page_leads_to_the_file_when_there_is_something_in_it(desk, month, as_, today):
    client = as_("eskil")
    link = address("budget_month_excel", month)
    assert link in client.get(address("budget_month", month)).content.decode()
    empty = periods.month(today.year - 3, 1)
    assert "excel/" not in client.get(address("budget_month", empty)).content.decode()
    assert book(client, empty)["Placeringar"] == []


def test_many_invoices_ask_as_much_as_one(desk, month, first, lines, as_, cast, today):
    for closed in (add_months(first, -1), first):
        close(cast, closed, today)
    client, link = as_("eskil"), address("budget_month_excel", month)
    desk.approved("F-1", nights(first, 1))
    few = asked(client, link)
    for number in range(2, 6):
        desk.approved(f"F-{number}", nights(first + timedelta(days=number), 1))
    assert asked(client, link) == few <= 15
