"""An invoice typed by hand, and which stays its lines are for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.kernel.money import format_kr
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from avhopp.pages.forms import with_more_rows
from placements.invoices.actions.deciding import lines_of, match_lines
from placements.invoices.actions.registering import register_invoice
from placements.invoices.checks import nights_of
from placements.invoices.forms.deciding import MatchForm
from placements.invoices.forms.registering import MORE_ROWS, MOST_ROWS, PREFIX, InvoiceForm, LinesForm
from placements.invoices.matching import Candidate, Proposal, proposals, sure_one
from placements.invoices.models import Invoice, InvoiceLine
from placements.invoices.showing import may_read_texts
from placements.invoices.views.invoice import url_of
from placements.models import Placement
from placements.views.counting import show, simple_page

MOST_STAYS = 200  # at one provider, to choose among


@access_page(Can.WRITE_INVOICES, READ_WRITE)
def invoice_new(request: UserRequest) -> HttpResponse:
    more = "fler" in request.POST
    data: QueryDict | None = request.POST or None
    if data and more:
        data = with_more_rows(data, PREFIX, more=MORE_ROWS, most=MOST_ROWS)
    form = InvoiceForm(data, user=request.user)
    lines: Any = LinesForm(data, prefix=PREFIX)
    if request.method == "POST" and not more and form.is_valid() and lines.is_valid():
        try:
            with transaction.atomic():
                invoice = register_invoice(
                    provider=form.cleaned_data["provider"],
                    facts=form.facts(lines.facts()),
                    by=request.user,
                    at=timezone.now(),
                )
            messages.success(request, "Fakturan är registrerad. Koppla raderna till placeringar.")
            return redirect("invoice_match", invoice.pk)
        except Refused as refused:
            show(form, refused)
    return render(request, "invoices/new.html", {"form": form, "lines": lines, "typing": more})


@access(Invoice, Can.WRITE_INVOICES, READ_WRITE)
def invoice_match(request: UserRequest, found: Invoice) -> HttpResponse:
    lines = lines_of(found, request.user)
    stays = {row.pk: row for row in _stays(request, found)}
    log_list(
        request.user,
        Can.SEE_PLACEMENT,
        [row.case_id for row in stays.values()],
        of=Placement,
        shown=len(stays),
    )
    form = MatchForm(request.POST or None, rows=[_question(request, found, line, stays) for line in lines])

    def save() -> str:
        match_lines(invoice=found, matches=form.matches(), by=request.user, today=timezone.localdate())
        return url_of(found)

    lead = (
        "Välj vilken placering varje rad gäller. Förslagen kommer av referensen, tiden och utföraren."
        if stays
        else "Det finns ingen placering hos utföraren som du har behörighet till."
    )
    context = {
        "heading": "Koppla rader till placeringar", "save": "Spara", "back": url_of(found), "top": "Fakturan",
        "lead": lead,
    }  # fmt: skip
    return simple_page(request, form, save, "Kopplingen är sparad.", context)


def _stays(request: UserRequest, found: Invoice) -> list[Placement]:
    rows = Placement.objects.visible_to(request.user).standing().filter(provider_id=found.provider_id)
    return list(rows.select_related("case").order_by("case__case_no", "planned_start", "pk")[:MOST_STAYS])


def _question(
    request: UserRequest, found: Invoice, line: InvoiceLine, stays: dict[UUID, Placement]
) -> tuple[UUID, str, list[tuple[str, str]], str, bool, bool]:
    """A line's question: label, choices with the proposals first, what is chosen, about freeing nights."""
    candidates = [_candidate(row) for row in stays.values()]
    ranked = proposals(line.reference, nights_of(line), candidates)
    chosen = line.placement_id or _sure(ranked)
    first = {one.key: one for one in ranked}
    order = [*first, *(key for key in stays if key not in first)]
    choices = [(str(key), _stay_words(stays[key], first.get(key))) for key in order if isinstance(key, UUID)]
    can_free = found.is_credit and line.nights > 0
    frees = line.frees_nights if line.placement_id else can_free
    return line.pk, _line_words(request, line), choices, str(chosen or ""), can_free, frees


def _sure(ranked: list[Proposal]) -> UUID | None:
    best = sure_one(ranked)
    return best.key if best and isinstance(best.key, UUID) else None


def _candidate(row: Placement) -> Candidate:
    names = (row.case.case_no, row.ref or "")
    end = None if row.end is None else max(row.end, row.first_day)
    return Candidate(row.pk, names, Period(row.first_day, end))


def _stay_words(row: Placement, proposal: Proposal | None) -> str:
    end = row.end.isoformat() if row.end else "tills vidare"
    words = f"{row.case.case_no}, {row.first_day.isoformat()} – {end}"
    return f"{words} ({proposal.confidence.label.lower()}: {proposal.reason.lower()})" if proposal else words


def _line_words(request: UserRequest, line: InvoiceLine) -> str:
    parts = [f"Rad {line.position}: {format_kr(line.amount, 2)}"]
    if line.start:
        parts.append(f"{line.start.isoformat()} till {line.last.isoformat() if line.last else ''}")
    if line.reference:
        parts.append(f"referens {line.reference}")
    if line.text and may_read_texts(request.user):
        parts.append(line.text)
    return ", ".join(parts)


def match_url(found: Invoice) -> str:
    return reverse("invoice_match", args=[found.pk])
