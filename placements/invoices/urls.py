"""Addresses of this part."""

from django.urls import path

from placements.invoices.views import accounts, importing, inbox, invoice, registering

ONE = "fakturor/<uuid:invoice_id>"

urlpatterns = [
    path("fakturor/", inbox.invoices, name="invoices"),
    path("fakturor/excel/", inbox.invoices_excel, name="invoices_excel"),
    path("fakturor/rader/", inbox.unmatched_lines, name="unmatched_lines"),
    path("fakturor/ny/", registering.invoice_new, name="invoice_new"),
    path("fakturor/las-in/", importing.invoice_import, name="invoice_import"),
    path("fakturor/kontering/", accounts.account_rules, name="account_rules"),
    path("fakturor/kontering/ny/", accounts.account_rule_new, name="account_rule_new"),
    path(
        "fakturor/kontering/<uuid:accountrule_id>/avsluta/",
        accounts.account_rule_end,
        name="account_rule_end",
    ),
    path("fakturor/export/", accounts.exports, name="exports"),
    path("fakturor/export/ny/", accounts.export_new, name="export_new"),
    path("fakturor/export/<uuid:invoiceexport_id>/fil/", accounts.export_file, name="export_file"),
    path(f"{ONE}/", invoice.invoice, name="invoice"),
    path(f"{ONE}/koppla/", registering.invoice_match, name="invoice_match"),
    path(f"{ONE}/godkann/", invoice.invoice_approve, name="invoice_approve"),
    path(f"{ONE}/fraga/", invoice.invoice_ask, name="invoice_ask"),
    path(f"{ONE}/svar/", invoice.invoice_answer, name="invoice_answer"),
    path(f"{ONE}/avvisa/", invoice.invoice_reject, name="invoice_reject"),
    path(f"{ONE}/attestera/", invoice.invoice_attest, name="invoice_attest"),
    path(f"{ONE}/ta-tillbaka/", invoice.invoice_undo, name="invoice_undo"),
    path(f"{ONE}/betald/", invoice.invoice_paid, name="invoice_paid"),
    path(f"{ONE}/original/", invoice.invoice_original, name="invoice_original"),
]
