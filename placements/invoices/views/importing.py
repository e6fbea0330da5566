"""A file of invoices: what it is, what its columns mean, what would be read in; and then it is."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.files.receiving import takes_files
from avhopp.kernel.refusal import Refused
from placements.invoices.actions.importing import import_invoices, remember_columns
from placements.invoices.csv_reading import RowError, Table, guessed, read_invoices, read_table
from placements.invoices.facts import InvoiceFacts
from placements.invoices.forms.importing import ColumnsForm, ImportForm, packed
from placements.invoices.models import ColumnMapping, InvoiceImport
from placements.invoices.xml_reading import is_xml, read_xml
from placements.models import Provider
from placements.views.counting import show

SHOWN = 50  # rows of a preview, and errors
READ_IN = "las_in"


@dataclass
class Preview:
    """What a file would give. `columns` for a CSV file, `seller` for XML."""

    source: str
    invoices: tuple[InvoiceFacts, ...] = ()
    errors: tuple[RowError, ...] = ()
    columns: ColumnsForm | None = None
    seller: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        return bool(self.invoices) and not self.errors


@takes_files
@access_page(Can.WRITE_INVOICES, READ_WRITE)
def invoice_import(request: UserRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None, user=request.user)
    preview = None
    if request.method == "POST" and form.is_valid():
        provider, content = form.cleaned_data["provider"], form.cleaned_data["content"]
        try:
            preview = previewed(content, provider, request)
            if preview.is_ready and request.POST.get("gor") == READ_IN:
                return _read_in(request, provider, content, preview)
        except Refused as refused:
            show(form, refused)
    context = {
        "form": form, "preview": preview, "back": reverse("invoices"),
        "packed": packed(form.cleaned_data["content"]) if preview else "",
        "provider": form.cleaned_data["provider"] if preview else None,
        "invoices": preview.invoices[:SHOWN] if preview else (),
        "errors": preview.errors[:SHOWN] if preview else (),
        "columns": ["Faktura", "Slag", "Fakturadatum", "Förfaller", "Rader", "Att betala"],
        "error_columns": ["Rad i filen", "Kolumn", "Fel"],
    }  # fmt: skip
    return render(request, "invoices/import.html", context)


def previewed(content: bytes, provider: Provider, request: UserRequest) -> Preview:
    """What the file would give; of a CSV file nothing before its columns are told.

    Raises:
        Refused: the file cannot be read, or is somebody else's.
    """
    if is_xml(content):
        found = read_xml(content)
        if provider.organisation_number and found.seller_number not in ("", provider.organisation_number):
            raise Refused(
                "other_seller",
                "Fakturans avsändare har ett annat organisationsnummer än utföraren. Välj rätt utförare.",
                field="provider",
            )
        return Preview(found.source, (found.facts,), seller=f"{found.seller} {found.seller_number}".strip())
    return _csv(content, provider, request)


def _csv(content: bytes, provider: Provider, request: UserRequest) -> Preview:
    told = "kolumn-dates" in request.POST
    chosen = _chosen(request.POST) if told else {}
    table = read_table(content, encoding=chosen.get("encoding", ""), delimiter=chosen.get("delimiter", ""))
    columns = ColumnsForm(
        request.POST if told else None, table=table, initial=_proposed(table, provider, request)
    )
    preview = Preview(InvoiceImport.Source.CSV, columns=columns)
    if told and columns.is_valid():
        read = read_invoices(table, columns.said())
        preview.invoices, preview.errors = read.invoices, read.errors
        preview.said = dict(columns.cleaned_data)
    return preview


def _chosen(posted: QueryDict) -> dict[str, str]:
    """Encoding and delimiter as they were told, if they are among those that there are."""
    form = ColumnsForm(posted, table=Table((), (), "", ""))
    form.is_valid()
    return {name: form.cleaned_data.get(name, "") for name in ("encoding", "delimiter")}


def _proposed(table: Table, provider: Provider, request: UserRequest) -> dict[str, Any]:
    """As it was told of the provider's file last time, where the columns are there; else by headings."""
    before = ColumnMapping.objects.visible_to(request.user).filter(provider=provider).first()
    first = {"encoding": table.encoding, "delimiter": table.delimiter}
    usual = {"dates": "%Y-%m-%d", "decimals": ",", "last_is": "sista", **guessed(table)}
    kept = before.said if before else {}
    named = {"dates", "decimals", "last_is"}
    return usual | {k: v for k, v in kept.items() if v in table.headings or k in named} | first


def _read_in(request: UserRequest, provider: Provider, content: bytes, preview: Preview) -> HttpResponse:
    with transaction.atomic():
        made = import_invoices(
            provider=provider, source=preview.source, content=content, invoices=preview.invoices,
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        if preview.said:
            remember_columns(provider=provider, said=preview.said, by=request.user)
    count = f"{len(made)} {'faktura' if len(made) == 1 else 'fakturor'}"
    messages.success(request, f"{count} är inlästa. Koppla raderna till placeringar.")
    return redirect("invoice_match", made[0].pk) if len(made) == 1 else redirect("unmatched_lines")
