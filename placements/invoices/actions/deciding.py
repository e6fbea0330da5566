"""From match to attest. Each action locks the invoice: of two at once one is first, the other is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.kernel.money import format_kr, round_kr
from avhopp.kernel.refusal import Refused
from placements.invoices.accounting import Rule, account_for
from placements.invoices.actions.refusals import SECOND, SENTENCES, told
from placements.invoices.actions.registering import note
from placements.invoices.checks import Checked, checked
from placements.invoices.models import AccountRule, Invoice, InvoiceLine
from placements.invoices.states import InvoiceState, check_open, check_step
from placements.models import Placement

S = InvoiceState


@dataclass(frozen=True)
class Match:
    """The stay that a line is for; None takes the match away. A credit note's line may free whole nights."""

    placement: UUID | None
    frees_nights: bool = False


def match_lines(*, invoice: Invoice, matches: Mapping[UUID, Match], by: User, today: date) -> Invoice:
    """Say which stays lines are for: as many lines as are named, the others stay as they are.

    Raises:
        Refused: not_allowed, wrong_state, line_unknown, stay_unknown, other_provider.
    """
    invoice = _held(invoice, by, Can.WRITE_INVOICES)
    check_open(invoice.state)
    lines = {row.pk: row for row in lines_of(invoice, by)}
    wanted = [match.placement for match in matches.values() if match.placement]
    stays = {row.pk: row for row in Placement.objects.visible_to(by).filter(pk__in=wanted)}
    changed = 0
    with told():
        for key, match in matches.items():
            changed += _match(invoice, lines.get(key), match, stays)
    if changed:
        text = f"{changed} {'rad' if changed == 1 else 'rader'} kopplades till placeringar."
        note(invoice, by, today, "faktura_kopplad", text)
    return invoice


def _match(invoice: Invoice, line: InvoiceLine | None, match: Match, stays: Mapping[UUID, Placement]) -> bool:
    if line is None:
        raise Refused("line_unknown", "Raden finns inte på fakturan.")
    stay = stays.get(match.placement) if match.placement else None
    if match.placement and stay is None:
        raise Refused("stay_unknown", "Placeringen finns inte bland dem som du har behörighet till.")
    if stay is not None and stay.provider_id != invoice.provider_id:
        raise Refused("other_provider", "Placeringen är hos en annan utförare än fakturans.")
    frees = bool(stay and match.frees_nights and invoice.is_credit and line.nights)
    case_id = stay.case_id if stay else None
    if (line.placement_id, line.frees_nights) == (stay and stay.pk, frees):
        return False
    line.placement, line.case_id, line.frees_nights = stay, case_id, frees
    line.save(update_fields=["placement", "case", "frees_nights"])
    return True


def approve_invoice(
    *,
    invoice: Invoice,
    explanation: str,
    by: User,
    at: datetime,
    not_nights: Mapping[UUID, str] | None = None,
) -> Invoice:
    """It is right, or its differences are explained. From here on its nights are paid, and by it alone.

    `not_nights` says of each line that looks like nights, without being charged by the night, why it is not.

    Raises:
        Refused: not_allowed, wrong_state, lines_hidden, unmatched, unexplained, not_nights_missing,
            night_paid, not_paid, credited_too_much, credited_too_little.
    """
    invoice = _held(invoice, by, Can.WRITE_INVOICES)
    check_open(invoice.state)
    if invoice.credited_id:  # locked first, as whoever takes its approval back does
        Invoice.objects.locked().get(pk=invoice.credited_id)
    lines = lines_of(invoice, by)
    found = checked(invoice=invoice, lines=lines, user=by, today=timezone.localdate(at))
    _all_there(invoice, lines)
    if found.unmatched:
        raise Refused(
            "unmatched",
            f"{len(found.unmatched)} av raderna är inte kopplade till någon placering. Koppla dem först.",
        )
    if not found.agrees and not explanation.strip():
        raise Refused(
            "unexplained",
            f"Fakturan skiljer sig från avtalet med {format_kr(found.check.difference, 2)}. "
            "Skriv varför den godkänns ändå.",
            field="explanation",
        )
    doubtful = _not_nights(found, not_nights or {})
    invoice.state, invoice.note = S.APPROVED, explanation.strip()
    invoice.reviewed_by, invoice.reviewed_at = by, at
    invoice.expected = round_kr(found.check.expected)
    with told():
        for line in doubtful:
            line.not_nights_by = by
            line.save(update_fields=["not_nights", "not_nights_by"])
        invoice.save(update_fields=["state", "note", "reviewed_by", "reviewed_at", "expected"])
    note(
        invoice,
        by,
        timezone.localdate(at),
        "faktura_granskad",
        "Fakturan granskades och godkändes.",
        explanation.strip(),
    )
    return invoice


def ask_provider(*, invoice: Invoice, question: str, by: User, today: date) -> Invoice:
    """The provider is asked; the invoice waits.

    Raises:
        Refused: not_allowed, wrong_state, reason_missing.
    """
    return _with_words(
        invoice, S.QUESTION, question, by, today, "faktura_fraga", "En fråga ställdes till utföraren."
    )


def take_answer(*, invoice: Invoice, by: User, today: date) -> Invoice:
    """The provider has answered; the invoice is to be looked at again.

    Raises:
        Refused: not_allowed, wrong_state.
    """
    invoice = _held(invoice, by, Can.WRITE_INVOICES)
    if invoice.state != S.QUESTION:
        raise Refused(
            "wrong_state", f"Fakturan har läget ”{invoice.get_state_display()}”, ingen fråga väntar på svar."
        )
    invoice.state = S.RECEIVED
    invoice.save(update_fields=["state"])
    note(invoice, by, today, "faktura_svar", "Utföraren svarade på frågan.")
    return invoice


def reject_invoice(*, invoice: Invoice, reason: str, by: User, today: date) -> Invoice:
    """It is not to be paid. The number is free for a right one.

    Raises:
        Refused: not_allowed, wrong_state, reason_missing.
    """
    return _with_words(invoice, S.REJECTED, reason, by, today, "faktura_avvisad", "Fakturan avvisades.")


def attest_invoice(*, invoice: Invoice, by: User, at: datetime, seen: bool = False) -> Invoice:
    """A second person says that it is to be paid. The account strings are frozen on the lines.

    `seen`: they have read why lines that look like nights are not, where there are any.

    Raises:
        Refused: not_allowed, wrong_state, second_person, lines_hidden, not_nights_unseen, no_account.
    """
    invoice = _held(invoice, by, Can.ATTEST_INVOICES)
    check_step(invoice.state, S.ATTESTED)
    if by.pk in (invoice.registered_by_id, invoice.reviewed_by_id):
        raise Refused("second_person", SECOND)
    lines = lines_of(invoice, by)
    _all_there(invoice, lines)
    if not seen and any(line.not_nights for line in lines):
        raise Refused(*SENTENCES["not_nights_is_seen"])
    rules = _rules(by)
    with told():
        for line in lines:
            line.not_nights_seen_by = by if line.not_nights else None
            stay = line.placement
            assert stay is not None, "an approved line is matched"
            line.account_string = account_for(
                rules,
                kind=stay.decision.kind,
                inside=stay.is_inside_framework,
                day=line.start or invoice.period_start,
                label=stay.decision.get_kind_display(),
            )
            line.save(update_fields=["account_string", "not_nights_seen_by"])
        invoice.state, invoice.attested_by, invoice.attested_at = S.ATTESTED, by, at
        invoice.save(update_fields=["state", "attested_by", "attested_at"])
    note(invoice, by, timezone.localdate(at), "faktura_attesterad", "Fakturan attesterades.")
    return invoice


def undo_attest(*, invoice: Invoice, reason: str, by: User, today: date) -> Invoice:
    """Before it has left: the attest is taken back, the approval stands.

    Raises:
        Refused: not_allowed, wrong_state, reason_missing.
    """
    invoice = _held(invoice, by, Can.ATTEST_INVOICES)
    if invoice.state != S.ATTESTED:
        check_step(invoice.state, S.APPROVED)
        raise Refused("wrong_state", "Fakturan är inte attesterad.")
    invoice.state, invoice.note = S.APPROVED, _words(reason)
    invoice.attested_by = invoice.attested_at = None
    with told():
        invoice.save(update_fields=["state", "note", "attested_by", "attested_at"])
        for line in lines_of(invoice, by):
            line.account_string, line.not_nights_seen_by = "", None
            line.save(update_fields=["account_string", "not_nights_seen_by"])
    note(invoice, by, today, "faktura_attest_angrad", "Attesten togs tillbaka.", invoice.note)
    return invoice


def undo_approval(*, invoice: Invoice, reason: str, by: User, today: date) -> Invoice:
    """Before the attest: the approval is taken back, and the nights are free again.

    Raises:
        Refused: not_allowed, wrong_state, reason_missing, has_credit, night_paid.
    """
    invoice = _held(invoice, by, Can.WRITE_INVOICES)
    if invoice.state != S.APPROVED:
        check_step(invoice.state, S.RECEIVED)
        raise Refused("wrong_state", "Fakturan är inte granskad.")
    invoice.state, invoice.note = S.RECEIVED, _words(reason)
    invoice.reviewed_by = invoice.reviewed_at = invoice.expected = None
    with told():
        invoice.save(update_fields=["state", "note", "reviewed_by", "reviewed_at", "expected"])
        for line in lines_of(invoice, by):
            if line.not_nights:
                line.not_nights, line.not_nights_by = "", None
                line.save(update_fields=["not_nights", "not_nights_by"])
    note(invoice, by, today, "faktura_granskning_angrad", "Granskningen togs tillbaka.", invoice.note)
    return invoice


def mark_paid(*, invoice: Invoice, on: date, by: User, today: date) -> Invoice:
    """The finance system has paid it.

    Raises:
        Refused: not_allowed, wrong_state, in_the_future.
    """
    invoice = _held(invoice, by, Can.EXPORT_INVOICES)
    check_step(invoice.state, S.PAID)
    if on > today:
        raise Refused("in_the_future", "Dagen kan inte ligga efter i dag.", field="on")
    invoice.state, invoice.paid_on = S.PAID, on
    invoice.save(update_fields=["state", "paid_on"])
    note(invoice, by, on, "faktura_betald", "Fakturan betalades.")
    return invoice


def lines_of(invoice: Invoice, by: User) -> list[InvoiceLine]:
    """Its lines that `by` may see, in order, with the stays."""
    rows = InvoiceLine.objects.visible_to(by).of_invoices(invoice.pk)
    return list(rows.select_related("placement__decision", "case").order_by("position", "id"))


def _held(invoice: Invoice, by: User, can: Can) -> Invoice:
    """The invoice, locked, for somebody who may do this to it."""
    demand(by, can, invoice)
    return Invoice.objects.locked().get(pk=invoice.pk)


def _all_there(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    hidden = invoice.line_count - len(lines)
    if hidden:
        raise Refused(
            "lines_hidden",
            f"{hidden} av fakturans rader gäller ärenden som du inte har behörighet till. "
            "Någon som ser hela fakturan behöver göra det här.",
        )


def _with_words(
    invoice: Invoice, to: InvoiceState, words: str, by: User, today: date, kind: str, text: str
) -> Invoice:
    invoice = _held(invoice, by, Can.WRITE_INVOICES)
    check_step(invoice.state, to)
    invoice.state, invoice.note = to, _words(words)
    with told():
        invoice.save(update_fields=["state", "note"])
    note(invoice, by, today, kind, text, invoice.note)
    return invoice


def _not_nights(found: Checked, said: Mapping[UUID, str]) -> list[InvoiceLine]:
    """The lines that look like nights, each with the words for why it is not."""
    lines = []
    for one in found.doubtful():
        one.line.not_nights = said.get(one.line.pk, "").strip()
        if not one.line.not_nights:
            raise Refused(
                "not_nights_missing",
                f"Rad {one.line.position} ser ut som dygn: {one.why}. Skriv varför den inte är det.",
                field=one.field,
            )
        lines.append(one.line)
    return lines


def _words(text: str) -> str:
    if not text.strip():
        raise Refused("reason_missing", "Skriv varför.", field="reason")
    return text.strip()


def _rules(by: User) -> list[Rule]:
    return [
        Rule(row.kind, row.inside, row.valid_from, row.valid_to, row.string)
        for row in AccountRule.objects.visible_to(by)
    ]
