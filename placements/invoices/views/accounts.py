"""The account plan, and what left for the finance system."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from avhopp.access.decorators import READ_WRITE, access, access_page
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can
from avhopp.audit.events import record
from avhopp.audit.reading import log_list
from avhopp.kernel.refusal import Refused
from avhopp.pages.paging import page_of
from placements.invoices.actions.accounts import add_account_rule, end_account_rule
from placements.invoices.actions.exporting import export_invoices, to_export
from placements.invoices.forms.deciding import AccountRuleForm, EndRuleForm, ExportForm
from placements.invoices.models import AccountRule, InvoiceExport, InvoiceLine
from placements.invoices.views.invoice import as_file
from placements.views.counting import show, simple_page

RULE_COLUMNS = [
    "Insats", "Ramavtal", "Konto", "Ansvar", "Verksamhet", "Aktivitet", "Motpart", "Gäller från",
    "Gäller till",
]  # fmt: skip
EXPORT_COLUMNS = ["Exporterad", "Av", "Fakturor", "Summa", "Kontrollsumma", "Fil"]


@access_page(Can.SEE_INVOICES)
def account_rules(request: UserRequest) -> HttpResponse:
    rows = AccountRule.objects.visible_to(request.user).order_by("kind", "-inside", "-valid_from", "pk")
    can_write, today = may_in_general(request.user, Can.WRITE_INVOICES), timezone.localdate()
    page = page_of(rows, request)
    context = {
        "page": page,
        "rows": [
            (row, row.valid_from <= today and (row.valid_to is None or today < row.valid_to)) for row in page
        ],
        "columns": RULE_COLUMNS + (["Åtgärd"] if can_write else []),
        "can_write": can_write,
    }
    return render(request, "invoices/rules.html", context)


@access_page(Can.WRITE_INVOICES, READ_WRITE)
def account_rule_new(request: UserRequest) -> HttpResponse:
    form = AccountRuleForm(request.POST or None)

    def save() -> str:
        add_account_rule(rule=form.rule(), by=request.user, today=timezone.localdate())
        return reverse("account_rules")

    context = {
        "heading": "Ny konteringsregel", "save": "Lägg till", "back": reverse("account_rules"),
        "top": "Konteringsregler",
        "lead": "Regeln gäller fakturor som attesteras från och med nu. Det som är attesterat ändras inte.",
    }  # fmt: skip
    return simple_page(request, form, save, "Regeln är tillagd.", context)


@access(AccountRule, Can.WRITE_INVOICES, READ_WRITE)
def account_rule_end(request: UserRequest, found: AccountRule) -> HttpResponse:
    form = EndRuleForm(request.POST or None, initial={"valid_to": found.valid_to})

    def save() -> str:
        end_account_rule(rule=found, by=request.user, today=timezone.localdate(), **form.cleaned_data)
        return reverse("account_rules")

    context = {
        "heading": "Avsluta konteringsregeln", "save": "Avsluta", "back": reverse("account_rules"),
        "top": "Konteringsregler",
    }  # fmt: skip
    return simple_page(request, form, save, "Regelns slut är sparat.", context)


@access_page(Can.SEE_INVOICES)
def exports(request: UserRequest) -> HttpResponse:
    rows = InvoiceExport.objects.visible_to(request.user).without_content()
    can_export = may_in_general(request.user, Can.EXPORT_INVOICES)
    waiting = to_export(request.user, lock=False)
    context = {
        "page": page_of(rows.select_related("exported_by").order_by("-exported_at", "pk"), request),
        "columns": EXPORT_COLUMNS if can_export else EXPORT_COLUMNS[:-1],
        "can_export": can_export,
        "waiting": len(waiting),
        "waiting_total": sum(row.total for row in waiting),
    }
    return render(request, "invoices/exports.html", context)


@access_page(Can.EXPORT_INVOICES, READ_WRITE, fresh=True)
def export_new(request: UserRequest) -> HttpResponse:
    form, waiting = ExportForm(request.POST or None), to_export(request.user, lock=False)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                export_invoices(encoding=form.cleaned_data["encoding"], by=request.user, at=timezone.now())
            messages.success(request, "Fakturorna är exporterade. Hämta filen i listan.")
            return redirect("exports")
        except Refused as refused:
            show(form, refused)
    context = {"form": form, "waiting": len(waiting), "waiting_total": sum(row.total for row in waiting)}
    return render(request, "invoices/export_new.html", context)


@access(InvoiceExport, Can.EXPORT_INVOICES, fresh=True)
def export_file(request: UserRequest, found: InvoiceExport) -> HttpResponse:
    """The same bytes each time; who fetched them is written down."""
    lines = InvoiceLine.objects.visible_to(request.user).filter(invoice__export=found)
    cases = list(lines.exclude(case=None).order_by().values_list("case_id", flat=True))
    log_list(request.user, Can.SEE_MONEY, cases, of=InvoiceLine, shown=len(cases), source="export")
    record(
        by=request.user, kind="faktura_fil_hamtad", requires=Can.SEE_INVOICES, on=timezone.localdate(),
        text="Filen till ekonomisystemet hämtades.", object_id=found.pk,
    )  # fmt: skip
    return as_file(found.plain, f"fakturor-{timezone.localtime(found.exported_at):%Y-%m-%d-%H%M}.csv")
