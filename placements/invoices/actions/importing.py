"""A file of invoices comes in: all of them or none, and the file is kept, sealed, as it came."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.invoices.actions.refusals import told
from placements.invoices.actions.registering import register_invoice
from placements.invoices.facts import InvoiceFacts
from placements.invoices.models import ColumnMapping, ImportContent, Invoice, InvoiceImport
from placements.models import Provider

MOST_INVOICES = 500


def import_invoices(
    *,
    provider: Provider,
    source: str,
    content: bytes,
    invoices: Sequence[InvoiceFacts],
    by: User,
    at: datetime,
) -> list[Invoice]:
    """Every invoice of the file.

    Raises:
        Refused: not_allowed, no_invoices, too_many_invoices, file_taken, and those of `register_invoice`,
            with the number of the invoice that is refused.
    """
    demand_in_general(by, Can.WRITE_INVOICES)
    if not invoices:
        raise Refused("no_invoices", "Filen har ingen faktura.", field="file")
    if len(invoices) > MOST_INVOICES:
        raise Refused("too_many_invoices", f"Filen har fler än {MOST_INVOICES} fakturor.", field="file")
    came_in = InvoiceImport(
        municipality_id=by.municipality_id,
        provider=provider,
        source=source,
        imported_by=by,
        imported_at=at,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        line_count=sum(len(one.lines) for one in invoices),
    )
    with told():
        came_in.save(force_insert=True)
        kept = ImportContent(municipality_id=by.municipality_id, came_in=came_in, content=content)
        kept.save(force_insert=True)
        made = [_registered(provider, one, came_in, by, at) for one in invoices]
    count = f"{len(made)} {'faktura' if len(made) == 1 else 'fakturor'}"
    record(
        by=by, kind="faktura_inlast", requires=Can.SEE_INVOICES, on=timezone.localdate(at),
        text=f"{count} lästes in från en fil ({came_in.get_source_display()}).", object_id=came_in.pk,
    )  # fmt: skip
    return made


def remember_columns(*, provider: Provider, said: dict[str, Any], by: User) -> None:
    """How the provider's columns are named, for the next file.

    Raises:
        Refused: not_allowed.
    """
    demand_in_general(by, Can.WRITE_INVOICES)
    mapping = ColumnMapping.objects.filter(provider=provider).first()
    if mapping is None:
        mapping = ColumnMapping(municipality_id=by.municipality_id, provider=provider)
    mapping.said = said
    mapping.save()


def _registered(
    provider: Provider, facts: InvoiceFacts, came_in: InvoiceImport, by: User, at: datetime
) -> Invoice:
    try:
        return register_invoice(provider=provider, facts=facts, by=by, at=at, came_in=came_in)
    except Refused as refused:
        text = f"Faktura {facts.number}: {refused.text} Inget ur filen är inläst."
        raise Refused(refused.code, text, field="file") from None
