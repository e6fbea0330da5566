"""The inbox: what has come in, by state; and the lines that nobody has matched."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.exports import exported
from avhopp.audit.reading import log_list
from avhopp.pages.excel import Field, Kind
from avhopp.pages.paging import Column, page_of, sorting
from placements.invoices.forms.registering import InvoiceFilter
from placements.invoices.models import Invoice, InvoiceLine
from placements.invoices.models.invoice import InvoiceQuerySet
from placements.invoices.showing import cases_of, provider_names
from placements.invoices.states import InvoiceState as S
from placements.showing import Tab

COLUMNS = (
    Column("Faktura", "nummer", ("number",)),
    Column("Utförare"),
    Column("Ärenden"),
    Column("Läge", "lage", ("state", "due")),
    Column("Fakturadatum", "datum", ("invoice_date",)),
    Column("Förfaller", "forfaller", ("due", "number")),
    Column("Att betala", "belopp", ("total",), numeric=True),
)
#: Tab -> label and states.
TABS: dict[str, tuple[str, tuple[S, ...]]] = {
    "mottagna": ("Att granska", (S.RECEIVED,)),
    "fragor": ("Frågor", (S.QUESTION,)),
    "granskade": ("Att attestera", (S.APPROVED,)),
    "attesterade": ("Att exportera", (S.ATTESTED,)),
    "exporterade": ("Exporterade", (S.EXPORTED, S.PAID)),
    "avvisade": ("Avvisade", (S.REJECTED,)),
    "alla": ("Alla", tuple(S)),
}
FIELDS = (
    Field("Faktura", width=16), Field("Slag", width=14), Field("Utförare"), Field("Ärenden"),
    Field("Läge", width=18), Field("Fakturadatum", Kind.DAY), Field("Förfaller", Kind.DAY),
    Field("Period från", Kind.DAY), Field("Netto", Kind.MONEY), Field("Moms", Kind.MONEY),
    Field("Att betala", Kind.MONEY), Field("Enligt avtal", Kind.MONEY),
)  # fmt: skip
MOST_IN_FILE = 5000


@access_page(Can.SEE_INVOICES)
def invoices(request: UserRequest) -> HttpResponse:
    today, chosen = timezone.localdate(), _chosen(request)
    rows, filter_form, number = _asked(request)
    order = sorting(COLUMNS, request, default="forfaller")
    page = page_of(
        rows.in_state(*TABS[chosen][1]).select_related("provider").order_by(*order.order_by), request
    )
    context = {
        "tabs": _tabs(request, rows, chosen),
        "chosen": chosen,
        "filter": filter_form,
        "filtered": bool(number),
        "columns": order.columns,
        "page": page,
        "rows": _rows(request, page.rows, today),
        "can_write": may_in_general(request.user, Can.WRITE_INVOICES),
        "excel_url": f"{reverse('invoices_excel')}?{request.GET.urlencode()}",
    }
    return render(request, "invoices/inbox.html", context)


@access_page(Can.SEE_INVOICES, fresh=True)
def invoices_excel(request: UserRequest) -> HttpResponse:
    """The same list as a file, without pages."""
    chosen = _chosen(request)
    rows, _, number = _asked(request)
    found = list(rows.in_state(*TABS[chosen][1]).select_related("provider").order_by("due", "number"))
    found = found[:MOST_IN_FILE]
    lines = cases_of(found, request.user)
    names = provider_names(found, lines, request.user)
    cells = [
        (
            row.number, row.get_kind_display(), names[row.pk], _case_numbers(lines[row.pk]),
            row.get_state_display(), row.invoice_date, row.due, row.period_start, row.net, row.vat, row.total,
            row.expected,
        )
        for row in found
    ]  # fmt: skip
    cases = [line.case_id for row in found for line in lines[row.pk] if line.case_id]
    return exported(
        "Fakturor", FIELDS, cells, by=request.user, can=Can.SEE_INVOICES, of=Invoice,
        today=timezone.localdate(), cases=cases,
        chosen=[("Läge", TABS[chosen][0]), *([("Fakturanummer", number)] if number else [])],
    )  # fmt: skip


@access_page(Can.SEE_INVOICES)
def unmatched_lines(request: UserRequest) -> HttpResponse:
    """The queue: open invoices with a line that is not matched, the first due first."""
    rows = Invoice.objects.visible_to(request.user).with_unmatched_lines()
    page = page_of(rows.select_related("provider").order_by("due", "number", "pk"), request)
    lines = cases_of(page.rows, request.user)
    loose = {row.pk: [line for line in lines[row.pk] if line.placement_id is None] for row in page}
    _log(request, lines.values())
    names = provider_names(page.rows, lines, request.user)
    context = {
        "columns": ["Faktura", "Utförare", "Förfaller", "Rader utan placering", "Av"],
        "page": page,
        "rows": [(row, names[row.pk], len(loose[row.pk])) for row in page],
        "can_write": may_in_general(request.user, Can.WRITE_INVOICES),
    }
    return render(request, "invoices/unmatched.html", context)


def _chosen(request: UserRequest) -> str:
    asked = request.GET.get("lage", "")
    return asked if asked in TABS else "mottagna"


def _asked(request: UserRequest) -> tuple[InvoiceQuerySet, InvoiceFilter, str]:
    form = InvoiceFilter(request.GET or None)
    number = form.cleaned_data["nummer"] if form.is_valid() else ""
    rows = Invoice.objects.visible_to(request.user)
    return (rows.numbered(number) if number else rows), form, number


def _tabs(request: UserRequest, rows: InvoiceQuerySet, chosen: str) -> list[Tab]:
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    query = request.GET.copy()
    query.pop("sida", None)
    tabs = []
    for key, (label, states) in TABS.items():
        query["lage"] = key
        tabs.append(
            Tab(label, f"?{query.urlencode()}", key == chosen, sum(counts.get(one, 0) for one in states))
        )
    return tabs


def _rows(request: UserRequest, found: Sequence[Invoice], today: date) -> list[dict[str, Any]]:
    lines = cases_of(found, request.user)
    names = provider_names(found, lines, request.user)
    _log(request, lines.values())
    return [
        {
            "invoice": row,
            "provider": names[row.pk],
            "cases": _case_numbers(lines[row.pk]),
            "unmatched": row.is_open and any(line.placement_id is None for line in lines[row.pk]),
            "late": row.is_late(today),
        }
        for row in found
    ]


def _case_numbers(lines: Sequence[InvoiceLine]) -> str:
    return ", ".join(dict.fromkeys(line.case.case_no for line in lines if line.case))


def _log(request: UserRequest, lines: Any) -> None:
    rows = [line for found in lines for line in found if line.case_id]
    log_list(request.user, Can.SEE_MONEY, [line.case_id for line in rows], of=InvoiceLine, shown=len(rows))
