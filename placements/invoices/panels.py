"""What the invoices add to a case: its own lines, for whoever may see its money."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.pages.tables import Heading
from cases.models import Case
from cases.panels import Brief, Panel
from cases.together import Found, Parts, Rows
from placements.invoices.models import InvoiceLine

#: The provider's own words and reference stay sealed: the panel does not show them.
SHOWN = (
    "id", "municipality", "invoice", "number", "position", "unit", "start", "end", "quantity", "unit_price",
    "amount", "vat_rate", "case", "placement", "frees_nights", "account_string",
)  # fmt: skip
COLUMNS = (
    Heading("Faktura"), Heading("Från"), Heading("Till och med"), Heading("Läge"), Heading("Antal", True),
    Heading("Belopp", True),
)  # fmt: skip
MOST = 12


def invoice_rows(case: Case, user: User) -> Parts:
    rows = InvoiceLine.objects.visible_to(user).filter(case=case)
    return {"lines": Rows(rows.order_by("-start", "number", "position", "id"), only=SHOWN)}


def load_invoices(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The case's invoice lines, the latest nights first. Attested when they have an account string."""
    lines: list[InvoiceLine] = found["lines"]
    attested = sum((line.amount for line in lines if line.account_string), Decimal(0))
    opens = may_in_general(user, Can.SEE_INVOICES)
    return {
        "brief": None if lines else Brief("Ingen faktura är kopplad till ärendet ännu."),
        "columns": COLUMNS,
        "lines": [
            (line, reverse("invoice", args=[line.invoice_id]) if opens else "") for line in lines[:MOST]
        ],
        "more": max(len(lines) - MOST, 0),
        "attested": attested,
    }


PANELS = (
    Panel(
        "invoices", 55, "Fakturor", Can.SEE_MONEY, "invoices/panel.html", invoice_rows, load_invoices,
        "receipt",
    ),
)  # fmt: skip
