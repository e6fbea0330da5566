"""One invoice: what was sent beside what was agreed, and what can be decided about it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.reading import log_list
from avhopp.audit.timeline import events_on
from avhopp.pages.tables import Heading
from placements.invoices.actions import deciding
from placements.invoices.checks import checked
from placements.invoices.forms.deciding import (
    ApproveForm,
    AttestForm,
    ConfirmForm,
    PaidForm,
    QuestionForm,
    ReasonForm,
)
from placements.invoices.models import ImportContent, Invoice, InvoiceLine
from placements.invoices.showing import may_read_texts, provider_names
from placements.invoices.states import InvoiceState as S
from placements.views.counting import simple_page

EVENT_ICONS = {"faktura": "receipt"}
LINE_COLUMNS = [
    Heading("Rad"), Heading("Från"), Heading("Till och med"), Heading("Antal", True), Heading("À-pris", True),
    Heading("Belopp", True),
]  # fmt: skip
NIGHT_COLUMNS = [
    Heading("Dygn"), Heading("Debiterat", True), Heading("Enligt avtal", True), Heading("Skillnad", True),
]  # fmt: skip
DIFFERENCE_COLUMNS = [Heading("Skillnad"), Heading("Vad"), Heading("Kronor", True)]


@access(Invoice, Can.SEE_INVOICES)
def invoice(request: UserRequest, found: Invoice) -> HttpResponse:
    today, rows = timezone.localdate(), Invoice.objects.visible_to(request.user).with_names()
    found = rows.get(pk=found.pk)
    lines = deciding.lines_of(found, request.user)
    result = checked(invoice=found, lines=lines, user=request.user, today=today)
    _log(request, lines)
    context = {
        "invoice": found,
        "provider": provider_names([found], {found.pk: lines}, request.user)[found.pk],
        "result": result,
        "texts": may_read_texts(request.user),
        "frozen_difference": None if found.expected is None else found.total - found.expected,
        "line_columns": LINE_COLUMNS + ([Heading("Kontering")] if found.is_frozen else []),
        "night_columns": NIGHT_COLUMNS,
        "difference_columns": DIFFERENCE_COLUMNS,
        "actions": _actions(found, request, unmatched=bool(result.unmatched)),
        "late": found.is_late(today),
        "has_original": found.came_in_id is not None and may_read_texts(request.user),
        "events": events_on([found.pk], request.user, EVENT_ICONS),
    }
    return render(request, "invoices/invoice.html", context)


@access(Invoice, Can.WRITE_INVOICES, READ_WRITE)
def invoice_approve(request: UserRequest, found: Invoice) -> HttpResponse:
    lines = deciding.lines_of(found, request.user)
    result = checked(invoice=found, lines=lines, user=request.user, today=timezone.localdate())
    _log(request, lines)
    form = ApproveForm(_sent(request), doubtful=result.doubtful())
    lead = (
        "Fakturan stämmer med avtalet, dygn för dygn."
        if result.agrees
        else f"Fakturan skiljer sig från avtalet på {len(result.check.differences)} sätt. "
        "Skriv varför den godkänns ändå."
    )
    return _step(
        request, found, form, "Godkänn fakturan", "Godkänn",
        lambda **on: deciding.approve_invoice(
            invoice=found, explanation=form.cleaned_data["explanation"], not_nights=form.not_nights(),
            by=on["by"], at=timezone.now(),
        ),
        "Fakturan är granskad. En kollega behöver attestera den.",
        lead=lead,
    )  # fmt: skip


@access(Invoice, Can.WRITE_INVOICES, READ_WRITE)
def invoice_ask(request: UserRequest, found: Invoice) -> HttpResponse:
    form = QuestionForm(request.POST or None)
    return _step(
        request, found, form, "Fråga utföraren", "Spara frågan",
        lambda **on: deciding.ask_provider(invoice=found, question=form.cleaned_data["reason"], **on),
        "Frågan är sparad. Fakturan väntar på svar.",
    )  # fmt: skip


@access(Invoice, Can.WRITE_INVOICES, READ_WRITE)
def invoice_answer(request: UserRequest, found: Invoice) -> HttpResponse:
    return _step(
        request, found, ConfirmForm(_sent(request)), "Utföraren har svarat", "Ta upp fakturan igen",
        lambda **on: deciding.take_answer(invoice=found, **on), "Fakturan kan granskas igen.",
        lead=f"Frågan var: {found.note}" if found.state == S.QUESTION else "",
    )  # fmt: skip


@access(Invoice, Can.WRITE_INVOICES, READ_WRITE)
def invoice_reject(request: UserRequest, found: Invoice) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    return _step(
        request, found, form, "Avvisa fakturan", "Avvisa",
        lambda **on: deciding.reject_invoice(invoice=found, reason=form.cleaned_data["reason"], **on),
        "Fakturan är avvisad.",
        lead="En avvisad faktura kan inte tas upp igen. En rättad faktura kan registreras med samma nummer.",
        tone="danger",
    )  # fmt: skip


@access(Invoice, Can.ATTEST_INVOICES, READ_WRITE)
def invoice_attest(request: UserRequest, found: Invoice) -> HttpResponse:
    lines = deciding.lines_of(found, request.user)
    _log(request, lines)
    reasons = [(line.position, line.not_nights) for line in lines if line.not_nights]
    form = AttestForm(_sent(request), reasons=reasons)
    return _step(
        request, found, form, "Attestera fakturan", "Attestera",
        lambda **on: deciding.attest_invoice(
            invoice=found, by=on["by"], at=timezone.now(), seen=form.cleaned_data.get("seen", False)
        ),
        "Fakturan är attesterad.",
        lead="Du intygar att fakturan ska betalas. Konteringen låses på raderna, och sedan ändras inget.",
    )  # fmt: skip


@access(
    Invoice, lambda one: Can.ATTEST_INVOICES if one.state == S.ATTESTED else Can.WRITE_INVOICES, READ_WRITE
)
def invoice_undo(request: UserRequest, found: Invoice) -> HttpResponse:
    """Takes back the attest, or the approval when it is not attested."""
    form = ReasonForm(request.POST or None)
    attested = found.state == S.ATTESTED
    act: Callable[..., Any] = deciding.undo_attest if attested else deciding.undo_approval
    return _step(
        request, found, form, "Ta tillbaka attesten" if attested else "Ta tillbaka granskningen",
        "Ta tillbaka",
        lambda **on: act(invoice=found, reason=form.cleaned_data["reason"], **on), "Det är tillbakataget.",
        tone="danger",
    )  # fmt: skip


@access(Invoice, Can.EXPORT_INVOICES, READ_WRITE)
def invoice_paid(request: UserRequest, found: Invoice) -> HttpResponse:
    form = PaidForm(request.POST or None, initial={"on": timezone.localdate()})
    return _step(
        request, found, form, "Registrera att fakturan är betald", "Spara",
        lambda **on: deciding.mark_paid(invoice=found, on=form.cleaned_data["on"], **on),
        "Betalningen är registrerad.",
    )  # fmt: skip


@access(Invoice, Can.SEE_INVOICES)
def invoice_original(request: UserRequest, found: Invoice) -> HttpResponse:
    """The file as it came, for whoever may see every person it can name."""
    rows = ImportContent.objects.visible_to(request.user).filter(came_in_id=found.came_in_id)
    content = rows.select_related("came_in").first() if may_read_texts(request.user) else None
    if content is None:
        raise Http404
    _log(request, deciding.lines_of(found, request.user))
    ending = "csv" if content.came_in.source == "csv" else "xml"
    return as_file(content.plain, f"inlast-{content.came_in.imported_at:%Y-%m-%d}.{ending}")


def as_file(content: bytes, name: str) -> HttpResponse:
    """Bytes to be kept, never a page of ours."""
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _step(
    request: UserRequest,
    found: Invoice,
    form: forms.Form,
    heading: str,
    label: str,
    act: Callable[..., Any],
    done: str,
    *,
    lead: str = "",
    tone: str = "",
) -> HttpResponse:
    """A form about one invoice that leads back to its page."""

    def save() -> str:
        act(by=request.user, today=timezone.localdate())
        return url_of(found)

    context = {
        "heading": heading, "save": label, "back": url_of(found), "top": "Fakturan", "lead": lead,
        "tone": tone,
    }  # fmt: skip
    return simple_page(request, form, save, done, context)


def _actions(found: Invoice, request: UserRequest, *, unmatched: bool) -> list[dict[str, str]]:
    """What this user may do with the invoice now; the actions ask again."""
    return [
        {"text": text, "url": reverse(name, args=[found.pk]), "variant": variant}
        for name, text, variant, can in _offered(found, request, unmatched)
        if may_in_general(request.user, can)
    ]


def _offered(found: Invoice, request: UserRequest, unmatched: bool) -> list[tuple[str, str, str, Can]]:
    write, attest = Can.WRITE_INVOICES, Can.ATTEST_INVOICES
    match = ("invoice_match", "Koppla rader", "primary" if unmatched else "secondary", write)
    approve = [] if unmatched else [("invoice_approve", "Godkänn", "primary", write)]
    reject = ("invoice_reject", "Avvisa", "tertiary", write)
    state = S(found.state)
    if state == S.RECEIVED:
        return [*approve, match, ("invoice_ask", "Fråga utföraren", "secondary", write), reject]
    if state == S.QUESTION:
        return [("invoice_answer", "Utföraren har svarat", "primary", write), *approve, match, reject]
    if state == S.APPROVED:
        own = request.user.pk in (found.registered_by_id, found.reviewed_by_id)
        second = [] if own else [("invoice_attest", "Attestera", "primary", attest)]
        return [*second, ("invoice_undo", "Ta tillbaka granskningen", "tertiary", write)]
    if state == S.ATTESTED:
        return [("invoice_undo", "Ta tillbaka attesten", "tertiary", attest)]
    if state == S.EXPORTED:
        return [("invoice_paid", "Registrera betald", "secondary", Can.EXPORT_INVOICES)]
    return []


def _sent(request: UserRequest) -> QueryDict | None:
    """What was sent, also when it is nothing."""
    return request.POST if request.method == "POST" else None


def _log(request: UserRequest, lines: list[InvoiceLine]) -> None:
    cases = [line.case_id for line in lines if line.case_id]
    log_list(request.user, Can.SEE_MONEY, cases, of=InvoiceLine, shown=len(cases))


def url_of(found: Invoice) -> str:
    return reverse("invoice", args=[found.pk])
