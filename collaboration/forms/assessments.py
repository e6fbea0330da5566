"""Forms for the police's assessment and its second reading."""

from datetime import date
from typing import Any

from django import forms

from avhopp.accounts.models import PoliceUnit
from avhopp.pages.forms import DateField, model_field
from cases.models import Case
from collaboration.actions.assessments import NewAssessment, Reading, Withdrawal
from collaboration.models.assessment import CrimeDegree, ProtectionNeed, Threat
from collaboration.rules import assessment_end


class PartsForm(forms.Form):
    """Exactly the three parts of the police's assessment (R-04)."""

    crime_degree = forms.ChoiceField(
        label="Grad av kriminalitet", choices=CrimeDegree, widget=forms.RadioSelect
    )
    threat = forms.ChoiceField(label="Hotbild", choices=Threat, widget=forms.RadioSelect)
    protection_need = forms.ChoiceField(
        label="Behov av skydd", choices=ProtectionNeed, widget=forms.RadioSelect
    )


class AssessmentForm(PartsForm):
    police_unit = forms.ModelChoiceField(
        PoliceUnit.objects.none(),
        empty_label="Välj polisenhet",
        label="Polisenhet",
        help_text="Den enhet som har gjort bedömningen. Den får se hur du registrerade den.",
    )
    document_date = DateField(label="Polisens handling är daterad", required=False)
    registry_no = forms.CharField(label="Polisens diarienummer", max_length=40, required=False)
    received = DateField(label="Mottagen", help_text="Dagen då handlingen kom till kommunen.")
    wording = forms.CharField(
        label="Polisens egen formulering",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Skriv av det som står i handlingen. Skriv inget ur polisens register.",
    )
    preliminary = forms.BooleanField(label="Polisen kallar bedömningen preliminär", required=False)
    valid_to = DateField(
        label="Gäller till och med",
        help_text="Förslaget är 90 dagar. Ändra om polisen har angett något annat.",
    )

    field_order = (
        "police_unit", "document_date", "registry_no", "received", "crime_degree", "threat",
        "protection_need", "wording", "preliminary", "valid_to",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, case: Case, today: date) -> None:
        first = {"received": today, "valid_to": assessment_end(today), "police_unit": case.police_owner_id}
        super().__init__(data, initial=first)
        model_field(self, "police_unit").queryset = PoliceUnit.objects.filter(
            municipality=case.municipality_id
        )

    def new(self) -> NewAssessment:
        return NewAssessment(**self.cleaned_data)


class AssessmentWithdrawalForm(forms.Form):
    withdrawn = DateField(label="Återkallelsen kom in", help_text="Dagen då polisen hörde av sig.")
    document_date = DateField(label="Polisens handling är daterad", required=False)
    registry_no = forms.CharField(label="Polisens diarienummer", max_length=40, required=False)
    reason = forms.CharField(
        label="Polisens skäl",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Skriv av det som står i handlingen. Fick du det muntligt: skriv vem som sa det och hur.",
    )

    def withdrawal(self) -> Withdrawal:
        return Withdrawal(**self.cleaned_data)


class ReadingForm(PartsForm):
    """Nothing is filled in: the reader states what the document says."""

    def reading(self) -> Reading:
        return Reading(**self.cleaned_data)
