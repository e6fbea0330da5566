"""What the invoices add to a case: its own lines, for whoever may see its money.

How far an invoice has come is the invoice's to tell. Whoever does not see the invoices is told whether a line
is attested, and no more.
"""

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
OF_INVOICE = ("municipality", "state")
COLUMNS = (
    Heading("Faktura"), Heading("Från"), Heading("Till och med"), Heading("Läge"), Heading("Antal", True),
    Heading("Belopp", True),
)  # fmt: skip
MOST = 12


def invoice_rows(case: Case, user: User) -> Parts:
    rows = InvoiceLine.objects.visible_to(user).filter(case=case)
    # A join drops the lines of what is hidden.
    along = {"invoice": OF_INVOICE} if may_in_general(user, Can.SEE_INVOICES) else {}
    return {"lines": Rows(rows.order_by("-start", "number", "position", "id"), along, SHOWN)}


def load_invoices(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    """The case's invoice lines, the latest nights first. Attested when they have an account string."""
    lines: list[InvoiceLine] = found["lines"]
    attested = sum((line.amount for line in lines if line.account_string), Decimal(0))
    opens = may_in_general(user, Can.SEE_INVOICES)
    return {
        "brief": None if lines else Brief("Ingen faktura är kopplad till ärendet ännu."),
        "columns": COLUMNS,
        "rows": [_shown(line, opens=opens) for line in lines[:MOST]],
        "more": max(len(lines) - MOST, 0),
        "attested": attested,
    }


def _shown(line: InvoiceLine, *, opens: bool) -> dict[str, Any]:
    """The line with its address and state; needs the invoice when it can be opened."""
    if opens:
        url, invoice = reverse("invoice", args=[line.invoice_id]), line.invoice
        return {"line": line, "url": url, "state": invoice.get_state_display(), "tone": invoice.tone}
    state, tone = ("Attesterad", "success") if line.account_string else ("Inte attesterad", "neutral")
    return {"line": line, "url": "", "state": state, "tone": tone}


PANELS = (
    Panel(
        "invoices", 55, "Fakturor", Can.SEE_MONEY, "invoices/panel.html", invoice_rows, load_invoices,
        "receipt",
    ),
)  # fmt: skip
