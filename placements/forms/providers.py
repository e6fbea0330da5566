"""The shape of providers."""

from collections.abc import Iterable
from typing import Any

from django import forms

from avhopp.kernel.identity import parse_organisation_number
from avhopp.kernel.refusal import Refused
from avhopp.kernel.swedish import sort_key
from avhopp.pages.forms import DateField, choice_field
from cases.states import MeasureKind
from placements.actions.providers import ProviderFacts
from placements.counties import CHOICES as COUNTIES

#: Offered from the start; a municipality adds its own on the provider's page.
USUAL_GROUPS = ("Beroende", "Kriminalitet", "Skyddsbehov", "Psykisk ohälsa", "Föräldrar med barn")


class ProviderFilter(forms.Form):
    """GET. Names of providers are no personal data."""

    namn = forms.CharField(label="Namn eller kod", required=False, max_length=80)
    slag = forms.ChoiceField(label="Slag", required=False, choices=[("", "Alla"), *MeasureKind.choices])
    avtal = forms.ChoiceField(
        label="Ramavtal",
        required=False,
        choices=[("", "Alla"), ("ja", "Har ramavtal"), ("nej", "Utan ramavtal")],
    )
    visa = forms.ChoiceField(
        label="Visa",
        required=False,
        choices=[("", "De som används"), ("brister", "Med brister"), ("avaktiverade", "Avaktiverade")],
    )


class OrganisationNumberField(forms.CharField):
    """Ten digits, typed with or without hyphen."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return parse_organisation_number(text) if text.strip() else ""
        except Refused as refused:
            raise forms.ValidationError(refused.text, code=refused.code) from refused


class ProviderForm(forms.Form):
    name = forms.CharField(label="Namn", max_length=120)
    kind = forms.ChoiceField(
        label="Slag",
        choices=MeasureKind.choices,
        widget=forms.RadioSelect,
        help_text="En verksamhet med ett tillstånd. Har företaget flera slag lägger du till en för varje.",
    )
    code = forms.CharField(
        label="Utförarkod",
        required=False,
        max_length=20,
        help_text="Kort kod att använda på fakturor i stället för namnet.",
    )
    organisation_number = OrganisationNumberField(label="Organisationsnummer", required=False)
    county = forms.ChoiceField(label="Län", required=False, choices=[("", "Inte angivet"), *COUNTIES])
    target_groups = forms.MultipleChoiceField(
        label="Målgrupper", required=False, widget=forms.CheckboxSelectMultiple
    )
    more_groups = forms.CharField(
        label="Fler målgrupper", required=False, max_length=400, help_text="Skilj dem åt med komma."
    )
    age_from = forms.IntegerField(label="Ålder från", required=False, min_value=0, max_value=120)
    age_to = forms.IntegerField(label="Ålder till och med", required=False, min_value=0, max_value=120)
    permit_number = forms.CharField(
        label="Tillståndsnummer hos IVO",
        required=False,
        max_length=40,
        help_text="Ett nytt nummer behöver kontrolleras på nytt.",
    )

    def __init__(self, *args: Any, groups: Iterable[str], **kwargs: Any) -> None:
        """`groups`: the target groups that the municipality's providers have."""
        super().__init__(*args, **kwargs)
        known = sorted({*USUAL_GROUPS, *groups}, key=sort_key)
        choice_field(self, "target_groups").choices = [(name, name) for name in known]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("age_from"), cleaned.get("age_to")
        if first is not None and last is not None and last < first:
            self.add_error("age_to", "Den högsta åldern kan inte vara lägre än den lägsta.")
        if any(len(name.strip()) > 80 for name in cleaned.get("more_groups", "").split(",")):
            self.add_error("more_groups", "En målgrupp får ha högst 80 tecken.")
        return cleaned

    def facts(self) -> ProviderFacts:
        said = dict(self.cleaned_data)
        more = said.pop("more_groups").split(",")
        return ProviderFacts(**said | {"target_groups": (*said["target_groups"], *more)})


class CloseProviderForm(forms.Form):
    from_day = DateField(label="Tar inte emot nya från")
    reason = forms.CharField(label="Varför?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Varför?", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class PermitForm(forms.Form):
    permit_number = forms.CharField(label="Tillståndsnummer hos IVO", max_length=40)
    on = DateField(label="Kontrollerat", help_text="Den dag du såg i IVO:s register att tillståndet gäller.")
