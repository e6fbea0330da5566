"""What is attested leaves for the finance system, once, in a file that is kept as it left."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused
from placements.invoices.actions.refusals import told
from placements.invoices.exporting import Attested, Booked, finance_file
from placements.invoices.models import Invoice, InvoiceExport, InvoiceLine
from placements.invoices.showing import cases_of, provider_names
from placements.invoices.states import InvoiceState

MOST = 1000  # invoices in one file


def export_invoices(*, encoding: str, by: User, at: datetime) -> InvoiceExport:
    """Every attested invoice whose lines `by` may see. They are exported from here on.

    Raises:
        Refused: not_allowed, nothing_to_export, not_in_encoding.
    """
    demand_in_general(by, Can.EXPORT_INVOICES)
    invoices = to_export(by)
    if not invoices:
        raise Refused("nothing_to_export", "Det finns ingen attesterad faktura att exportera.")
    total = sum((row.total for row in invoices), Decimal(0))
    content = finance_file(_attested(invoices, by), encoding)
    export = InvoiceExport(
        municipality_id=by.municipality_id,
        exported_by=by,
        exported_at=at,
        encoding=encoding,
        invoice_count=len(invoices),
        total=total,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    with told():
        export.save(force_insert=True)
        for invoice in invoices:
            invoice.state, invoice.export = InvoiceState.EXPORTED, export
            invoice.save(update_fields=["state", "export"])
    count = f"{len(invoices)} {'faktura' if len(invoices) == 1 else 'fakturor'}"
    text = f"{count}, sammanlagt {format_kr(total, 2)}, exporterades till ekonomisystemet."
    for thing in (export, *invoices):
        record(
            by=by, kind="faktura_exporterad", requires=Can.SEE_INVOICES, on=timezone.localdate(at),
            text=text if thing is export else "Fakturan exporterades till ekonomisystemet.",
            object_id=thing.pk,
        )  # fmt: skip
    return export


def to_export(by: User, *, lock: bool = True) -> list[Invoice]:
    """The attested invoices, the oldest due first, locked; not those with a line that `by` may not see."""
    rows = Invoice.objects.visible_to(by).in_state(InvoiceState.ATTESTED)
    rows = rows.select_related("provider", "attested_by").order_by("due", "number", "id")
    invoices = list((rows.select_for_update(of=("self",)) if lock else rows)[:MOST])
    seen: dict[object, int] = {}
    lines = InvoiceLine.objects.visible_to(by).of_invoices(*(row.pk for row in invoices))
    for key in lines.order_by().values_list("invoice_id", flat=True):
        seen[key] = seen.get(key, 0) + 1
    return [row for row in invoices if seen.get(row.pk, 0) == row.line_count]


def _attested(invoices: Sequence[Invoice], by: User) -> list[Attested]:
    lines = cases_of(invoices, by)
    names = provider_names(invoices, lines, by)
    return [
        Attested(
            provider=names[row.pk],
            number=row.number,
            kind=row.get_kind_display(),
            invoice_date=row.invoice_date,
            due=row.due,
            vat=row.vat,
            rounding=row.rounding,
            attested_by=row.attested_by.name if row.attested_by else "",
            attested_on=timezone.localdate(row.attested_at) if row.attested_at else row.invoice_date,
            lines=tuple(
                Booked(
                    line.accounts, line.amount, line.case.case_no if line.case else "", line.start,
                    line.last,
                )
                for line in lines[row.pk]
            ),
        )
        for row in invoices
    ]  # fmt: skip
