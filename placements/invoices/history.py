"""The history of invoice lines, for the page of the case's history."""

from avhopp.access.roles import Can
from cases.history.kinds import Kind
from placements.invoices.models import InvoiceLine

KINDS = [
    Kind(
        key="fakturarad",
        model=InvoiceLine,
        see=Can.SEE_MONEY,
        area="Pengar",
        told_by=("start",),
        names={
            "invoice": "faktura",
            "not_nights_by": "sade att det inte är dygn",
            "not_nights_seen_by": "läste att det inte är dygn",
        },
        hidden=("text", "reference", "not_nights"),  # the provider's own words may name anybody
        opens=False,
    ),
]
