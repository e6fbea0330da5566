"""An invoice's way from the letter box to the finance system: what is allowed, and what never happens."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from placements.invoices.actions import deciding
from placements.invoices.models import Invoice, InvoiceLine, PaidNight
from placements.invoices.states import STEPS, InvoiceState
from tests.placements.invoicing import Desk, nights


@pytest.fixture
def first(desk: Desk):
    """The stay's first night."""
    return desk.stay.start


ATTESTED = (
    "update invoices_invoice set state = 'attesterad', attested_by_id = %s, attested_at = now() where id = %s"
)


def run(desk: Desk, statement: str, values: list) -> None:
    """As Eskil past the application."""
    with acting(desk.cast.eskil), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("set constraints all immediate")


def paid(desk: Desk) -> int:
    with acting(desk.cast.eskil):
        return PaidNight.objects.standing().count()


def test_from_the_letter_box_to_the_attest(desk, first):
    desk.rule()
    invoice = desk.register("F-1", nights(first, 30))
    assert invoice.state == InvoiceState.RECEIVED
    desk.match(invoice)
    approved = desk.approve(invoice)
    assert (approved.expected, approved.total) == (Decimal(90_000), Decimal(90_000))
    assert paid(desk) == 30
    attested = desk.attest(invoice)
    assert attested.state == InvoiceState.ATTESTED
    with acting(desk.cast.eskil):
        (line,) = InvoiceLine.objects.filter(invoice=invoice)
        assert line.account_string == "55410|3120|57300|A1|8610"
        kinds = set(Event.objects.filter(object_id=invoice.pk).values_list("kind", flat=True))
    assert kinds == {"faktura_mottagen", "faktura_kopplad", "faktura_granskad", "faktura_attesterad"}


@pytest.mark.parametrize("number", ["F-1", "f 1", "F1", " F-1 ", "0f-1"])
def test_a_number_comes_once_however_it_is_written(desk, first, number):
    desk.register("F-1", nights(first, 1))
    with pytest.raises(Refused, match="number_taken"):
        desk.register(number, nights(first, 1))


def test_a_rejected_number_can_come_again(desk, first):
    invoice = desk.register("F-1", nights(first, 1))
    with acting(desk.cast.eskil):
        deciding.reject_invoice(invoice=invoice, reason="Fel belopp", by=desk.cast.eskil, today=desk.today)
    assert desk.register("F-1", nights(first, 1)).pk != invoice.pk


def test_a_night_is_paid_once_whatever_the_number(desk, first):
    desk.approved("F-1", nights(first, 30))
    again = desk.register("F-2", nights(first + timedelta(days=29), 5))
    desk.match(again)
    with pytest.raises(Refused, match="unexplained"):
        desk.approve(again)
    with pytest.raises(Refused, match="night_paid"):
        desk.approve(again, "Utföraren säger att det stämmer")
    assert desk.fresh(again).state == InvoiceState.RECEIVED
    assert paid(desk) == 30


def test_nor_twice_on_one_invoice(desk, first):
    invoice = desk.register("F-1", nights(first, 3), nights(first + timedelta(days=2), 3))
    desk.match(invoice)
    with pytest.raises(Refused, match="night_paid"):
        desk.approve(invoice, "Stämmer")


def test_whoever_registered_or_approved_does_not_attest(desk, first):
    desk.rule()
    desk.cast.add("ekonom2", Role.FINANCE_OFFICER)
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="second_person"):
        desk.attest(invoice, by="eskil")
    assert desk.attest(invoice, by="ekonom2").attested_by == desk.cast.ekonom2


def test_the_database_says_so_too(desk, first):
    desk.rule()
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(IntegrityError, match="attested_by_a_second_person"):
        run(desk, ATTESTED, [desk.cast.eskil.pk, invoice.pk])


def test_nobody_attests_in_anothers_name(desk, first):
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(IntegrityError, match="who: the step"):
        run(desk, ATTESTED, [desk.cast.bo.pk, invoice.pk])


CHANGES = {
    "the amount": "update invoices_invoice set net = 1, total = 1 where id = %s",
    "the number": "update invoices_invoice set number = 'F-9' where id = %s",
    "the state back": "update invoices_invoice set state = 'mottagen' where id = %s",
    "the expected": "update invoices_invoice set expected = 1 where id = %s",
    "the reviewer": "update invoices_invoice set reviewed_at = now() where id = %s",
    "a line's amount": "update invoices_invoiceline set amount = 1 where invoice_id = %s",
    "a line's account": "update invoices_invoiceline set account_string = 'x' where invoice_id = %s",
    "a line's match": "update invoices_invoiceline set case_id = null, placement_id = null "
    "where invoice_id = %s",
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_attested_invoice_never_changes(desk, first, what):
    desk.rule()
    invoice = desk.approved("F-1", nights(first, 3))
    desk.attest(invoice)
    with pytest.raises(IntegrityError):
        run(desk, CHANGES[what], [invoice.pk])


def test_nights_are_written_by_the_database_alone(desk, first):
    desk.approved("F-1", nights(first, 3))
    for statement in ("delete from invoices_paidnight", "update invoices_paidnight set night = night"):
        with pytest.raises(DatabaseError, match="permission denied"):
            run(desk, statement, [])


def test_what_differs_is_explained_before_it_is_approved(desk, first):
    invoice = desk.register("F-1", nights(first, 3, 3200))
    desk.match(invoice)
    with pytest.raises(Refused, match="unexplained") as refused:
        desk.approve(invoice)
    assert "600,00" in refused.value.text
    assert desk.approve(invoice, "Index enligt avtalet").expected == Decimal(9000)


def test_a_line_without_a_stay_is_not_approved(desk, first):
    invoice = desk.register("F-1", nights(first, 3))
    with pytest.raises(Refused, match="unmatched"):
        desk.approve(invoice, "Ändå")


def test_without_an_account_rule_nothing_is_attested(desk, first):
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="no_account"):
        desk.attest(invoice)
    desk.rule()
    assert desk.attest(invoice).state == InvoiceState.ATTESTED


def test_what_is_attested_is_not_approved_again(desk, first):
    desk.rule()
    invoice = desk.approved("F-1", nights(first, 3))
    desk.attest(invoice)
    with pytest.raises(Refused, match="wrong_state"):
        desk.approve(invoice, "Igen")


def test_undoing_gives_the_nights_back(desk, first):
    desk.rule()
    invoice = desk.approved("F-1", nights(first, 3))
    desk.attest(invoice)
    with acting(desk.cast.bo):
        with pytest.raises(Refused, match="reason_missing"):
            deciding.undo_attest(invoice=invoice, reason=" ", by=desk.cast.bo, today=desk.today)
        deciding.undo_attest(invoice=invoice, reason="Fel kontering", by=desk.cast.bo, today=desk.today)
    with acting(desk.cast.eskil):
        assert {line.account_string for line in InvoiceLine.objects.filter(invoice=invoice)} == {""}
        deciding.undo_approval(invoice=invoice, reason="Fel dygn", by=desk.cast.eskil, today=desk.today)
    assert paid(desk) == 0
    assert desk.approved("F-2", nights(first, 3)).state == InvoiceState.APPROVED


def credit(desk: Desk, number: str, of: str, *lines, frees: bool = True) -> Invoice:
    negative = [replace(line, amount=-line.amount) for line in lines]
    invoice = desk.register(number, *negative, kind="kredit", credited=of)
    desk.match(invoice, frees=frees)
    return desk.approve(invoice)


def test_a_credit_note_frees_the_nights_that_it_credits(desk, first):
    desk.approved("F-1", nights(first, 30))
    credit(desk, "K-1", "F-1", nights(first, 10))
    assert paid(desk) == 20
    desk.approved("F-2", nights(first, 10))
    assert paid(desk) == 30


def test_more_than_was_paid_is_not_credited(desk, first):
    desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="credited_too_much"):
        credit(desk, "K-1", "F-1", nights(first, 4), frees=False)
    with pytest.raises(Refused, match="not_paid"):
        credit(desk, "K-2", "F-1", nights(first + timedelta(days=2), 2, 1500))


def test_nights_are_not_freed_for_a_krona(desk, first):
    desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="credited_too_little"):
        credit(desk, "K-1", "F-1", nights(first, 3, 1))
    assert paid(desk) == 3
    credit(desk, "K-2", "F-1", nights(first, 3, 200), frees=False)
    assert paid(desk) == 3


def test_a_credited_invoice_stays_approved(desk, first):
    invoice = desk.approved("F-1", nights(first, 3))
    credit(desk, "K-1", "F-1", nights(first, 1))
    with acting(desk.cast.eskil), pytest.raises(Refused, match="has_credit"):
        deciding.undo_approval(invoice=invoice, reason="Fel", by=desk.cast.eskil, today=desk.today)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"total": Decimal(1)}, "does_not_add_up"),
        ({"net": Decimal(1), "total": Decimal(1)}, "lines_do_not_add_up"),
        ({"due": "early"}, "due_before_date"),
        ({"number": " - "}, "number_missing"),
        ({"lines": ()}, "no_lines"),
        ({"kind": "kredit"}, "credited_unknown"),
    ],
)
def test_what_contradicts_itself_is_not_registered(desk, first, more, code):
    if more.get("due"):
        more = {"due": first}
    number = more.pop("number", "F-1")
    with pytest.raises(Refused, match=code):
        desk.register(number, nights(first, 3), **more)


def test_an_invoice_has_no_negative_line(desk, first):
    with pytest.raises(Refused, match="wrong_sign"):
        desk.register("F-1", nights(first, 3), nights(first, 1, amount=Decimal(-3000)))


def test_a_stay_with_another_provider_is_not_matched(desk, first, places):
    invoice = desk.register("F-1", nights(first, 3))
    with acting(desk.cast.asta):
        desk.stay.provider = places.outside
    desk.provider = places.outside
    other = desk.register("F-1", nights(first, 3))
    with pytest.raises(Refused, match="other_provider"):
        desk.match(other)
    desk.match(invoice)


@pytest.mark.parametrize("who", ["siri", "bo", "asta", "frida", "nils"])
def test_only_finance_registers_and_approves(desk, first, who):
    invoice = desk.register("F-1", nights(first, 3))
    desk.match(invoice)
    with pytest.raises(Refused, match="not_allowed"):
        desk.register("F-2", nights(first, 3), by=who)
    with pytest.raises(Refused, match="not_allowed"):
        desk.approve(invoice, by=who)


@pytest.mark.parametrize("who", ["siri", "asta", "frida"])
def test_only_finance_and_the_manager_attest(desk, first, who):
    desk.rule()
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="not_allowed"):
        desk.attest(invoice, by=who)


def test_a_manager_who_sees_only_some_of_the_lines_does_not_attest(desk, first):
    desk.rule()
    desk.cast.add("chef2", Role.UNIT_MANAGER, desk.cast.ungdom)
    invoice = desk.approved("F-1", nights(first, 3))
    with pytest.raises(Refused, match="lines_hidden"):
        desk.attest(invoice, by="chef2")


def test_lines_are_seen_by_the_case(desk, first):
    desk.register("F-0", nights(first, 1))
    invoice = desk.register("F-1", nights(first, 3))
    desk.match(invoice)
    seen = {}
    for who in ("asta", "cleo", "siri", "eskil", "bo", "nils"):
        with acting(desk.cast.people[who]):
            seen[who] = (
                InvoiceLine.objects.visible_to(desk.cast.people[who]).count(), InvoiceLine.objects.count(),
                Invoice.objects.visible_to(desk.cast.people[who]).count(), Invoice.objects.count(),
            )  # fmt: skip
    both = (2, 2, 2, 2)
    assert seen == {
        "asta": (1, 1, 0, 0), "cleo": (0, 0, 0, 0), "siri": both, "eskil": both, "bo": both,
        "nils": (0, 0, 0, 0),
    }  # fmt: skip


def test_the_table_of_steps_is_the_databases(desk):
    with connection.cursor() as cursor:
        cursor.execute("select prosrc from pg_proc where proname = 'keep_invoice'")
        source = cursor.fetchone()[0]
    for now, after in STEPS.items():
        for other in InvoiceState:
            assert (f"'{now}>{other}'" in source) is (other in after), (now, other)
