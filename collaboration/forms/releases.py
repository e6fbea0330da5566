"""The form for a release."""

from datetime import date, timedelta
from typing import Any

from django import forms

from avhopp.accounts.models import PoliceUnit
from avhopp.pages.forms import DateField, choice_field, model_field
from cases.models import Case
from collaboration.actions.releases import Wish
from collaboration.contents import Category
from collaboration.models import LegalBasis
from collaboration.rules import HARM_TEST_CHARACTERS, RELEASE_DAYS


class BasisField(forms.ModelChoiceField):
    def label_from_instance(self, basis: LegalBasis) -> str:
        return f"{basis.text} ({basis.code})"


class ReleaseForm(forms.Form):
    recipient = forms.ModelChoiceField(
        PoliceUnit.objects.none(),
        empty_label="Välj polisenhet",
        label="Mottagare",
        help_text="Alla med konto på enheten kan läsa. Ingen annan.",
    )
    categories = forms.MultipleChoiceField(
        label="Uppgifter att lämna ut",
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Det som går att lämna ut i ärendet just nu. Välj bara det som mottagaren behöver.",
    )
    legal_basis = BasisField(
        LegalBasis.objects.none(),
        label="Rättslig grund",
        widget=forms.RadioSelect,
        empty_label=None,
        help_text="Samtycke går bara att välja om det finns ett i kraft som omfattar alla uppgifterna.",
    )
    purpose = forms.CharField(
        label="Ändamål",
        max_length=300,
        help_text="Vad mottagaren ska ha uppgifterna till. Mottagaren ser texten.",
    )
    harm_test = forms.CharField(
        label="Menprövning",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=f"Vad kan utlämnandet skada, och varför lämnar du ändå ut? Minst {HARM_TEST_CHARACTERS} "
        "tecken. Mottagaren ser inte texten.",
    )
    valid_to = DateField(label="Kan läsas till och med", help_text=f"Högst {RELEASE_DAYS} dagar.")

    def __init__(self, data: Any = None, *, case: Case, available: list[Category], today: date) -> None:
        first = {"recipient": case.police_owner_id, "valid_to": today + timedelta(days=RELEASE_DAYS)}
        super().__init__(data, initial=first)
        model_field(self, "recipient").queryset = PoliceUnit.objects.filter(municipality=case.municipality_id)
        choice_field(self, "categories").choices = [
            (category.value, category.label) for category in available
        ]
        model_field(self, "legal_basis").queryset = LegalBasis.objects.in_force_on(today).filter(
            is_active=True
        )

    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(**{**given, "categories": tuple(given["categories"])})


class RecallForm(forms.Form):
    """Nothing to state: the confirmation itself."""
