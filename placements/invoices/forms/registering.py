"""The shape of an invoice that is typed by hand: its head, and its lines below each other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from avhopp.accounts.models import User
from avhopp.kernel.periods import ONE_DAY
from avhopp.pages.forms import DateField, MoneyField
from placements.costs import NOTHING
from placements.invoices.facts import InvoiceFacts, LineFacts
from placements.invoices.models import Invoice, InvoiceLine
from placements.models import Provider

PREFIX, MOST_ROWS, FIRST_ROWS, MORE_ROWS = "rader", 100, 2, 3


class InvoiceFilter(forms.Form):
    """GET. The number of an invoice is no personal data."""

    nummer = forms.CharField(label="Fakturanummer", required=False, max_length=40)


class InvoiceForm(forms.Form):
    provider = forms.ModelChoiceField(label="Utförare", queryset=Provider.objects.none())
    kind = forms.ChoiceField(
        label="Slag", choices=Invoice.Kind.choices, widget=forms.RadioSelect, initial=Invoice.Kind.INVOICE
    )
    number = forms.CharField(label="Fakturanummer", max_length=40)
    credited = forms.CharField(
        label="Krediterar faktura",
        required=False,
        max_length=40,
        help_text="Bara för en kreditfaktura: numret på den faktura som krediteras.",
    )
    invoice_date = DateField(label="Fakturadatum")
    due = DateField(label="Förfallodag")
    period_start = DateField(label="Perioden börjar")
    period_last = DateField(label="Periodens sista dag")
    net = MoneyField(
        label="Netto", help_text="Utan moms. Skriv belopp utan minus, också på en kreditfaktura."
    )
    vat = MoneyField(label="Moms", initial=NOTHING)
    rounding = MoneyField(label="Öresutjämning", allow_negative=True, initial=NOTHING)
    total = MoneyField(label="Att betala")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = cast(forms.ModelChoiceField, self.fields["provider"])
        providers.queryset = Provider.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (
            said.get("period_start")
            and said.get("period_last")
            and said["period_last"] < said["period_start"]
        ):
            self.add_error("period_last", "Perioden slutar före den börjar.")
        if said.get("kind") == Invoice.Kind.CREDIT and not said.get("credited"):
            self.add_error("credited", "Ange numret på den faktura som krediteras.")
        return said

    def facts(self, lines: tuple[LineFacts, ...]) -> InvoiceFacts:
        said = self.cleaned_data
        sign = -1 if said["kind"] == Invoice.Kind.CREDIT else 1
        return InvoiceFacts(
            number=said["number"],
            kind=said["kind"],
            credited=said["credited"],
            invoice_date=said["invoice_date"],
            due=said["due"],
            period_start=said["period_start"],
            period_end=said["period_last"] + ONE_DAY,
            net=sign * said["net"],
            vat=sign * said["vat"],
            rounding=sign * said["rounding"],
            total=sign * said["total"],
            lines=tuple(_signed(line, sign) for line in lines),
        )


def _signed(line: LineFacts, sign: int) -> LineFacts:
    return replace(line, amount=sign * line.amount)


class LineForm(forms.Form):
    """A line. The dates are the first and the last night that is charged, as providers write them."""

    reference = forms.CharField(
        label="Utförarens referens", required=False, max_length=200, help_text="Helst vårt ärendenummer."
    )
    unit = forms.ChoiceField(label="Enhet", choices=InvoiceLine.Unit.choices, initial=InvoiceLine.Unit.NIGHT)
    first = DateField(label="Första dygnet", required=False)
    last = DateField(label="Sista dygnet", required=False)
    quantity = forms.DecimalField(label="Antal", min_value=0, max_digits=10, decimal_places=2, localize=True)
    unit_price = MoneyField(label="À-pris")
    amount = MoneyField(label="Belopp")
    text = forms.CharField(
        label="Vad raden gäller", required=False, max_length=300, help_text="Skriv inga namn."
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if said.get("unit") == InvoiceLine.Unit.NIGHT and not (first and last):
            self.add_error("first" if not first else "last", "Ange första och sista dygnet.")
        elif bool(first) != bool(last):
            self.add_error("last", "Ange både första och sista dygnet, eller inget av dem.")
        elif first and last and last < first:
            self.add_error("last", "Sista dygnet kan inte ligga före det första.")
        return said

    def facts(self) -> LineFacts:
        said = self.cleaned_data
        return LineFacts(
            quantity=Decimal(said["quantity"]),
            unit_price=said["unit_price"],
            amount=said["amount"],
            unit=said["unit"],
            start=said["first"],
            end=_after(said["last"]),
            text=said["text"],
            reference=said["reference"],
        )


def _after(last: date | None) -> date | None:
    return last + ONE_DAY if last else None


class BaseLines(forms.BaseFormSet):
    def facts(self) -> tuple[LineFacts, ...]:
        """The lines that say something; empty rows at the end are left out."""
        return tuple(form.facts() for form in self.forms if form.has_changed())


LinesForm = forms.formset_factory(
    LineForm, formset=BaseLines, extra=FIRST_ROWS, max_num=MOST_ROWS, validate_max=True
)
