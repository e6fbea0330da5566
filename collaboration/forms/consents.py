"""Forms for consent and its withdrawal."""

from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import PoliceUnit
from avhopp.pages.forms import DateField, model_field
from cases.models import Case
from collaboration.actions.consents import NewConsent
from collaboration.contents import Category
from collaboration.models import Consent
from collaboration.rules import consent_end


class ConsentForm(forms.Form):
    recipient = forms.ModelChoiceField(
        PoliceUnit.objects.none(),
        empty_label="Välj polisenhet",
        label="Mottagare",
        help_text="Samtycket gäller bara den här polisenheten.",
    )
    categories = forms.MultipleChoiceField(
        label="Uppgifter som samtycket omfattar",
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="Bara det som personen uttryckligen har gått med på.",
    )
    purpose = forms.CharField(
        label="Ändamål",
        max_length=200,
        help_text="Vad uppgifterna får användas till, så som personen fick det förklarat.",
    )
    form = forms.ChoiceField(
        label="Form", choices=Consent.Form, widget=forms.RadioSelect, initial=Consent.Form.WRITTEN
    )
    start = DateField(label="Gäller från")
    end = DateField(
        label="Gäller till och med",
        help_text="Förslaget är tolv månader. Personen kan ta tillbaka samtycket när som helst.",
    )

    def __init__(self, data: Any = None, *, case: Case, today: date) -> None:
        first = {
            "start": today,
            "end": consent_end(today),
            "recipient": case.police_owner_id,
            "form": Consent.Form.WRITTEN,
        }
        super().__init__(data, initial=first)
        model_field(self, "recipient").queryset = PoliceUnit.objects.filter(municipality=case.municipality_id)

    def new(self) -> NewConsent:
        given = self.cleaned_data
        return NewConsent(**{**given, "categories": tuple(given["categories"])})


class WithdrawalForm(forms.Form):
    withdrawn = DateField(label="Återkallat den")
    how = forms.CharField(
        label="Hur det återkallades",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Till exempel: muntligt vid besök, eller skriftligt i brev.",
    )
