"""A provider's invoice comes in: typed by hand or read from a file. What was sent is written once."""

from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.invoices.actions.refusals import told
from placements.invoices.facts import InvoiceFacts, LineFacts
from placements.invoices.models import Invoice, InvoiceImport, InvoiceLine
from placements.models import Provider

MOST_LINES = 500


def register_invoice(
    *,
    provider: Provider,
    facts: InvoiceFacts,
    by: User,
    at: datetime,
    came_in: InvoiceImport | None = None,
) -> Invoice:
    """The invoice with its lines, none of them matched yet.

    Raises:
        Refused: not_allowed, number_missing, no_lines, too_many_lines, credited_unknown, and those of the
            database (`refusals.SENTENCES`): number_taken, does_not_add_up, lines_do_not_add_up, wrong_sign.
    """
    demand_in_general(by, Can.WRITE_INVOICES)
    if not any(one.isalnum() and one != "0" for one in facts.number):
        raise Refused("number_missing", "Ange fakturans nummer.", field="number")
    if not facts.lines:
        raise Refused("no_lines", "En faktura har minst en rad.")
    if len(facts.lines) > MOST_LINES:
        raise Refused("too_many_lines", f"Fakturan har fler än {MOST_LINES} rader. Dela upp den.")
    invoice = Invoice(
        municipality_id=by.municipality_id,
        provider=provider,
        credited_id=_credited(provider, facts),
        line_count=len(facts.lines),
        source=came_in.source if came_in else Invoice.Source.TYPED,
        came_in=came_in,
        registered_by=by,
        registered_at=at,
        **{
            name: getattr(facts, name)
            for name in (
                "kind", "invoice_date", "due", "period_start", "period_end", "net", "vat", "rounding",
                "total",
            )
        },
    )  # fmt: skip
    invoice.number = facts.number.strip()
    with told():
        invoice.save(force_insert=True)
        for position, line in enumerate(facts.lines, start=1):
            _line(invoice, position, line).save(force_insert=True)
    how = invoice.get_source_display().lower()
    note(
        invoice,
        by,
        timezone.localdate(at),
        "faktura_mottagen",
        f"En {invoice.get_kind_display().lower()} kom in ({how}).",
    )
    return invoice


def _credited(provider: Provider, facts: InvoiceFacts) -> UUID | None:
    """The invoice that a credit note credits.

    Raises:
        Refused: credited_unknown.
    """
    if facts.kind != Invoice.Kind.CREDIT:
        return None
    rows = Invoice.objects.filter(provider=provider, kind=Invoice.Kind.INVOICE).exclude(state="avvisad")
    wanted = facts.credited.strip().upper()
    found = next((row for row in rows.numbered(wanted) if row.number.upper() == wanted), None)
    if not wanted or found is None:
        raise Refused(
            "credited_unknown",
            "Den faktura som krediteras finns inte här. Kontrollera numret, eller registrera den först.",
            field="credited",
        )
    return found.pk


def _line(invoice: Invoice, position: int, facts: LineFacts) -> InvoiceLine:
    return InvoiceLine(
        municipality_id=invoice.municipality_id,
        invoice=invoice,
        number=invoice.number,
        position=position,
        text=facts.text.strip()[:1000],
        reference=facts.reference.strip()[:200],
        unit=facts.unit,
        start=facts.start,
        end=facts.end,
        quantity=facts.quantity,
        unit_price=facts.unit_price,
        amount=facts.amount,
        vat_rate=facts.vat_rate,
    )


def note(invoice: Invoice, by: User, on: date, kind: str, text: str, reason: str = "") -> None:
    """An event of the invoice, for those who see invoices: no name, no place, no case."""
    record(by=by, kind=kind, requires=Can.SEE_INVOICES, on=on, text=text, reason=reason, object_id=invoice.pk)
