"""The shape of what changes in a stay: arrival, departure, price, absence."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField, choice_field
from cases.models import Decision
from placements.actions.ending import REASONS
from placements.forms.terms import decision_label
from placements.models import FrameworkAgreement, Placement

QUIET = "Skriv inget om hälsa, hot eller anhöriga: ekonomen kan läsa det."


def _reason(label: str, help_text: str = QUIET) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text
    )


class BeginForm(forms.Form):
    start = DateField(label="Ankomst")
    end = DateField(label="Avresa", required=False, help_text="Tomt: tills vidare.")
    prices = forms.ChoiceField(
        label="Prisernas datum",
        widget=forms.RadioSelect,
        initial="behall",
        choices=[
            ("behall", "Behåll datumen som de är avtalade"),
            ("flytta", "Flytta priserna lika många dagar som ankomsten"),
        ],
    )

    def __init__(self, *args: Any, several_prices: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not several_prices:
            del self.fields["prices"]

    @property
    def shifts(self) -> bool:
        return self.cleaned_data.get("prices") == "flytta"


class WithdrawForm(forms.Form):
    reason = _reason("Varför blev placeringen inte av?")


class EndForm(forms.Form):
    end = DateField(label="Avresa", help_text="Natten mot den dagen är den sista.")
    reason = forms.ChoiceField(
        label="Varför avslutas placeringen?",
        widget=forms.RadioSelect,
        choices=[(row.value, row.label) for row in REASONS],
    )
    resumption = forms.ChoiceField(
        label="Ska vården återupptas?",
        required=False,
        widget=forms.RadioSelect,
        choices=Placement.Resumption.choices,
        help_text="Fyll i vid avbrott. Utan ny start inom tre månader räknas beslutet som inte verkställt.",
    )
    destination = forms.ChoiceField(
        label="Vart går personen?", choices=[("", "Välj"), *Placement.Destination.choices]
    )
    note = forms.CharField(
        label="Kommentar",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=QUIET,
    )


class DepartureForm(forms.Form):
    end = DateField(label="Ny avresa", required=False, help_text="Tomt: tills vidare.")
    on = forms.ChoiceField(label="Beslut", required=False, widget=forms.RadioSelect)
    reason = _reason("Varför ändras avresan?")

    def __init__(self, *args: Any, decisions: Sequence[Decision], **kwargs: Any) -> None:
        """`decisions` are new ones that the stay can rest on; without any the question is not asked."""
        super().__init__(*args, **kwargs)
        self._decisions = {str(row.pk): row for row in decisions}
        choice_field(self, "on").choices = [
            ("", "Samma beslut som förut"),
            *((key, decision_label(row)) for key, row in self._decisions.items()),
        ]
        if not decisions:
            del self.fields["on"]

    @property
    def decision(self) -> Decision | None:
        return self._decisions.get(self.cleaned_data.get("on", ""))


class OverstayForm(forms.Form):
    until = DateField(
        label="Till den", help_text="Natten mot den dagen är den sista. Högst en vecka framåt i tiden."
    )
    authorised = forms.TypedChoiceField(
        label="Är dygnen godkända?",
        widget=forms.RadioSelect,
        choices=[("ja", "Ja, den som får besluta har godkänt dem"), ("nej", "Nej")],
        coerce=lambda value: value == "ja",
    )
    reason = _reason("Varför är personen kvar utan beslut?")


class PlansForm(forms.Form):
    care_plan = DateField(label="Vårdplan", required=False)
    implementation_plan = DateField(label="Genomförandeplan", required=False)


class PriceForm(forms.Form):
    day = DateField(label="Nytt pris gäller från")
    rate = MoneyField(label="Dygnspris", unit="kr per dygn")
    reason = _reason("Varför ändras priset?", "Till exempel indexuppräkning, ny nivå av stöd.")


class AbsenceForm(forms.Form):
    start = DateField(label="Första natten borta")
    end = DateField(label="Tillbaka den", help_text="Den natten sover personen på platsen igen.")
    rate = MoneyField(
        label="Pris vid frånvaro", unit="kr per dygn", help_text="Ersätter dygnspriset de nätterna."
    )
    reason = forms.CharField(label="Skäl", required=False, max_length=200, help_text=QUIET)

    def __init__(self, *args: Any, agreement: FrameworkAgreement | None, **kwargs: Any) -> None:
        """`agreement` is the one that the stay began under; a reason overrides its rule."""
        super().__init__(*args, **kwargs)
        if agreement is None or agreement.absence_rule is None:
            return
        self.fields["rate"].required = False
        self.fields["rate"].help_text = (
            f"Lämna tomt för regeln i ramavtalet från {agreement.start.isoformat()}: "
            f"{agreement.absence_rule.in_words}."
        )
        self.fields["reason"].help_text = f"Krävs om du anger ett annat pris än regelns. {QUIET}"


class PeriodFilter(forms.Form):
    """GET. The first and last night of interest."""

    fran = DateField(label="Från", required=False)
    till = DateField(label="Till och med", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("fran"), cleaned.get("till")
        if first and last and last < first:
            self.add_error("till", "Den sista dagen kan inte ligga före den första.")
        return cleaned

    def bounds(self) -> tuple[date | None, date | None]:
        """What to show; nothing is left out when the filter is empty or wrong."""
        if not self.is_valid():
            return None, None
        return self.cleaned_data["fran"], self.cleaned_data["till"]
