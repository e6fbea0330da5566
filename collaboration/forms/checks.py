"""Forms for register checks and deviations."""

from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import PoliceUnit
from avhopp.pages.forms import DateField, model_field
from cases.models import Case
from collaboration.actions.checks import NewDeviation
from collaboration.models import Deviation
from collaboration.rules import check_days

NO_EXTRACTS = "Skriv aldrig av något ur polisens register: inga misstankar, domar eller registerutdrag."


class PlanForm(forms.Form):
    first = DateField(label="Första datum")
    every_weeks = forms.IntegerField(
        label="Upprepa, antal veckor mellan slagningarna",
        min_value=1,
        max_value=52,
        required=False,
        help_text="Lämna tomt för en enda slagning.",
    )
    last = DateField(label="Till och med", required=False, help_text="Sista dagen när slagningarna upprepas.")

    def days(self) -> list[date]:
        """Raises Refused when the interval is incomplete."""
        return check_days(
            self.cleaned_data["first"], self.cleaned_data["every_weeks"], self.cleaned_data["last"]
        )


class DoneForm(forms.Form):
    done = DateField(label="Utförd den")
    deviation = forms.TypedChoiceField(
        label="Resultat",
        choices=[("nej", "Utan anmärkning"), ("ja", "Med avvikelse")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
        help_text=f"Registrera bara att slagningen är gjord. {NO_EXTRACTS}",
    )


class DeviationForm(forms.Form):
    origin = forms.ChoiceField(label="Kommer från", choices=Deviation.Origin, widget=forms.RadioSelect)
    police_unit = forms.ModelChoiceField(
        PoliceUnit.objects.none(),
        empty_label="Ingen",
        label="Polisenhet",
        required=False,
        help_text="När avvikelsen kommer från polisen.",
    )
    received = DateField(label="Inkom")
    channel = forms.CharField(
        label="Hur den kom in",
        max_length=100,
        help_text="Till exempel: telefon kl. 9.15 från polisens samordnare.",
    )
    text = forms.CharField(
        label="Vad som avviker",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"Kort och neutralt. En avvikelse bevisar inget. {NO_EXTRACTS}",
    )

    def __init__(self, data: Any = None, *, case: Case, today: date) -> None:
        super().__init__(data, initial={"received": today, "police_unit": case.police_owner_id})
        model_field(self, "police_unit").queryset = PoliceUnit.objects.filter(
            municipality=case.municipality_id
        )

    def new(self) -> NewDeviation:
        return NewDeviation(**self.cleaned_data)


class SeverityForm(forms.Form):
    severity = forms.ChoiceField(
        label="Hur allvarlig är avvikelsen?",
        choices=Deviation.Severity,
        widget=forms.RadioSelect,
        help_text="Akut: ring handläggaren och gruppledaren nu, och be polisen om en ny bedömning.",
    )


class MeasureForm(forms.Form):
    measure = forms.CharField(
        label="Åtgärd",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Vad ni gör med anledning av avvikelsen.",
    )


class CloseForm(forms.Form):
    """Nothing to state: the confirmation itself."""
