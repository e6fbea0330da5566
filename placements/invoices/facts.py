"""An invoice as it was sent, however it came. Pure."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from placements.costs import NOTHING

INVOICE, CREDIT = "faktura", "kredit"
NIGHT, OTHER = "dygn", "annat"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line as it was sent. `end` is the day after the last night; a credit note's amount is below zero."""

    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    unit: str = NIGHT
    start: date | None = None
    end: date | None = None
    text: str = ""
    reference: str = ""
    vat_rate: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as it was sent. `credited` is the number of the invoice that a credit note credits."""

    number: str
    invoice_date: date
    due: date
    period_start: date
    period_end: date
    net: Decimal
    vat: Decimal
    total: Decimal
    lines: tuple[LineFacts, ...] = field(repr=False)
    rounding: Decimal = NOTHING
    kind: str = INVOICE
    credited: str = ""
