"""A line that looks like nights and is charged as something else: told why, and seen by a second person."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from placements.invoices.actions import deciding
from placements.invoices.doubtful import Sign, signs
from placements.invoices.models import InvoiceLine
from placements.invoices.states import InvoiceState
from tests.placements.invoicing import nights
from tests.placements.test_invoices import ATTESTED, run

D = Decimal
APPROVED = (
    "update invoices_invoice set state = 'granskad', reviewed_by_id = %s, reviewed_at = now(), expected = 0 "
    "where id = %s"
)


@pytest.fixture
def first(desk):
    return desk.stay.start


def other(first, price=3000, quantity=1, text="Resa"):
    return replace(nights(first, quantity, price), unit="annat", start=None, end=None, text=text)


def matched(desk, first, *lines, number="F-1"):
    invoice = desk.register(number, *lines, period_start=first, period_end=desk.today)
    desk.match(invoice)
    return invoice


def line_of(desk, invoice):
    with acting(desk.cast.eskil):
        return InvoiceLine.objects.get(invoice=invoice)


@pytest.mark.parametrize(
    ("text", "unit_price", "amount", "found"),
    [
        ("Resa", D(450), D(450), ()),
        ("Resa", D(3000), D(3000), (Sign.PRICE, Sign.MULTIPLE)),
        ("Resa", D(3000), D("2999.50"), (Sign.PRICE,)),
        ("Insatser i mars", D(93_000), D(93_000), (Sign.MULTIPLE,)),
        ("Insatser i mars", D(93_001), D(93_001), ()),
        ("Vårddygn mars", D(10), D(10), (Sign.WORDS,)),
        ("Tre nätter", D(10), D(10), (Sign.WORDS,)),
        ("Nattlinne", D(10), D(10), ()),
        ("Logi", D(10), D(10), (Sign.WORDS,)),
        ("Logistik", D(10), D(10), ()),
        ("Återbetalat dygn", D(3000), D(-3000), ()),
        ("Möbler", D(3000), D(3000) * 367, (Sign.PRICE,)),
    ],
)
def test_what_looks_like_nights(text, unit_price, amount, found):
    rates = (D(3000), D(0))
    assert signs(text=text, unit_price=unit_price, amount=amount, rates=rates) == found


def test_it_is_told_why_and_the_second_person_has_seen_it(desk, first):
    desk.rule()
    invoice = matched(desk, first, other(first))
    with pytest.raises(Refused, match="not_nights_missing") as refusal:
        desk.approve(invoice, "Det stämmer")
    assert refusal.value.field == "rad1"
    desk.approve(invoice, "Det stämmer", not_nights="Flygresa, bokad av oss")
    assert line_of(desk, invoice).not_nights_by == desk.cast.eskil
    with pytest.raises(Refused, match="not_nights_unseen"):
        desk.attest(invoice)
    desk.attest(invoice, seen=True)
    line = line_of(desk, invoice)
    assert (line.not_nights, line.not_nights_seen_by) == ("Flygresa, bokad av oss", desk.cast.bo)


def test_nights_that_are_paid_already_cannot_come_again_unsaid(desk, first):
    desk.approved("F-1", nights(first, 30))
    again = matched(desk, first, other(first, 90_000, text="Insatser"), number="F-2")
    with pytest.raises(Refused, match="not_nights_missing"):
        desk.approve(again, "Utföraren säger att det stämmer")


def test_what_does_not_look_like_nights_needs_no_more_than_before(desk, first):
    desk.rule()
    invoice = matched(desk, first, other(first, 450))
    desk.approve(invoice, "Tandvård")
    assert desk.attest(invoice).state == InvoiceState.ATTESTED


def test_what_is_taken_back_is_said_and_seen_anew(desk, first):
    desk.rule()
    invoice = matched(desk, first, other(first))
    desk.approve(invoice, "Resa", not_nights="Flygresa")
    desk.attest(invoice, seen=True)
    on = {"reason": "Fel", "today": desk.today}
    desk.act("bo", lambda user: deciding.undo_attest(invoice=invoice, by=user, **on))
    line = line_of(desk, invoice)
    assert (line.not_nights, line.not_nights_seen_by) == ("Flygresa", None)
    desk.act("eskil", lambda user: deciding.undo_approval(invoice=invoice, by=user, **on))
    line = line_of(desk, invoice)
    assert (line.not_nights, line.not_nights_by) == ("", None)


def test_the_database_says_so_too(desk, first):
    desk.rule()
    invoice = matched(desk, first, other(first))
    eskil = desk.cast.eskil.pk
    with pytest.raises(IntegrityError, match="nobody says why"):
        run(desk, APPROVED, [eskil, invoice.pk])
    say = "update invoices_invoiceline set not_nights = 'x', not_nights_by_id = %s where invoice_id = %s"
    with pytest.raises(IntegrityError, match="who: the line"):
        run(desk, say, [desk.cast.bo.pk, invoice.pk])
    desk.approve(invoice, "Resa", not_nights="Flygresa")
    with pytest.raises(IntegrityError, match="a line stays"):
        run(desk, say, [eskil, invoice.pk])
    seen = "update invoices_invoiceline set not_nights_seen_by_id = %s where invoice_id = %s"
    with pytest.raises(IntegrityError, match="not_nights_seen_by_a_second_person"):
        run(desk, seen, [eskil, invoice.pk])
    with pytest.raises(IntegrityError, match="who: the line"):
        run(desk, seen, [desk.cast.bo.pk, invoice.pk])
    with acting(desk.cast.bo), pytest.raises(IntegrityError, match="second person has not seen"):
        run(Acting(desk), ATTESTED, [desk.cast.bo.pk, invoice.pk])


class Acting:
    """The desk with Bo in Eskil's chair: what `run` does is done by Bo."""

    def __init__(self, desk) -> None:
        self.cast = type("Chair", (), {"eskil": desk.cast.bo})


def test_through_the_pages(desk, first, as_):
    desk.rule()
    invoice = matched(desk, first, other(first))
    eskil, bo = as_("eskil"), as_("bo")
    approve, attest = (reverse(name, args=[invoice.pk]) for name in ("invoice_approve", "invoice_attest"))
    asked = eskil.get(approve).content.decode()
    assert "varför är det inte dygn?" in asked
    assert "priset är ett dygnspris" in asked
    refused = eskil.post(approve, {"explanation": "En resa", "rad1": ""})
    assert "Skriv varför den inte är det" in refused.content.decode()
    assert "En resa" in refused.content.decode()
    assert eskil.post(approve, {"explanation": "En resa", "rad1": "Flyg till Luleå"}).status_code == 302
    assert "Rad 1: Flyg till Luleå" in bo.get(attest).content.decode()
    assert "Bekräfta att du har läst" in bo.post(attest).content.decode()
    assert bo.post(attest, {"seen": "on"}).status_code == 302
    assert "Inte dygn: Flyg till Luleå" in bo.get(reverse("invoice", args=[invoice.pk])).content.decode()
