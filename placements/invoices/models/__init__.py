"""Invoices, their lines, what they are booked on, and what left for the finance system."""

from placements.invoices.models.accounts import AccountRule, ExportFormat, InvoiceExport
from placements.invoices.models.imports import ColumnMapping, ImportContent, InvoiceImport
from placements.invoices.models.invoice import Invoice
from placements.invoices.models.line import InvoiceLine, PaidNight

__all__ = [
    "AccountRule",
    "ColumnMapping",
    "ExportFormat",
    "ImportContent",
    "Invoice",
    "InvoiceExport",
    "InvoiceImport",
    "InvoiceLine",
    "PaidNight",
]
