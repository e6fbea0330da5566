"""The shape of the municipality's own control of a provider."""

from typing import Any

from django import forms

from avhopp.pages.forms import DateField
from placements.actions.oversight import RemarkFacts
from placements.models import ProviderIncident

NOBODY = "Skriv inget ärendenummer och inget namn. Det som rör en person hör till personens ärende."


def long_text(label: str, help_text: str = "", *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(
        label=label, max_length=2000, widget=widget, help_text=help_text, required=required
    )


class ContactForm(forms.Form):
    name = forms.CharField(label="Namn", max_length=100)
    role = forms.CharField(
        label="Roll", required=False, max_length=100, help_text="Till exempel föreståndare."
    )
    phone = forms.CharField(label="Telefon", required=False, max_length=40)
    email = forms.EmailField(label="E-post", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("email"):
            self.add_error("phone", "Ange telefon eller e-post.")
        return cleaned


class VisitForm(forms.Form):
    made_on = DateField(label="Dag")
    result = long_text("Resultat", NOBODY)
    next_on = DateField(label="Nästa uppföljning", required=False)


class IncidentForm(forms.Form):
    happened_on = DateField(label="Dag")
    severity = forms.ChoiceField(
        label="Hur allvarligt?", choices=ProviderIncident.Severity.choices, widget=forms.RadioSelect
    )
    text = long_text("Vad hände?", NOBODY)


class CloseIncidentForm(forms.Form):
    closed_on = DateField(label="Avslutad")
    measure = long_text("Vad gjordes?", NOBODY)


class RemarkForm(forms.Form):
    made_on = DateField(label="Dag")
    reference = forms.CharField(label="IVO:s diarienummer", max_length=60)
    text = forms.CharField(
        label="Anmärkning", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=NOBODY
    )

    def facts(self) -> RemarkFacts:
        return RemarkFacts(**self.cleaned_data)


class ResolveRemarkForm(forms.Form):
    resolved_on = DateField(label="Åtgärdad")


class EndContactForm(forms.Form):
    """Nothing to fill in: the page asks for a confirmation."""
