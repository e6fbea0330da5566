"""Two people approve, attest or export one invoice in the same moment: one is first, the other is told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.roles import Role
from placements.actions.placing import Terms, place_person
from placements.invoices.actions.accounts import add_account_rule
from placements.invoices.actions.deciding import Match, match_lines
from placements.invoices.actions.registering import register_invoice
from placements.invoices.models import AccountRule, Invoice, InvoiceExport, InvoiceLine, PaidNight
from placements.invoices.models.invoice import InvoiceQuerySet
from placements.invoices.states import InvoiceState
from placements.models import Placement
from placements.terms import agreed_prices
from tests.at_once.conftest import at_once, in_thread, post, text_of
from tests.placements.invoicing import NOW, facts, nights


@pytest.fixture(scope="module")
def today():
    return timezone.localdate()


@pytest.fixture(scope="module")
def stay(stage, today) -> Placement:
    """A stay that everything here is charged for, more people who may, and a rule to book it on."""
    case, decision = stage.granted()
    first = today - timedelta(days=15)

    def place(asta):
        terms = Terms(
            decision=decision, provider=stage.agreement.provider, agreement=stage.agreement,
            planned_start=first, start=first, end=None, prices=agreed_prices(first, Decimal(3000)),
        )  # fmt: skip
        return place_person(case=case, terms=terms, by=asta, today=today)

    placed = stage.act("asta", place)
    in_thread(lambda: _more_people(stage))
    stage.act("eskil", lambda eskil: add_account_rule(rule=_rule(today), by=eskil, today=today))
    return placed


def _more_people(stage):
    with transaction.atomic():
        _add(stage)


def _add(stage):
    for handle in ("elsa", "emil"):
        stage.cast.add(handle, Role.FINANCE_OFFICER)


def _rule(today):
    return AccountRule(
        kind="hvb", inside=True, account="1", cost_centre="2", valid_from=today - timedelta(days=900)
    )  # fmt: skip


@pytest.fixture
def charged(stage, stay, today):
    """`charged("A-1", 3)`: a matched invoice for the night that many days into the stay."""

    def made(number: str, after: int) -> Invoice:
        def work(eskil):
            line = nights(stay.start + timedelta(days=after), 1)
            invoice = register_invoice(
                provider=stage.agreement.provider, facts=facts(number, line), by=eskil, at=NOW
            )
            (row,) = InvoiceLine.objects.filter(invoice=invoice)
            match_lines(invoice=invoice, matches={row.pk: Match(stay.pk)}, by=eskil, today=today)
            return invoice

        return stage.act("eskil", work)

    return made


def one_wins(answers, refusal):
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (refused,) = (answer for answer in answers if answer.status_code == 200)
    assert refusal in text_of(refused)


def approving(stage, who, invoice):
    return post(stage.browser(who), reverse("invoice_approve", args=[invoice.pk]), explanation="Stämmer")


def state_of(stage, invoice):
    return stage.act("eskil", lambda _: Invoice.objects.get(pk=invoice.pk).state)


def test_two_approve_the_same_invoice(stage, stay, charged):
    invoice = charged("A-1", 0)
    answers = at_once(invoice, *(approving(stage, who, invoice) for who in ("elsa", "emil")))
    one_wins(answers, "Fakturan har läget ”Granskad”")
    assert stage.act("eskil", lambda _: PaidNight.objects.filter(line__invoice=invoice).count()) == 1


def test_the_database_alone_lets_one_of_them_win(stage, stay, charged, monkeypatch):
    """Without the application's lock: two approvals of one night meet in the index, and one is told."""
    one, two = charged("B-1", 1), charged("B-2", 1)
    assert in_thread(approving(stage, "elsa", one)).status_code == 302
    monkeypatch.setattr(InvoiceQuerySet, "locked", lambda self: self)
    refused = in_thread(approving(stage, "emil", two))
    assert refused.status_code == 200
    assert "redan betalda på en annan faktura" in text_of(refused)
    assert state_of(stage, two) == InvoiceState.RECEIVED


def test_two_invoices_for_one_night_in_the_same_moment(stage, stay, charged):
    """Both have looked and found nothing paid; the one that writes last waits for the other, and is told."""
    one, two = charged("C-1", 2), charged("C-2", 2)
    answers = at_once(
        stay, *(approving(stage, who, invoice) for who, invoice in (("elsa", one), ("emil", two)))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    states = sorted(state_of(stage, invoice) for invoice in (one, two))
    assert states == [InvoiceState.APPROVED, InvoiceState.RECEIVED]


def test_two_attest_the_same_invoice(stage, stay, charged):
    invoice = charged("D-1", 3)
    assert in_thread(approving(stage, "eskil", invoice)).status_code == 302
    address = reverse("invoice_attest", args=[invoice.pk])
    answers = at_once(invoice, *(post(stage.browser(who), address) for who in ("elsa", "emil")))
    one_wins(answers, "Fakturan har läget ”Attesterad”")


def test_one_approves_and_another_rejects(stage, stay, charged):
    invoice = charged("E-1", 4)
    reject = post(stage.browser("emil"), reverse("invoice_reject", args=[invoice.pk]), reason="Fel")
    answers = at_once(invoice, approving(stage, "elsa", invoice), reject)
    one_wins(answers, "Fakturan har läget")


def test_two_export_at_once(stage, stay, charged):
    invoice = charged("F-1", 5)
    assert in_thread(approving(stage, "eskil", invoice)).status_code == 302
    attest = reverse("invoice_attest", args=[invoice.pk])
    assert in_thread(post(stage.browser("elsa"), attest)).status_code == 302
    before = stage.act("eskil", lambda _: InvoiceExport.objects.count())
    export = reverse("export_new")
    answers = at_once(
        invoice, *(post(stage.browser(who), export, encoding="utf-8-sig") for who in ("elsa", "emil"))
    )
    one_wins(answers, "Det finns ingen attesterad faktura att exportera")
    assert stage.act("eskil", lambda _: InvoiceExport.objects.count()) == before + 1


def approved(stage, charged, number, after):
    invoice = charged(number, after)
    assert in_thread(approving(stage, "eskil", invoice)).status_code == 302
    return invoice


def test_one_attests_and_another_takes_the_approval_back(stage, stay, charged):
    invoice = approved(stage, charged, "G-1", 6)
    attest = post(stage.browser("elsa"), reverse("invoice_attest", args=[invoice.pk]))
    undo = post(stage.browser("emil"), reverse("invoice_undo", args=[invoice.pk]), reason="Fel")
    answers = at_once(invoice, attest, undo)
    assert sorted(answer.status_code for answer in answers) in ([200, 302], [302, 403])
    state = state_of(stage, invoice)
    nights_paid = stage.act("eskil", lambda _: PaidNight.objects.filter(line__invoice=invoice).count())
    assert (state, nights_paid) in ((InvoiceState.ATTESTED, 1), (InvoiceState.RECEIVED, 0))


def test_a_credit_note_and_the_approval_that_it_credits(stage, stay, charged):
    """Either the nights are free because nobody approved them, or because they are credited: never both."""
    invoice = approved(stage, charged, "H-1", 7)
    credit = stage.act("eskil", lambda eskil: credited(stage, stay, invoice, eskil))
    undo = post(stage.browser("emil"), reverse("invoice_undo", args=[invoice.pk]), reason="Fel")
    answers = at_once(invoice, approving(stage, "elsa", credit), undo)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    states = (state_of(stage, invoice), state_of(stage, credit))
    assert states in (
        (InvoiceState.APPROVED, InvoiceState.APPROVED), (InvoiceState.RECEIVED, InvoiceState.RECEIVED)
    )  # fmt: skip


def credited(stage, stay, invoice, eskil):
    line = nights(stay.start + timedelta(days=7), 1)
    sent = facts("K-1", replace(line, amount=-line.amount), kind="kredit", credited=invoice.number)
    credit = register_invoice(provider=stage.agreement.provider, facts=sent, by=eskil, at=NOW)
    (row,) = InvoiceLine.objects.filter(invoice=credit)
    matches = {row.pk: Match(stay.pk, frees_nights=True)}
    match_lines(invoice=credit, matches=matches, by=eskil, today=timezone.localdate())
    return credit


def test_one_matches_a_line_while_another_approves(stage, stay, charged):
    """Whoever is last is told: what was approved is what was matched."""
    invoice = charged("I-1", 8)
    loose = post(stage.browser("emil"), reverse("invoice_match", args=[invoice.pk]), rad1="ingen")
    answers = at_once(invoice, approving(stage, "elsa", invoice), loose)
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    matched = stage.act("eskil", lambda _: InvoiceLine.objects.get(invoice=invoice).placement_id)
    state = state_of(stage, invoice)
    assert (state, matched) in ((InvoiceState.APPROVED, stay.pk), (InvoiceState.RECEIVED, None))
