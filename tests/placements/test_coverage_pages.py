"""From the budget's month, and from the stay, to the nights, the invoice and the decision."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel import periods
from avhopp.kernel.periods import Period, add_months
from placements import stay_panels
from placements.actions.absence import Away, record_absence
from placements.actions.ending import end_placement
from placements.invoices.actions import deciding
from placements.invoices.covered import load_month, load_stay
from placements.models import Placement
from placements.months import month_money
from tests.placements.invoicing import nights
from tests.placements.test_closing import close
from tests.placements.test_invoice_pages import asked


@pytest.fixture
def month(today) -> Period:
    """The month before this one: the stay of the desk was there all of it."""
    first = add_months(today.replace(day=1), -1)
    return periods.month(first.year, first.month)


@pytest.fixture
def first(month):
    return month.start


def told(desk, month, who="eskil") -> dict:
    user = desk.cast.people[who]
    with acting(user):
        money = month_money(user=user, month=month, today=desk.today)
        found = load_month(money, money.stays, user, desk.today)
        assert found is not None
        assert found["balances"]
        return found | {"now": money.row.now}


def whole(desk, month):
    return told(desk, month)["whole"].found


def page(as_, desk, month, who="eskil") -> str:
    return as_(who).get(reverse("budget_month", args=[f"{month.start:%Y-%m}"])).content.decode()


def test_every_krona_of_the_month_leads_to_its_invoice_and_its_decision(desk, month, first, as_):
    desk.rule()
    attested = desk.approved("F-1", nights(first, 10))
    desk.attest(attested)
    waiting = desk.register("G-2", nights(first + timedelta(days=10), 5, 3200))
    desk.match(waiting)
    found = whole(desk, month)
    assert (found.attested.nights, found.waiting.nights) == (10, 5)
    assert found.cost == month.nights * 3000 == found.attested.cost + found.waiting.cost + found.missing.cost
    assert (found.attested.difference, found.waiting.difference) == (0, 1000)
    shown = page(as_, desk, month)
    for invoice in (attested, waiting):
        assert reverse("invoice", args=[invoice.pk]) in shown
    assert reverse("decision", args=[desk.stay.case_id, desk.stay.decision_id]) in shown
    assert "Attesterad" in shown
    assert "+1 000 kr" in shown.replace("\u00a0", " ")
    assert "blir inte månadens utfall" not in shown


def test_absence_and_departure_are_counted_as_in_the_outcome(desk, month, first):
    with acting(desk.cast.asta):
        record_absence(
            placement=desk.stay, by=desk.cast.asta, today=desk.today,
            away=Away(first + timedelta(days=2), first + timedelta(days=5), Decimal(700)),
        )  # fmt: skip
        end_placement(
            placement=desk.stay, end=first + timedelta(days=20), reason="planerat", by=desk.cast.asta,
            today=desk.today,
        )  # fmt: skip
    desk.approved("F-1", nights(first, 20), because="Utan avdrag för frånvaron")
    found = whole(desk, month)
    assert found.cost == found.waiting.cost == 17 * 3000 + 3 * 700
    assert found.waiting.difference == 3 * 2300


def test_what_is_charged_for_nights_that_were_not_stands_apart(desk, month, first, as_):
    with acting(desk.cast.asta):
        end_placement(
            placement=desk.stay, end=first - timedelta(days=3), reason="planerat", by=desk.cast.asta,
            today=desk.today,
        )  # fmt: skip
    desk.approved("F-1", nights(first, 2), because="Ska krediteras")
    found = told(desk, month)
    assert found["rows"] == []
    assert [one.found.waiting.difference for one in found["apart"]] == [6000]
    assert "Fakturerat utan utfall" in page(as_, desk, month)


def test_a_rejected_invoice_charges_nothing_and_a_credit_note_is_told(desk, month, first):
    turned_down = desk.register("F-1", nights(first, 3))
    desk.match(turned_down)
    desk.act(
        "eskil",
        lambda user: deciding.reject_invoice(invoice=turned_down, reason="Fel", by=user, today=desk.today),
    )
    assert whole(desk, month).invoices == ()
    assert whole(desk, month).waiting.charged == 0
    desk.approved("F-2", nights(first, 3))
    credit = nights(first, 3)
    desk.approved("K-1", replace(credit, amount=-credit.amount), kind="kredit", credited="F-2")
    found = whole(desk, month)
    assert (found.waiting.nights, found.waiting.charged) == (0, 0)
    assert [row.charged for row in told(desk, month)["rows"][0].found.invoices] == [9000, -9000]


def test_what_is_not_nights_is_told_in_its_month(desk, month, first):
    other = replace(nights(first, 1, 900), unit="annat")
    undated = replace(other, start=None, end=None)
    desk.approved("F-1", other, because="Tandvård")
    desk.approved("F-2", undated, because="Resa", period_start=first, period_end=month.end)
    assert (whole(desk, month).waiting.other, whole(desk, month).waiting.charged) == (1800, 0)
    before = periods.month(*add_months(first, -1).timetuple()[:2])
    assert whole(desk, before).waiting.other == 0


@pytest.mark.parametrize(("who", "opens"), [("eskil", True), ("siri", True), ("bo", True), ("asta", False)])
def test_the_stay_tells_its_invoices_to_those_who_see_its_money(desk, first, as_, who, opens):
    desk.rule()
    attested = desk.approved("F-1", nights(first, 10))
    desk.attest(attested)
    open_one = desk.register("G-2", nights(first + timedelta(days=10), 5))
    desk.match(open_one)
    shown = as_(who).get(reverse("placement", args=[desk.stay.case_id, desk.stay.pk])).content.decode()
    assert "Inte fakturerat än" in shown
    assert (reverse("invoice", args=[attested.pk]) in shown) is opens
    assert (reverse("invoice", args=[open_one.pk]) in shown) is opens
    assert "F-1" in shown


def test_whoever_may_not_open_an_invoice_is_told_what_is_attested(desk, first):
    desk.rule()
    desk.attest(desk.approved("F-1", nights(first, 10)))
    desk.approved("F-2", nights(first + timedelta(days=10), 5))
    with acting(desk.cast.asta):
        stay = Placement.objects.with_terms().get(pk=desk.stay.pk)
        shown = load_stay(stay, desk.cast.asta, desk.today)
    assert [(link.number, link.state, link.url) for link in shown["one"].links] == [
        ("F-1", "Attesterad", ""), ("F-2", "Godkänd", ""),
    ]  # fmt: skip


def test_the_stay_adds_up_to_its_cost_and_names_what_is_not_invoiced(desk, first):
    start = desk.stay.start
    desk.approved("F-1", nights(start, 10))
    desk.approved("F-2", nights(start + timedelta(days=20), 5))
    with acting(desk.cast.eskil):
        stay = Placement.objects.with_terms().get(pk=desk.stay.pk)
        shown = load_stay(stay, desk.cast.eskil, desk.today)
    found = shown["one"].found
    assert found.cost == 101 * 3000
    assert [(run.first, run.nights) for run, _ in shown["runs"]] == [
        (start + timedelta(days=10), 10), (start + timedelta(days=25), 76)
    ]  # fmt: skip


def test_the_month_asks_as_much_for_many_invoices_as_for_one(desk, month, first, as_, cast, today):
    for closed in (add_months(first, -1), first):
        close(cast, closed, today)
    client, address = as_("eskil"), reverse("budget_month", args=[f"{month.start:%Y-%m}"])
    desk.approved("F-1", nights(first, 1))
    few = asked(client, address)
    for number in range(2, 9):
        desk.approved(f"F-{number}", nights(first + timedelta(days=number), 1))
    assert asked(client, address) == few <= 15


def test_the_stay_asks_one_question_more(desk, first, as_, monkeypatch):
    client = as_("eskil")
    address = reverse("placement", args=[desk.stay.case_id, desk.stay.pk])
    desk.approved("F-1", nights(first, 1))
    few = asked(client, address)
    for number in range(2, 9):
        desk.approved(f"F-{number}", nights(first + timedelta(days=number), 1))
    assert asked(client, address) == few
    monkeypatch.setattr(stay_panels, "_panels", {})
    assert asked(client, address) >= few - 2  # the card's own, and the grants that it asks for
