"""The shape of providers and framework agreements."""

from typing import Any

from django import forms

from avhopp.pages.forms import DateField, MoneyField
from cases.states import MeasureKind
from placements.actions.providers import AgreementFacts, ProviderFacts


class ProviderFilter(forms.Form):
    """GET. Names of providers are no personal data."""

    namn = forms.CharField(label="Namn eller kod", required=False, max_length=80)
    slag = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *MeasureKind.choices])
    avtal = forms.ChoiceField(
        label="Ramavtal",
        required=False,
        choices=[("", "Alla"), ("ja", "Har ramavtal"), ("nej", "Utan ramavtal")],
    )


class ProviderForm(forms.Form):
    name = forms.CharField(label="Namn", max_length=120)
    kind = forms.ChoiceField(label="Slag", choices=MeasureKind.choices, widget=forms.RadioSelect)
    code = forms.CharField(
        label="Utförarkod",
        required=False,
        max_length=20,
        help_text="Kort kod att använda på fakturor i stället för namnet.",
    )

    def facts(self) -> ProviderFacts:
        said = self.cleaned_data
        return ProviderFacts(name=said["name"], kind=said["kind"], code=said["code"])


class CloseProviderForm(forms.Form):
    from_day = DateField(label="Tar inte emot nya från")
    reason = forms.CharField(label="Varför?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReopenProviderForm(forms.Form):
    reason = forms.CharField(label="Varför?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AgreementForm(forms.Form):
    start = DateField(label="Gäller från")
    end = DateField(
        label="Gäller till",
        required=False,
        help_text="Den första dagen då avtalet inte gäller. Tomt: tills vidare.",
    )
    rate = MoneyField(label="Dygnspris", unit="kr per dygn")
    charges_departure_day = forms.BooleanField(label="Avresedagen debiteras", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["end"] <= cleaned["start"]:
            self.add_error("end", "Ramavtalet måste sluta efter att det börjar.")
        return cleaned

    def facts(self) -> AgreementFacts:
        return AgreementFacts(**self.cleaned_data)


class EndAgreementForm(forms.Form):
    end = DateField(label="Gäller till", help_text="Den första dagen då avtalet inte gäller.")
    reason = forms.CharField(label="Varför?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
